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

/* Elements whose attributes are worth a look. */
extern const uint8_t region_containers[HTML_NAMES_FIXED];

/* The state inside node, one of these, whose surroundings are `outside`. */
struct region_state region_inside(const struct html_tree *tree, uint32_t node,
                                  struct region_state outside);

/* The states along the path from the root in a pass in document order. Only elements that change something are
 * kept; nested deeper than the room, changes are not seen. */
struct region_path {
    struct {
        uint32_t end; /* the node behind all that is below the element; 0: none */
        struct region_state outside;
    } changes[64];
    unsigned n;
    struct region_state now;
    uint32_t end; /* of the innermost change; 0: there is none, or no end */
};

/* The pass comes to node (not 0): what ended before it holds no more. */
static inline void region_reach(struct region_path *path, uint32_t node)
{
    while (path->end == node) {
        path->now = path->changes[--path->n].outside;
        path->end = path->n ? path->changes[path->n - 1].end : 0;
    }
}

/* Then, of an element: `now` is what holds inside it. */
static inline void region_enter(struct region_path *path, const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML || n->name >= HTML_NAMES_FIXED ||
        !region_containers[n->name] ||
        (!n->attrs && (n->name == N_DIV || n->name == N_P || n->name == N_TD)))
        return;
    struct region_state inside = region_inside(tree, node, path->now);
    bool same = inside.region == path->now.region && inside.sectioned == path->now.sectioned;
    if (same || path->n == sizeof path->changes / sizeof path->changes[0])
        return;
    path->end = html_skip(tree, node, 0);
    path->changes[path->n].end = path->end;
    path->changes[path->n++].outside = path->now;
    path->now = inside;
}

#endif
