/* SPDX-License-Identifier: Apache-2.0 */
/* test_model_fit.c: schemas as they are sent (model_schema.h), answers as they are kept (model_fit.h), and what stands on a
 * page (model_ground.h). */
#include "answer/model_fit.h"
#include "answer/model_schema.h"
#include "tests/check.h"

static const struct json_limits limits = {.max_bytes = 1 << 16, .max_depth = 32};
static struct arena arena;

static struct json_doc *parse(const char *text)
{
    struct json_doc *doc = NULL;
    struct diag diag;
    NEED(json_parse(str_of(text), &limits, &doc, &diag) == OK);
    return doc;
}

/* ---- schemas ---- */

static void lowers(const char *schema, const char *want)
{
    struct json_doc *doc = parse(schema);
    struct buf out;
    buf_init(&out, 1 << 16);
    model_schema_lower(json_root(doc), &out);
    CHECK_STR(buf_str(&out), str_of(want));
    buf_fini(&out);
    json_doc_destroy(doc);
}

static void schemas(void)
{
    lowers("{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"maxLength\":5}}}",
           "{\"type\":\"object\",\"properties\":{\"a\":{\"description\":\"most characters: "
           "5\",\"type\":[\"string\",\"null\"]}},"
           "\"required\":[\"a\"],\"additionalProperties\":false}");
    lowers("{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}",
           "{\"type\":\"object\",\"properties\":{\"result\":{\"type\":\"array\",\"items\":{\"type\":["
           "\"integer\",\"null\"]}}},"
           "\"required\":[\"result\"],\"additionalProperties\":false}");
    lowers("{\"properties\":{\"c\":{\"type\":\"string\",\"enum\":[\"x\",\"y\"]}}}",
           "{\"type\":\"object\",\"properties\":{\"c\":{\"type\":[\"string\",\"null\"],\"enum\":[\"x\","
           "\"y\",null]}},"
           "\"required\":[\"c\"],\"additionalProperties\":false}");
}

/* ---- answers ---- */

static const char page[] = "# The Great Anvil\n\nIt costs 1.299,50 EUR and was made on 3 May 2024 by "
                           "J\xC3\xBCrgen M\xC3\xBCller.\n"
                           "Weight: 2.5 kg. It has three legs.\n[More](https://example.com/more?x=1)\n";

/* The schema, the answer; what is kept of it, and how many values were dropped. */
static void fits(const char *schema, const char *answer, const char *want, unsigned dropped)
{
    struct json_doc *s = schema ? parse(schema) : NULL, *v = parse(answer);
    struct fit fit = {.schema = s ? json_root(s) : NULL,
                      .ground = ground_create(&arena, str_of(page), STR_LIT("en")),
                      .arena = &arena};
    struct buf out;
    buf_init(&out, 1 << 16);
    model_fit(&fit, json_root(v), &out);
    CHECK_STR(buf_str(&out), str_of(want));
    CHECK_INT(fit.dropped, dropped);
    CHECK_INT(fit.n_faults, dropped);
    buf_fini(&out);
    json_doc_destroy(s);
    json_doc_destroy(v);
}

#define OBJECT(properties) "{\"type\":\"object\",\"properties\":{" properties "},\"required\":[\"a\"]}"

static void shapes(void)
{
    const char *schema = OBJECT("\"a\":{\"type\":[\"string\",\"null\"]},\"b\":{\"type\":\"number\"}");
    fits(schema, "{\"b\":2.5,\"a\":\"The Great Anvil\",\"c\":1}",
         "{\"a\":\"The Great Anvil\",\"b\":2.5}", 0);
    fits(schema, "{}", "{\"a\":null}", 0);
    fits(schema, "{\"a\":null,\"b\":null}", "{\"a\":null}", 0);
    fits(schema, "{\"b\":\"2.5\"}", "{\"a\":null,\"b\":2.5}", 0);
    fits(schema, "{\"a\":[\"x\"]}", "{\"a\":null}", 1);
    fits(OBJECT("\"a\":{\"type\":\"array\",\"items\":{\"type\":\"number\"},\"maxItems\":2}"),
         "{\"a\":[2.5,null,2024,3]}", "{\"a\":[2.5,2024]}", 0);
    fits(OBJECT("\"a\":{\"type\":\"string\",\"enum\":[\"Kg\",\"lb\"]}"), "{\"a\":\"kg\"}",
         "{\"a\":\"Kg\"}", 0);
    fits(OBJECT("\"a\":{\"type\":\"string\",\"enum\":[\"Kg\",\"lb\"]}"), "{\"a\":\"stone\"}",
         "{\"a\":null}", 1);
    fits(OBJECT("\"a\":{\"type\":\"boolean\"}"), "{\"a\":\"yes\"}", "{\"a\":true}", 0);
    fits(NULL, "{\"x\":{\"y\":[\"three legs\",\"four legs\"]}}", "{\"x\":{\"y\":[\"three legs\"]}}", 1);
}

static void grounds(void)
{
    const char *text = OBJECT("\"a\":{\"type\":\"string\"}"),
               *number = OBJECT("\"a\":{\"type\":\"number\"}");
    fits(text, "{\"a\":\"great anvil\"}", "{\"a\":\"great anvil\"}", 0);
    fits(text, "{\"a\":\"the greatest anvil\"}", "{\"a\":null}", 1);
    fits(text, "{\"a\":\"J\xC3\xBCrgen M\xC3\xBCller\"}", "{\"a\":\"J\xC3\xBCrgen M\xC3\xBCller\"}", 0);
    fits(text, "{\"a\":\"2024-05-03\"}", "{\"a\":\"2024-05-03\"}", 0);
    fits(text, "{\"a\":\"2024-05-04\"}", "{\"a\":null}", 1);
    fits(text, "{\"a\":\"https://example.com/more?x=1\"}", "{\"a\":\"https://example.com/more?x=1\"}",
         0);
    fits(text, "{\"a\":\"https://example.com/other\"}", "{\"a\":null}", 1);
    fits(number, "{\"a\":1299.5}", "{\"a\":1299.5}", 0);
    fits(number, "{\"a\":3}", "{\"a\":3}", 0);
    fits(number, "{\"a\":1300}", "{\"a\":null}", 1);
    fits(OBJECT("\"a\":{\"type\":\"number\",\"minimum\":100}"), "{\"a\":2.5}", "{\"a\":null}", 1);
}

/* What is asked to be written need not stand there, but its numbers must. */
static void writing(void)
{
    const char *schema = OBJECT("\"a\":{\"type\":\"string\",\"description\":\"a summary\"}");
    fits(schema, "{\"a\":\"A heavy tool with 3 legs\"}", "{\"a\":\"A heavy tool with 3 legs\"}", 0);
    fits(schema, "{\"a\":\"A heavy tool with 88 legs\"}", "{\"a\":null}", 1);
    CHECK(model_asks_writing(&arena, STR_LIT("Summarise each page in one line")));
    CHECK(!model_asks_writing(&arena, STR_LIT("List the name and price of each product")));
}

static void emptiness(void)
{
    static const struct {
        const char *json;
        bool empty;
    } cases[] = {
        {"null", true},           {"\" \"", true}, {"[]", true}, {"{\"a\":[null,{\"b\":\"\"}]}", true},
        {"{\"a\":false}", false}, {"[0]", false}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct json_doc *doc = parse(cases[i].json);
        CHECK(model_is_empty(json_root(doc)) == cases[i].empty);
        json_doc_destroy(doc);
    }
}

int main(void)
{
    arena_init(&arena, 64 << 20, 1 << 16);
    RUN(schemas);
    RUN(shapes);
    RUN(grounds);
    RUN(writing);
    RUN(emptiness);
    arena_fini(&arena);
    return check_report();
}
