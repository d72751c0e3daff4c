/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/money.h"

#include "base/must.h"
#include "tests/check.h"

#include <math.h>

/* Amounts in running text. */
static void test_in_text(void)
{
    static const struct {
        const char *text, *language, *whole;
        double amount;
        const char *iso;
    } cases[] = {
        {"now only $1,299.00 a piece", "en", "$1,299.00", 1299, "USD"},
        {"ab 49,90 €", "de", "49,90 €", 49.9, "EUR"},
        {"EUR 1.299,-", "de", "EUR 1.299,-", 1299, "EUR"},
        {"12€50", "fr", "12€50", 12.5, "EUR"},
        {"199 kr", "sv", "199 kr", 199, "SEK"},
        {"199 kr", "da", "199 kr", 199, "DKK"},
        {"¥5,980", "ja", "¥5,980", 5980, "JPY"},
        {"¥5,980", "zh-CN", "¥5,980", 5980, "CNY"},
        {"$119.00 USD", "en", "$119.00 USD", 119, "USD"},
        {"C$25", "en", "C$25", 25, "CAD"},
        {"from 1 029,00 zł", "pl", "1 029,00 zł", 1029, "PLN"},
        {"raised $2.5 million", "en", "$2.5 million", 2.5e6, "USD"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct money m = {.amount = NAN};
        struct str s = str_of(cases[i].text), language = str_of(cases[i].language);
        size_t at;
        CHECK(money_find(s, 0, numerals_of(language), language, &at, &m));
        CHECK_STR(m.text, str_of(cases[i].whole));
        CHECK(m.amount == cases[i].amount);
        CHECK_STR(str_of(m.iso), str_of(cases[i].iso));
    }
}

static void test_no_money(void)
{
    static const char *const cases[] = {
        "5 stars", "call 555 1234", "version 1.2.3", "10 km", "EUROPE 12", "", "$", "100 % cotton"};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct money m;
        size_t at;
        CHECK(!money_find(str_of(cases[i]), 0, NUMERALS_POINT, STR_LIT("en"), &at, &m));
    }
}

static void test_all_of_a_text(void)
{
    struct str s = STR_LIT("was $45.00, now $30.00 (£24)");
    const double want[] = {45, 30, 24};
    size_t from = 0, n = 0, at;
    for (struct money m; n < 3 && money_find(s, from, NUMERALS_POINT, STR_LIT("en"), &at, &m); n++) {
        CHECK(m.amount == want[n]);
        from = at + m.text.n;
    }
    CHECK_INT(n, 3);
}

/* Strings that are known to be prices. */
static void test_price_strings(void)
{
    static const struct {
        const char *text, *hint, *currency;
        double amount;
    } cases[] = {
        {"ab 3,63 EUR", "", "EUR", 3.63},
        {"850 руб.", "", "руб.", 850},
        {"$..75", "", "$", 0.75},
        {"29,99", "€", "€", 29.99},
        {"1.299", "", NULL, 1299},
        {"12 500 Kč", "", "Kč", 12500},
        {"PTE 120 000 000", "", "PTE", 1.2e8},
        {"A$190.00", "", "A$", 190},
        {"Rs. 1,23,456", "", "Rs.", 123456},
        {"from 20% off £80", "", "£", 80},
        {"Free", "", NULL, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct price p = price_read(str_of(cases[i].text), str_of(cases[i].hint));
        CHECK(p.has_amount);
        CHECK(fabs(p.amount - cases[i].amount) < 1e-9);
        CHECK_STR(p.currency, str_of(cases[i].currency));
    }
    CHECK(!price_read(STR_LIT("on request"), STR_LIT("")).has_amount);
}

static void test_names_of_currencies(void)
{
    CHECK_STR(str_of(currency_of(STR_LIT("price in euros"), STR_LIT("en")).iso), STR_LIT("EUR"));
    CHECK_STR(str_of(currency_of(STR_LIT("GBP"), STR_LIT("en")).iso), STR_LIT("GBP"));
    CHECK_STR(str_of(currency_of(STR_LIT("nothing"), STR_LIT("en")).iso), STR_LIT(""));
}

int main(void)
{
    RUN(test_in_text);
    RUN(test_no_money);
    RUN(test_all_of_a_text);
    RUN(test_price_strings);
    RUN(test_names_of_currencies);
    return check_report();
}
