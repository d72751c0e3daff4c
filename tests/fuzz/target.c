/* SPDX-License-Identifier: Apache-2.0 */
/* target.c: inputs and parsers of the fuzz targets, and what must hold of every tree. */
#include "tests/fuzz/target.h"

#include "base/hash.h"
#include "extract/charset.h"
#include "extract/html/build.h"

#include <stdio.h>
#include <stdlib.h>

const struct html_limits fuzz_generous = {
    .memory_bytes = 1 << 26, .nodes = 1 << 20, .depth = 512, .attrs = 256};

void fuzz_fail(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

/* ---- inputs ---- */

bool fuzz_head_read(const uint8_t *data, size_t n, struct fuzz_head *ret_head, struct str *ret_page)
{
    if (n < sizeof *ret_head)
        return false;
    memcpy(ret_head, data, sizeof *ret_head);
    *ret_page = str_make((const char *)data + sizeof *ret_head, n - sizeof *ret_head);
    return true;
}

/* Few values, so that few parsers serve them all; each first one is generous. */
struct html_limits fuzz_limits(const struct fuzz_head *head)
{
    static const uint32_t depths[] = {512, 1, 3, 4, 5, 6, 8, 12}, formattings[] = {0, 1, 2, 5};
    static const uint32_t templates[] = {0, 1, 2, 3}, attrs[] = {256, 0, 1, 2},
                          nodes[] = {1 << 20, 0, 20, 60};
    static const uint32_t page_attrs[] = {0, 0, 1, 20}, names[] = {0, 0, 1, 2},
                          name_bytes[] = {0, 0, 1, 9};
    static const size_t bytes[] = {1 << 26, 0, 8, 100};
    unsigned a = head->limits[0], b = head->limits[1], c = head->limits[2];
    return (struct html_limits){
        .depth = depths[a % 8],
        .formatting = formattings[a / 8 % 4],
        .templates = templates[a / 32 % 4],
        .attrs = attrs[b % 4],
        .nodes = nodes[b / 4 % 4],
        .page_attrs = page_attrs[b / 16 % 4],
        .memory_bytes = bytes[c % 4],
        .names = names[c / 4 % 4],
        .name_bytes = name_bytes[c / 16 % 4],
    };
}

struct str fuzz_context(const struct fuzz_head *head, enum html_ns *ret_ns)
{
    uint16_t name = (uint16_t)((head->name[0] << 8 | head->name[1]) % HTML_NAMES_FIXED);
    *ret_ns = (enum html_ns)((head->how >> FUZZ_NS_SHIFT) % 3);
    return name == N_NONE ? STR_LIT("x-y") : html_name_fixed_text(name);
}

static char *page_copy;

struct str fuzz_page(struct str page)
{
    free(page_copy);
    page_copy = calloc(1, page.n + BUF_PAD);
    FUZZ_CHECK(page_copy);
    if (page.n)
        memcpy(page_copy, page.p, page.n);
    return str_make(page_copy, page.n);
}

/* ---- parsers ---- */

static struct kept_parser {
    struct html_parser *parser;
    uint64_t key[10];
} parsers[64];

struct html_parser *fuzz_parser(enum html_engine engine, const struct html_limits *limits)
{
    const uint64_t key[] = {(uint64_t)engine,   limits->memory_bytes, limits->nodes, limits->depth,
                            limits->attrs,      limits->page_attrs,   limits->names, limits->name_bytes,
                            limits->formatting, limits->templates};
    struct kept_parser *k =
        &parsers[hash64(0, str_make((const char *)key, sizeof key)) % ARRAY_LEN(parsers)];
    _Static_assert(sizeof key == sizeof k->key, "the same parts");
    if (!k->parser || memcmp(k->key, key, sizeof key) != 0) {
        html_parser_destroy(k->parser);
        k->parser = html_parser_create(engine, limits);
        memcpy(k->key, key, sizeof key);
        FUZZ_CHECK(k->parser);
    }
    return k->parser;
}

void fuzz_fini(void)
{
    for (size_t i = 0; i < ARRAY_LEN(parsers); i++) {
        html_parser_destroy(parsers[i].parser);
        parsers[i].parser = NULL;
    }
    free(page_copy);
    page_copy = NULL;
}

/* ---- checks ---- */

/* What the tree was built with, which html.h does not show: the names are a part of it. */
static const struct html_build *build_of(const struct html_tree *tree)
{
    return (const struct html_build *)(const void *)((const char *)tree->names -
                                                     offsetof(struct html_build, names));
}

static void check_slice(const struct html_build *b, bool in_side, uint32_t at, uint32_t n)
{
    size_t bytes = in_side ? b->side.n : b->body.n;
    FUZZ_CHECK((uint64_t)at + n <= bytes);
    struct str text = str_make((in_side ? b->side.p : b->body.p) + at, n);
    FUZZ_CHECK(n == 0 || utf8_valid_bytes(text) == n);
}

static void check_element(const struct html_build *b, const struct html_tree *tree,
                          const struct html_node *n)
{
    struct html_attrs attrs = html_attrs(tree, n);
    uint32_t count = (uint32_t)(attrs.end - attrs.p);
    FUZZ_CHECK((uint64_t)n->attrs + count <= tree->n_attrs);
    FUZZ_CHECK(!n->attrs == !count && count <= b->limits.attrs);
    FUZZ_CHECK(n->name < b->names.n_known);
    FUZZ_CHECK(n->ns <= HTML_NS_MATHML);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++) {
        FUZZ_CHECK(a->name != N_NONE && a->name < b->names.n_known);
        check_slice(b, a->in_side, a->at, a->n);
        for (const struct html_attr *other = attrs.p; other < a; other++)
            FUZZ_CHECK(other->name != a->name);
    }
}

static void check_relatives(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *nodes = tree->nodes, *n = &nodes[node];
    FUZZ_CHECK(n->prev ? nodes[n->prev].next == node : nodes[n->parent].first == node);
    FUZZ_CHECK(n->next ? nodes[n->next].prev == node : nodes[n->parent].last == node);
    FUZZ_CHECK(!n->next || (n->next < tree->n_nodes && nodes[n->next].parent == n->parent));
    FUZZ_CHECK(!n->first || (n->first < tree->n_nodes && nodes[n->first].parent == node));
    FUZZ_CHECK(!n->open);
}

static void check_node(const struct html_build *b, const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    check_relatives(tree, node);
    if (n->type == HTML_ELEMENT) {
        FUZZ_CHECK(!n->first == !n->last);
        check_element(b, tree, n);
        return;
    }
    FUZZ_CHECK(n->type == HTML_TEXT || n->type == HTML_COMMENT || n->type == HTML_DOCTYPE);
    FUZZ_CHECK(!n->first);
    FUZZ_CHECK(n->type != HTML_TEXT || n->bytes > 0);
    check_slice(b, n->in_side, n->at, n->bytes);
}

/* Elements that leave the stack from its middle (a form, an a behind a scope's end) stay above what is open
 * in them: two of them at most between neighbours of the stack. */
static uint32_t most_depth(const struct html_build *b, enum html_engine engine)
{
    uint32_t open = b->limits.depth > 3 ? b->limits.depth : 3;
    return engine == HTML_ENGINE_BUILTIN ? 3 * open + 3 : b->limits.depth + 2;
}

/* Elements that were made, also those that are no part of the tree any more; with a name: of HTML. */
static uint32_t elements_made(const struct html_tree *tree, uint16_t name)
{
    uint32_t n = 0;
    for (uint32_t node = 1; node < tree->n_nodes; node++)
        n += name == N_NONE ? tree->nodes[node].type == HTML_ELEMENT : html_is(tree, node, name);
    return n;
}

/* A limit that is said to be reached was reached, as far as what is left of it shows. */
static void check_cuts(const struct html_build *b, const struct html_tree *tree)
{
    unsigned cuts = tree->cuts;
    uint32_t own_names = b->names.n_known - HTML_NAMES_FIXED, elements = elements_made(tree, N_NONE);
    FUZZ_CHECK(!(cuts & CUT_NODES) || tree->n_nodes >= b->limits.nodes);
    FUZZ_CHECK(!(cuts & CUT_PAGE_ATTRS) || tree->n_attrs >= b->limits.page_attrs);
    FUZZ_CHECK(!(cuts & CUT_MEMORY) || b->side.status == ST_LIMIT);
    FUZZ_CHECK(!(cuts & CUT_DEPTH) || elements >= b->limits.depth);
    FUZZ_CHECK(!(cuts & CUT_FORMATTING) || elements > b->limits.formatting);
    /* One of them may be the context. */
    FUZZ_CHECK(!(cuts & CUT_TEMPLATES) || elements_made(tree, N_TEMPLATE) >= b->limits.templates);
    /* A name too long to be one has at least a third of its bytes on the page: a NUL counts for three. */
    FUZZ_CHECK(!(cuts & CUT_NAMES) || own_names == b->limits.names || b->limits.name_bytes < 100 ||
               b->body.n >= HTML_NAME_MAX_BYTES / 3);
    FUZZ_CHECK(!(cuts & (CUT_BUILDER | CUT_LENGTH | CUT_LINKS | CUT_MARKDOWN)));
}

static void check_counts(const struct html_build *b, const struct html_tree *tree)
{
    const struct html_limits *l = &b->limits;
    FUZZ_CHECK(tree->n_nodes >= 1 && tree->n_nodes <= l->nodes + b->spare);
    FUZZ_CHECK(tree->n_attrs >= 1 && tree->n_attrs <= l->page_attrs + b->spare);
    FUZZ_CHECK(b->side.n <= l->memory_bytes && b->status == OK);
    FUZZ_CHECK(b->names.n_known - HTML_NAMES_FIXED <= l->names && b->names.text.n <= l->name_bytes);
    FUZZ_CHECK(!tree->attrs[0].count && !tree->attrs[0].name);
}

void fuzz_check_tree(const struct html_tree *tree, enum html_engine engine)
{
    const struct html_build *b = build_of(tree);
    const struct html_node *nodes = tree->nodes;
    uint32_t most = most_depth(b, engine), depth = 0, met = 1;
    FUZZ_CHECK(nodes[0].type == HTML_DOCUMENT && !nodes[0].parent && !nodes[0].next && !nodes[0].prev);
    check_counts(b, tree);
    if (engine == HTML_ENGINE_BUILTIN)
        check_cuts(b, tree);
    for (uint32_t node = nodes[0].first, parent = 0; node;) {
        FUZZ_CHECK(node < tree->n_nodes && ++met <= tree->n_nodes && nodes[node].parent == parent);
        check_node(b, tree, node);
        uint32_t behind = nodes[node].type == HTML_ELEMENT ? html_skip(tree, node, 0) : 0;
        FUZZ_CHECK(!tree->in_order || !behind || behind > node);
        if (nodes[node].first) {
            FUZZ_CHECK(++depth <= most);
            parent = node;
            node = nodes[node].first;
            continue;
        }
        for (; node && !nodes[node].next; depth--)
            node = nodes[node].parent;
        parent = nodes[node].parent;
        node = node ? nodes[node].next : 0;
    }
}

void fuzz_check_document(const struct html_tree *tree)
{
    const struct html_node *nodes = tree->nodes;
    uint32_t roots = 0, root = 0;
    for (uint32_t node = nodes[0].first; node; node = nodes[node].next) {
        FUZZ_CHECK(nodes[node].type != HTML_TEXT);
        FUZZ_CHECK(nodes[node].type != HTML_DOCTYPE || !roots);
        if (nodes[node].type == HTML_ELEMENT) {
            roots++;
            root = node;
        }
    }
    FUZZ_CHECK(roots == 1 && html_is(tree, root, N_HTML));
    uint32_t heads = 0, bodies = 0, others = 0, texts = 0;
    for (uint32_t node = nodes[root].first; node; node = nodes[node].next) {
        heads += html_is(tree, node, N_HEAD);
        bodies += html_is(tree, node, N_BODY) || html_is(tree, node, N_FRAMESET);
        others += nodes[node].type == HTML_ELEMENT && !html_is(tree, node, N_NOFRAMES);
        texts += nodes[node].type == HTML_TEXT && str_trim(html_node_text(tree, node)).n;
    }
    /* With room for no more than html, head and a template, what follows may be the template's content. */
    if (!(tree->cuts & CUT_DEPTH) || build_of(tree)->limits.depth > 3)
        FUZZ_CHECK(heads == 1 && bodies == 1 && others == 2 && texts == 0);
}

/* ---- printing ---- */

static void print_element(struct buf *out, const struct html_tree *tree, const struct html_node *n)
{
    buf_printf(out, "<%u:", n->ns);
    buf_put_str(out, html_name_text(tree, n->name));
    struct html_attrs attrs = html_attrs(tree, n);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++) {
        buf_putc(out, ' ');
        buf_put_str(out, html_name_text(tree, a->name));
        buf_puts(out, "=\"");
        buf_put_str(out, html_attr_value(tree, a));
        buf_putc(out, '"');
    }
    buf_putc(out, '>');
}

static void print_node(struct buf *out, const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->type == HTML_ELEMENT) {
        print_element(out, tree, n);
        return;
    }
    if (n->type == HTML_DOCTYPE)
        return;
    bool goes_on = n->type == HTML_TEXT && n->prev && tree->nodes[n->prev].type == HTML_TEXT;
    if (!goes_on)
        buf_puts(out, n->type == HTML_TEXT ? "\"" : "#");
    buf_put_str(out, html_node_text(tree, node));
}

void fuzz_print(struct buf *out, const struct html_tree *tree)
{
    buf_reset(out);
    for (uint32_t node = tree->nodes[0].first; node;) {
        print_node(out, tree, node);
        if (tree->nodes[node].first) {
            buf_putc(out, '(');
            node = tree->nodes[node].first;
            continue;
        }
        for (; node && !tree->nodes[node].next; node = tree->nodes[node].parent)
            buf_putc(out, ')');
        node = node ? tree->nodes[node].next : 0;
    }
}
