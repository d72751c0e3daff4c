/* SPDX-License-Identifier: Apache-2.0 */
/* product_price.c: which of the amounts on a page is the price of what it sells. Each is weighed by how the elements around it
 * are called, by the words of its line, by how far behind the page's name it stands, and by how often it is said; amounts in elements
 * that are repeated with other amounts are those of other things. */
#include "answer/product.h"

#include "answer/money.h"
#include "base/must.h"

enum {
    AMOUNTS_MAX = 300,
    LINE_MAX_BYTES = 400,
    NAMES_MAX_BYTES = 160,
    UP_MAX = 4,
    SURE = 24,
    SURE_WHEN_OUT = 50
};

struct amount {
    struct money money;
    uint32_t piece;
    uint32_t place; /* hash of the names around it */
    int score;
};

/* clang-format off */
static const char price_names[] = "price|prices|prix|preis|precio|prezzo|prijs|cena|pris|amount|cost|buybox|priceblock|saleprice|finalprice|ourprice|hinta|kaina|ar|preco";
static const char now_names[] = "our|sale|current|final|now|deal|offer|special|selling|new|actual|buybox|main|our price|today|you pay";
static const char not_names[] =
    "old|was|list|regular|strike|striked|strikethrough|crossed|before|rrp|msrp|uvp|retail|original|previous|previously|compare|shipping|delivery|postage|versand|unit|per|installment|installments|"
    "instalment|month|monthly|finance|credit|save|saving|savings|discount|coupon|voucher|points|cart|basket|minicart|total|tax|deposit|related|similar|recommend|recommended|recommendations|carousel|slider|"
    "accessory|accessories|upsell|crosssell|sponsored|also|bundle|header|footer|menu|nav|filter|banner|min|minimum|threshold|anterior|barre|tachado|streichpreis|alt";
static const char not_words[] =
    "shipping|delivery|postage|versand|livraison|envio|spedizione|verzending|save|you save|rrp|was|list price|uvp|statt|au lieu de|antes|instead of|per month|a month|mo|monat|mois|installments|"
    "from only|free shipping|orders over|over|ab einem|gift card|cashback|deposit|trade in|trade|per 100|100ml|100 ml|100 g|per kg|je 1|1 kg|used from|new from|other sellers|доставка|в месяц|мес|mesacne|"
    "off|discount|rabatt|sconto|remise|korting|coupon|voucher|member|points|tax|fee|insurance|warranty|protection|現省|原價|每期|加購|免運|運費|滿額|定価|送料|배송비|정가|할인";
static const char price_words[] =
    "price|prices|our price|now|only|special|sale|buy|from|preis|preise|ab|nur|jetzt|prix|a partir de|precio|precios|prezzo|prijs|cena|pris|preco|hinta|fiyat|цена|価格|特価|特價|售價|定價|优惠价|最低價|價|价|판매가|가격";
/* clang-format on */

/* ---- names around an amount ---- */

static struct str names_of(const struct html_tree *tree, uint32_t node, char *folded)
{
    char names[NAMES_MAX_BYTES];
    size_t n = 0;
    const struct str parts[] = {html_attr(tree, node, N_CLASS), html_attr(tree, node, N_ID),
                                html_attr(tree, node, N_ITEMPROP)};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        size_t take = parts[i].n < sizeof names - n - 1 ? parts[i].n : sizeof names - n - 1;
        if (take)
            memcpy(names + n, parts[i].p, take);
        n += take;
        names[n++] = ' ';
        if (n >= sizeof names - 1)
            break;
    }
    return str_make(folded, fold_to(str_make(names, n), folded));
}

static uint32_t hash_of(uint32_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_digit(s.p[i]))
            h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    return h;
}

static int weigh_names(const struct view *v, uint32_t node, uint32_t *ret_place)
{
    char folded[NAMES_MAX_BYTES * 3 + 1];
    int score = 0;
    bool price = false, now = false, not = false;
    uint32_t place = 2166136261u;
    for (int up = 0; up < UP_MAX && node; up++, node = v->tree->nodes[node].parent) {
        struct str names = names_of(v->tree, node, folded);
        place = hash_of(place * 31 + v->tree->nodes[node].name, names);
        bool here = str_is_set(fold_contains_any(names, price_names, NULL));
        if (here && !price)
            score += 34 - 5 * up;
        price = price || here;
        now = now || (up < 3 && str_is_set(fold_contains_any(names, now_names, NULL)));
        not = not || (up < 3 && str_is_set(fold_contains_any(names, not_names, NULL)));
    }
    *ret_place = place;
    return score + (price && now ? 10 : 0) - (not ? 34 : 0);
}

/* ---- amounts ---- */

static int weigh_place(const struct seller *s, uint32_t piece)
{
    if (s->title >= s->view.n_pieces)
        return 8;
    if (piece < s->title)
        return s->title - piece < 40 ? 6 : -8;
    uint32_t far = piece - s->title;
    return far < 30 ? 26 : far < 80 ? 18 : far < 200 ? 8 : far < 500 ? 0 : -12;
}

static int weigh_marks(const struct view *v, uint32_t piece)
{
    uint16_t marks = v->pieces[piece].marks;
    return (marks & VIEW_STRUCK ? -60 : 0) - (marks & VIEW_RELATED ? 60 : 0) -
           (marks & (VIEW_NAV | VIEW_NOISE | VIEW_HIDDEN) ? 50 : 0) - (marks & VIEW_REVIEWS ? 50 : 0) -
           (marks & VIEW_ASIDE ? 6 : 0) - (marks & VIEW_SPOKEN ? 4 : 0) + (marks & VIEW_STRONG ? 4 : 0) -
           (marks & VIEW_LINK ? 14 : 0);
}

/* An amount alone in its line is a price sooner than one in a sentence. */
static int weigh_line(const struct line *l, const struct money *money, int names)
{
    bool alone = l->text.n <= money->text.n + 4,
         said = !alone && str_is_set(fold_contains_any(l->folded, price_words, NULL));
    return (alone ? 8 : 0) + (said ? 2 : 0) - (l->text.n > 80 ? 10 : 0) -
           (!alone && !said && names <= 0 ? 14 : 0) + (l->heading ? 4 : 0);
}

static void take_line(const struct seller *s, uint32_t line, struct amount *amounts, unsigned *n)
{
    const struct view *v = &s->view;
    const struct line *l = &v->lines[line];
    size_t from = 0, at;
    struct money money;
    if (l->text.n > LINE_MAX_BYTES)
        return;
    for (int words = 1;
         *n < AMOUNTS_MAX && money_find(l->text, from, NUMERALS_GROUP, v->language, &at, &money);) {
        if (words > 0)
            words = str_is_set(fold_contains_any(l->folded, not_words, NULL)) ? -24 : 0;
        from = at + money.text.n;
        if (money.amount <= 0 || (at && l->text.p[at - 1] == '-'))
            continue;
        struct amount *a = &amounts[*n];
        uint32_t piece = view_piece_at(v, line, at), node = v->pieces[piece].node;
        *a = (struct amount){.money = money, .piece = piece};
        int names = weigh_names(v, node, &a->place);
        a->score =
            words + names + weigh_line(l, &money, names) + weigh_place(s, piece) + weigh_marks(v, piece);
        ++*n;
    }
}

/* Said again elsewhere it is surer; elements called alike with other amounts are a list of things. */
static void weigh_others(struct amount *amounts, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned same = 0, alike = 0;
        for (unsigned k = 0; k < n; k++) {
            same += k != i && amounts[k].money.amount == amounts[i].money.amount &&
                    amounts[k].place != amounts[i].place;
            alike += amounts[k].place == amounts[i].place &&
                     amounts[k].money.amount != amounts[i].money.amount;
        }
        bool list = alike >= 2;
        amounts[i].score += list ? -40 : (same > 3 ? 3 : (int)same) * 5 - (alike ? 4 : 0);
    }
}

bool seller_seen_price(const struct seller *s, bool gone, struct product *ret)
{
    struct amount *amounts = ARENA_ARRAY(s->arena, struct amount, AMOUNTS_MAX);
    const struct amount *best = NULL;
    unsigned n = 0;
    for (uint32_t i = 0; amounts && i < s->view.n_lines; i++)
        take_line(s, i, amounts, &n);
    if (n)
        weigh_others(amounts, n);
    for (unsigned i = 0; i < n; i++)
        if (amounts[i].score >= (gone ? SURE_WHEN_OUT : SURE) &&
            (!best || amounts[i].score > best->score))
            best = &amounts[i];
    if (!best)
        return false;
    ret->has_price = true;
    ret->price = best->money.amount;
    memcpy(ret->currency, best->money.iso, 4);
    return true;
}
