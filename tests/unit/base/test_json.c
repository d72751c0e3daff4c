/* SPDX-License-Identifier: Apache-2.0 */
/* test_json.c: the reader against JSONTestSuite, numbers and names that others lose, and the writer. */
#include "base/json.h"
#include "tests/check.h"
#include "tests/jsonl.h"

#include <math.h>

static const struct json_limits strict = {.max_bytes = 1u << 20, .max_depth = 64};
static const struct json_limits page = {.max_bytes = 1u << 20, .max_depth = 64, .replace_nul = true};
static struct diag diag;

static struct json_doc *parse(const char *text)
{
    struct json_doc *doc = NULL;
    if (!CHECK(json_parse(str_of(text), &strict, &doc, &diag) == OK))
        fprintf(stderr, "    %s: %s\n", text, diag.text);
    NEED(doc);
    return doc;
}

static enum status parse_status(struct str text, const struct json_limits *limits)
{
    struct json_doc *doc = NULL;
    enum status st = json_parse(text, limits, &doc, &diag);
    CHECK((st == OK) == (doc != NULL));
    json_doc_destroy(doc);
    return st;
}

/* Parses and writes back. */
static void check_copy(const char *text, const char *want)
{
    struct json_doc *doc = parse(text);
    struct buf out;
    buf_init(&out, 1u << 20);
    json_copy(json_root(doc), &out);
    CHECK_STR(buf_str(&out), str_of(want));
    buf_fini(&out);
    json_doc_destroy(doc);
}

/* ---- JSONTestSuite ---- */

static unsigned decided, either;

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *hit = c ? strchr(digits, c) : NULL;
    return hit ? (int)(hit - digits) : -1;
}

static void base64_decode(struct str text, struct buf *to)
{
    unsigned bits = 0, n_bits = 0;
    for (size_t i = 0; i < text.n && text.p[i] != '='; i++) {
        NEED(base64_value(text.p[i]) >= 0);
        bits = (bits << 6 | (unsigned)base64_value(text.p[i])) & 0xFFFF;
        n_bits += 6;
        if (n_bits >= 8)
            buf_putc(to, (char)(bits >> (n_bits -= 8)));
    }
}

static void suite_case(const struct json *line)
{
    struct buf bytes;
    buf_init(&bytes, 1u << 20);
    base64_decode(json_str(json_get(line, "b64"), STR_NONE), &bytes);
    struct str expect = json_str(json_get(line, "expect"), STR_NONE);
    struct str name = json_str(json_get(line, "name"), STR_NONE);
    enum status st = parse_status(buf_str(&bytes), &page);
    if (str_is(expect, "either")) {
        either++;
    } else {
        decided++;
        if (!CHECK((st == OK) == str_is(expect, "accept")))
            fprintf(stderr, "    %.*s: %s\n", STR_ARG(name), diag.text);
    }
    /* Requests are read by the same grammar; only the NUL differs. */
    enum status as_request = parse_status(buf_str(&bytes), &strict);
    bool has_nul =
        str_is(name, "y_object_escaped_null_in_key.json") || str_is(name, "y_string_null_escape.json");
    CHECK(as_request == st || has_nul);
    buf_fini(&bytes);
}

static void suite(void)
{
    CHECK_INT(jsonl_each("tests/data/json/parsing.jsonl", suite_case), 165);
    CHECK_INT(decided, 153);
    CHECK_INT(either, 12);
}

/* ---- reading ---- */

static void numbers_keep_their_text(void)
{
    check_copy("9007199254740993", "9007199254740993");
    check_copy("[1e400, -0, 1.10, 1E+2]", "[1e400,-0,1.10,1E+2]");
    char longest[301];
    memset(longest, '7', 300);
    longest[300] = 0;
    check_copy(longest, longest);

    struct json_doc *doc = parse("{\"n\":9007199254740993,\"s\":\"9\"}");
    const struct json *n = json_get(json_root(doc), "n");
    CHECK_STR(json_number_text(n), STR_LIT("9007199254740993"));
    CHECK_INT(json_int(n, 0), 9007199254740993);
    CHECK(!str_is_set(json_number_text(json_get(json_root(doc), "s"))));
    CHECK(json_type(json_get(json_root(doc), "s")) == JSON_STRING);
    json_doc_destroy(doc);
}

static void check_whole(const char *text, int64_t want)
{
    struct json_doc *doc = parse(text);
    if (!CHECK_INT(json_int(json_root(doc), -77), want))
        fprintf(stderr, "    %s\n", text);
    json_doc_destroy(doc);
}

static void whole_numbers(void)
{
    check_whole("0", 0);
    check_whole("-0", 0);
    check_whole("0.000e99999999999999999999", 0);
    check_whole("12", 12);
    check_whole("-12", -12);
    check_whole("1e3", 1000);
    check_whole("1.50e1", 15);
    check_whole("5.0", 5);
    check_whole("1200e-2", 12);
    check_whole("9223372036854775807", INT64_MAX);
    check_whole("-9223372036854775808", INT64_MIN);
    check_whole("9223372036854775808", -77);
    check_whole("-9223372036854775809", -77);
    check_whole("1e19", -77);
    check_whole("1e99999999999999999999", -77);
    check_whole("1e-99999999999999999999", -77);
    check_whole("0.5", -77);
    check_whole("12e-2", -77);
    check_whole("\"12\"", -77);
    CHECK_INT(json_int(NULL, 3), 3);
}

static void doubles(void)
{
    struct json_doc *doc = parse("[0.1,-2e3,1e400,\"1\"]");
    const struct json *v = json_first(json_root(doc));
    CHECK(json_double(v, 9) == 0.1);
    v = json_after(v);
    CHECK(json_double(v, 9) == -2000);
    v = json_after(v);
    CHECK(json_double(v, 9) == 9);
    v = json_after(v);
    CHECK(json_double(v, 9) == 9);
    CHECK(json_after(v) == NULL);
    json_doc_destroy(doc);
}

static void lookup(void)
{
    struct json_doc *doc = parse(" {\"URLS\":1, \"urls\" : [true,false,null], \"\":\"\", \"o\":{}} ");
    const struct json *root = json_root(doc), *urls = json_get(root, "urls");
    CHECK(json_type(root) == JSON_OBJECT && json_length(root) == 4);
    CHECK(json_type(urls) == JSON_ARRAY && json_length(urls) == 3);
    CHECK_INT(json_int(json_get(root, "URLS"), 0), 1);
    CHECK(json_get(root, "Urls") == NULL);
    CHECK(json_get(urls, "urls") == NULL && json_get(NULL, "x") == NULL);
    CHECK(json_bool(json_first(urls), false) && !json_bool(json_after(json_first(urls)), true));
    CHECK(json_type(json_after(json_after(json_first(urls)))) == JSON_NULL);
    CHECK_STR(json_str(json_get(root, ""), STR_LIT("x")), STR_LIT(""));
    CHECK_STR(json_str(urls, STR_LIT("x")), STR_LIT("x"));
    CHECK_STR(json_name(json_first(root)), STR_LIT("URLS"));
    CHECK(json_first(json_get(root, "o")) == NULL && json_length(json_get(root, "o")) == 0);
    CHECK(json_length(NULL) == 0 && json_first(NULL) == NULL && json_after(NULL) == NULL);
    json_doc_destroy(doc);
    json_doc_destroy(NULL);
}

static void strings(void)
{
    struct json_doc *doc = parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD834\\uDD1E \xC3\xA9\"");
    CHECK_STR(json_str(json_root(doc), STR_NONE),
              STR_LIT("\"\\/\b\f\n\r\t\xC3\xA9\xF0\x9D\x84\x9E \xC3\xA9"));
    json_doc_destroy(doc);
    check_copy("\"\\u001f\\/\\n\\\"\"", "\"\\u001f/\\n\\\"\"");
}

static void nul_in_strings(void)
{
    struct str text = STR_LIT("{\"a\":\"ab\\u0000cd\"}");
    CHECK(parse_status(text, &strict) == ST_INPUT);
    CHECK(strstr(diag.text, "\\u0000") != NULL);
    struct json_doc *doc = NULL;
    CHECK(json_parse(text, &page, &doc, &diag) == OK);
    CHECK_STR(json_str(json_get(json_root(doc), "a"), STR_NONE), STR_LIT("ab\xEF\xBF\xBD"
                                                                         "cd"));
    json_doc_destroy(doc);
    CHECK(parse_status(STR_LIT("\"a\0b\""), &page) == ST_INPUT);
    CHECK(parse_status(STR_LIT("[1]\0"), &page) == ST_INPUT);
}

static void twins(void)
{
    CHECK(parse_status(STR_LIT("{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":1},{\"a\":1}]}"), &strict) == OK);
    CHECK(parse_status(STR_LIT("{\"a\":1,\"b\":2,\"a\":3}"), &strict) == ST_INPUT);
    CHECK_INT(diag.at, 13);
    CHECK(strstr(diag.text, "\"a\"") != NULL);
    CHECK(parse_status(STR_LIT("{\"a\":1,\"\\u0061\":3}"), &strict) == ST_INPUT);
    CHECK(parse_status(STR_LIT("{\"\\n\":1,\"\\u000A\":3}"), &strict) == ST_INPUT);
    CHECK(parse_status(STR_LIT("{\"\\u0000\":1,\"\\uFFFD\":3}"), &page) == ST_INPUT);
    CHECK(parse_status(STR_LIT("{\"a\":1,\"A\":3}"), &strict) == OK);
}

static void positions(void)
{
    CHECK(parse_status(STR_LIT("{\"a\": 01}"), &strict) == ST_INPUT);
    CHECK_INT(diag.at, 7);
    CHECK(parse_status(STR_LIT("{\"a\" 1}"), &strict) == ST_INPUT);
    CHECK_INT(diag.at, 5);
    CHECK(parse_status(STR_LIT("[1,"), &strict) == ST_INPUT);
    CHECK(strstr(diag.text, "ends too early") != NULL);
    CHECK(parse_status(STR_NONE, &strict) == ST_INPUT);
    CHECK(parse_status(STR_LIT("\xEF\xBB\xBF{}"), &strict) == OK);
    struct json_doc *doc = NULL;
    CHECK(json_parse(STR_LIT("nope"), &strict, &doc, NULL) == ST_INPUT);
}

/* n times open, then n times close. */
static enum status nested(unsigned n)
{
    struct buf b;
    buf_init(&b, 1u << 20);
    for (unsigned i = 0; i < n; i++)
        buf_putc(&b, '[');
    for (unsigned i = 0; i < n; i++)
        buf_putc(&b, ']');
    enum status st = parse_status(buf_str(&b), &strict);
    buf_fini(&b);
    return st;
}

static void limits(void)
{
    CHECK(nested(64) == OK);
    CHECK(nested(65) == ST_LIMIT);
    struct json_limits small = {.max_bytes = 4, .max_depth = 64};
    CHECK(parse_status(STR_LIT("[12]"), &small) == OK);
    CHECK(parse_status(STR_LIT("[123]"), &small) == ST_LIMIT);

    struct json_limits wide = {.max_bytes = 1u << 24, .max_depth = 64};
    struct buf b;
    buf_init(&b, wide.max_bytes);
    buf_putc(&b, '[');
    for (unsigned i = 0; i < JSON_MAX_VALUES - 1; i++)
        buf_puts(&b, "1,");
    buf_puts(&b, "1]");
    CHECK(parse_status(buf_str(&b), &wide) == ST_LIMIT);
    buf_fini(&b);
}

static void copies(void)
{
    check_copy(" [ ] ", "[]");
    check_copy("{ }", "{}");
    check_copy("[[],{},[[1]],\"x\"]", "[[],{},[[1]],\"x\"]");
    check_copy("{\"a\":{\"b\":[{},{\"c\":null}]},\"d\":true}",
               "{\"a\":{\"b\":[{},{\"c\":null}]},\"d\":true}");
    struct json_doc *doc = parse("[1,{\"a\":2},3]"); /* a part: its neighbours stay where they are */
    struct buf out;
    buf_init(&out, 100);
    json_copy(json_after(json_first(json_root(doc))), &out);
    json_copy(json_first(json_root(doc)), &out);
    CHECK_STR(buf_str(&out), STR_LIT("{\"a\":2}1"));
    buf_fini(&out);
    json_doc_destroy(doc);
}

/* ---- writing ---- */

static void write_some(struct json_out *w)
{
    json_begin(w, '{');
    json_key(w, "n");
    json_put_int(w, INT64_MIN);
    json_key_str(w, STR_LIT("a\"b"));
    json_begin(w, '[');
    json_put_str(w, STR_LIT("x\n\x01\x7f"));
    json_put_bool(w, true);
    json_put_null(w);
    json_begin(w, '{');
    json_end(w, '}');
    json_end(w, ']');
    json_key(w, "raw");
    json_put_raw(w, STR_LIT("[1]"));
    json_end(w, '}');
}

static void writer(void)
{
    struct buf out;
    struct json_out w;
    buf_init(&out, 1000);
    json_out_init(&w, &out, 0);
    write_some(&w);
    CHECK_STR(buf_str(&out),
              STR_LIT("{\"n\":-9223372036854775808,\"a\\\"b\":[\"x\\n\\u0001\x7f\",true,null,{}],"
                      "\"raw\":[1]}"));
    CHECK(parse_status(buf_str(&out), &strict) == OK);
    buf_reset(&out);
    json_out_init(&w, &out, 2);
    write_some(&w);
    CHECK_STR(buf_str(&out), STR_LIT("{\n  \"n\": -9223372036854775808,\n  \"a\\\"b\": [\n"
                                     "    \"x\\n\\u0001\x7f\",\n    true,\n    null,\n    {}\n  ],\n"
                                     "  \"raw\": [1]\n}"));
    buf_fini(&out);
    buf_init(&out, 10);
    json_out_init(&w, &out, 0);
    write_some(&w);
    CHECK(out.status == ST_LIMIT);
    buf_fini(&out);
}

static void check_written(struct str s, struct str want)
{
    struct buf out;
    struct json_out w;
    buf_init(&out, 1000);
    json_out_init(&w, &out, 0);
    json_put_str(&w, s);
    CHECK_STR(buf_str(&out), want);
    CHECK(parse_status(buf_str(&out), &strict) == OK || memchr(s.p, 0, s.n));
    buf_fini(&out);
}

static void bad_utf8_is_replaced(void)
{
    check_written(STR_LIT("\xC3\xA9\xF0\x9D\x84\x9E"), STR_LIT("\"\xC3\xA9\xF0\x9D\x84\x9E\""));
    check_written(STR_LIT("a\xFF"
                          "b"),
                  STR_LIT("\"a\xEF\xBF\xBD"
                          "b\""));
    check_written(STR_LIT("\xC0\x80"), STR_LIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\""));
    check_written(STR_LIT("\xE2\x82"), STR_LIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\""));
    check_written(STR_LIT("\xED\xA0\x80"), STR_LIT("\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""));
    check_written(STR_LIT("\0"), STR_LIT("\"\\u0000\""));
}

static void check_double(double n, const char *want)
{
    struct buf out;
    struct json_out w;
    buf_init(&out, 100);
    json_out_init(&w, &out, 0);
    json_put_double(&w, n);
    CHECK_STR(buf_str(&out), str_of(want));
    buf_fini(&out);
}

static void doubles_written(void)
{
    check_double(0.1, "0.1");
    check_double(100, "100");
    check_double(-2.5, "-2.5");
    check_double(1.0 / 3, "0.3333333333333333");
    check_double(9007199254740991.0, "9007199254740991");
    check_double(0.1 + 0.2, "0.30000000000000004");
    check_double(INFINITY, "null");
    check_double(NAN, "null");
}

static void values_written(void)
{
    struct json_doc *doc = parse("{\"a\":[1.0,{\"b\":null}]}");
    struct buf out;
    struct json_out w;
    buf_init(&out, 100);
    json_out_init(&w, &out, 0);
    json_begin(&w, '[');
    json_put_value(&w, json_root(doc));
    json_put_value(&w, json_get(json_root(doc), "a"));
    json_end(&w, ']');
    CHECK_STR(buf_str(&out), STR_LIT("[{\"a\":[1.0,{\"b\":null}]},[1.0,{\"b\":null}]]"));
    buf_fini(&out);
    json_doc_destroy(doc);
}

int main(void)
{
    RUN(suite);
    RUN(numbers_keep_their_text);
    RUN(whole_numbers);
    RUN(doubles);
    RUN(lookup);
    RUN(strings);
    RUN(nul_in_strings);
    RUN(twins);
    RUN(positions);
    RUN(limits);
    RUN(copies);
    RUN(writer);
    RUN(bad_utf8_is_replaced);
    RUN(doubles_written);
    RUN(values_written);
    return check_report();
}
