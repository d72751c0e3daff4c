/* SPDX-License-Identifier: Apache-2.0 */
/* number.h: numerals as pages write them: "1.299,00", "1 029,00", "12.4k", "(29,874.1)", "½" is none.
 *
 * What a single separator with three digits behind it means depends on the language of the page; enum numerals says it.
 * Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_NUMBER_H
#define WEBKEEP_ANSWER_NUMBER_H

#include "base/str.h"

#include <stdint.h>

enum numerals {
    NUMERALS_GROUP, /* "1.299" and "1,299" are both thousands: prices */
    NUMERALS_POINT, /* "1.299" is a decimal fraction, "1,299" thousands: English, Japanese */
    NUMERALS_COMMA, /* the other way round: German, French */
};

/* By the primary subtag of a language tag ("de-AT"). */
enum numerals numerals_of(struct str language);

struct number {
    double value;
    size_t n;      /* bytes of the numeral */
    bool whole;    /* no fraction was written */
    bool scaled;   /* "k" or "million" was read behind it */
    bool plain;    /* digits only */
    bool negative; /* a sign or accountants' brackets stood around it */
};

/* The numeral that s begins with: a digit, or a separator with a digit behind it (".75"). No sign. False: none, or one that
 * is no number ("1.2.3", "2026-03-01" is read as 2026). */
bool number_read(struct str s, enum numerals numerals, struct number *ret_number);
/* A factor behind a number: "k", "thousand", "Mio."; the bytes it takes with the space before it, or 0. A letter alone ("k",
 * "m") must follow at once. */
size_t number_scale(struct str after, double *ret_factor);

/* The first number in s, with its sign, brackets and factor, passing over what is part of a word ("B2", "v1.4"); at: where its
 * first byte is. */
bool number_find(struct str s, enum numerals numerals, size_t *ret_at, struct number *ret_number);
/* The one number of s, where it has exactly one. */
bool number_only(struct str s, enum numerals numerals, struct number *ret_number);

#endif
