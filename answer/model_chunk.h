/* SPDX-License-Identifier: Apache-2.0 */
/* model_chunk.h: a long page in parts that fit a model's context.
 *
 * A part ends before a heading where it can, else at an empty line, else at a line; code fences, tables and lists stay whole
 * where a part can hold them. A part that begins below a heading is told the headings above it. Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_MODEL_CHUNK_H
#define WEBKEEP_ANSWER_MODEL_CHUNK_H

#include "base/buf.h"

/* Tokens that a text takes at most, near enough: a third of its bytes, half of those beyond ASCII. */
size_t model_tokens(struct str text);

#define CHUNK_HEADINGS 6

struct chunk {
    struct str text; /* of the page */
    struct str
        headings[CHUNK_HEADINGS]; /* those above it, outermost first; lines as they stand, some empty */
};

struct chunker {
    struct str rest;
    size_t most_tokens;
    struct str headings[CHUNK_HEADINGS]; /* by level, at the place where rest begins */
};

void chunker_init(struct chunker *chunker, struct str markdown, size_t most_tokens);
/* The next part; false at the end. */
bool chunker_next(struct chunker *chunker, struct chunk *ret_chunk);

#endif
