/* SPDX-License-Identifier: Apache-2.0 */
/* test_limits.c: each limit of our own builder, set low: that a page within it reaches nothing, that one beyond it
 * sets this one bit, and what is left of the tree. Also that the settings are what the builder gets. */
#include "base/config.h"
#include "extract/html/html.h"
#include "tests/unit/extract/tree_dump.h"

#include <stddef.h>

static const struct html_limits usual = {
    .memory_bytes = 1 << 20, .nodes = 1 << 16, .depth = 512, .attrs = 1024};

/* clang-format off */
static const struct {
    const char *name;
    size_t member; /* of struct html_limits, 32 bits; or of memory_bytes */
    uint32_t value;
    const char *within, *beyond;
    unsigned cut;
    const char *tree; /* of beyond, below body */
} cases[] = {
#define L(member) #member, offsetof(struct html_limits, member)
    {L(depth), 5, "<div><p><b>", "<div><p><b><i>x", CUT_DEPTH,
     "|     <div>\n|       <p>\n|         <b>\n|         <i>\n|           \"x\""},
    {L(attrs), 2, "<p a b>", "<p a b c=1>x", CUT_ATTRS,
     "|     <p>\n|       a=\"\"\n|       b=\"\"\n|       \"x\""},
    {L(nodes), 16, "<p><br><br><br><br><br><br><br><br>", "<p><br><br><br><br><br><br><br><br><br><br><br>x", CUT_NODES,
     "|     <p>\n|       <br>\n|       <br>\n|       <br>\n|       <br>\n|       <br>\n|       <br>\n|       <br>\n"
     "|       <br>\n|       <br>\n|       <br>"},
    {L(page_attrs), 16, "<p a b c d e f>", "<p a b c d e f g h><p a b c d e f g h><p>", CUT_PAGE_ATTRS,
     "|     <p>\n|       a=\"\"\n|       b=\"\"\n|       c=\"\"\n|       d=\"\"\n|       e=\"\"\n|       f=\"\"\n"
     "|       g=\"\"\n|       h=\"\"\n"
     "|     <p>\n|       a=\"\"\n|       b=\"\"\n|       c=\"\"\n|       d=\"\"\n|       e=\"\"\n|       f=\"\"\n"
     "|       g=\"\"\n|       h=\"\""},
    {L(names), 2, "<x-a x-b>", "<p x-a x-b x-c>", CUT_NAMES,
     "|     <p>\n|       x-a=\"\"\n|       x-b=\"\""},
    {L(name_bytes), 8, "<x-abcdef>", "<p x-abcdef x-g>", CUT_NAMES,
     "|     <p>\n|       x-abcdef=\"\""},
    {L(formatting), 2, "<p><b><i></p>x", "<p><b><i><u></p>x", CUT_FORMATTING,
     "|     <p>\n|       <b>\n|         <i>\n|           <u>\n|     <i>\n|       <u>\n|         \"x\""},
    {L(templates), 1, "<template><tr><td>x", "<template><template><tr></template><p>x", CUT_TEMPLATES,
     NULL},
    {L(memory_bytes), 16, "<p>&amp;</p>&amp;", "<p>&amp;bcdefghijklmnopqrstuv</p>x<p>y", CUT_MEMORY,
     "|     <p>\n|       \"&\""},
#undef L
};
/* clang-format on */

static struct html_limits lowered(size_t i)
{
    struct html_limits limits = usual;
    if (cases[i].member == offsetof(struct html_limits, memory_bytes))
        limits.memory_bytes = cases[i].value;
    else
        memcpy((char *)&limits + cases[i].member, &cases[i].value, sizeof cases[i].value);
    return limits;
}

static const struct html_tree *parse(struct html_parser *parser, struct buf *page, const char *body)
{
    const struct html_tree *tree = NULL;
    buf_reset(page);
    buf_puts(page, "<!doctype html>");
    buf_puts(page, body);
    NEED(buf_terminate(page));
    NEED(html_parse(parser, buf_str(page), &tree) == OK);
    CHECK(tree_is_whole(tree, page->n, tree->n_side));
    return tree;
}

/* What is below body; "" when there is none. */
static struct str below_body(struct str dump)
{
    const char *mark = "|   <body>\n";
    const char *at = memmem(dump.p, dump.n, mark, strlen(mark));
    return at ? str_from(dump, (size_t)(at - dump.p) + strlen(mark)) : STR_LIT("");
}

static void test_each(void)
{
    struct buf page, dump;
    buf_init(&page, 4096);
    buf_init(&dump, 1 << 16);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        unsigned long bad = check_bad;
        struct html_limits limits = lowered(i);
        struct html_parser *parser = html_parser_create(HTML_ENGINE_BUILTIN, &limits);
        NEED(parser);
        CHECK_INT(parse(parser, &page, cases[i].within)->cuts, 0);
        const struct html_tree *tree = parse(parser, &page, cases[i].beyond);
        CHECK_INT(tree->cuts, cases[i].cut);
        dump_tree(&dump, tree);
        if (cases[i].tree)
            CHECK_STR(below_body(buf_str(&dump)), str_of(cases[i].tree));
        CHECK_INT(parse(parser, &page, cases[i].within)->cuts, 0);
        html_parser_destroy(parser);
        if (check_bad != bad)
            fprintf(stderr, "    limit %s\n", cases[i].name);
    }
    buf_fini(&page);
    buf_fini(&dump);
}

/* The deepest templates have lost their kinds; the outer ones have not. */
static void test_templates(void)
{
    struct html_limits limits = usual;
    struct buf page, dump;
    buf_init(&page, 4096);
    buf_init(&dump, 1 << 16);
    limits.templates = 1;
    struct html_parser *parser = html_parser_create(HTML_ENGINE_BUILTIN, &limits);
    NEED(parser);
    dump_tree(&dump, parse(parser, &page, "<template><tr></tr><template>y</template><tr>"));
    const char *end =
        "content\n|         <tr>\n|         <template>\n|           content\n|             \"y\"\n"
        "|         <tr>";
    CHECK(memmem(dump.p, dump.n, end, strlen(end)));
    html_parser_destroy(parser);
    buf_fini(&page);
    buf_fini(&dump);
}

static void test_settings(void)
{
    static const char *const keys[] = {"extract.page_bytes", "extract.nodes",      "extract.page_attrs",
                                       "extract.depth",      "extract.attrs",      "extract.names",
                                       "extract.name_bytes", "extract.formatting", "extract.templates"};
    struct config config;
    struct diag diag;
    config_init(&config);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const struct config_row *row = config_row(0);
        for (size_t k = 0; (row = config_row(k)) && strcmp(row->key, keys[i]); k++)
            ;
        NEED(row);
        struct html_limits before = html_limits_of(&config);
        char value[32];
        snprintf(value, sizeof value, "%llu", (unsigned long long)row->least + 1);
        CHECK(config_set(&config, str_of(row->key), str_of(value), &diag) == OK);
        struct html_limits after = html_limits_of(&config);
        if (!CHECK(memcmp(&before, &after, sizeof before) != 0))
            fprintf(stderr, "    %s is no limit of the builder\n", keys[i]);
    }
}

int main(void)
{
    RUN(test_each);
    RUN(test_templates);
    RUN(test_settings);
    return check_report();
}
