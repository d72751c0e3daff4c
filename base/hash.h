/* SPDX-License-Identifier: Apache-2.0 */
/* hash.h: the three hashes of the house, and the texts of what they make.
 *
 *   hash64   tables in memory; fast, not stable between versions, seed it where strangers choose the keys
 *   hash128  identity of a URL (SipHash-2-4 with 128-bit result, Aumasson and Bernstein 2012); on disk
 *   sha256   identity of content (FIPS 180-4, libcrypto); on disk */
#ifndef WEBKEEP_BASE_HASH_H
#define WEBKEEP_BASE_HASH_H

#include "base/status.h"
#include "base/str.h"

#include <stdint.h>

/* 16 bytes in the order they stand on disk and in hex. */
struct id128 {
    uint8_t b[16];
};

struct sha256 {
    uint8_t b[32];
};

uint64_t hash64(uint64_t seed, struct str bytes);
struct id128 hash128(struct str bytes);

/* A context that is made once a thread and used for many hashes; NULL when libcrypto refuses. */
struct sha256_ctx;
struct sha256_ctx *sha256_create(void);
void sha256_destroy(struct sha256_ctx *ctx);
/* Hash of a followed by b (either may be empty). */
struct sha256 sha256_of(struct sha256_ctx *ctx, struct str a, struct str b);

/* HMAC-SHA-256 (RFC 2104) of bytes under a key of any length. */
struct sha256 hmac_sha256(struct str key, struct str bytes);

/* Compares secrets: takes as long whether and wherever they differ. */
bool bytes_equal(const void *a, const void *b, size_t n);

/* Lower-case hex of n bytes and a NUL: to must hold 2 * n + 1. */
void hex_encode(const uint8_t *bytes, size_t n, char *to);
/* Exactly 2 * n hex digits of either case, else ST_INPUT. */
enum status hex_decode(struct str hex, uint8_t *ret_bytes, size_t n) MUST_USE;

/* A UUID's text (RFC 9562, section 4): 8-4-4-4-12 lower-case hex digits and a NUL. */
#define UUID_TEXT 37
void uuid_format(struct id128 id, char to[UUID_TEXT]);
/* With its hyphens or without any, digits of either case; anything else is ST_INPUT. */
enum status uuid_parse(struct str text, struct id128 *ret_id) MUST_USE;

static inline bool id128_eq(struct id128 a, struct id128 b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

/* n unpredictable bytes (getrandom). */
enum status random_bytes(void *ret_bytes, size_t n) MUST_USE;

#endif
