/* SPDX-License-Identifier: Apache-2.0 */
/* test_model_json.c: what counts as the JSON in a model's words, and what does not. */
#include "answer/model_json.h"
#include "tests/check.h"

static void reads(const char *text, const char *want, bool want_cut)
{
    struct json_doc *doc = NULL;
    struct buf out;
    bool cut = false;
    buf_init(&out, 1 << 16);
    if (CHECK(model_json_read(str_of(text), &doc, &cut) == OK)) {
        json_copy(json_root(doc), &out);
        CHECK_STR(buf_str(&out), str_of(want));
        CHECK_INT(cut, want_cut);
    } else {
        fprintf(stderr, "    text %s\n", text);
    }
    json_doc_destroy(doc);
    buf_fini(&out);
}

static void refuses(const char *text)
{
    struct json_doc *doc = NULL;
    bool cut;
    CHECK(model_json_read(str_of(text), &doc, &cut) == ST_INPUT && !doc);
}

static void whole(void)
{
    reads("{\"a\":1}", "{\"a\":1}", false);
    reads("  [1, 2]\n", "[1,2]", false);
    reads("\"word\"", "\"word\"", false);
    reads("Here:\n```json\n{\"a\":[1,2]}\n```\nDone.", "{\"a\":[1,2]}", false);
    reads("```\n[true]\n```", "[true]", false);
    reads("It says {\"a\":\"}\"} and so on {\"b\":2}", "{\"a\":\"}\"}", false);
    reads("<think>{\"a\":0}</think>\n{\"a\":1}", "{\"a\":1}", false);
}

static void slips(void)
{
    reads("{\"a\":1,}", "{\"a\":1}", false);
    reads("{\"a\":[1,2,],}", "{\"a\":[1,2]}", false);
    reads("{\"a\":True,\"b\":None,\"c\":False}", "{\"a\":true,\"b\":null,\"c\":false}", false);
    reads("{\"a\":\"one\ntwo\"}", "{\"a\":\"one\\ntwo\"}", false);
    reads("{\"a\":\"it\\'s\"}", "{\"a\":\"it's\"}", false);
}

/* The last value may be half, so it goes. */
static void broken_off(void)
{
    reads("{\"a\":[{\"b\":1},{\"b\":2},{\"b\":", "{\"a\":[{\"b\":1},{\"b\":2}]}", true);
    reads("{\"a\":1,\"b\":\"hal", "{\"a\":1}", true);
    reads("[\"x\",\"y\",\"zz", "[\"x\",\"y\"]", true);
}

static void nothing(void)
{
    refuses("");
    refuses("I can't say.");
    refuses("{\"a\":");
    refuses("{a:1}");
    refuses("{'a':1}");
    refuses("<think>never ends {\"a\":1}");
    refuses("{]");
}

/* Any prefix of an answer is read or refused, and never more is read than was written. */
static void prefixes(void)
{
    static const char text[] =
        "```json\n{\"items\":[{\"n\":\"a "
        "\\u00e9\",\"p\":-1.5e3},{\"n\":null,\"p\":[true,false]}],\"more\":\"x\"}\n```";
    for (size_t n = 0; n < sizeof text; n++) {
        struct json_doc *doc = NULL;
        bool cut;
        enum status st = model_json_read(str_make(text, n), &doc, &cut);
        CHECK(st == OK || (st == ST_INPUT && !doc));
        json_doc_destroy(doc);
    }
}

static void deep(void)
{
    char text[2 * MODEL_JSON_DEPTH + 41];
    memset(text, '[', MODEL_JSON_DEPTH + 20);
    memset(text + MODEL_JSON_DEPTH + 20, ']', MODEL_JSON_DEPTH + 20);
    text[2 * MODEL_JSON_DEPTH + 40] = 0;
    refuses(text);
    refuses("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
}

int main(void)
{
    RUN(whole);
    RUN(slips);
    RUN(broken_off);
    RUN(nothing);
    RUN(prefixes);
    RUN(deep);
    return check_report();
}
