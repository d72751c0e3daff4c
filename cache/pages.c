/* SPDX-License-Identifier: Apache-2.0 */
/* pages.c: pages of a job, the bundles they share, and the rows of re-extractions.
 *
 * Invariant: a bundle is there exactly as long as a page uses it. `refs` counts uses from the second on, so
 * that the usual case, one page a bundle, costs no entry. */
#include "cache/lmdb_int.h"

/* ---- look-up ---- */

enum status store_page_get(struct store_read *read, uint32_t job, uint64_t seq,
                           struct page_record *ret_page)
{
    struct str value;
    struct key key = key_of_job_seq(job, seq);
    enum status st = table_get(read, TABLE_PAGES, key, &value);
    return st != OK ? st : format_read_page(str_make((const char *)key.b, key.n), value, ret_page);
}

enum status store_page_next(struct store_read *read, uint32_t job, uint64_t from,
                            struct page_record *ret_page)
{
    struct str key, value;
    enum status st =
        table_seek(read, TABLE_PAGES, key_of_job_seq(job, from), false, KEY_JOB_BYTES, &key, &value);
    return st != OK ? st : format_read_page(key, value, ret_page);
}

enum status store_bundle_get(struct store_read *read, struct sha256 id, struct bundle *ret_bundle)
{
    struct str value;
    struct key key = key_of_sha(id);
    enum status st = table_get(read, TABLE_BUNDLES, key, &value);
    return st != OK ? st : format_read_bundle(str_make((const char *)key.b, key.n), value, ret_bundle);
}

enum status store_row_next(struct store_read *read, uint32_t job, uint64_t from,
                           struct row_record *ret_row)
{
    struct str key, value;
    enum status st =
        table_seek(read, TABLE_ROWS, key_of_job_seq(job, from), false, KEY_JOB_BYTES, &key, &value);
    return st != OK ? st : format_read_row(key, value, ret_row);
}

/* ---- bundles ---- */

void bundle_identify(struct sha256_ctx *sha, struct bundle *bundle)
{
    struct sha256 parts[PART_KINDS];
    must(bundle->n_parts <= PART_KINDS);
    for (unsigned i = 0; i < bundle->n_parts; i++)
        parts[i] = bundle->parts[i].sha256;
    struct str all = str_make((const char *)parts, bundle->n_parts * sizeof parts[0]);
    bundle->id = sha256_of(sha, all, STR_LIT(""));
}

/* Pages that use a bundle that is there. */
static enum status get_uses(struct store_write *write, struct key key, uint32_t *ret_uses)
{
    struct str value;
    enum status st = table_get(&write->view, TABLE_REFS, key, &value);
    if (st == OK)
        return format_read_u32(value, ret_uses);
    if (st == ST_NOTFOUND)
        *ret_uses = 1;
    return st == ST_NOTFOUND ? OK : st;
}

static enum status put_uses(struct store_write *write, struct key key, uint32_t uses)
{
    uint8_t value[4];
    format_u32(uses, value);
    return table_put(write, TABLE_REFS, key, str_make((const char *)value, sizeof value), 0);
}

static enum status put_bundle(struct store_write *write, struct key key, const struct bundle *bundle,
                              uint64_t *ret_new_bytes)
{
    size_t n = format_bundle_bytes(bundle);
    void *room;
    if (n == 0)
        return ST_LIMIT;
    enum status st = table_reserve(write, TABLE_BUNDLES, key, n, &room);
    if (st != OK)
        return st;
    format_bundle(bundle, room);
    *ret_new_bytes = n;
    return OK;
}

/* One more page uses the bundle. */
static enum status bundle_use(struct store_write *write, const struct bundle *bundle,
                              uint64_t *ret_new_bytes)
{
    struct key key = key_of_sha(bundle->id);
    struct str value;
    uint32_t uses;
    enum status st = table_get(&write->view, TABLE_BUNDLES, key, &value);
    if (st == ST_NOTFOUND)
        return put_bundle(write, key, bundle, ret_new_bytes);
    if (st == OK)
        st = get_uses(write, key, &uses);
    if (st == OK)
        st = uses == UINT32_MAX ? ST_LIMIT : put_uses(write, key, uses + 1);
    if (st == OK)
        *ret_new_bytes = 0;
    return st;
}

enum status bundle_unuse(struct store_write *write, struct sha256 id)
{
    struct key key = key_of_sha(id);
    uint32_t uses;
    enum status st = get_uses(write, key, &uses);
    if (st != OK)
        return st;
    if (uses > 2)
        return put_uses(write, key, uses - 1);
    st = table_del(write, uses == 2 ? TABLE_REFS : TABLE_BUNDLES, key);
    return st == ST_NOTFOUND ? ST_CORRUPT : st;
}

/* ---- pages and rows ---- */

static bool sha_eq(struct sha256 a, struct sha256 b)
{
    return memcmp(a.b, b.b, sizeof a.b) == 0;
}

enum status store_page_put(struct store_write *write, uint32_t job, const struct page_record *page,
                           const struct bundle *bundle, uint64_t *ret_new_bytes)
{
    struct page_record old, now = *page;
    uint64_t new_bytes = 0;
    now.bundle = bundle->id;
    enum status st = job_is_live(write, job);
    if (st != OK)
        return st;
    st = store_page_get(&write->view, job, page->seq, &old);
    bool replaces = st == OK, same = replaces && sha_eq(old.bundle, bundle->id);
    if (st != OK && st != ST_NOTFOUND)
        return st;
    /* The page's slices may point into the map, which the writes below change: its bytes are made first. And
     * what can be refused (ST_LIMIT) is, before anything has changed. */
    format_page(&now, &write->scratch);
    st = write->scratch.status;
    if (st == OK && !same)
        st = bundle_use(write, bundle, &new_bytes);
    if (st == OK)
        st = table_put_scratch(write, TABLE_PAGES, key_of_job_seq(job, page->seq), 0);
    else
        buf_reset(&write->scratch);
    if (st == OK && replaces && !same)
        st = bundle_unuse(write, old.bundle);
    if (st == OK)
        *ret_new_bytes = new_bytes;
    return st;
}

enum status store_row_put(struct store_write *write, uint32_t job, const struct row_record *row)
{
    enum status st = job_is_live(write, job);
    if (st != OK)
        return st;
    format_row(row, &write->scratch);
    return table_put_scratch(write, TABLE_ROWS, key_of_job_seq(job, row->seq), 0);
}
