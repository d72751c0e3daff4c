/* SPDX-License-Identifier: Apache-2.0 */
/* measure.h: units of measure: what stands behind a number on a page, and what a field asks for.
 * Units of one sort are converted into each other; months and years are not days. Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_MEASURE_H
#define WEBKEEP_ANSWER_MEASURE_H

#include "answer/fold.h"
#include "answer/number.h"

enum measure_sort {
    MEASURE_NONE,
    MEASURE_MASS,
    MEASURE_LENGTH,
    MEASURE_AREA,
    MEASURE_VOLUME,
    MEASURE_TIME,   /* up to weeks */
    MEASURE_MONTHS, /* months and years */
    MEASURE_DATA,
    MEASURE_ENERGY,
    MEASURE_POWER,
    MEASURE_PERCENT,
};

struct unit {
    enum measure_sort sort; /* MEASURE_NONE: no unit */
    double factor;          /* of the sort's base: g, m, m2, l, s, month, byte, kcal, W, percent */
};

/* The unit that a text begins with, spaces before it allowed; the bytes it takes, or 0. */
size_t unit_read(struct str text, struct unit *ret_unit);
/* The unit a field's name or description asks for: its last word ("weight_kg"), or the word behind "in" ("in minutes"). A letter
 * alone counts at the end of a name only. */
struct unit unit_asked(const struct words *name, bool is_name);

/* The first quantity of that sort in s, in the unit asked for: "1 hr 15 min" is 75 minutes, "PT1H15M" too. False: there is
 * none. at, n: where it stands. */
bool measure_find(struct str s, enum numerals numerals, struct unit asked, size_t *ret_at, size_t *ret_n,
                  double *ret_value);

#endif
