/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c: makes and ends the threads, and carries commands to the loop. */
#include "crawler/engine.h"
#include "answer/model.h"
#include "crawler/answers.h"

#include "base/clock.h"
#include "crawler/submit.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Sockets are descriptors: as many as the system lets the process have. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

enum status crawler_global_init(void)
{
    raise_descriptor_limit();
    return fetch_global_init();
}

void crawler_global_fini(void)
{
    fetch_global_fini();
}

static void wake_loop(void *user)
{
    struct engine *engine = user;
    poller_wake(engine->poller);
}

static bool answered(void *user, struct answer **answer)
{
    struct engine *engine = user;
    struct event_answer *arrived = calloc(1, sizeof *arrived);
    if (!arrived)
        return false;
    arrived->event.kind = EVENT_ANSWER;
    arrived->answer = *answer;
    *answer = NULL;
    struct event *event = &arrived->event;
    loop_post(engine, &event);
    return true;
}

static unsigned worker_count(const struct config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = config->extract_workers ? config->extract_workers : cores > 0 ? (unsigned)cores : 1u;
    return n < ENGINE_WORKERS_MAX ? n : ENGINE_WORKERS_MAX;
}

/* Without a model nobody waits for one. */
static unsigned answer_threads(const struct engine *engine)
{
    return engine->model ? model_requests(engine->model) : 0;
}

static bool make_parts(struct engine *engine)
{
    const struct config *config = engine->config;
    engine->poller = poller_create();
    engine->inbox =
        queue_create(ENGINE_PAGES + RESOLVER_QUESTIONS_MAX + ENGINE_COMMANDS + answer_threads(engine),
                     wake_loop, engine);
    engine->to_workers = queue_create(ENGINE_PAGES + ENGINE_COMMANDS, NULL, NULL);
    engine->pool = page_pool_create(ENGINE_PAGES, config);
    engine->gates = host_gates_create();
    const struct resolver_options resolver = {.threads = config->fetch_dns_threads,
                                              .cache_ms = config->fetch_dns_cache_ms,
                                              .answered = answered,
                                              .user = engine};
    if (!engine->poller || !engine->inbox || !engine->to_workers || !engine->pool || !engine->gates)
        return false;
    engine->resolver = resolver_create(&resolver);
    return engine->resolver != NULL;
}

static bool start_threads(struct engine *engine)
{
    unsigned want = worker_count(engine->config);
    while (engine->n_workers < want &&
           pthread_create(&engine->workers[engine->n_workers], NULL, workers_main, engine) == 0)
        engine->n_workers++;
    unsigned answer = answer_threads(engine);
    if (answer && !(engine->answers = answers_create(engine, answer)))
        return false;
    engine->loop_runs = engine->n_workers && pthread_create(&engine->loop, NULL, loop_main, engine) == 0;
    return engine->loop_runs;
}

enum status engine_create(const struct engine_options *options, struct engine **ret_engine,
                          struct diag *ret_diag)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    engine->config = options->config;
    engine->store = options->store;
    engine->writer = options->writer;
    engine->ended = options->ended;
    engine->fed = options->fed;
    engine->user = options->user;
    engine->model = options->model;
    pthread_mutex_init(&engine->leases_lock, NULL);
    if (!make_parts(engine) || !start_threads(engine)) {
        engine_destroy(engine);
        return diag_set(ret_diag, ST_NOMEM,
                        "the engine could not start: out of memory, threads or descriptors");
    }
    *ret_engine = engine;
    return OK;
}

enum status engine_command(struct engine *engine, const struct command *command)
{
    struct command *copy = malloc(sizeof *copy);
    if (!copy)
        return ST_NOMEM;
    *copy = *command;
    copy->event.kind = EVENT_COMMAND;
    struct event *event = &copy->event;
    loop_post(engine, &event);
    return OK;
}

void engine_fed(struct engine *engine, struct id128 job)
{
    if (engine->fed)
        engine->fed(engine->user, job);
}

void engine_ended(struct engine *engine, struct id128 job)
{
    if (engine->ended)
        engine->ended(engine->user, job);
}

void engine_lease(struct engine *engine, const struct page *page)
{
    pthread_mutex_lock(&engine->leases_lock);
    engine->leases[page->number] =
        (struct leased){.taken = true, .job = page->crawl->job, .url = page->lease->id};
    pthread_mutex_unlock(&engine->leases_lock);
}

void engine_unlease(struct engine *engine, const struct page *page)
{
    pthread_mutex_lock(&engine->leases_lock);
    engine->leases[page->number].taken = false;
    pthread_mutex_unlock(&engine->leases_lock);
}

size_t engine_leased(struct engine *engine, struct id128 job, struct id128 *ret_ids, size_t most)
{
    size_t n = 0;
    pthread_mutex_lock(&engine->leases_lock);
    for (size_t i = 0; i < ENGINE_PAGES && n < most; i++)
        if (engine->leases[i].taken && id128_eq(engine->leases[i].job, job))
            ret_ids[n++] = engine->leases[i].url;
    pthread_mutex_unlock(&engine->leases_lock);
    return n;
}

void engine_hurry(struct engine *engine)
{
    bool stuck = atomic_load(&engine->stuck), full = atomic_load(&engine->full);
    if (!(stuck || full) || queue_length(engine->to_workers) >= WORKERS_LOW)
        return;
    if (stuck)
        writer_hurry(engine->writer);
    if (atomic_exchange(&engine->full, false))
        poller_wake(engine->poller);
}

/* What came in after the loop ended. */
static void drain(struct engine *engine)
{
    void *item;
    while (queue_pop(engine->inbox, &item, 1, 0) == 1) {
        struct event *event = item;
        if (event->kind == EVENT_ANSWER) {
            struct event_answer *arrived = CONTAINER_OF(event, struct event_answer, event);
            free(arrived->answer);
            free(arrived);
        } else if (event->kind == EVENT_COMMAND) {
            free(CONTAINER_OF(event, struct command, event));
        }
    }
}

void engine_destroy(struct engine *engine)
{
    if (!engine)
        return;
    if (engine->loop_runs) {
        const struct command close = {.what = COMMAND_CLOSE};
        if (engine_command(engine, &close) == OK)
            pthread_join(engine->loop, NULL);
    }
    answers_destroy(engine->answers);
    resolver_destroy(engine->resolver);
    if (engine->to_workers)
        queue_close(engine->to_workers);
    for (unsigned i = 0; i < engine->n_workers; i++)
        pthread_join(engine->workers[i], NULL);
    if (engine->inbox)
        drain(engine);
    page_pool_destroy(engine->pool);
    host_gates_destroy(engine->gates);
    queue_destroy(engine->to_workers);
    queue_destroy(engine->inbox);
    poller_destroy(engine->poller);
    pthread_mutex_destroy(&engine->leases_lock);
    free(engine);
}

enum status engine_stop_job(struct engine *engine, struct id128 job, enum crawl_stop how)
{
    const struct command stop = {.what = COMMAND_STOP_JOB, .job = job, .how = how};
    return engine_command(engine, &stop);
}

void crawl_stop(struct crawl *crawl, enum crawl_stop how)
{
    const struct command stop = {.what = COMMAND_STOP, .crawl = crawl, .how = how};
    (void)!engine_command(crawl->engine, &stop);
}

/* ---- what others see of a crawl ---- */

struct id128 crawl_job(const struct crawl *crawl)
{
    return crawl->job;
}

void crawl_progress(struct crawl *crawl, struct crawl_progress *ret_progress)
{
    pthread_mutex_lock(&crawl->lock);
    *ret_progress = crawl->progress;
    pthread_mutex_unlock(&crawl->lock);
}

static bool wait_until(struct crawl *crawl, const bool *flag, int64_t wait_ms)
{
    int64_t at = clock_mono_ms() + wait_ms;
    struct timespec until = {.tv_sec = at / 1000, .tv_nsec = (at % 1000) * 1000000};
    pthread_mutex_lock(&crawl->lock);
    while (!*flag && wait_ms != 0) {
        if (wait_ms < 0)
            pthread_cond_wait(&crawl->changed, &crawl->lock);
        else if (pthread_cond_timedwait(&crawl->changed, &crawl->lock, &until) != 0)
            break;
    }
    bool set = *flag;
    pthread_mutex_unlock(&crawl->lock);
    return set;
}

bool crawl_wait(struct crawl *crawl, int64_t wait_ms)
{
    return wait_until(crawl, &crawl->ended, wait_ms);
}

enum status crawl_trouble(struct crawl *crawl)
{
    pthread_mutex_lock(&crawl->lock);
    enum status st = crawl->trouble;
    pthread_mutex_unlock(&crawl->lock);
    return st;
}

void crawl_close(struct crawl *crawl)
{
    if (!crawl)
        return;
    if (crawl->attached) {
        crawl_wait(crawl, -1);
        const struct command detach = {.what = COMMAND_DETACH, .crawl = crawl};
        if (engine_command(crawl->engine, &detach) != OK)
            return; /* without memory for a command the crawl can't be taken from the loop: it is left there */
        wait_until(crawl, &crawl->detached, -1);
    }
    sitemap_page_forget(crawl);
    fetcher_destroy(crawl->fetcher);
    workbench_destroy(crawl->workbench);
    known_destroy(crawl->known);
    families_destroy(crawl->families);
    policy_release(crawl->policy);
    asker_destroy(crawl->asker);
    free(crawl->missing);
    address_rule_release(crawl->rule);
    arena_fini(&crawl->arena);
    pthread_cond_destroy(&crawl->changed);
    pthread_mutex_destroy(&crawl->lock);
    free(crawl);
}
