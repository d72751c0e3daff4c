/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c: the queue's index, its one thread, and the threads of re-extractions.
 *
 * An entry is in the list from the moment its job is known until the job has ended; the lock guards the list and
 * all members but `crawl`, which is the thread's. The thread holds no lock while it starts or closes anything. */
#include "api/queue.h"

#include "api/extracts.h"
#include "api/log.h"
#include "api/proxies.h"
#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define PAUSE_MS 15000 /* after storage trouble */
#define DRAIN_MS 10000 /* at the end: for what is in flight */
#define LOST_TEXT                                                                                       \
    "CREDENTIALS_LOST: its cookies and headers were in memory only, and the service was restarted; "    \
    "send them again with a retry"

struct waiter {
    struct waiter *next;
    void (*ended)(void *user); /* one of the two */
    void (*cancelled)(void *user, const struct ended *result);
    void *user;
};

struct entry {
    struct entry *next;
    struct job_queue *queue;
    struct id128 job;
    uint32_t owner;
    enum job_kind kind;
    bool has_only;
    struct id128 only;
    bool running, ended; /* ended: the engine or the extraction has said so */
    bool stuck;          /* it says that it runs, as its end could not be written */
    int64_t not_before_ms;
    char *secret; /* one block: what cookies and headers point into */
    size_t secret_bytes;
    struct job_secrets secrets;
    struct waiter *waiters;
    struct entry
        *again; /* the job was queued again before the queue had heard of its end: what comes next */
    struct crawl *crawl;
    atomic_bool stop; /* an extraction's */
    enum job_state stop_as;
    pthread_t thread;
    bool has_thread;
};

struct turn {
    uint32_t owner;
    uint64_t last; /* when an owner's job was started, in starts */
};

struct job_queue {
    struct service *service;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct entry *entries, **tail;
    unsigned running[JOB_KINDS];
    struct turn *turns;
    size_t n_turns;
    uint64_t starts;
    unsigned proxy_turn;
    bool stopping;
    pthread_t thread;
    bool has_thread;
};

/* ---- secrets ---- */

static char *keep(char **at, struct str *s)
{
    char *to = *at;
    if (s->n)
        memcpy(to, s->p, s->n);
    *s = str_make(to, s->n);
    *at += s->n;
    return to;
}

static bool copy_secrets(struct entry *e, const struct job_secrets *from)
{
    size_t n = from->cookies.n;
    for (size_t i = 0; i < from->headers.n; i++)
        n += from->headers.v[i].n;
    if (n == 0)
        return true;
    e->secret = malloc(n);
    if (!e->secret)
        return false;
    e->secret_bytes = n;
    e->secrets = *from;
    char *at = e->secret;
    keep(&at, &e->secrets.cookies);
    for (size_t i = 0; i < e->secrets.headers.n; i++)
        keep(&at, &e->secrets.headers.v[i]);
    return true;
}

static void free_entry(struct entry *e)
{
    if (!e)
        return;
    must(!e->waiters);
    free_entry(e->again); /* has none itself */
    if (e->secret)
        explicit_bzero(e->secret, e->secret_bytes);
    free(e->secret);
    free(e);
}

/* ---- the list; all with the lock held ---- */

static struct entry *find(struct job_queue *q, struct id128 job)
{
    struct entry *e = q->entries;
    while (e && !id128_eq(e->job, job))
        e = e->next;
    return e;
}

static void append(struct job_queue *q, struct entry *e)
{
    e->queue = q;
    *q->tail = e;
    q->tail = &e->next;
    pthread_cond_broadcast(&q->changed);
}

static void unlink_entry(struct job_queue *q, struct entry *gone)
{
    struct entry **at = &q->entries;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    if (q->tail == &gone->next)
        q->tail = at;
}

static struct turn *turn_of(struct job_queue *q, uint32_t owner)
{
    for (size_t i = 0; i < q->n_turns; i++)
        if (q->turns[i].owner == owner)
            return &q->turns[i];
    struct turn *more = realloc(q->turns, (q->n_turns + 1) * sizeof *more);
    if (!more)
        return NULL;
    q->turns = more;
    more[q->n_turns] = (struct turn){.owner = owner};
    return &more[q->n_turns++];
}

static unsigned most_running(const struct job_queue *q, enum job_kind kind)
{
    const struct config *config = q->service->config;
    switch (kind) {
    case JOB_SCRAPE:
        return config->limits_running_scrapes;
    case JOB_BATCH:
        return config->limits_running_batches;
    case JOB_CRAWL:
        return config->limits_running_crawls;
    default:
        return config->limits_exports;
    }
}

/* The next one to start: of all owners with something that may run now the one who waits longest. */
static struct entry *choose(struct job_queue *q, int64_t now, int64_t *ret_due)
{
    struct entry *best = NULL;
    uint64_t best_turn = UINT64_MAX;
    for (struct entry *e = q->entries; e; e = e->next) {
        if (e->running || e->ended || q->running[e->kind] >= most_running(q, e->kind))
            continue;
        if (e->not_before_ms > now) {
            *ret_due = e->not_before_ms < *ret_due ? e->not_before_ms : *ret_due;
            continue;
        }
        const struct turn *turn = turn_of(q, e->owner);
        uint64_t last = turn ? turn->last : 0;
        if (last < best_turn) {
            best = e;
            best_turn = last;
        }
    }
    return best;
}

static struct entry *choose_ended(struct job_queue *q)
{
    struct entry *e = q->entries;
    while (e && !e->ended)
        e = e->next;
    return e;
}

/* ---- the log ---- */

static void log_job(const struct entry *e, const char *state, const struct job_record *job)
{
    struct log_line line;
    char id[UUID_TEXT];
    uuid_format(e->job, id);
    log_begin(&line, e->queue->service->log_json, "job");
    log_put_str(&line, "job", str_of(id));
    log_put_str(&line, "kind", str_of(job_kind_text(e->kind)));
    log_put_int(&line, "key", e->owner);
    log_put_str(&line, "state", str_of(state));
    if (job) {
        log_put_int(&line, "pages", (int64_t)(e->kind == JOB_EXTRACT ? job->rows : job->kept));
        log_put_int(&line, "failed", (int64_t)job->failed);
        log_put_int(&line, "credits", (int64_t)job->charged_credits);
        log_put_int(&line, "ms", job->active_ms);
    }
    log_end(&line);
}

/* ---- starting ---- */

static void on_forced_end(void *user, const struct ended *result)
{
    (void)result;
    struct entry *e = user;
    job_queue_ended(e->queue, e->job);
}

/* The job can't be started: it ends with a sentence. */
static void give_up(struct entry *e, const char *why)
{
    if (job_end(e->queue->service->engine, e->job, JOB_FAILED, str_of(why), on_forced_end, e) != OK)
        job_queue_ended(e->queue, e->job);
}

static enum status read_job(struct job_queue *q, struct id128 id, struct job_record *ret_job)
{
    struct store_read *read;
    enum status st = store_read_begin(q->service->store, &read);
    if (st == OK) {
        st = store_job_get(read, id, ret_job);
        ret_job->base_url = ret_job->host = ret_job->request = ret_job->policy = ret_job->message =
            STR_NONE;
        store_read_end(read);
    }
    return st;
}

/* What is given to the job anew at each start: secrets, and a proxy of the pool when it wants one. */
static enum status give_again(struct entry *e, struct crawl_request *again, struct arena *arena)
{
    struct job_queue *q = e->queue;
    struct store_read *read;
    struct job_record job;
    struct crawl_request stored;
    struct diag diag;
    crawl_request_init(again);
    again->cookies = e->secrets.cookies;
    again->headers = e->secrets.headers;
    again->has_only = e->has_only;
    again->only = e->only;
    again->guard_given = true;
    again->public_only = q->service->public_only;
    again->allow_private = q->service->allow_private;
    enum status st = store_read_begin(q->service->store, &read);
    if (st != OK)
        return st;
    st = store_job_get(read, e->job, &job);
    if (st == OK)
        st = crawl_request_read(arena, job.request, &stored, &diag);
    if (st == OK && stored.use_proxy) {
        struct str country = arena_str(arena, stored.proxy_country);
        (void)!proxies_pick(str_of(q->service->config->proxy_pool), country, q->proxy_turn++,
                            &again->proxy);
    }
    store_read_end(read);
    return st;
}

static void start_crawl(struct entry *e)
{
    struct job_queue *q = e->queue;
    struct arena arena;
    struct crawl_request again;
    struct diag diag = {0};
    struct crawl *crawl = NULL;
    arena_init(&arena, 4u << 20, 4096);
    enum status st = give_again(e, &again, &arena);
    if (st == OK)
        st = crawl_resume(q->service->engine, e->job, &again, false, &crawl, &diag);
    arena_fini(&arena);
    if (st == OK) {
        e->crawl = crawl;
        pthread_mutex_lock(&q->lock);
        bool stop = atomic_load(&e->stop);
        pthread_mutex_unlock(&q->lock);
        if (stop)
            crawl_stop(crawl, CRAWL_STOP_CANCEL);
    } else if (st == ST_DENIED && e->kind == JOB_CRAWL) {
        job_queue_ended(q, e->job); /* it waits for its cookies, in the store */
    } else if (st == ST_DENIED) {
        give_up(e, LOST_TEXT);
    } else if (status_class(st) == STATUS_STOP || status_class(st) == STATUS_RETRY) {
        writer_reset_trouble(q->service->writer);
        job_queue_ended(q, e->job); /* it is queued still, and is tried again */
    } else if (st == ST_NOTFOUND) {
        job_queue_ended(q, e->job);
    } else {
        give_up(e, diag.text[0] ? diag.text : status_text(st));
    }
}

static void *extract_main(void *user)
{
    struct entry *e = user;
    extracts_run(e->queue->service, e->job, &e->stop, &e->stop_as);
    job_queue_ended(e->queue, e->job);
    return NULL;
}

static void start(struct entry *e)
{
    log_job(e, job_state_text(JOB_RUNNING), NULL);
    if (e->stuck)
        (void)!job_mark_interrupted(e->queue->service->writer, e->job); /* else it is stuck once more */
    if (e->kind != JOB_EXTRACT) {
        start_crawl(e);
        return;
    }
    e->has_thread = pthread_create(&e->thread, NULL, extract_main, e) == 0;
    if (!e->has_thread)
        give_up(e, "no thread could be made for it");
}

/* ---- ending ---- */

/* Those that wait are told; no lock is held, as they may ask for more. */
static void tell(struct waiter *waiters, const struct ended *result)
{
    while (waiters) {
        struct waiter *w = waiters;
        waiters = w->next;
        if (w->cancelled)
            w->cancelled(w->user, result);
        else
            w->ended(w->user);
        free(w);
    }
}

static struct waiter *take_waiters(struct entry *e)
{
    struct waiter *waiters = e->waiters;
    e->waiters = NULL;
    return waiters;
}

/* Of a job that has left the engine: its waiters are told, unless it is to be tried again. */
static void finish(struct job_queue *q, struct entry *e)
{
    if (e->crawl)
        crawl_close(e->crawl);
    e->crawl = NULL;
    if (e->has_thread)
        pthread_join(e->thread, NULL);
    e->has_thread = false;
    struct job_record job = {0};
    enum status st = read_job(q, e->job, &job);
    e->stuck = st == OK && job.state == JOB_RUNNING;
    if (st == OK)
        log_job(e, e->stuck ? "not stored" : job_state_text(job.state), &job);
    bool goes_on = st == OK && (job.state == JOB_QUEUED || job.state == JOB_INTERRUPTED || e->stuck) &&
                   !(job.flags & JOB_HAD_SECRETS && !e->secret);
    pthread_mutex_lock(&q->lock);
    goes_on = goes_on && !q->stopping && !e->again;
    q->running[e->kind] -= e->running;
    e->running = e->ended = false;
    struct waiter *waiters = NULL;
    if (goes_on) {
        e->not_before_ms = clock_mono_ms() + PAUSE_MS;
    } else {
        unlink_entry(q, e);
        waiters = take_waiters(e);
        if (e->again)
            append(q, e->again);
        e->again = NULL;
    }
    pthread_cond_broadcast(&q->changed);
    pthread_mutex_unlock(&q->lock);
    if (goes_on)
        return;
    const struct ended result = {.status = st == OK && job.state != JOB_CANCELLED ? ST_EXISTS : st,
                                 .cancelled = job.ready};
    tell(waiters, &result);
    free_entry(e);
}

/* ---- the thread ---- */

static void wait_for_change(struct job_queue *q, int64_t due_ms)
{
    if (due_ms == INT64_MAX) {
        pthread_cond_wait(&q->changed, &q->lock);
        return;
    }
    struct timespec until = {.tv_sec = due_ms / 1000, .tv_nsec = (due_ms % 1000) * 1000000};
    pthread_cond_timedwait(&q->changed, &q->lock, &until);
}

static bool any_running(const struct job_queue *q)
{
    for (const struct entry *e = q->entries; e; e = e->next)
        if (e->running || e->ended)
            return true;
    return false;
}

static void *queue_main(void *user)
{
    struct job_queue *q = user;
    pthread_mutex_lock(&q->lock);
    while (!q->stopping || any_running(q)) {
        int64_t due = INT64_MAX;
        struct entry *e = choose_ended(q);
        if (e) {
            pthread_mutex_unlock(&q->lock);
            finish(q, e);
            pthread_mutex_lock(&q->lock);
            continue;
        }
        e = q->stopping ? NULL : choose(q, clock_mono_ms(), &due);
        if (!e) {
            wait_for_change(q, due);
            continue;
        }
        struct turn *turn = turn_of(q, e->owner);
        if (turn)
            turn->last = ++q->starts;
        e->running = true;
        q->running[e->kind]++;
        pthread_mutex_unlock(&q->lock);
        start(e);
        pthread_mutex_lock(&q->lock);
    }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

/* ---- taking up again ---- */

static bool is_ours(const struct job_record *job)
{
    return owner_is_key(job->owner) && (job->state == JOB_QUEUED || job->state == JOB_INTERRUPTED);
}

static enum status take_up(struct job_queue *q)
{
    struct store_read *read;
    struct job_record job;
    struct id128 at, *after = NULL;
    enum status st = store_read_begin(q->service->store, &read);
    if (st != OK)
        return st;
    while ((st = store_job_next(read, after, &job)) == OK) {
        at = job.id;
        after = &at;
        struct entry *e = is_ours(&job) ? calloc(1, sizeof *e) : NULL;
        if (!e)
            continue;
        e->job = job.id;
        e->owner = job.owner;
        e->kind = job.kind;
        append(q, e);
    }
    store_read_end(read);
    return st == ST_NOTFOUND ? OK : st;
}

enum status job_queue_create(struct service *service, struct job_queue **ret_queue,
                             struct diag *ret_diag)
{
    struct job_queue *q = calloc(1, sizeof *q);
    if (!q)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->changed, &attr);
    pthread_condattr_destroy(&attr);
    q->service = service;
    q->tail = &q->entries;
    enum status st = take_up(q);
    if (st == OK) {
        *ret_queue = q; /* a job may end, and be told of here, before this returns */
        q->has_thread = pthread_create(&q->thread, NULL, queue_main, q) == 0;
        st = q->has_thread ? OK : ST_NOMEM;
    }
    if (st != OK) {
        *ret_queue = NULL;
        job_queue_destroy(q);
        return diag_set(ret_diag, st, "the job queue could not start: %s", status_text(st));
    }
    return OK;
}

/* The first word counts: its thread reads stop_as without the lock once stop is set. */
static void stop_extract(struct entry *e, enum job_state as)
{
    if (atomic_load(&e->stop))
        return;
    e->stop_as = as;
    atomic_store(&e->stop, true);
}

static void stop_running(struct job_queue *q, enum crawl_stop how)
{
    for (struct entry *e = q->entries; e; e = e->next) {
        if (!e->running || e->ended)
            continue;
        if (e->kind == JOB_EXTRACT) {
            stop_extract(e, JOB_INTERRUPTED);
        } else {
            (void)!engine_stop_job(q->service->engine, e->job, how);
        }
    }
}

void job_queue_stop(struct job_queue *q)
{
    if (!q || !q->has_thread)
        return;
    int64_t until = clock_mono_ms() + DRAIN_MS;
    pthread_mutex_lock(&q->lock);
    q->stopping = true;
    pthread_cond_broadcast(&q->changed);
    for (bool late = false; any_running(q);) {
        late = late || clock_mono_ms() >= until;
        stop_running(q, late ? CRAWL_STOP_NOW : CRAWL_STOP_SOON);
        wait_for_change(q, clock_mono_ms() + 100);
    }
    pthread_mutex_unlock(&q->lock);
    pthread_join(q->thread, NULL);
    q->has_thread = false;
    struct waiter *waiting = NULL;
    pthread_mutex_lock(&q->lock);
    for (struct entry *e = q->entries; e; e = e->next)
        while (e->waiters) {
            struct waiter *w = e->waiters;
            e->waiters = w->next;
            w->next = waiting;
            waiting = w;
        }
    pthread_mutex_unlock(&q->lock);
    const struct ended result = {.status = ST_CANCELLED};
    tell(waiting, &result);
}

void job_queue_destroy(struct job_queue *q)
{
    if (!q)
        return;
    job_queue_stop(q);
    while (q->entries) {
        struct entry *e = q->entries;
        q->entries = e->next;
        free_entry(e);
    }
    free(q->turns);
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

/* ---- from other threads ---- */

/* What waits already is asked for once more: what came with that counts. e is given what was. */
static void take_over(struct entry *there, struct entry *e)
{
    char *secret = there->secret;
    size_t secret_bytes = there->secret_bytes;
    there->secret = e->secret;
    there->secret_bytes = e->secret_bytes;
    there->secrets = e->secrets;
    there->has_only = e->has_only;
    there->only = e->only;
    there->not_before_ms = 0;
    e->secret = secret;
    e->secret_bytes = secret_bytes;
}

void job_queue_add(struct job_queue *q, const struct queued_job *job, const struct job_secrets *secrets)
{
    struct entry *e = calloc(1, sizeof *e);
    if (!e || (secrets && !copy_secrets(e, secrets))) {
        free(e);
        return; /* it is in the store: the next start finds it */
    }
    e->job = job->id;
    e->owner = job->owner;
    e->kind = job->kind;
    e->has_only = job->has_only;
    e->only = job->only;
    pthread_mutex_lock(&q->lock);
    struct entry *there = find(q, job->id);
    if (!there) {
        append(q, e);
        e = NULL;
    } else if (there->running) {
        struct entry *older = there->again;
        if (older)
            e->waiters = take_waiters(older);
        there->again = e;
        e->queue = q;
        e = older;
    } else {
        take_over(there, e);
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
    free_entry(e);
}

void job_queue_ended(struct job_queue *q, struct id128 job)
{
    pthread_mutex_lock(&q->lock);
    struct entry *e = find(q, job);
    if (e && e->running) {
        e->ended = true;
        pthread_cond_broadcast(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
}

static struct waiter *waiter_create(void (*ended)(void *user),
                                    void (*cancelled)(void *user, const struct ended *result),
                                    void *user)
{
    struct waiter *w = calloc(1, sizeof *w);
    if (w)
        *w = (struct waiter){.ended = ended, .cancelled = cancelled, .user = user};
    return w;
}

static void push_waiter(struct entry *e, struct waiter *w)
{
    w->next = e->waiters;
    e->waiters = w;
}

enum status job_queue_cancel(struct job_queue *q, struct id128 job,
                             void (*done)(void *user, const struct ended *result), void *user)
{
    struct waiter *w = waiter_create(NULL, done, user);
    if (!w)
        return ST_NOMEM;
    pthread_mutex_lock(&q->lock);
    struct entry *e = find(q, job);
    bool running = e && e->running && !e->again;
    if (running) {
        push_waiter(e, w);
        stop_extract(e, JOB_CANCELLED);
        (void)!engine_stop_job(q->service->engine, job, CRAWL_STOP_CANCEL);
    } else if (e && e->running) { /* its last run is over */
        struct entry *again = e->again;
        e->again = NULL;
        e = again;
    } else if (e) {
        unlink_entry(q, e);
    }
    struct waiter *waiters = e && !running ? take_waiters(e) : NULL;
    pthread_mutex_unlock(&q->lock);
    if (running)
        return OK;
    free(w);
    free_entry(e);
    const struct ended gone = {.status = ST_CANCELLED};
    tell(waiters, &gone);
    return job_end(q->service->engine, job, JOB_CANCELLED, STR_NONE, done, user);
}

enum status job_queue_await(struct job_queue *q, struct id128 job, void (*done)(void *user), void *user)
{
    struct waiter *w = waiter_create(done, NULL, user);
    if (!w)
        return ST_NOMEM;
    pthread_mutex_lock(&q->lock);
    struct entry *e = q->stopping ? NULL : find(q, job);
    if (e && e->again)
        e = e->again;
    if (e)
        push_waiter(e, w);
    pthread_mutex_unlock(&q->lock);
    if (e)
        return OK;
    free(w);
    done(user);
    return OK;
}

void job_queue_stats(struct job_queue *q, struct job_queue_stats *ret_stats)
{
    *ret_stats = (struct job_queue_stats){0};
    pthread_mutex_lock(&q->lock);
    for (const struct entry *e = q->entries; e; e = e->next)
        (e->running ? ret_stats->running : ret_stats->queued)[e->kind]++;
    pthread_mutex_unlock(&q->lock);
}
