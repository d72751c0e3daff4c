/* SPDX-License-Identifier: Apache-2.0 */
/* hash.c: hash64 folds 128-bit products, hash128 is SipHash-2-4-128 under a fixed key, sha256 is libcrypto's. */
#include "base/hash.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/random.h>

static inline uint64_t load64(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash64(uint64_t seed, struct str s)
{
    const uint64_t k0 = 0x9e3779b97f4a7c15u, k1 = 0xc2b2ae3d27d4eb4fu;
    /* A factor of zero forgets all that came before it; who doesn't know the seed can't write one. */
    const uint64_t secret = k0 ^ fold(seed ^ k1, k0);
    uint64_t h = seed ^ fold(s.n ^ k0, k1);
    const char *p = s.p;
    size_t n = s.n;
    for (; n >= 16; p += 16, n -= 16)
        h = fold(load64(p) ^ secret, load64(p + 8) ^ h) + k1;
    uint64_t tail[2] = {0, 0};
    if (n)
        memcpy(tail, p, n);
    return fold(fold(tail[0] ^ secret, tail[1] ^ h) ^ k0, k1);
}

static inline uint64_t rotl(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1], v[1] = rotl(v[1], 13) ^ v[0], v[0] = rotl(v[0], 32);
    v[2] += v[3], v[3] = rotl(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotl(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotl(v[1], 17) ^ v[2], v[2] = rotl(v[2], 32);
}

static inline void sip_rounds(uint64_t v[4], int n)
{
    while (n--)
        sip_round(v);
}

/* The key is the byte sequence 00 01 ... 0f of the published test vectors: identity, not secrecy. */
struct id128 hash128(struct str s)
{
    const uint64_t k0 = 0x0706050403020100u, k1 = 0x0f0e0d0c0b0a0908u;
    uint64_t v[4] = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du ^ 0xee, k0 ^ 0x6c7967656e657261u,
                     k1 ^ 0x7465646279746573u};
    size_t whole = s.n & ~(size_t)7;
    for (size_t i = 0; i < whole; i += 8) {
        uint64_t m = load64(s.p + i);
        v[3] ^= m;
        sip_rounds(v, 2);
        v[0] ^= m;
    }
    uint64_t last = 0;
    if (s.n - whole)
        memcpy(&last, s.p + whole, s.n - whole);
    last |= (uint64_t)(s.n & 0xff) << 56;
    v[3] ^= last;
    sip_rounds(v, 2);
    v[0] ^= last;
    v[2] ^= 0xee;
    sip_rounds(v, 4);
    uint64_t half[2] = {v[0] ^ v[1] ^ v[2] ^ v[3], 0};
    v[1] ^= 0xdd;
    sip_rounds(v, 4);
    half[1] = v[0] ^ v[1] ^ v[2] ^ v[3];
    struct id128 id;
    memcpy(id.b, half, sizeof id.b);
    return id;
}

struct sha256_ctx {
    EVP_MD_CTX *evp;
    EVP_MD *md;
};

struct sha256_ctx *sha256_create(void)
{
    struct sha256_ctx *ctx = calloc(1, sizeof *ctx);
    if (!ctx)
        return NULL;
    ctx->evp = EVP_MD_CTX_new();
    ctx->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!ctx->evp || !ctx->md) {
        sha256_destroy(ctx);
        return NULL;
    }
    return ctx;
}

void sha256_destroy(struct sha256_ctx *ctx)
{
    if (!ctx)
        return;
    EVP_MD_CTX_free(ctx->evp);
    EVP_MD_free(ctx->md);
    free(ctx);
}

struct sha256 sha256_of(struct sha256_ctx *ctx, struct str a, struct str b)
{
    struct sha256 out;
    unsigned n = 0;
    must(EVP_DigestInit_ex2(ctx->evp, ctx->md, NULL) == 1);
    must(EVP_DigestUpdate(ctx->evp, a.p, a.n) == 1);
    must(EVP_DigestUpdate(ctx->evp, b.p, b.n) == 1);
    must(EVP_DigestFinal_ex(ctx->evp, out.b, &n) == 1 && n == sizeof out.b);
    return out;
}

void hex_encode(const uint8_t *bytes, size_t n, char *to)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
    to[2 * n] = 0;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

enum status hex_decode(struct str hex, uint8_t *ret_bytes, size_t n)
{
    if (hex.n != 2 * n)
        return ST_INPUT;
    for (size_t i = 0; i < hex.n; i++)
        if (hex_value(hex.p[i]) < 0)
            return ST_INPUT;
    for (size_t i = 0; i < n; i++)
        ret_bytes[i] = (uint8_t)(hex_value(hex.p[2 * i]) << 4 | hex_value(hex.p[2 * i + 1]));
    return OK;
}

enum status random_bytes(void *ret_bytes, size_t n)
{
    char *p = ret_bytes;
    while (n) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return ST_IO;
        p += got;
        n -= (size_t)got;
    }
    return OK;
}
