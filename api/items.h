/* SPDX-License-Identifier: Apache-2.0 */
/* items.h: the URLs of a scrape or batch, each with its outcome: read by the status routes and by the logs. */
#ifndef WEBKEEP_API_ITEMS_H
#define WEBKEEP_API_ITEMS_H

#include "api/results.h"
#include "api/service.h"
#include "api/states.h"
#include "crawler/submit.h"

struct items {
    const struct service *service;
    struct str *urls; /* as submitted */
    struct id128 *ids;
    size_t n;
    struct id128 leased[64];
    size_t n_leased;
    bool answers_follow; /* a page without an answer is not ready */
};

struct item {
    enum item_state state;
    struct url_record url;   /* what it ended with; slices live in the transaction */
    struct page_record page; /* when completed */
    struct str error;        /* when failed: a sentence */
};

/* Slices live in the arena. */
enum status items_read(struct items *items, const struct service *service, struct store_read *read,
                       const struct job_record *job, struct arena *arena) MUST_USE;
enum status item_read(const struct items *items, struct store_read *read, const struct job_record *job,
                      size_t i, struct item *ret_item) MUST_USE;

/* A batch's id ends in a zero byte; its items are named by that byte, from 1. */
struct id128 item_uuid(struct id128 batch, size_t i);
/* The batch and index that an item's id means; false: it is no item's. */
bool item_of_uuid(struct id128 id, struct id128 *ret_batch, size_t *ret_i);

/* The one `result` of a page: content, url, title, markdownContent, success, ai_extraction_failed, ... */
enum status item_put_result(struct result_reader *reader, struct store_read *read,
                            const struct job_record *job, const struct item *item, bool spread,
                            struct json_out *out) MUST_USE;

#endif
