/* SPDX-License-Identifier: Apache-2.0 */
/* format.h: the bytes on disk: tables, keys, values, and the invariants between them. Format version 5.
 *
 * Pure functions between structs and bytes; nothing here knows LMDB. Threads: any.
 *
 * Numbers in keys are big-endian, so that byte order is number order; numbers in values are little-endian.
 * A time is milliseconds since 1970, signed. A text is its length as a LEB128 number (7 bits a byte, low
 * ones first, at most 5 bytes), then its bytes; no text and an empty text are one and are read as STR_NONE.
 * A record ends with the CRC-32 of all its bytes before it. A value that is longer or shorter than its
 * layout, holds an unknown enum value or has a wrong CRC is ST_CORRUPT.
 *
 * TABLES
 *
 *   name         key                                       value
 *   -----------  ----------------------------------------  --------------------------------------------------
 *   meta         "format"                                  u32: FORMAT_VERSION
 *                "next_job"                                u32: the number the next job gets, from 1
 *                "next_key"                                u32: the number the next API key gets, from 1
 *   jobs         job id (16)                               job record
 *   numbers      job number (4)                            job id (16)
 *   urls         job number (4), seq (8)                   URL record
 *   seen         job number (4), set (1)                   many values, sorted: first half of a URL id (8),
 *                                                          seq (8)
 *   ready        job number (4), rank (1), seq (8)         nothing: the URL of that seq
 *   pages        job number (4), seq (8)                   page record
 *   bundles      SHA-256 of the parts' SHA-256s (32)       bundle
 *   refs         bundle id (32)                            u32: pages that use the bundle, kept only from 2 on
 *   hosts        job number (4), host id (16)              host record
 *   rows         job number (4), seq (8)                   row record
 *   keys         owner (4)                                 key record
 *   key_hashes   first half of the key's SHA-256 (16)      u32: owner
 *   owned        owner (4), kind (1), 2^32 - 1 - job       job id (16)
 *                number (4): newest first
 *   feed         job number (4), event number (8)          event record
 *   idempotency  owner (4), hash128 of the key (16)        idempotency record
 *   ages         time, its sign bit turned over (8),       nothing: the idempotency record of that time
 *                owner (4), hash128 of the key (16)
 *   usage        owner (4), days since 1970-01-01 (4)      usage record
 *   answers      hash of what it depends on (32)            answer record
 *   turns        turn (8)                                  turn record: the order in which answers came
 *
 * Owner: the number of an API key; 0 for jobs of the command line.
 *
 * JOB RECORD                      URL RECORD                       PAGE RECORD
 *
 *   offset size  field              offset size  field               offset size  field
 *   0      4     number             0      16    id                  0      16    url_id
 *   4      1     kind               16     16    parent              16     16    parent
 *   5      1     state              32     1     state               32     32    bundle
 *   6      4     flags              33     1     verdict             64     2     http_status
 *   10     8     created_ms         34     1     reason              66     2     depth
 *   18     8     updated_ms         35     1     redirects           68     4     flags
 *   26     8     finished_ms        36     1     attempts            72     4     cuts
 *   34     16    source             37     1     rank                76     8     fetched_ms
 *   50     8     next_seq           38     1     marks               84     4     took_ms
 *   58     8     kept               39     2     depth               88     4     links
 *   66     8     traversed          41     2     http_status         92     8     text_bytes
 *   74     8     redirected         43     8     changed_ms          100    2*2   text_share, code_share
 *   82     8     failed             51     text  url                 104    text  url
 *   90     8     ready              ...    text  detail              ...    text  title
 *   98     8     rows               ...    4     CRC-32              ...    text  description
 *   106    8*32  skipped          HOST RECORD                        ...    text  language
 *   362    8     received_bytes                                      ...    text  canonical
 *   370    8     stored_bytes       0      8     fetched_ms          ...    text  content_type
 *   378    8     no_text            8      2     http_status         ...    text  charset, etag
 *   386    8     active_ms          10     text  robots              ...    text  last_modified
 *   394    4     owner              ...    4     CRC-32              ...    text  metadata
 *   398    8     started_ms                                          ...    4     CRC-32
 *   406    8     items            ROW RECORD                       BUNDLE
 *   414    8     next_event
 *   422    8     delivered          0      8     raw_bytes           0      1     n parts, 1 or 2, + 16 * level
 *   430    8     unit_credits       8      4     CRC-32 of the raw   1      53*n  one head a part
 *   438    8     reserved_credits   12     text  stream              ...    4     CRC-32 of all heads
 *   446    8     charged_credits    ...    4     CRC-32              ...    ...   the parts' streams
 *   454    8     charged_units
 *   462    8     input_tokens     EVENT RECORD                     PART HEAD, kinds ascending
 *   470    8     output_tokens
 *   478    8*16  marks              0      1     kind                0      1     kind
 *   606    8     reused             1      1     state               1      4     CRC-32 of the raw bytes
 *   614    8     empty              2      8     seq                 5      8     raw_bytes
 *   622    text  base_url           10     16    url                 13     8     packed_bytes: of its stream
 *   ...    text  host               26     8     at_ms               21     32    SHA-256 of the raw bytes
 *   ...    text  request            34     4     CRC-32
 *   ...    text  policy
 *   ...    text  message          ANSWER RECORD                    TURN RECORD
 *   ...    text  completeness
 *   ...    4     CRC-32             0      8     turn                0      32    answer
 *                                   8      4     job                 32     8     total
 *                                   12     1     flags               40     4     CRC-32
 *                                   13     8     raw_bytes
 *                                   21     4     CRC-32 of the raw
 *                                   25     text  stream
 *                                   ...    4     CRC-32
 *
 * KEY RECORD                      IDEMPOTENCY RECORD               USAGE RECORD
 *
 *   0      16    id                 0      32    body                0      8     requests
 *   16     32    hash               32     16    job                 8      8     crawls
 *   48     8     created_ms         48     8     at_ms               16     8     input_tokens
 *   56     8     expires_ms         56     4     CRC-32              24     8     output_tokens
 *   64     8     revoked_ms                                          32     8     captchas
 *   72     8     credits                                             40     8     credits
 *   80     8     used                                                48     8     latency_ms
 *   88     8     reserved                                            56     8     latencies
 *   96     4     rate_requests                                       64     4     CRC-32
 *   100    4     rate_seconds
 *   104    8*4   jobs, by kind
 *   136    8*4   pending, by kind
 *   168    8     items
 *   176    text  name
 *   ...    4     CRC-32
 *
 * INVARIANTS, true after every commit; store_check() cites them by number
 *
 *   1  meta holds the format version, and a next job and next key number above every number in use.
 *   2  Every key and value has the layout above.
 *   3  jobs and numbers name the same jobs: each record's number leads back to its id.
 *   4  Every key that begins with a job number belongs to a job.
 *   5  A URL is in `ready` under its rank and seq exactly when its state is URL_READY. (While a job is being
 *      deleted, JOB_DELETING, its ready entries go first.)
 *   6  Every page's bundle is there.
 *   7  A bundle is used by as many pages as refs says: by one when refs has no entry, never by none.
 *   8  Every part's stream unpacks to the size, CRC-32 and SHA-256 of its head; a bundle's key is the hash of
 *      its parts' hashes.
 *   9  Every row's and every answer's stream unpacks to its size and CRC-32.
 *  10  keys and key_hashes name the same keys; every owner but 0 and 2^32-1 (plans) is a key.
 *  11  A job is in `owned` under its owner, kind and number exactly until it is being deleted. Then it has
 *      nothing reserved, and JOB_PENDING is off.
 *  12  A key's jobs, items, pending and reserved are those of its jobs in `owned`; used is at least what these
 *      were charged.
 *  13  A job's events are numbered from 1 to next_event - 1. (While it is being deleted, the first ones go first.)
 *  14  idempotency and ages name the same records, each under its time.
 *  15  Each URL is in `seen` once, in the set of its id. (While its job is being deleted, sets go first.)
 *  16  answers and turns name the same answers, each under its turn; turns have no gaps, and each one's total is that
 *      before it and its answer's bytes (of the first: at least these). */
#ifndef WEBKEEP_CACHE_FORMAT_H
#define WEBKEEP_CACHE_FORMAT_H

#include "base/buf.h"
#include "cache/accounts.h"
#include "cache/answers.h"

#define FORMAT_VERSION 5u

/* clang-format off */
#define STORE_TABLES(X)                                                                                 \
    X(TABLE_META, "meta")       X(TABLE_JOBS, "jobs")       X(TABLE_NUMBERS, "numbers")                 \
    X(TABLE_URLS, "urls")       X(TABLE_READY, "ready")     X(TABLE_PAGES, "pages")                     \
    X(TABLE_BUNDLES, "bundles") X(TABLE_REFS, "refs")       X(TABLE_HOSTS, "hosts")                     \
    X(TABLE_ROWS, "rows")       X(TABLE_KEYS, "keys")       X(TABLE_KEY_HASHES, "key_hashes")           \
    X(TABLE_OWNED, "owned")     X(TABLE_FEED, "feed")       X(TABLE_IDEMPOTENCY, "idempotency")         \
    X(TABLE_AGES, "ages")       X(TABLE_USAGE, "usage")     X(TABLE_SEEN, "seen")                       \
    X(TABLE_ANSWERS, "answers") X(TABLE_TURNS, "turns")
/* clang-format on */

enum table {
#define X(name, text) name,
    STORE_TABLES(X)
#undef X
        TABLES
};

#define META_FORMAT "format"
#define META_NEXT_JOB "next_job"
#define META_NEXT_KEY "next_key"

/* ---- keys ---- */

#define KEY_MAX_BYTES 32
#define KEY_JOB_BYTES 4 /* the job number that most keys begin with */

struct key {
    uint8_t b[KEY_MAX_BYTES];
    size_t n;
};

struct key key_of_text(const char *name); /* meta */
struct key key_of_id(struct id128 id);
struct key key_of_sha(struct sha256 sha);
struct key key_of_job(uint32_t job); /* numbers; also the beginning of all that belongs to a job */
struct key key_of_job_id(uint32_t job, struct id128 id);
struct key key_of_job_seq(uint32_t job, uint64_t seq);
struct key key_of_ready(uint32_t job, uint8_t rank, uint64_t seq);
struct key key_of_seen_set(uint32_t job, unsigned set, bool old);
struct key key_of_seen(uint32_t job, struct id128 id, bool old);  /* of the set that the id is in */
struct key key_of_number(uint32_t number);                        /* keys: of an owner */
struct key key_of_hash(struct sha256 hash);                       /* key_hashes */
struct key key_of_owner_kind(uint32_t owner, enum job_kind kind); /* the beginning of owned's keys */
struct key key_of_owned(uint32_t owner, enum job_kind kind, uint32_t job);
struct key key_of_idempotency(uint32_t owner, struct id128 id);
struct key key_of_age(int64_t at_ms, uint32_t owner, struct id128 id);
struct key key_of_usage(uint32_t owner, uint32_t day);
struct key key_of_turn(uint64_t turn); /* key_seq() finds it again */

/* A key that was read, as long as its table's keys are. */
struct key key_copy(struct str bytes);

/* Values of `seen`. */
#define SEEN_SETS 16u
#define SEEN_ID_BYTES 8
struct seen_entry {
    uint8_t b[SEEN_ID_BYTES + 8]; /* key_seq() finds the seq in it */
};
struct seen_entry seen_entry_of(struct id128 id, uint64_t seq);

/* Parts of a key that was read; the caller has checked its length. */
uint32_t key_job(struct str key);       /* of a key that begins with a job number */
uint64_t key_seq(struct str key);       /* its last 8 bytes */
uint8_t key_rank(struct str key);       /* of a `ready` key */
uint32_t key_number(struct str key);    /* of a key that begins with the number of an owner */
uint8_t key_owned_kind(struct str key); /* of an `owned` key; it may be no kind */
uint32_t key_owned_job(struct str key);
int64_t key_age(struct str key);     /* of an `ages` key */
struct key key_aged(struct str key); /* the idempotency key that an `ages` key is about */
uint32_t key_usage_day(struct str key);
size_t key_bytes(enum table table); /* what every key of the table measures; 0: varies (meta) */

/* ---- values ---- */

/* Counters and ids. */
void format_u32(uint32_t value, uint8_t to[4]);
enum status format_read_u32(struct str value, uint32_t *ret_value) MUST_USE;
enum status format_read_id(struct str value, struct id128 *ret_id) MUST_USE;

/* Appends the value; trouble is out->status (ST_LIMIT: longer than out may grow). */
void format_job(const struct job_record *job, struct buf *out);
void format_url(const struct url_record *url, struct buf *out);
void format_page(const struct page_record *page, struct buf *out);
void format_host(const struct host_record *host, struct buf *out);
void format_row(const struct row_record *row, struct buf *out);
void format_key(const struct key_record *key, struct buf *out);
void format_feed(const struct feed_record *event, struct buf *out);
void format_idempotency(const struct idempotency_record *record, struct buf *out);
void format_usage(const struct usage_record *usage, struct buf *out);
void format_answer(const struct answer_record *answer, struct buf *out);
void format_turn(const struct turn_record *turn, struct buf *out);

/* A bundle is written straight to where it will stand: first its size (0: over 4 GiB - 1, more than a value
 * may have), then its bytes. */
size_t format_bundle_bytes(const struct bundle *bundle);
void format_bundle(const struct bundle *bundle, uint8_t *to);

/* Fields that stand in the key are taken from it. Slices point into value. ST_CORRUPT. */
enum status format_read_job(struct str key, struct str value, struct job_record *ret_job) MUST_USE;
enum status format_read_url(struct str key, struct str value, struct url_record *ret_url) MUST_USE;
enum status format_read_page(struct str key, struct str value, struct page_record *ret_page) MUST_USE;
enum status format_read_host(struct str key, struct str value, struct host_record *ret_host) MUST_USE;
enum status format_read_row(struct str key, struct str value, struct row_record *ret_row) MUST_USE;
enum status format_read_key(struct str key, struct str value, struct key_record *ret_key) MUST_USE;
enum status format_read_feed(struct str key, struct str value, struct feed_record *ret_event) MUST_USE;
enum status format_read_idempotency(struct str key, struct str value,
                                    struct idempotency_record *ret_record) MUST_USE;
enum status format_read_usage(struct str key, struct str value, struct usage_record *ret_usage) MUST_USE;
enum status format_read_answer(struct str key, struct str value,
                               struct answer_record *ret_answer) MUST_USE;
enum status format_read_turn(struct str key, struct str value, struct turn_record *ret_turn) MUST_USE;
enum status format_read_bundle(struct str key, struct str value, struct bundle *ret_bundle) MUST_USE;

#endif
