/* SPDX-License-Identifier: Apache-2.0 */
/* crew.h: the threads of a re-extraction: they turn pages into packed rows, several at a time.
 *
 * Work comes in rounds: crew_work() hands out a chunk of pages and returns when each has its row, so that
 * rows are taken in page order and memory is bounded by one chunk. Every thread has an answerer of its own.
 * Threads: one caller. */
#ifndef WEBKEEP_EXPORT_CREW_H
#define WEBKEEP_EXPORT_CREW_H

#include "answer/cached.h"
#include "export/pages.h"

#define CREW_MAX 64u

struct row_slot {
    struct cached_row row;
    enum status
        st; /* OK; ST_CANCELLED: there is no row, as cancel was set; else what stops all (memory) */
};

struct crew;

/* asker is borrowed, and so is cancel, which may be NULL. workers: 1 to CREW_MAX, others are made to fit; fewer threads than asked for are
 * fine, none is ST_NOMEM. */
enum status crew_create(const struct asker *asker, enum html_engine engine,
                        const struct html_limits *limits, unsigned workers, const atomic_bool *cancel,
                        struct crew **ret_crew) MUST_USE;
void crew_destroy(struct crew *crew); /* NULL is fine */

/* Slot i is the row of items[i], with its HTML stream; they live until the next call. */
enum status crew_work(struct crew *crew, const struct page_item *items, unsigned n,
                      const struct row_slot **ret_slots) MUST_USE;

#endif
