/* SPDX-License-Identifier: Apache-2.0 */
/* deliver_save.c: one job of the writer, used again and again. It and the cursors are the writer's while busy. */
#include "crawler/deliver_save.h"

#include <pthread.h>
#include <stdlib.h>

#define RECORD_BYTES 1024u /* about what a job's record has */

struct saver {
    struct write_job job; /* first */
    struct writer *writer;
    void (*wake)(void *user);
    void *user;
    pthread_mutex_t lock; /* guards state and saved */
    pthread_cond_t changed;
    enum saver_state state;
    enum status saved;
    size_t n;
    struct cursor cursors[];
};

enum status saver_create(struct writer *writer, size_t most, void (*wake)(void *user), void *user,
                         struct saver **ret_saver)
{
    struct saver *s = calloc(1, sizeof *s + most * sizeof s->cursors[0]);
    if (!s)
        return ST_NOMEM;
    s->writer = writer;
    s->wake = wake;
    s->user = user;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    *ret_saver = s;
    return OK;
}

void saver_destroy(struct saver *s)
{
    if (!s)
        return;
    saver_wait(s);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

enum saver_state saver_look(struct saver *s, enum status *ret_saved)
{
    pthread_mutex_lock(&s->lock);
    enum saver_state state = s->state;
    *ret_saved = s->saved;
    if (state == SAVER_OVER)
        s->state = SAVER_IDLE;
    pthread_mutex_unlock(&s->lock);
    return state;
}

void saver_wait(struct saver *s)
{
    pthread_mutex_lock(&s->lock);
    while (s->state == SAVER_BUSY)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

struct cursor *saver_cursors(struct saver *s)
{
    return s->cursors;
}

size_t saver_count(const struct saver *s)
{
    return s->n;
}

static enum status save_one(struct store_write *write, const struct cursor *cursor)
{
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), cursor->job, &job);
    if (st == ST_NOTFOUND || (st == OK && (job.flags & JOB_DELETING)))
        return OK;
    if (st != OK || job.delivered >= cursor->done)
        return st;
    job.delivered = cursor->done;
    return store_job_put(write, &job);
}

static enum status apply(struct write_job *job, struct store_write *write)
{
    const struct saver *s = (const struct saver *)job;
    enum status st = OK;
    for (size_t i = 0; i < s->n && st == OK; i++)
        st = save_one(write, &s->cursors[i]);
    return st;
}

static void done(struct write_job *job, enum status st)
{
    struct saver *s = (struct saver *)job;
    pthread_mutex_lock(&s->lock);
    s->state = SAVER_OVER;
    s->saved = st;
    pthread_cond_signal(&s->changed);
    s->wake(s->user); /* under the lock: who waits for the end may take apart what this wakes */
    pthread_mutex_unlock(&s->lock);
}

static struct write_job *prepare(struct saver *s, size_t n)
{
    pthread_mutex_lock(&s->lock);
    must(s->state == SAVER_IDLE);
    s->state = SAVER_BUSY;
    pthread_mutex_unlock(&s->lock);
    s->n = n;
    s->job = (struct write_job){.apply = apply, .done = done, .bytes = n * RECORD_BYTES};
    return &s->job;
}

void saver_start(struct saver *s, size_t n)
{
    struct write_job *job = prepare(s, n);
    enum status st = writer_push(s->writer, &job);
    if (st != OK)
        done(job, st);
}

void saver_start_last(struct saver *s, size_t n)
{
    saver_start(s, n);
    writer_hurry(s->writer);
    saver_wait(s);
}
