/* SPDX-License-Identifier: Apache-2.0 */
/* proxies.h: the operator's pool of proxies by country, as the setting proxy.pool lists it:
 *   us=http://user:password@host:port, de=http://..., eu=http://..., global=http://...
 * A country may stand more than once: its proxies take turns. Pure but for the turn; threads: any. */
#ifndef WEBKEEP_API_PROXIES_H
#define WEBKEEP_API_PROXIES_H

#include "base/status.h"
#include "base/str.h"

#include <stdatomic.h>

/* Is the list one? ST_INPUT with a sentence that never repeats a password. */
enum status proxies_check(struct str pool, struct diag *ret_diag) MUST_USE;

/* The proxy for a country (any case): its own; for a member of the EU and for "eu" the `eu` ones or any
 * member's; for "", "global" and countries without one `global` or any. ST_NOTFOUND: the pool is empty.
 * The slice points into pool. turn: counts up, shared by all. */
enum status proxies_pick(struct str pool, struct str country, unsigned turn,
                         struct str *ret_proxy) MUST_USE;

#endif
