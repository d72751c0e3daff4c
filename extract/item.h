/* SPDX-License-Identifier: Apache-2.0 */
/* item.h: what a page says to machines: items with types and properties, from JSON-LD, microdata, RDFa Lite, and the meta
 * elements (Open Graph and its kin), all in one shape.
 *
 * Microdata by the HTML standard's chapter 5, RDFa Lite 1.1, JSON-LD read as plain JSON without contexts. Names are as they are
 * written, but for the prefix of a vocabulary ("schema:name" is "name"). What is broken is repaired where that is safe
 * (comments, raw control characters, commas too many), else passed over.
 *
 * Everything lives in the arena, or in the tree's body. Bounded: ITEM_* below; what is beyond is not read. */
#ifndef WEBKEEP_EXTRACT_ITEM_H
#define WEBKEEP_EXTRACT_ITEM_H

#include "base/json.h"
#include "base/url.h"
#include "extract/html/html.h"

#define ITEM_TYPES_MAX 8u
#define ITEM_COUNT_MAX 20000u
#define ITEM_PROPS_MAX 20000u     /* of one item */
#define ITEM_NODES_MAX (4u << 20) /* that are looked at for the texts of all */
#define ITEM_TEXT_MAX_BYTES 8000u

enum item_source { ITEM_JSONLD, ITEM_MICRODATA, ITEM_RDFA, ITEM_META };

struct item;

struct prop {
    struct prop *next;
    struct str name;
    struct str text;   /* a literal, white space folded; of a number its own text */
    struct item *item; /* NULL: it is the text */
    uint32_t node;     /* where it stands on the page; 0: nowhere */
    bool bare;         /* a number or truth value of JSON: written without quotes */
};

struct item {
    struct item *next; /* top level */
    enum item_source source;
    struct str types[ITEM_TYPES_MAX]; /* as written: "https://schema.org/Product", "Product" */
    unsigned n_types;
    struct str id;
    struct prop *first, *last;
    unsigned n_props;
    uint32_t node;
};

struct items {
    struct item *first, *last; /* top level, in document order within a source */
    unsigned n;                /* all items */
    uint32_t nodes;            /* that may be looked at yet for texts */
    struct arena *arena;
    const struct html_tree *tree;
    const struct url *base; /* NULL: references stay as they are written */
};

/* ST_LIMIT or ST_NOMEM: the arena ended; what was read until then stands. sources: bits 1 << ITEM_... */
enum status items_of_tree(const struct html_tree *tree, const struct url *base, unsigned sources,
                          struct arena *arena, struct items *ret_items) MUST_USE;

/* The last part of a type: "https://schema.org/Product" is "Product". */
struct str item_type_name(struct str type);
bool item_is(const struct item *item, const char *type);
/* The first property of that name that has a text or an item, or NULL. */
const struct prop *item_prop(const struct item *item, const char *name);

/* All items of a source, each an object with "@type" and its properties; several values are an array. */
void items_put(const struct items *items, enum item_source source, struct json_out *json);

/* ---- for the readers, item_*.c ---- */

struct item *item_new(struct items *items, enum item_source source, uint32_t node); /* NULL: no room */
void item_top(struct items *items, struct item *item);
void item_add_type(struct item *item, struct str type);
/* text, or item; no room: nothing is added. */
struct prop *item_add(struct items *items, struct item *item, struct str name, struct str text,
                      struct item *value, uint32_t node);

enum status items_read_jsonld(struct items *items) MUST_USE;
void items_read_microdata(struct items *items);
void items_read_rdfa(struct items *items);
void items_read_meta(struct items *items);

/* The value of an element for microdata and RDFa: an attribute's, or its text. */
struct str item_element_value(struct items *items, uint32_t node);

#endif
