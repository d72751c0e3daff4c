/* SPDX-License-Identifier: Apache-2.0 */
/* server_guard.c: connections as such: how many, from whom, and how long each may take over what it does. It knows
 * no requests.
 *
 * The library's own time-out begins anew with every byte, so that a client could send a head for days. Here
 * a connection is always in one phase (server_parts.h), with one deadline. A connection that is late is shut
 * (shutdown(2)), which the library sees as the client's leaving; the descriptor stays the library's to close.
 * Invariant: a connection in a list has an open descriptor or -1: it leaves its list, under the lock, in the
 * callback that comes before the library closes it, so no shutdown() ever meets a descriptor that is used again.
 * Threads: the library's pool, and the sweep thread that lives here and also rings the streams. */
#include "api/server_parts.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define WAKE_GAP_MS 20 /* streams are woken at most that often */

/* ---- who ---- */

static struct peer **peer_slot(struct server *server, const struct ip16 *ip)
{
    uint64_t hash = hash64(server->peer_seed, str_make((const char *)ip->b, sizeof ip->b));
    struct peer **at = &server->peers[hash % PEER_BUCKETS];
    while (*at && memcmp((*at)->ip.b, ip->b, sizeof ip->b) != 0)
        at = &(*at)->next;
    return at;
}

/* Programs of this machine and trusted proxies speak for many. */
static bool is_counted(const struct server *server, const struct ip16 *ip)
{
    return server->service->config->limits_connections_per_address && !ip16_is_loopback(ip) &&
           !proxies_trust(&server->proxies, ip);
}

bool guard_admits(struct server *server, const struct sockaddr *address)
{
    struct ip16 ip = ip16_of(address);
    if (atomic_load(&server->stopping))
        return false;
    if (!is_counted(server, &ip))
        return true;
    pthread_mutex_lock(&server->lock);
    struct peer *peer = *peer_slot(server, &ip);
    bool ok = !peer || peer->connections < server->service->config->limits_connections_per_address;
    pthread_mutex_unlock(&server->lock);
    return ok;
}

static struct peer *peer_take(struct server *server, const struct ip16 *ip)
{
    struct peer **slot = peer_slot(server, ip);
    if (!*slot)
        *slot = calloc(1, sizeof **slot);
    if (*slot) {
        (*slot)->ip = *ip;
        (*slot)->connections++;
    }
    return *slot;
}

static void peer_give(struct server *server, struct peer *peer)
{
    if (!peer || --peer->connections)
        return;
    *peer_slot(server, &peer->ip) = peer->next;
    free(peer);
}

/* ---- phases ---- */

static void list_remove(struct connection *c)
{
    struct connection_list *list = &c->server->phases[c->phase];
    *(c->prev ? &c->prev->next : &list->first) = c->next;
    *(c->next ? &c->next->prev : &list->last) = c->prev;
    c->prev = c->next = NULL;
}

static void list_append(struct connection *c)
{
    struct connection_list *list = &c->server->phases[c->phase];
    c->prev = list->last;
    *(list->last ? &list->last->next : &list->first) = c;
    list->last = c;
}

static void enter_locked(struct connection *c, enum phase phase, int64_t now_ms)
{
    list_remove(c);
    c->phase = phase;
    c->deadline_ms = now_ms + c->server->limits_ms[phase];
    list_append(c);
}

void guard_phase(struct connection *c, enum phase phase)
{
    int64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&c->server->lock);
    enter_locked(c, phase, now_ms);
    pthread_mutex_unlock(&c->server->lock);
}

void guard_line(struct connection *c)
{
    int64_t now_ms = clock_mono_ms();
    pthread_mutex_lock(&c->server->lock);
    if (c->phase == PHASE_KEPT)
        enter_locked(c, PHASE_HEAD, now_ms);
    pthread_mutex_unlock(&c->server->lock);
}

struct connection *guard_opened(struct server *server, int fd, const struct sockaddr *address)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    *c = (struct connection){.server = server, .fd = fd, .ip = ip16_of(address), .phase = PHASE_OPENED};
    c->deadline_ms = clock_mono_ms() + server->limits_ms[PHASE_OPENED];
    c->forwards = proxies_trust(&server->proxies, &c->ip);
    pthread_mutex_lock(&server->lock);
    if (is_counted(server, &c->ip))
        c->peer = peer_take(server, &c->ip);
    list_append(c);
    pthread_mutex_unlock(&server->lock);
    atomic_fetch_add(&server->service->metrics.connections, 1);
    return c;
}

void guard_closed(struct connection *c)
{
    struct server *server = c->server;
    pthread_mutex_lock(&server->lock);
    list_remove(c);
    peer_give(server, c->peer);
    pthread_mutex_unlock(&server->lock);
    free(c);
    atomic_fetch_sub(&server->service->metrics.connections, 1);
}

/* ---- who is late ---- */

#define LATE_BODY                                                                                       \
    "{\"status\":\"error\",\"message\":\"The request took too long to arrive.\","                       \
    "\"error\":\"The request took too long to arrive.\",\"code\":\"REQUEST_TIMEOUT\"}\n"
_Static_assert(sizeof LATE_BODY - 1 == 140, "Content-Length below says the same");

/* In the middle of a request no reply has begun, so these bytes are the whole of one. */
static void say_late(int fd)
{
    static const char text[] = "HTTP/1.1 408 Request Timeout\r\n"
                               "Connection: close\r\n"
                               "Content-Type: application/json\r\n"
                               "Content-Length: 140\r\n\r\n" LATE_BODY;
    (void)!send(fd, text, sizeof text - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void shut_locked(struct connection *c, int64_t now_ms)
{
    if (c->phase == PHASE_HEAD || c->phase == PHASE_BODY)
        say_late(c->fd);
    shutdown(c->fd, SHUT_RDWR);
    enter_locked(c, PHASE_BUSY, now_ms);
}

static void shut_late(struct server *server, int64_t now_ms)
{
    pthread_mutex_lock(&server->lock);
    for (int phase = 0; phase < PHASE_BUSY; phase++) {
        struct connection *c;
        while ((c = server->phases[phase].first) && c->deadline_ms <= now_ms)
            shut_locked(c, now_ms);
    }
    pthread_mutex_unlock(&server->lock);
}

void guard_shut(struct server *server, bool all)
{
    static const enum phase idle[] = {PHASE_OPENED, PHASE_HEAD, PHASE_KEPT};
    struct connection *c;
    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < ARRAY_LEN(idle); i++)
        for (c = server->phases[idle[i]].first; c; c = c->next)
            shutdown(c->fd, SHUT_RDWR);
    for (c = all ? server->phases[PHASE_BODY].first : NULL; c; c = c->next)
        shutdown(c->fd, SHUT_RDWR);
    for (c = all ? server->phases[PHASE_BUSY].first : NULL; c; c = c->next)
        shutdown(c->fd, SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
}

/* ---- the sweep thread ---- */

void guard_ring(struct server *server)
{
    uint64_t one = 1;
    (void)!write(server->wake_fd, &one, sizeof one);
}

static void sleep_until_rung(struct server *server, int64_t ms)
{
    uint64_t rings;
    struct pollfd bell = {.fd = server->wake_fd, .events = POLLIN};
    if (poll(&bell, 1, (int)ms) > 0)
        (void)!read(server->wake_fd, &rings, sizeof rings);
}

static void *sweep(void *user)
{
    struct server *server = user;
    int64_t woken_ms = clock_mono_ms() - WAKE_GAP_MS;
    while (!atomic_load(&server->sweep_ends)) {
        int64_t now_ms = clock_mono_ms(), gap_ms = woken_ms + WAKE_GAP_MS - now_ms;
        if (gap_ms <= 0 && atomic_exchange(&server->wake_pending, false)) {
            stream_resume(server, true, now_ms);
            woken_ms = now_ms;
        }
        stream_resume(server, false, now_ms);
        shut_late(server, now_ms);
        bool is_early = gap_ms > 0 && atomic_load(&server->wake_pending);
        sleep_until_rung(server, is_early ? gap_ms : server->tick_ms);
    }
    return NULL;
}

enum status guard_start(struct server *server)
{
    if (random_bytes(&server->peer_seed, sizeof server->peer_seed) != OK)
        return ST_IO;
    server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->wake_fd < 0)
        return ST_IO;
    if (pthread_create(&server->sweeper, NULL, sweep, server) != 0) {
        close(server->wake_fd);
        server->wake_fd = -1;
        return ST_NOMEM;
    }
    return OK;
}

void guard_end(struct server *server)
{
    if (server->wake_fd < 0)
        return;
    atomic_store(&server->sweep_ends, true);
    guard_ring(server);
    pthread_join(server->sweeper, NULL);
    close(server->wake_fd);
    server->wake_fd = -1;
}
