/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_answer.c: any schema within limits, or any sentence, asked of any page; and any bytes taken for a model's words.
 *
 * The built-in engine answers in the schema's shape or declines: required properties are there, values have their type or are null,
 * nothing else is there, in the schema's order. The same question gives the same bytes. What a model wrote is read, fitted to
 * the schema and merged with itself without trouble, and what comes out has the same shape. */
#include "tests/fuzz/target.h"

#include "answer/answer.h"
#include "answer/model_fit.h"
#include "answer/model_json.h"
#include "answer/model_merge.h"
#include "base/schema.h"
#include "extract/charset.h"
#include "tests/fuzz/draw.h"
#include "tests/fuzz/topics.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIELDS_MAX = 5, DEPTH_MAX = 4, PIECES_MAX = 6 };

static struct arena arena, scratch;
static struct buf page, schema, prompt, rows[2], fitted, merged;
static struct extractor *extractor;
static size_t questions, answered, declined, models;

static struct buf *const bufs[] = {&page, &schema, &prompt, &rows[0], &rows[1], &fitted, &merged};

static void init(void)
{
    arena_init(&arena, 64 << 20, 1 << 16);
    arena_init(&scratch, 16 << 20, 1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
        buf_init(bufs[i], 1 << 24);
    extractor = extractor_create(HTML_ENGINE_BUILTIN, &fuzz_generous);
    FUZZ_CHECK(extractor);
}

static void fini(void)
{
    printf("%zu questions; answered %zu, declined %zu; words of a model that are JSON %zu\n", questions,
           answered, declined, models);
    extractor_destroy(extractor);
    arena_fini(&arena);
    arena_fini(&scratch);
    for (size_t i = 0; i < ARRAY_LEN(bufs); i++)
        buf_fini(bufs[i]);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_answer", true, 4000, init, fini, TOPIC_METADATA};

/* ---- questions ---- */

static const char *const names[] = {
    "name",        "title",   "price",  "currency", "author",  "date", "published_at", "url",
    "image",       "version", "rating", "inStock",  "version", "tags", "items",        "products",
    "description", "summary", "email",  "phone",    "zeit",    "e",    "status",       "path",
    "size_kb",     "options", "body",   "steps",    "link",    "count"};

static void put_type(struct draw *d, struct json_out *out)
{
    static const char *const types[] = {"string", "number", "integer", "boolean"};
    const char *type = types[draw(d, ARRAY_LEN(types))];
    json_key(out, "type");
    if (draw(d, 3)) {
        json_put_str(out, str_of(type));
        return;
    }
    json_begin(out, '[');
    json_put_str(out, str_of(type));
    json_put_str(out, STR_LIT("null"));
    json_end(out, ']');
}

static void put_enum(struct json_out *out)
{
    json_key(out, "type");
    json_put_str(out, STR_LIT("string"));
    json_key(out, "enum");
    json_put_raw(out, STR_LIT("[\"new\",\"used\",\"In Stock\"]"));
}

static void put_schema(struct draw *d, struct json_out *out, unsigned depth);

static void put_object(struct draw *d, struct json_out *out, unsigned depth)
{
    const char *used[FIELDS_MAX];
    unsigned n = 1 + draw(d, FIELDS_MAX), made = 0, need = draw(d, 1u << FIELDS_MAX);
    json_key(out, "type");
    json_put_str(out, STR_LIT("object"));
    json_key(out, "properties");
    json_begin(out, '{');
    for (unsigned i = 0; i < n; i++) {
        const char *name = names[draw(d, ARRAY_LEN(names))];
        bool twice = false;
        for (unsigned k = 0; k < made; k++)
            twice = twice || strcmp(used[k], name) == 0;
        if (twice)
            continue;
        used[made++] = name;
        json_key(out, name);
        put_schema(d, out, depth + 1);
    }
    json_end(out, '}');
    json_key(out, "required");
    json_begin(out, '[');
    for (unsigned i = 0; i < made; i++)
        if (need >> i & 1)
            json_put_str(out, str_of(used[i]));
    json_end(out, ']');
}

static void put_schema(struct draw *d, struct json_out *out, unsigned depth)
{
    unsigned kind = depth == 0 ? 0 : draw(d, 10);
    json_begin(out, '{');
    if (depth < DEPTH_MAX && kind == 0) {
        put_object(d, out, depth);
    } else if (depth < DEPTH_MAX && kind <= 2) {
        json_key(out, "type");
        json_put_str(out, STR_LIT("array"));
        json_key(out, "items");
        put_schema(d, out, depth + 1);
    } else if (kind == 3) {
        put_enum(out);
    } else {
        put_type(d, out);
    }
    json_end(out, '}');
}

static void make_question(struct draw *d)
{
    static const char *const prompts[] = {"",
                                          "all products with name and price",
                                          "List every item: name, date, rating",
                                          "title, author and date",
                                          "the top 3 links",
                                          "Alle Preise",
                                          "main table to JSON"};
    struct json_out out;
    buf_reset(&schema);
    buf_reset(&prompt);
    json_out_init(&out, &schema, 0);
    if (draw(d, 4))
        put_schema(d, &out, 0);
    buf_puts(&prompt, prompts[draw(d, ARRAY_LEN(prompts))]);
}

/* ---- pages ---- */

static void put_pieces(struct draw *d, struct buf *out)
{
    static const char *const pieces[] = {
        "<dl><dt>Price<dd>$12.50<dt>Version<dd>1.2.3<dt>Status<dd>used</dl>",
        "<table><tr><th>Name<th>Price<th>Date<tr><td>Anvil<td>19,50 \xE2\x82\xAC<td>3 May "
        "2024<tr><td>Bolt<td>2<td>2024-01-02"
        "</table>",
        "<ul><li><a href=/a>Anvil</a> 4.5 stars, in stock<li><a href=/b>Bolt</a> 3 stars, sold out</ul>",
        "<div class=card><h3>Anvil</h3><p class=price>$19.50</p></div><div class=card><h3>Bolt</h3><p "
        "class=price>$2</p></div>",
        "<p>Name: Anvil</p><p>E-mail: a@b.example, phone +44 20 7946 0000</p>",
        "<h2>Steps</h2><ol><li>Heat it<li>Beat it</ol>",
        "<script "
        "type=application/"
        "ld+json>{\"@type\":\"Product\",\"name\":\"Anvil\",\"offers\":{\"price\":\"19.5\"}}</script>",
        "<h1>Anvil</h1><p>v1.2.3</p>"};
    for (unsigned n = draw(d, PIECES_MAX); n > 0; n--)
        buf_puts(out, pieces[draw(d, ARRAY_LEN(pieces))]);
}

/* ---- shapes ---- */

static const struct json *member(const struct json *v, struct str name)
{
    for (const struct json *m = json_first(v); m; m = json_after(m))
        if (str_eq(json_name(m), name))
            return m;
    return NULL;
}

static bool has_type(const struct json *s, const char *name)
{
    const struct json *type = json_get(s, "type");
    if (json_type(type) == JSON_STRING)
        return str_is(json_str(type, STR_NONE), name);
    for (const struct json *t = json_first(type); t; t = json_after(t))
        if (str_is(json_str(t, STR_NONE), name))
            return true;
    return false;
}

static bool is_required(const struct json *s, struct str name)
{
    for (const struct json *r = json_first(json_get(s, "required")); r; r = json_after(r))
        if (str_eq(json_str(r, STR_NONE), name))
            return true;
    return false;
}

/* As deep as the schema is. Null may stand for any value: what the page does not say. */
static void show(void)
{
    if (getenv("WEBKEEP_FUZZ_SHOW"))
        printf("%.*s\n%.*s\n%.*s\n%.*s\n", STR_ARG(buf_str(&schema)), STR_ARG(buf_str(&prompt)),
               STR_ARG(buf_str(&rows[0])), STR_ARG(buf_str(&page)));
    fflush(stdout);
}

static void check_shape(const struct json *s, const struct json *v)
{
    struct diag diag;
    if (json_type(v) == JSON_NULL)
        return;
    if (has_type(s, "object")) {
        const struct json *properties = json_get(s, "properties"), *next = json_first(v);
        FUZZ_CHECK(json_type(v) == JSON_OBJECT);
        for (const struct json *p = json_first(properties); p; p = json_after(p)) {
            const struct json *m = member(v, json_name(p));
            FUZZ_CHECK(m || !is_required(s, json_name(p)));
            if (!m)
                continue;
            FUZZ_CHECK(m == next); /* in the schema's order, and nothing between */
            next = json_after(m);
            check_shape(p, m);
        }
        FUZZ_CHECK(!next);
    } else if (has_type(s, "array")) {
        FUZZ_CHECK(json_type(v) == JSON_ARRAY);
        for (const struct json *item = json_first(v); item; item = json_after(item))
            check_shape(json_get(s, "items"), item);
    } else {
        FUZZ_CHECK(schema_validate(s, v, &diag) == OK);
    }
}

static struct json_doc *parse(struct str text)
{
    static const struct json_limits limits = {
        .max_bytes = 1 << 24, .max_depth = 64, .replace_nul = true};
    struct json_doc *doc = NULL;
    struct diag diag;
    FUZZ_CHECK(json_parse(text, &limits, &doc, &diag) == OK);
    return doc;
}

/* ---- the built-in engine ---- */

static bool ask(const struct asker *asker, struct buf *row)
{
    const struct extract_options options = {.url = STR_LIT("https://h.example/a/b.html"),
                                            .content_type = STR_LIT("text/html;charset=utf-8"),
                                            .want = asker_want(asker),
                                            .max_links = 100,
                                            .max_markdown_bytes = 1 << 20};
    struct answer_info info;
    struct doc doc;
    arena_reset(&arena, 1 << 20);
    buf_reset(row);
    enum status st = extract_document(extractor, &options, buf_str(&page), &arena, &doc);
    if (st == OK)
        st = answer_page(asker, options.url, &doc, row, &info);
    FUZZ_CHECK(st == OK || st == ST_LIMIT);
    return st == OK;
}

static void check_row(struct str row)
{
    struct answer_row read;
    FUZZ_CHECK(answer_row_read(row, &read) == OK);
    answered += !read.failed;
    declined += read.failed;
    json_doc_destroy(parse(row));
    if (read.failed || !schema.n)
        return;
    struct json_doc *s = parse(buf_str(&schema)), *v = parse(read.data);
    show();
    check_shape(json_root(s), json_root(v));
    json_doc_destroy(v);
    json_doc_destroy(s);
}

static void check_engine(void)
{
    const struct question question = {.prompt = buf_str(&prompt),
                                      .schema = schema.n ? buf_str(&schema) : STR_LIT("")};
    struct asker *asker = NULL;
    struct diag diag;
    if (!question_is_asked(&question) || asker_create(&question, &asker, &diag) != OK)
        return;
    questions++;
    if (ask(asker, &rows[0]) && ask(asker, &rows[1])) {
        FUZZ_CHECK(str_eq(buf_str(&rows[0]), buf_str(&rows[1])));
        check_row(buf_str(&rows[0]));
    }
    asker_destroy(asker);
}

/* ---- a model's words ---- */

static void check_model(struct str words)
{
    struct json_doc *said = NULL, *s = schema.n ? parse(buf_str(&schema)) : NULL;
    bool cut;
    enum status st = model_json_read(words, &said, &cut);
    FUZZ_CHECK(st == OK || st == ST_INPUT);
    if (st == OK) {
        models++;
        arena_reset(&scratch, 1 << 20);
        struct fit fit = {.schema = s ? json_root(s) : NULL,
                          .ground = ground_create(&scratch, words, STR_LIT("en")),
                          .arena = &scratch};
        FUZZ_CHECK(fit.ground);
        buf_reset(&fitted);
        buf_reset(&merged);
        model_fit(&fit, json_root(said), &fitted);
        FUZZ_CHECK(fitted.status == OK);
        struct json_doc *one = parse(buf_str(&fitted));
        if (s)
            check_shape(json_root(s), json_root(one));
        model_merge(json_root(one), json_root(one), &merged);
        FUZZ_CHECK(merged.status == OK);
        json_doc_destroy(parse(buf_str(&merged)));
        json_doc_destroy(one);
    }
    json_doc_destroy(said);
    json_doc_destroy(s);
}

/* A page that is bytes of soup has no JSON in it: words of JSON with some of it inside. */
static void put_words(struct draw *d, struct str text, struct buf *out)
{
    static const char *const tokens[] = {"{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         ":",
                                         "\"name\"",
                                         "\"price\"",
                                         "\"items\"",
                                         "19.5",
                                         "\"19.50\"",
                                         "null",
                                         "True",
                                         "None",
                                         "```json\n",
                                         "```",
                                         "<think>",
                                         "</think>",
                                         "\"a\\u00e9\\'\"",
                                         "{\"name\":\"Anvil\",\"price\":19.5}",
                                         "-1e3",
                                         "\"2024-05-03\"",
                                         " ",
                                         "\"x"};
    for (unsigned n = draw(d, 40); n > 0; n--) {
        uint32_t i = draw(d, ARRAY_LEN(tokens) + 1);
        if (i < ARRAY_LEN(tokens))
            buf_puts(out, tokens[i]);
        else
            buf_put_str(out, str_head(text, utf8_valid_bytes(str_head(text, 40))));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_head head;
    struct str soup;
    if (!fuzz_head_read(data, n, &head, &soup))
        return 0;
    struct draw d = draw_of_seed(((uint64_t)head.label << 40) ^ ((uint64_t)head.mode << 32) ^
                                 ((uint64_t)head.limits[0] << 24) ^ ((uint64_t)head.name[0] << 16) ^
                                 ((uint64_t)head.name[1] << 8) ^ head.how);
    soup = str_head(soup, utf8_valid_bytes(soup));
    make_question(&d);
    buf_reset(&page);
    put_pieces(&d, &page);
    buf_put_str(&page, soup);
    FUZZ_CHECK(buf_terminate(&page));
    check_engine();
    buf_reset(&page);
    put_words(&d, soup, &page);
    check_model(page.n ? buf_str(&page) : STR_LIT(""));
    return 0;
}
