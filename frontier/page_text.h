/* SPDX-License-Identifier: Apache-2.0 */
/* page_text.h: what a page says, as numbers: equal pages have equal numbers, and what one page says that others do
 * not can be counted. Made of the Markdown, with absolute targets: it has the text and the links, and nothing else.
 *
 * Not counted as said: targets of links (they carry session ids), numbers of one or two digits and years (a
 * calendar is made of them), words that stand in the page's own address (a trap says back what it was asked), and
 * the text of links to pages of its own directory or, with a query, of its own path (what a trap calls its next
 * rooms). A list of pages that are elsewhere is news.
 * Pure; a sketch is a sample, so a page costs one pass over its text and a fixed 350 bytes. */
#ifndef WEBKEEP_FRONTIER_PAGE_TEXT_H
#define WEBKEEP_FRONTIER_PAGE_TEXT_H

#include "base/url.h"

#define SKETCH_MAX 64
#define TITLE_WORDS_MAX 16

struct page_text {
    uint64_t whole;              /* of all words in their order, nothing left out but targets of links */
    unsigned n_words;            /* those */
    uint32_t sketch[SKETCH_MAX]; /* the smallest hashes of three words in a row, each once */
    unsigned n;
    uint32_t title[TITLE_WORDS_MAX]; /* of the title's words */
    unsigned n_title;
};

void page_text_read(struct str title, struct str markdown, const struct url *url,
                    struct page_text *ret_text);

#endif
