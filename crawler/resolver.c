/* SPDX-License-Identifier: Apache-2.0 */
/* resolver.c: a bounded list of questions under one lock; the struct is freed by whoever leaves last. */
#include "crawler/resolver.h"

#include "base/clock.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define CACHE_SLOTS 256
#define LEAVE_WAIT_MS 50 /* idle threads end well within; one that hangs in a look-up is left alone */

struct question {
    struct question *next;
    bool asked; /* a thread has it */
    char host[256];
};

struct resolver {
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct resolver_options options;
    struct question *questions;
    size_t n_questions;
    unsigned owners; /* threads that run, and the creator */
    bool closing;
    struct {
        int64_t until_ms;
        struct answer answer;
    } * cache; /* CACHE_SLOTS */
};

static size_t slot_of(const char *host)
{
    size_t h = 5381;
    for (; *host; host++)
        h = h * 33 ^ (unsigned char)*host;
    return h % CACHE_SLOTS;
}

/* Gives up one share; frees with the last. The lock is held on entry and gone on return. */
static void leave(struct resolver *r)
{
    bool last = --r->owners == 0;
    pthread_cond_broadcast(&r->wanted);
    pthread_mutex_unlock(&r->lock);
    if (!last)
        return;
    while (r->questions) {
        struct question *next = r->questions->next;
        free(r->questions);
        r->questions = next;
    }
    pthread_cond_destroy(&r->wanted);
    pthread_mutex_destroy(&r->lock);
    free(r->cache);
    free(r);
}

static void look_up(const char *host, struct answer *answer)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *list = NULL;
    *answer = (struct answer){0};
    snprintf(answer->host, sizeof answer->host, "%s", host);
    int e = getaddrinfo(host, NULL, &hints, &list);
    if (e != 0) {
        answer->status = e == EAI_AGAIN ? ST_TIMEOUT : ST_NOTFOUND;
        snprintf(answer->error, sizeof answer->error, "%s",
                 e == EAI_AGAIN ? "the name server does not answer" : "no such host");
        return;
    }
    for (struct addrinfo *a = list; a && answer->n < RESOLVER_ADDRESSES_MAX; a = a->ai_next)
        if (a->ai_addrlen <= sizeof answer->addresses[0])
            memcpy(&answer->addresses[answer->n++], a->ai_addr, a->ai_addrlen);
    freeaddrinfo(list);
    answer->status = answer->n ? OK : ST_NOTFOUND;
}

static struct question *next_question(struct resolver *r)
{
    struct question *q = r->questions;
    while (q && q->asked)
        q = q->next;
    return q;
}

static void forget(struct resolver *r, struct question *gone)
{
    struct question **at = &r->questions;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    r->n_questions--;
    free(gone);
}

static void remember(struct resolver *r, const struct answer *answer)
{
    if (answer->status == ST_TIMEOUT)
        return;
    size_t i = slot_of(answer->host);
    r->cache[i].answer = *answer;
    r->cache[i].until_ms = clock_mono_ms() + r->options.cache_ms;
}

static void *resolver_main(void *user)
{
    struct resolver *r = user;
    pthread_mutex_lock(&r->lock);
    for (;;) {
        struct question *q;
        while (!(q = next_question(r)) && !r->closing)
            pthread_cond_wait(&r->wanted, &r->lock);
        if (r->closing)
            break;
        q->asked = true;
        char host[256];
        memcpy(host, q->host, sizeof host);
        pthread_mutex_unlock(&r->lock);
        struct answer *answer = malloc(sizeof *answer);
        if (answer)
            look_up(host, answer);
        pthread_mutex_lock(&r->lock);
        forget(r, q);
        if (answer)
            remember(r, answer);
        /* The callback runs under the lock, so that none runs after resolver_destroy(). */
        if (answer && (r->closing || !r->options.answered(r->options.user, &answer)))
            free(answer);
    }
    leave(r);
    return NULL;
}

struct resolver *resolver_create(const struct resolver_options *options)
{
    struct resolver *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->options = *options;
    r->cache = calloc(CACHE_SLOTS, sizeof *r->cache);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->wanted, NULL);
    pthread_mutex_lock(&r->lock);
    r->owners = 1;
    for (unsigned i = 0; i < options->threads && r->cache; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, resolver_main, r) == 0) {
            pthread_detach(thread);
            r->owners++;
        }
    }
    bool alive = r->owners > 1;
    if (!alive) {
        leave(r);
        return NULL;
    }
    pthread_mutex_unlock(&r->lock);
    return r;
}

void resolver_destroy(struct resolver *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->closing = true;
    pthread_cond_broadcast(&r->wanted);
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LEAVE_WAIT_MS * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (r->owners > 1 && pthread_cond_timedwait(&r->wanted, &r->lock, &until) == 0)
        ;
    leave(r);
}

static struct answer *cached(struct resolver *r, const char *host)
{
    size_t i = slot_of(host);
    if (strcmp(r->cache[i].answer.host, host) != 0 || r->cache[i].until_ms <= clock_mono_ms())
        return NULL;
    struct answer *copy = malloc(sizeof *copy);
    if (copy)
        *copy = r->cache[i].answer;
    return copy;
}

enum status resolver_ask(struct resolver *r, struct str host, struct answer **ret_answer)
{
    char name[256];
    if (host.n >= sizeof name)
        return ST_INPUT;
    memcpy(name, host.p, host.n);
    name[host.n] = 0;
    pthread_mutex_lock(&r->lock);
    enum status st = ST_AGAIN;
    struct answer *answer = cached(r, name);
    if (answer) {
        *ret_answer = answer;
        st = OK;
    } else {
        struct question *q = r->questions;
        while (q && strcmp(q->host, name) != 0)
            q = q->next;
        if (!q && r->n_questions >= RESOLVER_QUESTIONS_MAX) {
            st = ST_LIMIT;
        } else if (!q) {
            q = calloc(1, sizeof *q);
            if (q) {
                memcpy(q->host, name, host.n + 1);
                q->next = r->questions;
                r->questions = q;
                r->n_questions++;
                pthread_cond_signal(&r->wanted);
            } else {
                st = ST_NOMEM;
            }
        }
    }
    pthread_mutex_unlock(&r->lock);
    return st;
}
