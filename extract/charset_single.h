/* SPDX-License-Identifier: Apache-2.0 */
/* charset_single.h: the single-byte encodings of the WHATWG Encoding standard (section 9), as tables. */
#ifndef WEBKEEP_EXTRACT_CHARSET_SINGLE_H
#define WEBKEEP_EXTRACT_CHARSET_SINGLE_H

#include <stdint.h>

enum charset_single {
    SINGLE_IBM866,
    SINGLE_ISO_8859_2,
    SINGLE_ISO_8859_3,
    SINGLE_ISO_8859_4,
    SINGLE_ISO_8859_5,
    SINGLE_ISO_8859_6,
    SINGLE_ISO_8859_7,
    SINGLE_ISO_8859_8,
    SINGLE_ISO_8859_10,
    SINGLE_ISO_8859_13,
    SINGLE_ISO_8859_14,
    SINGLE_ISO_8859_15,
    SINGLE_ISO_8859_16,
    SINGLE_KOI8_R,
    SINGLE_KOI8_U,
    SINGLE_MACINTOSH,
    SINGLE_WINDOWS_874,
    SINGLE_WINDOWS_1250,
    SINGLE_WINDOWS_1251,
    SINGLE_WINDOWS_1252,
    SINGLE_WINDOWS_1253,
    SINGLE_WINDOWS_1254,
    SINGLE_WINDOWS_1255,
    SINGLE_WINDOWS_1256,
    SINGLE_WINDOWS_1257,
    SINGLE_WINDOWS_1258,
    SINGLE_X_MAC_CYRILLIC,
    SINGLE_COUNT
};

/* Code points of the bytes 0x80 to 0xff; U+FFFD where the encoding has none. */
extern const uint16_t charset_single[SINGLE_COUNT][128];

#endif
