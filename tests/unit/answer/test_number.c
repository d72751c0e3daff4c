/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/number.h"

#include "base/must.h"
#include "tests/check.h"

static void test_separators(void)
{
    static const struct {
        const char *text;
        double group, point, comma;
    } cases[] = {
        {"1.299", 1299, 1.299, 1299},   {"1,299", 1299, 1299, 1.299},
        {"1.299,00", 1299, 1299, 1299}, {"1,299.50", 1299.5, 1299.5, 1299.5},
        {"1 029,00", 1029, 1029, 1029}, {"12'500", 12500, 12500, 12500},
        {"0.125", 0.125, 0.125, 0.125}, {"1,23,456", 123456, 123456, 123456},
        {".75", 0.75, 0.75, 0.75},      {"2026-03-01", 2026, 2026, 2026},
        {"19.9", 19.9, 19.9, 19.9},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct number n;
        struct str s = str_of(cases[i].text);
        CHECK(number_read(s, NUMERALS_GROUP, &n) && n.value == cases[i].group);
        CHECK(number_read(s, NUMERALS_POINT, &n) && n.value == cases[i].point);
        CHECK(number_read(s, NUMERALS_COMMA, &n) && n.value == cases[i].comma);
    }
    struct number n;
    CHECK(!number_read(STR_LIT("1.2.3"), NUMERALS_POINT, &n));
    CHECK(!number_read(STR_LIT("x1"), NUMERALS_POINT, &n));
    CHECK(
        !number_read(STR_LIT("12345678901234567890123456789012345678901234567890"), NUMERALS_POINT, &n));
}

static void test_finding(void)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"about 12.4k stars", 12400},
        {"(1,234)", -1234},
        {"-5 degrees", -5},
        {"version B2 has 7", 7},
        {"2.5 million users", 2.5e6},
        {"\xE2\x88\x92"
         "3",
         -3},
        {"5-7 days", 5},
        {"3 Mio. Menschen", 3e6},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct number n;
        size_t at;
        CHECK(number_find(str_of(cases[i].text), NUMERALS_POINT, &at, &n));
        CHECK(n.value == cases[i].value);
    }
    struct number n;
    size_t at;
    CHECK(!number_find(STR_LIT("no digits, B2B"), NUMERALS_POINT, &at, &n));
    CHECK(number_only(STR_LIT("42 comments"), NUMERALS_POINT, &n) && n.value == 42);
    CHECK(!number_only(STR_LIT("4 of 5"), NUMERALS_POINT, &n));
}

static void test_languages(void)
{
    CHECK_INT(numerals_of(STR_LIT("de-AT")), NUMERALS_COMMA);
    CHECK_INT(numerals_of(STR_LIT("en-US")), NUMERALS_POINT);
    CHECK_INT(numerals_of(STR_LIT("ja")), NUMERALS_POINT);
    CHECK_INT(numerals_of(STR_NONE), NUMERALS_POINT);
}

int main(void)
{
    RUN(test_separators);
    RUN(test_finding);
    RUN(test_languages);
    return check_report();
}
