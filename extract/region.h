/* SPDX-License-Identifier: Apache-2.0 */
/* region.h: where on its page an element stands: navigation, footer, and so on.
 *
 * By element (nav, aside, header, footer, main), by role, by the words of class and id. header and footer
 * inside an article or section belong to that, not to the page (ARIA in HTML, "scoped to body"). Main is
 * what nothing else claims. */
#ifndef WEBKEEP_EXTRACT_REGION_H
#define WEBKEEP_EXTRACT_REGION_H

#include "base/link.h"
#include "extract/html/html.h"

/* What holds inside an element. */
struct region_state {
    enum region region;
    bool sectioned; /* inside main, article or section */
};

/* The state inside node, whose surroundings are `outside`. */
struct region_state region_inside(const struct html_tree *tree, uint32_t node,
                                  struct region_state outside);

/* The states along the path from the root in a pre-order walk. Only elements that change something are
 * kept; nested deeper than the room, changes are not seen. */
struct region_path {
    struct {
        uint32_t node;
        struct region_state outside;
    } changes[64];
    unsigned n;
    struct region_state now;
};

/* Node is entered: `now` is what holds inside it. */
static inline void region_enter(struct region_path *path, const struct html_tree *tree, uint32_t node)
{
    struct region_state inside = region_inside(tree, node, path->now);
    bool same = inside.region == path->now.region && inside.sectioned == path->now.sectioned;
    if (same || path->n == sizeof path->changes / sizeof path->changes[0])
        return;
    path->changes[path->n].node = node;
    path->changes[path->n++].outside = path->now;
    path->now = inside;
}

static inline void region_leave(struct region_path *path, uint32_t node)
{
    if (path->n && path->changes[path->n - 1].node == node)
        path->now = path->changes[--path->n].outside;
}

#endif
