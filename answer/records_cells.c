/* SPDX-License-Identifier: Apache-2.0 */
/* records_cells.c: the cells of records, and the columns that they make.
 *
 * A cell's place is the hash of the steps from its record down to it. Elements without a class are told apart by their position
 * among siblings of the same tag. An element whose text is all of its parent's is no cell of its own, unless other records
 * have a column at its place: a title beside which some records have a mark. */
#include "answer/records_int.h"

#include "base/must.h"

enum {
    SLOTS = 256,
    NODES_MAX = 1500,
    ORDINALS = 8,
    CELLS_OF_RECORD = 256,
    LABEL_MAX_BYTES = 60,
    DEPTH_MAX = 64,
    WRAPPED_MAX = 64
};

struct place {
    uint32_t hash;
    uint16_t column;
};

/* An element that is all of its parent. */
struct wrapped {
    uint32_t record, node, hash;
    struct range range;
    struct wrapped *next;
};

struct cells_reader {
    struct records_maker *m;
    struct records *r;
    const struct candidate *c;
    struct place places[SLOTS];
    struct record_cell cells[CELLS_OF_RECORD]; /* of the record that is read */
    uint32_t n;
    struct wrapped *wrapped; /* of all records, the last first */
    unsigned n_wrapped;      /* of the record that is read */
};

/* ---- columns ---- */

static struct str plain_text(const struct view *v, struct range range)
{
    uint32_t next;
    if (range.from >= range.to)
        return STR_NONE;
    struct str s = view_run(v, range, &next);
    return next == range.to && s.n <= LABEL_MAX_BYTES ? s : STR_NONE;
}

static void set_label(struct cells_reader *x, struct record_column *column, struct str text)
{
    while (text.n && (text.p[text.n - 1] == ':' || text.p[text.n - 1] == ' '))
        text.n--;
    struct str folded = column->label.n ? STR_NONE : fold_text(x->m->arena, text);
    if (folded.n == 0 || ascii_is_digit(folded.p[0]))
        return;
    column->label = text;
    column->meaning = meaning_of(x->m->concepts, folded);
}

/* The column of a place; -1: no room for another. */
static int column_of(struct cells_reader *x, uint32_t hash)
{
    uint32_t i = hash % SLOTS;
    while (x->places[i].hash && x->places[i].hash != hash)
        i = (i + 1) % SLOTS;
    if (x->places[i].hash)
        return x->places[i].column;
    if (x->r->n_columns == RECORDS_COLUMNS_MAX)
        return -1;
    x->places[i] = (struct place){hash, (uint16_t)x->r->n_columns};
    return (int)x->r->n_columns++;
}

static int add_cell(struct cells_reader *x, uint32_t node, struct range range, uint32_t hash)
{
    int column = x->n < CELLS_OF_RECORD ? column_of(x, hash) : -1;
    if (column >= 0)
        x->cells[x->n++] =
            (struct record_cell){.node = node, .range = range, .column = (uint16_t)column};
    return column;
}

/* ---- a record that is a part of the page ---- */

/* The head of a column may be of several lines: "Elevation<br>(m)". */
static struct str head_text(const struct view *v, uint32_t cell)
{
    struct str s = view_text(v, view_node(v, cell), " ", VIEW_SMALL | VIEW_HIDDEN);
    return s.n <= LABEL_MAX_BYTES ? s : STR_NONE;
}

static uint32_t ordinal(const struct html_tree *tree, uint32_t node, uint32_t first)
{
    uint32_t n = 0, back = 0;
    bool named;
    for (uint32_t p = node;
         p != first && n < ORDINALS && back < 4 * ORDINALS && (p = tree->nodes[p].prev) != 0; back++)
        n += tree->nodes[p].type == HTML_ELEMENT && tree->nodes[p].name == tree->nodes[node].name &&
             (records_step(tree, p, &named), !named);
    return n;
}

static uint32_t step_of(const struct html_tree *tree, uint32_t node, uint32_t first)
{
    bool named;
    if (html_is(tree, node, N_TD) || html_is(tree, node, N_TH))
        return records_hash(N_TD + 1u, 1000 + records_column_at(tree, node));
    uint32_t step = records_step(tree, node, &named);
    return named ? step : records_hash(step, ordinal(tree, node, first));
}

static void add_wrapped(struct cells_reader *x, uint32_t node, struct range range, uint32_t hash)
{
    struct wrapped *w = x->n_wrapped < WRAPPED_MAX ? ARENA_NEW(x->m->arena, struct wrapped) : NULL;
    if (!w)
        return;
    *w = (struct wrapped){
        .record = x->r->n, .node = node, .hash = hash, .range = range, .next = x->wrapped};
    x->wrapped = w;
    x->n_wrapped++;
}

/* One element of a record; places[depth] is its parent's. */
static void read_element(struct cells_reader *x, const struct member *member, uint32_t node,
                         uint32_t *place, unsigned depth)
{
    const struct view *v = x->m->view;
    const struct html_tree *tree = v->tree;
    bool top = node == member->first && member->first == member->last;
    uint32_t up = tree->nodes[node].parent;
    place[depth] =
        top ? 1 : records_hash(depth ? place[depth - 1] : 1, step_of(tree, node, member->first));
    struct range range = view_node(v, node);
    bool inside = depth > 0 && !(depth == 1 && member->first == member->last);
    bool as_parent = inside && range.from == v->begin[up] && range.to == v->end[up];
    bool own_text = top && v->pieces[range.from].node == node;
    if (as_parent)
        add_wrapped(x, node, range, place[depth]);
    if (as_parent || (top && !own_text))
        return;
    int column = add_cell(x, node, range, place[depth]);
    if (column >= 0 && x->c->header && html_is(tree, up, N_TR) && !top) {
        uint32_t head = records_row_cell(tree, x->c->header, records_column_at(tree, node));
        if (head)
            set_label(x, &x->r->columns[column], head_text(v, head));
    }
}

static void read_part(struct cells_reader *x, const struct member *member)
{
    const struct view *v = x->m->view;
    const struct html_tree *tree = v->tree;
    uint32_t place[DEPTH_MAX], node = member->first;
    unsigned depth = 0;
    for (unsigned seen = 0; node && seen < NODES_MAX; seen++) {
        bool text = tree->nodes[node].type == HTML_ELEMENT && v->end[node] > v->begin[node];
        if (text)
            read_element(x, member, node, place, depth);
        if (text && tree->nodes[node].first && depth + 1 < DEPTH_MAX) {
            node = tree->nodes[node].first;
            depth++;
            continue;
        }
        while (node && depth && !tree->nodes[node].next) {
            node = tree->nodes[node].parent;
            depth--;
        }
        if (depth == 0 && node == member->last)
            return;
        node = tree->nodes[node].next;
    }
}

/* ---- a record that is a column of a table ---- */

static void read_column(struct cells_reader *x, const struct member *member)
{
    const struct view *v = x->m->view;
    const struct html_tree *tree = v->tree;
    unsigned at = records_column_at(tree, member->first), row = 0;
    for (uint32_t node = html_next(tree, x->c->parent, x->c->parent);
         node && row < RECORDS_COLUMNS_MAX;) {
        if (!html_is(tree, node, N_TR)) {
            bool part = html_is(tree, node, N_TBODY) || html_is(tree, node, N_THEAD) ||
                        html_is(tree, node, N_TFOOT);
            node = part ? html_next(tree, node, x->c->parent) : html_skip(tree, node, x->c->parent);
            continue;
        }
        uint32_t cell = records_row_cell(tree, node, at), label = records_row_cell(tree, node, 0);
        row++;
        if (cell && cell != label && v->end[cell] > v->begin[cell]) {
            int column = add_cell(x, cell, view_node(v, cell), records_hash(7, row));
            if (column >= 0 && label)
                set_label(x, &x->r->columns[column], plain_text(v, view_node(v, label)));
        }
        node = html_skip(tree, node, x->c->parent);
    }
}

/* ---- words of the form ---- */

static bool is_same(const struct records *r, const struct view *v, unsigned column, struct str *ret_text)
{
    uint32_t seen = 0;
    for (uint32_t i = 0; i < r->n && i < 200 && seen < 40; i++) {
        const struct record_cell *cell = record_cell(&r->p[i], column);
        struct str text = cell ? plain_text(v, cell->range) : STR_NONE;
        if (!cell)
            continue;
        if (text.n == 0 || (seen && !str_eq(text, *ret_text)))
            return false;
        *ret_text = text;
        seen++;
    }
    return seen >= 3;
}

/* A text that is the same in all records, and ends where another cell begins, labels that one. */
static void read_labels(struct cells_reader *x)
{
    struct records *r = x->r;
    const struct view *v = x->m->view;
    for (unsigned c = 0; c < r->n_columns; c++) {
        struct str text = STR_NONE;
        if (r->columns[c].filled < 3 || !is_same(r, v, c, &text))
            continue;
        r->columns[c].same = true;
        for (uint32_t i = 0; i < r->n && i < 40; i++) {
            const struct record_cell *cell = record_cell(&r->p[i], c);
            for (uint32_t k = cell ? (uint32_t)(cell - r->p[i].cells) + 1 : r->p[i].n_cells;
                 k < r->p[i].n_cells; k++)
                if (r->p[i].cells[k].range.from == cell->range.to) {
                    set_label(x, &r->columns[r->p[i].cells[k].column], text);
                    break;
                }
        }
    }
}

/* ---- all records ---- */

static bool keep(struct cells_reader *x, const struct member *member)
{
    const struct view *v = x->m->view;
    struct record *record = &x->r->p[x->r->n];
    bool filled[RECORDS_COLUMNS_MAX] = {false};
    struct record_cell *cells = ARENA_ARRAY(x->m->arena, struct record_cell, x->n ? x->n : 1);
    if (!cells)
        return false;
    memcpy(cells, x->cells, x->n * sizeof *cells);
    for (uint32_t i = 0; i < x->n; i++) {
        x->r->columns[cells[i].column].filled += !filled[cells[i].column];
        filled[cells[i].column] = true;
    }
    *record = (struct record){.cells = cells, .n_cells = x->n};
    if (x->c->sort != RECORDS_COLUMNS) {
        record->first = member->first;
        record->last = member->last;
        record->range = (struct range){v->begin[member->first], v->end[member->last]};
    }
    x->m->cells += x->n + 1;
    x->r->n++;
    return true;
}

/* The column of a place that has one; -1. */
static int known_column(const struct cells_reader *x, uint32_t hash)
{
    uint32_t i = hash % SLOTS;
    while (x->places[i].hash && x->places[i].hash != hash)
        i = (i + 1) % SLOTS;
    return x->places[i].hash ? x->places[i].column : -1;
}

/* Cells stay in the order of the page, the outer before the inner. */
static void insert_cell(struct cells_reader *x, struct record *record, const struct record_cell *cell)
{
    struct record_cell *cells = ARENA_ARRAY(x->m->arena, struct record_cell, record->n_cells + 1);
    uint32_t at = 0;
    while (at < record->n_cells && record->cells[at].range.from <= cell->range.from &&
           (record->cells[at].range.from < cell->range.from ||
            record->cells[at].range.to >= cell->range.to))
        at++;
    if (!cells)
        return;
    memcpy(cells, record->cells, at * sizeof *cells);
    cells[at] = *cell;
    memcpy(cells + at + 1, record->cells + at, (record->n_cells - at) * sizeof *cells);
    record->cells = cells;
    record->n_cells++;
    x->r->columns[cell->column].filled++;
}

static void read_wrapped(struct cells_reader *x)
{
    for (const struct wrapped *w = x->wrapped; w; w = w->next) {
        int column = known_column(x, w->hash);
        struct record *record = &x->r->p[w->record];
        if (column >= 0 && !record_cell(record, (unsigned)column))
            insert_cell(
                x, record,
                &(struct record_cell){.node = w->node, .range = w->range, .column = (uint16_t)column});
    }
}

enum status records_read(struct records_maker *m, const struct candidate *c, struct records *r)
{
    struct cells_reader *x = ARENA_NEW(m->arena, struct cells_reader);
    *r = (struct records){.sort = c->sort, .parent = c->parent, .score = c->score};
    r->p = ARENA_ARRAY(m->arena, struct record, c->n);
    r->columns = ARENA_ARRAY(m->arena, struct record_column, RECORDS_COLUMNS_MAX);
    if (!x || !r->p || !r->columns)
        return m->arena->status;
    x->m = m;
    x->r = r;
    x->c = c;
    for (uint32_t i = 0; i < c->n; i++) {
        if (m->cells > RECORDS_CELLS_MAX) {
            m->cut = true;
            break;
        }
        x->n = x->n_wrapped = 0;
        if (c->sort == RECORDS_COLUMNS)
            read_column(x, &c->p[i]);
        else
            read_part(x, &c->p[i]);
        if (!keep(x, &c->p[i]))
            return m->arena->status;
    }
    read_wrapped(x);
    read_labels(x);
    return m->arena->status;
}
