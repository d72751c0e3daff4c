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

#endif
