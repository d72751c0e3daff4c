/* SPDX-License-Identifier: Apache-2.0 */
/* reuse.c: a key for each page, and one read transaction a chunk of them. */
#include "export/reuse.h"

#include <stdlib.h>

#define ARENA_BYTES ((size_t)1 << 30)
#define ARENA_KEEP_BYTES ((size_t)8 << 20)

struct reuse {
    struct reuse_options options;
    struct sha256_ctx *sha;
    struct sha256 common; /* answers_key() */
    struct arena arena;
};

enum status reuse_create(const struct reuse_options *options, struct reuse **ret_reuse)
{
    struct reuse *r = calloc(1, sizeof *r);
    if (!r)
        return ST_NOMEM;
    r->options = *options;
    arena_init(&r->arena, ARENA_BYTES, 1 << 20);
    r->sha = sha256_create();
    if (!r->sha) {
        reuse_destroy(r);
        return ST_NOMEM;
    }
    r->common = answers_key(r->sha, options->asker, options->engine, &options->limits, options->owner);
    *ret_reuse = r;
    return OK;
}

void reuse_destroy(struct reuse *r)
{
    if (!r)
        return;
    sha256_destroy(r->sha);
    arena_fini(&r->arena);
    free(r);
}

static void make_key(struct reuse *r, const struct page_item *item, struct earlier *e)
{
    const struct part *html = item->parts[PART_HTML];
    e->has_key = html && !r->options.off;
    if (e->has_key)
        e->key = answer_key(r->sha, r->common, html->sha256, item->page.url, item->page.content_type);
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
