/* SPDX-License-Identifier: Apache-2.0 */
/* parser.c: chooses the builder and keeps the arrays it fills from page to page. */
#include "extract/html/parser.h"

#include <stdlib.h>

struct html_parser {
    enum html_engine engine;
    struct html_build build;
    struct html_tree tree;
    struct gumbo_builder *gumbo;
};

struct html_parser *html_parser_create(enum html_engine engine, const struct html_limits *limits)
{
    if (engine != HTML_ENGINE_GUMBO)
        return NULL;
    struct html_parser *parser = calloc(1, sizeof *parser);
    if (!parser)
        return NULL;
    parser->engine = engine;
    enum status st = html_build_init(&parser->build, limits);
    parser->gumbo = gumbo_builder_create(limits->memory_bytes);
    if (st != OK || !parser->gumbo) {
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
    html_build_fini(&parser->build);
    free(parser);
}

enum status html_parse(struct html_parser *parser, struct str utf8, const struct html_tree **ret_tree)
{
    struct html_build *b = &parser->build;
    /* Offsets are 32 bits. */
    struct str body = str_head(utf8, UINT32_MAX / 2);
    enum status st = html_build_begin(b, body);
    if (st == OK)
        st = gumbo_builder_run(parser->gumbo, b);
    if (st != OK)
        return st;
    if (body.n < utf8.n)
        b->flags |= HTML_CUT_NODES;
    html_build_end(b, &parser->tree);
    *ret_tree = &parser->tree;
    return OK;
}
