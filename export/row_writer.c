/* SPDX-License-Identifier: Apache-2.0 */
/* row_writer.c: batches of rows, each in one piece of memory: head, records, streams. */
#include "export/row_writer.h"

#include <stdlib.h>

struct row_batch {
    struct write_job base;
    struct row_writer *to;
    unsigned n;
    struct made_row rows[];
};

void row_writer_init(struct row_writer *w, struct writer *writer)
{
    *w = (struct row_writer){.writer = writer};
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->landed, NULL);
}

void row_writer_fini(struct row_writer *w)
{
    must(w->in_flight == 0);
    pthread_cond_destroy(&w->landed);
    pthread_mutex_destroy(&w->lock);
}

static enum status put_row(struct row_writer *w, struct store_write *write, const struct made_row *made)
{
    const struct row_record row = {.seq = made->seq, .packed = made->packed, .stream = made->stream};
    enum status st = store_row_put(write, w->job, &row);
    if (st != OK || !made->keep)
        return st;
    const struct answer_record answer = {
        .job = w->job, .flags = made->flags, .packed = made->packed, .stream = made->stream};
    return store_answer_put(write, made->key, &answer, w->answer_bytes);
}

static enum status batch_apply(struct write_job *base, struct store_write *write)
{
    struct row_batch *batch = (struct row_batch *)base;
    enum status st = OK;
    for (unsigned i = 0; i < batch->n && st == OK; i++)
        st = put_row(batch->to, write, &batch->rows[i]);
    return st;
}

static void batch_done(struct write_job *base, enum status st)
{
    struct row_batch *batch = (struct row_batch *)base;
    struct row_writer *w = batch->to;
    pthread_mutex_lock(&w->lock);
    if (st != OK && w->trouble == OK)
        w->trouble = st;
    w->in_flight--;
    pthread_cond_signal(&w->landed);
    pthread_mutex_unlock(&w->lock);
    free(batch);
}

static struct row_batch *batch_make(struct row_writer *w, const struct made_row *rows, unsigned n)
{
    size_t head = sizeof(struct row_batch) + n * sizeof(struct made_row), bytes = 0, kept = 0;
    for (unsigned i = 0; i < n; i++) {
        bytes += rows[i].stream.n;
        kept += rows[i].keep ? rows[i].stream.n + ANSWER_EXTRA_BYTES : 0;
    }
    struct row_batch *batch = malloc(head + bytes);
    if (!batch)
        return NULL;
    batch->base = (struct write_job){.apply = batch_apply, .done = batch_done, .bytes = bytes + kept};
    batch->to = w;
    batch->n = n;
    char *to = (char *)batch + head;
    for (unsigned i = 0; i < n; i++) {
        struct str stream = rows[i].stream;
        batch->rows[i] = rows[i];
        memcpy(to, stream.p, stream.n);
        batch->rows[i].stream = str_make(to, stream.n);
        to += stream.n;
    }
    return batch;
}

enum status row_writer_push(struct row_writer *w, const struct made_row *rows, unsigned n)
{
    struct row_batch *batch = batch_make(w, rows, n);
    if (!batch)
        return ST_NOMEM;
    pthread_mutex_lock(&w->lock);
    enum status st = w->trouble;
    w->in_flight++;
    pthread_mutex_unlock(&w->lock);
    struct write_job *job = &batch->base;
    if (st == OK)
        st = writer_push(w->writer, &job);
    if (st != OK)
        batch_done(&batch->base, st);
    return st;
}

enum status row_writer_await(struct row_writer *w)
{
    pthread_mutex_lock(&w->lock);
    if (w->in_flight)
        writer_hurry(w->writer);
    while (w->in_flight)
        pthread_cond_wait(&w->landed, &w->lock);
    enum status st = w->trouble;
    pthread_mutex_unlock(&w->lock);
    return st;
}
