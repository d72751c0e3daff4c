/* SPDX-License-Identifier: Apache-2.0 */
/* submit.h: a job that is committed now and run later: how the service takes work.
 *
 * Scrape, batch and crawl are one thing to the engine: a crawl whose request lists URLs (scrape, batch) fetches
 * those and nothing they lead to but redirects; each URL is an item with an outcome of its own. */
#ifndef WEBKEEP_CRAWLER_SUBMIT_H
#define WEBKEEP_CRAWLER_SUBMIT_H

#include "cache/accounts.h"
#include "crawler/crawler.h"

struct submission {
    enum job_kind kind; /* JOB_CRAWL, JOB_SCRAPE, JOB_BATCH, or JOB_EXTRACT (source is set then) */
    const struct crawl_request *request; /* copied */
    struct id128 source;                 /* JOB_EXTRACT: whose pages are read */
    uint32_t owner;
    uint64_t unit_credits;      /* price of a page or URL */
    uint64_t units;             /* reserved: URLs, or most pages */
    uint64_t most_pending;      /* jobs of that owner and kind; 0: no limit */
    struct str idempotency_key; /* of the request's header; empty: none */
    struct sha256 fingerprint;  /* of method, path and body */
    int64_t idempotency_ms;     /* how long a key counts */
};

struct submitted {
    /* OK; ST_DENIED: credits; ST_LIMIT: too many pending; ST_EXISTS: the idempotency key came with another
     * body; ST_NOTFOUND: no such owner; STATUS_STOP: storage */
    enum status status;
    struct id128 job;
    bool again; /* the job of an earlier request with the same idempotency key and body */
};

/* Checks the request (ST_INPUT with a sentence that names the field, at once), then commits a JOB_QUEUED job
 * and calls done on the writer's thread, once; done must not block. OK: done will be called. ST_NOTFOUND: no such
 * source. Neither this nor what follows may be called with a read transaction open (store.h). */
enum status job_submit(struct engine *engine, const struct submission *submission,
                       void (*done)(void *user, const struct submitted *result), void *user,
                       struct diag *ret_diag) MUST_USE;

/* Failed items (or one URL) become ready again, with fresh reservations: the job is JOB_QUEUED. done as above
 * (ST_NOTFOUND: no such job or nothing failed; ST_BUSY: it runs); retried says how many. A crawl that was cancelled
 * goes on with what it had still to do; one that waits for its cookies is JOB_QUEUED, and 0 are retried. */
struct retry {
    struct id128 job;
    bool one; /* only the page with this seq, whatever its state */
    uint64_t seq;
    uint64_t most_pending; /* as above */
};
struct retried {
    enum status status;
    uint64_t retried;
};
/* done is called at once, on the caller's thread, when one is asked for and there is no such URL. Of a scrape or
 * batch every item that was not kept is retried, those too that a cancel left. ST_DENIED, ST_LIMIT as above. */
enum status job_retry(struct engine *engine, const struct retry *retry,
                      void (*done)(void *user, const struct retried *result), void *user) MUST_USE;

/* A job that does not run is JOB_CANCELLED (settled), or JOB_FAILED with a sentence. ST_NOTFOUND; ST_BUSY: it
 * runs (engine_stop_job()); ST_EXISTS: it has ended. cancelled: items or URLs that were not fetched. */
struct ended {
    enum status status;
    uint64_t cancelled;
};
enum status job_end(struct engine *engine, struct id128 job, enum job_state as, struct str message,
                    void (*done)(void *user, const struct ended *result), void *user) MUST_USE;

/* URLs of a running job that are under way right now, between lease and commit; at most `most` ids, to be compared
 * with the id of an item's outcome. Any thread. */
size_t engine_leased(struct engine *engine, struct id128 job, struct id128 *ret_ids, size_t most);

/* The URL ids of a scrape's or batch's items in order of the request, duplicates included (in the arena), and the
 * record that an item ended with: redirects are followed. It is URL_KEPT (its page has the record's seq), URL_READY
 * (it waits, is fetched right now, or was never fetched), URL_FAILED or URL_SKIPPED; its slices live in the read
 * transaction. */
enum status job_items(struct store_read *read, const struct job_record *job, struct arena *arena,
                      struct str **ret_urls, struct id128 **ret_ids, size_t *ret_n) MUST_USE;
enum status job_item_outcome(struct store_read *read, const struct job_record *job, struct id128 item,
                             struct url_record *ret_url) MUST_USE;

/* Why an item was not kept, for people: "HTTP 404 Not Found"; STR_NONE when it was, or waits. */
struct str job_item_error(struct arena *arena, const struct url_record *url);

#endif
