/* SPDX-License-Identifier: Apache-2.0 */
/* test_hostile.c: pages made to be slow or large, as a table of generators, 1 MB of each. What is looked at:
 * that the tree is one, how many nodes and bytes it takes, and the flags of the limits that were reached.
 * Time is the benchmark's business; a quadratic walk still shows here, as a suite that does not end. */
#include "extract/html/html.h"
#include "tests/unit/extract/tree_dump.h"

#include <stdarg.h>

#define PAGE_BYTES (1u << 20)
/* Nodes, attributes and copied text; a node each four bytes is the worst that markup can ask for. */
#define TREE_BYTES (40u << 20)
/* The limit of nodes is looked at once a token. */
#define SPARE 1024

static const struct html_limits usual = {
    .memory_bytes = 64 << 20, .nodes = 1 << 20, .depth = 512, .attrs = 1024};

struct page {
    const char *name;
    const char *head;  /* once */
    const char *each;  /* again and again, with %u replaced by a number that counts up */
    unsigned per_cent; /* of the bytes: the rest is `after` */
    const char *after; /* again and again, NULL: nothing */
    unsigned flags;    /* exactly those that are set; HTML_QUIRKS aside */
};

enum {
    DEPTH = HTML_CUT_DEPTH,
    ATTRS = HTML_CUT_ATTRS,
    NAMES = HTML_CUT_NAMES,
    FORMAT = HTML_CUT_FORMATTING,
};

/* clang-format off */
static const struct page pages[] = {
    {"nested div", "", "<div>", 100, NULL, DEPTH},
    {"nested span", "", "<span>", 100, NULL, DEPTH},
    {"nested p", "", "<p>", 100, NULL, 0},
    {"nested b", "", "<b>", 100, NULL, DEPTH},
    {"nested a", "", "<a>", 100, NULL, 0},
    {"nested table", "", "<table>", 100, NULL, 0},
    {"nested cells", "", "<table><tr><td>", 100, NULL, DEPTH | FORMAT},
    {"nested tables with text", "", "<table>x", 100, NULL, 0},
    {"nested ul li", "", "<ul><li>", 100, NULL, DEPTH},
    {"nested template", "", "<template>", 100, NULL, DEPTH | FORMAT},
    {"nested svg", "", "<svg>", 100, NULL, DEPTH},
    {"nested g", "<svg>", "<g>", 100, NULL, DEPTH},
    {"nested math mi", "<math>", "<mi>", 100, NULL, DEPTH},
    {"svg in foreignObject", "", "<svg><foreignObject>", 100, NULL, DEPTH},
    {"annotation-xml svg", "", "<math><annotation-xml><svg><desc>", 100, NULL, DEPTH},
    {"nested button", "", "<button>", 100, NULL, 0},
    {"nested button div", "", "<button><div>", 100, NULL, 0},
    {"nested select", "", "<select><div>", 100, NULL, DEPTH},
    {"nested option", "<select>", "<option><optgroup>", 100, NULL, 0},
    {"nested ruby", "", "<ruby><rtc><rt>", 100, NULL, DEPTH},
    {"nested object", "", "<object>", 100, NULL, DEPTH | FORMAT},
    {"nested form div", "", "<form><div>", 100, NULL, DEPTH},
    {"nested dd", "", "<dl><dd>", 100, NULL, DEPTH},
    {"headings", "", "<h1><h2>", 100, NULL, 0},
    {"headings in div", "", "<h1><div>", 100, NULL, DEPTH},
    {"nested unknown", "", "<x%u>", 100, NULL, DEPTH | NAMES},
    {"nested frameset", "", "<frameset>", 100, NULL, DEPTH},
    {"nested nobr", "", "<nobr>", 100, NULL, 0},
    {"div and end", "", "<div>", 50, "</div>", DEPTH},
    {"span and p end", "", "<span>", 50, "</p>", DEPTH},
    {"span and other end", "", "<span>", 50, "</q>", DEPTH},
    {"span and unknown ends", "", "<span>", 20, "</x%u>", DEPTH | NAMES},
    {"span and li", "<ul><li>", "<span>", 20, "<li>", DEPTH},
    {"div and li", "<ul><li>", "<div>", 20, "<li>", DEPTH},
    {"span and br end", "", "<span>", 20, "</br>", DEPTH},
    {"div and headings end", "<h1>", "<div>", 20, "</h2>", DEPTH},
    {"div and table", "", "<div>", 20, "<table>", DEPTH},
    {"g and unknown ends", "<svg>", "<g>", 20, "</x>", DEPTH},
    {"g and end of div", "<div><svg>", "<g>", 20, "</div>", DEPTH},
    {"g and break-out", "<svg>", "<g>", 50, "<p>", DEPTH},
    {"foreign title and end", "<svg>", "<title>", 20, "</g>", 0},
    {"misnested groups", "", "<a><b><i><p></a></b>", 100, NULL, 0},
    {"misnested b div", "", "<b><div></b>", 100, NULL, DEPTH},
    {"misnested b p", "", "<b><p></b>", 100, NULL, 0},
    {"a in div", "", "<a><div>", 100, NULL, DEPTH},
    {"formatting ends", "<b><i><u><s><em><tt><code><div>", "</b></i></u></s></em></tt></code>", 100, NULL, 0},
    {"adopted children", "<b><div>", "<i></i>", 90, "</b>", 0},
    {"formatting and p", "", "<font size=%u>", 10, "<p>", DEPTH | FORMAT},
    {"formatting and text", "", "<b><i><u>", 1, "<p>x", DEPTH},
    {"distinct font", "<p>", "<font size=%u></p>", 100, NULL, DEPTH | FORMAT},
    {"distinct font values", "", "<font a=%u></font>", 100, NULL, 0},
    {"equal font", "", "<font size=1><p>", 100, NULL, 0},
    {"formatting with markers", "", "<b><object></object>", 100, NULL, DEPTH},
    {"text in table", "<table>", "x<tr>", 100, NULL, 0},
    {"nul in table", "<table>", " %c ", 100, NULL, 0},
    {"foster b", "<table>", "<b>", 100, NULL, DEPTH},
    {"foster b x tr", "<table>", "<b>x<tr>", 100, NULL, 0},
    {"foster div end", "<table><tr>", "<div></div>", 100, NULL, 0},
    {"hidden inputs", "<table>", "<input type=hidden>", 100, NULL, 0},
    {"rows", "<table>", "<tr><td>", 100, NULL, 0},
    {"col", "<table>", "<col>", 100, NULL, 0},
    {"caption", "<table>", "<caption><b>", 100, NULL, 0},
    {"template rows", "<template>", "<tr></tr>", 100, NULL, 0},
    {"attributes", "<p ", "a%u ", 100, NULL, ATTRS},
    {"equal attributes", "<p ", "a=1 ", 100, NULL, 0},
    {"attributes a tag", "", "<p a b c d e f g h i j k l m>", 100, NULL, 0},
    {"attributes of b", "", "<b a b c d e f g h i j k l m n=%u><p>", 100, NULL, HTML_CUT_NODES | FORMAT},
    {"attributes of html", "", "<html a%u>", 100, NULL, ATTRS | NAMES},
    {"attributes of body", "<body>", "<body a%u>", 100, NULL, ATTRS | NAMES},
    {"attribute names", "", "<p a%u>", 100, NULL, NAMES},
    {"open value", "<p a=\"", "x", 100, NULL, 0},
    {"open tag", "", "<p a", 100, NULL, 0},
    {"slashes", "<p ", "/", 100, NULL, 0},
    {"equals", "<p ", "=", 100, NULL, 0},
    {"long name", "<", "n", 100, NULL, NAMES},
    {"less-thans", "", "<", 100, NULL, 0},
    {"less-than slash", "", "</", 100, NULL, 0},
    {"empty ends", "", "</>", 100, NULL, 0},
    {"dashes", "<!--", "-", 100, NULL, 0},
    {"comment openings", "", "<!--", 100, NULL, 0},
    {"comments", "", "<!---->", 100, NULL, 0},
    {"greater-thans in comment", "<!--", ">", 100, NULL, 0},
    {"bogus comments", "", "<?>", 100, NULL, 0},
    {"doctypes", "", "<!doctype>", 100, NULL, 0},
    {"open doctype", "<!doctype html public '", "x", 100, NULL, 0},
    {"cdata", "<svg>", "<![CDATA[x]]>", 100, NULL, 0},
    {"cdata brackets", "<svg><![CDATA[", "]", 100, NULL, 0},
    {"cdata nul", "<svg><![CDATA[", "%c", 100, NULL, 0},
    {"script comments", "<script>", "<!--", 100, NULL, 0},
    {"script in script", "<script><!--", "<script>", 100, NULL, 0},
    {"script ends in comment", "<script><!--", "<script></script>", 100, NULL, 0},
    {"script half ends", "<script>", "</script", 100, NULL, 0},
    {"scripts", "", "<script></script>", 100, NULL, 0},
    {"title half ends", "<title>", "</titl", 100, NULL, 0},
    {"textarea", "<textarea>", "&amp;", 100, NULL, 0},
    {"plaintext", "<plaintext>", "</plaintext>", 100, NULL, 0},
    {"text", "", "text ", 100, NULL, 0},
    {"ampersands", "", "&", 100, NULL, 0},
    {"half references", "", "&not", 100, NULL, 0},
    {"references that are none", "", "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 100, NULL, 0},
    {"references that grow", "", "&nGt;", 100, NULL, 0},
    {"long numbers", "&#", "9", 100, NULL, 0},
    {"nul", "", "%c", 100, NULL, 0},
    {"nul in svg", "<svg>", "%c", 100, NULL, 0},
    {"nul in style", "<style>", "%c", 100, NULL, 0},
    {"nul in names", "", "<%ca %c=%c>", 100, NULL, 0},
    {"carriage returns", "", "\r", 100, NULL, 0},
    {"bytes that are no UTF-8", "", "\xff", 100, NULL, 0},
    {"text in frameset", "<frameset>", "a b ", 100, NULL, 0},
    {"after the body", "<body></body>", "<!-- --></html>x</body>", 100, NULL, 0},
    {"after the html", "</html>", " <!-- -->x</html>", 100, NULL, 0},
    {"heads", "", "</head><title></title>", 100, NULL, 0},
    {"late templates", "<head></head>", "<template></template>", 100, NULL, 0},
    {"noscript in head", "<head>", "<noscript><link></noscript>", 100, NULL, 0},
    {"frames", "", "<frameset><frame></frameset>", 100, NULL, 0},
    {"pre", "", "<pre>\n", 100, NULL, DEPTH},
    {"applet ends", "", "<applet><b></applet>", 100, NULL, 0},
    {"form ends", "", "<form></form>", 100, NULL, 0},
    {"many attributes of font", "", "<font color=%u size=%u face=%u>", 100, NULL, DEPTH | FORMAT},
};
/* clang-format on */

/* Puts text, %u as the number and %c as a NUL. */
static void put(struct buf *out, const char *text, unsigned number)
{
    for (const char *p = text; *p; p++) {
        if (*p != '%') {
            buf_putc(out, *p);
        } else if (*++p == 'c') {
            buf_putc(out, '\0');
        } else {
            buf_printf(out, "%u", number);
        }
    }
}

static void make(struct buf *out, const struct page *page)
{
    unsigned number = 0;
    buf_reset(out);
    put(out, page->head, 0);
    while (out->n < (size_t)PAGE_BYTES / 100 * page->per_cent)
        put(out, page->each, number++);
    while (page->after && out->n < PAGE_BYTES)
        put(out, page->after, number++);
    NEED(buf_terminate(out));
}

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

static void test_pages(void)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        const struct html_tree *tree = NULL;
        make(&body, &pages[i]);
        NEED(html_parse(parser, buf_str(&body), &tree) == OK);
        size_t bytes = tree->n_nodes * sizeof *tree->nodes + tree->n_attrs * sizeof *tree->attrs;
        unsigned long bad = check_bad;
        CHECK(tree_is_whole(tree, 3 * body.n, 4 * body.n));
        CHECK(bytes <= TREE_BYTES);
        CHECK(tree->n_nodes <= usual.nodes + SPARE);
        CHECK_INT(tree->flags & ~(unsigned)HTML_QUIRKS, pages[i].flags);
        if (check_bad != bad)
            fprintf(stderr, "    page \"%s\": %u nodes, %u attributes, flags %#x\n", pages[i].name,
                    tree->n_nodes, tree->n_attrs, tree->flags);
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
        for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
            const struct html_tree *tree = NULL;
            make(&body, &pages[i]);
            body.n = PAGE_BYTES / 16;
            NEED(buf_terminate(&body));
            NEED(html_parse(tiny, buf_str(&body), &tree) == OK);
            unsigned long bad = check_bad;
            CHECK(tree_is_whole(tree, 3 * body.n, 4 * body.n));
            CHECK(tree->n_nodes <= small[k].nodes + SPARE);
            CHECK(!is_deeper_than(tree, 8 * (small[k].depth + 3)));
            if (check_bad != bad)
                fprintf(stderr, "    page \"%s\", limits %zu: %u nodes\n", pages[i].name, k,
                        tree->n_nodes);
        }
        html_parser_destroy(tiny);
    }
}

/* Arrays that one page made large are given back; what it said does not show in the next. */
static void test_after_all(void)
{
    const struct html_tree *tree = NULL;
    buf_reset(&body);
    buf_puts(&body, "<!doctype html><title>t</title><p a=1>x<b>y</b>");
    NEED(buf_terminate(&body));
    NEED(html_parse(parser, buf_str(&body), &tree) == OK);
    CHECK_INT(tree->flags, 0);
    CHECK_INT(tree->n_nodes, 11);
    CHECK_INT(tree->n_attrs, 1);
}

int main(void)
{
    parser = html_parser_create(HTML_ENGINE_BUILTIN, &usual);
    NEED(parser);
    buf_init(&body, 4 * PAGE_BYTES);
    RUN(test_pages);
    RUN(test_small_limits);
    RUN(test_after_all);
    html_parser_destroy(parser);
    buf_fini(&body);
    return check_report();
}
