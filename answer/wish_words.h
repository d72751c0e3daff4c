/* SPDX-License-Identifier: Apache-2.0 */
/* wish_words.h: the words of a sentence that asks for fields, and what each may mean.
 * Pure functions on tables; threads: any. */
#ifndef WEBKEEP_ANSWER_WISH_WORDS_H
#define WEBKEEP_ANSWER_WISH_WORDS_H

#include "answer/wishes.h"

struct word {
    struct str text; /* as it stands */
    bool quoted;     /* quotes included; means nothing to us */
    bool clause;     /* a comma or stronger stands before it */
};

/* Splits text at everything that is no letter or digit; at most max words are taken. */
size_t words_split(struct str text, struct word *words, size_t max);

/* How many words at the beginning name a field, a quality that `of` has anyway (the level of a heading), or
 * everything; the longest name counts. 0: none. */
size_t words_match_field(const struct word *words, size_t n, enum wish_kind *ret_kind);
size_t words_match_quality(const struct word *words, size_t n, enum wish_kind of);
size_t words_match_everything(const struct word *words, size_t n);

bool word_is(const struct word *word, const char *text);
bool word_is_small(const struct word *word); /* says nothing about a field: "the", "please" */
bool word_negates(const struct word *word);  /* "without" */
bool word_owns(const struct word *word);     /* "their": what follows belongs to the field before */

#endif
