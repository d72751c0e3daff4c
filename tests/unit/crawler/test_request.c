/* SPDX-License-Identifier: Apache-2.0 */
/* test_request.c: a request survives its record, and its secrets do not. */
#include "crawler/request.h"
#include "tests/check.h"

static struct str written(const struct crawl_request *request, struct buf *buf)
{
    struct json_out out;
    buf_init(buf, 1 << 16);
    json_out_init(&out, buf, 0);
    crawl_request_write(request, &out);
    return buf_str(buf);
}

static void test_round_trip(void)
{
    struct crawl_request r, back;
    struct arena arena;
    struct buf buf;
    struct diag diag;
    crawl_request_init(&r);
    r.base_url = STR_LIT("https://h/docs");
    r.instruction = STR_LIT("Only \"the\" API\n");
    r.include.v[r.include.n++] = STR_LIT("/a/**");
    r.exclude.v[r.exclude.n++] = STR_LIT("/b");
    r.exclude.v[r.exclude.n++] = STR_LIT("/c");
    r.max_pages = 7;
    r.max_depth = 0;
    r.subdomains = r.no_robots = r.keep_noindex = true;
    r.delay_ms = 250;
    r.user_agent = STR_LIT("me/1");
    const struct str urls[] = {STR_LIT("https://h/1"), STR_LIT("https://h/2"), STR_LIT("https://h/1")};
    r.urls = urls;
    r.n_urls = ARRAY_LEN(urls);
    r.output = STR_LIT("markdown");
    r.webhook = STR_LIT("https://hook/");
    r.proxy_country = STR_LIT("eu");
    r.scrape_mode = STR_LIT("fast");
    r.content_only = r.use_proxy = r.full_page_screenshot = true;
    r.has_only = true;
    r.only = hash128(r.base_url);
    arena_init(&arena, 1 << 16, 1024);
    NEED(crawl_request_read(&arena, written(&r, &buf), &back, &diag) == OK);
    CHECK_STR(back.base_url, r.base_url);
    CHECK_STR(back.instruction, r.instruction);
    CHECK_INT(back.exclude.n, 2);
    CHECK_STR(back.exclude.v[1], STR_LIT("/c"));
    CHECK_INT(back.max_pages, 7);
    CHECK_INT(back.max_depth, 0);
    CHECK(back.subdomains && back.no_robots && back.keep_noindex && !back.whole_domain);
    CHECK_INT(back.delay_ms, 250);
    CHECK_STR(back.user_agent, r.user_agent);
    CHECK_INT(back.n_urls, 3);
    CHECK_STR(back.urls[1], urls[1]);
    CHECK_STR(back.urls[2], urls[0]);
    CHECK_STR(back.output, r.output);
    CHECK_STR(back.webhook, r.webhook);
    CHECK_STR(back.proxy_country, r.proxy_country);
    CHECK_STR(back.scrape_mode, r.scrape_mode);
    CHECK(back.content_only && back.use_proxy && back.full_page_screenshot && !back.screenshot);
    CHECK(back.has_only && id128_eq(back.only, r.only));
    buf_fini(&buf);
    arena_fini(&arena);
}

static void test_secrets_are_not_written(void)
{
    struct crawl_request r;
    struct buf buf;
    crawl_request_init(&r);
    r.base_url = STR_LIT("https://h/");
    r.cookies = STR_LIT("sid=hunter2");
    r.headers.v[r.headers.n++] = STR_LIT("Authorization: Bearer hunter2");
    r.proxy = STR_LIT("http://me:hunter2@127.0.0.1:8080");
    CHECK(crawl_request_has_secrets(&r));
    struct str json = written(&r, &buf);
    CHECK(memmem(json.p, json.n, "hunter2", 7) == NULL);
    buf_fini(&buf);
}

static void check_header(const char *header, bool good)
{
    struct crawl_request r;
    struct diag diag = {0};
    crawl_request_init(&r);
    r.headers.v[r.headers.n++] = str_of(header);
    CHECK((crawl_request_check(&r, &diag) == OK) == good);
    CHECK(good || strstr(diag.text, "header") != NULL);
    CHECK(strstr(diag.text, "hunter2") == NULL);
}

static void test_headers(void)
{
    check_header("X-Token: hunter2", true);
    check_header("X-Token:", true);
    check_header("no colon hunter2", false);
    check_header("X-Token: a\r\nHost: hunter2", false);
    check_header(": hunter2", false);
    check_header("a b: hunter2", false);
    check_header("X: a\x7f hunter2", false);
    check_header("Transfer-Encoding: hunter2", false);
    check_header("content-length: hunter2", false);
}

static void check_proxy_value(const char *proxy, bool good)
{
    struct crawl_request r;
    struct diag diag = {0};
    crawl_request_init(&r);
    r.proxy = str_of(proxy);
    CHECK((crawl_request_check(&r, &diag) == OK) == good);
    CHECK(good || (strstr(diag.text, "proxy") && !strstr(diag.text, "hunter2")));
}

static void test_proxies(void)
{
    check_proxy_value("http://127.0.0.1:3128", true);
    check_proxy_value("http://me:hunter2@proxy.example:3128/", true);
    check_proxy_value("socks5h://[::1]:1080", true);
    check_proxy_value("hunter2", false);
    check_proxy_value("file:///hunter2", false);
    check_proxy_value("gopher://me:hunter2@h/", false);
    check_proxy_value("http://me:hunter2@h:99999", false);
    check_proxy_value("http://h\r\nX: hunter2", false);
}

/* What was secret is remembered by kind alone, and must be given again. */
static void test_all_secrets_again(void)
{
    struct crawl_request r, back;
    struct arena arena;
    struct buf buf;
    struct diag diag = {0};
    crawl_request_init(&r);
    r.base_url = STR_LIT("https://h/");
    r.cookies = STR_LIT("sid=hunter2");
    r.headers.v[r.headers.n++] = STR_LIT("X-Token: hunter2");
    r.proxy = STR_LIT("http://me:hunter2@h:1");
    arena_init(&arena, 1 << 16, 1024);
    NEED(crawl_request_read(&arena, written(&r, &buf), &back, &diag) == OK);
    CHECK_INT(crawl_request_has_all(&back, &diag), ST_DENIED);
    CHECK(strstr(diag.text, "--proxy"));
    back.proxy = r.proxy;
    CHECK_INT(crawl_request_has_all(&back, &diag), ST_DENIED);
    CHECK(strstr(diag.text, "--cookies"));
    back.cookies = r.cookies;
    CHECK_INT(crawl_request_has_all(&back, &diag), OK);
    buf_fini(&buf);
    arena_fini(&arena);
}

int main(void)
{
    RUN(test_round_trip);
    RUN(test_secrets_are_not_written);
    RUN(test_headers);
    RUN(test_proxies);
    RUN(test_all_secrets_again);
    return check_report();
}
