/* SPDX-License-Identifier: Apache-2.0 */
/* test_items.c: JSON-LD, microdata, RDFa and meta as items, written back as JSON; and broken JSON repaired. */
#include "tests/check.h"

#include "extract/item.h"

static struct html_parser *parser;
static struct arena arena;
static struct buf body, out;

static struct str items_text(const char *html, enum item_source source)
{
    const struct html_tree *tree;
    struct items items;
    struct json_out json;
    arena_reset(&arena, 1 << 16);
    buf_reset(&body);
    buf_reset(&out);
    buf_puts(&body, html);
    NEED(buf_terminate(&body) && html_parse(parser, buf_str(&body), &tree) == OK);
    NEED(items_of_tree(tree, NULL, 1u << source, &arena, &items) == OK);
    json_out_init(&json, &out, 0);
    items_put(&items, source, &json);
    NEED(out.status == OK);
    return buf_str(&out);
}

static struct str script(const char *json)
{
    char html[1000];
    snprintf(html, sizeof html, "<script type=\"application/ld+json\">%s</script>", json);
    return items_text(html, ITEM_JSONLD);
}

static void json_ld(void)
{
    CHECK_STR(
        script(
            "{\"@context\":\"https://schema.org\",\"@type\":\"Product\",\"name\":\"A\",\"price\":9.90}"),
        STR_LIT("[{\"@type\":\"Product\",\"name\":\"A\",\"price\":9.90}]"));
    CHECK_STR(script("[{\"@type\":[\"A\",\"B\"],\"x\":[1,\"2\",true]}]"),
              STR_LIT("[{\"@type\":[\"A\",\"B\"],\"x\":[1,\"2\",true]}]"));
    CHECK_STR(script("{\"@graph\":[{\"@type\":\"A\"},{\"@type\":\"B\",\"c\":{\"@type\":\"C\"}}]}"),
              STR_LIT("[{\"@type\":\"A\"},{\"@type\":\"B\",\"c\":{\"@type\":\"C\"}}]"));
    CHECK_STR(script("{\"schema:name\":\"N\"}"), STR_LIT("[{\"name\":\"N\"}]"));
}

static void json_repaired(void)
{
    CHECK_STR(script("{\"a\":\"1\",}"), STR_LIT("[{\"a\":\"1\"}]"));
    CHECK_STR(script("/* x */{\"a\":\"1\"} // y"), STR_LIT("[{\"a\":\"1\"}]"));
    CHECK_STR(script("<![CDATA[{\"a\":\"1\"}]]>"), STR_LIT("[{\"a\":\"1\"}]"));
    CHECK_STR(script("{\"a\":\"1\n2\"}"), STR_LIT("[{\"a\":\"1\\n2\"}]"));
    CHECK_STR(script("{\"a\":\"1\",\"a\":\"2\"}"), STR_LIT("[{\"a\":\"2\"}]"));
    CHECK_STR(script("{\"a\":"), STR_LIT("[]"));
    CHECK_STR(script("\"text\""), STR_LIT("[]"));
    CHECK_STR(script(""), STR_LIT("[]"));
}

static void microdata(void)
{
    CHECK_STR(
        items_text(
            "<div itemscope itemtype=https://schema.org/P><b itemprop='a b'> x  y </b>"
            "<a itemprop=u href=/v>z</a><p itemprop=q itemscope><i itemprop=r content=s>t</i></p></div>",
            ITEM_MICRODATA),
        STR_LIT("[{\"@type\":\"https://schema.org/P\",\"a\":\"x y\",\"b\":\"x "
                "y\",\"u\":\"/v\",\"q\":{\"r\":\"s\"}}]"));
    CHECK_STR(items_text("<div itemscope itemref=k></div><p id=k itemprop=a>b</p>", ITEM_MICRODATA),
              STR_LIT("[{\"a\":\"b\"}]"));
    CHECK_STR(items_text("<p itemprop=a>b</p>", ITEM_MICRODATA), STR_LIT("[]"));
}

/* An element that refers to itself, or to what it stands in. */
static void microdata_in_circles(void)
{
    CHECK_STR(items_text("<div itemscope id=a itemref=a><p itemprop=x>1</p></div>", ITEM_MICRODATA),
              STR_LIT("[{\"x\":\"1\"}]"));
    CHECK(items_text("<main id=m><div itemscope itemref=m><p itemprop=x>1</p></div></main>",
                     ITEM_MICRODATA)
              .n > 2);
}

static void rdfa(void)
{
    CHECK_STR(items_text("<div vocab=https://schema.org/ typeof=P><b property=schema:a>x</b>"
                         "<p property=q typeof=R><i property=s>t</i></p></div>",
                         ITEM_RDFA),
              STR_LIT("[{\"@type\":\"P\",\"a\":\"x\",\"q\":{\"@type\":\"R\",\"s\":\"t\"}}]"));
}

static void meta_elements(void)
{
    CHECK_STR(
        items_text("<meta property=og:title content=T><meta name=a content=b><meta name=c>", ITEM_META),
        STR_LIT("[{\"og:title\":\"T\",\"a\":\"b\"}]"));
}

static void names(void)
{
    CHECK_STR(item_type_name(STR_LIT("https://schema.org/Product")), STR_LIT("Product"));
    CHECK_STR(item_type_name(STR_LIT("schema:Product")), STR_LIT("Product"));
    CHECK_STR(item_type_name(STR_LIT("Product")), STR_LIT("Product"));
    CHECK_STR(item_type_name(STR_LIT("")), STR_LIT(""));
}

int main(void)
{
    const struct html_limits limits = {
        .memory_bytes = 8 << 20, .nodes = 100000, .depth = 512, .attrs = 1000};
    parser = html_parser_create(HTML_ENGINE_BUILTIN, &limits);
    NEED(parser);
    arena_init(&arena, 1 << 20, 4096);
    buf_init(&body, 1 << 20);
    buf_init(&out, 1 << 20);
    RUN(json_ld);
    RUN(json_repaired);
    RUN(microdata);
    RUN(microdata_in_circles);
    RUN(rdfa);
    RUN(meta_elements);
    RUN(names);
    html_parser_destroy(parser);
    arena_fini(&arena);
    buf_fini(&body);
    buf_fini(&out);
    return check_report();
}
