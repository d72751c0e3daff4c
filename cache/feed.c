/* SPDX-License-Identifier: Apache-2.0 */
/* feed.c: what happened to a job, in order of commits.
 *
 * Invariant: events are numbered from 1 without gaps up to the one before the job's next_event (13 of format.h),
 * so that a reader that knows the last number it has seen misses nothing and sees nothing twice. */
#include "cache/accounts.h"

#include "cache/lmdb_int.h"

enum status store_feed_next(struct store_read *read, uint32_t job, uint64_t from,
                            struct feed_record *ret_event)
{
    struct str key, value;
    enum status st =
        table_seek(read, TABLE_FEED, key_of_job_seq(job, from), false, KEY_JOB_BYTES, &key, &value);
    return st != OK ? st : format_read_feed(key, value, ret_event);
}

enum status store_feed_add(struct store_write *write, struct job_record *job,
                           const struct feed_record *event)
{
    struct job_record stored;
    if (!(job->flags & JOB_HAS_FEED))
        return OK;
    enum status st = job_is_live(write, job->number);
    if (st == OK)
        st = job_hold(write, job, &stored);
    if (st != OK)
        return st;
    format_feed(event, &write->scratch);
    st = table_put_scratch(write, TABLE_FEED, key_of_job_seq(job->number, job->next_event),
                           MDB_NOOVERWRITE);
    if (st == OK)
        st = job_follow(write, &stored, job);
    if (st == OK)
        job->next_event++;
    /* The event before was added, and the job's record not put after it. */
    return st == ST_EXISTS ? ST_INTERNAL : st;
}
