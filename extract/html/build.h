/* SPDX-License-Identifier: Apache-2.0 */
/* build.h: what every builder of a tree needs: growing arrays, the side buffer, names, linking.
 *
 * Private to extract/html: walks never include it. A builder calls html_build_begin(), makes nodes and
 * links them, and html_build_end() shows the arrays as a struct html_tree. Node 0, the document, is there
 * from the start, and so is attribute 0, which is nobody's.
 *
 * Indices stay valid while the arrays grow; pointers into them do not. What is refused sets a bit of
 * `cuts` (a limit) or `status` (no memory): a builder that gets 0 or NULL stops, and the tree so far is whole.
 * Threads: one owner. */
#ifndef WEBKEEP_EXTRACT_HTML_BUILD_H
#define WEBKEEP_EXTRACT_HTML_BUILD_H

#include "base/buf.h"
#include "extract/html/html.h"

#include <endian.h>

/* Longer names of elements and attributes are no names. */
#define HTML_NAME_MAX_BYTES 2048

/* The first 16 bytes of a name, lower case, zeros behind it: nearly all names are compared by these alone. */
struct html_name_key {
    uint64_t a, b;
};

/* A name: its key, bytes in html_names.text unless it is fixed, and the slot that leads to it. */
struct html_known_name {
    struct html_name_key key;
    uint32_t at, slot;
    uint16_t n;
};

/* One open-addressing table over the fixed names and this document's own; a slot holds a name's number,
 * 0 is free. Own names are taken out again, in reverse order, when the next document begins. */
struct html_names {
    uint64_t seed;
    uint16_t *slots;
    uint32_t slot_mask;
    struct html_known_name *known; /* by number; 0 is none */
    uint32_t n_known, cap_known;
    struct buf text;
};

struct html_slice {
    uint32_t at, n;
    bool in_side;
};

struct html_build {
    struct html_limits limits;
    uint32_t spare; /* nodes and attributes that may be made beyond their limits */
    struct str body;
    struct html_node *nodes;
    struct html_attr *attrs;
    uint32_t n_nodes, cap_nodes, n_attrs, cap_attrs;
    struct buf side;
    struct html_names names;
    struct html_slice public_id, system_id; /* of the doctype */
    bool has_public_id, has_system_id;
    unsigned cuts; /* bits of enum cut */
    bool quirks;
    bool moved; /* the array is not in document order */
    bool
        strays; /* a node may go elsewhere than below the element that the newest one is in: each is looked at */
    bool late;          /* space stands in the body that came behind a comment after it */
    enum status status; /* OK or ST_NOMEM, sticky until the next begin */
};

enum status html_build_init(struct html_build *b, const struct html_limits *limits) MUST_USE;
void html_build_fini(struct html_build *b);

/* Forgets the last document (large arrays are given back) and makes node 0. */
enum status html_build_begin(struct html_build *b, struct str body) MUST_USE;
void html_build_end(struct html_build *b, struct html_tree *ret_tree);

/* Slow paths of the two functions below. */
bool html_build_grow_nodes(struct html_build *b);
bool html_build_grow_attrs(struct html_build *b);

struct str html_build_name_text(const struct html_names *names, uint16_t name);

/* The number of a name, made up if it is new; letters of either case. N_NONE when it is too long or there
 * are too many. */
uint16_t html_build_name(struct html_build *b, struct str name);

static inline uint64_t html_name_load(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

/* Eight bytes with A-Z in lower case, by arithmetic: bit 7 of each byte says whether it is a capital. */
static inline uint64_t html_name_lower(uint64_t v)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t low = v & ones * 0x7f;
    uint64_t capital = (low + ones * (0x80 - 'A')) & ~(low + ones * (0x7f - 'Z')) & ~v & ones * 0x80;
    return v | capital >> 2;
}

static inline uint32_t html_name_slot(const struct html_names *names, struct html_name_key key, size_t n)
{
    uint64_t h = (key.a ^ names->seed) * 0x9e3779b97f4a7c15u;
    h = (h ^ h >> 32 ^ key.b ^ n) * (names->seed | 1);
    return (uint32_t)(h >> 32 ^ h >> 47) & names->slot_mask;
}

/* As html_build_name(), for a name within the body: 16 bytes from p can be read. */
static inline uint16_t html_build_body_name(struct html_build *b, const char *p, size_t n)
{
    const struct html_names *names = &b->names;
    if (n - 1 < 16) {
        struct html_name_key key = {html_name_lower(html_name_load(p)), 0};
        if (n > 8)
            key.b = html_name_lower(html_name_load(p + 8)) & UINT64_MAX >> (128 - 8 * n);
        else
            key.a &= UINT64_MAX >> (64 - 8 * n);
        uint32_t at = html_name_slot(names, key, n);
        for (uint16_t name; (name = names->slots[at]); at = (at + 1) & names->slot_mask) {
            const struct html_known_name *k = &names->known[name];
            if (k->key.a == key.a && k->key.b == key.b && k->n == n)
                return name;
        }
    }
    return html_build_name(b, str_make(p, n));
}

/* Where bytes lie: in the body if they point into it, else in the side buffer, to which they are copied. */
struct html_slice html_build_slice(struct html_build *b, struct str bytes);

static inline struct str html_build_text(const struct html_build *b, struct html_slice s)
{
    return str_make((s.in_side ? b->side.p : b->body.p) + s.at, s.n);
}

/* A new node without relatives, or 0: the limit (CUT_NODES) or memory ended. */
static inline uint32_t html_build_node(struct html_build *b, enum html_type type)
{
    if (b->n_nodes == b->cap_nodes && !html_build_grow_nodes(b))
        return 0;
    b->nodes[b->n_nodes] = (struct html_node){.type = type & 15};
    return b->n_nodes++;
}

/* The next attribute entry, or NULL. The attributes of an element must be asked for in one go, and then be
 * given to it: html_build_set_attrs(). */
static inline struct html_attr *html_build_attr(struct html_build *b)
{
    if (b->n_attrs == b->cap_attrs && !html_build_grow_attrs(b))
        return NULL;
    return &b->attrs[b->n_attrs++];
}

static inline void html_build_set_slice(struct html_build *b, uint32_t node, struct html_slice s)
{
    b->nodes[node].at = s.at;
    b->nodes[node].bytes = s.n;
    b->nodes[node].in_side = s.in_side;
}

static inline void html_build_set_text(struct html_build *b, uint32_t node, struct str bytes)
{
    struct html_slice s = html_build_slice(b, bytes);
    html_build_set_slice(b, node, s);
}

/* What an element has: count entries from first on. */
static inline void html_build_set_attrs(struct html_build *b, uint32_t node, uint32_t first,
                                        uint32_t count)
{
    b->nodes[node].attrs = count ? first : 0;
    if (count)
        b->attrs[first].count = count & HTML_ATTRS_MOST;
}

/* Whether child, the newest node, would come out of order below parent. */
bool html_build_strays(const struct html_build *b, uint32_t parent, uint32_t child);

/* Puts child, which has no parent, behind the last child of parent. */
static inline void html_build_append(struct html_build *b, uint32_t parent, uint32_t child)
{
    struct html_node *p = &b->nodes[parent], *c = &b->nodes[child];
    c->parent = parent;
    c->prev = p->last;
    if (p->last)
        b->nodes[p->last].next = child;
    else
        p->first = child;
    p->last = child;
}

/* Puts child, which has no parent, before its new sibling `before`. */
static inline void html_build_insert(struct html_build *b, uint32_t before, uint32_t child)
{
    struct html_node *s = &b->nodes[before], *c = &b->nodes[child];
    b->moved = true;
    c->parent = s->parent;
    c->next = before;
    c->prev = s->prev;
    if (s->prev)
        b->nodes[s->prev].next = child;
    else
        b->nodes[s->parent].first = child;
    s->prev = child;
}

/* Takes a node, with what is below it, from its parent. */
static inline void html_build_unlink(struct html_build *b, uint32_t node)
{
    struct html_node *c = &b->nodes[node], *p = &b->nodes[c->parent];
    b->moved = true;
    if (c->prev)
        b->nodes[c->prev].next = c->next;
    else
        p->first = c->next;
    if (c->next)
        b->nodes[c->next].prev = c->prev;
    else
        p->last = c->prev;
    c->parent = c->prev = c->next = 0;
}

#endif
