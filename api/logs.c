/* SPDX-License-Identifier: Apache-2.0 */
/* logs.c: the log of scrapes: one entry a scrape job and one a batch item, newest first. Entries are read from the
 * jobs themselves: what is logged is what happened, and nothing is kept twice. A filtered list looks at
 * limits.log_scan jobs at most. */
#include "api/items.h"
#include "api/jobs.h"
#include "api/lists.h"
#include "api/put.h"
#include "api/routes.h"

#include <time.h>

#define DAY_MS 86400000

struct filter {
    struct str status, search, channel;
    int64_t from_ms, to_ms;
};

struct entry {
    const struct job_record *job;
    const struct crawl_request *request;
    struct id128 id;
    const struct str *urls;
    size_t n_urls, n_scraped;
    const char *status; /* "success", "failed", "in_progress" */
    int64_t started_ms, finished_ms;
    uint64_t credits, input_tokens, output_tokens;
    struct str error;
};

struct log_list {
    struct call *call;
    struct store_read *read;
    struct filter filter;
    uint64_t skip, left, total;
};

/* ---- what is asked for ---- */

/* "2026-01-31" or a whole ISO 8601 time; the end of a day when it is the last one wanted. */
static bool take_date(struct str text, bool last, int64_t *ret_ms)
{
    char copy[24] = {0};
    struct tm tm = {0};
    if (!text.n)
        return true;
    if (text.n < 10)
        return false;
    size_t n = text.n < sizeof copy - 1 ? text.n : sizeof copy - 1;
    memcpy(copy, text.p, n);
    const char *end = strptime(copy, "%Y-%m-%dT%H:%M:%S", &tm);
    bool whole = end != NULL;
    if (!end) {
        tm = (struct tm){0};
        end = strptime(copy, "%Y-%m-%d", &tm);
    }
    if (!end)
        return false;
    *ret_ms = (int64_t)timegm(&tm) * 1000 + (last && !whole ? DAY_MS - 1 : 0);
    return true;
}

static bool is_one_of(struct str word, const char *a, const char *b, const char *c, const char *d)
{
    return str_is(word, a) || str_is(word, b) || str_is(word, c) || str_is(word, d);
}

/* False: a reply was made. */
static bool take_filter(struct call *call, struct filter *f)
{
    *f = (struct filter){.status = call_query(call, "status"),
                         .search = call_query(call, "searchTerm"),
                         .channel = call_query(call, "channel"),
                         .to_ms = INT64_MAX};
    if (str_is(f->status, "error"))
        f->status = STR_LIT("failed");
    const char *wrong = NULL;
    if (f->status.n && !is_one_of(f->status, "success", "failed", "in_progress", "all"))
        wrong = "status: expected success, failed, error or in_progress";
    else if (f->channel.n && !is_one_of(f->channel, "api", "playground", "all", "api"))
        wrong = "channel: expected api or playground";
    else if (!take_date(call_query(call, "dateStart"), false, &f->from_ms))
        wrong = "dateStart: expected a date such as 2026-01-31";
    else if (!take_date(call_query(call, "dateEnd"), true, &f->to_ms))
        wrong = "dateEnd: expected a date such as 2026-01-31";
    if (str_is(f->status, "all"))
        f->status = STR_NONE;
    if (wrong)
        call_error(call, 400, "INVALID_REQUEST", "%s", wrong);
    return !wrong;
}

static bool contains(struct str text, struct str word)
{
    for (size_t i = 0; word.n <= text.n && i <= text.n - word.n; i++)
        if (str_eq_nocase(str_make(text.p + i, word.n), word))
            return true;
    return false;
}

static bool wanted(const struct filter *f, const struct entry *e)
{
    bool found = !f->search.n || contains(e->request->transform, f->search);
    for (size_t i = 0; i < e->n_urls && !found; i++)
        found = contains(e->urls[i], f->search);
    return found && (!f->status.n || str_is(f->status, e->status)) &&
           !str_is(f->channel, "playground") && e->started_ms >= f->from_ms && e->started_ms <= f->to_ms;
}

static bool is_filtered(const struct filter *f)
{
    return f->status.n || f->search.n || f->channel.n || f->from_ms || f->to_ms != INT64_MAX;
}

/* ---- entries ---- */

static struct entry entry_of_scrape(const struct job_record *job, const struct crawl_request *request,
                                    const struct items *items)
{
    bool ended = state_has_ended(job->state);
    bool good = job->state == JOB_DONE || job->state == JOB_PARTIAL;
    return (struct entry){.job = job,
                          .request = request,
                          .id = job->id,
                          .urls = items->urls,
                          .n_urls = items->n,
                          .n_scraped = (size_t)job->kept,
                          .status = !ended ? "in_progress"
                                    : good ? "success"
                                           : "failed",
                          .started_ms = job->started_ms ? job->started_ms : job->created_ms,
                          .finished_ms = ended ? job->finished_ms : 0,
                          .credits = job->charged_credits,
                          .input_tokens = job->input_tokens,
                          .output_tokens = job->output_tokens,
                          .error = good || !ended ? STR_NONE : job->message};
}

static struct entry entry_of_item(const struct job_record *job, const struct crawl_request *request,
                                  const struct items *items, size_t i, const struct item *item)
{
    bool good = item->state == ITEM_COMPLETED;
    bool ended = good || item->state == ITEM_FAILED || item->state == ITEM_CANCELLED;
    int64_t began = job->started_ms ? job->started_ms : job->created_ms;
    return (struct entry){.job = job,
                          .request = request,
                          .id = item_uuid(job->id, i),
                          .urls = &items->urls[i],
                          .n_urls = 1,
                          .n_scraped = good,
                          .status = log_word_of_item(item->state),
                          .started_ms = good ? item->page.fetched_ms - item->page.took_ms : began,
                          .finished_ms = !ended                         ? 0
                                         : item->url.changed_ms > began ? item->url.changed_ms
                                                                        : job->finished_ms,
                          .credits = good ? job->unit_credits : 0,
                          .error = item->error};
}

static void put_entry(struct json_out *out, const struct entry *e)
{
    int64_t took = e->finished_ms > e->started_ms ? e->finished_ms - e->started_ms : 0;
    struct str format = e->request->output.n ? e->request->output : STR_LIT("markdown");
    put_uuid(out, "uuid", e->id);
    json_key(out, "urls");
    json_begin(out, '[');
    for (size_t i = 0; i < e->n_urls; i++) {
        json_begin(out, '{');
        put_str(out, "url", e->urls[i]);
        json_end(out, '}');
    }
    json_end(out, ']');
    put_str_or_null(out, "extraction_prompt", e->request->transform);
    put_text(out, "status", e->status);
    put_text(out, "channel", "api");
    put_u64(out, "credits_used", e->credits);
    put_time(out, "started_at", e->started_ms);
    put_time(out, "finished_at", e->finished_ms);
    put_str_or_null(out, "error_message", e->error);
    put_u64(out, "input_tokens", e->input_tokens);
    put_u64(out, "output_tokens", e->output_tokens);
    put_u64(out, "tokens_used", e->input_tokens + e->output_tokens);
    put_u64(out, "latency_ms", (uint64_t)took);
    put_str(out, "ai_output_format", format);
    put_u64(out, "use_proxy", e->request->use_proxy);
    put_str_or_null(out, "proxy_country", e->request->proxy_country);
    put_u64(out, "captcha_solved_count", 0);
    put_u64(out, "scraped_sites_count", e->n_scraped);
}

/* ---- the list ---- */

static void take(struct log_list *l, const struct entry *e)
{
    if (!wanted(&l->filter, e))
        return;
    l->total++;
    if (l->skip) {
        l->skip--;
    } else if (l->left) {
        l->left--;
        json_begin(&l->call->json_out, '{');
        put_entry(&l->call->json_out, e);
        json_end(&l->call->json_out, '}');
    }
}

static enum status take_job(struct log_list *l, const struct job_record *job, struct arena *arena)
{
    struct items items;
    struct crawl_request request;
    struct diag diag;
    enum status st = items_read(&items, l->call->service, l->read, job, arena);
    if (st == OK)
        st = crawl_request_read(arena, job->request, &request, &diag);
    if (st != OK)
        return st;
    if (job->kind == JOB_SCRAPE) {
        const struct entry e = entry_of_scrape(job, &request, &items);
        take(l, &e);
        return OK;
    }
    for (size_t i = items.n; i-- > 0;) {
        struct item item;
        st = item_read(&items, l->read, job, i, &item);
        if (st != OK)
            return st;
        const struct entry e = entry_of_item(job, &request, &items, i, &item);
        take(l, &e);
    }
    return OK;
}

static enum status take_jobs(struct log_list *l)
{
    struct job_list list;
    struct job_record job;
    struct arena arena;
    bool filtered = is_filtered(&l->filter);
    unsigned looked = 0;
    enum status st = OK;
    arena_init(&arena, 16u << 20, 16 * 1024);
    job_list_init(&list, l->call, l->read, JOB_SCRAPE, JOB_BATCH, false);
    while (st == OK && (l->left || filtered) && looked++ < l->call->service->config->limits_log_scan) {
        st = job_list_next(&list, &job);
        if (st == OK)
            st = take_job(l, &job, &arena);
        arena_reset(&arena, 1 << 16);
    }
    arena_fini(&arena);
    return st == ST_NOTFOUND ? OK : st;
}

/* Without a filter the key's counters know how many there are. */
static enum status count_all(struct log_list *l)
{
    struct key_record key;
    enum status st = store_key_get(l->read, l->call->key.number, &key);
    if (st == OK)
        l->total = key.jobs[JOB_SCRAPE] + key.items;
    return st;
}

void log_list(struct call *call)
{
    struct log_list l = {.call = call};
    uint64_t page = call_query_u64(call, "page", 1, 1, 1000000);
    uint64_t limit = call_query_u64(call, "limit", 10, 1, 100);
    if (!take_filter(call, &l.filter) || !call_read_begin(call, &l.read))
        return;
    struct json_out *out = &call->json_out;
    l.skip = (page - 1) * limit;
    l.left = limit;
    json_begin(out, '{');
    put_text(out, "status", "success");
    bool sdk = call->mount == MOUNT_SDK;
    json_key(out, "data");
    if (sdk) {
        json_begin(out, '{');
        json_key(out, "logs");
    }
    size_t from = call->out.n;
    json_begin(out, '[');
    enum status st = take_jobs(&l);
    json_end(out, ']');
    if (st == OK && !is_filtered(&l.filter))
        st = count_all(&l);
    store_read_end(l.read);
    if (!sdk && st == OK && call->out.status == OK) {
        struct str logs = arena_str(&call->arena, str_from(buf_str(&call->out), from));
        json_key(out, "logs");
        json_put_raw(out, logs);
    }
    put_u64(out, "total", l.total);
    if (sdk)
        json_end(out, '}');
    json_end(out, '}');
    if (st == OK)
        call_reply_json(call, 200);
    else
        call_error_status(call, st);
}

/* ---- one entry ---- */

static enum status put_result_data(struct call *call, struct store_read *read,
                                   const struct job_record *job, const struct items *items, size_t from,
                                   size_t to)
{
    struct json_out *out = &call->json_out;
    struct result_reader reader;
    enum status st = result_reader_init(&reader);
    json_key(out, "result_data");
    if (to - from > 1)
        json_begin(out, '[');
    for (size_t i = from; st == OK && i < to; i++) {
        struct item item;
        st = item_read(items, read, job, i, &item);
        if (st == OK && item.state == ITEM_COMPLETED)
            st = item_put_result(&reader, read, job, &item, false, out);
        else if (st == OK)
            json_put_null(out);
    }
    if (to - from > 1)
        json_end(out, ']');
    result_reader_fini(&reader);
    return st;
}

static enum status show_entry(struct call *call, struct store_read *read, const struct job_record *job,
                              size_t i)
{
    struct json_out *out = &call->json_out;
    struct items items;
    struct item item;
    struct crawl_request request;
    struct diag diag;
    enum status st = items_read(&items, call->service, read, job, &call->arena);
    if (st == OK)
        st = crawl_request_read(&call->arena, job->request, &request, &diag);
    bool batch = job->kind == JOB_BATCH;
    if (st == OK && batch)
        st = i < items.n ? item_read(&items, read, job, i, &item) : ST_NOTFOUND;
    if (st != OK)
        return st;
    const struct entry e =
        batch ? entry_of_item(job, &request, &items, i, &item) : entry_of_scrape(job, &request, &items);
    json_begin(out, '{');
    put_text(out, "status", "success");
    json_key(out, "data");
    json_begin(out, '{');
    put_entry(out, &e);
    st = put_result_data(call, read, job, &items, batch ? i : 0, batch ? i + 1 : items.n);
    json_end(out, '}');
    json_end(out, '}');
    return st;
}

/* The job of an entry's id: a scrape's own, or that of an item's batch. */
static enum status find_entry(struct call *call, struct store_read *read, struct job_record *ret_job,
                              size_t *ret_i)
{
    struct id128 id, batch;
    if (uuid_parse(call->params[0], &id) != OK)
        return ST_NOTFOUND;
    enum status st = store_job_get(read, id, ret_job);
    *ret_i = 0;
    if (st == ST_NOTFOUND && item_of_uuid(id, &batch, ret_i)) {
        st = store_job_get(read, batch, ret_job);
        if (st == OK && ret_job->kind != JOB_BATCH)
            st = ST_NOTFOUND;
    } else if (st == OK && ret_job->kind != JOB_SCRAPE) {
        st = ST_NOTFOUND;
    }
    return st == OK && !job_is_readable(call, ret_job) ? ST_NOTFOUND : st;
}

void log_detail(struct call *call)
{
    struct store_read *read;
    struct job_record job;
    size_t i;
    if (!call_read_begin(call, &read))
        return;
    enum status st = find_entry(call, read, &job, &i);
    if (st == OK)
        st = show_entry(call, read, &job, i);
    store_read_end(read);
    if (st == OK)
        call_reply_json(call, 200);
    else if (st == ST_NOTFOUND)
        call_error(call, 404, "NOT_FOUND", "There is no such log entry. Ids come from /scrape-logs.");
    else
        call_error_status(call, st);
}
