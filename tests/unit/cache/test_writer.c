/* SPDX-License-Identifier: Apache-2.0 */
/* The writer: batches, haste, failures, growth, a full disk, and kill -9. Called with arguments the program is
 * the process that is killed. */
#include "tests/unit/cache/fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/resource.h>

#define LONG_MS 20000 /* a batch that nobody ends; tests that wait for it fail by their clock */
#define SOON_MS 10000

/* ---- jobs that write one URL and note what became of them ---- */

struct note {
    struct write_job job;
    struct log *log;
    uint32_t store_job;
    uint64_t n;
    enum status answer; /* what apply() returns after its work */
    struct str detail;
    unsigned applied;
};

struct log {
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct {
        uint64_t n;
        enum status st;
    } entries[4096];
    size_t n_entries;
    sem_t held, hold; /* for a job that holds the writer */
};

static void log_init(struct log *log)
{
    pthread_mutex_init(&log->lock, NULL);
    pthread_cond_init(&log->more, NULL);
    sem_init(&log->held, 0, 0);
    sem_init(&log->hold, 0, 0);
    log->n_entries = 0;
}

static void log_fini(struct log *log)
{
    pthread_mutex_destroy(&log->lock);
    pthread_cond_destroy(&log->more);
    sem_destroy(&log->held);
    sem_destroy(&log->hold);
}

static void log_wait(struct log *log, size_t n)
{
    pthread_mutex_lock(&log->lock);
    while (log->n_entries < n)
        pthread_cond_wait(&log->more, &log->lock);
    pthread_mutex_unlock(&log->lock);
}

static enum status note_apply(struct write_job *job, struct store_write *write)
{
    struct note *note = (struct note *)job;
    struct url_record url = url_make(note->n, URL_READY, 0);
    url.detail = note->detail;
    note->applied++;
    enum status st = store_url_put(write, note->store_job, &url, NULL);
    return st != OK ? st : note->answer;
}

static void note_done(struct write_job *job, enum status st)
{
    struct note *note = (struct note *)job;
    struct log *log = note->log;
    pthread_mutex_lock(&log->lock);
    NEED(log->n_entries < ARRAY_LEN(log->entries));
    log->entries[log->n_entries].n = note->n;
    log->entries[log->n_entries++].st = st;
    pthread_cond_broadcast(&log->more);
    pthread_mutex_unlock(&log->lock);
}

static enum status hold_apply(struct write_job *job UNUSED, struct store_write *write UNUSED)
{
    return OK;
}

static void hold_done(struct write_job *job, enum status st)
{
    struct log *log = ((struct note *)job)->log;
    CHECK_INT(st, OK);
    sem_post(&log->held);
    sem_wait(&log->hold);
}

static struct note note_make(struct log *log, uint32_t store_job, uint64_t n)
{
    return (struct note){
        .job = {.apply = note_apply, .done = note_done, .bytes = 100},
        .log = log,
        .store_job = store_job,
        .n = n,
    };
}

static void push(struct writer *writer, struct note *note)
{
    struct write_job *job = &note->job;
    NEED(writer_push(writer, &job) == OK && job == NULL);
}

/* A store with one job and a writer of the given manners. */
static struct room room_with(const char *dir, struct writer_options options, uint32_t *ret_job)
{
    struct room room = room_open(dir);
    *ret_job = job_added(&room, "a").number;
    writer_destroy(room.writer);
    NEED(writer_create(room.store, &options, &room.writer) == OK);
    return room;
}

static bool has_url(struct room *room, uint32_t job, uint64_t n)
{
    struct store_read *view;
    struct url_record url;
    NEED(store_read_begin(room->store, &view) == OK);
    enum status st = store_url_get(view, job, id_of("url", n), &url);
    store_read_end(view);
    CHECK(st == OK || st == ST_NOTFOUND);
    return st == OK;
}

/* ---- batches ---- */

#define PUSHERS 3
#define PUSHES 700

struct pusher {
    struct room *room;
    struct log *log;
    uint32_t job;
    uint64_t first;
    struct note notes[PUSHES];
};

static void *pusher_main(void *user)
{
    struct pusher *p = user;
    for (uint64_t i = 0; i < PUSHES; i++) {
        p->notes[i] = note_make(p->log, p->job, p->first + i);
        push(p->room->writer, &p->notes[i]);
    }
    return NULL;
}

static void batching(void)
{
    static struct log log;
    static struct pusher pushers[PUSHERS];
    struct folder folder = folder_make();
    struct writer_options options = {
        .batch_jobs = 256, .batch_bytes = 8 << 20, .batch_ms = 50, .queue_jobs = 100};
    uint32_t job;
    struct room room = room_with(folder.path, options, &job);
    pthread_t threads[PUSHERS];
    struct writer_stats stats;
    uint64_t next[PUSHERS] = {0};
    log_init(&log);
    for (size_t i = 0; i < PUSHERS; i++) {
        pushers[i] = (struct pusher){.room = &room, .log = &log, .job = job, .first = i * 10000};
        NEED(pthread_create(&threads[i], NULL, pusher_main, &pushers[i]) == 0);
    }
    for (size_t i = 0; i < PUSHERS; i++)
        pthread_join(threads[i], NULL);
    log_wait(&log, PUSHERS * PUSHES);
    writer_stats(room.writer, &stats);
    CHECK_INT(stats.jobs, PUSHERS * PUSHES);
    CHECK_INT(stats.bytes, PUSHERS * PUSHES * 100);
    if (!CHECK(stats.commits < stats.jobs / 10))
        fprintf(stderr, "    %llu commits\n", (unsigned long long)stats.commits);
    for (size_t i = 0; i < log.n_entries; i++) { /* in the order of the pushes */
        uint64_t n = log.entries[i].n;
        CHECK(log.entries[i].st == OK && n % 10000 == next[n / 10000]++);
    }
    CHECK_INT(room_check(&room).ready, PUSHERS * PUSHES);
    log_fini(&log);
    room_close(&room);
    folder_drop(&folder);
}

/* Holds the writer in a done(), so that what is pushed meanwhile waits together. */
static void hold(struct room *room, struct note *holder, struct log *log)
{
    *holder = note_make(log, 0, 0);
    holder->job.apply = hold_apply;
    holder->job.done = hold_done;
    holder->job.urgent = true;
    push(room->writer, holder);
    sem_wait(&log->held);
}

static uint64_t commits_of(struct room *room)
{
    struct writer_stats stats;
    writer_stats(room->writer, &stats);
    return stats.commits;
}

static void batch_limits(struct writer_options options, unsigned jobs, unsigned want_commits)
{
    static struct log log;
    struct folder folder = folder_make();
    struct note notes[64], holder;
    uint32_t job;
    NEED(jobs <= ARRAY_LEN(notes));
    struct room room = room_with(folder.path, options, &job);
    log_init(&log);
    hold(&room, &holder, &log);
    for (unsigned i = 0; i < jobs; i++) {
        notes[i] = note_make(&log, job, i);
        notes[i].job.urgent = i + 1 == jobs; /* the rest of a full batch goes at once */
        push(room.writer, &notes[i]);
    }
    sem_post(&log.hold);
    log_wait(&log, jobs);
    CHECK_INT(commits_of(&room), 1 + want_commits);
    room_close(&room);
    log_fini(&log);
    folder_drop(&folder);
}

static void limits(void)
{
    struct writer_options options = {
        .batch_jobs = 10, .batch_bytes = 1 << 20, .batch_ms = LONG_MS, .queue_jobs = 64};
    batch_limits(options, 25, 3);
    options.batch_jobs = 64;
    options.batch_bytes = 301; /* four jobs reach it */
    batch_limits(options, 14, 4);
    options.batch_bytes = 1;
    batch_limits(options, 5, 5);
}

static void time_ends_a_batch(void)
{
    static struct log log;
    struct folder folder = folder_make();
    struct writer_options options = {
        .batch_jobs = 64, .batch_bytes = 1 << 20, .batch_ms = 60, .queue_jobs = 64};
    uint32_t job;
    struct room room = room_with(folder.path, options, &job);
    log_init(&log);
    struct note notes[3] = {note_make(&log, job, 0), note_make(&log, job, 1), note_make(&log, job, 2)};
    int64_t begun = clock_mono_ms();
    for (size_t i = 0; i < 3; i++)
        push(room.writer, &notes[i]);
    log_wait(&log, 3);
    CHECK(clock_mono_ms() - begun >= 60);
    CHECK_INT(commits_of(&room), 1);
    room_close(&room);
    log_fini(&log);
    folder_drop(&folder);
}

/* ---- haste ---- */

static void urgent(void)
{
    static struct log log;
    struct folder folder = folder_make();
    struct writer_options options = {
        .batch_jobs = 64, .batch_bytes = 1 << 20, .batch_ms = LONG_MS, .queue_jobs = 64};
    uint32_t job;
    struct room room = room_with(folder.path, options, &job);
    log_init(&log);
    struct note calm = note_make(&log, job, 1), hasty = note_make(&log, job, 2);
    hasty.job.urgent = true;
    int64_t begun = clock_mono_ms();
    push(room.writer, &calm);
    push(room.writer, &hasty);
    log_wait(&log, 2);
    CHECK(log.entries[0].n == 1 && log.entries[1].n == 2); /* the calm one goes along, in its order */
    struct note awaited = note_make(&log, job, 3);
    awaited.job.done = NULL;
    CHECK_INT(writer_run(room.writer, &awaited.job), OK);
    struct note both = note_make(&log, job, 4);
    CHECK_INT(writer_run(room.writer, &both.job), OK);
    CHECK_INT(log.n_entries, 3); /* its own done() ran too */
    struct note twice = note_make(&log, job, 4);
    CHECK_INT(writer_run(room.writer, &twice.job), ST_EXISTS);
    CHECK(clock_mono_ms() - begun < SOON_MS);
    room_close(&room);
    log_fini(&log);
    folder_drop(&folder);
}

static void hurry(void)
{
    static struct log log;
    struct folder folder = folder_make();
    struct writer_options options = {
        .batch_jobs = 64, .batch_bytes = 1 << 20, .batch_ms = LONG_MS, .queue_jobs = 64};
    uint32_t job;
    struct room room = room_with(folder.path, options, &job);
    log_init(&log);
    int64_t begun = clock_mono_ms();
    struct note notes[20];
    for (unsigned i = 0; i < ARRAY_LEN(notes); i++) {
        notes[i] = note_make(&log, job, i);
        if (i % 2) { /* before and behind the job it is for */
            writer_hurry(room.writer);
            push(room.writer, &notes[i]);
        } else {
            push(room.writer, &notes[i]);
            if (i % 4)
                usleep(2000); /* the writer may sleep already */
            writer_hurry(room.writer);
            writer_hurry(room.writer);
        }
        log_wait(&log, i + 1);
    }
    CHECK(clock_mono_ms() - begun < SOON_MS);
    room_close(&room);
    log_fini(&log);
    folder_drop(&folder);
}

/* ---- failures ---- */

#define TRIED 9

/* Jobs that fail are the bits of `failing`; they wait together, so that they are one batch. */
static void one_batch_with(unsigned failing)
{
    static struct log log;
    struct folder folder = folder_make();
    struct writer_options options = {
        .batch_jobs = 64, .batch_bytes = 1 << 20, .batch_ms = LONG_MS, .queue_jobs = 64};
    struct note notes[TRIED], holder;
    uint32_t job;
    struct room room = room_with(folder.path, options, &job);
    log_init(&log);
    hold(&room, &holder, &log);
    for (unsigned i = 0; i < TRIED; i++) {
        notes[i] = note_make(&log, job, i);
        notes[i].answer = failing >> i & 1 ? ST_INPUT : OK;
        notes[i].job.urgent = i + 1 == TRIED;
        push(room.writer, &notes[i]);
    }
    sem_post(&log.hold);
    log_wait(&log, TRIED);
    for (unsigned i = 0; i < TRIED; i++) {
        CHECK_INT(log.entries[i].n, i);
        CHECK_INT(log.entries[i].st, failing >> i & 1 ? ST_INPUT : OK);
        CHECK_INT(has_url(&room, job, i), !(failing >> i & 1));
        CHECK(notes[i].applied >= 1);
    }
    CHECK_INT(writer_trouble(room.writer), OK);
    CHECK_INT(room_check(&room).broken, 0);
    room_close(&room);
    log_fini(&log);
    folder_drop(&folder);
}

static void failures(void)
{
    one_batch_with(1u << 4);
    one_batch_with(1u << 0);
    one_batch_with(1u << (TRIED - 1));
    one_batch_with(1u << 3 | 1u << 4 | 1u << 7);
    one_batch_with((1u << TRIED) - 1);
    one_batch_with(0);
}

static void trouble(void)
{
    static struct log log;
    struct folder folder = folder_make();
    struct writer_options options = {
        .batch_jobs = 64, .batch_bytes = 1 << 20, .batch_ms = LONG_MS, .queue_jobs = 64};
    struct note notes[5], holder;
    uint32_t job;
    struct room room = room_with(folder.path, options, &job);
    log_init(&log);
    hold(&room, &holder, &log);
    for (unsigned i = 0; i < 3; i++) {
        notes[i] = note_make(&log, job, i);
        notes[i].answer = i == 1 ? ST_IO : OK;
        notes[i].job.urgent = i == 2;
        push(room.writer, &notes[i]);
    }
    sem_post(&log.hold);
    log_wait(&log, 3);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_INT(log.entries[i].st, ST_IO);
        CHECK(!has_url(&room, job, i));
    }
    CHECK_INT(writer_trouble(room.writer), ST_IO);
    notes[3] = note_make(&log, job, 3);
    CHECK_INT(writer_run(room.writer, &notes[3].job), ST_IO);
    CHECK_INT(notes[3].applied, 0);
    writer_reset_trouble(room.writer);
    CHECK_INT(writer_trouble(room.writer), OK);
    notes[4] = note_make(&log, job, 4);
    CHECK_INT(writer_run(room.writer, &notes[4].job), OK);
    CHECK(has_url(&room, job, 4));
    room_close(&room);
    log_fini(&log);
    folder_drop(&folder);
}

static void trouble_that_passes(void)
{
    static struct log log;
    struct folder folder = folder_make();
    struct writer_options options = {
        .batch_jobs = 64, .batch_bytes = 1 << 20, .batch_ms = 1, .queue_jobs = 64, .trouble_ms = 300};
    uint32_t job;
    struct room room = room_with(folder.path, options, &job);
    log_init(&log);
    for (unsigned i = 0; i < 4; i += 2) {
        struct note bad = note_make(&log, job, i), good = note_make(&log, job, i + 1);
        bad.answer = ST_FULL;
        CHECK_INT(writer_run(room.writer, &bad.job), ST_FULL);
        CHECK_INT(writer_trouble(room.writer), ST_FULL);
        CHECK_INT(writer_run(room.writer, &good.job), ST_FULL);
        CHECK_INT(good.applied, 0);
        usleep(350 * 1000);
        CHECK_INT(writer_trouble(room.writer), OK);
        CHECK_INT(writer_run(room.writer, &good.job), OK);
        CHECK(has_url(&room, job, i + 1) && !has_url(&room, job, i));
    }
    room_close(&room);
    log_fini(&log);
    folder_drop(&folder);
}

static void stopping(void)
{
    static struct log log;
    struct folder folder = folder_make();
    struct writer_options options = {
        .batch_jobs = 64, .batch_bytes = 1 << 20, .batch_ms = LONG_MS, .queue_jobs = 64};
    uint32_t job;
    struct room room = room_with(folder.path, options, &job);
    log_init(&log);
    struct note queued = note_make(&log, job, 1), late = note_make(&log, job, 2);
    struct write_job *pushed = &late.job;
    push(room.writer, &queued);
    writer_stop(room.writer);
    writer_stop(room.writer);
    CHECK_INT(writer_push(room.writer, &pushed), ST_CANCELLED);
    CHECK(pushed == &late.job);
    CHECK_INT(writer_run(room.writer, &late.job), ST_CANCELLED);
    writer_hurry(room.writer);
    log_wait(&log, 1);
    CHECK_INT(log.entries[0].st, OK);
    writer_destroy(room.writer);
    writer_destroy(NULL);
    room.writer = NULL;
    CHECK(has_url(&room, job, 1) && !has_url(&room, job, 2));
    room_close(&room);
    log_fini(&log);
    folder_drop(&folder);
}

/* ---- the map grows while others read ---- */

#define READERS 3
#define GROWTH_PAGES 120
#define GROWTH_BYTES 400000 /* 24 MB in all when packed */

struct watcher {
    struct store *store;
    uint32_t job;
    _Atomic uint64_t *pages; /* committed so far */
    atomic_bool *over;
    struct codec *codec;
    uint64_t views, errors;
};

/* Every page that was acknowledged before the view began is in it, and its bytes are whole. */
static uint64_t watch_once(struct watcher *w, struct store_read *view, struct buf *raw, uint64_t want)
{
    struct page_record page;
    struct bundle bundle;
    uint64_t n = 0, errors = 0;
    for (uint64_t from = 0; store_page_next(view, w->job, from, &page) == OK; from = page.seq + 1, n++) {
        if (store_bundle_get(view, page.bundle, &bundle) != OK)
            return errors + 1;
        /* The small part of all, and the one that spans fifty pages of the map of some. */
        const struct part *part = &bundle.parts[(n + w->views) % 8 ? 1 : 0];
        buf_reset(raw);
        errors += codec_inflate(w->codec, part->stream, &part->packed, raw) != OK;
    }
    return errors + (n < want);
}

static void *watcher_main(void *user)
{
    struct watcher *w = user;
    struct store_read *view = NULL;
    struct buf raw;
    buf_init(&raw, 1 << 20);
    while (!atomic_load(w->over)) {
        uint64_t want = atomic_load(w->pages);
        enum status st = view ? store_read_renew(view) : store_read_begin(w->store, &view);
        w->errors += st != OK || watch_once(w, view, &raw, want) != 0;
        if (w->views++ % 3 == 0) {
            store_read_end(view);
            view = NULL;
        }
    }
    store_read_end(view);
    buf_fini(&raw);
    return NULL;
}

static void growth(void)
{
    static struct watcher watchers[READERS];
    struct folder folder = folder_make();
    struct room room = room_open_map(folder.path, 1 << 20);
    uint32_t job = job_added(&room, "a").number;
    pthread_t threads[READERS];
    _Atomic uint64_t pages = 0;
    atomic_bool over = false;
    for (size_t i = 0; i < READERS; i++) {
        watchers[i] = (struct watcher){
            .store = room.store, .job = job, .pages = &pages, .over = &over, .codec = codec_create(1)};
        NEED(watchers[i].codec && pthread_create(&threads[i], NULL, watcher_main, &watchers[i]) == 0);
    }
    for (uint64_t i = 0; i < GROWTH_PAGES; i++) {
        struct page_put put = {.room = &room, .job = job, .seq = i, .seed = i, .n_bytes = GROWTH_BYTES};
        CHECK_INT(room_write(&room, page_put_errand, &put), OK);
        atomic_store(&pages, i + 1);
    }
    atomic_store(&over, true);
    for (size_t i = 0; i < READERS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_INT(watchers[i].errors, 0);
        CHECK(watchers[i].views > 0);
        codec_destroy(watchers[i].codec);
    }
    struct check_report report = room_check(&room);
    CHECK_INT(report.pages, GROWTH_PAGES);
    CHECK_INT(report.broken, 0);
    CHECK(report.bytes > (20 << 20));
    CHECK_INT(writer_trouble(room.writer), OK);
    room_close(&room);
    folder_drop(&folder);
}

/* One batch that is many times the map: it grows more than once for it, and all is applied. */
static void growth_in_one_batch(void)
{
    static struct log log;
    struct folder folder = folder_make();
    struct room room = room_open_map(folder.path, 1 << 20);
    struct job_record record = job_added(&room, "a");
    struct writer_options options = {
        .batch_jobs = 4000, .batch_bytes = 1 << 30, .batch_ms = LONG_MS, .queue_jobs = 4000};
    writer_destroy(room.writer);
    NEED(writer_create(room.store, &options, &room.writer) == OK);
    log_init(&log);
    static struct note notes[4000];
    static char detail[1200];
    memset(detail, 'd', sizeof detail);
    struct note holder;
    hold(&room, &holder, &log);
    for (unsigned i = 0; i < ARRAY_LEN(notes); i++) {
        notes[i] = note_make(&log, record.number, i);
        notes[i].detail = str_make(detail, sizeof detail);
        push(room.writer, &notes[i]);
    }
    sem_post(&log.hold);
    log_wait(&log, ARRAY_LEN(notes));
    CHECK_INT(commits_of(&room), 2);
    CHECK(notes[0].applied >= 3); /* 1, 2, 4 MiB and more */
    for (size_t i = 0; i < log.n_entries; i++)
        CHECK(log.entries[i].n == i && log.entries[i].st == OK);
    struct check_report report = room_check(&room);
    CHECK_INT(report.urls, ARRAY_LEN(notes));
    CHECK_INT(report.ready, ARRAY_LEN(notes));
    CHECK_INT(report.broken, 0);
    room_close(&room);
    log_fini(&log);
    folder_drop(&folder);
}

/* ---- a full disk ---- */

/* A limit on the size of files stands in for the disk: LMDB sees the same cut and refused writes. */
static void full_disk(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    uint32_t job = job_added(&room, "a").number;
    struct rlimit before, small;
    uint64_t pages = 0;
    enum status st = OK;
    NEED(getrlimit(RLIMIT_FSIZE, &before) == 0);
    NEED(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    small = before;
    small.rlim_cur = 3 << 20;
    NEED(setrlimit(RLIMIT_FSIZE, &small) == 0);
    for (; pages < 200 && st == OK; pages++) {
        struct page_put put = {.room = &room, .job = job, .seq = pages, .seed = pages, .n_bytes = 90000};
        st = room_write(&room, page_put_errand, &put);
    }
    CHECK_INT(st, ST_FULL);
    CHECK_INT(writer_trouble(room.writer), ST_FULL);
    CHECK_INT(room_check(&room).pages,
              --pages); /* reads go on, and all that was acknowledged is there */
    CHECK(pages > 10);
    writer_reset_trouble(room.writer);
    struct page_put put = {.room = &room, .job = job, .seq = pages, .seed = pages, .n_bytes = 900000};
    CHECK_INT(room_write(&room, page_put_errand, &put), ST_FULL); /* not yet */
    NEED(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK_INT(room_write(&room, page_put_errand, &put), ST_FULL); /* nobody has said so */
    writer_reset_trouble(room.writer);
    CHECK_INT(room_write(&room, page_put_errand, &put), OK);
    struct check_report report = room_check(&room);
    CHECK_INT(report.pages, pages + 1);
    CHECK_INT(report.broken, 0);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- kill -9 ---- */

#define KILLS 10
#define CRASH_JOBS 100000

struct crash_job {
    struct write_job job;
    struct room *room;
    uint32_t store_job;
    uint64_t seq;
};

/* A page and its URL: both or neither. */
static enum status crash_apply(struct write_job *job, struct store_write *write)
{
    struct crash_job *c = (struct crash_job *)job;
    struct page_put put = {.room = c->room, .job = c->store_job, .seq = c->seq, .seed = c->seq / 3};
    struct url_record url = url_make(c->seq, URL_KEPT, 0);
    put.n_bytes = c->seq % 11 * 2000;
    enum status st = store_url_put(write, c->store_job, &url, NULL);
    return st != OK ? st : page_put_errand(write, &put);
}

static void crash_done(struct write_job *job, enum status st)
{
    struct crash_job *c = (struct crash_job *)job;
    if (st != OK || write(1, &c->seq, sizeof c->seq) != sizeof c->seq)
        _exit(9);
    free(c);
}

/* Goes on where the last one was killed, until it is killed: every acknowledged seq is written to its output. */
static int crasher_main(const char *dir)
{
    struct room room = room_open_map(dir, 1 << 20);
    struct job_record job = job_make("crash");
    struct store_read *view;
    struct page_record page;
    uint64_t seq = 0;
    NEED(store_read_begin(room.store, &view) == OK);
    bool is_new = store_job_get(view, job.id, &job) == ST_NOTFOUND;
    while (!is_new && store_page_next(view, job.number, seq, &page) == OK)
        seq = page.seq + 1;
    store_read_end(view);
    if (is_new)
        job = job_added(&room, "crash");
    for (int i = 0; i < CRASH_JOBS; i++) {
        struct crash_job *c = calloc(1, sizeof *c);
        NEED(c);
        c->job = (struct write_job){.apply = crash_apply, .done = crash_done, .bytes = 5000};
        c->job.urgent = seq % 17 == 0;
        c->room = &room;
        c->store_job = job.number;
        c->seq = seq++;
        struct write_job *pushed = &c->job;
        NEED(writer_push(room.writer, &pushed) == OK);
    }
    room_close(&room);
    return 0;
}

/* Reads acknowledgements until `wait_for` have come, kills after another `us`, and reads the rest. Returns one
 * more than the highest. */
static uint64_t run_and_kill(const char *dir, unsigned wait_for, unsigned us)
{
    char *arguments[] = {(char *)(uintptr_t) "crasher", (char *)(uintptr_t)dir, NULL};
    int out;
    uint64_t seq, acknowledged = 0;
    pid_t pid = child_start(arguments, NULL, &out);
    for (unsigned n = 0; n < wait_for && read(out, &seq, sizeof seq) == sizeof seq; n++)
        acknowledged = seq + 1;
    usleep(us);
    NEED(kill(pid, SIGKILL) == 0);
    while (read(out, &seq, sizeof seq) == sizeof seq)
        acknowledged = seq + 1;
    CHECK_INT(child_wait(pid), 128 + SIGKILL);
    close(out);
    return acknowledged;
}

/* Pages 0 to n - 1 and their URLs are there, and nothing that is half. */
static void look_after_kill(const char *dir, uint64_t acknowledged)
{
    struct room room = room_open_map(dir, 1 << 20);
    struct check_report report = room_check(&room);
    struct store_read *view;
    struct page_record page;
    struct url_record url;
    uint64_t lost = 0;
    CHECK_INT(report.broken, 0);
    CHECK_INT(report.pages, report.urls);
    CHECK(report.pages >= acknowledged);
    NEED(store_read_begin(room.store, &view) == OK);
    for (uint64_t seq = 0; seq < report.pages; seq++)
        lost += store_page_get(view, 1, seq, &page) != OK ||
                store_url_get(view, 1, id_of("url", seq), &url) != OK;
    CHECK_INT(lost, 0);
    store_read_end(view);
    room_close(&room);
}

static void kill_nine(void)
{
    struct folder folder = folder_make();
    uint64_t acknowledged = 0, total = 0;
    for (int round = 0; round < KILLS; round++) {
        uint32_t dice[2];
        NEED(random_bytes(dice, sizeof dice) == OK);
        uint64_t now = run_and_kill(folder.path, round == 0 ? 1 : dice[0] % 300, dice[1] % 30000);
        acknowledged = now > acknowledged ? now : acknowledged;
        look_after_kill(folder.path, acknowledged);
        total = acknowledged;
    }
    printf("     %d kills, %llu acknowledged pages\n", KILLS, (unsigned long long)total);
    folder_drop(&folder);
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return crasher_main(argv[2]);
    RUN(batching);
    RUN(limits);
    RUN(time_ends_a_batch);
    RUN(urgent);
    RUN(hurry);
    RUN(failures);
    RUN(trouble);
    RUN(trouble_that_passes);
    RUN(stopping);
    RUN(growth);
    RUN(growth_in_one_batch);
    RUN(full_disk);
    RUN(kill_nine);
    return check_report();
}
