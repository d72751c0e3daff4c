/* SPDX-License-Identifier: Apache-2.0 */
/* deliver_save.h: how far webhooks have come, written into the job records: many jobs in one write, one write at
 * a time. Cursors only grow; jobs that were deleted are passed over. Threads: one owner. */
#ifndef WEBKEEP_CRAWLER_DELIVER_SAVE_H
#define WEBKEEP_CRAWLER_DELIVER_SAVE_H

#include "cache/writer.h"

struct saver;

struct cursor {
    struct id128 job;
    uint64_t done; /* job_record.delivered */
};

/* most: cursors in one write. wake is called on the writer's thread when one is over, and must not block. */
enum status saver_create(struct writer *writer, size_t most, void (*wake)(void *user), void *user,
                         struct saver **ret_saver) MUST_USE;
void saver_destroy(struct saver *saver); /* waits for what is at the writer; NULL is fine */

enum saver_state {
    SAVER_IDLE,
    SAVER_BUSY, /* cursors are at the writer */
    SAVER_OVER, /* they came back: told once, then it is idle */
};
/* SAVER_OVER: *ret_saved says how it went. */
enum saver_state saver_look(struct saver *saver, enum status *ret_saved);
/* The `most` cursors, to be filled when it is idle; as they were, while it is over. */
struct cursor *saver_cursors(struct saver *saver);
void saver_start(struct saver *saver, size_t n);      /* the first n; when it is idle */
void saver_start_last(struct saver *saver, size_t n); /* the same, at once, and waits for it */
size_t saver_count(const struct saver *saver);        /* the n that was started last */
void saver_wait(struct saver *saver);                 /* until it is not busy */

#endif
