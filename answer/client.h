/* SPDX-License-Identifier: Apache-2.0 */
/* client.h: one HTTP connection to a model's server, used by one call at a time.
 *
 * It knows nothing of models: a body goes out, a reply of bounded length comes back, or the reason why none came. It goes to
 * the address of the settings only: no redirects, no proxy of the environment. Threads: one owner at a time. */
#ifndef WEBKEEP_ANSWER_CLIENT_H
#define WEBKEEP_ANSWER_CLIENT_H

#include "base/buf.h"

#include <stdatomic.h>

struct client;

struct client *client_create(void); /* NULL without memory */
void client_destroy(struct client *client);

enum client_end {
    CLIENT_REPLIED,   /* a whole reply, whatever its status */
    CLIENT_UNREACHED, /* no connection */
    CLIENT_BROKEN,    /* it ended in the middle, or is not HTTP */
    CLIENT_LATE,
    CLIENT_TOO_LONG,
    CLIENT_CANCELLED,
};

struct client_call {
    const char *url;
    const char *key; /* sent as a bearer's token; "": none; never told to anybody else */
    struct str body; /* JSON, posted; STR_NONE: GET */
    int64_t connect_ms, total_ms;
    const atomic_bool *cancel; /* may be NULL; looked at about once a second */
};

struct client_reply {
    enum client_end end;
    int status;
    int64_t retry_after_ms; /* what the server asks for; -1: nothing */
};

/* The reply's body replaces what `body` holds, up to its maximum. */
struct client_reply client_send(struct client *client, const struct client_call *call, struct buf *body);

/* "can't be reached": an end in words; a reply has none. */
const char *client_end_text(enum client_end end);

#endif
