/* SPDX-License-Identifier: Apache-2.0 */
/* test_robots.c: the cases of google/robotstxt and Protego, and what they don't ask. */
#include "frontier/robots.h"
#include "base/clock.h"
#include "tests/check.h"
#include "tests/jsonl.h"

static struct robots *parse(struct str body, const char *agent)
{
    struct robots *robots = NULL;
    NEED(robots_parse(body, str_of(agent), &robots) == OK);
    return robots;
}

static bool allows(const char *body, const char *agent, const char *path)
{
    struct robots *robots = parse(str_of(body), agent);
    bool ok = robots_allows(robots, str_of(path), NULL);
    robots_destroy(robots);
    return ok;
}

/* ---- the suites ---- */

/* Cases that RFC 9309 decides otherwise, by their number in the file's "case". */
static const struct {
    const char *id, *reason;
} left_out[] = {
    {"0969927abdd11766", "Google reads lines without a colon; 2.2: a record has one"},
    {"c30435cafdc0a2ba", "Protego reads Dissalow; 2.2.2: the word is Disallow"},
    {"ae904033c3914494", "Protego reads Diasllow"},
    {"af8e221697099e60", "Protego reads Disallaw"},
    {"a132030d9f1df27e", "Google takes /dir/index.html for /dir/ too; the RFC knows no such rule"},
    {"cdbafba2be9d53ac",
     "Google leaves the URL's octets unescaped; 2.2.2: both sides are escaped first"},
    {"85f9ff0b7347abc2", "the same, with the rule escaped"},
    {"4d3736612854f4f7", "Protego ends a group at an unknown record; 2.2.4: it must not interfere"},
};

static unsigned n_judged, n_left_out;

static bool is_left_out(struct str id)
{
    for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
        if (str_is(id, left_out[i].id))
            return true;
    return false;
}

/* "http://host/path?query" or "/path?query" to path and query. */
static struct str path_of(struct str url)
{
    for (size_t i = 0; i + 3 <= url.n && url.p[i] != '/'; i++) {
        if (memcmp(url.p + i, "://", 3) == 0) {
            url = str_from(url, i + 3);
            url = str_from(url, str_find(url, '/'));
            break;
        }
    }
    return url.n ? url : STR_LIT("/");
}

static void suite_case(const struct json *line)
{
    struct str id = json_str(json_get(line, "case"), STR_NONE);
    if (is_left_out(id)) {
        n_left_out++;
        return;
    }
    struct robots *robots = NULL;
    NEED(robots_parse(json_str(json_get(line, "robots"), STR_NONE),
                      json_str(json_get(line, "agent"), STR_NONE), &robots) == OK);
    bool ok = robots_allows(robots, path_of(json_str(json_get(line, "url"), STR_NONE)), NULL);
    if (!CHECK(ok == json_bool(json_get(line, "allowed"), false)))
        fprintf(stderr, "    case %.*s (%.*s)\n", STR_ARG(id),
                STR_ARG(json_str(json_get(line, "test"), STR_NONE)));
    n_judged++;
    robots_destroy(robots);
}

static void suites(void)
{
    CHECK_INT(jsonl_each("tests/data/robots/cases.jsonl", suite_case), 198);
    CHECK_INT(n_judged, 190);
    CHECK_INT(n_left_out, ARRAY_LEN(left_out));
}

/* ---- groups ---- */

static void agents(void)
{
    const char *body = "User-agent: webkeep\nDisallow: /a\nUser-agent: *\nDisallow: /b\n";
    CHECK(!allows(body, "webkeep/1.0 (+https://example.org/)", "/a"));
    CHECK(allows(body, "webkeep/1.0 (+https://example.org/)", "/b"));
    CHECK(!allows(body, "WebKeep", "/a"));
    CHECK(allows(body, "webkeeper/1.0", "/a"));
    CHECK(!allows(body, "webkeeper/1.0", "/b"));
    CHECK(!allows(body, "", "/b"));
    CHECK(allows("User-agent: webkeep\n\nUser-agent: x\nDisallow:\n", "webkeep", "/a"));
}

static void groups_are_merged(void)
{
    const char *body = "User-agent: webkeep\nDisallow: /a\n\nUser-agent: other\nDisallow: /c\n\n"
                       "User-agent: other\nUser-agent: WEBKEEP/2\nDisallow: /b\n";
    CHECK(!allows(body, "webkeep", "/a"));
    CHECK(!allows(body, "webkeep", "/b"));
    CHECK(allows(body, "webkeep", "/c"));
    CHECK(!allows(body, "other", "/b"));
    CHECK(!allows("User-agent: *\nDisallow: /a\nUser-agent: *\nDisallow: /b", "webkeep", "/b"));
    /* A group of its own without rules allows everything. */
    CHECK(allows("User-agent: *\nDisallow: /\n\nUser-agent: webkeep\nAllow:\n", "webkeep", "/x"));
}

static void line_ends(void)
{
    CHECK(!allows("User-agent: *\rDisallow: /a\rDisallow: /b", "webkeep", "/b"));
    CHECK(!allows("User-agent: *\r\nDisallow: /a\r\nDisallow: /b\r\n", "webkeep", "/b"));
    CHECK(!allows("\xEF\xBB\xBFUser-agent: *\nDisallow: /b", "webkeep", "/b"));
    CHECK(!allows(" user-AGENT :*\n\tdisallow\t:\t/b # why\n", "webkeep", "/b"));
    struct robots *robots =
        parse(STR_LIT("User-agent: *\n\0\0\nDisallow: /b\0\nDisallow: /c"), "webkeep");
    CHECK(robots_allows(robots, STR_LIT("/b"), NULL));
    CHECK(!robots_allows(robots, STR_LIT("/c"), NULL));
    robots_destroy(robots);
    robots = parse(STR_NONE, "webkeep");
    CHECK(robots_allows(robots, STR_LIT("/"), NULL));
    robots_destroy(robots);
    robots_destroy(NULL);
}

/* ---- rules ---- */

static bool disallowed(const char *rule, const char *path)
{
    char body[200];
    snprintf(body, sizeof body, "User-agent: *\nDisallow: %s\n", rule);
    return !allows(body, "webkeep", path);
}

static void wildcards(void)
{
    CHECK(disallowed("/a*b*c$", "/a-b-c"));
    CHECK(disallowed("/a*b*c$", "/abcc"));
    CHECK(disallowed("/a*b*c$", "/abcbc"));
    CHECK(!disallowed("/a*b*c$", "/abcx"));
    CHECK(!disallowed("/a*b*c$", "/ac"));
    CHECK(disallowed("/*aab", "/aaab"));
    CHECK(disallowed("/*abab$", "/ababab"));
    CHECK(disallowed("/*abcabd*x", "/abcabcabd/x"));
    CHECK(disallowed("*", "/"));
    CHECK(disallowed("*$", "/x"));
    CHECK(disallowed("/x*$", "/x"));
    CHECK(disallowed("/***x", "/x"));
    CHECK(disallowed("/$", "/"));
    CHECK(!disallowed("/$", "/x"));
    CHECK(disallowed("$", "/"));
    CHECK(!disallowed("$", "/x"));
    CHECK(disallowed("private", "/private/x"));
    CHECK(disallowed("*.pdf$", "/x/y.pdf"));
    CHECK(!disallowed("*.pdf$", "/x/y.pdf?z"));
}

static void escapes(void)
{
    CHECK(disallowed("/%7ejoe/", "/~joe/x"));
    CHECK(disallowed("/~joe/", "/%7Ejoe/x"));
    CHECK(disallowed("/\xC3\xA9", "/%c3%A9"));
    CHECK(disallowed("/a%3cd", "/a%3Cd"));
    CHECK(disallowed("/x%2A", "/x*"));
    CHECK(!disallowed("/x%2A", "/xy"));
    CHECK(disallowed("/x%24", "/x$y"));
    CHECK(disallowed("/100%", "/100%25"));
    CHECK(disallowed("/100%25", "/100%"));
    CHECK(!disallowed("/%252F", "/%2F"));
    CHECK(!disallowed("/a/b", "/a%2Fb"));
    CHECK(!disallowed("/a%2fb", "/a/b"));
    CHECK(disallowed("/a%2fb", "/a%2Fb"));
    /* RFC 9309 2.2.2, the table's second row, both ways. */
    CHECK(disallowed("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"));
    CHECK(disallowed("/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar"));
    CHECK(disallowed("/*to=/x", "/go?to=/x"));
    CHECK(disallowed("/*to=/x", "/go?to=%2Fx"));
    CHECK(disallowed("/*to=%2Fx", "/go?to=/x"));
}

static void strength(void)
{
    const char *body =
        "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\nAllow: /t\nDisallow: /t\n";
    struct robots *robots = parse(str_of(body), "webkeep");
    struct str rule = STR_NONE;
    CHECK(!robots_allows(robots, STR_LIT("/a/x"), &rule));
    CHECK_STR(rule, STR_LIT("Disallow: /a"));
    CHECK(robots_allows(robots, STR_LIT("/a/b/x"), &rule));
    CHECK_STR(rule, STR_LIT("Allow: /a/b"));
    CHECK(!robots_allows(robots, STR_LIT("/a/b/c"), &rule));
    CHECK(robots_allows(robots, STR_LIT("/t"), &rule));
    CHECK_STR(rule, STR_LIT("Allow: /t"));
    CHECK(robots_allows(robots, STR_LIT("/z"), &rule));
    CHECK(!str_is_set(rule));
    robots_destroy(robots);
}

static void robots_itself(void)
{
    const char *body = "User-agent: *\nDisallow: /";
    CHECK(allows(body, "webkeep", "/robots.txt"));
    CHECK(!allows(body, "webkeep", "/robots.txt.bak"));
    CHECK(!allows(body, "webkeep", "/a/robots.txt"));
}

/* ---- other records ---- */

static int64_t delay(const char *value)
{
    char body[100];
    snprintf(body, sizeof body, "User-agent: *\nCrawl-delay: %s\nDisallow: /x\n", value);
    struct robots *robots = parse(str_of(body), "webkeep");
    int64_t ms = robots_crawl_delay_ms(robots);
    robots_destroy(robots);
    return ms;
}

static void delays(void)
{
    CHECK_INT(delay("5"), 5000);
    CHECK_INT(delay("0.25 # quick"), 250);
    CHECK_INT(delay("1.23456789"), 1234);
    CHECK_INT(delay("31"), 30000);
    CHECK_INT(delay("99999999999999999999999999"), 30000);
    CHECK_INT(delay("soon"), -1);
    CHECK_INT(delay("-1"), -1);
    CHECK_INT(delay("."), -1);
    CHECK_INT(delay(""), -1);
    struct robots *robots = parse(STR_LIT("User-agent: *\nCrawl-delay: 9\nDisallow: /a\n"
                                          "User-agent: webkeep\nDisallow: /a\nCrawl-delay: 2\n"),
                                  "webkeep");
    CHECK_INT(robots_crawl_delay_ms(robots), 2000);
    robots_destroy(robots);
}

static void sitemaps(void)
{
    struct robots *robots =
        parse(STR_LIT("Sitemap: https://a.example/1.xml\nUser-agent: x\nDisallow: /\n"
                      "SITEMAP :  /2.xml  # second\n"),
              "webkeep");
    CHECK_INT(robots_sitemaps(robots), 2);
    CHECK_STR(robots_sitemap(robots, 0), STR_LIT("https://a.example/1.xml"));
    CHECK_STR(robots_sitemap(robots, 1), STR_LIT("/2.xml"));
    CHECK(!str_is_set(robots_sitemap(robots, 2)));
    robots_destroy(robots);
}

/* ---- bounds ---- */

static void only_the_head_is_read(void)
{
    struct buf body;
    buf_init(&body, 1u << 20);
    buf_puts(&body, "User-agent: *\nDisallow: /seen\n");
    while (body.n < ROBOTS_MAX_BYTES - 15)
        buf_putc(&body, '#');
    buf_puts(&body, "\nDisallow: /cut-here\nDisallow: /unseen\n");
    struct robots *robots = parse(buf_str(&body), "webkeep");
    CHECK(!robots_allows(robots, STR_LIT("/seen"), NULL));
    CHECK(robots_allows(robots, STR_LIT("/cut-here"), NULL));
    CHECK(robots_allows(robots, STR_LIT("/c"), NULL));
    CHECK(robots_allows(robots, STR_LIT("/unseen"), NULL));
    robots_destroy(robots);
    buf_fini(&body);
}

/* Rules made to be slow, in a body as long as is read, against a long URL. */
static void hostile_rules_are_linear(void)
{
    struct buf body, path;
    buf_init(&body, 1u << 20);
    buf_init(&path, 1u << 20);
    buf_puts(&body, "User-agent: *\nDisallow: /");
    for (int i = 0; i < 2000; i++)
        buf_puts(&body, "*a");
    buf_puts(&body, "*b\n");
    while (body.n < ROBOTS_MAX_BYTES - 1100) {
        buf_puts(&body, "Disallow: *");
        for (int i = 0; i < 1000; i++)
            buf_putc(&body, 'a');
        buf_puts(&body, "b\n");
    }
    buf_putc(&path, '/');
    for (int i = 0; i < 2047; i++)
        buf_putc(&path, 'a');
    struct robots *robots = parse(buf_str(&body), "webkeep");
    int64_t from = clock_mono_ms();
    CHECK(robots_allows(robots, buf_str(&path), NULL));
    CHECK(clock_mono_ms() - from < 500);
    buf_putc(&path, 'b');
    CHECK(!robots_allows(robots, buf_str(&path), NULL));
    robots_destroy(robots);
    buf_fini(&body);
    buf_fini(&path);
}

static void many_short_lines_fit(void)
{
    struct buf body;
    buf_init(&body, 1u << 20);
    buf_puts(&body, "User-agent:*\n");
    while (body.n < ROBOTS_MAX_BYTES - 10)
        buf_puts(&body, "allow:a\n");
    struct robots *robots = parse(buf_str(&body), "webkeep");
    CHECK(robots_allows(robots, STR_LIT("/b"), NULL));
    robots_destroy(robots);
    buf_fini(&body);
}

int main(void)
{
    RUN(suites);
    RUN(agents);
    RUN(groups_are_merged);
    RUN(line_ends);
    RUN(wildcards);
    RUN(escapes);
    RUN(strength);
    RUN(robots_itself);
    RUN(delays);
    RUN(sitemaps);
    RUN(only_the_head_is_read);
    RUN(hostile_rules_are_linear);
    RUN(many_short_lines_fit);
    return check_report();
}
