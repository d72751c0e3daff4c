/* SPDX-License-Identifier: Apache-2.0 */
/* events.c: a crawl's feed as server-sent events (WHATWG HTML, "Server-sent events"): the id is the feed's number,
 * so a client that comes back with Last-Event-ID misses nothing and sees nothing twice. The stream ends behind
 * the event of the job's last state. */
#include "api/jobs.h"
#include "api/links.h"
#include "api/put.h"
#include "api/routes.h"
#include "api/states.h"
#include "frontier/policy.h"

#include <stdlib.h>

struct feed_stream {
    struct service *service;
    struct id128 job;
    uint32_t number;
    uint64_t next;
    bool ended, begun;
};

static void put_page(struct store_read *read, uint32_t number, const struct feed_record *event,
                     struct json_out *out)
{
    struct page_record page;
    char id[PAGE_ID_TEXT];
    page_id_text(event->url, id);
    put_text(out, "id", id);
    if (store_page_get(read, number, event->seq, &page) != OK)
        return; /* it was fetched again meanwhile */
    put_str(out, "url", page.url);
    put_str(out, "title", page.title);
    put_text(out, "status", "success");
}

static void put_failed(struct store_read *read, uint32_t number, const struct feed_record *event,
                       struct json_out *out)
{
    struct url_record url;
    char id[PAGE_ID_TEXT];
    page_id_text(event->url, id);
    put_text(out, "id", id);
    if (store_url_get(read, number, event->url, &url) != OK)
        return;
    put_str(out, "url", url.url);
    put_text(out, "status", "failed");
    put_str(out, "error_message",
            url.detail.n ? url.detail : str_of(reason_text((enum reason)url.reason)));
}

static void put_event(struct feed_stream *s, struct store_read *read, const struct job_record *job,
                      const struct feed_record *event, struct buf *out)
{
    static const char *const names[] = {"state", "page", "page"};
    struct json_out json;
    buf_printf(out, "id: %llu\nevent: %s\ndata: ", (unsigned long long)event->number,
               names[event->kind]);
    json_out_init(&json, out, 0);
    json_begin(&json, '{');
    put_uuid(&json, "jobId", s->job);
    put_time(&json, "timestamp", event->at_ms);
    if (event->kind == FEED_STATE) {
        put_text(&json, "status", state_word(job->kind, event->state));
    } else {
        json_key(&json, "page");
        json_begin(&json, '{');
        if (event->kind == FEED_PAGE)
            put_page(read, s->number, event, &json);
        else
            put_failed(read, s->number, event, &json);
        json_end(&json, '}');
    }
    json_end(&json, '}');
    buf_puts(out, "\n\n");
    s->ended = event->kind == FEED_STATE && state_has_ended(event->state);
}

static enum status put_events(struct feed_stream *s, struct store_read *read, struct buf *out)
{
    struct job_record job;
    struct feed_record event;
    enum status st = store_job_get(read, s->job, &job);
    if (st != OK)
        return st; /* it is deleted: that is the end */
    while (st == OK && out->n < STREAM_PIECE &&
           (st = store_feed_next(read, s->number, s->next, &event)) == OK) {
        put_event(s, read, &job, &event, out);
        s->next = event.number + 1;
    }
    if (st != ST_NOTFOUND)
        return st;
    /* At the end of the feed: a job that has ended, and was not begun again, has told all. */
    bool over = s->ended || state_has_ended(job.state) || !(job.flags & JOB_HAS_FEED) ||
                job.flags & JOB_DELETING;
    return over ? ST_NOTFOUND : ST_AGAIN;
}

static enum status feed_next(void *user, struct buf *out, bool idle)
{
    struct feed_stream *s = user;
    struct store_read *read;
    if (!s->begun)
        buf_puts(out, "retry: 3000\n\n");
    s->begun = true;
    if (atomic_load(&s->service->stopping))
        return ST_NOTFOUND;
    enum status st = store_read_begin(s->service->store, &read);
    if (st != OK)
        return st;
    st = put_events(s, read, out);
    store_read_end(read);
    if (st == ST_AGAIN && out->n)
        st = OK;
    if (st == ST_AGAIN && idle) {
        buf_puts(out, ": still here\n\n");
        st = OK;
    }
    return out->status != OK ? out->status : st;
}

static void feed_end(void *user)
{
    free(user);
}

/* Where the client left off; 0: from the start. */
static uint64_t last_id(struct call *call)
{
    struct str header = call_header(call, "Last-Event-ID");
    uint64_t n = 0;
    for (size_t i = 0; i < header.n && ascii_is_digit(header.p[i]) && n < UINT64_MAX / 16; i++)
        n = n * 10 + (uint64_t)(header.p[i] - '0');
    return header.n ? n : call_query_u64(call, "lastEventId", 0, 0, UINT64_MAX / 2);
}

void crawl_events(struct call *call)
{
    struct service *service = call->service;
    struct store_read *read;
    struct job_record job;
    if (!call_read_begin(call, &read))
        return;
    bool found = job_of_call(call, read, JOB_CRAWL, JOB_EXTRACT, &job);
    store_read_end(read);
    if (!found)
        return;
    bool room = atomic_load(&service->metrics.streams) < service->config->limits_streams;
    struct feed_stream *s = room ? calloc(1, sizeof *s) : NULL;
    if (!s) {
        call_error_retry(
            call, 503, "SERVICE_BUSY", 5,
            "Too many event streams are open. Poll the status instead, or come back later.");
        return;
    }
    s->service = service;
    s->job = job.id;
    s->number = job.number;
    s->next = last_id(call) + 1;
    call_set_header(call, "Cache-Control", STR_LIT("no-cache"));
    call_set_header(call, "X-Accel-Buffering", STR_LIT("no"));
    const struct reply_stream stream = {.next = feed_next, .end = feed_end, .user = s};
    call_reply_stream(call, 200, "text/event-stream", &stream);
}
