/* SPDX-License-Identifier: Apache-2.0 */
/* str.h: a borrowed run of bytes. Not NUL-terminated, may hold NULs; who owns the bytes, and until when,
 * stands where the slice comes from. {NULL, 0} is "none"; str_is_set() tells it from an empty text. */
#ifndef WEBKEEP_BASE_STR_H
#define WEBKEEP_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

#define STR_NONE ((struct str){NULL, 0})
#define STR_LIT(s) ((struct str){"" s, sizeof(s) - 1})
/* For printf("%.*s"): a slice of at most INT_MAX bytes. */
#define STR_ARG(s) (int)(s).n, (s).p ? (s).p : ""

static inline struct str str_of(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}

static inline struct str str_make(const char *p, size_t n)
{
    return (struct str){p, n};
}

static inline bool str_is_set(struct str s)
{
    return s.p != NULL;
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_is(struct str a, const char *z)
{
    return str_eq(a, str_of(z));
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(struct str s, struct str tail)
{
    return s.n >= tail.n && (tail.n == 0 || memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0);
}

/* Bytes [from, s.n); from beyond the end gives an empty slice. */
static inline struct str str_from(struct str s, size_t from)
{
    return from >= s.n ? str_make(s.p + s.n, 0) : str_make(s.p + from, s.n - from);
}

static inline struct str str_head(struct str s, size_t n)
{
    return str_make(s.p, n < s.n ? n : s.n);
}

/* Index of the first c, or s.n. */
static inline size_t str_find(struct str s, char c)
{
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? (size_t)(hit - s.p) : s.n;
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool ascii_is_alpha(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* HTML's white space: tab, line feed, form feed, carriage return, space. */
static inline bool ascii_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static inline bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
            return false;
    return true;
}

/* Without ASCII white space at both ends. */
/* Without the white space before it. Costs nothing by what stands behind, for loops over a long text. */
static inline struct str str_trim_head(struct str s)
{
    while (s.n && ascii_is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    return s;
}

static inline struct str str_trim(struct str s)
{
    while (s.n && ascii_is_space(s.p[0]))
        s.p++, s.n--;
    while (s.n && ascii_is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Bytewise order, shorter first: <0, 0, >0. */
static inline int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

#endif
