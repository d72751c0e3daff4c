/* SPDX-License-Identifier: Apache-2.0 */
/* answers.c: a list of tasks and the threads that take them.
 *
 * The next task is one of the crawl that has the fewest under way, so that a large crawl does not keep a scrape waiting. A task
 * holds no read transaction while it waits for the model. Its memory is its event, and goes back to the loop. */
#include "crawler/answers.h"

#include "answer/cached.h"

#include <stdlib.h>

struct task {
    struct event event;
    struct task *next;
    struct crawl *crawl;
    uint64_t seq;
    struct id128 url;
    enum status status;
};

struct clerk {
    struct answers *answers;
    pthread_t thread;
    struct answerer *answerer;
    struct cached_row row;
    struct sha256_ctx *sha;
    struct arena arena;
    struct crawl *serves; /* whose task it has; under the lock */
};

struct answers {
    struct engine *engine;
    pthread_mutex_t lock;
    pthread_cond_t given;
    struct task *first, **end;
    bool closed;
    unsigned n;
    struct clerk clerks[];
};

/* ---- the list; with the lock held ---- */

static unsigned under_way(const struct answers *a, const struct crawl *crawl)
{
    unsigned n = 0;
    for (unsigned i = 0; i < a->n; i++)
        n += a->clerks[i].serves == crawl;
    return n;
}

static struct task *take(struct answers *a)
{
    struct task **best = &a->first;
    unsigned least = UINT32_MAX;
    const struct crawl *seen = NULL;
    for (struct task **at = &a->first; *at && least > 0; at = &(*at)->next) {
        if ((*at)->crawl == seen)
            continue;
        seen = (*at)->crawl;
        unsigned n = under_way(a, seen);
        if (n < least) {
            best = at;
            least = n;
        }
    }
    struct task *task = *best;
    *best = task->next;
    if (a->end == &task->next)
        a->end = best;
    return task;
}

/* ---- one page ---- */

/* What is needed of a page; slices in the clerk's arena. */
struct question_page {
    struct str url, type;
    struct part html;
    bool has_html;
    bool has_key, known; /* the answer is there already, in `answer` */
    struct sha256 key;
    struct answer_record answer;
};

static void take_html(struct clerk *clerk, const struct bundle *bundle, struct question_page *page)
{
    for (unsigned i = 0; i < bundle->n_parts; i++)
        if (bundle->parts[i].kind == PART_HTML) {
            page->html = bundle->parts[i];
            page->html.stream = arena_str(&clerk->arena, bundle->parts[i].stream);
            page->has_html = true;
        }
}

/* An answer to the same, whichever job it was made for. */
static enum status find_known(struct clerk *clerk, struct store_read *read, const struct crawl *crawl,
                              struct question_page *page)
{
    const struct config *config = crawl->engine->config;
    const struct html_limits limits = html_limits_of(config);
    struct job_record job;
    if (!page->has_html || !config->extract_answer_bytes)
        return OK;
    enum status st = store_job_get(read, crawl->job, &job);
    if (st != OK)
        return st;
    struct sha256 common = answers_key(clerk->sha, crawl->asker,
                                       (enum html_engine)config->extract_parser, &limits, job.owner);
    page->key = answer_key(clerk->sha, common, page->html.sha256, page->url, page->type);
    page->has_key = true;
    st = store_answer_get(read, page->key, &page->answer);
    page->known = st == OK;
    if (st == OK)
        page->answer.stream = arena_str(&clerk->arena, page->answer.stream);
    return st == ST_NOTFOUND || st == ST_CORRUPT ? OK : st;
}

static enum status read_page(struct clerk *clerk, const struct task *task, struct question_page *page)
{
    struct store_read *read;
    struct page_record record;
    struct bundle bundle;
    enum status st = store_read_begin(clerk->answers->engine->store, &read);
    if (st != OK)
        return st;
    st = store_page_get(read, task->crawl->number, task->seq, &record);
    if (st == OK)
        st = store_bundle_get(read, record.bundle, &bundle);
    if (st == OK) {
        page->url = arena_str(&clerk->arena, record.url);
        page->type = arena_str(&clerk->arena, record.content_type);
        take_html(clerk, &bundle, page);
        st = find_known(clerk, read, task->crawl, page);
    }
    store_read_end(read);
    return st == OK ? clerk->arena.status : st;
}

static enum status store_row(const struct clerk *clerk, const struct task *task,
                             const struct question_page *page)
{
    const struct cached_row *made = &clerk->row;
    const struct answer_record *known = &page->answer;
    struct commit_row row = {.job = {.apply = commit_row_apply, .done = commit_row_done},
                             .crawl = task->crawl,
                             .url = task->url,
                             .row = {.seq = task->seq}};
    if (page->known) {
        row.row.packed = known->packed;
        row.row.stream = known->stream;
        row.answer = (struct answer_info){.failed = known->flags & ANSWER_EMPTY};
    } else {
        row.row.packed = made->packed;
        row.row.stream = buf_str(&made->stream);
        row.answer = made->info;
        row.keep = page->has_key && cached_row_keeps(made);
        row.key = page->key;
    }
    row.job.bytes = 2 * row.row.stream.n;
    return writer_run(task->crawl->engine->writer, &row.job);
}

static enum status answer(struct clerk *clerk, const struct task *task)
{
    struct crawl *crawl = task->crawl;
    struct question_page page = {.url = STR_NONE, .type = STR_NONE};
    arena_reset(&clerk->arena, 1 << 20);
    if (atomic_load(&crawl->answers_stop))
        return OK;
    enum status st = read_page(clerk, task, &page);
    if (st == ST_NOTFOUND)
        return OK; /* the page is gone, as it was fetched anew */
    if (st == OK && !page.known) {
        st = answerer_row(clerk->answerer, crawl->asker, page.url, page.type,
                          page.has_html ? &page.html : NULL, &clerk->row);
        if (atomic_load(&crawl->answers_stop))
            return st; /* an answer that was broken off is none */
    }
    return st == OK ? store_row(clerk, task, &page) : st;
}

static void *clerk_main(void *user)
{
    struct clerk *clerk = user;
    struct answers *a = clerk->answers;
    pthread_mutex_lock(&a->lock);
    for (;;) {
        while (!a->first && !a->closed)
            pthread_cond_wait(&a->given, &a->lock);
        if (!a->first)
            break;
        struct task *task = take(a);
        clerk->serves = task->crawl;
        pthread_mutex_unlock(&a->lock);
        task->status = answer(clerk, task);
        pthread_mutex_lock(&a->lock);
        clerk->serves = NULL;
        pthread_mutex_unlock(&a->lock);
        struct event *event = &task->event; /* the crawl may end as soon as the loop has it */
        loop_post(a->engine, &event);
        pthread_mutex_lock(&a->lock);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

/* ---- the threads ---- */

static bool clerk_start(struct answers *a, struct clerk *clerk)
{
    const struct config *config = a->engine->config;
    const struct html_limits limits = html_limits_of(config);
    clerk->answers = a;
    clerk->answerer = answerer_create((enum html_engine)config->extract_parser, &limits);
    clerk->sha = sha256_create();
    cached_row_init(&clerk->row);
    arena_init(&clerk->arena, (size_t)2 << 30, 64 << 10);
    if (clerk->answerer && clerk->sha && pthread_create(&clerk->thread, NULL, clerk_main, clerk) == 0)
        return true;
    answerer_destroy(clerk->answerer);
    sha256_destroy(clerk->sha);
    cached_row_fini(&clerk->row);
    arena_fini(&clerk->arena);
    return false;
}

struct answers *answers_create(struct engine *engine, unsigned threads)
{
    struct answers *a = calloc(1, sizeof *a + threads * sizeof a->clerks[0]);
    if (!a)
        return NULL;
    a->engine = engine;
    a->end = &a->first;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->given, NULL);
    pthread_mutex_lock(&a->lock); /* the threads read n */
    while (a->n < threads && clerk_start(a, &a->clerks[a->n]))
        a->n++;
    pthread_mutex_unlock(&a->lock);
    if (a->n)
        return a;
    answers_destroy(a);
    return NULL;
}

void answers_destroy(struct answers *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->closed = true;
    pthread_cond_broadcast(&a->given);
    pthread_mutex_unlock(&a->lock);
    for (unsigned i = 0; i < a->n; i++) {
        pthread_join(a->clerks[i].thread, NULL);
        answerer_destroy(a->clerks[i].answerer);
        sha256_destroy(a->clerks[i].sha);
        cached_row_fini(&a->clerks[i].row);
        arena_fini(&a->clerks[i].arena);
    }
    pthread_cond_destroy(&a->given);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

bool answers_ask(struct answers *a, struct crawl *crawl, uint64_t seq, struct id128 url)
{
    struct task *task = calloc(1, sizeof *task);
    if (!task)
        return false;
    *task = (struct task){.event = {.kind = EVENT_ANSWERED}, .crawl = crawl, .seq = seq, .url = url};
    pthread_mutex_lock(&a->lock);
    *a->end = task;
    a->end = &task->next;
    pthread_cond_signal(&a->given);
    pthread_mutex_unlock(&a->lock);
    return true;
}

enum status answers_take(struct event *event, struct crawl **ret_crawl)
{
    struct task *task = CONTAINER_OF(event, struct task, event);
    enum status st = task->status;
    *ret_crawl = task->crawl;
    free(task);
    return st;
}

/* ---- a job that goes on ---- */

static bool keep_missing(struct crawl *crawl, size_t *cap, const struct page_record *page)
{
    if (crawl->n_missing == *cap) {
        size_t more = *cap ? 2 * *cap : 64;
        struct unanswered *longer = realloc(crawl->missing, more * sizeof *longer);
        if (!longer)
            return false;
        crawl->missing = longer;
        *cap = more;
    }
    crawl->missing[crawl->n_missing++] = (struct unanswered){.seq = page->seq, .url = page->url_id};
    return true;
}

enum status answers_missing(struct crawl *crawl)
{
    struct store_read *read;
    struct page_record page;
    struct row_record row;
    size_t cap = 0;
    enum status st = store_read_begin(crawl->engine->store, &read);
    if (st != OK)
        return st;
    for (uint64_t from = 0; (st = store_page_next(read, crawl->number, from, &page)) == OK;
         from = page.seq + 1) {
        st = store_row_next(read, crawl->number, page.seq, &row);
        if (st != OK && st != ST_NOTFOUND)
            break;
        if ((st == ST_NOTFOUND || row.seq != page.seq) && !keep_missing(crawl, &cap, &page)) {
            st = ST_NOMEM;
            break;
        }
    }
    store_read_end(read);
    return st == ST_NOTFOUND ? OK : st;
}
