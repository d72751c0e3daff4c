/* SPDX-License-Identifier: Apache-2.0 */
/* server_parts.h: what the files server*.c share, and nobody else includes (but their test).
 *
 *   server.c         start, stop, the library's callbacks, waiting calls; the table of the library's faults
 *   server_guard.c   connections: limits, deadlines, the sweep thread
 *   server_head.c    is this head honest?; headers and query of a call
 *   server_reply.c   the reply of a call, made and sent; errors
 *   server_stream.c  replies that are made while they are sent
 *   server_file.c    replies from a file: ranges and conditions
 *   server_peer.c    addresses: where to listen, who a forwarded request came from
 *
 * Threads: the library's pool (handlers, streams), one sweep thread, and whoever calls call_resume() and
 * server_wake_streams(). One lock, server->lock, guards all that they share; it is never held while a handler,
 * a stream or front.c runs. The order of locks is: a response's (the library's), server->lock, a daemon's. */
#ifndef WEBKEEP_API_SERVER_PARTS_H
#define WEBKEEP_API_SERVER_PARTS_H

#include "api/server.h"
#include "api/server_peer.h"

#include <pthread.h>
#include <stdatomic.h>

struct MHD_Connection;
struct MHD_Daemon;
struct MHD_Response;

/* ---- connections ---- */

/* What a connection is busy with. Each phase has one time limit, so that the list of those in it is in the
 * order of their deadlines.
 *   name         what is limited */
#define PHASE_TABLE(X)                                                                                  \
    X(PHASE_OPENED) /* limits.head_ms: from the first byte that could come to a whole head */           \
    X(PHASE_HEAD)   /* limits.head_ms: from a later request's first line to its whole head */           \
    X(PHASE_BODY)   /* limits.body_ms: from a head to its whole body */                                 \
    X(PHASE_KEPT)   /* limits.idle_ms: from one reply to the next request's first line */               \
    X(PHASE_BUSY)   /* none here: the library ends a reply that moves no byte in limits.idle_ms */
enum phase {
#define X(name) name,
    PHASE_TABLE(X)
#undef X
        PHASES
};

struct peer { /* an address that has connections */
    struct peer *next;
    struct ip16 ip;
    unsigned connections;
};

struct connection {
    struct server *server;
    struct connection *prev, *next; /* in the list of its phase */
    enum phase phase;
    int64_t deadline_ms;
    int fd; /* -1: closed, or about to be */
    struct ip16 ip;
    struct peer *peer; /* NULL: not counted */
    bool forwards;     /* a trusted proxy's */
    size_t uri_bytes;  /* of the present request, query included */
    bool uri_has_nul;  /* it has "%00" somewhere */
};

struct connection_list {
    struct connection *first, *last;
};

/* ---- calls ---- */

struct pair {
    struct str name, value;
};

struct header {
    struct header *next;
    struct str name, value; /* NUL behind both */
};

enum wait_state {
    WAIT_NONE,
    WAIT_ASKED,     /* call_wait() was called; the handler has not returned yet */
    WAIT_SUSPENDED, /* the connection sleeps */
    WAIT_DONE,      /* call_resume() was called */
    WAIT_ABANDONED, /* the server ends: the connection goes, the call is its waiter's alone */
};

enum reply_kind { REPLY_BYTES, REPLY_STREAM, REPLY_FILE };

struct stream {
    struct reply_stream source;
    struct buf piece;
    size_t given; /* bytes of piece that are with the library */
    bool is_over, is_broken;
    bool idle;      /* the next question is a heartbeat */
    bool is_asleep; /* in server->asleep; under the lock */
    int64_t beat_ms;
    struct server_call *prev, *next; /* in server->asleep */
};

/* A call with what only the server knows. Kept by count: the connection, the response and the waiter each
 * hold one. */
struct server_call {
    struct call call;
    struct server *server;
    struct connection *connection;
    struct MHD_Connection *mhd;
    atomic_uint holders;

    struct pair *headers, *arguments;
    size_t n_headers, n_arguments;
    bool http_1_0, has_body, is_chunked, is_refused, must_close;
    uint64_t declared_bytes; /* Content-Length; 0: none */
    struct buf body;

    enum wait_state wait;            /* under the lock */
    bool is_suspended;               /* counted in server->suspended; its own thread of the pool knows */
    struct server_call *prev, *next; /* in server->waiting; under the lock */

    enum reply_kind kind;
    struct header *reply_headers, **reply_tail;
    struct stream stream;
    int fd; /* of a REPLY_FILE, or -1 */
    uint64_t file_at, file_bytes, body_bytes;
};

/* ---- the server ---- */

#define PEER_BUCKETS 1024u

struct server {
    struct service *service;
    struct MHD_Daemon *daemon;
    int listen_fd;
    char address[64];
    struct proxies proxies;
    int64_t stream_idle_ms, tick_ms, limits_ms[PHASES];

    pthread_mutex_t lock;
    pthread_cond_t changed; /* suspended or calls went down */
    struct connection_list phases[PHASES];
    struct peer *peers[PEER_BUCKETS];
    uint64_t peer_seed;
    struct server_call *waiting;              /* WAIT_SUSPENDED */
    struct server_call *asleep, *last_asleep; /* streams with nothing to say, longest asleep first */
    unsigned suspended, calls;
    bool is_stopped;

    atomic_bool stopping; /* no new connection; replies say "close" */
    atomic_bool breaking; /* the grace is over: nothing is suspended any more, streams break off */
    atomic_uint n_asleep;
    atomic_uint wakes; /* how often server_wake_streams() was called */
    atomic_bool wake_pending, sweep_ends;
    int wake_fd; /* eventfd: the sweep thread's bell */
    pthread_t sweeper;
};

/* Times that only a test changes. */
struct server_times {
    int64_t stream_idle_ms; /* STREAM_IDLE_MS */
};
enum status server_create_with(struct service *service, const struct server_times *times,
                               struct server **ret_server, struct diag *ret_diag) MUST_USE;

/* server.c */
void server_call_release(struct server_call *sc);
/* The connection sleeps until MHD_resume_connection(). Under the lock. */
void server_suspend_locked(struct server_call *sc);
void server_resume_locked(struct server_call *sc);
/* It runs again, or is gone: on its own thread of the pool, without the lock. */
void server_awake(struct server_call *sc);

/* server_guard.c */
enum status guard_start(struct server *server) MUST_USE;
void guard_end(struct server *server);
bool guard_admits(struct server *server, const struct sockaddr *address);
struct connection *guard_opened(struct server *server, int fd, const struct sockaddr *address);
void guard_closed(struct connection *c);
void guard_phase(struct connection *c, enum phase phase);
void guard_line(struct connection *c); /* a request's first line is here */
void guard_ring(struct server *server);
/* Shuts the sockets of those that wait for nothing (all: of everyone). */
void guard_shut(struct server *server, bool all);

/* server_head.c */
/* Copies what was sent into the call. ST_NOMEM, ST_LIMIT. */
enum status head_read(struct server_call *sc, const char *uri, const char *method,
                      const char *version) MUST_USE;
/* OK, or ST_INPUT with a sentence: a head that two readers could read in two ways. */
enum status head_judge(struct server_call *sc, const char *version, struct diag *ret_diag) MUST_USE;

/* server_reply.c */
/* Sends the reply (500 when there is none). False: it can't be sent, the connection is to be closed. */
bool reply_send(struct server_call *sc);
/* In the middle of a body, where the library takes no response: writes the reply that was made to the socket. */
void reply_send_raw(struct server_call *sc);

/* server_stream.c */
struct MHD_Response *stream_response(struct server_call *sc);
/* Resumes those that sleep: all, or those whose heartbeat is due. The lock must not be held. */
void stream_resume(struct server *server, bool all, int64_t now_ms);

/* server_file.c */
struct file_answer {
    unsigned status; /* 200, 206, 304, 416 */
    uint64_t at, bytes;
};
/* RFC 9110 13.2.2 and 14.2 for a representation of size bytes. Pure. etag: without quotes, STR_NONE: none. */
struct file_answer file_answer(struct str method, struct str range, struct str if_range,
                               struct str if_none_match, struct str etag, uint64_t size);

#endif
