/* SPDX-License-Identifier: Apache-2.0 */
/* accounts.h: what the service keeps beside jobs and pages: keys with their credits, the lists of a key's jobs,
 * the feed of a job's events, idempotency keys and usage counters.
 *
 * Like store.h: reads in a read transaction, writes inside a writer's apply; slices of records that were read
 * point into the map. Credits are exact because every change of them is in the same transaction as what
 * caused it:
 *
 *   submit   key.reserved += job.reserved = units that may be charged x unit price; ST_DENIED when
 *            key.used + key.reserved would pass key.credits
 *   end      key.reserved -= job.reserved; job.reserved = 0; key.used += what the job owes by now minus
 *            job.charged; job.charged = what it owes
 *   retry    reserves anew
 *   delete   of a job that is pending: an end like any other, with the pages it has kept
 *
 * A job that waits, runs or was interrupted by the end of the process keeps what it has reserved. */
#ifndef WEBKEEP_CACHE_ACCOUNTS_H
#define WEBKEEP_CACHE_ACCOUNTS_H

#include "cache/store.h"

#define CREDITS_UNLIMITED UINT64_MAX
#define OWNER_LOCAL 0u /* jobs of the command line; no key has this number */
#define OWNER_NOBODY                                                                                    \
    UINT32_MAX /* plans: in nobody's list, and deleted when they were told; nor has this */

static inline bool owner_is_key(uint32_t owner)
{
    return owner != OWNER_LOCAL && owner != OWNER_NOBODY;
}

struct key_record {
    uint32_t number; /* short name in all tables; from 1, never used again */
    struct id128 id; /* what people see and revoke */
    struct sha256 hash;
    int64_t created_ms, expires_ms, revoked_ms; /* wall clock; 0: never */
    uint64_t credits;                           /* CREDITS_UNLIMITED, or what it may use in all */
    uint64_t used, reserved;
    uint32_t rate_requests, rate_seconds; /* 0: the server's */
    uint64_t jobs[JOB_KINDS];             /* submitted, by kind; deleted ones are taken off */
    uint64_t pending[JOB_KINDS];          /* queued or running */
    uint64_t items;                       /* of all batches */
    struct str name;
};

enum status store_key_get(struct store_read *read, uint32_t number, struct key_record *ret_key) MUST_USE;
/* By the SHA-256 of its text: found by the first half of the hash, the rest compared in constant time. */
enum status store_key_find(struct store_read *read, struct sha256 hash,
                           struct key_record *ret_key) MUST_USE;
/* Keys by number: the first one above `after`. ST_NOTFOUND at the end. */
enum status store_key_next(struct store_read *read, uint32_t after, struct key_record *ret_key) MUST_USE;
/* Adds a key, its counters at zero: fills key->number. ST_EXISTS: the hash is there. */
enum status store_key_add(struct store_write *write, struct key_record *key) MUST_USE;
/* Replaces a key's record, which was read in the same transaction: so no count is lost. Its hash stays. ST_NOTFOUND. */
enum status store_key_put(struct store_write *write, const struct key_record *key) MUST_USE;

/* ---- a key's jobs, newest first ---- */

/* The next older job of an owner and kind than the one with number `before` (0: the newest). Jobs of the command
 * line have owner OWNER_LOCAL. Jobs that are being deleted are not in it. ST_NOTFOUND at the end. */
enum status store_owned_next(struct store_read *read, uint32_t owner, enum job_kind kind,
                             uint32_t before, struct job_record *ret_job) MUST_USE;

/* ---- credits; the job's record is changed, and put by the caller ----
 *
 * These and store_feed_add() write, and keep those texts of *job good that point into the map; slices of other
 * records end as with every write. A submission may reserve before store_job_add() or after it. */

/* At submit and retry: reserves units x job->unit_credits more, and counts the job as pending (JOB_PENDING). Nothing
 * has changed when it refuses: ST_DENIED: not enough credits; ST_LIMIT: most_pending jobs (0: no limit) of its kind
 * are pending already, without it; ST_NOTFOUND: no such key. Owner 0: OK, nothing. */
enum status store_account_reserve(struct store_write *write, struct job_record *job, uint64_t units,
                                  uint64_t most_pending) MUST_USE;
/* At the end of a run: charged becomes units x job->unit_credits + extra, unless it was more, or the key has not so
 * much left (what was reserved it always has); the reservation goes, the job is pending no more, and the owner's
 * usage of the day is counted: the credits, and as requests the units that are new. units and extra are of all
 * runs together. Once a run: a job that has nothing pending is left as it is. */
enum status store_account_settle(struct store_write *write, struct job_record *job, uint64_t units,
                                 uint64_t extra_credits) MUST_USE;

/* ---- the feed: what happened to a job, in order of commits; only for jobs with JOB_HAS_FEED ---- */

/* clang-format off */
#define FEED_KIND_TABLE(X)                                                       \
    X(FEED_STATE, "state")   /* the job's state changed; state says to what */   \
    X(FEED_PAGE, "page")     /* a page was kept; seq is its URL's */             \
    X(FEED_FAILED, "failed") /* a URL was given up; seq is its URL's */
/* clang-format on */
enum feed_kind {
#define X(name, text) name,
    FEED_KIND_TABLE(X)
#undef X
        FEED_KINDS
};

struct feed_record {
    uint64_t number; /* from 1, without gaps */
    enum feed_kind kind;
    enum job_state state; /* FEED_STATE */
    uint64_t seq;         /* FEED_PAGE, FEED_FAILED */
    struct id128 url;     /* the same: its URL's id */
    int64_t at_ms;        /* wall clock */
};

/* The first event with number >= from. ST_NOTFOUND: none yet. */
enum status store_feed_next(struct store_read *read, uint32_t job, uint64_t from,
                            struct feed_record *ret_event) MUST_USE;
/* Appends an event under job->next_event, which is counted up; the job's record is put by the caller. Without
 * JOB_HAS_FEED: OK, nothing. */
enum status store_feed_add(struct store_write *write, struct job_record *job,
                           const struct feed_record *event) MUST_USE;

/* ---- idempotency keys ---- */

struct idempotency_record {
    struct sha256 body; /* of method, path and body */
    struct id128 job;
    int64_t at_ms;
};

/* key: hash128 of the header's value. A record may be older than keys count, and its job may be deleted. */
enum status store_idempotency_get(struct store_read *read, uint32_t owner, struct id128 key,
                                  struct idempotency_record *ret_record) MUST_USE;
/* Puts it, and removes up to 64 records that are older than oldest_ms. */
enum status store_idempotency_put(struct store_write *write, uint32_t owner, struct id128 key,
                                  const struct idempotency_record *record, int64_t oldest_ms) MUST_USE;

/* ---- usage by day (UTC), counted as it happens ----
 *
 * store_job_add() counts crawls, store_account_settle() requests and credits; tokens, captchas and latencies are
 * added by who measures them. */

struct usage_record {
    uint32_t day;      /* days since 1970-01-01 */
    uint64_t requests; /* URLs scraped: of scrapes, of batches, pages of crawls */
    uint64_t crawls, input_tokens, output_tokens, captchas, credits;
    uint64_t latency_ms, latencies; /* sum, and of how many */
};

/* The first day >= from. ST_NOTFOUND at the end. */
enum status store_usage_next(struct store_read *read, uint32_t owner, uint32_t from,
                             struct usage_record *ret_usage) MUST_USE;
/* Adds to the day's counters. ST_NOTFOUND: no such key. Owner 0: OK, nothing. */
enum status store_usage_add(struct store_write *write, uint32_t owner,
                            const struct usage_record *more) MUST_USE;

#endif
