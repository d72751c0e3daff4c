/* SPDX-License-Identifier: Apache-2.0 */
/* test_pattern.c: what globs hold, what they are held against, and that none is slow. */
#include "base/pattern.h"
#include "base/clock.h"
#include "tests/check.h"

static struct diag diag;

static bool glob(const char *pattern, const char *text)
{
    return glob_matches(str_of(pattern), str_of(text));
}

/* "http://host" + path + query, by hand: pattern.c only reads the parts. */
static bool holds(const char *pattern, const char *path, const char *query)
{
    char href[600];
    const char *origin = "https://docs.example.com";
    snprintf(href, sizeof href, "%s%s%s%s#part", origin, path, query ? "?" : "", query ? query : "");
    struct url url = {.href = str_of(href),
                      .scheme = str_make(href, 5),
                      .host = str_of("docs.example.com"),
                      .path = str_of(path),
                      .query = str_of(query),
                      .fragment = STR_LIT("part"),
                      .kind = URL_HTTPS,
                      .port = -1,
                      .has_host = true,
                      .has_query = query != NULL,
                      .has_fragment = true};
    return pattern_matches(str_of(pattern), &url);
}

static void stars(void)
{
    CHECK(glob("*", "") && glob("*", "abc") && !glob("*", "a/c"));
    CHECK(glob("**", "") && glob("**", "a/b/c"));
    CHECK(glob("a*c", "ac") && glob("a*c", "abbc") && !glob("a*c", "a/c") && !glob("a*c", "abcd"));
    CHECK(glob("a**c", "a/b/c") && !glob("a**c", "a/b/d"));
    CHECK(glob("***", "a/b"));
    CHECK(glob("/*/b/**/d", "/a/b/c/c/d") && !glob("/*/b/**/d", "/a/a/b/c/d"));
    CHECK(glob("**/x*y", "/a/xb/xcy") && !glob("**/x*y", "/a/xb/cy"));
    CHECK(glob("**a*b", "a/ab") && glob("**a*b**c", "ab/ab/c") && !glob("**a*b", "a/b"));
}

static void single_characters(void)
{
    CHECK(glob("a?c", "abc") && !glob("a?c", "ac") && !glob("a?c", "a/c") && !glob("a?", "a"));
    CHECK(glob("v[123]", "v2") && !glob("v[123]", "v4") && !glob("v[123]", "v"));
    CHECK(glob("v[0-9].[a-c-]", "v7.-") && glob("v[0-9].[a-c-]", "v7.b") && !glob("v[0-9]", "vx"));
    CHECK(glob("[!a-c]", "d") && !glob("[!a-c]", "b") && !glob("[!a-c]", "/") && glob("[^x]", "y"));
    CHECK(glob("[]x]", "]") && glob("[!]x]", "y") && !glob("[!]x]", "]"));
    CHECK(glob("\\*\\?\\[\\\\", "*?[\\") && !glob("\\*", "x"));
}

static void bad_patterns(void)
{
    CHECK(pattern_check(STR_LIT(""), &diag) == ST_INPUT);
    CHECK(pattern_check(STR_LIT("/a[bc"), &diag) == ST_INPUT);
    CHECK(strstr(diag.text, "/a[bc") != NULL);
    CHECK(pattern_check(STR_LIT("/a[]"), NULL) == ST_INPUT);
    CHECK(pattern_check(STR_LIT("/a\\"), &diag) == ST_INPUT);
    CHECK(pattern_check(STR_LIT("/a\\[**"), &diag) == OK);
    CHECK(!glob("[", "[") && !glob("a[", "a") && !glob("\\", "\\") && !holds("[", "/", NULL));
    CHECK(glob("", "") && !glob("", "a"));

    char longest[PATTERN_MAX_BYTES + 2];
    memset(longest, 'a', sizeof longest);
    struct str fits = str_make(longest, PATTERN_MAX_BYTES),
               over = str_make(longest, PATTERN_MAX_BYTES + 1);
    CHECK(pattern_check(fits, &diag) == OK && glob_matches(fits, fits));
    CHECK(pattern_check(over, &diag) == ST_INPUT && !glob_matches(over, over));
}

static void prefixes(void)
{
    CHECK(holds("/docs", "/docs", NULL) && holds("/docs", "/docs/", NULL) &&
          holds("/docs", "/docs/x", NULL));
    CHECK(holds("/docs", "/docs", "a=1") && !holds("/docs", "/docs2", NULL) &&
          !holds("/docs", "/x/docs", NULL));
    CHECK(holds("/docs/", "/docs/x", NULL) && holds("/docs/", "/docs/", NULL) &&
          !holds("/docs/", "/docs", NULL));
    CHECK(holds("/", "/anything", NULL));
    CHECK(holds("/v[12]", "/v2/x", NULL) && !holds("/v[12]", "/v22", NULL));
    CHECK(holds("/a\\*b", "/a*b/c", NULL));
    CHECK(!holds("/Docs", "/docs", NULL));
}

static void against_what(void)
{
    CHECK(holds("/docs/*", "/docs/x", NULL) && !holds("/docs/*", "/docs/x/y", NULL));
    CHECK(holds("/docs/**", "/docs/x/y", "q=/z") && !holds("/docs/*", "/docs/x", "q=/z"));
    CHECK(holds("/**\\?*print=1*", "/docs/x", "a=2&print=1") && !holds("/**\\?**", "/docs/x", NULL));
    CHECK(holds("docs.example.com", "/x", NULL) && holds("docs.example.com/x", "/x/y", NULL));
    CHECK(!holds("example.com", "/x", NULL) && holds("*.example.com/**", "/x/y", NULL));
    CHECK(holds("docs.*/x\\?a=*", "/x", "a=1"));
    CHECK(holds("https://docs.example.com/x", "/x", NULL) &&
          holds("https://docs.example.com/x", "/x/y", NULL));
    CHECK(!holds("http://docs.example.com/x", "/x", NULL) &&
          holds("*://docs.example.com/**", "/x/y", NULL));
    CHECK(holds("https://**.html", "/x/y.html", NULL)); /* the fragment is not part of it */
    CHECK(holds("**", "/", NULL) && holds("**/y", "/x/y", NULL));
}

static void check_quick(const char *pattern, struct str text, bool want)
{
    int64_t from = clock_mono_ms();
    CHECK(glob_matches(str_of(pattern), text) == want);
    int64_t took = clock_mono_ms() - from;
    if (!CHECK(took < 500))
        fprintf(stderr, "    %.20s took %lld ms\n", pattern, (long long)took);
}

static void none_is_slow(void)
{
    static char text[50001], stars_a[1001];
    memset(text, 'a', 50000);
    check_quick("a*a*a*a*b", str_make(text, 50000), false);
    check_quick("a**a*a**a*b", str_make(text, 50000), false);
    check_quick("**a**a**a**a**b", str_make(text, 50000), false);
    text[50000] = 'b';
    check_quick("a*a*a*a*b", str_make(text, 50001), true);
    for (int i = 0; i < 1000; i++)
        stars_a[i] = i % 2 ? '*' : 'a';
    int64_t from = clock_mono_ms();
    CHECK(!glob(stars_a, "b"));
    CHECK(!glob_matches(str_make(stars_a, 999), str_make(text, 50001)));
    CHECK(clock_mono_ms() - from < 10000); /* 500 places times 50,000 bytes, under any sanitizer */
}

int main(void)
{
    RUN(stars);
    RUN(single_characters);
    RUN(bad_patterns);
    RUN(prefixes);
    RUN(against_what);
    RUN(none_is_slow);
    return check_report();
}
