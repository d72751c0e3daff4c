/* SPDX-License-Identifier: Apache-2.0 */
/* queue.h: which of the service's jobs runs when. One thread: it starts queued jobs while there is room, takes
 * turns between owners (the owner who has waited longest since its last start goes first), hands secrets to the
 * jobs that need them, runs re-extractions on threads of their own, and books the end of each.
 *
 *   JOB_QUEUED --start--> JOB_RUNNING --> JOB_DONE, JOB_PARTIAL, JOB_FAILED, JOB_CANCELLED
 *                              \--end of the process--> JOB_INTERRUPTED --next start--> JOB_QUEUED's way
 *
 * What is queued is what the store says; memory holds only an index of it, made anew at start. Secrets live here
 * and nowhere else: a job that had some and has none after a restart is ended (scrape, batch: JOB_FAILED with
 * "CREDENTIALS_LOST: ...") or waits for them (crawl: JOB_INTERRUPTED, shown as waiting). */
#ifndef WEBKEEP_API_QUEUE_H
#define WEBKEEP_API_QUEUE_H

#include "api/service.h"
#include "crawler/submit.h"

struct job_queue;

enum status job_queue_create(struct service *service, struct job_queue **ret_queue,
                             struct diag *ret_diag) MUST_USE;
/* Starts nothing more, interrupts what runs, waits until it is committed, and calls all that wait. What is added
 * from then on stays in the store for the next start. NULL is fine. */
void job_queue_stop(struct job_queue *queue);
void job_queue_destroy(struct job_queue *queue); /* stopped; no other thread uses it; NULL is fine */

/* What a job needs and the store must not know. Copied; wiped when the job has ended. */
struct job_secrets {
    struct str cookies;
    struct str_list headers;
};
struct queued_job {
    struct id128 id;
    uint32_t owner;
    enum job_kind kind;
    bool has_only; /* a retry of one page: that URL alone is fetched */
    struct id128 only;
};
/* A job that was committed as JOB_QUEUED. secrets may be NULL. Any thread, never waits. */
void job_queue_add(struct job_queue *queue, const struct queued_job *job,
                   const struct job_secrets *secrets);
/* The engine's word that a job has ended. Any thread, never waits. */
void job_queue_ended(struct job_queue *queue, struct id128 job);
/* Cancels a queued or running job; done as job_end()'s, called when nothing of it runs any more. */
enum status job_queue_cancel(struct job_queue *queue, struct id128 job,
                             void (*done)(void *user, const struct ended *result), void *user) MUST_USE;
/* Calls done when the queue has the job no more: it has ended, or waits for its secrets (at once when so
 * already). ST_NOMEM: done is not called. */
enum status job_queue_await(struct job_queue *queue, struct id128 job, void (*done)(void *user),
                            void *user) MUST_USE;

struct job_queue_stats {
    unsigned queued[JOB_KINDS], running[JOB_KINDS];
};
void job_queue_stats(struct job_queue *queue, struct job_queue_stats *ret_stats);

#endif
