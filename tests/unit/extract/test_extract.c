/* SPDX-License-Identifier: Apache-2.0 */
/* test_extract.c: whole documents through the one door. */
#include "extract/extract.h"
#include "extract/fields.h"
#include "tests/check.h"

static struct extractor *extractor;
static struct arena arena;
static struct buf page_bytes;

static struct extract_options options_for(const char *content_type, unsigned want)
{
    return (struct extract_options){.url = STR_LIT("https://docs.example/guide/start.html"),
                                    .content_type = str_of(content_type),
                                    .want = want,
                                    .max_links = 1000,
                                    .max_markdown_bytes = 1 << 20};
}

/* A page as extract_document() wants it: zero bytes behind. */
static struct str padded(struct str body)
{
    buf_reset(&page_bytes);
    buf_put_str(&page_bytes, body);
    NEED(buf_terminate(&page_bytes));
    return buf_str(&page_bytes);
}

static struct doc read_as(const char *content_type, unsigned want, struct str body)
{
    struct extract_options options = options_for(content_type, want);
    struct doc doc = {0};
    arena_reset(&arena, 1 << 20);
    NEED(extract_document(extractor, &options, padded(body), &arena, &doc) == OK);
    return doc;
}

static struct doc page(struct str body)
{
    return read_as("text/html; charset=utf-8", EXTRACT_LINKS | EXTRACT_MARKDOWN | EXTRACT_FIELDS, body);
}

static void test_kind(void)
{
    static const struct {
        const char *type;
        struct str body;
        enum doc_kind kind;
    } cases[] = {
        {"text/html", STR_LIT(""), DOC_HTML},
        {"Text/HTML ; charset=x", STR_LIT(""), DOC_HTML},
        {"application/xhtml+xml", STR_LIT(""), DOC_XHTML},
        {"text/plain", STR_LIT("<html>"), DOC_TEXT},
        {"text/markdown;variant=GFM", STR_LIT(""), DOC_MARKDOWN},
        {"text/x-markdown", STR_LIT(""), DOC_MARKDOWN},
        {"application/pdf", STR_LIT("<html>"), DOC_OTHER},
        {"text/htmlx", STR_LIT("<html>"), DOC_OTHER},
        {"", STR_LIT("\xef\xbb\xbf \n<p>"), DOC_HTML},
        {"", STR_LIT("<?xml version='1.0'?><html xmlns='x'>"), DOC_XHTML},
        {"", STR_LIT("<?xml version='1.0'?><rss>"), DOC_OTHER},
        {"", STR_LIT("plain"), DOC_OTHER},
        {"", STR_LIT(""), DOC_OTHER},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_INT(extract_kind(str_of(cases[i].type), cases[i].body), cases[i].kind);
}

static void test_other(void)
{
    struct extract_options options = options_for("image/png", EXTRACT_LINKS);
    struct doc doc = {.kind = DOC_HTML};
    CHECK_INT(extract_document(extractor, &options, padded(STR_LIT("x")), &arena, &doc), ST_UNSUPPORTED);
    CHECK_INT(doc.kind, DOC_OTHER);
    options = options_for("text/html", EXTRACT_LINKS);
    options.url = STR_LIT("not absolute");
    CHECK_INT(extract_document(extractor, &options, padded(STR_LIT("x")), &arena, &doc), ST_INPUT);
}

static void test_metadata(void)
{
    struct doc doc = page(STR_LIT(
        "<!doctype html><html lang=en-GB><head><title>\n A &amp; B\t page </title><title>no</title>"
        "<meta name=Description content=' What it \n is. '><link rel='x canonical' href=../c.html#f>"
        "<meta name=robots content='noindex, follow'><meta name=WebKeep content=nofollow>"
        "<body><h1>Head</h1><p> one  two </p><script>var x</script><style>y</style>"));
    CHECK_INT(doc.kind, DOC_HTML);
    CHECK_STR(doc.charset, STR_LIT("utf-8"));
    CHECK_INT(doc.charset_source, CHARSET_BY_HEADER);
    CHECK_STR(doc.title, STR_LIT("A & B page"));
    CHECK_STR(doc.description, STR_LIT("What it is."));
    CHECK_STR(doc.language, STR_LIT("en-GB"));
    CHECK_STR(doc.canonical, STR_LIT("https://docs.example/c.html"));
    CHECK_STR(doc.base, STR_LIT("https://docs.example/guide/start.html"));
    CHECK_INT(doc.flags, DOC_NOINDEX | DOC_NOFOLLOW);
    CHECK_INT(doc.text_bytes, strlen("Head one two"));
    CHECK_INT(doc.cuts, 0);
}

static void test_second_choices(void)
{
    struct doc doc =
        page(STR_LIT("<meta property=og:title content='OG'><meta property=og:locale content=de_AT>"
                     "<meta property='og:description' content=D><h1>H</h1>"));
    CHECK_STR(doc.title, STR_LIT("OG"));
    CHECK_STR(doc.language, STR_LIT("de-AT"));
    CHECK_STR(doc.description, STR_LIT("D"));
    doc = page(STR_LIT("<meta http-equiv=content-language content=fr><svg><title>no</title></svg>"
                       "<title> </title><h1>The <b>first</b><br>heading</h1><h1>second</h1>"
                       "<link rel=canonical href='mailto:x@y.example'>"));
    CHECK_STR(doc.title, STR_LIT("The first heading"));
    CHECK_STR(doc.language, STR_LIT("fr"));
    CHECK(!doc.canonical.n);
    doc = page(STR_LIT("<html lang='what is this'><meta name=robots content=none><p>x"));
    CHECK(!doc.title.n && !doc.language.n && !doc.description.n);
    CHECK_INT(doc.flags, DOC_NOINDEX | DOC_NOFOLLOW);
}

static void test_needs_script(void)
{
    static const struct {
        struct str html;
        bool needs;
    } cases[] = {
        {STR_LIT("<title>App</title><div id=root></div><script src=a.js></script>"), true},
        {STR_LIT("<body><noscript>You need JavaScript</noscript><div id=x></div><script>go()</script>"),
         true},
        {STR_LIT("<header>Site</header><div id=app> </div><script type=module src=a.js></script>"),
         true},
        {STR_LIT("<div id=root><p>Short page</p></div><script src=a.js></script>"), false},
        {STR_LIT("<p>OK</p><script src=a.js></script>"), false},
        {STR_LIT("<div id=root></div><script type='application/ld+json'>{}</script>"), false},
        {STR_LIT("<img src=x>"), false},
        {STR_LIT(""), false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (!CHECK_INT(!!(page(cases[i].html).flags & DOC_NEEDS_SCRIPT), cases[i].needs))
            fprintf(stderr, "    %.*s\n", STR_ARG(cases[i].html));
}

static void test_markdown_of_html(void)
{
    struct doc doc = page(STR_LIT("<h1>T</h1><p>See <a href='../x.html#f'>it</a>.</p>"));
    CHECK(memmem(doc.markdown.p, doc.markdown.n, "https://docs.example/x.html#f", 29));
    CHECK(doc.markdown.n && doc.markdown.p[doc.markdown.n - 1] == '\n');
    struct extract_options options = options_for("text/html", EXTRACT_MARKDOWN);
    options.max_markdown_bytes = 10;
    struct str body = STR_LIT("<p>much more than ten bytes of text");
    CHECK_INT(extract_document(extractor, &options, padded(body), &arena, &doc), OK);
    CHECK_INT(doc.cuts, CUT_MARKDOWN);
    CHECK_INT(doc.markdown.n, 0);
    doc = read_as("text/html", 0, body);
    CHECK_INT(doc.markdown.n, 0);
    CHECK(doc.links == NULL && doc.fields == NULL);
}

static void test_text(void)
{
    struct doc doc = read_as("text/plain", 7, STR_LIT("a <b>\n  c"));
    CHECK_STR(doc.markdown, STR_LIT("a <b>\n  c\n"));
    CHECK_INT(doc.kind, DOC_TEXT);
    CHECK_INT(doc.n_links, 0);
    CHECK_INT(doc.text_bytes, 7);
    CHECK_STR(read_as("text/plain", 7, STR_LIT("")).markdown, STR_LIT(""));
    doc = read_as("text/markdown", 7, STR_LIT("intro\n\n#  The *title* #\n[x](y.md)\n"));
    CHECK_STR(doc.title, STR_LIT("The *title*"));
    CHECK_STR(doc.markdown, STR_LIT("intro\n\n#  The *title* #\n[x](y.md)\n"));
    CHECK_INT(doc.n_links, 1);
    CHECK_STR(doc.links[0].url, STR_LIT("https://docs.example/guide/y.md"));
}

static void test_charsets(void)
{
    struct doc doc = read_as("text/html", 7, STR_LIT("<title>caf\xe9</title>"));
    CHECK_STR(doc.title, STR_LIT("caf\xc3\xa9"));
    CHECK_STR(doc.charset, STR_LIT("windows-1252"));
    CHECK_INT(doc.charset_source, CHARSET_BY_DEFAULT);
    CHECK_INT(doc.flags & DOC_UNDECODED, 0);
    doc = read_as("text/html; charset=utf-8", 7, STR_LIT("<title>caf\xe9</title>"));
    CHECK_STR(doc.title, STR_LIT("caf\xef\xbf\xbd"));
    CHECK_INT(doc.flags & DOC_UNDECODED, DOC_UNDECODED);
    doc = read_as("text/html; charset=klingon", 7, STR_LIT("<title>x</title>"));
    CHECK_INT(doc.flags & DOC_UNDECODED, DOC_UNDECODED);
    doc = read_as("text/html", 7, STR_LIT("\xff\xfe<\0t\0i\0t\0l\0e\0>\0\x2d\x4e"));
    CHECK_STR(doc.title, STR_LIT("\xe4\xb8\xad"));
    CHECK_INT(doc.charset_source, CHARSET_BY_BOM);
    struct buf out;
    buf_init(&out, 1000);
    CHECK_INT(extract_text(STR_LIT("text/html; charset=latin1"), STR_LIT("<p>\xe9"), &out), OK);
    CHECK_STR(buf_str(&out), STR_LIT("<p>\xc3\xa9"));
    buf_fini(&out);
}

static void test_headings_and_code(void)
{
    struct doc doc = page(STR_LIT(
        "<section id=s1><h1>One <a href=#s1>#</a></h1></section><h3 id=i>Three</h3>"
        "<div class='highlight-python3 notranslate'><div class=highlight><pre>\ndef f():\n"
        "    <span>return</span> 1 &lt; 2\n</pre></div></div><pre><code class='hljs language-c'>int x;"
        "</code></pre><pre data-lang=sh>ls<br>pwd</pre><div "
        "class=highlight-default><pre>p</pre></div>"));
    struct fields *f = doc.fields;
    NEED(f && f->n_headings == 2 && f->n_codes == 4);
    CHECK_INT(f->headings[0].level, 1);
    CHECK_STR(f->headings[0].text, STR_LIT("One #"));
    CHECK_STR(f->headings[0].id, STR_LIT("s1"));
    CHECK_INT(f->headings[1].level, 3);
    CHECK_STR(f->headings[1].id, STR_LIT("i"));
    CHECK_STR(f->codes[0].language, STR_LIT("python3"));
    CHECK_STR(f->codes[0].text, STR_LIT("def f():\n    return 1 < 2"));
    CHECK_STR(f->codes[1].language, STR_LIT("c"));
    CHECK_STR(f->codes[1].text, STR_LIT("int x;"));
    CHECK_STR(f->codes[2].language, STR_LIT("sh"));
    CHECK_STR(f->codes[2].text, STR_LIT("ls\npwd"));
    CHECK_STR(f->codes[3].language, STR_LIT(""));
}

static void test_tables_and_images(void)
{
    struct doc doc = page(STR_LIT(
        "<table><caption>Cap</caption><thead><tr><td>a<td>b</thead><tr><td>1 <b>2</b><td>"
        "<table><tr><th>in<th>ner</table>out<tr></table>"
        "<img src=p.png alt=' A  pic '><img src='data:x' data-src=/late.png><img src='data:y'>"));
    struct fields *f = doc.fields;
    NEED(f && f->n_tables == 2 && f->n_images == 2);
    const struct field_table *t = &f->tables[0];
    CHECK_STR(t->caption, STR_LIT("Cap"));
    NEED(t->n_rows == 3 && t->rows[0].n_cells == 2 && t->rows[1].n_cells == 2);
    CHECK(t->rows[0].header && !t->rows[1].header && !t->rows[2].header);
    CHECK_STR(t->rows[0].cells[1], STR_LIT("b"));
    CHECK_STR(t->rows[1].cells[0], STR_LIT("1 2"));
    CHECK_STR(t->rows[1].cells[1], STR_LIT("out"));
    CHECK_INT(t->rows[2].n_cells, 0);
    CHECK(f->tables[1].rows[0].header);
    CHECK_STR(f->tables[1].rows[0].cells[1], STR_LIT("ner"));
    CHECK_STR(f->images[0].src, STR_LIT("https://docs.example/guide/p.png"));
    CHECK_STR(f->images[0].alt, STR_LIT("A pic"));
    CHECK_STR(f->images[1].src, STR_LIT("https://docs.example/late.png"));
}

static void test_dates(void)
{
    struct doc doc =
        page(STR_LIT("<meta property='article:published_time' content='2024-05-01T10:00:00Z'>"
                     "<meta name=last-modified content='2 June 2024'><time datetime=1999>x</time>"));
    CHECK_STR(doc.fields->published, STR_LIT("2024-05-01T10:00:00Z"));
    CHECK_STR(doc.fields->modified, STR_LIT("2 June 2024"));
    doc = page(STR_LIT("<time>no</time><time datetime='2020-01-02'>x</time>"
                       "<time itemprop=dateModified datetime='2021-01-02'>y</time>"));
    CHECK_STR(doc.fields->published, STR_LIT("2020-01-02"));
    CHECK_STR(doc.fields->modified, STR_LIT("2021-01-02"));
    CHECK(!page(STR_LIT("<p>x")).fields->published.n);
}

static void repeat(struct buf *b, const char *text, unsigned n)
{
    while (n--)
        buf_puts(b, text);
}

/* One line a pattern; what is asserted is that a document comes back, or the arena's limit. */
static void test_hostile(void)
{
    static const struct {
        const char *before, *unit;
        unsigned n;
    } patterns[] = {
        {"", "<div>", 5000},
        {"", "<table><tr><td>", 1500},
        {"", "<a href=x>", 5000},
        {"", "<pre>x", 3000},
        {"", "<h1><div>x", 2000},
        {"", "<section class='nav footer header'>", 5000},
        {"", "<svg><title>", 2000},
        {"", "<template>", 3000},
        {"<a href=x>", "<i></i>", 20000},
        {"", "&amp;", 50000},
        {"", "<!--", 20000},
        {"<p class='", " nav-x", 50000},
        {"<title>", "x ", 100000},
        {"", "<a href='\xff\xfe'>\xc3", 2000},
        {"", "<base href='//'><img src='http://['>", 2000},
        {"<meta charset=\"", "x", 100000},
        {"<svg>", "<a xlink:href='#'><foreignObject><p>", 1000},
        {"", "</p></br>", 20000},
        {"<select>", "<option>x", 20000},
        {"<ul>", "<li><a href=\"?q=1\">x", 20000},
    };
    struct buf html;
    buf_init(&html, 8 << 20);
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
        buf_reset(&html);
        buf_puts(&html, patterns[i].before);
        repeat(&html, patterns[i].unit, patterns[i].n);
        struct extract_options options = options_for("text/html", 7);
        struct doc doc = {0};
        arena_reset(&arena, 1 << 20);
        enum status st = extract_document(extractor, &options, padded(buf_str(&html)), &arena, &doc);
        CHECK(st == OK || st == ST_LIMIT);
    }
    buf_fini(&html);
}

static void test_memory_cut(void)
{
    struct buf html;
    buf_init(&html, 8 << 20);
    buf_puts(&html, "<title>x</title><p>");
    for (unsigned i = 0; i < 500; i++)
        buf_printf(&html, "<b c=%u>", i);
    repeat(&html, "<p>x", 20000);
    struct doc doc = page(buf_str(&html));
    CHECK_INT(doc.cuts & CUT_MEMORY, CUT_MEMORY);
    CHECK_INT(doc.markdown.n + doc.title.n + doc.n_links, 0);
    CHECK_STR(page(STR_LIT("<title>whole</title>")).title, STR_LIT("whole"));
    buf_fini(&html);
}

static void test_create(void)
{
    struct html_limits limits = {.memory_bytes = 1 << 20, .nodes = 1000, .depth = 10, .attrs = 10};
    struct extractor *builtin = extractor_create(HTML_ENGINE_BUILTIN, &limits);
    CHECK(builtin != NULL);
    extractor_destroy(builtin);
    extractor_destroy(NULL);
}

int main(void)
{
    struct html_limits limits = {.memory_bytes = 64 << 20, .nodes = 1 << 20, .depth = 512, .attrs = 256};
    extractor = extractor_create(HTML_ENGINE_GUMBO, &limits);
    NEED(extractor);
    arena_init(&arena, 64 << 20, 64 << 10);
    buf_init(&page_bytes, 16 << 20);
    RUN(test_kind);
    RUN(test_other);
    RUN(test_metadata);
    RUN(test_second_choices);
    RUN(test_needs_script);
    RUN(test_markdown_of_html);
    RUN(test_text);
    RUN(test_charsets);
    RUN(test_headings_and_code);
    RUN(test_tables_and_images);
    RUN(test_dates);
    RUN(test_hostile);
    RUN(test_memory_cut);
    RUN(test_create);
    arena_fini(&arena);
    buf_fini(&page_bytes);
    extractor_destroy(extractor);
    return check_report();
}
