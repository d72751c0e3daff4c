/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/measure.h"

#include "base/must.h"
#include "tests/check.h"

#include <math.h>

static struct unit unit_of(const char *name)
{
    struct words w = fold_words(str_of(name));
    return unit_asked(&w, true);
}

static void test_conversion(void)
{
    static const struct {
        const char *text, *asked;
        double value;
    } cases[] = {
        {"Weight: 265 g", "weight kg", 0.265},
        {"1 hr 15 min", "duration minutes", 75},
        {"PT1H15M", "cook time min", 75},
        {"5 ft 11 in", "height in cm", 180.34},
        {"about 2,5 kg", "weight g", 2500},
        {"24-month warranty", "warranty in years", 2},
        {"512 MB", "size gb", 0.512},
        {"120 m²", "area m2", 120},
        {"1 h and 30 min", "time in hours", 1.5},
        {"90 % cotton", "share percent", 90},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str text = str_of(cases[i].text);
        size_t at, n;
        double value = NAN;
        CHECK(measure_find(text, i == 4 ? NUMERALS_COMMA : NUMERALS_POINT, unit_of(cases[i].asked), &at,
                           &n, &value));
        if (!CHECK(fabs(value - cases[i].value) < 1e-6))
            fprintf(stderr, "    %s: %g\n", cases[i].text, value);
        CHECK(at + n <= text.n);
    }
}

static void test_no_quantity(void)
{
    size_t at, n;
    double value;
    CHECK(!measure_find(STR_LIT("3 pieces"), NUMERALS_POINT, unit_of("weight kg"), &at, &n, &value));
    CHECK(!measure_find(STR_LIT("12 km"), NUMERALS_POINT, unit_of("weight kg"), &at, &n, &value));
    CHECK(!measure_find(STR_LIT("P"), NUMERALS_POINT, unit_of("duration min"), &at, &n, &value));
    CHECK_INT(unit_of("title").sort, MEASURE_NONE);
    struct unit unit;
    CHECK_INT(unit_read(STR_LIT("minimum"), &unit), 0);
    CHECK_INT(unit_read(STR_LIT(" min."), &unit), 5);
}

int main(void)
{
    RUN(test_conversion);
    RUN(test_no_quantity);
    return check_report();
}
