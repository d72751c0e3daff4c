/* SPDX-License-Identifier: Apache-2.0 */
/* reuse.h: which pages have an answer to this question already, whichever job made it.
 *
 * What an answer depends on, and so when it is another's, stands in answer/cached.h.
 * Threads: one at a time. */
#ifndef WEBKEEP_EXPORT_REUSE_H
#define WEBKEEP_EXPORT_REUSE_H

#include "answer/cached.h"
#include "cache/answers.h"
#include "export/pages.h"

struct reuse_options {
    struct store *store;
    const struct asker *asker; /* borrowed */
    enum html_engine engine;
    struct html_limits limits;
    uint32_t owner;
    bool off; /* nothing is looked up */
};

struct earlier {
    bool has_key; /* false: the page has no bytes that could be answered, or nothing is kept */
    bool found;
    struct sha256 key;
    struct answer_record answer; /* where it was found; its stream is empty unless asked for */
};

struct reuse;

enum status reuse_create(const struct reuse_options *options, struct reuse **ret_reuse) MUST_USE;
void reuse_destroy(struct reuse *reuse); /* NULL is fine */

/* One for each of the pages, which need their parts (PAGES_SIZES). They live until the next call. One that can't be read counts
 * as not found. */
enum status reuse_look(struct reuse *reuse, const struct page_item *items, unsigned n, bool streams,
                       const struct earlier **ret_earlier) MUST_USE;

#endif
