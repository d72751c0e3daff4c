/* SPDX-License-Identifier: Apache-2.0 */
/* idle.c: the thread of idle.h.
 *
 * It sleeps until due_ms, which the end of a job sets and the begin of a run takes away; what is to be looked at
 * is `work`. The lock guards both and is never held while anything is packed or written, since the writer's
 * thread tells of jobs that ended. */
#include "api/idle.h"

#include "api/log.h"
#include "api/queue.h"
#include "base/clock.h"
#include "cache/repack.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define JOBS_MAX 256 /* beyond so many all jobs are looked at, which costs more and does the same */
#define LOOK_MS 200  /* between two looks at a busy queue, at least */
#define NICENESS 10
#define NOT_DUE INT64_MAX

struct work {
    bool all;
    size_t n;
    struct id128 jobs[JOBS_MAX];
};

struct idle {
    struct service *service;
    atomic_bool stopping;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int64_t due_ms;
    struct work work, run; /* run: the thread's */
    pthread_t thread;
    bool has_thread;
};

static void work_add(struct work *work, struct id128 job)
{
    if (work->n < JOBS_MAX)
        work->jobs[work->n++] = job;
    else
        work->all = true;
}

/* Until the queue is looked at again. */
static int64_t later_ms(const struct idle *idle)
{
    int64_t pause_ms = idle->service->config->repack_idle_ms;
    return clock_mono_ms() + (pause_ms > LOOK_MS ? pause_ms : LOOK_MS);
}

static bool is_busy(const struct idle *idle)
{
    struct job_queue_stats stats;
    unsigned jobs = 0;
    job_queue_stats(idle->service->queue, &stats);
    for (unsigned kind = 0; kind < JOB_KINDS; kind++)
        jobs += stats.queued[kind] + stats.running[kind];
    return jobs > 0;
}

static bool should_stop(void *context)
{
    struct idle *idle = context;
    return atomic_load(&idle->stopping) || is_busy(idle);
}

static void log_run(const struct idle *idle, const struct repack_report *r, enum status st, int64_t ms)
{
    struct log_line line;
    log_begin(&line, idle->service->log_json, "repack");
    log_put_str(&line, "end",
                str_of(st == OK             ? "done"
                       : st == ST_CANCELLED ? "stopped"
                                            : status_text(st)));
    log_put_int(&line, "bodies", (int64_t)r->bodies);
    log_put_int(&line, "repacked", (int64_t)r->repacked);
    log_put_int(&line, "damaged", (int64_t)r->damaged);
    log_put_int(&line, "bytes_before", (int64_t)r->bytes_before);
    log_put_int(&line, "bytes_after", (int64_t)r->bytes_after);
    log_put_int(&line, "disk_before", (int64_t)r->disk_before);
    log_put_int(&line, "disk_after", (int64_t)r->disk_after);
    log_put_int(&line, "ms", ms);
    log_end(&line);
}

static enum status repack(struct idle *idle)
{
    struct repack_report report;
    const struct repack_options options = {.level = idle->service->config->repack_level,
                                           .jobs = idle->run.all ? NULL : idle->run.jobs,
                                           .n_jobs = idle->run.n,
                                           .should_stop = should_stop,
                                           .context = idle};
    int64_t began_ms = clock_mono_ms();
    enum status st = repack_run(idle->service->store, idle->service->writer, &options, &report);
    if (report.bodies || (st != OK && st != ST_CANCELLED))
        log_run(idle, &report, st, clock_mono_ms() - began_ms);
    /* Work that nobody asked for shall not make the writer refuse what somebody asks for. */
    if (status_class(st) == STATUS_STOP)
        writer_reset_trouble(idle->service->writer);
    return st;
}

/* Called and returns with the lock held. What was not done to its end is kept for the next run. */
static void run(struct idle *idle)
{
    idle->run = idle->work;
    idle->work.all = false;
    idle->work.n = 0;
    idle->due_ms = NOT_DUE;
    pthread_mutex_unlock(&idle->lock);
    enum status st = repack(idle);
    pthread_mutex_lock(&idle->lock);
    if (st == OK)
        return;
    idle->work.all |= idle->run.all;
    for (size_t i = 0; i < idle->run.n; i++)
        work_add(&idle->work, idle->run.jobs[i]);
    if (st == ST_CANCELLED && idle->due_ms == NOT_DUE)
        idle->due_ms = later_ms(idle);
}

static void sleep_until(struct idle *idle, int64_t due_ms)
{
    const struct timespec until = {.tv_sec = due_ms / 1000, .tv_nsec = (due_ms % 1000) * 1000000};
    if (due_ms == NOT_DUE)
        pthread_cond_wait(&idle->changed, &idle->lock);
    else
        pthread_cond_timedwait(&idle->changed, &idle->lock, &until);
}

static void *idle_main(void *user)
{
    struct idle *idle = user;
    (void)!setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* Linux: this thread's alone */
    pthread_mutex_lock(&idle->lock);
    while (!atomic_load(&idle->stopping)) {
        if (clock_mono_ms() < idle->due_ms)
            sleep_until(idle, idle->due_ms);
        else if (is_busy(idle))
            idle->due_ms = later_ms(idle);
        else
            run(idle);
    }
    pthread_mutex_unlock(&idle->lock);
    return NULL;
}

enum status idle_create(struct service *service, struct idle **ret_idle, struct diag *ret_diag)
{
    if (service->config->repack_level == 0) {
        *ret_idle = NULL;
        return OK;
    }
    struct idle *idle = calloc(1, sizeof *idle);
    if (!idle)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&idle->lock, NULL);
    pthread_cond_init(&idle->changed, &attr);
    pthread_condattr_destroy(&attr);
    idle->service = service;
    idle->work.all = true; /* what an earlier process left */
    idle->due_ms = clock_mono_ms() + service->config->repack_idle_ms;
    idle->has_thread = pthread_create(&idle->thread, NULL, idle_main, idle) == 0;
    if (!idle->has_thread) {
        idle_destroy(idle);
        return diag_set(ret_diag, ST_NOMEM, "a thread could not be made");
    }
    *ret_idle = idle;
    return OK;
}

void idle_job_ended(struct idle *idle, struct id128 job)
{
    if (!idle)
        return;
    pthread_mutex_lock(&idle->lock);
    work_add(&idle->work, job);
    idle->due_ms = clock_mono_ms() + idle->service->config->repack_idle_ms;
    pthread_cond_signal(&idle->changed);
    pthread_mutex_unlock(&idle->lock);
}

void idle_stop(struct idle *idle)
{
    if (!idle || !idle->has_thread)
        return;
    pthread_mutex_lock(&idle->lock);
    atomic_store(&idle->stopping, true);
    pthread_cond_signal(&idle->changed);
    pthread_mutex_unlock(&idle->lock);
    pthread_join(idle->thread, NULL);
    idle->has_thread = false;
}

void idle_destroy(struct idle *idle)
{
    if (!idle)
        return;
    idle_stop(idle);
    pthread_cond_destroy(&idle->changed);
    pthread_mutex_destroy(&idle->lock);
    free(idle);
}
