/* SPDX-License-Identifier: Apache-2.0 */
/* service.h: the service as a whole: what it is made of, and the order in which its parts start and stop.
 *
 *   start: store, writer, engine, deliver, queue (takes up its jobs again), idle, server
 *   stop:  new requests are refused (stopping), idle, the queue interrupts its jobs and they commit, server, engine,
 *          deliver, writer, store
 *
 * Everything here is made before the first request and gone after the last; handlers read the pointers freely. */
#ifndef WEBKEEP_API_SERVICE_H
#define WEBKEEP_API_SERVICE_H

#include "api/metrics.h"
#include "base/config.h"
#include "cache/accounts.h"
#include "cache/writer.h"
#include "crawler/crawler.h"

#include <stdatomic.h>

#define SECRET_BYTES 32

struct service {
    const struct config *config;
    struct store *store;
    struct writer *writer;
    struct model *model; /* answer/model.h; NULL: none is set */
    struct engine *engine;
    struct deliver *deliver;       /* crawler/deliver.h: webhooks */
    struct job_queue *queue;       /* api/queue.h: which job runs when */
    struct idle *_Atomic idle;     /* api/idle.h: repacks when there is time; NULL when it shall not */
    struct rates *rates;           /* api/rates.h: token buckets */
    struct downloads *downloads;   /* api/downloads.h: spooled archives */
    struct plans *plans;           /* api/plans.h: looks at sites before they are crawled */
    struct server *server;         /* api/server.h */
    struct control *control;       /* crawler/control.h: commands of other processes */
    uint8_t signing[SECRET_BYTES]; /* of signed links; kept in the data folder, mode 0600 */
    struct address_rule *rule;     /* which addresses URLs in requests may have */
    struct str_list allow_private;
    bool public_only; /* the address guard is on (false: --allow-private without a list) */
    bool log_json;
    struct metrics metrics;
    atomic_bool stopping;
};

struct service_options {
    const struct config *config; /* borrowed until service_destroy() */
    const char *data_dir, *command;
    bool allow_all_private;
    struct str_list allow_private; /* HOST[:PORT] */
    bool log_json;
};

/* Opens the folder, starts all parts and listens. Prints nothing. *ret_new_key: the first key of a folder that
 * has none ("" otherwise), to be shown once; at least SERVICE_KEY_TEXT bytes. */
#define SERVICE_KEY_TEXT 64
enum status service_create(const struct service_options *options, struct service **ret_service,
                           char *ret_new_key, struct diag *ret_diag) MUST_USE;
/* Drains and commits; jobs that run go on at the next start. NULL is fine. */
void service_destroy(struct service *service);
/* "http://127.0.0.1:8787": where it listens. */
const char *service_address(const struct service *service);

#endif
