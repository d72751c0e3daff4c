/* SPDX-License-Identifier: Apache-2.0 */
/* records_int.h: what the pieces of records.c share: candidates, and the keys by which elements are said to be alike.
 *
 * Two keys: the key of a child holds among the children of one parent only (its tag, and that of its class words which most
 * of its siblings have too); the step of an element holds everywhere (its tag and its first class word). Words are taken without
 * digits, and words of state ("odd", "active") are passed over. */
#ifndef WEBKEEP_ANSWER_RECORDS_INT_H
#define WEBKEEP_ANSWER_RECORDS_INT_H

#include "answer/records.h"

#define RECORDS_CHILDREN_MAX 20000u

struct child {
    uint32_t node;
    uint32_t key;   /* alike among its siblings; never 0 */
    uint32_t shape; /* of its own children's tags */
};

struct member {
    uint32_t first, last;
};

/* A group before its cells are read. */
struct candidate {
    enum records_sort sort;
    uint32_t parent, header; /* header: the row of a table that labels the columns, or 0 */
    struct member *p;
    uint32_t n;
    int score;
};

struct records_maker {
    const struct view *view;
    const struct concepts *concepts;
    struct arena *arena;
    struct candidate kept[RECORDS_GROUPS_MAX]; /* best first */
    unsigned n_kept;
    uint32_t own; /* pieces in the page's own voice */
    struct child *children;
    struct member *members; /* of the candidate that is looked at */
    uint32_t cells;         /* given out so far */
    bool cut;
};

/* ---- records_keys.c ---- */

/* The children of a parent that hold text, with their keys; up to RECORDS_CHILDREN_MAX. */
uint32_t records_children(struct records_maker *m, uint32_t parent, struct child *to);
uint32_t records_step(const struct html_tree *tree, uint32_t node, bool *ret_named);
uint32_t records_shape(const struct html_tree *tree, uint32_t node);
uint32_t records_hash(uint32_t h, uint32_t more);

/* ---- records.c ---- */

/* Weighs m->members[0..n) and keeps them as a candidate if they are good enough. */
void records_offer(struct records_maker *m, enum records_sort sort, uint32_t parent, uint32_t header,
                   uint32_t n);
/* Groups among children with keys: those alike, and runs that begin alike. */
void records_consider(struct records_maker *m, enum records_sort sort, uint32_t parent, uint32_t header,
                      const struct child *children, uint32_t n);

/* ---- records_table.c ---- */

void records_table(struct records_maker *m, uint32_t table);
/* Which column of its row a cell begins at. */
unsigned records_column_at(const struct html_tree *tree, uint32_t cell);
/* The cell of a row that covers a column, or 0. */
uint32_t records_row_cell(const struct html_tree *tree, uint32_t row, unsigned column);

/* ---- records_cells.c ---- */

/* Reads the cells of a candidate. ST_LIMIT, ST_NOMEM: the arena ended. */
enum status records_read(struct records_maker *m, const struct candidate *c,
                         struct records *ret) MUST_USE;

#endif
