/* SPDX-License-Identifier: Apache-2.0 */
/* What pages say of themselves against instructions: each row is an instruction, a page, and whether it is refused. */
#include "frontier/evidence.h"
#include "tests/check.h"

static const struct {
    const char *instruction, *path, *published, *modified, *language, *type,
        *detail; /* detail NULL: not refused */
} rows[] = {
    {"Only blog posts from 2024", "/blog/a", "2024-02-29", "", "", "", NULL},
    {"Only blog posts from 2024", "/blog/a", "2024", "", "", "", NULL},
    {"Only blog posts from 2024", "/blog/a", "2023-12-31T23:59:59Z", "", "", "",
     "it was published 2023-12-31T23:59:59Z"},
    {"Only blog posts from 2024", "/blog/a", "2025-01", "", "", "", "it was published 2025-01"},
    {"Only blog posts from 2024", "/blog/a", "", "2023-05-01", "", "", "it was last changed 2023-05-01"},
    {"Only blog posts from 2024", "/blog/a", "", "2025-05-01", "", "", NULL}, /* it may be of 2024 */
    {"Only blog posts from 2024", "/blog/a", "2024-05-01", "2020-01-01", "", "", NULL},
    {"Only blog posts from 2024", "/blog/a", "yesterday", "", "", "", NULL},
    {"Only blog posts from 2024", "/blog/a", "0000-00-00", "", "", "", NULL},
    {"Only blog posts", "/blog/a", "2001-01-01", "", "", "", NULL},
    {"News before May 2023", "/news/a", "2023-06-01", "", "", "", "it was published 2023-06-01"},
    {"News before May 2023", "/news/a", "2022-06-01", "", "", "", NULL},
    {"Only the German pages", "/a", "", "", "en", "", "its language is en"},
    {"Only the German pages", "/a", "", "", "de-CH", "", NULL},
    {"Only the German pages", "/a", "", "", "", "", NULL},
    {"Only the German pages", "/a", "", "", "klingon-x", "", NULL},
    {"Only the German pages", "/de/a", "", "", "en", "", NULL}, /* the template's */
    {"Everything except the French pages", "/a", "", "", "fr", "", "its language is fr"},
    {"Everything except the French pages", "/a", "", "", "en", "", NULL},
    {"Everything except product pages", "/a", "", "", "", "product", "its type is product"},
    {"Everything except product pages", "/a", "", "", "", "article", NULL},
    {"Only blog posts", "/blog/a", "", "", "", "collectionpage", "its type is collectionpage"},
    {"Only blog posts", "/blog/a", "", "", "", "product", "its type is product"},
    {"Only blog posts", "/blog/a", "", "", "", "newsarticle", NULL},
    {"Only blog posts", "/blog/a", "", "", "", "website", NULL},
    {"Only the documentation", "/docs/a", "", "", "", "product", NULL},
    {"", "/a", "2001-01-01", "", "fr", "product", NULL},
};

static void each_row(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 20, 4096);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct policy_request request = {.base_url = STR_LIT("https://h.example/"),
                                               .instruction = str_of(rows[i].instruction),
                                               .max_depth = -1};
        const struct page_evidence page = {.published = str_of(rows[i].published),
                                           .modified = str_of(rows[i].modified),
                                           .language = str_of(rows[i].language),
                                           .type = str_of(rows[i].type)};
        struct policy *policy;
        struct diag diag;
        struct url base, url;
        struct judgement j = {.reason = REASON_NONE};
        NEED(policy_compile(&request, &policy, &diag) == OK);
        NEED(url_parse(&arena, request.base_url, NULL, &base) == OK);
        NEED(url_parse(&arena, str_of(rows[i].path), &base, &url) == OK);
        bool refused = policy_refuses_page(policy, &url, &page, &j);
        if (refused != (rows[i].detail != NULL))
            fprintf(stderr, "row %zu: %s: %s\n", i, rows[i].instruction, j.detail);
        CHECK(refused == (rows[i].detail != NULL));
        CHECK_STR(str_of(j.detail), str_of(rows[i].detail ? rows[i].detail : ""));
        CHECK_INT(j.reason, refused ? REASON_PAGE_ITSELF : REASON_NONE);
        policy_release(policy);
    }
    arena_fini(&arena);
}

int main(void)
{
    RUN(each_row);
    return check_report();
}
