/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_block.c: leaves, and the boxes (lists, items, quotes) that prefix their lines.
 *
 * Markers are written with the first leaf of a box, so open boxes are always the outer ones and the innermost
 * open box is the common ancestor of the leaf before and the leaf to come: its tightness alone decides
 * whether a blank line parts the two. */
#include "extract/markdown_int.h"

/* A blank line keeps the prefix of quotes but no white space at its end. */
void md_put_prefix_bare(struct md *w)
{
    unsigned n = w->prefix_n;
    while (n && w->prefix[n - 1] == ' ')
        n--;
    buf_put(w->out, w->prefix, n);
}

void md_new_line(struct md *w)
{
    buf_putc(w->out, '\n');
    buf_put(w->out, w->prefix, w->prefix_n);
}

/* Where the list is tight, some neighbours need a blank line all the same: they would become one. */
static bool needs_blank_line(const struct md *w, enum md_leaf kind)
{
    unsigned u = w->n_open_boxes;
    if (u < w->n_boxes && w->boxes[u].loner && w->closed == BOX_LIST)
        return false;
    const struct md_box *around = u ? &w->boxes[u - 1] : NULL;
    if (!around || around->kind == BOX_QUOTE || !around->tight)
        return true;
    if (u == w->n_boxes)
        return kind == LEAF_TABLE || w->last == LEAF_TABLE ||
               (kind == LEAF_PARA && w->last == LEAF_PARA);
    const struct md_box *next = &w->boxes[u];
    if (next->kind == BOX_QUOTE)
        return w->closed == BOX_QUOTE;
    if (next->kind == BOX_LIST && w->last == LEAF_PARA) {
        bool interrupts = kind != LEAF_EMPTY &&
                          (!next->ordered || (u + 1 < w->n_boxes && w->boxes[u + 1].number == 1));
        return !interrupts;
    }
    return false;
}

static void prefix_add(struct md *w, char c, unsigned n)
{
    if (w->prefix_n + n <= sizeof w->prefix) {
        memset(w->prefix + w->prefix_n, c, n);
        w->prefix_n += n;
    }
}

static void item_open(struct md *w, struct md_box *item, struct md_box *list)
{
    size_t before = w->out->n;
    if (list->ordered)
        buf_printf(w->out, "%u%c ", (unsigned)item->number, list->mark);
    else
        buf_put(w->out, (char[]){list->mark, ' '}, 2);
    list->width = (uint16_t)(w->out->n - before);
    prefix_add(w, ' ', list->width);
}

static void box_open(struct md *w, unsigned i)
{
    struct md_box *box = &w->boxes[i];
    box->prefix_n = (uint16_t)w->prefix_n;
    if (box->kind == BOX_ITEM) {
        item_open(w, box, &w->boxes[i - 1]);
    } else if (box->kind == BOX_QUOTE) {
        buf_put(w->out, "> ", 2);
        prefix_add(w, '>', 1);
        prefix_add(w, ' ', 1);
    } else {
        /* two lists side by side stay two by another mark */
        box->mark = box->ordered ? '.' : '-';
        if (w->closed == BOX_LIST && w->closed_mark == box->mark && !box->loner)
            box->mark = box->ordered ? ')' : '*';
    }
    w->closed = BOX_NONE;
}

void md_leaf_begin(struct md *w, enum md_leaf kind)
{
    if (w->out->n != w->start) {
        if (needs_blank_line(w, kind)) {
            buf_putc(w->out, '\n');
            md_put_prefix_bare(w);
        }
        md_new_line(w);
    }
    while (w->n_open_boxes < w->n_boxes)
        box_open(w, w->n_open_boxes++);
    w->closed = BOX_NONE;
    w->leaf = kind;
    w->gap = GAP_NONE;
    if (kind == LEAF_HEADING) {
        buf_put(w->out, "######", w->heading);
        buf_putc(w->out, ' ');
    }
    w->line_at = w->out->n;
}

/* "## C #" would lose its last word. */
static void guard_heading_end(struct md *w)
{
    struct buf *out = w->out;
    size_t n = out->n;
    while (n > w->line_at && out->p[n - 1] == '#')
        n--;
    if (n == out->n || (n > w->line_at && out->p[n - 1] != ' '))
        return;
    out->n--;
    buf_put(out, "\\#", 2);
}

static void trim_spaces(struct buf *out, size_t start)
{
    while (out->n > start && out->p[out->n - 1] == ' ')
        out->n--;
}

void md_leaf_end(struct md *w)
{
    if (!w->leaf || (w->task_at && w->task_at == w->out->n))
        return;
    md_code_close(w);
    md_formats_suspend(w);
    md_trim_fillers(w);
    if (w->leaf == LEAF_HEADING)
        guard_heading_end(w);
    if (w->out->n == w->line_at)
        trim_spaces(w->out, w->start);
    w->last = w->leaf;
    w->leaf = LEAF_NONE;
    w->gap = GAP_NONE;
    w->task_at = 0;
}

void md_break(struct md *w)
{
    if (w->flat == FLAT_NO && !w->in_link) {
        md_leaf_end(w);
    } else {
        md_space(w);
        if (w->flat == FLAT_CELL && w->gap)
            w->gap = GAP_BREAK;
    }
}

void md_line_break(struct md *w)
{
    enum md_gap had = w->gap;
    md_space(w);
    if (!w->gap || w->flat == FLAT_LINE)
        return;
    w->gap = had == GAP_BREAK && w->flat == FLAT_NO ? GAP_PARA : had > GAP_BREAK ? had : GAP_BREAK;
}

bool md_is_blank(const struct html_tree *tree, uint32_t node)
{
    for (uint32_t i = tree->nodes[node].first; i; i = tree->nodes[i].next) {
        if (tree->nodes[i].type == HTML_ELEMENT)
            return false;
        if (tree->nodes[i].type == HTML_TEXT && str_trim(html_node_text(tree, i)).n)
            return false;
    }
    return true;
}

static struct md_box *box_push(struct md *w, uint32_t node, enum md_box_kind kind)
{
    if (w->n_boxes == MD_BOXES)
        return NULL;
    struct md_box *box = &w->boxes[w->n_boxes++];
    *box = (struct md_box){.node = node, .kind = kind};
    return box;
}

/* What parts a list's items by blank lines when it stands right in one of them. */
static bool loosens(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    return n->type == HTML_ELEMENT && n->ns == HTML_NS_HTML &&
           (n->name == N_P || n->name == N_SECTION || n->name == N_ARTICLE || n->name == N_DL ||
            n->name == N_TABLE || n->name == N_DETAILS || n->name == N_FIGURE);
}

/* Sphinx says "simple" where paragraphs in items mean nothing. */
static bool list_is_tight(const struct html_tree *tree, uint32_t list)
{
    if (md_class_has(html_attr(tree, list, N_CLASS), STR_LIT("simple")))
        return true;
    for (uint32_t item = tree->nodes[list].first; item; item = tree->nodes[item].next)
        if (html_is(tree, item, N_LI))
            for (uint32_t i = tree->nodes[item].first; i; i = tree->nodes[i].next)
                if (loosens(tree, i))
                    return false;
    return true;
}

/* A decimal number up to 999,999,999, or fallback. */
static uint32_t read_number(struct str s, uint32_t fallback)
{
    s = str_trim(s);
    uint32_t value = 0;
    if (s.n == 0 || s.n > 9)
        return fallback;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_digit(s.p[i]))
            return fallback;
        value = value * 10 + (uint32_t)(s.p[i] - '0');
    }
    return value;
}

/* A list right within a list belongs to the item before it. */
static void rejoin_item(struct md *w, uint32_t node)
{
    struct md_box *list = &w->boxes[w->n_boxes - 1];
    if (w->n_open_boxes != w->n_boxes || !list->width || w->n_boxes + 2 > MD_BOXES)
        return;
    bool tight = list->tight;
    unsigned width = list->width;
    struct md_box *item = box_push(w, node, BOX_ITEM);
    item->tight = tight;
    item->prefix_n = (uint16_t)w->prefix_n;
    prefix_add(w, ' ', width);
    w->n_open_boxes++;
}

void md_list_enter(struct md *w, uint32_t node)
{
    md_break(w);
    if (w->flat != FLAT_NO)
        return;
    md_leaf_end(w);
    if (w->n_boxes && w->boxes[w->n_boxes - 1].kind == BOX_LIST)
        rejoin_item(w, node);
    struct md_box *list = box_push(w, node, BOX_LIST);
    if (!list)
        return;
    list->ordered = w->tree->nodes[node].name == N_OL;
    list->number = read_number(html_attr(w->tree, node, N_START), 1);
    list->tight = list_is_tight(w->tree, node);
}

void md_item_enter(struct md *w, uint32_t node)
{
    md_break(w);
    if (w->flat != FLAT_NO)
        return;
    md_leaf_end(w);
    if (w->n_boxes + 2 > MD_BOXES)
        return;
    if (!w->n_boxes || w->boxes[w->n_boxes - 1].kind != BOX_LIST) {
        struct md_box *loner = box_push(w, node, BOX_LIST);
        loner->loner = loner->tight = true;
    }
    struct md_box *list = &w->boxes[w->n_boxes - 1];
    struct md_box *item = box_push(w, node, BOX_ITEM);
    item->tight = list->tight;
    item->number = read_number(html_attr(w->tree, node, N_VALUE), list->number);
    list->number = item->number < 999999999 ? item->number + 1 : item->number;
}

void md_quote_enter(struct md *w, uint32_t node)
{
    md_break(w);
    if (w->flat != FLAT_NO)
        return;
    md_leaf_end(w);
    box_push(w, node, BOX_QUOTE);
}

static void box_pop(struct md *w)
{
    struct md_box *box = &w->boxes[--w->n_boxes];
    if (w->n_open_boxes > w->n_boxes) {
        w->n_open_boxes = w->n_boxes;
        w->prefix_n = box->prefix_n;
        w->closed = box->kind;
        w->closed_mark = box->mark;
    }
}

void md_box_leave(struct md *w, uint32_t node)
{
    md_break(w);
    if (!w->n_boxes || w->boxes[w->n_boxes - 1].node != node)
        return;
    w->task_at = 0;
    md_leaf_end(w);
    enum md_box_kind kind = w->boxes[w->n_boxes - 1].kind;
    bool written = w->n_open_boxes == w->n_boxes;
    bool empty = kind == BOX_ITEM ? w->tree->nodes[node].first == 0
                                  : kind == BOX_QUOTE && md_is_blank(w->tree, node);
    if (!written && empty) {
        md_leaf_begin(w, LEAF_EMPTY);
        md_leaf_end(w);
    }
    while (w->n_boxes && w->boxes[w->n_boxes - 1].node == node)
        box_pop(w);
}
