/* SPDX-License-Identifier: Apache-2.0 */
/* page.c: the pool of pages. Pages are made when first needed and keep a modest amount of memory between
 * uses, so that the number of pages in flight bounds what a crawl holds. The loop's alone. */
#include "crawler/page.h"

#include <stdlib.h>

#define PAGE_ARENA_CHUNK (4 * 1024)
#define PAGE_KEEP_BYTES (64 * 1024)

struct page_pool {
    size_t limit, made, out;
    size_t arena_bytes, body_bytes, packed_bytes;
    struct page *idle;
};

struct page_pool *page_pool_create(size_t pages, const struct config *config)
{
    struct page_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return NULL;
    pool->limit = pages;
    pool->arena_bytes = config->page_arena_bytes;
    pool->body_bytes = config->fetch_body_bytes;
    pool->packed_bytes = page_packed_max(config);
    return pool;
}

static void page_destroy(struct page *page)
{
    arena_fini(&page->arena);
    buf_fini(&page->fetch.body);
    buf_fini(&page->packed);
    free(page);
}

void page_pool_destroy(struct page_pool *pool)
{
    if (!pool)
        return;
    must(pool->out == 0);
    while (pool->idle) {
        struct page *next = pool->idle->next;
        page_destroy(pool->idle);
        pool->idle = next;
    }
    free(pool);
}

static struct page *page_create(const struct page_pool *pool)
{
    struct page *page = calloc(1, sizeof *page);
    if (!page)
        return NULL;
    page->magic = PAGE_MAGIC;
    page->number = (unsigned)pool->made;
    page->event.kind = EVENT_PAGE;
    arena_init(&page->arena, pool->arena_bytes, PAGE_ARENA_CHUNK);
    buf_init(&page->fetch.body, pool->body_bytes);
    buf_init(&page->packed, pool->packed_bytes);
    return page;
}

struct page *page_take(struct page_pool *pool)
{
    struct page *page = pool->idle;
    if (page) {
        pool->idle = page->next;
    } else {
        page = pool->made < pool->limit ? page_create(pool) : NULL;
        if (!page)
            return NULL;
        pool->made++;
    }
    pool->out++;
    page->next = NULL;
    page->state = PAGE_LEASED;
    return page;
}

void page_give(struct page_pool *pool, struct page **page)
{
    struct page *p = *page;
    *page = NULL;
    must(p->magic == PAGE_MAGIC && pool->out > 0);
    policy_release(p->policy);
    policy_release(p->moved_policy);
    robots_destroy(p->robots);
    free(p->lease);
    arena_reset(&p->arena, PAGE_KEEP_BYTES);
    buf_shrink(&p->fetch.body, PAGE_KEEP_BYTES);
    buf_shrink(&p->packed, PAGE_KEEP_BYTES);
    struct page kept = {.magic = PAGE_MAGIC,
                        .number = p->number,
                        .event.kind = EVENT_PAGE,
                        .arena = p->arena,
                        .packed = p->packed};
    kept.fetch.body = p->fetch.body;
    *p = kept;
    p->next = pool->idle;
    pool->idle = p;
    pool->out--;
}

size_t page_pool_out(const struct page_pool *pool)
{
    return pool->out;
}
