/* SPDX-License-Identifier: Apache-2.0 */
/* workbench.c: host queues in a hash table, taken in turn. */
#include "frontier/workbench.h"

#include <stdio.h>
#include <stdlib.h>

#define HOST_BUCKETS 256
#define LATENCY_CALM_MS 1000 /* above this average a host gets fewer requests at once */
#define GOOD_RUN_TO_GROW 20

/* The window on one part of the ready table. All keys up to the horizon have been here; what is behind it is
 * on disk only, if there is any. */
struct lane {
    size_t length;            /* URLs in queues and waiting */
    struct ready_key horizon; /* greatest key admitted */
    struct ready_key dropped; /* greatest key left on disk */
    struct ready_key late; /* least key left on disk since the refill began: it may not have seen it */
    bool horizon_set, dropped_set, late_set, more;
};

struct workbench {
    struct workbench_options options;
    struct host *buckets[HOST_BUCKETS];
    struct host *turn;        /* ring of all hosts; the next one to look at */
    struct host_gates *gates; /* NULL: each host has one of its own */
    struct lane lanes[WORKBENCH_LANES];
    unsigned refilling; /* lane */
    size_t dead_urls;
};

static unsigned lane_of(unsigned rank)
{
    return rank < WORKBENCH_LANES - 1 ? rank : WORKBENCH_LANES - 1;
}

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
    for (size_t i = 0; i < WORKBENCH_LANES; i++)
        free_urls(host->lanes[i].first);
    free_urls(host->waiting);
    host_gate_leave(&host->door);
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

enum status workbench_join(struct workbench *wb, struct host_gates *gates)
{
    wb->gates = gates;
    for (size_t i = 0; i < HOST_BUCKETS; i++)
        for (struct host *h = wb->buckets[i]; h; h = h->hash_next)
            if (host_gates_join(gates, &h->door, str_make(h->origin, h->n)) != OK)
                return ST_NOMEM;
    return OK;
}

void workbench_leave(struct workbench *wb)
{
    for (size_t i = 0; i < HOST_BUCKETS; i++)
        for (struct host *h = wb->buckets[i]; h; h = h->hash_next)
            host_gate_leave(&h->door);
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
    host_gate_alone(&h->own_gate, &h->door);
    if (wb->gates && host_gates_join(wb->gates, &h->door, origin) != OK) {
        host_destroy(h);
        return NULL;
    }
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
static struct host *host_of(struct workbench *wb, struct str s)
{
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

static void push_back(struct host *host, struct ready_url *url)
{
    unsigned lane = lane_of(url->rank);
    url->next = NULL;
    if (host->lanes[lane].last)
        host->lanes[lane].last->next = url;
    else
        host->lanes[lane].first = url;
    host->lanes[lane].last = url;
}

static void push_front(struct host *host, struct ready_url *url)
{
    unsigned lane = lane_of(url->rank);
    url->next = host->lanes[lane].first;
    host->lanes[lane].first = url;
    if (!host->lanes[lane].last)
        host->lanes[lane].last = url;
}

/* The best URL that is due, or NULL. */
static struct ready_url *pop(struct host *host)
{
    for (unsigned lane = 0; lane < WORKBENCH_LANES; lane++) {
        struct ready_url *url = host->lanes[lane].first;
        if (!url)
            continue;
        host->lanes[lane].first = url->next;
        if (!url->next)
            host->lanes[lane].last = NULL;
        url->next = NULL;
        return url;
    }
    return NULL;
}

static bool has_due(const struct host *host)
{
    for (unsigned lane = 0; lane < WORKBENCH_LANES; lane++)
        if (host->lanes[lane].first)
            return true;
    return false;
}

/* The URL is the host's now; false: it is gone, as the host is dead. */
static bool count_in(struct workbench *wb, struct host *host, struct ready_url *url)
{
    if (host->dead) {
        free(url);
        wb->dead_urls++;
        return false;
    }
    host->queued++;
    wb->lanes[lane_of(url->rank)].length++;
    return true;
}

static void count_out(struct workbench *wb, struct host *host, const struct ready_url *url)
{
    host->queued--;
    wb->lanes[lane_of(url->rank)].length--;
}

/* URLs of this lane and of those before it. */
static size_t length_up_to(const struct workbench *wb, unsigned lane)
{
    size_t n = 0;
    for (unsigned i = 0; i <= lane; i++)
        n += wb->lanes[i].length;
    return n;
}

static void leave_on_disk(struct lane *lane, struct ready_key key)
{
    lane->more = true;
    if (!lane->dropped_set || key_cmp(key, lane->dropped) > 0)
        lane->dropped = key;
    if (!lane->late_set || key_cmp(key, lane->late) < 0)
        lane->late = key;
    lane->dropped_set = lane->late_set = true;
}

/* False: it stays on disk. */
static bool admit(struct workbench *wb, struct ready_key key)
{
    unsigned n = lane_of(key.rank);
    struct lane *lane = &wb->lanes[n];
    if (lane->horizon_set && key_cmp(key, lane->horizon) <= 0)
        return true;
    if (lane->more || length_up_to(wb, n) >= wb->options.window_urls) {
        leave_on_disk(lane, key);
        return false;
    }
    lane->horizon = key;
    lane->horizon_set = true;
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
    struct host *host = host_of(wb, str_make(u->url, u->n));
    if (!host) {
        free(u);
        return ST_NOMEM;
    }
    if (count_in(wb, host, u))
        push_back(host, u);
    return OK;
}

static void wake_waiting(struct host *host, int64_t now_ms)
{
    while (host->waiting && host->waiting->not_before_ms <= now_ms) {
        struct ready_url *url = host->waiting;
        host->waiting = url->next;
        push_front(host, url);
    }
}

/* Slow answers mean fewer requests at once: the limit shrinks in proportion. */
static unsigned allowed_at_once(const struct host *host)
{
    if (host->latency_ms <= LATENCY_CALM_MS)
        return host->limit;
    unsigned n = (unsigned)((int64_t)host->limit * LATENCY_CALM_MS / host->latency_ms);
    return n ? n : 1;
}

/* What the gate goes by. */
static void tell_gate(struct host *host)
{
    host->door.limit = allowed_at_once(host);
    host->door.delay_ms = host->delay_ms;
    host->door.active = host->queued > 0 || host->door.in_flight > 0;
    host->door.wants = host->door.wants && host->queued > 0;
}

/* The first take asks for robots.txt, and the others wait for that. */
static bool is_shut(const struct host *host)
{
    return host->dead || host->robots_state == ROBOTS_FETCHING ||
           (host->robots_state == ROBOTS_UNKNOWN && host->door.in_flight > 0);
}

bool workbench_may_ask(struct host *host, int64_t now_ms)
{
    tell_gate(host);
    return !is_shut(host) && host_gate_due_ms(&host->door, now_ms) <= now_ms;
}

static bool is_due(struct host *host, int64_t now_ms)
{
    if (is_shut(host))
        return false;
    wake_waiting(host, now_ms);
    if (!has_due(host))
        return false;
    host->door.wants = !workbench_may_ask(host, now_ms);
    return !host->door.wants && !host_gate_yields(&host->door);
}

void workbench_count(struct host *host, int64_t now_ms)
{
    tell_gate(host);
    host_gate_start(&host->door, now_ms);
    tell_gate(host);
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
            *ret_url = pop(host);
            *ret_host = host;
            count_out(wb, host, *ret_url);
            workbench_count(host, now_ms);
            wb->turn = host->turn_next;
            return OK;
        }
        host = host->turn_next;
    } while (host != start);
    return ST_AGAIN;
}

void workbench_give_back(struct workbench *wb, struct host *host, struct ready_url **url)
{
    host_gate_undo(&host->door);
    if (count_in(wb, host, *url))
        push_front(host, *url);
    *url = NULL;
    tell_gate(host);
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
    if (!count_in(wb, host, u))
        return;
    u->not_before_ms = now_ms + (retry_after_ms >= 0 ? retry_after_ms : back_off_ms(wb, u->attempts));
    struct ready_url **at = &host->waiting;
    while (*at && (*at)->not_before_ms <= u->not_before_ms)
        at = &(*at)->next;
    u->next = *at;
    *at = u;
}

static bool raise_in(struct ready_url *list, struct id128 id, uint8_t verdict)
{
    while (list && !id128_eq(list->id, id))
        list = list->next;
    if (list && list->verdict < verdict)
        list->verdict = verdict;
    return list != NULL;
}

void workbench_raise(struct workbench *wb, struct str url, struct id128 id, uint8_t verdict)
{
    struct host *host = host_of(wb, url);
    bool found = !host || raise_in(host->waiting, id, verdict);
    for (size_t i = 0; i < WORKBENCH_LANES && !found; i++)
        found = raise_in(host->lanes[i].first, id, verdict);
}

void workbench_bury(struct workbench *wb, struct host *host)
{
    host->dead = true;
    wb->dead_urls += host->queued;
    while (host->waiting) {
        struct ready_url *url = host->waiting;
        host->waiting = url->next;
        push_front(host, url);
    }
    for (struct ready_url *url; (url = pop(host)) != NULL; free(url))
        count_out(wb, host, url);
    tell_gate(host);
}

void workbench_rest(struct host *host, int64_t until_ms)
{
    host_gate_rest(&host->door, until_ms);
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

static void answered_badly(struct workbench *wb, struct host *host, enum host_answer answer,
                           int64_t retry_after_ms, int64_t now_ms)
{
    host->good_run = 0;
    if (answer == HOST_BROKEN)
        return;
    host->bad_run++;
    host->limit = host->limit > 1 ? host->limit / 2 : 1;
    unsigned patience = wb->options.dead_after;
    if (answer == HOST_BUSY) {
        int64_t wait = retry_after_ms >= 0 ? retry_after_ms : back_off_ms(wb, host->bad_run);
        workbench_rest(host, now_ms + wait);
        patience = retry_after_ms >= 0 ? 2 * patience : (patience + 1) / 2;
    }
    if (host->bad_run >= patience)
        workbench_bury(wb, host);
}

void workbench_answered(struct workbench *wb, struct host *host, enum host_answer answer,
                        int64_t took_ms, int64_t retry_after_ms, int64_t now_ms)
{
    host_gate_end(&host->door);
    if (answer == HOST_GOOD)
        answered_well(wb, host, took_ms);
    else
        answered_badly(wb, host, answer, retry_after_ms, now_ms);
    tell_gate(host);
}

static int64_t host_due_ms(struct host *host, int64_t now_ms)
{
    if (is_shut(host))
        return INT64_MAX; /* an answer will wake the loop */
    int64_t at = has_due(host) ? now_ms : host->waiting ? host->waiting->not_before_ms : INT64_MAX;
    if (at == INT64_MAX)
        return at;
    tell_gate(host);
    int64_t open = host_gate_due_ms(&host->door, now_ms);
    return at > open ? at : open;
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
    return wb->dead_urls;
}

size_t workbench_length(const struct workbench *wb)
{
    return length_up_to(wb, WORKBENCH_LANES - 1);
}

/* ---- the window ---- */

bool workbench_has_more(const struct workbench *wb)
{
    bool more = false;
    for (size_t i = 0; i < WORKBENCH_LANES; i++)
        more = more || wb->lanes[i].more;
    return more;
}

bool workbench_refill_begin(struct workbench *wb, struct refill_range *ret_range)
{
    unsigned n = 0;
    while (n < WORKBENCH_LANES && !wb->lanes[n].more)
        n++;
    if (n == WORKBENCH_LANES || length_up_to(wb, n) > wb->options.window_urls / 2)
        return false;
    struct lane *lane = &wb->lanes[n];
    lane->late_set = false;
    wb->refilling = n;
    ret_range->last_rank = n == WORKBENCH_LANES - 1 ? UINT8_MAX : (uint8_t)n;
    ret_range->from_start = n == 0 && !lane->horizon_set;
    ret_range->after = lane->horizon_set ? lane->horizon
                       : n               ? (struct ready_key){(uint8_t)(n - 1), UINT64_MAX}
                                         : (struct ready_key){0, 0};
    return true;
}

/* A URL that was committed while the refill read, and stayed on disk, may lie among the keys it read without
 * being one of them: then the horizon ends before it, and what was read beyond is left for the next refill. */
void workbench_refilled(struct workbench *wb, struct ready_key last, bool at_end)
{
    struct lane *lane = &wb->lanes[wb->refilling];
    if (lane->late_set && key_cmp(lane->late, last) <= 0) {
        struct ready_key late = lane->late;
        at_end = false;
        if (late.seq == 0 && late.rank == 0)
            return;
        last = late.seq ? (struct ready_key){late.rank, late.seq - 1}
                        : (struct ready_key){(uint8_t)(late.rank - 1), UINT64_MAX};
    }
    if (!lane->horizon_set || key_cmp(last, lane->horizon) > 0)
        lane->horizon = last;
    lane->horizon_set = true;
    lane->more = !at_end || (lane->dropped_set && key_cmp(lane->dropped, lane->horizon) > 0);
}

void workbench_expect_refill(struct workbench *wb)
{
    for (size_t i = 0; i < WORKBENCH_LANES; i++)
        wb->lanes[i].more = true;
}
