/* SPDX-License-Identifier: Apache-2.0 */
/* build.c: growth of the arrays, slices, and the names of one document. */
#include "extract/html/build.h"

#include "base/config.h"
#include "base/hash.h"

#include <stdlib.h>

/* Kept for the next page; what is larger is given back. */
enum { KEEP_NODES = 1 << 15, KEEP_ATTRS = 1 << 15, KEEP_SIDE = 1 << 18, FIRST_SLOTS = 1024 };
_Static_assert(HTML_NAMES_FIXED * 2 <= FIRST_SLOTS, "fixed names fill less than half of the table");
enum { MOST_NAMES = UINT16_MAX - HTML_NAMES_FIXED }; /* a name's number is 16 bits */

struct str html_build_name_text(const struct html_names *names, uint16_t name)
{
    if (name < HTML_NAMES_FIXED)
        return html_name_fixed_text(name);
    const struct html_known_name *own = &names->known[name];
    return str_make(names->text.p + own->at, own->n);
}

static struct html_name_key key_of(struct str lower)
{
    char bytes[16] = {0};
    memcpy(bytes, lower.p, lower.n < sizeof bytes ? lower.n : sizeof bytes);
    return (struct html_name_key){html_name_load(bytes), html_name_load(bytes + 8)};
}

/* Long names that begin alike would share a slot: what is behind the key is mixed in. */
static uint32_t first_slot(const struct html_names *names, struct html_name_key key, struct str lower)
{
    if (lower.n > sizeof key)
        key.b ^= hash64(names->seed, str_from(lower, sizeof key));
    return html_name_slot(names, key, lower.n);
}

/* The slot that holds the name, or the free one where it belongs. */
static uint32_t name_slot(const struct html_names *names, struct html_name_key key, struct str lower)
{
    uint32_t at = first_slot(names, key, lower);
    for (uint16_t name; (name = names->slots[at]); at = (at + 1) & names->slot_mask) {
        const struct html_known_name *k = &names->known[name];
        if (k->key.a == key.a && k->key.b == key.b && k->n == lower.n &&
            (lower.n <= sizeof key || str_eq(html_build_name_text(names, name), lower)))
            break;
    }
    return at;
}

/* A table of n_slots with all names. */
static bool names_rebuild(struct html_names *names, uint32_t n_slots)
{
    uint16_t *slots = calloc(n_slots, sizeof *slots);
    if (!slots)
        return false;
    free(names->slots);
    names->slots = slots;
    names->slot_mask = n_slots - 1;
    for (uint32_t i = N_NONE + 1; i < names->n_known; i++) {
        struct html_known_name *k = &names->known[i];
        k->slot = name_slot(names, k->key, html_build_name_text(names, (uint16_t)i));
        slots[k->slot] = (uint16_t)i;
    }
    return true;
}

static bool names_init(struct html_names *names)
{
    names->cap_known = 2 * HTML_NAMES_FIXED;
    names->known = calloc(names->cap_known, sizeof *names->known);
    if (!names->known)
        return false;
    for (uint16_t name = N_NONE + 1; name < HTML_NAMES_FIXED; name++) {
        struct str text = html_name_fixed_text(name);
        names->known[name] = (struct html_known_name){.key = key_of(text), .n = (uint16_t)text.n};
    }
    names->n_known = HTML_NAMES_FIXED;
    return names_rebuild(names, FIRST_SLOTS);
}

/* Own names went in last, each into a free slot: out in reverse order leaves every probe whole. */
static bool names_reset(struct html_names *names)
{
    bool grown = names->slot_mask + 1 > FIRST_SLOTS;
    while (names->n_known > HTML_NAMES_FIXED)
        names->slots[names->known[--names->n_known].slot] = 0;
    buf_shrink(&names->text, KEEP_SIDE);
    if (names->cap_known > KEEP_NODES) {
        struct html_known_name *fewer = realloc(names->known, HTML_NAMES_FIXED * sizeof *fewer);
        names->cap_known = fewer ? HTML_NAMES_FIXED : names->cap_known;
        names->known = fewer ? fewer : names->known;
    }
    return !grown || names_rebuild(names, FIRST_SLOTS);
}

static bool names_room(struct html_names *names)
{
    uint32_t n_slots = names->slot_mask + 1;
    if (names->n_known * 2 >= n_slots && !names_rebuild(names, n_slots * 2))
        return false;
    if (names->n_known < names->cap_known)
        return true;
    uint32_t cap = names->cap_known * 2;
    struct html_known_name *known = realloc(names->known, cap * sizeof *known);
    if (!known)
        return false;
    names->known = known;
    names->cap_known = cap;
    return true;
}

static uint16_t name_add(struct html_build *b, struct html_name_key key, struct str name)
{
    struct html_names *names = &b->names;
    if (names->n_known >= HTML_NAMES_FIXED + b->limits.names ||
        names->text.n + name.n > b->limits.name_bytes) {
        b->cuts |= CUT_NAMES;
        return N_NONE;
    }
    size_t at = names->text.n;
    buf_put_str(&names->text, name);
    if (names->text.status != OK || !names_room(names)) {
        b->status = ST_NOMEM;
        return N_NONE;
    }
    uint32_t slot = name_slot(names, key, name);
    uint16_t number = (uint16_t)names->n_known++;
    names->known[number] =
        (struct html_known_name){.key = key, .at = (uint32_t)at, .slot = slot, .n = (uint16_t)name.n};
    names->slots[slot] = number;
    return number;
}

uint16_t html_build_name(struct html_build *b, struct str name)
{
    char lower[HTML_NAME_MAX_BYTES];
    if (name.n > sizeof lower)
        b->cuts |= CUT_NAMES;
    if (name.n == 0 || name.n > sizeof lower)
        return N_NONE;
    for (size_t i = 0; i < name.n; i++)
        lower[i] = ascii_lower(name.p[i]);
    struct str text = str_make(lower, name.n);
    struct html_name_key key = key_of(text);
    uint16_t known = b->names.slots[name_slot(&b->names, key, text)];
    return known ? known : name_add(b, key, text);
}

/* Doubled, from 1,024 up to max, where `cut` is set; NULL there and without memory. */
static void *grow(struct html_build *b, void *items, size_t item_bytes, uint32_t max, uint32_t *cap,
                  enum cut cut)
{
    if (*cap >= max) {
        b->cuts |= cut;
        return NULL;
    }
    uint32_t more = *cap ? *cap * 2 : 1024;
    if (more > max || more < *cap)
        more = max;
    void *p = realloc(items, more * item_bytes);
    if (!p)
        b->status = ST_NOMEM;
    else
        *cap = more;
    return p;
}

bool html_build_grow_nodes(struct html_build *b)
{
    uint32_t max = b->limits.nodes + b->spare;
    struct html_node *p = grow(b, b->nodes, sizeof *p, max, &b->cap_nodes, CUT_NODES);
    if (p)
        b->nodes = p;
    return p != NULL;
}

bool html_build_grow_attrs(struct html_build *b)
{
    uint32_t max = b->limits.page_attrs + b->spare;
    struct html_attr *p = grow(b, b->attrs, sizeof *p, max, &b->cap_attrs, CUT_PAGE_ATTRS);
    if (p)
        b->attrs = p;
    return p != NULL;
}

struct html_slice html_build_slice(struct html_build *b, struct str bytes)
{
    uintptr_t p = (uintptr_t)bytes.p, body = (uintptr_t)b->body.p;
    if (p >= body && p - body <= b->body.n && bytes.n <= b->body.n - (p - body))
        return (struct html_slice){.at = (uint32_t)(p - body), .n = (uint32_t)bytes.n};
    if (bytes.n == 0)
        return (struct html_slice){0};
    size_t at = b->side.n;
    buf_put_str(&b->side, bytes);
    if (b->side.status == OK)
        return (struct html_slice){.at = (uint32_t)at, .n = (uint32_t)bytes.n, .in_side = true};
    if (b->side.status == ST_NOMEM)
        b->status = ST_NOMEM;
    else
        b->cuts |= CUT_MEMORY;
    return (struct html_slice){0};
}

static uint32_t within(uint32_t value, uint32_t usual, uint32_t least, uint32_t most)
{
    value = value ? value : usual;
    return value < least ? least : value > most ? most : value;
}

/* Indices, counts and offsets fit their bits. */
static struct html_limits settled(const struct html_limits *limits)
{
    struct config config;
    config_init(&config);
    struct html_limits usual = html_limits_of(&config), l = *limits;
    if (l.memory_bytes > UINT32_MAX / 2)
        l.memory_bytes = UINT32_MAX / 2;
    l.nodes = within(l.nodes, 16, 16, UINT32_MAX / 4);
    l.page_attrs = within(l.page_attrs, usual.page_attrs, 16, UINT32_MAX / 4);
    l.depth = within(l.depth, 1, 1, 1 << 15);
    l.attrs = within(l.attrs, 0, 0, HTML_ATTRS_MOST);
    l.names = within(l.names, usual.names, 1, MOST_NAMES);
    l.name_bytes = within(l.name_bytes, usual.name_bytes, 1, UINT32_MAX / 2);
    l.formatting = within(l.formatting, usual.formatting, 1, 1 << 15);
    l.templates = within(l.templates, usual.templates, 1, 1 << 15);
    return l;
}

struct html_limits html_limits_of(const struct config *config)
{
    return (struct html_limits){
        .memory_bytes = config->extract_page_bytes,
        .nodes = config->extract_nodes,
        .page_attrs = config->extract_page_attrs,
        .depth = config->extract_depth,
        .attrs = config->extract_attrs,
        .names = config->extract_names,
        .name_bytes = (uint32_t)config->extract_name_bytes,
        .formatting = config->extract_formatting,
        .templates = config->extract_templates,
    };
}

enum status html_build_init(struct html_build *b, const struct html_limits *limits)
{
    *b = (struct html_build){.limits = settled(limits)};
    buf_init(&b->side, b->limits.memory_bytes);
    buf_init(&b->names.text, (size_t)b->limits.name_bytes + 1);
    enum status st = random_bytes(&b->names.seed, sizeof b->names.seed);
    return st != OK ? st : names_init(&b->names) ? OK : ST_NOMEM;
}

void html_build_fini(struct html_build *b)
{
    free(b->nodes);
    free(b->attrs);
    buf_fini(&b->side);
    free(b->names.slots);
    free(b->names.known);
    buf_fini(&b->names.text);
}

enum status html_build_begin(struct html_build *b, struct str body)
{
    if (b->cap_nodes > KEEP_NODES) {
        free(b->nodes);
        b->nodes = NULL;
        b->cap_nodes = 0;
    }
    if (b->cap_attrs > KEEP_ATTRS) {
        free(b->attrs);
        b->attrs = NULL;
        b->cap_attrs = 0;
    }
    b->n_nodes = b->n_attrs = 0;
    b->body = body;
    b->cuts = 0;
    b->quirks = b->moved = b->strays = b->late = false;
    b->has_public_id = b->has_system_id = false;
    b->status = names_reset(&b->names) ? OK : ST_NOMEM;
    buf_shrink(&b->side, KEEP_SIDE);
    /* Slices are offsets into it: it is there also where nothing is put into it. */
    if (!buf_terminate(&b->side))
        b->status = ST_NOMEM;
    html_build_node(b, HTML_DOCUMENT);
    struct html_attr *nobody = html_build_attr(b);
    if (nobody)
        *nobody = (struct html_attr){0};
    return b->status;
}

bool html_build_strays(const struct html_build *b, uint32_t parent, uint32_t child)
{
    uint32_t node = child - 1;
    while (node != parent && node && !b->nodes[node].next)
        node = b->nodes[node].parent;
    return node != parent;
}

void html_build_end(struct html_build *b, struct html_tree *ret_tree)
{
    *ret_tree =
        (struct html_tree){.nodes = b->nodes,
                           .attrs = b->attrs,
                           .n_nodes = b->n_nodes,
                           .n_attrs = b->n_attrs,
                           .body = b->body.p,
                           .side = b->side.p,
                           .n_side = (uint32_t)b->side.n,
                           .names = &b->names,
                           .public_id = b->has_public_id ? html_build_text(b, b->public_id) : STR_NONE,
                           .system_id = b->has_system_id ? html_build_text(b, b->system_id) : STR_NONE,
                           .cuts = b->cuts,
                           .quirks = b->quirks,
                           .in_order = !b->moved};
}

struct str html_name_text(const struct html_tree *tree, uint16_t name)
{
    return html_build_name_text(tree->names, name);
}
