/* SPDX-License-Identifier: Apache-2.0 */
/* host_gate.c: a hash table of gates by origin, each with a list of its users. */
#include "frontier/host_gate.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define GATE_BUCKETS 256
#define LONG_AGO_MS (INT64_MIN / 4)

struct host_gates {
    struct host_gate *buckets[GATE_BUCKETS];
};

struct host_gates *host_gates_create(void)
{
    return calloc(1, sizeof(struct host_gates));
}

static void gate_init(struct host_gate *gate)
{
    *gate = (struct host_gate){.last_ms = LONG_AGO_MS, .next_ms = LONG_AGO_MS, .rest_ms = LONG_AGO_MS};
}

static void gate_destroy(struct host_gate *gate)
{
    must(gate->users == NULL);
    free(gate->origin);
    free(gate);
}

static void sweep(struct host_gate **at, int64_t now_ms)
{
    while (*at) {
        struct host_gate *gate = *at;
        if (gate->users || gate->next_ms > now_ms || gate->rest_ms > now_ms) {
            at = &gate->next;
            continue;
        }
        *at = gate->next;
        gate_destroy(gate);
    }
}

void host_gates_sweep(struct host_gates *gates, int64_t now_ms)
{
    for (size_t i = 0; i < GATE_BUCKETS; i++)
        sweep(&gates->buckets[i], now_ms);
}

void host_gates_destroy(struct host_gates *gates)
{
    if (!gates)
        return;
    host_gates_sweep(gates, INT64_MAX);
    free(gates);
}

static struct host_gate *gate_of(struct host_gates *gates, struct str origin)
{
    struct host_gate **bucket = &gates->buckets[hash64(0, origin) % GATE_BUCKETS];
    for (struct host_gate *gate = *bucket; gate; gate = gate->next)
        if (str_eq(str_make(gate->origin, gate->n), origin))
            return gate;
    struct host_gate *gate = malloc(sizeof *gate);
    char *copy = malloc(origin.n + 1);
    if (!gate || !copy) {
        free(gate);
        free(copy);
        return NULL;
    }
    gate_init(gate);
    memcpy(copy, origin.p, origin.n);
    copy[origin.n] = 0;
    gate->origin = copy;
    gate->n = origin.n;
    gate->next = *bucket;
    *bucket = gate;
    return gate;
}

static void enter(struct host_gate *gate, struct gate_user *user)
{
    user->gate = gate;
    user->next = gate->users;
    gate->users = user;
    user->served = gate->turn;
}

void host_gate_alone(struct host_gate *gate, struct gate_user *user)
{
    gate_init(gate);
    enter(gate, user);
}

enum status host_gates_join(struct host_gates *gates, struct gate_user *user, struct str origin)
{
    must(user->in_flight == 0);
    struct host_gate *gate = gate_of(gates, origin);
    if (!gate)
        return ST_NOMEM;
    host_gate_leave(user);
    enter(gate, user);
    return OK;
}

void host_gate_leave(struct gate_user *user)
{
    if (!user->gate)
        return;
    struct gate_user **at = &user->gate->users;
    while (*at != user)
        at = &(*at)->next;
    *at = user->next;
    user->gate->in_flight -= user->in_flight;
    user->in_flight = 0;
    user->gate = NULL;
}

/* Whoever asks counts as active. */
static void strictest(const struct gate_user *user, unsigned *ret_limit, int64_t *ret_delay_ms)
{
    *ret_limit = user->limit;
    *ret_delay_ms = user->delay_ms;
    for (const struct gate_user *u = user->gate->users; u; u = u->next) {
        if (!u->active)
            continue;
        *ret_limit = u->limit < *ret_limit ? u->limit : *ret_limit;
        *ret_delay_ms = u->delay_ms > *ret_delay_ms ? u->delay_ms : *ret_delay_ms;
    }
}

int64_t host_gate_due_ms(const struct gate_user *user, int64_t now_ms)
{
    const struct host_gate *gate = user->gate;
    unsigned limit;
    int64_t delay_ms;
    strictest(user, &limit, &delay_ms);
    if (gate->in_flight >= limit)
        return INT64_MAX;
    int64_t at = gate->last_ms + delay_ms;
    at = gate->next_ms > at ? gate->next_ms : at;
    at = gate->rest_ms > at ? gate->rest_ms : at;
    return at > now_ms ? at : now_ms;
}

bool host_gate_yields(struct gate_user *user)
{
    struct host_gate *gate = user->gate;
    if (gate->yielded)
        return false;
    for (const struct gate_user *u = gate->users; u; u = u->next)
        gate->yielded = gate->yielded || (u->wants && u->served < user->served);
    return gate->yielded;
}

void host_gate_start(struct gate_user *user, int64_t now_ms)
{
    struct host_gate *gate = user->gate;
    unsigned limit;
    int64_t delay_ms;
    strictest(user, &limit, &delay_ms);
    gate->undo_last_ms = gate->last_ms;
    gate->undo_next_ms = gate->next_ms;
    gate->last_ms = now_ms;
    gate->next_ms = now_ms + delay_ms;
    gate->in_flight++;
    gate->yielded = false;
    user->in_flight++;
    user->wants = false;
    user->served = ++gate->turn;
}

void host_gate_undo(struct gate_user *user)
{
    user->gate->last_ms = user->gate->undo_last_ms;
    user->gate->next_ms = user->gate->undo_next_ms;
    host_gate_end(user);
}

void host_gate_end(struct gate_user *user)
{
    must(user->in_flight > 0 && user->gate->in_flight > 0);
    user->in_flight--;
    user->gate->in_flight--;
}

void host_gate_rest(struct gate_user *user, int64_t until_ms)
{
    if (until_ms > user->gate->rest_ms)
        user->gate->rest_ms = until_ms;
}
