/* SPDX-License-Identifier: Apache-2.0 */
/* fold.h: texts made comparable: names of fields, labels of a page, and the words of its lines.
 *
 * A folded text is lower case, without accents, full-width forms and punctuation; words are set apart by one
 * space each, also where letters and digits or "camelCase" meet. Signs that carry meaning stay words of their own: % # &.
 * Scripts without spaces stay runs: a label in Japanese is one word.
 * Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_FOLD_H
#define WEBKEEP_ANSWER_FOLD_H

#include "base/arena.h"

#include <stdint.h>

#define FOLD_WORDS_MAX 12u /* a label or a name with more is a sentence */

/* The code point at s; its length in bytes comes back (1 for a byte that is no UTF-8, read as U+FFFD; 0 at the end). */
size_t fold_char(struct str s, uint32_t *ret_code);
/* Appends the folded text at `to`, which holds s.n * 3 + 1 bytes; how many were written. */
size_t fold_to(struct str s, char *to);
/* In the arena; empty without room. */
struct str fold_text(struct arena *arena, struct str s);

/* Letters and digits of any script, and what stands above the ASCII range but for punctuation and spaces. */
bool fold_is_word(uint32_t code);
/* Han, Hiragana, Katakana, Hangul. */
bool fold_is_cjk(uint32_t code);

/* The words of a folded text, with the plural's s taken off: what names and labels are compared by. */
struct words {
    struct str word[FOLD_WORDS_MAX];
    unsigned n;
    bool cut; /* there were more */
};

struct words fold_words(struct str folded);
/* The position of a word, or words->n. */
unsigned words_find(const struct words *words, struct str word);
bool words_has(const struct words *words, const char *word);
/* A word without the s of its plural. */
struct str fold_stem(struct str word);

/* Whether the words of phrase stand in text one after another as whole words; both folded. Runs of a script without
 * spaces are found inside a run. at: where, when not NULL. */
bool fold_contains(struct str text, struct str phrase, size_t *ret_at);
/* The same for phrases set apart by '|'; the first that is found, or STR_NONE. */
struct str fold_contains_any(struct str text, const char *phrases, size_t *ret_at);
/* Whether the text is one of the phrases. */
bool fold_is_any(struct str text, const char *phrases);

#endif
