/* SPDX-License-Identifier: Apache-2.0 */
/* when.h: dates and times as pages write them, in the languages of the month table, and as ISO 8601 writes them.
 *
 * What is not written is not made up: a date without a year stays without one. "05/03/2026" is read by the order the
 * language of the page writes dates in. Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_WHEN_H
#define WEBKEEP_ANSWER_WHEN_H

#include "base/buf.h"

struct when {
    int year, month, day;     /* 0: not said */
    int hour, minute, second; /* hour -1: no time */
    int offset;               /* minutes east of Greenwich; WHEN_NO_OFFSET */
};
#define WHEN_NO_OFFSET 10000

struct when_style {
    bool month_first; /* 05/03 is the third of May */
};

/* By the language tag: month first in English but for "en-GB" and its like. */
struct when_style when_style_of(struct str language);

/* The date (with its time, where that follows), or the time alone, that s begins with; the bytes it takes, or 0. */
size_t when_read(struct str s, struct when_style style, struct when *ret_when);
/* The first one in s at or behind `from`; at: where. */
bool when_find(struct str s, size_t from, struct when_style style, size_t *ret_at, size_t *ret_n,
               struct when *ret_when);

bool when_has_date(const struct when *when); /* year, month and day */

/* "2026-04-17", "2026-04-17T13:30:00" with the offset where there is one, "13:30". */
struct when_text {
    char text[40];
};
struct when_text when_put_date(const struct when *when);
struct when_text when_put_date_time(const struct when *when);
struct when_text when_put_time(const struct when *when);

#endif
