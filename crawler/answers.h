/* SPDX-License-Identifier: Apache-2.0 */
/* answers.h: threads that get models' answers to pages which are committed already.
 *
 * A page waits for nobody: it is stored first, its answer follows as a row of its own, whenever the model gives it. A crawl has
 * ended when no answer is out (crawl->answers_out). What an earlier job was answered to the same question of the same page is not
 * asked again. What is stopped in between is asked for again when the job goes on:
 * answers_missing() finds the pages without a row.
 * Threads: answers_ask() is the loop's; the rest is said at each. */
#ifndef WEBKEEP_CRAWLER_ANSWERS_H
#define WEBKEEP_CRAWLER_ANSWERS_H

#include "cache/answers.h"
#include "crawler/engine.h"
#include "crawler/page.h"

struct answers;

/* So many threads at most; fewer are fine, none is NULL, as without memory. */
struct answers *answers_create(struct engine *engine, unsigned threads);
void answers_destroy(struct answers *answers); /* no crawl is left; NULL is fine */

/* The page at seq is to be answered; false without memory. An EVENT_ANSWERED comes to the loop for each. */
bool answers_ask(struct answers *answers, struct crawl *crawl, uint64_t seq, struct id128 url);
/* Loop's: takes the event; the status is what storing it came to. */
enum status answers_take(struct event *event, struct crawl **ret_crawl);

/* Fills crawl->missing: pages of a job that goes on whose answers are not there. Before the crawl is attached. */
enum status answers_missing(struct crawl *crawl) MUST_USE;

/* commit.c: such a row, the page's event and what it cost, as one job of the writer. */
struct commit_row {
    struct write_job job;
    struct crawl *crawl;
    struct id128 url;
    struct row_record row;
    struct answer_info answer;
    bool keep; /* for later jobs, under key (answer/cached.h) */
    struct sha256 key;
    bool fed;
};
enum status commit_row_apply(struct write_job *job, struct store_write *write);
void commit_row_done(struct write_job *job, enum status st);

#endif
