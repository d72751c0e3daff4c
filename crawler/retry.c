/* SPDX-License-Identifier: Apache-2.0 */
/* retry.c: what becomes of submitted jobs between their runs: failed items are queued again, and a job that waits
 * is ended. As in submit.c each request is one job of the writer on the heap, and a refusal writes nothing. */
#include "base/clock.h"
#include "cache/accounts.h"
#include "crawler/engine.h"
#include "crawler/submit.h"

#include <stdio.h>
#include <stdlib.h>

#define SCRATCH_BYTES ((size_t)8 << 20)

/* ---- shared ---- */

static bool has_ended(const struct job_record *job)
{
    return job->state != JOB_RUNNING && job->state != JOB_QUEUED && job->state != JOB_INTERRUPTED;
}

/* Its cookies and headers were in memory, and the process that had them is gone: what it reserved it still has. */
static bool waits_for_secrets(const struct job_record *job)
{
    return job->kind == JOB_CRAWL && job->flags & JOB_HAD_SECRETS &&
           (job->state == JOB_INTERRUPTED || job->state == JOB_QUEUED);
}

static bool is_list(const struct job_record *job)
{
    return job->kind == JOB_SCRAPE || job->kind == JOB_BATCH;
}

/* A job that is being deleted is gone already. */
static enum status get_live_job(struct store_write *write, struct id128 id, struct job_record *ret_job)
{
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), id, &job);
    if (st == OK && job.flags & JOB_DELETING)
        st = ST_NOTFOUND;
    if (st == OK)
        *ret_job = job;
    return st;
}

/* ---- retrying ---- */

struct retry_job {
    struct write_job job;
    struct engine *engine;
    struct retry what;
    struct id128 url; /* what.one */
    struct retried result;
    void (*done)(void *user, const struct retried *result);
    void *user;
};

/* URLs that will be revived, and for how many items credits are needed. */
struct revival {
    struct arena arena;
    struct id128 *ids;
    size_t n, units;
};

static bool revival_has(const struct revival *r, struct id128 id)
{
    for (size_t i = 0; i < r->n; i++)
        if (id128_eq(r->ids[i], id))
            return true;
    return false;
}

/* Items that were not kept: what they led to is asked for again, as that is what failed. Those that nobody
 * fetched, as the job was cancelled, are ready still and count too. */
static enum status choose_items(struct store_read *read, const struct job_record *job, struct revival *r,
                                uint64_t *ret_items)
{
    struct str *urls;
    struct id128 *ids;
    size_t n;
    enum status st = job_items(read, job, &r->arena, &urls, &ids, &n);
    if (st == OK && !(r->ids = ARENA_ARRAY(&r->arena, struct id128, n + 1)))
        st = r->arena.status;
    *ret_items = 0;
    for (size_t i = 0; i < n && st == OK; i++) {
        struct url_record url;
        st = job_item_outcome(read, job, ids[i], &url);
        if (st != OK || url.state == URL_KEPT)
            continue;
        ++*ret_items;
        if (url.state != URL_READY && !revival_has(r, url.id))
            r->ids[r->n++] = url.id;
    }
    r->units = *ret_items;
    return st;
}

static enum status choose_one(struct store_read *read, const struct job_record *job, struct id128 id,
                              struct revival *r, uint64_t *ret_items)
{
    struct url_record url;
    enum status st = store_url_get(read, job->number, id, &url);
    if (st != OK)
        return st;
    r->ids = ARENA_NEW(&r->arena, struct id128);
    if (!r->ids)
        return r->arena.status;
    r->ids[0] = id;
    r->n = url.state != URL_READY;
    r->units = url.state != URL_KEPT; /* a page that was kept is paid for */
    *ret_items = 1;
    return OK;
}

/* Of a crawl: what failed, and when it was cancelled what it had still to do. */
static enum status choose_rest(const struct job_record *job, struct revival *r, uint64_t *ret_urls)
{
    struct crawl_request request;
    struct diag diag;
    uint64_t left = job->state == JOB_CANCELLED ? job->ready : 0;
    *ret_urls = job->failed + left;
    r->units = job->failed;
    if (!left)
        return OK;
    if (crawl_request_read(&r->arena, job->request, &request, &diag) != OK)
        return r->arena.status != OK ? r->arena.status : ST_CORRUPT;
    r->units = request.max_pages > job->kept ? request.max_pages - job->kept : 0;
    return OK;
}

static enum status revive_all_failed(struct store_write *write, uint32_t job, struct job_delta *delta)
{
    struct url_record url;
    uint64_t from = 0;
    enum status st;
    while ((st = store_url_next(store_write_reader(write), job, from, &url)) == OK) {
        from = url.seq + 1;
        if (url.state == URL_FAILED && (st = url_state_revive(write, job, &url, delta)) != OK)
            return st;
    }
    return st == ST_NOTFOUND ? OK : st;
}

static enum status revive(struct store_write *write, uint32_t job, const struct revival *r,
                          struct job_delta *delta)
{
    enum status st = OK;
    for (size_t i = 0; i < r->n && st == OK; i++) {
        struct url_record url;
        st = store_url_get(store_write_reader(write), job, r->ids[i], &url);
        if (st == OK)
            st = url_state_revive(write, job, &url, delta);
    }
    return st;
}

static enum status put_queued(struct retry_job *retry, struct store_write *write, struct revival *r,
                              struct job_record *job)
{
    job->state = JOB_QUEUED;
    job->finished_ms = 0;
    job->updated_ms = clock_wall_ms();
    enum status st = commit_state_event(write, job);
    if (st == OK)
        st = job_renew_texts(write, job);
    if (st == OK && retry->what.one)
        st = request_set_only(&r->arena, job->request, &retry->url, &job->request);
    job->message = STR_LIT("");
    return st == OK ? store_job_put(write, job) : st;
}

static enum status retry_in(struct retry_job *retry, struct store_write *write, struct revival *r)
{
    struct store_read *read = store_write_reader(write);
    struct job_record job;
    struct job_delta delta = {0};
    enum status st = get_live_job(write, retry->what.job, &job);
    if (st == OK && job.kind == JOB_EXTRACT)
        st = ST_NOTFOUND;
    if (st == OK && !retry->what.one && waits_for_secrets(&job))
        return put_queued(retry, write, r, &job);
    if (st == OK && !has_ended(&job))
        st = ST_BUSY;
    if (st != OK)
        return st;
    bool all_failed = !retry->what.one && !is_list(&job);
    if (retry->what.one)
        st = choose_one(read, &job, retry->url, r, &retry->result.retried);
    else if (is_list(&job))
        st = choose_items(read, &job, r, &retry->result.retried);
    else
        st = choose_rest(&job, r, &retry->result.retried);
    if (st == OK && retry->result.retried == 0)
        st = ST_NOTFOUND;
    if (st == OK)
        st = store_account_reserve(write, &job, r->units, retry->what.most_pending);
    if (st != OK)
        return st;
    st =
        all_failed ? revive_all_failed(write, job.number, &delta) : revive(write, job.number, r, &delta);
    url_state_count(&job, &delta);
    return st == OK ? put_queued(retry, write, r, &job) : st;
}

static enum status retry_apply(struct write_job *handle, struct store_write *write)
{
    struct retry_job *retry = CONTAINER_OF(handle, struct retry_job, job);
    struct revival r = {.n = 0};
    retry->result = (struct retried){.status = OK};
    arena_init(&r.arena, SCRATCH_BYTES, 16 * 1024);
    enum status st = retry_in(retry, write, &r);
    arena_fini(&r.arena);
    bool refused = st == ST_NOTFOUND || st == ST_BUSY || st == ST_DENIED || st == ST_LIMIT;
    if (refused)
        retry->result = (struct retried){.status = st};
    return refused ? OK : st;
}

static void retry_done(struct write_job *handle, enum status st)
{
    struct retry_job *retry = CONTAINER_OF(handle, struct retry_job, job);
    if (st != OK)
        retry->result = (struct retried){.status = st};
    retry->done(retry->user, &retry->result);
    if (retry->result.status == OK)
        engine_fed(retry->engine, retry->what.job);
    free(retry);
}

/* The URL that has a number: a page's record names it, for another one its own record does. */
static enum status find_url(struct engine *engine, const struct retry *what, struct id128 *ret_url)
{
    struct store_read *read;
    struct job_record job;
    struct page_record page;
    struct url_record url;
    enum status st = store_read_begin(engine->store, &read);
    if (st != OK)
        return st;
    st = store_job_get(read, what->job, &job);
    if (st == OK && store_page_get(read, job.number, what->seq, &page) == OK) {
        *ret_url = page.url_id;
    } else if (st == OK) {
        st = store_url_at(read, job.number, what->seq, &url);
        if (st == OK)
            *ret_url = url.id;
    }
    store_read_end(read);
    return st;
}

enum status job_retry(struct engine *engine, const struct retry *what,
                      void (*done)(void *user, const struct retried *result), void *user)
{
    struct id128 url = {{0}};
    enum status st = what->one ? find_url(engine, what, &url) : OK;
    if (st == ST_NOTFOUND) {
        done(user, &(struct retried){.status = st});
        return OK;
    }
    struct retry_job *retry = st == OK ? calloc(1, sizeof *retry) : NULL;
    if (!retry)
        return st == OK ? ST_NOMEM : st;
    *retry = (struct retry_job){
        .job = {.apply = retry_apply, .done = retry_done, .bytes = 64 << 10, .urgent = true},
        .engine = engine,
        .what = *what,
        .url = url,
        .done = done,
        .user = user};
    struct write_job *job = &retry->job;
    st = writer_push(engine->writer, &job);
    if (st != OK)
        free(retry);
    return st;
}

/* ---- ending what does not run ---- */

struct end_job {
    struct write_job job;
    struct engine *engine;
    struct id128 id;
    enum job_state as;
    char message[512];
    struct ended result;
    void (*done)(void *user, const struct ended *result);
    void *user;
};

static enum status end_in(struct end_job *end, struct store_write *write)
{
    struct job_record job;
    struct item_counts items = {.items = 0};
    enum status st = get_live_job(write, end->id, &job);
    if (st == OK && job.state == JOB_RUNNING)
        st = ST_BUSY;
    if (st == OK && has_ended(&job))
        st = ST_EXISTS;
    if (st == OK && is_list(&job))
        st = item_count(store_write_reader(write), &job, &items);
    if (st != OK)
        return st;
    end->result.cancelled = is_list(&job) ? items.ready : job.ready;
    job.state = end->as;
    job.finished_ms = job.updated_ms = clock_wall_ms();
    st = commit_state_event(write, &job);
    if (st == OK)
        st = store_account_settle(write, &job, is_list(&job) ? items.kept : job.kept, 0);
    if (st == OK)
        st = job_renew_texts(write, &job);
    job.message = str_of(end->message);
    return st == OK ? store_job_put(write, &job) : st;
}

static enum status end_apply(struct write_job *handle, struct store_write *write)
{
    struct end_job *end = CONTAINER_OF(handle, struct end_job, job);
    end->result = (struct ended){.status = OK};
    enum status st = end_in(end, write);
    bool refused = st == ST_NOTFOUND || st == ST_BUSY || st == ST_EXISTS;
    if (refused)
        end->result = (struct ended){.status = st};
    return refused ? OK : st;
}

static void end_done(struct write_job *handle, enum status st)
{
    struct end_job *end = CONTAINER_OF(handle, struct end_job, job);
    if (st != OK)
        end->result = (struct ended){.status = st};
    end->done(end->user, &end->result);
    if (end->result.status == OK)
        engine_fed(end->engine, end->id);
    free(end);
}

enum status job_end(struct engine *engine, struct id128 id, enum job_state as, struct str message,
                    void (*done)(void *user, const struct ended *result), void *user)
{
    must(as == JOB_CANCELLED || as == JOB_FAILED);
    struct end_job *end = calloc(1, sizeof *end);
    if (!end)
        return ST_NOMEM;
    *end = (struct end_job){.job = {.apply = end_apply, .done = end_done, .bytes = 4096, .urgent = true},
                            .engine = engine,
                            .id = id,
                            .as = as,
                            .done = done,
                            .user = user};
    snprintf(end->message, sizeof end->message, "%.*s", STR_ARG(str_head(message, 500)));
    struct write_job *job = &end->job;
    enum status st = writer_push(engine->writer, &job);
    if (st != OK)
        free(end);
    return st;
}
