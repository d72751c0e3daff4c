/* SPDX-License-Identifier: Apache-2.0 */
/* test_schema.c: validation against the published suite (draft 2020-12, the groups whose keywords are supported) and
 * tables of our own; users' schemas, the good, the odd and the malformed. */
#include "base/schema.h"
#include "tests/check.h"
#include "tests/jsonl.h"

static const struct json_limits limits = {.max_bytes = 1u << 20, .max_depth = 64};
static struct diag diag;

static struct json_doc *parse(const char *text)
{
    struct json_doc *doc = NULL;
    if (json_parse(str_of(text), &limits, &doc, &diag) != OK)
        fprintf(stderr, "    %s: %s\n", text, diag.text);
    NEED(doc);
    return doc;
}

/* ---- the published suite ---- */

static unsigned n_instances;

static void suite_group(const struct json *line)
{
    const struct json *schema = json_get(line, "schema");
    for (const struct json *t = json_first(json_get(line, "tests")); t; t = json_after(t)) {
        bool valid = schema_validate(schema, json_get(t, "data"), &diag) == OK;
        n_instances++;
        if (!CHECK(valid == json_bool(json_get(t, "valid"), false)))
            fprintf(stderr, "    %.*s: %.*s\n",
                    STR_ARG(json_str(json_get(line, "description"), STR_NONE)),
                    STR_ARG(json_str(json_get(t, "description"), STR_NONE)));
    }
}

static void suite(void)
{
    CHECK_INT(jsonl_each("tests/data/jsonschema/draft2020-12.jsonl", suite_group), 55);
    CHECK_INT(n_instances, 267);
}

/* ---- our own ---- */

/* said: the sentence, "" when the value fits. */
static const struct {
    const char *schema, *value, *said;
} values[] = {
    {"{}", "[1,{\"a\":null}]", ""},
    {"{\"type\":\"string\"}", "7", "the value itself: expected a string, got a number"},
    {"{\"type\":\"object\"}", "[]", "the value itself: expected an object, got an array"},
    {"{\"type\":[\"string\",\"null\"]}", "null", ""},
    {"{\"type\":[\"string\",\"null\"]}", "true",
     "the value itself: expected a string or null, got true"},
    {"{\"type\":[\"string\",\"number\",\"null\"]}", "{}",
     "the value itself: expected a string, a number or null, got an object"},
    {"{\"type\":\"integer\"}", "5.0", ""},
    {"{\"type\":\"integer\"}", "5e2", ""},
    {"{\"type\":\"integer\"}", "5.25e2", ""},
    {"{\"type\":\"integer\"}", "500e-2", ""},
    {"{\"type\":\"integer\"}", "50000000000000000000000", ""},
    {"{\"type\":\"integer\"}", "1e400", ""},
    {"{\"type\":\"integer\"}", "-0.0", ""},
    {"{\"type\":\"integer\"}", "5e-1", "the value itself: expected a whole number, got a fraction"},
    {"{\"type\":\"integer\"}", "9007199254740993.5",
     "the value itself: expected a whole number, got a fraction"},
    {"{\"type\":\"integer\"}", "\"5\"", "the value itself: expected a whole number, got a string"},
    {"{\"required\":[\"urls\"],\"properties\":{\"urls\":{\"type\":\"array\"}}}", "{}",
     "/urls: expected an array, got nothing"},
    {"{\"required\":[\"a/b~c\"]}", "{}", "/a~1b~0c: expected a value, got nothing"},
    {"{\"properties\":{\"urls\":{\"items\":{\"properties\":{\"url\":{\"type\":\"string\"}}}}}}",
     "{\"urls\":[{\"url\":\"x\"},{\"url\":4}]}", "/urls/1/url: expected a string, got a number"},
    {"{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"A\":1,\"b\":2}", ""},
    {"{\"enum\":[\"json\",\"markdown\",null]}", "\"csv\"",
     "the value itself: expected one of \"json\", \"markdown\", null, got \"csv\""},
    {"{\"enum\":[1,{\"a\":[1.0,\"x\"]}]}", "{\"a\":[1,\"x\"]}", ""},
    {"{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1.0}", ""},
    {"{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1,\"c\":0}",
     "the value itself: expected {\"a\":1,\"b\":2}, got {\"b\":2,\"a\":1,\"c\":0}"},
    {"{\"const\":9007199254740993}", "9007199254740992",
     "the value itself: expected 9007199254740993, got 9007199254740992"},
    {"{\"const\":1e400}", "1e401", "the value itself: expected 1e400, got 1e401"},
    {"{\"minimum\":1,\"maximum\":5}", "1", ""},
    {"{\"minimum\":1,\"maximum\":5}", "5.0", ""},
    {"{\"minimum\":1,\"maximum\":5}", "0", "the value itself: expected at least 1, got 0"},
    {"{\"minimum\":1,\"maximum\":5}", "5.5", "the value itself: expected at most 5, got 5.5"},
    {"{\"exclusiveMinimum\":0}", "0", "the value itself: expected more than 0, got 0"},
    {"{\"exclusiveMaximum\":1}", "1.0", "the value itself: expected less than 1, got 1.0"},
    {"{\"maximum\":5}", "1e400", "the value itself: expected at most 5, got 1e400"},
    {"{\"minimum\":5}", "-1e400", "the value itself: expected at least 5, got -1e400"},
    {"{\"minimum\":9007199254740993}", "9007199254740992",
     "the value itself: expected at least 9007199254740993, got 9007199254740992"},
    {"{\"minLength\":2,\"maxLength\":3}", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"", ""},
    {"{\"minLength\":2}", "\"\xF0\x9F\x98\x80\"",
     "the value itself: expected at least 2 characters, got 1"},
    {"{\"maxLength\":3}", "\"abcd\"", "the value itself: expected at most 3 characters, got 4"},
    {"{\"minItems\":1}", "[]", "the value itself: expected at least 1 elements, got 0"},
    {"{\"maxItems\":1}", "[1,2]", "the value itself: expected at most 1 elements, got 2"},
    {"{\"items\":{\"items\":{\"type\":\"null\"}}}", "[[null],[null,0]]",
     "/1/1: expected null, got a number"},
    {"{\"pattern\":\"^a\",\"format\":\"uri\",\"additionalProperties\":false}", "\"b\"", ""},
    {"{\"additionalProperties\":false}", "{\"b\":1}", ""},
    {"{\"properties\":{\"x\":false}}", "{\"x\":1}", "/x: expected no value here, got a number"},
};

static void tables(void)
{
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        struct json_doc *schema = parse(values[i].schema), *value = parse(values[i].value);
        diag.text[0] = 0;
        enum status st = schema_validate(json_root(schema), json_root(value), &diag);
        CHECK(st == (values[i].said[0] ? ST_INPUT : OK));
        if (!CHECK_STR(str_of(diag.text), str_of(values[i].said)))
            fprintf(stderr, "    %s of %s\n", values[i].value, values[i].schema);
        json_doc_destroy(schema);
        json_doc_destroy(value);
    }
}

/* Names and values of any length make sentences that end, and are still UTF-8. */
static void long_faults(void)
{
    struct buf schema, value;
    buf_init(&schema, 1 << 20);
    buf_init(&value, 1 << 20);
    buf_puts(&schema, "{\"properties\":{\"");
    buf_puts(&value, "{\"");
    for (size_t i = 0; i < 400; i++) {
        buf_puts(&schema, "\xE2\x82\xAC");
        buf_puts(&value, "\xE2\x82\xAC");
    }
    buf_puts(&schema, "\":{\"enum\":[");
    for (int i = 0; i < 100; i++)
        buf_printf(&schema, "%s\"%0100d\"", i ? "," : "", i);
    buf_puts(&schema, "]}}}");
    buf_puts(&value, "\":[[[1]]]}");
    NEED(buf_terminate(&schema) && buf_terminate(&value));
    struct json_doc *s = parse(schema.p), *v = parse(value.p);
    CHECK(schema_validate(json_root(s), json_root(v), NULL) == ST_INPUT);
    CHECK(schema_validate(json_root(s), json_root(v), &diag) == ST_INPUT);
    CHECK(strstr(diag.text, "\xE2\x82\xAC...: expected one of \"000") != NULL);
    json_doc_destroy(s);
    json_doc_destroy(v);
    buf_fini(&schema);
    buf_fini(&value);
}

/* ---- users' schemas ---- */

static const struct {
    const char *schema;
    const char *errors, *warnings; /* joined by newlines */
} schemas[] = {
    {"{\"type\":\"object\",\"properties\":{\"name\":{\"type\":[\"string\",\"null\"],\"enum\":[\"a\","
     "null]}},"
     "\"required\":[\"name\"],\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
     "\"additionalProperties\":false}",
     "", ""},
    {"{\"properties\":{\"x\":{}}}", "", ""},
    {"{\"type\":\"object\"}", "", ""},
    {"[]", "the schema: a schema is an object, not an array", ""},
    {"\"x\"", "the schema: a schema is an object, not a string", ""},
    {"{}", "the schema: the root must be an object: {\"type\":\"object\",\"properties\":{...}}", ""},
    {"{\"type\":\"array\",\"items\":{\"type\":\"object\"}}",
     "the schema: the root must be an object: {\"type\":\"object\",\"properties\":{...}}", ""},
    {"{\"type\":\"strnig\"}",
     "the schema: the root must be an object: {\"type\":\"object\",\"properties\":{...}}\n"
     "/type: there is no type \"strnig\"; did you mean \"string\"?",
     ""},
    {"{\"type\":\"object\",\"properties\":[]}",
     "/properties: expected an object of schemas, got an array", ""},
    {"{\"type\":\"object\",\"properties\":{\"a\":\"string\",\"b\":{\"type\":5},\"c\":{\"type\":[]}}}",
     "/properties/a: a schema is an object, not a string\n"
     "/properties/b/type: a type is the name of one, in quotes, not a number\n"
     "/properties/c/type: a list of types names at least one",
     ""},
    {"{\"type\":\"object\",\"required\":\"a\"}", "/required: expected a list of names, got a string",
     ""},
    {"{\"type\":\"object\",\"required\":[3,\"a\"],\"properties\":{}}",
     "/required/0: expected the name of a property, got a number",
     "/required: \"a\" is required, but properties says nothing of it"},
    {"{\"type\":\"object\",\"properties\":{\"a\":{\"enum\":[]},\"b\":{\"items\":[{}]}}}",
     "/properties/a/enum: expected a list of at least one value\n"
     "/properties/b/items: one schema for all elements is expected, not a list of schemas",
     ""},
    {"{\"type\":\"object\",\"properties\":{\"a\":{\"minLength\":-1,\"maximum\":\"9\",\"title\":1}}}",
     "/properties/a/minLength: expected a whole number, 0 or more\n"
     "/properties/a/maximum: expected a number, got a string\n"
     "/properties/a/title: expected a string, got a number",
     ""},
    {"{\"type\":\"object\",\"properties\":{\"a\":{\"anyOf\":[{}]},\"b\":{\"$ref\":\"#/x\"},"
     "\"c\":{\"pattern\":\"^a\"}},\"$defs\":{}}",
     "",
     "/$defs: \"$defs\" is not supported and is ignored\n"
     "/properties/a/anyOf: \"anyOf\" is not supported and is ignored\n"
     "/properties/b/$ref: \"$ref\" is not supported and is ignored\n"
     "/properties/c/pattern: pattern is ignored: regular expressions are not checked"},
    {"{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}", "",
     "/additionalProperties: a schema for additional properties is ignored"},
    {"{\"type\":\"object\",\"properties\":{\"a\":false,\"b\":true}}", "",
     "/properties/a: false allows no value here"},
};

static void join(struct buf *to, const struct str *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_puts(to, i ? "\n" : "");
        buf_put_str(to, list[i]);
    }
}

static void checks(void)
{
    struct arena arena;
    struct buf errors, warnings;
    arena_init(&arena, 1 << 20, 4096);
    buf_init(&errors, 1 << 20);
    buf_init(&warnings, 1 << 20);
    for (size_t i = 0; i < ARRAY_LEN(schemas); i++) {
        struct json_doc *doc = parse(schemas[i].schema);
        struct schema_notes notes;
        CHECK(schema_check(json_root(doc), false, &arena, &notes) ==
              (schemas[i].errors[0] ? ST_INPUT : OK));
        buf_reset(&errors);
        buf_reset(&warnings);
        join(&errors, notes.errors, notes.n_errors);
        join(&warnings, notes.warnings, notes.n_warnings);
        CHECK_STR(buf_str(&errors), str_of(schemas[i].errors));
        CHECK_STR(buf_str(&warnings), str_of(schemas[i].warnings));
        json_doc_destroy(doc);
    }
    buf_fini(&errors);
    buf_fini(&warnings);
    arena_fini(&arena);
}

static enum status checked(const char *text, bool array_root, struct schema_notes *ret_notes)
{
    struct arena arena;
    struct json_doc *doc = parse(text);
    arena_init(&arena, 1 << 20, 4096);
    enum status st = schema_check(json_root(doc), array_root, &arena, ret_notes);
    arena_fini(&arena);
    json_doc_destroy(doc);
    return st;
}

static void array_roots(void)
{
    struct schema_notes notes;
    CHECK(checked("{\"type\":\"array\",\"items\":{\"type\":\"object\"}}", true, &notes) == OK);
    CHECK(checked("{\"type\":\"array\",\"items\":{\"type\":\"string\"}}", true, &notes) == ST_INPUT);
    CHECK(checked("{\"type\":\"array\"}", true, &notes) == ST_INPUT);
    CHECK(checked("{\"type\":\"object\"}", true, &notes) == OK);
    CHECK(checked("{\"type\":\"string\"}", true, &notes) == ST_INPUT);
}

/* An object schema with `levels` levels of objects in all. */
static enum status nested(unsigned levels, const char *leaf)
{
    struct buf text;
    struct schema_notes notes;
    buf_init(&text, 1 << 16);
    for (unsigned i = 0; i < levels; i++)
        buf_puts(&text, "{\"type\":\"object\",\"properties\":{\"a\":");
    buf_puts(&text, leaf);
    for (unsigned i = 0; i < levels; i++)
        buf_puts(&text, "}}");
    NEED(buf_terminate(&text));
    enum status st = checked(text.p, false, &notes);
    CHECK(st == OK || notes.n_errors == 1);
    buf_fini(&text);
    return st;
}

static void depth(void)
{
    CHECK(nested(5, "{\"type\":\"string\"}") == OK);
    CHECK(nested(6, "{\"type\":\"string\"}") == ST_INPUT);
    CHECK(nested(5, "{\"type\":\"array\"}") == ST_INPUT);
    CHECK(nested(4, "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}") == OK);
    CHECK(nested(4, "{\"items\":{\"items\":{}}}") == ST_INPUT);
    CHECK(nested(30, "{}") == ST_INPUT);
}

static void size(void)
{
    static const char frame[] = "{\"type\":\"object\",\"description\":\"\"}";
    struct schema_notes notes;
    struct buf text;
    buf_init(&text, 1 << 20);
    for (int over = 0; over < 2; over++) {
        buf_reset(&text);
        buf_puts(&text, "{ \"type\" : \"object\" , \"description\" : \"");
        for (size_t i = sizeof frame - 1; i < SCHEMA_MAX_BYTES + (size_t)over; i++)
            buf_putc(&text, 'x');
        buf_puts(&text, "\" }");
        NEED(buf_terminate(&text));
        CHECK(checked(text.p, false, &notes) == (over ? ST_INPUT : OK));
    }
    buf_fini(&text);
}

/* More faults than there is room for, and an arena that is too small. */
static void bounds(void)
{
    struct schema_notes notes;
    struct arena arena;
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_puts(&text, "{\"type\":\"object\",\"properties\":{");
    for (unsigned i = 0; i < 100; i++)
        buf_printf(&text, "%s\"p%u\":{\"type\":\"no\",\"oneOf\":1}", i ? "," : "", i);
    buf_puts(&text, "}}");
    NEED(buf_terminate(&text));
    CHECK(checked(text.p, false, &notes) == ST_INPUT);
    CHECK_INT(notes.n_errors, SCHEMA_MAX_NOTES);
    CHECK_INT(notes.n_warnings, SCHEMA_MAX_NOTES);
    struct json_doc *doc = parse(text.p);
    arena_init(&arena, 64, 64);
    CHECK(schema_check(json_root(doc), false, &arena, &notes) == ST_LIMIT);
    arena_fini(&arena);
    json_doc_destroy(doc);
    buf_fini(&text);
}

int main(void)
{
    RUN(suite);
    RUN(tables);
    RUN(long_faults);
    RUN(checks);
    RUN(array_roots);
    RUN(depth);
    RUN(size);
    RUN(bounds);
    return check_report();
}
