/* SPDX-License-Identifier: Apache-2.0 */
/* content_text.c: the visible text of a page or of its content, a line a block, white space folded. */
#include "extract/content.h"
#include "extract/html/text.h"
#include "extract/markdown_int.h"

struct lines {
    struct buf *out;
    bool gap, line; /* white space, a block boundary, since the last character */
    size_t start;
};

static void put_text(struct lines *l, struct str text)
{
    for (size_t i = 0; i < text.n;) {
        if (ascii_is_space(text.p[i])) {
            l->gap = true;
            i++;
            continue;
        }
        size_t from = i;
        while (i < text.n && !ascii_is_space(text.p[i]))
            i++;
        if (l->out->n > l->start && (l->line || l->gap))
            buf_putc(l->out, l->line ? '\n' : ' ');
        l->gap = l->line = false;
        buf_put(l->out, text.p + from, i - from);
    }
}

static bool is_unseen(const struct html_tree *tree, const struct content *content, bool noscript,
                      uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    if (content && content_skips(content, node))
        return true;
    if (n->type != HTML_ELEMENT)
        return n->type != HTML_TEXT && n->type != HTML_DOCUMENT;
    if (html_is(tree, node, N_NOSCRIPT))
        return !noscript;
    return n->ns != HTML_NS_HTML || markdown_skips(n) || (n->attrs && md_hidden(tree, node));
}

void content_text(const struct html_tree *tree, uint32_t top, const struct content *content,
                  struct buf *out)
{
    struct lines l = {.out = out, .start = out->n};
    const struct html_node *nodes = tree->nodes;
    uint32_t node = top;
    while (out->status == OK) {
        bool unseen = is_unseen(tree, content, content && content->noscript, node);
        if (!unseen && nodes[node].type == HTML_TEXT)
            put_text(&l, html_node_text(tree, node));
        l.line |= html_is(tree, node, N_BR) || html_is_block(tree, node);
        if (!unseen && nodes[node].first) {
            node = nodes[node].first;
            continue;
        }
        while (node != top && !nodes[node].next) {
            node = nodes[node].parent;
            l.line |= html_is_block(tree, node);
        }
        if (node == top)
            return;
        l.line |= html_is_block(tree, node);
        node = nodes[node].next;
    }
}
