/* SPDX-License-Identifier: Apache-2.0 */
/* commit.c: what a page changes in the store, as one job of the writer: the page and its bytes, its URL's
 * state, the links it revealed and the job's counts, in one transaction. And the last record of a crawl.
 * apply() may run more than once: it changes the transaction and its own page only. */
#include "crawler/engine.h"

#include "base/clock.h"

#include <stdio.h>

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
                                 .html_flags = doc->html_flags,
                                 .fetched_ms = now_ms,
                                 .took_ms = f->took_ms,
                                 .links = doc->n_links,
                                 .text_bytes = doc->text_bytes,
                                 .url = url_without_fragment(&page->url),
                                 .title = doc->title,
                                 .description = doc->description,
                                 .language = doc->language,
                                 .canonical = doc->canonical,
                                 .content_type = f->content_type,
                                 .charset = doc->charset,
                                 .etag = f->etag,
                                 .last_modified = f->last_modified};
    record.flags = (doc->text_bytes == 0 ? PAGE_NO_TEXT : 0u) |
                   (page->bundle.n_parts < PART_KINDS ? PAGE_NO_MARKDOWN : 0u) |
                   (doc->flags & DOC_UNDECODED ? PAGE_UNDECODED : 0u) |
                   (doc->flags & DOC_LINKS_CUT ? PAGE_LINKS_CUT : 0u) |
                   (doc->flags & DOC_NOINDEX ? PAGE_NOINDEX : 0u);
    delta->no_text += doc->text_bytes == 0;
    return store_page_put(write, page->crawl->number, &record, &page->bundle, &delta->stored_bytes);
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

/* Adds to the job's record. It is read last, as its slices end with the next write. */
static enum status count(struct page *page, struct store_write *write, int64_t now_ms,
                         const struct job_delta *delta, uint64_t next_seq)
{
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), page->crawl->job, &job);
    if (st != OK)
        return st;
    url_state_count(&job, delta);
    job.updated_ms = now_ms;
    if (next_seq)
        job.next_seq = next_seq;
    if (page->moved_base.n)
        job.base_url = page->moved_base;
    page->totals = commit_totals(&job);
    return store_job_put(write, &job);
}

static enum status next_seq_of(struct page *page, struct store_write *write, uint64_t *ret_seq)
{
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), page->crawl->job, &job);
    if (st == OK)
        *ret_seq = job.next_seq;
    return st;
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
    uint64_t next_seq = 0;
    enum status st = next_seq_of(page, write, &next_seq);
    if (st == OK && page->is_kept)
        st = put_page(page, write, now_ms, &delta);
    if (st == OK && page->lease)
        st = url_state_settle(write, crawl->number, page->lease->id, now_ms, &page->outcome, &delta);
    if (st == OK)
        st = url_state_discover(write, crawl->number, parent, now_ms, page->candidates,
                                page->n_candidates, &next_seq, &delta);
    return st == OK ? count(page, write, now_ms, &delta, next_seq) : st;
}

void commit_page_done(struct write_job *handle, enum status st)
{
    struct page *page = CONTAINER_OF(handle, struct page, job);
    page->store_status = st;
    page->state = PAGE_STORED;
    for (size_t i = 0; st == OK && i < page->n_candidates; i++)
        if (page->candidates[i].verdict == VERDICT_KEEP)
            known_add(page->crawl->known, page->candidates[i].id);
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

/* Where the redirects of a URL led, as far as they were followed; false: in a circle. */
static bool last_hop(struct crawl *crawl, struct store_write *write, struct url_record *url)
{
    const struct url_key_options key = policy_key_options(crawl->policy);
    unsigned left = crawl->engine->config->fetch_redirects + 1;
    while (left && url->state == URL_REDIRECTED && url->reason == REASON_REDIRECTED) {
        struct arena scratch;
        struct url to;
        struct url_record next;
        arena_init(&scratch, 1 << 20, 4096);
        enum status st = url_parse(&scratch, url->detail, NULL, &to);
        if (st == OK)
            st = store_url_get(store_write_reader(write), crawl->number, url_id(&scratch, &to, &key),
                               &next);
        arena_fini(&scratch);
        if (st != OK)
            break;
        *url = next;
        left--;
    }
    return left > 0;
}

/* Why nothing was kept, told by the base URL's own record, or that of where it led. */
static void explain_nothing(struct crawl *crawl, struct store_write *write, const struct job_record *job)
{
    struct url_record base;
    char *to = crawl->message;
    size_t size = sizeof crawl->message;
    if (store_url_get(store_write_reader(write), crawl->number, crawl->base_id, &base) != OK) {
        snprintf(to, size, "the base URL was never looked at");
        return;
    }
    if (!last_hop(crawl, write, &base)) {
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
        snprintf(to, size, "no page matched the instruction: see `webkeep plan` for how it was read");
    else
        snprintf(to, size, "nothing was kept");
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
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), crawl->job, &job);
    if (st != OK)
        return st;
    job.state = state_at_end(crawl, write, &job);
    job.finished_ms = job.updated_ms = clock_wall_ms();
    job.active_ms += clock_mono_ms() - crawl->started_ms;
    job.message = str_of(crawl->message);
    return store_job_put(write, &job);
}

void commit_end_done(struct write_job *handle, enum status st)
{
    struct crawl *crawl = CONTAINER_OF(handle, struct crawl, end_job);
    pthread_mutex_lock(&crawl->lock);
    if (crawl->trouble == OK)
        crawl->trouble = st;
    crawl->ended = crawl->progress.ended = true;
    pthread_cond_broadcast(&crawl->changed);
    pthread_mutex_unlock(&crawl->lock);
}
