/* SPDX-License-Identifier: Apache-2.0 */
/* hash.c: hash64 folds 128-bit products, hash128 is SipHash-2-4-128 under a fixed key, sha256 is libcrypto's. */

/* For SHA256_Init() and its like, which libcrypto calls old: they need no memory, so that an HMAC can't fail. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/hash.h"

#include <endian.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/random.h>

static inline uint64_t load64(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Fewer than eight bytes as a number, the rest zeros; `before` bytes in front of them can be read. */
static inline uint64_t load_few(const char *p, size_t n, size_t before)
{
    uint32_t low, high;
    if (n == 0)
        return 0;
    if (before >= 8)
        return load64(p + n - 8) >> (64 - 8 * n);
    if (n < 4)
        return (uint8_t)p[0] | (uint64_t)(uint8_t)p[n / 2] << 8 * (n / 2) |
               (uint64_t)(uint8_t)p[n - 1] << 8 * (n - 1);
    memcpy(&low, p, sizeof low);
    memcpy(&high, p + n - 4, sizeof high);
    return le32toh(low) | (uint64_t)le32toh(high) << 8 * (n - 4);
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
    size_t before = s.n - n;
    bool is_long = n >= 8;
    uint64_t first = is_long ? load64(p) : load_few(p, n, before);
    uint64_t second = is_long ? load_few(p + 8, n - 8, 8) : 0;
    return fold(fold(first ^ secret, second ^ h) ^ k0, k1);
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

/* Hash of a followed by b, without a context that has to be made first. */
static struct sha256 sha256_plain(struct str a, struct str b)
{
    SHA256_CTX ctx;
    struct sha256 out;
    must(SHA256_Init(&ctx) == 1 && SHA256_Update(&ctx, a.p, a.n) == 1 &&
         SHA256_Update(&ctx, b.p, b.n) == 1 && SHA256_Final(out.b, &ctx) == 1);
    OPENSSL_cleanse(&ctx, sizeof ctx);
    return out;
}

struct sha256 hmac_sha256(struct str key, struct str bytes)
{
    uint8_t inner[SHA256_CBLOCK] = {0}, outer[SHA256_CBLOCK];
    struct sha256 hash;
    if (key.n > sizeof inner) {
        hash = sha256_plain(key, STR_LIT(""));
        key = str_make((const char *)hash.b, sizeof hash.b);
    }
    if (key.n)
        memcpy(inner, key.p, key.n);
    for (size_t i = 0; i < sizeof inner; i++) {
        outer[i] = inner[i] ^ 0x5c;
        inner[i] ^= 0x36;
    }
    hash = sha256_plain(str_make((const char *)inner, sizeof inner), bytes);
    hash = sha256_plain(str_make((const char *)outer, sizeof outer),
                        str_make((const char *)hash.b, sizeof hash.b));
    OPENSSL_cleanse(inner, sizeof inner);
    OPENSSL_cleanse(outer, sizeof outer);
    return hash;
}

bool bytes_equal(const void *a, const void *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
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

/* Where a UUID's hyphens stand. */
static bool is_hyphen_at(size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

void uuid_format(struct id128 id, char to[UUID_TEXT])
{
    char hex[2 * sizeof id.b + 1];
    const char *digit = hex;
    hex_encode(id.b, sizeof id.b, hex);
    for (size_t i = 0; i < UUID_TEXT - 1; i++)
        to[i] = is_hyphen_at(i) ? '-' : *digit++;
    to[UUID_TEXT - 1] = 0;
}

enum status uuid_parse(struct str text, struct id128 *ret_id)
{
    char hex[2 * sizeof ret_id->b];
    size_t n = 0;
    if (text.n != UUID_TEXT - 1)
        return hex_decode(text, ret_id->b, sizeof ret_id->b);
    for (size_t i = 0; i < text.n; i++) {
        if (!is_hyphen_at(i))
            hex[n++] = text.p[i];
        else if (text.p[i] != '-')
            return ST_INPUT;
    }
    return hex_decode(str_make(hex, n), ret_id->b, sizeof ret_id->b);
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
