/* SPDX-License-Identifier: Apache-2.0 */
/* check.h: walks the whole store and reports broken invariants (numbered in format.h). Reads only.
 *
 * It looks at one moment: a single read transaction, during which a writer beside it can't use freed pages
 * again. Memory: half a MiB and the largest body, whatever the size of the store. Threads: any. */
#ifndef WEBKEEP_CACHE_CHECK_H
#define WEBKEEP_CACHE_CHECK_H

#include "cache/store.h"

struct check_report {
    uint64_t jobs, urls, ready, pages, bundles, rows;
    uint64_t bytes;  /* packed, of all bundles, rows and answers */
    uint64_t broken; /* places where an invariant is broken */
};

/* Calls tell (may be NULL) with one sentence for each broken invariant, at most 1,000 of them; verifies
 * CRC-32 and SHA-256 of every part. ST_NOMEM, ST_BUSY (too many readers), ST_IO. OK also when something is broken: look at ret_report->broken. */
enum status store_check(struct store *store, void (*tell)(void *user, const char *sentence), void *user,
                        struct check_report *ret_report) MUST_USE;

#endif
