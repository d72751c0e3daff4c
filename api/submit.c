/* SPDX-License-Identifier: Apache-2.0 */
/* submit.c: the routes that take work: scrape, batch, crawl, and the extraction from a crawl's cached pages.
 *
 * Each reads its body into a crawl_request, hands it to job_submit() and waits for the commit, which runs on
 * the writer's thread; then the queue gets the job, and the client its 202. Bodies were held against the route's
 * schema before, so here types are right and only meaning is checked. */
#include "api/jobs.h"
#include "api/proxies.h"
#include "api/results.h"
#include "api/routes.h"
#include "base/schema.h"

#include <stdio.h>

struct taking {
    struct call *call;
    struct submission submission;
    struct crawl_request request;
    struct job_secrets secrets;
    struct schema_notes notes;
    const char *id_name; /* "jobId", "batchId" */
    const char *path;    /* of the status: "/scrape/" */
    const char *message; /* what the reply says beside the id; NULL: nothing */
    uint64_t total;      /* of a batch; 0: not told */
};

/* ---- fields that all have ---- */

static struct str text_of(const struct call *call, const char *name)
{
    return json_str(json_get(call->json, name), STR_NONE);
}

static bool flag_of(const struct call *call, const char *name)
{
    return json_bool(json_get(call->json, name), false);
}

static struct str json_text(struct call *call, const struct json *v)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    json_copy(v, &text);
    struct str s = text.status == OK ? arena_str(&call->arena, buf_str(&text)) : STR_NONE;
    buf_fini(&text);
    return s;
}

/* False: a reply was made. */
static bool take_schema(struct taking *t)
{
    struct call *call = t->call;
    const struct json *schema = json_get(call->json, "schema");
    if (!schema || json_type(schema) == JSON_NULL)
        return true;
    if (schema_check(schema, true, &call->arena, &t->notes) != OK) {
        call_error_list(call, 422, "INVALID_SCHEMA", t->notes.errors, t->notes.n_errors);
        return false;
    }
    t->request.schema = json_text(call, schema);
    return true;
}

static bool take_cookies(struct taking *t)
{
    struct call *call = t->call;
    struct str text = text_of(call, "cookies");
    if (cookies_normalise(&call->arena, text, &t->secrets.cookies) == OK)
        return true;
    call_error(
        call, 400, "INVALID_REQUEST",
        "/cookies: expected name=value; name2=value2, or rows copied from a browser's cookie table");
    return false;
}

static bool take_proxy(struct taking *t)
{
    struct call *call = t->call;
    struct str proxy;
    t->request.use_proxy = flag_of(call, "useProxy");
    if (!t->request.use_proxy)
        return true;
    t->request.proxy_country = text_of(call, "proxyCountry");
    if (proxies_pick(str_of(call->service->config->proxy_pool), t->request.proxy_country, 0, &proxy) ==
        OK)
        return true;
    call_error(call, 400, "NO_PROXY",
               "/useProxy: no proxy is configured; the operator lists them in the setting proxy.pool "
               "(us=http://host:port, ...), or leave useProxy out");
    return false;
}

static bool take_common(struct taking *t, struct call *call)
{
    *t = (struct taking){.call = call};
    crawl_request_init(&t->request);
    t->request.public_only = call->service->public_only;
    t->request.allow_private = call->service->allow_private;
    t->request.content_only = flag_of(call, "extractContentOnly");
    t->request.screenshot = flag_of(call, "screenshot");
    t->request.full_page_screenshot = flag_of(call, "fullPageScreenshot");
    t->request.scrape_mode = text_of(call, "scrapeMode");
    return take_schema(t) && take_cookies(t) && take_proxy(t);
}

/* prompt, output and schema: without any of them a page is its Markdown and nothing is extracted. */
static void take_wishes(struct taking *t)
{
    struct crawl_request *r = &t->request;
    r->transform = str_trim(text_of(t->call, "prompt"));
    r->output = text_of(t->call, "output");
    if (r->schema.n || (r->transform.n && !r->output.n))
        r->output = STR_LIT("json");
}

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
    struct call *call = t->call;
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
    put_warnings(out, &t->notes);
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
    struct call *call = t->call;
    if (result->status != OK) {
        refuse(call, result);
    } else {
        const struct queued_job job = {
            .id = result->job, .owner = call->key.number, .kind = t->submission.kind};
        if (!result->again)
            job_queue_add(call->service->queue, &job, &t->secrets);
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
    struct call *call = t->call;
    struct service *service = call->service;
    struct diag diag = {0};
    t->request.cookies = t->secrets.cookies;
    t->submission.kind = kind;
    t->submission.request = &t->request;
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
    return take_common(t, call) ? t : NULL;
}

/* ---- scrape ---- */

static bool take_urls(struct taking *t, const struct json *list, unsigned most)
{
    struct call *call = t->call;
    size_t n = json_length(list);
    if (n == 0 || n > most) {
        call_error(call, 400, "INVALID_REQUEST", "/urls: expected 1 to %u URLs, got %zu", most, n);
        return false;
    }
    struct str *urls = ARENA_ARRAY(&call->arena, struct str, n);
    if (!urls) {
        call_error_status(call, ST_NOMEM);
        return false;
    }
    for (const struct json *v = json_first(list); v; v = json_after(v)) {
        const struct json *url = json_type(v) == JSON_OBJECT ? json_get(v, "url") : v;
        urls[t->request.n_urls++] = str_trim(json_str(url, STR_NONE));
    }
    t->request.urls = urls;
    t->request.base_url = urls[0];
    return true;
}

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
    if (!t || !take_urls(t, urls, config->limits_scrape_urls))
        return;
    take_wishes(t);
    t->id_name = "jobId";
    t->path = "/scrape/";
    t->message = "Scrape job has been queued.";
    submit(t, JOB_SCRAPE, t->request.n_urls, config->credits_url);
}

/* ---- batch ---- */

void batch_submit(struct call *call)
{
    const struct config *config = call->service->config;
    struct taking *t = begin(call);
    if (!t || !take_urls(t, json_get(call->json, "urls"), config->limits_batch_urls))
        return;
    take_wishes(t);
    t->id_name = "batchId";
    t->path = "/batch/scrape/";
    t->total = t->request.n_urls;
    submit(t, JOB_BATCH, t->request.n_urls, config->credits_url);
}

/* ---- crawl ---- */

/* The API's patterns are prefixes when they have no `*`; ours end such a prefix at a segment. */
static bool take_patterns(struct taking *t, const char *name, struct str_list *to)
{
    struct call *call = t->call;
    for (const struct json *v = json_first(json_get(call->json, name)); v; v = json_after(v)) {
        struct str pattern = str_trim(json_str(v, STR_NONE));
        if (!pattern.n)
            continue;
        if (to->n == REQUEST_LIST_MAX) {
            call_error(call, 400, "INVALID_REQUEST", "/%s: at most %u patterns", name, REQUEST_LIST_MAX);
            return false;
        }
        bool prefix = str_find(pattern, '*') == pattern.n;
        to->v[to->n++] = prefix ? arena_printf(&call->arena, "%.*s**", STR_ARG(pattern)) : pattern;
    }
    return true;
}

static bool take_limits(struct taking *t, const struct config *config)
{
    struct call *call = t->call;
    const struct json *pages = json_get(call->json, "maxPages");
    int64_t max_pages = json_int(pages, 5);
    if (max_pages < 1 || (uint64_t)max_pages > config->limits_max_pages) {
        call_error(call, 400, "INVALID_REQUEST", "/maxPages: expected 1 to %llu, got %lld",
                   (unsigned long long)config->limits_max_pages, (long long)max_pages);
        return false;
    }
    t->request.max_pages = (uint64_t)max_pages;
    t->request.max_depth = (int)json_int(json_get(call->json, "maxDepth"), -1);
    return true;
}

static bool has_password(struct call *call, struct str text)
{
    struct url url;
    return text.n && url_parse(&call->arena, text, NULL, &url) == OK &&
           (url.username.n || url.password.n);
}

void crawl_submit_call(struct call *call)
{
    const struct config *config = call->service->config;
    struct taking *t = begin(call);
    if (!t || !take_patterns(t, "includePaths", &t->request.include) ||
        !take_patterns(t, "excludePaths", &t->request.exclude) || !take_limits(t, config))
        return;
    struct crawl_request *r = &t->request;
    r->base_url = str_trim(text_of(call, "baseUrl"));
    r->instruction = str_trim(text_of(call, "crawlInstruction"));
    r->transform = str_trim(text_of(call, "transformInstruction"));
    r->subdomains = flag_of(call, "allowSubdomains");
    r->whole_domain = flag_of(call, "crawlEntireDomain");
    r->ignore_query = flag_of(call, "ignoreQueryParams");
    r->webhook = str_trim(text_of(call, "webhookUrl"));
    if (has_password(call, r->webhook)) {
        call_error(call, 400, "INVALID_REQUEST",
                   "/webhookUrl: a user name and password in it would be stored; deliveries are signed "
                   "instead, so leave them out");
        return;
    }
    t->id_name = "jobId";
    t->path = "/crawl/";
    t->message = "Crawl job has been queued.";
    submit(t, JOB_CRAWL, r->max_pages, config->credits_page);
}

/* ---- extract ---- */

/* Copies what the new job takes over from its source. False: a reply was made. */
static bool take_source(struct taking *t)
{
    struct call *call = t->call;
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
        t->request.base_url = arena_str(&call->arena, source.base_url);
        t->submission.source = source.id;
        t->request.max_pages = source.kept;
    }
    store_read_end(read);
    return good;
}

void crawl_extract(struct call *call)
{
    struct taking *t = begin(call);
    if (!t)
        return;
    t->request.transform = str_trim(text_of(call, "transformInstruction"));
    if (!t->request.transform.n && !t->request.schema.n) {
        call_error(call, 400, "INVALID_REQUEST",
                   "/transformInstruction: expected a sentence that says what to extract, or a schema");
        return;
    }
    if (!take_source(t))
        return;
    t->id_name = "jobId";
    t->path = "/crawl/";
    t->message = "Extraction has been queued.";
    submit(t, JOB_EXTRACT, t->request.max_pages, call->service->config->credits_extract);
}
