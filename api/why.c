/* SPDX-License-Identifier: Apache-2.0 */
/* why.c: what became of a crawl's URLs that are no result: any one of them, and all of them by reason. The list is
 * a stream whose pieces come from a read transaction each, and it looks at SCAN_MOST records a piece, so that a
 * rare reason among millions of URLs holds nobody up. */
#include "api/jobs.h"
#include "api/put.h"
#include "api/routes.h"
#include "frontier/policy.h"

#include <stdlib.h>

#define SCAN_MOST 20000u
#define SKIPPED_LIMIT 1000u

static bool is_alias(const struct url_record *url)
{
    return url->state == URL_REDIRECTED && url->reason == REASON_DUPLICATE;
}

/* ---- one URL ---- */

static void put_found_on(struct store_read *read, uint32_t job, const struct url_record *url,
                         struct json_out *out)
{
    static const struct id128 none;
    struct url_record parent;
    bool found = !id128_eq(url->parent, none) && store_url_get(read, job, url->parent, &parent) == OK;
    put_str_or_null(out, "found_on", found ? parent.url : STR_NONE);
}

static void put_record(struct store_read *read, uint32_t job, const struct url_record *url,
                       struct json_out *out)
{
    json_begin(out, '{');
    put_str(out, "url", url->url);
    put_text(out, "state", url_state_text(url->state));
    put_text(out, "reason", reason_text((enum reason)url->reason));
    put_str_or_null(out, "detail", url->detail);
    put_str_or_null(out, "alias_of", is_alias(url) ? url->detail : STR_NONE);
    put_text(out, "verdict", verdict_text((enum verdict)url->verdict));
    put_u64(out, "http_status", url->http_status);
    put_u64(out, "attempts", url->attempts);
    put_u64(out, "depth", url->depth);
    put_found_on(read, job, url, out);
    put_time(out, "changed_at", url->changed_ms);
    json_end(out, '}');
}

/* No page led to it: what would have become of it is told by the policy, which needs no record. */
static enum status put_unseen(struct call *call, const struct job_record *job,
                              const struct crawl_request *request, const struct url *url)
{
    struct policy *policy;
    struct diag diag;
    struct judgement j = {0};
    struct json_out *out = &call->json_out;
    struct policy_request wish = crawl_request_policy(request);
    struct editions editions; /* what the crawl learned of versions and languages */
    policy_editions_of(job->policy, &call->arena, &editions);
    wish.editions = &editions;
    enum status st = policy_compile(&wish, &policy, &diag);
    if (st != OK)
        return st;
    const struct link link = {.url = url_without_fragment(url), .parsed = url};
    policy_judge(policy, &link, url, NULL, 1, &call->arena, &j);
    policy_release(policy);
    json_begin(out, '{');
    put_str(out, "url", link.url);
    put_text(out, "state", "unseen");
    put_text(out, "reason", reason_text(j.reason));
    put_text(out, "detail", j.detail);
    put_null(out, "alias_of");
    put_text(out, "verdict", verdict_text(j.verdict));
    json_end(out, '}');
    return OK;
}

static enum status put_why(struct call *call, struct store_read *read, const struct job_record *job,
                           const struct url *url)
{
    struct crawl_request request;
    struct url_record record;
    struct diag diag;
    enum status st = crawl_request_read(&call->arena, job->request, &request, &diag);
    if (st != OK)
        return st;
    const struct url_key_options key = {.ignore_query = request.ignore_query};
    st = store_url_get(read, job->number, url_id(&call->arena, url, &key), &record);
    if (st == ST_NOTFOUND)
        return put_unseen(call, job, &request, url);
    if (st == OK)
        put_record(read, job->number, &record, &call->json_out);
    return st;
}

void crawl_why(struct call *call)
{
    struct store_read *read;
    struct job_record job;
    struct url url;
    struct str text = str_trim(call_query(call, "url"));
    if (url_parse(&call->arena, text, NULL, &url) != OK || !url_is_http(&url)) {
        call_error(call, 400, "INVALID_REQUEST",
                   "url: expected an absolute http or https URL, percent-encoded");
        return;
    }
    if (!call_read_begin(call, &read))
        return;
    bool found = job_of_call(call, read, JOB_CRAWL, JOB_CRAWL, &job);
    enum status st = found ? put_why(call, read, &job, &url) : OK;
    store_read_end(read);
    if (st != OK)
        call_error_status(call, st);
    else if (found)
        call_reply_json(call, 200);
}

/* ---- all that were skipped ---- */

/* Where the stream stands; no slices of the store in it. */
struct skipped_walk {
    const struct service *service;
    struct id128 job;
    uint64_t from; /* seq */
    uint32_t number;
    bool is_begun, is_put;
    enum reason reason; /* REASON_NONE: all */
    uint64_t skip, left;
};

static bool is_wanted(const struct skipped_walk *w, const struct url_record *url)
{
    return (url->state == URL_SKIPPED || is_alias(url)) &&
           (w->reason == REASON_NONE || url->reason == w->reason);
}

static void put_head(struct store_read *read, struct id128 id, struct buf *out)
{
    struct job_record job;
    struct json_out json;
    buf_puts(out, "{\"counts\":");
    json_out_init(&json, out, 0);
    json_begin(&json, '{');
    if (store_job_get(read, id, &job) == OK)
        for (unsigned i = 0; i < REASON_COUNT; i++)
            if (job.skipped[i])
                put_u64(&json, reason_text((enum reason)i), job.skipped[i]);
    json_end(&json, '}');
    buf_puts(out, ",\"urls\":[");
}

static enum status walk_skipped(struct skipped_walk *w, struct store_read *read, struct buf *out)
{
    struct url_record url;
    enum status st = w->left ? OK : ST_NOTFOUND;
    for (unsigned n = 0; st == OK && n < SCAN_MOST && out->n < STREAM_PIECE; n++) {
        st = store_url_next(read, w->number, w->from, &url);
        if (st != OK)
            break;
        w->from = url.seq + 1;
        if (!is_wanted(w, &url))
            continue;
        if (w->skip) {
            w->skip--;
            continue;
        }
        struct json_out json;
        if (w->is_put)
            buf_putc(out, ',');
        w->is_put = true;
        json_out_init(&json, out, 0);
        put_record(read, w->number, &url, &json);
        if (--w->left == 0)
            st = ST_NOTFOUND;
    }
    return st;
}

static enum status skipped_piece(void *user, struct buf *out, bool idle)
{
    (void)idle;
    struct skipped_walk *w = user;
    struct store_read *read;
    enum status st = store_read_begin(w->service->store, &read);
    if (st != OK)
        return st;
    if (!w->is_begun)
        put_head(read, w->job, out);
    w->is_begun = true;
    st = walk_skipped(w, read, out);
    store_read_end(read);
    if (st == ST_NOTFOUND)
        buf_puts(out, "]}");
    else if (st == OK && out->n == 0)
        buf_putc(out, '\n'); /* white space: a piece is never empty */
    return out->status != OK ? out->status : st;
}

static bool take_reason(struct call *call, enum reason *ret_reason)
{
    struct str word = str_trim(call_query(call, "reason"));
    if (word.n == 0)
        return true;
    for (unsigned i = REASON_NONE + 1; i < REASON_COUNT; i++)
        if (str_eq_nocase(word, str_of(reason_text((enum reason)i)))) {
            *ret_reason = (enum reason)i;
            return true;
        }
    call_error(
        call, 400, "INVALID_REQUEST",
        "reason: there is no such reason; the member counts of this reply without one names them");
    return false;
}

void crawl_skipped(struct call *call)
{
    struct store_read *read;
    struct job_record job;
    enum reason reason = REASON_NONE;
    uint64_t limit = call_query_u64(call, "limit", 100, 1, SKIPPED_LIMIT);
    uint64_t page = call_query_u64(call, "page", 1, 1, 1000000);
    if (!take_reason(call, &reason) || !call_read_begin(call, &read))
        return;
    bool found = job_of_call(call, read, JOB_CRAWL, JOB_CRAWL, &job);
    struct skipped_walk *w = found ? calloc(1, sizeof *w) : NULL;
    if (w)
        *w = (struct skipped_walk){.service = call->service,
                                   .job = job.id,
                                   .number = job.number,
                                   .reason = reason,
                                   .skip = (page - 1) * limit,
                                   .left = limit};
    store_read_end(read);
    if (found && !w)
        call_error_status(call, ST_NOMEM);
    if (!w)
        return;
    const struct reply_stream stream = {.next = skipped_piece, .end = free, .user = w};
    call_reply_stream(call, 200, "application/json", &stream);
}
