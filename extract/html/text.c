/* SPDX-License-Identifier: Apache-2.0 */
/* text.c: folding of white space, over texts and over subtrees. No recursion, no state between calls. */
#include "extract/html/text.h"

enum { COPY_MAX_BYTES = 8192, COPY_MAX_NODES = 20000 };

/* Back to the last whole character when the room ends inside one. */
static void cut_at_character(struct fold *f)
{
    size_t n = f->n;
    while (n && ((unsigned char)f->to[n - 1] & 0xc0) == 0x80)
        n--;
    if (n == 0)
        return;
    unsigned char lead = (unsigned char)f->to[n - 1];
    size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (n - 1 + length > f->n)
        f->n = n - 1;
}

void fold_put(struct fold *f, struct str text)
{
    const char *p = text.p, *end = text.n ? text.p + text.n : text.p; /* "none" has no bytes */
    while (p < end && !f->full) {
        if (ascii_is_space(*p)) {
            f->gap = true;
            p++;
            continue;
        }
        const char *from = p;
        while (p < end && !ascii_is_space(*p))
            p++;
        size_t n = (size_t)(p - from), space = f->gap && f->n ? 1 : 0;
        if (f->n + space >= f->max) {
            f->full = true;
            return;
        }
        if (space)
            f->to[f->n++] = ' ';
        f->gap = false;
        if (n > f->max - f->n) {
            n = f->max - f->n;
            f->full = true;
        }
        memcpy(f->to + f->n, from, n);
        f->n += n;
        if (f->full)
            cut_at_character(f);
    }
}

bool html_is_block(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
        return false;
    /* clang-format off */
    switch (n->name) {
    case N_ADDRESS: case N_ARTICLE: case N_ASIDE: case N_BLOCKQUOTE: case N_BR: case N_CAPTION: case N_DD:
    case N_DETAILS: case N_DIV: case N_DL: case N_DT: case N_FIGCAPTION: case N_FIGURE: case N_FOOTER:
    case N_FORM: case N_H1: case N_H2: case N_H3: case N_H4: case N_H5: case N_H6: case N_HEADER: case N_HR:
    case N_LI: case N_MAIN: case N_NAV: case N_OL: case N_OPTION: case N_P: case N_PRE: case N_SECTION:
    case N_SUMMARY: case N_TABLE: case N_TD: case N_TH: case N_TR: case N_UL:
        return true;
    default:
        return false;
    }
    /* clang-format on */
}

bool html_is_silent(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    return n->type == HTML_ELEMENT &&
           (n->name == N_SCRIPT || n->name == N_STYLE || n->name == N_TEMPLATE);
}

void fold_tree(struct fold *f, const struct html_tree *tree, uint32_t top, bool skip_tables,
               uint32_t max_nodes)
{
    uint32_t node = top;
    while (max_nodes-- && !f->full) {
        const struct html_node *n = &tree->nodes[node];
        bool skip =
            node != top && (html_is_silent(tree, node) || (skip_tables && html_is(tree, node, N_TABLE)));
        if (n->type == HTML_TEXT)
            fold_put(f, html_node_text(tree, node));
        else if (node != top && html_is_block(tree, node))
            f->gap = true;
        if (n->first && !skip) {
            node = n->first;
            continue;
        }
        while (node != top && !tree->nodes[node].next) {
            node = tree->nodes[node].parent;
            if (node != top && html_is_block(tree, node))
                f->gap = true;
        }
        if (node == top)
            return;
        if (html_is_block(tree, node))
            f->gap = true;
        node = tree->nodes[node].next;
    }
}

struct str fold_copy(struct arena *arena, struct str text, size_t max)
{
    char room[COPY_MAX_BYTES];
    struct fold f = fold_begin(room, max < sizeof room ? max : sizeof room);
    fold_put(&f, text);
    return f.n ? arena_str(arena, fold_end(&f)) : STR_NONE;
}

struct str fold_copy_tree(struct arena *arena, const struct html_tree *tree, uint32_t top, size_t max)
{
    char room[COPY_MAX_BYTES];
    struct fold f = fold_begin(room, max < sizeof room ? max : sizeof room);
    fold_tree(&f, tree, top, false, COPY_MAX_NODES);
    return f.n ? arena_str(arena, fold_end(&f)) : STR_NONE;
}

enum { LANES = 16 };
typedef uint8_t lanes __attribute__((vector_size(LANES)));

static lanes lanes_at(const char *p)
{
    lanes v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* 0xff where there is white space, else 0. */
static lanes spaces(lanes v)
{
    return (lanes)(v == ' ') | ((lanes)(v - '\t' <= '\r' - '\t') & (lanes)(v != '\v'));
}

size_t fold_count(struct str text, bool *gap)
{
    if (text.n == 0)
        return 0;
    size_t folded = *gap && ascii_is_space(text.p[0]), i = 1;
    /* White space right behind white space is folded away. */
    while (text.n - i >= LANES) {
        lanes count = {0};
        for (unsigned k = 0; k < 255 && text.n - i >= LANES; k++, i += LANES)
            count -= spaces(lanes_at(text.p + i)) & spaces(lanes_at(text.p + i - 1));
        for (unsigned k = 0; k < LANES; k++)
            folded += count[k];
    }
    for (bool before = ascii_is_space(text.p[i - 1]); i < text.n; i++) {
        bool now = ascii_is_space(text.p[i]);
        folded += now & before;
        before = now;
    }
    *gap = ascii_is_space(text.p[text.n - 1]);
    return text.n - folded;
}
