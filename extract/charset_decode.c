/* SPDX-License-Identifier: Apache-2.0 */
/* charset_decode.c: bytes of any encoding to UTF-8, by the decoders of the Encoding standard.
 *
 * Valid UTF-8, the common case, is checked a word at a time and copied; ASCII in the other encodings too. Every
 * decoder returns how many U+FFFD it wrote; when memory ends it stops, and out keeps the failure. */
#include "extract/charset.h"

#include "base/utf8.h"
#include "extract/charset_multi.h"

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

static size_t decode_utf8(struct str body, struct buf *out)
{
    size_t replaced = 0;
    while (body.n && out->status == OK) {
        size_t good = utf8_valid_bytes(body), bad;
        buf_put(out, body.p, good);
        body = str_from(body, good);
        if (body.n == 0)
            break;
        (void)sequence_bytes((const unsigned char *)body.p, body.n, &bad);
        buf_puts(out, UTF8_REPLACEMENT);
        body = str_from(body, bad);
        replaced++;
    }
    return replaced;
}

/* ---- the small ones ---- */

static size_t decode_utf16(struct str body, bool big, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)body.p;
    char *to = buf_room(out, body.n / 2 * 3 + 3);
    size_t replaced = 0;
    if (!to)
        return 0;
    char *at = to;
    size_t i = 0;
    for (; i + 1 < body.n; i += 2) {
        uint32_t c = big ? (uint32_t)p[i] << 8 | p[i + 1] : (uint32_t)p[i + 1] << 8 | p[i];
        uint32_t low = 0;
        if (c >= 0xd800 && c < 0xdc00 && i + 3 >= body.n)
            break; /* half a pair and then the end, be it with half a unit: one error */
        if (c >= 0xd800 && c < 0xdc00)
            low = big ? (uint32_t)p[i + 2] << 8 | p[i + 3] : (uint32_t)p[i + 3] << 8 | p[i + 2];
        if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            i += 2;
        } else if (c >= 0xd800 && c < 0xe000) {
            c = 0xfffd;
            replaced++;
        }
        at += utf8_encode(c, at);
    }
    if (i < body.n) {
        at += utf8_encode(0xfffd, at);
        replaced++;
    }
    out->n += (size_t)(at - to);
    return replaced;
}

/* high: the code points of 0x80 to 0xff; NULL: x-user-defined. */
static size_t decode_single(struct str body, const uint16_t *high, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)body.p;
    size_t replaced = 0;
    char *to = body.n < SIZE_MAX / 3 ? buf_room(out, body.n * 3) : NULL;
    if (!to)
        return 0;
    char *at = to;
    for (size_t i = 0; i < body.n; i++) {
        if (p[i] < 0x80) {
            *at++ = (char)p[i];
            continue;
        }
        uint32_t c = high ? high[p[i] - 0x80] : 0xf780u + (p[i] - 0x80u);
        replaced += c == 0xfffd;
        at += utf8_encode(c, at);
    }
    out->n += (size_t)(at - to);
    return replaced;
}

/* ---- several bytes a letter ---- */

/* So many bytes are decoded between two looks for room. */
enum { SPAN_BYTES = 1 << 14, MOST_BEHIND_SPAN = 3 };

static char *put_step(struct charset_step step, char *at)
{
    if (step.code == STEP_SILENT)
        return at;
    at += utf8_encode(step.code == STEP_BROKEN ? 0xfffd : step.code, at);
    return step.mark ? at + utf8_encode(step.mark, at) : at;
}

static size_t decode_multi(enum charset_multi which, struct str body, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)body.p, *end = p + body.n;
    struct charset_state state = {SET_ASCII, false};
    size_t replaced = 0;
    while (p < end) {
        size_t span = (size_t)(end - p) < SPAN_BYTES ? (size_t)(end - p) : SPAN_BYTES;
        const unsigned char *stop = p + span;
        char *to = buf_room(out, (span + MOST_BEHIND_SPAN) * 3), *at = to;
        if (!to)
            break;
        while (p < stop) {
            size_t plain = which == MULTI_ISO_2022_JP ? 0 : ascii_bytes(p, (size_t)(stop - p));
            if (plain) {
                memcpy(at, p, plain);
                at += plain;
                p += plain;
                continue;
            }
            struct charset_step step = charset_multi_step(which, &state, p, (size_t)(end - p));
            at = put_step(step, at);
            replaced += step.code == STEP_BROKEN;
            p += step.bytes;
        }
        out->n += (size_t)(at - to);
    }
    return replaced;
}

enum status charset_decode(const struct charset *charset, struct str body, struct buf *out,
                           size_t *ret_replaced)
{
    size_t replaced = 0;
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
    case CHARSET_MULTI:
        replaced = decode_multi(charset->multi, body, out);
        break;
    case CHARSET_REPLACEMENT:
        replaced = body.n > 0;
        buf_puts(out, replaced ? UTF8_REPLACEMENT : "");
        break;
    }
    if (!buf_terminate(out) || out->status != OK)
        return out->status != OK ? out->status : ST_NOMEM;
    *ret_replaced = replaced;
    return OK;
}
