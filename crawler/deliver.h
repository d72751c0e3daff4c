/* SPDX-License-Identifier: Apache-2.0 */
/* deliver.h: webhooks. One thread with a curl multi of its own reads the feeds (cache/accounts.h) of jobs that
 * have a webhook and POSTs an event at a time and job, in order, so that nothing it does can slow a crawl.
 *
 * 2xx in time is delivered. Anything else, redirects too, is tried again after webhook.retry1_ms, retry2_ms and
 * retry3_ms; then the event is given up and the next one follows. What the address guard refuses is given up at
 * once. 410 ends the job's webhook for good: it is sent nothing more.
 *
 * Where it stands is kept in the store (job record: delivered), a fifth of a second behind at most: after a kill
 * an event may come twice, and none is lost. The address guard of the service holds for webhooks too, at every
 * connection. */
#ifndef WEBKEEP_CRAWLER_DELIVER_H
#define WEBKEEP_CRAWLER_DELIVER_H

#include "base/address.h"
#include "base/config.h"
#include "cache/accounts.h"
#include "cache/writer.h"

/* No body is larger: its buffer ends there (ST_LIMIT), and a writer that has less to say can begin again. */
#define DELIVER_BODY_BYTES ((size_t)1 << 20)

struct deliver;

struct deliver_options {
    const struct config *config; /* webhook.*, fetch.dns_* */
    struct store *store;
    struct writer *writer;
    struct address_rule *rule; /* shared */
    struct str secret;         /* copied; signs: X-Spidra-Signature: sha256=HMAC-SHA256(body) */
    /* The object of an event, as JSON: {"event":"crawl.page","jobId":...}, and its name, a static text. Written
     * by whoever knows the API's words; called on the thread of deliver with a read transaction open.
     * ST_NOTFOUND: this event is not told. STATUS_RETRY: not now, ask again soon. Anything else counts as a
     * failed try. */
    enum status (*body)(void *user, struct store_read *read, const struct job_record *job,
                        const struct feed_record *event, const char **ret_name, struct buf *out);
    void *user;
};

/* Begins at once, with what an earlier process left undelivered. */
enum status deliver_create(const struct deliver_options *options, struct deliver **ret_deliver,
                           struct diag *ret_diag) MUST_USE;
/* A job has new events, or is new. Any thread, cheap, never waits. */
void deliver_wake(struct deliver *deliver, struct id128 job);
/* Drops what is under way: it is sent again next time. The writer must still run. NULL is fine. */
void deliver_destroy(struct deliver *deliver);

/* What stays the same when an event is sent again: the job's id, a hyphen, the event's number in its feed. Sent as
 * X-Webkeep-Delivery, and for the body. */
#define DELIVERY_ID_TEXT 64
void delivery_id(struct id128 job, uint64_t number, char to[DELIVERY_ID_TEXT]);

struct deliver_stats {
    uint64_t delivered, failed, retried; /* failed: events that were given up */
};
void deliver_stats(struct deliver *deliver, struct deliver_stats *ret_stats);

#endif
