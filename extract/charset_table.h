/* SPDX-License-Identifier: Apache-2.0 */
/* charset_table.h: what charset.c knows of an encoding and charset_decode.c acts on; private to the two. */
#ifndef WEBKEEP_EXTRACT_CHARSET_TABLE_H
#define WEBKEEP_EXTRACT_CHARSET_TABLE_H

#include "extract/charset_single.h"

enum charset_kind {
    CHARSET_UTF8,
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_SINGLE,      /* `single` is the table */
    CHARSET_ICONV,       /* `iconv_name` is the converter */
    CHARSET_2022JP,      /* rewritten as EUC-JP, then as CHARSET_ICONV */
    CHARSET_USER,        /* x-user-defined: 0x80 to 0xff are U+F780 to U+F7FF */
    CHARSET_REPLACEMENT, /* never decoded: one U+FFFD */
};

struct charset {
    const char *name;
    enum charset_kind kind;
    enum charset_single single;
    const char *iconv_name;
    uint16_t byte_80; /* what the lone byte 0x80 means here though iconv refuses it; 0: nothing */
};

#endif
