/* SPDX-License-Identifier: Apache-2.0 */
/* robots_page.c: robots.txt of a host, fetched like any page before the host's first one (RFC 9309 2.3).
 *
 *   answer                         then
 *   200                            its rules are read by a worker, stored, and the host opens
 *   3xx                            followed, 5 hops at most, to any host the address judge allows
 *   other 4xx                      everything is allowed
 *   429, 5xx                       tried again; in the end nothing is allowed
 *   429, 5xx, "come back tomorrow" the host is left for this run, its URLs stay queued
 *   none                           tried again; in the end the host's URLs fail with the reason
 *
 * Threads: the loop's. */
#include "crawler/engine.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

static void open_host(struct host *host)
{
    host->robots_state = ROBOTS_KNOWN;
    host->robots_at_ms = clock_mono_ms();
    host->robots_attempts = 0;
}

static void refuse_host(struct host *host, const char *why)
{
    free(host->robots_refused);
    host->robots_refused = strdup(why);
    open_host(host);
}

bool robots_page_begin(struct crawl *crawl, struct host *host)
{
    struct page *page = page_take(crawl->engine->pool);
    if (!page)
        return false; /* the host stays closed and is looked at again when a page comes back */
    page->kind = PAGE_ROBOTS;
    page->engine = crawl->engine;
    page->crawl = crawl;
    page->host = host;
    struct str text = arena_printf(&page->arena, "%s/robots.txt", host->origin);
    if (url_parse(&page->arena, text, NULL, &page->url) != OK) {
        page_give(crawl->engine->pool, &page);
        refuse_host(host, "robots.txt: the host's name is no URL");
        return true;
    }
    host->robots_state = ROBOTS_FETCHING;
    workbench_count(host, clock_mono_ms());
    crawl->out++;
    loop_start_page(page);
    return true;
}

/* Retry-After is longer than anyone waits: what it says of its pages a later run may hear. */
static bool leave_host(struct page *page)
{
    const struct fetch *f = &page->fetch;
    if (f->result != FETCH_OK ||
        f->retry_after_ms <= (int64_t)page->engine->config->fetch_retry_after_max_ms)
        return false;
    page->host->robots_state = ROBOTS_UNKNOWN;
    loop_leave_host(page);
    return true;
}

static bool try_again(struct page *page)
{
    const struct config *config = page->engine->config;
    struct host *host = page->host;
    if (page->fetch.result != FETCH_OK && page->fetch.result != FETCH_NO_ANSWER)
        return false;
    bool ever_answered = host->latency_ms > 0 || page->fetch.http_status > 0;
    unsigned most = ever_answered ? config->fetch_retries : 1;
    if (++host->robots_attempts > most)
        return false;
    int64_t wait = page->fetch.retry_after_ms;
    if (wait < 0)
        wait = (int64_t)config->fetch_retry_first_ms << (host->robots_attempts - 1);
    workbench_rest(host, clock_mono_ms() + wait);
    host->robots_state = ROBOTS_UNKNOWN;
    return true;
}

void robots_page_fetched(struct page *page)
{
    struct fetch *f = &page->fetch;
    struct host *host = page->host;
    char why[400];
    if (f->result == FETCH_OK && loop_follow(page))
        return;
    /* Whether the host is given up is decided here, so a failure is no mark against it. */
    workbench_answered(page->crawl->workbench, host, f->result == FETCH_OK ? HOST_GOOD : HOST_BROKEN,
                       f->took_ms, -1, clock_mono_ms());
    if (f->result == FETCH_ABANDONED) {
        host->robots_state = ROBOTS_UNKNOWN;
        loop_page_back(page);
        return;
    }
    if (f->result == FETCH_OK && f->http_status < 500 && f->http_status != 429) {
        page->state = PAGE_FETCHED;
        void *item = &page->event;
        if (queue_push(page->engine->to_workers, &item) != OK)
            loop_page_back(page);
        return;
    }
    if (f->result == FETCH_DENIED && page->redirects == 0) {
        open_host(host); /* its pages are judged, and refused with that reason, one by one */
        loop_page_back(page);
        return;
    }
    if (!leave_host(page) && !try_again(page)) {
        if (f->result == FETCH_OK)
            snprintf(why, sizeof why, "robots.txt answers %u, so nothing may be fetched",
                     f->http_status);
        else
            snprintf(why, sizeof why, "%s", f->error);
        refuse_host(host, why);
    }
    loop_page_back(page);
}

void robots_page_stored(struct page *page)
{
    struct host *host = page->host;
    robots_destroy(host->robots);
    host->robots = page->robots;
    page->robots = NULL;
    free(host->robots_refused);
    host->robots_refused = NULL;
    int64_t delay = host->robots ? robots_crawl_delay_ms(host->robots) : -1;
    if (delay > host->delay_ms)
        host->delay_ms = delay;
    open_host(host);
    loop_page_back(page);
}
