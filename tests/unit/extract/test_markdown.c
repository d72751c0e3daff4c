/* SPDX-License-Identifier: Apache-2.0 */
/* test_markdown.c: the Markdown writer's contract, its edges and its limits. Whole ideas, one a file, stand
 * in tests/golden (test_golden.c); here are the small and the hostile ones. */
#include "extract/markdown.h"
#include "tests/check.h"

static struct html_parser *parser;
static struct buf body, out;

static const struct html_tree *parse(struct str html)
{
    const struct html_tree *tree = NULL;
    buf_reset(&body);
    buf_put_str(&body, html);
    NEED(buf_terminate(&body));
    NEED(html_parse(parser, buf_str(&body), &tree) == OK);
    return tree;
}

static struct str convert(struct str html)
{
    buf_reset(&out);
    markdown_write(parse(html), 0, NULL, &out);
    return buf_str(&out);
}

static void check_pair(const char *html, const char *markdown)
{
    if (!CHECK_STR(convert(str_of(html)), str_of(markdown)))
        fprintf(stderr, "    of   %s\n", html);
}

/* n times part, between head and tail. */
static struct str convert_many(const char *head, const char *part, unsigned n, const char *tail)
{
    struct buf html;
    buf_init(&html, 64u << 20);
    buf_puts(&html, head);
    for (unsigned i = 0; i < n; i++)
        buf_puts(&html, part);
    buf_puts(&html, tail);
    NEED(html.status == OK);
    struct str got = convert(buf_str(&html));
    buf_fini(&html);
    return got;
}

static void test_nothing_to_say(void)
{
    check_pair("", "");
    check_pair("<body> \n <div> </div><p>&nbsp;</p><!-- x --></body>", "");
    check_pair("<title>t</title><script>x</script>", "");
}

static void test_fragments(void)
{
    check_pair(
        "<p>a</p><div class=\"fragment\"><div class=\"line\"><a name=\"l1\"></a><span class=\"lineno\"> "
        "   1"
        "</span><span>int</span> f()</div>\n<div class=\"foldopen\"><div class=\"line\">{</div>\n"
        "<div class=\"line\"> </div>\n<div class=\"line\">    <a href=\"g\">g</a>(); }</div></div>\n"
        "<div class=\"ttc\"><a href=\"t\">tip</a></div></div><p>b</p>",
        "a\n\n```\nint f()\n{\n \n    g(); }\n```\n\nb\n");
    check_pair("<table><tr><th>a<th>b<tr><td><div class=\"fragment\"><div class=\"line\">#include "
               "&lt;a&gt;</div>\n"
               "<div class=\"line\">x</div></div><td>c</table>",
               "| a | b |\n| --- | --- |\n| `#include <a>`<br>`x` | c |\n");
    check_pair("<div class=\"fragment\">words <b>of</b> a page</div>", "words **of** a page\n");
}

static void test_notes_in_tables(void)
{
    check_pair("<div class=\"admonitionblock\"><table><tr><td class=\"icon\"><div "
               "class=\"title\">Note</div></td>"
               "<td class=\"content\">Mind the gap.</td></tr></table></div>",
               "Note\n\nMind the gap.\n");
}

static void test_appends(void)
{
    buf_reset(&out);
    buf_puts(&out, "before\n");
    markdown_write(parse(STR_LIT("<p># a<hr>")), 0, NULL, &out);
    CHECK_STR(buf_str(&out), STR_LIT("before\n\\# a\n\n---\n"));
}

static void test_subtree(void)
{
    const struct html_tree *tree = parse(STR_LIT("<p>out</p><div><p>in</p></div><p>out</p>"));
    uint32_t div = 0;
    while ((div = html_next(tree, div, 0)) && !html_is(tree, div, N_DIV))
        ;
    NEED(div);
    buf_reset(&out);
    markdown_write(tree, div, NULL, &out);
    CHECK_STR(buf_str(&out), STR_LIT("in\n"));
}

static struct str resolve_to_x(void *user, uint32_t node, struct str href)
{
    (void)node;
    ++*(unsigned *)user;
    return str_is(href, "keep") ? STR_NONE : STR_LIT("https://x.example/");
}

static void test_resolver(void)
{
    unsigned calls = 0;
    buf_reset(&out);
    markdown_write(parse(STR_LIT("<a href=' a '>b</a> <a href=keep>c</a> <img src=i alt=d>")), 0,
                   &(struct markdown_links){resolve_to_x, &calls}, &out);
    CHECK_STR(buf_str(&out), STR_LIT("[b](https://x.example/) [c](keep) ![d](https://x.example/)\n"));
    CHECK(calls >= 3);
}

static void test_escapes(void)
{
    check_pair("<p>a*b _c_ d_e `f` \\g \\*", "a\\*b \\_c\\_ d_e \\`f\\` \\g \\\\\\*\n");
    check_pair("<p>2 * 3 *", "2 * 3 \\*\n");
    check_pair("<p>a_</p><p>é_é __x__", "a\\_\n\né\\_é \\_\\_x\\_\\_\n");
    check_pair("<p>&lt;T&gt; &lt;3 x&lt;y &lt;!-- &lt;/p&gt;", "\\<T> <3 x\\<y \\<!-- \\</p>\n");
    check_pair("<p>&amp;amp; &amp; &amp;#35; &amp;nope R&amp;D", "\\&amp; & \\&#35; &nope R\\&D\n");
    check_pair("<p>###### six ####### seven", "\\###### six ####### seven\n");
    check_pair("<p>####### seven", "####### seven\n");
    check_pair("<p>1) x<p>1234567890. x<p>1.x", "1\\) x\n\n1234567890. x\n\n1.x\n");
    check_pair("<p>x<br># y<br>- z<br>= a<br>==", "x\\\n\\# y\\\n\\- z\\\n\\= a\\\n\\==\n");
    check_pair("<p>|<p>:-: | --<p>- - -", "|\n\n\\:-: | --\n\n\\- - -\n");
    check_pair("<p>[a]<a href=b>(c)</a> [a]<b>[d]</b> [a]<i></i>(b)",
               "[a\\][(c)](b) [a]**[d]** [a\\](b)\n");
    check_pair("<p>~ ~5 a~b ~~", "\\~ ~5 a\\~b \\~\\~\n");
    check_pair("<p>ftp://a.b www.a.b xwww.a http:/ https://",
               "ftp\\://a.b www\\.a.b xwww.a http:/ https://\n");
    check_pair("<h2>a #</h2><h2>#</h2><h2># b</h2>", "## a \\#\n\n## \\#\n\n## # b\n");
}

static void test_emphasis(void)
{
    check_pair("<i>a</i><i>b</i>c", "*ab*c\n");
    check_pair("a<b>\xC2\xA0"
               "b\xC2\xA0</b>c",
               "a\xC2\xA0**b**\xC2\xA0"
               "c\n");
    check_pair("x<b>\xE2\x80\x9Cq\xE2\x80\x9D</b>y", "&#120;**\xE2\x80\x9Cq\xE2\x80\x9D**&#121;\n");
    check_pair("<b> </b><i><img></i>x", "x\n");
    check_pair("<b>a <b>b</b> c</b>", "**a **b** c**\n");
    check_pair("<i>a<i>b</i>c</i>", "*&#97;_b_&#99;*\n");
    check_pair("<b><i>a</i> b</b> <i><b>a</b> b</i>", "**_a_ b** ***a** b*\n");
    check_pair("<del>a<del>b</del></del> <s>c</s>", "~~ab~~ ~~c~~\n");
    check_pair("<b>a</b>\n<b>b</b>", "**a** **b**\n");
    check_pair("\\a<b>*</b>", "\\\\&#97;**\\***\n");
}

static void test_code(void)
{
    check_pair("<code>a</code><b><code>b</code></b>", "`a`**`b`**\n");
    check_pair("<code>a</code> <code>b</code>", "`a` `b`\n");
    check_pair("<code>```</code><p><code>`a``b</code>", "` ``` `\n\n``` `a``b ```\n");
    check_pair("<code><a href=x>a</a>\n<a href=y>b</a></code>", "[`a`](x)` `[`b`](y)\n");
    check_pair("<code>a<p>b</p></code>", "`a`\n\n`b`\n");
    check_pair("<pre>\n</pre>", "```\n```\n");
    check_pair("<ul><li><pre>a\n\n b</pre></ul>", "- ```\n  a\n\n   b\n  ```\n");
    check_pair("<blockquote><pre>a\n\nb", "> ```\n> a\n>\n> b\n> ```\n");
    check_pair("<pre class='language-c `x'>a", "```c\na\n```\n");
    check_pair("<pre class='language-`'>a", "```\na\n```\n");
    check_pair("<h1><pre>a b</pre></h1>", "# a b\n");
}

static void test_lists(void)
{
    check_pair("<li>a<li>b", "- a\n- b\n");
    check_pair("<ol start=-1><li>a</ol>", "1. a\n");
    check_pair("<ol start=999999999><li>a<li>b</ol>", "999999999. a\n999999999. b\n");
    check_pair("<ul><li>a<ul><li></li><li>b</ul></ul>", "- a\n\n  -\n  - b\n");
    check_pair("<ul><li>a<blockquote>b</blockquote>c</ul>", "- a\n  > b\n\n  c\n");
    check_pair("<ul><li>a</ul>b<ul><li>c</ul>", "- a\n\nb\n\n- c\n");
    check_pair("<ul><li><ul><li>a</ul></ul>", "- - a\n");
    check_pair("<ul>text<li>a</ul>", "text\n- a\n");
}

static void test_tables(void)
{
    check_pair("<table><tr><th>a<tr><td>1<td>2</table>", "| a |  |\n| --- | --- |\n| 1 | 2 |\n");
    check_pair("<table><tr><td>a<td rowspan=0>b<tr><td>c</table>",
               "|  |  |\n| --- | --- |\n| a | b |\n| c |\n");
    check_pair("<table><tr><td><b>a<div>b</div></b></table>", "|  |\n| --- |\n| **a<br>b** |\n");
    check_pair("<ul><li>a<table><tr><th>b</table>c</ul>", "- a\n\n  | b |\n  | --- |\n\n  c\n");
    check_pair("<table></table>x<table><tr></table>", "x\n");
    check_pair("<table><tr><th>a<hr>b<tr><td><table><tr><td>c</table></table>",
               "a\n\n---\n\nb\n\n|  |\n| --- |\n| c |\n");
}

static void test_links(void)
{
    check_pair("<a href=x> a </a>b", "[a](x) b\n");
    check_pair("<a href='a\nb'>x</a>", "[x](<a%0Ab>)\n");
    check_pair("<a href='a|b\\c'>x</a>", "[x](a|b\\\\c)\n");
    check_pair("<a href='?a&amp;copy;'>x</a>", "[x](?a\\&copy;)\n");
    check_pair("<a href=x title='a\n\nb'>y</a>", "[y](x \"a b\")\n");
    check_pair("<a href='#x'>\xC2\xB6</a><h2>T<a href='#x'>#</a></h2>", "## T\n");
    check_pair("<a href=x><p>a</p></a><a href=y><p>b</p></a>", "[a](x)\n\n[b](y)\n");
    check_pair("<a href=x>a<h2>b</h2>c</a>", "[a](x)\n\n## b\n\nc\n");
    check_pair("<img alt='[x] *y*' src='a b'>", "![\\[x\\] \\*y\\*](<a b>)\n");
    check_pair("<a href=http://a.b/c>http://a.b/c</a>", "<http://a.b/c>\n");
    check_pair("<a href=mailto:a@b.example>a@b.example</a>", "<a@b.example>\n");
    check_pair("<a href=a@b.example>a@b.example</a>", "[a@b.example](a@b.example)\n");
}

static void test_math(void)
{
    check_pair("<math><annotation encoding='application/x-tex'> a_b\n\\\\ c|d </annotation></math>",
               "$a_b \\\\ c|d$\n");
    check_pair(
        "<table><tr><th><math><annotation encoding='application/x-tex'>|x|</annotation></math></table>",
        "| $\\|x\\|$ |\n| --- |\n");
    check_pair("<math><mi>a</mi><mo>*</mo></math>", "a\\*\n");
}

static void test_deep(void)
{
    struct str got = convert_many("", "<ul><li>", 250, "x");
    CHECK(str_ends(got, STR_LIT("- x\n")));
    got = convert_many("", "<blockquote>", 400, "x<p>y");
    CHECK(str_ends(got, STR_LIT("> y\n")));
    got = convert_many("", "<div><b><i>", 150, "x");
    CHECK(got.n < 100 && str_find(got, 'x') < got.n);
    got = convert_many("", "<table><tr><td>", 100, "x");
    CHECK_STR(got, STR_LIT("|  |\n| --- |\n| x |\n"));
}

static void test_hostile(void)
{
    CHECK_INT(convert_many("<p>", "_", 1000000, "").n, 2000001);
    CHECK_INT(convert_many("<p>x", " ", 1000000, "y").n, 4);
    CHECK_INT(convert_many("<pre>", "`", 200000, "").n, 3 + 1 + 200000 + 1 + 1000 + 1 + 997);
    CHECK(convert_many("<table><tr><td colspan=1000>a<td colspan=1000>b", "<tr><td colspan=1000>x", 2000,
                       "")
              .n < 100000);
    CHECK(convert_many("<p>", "<a href=x>y</a>", 20000, "").n == 20000 * 6 + 1);
    CHECK(convert_many("<b>", "<p>x", 20000, "").n == 20000 * 7 - 1);
}

/* Long text is written in pieces; white space at their edges folds as anywhere. */
static void test_pieces(void)
{
    for (unsigned n = 4090; n < 4100; n++) {
        for (unsigned spaces = 1; spaces < 4; spaces++) {
            struct buf html;
            buf_init(&html, 1u << 20);
            for (unsigned i = 0; i < n; i++)
                buf_putc(&html, 'a');
            size_t words = html.n;
            for (unsigned i = 0; i < spaces; i++)
                buf_putc(&html, i == 1 ? '\n' : ' ');
            buf_puts(&html, "b* ");
            struct str got = convert(buf_str(&html));
            CHECK_INT(got.n, words + 5);
            CHECK_STR(str_from(got, words), STR_LIT(" b\\*\n"));
            buf_fini(&html);
        }
    }
}

static void test_limits(void)
{
    const struct html_tree *tree =
        parse(STR_LIT("<ul><li>one<pre>two</pre><table><tr><td>three</table><p><b>four `x`</b>"));
    struct str whole;
    buf_reset(&out);
    markdown_write(tree, 0, NULL, &out);
    whole = buf_str(&out);
    for (size_t max = 1; max < whole.n; max++) {
        struct buf small;
        buf_init(&small, max);
        markdown_write(tree, 0, NULL, &small);
        CHECK_INT(small.status, ST_LIMIT);
        CHECK(small.n <= max);
        buf_fini(&small);
    }
}

int main(void)
{
    struct html_limits limits = {
        .memory_bytes = 256u << 20, .nodes = 1u << 20, .depth = 512, .attrs = 256};
    parser = html_parser_create(HTML_ENGINE_GUMBO, &limits);
    NEED(parser);
    buf_init(&body, 64u << 20);
    buf_init(&out, 64u << 20);
    RUN(test_nothing_to_say);
    RUN(test_fragments);
    RUN(test_notes_in_tables);
    RUN(test_appends);
    RUN(test_subtree);
    RUN(test_resolver);
    RUN(test_escapes);
    RUN(test_emphasis);
    RUN(test_code);
    RUN(test_lists);
    RUN(test_tables);
    RUN(test_links);
    RUN(test_math);
    RUN(test_deep);
    RUN(test_hostile);
    RUN(test_pieces);
    RUN(test_limits);
    buf_fini(&body);
    buf_fini(&out);
    html_parser_destroy(parser);
    return check_report();
}
