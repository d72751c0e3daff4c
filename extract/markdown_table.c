/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_table.c: tables of data become GFM tables; tables for layout become blocks.
 *
 * A GFM table needs a header row, one line a row and the same number of columns everywhere: cells with
 * blocks are joined by <br>, spans leave empty cells behind, a table without header gets an empty one. */
#include "extract/markdown_int.h"

#define SPAN_MAX 1000

struct plan {
    unsigned rows, cells, left_out, columns, blocks, pres; /* left_out: of the cells */
    bool nested, headings, parting, header_row; /* parting: the present row is a heading of its own */
};

static unsigned span(const struct html_tree *tree, uint32_t cell, uint16_t name)
{
    if (!tree->nodes[cell].attrs)
        return 1;
    struct str s = str_trim(html_attr(tree, cell, name));
    unsigned n = 0;
    for (size_t i = 0; i < s.n && ascii_is_digit(s.p[i]) && n < SPAN_MAX; i++)
        n = n * 10 + (unsigned)(s.p[i] - '0');
    return n == 0 ? 1 : n < SPAN_MAX ? n : SPAN_MAX;
}

/* A row begins: cells above that still cover something lose a row. */
static void grid_row(struct md_table *t)
{
    t->column = 0;
}

/* Passes the columns that cells above cover. */
static unsigned grid_covered(struct md_table *t)
{
    unsigned n = 0;
    while (t->column < MD_COLUMNS && t->left[t->column]) {
        t->left[t->column++]--;
        n++;
    }
    return n;
}

/* Takes the columns of a cell; returns how many there were room for. */
static unsigned grid_take(struct md_table *t, unsigned columns, unsigned rows)
{
    unsigned n = 0;
    for (; n < columns && t->column < MD_COLUMNS; n++)
        t->left[t->column++] = (uint16_t)(rows - 1);
    if (t->column > t->width)
        t->width = t->column;
    return n;
}

/* The rest of a row that cells above cover. */
static void grid_row_end(struct md_table *t)
{
    for (unsigned i = t->column; i < t->width; i++)
        t->left[i] -= t->left[i] > 0;
}

static bool is_row_of_headers(const struct html_tree *tree, uint32_t row)
{
    unsigned n = 0;
    for (uint32_t i = tree->nodes[row].first; i; i = tree->nodes[i].next) {
        if (html_is(tree, i, N_TD))
            return html_is(tree, tree->nodes[row].parent, N_THEAD);
        n += html_is(tree, i, N_TH);
    }
    return n > 0;
}

/* One cell that begins with a heading: it parts the rows before from those behind. */
static bool is_parting(const struct html_tree *tree, uint32_t row)
{
    uint32_t cell = 0;
    for (uint32_t i = tree->nodes[row].first; i; i = tree->nodes[i].next) {
        if (cell && tree->nodes[i].type == HTML_ELEMENT)
            return false;
        if (html_is(tree, i, N_TD) || html_is(tree, i, N_TH))
            cell = i;
    }
    uint32_t inner = cell ? tree->nodes[cell].first : 0;
    while (inner && tree->nodes[inner].type != HTML_ELEMENT)
        inner = tree->nodes[inner].next;
    return inner && tree->nodes[inner].ns == HTML_NS_HTML && tree->nodes[inner].name >= N_H1 &&
           tree->nodes[inner].name <= N_H6;
}

static void plan_cell(struct md *w, uint32_t cell, struct plan *p)
{
    struct md_table *t = &w->table;
    p->cells++;
    p->left_out += md_is_left_out(w, cell);
    grid_covered(t);
    /* columns that no cell begins in are none */
    if (t->column >= p->columns)
        p->columns = t->column + 1;
    grid_take(t, span(w->tree, cell, N_COLSPAN), span(w->tree, cell, N_ROWSPAN));
}

/* One walk over the table, up to the first table within it: so nested tables cost no more than their size. */
static void plan_table(struct md *w, uint32_t table, struct plan *p)
{
    const struct html_tree *tree = w->tree;
    for (uint32_t i = html_next(tree, table, table), next; i && !p->nested; i = next) {
        const struct html_node *n = &tree->nodes[i];
        bool out = md_is_left_out(w, i);
        next = out ? html_skip(tree, i, table) : html_next(tree, i, table);
        if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
            continue;
        bool cell = n->name == N_TD || n->name == N_TH;
        if (out && !cell)
            continue;
        if (n->name == N_TR && n->attrs && md_hidden(tree, i)) {
            next = html_skip(tree, i, table);
        } else if (n->name == N_TR) {
            if (p->rows)
                grid_row_end(&w->table);
            if (p->rows++ == 0)
                p->header_row = is_row_of_headers(tree, i);
            p->parting = is_parting(tree, i);
            grid_row(&w->table);
        } else if (cell) {
            plan_cell(w, i, p);
        } else if (n->name == N_TABLE) {
            p->nested = true;
        } else if (n->name == N_PRE) {
            p->pres++;
        } else if (n->name >= N_H1 && n->name <= N_H6) {
            p->headings |= !p->parting;
        } else if (n->name == N_UL || n->name == N_OL || n->name == N_P || n->name == N_BLOCKQUOTE) {
            p->blocks++;
        }
    }
}

static bool is_layout(const struct md *w, uint32_t node, const struct plan *p)
{
    struct str role = html_attr(w->tree, node, N_ROLE);
    struct str around = html_attr(w->tree, w->tree->nodes[node].parent, N_CLASS);
    /* Of which most is no content is no table of data. */
    return p->nested || p->headings || p->cells < 2 * p->left_out || p->cells == 0 ||
           p->columns >= MD_COLUMNS || str_is(role, "presentation") || str_is(role, "none") ||
           (p->pres && p->rows == 1) || (p->cells == 1 && p->blocks > 1) ||
           md_class_has(around, STR_LIT("admonitionblock"));
}

bool md_table_enter(struct md *w, uint32_t node)
{
    struct md_table *t = &w->table;
    struct plan p = {0};
    t->width = t->column = 0;
    memset(t->left, 0, sizeof t->left);
    plan_table(w, node, &p);
    if (is_layout(w, node, &p))
        return false;
    t->width = t->column = 0;
    memset(t->left, 0, sizeof t->left);
    memset(t->align, 0, sizeof t->align);
    t->node = node;
    t->columns = p.columns;
    t->header_row = p.header_row;
    t->started = false;
    return true;
}

static void put_empty_cells(struct md *w, unsigned n)
{
    for (; n; n--)
        buf_put(w->out, "|  ", 3);
}

static void put_delimiters(struct md *w)
{
    static const char *const marks[] = {"| --- ", "| :-- ", "| --: ", "| :-: "};
    md_new_line(w);
    for (unsigned i = 0; i < w->table.columns; i++)
        buf_puts(w->out, marks[w->table.align[i] & 3]);
    buf_putc(w->out, '|');
}

void md_row_enter(struct md *w, uint32_t node)
{
    struct md_table *t = &w->table;
    md_leaf_end(w);
    t->row_is_blocks = is_parting(w->tree, node);
    if (t->row_is_blocks)
        return;
    bool first = !t->started, again = t->started && w->last != LEAF_TABLE;
    t->row_is_header = first && t->header_row;
    if (first || again) {
        md_leaf_begin(w, LEAF_TABLE);
        if (!t->row_is_header) {
            put_empty_cells(w, t->columns);
            buf_putc(w->out, '|');
            put_delimiters(w);
        }
    }
    t->row_at = w->out->n;
    if (!(first || again) || !t->row_is_header)
        md_new_line(w);
    t->started = true;
    t->row_filled = false;
    t->cells_to = w->out->n;
    w->leaf = LEAF_TABLE;
    grid_row(t);
}

/* The tree's limit of depth makes siblings of cells what was in them: it stays in the row, as it comes. */
static void end_strays(struct md *w)
{
    md_code_close(w);
    md_formats_suspend(w);
    w->table.row_filled |= w->out->n > w->table.cells_to;
    w->gap = GAP_NONE;
}

void md_row_leave(struct md *w)
{
    struct md_table *t = &w->table;
    if (w->leaf != LEAF_TABLE)
        return;
    end_strays(w);
    if (t->row_is_header && t->column < t->columns)
        put_empty_cells(w, t->columns - t->column);
    grid_row_end(t);
    buf_putc(w->out, '|');
    if (t->row_is_header)
        put_delimiters(w);
    else if (!t->row_filled)
        w->out->n = t->row_at;
    w->leaf = LEAF_NONE;
    w->last = LEAF_TABLE;
    w->gap = GAP_NONE;
}

/* align, or text-align in style: 1 left, 2 right, 3 centre. */
static uint8_t alignment(const struct html_tree *tree, uint32_t cell)
{
    struct str s = html_attr(tree, cell, N_ALIGN);
    if (!str_is_set(s)) {
        s = html_attr(tree, cell, N_STYLE);
        while (s.n && !str_starts(s, STR_LIT("text-align")))
            s = str_from(s, 1);
        s = str_from(s, 10);
        s = str_trim(str_from(s, str_find(s, ':') + 1));
    }
    if (str_eq_nocase(str_head(s, 4), STR_LIT("left")))
        return 1;
    if (str_eq_nocase(str_head(s, 5), STR_LIT("right")))
        return 2;
    return str_eq_nocase(str_head(s, 6), STR_LIT("center")) ? 3 : 0;
}

void md_cell_enter(struct md *w, uint32_t node)
{
    struct md_table *t = &w->table;
    if (w->leaf != LEAF_TABLE)
        return;
    end_strays(w);
    put_empty_cells(w, grid_covered(t));
    if (t->row_is_header && t->column < MD_COLUMNS)
        t->align[t->column] = alignment(w->tree, node);
    buf_put(w->out, "| ", 2);
    w->line_at = w->out->n;
    w->flat = FLAT_CELL;
}

void md_cell_leave(struct md *w, uint32_t node)
{
    struct md_table *t = &w->table;
    if (w->flat != FLAT_CELL)
        return;
    md_code_close(w);
    md_formats_suspend(w);
    md_trim_fillers(w);
    t->row_filled |= w->out->n > w->line_at;
    w->gap = GAP_NONE;
    w->flat = FLAT_NO;
    buf_putc(w->out, ' ');
    unsigned from = t->column;
    grid_take(t, span(w->tree, node, N_COLSPAN), span(w->tree, node, N_ROWSPAN));
    unsigned to = t->column < t->columns ? t->column : t->columns;
    put_empty_cells(w, to > from ? to - from - 1 : 0);
    t->cells_to = w->out->n;
}
