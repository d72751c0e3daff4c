/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.h: what a page says of itself: title, description, language, canonical URL, robots, and how much
 * text it has. One pass over the tree, in which the links are found too. */
#ifndef WEBKEEP_EXTRACT_METADATA_H
#define WEBKEEP_EXTRACT_METADATA_H

#include "base/url.h"
#include "extract/extract.h"

#define TITLE_MAX_BYTES 1000
#define DESCRIPTION_MAX_BYTES 4000

/* Fills title, description, language, canonical, base, meta, text_bytes, code_blocks and flags of doc; strings are made
 * in the arena. *ret_base is what references are resolved against: <base href> or page. */
struct links; /* gets a mark for each element that may refer to another page; NULL: nobody asks */
void metadata_read(const struct html_tree *tree, const struct url *page, struct links *links,
                   struct arena *arena, struct doc *doc, struct url *ret_base);

#endif
