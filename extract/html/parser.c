/* SPDX-License-Identifier: Apache-2.0 */
/* parser.c: chooses the builder and keeps the arrays it fills from page to page. */
#include "extract/html/parser.h"

#include <stdlib.h>

struct html_parser {
    enum html_engine engine;
    bool scripting;
    struct html_build build;
    struct html_tree tree;
    struct gumbo_builder *gumbo; /* one of the two */
    struct tree_builder *builtin;
};

struct html_parser *html_parser_create(enum html_engine engine, const struct html_limits *limits)
{
    struct html_parser *parser = calloc(1, sizeof *parser);
    if (!parser)
        return NULL;
    parser->engine = engine;
    enum status st = html_build_init(&parser->build, limits);
    if (engine == HTML_ENGINE_GUMBO)
        parser->gumbo = gumbo_builder_create(limits->memory_bytes);
    else
        parser->builtin = tree_builder_create(&parser->build.limits);
    if (st != OK || (!parser->gumbo && !parser->builtin)) {
        html_parser_destroy(parser);
        return NULL;
    }
    return parser;
}

void html_parser_destroy(struct html_parser *parser)
{
    if (!parser)
        return;
    gumbo_builder_destroy(parser->gumbo);
    tree_builder_destroy(parser->builtin);
    html_build_fini(&parser->build);
    free(parser);
}

void html_parser_set_scripting(struct html_parser *parser, bool on)
{
    parser->scripting = on;
}

/* Offsets are 32 bits. */
static enum status run_gumbo(struct html_parser *parser, struct str utf8)
{
    struct html_build *b = &parser->build;
    enum status st = html_build_begin(b, str_head(utf8, UINT32_MAX / 2));
    b->moved = true;
    if (st == OK)
        st = gumbo_builder_run(parser->gumbo, b);
    if (st == OK && b->body.n < utf8.n)
        b->cuts |= CUT_LENGTH;
    return st;
}

static enum status run_builtin(struct html_parser *parser, struct str body, const struct tree_task *task)
{
    return tree_builder_run(parser->builtin, &parser->build, body, task);
}

static enum status finish(struct html_parser *parser, const struct html_tree **ret_tree)
{
    html_build_end(&parser->build, &parser->tree);
    *ret_tree = &parser->tree;
    return OK;
}

enum status html_parse(struct html_parser *parser, struct str utf8, const struct html_tree **ret_tree)
{
    const struct str mark = STR_LIT("\xef\xbb\xbf");
    const struct tree_task task = {.scripting = parser->scripting};
    enum status st;
    if (parser->engine == HTML_ENGINE_GUMBO)
        st = run_gumbo(parser, utf8);
    else
        st = run_builtin(parser, str_starts(utf8, mark) ? str_from(utf8, mark.n) : utf8, &task);
    return st == OK ? finish(parser, ret_tree) : st;
}

enum status html_parse_fragment(struct html_parser *parser, struct str utf8, struct str context,
                                enum html_ns ns, const struct html_tree **ret_tree)
{
    if (parser->engine == HTML_ENGINE_GUMBO)
        return ST_UNSUPPORTED;
    const struct tree_task task = {.context = context, .ns = ns, .scripting = parser->scripting};
    enum status st = run_builtin(parser, utf8, &task);
    return st == OK ? finish(parser, ret_tree) : st;
}
