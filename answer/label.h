/* SPDX-License-Identifier: Apache-2.0 */
/* label.h: what a page labels: "Weight | 265 g", "Weight: 265 g", a heading over its section, a number over its unit.
 *
 * Labels are taken from definition lists, rows of two cells, elements of two parts, colons in a line, bold beginnings and
 * headings, the first words of a line, and the names that elements carry in class and itemprop. Each knows the pieces of its value, and what the label may mean (concept.h). In document order of the labels.
 * Bounded by LABELS_MAX. Everything lives in the arena of the view. */
#ifndef WEBKEEP_ANSWER_LABEL_H
#define WEBKEEP_ANSWER_LABEL_H

#include "answer/concept.h"
#include "answer/view.h"

#define LABELS_MAX 40000u

enum label_sort {
    LABEL_DL,      /* dt, dd */
    LABEL_ROW,     /* a row of two cells */
    LABEL_COLUMN,  /* the head of a column over the only row */
    LABEL_PARTS,   /* an element of two parts */
    LABEL_COLON,   /* in running text */
    LABEL_LEAD,    /* bold, or called a label, before the rest of its element */
    LABEL_HEADING, /* a heading and its section */
    LABEL_BEHIND,  /* the value stands first: a number and what it counts */
    LABEL_WORDS,   /* the first words of a line: "SKU TP-1", "Posted on 4 March" */
    LABEL_CLASS,   /* the class or itemprop of an element: what its author called it */
};

struct label {
    enum label_sort sort;
    struct str text; /* as it stands, without the colon */
    struct meaning meaning;
    uint32_t piece;     /* the label's own first piece */
    struct range range; /* of the value */
    struct str value;   /* of one line, or part of it; of several lines the first one */
    uint16_t marks;     /* of the value */
};

struct labels {
    struct label *p; /* by piece */
    uint32_t n, cap;
};

/* ST_LIMIT, ST_NOMEM: the arena ended. */
enum status labels_read(const struct view *view, const struct concepts *concepts,
                        struct labels *ret_labels) MUST_USE;
/* The first label at or behind a piece. */
uint32_t labels_at(const struct labels *labels, uint32_t piece);

#endif
