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
 * as the body that was parsed. The arrays may hold entries that no walk reaches: go by first and next, not by
 * index. Threads: a parser belongs to one worker.
 *
 * Limits are reached, not failed: the tree is whole up to there and `flags` says which. */
#ifndef WEBKEEP_EXTRACT_HTML_HTML_H
#define WEBKEEP_EXTRACT_HTML_HTML_H

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

/* 32 bytes. Element: a is its first attribute, n how many, lying side by side.
 * Text and comment: a is the offset, n the length of its bytes. */
struct html_node {
    uint16_t name; /* element: an enum html_name, or a per-document name (html_name_text()) */
    uint8_t type : 4, ns : 4;
    uint8_t in_side : 1;          /* text lies in the side buffer, not in the body */
    uint8_t open : 1, listed : 1; /* the builder's: on its stack, among its formatting elements */
    uint32_t parent, first, last, prev, next;
    uint32_t a, n;
};
_Static_assert(sizeof(struct html_node) == 32, "a node is half a cache line");

/* 12 bytes. */
struct html_attr {
    uint16_t name;
    uint16_t in_side : 1;
    uint32_t at, n;
};
_Static_assert(sizeof(struct html_attr) == 12, "attributes are packed");

enum html_flags {
    HTML_CUT_DEPTH = 1 << 0,      /* elements nested deeper were made siblings */
    HTML_CUT_ATTRS = 1 << 1,      /* further attributes of a tag were dropped */
    HTML_CUT_NODES = 1 << 2,      /* the rest of the page was not read */
    HTML_CUT_MEMORY = 1 << 3,     /* the builder's memory budget ended; no tree beyond the document */
    HTML_CUT_NAMES = 1 << 4,      /* further unknown names became nameless */
    HTML_CUT_FORMATTING = 1 << 5, /* oldest formatting element was dropped */
    HTML_CUT_BUILDER = 1 << 6,    /* the builder gave up; no tree beyond the document */
    HTML_QUIRKS = 1 << 8,         /* the document asked for quirks mode */
};

struct html_tree {
    const struct html_node *nodes;
    const struct html_attr *attrs;
    uint32_t n_nodes, n_attrs; /* n_nodes counts the document */
    const char *body, *side;
    const struct html_names *names;  /* per-document names */
    struct str public_id, system_id; /* of the doctype, which the builtin engine notes; or STR_NONE */
    unsigned flags;
};

struct html_limits {
    size_t memory_bytes; /* the builder's budget for one page; builtin: for the side buffer */
    uint32_t nodes;      /* also attribute entries; builtin: looked at once a token */
    uint32_t depth;      /* open elements; builtin: at least 3 */
    uint32_t attrs;      /* attributes kept a tag */
    uint32_t formatting; /* builtin: formatting elements that are reopened; 0: 128, which is the most */
};

enum html_engine { HTML_ENGINE_GUMBO, HTML_ENGINE_BUILTIN };

struct html_parser;

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
    return str_make((n->in_side ? tree->side : tree->body) + n->a, n->n);
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

/* Value of an attribute of an element, or STR_NONE. An empty value is set. */
static inline struct str html_attr(const struct html_tree *tree, uint32_t node, uint16_t name)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->type != HTML_ELEMENT)
        return STR_NONE;
    for (uint32_t i = n->a; i < n->a + n->n; i++)
        if (tree->attrs[i].name == name)
            return html_attr_value(tree, &tree->attrs[i]);
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

#endif
