/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_differential.c: soup without form and select, through our builder and through gumbo.
 *
 * Neither may crash and both trees must be trees. Where they differ, one of the two is wrong, or follows an
 * older text of the standard: differences of tree, of text in order and of links are counted, not asserted.
 * WEBKEEP_FUZZ_SHOW=N prints the first N pages that differ, with both trees. */
#include "tests/fuzz/soup.h"
#include "tests/fuzz/target.h"

#include <stdio.h>
#include <stdlib.h>

struct reading {
    struct buf tree, text, links;
};

static struct reading ours, theirs;
static struct buf page;
static size_t pages, gave_up, trees, texts, links, shown, to_show;

static void reading_init(struct reading *r)
{
    buf_init(&r->tree, 1 << 24);
    buf_init(&r->text, 1 << 24);
    buf_init(&r->links, 1 << 24);
}

static void reading_fini(struct reading *r)
{
    buf_fini(&r->tree);
    buf_fini(&r->text);
    buf_fini(&r->links);
}

static void init(void)
{
    const char *show = getenv("WEBKEEP_FUZZ_SHOW");
    to_show = show ? strtoul(show, NULL, 10) : 0;
    reading_init(&ours);
    reading_init(&theirs);
    buf_init(&page, FUZZ_SMALL_MAX_BYTES);
}

static void fini(void)
{
    printf("%zu pages; gumbo gave up on %zu; of the others differ: trees %zu, text in order %zu, links "
           "%zu\n",
           pages, gave_up, trees, texts, links);
    reading_fini(&ours);
    reading_fini(&theirs);
    buf_fini(&page);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_differential", false, 10000, init, fini, 0};

/* White space is left out: where it goes differs most, and matters least. */
static void put_dense(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!ascii_is_space(text.p[i]))
            buf_putc(out, text.p[i]);
}

static void read_tree(struct reading *r, const struct html_tree *tree)
{
    fuzz_print(&r->tree, tree);
    buf_reset(&r->text);
    buf_reset(&r->links);
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0)) {
        if (tree->nodes[node].type == HTML_TEXT)
            put_dense(&r->text, html_node_text(tree, node));
        if (html_is(tree, node, N_A) && str_is_set(html_attr(tree, node, N_HREF))) {
            buf_put_str(&r->links, html_attr(tree, node, N_HREF));
            buf_putc(&r->links, '\n');
        }
    }
}

/* Returns the limits that were reached. */
static unsigned parse(enum html_engine engine, struct str body, struct reading *r)
{
    struct html_parser *parser = fuzz_parser(engine, &fuzz_generous);
    const struct html_tree *tree = NULL;
    FUZZ_CHECK(html_parse(parser, body, &tree) == OK);
    fuzz_check_tree(tree, engine);
    if (engine == HTML_ENGINE_BUILTIN && !tree->cuts)
        fuzz_check_document(tree);
    read_tree(r, tree);
    return tree->cuts;
}

static void show(struct str body, const char *what)
{
    printf("%s differ\n  page   %.*s\n  ours   %.*s\n  theirs %.*s\n", what, STR_ARG(body),
           STR_ARG(buf_str(&ours.tree)), STR_ARG(buf_str(&theirs.tree)));
    shown++;
}

static void compare(struct str body)
{
    bool tree = !str_eq(buf_str(&ours.tree), buf_str(&theirs.tree));
    bool text = !str_eq(buf_str(&ours.text), buf_str(&theirs.text));
    bool link = !str_eq(buf_str(&ours.links), buf_str(&theirs.links));
    trees += tree;
    texts += text;
    links += link;
    if (shown < to_show && (tree || text || link))
        show(body, text ? "texts" : link ? "links" : "trees");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct draw choices = draw_of_bytes(data, n);
    buf_reset(&page);
    while (!draw_is_over(&choices) && page.status == OK)
        soup_piece(&choices, 0, &page);
    struct str body = fuzz_page(buf_str(&page));
    unsigned our_cuts = parse(HTML_ENGINE_BUILTIN, body, &ours);
    unsigned their_cuts = parse(HTML_ENGINE_GUMBO, body, &theirs);
    pages++;
    if (our_cuts | their_cuts)
        gave_up++;
    else
        compare(body);
    return 0;
}
