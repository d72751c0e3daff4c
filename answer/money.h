/* SPDX-License-Identifier: Apache-2.0 */
/* money.h: amounts with a currency in running text, and the strings that shops write prices in.
 * Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_MONEY_H
#define WEBKEEP_ANSWER_MONEY_H

#include "answer/number.h"

struct money {
    double amount;
    struct str text;     /* the amount with its currency as it stands */
    struct str currency; /* the sign or word; a slice of the text */
    char iso[4];         /* "EUR"; empty: the word is no currency of today */
};

/* The next amount at or behind `from`. language settles what "kr" and "¥" mean. at: where ret->text stands. */
bool money_find(struct str s, size_t from, enum numerals numerals, struct str language, size_t *ret_at,
                struct money *ret_money);

/* The ISO 4217 code that a text names: "EUR", "euros", "€", "in US dollars"; empty: none. */
struct currency_code {
    char iso[4];
};
struct currency_code currency_of(struct str text, struct str language);

/* A string that is known to be a price: "ab 3,63 EUR", "$..75", "850 руб.", "1250€ 600". hint: a text seen beside it that may
 * hold the currency; may be empty. */
struct price {
    bool has_amount;
    double amount;
    struct str currency; /* as it is written, a slice of text or hint; STR_NONE */
};
struct price price_read(struct str text, struct str hint);

#endif
