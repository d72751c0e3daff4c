/* SPDX-License-Identifier: Apache-2.0 */
/* codec.h: compression of whole buffers for the store, and bounded decoding of what servers send.
 *
 * The store keeps raw deflate streams (RFC 1951) with the CRC-32 and both sizes of the content, exactly
 * what a ZIP entry needs. libdeflate does whole buffers; zlib decodes strangers' streams, where a byte
 * limit, a ratio limit and a check that the stream really ended matter more than speed.
 * Threads: a struct codec belongs to one thread. */
#ifndef WEBKEEP_BASE_CODEC_H
#define WEBKEEP_BASE_CODEC_H

#include "base/buf.h"

struct codec;

/* What is known of one packed stream; sizes in bytes. */
struct packed {
    uint64_t raw_bytes, packed_bytes;
    uint32_t crc32; /* of the raw bytes, as ZIP and gzip compute it */
};

/* level 1 (quick) to 12 (small), as libdeflate counts. NULL without memory. */
struct codec *codec_create(int level);
void codec_destroy(struct codec *codec);

/* Appends the raw deflate stream of raw to out. ST_LIMIT when out's maximum is reached. */
enum status codec_deflate(struct codec *codec, struct str raw, struct buf *out,
                          struct packed *ret_packed) MUST_USE;

/* Appends the content of one stored stream to out and checks size and CRC. ST_CORRUPT when they differ. */
enum status codec_inflate(struct codec *codec, struct str packed, const struct packed *info,
                          struct buf *out) MUST_USE;

uint32_t codec_crc32(struct str bytes);

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_DEFLATE, CODING_UNKNOWN };

/* The coding that was applied last in a Content-Encoding value (RFC 9110 8.4), which is to be taken off
 * first; *ret_rest is the value without it. Empty and "identity" are CODING_IDENTITY, "x-gzip" is gzip. */
enum coding coding_of(struct str header, struct str *ret_rest);

/* Decodes a server's body into out. gzip (RFC 1952, several members allowed) or deflate (RFC 1950, or the
 * bare RFC 1951 stream that some servers send). out->max is the byte limit.
 * ST_LIMIT: over the byte limit, or over ratio_max : 1 once past 1 MiB. ST_PROTO: damaged, or the stream
 * did not end. ST_UNSUPPORTED: unknown coding. */
enum status coding_decode(enum coding coding, struct str body, unsigned ratio_max,
                          struct buf *out) MUST_USE;

#endif
