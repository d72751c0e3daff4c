/* SPDX-License-Identifier: Apache-2.0 */
/* workbench.c: host queues in a hash table, taken in turn. */
#include "frontier/workbench.h"

#include <stdio.h>
#include <stdlib.h>

#define HOST_BUCKETS 256
#define LATENCY_CALM_MS 1000 /* above this average a host gets fewer requests at once */
#define GOOD_RUN_TO_GROW 20

struct workbench {
    struct workbench_options options;
    struct host *buckets[HOST_BUCKETS];
    struct host *turn;                 /* ring of all hosts; the next one to look at */
    size_t length;                     /* URLs in queues and waiting, dead hosts included */
    struct ready_key horizon, dropped; /* greatest key admitted; greatest key left on disk */
    bool horizon_set, dropped_set, more;
};

static int key_cmp(struct ready_key a, struct ready_key b)
{
    if (a.rank != b.rank)
        return a.rank < b.rank ? -1 : 1;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}

struct ready_url *ready_url_create(struct id128 id, uint64_t seq, uint8_t rank, uint16_t depth,
                                   uint8_t redirects, uint8_t verdict, struct str url)
{
    struct ready_url *r = malloc(sizeof *r + url.n + 1);
    if (!r)
        return NULL;
    *r = (struct ready_url){.id = id,
                            .seq = seq,
                            .depth = depth,
                            .rank = rank,
                            .redirects = redirects,
                            .verdict = verdict,
                            .n = url.n};
    memcpy(r->url, url.p, url.n);
    r->url[url.n] = 0;
    return r;
}

struct workbench *workbench_create(const struct workbench_options *options)
{
    struct workbench *wb = calloc(1, sizeof *wb);
    if (wb)
        wb->options = *options;
    return wb;
}

static void free_urls(struct ready_url *url)
{
    while (url) {
        struct ready_url *next = url->next;
        free(url);
        url = next;
    }
}

static void host_destroy(struct host *host)
{
    free_urls(host->first);
    free_urls(host->waiting);
    robots_destroy(host->robots);
    free(host->robots_refused);
    free(host);
}

void workbench_destroy(struct workbench *wb)
{
    if (!wb)
        return;
    for (size_t i = 0; i < HOST_BUCKETS; i++) {
        while (wb->buckets[i]) {
            struct host *next = wb->buckets[i]->hash_next;
            host_destroy(wb->buckets[i]);
            wb->buckets[i] = next;
        }
    }
    free(wb);
}

struct host *workbench_host(struct workbench *wb, struct str origin)
{
    struct host **bucket = &wb->buckets[hash64(0, origin) % HOST_BUCKETS];
    for (struct host *h = *bucket; h; h = h->hash_next)
        if (str_eq(str_make(h->origin, h->n), origin))
            return h;
    struct host *h = calloc(1, sizeof *h + origin.n + 1);
    if (!h)
        return NULL;
    memcpy(h->origin, origin.p, origin.n);
    h->n = origin.n;
    h->limit = wb->options.host_requests;
    h->delay_ms = wb->options.delay_ms;
    h->hash_next = *bucket;
    *bucket = h;
    if (wb->turn) {
        h->turn_next = wb->turn->turn_next;
        wb->turn->turn_next = h;
    } else {
        wb->turn = h->turn_next = h;
    }
    return h;
}

/* "https://user@h:8080/x" -> "https://" and "h:8080": the credentials are not part of an origin. */
static struct host *host_of(struct workbench *wb, const struct ready_url *url)
{
    struct str s = str_make(url->url, url->n);
    size_t colon = str_find(s, ':');
    if (colon + 3 > s.n)
        return NULL;
    struct str rest = str_from(s, colon + 3);
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
        end++;
    struct str authority = str_head(rest, end);
    size_t at = str_find(authority, '@');
    if (at == authority.n)
        return workbench_host(wb, str_head(s, colon + 3 + end));
    char origin[512];
    int n = snprintf(origin, sizeof origin, "%.*s://%.*s", (int)colon, s.p,
                     STR_ARG(str_from(authority, at + 1)));
    return n > 0 && (size_t)n < sizeof origin ? workbench_host(wb, str_make(origin, (size_t)n)) : NULL;
}

static void push_back(struct workbench *wb, struct host *host, struct ready_url *url)
{
    url->next = NULL;
    if (host->last)
        host->last->next = url;
    else
        host->first = url;
    host->last = url;
    host->queued++;
    wb->length++;
}

static void push_front(struct workbench *wb, struct host *host, struct ready_url *url)
{
    url->next = host->first;
    host->first = url;
    if (!host->last)
        host->last = url;
    host->queued++;
    wb->length++;
}

/* False: it stays on disk. */
static bool admit(struct workbench *wb, struct ready_key key)
{
    bool within = wb->horizon_set && key_cmp(key, wb->horizon) <= 0;
    if (within)
        return true;
    if (wb->more || wb->length >= wb->options.window_urls) {
        wb->more = true;
        if (!wb->dropped_set || key_cmp(key, wb->dropped) > 0)
            wb->dropped = key;
        wb->dropped_set = true;
        return false;
    }
    wb->horizon = key;
    wb->horizon_set = true;
    return true;
}

enum status workbench_add(struct workbench *wb, struct ready_url **url)
{
    struct ready_url *u = *url;
    *url = NULL;
    if (!admit(wb, (struct ready_key){u->rank, u->seq})) {
        free(u);
        return ST_LIMIT;
    }
    struct host *host = host_of(wb, u);
    if (!host) {
        free(u);
        return ST_NOMEM;
    }
    push_back(wb, host, u);
    return OK;
}

static void wake_waiting(struct host *host, int64_t now_ms)
{
    while (host->waiting && host->waiting->not_before_ms <= now_ms) {
        struct ready_url *url = host->waiting;
        host->waiting = url->next;
        url->next = host->first;
        host->first = url;
        if (!host->last)
            host->last = url;
    }
}

/* Slow answers mean fewer requests at once: the limit shrinks in proportion. */
static unsigned allowed_at_once(const struct host *host)
{
    if (host->robots_state == ROBOTS_UNKNOWN)
        return 1; /* the first take asks for robots.txt */
    if (host->latency_ms <= LATENCY_CALM_MS)
        return host->limit;
    unsigned n = (unsigned)((int64_t)host->limit * LATENCY_CALM_MS / host->latency_ms);
    return n ? n : 1;
}

static bool is_due(struct host *host, int64_t now_ms)
{
    if (host->dead || host->robots_state == ROBOTS_FETCHING || host->next_ms > now_ms)
        return false;
    if (host->in_flight >= allowed_at_once(host))
        return false;
    wake_waiting(host, now_ms);
    return host->first != NULL;
}

void workbench_count(struct host *host, int64_t now_ms)
{
    host->in_flight++;
    host->next_ms = now_ms + host->delay_ms;
}

enum status workbench_take(struct workbench *wb, int64_t now_ms, struct ready_url **ret_url,
                           struct host **ret_host)
{
    struct host *start = wb->turn;
    if (!start)
        return ST_AGAIN;
    struct host *host = start;
    do {
        if (is_due(host, now_ms)) {
            struct ready_url *url = host->first;
            host->first = url->next;
            if (!host->first)
                host->last = NULL;
            url->next = NULL;
            host->queued--;
            wb->length--;
            workbench_count(host, now_ms);
            wb->turn = host->turn_next;
            *ret_url = url;
            *ret_host = host;
            return OK;
        }
        host = host->turn_next;
    } while (host != start);
    return ST_AGAIN;
}

void workbench_give_back(struct workbench *wb, struct host *host, struct ready_url **url)
{
    must(host->in_flight > 0);
    host->in_flight--;
    host->next_ms -= host->delay_ms;
    push_front(wb, host, *url);
    *url = NULL;
}

static int64_t back_off_ms(const struct workbench *wb, unsigned attempt)
{
    int64_t ms = wb->options.retry_first_ms;
    for (unsigned i = 1; i < attempt && ms < wb->options.retry_max_ms; i++)
        ms *= 2;
    return ms < wb->options.retry_max_ms ? ms : wb->options.retry_max_ms;
}

void workbench_retry(struct workbench *wb, struct host *host, struct ready_url **url, int64_t now_ms,
                     int64_t retry_after_ms)
{
    struct ready_url *u = *url;
    *url = NULL;
    u->not_before_ms = now_ms + (retry_after_ms >= 0 ? retry_after_ms : back_off_ms(wb, u->attempts));
    struct ready_url **at = &host->waiting;
    while (*at && (*at)->not_before_ms <= u->not_before_ms)
        at = &(*at)->next;
    u->next = *at;
    *at = u;
    host->queued++;
    wb->length++;
}

static void answered_well(struct workbench *wb, struct host *host, int64_t took_ms)
{
    host->latency_ms = host->latency_ms ? (host->latency_ms * 7 + took_ms) / 8 : took_ms;
    host->bad_run = 0;
    if (++host->good_run >= GOOD_RUN_TO_GROW && host->limit < wb->options.host_requests) {
        host->limit++;
        host->good_run = 0;
    }
}

void workbench_answered(struct workbench *wb, struct host *host, enum host_answer answer,
                        int64_t took_ms, int64_t retry_after_ms, int64_t now_ms)
{
    must(host->in_flight > 0);
    host->in_flight--;
    if (answer == HOST_GOOD) {
        answered_well(wb, host, took_ms);
        return;
    }
    host->good_run = 0;
    if (answer == HOST_BROKEN)
        return;
    host->bad_run++;
    host->limit = host->limit > 1 ? host->limit / 2 : 1;
    unsigned patience = wb->options.dead_after;
    if (answer == HOST_BUSY) {
        int64_t wait = retry_after_ms >= 0 ? retry_after_ms : back_off_ms(wb, host->bad_run);
        if (now_ms + wait > host->next_ms)
            host->next_ms = now_ms + wait;
        patience = retry_after_ms >= 0 ? 2 * patience : (patience + 1) / 2;
    }
    host->dead = host->bad_run >= patience;
}

static int64_t host_due_ms(struct host *host, int64_t now_ms)
{
    if (host->dead || host->robots_state == ROBOTS_FETCHING || host->in_flight >= allowed_at_once(host))
        return INT64_MAX; /* an answer will wake the loop */
    int64_t at = host->first ? now_ms : host->waiting ? host->waiting->not_before_ms : INT64_MAX;
    if (at == INT64_MAX)
        return at;
    return at > host->next_ms ? at : host->next_ms;
}

int64_t workbench_due_ms(const struct workbench *wb, int64_t now_ms)
{
    int64_t soonest = INT64_MAX;
    if (!wb->turn)
        return soonest;
    struct host *host = wb->turn;
    do {
        int64_t at = host_due_ms(host, now_ms);
        soonest = at < soonest ? at : soonest;
        host = host->turn_next;
    } while (host != wb->turn);
    return soonest;
}

size_t workbench_dead_urls(const struct workbench *wb)
{
    size_t n = 0;
    struct host *host = wb->turn;
    if (host) {
        do {
            n += host->dead ? host->queued : 0;
            host = host->turn_next;
        } while (host != wb->turn);
    }
    return n;
}

size_t workbench_length(const struct workbench *wb)
{
    return wb->length - workbench_dead_urls(wb);
}

bool workbench_has_more(const struct workbench *wb)
{
    return wb->more;
}

bool workbench_has_horizon(const struct workbench *wb)
{
    return wb->horizon_set;
}

bool workbench_wants_refill(const struct workbench *wb, struct ready_key *ret_after)
{
    if (!wb->more || wb->length > wb->options.window_urls / 2)
        return false;
    *ret_after = wb->horizon;
    return true;
}

void workbench_refilled(struct workbench *wb, struct ready_key last, bool at_end)
{
    if (!wb->horizon_set || key_cmp(last, wb->horizon) > 0)
        wb->horizon = last;
    wb->horizon_set = true;
    wb->more = !at_end || (wb->dropped_set && key_cmp(wb->dropped, wb->horizon) > 0);
}

void workbench_expect_refill(struct workbench *wb)
{
    wb->more = true;
}
