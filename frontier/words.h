/* SPDX-License-Identifier: Apache-2.0 */
/* words.h: text and URL parts as runs of comparable words.
 *
 * A word is the 64-bit hash of its folded form: lower case, accents off (also the German ue/oe/ae spellings),
 * a plural ending cut. So "Übersicht", "uebersicht" and "UEBERSICHT" are one word, "recipes" and "recipe" too.
 * "C++" is the word "cpp", "C#" is "csharp".
 * Equal hashes are taken as equal words: a collision misjudges one link and harms nothing else.
 * Pure, no memory of its own, any thread. */
#ifndef WEBKEEP_FRONTIER_WORDS_H
#define WEBKEEP_FRONTIER_WORDS_H

#include "base/str.h"

#include <stdint.h>

/* Longer words are cut; no word of interest is. */
#define WORD_MAX_BYTES 40

enum word_mark {
    WORD_LABEL = 1 << 0,  /* ':', '|', '·', a spaced dash or slash stands before it */
    WORD_OPEN = 1 << 1,   /* '(' or '[' stands before it */
    WORD_CLOSE = 1 << 2,  /* ')' or ']' stands behind it */
    WORD_PLURAL = 1 << 3, /* an ending was cut */
    WORD_NUMBER = 1 << 4, /* holds a digit */
    WORD_COLON = 1 << 5,  /* the label mark was a colon */
    WORD_SYMBOL = 1 << 6, /* a pictograph, which is a word by itself */
    WORD_COMMA = 1 << 7,  /* a comma stands before it */
};

struct word {
    uint64_t hash;
    uint16_t at, n; /* its bytes in the text */
    uint8_t marks;
};

enum words_mode {
    WORDS_TEXT, /* for people */
    WORDS_URL,  /* percent-escapes are decoded, '+' is a space, camelCase is split */
};

/* The first max words of text; returns how many. Only the first 65,535 bytes are read. */
size_t words_of(struct str text, enum words_mode mode, struct word *to, size_t max);

/* The hash of one word as words_of() would give it. */
uint64_t word_hash(const char *word);

/* Folds one code point: writes at most 2 bytes of lower-case ASCII (or the code point itself as UTF-8, at most
 * 4) to `to` and returns how many; 0: it is no part of a word. */
size_t word_fold(uint32_t code_point, char to[4]);

/* Decodes one code point of UTF-8 at *at and moves on; bytes that are no UTF-8 come out as U+FFFD. */
uint32_t word_next(struct str text, size_t *at);

#endif
