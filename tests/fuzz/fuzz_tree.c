/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_tree.c: our own tree builder on any bytes, with any limits: documents and fragments, scripts on or off.
 *
 * The tree must be one, and where no flag says that a limit was reached it must be the tree that is built
 * without limits. */
#include "tests/fuzz/target.h"

#include <stdio.h>

static struct buf printed, expected;
static size_t documents, fragments, whole, cuts[CUT_BITS];

static void init(void)
{
    buf_init(&printed, 1 << 24);
    buf_init(&expected, 1 << 24);
}

static void fini(void)
{
    printf("%zu documents, %zu fragments; the same as without limits %zu; cut by", documents, fragments,
           whole);
    for (unsigned bits = CUT_ALL, bit = 0; bit < CUT_BITS; bit++) {
        const char *word = cut_next(&bits);
        if (cuts[bit])
            printf(" %s %zu", word, cuts[bit]);
    }
    printf("\n");
    buf_fini(&printed);
    buf_fini(&expected);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_tree", true, 20000, init, fini, 0};

static const struct html_tree *parse(const struct fuzz_head *head, const struct html_limits *limits,
                                     struct str page)
{
    struct html_parser *parser = fuzz_parser(HTML_ENGINE_BUILTIN, limits);
    const struct html_tree *tree = NULL;
    enum html_ns ns;
    struct str context = fuzz_context(head, &ns);
    html_parser_set_scripting(parser, head->how & FUZZ_SCRIPTING);
    enum status st = head->how & FUZZ_FRAGMENT ? html_parse_fragment(parser, page, context, ns, &tree)
                                               : html_parse(parser, page, &tree);
    FUZZ_CHECK(st == OK);
    fuzz_check_tree(tree, HTML_ENGINE_BUILTIN);
    if (!(head->how & FUZZ_FRAGMENT) && !(tree->cuts & (CUT_NODES | CUT_PAGE_ATTRS | CUT_MEMORY)))
        fuzz_check_document(tree);
    return tree;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_head head;
    struct str page;
    if (!fuzz_head_read(data, n, &head, &page))
        return 0;
    page = fuzz_page(page);
    struct html_limits limits = fuzz_limits(&head);
    const struct html_tree *tree = parse(&head, &limits, page);
    *(head.how & FUZZ_FRAGMENT ? &fragments : &documents) += 1;
    for (unsigned bit = 0; bit < CUT_BITS; bit++)
        cuts[bit] += tree->cuts >> bit & 1;
    if (tree->cuts)
        return 0;
    bool quirks = tree->quirks;
    fuzz_print(&printed, tree);
    tree = parse(&head, &fuzz_generous, page);
    fuzz_print(&expected, tree);
    FUZZ_CHECK(tree->cuts == 0 && tree->quirks == quirks);
    FUZZ_CHECK(str_eq(buf_str(&printed), buf_str(&expected)));
    whole++;
    return 0;
}
