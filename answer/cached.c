/* SPDX-License-Identifier: Apache-2.0 */
/* cached.c: one page at a time; memory beyond what most pages need is given back after each. */
#include "answer/cached.h"

#include "extract/extract.h"

#include <stdio.h>
#include <stdlib.h>

#define ARENA_BYTES ((size_t)256 << 20)
#define ARENA_KEEP_BYTES ((size_t)1 << 20)
#define RAW_MAX_BYTES ((size_t)1 << 30)
#define ROW_MAX_BYTES ((size_t)256 << 20)
#define ROW_KEEP_BYTES ((size_t)64 << 10)
#define MAX_LINKS 20000u
#define MAX_MARKDOWN_BYTES ((size_t)32 << 20)

struct answerer {
    struct extractor *extractor;
    struct codec *codec;
    struct arena arena;
    struct buf raw;
};

struct answerer *answerer_create(enum html_engine engine, const struct html_limits *limits)
{
    struct answerer *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    arena_init(&a->arena, ARENA_BYTES, 256 << 10);
    buf_init(&a->raw, RAW_MAX_BYTES);
    a->extractor = extractor_create(engine, limits);
    a->codec = codec_create(6);
    if (a->extractor && a->codec)
        return a;
    answerer_destroy(a);
    return NULL;
}

void answerer_destroy(struct answerer *a)
{
    if (!a)
        return;
    extractor_destroy(a->extractor);
    codec_destroy(a->codec);
    arena_fini(&a->arena);
    buf_fini(&a->raw);
    free(a);
}

void cached_row_init(struct cached_row *row)
{
    *row = (struct cached_row){0};
    buf_init(&row->json, ROW_MAX_BYTES);
    buf_init(&row->stream, 2 * ROW_MAX_BYTES);
}

void cached_row_fini(struct cached_row *row)
{
    buf_fini(&row->json);
    buf_fini(&row->stream);
}

static enum status answer(struct answerer *a, const struct asker *asker, struct str url,
                          struct str content_type, const struct part *html, struct cached_row *row)
{
    const struct extract_options options = {.url = url,
                                            .content_type = content_type,
                                            .want = asker_want(asker),
                                            .max_links = MAX_LINKS,
                                            .max_markdown_bytes = MAX_MARKDOWN_BYTES};
    struct doc doc;
    if (!html)
        return ST_NOTFOUND;
    buf_reset(&a->raw);
    enum status st = codec_inflate(a->codec, html->stream, &html->packed, &a->raw);
    if (st == OK && !buf_terminate(&a->raw))
        st = ST_NOMEM;
    if (st == OK)
        st = extract_document(a->extractor, &options, buf_str(&a->raw), &a->arena, &doc);
    return st == OK ? answer_page(asker, url, &doc, &row->json, &row->info) : st;
}

enum status answerer_row(struct answerer *a, const struct asker *asker, struct str url,
                         struct str content_type, const struct part *html, struct cached_row *row)
{
    buf_shrink(&row->json, ROW_KEEP_BYTES);
    buf_shrink(&row->stream, ROW_KEEP_BYTES);
    arena_reset(&a->arena, ARENA_KEEP_BYTES);
    enum status st = answer(a, asker, url, content_type, html, row);
    row->failed = st != OK;
    /* A damaged page costs its own row; without memory the others would fail as well. */
    if (st != OK && st != ST_NOMEM) {
        buf_reset(&row->json);
        row->info = (struct answer_info){.failed = true};
        answer_error(status_text(st), &row->json);
        st = row->json.status;
    }
    if (st == OK)
        st = codec_deflate(a->codec, buf_str(&row->json), &row->stream, &row->packed);
    buf_shrink(&a->raw, ARENA_KEEP_BYTES);
    return st;
}

/* ---- keys ---- */

struct sha256 answers_key(struct sha256_ctx *sha, const struct asker *asker, enum html_engine engine,
                          const struct html_limits *l, uint32_t owner)
{
    char text[256];
    int n = snprintf(text, sizeof text, "%u %u %zu %u %u %u %u %u %u %u %u ", (unsigned)owner,
                     (unsigned)engine, l->memory_bytes, (unsigned)l->nodes, (unsigned)l->depth,
                     (unsigned)l->attrs, (unsigned)l->page_attrs, (unsigned)l->names,
                     (unsigned)l->name_bytes, (unsigned)l->formatting, (unsigned)l->templates);
    must(n > 0 && (size_t)n < sizeof text);
    return sha256_of(sha, str_make(text, (size_t)n), asker_identity(asker));
}

static struct str bytes_of(const struct sha256 *hash)
{
    return str_make((const char *)hash->b, sizeof hash->b);
}

struct sha256 answer_key(struct sha256_ctx *sha, struct sha256 common, struct sha256 html,
                         struct str url, struct str content_type)
{
    struct sha256 key = sha256_of(sha, bytes_of(&common), bytes_of(&html));
    key = sha256_of(sha, bytes_of(&key), url);
    return sha256_of(sha, bytes_of(&key), content_type);
}

bool cached_row_keeps(const struct cached_row *row)
{
    return !row->failed && !row->info.passing;
}
