/* SPDX-License-Identifier: Apache-2.0 */
/* commit.c: what a page changes in the store, as one job of the writer: the page and its bytes, the answer to what
 * was asked of it, its URL's state, the links it revealed, the job's feed and counts, in one transaction. And
 * the last record of a crawl, with what is paid for it.
 * apply() may run more than once: it changes the transaction and its own page only. */
#include "crawler/answers.h"

#include "base/clock.h"
#include "cache/accounts.h"
#include "crawler/survey.h"
#include "extract/quality.h"

#include <stdio.h>

#define COMPLETE_BYTES ((size_t)1 << 20)
_Static_assert(QUALITY_MARKS <= JOB_MARKS, "a job counts its pages by mark");

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* Adds a page to the counts of pages by what is amiss with them, or takes it from them. */
static void count_page(const struct page_record *page, int n, struct job_delta *delta)
{
    delta->no_text += page->flags & PAGE_NO_TEXT ? n : 0;
    for (unsigned i = 0; i < QUALITY_MARKS; i++)
        delta->marks[i] += page->flags / PAGE_QUALITY >> i & 1 ? n : 0;
}

static enum status put_page(struct page *page, struct store_write *write, int64_t now_ms,
                            struct job_delta *delta)
{
    const struct doc *doc = &page->doc;
    const struct fetch *f = &page->fetch;
    struct page_record record = {.seq = page->lease->seq,
                                 .url_id = page->lease->id,
                                 .bundle = page->bundle.id,
                                 .http_status = f->http_status,
                                 .depth = page->lease->depth,
                                 .cuts = doc->cuts,
                                 .fetched_ms = now_ms,
                                 .took_ms = f->took_ms,
                                 .links = doc->n_links,
                                 .text_bytes = doc->text_bytes,
                                 .text_share = (uint16_t)doc->text_share,
                                 .code_share = (uint16_t)doc->code_share,
                                 .url = url_without_fragment(&page->url),
                                 .title = doc->title,
                                 .description = doc->description,
                                 .language = doc->language,
                                 .canonical = doc->canonical,
                                 .content_type = f->content_type,
                                 .charset = doc->charset,
                                 .etag = f->etag,
                                 .last_modified = f->last_modified,
                                 .metadata = page->metadata};
    record.flags = (doc->text_bytes == 0 ? PAGE_NO_TEXT : 0u) |
                   (page->bundle.n_parts < PART_KINDS ? PAGE_NO_MARKDOWN : 0u) |
                   (doc->flags & DOC_UNDECODED ? PAGE_UNDECODED : 0u) |
                   (doc->flags & DOC_NOINDEX ? PAGE_NOINDEX : 0u) | doc->quality * PAGE_QUALITY;
    count_page(&record, 1, delta);
    struct page_record before; /* of a page that is fetched again: it was counted then */
    if (page->crawl->request.has_only &&
        store_page_get(store_write_reader(write), page->crawl->number, record.seq, &before) == OK)
        count_page(&before, -1, delta);
    return store_page_put(write, page->crawl->number, &record, &page->bundle, &delta->stored_bytes);
}

/* A page that is fetched again has its row already: that one is replaced. */
static enum status put_row(struct store_write *write, uint32_t job, const struct row_record *row,
                           uint64_t *rows)
{
    struct row_record before;
    enum status st = store_row_next(store_write_reader(write), job, row->seq, &before);
    *rows = st == ST_NOTFOUND || (st == OK && before.seq != row->seq);
    return st == OK || st == ST_NOTFOUND ? store_row_put(write, job, row) : st;
}

/* What a model took for the page's answer, in its owner's day. */
static enum status count_tokens(const struct answer_info *answer, struct store_write *write,
                                int64_t now_ms, uint32_t owner)
{
    const struct usage_record usage = {.day = (uint32_t)(now_ms / DAY_MS),
                                       .input_tokens = answer->input_tokens,
                                       .output_tokens = answer->output_tokens};
    return usage.input_tokens || usage.output_tokens ? store_usage_add(write, owner, &usage) : OK;
}

/* A page whose answer comes later is told of when it has come. */
static bool answer_follows(const struct crawl *crawl)
{
    return crawl->asker && asker_waits(crawl->asker);
}

/* Pages that are kept and URLs that were given up. In a list each URL counts: one that is skipped is an item
 * that failed. */
static enum status feed(struct page *page, struct store_write *write, int64_t now_ms,
                        struct job_record *head)
{
    const struct outcome *o = &page->outcome;
    bool failed = o->state == URL_FAILED || (o->state == URL_SKIPPED && page->crawl->is_list);
    page->fed =
        page->crawl->has_feed && ((o->state == URL_KEPT && !answer_follows(page->crawl)) || failed);
    const struct feed_record event = {.kind = failed ? FEED_FAILED : FEED_PAGE,
                                      .seq = page->lease->seq,
                                      .url = page->lease->id,
                                      .at_ms = now_ms};
    return page->fed ? store_feed_add(write, head, &event) : OK;
}

/* The state of the page's URL. One that is ready still, or was settled before, is no news. */
static enum status settle_url(struct page *page, struct store_write *write, int64_t now_ms,
                              struct job_delta *delta, struct job_record *head)
{
    int64_t ready = delta->ready;
    page->fed = false;
    if (!page->lease)
        return OK;
    enum status st =
        url_state_settle(write, page->crawl->number, page->lease->id, now_ms, &page->outcome, delta);
    return st == OK && delta->ready < ready ? feed(page, write, now_ms, head) : st;
}

static enum status put_robots(struct page *page, struct store_write *write, int64_t now_ms)
{
    struct host_record host = {.id = hash128(str_make(page->host->origin, page->host->n)),
                               .fetched_ms = now_ms,
                               .http_status = page->fetch.http_status,
                               .robots = page->robots_body};
    return store_host_put(write, page->crawl->number, &host);
}

struct crawl_progress commit_totals(const struct job_record *job)
{
    struct crawl_progress t = {.kept = job->kept,
                               .traversed = job->traversed,
                               .failed = job->failed,
                               .redirected = job->redirected,
                               .ready = job->ready,
                               .received_bytes = job->received_bytes};
    for (size_t i = 0; i < JOB_REASONS; i++)
        t.skipped += job->skipped[i];
    return t;
}

/* Adds to the job's record. It is read last, as its slices end with the next write. head: the record as it was
 * before, with the numbers that were counted up since. */
static enum status count(struct page *page, struct store_write *write, int64_t now_ms,
                         const struct job_delta *delta, const struct job_record *head)
{
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), page->crawl->job, &job);
    if (st != OK)
        return st;
    url_state_count(&job, delta);
    job.updated_ms = now_ms;
    job.next_seq = head->next_seq;
    job.next_event = head->next_event;
    job.rows = head->rows;
    job.input_tokens += page->has_row ? page->answer.input_tokens : 0;
    job.output_tokens += page->has_row ? page->answer.output_tokens : 0;
    if (page->moved_base.n)
        job.base_url = page->moved_base;
    if (page->policy_text.n)
        job.policy = page->policy_text;
    page->totals = commit_totals(&job);
    return store_job_put(write, &job);
}

enum status commit_page_apply(struct write_job *handle, struct store_write *write)
{
    struct page *page = CONTAINER_OF(handle, struct page, job);
    struct crawl *crawl = page->crawl;
    int64_t now_ms = clock_wall_ms();
    if (page->kind == PAGE_ROBOTS)
        return put_robots(page, write, now_ms);
    struct id128 parent = page->lease ? page->lease->id : crawl->base_id;
    struct job_delta delta = {.received_bytes = page->fetch.received_bytes};
    struct job_record head; /* only its numbers: its texts end with the first write */
    uint64_t rows = 0;
    enum status st = store_job_get(store_write_reader(write), crawl->job, &head);
    if (st == OK && page->is_kept)
        st = put_page(page, write, now_ms, &delta);
    if (st == OK && page->has_row)
        st = put_row(write, crawl->number, &page->row, &rows);
    if (st == OK && page->has_row)
        st = count_tokens(&page->answer, write, now_ms, head.owner);
    if (st == OK)
        st = settle_url(page, write, now_ms, &delta, &head);
    if (st == OK)
        st = url_state_discover(write, crawl->number, parent, now_ms, page->candidates,
                                page->n_candidates, &head.next_seq, &delta);
    head.rows += rows;
    return st == OK ? count(page, write, now_ms, &delta, &head) : st;
}

static enum status keep_answer(const struct commit_row *row, struct store_write *write)
{
    const struct answer_record answer = {.job = row->crawl->number,
                                         .flags = row->answer.failed ? ANSWER_EMPTY : 0,
                                         .packed = row->row.packed,
                                         .stream = row->row.stream};
    return store_answer_put(write, row->key, &answer, row->crawl->engine->config->extract_answer_bytes);
}

enum status commit_row_apply(struct write_job *handle, struct store_write *write)
{
    struct commit_row *row = CONTAINER_OF(handle, struct commit_row, job);
    struct crawl *crawl = row->crawl;
    int64_t now_ms = clock_wall_ms();
    struct job_record head, job;
    uint64_t rows = 0;
    row->fed = crawl->has_feed;
    const struct feed_record event = {
        .kind = FEED_PAGE, .seq = row->row.seq, .url = row->url, .at_ms = now_ms};
    enum status st = store_job_get(store_write_reader(write), crawl->job, &head);
    if (st == OK)
        st = put_row(write, crawl->number, &row->row, &rows);
    if (st == OK && row->keep)
        st = keep_answer(row, write);
    if (st == OK)
        st = count_tokens(&row->answer, write, now_ms, head.owner);
    if (st == OK && row->fed)
        st = store_feed_add(write, &head, &event);
    if (st == OK)
        st = store_job_get(store_write_reader(write), crawl->job, &job);
    if (st != OK)
        return st;
    job.updated_ms = now_ms;
    job.next_event = head.next_event;
    job.rows = head.rows + rows;
    job.input_tokens += row->answer.input_tokens;
    job.output_tokens += row->answer.output_tokens;
    return store_job_put(write, &job);
}

void commit_row_done(struct write_job *handle, enum status st)
{
    const struct commit_row *row = CONTAINER_OF(handle, struct commit_row, job);
    if (st == OK && row->fed)
        engine_fed(row->crawl->engine, row->crawl->job);
}

void commit_page_done(struct write_job *handle, enum status st)
{
    struct page *page = CONTAINER_OF(handle, struct page, job);
    page->store_status = st;
    page->state = PAGE_STORED;
    for (size_t i = 0; st == OK && i < page->n_candidates; i++)
        if (page->candidates[i].verdict == VERDICT_KEEP && page->candidates[i].reason != REASON_TRAP)
            known_add(page->crawl->known, page->candidates[i].id);
    if (st == OK && page->fed)
        engine_fed(page->engine, page->crawl->job);
    struct event *event = &page->event;
    loop_post(page->engine, &event);
}

enum status commit_sitemaps_apply(struct write_job *handle, struct store_write *write)
{
    struct crawl *crawl = CONTAINER_OF(handle, struct crawl, sitemaps_job);
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), crawl->job, &job);
    if (st != OK)
        return st;
    job.flags |= JOB_HAS_SITEMAPS;
    return store_job_put(write, &job);
}

/* A flag that was not written costs a second reading, no more; trouble shows at the next page. */
void commit_sitemaps_done(struct write_job *handle, enum status st)
{
    (void)st;
    struct crawl *crawl = CONTAINER_OF(handle, struct crawl, sitemaps_job);
    crawl->sitemaps_event.kind = EVENT_SITEMAPS;
    struct event *event = &crawl->sitemaps_event;
    loop_post(crawl->engine, &event);
}

/* ---- the end ---- */

enum status commit_state_event(struct store_write *write, struct job_record *job)
{
    const struct feed_record event = {.kind = FEED_STATE, .state = job->state, .at_ms = job->updated_ms};
    return store_feed_add(write, job, &event);
}

/* The instruction wants nothing of what there is. */
static void explain_no_match(struct crawl *crawl, struct store_read *read)
{
    char seen[300];
    survey_tell_seen(read, crawl, seen, sizeof seen);
    snprintf(crawl->message, sizeof crawl->message,
             "no page matched the instruction: `webkeep plan` shows how it was read. Seen instead: %s",
             seen);
}

/* Why nothing was kept, told by the base URL's own record, or that of where it led. */
static void explain_nothing(struct crawl *crawl, struct store_write *write, const struct job_record *job)
{
    const struct url_key_options key = policy_key_options(crawl->policy);
    struct store_read *read = store_write_reader(write);
    struct url_record base;
    char *to = crawl->message;
    size_t size = sizeof crawl->message;
    if (store_url_get(read, crawl->number, crawl->base_id, &base) != OK) {
        snprintf(to, size, "the base URL was never looked at");
        return;
    }
    if (!item_follow(read, crawl->number, &key, &base)) {
        snprintf(to, size,
                 "%.*s redirects in a circle; some sites do so to who sends no cookies: --cookies",
                 STR_ARG(base.url));
        return;
    }
    if (base.state == URL_REDIRECTED && base.reason == REASON_REDIRECTED_OFF)
        snprintf(to, size,
                 "%.*s redirects to %.*s, another host: start there, or add --follow-base-redirect",
                 STR_ARG(base.url), STR_ARG(base.detail));
    else if (base.state == URL_SKIPPED && base.reason == REASON_ROBOTS)
        snprintf(to, size,
                 "robots.txt of the site forbids %.*s (%.*s): ask its owner, or use --no-robots where "
                 "you may",
                 STR_ARG(base.url), STR_ARG(base.detail));
    else if (base.state == URL_FAILED || base.state == URL_SKIPPED)
        snprintf(to, size, "%.*s: %.*s", STR_ARG(base.url),
                 STR_ARG(base.detail.n ? base.detail : str_of(reason_text(base.reason))));
    else if (base.state == URL_TRAVERSED && job->ready == 0)
        explain_no_match(crawl, read);
    else
        snprintf(to, size, "nothing was kept");
}

/* Each item has an outcome at the end: what is ready still is on a host that was given up. */
static enum status fail_left(struct crawl *crawl, struct store_write *write, struct job_record *job)
{
    struct url_record url;
    struct job_delta delta = {0};
    struct outcome failed = {.state = URL_FAILED,
                             .detail = crawl->message[0] ? str_of(crawl->message)
                                                         : STR_LIT("its host stopped answering")};
    enum status st;
    while ((st = store_ready_next(store_write_reader(write), crawl->number, NULL, &url)) == OK) {
        struct feed_record event = {
            .kind = FEED_FAILED, .seq = url.seq, .url = url.id, .at_ms = job->updated_ms};
        failed.attempts = url.attempts;
        st = url_state_settle(write, crawl->number, url.id, job->updated_ms, &failed, &delta);
        if (st == OK)
            st = store_feed_add(write, job, &event);
        if (st != OK)
            return st;
    }
    url_state_count(job, &delta);
    return st == ST_NOTFOUND ? OK : st;
}

/* The end of a list: how its items ended, and what they cost. */
static enum status end_of_list(struct crawl *crawl, struct store_write *write, struct job_record *job,
                               struct item_counts *ret_items)
{
    struct item_counts items;
    enum status st = OK;
    if (!crawl->stopped && !crawl->request.has_only)
        st = fail_left(crawl, write, job);
    if (st == OK)
        st = job_renew_texts(write, job);
    if (st == OK)
        st = item_count(store_write_reader(write), job, &items);
    if (st != OK)
        return st;
    *ret_items = items;
    job->state = crawl->stopped              ? crawl->stopped_as
                 : items.kept == items.items ? JOB_DONE
                 : items.kept                ? JOB_PARTIAL
                                             : JOB_FAILED;
    return OK;
}

static enum job_state state_at_end(struct crawl *crawl, struct store_write *write,
                                   const struct job_record *job)
{
    if (crawl->stopped)
        return crawl->stopped_as;
    if (job->kept == 0) {
        if (!crawl->message[0])
            explain_nothing(crawl, write, job);
        return JOB_FAILED;
    }
    uint64_t limit = crawl->request.max_pages;
    if (job->ready && limit && job->kept >= limit)
        snprintf(crawl->message, sizeof crawl->message, "page limit of %llu reached",
                 (unsigned long long)limit);
    else if (job->ready && !crawl->message[0])
        snprintf(crawl->message, sizeof crawl->message, "hosts stopped answering");
    return job->ready || job->failed || job->no_text ? JOB_PARTIAL : JOB_DONE;
}

enum status commit_end_apply(struct write_job *handle, struct store_write *write)
{
    struct crawl *crawl = CONTAINER_OF(handle, struct crawl, end_job);
    struct arena arena;
    struct job_record job;
    struct item_counts items = {.fault = ""};
    struct buf complete;
    enum status st = store_job_get(store_write_reader(write), crawl->job, &job);
    if (st != OK)
        return st;
    buf_init(&complete, COMPLETE_BYTES);
    job.finished_ms = job.updated_ms = clock_wall_ms();
    job.active_ms += clock_mono_ms() - crawl->started_ms;
    if (crawl->is_list)
        st = end_of_list(crawl, write, &job, &items);
    else
        job.state = state_at_end(crawl, write, &job);
    if (st == OK)
        st = commit_state_event(write, &job);
    /* What goes on later keeps its reservation, and what it was asked for. */
    bool is_over = job.state != JOB_INTERRUPTED;
    if (st == OK && is_over)
        st = store_account_settle(write, &job, crawl->is_list ? items.kept : job.kept, 0);
    if (st == OK)
        st = job_renew_texts(write, &job);
    arena_init(&arena, 8 << 20, 16 * 1024);
    if (st == OK && is_over && crawl->request.has_only)
        st = request_set_only(&arena, job.request, NULL, &job.request);
    if (st == OK && !crawl->is_list && complete_write(store_write_reader(write), &job, &complete) == OK)
        job.completeness = buf_str(&complete);
    job.message = str_of(job.state == JOB_FAILED && items.fault[0] ? items.fault : crawl->message);
    if (st == OK)
        st = store_job_put(write, &job);
    arena_fini(&arena);
    buf_fini(&complete);
    return st;
}

/* They are told before the crawl may be closed, and the engine with it. */
void commit_end_done(struct write_job *handle, enum status st)
{
    struct crawl *crawl = CONTAINER_OF(handle, struct crawl, end_job);
    pthread_mutex_lock(&crawl->lock);
    if (crawl->trouble == OK)
        crawl->trouble = st;
    pthread_mutex_unlock(&crawl->lock);
    if (st == OK && crawl->has_feed)
        engine_fed(crawl->engine, crawl->job);
    engine_ended(crawl->engine, crawl->job);
    pthread_mutex_lock(&crawl->lock);
    crawl->ended = crawl->progress.ended = true;
    pthread_cond_broadcast(&crawl->changed);
    pthread_mutex_unlock(&crawl->lock);
}
