/* SPDX-License-Identifier: Apache-2.0 */
/* poller.c: epoll and an eventfd. Watches are found by descriptor, so that an event of a socket that was
 * forgotten a moment ago finds nothing instead of a stale pointer. */
#include "crawler/poller.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 64

struct watch {
    poller_ready_fn *ready;
    void *user;
};

struct poller {
    int epoll, wake;
    struct watch *watches; /* by descriptor */
    size_t n_watches;
};

struct poller *poller_create(void)
{
    struct poller *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->epoll = epoll_create1(EPOLL_CLOEXEC);
    p->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = p->wake};
    if (p->epoll < 0 || p->wake < 0 || epoll_ctl(p->epoll, EPOLL_CTL_ADD, p->wake, &event) != 0) {
        poller_destroy(p);
        return NULL;
    }
    return p;
}

void poller_destroy(struct poller *p)
{
    if (!p)
        return;
    if (p->epoll >= 0)
        close(p->epoll);
    if (p->wake >= 0)
        close(p->wake);
    free(p->watches);
    free(p);
}

static enum status make_room(struct poller *p, int fd)
{
    if ((size_t)fd < p->n_watches)
        return OK;
    size_t n = ((size_t)fd + 64) & ~(size_t)63;
    struct watch *grown = realloc(p->watches, n * sizeof *grown);
    if (!grown)
        return ST_NOMEM;
    memset(grown + p->n_watches, 0, (n - p->n_watches) * sizeof *grown);
    p->watches = grown;
    p->n_watches = n;
    return OK;
}

enum status poller_watch(struct poller *p, int fd, unsigned want, poller_ready_fn *ready, void *user)
{
    if (make_room(p, fd) != OK)
        return ST_NOMEM;
    struct epoll_event event = {.data.fd = fd};
    event.events =
        (want & POLLER_READ ? (uint32_t)EPOLLIN : 0u) | (want & POLLER_WRITE ? (uint32_t)EPOLLOUT : 0u);
    bool known = p->watches[fd].ready != NULL;
    if (!want) {
        if (known)
            epoll_ctl(p->epoll, EPOLL_CTL_DEL, fd, NULL);
        p->watches[fd] = (struct watch){0};
        return OK;
    }
    p->watches[fd] = (struct watch){ready, user};
    if (epoll_ctl(p->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0)
        return OK;
    /* The descriptor was closed and opened again between two calls. */
    int again = errno == ENOENT ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    return epoll_ctl(p->epoll, again, fd, &event) == 0 ? OK : ST_IO;
}

static unsigned ready_of(uint32_t events)
{
    return (events & (EPOLLIN | EPOLLHUP) ? POLLER_READ : 0u) | (events & EPOLLOUT ? POLLER_WRITE : 0u) |
           (events & EPOLLERR ? POLLER_ERROR : 0u);
}

void poller_wait(struct poller *p, int64_t wait_ms)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    int timeout = wait_ms < 0 ? -1 : wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
    int n = epoll_wait(p->epoll, events, EVENTS_AT_ONCE, timeout);
    for (int i = 0; i < n; i++) {
        int fd = events[i].data.fd;
        if (fd == p->wake) {
            uint64_t count;
            (void)!read(p->wake, &count, sizeof count);
        } else if ((size_t)fd < p->n_watches && p->watches[fd].ready) {
            p->watches[fd].ready(p->watches[fd].user, fd, ready_of(events[i].events));
        }
    }
}

void poller_wake(struct poller *p)
{
    uint64_t one = 1;
    (void)!write(p->wake, &one, sizeof one);
}
