/* SPDX-License-Identifier: Apache-2.0 */
/* fetch.h: HTTP through libcurl's multi interface, on the loop thread.
 *
 * One request a page: no redirects are followed here, no content is decoded, no name is resolved (the
 * addresses are given), and the address judge is asked again where the socket is opened. Handles with
 * different guard rules never share a connection: rules belong to a crawl, and each crawl has a struct
 * fetcher of its own, all of them on the loop's one poller. Threads: the loop's alone. */
#ifndef WEBKEEP_CRAWLER_FETCH_H
#define WEBKEEP_CRAWLER_FETCH_H

#include "base/address.h"
#include "crawler/page.h"
#include "crawler/poller.h"

struct fetcher;

struct fetcher_options {
    struct poller *poller;
    const struct config *config;
    const struct crawl_request *request; /* proxy, TLS, user agent, headers, cookies; borrowed */
    struct address_rule *rule;           /* shared */
    struct url base;                     /* whose origin gets headers and cookies; borrowed */
    bool is_list; /* each listed URL's own origin gets them instead: URLs of depth 0 (workers.c) */
    unsigned connections;      /* at once, all hosts */
    unsigned host_connections; /* at once, one host */
    size_t *inflight_bytes;    /* grows with each body byte that arrives (page->charged_bytes) */
    /* A request ended: page->fetch is filled, the page is the callee's. Called from fetcher_run(), never
     * from fetcher_start(). */
    void (*done)(void *user, struct page *page);
    void *user;
};

enum status fetcher_create(const struct fetcher_options *options, struct fetcher **ret_fetcher,
                           struct diag *ret_diag) MUST_USE;
void fetcher_destroy(struct fetcher *fetcher); /* no request may be under way */

/* Starts a request for page->url. addresses (n > 0) are those its host resolved to, each already judged;
 * n is 0 for a literal address. ST_BUSY: all handles are in use. */
enum status fetcher_start(struct fetcher *fetcher, struct page *page,
                          const struct sockaddr_storage *addresses, unsigned n) MUST_USE;
unsigned fetcher_room(const struct fetcher *fetcher); /* requests that may be started now */

/* Time passed or sockets were ready: calls done for what ended. */
void fetcher_run(struct fetcher *fetcher);
/* When fetcher_run() must be called at the latest (monotonic ms), or INT64_MAX. */
int64_t fetcher_due_ms(const struct fetcher *fetcher);
/* Ends all requests at once: done is called for each with FETCH_ABANDONED. */
void fetcher_abandon(struct fetcher *fetcher);

/* 301, 302, 303, 307 or 308 with a Location: what is followed. */
bool fetch_is_redirect(const struct fetch *fetch);

/* Once a process, before any thread. */
enum status fetch_global_init(void) MUST_USE;
void fetch_global_fini(void);

#endif
