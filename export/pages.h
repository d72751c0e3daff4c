/* SPDX-License-Identifier: Apache-2.0 */
/* pages.h: a walk over the cached pages of one job, in order of discovery, without holding a read
 * transaction while somebody works on a page.
 *
 * Pages are copied out chunk by chunk (so many pages, or about PAGES_CHUNK_BYTES), each chunk in a read
 * transaction of its own that is over before the first page of it is handed out: a slow reader of an
 * export's output never keeps the store from using its free space again.
 * Threads: a walk belongs to one; any number at once on one store. */
#ifndef WEBKEEP_EXPORT_PAGES_H
#define WEBKEEP_EXPORT_PAGES_H

#include "base/arena.h"
#include "cache/store.h"

#define PAGES_CHUNK_BYTES ((size_t)8 << 20)
#define PAGES_CHUNK_DEFAULT 64u
#define PAGES_CHUNK_MAX 1024u

/* Which pages belong to an export: one bit for each seq below `end`. Fixed in its first pass, so that all
 * passes see the same pages although a crawl goes on. */
struct page_set {
    uint8_t *bits;
    uint64_t end; /* no seq from here on is in it */
};

enum status page_set_init(struct page_set *set, uint64_t end) MUST_USE;
void page_set_fini(struct page_set *set);
void page_set_add(struct page_set *set, uint64_t seq);
bool page_set_has(const struct page_set *set, uint64_t seq);

struct page_item {
    struct page_record page;
    const struct part *parts[PART_KINDS]; /* NULL: the page has none; stream empty unless asked for */
    const struct row_record *row;         /* NULL: none, or not asked for */
};

enum pages_want {
    PAGES_SIZES = 1 << 0,    /* parts, without their streams */
    PAGES_HTML = 1 << 1,     /* parts, with the HTML's stream */
    PAGES_MARKDOWN = 1 << 2, /* parts, with the Markdown's stream */
    PAGES_ROWS = 1 << 3,     /* rows of rows_job */
};

struct pages_options {
    struct store *store;
    uint32_t job, rows_job;
    unsigned want;             /* bits of enum pages_want */
    unsigned chunk_pages;      /* 0: PAGES_CHUNK_DEFAULT */
    uint64_t end;              /* seqs from here on are left out */
    const struct page_set *of; /* NULL: all pages below end */
};

struct pages {
    struct pages_options options;
    struct arena arena;
    struct page_item *items;
    unsigned n, next;
    uint64_t from; /* seq of the next chunk */
    bool at_end;
};

void pages_init(struct pages *pages, const struct pages_options *options);
void pages_fini(struct pages *pages);
/* The next page; lives until the chunk is used up, so at least until the next call. ST_NOTFOUND at the end;
 * ST_CORRUPT: a page whose bytes are missing. */
enum status pages_next(struct pages *pages, const struct page_item **ret_item) MUST_USE;

/* All pages of the next chunk at once (at least one); they live until the next call. */
enum status pages_next_chunk(struct pages *pages, const struct page_item **ret_items,
                             unsigned *ret_n) MUST_USE;

/* The raw bytes of a part into out (emptied first). ST_LIMIT: more than out may hold. */
enum status part_inflate(struct codec *codec, const struct part *part, struct buf *out) MUST_USE;

#endif
