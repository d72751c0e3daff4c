/* SPDX-License-Identifier: Apache-2.0 */
/* url_host.c: hosts by the WHATWG URL standard (3.5): domains, IPv4 numbers, IPv6, opaque hosts; and the
 * output that all url*.c files write to.
 *
 * A domain of plain ASCII bytes, which is nearly every one, is lower-cased and checked in one pass and
 * never sees IDNA: so the standard has it, labels that begin with "xn--" included (their Punycode is not
 * looked at, because sites with odd ones exist). The rest goes through url_domain_put().
 * Threads: any; nothing is shared. */
#include "base/url_host.h"

#include <stdint.h>
#include <stdio.h>

/* The most bytes that are kept while a URL is built; a result that long is refused by url_parse() anyway. */
#define OUT_MAX_BYTES (1u << 19)

/* clang-format off */
const unsigned char url_chars[128] = {
    0xff, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf,
    0xbf, 0xff, 0xff, 0xbf, 0xbf, 0xff, 0xbf, 0xbf,
    0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf,
    0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf,
    0xfe, 0x00, 0x3e, 0xfc, 0x00, 0x80, 0x00, 0x08, /*  !"#$%&' */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, /* ()*+,-./ */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 01234567 */
    0x00, 0x00, 0xe0, 0x20, 0xfe, 0x20, 0xfe, 0xf0, /* 89:;<=>? */
    0xe0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* @ABCDEFG */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* HIJKLMNO */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* PQRSTUVW */
    0x00, 0x00, 0x00, 0xe0, 0xe0, 0xe0, 0xf0, 0x00, /* XYZ[\]^_ */
    0x32, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* `abcdefg */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* hijklmno */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* pqrstuvw */
    0x00, 0x00, 0x00, 0x30, 0xe0, 0x30, 0x00, 0xbf, /* xyz{|}~  */
};
/* clang-format on */

/* ---- output ---- */

char *url_out_grow(struct url_out *o, size_t n)
{
    if (o->status != OK)
        return NULL;
    if (n > OUT_MAX_BYTES - o->n) {
        o->status = ST_LIMIT;
        return NULL;
    }
    size_t cap = o->n + n > 2 * o->cap ? o->n + n : 2 * o->cap;
    char *p = arena_alloc(o->arena, cap);
    if (!p) {
        o->status = o->arena->status;
        return NULL;
    }
    memcpy(p, o->p, o->n);
    o->p = p;
    o->cap = cap;
    return p + o->n;
}

void url_out_encode(struct url_out *o, struct str s, enum url_set set)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t plain = 0;
    while (plain < s.n && !url_char_in(s.p[plain], set))
        plain++;
    url_out_put(o, s.p, plain);
    if (plain == s.n)
        return;
    char *to = url_out_room(o, 3 * (s.n - plain));
    if (!to)
        return;
    for (size_t i = plain; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (!url_char_in(s.p[i], set)) {
            *to++ = s.p[i];
            continue;
        }
        *to++ = '%';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    o->n = (size_t)(to - o->p);
}

size_t url_unescape(struct str s, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int byte = url_escape_at(s, i);
        to[n++] = byte < 0 ? s.p[i] : (char)byte;
        i += byte < 0 ? 0 : 2;
    }
    return n;
}

/* ---- IPv4 ---- */

/* One part of an IPv4 address in decimal, octal or hex; ST_INPUT when it is no number. Values beyond 32 bits
 * come back as UINT32_MAX + 1. */
static enum status ipv4_number(struct str part, uint64_t *ret_value)
{
    unsigned radix = 10;
    if (part.n == 0)
        return ST_INPUT;
    if (part.n >= 2 && part.p[0] == '0') {
        radix = (part.p[1] | 0x20) == 'x' ? 16 : 8;
        part = str_from(part, radix == 16 ? 2 : 1);
    }
    uint64_t value = 0;
    for (size_t i = 0; i < part.n; i++) {
        int digit = url_hex(part.p[i]);
        if (digit < 0 || (unsigned)digit >= radix)
            return ST_INPUT;
        value = value * radix + (unsigned)digit;
        if (value > UINT32_MAX)
            value = (uint64_t)UINT32_MAX + 1;
    }
    *ret_value = value;
    return OK;
}

bool url_host_ends_in_number(struct str host)
{
    size_t end = host.n;
    if (end && host.p[end - 1] == '.')
        end--;
    size_t start = end;
    while (start && host.p[start - 1] != '.')
        start--;
    if (start == end || !ascii_is_digit(host.p[start]))
        return false;
    struct str last = str_make(host.p + start, end - start);
    size_t digits = 0;
    while (digits < last.n && ascii_is_digit(last.p[digits]))
        digits++;
    uint64_t value;
    return digits == last.n || ipv4_number(last, &value) == OK;
}

static enum status ipv4_parse(struct str host, uint32_t *ret_address)
{
    uint64_t address = 0;
    if (host.n && host.p[host.n - 1] == '.')
        host.n--;
    for (unsigned i = 0;; i++) {
        size_t dot = str_find(host, '.');
        uint64_t value = 0;
        if (i == 4 || ipv4_number(str_head(host, dot), &value) != OK)
            return ST_INPUT;
        if (dot == host.n) { /* the last part fills all bytes that are left */
            if (value >> (8 * (4 - i)))
                return ST_INPUT;
            *ret_address = (uint32_t)(address + value);
            return OK;
        }
        if (value > 255)
            return ST_INPUT;
        address += value << (8 * (3 - i));
        host = str_from(host, dot + 1);
    }
}

static enum status put_ipv4(struct url_out *o, size_t at)
{
    uint32_t a = 0;
    if (ipv4_parse(str_make(o->p + at, o->n - at), &a) != OK)
        return ST_INPUT;
    char text[16];
    int n = snprintf(text, sizeof text, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
    o->n = at;
    url_out_put(o, text, (size_t)n);
    return o->status;
}

/* ---- IPv6 ---- */

/* The dotted end of an IPv6 address: exactly four decimal bytes without leading zeros. */
static bool ipv6_tail(struct str s, uint16_t pieces[2])
{
    size_t i = 0;
    unsigned byte[4];
    for (unsigned part = 0; part < 4; part++) {
        if (part > 0 && (i == s.n || s.p[i++] != '.'))
            return false;
        size_t start = i;
        for (byte[part] = 0; i < s.n && ascii_is_digit(s.p[i]); i++) {
            if (i > start && byte[part] == 0)
                return false;
            byte[part] = byte[part] * 10 + (unsigned)(s.p[i] - '0');
            if (byte[part] > 255)
                return false;
        }
        if (i == start)
            return false;
    }
    pieces[0] = (uint16_t)(byte[0] << 8 | byte[1]);
    pieces[1] = (uint16_t)(byte[2] << 8 | byte[3]);
    return i == s.n;
}

/* Moves the pieces behind "::" to the end; false when the count can't be right. */
static bool ipv6_expand(uint16_t piece[8], unsigned count, int gap)
{
    if (gap < 0)
        return count == 8;
    unsigned behind = count - (unsigned)gap;
    memmove(piece + 8 - behind, piece + gap, behind * sizeof *piece);
    memset(piece + gap, 0, (8 - count) * sizeof *piece);
    return true;
}

static bool ipv6_parse(struct str s, uint16_t piece[8])
{
    unsigned count = 0;
    int gap = -1;
    size_t i = 0;
    if (s.n && s.p[0] == ':') {
        if (s.n < 2 || s.p[1] != ':')
            return false;
        i = 2;
        gap = (int)++count;
        piece[0] = 0;
    }
    while (i < s.n) {
        if (count == 8)
            return false;
        if (s.p[i] == ':') {
            if (gap >= 0)
                return false;
            i++;
            piece[count++] = 0;
            gap = (int)count;
            continue;
        }
        unsigned value = 0;
        size_t start = i;
        for (; i < s.n && i - start < 4 && url_hex(s.p[i]) >= 0; i++)
            value = value << 4 | (unsigned)url_hex(s.p[i]);
        if (i < s.n && s.p[i] == '.') {
            if (i == start || count > 6 || !ipv6_tail(str_from(s, start), piece + count))
                return false;
            count += 2;
            break;
        }
        if (i < s.n && (s.p[i] != ':' || ++i == s.n))
            return false;
        piece[count++] = (uint16_t)value;
    }
    return ipv6_expand(piece, count, gap);
}

/* The first longest run of at least two zero pieces: where it begins (8: none) and its length. */
static unsigned ipv6_zeros(const uint16_t piece[8], unsigned *ret_length)
{
    unsigned best = 8, length = 1;
    for (unsigned i = 0; i < 8;) {
        unsigned n = 0;
        while (i + n < 8 && piece[i + n] == 0)
            n++;
        if (n > length) {
            best = i;
            length = n;
        }
        i += n ? n : 1;
    }
    *ret_length = length;
    return best;
}

static enum status put_ipv6(struct url_out *o, struct str inner)
{
    uint16_t piece[8];
    if (!ipv6_parse(inner, piece))
        return ST_INPUT;
    unsigned run = 0, zeros = ipv6_zeros(piece, &run);
    url_out_putc(o, '[');
    for (unsigned i = 0; i < 8;) {
        if (i == zeros) {
            url_out_put(o, "::", 2);
            i += run;
            continue;
        }
        char text[8];
        int n = snprintf(text, sizeof text, "%x", piece[i]);
        url_out_put(o, text, (size_t)n);
        if (++i < 8 && i != zeros)
            url_out_putc(o, ':');
    }
    url_out_putc(o, ']');
    return o->status;
}

/* ---- domains and opaque hosts ---- */

static bool has_forbidden(struct str host, enum url_set set)
{
    for (size_t i = 0; i < host.n; i++)
        if (url_char_in(host.p[i], set))
            return true;
    return false;
}

static enum status put_opaque(struct url_out *o, struct str host)
{
    if (has_forbidden(host, FORBIDDEN_HOST))
        return ST_INPUT;
    url_out_encode(o, host, SET_C0);
    return o->status;
}

/* Appends host in lower case; false when a byte is forbidden in a domain, '%' among them, or not ASCII. */
static bool put_ascii(struct url_out *o, struct str host)
{
    char *to = url_out_room(o, host.n);
    unsigned seen = 0;
    for (size_t i = 0; to && i < host.n; i++) {
        unsigned char c = (unsigned char)host.p[i];
        seen |= c < 0x80 ? url_chars[c] : FORBIDDEN_DOMAIN;
        to[i] = ascii_lower(host.p[i]);
    }
    if (!to || (seen & FORBIDDEN_DOMAIN))
        return false;
    o->n += host.n;
    return true;
}

static bool is_ascii(struct str s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.n; i++)
        all |= (unsigned char)s.p[i];
    return all < 0x80;
}

/* A domain with escapes or characters beyond ASCII. */
static enum status put_decoded(struct url_out *o, struct str host)
{
    char small[512];
    char *bytes = host.n <= sizeof small ? small : arena_alloc(o->arena, host.n);
    if (!bytes)
        return o->arena->status;
    struct str domain = str_make(bytes, url_unescape(host, bytes));
    if (is_ascii(domain))
        return put_ascii(o, domain) ? OK : o->status != OK ? o->status : ST_INPUT;
    size_t at = o->n;
    enum status st = url_domain_put(o, domain);
    if (st == OK && has_forbidden(str_make(o->p + at, o->n - at), FORBIDDEN_DOMAIN))
        st = ST_INPUT;
    return st;
}

static enum status put_domain(struct url_out *o, struct str host)
{
    size_t at = o->n;
    if (!put_ascii(o, host)) {
        enum status st = o->status == OK ? put_decoded(o, host) : o->status;
        if (st != OK)
            return st;
    }
    if (o->n == at)
        return ST_INPUT;
    if (url_host_ends_in_number(str_make(o->p + at, o->n - at)))
        return put_ipv4(o, at);
    return OK;
}

enum status url_host_put(struct url_out *o, struct str host, bool special)
{
    if (host.n && host.p[0] == '[')
        return host.p[host.n - 1] == ']' && host.n > 1 ? put_ipv6(o, str_make(host.p + 1, host.n - 2))
                                                       : ST_INPUT;
    return special ? put_domain(o, host) : put_opaque(o, host);
}
