/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.h: counters that /metrics shows (Prometheus text format 0.0.4). Written from any thread. */
#ifndef WEBKEEP_API_METRICS_H
#define WEBKEEP_API_METRICS_H

#include "base/buf.h"

#include <stdatomic.h>
#include <stdint.h>

#define METRIC_CLASSES 6  /* status / 100 */
#define METRIC_BUCKETS 12 /* of request durations, seconds: see metrics.c */

struct metrics {
    _Atomic uint64_t requests[METRIC_CLASSES];
    _Atomic uint64_t duration_bucket[METRIC_BUCKETS], duration_us, durations;
    _Atomic uint64_t received_bytes, sent_bytes;
    _Atomic uint64_t refused_rate, refused_auth, refused_address;
    _Atomic uint64_t connections, streams; /* open now */
};

/* A reply's head is made. */
void metrics_reply(struct metrics *metrics, unsigned status, int64_t duration_ms);
/* All of them as text. */
void metrics_write(struct metrics *metrics, struct buf *out);

/* One metric, "webkeep_" put before its name: what it is, or that and its only value. type: "counter", "gauge". */
void metric_put_head(struct buf *out, const char *name, const char *type, const char *help);
void metric_put(struct buf *out, const char *name, const char *type, const char *help, uint64_t value);

#endif
