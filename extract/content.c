/* SPDX-License-Identifier: Apache-2.0 */
/* content.c: chooses the content of a page: by its generator's frame, else the blocks that together are most
 * probably right, and marks all that is none.
 *
 * Invariant: a node that is not skipped has no skipped node above it. */
#include "extract/content_int.h"

#include <stdlib.h>

enum { BELOW_MOST = 12, KEPT_CHARS_LEAST = 40, WORDS_LEAST = 40 /* else noscript is read */ };

struct content_finder {
    struct arena arena;
    struct content_words words;
};

struct content_finder *content_finder_create(size_t memory_bytes)
{
    struct content_finder *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    arena_init(&f->arena, memory_bytes, 64 * 1024);
    content_words_init(&f->words);
    return f;
}

void content_finder_destroy(struct content_finder *f)
{
    if (!f)
        return;
    arena_fini(&f->arena);
    free(f);
}

const char *content_how_text(enum content_how how)
{
    static const char *const texts[] = {
#define X(name, text) text,
        CONTENT_HOW_TABLE(X)
#undef X
    };
    return texts[how];
}

/* ---- which blocks ---- */

struct ranked {
    float score;
    uint32_t block;
};

static int by_score(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return a->block < b->block ? -1 : 1;
}

/* Keeps the best blocks, as many as make the expected F1 of their words the highest. */
static void choose(const struct content_page *p, const struct ranked *ranked, uint8_t *keep)
{
    double all = 0, words = 0, right = 0, best = 0;
    uint32_t n = 0;
    for (uint32_t i = 0; i < p->n_blocks; i++)
        all += (double)p->blocks[ranked[i].block].words * (double)ranked[i].score;
    for (uint32_t i = 0; i < p->n_blocks; i++) {
        double w = p->blocks[ranked[i].block].words;
        words += w;
        right += w * (double)ranked[i].score;
        double f1 = words + all > 0 ? 2 * right / (words + all) : 0;
        if (f1 > best) {
            best = f1;
            n = i + 1;
        }
    }
    for (uint32_t i = 0; i < n; i++)
        keep[ranked[i].block] = 1;
}

static enum status judge(struct content_page *p, uint8_t **ret_keep)
{
    float *scores = arena_alloc(p->arena, (p->n_blocks + 1) * sizeof *scores);
    struct ranked *ranked = arena_alloc(p->arena, (p->n_blocks + 1) * sizeof *ranked);
    uint8_t *keep = arena_zalloc(p->arena, p->n_blocks + 1);
    if (!scores || !ranked || !keep)
        return p->arena->status;
    enum status st = content_score(p, scores);
    if (st != OK)
        return st;
    for (uint32_t i = 0; i < p->n_blocks; i++)
        ranked[i] = (struct ranked){scores[i], i};
    qsort(ranked, p->n_blocks, sizeof *ranked, by_score);
    choose(p, ranked, keep);
    *ret_keep = keep;
    return OK;
}

/* ---- what belongs to what was kept ---- */

static bool is_below(const struct html_tree *tree, uint32_t node, uint32_t above)
{
    for (unsigned up = 0; node && node != above && up < BELOW_MOST; up++)
        node = tree->nodes[node].parent;
    return node && node == above;
}

/* The element around that holds a heading, or a block of code; 0: the text is in neither. */
static uint32_t holder_of(const struct html_tree *tree, uint32_t node)
{
    for (unsigned up = 0; node && up < 4; up++, node = tree->nodes[node].parent) {
        const struct html_node *n = &tree->nodes[node];
        bool html = n->type == HTML_ELEMENT && n->ns == HTML_NS_HTML;
        if (html && ((n->name >= N_H1 && n->name <= N_H6) || n->name == N_PRE))
            return n->parent;
    }
    return 0;
}

/* Headings between kept texts, and code beside one: short texts, which are judged badly alone. */
static void keep_joined(const struct content_page *p, uint8_t *keep)
{
    for (uint32_t i = p->n_blocks; i-- > 0;) {
        const struct content_block *b = &p->blocks[i];
        bool heading = b->tag == TAG_H1 || b->tag == TAG_H2 || b->tag == TAG_H3,
             code = b->tag == TAG_PRE;
        uint32_t holder =
            !keep[i] && (heading || code) && b->link_chars == 0 ? holder_of(p->tree, b->node) : 0;
        bool next = holder && i + 1 < p->n_blocks && keep[i + 1] &&
                    is_below(p->tree, p->blocks[i + 1].node, holder);
        bool before = holder && i > 0 && keep[i - 1] && is_below(p->tree, p->blocks[i - 1].node, holder);
        keep[i] |= code ? next || before : next && before;
    }
}

/* ---- which nodes ---- */

static bool skipped(const uint8_t *skip, uint32_t node)
{
    return skip[node >> 3] >> (node & 7) & 1;
}

static void drop(uint8_t *skip, uint32_t node)
{
    skip[node >> 3] |= (uint8_t)(1u << (node & 7));
}

/* Shows a node and all above it; what is shown already has all above it shown. */
static void show(const struct html_tree *tree, uint8_t *skip, uint32_t node)
{
    for (; node && skipped(skip, node); node = tree->nodes[node].parent)
        skip[node >> 3] &= (uint8_t) ~(1u << (node & 7));
}

static void show_block(const struct html_tree *tree, uint8_t *skip, const struct content_block *b)
{
    for (uint32_t node = b->node; node; node = html_next(tree, node, 0)) {
        show(tree, skip, node);
        if (node == b->last)
            return;
    }
}

/* Pictures, formulas and rules have no text; they belong to what stands on both sides. */
static void show_between(struct content_page *p, uint8_t *skip, const uint8_t *keep)
{
    const struct html_tree *tree = p->tree;
    uint32_t next = 0; /* the first block that begins behind this node */
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0)) {
        if (next < p->n_blocks && p->blocks[next].node == node)
            next++;
        const struct html_node *n = &tree->nodes[node];
        if (n->type != HTML_ELEMENT || next == 0 || next >= p->n_blocks || !keep[next - 1] ||
            !keep[next])
            continue;
        if (n->ns == HTML_NS_MATHML || html_is(tree, node, N_IMG) || html_is(tree, node, N_HR) ||
            html_is(tree, node, N_BR))
            show(tree, skip, node);
    }
}

/* ---- tables ---- */

/* A table as far as the first one within it. */
struct table {
    uint32_t to;                       /* the first block behind it */
    size_t chars, kept, cell, largest; /* of text: all, kept, in the present cell, in the largest one */
    unsigned rows, cells, heads;
    bool nested, headings;
};

/* from: the first block that begins in it or behind it. */
static struct table table_of(const struct content_page *p, uint32_t node, uint32_t from,
                             const uint8_t *keep)
{
    const struct html_tree *tree = p->tree;
    struct table t = {.to = from};
    for (uint32_t i = html_next(tree, node, node); i && !t.nested; i = html_next(tree, i, node)) {
        if (t.to < p->n_blocks && p->blocks[t.to].node == i) {
            t.chars += p->blocks[t.to].chars;
            t.cell += p->blocks[t.to].chars;
            t.kept += keep[t.to] ? p->blocks[t.to].chars : 0;
            t.largest = t.cell > t.largest ? t.cell : t.largest;
            t.to++;
        }
        const struct html_node *n = &tree->nodes[i];
        if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
            continue;
        t.rows += n->name == N_TR;
        if (n->name == N_TD || n->name == N_TH) {
            t.cells++;
            t.heads += n->name == N_TH;
            t.cell = 0;
        }
        t.nested |= n->name == N_TABLE;
        t.headings |= n->name >= N_H1 && n->name <= N_H6;
    }
    return t;
}

/* Cells say nothing without their neighbours: of a table of data most of which is content all is. */
static void show_tables(struct content_page *p, uint8_t *skip, uint8_t *keep)
{
    const struct html_tree *tree = p->tree;
    uint32_t next = 0; /* the first block that begins behind this node */
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0)) {
        next += next < p->n_blocks && p->blocks[next].node == node;
        if (!html_is(tree, node, N_TABLE) || next >= p->n_blocks)
            continue;
        struct table t = table_of(p, node, next, keep);
        bool data = t.rows > 1 && (t.heads || t.cells >= 2 * t.rows) && !t.nested && !t.headings &&
                    2 * t.largest <= t.chars;
        if (!data || 2 * t.kept < t.chars || t.kept == t.chars)
            continue;
        for (uint32_t i = html_next(tree, node, node); i; i = html_next(tree, i, node))
            show(tree, skip, i);
        memset(keep + next, 1, t.to - next);
    }
}

static void finish_score(struct content_page *p, uint8_t *keep, uint8_t *skip, struct content *ret)
{
    memset(skip, 0xff, p->tree->n_nodes / 8 + 1);
    skip[0] &= 0xfe;
    keep_joined(p, keep);
    for (uint32_t i = 0; i < p->n_blocks; i++)
        if (keep[i])
            show_block(p->tree, skip, &p->blocks[i]);
    show_tables(p, skip, keep);
    for (uint32_t i = 0; i < p->n_blocks; i++) {
        ret->n_kept += keep[i];
        ret->kept_chars += keep[i] ? p->blocks[i].chars : 0;
    }
    show_between(p, skip, keep);
    ret->how = CONTENT_BY_SCORE;
    ret->skip = skip;
}

static void finish_frame(struct content_page *p, uint32_t root, uint8_t *skip, struct content *ret)
{
    const struct html_tree *tree = p->tree;
    memset(skip, 0, tree->n_nodes / 8 + 1);
    for (uint32_t node = html_next(tree, root, root); node;) {
        bool drops = content_docs_drops(tree, node);
        if (drops)
            drop(skip, node);
        node = drops ? html_skip(tree, node, root) : html_next(tree, node, root);
    }
    for (uint32_t i = 0; i < p->n_areas; i++)
        if (p->areas[i].node == root) {
            ret->n_kept = p->areas[i].to - p->areas[i].from;
            ret->kept_chars = content_sum_of(p, p->areas[i].from, p->areas[i].to).chars;
        }
    ret->how = CONTENT_BY_FRAME;
    ret->root = root;
    ret->skip = skip;
}

/* Whether enough is left to be read: a frame may hold nothing but what was dropped or is hidden. */
static bool shows_text(const struct html_tree *tree, const struct content *c)
{
    struct buf seen;
    buf_init(&seen, KEPT_CHARS_LEAST);
    content_text(tree, c->root, c, &seen);
    bool enough = seen.status != OK || seen.n >= KEPT_CHARS_LEAST;
    buf_fini(&seen);
    return enough;
}

enum status content_find(struct content_finder *f, const struct html_tree *tree, struct str url,
                         struct content *ret)
{
    arena_reset(&f->arena, 4u << 20);
    struct content_page p = {.tree = tree, .arena = &f->arena};
    struct content found = {.how = CONTENT_FELL_BACK, .n_nodes = tree->n_nodes};
    content_evidence_read(&p, &f->words, url);
    enum status st = content_blocks_read(&p, &f->words);
    if (st == OK && p.sums[p.n_blocks].words < WORDS_LEAST) {
        p.noscript = true;
        st = content_blocks_read(&p, &f->words);
    }
    uint8_t *skip = arena_alloc(&f->arena, tree->n_nodes / 8 + 1);
    uint8_t *keep = NULL;
    if (st == OK && !skip)
        st = f->arena.status;
    if (st != OK)
        return st;
    found.n_blocks = p.n_blocks;
    uint32_t root = content_docs_root(&p);
    if (root)
        finish_frame(&p, root, skip, &found);
    else if ((st = judge(&p, &keep)) == OK)
        finish_score(&p, keep, skip, &found);
    if (st != OK)
        return st;
    found.noscript = p.noscript;
    if (found.kept_chars < KEPT_CHARS_LEAST || !shows_text(tree, &found))
        found = (struct content){.how = CONTENT_FELL_BACK,
                                 .noscript = p.noscript,
                                 .n_nodes = tree->n_nodes,
                                 .n_blocks = p.n_blocks};
    *ret = found;
    return OK;
}
