/* SPDX-License-Identifier: Apache-2.0 */
/* cached.h: a page as the store has it, and its row: unpacked, read, answered, packed.
 *
 * One answerer belongs to one thread; it keeps parser, codec and memory from page to page. */
#ifndef WEBKEEP_ANSWER_CACHED_H
#define WEBKEEP_ANSWER_CACHED_H

#include "answer/answer.h"
#include "base/codec.h"
#include "cache/records.h"

struct answerer;

struct answerer *answerer_create(enum html_engine engine,
                                 const struct html_limits *limits); /* NULL without memory */
void answerer_destroy(struct answerer *answerer);                   /* NULL is fine */

struct cached_row {
    struct buf json, stream; /* the stored row (answer.h), plain and as raw deflate */
    struct packed packed;
    struct answer_info info;
    bool failed; /* the page could not be read; the row says why */
};

void cached_row_init(struct cached_row *row);
void cached_row_fini(struct cached_row *row);

/* html: the page's part of that kind, with its stream; NULL: it has none, and the row says so. ST_NOMEM. */
enum status answerer_row(struct answerer *answerer, const struct asker *asker, struct str url,
                         struct str content_type, const struct part *html,
                         struct cached_row *row) MUST_USE;

/* ---- what an answer depends on: its key among the answers that are kept (cache/answers.h) ---- */

/* What all pages' answers to a question have in common: who answers it (asker_identity()), parser and limits, and who owns the job.
 * Answers are never shared between owners: that one was found would tell of the other. */
struct sha256 answers_key(struct sha256_ctx *sha, const struct asker *asker, enum html_engine engine,
                          const struct html_limits *limits, uint32_t owner);
/* Of one page; html: the hash of its bytes. */
struct sha256 answer_key(struct sha256_ctx *sha, struct sha256 common, struct sha256 html,
                         struct str url, struct str content_type);
/* A row that was just made is the page's answer for later jobs too. */
bool cached_row_keeps(const struct cached_row *row);

#endif
