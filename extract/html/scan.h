/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h: classes of bytes, and the loops that look for the next byte of a class.
 *
 * Every class that ends a run holds NUL, and the page is followed by zero bytes: no loop needs to know where
 * the page ends, but who stops at NUL must ask whether it is the end. Carriage returns are gone already
 * (input.h). Pure; threads: any. */
#ifndef WEBKEEP_EXTRACT_HTML_SCAN_H
#define WEBKEEP_EXTRACT_HTML_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum scan_class {
    SCAN_SPACE = 1 << 0,     /* tab, line feed, form feed, space; not NUL */
    SCAN_TEXT = 1 << 1,      /* < & NUL */
    SCAN_TAG_NAME = 1 << 2,  /* space / > NUL */
    SCAN_ATTR_NAME = 1 << 3, /* space / > = NUL */
    SCAN_UNQUOTED = 1 << 4,  /* space > & NUL */
    SCAN_DOUBLE = 1 << 5,    /* " & NUL */
    SCAN_SINGLE = 1 << 6,    /* ' & NUL */
    SCAN_LETTER = 1 << 7,
};

enum {
    SCAN_OF_SPACE = SCAN_SPACE | SCAN_TAG_NAME | SCAN_ATTR_NAME | SCAN_UNQUOTED,
    SCAN_OF_NUL = SCAN_TEXT | SCAN_TAG_NAME | SCAN_ATTR_NAME | SCAN_UNQUOTED | SCAN_DOUBLE | SCAN_SINGLE,
    SCAN_OF_AMP = SCAN_TEXT | SCAN_UNQUOTED | SCAN_DOUBLE | SCAN_SINGLE,
};

/* clang-format off */
static const uint8_t scan_classes[256] = {
    [0] = SCAN_OF_NUL,
    ['\t'] = SCAN_OF_SPACE, ['\n'] = SCAN_OF_SPACE, ['\f'] = SCAN_OF_SPACE, [' '] = SCAN_OF_SPACE,
    ['<'] = SCAN_TEXT,
    ['&'] = SCAN_OF_AMP,
    ['/'] = SCAN_TAG_NAME | SCAN_ATTR_NAME,
    ['>'] = SCAN_TAG_NAME | SCAN_ATTR_NAME | SCAN_UNQUOTED,
    ['='] = SCAN_ATTR_NAME,
    ['"'] = SCAN_DOUBLE,
    ['\''] = SCAN_SINGLE,
#define L(c) [c] = SCAN_LETTER, [(c) + 32] = SCAN_LETTER
    L('A'), L('B'), L('C'), L('D'), L('E'), L('F'), L('G'), L('H'), L('I'), L('J'), L('K'), L('L'), L('M'),
    L('N'), L('O'), L('P'), L('Q'), L('R'), L('S'), L('T'), L('U'), L('V'), L('W'), L('X'), L('Y'), L('Z'),
#undef L
};
/* clang-format on */

static inline bool scan_is(const char *p, unsigned class)
{
    return scan_classes[(unsigned char)*p] & class;
}

/* The first byte from p on that is of the class. */
static inline const char *scan_to(const char *p, unsigned class)
{
    while (!scan_is(p, class))
        p++;
    return p;
}

#ifdef __SSE2__

/* Sixteen bytes from p on, which need no alignment. */
static inline __m128i scan_load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* Copies n bytes by sixteens: as many as fifteen behind the last are read and written too. */
static inline void scan_copy(char *to, const char *from, size_t n)
{
    for (size_t i = 0; i < n; i += 16)
        _mm_storeu_si128((__m128i *)(void *)(to + i), scan_load(from + i));
}

/* The first byte from p on that is a, b or NUL. */
static inline const char *scan_for(const char *p, char a, char b)
{
    const __m128i as = _mm_set1_epi8(a), bs = _mm_set1_epi8(b), zeros = _mm_setzero_si128();
    for (;; p += sizeof as) {
        __m128i v = scan_load(p);
        __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(v, as), _mm_cmpeq_epi8(v, bs));
        int found = _mm_movemask_epi8(_mm_or_si128(hits, _mm_cmpeq_epi8(v, zeros)));
        if (found)
            return p + __builtin_ctz((unsigned)found);
    }
}

static inline const char *scan_text(const char *p)
{
    return scan_for(p, '<', '&');
}

static inline const char *scan_quoted(const char *p, char quote)
{
    return scan_for(p, quote, '&');
}

/* The first byte of [p, end) that is a carriage return or beyond ASCII, or end. */
static inline const char *scan_past_plain(const char *p, const char *end)
{
    for (; p < end; p += sizeof(__m128i)) {
        __m128i v = scan_load(p);
        int found = _mm_movemask_epi8(_mm_or_si128(v, _mm_cmpeq_epi8(v, _mm_set1_epi8('\r'))));
        if (found)
            return p + __builtin_ctz((unsigned)found);
    }
    return end;
}

#else

static inline void scan_copy(char *to, const char *from, size_t n)
{
    memcpy(to, from, n);
}

static inline const char *scan_text(const char *p)
{
    return scan_to(p, SCAN_TEXT);
}

static inline const char *scan_quoted(const char *p, char quote)
{
    return scan_to(p, quote == '"' ? SCAN_DOUBLE : SCAN_SINGLE);
}

/* Eight bytes at a time, by arithmetic: bit 7 of a byte is set where it is beyond ASCII, or CR. */
static inline const char *scan_past_plain(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101u;
    for (uint64_t v; p < end; p += sizeof v) {
        memcpy(&v, p, sizeof v);
        uint64_t others = v ^ ones * '\r';
        if ((v | ((others - ones) & ~others)) & ones * 0x80)
            break;
    }
    while (p < end && *p != '\r' && !((unsigned char)*p & 0x80))
        p++;
    return p < end ? p : end;
}

#endif

static inline const char *scan_past_space(const char *p)
{
    while (scan_is(p, SCAN_SPACE))
        p++;
    return p;
}

#endif
