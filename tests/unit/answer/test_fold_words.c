/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/fold.h"

#include "base/must.h"
#include "tests/check.h"

static struct str fold(const char *text)
{
    static char to[4096];
    struct str s = str_of(text);
    NEED(s.n * 3 < sizeof to);
    return str_make(to, fold_to(s, to));
}

static void test_folding(void)
{
    static const char *const cases[][2] = {
        {"Price per Night", "price per night"},
        {"isInStock", "is in stock"},
        {"HTMLParser", "html parser"},
        {"weight_kg", "weight kg"},
        {"  Größe:  ", "grosse"},
        {"Łódź", "lodz"},
        {"don't", "dont"},
        {"top10", "top 10"},
        {"50%", "50 %"},
        {"ＡＢＣ　１２", "abc 12"},
        {"価格", "価格"},
        {"ЦЕНА", "цена"},
        {"", ""},
        {" - ", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(fold(cases[i][0]), str_of(cases[i][1]));
}

static void test_folding_stays_in_bounds(void)
{
    char to[3 * 256];
    for (unsigned a = 0x80; a < 0x100; a++) {
        const char bad[] = {(char)a, 'x', (char)a, (char)0xBF};
        CHECK(fold_to(str_make(bad, sizeof bad), to) <= 3 * sizeof bad);
    }
}

static void test_words(void)
{
    struct words w = fold_words(STR_LIT("points of the posts"));
    CHECK_INT(w.n, 4);
    CHECK_STR(w.word[0], STR_LIT("point"));
    CHECK(words_has(&w, "post"));
    CHECK_INT(words_find(&w, STR_LIT("none")), 4);
    CHECK_STR(fold_stem(STR_LIT("address")), STR_LIT("address"));
    CHECK_STR(fold_stem(STR_LIT("status")), STR_LIT("status"));
}

static void test_contains(void)
{
    size_t at = 99;
    CHECK(fold_contains(STR_LIT("the list price is"), STR_LIT("list price"), &at));
    CHECK_INT(at, 4);
    CHECK(!fold_contains(STR_LIT("pricey"), STR_LIT("price"), NULL));
    CHECK(fold_contains(STR_LIT("all prices here"), STR_LIT("price"), NULL));
    CHECK(fold_contains(STR_LIT("通常価格"), STR_LIT("価格"), NULL));
    CHECK_STR(fold_contains_any(STR_LIT("now sold out"), "in stock|sold out", NULL),
              STR_LIT("sold out"));
    CHECK(!str_is_set(fold_contains_any(STR_LIT("now"), "in stock|sold out", NULL)));
    CHECK(fold_is_any(STR_LIT("b"), "a|b|c"));
    CHECK(!fold_is_any(STR_LIT("ab"), "a|b|c"));
    CHECK(!fold_is_any(STR_LIT("a|b"), "a|b|c"));
    CHECK(!fold_is_any(STR_LIT(""), "a|b|c") && !fold_is_any(STR_LIT("a"), ""));
    CHECK(fold_is_any(STR_LIT("cd"), "c|cd") && fold_is_any(STR_LIT("c"), "cd|c"));
    CHECK(!fold_is_any(str_make("c\0", 2), "c|cd"));
}

int main(void)
{
    RUN(test_folding);
    RUN(test_folding_stays_in_bounds);
    RUN(test_words);
    RUN(test_contains);
    return check_report();
}
