/* SPDX-License-Identifier: Apache-2.0 */
/* content.h: which part of a page is its content: the article, product, listing, thread or documentation page
 * without navigation, headers, footers, sidebars, banners, share bars, related lists.
 *
 * A page of a known documentation generator is read by that generator's own structure (content_docs.c). Any
 * other is cut into blocks of text, and each block is judged by what it looks like, where it stands, what
 * the elements around it are called, and what its neighbours are (content_features.h, content_model.h).
 * The answer is a bit a node, so every walk over the tree can follow it.
 * A page with text never gets an empty answer: when nothing is found, all of it is the content, and `how`
 * says so. Linear in nodes, no recursion. Threads: a finder belongs to one worker. */
#ifndef WEBKEEP_EXTRACT_CONTENT_H
#define WEBKEEP_EXTRACT_CONTENT_H

#include "base/buf.h"
#include "extract/html/html.h"

/* How the content was found. */
#define CONTENT_HOW_TABLE(X)                                                                            \
    X(CONTENT_NOT_ASKED, "all")      /* nothing was looked for */                                       \
    X(CONTENT_BY_FRAME, "frame")     /* by the structure of a known generator */                        \
    X(CONTENT_BY_SCORE, "score")     /* by judging blocks */                                            \
    X(CONTENT_FELL_BACK, "fallback") /* nothing could be told apart: the whole page */

enum content_how {
#define X(name, text) name,
    CONTENT_HOW_TABLE(X)
#undef X
};

/* Borrowed from the finder until its next content_find(). */
struct content {
    enum content_how how;
    bool noscript;       /* nothing but noscript has text: it is shown */
    uint32_t root;       /* the smallest element around all of it; 0: the whole document */
    const uint8_t *skip; /* a bit a node: neither it nor what is below is content; NULL: none is */
    uint32_t n_nodes;    /* nodes that skip speaks of */
    uint32_t n_blocks, n_kept;
    size_t kept_chars; /* of text, white space folded */
};

struct content_finder;

struct content_finder *content_finder_create(size_t memory_bytes);
void content_finder_destroy(struct content_finder *f); /* NULL is fine */

/* url: where the page came from, may be empty. ST_LIMIT or ST_NOMEM: the page is too large for the finder's memory. */
enum status content_find(struct content_finder *f, const struct html_tree *tree, struct str url,
                         struct content *ret) MUST_USE;

/* What is hidden may be in it and is for the reader to leave out. */
static inline bool content_skips(const struct content *c, uint32_t node)
{
    return c->skip && c->skip[node >> 3] >> (node & 7) & 1;
}

/* The visible text below top (0: the whole document), a line a block, without a line feed at its end. content may
 * be NULL. Errors are out->status. */
void content_text(const struct html_tree *tree, uint32_t top, const struct content *content,
                  struct buf *out);

const char *content_how_text(enum content_how how);

#endif
