/* SPDX-License-Identifier: Apache-2.0 */
/* deliver.c: which event is sent when, and how far each job has come.
 *
 * A hook is a job with events that are not told yet. It is in one of four states:
 *
 *   READY, in the list of those whose turn comes ──► BUSY, one event is under way ──► READY, the next event
 *      ▲                                              │ failed
 *      └───────── time ──── WAITING, by time ◄────────┘                    IDLE: told all; gone once that is saved
 *
 * Cursors are saved together by one job of the writer, one at a time. While that fails nothing is sent, so that
 * no more than a fifth of a second is ever told twice. A hook leaves the table only when its cursor is saved: a
 * later wake-up then reads the right one.
 *
 * Memory is bounded: HOOKS_MAX jobs are known at once, others are found again in the store when there is room.
 * Threads: all of it belongs to one, but for what the lock guards. */
#include "crawler/deliver.h"

#include "base/clock.h"
#include "crawler/deliver_post.h"
#include "crawler/deliver_save.h"
#include "crawler/request.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define HOOKS_MAX 4096u
#define BUCKETS 1024u
#define WAKES_MAX 1024u
#define SCAN_JOBS 512u  /* jobs looked at in one read transaction */
#define UNTOLD_MAX 256u /* events passed over in one turn of a job */
#define START_MAX 64u   /* bodies made in one read transaction */
#define RETRIES 3u
#define SAVE_MS 200
#define SOON_MS 200  /* an event that can't be told yet */
#define REST_MS 2000 /* after storage trouble */
#define RESCAN_MS 1000
#define SLEEP_MS 60000
#define URL_BYTES ((size_t)64 * 1024)
#define REQUEST_ARENA_BYTES ((size_t)32 << 20)
#define ALL_EVENTS UINT64_MAX /* as a cursor: the webhook is left alone for good */

enum hook_state { HOOK_READY, HOOK_BUSY, HOOK_WAITING, HOOK_IDLE };

struct hook {
    struct hook *next;  /* READY, WAITING: in that list */
    struct hook *chain; /* of its bucket */
    struct id128 job;
    enum hook_state state;
    uint64_t done, saved; /* told up to here; what of it the store knows */
    uint64_t event;       /* BUSY: the number of what is under way */
    unsigned tries;       /* that failed, of the event behind done */
    int64_t due_ms;       /* WAITING */
    struct arena arena;   /* of url */
    struct url url;
};

struct deliver {
    struct deliver_options options;
    char secret[256]; /* options.secret lies here */
    struct poster *poster;
    pthread_t thread;
    struct hook *buckets[BUCKETS];
    unsigned n_hooks;
    struct hook *ready, **ready_end; /* first come, first served */
    struct hook *waiting;            /* the earliest first */
    struct arena scratch;            /* for reading requests */
    bool scanning, scan_begun;       /* for jobs with events that are not told */
    struct id128 scan_after;
    int64_t rescan_ms, save_ms, rest_ms; /* when; INT64_MAX, INT64_MAX and 0 when not */
    struct saver *saver;
    bool is_saving, unsavable; /* cursors are at the writer; the last ones could not be saved */
    atomic_uint_fast64_t delivered, failed, retried;
    pthread_mutex_t lock; /* guards what follows */
    struct id128 wakes[WAKES_MAX];
    unsigned n_wakes;
    bool woken, missed; /* since the thread looked; wakes that had no room */
    bool closing;
};

void delivery_id(struct id128 job, uint64_t number, char to[DELIVERY_ID_TEXT])
{
    char text[UUID_TEXT];
    uuid_format(job, text);
    snprintf(to, DELIVERY_ID_TEXT, "%s-%llu", text, (unsigned long long)number);
}

/* ---- the table ---- */

static struct hook **bucket_of(struct deliver *d, struct id128 job)
{
    return &d->buckets[hash64(0, str_make((const char *)job.b, sizeof job.b)) % BUCKETS];
}

static struct hook *find(struct deliver *d, struct id128 job)
{
    struct hook *h = *bucket_of(d, job);
    while (h && !id128_eq(h->job, job))
        h = h->chain;
    return h;
}

static void hook_destroy(struct hook *h)
{
    arena_fini(&h->arena);
    free(h);
}

static void forget(struct deliver *d, struct hook *gone)
{
    struct hook **at = bucket_of(d, gone->job);
    while (*at != gone)
        at = &(*at)->chain;
    *at = gone->chain;
    d->n_hooks--;
    hook_destroy(gone);
}

static void set_ready(struct deliver *d, struct hook *h)
{
    h->state = HOOK_READY;
    h->next = NULL;
    *d->ready_end = h;
    d->ready_end = &h->next;
}

static struct hook *take_ready(struct deliver *d)
{
    struct hook *h = d->ready;
    d->ready = h->next;
    if (!d->ready)
        d->ready_end = &d->ready;
    return h;
}

static void set_waiting(struct deliver *d, struct hook *h, int64_t due_ms)
{
    struct hook **at = &d->waiting;
    while (*at && (*at)->due_ms <= due_ms)
        at = &(*at)->next;
    h->state = HOOK_WAITING;
    h->due_ms = due_ms;
    h->next = *at;
    *at = h;
}

/* All is told for now; a cursor that is not saved yet keeps it here. */
static void set_idle(struct deliver *d, struct hook *h)
{
    h->state = HOOK_IDLE;
    if (h->saved == h->done)
        forget(d, h);
}

static void rescan_soon(struct deliver *d)
{
    int64_t due = clock_mono_ms() + RESCAN_MS;
    d->rescan_ms = due < d->rescan_ms ? due : d->rescan_ms;
}

/* ---- which jobs ---- */

/* Has it events that are not told, and perhaps a webhook? The look at its text spares most jobs the parser. */
static bool has_news(const struct job_record *job)
{
    static const char name[] = "\"webhook\":";
    return (job->flags & JOB_HAS_FEED) && !(job->flags & JOB_DELETING) && job->next_event > 0 &&
           job->delivered < job->next_event - 1 &&
           memmem(job->request.p, job->request.n, name, sizeof name - 1) != NULL;
}

/* ST_NOTFOUND: it has no webhook, or none that could be sent to. */
static enum status read_url(struct deliver *d, const struct job_record *job, struct hook *h)
{
    struct crawl_request request;
    struct diag diag;
    enum status st = crawl_request_read(&d->scratch, job->request, &request, &diag);
    if (st == OK)
        st = request.webhook.n ? url_parse(&h->arena, request.webhook, NULL, &h->url) : ST_NOTFOUND;
    if (st == OK && !url_is_http(&h->url))
        st = ST_NOTFOUND;
    arena_reset(&d->scratch, 64 * 1024);
    return st == OK || st == ST_NOMEM ? st : ST_NOTFOUND;
}

static void add(struct deliver *d, const struct job_record *job)
{
    struct hook *h = d->n_hooks < HOOKS_MAX ? calloc(1, sizeof *h) : NULL;
    if (!h) {
        rescan_soon(d);
        return;
    }
    h->job = job->id;
    h->done = h->saved = job->delivered;
    arena_init(&h->arena, 2 * URL_BYTES, 512);
    enum status st = read_url(d, job, h);
    if (st != OK) {
        hook_destroy(h);
        if (st == ST_NOMEM)
            rescan_soon(d);
        return;
    }
    struct hook **bucket = bucket_of(d, h->job);
    h->chain = *bucket;
    *bucket = h;
    d->n_hooks++;
    set_ready(d, h);
}

static void wake_hook(struct deliver *d, struct hook *h)
{
    if (h->state == HOOK_IDLE && h->done != ALL_EVENTS)
        set_ready(d, h);
}

static void rest(struct deliver *d)
{
    d->rest_ms = clock_mono_ms() + REST_MS;
}

/* Jobs that were woken: known ones go on, others may be new. */
static void look_at(struct deliver *d, const struct id128 *jobs, unsigned n)
{
    struct store_read *read = NULL;
    struct job_record job;
    for (unsigned i = 0; i < n; i++) {
        struct hook *h = find(d, jobs[i]);
        if (h) {
            wake_hook(d, h);
            continue;
        }
        if (!read && store_read_begin(d->options.store, &read) != OK) {
            rescan_soon(d);
            return;
        }
        if (store_job_get(read, jobs[i], &job) == OK && has_news(&job))
            add(d, &job);
    }
    store_read_end(read);
}

static void take_wakes(struct deliver *d)
{
    struct id128 jobs[WAKES_MAX];
    pthread_mutex_lock(&d->lock);
    unsigned n = d->n_wakes;
    bool missed = d->missed;
    memcpy(jobs, d->wakes, n * sizeof jobs[0]);
    d->n_wakes = 0;
    d->woken = d->missed = false;
    pthread_mutex_unlock(&d->lock);
    look_at(d, jobs, n);
    if (missed)
        rescan_soon(d);
}

static enum status scan_some(struct deliver *d, struct store_read *read)
{
    struct job_record job;
    enum status st = OK;
    for (unsigned i = 0; st == OK && i < SCAN_JOBS && d->n_hooks < HOOKS_MAX; i++) {
        st = store_job_next(read, d->scan_begun ? &d->scan_after : NULL, &job);
        if (st != OK)
            break;
        d->scan_after = job.id;
        d->scan_begun = true;
        struct hook *known = has_news(&job) ? find(d, job.id) : NULL;
        if (known)
            wake_hook(d, known);
        else if (has_news(&job))
            add(d, &job);
    }
    /* The end; or the job we stood at was deleted, then from the start: known ones are passed over. */
    if (st == ST_NOTFOUND && d->scan_begun && store_job_get(read, d->scan_after, &job) == ST_NOTFOUND) {
        d->scan_begun = false;
        st = OK;
    }
    return st;
}

static void scan(struct deliver *d)
{
    struct store_read *read;
    if (!d->scanning && d->rescan_ms <= clock_mono_ms()) {
        d->scanning = d->n_hooks < HOOKS_MAX / 2;
        d->scan_begun = false;
        d->rescan_ms = INT64_MAX;
        if (!d->scanning)
            rescan_soon(d);
    }
    if (!d->scanning)
        return;
    enum status st = store_read_begin(d->options.store, &read);
    if (st == OK) {
        st = scan_some(d, read);
        store_read_end(read);
    }
    bool full = d->n_hooks >= HOOKS_MAX;
    d->scanning = st == OK && !full;
    if (full || (st != OK && st != ST_NOTFOUND))
        rescan_soon(d);
}

/* ---- an event ends ---- */

static void advance(struct deliver *d, struct hook *h, uint64_t done)
{
    h->done = done;
    h->tries = 0;
    if (d->save_ms == INT64_MAX)
        d->save_ms = clock_mono_ms() + SAVE_MS;
}

static int64_t retry_ms(const struct deliver *d, unsigned tries)
{
    const struct config *c = d->options.config;
    const int64_t waits[RETRIES] = {c->webhook_retry1_ms, c->webhook_retry2_ms, c->webhook_retry3_ms};
    return waits[tries];
}

static void settle(struct deliver *d, struct hook *h, enum post_end end)
{
    if (end == POST_FAILED && h->tries < RETRIES) {
        atomic_fetch_add(&d->retried, 1);
        set_waiting(d, h, clock_mono_ms() + retry_ms(d, h->tries++));
        return;
    }
    atomic_fetch_add(end == POST_DELIVERED ? &d->delivered : &d->failed, 1);
    advance(d, h, end == POST_GONE ? ALL_EVENTS : h->event);
    if (end == POST_GONE)
        set_idle(d, h);
    else
        set_ready(d, h);
}

static void on_done(void *user, struct post *post, enum post_end end)
{
    settle(user, post->owner, end);
}

/* ---- an event begins ---- */

/* The body of the next event that is told; sets hook->event when there is one. ST_NOTFOUND: all is told for now.
 * ST_CANCELLED: the job is gone. ST_AGAIN: more events are to be passed over than one turn has. */
static enum status load(struct deliver *d, struct store_read *read, struct hook *h, struct post *post,
                        enum status *ret_body)
{
    struct job_record job;
    struct feed_record event;
    enum status st = store_job_get(read, h->job, &job);
    if (st == ST_NOTFOUND || (st == OK && (job.flags & JOB_DELETING)))
        return ST_CANCELLED;
    for (unsigned i = 0; st == OK && i < UNTOLD_MAX; i++) {
        st = store_feed_next(read, job.number, h->done + 1, &event);
        if (st != OK)
            break;
        buf_reset(&post->body);
        enum status body =
            d->options.body(d->options.user, read, &job, &event, &post->event, &post->body);
        if (body == ST_NOTFOUND) {
            advance(d, h, event.number);
            continue;
        }
        h->event = event.number;
        delivery_id(h->job, event.number, post->id);
        *ret_body = body == OK ? post->body.status : body;
        return OK;
    }
    return st == OK ? ST_AGAIN : st;
}

/* The post is on its way, or given back. */
static void start(struct deliver *d, struct store_read *read, struct hook *h, struct post *post)
{
    enum status body = OK;
    enum status st = load(d, read, h, post, &body);
    if (st == OK && body == OK) {
        post->owner = h;
        h->state = HOOK_BUSY;
        enum post_end end = poster_send(d->poster, post, &h->url);
        if (end != POST_RUNNING)
            settle(d, h, end);
        return;
    }
    poster_give(d->poster, post);
    if (st == ST_CANCELLED)
        forget(d, h);
    else if (st == ST_NOTFOUND)
        set_idle(d, h);
    else if (st == ST_AGAIN)
        set_ready(d, h);
    else if (st != OK)
        set_waiting(d, h, clock_mono_ms() + REST_MS);
    else if (status_class(body) == STATUS_RETRY)
        set_waiting(d, h, clock_mono_ms() + SOON_MS);
    else
        settle(d, h, POST_FAILED);
}

static bool may_start(const struct deliver *d)
{
    return d->ready && !d->unsavable && d->rest_ms <= clock_mono_ms() && poster_has_room(d->poster);
}

/* What settles at once stands behind the others again, and has its turn when the loop comes back. */
static void start_some(struct deliver *d)
{
    struct store_read *read;
    if (!may_start(d))
        return;
    if (store_read_begin(d->options.store, &read) != OK) {
        rest(d);
        return;
    }
    struct post *post = NULL;
    for (unsigned n = START_MAX; n > 0 && d->ready && (post = poster_take(d->poster)); n--)
        start(d, read, take_ready(d), post);
    store_read_end(read);
    if (!post && poster_has_room(d->poster))
        rest(d); /* no memory */
}

static void revive(struct deliver *d)
{
    int64_t now = clock_mono_ms();
    while (d->waiting && d->waiting->due_ms <= now) {
        struct hook *h = d->waiting;
        d->waiting = h->next;
        set_ready(d, h);
    }
}

/* ---- saving ---- */

/* Takes up all cursors that the store doesn't have; how many. */
static size_t collect(struct deliver *d)
{
    struct cursor *cursors = saver_cursors(d->saver);
    size_t n = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct hook *h = d->buckets[i]; h; h = h->chain)
            if (h->saved != h->done)
                cursors[n++] = (struct cursor){h->job, h->done};
    return n;
}

static void note_saved(struct deliver *d)
{
    const struct cursor *cursors = saver_cursors(d->saver);
    size_t n = saver_count(d->saver);
    for (size_t i = 0; i < n; i++) {
        struct hook *h = find(d, cursors[i].job);
        if (!h)
            continue;
        h->saved = cursors[i].done;
        if (h->state == HOOK_IDLE)
            set_idle(d, h);
    }
}

static void save(struct deliver *d)
{
    enum status st;
    enum saver_state state = saver_look(d->saver, &st);
    d->is_saving = state == SAVER_BUSY;
    if (state == SAVER_OVER) {
        d->unsavable = st != OK;
        d->save_ms = clock_mono_ms() + (st == OK ? SAVE_MS : REST_MS);
        if (st == OK)
            note_saved(d);
    }
    if (d->is_saving || d->save_ms > clock_mono_ms())
        return;
    size_t n = collect(d);
    d->save_ms = INT64_MAX;
    d->unsavable = d->unsavable && n;
    d->is_saving = n > 0;
    if (n)
        saver_start(d->saver, n);
}

/* What was told is written down before the thread ends; what can't be is told again next time. */
static void save_last(struct deliver *d)
{
    enum status st;
    saver_wait(d->saver);
    if (saver_look(d->saver, &st) == SAVER_OVER && st == OK)
        note_saved(d);
    size_t n = collect(d);
    if (n)
        saver_start_last(d->saver, n);
}

/* ---- the thread ---- */

static int64_t sleep_ms(const struct deliver *d)
{
    int64_t now = clock_mono_ms(), due = now + SLEEP_MS;
    if (d->scanning || may_start(d))
        return 0;
    if (d->waiting && d->waiting->due_ms < due)
        due = d->waiting->due_ms;
    if (d->ready && d->rest_ms > now && d->rest_ms < due)
        due = d->rest_ms;
    if (!d->is_saving && d->save_ms < due) /* its end wakes us */
        due = d->save_ms;
    if (d->rescan_ms < due)
        due = d->rescan_ms;
    return due > now ? due - now : 0;
}

static bool is_closing(struct deliver *d)
{
    pthread_mutex_lock(&d->lock);
    bool closing = d->closing;
    pthread_mutex_unlock(&d->lock);
    return closing;
}

static void *deliver_main(void *user)
{
    struct deliver *d = user;
    while (!is_closing(d)) {
        take_wakes(d);
        scan(d);
        revive(d);
        start_some(d);
        save(d);
        poster_run(d->poster, sleep_ms(d));
    }
    save_last(d);
    return NULL;
}

/* ---- what others call ---- */

void deliver_wake(struct deliver *d, struct id128 job)
{
    pthread_mutex_lock(&d->lock);
    if (d->n_wakes == 0 || !id128_eq(d->wakes[d->n_wakes - 1], job)) {
        if (d->n_wakes < WAKES_MAX)
            d->wakes[d->n_wakes++] = job;
        else
            d->missed = true;
    }
    if (!d->woken)
        poster_wake(d->poster);
    d->woken = true;
    pthread_mutex_unlock(&d->lock);
}

void deliver_stats(struct deliver *d, struct deliver_stats *ret_stats)
{
    *ret_stats = (struct deliver_stats){.delivered = atomic_load(&d->delivered),
                                        .failed = atomic_load(&d->failed),
                                        .retried = atomic_load(&d->retried)};
}

static void wake(void *user)
{
    const struct deliver *d = user;
    poster_wake(d->poster);
}

static void release(struct deliver *d)
{
    saver_destroy(d->saver);
    poster_destroy(d->poster);
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct hook *h = d->buckets[i], *next; h; h = next) {
            next = h->chain;
            hook_destroy(h);
        }
    arena_fini(&d->scratch);
    pthread_mutex_destroy(&d->lock);
    explicit_bzero(d->secret, sizeof d->secret);
    address_rule_release(d->options.rule);
    free(d);
}

/* With all signals blocked: they are the main thread's. */
static bool start_thread(struct deliver *d)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool good = pthread_create(&d->thread, NULL, deliver_main, d) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

enum status deliver_create(const struct deliver_options *options, struct deliver **ret_deliver,
                           struct diag *ret_diag)
{
    struct deliver *d;
    if (options->secret.n > sizeof d->secret)
        return diag_set(ret_diag, ST_INPUT, "webhook.secret is longer than %zu bytes", sizeof d->secret);
    d = calloc(1, sizeof *d);
    if (!d)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    d->options = *options;
    d->options.rule = options->rule ? address_rule_share(options->rule) : NULL;
    d->options.secret =
        str_make(memcpy(d->secret, options->secret.p, options->secret.n), options->secret.n);
    d->ready_end = &d->ready;
    d->scanning = true;
    d->rescan_ms = d->save_ms = INT64_MAX;
    arena_init(&d->scratch, REQUEST_ARENA_BYTES, 16 * 1024);
    pthread_mutex_init(&d->lock, NULL);
    const struct poster_options poster = {.config = options->config,
                                          .rule = d->options.rule,
                                          .secret = d->options.secret,
                                          .done = on_done,
                                          .user = d};
    enum status st = poster_create(&poster, &d->poster);
    if (st == OK)
        st = saver_create(options->writer, HOOKS_MAX, wake, d, &d->saver);
    if (st == OK && !start_thread(d))
        st = ST_NOMEM;
    if (st != OK) {
        release(d);
        return diag_set(ret_diag, st, "webhooks can't be started: %s", status_text(st));
    }
    *ret_deliver = d;
    return OK;
}

void deliver_destroy(struct deliver *d)
{
    if (!d)
        return;
    pthread_mutex_lock(&d->lock);
    d->closing = true;
    pthread_mutex_unlock(&d->lock);
    poster_wake(d->poster);
    pthread_join(d->thread, NULL);
    release(d);
}
