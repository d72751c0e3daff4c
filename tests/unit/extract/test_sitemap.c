/* SPDX-License-Identifier: Apache-2.0 */
/* test_sitemap.c: sitemaps as sites write them, and as attackers do. */
#include "base/buf.h"
#include "extract/sitemap.h"

#include "tests/check.h"

static struct arena arena;

static struct sitemap read_map(struct str body)
{
    struct sitemap map = {0};
    arena_reset(&arena, 1 << 20);
    CHECK_INT(sitemap_read(body, &arena, &map), OK);
    return map;
}

static void test_urlset(void)
{
    struct sitemap m = read_map(
        STR_LIT("<?xml version='1.0'?>\n<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
                "xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>"
                "<url><loc> https://h/a?x=1&amp;y=2 </loc><lastmod>2024-01-01</lastmod>"
                "<image:image><image:loc>https://h/i.png</image:loc></image:image></url>"
                "<url><loc><![CDATA[https://h/b]]></loc></url></urlset>"));
    CHECK(!m.is_index && !m.cut);
    CHECK_INT(m.n, 2);
    CHECK_STR(m.entries[0].url, STR_LIT("https://h/a?x=1&y=2"));
    CHECK_STR(m.entries[1].url, STR_LIT("https://h/b"));
}

static void test_index_and_prefix(void)
{
    struct sitemap m =
        read_map(STR_LIT("\xef\xbb\xbf<sm:sitemapindex "
                         "xmlns:sm='x'><sm:sitemap><sm:loc>https://h/s1.xml</sm:loc></sm:sitemap>"
                         "</sm:sitemapindex>"));
    CHECK(m.is_index);
    CHECK_INT(m.n, 1);
    CHECK_STR(m.entries[0].url, STR_LIT("https://h/s1.xml"));
}

static void test_text(void)
{
    struct sitemap m = read_map(STR_LIT("https://h/a\r\n\nhttp://h/b\nnot a url\n"));
    CHECK_INT(m.n, 2);
    CHECK_STR(m.entries[1].url, STR_LIT("http://h/b"));
}

static void test_feeds(void)
{
    struct sitemap m = read_map(
        STR_LIT("<rss version='2.0' xmlns:atom='a'><channel><link>https://h/</link>"
                "<atom:link rel='self' href='https://h/feed'/><image><link>https://h/i</link></image>"
                "<item><title>T</title><link>\nhttps://h/a?x=1&amp;y\n</link><guid>https://h/g</guid>"
                "<atom:link href='https://h/self'/><source><link>https://h/s</link></source></item>"
                "<item><link>https://h/b</link></item></channel></rss>"));
    CHECK_INT(m.n, 2);
    CHECK_STR(m.entries[0].url, STR_LIT("https://h/a?x=1&y"));
    CHECK_STR(m.entries[1].url, STR_LIT("https://h/b"));
    m = read_map(STR_LIT("<rdf:RDF xmlns:rdf='r'><channel><link>https://h/</link></channel>"
                         "<item><link>https://h/a</link></item></rdf:RDF>"));
    CHECK_INT(m.n, 1);
    CHECK_STR(m.entries[0].url, STR_LIT("https://h/a"));
    m = read_map(
        STR_LIT("<feed xmlns='http://www.w3.org/2005/Atom'><link href='https://h/'/><entry>"
                "<link rel='edit' href='https://h/e'/><link href='https://h/a'/><link rel='alternate' "
                "href='/b'/><content type='xhtml'><link href='https://h/c'/></content></entry></feed>"));
    CHECK(!m.is_index && !m.cut);
    CHECK_INT(m.n, 2);
    CHECK_STR(m.entries[0].url, STR_LIT("https://h/a"));
    CHECK_STR(m.entries[1].url, STR_LIT("/b"));
}

/* What a site sends for whatever it does not have. */
static void test_other_documents_list_nothing(void)
{
    CHECK_INT(read_map(STR_LIT("<!DOCTYPE html><html><body><a href='https://h/a'>a</a>")).n, 0);
    CHECK_INT(read_map(STR_LIT("<html><head><link>https://h/a</link></head></html>")).n, 0);
    CHECK_INT(read_map(STR_LIT("<x><url><loc>https://h/a</loc></url></x>")).n, 0);
    CHECK_INT(read_map(STR_LIT("Not found: see https://h/a\n")).n, 0);
    CHECK_INT(read_map(STR_LIT("https://h/a is gone\n")).n, 0);
    CHECK_INT(read_map(STR_LIT("")).n, 0);
}

static void test_damage_keeps_what_stood_before(void)
{
    struct sitemap m =
        read_map(STR_LIT("<urlset><url><loc>https://h/a</loc></url><url><loc>https://h/b"));
    CHECK_INT(m.n, 1);
    CHECK(m.cut);
}

static void test_entities_are_refused(void)
{
    struct sitemap m = read_map(STR_LIT("<!DOCTYPE u [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b "
                                        "'&a;&a;&a;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
                                        "<urlset><url><loc>https://h/&b;&x;</loc></url></urlset>"));
    CHECK_INT(m.n, 0);
    CHECK(m.cut);
}

static void test_link_without_address(void)
{
    struct sitemap m = read_map(STR_LIT("<feed><entry><link rel='alternate'/></entry></feed>"));
    CHECK_INT(m.n, 0);
}

static void test_too_deep(void)
{
    struct buf body;
    buf_init(&body, 1 << 20);
    buf_puts(&body, "<urlset><url><loc>https://h/a</loc></url>");
    for (unsigned i = 0; i < 1000; i++)
        buf_puts(&body, "<a>");
    buf_puts(&body, "<url><loc>https://h/b</loc></url>");
    struct sitemap m = read_map(buf_str(&body));
    CHECK(m.cut);
    CHECK_INT(m.n, 1);
    buf_fini(&body);
}

static void test_too_many_and_too_long(void)
{
    struct buf b;
    buf_init(&b, 64 << 20);
    buf_puts(&b, "<urlset>");
    for (int i = 0; i < SITEMAP_MAX_URLS + 10; i++)
        buf_printf(&b, "<url><loc>https://h/%d</loc></url>", i);
    buf_puts(&b, "<url><loc>https://h/");
    for (int i = 0; i < 4000; i++)
        buf_putc(&b, 'x');
    buf_puts(&b, "</loc></url></urlset>");
    struct sitemap m = read_map(buf_str(&b));
    CHECK_INT(m.n, SITEMAP_MAX_URLS);
    CHECK(m.cut);
    buf_fini(&b);
}

static void test_dates_and_titles(void)
{
    struct sitemap m = read_map(
        STR_LIT("<urlset><url><loc>https://h/a</loc><lastmod>2024-02-29T10:00:00+01:00</lastmod></url>"
                "<url><lastmod>2023</lastmod><loc>https://h/b</loc><news:news><lastmod>2030-01-01</"
                "lastmod></news:news>"
                "</url><url><loc>https://h/c</loc><lastmod>soon</lastmod></url></urlset>"));
    NEED(m.n == 3);
    CHECK_INT(m.entries[0].changed, 20240229);
    CHECK_INT(m.entries[1].changed, 20231231);
    CHECK_INT(m.entries[2].changed, 0);
    m = read_map(STR_LIT("<rss><channel><item><title>Otters &amp; co</title><link>https://h/a</link>"
                         "<pubDate>Tue, 10 Jun 2003 04:00:00 GMT</pubDate></item></channel></rss>"));
    NEED(m.n == 1);
    CHECK_STR(m.entries[0].title, STR_LIT("Otters & co"));
    CHECK_INT(m.entries[0].changed, 20030610);
    m = read_map(STR_LIT("<feed><entry><published>2020-01-01</published><updated>2021-07-08</updated>"
                         "<title>T</title><link href='/x'/></entry></feed>"));
    NEED(m.n == 1);
    CHECK_INT(m.entries[0].changed, 20210708);
    static const struct {
        const char *text;
        int date;
    } dates[] = {{"2024-05", 20240531}, {"10 June 03", 20030610}, {"2024-13-01", 0}, {"", 0},
                 {"20240501", 0},       {"2024-05-011", 0},       {"May", 0},        {"1 Foo 2024", 0}};
    for (size_t i = 0; i < ARRAY_LEN(dates); i++)
        CHECK_INT(feed_date(str_of(dates[i].text)), dates[i].date);
}

static void test_json_feed(void)
{
    struct sitemap m = read_map(
        STR_LIT("{\"version\":\"https://jsonfeed.org/version/"
                "1.1\",\"items\":[{\"id\":\"1\",\"url\":\"https://h/a\","
                "\"title\":\"A\",\"date_published\":\"2024-01-02T00:00:00Z\"},{\"id\":\"2\"},7]}"));
    NEED(m.n == 1);
    CHECK_STR(m.entries[0].url, STR_LIT("https://h/a"));
    CHECK_STR(m.entries[0].title, STR_LIT("A"));
    CHECK_INT(m.entries[0].changed, 20240102);
    CHECK_INT(read_map(STR_LIT("{\"items\":[{\"url\":\"https://h/a\"}]}")).n, 0);
    CHECK_INT(read_map(STR_LIT("{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[")).n, 0);
    CHECK(feed_is_type(STR_LIT("Application/RSS+xml; charset=utf-8")));
    CHECK(!feed_is_type(STR_LIT("application/json")));
}

static struct sitemap read_llms(struct str body)
{
    struct sitemap map = {0};
    struct url base;
    arena_reset(&arena, 1 << 20);
    NEED(url_parse(&arena, STR_LIT("https://h/docs/llms.txt"), NULL, &base) == OK);
    CHECK_INT(llms_read(body, &base, &arena, &map), OK);
    return map;
}

static void test_llms(void)
{
    struct sitemap m =
        read_llms(STR_LIT("\n# Otter\n\n> A tool.\n\n## Docs\n\n- [Start](start.html): first\n"
                          "- [Start again](/docs/start.html#x)\n- [API](https://h/api.md)\n"
                          "```\n[no](no.html)\n```\n## Optional\n- <https://o.example/>\n"));
    NEED(m.n == 3);
    CHECK_STR(m.entries[0].url, STR_LIT("https://h/docs/start.html"));
    CHECK_STR(m.entries[0].title, STR_LIT("Start"));
    CHECK_STR(m.entries[1].url, STR_LIT("https://h/api.md"));
    CHECK_STR(m.entries[2].url, STR_LIT("https://o.example/"));
    CHECK_INT(read_llms(STR_LIT("<html><a href='x'>[a](b)</a>")).n, 0);
    CHECK_INT(read_llms(STR_LIT("See [this](b.html)\n# Late\n")).n, 0);
    CHECK_INT(read_llms(STR_LIT("")).n, 0);
}

int main(void)
{
    arena_init(&arena, 64 << 20, 1 << 16);
    RUN(test_urlset);
    RUN(test_index_and_prefix);
    RUN(test_text);
    RUN(test_feeds);
    RUN(test_dates_and_titles);
    RUN(test_json_feed);
    RUN(test_llms);
    RUN(test_other_documents_list_nothing);
    RUN(test_damage_keeps_what_stood_before);
    RUN(test_entities_are_refused);
    RUN(test_link_without_address);
    RUN(test_too_deep);
    RUN(test_too_many_and_too_long);
    arena_fini(&arena);
    return check_report();
}
