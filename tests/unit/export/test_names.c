/* SPDX-License-Identifier: Apache-2.0 */
/* Names of files: hostile ones are tamed, good ones stay readable, none collides on any system. */
#include "base/json.h"
#include "base/utf8.h"
#include "export/names.h"
#include "tests/check.h"

static struct buf out;

static struct str natural(const char *path, const char *query)
{
    buf_reset(&out);
    name_of_path(STR_LIT(""), str_of(path), query ? str_of(query) : STR_NONE, &out);
    return buf_str(&out);
}

/* The rules, checked by other means than names.c uses. */
static bool part_is_safe(struct str part)
{
    static const char *const devices[] = {"con", "prn", "aux", "nul", "com1", "lpt9"};
    if (part.n == 0 || part.n > 255 || str_is(part, ".") || str_is(part, ".."))
        return false;
    if (part.p[part.n - 1] == '.' || part.p[part.n - 1] == ' ' || part.p[0] == '-' || part.p[0] == '.')
        return false;
    for (size_t i = 0; i < ARRAY_LEN(devices); i++)
        if (str_eq_nocase(str_head(part, str_find(part, '.')), str_of(devices[i])))
            return false;
    for (size_t i = 0; i < part.n;) {
        size_t n = utf8_length(str_from(part, i));
        if (n == 0 || (n == 1 && ((unsigned char)part.p[i] < 32 || strchr("<>:\"\\|?*\x7f", part.p[i]))))
            return false;
        if (n == 3 &&
            (memcmp(part.p + i, "\xE2\x80\xAE", 3) == 0 || memcmp(part.p + i, "\xEF\xBB\xBF", 3) == 0))
            return false;
        i += n;
    }
    return true;
}

static bool is_safe(struct str name)
{
    if (name.n == 0 || name.n > NAME_BYTES)
        return false;
    for (;;) {
        size_t slash = str_find(name, '/');
        if (!part_is_safe(str_head(name, slash)))
            return false;
        if (slash == name.n)
            return true;
        name = str_from(name, slash + 1);
    }
}

static void plain_names(void)
{
    CHECK_STR(natural("/", NULL), STR_LIT("index"));
    CHECK_STR(natural("/guide/intro.html", NULL), STR_LIT("guide/intro"));
    CHECK_STR(natural("/guide/", NULL), STR_LIT("guide/index"));
    CHECK_STR(natural("/caf%C3%A9", NULL), STR_LIT("caf\u00E9"));
    CHECK_STR(natural("/a%20b", NULL), STR_LIT("a b"));
    CHECK_STR(natural("/x.php", "page=2&sort=asc"), STR_LIT("x.php@page=2,sort=asc"));
    CHECK_STR(natural("/search/", "q=a/b"), STR_LIT("search/index@q=a_b"));
    CHECK_STR(natural("/v1.2/", NULL), STR_LIT("v1.2/index"));
    CHECK_STR(natural("/README.md", NULL), STR_LIT("README"));
    CHECK_STR(natural("/a//b", NULL), STR_LIT("a/b"));
}

static void hostile_parts(void)
{
    CHECK_STR(natural("/a%2F..%2Fb", NULL), STR_LIT("a_.._b"));
    CHECK_STR(natural("/../../etc/passwd", NULL), STR_LIT("__/__/etc/passwd"));
    CHECK_STR(natural("/con", NULL), STR_LIT("_con"));
    CHECK_STR(natural("/NUL.txt", NULL), STR_LIT("_NUL"));
    CHECK_STR(natural("/a/COM7.tar/x", NULL), STR_LIT("a/_COM7.tar/x"));
    CHECK_STR(natural("/com\u00B2", NULL), STR_LIT("_com\u00B2"));
    CHECK_STR(natural("/console", NULL), STR_LIT("console"));
    CHECK_STR(natural("/.git/config", NULL), STR_LIT("_git/config"));
    CHECK_STR(natural("/-rf", NULL), STR_LIT("_-rf"));
    CHECK_STR(natural("/a.%20.", NULL), STR_LIT("a___"));
    CHECK_STR(natural("/%00%0a%7f", NULL), STR_LIT("___"));
    CHECK_STR(natural("/%ff%fe", NULL), STR_LIT("%FF%FE"));
    CHECK_STR(natural("/%E2%80%AEgpj.exe", NULL), STR_LIT("_gpj.exe"));
    CHECK_STR(natural("/C:%5Cx", NULL), STR_LIT("C__x"));
    /* A folder never looks like one of our files, so file against folder can't happen. */
    CHECK_STR(natural("/a.md/b", NULL), STR_LIT("a.md_/b"));
    CHECK_STR(natural("/Index.HTML/b", NULL), STR_LIT("Index.HTML_/b"));
}

static void long_names(void)
{
    char path[4002] = "/";
    memset(path + 1, 'x', 4000);
    struct str name = natural(path, NULL);
    CHECK(name.n <= NAME_PART_BYTES && is_safe(name));
    memset(path, 0, sizeof path);
    for (size_t i = 0; i < 4000; i += 2)
        memcpy(path + i, "/d", 2);
    name = natural(path, NULL);
    CHECK(name.n <= NAME_BYTES && is_safe(name));
    /* Three bytes a character: cut between two. */
    for (size_t i = 1; i + 3 < sizeof path; i += 3)
        memcpy(path + i, "\xE4\xBD\xA0", 3);
    path[3000] = 0;
    CHECK(is_safe(natural(path, NULL)));
    /* Long folders are the same folder for all their pages, and another one when they differ at the end. */
    char a[400], b[400];
    snprintf(a, sizeof a, "/%0200d/x", 1);
    snprintf(b, sizeof b, "/%0200d/y", 1);
    struct buf first;
    buf_init(&first, 1000);
    buf_put_str(&first, natural(a, NULL));
    name = natural(b, NULL);
    CHECK(name.n == first.n && memcmp(name.p, first.p, name.n - 1) == 0);
    snprintf(b, sizeof b, "/%0199d2/x", 0);
    name = natural(b, NULL);
    CHECK(!str_eq(name, buf_str(&first)));
    buf_fini(&first);
}

static struct str folded(const char *name)
{
    buf_reset(&out);
    name_fold(str_of(name), &out);
    return buf_str(&out);
}

static void folding(void)
{
    struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"Readme", "README", true},
        {"caf\u00E9", "cafe\u0301", true},
        {"\u00C9", "e\u0301", true},
        {"\u0419", "\u0438\u0306", true},
        {"\u0411\u0430", "\u0431\u0410", true},
        {"\u0391", "\u03B1", true},
        {"\u2126", "\u03C9", true},
        {"\u212A", "k", true},
        {"\uAC00", "\u1100\u1161", true},
        {"\uAC01", "\u1100\u1161\u11A8", true},
        {"\u304C", "\u304B\u3099", true},
        {"\u1EBF", "e\u0302\u0301", true},
        {"a", "b", false},
        {"\u4E2D", "\u65E5", false},
        {"\u0431", "\u0432", false},
        {"\u304B", "\u304D", false},
    };
    struct buf first;
    buf_init(&first, 1000);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        buf_reset(&first);
        buf_put_str(&first, folded(cases[i].a));
        if (!CHECK(str_eq(folded(cases[i].b), buf_str(&first)) == cases[i].same))
            fprintf(stderr, "    case %zu: %s %s\n", i, cases[i].a, cases[i].b);
    }
    buf_fini(&first);
}

/* Names of a whole set; checks that they are safe and differ when folded. */
static void check_set(const char *base, const char *const *urls, size_t n, struct str *ret_names)
{
    struct names *names = names_create(str_of(base));
    struct buf all[64] = {0};
    struct buf folds[64] = {0};
    NEED(names && n <= 64);
    for (size_t i = 0; i < n; i++)
        CHECK_INT(names_add(names, str_of(urls[i])), OK);
    names_settle(names);
    for (size_t i = 0; i < n; i++) {
        buf_init(&all[i], 2000);
        buf_init(&folds[i], 8000);
        CHECK_INT(names_put(names, str_of(urls[i]), &all[i]), OK);
        name_fold(buf_str(&all[i]), &folds[i]);
        if (!CHECK(is_safe(buf_str(&all[i]))))
            fprintf(stderr, "    %s -> %.*s\n", urls[i], STR_ARG(buf_str(&all[i])));
        for (size_t j = 0; j < i; j++)
            if (!CHECK(!str_eq(buf_str(&folds[i]), buf_str(&folds[j]))))
                fprintf(stderr, "    %s and %s -> %.*s\n", urls[i], urls[j], STR_ARG(buf_str(&all[i])));
    }
    for (size_t i = 0; i < n; i++) {
        if (ret_names) {
            char *copy = strndup(all[i].p, all[i].n);
            NEED(copy);
            ret_names[i] = str_of(copy);
        }
        buf_fini(&all[i]);
        buf_fini(&folds[i]);
    }
    names_destroy(names);
}

static void collisions(void)
{
    static const char *const urls[] = {
        "https://d.example/",
        "https://d.example/index.html",
        "https://d.example/A",
        "https://d.example/a",
        "https://d.example/a/",
        "https://d.example/a/b",
        "https://d.example/a.md/b",
        "https://d.example/a.html",
        "https://d.example/a?x=1",
        "https://d.example/a@x=1",
        "https://d.example/a%3Fx=1",
        "https://d.example/x%2Fy",
        "https://d.example/x_y",
        "https://other.example/q",
        "https://d.example/other.example/q",
        "http://d.example/solo",
        "https://d.example:8080/solo",
        "https://d.example/solo",
        "https://d.example/caf%C3%A9",
        "https://d.example/cafe%CC%81",
        "https://d.example/%FF",
        "https://d.example/%25FF",
    };
    struct str names[ARRAY_LEN(urls)];
    check_set("https://d.example/", urls, ARRAY_LEN(urls), names);
    /* Who collides with nobody has no mark. */
    CHECK_STR(names[4], STR_LIT("a/index"));
    CHECK_STR(names[5], STR_LIT("a/b"));
    CHECK_STR(names[16], STR_LIT("d.example_8080/solo"));
    CHECK_STR(names[17], STR_LIT("solo"));
    CHECK_STR(names[15], STR_LIT("d.example/solo"));
    CHECK(memchr(names[2].p, '~', names[2].n) && memchr(names[3].p, '~', names[3].n));
    for (size_t i = 0; i < ARRAY_LEN(urls); i++)
        free((void *)(uintptr_t)names[i].p);
}

/* A page that is called what another one's mark makes of it. */
static void forged_mark(void)
{
    static const char *const two[] = {"https://d.example/a", "https://d.example/A"};
    struct str names[2];
    check_set("https://d.example/", two, 2, names);
    char forged[200];
    snprintf(forged, sizeof forged, "https://d.example/%.*s", STR_ARG(names[0]));
    const char *const three[] = {two[0], two[1], forged};
    check_set("https://d.example/", three, 3, NULL);
    free((void *)(uintptr_t)names[0].p);
    free((void *)(uintptr_t)names[1].p);
}

static void conformance(void)
{
    FILE *f = fopen("tests/data/zip/hostile-names.jsonl", "r");
    const struct json_limits limits = {.max_bytes = 1 << 20, .max_depth = 8};
    char line[8192];
    NEED(f);
    int n = 0;
    struct buf seen;
    buf_init(&seen, 1 << 20);
    while (fgets(line, sizeof line, f)) {
        struct json_doc *doc;
        NEED(json_parse(str_trim(str_of(line)), &limits, &doc, NULL) == OK);
        struct str path = json_str(json_get(json_root(doc), "name"), STR_NONE);
        buf_reset(&out);
        name_of_path(STR_LIT(""), path, STR_NONE, &out);
        buf_puts(&out, ".md");
        if (!CHECK(is_safe(buf_str(&out))))
            fprintf(stderr, "    \"%.*s\" -> \"%.*s\"\n", STR_ARG(path), STR_ARG(buf_str(&out)));
        json_doc_destroy(doc);
        n++;
    }
    CHECK_INT(n, 26);
    buf_fini(&seen);
    fclose(f);
}

/* The same names as pages of one site: unique without regard to case. */
static void conformance_together(void)
{
    FILE *f = fopen("tests/data/zip/hostile-names.jsonl", "r");
    const struct json_limits limits = {.max_bytes = 1 << 20, .max_depth = 8};
    char line[8192];
    char *urls[64];
    size_t n = 0;
    NEED(f);
    while (fgets(line, sizeof line, f)) {
        struct json_doc *doc;
        NEED(json_parse(str_trim(str_of(line)), &limits, &doc, NULL) == OK);
        struct str path = json_str(json_get(json_root(doc), "name"), STR_NONE);
        NEED(asprintf(&urls[n], "https://d.example/%.*s", STR_ARG(path)) > 0);
        /* Some are one page to a URL parser: "../x", "%2e%2e%2fx" is not. */
        bool twin = strstr(urls[n], "/../x") || strstr(urls[n], "/..\\x");
        if (twin)
            free(urls[n]);
        else
            n++;
        json_doc_destroy(doc);
    }
    fclose(f);
    check_set("https://d.example/", (const char *const *)urls, n, NULL);
    for (size_t i = 0; i < n; i++)
        free(urls[i]);
}

static void extensions(void)
{
    CHECK(strcmp(name_extension(STR_LIT("text/html; charset=utf-8")), ".html") == 0);
    CHECK(strcmp(name_extension(STR_LIT("Text/Plain ;charset=x")), ".txt") == 0);
    CHECK(strcmp(name_extension(STR_LIT("text/markdown")), ".md") == 0);
    CHECK(strcmp(name_extension(STR_LIT("")), ".html") == 0);
}

int main(void)
{
    buf_init(&out, 1 << 20);
    RUN(plain_names);
    RUN(hostile_parts);
    RUN(long_names);
    RUN(folding);
    RUN(collisions);
    RUN(forged_mark);
    RUN(conformance);
    RUN(conformance_together);
    RUN(extensions);
    buf_fini(&out);
    return check_report();
}
