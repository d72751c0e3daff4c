/* SPDX-License-Identifier: Apache-2.0 */
/* change.c: the routes that change a job that is there: cancel, retry, resume. */
#include "api/jobs.h"
#include "api/put.h"
#include "api/results.h"
#include "api/routes.h"

struct change {
    struct call *call;
    struct job_record job; /* texts are not valid */
    struct job_secrets secrets;
    struct id128 url; /* of the one page that is fetched again */
    uint64_t seq;
    bool one;
};

static const char not_ended_text[] = "It runs still. Wait until it has ended, or cancel it first.";

/* The job of the path, owned by the key, and the cookies of the body. NULL: a reply was made. */
static struct change *begin(struct call *call, enum job_kind kind, enum job_kind or_kind)
{
    struct change *c = ARENA_NEW(&call->arena, struct change);
    struct store_read *read;
    if (!c) {
        call_error_status(call, ST_NOMEM);
        return NULL;
    }
    c->call = call;
    struct str cookies = json_str(json_get(call->json, "cookies"), STR_NONE);
    if (cookies_normalise(&call->arena, cookies, &c->secrets.cookies) != OK) {
        call_error(call, 400, "INVALID_REQUEST", "/cookies: expected name=value; name2=value2");
        return NULL;
    }
    if (!call_read_begin(call, &read))
        return NULL;
    bool good = own_job_of_call(call, read, kind, or_kind, &c->job);
    store_read_end(read);
    return good ? c : NULL;
}

static bool runs(enum job_state state)
{
    return state == JOB_QUEUED || state == JOB_RUNNING;
}

static bool has_ended(enum job_state state)
{
    return !runs(state) && state != JOB_INTERRUPTED;
}

static void reply_terminal(struct call *call)
{
    call_error(call, 409, "ALREADY_TERMINAL", "It has ended already, so there is nothing to cancel.");
}

/* ---- cancel ---- */

static void reply_cancelled(struct change *c, const struct ended *result)
{
    struct call *call = c->call;
    struct json_out *out = &call->json_out;
    char id[UUID_TEXT];
    uuid_format(c->job.id, id);
    json_begin(out, '{');
    put_text(out, "status", "cancelled");
    if (c->job.kind == JOB_BATCH) {
        put_u64(out, "cancelledItems", result->cancelled);
        put_u64(out, "creditsRefunded", result->cancelled * c->job.unit_credits);
    } else {
        put_text(out, "jobId", id);
    }
    json_end(out, '}');
    call_reply_json(call, 200);
}

static void cancelled(void *user, const struct ended *result)
{
    struct change *c = user;
    if (result->status == OK)
        reply_cancelled(c, result);
    else if (result->status == ST_EXISTS)
        reply_terminal(c->call);
    else if (result->status == ST_NOTFOUND)
        call_error(c->call, 404, "NOT_FOUND", "The job was deleted meanwhile.");
    else
        call_error_status(c->call, result->status);
    call_resume(c->call);
}

static void cancel(struct call *call, enum job_kind kind, enum job_kind or_kind)
{
    struct change *c = begin(call, kind, or_kind);
    if (!c)
        return;
    if (has_ended(c->job.state)) {
        reply_terminal(call);
        return;
    }
    call_wait(call);
    enum status st = job_queue_cancel(call->service->queue, c->job.id, cancelled, c);
    if (st == OK)
        return;
    const struct ended result = {.status = st};
    cancelled(c, &result);
}

void batch_cancel(struct call *call)
{
    cancel(call, JOB_BATCH, JOB_BATCH);
}

void crawl_cancel(struct call *call)
{
    cancel(call, JOB_CRAWL, JOB_EXTRACT);
}

/* ---- retry and resume ---- */

static void requeue(struct change *c)
{
    const struct queued_job job = {
        .id = c->job.id, .owner = c->job.owner, .kind = c->job.kind, .has_only = c->one, .only = c->url};
    job_queue_add(c->call->service->queue, &job, &c->secrets);
}

static void refuse_retry(struct call *call, enum status st)
{
    if (st == ST_NOTFOUND)
        call_error(call, 400, "NOTHING_TO_RETRY",
                   "Nothing of it has failed, so there is nothing to retry.");
    else if (st == ST_BUSY)
        call_error(call, 409, "NOT_FINISHED", "%s", not_ended_text);
    else if (st == ST_DENIED)
        call_error(call, 403, "INSUFFICIENT_CREDITS",
                   "This key has not enough credits left for the retry. Ask the operator for more.");
    else if (st == ST_LIMIT)
        call_error_retry(call, 429, "TOO_MANY_PENDING_JOBS", 5,
                         "Too many of this key's jobs wait or run already. Send it again when some have "
                         "ended.");
    else
        call_error_status(call, st);
}

static void batch_retried(void *user, const struct retried *result)
{
    struct change *c = user;
    struct call *call = c->call;
    if (result->status == OK) {
        requeue(c);
        json_begin(&call->json_out, '{');
        put_text(&call->json_out, "status", "queued");
        put_u64(&call->json_out, "retriedCount", result->retried);
        json_end(&call->json_out, '}');
        call_reply_json(call, 202);
    } else {
        refuse_retry(call, result->status);
    }
    call_resume(call);
}

static void retry(struct change *c, uint64_t most_pending,
                  void (*done)(void *user, const struct retried *result))
{
    struct call *call = c->call;
    bool waits = c->job.flags & JOB_HAD_SECRETS && c->job.state != JOB_RUNNING && !c->one;
    if (!has_ended(c->job.state) && !waits) {
        call_error(call, 409, "NOT_FINISHED", "%s", not_ended_text);
        return;
    }
    /* Without them it would wait for them in vain, or fail. */
    if (c->job.flags & JOB_HAD_SECRETS && !c->secrets.cookies.n) {
        call_error(
            call, 400, "CREDENTIALS_LOST",
            "/cookies: it was given cookies, which are kept no longer than it runs; send them again.");
        return;
    }
    const struct retry what = {
        .job = c->job.id, .one = c->one, .seq = c->seq, .most_pending = most_pending};
    call_wait(call);
    enum status st = job_retry(call->service->engine, &what, done, c);
    if (st == OK)
        return;
    call_error_status(call, st);
    call_resume(call);
}

void batch_retry(struct call *call)
{
    struct change *c = begin(call, JOB_BATCH, JOB_BATCH);
    if (c)
        retry(c, call->service->config->limits_pending_batches, batch_retried);
}

static void crawl_resumed(void *user, const struct retried *result)
{
    struct change *c = user;
    struct call *call = c->call;
    struct json_out *out = &call->json_out;
    char id[UUID_TEXT];
    if (result->status == OK) {
        requeue(c);
        uuid_format(c->job.id, id);
        json_begin(out, '{');
        put_text(out, "status", "queued");
        put_text(out, "jobId", id);
        put_text(out, "message", "Crawl job goes on.");
        json_end(out, '}');
        call_reply_json(call, 202);
    } else {
        refuse_retry(call, result->status);
    }
    call_resume(call);
}

void crawl_resume_call(struct call *call)
{
    struct change *c = begin(call, JOB_CRAWL, JOB_CRAWL);
    if (c)
        retry(c, call->service->config->limits_pending_crawls, crawl_resumed);
}

/* ---- one page again ---- */

/* The page's answer after the retry, or why there is none. */
static enum status reply_page(struct change *c, struct store_read *read)
{
    struct call *call = c->call;
    struct json_out *out = &call->json_out;
    struct job_record job;
    struct url_record url;
    struct page_record page;
    struct page_result result = {0};
    struct result_reader reader;
    enum status st = store_job_get(read, c->job.id, &job);
    if (st == OK)
        st = job_item_outcome(read, &job, c->url, &url);
    if (st != OK)
        return st;
    bool kept = url.state == URL_KEPT;
    st = result_reader_init(&reader);
    if (st == OK && kept)
        st = store_page_get(read, job.number, url.seq, &page);
    if (st == OK && kept)
        st = result_read(&reader, read, &job, &page, false, &result);
    json_begin(out, '{');
    json_key(out, "success");
    json_put_bool(out, kept);
    json_key(out, "data");
    if (kept)
        result_put(&result, out);
    else
        json_put_null(out);
    if (result.failed)
        put_bool(out, "ai_extraction_failed", true);
    result_put_engine(&result, NULL, out);
    put_u64(out, "tokensUsed", result.input_tokens + result.output_tokens);
    put_u64(out, "creditsUsed", job.charged_credits - c->job.charged_credits);
    put_str(out, "message", kept ? STR_LIT("The page was fetched again.") : url.detail);
    json_end(out, '}');
    result_reader_fini(&reader);
    return st;
}

static void page_fetched(void *user)
{
    struct change *c = user;
    struct store_read *read;
    enum status st = store_read_begin(c->call->service->store, &read);
    if (st == OK) {
        st = reply_page(c, read);
        store_read_end(read);
    }
    if (st == OK)
        call_reply_json(c->call, 200);
    else
        call_error_status(c->call, st);
    call_resume(c->call);
}

static void page_retried(void *user, const struct retried *result)
{
    struct change *c = user;
    enum status st = result->status;
    if (st != OK) {
        refuse_retry(c->call, st);
        call_resume(c->call);
        return;
    }
    requeue(c);
    if (job_queue_await(c->call->service->queue, c->job.id, page_fetched, c) != OK) {
        call_error_status(c->call, ST_NOMEM);
        call_resume(c->call);
    }
}

/* The URL that the path's {page} names. */
static bool find_page(struct change *c)
{
    struct call *call = c->call;
    struct store_read *read;
    struct url_record url;
    enum status st = hex_decode(call->params[1], c->url.b, sizeof c->url.b);
    if (st == OK && !call_read_begin(call, &read))
        return false;
    if (st == OK) {
        st = store_url_get(read, c->job.number, c->url, &url);
        store_read_end(read);
    }
    if (st == OK)
        c->seq = url.seq;
    else
        call_error(call, 404, "NOT_FOUND", "This crawl has no such page. Page ids stand in its /pages.");
    return st == OK;
}

void crawl_retry_page(struct call *call)
{
    struct change *c = begin(call, JOB_CRAWL, JOB_CRAWL);
    if (!c || !find_page(c))
        return;
    c->one = true;
    retry(c, 0, page_retried);
}
