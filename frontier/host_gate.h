/* SPDX-License-Identifier: Apache-2.0 */
/* host_gate.h: what all crawls of an engine may ask of one host together: how many requests at once, how soon
 * after the last one, and when it asked to be left alone.
 *
 * A crawl has one user at the gate of each of its hosts. The strictest word of the users that have something to
 * do holds for all of them: the fewest requests at once, the longest delay. A rest that the host asked for
 * (Retry-After) holds for whoever comes, also after the crawl that met it has ended. Where several want the next
 * free place, it is the turn of the one that was served the longest ago.
 * Threads: the loop's alone, but for a gate of its own (host_gate_alone), which is its owner's. Times are
 * monotonic milliseconds. */
#ifndef WEBKEEP_FRONTIER_HOST_GATE_H
#define WEBKEEP_FRONTIER_HOST_GATE_H

#include "base/status.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gate_user {
    struct gate_user *next;
    struct host_gate *gate;
    unsigned limit;     /* requests at once; the owner keeps it up to date, as the next two */
    int64_t delay_ms;   /* between starts */
    bool active;        /* it has URLs or requests: its limit and delay hold for all */
    bool wants;         /* it was refused a place that it has a use for */
    unsigned in_flight; /* its own requests */
    uint64_t served;    /* the turn of its last start */
};

struct host_gate {
    struct host_gate *next;
    struct gate_user *users;
    unsigned in_flight;                 /* of all users */
    int64_t last_ms, next_ms;           /* last start; no start before, as it was promised then */
    int64_t undo_last_ms, undo_next_ms; /* both, before the last start */
    int64_t rest_ms;                    /* the host asked for no start before */
    uint64_t turn;
    bool yielded; /* since the last start, whoever came first has let the others go ahead once */
    size_t n;
    char *origin; /* NULL: a gate of one user */
};

struct host_gates;

struct host_gates *host_gates_create(void);        /* NULL without memory */
void host_gates_destroy(struct host_gates *gates); /* NULL is fine; nobody is at any gate */
/* Forgets the gates that nobody is at and where nothing has to be waited for. */
void host_gates_sweep(struct host_gates *gates, int64_t now_ms);

/* The user has a gate to itself; it lies where the owner says, as long as the user. */
void host_gate_alone(struct host_gate *gate, struct gate_user *user);
/* From its own gate, where nothing has begun yet, to the one that all share. ST_NOMEM: it stays. */
enum status host_gates_join(struct host_gates *gates, struct gate_user *user,
                            struct str origin) MUST_USE;
/* Its requests, if it has any, are over for the gate. */
void host_gate_leave(struct gate_user *user);

/* When the next request may start: now or later; INT64_MAX: when one has ended. */
int64_t host_gate_due_ms(const struct gate_user *user, int64_t now_ms);
/* True when the user shall let others go first; once, so that one that can't start holds up nobody. */
bool host_gate_yields(struct gate_user *user);
void host_gate_start(struct gate_user *user, int64_t now_ms);
void host_gate_undo(struct gate_user *user); /* the last start, which was this user's, was none */
void host_gate_end(struct gate_user *user);
void host_gate_rest(struct gate_user *user, int64_t until_ms);

#endif
