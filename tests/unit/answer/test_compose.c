/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas and pages in, data out: values, lists, records, and what the page does not say. */
#include "answer/answer.h"
#include "tests/check.h"

static struct extractor *extractor;
static struct arena arena;
static struct buf page, row;

static struct str ask(const char *schema, const char *prompt, const char *html)
{
    const struct question q = {.prompt = str_of(prompt), .schema = str_of(schema), .strict = true};
    struct asker *asker = NULL;
    struct diag diag;
    struct doc doc;
    struct answer_info info;
    struct answer_row read;
    buf_reset(&row);
    if (asker_create(&q, &asker, &diag) != OK)
        return STR_LIT("declined");
    const struct extract_options options = {.url = STR_LIT("https://site.example/a/b"),
                                            .content_type = STR_LIT("text/html;charset=utf-8"),
                                            .want = asker_want(asker),
                                            .max_links = 1000,
                                            .max_markdown_bytes = 1 << 20};
    arena_reset(&arena, 1 << 20);
    buf_reset(&page);
    buf_puts(&page, html);
    NEED(buf_terminate(&page));
    NEED(extract_document(extractor, &options, buf_str(&page), &arena, &doc) == OK);
    NEED(answer_page(asker, options.url, &doc, &row, &info) == OK);
    NEED(answer_row_read(buf_str(&row), &read) == OK);
    CHECK(info.failed == read.failed);
    asker_destroy(asker);
    return read.failed ? STR_LIT("failed") : read.data;
}

#define PROPERTIES(p) "{\"type\":\"object\",\"properties\":{" p "}}"

static void test_values(void)
{
    CHECK_STR(ask(PROPERTIES("\"name\":{\"type\":\"string\"},\"price\":{\"type\":\"number\"},\"weight_"
                             "kg\":{\"type\":\"number\"},\"inStock\":{\"type\":\"boolean\"},"
                             "\"sku\":{\"type\":\"string\"},\"colour\":{\"type\":[\"string\",\"null\"]},"
                             "\"warranty_months\":{\"type\":\"integer\"}"),
                  "",
                  "<title>Lamp - Shop</title><h1>Lamp</h1><p class=price>$1,299.00</p><p>In "
                  "stock</p><dl><dt>SKU<dd>L-100<dt>Weight<dd>850 g</dl>"),
              STR_LIT("{\"name\":\"Lamp\",\"price\":1299,\"weight_kg\":0.85,\"inStock\":true,\"sku\":"
                      "\"L-100\",\"colour\":null}"));
}

static void test_records_of_a_table(void)
{
    CHECK_STR(
        ask(PROPERTIES("\"countries\":{\"type\":\"array\",\"items\":" PROPERTIES(
                "\"country\":{\"type\":\"string\"},\"population\":{\"type\":\"number\"},\"capital\":{"
                "\"type\":\"string\"},\"king\":{\"type\":[\"string\",\"null\"]}") "}"),
            "",
            "<h1>Countries</"
            "h1><table><tr><th>Country<th>Capital<th>Population<tr><td>France<td>Paris<td>68.1 "
            "million<tr><td>Spain<td>Madrid<td>48 million</table>"),
        STR_LIT(
            "{\"countries\":[{\"country\":\"France\",\"population\":68100000,\"capital\":\"Paris\","
            "\"king\":null},"
            "{\"country\":\"Spain\",\"population\":48000000,\"capital\":\"Madrid\",\"king\":null}]}"));
}

static const char cards[] =
    "<nav><ul><li><a href=/1>One</a><li><a href=/2>Two</a><li><a "
    "href=/3>Three</a></ul></nav><main><h1>Shop</h1><div class=card><a href=/l><h3>Lamp</h3></a>"
    "<span class=price>$10</span></div><div class=card><a href=/c><h3>Chair</h3></a><span "
    "class=price>$20</span></div>"
    "<div class=card><a href=/d><h3>Desk</h3></a><span>Sold out</span></div></main>";

static void test_records_of_cards(void)
{
    CHECK_STR(ask(PROPERTIES("\"products\":{\"type\":\"array\",\"items\":" PROPERTIES(
                      "\"name\":{\"type\":\"string\"},\"price\":{\"type\":[\"number\",\"null\"]},"
                      "\"url\":{\"type\":\"string\",\"format\":\"uri\"}") "}"),
                  "", cards),
              STR_LIT("{\"products\":[{\"name\":\"Lamp\",\"price\":10,\"url\":\"https://site.example/"
                      "l\"},{\"name\":\"Chair\",\"price\":20,\"url\":\"https://site.example/c\"},"
                      "{\"name\":\"Desk\",\"price\":null,\"url\":\"https://site.example/d\"}]}"));
}

#define LIST_OF(name, p) PROPERTIES("\"" name "\":{\"type\":\"array\",\"items\":" PROPERTIES(p) "}")
#define TEXT(name) "\"" name "\":{\"type\":\"string\"}"

static void test_records_by_their_marks(void)
{
    CHECK_STR(
        ask(LIST_OF("options", TEXT("option") "," TEXT("description")), "",
            "<h1>tarq</h1><dl><dt>-v<dd>say more<dt>-o FILE<dd>write to FILE<dt>-q<dd>say less</dl>"),
        STR_LIT("{\"options\":[{\"option\":\"-v\",\"description\":\"say more\"},{\"option\":\"-o "
                "FILE\",\"description\":\"write to FILE\"},{\"option\":\"-q\",\"description\":\"say "
                "less\"}]}"));
    CHECK_STR(
        ask(LIST_OF("people", TEXT("name") "," TEXT("role")), "",
            "<h1>Team</h1><div><div class=p><h3>Ada Quist</h3><p class=role>Head of tides</p></div><div "
            "class=p><h3>Bo Larkin</h3><p class=role>Harbour master</p></div></div>"),
        STR_LIT("{\"people\":[{\"name\":\"Ada Quist\",\"role\":\"Head of tides\"},{\"name\":\"Bo "
                "Larkin\",\"role\":\"Harbour master\"}]}"));
    CHECK_STR(
        ask("", "List all API endpoints with HTTP method and path",
            "<h1>Parcels</h1><section><h2>List</h2><p><b>GET</b> <code>/parcels</code></p></section>"
            "<section><h2>Make</h2><p><b>POST</b> "
            "<code>/parcels</code></p></section><section><h2>One</h2><p><b>GET"
            "</b> <code>/parcels/{id}</code></p></section>"),
        STR_LIT("[{\"http_method\":\"GET\",\"path\":\"/parcels\"},{\"http_method\":\"POST\",\"path\":\"/"
                "parcels\"},{\"http_method\":\"GET\",\"path\":\"/parcels/{id}\"}]"));
}

static void test_heads_with_umlauts(void)
{
    CHECK_STR(ask(LIST_OF("tage", TEXT("tag") ",\"hoechstwert\":{\"type\":\"number\"}"), "",
                  "<html lang=de><h1>Wetter</h1><table><tr><th>Tag<th>H\xC3\xB6"
                  "chstwert (\xC2\xB0"
                  "C)<tr><td>Montag<td>4,5"
                  "<tr><td>Dienstag<td>-1,5</table>"),
              STR_LIT("{\"tage\":[{\"tag\":\"Montag\",\"hoechstwert\":4.5},{\"tag\":\"Dienstag\","
                      "\"hoechstwert\":-1."
                      "5}]}"));
}

static void test_versions_alone_in_a_line(void)
{
    CHECK_STR(ask(PROPERTIES(TEXT("version")), "", "<h1>ferrule</h1><p>v0.9.2</p><p>It is small.</p>"),
              STR_LIT("{\"version\":\"0.9.2\"}"));
    CHECK_STR(
        ask(LIST_OF("releases", TEXT("version") ",\"date\":{\"type\":\"string\",\"format\":\"date\"}"),
            "",
            "<h1>Changelog</h1><section><h2>2.3.0</h2><p>2026-01-30</p></section><section><h2>2.2.1</h2>"
            "<p>2025-12-02</p></section>"),
        STR_LIT("{\"releases\":[{\"version\":\"2.3.0\",\"date\":\"2026-01-30\"},{\"version\":\"2.2.1\","
                "\"date"
                "\":\"2025-12-02\"}]}"));
}

/* A label that lost its value is none: null, not its own name. */
static void test_its_own_name_is_no_value(void)
{
    CHECK_STR(ask(PROPERTIES(TEXT("name") ",\"version\":{\"type\":[\"string\",\"null\"]}"), "",
                  "<h1>Thing</h1><dl><dt>Version<dd>Version</dl>"),
              STR_LIT("{\"name\":\"Thing\",\"version\":null}"));
}

static void test_an_object_has_its_own_place(void)
{
    CHECK_STR(
        ask(PROPERTIES("\"acceptedAnswer\":" PROPERTIES("\"score\":{\"type\":\"integer\"}")), "",
            "<h1>Why?</h1><div class=question><p>Score: 14</p><p>It breaks.</p></div><div class='answer "
            "accepted-answer'><p>Score: 21</p><p>Draw it in.</p></div>"),
        STR_LIT("{\"acceptedAnswer\":{\"score\":21}}"));
}

static void test_heads_that_are_the_same(void)
{
    CHECK_STR(
        ask("", "Convert the main table to JSON",
            "<h1>Prices</h1><table><tr><th>Year<th>Unit price<th>Unit "
            "price<tr><td>2024<td>a<td>b<tr><td>2025<td>c<td>d</table>"),
        STR_LIT(
            "[{\"year\":\"2024\",\"unit_price\":\"a\",\"unit_price_2\":\"b\"},{\"year\":\"2025\",\"unit_"
            "price\":\"c\",\"unit_price_2\":\"d\"}]"));
}

static void test_limits(void)
{
    CHECK_STR(ask("{\"type\":\"array\",\"maxItems\":2,\"items\":" PROPERTIES(
                      "\"name\":{\"type\":\"string\"},\"price\":{\"type\":[\"number\",\"null\"]}") "}",
                  "", cards),
              STR_LIT("[{\"name\":\"Lamp\",\"price\":10},{\"name\":\"Chair\",\"price\":20}]"));
}

static void test_lists(void)
{
    const char *schema =
        PROPERTIES("\"title\":{\"type\":\"string\"},\"tags\":{\"type\":\"array\",\"items\":{\"type\":"
                   "\"string\"}},\"emails\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
                   "\"ingredients\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}");
    CHECK_STR(ask(schema, "",
                  "<h1>Soup</h1><p>Tags: quick, "
                  "cheap</p><h2>Ingredients</h2><ul><li>Water<li>Salt</ul><p>Write to a@x.example or "
                  "b@x.example"),
              STR_LIT("{\"title\":\"Soup\",\"tags\":[\"quick\",\"cheap\"],\"emails\":[\"a@x.example\","
                      "\"b@x.example\"],\"ingredients\":[\"Water\",\"Salt\"]}"));
}

/* The body is the page's content, whole, though a mark names its first paragraph alone. */
static void test_body(void)
{
    CHECK_STR(ask(PROPERTIES("\"title\":{\"type\":\"string\"},\"body\":{\"type\":\"string\"}"), "",
                  "<nav><ul><li><a href=/>Home</a><li><a href=/all>All of "
                  "it</a></ul></nav><main><h1>Forgetting</h1><p class=body>A cache "
                  "is a promise to forget things in the right order.</p><h2>Order</h2><p>The least "
                  "recently used entry goes "
                  "first, unless something pins it, which is why nothing should be pinned for "
                  "long.</p></main><footer><p>Copyright "
                  "Harbour. <a href=/privacy>Privacy</a></footer>"),
              STR_LIT("{\"title\":\"Forgetting\",\"body\":\"# Forgetting\\n\\nA cache is a promise to "
                      "forget things in the right order.\\n\\n## "
                      "Order\\n\\nThe least recently used entry goes first, unless something pins it, "
                      "which is why nothing should be "
                      "pinned for long.\\n\"}"));
}

static void test_title_beside_a_mark(void)
{
    CHECK_STR(ask(PROPERTIES("\"posts\":{\"type\":\"array\",\"items\":" PROPERTIES(
                      "\"title\":{\"type\":\"string\"}") "}"),
                  "",
                  "<h1>Posts</h1><table><tr class=post><td>1.<td class=t><span><a href=/1>First one</a> "
                  "<i>(a.example)</i></span>"
                  "<tr class=post><td>2.<td class=t><span><a href=/2>Second one</a></span><tr "
                  "class=post><td>3.<td class=t><span>"
                  "<a href=/3>Third one</a> <i>(c.example)</i></span></table>"),
              STR_LIT("{\"posts\":[{\"title\":\"First one\"},{\"title\":\"Second "
                      "one\"},{\"title\":\"Third one\"}]}"));
}

static void test_objects_in_objects(void)
{
    CHECK_STR(ask(PROPERTIES("\"contact\":" PROPERTIES(
                      "\"phone\":{\"type\":\"string\"},\"email\":{\"type\":\"string\"}")),
                  "", "<h1>Us</h1><p>Phone: +44 117 496 0221</p><p>Email: a@x.example</p>"),
              STR_LIT("{\"contact\":{\"phone\":\"+44 117 496 0221\",\"email\":\"a@x.example\"}}"));
}

static void test_what_is_not_said(void)
{
    const char *schema =
        PROPERTIES("\"price\":{\"type\":\"number\"},\"sku\":{\"type\":[\"string\",\"null\"]}");
    CHECK_STR(ask(schema, "", "<h1>About</h1><p>We like care."), STR_LIT("failed"));
    CHECK_STR(ask(schema, "", ""), STR_LIT("failed"));
}

static void test_what_needs_a_model(void)
{
    CHECK_STR(ask(PROPERTIES("\"opinion\":{\"type\":\"string\"}"), "Translate this page", "<p>x"),
              STR_LIT("declined"));
    CHECK_STR(
        ask(PROPERTIES("\"thesis\":{\"type\":\"string\",\"description\":\"the thesis, paraphrased\"}"),
            "", "<p>x"),
        STR_LIT("declined"));
}

static void test_the_same_again(void)
{
    char first[1000];
    const char *schema = PROPERTIES("\"name\":{\"type\":\"string\"},\"price\":{\"type\":\"number\"}");
    struct str a = ask(schema, "", cards);
    NEED(a.n < sizeof first);
    memcpy(first, a.p, a.n);
    CHECK_STR(ask(schema, "", cards), str_make(first, a.n));
}

int main(void)
{
    const struct html_limits limits = {
        .memory_bytes = 64u << 20, .nodes = 1000000, .depth = 500, .attrs = 400};
    arena_init(&arena, 256u << 20, 1 << 20);
    buf_init(&page, 1 << 20);
    buf_init(&row, 1 << 20);
    NEED((extractor = extractor_create(HTML_ENGINE_BUILTIN, &limits)) != NULL);
    RUN(test_values);
    RUN(test_records_of_a_table);
    RUN(test_records_of_cards);
    RUN(test_records_by_their_marks);
    RUN(test_heads_with_umlauts);
    RUN(test_versions_alone_in_a_line);
    RUN(test_its_own_name_is_no_value);
    RUN(test_an_object_has_its_own_place);
    RUN(test_heads_that_are_the_same);
    RUN(test_limits);
    RUN(test_lists);
    RUN(test_body);
    RUN(test_title_beside_a_mark);
    RUN(test_objects_in_objects);
    RUN(test_what_is_not_said);
    RUN(test_what_needs_a_model);
    RUN(test_the_same_again);
    extractor_destroy(extractor);
    buf_fini(&page);
    buf_fini(&row);
    arena_fini(&arena);
    return check_report();
}
