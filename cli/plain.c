/* SPDX-License-Identifier: Apache-2.0 */
/* plain.c: one pass over the characters of a text. */
#include "cli/plain.h"

#include "base/utf8.h"

/* n bytes of one character at p. Directions: U+202A to U+202E, U+2066 to U+2069 (Unicode annex 9). */
static bool is_control(const unsigned char *p, size_t n)
{
    if (n == 1)
        return p[0] < 0x20 || p[0] == 0x7f;
    if (n == 2)
        return p[0] == 0xC2 && p[1] < 0xA0;
    return n == 3 && p[0] == 0xE2 &&
           ((p[1] == 0x80 && p[2] >= 0xAA && p[2] <= 0xAE) ||
            (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9));
}

void plain_put(FILE *to, struct str s)
{
    while (s.n) {
        size_t n = utf8_length(s);
        if (n == 0)
            fputs(UTF8_REPLACEMENT, to);
        else if (is_control((const unsigned char *)s.p, n))
            fputc(' ', to);
        else
            fwrite(s.p, 1, n, to);
        s = str_from(s, n ? n : 1);
    }
}
