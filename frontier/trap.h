/* SPDX-License-Identifier: Apache-2.0 */
/* trap.h: addresses that only a site which makes up URLs without end would have: a path that goes on and on or
 * comes back to where it was, a query that is appended to itself, escapes of escapes. What an address alone can't
 * tell (a calendar, facets of a search) is family.h's.
 * Pure. The limits are settings of the section `frontier`. */
#ifndef WEBKEEP_FRONTIER_TRAP_H
#define WEBKEEP_FRONTIER_TRAP_H

#include "base/config.h"
#include "frontier/policy.h"

/* True when the address is beyond a limit; the judgement then skips it and says which. Otherwise it is untouched. */
bool trap_in_address(const struct config *config, const struct url *url,
                     struct judgement *ret_judgement);

#endif
