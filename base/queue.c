/* SPDX-License-Identifier: Apache-2.0 */
/* queue.c: a ring under one mutex with two conditions on the monotonic clock. */
#include "base/queue.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled, drained;
    size_t capacity, head, length;
    bool closed;
    void (*on_push)(void *);
    void *user;
    void *ring[];
};

struct queue *queue_create(size_t capacity, void (*on_push)(void *), void *user)
{
    must(capacity > 0);
    struct queue *q = calloc(1, sizeof *q + capacity * sizeof *q->ring);
    if (!q)
        return NULL;
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->filled, &attr);
    pthread_cond_init(&q->drained, &attr);
    pthread_condattr_destroy(&attr);
    q->capacity = capacity;
    q->on_push = on_push;
    q->user = user;
    return q;
}

void queue_destroy(struct queue *q)
{
    if (!q)
        return;
    must(q->length == 0);
    pthread_cond_destroy(&q->filled);
    pthread_cond_destroy(&q->drained);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

static enum status push(struct queue *q, void **item, bool wait)
{
    must(*item);
    pthread_mutex_lock(&q->lock);
    while (wait && !q->closed && q->length == q->capacity)
        pthread_cond_wait(&q->drained, &q->lock);
    enum status st = q->closed ? ST_CANCELLED : q->length == q->capacity ? ST_BUSY : OK;
    if (st == OK) {
        q->ring[(q->head + q->length++) % q->capacity] = *item;
        *item = NULL;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->lock);
    if (st == OK && q->on_push)
        q->on_push(q->user);
    return st;
}

enum status queue_push(struct queue *q, void **item)
{
    return push(q, item, true);
}

enum status queue_try_push(struct queue *q, void **item)
{
    return push(q, item, false);
}

#define WAIT_MAX_MS ((int64_t)1 << 40) /* decades; keeps the sum in range */

static struct timespec deadline_in(int64_t wait_ms)
{
    int64_t at = clock_mono_ms() + (wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS);
    return (struct timespec){.tv_sec = at / 1000, .tv_nsec = (at % 1000) * 1000000};
}

size_t queue_pop(struct queue *q, void **items, size_t max, int64_t wait_ms)
{
    struct timespec until = deadline_in(wait_ms > 0 ? wait_ms : 0);
    pthread_mutex_lock(&q->lock);
    while (q->length == 0 && !q->closed && wait_ms != 0) {
        if (wait_ms < 0)
            pthread_cond_wait(&q->filled, &q->lock);
        else if (pthread_cond_timedwait(&q->filled, &q->lock, &until) == ETIMEDOUT)
            break;
    }
    size_t n = 0;
    for (; n < max && q->length; n++, q->length--) {
        items[n] = q->ring[q->head];
        q->head = (q->head + 1) % q->capacity;
    }
    if (n)
        pthread_cond_broadcast(&q->drained);
    pthread_mutex_unlock(&q->lock);
    return n;
}

void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->filled);
    pthread_cond_broadcast(&q->drained);
    pthread_mutex_unlock(&q->lock);
}

bool queue_is_closed(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    bool closed = q->closed;
    pthread_mutex_unlock(&q->lock);
    return closed;
}

size_t queue_length(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    size_t n = q->length;
    pthread_mutex_unlock(&q->lock);
    return n;
}
