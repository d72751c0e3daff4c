/* SPDX-License-Identifier: Apache-2.0 */
/* hooks.c: one event of a feed as the body of a webhook.
 *
 * A body is written whole first; should it not fit, it is written again without the page's data, which its reader
 * then gets from /pages or by the links. Pure reads. Threads: any; each call has its own reader. */
#include "api/hooks.h"

#include "api/links.h"
#include "api/put.h"
#include "api/results.h"
#include "api/states.h"
#include "crawler/deliver.h"
#include "frontier/policy.h"

#include <stdio.h>

#define ORIGIN_TEXT 2048

/* What one body is made of. */
struct hook_event {
    const struct service *service;
    struct store_read *read;
    const struct job_record *job;
    const struct feed_record *event;
    const char *name;
    bool with_data;
};

/* The end of a job has an event of its own; NULL: that state is not told. */
static const char *name_of_state(enum job_state state)
{
    switch (state) {
    case JOB_DONE:
    case JOB_PARTIAL:
        return "crawl.completed";
    case JOB_FAILED:
        return "crawl.failed";
    case JOB_CANCELLED:
        return "crawl.cancelled";
    default:
        return NULL;
    }
}

static const char *name_of(const struct job_record *job, const struct feed_record *event)
{
    if (job->kind != JOB_CRAWL && job->kind != JOB_EXTRACT)
        return NULL;
    return event->kind == FEED_STATE ? name_of_state(event->state) : "crawl.page";
}

/* "http://127.0.0.1:8787". Deliveries begin before the server does. */
static enum status find_origin(const struct service *service, char to[ORIGIN_TEXT])
{
    struct str url = str_of(service->config->server_public_url);
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    if (url.n) {
        snprintf(to, ORIGIN_TEXT, "%.*s", STR_ARG(url));
        return OK;
    }
    const struct server *server = __atomic_load_n(&service->server, __ATOMIC_ACQUIRE);
    struct str address = server ? str_of(service_address(service)) : STR_NONE;
    if (!address.n || str_ends(address, STR_LIT(":0"))) /* the port is not known yet */
        return ST_AGAIN;
    snprintf(to, ORIGIN_TEXT, "http://%.*s", STR_ARG(address));
    return OK;
}

static void put_head(const struct hook_event *e, enum job_state state, struct json_out *out)
{
    char id[DELIVERY_ID_TEXT];
    delivery_id(e->job->id, e->event->number, id);
    put_text(out, "event", e->name);
    put_text(out, "id", id);
    put_uuid(out, "jobId", e->job->id);
    put_text(out, "status", state_word(e->job->kind, state));
    put_time(out, "timestamp", e->event->at_ms);
}

/* ---- the end of a job ---- */

static void put_ended(const struct hook_event *e, struct json_out *out)
{
    const struct job_record *job = e->job;
    put_head(e, e->event->state, out);
    put_u64(out, "pagesCrawled", job->kind == JOB_EXTRACT ? job->rows : job->kept);
    if (e->event->state == JOB_FAILED)
        put_str(out, "error", job->message.n ? job->message : STR_LIT("the crawl failed"));
    put_str(out, "baseUrl", job->base_url);
}

/* ---- a page ---- */

static void put_page_head(struct id128 url, struct str address, struct str title, const char *status,
                          struct json_out *out)
{
    char id[PAGE_ID_TEXT];
    page_id_text(url, id);
    put_text(out, "id", id);
    put_str(out, "url", address);
    put_str(out, "title", title);
    put_text(out, "status", status);
}

/* From the head to the error; no more is unpacked than a body holds. */
static enum status put_result(const struct hook_event *e, const struct page_record *page,
                              struct json_out *out)
{
    struct result_reader reader;
    struct page_result result = {0};
    enum status st = result_reader_init(&reader);
    reader.row.max = reader.markdown.max = out->out->max;
    if (st == OK && e->with_data)
        st = result_read(&reader, e->read, e->job, page, false, &result);
    bool broken = result.failed && result.error.n;
    put_page_head(page->url_id, page->url, page->title, broken ? "failed" : "success", out);
    json_key(out, "data");
    if (st != OK || broken || !e->with_data)
        json_put_null(out);
    else
        result_put(&result, out);
    if (!e->with_data)
        put_bool(out, "truncated", true);
    if (result.failed)
        put_bool(out, "ai_extraction_failed", true);
    result_put_engine(&result, NULL, out);
    put_str_or_null(out, "error_message",
                    broken ? STR_LIT("the stored page could not be read") : STR_NONE);
    result_reader_fini(&reader);
    return st;
}

/* Links live an hour beyond the last retry, counted from the event, so that a body is the same each time it is
 * sent; an event that is told very late gets links that live from now. */
static int64_t expiry_s(const struct config *config, int64_t event_ms)
{
    int64_t now = clock_wall_ms();
    int64_t tries = config->webhook_retry1_ms + config->webhook_retry2_ms + config->webhook_retry3_ms;
    int64_t from = event_ms + tries > now ? event_ms + tries : now;
    return (from + config->api_signed_ms) / 1000;
}

static enum status put_kept(const struct hook_event *e, const struct page_record *page,
                            struct json_out *out)
{
    char origin[ORIGIN_TEXT];
    struct bundle bundle;
    int64_t expires_s = expiry_s(e->service->config, e->event->at_ms);
    enum status st = find_origin(e->service, origin);
    if (st != OK)
        return st;
    st = store_bundle_get(e->read, page->bundle, &bundle);
    if (st == OK)
        st = put_result(e, page, out);
    if (st != OK)
        return st == ST_NOTFOUND ? ST_CORRUPT : st; /* a page is never without them */
    put_time(out, "created_at", page->fetched_ms);
    put_u64(out, "http_status", page->http_status);
    links_put(e->service, str_of(origin), e->job->id, page->url_id, bundle.n_parts, expires_s, out);
    return OK;
}

static void put_failed(const struct url_record *url, struct json_out *out)
{
    put_page_head(url->id, url->url, STR_LIT(""), "failed", out);
    put_null(out, "data");
    put_str(out, "error_message",
            url->detail.n ? url->detail : str_of(reason_text((enum reason)url->reason)));
    put_time(out, "created_at", url->changed_ms);
    put_u64(out, "http_status", url->http_status);
    put_null(out, "html");
    put_null(out, "html_url");
    put_null(out, "markdown");
    put_null(out, "markdown_url");
}

/* As it is now. What was fetched again meanwhile and is neither kept nor failed has a later event of its own. */
static enum status put_page(const struct hook_event *e, struct json_out *out)
{
    struct job_record source;
    struct page_record page;
    struct url_record url;
    enum status st = result_source(e->read, e->job, &source);
    if (st == OK && e->event->kind == FEED_PAGE) {
        st = store_page_get(e->read, source.number, e->event->seq, &page);
        if (st != ST_NOTFOUND)
            return st == OK ? put_kept(e, &page, out) : st;
        st = OK;
    }
    if (st == OK)
        st = store_url_get(e->read, source.number, e->event->url, &url);
    if (st == OK && e->event->kind == FEED_PAGE && url.state != URL_FAILED)
        st = ST_NOTFOUND;
    if (st == OK)
        put_failed(&url, out);
    return st;
}

/* ---- the whole ---- */

static enum status write_body(const struct hook_event *e, struct buf *out)
{
    struct json_out json;
    enum status st = OK;
    json_out_init(&json, out, 0);
    json_begin(&json, '{');
    if (e->event->kind == FEED_STATE) {
        put_ended(e, &json);
    } else {
        put_head(e, JOB_RUNNING, &json); /* as it was then; what it is now has an event of its own */
        json_key(&json, "page");
        json_begin(&json, '{');
        st = put_page(e, &json);
        json_end(&json, '}');
    }
    json_end(&json, '}');
    return st == OK ? out->status : st;
}

enum status hook_body(void *user, struct store_read *read, const struct job_record *job,
                      const struct feed_record *event, const char **ret_name, struct buf *out)
{
    struct hook_event e = {.service = user,
                           .read = read,
                           .job = job,
                           .event = event,
                           .name = name_of(job, event),
                           .with_data = true};
    if (!e.name)
        return ST_NOTFOUND;
    enum status st = write_body(&e, out);
    if (st == ST_LIMIT) {
        buf_reset(out);
        e.with_data = false;
        st = write_body(&e, out);
    }
    if (st == OK)
        *ret_name = e.name;
    return st;
}
