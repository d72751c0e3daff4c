/* SPDX-License-Identifier: Apache-2.0 */
/* format.h: the bytes on disk: tables, keys, values, and the invariants between them. Format version 0.
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
 *   name     key                                 value
 *   -------  ----------------------------------  --------------------------------------------------------
 *   meta     "format"                            u32: FORMAT_VERSION
 *            "next_job"                          u32: the number the next job gets, from 1
 *   jobs     job id (16)                         job record
 *   numbers  job number (4)                      job id (16)
 *   urls     job number (4), URL id (16)         URL record
 *   ready    job number (4), rank (1), seq (8)   URL id (16)
 *   pages    job number (4), seq (8)             page record
 *   bundles  SHA-256 of the parts' SHA-256s (32) bundle
 *   refs     bundle id (32)                      u32: pages that use the bundle, kept only from 2 on
 *   hosts    job number (4), host id (16)        host record
 *   rows     job number (4), seq (8)             row record
 *
 * JOB RECORD                      URL RECORD                       PAGE RECORD
 *
 *   offset size  field              offset size  field               offset size  field
 *   0      4     number             0      16    parent              0      16    url_id
 *   4      1     kind               16     1     state               16     16    parent
 *   5      1     state              17     1     verdict             32     32    bundle
 *   6      4     flags              18     1     reason              64     2     http_status
 *   10     8     created_ms         19     1     redirects           66     2     depth
 *   18     8     updated_ms         20     1     attempts            68     4     flags
 *   26     8     finished_ms        21     1     rank                72     4     html_flags
 *   34     16    source             22     2     depth               76     8     fetched_ms
 *   50     8     next_seq           24     2     http_status         84     4     took_ms
 *   58     8     kept               26     8     seq                 88     4     links
 *   66     8     traversed          34     8     changed_ms          92     8     text_bytes
 *   74     8     redirected         42     text  url                 100    text  url
 *   82     8     failed             ...    text  detail              ...    text  title
 *   90     8     ready              ...    4     CRC-32              ...    text  description
 *   98     8     rows                                                ...    text  language
 *   106    8*32  skipped          HOST RECORD                        ...    text  canonical
 *   362    8     received_bytes                                      ...    text  content_type
 *   370    8     stored_bytes       0      8     fetched_ms          ...    text  charset
 *   378    8     no_text            8      2     http_status         ...    text  etag
 *   386    8     active_ms          10     text  robots              ...    text  last_modified
 *   394    text  base_url           ...    4     CRC-32              ...    4     CRC-32
 *   ...    text  host
 *   ...    text  request          ROW RECORD                       BUNDLE
 *   ...    text  policy
 *   ...    text  message            0      8     raw_bytes           0      1     parts: n, 1 or 2
 *   ...    4     CRC-32             8      4     CRC-32 of the raw   1      53*n  one head a part
 *                                   12     text  stream              ...    4     CRC-32 of all heads
 * PART HEAD, kinds ascending        ...    4     CRC-32              ...    ...   the parts' streams
 *
 *   0      1     kind
 *   1      4     CRC-32 of the raw bytes
 *   5      8     raw_bytes
 *   13     8     packed_bytes: length of its stream
 *   21     32    SHA-256 of the raw bytes
 *
 * INVARIANTS, true after every commit; store_check() cites them by number
 *
 *   1  meta holds the format version and a next job number above every number in use.
 *   2  Every key and value has the layout above.
 *   3  jobs and numbers name the same jobs: each record's number leads back to its id.
 *   4  Every key that begins with a job number belongs to a job.
 *   5  A URL is in `ready` under its rank and seq exactly when its state is URL_READY. (While a job is being
 *      deleted, JOB_DELETING, its ready entries go first.)
 *   6  Every page's bundle is there.
 *   7  A bundle is used by as many pages as refs says: by one when refs has no entry, never by none.
 *   8  Every part's stream unpacks to the size, CRC-32 and SHA-256 of its head; a bundle's key is the hash of
 *      its parts' hashes.
 *   9  Every row's stream unpacks to its size and CRC-32. */
#ifndef WEBKEEP_CACHE_FORMAT_H
#define WEBKEEP_CACHE_FORMAT_H

#include "base/buf.h"
#include "cache/records.h"

#define FORMAT_VERSION 0u

/* clang-format off */
#define STORE_TABLES(X)                                                                                 \
    X(TABLE_META, "meta")       X(TABLE_JOBS, "jobs")       X(TABLE_NUMBERS, "numbers")                 \
    X(TABLE_URLS, "urls")       X(TABLE_READY, "ready")     X(TABLE_PAGES, "pages")                     \
    X(TABLE_BUNDLES, "bundles") X(TABLE_REFS, "refs")       X(TABLE_HOSTS, "hosts")                     \
    X(TABLE_ROWS, "rows")
/* clang-format on */

enum table {
#define X(name, text) name,
    STORE_TABLES(X)
#undef X
        TABLES
};

#define META_FORMAT "format"
#define META_NEXT_JOB "next_job"

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

/* A key that was read, as long as its table's keys are. */
struct key key_copy(struct str bytes);

/* Parts of a key that was read; the caller has checked its length. */
uint32_t key_job(struct str key);   /* of a key that begins with a job number */
uint64_t key_seq(struct str key);   /* its last 8 bytes */
uint8_t key_rank(struct str key);   /* of a `ready` key */
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
enum status format_read_bundle(struct str key, struct str value, struct bundle *ret_bundle) MUST_USE;

#endif
