/* SPDX-License-Identifier: Apache-2.0 */
/* test_content.c: content.h by whole pages through extract_document(): what is kept, what is left out, what is said
 * when nothing can be told apart. How well it does on real pages is measured by scorers, not here. */
#include "extract/extract.h"
#include "tests/check.h"

#include <stdlib.h>

static struct extractor *extractor;
static struct arena arena;
static struct buf page;

static struct doc read_page(const char *html)
{
    const struct extract_options options = {.url = STR_LIT("https://site.example/blog/a-day-at-the-sea"),
                                            .content_type = STR_LIT("text/html;charset=utf-8"),
                                            .want = EXTRACT_MARKDOWN | EXTRACT_TEXT,
                                            .content_only = true,
                                            .max_links = 1000,
                                            .max_markdown_bytes = 8u << 20};
    struct doc doc = {0};
    arena_reset(&arena, 1 << 20);
    buf_reset(&page);
    buf_puts(&page, html);
    NEED(buf_terminate(&page));
    NEED(extract_document(extractor, &options, buf_str(&page), &arena, &doc) == OK);
    return doc;
}

static bool has(struct str text, const char *part)
{
    return memmem(text.p, text.n, part, strlen(part)) != NULL;
}

#define PROSE                                                                                           \
    "The boats had left before anyone was awake, and the harbour was empty but for two gulls, a rope, " \
    "and the old man who mends nets for whoever asks. He said that the weather would hold, and it "     \
    "did. "

static const char article[] =
    "<html><head><title>A day at the sea - The Site</title></head><body>"
    "<nav><ul><li><a href=/>Home</a><li><a href=/news>News</a><li><a href=/login>Log in</a></ul></nav>"
    "<div class=content><article><h1>A day at the sea</h1><p>" PROSE "</p><p>" PROSE
    "<img src=/sea.jpg alt=Sea></p>"
    "<h2>The way back</h2><p>" PROSE "</p><pre>row --home</pre><p>" PROSE "</p></article></div>"
    "<aside class=related><h3>Related posts</h3><ul><li><a href=/1>Ten towns</a><li><a "
    "href=/2>Hills</a></ul></aside>"
    "<footer><p>Copyright The Site. <a href=/terms>Terms</a> <a "
    "href=/privacy>Privacy</a></p></footer></body></html>";

static void test_article(void)
{
    struct doc doc = read_page(article);
    CHECK(!(doc.flags & DOC_NO_CONTENT));
    CHECK(has(doc.markdown, "# A day at the sea\n"));
    CHECK(has(doc.markdown, "## The way back\n"));
    CHECK(has(doc.markdown, "```\nrow --home\n```"));
    CHECK(has(doc.text, "mends nets for whoever asks"));
    CHECK(!has(doc.markdown, "Log in") && !has(doc.text, "Log in"));
    CHECK(!has(doc.markdown, "Ten towns") && !has(doc.text, "Ten towns"));
    CHECK(!has(doc.markdown, "Privacy") && !has(doc.text, "Privacy"));
}

/* A short page keeps its headings and code with the paragraphs that they stand between. */
static void test_short_article(void)
{
    struct doc doc = read_page(
        "<html><head><title>How a cache forgets | Harbour</title></head><body><header><nav><ul><li><a "
        "href=/>Home</a>"
        "<li><a href=/all>All of it</a></ul></nav></header><main><article><h1>How a cache "
        "forgets</h1><p>A cache is a promise "
        "to forget things in the right order, and most of them break it sooner or "
        "later.</p><h2>Order</h2><p>The least recently "
        "used entry goes first, unless something pins "
        "it.</p><pre><code>evict(cache);</code></pre></article></main>"
        "<footer><p>Copyright Harbour. <a href=/privacy>Privacy</a></p></footer></body></html>");
    CHECK(has(doc.markdown, "later.\n\n## Order\n\nThe least"));
    CHECK(has(doc.markdown, "```\nevict(cache);\n```"));
    CHECK(!has(doc.markdown, "All of it") && !has(doc.markdown, "Copyright"));
}

static void test_frames(void)
{
    struct doc doc =
        read_page("<body><div class=sphinxsidebar><a href=x>Sidebar</a></div><div "
                  "class=documentwrapper><div class=body role=main>"
                  "<section><h1>Module a<a class=headerlink href=#a>\xc2\xb6</a></h1><p>" PROSE "</p>"
                  "<div class=toc>Toc</div><p>Short.</p></section></div></div><div class=footer>Created "
                  "by us</div></body>");
    CHECK(!(doc.flags & DOC_NO_CONTENT));
    CHECK(str_starts(doc.markdown, STR_LIT("# Module a\n")));
    CHECK(has(doc.markdown, "Short.") && has(doc.text, "Short."));
    CHECK(!has(doc.markdown, "Toc") && !has(doc.markdown, "Sidebar") &&
          !has(doc.markdown, "Created by"));
    CHECK(!has(doc.text, "Toc") && !has(doc.text, "Sidebar"));
}

static void test_fallback(void)
{
    struct doc doc = read_page("<body><p>Two words</p></body>");
    CHECK(doc.flags & DOC_NO_CONTENT);
    CHECK_STR(doc.markdown, STR_LIT("Two words\n"));
    CHECK_STR(doc.text, STR_LIT("Two words"));
    doc = read_page("<body></body>");
    CHECK_INT(doc.markdown.n, 0);
}

static void test_noscript(void)
{
    struct doc doc = read_page("<body><div id=app></div><noscript><div><h1>Thread</h1><p>" PROSE
                               "</p><p>" PROSE "</p></div></noscript></body>");
    CHECK(has(doc.markdown, "mends nets") && has(doc.text, "mends nets"));
    doc = read_page("<body><article><h1>Thread</h1><p>" PROSE "</p><p>" PROSE
                    "</p><noscript><p>Please enable scripts</p></noscript></article></body>");
    CHECK(has(doc.markdown, "mends nets") && !has(doc.markdown, "enable scripts"));
}

static void test_text_lines(void)
{
    struct doc doc =
        read_page("<body><main><h1>One\n two</h1><ul><li>a <b>b</b><li>c<br>d</ul></main></body>");
    CHECK_STR(doc.text, STR_LIT("One two\na b\nc\nd"));
}

static void test_same_again(void)
{
    struct doc doc = read_page(article);
    char *first = strndup(doc.markdown.p, doc.markdown.n);
    NEED(first);
    doc = read_page("<p>another page between");
    doc = read_page(article);
    CHECK_STR(doc.markdown, str_of(first));
    free(first);
}

/* Large and odd pages end, and say something. */
static void test_large(void)
{
    static const char *const parts[] = {"<div><p>word word, word. ",
                                        "<li><a href=x>y</a>",
                                        "<div class='nav nav'>a</div>",
                                        "a<br><br>",
                                        "<article>x",
                                        "<noscript>z</noscript>"};
    struct buf html;
    buf_init(&html, 16u << 20);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        buf_reset(&html);
        while (html.n < 300000)
            buf_puts(&html, parts[i]);
        NEED(buf_terminate(&html));
        struct doc doc = read_page(html.p);
        CHECK(doc.markdown.n > 0 && doc.text.n > 0);
    }
    buf_fini(&html);
}

/* A table of data is kept whole: short cells say nothing alone, and are nothing like content. */
static void test_whole_tables(void)
{
    static const char page_start[] =
        "<body><nav><a href=/>Home</a> <a href=/x>More</a></nav><main><h1>Modules</h1><p>" PROSE
        "</p><p>" PROSE "</p><table><tr><th>Module<th>Header<th>Contents";
    struct buf html;
    buf_init(&html, 1 << 20);
    buf_puts(&html, page_start);
    for (int i = 0; i < 6; i++)
        buf_printf(&html, "<tr><td><a href=m%d>Mod%d</a><td><code>m%d.h</code><td>%s", i, i, i,
                   i % 2 ? PROSE : "Short.");
    buf_puts(&html, "</table><p>" PROSE "</main><footer>Copyright</footer>");
    NEED(buf_terminate(&html));
    struct doc doc = read_page(html.p);
    CHECK(has(doc.markdown, "| Module | Header | Contents |"));
    for (int i = 0; i < 6; i++) {
        char row[64];
        snprintf(row, sizeof row, "| [Mod%d](", i);
        CHECK(has(doc.markdown, row));
        snprintf(row, sizeof row, "| `m%d.h` |", i);
        CHECK(has(doc.markdown, row));
    }
    buf_fini(&html);
}

int main(void)
{
    const struct html_limits limits = {.memory_bytes = 256u << 20,
                                       .nodes = 1u << 20,
                                       .depth = 512,
                                       .attrs = 256,
                                       .page_attrs = 1u << 20};
    extractor = extractor_create(HTML_ENGINE_BUILTIN, &limits);
    NEED(extractor);
    arena_init(&arena, 64u << 20, 64 * 1024);
    buf_init(&page, 16u << 20);
    RUN(test_article);
    RUN(test_short_article);
    RUN(test_frames);
    RUN(test_fallback);
    RUN(test_noscript);
    RUN(test_text_lines);
    RUN(test_same_again);
    RUN(test_whole_tables);
    RUN(test_large);
    buf_fini(&page);
    arena_fini(&arena);
    extractor_destroy(extractor);
    return check_report();
}
