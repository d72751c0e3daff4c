/* SPDX-License-Identifier: Apache-2.0 */
/* floor_page.h: what the floor does with one page: the tree, its links, plain Markdown, both deflated. */
#ifndef WEBKEEP_BENCH_FLOOR_PAGE_H
#define WEBKEEP_BENCH_FLOOR_PAGE_H

#include <stddef.h>

#define PATH_MAX_BYTES 4096

struct bytes {
    char *p;
    size_t n, room;
};

/* A page on its way, from the request to the store. */
struct page {
    struct page *next;
    char *path;
    struct bytes body, html, markdown; /* html, markdown: deflated */
    char **links;
    size_t n_links, links_room;
};

struct reader; /* a worker's parser, walk and compressor */

struct reader *reader_create(void);
void reader_read(struct reader *reader, struct page *page); /* body -> links, html, markdown */

void bytes_put(struct bytes *b, const char *p, size_t n);
void page_free(struct page *page);

void *some(void *memory); /* never NULL: ends the process instead */
_Noreturn void give_up(const char *why);

#endif
