/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h: the two things the house does with UTF-8 by hand (RFC 3629): tell how long the character at a
 * place is, and write one. Pure; threads: any. */
#ifndef WEBKEEP_BASE_UTF8_H
#define WEBKEEP_BASE_UTF8_H

#include "base/str.h"

#include <stdint.h>

#define UTF8_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

/* Bytes of the well-formed character that s begins with (1 to 4), or 0: empty, cut short, overlong, a
 * surrogate, or above U+10FFFF. */
static inline size_t utf8_length(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    if (s.n == 0 || (p[0] >= 0x80 && p[0] < 0xC2) || p[0] > 0xF4)
        return 0;
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (s.n < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    /* What the lead byte alone can't refuse: overlong forms, surrogates, beyond the last code point. */
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return n;
}

/* Writes a code point (no surrogate, at most U+10FFFF) to `to`, which holds 4 bytes; how many it took. */
static inline size_t utf8_encode(uint32_t code, char *to)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, code >>= 6)
        to[i] = (char)(0x80 | (code & 0x3F));
    to[0] = (char)(code | (n == 2 ? 0xC0 : n == 3 ? 0xE0 : 0xF0));
    return n;
}

#endif
