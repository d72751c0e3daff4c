/* SPDX-License-Identifier: Apache-2.0 */
/* topics.h: pieces of pages that one reader looks for: code in its many wrappings, the frames of whole pages, what
 * pages say of themselves, bytes of many encodings, files that list pages. They go in between the pieces of soup.h.
 *
 * Threads: one owner of draw and buffer. */
#ifndef WEBKEEP_TESTS_FUZZ_TOPICS_H
#define WEBKEEP_TESTS_FUZZ_TOPICS_H

#include "base/buf.h"
#include "tests/fuzz/draw.h"

/* Bits beside those of soup.h. */
enum {
    TOPIC_MARKDOWN = 1 << 8,
    TOPIC_CONTENT = 1 << 9,
    TOPIC_METADATA = 1 << 10,
    TOPIC_BYTES = 1 << 11,
    TOPIC_LISTS = 1 << 12,
    TOPICS = TOPIC_MARKDOWN | TOPIC_CONTENT | TOPIC_METADATA | TOPIC_BYTES | TOPIC_LISTS,
};

/* Appends a piece of one of the topics in `with`, which has one at least. */
void topic_piece(struct draw *d, unsigned with, struct buf *out);

#endif
