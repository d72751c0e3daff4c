/* SPDX-License-Identifier: Apache-2.0 */
/* server.h: a small HTTP server for tests of the engine, on a loopback address and a port of its own. A path says
 * how it answers; it writes down who asked for what, and with which cookies.
 *
 *   /page/X, /robots.txt   a page with X in its title; 404          /gone, /boom   404, 500
 *   /site/                 links to /site/1 ... /site/links         /pdf           a type that is no page
 *   /slow/X                a page, once the gate is open            /circle/N      redirects to /circle/(1 - N)
 *   /flaky/X               500 while the server is broken           /to/URL        redirects to URL
 *
 * Threads: one that accepts, one a connection; a connection serves one request. */
#ifndef WEBKEEP_TESTS_CRAWLER_SERVER_H
#define WEBKEEP_TESTS_CRAWLER_SERVER_H

#include "tests/check.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVER_LOG 4096

struct request_seen {
    char path[120], cookie[60];
};

struct server {
    int fd;
    char url[64]; /* "http://127.0.0.1:1234" */
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    bool open, broken; /* the gate; what is flaky */
    unsigned busy, held, links, n_log;
    struct request_seen log[SERVER_LOG];
};

struct visit {
    struct server *server;
    int fd;
};

static inline void header_of(const char *head, const char *name, char *to, size_t size)
{
    const char *at = strcasestr(head, name);
    to[0] = 0;
    if (at)
        snprintf(to, size, "%.*s", (int)strcspn(at + strlen(name), "\r\n"), at + strlen(name));
}

static inline void server_note(struct server *s, const char *path, const char *head)
{
    pthread_mutex_lock(&s->lock);
    if (s->n_log < SERVER_LOG) {
        struct request_seen *seen = &s->log[s->n_log++];
        snprintf(seen->path, sizeof seen->path, "%.*s", (int)sizeof seen->path - 1, path);
        header_of(head, "\r\nCookie: ", seen->cookie, sizeof seen->cookie);
    }
    pthread_mutex_unlock(&s->lock);
}

/* Waits at the gate, ten seconds at most. */
static inline void server_hold(struct server *s)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&s->lock);
    s->held++;
    while (!s->open && pthread_cond_timedwait(&s->changed, &s->lock, &until) == 0)
        ;
    if (--s->held == 0)
        pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
}

static inline void server_send(int fd, const char *status, const char *headers, const char *body)
{
    char text[8192];
    int n = snprintf(text, sizeof text,
                     "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n%s", status,
                     strlen(body), headers, body);
    for (int at = 0; at < n;) {
        ssize_t put = send(fd, text + at, (size_t)(n - at), MSG_NOSIGNAL);
        if (put <= 0)
            return;
        at += (int)put;
    }
}

static inline void server_page(int fd, const char *title, unsigned links)
{
    char body[4096];
    int n = snprintf(body, sizeof body, "<!doctype html><title>%s</title><h1>%s</h1><p>Some text.",
                     title, title);
    for (unsigned i = 1; i <= links; i++)
        n += snprintf(body + n, sizeof body - (size_t)n, "<a href='/site/%u'>%u</a> ", i, i);
    server_send(fd, "200 OK", "Content-Type: text/html; charset=utf-8\r\n", body);
}

static inline void server_answer(struct server *s, int fd, const char *path)
{
    char headers[400];
    pthread_mutex_lock(&s->lock);
    bool broken = s->broken;
    unsigned links = s->links;
    pthread_mutex_unlock(&s->lock);
    if (strncmp(path, "/slow/", 6) == 0)
        server_hold(s);
    if (strncmp(path, "/to/", 4) == 0 || strncmp(path, "/circle/", 8) == 0) {
        if (path[1] == 't')
            snprintf(headers, sizeof headers, "Location: %s\r\n", path + 4);
        else
            snprintf(headers, sizeof headers, "Location: /circle/%c\r\n", path[8] == '0' ? '1' : '0');
        server_send(fd, "302 Found", headers, "");
    } else if (strcmp(path, "/boom") == 0 || (broken && strncmp(path, "/flaky/", 7) == 0)) {
        server_send(fd, "500 Internal Server Error", "", "");
    } else if (strcmp(path, "/pdf") == 0) {
        server_send(fd, "200 OK", "Content-Type: application/pdf\r\n", "%PDF-");
    } else if (strcmp(path, "/gone") == 0 || strcmp(path, "/robots.txt") == 0) {
        server_send(fd, "404 Not Found", "", "");
    } else {
        server_page(fd, path, strcmp(path, "/site/") == 0 ? links : 0);
    }
}

static inline void *server_visit(void *user)
{
    struct visit *visit = user;
    struct server *s = visit->server;
    char head[8192], path[300];
    size_t n = 0;
    while (n + 1 < sizeof head) {
        ssize_t got = recv(visit->fd, head + n, sizeof head - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        head[n] = 0;
        if (strstr(head, "\r\n\r\n"))
            break;
    }
    if (n && sscanf(head, "GET %299s ", path) == 1) {
        server_note(s, path, head);
        server_answer(s, visit->fd, path);
    }
    shutdown(visit->fd, SHUT_WR);
    close(visit->fd);
    free(visit);
    pthread_mutex_lock(&s->lock);
    s->busy--;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static inline void *server_accept(void *user)
{
    struct server *s = user;
    int fd;
    while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
        struct visit *visit = malloc(sizeof *visit);
        pthread_t thread;
        pthread_attr_t attr;
        NEED(visit);
        *visit = (struct visit){s, fd};
        pthread_mutex_lock(&s->lock);
        s->busy++;
        pthread_mutex_unlock(&s->lock);
        pthread_attr_init(&attr);
        pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
        NEED(pthread_create(&thread, &attr, server_visit, visit) == 0);
        pthread_attr_destroy(&attr);
    }
    return NULL;
}

static inline void server_start(struct server *s, const char *address)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    *s = (struct server){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    NEED(s->fd >= 0 && inet_pton(AF_INET, address, &at.sin_addr) == 1);
    NEED(bind(s->fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(s->fd, 512) == 0);
    NEED(getsockname(s->fd, (struct sockaddr *)&at, &size) == 0);
    snprintf(s->url, sizeof s->url, "http://%s:%d", address, ntohs(at.sin_port));
    NEED(pthread_create(&s->thread, NULL, server_accept, s) == 0);
}

/* An opened gate is passed by all that were held, also those whose client has gone, before it can be shut again. */
static inline void server_set(struct server *s, bool open, bool broken)
{
    pthread_mutex_lock(&s->lock);
    s->open = open;
    s->broken = broken;
    pthread_cond_broadcast(&s->changed);
    while (open && s->held)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

static inline void server_forget(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    s->n_log = 0;
    pthread_mutex_unlock(&s->lock);
}

/* How often a path was asked for; *ret_cookie (may be NULL): with which cookies the last time. */
static inline unsigned server_asked(struct server *s, const char *path, char ret_cookie[60])
{
    unsigned n = 0;
    pthread_mutex_lock(&s->lock);
    for (unsigned i = 0; i < s->n_log; i++) {
        if (strcmp(s->log[i].path, path) != 0)
            continue;
        n++;
        if (ret_cookie)
            memcpy(ret_cookie, s->log[i].cookie, 60);
    }
    pthread_mutex_unlock(&s->lock);
    return n;
}

static inline unsigned server_held(struct server *s)
{
    pthread_mutex_lock(&s->lock);
    unsigned n = s->held;
    pthread_mutex_unlock(&s->lock);
    return n;
}

static inline void server_stop(struct server *s)
{
    server_set(s, true, false);
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
    pthread_mutex_lock(&s->lock);
    while (s->busy)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
}

#endif
