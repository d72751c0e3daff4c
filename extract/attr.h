/* SPDX-License-Identifier: Apache-2.0 */
/* attr.h: attributes that have no fixed number in extract/html/names.h, by their text. Pure. */
#ifndef WEBKEEP_EXTRACT_ATTR_H
#define WEBKEEP_EXTRACT_ATTR_H

#include "extract/html/html.h"

/* The value of an attribute whose lower-case name has no number of its own, or STR_NONE. */
static inline struct str attr_named(const struct html_tree *tree, uint32_t node, const char *name)
{
    struct html_attrs attrs = html_attrs(tree, &tree->nodes[node]);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++)
        if (a->name >= HTML_NAMES_FIXED && str_is(html_name_text(tree, a->name), name))
            return html_attr_value(tree, a);
    return STR_NONE;
}

#endif
