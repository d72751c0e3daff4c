/* SPDX-License-Identifier: Apache-2.0 */
/* records_table.c: rows of a table as records, and its columns where the first cell of each row is a label. Rows are alike that have
 * the same number of cells. What a table is used for (data or layout) is left to the weighing. */
#include "answer/records_int.h"

#include <stdlib.h>

enum { CELLS_MAX = 64, LABEL_MAX_BYTES = 60 };

static bool is_cell(const struct html_tree *tree, uint32_t node)
{
    return html_is(tree, node, N_TD) || html_is(tree, node, N_TH);
}

static unsigned span_of(const struct html_tree *tree, uint32_t cell)
{
    struct str s = str_trim(html_attr(tree, cell, N_COLSPAN));
    unsigned n = 0;
    for (size_t i = 0; i < s.n && i < 3 && ascii_is_digit(s.p[i]); i++)
        n = n * 10 + (unsigned)(s.p[i] - '0');
    return n == 0 ? 1 : n > CELLS_MAX ? CELLS_MAX : n;
}

uint32_t records_row_cell(const struct html_tree *tree, uint32_t row, unsigned column)
{
    unsigned at = 0;
    for (uint32_t c = tree->nodes[row].first; c && at <= column; c = tree->nodes[c].next) {
        unsigned span = is_cell(tree, c) ? span_of(tree, c) : 0;
        if (span && column < at + span)
            return c;
        at += span;
    }
    return 0;
}

unsigned records_column_at(const struct html_tree *tree, uint32_t cell)
{
    unsigned at = 0;
    for (uint32_t c = tree->nodes[cell].prev; c && at < CELLS_MAX; c = tree->nodes[c].prev)
        at += is_cell(tree, c) ? span_of(tree, c) : 0;
    return at < CELLS_MAX ? at : CELLS_MAX;
}

struct row_facts {
    unsigned cells, heads, strong;
    bool corner; /* the first cell is empty */
};

static struct row_facts look_at(const struct view *v, uint32_t row)
{
    struct row_facts f = {0};
    for (uint32_t c = v->tree->nodes[row].first; c && f.cells < CELLS_MAX; c = v->tree->nodes[c].next) {
        if (!is_cell(v->tree, c))
            continue;
        f.corner = f.cells++ == 0 ? v->end[c] == v->begin[c] : f.corner;
        f.heads += html_is(v->tree, c, N_TH);
        uint16_t all = 0xFFFF;
        for (uint32_t p = v->begin[c]; p < v->end[c] && p < v->begin[c] + 8; p++)
            all &= v->pieces[p].marks;
        f.strong += v->end[c] > v->begin[c] && (all & VIEW_STRONG);
    }
    return f;
}

/* The rows of a table in order; the heads of its columns are told apart. */
static uint32_t rows_of(struct records_maker *m, uint32_t table, uint32_t *ret_header)
{
    const struct view *v = m->view;
    const struct html_tree *tree = v->tree;
    uint32_t n = 0;
    *ret_header = 0;
    for (uint32_t part = tree->nodes[table].first; part; part = tree->nodes[part].next) {
        bool head = html_is(tree, part, N_THEAD), body = html_is(tree, part, N_TBODY),
             lone = html_is(tree, part, N_TR);
        if (!head && !body && !lone)
            continue;
        for (uint32_t row = lone ? part : tree->nodes[part].first; row;
             row = lone ? 0 : tree->nodes[row].next) {
            if (!html_is(tree, row, N_TR) || v->end[row] <= v->begin[row])
                continue;
            struct row_facts f = look_at(v, row);
            bool heads =
                f.cells >= 2 && (head || f.heads == f.cells || (f.corner && f.heads + 1 == f.cells) ||
                                 (n == 0 && !*ret_header && f.strong == f.cells));
            if (heads) {
                if (n == 0)
                    *ret_header = row;
                continue;
            }
            if (head || f.cells == 0)
                continue;
            if (n == RECORDS_CHILDREN_MAX) {
                m->cut = true;
                return n;
            }
            m->children[n++] =
                (struct child){.node = row, .key = f.cells + 1, .shape = records_hash(f.cells, f.heads)};
        }
    }
    return n;
}

/* First cells that may be labels: short, filled, all different from a number. */
static bool has_row_labels(const struct view *v, const struct child *rows, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        uint32_t cell = records_row_cell(v->tree, rows[i].node, 0), next;
        if (!cell || v->end[cell] <= v->begin[cell])
            return false;
        struct str text = view_run(v, view_node(v, cell), &next);
        if (next != v->end[cell] || text.n > LABEL_MAX_BYTES || ascii_is_digit(text.p[0]))
            return false;
    }
    return true;
}

/* Columns as records: members are the heads of the columns, or the cells of the first row. */
static void offer_columns(struct records_maker *m, uint32_t table, uint32_t header, uint32_t n)
{
    const struct view *v = m->view;
    const struct child *rows = m->children;
    uint32_t top = header ? header : rows[0].node, count = 0;
    if (n < 2 || n > 60 || rows[0].key < 4 || !has_row_labels(v, rows, n))
        return;
    for (uint32_t i = 1; i < n; i++)
        if (rows[i].key != rows[0].key)
            return;
    for (unsigned column = 1; column + 1 < rows[0].key && column < CELLS_MAX; column++) {
        uint32_t cell = records_row_cell(v->tree, top, column);
        if (!cell)
            return;
        m->members[count++] = (struct member){cell, cell};
    }
    if (count >= 2)
        records_offer(m, RECORDS_COLUMNS, table, header ? header : rows[0].node, count);
}

void records_table(struct records_maker *m, uint32_t table)
{
    uint32_t header, n = rows_of(m, table, &header);
    if (n >= 2) {
        offer_columns(m, table, header, n);
        records_consider(m, RECORDS_ROWS, table, header, m->children, n);
    } else if (n == 1 && header) {
        m->members[0] = (struct member){m->children[0].node, m->children[0].node};
        records_offer(m, RECORDS_ROWS, table, header, 1);
    }
}
