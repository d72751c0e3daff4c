/* SPDX-License-Identifier: Apache-2.0 */
/* links.c: the set of a page's links: two hash tables, over references as written and over URLs.
 *
 * Slots carry the number of the page (generation), so that a new page begins with empty tables for free. */
#include "extract/links.h"

#include "base/hash.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1024, KEEP_SLOTS = 16384, NO_LINK = -1 };

struct slot {
    uint32_t generation, hash, row;
};

struct table {
    struct slot *slots;
    uint32_t mask, used, generation;
};

/* A reference as written, without '#...'; link is NO_LINK if it is no URL or over the limit. */
struct reference {
    struct str href;
    int32_t link;
};

struct links {
    struct arena *arena;
    const struct url *base;
    uint64_t seed;
    struct table by_href, by_url;
    struct reference *references;
    struct link *links;
    struct link_mark *marks;
    uint32_t n_references, cap_references, n_links, cap_links, n_marks, cap_marks, at_mark, max_links,
        cut;
    enum status status;
};

static bool table_resize(struct table *t, uint32_t n_slots)
{
    struct slot *slots = calloc(n_slots, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; t->slots && i <= t->mask; i++) {
        if (t->slots[i].generation != t->generation)
            continue;
        uint32_t at = t->slots[i].hash & (n_slots - 1);
        while (slots[at].generation == t->generation)
            at = (at + 1) & (n_slots - 1);
        slots[at] = t->slots[i];
    }
    free(t->slots);
    t->slots = slots;
    t->mask = n_slots - 1;
    return true;
}

static bool table_begin(struct table *t)
{
    if (t->slots && (t->mask >= KEEP_SLOTS || t->generation == UINT32_MAX)) {
        free(t->slots);
        *t = (struct table){0};
    }
    t->generation++;
    t->used = 0;
    return t->slots || table_resize(t, FIRST_SLOTS);
}

/* The slot of a key, used or free. Rows begin with their key, a struct str. */
static struct slot *table_find(struct table *t, uint32_t hash, struct str key, const void *rows,
                               size_t row_bytes)
{
    for (uint32_t at = hash & t->mask;; at = (at + 1) & t->mask) {
        struct slot *s = &t->slots[at];
        if (s->generation != t->generation)
            return s;
        struct str have;
        memcpy(&have, (const char *)rows + s->row * row_bytes, sizeof have);
        if (s->hash == hash && str_eq(have, key))
            return s;
    }
}

static bool table_put(struct table *t, struct slot *free_slot, uint32_t hash, uint32_t row)
{
    *free_slot = (struct slot){.generation = t->generation, .hash = hash, .row = row};
    t->used++;
    return t->used * 2 < t->mask || table_resize(t, (t->mask + 1) * 2);
}

/* Room for one more row, or NULL. */
static void *rows_room(void *rows, uint32_t n, uint32_t *cap, size_t row_bytes)
{
    if (n < *cap)
        return rows;
    uint32_t more = *cap ? *cap * 2 : 256;
    void *p = realloc(rows, more * row_bytes);
    if (p)
        *cap = more;
    return p;
}

struct links *links_create(void)
{
    struct links *l = calloc(1, sizeof *l);
    if (l && random_bytes(&l->seed, sizeof l->seed) != OK) {
        free(l);
        return NULL;
    }
    return l;
}

void links_destroy(struct links *l)
{
    if (!l)
        return;
    free(l->by_href.slots);
    free(l->by_url.slots);
    free(l->references);
    free(l->links);
    free(l->marks);
    free(l);
}

void links_begin(struct links *l, struct arena *arena, const struct url *base, unsigned max_links)
{
    l->arena = arena;
    l->base = base;
    l->max_links = max_links < 1u << 24 ? max_links : 1u << 24;
    l->n_references = l->n_links = l->cut = 0;
    if (!table_begin(&l->by_href) || !table_begin(&l->by_url))
        l->status = ST_NOMEM;
}

void links_reset(struct links *l)
{
    l->n_marks = l->at_mark = 0;
    l->status = OK;
}

void links_mark(struct links *l, uint32_t node, enum region region)
{
    struct link_mark *marks = rows_room(l->marks, l->n_marks, &l->cap_marks, sizeof *marks);
    if (!marks) {
        l->status = ST_NOMEM;
        return;
    }
    l->marks = marks;
    marks[l->n_marks++] = (struct link_mark){.node = node, .link = NO_LINK, .region = region & 15u};
}

struct link_mark *links_marks(struct links *l, uint32_t *ret_n)
{
    *ret_n = l->n_marks;
    return l->marks;
}

int32_t links_number(const struct links *l, const struct link *entry)
{
    return (int32_t)(entry - l->links);
}

/* The link of a reference that was not seen before: its row, made if the URL is new. */
static int32_t resolve(struct links *l, struct str href, bool *ret_new)
{
    struct url url;
    if (href.n > URL_MAX_BYTES || url_parse(l->arena, href, l->base, &url) != OK) {
        l->status = l->arena->status;
        return NO_LINK;
    }
    struct str key = url_without_fragment(&url);
    uint32_t hash = (uint32_t)hash64(l->seed, key);
    struct slot *slot = table_find(&l->by_url, hash, key, l->links, sizeof *l->links);
    if (slot->generation == l->by_url.generation)
        return (int32_t)slot->row;
    if (l->n_links == l->max_links) {
        l->cut++;
        return NO_LINK;
    }
    struct link *links = rows_room(l->links, l->n_links, &l->cap_links, sizeof *links);
    if (links)
        l->links = links;
    if (!links || !table_put(&l->by_url, slot, hash, l->n_links)) {
        l->status = ST_NOMEM;
        return NO_LINK;
    }
    struct url *parsed = arena_alloc(l->arena, sizeof *parsed);
    if (parsed)
        *parsed = url;
    l->status = l->arena->status;
    l->links[l->n_links] = (struct link){.url = key, .parsed = parsed, .region = REGION_MAIN};
    *ret_new = true;
    return (int32_t)l->n_links++;
}

/* References are kept so that neither a broken nor a surplus one is looked at twice; past this many, they are.
 * Three quarters of the arena are for what else is known of the page. */
static bool is_full(const struct links *l)
{
    size_t bytes = l->arena->used_bytes + l->n_links * sizeof *l->links;
    return l->n_references >= 4 * l->max_links + 1024 || bytes > l->arena->limit_bytes / 4;
}

struct link *links_note(struct links *l, struct str href, bool *ret_new)
{
    *ret_new = false;
    href = str_trim(href);
    href = str_head(href, str_find(href, '#'));
    if (href.n == 0 || l->status != OK)
        return NULL;
    uint32_t hash = (uint32_t)hash64(l->seed, href);
    struct slot *slot = table_find(&l->by_href, hash, href, l->references, sizeof *l->references);
    if (slot->generation == l->by_href.generation) {
        int32_t known = l->references[slot->row].link;
        return known == NO_LINK ? NULL : &l->links[known];
    }
    if (is_full(l)) {
        l->cut++;
        return NULL;
    }
    int32_t link = resolve(l, href, ret_new);
    struct reference *r = rows_room(l->references, l->n_references, &l->cap_references, sizeof *r);
    if (r)
        l->references = r;
    if (!r || !table_put(&l->by_href, slot, hash, l->n_references)) {
        l->status = ST_NOMEM;
        return NULL;
    }
    l->references[l->n_references++] = (struct reference){.href = href, .link = link};
    return link == NO_LINK ? NULL : &l->links[link];
}

/* Whether the URL parser leaves a fragment as it is (URL 1.3, the fragment percent-encode set). */
static bool is_plain(struct str fragment)
{
    bool plain = true;
    for (size_t i = 0; i < fragment.n; i++) {
        char c = fragment.p[i];
        plain &= c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '`';
    }
    return plain;
}

/* The link that an element refers to, as its mark says. */
static int32_t link_of_node(struct links *l, uint32_t node)
{
    while (l->at_mark < l->n_marks && l->marks[l->at_mark].node < node)
        l->at_mark++;
    bool met = l->at_mark < l->n_marks && l->marks[l->at_mark].node == node;
    return met ? l->marks[l->at_mark].link : NO_LINK;
}

static int32_t link_of_reference(struct links *l, struct str page)
{
    uint32_t hash = (uint32_t)hash64(l->seed, page);
    const struct slot *s = table_find(&l->by_href, hash, page, l->references, sizeof *l->references);
    return s->generation == l->by_href.generation ? l->references[s->row].link : NO_LINK;
}

struct str links_absolute(struct links *l, uint32_t node, struct str href, struct buf *room)
{
    size_t at = str_find(href, '#');
    struct str page = str_head(href, at), fragment = str_from(href, at), whole = STR_NONE;
    if (page.n && !ascii_is_space(page.p[page.n - 1]) && l->links) {
        int32_t known = link_of_node(l, node);
        if (known == NO_LINK)
            known = link_of_reference(l, page);
        whole = known == NO_LINK ? STR_NONE : l->links[known].url;
    } else if (!page.n && fragment.n) {
        whole = url_without_fragment(l->base);
    }
    if (!str_is_set(whole) || !fragment.n)
        return whole;
    if (!is_plain(fragment))
        return STR_NONE;
    buf_reset(room);
    buf_put_str(room, whole);
    buf_put_str(room, fragment);
    return room->status == OK ? buf_str(room) : STR_NONE;
}

enum status links_end(struct links *l, struct link **ret_links, unsigned *ret_n, unsigned *ret_cut)
{
    struct link *copy = NULL;
    if (l->status == OK && l->n_links) {
        copy = arena_alloc(l->arena, l->n_links * sizeof *copy);
        if (copy)
            memcpy(copy, l->links, l->n_links * sizeof *copy);
    }
    if (l->status == OK)
        l->status = l->arena->status;
    if (l->cap_links > KEEP_SLOTS) {
        free(l->links);
        free(l->references);
        l->links = NULL;
        l->references = NULL;
        l->cap_links = l->cap_references = 0;
    }
    if (l->cap_marks > KEEP_SLOTS) {
        free(l->marks);
        l->marks = NULL;
        l->n_marks = l->cap_marks = 0;
    }
    if (l->status != OK)
        return l->status;
    *ret_links = copy;
    *ret_n = l->n_links;
    *ret_cut = l->cut;
    return OK;
}
