/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_markdown.c: the Markdown of any subtree of any page: all of it, or without some nodes; links resolved or not; a
 * small maximum.
 *
 * It is UTF-8, ends with one line feed, begins with none, has no carriage return and nothing of a page's mark-up but
 * what the writer knows; it is the same when it is written again, and a smaller maximum is told. */
#include "tests/fuzz/target.h"

#include "extract/charset.h"
#include "extract/links.h"
#include "extract/markdown.h"
#include "tests/fuzz/topics.h"

#include <stdio.h>

/* What is written and taken back at the end. */
enum { BEHIND_BYTES = 4096 };

static struct buf first, second;
static struct arena arena;
static struct links *links;
static struct url base;
static uint8_t skip[1 << 14];
static size_t pages, limited, empty;

static void init(void)
{
    buf_init(&first, 1 << 24);
    buf_init(&second, 1 << 24);
    arena_init(&arena, 16 << 20, 1 << 16);
    links = links_create();
    FUZZ_CHECK(links);
}

static void fini(void)
{
    printf("%zu pages; Markdown cut %zu, empty %zu\n", pages, limited, empty);
    buf_fini(&first);
    buf_fini(&second);
    links_destroy(links);
    arena_fini(&arena);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_markdown", true, 8000, init, fini, TOPIC_MARKDOWN};

static struct str resolve(void *user, uint32_t node, struct str href)
{
    (void)node;
    struct url url;
    (void)user;
    arena_reset(&arena, 1 << 20);
    FUZZ_CHECK(url_parse(&arena, STR_LIT("https://h.example/a/b"), NULL, &base) == OK);
    return href.n < 1000 && url_parse(&arena, href, &base, &url) == OK ? url.href : STR_NONE;
}

/* A bit a node, each set with one chance in eight. */
static const uint8_t *draw_skip(const struct fuzz_head *head, const struct html_tree *tree)
{
    struct draw d = draw_of_seed(head->label);
    if (!(head->how & 8) || tree->n_nodes / 8 >= sizeof skip)
        return NULL;
    for (uint32_t i = 0; i <= tree->n_nodes / 8; i++)
        skip[i] = (uint8_t)(draw(&d, 256) & draw(&d, 256) & draw(&d, 256));
    return skip;
}

/* Reading it for links must end well too, whatever is in it. */
static void check_links(struct str text)
{
    struct link *list;
    unsigned n, cut;
    arena_reset(&arena, 1 << 20);
    FUZZ_CHECK(url_parse(&arena, STR_LIT("https://h.example/a/b"), NULL, &base) == OK);
    links_begin(links, &arena, &base, 100);
    links_of_markdown(links, &arena, text);
    FUZZ_CHECK(links_end(links, &list, &n, &cut) == OK && n <= 100);
}

static void check_text(struct str text)
{
    FUZZ_CHECK(utf8_valid_bytes(text) == text.n && !memchr(text.p, '\r', text.n));
    FUZZ_CHECK(!memchr(text.p, '\0', text.n));
    FUZZ_CHECK(text.p[0] != '\n' && text.p[text.n - 1] == '\n');
    check_links(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct markdown_links resolver = {resolve, NULL};
    struct fuzz_head head;
    struct str page;
    const struct html_tree *tree;
    if (!fuzz_head_read(data, n, &head, &page))
        return 0;
    struct html_limits limits = fuzz_limits(&head);
    size_t valid = utf8_valid_bytes(page);
    FUZZ_CHECK(html_parse(fuzz_parser(HTML_ENGINE_BUILTIN, &limits), fuzz_page(str_head(page, valid)),
                          &tree) == OK);
    pages++;
    const struct markdown_part part = {draw_skip(&head, tree), head.how & 1};
    uint32_t top = head.how & 16 ? (head.name[0] << 8u | head.name[1]) % tree->n_nodes : 0;
    const struct markdown_links *to = head.how & 2 ? &resolver : NULL;
    buf_reset(&first);
    markdown_write_part(tree, top, &part, to, &first);
    FUZZ_CHECK(first.status == OK);
    empty += first.n == 0;
    if (first.n)
        check_text(buf_str(&first));
    second.max = first.n + BEHIND_BYTES;
    buf_reset(&second);
    if (head.how & 4 && first.n) {
        second.max = head.mode % first.n;
        limited++;
    }
    buf_shrink(&second, second.max);
    markdown_write_part(tree, top, &part, to, &second);
    FUZZ_CHECK(second.status == (second.max < first.n ? ST_LIMIT : OK));
    FUZZ_CHECK(second.status != OK || str_eq(buf_str(&first), buf_str(&second)));
    return 0;
}
