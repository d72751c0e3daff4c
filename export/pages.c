/* SPDX-License-Identifier: Apache-2.0 */
/* pages.c: chunks of pages, copied from the map into one arena that is emptied before the next chunk. */
#include "export/pages.h"

#include <stdlib.h>

/* One page may be larger than a chunk; beyond this it is no page of ours. */
#define PAGES_ARENA_BYTES ((size_t)2 << 30)

enum status page_set_init(struct page_set *set, uint64_t end)
{
    if (end / 8 >= SIZE_MAX)
        return ST_LIMIT;
    uint8_t *bits = calloc((size_t)(end / 8 + 1), 1);
    if (!bits)
        return ST_NOMEM;
    *set = (struct page_set){.bits = bits, .end = end};
    return OK;
}

void page_set_fini(struct page_set *set)
{
    free(set->bits);
    *set = (struct page_set){0};
}

void page_set_add(struct page_set *set, uint64_t seq)
{
    must(seq < set->end);
    set->bits[seq / 8] |= (uint8_t)(1u << seq % 8);
}

bool page_set_has(const struct page_set *set, uint64_t seq)
{
    return seq < set->end && (set->bits[seq / 8] >> seq % 8 & 1);
}

void pages_init(struct pages *pages, const struct pages_options *options)
{
    *pages = (struct pages){.options = *options};
    unsigned n = options->chunk_pages ? options->chunk_pages : PAGES_CHUNK_DEFAULT;
    pages->options.chunk_pages = n < PAGES_CHUNK_MAX ? n : PAGES_CHUNK_MAX;
    arena_init(&pages->arena, PAGES_ARENA_BYTES, 1 << 20);
}

void pages_fini(struct pages *pages)
{
    arena_fini(&pages->arena);
    pages->items = NULL;
    pages->n = pages->next = 0;
}

static void copy_page(struct arena *arena, const struct page_record *from, struct page_record *to)
{
    *to = *from;
    struct str *texts[] = {&to->url,           &to->title,        &to->description, &to->language,
                           &to->canonical,     &to->content_type, &to->charset,     &to->etag,
                           &to->last_modified, &to->metadata};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = texts[i]->n ? arena_str(arena, *texts[i]) : STR_LIT("");
}

static enum status copy_parts(struct pages *pages, struct store_read *read, struct page_item *item)
{
    struct bundle bundle;
    enum status st = store_bundle_get(read, item->page.bundle, &bundle);
    if (st != OK)
        return st == ST_NOTFOUND ? ST_CORRUPT : st;
    for (unsigned i = 0; i < bundle.n_parts && i < PART_KINDS; i++) {
        const struct part *from = &bundle.parts[i];
        struct part *to = ARENA_NEW(&pages->arena, struct part);
        if (!to || from->kind >= PART_KINDS)
            return to ? ST_CORRUPT : pages->arena.status;
        *to = *from;
        unsigned wanted = from->kind == PART_HTML ? PAGES_HTML : PAGES_MARKDOWN;
        to->stream = pages->options.want & wanted ? arena_str(&pages->arena, from->stream) : STR_LIT("");
        item->parts[from->kind] = to;
    }
    return OK;
}

static enum status copy_row(struct pages *pages, struct store_read *read, struct page_item *item)
{
    struct row_record row;
    enum status st = store_row_next(read, pages->options.rows_job, item->page.seq, &row);
    if (st == ST_NOTFOUND || (st == OK && row.seq != item->page.seq))
        return OK;
    if (st != OK)
        return st;
    struct row_record *copy = ARENA_NEW(&pages->arena, struct row_record);
    if (!copy)
        return pages->arena.status;
    *copy = row;
    copy->stream = arena_str(&pages->arena, row.stream);
    item->row = copy;
    return OK;
}

static enum status copy_item(struct pages *pages, struct store_read *read,
                             const struct page_record *page)
{
    struct page_item *item = &pages->items[pages->n];
    unsigned want = pages->options.want;
    enum status st = OK;
    copy_page(&pages->arena, page, &item->page);
    if (want & (PAGES_SIZES | PAGES_HTML | PAGES_MARKDOWN))
        st = copy_parts(pages, read, item);
    if (st == OK && want & PAGES_ROWS)
        st = copy_row(pages, read, item);
    if (st == OK)
        st = pages->arena.status;
    if (st == OK)
        pages->n++;
    return st;
}

static enum status read_chunk(struct pages *pages, struct store_read *read)
{
    const struct pages_options *o = &pages->options;
    while (pages->n < o->chunk_pages && pages->arena.used_bytes < PAGES_CHUNK_BYTES) {
        struct page_record page;
        enum status st =
            pages->from < o->end ? store_page_next(read, o->job, pages->from, &page) : ST_NOTFOUND;
        if (st == ST_NOTFOUND || (st == OK && page.seq >= o->end)) {
            pages->at_end = true;
            return OK;
        }
        if (st != OK)
            return st;
        pages->from = page.seq + 1;
        if ((!o->of || page_set_has(o->of, page.seq)) && (st = copy_item(pages, read, &page)) != OK)
            return st;
    }
    return OK;
}

static enum status next_chunk(struct pages *pages)
{
    arena_reset(&pages->arena, 2 * PAGES_CHUNK_BYTES);
    pages->n = pages->next = 0;
    pages->items = ARENA_ARRAY(&pages->arena, struct page_item, pages->options.chunk_pages);
    if (!pages->items)
        return pages->arena.status;
    struct store_read *read;
    enum status st = store_read_begin(pages->options.store, &read);
    if (st != OK)
        return st;
    st = read_chunk(pages, read);
    store_read_end(read);
    return st;
}

enum status pages_next(struct pages *pages, const struct page_item **ret_item)
{
    while (pages->next == pages->n) {
        if (pages->at_end)
            return ST_NOTFOUND;
        enum status st = next_chunk(pages);
        if (st != OK)
            return st;
    }
    *ret_item = &pages->items[pages->next++];
    return OK;
}

enum status pages_next_chunk(struct pages *pages, const struct page_item **ret_items, unsigned *ret_n)
{
    const struct page_item *first;
    enum status st = pages_next(pages, &first);
    if (st != OK)
        return st;
    *ret_items = first;
    *ret_n = pages->n - pages->next + 1;
    pages->next = pages->n;
    return OK;
}

enum status part_inflate(struct codec *codec, const struct part *part, struct buf *out)
{
    buf_reset(out);
    return codec_inflate(codec, part->stream, &part->packed, out);
}
