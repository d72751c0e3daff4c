/* SPDX-License-Identifier: Apache-2.0 */
/* text.c: folding of white space, over texts and over subtrees. No recursion, no state between calls. */
#include "extract/html/text.h"

#include "extract/html/scan.h"

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

uint32_t fold_tree(struct fold *f, const struct html_tree *tree, uint32_t top, bool skip_tables,
                   uint32_t max_nodes)
{
    uint32_t node = top, met = 0;
    while (met < max_nodes && !f->full) {
        met++;
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
            break;
        if (html_is_block(tree, node))
            f->gap = true;
        node = tree->nodes[node].next;
    }
    return met;
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

#ifdef __SSE2__

/* A bit for each of the sixteen bytes from p on: it is white space. */
static unsigned space_bits(const char *p)
{
    __m128i v = scan_load(p), from_tab = _mm_sub_epi8(v, _mm_set1_epi8('\t'));
    __m128i to_return = _mm_min_epu8(from_tab, _mm_set1_epi8('\r' - '\t'));
    __m128i control = _mm_cmpeq_epi8(from_tab, to_return);
    __m128i tabs = _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\v')), control);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(tabs, _mm_cmpeq_epi8(v, _mm_set1_epi8(' '))));
}

#else

static unsigned space_bits(const char *p)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (unsigned)ascii_is_space(p[i]) << i;
    return bits;
}

#endif

/* How many of sixteen bits are set. White space comes in runs, so that counting one by one costs more. */
static unsigned count_bits(unsigned bits)
{
    bits -= bits >> 1 & 0x5555;
    bits = (bits & 0x3333) + (bits >> 2 & 0x3333);
    bits = (bits + (bits >> 4)) & 0x0f0f;
    return (bits + (bits >> 8)) & 0x1f;
}

size_t fold_count(struct str text, bool *gap)
{
    size_t folded = 0;
    for (size_t i = 0; i < text.n; i += 16) {
        size_t n = text.n - i < 16 ? text.n - i : 16;
        unsigned bits = space_bits(text.p + i) & ((1u << n) - 1);
        /* White space right behind white space is folded away. */
        unsigned away = bits & (bits << 1 | *gap);
        if (away)
            folded += count_bits(away);
        *gap = bits >> (n - 1) & 1;
    }
    return text.n - folded;
}
