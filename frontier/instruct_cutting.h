/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_cutting.h: the table on which an instruction is cut: its words, which of them are taken, and the
 * pieces made so far. Shared by instruct_parts.c and instruct_limits.c only. */
#ifndef WEBKEEP_FRONTIER_INSTRUCT_CUTTING_H
#define WEBKEEP_FRONTIER_INSTRUCT_CUTTING_H

#include "frontier/instruct_parts.h"

#define MAX_ASKED_WORDS 400

enum word_state { FREE, USED, LITERAL };

struct cutting {
    struct str text;
    const struct lexicon *tables;
    struct lexicon cues;
    struct word word[MAX_ASKED_WORDS];
    uint8_t state[MAX_ASKED_WORDS];
    int piece_at[MAX_ASKED_WORDS]; /* a piece made for this word before its turn; -1 */
    size_t n;
    struct parts *parts;
};

/* One more piece at the end, or NULL: there are too many (parts->cut). */
struct piece *cut_piece(struct cutting *c, enum piece_kind kind, int value);
/* The text of n words from word i. */
struct str cut_text(const struct cutting *c, size_t i, size_t n);
/* What stands between word i and the one before it (i == n: behind the last). */
struct str cut_gap(const struct cutting *c, size_t i);
/* Word i is one of these, parted by '|'; words beyond the end are none. */
bool cut_is(const struct cutting *c, size_t i, const char *any);

/* Takes depth, count, versions, dates and numbered things out of the words (instruct_limits.c). */
void cut_limits(struct cutting *c);

#endif
