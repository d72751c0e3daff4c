/* SPDX-License-Identifier: Apache-2.0 */
/* markdown.c: the walk: which element is what, and what entering and leaving it does.
 *
 * Blocks live in markdown_block.c, text in markdown_text.c, emphasis in markdown_format.c, links in
 * markdown_link.c, code in markdown_code.c, tables in markdown_table.c. This file chooses no part of a page: the whole subtree is
 * written. Threads: any; all state is in struct md on the caller's stack. Depth of the tree costs nothing,
 * as the walk goes by parent links. */
#include "extract/html/text.h"
#include "extract/markdown_int.h"

enum kind {
    K_INLINE,
    K_SKIP,
    K_BLOCK,
    K_HEADING,
    K_LIST,
    K_ITEM,
    K_QUOTE,
    K_PRE,
    K_TABLE,
    K_ROW,
    K_CELL,
    K_TERM,
    K_RULE,
    K_BR,
    K_EM,
    K_STRONG,
    K_DEL,
    K_SUP,
    K_SUB,
    K_CODE,
    K_LINK,
    K_IMAGE,
    K_INPUT,
    K_Q,
    K_SPACED, /* inline, but a word of its own */
};

/* clang-format off */
static const uint8_t kinds[HTML_NAMES_FIXED] = {
    [N_HEAD] = K_SKIP, [N_SCRIPT] = K_SKIP, [N_STYLE] = K_SKIP, [N_TEMPLATE] = K_SKIP,
    [N_NOSCRIPT] = K_SKIP, [N_NOFRAMES] = K_SKIP, [N_NOEMBED] = K_SKIP, [N_TITLE] = K_SKIP,
    [N_IFRAME] = K_SKIP, [N_OBJECT] = K_SKIP, [N_APPLET] = K_SKIP, [N_EMBED] = K_SKIP,
    [N_SELECT] = K_SKIP, [N_TEXTAREA] = K_SKIP, [N_DATALIST] = K_SKIP,
    [N_CANVAS] = K_SKIP, [N_AUDIO] = K_SKIP, [N_VIDEO] = K_SKIP, [N_METER] = K_SKIP,
    [N_PROGRESS] = K_SKIP, [N_MAP] = K_SKIP,

    [N_P] = K_BLOCK, [N_DIV] = K_BLOCK, [N_SECTION] = K_BLOCK, [N_ARTICLE] = K_BLOCK,
    [N_ASIDE] = K_BLOCK, [N_NAV] = K_BLOCK, [N_HEADER] = K_BLOCK, [N_FOOTER] = K_BLOCK,
    [N_MAIN] = K_BLOCK, [N_SEARCH] = K_BLOCK, [N_HGROUP] = K_BLOCK, [N_FIGURE] = K_BLOCK,
    [N_FIGCAPTION] = K_BLOCK, [N_FORM] = K_BLOCK, [N_FIELDSET] = K_BLOCK, [N_LEGEND] = K_BLOCK,
    [N_DETAILS] = K_BLOCK, [N_SUMMARY] = K_BLOCK, [N_DIALOG] = K_BLOCK, [N_ADDRESS] = K_BLOCK,
    [N_CENTER] = K_BLOCK, [N_DL] = K_BLOCK, [N_DD] = K_BLOCK, [N_BODY] = K_BLOCK,
    [N_HTML] = K_BLOCK, [N_CAPTION] = K_BLOCK, [N_OPTION] = K_BLOCK,

    [N_H1] = K_HEADING, [N_H2] = K_HEADING, [N_H3] = K_HEADING, [N_H4] = K_HEADING,
    [N_H5] = K_HEADING, [N_H6] = K_HEADING,
    [N_UL] = K_LIST, [N_OL] = K_LIST, [N_MENU] = K_LIST, [N_DIR] = K_LIST, [N_LI] = K_ITEM,
    [N_BLOCKQUOTE] = K_QUOTE, [N_DT] = K_TERM, [N_HR] = K_RULE, [N_BR] = K_BR,
    [N_PRE] = K_PRE, [N_LISTING] = K_PRE, [N_XMP] = K_PRE, [N_PLAINTEXT] = K_PRE,
    [N_TABLE] = K_TABLE, [N_TR] = K_ROW, [N_TD] = K_CELL, [N_TH] = K_CELL,

    [N_EM] = K_EM, [N_I] = K_EM, [N_CITE] = K_EM, [N_DFN] = K_EM, [N_VAR] = K_EM,
    [N_STRONG] = K_STRONG, [N_B] = K_STRONG,
    [N_DEL] = K_DEL, [N_S] = K_DEL, [N_STRIKE] = K_DEL, [N_SUP] = K_SUP, [N_SUB] = K_SUB,
    [N_CODE] = K_CODE, [N_TT] = K_CODE, [N_SAMP] = K_CODE, [N_KBD] = K_CODE,
    [N_A] = K_LINK, [N_IMG] = K_IMAGE, [N_INPUT] = K_INPUT, [N_Q] = K_Q,
    [N_BUTTON] = K_SPACED, [N_LABEL] = K_SPACED,
};
/* clang-format on */

static inline enum kind kind_of(const struct html_node *n)
{
    return n->name < HTML_NAMES_FIXED ? kinds[n->name] : K_INLINE;
}

/* The same, for an element that is entered or left. tt is a typeface; generators that mean code by it give it a class. */
static inline enum kind kind_at(const struct md *w, uint32_t node)
{
    const struct html_tree *tree = w->tree;
    const struct html_node *n = &tree->nodes[node];
    enum kind kind = kind_of(n);
    if (kind == K_BLOCK && n->name == N_DIV && n->attrs)
        return md_is_fragment(tree, node) ? K_PRE : K_BLOCK;
    if (kind == K_SKIP && n->name == N_NOSCRIPT && w->noscript)
        return K_BLOCK;
    if (kind == K_CODE && n->name == N_TT)
        return html_attr(tree, node, N_CLASS).n ? K_CODE : K_INLINE;
    return kind;
}

bool md_is_block(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
        return false;
    enum kind k = kind_of(n);
    return k >= K_BLOCK && k <= K_RULE;
}

static bool style_hides(struct str style)
{
    static const struct str display = {"display", 7}, none = {"none", 4};
    for (size_t at; (at = str_find(style, 'd')) < style.n; style = str_from(style, 1)) {
        style = str_from(style, at);
        if (!str_starts(style, display))
            continue;
        struct str rest = str_trim_head(str_from(style, display.n));
        if (rest.n && rest.p[0] == ':' && str_starts(str_trim_head(str_from(rest, 1)), none))
            return true;
    }
    return false;
}

/* Numbers and marks that only sighted people get are text; copies and icons are not. */
static bool aria_hides(const struct html_node *n, struct str value)
{
    return str_is(value, "true") &&
           (n->name == N_I || n->name == N_A || n->name == N_SPAN || n->name == N_DIV);
}

bool md_hidden(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    struct html_attrs attrs = html_attrs(tree, n);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++) {
        if (a->name == N_HIDDEN)
            return !str_is(html_attr_value(tree, a), "until-found");
        if (a->name == N_STYLE && style_hides(html_attr_value(tree, a)))
            return true;
        if (a->name == N_ARIA_HIDDEN && aria_hides(n, html_attr_value(tree, a)))
            return true;
    }
    return false;
}

static void heading_enter(struct md *w, uint32_t node)
{
    md_break(w);
    if (w->flat != FLAT_NO)
        return;
    md_leaf_end(w); /* a link doesn't hold a heading in its line */
    w->heading = w->tree->nodes[node].name - N_H1 + 1u;
    w->heading_node = node;
    w->flat = FLAT_LINE;
}

static void heading_leave(struct md *w, uint32_t node)
{
    if (w->heading_node != node) {
        md_break(w);
        return;
    }
    if (!w->leaf && md_is_blank(w->tree, node))
        md_leaf_begin(w, LEAF_HEADING);
    md_leaf_end(w);
    w->flat = FLAT_NO;
    w->heading = 0;
    w->heading_node = 0;
}

static void term_enter(struct md *w, uint32_t node)
{
    md_break(w);
    if (w->flat == FLAT_NO && md_format_enter(w, node, FORMAT_STRONG)) {
        w->formats[w->n_formats - 1].term = true;
        w->in_term++;
    }
}

static void term_leave(struct md *w, uint32_t node)
{
    if (w->n_formats && w->formats[w->n_formats - 1].node == node)
        w->in_term--;
    md_format_leave(w, node);
    md_break(w);
}

/* "---" right under a paragraph would make it a heading, behind "- " it would swallow the marker, and on
 * top of a file it looks like the begin of metadata. */
static void rule(struct md *w)
{
    if (w->flat != FLAT_NO)
        return;
    md_leaf_end(w);
    size_t before = w->out->n;
    bool marker = w->n_open_boxes < w->n_boxes;
    md_leaf_begin(w, LEAF_RULE);
    unsigned lines = 0;
    for (size_t i = before; i < w->out->n; i++)
        lines += w->out->p[i] == '\n';
    buf_puts(w->out, lines == 2 && !marker ? "---" : "___");
    md_leaf_end(w);
}

/* A check box that begins a list item is a task; other form controls say nothing. */
static void input(struct md *w, uint32_t node)
{
    if (!w->n_boxes || w->boxes[w->n_boxes - 1].kind != BOX_ITEM || w->leaf || w->flat != FLAT_NO ||
        w->n_open_boxes == w->n_boxes ||
        !str_eq_nocase(html_attr(w->tree, node, N_TYPE), STR_LIT("checkbox")))
        return;
    md_leaf_begin(w, LEAF_PARA);
    buf_puts(w->out, str_is_set(html_attr(w->tree, node, N_CHECKED)) ? "[x]" : "[ ]");
    w->task_at = w->out->n;
    w->gap = GAP_SPACE;
}

/* Superscript around nothing but a link is a note's number: the link says it. */
static bool is_note(const struct html_tree *tree, uint32_t node)
{
    uint32_t first = tree->nodes[node].first;
    return first && !tree->nodes[first].next && html_is(tree, first, N_A);
}

static const char quote[1 + MD_TEXT_PAD] = "\"";

/* False: the content is done with, or not wanted. */
static bool enter_element(struct md *w, uint32_t node, enum kind kind)
{
    switch (kind) {
    case K_SKIP:
        return false;
    case K_BLOCK:
        md_break(w);
        return true;
    case K_HEADING:
        heading_enter(w, node);
        return true;
    case K_LIST:
        md_list_enter(w, node);
        return true;
    case K_ITEM:
        md_item_enter(w, node);
        return true;
    case K_QUOTE:
        md_quote_enter(w, node);
        return true;
    case K_PRE:
        if (md_is_gutter(w->tree, node)) {
            md_count_hidden(w, node);
            return false;
        }
        if (w->flat == FLAT_NO) {
            md_pre(w, node);
            return false;
        }
        md_break(w);
        w->count.code += html_is(w->tree, node, N_PRE);
        if (w->flat == FLAT_CELL) {
            w->code_depth++;
            w->cell_pre++;
        }
        return true;
    case K_TABLE:
        md_break(w);
        if (w->flat == FLAT_NO)
            md_table_enter(w, node);
        return true;
    case K_ROW:
        if (w->table.node)
            md_row_enter(w, node);
        else
            md_break(w);
        return true;
    case K_CELL:
        if (w->table.node)
            md_cell_enter(w, node);
        else if (!md_is_gutter(w->tree, node))
            md_break(w);
        else {
            md_count_hidden(w, node);
            return false;
        }
        return true;
    case K_TERM:
        term_enter(w, node);
        return true;
    case K_RULE:
        rule(w);
        return false;
    case K_BR:
        md_line_break(w);
        return false;
    case K_EM:
        md_format_enter(w, node, FORMAT_EM);
        return true;
    case K_STRONG:
        if (!w->in_term)
            md_format_enter(w, node, FORMAT_STRONG);
        return true;
    case K_DEL:
        md_format_enter(w, node, FORMAT_DEL);
        return true;
    case K_SUP:
        if (!is_note(w->tree, node))
            md_format_enter(w, node, FORMAT_SUP);
        return true;
    case K_SUB:
        md_format_enter(w, node, FORMAT_SUB);
        return true;
    case K_CODE:
        w->code_fresh = w->code_depth++ == 0;
        return true;
    case K_LINK:
        return md_link_enter(w, node);
    case K_IMAGE:
        md_image(w, node);
        return false;
    case K_INPUT:
        input(w, node);
        return false;
    case K_Q:
        md_text(w, str_make(quote, 1));
        return true;
    case K_SPACED:
        md_space(w);
        return true;
    case K_INLINE:
        break;
    }
    return true;
}

static void leave_element(struct md *w, uint32_t node, enum kind kind)
{
    switch (kind) {
    case K_BLOCK:
        md_break(w);
        break;
    case K_HEADING:
        heading_leave(w, node);
        break;
    case K_LIST:
    case K_ITEM:
    case K_QUOTE:
        md_box_leave(w, node);
        break;
    case K_PRE:
        if (w->cell_pre) {
            md_code_close(w);
            w->code_depth--;
            w->cell_pre--;
        }
        md_break(w);
        break;
    case K_TABLE:
        md_break(w);
        if (w->table.node == node)
            w->table.node = 0;
        break;
    case K_ROW:
        if (w->table.node)
            md_row_leave(w);
        else
            md_break(w);
        break;
    case K_CELL:
        if (w->table.node)
            md_cell_leave(w, node);
        else
            md_break(w);
        break;
    case K_TERM:
        term_leave(w, node);
        break;
    case K_EM:
    case K_STRONG:
    case K_DEL:
    case K_SUP:
    case K_SUB:
        md_format_leave(w, node);
        break;
    case K_CODE:
        md_code_leave(w);
        break;
    case K_LINK:
        md_link_leave(w, node);
        break;
    case K_Q:
        md_text(w, str_make(quote, 1));
        break;
    case K_SPACED:
        md_space(w);
        break;
    default:
        break;
    }
}

bool markdown_skips(const struct html_node *node)
{
    return node->type == HTML_ELEMENT && node->ns == HTML_NS_HTML && kind_of(node) == K_SKIP;
}

/* What is left out still parts what stands on its sides; a cell stays, empty. */
static void pass(struct md *w, uint32_t node)
{
    bool cell = html_is(w->tree, node, N_TD) || html_is(w->tree, node, N_TH);
    if (cell && w->table.node && w->leaf == LEAF_TABLE && w->flat == FLAT_NO) {
        md_cell_enter(w, node);
        md_cell_leave(w, node);
    } else if (md_is_block(w->tree, node)) {
        md_break(w);
    }
}

/* Most elements have nothing but a class or an address. */
static inline bool may_hide(const struct html_attr *first)
{
    return first->count > 1 || (first->name != N_CLASS && first->name != N_HREF && first->name != N_ID);
}

void md_count_hidden(struct md *w, uint32_t top)
{
    const struct html_tree *tree = w->tree;
    bool gap = true;
    uint32_t node = top;
    while (node) {
        w->count.hidden_code += html_is(tree, node, N_PRE);
        if (tree->nodes[node].type == HTML_TEXT)
            w->count.hidden_text += fold_count(html_node_text(tree, node), &gap);
        bool unseen = html_is_silent(tree, node) || html_is(tree, node, N_NOSCRIPT);
        node = unseen ? html_skip(tree, node, top) : html_next(tree, node, top);
    }
}

/* True when the children are to be walked, and leave() to be called. */
static bool enter(struct md *w, uint32_t node)
{
    const struct html_node *n = &w->tree->nodes[node];
    if (md_is_left_out(w, node)) {
        pass(w, node);
        return false;
    }
    if (n->type == HTML_TEXT) {
        if (w->code_depth)
            md_code_text(w, html_node_text(w->tree, node));
        else
            md_text(w, html_node_text(w->tree, node));
        return false;
    }
    if (n->type == HTML_DOCUMENT)
        return true;
    if (n->type != HTML_ELEMENT)
        return false;
    if (n->attrs && may_hide(&w->tree->attrs[n->attrs]) && md_hidden(w->tree, node)) {
        md_count_hidden(w, node);
        return false;
    }
    if (n->ns == HTML_NS_HTML) {
        enum kind kind = kind_at(w, node);
        return kind == K_INLINE || enter_element(w, node, kind);
    }
    if (n->ns == HTML_NS_MATHML)
        md_math(w, node);
    return false;
}

static void leave(struct md *w, uint32_t node)
{
    const struct html_node *n = &w->tree->nodes[node];
    if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
        return;
    enum kind kind = kind_at(w, node);
    if (kind != K_INLINE)
        leave_element(w, node, kind);
}

static void walk(struct md *w, uint32_t top)
{
    const struct html_node *nodes = w->tree->nodes;
    uint32_t node = top;
    while (w->out->status == OK) {
        if (enter(w, node)) {
            if (nodes[node].first) {
                node = nodes[node].first;
                continue;
            }
            leave(w, node);
        }
        while (node != top && !nodes[node].next) {
            node = nodes[node].parent;
            leave(w, node);
        }
        if (node == top)
            return;
        node = nodes[node].next;
    }
}

/* The body of the document; the document itself when it has none (frames). */
static uint32_t find_body(const struct html_tree *tree)
{
    for (uint32_t html = tree->nodes[0].first; html; html = tree->nodes[html].next)
        if (html_is(tree, html, N_HTML))
            for (uint32_t body = tree->nodes[html].first; body; body = tree->nodes[body].next)
                if (html_is(tree, body, N_BODY))
                    return body;
    return 0;
}

void markdown_write(const struct html_tree *tree, uint32_t top, const struct markdown_links *links,
                    struct buf *out)
{
    markdown_write_part(tree, top, NULL, links, out);
}

struct markdown_count markdown_write_part(const struct html_tree *tree, uint32_t top,
                                          const struct markdown_part *part,
                                          const struct markdown_links *links, struct buf *out)
{
    struct md w;
    /* the big arrays are written before they are read */
    memset(&w, 0, offsetof(struct md, boxes));
    w.n_boxes = w.n_open_boxes = w.prefix_n = 0;
    w.closed = BOX_NONE;
    w.closed_mark = 0;
    w.n_formats = w.n_open_formats = w.in_link = w.in_term = 0;
    w.closer_at = w.shut_at = w.bracket_at = 0;
    w.closer_strict = false;
    w.code_depth = w.cell_pre = 0;
    w.code_at = 0;
    w.code_folded = w.code_fresh = false;
    w.table.node = 0;
    w.tree = tree;
    w.out = out;
    w.links = links;
    w.skip = part ? part->skip : NULL;
    w.noscript = part && part->noscript;
    w.start = out->n;
    walk(&w, top ? top : find_body(tree));
    md_leaf_end(&w);
    if (out->n > w.start)
        buf_putc(out, '\n');
    return w.count;
}
