/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the foundations: status, buf, arena, hash, codec, queue, clock. */
#include "base/build.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/hash.h"
#include "base/queue.h"
#include "tests/check.h"

#include <pthread.h>
#include <zlib.h>

/* ---- status ---- */

static void test_status(void)
{
    struct diag diag = {.at = 7};
    CHECK_INT(OK, 0);
    CHECK_INT(status_class(OK), STATUS_FINE);
    CHECK_INT(status_class(ST_TIMEOUT), STATUS_RETRY);
    CHECK_INT(status_class(ST_LIMIT), STATUS_DROP);
    CHECK_INT(status_class(ST_NOTFOUND), STATUS_ANSWER);
    CHECK_INT(status_class(ST_INTERNAL), STATUS_STOP);
    CHECK_STR(str_of(status_name(ST_FULL)), STR_LIT("ST_FULL"));
    CHECK_STR(str_of(status_text(ST_FULL)), STR_LIT("no space left"));
    CHECK_INT(diag_set(&diag, ST_INPUT, "%s at line %d", "no URL", 3), ST_INPUT);
    CHECK_STR(str_of(diag.text), STR_LIT("no URL at line 3"));
    CHECK_INT(diag.at, 7);
    CHECK_INT(diag_set(NULL, ST_IO, "nobody reads this"), ST_IO);
    char text[1000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    CHECK_INT(diag_set(&diag, ST_INPUT, "%s", text), ST_INPUT);
    CHECK_INT(strlen(diag.text), sizeof diag.text - 1);
}

/* ---- buf ---- */

static void test_buf_grows(void)
{
    struct buf b;
    buf_init(&b, 1u << 20);
    CHECK_STR(buf_str(&b), STR_LIT(""));
    buf_puts(&b, "one");
    buf_putc(&b, ' ');
    buf_printf(&b, "%d", 2);
    buf_put_str(&b, STR_NONE);
    CHECK_STR(buf_str(&b), STR_LIT("one 2"));
    for (int i = 0; i < 100000; i++)
        buf_putc(&b, (char)('a' + i % 26));
    CHECK_INT(b.n, 100005);
    CHECK_INT(b.p[5 + 99999], 'a' + 99999 % 26);
    CHECK(buf_terminate(&b));
    for (int i = 0; i < BUF_PAD; i++)
        CHECK_INT(b.p[b.n + (size_t)i], 0);
    buf_reset(&b);
    CHECK(b.n == 0 && b.cap >= 100005);
    buf_shrink(&b, 1000);
    CHECK(b.n == 0 && b.cap == 0);
    buf_puts(&b, "again");
    CHECK_STR(buf_str(&b), STR_LIT("again"));
    buf_fini(&b);
}

/* The same id all the time, and of this program more than its version. */
static void test_build_id(void)
{
    struct str id = build_id();
    CHECK_INT(id.n, 20);
    CHECK(build_id().p == id.p);
}

static void test_buf_limit(void)
{
    struct buf b;
    buf_init(&b, 10);
    for (int i = 0; i < 12; i++)
        buf_putc(&b, 'x'); /* the quick way must see the limit as well */
    CHECK_INT(b.n, 10);
    CHECK_INT(b.status, ST_LIMIT);
    buf_put(&b, "", 0);
    CHECK(buf_room(&b, 0) == NULL);
    buf_reset(&b);
    CHECK_INT(b.status, OK);
    buf_puts(&b, "12345");
    buf_puts(&b, "123456");
    CHECK_INT(b.status, ST_LIMIT);
    buf_puts(&b, "1"); /* it would fit, but failure is sticky */
    CHECK_STR(buf_str(&b), STR_LIT("12345"));
    buf_reset(&b);
    CHECK(buf_room(&b, SIZE_MAX) == NULL);
    buf_fini(&b);

    buf_init(&b, 0);
    CHECK(buf_terminate(&b));
    CHECK(buf_room(&b, 0) != NULL);
    CHECK_INT(b.status, OK);
    buf_putc(&b, 'x');
    CHECK_INT(b.status, ST_LIMIT);
    buf_fini(&b);
}

static void test_buf_printf_long(void)
{
    struct buf b;
    buf_init(&b, 1000);
    buf_printf(&b, "%1000d", 7); /* exactly the maximum */
    CHECK_INT(b.status, OK);
    CHECK_INT(b.n, 1000);
    CHECK_INT(b.p[999], '7');
    buf_reset(&b);
    buf_printf(&b, "%1001d", 7);
    CHECK_INT(b.status, ST_LIMIT);
    CHECK_INT(b.n, 0);
    buf_fini(&b);
}

/* ---- arena ---- */

static void test_arena(void)
{
    struct arena a;
    arena_init(&a, 1u << 20, 1024);
    char *first = arena_alloc(&a, 3), *second = arena_alloc(&a, 1), *large = arena_alloc(&a, 5000);
    CHECK(first && second && large);
    CHECK_INT(second - first, 16);
    CHECK_INT((uintptr_t)first % 16 | (uintptr_t)large % 16, 0);
    memset(large, 0xff, 5000);
    int *zeros = ARENA_ARRAY(&a, int, 100);
    CHECK(zeros && zeros[0] == 0 && zeros[99] == 0);
    struct str text = arena_str(&a, STR_LIT("text"));
    CHECK_STR(text, STR_LIT("text"));
    CHECK_INT(text.p[4], 0);
    CHECK_STR(arena_str(&a, STR_NONE), STR_LIT(""));
    CHECK_STR(arena_printf(&a, "%d-%s", 5, "x"), STR_LIT("5-x"));
    arena_fini(&a);
    CHECK(arena_alloc(&a, 10) != NULL); /* usable again */
    arena_fini(&a);
}

static void test_arena_limit(void)
{
    struct arena a;
    arena_init(&a, 100, 1024);
    CHECK(arena_alloc(&a, 64) != NULL);
    CHECK(arena_alloc(&a, 40) == NULL);
    CHECK_INT(a.status, ST_LIMIT);
    CHECK(arena_alloc(&a, 1) == NULL); /* sticky */
    CHECK(!str_is_set(arena_str(&a, STR_LIT("x"))));
    CHECK(!str_is_set(arena_printf(&a, "%d", 1)));
    arena_reset(&a, 4096);
    CHECK_INT(a.status, OK);
    CHECK(arena_alloc(&a, 64) != NULL);
    arena_fini(&a);

    arena_init(&a, SIZE_MAX, 64);
    CHECK(arena_alloc(&a, SIZE_MAX) == NULL);
    CHECK_INT(a.status, ST_LIMIT);
    arena_fini(&a);
}

static void test_arena_reuse(void)
{
    struct arena a;
    arena_init(&a, 1u << 20, 1024);
    void *first = arena_alloc(&a, 1000);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 50; i++) {
            char *p = arena_alloc(&a, 700);
            NEED(p);
            memset(p, i, 700);
        }
        arena_reset(&a, 3000);
        CHECK_INT(a.used_bytes, 0);
        CHECK(arena_alloc(&a, 1000) == first); /* the first chunk was kept */
    }
    arena_reset(&a, 0);
    CHECK(a.first == NULL && a.now == NULL);
    arena_fini(&a);
}

/* ---- hash ---- */

static void check_sip(size_t n, const char *hex)
{
    char bytes[64], got[33];
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)i;
    struct id128 id = hash128(str_make(bytes, n));
    hex_encode(id.b, sizeof id.b, got);
    CHECK_STR(str_of(got), str_of(hex));
}

/* From the reference implementation's vectors: key 00..0f, input 00, 01, ... */
static void test_siphash(void)
{
    check_sip(0, "a3817f04ba25a8e66df67214c7550293");
    check_sip(1, "da87c1d86b99af44347659119b22fc45");
    check_sip(2, "8177228da4a45dc7fca38bdef60affe4");
    check_sip(3, "9c70b60c5267a94e5f33b6b02985ed51");
    check_sip(15, "5493e99933b0a8117e08ec0f97cfc3d9");
    check_sip(16, "6ee2a4ca67b054bbfd3315bf85230577");
}

static void test_sha256(void)
{
    char hex[65];
    struct sha256_ctx *ctx = sha256_create();
    NEED(ctx);
    struct sha256 h = sha256_of(ctx, STR_LIT("abc"), STR_NONE);
    hex_encode(h.b, sizeof h.b, hex);
    CHECK_STR(str_of(hex), STR_LIT("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    struct sha256 split = sha256_of(ctx, STR_LIT("a"), STR_LIT("bc"));
    CHECK(memcmp(&h, &split, sizeof h) == 0);
    h = sha256_of(ctx, STR_NONE, STR_NONE);
    hex_encode(h.b, sizeof h.b, hex);
    CHECK_STR(str_of(hex), STR_LIT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    sha256_destroy(ctx);
    sha256_destroy(NULL);
}

static void test_hash64(void)
{
    char text[200];
    memset(text, 'a', sizeof text);
    CHECK(hash64(1, STR_LIT("abc")) == hash64(1, STR_LIT("abc")));
    CHECK(hash64(1, STR_LIT("abc")) != hash64(2, STR_LIT("abc")));
    CHECK(hash64(1, STR_LIT("abc")) != hash64(1, STR_LIT("abd")));
    CHECK(hash64(1, STR_LIT("")) != hash64(1, STR_LIT("\0")));
    CHECK(hash64(1, STR_NONE) == hash64(1, STR_LIT("")));
    /* Keys made of the hash's own constant must not all be one. */
    const uint64_t constant = 0x9e3779b97f4a7c15u;
    memcpy(text, &constant, sizeof constant);
    text[8] = 'x';
    uint64_t one = hash64(9, str_make(text, 16));
    text[8] = 'y';
    CHECK(hash64(9, str_make(text, 16)) != one);
    memset(text, 'a', sizeof text);
    uint64_t seen[200];
    for (size_t n = 0; n < 200; n++) {
        seen[n] = hash64(5, str_make(text, n));
        for (size_t i = 0; i < n; i++)
            CHECK(seen[i] != seen[n]);
    }
}

/* RFC 4231, cases 1, 2 and 6: keys shorter than a block, and longer. */
static void test_hmac(void)
{
    char key[131], hex[65];
    memset(key, 0x0b, 20);
    struct sha256 mac = hmac_sha256(str_make(key, 20), STR_LIT("Hi There"));
    hex_encode(mac.b, sizeof mac.b, hex);
    CHECK_STR(str_of(hex), STR_LIT("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
    mac = hmac_sha256(STR_LIT("Jefe"), STR_LIT("what do ya want for nothing?"));
    hex_encode(mac.b, sizeof mac.b, hex);
    CHECK_STR(str_of(hex), STR_LIT("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    memset(key, 0xaa, sizeof key);
    mac = hmac_sha256(str_make(key, sizeof key),
                      STR_LIT("Test Using Larger Than Block-Size Key - Hash Key First"));
    hex_encode(mac.b, sizeof mac.b, hex);
    CHECK_STR(str_of(hex), STR_LIT("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
    mac = hmac_sha256(STR_NONE, STR_NONE);
    hex_encode(mac.b, sizeof mac.b, hex);
    CHECK_STR(str_of(hex), STR_LIT("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
    CHECK(bytes_equal("same", "same", 4));
    CHECK(!bytes_equal("same", "sane", 4));
    CHECK(bytes_equal("a", "b", 0));
}

static void test_uuid(void)
{
    struct id128 id, back, untouched = {{1}};
    char text[UUID_TEXT];
    for (size_t i = 0; i < sizeof id.b; i++)
        id.b[i] = (uint8_t)(i * 0x11);
    uuid_format(id, text);
    CHECK_STR(str_of(text), STR_LIT("00112233-4455-6677-8899-aabbccddeeff"));
    CHECK_INT(uuid_parse(str_of(text), &back), OK);
    CHECK(id128_eq(id, back));
    CHECK_INT(uuid_parse(STR_LIT("00112233445566778899AABBCCDDEEFF"), &back), OK);
    CHECK(id128_eq(id, back));
    CHECK_INT(uuid_parse(STR_LIT("00112233-4455-6677-8899-AaBbccddeEff"), &back), OK);
    CHECK(id128_eq(id, back));
    static const char *const bad[] = {
        "",
        "00112233-4455-6677-8899-aabbccddeef",
        "00112233-4455-6677-8899-aabbccddeefff",
        "00112233-4455-6677-8899aabbccddeeff",
        "0011223-34455-6677-8899-aabbccddeeff",
        "00112233+4455-6677-8899-aabbccddeeff",
        "00112233-4455-6677-8899-aabbccddeefg",
        "{0112233-4455-6677-8899-aabbccddeef}",
        "--------------------------------",
    };
    back = untouched;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        CHECK_INT(uuid_parse(str_of(bad[i]), &back), ST_INPUT);
    CHECK(id128_eq(back, untouched));
}

static void test_hex_and_random(void)
{
    uint8_t bytes[4] = {1, 2, 3, 4}, more[32] = {0};
    CHECK_INT(hex_decode(STR_LIT("00fFA07b"), bytes, 4), OK);
    CHECK(bytes[0] == 0 && bytes[1] == 0xff && bytes[2] == 0xa0 && bytes[3] == 0x7b);
    CHECK_INT(hex_decode(STR_LIT("00ff00"), bytes, 4), ST_INPUT);
    CHECK_INT(hex_decode(STR_LIT("00ff00fg"), bytes, 4), ST_INPUT);
    CHECK_INT(bytes[1], 0xff); /* untouched on failure */
    CHECK_INT(random_bytes(more, sizeof more), OK);
    uint8_t all = 0;
    for (size_t i = 0; i < sizeof more; i++)
        all |= more[i];
    CHECK(all != 0);
}

/* ---- codec: the store's streams ---- */

static void round_trip(struct codec *codec, struct str raw)
{
    struct buf packed, out;
    struct packed info;
    buf_init(&packed, 1u << 24);
    buf_init(&out, 1u << 24);
    CHECK_INT(codec_deflate(codec, raw, &packed, &info), OK);
    CHECK(info.raw_bytes == raw.n && info.packed_bytes == packed.n && info.crc32 == codec_crc32(raw));
    CHECK_INT(codec_inflate(codec, buf_str(&packed), &info, &out), OK);
    CHECK(str_eq(buf_str(&out), raw));
    buf_fini(&packed);
    buf_fini(&out);
}

static void test_codec_round_trip(void)
{
    static char bytes[300000];
    struct codec *codec = codec_create(6);
    NEED(codec);
    CHECK_INT(codec_crc32(STR_LIT("123456789")), 0xcbf43926u);
    round_trip(codec, STR_LIT(""));
    round_trip(codec, STR_LIT("a"));
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = "<p>text</p>\n"[i % 12];
    round_trip(codec, str_make(bytes, sizeof bytes));
    CHECK_INT(random_bytes(bytes, sizeof bytes), OK);
    round_trip(codec, str_make(bytes, sizeof bytes));
    codec_destroy(codec);
    codec_destroy(NULL);
}

static void test_codec_damage(void)
{
    struct str raw = STR_LIT("The quick brown fox jumps over the lazy dog, and over it again.");
    struct codec *codec = codec_create(9);
    struct buf packed, out;
    struct packed info;
    NEED(codec);
    buf_init(&packed, 1000);
    buf_init(&out, 1000);
    CHECK_INT(codec_deflate(codec, raw, &packed, &info), OK);
    struct packed wrong = info;
    wrong.crc32 ^= 1;
    CHECK_INT(codec_inflate(codec, buf_str(&packed), &wrong, &out), ST_CORRUPT);
    wrong = info;
    wrong.raw_bytes--;
    CHECK_INT(codec_inflate(codec, buf_str(&packed), &wrong, &out), ST_CORRUPT);
    wrong = info;
    wrong.packed_bytes--;
    CHECK_INT(codec_inflate(codec, buf_str(&packed), &wrong, &out), ST_CORRUPT);
    CHECK_INT(codec_inflate(codec, str_head(buf_str(&packed), packed.n - 1), &wrong, &out), ST_CORRUPT);
    packed.p[4] ^= 0x10;
    CHECK_INT(codec_inflate(codec, buf_str(&packed), &info, &out), ST_CORRUPT);
    CHECK_INT(out.n, 0);
    wrong.raw_bytes = 1001;
    wrong.packed_bytes = packed.n;
    CHECK_INT(codec_inflate(codec, buf_str(&packed), &wrong, &out), ST_LIMIT);
    wrong = (struct packed){0, packed.n, 1}; /* empty content has a sum, too */
    CHECK_INT(codec_inflate(codec, buf_str(&packed), &wrong, &out), ST_CORRUPT);
    buf_fini(&packed);
    buf_fini(&out);

    buf_init(&packed, 10);
    CHECK_INT(codec_deflate(codec, raw, &packed, &info), ST_LIMIT);
    buf_fini(&packed);
    static char zeros[5000];
    buf_init(&packed, 100); /* far below the worst case, and enough */
    CHECK_INT(codec_deflate(codec, str_make(zeros, sizeof zeros), &packed, &info), OK);
    buf_fini(&packed);
    codec_destroy(codec);
}

/* ---- codec: what servers send ---- */

/* window_bits as zlib counts: 31 gzip, 15 zlib, -15 bare. */
static void pack(struct buf *to, int window_bits, struct str raw)
{
    z_stream z = {0};
    NEED(deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    size_t bound = deflateBound(&z, raw.n);
    char *room = buf_room(to, bound);
    NEED(room);
    z.next_in = (Bytef *)(uintptr_t)raw.p;
    z.avail_in = (uInt)raw.n;
    z.next_out = (Bytef *)room;
    z.avail_out = (uInt)bound;
    NEED(deflate(&z, Z_FINISH) == Z_STREAM_END);
    to->n += bound - z.avail_out;
    deflateEnd(&z);
}

static enum status decode(enum coding coding, struct str body, size_t max, struct str want)
{
    struct buf out;
    buf_init(&out, max);
    enum status st = coding_decode(coding, body, 100, &out);
    if (st == OK)
        CHECK(str_eq(buf_str(&out), want));
    CHECK(out.n <= max);
    buf_fini(&out);
    return st;
}

static void test_coding_names(void)
{
    struct str rest;
    CHECK_INT(coding_of(STR_NONE, &rest), CODING_IDENTITY);
    CHECK_INT(coding_of(STR_LIT(" Identity "), &rest), CODING_IDENTITY);
    CHECK_INT(coding_of(STR_LIT("GZIP"), &rest), CODING_GZIP);
    CHECK_INT(rest.n, 0);
    CHECK_INT(coding_of(STR_LIT("x-gzip"), &rest), CODING_GZIP);
    CHECK_INT(coding_of(STR_LIT("deflate"), &rest), CODING_DEFLATE);
    CHECK_INT(coding_of(STR_LIT("br"), &rest), CODING_UNKNOWN);
    CHECK_INT(coding_of(STR_LIT("deflate , gzip"), &rest), CODING_GZIP);
    CHECK_STR(rest, STR_LIT("deflate"));
}

static void test_coding_forms(void)
{
    struct str raw = STR_LIT("hello hello hello hello");
    struct buf gz, zl, bare;
    buf_init(&gz, 1u << 20);
    buf_init(&zl, 1u << 20);
    buf_init(&bare, 1u << 20);
    pack(&gz, 31, raw);
    pack(&zl, 15, raw);
    pack(&bare, -15, raw);
    CHECK_INT(decode(CODING_GZIP, buf_str(&gz), 1000, raw), OK);
    CHECK_INT(decode(CODING_DEFLATE, buf_str(&zl), 1000, raw), OK);
    CHECK_INT(decode(CODING_DEFLATE, buf_str(&bare), 1000, raw), OK);
    CHECK_INT(decode(CODING_IDENTITY, raw, 1000, raw), OK);
    CHECK_INT(decode(CODING_IDENTITY, raw, 5, raw), ST_LIMIT);
    CHECK_INT(decode(CODING_UNKNOWN, raw, 1000, raw), ST_UNSUPPORTED);
    CHECK_INT(decode(CODING_GZIP, STR_NONE, 1000, raw), ST_PROTO);
    CHECK_INT(decode(CODING_GZIP, raw, 1000, raw), ST_PROTO);
    CHECK_INT(decode(CODING_DEFLATE, STR_LIT("\xff\xff\xff"), 1000, raw), ST_PROTO);
    /* A limit that is met exactly is kept; one byte less is not enough. */
    CHECK_INT(decode(CODING_GZIP, buf_str(&gz), raw.n, raw), OK);
    CHECK_INT(decode(CODING_GZIP, buf_str(&gz), raw.n - 1, raw), ST_LIMIT);
    for (size_t n = 0; n < gz.n; n++)
        CHECK_INT(decode(CODING_GZIP, str_head(buf_str(&gz), n), 1000, raw), ST_PROTO);
    gz.p[gz.n - 5] ^= 1; /* the CRC */
    CHECK_INT(decode(CODING_GZIP, buf_str(&gz), 1000, raw), ST_PROTO);
    buf_fini(&gz);
    buf_fini(&zl);
    buf_fini(&bare);
}

static void test_coding_members(void)
{
    struct buf gz;
    buf_init(&gz, 1u << 20);
    pack(&gz, 31, STR_LIT("one "));
    size_t first = gz.n;
    pack(&gz, 31, STR_LIT("two"));
    CHECK_INT(decode(CODING_GZIP, buf_str(&gz), 7, STR_LIT("one two")), OK);
    CHECK_INT(decode(CODING_GZIP, buf_str(&gz), 4, STR_LIT("")), ST_LIMIT);
    CHECK_INT(decode(CODING_GZIP, str_head(buf_str(&gz), gz.n - 1), 1000, STR_LIT("")), ST_PROTO);
    CHECK_INT(decode(CODING_GZIP, str_head(buf_str(&gz), first), 1000, STR_LIT("one ")), OK);
    buf_put(&gz, "\0\0\0\0padding", 11);
    CHECK_INT(decode(CODING_GZIP, buf_str(&gz), 1000, STR_LIT("one two")), OK);
    buf_fini(&gz);
}

static void test_coding_bomb(void)
{
    size_t n = 20u << 20;
    char *zeros = calloc(1, n);
    struct buf gz, out;
    NEED(zeros);
    buf_init(&gz, 2 * n);
    buf_init(&out, n);
    pack(&gz, 31, str_make(zeros, n));
    CHECK_INT(coding_decode(CODING_GZIP, buf_str(&gz), 100, &out),
              ST_LIMIT); /* the ratio, long before the end */
    CHECK(out.n < 4u << 20);
    buf_reset(&out);
    CHECK_INT(coding_decode(CODING_GZIP, buf_str(&gz), 2000, &out), OK); /* a size that only just fits */
    CHECK_INT(out.n, n);
    buf_fini(&out);
    buf_init(&out, n / 2);
    CHECK_INT(coding_decode(CODING_GZIP, buf_str(&gz), 2000, &out), ST_LIMIT);
    CHECK_INT(out.n, n / 2);
    buf_fini(&out);
    /* What stands in the buffer already counts for its limit, and only once. */
    buf_init(&out, 30);
    buf_puts(&out, "0123456789");
    buf_reset(&gz);
    pack(&gz, 31, STR_LIT("abcdefghijklmnopqrst"));
    CHECK_INT(coding_decode(CODING_GZIP, buf_str(&gz), 100, &out), OK);
    CHECK_STR(buf_str(&out), STR_LIT("0123456789abcdefghijklmnopqrst"));
    buf_fini(&out);
    buf_fini(&gz);
    free(zeros);
}

/* ---- queue ---- */

#define ITEMS 20000

static int pushes; /* counted by the one thread that pushes */

static void count_push(void *user)
{
    ++*(int *)user;
}

static void *push_all(void *user)
{
    struct queue *q = user;
    for (uintptr_t i = 1; i <= ITEMS; i++) {
        void *item = (void *)i;
        if (queue_push(q, &item) != OK || item)
            return NULL;
    }
    queue_close(q);
    return q;
}

static void test_queue_threads(void)
{
    struct queue *q = queue_create(7, count_push, &pushes);
    pthread_t giver;
    NEED(q && pthread_create(&giver, NULL, push_all, q) == 0);
    uintptr_t next = 1;
    void *items[5], *result = NULL;
    for (size_t n; (n = queue_pop(q, items, 5, -1)) > 0;)
        for (size_t i = 0; i < n; i++)
            if ((uintptr_t)items[i] == next)
                next++;
    CHECK_INT(next, ITEMS + 1); /* all of them, in order */
    CHECK(queue_is_closed(q));
    pthread_join(giver, &result);
    CHECK(result == q);
    CHECK_INT(pushes, ITEMS);
    queue_destroy(q);
    queue_destroy(NULL);
}

static void test_queue_limits(void)
{
    struct queue *q = queue_create(2, NULL, NULL);
    int a, b, c;
    void *item = &a, *items[4];
    NEED(q);
    CHECK_INT(queue_pop(q, items, 4, 0), 0);
    CHECK_INT(queue_push(q, &item), OK);
    CHECK(item == NULL);
    item = &b;
    CHECK_INT(queue_try_push(q, &item), OK);
    item = &c;
    CHECK_INT(queue_try_push(q, &item), ST_BUSY);
    CHECK(item == &c); /* still ours */
    CHECK_INT(queue_length(q), 2);
    CHECK_INT(queue_pop(q, items, 1, INT64_MAX), 1);
    CHECK(items[0] == &a);
    queue_close(q);
    CHECK_INT(queue_push(q, &item), ST_CANCELLED);
    CHECK_INT(queue_try_push(q, &item), ST_CANCELLED);
    CHECK(item == &c);
    CHECK_INT(queue_pop(q, items, 4, -1), 1); /* a closed queue hands out what it holds */
    CHECK(items[0] == &b);
    CHECK_INT(queue_pop(q, items, 4, -1), 0);
    queue_destroy(q);
}

static void *push_one_more(void *user)
{
    static int value;
    void *item = &value;
    return queue_push(user, &item) == ST_CANCELLED ? user : NULL;
}

static void test_queue_waits(void)
{
    struct queue *q = queue_create(1, NULL, NULL);
    int a;
    void *item = &a, *items[1], *result = NULL;
    pthread_t giver;
    NEED(q);
    int64_t start = clock_mono_ms();
    CHECK_INT(queue_pop(q, items, 1, 30), 0);
    int64_t waited = clock_mono_ms() - start;
    CHECK(waited >= 29 && waited < 5000);
    CHECK_INT(queue_push(q, &item), OK);
    NEED(pthread_create(&giver, NULL, push_one_more, q) == 0);
    queue_close(q); /* wakes the giver, who waits for room, or meets it closed */
    pthread_join(giver, &result);
    CHECK(result == q);
    CHECK_INT(queue_pop(q, items, 1, -1), 1);
    queue_destroy(q);
}

/* ---- clock ---- */

static struct str format(int64_t wall_ms)
{
    static char text[32];
    clock_format(wall_ms, text);
    return str_of(text);
}

static void test_clock(void)
{
    CHECK_STR(format(0), STR_LIT("1970-01-01T00:00:00Z"));
    CHECK_STR(format(1769850300999), STR_LIT("2026-01-31T09:05:00Z"));
    CHECK_STR(format(951782400000), STR_LIT("2000-02-29T00:00:00Z"));
    CHECK_STR(format(-1), STR_LIT("1969-12-31T23:59:59Z"));
    CHECK(format(INT64_MAX).n < 32 && format(INT64_MIN).n < 32);
    int64_t before = clock_mono_ms();
    CHECK(clock_mono_ms() >= before);
    CHECK(clock_wall_ms() > 1600000000000);
}

/* ---- str ---- */

static void test_str(void)
{
    struct str s = STR_LIT("  Text\t");
    CHECK_STR(str_trim(s), STR_LIT("Text"));
    CHECK_STR(str_trim(STR_LIT(" \n")), STR_LIT(""));
    CHECK(str_eq_nocase(STR_LIT("aB"), STR_LIT("Ab")) && !str_eq_nocase(STR_LIT("a"), STR_LIT("ab")));
    CHECK(str_starts(STR_LIT("abc"), STR_LIT("ab")) && !str_starts(STR_LIT("a"), STR_LIT("ab")));
    CHECK(str_ends(STR_LIT("abc"), STR_LIT("bc")) && str_ends(STR_LIT("a"), STR_NONE));
    CHECK_STR(str_from(STR_LIT("abc"), 1), STR_LIT("bc"));
    CHECK_STR(str_from(STR_LIT("abc"), 9), STR_LIT(""));
    CHECK_STR(str_head(STR_LIT("abc"), 9), STR_LIT("abc"));
    CHECK_INT(str_find(STR_LIT("abc"), 'c'), 2);
    CHECK_INT(str_find(STR_LIT("abc"), 'x'), 3);
    CHECK_INT(str_find(STR_NONE, 'x'), 0);
    CHECK(str_cmp(STR_LIT("a"), STR_LIT("ab")) < 0 && str_cmp(STR_LIT("b"), STR_LIT("ab")) > 0);
    CHECK(str_cmp(STR_NONE, STR_LIT("")) == 0 && str_cmp(STR_LIT("\xff"), STR_LIT("a")) > 0);
    CHECK(!str_is_set(STR_NONE) && str_is_set(STR_LIT("")));
    CHECK(ascii_is_alpha('Z') && !ascii_is_alpha('[') && !ascii_is_alpha('@') &&
          !ascii_is_alpha('\xe1'));
}

int main(void)
{
    RUN(test_str);
    RUN(test_status);
    RUN(test_buf_grows);
    RUN(test_build_id);
    RUN(test_buf_limit);
    RUN(test_buf_printf_long);
    RUN(test_arena);
    RUN(test_arena_limit);
    RUN(test_arena_reuse);
    RUN(test_siphash);
    RUN(test_sha256);
    RUN(test_hash64);
    RUN(test_hmac);
    RUN(test_uuid);
    RUN(test_hex_and_random);
    RUN(test_codec_round_trip);
    RUN(test_codec_damage);
    RUN(test_coding_names);
    RUN(test_coding_forms);
    RUN(test_coding_members);
    RUN(test_coding_bomb);
    RUN(test_queue_threads);
    RUN(test_queue_limits);
    RUN(test_queue_waits);
    RUN(test_clock);
    return check_report();
}
