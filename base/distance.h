/* SPDX-License-Identifier: Apache-2.0 */
/* distance.h: how far a typed word is from a known one, for "did you mean". Pure. */
#ifndef WEBKEEP_BASE_DISTANCE_H
#define WEBKEEP_BASE_DISTANCE_H

#include "base/str.h"

#define DISTANCE_MAX_BYTES 64

/* How many single letters to put in, take out or change (Levenshtein); case does not matter, and '-' and '_'
 * are one. Words longer than DISTANCE_MAX_BYTES are DISTANCE_MAX_BYTES away from everything. */
size_t distance_of(struct str a, struct str b);

#endif
