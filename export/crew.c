/* SPDX-License-Identifier: Apache-2.0 */
/* crew.c: a fixed set of threads that take the next page of the round until none is left.
 *
 * Invariant: while a round runs (done < n), slots[i] belongs to whoever took i; between rounds all belong to
 * the caller. */
#include "export/crew.h"

#include <pthread.h>
#include <stdlib.h>

#define ARENA_BYTES ((size_t)256 << 20)
#define ARENA_KEEP_BYTES ((size_t)1 << 20)
#define RAW_MAX_BYTES ((size_t)1 << 30)
#define ROW_MAX_BYTES ((size_t)256 << 20)
#define SLOT_KEEP_BYTES ((size_t)64 << 10)
#define MAX_LINKS 20000u
#define MAX_MARKDOWN_BYTES ((size_t)32 << 20)

struct worker {
    struct crew *crew;
    pthread_t thread;
    struct extractor *extractor;
    struct codec *codec;
    struct arena arena;
    struct buf raw;
};

struct crew {
    const struct asker *asker;
    pthread_mutex_t lock;
    pthread_cond_t begun, ended;
    bool stop;
    const struct page_item
        *items; /* the round: n pages, taken of which are begun, done of which are ready */
    unsigned n, taken, done;
    struct row_slot slots[PAGES_CHUNK_MAX];
    unsigned n_workers;
    struct worker workers[CREW_MAX];
};

/* ---- one page ---- */

static enum status read_page(struct worker *w, const struct page_item *item, struct row_slot *slot)
{
    const struct asker *asker = w->crew->asker;
    const struct extract_options options = {
        .url = item->page.url,
        .content_type = item->page.content_type,
        .want = asker_want(asker),
        .max_links = MAX_LINKS,
        .max_markdown_bytes = MAX_MARKDOWN_BYTES,
    };
    struct doc doc;
    if (!item->parts[PART_HTML])
        return ST_NOTFOUND;
    enum status st = part_inflate(w->codec, item->parts[PART_HTML], &w->raw);
    if (st == OK && !buf_terminate(&w->raw))
        st = ST_NOMEM;
    if (st == OK)
        st = extract_document(w->extractor, &options, buf_str(&w->raw), &w->arena, &doc);
    if (st != OK)
        return st;
    return answer_page(asker, item->page.url, &doc, &slot->json, &slot->info);
}

static void make_row(struct worker *w, const struct page_item *item, struct row_slot *slot)
{
    buf_shrink(&slot->json, SLOT_KEEP_BYTES);
    buf_shrink(&slot->stream, SLOT_KEEP_BYTES);
    arena_reset(&w->arena, ARENA_KEEP_BYTES);
    enum status st = read_page(w, item, slot);
    slot->failed = st != OK;
    /* A damaged page costs its own row; without memory the others would fail as well. */
    if (st != OK && st != ST_NOMEM) {
        buf_reset(&slot->json);
        slot->info = (struct answer_info){.failed = true};
        answer_error(status_text(st), &slot->json);
        st = slot->json.status;
    }
    if (st == OK)
        st = codec_deflate(w->codec, buf_str(&slot->json), &slot->stream, &slot->packed);
    buf_shrink(&w->raw, ARENA_KEEP_BYTES);
    slot->st = st;
}

static void *worker_main(void *user)
{
    struct worker *w = user;
    struct crew *crew = w->crew;
    pthread_mutex_lock(&crew->lock);
    for (;;) {
        while (!crew->stop && crew->taken == crew->n)
            pthread_cond_wait(&crew->begun, &crew->lock);
        if (crew->stop)
            break;
        unsigned i = crew->taken++;
        pthread_mutex_unlock(&crew->lock);
        make_row(w, &crew->items[i], &crew->slots[i]);
        pthread_mutex_lock(&crew->lock);
        if (++crew->done == crew->n)
            pthread_cond_signal(&crew->ended);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* ---- the crew ---- */

static void worker_fini(struct worker *w)
{
    extractor_destroy(w->extractor);
    codec_destroy(w->codec);
    arena_fini(&w->arena);
    buf_fini(&w->raw);
}

static bool worker_start(struct crew *crew, struct worker *w, enum html_engine engine,
                         const struct html_limits *limits)
{
    w->crew = crew;
    arena_init(&w->arena, ARENA_BYTES, 256 << 10);
    buf_init(&w->raw, RAW_MAX_BYTES);
    w->extractor = extractor_create(engine, limits);
    w->codec = codec_create(6);
    if (w->extractor && w->codec && pthread_create(&w->thread, NULL, worker_main, w) == 0)
        return true;
    worker_fini(w);
    return false;
}

enum status crew_create(const struct asker *asker, enum html_engine engine,
                        const struct html_limits *limits, unsigned workers, struct crew **ret_crew)
{
    struct crew *crew = calloc(1, sizeof *crew);
    if (!crew)
        return ST_NOMEM;
    crew->asker = asker;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->begun, NULL);
    pthread_cond_init(&crew->ended, NULL);
    for (unsigned i = 0; i < PAGES_CHUNK_MAX; i++) {
        buf_init(&crew->slots[i].json, ROW_MAX_BYTES);
        buf_init(&crew->slots[i].stream, 2 * ROW_MAX_BYTES);
    }
    workers = workers < 1 ? 1 : workers > CREW_MAX ? CREW_MAX : workers;
    while (crew->n_workers < workers &&
           worker_start(crew, &crew->workers[crew->n_workers], engine, limits))
        crew->n_workers++;
    if (crew->n_workers == 0) {
        crew_destroy(crew);
        return ST_NOMEM;
    }
    *ret_crew = crew;
    return OK;
}

void crew_destroy(struct crew *crew)
{
    if (!crew)
        return;
    pthread_mutex_lock(&crew->lock);
    crew->stop = true;
    pthread_cond_broadcast(&crew->begun);
    pthread_mutex_unlock(&crew->lock);
    for (unsigned i = 0; i < crew->n_workers; i++) {
        pthread_join(crew->workers[i].thread, NULL);
        worker_fini(&crew->workers[i]);
    }
    for (unsigned i = 0; i < PAGES_CHUNK_MAX; i++) {
        buf_fini(&crew->slots[i].json);
        buf_fini(&crew->slots[i].stream);
    }
    pthread_cond_destroy(&crew->ended);
    pthread_cond_destroy(&crew->begun);
    pthread_mutex_destroy(&crew->lock);
    free(crew);
}

enum status crew_work(struct crew *crew, const struct page_item *items, unsigned n,
                      const struct row_slot **ret_slots)
{
    must(n > 0 && n <= PAGES_CHUNK_MAX);
    pthread_mutex_lock(&crew->lock);
    crew->items = items;
    crew->n = n;
    crew->taken = crew->done = 0;
    pthread_cond_broadcast(&crew->begun);
    while (crew->done < n)
        pthread_cond_wait(&crew->ended, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
    for (unsigned i = 0; i < n; i++)
        if (crew->slots[i].st != OK)
            return crew->slots[i].st;
    *ret_slots = crew->slots;
    return OK;
}
