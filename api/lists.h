/* SPDX-License-Identifier: Apache-2.0 */
/* lists.h: a key's jobs of some kinds, newest first, with those of the command line where they may be seen. */
#ifndef WEBKEEP_API_LISTS_H
#define WEBKEEP_API_LISTS_H

#include "api/call.h"

#define LIST_SOURCES 4

struct job_list {
    struct store_read *read;
    struct list_source {
        uint32_t owner, before;
        enum job_kind kind;
        enum { SOURCE_UNREAD, SOURCE_READ, SOURCE_END } state;
        struct job_record job;
    } sources[LIST_SOURCES];
    size_t n;
};

/* Jobs of two kinds (the same twice: one). */
void job_list_init(struct job_list *list, const struct call *call, struct store_read *read,
                   enum job_kind kind, enum job_kind or_kind, bool local);
/* The next older one; slices live in the transaction. ST_NOTFOUND at the end. */
enum status job_list_next(struct job_list *list, struct job_record *ret_job) MUST_USE;
/* How many there are in all. */
enum status job_list_count(const struct call *call, struct store_read *read, enum job_kind kind,
                           enum job_kind or_kind, bool local, uint64_t *ret_n) MUST_USE;

#endif
