/* SPDX-License-Identifier: Apache-2.0 */
/* server_client.h: a server with settings of the test's, and a client that says exactly the bytes it is given. */
#ifndef WEBKEEP_TESTS_SERVER_CLIENT_H
#define WEBKEEP_TESTS_SERVER_CLIENT_H

#include "api/server_parts.h"
#include "base/clock.h"
#include "tests/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

/* ---- the server ---- */

struct world {
    struct config config;
    struct service service;
    struct server *server;
    int port;
};

static inline void world_open(struct world *w, const char *const *settings)
{
    struct diag diag;
    struct server_times times = {.stream_idle_ms = 150};
    memset(w, 0, sizeof *w);
    config_init(&w->config);
    NEED(config_set(&w->config, STR_LIT("server.listen"), STR_LIT("127.0.0.1:0"), &diag) == OK);
    for (; settings && settings[0]; settings += 2)
        NEED(config_set(&w->config, str_of(settings[0]), str_of(settings[1]), &diag) == OK);
    w->service.config = &w->config;
    if (server_create_with(&w->service, &times, &w->service.server, &diag) != OK) {
        fprintf(stderr, "%s\n", diag.text);
        exit(1);
    }
    w->server = w->service.server;
    const char *colon = strrchr(server_address(w->server), ':');
    w->port = atoi(colon + 1);
}

static inline void world_close(struct world *w)
{
    server_destroy(w->server, 2000);
    CHECK_INT(atomic_load(&w->service.metrics.connections), 0);
    CHECK_INT(atomic_load(&w->service.metrics.streams), 0);
}

/* ---- the client ---- */

static inline int dial(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct timeval wait = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    NEED(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    return fd;
}

/* False: the other side has closed. */
static inline bool say(int fd, struct str text)
{
    while (text.n) {
        ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        text = str_from(text, (size_t)n);
    }
    return true;
}

/* The other side closes (or resets) within ms; what it says until then is dropped. */
static inline bool closes(int fd, int ms)
{
    char dropped[4096];
    int64_t until = clock_mono_ms() + ms;
    for (int64_t left = ms; left > 0; left = until - clock_mono_ms()) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, (int)left) > 0 && recv(fd, dropped, sizeof dropped, MSG_DONTWAIT) <= 0)
            return true;
    }
    return false;
}

struct reply {
    unsigned status;
    char text[1 << 18]; /* the head, NUL, the body without framing, NUL */
    struct str head, body;
    bool is_whole, is_chunked;
};

/* One byte at a time, so that what follows a reply stays in the socket. */
static inline bool hear_line(int fd, struct buf *out)
{
    char c;
    size_t from = out->n;
    while (out->n - from < 2 || out->p[out->n - 2] != '\r' || out->p[out->n - 1] != '\n') {
        if (recv(fd, &c, 1, 0) != 1)
            return false;
        buf_putc(out, c);
    }
    return true;
}

static inline bool hear_bytes(int fd, struct buf *out, size_t n)
{
    while (n) {
        char *to = buf_room(out, n);
        ssize_t got = to ? recv(fd, to, n, 0) : -1;
        if (got <= 0)
            return false;
        out->n += (size_t)got;
        n -= (size_t)got;
    }
    return true;
}

static inline struct str reply_header(const struct reply *r, const char *name)
{
    struct str rest = r->head;
    while (rest.n) {
        size_t end = str_find(rest, '\n'), colon = str_find(str_head(rest, end), ':');
        if (str_eq_nocase(str_head(rest, colon), str_of(name)))
            return str_trim(str_head(str_from(rest, colon + 1), end - colon - 1));
        rest = str_from(rest, end + 1);
    }
    return STR_NONE;
}

static inline bool hear_chunks(int fd, struct buf *out)
{
    struct buf line;
    buf_init(&line, 1024);
    bool ok = true;
    for (unsigned long n = 1; ok && n;) {
        buf_reset(&line);
        ok = hear_line(fd, &line) && buf_terminate(&line);
        n = ok ? strtoul(line.p, NULL, 16) : 0;
        ok = ok && hear_bytes(fd, out, n);
        buf_reset(&line);
        ok = ok && hear_line(fd, &line);
    }
    buf_fini(&line);
    return ok;
}

/* Hears one reply. is_head: no body follows. */
static inline bool hear(int fd, bool is_head, struct reply *r)
{
    struct buf all;
    buf_init(&all, sizeof r->text - BUF_PAD);
    memset(r, 0, offsetof(struct reply, text));
    r->is_whole = r->is_chunked = false;
    size_t line = 0;
    bool ok;
    do {
        line = all.n;
        ok = hear_line(fd, &all);
    } while (ok && all.n - line > 2);
    size_t head = all.n;
    memcpy(r->text, all.p ? all.p : "", head);
    r->head = str_make(r->text, head);
    r->status = head > 12 ? (unsigned)atoi(r->text + 9) : 0;
    struct str length = reply_header(r, "Content-Length");
    r->is_chunked = str_is(reply_header(r, "Transfer-Encoding"), "chunked");
    bool none = is_head || r->status == 304 || r->status == 204 || r->status == 100;
    if (ok && !none && r->is_chunked)
        ok = hear_chunks(fd, &all);
    else if (ok && !none && str_is_set(length))
        ok = hear_bytes(fd, &all, strtoul(length.p, NULL, 10));
    else if (ok && !none)
        while (hear_bytes(fd, &all, 1)) {
        }
    r->is_whole = ok;
    memcpy(r->text, all.p ? all.p : "", all.n);
    r->text[all.n] = 0;
    r->body = str_make(r->text + head, all.n - head);
    buf_fini(&all);
    return ok;
}

/* Says a request on a connection of its own and hears the reply; the connection is closed. */
static inline struct reply *ask(const struct world *w, const char *request)
{
    static struct reply r;
    int fd = dial(w->port);
    say(fd, str_of(request));
    hear(fd, strncmp(request, "HEAD ", 5) == 0, &r);
    close(fd);
    return &r;
}

static inline bool holds(struct str s, const char *part)
{
    return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

/* Waits for something that another thread does. */
#define EVENTUALLY(condition)                                                                           \
    do {                                                                                                \
        for (int waited = 0; waited < 5000 && !(condition); waited += 5)                                \
            usleep(5000);                                                                               \
        CHECK(condition);                                                                               \
    } while (0)

#endif
