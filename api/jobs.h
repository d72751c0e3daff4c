/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.h: what handlers that take or change jobs share: finding a job by the path, and the wait for a commit. */
#ifndef WEBKEEP_API_JOBS_H
#define WEBKEEP_API_JOBS_H

#include "api/call.h"
#include "api/queue.h"
#include "crawler/submit.h"

/* The job that the path's {id} names, of one of two kinds (the same twice: one), readable by the key. False: a
 * 404 was made. The record's texts live in the transaction. */
bool job_of_call(struct call *call, struct store_read *read, enum job_kind kind, enum job_kind or_kind,
                 struct job_record *ret_job);
/* The same, and the key owns it: needed to change it. */
bool own_job_of_call(struct call *call, struct store_read *read, enum job_kind kind,
                     enum job_kind or_kind, struct job_record *ret_job);
/* True when the key may see the job. */
bool job_is_readable(const struct call *call, const struct job_record *job);

/* Cookies in either form that the contract takes, as one Cookie header in the arena: "a=b; c=d", or rows pasted
 * from a browser's cookie table. ST_INPUT: neither. */
enum status cookies_normalise(struct arena *arena, struct str text, struct str *ret_header) MUST_USE;

/* A begin of a read transaction or the error reply. */
bool call_read_begin(struct call *call, struct store_read **ret_read);

#endif
