/* SPDX-License-Identifier: Apache-2.0 */
/* product.c: the sources of a product's facts in their order. */
#include "answer/product.h"

#include "answer/money.h"

static enum status look(struct seller *s, const struct doc *doc, struct str url, struct arena *arena)
{
    const unsigned sources =
        1u << ITEM_JSONLD | 1u << ITEM_MICRODATA | 1u << ITEM_RDFA | 1u << ITEM_META;
    s->doc = doc;
    s->url = url;
    s->arena = arena;
    enum status st = view_make(doc->tree, doc->title, doc->language, arena, &s->view);
    if (st == OK)
        st = items_of_tree(doc->tree, NULL, sources, arena, &s->items);
    if (st != OK)
        return st;
    const struct view *v = &s->view;
    s->title = v->title < v->n_lines ? v->lines[v->title].first : v->n_pieces;
    for (const struct item *i = s->items.first; i; i = i->next)
        s->meta = i->source == ITEM_META ? i : s->meta;
    s->main = seller_main(s);
    return OK;
}

/* What machines are told stands unless the reader sees otherwise. */
static enum stock settle_stock(enum stock told, enum stock seen, bool has_price)
{
    if (told == STOCK_IN)
        return STOCK_IN;
    if (seen != STOCK_UNKNOWN)
        return seen;
    return told != STOCK_UNKNOWN ? told : has_price ? STOCK_IN : STOCK_UNKNOWN;
}

enum status product_read(const struct doc *doc, struct str url, struct arena *arena, struct product *ret)
{
    struct seller *s = ARENA_NEW(arena, struct seller);
    struct product p = {.sku = STR_NONE};
    if (!s)
        return arena->status;
    enum status st = look(s, doc, url, arena);
    if (st != OK)
        return st;
    seller_offers(s, &p);
    enum stock seen = seller_seen_stock(s);
    if (!p.has_price)
        seller_seen_price(s, p.stock == STOCK_OUT || seen == STOCK_OUT, &p);
    p.sku = seller_seen_code(s);
    if (!p.sku.n)
        p.sku = seller_item_code(s);
    if (!p.sku.n)
        p.sku = seller_url_code(s);
    p.stock = settle_stock(p.stock, seen, p.has_price);
    *ret = p;
    return arena->status;
}
