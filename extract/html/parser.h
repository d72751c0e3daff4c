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

#endif
