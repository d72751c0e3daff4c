/* SPDX-License-Identifier: Apache-2.0 */
/* rates.h: token buckets: one a key, one an address for requests without a good key. Memory is bounded: the
 * bucket that is fullest (so forgets nothing) makes room. Threads: any. */
#ifndef WEBKEEP_API_RATES_H
#define WEBKEEP_API_RATES_H

#include "base/hash.h"

#include <stdbool.h>

struct rates;

struct rate {
    uint32_t requests, seconds; /* so many in so many seconds; requests 0: no limit */
};

/* What the RateLimit headers say. */
struct rate_state {
    bool allowed;
    uint32_t limit, remaining;
    uint32_t reset_s; /* seconds until the bucket is full again */
    uint32_t retry_s; /* seconds until one request is allowed; 0 when allowed */
};

struct rates *rates_create(size_t buckets); /* NULL without memory */
void rates_destroy(struct rates *rates);
/* Takes one token from who's bucket. now_ms: monotonic. */
struct rate_state rates_take(struct rates *rates, struct id128 who, struct rate rate, int64_t now_ms);
/* The same without taking one. */
struct rate_state rates_look(struct rates *rates, struct id128 who, struct rate rate, int64_t now_ms);

#endif
