/* SPDX-License-Identifier: Apache-2.0 */
/* known.h: a bounded, lossy memory of URLs that are surely settled as wanted, shared by workers.
 *
 * Most links of a page lead to pages that are known already. Asking this table first spares the judge and
 * the writer that work. It may forget (a slot is overwritten), never the other way round: an id is only
 * added after the transaction that wrote it was committed. Memory is fixed by `slots`, not by the crawl.
 * Threads: any, without locks. A slot is two words that are read one after the other; a torn pair looks like
 * an unknown id, as equality of all 128 bits is asked for. */
#ifndef WEBKEEP_FRONTIER_KNOWN_H
#define WEBKEEP_FRONTIER_KNOWN_H

#include "base/hash.h"

struct known;

struct known *known_create(size_t slots); /* a power of two; NULL without memory */
void known_destroy(struct known *known);
void known_add(struct known *known, struct id128 id);
bool known_has(const struct known *known, struct id128 id);

#endif
