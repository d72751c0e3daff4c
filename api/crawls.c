/* SPDX-License-Identifier: Apache-2.0 */
/* crawls.c: what is known of a crawl or of an extraction from one: status with its result, pages, record, and the
 * lists. Result and pages are streams: each piece comes from a read transaction of its own, so neither memory nor
 * the store's free space depends on how large a crawl is or how slowly a client reads. */
#include "api/jobs.h"
#include "api/links.h"
#include "api/lists.h"
#include "api/put.h"
#include "api/results.h"
#include "api/routes.h"
#include "api/states.h"
#include "frontier/policy.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- pages, one after the other ---- */

enum walk_phase { WALK_PAGES, WALK_FAILED, WALK_END };

/* Where a stream over a job's pages stands; no slices of the store in it. */
struct walk {
    const struct service *service;
    struct id128 job;
    uint32_t number, source_number;
    bool is_extract, wants_failed, wants_links;
    struct result_reader reader;
    struct arena arena;
    struct str origin;
    int64_t expires_s;
    enum walk_phase phase;
    uint64_t next_seq, end_seq;
    uint64_t next_url;   /* seq */
    uint64_t skip, left; /* entries to pass over, then to put */
    uint64_t put, put_bytes, inline_bytes;
    bool begun, truncated;
    bool for_status;
};

static void put_page_head(const struct page_record *page, struct json_out *out)
{
    put_str(out, "url", page->url);
    put_str(out, "title", page->title);
}

static enum status put_page(struct walk *w, struct store_read *read, const struct page_record *page,
                            struct json_out *out)
{
    struct page_result result;
    struct bundle bundle = {0};
    char id[PAGE_ID_TEXT];
    const struct job_record job = {.number = w->number};
    enum status st = result_read(&w->reader, read, &job, page, false, &result);
    if (st == OK && w->wants_links)
        st = store_bundle_get(read, page->bundle, &bundle);
    if (st != OK)
        return st;
    bool broken = result.failed && result.error.n;
    size_t before = out->out->n;
    json_begin(out, '{');
    page_id_text(page->url_id, id);
    put_text(out, "id", id);
    put_page_head(page, out);
    put_text(out, "status", broken ? "failed" : "success");
    json_key(out, "data");
    if (w->truncated || broken)
        json_put_null(out);
    else
        result_put(&result, out);
    if (!w->truncated)
        result_put_told(page, NULL, out);
    if (result.failed)
        put_bool(out, "ai_extraction_failed", true);
    if (!w->truncated)
        result_put_engine(&result, NULL, out);
    if (w->wants_links) {
        put_str_or_null(out, "error_message",
                        broken ? STR_LIT("the stored page could not be read") : STR_NONE);
        put_time(out, "created_at", page->fetched_ms);
        put_u64(out, "http_status", page->http_status);
        links_put(w->service, w->origin, w->job, page->url_id, bundle.n_parts, w->expires_s, out);
    }
    json_end(out, '}');
    w->put_bytes += out->out->n - before;
    if (w->inline_bytes && w->put_bytes > w->inline_bytes)
        w->truncated = true;
    return out->out->status;
}

static void put_failed(const struct url_record *url, struct json_out *out)
{
    char id[PAGE_ID_TEXT];
    json_begin(out, '{');
    page_id_text(url->id, id);
    put_text(out, "id", id);
    put_str(out, "url", url->url);
    put_text(out, "title", "");
    put_text(out, "status", "failed");
    put_null(out, "data");
    put_str(out, "error_message",
            url->detail.n ? url->detail : str_of(reason_text((enum reason)url->reason)));
    put_time(out, "created_at", url->changed_ms);
    put_u64(out, "http_status", url->http_status);
    put_null(out, "html");
    put_null(out, "html_url");
    put_null(out, "markdown");
    put_null(out, "markdown_url");
    json_end(out, '}');
}

/* An entry is next: is it to be put? */
static bool takes(struct walk *w)
{
    if (w->skip) {
        w->skip--;
        return false;
    }
    if (!w->left) {
        w->phase = WALK_END;
        return false;
    }
    w->left--;
    return true;
}

static struct json_out entry_out(struct walk *w, struct buf *out)
{
    struct json_out json;
    if (w->put++)
        buf_putc(out, ',');
    json_out_init(&json, out, 0);
    return json;
}

/* The next page of the walk; ST_NOTFOUND: no more. */
static enum status next_page(struct walk *w, struct store_read *read, struct page_record *ret_page)
{
    enum status st = OK;
    struct row_record row;
    if (w->is_extract) { /* only pages that have a row already */
        st = store_row_next(read, w->number, w->next_seq, &row);
        w->next_seq = st == OK ? row.seq : w->next_seq;
    }
    if (st == OK)
        st = store_page_next(read, w->source_number, w->next_seq, ret_page);
    if (st == OK && ret_page->seq >= w->end_seq)
        st = ST_NOTFOUND;
    if (st == OK)
        w->next_seq = ret_page->seq + 1;
    return st;
}

static enum status walk_pages(struct walk *w, struct store_read *read, struct buf *out)
{
    struct page_record page;
    enum status st = OK;
    while (w->phase == WALK_PAGES && out->n < STREAM_PIECE && (st = next_page(w, read, &page)) == OK) {
        if (!takes(w))
            continue;
        struct json_out json = entry_out(w, out);
        st = put_page(w, read, &page, &json);
        if (st != OK)
            return st;
    }
    if (st == ST_NOTFOUND)
        w->phase = w->wants_failed ? WALK_FAILED : WALK_END;
    return st == ST_NOTFOUND ? OK : st;
}

static enum status walk_failed(struct walk *w, struct store_read *read, struct buf *out)
{
    struct url_record url;
    enum status st = OK;
    while (w->phase == WALK_FAILED && out->n < STREAM_PIECE &&
           (st = store_url_next(read, w->number, w->next_url, &url)) == OK) {
        w->next_url = url.seq + 1;
        if (url.state != URL_FAILED || !takes(w))
            continue;
        struct json_out json = entry_out(w, out);
        put_failed(&url, &json);
    }
    if (st == ST_NOTFOUND)
        w->phase = WALK_END;
    return st == ST_NOTFOUND ? OK : st;
}

static enum status walk_piece(struct walk *w, struct store_read *read, struct buf *out)
{
    enum status st = walk_pages(w, read, out);
    if (st == OK && w->phase == WALK_FAILED)
        st = walk_failed(w, read, out);
    return st;
}

static void walk_end(void *user)
{
    struct walk *w = user;
    result_reader_fini(&w->reader);
    arena_fini(&w->arena);
    free(w);
}

static struct walk *walk_create(struct call *call, const struct job_record *job,
                                const struct job_record *source)
{
    struct walk *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    arena_init(&w->arena, 1u << 20, 4096);
    w->service = call->service;
    w->job = job->id;
    w->number = job->number;
    w->source_number = source->number;
    w->is_extract = job->kind == JOB_EXTRACT;
    w->end_seq = w->is_extract ? UINT64_MAX : job->next_seq;
    w->origin = arena_str(&w->arena, call_origin(call));
    w->expires_s = clock_wall_ms() / 1000 + call->service->config->api_signed_ms / 1000;
    w->left = UINT64_MAX;
    if (result_reader_init(&w->reader) == OK && w->arena.status == OK)
        return w;
    walk_end(w);
    return NULL;
}

/* The job of the path and the one whose pages it has. False: a reply was made. */
static bool find_pages(struct call *call, struct store_read *read, struct job_record *ret_job,
                       struct job_record *ret_source)
{
    if (!job_of_call(call, read, JOB_CRAWL, JOB_EXTRACT, ret_job))
        return false;
    enum status st = result_source(read, ret_job, ret_source);
    if (st == ST_NOTFOUND)
        call_error(call, 404, "NOT_FOUND", "The crawl that this was extracted from has been deleted.");
    else if (st != OK)
        call_error_status(call, st);
    return st == OK;
}

/* ---- /pages ---- */

static enum status pages_next_piece(void *user, struct buf *out, bool idle)
{
    (void)idle;
    struct walk *w = user;
    struct store_read *read;
    enum status st = store_read_begin(w->service->store, &read);
    if (st != OK)
        return st;
    if (!w->begun)
        buf_puts(out, "{\"pages\":[");
    w->begun = true;
    st = walk_piece(w, read, out);
    store_read_end(read);
    if (st == OK && w->phase == WALK_END) {
        buf_puts(out, "]}");
        st = ST_NOTFOUND;
    }
    return out->status != OK ? out->status : st;
}

void crawl_pages(struct call *call)
{
    struct store_read *read;
    struct job_record job, source;
    uint64_t limit = call_query_u64(call, "limit", 0, 1, 1000000);
    uint64_t page = call_query_u64(call, "page", 1, 1, 1000000);
    if (!call_read_begin(call, &read))
        return;
    bool found = find_pages(call, read, &job, &source);
    struct walk *w = found ? walk_create(call, &job, &source) : NULL;
    store_read_end(read);
    if (found && !w)
        call_error_status(call, ST_NOMEM);
    if (!w)
        return;
    w->wants_links = true;
    w->wants_failed = !w->is_extract;
    if (limit) {
        w->skip = (page - 1) * limit;
        w->left = limit;
    }
    const struct reply_stream stream = {.next = pages_next_piece, .end = walk_end, .user = w};
    call_reply_stream(call, 200, "application/json", &stream);
}

/* ---- status ---- */

/* The message differs with each page, as clients look at that to see what is new. */
static void put_progress(struct json_out *out, const struct job_record *job, uint64_t max_pages)
{
    char message[160];
    uint64_t done = job->kind == JOB_EXTRACT ? job->rows : job->kept;
    uint64_t looked = job->kept + job->traversed + job->failed + job->redirected;
    double share = max_pages ? (double)done / (double)max_pages : 0;
    if (job->state == JOB_RUNNING)
        snprintf(message, sizeof message, "%s (%llu/%llu), %llu URLs looked at, %llu waiting",
                 job->kind == JOB_EXTRACT ? "Extracting" : "Crawling", (unsigned long long)done,
                 (unsigned long long)max_pages, (unsigned long long)looked,
                 (unsigned long long)job->ready);
    else
        snprintf(message, sizeof message, "%s: %llu pages", state_message(job->state),
                 (unsigned long long)done);
    json_key(out, "progress");
    json_begin(out, '{');
    put_text(out, "message", message);
    put_u64(out, "pagesCrawled", done);
    put_u64(out, "maxPages", max_pages);
    put_text(out, "status", state_word(job->kind, job->state));
    json_key(out, "progress");
    json_put_double(out, state_has_ended(job->state) ? 1 : share < 1 ? share : 1);
    json_end(out, '}');
}

/* What an extraction took. It has no way to a site (export/reextract.h). */
static void put_receipt(struct json_out *out, const struct job_record *job)
{
    json_key(out, "receipt");
    json_begin(out, '{');
    put_u64(out, "pages", job->rows);
    put_u64(out, "answered", job->rows - job->failed - job->reused);
    put_u64(out, "reused", job->reused);
    put_u64(out, "failed", job->failed);
    put_u64(out, "empty", job->empty);
    put_u64(out, "inputTokens", job->input_tokens);
    put_u64(out, "outputTokens", job->output_tokens);
    put_u64(out, "credits", job->charged_credits);
    put_u64(out, "siteRequests", 0);
    json_end(out, '}');
}

static enum status put_status_head(struct call *call, const struct job_record *job, struct json_out *out,
                                   struct crawl_request *request)
{
    struct diag diag;
    enum status st = crawl_request_read(&call->arena, job->request, request, &diag);
    if (st != OK)
        return st;
    put_text(out, "status", state_word(job->kind, job->state));
    put_progress(out, job, request->max_pages);
    bool failed = job->state == JOB_FAILED;
    put_str_or_null(out, "error",
                    failed && job->message.n ? job->message
                    : failed                 ? STR_LIT("the crawl failed")
                                             : STR_NONE);
    put_str_or_null(out, "message", job->message);
    put_uuid(out, "jobId", job->id);
    put_u64(out, "creditsUsed", job->charged_credits);
    if (job->kind == JOB_CRAWL && job->policy.n) {
        json_key(out, "policy");
        json_put_raw(out, job->policy);
    }
    if (job->kind == JOB_CRAWL && job->completeness.n) {
        json_key(out, "completeness");
        json_put_raw(out, job->completeness);
    }
    if (job->kind == JOB_EXTRACT) {
        put_uuid(out, "sourceJobId", job->source);
        put_u64(out, "siteRequests", 0);
        if (state_has_ended(job->state))
            put_receipt(out, job);
    }
    return OK;
}

static enum status status_piece(void *user, struct buf *out, bool idle)
{
    (void)idle;
    struct walk *w = user;
    struct store_read *read;
    enum status st = store_read_begin(w->service->store, &read);
    if (st != OK)
        return st;
    if (!w->begun)
        buf_puts(out, ",\"result\":[");
    w->begun = true;
    st = walk_piece(w, read, out);
    store_read_end(read);
    if (st == OK && w->phase == WALK_END) {
        buf_putc(out, ']');
        if (w->truncated) {
            char id[UUID_TEXT];
            uuid_format(w->job, id);
            buf_printf(out, ",\"resultTruncated\":true,\"pagesUrl\":\"%.*s/api/crawl/%s/pages\"",
                       STR_ARG(w->origin), id);
        }
        buf_putc(out, '}');
        st = ST_NOTFOUND;
    }
    return out->status != OK ? out->status : st;
}

/* The head is small and made at once; the result is streamed behind it. */
struct status_stream {
    struct walk *walk;
    struct buf head;
};

static enum status status_next(void *user, struct buf *out, bool idle)
{
    struct status_stream *s = user;
    if (s->head.n) {
        buf_put_str(out, buf_str(&s->head));
        buf_reset(&s->head);
    }
    return status_piece(s->walk, out, idle);
}

static void status_end(void *user)
{
    struct status_stream *s = user;
    walk_end(s->walk);
    buf_fini(&s->head);
    free(s);
}

static void stream_status(struct call *call, const struct job_record *job,
                          const struct job_record *source)
{
    struct status_stream *s = calloc(1, sizeof *s);
    struct walk *w = s ? walk_create(call, job, source) : NULL;
    if (!w) {
        free(s);
        call_error_status(call, ST_NOMEM);
        return;
    }
    w->inline_bytes = call->service->config->limits_inline_result_bytes;
    s->walk = w;
    buf_init(&s->head, 1u << 20);
    buf_put_str(&s->head, buf_str(&call->out));
    buf_reset(&call->out);
    const struct reply_stream stream = {.next = status_next, .end = status_end, .user = s};
    call_reply_stream(call, 200, "application/json", &stream);
}

void crawl_status(struct call *call)
{
    struct store_read *read;
    struct job_record job, source;
    struct crawl_request request;
    if (!call_read_begin(call, &read))
        return;
    if (!job_of_call(call, read, JOB_CRAWL, JOB_EXTRACT, &job)) {
        store_read_end(read);
        return;
    }
    bool completed = job.state == JOB_DONE || job.state == JOB_PARTIAL;
    bool has_pages = result_source(read, &job, &source) == OK;
    json_begin(&call->json_out, '{');
    enum status st = put_status_head(call, &job, &call->json_out, &request);
    if (st == OK && completed && has_pages)
        stream_status(call, &job, &source);
    store_read_end(read);
    if (st != OK) {
        call_error_status(call, st);
    } else if (!completed || !has_pages) {
        put_null(&call->json_out, "result");
        json_end(&call->json_out, '}');
        call_reply_json(call, 200);
    }
}

/* ---- records ---- */

/* As it was given: what has no other star was a prefix (submit.c). */
static struct str given_pattern(struct str pattern)
{
    struct str head = str_head(pattern, pattern.n < 2 ? 0 : pattern.n - 2);
    bool prefix = pattern.n > 2 && str_find(pattern, '*') == head.n;
    return prefix && str_is(str_from(pattern, head.n), "**") ? head : pattern;
}

static void put_patterns(struct json_out *out, const char *name, const struct str_list *list)
{
    json_key(out, name);
    json_begin(out, '[');
    for (size_t i = 0; i < list->n; i++)
        json_put_str(out, given_pattern(list->v[i]));
    json_end(out, ']');
}

static void put_depth(struct json_out *out, int depth)
{
    json_key(out, "max_depth");
    if (depth < 0)
        json_put_null(out);
    else
        json_put_int(out, depth);
}

static void put_common(struct json_out *out, const struct job_record *job, const struct crawl_request *r)
{
    put_uuid(out, "id", job->id);
    put_uuid(out, "uuid", job->id);
    put_str(out, "base_url", job->base_url);
    put_str(out, "crawl_instruction", r->instruction);
    put_str(out, "transform_instruction", r->transform);
    put_u64(out, "max_pages", r->max_pages);
    put_u64(out, "pages_crawled", job->kind == JOB_EXTRACT ? job->rows : job->kept);
    put_text(out, "status", state_word(job->kind, job->state));
    put_time(out, "created_at", job->created_ms);
    put_time(out, "updated_at", job->updated_ms);
    put_u64(out, "credits_used", job->charged_credits);
    if (job->kind == JOB_EXTRACT)
        put_uuid(out, "source_job_id", job->source);
    else
        put_null(out, "source_job_id");
}

static void put_record(struct json_out *out, const struct job_record *job, const struct crawl_request *r)
{
    put_common(out, job, r);
    put_u64(out, "input_tokens", job->input_tokens);
    put_u64(out, "output_tokens", job->output_tokens);
    put_depth(out, r->max_depth);
    put_patterns(out, "include_paths", &r->include);
    put_patterns(out, "exclude_paths", &r->exclude);
    put_u64(out, "allow_subdomains", r->subdomains);
    put_u64(out, "crawl_entire_domain", r->whole_domain);
    put_u64(out, "ignore_query_params", r->ignore_query);
    json_key(out, "output_schema");
    if (r->schema.n)
        json_put_raw(out, r->schema);
    else
        json_put_null(out);
    put_str_or_null(out, "webhook_url", r->webhook);
    put_str_or_null(out, "error_message", job->state == JOB_FAILED ? job->message : STR_NONE);
}

void crawl_job_record(struct call *call)
{
    struct store_read *read;
    struct job_record job;
    struct crawl_request request;
    struct diag diag;
    if (!call_read_begin(call, &read))
        return;
    if (job_of_call(call, read, JOB_CRAWL, JOB_EXTRACT, &job)) {
        enum status st = crawl_request_read(&call->arena, job.request, &request, &diag);
        if (st == OK) {
            json_begin(&call->json_out, '{');
            put_record(&call->json_out, &job, &request);
            json_end(&call->json_out, '}');
            call_reply_json(call, 200);
        } else {
            call_error_status(call, st);
        }
    }
    store_read_end(read);
}

/* ---- lists ---- */

static enum status put_history(struct call *call, struct store_read *read, uint64_t page, uint64_t limit)
{
    struct job_list list;
    struct job_record job;
    struct diag diag;
    uint64_t total = 0;
    enum status st = job_list_count(call, read, JOB_CRAWL, JOB_EXTRACT, true, &total);
    if (st != OK)
        return st;
    struct json_out *out = &call->json_out;
    job_list_init(&list, call, read, JOB_CRAWL, JOB_EXTRACT, true);
    json_begin(out, '{');
    json_key(out, "jobs");
    json_begin(out, '[');
    for (uint64_t at = 0; at < page * limit && (st = job_list_next(&list, &job)) == OK; at++) {
        struct crawl_request request;
        if (at < (page - 1) * limit)
            continue;
        st = crawl_request_read(&call->arena, job.request, &request, &diag);
        if (st != OK)
            return st;
        json_begin(out, '{');
        put_common(out, &job, &request);
        json_end(out, '}');
    }
    json_end(out, ']');
    put_u64(out, "total", total);
    put_u64(out, "page", page);
    put_u64(out, "totalPages", (total + limit - 1) / limit);
    json_end(out, '}');
    return st == ST_NOTFOUND ? OK : st;
}

void crawl_history(struct call *call)
{
    struct store_read *read;
    uint64_t page = call_query_u64(call, "page", 1, 1, 1000000);
    uint64_t limit = call_query_u64(call, "limit", 10, 1, 100);
    if (!call_read_begin(call, &read))
        return;
    enum status st = put_history(call, read, page, limit);
    store_read_end(read);
    if (st == OK)
        call_reply_json(call, 200);
    else
        call_error_status(call, st);
}

void crawl_stats(struct call *call)
{
    struct store_read *read;
    uint64_t total = 0;
    if (!call_read_begin(call, &read))
        return;
    enum status st = job_list_count(call, read, JOB_CRAWL, JOB_EXTRACT, true, &total);
    store_read_end(read);
    if (st != OK) {
        call_error_status(call, st);
        return;
    }
    json_begin(&call->json_out, '{');
    put_u64(&call->json_out, "total", total);
    json_end(&call->json_out, '}');
    call_reply_json(call, 200);
}
