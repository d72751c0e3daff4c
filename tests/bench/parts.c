/* SPDX-License-Identifier: Apache-2.0 */
/* parts.c: what each part of reading a page costs beside the parse: metadata, links, Markdown.
 *
 *   parts FOLDER [ROUNDS]     all *.html below FOLDER
 *
 * Every page is read ROUNDS times (7), part after part; of each part and page the quickest round counts, so that
 * other work on the machine matters little. The pass that finds the links is counted as metadata. Says microseconds a page and shares of the parse; ends with 1 when the
 * parts together cost more than the parse. */
#include "base/config.h"
#include "base/must.h"
#include "extract/extract.h"
#include "extract/links.h"
#include "extract/markdown.h"
#include "extract/metadata.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PARSE, METADATA, LINKS, MARKDOWN, PARTS };

static const char *const part_names[PARTS] = {"parse", "metadata", "links", "Markdown"};

struct bench {
    struct html_parser *parser;
    struct links *links;
    struct arena arena, resolving;
    struct buf page, markdown, absolute;
    struct url url, base;
    struct config config;
    unsigned rounds, pages;
    size_t bytes, markdown_bytes;
    uint64_t total_ns[PARTS];
};

static struct bench bench;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void need(bool fine, const char *what)
{
    if (fine)
        return;
    fprintf(stderr, "%s failed\n", what);
    exit(2);
}

/* As extract.c resolves them. */
static struct str resolve(void *user, uint32_t node, struct str href)
{
    struct bench *b = user;
    struct url url;
    struct str noted = links_absolute(b->links, node, href, &b->absolute);
    if (str_is_set(noted))
        return noted;
    arena_reset(&b->resolving, 1 << 20);
    if (href.n > URL_MAX_BYTES || url_parse(&b->resolving, href, &b->base, &url) != OK)
        return STR_NONE;
    return url.href;
}

static void lap(uint64_t *from, uint64_t *least)
{
    uint64_t now = now_ns();
    if (now - *from < *least)
        *least = now - *from;
    *from = now_ns();
}

static void one_round(struct bench *b, uint64_t least[PARTS])
{
    const struct html_tree *tree;
    struct doc doc = {.kind = DOC_HTML};
    arena_reset(&b->arena, 4 << 20);
    uint64_t at = now_ns();
    need(html_parse(b->parser, buf_str(&b->page), &tree) == OK, "parsing");
    lap(&at, &least[PARSE]);
    links_reset(b->links);
    metadata_read(tree, &b->url, b->links, &b->arena, &doc, &b->base);
    lap(&at, &least[METADATA]);
    links_begin(b->links, &b->arena, &b->base, b->config.extract_links);
    links_of_tree(b->links, &b->arena, tree);
    need(links_end(b->links, &doc.links, &doc.n_links, &doc.links_cut) == OK, "links");
    lap(&at, &least[LINKS]);
    buf_reset(&b->markdown);
    markdown_write_part(tree, 0, &(struct markdown_part){0}, &(struct markdown_links){resolve, b},
                        &b->markdown);
    lap(&at, &least[MARKDOWN]);
}

static void one_page(struct bench *b, const char *path)
{
    uint64_t least[PARTS];
    FILE *f = fopen(path, "re");
    if (!f)
        return;
    buf_reset(&b->page);
    char *to;
    for (size_t n; (to = buf_room(&b->page, 65536)) && (n = fread(to, 1, 65536, f)) > 0;)
        b->page.n += n;
    fclose(f);
    need(buf_terminate(&b->page), "memory");
    memset(least, 0xff, sizeof least);
    for (unsigned i = 0; i < b->rounds; i++)
        one_round(b, least);
    for (int i = 0; i < PARTS; i++)
        b->total_ns[i] += least[i];
    b->pages++;
    b->bytes += b->page.n;
    b->markdown_bytes += b->markdown.n;
}

static int visit(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)at;
    size_t n = strlen(path);
    if (kind == FTW_F && n > 5 && strcmp(path + n - 5, ".html") == 0)
        one_page(&bench, path);
    return 0;
}

static int report(const struct bench *b)
{
    uint64_t rest = 0;
    printf("%u pages of %zu bytes, Markdown of %zu\n", b->pages, b->bytes / b->pages,
           b->markdown_bytes / b->pages);
    for (int i = 0; i < PARTS; i++) {
        rest += i == PARSE ? 0 : b->total_ns[i];
        printf("%-10s %9.2f us a page %6.3f\n", part_names[i], (double)b->total_ns[i] / 1e3 / b->pages,
               (double)b->total_ns[i] / (double)b->total_ns[PARSE]);
    }
    printf("%-10s %9.2f us a page %6.3f\n", "together", (double)rest / 1e3 / b->pages,
           (double)rest / (double)b->total_ns[PARSE]);
    return rest > b->total_ns[PARSE];
}

int main(int argc, char **argv)
{
    struct bench *b = &bench;
    struct arena urls;
    need(argc > 1, "usage: parts FOLDER [ROUNDS]:");
    config_init(&b->config);
    struct html_limits limits = html_limits_of(&b->config);
    b->rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 7;
    b->parser = html_parser_create(HTML_ENGINE_BUILTIN, &limits);
    b->links = links_create();
    need(b->parser && b->links, "memory");
    arena_init(&b->arena, b->config.page_arena_bytes, 1 << 16);
    arena_init(&b->resolving, 1 << 20, 1 << 14);
    arena_init(&urls, 1 << 20, 1 << 12);
    buf_init(&b->page, 1 << 28);
    buf_init(&b->absolute, 2 * URL_MAX_BYTES);
    buf_init(&b->markdown, b->config.extract_markdown_bytes);
    need(url_parse(&urls, STR_LIT("https://docs.example/a/b/page.html"), NULL, &b->url) == OK, "URL");
    if (nftw(argv[1], visit, 16, FTW_PHYS) != 0 || b->pages == 0)
        need(false, argv[1]);
    int over = report(b);
    html_parser_destroy(b->parser);
    links_destroy(b->links);
    arena_fini(&b->arena);
    arena_fini(&b->resolving);
    arena_fini(&urls);
    buf_fini(&b->page);
    buf_fini(&b->markdown);
    buf_fini(&b->absolute);
    return over;
}
