/* SPDX-License-Identifier: Apache-2.0 */
/* status.c: the state of scrapes and batches, and the list of batches. A batch is written item by item, so that
 * fifty large pages are never in memory together. */
#include "api/items.h"
#include "api/jobs.h"
#include "api/lists.h"
#include "api/put.h"
#include "api/routes.h"

#include <stdlib.h>

/* ---- scrape ---- */

#define WARNINGS_MAX 32u

struct scrape_view {
    struct call *call;
    struct store_read *read;
    struct job_record job;
    struct items items;
    struct result_reader reader;
    struct buf *datas; /* one a completed item: its answer, or its Markdown as a JSON string */
    bool *is_answer;   /* of each */
    size_t n_datas;
    struct str engine;                 /* a JSON string; empty: nothing was asked for */
    struct str warnings[WARNINGS_MAX]; /* JSON strings, each once */
    size_t n_warnings;
    uint64_t input_tokens, output_tokens;
    bool answered, failed;
};

static double share_done(const struct job_record *job, size_t n)
{
    uint64_t done = job->kept + job->failed + job->redirected;
    return n && !state_has_ended(job->state) ? 0.9 * (double)(done < n ? done : n) / (double)n + 0.05
                                             : 1;
}

static void put_progress(struct scrape_view *v)
{
    struct json_out *out = &v->call->json_out;
    bool runs = v->job.state == JOB_RUNNING;
    json_key(out, "progress");
    json_begin(out, '{');
    put_text(out, "message", runs ? "Loading the page..." : state_message(v->job.state));
    json_key(out, "progress");
    json_put_double(out, v->job.state == JOB_QUEUED ? 0 : share_done(&v->job, v->items.n));
    json_end(out, '}');
}

static void add_warning(struct scrape_view *v, const struct json *warning)
{
    struct buf text;
    buf_init(&text, 1 << 16);
    json_copy(warning, &text);
    bool known = text.status != OK || v->n_warnings == WARNINGS_MAX;
    for (size_t i = 0; !known && i < v->n_warnings; i++)
        known = str_eq(v->warnings[i], buf_str(&text));
    if (!known)
        v->warnings[v->n_warnings++] = arena_str(&v->call->arena, buf_str(&text));
    buf_fini(&text);
}

/* Who answered, and what is to be said of all pages' answers. */
static enum status gather(struct scrape_view *v, const struct page_result *result)
{
    static const struct json_limits limits = {
        .max_bytes = (size_t)1 << 20, .max_depth = 4, .replace_nul = true};
    struct json_doc *doc = NULL;
    if (result->engine.n && !v->engine.n)
        v->engine = arena_printf(&v->call->arena, "\"%.*s\"", STR_ARG(result->engine));
    enum status st = result->warnings.n ? json_parse(result->warnings, &limits, &doc, NULL) : OK;
    for (const struct json *one = doc ? json_first(json_root(doc)) : NULL; one; one = json_after(one))
        add_warning(v, one);
    json_doc_destroy(doc);
    v->answered = v->answered || result->answered;
    v->failed = v->failed || result->failed;
    v->input_tokens += result->input_tokens;
    v->output_tokens += result->output_tokens;
    return st;
}

/* Where one page has an answer, the Markdown of those that have none is no part of it. */
static void leave_out_unanswered(struct scrape_view *v)
{
    size_t kept = 0;
    for (size_t i = 0; i < v->n_datas; i++) {
        if (v->is_answer[i])
            v->datas[kept++] = v->datas[i];
        else
            buf_fini(&v->datas[i]);
    }
    v->n_datas = kept;
}

/* Answers first, as `content` stands before `data`. */
static enum status collect(struct scrape_view *v)
{
    v->datas = calloc(v->items.n, sizeof *v->datas);
    v->is_answer = arena_alloc(&v->call->arena, v->items.n);
    enum status st = v->datas && v->is_answer ? OK : ST_NOMEM;
    for (size_t i = 0; st == OK && i < v->items.n; i++) {
        struct item item;
        struct page_result result;
        struct json_out data;
        st = item_read(&v->items, v->read, &v->job, i, &item);
        if (st != OK || item.state != ITEM_COMPLETED)
            continue;
        st = result_read(&v->reader, v->read, &v->job, &item.page, false, &result);
        if (st != OK)
            break;
        v->is_answer[v->n_datas] = result.answered;
        struct buf *to = &v->datas[v->n_datas++];
        buf_init(to, (size_t)1 << 30);
        json_out_init(&data, to, 0);
        result_put(&result, &data);
        st = to->status == OK ? gather(v, &result) : to->status;
    }
    if (v->answered)
        leave_out_unanswered(v);
    return st;
}

/* Markdown of several pages is one text, a rule between them. */
static void join_markdown(struct scrape_view *v, struct json_out *out)
{
    struct buf text;
    buf_init(&text, (size_t)1 << 30);
    buf_putc(&text, '"');
    for (size_t i = 0; i < v->n_datas; i++) {
        struct str s = buf_str(&v->datas[i]);
        if (i)
            buf_puts(&text, "\\n\\n---\\n\\n");
        buf_put_str(&text, str_make(s.p + 1, s.n - 2)); /* without its quotes */
    }
    buf_putc(&text, '"');
    json_put_raw(out, text.status == OK ? buf_str(&text) : STR_LIT("null"));
    buf_fini(&text);
}

static bool all_texts(const struct scrape_view *v)
{
    for (size_t i = 0; i < v->n_datas; i++)
        if (v->datas[i].n < 2 || v->datas[i].p[0] != '"')
            return false;
    return true;
}

static enum status put_content(struct scrape_view *v)
{
    struct json_out *out = &v->call->json_out;
    struct str texts[64];
    json_key(out, "content");
    if (all_texts(v)) {
        join_markdown(v, out);
        return OK;
    }
    size_t n = v->n_datas < ARRAY_LEN(texts) ? v->n_datas : ARRAY_LEN(texts);
    for (size_t i = 0; i < n; i++)
        texts[i] = buf_str(&v->datas[i]);
    return results_combine(texts, n, out);
}

static enum status put_page(struct scrape_view *v, size_t i)
{
    struct json_out *out = &v->call->json_out;
    struct item item;
    struct page_result result = {0};
    enum status st = item_read(&v->items, v->read, &v->job, i, &item);
    bool good = st == OK && item.state == ITEM_COMPLETED;
    if (good)
        st = result_read(&v->reader, v->read, &v->job, &item.page, true, &result);
    if (st != OK)
        return st;
    json_begin(out, '{');
    put_str(out, "url", good ? item.page.url : v->items.urls[i]);
    put_str(out, "title", good ? item.page.title : STR_NONE);
    put_str(out, "markdownContent", result.markdown);
    put_bool(out, "success", good);
    put_null(out, "screenshotUrl");
    put_bool(out, "lowContent", good && item.page.flags & PAGE_NO_TEXT);
    if (good) {
        result_put_told(&item.page, NULL, out);
        result_put_engine(&result, NULL, out);
    }
    if (good && result.answered) {
        json_key(out, "data");
        result_put(&result, out);
    }
    if (!good)
        put_str(out, "error", item.error);
    json_end(out, '}');
    return OK;
}

static void put_stats(struct scrape_view *v)
{
    struct json_out *out = &v->call->json_out;
    int64_t from = v->job.started_ms ? v->job.started_ms : v->job.created_ms;
    int64_t took = v->job.finished_ms > from ? v->job.finished_ms - from : 0;
    json_key(out, "stats");
    json_begin(out, '{');
    put_u64(out, "durationMs", (uint64_t)took);
    put_u64(out, "captchaSolvedCount", 0);
    put_u64(out, "inputTokens", v->input_tokens);
    put_u64(out, "outputTokens", v->output_tokens);
    put_u64(out, "totalTokens", v->input_tokens + v->output_tokens);
    json_end(out, '}');
}

static void put_gathered(struct scrape_view *v)
{
    struct json_out *out = &v->call->json_out;
    if (v->engine.n) {
        json_key(out, "engine");
        json_put_raw(out, v->engine);
    }
    if (!v->n_warnings)
        return;
    json_key(out, "warnings");
    json_begin(out, '[');
    for (size_t i = 0; i < v->n_warnings; i++)
        json_put_raw(out, v->warnings[i]);
    json_end(out, ']');
}

static enum status put_result(struct scrape_view *v)
{
    struct json_out *out = &v->call->json_out;
    enum status st = collect(v);
    json_begin(out, '{');
    if (st == OK)
        st = put_content(v);
    json_key(out, "data");
    json_begin(out, '[');
    for (size_t i = 0; st == OK && i < v->items.n; i++)
        st = put_page(v, i);
    json_end(out, ']');
    json_key(out, "screenshots");
    json_begin(out, '[');
    json_end(out, ']');
    put_bool(out, "ai_extraction_failed", v->failed && !v->answered);
    put_gathered(v);
    put_stats(v);
    json_end(out, '}');
    return st;
}

static enum status put_scrape(struct scrape_view *v)
{
    struct json_out *out = &v->call->json_out;
    bool completed = v->job.state == JOB_DONE || v->job.state == JOB_PARTIAL;
    enum status st = OK;
    json_begin(out, '{');
    put_text(out, "status", state_word(JOB_SCRAPE, v->job.state));
    put_progress(v);
    json_key(out, "result");
    if (completed)
        st = put_result(v);
    else
        json_put_null(out);
    put_str_or_null(out, "error",
                    v->job.state != JOB_FAILED ? STR_NONE
                    : v->job.message.n         ? v->job.message
                                               : STR_LIT("no URL could be scraped"));
    json_end(out, '}');
    return st == OK ? v->call->out.status : st;
}

/* Writes the whole status of a scrape; shared with the logs, which show it as result_data. */
static enum status show_scrape(struct call *call, struct store_read *read, const struct job_record *job)
{
    struct scrape_view v = {.call = call, .read = read, .job = *job};
    enum status st = result_reader_init(&v.reader);
    if (st == OK)
        st = items_read(&v.items, call->service, read, job, &call->arena);
    if (st == OK)
        st = put_scrape(&v);
    for (size_t i = 0; i < v.n_datas; i++)
        buf_fini(&v.datas[i]);
    free(v.datas);
    result_reader_fini(&v.reader);
    return st;
}

void scrape_status(struct call *call)
{
    struct store_read *read;
    struct job_record job;
    if (!call_read_begin(call, &read))
        return;
    bool found = job_of_call(call, read, JOB_SCRAPE, JOB_SCRAPE, &job);
    enum status st = found ? show_scrape(call, read, &job) : OK;
    store_read_end(read);
    if (found && st == OK)
        call_reply_json(call, 200);
    else if (found)
        call_error_status(call, st);
}

/* ---- batch ---- */

struct batch_stream {
    const struct service *service;
    struct id128 job;
    struct arena arena;
    struct result_reader reader;
    size_t next; /* item */
    bool begun;
};

struct batch_counts {
    uint64_t completed, failed;
};

static enum status count_items(const struct items *items, struct store_read *read,
                               const struct job_record *job, struct batch_counts *ret_counts)
{
    struct batch_counts counts = {0};
    for (size_t i = 0; i < items->n; i++) {
        struct item item;
        enum status st = item_read(items, read, job, i, &item);
        if (st != OK)
            return st;
        counts.completed += item.state == ITEM_COMPLETED;
        counts.failed += item.state == ITEM_FAILED;
    }
    *ret_counts = counts;
    return OK;
}

/* A batch all of whose items failed has completed; it failed when it broke itself. */
static const char *batch_word(const struct job_record *job, uint64_t n, uint64_t failed)
{
    bool all_failed = job->state == JOB_FAILED && failed >= n && job->ready == 0;
    return all_failed ? "completed" : state_word(JOB_BATCH, job->state);
}

static enum status put_batch_head(struct items *items, struct store_read *read,
                                  const struct job_record *job, struct json_out *out)
{
    struct batch_counts counts;
    enum status st = count_items(items, read, job, &counts);
    if (st != OK)
        return st;
    put_text(out, "status", batch_word(job, items->n, counts.failed));
    put_u64(out, "totalUrls", items->n);
    put_u64(out, "completedCount", counts.completed);
    put_u64(out, "failedCount", counts.failed);
    put_time(out, "createdAt", job->created_ms);
    put_time(out, "finishedAt", state_has_ended(job->state) ? job->finished_ms : 0);
    put_u64(out, "creditsUsed", job->charged_credits);
    return OK;
}

static enum status put_batch_item(struct batch_stream *s, const struct items *items,
                                  struct store_read *read, const struct job_record *job, size_t i,
                                  struct json_out *out)
{
    struct item item;
    enum status st = item_read(items, read, job, i, &item);
    if (st != OK)
        return st;
    bool begun = item.state != ITEM_PENDING && item.state != ITEM_CANCELLED;
    bool ended = begun && item.state != ITEM_RUNNING;
    bool good = item.state == ITEM_COMPLETED;
    json_begin(out, '{');
    put_uuid(out, "uuid", item_uuid(job->id, i));
    put_str(out, "url", items->urls[i]);
    if (begun)
        put_uuid(out, "jobId", item_uuid(job->id, i));
    else
        put_null(out, "jobId");
    put_text(out, "status", item_state_word(item.state));
    json_key(out, "result");
    if (good)
        st = item_put_result(&s->reader, read, job, &item, true, out);
    else
        json_put_null(out);
    put_str_or_null(out, "error", item.error);
    put_u64(out, "creditsUsed", good ? job->unit_credits : 0);
    put_time(out, "startedAt",
             good    ? item.page.fetched_ms - item.page.took_ms
             : begun ? job->started_ms
                     : 0);
    put_time(out, "finishedAt", ended ? item.url.changed_ms : 0);
    put_null(out, "screenshotUrl");
    json_end(out, '}');
    return st;
}

/* As many items as make about a piece. ST_NOTFOUND: that was the last. */
static enum status batch_piece(struct batch_stream *s, struct store_read *read, struct buf *out)
{
    struct job_record job;
    struct items items;
    enum status st = store_job_get(read, s->job, &job);
    if (st == OK)
        st = items_read(&items, s->service, read, &job, &s->arena);
    if (st != OK)
        return st == ST_NOTFOUND ? ST_IO : st;
    struct json_out json;
    json_out_init(&json, out, 0);
    if (!s->begun) {
        json_begin(&json, '{');
        st = put_batch_head(&items, read, &job, &json);
        json_key(&json, "items");
        buf_putc(out, '[');
        s->begun = true;
    }
    for (; st == OK && s->next < items.n && out->n < STREAM_PIECE; s->next++) {
        struct json_out item;
        json_out_init(&item, out, 0);
        if (s->next)
            buf_putc(out, ',');
        st = put_batch_item(s, &items, read, &job, s->next, &item);
    }
    if (st != OK || s->next < items.n)
        return st;
    buf_puts(out, "]}");
    return ST_NOTFOUND;
}

static enum status batch_next(void *user, struct buf *out, bool idle)
{
    (void)idle;
    struct batch_stream *s = user;
    struct store_read *read;
    enum status st = store_read_begin(s->service->store, &read);
    if (st != OK)
        return st;
    st = batch_piece(s, read, out);
    store_read_end(read);
    arena_reset(&s->arena, 1 << 16);
    return out->status != OK ? out->status : st;
}

static void batch_end(void *user)
{
    struct batch_stream *s = user;
    result_reader_fini(&s->reader);
    arena_fini(&s->arena);
    free(s);
}

void batch_status(struct call *call)
{
    struct store_read *read;
    struct job_record job;
    if (!call_read_begin(call, &read))
        return;
    bool found = job_of_call(call, read, JOB_BATCH, JOB_BATCH, &job);
    store_read_end(read);
    if (!found)
        return;
    struct batch_stream *s = calloc(1, sizeof *s);
    if (s && result_reader_init(&s->reader) == OK) {
        s->service = call->service;
        s->job = job.id;
        arena_init(&s->arena, 16u << 20, 16 * 1024);
        const struct reply_stream stream = {.next = batch_next, .end = batch_end, .user = s};
        call_reply_stream(call, 200, "application/json", &stream);
        return;
    }
    free(s);
    call_error_status(call, ST_NOMEM);
}

/* ---- the list of batches ---- */

static enum status put_batch_row(struct call *call, struct store_read *read,
                                 const struct job_record *job)
{
    struct json_out *out = &call->json_out;
    struct items items;
    struct batch_counts counts;
    struct crawl_request request;
    struct diag diag;
    enum status st = items_read(&items, call->service, read, job, &call->arena);
    if (st == OK)
        st = count_items(&items, read, job, &counts);
    if (st == OK)
        st = crawl_request_read(&call->arena, job->request, &request, &diag);
    if (st != OK)
        return st;
    json_begin(out, '{');
    put_uuid(out, "uuid", job->id);
    put_text(out, "status", batch_word(job, items.n, counts.failed));
    put_u64(out, "totalUrls", items.n);
    put_u64(out, "completedCount", counts.completed);
    put_u64(out, "failedCount", counts.failed);
    put_str(out, "outputFormat", request.output.n ? request.output : STR_LIT("markdown"));
    put_text(out, "scrapingChannel", "api");
    put_time(out, "createdAt", job->created_ms);
    put_time(out, "finishedAt", state_has_ended(job->state) ? job->finished_ms : 0);
    put_u64(out, "creditsUsed", job->charged_credits);
    json_end(out, '}');
    return OK;
}

static void put_pagination(struct json_out *out, uint64_t page, uint64_t limit, uint64_t total)
{
    json_key(out, "pagination");
    json_begin(out, '{');
    put_u64(out, "page", page);
    put_u64(out, "limit", limit);
    put_u64(out, "total", total);
    put_u64(out, "totalPages", (total + limit - 1) / limit);
    json_end(out, '}');
}

static enum status put_batches(struct call *call, struct store_read *read, uint64_t page, uint64_t limit)
{
    struct job_list list;
    struct job_record job;
    uint64_t total = 0, at = 0;
    enum status st = job_list_count(call, read, JOB_BATCH, JOB_BATCH, false, &total);
    if (st != OK)
        return st;
    job_list_init(&list, call, read, JOB_BATCH, JOB_BATCH, false);
    json_begin(&call->json_out, '{');
    json_key(&call->json_out, "jobs");
    json_begin(&call->json_out, '[');
    for (; at < page * limit && (st = job_list_next(&list, &job)) == OK; at++) {
        if (at < (page - 1) * limit)
            continue;
        st = put_batch_row(call, read, &job);
        if (st != OK)
            return st;
    }
    json_end(&call->json_out, ']');
    put_pagination(&call->json_out, page, limit, total);
    json_end(&call->json_out, '}');
    return st == ST_NOTFOUND ? OK : st;
}

void batch_list(struct call *call)
{
    struct store_read *read;
    uint64_t page = call_query_u64(call, "page", 1, 1, 1000000);
    uint64_t limit = call_query_u64(call, "limit", 20, 1, 50);
    if (!call_read_begin(call, &read))
        return;
    enum status st = put_batches(call, read, page, limit);
    store_read_end(read);
    if (st == OK)
        call_reply_json(call, 200);
    else
        call_error_status(call, st);
}
