/* SPDX-License-Identifier: Apache-2.0 */
/* crew.c: a fixed set of threads that take the next page of the round until none is left.
 *
 * Invariant: while a round runs (done < n), slots[i] belongs to whoever took i; between rounds all belong to
 * the caller. */
#include "export/crew.h"

#include <pthread.h>
#include <stdlib.h>

struct worker {
    struct crew *crew;
    pthread_t thread;
    struct answerer *answerer;
};

struct crew {
    const struct asker *asker;
    const atomic_bool *cancel;
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

static bool is_cancelled(const struct crew *crew)
{
    return crew->cancel && atomic_load_explicit(crew->cancel, memory_order_relaxed);
}

/* An answer that was broken off is none. */
static void make_row(struct worker *w, const struct page_item *item, struct row_slot *slot)
{
    slot->st = ST_CANCELLED;
    if (is_cancelled(w->crew))
        return;
    slot->st = answerer_row(w->answerer, w->crew->asker, item->page.url, item->page.content_type,
                            item->parts[PART_HTML], &slot->row);
    if (slot->st == OK && slot->row.info.passing && is_cancelled(w->crew))
        slot->st = ST_CANCELLED;
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

static bool worker_start(struct crew *crew, struct worker *w, enum html_engine engine,
                         const struct html_limits *limits)
{
    w->crew = crew;
    w->answerer = answerer_create(engine, limits);
    if (w->answerer && pthread_create(&w->thread, NULL, worker_main, w) == 0)
        return true;
    answerer_destroy(w->answerer);
    return false;
}

enum status crew_create(const struct asker *asker, enum html_engine engine,
                        const struct html_limits *limits, unsigned workers, const atomic_bool *cancel,
                        struct crew **ret_crew)
{
    struct crew *crew = calloc(1, sizeof *crew);
    if (!crew)
        return ST_NOMEM;
    crew->asker = asker;
    crew->cancel = cancel;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->begun, NULL);
    pthread_cond_init(&crew->ended, NULL);
    for (unsigned i = 0; i < PAGES_CHUNK_MAX; i++)
        cached_row_init(&crew->slots[i].row);
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
        answerer_destroy(crew->workers[i].answerer);
    }
    for (unsigned i = 0; i < PAGES_CHUNK_MAX; i++)
        cached_row_fini(&crew->slots[i].row);
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
        if (crew->slots[i].st != OK && crew->slots[i].st != ST_CANCELLED)
            return crew->slots[i].st;
    *ret_slots = crew->slots;
    return OK;
}
