/* SPDX-License-Identifier: Apache-2.0 */
/* item_markup.c: microdata, RDFa Lite and meta elements, each one walk that enters and leaves elements; the items that are open
 * lie on a stack in the arena. Deeper than STACK_MAX nothing is opened. */
#include "extract/item.h"

#include "base/hash.h"
#include "extract/attr.h"
#include "extract/html/text.h"

enum { STACK_MAX = 64, REFS_MAX = 64, NAMES_MAX = 16, SUBJECTS = 4096, PROBES = 16 };

struct frame {
    uint32_t node;
    struct item *item;
    bool vocab; /* RDFa: a vocabulary holds here */
};

struct walk {
    struct items *items;
    struct frame stack[STACK_MAX];
    unsigned n;
    struct item **subjects; /* RDFa: SUBJECTS slots */
};

static struct item *current(const struct walk *w)
{
    return w->n ? w->stack[w->n - 1].item : NULL;
}

static void push(struct walk *w, uint32_t node, struct item *item, bool vocab)
{
    if (w->n < STACK_MAX)
        w->stack[w->n++] = (struct frame){node, item, vocab};
}

/* The next token of a list set apart by white space; STR_NONE at its end. */
static struct str token(struct str *list)
{
    *list = str_trim(*list);
    size_t n = 0;
    while (n < list->n && !ascii_is_space(list->p[n]))
        n++;
    struct str word = str_head(*list, n);
    *list = str_from(*list, n);
    return n ? word : STR_NONE;
}

static void add_types(struct item *item, struct str types)
{
    for (struct str t = token(&types); t.n; t = token(&types))
        item_add_type(item, t);
}

/* A further type of the same vocabulary, said as a property. */
static bool is_further_type(struct str name, struct str text)
{
    bool known = str_starts(text, STR_LIT("http://schema.org/")) ||
                 str_starts(text, STR_LIT("https://schema.org/"));
    return known && str_is(name, "additionalType");
}

/* Adds one value under each of the names. */
static void add_named(struct items *items, struct item *to, struct str names, struct str text,
                      struct item *value, uint32_t node)
{
    unsigned n = 0;
    for (struct str name = token(&names); name.n && n < NAMES_MAX; name = token(&names), n++) {
        name = item_type_name(name);
        if (!value && is_further_type(name, text)) {
            item_add_type(to, text);
            continue;
        }
        struct prop *prop = item_add(items, to, name, text, value, node);
        if (prop)
            prop->bare = str_is(text, "true") || str_is(text, "false");
    }
}

/* Walks the subtree of top, itself included, with enter() for each element. */
static void walk_tree(struct walk *w, uint32_t top, void (*enter)(struct walk *, uint32_t))
{
    const struct html_tree *tree = w->items->tree;
    uint32_t node = top ? top : tree->nodes[0].first;
    while (node) {
        if (tree->nodes[node].type == HTML_ELEMENT)
            enter(w, node);
        if (tree->nodes[node].first && !html_is_silent(tree, node)) {
            node = tree->nodes[node].first;
            continue;
        }
        for (;; node = tree->nodes[node].parent) {
            if (w->n && w->stack[w->n - 1].node == node)
                w->n--;
            if (node == top || node == 0)
                return;
            if (tree->nodes[node].next)
                break;
        }
        node = tree->nodes[node].next;
    }
}

/* ---- microdata ---- */

static void enter_microdata(struct walk *w, uint32_t node)
{
    const struct html_tree *tree = w->items->tree;
    if (!tree->nodes[node].attrs)
        return;
    struct str prop = html_attr(tree, node, N_ITEMPROP);
    bool scope = str_is_set(html_attr(tree, node, N_ITEMSCOPE));
    struct item *to = current(w);
    if (!scope) {
        if (prop.n && to)
            add_named(w->items, to, prop, item_element_value(w->items, node), NULL, node);
        return;
    }
    struct item *item = item_new(w->items, ITEM_MICRODATA, node);
    if (!item)
        return;
    add_types(item, html_attr(tree, node, N_ITEMTYPE));
    item->id = str_trim(html_attr(tree, node, N_ITEMID));
    if (prop.n && to)
        add_named(w->items, to, prop, STR_NONE, item, node);
    else if (w->n == 0)
        item_top(w->items, item);
    push(w, node, item, false);
}

static uint32_t node_by_id(const struct html_tree *tree, struct str id)
{
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0))
        if (tree->nodes[node].attrs && str_eq(html_attr(tree, node, N_ID), id))
            return node;
    return 0;
}

static void read_refs(struct items *items, struct item *item, unsigned *left)
{
    struct str refs = html_attr(items->tree, item->node, N_ITEMREF);
    for (struct str id = token(&refs); id.n && *left > 0; id = token(&refs)) {
        struct walk w = {.items = items};
        uint32_t node = node_by_id(items->tree, id);
        (*left)--;
        if (!node || node == item->node)
            continue;
        push(&w, 0, item, false);
        walk_tree(&w, node, enter_microdata);
    }
}

void items_read_microdata(struct items *items)
{
    struct walk w = {.items = items};
    struct item *last = items->last;
    unsigned left = REFS_MAX;
    walk_tree(&w, 0, enter_microdata);
    /* Items of the top level only: those inside rarely refer elsewhere. */
    for (struct item *item = last ? last->next : items->first; item && left; item = item->next)
        if (item->node && str_is_set(html_attr(items->tree, item->node, N_ITEMREF)))
            read_refs(items, item, &left);
}

/* ---- RDFa Lite ---- */

/* The subjects that have a name, by its hash. Where many crowd, one more is not noted: it is another each time. */
static struct item **subject(struct item **subjects, struct str id)
{
    uint32_t at = (uint32_t)hash64(0, id);
    for (unsigned i = 0; i < PROBES; i++) {
        struct item **slot = &subjects[(at + i) % SUBJECTS];
        if (!*slot || str_eq((*slot)->id, id))
            return slot;
    }
    return NULL;
}

/* What `property` without `typeof` has for a value. */
static struct str rdfa_value(struct items *items, uint32_t node)
{
    const struct html_tree *tree = items->tree;
    struct str content = html_attr(tree, node, N_CONTENT), resource = attr_named(tree, node, "resource");
    if (str_is_set(content))
        return str_trim(content);
    if (str_is_set(resource))
        return str_trim(resource);
    return item_element_value(items, node);
}

static void enter_rdfa(struct walk *w, uint32_t node)
{
    struct items *items = w->items;
    const struct html_tree *tree = items->tree;
    if (!tree->nodes[node].attrs)
        return;
    struct str property = html_attr(tree, node, N_PROPERTY), types = attr_named(tree, node, "typeof");
    struct str about = attr_named(tree, node, "about"), resource = attr_named(tree, node, "resource");
    bool vocab = str_is_set(attr_named(tree, node, "vocab")) || (w->n && w->stack[w->n - 1].vocab);
    struct item *to = current(w);
    if (html_is(tree, node, N_META) && !to)
        return; /* Open Graph */
    struct str id = str_trim(str_is_set(about) ? about : resource);
    if (str_is_set(types) || (id.n && !property.n)) {
        struct item **slot = id.n ? subject(w->subjects, id) : NULL;
        struct item *known = slot ? *slot : NULL;
        struct item *item = known ? known : item_new(items, ITEM_RDFA, node);
        if (!item)
            return;
        item->id = id;
        if (item != known || item->n_types == 0)
            add_types(item, types);
        if (property.n && to && to != item)
            add_named(items, to, property, STR_NONE, item, node);
        else if (!known)
            item_top(items, item);
        if (slot && items->last == item)
            *slot = item;
        push(w, node, item, vocab);
        return;
    }
    if (property.n && to)
        add_named(items, to, property, rdfa_value(items, node), NULL, node);
    if (vocab && !(w->n && w->stack[w->n - 1].vocab))
        push(w, node, to, true);
}

void items_read_rdfa(struct items *items)
{
    struct walk w = {.items = items, .subjects = ARENA_ARRAY(items->arena, struct item *, SUBJECTS)};
    if (w.subjects)
        walk_tree(&w, 0, enter_rdfa);
}

/* ---- meta ---- */

void items_read_meta(struct items *items)
{
    const struct html_tree *tree = items->tree;
    struct item *item = item_new(items, ITEM_META, 0);
    if (!item)
        return;
    item_top(items, item);
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0)) {
        if (!html_is(tree, node, N_META))
            continue;
        struct str content = str_trim(html_attr(tree, node, N_CONTENT));
        struct str name = str_trim(html_attr(tree, node, N_PROPERTY));
        if (!name.n)
            name = str_trim(html_attr(tree, node, N_NAME));
        if (name.n && content.n)
            item_add(items, item, name, fold_copy(items->arena, content, ITEM_TEXT_MAX_BYTES), NULL,
                     node);
    }
}
