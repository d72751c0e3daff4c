/* SPDX-License-Identifier: Apache-2.0 */
/* items.c: outcomes of the listed URLs. */
#include "api/items.h"

#include "answer/answer.h"
#include "api/put.h"
#include "crawler/request.h"
#include "frontier/policy.h"

/* A model's answers come after their pages. */
static enum status read_question(struct items *items, const struct job_record *job, struct arena *arena)
{
    struct crawl_request request;
    struct diag diag;
    if (!items->service->model || job->state != JOB_RUNNING)
        return OK;
    enum status st = crawl_request_read(arena, job->request, &request, &diag);
    const struct question question = {
        .prompt = request.transform, .schema = request.schema, .output = request.output};
    items->answers_follow = st == OK && question_is_asked(&question);
    return st;
}

static enum status has_row(struct store_read *read, const struct job_record *job, uint64_t seq,
                           bool *ret_has)
{
    struct row_record row;
    enum status st = store_row_next(read, job->number, seq, &row);
    *ret_has = st == OK && row.seq == seq;
    return st == ST_NOTFOUND ? OK : st;
}

enum status items_read(struct items *items, const struct service *service, struct store_read *read,
                       const struct job_record *job, struct arena *arena)
{
    *items = (struct items){.service = service};
    enum status st = job_items(read, job, arena, &items->urls, &items->ids, &items->n);
    if (st == OK)
        st = read_question(items, job, arena);
    if (st == OK && job->state == JOB_RUNNING)
        items->n_leased =
            engine_leased(service->engine, job->id, items->leased, ARRAY_LEN(items->leased));
    return st;
}

static bool is_leased(const struct items *items, struct id128 id)
{
    for (size_t i = 0; i < items->n_leased; i++)
        if (id128_eq(items->leased[i], id))
            return true;
    return false;
}

static struct str error_of(const struct job_record *job, const struct item *item)
{
    if (item->state == ITEM_CANCELLED)
        return STR_LIT("cancelled before it was fetched");
    if (item->state != ITEM_FAILED)
        return STR_NONE;
    if (item->url.state == URL_READY)
        return job->message.n ? job->message : STR_LIT("not fetched");
    return item->url.detail.n ? item->url.detail : str_of(reason_text((enum reason)item->url.reason));
}

enum status item_read(const struct items *items, struct store_read *read, const struct job_record *job,
                      size_t i, struct item *ret_item)
{
    struct item item = {0};
    enum status st = job_item_outcome(read, job, items->ids[i], &item.url);
    if (st != OK)
        return st;
    item.state = item_state_of(job->state, item.url.state,
                               is_leased(items, item.url.id) || is_leased(items, items->ids[i]));
    bool answered = true;
    if (item.state == ITEM_COMPLETED && items->answers_follow)
        st = has_row(read, job, item.url.seq, &answered);
    if (!answered)
        item.state = ITEM_RUNNING;
    item.error = error_of(job, &item);
    if (st == OK && item.state == ITEM_COMPLETED)
        st = store_page_get(read, job->number, item.url.seq, &item.page);
    if (st == OK)
        *ret_item = item;
    return st;
}

struct id128 item_uuid(struct id128 batch, size_t i)
{
    batch.b[sizeof batch.b - 1] = (uint8_t)(i + 1);
    return batch;
}

bool item_of_uuid(struct id128 id, struct id128 *ret_batch, size_t *ret_i)
{
    uint8_t last = id.b[sizeof id.b - 1];
    *ret_batch = id;
    ret_batch->b[sizeof id.b - 1] = 0;
    *ret_i = last - (size_t)1;
    return last != 0;
}

/* ---- results ---- */

static const char *const own_members[] = {"content",       "url",         "title",
                                          "success",       "lowContent",  "markdownContent",
                                          "screenshotUrl", "screenshots", "ai_extraction_failed"};

static bool is_own(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(own_members); i++)
        if (str_is(name, own_members[i]))
            return true;
    return false;
}

/* What is told of the page, and the answer's own members beside `content` where they don't collide. */
static void put_beside(const struct page_record *page, const struct page_result *result, bool spread,
                       struct json_out *out)
{
    static const struct json_limits limits = {
        .max_bytes = (size_t)64 << 20, .max_depth = JSON_MAX_DEPTH, .replace_nul = true};
    struct json_doc *doc = NULL;
    struct str answer = spread && result->answered ? result->data : STR_NONE;
    if (answer.n && answer.p[0] == '{' && json_parse(answer, &limits, &doc, NULL) != OK)
        doc = NULL;
    const struct json *root = doc ? json_root(doc) : NULL;
    result_put_told(page, root, out);
    result_put_engine(result, root, out);
    for (const struct json *v = json_first(root); v; v = json_after(v))
        if (!is_own(json_name(v))) {
            json_key_str(out, json_name(v));
            json_put_value(out, v);
        }
    json_doc_destroy(doc);
}

enum status item_put_result(struct result_reader *reader, struct store_read *read,
                            const struct job_record *job, const struct item *item, bool spread,
                            struct json_out *out)
{
    struct page_result result;
    enum status st = result_read(reader, read, job, &item->page, true, &result);
    if (st != OK)
        return st;
    json_begin(out, '{');
    json_key(out, "content");
    result_put(&result, out);
    put_str(out, "url", item->page.url);
    put_str(out, "title", item->page.title);
    put_str(out, "markdownContent", result.markdown);
    put_bool(out, "success", true);
    put_null(out, "screenshotUrl");
    json_key(out, "screenshots");
    json_begin(out, '[');
    json_end(out, ']');
    put_bool(out, "lowContent", (item->page.flags & PAGE_NO_TEXT) != 0);
    put_bool(out, "ai_extraction_failed", result.failed);
    put_beside(&item->page, &result, spread, out);
    json_end(out, '}');
    return OK;
}
