/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of base/url.h: the URL standard's own cases, keys and sites. */
#include "base/url.h"
#include "tests/check.h"
#include "tests/jsontext.h"

#define DATA "tests/data/"

static struct arena arena;
static struct buf input, other, want;

static void fresh(void)
{
    arena_reset(&arena, 1u << 20);
}

static struct url parse(const char *text, const char *base_text)
{
    struct url base, u = {0};
    if (base_text)
        NEED(url_parse(&arena, str_of(base_text), NULL, &base) == OK);
    if (url_parse(&arena, str_of(text), base_text ? &base : NULL, &u) != OK)
        fprintf(stderr, "    no URL: %s\n", text);
    return u;
}

static enum status parse_status(const char *text)
{
    struct url u;
    return url_parse(&arena, str_of(text), NULL, &u);
}

/* ---- the standard's cases ---- */

/* member: "" or its text, in front of which `mark` stands when there is any, as the URL class has it. */
static bool part_is(struct str line, const char *member, char mark, struct str got)
{
    if (!jsontext_read(jsontext_get(line, member), &want))
        return true; /* not told in this case */
    struct str expected = buf_str(&want);
    if (mark && expected.n) {
        if (expected.p[0] != mark)
            return false;
        expected = str_from(expected, 1);
    }
    return str_eq(got, expected);
}

static bool port_is(struct str line, const struct url *u)
{
    char text[16] = "";
    if (u->port >= 0)
        snprintf(text, sizeof text, "%d", u->port);
    return part_is(line, "port", 0, str_of(text));
}

static bool scheme_is(struct str line, const struct url *u)
{
    return part_is(line, "protocol", 0, arena_printf(&arena, "%.*s:", STR_ARG(u->scheme)));
}

static bool host_is(struct str line, const struct url *u)
{
    struct str host = u->port < 0 ? u->host : arena_printf(&arena, "%.*s:%d", STR_ARG(u->host), u->port);
    return part_is(line, "host", 0, host) && part_is(line, "hostname", 0, u->host);
}

static bool origin_is(struct str line, const struct url *u)
{
    bool tuple = u->kind != URL_OTHER && u->kind != URL_FILE;
    return !tuple || part_is(line, "origin", 0, url_origin(&arena, u));
}

static bool parts_are(struct str line, const struct url *u)
{
    return part_is(line, "href", 0, u->href) && scheme_is(line, u) && host_is(line, u) &&
           port_is(line, u) && part_is(line, "username", 0, u->username) &&
           part_is(line, "password", 0, u->password) && part_is(line, "pathname", 0, u->path) &&
           part_is(line, "search", '?', u->query) && part_is(line, "hash", '#', u->fragment) &&
           origin_is(line, u);
}

/* Parsing what was written gives the same text and the same parts again. */
static bool is_stable(const struct url *u)
{
    struct url again;
    return url_parse(&arena, u->href, NULL, &again) == OK && str_eq(again.href, u->href) &&
           str_eq(again.host, u->host) && str_eq(again.path, u->path) && again.port == u->port &&
           u->href.p[u->href.n] == 0;
}

static void one_parse_case(struct str line)
{
    struct url base, u = {0};
    bool failure = str_is(jsontext_get(line, "failure"), "true");
    fresh();
    NEED(jsontext_read(jsontext_get(line, "input"), &input));
    bool has_base = jsontext_read(jsontext_get(line, "base"), &other);
    enum status st = OK;
    if (has_base)
        st = url_parse(&arena, buf_str(&other), NULL, &base);
    if (st == OK)
        st = url_parse(&arena, buf_str(&input), has_base ? &base : NULL, &u);
    bool ok = failure ? st == ST_INPUT : st == OK && parts_are(line, &u) && is_stable(&u);
    if (!CHECK(ok))
        fprintf(stderr, "    %.*s\n    got %s <%.*s>\n", STR_ARG(line), status_name(st),
                STR_ARG(u.href));
}

static void test_standard_cases(void)
{
    CHECK_INT(jsontext_each(DATA "url/urltestdata.jsonl", one_parse_case), 456);
    CHECK_INT(jsontext_each(DATA "url/extra.jsonl", one_parse_case), 14);
}

/* ---- hosts ---- */

/* "https://HOST/x" as the standard's tests build it: what ends a host is escaped. */
static struct str url_around(struct str host)
{
    static char text[8192];
    size_t n = 8;
    memcpy(text, "https://", n);
    for (size_t i = 0; i < host.n && n < sizeof text - 8; i++)
        if (host.p[i] && strchr(":/?#\\", host.p[i]))
            n += (size_t)snprintf(text + n, 4, "%%%02X", (unsigned char)host.p[i]);
        else
            text[n++] = host.p[i];
    memcpy(text + n, "/x", 2);
    return str_make(text, n + 2);
}

static bool host_case_holds(struct str line)
{
    struct url u;
    fresh();
    NEED(jsontext_read(jsontext_get(line, "input"), &input));
    enum status st = url_parse(&arena, url_around(buf_str(&input)), NULL, &u);
    if (!jsontext_read(jsontext_get(line, "output"), &want))
        return st == ST_INPUT;
    return st == OK && str_eq(u.host, buf_str(&want)) && str_is(u.path, "/x");
}

static void one_ascii_case(struct str line)
{
    if (!CHECK(host_case_holds(line)))
        fprintf(stderr, "    %.*s\n", STR_ARG(line));
}

static void test_domain_to_ascii(void)
{
    CHECK_INT(jsontext_each(DATA "url/toascii.jsonl", one_ascii_case), 51);
}

static size_t idna_good;

static void one_idna_case(struct str line)
{
    bool good = host_case_holds(line);
    idna_good += good;
    if (!good && getenv("SHOW_IDNA"))
        fprintf(stderr, "idna: %.*s\n", STR_ARG(line));
}

/* libidn2's Unicode is older than the cases': a share of them must hold. */
static void test_idna(void)
{
    size_t all = jsontext_each(DATA "url/idnatestv2.jsonl", one_idna_case);
    printf("     idna: %zu of %zu cases (%.2f %%)\n", idna_good, all,
           100.0 * (double)idna_good / (double)all);
    CHECK_INT(all, 1314);
    CHECK(idna_good * 100 >= all * 99);
}

static void test_bidi_and_joiners(void)
{
    fresh();
    CHECK_STR(parse("http://\xD7\x90\xD7\x91.example/", NULL).host, STR_LIT("xn--4dbc.example"));
    CHECK_INT(parse_status("http://\xD7\x90\xD7\x91.1x\xC3\xA9/"),
              ST_INPUT);                                    /* digit first, beside Hebrew */
    CHECK_INT(parse_status("http://a\xD7\x90/"), ST_INPUT); /* both directions */
    CHECK_INT(parse_status("http://a\xE2\x80\x8D"
                           "b/"),
              ST_INPUT); /* joiner without a virama */
    CHECK_INT(parse_status("http://\xCC\x81"
                           "a/"),
              ST_INPUT);                                   /* begins with a mark */
    CHECK_INT(parse_status("http://\xFF\xFE/"), ST_INPUT); /* no UTF-8 */
    CHECK_STR(parse("http://\xE2\x98\x95.example/", NULL).host, STR_LIT("xn--53h.example"));
    CHECK_STR(parse("http://XN--53H.example/", NULL).host, STR_LIT("xn--53h.example"));
    CHECK_STR(parse("http://\xEF\xBC\x91\xE3\x80\x82"
                    "2.3.4/",
                    NULL)
                  .host,
              STR_LIT("1.2.3.4"));                             /* wide */
    CHECK_INT(parse_status("http://\xC3\xA9.1.2/"), ST_INPUT); /* ends in a number, is no address */
}

static void one_encoding_case(struct str line)
{
    struct url u;
    fresh();
    NEED(jsontext_read(jsontext_get(line, "input"), &input));
    NEED(jsontext_read(jsontext_get(jsontext_get(line, "output"), "utf-8"), &want));
    struct str text = arena_printf(&arena, "https://example.invalid/?%.*s#%.*s",
                                   STR_ARG(buf_str(&input)), STR_ARG(buf_str(&input)));
    CHECK_INT(url_parse(&arena, text, NULL, &u), OK);
    CHECK_STR(u.query, buf_str(&want));
    CHECK_STR(u.fragment, buf_str(&want));
}

static void test_percent_encoding(void)
{
    CHECK_INT(jsontext_each(DATA "url/percent-encoding.jsonl", one_encoding_case), 6);
}

/* ---- our own cases ---- */

static void test_limits(void)
{
    static char text[URL_MAX_BYTES + 2];
    struct url u = {.port = 4711};
    memset(text, 'a', sizeof text);
    memcpy(text, "http://h/", 9);
    fresh();
    CHECK_INT(url_parse(&arena, str_make(text, URL_MAX_BYTES + 1), NULL, &u), ST_LIMIT);
    CHECK_INT(u.port, 4711); /* untouched */
    CHECK_INT(url_parse(&arena, str_make(text, URL_MAX_BYTES), NULL, &u), OK);
    CHECK_INT(u.href.n, URL_MAX_BYTES);
    memset(text + 9, ' ', URL_MAX_BYTES - 10);
    CHECK_INT(url_parse(&arena, str_make(text, URL_MAX_BYTES), NULL, &u),
              ST_LIMIT); /* grows threefold */
    memset(text + 7, 0xC3, URL_MAX_BYTES - 7);
    CHECK_INT(url_parse(&arena, str_make(text, URL_MAX_BYTES), NULL, &u), ST_INPUT);
    for (size_t i = 7; i + 1 < URL_MAX_BYTES; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    CHECK_INT(url_parse(&arena, str_make(text, URL_MAX_BYTES - 1), NULL, &u), ST_INPUT);
    CHECK_INT(url_parse(&arena, STR_NONE, NULL, &u), ST_INPUT);

    struct arena tiny;
    arena_init(&tiny, 16, 64);
    CHECK_INT(url_parse(&tiny, STR_LIT("http://example.com/long/path"), NULL, &u), ST_LIMIT);
    arena_fini(&tiny);
}

static void test_long_parts(void)
{
    /* Longer than the parser's own memory, with every part moved into the arena on the way. */
    static char text[9000];
    int n = snprintf(text, sizeof text, "http://u:p@h:8080/%.*s", 0, "");
    for (; n < 4000; n += 2)
        memcpy(text + n, "a ", 2);
    memcpy(text + n, "/../b?q r#f", 12);
    fresh();
    struct url u = parse(text, NULL);
    CHECK_STR(u.href, STR_LIT("http://u:p@h:8080/b?q%20r#f"));
    memcpy(text + n, "?q", 3);
    u = parse(text, NULL);
    CHECK_STR(u.username, STR_LIT("u"));
    CHECK_STR(u.host, STR_LIT("h"));
    CHECK_STR(u.query, STR_LIT("q"));
    CHECK_INT(u.path.n, 1 + (4000 - 18) / 2 * 4);
    CHECK_STR(parse("x", text).href, STR_LIT("http://u:p@h:8080/x"));
    CHECK_INT(parse("?z", text).path.n, u.path.n);
}

static void test_bytes_that_are_no_text(void)
{
    fresh();
    CHECK_STR(parse("http://h/\xE9?\xE9#\xE9", NULL).href, STR_LIT("http://h/%E9?%E9#%E9"));
}

static void test_parts(void)
{
    fresh();
    struct url u = parse("HTTP://user@Example.COM:8080/a/b?q#f", NULL);
    CHECK(u.kind == URL_HTTP && u.has_host && u.has_query && u.has_fragment && !u.opaque_path);
    CHECK_STR(u.scheme, STR_LIT("http"));
    CHECK_STR(u.username, STR_LIT("user"));
    CHECK_STR(u.host, STR_LIT("example.com"));
    CHECK_STR(url_without_fragment(&u), STR_LIT("http://user@example.com:8080/a/b?q"));
    CHECK_STR(url_origin(&arena, &u), STR_LIT("http://example.com:8080"));
    CHECK_INT(url_port(&u), 8080);
    CHECK(url_is_http(&u));

    struct url tls = parse("https://h:443", NULL), mail = parse("mailto:a@b", NULL),
               s = parse("wss://h", NULL);
    CHECK_INT(tls.port, -1);
    CHECK_INT(url_port(&tls), 443);
    CHECK_STR(url_origin(&arena, &tls), STR_LIT("https://h"));
    CHECK_STR(url_without_fragment(&tls), STR_LIT("https://h/"));
    CHECK(!url_is_http(&mail) && mail.opaque_path && !mail.has_host);
    CHECK_INT(url_port(&mail), -1);
    CHECK(!url_is_http(&s) && url_port(&s) == 443);
    struct url empty = parse("http://h/#", NULL);
    CHECK(empty.has_fragment && empty.fragment.n == 0);
    CHECK_STR(url_without_fragment(&empty), STR_LIT("http://h/"));
}

static void test_same_origin(void)
{
    fresh();
    struct url a = parse("https://h/x", NULL), b = parse("https://u:p@H:443/y?z", NULL);
    struct url plain = parse("http://h/", NULL), port = parse("https://h:8443/", NULL);
    struct url file = parse("file:///a", NULL), mail = parse("mailto:a", NULL);
    CHECK(url_same_origin(&a, &b));
    CHECK(!url_same_origin(&a, &plain));
    CHECK(!url_same_origin(&a, &port));
    CHECK(!url_same_origin(&file, &file));
    CHECK(!url_same_origin(&mail, &mail));
}

static const struct {
    const char *url, *key;
} keys[] = {
    {"http://user:pw@Example.com:80/a#top", "http://example.com/a"},
    {"https://example.com:8443/a", "https://example.com:8443/a"},
    {"http://h", "http://h/"},
    {"http://h/?", "http://h/"},
    {"http://h/a/", "http://h/a/"},
    {"http://h/a", "http://h/a"},
    {"http://h//a//b", "http://h//a//b"},
    {"http://h/index.html", "http://h/"},
    {"http://h/docs/index.htm?x=1", "http://h/docs/?x=1"},
    {"http://h/docs/inde%78.html", "http://h/docs/"},
    {"http://h/docs/myindex.html", "http://h/docs/myindex.html"},
    {"http://h/docs/index.html/x", "http://h/docs/index.html/x"},
    {"http://h/docs/Index.html", "http://h/docs/Index.html"},
    {"http://h/%7euser/%41%2d%2E%5f", "http://h/~user/A-._"},
    {"http://h/%2f%c3%a9%zz%4", "http://h/%2F%C3%A9%zz%4"},
    {"http://h/a?b=2&a=1", "http://h/a?b=2&a=1"},
    {"http://h/a?utm_source=x&utm_medium=y", "http://h/a"},
    {"http://h/a?utm_source=x&id=1&gclid=2", "http://h/a?id=1"},
    {"http://h/a?id=1&fbclid=2&x=%3a&msclkid", "http://h/a?id=1&x=%3A"},
    {"http://h/a?%75tm_source=x&id=1", "http://h/a?id=1"},
    {"http://h/a?mc_cid=1&mc_eid=2&_hsenc=3&_hsmi=4&igshid=5&yclid=6&dclid=7&gbraid=8&wbraid=9&y",
     "http://h/a?y"},
    {"http://h/a?gclids=1&xutm_a=2&utm=3", "http://h/a?gclids=1&xutm_a=2&utm=3"},
    {"http://h/a?a&&b", "http://h/a?a&&b"},
    {"http://h/a?gclid=1&", "http://h/a"},
    {"mailto:A@b?utm_source=x#f", "mailto:A@b?utm_source=x"},
};

static void test_key(void)
{
    struct url_key_options no_query = {.ignore_query = true};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        fresh();
        struct url u = parse(keys[i].url, NULL);
        struct str key = url_key(&arena, &u, NULL);
        CHECK_STR(key, str_of(keys[i].key));
        CHECK(key.p && key.p[key.n] == 0);
        CHECK(id128_eq(url_id(&arena, &u, NULL), hash128(str_of(keys[i].key))));
        struct url again = parse(keys[i].key, NULL);
        CHECK_STR(url_key(&arena, &again, NULL), key);
    }
    struct url u = parse("http://h/a?b=1&c#d", NULL);
    CHECK_STR(url_key(&arena, &u, &no_query), STR_LIT("http://h/a"));
}

static void test_key_of_long_url(void)
{
    static char text[5000];
    memset(text, 'a', sizeof text - 1);
    memcpy(text, "http://h/", 9);
    memcpy(text + sizeof text - 11, "?utm_a=1#f", 10);
    fresh();
    struct url u = parse(text, NULL);
    struct str key = url_key(&arena, &u, NULL);
    CHECK_INT(key.n, sizeof text - 11);
    CHECK(id128_eq(url_id(&arena, &u, NULL), hash128(key)));
    struct arena tiny;
    arena_init(&tiny, 64, 64);
    CHECK(!str_is_set(url_key(&tiny, &u, NULL)) && tiny.status == ST_LIMIT);
    arena_fini(&tiny);
}

static void one_psl_case(struct str line)
{
    bool has_host = jsontext_read(jsontext_get(line, "host"), &input);
    bool found = jsontext_read(jsontext_get(line, "registrable"), &want);
    struct str host = has_host ? buf_str(&input) : STR_NONE;
    struct str got = url_registrable_domain(host);
    bool ok = found ? str_eq_nocase(got, buf_str(&want)) : !str_is_set(got);
    if (!CHECK(ok && (!found || (got.p >= host.p && got.p + got.n <= host.p + host.n))))
        fprintf(stderr, "    %.*s got %.*s\n", STR_ARG(line), STR_ARG(got));
}

static void test_registrable_domain(void)
{
    CHECK_INT(jsontext_each(DATA "psl/tests.jsonl", one_psl_case), 44);
    CHECK_STR(url_registrable_domain(STR_LIT("docs.example.co.uk")), STR_LIT("example.co.uk"));
    CHECK_STR(url_registrable_domain(STR_LIT("docs.example.com.")), STR_LIT("example.com"));
    CHECK_STR(url_registrable_domain(STR_LIT("a.b.github.io")), STR_LIT("b.github.io"));
    CHECK(!str_is_set(url_registrable_domain(STR_LIT("192.168.1.7"))));
    CHECK(!str_is_set(url_registrable_domain(STR_LIT("[2001:db8::1]"))));
    CHECK(!str_is_set(url_registrable_domain(STR_LIT("localhost"))));
    CHECK(!str_is_set(url_registrable_domain(STR_LIT("."))));
}

static void test_same_site(void)
{
    CHECK(url_same_site(STR_LIT("docs.example.com"), STR_LIT("Example.com")));
    CHECK(url_same_site(STR_LIT("localhost"), STR_LIT("localhost")));
    CHECK(url_same_site(STR_LIT("127.0.0.1"), STR_LIT("127.0.0.1")));
    CHECK(!url_same_site(STR_LIT("127.0.0.1"), STR_LIT("126.0.0.1")));
    CHECK(!url_same_site(STR_LIT("a.co.uk"), STR_LIT("b.co.uk")));
    CHECK(!url_same_site(STR_LIT("a.github.io"), STR_LIT("b.github.io")));
    CHECK(!url_same_site(STR_LIT(""), STR_LIT("")));
}

static void test_percent_decode(void)
{
    struct str got;
    fresh();
    CHECK_INT(url_percent_decode(&arena, STR_LIT("a%20b%2Fc%00%e9%"), &got), OK);
    CHECK_STR(got, STR_LIT("a b/c\0\xE9%"));
    CHECK_INT(url_percent_decode(&arena, STR_LIT("%4%zz%25%341"), &got), OK);
    CHECK_STR(got, STR_LIT("%4%zz%41"));
    CHECK_INT(url_percent_decode(&arena, STR_NONE, &got), OK);
    CHECK_STR(got, STR_LIT(""));
}

int main(void)
{
    arena_init(&arena, 64u << 20, 64u << 10);
    buf_init(&input, 1u << 20);
    buf_init(&other, 1u << 20);
    buf_init(&want, 1u << 20);
    RUN(test_standard_cases);
    RUN(test_domain_to_ascii);
    RUN(test_idna);
    RUN(test_bidi_and_joiners);
    RUN(test_percent_encoding);
    RUN(test_limits);
    RUN(test_long_parts);
    RUN(test_bytes_that_are_no_text);
    RUN(test_parts);
    RUN(test_same_origin);
    RUN(test_key);
    RUN(test_key_of_long_url);
    RUN(test_registrable_domain);
    RUN(test_same_site);
    RUN(test_percent_decode);
    arena_fini(&arena);
    buf_fini(&input);
    buf_fini(&other);
    buf_fini(&want);
    return check_report();
}
