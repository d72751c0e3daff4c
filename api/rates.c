/* SPDX-License-Identifier: Apache-2.0 */
/* rates.c: token buckets in a table of fixed size: sets of eight, in which a newcomer takes the place of the bucket
 * that is nearest to full, since a full one and none at all are the same.
 *
 * Invariant: 0 <= tokens <= requests of the rate that the bucket was last asked with. Threads: any; one lock. */
#include "api/rates.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#define SET_SLOTS 8u

struct bucket {
    struct id128 who;
    double tokens, most;
    double per_ms; /* 0: the slot is free */
    int64_t at_ms; /* when tokens was right */
};

struct rates {
    pthread_mutex_t lock;
    uint64_t seed; /* so that nobody can choose whom they share a set with */
    size_t n_sets;
    struct bucket *buckets; /* n_sets x SET_SLOTS */
};

struct rates *rates_create(size_t buckets)
{
    struct rates *rates = calloc(1, sizeof *rates);
    if (!rates)
        return NULL;
    rates->n_sets = (buckets + SET_SLOTS - 1) / SET_SLOTS;
    rates->n_sets = rates->n_sets ? rates->n_sets : 1;
    rates->buckets = calloc(rates->n_sets, SET_SLOTS * sizeof *rates->buckets);
    if (!rates->buckets || random_bytes(&rates->seed, sizeof rates->seed) != OK) {
        free(rates->buckets);
        free(rates);
        return NULL;
    }
    pthread_mutex_init(&rates->lock, NULL);
    return rates;
}

void rates_destroy(struct rates *rates)
{
    if (!rates)
        return;
    pthread_mutex_destroy(&rates->lock);
    free(rates->buckets);
    free(rates);
}

static double tokens_at(const struct bucket *b, int64_t now_ms)
{
    double more = now_ms > b->at_ms ? (double)(now_ms - b->at_ms) * b->per_ms : 0;
    return b->tokens + more < b->most ? b->tokens + more : b->most;
}

/* 1: full, or free. */
static double fullness(const struct bucket *b, int64_t now_ms)
{
    return b->per_ms > 0 ? tokens_at(b, now_ms) / b->most : 1;
}

/* The bucket of who; a full one in the place of another when there is none. */
static struct bucket *bucket_of(struct rates *rates, struct id128 who, int64_t now_ms)
{
    uint64_t hash = hash64(rates->seed, str_make((const char *)who.b, sizeof who.b));
    struct bucket *set = &rates->buckets[hash % rates->n_sets * SET_SLOTS], *best = set;
    for (size_t i = 0; i < SET_SLOTS; i++) {
        if (set[i].per_ms > 0 && id128_eq(set[i].who, who))
            return &set[i];
        if (fullness(&set[i], now_ms) > fullness(best, now_ms) ||
            (set[i].per_ms <= 0 && best->per_ms > 0))
            best = &set[i];
    }
    *best = (struct bucket){.who = who, .tokens = HUGE_VAL, .at_ms = now_ms};
    return best;
}

/* A rate that was changed takes effect at once. */
static void adapt(struct bucket *b, struct rate rate, int64_t now_ms)
{
    double tokens = tokens_at(b, now_ms);
    if (isinf(b->tokens) || tokens > rate.requests)
        tokens = rate.requests;
    b->tokens = tokens;
    b->most = rate.requests;
    b->per_ms = rate.requests / ((double)rate.seconds * 1000);
    b->at_ms = now_ms > b->at_ms ? now_ms : b->at_ms;
}

static uint32_t seconds_for(double tokens, double per_ms)
{
    return tokens > 0 ? (uint32_t)ceil(tokens / per_ms / 1000 - 1e-9) : 0;
}

static struct rate_state ask(struct rates *rates, struct id128 who, struct rate rate, int64_t now_ms,
                             bool take)
{
    struct rate_state state = {.allowed = true, .limit = rate.requests};
    if (rate.requests == 0)
        return state;
    rate.seconds = rate.seconds ? rate.seconds : 1;
    pthread_mutex_lock(&rates->lock);
    struct bucket *b = bucket_of(rates, who, now_ms);
    adapt(b, rate, now_ms);
    /* A token that is short by what a division lost is a token. */
    state.allowed = b->tokens >= 1 - 1e-9;
    if (take && state.allowed)
        b->tokens = b->tokens > 1 ? b->tokens - 1 : 0;
    state.remaining = (uint32_t)(b->tokens + 1e-9);
    state.reset_s = seconds_for(b->most - b->tokens, b->per_ms);
    if (!state.allowed)
        state.retry_s = seconds_for(1 - b->tokens, b->per_ms);
    pthread_mutex_unlock(&rates->lock);
    return state;
}

struct rate_state rates_take(struct rates *rates, struct id128 who, struct rate rate, int64_t now_ms)
{
    return ask(rates, who, rate, now_ms, true);
}

struct rate_state rates_look(struct rates *rates, struct id128 who, struct rate rate, int64_t now_ms)
{
    return ask(rates, who, rate, now_ms, false);
}
