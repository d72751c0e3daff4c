/* SPDX-License-Identifier: Apache-2.0 */
/* front_matter.c: the block is written key by key; a value is JSON first, then what YAML reads otherwise than
 * JSON is escaped too. Nothing here knows where a page came from. */
#include "extract/front_matter.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/utf8.h"
#include "extract/page_meta.h"

#define VALUE_MAX_BYTES ((size_t)1 << 20)

static uint32_t code_of(struct str s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s.p;
    uint32_t code = n == 1 ? p[0] : p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        code = code << 6 | (p[i] & 0x3F);
    return code;
}

/* Allowed in JSON's strings, but in YAML no printable characters or line breaks (5.1, 5.4). */
static bool needs_escape(uint32_t code)
{
    return (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 || code == 0xFEFF ||
           code == 0xFFFE || code == 0xFFFF;
}

static void put_escape(uint32_t code, struct buf *out)
{
    buf_puts(out, "\\u");
    for (int shift = 12; shift >= 0; shift -= 4)
        buf_putc(out, "0123456789abcdef"[code >> shift & 15]);
}

static void put_quoted(struct str json, struct buf *out)
{
    while (json.n) {
        size_t n = utf8_length(json);
        uint32_t code = n ? code_of(json, n) : 0;
        if (n && needs_escape(code))
            put_escape(code, out);
        else
            buf_put(out, json.p, n ? n : 1);
        json = str_from(json, n ? n : 1);
    }
}

static void put(struct buf *out, const char *name, struct str value)
{
    struct buf text;
    struct json_out json;
    if (!value.n)
        return;
    buf_init(&text, VALUE_MAX_BYTES);
    json_out_init(&json, &text, 0);
    json_put_str(&json, value);
    if (text.status == OK) {
        buf_puts(out, name);
        buf_puts(out, ": ");
        put_quoted(buf_str(&text), out);
        buf_putc(out, '\n');
    } else if (out->status == OK) {
        out->status = text.status;
    }
    buf_fini(&text);
}

static void put_authors(const struct front_matter *front, struct buf *out)
{
    struct buf all;
    buf_init(&all, VALUE_MAX_BYTES);
    for (unsigned i = 0; i < front->n_authors; i++) {
        buf_puts(&all, i ? ", " : "");
        buf_put_str(&all, front->authors[i]);
    }
    put(out, "author", buf_str(&all));
    buf_fini(&all);
}

void front_matter_take(struct front_matter *front, const struct doc *doc)
{
    const struct page_meta *meta = doc->meta;
    struct str title = meta && meta->headline.n ? meta->headline : doc->title;
    if (title.n)
        front->title = title;
    if (doc->language.n)
        front->language = doc->language;
    if (doc->description.n)
        front->description = doc->description;
    if (meta && meta->published.n)
        front->date = meta->published;
    if (meta && meta->n_authors) {
        front->authors = meta->authors;
        front->n_authors = meta->n_authors;
    }
}

static void take_text(struct str *to, const struct json *v, struct arena *arena)
{
    struct str s = json_str(v, STR_NONE);
    if (s.n)
        *to = arena_str(arena, s);
}

void front_matter_take_stored(struct front_matter *front, struct str metadata, struct arena *arena)
{
    const struct json_limits limits = {.max_bytes = metadata.n, .max_depth = 8, .replace_nul = true};
    struct json_doc *doc;
    if (!metadata.n || json_parse(metadata, &limits, &doc, NULL) != OK)
        return;
    const struct json *root = json_root(doc), *authors = json_get(root, "authors");
    take_text(&front->title, json_get(root, "title"), arena);
    take_text(&front->date, json_get(root, "published"), arena);
    struct str *names = ARENA_ARRAY(arena, struct str, json_length(authors) + 1);
    front->authors = names;
    for (const struct json *v = json_first(authors); names && v; v = json_after(v))
        take_text(&names[front->n_authors++], v, arena);
    json_doc_destroy(doc);
}

void front_matter_put(const struct front_matter *front, struct buf *out)
{
    char hex[2 * sizeof(struct sha256) + 1], when[32];
    buf_puts(out, "---\n");
    put(out, "title", front->title);
    put(out, "url", front->url);
    if (front->fetched_ms) {
        clock_format(front->fetched_ms, when);
        put(out, "fetched", str_of(when));
    }
    put(out, "language", front->language);
    put_authors(front, out);
    put(out, "date", front->date);
    put(out, "description", front->description);
    if (front->hash) {
        hex_encode(front->hash->b, sizeof front->hash->b, hex);
        put(out, "hash", str_of(hex));
    }
    buf_puts(out, "---\n\n");
}
