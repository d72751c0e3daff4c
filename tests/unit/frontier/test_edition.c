/* SPDX-License-Identifier: Apache-2.0 */
/* test_edition.c: versions and languages as documentation generators lay them out, and what only looks like them. */
#include "frontier/edition.h"
#include "frontier/policy.h"

#include "tests/check.h"

#define HOST "https://docs.example"
#define MAX_LINKS 40

static struct arena arena;

/* "path|text|hreflang", in navigation with a leading '+'. */
struct site {
    const char *base, *page, *language, *scope;
    bool is_wiki, is_told;
    const char *links[MAX_LINKS];
};

static struct url url_of(const char *path)
{
    struct url url;
    struct str text = arena_printf(&arena, "%s%s", HOST, path);
    NEED(url_parse(&arena, text, NULL, &url) == OK);
    return url;
}

static struct str cell(struct str *line)
{
    struct str one = str_head(*line, str_find(*line, '|'));
    *line = str_from(*line, one.n + 1);
    return one;
}

static unsigned links_of(const struct site *site, struct link *links, struct url *urls)
{
    unsigned n = 0;
    for (; n < MAX_LINKS && site->links[n]; n++) {
        struct str line = str_of(site->links[n]);
        bool nav = str_starts(line, STR_LIT("+"));
        line = str_from(line, nav);
        struct str path = cell(&line);
        urls[n] = url_of(arena_printf(&arena, "%.*s%c", STR_ARG(path), 0).p);
        links[n] = (struct link){.url = urls[n].href,
                                 .parsed = &urls[n],
                                 .region = nav ? REGION_NAV : REGION_MAIN,
                                 .text = cell(&line)};
        links[n].language = cell(&line);
        links[n].rel = links[n].language.n ? REL_ALTERNATE : 0;
    }
    return n;
}

static struct editions learn(const struct editions *have, const struct site *site)
{
    struct link links[MAX_LINKS];
    struct url urls[MAX_LINKS], base = url_of(site->base), page;
    unsigned n = links_of(site, links, urls);
    struct edition_source source = {.base = &base,
                                    .scope_path = str_of(site->scope ? site->scope : "/"),
                                    .language = str_of(site->language ? site->language : ""),
                                    .is_base = true,
                                    .is_wiki = site->is_wiki,
                                    .is_told = site->is_told,
                                    .links = links,
                                    .n = n};
    if (site->page) {
        page = url_of(site->page);
        source.url = &page;
    }
    struct editions e = *have;
    (void)edition_learn(have, &source, &arena, &e);
    return e;
}

static struct editions learned(const struct site *site)
{
    static const struct editions none;
    return learn(&none, site);
}

/* "version v1", "language de", or "": it is of the edition that is kept, or of none. */
static struct str other(const struct editions *e, const char *path)
{
    struct url url = url_of(path);
    enum edition_kind kind;
    struct str name;
    if (!edition_is_other(e, &url, &kind, &name))
        return STR_LIT("");
    return arena_printf(&arena, "%s %.*s", edition_kind_text(kind), STR_ARG(name));
}

#define OTHER(e, path, what) CHECK_STR(other(&(e), path), STR_LIT(what))

static void test_sphinx_on_read_the_docs(void)
{
    static const struct site site = {.base = "/en/latest/",
                                     .page = "/en/latest/index.html",
                                     .links = {"/en/latest/install.html|Install", "+/en/latest/|latest",
                                               "+/en/stable/|stable", "+/en/v2.1/|v2.1",
                                               "+/de/latest/|de", "+/zh-cn/latest/|zh-cn"}};
    struct editions e = learned(&site);
    CHECK_INT(e.n, 2);
    OTHER(e, "/en/latest/usage/a.html", "");
    OTHER(e, "/en/stable/usage/a.html", "version stable");
    OTHER(e, "/en/v1.0/usage/a.html", "version v1.0");
    OTHER(e, "/de/latest/", "language de");
    OTHER(e, "/fr/latest/", "language fr");
    OTHER(e, "/projects/api/en/latest/", "");
}

static void test_docusaurus(void)
{
    static const struct site start = {.base = "/docs/",
                                      .page = "/docs/",
                                      .scope = "/docs/",
                                      .links = {"/docs/intro|Intro", "+/docs/|3.x", "+/docs/next/|Next",
                                                "+/docs/2.0/|2.0.0", "/docs/2.0/intro|old"}};
    struct editions e = learned(&start);
    CHECK_INT(e.n, 1);
    CHECK(e.family[0].has_plain);
    OTHER(e, "/docs/intro", "");
    OTHER(e, "/docs/next/intro", "version next");
    OTHER(e, "/docs/1.0/intro", "version 1.0");
    static const struct site inner = {.base = "/docs/",
                                      .page = "/docs/intro",
                                      .scope = "/docs/",
                                      .links = {"+/docs/next/intro|Next", "+/docs/1.0/intro|1.0"}};
    e = learned(&inner);
    OTHER(e, "/docs/next/guides/a", "version next");
    OTHER(e, "/docs/guides/a", "");
    static const struct site locales = {.base = "/",
                                        .page = "/docs/intro",
                                        .language = "en",
                                        .links = {"/fr/docs/intro|Français|fr", "/docs/intro|English|en",
                                                  "/docs/intro|x|x-default", "/it/docs/intro||it"}};
    e = learned(&locales);
    OTHER(e, "/fr/blog/a", "language fr");
    OTHER(e, "/it/docs/a", "language it");
    OTHER(e, "/docs/a", "");
}

static void test_mkdocs(void)
{
    /* mike: the versions' own sitemaps list the same pages. */
    static const struct site site = {.base = "/",
                                     .links = {"/1.0/", "/1.0/setup/", "/1.0/api/", "/2.0/",
                                               "/2.0/setup/", "/2.0/api/", "/latest/", "/latest/setup/",
                                               "/about/"}};
    struct editions e = learned(&site);
    CHECK_INT(e.n, 1);
    CHECK_STR(e.family[0].kept[0], STR_LIT("latest"));
    OTHER(e, "/2.0/new/", "version 2.0");
    OTHER(e, "/latest/new/", "");
    OTHER(e, "/about/", "");
}

static void test_gitbook_and_vitepress(void)
{
    static const struct site gitbook = {
        .base = "/handbook/",
        .page = "/handbook/start",
        .scope = "/handbook/",
        .links = {"+/handbook/v/1.9/start|1.9", "/handbook/v/1.8/start|1.8"}};
    struct editions e = learned(&gitbook);
    CHECK_INT(e.n, 1);
    OTHER(e, "/handbook/v/1.7/more", "version 1.7");
    OTHER(e, "/handbook/more", "");
    static const struct site vitepress = {
        .base = "/",
        .page = "/",
        .language = "en-US",
        .links = {"+/zh/|简体中文", "+/pt/|Português", "+/guide/|Guide"}};
    e = learned(&vitepress);
    OTHER(e, "/zh/guide/start", "language zh");
    OTHER(e, "/ja/guide/start", "language ja");
    OTHER(e, "/guide/start", "");
}

static void test_javadoc_rustdoc_hugo(void)
{
    static const struct site javadoc = {.base = "/javase/21/docs/api/",
                                        .page = "/javase/21/docs/api/a.html",
                                        .links = {"/javase/17/docs/api/a.html|Java 17"}};
    struct editions e = learned(&javadoc);
    OTHER(e, "/javase/11/docs/api/b.html", "version 11");
    OTHER(e, "/javase/21/docs/api/b.html", "");
    static const struct site rustdoc = {.base = "/otter/latest/otter/",
                                        .page = "/otter/latest/otter/struct.A.html",
                                        .links = {"+/otter/1.35.0/otter/struct.A.html|1.35.0"}};
    e = learned(&rustdoc);
    OTHER(e, "/otter/0.9.2/otter/index.html", "version 0.9.2");
    OTHER(e, "/otter/latest/otter/b.html", "");
    static const struct site hugo = {
        .base = "/",
        .page = "/de/",
        .language = "de",
        .links = {"/en/|English|en", "/de/|Deutsch|de", "/fr/|Français|fr"}};
    e = learned(&hugo);
    CHECK_STR(e.family[0].kept[0], STR_LIT("de"));
    OTHER(e, "/en/docs/", "language en");
}

static void test_the_latest_is_kept_where_none_is_the_base(void)
{
    static const struct site site = {
        .base = "/",
        .page = "/",
        .language = "en",
        .links = {"/v1/|v1", "/v10.2/|v10.2", "/v2.9/|Version 2.9", "/v11-beta/|v11-beta"}};
    struct editions e = learned(&site);
    CHECK_INT(e.n, 1);
    CHECK_STR(e.family[0].kept[0], STR_LIT("v10.2"));
}

static void test_mediawiki(void)
{
    struct site site = {.base = "/wiki/Help:Contents",
                        .page = "/wiki/Help:Contents",
                        .language = "en",
                        .is_wiki = true,
                        .links = {"/wiki/Help:Editing|Editing", "/wiki/Manual:C/de|About C",
                                  "/wiki/Help:Contents/be-tarask|беларуская",
                                  "/wiki/Help:Contents/de|Deutsch", "/wiki/Help:Contents|English",
                                  "/wiki/Help:Contents/it|italiano",
                                  "/wiki/Help:Contents/nds|Plattdüütsch", "/wiki/Help:Editing|next",
                                  "/wiki/Help:Contents/faq|Questions"}};
    struct editions e = learned(&site);
    CHECK_INT(e.n, 1);
    CHECK(e.family[0].place == EDITION_IN_TAIL && e.family[0].has_plain);
    OTHER(e, "/wiki/Help:Contents", "");
    OTHER(e, "/wiki/Help:Editing", "");
    OTHER(e, "/wiki/Help:Editing/de", "language de");
    OTHER(e, "/wiki/Manual:Guide/Part_1/nds", "language nds");
    OTHER(e, "/wiki/Help:Editing/it", "language it");
    OTHER(e, "/wiki/Help:Editing/fr", "language fr");
    OTHER(e, "/wiki/Help:Contents/faq", "");
    OTHER(e, "/wiki/Help:Contents/no", "");
    OTHER(e, "/wiki/De", "");
    OTHER(e, "/w/Help:Editing/de", "");
    site.base = site.page = "/wiki/Help:Contents/de";
    e = learned(&site);
    OTHER(e, "/wiki/Help:Editing/de", "");
    OTHER(e, "/wiki/Help:Editing", "");
    OTHER(e, "/wiki/Help:Editing/fr", "language fr");
    struct url plain = url_of("/wiki/Help:Editing"), twin = url_of("/wiki/Help:Editing/de"),
               base = url_of("/wiki/Help:Contents/de");
    struct link links[] = {{.url = base.href, .parsed = &base}, {.url = twin.href, .parsed = &twin}};
    struct edition_source page = {.base = &base, .url = &plain, .links = links, .n = 2};
    CHECK(edition_has_kept_twin(&e, &page));
    page.n = 1;
    CHECK(!edition_has_kept_twin(&e, &page));
    page.n = 2;
    page.url = &twin;
    CHECK(!edition_has_kept_twin(&e, &page));
    site.is_wiki = false;
    CHECK_INT(learned(&site).n, 0);
}

static void test_parameters(void)
{
    struct site site = {.base = "/guide",
                        .page = "/guide",
                        .language = "en",
                        .links = {"/guide?hl=de|Deutsch", "/guide?hl=pt-br|Português – Brasil",
                                  "/guide?hl=en|English", "/guide?page=2|2", "/guide?page=3|3",
                                  "/guide?sort=name|Name", "/else?hl=fr|Français"}};
    struct editions e = learned(&site);
    CHECK_INT(e.n, 1);
    OTHER(e, "/guide", "");
    OTHER(e, "/guide?page=2", "");
    OTHER(e, "/more/a?x=1&hl=de", "language de");
    OTHER(e, "/more/a?hl=fr", "language fr");
    OTHER(e, "/more/a?hlx=fr", "");
    OTHER(e, "/more/a?hl=", "");
    site.base = site.page = "/guide?hl=de";
    e = learned(&site);
    OTHER(e, "/more/a?hl=de", "");
    OTHER(e, "/more/a", "");
    OTHER(e, "/more/a?hl=en", "language en");
    static const struct site versions = {
        .base = "/api/",
        .page = "/api/a?lang=c&version=v2.1",
        .links = {"/api/a?lang=c&version=v2.0|v2.0", "/api/a?lang=c&version=v1|Version v1",
                  "/api/a?lang=c&version=2|2", "/api/a?lang=rust&version=v2.1|Rust",
                  "/api/a?version=v1|v1", "/api/a?lang=c|Newest"}};
    e = learned(&versions);
    CHECK_INT(e.n, 1);
    OTHER(e, "/api/b?version=v2.0", "version v2.0");
    OTHER(e, "/api/b", "");
    /* A list in languages, with the pages' own text. */
    static const struct site list = {
        .base = "/",
        .page = "/books",
        .links = {"/books?by=de|By Deussen", "/books?by=it|Items", "/books?p=1.5|Above 2"}};
    CHECK_INT(learned(&list).n, 0);
}

static void check_there_and_back(const struct editions *e)
{
    struct editions back;
    struct buf one;
    struct json_out out;
    struct json_doc *doc;
    struct diag diag;
    const struct json_limits limits = {.max_bytes = 1 << 16, .max_depth = 16};
    buf_init(&one, 1 << 16);
    json_out_init(&out, &one, 0);
    edition_write(e, &out);
    NEED(json_parse(buf_str(&one), &limits, &doc, &diag) == OK);
    edition_read(json_root(doc), &arena, &back);
    NEED(back.n == e->n);
    for (unsigned i = 0; i < e->n; i++)
        CHECK(back.family[i].place == e->family[i].place &&
              str_eq(back.family[i].below, e->family[i].below));
    json_doc_destroy(doc);
    buf_fini(&one);
}

static void test_places_there_and_back(void)
{
    static const struct site site = {.base = "/wiki/A",
                                     .page = "/wiki/A",
                                     .is_wiki = true,
                                     .links = {"/wiki/A/de|Deutsch", "/wiki/A/fr|Français",
                                               "/wiki/A?v=1.2|1.2", "/wiki/A?v=1.3|1.3", "/v1/a/|v1",
                                               "/v2/a/|v2"}};
    struct editions e = learned(&site);
    CHECK_INT(e.n, 3);
    check_there_and_back(&e);
}

/* versions.json and its like: names need not look like versions. */
static void test_lists_of_versions(void)
{
    static const struct site mike = {.base = "/docs/2.1/",
                                     .is_told = true,
                                     .links = {"/docs/2.1/|2.1", "/docs/latest/|2.1",
                                               "/docs/experimental/|experimental", "/docs/1.0/|1.0"}};
    struct editions e = learned(&mike);
    CHECK_INT(e.n, 1);
    OTHER(e, "/docs/2.1/a/", "");
    OTHER(e, "/docs/latest/a/", "version latest");
    OTHER(e, "/docs/experimental/a/", "version experimental");
    OTHER(e, "/docs/guide/a/", "");
    static const struct site mixed = {.base = "/",
                                      .is_told = true,
                                      .links = {"/doc/stable/|1.26 (stable)",
                                                "/doc/1.25/index.html|1.25", "/devdocs/|dev",
                                                "/doc/|old"}};
    e = learned(&mixed);
    OTHER(e, "/doc/stable/a", "version stable");
    OTHER(e, "/doc/1.25/a", "version 1.25");
    OTHER(e, "/doc/a", "");
    OTHER(e, "/devdocs/a", "version devdocs");
    OTHER(e, "/about/", "");
    static const struct site one = {.base = "/", .is_told = true, .links = {"/download/|Download"}};
    CHECK_INT(learned(&one).n, 0);
    CHECK_STR(edition_folder(STR_LIT("/doc/3.12/_static/versions.js")), STR_LIT("/doc/"));
    CHECK_STR(edition_folder(STR_LIT("/doc/3.12")), STR_LIT(""));
}

/* What has no siblings, or numbers other things. */
static void test_what_only_looks_like_an_edition(void)
{
    static const struct site sites[] = {
        {.base = "/", .page = "/", .links = {"/v2/start.html|Start", "/v2/end.html|End"}},
        {.base = "/",
         .page = "/",
         .links = {"/chapter/1.1/|1.1", "/chapter/1.2/|1.2", "/chapter/1.1/a|A", "/chapter/1.2/a|A"}},
        {.base = "/",
         .page = "/",
         .links = {"/releases/v1.0/notes|v1.0", "/releases/v2.0/notes|v2.0", "/releases/v1.0/|v1.0",
                   "/releases/v2.0/|v2.0"}},
        {.base = "/",
         .page = "/",
         .links = {"/2023/05/a|A", "/2024/05/a|A", "/2023/|2023", "/2024/|2024"}},
        {.base = "/",
         .page = "/start",
         .links = {"/no/answer|No", "/is/it|Is it", "/it/|IT department"}},
        {.base = "/",
         .page = "/",
         .links = {"/course/1/quiz|Quiz", "/course/2/quiz|Quiz", "/course/1/test|T",
                   "/course/2/test|T"}},
        {.base = "/", .page = "/wiki/Otter", .links = {"/wiki/Main|Main", "/wiki/V2|V2", "/wiki/C|C"}},
        {.base = "/",
         .page = "/",
         .links = {"/main/a.html|A", "/dev/b.html|B", "/next/|Next", "/current/|Current affairs"}},
        {.base = "/", .page = "/de/", .links = {"/de/a|A", "/de/b|B"}},
    };
    for (size_t i = 0; i < ARRAY_LEN(sites); i++)
        CHECK_STR(learned(&sites[i]).n ? learned(&sites[i]).family[0].below : STR_LIT(""), STR_LIT(""));
}

static void test_what_is_told_later_joins(void)
{
    static const struct site first = {
        .base = "/docs/", .page = "/docs/v2/a", .scope = "/docs/", .links = {"/docs/v1/a|A"}};
    struct editions e = learned(&first);
    OTHER(e, "/docs/v1/b", "version v1");
    static const struct site more = {.base = "/docs/",
                                     .page = "/docs/b",
                                     .scope = "/docs/",
                                     .links = {"/docs/v1/b|v1", "/docs/next/b|Next", "/docs/v2/b|v2"}};
    e = learn(&e, &more);
    CHECK_INT(e.n, 1);
    OTHER(e, "/docs/v2/c", "version v2");
    OTHER(e, "/docs/next/c", "version next");
    OTHER(e, "/docs/c", "");
}

static void test_names_of_one_edition(void)
{
    static const struct site site = {
        .base = "/", .page = "/stable/a.html", .links = {"/3.1/a.html|3.1", "/3.2/a.html|3.2"}};
    struct editions e = learned(&site);
    struct url from = url_of("/stable/b.html"), to = url_of("/3.2/b.html"),
               else_ = url_of("/3.1/c.html");
    CHECK(!edition_learn_alias(&e, &from, &else_, &arena, &e));
    OTHER(e, "/3.2/x.html", "version 3.2");
    CHECK(edition_learn_alias(&e, &from, &to, &arena, &e));
    OTHER(e, "/3.2/x.html", "");
    OTHER(e, "/stable/x.html", "");
    OTHER(e, "/3.1/x.html", "version 3.1");
}

static void test_translations_by_hreflang(void)
{
    struct editions e = {.language = STR_LIT("en")};
    struct link link = {.rel = REL_ALTERNATE, .language = STR_LIT("de-DE")};
    CHECK(edition_is_translation(&e, &link));
    link.language = STR_LIT("EN-us");
    CHECK(!edition_is_translation(&e, &link));
    link.language = STR_LIT("x-default");
    CHECK(!edition_is_translation(&e, &link));
    link = (struct link){.language = STR_LIT("de")};
    CHECK(!edition_is_translation(&e, &link));
}

/* The instruction, and patterns, win. */
static void test_what_is_asked_for(void)
{
    static const struct site site = {
        .base = "/", .page = "/en/v2/a", .language = "en", .links = {"/en/v1/a|v1", "/de/v2/a|Deutsch"}};
    static const struct {
        const char *instruction, *path;
        enum verdict verdict;
    } cases[] = {
        {"", "/en/v2/b", VERDICT_KEEP},
        {"", "/en/v1/b", VERDICT_SKIP},
        {"", "/de/v2/b", VERDICT_SKIP},
        {"crawl all versions", "/en/v1/b", VERDICT_KEEP},
        {"crawl all versions", "/de/v2/b", VERDICT_SKIP},
        {"everything in every language", "/de/v2/b", VERDICT_KEEP},
        {"everything, but skip all the other translations", "/de/v2/b", VERDICT_SKIP},
        {"everything, all other languages too", "/de/v2/b", VERDICT_KEEP},
    };
    struct editions e = learned(&site);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct policy_request request = {.base_url = STR_LIT(HOST "/en/v2/a"),
                                               .instruction = str_of(cases[i].instruction),
                                               .whole_domain = true,
                                               .max_depth = -1,
                                               .editions = &e};
        struct policy *policy;
        struct judgement j;
        struct diag diag;
        struct url url = url_of(cases[i].path);
        NEED(policy_compile(&request, &policy, &diag) == OK);
        const struct link link = {.url = url.href, .parsed = &url};
        policy_judge(policy, &link, &url, NULL, 1, &arena, &j);
        CHECK_INT(j.verdict, cases[i].verdict);
        if (j.verdict != cases[i].verdict)
            printf("%s: %s\n", cases[i].instruction, j.detail);
        if (j.verdict == VERDICT_SKIP)
            CHECK_INT(j.reason, REASON_OTHER_VERSION);
        policy_release(policy);
    }
}

static void test_json_there_and_back(void)
{
    static const struct site site = {.base = "/",
                                     .page = "/en/v2/a",
                                     .language = "en",
                                     .links = {"/en/v1/a|v1", "/de/v2/a|Deutsch|de", "/en/a|plain"}};
    struct editions e = learned(&site), back;
    struct buf one, two;
    struct json_out out;
    struct json_doc *doc;
    struct diag diag;
    const struct json_limits limits = {.max_bytes = 1 << 16, .max_depth = 16};
    e.all[EDITION_LANGUAGE] = true;
    buf_init(&one, 1 << 16);
    buf_init(&two, 1 << 16);
    json_out_init(&out, &one, 0);
    edition_write(&e, &out);
    NEED(json_parse(buf_str(&one), &limits, &doc, &diag) == OK);
    edition_read(json_root(doc), &arena, &back);
    json_out_init(&out, &two, 0);
    edition_write(&back, &out);
    CHECK_STR(buf_str(&two), buf_str(&one));
    CHECK(back.n == e.n && back.all[EDITION_LANGUAGE] && !back.all[EDITION_VERSION]);
    json_doc_destroy(doc);
    NEED(json_parse(STR_LIT("{\"all\":[1,\"x\"],\"families\":[7,{\"kind\":\"version\"},{\"below\":\"/"
                            "\",\"kept\":[]}]}"),
                    &limits, &doc, &diag) == OK);
    edition_read(json_root(doc), &arena, &back);
    CHECK_INT(back.n, 0);
    json_doc_destroy(doc);
    buf_fini(&one);
    buf_fini(&two);
}

static void test_segments(void)
{
    static const char *const numbers[] = {"v2",       "2.1", "v1.x",  "release-3.0",
                                          "3.0-beta", "16",  "1.2.3", "V4"};
    static const char *const others[] = {
        "v", "2024", "3d", "2-column", "v2x9y8z7w6v5", "1..2", ".1", "1.", "1.2.3.4.5", "", "a1"};
    bool doubtful;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        CHECK(edition_is_number(str_of(numbers[i])));
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        CHECK(!edition_is_number(str_of(others[i])));
    CHECK(edition_is_language(STR_LIT("pt-BR"), &doubtful) && !doubtful);
    CHECK(edition_is_language(STR_LIT("it"), &doubtful) && doubtful);
    CHECK(!edition_is_language(STR_LIT("cpp"), &doubtful));
}

int main(void)
{
    arena_init(&arena, 256 << 20, 1 << 20);
    RUN(test_segments);
    RUN(test_sphinx_on_read_the_docs);
    RUN(test_docusaurus);
    RUN(test_mkdocs);
    RUN(test_gitbook_and_vitepress);
    RUN(test_javadoc_rustdoc_hugo);
    RUN(test_the_latest_is_kept_where_none_is_the_base);
    RUN(test_mediawiki);
    RUN(test_lists_of_versions);
    RUN(test_parameters);
    RUN(test_places_there_and_back);
    RUN(test_what_only_looks_like_an_edition);
    RUN(test_what_is_told_later_joins);
    RUN(test_names_of_one_edition);
    RUN(test_translations_by_hreflang);
    RUN(test_what_is_asked_for);
    RUN(test_json_there_and_back);
    arena_fini(&arena);
    return check_report();
}
