/* SPDX-License-Identifier: Apache-2.0 */
/* distance.c: Levenshtein's distance in one row. */
#include "base/distance.h"

static char fold(char c)
{
    return c == '-' ? '_' : ascii_lower(c);
}

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

size_t distance_of(struct str a, struct str b)
{
    size_t row[DISTANCE_MAX_BYTES + 1];
    if (a.n > DISTANCE_MAX_BYTES || b.n > DISTANCE_MAX_BYTES)
        return DISTANCE_MAX_BYTES;
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 0; i < a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.n; j++) {
            size_t change = diagonal + (fold(a.p[i]) != fold(b.p[j]));
            diagonal = row[j + 1];
            row[j + 1] = least_of(change, row[j] + 1, diagonal + 1);
        }
    }
    return row[b.n];
}
