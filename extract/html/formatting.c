/* SPDX-License-Identifier: Apache-2.0 */
/* formatting.c: the list of active formatting elements and the adoption agency (HTML 13.2.4.3, 13.2.6.4.7). */
#include "base/hash.h"
#include "extract/html/tree.h"

enum { ARK = 3, ADOPTIONS = 8, INNER_LISTED = 3 };

/* ---- the list ---- */

static void list_remove(struct tree *t, uint32_t index)
{
    if (t->list[index].node)
        t->b->nodes[t->list[index].node].listed = false;
    memmove(t->list + index, t->list + index + 1, (--t->n_list - index) * sizeof *t->list);
}

static void list_insert(struct tree *t, uint32_t index, struct formatting entry)
{
    memmove(t->list + index + 1, t->list + index, (t->n_list++ - index) * sizeof *t->list);
    t->list[index] = entry;
    if (entry.node)
        t->b->nodes[entry.node].listed = true;
}

static void list_add(struct tree *t, struct formatting entry)
{
    if (t->n_list >= t->max_list) {
        t->b->cuts |= CUT_FORMATTING;
        list_remove(t, 0);
    }
    list_insert(t, t->n_list, entry);
}

static uint32_t list_index(const struct tree *t, uint32_t node)
{
    uint32_t i = 0;
    while (i < t->n_list && t->list[i].node != node)
        i++;
    return i;
}

/* Attributes are compared by a sum of seeded hashes: no order, no walk over pairs. */
static uint64_t attrs_hash(const struct html_build *b, const struct html_attr *a, uint32_t n)
{
    uint64_t sum = 0;
    for (const struct html_attr *end = a + n; a < end; a++) {
        struct html_slice value = {a->at, a->n, a->in_side};
        sum += hash64(b->names.seed + a->name, html_build_text(b, value));
    }
    return sum;
}

/* The Noah's Ark clause: no more than three of a kind. */
static void keep_three(struct tree *t, const struct formatting *entry)
{
    uint32_t same = 0, first = 0;
    for (uint32_t i = t->n_list; i-- > 0 && t->list[i].node;) {
        const struct formatting *f = &t->list[i];
        if (f->name == entry->name && f->n_attrs == entry->n_attrs &&
            f->attrs_hash == entry->attrs_hash) {
            same++;
            first = i;
        }
    }
    if (same >= ARK)
        list_remove(t, first);
}

void formatting_push(struct tree *t, uint32_t node)
{
    if (!node)
        return;
    const struct html_node *n = &t->b->nodes[node];
    const struct html_attr *attrs = &t->b->attrs[n->attrs];
    struct formatting entry = {.node = node,
                               .name = n->name,
                               .n_attrs = attrs->count,
                               .attrs_hash = attrs_hash(t->b, attrs, attrs->count)};
    keep_three(t, &entry);
    list_add(t, entry);
}

void formatting_mark(struct tree *t)
{
    list_add(t, (struct formatting){0});
}

void formatting_clear(struct tree *t)
{
    bool marker = false;
    while (t->n_list && !marker) {
        marker = t->list[t->n_list - 1].node == 0;
        list_remove(t, t->n_list - 1);
    }
}

void formatting_remove(struct tree *t, uint32_t node)
{
    uint32_t i = list_index(t, node);
    if (i < t->n_list)
        list_remove(t, i);
}

uint32_t formatting_find(const struct tree *t, uint16_t name)
{
    for (uint32_t i = t->n_list; i-- > 0 && t->list[i].node;)
        if (t->list[i].name == name)
            return t->list[i].node;
    return 0;
}

void formatting_reopen(struct tree *t)
{
    uint32_t i = t->n_list;
    while (i > 0 && t->list[i - 1].node && !t->b->nodes[t->list[i - 1].node].open)
        i--;
    while (i < t->n_list && !t->done) {
        uint32_t node = tree_clone(t, t->list[i].node), n_list = t->n_list;
        if (!node)
            return;
        tree_push(t, node, category_of_html(t->list[i].name));
        /* At the limit of depth an element before this one left the stack and the list. */
        i -= n_list - t->n_list;
        tree_link(t, tree_place(t, t->stack[t->n_open - 2].node), node);
        t->b->nodes[t->list[i].node].listed = false;
        t->b->nodes[node].listed = true;
        t->list[i++].node = node;
    }
}

/* ---- the adoption agency ---- */

/* The topmost special element below the formatting one, or 0. */
static uint32_t furthest_block(const struct tree *t, uint32_t formatting)
{
    for (uint32_t i = formatting + 1; i < t->n_open; i++)
        if (t->stack[i].is & IS_SPECIAL)
            return i;
    return 0;
}

static void replace_open(struct tree *t, uint32_t index, uint32_t node)
{
    t->b->nodes[t->stack[index].node].open = false;
    t->b->nodes[node].open = true;
    t->stack[index].node = node;
}

/* Steps 13.1 to 13.9: clones of the formatting elements between the block and `formatting` are wrapped around
 * each other from the inside, and *bookmark is kept. Returns the outermost, still without a parent, or the
 * block itself; 0 when memory ended. */
static uint32_t wrap(struct tree *t, uint32_t formatting, uint32_t block, uint32_t *bookmark)
{
    uint32_t last = t->stack[block].node, furthest = last;
    unsigned count = 0;
    for (uint32_t i = block - 1; i > formatting; i--) {
        uint32_t node = t->stack[i].node;
        uint32_t at = t->b->nodes[node].listed ? list_index(t, node) : t->n_list;
        if (++count > INNER_LISTED && at < t->n_list) {
            list_remove(t, at);
            *bookmark -= at < *bookmark;
            at = t->n_list;
        }
        if (at == t->n_list) {
            tree_remove_open(t, i);
            continue;
        }
        uint32_t copy = tree_clone(t, node);
        if (!copy)
            return 0;
        t->b->nodes[node].listed = false;
        t->b->nodes[copy].listed = true;
        t->list[at].node = copy;
        replace_open(t, i, copy);
        if (last == furthest) {
            *bookmark = at + 1;
            html_build_unlink(t->b, last);
        }
        html_build_append(t->b, copy, last);
        last = copy;
    }
    if (last == furthest)
        html_build_unlink(t->b, last);
    return last;
}

static void move_children(struct html_build *b, uint32_t from, uint32_t to)
{
    struct html_node *f = &b->nodes[from], *n = &b->nodes[to];
    for (uint32_t child = f->first; child; child = b->nodes[child].next)
        b->nodes[child].parent = to;
    n->first = f->first;
    n->last = f->last;
    f->first = f->last = 0;
}

/* Steps 9 to 19, with a furthest block. False: memory ended. */
static bool adopt_block(struct tree *t, uint32_t at, uint32_t formatting, uint32_t block)
{
    uint32_t node = t->list[at].node, furthest = t->stack[block].node;
    uint32_t ancestor = t->stack[formatting - 1].node, bookmark = at;
    uint32_t last = wrap(t, formatting, block, &bookmark);
    uint32_t copy = last ? tree_clone(t, node) : 0;
    if (!copy)
        return false;
    tree_link(t, tree_place(t, ancestor), last);
    move_children(t->b, furthest, copy);
    html_build_append(t->b, furthest, copy);

    at = list_index(t, node);
    struct formatting entry = t->list[at];
    entry.node = copy;
    list_remove(t, at);
    list_insert(t, bookmark - (at < bookmark), entry);

    /* The formatting element leaves the stack; its copy stands right below the furthest block. */
    struct open o = t->stack[formatting];
    uint32_t end = tree_find_node(t, furthest);
    memmove(t->stack + formatting, t->stack + formatting + 1, (end - formatting) * sizeof *t->stack);
    t->stack[end] = o;
    replace_open(t, end, copy);
    return true;
}

/* The index in the list of the last entry of this name behind the last marker, or n_list. */
static uint32_t adoptee(const struct tree *t, uint16_t name)
{
    uint32_t node = formatting_find(t, name);
    return node ? list_index(t, node) : t->n_list;
}

bool formatting_adopt(struct tree *t, uint16_t name)
{
    if (tree_top_is(t, name) && !t->b->nodes[tree_top(t)->node].listed) {
        tree_pop(t);
        return true;
    }
    for (int i = 0; i < ADOPTIONS && !t->done; i++) {
        uint32_t at = adoptee(t, name);
        if (at == t->n_list)
            return false;
        uint32_t node = t->list[at].node, formatting = tree_find_node(t, node);
        if (formatting == 0) {
            list_remove(t, at);
            return true;
        }
        if (!tree_node_in_scope(t, node))
            return true;
        uint32_t block = furthest_block(t, formatting);
        if (block == 0) {
            tree_pop_to(t, formatting);
            list_remove(t, at);
            return true;
        }
        if (!adopt_block(t, at, formatting, block))
            return true;
    }
    return true;
}
