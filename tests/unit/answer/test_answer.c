/* SPDX-License-Identifier: Apache-2.0 */
/* test_answer.c: questions and the rows that answer them; the stored shape is a contract. */
#include "answer/answer.h"
#include "tests/check.h"

static const struct html_limits limits = {
    .memory_bytes = 64 << 20, .nodes = 1 << 16, .depth = 512, .attrs = 256};

static const char html[] = "<!doctype html><html lang=en><title>Install \"it\"</title>"
                           "<h1>Install</h1><p>First the <a href='config'>configuration</a>.</p>";

static struct buf stored, line;

/* The stored row of the page above. */
static struct str answered(struct question question, struct answer_info *ret_info)
{
    static struct arena arena;
    struct asker *asker;
    struct doc doc;
    struct diag diag = {.text = ""};
    struct extractor *extractor = extractor_create(HTML_ENGINE_BUILTIN, &limits);
    struct buf body;
    buf_init(&body, 1 << 20);
    buf_puts(&body, html);
    NEED(extractor && buf_terminate(&body));
    NEED(asker_create(&question, &asker, &diag) == OK);
    const struct extract_options options = {.url = STR_LIT("https://docs.example/a"),
                                            .content_type = STR_LIT("text/html"),
                                            .want = asker_want(asker),
                                            .max_links = 100,
                                            .max_markdown_bytes = 1 << 20};
    arena_init(&arena, 64 << 20, 4096);
    NEED(extract_document(extractor, &options, buf_str(&body), &arena, &doc) == OK);
    buf_reset(&stored);
    CHECK_INT(answer_page(asker, options.url, &doc, &stored, ret_info), OK);
    asker_destroy(asker);
    extractor_destroy(extractor);
    arena_fini(&arena);
    buf_fini(&body);
    return buf_str(&stored);
}

static struct str plain(struct str row)
{
    buf_reset(&line);
    CHECK_INT(answer_row_line(STR_LIT("https://docs.example/a"), row, &line), OK);
    return buf_str(&line);
}

static void questions(void)
{
    CHECK(!question_is_asked(&(struct question){.output = STR_LIT("markdown")}));
    CHECK(!question_is_asked(&(struct question){.prompt = STR_LIT("  ")}));
    CHECK(question_is_asked(&(struct question){.output = STR_LIT("json")}));
    CHECK(question_is_asked(&(struct question){.schema = STR_LIT("{}")}));
    CHECK(question_is_asked(&(struct question){.prompt = STR_LIT("titles")}));
}

static void what_can_be_answered_is(void)
{
    struct answer_info info;
    CHECK_STR(answered((struct question){.prompt = STR_LIT("title")}, &info),
              STR_LIT("{\"data\":{\"title\":\"Install \\\"it\\\"\"},\"engine\":\"fields\"}"));
    CHECK(!info.failed && info.input_tokens == 0);
    CHECK_STR(plain(buf_str(&stored)),
              STR_LIT("{\"url\":\"https://docs.example/a\",\"title\":\"Install \\\"it\\\"\"}"));
    CHECK_STR(
        answered((struct question){.schema = STR_LIT("{\"properties\":{\"url\":{},\"price\":{}}}")},
                 &info),
        STR_LIT("{\"data\":{\"url\":\"https://docs.example/a\",\"price\":null},"
                "\"engine\":\"fields\"}"));
    CHECK_STR(plain(buf_str(&stored)), STR_LIT("{\"url\":\"https://docs.example/a\",\"price\":null}"));
    CHECK_STR(answered((struct question){.output = STR_LIT("json")}, &info),
              STR_LIT("{\"data\":{\"title\":\"Install \\\"it\\\"\",\"description\":null,\"headings\":["
                      "{\"level\":1,\"text\":\"Install\",\"id\":null}]},\"engine\":\"fields\"}"));
}

static void answers_as_texts(void)
{
    struct answer_info info;
    struct answer_row row;
    const struct question question = {.prompt = STR_LIT("title, language"), .output = STR_LIT("text")};
    answered(question, &info);
    CHECK(!info.failed);
    CHECK_INT(answer_row_read(buf_str(&stored), &row), OK);
    CHECK_STR(row.data, STR_LIT("\"Title: Install \\\"it\\\"\\nLanguage: en\\n\""));
}

static void what_was_asked_for_beside_is_null(void)
{
    struct answer_info info;
    struct question question = {.prompt = STR_LIT("title and the price of it")};
    CHECK_STR(answered(question, &info),
              STR_LIT("{\"data\":{\"title\":\"Install\",\"price\":null},\"engine\":\"fields\"}"));
    CHECK(!info.failed);
    question.strict = true;
    CHECK_STR(answered(question, &info),
              STR_LIT("{\"data\":{\"title\":\"Install\",\"price\":null},\"engine\":\"fields\"}"));
}

static void what_cannot_be_answered_fails(void)
{
    static const struct {
        struct question question;
        const char *why; /* part of the first warning */
    } hopeless[] = {
        {{.prompt = STR_LIT("Summarise it")}, "needs a model"},
        {{.schema = STR_LIT("{\"properties\":{\"price\":{}}}")}, "The page says nothing"},
        {{.schema = STR_LIT("{\"type\":\"array\",\"items\":{\"type\":\"object\"}}")}, "schema"},
        {{.schema = STR_LIT("{")}, "JSON text"},
    };
    struct answer_info info;
    struct answer_row row;
    for (size_t i = 0; i < ARRAY_LEN(hopeless); i++) {
        answered(hopeless[i].question, &info);
        CHECK(info.failed);
        CHECK_INT(answer_row_read(buf_str(&stored), &row), OK);
        if (!CHECK(memmem(row.warnings.p, row.warnings.n, hopeless[i].why, strlen(hopeless[i].why))))
            fprintf(stderr, "    %.*s\n", STR_ARG(row.warnings));
    }
    CHECK_INT(answer_row_read(buf_str(&stored), &row), OK);
    CHECK(row.failed && !str_is_set(row.data));
    CHECK_STR(row.engine, STR_LIT("fields"));
    CHECK_STR(plain(buf_str(&stored)), STR_LIT("{\"url\":\"https://docs.example/a\",\"failed\":true}"));
    struct asker *asker;
    struct diag diag = {.text = ""};
    const struct question strict = {.prompt = STR_LIT("Summarise it"), .strict = true};
    CHECK_INT(asker_create(&strict, &asker, &diag), ST_INPUT);
    CHECK(strstr(diag.text, "headings") != NULL);
}

static void rows_of_pages_that_cannot_be_read(void)
{
    struct answer_row row;
    buf_reset(&stored);
    answer_error("not \"supported\"", &stored);
    CHECK_INT(answer_row_read(buf_str(&stored), &row), OK);
    CHECK(row.failed);
    CHECK_STR(row.error, STR_LIT("not \\\"supported\\\""));
    CHECK_STR(plain(buf_str(&stored)),
              STR_LIT("{\"url\":\"https://docs.example/a\",\"error\":\"not \\\"supported\\\"\"}"));
}

/* Rows of other engines to come: any value, members in any order, and ones that nobody knows yet. */
static void any_row_of_the_shape(void)
{
    struct answer_row row;
    const struct str json =
        STR_LIT("{\"inputTokens\":1234,\"x\":{\"data\":[\"}\",{}]},\"warnings\":[\"a\"],"
                "\"data\":[{\"a\":\"],}\\\"\"},2],\"outputTokens\":5}");
    CHECK_INT(answer_row_read(json, &row), OK);
    CHECK_STR(row.data, STR_LIT("[{\"a\":\"],}\\\"\"},2]"));
    CHECK_STR(row.warnings, STR_LIT("[\"a\"]"));
    CHECK_INT(row.input_tokens, 1234);
    CHECK_INT(row.output_tokens, 5);
    CHECK_STR(plain(json),
              STR_LIT("{\"url\":\"https://docs.example/a\",\"data\":[{\"a\":\"],}\\\"\"},2]}"));
    CHECK_STR(plain(STR_LIT("{\"data\":{}}")), STR_LIT("{\"url\":\"https://docs.example/a\"}"));
    CHECK_STR(plain(STR_LIT("{\"data\":null}")),
              STR_LIT("{\"url\":\"https://docs.example/a\",\"data\":null}"));
}

/* Every beginning of a row, each in memory of its own: none is read beyond its end, and none is a row. */
static void rows_that_are_damaged(void)
{
    static const char whole[] =
        "{\"data\":{\"a\":[1,\"\\\"\"]},\"warnings\":[\"x\"],\"engine\":\"fields\"}";
    static const char *const bad[] = {"",
                                      "{",
                                      "{}",
                                      "[]",
                                      "{\"failed\":false}",
                                      "{\"data\"}",
                                      "{\"data\":}",
                                      "{data:1}",
                                      "{\"data\":1,\"failed\":true}",
                                      "{\"data\":1]",
                                      "null"};
    struct answer_row row;
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        char *copy = malloc(n ? n : 1);
        NEED(copy);
        memcpy(copy, whole, n);
        CHECK_INT(answer_row_read(str_make(copy, n), &row), ST_CORRUPT);
        free(copy);
    }
    CHECK_INT(answer_row_read(str_of(whole), &row), OK);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        if (!CHECK_INT(answer_row_read(str_of(bad[i]), &row), ST_CORRUPT))
            fprintf(stderr, "    of %s\n", bad[i]);
}

int main(void)
{
    buf_init(&stored, 1 << 20);
    buf_init(&line, 1 << 20);
    RUN(questions);
    RUN(what_can_be_answered_is);
    RUN(answers_as_texts);
    RUN(what_was_asked_for_beside_is_null);
    RUN(what_cannot_be_answered_fails);
    RUN(rows_of_pages_that_cannot_be_read);
    RUN(any_row_of_the_shape);
    RUN(rows_that_are_damaged);
    buf_fini(&stored);
    buf_fini(&line);
    return check_report();
}
