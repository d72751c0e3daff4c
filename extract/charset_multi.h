/* SPDX-License-Identifier: Apache-2.0 */
/* charset_multi.h: the multi-byte decoders of the WHATWG Encoding standard (sections 10 to 13), one sequence at a
 * time; private to charset_decode.c. Threads: any. */
#ifndef WEBKEEP_EXTRACT_CHARSET_MULTI_H
#define WEBKEEP_EXTRACT_CHARSET_MULTI_H

#include "extract/charset_table.h"

#include <stdbool.h>
#include <stddef.h>

/* Where an ISO-2022-JP text stands; all zero at its beginning. The others have no state. */
struct charset_state {
    enum { SET_ASCII, SET_ROMAN, SET_KATAKANA, SET_KANJI } set;
    bool escaped; /* the last thing was an escape sequence: another one right behind it is an error */
};

/* Instead of a code point: broken bytes, which become one U+FFFD; bytes that stand for no text. */
enum { STEP_BROKEN = 0x110000, STEP_SILENT };

struct charset_step {
    uint32_t code;  /* or a STEP_ */
    uint16_t mark;  /* a second code point, mostly 0 */
    uint16_t bytes; /* what it took, at least 1 */
};

/* The sequence at p, n >= 1 bytes before the end of the text. Not more than 3 bytes of UTF-8 for each byte it
 * took, nor more than 4 bytes in all. */
struct charset_step charset_multi_step(enum charset_multi which, struct charset_state *state,
                                       const unsigned char *p, size_t n);

#endif
