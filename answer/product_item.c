/* SPDX-License-Identifier: Apache-2.0 */
/* product_item.c: which item of a page is the thing it sells, and what its offers say. Offers that stand alone on a page belong to
 * the page. A price of nothing is no price. */
#include "answer/product.h"

#include "answer/money.h"

enum { DEPTH_MAX = 6, OFFERS_MAX = 200 };

/* ---- the item ---- */

static bool is_product(const struct item *item)
{
    static const char *const types[] = {"Product",      "ProductGroup", "IndividualProduct",
                                        "ProductModel", "SomeProducts", "Vehicle",
                                        "Car",          "Book"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (item_is(item, types[i]))
            return true;
    return false;
}

static struct str text_of(const struct item *item, const char *name)
{
    const struct prop *p = item_prop(item, name);
    return p && !p->item ? p->text : STR_NONE;
}

static int weigh(const struct seller *s, const struct item *item)
{
    const struct view *v = &s->view;
    struct str said = text_of(item, "name"), code = text_of(item, "sku");
    bool offers = item_prop(item, "offers") || item_prop(item, "price");
    int score = 10 + (offers ? 20 : 0) + (code.n ? 3 : 0);
    if (said.n) {
        struct str folded = fold_text(s->arena, said),
                   title = v->title < v->n_lines ? v->lines[v->title].folded : STR_NONE;
        struct str head = fold_text(s->arena, s->doc->title);
        bool same = fold_contains(title, folded, NULL) || fold_contains(folded, title, NULL) ||
                    fold_contains(head, folded, NULL);
        score += same ? 25 : 0;
    }
    if (code.n >= 4 && s->url.n && memmem(s->url.p, s->url.n, code.p, code.n))
        score += 15;
    if (item->node && v->end[item->node] > v->begin[item->node] &&
        v->pieces[v->begin[item->node]].marks & VIEW_RELATED)
        score -= 40;
    return score;
}

static void consider(const struct seller *s, const struct item *item, const struct item **best,
                     int *most)
{
    int score = is_product(item) ? weigh(s, item) : 0;
    if (score > *most) {
        *best = item;
        *most = score;
    }
}

const struct item *seller_main(const struct seller *s)
{
    const struct item *best = NULL;
    int most = 0;
    for (const struct item *i = s->items.first; i; i = i->next) {
        if (i->source == ITEM_META)
            continue;
        consider(s, i, &best, &most);
        for (const struct prop *p = i->first; p; p = p->next)
            if (p->item && (str_is(p->name, "mainEntity") || str_is(p->name, "@graph") ||
                            str_is(p->name, "itemOffered")))
                consider(s, p->item, &best, &most);
    }
    return best;
}

/* ---- offers ---- */

struct tally {
    const struct seller *seller;
    struct product *product;
    unsigned n, in, out;
    bool low; /* the price is the lowest of several */
};

static void take_stock(struct tally *t, struct str text)
{
    struct str folded = fold_text(t->seller->arena, item_type_name(text));
    enum stock stock = stock_said(folded);
    t->in += stock == STOCK_IN;
    t->out += stock == STOCK_OUT;
}

/* "26,00 €", "2449.00": a point with three digits behind it groups in texts, but not in numbers of JSON. */
static bool amount_of(const struct prop *p, double *ret)
{
    struct number number;
    if (p->bare && number_read(p->text, NUMERALS_POINT, &number) && number.n == p->text.n) {
        *ret = number.value;
        return number.value > 0;
    }
    struct price price = price_read(p->text, STR_LIT(""));
    *ret = price.amount;
    return price.has_amount && price.amount > 0;
}

static void take_price(struct tally *t, const struct prop *p, bool low)
{
    struct product *product = t->product;
    double amount;
    if (p->item || !amount_of(p, &amount) || (product->has_price && (!t->low || low)))
        return;
    product->has_price = true;
    product->price = amount;
    t->low = low;
    if (!product->currency[0])
        memcpy(product->currency, currency_of(p->text, t->seller->view.language).iso, 4);
}

static void take_offer(struct tally *t, const struct item *offer, unsigned depth)
{
    if (t->n++ > OFFERS_MAX)
        return;
    for (const struct prop *p = offer->first; p; p = p->next) {
        bool inner = str_is(p->name, "offers") || str_is(p->name, "priceSpecification");
        if (p->item && inner && depth < DEPTH_MAX)
            take_offer(t, p->item, depth + 1);
        else if (str_is(p->name, "price") || str_eq_nocase(p->name, STR_LIT("lowPrice")))
            take_price(t, p, !str_is(p->name, "price"));
        else if (str_is(p->name, "priceCurrency") && !p->item)
            memcpy(t->product->currency, currency_of(p->text, STR_LIT("en")).iso, 4);
        else if (str_is(p->name, "availability") && !p->item)
            take_stock(t, p->text);
    }
}

static void take_meta(struct tally *t)
{
    static const char *const prices[] = {"product:sale_price:amount", "product:price:amount",
                                         "og:price:amount"};
    static const char *const currencies[] = {"product:sale_price:currency", "product:price:currency",
                                             "og:price:currency"};
    static const char *const stocks[] = {"product:availability", "og:availability"};
    const struct item *meta = t->seller->meta;
    for (size_t i = 0; meta && i < 3; i++) {
        const struct prop *price = item_prop(meta, prices[i]),
                          *currency = item_prop(meta, currencies[i]);
        if (price)
            take_price(t, price, false);
        if (currency && !t->product->currency[0])
            memcpy(t->product->currency, currency_of(currency->text, STR_LIT("en")).iso, 4);
    }
    for (size_t i = 0; meta && i < 2 && t->in + t->out == 0; i++)
        if (item_prop(meta, stocks[i]))
            take_stock(t, item_prop(meta, stocks[i])->text);
}

void seller_offers(const struct seller *s, struct product *ret)
{
    struct tally t = {.seller = s, .product = ret};
    if (s->main)
        take_offer(&t, s->main, 0);
    for (const struct item *i = s->main ? NULL : s->items.first; i; i = i->next)
        if (item_is(i, "Offer") || item_is(i, "AggregateOffer"))
            take_offer(&t, i, 0);
    take_meta(&t);
    ret->stock = t.in ? STOCK_IN : t.out ? STOCK_OUT : STOCK_UNKNOWN;
}

/* ---- the code ---- */

struct str seller_item_code(const struct seller *s)
{
    static const char *const names[] = {"sku", "productID", "mpn"};
    for (size_t i = 0; s->main && i < 3; i++) {
        struct str text = text_of(s->main, names[i]);
        size_t colon = str_find(text, ':');
        if (text.n && colon < text.n && colon < 8)
            text = str_from(text, colon + 1);
        if (text.n)
            return text;
    }
    const struct prop *p = s->meta ? item_prop(s->meta, "product:retailer_item_id") : NULL;
    return p ? p->text : STR_NONE;
}
