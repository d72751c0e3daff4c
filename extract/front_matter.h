/* SPDX-License-Identifier: Apache-2.0 */
/* front_matter.h: what is known of a page as YAML in front of its Markdown, between two lines "---".
 *
 * Every value is a double-quoted scalar (YAML 1.2.2, 7.3.1) with JSON's escapes and \u for each character
 * that YAML counts as not printable or as a line break: never a date, a number, a bool or a comment by
 * accident, and one line each. Pure; threads: any. */
#ifndef WEBKEEP_EXTRACT_FRONT_MATTER_H
#define WEBKEEP_EXTRACT_FRONT_MATTER_H

#include "base/buf.h"
#include "base/hash.h"
#include "extract/extract.h"

#include <stdint.h>

/* What is empty, NULL or 0 is left out. */
struct front_matter {
    struct str title, url, language, date, description;
    const struct str *authors; /* written as one text, with ", " between */
    unsigned n_authors;
    int64_t fetched_ms;
    const struct sha256 *hash; /* of the page's body */
};

/* Takes what a document says of itself; what front has already and the document does not say stays. The
 * slices are the document's. */
void front_matter_take(struct front_matter *front, const struct doc *doc);

/* The same from a page's stored metadata (page_meta.h); the slices are the arena's. */
void front_matter_take_stored(struct front_matter *front, struct str metadata, struct arena *arena);

/* Appends the block and an empty line. Bytes that are no UTF-8 become U+FFFD. Trouble is out->status. */
void front_matter_put(const struct front_matter *front, struct buf *out);

#endif
