/* SPDX-License-Identifier: Apache-2.0 */
/* What the instruction compiler reads out of a sentence, checked on the policy's own JSON. */
#include "base/json.h"
#include "frontier/policy.h"
#include "frontier/words.h"
#include "tests/check.h"

/* A compiled instruction as text and as JSON. */
struct reading {
    struct policy *policy;
    struct buf text;
    struct json_doc *doc;
};

static struct reading read_instruction(const char *instruction)
{
    const struct json_limits limits = {.max_bytes = 1u << 20, .max_depth = 64};
    struct reading r = {.policy = NULL};
    struct policy_request q = {.base_url = STR_LIT("https://h.example/docs/5.4/"),
                               .instruction = str_of(instruction),
                               .max_depth = -1};
    struct diag diag;
    struct json_out w;
    NEED(policy_compile(&q, &r.policy, &diag) == OK);
    buf_init(&r.text, 1u << 20);
    json_out_init(&w, &r.text, 0);
    policy_write(r.policy, &w);
    NEED(json_parse(buf_str(&r.text), &limits, &r.doc, &diag) == OK);
    return r;
}

static void reading_end(struct reading *r)
{
    policy_release(r->policy);
    json_doc_destroy(r->doc);
    buf_fini(&r->text);
}

static bool array_has(const struct json *array, const char *text)
{
    for (const struct json *v = json_first(array); v; v = json_after(v))
        if (str_is(json_str(v, STR_LIT("")), text))
            return true;
    return false;
}

/* A kind or a term of some target in list ("include", "exclude"). */
static bool names(const struct reading *r, const char *list, const char *what)
{
    const struct json *targets = json_get(json_root(r->doc), list);
    for (const struct json *t = json_first(targets); t; t = json_after(t)) {
        if (array_has(json_get(t, "kinds"), what))
            return true;
        for (const struct json *g = json_first(json_get(t, "with")); g; g = json_after(g))
            if (array_has(g, what))
                return true;
    }
    return false;
}

static bool lists(const struct reading *r, const char *member, const char *what)
{
    return array_has(json_get(json_root(r->doc), member), what);
}

static bool wants_everything(const struct reading *r)
{
    return json_bool(json_get(json_root(r->doc), "everything"), false);
}

/* in, out: parted by '|', a leading '~' means it must not be there. */
struct sample {
    const char *instruction, *in, *out;
};

static void check_names(const struct reading *r, const char *list, const char *wanted,
                        const char *instruction)
{
    struct str all = str_of(wanted);
    while (all.n) {
        struct str one = str_head(all, str_find(all, '|'));
        all = str_from(all, one.n + 1);
        bool absent = str_starts(one, STR_LIT("~"));
        char name[100];
        snprintf(name, sizeof name, "%.*s", STR_ARG(str_from(one, absent)));
        if (!CHECK(names(r, list, name) != absent))
            fprintf(stderr, "    %s: %s of \"%s\"\n    %.*s\n", list, name, instruction,
                    STR_ARG(buf_str(&r->text)));
    }
}

static void check_samples(const struct sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct reading r = read_instruction(samples[i].instruction);
        check_names(&r, "include", samples[i].in, samples[i].instruction);
        check_names(&r, "exclude", samples[i].out, samples[i].instruction);
        reading_end(&r);
    }
}

static void polarity(void)
{
    static const struct sample samples[] = {
        {"Crawl the docs. Don't bother with the blog.", "documentation|~blog", "blog|~documentation"},
        {"docs but not the changelog", "documentation", "changelog"},
        {"docs, no changelog, no blog; and the tutorials", "documentation|tutorial",
         "changelog|blog|~tutorial"},
        {"Ignore the forum and the wiki but include guides", "guide", "forum|wiki|~guide"},
        {"agendas and webinars are not needed; minutes please", "minute", "agenda|webinar|~minute"},
        {"Leave the PDFs alone, just articles", "article", "pdf|~article"},
        {"recipes other than desserts", "recipe", "dessert"},
        {"not only the docs", "documentation", "~documentation"},
        {"guides only, unless they're sponsored", "guide", "sponsor"},
        {"I have no use for webinars. Tutorials please", "tutorial", "webinar"},
        {"don\xE2\x80\x99t include podcasts, only articles", "article|~podcast", "podcast"},
        {"skip everything but the wiki", "wiki", "~wiki"},
        {"tutorials, no pull requests", "tutorial", "pull requests"},
        {"FAQ and shipping/returns info", "faq|shipping|return", ""},
        {"only articles and nothing else", "article", "~article"},
    };
    check_samples(samples, ARRAY_LEN(samples));
}

static void other_languages(void)
{
    static const struct sample samples[] = {
        {"Nur die Anleitungen, keine Pressemitteilungen und ohne den Blog", "guide",
         "press release|blog"},
        {"Alle Rezepte au\xC3\x9F"
         "er Desserts, bitte keine Videos",
         "recipe", "dessert|video"},
        {"Tous les articles sauf les vid\xC3\xA9os et pas de pages auteur", "article", "video|author"},
        {"Solo las recetas, sin comentarios ni v\xC3\xAD"
         "deos",
         "recipe", "comment|video"},
        {"hotel pages around lake Como", "hotel|lake Como", ""},
    };
    check_samples(samples, ARRAY_LEN(samples));
}

static void heads_and_modifiers(void)
{
    static const struct sample samples[] = {
        {"blog posts", "blog post|~blog", ""},
        {"live blogs", "live blog|~blog", ""},
        {"Politics and Economy articles", "article|politics|economy", ""},
        {"vegan dessert recipes", "recipe|vegan|dessert", ""},
        {"posts about rust and go", "blog post|rust", ""},
        {"topics in the Support category that are solved", "thread|solved", ""},
        {"gizmos and doodads", "gizmos|doodads", ""},
        {"pages about \"zero downtime\"", "zero downtime", ""},
        {"all forms, no draft forms", "form", "draft|~form"},
        {"flats, no houses for sale", "property", "houses for sale|~property"},
        {"just the documantation and the relase notes", "documentation|changelog", ""},
        {"pages of the package org.orbit.net", "org.orbit.net", ""},
    };
    check_samples(samples, ARRAY_LEN(samples));
}

static void everything_but(void)
{
    static const char *const open[] = {"",
                                       "everything",
                                       "Everything except the forum",
                                       "skip the blog",
                                       "all pages but the forum",
                                       "no PDFs",
                                       "English only"};
    for (size_t i = 0; i < ARRAY_LEN(open); i++) {
        struct reading r = read_instruction(open[i]);
        if (!CHECK(wants_everything(&r)))
            fprintf(stderr, "    \"%s\": %.*s\n", open[i], STR_ARG(buf_str(&r.text)));
        reading_end(&r);
    }
    struct reading r = read_instruction("everything in the ENG space");
    CHECK(!wants_everything(&r));
    CHECK(names(&r, "include", "ENG"));
    reading_end(&r);
}

static void paths_and_globs(void)
{
    static const struct {
        const char *instruction, *member, *glob;
    } samples[] = {
        {"Never open /cart*, /account* or /blogs/*.", "exclude_paths", "/cart**"},
        {"Never open /cart*, /account* or /blogs/*.", "exclude_paths", "/blogs/**"},
        {"only /docs and nothing else", "include_paths", "/docs"},
        {"Guide pages please (#/guide/*)", "include_paths", "#/guide/**"},
        {"version 5.4, i.e. /graphene/5.4/**", "include_paths", "/graphene/5.4/**"},
        {"urls matching ^/issue/\\d+/article-.*$", "include_paths", "/issue/*/article-**"},
        {"only /blog/[0-9]{4}/", "include_paths", "/blog/*/**"},
        {"/users/:id/posts only", "include_paths", "/users/*/posts**"},
        {"discussion pages, e.g. item?id=.", "include_paths", "/**item\\?id=**"},
        {"everything, skip ?sort= links", "exclude_paths", "/**\\?sort=**"},
        {"all of https://h.example/docs/api/ please", "include_paths", "https://h.example/docs/api/"},
        {"guides, skip archive/", "exclude_paths", "/archive/"},
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct reading r = read_instruction(samples[i].instruction);
        if (!CHECK(lists(&r, samples[i].member, samples[i].glob)))
            fprintf(stderr, "    \"%s\": %.*s\n", samples[i].instruction, STR_ARG(buf_str(&r.text)));
        reading_end(&r);
    }
}

static void numbers(void)
{
    static const struct {
        const char *instruction;
        int depth;
        unsigned long pages;
    } samples[] = {
        {"up to 2 levels deep under /docs", 2, 0},
        {"max depth 3", 3, 0},
        {"no more than two clicks away", 2, 0},
        {"don't go deeper than 4 levels", 4, 0},
        {"docs, depth of 1", 1, 0},
        {"first 10 issues listed, nothing else", -1, 10},
        {"at most 50 pages of the docs", -1, 50},
        {"the latest 5 episodes", -1, 5},
        {"200 pages max", -1, 200},
        {"posts from 2024", -1, 0},
        {"sections 2 and 3", -1, 0},
        {"the first 50 apps, at most 2 clicks deep", 2, 50},
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct reading r = read_instruction(samples[i].instruction);
        CHECK_INT(json_int(json_get(json_root(r.doc), "max_depth"), -1), samples[i].depth);
        if (!CHECK_INT(policy_page_limit(r.policy), samples[i].pages))
            fprintf(stderr, "    \"%s\"\n", samples[i].instruction);
        reading_end(&r);
    }
}

static void dates(void)
{
    static const struct {
        const char *instruction, *from, *to;
    } samples[] = {
        {"blog posts published in 2024", "2024-01-01", "2024-12-31"},
        {"posts from March 2023 onwards", "2023-03-01", ""},
        {"posts since 2022", "2022-01-01", ""},
        {"posts from 2019 to 2021", "2019-01-01", "2021-12-31"},
        {"posts between 2019 and 2021", "2019-01-01", "2021-12-31"},
        {"posts 2019-2021", "2019-01-01", "2021-12-31"},
        {"posts before 2020", "", "2019-12-31"},
        {"posts after 2020", "2021-01-01", ""},
        {"press releases issued between January 2022 and June 2023", "2022-01-01", "2023-06-30"},
        {"posts from February 2023", "2023-02-01", "2023-02-28"},
        {"posts of 15 March 2023", "2023-03-15", "2023-03-15"},
        {"posts, nothing older than 2020", "2020-01-01", ""},
        {"Pressemitteilungen aus dem Jahr 2023", "2023-01-01", "2023-12-31"},
        {"articles publi\xC3\xA9s depuis 2021", "2021-01-01", ""},
        {"2022 or later posts", "2022-01-01", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct reading r = read_instruction(samples[i].instruction);
        const struct json *root = json_root(r.doc);
        CHECK_STR(json_str(json_get(root, "from"), STR_LIT("")), str_of(samples[i].from));
        if (!CHECK_STR(json_str(json_get(root, "to"), STR_LIT("")), str_of(samples[i].to)))
            fprintf(stderr, "    \"%s\"\n", samples[i].instruction);
        reading_end(&r);
    }
}

static void versions_and_languages(void)
{
    struct reading r = read_instruction(
        "Documentation for v3 only, skip v1 and v2, no German pages, not the zh-cn translation");
    CHECK(lists(&r, "versions", "3"));
    CHECK(lists(&r, "exclude_versions", "1"));
    CHECK(lists(&r, "exclude_versions", "2"));
    CHECK(lists(&r, "exclude_languages", "de"));
    CHECK(lists(&r, "exclude_languages", "zh"));
    reading_end(&r);
    r = read_instruction("guides et conseils, en fran\xC3\xA7"
                         "ais");
    CHECK(lists(&r, "languages", "fr"));
    reading_end(&r);
    r = read_instruction("English literature courses");
    CHECK(!lists(&r, "languages", "en"));
    CHECK(names(&r, "include", "course"));
    reading_end(&r);
    r = read_instruction("docs of the latest version, no older versions");
    CHECK(lists(&r, "versions", "latest"));
    CHECK(lists(&r, "exclude_versions", "*"));
    reading_end(&r);
}

static void discovery_only(void)
{
    struct reading r = read_instruction(
        "All product pages. Collections are fine for finding products but not as results.");
    CHECK(names(&r, "include", "product"));
    CHECK(names(&r, "exclude", "collection"));
    CHECK(!names(&r, "exclude", "product"));
    const struct json *first = json_first(json_get(json_root(r.doc), "exclude"));
    CHECK(json_bool(json_get(first, "links_only"), false));
    reading_end(&r);
}

static void what_is_not_understood_is_listed(void)
{
    static const struct {
        const char *instruction, *part;
    } samples[] = {
        {"get the important stuff for developers", "important"},
        {"hotels if they have a pool", "if they have a pool"},
        {"hotels, ignore currency and date parameters", "date parameters"},
        {"posts from last month", "last month"},
        {"product pages under $50", "50"},
        {"skip guides unless they are short", "unless they are short"},
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct reading r = read_instruction(samples[i].instruction);
        bool found = false;
        for (size_t k = 0; k < policy_unresolved(r.policy); k++)
            found |= str_is(policy_unresolved_text(r.policy, k), samples[i].part);
        if (!CHECK(found))
            fprintf(stderr, "    \"%s\": %.*s\n", samples[i].instruction, STR_ARG(buf_str(&r.text)));
        CHECK(lists(&r, "unresolved", samples[i].part));
        reading_end(&r);
    }
    struct reading r = read_instruction("tutorials and guides, no blog");
    CHECK_INT(policy_unresolved(r.policy), 0);
    reading_end(&r);
}

/* Any bytes make a policy. */
static void compiling_is_total(void)
{
    static const char bytes[] =
        " .,;:()[]\"'/*?-&=#@0123456789aAzZ\xC3\xA9\xE2\x80\x9C\xFF\xF0\x9F\x8E\xA7\n";
    uint64_t seed = 12345;
    for (int round = 0; round < 300; round++) {
        char text[400];
        size_t n = 0, length = (size_t)round % (sizeof text - 12);
        while (n < length) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            static const char *const words[] = {"skip ", "docs ", "only ",      "not as results ",
                                                "/a* ",  "in ",   "2024 ",      "about ",
                                                "(",     ")",     "version 3 ", "and "};
            if (seed >> 60 < 8) {
                const char *w = words[(seed >> 33) % ARRAY_LEN(words)];
                size_t k = strlen(w) < sizeof text - 1 - n ? strlen(w) : sizeof text - 1 - n;
                memcpy(text + n, w, k);
                n += k;
            } else {
                text[n++] = bytes[(seed >> 33) % (sizeof bytes - 1)];
            }
        }
        text[n] = 0;
        struct reading r = read_instruction(text);
        reading_end(&r);
    }
    char *longest = malloc(8001);
    NEED(longest);
    for (size_t i = 0; i < 8000; i++)
        longest[i] = "docs, no blog; "[i % 15];
    longest[8000] = 0;
    struct reading r = read_instruction(longest);
    CHECK(policy_unresolved(r.policy) > 0);
    reading_end(&r);
    free(longest);
}

static void words_fold(void)
{
    static const char *const same[][2] = {{"Recipes", "recipe"},
                                          {"\xC3\x9C"
                                           "bersicht",
                                           "uebersicht"},
                                          {"caches", "cache"},
                                          {"Vid\xC3\xA9os", "video"},
                                          {"theses", "thesis"},
                                          {"Anleitungen", "Anleitung"},
                                          {"categories", "category"},
                                          {"don\xE2\x80\x99t", "dont"}};
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        CHECK(word_hash(same[i][0]) == word_hash(same[i][1]));
    CHECK(word_hash("news") != word_hash("new"));
    CHECK(word_hash("C++") == word_hash("cpp"));
    CHECK(word_hash("C#") == word_hash("csharp"));
    CHECK(word_hash("C++") != word_hash("C"));
    CHECK(word_hash("posts") != word_hash("ports"));
    struct word w[8];
    CHECK_INT(words_of(STR_LIT("Guide: how-to (PDF)"), WORDS_TEXT, w, 8), 4);
    CHECK(w[1].marks & WORD_LABEL);
    CHECK(w[3].marks & WORD_OPEN && w[3].marks & WORD_CLOSE);
    CHECK_INT(words_of(STR_LIT("createShipment%20now"), WORDS_URL, w, 8), 3);
    CHECK(w[1].hash == word_hash("shipment"));
    CHECK_INT(words_of(STR_LIT("C++, a+b and a#b"), WORDS_TEXT, w, 8), 6);
    CHECK_INT(w[0].n, 3);
    CHECK_INT(words_of(STR_LIT(""), WORDS_TEXT, w, 8), 0);
    CHECK_INT(words_of(STR_LIT("a b c d"), WORDS_TEXT, w, 2), 2);
}

int main(void)
{
    RUN(words_fold);
    RUN(polarity);
    RUN(other_languages);
    RUN(heads_and_modifiers);
    RUN(everything_but);
    RUN(paths_and_globs);
    RUN(numbers);
    RUN(dates);
    RUN(versions_and_languages);
    RUN(discovery_only);
    RUN(what_is_not_understood_is_listed);
    RUN(compiling_is_total);
    return check_report();
}
