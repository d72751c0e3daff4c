/* SPDX-License-Identifier: Apache-2.0 */
/* test_family.c: what is learned of addresses from texts: families that say nothing new, copies, parameters. */
#include "frontier/family.h"
#include "tests/check.h"

static struct families *families;
static struct arena arena;
static char body[4000];

static struct url url_of(const char *text)
{
    struct url url;
    NEED(url_parse(&arena, str_of(text), NULL, &url) == OK);
    return url;
}

static struct page_text text_of(const char *address, const char *title, const char *markdown)
{
    struct page_text text;
    struct url url = url_of(address);
    page_text_read(str_of(title), str_of(markdown), &url, &text);
    return text;
}

static bool is_new(const char *address, const char *title, const char *markdown)
{
    struct page_text text = text_of(address, title, markdown);
    struct url url = url_of(address);
    return families_learn(families, &url, &text);
}

static bool is_closed(const char *address)
{
    struct url url = url_of(address);
    return families_closed(families, &url);
}

static const char *print(const char *format, unsigned n)
{
    static char texts[4][300];
    static unsigned at;
    char *text = texts[at++ % 4];
    snprintf(text, sizeof texts[0], format, n);
    return text;
}

static void begin(void)
{
    families_destroy(families);
    families = families_create(6);
    NEED(families != NULL);
}

/* ---- what a page says ---- */

static void equal_texts(void)
{
    struct page_text a =
        text_of("https://h/a?s=1", "T", "Some words of [a link](https://h/b?s=1) here.");
    struct page_text b =
        text_of("https://h/a?s=2", "T", "Some words of [a link](https://h/b?s=2) here.");
    struct page_text c =
        text_of("https://h/a?s=2", "T", "Some words of [a link](https://h/b?s=2) there.");
    struct page_text d =
        text_of("https://h/a?s=2", "U", "Some words of [a link](https://h/b?s=2) here.");
    CHECK(a.whole == b.whole && a.whole != c.whole && a.whole != d.whole);
    CHECK_INT(a.n_words, 6);
}

static void what_is_no_news(void)
{
    struct page_text t = text_of("https://h/news/red.html", "Red 2031",
                                 "1 22 2031 red [next room](https://h/news/x.html)");
    CHECK_INT(t.n, 0);
    CHECK_INT(t.n_title, 0);
    t = text_of("https://h/news/red.html", "Red one",
                "333 8080 [a post](https://h/posts/x.html) 22nd ]( [");
    CHECK_INT(t.n_title, 1);
    CHECK_INT(t.n, 5);
    t = text_of("https://h/list?page=7", "",
                "[seven eight](https://h/list?page=8 \"t\") [an item](https://h/item/1)");
    CHECK_INT(t.n, 2);
    t = text_of("https://h/cal/2031/7/", "",
                "[May](https://h/cal/2030/12/) [deeper place](https://h/cal/2030/12/x/)");
    CHECK_INT(t.n, 2);
}

static void the_sketch_is_bounded(void)
{
    size_t n = 0;
    for (unsigned i = 0; i < 400; i++)
        n += (size_t)snprintf(body + n, sizeof body - n, "word%u ", i);
    struct page_text t = text_of("https://h/", "", body);
    CHECK_INT(t.n, SKETCH_MAX);
    for (unsigned i = 1; i < t.n; i++)
        CHECK(t.sketch[i - 1] < t.sketch[i]);
}

/* ---- families ---- */

static void a_calendar_is_closed(void)
{
    begin();
    const char *empty =
        "Events Monday Tuesday Wednesday Thursday Friday 1 2 3 4 5 nothing to see in this month";
    CHECK(is_new("https://h/cal/2026/1", "January 2026", empty));
    for (unsigned i = 2; i < 8; i++) {
        CHECK(!is_closed("https://h/cal/2026/9"));
        CHECK(!is_new(print("https://h/cal/2026/%u", i), "January 2026", empty));
    }
    CHECK(is_closed("https://h/cal/2026/9") && is_closed("https://h/cal/2099/1"));
    CHECK(!is_closed("https://h/cal/2026/9/x") && !is_closed("https://h/docs/"));
    CHECK(is_new("https://h/cal/2026/9", "January 2026",
                 "This month there is a concert in the old town hall"));
    CHECK(!is_closed("https://h/cal/2026/9"));
}

/* Templates with a name, prose of its own, too little text to say anything: never closed. */
static void real_families_stay_open(void)
{
    static const char *const names[] = {"alpha", "beta",  "gamma", "delta", "epsilon", "zeta",
                                        "eta",   "theta", "iota",  "kappa", "lambda",  "mu"};
    begin();
    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(body, sizeof body,
                 "The constant %s_value is a member of the module as all the others are", names[i]);
        CHECK(is_new(print("https://h/const/%u.html", i), names[i], body));
    }
    CHECK(!is_closed("https://h/const/99.html"));
    for (unsigned i = 0; i < 20; i++)
        CHECK(is_new(print("https://h/app/%u", i), "App", "Loading"));
    CHECK(!is_closed("https://h/app/99"));
}

/* Directories that grow: each is a family of its own, the first one closes. */
static void paths_that_grow(void)
{
    begin();
    for (unsigned i = 0; i < 25; i++) {
        CHECK(!is_closed("https://h/a/zz/"));
        is_new(print("https://h/a/%u/x/", i * 7 + 100), "Same",
               "You have seen this text before and will see it again");
        is_new(print("https://h/a/b/c%u/x/", i), "Same",
               "You have seen this text before and will see it again");
        if (i == 11)
            break;
    }
    is_new("https://h/a/q/", "Same", "You have seen this text before and will see it again");
    CHECK(is_closed("https://h/a/zz/") && !is_closed("https://h/b/zz/"));
}

static void nothing_closes_when_it_is_off(void)
{
    families_destroy(families);
    families = families_create(0);
    for (unsigned i = 0; i < 50; i++)
        is_new("https://h/a/b", "Same", "You have seen this text before and will see it again");
    CHECK(!is_closed("https://h/a/c"));
}

/* ---- copies ---- */

static enum copy claim(const char *address, const char *markdown, uint8_t id, uint8_t *other)
{
    struct url url = url_of(address);
    struct page_text text = text_of(address, "Title", markdown);
    struct id128 found = {{0}};
    enum copy copy = families_claim(families, &url, &text, (struct id128){{id}}, &found);
    *other = found.b[0];
    return copy;
}

static void copies(void)
{
    const char *text = "one two three four five six seven eight nine",
               *more = "one two three four five six seven eight ten";
    uint8_t other;
    begin();
    CHECK_INT(claim("http://www.h/a/b/?x=1", text, 1, &other), COPY_NONE);
    CHECK_INT(claim("http://www.h/a/b/?x=1", text, 1, &other), COPY_NONE); /* fetched again */
    CHECK_INT(claim("https://h/A/b;v=2?x=2", text, 2, &other), COPY_OF);
    CHECK_INT(other, 1);
    CHECK_INT(claim("http://h/a/b?x=3", more, 3, &other), COPY_RIVAL);
    CHECK_INT(other, 1);
    CHECK_INT(claim("http://h/a/c", text, 4, &other), COPY_NONE); /* another page that says the same */
    CHECK_INT(claim("http://h:81/a/b", text, 5, &other), COPY_NONE);
    CHECK_INT(claim("http://h/s?x=1", "too few words", 6, &other), COPY_NONE);
    CHECK_INT(claim("http://h/s?x=2", "too few words", 7, &other), COPY_NONE);
    struct url url = url_of("http://h/a/b");
    struct page_text page = text_of("http://h/a/b", "Title", text);
    families_disclaim(families, &url, &page, (struct id128){{1}});
    CHECK_INT(claim("http://h/a/b?y", text, 8, &other) == COPY_OF, 0);
}

/* A copy may come long after the first one, whatever their addresses hash to. */
static void a_claim_outlives_many_others(void)
{
    const char *text = "one two three four five six seven eight nine";
    char address[64];
    uint8_t other;
    begin();
    for (unsigned i = 0; i < 2 * 1000; i++) {
        snprintf(address, sizeof address, "http://h/%u%s", i % 1000, i < 1000 ? "" : "?sid=1");
        CHECK_INT(claim(address, text, i < 1000 ? 1 : 2, &other), i < 1000 ? COPY_NONE : COPY_OF);
    }
}

/* ---- parameters ---- */

static void compare(const char *a, const char *b, bool same)
{
    struct url first = url_of(a), second = url_of(b);
    families_compare(families, &first, &second, same);
}

static const char *repeats(const char *address, uint8_t id)
{
    static char text[64];
    struct url url = url_of(address);
    struct str name = STR_NONE;
    if (!families_repeats(families, &url, (struct id128){{id}}, &name))
        return "";
    snprintf(text, sizeof text, "%.*s", STR_ARG(name));
    return text;
}

static void parameters(void)
{
    begin();
    compare("http://h/a?sid=1&p=1", "http://h/a?sid=2&p=1", true);
    compare("http://h/a?sid=3", "http://h/a", true);
    compare("http://h/a?sid=4", "http://h/a?sid=5", true);
    CHECK_STR(str_of(repeats("http://h/x?sid=1", 1)), STR_LIT("")); /* one path is not enough */
    compare("http://h/b?sid=4", "http://h/b?sid=5", true);
    CHECK_STR(str_of(repeats("http://h/x?sid=1", 1)), STR_LIT(""));
    CHECK_STR(str_of(repeats("http://h/x?sid=1", 1)), STR_LIT("")); /* itself */
    CHECK_STR(str_of(repeats("http://h/x?sid=2", 2)), STR_LIT("sid"));
    CHECK_STR(str_of(repeats("http://h/x?p=1&sid=2", 3)), STR_LIT(""));
    CHECK_STR(str_of(repeats("http://h/x?sid=9&p=1", 4)), STR_LIT("sid"));
    CHECK_STR(str_of(repeats("http://h/x?p=2", 5)), STR_LIT(""));
    compare("http://h/c?sid=1", "http://h/c?sid=2", false);
    CHECK_STR(str_of(repeats("http://h/x?sid=3", 6)), STR_LIT(""));
}

static void what_is_no_witness(void)
{
    begin();
    for (unsigned i = 0; i < 9; i++) {
        compare(print("http://h/%u?a=1&b=1", i), print("http://h/%u?a=2&b=2", i), true); /* which one? */
        compare(print("http://h/%u?a=1", i), print("http://h/%u?a=1", i), true);
        compare(print("http://h/%u", i), print("http://h/%u/", i), true);
    }
    CHECK_STR(str_of(repeats("http://h/x?a=1", 1)), STR_LIT(""));
    CHECK_STR(str_of(repeats("http://h/x?a=2", 2)), STR_LIT(""));
}

int main(void)
{
    arena_init(&arena, 8 << 20, 4096);
    RUN(equal_texts);
    RUN(what_is_no_news);
    RUN(the_sketch_is_bounded);
    RUN(a_calendar_is_closed);
    RUN(real_families_stay_open);
    RUN(paths_that_grow);
    RUN(nothing_closes_when_it_is_off);
    RUN(copies);
    RUN(a_claim_outlives_many_others);
    RUN(parameters);
    RUN(what_is_no_witness);
    families_destroy(families);
    arena_fini(&arena);
    return check_report();
}
