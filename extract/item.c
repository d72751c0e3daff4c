/* SPDX-License-Identifier: Apache-2.0 */
/* item.c: the shape of items, what their readers share, and items written as JSON. */
#include "extract/item.h"

#include "extract/html/text.h"

enum { PUT_DEPTH = 12, PUT_VALUES = 100000, PUT_NAMES = 400, TEXT_NODES_MAX = 20000 };

struct item *item_new(struct items *items, enum item_source source, uint32_t node)
{
    struct item *item = items->n < ITEM_COUNT_MAX ? ARENA_NEW(items->arena, struct item) : NULL;
    if (!item)
        return NULL;
    item->source = source;
    item->node = node;
    items->n++;
    return item;
}

void item_top(struct items *items, struct item *item)
{
    if (items->last)
        items->last->next = item;
    else
        items->first = item;
    items->last = item;
}

void item_add_type(struct item *item, struct str type)
{
    type = str_trim(type);
    if (type.n && item->n_types < ITEM_TYPES_MAX)
        item->types[item->n_types++] = type;
}

struct prop *item_add(struct items *items, struct item *item, struct str name, struct str text,
                      struct item *value, uint32_t node)
{
    bool counts = name.n && (text.n || value);
    struct prop *prop = counts && items->n < ITEM_COUNT_MAX && item->n_props < ITEM_PROPS_MAX
                            ? ARENA_NEW(items->arena, struct prop)
                            : NULL;
    if (!prop)
        return NULL;
    *prop = (struct prop){.name = name, .text = text, .item = value, .node = node};
    if (item->last)
        item->last->next = prop;
    else
        item->first = prop;
    item->last = prop;
    item->n_props++;
    return prop;
}

struct str item_type_name(struct str type)
{
    for (size_t i = type.n; i > 0; i--)
        if (type.p[i - 1] == '/' || type.p[i - 1] == '#' || type.p[i - 1] == ':')
            return str_from(type, i);
    return type;
}

bool item_is(const struct item *item, const char *type)
{
    for (unsigned i = 0; i < item->n_types; i++)
        if (str_eq_nocase(item_type_name(item->types[i]), str_of(type)))
            return true;
    return false;
}

const struct prop *item_prop(const struct item *item, const char *name)
{
    const struct prop *p = item->first;
    while (p && !str_eq_nocase(p->name, str_of(name)))
        p = p->next;
    return p;
}

static struct str resolved(struct items *items, struct str reference)
{
    struct url url;
    reference = str_trim(reference);
    if (!items->base || reference.n == 0 || reference.n > URL_MAX_BYTES)
        return reference;
    return url_parse(items->arena, reference, items->base, &url) == OK ? url.href : reference;
}

/* Quotation marks around a whole text are how it is set, not part of it. */
static struct str unquoted(struct str text)
{
    bool quoted = text.n > 2 && text.p[0] == '"' && text.p[text.n - 1] == '"';
    struct str inside = quoted ? str_make(text.p + 1, text.n - 2) : text;
    return str_find(inside, '"') == inside.n ? inside : text;
}

/* Properties stand within each other, each with the text of all that is below it. */
static struct str text_below(struct items *items, uint32_t node)
{
    char room[ITEM_TEXT_MAX_BYTES];
    struct fold f = fold_begin(room, sizeof room);
    uint32_t most = items->nodes < TEXT_NODES_MAX ? items->nodes : TEXT_NODES_MAX;
    items->nodes -= fold_tree(&f, items->tree, node, false, most);
    return f.n ? arena_str(items->arena, fold_end(&f)) : STR_NONE;
}

struct str item_element_value(struct items *items, uint32_t node)
{
    static const struct {
        uint16_t element, attr;
    } table[] = {{N_A, N_HREF},     {N_AREA, N_HREF}, {N_LINK, N_HREF},   {N_IMG, N_SRC},
                 {N_AUDIO, N_SRC},  {N_EMBED, N_SRC}, {N_IFRAME, N_SRC},  {N_SOURCE, N_SRC},
                 {N_TRACK, N_SRC},  {N_VIDEO, N_SRC}, {N_OBJECT, N_DATA}, {N_DATA, N_VALUE},
                 {N_METER, N_VALUE}};
    const struct html_tree *tree = items->tree;
    struct str content = html_attr(tree, node, N_CONTENT);
    if (str_is_set(content))
        return str_trim(content);
    if (html_is(tree, node, N_TIME) && str_is_set(html_attr(tree, node, N_DATETIME)))
        return str_trim(html_attr(tree, node, N_DATETIME));
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (html_is(tree, node, table[i].element) && str_is_set(html_attr(tree, node, table[i].attr)))
            return resolved(items, html_attr(tree, node, table[i].attr));
    return unquoted(text_below(items, node));
}

enum status items_of_tree(const struct html_tree *tree, const struct url *base, unsigned sources,
                          struct arena *arena, struct items *ret)
{
    enum status st = OK;
    *ret = (struct items){.nodes = ITEM_NODES_MAX, .arena = arena, .tree = tree, .base = base};
    if (sources & 1u << ITEM_JSONLD)
        st = items_read_jsonld(ret);
    if (sources & 1u << ITEM_MICRODATA)
        items_read_microdata(ret);
    if (sources & 1u << ITEM_RDFA)
        items_read_rdfa(ret);
    if (sources & 1u << ITEM_META)
        items_read_meta(ret);
    return st != OK ? st : arena->status;
}

/* ---- as JSON ---- */

/* RDFa's items refer to each other, in circles too: what is written is bounded by number, not by depth alone. */
struct put {
    struct json_out *json;
    unsigned values; /* that may be written yet */
};

static void put_item(const struct item *item, struct put *put, unsigned depth);

static void put_value(const struct prop *p, struct put *put, unsigned depth)
{
    if (put->values)
        put->values--;
    if (p->item && depth < PUT_DEPTH && put->values)
        put_item(p->item, put, depth + 1);
    else if (p->bare)
        json_put_raw(put->json, p->text);
    else
        json_put_str(put->json, p->text);
}

/* The values of all properties of one name, where the first of them stands. */
static void put_values(const struct prop *first, struct put *put, unsigned depth)
{
    unsigned n = 0;
    for (const struct prop *p = first; p; p = p->next)
        n += str_eq(p->name, first->name);
    if (n > 1)
        json_begin(put->json, '[');
    for (const struct prop *p = first; p && put->values; p = p->next)
        if (str_eq(p->name, first->name))
            put_value(p, put, depth);
    if (n > 1)
        json_end(put->json, ']');
}

static bool is_first(const struct item *item, const struct prop *prop)
{
    const struct prop *p = item->first;
    while (!str_eq(p->name, prop->name))
        p = p->next;
    return p == prop;
}

static void put_item(const struct item *item, struct put *put, unsigned depth)
{
    struct json_out *json = put->json;
    unsigned names = 0;
    json_begin(json, '{');
    if (item->n_types) {
        json_key(json, "@type");
        if (item->n_types > 1)
            json_begin(json, '[');
        for (unsigned i = 0; i < item->n_types; i++)
            json_put_str(json, item->types[i]);
        if (item->n_types > 1)
            json_end(json, ']');
    }
    for (const struct prop *p = item->first; p && put->values && names < PUT_NAMES; p = p->next) {
        if (p->name.n == 0 || !is_first(item, p))
            continue;
        json_key_str(json, p->name);
        put_values(p, put, depth);
        names++;
    }
    json_end(json, '}');
}

void items_put(const struct items *items, enum item_source source, struct json_out *json)
{
    struct put put = {json, PUT_VALUES};
    json_begin(json, '[');
    for (const struct item *item = items->first; item && put.values; item = item->next)
        if (item->source == source)
            put_item(item, &put, 0);
    json_end(json, ']');
}
