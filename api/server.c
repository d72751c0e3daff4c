/* SPDX-License-Identifier: Apache-2.0 */
/* server.c: HTTP on libmicrohttpd 0.9.75: start and stop, the way of a request, waiting calls.
 *
 *   head    head_read, head_judge, size   -> front_head    refused: reply at once, or when a small body is through
 *   body    collected up to limits.body_bytes
 *   whole   front_call -> reply, or call_wait(): the connection sleeps until call_resume()
 *   reply   front_reply, then the library sends
 *
 * What the library does wrong, and what becomes of it (each row is a test):
 *
 *   two Content-Length, or with Transfer-Encoding        seen: 400, closed
 *   a transfer coding other than chunked; with HTTP/1.0  seen: 400, closed
 *   HTTP/1.1 without Host, with two, with a strange one  seen: 400, closed
 *   names that are no tokens, control characters         seen: 400, closed
 *   %00 in path or query; blanks in the request line     seen: 400, closed
 *   a bare LF that ends lines of the head                seen where all lines do (by the head's size): 400, closed;
 *                                                        hidden for one line among others
 *   a bare LF in chunk framing; chunk extensions         hidden, taken
 *   a NUL in a value or in the path                      hidden: the text ends there
 *   a folded header line                                 hidden: its text is added to the header's name
 *   a header line with an empty name                     hidden: left out
 *   its own 400, 431, 505                                plain HTML, not JSON; a bad Content-Length gets the head twice
 *   its "strict" mode                                    answers a missing Host with the head twice, and blanks with
 *                                                        nothing: not used, both are judged here
 *   %2F, %00 decoded in paths                            nothing is decoded: paths are compared as sent
 *   a time-out that begins anew with each byte           total limits of our own (server_guard.c)
 *   a client that takes its reply in drops               ends when it takes nothing for limits.idle_ms; else it may
 *   a reader that returns 0: one core busy               suspended instead (server_stream.c)
 *   MHD_quiesce_daemon() and its own threads: abort()    not used: the socket is replaced (close_listener)
 *   stopping with a suspended connection: abort()        all are resumed and ended first (server_stop)
 *   a client that leaves while suspended is not noticed  streams: by the heartbeat; calls: when they are resumed
 *   no ranges, no conditions                             server_file.c
 *   no reply in the middle of a body                     written to the socket by us (server_reply.c)
 *
 * Threads: the library's pool, the sweep thread, and those of call_resume(). */
#include "api/server_parts.h"
#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define CALL_ARENA_BYTES ((size_t)64 << 20)
#define CALL_CHUNK_BYTES ((size_t)4 << 10)
#define CALL_OUT_BYTES ((size_t)64 << 20)
#define DRAIN_BYTES                                                                                     \
    ((size_t)64 << 10)         /* a refused body up to here is read, so that the connection may go on */
#define OTHER_DESCRIPTORS 256u /* store, fetches, exports */
#define LEAST_CONNECTIONS 16u
#define REPLY_HEAD_BYTES                                                                                \
    1024u /* of limits.head_bytes: the library makes the reply's head in the same memory */

/* ---- calls ---- */

static struct server_call *call_create(struct server *server, struct connection *c,
                                       struct MHD_Connection *mhd)
{
    struct server_call *sc = calloc(1, sizeof *sc);
    if (!sc)
        return NULL;
    sc->server = server;
    sc->connection = c;
    sc->mhd = mhd;
    sc->fd = -1;
    sc->reply_tail = &sc->reply_headers;
    sc->call.service = server->service;
    sc->call.server = sc;
    sc->call.started_ms = clock_mono_ms();
    atomic_init(&sc->holders, 1);
    arena_init(&sc->call.arena, CALL_ARENA_BYTES, CALL_CHUNK_BYTES);
    buf_init(&sc->body, server->service->config->limits_body_bytes);
    buf_init(&sc->call.out, CALL_OUT_BYTES);
    json_out_init(&sc->call.json_out, &sc->call.out, 0);
    pthread_mutex_lock(&server->lock);
    server->calls++;
    pthread_mutex_unlock(&server->lock);
    return sc;
}

void server_call_release(struct server_call *sc)
{
    if (atomic_fetch_sub(&sc->holders, 1) != 1)
        return;
    if (sc->kind == REPLY_STREAM) {
        sc->stream.source.end(sc->stream.source.user);
        buf_fini(&sc->stream.piece);
        atomic_fetch_sub(&sc->call.service->metrics.streams, 1);
    }
    if (sc->fd >= 0)
        close(sc->fd);
    buf_fini(&sc->body);
    buf_fini(&sc->call.out);
    json_doc_destroy(sc->call.doc);
    arena_fini(&sc->call.arena);
    free(sc);
}

/* ---- sleeping and waking ---- */

void server_suspend_locked(struct server_call *sc)
{
    sc->is_suspended = true;
    sc->server->suspended++;
    MHD_suspend_connection(sc->mhd);
}

/* With the lock held all through, so that server_stop() can't get ahead of it. */
void server_resume_locked(struct server_call *sc)
{
    MHD_resume_connection(sc->mhd);
}

void server_awake(struct server_call *sc)
{
    struct server *server = sc->server;
    if (!sc->is_suspended)
        return;
    sc->is_suspended = false;
    pthread_mutex_lock(&server->lock);
    server->suspended--;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static void waiting_add(struct server_call *sc)
{
    sc->prev = NULL;
    sc->next = sc->server->waiting;
    if (sc->next)
        sc->next->prev = sc;
    sc->server->waiting = sc;
}

static void waiting_remove(struct server_call *sc)
{
    *(sc->prev ? &sc->prev->next : &sc->server->waiting) = sc->next;
    if (sc->next)
        sc->next->prev = sc->prev;
}

void call_wait(struct call *call)
{
    struct server_call *sc = call->server;
    pthread_mutex_lock(&sc->server->lock);
    must(sc->wait == WAIT_NONE);
    sc->wait = WAIT_ASKED;
    pthread_mutex_unlock(&sc->server->lock);
    atomic_fetch_add(&sc->holders, 1); /* the waiter's */
}

void call_resume(struct call *call)
{
    struct server_call *sc = call->server;
    struct server *server = sc->server;
    pthread_mutex_lock(&server->lock);
    must(sc->wait == WAIT_ASKED || sc->wait == WAIT_SUSPENDED || sc->wait == WAIT_ABANDONED);
    if (sc->wait == WAIT_SUSPENDED) {
        waiting_remove(sc);
        server_resume_locked(sc);
    }
    if (sc->wait != WAIT_ABANDONED)
        sc->wait = WAIT_DONE;
    pthread_mutex_unlock(&server->lock);
    server_call_release(sc);
}

/* After the handler has returned: sleep (true), or go on to the reply. *ret_abandoned: the server ends. */
static bool sleeps(struct server_call *sc, bool *ret_abandoned)
{
    struct server *server = sc->server;
    pthread_mutex_lock(&server->lock);
    bool asked = sc->wait == WAIT_ASKED;
    *ret_abandoned = asked && atomic_load(&server->breaking);
    if (asked && !*ret_abandoned) {
        sc->wait = WAIT_SUSPENDED;
        waiting_add(sc);
        server_suspend_locked(sc);
    } else if (asked) {
        sc->wait = WAIT_ABANDONED;
    }
    pthread_mutex_unlock(&server->lock);
    return asked && !*ret_abandoned;
}

/* What was asleep runs again. False: it was abandoned. */
static bool wakes(struct server_call *sc)
{
    server_awake(sc);
    pthread_mutex_lock(&sc->server->lock);
    bool ok = sc->wait == WAIT_DONE;
    pthread_mutex_unlock(&sc->server->lock);
    return ok;
}

/* ---- the way of a request; false: close the connection ---- */

static bool refuse(struct server_call *sc)
{
    sc->must_close = true;
    guard_phase(sc->connection, PHASE_BUSY);
    return reply_send(sc);
}

static bool head_is_too_large(const struct server_call *sc)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(sc->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info && info->header_size + REPLY_HEAD_BYTES > sc->server->service->config->limits_head_bytes;
}

/* A body that was refused may be read and forgotten when that is quickly done; then the connection is good for
 * the next request. Who asks before sending is told at once. */
static bool is_drained(const struct server_call *sc)
{
    return !sc->is_chunked && sc->declared_bytes <= DRAIN_BYTES &&
           !str_is_set(call_header(&sc->call, "Expect"));
}

static bool take_head(struct server_call *sc, const char *uri, const char *method, const char *version)
{
    struct call *call = &sc->call;
    struct diag diag;
    uint64_t most = call->service->config->limits_body_bytes;
    if (head_read(sc, uri, method, version) != OK)
        return false;
    if (head_judge(sc, version, &diag) != OK) {
        call_error(call, 400, "INVALID_REQUEST", "%s", diag.text);
        return refuse(sc);
    }
    if (head_is_too_large(sc)) {
        call_error(call, 431, "HEADERS_TOO_LARGE",
                   "The request's head is too large; send fewer or shorter headers, or a shorter URL.");
        return refuse(sc);
    }
    if (sc->declared_bytes > most) {
        call_error(call, 413, "PAYLOAD_TOO_LARGE",
                   "The body is larger than %llu bytes, the most taken here.", (unsigned long long)most);
        return refuse(sc);
    }
    sc->is_refused = front_head(call);
    if (sc->is_refused && sc->has_body && !is_drained(sc))
        return refuse(sc);
    guard_phase(sc->connection, sc->has_body ? PHASE_BODY : PHASE_BUSY);
    return true;
}

static bool take_body(struct server_call *sc, const char *bytes, size_t n)
{
    struct call *call = &sc->call;
    atomic_fetch_add(&call->service->metrics.received_bytes, n);
    if (sc->is_refused)
        return true;
    buf_put(&sc->body, bytes, n);
    if (sc->body.status == OK)
        return true;
    if (sc->body.status == ST_LIMIT)
        call_error(call, 413, "PAYLOAD_TOO_LARGE",
                   "The body is larger than %zu bytes, the most taken here.", sc->body.max);
    else
        call_error_status(call, sc->body.status);
    sc->must_close = true;
    reply_send_raw(sc);
    return false;
}

static bool take_end(struct server_call *sc)
{
    bool abandoned;
    if (sc->is_suspended)
        return wakes(sc) && reply_send(sc);
    if (atomic_load(&sc->server->breaking))
        return false;
    guard_phase(sc->connection, PHASE_BUSY);
    if (!sc->is_refused) {
        sc->call.body = buf_str(&sc->body);
        front_call(&sc->call);
        if (sleeps(sc, &abandoned))
            return true;
        if (abandoned)
            return false;
    }
    return reply_send(sc);
}

/* ---- the library's callbacks ---- */

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *mhd, const char *uri,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *n_bytes, void **slot)
{
    struct server *server = user;
    struct server_call *sc = *slot;
    struct connection *c = connection_of(mhd);
    size_t n = *n_bytes;
    bool ok = false;
    *n_bytes = 0;
    if (!c)
        return MHD_NO;
    if (!sc) {
        *slot = sc = call_create(server, c, mhd);
        ok = sc && take_head(sc, uri, method, version);
    } else if (n) {
        ok = take_body(sc, bytes, n);
    } else {
        ok = take_end(sc);
    }
    return ok ? MHD_YES : MHD_NO;
}

/* The first line is here: the only place where the path is seen as it was sent. */
static void *on_line(void *user, const char *uri, struct MHD_Connection *mhd)
{
    struct connection *c = connection_of(mhd);
    (void)user;
    if (c) {
        c->uri_bytes = strlen(uri);
        c->uri_has_nul = strstr(uri, "%00") != NULL;
        guard_line(c);
    }
    return NULL;
}

static void on_completed(void *user, struct MHD_Connection *mhd, void **slot,
                         enum MHD_RequestTerminationCode why)
{
    struct server *server = user;
    struct server_call *sc = *slot;
    struct connection *c = connection_of(mhd);
    (void)why;
    *slot = NULL;
    if (c)
        guard_phase(c, PHASE_KEPT);
    if (!sc)
        return;
    server_awake(sc);
    atomic_fetch_add(&server->service->metrics.sent_bytes, sc->body_bytes);
    server_call_release(sc);
    pthread_mutex_lock(&server->lock);
    server->calls--;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->lock);
}

static void on_connection(void *user, struct MHD_Connection *mhd, void **slot,
                          enum MHD_ConnectionNotificationCode what)
{
    const union MHD_ConnectionInfo *fd, *address;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        address = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
        *slot = fd && address ? guard_opened(user, fd->connect_fd, address->client_addr) : NULL;
    } else if (*slot) {
        guard_closed(*slot);
        *slot = NULL;
    }
}

static enum MHD_Result on_accept(void *user, const struct sockaddr *address, socklen_t n_address)
{
    (void)n_address;
    return guard_admits(user, address) ? MHD_YES : MHD_NO;
}

/* Paths and queries stay as they were sent; queries are decoded by head_read(). */
static size_t keep_escapes(void *user, struct MHD_Connection *mhd, char *text)
{
    (void)user;
    (void)mhd;
    return strlen(text);
}

/* ---- start ---- */

/* As many connections as descriptors allow. */
static unsigned raise_descriptors(unsigned wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return wanted;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
            getrlimit(RLIMIT_NOFILE, &limit);
    }
    rlim_t room = limit.rlim_cur > OTHER_DESCRIPTORS ? limit.rlim_cur - OTHER_DESCRIPTORS : 0;
    return room < wanted ? (unsigned)room : wanted;
}

static enum status listen_failed(int fd, const char *address, struct diag *ret_diag)
{
    int error = errno;
    if (fd >= 0)
        close(fd);
    if (error == EADDRINUSE)
        return diag_set(
            ret_diag, ST_BUSY,
            "%s is in use by another program; stop that one, or set server.listen to another port.",
            address);
    if (error == EACCES || error == EPERM)
        return diag_set(
            ret_diag, ST_DENIED,
            "%s can't be listened on without more rights; set server.listen to a port above 1023.",
            address);
    return diag_set(ret_diag, error == EADDRNOTAVAIL ? ST_INPUT : ST_IO,
                    "%s can't be listened on: %s; set server.listen to an address of this machine.",
                    address, strerror(error));
}

static enum status open_listener(struct server *server, struct diag *ret_diag)
{
    struct sockaddr_storage address;
    socklen_t n = sizeof address;
    int one = 1, zero = 0;
    enum status st = listen_parse(str_of(server->service->config->server_listen), &address, ret_diag);
    if (st != OK)
        return st;
    listen_text((struct sockaddr *)&address, server->address);
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return listen_failed(fd, server->address, ret_diag);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (address.ss_family == AF_INET6) /* [::] takes IPv4 too */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (bind(fd, (struct sockaddr *)&address,
             address.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)) !=
            0 ||
        listen(fd, SOMAXCONN) != 0 || getsockname(fd, (struct sockaddr *)&address, &n) != 0)
        return listen_failed(fd, server->address, ret_diag);
    listen_text((struct sockaddr *)&address, server->address);
    server->listen_fd = fd;
    return OK;
}

static unsigned pool_size(const struct config *config)
{
    long cores = config->server_threads ? (long)config->server_threads : sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 2 ? 2 : cores > 256 ? 256 : (unsigned)cores;
}

static enum status start_daemon(struct server *server, struct diag *ret_diag)
{
    const struct config *config = server->service->config;
    unsigned connections = raise_descriptors(config->limits_connections);
    if (connections < LEAST_CONNECTIONS)
        return diag_set(ret_diag, ST_LIMIT,
                        "The limit of open files is too low to serve anybody; raise it (ulimit -n).");
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, on_accept, server, on_request,
        server, MHD_OPTION_LISTEN_SOCKET, server->listen_fd, MHD_OPTION_THREAD_POOL_SIZE,
        pool_size(config), MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)config->limits_head_bytes, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)((config->limits_idle_ms + 999) / 1000), MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_URI_LOG_CALLBACK,
        on_line, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_END);
    return server->daemon
               ? OK
               : diag_set(ret_diag, ST_IO, "The HTTP server can't be started on %s.", server->address);
}

static void set_times(struct server *server, const struct server_times *times)
{
    const struct config *config = server->service->config;
    int64_t least_ms = times->stream_idle_ms;
    server->stream_idle_ms = times->stream_idle_ms;
    server->limits_ms[PHASE_OPENED] = server->limits_ms[PHASE_HEAD] = config->limits_head_ms;
    server->limits_ms[PHASE_BODY] = config->limits_body_ms;
    server->limits_ms[PHASE_KEPT] = config->limits_idle_ms;
    for (int phase = 0; phase < PHASE_BUSY; phase++)
        least_ms = server->limits_ms[phase] < least_ms ? server->limits_ms[phase] : least_ms;
    server->tick_ms = least_ms < 80 ? 20 : least_ms < 2000 ? least_ms / 4 : 500;
}

static enum status start(struct server *server, struct diag *ret_diag)
{
    enum status st = proxies_parse(str_of(server->service->config->server_trusted_proxies),
                                   &server->proxies, ret_diag);
    if (st == OK)
        st = open_listener(server, ret_diag);
    if (st == OK && (st = guard_start(server)) != OK)
        diag_set(ret_diag, st, "The server's sweep thread can't be started: %s.", status_text(st));
    return st == OK ? start_daemon(server, ret_diag) : st;
}

enum status server_create_with(struct service *service, const struct server_times *times,
                               struct server **ret_server, struct diag *ret_diag)
{
    pthread_condattr_t attr;
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return diag_set(ret_diag, ST_NOMEM, "There is not enough memory for the HTTP server.");
    server->service = service;
    server->listen_fd = server->wake_fd = -1;
    set_times(server, times);
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &attr);
    pthread_condattr_destroy(&attr);
    /* Before the first request: handlers, and those who wake streams, read it there. */
    __atomic_store_n(&service->server, server, __ATOMIC_RELEASE);
    enum status st = start(server, ret_diag);
    if (st != OK) {
        server_destroy(server, 0);
        return st;
    }
    __atomic_store_n(ret_server, server, __ATOMIC_RELEASE);
    return OK;
}

enum status server_create(struct service *service, struct server **ret_server, struct diag *ret_diag)
{
    return server_create_with(service, &(struct server_times){.stream_idle_ms = STREAM_IDLE_MS},
                              ret_server, ret_diag);
}

const char *server_address(const struct server *server)
{
    return server->address;
}

/* ---- stop ---- */

static void await_calls(struct server *server, int64_t until_ms)
{
    struct timespec until = {.tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000};
    pthread_mutex_lock(&server->lock);
    while (server->calls && pthread_cond_timedwait(&server->changed, &server->lock, &until) == 0) {
    }
    pthread_mutex_unlock(&server->lock);
}

/* However long it takes: the library aborts the process when one is left. */
static void await_suspended(struct server *server)
{
    pthread_mutex_lock(&server->lock);
    while (server->suspended)
        pthread_cond_wait(&server->changed, &server->lock);
    pthread_mutex_unlock(&server->lock);
}

/* Who comes now is refused, not left waiting. The library's own way, MHD_quiesce_daemon(), aborts the process when a
 * thread of its pool takes the socket out of its set at the same moment. So the socket is closed under it, and its
 * number given to a descriptor that is never ready; the library closes that one. */
static void close_listener(struct server *server)
{
    int quiet = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (quiet < 0 || dup3(quiet, server->listen_fd, O_CLOEXEC) < 0)
        shutdown(server->listen_fd, SHUT_RDWR);
    if (quiet >= 0)
        close(quiet);
}

/* What still sleeps is woken to be ended. Its waiters keep their calls. */
static void break_off(struct server *server)
{
    atomic_store(&server->breaking, true);
    pthread_mutex_lock(&server->lock);
    for (struct server_call *sc = server->waiting, *next; sc; sc = next) {
        next = sc->next;
        sc->wait = WAIT_ABANDONED;
        waiting_remove(sc);
        server_resume_locked(sc);
    }
    pthread_mutex_unlock(&server->lock);
    guard_shut(server, true);
}

void server_stop(struct server *server, int64_t grace_ms)
{
    if (!server || server->is_stopped)
        return;
    server->is_stopped = true;
    atomic_store(&server->stopping, true);
    if (server->daemon) {
        close_listener(server);
        guard_shut(server, false);
        stream_resume(server, true, clock_mono_ms());
        await_calls(server, clock_mono_ms() + grace_ms);
        break_off(server);
        await_suspended(server);
        MHD_stop_daemon(server->daemon);
        server->listen_fd = -1; /* the library has closed it */
    }
    guard_end(server);
    if (server->listen_fd >= 0)
        close(server->listen_fd);
    server->listen_fd = -1;
}

void server_destroy(struct server *server, int64_t grace_ms)
{
    if (!server)
        return;
    server_stop(server, grace_ms);
    __atomic_store_n(&server->service->server, NULL, __ATOMIC_RELEASE);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}
