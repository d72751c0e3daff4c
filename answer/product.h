/* SPDX-License-Identifier: Apache-2.0 */
/* product.h: what a page offers for sale: its price, the code it is ordered by, and whether it can be had.
 *
 * From what the page says to machines (items of JSON-LD, microdata, RDFa, meta elements) and from what its reader sees; where
 * these two differ the reader's side wins if it is labelled or plain, as marks for machines grow stale. Other things that the page shows
 * beside its own (related, recently seen, advertised) are passed over. A page that offers one thing at a price, and nowhere
 * says that it can't be had, offers it; without any such sign whether it can be had is not known.
 *
 * Pure; slices live in the arena or in the tree's body. Threads: any. */
#ifndef WEBKEEP_ANSWER_PRODUCT_H
#define WEBKEEP_ANSWER_PRODUCT_H

#include "answer/fold.h"
#include "answer/view.h"
#include "extract/extract.h"
#include "extract/item.h"

enum stock { STOCK_UNKNOWN, STOCK_IN, STOCK_OUT };

struct product {
    bool has_price;
    double price;
    char currency[4]; /* ISO 4217; empty: not said */
    struct str sku;   /* STR_NONE: not said */
    enum stock stock;
};

/* doc must have its tree; url: of the page, may be empty. ST_LIMIT, ST_NOMEM: the arena ended. */
enum status product_read(const struct doc *doc, struct str url, struct arena *arena,
                         struct product *ret_product) MUST_USE;

/* ---- product_*.c ---- */

struct seller {
    const struct doc *doc;
    struct str url;
    struct arena *arena;
    struct view view;
    struct items items;
    const struct item *main; /* what is sold; NULL: not said to machines */
    const struct item *meta;
    uint32_t title; /* the piece at which the name of the page begins */
};

/* product_item.c: what machines are told. */
const struct item *seller_main(const struct seller *s);
void seller_offers(const struct seller *s, struct product *ret_product);
struct str seller_item_code(const struct seller *s);

/* product_price.c: the price among the amounts that can be seen; gone: of what can't be had, which seldom has
 * one, so it must be surer. */
bool seller_seen_price(const struct seller *s, bool gone, struct product *ret_product);

/* product_code.c: the code behind a label, and the code in the page's own URL. */
struct str seller_seen_code(const struct seller *s);
struct str seller_url_code(const struct seller *s);

/* product_stock.c */
enum stock stock_said(struct str folded);
enum stock seller_seen_stock(const struct seller *s);

#endif
