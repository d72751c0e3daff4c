/* SPDX-License-Identifier: Apache-2.0 */
/* view.h: a page as a reader sees it: lines of text, made of pieces, in document order, with what each stands in.
 *
 * A piece is a run of text inside one element; a line is what stands between two block boundaries. The pieces of a
 * subtree are a range: [begin[node], end[node]). Made once a page; nothing is changed afterwards but for marks.
 *
 * Bounded: VIEW_*_MAX; what is beyond is not read and `cut` is set. Everything lives in the arena. */
#ifndef WEBKEEP_ANSWER_VIEW_H
#define WEBKEEP_ANSWER_VIEW_H

#include "answer/number.h"
#include "answer/when.h"
#include "base/arena.h"
#include "extract/html/html.h"

#define VIEW_PIECES_MAX 200000u
#define VIEW_TEXT_MAX_BYTES (4u << 20)

enum view_mark {
    VIEW_NAV = 1 << 0,     /* navigation, header, footer, breadcrumb, forms */
    VIEW_NOISE = 1 << 1,   /* cookie notes, advertisements, dialogs */
    VIEW_RELATED = 1 << 2, /* other things than the page's own */
    VIEW_REVIEWS = 1 << 3, /* what visitors wrote */
    VIEW_QUOTE = 1 << 4,
    VIEW_HIDDEN = 1 << 5,
    VIEW_ASIDE = 1 << 6,
    VIEW_STRUCK = 1 << 7,
    VIEW_STRONG = 1 << 8,
    VIEW_LINK = 1 << 9,
    VIEW_SPOKEN = 1 << 10, /* for screen readers: visually hidden text, aria-label, alt */
    VIEW_SMALL = 1 << 11,  /* sub, sup: a reference */
    VIEW_CODE = 1 << 12,
    VIEW_BUTTON = 1 << 13,
    VIEW_CRUMB = 1 << 14,
    VIEW_TIME = 1 << 15, /* in a time element, whose node is the piece's */
};
/* What is not the page's own voice. */
#define VIEW_OUT (VIEW_NAV | VIEW_NOISE | VIEW_RELATED | VIEW_HIDDEN | VIEW_BUTTON | VIEW_CRUMB)

struct piece {
    struct str text; /* a slice of its line's */
    uint32_t node;   /* the element it stands in */
    uint32_t line;
    uint32_t at; /* byte in the line's text */
    uint16_t marks;
};

struct line {
    struct str text, folded;
    uint32_t first, n; /* its pieces */
    uint32_t node;     /* the nearest block around it */
    uint16_t marks;    /* of all its pieces */
    uint8_t heading;   /* 1 to 6, or 0 */
};

struct view {
    const struct html_tree *tree;
    struct arena *arena;
    struct piece *pieces;
    struct line *lines;
    uint32_t n_pieces, n_lines;
    uint32_t *begin, *end; /* by node */
    uint32_t title;        /* the line that names the page; n_lines: none */
    struct str language;
    enum numerals numerals;
    struct when_style style;
    bool cut;
};

/* title: of the head; language: as the page says it. ST_LIMIT, ST_NOMEM: the arena ended. */
enum status view_make(const struct html_tree *tree, struct str title, struct str language,
                      struct arena *arena, struct view *ret_view) MUST_USE;

/* A part of a page: pieces [from, to). */
struct range {
    uint32_t from, to;
};

static inline struct range view_node(const struct view *v, uint32_t node)
{
    return (struct range){v->begin[node], v->end[node]};
}

static inline struct range view_all(const struct view *v)
{
    return (struct range){0, v->n_pieces};
}

/* The part of the line with piece `from` that lies inside the range, and the first piece behind it. */
struct str view_run(const struct view *v, struct range range, uint32_t *ret_next);
/* The piece that byte `at` of a line belongs to. */
uint32_t view_piece_at(const struct view *v, uint32_t line, size_t at);
/* The text of a range, lines joined by the separator; pieces that carry one of the marks are left out. */
struct str view_text(const struct view *v, struct range range, const char *separator, unsigned without);
/* The children of a node that hold text, white space and empty elements passed over: up to max. */
unsigned view_parts(const struct view *v, uint32_t node, uint32_t *ret_nodes, unsigned max);

#endif
