/* SPDX-License-Identifier: Apache-2.0 */
/* test_html.c: the tree behind the door: names, shape, slices, limits, hostile pages. */
#include "base/buf.h"
#include "extract/html/build.h"
#include "extract/html/html.h"
#include "tests/check.h"

static const struct html_limits usual = {
    .memory_bytes = 64 << 20, .nodes = 1 << 20, .depth = 512, .attrs = 256};

static struct html_parser *parser_of(struct html_limits limits)
{
    struct html_parser *parser = html_parser_create(HTML_ENGINE_GUMBO, &limits);
    NEED(parser);
    return parser;
}

/* Parent, siblings and slices agree; every node is reached exactly once. */
static void check_tree(const struct html_tree *tree, struct str body)
{
    uint32_t seen = 1;
    bool good = true;
    for (uint32_t node = tree->nodes[0].first; node; node = html_next(tree, node, 0)) {
        const struct html_node *n = &tree->nodes[node], *parent = &tree->nodes[n->parent];
        good &= n->prev ? tree->nodes[n->prev].next == node : parent->first == node;
        good &= n->next ? tree->nodes[n->next].prev == node : parent->last == node;
        if (n->type == HTML_ELEMENT)
            good &= (uint64_t)n->attrs + tree->attrs[n->attrs].count <= tree->n_attrs;
        else if (!n->in_side)
            good &= (uint64_t)n->at + n->bytes <= body.n;
        seen++;
    }
    CHECK(good);
    CHECK_INT(seen, tree->n_nodes);
}

static const struct html_tree *parse(struct html_parser *parser, struct buf *body, struct str html)
{
    const struct html_tree *tree = NULL;
    buf_reset(body);
    buf_put_str(body, html);
    NEED(buf_terminate(body));
    NEED(html_parse(parser, buf_str(body), &tree) == OK);
    check_tree(tree, html);
    return tree;
}

static void put_attrs(struct buf *out, const struct html_tree *tree, const struct html_node *n)
{
    struct html_attrs attrs = html_attrs(tree, n);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++) {
        struct str name = html_name_text(tree, a->name);
        struct str value = html_attr_value(tree, a);
        buf_printf(out, " %.*s=%.*s", STR_ARG(name), STR_ARG(value));
    }
}

static void put_open(struct buf *out, const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    struct str text =
        n->type == HTML_ELEMENT ? html_name_text(tree, n->name) : html_node_text(tree, node);
    static const char *const before[] = {"", "!", "(", "\"", "#"};
    buf_puts(out, before[n->type]);
    if (n->ns != HTML_NS_HTML)
        buf_puts(out, n->ns == HTML_NS_SVG ? "svg " : "math ");
    buf_put_str(out, text);
    if (n->type == HTML_ELEMENT)
        put_attrs(out, tree, n);
    else if (n->type == HTML_TEXT)
        buf_putc(out, '"');
}

/* (html(head)(body(p class=x"text"))) */
static void dump(struct buf *out, const struct html_tree *tree)
{
    uint32_t node = tree->nodes[0].first;
    buf_reset(out);
    while (node) {
        put_open(out, tree, node);
        if (tree->nodes[node].first) {
            node = tree->nodes[node].first;
            continue;
        }
        for (; node; node = tree->nodes[node].parent) {
            if (tree->nodes[node].type == HTML_ELEMENT)
                buf_putc(out, ')');
            if (tree->nodes[node].next)
                break;
        }
        node = node ? tree->nodes[node].next : 0;
    }
}

static void test_names(void)
{
    struct str before = STR_LIT("");
    for (uint16_t name = N_NONE + 1; name < HTML_NAMES_FIXED; name++) {
        struct str text = html_name_fixed_text(name);
        CHECK(str_cmp(before, text) < 0);
        CHECK_INT(html_name_find(text), name);
        before = text;
    }
    CHECK_INT(html_name_find(STR_LIT("")), N_NONE);
    CHECK_INT(html_name_find(STR_LIT("aa")), N_NONE);
    CHECK_INT(html_name_find(STR_LIT("zzz")), N_NONE);
    CHECK_STR(html_name_fixed_text(N_XLINK_HREF), STR_LIT("xlink:href"));
}

static void test_shapes(void)
{
    static const struct {
        struct str html, tree;
    } cases[] = {
        {STR_LIT("<p class=x>a<b>c</b>"), STR_LIT("(html(head)(body(p class=x\"a\"(b\"c\"))))")},
        {STR_LIT("<!DOCTYPE html><!--x--><title>T</title>"),
         STR_LIT("!html#x(html(head(title\"T\"))(body))")},
        {STR_LIT("<P ID='a&amp;b' Foo-Bar>x &lt; y"),
         STR_LIT("(html(head)(body(p id=a&b foo-bar=\"x < y\")))")},
        {STR_LIT("<table><a>x<tr><td>1"),
         STR_LIT("(html(head)(body(a\"x\")(table(tbody(tr(td\"1\"))))))")},
        {STR_LIT("<b>1<p>2</b>3"), STR_LIT("(html(head)(body(b\"1\")(p(b\"2\")\"3\")))")},
        {STR_LIT("<svg viewBox='0 0 1 1'><a xlink:href=u><linearGradient/></a></svg>"),
         STR_LIT("(html(head)(body(svg svg viewbox=0 0 1 1(svg a xlink:href=u(svg lineargradient)))))")},
        {STR_LIT("<template><p>in</template><x-y z>u"),
         STR_LIT("(html(head(template(p\"in\")))(body(x-y z=\"u\")))")},
        {STR_LIT("<pre>\n a\n</pre>"), STR_LIT("(html(head)(body(pre\" a\n\")))")},
        {STR_LIT(""), STR_LIT("(html(head)(body))")},
    };
    struct html_parser *parser = parser_of(usual);
    struct buf body, out;
    buf_init(&body, 1 << 20);
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct html_tree *tree = parse(parser, &body, cases[i].html);
        dump(&out, tree);
        CHECK_STR(buf_str(&out), cases[i].tree);
    }
    buf_fini(&body);
    buf_fini(&out);
    html_parser_destroy(parser);
}

static uint32_t first_text(const struct html_tree *tree)
{
    uint32_t node = 0;
    while ((node = html_next(tree, node, 0)) != 0)
        if (tree->nodes[node].type == HTML_TEXT)
            return node;
    return 0;
}

static void test_slices(void)
{
    static const struct {
        struct str html, text;
        bool in_side;
    } cases[] = {
        {STR_LIT("<p>plain text"), STR_LIT("plain text"), false},
        {STR_LIT("<p>a &amp; b"), STR_LIT("a & b"), true},
        {STR_LIT("<p>a\r\nb"), STR_LIT("a\nb"), true},
        {STR_LIT("<p>na\xc3\xafve \xe4\xb8\xad"), STR_LIT("na\xc3\xafve \xe4\xb8\xad"), false},
        {STR_LIT("<p>foo</x>bar"), STR_LIT("foobar"), true},
        {STR_LIT("<pre>\ncode"), STR_LIT("code"), false},
    };
    struct html_parser *parser = parser_of(usual);
    struct buf body;
    buf_init(&body, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct html_tree *tree = parse(parser, &body, cases[i].html);
        uint32_t node = first_text(tree);
        CHECK_STR(html_node_text(tree, node), cases[i].text);
        CHECK_INT(tree->nodes[node].in_side, cases[i].in_side);
    }
    const struct html_tree *tree =
        parse(parser, &body, STR_LIT("<a href=\"x.html\" title='a&quot;b' id=q>"));
    uint32_t a = tree->n_nodes - 1;
    CHECK(html_is(tree, a, N_A));
    CHECK_STR(html_attr(tree, a, N_HREF), STR_LIT("x.html"));
    CHECK_STR(html_attr(tree, a, N_TITLE), STR_LIT("a\"b"));
    CHECK_STR(html_attr(tree, a, N_ID), STR_LIT("q"));
    CHECK(!str_is_set(html_attr(tree, a, N_CLASS)));
    CHECK_INT(tree->attrs[tree->nodes[a].attrs].in_side, 0);
    CHECK_INT(tree->attrs[tree->nodes[a].attrs + 1].in_side, 1);
    CHECK(tree->quirks);
    CHECK(!(parse(parser, &body, STR_LIT("<!doctype html>x"))->quirks));
    buf_fini(&body);
    html_parser_destroy(parser);
}

static void repeat(struct buf *b, const char *text, unsigned n)
{
    while (n--)
        buf_puts(b, text);
}

static unsigned depth_of(const struct html_tree *tree)
{
    unsigned most = 0;
    for (uint32_t node = 0; (node = html_next(tree, node, 0)) != 0;) {
        unsigned depth = 0;
        for (uint32_t up = node; up; up = tree->nodes[up].parent)
            depth += tree->nodes[up].type == HTML_ELEMENT;
        most = depth > most ? depth : most;
    }
    return most;
}

static void test_depth(void)
{
    struct html_limits limits = usual;
    struct buf html, body;
    buf_init(&html, 1 << 20);
    buf_init(&body, 1 << 20);
    repeat(&html, "<div>", 5000);
    buf_puts(&html, "deep<a href=x>y</a>");
    struct html_parser *parser = parser_of(limits);
    const struct html_tree *tree = parse(parser, &body, buf_str(&html));
    CHECK(tree->cuts & CUT_DEPTH);
    CHECK_INT(depth_of(tree), 512);
    CHECK(html_is(tree, tree->n_nodes - 2, N_A));
    CHECK_STR(html_node_text(tree, tree->n_nodes - 1), STR_LIT("y"));
    html_parser_destroy(parser);

    limits.depth = 4;
    parser = parser_of(limits);
    tree = parse(parser, &body, STR_LIT("<div><p>1<b>2</b>3<i>4</i></p></div>"));
    CHECK(tree->cuts & CUT_DEPTH);
    CHECK_INT(depth_of(tree), 4);
    tree = parse(parser, &body, STR_LIT("<div><p>1</p></div>"));
    CHECK(!(tree->cuts & CUT_DEPTH));
    html_parser_destroy(parser);
    buf_fini(&html);
    buf_fini(&body);
}

static void test_limits(void)
{
    struct html_limits limits = usual;
    struct buf html, body;
    buf_init(&html, 8 << 20);
    buf_init(&body, 8 << 20);
    limits.nodes = 100;
    limits.attrs = 3;
    limits.page_attrs = 100;
    struct html_parser *parser = parser_of(limits);
    repeat(&html, "<p>x", 1000);
    const struct html_tree *tree = parse(parser, &body, buf_str(&html));
    CHECK(tree->cuts & CUT_NODES);
    CHECK_INT(tree->n_nodes, 100);
    tree = parse(parser, &body, STR_LIT("<p a=1 b=2 c=3 d=4>"));
    CHECK(tree->cuts & CUT_ATTRS);
    CHECK(!(tree->cuts & CUT_NODES));
    CHECK_INT(tree->n_attrs, 4);
    buf_reset(&html);
    repeat(&html, "<p a=1 b=2 c=3>", 40);
    tree = parse(parser, &body, buf_str(&html));
    CHECK_INT(tree->cuts, CUT_PAGE_ATTRS);
    CHECK_INT(tree->n_attrs, 100);
    html_parser_destroy(parser);
    buf_fini(&html);
    buf_fini(&body);
}

static void test_many_names(void)
{
    struct html_parser *parser = parser_of(usual);
    struct buf html, body;
    buf_init(&html, 8 << 20);
    buf_init(&body, 8 << 20);
    for (unsigned i = 0; i < 3000; i++)
        buf_printf(&html, "<x%u y%u=%u>", i, i, i);
    for (int round = 0; round < 2; round++) {
        const struct html_tree *tree = parse(parser, &body, buf_str(&html));
        uint32_t node = tree->n_nodes - 1;
        CHECK_STR(html_name_text(tree, tree->nodes[node].name), STR_LIT("x2999"));
        CHECK_STR(html_name_text(tree, tree->attrs[tree->n_attrs - 1].name), STR_LIT("y2999"));
        CHECK(!(tree->cuts & CUT_NAMES));
        tree = parse(parser, &body, STR_LIT("<x7><x8 p><x7>"));
        uint16_t last = tree->nodes[tree->n_nodes - 1].name;
        CHECK_INT(last, HTML_NAMES_FIXED);
        CHECK_INT(tree->nodes[tree->n_nodes - 3].name, last);
        CHECK_STR(html_name_text(tree, last), STR_LIT("x7"));
    }
    buf_reset(&html);
    buf_puts(&html, "<p ");
    repeat(&html, "n", HTML_NAME_MAX_BYTES + 1);
    buf_puts(&html, "=1 id=2>");
    const struct html_tree *tree = parse(parser, &body, buf_str(&html));
    CHECK(tree->cuts & CUT_NAMES);
    CHECK_STR(html_attr(tree, tree->n_nodes - 1, N_ID), STR_LIT("2"));
    html_parser_destroy(parser);
    buf_fini(&html);
    buf_fini(&body);
}

/* 82 KB that make a naive builder take gigabytes: 500 formatting elements, rebuilt in 20,000 paragraphs. */
static void test_formatting_bomb(void)
{
    struct html_parser *parser = parser_of(usual);
    struct buf html, body;
    buf_init(&html, 8 << 20);
    buf_init(&body, 8 << 20);
    buf_puts(&html, "<p>");
    for (unsigned i = 0; i < 500; i++)
        buf_printf(&html, "<b c=%u>", i);
    repeat(&html, "<p>x", 20000);
    const struct html_tree *tree = parse(parser, &body, buf_str(&html));
    CHECK_INT(tree->cuts & CUT_MEMORY, CUT_MEMORY);
    CHECK_INT(tree->n_nodes, 1);
    /* The parser is whole afterwards. */
    tree = parse(parser, &body, STR_LIT("<p>x"));
    CHECK(!(tree->cuts & CUT_MEMORY));
    CHECK_STR(html_node_text(tree, tree->n_nodes - 1), STR_LIT("x"));
    html_parser_destroy(parser);
    buf_fini(&html);
    buf_fini(&body);
}

/* Pages that fail an assertion inside gumbo: the process lives, the page has no tree. */
static void test_broken_builder(void)
{
    static const struct {
        struct str html;
    } pages[] = {
        {STR_LIT("<table><math><select><mi><select><td>")},
        {STR_LIT("<table><svg><select><foreignObject>text <select><tr>")},
        {STR_LIT("<table>=<math><td><mi><select></table>")},
        {STR_LIT("<table><td><svg><select><foreignObject><table><table>")},
    };
    struct html_parser *parser = parser_of(usual);
    struct buf body;
    buf_init(&body, 1000);
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        const struct html_tree *tree = parse(parser, &body, pages[i].html);
        CHECK_INT(tree->cuts, CUT_BUILDER);
        CHECK_INT(tree->n_nodes, 1);
        tree = parse(parser, &body, STR_LIT("<!doctype html><p>x"));
        CHECK_INT(tree->cuts, 0);
    }
    html_parser_destroy(parser);
    buf_fini(&body);
}

/* Elements that HTML closes by itself are neither deep nor dear. */
static void test_unclosed(void)
{
    static const char *const tags[] = {"<li>x", "<p>x", "<dd>x", "<option>x"};
    struct html_parser *parser = parser_of(usual);
    struct buf html, body;
    buf_init(&html, 8 << 20);
    buf_init(&body, 8 << 20);
    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        buf_reset(&html);
        repeat(&html, tags[i], 20000);
        const struct html_tree *tree = parse(parser, &body, buf_str(&html));
        CHECK_INT(tree->cuts, 0);
        CHECK(tree->n_nodes >= 40000);
    }
    html_parser_destroy(parser);
    buf_fini(&html);
    buf_fini(&body);
}

static void test_linking(void)
{
    struct html_build b;
    struct html_tree tree;
    NEED(html_build_init(&b, &usual) == OK);
    NEED(html_build_begin(&b, STR_LIT("abc")) == OK);
    uint32_t one = html_build_node(&b, HTML_TEXT), two = html_build_node(&b, HTML_TEXT);
    uint32_t three = html_build_node(&b, HTML_TEXT);
    html_build_append(&b, 0, one);
    html_build_append(&b, 0, three);
    html_build_insert(&b, three, two);
    html_build_set_text(&b, two, str_make(b.body.p + 1, 1));
    html_build_set_text(&b, three, STR_LIT("made up"));
    html_build_end(&b, &tree);
    check_tree(&tree, b.body);
    CHECK_STR(html_node_text(&tree, two), STR_LIT("b"));
    CHECK_INT(tree.nodes[two].in_side, 0);
    CHECK_STR(html_node_text(&tree, three), STR_LIT("made up"));
    html_build_unlink(&b, two);
    CHECK_INT(b.nodes[one].next, three);
    html_build_unlink(&b, one);
    html_build_unlink(&b, three);
    CHECK_INT(b.nodes[0].first, 0);
    CHECK_INT(b.nodes[0].last, 0);
    html_build_fini(&b);
}

static void test_engines(void)
{
    struct html_parser *builtin = html_parser_create(HTML_ENGINE_BUILTIN, &usual);
    CHECK(builtin != NULL);
    html_parser_destroy(builtin);
    html_parser_destroy(NULL);
}

int main(void)
{
    RUN(test_names);
    RUN(test_shapes);
    RUN(test_slices);
    RUN(test_depth);
    RUN(test_limits);
    RUN(test_many_names);
    RUN(test_formatting_bomb);
    RUN(test_broken_builder);
    RUN(test_unclosed);
    RUN(test_linking);
    RUN(test_engines);
    return check_report();
}
