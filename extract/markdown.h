/* SPDX-License-Identifier: Apache-2.0 */
/* markdown.h: GitHub-flavoured Markdown (GFM 0.29) of a page's tree. A pure walk without recursion. */
#ifndef WEBKEEP_EXTRACT_MARKDOWN_H
#define WEBKEEP_EXTRACT_MARKDOWN_H

#include "base/buf.h"
#include "extract/html/html.h"

/* Makes a reference absolute for the page at hand; STR_NONE: leave it as it is. The slice may live in the
 * resolver's own memory until the next call. */
struct markdown_links {
    struct str (*resolve)(void *user, struct str href);
    void *user;
};

/* Appends the Markdown of the subtree of top (0: the whole document's body) to out; ends with a line feed
 * unless there was nothing to say. Errors are out->status. */
void markdown_write(const struct html_tree *tree, uint32_t top, const struct markdown_links *links,
                    struct buf *out);

#endif
