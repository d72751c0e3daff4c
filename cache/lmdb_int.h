/* SPDX-License-Identifier: Apache-2.0 */
/* lmdb_int.h: what the files of this room share, and the only door to LMDB. Nobody else includes it.
 *
 * THE GATE. LMDB's map must not be moved while a transaction is open: mdb_env_set_mapsize() would succeed,
 * and the next access would be SIGBUS. Every transaction, read or write, passes the gate and counts as
 * inside until it ends; store_grow() closes the gate, waits until nobody is inside, moves the map, opens.
 *
 *   what happens                                      who acts
 *   ------------------------------------------------  -------------------------------------------------
 *   MDB_MAP_FULL in the write transaction             the writer: abort, store_grow(), apply again
 *   MDB_MAP_RESIZED at begin: another process grew    whoever begins: store_grow(), begin again
 *
 * Invariant: map_bytes and dead change only while the gate is closed. */
#ifndef WEBKEEP_CACHE_LMDB_INT_H
#define WEBKEEP_CACHE_LMDB_INT_H

#include "cache/format.h"
#include "cache/store.h"

#include <lmdb.h>
#include <pthread.h>

struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned inside;
    bool closed;
};

struct store {
    MDB_env *env;
    MDB_dbi dbi[TABLES];
    struct gate gate;
    size_t map_bytes;
    bool dead;       /* the map was lost while it was moved: nothing works any more */
    int lock_fd;     /* -1: none */
    uint64_t writes; /* write transactions begun; the writing thread's */
    char dir[];
};

struct store_read {
    struct store *store;
    MDB_txn *txn;
    bool inside; /* the transaction is open and counted by the gate; always for a writer's view */
};

/* Lives in the writer; its scratch buffer is kept from one transaction to the next. */
struct store_write {
    struct store_read view; /* the same transaction, for look-ups */
    struct buf scratch;     /* one record's bytes */
    bool map_full;         /* this transaction needs a larger map: abort, store_grow() and apply again */
    size_t seen_map_bytes; /* the map it ran in, for store_grow() */
    uint32_t live_job;     /* number of a job known to be there and not being deleted; 0: none */
};

/* ---- txn.c ---- */

void gate_init(struct gate *gate);
void gate_fini(struct gate *gate);

/* What LMDB answered, as a status: ST_FULL also for a write that was cut short by a full disk. */
enum status store_status(const struct store *store, int rc);

/* Would a map of that size fit beside all else? */
bool address_space_has(size_t n_bytes);

/* Makes the map larger (at least doubled) unless it no longer measures seen_bytes. The caller has no
 * transaction open. ST_NOMEM: the address space has no room; the store goes on as it was. */
enum status store_grow(struct store *store, size_t seen_bytes) MUST_USE;

void store_write_init(struct store_write *write);
void store_write_fini(struct store_write *write);
enum status store_write_begin(struct store *store, struct store_write *write) MUST_USE;
/* Ends the transaction, whatever comes out. Full sync. */
enum status store_write_commit(struct store_write *write) MUST_USE;
void store_write_abort(struct store_write *write);

/* Tables; slices point into the map until the transaction ends or, in a write transaction, writes. */
enum status table_get(struct store_read *read, enum table table, struct key key,
                      struct str *ret_value) MUST_USE;
/* ST_CORRUPT when a key does not measure what its table's keys do.
 * The first entry at from, or behind it when `past`, whose key begins with the first prefix_bytes of from.
 * ST_NOTFOUND when there is none. */
enum status table_seek(struct store_read *read, enum table table, struct key from, bool past,
                       size_t prefix_bytes, struct str *ret_key, struct str *ret_value) MUST_USE;
/* The last entry of a table, not one of sets. ST_NOTFOUND: it is empty. */
enum status table_last(struct store_read *read, enum table table, struct str *ret_key,
                       struct str *ret_value) MUST_USE;
/* flags: MDB_NOOVERWRITE for ST_EXISTS instead of replacing. */
enum status table_put(struct store_write *write, enum table table, struct key key, struct str value,
                      unsigned flags) MUST_USE;
/* Puts what stands in write->scratch, and empties that. */
enum status table_put_scratch(struct store_write *write, enum table table, struct key key,
                              unsigned flags) MUST_USE;
/* Room for n bytes of value in the database's own page, to be filled before the next write. */
enum status table_reserve(struct store_write *write, enum table table, struct key key, size_t n,
                          void **ret_room) MUST_USE;
enum status table_del(struct store_write *write, enum table table, struct key key) MUST_USE;

/* Tables of sets: many values of one size under a key, sorted by their bytes (MDB_DUPFIXED). A member counts as an
 * entry of table_seek() and table_get(), which see the first one of a key; table_del() removes a whole set. */
#define TABLE_IS_OF_SETS(table) ((table) == TABLE_SEEN)
/* The first member at from, or behind it when `past`. ST_NOTFOUND. */
enum status set_seek(struct store_read *read, enum table table, struct key key, struct str from,
                     bool past, struct str *ret_member) MUST_USE;
/* ST_EXISTS: it is a member already. */
enum status set_put(struct store_write *write, enum table table, struct key key,
                    struct str member) MUST_USE;
/* Adds all members of one set to another, and removes the first. */
enum status set_move(struct store_write *write, enum table table, struct key from,
                     struct key to) MUST_USE;

/* ---- between the typed tables ---- */

/* OK when things of the job may be put; ST_NOTFOUND when it is not there or is being deleted. */
enum status job_is_live(struct store_write *write, uint32_t job) MUST_USE;
/* A number from a counter of meta; numbers are never given out again, also when their owner is gone. */
enum status number_take(struct store_write *write, const char *counter, uint32_t *ret_number) MUST_USE;

/* A write may move the record that texts of a job point into. What changes a caller's job and writes, holds it
 * before its first write and lets it follow after the last: texts that stood in the map do so again. */
enum status job_hold(struct store_write *write, const struct job_record *job,
                     struct job_record *ret_stored) MUST_USE;
enum status job_follow(struct store_write *write, struct job_record *stored,
                       struct job_record *job) MUST_USE;

/* Counts a job into its owner's account and off it. ST_NOTFOUND: there is no such key. */
enum status account_add_job(struct store_write *write, const struct job_record *job) MUST_USE;
enum status account_drop_job(struct store_write *write, const struct job_record *job) MUST_USE;

/* Takes one page's use of a bundle back; the last use takes the bundle along. */
enum status bundle_unuse(struct store_write *write, struct sha256 id) MUST_USE;

#endif
