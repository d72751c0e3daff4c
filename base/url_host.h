/* SPDX-License-Identifier: Apache-2.0 */
/* url_host.h: what the url*.c files share and nobody else needs: the growing output, the character sets of
 * the URL standard, and the host parser.
 *
 * A struct url_out writes into memory of its maker first (a stack array) and moves into the arena only
 * when that is full. Its failure is sticky, so that a writer checks once. Threads: one owner at a time. */
#ifndef WEBKEEP_BASE_URL_HOST_H
#define WEBKEEP_BASE_URL_HOST_H

#include "base/arena.h"

/* Bits of url_chars: the percent-encode sets (URL standard 1.3) and the forbidden code points (3.1). */
enum url_set {
    SET_C0 = 1,
    SET_FRAGMENT = 2,
    SET_QUERY = 4,
    SET_SPECIAL_QUERY = 8,
    SET_PATH = 16,
    SET_USERINFO = 32,
    FORBIDDEN_HOST = 64,
    FORBIDDEN_DOMAIN = 128,
};

/* Of bytes below 0x80; all others are in every percent-encode set and in no forbidden one. */
extern const unsigned char url_chars[128];

static inline bool url_char_in(char c, unsigned sets)
{
    unsigned char u = (unsigned char)c;
    return u < 0x80 ? (url_chars[u] & sets) != 0 : (sets & 0x3f) != 0;
}

/* The value of a hex digit, or -1. */
static inline int url_hex(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%XX" at s[i] stands for, or -1 when there is no such escape. */
static inline int url_escape_at(struct str s, size_t i)
{
    if (s.p[i] != '%' || s.n - i < 3)
        return -1;
    int high = url_hex(s.p[i + 1]), low = url_hex(s.p[i + 2]);
    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Replaces every "%XX" while it copies s to `to` (room for s.n bytes); returns the length. */
size_t url_unescape(struct str s, char *to);

struct url_out {
    struct arena *arena;
    char *p;
    size_t n, cap;
    enum status status; /* ST_LIMIT, or why the arena gave nothing; sticky */
};

/* The way out of url_out_room() when the present memory is full. */
char *url_out_grow(struct url_out *o, size_t n);

/* Room for n more bytes at o->p + o->n, or NULL; the caller adds to o->n what it wrote. */
static inline char *url_out_room(struct url_out *o, size_t n)
{
    return o->cap - o->n >= n ? o->p + o->n : url_out_grow(o, n);
}

static inline void url_out_put(struct url_out *o, const char *bytes, size_t n)
{
    char *to = url_out_room(o, n);
    if (to && n) {
        memcpy(to, bytes, n);
        o->n += n;
    }
}

static inline void url_out_putc(struct url_out *o, char c)
{
    char *to = url_out_room(o, 1);
    if (to) {
        *to = c;
        o->n++;
    }
}

/* Appends s; bytes in the set become %XX. */
void url_out_encode(struct url_out *o, struct str s, enum url_set set);

/* The host parser (URL standard 3.5): appends the serialised host. special: domain, IPv4 or IPv6, else an
 * opaque host or IPv6. ST_INPUT when it is no host; nothing is promised of what was appended then. */
enum status url_host_put(struct url_out *o, struct str host, bool special) MUST_USE;

/* Domain to ASCII (3.3) of a domain that is not all ASCII: appends the A-labels, lower case, not yet checked
 * for forbidden code points. ST_INPUT when UTS 46 refuses it or it is absurdly long. */
enum status url_domain_put(struct url_out *o, struct str domain) MUST_USE;

/* The ends-in-a-number checker (3.5): such a host is an IPv4 address or nothing. */
bool url_host_ends_in_number(struct str host);

#endif
