/* SPDX-License-Identifier: Apache-2.0 */
/* cut.c: bits to words. */
#include "base/cut.h"

#include <stddef.h>

const char *cut_next(unsigned *cuts)
{
    static const char *const words[CUT_BITS] = {
#define X(name, word, what) word,
        CUT_TABLE(X)
#undef X
    };
    for (unsigned bit = 0; bit < CUT_BITS; bit++) {
        if (*cuts & 1u << bit) {
            *cuts &= ~(1u << bit);
            return words[bit];
        }
    }
    return NULL;
}
