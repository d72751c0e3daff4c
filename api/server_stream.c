/* SPDX-License-Identifier: Apache-2.0 */
/* server_stream.c: replies that are made while they are sent.
 *
 * The library asks for bytes when the socket takes some; they come from one piece in memory, and the next piece
 * is asked for when that one is gone, so that a client who reads slowly holds one piece and no more. A reader
 * that has nothing must never return 0 (the library would ask again at once, for ever): its connection is
 * suspended, and wakes when somebody rings or its heartbeat is due.
 *
 * No wake-up is lost: a waker counts first and then looks who sleeps, a sleeper lies down first and then looks at
 * the count; one of the two sees the other.
 * Threads: next() on the library's; server_wake_streams() on any; resuming on the sweep thread. */
#include "api/server_parts.h"
#include "base/clock.h"

#include <microhttpd.h>

#define PIECE_MAX ((size_t)64 << 20)  /* what one piece may grow to */
#define PIECE_KEEP (2 * STREAM_PIECE) /* memory kept from one piece to the next */
#define BLOCK_BYTES 4096              /* the library's own buffer, for HTTP/1.0 */
#define RESUME_BATCH 64u              /* resumed without letting others have the lock */

/* ---- sleeping ---- */

static void asleep_append(struct server_call *sc)
{
    struct server *server = sc->server;
    sc->stream.prev = server->last_asleep;
    sc->stream.next = NULL;
    *(server->last_asleep ? &server->last_asleep->stream.next : &server->asleep) = sc;
    server->last_asleep = sc;
    sc->stream.is_asleep = true;
    atomic_fetch_add(&server->n_asleep, 1);
}

static void asleep_remove(struct server_call *sc)
{
    struct server *server = sc->server;
    struct stream *s = &sc->stream;
    *(s->prev ? &s->prev->stream.next : &server->asleep) = s->next;
    *(s->next ? &s->next->stream.prev : &server->last_asleep) = s->prev;
    s->is_asleep = false;
    atomic_fetch_sub(&server->n_asleep, 1);
}

/* False: something happened since `wakes` was read, or the server ends; ask again. */
static bool lie_down(struct server_call *sc, unsigned wakes)
{
    struct server *server = sc->server;
    pthread_mutex_lock(&server->lock);
    asleep_append(sc);
    bool stays = atomic_load(&server->wakes) == wakes && !atomic_load(&server->stopping);
    if (stays) {
        sc->stream.beat_ms = clock_mono_ms() + server->stream_idle_ms;
        server_suspend_locked(sc);
    } else {
        asleep_remove(sc);
    }
    pthread_mutex_unlock(&server->lock);
    return stays;
}

/* Resumes up to RESUME_BATCH; *at_most is counted down. False: nobody is left to resume. */
static bool resume_some(struct server *server, bool all, int64_t now_ms, unsigned *at_most)
{
    bool more = false;
    pthread_mutex_lock(&server->lock);
    for (unsigned i = 0; i < RESUME_BATCH; i++) {
        struct server_call *sc = server->asleep;
        more = sc && *at_most && (all || sc->stream.beat_ms <= now_ms);
        if (!more)
            break;
        --*at_most;
        sc->stream.idle = sc->stream.beat_ms <= now_ms;
        asleep_remove(sc);
        server_resume_locked(sc);
    }
    pthread_mutex_unlock(&server->lock);
    return more;
}

void stream_resume(struct server *server, bool all, int64_t now_ms)
{
    /* Those that lie down again meanwhile are not this round's. */
    unsigned at_most = atomic_load(&server->n_asleep);
    while (resume_some(server, all, now_ms, &at_most)) {
    }
}

void server_wake_streams(struct service *service)
{
    struct server *server = __atomic_load_n(&service->server, __ATOMIC_ACQUIRE);
    if (!server)
        return;
    atomic_fetch_add(&server->wakes, 1);
    if (atomic_load(&server->n_asleep) && !atomic_exchange(&server->wake_pending, true))
        guard_ring(server);
}

/* ---- pieces ---- */

/* Asks for the next piece until there is one, an end, or a reason to sleep (false). */
static bool fill(struct server_call *sc)
{
    struct stream *s = &sc->stream;
    struct server *server = sc->server;
    while (s->given == s->piece.n && !s->is_over && !s->is_broken) {
        unsigned wakes = atomic_load(&server->wakes);
        bool stopping = atomic_load(&server->stopping), idle = s->idle;
        s->idle = false;
        s->given = 0;
        buf_shrink(&s->piece, PIECE_KEEP);
        enum status st = s->source.next(s->source.user, &s->piece, idle);
        s->is_over = st == ST_NOTFOUND || (st == ST_AGAIN && stopping);
        s->is_broken = (st != OK && st != ST_AGAIN && st != ST_NOTFOUND) || s->piece.status != OK;
        if (st == ST_AGAIN && !s->is_over && !s->is_broken && s->piece.n == 0 && lie_down(sc, wakes))
            return false;
    }
    return true;
}

static ssize_t read_stream(void *user, uint64_t at, char *to, size_t most)
{
    struct server_call *sc = user;
    struct stream *s = &sc->stream;
    (void)at;
    server_awake(sc);
    if (atomic_load(&sc->server->breaking))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (!fill(sc))
        return 0; /* suspended */
    if (s->is_broken)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = s->piece.n - s->given < most ? s->piece.n - s->given : most;
    if (n == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    memcpy(to, s->piece.p + s->given, n);
    s->given += n;
    sc->body_bytes += n;
    return (ssize_t)n;
}

static void free_stream(void *user)
{
    server_call_release(user);
}

struct MHD_Response *stream_response(struct server_call *sc)
{
    atomic_fetch_add(&sc->holders, 1);
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream, sc, free_stream);
    if (!response)
        server_call_release(sc);
    return response;
}

void call_reply_stream(struct call *call, unsigned status, const char *content_type,
                       const struct reply_stream *stream)
{
    struct server_call *sc = call->server;
    must(call->status == 0);
    call->status = status;
    call_set_header(call, "Content-Type", str_of(content_type));
    sc->kind = REPLY_STREAM;
    sc->stream.source = *stream;
    buf_init(&sc->stream.piece, PIECE_MAX);
    atomic_fetch_add(&call->service->metrics.streams, 1);
}
