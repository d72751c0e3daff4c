/* SPDX-License-Identifier: Apache-2.0 */
/* parser.h: what a builder shows to html_parser_create() and html_parse(); private to extract/html. */
#ifndef WEBKEEP_EXTRACT_HTML_PARSER_H
#define WEBKEEP_EXTRACT_HTML_PARSER_H

#include "extract/html/build.h"

/* The builder over gumbo: its arena and its tables. NULL without memory. */
struct gumbo_builder;
struct gumbo_builder *gumbo_builder_create(size_t memory_bytes);
void gumbo_builder_destroy(struct gumbo_builder *builder);

/* Fills a tree that html_build_begin() has started, from its body. ST_NOMEM is the only failure. */
enum status gumbo_builder_run(struct gumbo_builder *builder, struct html_build *build) MUST_USE;

/* Our own builder: what it keeps from page to page. NULL without memory. limits are copied. */
struct tree_builder;
struct tree_builder *tree_builder_create(const struct html_limits *limits);
void tree_builder_destroy(struct tree_builder *builder);

/* What is parsed: a document, or with a context the inside of an element. */
struct tree_task {
    struct str context; /* a name, or STR_NONE */
    enum html_ns ns;    /* of the context */
    bool scripting;
};

/* Starts the build and fills the tree. The tree's body may be a copy of utf8, which the builder owns. */
enum status tree_builder_run(struct tree_builder *builder, struct html_build *build, struct str utf8,
                             const struct tree_task *task) MUST_USE;

#endif
