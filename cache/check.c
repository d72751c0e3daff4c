/* SPDX-License-Identifier: Apache-2.0 */
/* check.c: one walk a table; each entry is read by the same functions that everybody uses and held against
 * the invariants of format.h.
 *
 * Uses of bundles (7) are compared without a list of them: pages add a hash of their bundle's id to one of
 * 65,536 sums, bundles take away what their count says, and a sum that is not zero at the end names the first
 * two bytes of the ids that disagree. */
#include "cache/check.h"

#include "base/codec.h"
#include "cache/lmdb_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define TELL_MAX 1000
#define RAW_MAX_BYTES ((size_t)1 << 30)
#define RAW_KEEP_BYTES ((size_t)8 << 20)
#define SUMS 65536

struct check {
    struct store_read *read;
    struct check_report report;
    void (*tell)(void *user, const char *sentence);
    void *user;
    enum status st; /* what ends the check: ST_NOMEM */
    /* The job that was looked up last: entries come in order of their job. */
    uint32_t job;
    bool job_known, job_deleting;
    uint32_t next_job, next_key;
    struct codec *codec;
    struct sha256_ctx *sha;
    struct buf raw;
    uint64_t
        unseen; /* URLs without an entry in a set, as far as was counted; fewer than 0: entries without one */
    uint64_t uses[SUMS];
};

/* Enough of a key to find it again: its hex. */
struct name {
    char text[2 * KEY_MAX_BYTES + 1];
};

static struct name name_of(struct str key)
{
    struct name name;
    hex_encode((const uint8_t *)key.p, key.n < KEY_MAX_BYTES ? key.n : KEY_MAX_BYTES, name.text);
    return name;
}

PRINTF_LIKE(3, 4)
static void broken(struct check *c, int invariant, const char *format, ...)
{
    char text[400];
    if (c->report.broken++ >= TELL_MAX || !c->tell)
        return;
    int n = snprintf(text, sizeof text, "Invariant %d is broken: ", invariant);
    va_list args;
    va_start(args, format);
    vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    va_end(args);
    c->tell(c->user, text);
}

/* ---- what several tables need ---- */

static bool is_read(struct check *c, enum status st, const char *what, struct str key)
{
    if (st != OK)
        broken(c, 2, "the %s %s can't be read (%s).", what, name_of(key).text, status_text(st));
    return st == OK;
}

/* Looks the job up that the key begins with (4). */
static void check_job_of(struct check *c, const char *what, struct str key)
{
    uint32_t number = key_job(key);
    if (!c->job_known || number != c->job) {
        struct str value;
        struct id128 id;
        struct job_record job = {.flags = 0};
        c->job = number;
        c->job_known = table_get(c->read, TABLE_NUMBERS, key_of_job(number), &value) == OK &&
                       format_read_id(value, &id) == OK && store_job_get(c->read, id, &job) == OK;
        c->job_deleting = job.flags & JOB_DELETING;
    }
    if (!c->job_known)
        broken(c, 4, "the %s %s is of job %u, which is not there.", what, name_of(key).text,
               (unsigned)number);
}

/* True when the stream unpacks as it should; c->raw holds the bytes. */
static bool unpacks(struct check *c, struct str stream, const struct packed *packed)
{
    buf_shrink(&c->raw, RAW_KEEP_BYTES);
    enum status st = codec_inflate(c->codec, stream, packed, &c->raw);
    if (st == ST_NOMEM)
        c->st = st;
    return st == OK;
}

static uint64_t *uses_of(struct check *c, struct sha256 id, uint64_t *ret_hash)
{
    *ret_hash = hash64(0, str_make((const char *)id.b, sizeof id.b));
    return &c->uses[id.b[0] << 8 | id.b[1]];
}

/* An owner is a key, the command line or nobody (10). */
static void check_owner(struct check *c, const char *what, struct str key, uint32_t owner)
{
    struct str value;
    if (owner_is_key(owner) && table_get(c->read, TABLE_KEYS, key_of_number(owner), &value) != OK)
        broken(c, 10, "the %s %s is of key %u, which is not there.", what, name_of(key).text,
               (unsigned)owner);
}

/* ---- one function a table ---- */

/* A job's place in its owner's list (11). */
static void check_place(struct check *c, struct str key, const struct job_record *job)
{
    struct str id;
    bool deleting = job->flags & JOB_DELETING;
    enum status st =
        table_get(c->read, TABLE_OWNED, key_of_owned(job->owner, job->kind, job->number), &id);
    if (!deleting && (st != OK || !str_eq(id, key)))
        broken(c, 11, "job %s is not among the jobs of its owner, %u.", name_of(key).text,
               (unsigned)job->owner);
    if (deleting && (st == OK || job->reserved_credits || job->flags & JOB_PENDING))
        broken(c, 11, "job %s is being deleted and still in its owner's account.", name_of(key).text);
}

/* The end of a job's feed (13); what lies before it is looked at by check_feed(). */
static void check_events(struct check *c, struct str key, const struct job_record *job)
{
    struct feed_record event;
    struct str value;
    uint64_t next = job->next_event;
    if (job->flags & JOB_DELETING)
        return;
    if (next == 0)
        broken(c, 13, "the next event of job %s has no number.", name_of(key).text);
    else if (next > 1 &&
             table_get(c->read, TABLE_FEED, key_of_job_seq(job->number, next - 1), &value) != OK)
        broken(c, 13, "event %llu of job %s is not there.", (unsigned long long)next - 1,
               name_of(key).text);
    if (store_feed_next(c->read, job->number, next, &event) != ST_NOTFOUND)
        broken(c, 13, "job %s has events from %llu on, which is the next number to be given.",
               name_of(key).text, (unsigned long long)next);
}

static void check_job(struct check *c, struct str key, struct str value)
{
    struct job_record job;
    struct str number;
    c->report.jobs++;
    if (!is_read(c, format_read_job(key, value, &job), "job", key))
        return;
    if (job.number == 0 || job.number >= c->next_job)
        broken(c, 1, "job %s has number %u, and the next one to be given is %u.", name_of(key).text,
               (unsigned)job.number, (unsigned)c->next_job);
    if (table_get(c->read, TABLE_NUMBERS, key_of_job(job.number), &number) != OK || !str_eq(number, key))
        broken(c, 3, "number %u does not lead to its job %s.", (unsigned)job.number, name_of(key).text);
    check_owner(c, "job", key, job.owner);
    check_place(c, key, &job);
    check_events(c, key, &job);
}

static void check_number(struct check *c, struct str key, struct str value)
{
    struct id128 id;
    struct job_record job;
    if (!is_read(c, format_read_id(value, &id), "job number", key))
        return;
    if (store_job_get(c->read, id, &job) != OK || job.number != key_job(key))
        broken(c, 3, "number %u leads to %s, which is not its job.", (unsigned)key_job(key),
               name_of(value).text);
}

static void check_url(struct check *c, struct str key, struct str value)
{
    struct url_record url;
    struct url_record found;
    struct str nothing;
    c->report.urls++;
    check_job_of(c, "URL", key);
    if (!is_read(c, format_read_url(key, value, &url), "URL", key))
        return;
    if (c->job_deleting)
        return;
    c->unseen++;
    if (store_url_get(c->read, key_job(key), url.id, &found) != OK || found.seq != url.seq)
        broken(c, 15, "the URL %s is not among those that are known by their id.", name_of(key).text);
    if (url.state == URL_READY &&
        table_get(c->read, TABLE_READY, key_of_ready(key_job(key), url.rank, url.seq), &nothing) != OK)
        broken(c, 5, "the URL %s is ready and not among the ready ones.", name_of(key).text);
}

static void check_seen(struct check *c, struct str key, struct str value)
{
    struct url_record url;
    unsigned set = (uint8_t)key.p[KEY_JOB_BYTES];
    check_job_of(c, "set of known URLs", key);
    if (value.n != sizeof(struct seen_entry) || set >= 2 * SEEN_SETS) {
        broken(c, 2, "an entry of the set of known URLs %s has %zu bytes.", name_of(key).text, value.n);
        return;
    }
    c->unseen -= !c->job_deleting;
    struct key right = {.n = 0};
    enum status st = store_url_at(c->read, key_job(key), key_seq(value), &url);
    if (st == OK)
        right = key_of_seen(key_job(key), url.id, set >= SEEN_SETS);
    if (st != OK || !str_starts(value, str_make((const char *)url.id.b, SEEN_ID_BYTES)) ||
        !str_eq(key, str_make((const char *)right.b, right.n)))
        broken(c, 15, "the set of known URLs %s names URL %llu, which is not of it.", name_of(key).text,
               (unsigned long long)key_seq(value));
}

static void check_ready(struct check *c, struct str key, struct str value)
{
    struct url_record url;
    c->report.ready++;
    check_job_of(c, "ready URL", key);
    if (value.n)
        broken(c, 2, "the ready URL %s has a value.", name_of(key).text);
    if (store_url_at(c->read, key_job(key), key_seq(key), &url) != OK || url.state != URL_READY ||
        url.rank != key_rank(key))
        broken(c, 5, "the entry %s is among the ready ones and its URL is not ready there.",
               name_of(key).text);
}

static void check_page(struct check *c, struct str key, struct str value)
{
    struct page_record page;
    struct str bundle;
    uint64_t hash, *uses;
    c->report.pages++;
    check_job_of(c, "page", key);
    if (!is_read(c, format_read_page(key, value, &page), "page", key))
        return;
    if (table_get(c->read, TABLE_BUNDLES, key_of_sha(page.bundle), &bundle) != OK) {
        broken(c, 6, "the bundle of page %s is not there.", name_of(key).text);
        return;
    }
    uses = uses_of(c, page.bundle, &hash);
    *uses += hash;
}

static void check_bundle(struct check *c, struct str key, struct str value)
{
    struct bundle bundle;
    struct sha256 id;
    struct str refs;
    uint32_t count = 1;
    uint64_t hash, *uses;
    c->report.bundles++;
    memcpy(id.b, key.p, sizeof id.b);
    if (table_get(c->read, TABLE_REFS, key_of_sha(id), &refs) == OK &&
        format_read_u32(refs, &count) != OK)
        count = 0; /* the walk of refs says so */
    uses = uses_of(c, id, &hash);
    *uses -= hash * count;
    if (!is_read(c, format_read_bundle(key, value, &bundle), "bundle", key))
        return;
    for (unsigned i = 0; i < bundle.n_parts; i++) {
        const struct part *part = &bundle.parts[i];
        c->report.bytes += part->packed.packed_bytes;
        if (!unpacks(c, part->stream, &part->packed)) {
            broken(c, 8, "part %u of bundle %s does not unpack to its size and CRC-32.", i,
                   name_of(key).text);
            continue;
        }
        struct sha256 is = sha256_of(c->sha, buf_str(&c->raw), STR_LIT(""));
        if (memcmp(is.b, part->sha256.b, sizeof is.b) != 0)
            broken(c, 8, "part %u of bundle %s has another SHA-256.", i, name_of(key).text);
    }
    bundle_identify(c->sha, &bundle);
    if (memcmp(bundle.id.b, id.b, sizeof id.b) != 0)
        broken(c, 8, "the key of bundle %s is not the hash of its parts' hashes.", name_of(key).text);
}

static void check_refs(struct check *c, struct str key, struct str value)
{
    struct sha256 id;
    struct str bundle;
    uint32_t count;
    memcpy(id.b, key.p, sizeof id.b);
    if (!is_read(c, format_read_u32(value, &count), "count of uses", key))
        return;
    if (count < 2)
        broken(c, 7, "the count of uses of bundle %s is %u and should not be kept.", name_of(key).text,
               (unsigned)count);
    if (table_get(c->read, TABLE_BUNDLES, key_of_sha(id), &bundle) != OK)
        broken(c, 7, "uses are counted of bundle %s, which is not there.", name_of(key).text);
}

static void check_host(struct check *c, struct str key, struct str value)
{
    struct host_record host;
    check_job_of(c, "host", key);
    (void)is_read(c, format_read_host(key, value, &host), "host", key);
}

static void check_row(struct check *c, struct str key, struct str value)
{
    struct row_record row;
    c->report.rows++;
    check_job_of(c, "row", key);
    if (!is_read(c, format_read_row(key, value, &row), "row", key))
        return;
    c->report.bytes += row.packed.packed_bytes;
    if (!unpacks(c, row.stream, &row.packed))
        broken(c, 9, "the row %s does not unpack to its size and CRC-32.", name_of(key).text);
}

/* ---- answers ---- */

static uint64_t answer_bytes(const struct answer_record *answer)
{
    return ANSWER_EXTRA_BYTES + answer->stream.n;
}

static bool read_turn(struct check *c, uint64_t number, struct turn_record *ret_turn)
{
    struct str value;
    struct key key = key_of_turn(number);
    return table_get(c->read, TABLE_TURNS, key, &value) == OK &&
           format_read_turn(str_make((const char *)key.b, key.n), value, ret_turn) == OK;
}

static void check_answer(struct check *c, struct str key, struct str value)
{
    struct answer_record answer;
    struct turn_record turn;
    if (!is_read(c, format_read_answer(key, value, &answer), "answer", key))
        return;
    c->report.bytes += answer.packed.packed_bytes;
    if (!unpacks(c, answer.stream, &answer.packed))
        broken(c, 9, "the answer %s does not unpack to its size and CRC-32.", name_of(key).text);
    if (!read_turn(c, answer.turn, &turn) || memcmp(turn.answer.b, key.p, key.n) != 0)
        broken(c, 16, "the answer %s is not listed under its turn.", name_of(key).text);
}

static void check_turn(struct check *c, struct str key, struct str value)
{
    struct turn_record turn, before = {.total = 0};
    struct answer_record answer;
    struct str first, any;
    if (!is_read(c, format_read_turn(key, value, &turn), "turn of an answer", key))
        return;
    if (store_answer_get(c->read, turn.answer, &answer) != OK || answer.turn != turn.turn) {
        broken(c, 16, "the turn %s leads to no answer of that turn.", name_of(key).text);
        return;
    }
    bool is_first =
        table_seek(c->read, TABLE_TURNS, (struct key){.n = 0}, false, 0, &first, &any) == OK &&
        str_eq(first, key);
    if (!is_first && !read_turn(c, turn.turn - 1, &before))
        broken(c, 16, "the turn before %s is not there.", name_of(key).text);
    else if (turn.total - before.total < answer_bytes(&answer) ||
             (!is_first && turn.total - before.total != answer_bytes(&answer)))
        broken(c, 16, "the turn %s does not add the bytes of its answer.", name_of(key).text);
}

/* ---- accounts ---- */

static void tell_sum(struct check *c, const struct key_record *key, const char *what, uint64_t counted,
                     uint64_t found)
{
    if (counted != found)
        broken(c, 12, "key %u counts %llu %s, and its jobs have %llu.", (unsigned)key->number,
               (unsigned long long)counted, what, (unsigned long long)found);
}

/* Holds a key's counters against its jobs (12). */
static void check_sums(struct check *c, const struct key_record *key)
{
    struct key_record sum = {.used = 0};
    for (unsigned kind = 0; kind < JOB_KINDS; kind++) {
        struct job_record job = {.number = 0};
        while (store_owned_next(c->read, key->number, (enum job_kind)kind, job.number, &job) == OK) {
            sum.jobs[kind]++;
            sum.pending[kind] += job.flags & JOB_PENDING ? 1 : 0;
            sum.items += job.kind == JOB_BATCH ? job.items : 0;
            sum.reserved += job.reserved_credits;
            sum.used += job.charged_credits;
        }
        tell_sum(c, key, "jobs of a kind", key->jobs[kind], sum.jobs[kind]);
        tell_sum(c, key, "pending jobs of a kind", key->pending[kind], sum.pending[kind]);
    }
    tell_sum(c, key, "items", key->items, sum.items);
    tell_sum(c, key, "reserved credits", key->reserved, sum.reserved);
    if (key->used < sum.used)
        broken(c, 12, "key %u has used %llu credits, and its jobs were charged %llu.",
               (unsigned)key->number, (unsigned long long)key->used, (unsigned long long)sum.used);
}

static void check_key(struct check *c, struct str key, struct str value)
{
    struct key_record record;
    struct str number;
    uint32_t is;
    if (!is_read(c, format_read_key(key, value, &record), "key", key))
        return;
    if (!owner_is_key(record.number) || record.number >= c->next_key)
        broken(c, 1, "key %u is there, and the next number to be given is %u.", (unsigned)record.number,
               (unsigned)c->next_key);
    if (table_get(c->read, TABLE_KEY_HASHES, key_of_hash(record.hash), &number) != OK ||
        format_read_u32(number, &is) != OK || is != record.number)
        broken(c, 10, "the hash of key %u does not lead to it.", (unsigned)record.number);
    check_sums(c, &record);
}

static void check_key_hash(struct check *c, struct str key, struct str value)
{
    struct key_record record;
    uint32_t number;
    if (!is_read(c, format_read_u32(value, &number), "hash of a key", key))
        return;
    if (store_key_get(c->read, number, &record) != OK || memcmp(record.hash.b, key.p, key.n) != 0)
        broken(c, 10, "the hash %s leads to key %u, which has another or is not there.",
               name_of(key).text, (unsigned)number);
}

static void check_owned(struct check *c, struct str key, struct str value)
{
    struct id128 id;
    struct job_record job;
    if (!is_read(c, format_read_id(value, &id), "entry of an owner's jobs", key))
        return;
    if (store_job_get(c->read, id, &job) != OK || job.number != key_owned_job(key) ||
        job.kind != key_owned_kind(key) || job.owner != key_number(key))
        broken(c, 11, "the entry %s of an owner's jobs leads to no such job.", name_of(key).text);
}

static void check_feed(struct check *c, struct str key, struct str value)
{
    struct feed_record event;
    struct str before;
    check_job_of(c, "event", key);
    if (!is_read(c, format_read_feed(key, value, &event), "event", key) || c->job_deleting)
        return;
    if (event.number == 0 ||
        (event.number > 1 &&
         table_get(c->read, TABLE_FEED, key_of_job_seq(key_job(key), event.number - 1), &before) != OK))
        broken(c, 13, "the event before %s is not there.", name_of(key).text);
}

static void check_idempotency(struct check *c, struct str key, struct str value)
{
    struct idempotency_record record;
    struct id128 id;
    struct str none;
    check_owner(c, "idempotency key", key, key_number(key));
    if (!is_read(c, format_read_idempotency(key, value, &record), "idempotency key", key))
        return;
    memcpy(id.b, key.p + KEY_JOB_BYTES, sizeof id.b);
    if (table_get(c->read, TABLE_AGES, key_of_age(record.at_ms, key_number(key), id), &none) != OK)
        broken(c, 14, "the idempotency key %s is not listed under its time.", name_of(key).text);
}

static void check_age(struct check *c, struct str key, struct str value)
{
    struct idempotency_record record;
    struct str of;
    struct key aged = key_aged(key);
    if (!is_read(c, value.n ? ST_CORRUPT : OK, "time of an idempotency key", key))
        return;
    if (table_get(c->read, TABLE_IDEMPOTENCY, aged, &of) != OK ||
        format_read_idempotency(str_make((const char *)aged.b, aged.n), of, &record) != OK ||
        record.at_ms != key_age(key))
        broken(c, 14, "the time %s leads to no idempotency key of that time.", name_of(key).text);
}

static void check_usage(struct check *c, struct str key, struct str value)
{
    struct usage_record usage;
    check_owner(c, "usage", key, key_number(key));
    (void)is_read(c, format_read_usage(key, value, &usage), "usage", key);
}

/* ---- the whole ---- */

static const struct {
    const char *what;
    void (*entry)(struct check *c, struct str key, struct str value);
} walks[TABLES] = {
    [TABLE_JOBS] = {"jobs", check_job},
    [TABLE_NUMBERS] = {"job numbers", check_number},
    [TABLE_URLS] = {"URLs", check_url},
    [TABLE_SEEN] = {"sets of known URLs", check_seen},
    [TABLE_READY] = {"ready URLs", check_ready},
    [TABLE_PAGES] = {"pages", check_page},
    [TABLE_BUNDLES] = {"bundles", check_bundle},
    [TABLE_REFS] = {"counts of uses", check_refs},
    [TABLE_HOSTS] = {"hosts", check_host},
    [TABLE_ROWS] = {"rows", check_row},
    [TABLE_KEYS] = {"keys", check_key},
    [TABLE_KEY_HASHES] = {"hashes of keys", check_key_hash},
    [TABLE_OWNED] = {"owners' jobs", check_owned},
    [TABLE_FEED] = {"events", check_feed},
    [TABLE_IDEMPOTENCY] = {"idempotency keys", check_idempotency},
    [TABLE_AGES] = {"times of idempotency keys", check_age},
    [TABLE_USAGE] = {"usage", check_usage},
    [TABLE_ANSWERS] = {"answers", check_answer},
    [TABLE_TURNS] = {"turns of answers", check_turn},
};

static void walk(struct check *c, enum table table)
{
    MDB_cursor *cursor;
    MDB_val k, v;
    int rc = mdb_cursor_open(c->read->txn, c->read->store->dbi[table], &cursor);
    if (rc != 0) {
        c->st = store_status(c->read->store, rc);
        return;
    }
    c->job_known = false;
    while (c->st == OK && (rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) == 0) {
        struct str key = str_make(k.mv_data, k.mv_size);
        if (key.n == key_bytes(table))
            walks[table].entry(c, key, str_make(v.mv_data, v.mv_size));
        else
            broken(c, 2, "a key of the %s has %zu bytes: %s.", walks[table].what, key.n,
                   name_of(key).text);
    }
    mdb_cursor_close(cursor);
    if (rc != 0 && rc != MDB_NOTFOUND)
        broken(c, 2, "the %s can't be read to their end: %s.", walks[table].what, mdb_strerror(rc));
}

static void check_meta(struct check *c)
{
    struct str value;
    uint32_t format;
    if (table_get(c->read, TABLE_META, key_of_text(META_FORMAT), &value) != OK ||
        format_read_u32(value, &format) != OK || format != FORMAT_VERSION)
        broken(c, 1, "the format version is missing or wrong.");
    if (table_get(c->read, TABLE_META, key_of_text(META_NEXT_JOB), &value) != OK ||
        format_read_u32(value, &c->next_job) != OK)
        broken(c, 1, "the next job number is missing.");
    if (table_get(c->read, TABLE_META, key_of_text(META_NEXT_KEY), &value) != OK ||
        format_read_u32(value, &c->next_key) != OK)
        broken(c, 1, "the next key number is missing.");
}

static void check_uses(struct check *c)
{
    for (unsigned i = 0; i < SUMS; i++)
        if (c->uses[i])
            broken(c, 7, "the pages that use bundles %04x... are not as many as counted.", i);
}

static enum status check_all(struct check *c)
{
    check_meta(c);
    for (int table = 0; table < TABLES && c->st == OK; table++)
        if (walks[table].entry)
            walk(c, (enum table)table);
    if (c->st == OK)
        check_uses(c);
    if (c->st == OK && c->unseen)
        broken(c, 15, "there are %lld more URLs than entries that they are known by.",
               (long long)c->unseen);
    return c->st;
}

enum status store_check(struct store *store, void (*tell)(void *user, const char *sentence), void *user,
                        struct check_report *ret_report)
{
    struct check *c = calloc(1, sizeof *c);
    if (!c)
        return ST_NOMEM;
    c->tell = tell;
    c->user = user;
    c->codec = codec_create(1);
    c->sha = sha256_create();
    buf_init(&c->raw, RAW_MAX_BYTES);
    enum status st = c->codec && c->sha ? store_read_begin(store, &c->read) : ST_NOMEM;
    if (st == OK)
        st = check_all(c);
    if (st == OK)
        *ret_report = c->report;
    store_read_end(c->read);
    buf_fini(&c->raw);
    sha256_destroy(c->sha);
    codec_destroy(c->codec);
    free(c);
    return st;
}
