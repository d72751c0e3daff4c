/* SPDX-License-Identifier: Apache-2.0 */
/* parts.h: headings, links, images and code blocks of a page as objects of a schema: code with its language, links with their texts.
 * Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_PARTS_H
#define WEBKEEP_ANSWER_PARTS_H

#include "answer/value.h"
#include "extract/extract.h"

/* 0: the page has none, or the wish is of another sort. */
unsigned parts_count(const struct doc *doc, enum wish_kind wish);
/* VALUE_NONE: the field's name is none of its members, or it says nothing. */
struct value part_value(const struct doc *doc, enum wish_kind wish, const struct field *field,
                        unsigned i);

#endif
