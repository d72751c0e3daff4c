/* SPDX-License-Identifier: Apache-2.0 */
/* workbench.h: the ready URLs of one crawl in memory, by host, and when each host may be asked again.
 *
 * A window on the store's ready table: at most window_urls of a lane and those before it are here; what did
 * not fit is on disk and comes back by a refill. Per host: its queues, how many requests at once,
 * the gate that counts them for all crawls, back-off, robots rules. A dead host has none: its URLs stay on disk. Politeness is structural: workbench_take() is the only way to a
 * URL, and it hands out none whose host is not due.
 * Threads: the loop's alone. Times are monotonic milliseconds. */
#ifndef WEBKEEP_FRONTIER_WORKBENCH_H
#define WEBKEEP_FRONTIER_WORKBENCH_H

#include "cache/store.h"
#include "frontier/host_gate.h"
#include "frontier/policy.h"
#include "frontier/robots.h"

/* One URL that waits or is leased. Heap; the text stands behind it. */
struct ready_url {
    struct ready_url *next;
    struct id128 id;
    uint64_t seq;
    int64_t not_before_ms; /* a retry waits */
    uint16_t depth;
    uint8_t rank, redirects, attempts, verdict;
    size_t n;
    char url[]; /* NUL-terminated */
};

/* NULL without memory. */
struct ready_url *ready_url_create(struct id128 id, uint64_t seq, uint8_t rank, uint16_t depth,
                                   uint8_t redirects, uint8_t verdict, struct str url);

/* Ranks 0, 1, 2, and all others: each is a queue and a window of its own, so that what ranks low can neither
 * hold up nor crowd out what ranks high. */
#define WORKBENCH_LANES 4

enum host_robots { ROBOTS_UNKNOWN, ROBOTS_FETCHING, ROBOTS_KNOWN };

struct host {
    struct host *hash_next, *turn_next;
    struct {
        struct ready_url *first, *last;
    } lanes[WORKBENCH_LANES];  /* due: lane by lane, in a lane as they came */
    struct ready_url *waiting; /* retries, by time */
    unsigned queued, limit;    /* limit: requests at once, adapted */
    int64_t delay_ms;          /* between starts: --delay or Crawl-delay */
    struct gate_user door;     /* to the gate that all crawls share, or to its own */
    struct host_gate own_gate;
    int64_t latency_ms;         /* moving average of answers; 0: none yet */
    unsigned good_run, bad_run; /* answers in a row */
    bool dead;                  /* stopped answering: its URLs stay on disk */
    enum host_robots robots_state;
    int64_t robots_at_ms; /* when they became known */
    unsigned robots_attempts;
    struct robots *robots; /* NULL: everything is allowed */
    char *robots_refused;  /* set: nothing is allowed, and why */
    size_t n;
    char origin[]; /* "https://h:8080", NUL-terminated */
};

struct workbench_options {
    size_t window_urls;     /* of a lane and those before it, together */
    unsigned host_requests; /* at once to one host */
    int64_t delay_ms;
    int64_t retry_first_ms, retry_max_ms;
    unsigned dead_after; /* failed connections in a row */
};

struct workbench;

struct workbench *workbench_create(const struct workbench_options *options);
void workbench_destroy(struct workbench *wb); /* NULL is fine */

/* From now on its hosts are asked together with those of the other crawls that share the gates; before any
 * request. ST_NOMEM. workbench_leave() when the last request has ended: it asks nothing any more. */
enum status workbench_join(struct workbench *wb, struct host_gates *gates) MUST_USE;
void workbench_leave(struct workbench *wb);

/* Takes *url. ST_LIMIT: the window is full, the URL stays on disk only (freed; workbench_wants_refill()
 * will say so). ST_NOMEM. */
enum status workbench_add(struct workbench *wb, struct ready_url **url) MUST_USE;

/* The next URL whose host is due; the request has been counted at the host's gate. ST_AGAIN: none is
 * due now. */
enum status workbench_take(struct workbench *wb, int64_t now_ms, struct ready_url **ret_url,
                           struct host **ret_host) MUST_USE;
/* True when the host may be asked for something that is none of its URLs (a sitemap). */
bool workbench_may_ask(struct host *host, int64_t now_ms);
/* Counts a request to the host that is none of its URLs (robots.txt, a sitemap) as workbench_take() would. */
void workbench_count(struct host *host, int64_t now_ms);
/* Gives a taken URL back to the front, uncounted: it was not asked for after all. */
void workbench_give_back(struct workbench *wb, struct host *host, struct ready_url **url);
/* A taken URL will be tried again, not before now + its own back-off (or retry_after_ms, when >= 0). */
void workbench_retry(struct workbench *wb, struct host *host, struct ready_url **url, int64_t now_ms,
                     int64_t retry_after_ms);
/* A URL that waits here is wanted more than was thought; nothing, when it does not wait here. */
void workbench_raise(struct workbench *wb, struct str url, struct id128 id, uint8_t verdict);
/* Nothing to the host before until_ms, by any crawl. */
void workbench_rest(struct host *host, int64_t until_ms);
/* Gives the host up: nothing is asked of it any more, and its URLs stay on disk only. */
void workbench_bury(struct workbench *wb, struct host *host);

enum host_answer {
    HOST_GOOD,
    HOST_BROKEN, /* it took the connection and then answered badly or not at all: that URL's fault, maybe */
    HOST_BUSY, /* 429, 503 */
    HOST_BAD,  /* no connection */
};
/* A request to the host ended (it is counted down). HOST_BUSY: nothing to the host for
 * retry_after_ms (<0: back-off of our own). A host that is busy without a word of when to come back, or
 * takes no connection, too often in a row is dead: its URLs stay on disk. */
void workbench_answered(struct workbench *wb, struct host *host, enum host_answer answer,
                        int64_t took_ms, int64_t retry_after_ms, int64_t now_ms);

/* When workbench_take() may have something, or INT64_MAX. */
int64_t workbench_due_ms(const struct workbench *wb, int64_t now_ms);

/* URLs that wait here; and those that were left on disk as their host is dead. */
size_t workbench_length(const struct workbench *wb);
size_t workbench_dead_urls(const struct workbench *wb);

/* What a refill reads: the ready keys behind `after` (or from the table's start) up to rank last_rank. */
struct refill_range {
    struct ready_key after;
    bool from_start;
    uint8_t last_rank;
};

bool workbench_has_more(const struct workbench *wb); /* URLs are on disk that are not here */
/* True when some of them shall be read now; workbench_refilled() tells the outcome: the last key read (or
 * `after`), and whether the range's end was met. Then the URLs are added as usual. One at a time. */
bool workbench_refill_begin(struct workbench *wb, struct refill_range *ret_range);
void workbench_refilled(struct workbench *wb, struct ready_key last, bool at_end);
/* Everything is on disk: refills read from the start (resume). */
void workbench_expect_refill(struct workbench *wb);

/* The host of an absolute http URL's origin; made when it is new (NULL without memory). */
struct host *workbench_host(struct workbench *wb, struct str origin);

#endif
