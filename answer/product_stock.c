/* SPDX-License-Identifier: Apache-2.0 */
/* product_stock.c: whether a thing can be had, by the words that shops use. What is said nearest behind the name of the page
 * counts; what is said of sizes and colours, or of other things, does not. */
#include "answer/product.h"

#include "base/must.h"

enum { LINE_MAX_BYTES = 120, LINES_BEHIND = 160, LINES_BEFORE = 30 };

/* clang-format off */
static const char out_words[] =
    "out of stock|sold out|not in stock|currently unavailable|no longer available|not available|temporarily out of stock|discontinued|outofstock|soldout|out stock|this item is unavailable|"
    "this listing has ended|this listing was ended|no longer for sale|bidding has ended|ausverkauft|nicht verfugbar|nicht lieferbar|nicht auf lager|nicht vorratig|derzeit nicht verfugbar|vergriffen|rupture de stock|en rupture|epuise|indisponible|non disponible|"
    "actuellement indisponible|agotado|no disponible|sin existencias|sin stock|esaurito|non disponibile|attualmente non disponibile|uitverkocht|niet op voorraad|niet leverbaar|slutsald|slut i lager|udsolgt|utsolgt|loppu|"
    "wyprzedane|niedostepny|brak w magazynie|vyprodano|vypredane|neni skladem|нет в наличии|нет на складе|в наличии нет|esgotado|indisponivel|在庫なし|在庫切れ|売り切れ|品切れ|完売|缺货|售罄|售完|已售完|품절";
static const char in_words[] =
    "in stock|instock|available now|ready to ship|ships today|ships tomorrow|left in stock|add to cart|add to basket|add to bag|add to trolley|add to shopping bag|buy now|buy it now|in den warenkorb|auf lager|"
    "sofort lieferbar|lieferbar|vorratig|verfugbar|en stock|disponible|ajouter au panier|ajouter au sac|achat immediat|anadir al carrito|anadir a la cesta|agregar al carrito|comprar|disponibile|"
    "disponibilita immediata|aggiungi al carrello|compralo subito|op voorraad|in winkelwagen|leverbaar|i lager|finns i lager|pa lager|lagg i varukorgen|dostepny|do koszyka|dodaj do koszyka|skladem|na sklade|do kosiku|do kosika|"
    "v kosarico|na zalogi|в наличии|есть в наличии|в корзину|купить|em estoque|adicionar ao carrinho|adicionar|sepete ekle|stokta|在庫あり|カートに入れる|かごに入れる|加入购物车|加入購物車|放入購物車|立即購買|直接購買|有货|구매하기|장바구니|"
    "limited availability|limitedavailability|onlineonly|instoreonly|in store only|preorder|pre order|presale|backorder|limited stock|only left";
/* clang-format on */

/* "not available" holds "available": what says no is asked first. */
enum stock stock_said(struct str folded)
{
    if (str_is_set(fold_contains_any(folded, out_words, NULL)))
        return STOCK_OUT;
    if (str_is(folded, "available") || str_is_set(fold_contains_any(folded, in_words, NULL)))
        return STOCK_IN;
    return STOCK_UNKNOWN;
}

/* A line that is one of many alike (sizes, colours, shops) speaks of them. */
static bool is_choice(const struct view *v, const struct line *line)
{
    uint32_t node = line->node;
    for (int up = 0; up < 3 && node; up++, node = v->tree->nodes[node].parent)
        if (html_is(v->tree, node, N_LI) || html_is(v->tree, node, N_OPTION) ||
            html_is(v->tree, node, N_LABEL))
            return true;
    return false;
}

enum stock seller_seen_stock(const struct seller *s)
{
    const struct view *v = &s->view;
    enum stock found = STOCK_UNKNOWN;
    uint32_t title = v->title < v->n_lines ? v->title : 0;
    uint32_t from = title > LINES_BEFORE ? title - LINES_BEFORE : 0, to = title + LINES_BEHIND;
    for (uint32_t i = from; i < v->n_lines && i < to; i++) {
        const struct line *line = &v->lines[i];
        if (line->text.n > LINE_MAX_BYTES ||
            (line->marks & (VIEW_RELATED | VIEW_REVIEWS | VIEW_HIDDEN | VIEW_NAV | VIEW_NOISE)))
            continue;
        enum stock said = stock_said(line->folded);
        if (said == STOCK_OUT && !is_choice(v, line))
            return STOCK_OUT;
        if (said == STOCK_IN && found == STOCK_UNKNOWN)
            found = STOCK_IN;
    }
    return found;
}
