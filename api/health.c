/* SPDX-License-Identifier: Apache-2.0 */
/* health.c: is the process alive, does it take work, and what has it done? The first two answer without touching the
 * disk, so that who asks often costs nothing. /metrics is Prometheus's text format 0.0.4; nothing in it is told by key
 * or by site, since who may read it need not know them. Threads: any. */
#include "api/queue.h"
#include "api/routes.h"
#include "crawler/deliver.h"

#include <inttypes.h>

#define RETRY_S 5

static void reply_ok(struct call *call)
{
    struct json_out *out = &call->json_out;
    json_begin(out, '{');
    json_key(out, "status");
    json_put_str(out, STR_LIT("ok"));
    json_key(out, "version");
    json_put_str(out, STR_LIT(WEBKEEP_VERSION));
    json_end(out, '}');
    call_reply_json(call, 200);
}

void health_live(struct call *call)
{
    reply_ok(call);
}

void health_ready(struct call *call)
{
    enum status st = writer_trouble(call->service->writer);
    if (atomic_load(&call->service->stopping))
        call_error_retry(call, 503, "SERVICE_BUSY", RETRY_S, "The service is being stopped.");
    else if (st != OK)
        call_error_retry(call, 503, "SERVICE_BUSY", RETRY_S, "The store can't be written: %s.",
                         status_text(st));
    else
        reply_ok(call);
}

/* ---- metrics ---- */

static void put_jobs(struct buf *out, struct job_queue *queue)
{
    struct job_queue_stats stats;
    job_queue_stats(queue, &stats);
    metric_put_head(out, "jobs", "gauge", "Jobs that wait or run, by kind.");
    for (unsigned kind = 0; kind < JOB_KINDS; kind++) {
        const char *name = job_kind_text((enum job_kind)kind);
        buf_printf(out, "webkeep_jobs{kind=\"%s\",state=\"queued\"} %u\n", name, stats.queued[kind]);
        buf_printf(out, "webkeep_jobs{kind=\"%s\",state=\"running\"} %u\n", name, stats.running[kind]);
    }
}

static void put_webhooks(struct buf *out, struct deliver *deliver)
{
    struct deliver_stats stats;
    deliver_stats(deliver, &stats);
    metric_put_head(out, "webhooks_total", "counter", "Webhook events, by outcome.");
    buf_printf(out,
               "webkeep_webhooks_total{outcome=\"delivered\"} %" PRIu64
               "\nwebkeep_webhooks_total{outcome=\"failed\"} %" PRIu64
               "\nwebkeep_webhooks_total{outcome=\"retried\"} %" PRIu64 "\n",
               stats.delivered, stats.failed, stats.retried);
}

static void put_store(struct buf *out, struct writer *writer)
{
    struct writer_stats stats;
    writer_stats(writer, &stats);
    metric_put(out, "store_commits_total", "counter", "Transactions that were committed.",
               stats.commits);
    metric_put(out, "store_writes_total", "counter", "Jobs of the writer that were committed.",
               stats.jobs);
    metric_put(out, "store_written_bytes_total", "counter", "About how many bytes those wrote.",
               stats.bytes);
    metric_put(out, "store_trouble", "gauge", "1 while the store can't be written.",
               writer_trouble(writer) != OK);
}

/* Sums over all keys. A store that can't be read has no credits to show. */
static void put_credits(struct buf *out, struct store *store)
{
    struct store_read *read;
    struct key_record key = {0};
    uint64_t used = 0, reserved = 0;
    if (store_read_begin(store, &read) != OK)
        return;
    while (store_key_next(read, key.number, &key) == OK) {
        used += key.used;
        reserved += key.reserved;
    }
    store_read_end(read);
    metric_put(out, "credits_used_total", "counter", "Credits that were charged, all keys together.",
               used);
    metric_put(out, "credits_reserved", "gauge", "Credits that waiting and running jobs hold.",
               reserved);
}

void health_metrics(struct call *call)
{
    struct service *service = call->service;
    struct buf *out = &call->out;
    metric_put_head(out, "info", "gauge", "The version.");
    buf_puts(out, "webkeep_info{version=\"" WEBKEEP_VERSION "\"} 1\n");
    metrics_write(&service->metrics, out);
    put_jobs(out, service->queue);
    put_webhooks(out, service->deliver);
    put_store(out, service->writer);
    put_credits(out, service->store);
    call_reply_bytes(call, 200, "text/plain; version=0.0.4; charset=utf-8");
}
