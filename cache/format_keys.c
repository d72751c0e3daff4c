/* SPDX-License-Identifier: Apache-2.0 */
/* format_keys.c: the keys of all tables, made and taken apart. Numbers are big-endian, so that the order of the
 * bytes is that of the numbers. */
#include "cache/format.h"

#define KEY_HASH_BYTES 16
/* Turned over, a signed time sorts as an unsigned number. */
#define AGE_SIGN ((uint64_t)1 << 63)

static void key_add(struct key *key, const void *bytes, size_t n)
{
    must(n <= sizeof key->b - key->n);
    memcpy(key->b + key->n, bytes, n);
    key->n += n;
}

static void key_add_be(struct key *key, uint64_t v, size_t n)
{
    uint8_t bytes[8];
    for (size_t i = n; i--; v >>= 8)
        bytes[i] = (uint8_t)v;
    key_add(key, bytes, n);
}

static uint64_t be_of(const char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | (uint8_t)p[i];
    return v;
}

struct key key_of_text(const char *name)
{
    struct key key = {.n = 0};
    key_add(&key, name, strlen(name));
    return key;
}

struct key key_of_id(struct id128 id)
{
    struct key key = {.n = 0};
    key_add(&key, id.b, sizeof id.b);
    return key;
}

struct key key_of_sha(struct sha256 sha)
{
    struct key key = {.n = 0};
    key_add(&key, sha.b, sizeof sha.b);
    return key;
}

struct key key_of_job(uint32_t job)
{
    struct key key = {.n = 0};
    key_add_be(&key, job, KEY_JOB_BYTES);
    return key;
}

struct key key_of_job_id(uint32_t job, struct id128 id)
{
    struct key key = key_of_job(job);
    key_add(&key, id.b, sizeof id.b);
    return key;
}

struct key key_of_job_seq(uint32_t job, uint64_t seq)
{
    struct key key = key_of_job(job);
    key_add_be(&key, seq, 8);
    return key;
}

struct key key_of_ready(uint32_t job, uint8_t rank, uint64_t seq)
{
    struct key key = key_of_job(job);
    key_add_be(&key, rank, 1);
    key_add_be(&key, seq, 8);
    return key;
}

struct key key_of_seen_set(uint32_t job, unsigned set, bool old)
{
    struct key key = key_of_job(job);
    key_add_be(&key, set + (old ? SEEN_SETS : 0), 1);
    return key;
}

struct key key_of_seen(uint32_t job, struct id128 id, bool old)
{
    _Static_assert(SEEN_SETS == 16, "a set is the first four bits of an id");
    return key_of_seen_set(job, id.b[0] >> 4, old);
}

struct seen_entry seen_entry_of(struct id128 id, uint64_t seq)
{
    struct seen_entry entry;
    memcpy(entry.b, id.b, SEEN_ID_BYTES);
    for (size_t i = sizeof entry.b; i-- > SEEN_ID_BYTES; seq >>= 8)
        entry.b[i] = (uint8_t)seq;
    return entry;
}

struct key key_of_number(uint32_t number)
{
    return key_of_job(number);
}

struct key key_of_hash(struct sha256 hash)
{
    struct key key = {.n = 0};
    key_add(&key, hash.b, KEY_HASH_BYTES);
    return key;
}

struct key key_of_owner_kind(uint32_t owner, enum job_kind kind)
{
    struct key key = key_of_number(owner);
    key_add_be(&key, kind, 1);
    return key;
}

struct key key_of_owned(uint32_t owner, enum job_kind kind, uint32_t job)
{
    struct key key = key_of_owner_kind(owner, kind);
    key_add_be(&key, UINT32_MAX - job, KEY_JOB_BYTES);
    return key;
}

struct key key_of_idempotency(uint32_t owner, struct id128 id)
{
    return key_of_job_id(owner, id);
}

struct key key_of_age(int64_t at_ms, uint32_t owner, struct id128 id)
{
    struct key key = {.n = 0};
    key_add_be(&key, (uint64_t)at_ms ^ AGE_SIGN, 8);
    key_add_be(&key, owner, KEY_JOB_BYTES);
    key_add(&key, id.b, sizeof id.b);
    return key;
}

struct key key_of_usage(uint32_t owner, uint32_t day)
{
    struct key key = key_of_number(owner);
    key_add_be(&key, day, 4);
    return key;
}

struct key key_of_turn(uint64_t turn)
{
    struct key key = {.n = 0};
    key_add_be(&key, turn, 8);
    return key;
}

struct key key_copy(struct str bytes)
{
    struct key key = {.n = 0};
    key_add(&key, bytes.p, bytes.n);
    return key;
}

uint32_t key_job(struct str key)
{
    must(key.n >= KEY_JOB_BYTES);
    return (uint32_t)be_of(key.p, KEY_JOB_BYTES);
}

uint64_t key_seq(struct str key)
{
    must(key.n >= 8);
    return be_of(key.p + key.n - 8, 8);
}

uint8_t key_rank(struct str key)
{
    must(key.n == key_bytes(TABLE_READY));
    return (uint8_t)key.p[KEY_JOB_BYTES];
}

uint32_t key_number(struct str key)
{
    return key_job(key);
}

uint8_t key_owned_kind(struct str key)
{
    must(key.n == key_bytes(TABLE_OWNED));
    return (uint8_t)key.p[KEY_JOB_BYTES];
}

uint32_t key_owned_job(struct str key)
{
    must(key.n == key_bytes(TABLE_OWNED));
    return UINT32_MAX - (uint32_t)be_of(key.p + KEY_JOB_BYTES + 1, KEY_JOB_BYTES);
}

int64_t key_age(struct str key)
{
    must(key.n == key_bytes(TABLE_AGES));
    return (int64_t)(be_of(key.p, 8) ^ AGE_SIGN);
}

struct key key_aged(struct str key)
{
    must(key.n == key_bytes(TABLE_AGES));
    return key_copy(str_from(key, 8));
}

uint32_t key_usage_day(struct str key)
{
    must(key.n == key_bytes(TABLE_USAGE));
    return (uint32_t)be_of(key.p + KEY_JOB_BYTES, 4);
}

size_t key_bytes(enum table table)
{
    static const uint8_t bytes[TABLES] = {
        [TABLE_META] = 0,
        [TABLE_JOBS] = 16,
        [TABLE_NUMBERS] = KEY_JOB_BYTES,
        [TABLE_URLS] = KEY_JOB_BYTES + 8,
        [TABLE_SEEN] = KEY_JOB_BYTES + 1,
        [TABLE_READY] = KEY_JOB_BYTES + 1 + 8,
        [TABLE_PAGES] = KEY_JOB_BYTES + 8,
        [TABLE_BUNDLES] = 32,
        [TABLE_REFS] = 32,
        [TABLE_HOSTS] = KEY_JOB_BYTES + 16,
        [TABLE_ROWS] = KEY_JOB_BYTES + 8,
        [TABLE_KEYS] = KEY_JOB_BYTES,
        [TABLE_KEY_HASHES] = KEY_HASH_BYTES,
        [TABLE_OWNED] = KEY_JOB_BYTES + 1 + KEY_JOB_BYTES,
        [TABLE_FEED] = KEY_JOB_BYTES + 8,
        [TABLE_IDEMPOTENCY] = KEY_JOB_BYTES + 16,
        [TABLE_AGES] = 8 + KEY_JOB_BYTES + 16,
        [TABLE_USAGE] = KEY_JOB_BYTES + 4,
        [TABLE_ANSWERS] = 32,
        [TABLE_TURNS] = 8,
    };
    return bytes[table];
}
