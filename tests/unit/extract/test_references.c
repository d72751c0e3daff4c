/* SPDX-License-Identifier: Apache-2.0 */
/* test_references.c: the named references of html5lib's cases, and the rules for what is none. */
#include "extract/html/references.h"
#include "tests/jsontext.h"

static struct buf text, want;
static size_t named;

static void named_case(struct str line)
{
    NEED(jsontext_read(jsontext_get(line, "description"), &text));
    if (!str_starts(buf_str(&text), STR_LIT("Named entity: ")))
        return;
    NEED(jsontext_read(jsontext_get(line, "input"), &text));
    struct str output = jsontext_get(line, "output"), head = STR_LIT("[[\"Character\", ");
    NEED(str_starts(output, head));
    output = str_from(output, head.n);
    NEED(jsontext_read(str_head(output, output.n - 2), &want));
    char got[REFERENCE_MAX_BYTES];
    size_t n = 0;
    CHECK_INT(reference_read(buf_str(&text), false, got, &n), text.n);
    CHECK_STR(str_make(got, n), buf_str(&want));
    named++;
}

static void test_all_names(void)
{
    jsontext_each("tests/data/html5lib/tokenizer/namedEntities.jsonl", named_case);
    CHECK_INT(named, 1106);
}

static void test_rules(void)
{
    static const struct {
        const char *text;
        bool in_attribute;
        size_t takes;
        const char *gives;
    } rows[] = {
        {"&", false, 0, ""},
        {"&;", false, 0, ""},
        {"& amp;", false, 0, ""},
        {"&amp;x", false, 5, "&"},
        {"&ampx", false, 4, "&"},
        {"&ampx", true, 0, ""},
        {"&amp=", true, 0, ""},
        {"&amp ", true, 4, "&"},
        {"&amp;=", true, 5, "&"},
        {"&notit;", false, 4, "\xc2\xac"},
        {"&notit;", true, 0, ""},
        {"&notin;", true, 7, "\xe2\x88\x89"},
        {"&sup2x", false, 5, "\xc2\xb2"},
        {"&supx", false, 0, ""},
        {"&unknown;", false, 0, ""},
        {"&CounterClockwiseContourIntegral;", false, 33, "\xe2\x88\xb3"},
        {"&CounterClockwiseContourIntegralx;", false, 0, ""},
        {"&CounterClockwiseContourIntegral", false, 0, ""},
        {"&NotEqualTilde;", false, 15, "\xe2\x89\x82\xcc\xb8"},
        {"&#", false, 0, ""},
        {"&#;", false, 0, ""},
        {"&#x", false, 0, ""},
        {"&#xg;", false, 0, ""},
        {"&#65;", false, 5, "A"},
        {"&#65x", true, 4, "A"},
        {"&#x41", false, 5, "A"},
        {"&#X1F600;", false, 9, "\xf0\x9f\x98\x80"},
        {"&#0;", false, 4, "\xef\xbf\xbd"},
        {"&#xD800;", false, 8, "\xef\xbf\xbd"},
        {"&#x110000;", false, 10, "\xef\xbf\xbd"},
        {"&#99999999999999999999;", false, 23, "\xef\xbf\xbd"},
        {"&#128;", false, 6, "\xe2\x82\xac"},
        {"&#x81;", false, 6, "\xc2\x81"},
        {"&#xffff;", false, 8, "\xef\xbf\xbf"},
        {"&#13;", false, 5, "\r"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char got[REFERENCE_MAX_BYTES];
        size_t n = 0, takes = reference_read(str_of(rows[i].text), rows[i].in_attribute, got, &n);
        unsigned long bad = check_bad;
        CHECK_INT(takes, rows[i].takes);
        CHECK_STR(str_make(got, n), str_of(rows[i].gives));
        if (check_bad != bad)
            fprintf(stderr, "    text \"%s\"\n", rows[i].text);
    }
}

/* A reference that the text cuts off is what is there of it, and nothing is read behind the end. */
static void test_cut(void)
{
    const struct str whole = STR_LIT("&#x1F600;");
    for (size_t n = 0; n <= whole.n; n++) {
        char *exact = malloc(n + 1), got[REFERENCE_MAX_BYTES];
        size_t got_n = 0;
        NEED(exact);
        memcpy(exact + 1, whole.p, n);
        CHECK_INT(reference_read(str_make(exact + 1, n), false, got, &got_n), n < 4 ? 0 : n);
        free(exact);
    }
}

int main(void)
{
    buf_init(&text, 1 << 16);
    buf_init(&want, 1 << 16);
    RUN(test_all_names);
    RUN(test_rules);
    RUN(test_cut);
    buf_fini(&text);
    buf_fini(&want);
    return check_report();
}
