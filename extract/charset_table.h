/* SPDX-License-Identifier: Apache-2.0 */
/* charset_table.h: what charset.c knows of an encoding and charset_decode.c acts on; private to them. */
#ifndef WEBKEEP_EXTRACT_CHARSET_TABLE_H
#define WEBKEEP_EXTRACT_CHARSET_TABLE_H

#include "extract/charset_single.h"

enum charset_kind {
    CHARSET_UTF8,
    CHARSET_UTF16LE,
    CHARSET_UTF16BE,
    CHARSET_SINGLE,      /* `single` is the table */
    CHARSET_MULTI,       /* `multi` is the decoder */
    CHARSET_USER,        /* x-user-defined: 0x80 to 0xff are U+F780 to U+F7FF */
    CHARSET_REPLACEMENT, /* never decoded: one U+FFFD */
};

enum charset_multi {
    MULTI_GB18030, /* gbk too: the two differ in writing only */
    MULTI_BIG5,
    MULTI_EUC_KR,
    MULTI_EUC_JP,
    MULTI_SHIFT_JIS,
    MULTI_ISO_2022_JP,
};

struct charset {
    const char *name;
    enum charset_kind kind;
    enum charset_single single;
    enum charset_multi multi;
};

#endif
