/* SPDX-License-Identifier: Apache-2.0 */
/* test_hostile.c: pages made to be slow or large, as a table of generators, 1 MB of each. What is looked at:
 * that the tree is one, how many nodes and bytes it takes, and the flags of the limits that were reached.
 * Time is the benchmark's business; a quadratic walk still shows here, as a suite that does not end. */
#include "extract/extract.h"
#include "extract/front_matter.h"
#include "extract/page_meta.h"
#include "extract/quality.h"
#include "extract/html/html.h"
#include "extract/item.h"
#include "tests/unit/extract/hostile.h"
#include "tests/unit/extract/tree_dump.h"

#define PAGE_BYTES (1u << 20)
/* Nodes, attributes and copied text; a node each four bytes is the worst that markup can ask for. */
#define TREE_BYTES (40u << 20)
/* The limit of nodes is looked at once a token. */
#define SPARE 1024
/* For what is read from a page. */
#define ARENA_BYTES (64u << 20)

static const struct html_limits usual = {
    .memory_bytes = 64 << 20, .nodes = 1 << 20, .depth = 512, .attrs = 1024};

static struct buf body;
static struct html_parser *parser;

static bool is_deeper_than(const struct html_tree *tree, unsigned depth)
{
    unsigned now = 0;
    uint32_t node = 0;
    while (now <= depth) {
        if (tree->nodes[node].first) {
            now++;
            node = tree->nodes[node].first;
            continue;
        }
        while (node && !tree->nodes[node].next) {
            node = tree->nodes[node].parent;
            now--;
        }
        if (!node)
            return false;
        node = tree->nodes[node].next;
    }
    return true;
}

static size_t tree_bytes(const struct html_tree *tree)
{
    return tree->n_nodes * sizeof *tree->nodes + tree->n_attrs * sizeof *tree->attrs + tree->n_side;
}

static void test_pages(void)
{
    for (size_t i = 0; i < ARRAY_LEN(hostile_pages); i++) {
        const struct hostile *page = &hostile_pages[i];
        const struct html_tree *tree = NULL;
        hostile_make(&body, page, PAGE_BYTES);
        NEED(html_parse(parser, buf_str(&body), &tree) == OK);
        unsigned long bad = check_bad;
        CHECK(tree_is_whole(tree, 3 * body.n, tree->n_side));
        CHECK(tree_bytes(tree) <= TREE_BYTES);
        CHECK_INT(tree->cuts, page->cuts);
        CHECK_INT(tree->n_nodes, page->nodes);
        CHECK_INT(tree->n_attrs, page->attrs);
        CHECK_INT(tree->n_side, page->side);
        if (check_bad != bad)
            fprintf(stderr, "    page \"%s\"\n", page->name);
    }
}

/* With limits so small that modes find elements closed that they count on. */
static void test_small_limits(void)
{
    const struct html_limits small[] = {
        {.memory_bytes = 4096, .nodes = 1 << 20, .depth = 512, .attrs = 1024},
        {.memory_bytes = 1 << 20, .nodes = 100, .depth = 512, .attrs = 1024},
        {.memory_bytes = 1 << 20, .nodes = 1 << 16, .depth = 1, .attrs = 1, .formatting = 1},
        {.memory_bytes = 1 << 20, .nodes = 1 << 16, .depth = 3, .attrs = 2, .formatting = 2},
        {.memory_bytes = 1 << 20, .nodes = 1 << 16, .depth = 5, .attrs = 2, .formatting = 3},
    };
    for (size_t k = 0; k < sizeof small / sizeof *small; k++) {
        struct html_parser *tiny = html_parser_create(HTML_ENGINE_BUILTIN, &small[k]);
        NEED(tiny);
        for (size_t i = 0; i < ARRAY_LEN(hostile_pages); i++) {
            const struct html_tree *tree = NULL;
            hostile_make(&body, &hostile_pages[i], PAGE_BYTES / 16);
            NEED(html_parse(tiny, buf_str(&body), &tree) == OK);
            unsigned long bad = check_bad;
            CHECK(tree_is_whole(tree, 3 * body.n, 4 * body.n));
            CHECK(tree->n_nodes <= small[k].nodes + SPARE);
            CHECK(!is_deeper_than(tree, 8 * (small[k].depth + 3)));
            if (check_bad != bad)
                fprintf(stderr, "    page \"%s\", limits %zu: %u nodes\n", hostile_pages[i].name, k,
                        tree->n_nodes);
        }
        html_parser_destroy(tiny);
    }
}

/* What is stored of a page beside its parts: shares that are shares, and metadata that is no longer than it may be. */
static void check_told(const struct doc *doc, struct buf *out)
{
    CHECK(doc->text_share <= 1000 && doc->code_share <= 1000 && doc->quality < 1u << QUALITY_MARKS);
    page_meta_pack(doc->meta, out);
    CHECK(out->status == OK && out->n <= META_PACKED_MAX_BYTES);
}

/* Content, fields, items, quality, metadata and front matter of every page: within the arena, and the arena within its
 * limit. */
static void test_readers(void)
{
    struct extractor *x = extractor_create(HTML_ENGINE_BUILTIN, &usual);
    struct extract_options options = {.url = STR_LIT("https://h.example/a"),
                                      .content_type = STR_LIT("text/html"),
                                      .want = EXTRACT_LINKS | EXTRACT_MARKDOWN | EXTRACT_FIELDS |
                                              EXTRACT_TEXT | EXTRACT_TREE,
                                      .content_only = true,
                                      .max_links = 1000,
                                      .max_markdown_bytes = 16 << 20};
    struct arena arena;
    struct buf out;
    arena_init(&arena, ARENA_BYTES, 1 << 16);
    buf_init(&out, 64 << 20);
    NEED(x);
    for (size_t i = 0; i < ARRAY_LEN(hostile_pages); i++) {
        struct front_matter front = {0};
        struct items items = {0};
        struct doc doc = {0};
        arena_reset(&arena, 1 << 20);
        buf_reset(&out);
        hostile_make(&body, &hostile_pages[i], PAGE_BYTES / 16);
        enum status st = extract_document(x, &options, buf_str(&body), &arena, &doc);
        CHECK(st == OK || st == ST_LIMIT);
        if (st == OK)
            st = items_of_tree(doc.tree, NULL, 15, &arena, &items);
        CHECK((st == OK || st == ST_LIMIT) && items.n <= ITEM_COUNT_MAX);
        if (doc.meta)
            check_told(&doc, &out);
        front_matter_take_stored(&front, buf_str(&out), &arena);
        front_matter_take(&front, &doc);
        front_matter_put(&front, &out);
        CHECK(out.status == OK && arena.used_bytes <= ARENA_BYTES);
    }
    buf_fini(&out);
    arena_fini(&arena);
    extractor_destroy(x);
}

/* Arrays that one page made large are given back; what it said does not show in the next. */
static void test_after_all(void)
{
    const struct html_tree *tree = NULL;
    buf_reset(&body);
    buf_puts(&body, "<!doctype html><title>t</title><p a=1>x<b>y</b>");
    NEED(buf_terminate(&body));
    NEED(html_parse(parser, buf_str(&body), &tree) == OK);
    CHECK_INT(tree->cuts, 0);
    CHECK_INT(tree->n_nodes, 11);
    CHECK_INT(tree->n_attrs, 2);
}

int main(void)
{
    parser = html_parser_create(HTML_ENGINE_BUILTIN, &usual);
    NEED(parser);
    buf_init(&body, 4 * PAGE_BYTES);
    RUN(test_pages);
    RUN(test_small_limits);
    RUN(test_readers);
    RUN(test_after_all);
    html_parser_destroy(parser);
    buf_fini(&body);
    return check_report();
}
