/* SPDX-License-Identifier: Apache-2.0 */
/* poller.h: where the loop sleeps: one epoll set for the sockets of all fetchers, and a wake-up from other
 * threads. Threads: the loop's alone, but for poller_wake(). */
#ifndef WEBKEEP_CRAWLER_POLLER_H
#define WEBKEEP_CRAWLER_POLLER_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct poller;

/* Called for a socket that is ready; bits of enum poller_want. */
typedef void poller_ready_fn(void *user, int fd, unsigned ready);
enum poller_want { POLLER_READ = 1, POLLER_WRITE = 2, POLLER_ERROR = 4 };

struct poller *poller_create(void); /* NULL without memory or descriptors */
void poller_destroy(struct poller *poller);

/* Watches fd from now on, or differently; want 0 forgets it (before it is closed). */
enum status poller_watch(struct poller *poller, int fd, unsigned want, poller_ready_fn *ready,
                         void *user);

/* Waits up to wait_ms (<0: for ever) and calls ready for each socket that is. */
void poller_wait(struct poller *poller, int64_t wait_ms);
void poller_wake(struct poller *poller);

#endif
