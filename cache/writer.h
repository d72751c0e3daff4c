/* SPDX-License-Identifier: Apache-2.0 */
/* writer.h: the one thread that writes: it takes all jobs that wait, applies them in one transaction and
 * commits once, with full sync.
 *
 * A batch ends at batch_jobs, batch_bytes or batch_ms after its first job, whichever is first; at once when
 * a job is urgent or writer_hurry() was called. After the commit each job's done() runs on the writer
 * thread, in the order of the pushes.
 *
 * When an apply fails with a class other than STATUS_STOP, the batch is rolled back, the jobs before it are
 * applied again and committed, and it is tried once more at the head of the next transaction; only what
 * fails there has failed. So one bad job does not take others with it, and the outcome is that of applying
 * them one by one. A map that is full grows, and the batch is applied again. Therefore apply() may run more
 * than once, must change nothing but the transaction and its own job, and must return what the store's
 * functions gave it unless it knows better. Storage trouble (STATUS_STOP) is given to every job of the batch
 * and to all that follow, until writer_reset_trouble() or trouble_ms are over. */
#ifndef WEBKEEP_CACHE_WRITER_H
#define WEBKEEP_CACHE_WRITER_H

#include "cache/store.h"

/* Embedded in the caller's own struct; the writer owns it from push to done. */
struct write_job {
    enum status (*apply)(struct write_job *job, struct store_write *write);
    void (*done)(struct write_job *job,
                 enum status st); /* the job is its owner's again; must not block */
    size_t bytes;                 /* about how much it writes */
    bool urgent;                  /* somebody waits for it */
};

struct writer_options {
    unsigned batch_jobs;
    size_t batch_bytes;
    unsigned batch_ms;
    size_t queue_jobs;  /* pushes wait beyond this */
    int64_t trouble_ms; /* after so long a job tries again in spite of storage trouble; 0: none does */
};

struct writer;

enum status writer_create(struct store *store, const struct writer_options *options,
                          struct writer **ret_writer) MUST_USE;
/* Takes *job, which needs a done(). ST_CANCELLED after writer_stop(): the job stays the caller's. */
enum status writer_push(struct writer *writer, struct write_job **job) MUST_USE;
/* Pushes the job as an urgent one and waits until it is committed or failed; done() is called if there is
 * one. Not from the writer thread, and not with a read transaction open (store.h). */
enum status writer_run(struct writer *writer, struct write_job *job) MUST_USE;
/* The next commit shall not wait for company. Any thread, cheap. */
void writer_hurry(struct writer *writer);
/* From now on pushes are refused; what is queued is committed. Any thread; may be called again. */
void writer_stop(struct writer *writer);
/* writer_stop(), then ends the thread and frees: no other thread may use the writer any more. NULL is fine. */
void writer_destroy(struct writer *writer);
/* OK, or the storage trouble that stopped writing. */
enum status writer_trouble(struct writer *writer);
void writer_reset_trouble(struct writer *writer);

struct writer_stats {
    uint64_t commits, jobs, bytes;
};
void writer_stats(struct writer *writer, struct writer_stats *ret_stats);

#endif
