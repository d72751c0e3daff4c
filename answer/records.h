/* SPDX-License-Identifier: Apache-2.0 */
/* records.h: what a page repeats: cards, rows of a table, items of a list, comments, terms and what they mean, plans side by side.
 *
 * A group is a set of parts of the page that are built alike: children of one parent, or of parents that are built alike themselves
 * (rows of cards); runs of children that begin alike (a heading and what follows, a row and the row of details below it); the rows of
 * a table, and its columns where the first cell of each row is a label. A cell is an element of a record; elements around the
 * same text are one cell. A column is what stands at the same place of its record in all of them: by the names of the elements
 * on the way there, by position only among elements without a class.
 *
 * Groups come with the best first: many, rich, alike, in the page's own voice. Found by two passes over the tree without recursion; bounded by RECORDS_*. Everything lives in
 * the arena of the view. Threads: any; a list is not changed once it is made. */
#ifndef WEBKEEP_ANSWER_RECORDS_H
#define WEBKEEP_ANSWER_RECORDS_H

#include "answer/concept.h"
#include "answer/view.h"

#define RECORDS_GROUPS_MAX 24u
#define RECORDS_MAX 5000u /* of a group */
#define RECORDS_COLUMNS_MAX 64u
#define RECORDS_CELLS_MAX 200000u /* of all groups */

enum records_sort {
    RECORDS_PARTS,   /* elements side by side */
    RECORDS_RUNS,    /* elements that begin alike, each with those behind it */
    RECORDS_ROWS,    /* rows of a table */
    RECORDS_COLUMNS, /* columns of a table: no range of their own, only cells */
};

struct record_cell {
    uint32_t node; /* the outermost element around the text */
    struct range range;
    uint16_t column;
};

struct record {
    uint32_t first,
        last; /* nodes: its element, or the first and last of a run; 0: a column of a table */
    struct range range;
    const struct record_cell *cells; /* in document order; one may hold another */
    uint32_t n_cells;
};

struct record_column {
    struct str
        label; /* the head of a table's column, or a text that stands before the cell in every record; or STR_NONE */
    struct meaning meaning; /* of the label */
    uint32_t filled;        /* records that have it */
    bool
        same; /* three records or more have it, all with the same text: a word of the form, not of the record */
};

struct records {
    enum records_sort sort;
    uint32_t parent;    /* the element around all of them */
    struct str heading; /* the line that names them; or STR_NONE */
    struct str names;   /* folded: class and id of the parent, class of the first record */
    struct record *p;
    uint32_t n;
    struct record_column *columns;
    uint32_t n_columns;
    int score;
};

struct records_list {
    struct records *p;
    unsigned n;
    bool cut; /* a limit was reached */
};

/* ST_LIMIT, ST_NOMEM: the arena ended. */
enum status records_find(const struct view *view, const struct concepts *concepts,
                         struct records_list *ret_list) MUST_USE;

/* The first cell of a column, or NULL. */
const struct record_cell *record_cell(const struct record *record, unsigned column);
/* The innermost cell that holds a piece, or NULL. */
const struct record_cell *record_cell_at(const struct record *record, uint32_t piece);

#endif
