/* SPDX-License-Identifier: Apache-2.0 */
/* test_front_matter.c: the block before a page's Markdown: its keys, what is left out, and its quoting. */
#include "tests/check.h"

#include "extract/front_matter.h"
#include "extract/page_meta.h"

static void check_block(const struct front_matter *front, const char *want)
{
    struct buf out;
    buf_init(&out, 1 << 22);
    front_matter_put(front, &out);
    CHECK_INT(out.status, OK);
    CHECK_STR(buf_str(&out), str_of(want));
    buf_fini(&out);
}

static void all_keys(void)
{
    const struct str authors[] = {STR_LIT("Ann Lee"), STR_LIT("Bob Ray")};
    struct sha256 hash = {{0}};
    hash.b[0] = 0xAB;
    check_block(&(struct front_matter){.title = STR_LIT("T"),
                                       .url = STR_LIT("https://h.example/?a=1&b#c"),
                                       .language = STR_LIT("no"),
                                       .date = STR_LIT("2026-04-17"),
                                       .description = STR_LIT("D"),
                                       .authors = authors,
                                       .n_authors = 2,
                                       .fetched_ms = 1000,
                                       .hash = &hash},
                "---\ntitle: \"T\"\nurl: \"https://h.example/?a=1&b#c\"\n"
                "fetched: \"1970-01-01T00:00:01Z\"\nlanguage: \"no\"\nauthor: \"Ann Lee, Bob Ray\"\n"
                "date: \"2026-04-17\"\ndescription: \"D\"\n"
                "hash: \"ab00000000000000000000000000000000000000000000000000000000000000\"\n---\n\n");
}

static void nothing_known(void)
{
    check_block(&(struct front_matter){0}, "---\n---\n\n");
}

static void quoting(void)
{
    static const struct {
        struct str title;
        const char *want;
    } cases[] = {
        {STR_LIT("\"a\" \\ b"), "\\\"a\\\" \\\\ b"},
        {STR_LIT("a\n---\nb: c"), "a\\n---\\nb: c"},
        {STR_LIT("a: b # c"), "a: b # c"},
        {STR_LIT("\x7f\xC2\x85\xC2\x9F"), "\\u007f\\u0085\\u009f"},
        {STR_LIT("\xE2\x80\xA8\xE2\x80\xA9"), "\\u2028\\u2029"},
        {STR_LIT("\xEF\xBB\xBFx\xEF\xBF\xBE"), "\\ufeffx\\ufffe"},
        {STR_LIT("\xC3\xA9\xF0\x9F\x98\x80\xC2\xA0"), "\xC3\xA9\xF0\x9F\x98\x80\xC2\xA0"},
        {STR_LIT("a\xFFz"), "a\xEF\xBF\xBDz"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char want[128];
        snprintf(want, sizeof want, "---\ntitle: \"%s\"\n---\n\n", cases[i].want);
        check_block(&(struct front_matter){.title = cases[i].title}, want);
    }
}

static void document_beats_record(void)
{
    struct page_meta meta = {.headline = STR_LIT("Head"), .published = STR_LIT("2026-01-02")};
    const struct doc doc = {.title = STR_LIT("Head | Site"), .language = STR_LIT("en"), .meta = &meta};
    struct front_matter front = {.title = STR_LIT("Old"), .description = STR_LIT("Kept")};
    front_matter_take(&front, &doc);
    check_block(&front, "---\ntitle: \"Head\"\nlanguage: \"en\"\ndate: \"2026-01-02\"\n"
                        "description: \"Kept\"\n---\n\n");
}

static void too_long(void)
{
    struct buf out;
    buf_init(&out, 16);
    front_matter_put(&(struct front_matter){.title = STR_LIT("longer than that")}, &out);
    CHECK_INT(out.status, ST_LIMIT);
    buf_fini(&out);
}

int main(void)
{
    all_keys();
    nothing_known();
    quoting();
    document_beats_record();
    too_long();
    return check_report();
}
