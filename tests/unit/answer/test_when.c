/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/when.h"

#include "base/must.h"
#include "tests/check.h"

static void test_dates(void)
{
    static const struct {
        const char *text, *language, *date;
    } cases[] = {
        {"Published on 17 April 2026", "en", "2026-04-17"},
        {"April 17, 2026", "en", "2026-04-17"},
        {"05/03/2026", "en-US", "2026-05-03"},
        {"05/03/2026", "en-GB", "2026-03-05"},
        {"17.04.2026", "de", "2026-04-17"},
        {"17. März 2026", "de", "2026-03-17"},
        {"le 3 août 2025", "fr", "2025-08-03"},
        {"2026-04-17T13:30:00Z", "en", "2026-04-17"},
        {"2026年4月17日", "ja", "2026-04-17"},
        {"Sept. 3, 2024", "en", "2024-09-03"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct when w = {0};
        size_t at, n;
        struct str text = str_of(cases[i].text);
        CHECK(when_find(text, 0, when_style_of(str_of(cases[i].language)), &at, &n, &w));
        CHECK(when_has_date(&w));
        struct when_text t = when_put_date(&w);
        CHECK_STR(str_of(t.text), str_of(cases[i].date));
        CHECK(at + n <= text.n);
    }
}

static void test_times(void)
{
    static const char *const cases[][2] = {{"13:30", "13:30"},     {"1:30 p.m.", "13:30"},
                                           {"7 pm", "19:00"},      {"13h30", "13:30"},
                                           {"19.30 Uhr", "19:30"}, {"12 am", "00:00"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct when w = {0};
        CHECK(when_read(str_of(cases[i][0]), when_style_of(STR_LIT("en")), &w) > 0);
        struct when_text t = when_put_time(&w);
        CHECK_STR(str_of(t.text), str_of(cases[i][1]));
    }
    struct when w = {0};
    CHECK(when_read(STR_LIT("2026-04-17T13:30:00+02:00"), when_style_of(STR_LIT("en")), &w) > 0);
    struct when_text t = when_put_date_time(&w);
    CHECK_STR(str_of(t.text), STR_LIT("2026-04-17T13:30:00+02:00"));
}

static void test_no_dates(void)
{
    static const char *const cases[] = {"31.02.2026", "", "call 555-1234", "maybe", "99/99/2026"};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct when w = {0};
        size_t at, n;
        if (when_find(str_of(cases[i]), 0, when_style_of(STR_LIT("de")), &at, &n, &w))
            CHECK(!when_has_date(&w));
    }
}

int main(void)
{
    RUN(test_dates);
    RUN(test_times);
    RUN(test_no_dates);
    return check_report();
}
