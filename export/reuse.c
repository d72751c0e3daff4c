/* SPDX-License-Identifier: Apache-2.0 */
/* reuse.c: a key for each page, and one read transaction a chunk of them. */
#include "export/reuse.h"

#include <stdlib.h>

#define ARENA_BYTES ((size_t)1 << 30)
#define ARENA_KEEP_BYTES ((size_t)8 << 20)
#define KEY_TEXT_BYTES ((size_t)64 << 20)

struct reuse {
    struct reuse_options options;
    struct sha256_ctx *sha;
    struct sha256 of_all; /* what all pages' keys have in common */
    struct buf text;
    struct arena arena;
};

static enum status hash_common(struct reuse *r)
{
    const struct html_limits *l = &r->options.limits;
    buf_printf(&r->text, "%u %u %zu %u %u %u %u %u %u %u %u ", (unsigned)r->options.owner,
               (unsigned)r->options.engine, l->memory_bytes, (unsigned)l->nodes, (unsigned)l->depth,
               (unsigned)l->attrs, (unsigned)l->page_attrs, (unsigned)l->names, (unsigned)l->name_bytes,
               (unsigned)l->formatting, (unsigned)l->templates);
    r->of_all = sha256_of(r->sha, buf_str(&r->text), asker_identity(r->options.asker));
    return r->text.status;
}

enum status reuse_create(const struct reuse_options *options, struct reuse **ret_reuse)
{
    struct reuse *r = calloc(1, sizeof *r);
    if (!r)
        return ST_NOMEM;
    r->options = *options;
    arena_init(&r->arena, ARENA_BYTES, 1 << 20);
    buf_init(&r->text, KEY_TEXT_BYTES);
    r->sha = sha256_create();
    enum status st = r->sha ? hash_common(r) : ST_NOMEM;
    if (st == OK)
        *ret_reuse = r;
    else
        reuse_destroy(r);
    return st;
}

void reuse_destroy(struct reuse *r)
{
    if (!r)
        return;
    sha256_destroy(r->sha);
    buf_fini(&r->text);
    arena_fini(&r->arena);
    free(r);
}

static void make_key(struct reuse *r, const struct page_item *item, struct earlier *e)
{
    const struct part *html = item->parts[PART_HTML];
    if (!html || r->options.off)
        return;
    buf_reset(&r->text);
    buf_put(&r->text, html->sha256.b, sizeof html->sha256.b);
    buf_printf(&r->text, "%zu:", item->page.url.n);
    buf_put_str(&r->text, item->page.url);
    buf_put_str(&r->text, item->page.content_type);
    e->has_key = r->text.status == OK;
    if (e->has_key)
        e->key = sha256_of(r->sha, str_make((const char *)r->of_all.b, sizeof r->of_all.b),
                           buf_str(&r->text));
}

static enum status find(struct reuse *r, struct store_read *read, bool streams, struct earlier *e)
{
    enum status st = e->has_key ? store_answer_get(read, e->key, &e->answer) : ST_NOTFOUND;
    e->found = st == OK;
    if (st == OK) {
        e->answer.stream = streams ? arena_str(&r->arena, e->answer.stream) : STR_LIT("");
        st = r->arena.status;
    }
    return st == ST_NOTFOUND || st == ST_CORRUPT ? OK : st;
}

enum status reuse_look(struct reuse *r, const struct page_item *items, unsigned n, bool streams,
                       const struct earlier **ret_earlier)
{
    struct store_read *read;
    arena_reset(&r->arena, ARENA_KEEP_BYTES);
    struct earlier *all = ARENA_ARRAY(&r->arena, struct earlier, n);
    if (!all)
        return r->arena.status;
    memset(all, 0, n * sizeof *all);
    enum status st = store_read_begin(r->options.store, &read);
    if (st != OK)
        return st;
    for (unsigned i = 0; i < n && st == OK; i++) {
        make_key(r, &items[i], &all[i]);
        st = find(r, read, streams, &all[i]);
    }
    store_read_end(read);
    if (st == OK)
        *ret_earlier = all;
    return st;
}
