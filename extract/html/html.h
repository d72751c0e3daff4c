/* SPDX-License-Identifier: Apache-2.0 */
/* html.h: the door of the HTML room: a tree of one page, in three arrays.
 *
 * Walks (links, Markdown, metadata, fields) are written on this tree and on nothing else. A builder fills
 * it: our own, written from the HTML standard, or an adapter over gumbo. Nodes refer to each other by index; index 0 is the document and also
 * means "none", as the document is never anybody's child.
 *
 * Texts are slices: of the body that was parsed, or of the tree's side buffer (text that held a character
 * reference, or whatever the builder had to copy). Neighbouring text nodes are possible: walks treat them
 * as one run. Nothing is NUL-terminated.
 *
 * A tree lives until the next html_parse() or html_parser_destroy() of the same parser, and only as long
 * as the body that was parsed. Unless the tree is in_order the arrays may hold entries that no walk reaches: go by first
 * and next, not by index. Threads: a parser belongs to one worker.
 *
 * Limits are reached, not failed: the tree is whole up to there and `cuts` says which. */
#ifndef WEBKEEP_EXTRACT_HTML_HTML_H
#define WEBKEEP_EXTRACT_HTML_HTML_H

#include "base/cut.h"
#include "base/status.h"
#include "base/str.h"
#include "extract/html/names.h"

#include <stdint.h>

enum html_type {
    HTML_DOCUMENT,
    HTML_DOCTYPE,
    HTML_ELEMENT,
    HTML_TEXT,
    HTML_COMMENT,
};

enum html_ns { HTML_NS_HTML, HTML_NS_SVG, HTML_NS_MATHML };

/* 28 bytes. What has a text (also a comment, and a doctype: its name) has no children: its length stands in
 * the place of the last one. */
struct html_node {
    uint16_t name; /* element: an enum html_name, or a per-document name (html_name_text()) */
    uint8_t type : 4, ns : 4;
    uint8_t in_side : 1;          /* text lies in the side buffer, not in the body */
    uint8_t open : 1, listed : 1; /* the builder's: on its stack, among its formatting elements */
    uint32_t parent, prev, next, first;
    union {
        uint32_t last;
        uint32_t bytes; /* text: how long it is */
    };
    union {
        uint32_t attrs; /* element: its first attribute, or 0; see html_attrs() */
        uint32_t at;    /* text: offset */
    };
};
_Static_assert(sizeof(struct html_node) == 28, "nodes are packed");

/* 12 bytes. The attributes of an element lie side by side. Entry 0 of the array is nobody's. */
struct html_attr {
    uint16_t name;
    uint16_t in_side : 1;
    uint16_t count : 15; /* in an element's first attribute: how many it has */
    uint32_t at, n;
};
_Static_assert(sizeof(struct html_attr) == 12, "attributes are packed");
#define HTML_ATTRS_MOST 32767

struct html_tree {
    const struct html_node *nodes;
    const struct html_attr *attrs;
    uint32_t n_nodes, n_attrs; /* entries of the arrays: the document and entry 0 count */
    const char *body, *side;
    uint32_t n_side;                 /* bytes of text that was copied */
    const struct html_names *names;  /* per-document names */
    struct str public_id, system_id; /* of the doctype, which the builtin engine notes; or STR_NONE */
    unsigned cuts;                   /* bits of enum cut: which limits were reached */
    bool quirks;                     /* the document asked for quirks mode */
    bool
        in_order; /* elements and texts stand in the array in document order, all of them: nothing was moved */
};

/* What each means, and what may be asked for, stands in base/config.def. */
struct html_limits {
    size_t memory_bytes; /* the builder's budget for one page; builtin: for the side buffer */
    uint32_t nodes;      /* builtin: looked at once a token */
    uint32_t depth;      /* builtin: at least 3 */
    uint32_t attrs;
    /* 0: the setting's default. */
    uint32_t page_attrs; /* as nodes */
    uint32_t names, name_bytes;
    uint32_t formatting, templates; /* builtin only */
};

enum html_engine { HTML_ENGINE_GUMBO, HTML_ENGINE_BUILTIN };

struct html_parser;

struct config;
struct html_limits html_limits_of(const struct config *config);

/* NULL without memory. limits are copied. Scripting is off: the content of noscript is parsed. */
struct html_parser *html_parser_create(enum html_engine engine, const struct html_limits *limits);
void html_parser_destroy(struct html_parser *parser);

/* On: noscript holds raw text, as in a browser that runs scripts. Builtin only. */
void html_parser_set_scripting(struct html_parser *parser, bool on);

/* Builds the tree of a whole document. utf8 must be UTF-8 followed by BUF_PAD zero bytes (base/buf.h), and
 * must outlive the tree. *ret_tree is borrowed from the parser. ST_NOMEM is the only failure. */
enum status html_parse(struct html_parser *parser, struct str utf8,
                       const struct html_tree **ret_tree) MUST_USE;

/* As html_parse(), of what stands inside an element (HTML 13.4): the nodes become children of the document.
 * context is the element's name. ST_UNSUPPORTED: the engine has no fragments. */
enum status html_parse_fragment(struct html_parser *parser, struct str utf8, struct str context,
                                enum html_ns ns, const struct html_tree **ret_tree) MUST_USE;

/* The name of an element or attribute, lower case. */
struct str html_name_text(const struct html_tree *tree, uint16_t name);

static inline struct str html_node_text(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    return str_make((n->in_side ? tree->side : tree->body) + n->at, n->bytes);
}

static inline struct str html_attr_value(const struct html_tree *tree, const struct html_attr *attr)
{
    return str_make((attr->in_side ? tree->side : tree->body) + attr->at, attr->n);
}

static inline bool html_is(const struct html_tree *tree, uint32_t node, uint16_t name)
{
    const struct html_node *n = &tree->nodes[node];
    return n->type == HTML_ELEMENT && n->ns == HTML_NS_HTML && n->name == name;
}

/* The attributes of an element; end == p when there are none. */
struct html_attrs {
    const struct html_attr *p, *end;
};

static inline struct html_attrs html_attrs(const struct html_tree *tree, const struct html_node *n)
{
    const struct html_attr *p = n->type == HTML_ELEMENT ? &tree->attrs[n->attrs] : tree->attrs;
    return (struct html_attrs){p, p + p->count};
}

/* Value of an attribute of an element, or STR_NONE. An empty value is set. */
static inline struct str html_attr(const struct html_tree *tree, uint32_t node, uint16_t name)
{
    struct html_attrs attrs = html_attrs(tree, &tree->nodes[node]);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++)
        if (a->name == name)
            return html_attr_value(tree, a);
    return STR_NONE;
}

/* Pre-order successor of node that does not enter its children; 0 past the end of the subtree of top. */
static inline uint32_t html_skip(const struct html_tree *tree, uint32_t node, uint32_t top)
{
    while (node != top) {
        if (tree->nodes[node].next)
            return tree->nodes[node].next;
        node = tree->nodes[node].parent;
    }
    return 0;
}

/* Pre-order successor of node within the subtree of top (0: the whole document); 0 at its end. */
static inline uint32_t html_next(const struct html_tree *tree, uint32_t node, uint32_t top)
{
    uint32_t child = tree->nodes[node].first;
    return child ? child : html_skip(tree, node, top);
}

/* As html_next() of the whole document, or html_skip() of an element: for passes over all nodes. */
static inline uint32_t html_pass(const struct html_tree *tree, uint32_t node, bool into)
{
    if (into && tree->in_order)
        return node + 1 < tree->n_nodes ? node + 1 : 0;
    return into ? html_next(tree, node, 0) : html_skip(tree, node, 0);
}

#endif
