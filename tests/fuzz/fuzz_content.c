/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_content.c: which part of any page is its content.
 *
 * A page with text never gets an empty answer; counts are within the page; the answer is the same after other
 * pages, and with too little memory it is ST_LIMIT or the same. */
#include "tests/fuzz/target.h"

#include "extract/charset.h"
#include "extract/content.h"
#include "extract/markdown.h"
#include "tests/fuzz/topics.h"

#include <stdio.h>

static struct content_finder *finder, *other, *small;
static struct buf all, kept, markdown;
static size_t pages, hows[8], limited;

static void init(void)
{
    finder = content_finder_create(64 << 20);
    other = content_finder_create(64 << 20);
    small = content_finder_create(150000);
    FUZZ_CHECK(finder && other && small);
    buf_init(&all, 1 << 24);
    buf_init(&kept, 1 << 24);
    buf_init(&markdown, 1 << 24);
}

static void fini(void)
{
    printf("%zu pages; by frame %zu, by score %zu, fell back %zu; memory ended %zu\n", pages,
           hows[CONTENT_BY_FRAME], hows[CONTENT_BY_SCORE], hows[CONTENT_FELL_BACK], limited);
    content_finder_destroy(finder);
    content_finder_destroy(other);
    content_finder_destroy(small);
    buf_fini(&all);
    buf_fini(&kept);
    buf_fini(&markdown);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_content", true, 8000, init, fini, TOPIC_CONTENT};

static void check_answer(const struct html_tree *tree, const struct content *c)
{
    FUZZ_CHECK(c->how != CONTENT_NOT_ASKED && *content_how_text(c->how));
    FUZZ_CHECK(c->root < tree->n_nodes && c->n_kept <= c->n_blocks);
    FUZZ_CHECK(!c->skip || c->n_nodes == tree->n_nodes);
    FUZZ_CHECK(c->how != CONTENT_FELL_BACK || (!c->skip && !c->root));
    buf_reset(&all);
    buf_reset(&kept);
    content_text(tree, 0, NULL, &all);
    content_text(tree, c->root, c, &kept);
    FUZZ_CHECK(all.status == OK && kept.status == OK);
    FUZZ_CHECK(kept.n || !all.n);
    FUZZ_CHECK(utf8_valid_bytes(buf_str(&kept)) == kept.n);
    buf_reset(&markdown);
    markdown_write_part(tree, c->root, &(struct markdown_part){c->skip, c->noscript}, NULL, &markdown);
    FUZZ_CHECK(markdown.status == OK);
}

static void check_same(const struct content *a, const struct content *b)
{
    FUZZ_CHECK(a->how == b->how && a->root == b->root && a->n_kept == b->n_kept &&
               a->n_blocks == b->n_blocks && a->kept_chars == b->kept_chars && !a->skip == !b->skip);
    FUZZ_CHECK(!a->skip || memcmp(a->skip, b->skip, (a->n_nodes + 7) / 8) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct str urls[] = {{"", 0},
                                      {"https://h.example/", 18},
                                      {"https://h.example/2026/04/a-post.html", 37},
                                      {"https://shop.example/product/12?x=1", 35},
                                      {"https://docs.example/thread/5#p", 31}};
    struct fuzz_head head;
    struct str page;
    const struct html_tree *tree;
    struct content content, again;
    if (!fuzz_head_read(data, n, &head, &page))
        return 0;
    struct html_limits limits = fuzz_limits(&head);
    struct str url = urls[head.label % ARRAY_LEN(urls)];
    page = fuzz_page(str_head(page, utf8_valid_bytes(page)));
    FUZZ_CHECK(html_parse(fuzz_parser(HTML_ENGINE_BUILTIN, &limits), page, &tree) == OK);
    pages++;
    FUZZ_CHECK(content_find(finder, tree, url, &content) == OK);
    hows[content.how]++;
    check_answer(tree, &content);
    /* The other finder saw half of the pages before. */
    if (head.how & 1) {
        FUZZ_CHECK(content_find(other, tree, url, &again) == OK);
        check_same(&content, &again);
    }
    enum status st = content_find(small, tree, url, &again);
    FUZZ_CHECK(st == OK || st == ST_LIMIT);
    limited += st == ST_LIMIT;
    if (st == OK)
        check_same(&content, &again);
    return 0;
}
