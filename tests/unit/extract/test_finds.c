/* SPDX-License-Identifier: Apache-2.0 */
/* test_finds.c: what the fuzzers of tests/fuzz found, as the smallest page that shows it. */
#include "extract/content.h"
#include "extract/extract.h"
#include "extract/html/text.h"
#include "extract/item.h"
#include "extract/links.h"
#include "extract/markdown.h"
#include "extract/metadata.h"
#include "extract/page_meta.h"
#include "tests/unit/extract/tree_dump.h"

static const struct html_limits usual = {
    .memory_bytes = 64 << 20, .nodes = 1 << 20, .depth = 512, .attrs = 1024};

static struct buf body, dump;
static struct html_parser *parser;

/* The tree lives until the next call. */
static const struct html_tree *parse(struct html_limits limits, const char *page)
{
    const struct html_tree *tree = NULL;
    html_parser_destroy(parser);
    parser = html_parser_create(HTML_ENGINE_BUILTIN, &limits);
    NEED(parser);
    buf_reset(&body);
    buf_puts(&body, page);
    NEED(buf_terminate(&body));
    NEED(html_parse(parser, buf_str(&body), &tree) == OK);
    CHECK(tree_is_whole(tree, body.n, 4 * body.n));
    return tree;
}

/* ---- limits ---- */

/* Where nothing could be copied, slices are still offsets into something. */
static void test_no_side_buffer(void)
{
    struct html_limits none = usual;
    none.memory_bytes = 0;
    const struct html_tree *tree = parse(none, "<p title='&amp;'>x");
    CHECK(tree->side != NULL);
    CHECK_INT(tree->cuts, CUT_MEMORY);
}

/* Two limits that one token reaches are both said. */
static void test_two_limits(void)
{
    struct html_limits both = usual;
    both.nodes = 16;
    both.memory_bytes = 1;
    const struct html_tree *tree =
        parse(both, "<b><b><b><b><b><b><b><b><b><b><b><b title='&amp;&amp;'>x");
    CHECK_INT(tree->cuts, CUT_NODES | CUT_MEMORY);
}

/* A page with less room for Markdown than the one before has it cut too. */
static void test_less_markdown(void)
{
    struct extractor *x = extractor_create(HTML_ENGINE_BUILTIN, &usual);
    struct arena arena;
    struct extract_options options = {.url = STR_LIT("http://h.example/"),
                                      .content_type = STR_LIT("text/html"),
                                      .want = EXTRACT_MARKDOWN};
    const struct str whole = STR_LIT("- \\*a\\* `b`\n- c\n");
    NEED(x);
    buf_reset(&body);
    buf_puts(&body, "<ul><li>*a* <code>b</code><li>c");
    NEED(buf_terminate(&body));
    arena_init(&arena, 1 << 20, 4096);
    for (size_t i = 0; i <= 50; i++) {
        struct doc doc;
        size_t max = i ? i : 1000;
        options.max_markdown_bytes = max;
        NEED(extract_document(x, &options, buf_str(&body), &arena, &doc) == OK);
        CHECK(doc.markdown.n <= max);
        CHECK_INT(doc.cuts, max < whole.n ? CUT_MARKDOWN : 0);
        CHECK_STR(doc.markdown, max < whole.n ? STR_LIT("") : whole);
    }
    arena_fini(&arena);
    extractor_destroy(x);
}

/* No text at all is no text. */
static void test_fold_nothing(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 20, 4096);
    CHECK(!str_is_set(fold_copy(&arena, STR_NONE, 100)));
    arena_fini(&arena);
}

/* ---- depth ---- */

/* What the root holds beside head, body and white space: elements and texts. */
static unsigned outside_body(const struct html_tree *tree)
{
    unsigned n = 0;
    uint32_t root = tree->nodes[0].first;
    for (uint32_t node = tree->nodes[root].first; node; node = tree->nodes[node].next) {
        bool text = tree->nodes[node].type == HTML_TEXT;
        n += text ? str_trim(html_node_text(tree, node)).n != 0
                  : !html_is(tree, node, N_HEAD) && !html_is(tree, node, N_BODY);
    }
    return n;
}

/* The deepest element gives way to what comes into it: modes of tables then look for a table, row or cell that
 * is closed. They must not close all up to the root in its place, or the page goes on outside of its body. */
static void test_tables_at_the_limit(void)
{
    static const char *const pages[] = {
        "<div><table><tr><td>1</td><td>2</td></tr></table><p>z",
        "<table><tr><td><div>1</div></table><p>z",
        "<table><tr><td><div><p>1<td>2<tr><td>3</table>z",
        "<div><div><table>x<tr>y<td>1<tr>z</table>z",
        "<div><table><tbody>x<b>y</b><tr>z",
        "<div><table><caption>1<td>2</table>z",
        "<div><table><colgroup><col><td>2</table>z",
        "<div><div><table><tr><td>1<tbody><tr><th>2<thead>z</table>z",
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        for (uint32_t depth = 4; depth < 10; depth++) {
            struct html_limits limits = usual;
            limits.depth = depth;
            const struct html_tree *tree = parse(limits, pages[i]);
            if (!CHECK_INT(outside_body(tree), 0))
                fprintf(stderr, "    page \"%s\" depth %u\n", pages[i], depth);
        }
    }
}

/* Rows then hold what was in their cells: the Markdown of a row that seems empty was dropped, with a code span
 * open in it. */
static void test_strays_in_rows(void)
{
    static const char *const pages[] = {
        "<table><tr><th>one<th>two<tr><td><div><code>three</code></div></td></tr></table>",
        "<table><tr><th>one<th>two<tr><td><b><code>three</code></b></td></tr></table>",
        "<table><tr><th>one<tr><td><a href=x><code>two</code></a></td></tr></table><p>three",
        "<s><table><tr><th>one<th>two<tr><td><div><span><code>three</table>",
        "<table><tr><th>one<th>two<tr><td><div><code>three</code></div><td>x</table>",
    };
    static const struct str words[] = {{"one", 3}, {"two", 3}, {"three", 5}};
    struct buf out;
    buf_init(&out, 1 << 16);
    for (size_t i = 0; i < 12 * (sizeof pages / sizeof *pages); i++) {
        struct html_limits limits = usual;
        limits.depth = 4 + (uint32_t)i % 12;
        buf_reset(&out);
        markdown_write(parse(limits, pages[i / 12]), 0, NULL, &out);
        CHECK_INT(out.status, OK);
        for (size_t k = 0; k < 3; k++)
            if (!CHECK(out.n && memmem(out.p, out.n, words[k].p, words[k].n)))
                fprintf(stderr, "    page \"%s\" depth %u: %.*s\n", pages[i / 12], limits.depth,
                        STR_ARG(buf_str(&out)));
    }
    buf_fini(&out);
}

/* What is hidden and has nothing in it is hidden all the same. */
static void test_hidden_image(void)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    markdown_write(parse(usual, "<p>a<img hidden src=i.png alt=b>c"), 0, NULL, &out);
    CHECK_STR(buf_str(&out), STR_LIT("ac\n"));
    buf_fini(&out);
}

/* Carriage returns come by reference alone, and would end lines of code. */
static void test_returns_in_code(void)
{
    struct buf out;
    buf_init(&out, 1000);
    markdown_write(parse(usual, "<pre lang='a&#13;b'>x&#13;y&#13;\nz</pre>"), 0, NULL, &out);
    CHECK_STR(buf_str(&out), STR_LIT("```\nx y\nz\n```\n"));
    buf_fini(&out);
}

/* The number of the only element of that name. */
static uint32_t find(const struct html_tree *tree, uint16_t name)
{
    uint32_t node = 1;
    while (node < tree->n_nodes && !html_is(tree, node, name))
        node++;
    NEED(node < tree->n_nodes);
    return node;
}

/* A cell that is no content leaves an empty one; a row that is none, or hidden, is no header of the others. */
static void test_tables_in_part(void)
{
    static const struct {
        const char *page;
        uint16_t left_out;
        struct str want;
    } cases[] = {
        {"<table><tr><th>h<tr><td>0</table>", N_TH, STR_LIT("|  |\n| --- |\n| 0 |\n")},
        {"<table><thead><tr><th>h<tbody><tr><td>0</table>", N_THEAD, STR_LIT("|  |\n| --- |\n| 0 |\n")},
        {"<table><tr hidden><th>h<tr><td>0</table>", N_NONE, STR_LIT("|  |\n| --- |\n| 0 |\n")},
        {"<table><tr><td>0<th>1<td>2</table>", N_TH,
         STR_LIT("|  |  |  |\n| --- | --- | --- |\n| 0 |  | 2 |\n")},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint8_t skip[16] = {0};
        struct buf out;
        const struct html_tree *tree = parse(usual, cases[i].page);
        uint32_t node = cases[i].left_out == N_NONE ? 0 : find(tree, cases[i].left_out);
        skip[node / 8] = node ? (uint8_t)(1u << node % 8) : 0;
        buf_init(&out, 1000);
        markdown_write_part(tree, 0, &(struct markdown_part){skip, false}, NULL, &out);
        CHECK_STR(buf_str(&out), cases[i].want);
        buf_fini(&out);
    }
}

/* Two equal numbers and no year are no date. */
static void test_no_year(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 16, 4096);
    CHECK_STR(meta_date(STR_LIT("0-0-"), &arena), STR_LIT(""));
    CHECK_STR(meta_date(STR_LIT("1/1/x"), &arena), STR_LIT(""));
    CHECK_STR(meta_date(STR_LIT("1/1/2026"), &arena), STR_LIT("2026-01-01"));
    arena_fini(&arena);
}

/* Items that hold each other many times over are written once and again, but not for ever. */
static void test_items_in_circles(void)
{
    struct arena arena;
    struct items items;
    struct json_out json;
    struct buf out;
    arena_init(&arena, 1 << 20, 4096);
    buf_init(&out, 16 << 20);
    const struct html_tree *tree =
        parse(usual, "<v about=#><d typeof=n property='a r s y e m 6'><v about=# typeof=n property=r>");
    CHECK_INT(items_of_tree(tree, NULL, 1u << ITEM_RDFA, &arena, &items), OK);
    json_out_init(&json, &out, 0);
    items_put(&items, ITEM_RDFA, &json);
    CHECK_INT(out.status, OK);
    buf_fini(&out);
    arena_fini(&arena);
}

/* A type that is too long is cut between characters. */
static void test_long_type(void)
{
    struct extractor *x = extractor_create(HTML_ENGINE_BUILTIN, &usual);
    const struct extract_options options = {.url = STR_LIT("http://h.example/")};
    struct arena arena;
    struct doc doc;
    arena_init(&arena, 1 << 20, 4096);
    buf_reset(&body);
    buf_puts(&body, "<meta property=og:type content='");
    for (int i = 0; i < 63; i++)
        buf_putc(&body, 'A');
    buf_puts(&body, "\xc3\xa4'>");
    NEED(x && buf_terminate(&body));
    NEED(extract_document(x, &options, buf_str(&body), &arena, &doc) == OK);
    CHECK(doc.meta && doc.meta->type.n == 63 && doc.meta->type.p[62] == 'a');
    arena_fini(&arena);
    extractor_destroy(x);
}

/* A frame in which all was dropped is not the content of a page that has text. */
static void test_empty_frame(void)
{
    static const char page[] = "<div id=docContent><div class=toc>Words that are in a table of "
                               "contents, so that all of the frame is left "
                               "out of what is read, though there is more than enough of it to be taken "
                               "for a page.</div></div>";
    struct content_finder *finder = content_finder_create(1 << 20);
    struct content content;
    NEED(finder);
    CHECK_INT(content_find(finder, parse(usual, page), STR_LIT(""), &content), OK);
    CHECK_INT(content.how, CONTENT_FELL_BACK);
    content_finder_destroy(finder);
}

/* ---- trees ---- */

/* Of text behind a col in a template only the white space stays, all of it. */
static void test_text_behind_col(void)
{
    dump_tree(&dump, parse(usual, "<template><col> a b\n c</template>"));
    CHECK_STR(buf_str(&dump), STR_LIT("| <html>\n|   <head>\n|     <template>\n|       content\n"
                                      "|         <col>\n|         \"  \n \"\n|   <body>"));
}

/* Behind the comment after the body what goes into the body is out of order. */
static void test_late_elements(void)
{
    static const char *const pages[] = {
        "</body><!----> <n><style>", "<body><p>a</p></body></html><!----> <div><script>x</script></div>",
        "</body><!----> <!----> <p>a<template></template>",
        "</body><!----> <svg><style></svg><script></script> b"};
    struct arena arena;
    arena_init(&arena, 1 << 20, 4096);
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        struct doc doc = {0};
        struct url url;
        const struct html_tree *tree = parse(usual, pages[i]);
        CHECK(!tree->in_order);
        NEED(url_parse(&arena, STR_LIT("https://h.example/"), NULL, &url) == OK);
        metadata_read(tree, &url, NULL, &arena, &doc, &url);
    }
    CHECK(parse(usual, "<p>a<script></script></body><!----> ")->in_order);
    arena_fini(&arena);
}

/* An attacker's line: as many open brackets as bytes. The link behind is found, and the line is read once. */
static void test_open_targets(void)
{
    struct links *links = links_create();
    struct arena arena;
    struct url base;
    struct link *list;
    unsigned n, cut;
    arena_init(&arena, 1 << 20, 4096);
    buf_reset(&body);
    for (unsigned i = 0; i < 200000; i++)
        buf_puts(&body, "[](<");
    buf_puts(&body, " [b](/b)");
    NEED(links && buf_terminate(&body));
    NEED(url_parse(&arena, STR_LIT("https://h.example/"), NULL, &base) == OK);
    links_reset(links);
    links_begin(links, &arena, &base, 100);
    links_of_markdown(links, &arena, buf_str(&body));
    NEED(links_end(links, &list, &n, &cut) == OK);
    CHECK_INT(n, 1);
    CHECK_STR(list[0].url, STR_LIT("https://h.example/b"));
    links_destroy(links);
    arena_fini(&arena);
}

/* Names that stand twice are told apart in objects of few names; one of many makes the script none. */
static void test_many_twins(void)
{
    struct arena arena;
    struct items items;
    arena_init(&arena, 16 << 20, 4096);
    for (unsigned names = 50; names <= 100; names += 50) {
        buf_reset(&dump);
        buf_puts(&dump, "<script type=application/ld+json>{\"@type\":\"Thing\",\"a\":1");
        for (unsigned i = 0; i < names; i++)
            buf_printf(&dump, ",\"a%u\":1,\"a\":2", i / 2);
        buf_puts(&dump, "}</script>");
        NEED(buf_terminate(&dump));
        NEED(items_of_tree(parse(usual, dump.p), NULL, 1u << ITEM_JSONLD, &arena, &items) == OK);
        CHECK((items.first != NULL) == (2 * names + 2 <= 128));
    }
    arena_fini(&arena);
}

int main(void)
{
    buf_init(&body, 1 << 20);
    buf_init(&dump, 1 << 20);
    RUN(test_no_side_buffer);
    RUN(test_two_limits);
    RUN(test_less_markdown);
    RUN(test_fold_nothing);
    RUN(test_tables_at_the_limit);
    RUN(test_strays_in_rows);
    RUN(test_hidden_image);
    RUN(test_returns_in_code);
    RUN(test_tables_in_part);
    RUN(test_no_year);
    RUN(test_items_in_circles);
    RUN(test_long_type);
    RUN(test_empty_frame);
    RUN(test_text_behind_col);
    RUN(test_late_elements);
    RUN(test_open_targets);
    RUN(test_many_twins);
    html_parser_destroy(parser);
    buf_fini(&body);
    buf_fini(&dump);
    return check_report();
}
