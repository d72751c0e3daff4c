/* SPDX-License-Identifier: Apache-2.0 */
/* status.h: the one result type of the project, and the diagnosis that a person reads.
 *
 * Every function that can fail returns enum status. Results come out through ret_* parameters, last, and
 * are untouched on failure. The values are grouped by what the caller does next; status_class() tells the
 * group. A page that answers 404 is an outcome, not a status. */
#ifndef WEBKEEP_BASE_STATUS_H
#define WEBKEEP_BASE_STATUS_H

#include "base/must.h"

#include <stddef.h>

/*      name            class          text for people */
#define STATUS_TABLE(X)                                                                                 \
    X(OK, STATUS_FINE, "done")                                                                          \
    X(ST_AGAIN, STATUS_RETRY, "try again")                                                              \
    X(ST_BUSY, STATUS_RETRY, "busy")                                                                    \
    X(ST_TIMEOUT, STATUS_RETRY, "timed out")                                                            \
    X(ST_INPUT, STATUS_DROP, "invalid input")                                                           \
    X(ST_PROTO, STATUS_DROP, "protocol error")                                                          \
    X(ST_DENIED, STATUS_DROP, "not allowed")                                                            \
    X(ST_LIMIT, STATUS_DROP, "a limit was reached")                                                     \
    X(ST_UNSUPPORTED, STATUS_DROP, "not supported")                                                     \
    X(ST_NOTFOUND, STATUS_ANSWER, "not found")                                                          \
    X(ST_EXISTS, STATUS_ANSWER, "exists already")                                                       \
    X(ST_CANCELLED, STATUS_ANSWER, "cancelled")                                                         \
    X(ST_FULL, STATUS_STOP, "no space left")                                                            \
    X(ST_IO, STATUS_STOP, "input/output error")                                                         \
    X(ST_CORRUPT, STATUS_STOP, "stored data is damaged")                                                \
    X(ST_NOMEM, STATUS_STOP, "out of memory")                                                           \
    X(ST_INTERNAL, STATUS_STOP, "internal error")

enum status {
#define X(name, group, text) name,
    STATUS_TABLE(X)
#undef X
};

enum status_class {
    STATUS_FINE,   /* go on */
    STATUS_RETRY,  /* the same may work later */
    STATUS_DROP,   /* this item is hopeless, others are not */
    STATUS_ANSWER, /* an answer, not a fault */
    STATUS_STOP,   /* stop and tell a human */
};

enum status_class status_class(enum status st);
const char *status_name(enum status st); /* "ST_FULL" */
const char *status_text(enum status st); /* "no space left" */

/* What a person is told: one sentence that says what, why, and what to do. at is a byte offset into the
 * text that was read (instruction, JSON, option), where there is one. */
struct diag {
    size_t at;
    char text[512];
};

/* Fills diag (NULL is allowed) and returns st, so that `return diag_set(diag, ST_INPUT, ...)` reads well. */
enum status diag_set(struct diag *diag, enum status st, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
