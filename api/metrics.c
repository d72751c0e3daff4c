/* SPDX-License-Identifier: Apache-2.0 */
/* metrics.c: what happens at the front, counted, and as text. What the other parts count is put together with it in
 * health.c. Threads: any. */
#include "api/metrics.h"

#include <inttypes.h>

/* Upper ends of the buckets, in milliseconds; the last bucket has none. */
static const int64_t bounds_ms[METRIC_BUCKETS - 1] = {1, 2, 5, 10, 25, 50, 100, 250, 1000, 2500, 10000};

void metrics_reply(struct metrics *metrics, unsigned status, int64_t duration_ms)
{
    size_t i = 0;
    if (duration_ms < 0)
        duration_ms = 0;
    while (i < ARRAY_LEN(bounds_ms) && duration_ms > bounds_ms[i])
        i++;
    atomic_fetch_add(&metrics->requests[status / 100 < METRIC_CLASSES ? status / 100 : 0], 1);
    atomic_fetch_add(&metrics->duration_bucket[i], 1);
    atomic_fetch_add(&metrics->duration_us, (uint64_t)duration_ms * 1000);
    atomic_fetch_add(&metrics->durations, 1);
}

/* ---- text ---- */

void metric_put_head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP webkeep_%s %s\n# TYPE webkeep_%s %s\n", name, help, name, type);
}

void metric_put(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
    metric_put_head(out, name, type, help);
    buf_printf(out, "webkeep_%s %" PRIu64 "\n", name, value);
}

static void put_requests(struct buf *out, struct metrics *m)
{
    metric_put_head(out, "http_requests_total", "counter",
                    "Requests that were answered, by class of the status.");
    for (size_t i = 1; i < METRIC_CLASSES; i++)
        buf_printf(out, "webkeep_http_requests_total{status=\"%zuxx\"} %" PRIu64 "\n", i,
                   atomic_load(&m->requests[i]));
    metric_put_head(out, "http_request_duration_seconds", "histogram",
                    "From a request's head to its reply's head.");
    uint64_t sum = 0;
    for (size_t i = 0; i < METRIC_BUCKETS; i++) {
        sum += atomic_load(&m->duration_bucket[i]);
        buf_puts(out, "webkeep_http_request_duration_seconds_bucket{le=\"");
        if (i < ARRAY_LEN(bounds_ms))
            buf_printf(out, "%g", (double)bounds_ms[i] / 1000);
        else
            buf_puts(out, "+Inf");
        buf_printf(out, "\"} %" PRIu64 "\n", sum);
    }
    uint64_t us = atomic_load(&m->duration_us);
    buf_printf(out, "webkeep_http_request_duration_seconds_sum %" PRIu64 ".%06" PRIu64 "\n",
               us / 1000000, us % 1000000);
    buf_printf(out, "webkeep_http_request_duration_seconds_count %" PRIu64 "\n", sum);
}

static void put_wire(struct buf *out, struct metrics *m)
{
    metric_put(out, "http_received_bytes_total", "counter", "Bytes of request bodies.",
               atomic_load(&m->received_bytes));
    metric_put(out, "http_sent_bytes_total", "counter", "Bytes of reply bodies.",
               atomic_load(&m->sent_bytes));
    metric_put(out, "http_connections", "gauge", "Connections that are open.",
               atomic_load(&m->connections));
    metric_put(out, "http_streams", "gauge", "Replies that are being made while they are sent.",
               atomic_load(&m->streams));
    metric_put_head(out, "http_refused_total", "counter", "Requests that were refused, by reason.");
    buf_printf(out,
               "webkeep_http_refused_total{reason=\"rate\"} %" PRIu64
               "\nwebkeep_http_refused_total{reason=\"key\"} %" PRIu64
               "\nwebkeep_http_refused_total{reason=\"address\"} %" PRIu64 "\n",
               atomic_load(&m->refused_rate), atomic_load(&m->refused_auth),
               atomic_load(&m->refused_address));
}

void metrics_write(struct metrics *metrics, struct buf *out)
{
    put_requests(out, metrics);
    put_wire(out, metrics);
}
