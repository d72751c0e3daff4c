/* SPDX-License-Identifier: Apache-2.0 */
/* test_links.c: which links a page has, once each, with text, rel and region. */
#include "extract/extract.h"
#include "extract/links.h"
#include "tests/check.h"

static struct extractor *extractor;
static struct arena arena;
static struct buf page_bytes;

#define PAGE "https://docs.example/guide/start.html"

/* A page as extract_document() wants it: zero bytes behind. */
static struct str padded(struct str body)
{
    buf_reset(&page_bytes);
    buf_put_str(&page_bytes, body);
    NEED(buf_terminate(&page_bytes));
    return buf_str(&page_bytes);
}

static struct doc links_in(const char *content_type, struct str body, unsigned max_links)
{
    struct extract_options options = {.url = STR_LIT(PAGE),
                                      .content_type = str_of(content_type),
                                      .want = EXTRACT_LINKS,
                                      .max_links = max_links};
    struct doc doc = {0};
    arena_reset(&arena, 1 << 20);
    NEED(extract_document(extractor, &options, padded(body), &arena, &doc) == OK);
    return doc;
}

static struct doc html_links(struct str body)
{
    return links_in("text/html", body, 1000);
}

/* The link with this URL behind the host, or one that is empty. */
static struct link link_to(const struct doc *doc, const char *path)
{
    char url[300];
    snprintf(url, sizeof url, "https://docs.example%s", path);
    for (unsigned i = 0; i < doc->n_links; i++)
        if (str_is(doc->links[i].url, url))
            return doc->links[i];
    return (struct link){.url = STR_NONE, .region = (enum region)99};
}

static void test_kinds(void)
{
    struct doc doc = html_links(STR_LIT(
        "<link rel=canonical href=/c><link rel=stylesheet href=s.css><link rel='alternate' href=/fr>"
        "<link rel='Alternate StyleSheet' href=x.css><link rel=next href=n.html>"
        "<meta http-equiv=Refresh content='5; url=moved.html'>"
        "<a href=a.html>A</a><area href=area alt='an area'><iframe src=frame title=F></iframe>"
        "<a name=x>no link</a><a href>self</a><a href='#part'>part</a><a href='  '>blank</a>"
        "<a href='mailto:a@b.example'>mail</a><a href='javascript:void(0)'>script</a>"
        "<a href='http://['>broken</a><img src=picture.png>"
        "<svg><a xlink:href=vector><text>V</text></a></svg>"
        "<template><a href=hidden>h</a></template><noscript><a href=plain>p</a></noscript>"));
    CHECK_INT(link_to(&doc, "/c").rel, REL_CANONICAL);
    CHECK_INT(link_to(&doc, "/fr").rel, REL_ALTERNATE);
    CHECK_INT(link_to(&doc, "/guide/n.html").rel, REL_NEXT);
    CHECK(str_is_set(link_to(&doc, "/guide/moved.html").url));
    CHECK_STR(link_to(&doc, "/guide/a.html").text, STR_LIT("A"));
    CHECK_STR(link_to(&doc, "/guide/area").text, STR_LIT("an area"));
    CHECK_STR(link_to(&doc, "/guide/frame").title, STR_LIT("F"));
    CHECK_STR(link_to(&doc, "/guide/vector").text, STR_LIT("V"));
    CHECK(str_is_set(link_to(&doc, "/guide/plain").url));
    CHECK_STR(doc.links[0].url, STR_LIT("https://docs.example/c"));
    CHECK_STR(doc.links[7].url, STR_LIT("mailto:a@b.example"));
    CHECK_STR(doc.links[8].url, STR_LIT("javascript:void(0)"));
    CHECK_INT(doc.n_links, 11);
    for (unsigned i = 0; i < doc.n_links; i++)
        CHECK_STR(url_without_fragment(doc.links[i].parsed), doc.links[i].url);
    CHECK_STR(link_to(&doc, "/guide/a.html").parsed->path, STR_LIT("/guide/a.html"));
}

static void test_text(void)
{
    struct doc doc = html_links(STR_LIT(
        "<a href=1>  a <b>bold</b>\n\tword </a><a href=2><img alt='the logo'></a>"
        "<a href=3><svg><title>drawn</title></svg></a><a href=4 aria-label=spoken><i></i></a>"
        "<a href=5><div>one</div><div>two</div></a><a href=6 title=' a  title '>x<script>no</script></a>"
        "<a href=7>&lt;T&gt;&nbsp;&eacute;</a><a href=8>a<br>b</a>"));
    CHECK_STR(link_to(&doc, "/guide/1").text, STR_LIT("a bold word"));
    CHECK_STR(link_to(&doc, "/guide/2").text, STR_LIT("the logo"));
    CHECK_STR(link_to(&doc, "/guide/3").text, STR_LIT("drawn"));
    CHECK_STR(link_to(&doc, "/guide/4").text, STR_LIT("spoken"));
    CHECK_STR(link_to(&doc, "/guide/5").text, STR_LIT("one two"));
    CHECK_STR(link_to(&doc, "/guide/6").text, STR_LIT("x"));
    CHECK_STR(link_to(&doc, "/guide/6").title, STR_LIT("a title"));
    CHECK_STR(link_to(&doc, "/guide/7").text, STR_LIT("<T>\xc2\xa0\xc3\xa9"));
    CHECK_STR(link_to(&doc, "/guide/8").text, STR_LIT("a b"));
}

static void test_text_cut(void)
{
    struct buf html;
    buf_init(&html, 1 << 20);
    buf_puts(&html, "<a href=x>a");
    for (int i = 0; i < 300; i++)
        buf_puts(&html, "\xe4\xb8\xad");
    struct doc doc = html_links(buf_str(&html));
    /* 1 + 66 * 3 = 199: the next character does not fit into 200. */
    CHECK_INT(link_to(&doc, "/guide/x").text.n, 199);
    buf_fini(&html);
}

static void test_once(void)
{
    struct doc doc = html_links(STR_LIT(
        "<link rel=next href='n.html'><nav><a href='n.html'><i></i></a></nav>"
        "<a rel=nofollow href='./n.html#top' title=T>Next page</a><a href='N/../n.html'>again</a>"
        "<a rel=nofollow href=f>1</a><a rel='ugc nofollow' href=f>2</a>"));
    CHECK_INT(doc.n_links, 2);
    struct link next = link_to(&doc, "/guide/n.html");
    CHECK_STR(next.text, STR_LIT("Next page"));
    CHECK_STR(next.title, STR_LIT("T"));
    CHECK_INT(next.region, REGION_MAIN);
    CHECK_INT(next.rel, REL_NEXT);
    CHECK_INT(link_to(&doc, "/guide/f").rel, REL_NOFOLLOW);
    CHECK_STR(link_to(&doc, "/guide/f").text, STR_LIT("1"));
}

static void test_base(void)
{
    struct doc doc = html_links(STR_LIT("<link rel=next href=early><base href='/b/x#f'><base href=/no/>"
                                        "<a href=late>l</a><a href='?q'>q</a><a href='#self'>s</a>"));
    CHECK_STR(doc.base, STR_LIT("https://docs.example/b/x"));
    CHECK(str_is_set(link_to(&doc, "/b/early").url));
    CHECK(str_is_set(link_to(&doc, "/b/late").url));
    CHECK(str_is_set(link_to(&doc, "/b/x?q").url));
    CHECK_INT(doc.n_links, 3);
    doc = html_links(STR_LIT("<base href='data:text/plain,x'><a href=y>y</a>"));
    CHECK(str_is_set(link_to(&doc, "/guide/y").url));
    doc = html_links(STR_LIT("<base target=_top><base href='//other.example'><a href=y>y</a>"));
    CHECK_STR(doc.links[0].url, STR_LIT("https://other.example/y"));
}

static void test_regions(void)
{
    static const struct {
        struct str html;
        enum region region;
    } cases[] = {
        {STR_LIT("<p><a href=x>x</a>"), REGION_MAIN},
        {STR_LIT("<nav><ul><li><a href=x>x</a></ul></nav>"), REGION_NAV},
        {STR_LIT("<aside><a href=x>x</a></aside>"), REGION_ASIDE},
        {STR_LIT("<footer><a href=x>x</a></footer>"), REGION_FOOTER},
        {STR_LIT("<header><a href=x>x</a></header>"), REGION_HEADER},
        {STR_LIT("<header><nav><a href=x>x</a></nav></header>"), REGION_NAV},
        {STR_LIT("<article><header><a href=x>x</a></header></article>"), REGION_MAIN},
        {STR_LIT("<main><footer><a href=x>x</a></footer></main>"), REGION_MAIN},
        {STR_LIT("<main><aside><a href=x>x</a></aside></main>"), REGION_ASIDE},
        {STR_LIT("<div role=navigation class=related><a href=x>x</a></div>"), REGION_NAV},
        {STR_LIT("<div role=contentinfo><a href=x>x</a></div>"), REGION_FOOTER},
        {STR_LIT("<div class='site-footer dark'><a href=x>x</a></div>"), REGION_FOOTER},
        {STR_LIT("<div class=sphinxsidebar><a href=x>x</a></div>"), REGION_ASIDE},
        {STR_LIT("<div class=body><div class=toc><dl class=toc><dt><a href=x>x</a></dl></div></div>"),
         REGION_CONTENTS},
        {STR_LIT("<nav><ul class=toc><li><a href=x>x</a></ul></nav>"), REGION_NAV},
        {STR_LIT("<div class=sidebar><ol class=toc><li><a href=x>x</a></ol></div>"), REGION_NAV},
        {STR_LIT("<div class='navheader'><a href=x>x</a></div>"), REGION_NAV},
        {STR_LIT("<div class='has-sidebar'><a href=x>x</a></div>"), REGION_MAIN},
        {STR_LIT("<div class=footer__links><a href=x>x</a></div>"), REGION_FOOTER},
        {STR_LIT("<nav aria-label=Breadcrumb><a href=x>x</a></nav>"), REGION_BREADCRUMB},
        {STR_LIT("<ul class=breadcrumbs><li><a href=x>x</a></ul>"), REGION_BREADCRUMB},
        {STR_LIT("<nav><ol class='pagination'><li><a href=x>x</a></ol></nav>"), REGION_PAGINATION},
        {STR_LIT("<section id=pagination><h2>Pagination</h2><a href=x>x</a></section>"), REGION_MAIN},
        {STR_LIT("<div role=main><div id=menu class=section><a href=x>x</a></div></div>"), REGION_MAIN},
        {STR_LIT("<nav>n</nav><p><a href=x>x</a>"), REGION_MAIN},
        {STR_LIT("<div class=header><main><a href=x>x</a></main></div>"), REGION_MAIN},
        {STR_LIT("<nav><div class=footer><a href=x>x</a></div></nav>"), REGION_NAV},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct doc doc = html_links(cases[i].html);
        if (!CHECK_INT(link_to(&doc, "/guide/x").region, cases[i].region))
            fprintf(stderr, "    %.*s\n", STR_ARG(cases[i].html));
    }
}

static void test_refresh(void)
{
    static const struct {
        struct str content, target;
    } cases[] = {
        {STR_LIT("0;url=x.html"), STR_LIT("x.html")},
        {STR_LIT(" 5 ; URL = 'x y' z"), STR_LIT("x y")},
        {STR_LIT("1.5, x.html"), STR_LIT("x.html")},
        {STR_LIT("3; url.html"), STR_LIT("url.html")},
        {STR_LIT("3;url=\"x.html"), STR_LIT("x.html")},
        {STR_LIT("30"), STR_LIT("")},
        {STR_LIT("url=x"), STR_LIT("")},
        {STR_LIT(""), STR_LIT("")},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(refresh_target(cases[i].content), cases[i].target);
}

/* More links than wanted are counted; tables that grew are given back and the next page is whole. */
static void test_limit(void)
{
    struct buf html;
    buf_init(&html, 4 << 20);
    for (int i = 0; i < 20000; i++)
        buf_printf(&html, "<a href=p%d>%d</a><a href=p%d>x</a>", i, i, i);
    struct doc doc = links_in("text/html", buf_str(&html), 100000);
    CHECK_INT(doc.n_links, 20000);
    CHECK_INT(doc.links_cut, 0);
    CHECK_STR(doc.links[19999].text, STR_LIT("19999"));
    doc = links_in("text/html", buf_str(&html), 15000);
    CHECK_INT(doc.n_links, 15000);
    CHECK_INT(doc.links_cut, 5000);
    CHECK(doc.cuts & CUT_LINKS);
    doc = links_in("text/html", buf_str(&html), 0);
    CHECK_INT(doc.n_links, 0);
    doc = html_links(STR_LIT("<a href=p1>one</a>"));
    CHECK_INT(doc.n_links, 1);
    CHECK_STR(doc.links[0].text, STR_LIT("one"));
    buf_fini(&html);
}

static void test_arena_ends(void)
{
    struct buf html;
    struct arena small;
    struct doc doc;
    buf_init(&html, 4 << 20);
    arena_init(&small, 65536, 4096);
    for (int i = 0; i < 1000; i++)
        buf_printf(&html, "<a href=p%d>%d</a>", i, i);
    struct extract_options options = {.url = STR_LIT(PAGE),
                                      .content_type = STR_LIT("text/html"),
                                      .want = EXTRACT_LINKS,
                                      .max_links = 5000};
    CHECK_INT(extract_document(extractor, &options, padded(buf_str(&html)), &small, &doc), OK);
    CHECK_INT(doc.cuts, CUT_LINKS);
    NEED(doc.n_links > 5);
    CHECK_INT(doc.n_links + doc.links_cut, 1000);
    CHECK_STR(doc.links[5].text, STR_LIT("5"));
    arena_fini(&small);
    buf_fini(&html);
}

static void test_markdown(void)
{
    struct doc doc = links_in(
        "text/markdown",
        STR_LIT("# Title\n\nSee [the  guide](guide.md \"G\"), [a [b] c](<x y.md>) and "
                "<https://docs.example/auto>.\n"
                "`[code](no1.md)` and ``a ` [code](no2.md)`` ![pic](no3.png) \\[esc](no4.md\n"
                "```\n[fenced](no5.md)\n```\n~~~ sh\n[x](no6.md)\n```\n~~~\n"
                "[![badge](no7.svg)](ci.md) [ref] [paren](w_(x).md)\n"
                "[ref]: /ref/page.md 'Title'\n[^1]: note.md\n[part](#part) [mail](mailto:a@b.example)\n"
                "a < b > c <notauto> <a@b.example>"),
        1000);
    CHECK_STR(doc.title, STR_LIT("Title"));
    CHECK_STR(link_to(&doc, "/guide/guide.md").text, STR_LIT("the guide"));
    CHECK_STR(link_to(&doc, "/guide/x%20y.md").text, STR_LIT("a [b] c"));
    CHECK_STR(link_to(&doc, "/auto").text, STR_LIT("https://docs.example/auto"));
    CHECK_STR(link_to(&doc, "/guide/ci.md").text, STR_LIT("badge"));
    CHECK_STR(link_to(&doc, "/ref/page.md").text, STR_LIT("ref"));
    CHECK(str_is_set(link_to(&doc, "/guide/w_(x).md").url));
    CHECK_INT(doc.n_links, 7);
    for (unsigned i = 0; i < doc.n_links; i++)
        CHECK(!memmem(doc.links[i].url.p, doc.links[i].url.n, "/no", 3));
}

/* Lines that make a scanner with unbounded look-ahead quadratic; the test is that it ends. */
static void test_markdown_hostile(void)
{
    static const char *const units[] = {"[", "](", "<", "`", "[](", "![", "<a:", "``` `` ` "};
    struct buf text;
    buf_init(&text, 8 << 20);
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        buf_reset(&text);
        while (text.n < 300000)
            buf_puts(&text, units[i]);
        struct doc doc = links_in("text/markdown", buf_str(&text), 1000);
        CHECK(doc.n_links <= 1000);
    }
    buf_reset(&text);
    for (int n = 1; n < 800; n++) {
        for (int i = 0; i < n; i++)
            buf_putc(&text, '`');
        buf_putc(&text, 'x');
    }
    CHECK_INT(links_in("text/markdown", buf_str(&text), 1000).n_links, 0);
    buf_fini(&text);
}

static void test_book_links_and_feeds(void)
{
    struct doc doc = html_links(STR_LIT(
        "<link rel='contents up' href=toc.html><link rel=author href=/me><link rel=sitemap href=/map>"
        "<link rel=alternate type='application/rss+xml; charset=utf-8' href=/feed>"
        "<link rel=alternate hreflang=' de-AT ' href=/de/><link rel=feed type=application/rss+xml "
        "href=/no>"
        "<object type=text/html data=/o></object><object data=/pic></object><embed type=TEXT/HTML "
        "src=/e>"));
    CHECK_INT(doc.n_links, 6);
    CHECK_INT(link_to(&doc, "/guide/toc.html").rel, REL_MAP);
    CHECK_INT(link_to(&doc, "/map").rel, REL_SITEMAP);
    CHECK_INT(link_to(&doc, "/feed").rel, REL_ALTERNATE | REL_FEED);
    CHECK_STR(link_to(&doc, "/de/").language, STR_LIT("de-AT"));
    CHECK_INT(link_to(&doc, "/o").rel, 0);
    CHECK_INT(link_to(&doc, "/e").rel, 0);
}

static void test_head(void)
{
    struct extract_options options = {
        .url = STR_LIT(PAGE),
        .content_type = STR_LIT("text/html"),
        .link = STR_LIT(
            "</n>; title=\"a; \\\", b\"; rel=\"next nofollow\", <c.html>;rel=canonical , </s.css>; "
            "rel=stylesheet, </a>; rel=alternate; hreflang=fr, </p>; rel=next; anchor=\"/x\", "
            "</r>; rel=refresh, broken, </late>; rel=next"),
        .want = EXTRACT_LINKS,
        .max_links = 1000};
    struct doc doc = {0};
    arena_reset(&arena, 1 << 20);
    NEED(extract_document(extractor, &options, padded(STR_LIT("<a href=/n>N</a>")), &arena, &doc) == OK);
    CHECK_INT(doc.n_links, 4);
    CHECK_INT(link_to(&doc, "/n").rel, REL_NEXT);
    CHECK_STR(link_to(&doc, "/n").text, STR_LIT("N"));
    CHECK_STR(doc.canonical, STR_LIT("https://docs.example/guide/c.html"));
    CHECK_STR(link_to(&doc, "/a").language, STR_LIT("fr"));
    CHECK_STR(link_to(&doc, "/r").url, STR_LIT("https://docs.example/r"));
    static const char *const broken[] = {
        "<", "<x", "<x>;", "<x>; rel", "<x>; rel=", "<x>; rel=\"next", ",", ";", "<x>; =a; rel=next\\"};
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        options.link = str_of(broken[i]);
        NEED(extract_document(extractor, &options, padded(STR_LIT("x")), &arena, &doc) == OK);
        CHECK(doc.n_links <= 1);
    }
}

/* Markdown's addresses are the same whether the page's links were noted before or each is parsed for itself. */
static void test_noted_addresses(void)
{
    const struct str body = STR_LIT("<base href='../x/y.html?q'><a href=a.html>1</a> <a "
                                    "href='a.html#f'>2</a> <a href='#g'>3</a> <a href='b c#h i'>4</a> "
                                    "<a href='b #i'>5</a> <a href='?k=1#'>6</a> <a "
                                    "href='d#\xc3\xa4'>7</a> <a href=' e.html#j '>8</a> "
                                    "<a href='//other.example/#k'>9</a> <a "
                                    "href='mailto:a@b.example'>10</a> <a href='http://[#'>11</a> "
                                    "<a href='../../../up#`'>12</a> <a href='f\n.html#l'>13</a> <img "
                                    "src='a.html#m' alt=14> <a href='#'>15</a>");
    struct extract_options options = {.url = STR_LIT(PAGE),
                                      .content_type = STR_LIT("text/html"),
                                      .want = EXTRACT_MARKDOWN,
                                      .max_links = 1000,
                                      .max_markdown_bytes = 100000};
    struct doc doc = {0};
    struct buf parsed;
    buf_init(&parsed, 100000);
    arena_reset(&arena, 1 << 20);
    NEED(extract_document(extractor, &options, padded(body), &arena, &doc) == OK);
    CHECK(memmem(doc.markdown.p, doc.markdown.n, "docs.example/x/a.html#f)", 24) != NULL);
    buf_put_str(&parsed, doc.markdown);
    for (options.max_links = 0; options.max_links <= 12; options.max_links += 4) {
        options.want |= EXTRACT_LINKS;
        arena_reset(&arena, 1 << 20);
        NEED(extract_document(extractor, &options, padded(body), &arena, &doc) == OK);
        CHECK_STR(doc.markdown, buf_str(&parsed));
    }
    buf_fini(&parsed);
}

int main(void)
{
    struct html_limits limits = {.memory_bytes = 64 << 20, .nodes = 1 << 20, .depth = 512, .attrs = 256};
    extractor = extractor_create(HTML_ENGINE_GUMBO, &limits);
    NEED(extractor);
    arena_init(&arena, 64 << 20, 64 << 10);
    buf_init(&page_bytes, 16 << 20);
    RUN(test_kinds);
    RUN(test_text);
    RUN(test_text_cut);
    RUN(test_once);
    RUN(test_base);
    RUN(test_regions);
    RUN(test_refresh);
    RUN(test_book_links_and_feeds);
    RUN(test_head);
    RUN(test_limit);
    RUN(test_arena_ends);
    RUN(test_markdown);
    RUN(test_markdown_hostile);
    RUN(test_noted_addresses);
    arena_fini(&arena);
    buf_fini(&page_bytes);
    extractor_destroy(extractor);
    return check_report();
}
