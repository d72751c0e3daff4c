/* SPDX-License-Identifier: Apache-2.0 */
/* writer.c: gather a batch, apply it in one transaction, commit, tell.
 *
 *   gather() ── batch ──► settle() ── attempt() ok ───────────────────► done(OK) for all
 *                            │  ├───── map full: grow, again
 *                            │  ├───── storage trouble ───────────────► done(st) for all, trouble is set
 *                            │  ├───── job i failed, not the first: end the transaction before i, again
 *                            └──┴───── the first job failed ──────────► done(st) for it, on with the rest
 *
 * Invariant: a job in the batch is applied only by attempt(), and leaves the batch only by its done(). */
#include "cache/writer.h"

#include "base/clock.h"
#include "base/queue.h"
#include "cache/lmdb_int.h"

#include <stdatomic.h>
#include <stdlib.h>

struct writer {
    struct store *store;
    struct writer_options options;
    struct queue *queue;
    pthread_t thread;
    struct write_job nudge; /* no work: wakes the thread when a batch shall not wait */
    atomic_bool hurry;
    atomic_int trouble; /* enum status */
    atomic_int_fast64_t trouble_at_ms;
    atomic_uint_fast64_t commits, jobs, bytes;
    struct store_write write;
    struct write_job *batch[];
};

/* ---- gathering ---- */

/* Waits for the first job; later ones may come until the batch is full, its time is up or it is in a rush.
 * Returns their number; 0: the queue is closed and empty. */
static size_t gather(struct writer *writer)
{
    const struct writer_options *o = &writer->options;
    size_t n = 0, bytes = 0;
    int64_t until = 0;
    bool hurried = false, urgent = false;
    while (n < o->batch_jobs && bytes < o->batch_bytes) {
        int64_t left = until - clock_mono_ms();
        void *item;
        if (n && atomic_exchange(&writer->hurry, false))
            hurried = true;
        if (!queue_pop(writer->queue, &item, 1, n == 0 ? -1 : hurried || urgent || left < 0 ? 0 : left))
            return n;
        if (item == &writer->nudge)
            continue;
        if (n == 0)
            until = clock_mono_ms() + o->batch_ms;
        writer->batch[n] = item;
        bytes += writer->batch[n]->bytes;
        urgent = urgent || writer->batch[n]->urgent;
        n++;
    }
    /* Full before the queue was empty: the job that was hurried for may stand in the next batch. */
    if (hurried)
        atomic_store(&writer->hurry, true);
    return n;
}

/* ---- committing ---- */

/* One transaction over batch[from, to). When it fails, *ret_failed is the job it failed at. */
static enum status attempt(struct writer *writer, size_t from, size_t to, size_t *ret_failed)
{
    struct store_write *write = &writer->write;
    *ret_failed = from;
    enum status st = store_write_begin(writer->store, write);
    if (st != OK)
        return st;
    for (size_t i = from; i < to; i++) {
        st = writer->batch[i]->apply(writer->batch[i], write);
        if (st == OK && write->map_full)
            st = ST_FULL; /* also when apply() thought nothing of it */
        if (st != OK) {
            *ret_failed = i;
            store_write_abort(write);
            return st;
        }
    }
    /* Should all be too much for one transaction, halves of it may not be. */
    *ret_failed = from + (to - from) / 2;
    return store_write_commit(write);
}

static void finish(struct writer *writer, size_t from, size_t to, enum status st)
{
    if (st == OK) {
        uint64_t bytes = 0;
        for (size_t i = from; i < to; i++)
            bytes += writer->batch[i]->bytes;
        atomic_fetch_add(&writer->commits, 1);
        atomic_fetch_add(&writer->jobs, to - from);
        atomic_fetch_add(&writer->bytes, bytes);
    }
    for (size_t i = from; i < to; i++)
        writer->batch[i]->done(writer->batch[i], st);
}

static void settle(struct writer *writer, size_t n)
{
    size_t from = 0, to = n, failed = 0;
    while (from < n) {
        enum status st = writer_trouble(writer);
        writer->write.map_full = false;
        if (st == OK)
            st = attempt(writer, from, to, &failed);
        if (writer->write.map_full) {
            st = store_grow(writer->store, writer->write.seen_map_bytes);
            if (st == OK)
                continue;
        }
        if (status_class(st) == STATUS_STOP) {
            atomic_store(&writer->trouble_at_ms, clock_mono_ms());
            atomic_store(&writer->trouble, (int)st);
            finish(writer, from, n, st);
            return;
        }
        if (st != OK && failed > from) {
            to = failed;
            continue;
        }
        size_t end = st == OK ? to : from + 1;
        finish(writer, from, end, st);
        from = end;
        to = n;
    }
}

static void *writer_main(void *user)
{
    struct writer *writer = user;
    for (size_t n; (n = gather(writer)) > 0;)
        settle(writer, n);
    return NULL;
}

/* ---- what others call ---- */

enum status writer_create(struct store *store, const struct writer_options *options,
                          struct writer **ret_writer)
{
    must(options->batch_jobs > 0 && options->batch_bytes > 0 && options->queue_jobs > 0);
    struct writer *writer = calloc(1, sizeof *writer + options->batch_jobs * sizeof writer->batch[0]);
    if (!writer)
        return ST_NOMEM;
    writer->store = store;
    writer->options = *options;
    store_write_init(&writer->write);
    writer->queue = queue_create(options->queue_jobs, NULL, NULL);
    if (!writer->queue || pthread_create(&writer->thread, NULL, writer_main, writer) != 0) {
        queue_destroy(writer->queue);
        store_write_fini(&writer->write);
        free(writer);
        return ST_NOMEM;
    }
    *ret_writer = writer;
    return OK;
}

void writer_stop(struct writer *writer)
{
    queue_close(writer->queue);
}

void writer_destroy(struct writer *writer)
{
    if (!writer)
        return;
    writer_stop(writer);
    pthread_join(writer->thread, NULL);
    queue_destroy(writer->queue);
    store_write_fini(&writer->write);
    free(writer);
}

enum status writer_push(struct writer *writer, struct write_job **job)
{
    must((*job)->apply && (*job)->done);
    void *item = *job;
    enum status st = queue_push(writer->queue, &item);
    if (st == OK)
        *job = NULL;
    return st;
}

void writer_hurry(struct writer *writer)
{
    if (atomic_exchange(&writer->hurry, true))
        return;
    /* A full queue wakes the thread by itself. */
    void *item = &writer->nudge;
    if (queue_try_push(writer->queue, &item) == ST_CANCELLED)
        atomic_store(&writer->hurry, false);
}

/* A job of somebody who waits, around theirs. */
struct awaited {
    struct write_job job;
    struct write_job *inner;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    bool over;
    enum status st;
};

static enum status awaited_apply(struct write_job *job, struct store_write *write)
{
    struct write_job *inner = ((struct awaited *)job)->inner;
    return inner->apply(inner, write);
}

static void awaited_done(struct write_job *job, enum status st)
{
    struct awaited *awaited = (struct awaited *)job;
    if (awaited->inner->done)
        awaited->inner->done(awaited->inner, st);
    pthread_mutex_lock(&awaited->lock);
    awaited->st = st;
    awaited->over = true;
    pthread_cond_signal(&awaited->ended);
    pthread_mutex_unlock(&awaited->lock);
}

enum status writer_run(struct writer *writer, struct write_job *job)
{
    must(!pthread_equal(pthread_self(), writer->thread));
    struct awaited awaited = {
        .job = {.apply = awaited_apply, .done = awaited_done, .bytes = job->bytes, .urgent = true},
        .inner = job,
    };
    pthread_mutex_init(&awaited.lock, NULL);
    pthread_cond_init(&awaited.ended, NULL);
    struct write_job *pushed = &awaited.job;
    enum status st = writer_push(writer, &pushed);
    if (st == OK) {
        pthread_mutex_lock(&awaited.lock);
        while (!awaited.over)
            pthread_cond_wait(&awaited.ended, &awaited.lock);
        st = awaited.st;
        pthread_mutex_unlock(&awaited.lock);
    }
    pthread_cond_destroy(&awaited.ended);
    pthread_mutex_destroy(&awaited.lock);
    return st;
}

enum status writer_trouble(struct writer *writer)
{
    enum status st = (enum status)atomic_load(&writer->trouble);
    int64_t over_ms = writer->options.trouble_ms;
    bool over = over_ms && clock_mono_ms() - atomic_load(&writer->trouble_at_ms) >= over_ms;
    return over ? OK : st;
}

void writer_reset_trouble(struct writer *writer)
{
    atomic_store(&writer->trouble, OK);
}

void writer_stats(struct writer *writer, struct writer_stats *ret_stats)
{
    *ret_stats = (struct writer_stats){
        .commits = atomic_load(&writer->commits),
        .jobs = atomic_load(&writer->jobs),
        .bytes = atomic_load(&writer->bytes),
    };
}
