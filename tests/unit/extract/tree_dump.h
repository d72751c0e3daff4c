/* SPDX-License-Identifier: Apache-2.0 */
/* tree_dump.h: a tree as html5lib's cases write it ("| <p>", one node a line), and a check that the tree is
 * one. Names of svg and math get their capitals back here: the tree keeps lower case. */
#ifndef WEBKEEP_TESTS_TREE_DUMP_H
#define WEBKEEP_TESTS_TREE_DUMP_H

#include "base/buf.h"
#include "extract/html/html.h"
#include "tests/check.h"

#include <ctype.h>

/* The names of HTML 13.2.6.1 ("adjust SVG attributes") and 13.2.6.5 that have capitals. */
static const char *const dump_svg_tags[] = {
    "altGlyph",
    "altGlyphDef",
    "altGlyphItem",
    "animateColor",
    "animateMotion",
    "animateTransform",
    "clipPath",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feConvolveMatrix",
    "feDiffuseLighting",
    "feDisplacementMap",
    "feDistantLight",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feImage",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "fePointLight",
    "feSpecularLighting",
    "feSpotLight",
    "feTile",
    "feTurbulence",
    "foreignObject",
    "glyphRef",
    "linearGradient",
    "radialGradient",
    "textPath",
    NULL,
};

static const char *const dump_svg_attrs[] = {
    "attributeName",
    "attributeType",
    "baseFrequency",
    "baseProfile",
    "calcMode",
    "clipPathUnits",
    "diffuseConstant",
    "edgeMode",
    "filterUnits",
    "glyphRef",
    "gradientTransform",
    "gradientUnits",
    "kernelMatrix",
    "kernelUnitLength",
    "keyPoints",
    "keySplines",
    "keyTimes",
    "lengthAdjust",
    "limitingConeAngle",
    "markerHeight",
    "markerUnits",
    "markerWidth",
    "maskContentUnits",
    "maskUnits",
    "numOctaves",
    "pathLength",
    "patternContentUnits",
    "patternTransform",
    "patternUnits",
    "pointsAtX",
    "pointsAtY",
    "pointsAtZ",
    "preserveAlpha",
    "preserveAspectRatio",
    "primitiveUnits",
    "refX",
    "refY",
    "repeatCount",
    "repeatDur",
    "requiredExtensions",
    "requiredFeatures",
    "specularConstant",
    "specularExponent",
    "spreadMethod",
    "startOffset",
    "stdDeviation",
    "stitchTiles",
    "surfaceScale",
    "systemLanguage",
    "tableValues",
    "targetX",
    "targetY",
    "textLength",
    "viewBox",
    "viewTarget",
    "xChannelSelector",
    "yChannelSelector",
    "zoomAndPan",
    NULL,
};

/* Shown with a space for the colon: they have a namespace. */
static const char *const dump_foreign_attrs[] = {
    "xlink actuate", "xlink arcrole", "xlink href", "xlink role",  "xlink show", "xlink title",
    "xlink type",    "xml lang",      "xml space",  "xmlns xlink", NULL,
};

static inline bool dump_is_spelling(struct str lower, const char *spelling)
{
    if (strlen(spelling) != lower.n)
        return false;
    for (size_t i = 0; i < lower.n; i++)
        if (lower.p[i] != (spelling[i] == ' ' ? ':' : tolower((unsigned char)spelling[i])))
            return false;
    return true;
}

static inline struct str dump_spelling(struct str lower, const char *const *list)
{
    for (; *list; list++)
        if (dump_is_spelling(lower, *list))
            return str_of(*list);
    return lower;
}

static inline struct str dump_tag(const struct html_tree *tree, const struct html_node *n)
{
    struct str name = html_name_text(tree, n->name);
    return n->ns == HTML_NS_SVG ? dump_spelling(name, dump_svg_tags) : name;
}

static inline struct str dump_attr(const struct html_tree *tree, unsigned ns, const struct html_attr *a)
{
    struct str name = html_name_text(tree, a->name);
    if (ns == HTML_NS_HTML)
        return name;
    struct str own = dump_spelling(name, dump_foreign_attrs);
    if (own.p != name.p)
        return own;
    if (ns == HTML_NS_MATHML)
        return str_is(name, "definitionurl") ? STR_LIT("definitionURL") : name;
    return dump_spelling(name, dump_svg_attrs);
}

static inline void dump_indent(struct buf *out, unsigned depth)
{
    buf_puts(out, "| ");
    for (unsigned i = 0; i < depth; i++)
        buf_puts(out, "  ");
}

/* In order of their names. */
static inline void dump_attrs(struct buf *out, const struct html_tree *tree, const struct html_node *n,
                              unsigned depth)
{
    struct str last = STR_NONE;
    struct html_attrs attrs = html_attrs(tree, n);
    for (const struct html_attr *done = attrs.p; done < attrs.end; done++) {
        const struct html_attr *next = NULL;
        for (const struct html_attr *a = attrs.p; a < attrs.end; a++) {
            struct str name = dump_attr(tree, n->ns, a);
            bool is_after = done == attrs.p || str_cmp(name, last) > 0;
            if (is_after && (!next || str_cmp(name, dump_attr(tree, n->ns, next)) < 0))
                next = a;
        }
        NEED(next);
        last = dump_attr(tree, n->ns, next);
        dump_indent(out, depth);
        buf_printf(out, "%.*s=\"", STR_ARG(last));
        buf_put_str(out, html_attr_value(tree, next));
        buf_puts(out, "\"\n");
    }
}

static inline void dump_doctype(struct buf *out, const struct html_tree *tree, uint32_t node)
{
    buf_puts(out, "| <!DOCTYPE ");
    buf_put_str(out, html_node_text(tree, node));
    if (tree->public_id.n || tree->system_id.n)
        buf_printf(out, " \"%.*s\" \"%.*s\"", STR_ARG(tree->public_id), STR_ARG(tree->system_id));
    buf_puts(out, ">\n");
}

/* A run of neighbouring texts is one text. */
static inline void dump_text(struct buf *out, const struct html_tree *tree, uint32_t node,
                             unsigned depth)
{
    const struct html_node *nodes = tree->nodes;
    bool begins = !nodes[node].prev || nodes[nodes[node].prev].type != HTML_TEXT;
    bool ends = !nodes[node].next || nodes[nodes[node].next].type != HTML_TEXT;
    if (begins) {
        dump_indent(out, depth);
        buf_putc(out, '"');
    }
    buf_put_str(out, html_node_text(tree, node));
    if (ends)
        buf_puts(out, "\"\n");
}

/* Writes one node without its children; returns how much deeper these stand. */
static inline unsigned dump_node(struct buf *out, const struct html_tree *tree, uint32_t node,
                                 unsigned depth)
{
    static const char *const prefix[] = {"", "svg ", "math "};
    const struct html_node *n = &tree->nodes[node];
    struct str name;
    switch (n->type) {
    case HTML_DOCTYPE:
        dump_doctype(out, tree, node);
        return 0;
    case HTML_TEXT:
        dump_text(out, tree, node, depth);
        return 0;
    case HTML_COMMENT:
        dump_indent(out, depth);
        buf_puts(out, "<!-- ");
        buf_put_str(out, html_node_text(tree, node));
        buf_puts(out, " -->\n");
        return 0;
    default:
        name = dump_tag(tree, n);
        dump_indent(out, depth);
        buf_printf(out, "<%s%.*s>\n", prefix[n->ns], STR_ARG(name));
        dump_attrs(out, tree, n, depth + 1);
        if (!html_is(tree, node, N_TEMPLATE))
            return 1;
        dump_indent(out, depth + 1);
        buf_puts(out, "content\n");
        return 2;
    }
}

static inline void dump_tree(struct buf *out, const struct html_tree *tree)
{
    unsigned depth = 0;
    uint32_t node = tree->nodes[0].first;
    buf_reset(out);
    while (node) {
        unsigned deeper = dump_node(out, tree, node, depth);
        if (tree->nodes[node].first) {
            depth += deeper;
            node = tree->nodes[node].first;
            continue;
        }
        while (node && !tree->nodes[node].next) {
            node = tree->nodes[node].parent;
            if (node)
                depth -= html_is(tree, node, N_TEMPLATE) ? 2 : 1;
        }
        node = node ? tree->nodes[node].next : 0;
    }
    while (out->n && out->p[out->n - 1] == '\n')
        out->n--;
}

/* Parents, siblings and slices agree, and no node is met twice; false: it is no tree. */
static inline bool tree_is_whole(const struct html_tree *tree, size_t body_bytes, size_t side_bytes)
{
    uint32_t met = 1, last = 0;
    for (uint32_t node = tree->nodes[0].first; node; node = html_next(tree, node, 0)) {
        const struct html_node *n = &tree->nodes[node], *parent = &tree->nodes[n->parent];
        bool whole = node < tree->n_nodes && ++met <= tree->n_nodes;
        whole = whole && (n->prev ? tree->nodes[n->prev].next == node : parent->first == node);
        whole = whole && (n->next ? tree->nodes[n->next].prev == node : parent->last == node);
        whole = whole && (n->type == HTML_ELEMENT || !n->first);
        whole = whole && (!n->next || tree->nodes[n->next].parent == n->parent);
        if (n->type == HTML_ELEMENT)
            whole = whole && n->attrs < tree->n_attrs &&
                    (uint64_t)n->attrs + tree->attrs[n->attrs].count <= tree->n_attrs;
        else
            whole = whole && (uint64_t)n->at + n->bytes <= (n->in_side ? side_bytes : body_bytes);
        if (n->type != HTML_COMMENT) {
            whole = whole && (!tree->in_order || node > last);
            last = node;
        }
        uint32_t behind = n->type == HTML_ELEMENT ? html_skip(tree, node, 0) : 0;
        whole =
            whole && (!tree->in_order || !behind || behind > node); /* else html_pass() finds no end */
        if (!whole)
            return false;
    }
    return !tree->in_order || met == tree->n_nodes;
}

#endif
