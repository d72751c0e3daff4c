/* SPDX-License-Identifier: Apache-2.0 */
/* format.c: records to bytes and back, as the tables in format.h say.
 *
 * Each record's fields stand once, in a LAYOUT list, from which writing and reading are both made, so that
 * the two can't differ. Reading trusts nothing: every take is bounded by what is left, a bad one is sticky,
 * and a record is good only when its CRC fits and its last byte was used. Keys are in format_keys.c. */
#include "cache/format.h"

/* clang-format off */
#define JOB_LAYOUT(X)                                                                                   \
    X(u32, number) X(u8, kind) X(u8, state) X(u32, flags)                                               \
    X(i64, created_ms) X(i64, updated_ms) X(i64, finished_ms) X(id, source) X(u64, next_seq)            \
    X(u64, kept) X(u64, traversed) X(u64, redirected) X(u64, failed) X(u64, ready) X(u64, rows)         \
    EACH_REASON(X)                                                                                      \
    X(u64, received_bytes) X(u64, stored_bytes) X(u64, no_text) X(i64, active_ms)                       \
    X(u32, owner) X(i64, started_ms) X(u64, items) X(u64, next_event) X(u64, delivered)                 \
    X(u64, unit_credits) X(u64, reserved_credits) X(u64, charged_credits) X(u64, charged_units)         \
    X(u64, input_tokens) X(u64, output_tokens) EIGHT(X, marks, 0) EIGHT(X, marks, 8)                    \
    X(u64, reused) X(u64, empty)                                                                        \
    X(text, base_url) X(text, host) X(text, request) X(text, policy) X(text, message)     \
    X(text, completeness)

#define EIGHT(X, of, i)                                                                                 \
    X(u64, of[i]) X(u64, of[i + 1]) X(u64, of[i + 2]) X(u64, of[i + 3])                                 \
    X(u64, of[i + 4]) X(u64, of[i + 5]) X(u64, of[i + 6]) X(u64, of[i + 7])
#define EACH_REASON(X)                                                                                  \
    EIGHT(X, skipped, 0) EIGHT(X, skipped, 8) EIGHT(X, skipped, 16) EIGHT(X, skipped, 24)

#define URL_LAYOUT(X)                                                                                   \
    X(id, id) X(id, parent) X(u8, state) X(u8, verdict) X(u8, reason) X(u8, redirects) X(u8, attempts)            \
    X(u8, rank) X(u8, marks) X(u16, depth) X(u16, http_status) X(i64, changed_ms)                                    \
    X(text, url) X(text, detail)

#define PAGE_LAYOUT(X)                                                                                  \
    X(id, url_id) X(id, parent) X(sha, bundle) X(u16, http_status) X(u16, depth)                        \
    X(u32, flags) X(u32, cuts) X(i64, fetched_ms) X(u32, took_ms) X(u32, links)                   \
    X(u64, text_bytes) X(u16, text_share) X(u16, code_share)                                            \
    X(text, url) X(text, title) X(text, description) X(text, language) X(text, canonical)               \
    X(text, content_type) X(text, charset) X(text, etag) X(text, last_modified)                     \
    X(text, metadata)

#define HOST_LAYOUT(X)                                                                                  \
    X(i64, fetched_ms) X(u16, http_status) X(text, robots)

#define ROW_LAYOUT(X)                                                                                   \
    X(u64, packed.raw_bytes) X(u32, packed.crc32) X(text, stream)

#define KEY_LAYOUT(X)                                                                                   \
    X(id, id) X(sha, hash) X(i64, created_ms) X(i64, expires_ms) X(i64, revoked_ms)                     \
    X(u64, credits) X(u64, used) X(u64, reserved) X(u32, rate_requests) X(u32, rate_seconds)            \
    X(u64, jobs[0]) X(u64, jobs[1]) X(u64, jobs[2]) X(u64, jobs[3])                                     \
    X(u64, pending[0]) X(u64, pending[1]) X(u64, pending[2]) X(u64, pending[3])                         \
    X(u64, items) X(text, name)

#define FEED_LAYOUT(X)                                                                                  \
    X(u8, kind) X(u8, state) X(u64, seq) X(id, url) X(i64, at_ms)

#define IDEMPOTENCY_LAYOUT(X)                                                                           \
    X(sha, body) X(id, job) X(i64, at_ms)

#define USAGE_LAYOUT(X)                                                                                 \
    X(u64, requests) X(u64, crawls) X(u64, input_tokens) X(u64, output_tokens) X(u64, captchas)         \
    X(u64, credits) X(u64, latency_ms) X(u64, latencies)

#define ANSWER_LAYOUT(X)                                                                                \
    X(u64, turn) X(u32, job) X(u8, flags) X(u64, packed.raw_bytes) X(u32, packed.crc32) X(text, stream)

#define TURN_LAYOUT(X)                                                                                  \
    X(sha, answer) X(u64, total)

#define PART_LAYOUT(X)                                                                                  \
    X(u8, kind) X(u32, packed.crc32) X(u64, packed.raw_bytes) X(u64, packed.packed_bytes) X(sha, sha256)
/* clang-format on */

_Static_assert(JOB_REASONS == 32, "EACH_REASON names all of them");
_Static_assert(JOB_MARKS == 16, "JOB_LAYOUT names all of them");
_Static_assert(JOB_KINDS == 4, "KEY_LAYOUT names the counters of all kinds");

#define CRC_BYTES 4
#define PART_HEAD_BYTES (1 + 4 + 8 + 8 + 32)
#define VALUE_MAX_BYTES UINT32_MAX

/* ---- writing ---- */

static void put_le(struct buf *out, uint64_t v, unsigned n)
{
    uint8_t bytes[8];
    for (unsigned i = 0; i < n; i++, v >>= 8)
        bytes[i] = (uint8_t)v;
    buf_put(out, bytes, n);
}

static void put_u8(struct buf *out, uint8_t v)
{
    put_le(out, v, 1);
}

static void put_u16(struct buf *out, uint16_t v)
{
    put_le(out, v, 2);
}

static void put_u32(struct buf *out, uint32_t v)
{
    put_le(out, v, 4);
}

static void put_u64(struct buf *out, uint64_t v)
{
    put_le(out, v, 8);
}

static void put_i64(struct buf *out, int64_t v)
{
    put_le(out, (uint64_t)v, 8);
}

static void put_id(struct buf *out, struct id128 id)
{
    buf_put(out, id.b, sizeof id.b);
}

static void put_sha(struct buf *out, struct sha256 sha)
{
    buf_put(out, sha.b, sizeof sha.b);
}

static void put_text(struct buf *out, struct str s)
{
    if (s.n > VALUE_MAX_BYTES) {
        out->status = out->status == OK ? ST_LIMIT : out->status;
        return;
    }
    size_t n = s.n;
    for (; n >= 0x80; n >>= 7)
        put_u8(out, (uint8_t)(n | 0x80));
    put_u8(out, (uint8_t)n);
    buf_put_str(out, s);
}

/* Ends the record that began at out->p + from. */
static void put_crc(struct buf *out, size_t from)
{
    if (out->status == OK)
        put_u32(out, codec_crc32(str_make(out->p + from, out->n - from)));
}

#define X(type, field) put_##type(out, record->field);

void format_job(const struct job_record *record, struct buf *out)
{
    must(record->kind < JOB_KINDS && record->state < JOB_STATES);
    size_t from = out->n;
    JOB_LAYOUT(X)
    put_crc(out, from);
}

void format_url(const struct url_record *record, struct buf *out)
{
    must(record->state < URL_STATES);
    size_t from = out->n;
    URL_LAYOUT(X)
    put_crc(out, from);
}

void format_page(const struct page_record *record, struct buf *out)
{
    size_t from = out->n;
    PAGE_LAYOUT(X)
    put_crc(out, from);
}

void format_host(const struct host_record *record, struct buf *out)
{
    size_t from = out->n;
    HOST_LAYOUT(X)
    put_crc(out, from);
}

void format_row(const struct row_record *record, struct buf *out)
{
    must(record->packed.packed_bytes == record->stream.n);
    size_t from = out->n;
    ROW_LAYOUT(X)
    put_crc(out, from);
}

void format_key(const struct key_record *record, struct buf *out)
{
    size_t from = out->n;
    KEY_LAYOUT(X)
    put_crc(out, from);
}

void format_feed(const struct feed_record *record, struct buf *out)
{
    must(record->kind < FEED_KINDS && record->state < JOB_STATES);
    size_t from = out->n;
    FEED_LAYOUT(X)
    put_crc(out, from);
}

void format_idempotency(const struct idempotency_record *record, struct buf *out)
{
    size_t from = out->n;
    IDEMPOTENCY_LAYOUT(X)
    put_crc(out, from);
}

void format_usage(const struct usage_record *record, struct buf *out)
{
    size_t from = out->n;
    USAGE_LAYOUT(X)
    put_crc(out, from);
}

void format_answer(const struct answer_record *record, struct buf *out)
{
    must(record->packed.packed_bytes == record->stream.n && record->flags <= ANSWER_EMPTY);
    size_t from = out->n;
    ANSWER_LAYOUT(X)
    put_crc(out, from);
}

void format_turn(const struct turn_record *record, struct buf *out)
{
    size_t from = out->n;
    TURN_LAYOUT(X)
    put_crc(out, from);
}

static void put_part(struct buf *out, const struct part *record)
{
    PART_LAYOUT(X)
}

#undef X

void format_u32(uint32_t value, uint8_t to[4])
{
    for (unsigned i = 0; i < 4; i++, value >>= 8)
        to[i] = (uint8_t)value;
}

static size_t bundle_head_bytes(size_t n_parts)
{
    return 1 + n_parts * PART_HEAD_BYTES + CRC_BYTES;
}

size_t format_bundle_bytes(const struct bundle *bundle)
{
    must(bundle->n_parts >= 1 && bundle->n_parts <= PART_KINDS);
    size_t n = bundle_head_bytes(bundle->n_parts);
    for (unsigned i = 0; i < bundle->n_parts; i++) {
        const struct part *part = &bundle->parts[i];
        must(part->packed.packed_bytes == part->stream.n && part->kind < PART_KINDS);
        must(i == 0 || part[-1].kind < part->kind);
        if (part->stream.n > VALUE_MAX_BYTES - n)
            return 0;
        n += part->stream.n;
    }
    return n;
}

void format_bundle(const struct bundle *bundle, uint8_t *to)
{
    /* A buffer over the place itself: it has the room, so it never grows. */
    size_t head = bundle_head_bytes(bundle->n_parts);
    struct buf out = {.p = (char *)to, .cap = head, .max = head};
    must(bundle->level <= BUNDLE_LEVEL_MAX);
    put_u8(&out, (uint8_t)(bundle->n_parts | bundle->level << 4));
    for (unsigned i = 0; i < bundle->n_parts; i++)
        put_part(&out, &bundle->parts[i]);
    put_crc(&out, 0);
    must(out.status == OK && out.n == head);
    to += head;
    for (unsigned i = 0; i < bundle->n_parts; i++) {
        struct str stream = bundle->parts[i].stream;
        if (stream.n)
            memcpy(to, stream.p, stream.n);
        to += stream.n;
    }
}

/* ---- reading ---- */

struct take {
    const uint8_t *p;
    size_t n;
    bool bad;
};

static struct str take_bytes(struct take *t, size_t n)
{
    t->bad = t->bad || n > t->n;
    if (t->bad || n == 0)
        return STR_NONE;
    struct str s = str_make((const char *)t->p, n);
    t->p += n;
    t->n -= n;
    return s;
}

static uint64_t le_of(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    while (n--)
        v = v << 8 | p[n];
    return v;
}

static uint64_t take_le(struct take *t, unsigned n)
{
    struct str s = take_bytes(t, n);
    return le_of((const uint8_t *)s.p, s.n);
}

static uint8_t take_u8(struct take *t)
{
    return (uint8_t)take_le(t, 1);
}

static uint16_t take_u16(struct take *t)
{
    return (uint16_t)take_le(t, 2);
}

static uint32_t take_u32(struct take *t)
{
    return (uint32_t)take_le(t, 4);
}

static uint64_t take_u64(struct take *t)
{
    return take_le(t, 8);
}

static int64_t take_i64(struct take *t)
{
    return (int64_t)take_le(t, 8);
}

static struct id128 take_id(struct take *t)
{
    struct id128 id = {{0}};
    struct str s = take_bytes(t, sizeof id.b);
    if (s.n)
        memcpy(id.b, s.p, s.n);
    return id;
}

static struct sha256 take_sha(struct take *t)
{
    struct sha256 sha = {{0}};
    struct str s = take_bytes(t, sizeof sha.b);
    if (s.n)
        memcpy(sha.b, s.p, s.n);
    return sha;
}

static struct str take_text(struct take *t)
{
    uint64_t n = 0;
    uint8_t byte = 0x80;
    for (unsigned shift = 0; shift < 35 && byte & 0x80; shift += 7) {
        byte = take_u8(t);
        n |= (uint64_t)(byte & 0x7f) << shift;
    }
    t->bad = t->bad || byte & 0x80 || n > t->n;
    return t->bad ? STR_NONE : take_bytes(t, (size_t)n);
}

/* What stands before a record's CRC; bad when the CRC is another. */
static struct take take_record(struct str value)
{
    struct take t = {.p = (const uint8_t *)value.p, .n = value.n, .bad = value.n < CRC_BYTES};
    if (!t.bad) {
        t.n -= CRC_BYTES;
        t.bad = le_of(t.p + t.n, CRC_BYTES) != codec_crc32(str_make(value.p, t.n));
    }
    return t;
}

static struct take take_key(enum table table, struct str key)
{
    return (struct take){.p = (const uint8_t *)key.p, .n = key.n, .bad = key.n != key_bytes(table)};
}

static bool is_whole(const struct take *t)
{
    return !t->bad && t->n == 0;
}

#define X(type, field) record.field = take_##type(&t);

enum status format_read_job(struct str key, struct str value, struct job_record *ret_job)
{
    struct take k = take_key(TABLE_JOBS, key), t = take_record(value);
    struct job_record record = {.id = take_id(&k)};
    JOB_LAYOUT(X)
    if (!is_whole(&k) || !is_whole(&t) || record.kind >= JOB_KINDS || record.state >= JOB_STATES)
        return ST_CORRUPT;
    *ret_job = record;
    return OK;
}

enum status format_read_url(struct str key, struct str value, struct url_record *ret_url)
{
    if (key.n != key_bytes(TABLE_URLS))
        return ST_CORRUPT;
    struct take t = take_record(value);
    struct url_record record = {.seq = key_seq(key)};
    URL_LAYOUT(X)
    if (!is_whole(&t) || record.state >= URL_STATES)
        return ST_CORRUPT;
    *ret_url = record;
    return OK;
}

enum status format_read_page(struct str key, struct str value, struct page_record *ret_page)
{
    if (key.n != key_bytes(TABLE_PAGES))
        return ST_CORRUPT;
    struct take t = take_record(value);
    struct page_record record = {.seq = key_seq(key)};
    PAGE_LAYOUT(X)
    if (!is_whole(&t))
        return ST_CORRUPT;
    *ret_page = record;
    return OK;
}

enum status format_read_host(struct str key, struct str value, struct host_record *ret_host)
{
    struct take k = take_key(TABLE_HOSTS, key), t = take_record(value);
    (void)take_bytes(&k, KEY_JOB_BYTES);
    struct host_record record = {.id = take_id(&k)};
    HOST_LAYOUT(X)
    if (!is_whole(&k) || !is_whole(&t))
        return ST_CORRUPT;
    *ret_host = record;
    return OK;
}

enum status format_read_row(struct str key, struct str value, struct row_record *ret_row)
{
    if (key.n != key_bytes(TABLE_ROWS))
        return ST_CORRUPT;
    struct take t = take_record(value);
    struct row_record record = {.seq = key_seq(key)};
    ROW_LAYOUT(X)
    if (!is_whole(&t))
        return ST_CORRUPT;
    record.packed.packed_bytes = record.stream.n;
    *ret_row = record;
    return OK;
}

enum status format_read_key(struct str key, struct str value, struct key_record *ret_key)
{
    if (key.n != key_bytes(TABLE_KEYS))
        return ST_CORRUPT;
    struct take t = take_record(value);
    struct key_record record = {.number = key_number(key)};
    KEY_LAYOUT(X)
    if (!is_whole(&t))
        return ST_CORRUPT;
    *ret_key = record;
    return OK;
}

enum status format_read_feed(struct str key, struct str value, struct feed_record *ret_event)
{
    if (key.n != key_bytes(TABLE_FEED))
        return ST_CORRUPT;
    struct take t = take_record(value);
    struct feed_record record = {.number = key_seq(key)};
    FEED_LAYOUT(X)
    if (!is_whole(&t) || record.kind >= FEED_KINDS || record.state >= JOB_STATES)
        return ST_CORRUPT;
    *ret_event = record;
    return OK;
}

enum status format_read_idempotency(struct str key, struct str value,
                                    struct idempotency_record *ret_record)
{
    struct take t = take_record(value);
    struct idempotency_record record = {.at_ms = 0};
    IDEMPOTENCY_LAYOUT(X)
    if (key.n != key_bytes(TABLE_IDEMPOTENCY) || !is_whole(&t))
        return ST_CORRUPT;
    *ret_record = record;
    return OK;
}

enum status format_read_usage(struct str key, struct str value, struct usage_record *ret_usage)
{
    if (key.n != key_bytes(TABLE_USAGE))
        return ST_CORRUPT;
    struct take t = take_record(value);
    struct usage_record record = {.day = key_usage_day(key)};
    USAGE_LAYOUT(X)
    if (!is_whole(&t))
        return ST_CORRUPT;
    *ret_usage = record;
    return OK;
}

enum status format_read_answer(struct str key, struct str value, struct answer_record *ret_answer)
{
    struct take t = take_record(value);
    struct answer_record record = {.turn = 0};
    ANSWER_LAYOUT(X)
    if (key.n != key_bytes(TABLE_ANSWERS) || !is_whole(&t) || record.flags > ANSWER_EMPTY)
        return ST_CORRUPT;
    record.packed.packed_bytes = record.stream.n;
    *ret_answer = record;
    return OK;
}

enum status format_read_turn(struct str key, struct str value, struct turn_record *ret_turn)
{
    if (key.n != key_bytes(TABLE_TURNS))
        return ST_CORRUPT;
    struct take t = take_record(value);
    struct turn_record record = {.turn = key_seq(key)};
    TURN_LAYOUT(X)
    if (!is_whole(&t))
        return ST_CORRUPT;
    *ret_turn = record;
    return OK;
}

static struct part take_part(struct take *from)
{
    struct take t = *from;
    struct part record = {0};
    PART_LAYOUT(X)
    *from = t;
    return record;
}

#undef X

enum status format_read_bundle(struct str key, struct str value, struct bundle *ret_bundle)
{
    struct take k = take_key(TABLE_BUNDLES, key);
    uint8_t first = value.n ? (uint8_t)value.p[0] : 0;
    struct bundle bundle = {.id = take_sha(&k), .n_parts = first & 15u, .level = first >> 4};
    size_t head = bundle_head_bytes(bundle.n_parts);
    if (!is_whole(&k) || bundle.n_parts < 1 || bundle.n_parts > PART_KINDS ||
        bundle.level > BUNDLE_LEVEL_MAX || head > value.n)
        return ST_CORRUPT;
    struct take t = take_record(str_make(value.p, head));
    struct take streams = {.p = (const uint8_t *)value.p + head, .n = value.n - head};
    (void)take_u8(&t);
    for (unsigned i = 0; i < bundle.n_parts; i++) {
        struct part *part = &bundle.parts[i];
        *part = take_part(&t);
        bool in_order = part->kind < PART_KINDS && (i == 0 || part[-1].kind < part->kind);
        streams.bad = streams.bad || !in_order || part->packed.packed_bytes > streams.n;
        part->stream = streams.bad ? STR_NONE : take_bytes(&streams, (size_t)part->packed.packed_bytes);
    }
    if (!is_whole(&t) || !is_whole(&streams))
        return ST_CORRUPT;
    *ret_bundle = bundle;
    return OK;
}

enum status format_read_u32(struct str value, uint32_t *ret_value)
{
    if (value.n != 4)
        return ST_CORRUPT;
    *ret_value = (uint32_t)le_of((const uint8_t *)value.p, 4);
    return OK;
}

enum status format_read_id(struct str value, struct id128 *ret_id)
{
    if (value.n != sizeof ret_id->b)
        return ST_CORRUPT;
    memcpy(ret_id->b, value.p, sizeof ret_id->b);
    return OK;
}
