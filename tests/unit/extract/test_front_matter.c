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

/* What is packed comes back; what is stored and no JSON says nothing. */
static void stored_metadata(void)
{
    struct page_meta meta = {.headline = STR_LIT("A \"head\""), .published = STR_LIT("2026-01-02")};
    struct front_matter front = {.title = STR_LIT("Old")};
    struct arena arena;
    struct buf packed;
    meta.authors[meta.n_authors++] = STR_LIT("Ann Lee");
    meta.authors[meta.n_authors++] = STR_LIT("Bob Ray");
    arena_init(&arena, 1 << 16, 1 << 12);
    buf_init(&packed, 1 << 16);
    page_meta_pack(&meta, &packed);
    front_matter_take_stored(&front, buf_str(&packed), &arena);
    check_block(
        &front,
        "---\ntitle: \"A \\\"head\\\"\"\nauthor: \"Ann Lee, Bob Ray\"\ndate: \"2026-01-02\"\n---\n\n");
    front = (struct front_matter){.title = STR_LIT("Old")};
    front_matter_take_stored(&front, STR_LIT("{\"title\":"), &arena);
    front_matter_take_stored(&front, STR_LIT("[1]"), &arena);
    front_matter_take_stored(&front, STR_LIT("{\"title\":1,\"authors\":\"x\"}"), &arena);
    check_block(&front, "---\ntitle: \"Old\"\n---\n\n");
    buf_fini(&packed);
    arena_fini(&arena);
}

/* However much there is, it is no more than that; the title stays. */
static void packed_is_bounded(void)
{
    static char text[META_TEXT_MAX_BYTES];
    struct page_meta meta = {.headline = STR_LIT("Head")};
    struct buf packed;
    memset(text, 1, sizeof text);
    for (unsigned i = 0; i < META_TAGS_MAX; i++)
        meta.tags[meta.n_tags++] = str_make(text, sizeof text);
    for (unsigned i = 0; i < META_CRUMBS_MAX; i++)
        meta.crumbs[meta.n_crumbs++] = (struct meta_crumb){str_make(text, sizeof text), STR_LIT("u")};
    buf_init(&packed, 1 << 20);
    page_meta_pack(&meta, &packed);
    CHECK(packed.n > META_PACKED_MAX_BYTES / 8 && packed.n <= META_PACKED_MAX_BYTES);
    CHECK(memmem(packed.p, packed.n, "\"title\":\"Head\"", 14));
    page_meta_pack(&(struct page_meta){.n_tags = 0}, &packed);
    CHECK_INT(packed.n, 0);
    buf_fini(&packed);
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
    stored_metadata();
    packed_is_bounded();
    too_long();
    return check_report();
}
