/* SPDX-License-Identifier: Apache-2.0 */
/* items.c: the URLs that a scrape or batch lists, and how each ended.
 *
 * An item is a URL of the request, named by its place there. Its id is that of its URL, so that a URL that is
 * listed twice is fetched once and both items end alike. An item that redirected ended as that ended which it
 * led to. Pure reads; threads: any, each with its own transaction. */
#include "crawler/engine.h"
#include "crawler/submit.h"

#include <stdio.h>

#define HOPS_MAX 256u /* redirects of different items may join; more than this is a circle */
#define SCRATCH_BYTES ((size_t)1 << 20)
#define ITEMS_BYTES ((size_t)8 << 20)

static const struct url_key_options item_key = {.ignore_query = false};

enum status item_id(struct arena *scratch, struct str text, struct id128 *ret_id)
{
    struct url url;
    enum status st = url_parse(scratch, text, NULL, &url);
    if (st == OK)
        *ret_id = url_id(scratch, &url, &item_key);
    return st == OK ? scratch->status : st;
}

/* The record that a redirect's target has. */
static enum status next_hop(struct store_read *read, uint32_t job, const struct url_key_options *key,
                            struct str to, struct url_record *ret_url)
{
    struct arena scratch;
    struct url url;
    arena_init(&scratch, SCRATCH_BYTES, 4096);
    enum status st = url_parse(&scratch, to, NULL, &url);
    if (st == OK)
        st = store_url_get(read, job, url_id(&scratch, &url, key), ret_url);
    arena_fini(&scratch);
    return st;
}

bool item_follow(struct store_read *read, uint32_t job, const struct url_key_options *key,
                 struct url_record *url)
{
    for (unsigned hops = 0; url->state == URL_REDIRECTED && url->reason == REASON_REDIRECTED; hops++) {
        struct url_record next;
        if (hops == HOPS_MAX)
            return false;
        if (next_hop(read, job, key, url->detail, &next) != OK)
            break;
        *url = next;
    }
    return true;
}

enum status job_item_outcome(struct store_read *read, const struct job_record *job, struct id128 item,
                             struct url_record *ret_url)
{
    struct url_record url;
    enum status st = store_url_get(read, job->number, item, &url);
    if (st != OK)
        return st;
    if (!item_follow(read, job->number, &item_key, &url))
        url.detail = STR_LIT("it redirects in a circle");
    if (url.state == URL_REDIRECTED) {
        url.state = URL_FAILED;
        url.reason = REASON_NONE;
    }
    *ret_url = url;
    return OK;
}

struct str job_item_error(struct arena *arena, const struct url_record *url)
{
    if (url->state != URL_FAILED && url->state != URL_SKIPPED)
        return STR_NONE;
    struct str reason = str_of(reason_text((enum reason)url->reason));
    if (!url->detail.n)
        return url->reason == REASON_NONE ? STR_LIT("it could not be fetched") : reason;
    if (url->reason == REASON_NONE || url->reason == REASON_GONE || url->reason == REASON_ADDRESS)
        return arena_str(arena, url->detail);
    return arena_printf(arena, "%.*s: %.*s", STR_ARG(reason), STR_ARG(url->detail));
}

enum status job_items(struct store_read *read, const struct job_record *job, struct arena *arena,
                      struct str **ret_urls, struct id128 **ret_ids, size_t *ret_n)
{
    struct crawl_request request;
    struct arena scratch;
    struct diag diag;
    (void)read;
    enum status st = crawl_request_read(arena, job->request, &request, &diag);
    if (st != OK)
        return st == ST_NOMEM ? st : ST_CORRUPT;
    struct str *urls = ARENA_ARRAY(arena, struct str, request.n_urls + 1);
    struct id128 *ids = ARENA_ARRAY(arena, struct id128, request.n_urls + 1);
    if (!urls || !ids)
        return arena->status;
    arena_init(&scratch, ITEMS_BYTES, 16 * 1024);
    for (size_t i = 0; i < request.n_urls && st == OK; i++) {
        urls[i] = request.urls[i];
        st = item_id(&scratch, urls[i], &ids[i]);
        arena_reset(&scratch, 16 * 1024);
    }
    arena_fini(&scratch);
    if (st != OK)
        return st == ST_NOMEM ? st : ST_CORRUPT; /* they were URLs when the job was submitted */
    *ret_urls = urls;
    *ret_ids = ids;
    *ret_n = request.n_urls;
    return OK;
}

static void note_fault(struct item_counts *counts, struct arena *arena, struct str item,
                       const struct url_record *url)
{
    if (counts->fault[0])
        return;
    struct str error = job_item_error(arena, url);
    snprintf(counts->fault, sizeof counts->fault, "%.*s: %.*s", STR_ARG(str_head(item, 200)),
             STR_ARG(str_head(error, 190)));
}

enum status item_count(struct store_read *read, const struct job_record *job,
                       struct item_counts *ret_counts)
{
    struct item_counts counts = {.items = 0};
    struct arena arena;
    struct str *urls;
    struct id128 *ids;
    size_t n = 0;
    arena_init(&arena, ITEMS_BYTES, 16 * 1024);
    enum status st = job_items(read, job, &arena, &urls, &ids, &n);
    for (size_t i = 0; i < n && st == OK; i++) {
        struct url_record url;
        st = job_item_outcome(read, job, ids[i], &url);
        if (st != OK)
            break;
        counts.items++;
        counts.kept += url.state == URL_KEPT;
        counts.ready += url.state == URL_READY;
        if (url.state != URL_KEPT && url.state != URL_READY)
            note_fault(&counts, &arena, urls[i], &url);
    }
    arena_fini(&arena);
    if (st == OK)
        *ret_counts = counts;
    return st == ST_NOTFOUND ? ST_CORRUPT : st;
}
