/* SPDX-License-Identifier: Apache-2.0 */
/* markdown.h: GitHub-flavoured Markdown (GFM 0.29) of a page's tree. A pure walk without recursion. */
#ifndef WEBKEEP_EXTRACT_MARKDOWN_H
#define WEBKEEP_EXTRACT_MARKDOWN_H

#include "base/buf.h"
#include "extract/html/html.h"

/* Makes a reference of an element absolute for the page at hand; STR_NONE: leave it as it is. The slice may live in the
 * resolver's own memory until the next call. */
struct markdown_links {
    struct str (*resolve)(void *user, uint32_t node, struct str href);
    void *user;
};

/* Elements whose text is never shown: scripts, styles and the like. */
bool markdown_skips(const struct html_node *node);

/* Appends the Markdown of the subtree of top (0: the whole document's body) to out; ends with a line feed
 * unless there was nothing to say. links may be NULL: they stay as they are. Errors are out->status. */
void markdown_write(const struct html_tree *tree, uint32_t top, const struct markdown_links *links,
                    struct buf *out);
/* What of the subtree is wanted. */
struct markdown_part {
    const uint8_t *skip; /* a bit a node: neither it nor what is below it; NULL: all is wanted */
    bool noscript;       /* what stands in noscript too */
};

/* What of the page reached the Markdown: bytes of text with white space folded, and pre elements. Hidden is what is
 * not shown either, or is no content: gutters, permalinks, elements that say that they are hidden. */
struct markdown_count {
    size_t text, hidden_text;
    unsigned code, hidden_code;
};

/* The same, of a part; NULL: of all. */
struct markdown_count markdown_write_part(const struct html_tree *tree, uint32_t top,
                                          const struct markdown_part *part,
                                          const struct markdown_links *links, struct buf *out);

#endif
