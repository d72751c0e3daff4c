/* SPDX-License-Identifier: Apache-2.0 */
/* test_model_parts.c: pages in parts (model_chunk.h), and answers of parts made one (model_merge.h). */
#include "answer/model_chunk.h"
#include "answer/model_merge.h"
#include "tests/check.h"

#include <stdio.h>

/* ---- parts ---- */

static void tokens(void)
{
    CHECK_INT(model_tokens(STR_LIT("")), 0);
    CHECK_INT(model_tokens(STR_LIT("abc")), 1);
    CHECK_INT(model_tokens(STR_LIT("abcd")), 2);
    CHECK_INT(model_tokens(STR_LIT("\xC3\xA9\xC3\xA9")), 2);
}

static struct str long_page(struct buf *text)
{
    buf_puts(text, "# Manual\n\n");
    for (int i = 0; i < 20; i++) {
        buf_printf(text, "## Part %d\n\nSome words that say a thing or two, and go on for a while.\n\n",
                   i);
        buf_puts(text, "```\n# not a heading\n\nint x;\n```\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n");
    }
    return buf_str(text);
}

/* Nothing is lost or said twice, no part is too long, and each below a heading is told it. */
static void covers(size_t most)
{
    struct buf text, joined;
    struct chunker chunker;
    struct chunk chunk;
    unsigned n = 0;
    buf_init(&text, 1 << 16);
    buf_init(&joined, 1 << 16);
    struct str page = long_page(&text);
    chunker_init(&chunker, page, most);
    while (chunker_next(&chunker, &chunk)) {
        CHECK(chunk.text.n > 0 && model_tokens(chunk.text) <= (most > 64 ? most : 64));
        CHECK(n == 0 || str_is(chunk.headings[0], "# Manual"));
        CHECK(!str_is(chunk.headings[0], "# not a heading"));
        buf_put_str(&joined, chunk.text);
        n++;
    }
    CHECK(n > 1);
    CHECK_STR(buf_str(&joined), page);
    buf_fini(&joined);
    buf_fini(&text);
}

static void parts(void)
{
    covers(64);
    covers(100);
    covers(333);
}

static void one_part(void)
{
    struct chunker chunker;
    struct chunk chunk;
    chunker_init(&chunker, STR_LIT("# A\n\nwords\n"), 1000);
    CHECK(chunker_next(&chunker, &chunk));
    CHECK_STR(chunk.text, STR_LIT("# A\n\nwords\n"));
    CHECK(!chunker_next(&chunker, &chunk));
    chunker_init(&chunker, STR_LIT(" \n\n"), 1000);
    CHECK(!chunker_next(&chunker, &chunk));
}

/* A line without end is cut between characters. */
static void one_line(void)
{
    struct buf text;
    struct chunker chunker;
    struct chunk chunk;
    size_t n = 0;
    buf_init(&text, 1 << 16);
    for (int i = 0; i < 3000; i++)
        buf_puts(&text, "\xE6\x96\x87");
    chunker_init(&chunker, buf_str(&text), 100);
    while (chunker_next(&chunker, &chunk)) {
        CHECK(chunk.text.n % 3 == 0 && chunk.text.n > 0);
        n += chunk.text.n;
    }
    CHECK_INT(n, 9000);
    buf_fini(&text);
}

/* ---- merging ---- */

static void merges(const char *first, const char *second, const char *want)
{
    static const struct json_limits limits = {.max_bytes = 1 << 16, .max_depth = 16};
    struct json_doc *a = NULL, *b = NULL;
    struct diag diag;
    struct buf out;
    buf_init(&out, 1 << 16);
    NEED(json_parse(str_of(first), &limits, &a, &diag) == OK);
    NEED(json_parse(str_of(second), &limits, &b, &diag) == OK);
    model_merge(json_root(a), json_root(b), &out);
    CHECK_STR(buf_str(&out), str_of(want));
    json_doc_destroy(a);
    json_doc_destroy(b);
    buf_fini(&out);
}

static void merging(void)
{
    merges("{\"a\":1,\"b\":null}", "{\"a\":2,\"b\":3}", "{\"a\":1,\"b\":3}");
    merges("{\"a\":{\"b\":null,\"c\":1}}", "{\"a\":{\"b\":2,\"c\":3}}", "{\"a\":{\"b\":2,\"c\":1}}");
    merges("{\"a\":1}", "{\"b\":2}", "{\"a\":1,\"b\":2}");
    merges("[1,2]", "[2,3]", "[1,2,3]");
    merges("null", "{\"a\":1}", "{\"a\":1}");
    merges("{\"a\":1}", "null", "{\"a\":1}");
    merges("[{\"n\":\"x\",\"p\":null}]", "[{\"n\":\"x\",\"p\":5},{\"n\":\"y\",\"p\":6}]",
           "[{\"n\":\"x\",\"p\":5},{\"n\":\"y\",\"p\":6}]");
    merges("[{\"n\":\"x\",\"p\":4}]", "[{\"n\":\"x\",\"p\":5}]",
           "[{\"n\":\"x\",\"p\":4},{\"n\":\"x\",\"p\":5}]");
    merges("[{\"p\":4,\"q\":null}]", "[{\"p\":4,\"q\":1}]", "[{\"p\":4,\"q\":null},{\"p\":4,\"q\":1}]");
}

int main(void)
{
    RUN(tokens);
    RUN(parts);
    RUN(one_part);
    RUN(one_line);
    RUN(merging);
    return check_report();
}
