/* SPDX-License-Identifier: Apache-2.0 */
/* repack.c: find a body below the level, pack it, gather a batch, write.
 *
 *   find() ── one body, copied ──► pack() ── smaller streams ──► batch ── full, or the end ──► flush()
 *
 * Invariant: no read transaction is open while anything is packed or written. */
#include "cache/repack.h"

#include "base/clock.h"
#include "cache/lmdb_int.h"
#include "cache/trim.h"

#include <stdlib.h>

#define BATCH_BODIES 64
#define BATCH_MS 200       /* of packing that a kill may undo */
#define PAGES_PER_READ 256 /* pages that need nothing, in one read transaction */
#define RAW_MAX_BYTES ((size_t)1 << 30)
#define KEEP_BYTES ((size_t)8 << 20)

/* One body of the batch. Its streams lie in the batch's buffer, one after the other from `at`. */
struct item {
    struct bundle bundle;          /* as it will be; slices are set when the batch is complete */
    struct packed was[PART_KINDS]; /* as it was read */
    unsigned level_was;
    size_t at;
    bool written;
};

struct repack {
    struct store *store;
    struct writer *writer;
    const struct repack_options *options;
    struct repack_report *report;
    /* Where the walk is: page `from` of a job, of which next_named is the one behind in options->jobs. */
    uint32_t job, last_job;
    uint64_t from;
    size_t next_named;
    /* The body at hand. */
    struct codec *codec;
    struct sha256_ctx *sha;
    struct buf copy, raw, again;
    /* The batch; the writer's between writer_run() and its return. */
    struct write_job write;
    struct buf streams;
    int64_t began_ms;
    size_t n;
    struct item items[BATCH_BODIES];
};

/* ---- finding ---- */

static bool is_finished(const struct job_record *job)
{
    return job->state != JOB_RUNNING && job->state != JOB_QUEUED && !(job->flags & JOB_DELETING);
}

/* The next job that may be looked at. ST_NOTFOUND: there is none. */
static enum status next_id(struct repack *r, struct store_read *read, struct id128 *ret_id)
{
    const struct repack_options *o = r->options;
    struct str key, value;
    if (o->jobs) {
        if (r->next_named == o->n_jobs)
            return ST_NOTFOUND;
        *ret_id = o->jobs[r->next_named++];
        return OK;
    }
    enum status st = table_seek(read, TABLE_NUMBERS, key_of_job(r->last_job), true, 0, &key, &value);
    if (st != OK)
        return st;
    r->last_job = key_job(key);
    if (format_read_id(value, ret_id) != OK)
        *ret_id = (struct id128){{0}}; /* which is no job's */
    return OK;
}

/* Moves to the next finished job. ST_NOTFOUND: there is none. One that can't be read, or is gone, is passed
 * over: check and delete have words for it. */
static enum status next_job(struct repack *r, struct store_read *read)
{
    struct job_record job;
    struct id128 id;
    enum status st;
    while ((st = next_id(r, read, &id)) == OK) {
        st = store_job_get(read, id, &job);
        if (st == OK && is_finished(&job)) {
            r->job = job.number;
            r->from = 0;
            return OK;
        }
        if (st != OK && st != ST_NOTFOUND && st != ST_CORRUPT)
            return st;
    }
    return st;
}

static bool in_batch(const struct repack *r, struct sha256 id)
{
    for (size_t i = 0; i < r->n; i++)
        if (memcmp(r->items[i].bundle.id.b, id.b, sizeof id.b) == 0)
            return true;
    return false;
}

/* Takes the page's body into r->copy when it is below the level: *ret_taken. */
static enum status take_body(struct repack *r, struct store_read *read, struct str key, struct str value,
                             struct bundle *ret_body, bool *ret_taken)
{
    struct page_record page;
    enum status st = format_read_page(key, value, &page);
    if (st == OK)
        st = store_bundle_get(read, page.bundle, ret_body);
    if (st == ST_CORRUPT || st == ST_NOTFOUND) {
        r->report->bodies++;
        r->report->damaged++;
        return OK;
    }
    if (st != OK)
        return st;
    if (ret_body->level >= r->options->level || in_batch(r, ret_body->id)) {
        r->report->skipped++;
        return OK;
    }
    buf_reset(&r->copy);
    for (unsigned i = 0; i < ret_body->n_parts; i++)
        buf_put_str(&r->copy, ret_body->parts[i].stream);
    *ret_taken = r->copy.status == OK;
    return r->copy.status;
}

static void set_streams(struct bundle *bundle, const char *at)
{
    for (unsigned i = 0; i < bundle->n_parts; i++) {
        struct part *part = &bundle->parts[i];
        part->stream = str_make(at, (size_t)part->packed.packed_bytes);
        at += part->stream.n;
    }
}

/* Goes on from where the walk is to the next body below the level. ST_NOTFOUND: the end; ST_AGAIN: none so
 * far, and the transaction has been open for long enough. */
static enum status walk(struct repack *r, struct store_read *read, struct bundle *ret_body)
{
    for (unsigned pages = 0; pages < PAGES_PER_READ; pages++) {
        struct str key, value;
        bool taken = false;
        enum status st = r->job ? table_seek(read, TABLE_PAGES, key_of_job_seq(r->job, r->from), false,
                                             KEY_JOB_BYTES, &key, &value)
                                : ST_NOTFOUND;
        if (st == ST_NOTFOUND) {
            st = next_job(r, read);
        } else if (st == OK) {
            r->from = key_seq(key) + 1;
            st = take_body(r, read, key, value, ret_body, &taken);
        }
        if (st != OK || taken)
            return st;
    }
    return ST_AGAIN;
}

static enum status find(struct repack *r, struct bundle *ret_body)
{
    struct store_read *read;
    enum status st = store_read_begin(r->store, &read);
    if (st != OK)
        return st;
    st = walk(r, read, ret_body);
    store_read_end(read);
    if (st == OK)
        set_streams(ret_body, r->copy.p);
    return st;
}

/* ---- packing ---- */

/* The raw bytes into r->raw. ST_CORRUPT when they are not what the head says. */
static enum status unpack(struct repack *r, const struct part *part)
{
    buf_shrink(&r->raw, KEEP_BYTES);
    enum status st = codec_inflate(r->codec, part->stream, &part->packed, &r->raw);
    if (st != OK)
        return st == ST_LIMIT ? ST_CORRUPT : st;
    struct sha256 is = sha256_of(r->sha, buf_str(&r->raw), STR_NONE);
    return memcmp(is.b, part->sha256.b, sizeof is.b) == 0 ? OK : ST_CORRUPT;
}

/* The new stream goes to the end of the batch, the old one in its place when that is not larger. */
static enum status pack_part(struct repack *r, struct part *part)
{
    size_t at = r->streams.n;
    struct packed packed;
    enum status st = unpack(r, part);
    if (st == OK)
        st = codec_deflate(r->codec, buf_str(&r->raw), &r->streams, &packed);
    if (st != OK)
        return st;
    if (packed.packed_bytes < part->packed.packed_bytes) {
        /* It will replace the only copy there is. */
        buf_shrink(&r->again, KEEP_BYTES);
        packed.crc32 = part->packed.crc32;
        part->packed = packed;
        return codec_inflate(r->codec, str_make(r->streams.p + at, r->streams.n - at), &packed,
                             &r->again);
    }
    r->streams.n = at;
    buf_put_str(&r->streams, part->stream);
    return r->streams.status;
}

/* Adds the body to the batch. ST_CORRUPT: it is damaged, and the batch is as before. */
static enum status pack(struct repack *r, const struct bundle *body)
{
    struct item *item = &r->items[r->n];
    if (r->n == 0)
        r->began_ms = clock_mono_ms();
    *item = (struct item){.bundle = *body, .level_was = body->level, .at = r->streams.n};
    item->bundle.level = r->options->level;
    enum status st = OK;
    for (unsigned i = 0; i < body->n_parts && st == OK; i++) {
        item->was[i] = body->parts[i].packed;
        st = pack_part(r, &item->bundle.parts[i]);
    }
    if (st == OK)
        r->n++;
    else if (st == ST_CORRUPT)
        r->streams.n = item->at;
    return st;
}

/* ---- writing ---- */

static bool is_as_read(const struct bundle *now, const struct item *item)
{
    bool same = now->level == item->level_was && now->n_parts == item->bundle.n_parts;
    for (unsigned i = 0; i < now->n_parts && same; i++)
        same = now->parts[i].packed.packed_bytes == item->was[i].packed_bytes;
    return same;
}

/* The id stands for the content: what is there under it unpacks to the same, or nothing is there. */
static enum status replace(struct store_write *write, struct item *item)
{
    struct bundle now;
    void *room;
    enum status st = store_bundle_get(store_write_reader(write), item->bundle.id, &now);
    item->written = st == OK && is_as_read(&now, item);
    if (!item->written)
        return st == ST_NOTFOUND || st == ST_CORRUPT ? OK : st;
    size_t n = format_bundle_bytes(&item->bundle);
    must(n > 0); /* not larger than what is there */
    st = table_reserve(write, TABLE_BUNDLES, key_of_sha(item->bundle.id), n, &room);
    if (st == OK)
        format_bundle(&item->bundle, room);
    return st;
}

static enum status apply(struct write_job *job, struct store_write *write)
{
    struct repack *r = (struct repack *)(void *)((char *)job - offsetof(struct repack, write));
    enum status st = OK;
    for (size_t i = 0; i < r->n && st == OK; i++)
        st = replace(write, &r->items[i]);
    return st;
}

static void count(struct repack_report *report, const struct item *item)
{
    uint64_t before = 0, after = 0;
    for (unsigned i = 0; i < item->bundle.n_parts; i++) {
        before += item->was[i].packed_bytes;
        after += item->bundle.parts[i].packed.packed_bytes;
    }
    report->bodies++;
    if (!item->written) {
        report->changed++;
        return;
    }
    report->bytes_before += before;
    report->bytes_after += after;
    *(after < before ? &report->repacked : &report->kept) += 1;
}

static enum status flush(struct repack *r)
{
    if (r->n == 0)
        return OK;
    for (size_t i = 0; i < r->n; i++)
        set_streams(&r->items[i].bundle, r->streams.p + r->items[i].at);
    r->write = (struct write_job){.apply = apply, .bytes = r->streams.n};
    enum status st = writer_run(r->writer, &r->write);
    for (size_t i = 0; i < r->n && st == OK; i++)
        count(r->report, &r->items[i]);
    r->n = 0;
    buf_shrink(&r->streams, KEEP_BYTES);
    return st;
}

static bool is_full(const struct repack *r)
{
    return r->n == BATCH_BODIES || r->streams.n >= REPACK_BATCH_BYTES ||
           clock_mono_ms() - r->began_ms >= BATCH_MS;
}

/* ---- the whole ---- */

/* Writes what is there already. */
static enum status touch(struct write_job *job UNUSED, struct store_write *write)
{
    struct key key = key_of_text(META_FORMAT);
    struct str value;
    uint32_t format;
    uint8_t same[4];
    enum status st = table_get(store_write_reader(write), TABLE_META, key, &value);
    if (st == OK)
        st = format_read_u32(value, &format);
    if (st != OK)
        return st;
    format_u32(format, same);
    return table_put(write, TABLE_META, key, str_make((const char *)same, sizeof same), 0);
}

/* What the last batch freed can be trimmed when another commit stands behind it. */
static enum status give_back(struct repack *r)
{
    struct write_job job = {.apply = touch, .bytes = 4};
    enum status st = writer_run(r->writer, &job);
    return st == OK ? store_trim(r->store) : st;
}

static enum status one_body(struct repack *r)
{
    struct bundle body;
    if (r->options->should_stop && r->options->should_stop(r->options->context))
        return ST_CANCELLED;
    enum status st = find(r, &body);
    if (st != OK)
        return st == ST_AGAIN ? OK : st;
    st = pack(r, &body);
    if (st == ST_CORRUPT) {
        r->report->bodies++;
        r->report->damaged++;
        return OK;
    }
    return st == OK && is_full(r) ? flush(r) : st;
}

static enum status run(struct repack *r)
{
    enum status st = r->codec && r->sha ? OK : ST_NOMEM;
    while (st == OK)
        st = one_body(r);
    if (st != ST_NOTFOUND && st != ST_CANCELLED)
        return st;
    enum status ended = flush(r);
    if (ended == OK && (st == ST_NOTFOUND || r->report->repacked))
        ended = give_back(r);
    return ended != OK ? ended : st == ST_NOTFOUND ? OK : st;
}

enum status repack_run(struct store *store, struct writer *writer, const struct repack_options *options,
                       struct repack_report *report)
{
    must(options->level >= 1 && options->level <= BUNDLE_LEVEL_MAX);
    *report = (struct repack_report){.disk_before = store_disk_bytes(store)};
    struct repack *r = calloc(1, sizeof *r);
    if (!r)
        return ST_NOMEM;
    r->store = store;
    r->writer = writer;
    r->options = options;
    r->report = report;
    r->codec = codec_create((int)options->level);
    r->sha = sha256_create();
    buf_init(&r->copy, SIZE_MAX / 2);
    buf_init(&r->raw, RAW_MAX_BYTES);
    buf_init(&r->again, RAW_MAX_BYTES);
    buf_init(&r->streams, SIZE_MAX / 2);
    enum status st = run(r);
    report->disk_after = store_disk_bytes(store);
    buf_fini(&r->streams);
    buf_fini(&r->again);
    buf_fini(&r->raw);
    buf_fini(&r->copy);
    sha256_destroy(r->sha);
    codec_destroy(r->codec);
    free(r);
    return st;
}
