/* SPDX-License-Identifier: Apache-2.0 */
/* idle.h: what the service does when nobody wants anything: it brings the pages of jobs that have ended to
 * repack.level, as cache/repack.h does it.
 *
 *   no job waits or runs, and none has ended for repack.idle_ms --> a run over the jobs that ended since the last
 *   whole run (the first one: over all) --> asleep until another job has ended
 *
 * A run ends at the next body as soon as a job is queued; what is left is done at the next quiet moment. When to
 * begin is decided here and how to pack is not. One thread of its own, of low priority. */
#ifndef WEBKEEP_API_IDLE_H
#define WEBKEEP_API_IDLE_H

#include "api/service.h"

struct idle;

/* The service's queue is there and outlives the thread. *ret_idle is NULL when repack.level is 0. */
enum status idle_create(struct service *service, struct idle **ret_idle, struct diag *ret_diag) MUST_USE;
/* A job has ended. Any thread, never waits. NULL is fine. */
void idle_job_ended(struct idle *idle, struct id128 job);
/* Ends the thread: waits for the body at hand, and what was packed is committed. NULL is fine. */
void idle_stop(struct idle *idle);
void idle_destroy(struct idle *idle); /* nobody tells it of jobs any more; NULL is fine */

#endif
