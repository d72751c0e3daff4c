/* SPDX-License-Identifier: Apache-2.0 */
/* What sentences and schemas ask for, as fields. */
#include "answer/ask.h"

#include "base/must.h"
#include "tests/check.h"

/* "10[name price]": an array of at most ten objects; "name price": one object; "table"; "none". */
static struct str asked(const char *prompt)
{
    static char text[2000];
    struct ask *ask;
    struct diag diag;
    size_t n = 0;
    if (ask_read(str_of(prompt), STR_NONE, &ask, &diag) != OK)
        return STR_LIT("none");
    bool many = field_takes(&ask->root, SHAPE_ARRAY);
    const struct field *object = many ? ask->root.item : &ask->root;
    n += (size_t)(ask->table ? snprintf(text, sizeof text, "table")
                  : many     ? snprintf(text, sizeof text, "%u[", ask->root.limit)
                             : 0);
    for (unsigned i = 0; i < object->n_fields && !ask->table; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", i ? " " : "",
                              STR_ARG(object->fields[i].name));
    n += many && !ask->table ? (size_t)snprintf(text + n, sizeof text - n, "]") : 0;
    ask_destroy(ask);
    return str_make(text, n);
}

static void test_sentences(void)
{
    static const char *const cases[][2] = {
        {"Extract the title, author and publish date of the page.", "title author publish_date"},
        {"Get all product names and prices from the search results", "0[product_name price]"},
        {"Extract the top 10 post titles and their point scores", "10[post_title point_score]"},
        {"give me all job listings on this page: title, company, salary if shown",
         "0[title company salary]"},
        {"List all hotels with their name, rating (of 5, if any) and price", "0[name rating price]"},
        {"name; price; sku", "name price sku"},
        {"Extract the page title and full body text as clean Markdown. Preserve all headings and code "
         "examples.",
         "page_title body_text"},
        {"The name and price.\nDo not include related products. If the price is missing, use null.",
         "name price"},
        {"Extract the name and price of each product", "0[name price]"},
        {"For each company, extract the name and website", "0[name website]"},
        {"Get the title for each page", "title"},
        {"What is the price?", "price"},
        {"Titel, Preis und Hersteller", "titel preis hersteller"},
        {"Convert the main table to an array of objects", "table"},
        {"Tell me what you think of this long and winding page about nothing", "none"},
        {"", "none"},
        {":", "none"},
        {"all", "none"},
        {"( , ) and (", "none"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(asked(cases[i][0]), str_of(cases[i][1]));
}

static void test_a_noun_is_asked_for_too(void)
{
    CHECK_STR(asked("List every team with its points"), STR_LIT("0[team point]"));
    CHECK_STR(asked("all hotels with name and price"), STR_LIT("0[name price]"));
    CHECK_STR(asked("Alle Abfahrten: Zeit, Ziel, Gleis"), STR_LIT("0[zeit ziel gleis]"));
}

static void test_a_schema(void)
{
    struct ask *ask;
    struct diag diag;
    NEED(ask_read(STR_LIT(""),
                  STR_LIT("{\"type\":\"object\",\"properties\":{\"weight_kg\":{\"type\":\"number\"},"
                          "\"published\":{\"type\":\"string\",\"format\":\"date\"},"
                          "\"state\":{\"type\":[\"string\",\"null\"],\"enum\":[\"open\",null]},"
                          "\"plans\":{\"type\":\"array\",\"maxItems\":3,\"items\":{\"type\":\"object\","
                          "\"properties\":{\"monthlyPrice\":{\"type\":\"number\"}}}}},\"required\":["
                          "\"published\"]}"),
                  &ask, &diag) == OK);
    const struct field *f = ask->root.fields;
    CHECK_INT(ask->root.n_fields, 4);
    CHECK(f[0].kind == KIND_QUANTITY && f[0].unit.sort == MEASURE_MASS && f[0].unit.factor == 1000 &&
          !f[0].required);
    CHECK(f[1].kind == KIND_DATE && f[1].format == FORMAT_DATE && f[1].required);
    CHECK(f[2].n_options == 2 && f[2].options[1].is_null && field_takes(&f[2], SHAPE_NULL));
    CHECK(f[3].limit == 3 && f[3].item && f[3].item->n_fields == 1 &&
          f[3].item->fields[0].kind == KIND_MONEY);
    ask_destroy(ask);
    CHECK_INT(ask_read(STR_LIT(""), STR_LIT("{"), &ask, &diag), ST_INPUT);
    CHECK_INT(ask_read(STR_LIT(""), STR_LIT("{\"type\":\"string\"}"), &ask, &diag), ST_INPUT);
}

int main(void)
{
    RUN(test_sentences);
    RUN(test_a_noun_is_asked_for_too);
    RUN(test_a_schema);
    return check_report();
}
