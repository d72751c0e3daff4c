/* SPDX-License-Identifier: Apache-2.0 */
/* states.h: the words that the API has for the states of jobs and of a batch's items: the one table. */
#ifndef WEBKEEP_API_STATES_H
#define WEBKEEP_API_STATES_H

#include "cache/records.h"

/*   job state        ended  scrape, crawl  batch        shown while it is so */
/* clang-format off */
#define API_STATE_TABLE(X)                                                                            \
    X(JOB_QUEUED,      false, "waiting",   "pending",   "Waiting in the queue")                       \
    X(JOB_RUNNING,     false, "active",    "running",   "Running")                                    \
    X(JOB_INTERRUPTED, false, "waiting",   "pending",   "Interrupted; it goes on when it is resumed") \
    X(JOB_DONE,        true,  "completed", "completed", "Completed successfully")                     \
    X(JOB_PARTIAL,     true,  "completed", "completed", "Completed")                                  \
    X(JOB_CANCELLED,   true,  "cancelled", "cancelled", "Cancelled")                                  \
    X(JOB_FAILED,      true,  "failed",    "failed",    "Failed")
/* clang-format on */

const char *state_word(enum job_kind kind, enum job_state state);
const char *state_message(enum job_state state);
bool state_has_ended(enum job_state state);

/* An item of a batch: of its URL's record, the job's state and whether it is being fetched now. */
enum item_state { ITEM_PENDING, ITEM_RUNNING, ITEM_COMPLETED, ITEM_FAILED, ITEM_CANCELLED };
enum item_state item_state_of(enum job_state job, enum url_state url, bool leased);
const char *item_state_word(enum item_state state); /* "pending", "running", ... */
/* The same in the words of logs: "in_progress", "success", "failed". */
const char *log_word_of_item(enum item_state state);

#endif
