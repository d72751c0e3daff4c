/* SPDX-License-Identifier: Apache-2.0 */
/* codec.c: libdeflate for the store's whole buffers, zlib for streams from outside. */
#include "base/codec.h"

#include <libdeflate.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

struct codec {
    struct libdeflate_compressor *pack;
    struct libdeflate_decompressor *unpack;
};

struct codec *codec_create(int level)
{
    struct codec *codec = calloc(1, sizeof *codec);
    if (!codec)
        return NULL;
    codec->pack = libdeflate_alloc_compressor(level);
    codec->unpack = libdeflate_alloc_decompressor();
    if (!codec->pack || !codec->unpack) {
        codec_destroy(codec);
        return NULL;
    }
    return codec;
}

void codec_destroy(struct codec *codec)
{
    if (!codec)
        return;
    libdeflate_free_compressor(codec->pack);
    libdeflate_free_decompressor(codec->unpack);
    free(codec);
}

enum status codec_deflate(struct codec *codec, struct str raw, struct buf *out,
                          struct packed *ret_packed)
{
    size_t room = libdeflate_deflate_compress_bound(codec->pack, raw.n);
    if (room > out->max - out->n)
        room = out->max - out->n; /* it may still fit: the bound is for what can't be compressed */
    char *to = buf_room(out, room);
    if (!to)
        return out->status;
    size_t n = libdeflate_deflate_compress(codec->pack, raw.n ? raw.p : "", raw.n, to, room);
    if (n == 0)
        return out->status = ST_LIMIT;
    out->n += n;
    *ret_packed = (struct packed){raw.n, n, codec_crc32(raw)};
    return OK;
}

enum status codec_inflate(struct codec *codec, struct str packed, const struct packed *info,
                          struct buf *out)
{
    if (info->packed_bytes != packed.n)
        return ST_CORRUPT;
    if (info->raw_bytes > out->max)
        return ST_LIMIT;
    char *to = buf_room(out, (size_t)info->raw_bytes);
    if (!to)
        return out->status;
    enum libdeflate_result r = libdeflate_deflate_decompress(codec->unpack, packed.p, packed.n, to,
                                                             (size_t)info->raw_bytes, NULL);
    if (r != LIBDEFLATE_SUCCESS || codec_crc32(str_make(to, (size_t)info->raw_bytes)) != info->crc32)
        return ST_CORRUPT;
    out->n += (size_t)info->raw_bytes;
    return OK;
}

uint32_t codec_crc32(struct str bytes)
{
    return libdeflate_crc32(0, bytes.n ? bytes.p : NULL, bytes.n);
}

static enum coding coding_named(struct str name)
{
    static const struct {
        const char *name;
        enum coding coding;
    } names[] = {{"identity", CODING_IDENTITY},
                 {"gzip", CODING_GZIP},
                 {"x-gzip", CODING_GZIP},
                 {"deflate", CODING_DEFLATE}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(name, str_of(names[i].name)))
            return names[i].coding;
    return name.n ? CODING_UNKNOWN : CODING_IDENTITY;
}

enum coding coding_of(struct str header, struct str *ret_rest)
{
    size_t at = header.n;
    while (at && header.p[at - 1] != ',')
        at--;
    *ret_rest = str_trim(str_head(header, at ? at - 1 : 0));
    return coding_named(str_trim(str_from(header, at)));
}

/* zlib's windowBits: gzip wrapper, zlib wrapper, or none. */
static int window_bits(enum coding coding, struct str body)
{
    if (coding == CODING_GZIP)
        return 15 + 16;
    bool zlib_head = body.n >= 2 && (body.p[0] & 0x0f) == 8 &&
                     (((unsigned char)body.p[0] << 8) | (unsigned char)body.p[1]) % 31 == 0;
    return zlib_head ? 15 : -15;
}

/* Inflates up to 64 KiB more into out. A full buffer may still meet the end of its stream, which a byte of
 * our own shows: what goes there is over the limit. */
static enum status inflate_step(z_stream *z, struct buf *out, int *ret_result)
{
    size_t room = out->max - out->n;
    size_t step = room < 64 * 1024 ? room : 64 * 1024;
    char spill, *to = step ? buf_room(out, step) : &spill;
    if (!to)
        return out->status;
    z->next_out = (Bytef *)to;
    z->avail_out = step ? (uInt)step : 1;
    *ret_result = inflate(z, Z_NO_FLUSH);
    if (step == 0)
        return z->avail_out ? OK : ST_LIMIT;
    out->n += step - z->avail_out;
    return OK;
}

/* One stream of body after another (gzip members) until the input ends at a stream's end. */
static enum status inflate_members(z_stream *z, struct str body, bool members, unsigned ratio_max,
                                   struct buf *out)
{
    size_t before = out->n;
    z->next_in = (Bytef *)(uintptr_t)body.p;
    z->avail_in = (uInt)body.n;
    for (;;) {
        int r = Z_OK;
        enum status st = inflate_step(z, out, &r);
        if (st != OK)
            return st;
        size_t made = out->n - before;
        if (made > (1u << 20) && made / ratio_max > body.n)
            return ST_LIMIT;
        if (r == Z_STREAM_END) {
            if (!members || z->avail_in == 0 || *z->next_in != 0x1f)
                return OK; /* padding after the last member is not content */
            if (inflateReset(z) != Z_OK)
                return ST_PROTO;
        } else if (r != Z_OK || (z->avail_in == 0 && z->avail_out > 0)) {
            return r == Z_MEM_ERROR ? ST_NOMEM : ST_PROTO;
        }
    }
}

enum status coding_decode(enum coding coding, struct str body, unsigned ratio_max, struct buf *out)
{
    must(ratio_max > 0);
    if (coding == CODING_UNKNOWN)
        return ST_UNSUPPORTED;
    if (out->status != OK)
        return out->status;
    if (coding == CODING_IDENTITY) {
        buf_put_str(out, body);
        return out->status;
    }
    if (body.n == 0)
        return ST_PROTO;
    if (body.n > UINT_MAX) /* zlib's counter */
        return ST_LIMIT;
    z_stream z = {0};
    if (inflateInit2(&z, window_bits(coding, body)) != Z_OK)
        return ST_NOMEM;
    enum status st = inflate_members(&z, body, coding == CODING_GZIP, ratio_max, out);
    inflateEnd(&z);
    return st;
}
