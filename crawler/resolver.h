/* SPDX-License-Identifier: Apache-2.0 */
/* resolver.h: names to addresses in a few threads of its own, so that a silent name server stops nobody.
 *
 * The loop asks and never waits; an answer comes back through the callback, on a resolver thread. Answers
 * are cached for cache_ms. A thread that hangs in getaddrinfo() when the resolver is destroyed is left to
 * end by itself; what it needs is freed by the last thread. */
#ifndef WEBKEEP_CRAWLER_RESOLVER_H
#define WEBKEEP_CRAWLER_RESOLVER_H

#include "base/status.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/socket.h>

#define RESOLVER_ADDRESSES_MAX 16
#define RESOLVER_QUESTIONS_MAX 4096

/* Heap; the receiver frees it with free(). */
struct answer {
    enum status status; /* OK; ST_NOTFOUND: no such host; ST_TIMEOUT: no answer for now */
    char error[128];    /* for people, when not OK */
    unsigned n;
    struct sockaddr_storage addresses[RESOLVER_ADDRESSES_MAX];
    char host[256]; /* as asked */
};

struct resolver;

struct resolver_options {
    unsigned threads;
    int64_t cache_ms;
    /* Takes *answer. Runs on a resolver thread; false: refused, the resolver frees it. */
    bool (*answered)(void *user, struct answer **answer);
    void *user;
};

struct resolver *resolver_create(const struct resolver_options *options);
void resolver_destroy(struct resolver *resolver); /* no callback runs after it returned */

/* From the cache at once (OK, *ret_answer is the caller's), else ST_AGAIN: the callback will bring it; a
 * host that is being asked for already is not asked for twice. ST_LIMIT: too many questions wait. */
enum status resolver_ask(struct resolver *resolver, struct str host,
                         struct answer **ret_answer) MUST_USE;

#endif
