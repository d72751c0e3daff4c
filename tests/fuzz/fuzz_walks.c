/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_walks.c: the whole way of a page with small limits: any bytes, any charset label, decoding, the tree, and
 * all that walks on it: metadata, links with their regions, fields, text, Markdown.
 *
 * What comes out must be UTF-8, within the limits that were given, and the same when it is done again. */
#include "tests/fuzz/target.h"

#include "extract/charset.h"
#include "extract/fields.h"
#include "extract/links.h"
#include "extract/metadata.h"

#include <stdio.h>
#include <stdlib.h>

static struct kept_extractor {
    struct extractor *x;
    struct html_limits limits;
} kept[8];

static struct arena first_arena, second_arena;
static struct buf label, first_markdown;
static size_t pages, refused, arena_ended, links_cut, markdown_cut, undecoded;

static void init(void)
{
    arena_init(&first_arena, 0, 4096);
    arena_init(&second_arena, 0, 4096);
    buf_init(&label, 1 << 16);
    buf_init(&first_markdown, 1 << 20);
}

static void fini(void)
{
    printf("%zu pages; refused %zu, arena ended %zu, links cut %zu, Markdown cut %zu, not all decoded "
           "%zu\n",
           pages, refused, arena_ended, links_cut, markdown_cut, undecoded);
    for (size_t i = 0; i < ARRAY_LEN(kept); i++)
        extractor_destroy(kept[i].x);
    arena_fini(&first_arena);
    arena_fini(&second_arena);
    buf_fini(&label);
    buf_fini(&first_markdown);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_walks", true, 5000, init, fini, 0};

/* One for each choice of nodes and formatting: the rest takes turns with it. */
static struct extractor *extractor_of(const struct fuzz_head *head)
{
    struct kept_extractor *k = &kept[head->limits[0] / 8 % ARRAY_LEN(kept)];
    struct html_limits limits = fuzz_limits(head);
    if (!k->x || memcmp(&k->limits, &limits, sizeof limits) != 0) {
        extractor_destroy(k->x);
        k->x = extractor_create(HTML_ENGINE_BUILTIN, &limits);
        memcpy(&k->limits, &limits, sizeof limits);
        FUZZ_CHECK(k->x);
    }
    return k->x;
}

/* 0 to 35: a known charset. 36 to 63: what the page's first line says is the whole header. Then: no header. */
static struct str content_type(const struct fuzz_head *head, struct str *page)
{
    static const char *const names[] = {
        "utf-8",  "latin1",  "windows-1251", "koi8-r",         "iso-8859-8-i", "macintosh",
        "gbk",    "gb18030", "big5",         "euc-jp",         "iso-2022-jp",  "shift_jis",
        "euc-kr", "utf-16",  "utf-16be",     "x-user-defined", "replacement",  "none-such",
    };
    static const char *const types[] = {"text/html", "Text/Markdown", "application/xhtml+xml",
                                        "text/plain"};
    uint32_t choice = head->label % 80;
    buf_reset(&label);
    if (choice >= 64)
        return STR_LIT("");
    if (choice >= 36) {
        struct str line = str_head(*page, str_find(*page, '\n'));
        *page = str_from(*page, line.n + 1);
        return line;
    }
    buf_printf(&label, "%s; charset=%s", types[head->name[1] % ARRAY_LEN(types)], names[choice / 2]);
    return buf_str(&label);
}

/* ---- checks ---- */

static void check_text(struct str text, size_t max)
{
    FUZZ_CHECK(text.n <= max);
    FUZZ_CHECK(text.n == 0 || utf8_valid_bytes(text) == text.n);
}

static void check_links(const struct doc *doc, const struct extract_options *options)
{
    FUZZ_CHECK(doc->n_links <= options->max_links);
    FUZZ_CHECK(!doc->links_cut == !(doc->cuts & CUT_LINKS));
    for (unsigned i = 0; i < doc->n_links; i++) {
        const struct link *l = &doc->links[i];
        FUZZ_CHECK(l->url.n > 0 && str_find(l->url, '#') == l->url.n && l->region <= REGION_PAGINATION);
        check_text(l->url, URL_MAX_BYTES);
        check_text(l->text, LINK_TEXT_MAX_BYTES);
        check_text(l->title, SIZE_MAX);
        for (unsigned k = 0; k < i; k++)
            FUZZ_CHECK(!str_eq(doc->links[k].url, l->url));
    }
}

static void check_fields(const struct fields *f)
{
    for (unsigned i = 0; i < f->n_headings; i++) {
        FUZZ_CHECK(f->headings[i].level >= 1 && f->headings[i].level <= 6);
        check_text(f->headings[i].text, FIELD_TEXT_MAX_BYTES);
    }
    for (unsigned i = 0; i < f->n_codes; i++)
        check_text(f->codes[i].text, SIZE_MAX);
    for (unsigned i = 0; i < f->n_tables; i++)
        for (unsigned row = 0; row < f->tables[i].n_rows; row++)
            for (unsigned cell = 0; cell < f->tables[i].rows[row].n_cells; cell++)
                check_text(f->tables[i].rows[row].cells[cell], FIELD_TEXT_MAX_BYTES);
    for (unsigned i = 0; i < f->n_images; i++)
        check_text(f->images[i].src, URL_MAX_BYTES);
}

static void check_document(const struct doc *doc, const struct extract_options *options)
{
    check_text(doc->title, TITLE_MAX_BYTES);
    check_text(doc->description, DESCRIPTION_MAX_BYTES);
    check_text(doc->language, SIZE_MAX);
    check_text(doc->canonical, URL_MAX_BYTES);
    check_text(doc->base, URL_MAX_BYTES);
    check_text(doc->text, options->max_markdown_bytes);
    check_text(doc->markdown, options->max_markdown_bytes);
    FUZZ_CHECK(doc->markdown.n == 0 || doc->markdown.p[doc->markdown.n - 1] == '\n');
    FUZZ_CHECK(!(doc->cuts & CUT_MARKDOWN) || doc->markdown.n == 0);
    FUZZ_CHECK(str_is_set(doc->base) && doc->base.n > 0);
    check_links(doc, options);
    if (doc->fields)
        check_fields(doc->fields);
}

static void check_same(const struct doc *a, const struct doc *b)
{
    FUZZ_CHECK(str_eq(a->title, b->title) && str_eq(a->markdown, b->markdown) &&
               str_eq(a->text, b->text));
    FUZZ_CHECK(a->flags == b->flags && a->cuts == b->cuts && a->n_links == b->n_links);
    FUZZ_CHECK(a->text_bytes == b->text_bytes);
    for (unsigned i = 0; i < a->n_links; i++)
        FUZZ_CHECK(str_eq(a->links[i].url, b->links[i].url) &&
                   str_eq(a->links[i].text, b->links[i].text));
}

/* ---- */

static enum status extract(const struct fuzz_head *head, const struct extract_options *options,
                           struct str page, struct arena *arena, struct doc *ret_doc)
{
    arena_reset(arena, 1 << 20);
    arena->limit_bytes = head->mode & 64 ? (size_t)(head->mode & 63) * 64 : 16u << 20;
    enum status st = extract_document(extractor_of(head), options, page, arena, ret_doc);
    FUZZ_CHECK(st == OK || st == ST_UNSUPPORTED || st == ST_LIMIT);
    FUZZ_CHECK(st != ST_LIMIT || head->mode & 64);
    return st;
}

static void count(const struct doc *doc)
{
    links_cut += (doc->cuts & CUT_LINKS) != 0;
    markdown_cut += (doc->cuts & CUT_MARKDOWN) != 0;
    undecoded += (doc->flags & DOC_UNDECODED) != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_head head;
    struct str page;
    struct doc doc, again;
    if (!fuzz_head_read(data, n, &head, &page))
        return 0;
    struct extract_options options = {
        .url = STR_LIT("https://h.example/a/b.html?q#f"),
        .content_type = content_type(&head, &page),
        .want = EXTRACT_LINKS | EXTRACT_MARKDOWN | EXTRACT_FIELDS | EXTRACT_TEXT,
        .content_only = head.how & 1,
        .max_links = head.how & 2 ? head.how / 4 % 4 : 1000,
        .max_markdown_bytes = head.how & 128 ? head.how / 4 : 1 << 20,
    };
    page = fuzz_page(page);
    pages++;
    enum status st = extract(&head, &options, page, &first_arena, &doc);
    refused += st == ST_UNSUPPORTED;
    arena_ended += st == ST_LIMIT;
    if (st != OK)
        return 0;
    check_document(&doc, &options);
    count(&doc);
    if (head.limits[2] & 128)
        return 0;
    /* It stands in the extractor, which goes on to the next document. */
    buf_reset(&first_markdown);
    buf_put_str(&first_markdown, doc.markdown);
    doc.markdown = buf_str(&first_markdown);
    FUZZ_CHECK(extract(&head, &options, page, &second_arena, &again) == OK);
    check_same(&doc, &again);
    return 0;
}
