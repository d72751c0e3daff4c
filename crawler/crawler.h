/* SPDX-License-Identifier: Apache-2.0 */
/* crawler.h: the engine that puts the rooms together, and the crawls that run on it.
 *
 * One engine a process: a loop thread, workers, resolver threads; the writer is given. Any number of crawls.
 * A job is committed before its first request; each page, its links and its URL's state are one
 * transaction. Threads: every function here may be called from any thread. */
#ifndef WEBKEEP_CRAWLER_CRAWLER_H
#define WEBKEEP_CRAWLER_CRAWLER_H

#include "base/config.h"
#include "cache/writer.h"
#include "crawler/request.h"

struct engine;
struct crawl;

struct engine_options {
    const struct config *config; /* borrowed until engine_destroy() */
    struct store *store;
    struct writer *writer;
    struct model *
        model; /* who is asked of pages first (answer/model.h); NULL: the built-in engine alone; borrowed */
    /* Both may be NULL. Called on the writer's thread after a commit, so they must not block: a run of a job is
     * over (crawl_wait() says so at once, if not yet; crawl_trouble() whether its end could be written); and a
     * job's feed has a new event. */
    void (*ended)(void *user, struct id128 job);
    void (*fed)(void *user, struct id128 job);
    void *user;
};

enum status engine_create(const struct engine_options *options, struct engine **ret_engine,
                          struct diag *ret_diag) MUST_USE;
/* Ends the threads; all crawls must be closed. NULL is fine. */
void engine_destroy(struct engine *engine);

/* Checks the request, commits a new job with its base URL, and starts it. The request is copied. */
enum status crawl_start(struct engine *engine, const struct crawl_request *request,
                        struct crawl **ret_crawl, struct diag *ret_diag) MUST_USE;

/* Starts a job that was submitted (submit.h), or goes on with one that stopped. again (may be NULL): headers,
 * cookies and proxy to use again, a new page limit when it has one, and the address guard when guard_given is
 * set; a job that had secrets and is given none is refused (ST_DENIED with a sentence). retry_failed: failed
 * URLs become ready first. ST_NOTFOUND; ST_BUSY: it runs; ST_EXISTS when nothing is left. */
enum status crawl_resume(struct engine *engine, struct id128 job, const struct crawl_request *again,
                         bool retry_failed, struct crawl **ret_crawl, struct diag *ret_diag) MUST_USE;

struct crawl_progress {
    uint64_t kept, traversed, failed, redirected, skipped; /* committed */
    uint64_t ready;                                        /* committed, and not fetched yet */
    uint64_t in_flight;                                    /* between lease and commit */
    uint64_t received_bytes;
    int64_t running_ms;
    bool ended;
};
void crawl_progress(struct crawl *crawl, struct crawl_progress *ret_progress);

struct id128 crawl_job(const struct crawl *crawl);

enum crawl_stop {
    CRAWL_STOP_SOON,   /* finish what is in flight, commit; the job is "interrupted" */
    CRAWL_STOP_NOW,    /* drop what is in flight; the job is "interrupted" */
    CRAWL_STOP_CANCEL, /* drop what is in flight; the job is "cancelled" */
};
void crawl_stop(struct crawl *crawl, enum crawl_stop how);
/* Stops the crawl that runs a job, if one does. */
enum status engine_stop_job(struct engine *engine, struct id128 job, enum crawl_stop how) MUST_USE;

/* True when the crawl has ended (its job's record says how), waiting up to wait_ms. */
bool crawl_wait(struct crawl *crawl, int64_t wait_ms);
/* OK, or the storage trouble that ended it. */
enum status crawl_trouble(struct crawl *crawl);
/* Frees a crawl that has ended. NULL is fine. */
void crawl_close(struct crawl *crawl);

/* For who has just taken the data folder's lock: a job that says it runs was left by a process that died,
 * and becomes "interrupted". */
enum status jobs_mark_interrupted(struct store *store, struct writer *writer) MUST_USE;
/* The same for one job whose crawl is closed, but whose end could not be written. OK when it does not say so. */
enum status job_mark_interrupted(struct writer *writer, struct id128 job) MUST_USE;

/* Once a process, before any thread; and at its end. */
enum status crawler_global_init(void) MUST_USE;
void crawler_global_fini(void);

#endif
