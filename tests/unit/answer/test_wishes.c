/* SPDX-License-Identifier: Apache-2.0 */
/* What sentences and schemas ask for, and what they are told was not understood. */
#include "answer/wishes.h"
#include "tests/check.h"

/* "title headings | unresolved text; another" */
static struct str parsed(const char *transform, const char *schema)
{
    static char text[4000];
    struct wishes *w;
    struct diag diag = {.text = ""};
    size_t n = 0;
    enum status st = wishes_parse(str_of(transform), schema ? str_of(schema) : STR_NONE, &w, &diag);
    if (st != OK) {
        CHECK(diag.text[0] != 0);
        snprintf(text, sizeof text, "%s", status_name(st));
        return str_of(text);
    }
    for (size_t i = 0; i < wishes_count(w); i++)
        n += (size_t)snprintf(
            text + n, sizeof text - n, "%s%.*s%s%s", i ? " " : "", STR_ARG(wishes_at(w, i)->key),
            wishes_at(w, i)->kind == WISH_UNKNOWN ? "?" : "", wishes_at(w, i)->plain ? "=" : "");
    for (size_t i = 0; i < wishes_unresolved(w); i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%.*s", i ? "; " : " | ",
                              STR_ARG(wishes_unresolved_text(w, i)));
    wishes_destroy(w);
    return str_make(text, n);
}

static void sentences(void)
{
    static const struct {
        const char *sentence, *want;
    } cases[] = {
        {"", "title description headings"},
        {"   ", "title description headings"},
        {"titles and all headings, code blocks with their language", "title headings code"},
        {"Extract the page title, description and all links.", "title description links"},
        {"Please get me every image with its alt text", "images"},
        {"headings and their levels", "headings"},
        {"the language of each page", "language"},
        {"code snippets and the page language", "code language"},
        {"code examples, language", "code language"},
        {"tables", "tables"},
        {"Tables with captions and rows; publication dates", "tables dates"},
        {"when was it last updated?", "dates | when was"},
        {"URL, markdown, text length", "url markdown textLength"},
        {"all H2s", "headings"},
        {"everything",
         "url title description language headings links images code tables dates markdown textLength"},
        {"everything except images and links",
         "url title description language headings code tables dates markdown textLength"},
        {"title without links", "title"},
        {"titles, but no code", "title"},
        {"headings about security", "headings | about security"},
        {"title and the price of each product", "title | price of each product"},
        {"links to \"API keys\" pages", "links | \"API keys\""},
        {"links and their titles", "links"},
        {"links, titles", "links title"},
        {"TITLE", "title"},
        {"meta-descriptions", "description"},
        {"price", "ST_INPUT"},
        {"hello there", "ST_INPUT"},
        {"the", "ST_INPUT"},
        {"title title title", "title"},
        {"\xff\xfe title", "title | \xff\xfe"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (!CHECK_STR(parsed(cases[i].sentence, NULL), str_of(cases[i].want)))
            fprintf(stderr, "    of \"%s\"\n", cases[i].sentence);
}

static void schemas(void)
{
    static const struct {
        const char *schema, *want;
    } cases[] = {
        {"{\"type\":\"object\",\"properties\":{\"pageTitle\":{\"type\":\"string\"},\"headings\":{"
         "\"type\":\"array\","
         "\"items\":{\"type\":\"string\"}}}}",
         "pageTitle headings="},
        {"{\"properties\":{\"title\":{},\"price\":{\"type\":\"number\"}}}", "title price? | price"},
        {"{\"properties\":{\"code_blocks\":{\"type\":[\"array\",\"null\"]}}}", "code_blocks"},
        {"{\"properties\":{\"title\":{},\"links\":{\"type\":\"string\"}}}", "title links? | links"},
        {"{\"properties\":{\"updatedAt\":{\"type\":\"string\"}}}", "updatedAt="},
        {"{\"properties\":{\"textLength\":{\"type\":\"number\"}}}", "textLength"},
        {"{\"properties\":{\"price\":{}}}", "ST_INPUT"},
        {"{\"properties\":{}}", "ST_INPUT"},
        {"{\"type\":\"object\"}", "ST_INPUT"},
        {"[]", "ST_INPUT"},
        {"{", "ST_INPUT"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (!CHECK_STR(parsed("", cases[i].schema), str_of(cases[i].want)))
            fprintf(stderr, "    of %s\n", cases[i].schema);
    /* With a schema the sentence names no fields, but what it wants beyond is not passed over. */
    CHECK_STR(parsed("links about security", "{\"properties\":{\"title\":{}}}"),
              STR_LIT("title | about security"));
}

static void names(void)
{
    CHECK_INT(wish_of_name(STR_LIT("title")), WISH_TITLE);
    CHECK_INT(wish_of_name(STR_LIT("metaDescription")), WISH_DESCRIPTION);
    CHECK_INT(wish_of_name(STR_LIT("published_at")), WISH_DATES);
    CHECK_INT(wish_of_name(STR_LIT("URL")), WISH_URL);
    CHECK_INT(wish_of_name(STR_LIT("title of the book")), WISH_UNKNOWN);
    CHECK_INT(wish_of_name(STR_LIT("")), WISH_UNKNOWN);
}

static void limits(void)
{
    struct buf long_text;
    struct wishes *w;
    struct diag diag;
    buf_init(&long_text, 1 << 20);
    for (int i = 0; i < 3000; i++)
        buf_puts(&long_text, "title ");
    CHECK_INT(wishes_parse(buf_str(&long_text), STR_NONE, &w, &diag), OK);
    CHECK_INT(wishes_count(w), 1);
    wishes_destroy(w);
    for (int i = 0; i < 3000; i++)
        buf_puts(&long_text, "title ");
    CHECK_INT(wishes_parse(buf_str(&long_text), STR_NONE, &w, &diag), ST_INPUT);
    buf_reset(&long_text);
    for (int i = 0; i < 2000; i++)
        buf_puts(&long_text, "wish, ");
    buf_puts(&long_text, "title");
    CHECK_INT(wishes_parse(buf_str(&long_text), STR_NONE, &w, &diag), OK);
    CHECK_INT(wishes_unresolved(w), 100);
    wishes_destroy(w);
    buf_fini(&long_text);
}

int main(void)
{
    RUN(sentences);
    RUN(schemas);
    RUN(names);
    RUN(limits);
    return check_report();
}
