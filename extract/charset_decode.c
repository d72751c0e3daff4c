/* SPDX-License-Identifier: Apache-2.0 */
/* charset_decode.c: bytes of any encoding to UTF-8.
 *
 * Valid UTF-8, the common case, is checked a word at a time and copied. What an encoding does not have
 * becomes U+FFFD; an ASCII byte is never swallowed with the broken sequence before it, so that mark-up
 * can't be hidden from us that browsers see. */
#include "extract/charset.h"

#include "base/utf8.h"
#include "extract/charset_table.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>

struct charset_decoder {
    iconv_t iconv;          /* of the page before; most pages of a site are in one encoding */
    const char *iconv_name; /* NULL: none is open */
    struct buf euc;         /* ISO-2022-JP, rewritten */
};

struct charset_decoder *charset_decoder_create(void)
{
    struct charset_decoder *d = calloc(1, sizeof *d);
    if (d)
        buf_init(&d->euc, SIZE_MAX / 4);
    return d;
}

void charset_decoder_destroy(struct charset_decoder *d)
{
    if (!d)
        return;
    if (d->iconv_name)
        iconv_close(d->iconv);
    buf_fini(&d->euc);
    free(d);
}

/* ---- UTF-8 ---- */

static size_t ascii_bytes(const unsigned char *p, size_t n)
{
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        uint64_t w[2];
        memcpy(w, p + i, sizeof w);
        if ((w[0] | w[1]) & 0x8080808080808080u)
            break;
    }
    while (i < n && p[i] < 0x80)
        i++;
    return i;
}

/* Length of the sequence at p if it is valid, else 0 and in *ret_bad how many bytes one U+FFFD stands for:
 * the longest prefix of a valid sequence, at least one byte (Unicode 3.9, best practice). */
static size_t sequence_bytes(const unsigned char *p, size_t n, size_t *ret_bad)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t length = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    *ret_bad = 1;
    if (p[0] == 0xe0)
        low = 0xa0;
    else if (p[0] == 0xed)
        high = 0x9f;
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xf4)
        high = 0x8f;
    for (size_t i = 1; i < length; i++) {
        if (i >= n || p[i] < low || p[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
        *ret_bad = i + 1;
    }
    return length;
}

size_t utf8_valid_bytes(struct str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t i = 0, bad;
    while (i < s.n) {
        if (p[i] < 0x80) {
            i += ascii_bytes(p + i, s.n - i);
            continue;
        }
        size_t n = sequence_bytes(p + i, s.n - i, &bad);
        if (n == 0)
            return i;
        i += n;
    }
    return i;
}

static bool decode_utf8(struct str body, struct buf *out)
{
    bool replaced = false;
    while (body.n && out->status == OK) {
        size_t good = utf8_valid_bytes(body), bad;
        buf_put(out, body.p, good);
        body = str_from(body, good);
        if (body.n == 0)
            break;
        (void)sequence_bytes((const unsigned char *)body.p, body.n, &bad);
        buf_puts(out, UTF8_REPLACEMENT);
        body = str_from(body, bad);
        replaced = true;
    }
    return replaced;
}

/* ---- the small ones ---- */

static bool decode_utf16(struct str body, bool big, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)body.p;
    char *to = buf_room(out, body.n / 2 * 3 + 3);
    bool replaced = false;
    if (!to)
        return false;
    char *at = to;
    for (size_t i = 0; i + 1 < body.n; i += 2) {
        uint32_t c = big ? (uint32_t)p[i] << 8 | p[i + 1] : (uint32_t)p[i + 1] << 8 | p[i];
        uint32_t low = 0;
        if (c >= 0xd800 && c < 0xdc00 && i + 3 < body.n)
            low = big ? (uint32_t)p[i + 2] << 8 | p[i + 3] : (uint32_t)p[i + 3] << 8 | p[i + 2];
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        } else if (c >= 0xd800 && c < 0xe000) {
            c = 0xfffd;
            replaced = true;
        }
        at += utf8_encode(c, at);
    }
    if (body.n % 2) {
        at += utf8_encode(0xfffd, at);
        replaced = true;
    }
    out->n += (size_t)(at - to);
    return replaced;
}

/* high: the code points of 0x80 to 0xff; NULL: x-user-defined. */
static bool decode_single(struct str body, const uint16_t *high, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)body.p;
    bool replaced = false;
    char *to = body.n < SIZE_MAX / 3 ? buf_room(out, body.n * 3) : NULL;
    if (!to)
        return false;
    char *at = to;
    for (size_t i = 0; i < body.n; i++) {
        if (p[i] < 0x80) {
            *at++ = (char)p[i];
            continue;
        }
        uint32_t c = high ? high[p[i] - 0x80] : 0xf780u + (p[i] - 0x80u);
        replaced |= c == 0xfffd;
        at += utf8_encode(c, at);
    }
    out->n += (size_t)(at - to);
    return replaced;
}

/* ---- iconv ---- */

/* ISO-2022-JP as EUC-JP: the escape sequences go, and each byte of a two-byte set gets its high bit. What
 * stands for nothing becomes 0xff, which EUC-JP hasn't either. */
static void rewrite_2022jp(struct str s, struct buf *to)
{
    enum { ASCII, KATAKANA, KANJI } set = ASCII;
    static const struct {
        struct str escape;
        int set;
    } escapes[] = {{{"\033(B", 3}, ASCII},
                   {{"\033(J", 3}, ASCII},
                   {{"\033(I", 3}, KATAKANA},
                   {{"\033$@", 3}, KANJI},
                   {{"\033$B", 3}, KANJI}};
    buf_reset(to);
    for (size_t i = 0; i < s.n && to->status == OK;) {
        size_t e = 0;
        while (e < ARRAY_LEN(escapes) && !str_starts(str_from(s, i), escapes[e].escape))
            e++;
        unsigned char c = (unsigned char)s.p[i], d = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
        if (e < ARRAY_LEN(escapes)) {
            set = escapes[e].set;
            i += escapes[e].escape.n;
        } else if (set == ASCII || c <= 0x20) {
            buf_putc(to, c == 033 || c >= 0x80 ? (char)0xff : (char)c);
            i++;
        } else if (set == KATAKANA && c >= 0x21 && c <= 0x5f) {
            buf_putc(to, (char)0x8e);
            buf_putc(to, (char)(c | 0x80));
            i++;
        } else if (set == KANJI && c >= 0x21 && c <= 0x7e && d >= 0x21 && d <= 0x7e) {
            buf_putc(to, (char)(c | 0x80));
            buf_putc(to, (char)(d | 0x80));
            i += 2;
        } else {
            buf_putc(to, (char)0xff);
            i++;
        }
    }
}

static bool iconv_open_as(struct charset_decoder *d, const char *name)
{
    if (d->iconv_name && strcmp(d->iconv_name, name) == 0) {
        iconv(d->iconv, NULL, NULL, NULL, NULL);
        return true;
    }
    if (d->iconv_name)
        iconv_close(d->iconv);
    d->iconv_name = NULL;
    d->iconv = iconv_open("UTF-8", name);
    if (d->iconv == (iconv_t)-1)
        return false;
    d->iconv_name = name;
    return true;
}

/* Bytes that one U+FFFD stands for: the first, and the second too unless that is ASCII. A sequence that
 * iconv calls cut short is treated alike, as it says so of some that are not at the end. */
static size_t broken_bytes(const char *p, size_t n)
{
    return n > 1 && (unsigned char)p[0] >= 0x80 && (unsigned char)p[1] >= 0x80 ? 2 : 1;
}

static enum status decode_iconv(struct charset_decoder *d, const struct charset *charset,
                                struct str body, struct buf *out, bool *replaced)
{
    if (!iconv_open_as(d, charset->iconv_name))
        return ST_UNSUPPORTED;
    char *in = (char *)(uintptr_t)body.p; /* iconv does not write there */
    size_t left = body.n;
    while (left && out->status == OK) {
        size_t room = left < 4096 ? left * 4 + 16 : left + left / 2;
        char *to = buf_room(out, room), *at = to;
        if (!to)
            break;
        const char *before = in;
        size_t got = iconv(d->iconv, &in, &left, &at, &room);
        int why = errno;
        out->n += (size_t)(at - to);
        if (got != (size_t)-1 || why == E2BIG)
            continue;
        char code[4];
        bool known = left && charset->byte_80 && (unsigned char)*in == 0x80;
        /* Some converters have passed the broken bytes already; ASCII is never broken. */
        bool passed = in > before && (left == 0 || (unsigned char)*in < 0x80);
        size_t skip = known ? 1 : passed ? 0 : broken_bytes(in, left);
        buf_put(out, code, utf8_encode(known ? charset->byte_80 : 0xfffd, code));
        *replaced |= !known;
        in += skip;
        left -= skip;
    }
    size_t room = 16; /* a letter that waited for a combining mark */
    char *to = buf_room(out, room), *at = to;
    if (to) {
        iconv(d->iconv, NULL, NULL, &at, &room);
        out->n += (size_t)(at - to);
    }
    return OK;
}

enum status charset_decode(struct charset_decoder *d, const struct charset *charset, struct str body,
                           struct buf *out, bool *ret_replaced)
{
    bool replaced = false;
    enum status st = OK;
    switch (charset->kind) {
    case CHARSET_UTF8:
        replaced = decode_utf8(body, out);
        break;
    case CHARSET_UTF16LE:
    case CHARSET_UTF16BE:
        replaced = decode_utf16(body, charset->kind == CHARSET_UTF16BE, out);
        break;
    case CHARSET_SINGLE:
        replaced = decode_single(body, charset_single[charset->single], out);
        break;
    case CHARSET_USER:
        replaced = decode_single(body, NULL, out);
        break;
    case CHARSET_2022JP:
        rewrite_2022jp(body, &d->euc);
        st = d->euc.status != OK ? d->euc.status
                                 : decode_iconv(d, charset, buf_str(&d->euc), out, &replaced);
        buf_shrink(&d->euc, 1 << 20);
        break;
    case CHARSET_ICONV:
        st = decode_iconv(d, charset, body, out, &replaced);
        break;
    case CHARSET_REPLACEMENT:
        if (body.n)
            buf_puts(out, UTF8_REPLACEMENT);
        replaced = body.n > 0;
        break;
    }
    if (st != OK)
        return st;
    if (!buf_terminate(out) || out->status != OK)
        return out->status != OK ? out->status : ST_NOMEM;
    *ret_replaced = replaced;
    return OK;
}
