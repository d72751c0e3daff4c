/* SPDX-License-Identifier: Apache-2.0 */
/* soup.h: a grammar of tag soup: pieces of markup, right and wrong, of the names that the parser knows.
 *
 * What a piece is depends on nothing but the choices drawn. Threads: one owner of draw and buffer. */
#ifndef WEBKEEP_TESTS_FUZZ_SOUP_H
#define WEBKEEP_TESTS_FUZZ_SOUP_H

#include "base/buf.h"
#include "tests/fuzz/draw.h"

enum {
    SOUP_ODD_BYTES = 1 << 0, /* NULs, carriage returns, bytes that are no UTF-8 */
    SOUP_SELECT = 1 << 1,    /* form, select and what stands in it */
    SOUP_ODD_NAMES =
        1 << 2, /* elements without rules of their own, and search, which is younger than gumbo */
    SOUP_ALL = SOUP_ODD_BYTES | SOUP_SELECT | SOUP_ODD_NAMES,
};

/* Appends one piece; a few bytes, at most some hundred. with: these bits and those of topics.h, whose pieces
 * are then three of four. */
void soup_piece(struct draw *d, unsigned with, struct buf *out);

/* Changes a page at one place or some: pieces go in, a range goes out, is doubled or moved, a byte changes. */
void soup_change(struct draw *d, unsigned with, struct buf *page);

#endif
