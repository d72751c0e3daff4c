/* SPDX-License-Identifier: Apache-2.0 */
/* text.h: the text of a subtree on one line: white space folded to single spaces, none at the ends, cut at
 * a maximum between characters. Titles, anchors, headings and table cells are read this way. */
#ifndef WEBKEEP_EXTRACT_HTML_TEXT_H
#define WEBKEEP_EXTRACT_HTML_TEXT_H

#include "base/arena.h"
#include "extract/html/html.h"

struct fold {
    char *to;
    size_t n, max; /* bytes written, bytes that fit */
    bool gap;      /* white space came since the last byte */
    bool full;
};

static inline struct fold fold_begin(char *to, size_t max)
{
    return (struct fold){.to = to, .max = max};
}

void fold_put(struct fold *f, struct str text);

static inline struct str fold_end(const struct fold *f)
{
    return str_make(f->to, f->n);
}

/* Elements that begin a line of their own; text on their two sides is apart. */
bool html_is_block(const struct html_tree *tree, uint32_t node);
/* script, style, template: what they hold is no text. */
bool html_is_silent(const struct html_tree *tree, uint32_t node);

/* Puts the text below top, nested tables left out on demand. Looks at max_nodes nodes at most; returns how many it were. */
uint32_t fold_tree(struct fold *f, const struct html_tree *tree, uint32_t top, bool skip_tables,
                   uint32_t max_nodes);

/* A folded copy in the arena; empty when there is no room. */
struct str fold_copy(struct arena *arena, struct str text, size_t max);
struct str fold_copy_tree(struct arena *arena, const struct html_tree *tree, uint32_t top, size_t max);

/* Bytes of text when folded; *gap carries from one text to the next. Sixteen bytes behind it must be
 * readable, as they are behind all texts of a tree. */
size_t fold_count(struct str text, bool *gap);

#endif
