/* SPDX-License-Identifier: Apache-2.0 */
/* store.h: the data folder: one LMDB environment, its tables, read and write transactions.
 *
 * A data folder holds `webkeep.lock` (flock; pid and command of the process that writes) and `store/` (the
 * LMDB files). One process writes; any number read beside it. Within the process one thread writes: the
 * writer (writer.h); struct store_write is only ever given to its jobs.
 *
 * Read transactions are short: an export re-opens its own every few pages and goes on by key. The map is
 * opened large and never resized while a transaction is open: a gate (readers shared, resize exclusive)
 * handles MDB_MAP_FULL and MDB_MAP_RESIZED inside this room.
 *
 * Statuses: ST_FULL no space on disk, ST_IO, ST_CORRUPT, ST_NOMEM; ST_NOTFOUND where a key is asked for. */
#ifndef WEBKEEP_CACHE_STORE_H
#define WEBKEEP_CACHE_STORE_H

#include "cache/records.h"

struct store;
struct store_read;
struct store_write;

enum store_mode {
    STORE_READ, /* ST_NOTFOUND when there is no store yet */
    STORE_WRITE, /* makes the folder; ST_BUSY with a sentence (pid, command, what to do) when another writes */
};

struct store_options {
    const char *dir; /* the data folder */
    enum store_mode mode;
    size_t
        map_bytes; /* 0: STORE_MAP_BYTES, or less where there is less; address space, not memory or disk */
    unsigned max_readers; /* read transactions open at once, over all processes; 0: 256 */
    const char *command;  /* written into the lock for the next one to read: "crawl https://..." */
};

#define STORE_MAP_BYTES ((size_t)1 << 40)

/* Opens a folder at most once in a process: LMDB's locks are the process's. ret_diag says why not: also
 * ST_UNSUPPORTED for a store of another format, ST_NOMEM when the address space has no room for the map. */
enum status store_open(const struct store_options *options, struct store **ret_store,
                       struct diag *ret_diag) MUST_USE;
void store_close(struct store *store); /* NULL is fine; no transaction may be open */
const char *store_dir(const struct store *store);

/* Pid and command of the process that holds the folder's lock for writing. ST_NOTFOUND: nobody. */
enum status store_owner(const char *dir, int *ret_pid, char *ret_command, size_t command_size);

/* ---- reading; any thread, one transaction a thread at a time ----
 *
 * Who holds a read transaction must not wait for the writer (writer_run()): the writer may be waiting for all
 * readers to leave, to make the map larger. */

enum status store_read_begin(struct store *store, struct store_read **ret_read) MUST_USE;
void store_read_end(struct store_read *read); /* NULL is fine */
/* Ends and begins anew at the newest state: all views are gone. After a failure the transaction is ended:
 * look-ups give ST_INTERNAL until a renewal works, and store_read_end() is still due. */
enum status store_read_renew(struct store_read *read) MUST_USE;

enum status store_job_get(struct store_read *read, struct id128 id, struct job_record *ret_job) MUST_USE;
/* Jobs in order of creation: the first one after `after` (NULL: the first). ST_NOTFOUND at the end, and when
 * there is no job `after` (any more). */
enum status store_job_next(struct store_read *read, const struct id128 *after,
                           struct job_record *ret_job) MUST_USE;

enum status store_url_get(struct store_read *read, uint32_t job, struct id128 id,
                          struct url_record *ret_url) MUST_USE;
/* The record of a seq. */
enum status store_url_at(struct store_read *read, uint32_t job, uint64_t seq,
                         struct url_record *ret_url) MUST_USE;
/* URLs of a job in order of discovery: the first one with seq >= from. ST_NOTFOUND at the end. */
enum status store_url_next(struct store_read *read, uint32_t job, uint64_t from,
                           struct url_record *ret_url) MUST_USE;
/* Ready URLs in the order they are leased: after (rank, seq), exclusive (NULL: from the first). */
struct ready_key {
    uint8_t rank;
    uint64_t seq;
};
enum status store_ready_next(struct store_read *read, uint32_t job, const struct ready_key *after,
                             struct url_record *ret_url) MUST_USE;

enum status store_page_get(struct store_read *read, uint32_t job, uint64_t seq,
                           struct page_record *ret_page) MUST_USE;
/* The first page with seq >= from. ST_NOTFOUND at the end. */
enum status store_page_next(struct store_read *read, uint32_t job, uint64_t from,
                            struct page_record *ret_page) MUST_USE;
enum status store_bundle_get(struct store_read *read, struct sha256 id,
                             struct bundle *ret_bundle) MUST_USE;
enum status store_host_get(struct store_read *read, uint32_t job, struct id128 id,
                           struct host_record *ret_host) MUST_USE;
enum status store_row_next(struct store_read *read, uint32_t job, uint64_t from,
                           struct row_record *ret_row) MUST_USE;

/* ---- writing; the writer thread, inside a job's apply ----
 *
 * All puts give ST_NOTFOUND when the job is not there or is being deleted, so that late writes of a deleted
 * job leave nothing behind. ST_LIMIT: a record over 64 MiB, a bundle over 4 GiB. */

/* The same look-ups, seeing what this transaction has written. The view ends with the next write. */
struct store_read *store_write_reader(struct store_write *write);

/* Adds a job: fills job->number and job->next_event, and counts it into its owner's account (accounts.h).
 * ST_EXISTS when the id is taken. ST_LIMIT: no number is left. ST_NOTFOUND: no key has its owner's number. */
enum status store_job_add(struct store_write *write, struct job_record *job) MUST_USE;
/* Owner and kind stay what they were. */
enum status store_job_put(struct store_write *write, const struct job_record *job) MUST_USE;
/* Removes the job with all that is its own; bundles that no other page uses go too. Large jobs: at most
 * max_records are removed in one call; ST_AGAIN means call again, in another transaction (so the apply that
 * got it returns OK and commits this step). The job record is marked JOB_DELETING first and goes last. That first
 * step settles a pending job with the pages (or rows) it has, and takes it out of its owner's account. */
enum status store_job_delete(struct store_write *write, struct id128 id, size_t max_records) MUST_USE;

/* Puts a URL's record, and keeps the ready table right: a URL_READY record is in it under (rank, seq), any
 * other is not. `before` is the record as it was, of the same id and seq, NULL when it is new: ST_EXISTS when it is
 * not, and nothing has changed. ST_CORRUPT when another URL has its seq. */
enum status store_url_put(struct store_write *write, uint32_t job, const struct url_record *url,
                          const struct url_record *before) MUST_USE;

/* Stores the bundle unless it is there, and the page, which will point to it (page->bundle is not read). A
 * page that replaces another of the same seq gives the old bundle back. *ret_new_bytes: bytes of the bundle
 * when it is new, else 0. Parts stand in order of their kind, each at most once. */
enum status store_page_put(struct store_write *write, uint32_t job, const struct page_record *page,
                           const struct bundle *bundle, uint64_t *ret_new_bytes) MUST_USE;
enum status store_host_put(struct store_write *write, uint32_t job,
                           const struct host_record *host) MUST_USE;
enum status store_row_put(struct store_write *write, uint32_t job,
                          const struct row_record *row) MUST_USE;

/* SHA-256 of the parts' SHA-256s in order: fills bundle->id from bundle->parts. */
void bundle_identify(struct sha256_ctx *sha, struct bundle *bundle);

#endif
