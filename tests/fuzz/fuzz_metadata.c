/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_metadata.c: what any page says of itself: metadata, items, what is written of both, and the parts that
 * clean dates, names and headlines on bare texts.
 *
 * Texts are UTF-8 and within their limits, dates are of the calendar, addresses are absolute, what is written is
 * JSON, a front matter is one line a field, and an arena that ends is told. */
#include "tests/fuzz/target.h"

#include "base/clock.h"
#include "extract/charset.h"
#include "extract/front_matter.h"
#include "extract/item.h"
#include "extract/metadata.h"
#include "extract/page_meta.h"
#include "tests/fuzz/topics.h"

#include <stdio.h>

static struct arena arena;
static struct buf out;
static size_t pages, authors, dates, items_read, crumbs, limited;

static void init(void)
{
    arena_init(&arena, 16 << 20, 1 << 16);
    buf_init(&out, 1 << 24);
}

static void fini(void)
{
    printf("%zu pages; with authors %zu, dates %zu, items %zu, crumbs %zu; arena ended %zu\n", pages,
           authors, dates, items_read, crumbs, limited);
    arena_fini(&arena);
    buf_fini(&out);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_metadata", true, 8000, init, fini, TOPIC_METADATA};

/* ---- checks ---- */

static void check_text(struct str s, size_t max)
{
    FUZZ_CHECK(s.n <= max && (s.n == 0 || utf8_valid_bytes(s) == s.n));
}

static bool are_digits(struct str s, size_t at, size_t n)
{
    for (size_t i = at; i < at + n; i++)
        if (i >= s.n || !ascii_is_digit(s.p[i]))
            return false;
    return true;
}

/* "2026-04-17", perhaps with "T13:30:00" and a zone behind. */
static void check_date(struct str s)
{
    if (!s.n)
        return;
    FUZZ_CHECK(s.n >= 10 && are_digits(s, 0, 4) && s.p[4] == '-' && are_digits(s, 5, 2) &&
               s.p[7] == '-' && are_digits(s, 8, 2));
    FUZZ_CHECK(s.n == 10 || (s.n >= 19 && s.p[10] == 'T' && are_digits(s, 11, 2) && s.p[13] == ':' &&
                             are_digits(s, 14, 2) && s.p[16] == ':' && are_digits(s, 17, 2)));
    FUZZ_CHECK(s.n <= 19 || (s.n == 20 && s.p[19] == 'Z') ||
               (s.n == 25 && (s.p[19] == '+' || s.p[19] == '-') && are_digits(s, 20, 2) &&
                s.p[22] == ':' && are_digits(s, 23, 2)));
}

static void check_meta(const struct page_meta *m)
{
    FUZZ_CHECK(m->n_authors <= META_AUTHORS_MAX && m->n_tags <= META_TAGS_MAX &&
               m->n_crumbs <= META_CRUMBS_MAX);
    check_text(m->headline, SIZE_MAX);
    check_text(m->site_name, META_TEXT_MAX_BYTES);
    check_text(m->type, 64);
    for (unsigned i = 0; i < m->n_authors; i++) {
        FUZZ_CHECK(m->authors[i].n > 1);
        check_text(m->authors[i], META_TEXT_MAX_BYTES);
    }
    for (unsigned i = 0; i < m->n_tags; i++)
        check_text(m->tags[i], META_TEXT_MAX_BYTES);
    for (unsigned i = 0; i < m->n_crumbs; i++) {
        check_text(m->crumbs[i].name, META_TEXT_MAX_BYTES);
        FUZZ_CHECK(!m->crumbs[i].url.n || str_starts(m->crumbs[i].url, STR_LIT("http")));
    }
    FUZZ_CHECK(!m->image.n || str_starts(m->image, STR_LIT("http")));
    check_date(m->published);
    check_date(m->modified);
    authors += m->n_authors > 0;
    dates += m->published.n || m->modified.n;
    crumbs += m->n_crumbs > 0;
}

static void check_json(void)
{
    const struct json_limits limits = {1 << 24, JSON_MAX_DEPTH, true};
    struct json_doc *doc;
    struct diag diag = {0};
    FUZZ_CHECK(out.status == OK);
    FUZZ_CHECK(json_parse(buf_str(&out), &limits, &doc, &diag) == OK);
    json_doc_destroy(doc);
}

/* ---- what is read ---- */

static void read_metadata(const struct html_tree *tree, const struct url *page, struct doc *doc)
{
    struct url base;
    struct json_out json;
    metadata_read(tree, page, NULL, &arena, doc, &base);
    check_text(doc->title, TITLE_MAX_BYTES);
    check_text(doc->description, DESCRIPTION_MAX_BYTES);
    check_text(doc->canonical, URL_MAX_BYTES);
    if (!doc->meta)
        return;
    check_meta(doc->meta);
    buf_reset(&out);
    json_out_init(&json, &out, 0);
    json_begin(&json, '{');
    page_meta_put(doc->meta, &json);
    json_end(&json, '}');
    check_json();
    page_meta_pack(doc->meta, &out);
    FUZZ_CHECK(out.status == OK && out.n <= META_PACKED_MAX_BYTES);
}

static void read_items(const struct html_tree *tree, const struct url *page)
{
    struct items items;
    struct json_out json;
    enum status st = items_of_tree(tree, page, 15, &arena, &items);
    FUZZ_CHECK(st == OK || st == ST_LIMIT);
    limited += st == ST_LIMIT;
    items_read += items.n > 0;
    FUZZ_CHECK(items.n <= ITEM_COUNT_MAX);
    for (enum item_source source = ITEM_JSONLD; source <= ITEM_META; source++) {
        buf_reset(&out);
        json_out_init(&json, &out, 0);
        json_begin(&json, '[');
        items_put(&items, source, &json);
        json_end(&json, ']');
        check_json();
    }
}

static void write_front_matter(const struct doc *doc)
{
    struct sha256 hash = {0};
    struct front_matter front = {.url = STR_LIT("https://h.example/"), .fetched_ms = 1, .hash = &hash};
    unsigned lines = 0;
    front_matter_take(&front, doc);
    buf_reset(&out);
    front_matter_put(&front, &out);
    struct str s = buf_str(&out);
    FUZZ_CHECK(out.status == OK && str_starts(s, STR_LIT("---\n")) && str_ends(s, STR_LIT("\n---\n\n")));
    FUZZ_CHECK(utf8_valid_bytes(s) == s.n);
    for (size_t i = 0; i < s.n; i++)
        lines += s.p[i] == '\n';
    FUZZ_CHECK(lines <= 12);
}

/* The parts that clean texts, on the page as one text. */
static void clean(struct str text)
{
    struct page_meta meta = {.site_name = STR_LIT("Example")};
    check_date(meta_date(text, &arena));
    meta_add_authors(&meta, text, &arena);
    meta_add_tags(&meta, text, &arena);
    size_t half = text.n / 2;
    struct str headline = meta_headline(text, str_head(text, str_find(text, '|')), str_from(text, half),
                                        STR_LIT("www.h.example"));
    check_text(headline, text.n);
    check_meta(&meta);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_head head;
    struct str page;
    const struct html_tree *tree;
    struct url url;
    struct doc doc = {.kind = DOC_HTML};
    if (!fuzz_head_read(data, n, &head, &page))
        return 0;
    struct html_limits limits = fuzz_limits(&head);
    page = fuzz_page(str_head(page, utf8_valid_bytes(page)));
    FUZZ_CHECK(html_parse(fuzz_parser(HTML_ENGINE_BUILTIN, &limits), page, &tree) == OK);
    pages++;
    arena_reset(&arena, 1 << 20);
    arena.limit_bytes = 16u << 20;
    FUZZ_CHECK(url_parse(&arena, STR_LIT("https://www.h.example/a/b.html"), NULL, &url) == OK);
    arena.limit_bytes = head.mode & 64 ? arena.used_bytes + (head.mode & 63) * 128u : 16u << 20;
    read_metadata(tree, &url, &doc);
    read_items(tree, &url);
    write_front_matter(&doc);
    if (head.how & 1)
        clean(page);
    return 0;
}
