/* SPDX-License-Identifier: Apache-2.0 */
/* submit.c: the routes that take work: scrape, batch, crawl, and the extraction from a crawl's cached pages.
 *
 * Each reads its body (take.h), hands it to job_submit() and waits for the commit, which runs on
 * the writer's thread; then the queue gets the job, and the client its 202. */
#include "api/extracts.h"
#include "api/jobs.h"
#include "api/put.h"
#include "api/results.h"
#include "api/routes.h"
#include "api/take.h"

#include <stdio.h>

struct taking {
    struct taken_body body;
    struct submission submission;
    const char *id_name; /* "jobId", "batchId" */
    const char *path;    /* of the status: "/scrape/" */
    const char *message; /* what the reply says beside the id; NULL: nothing */
    uint64_t total;      /* of a batch; 0: not told */
};

/* ---- submitting ---- */

static void put_warnings(struct json_out *out, const struct schema_notes *notes)
{
    if (!notes->n_warnings)
        return;
    json_key(out, "schema_warnings");
    json_begin(out, '[');
    for (size_t i = 0; i < notes->n_warnings; i++)
        json_put_str(out, notes->warnings[i]);
    json_end(out, ']');
}

static void reply_taken(struct taking *t, struct id128 job)
{
    struct call *call = t->body.call;
    struct json_out *out = &call->json_out;
    char id[UUID_TEXT];
    uuid_format(job, id);
    call_set_header(
        call, "Location",
        arena_printf(&call->arena, "%s%s%s", call->mount == MOUNT_SDK ? "/sdk" : "/api", t->path, id));
    json_begin(out, '{');
    json_key(out, "status");
    json_put_str(out, STR_LIT("queued"));
    json_key(out, t->id_name);
    json_put_str(out, str_of(id));
    if (t->total) {
        json_key(out, "total");
        json_put_int(out, (int64_t)t->total);
    }
    if (t->message) {
        json_key(out, "message");
        json_put_str(out, arena_printf(&call->arena, "%s Poll /api%s%s to get the result.", t->message,
                                       t->path, id));
    }
    put_warnings(out, &t->body.notes);
    json_end(out, '}');
    call_reply_json(call, 202);
}

static void refuse(struct call *call, const struct submitted *result)
{
    if (result->status == ST_DENIED)
        call_error(call, 403, "INSUFFICIENT_CREDITS",
                   "This key has not enough credits left for the job. Ask the operator for more, or ask "
                   "for fewer pages.");
    else if (result->status == ST_LIMIT)
        call_error_retry(call, 429, "TOO_MANY_PENDING_JOBS", 5,
                         "Too many of this key's jobs wait or run already. Send it again when some have "
                         "ended.");
    else if (result->status == ST_EXISTS)
        call_error(call, 409, "IDEMPOTENCY_CONFLICT",
                   "This Idempotency-Key came with another request before. Use a new key for a new "
                   "request.");
    else
        call_error_status(call, result->status);
}

/* The writer's thread. */
static void taken(void *user, const struct submitted *result)
{
    struct taking *t = user;
    struct call *call = t->body.call;
    if (result->status != OK) {
        refuse(call, result);
    } else {
        const struct queued_job job = {
            .id = result->job, .owner = call->key.number, .kind = t->submission.kind};
        if (!result->again)
            job_queue_add(call->service->queue, &job, &t->body.secrets);
        reply_taken(t, result->job);
    }
    call_resume(call);
}

/* The most jobs of a kind that a key may have waiting or running. */
static uint64_t most_pending(const struct config *config, enum job_kind kind)
{
    switch (kind) {
    case JOB_SCRAPE:
        return config->limits_pending_scrapes;
    case JOB_BATCH:
        return config->limits_pending_batches;
    case JOB_CRAWL:
        return config->limits_pending_crawls;
    default:
        return config->limits_pending_extracts;
    }
}

static void submit(struct taking *t, enum job_kind kind, uint64_t units, uint64_t unit_credits)
{
    struct call *call = t->body.call;
    struct service *service = call->service;
    struct diag diag = {0};
    t->body.request.cookies = t->body.secrets.cookies;
    t->submission.kind = kind;
    t->submission.request = &t->body.request;
    t->submission.owner = call->key.number;
    t->submission.units = units;
    t->submission.unit_credits = unit_credits;
    t->submission.most_pending = most_pending(service->config, kind);
    t->submission.idempotency_key = call_header(call, "Idempotency-Key");
    t->submission.idempotency_ms = service->config->api_idempotency_ms;
    struct sha256_ctx *sha = t->submission.idempotency_key.n ? sha256_create() : NULL;
    if (sha) {
        struct str head =
            arena_printf(&call->arena, "%s\n%.*s\n", call->route->path, STR_ARG(call->params[0]));
        t->submission.fingerprint = sha256_of(sha, head, call->body);
        sha256_destroy(sha);
    }
    call_wait(call);
    enum status st = job_submit(service->engine, &t->submission, taken, t, &diag);
    if (st == OK)
        return;
    if (st == ST_INPUT || st == ST_DENIED || st == ST_LIMIT || st == ST_UNSUPPORTED)
        call_error(call, 400, "INVALID_REQUEST", "%s", diag.text);
    else
        call_error_status(call, st);
    call_resume(call);
}

/* The taking outlives the handler: it lives in the call. */
static struct taking *begin(struct call *call)
{
    struct taking *t = ARENA_NEW(&call->arena, struct taking);
    if (!t) {
        call_error_status(call, ST_NOMEM);
        return NULL;
    }
    return take_common(&t->body, call) ? t : NULL;
}

/* ---- scrape ---- */

static bool wants_browser(const struct json *urls)
{
    for (const struct json *v = json_first(urls); v; v = json_after(v))
        if (json_length(json_get(v, "actions")))
            return true;
    return false;
}

void scrape_submit(struct call *call)
{
    const struct config *config = call->service->config;
    const struct json *urls = json_get(call->json, "urls");
    if (wants_browser(urls)) {
        call_error(
            call, 400, "BROWSER_UNAVAILABLE",
            "This server has no browser, so it can't click or type. Leave actions out to scrape the "
            "page as it is served.");
        return;
    }
    struct taking *t = begin(call);
    if (!t || !take_urls(&t->body, urls, config->limits_scrape_urls))
        return;
    take_wishes(&t->body);
    t->id_name = "jobId";
    t->path = "/scrape/";
    t->message = "Scrape job has been queued.";
    submit(t, JOB_SCRAPE, t->body.request.n_urls, config->credits_url);
}

/* ---- batch ---- */

void batch_submit(struct call *call)
{
    const struct config *config = call->service->config;
    struct taking *t = begin(call);
    if (!t || !take_urls(&t->body, json_get(call->json, "urls"), config->limits_batch_urls))
        return;
    take_wishes(&t->body);
    t->id_name = "batchId";
    t->path = "/batch/scrape/";
    t->total = t->body.request.n_urls;
    submit(t, JOB_BATCH, t->body.request.n_urls, config->credits_url);
}

/* ---- crawl ---- */

static bool has_password(struct call *call, struct str text)
{
    struct url url;
    return text.n && url_parse(&call->arena, text, NULL, &url) == OK &&
           (url.username.n || url.password.n);
}

#define USUAL_PAGES 5

void crawl_submit_call(struct call *call)
{
    struct taking *t = begin(call);
    if (!t || !take_crawl(&t->body, USUAL_PAGES))
        return;
    struct crawl_request *r = &t->body.request;
    r->transform = str_trim(taken_text(call, "transformInstruction"));
    r->webhook = str_trim(taken_text(call, "webhookUrl"));
    if (has_password(call, r->webhook)) {
        call_error(call, 400, "INVALID_REQUEST",
                   "/webhookUrl: a user name and password in it would be stored; deliveries are signed "
                   "instead, so leave them out");
        return;
    }
    t->id_name = "jobId";
    t->path = "/crawl/";
    t->message = "Crawl job has been queued.";
    submit(t, JOB_CRAWL, r->max_pages, call->service->config->credits_page);
}

/* ---- extract ---- */

/* Copies what the new job takes over from its source. False: a reply was made. */
static bool take_source(struct taking *t)
{
    struct call *call = t->body.call;
    struct store_read *read;
    struct job_record job, source;
    if (!call_read_begin(call, &read))
        return false;
    bool good = job_of_call(call, read, JOB_CRAWL, JOB_EXTRACT, &job);
    if (good && job.state != JOB_DONE && job.state != JOB_PARTIAL) {
        call_error(
            call, 400, "NOT_FINISHED",
            "This crawl has not completed, so there is nothing to extract from yet. Wait until its "
            "status is completed.");
        good = false;
    } else if (good && result_source(read, &job, &source) != OK) { /* an extraction's own source */
        call_error(call, 404, "NOT_FOUND", "The crawl that this was extracted from has been deleted.");
        good = false;
    }
    if (good) {
        t->body.request.base_url = arena_str(&call->arena, source.base_url);
        t->submission.source = source.id;
        t->body.request.max_pages = source.kept;
    }
    store_read_end(read);
    return good;
}

static void reply_survey(struct taking *t)
{
    struct call *call = t->body.call;
    struct json_out *out = &call->json_out;
    struct reextract_survey survey;
    struct diag diag = {0};
    enum status st = extracts_survey(call->service, t->submission.source, call->key.number,
                                     &t->body.request, &survey, &diag);
    if (st != OK) {
        call_error_status(call, st);
        return;
    }
    json_begin(out, '{');
    put_bool(out, "dryRun", true);
    put_u64(out, "pages", survey.pages);
    put_u64(out, "anew", survey.anew);
    put_u64(out, "tokens", survey.tokens);
    put_u64(out, "credits", survey.anew * call->service->config->credits_extract);
    put_warnings(out, &t->body.notes);
    json_end(out, '}');
    call_reply_json(call, 200);
}

void crawl_extract(struct call *call)
{
    struct taking *t = begin(call);
    if (!t)
        return;
    t->body.request.transform = str_trim(taken_text(call, "transformInstruction"));
    if (!t->body.request.transform.n && !t->body.request.schema.n) {
        call_error(call, 400, "INVALID_REQUEST",
                   "/transformInstruction: expected a sentence that says what to extract, or a schema");
        return;
    }
    t->body.request.output = t->body.request.schema.n ? STR_LIT("json") : taken_text(call, "output");
    if (!take_source(t))
        return;
    if (taken_flag(call, "dryRun") || taken_flag(call, "dry_run")) {
        reply_survey(t);
        return;
    }
    t->id_name = "jobId";
    t->path = "/crawl/";
    t->message = "Extraction has been queued.";
    submit(t, JOB_EXTRACT, t->body.request.max_pages, call->service->config->credits_extract);
}
