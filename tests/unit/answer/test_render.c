/* SPDX-License-Identifier: Apache-2.0 */
/* test_render.c: answers as texts. */
#include "answer/render.h"
#include "tests/check.h"

static struct buf out;

static struct str as(enum render_form form, const char *json)
{
    buf_reset(&out);
    CHECK_INT(render(form, str_of(json), &out), OK);
    return buf_str(&out);
}

static const char product[] =
    "{\"product_name\":\"Kettle | One\",\"price\":39.90,\"inStock\":true,\"sku\":null}";
static const char rows[] =
    "[{\"name\":\"A|B\",\"price\":1},{\"name\":\"C\\nD\",\"price\":null,\"tags\":[\"x\",2,true]}]";

static void objects(void)
{
    CHECK_STR(as(RENDER_MARKDOWN, product),
              STR_LIT("- **Product name**: Kettle | One\n- **Price**: 39.90\n- **In stock**: yes\n- "
                      "**Sku**: \xE2\x80\x94\n"));
    CHECK_STR(as(RENDER_TEXT, product),
              STR_LIT("Product name: Kettle | One\nPrice: 39.90\nIn stock: yes\nSku: \xE2\x80\x94\n"));
    CHECK_STR(as(RENDER_TABLE, product),
              STR_LIT("| Product name | Price | In stock | Sku |\n| --- | --- | --- | --- |\n"
                      "| Kettle \\| One | 39.90 | yes |  |\n"));
}

static void lists_of_objects(void)
{
    const struct str table = STR_LIT(
        "| Name | Price | Tags |\n| --- | --- | --- |\n| A\\|B | 1 |  |\n| C D |  | x, 2, yes |\n");
    CHECK_STR(as(RENDER_MARKDOWN, rows), table);
    CHECK_STR(as(RENDER_TABLE, rows), table);
    CHECK_STR(
        as(RENDER_TEXT, rows),
        STR_LIT(
            "Name: A|B\nPrice: 1\n\nPrice: \xE2\x80\x94\n\nName:\nC\nD\n\nTags:\n- x\n- 2\n- yes\n"));
}

static void texts_and_lists(void)
{
    CHECK_STR(as(RENDER_MARKDOWN, "{\"body_text\":\"# One\\n\\nTwo\\n\"}"), STR_LIT("# One\n\nTwo\n"));
    CHECK_STR(as(RENDER_MARKDOWN,
                 "{\"body\":\"One\\n\\nTwo\",\"title\":\"T\",\"tags\":[\"a\",\"b\"],\"none\":[]}"),
              STR_LIT("- **Title**: T\n- **None**: \xE2\x80\x94\n\n## Body\n\nOne\n\nTwo\n\n## "
                      "Tags\n\n- a\n- b\n"));
    CHECK_STR(as(RENDER_MARKDOWN, "[\"a\",\"b\"]"), STR_LIT("- a\n- b\n"));
    CHECK_STR(as(RENDER_TEXT, "\"a\""), STR_LIT("a\n"));
    CHECK_STR(as(RENDER_TABLE, "{\"shop\":\"S\",\"items\":[{\"n\":1}]}"),
              STR_LIT("| Shop |\n| --- |\n| S |\n\n## Items\n\n| N |\n| --- |\n| 1 |\n"));
    CHECK_STR(as(RENDER_MARKDOWN, "[]"), STR_LIT("\xE2\x80\x94\n"));
}

/* However deep, and what is no JSON. */
static void bounds(void)
{
    struct buf deep;
    buf_init(&deep, 1 << 16);
    for (unsigned i = 0; i < 200; i++)
        buf_puts(&deep, "{\"a\":");
    buf_puts(&deep, "1");
    for (unsigned i = 0; i < 200; i++)
        buf_putc(&deep, '}');
    buf_reset(&out);
    CHECK_INT(render(RENDER_MARKDOWN, buf_str(&deep), &out), OK);
    CHECK(out.n > 0);
    buf_fini(&deep);
    CHECK_INT(render(RENDER_TEXT, STR_LIT("{"), &out), ST_INPUT);
    struct buf small;
    buf_init(&small, 8);
    CHECK_INT(render(RENDER_TEXT, str_of(product), &small), ST_LIMIT);
    buf_fini(&small);
    CHECK_STR(as(RENDER_JSON, product), STR_LIT(""));
    CHECK_INT(render_form_of(STR_LIT("markdown")), RENDER_MARKDOWN);
    CHECK_INT(render_form_of(STR_NONE), RENDER_JSON);
}

int main(void)
{
    buf_init(&out, 1 << 20);
    RUN(objects);
    RUN(lists_of_objects);
    RUN(texts_and_lists);
    RUN(bounds);
    buf_fini(&out);
    return check_report();
}
