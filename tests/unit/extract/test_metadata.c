/* SPDX-License-Identifier: Apache-2.0 */
/* test_metadata.c: what a page says of its origin, by source; and that nothing is made up. */
#include "tests/check.h"

#include "extract/extract.h"
#include "extract/page_meta.h"

static struct extractor *x;
static struct arena arena;
static struct buf body;
static struct doc doc;

static const struct page_meta *meta_of(const char *html, size_t arena_bytes)
{
    const struct extract_options options = {.url = STR_LIT("https://docs.example.org/a/b.html"),
                                            .content_type = STR_LIT("text/html; charset=utf-8"),
                                            .want = EXTRACT_MARKDOWN,
                                            .max_markdown_bytes = 1 << 20};
    arena_reset(&arena, 1 << 16);
    arena.limit_bytes = arena_bytes;
    buf_reset(&body);
    buf_puts(&body, html);
    NEED(buf_terminate(&body));
    NEED(extract_document(x, &options, buf_str(&body), &arena, &doc) == OK && doc.meta);
    return doc.meta;
}

static const struct page_meta *meta(const char *html)
{
    return meta_of(html, 1 << 20);
}

static void check_date(const char *text, const char *want)
{
    arena_reset(&arena, 1 << 16);
    CHECK_STR(meta_date(str_of(text), &arena), str_of(want));
}

static void dates(void)
{
    check_date("2026-04-17", "2026-04-17");
    check_date("2026-04-17T13:30", "2026-04-17T13:30:00");
    check_date("2026-04-17T13:30:05.123Z", "2026-04-17T13:30:05Z");
    check_date("2026-04-17 13:30:05 +0200", "2026-04-17T13:30:05+02:00");
    check_date("20260417", "2026-04-17");
    check_date("2026/4/7", "2026-04-07");
    check_date("Posted on April 17th, 2026", "2026-04-17");
    check_date("17 Sept. 2026", "2026-09-17");
    check_date("17-Apr-2026", "2026-04-17");
    check_date("17/04/2026", "2026-04-17");
    check_date("04/17/2026", "2026-04-17");
    check_date("03.04.2026", "2026-04-03");
    check_date("29 February 2024", "2024-02-29");
}

static void no_dates(void)
{
    check_date("", "");
    check_date("03/04/2026", ""); /* which is the month? */
    check_date("2026-02-30", "");
    check_date("2025-02-29", "");
    check_date("2026-13-01", "");
    check_date("April 2026", "");
    check_date("version 3.11.2", "");
    check_date("yesterday", "");
    check_date("2026-", "");
    check_date("May", "");
}

static void json_ld_comes_first(void)
{
    const struct page_meta *m = meta(
        "<meta name=author content='Bob Ray'><meta property=article:published_time content=2020-01-01>"
        "<script type='application/ld+json'>{\"@graph\":["
        "{\"@type\":\"WebSite\",\"name\":\"Example\"},"
        "{\"@type\":\"Person\",\"@id\":\"#p\",\"name\":\"Ann Lee\"},"
        "{\"@type\":\"WebPage\",\"datePublished\":\"2019-01-01\"},"
        "{\"@type\":\"BlogPosting\",\"author\":{\"@id\":\"#p\"},\"datePublished\":\"2026-04-17T10:00:"
        "00Z\","
        "\"dateModified\":\"2026-05-01\",\"image\":{\"url\":\"/i.png\"},\"keywords\":\"a, b,a\"},"
        "{\"@type\":\"BreadcrumbList\",\"itemListElement\":["
        "{\"name\":\"Home\",\"item\":\"/\"},{\"item\":{\"@id\":\"/x\",\"name\":\"X\"}}]}]}</script>"
        "<title>T</title>");
    NEED(m->n_authors == 1 && m->n_tags == 2 && m->n_crumbs == 2);
    CHECK_STR(m->authors[0], STR_LIT("Ann Lee"));
    CHECK_STR(m->published, STR_LIT("2026-04-17T10:00:00Z"));
    CHECK_STR(m->modified, STR_LIT("2026-05-01"));
    CHECK_STR(m->image, STR_LIT("https://docs.example.org/i.png"));
    CHECK_STR(m->site_name, STR_LIT("Example"));
    CHECK_STR(m->type, STR_LIT("blogposting"));
    CHECK_STR(m->crumbs[0].url, STR_LIT("https://docs.example.org/"));
    CHECK_STR(m->crumbs[1].name, STR_LIT("X"));
}

static void markup(void)
{
    const struct page_meta *m =
        meta("<div itemscope itemtype=https://schema.org/Article><span itemprop=author>Ann Lee</span>"
             "<time itemprop=datePublished datetime=2026-04-17>x</time></div>");
    NEED(m->n_authors == 1);
    CHECK_STR(m->authors[0], STR_LIT("Ann Lee"));
    CHECK_STR(m->published, STR_LIT("2026-04-17"));
    m = meta("<div vocab=https://schema.org/ typeof=Article><span property=author>Bob Ray</span></div>");
    NEED(m->n_authors == 1);
    CHECK_STR(m->authors[0], STR_LIT("Bob Ray"));
}

static void meta_elements(void)
{
    const struct page_meta *m =
        meta("<meta name=citation_author content='Ann Lee'><meta name=citation_author content='Bob Ray'>"
             "<meta name=DC.date content=2026-04-17><meta property=og:site_name content=Example>"
             "<meta property=og:type content=Article><meta property=article:tag content=x>");
    NEED(m->n_authors == 2 && m->n_tags == 1);
    CHECK_STR(m->authors[1], STR_LIT("Bob Ray"));
    CHECK_STR(m->published, STR_LIT("2026-04-17"));
    CHECK_STR(m->type, STR_LIT("article"));
}

static void visible_text(void)
{
    const struct page_meta *m = meta("<h1>Title</h1><p class=byline>By Ann Lee and Bob Ray</p>"
                                     "<time datetime=2026-04-17>today</time>"
                                     "<footer>Last updated on May 1, 2026.</footer>");
    NEED(m->n_authors == 2);
    CHECK_STR(m->authors[0], STR_LIT("Ann Lee"));
    CHECK_STR(m->authors[1], STR_LIT("Bob Ray"));
    CHECK_STR(m->published, STR_LIT("2026-04-17"));
    CHECK_STR(m->modified, STR_LIT("2026-05-01"));
    m = meta("<h1>Title</h1><p>by <a href=/u>Ann Lee</a></p>");
    NEED(m->n_authors == 1);
    CHECK_STR(m->authors[0], STR_LIT("Ann Lee"));
}

static void junk_is_left_out(void)
{
    CHECK_INT(meta("<meta name=author content=admin>")->n_authors, 0);
    CHECK_INT(meta("<meta name=author content=https://example.org/ann>")->n_authors, 0);
    CHECK_INT(meta("<meta name=author content=a@example.org>")->n_authors, 0);
    CHECK_INT(meta("<meta name=author content=Example><meta property=og:site_name content=Example>")
                  ->n_authors,
              0);
    CHECK_INT(meta("<div class=comments><b class=comment-author>Ann Lee</b></div>")->n_authors, 0);
    CHECK_INT(meta("<h1>T</h1><p>By continuing, you agree to this and to that of all</p>")->n_authors,
              0);
    CHECK_INT(meta("<p>Nothing at all</p>")->published.n, 0);
    CHECK_INT(meta("<aside><time datetime=2026-04-17>x</time></aside>")->published.n, 0);
}

static void headlines(void)
{
    CHECK_STR(
        meta("<title>How to | Example</title><meta property=og:site_name content=Example>")->headline,
        STR_LIT("How to"));
    CHECK_STR(meta("<title>Example - How to</title>")->headline, STR_LIT("How to"));
    CHECK_STR(meta("<title>json module - 3.11 docs</title><h1>json module</h1>")->headline,
              STR_LIT("json module"));
    CHECK_STR(meta("<title>Left - right</title>")->headline, STR_LIT("Left - right"));
    CHECK_STR(meta("<h1>Only this</h1>")->headline, STR_LIT("Only this"));
}

/* Data for machines that doesn't fit is left out; the page itself stays. */
static void little_room(void)
{
    struct buf html;
    buf_init(&html, 1 << 20);
    buf_puts(&html, "<title>T</title><script type='application/ld+json'>[");
    for (unsigned i = 0; i < 2000; i++)
        buf_printf(&html, "{\"@type\":\"Article\",\"name\":\"number %u\"},", i);
    buf_puts(&html, "{}]</script><p>text");
    buf_terminate(&html);
    for (size_t bytes = 24 << 10; bytes < 400 << 10; bytes += 8 << 10) {
        meta_of(html.p, bytes);
        CHECK_STR(doc.title, STR_LIT("T"));
        CHECK_STR(doc.markdown, STR_LIT("text\n"));
    }
    buf_fini(&html);
}

int main(void)
{
    const struct html_limits limits = {
        .memory_bytes = 8 << 20, .nodes = 100000, .depth = 512, .attrs = 1000};
    x = extractor_create(HTML_ENGINE_BUILTIN, &limits);
    NEED(x);
    arena_init(&arena, 1 << 20, 4096);
    buf_init(&body, 1 << 20);
    RUN(dates);
    RUN(no_dates);
    RUN(json_ld_comes_first);
    RUN(markup);
    RUN(meta_elements);
    RUN(visible_text);
    RUN(junk_is_left_out);
    RUN(headlines);
    RUN(little_room);
    extractor_destroy(x);
    arena_fini(&arena);
    buf_fini(&body);
    return check_report();
}
