/* SPDX-License-Identifier: Apache-2.0 */
/* txn.c: the gate, transactions, growing the map, and plain access to tables. */
#include "cache/lmdb_int.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* One record other than a bundle; a job's policy and a row's JSON are the largest. */
#define RECORD_MAX_BYTES ((size_t)64 << 20)
#define SCRATCH_KEEP_BYTES ((size_t)1 << 20)
/* Slots that killed readers left behind are looked for once in so many write transactions. */
#define READER_CHECK_EVERY 64
/* A begin tries again while other processes grow the map. */
#define BEGIN_TRIES 16
/* A write that came out short with less than this left means: the disk is full. */
#define FULL_BELOW_BYTES ((uint64_t)4 << 20)

/* ---- gate ---- */

void gate_init(struct gate *gate)
{
    pthread_mutex_init(&gate->lock, NULL);
    pthread_cond_init(&gate->changed, NULL);
    gate->inside = 0;
    gate->closed = false;
}

void gate_fini(struct gate *gate)
{
    must(gate->inside == 0);
    pthread_cond_destroy(&gate->changed);
    pthread_mutex_destroy(&gate->lock);
}

static void gate_enter(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    while (gate->closed)
        pthread_cond_wait(&gate->changed, &gate->lock);
    gate->inside++;
    pthread_mutex_unlock(&gate->lock);
}

static void gate_leave(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    must(gate->inside > 0);
    if (--gate->inside == 0 && gate->closed)
        pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

/* From here no one enters, so that readers who come and go all the time can't keep the gate busy for ever. */
static void gate_close(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    while (gate->closed)
        pthread_cond_wait(&gate->changed, &gate->lock);
    gate->closed = true;
    while (gate->inside)
        pthread_cond_wait(&gate->changed, &gate->lock);
    pthread_mutex_unlock(&gate->lock);
}

static void gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->lock);
    gate->closed = false;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->lock);
}

/* ---- what LMDB answers ---- */

/* LMDB answers EIO to a write that was cut short, and cut short is how a disk fills up. stat() and statvfs()
 * open nothing: opening and closing LMDB's files by other calls would drop its locks. */
static bool disk_is_full(const struct store *store)
{
    char path[PATH_MAX];
    struct statvfs fs;
    struct stat data;
    struct rlimit limit;
    int n = snprintf(path, sizeof path, "%s/store/data.mdb", store->dir);
    if (n < 0 || (size_t)n >= sizeof path)
        return false;
    if (statvfs(path, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < FULL_BELOW_BYTES)
        return true;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
           stat(path, &data) == 0 && (uint64_t)data.st_size + FULL_BELOW_BYTES > limit.rlim_cur;
}

enum status store_status(const struct store *store, int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return OK;
    case MDB_NOTFOUND:
        return ST_NOTFOUND;
    case MDB_KEYEXIST:
        return ST_EXISTS;
    case MDB_TXN_FULL:
    case MDB_BAD_VALSIZE:
        return ST_LIMIT;
    case MDB_READERS_FULL:
        return ST_BUSY;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ST_FULL;
    case EIO:
        return disk_is_full(store) ? ST_FULL : ST_IO;
    case ENOMEM:
        return ST_NOMEM;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_CURSOR_FULL:
    case MDB_INCOMPATIBLE:
        return ST_CORRUPT;
    case MDB_BAD_TXN:
    case MDB_BAD_DBI:
    case EINVAL:
        return ST_INTERNAL;
    default: /* MDB_PANIC and the system's own */
        return ST_IO;
    }
}

/* ---- growing the map ---- */

bool address_space_has(size_t n_bytes)
{
    void *at = mmap(NULL, n_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        return false;
    munmap(at, n_bytes);
    return true;
}

/* Twice as large, and so large that all the file holds by now fits twice. */
static enum status move_map(struct store *store)
{
    MDB_envinfo info;
    MDB_stat stat_now;
    if (mdb_env_info(store->env, &info) != 0 || mdb_env_stat(store->env, &stat_now) != 0)
        return ST_INTERNAL;
    size_t used = (info.me_last_pgno + 1) * stat_now.ms_psize, bytes = store->map_bytes;
    do {
        if (bytes > SIZE_MAX / 4)
            return ST_NOMEM;
        bytes *= 2;
    } while (bytes / 2 < used);
    /* LMDB unmaps before it maps anew and can't go back: ask first. */
    if (!address_space_has(bytes))
        return ST_NOMEM;
    int rc = mdb_env_set_mapsize(store->env, bytes);
    store->dead = rc != 0;
    if (rc == 0 && mdb_env_info(store->env, &info) == 0)
        store->map_bytes = info.me_mapsize;
    return store_status(store, rc);
}

enum status store_grow(struct store *store, size_t seen_bytes)
{
    gate_close(&store->gate);
    enum status st = store->dead ? ST_NOMEM : OK;
    if (st == OK && store->map_bytes == seen_bytes)
        st = move_map(store);
    gate_open(&store->gate);
    return st;
}

/* ---- transactions ---- */

/* Begins *txn, or renews it when there is one, and is inside the gate when OK. */
static enum status txn_begin(struct store *store, unsigned flags, MDB_txn **txn, size_t *ret_map_bytes)
{
    for (int tries = 0; tries < BEGIN_TRIES; tries++) {
        gate_enter(&store->gate);
        *ret_map_bytes = store->map_bytes;
        int rc = store->dead ? ENOMEM
                 : *txn      ? mdb_txn_renew(*txn)
                             : mdb_txn_begin(store->env, NULL, flags, txn);
        if (rc == 0)
            return OK;
        gate_leave(&store->gate);
        int freed = 0;
        if (rc == MDB_READERS_FULL && tries == 0) {
            mdb_reader_check(store->env, &freed);
        } else if (rc == MDB_MAP_RESIZED) {
            enum status st = store_grow(store, *ret_map_bytes);
            if (st != OK)
                return st;
        } else {
            return store_status(store, rc);
        }
    }
    return ST_BUSY;
}

enum status store_read_begin(struct store *store, struct store_read **ret_read)
{
    struct store_read *read = calloc(1, sizeof *read);
    if (!read)
        return ST_NOMEM;
    read->store = store;
    size_t map_bytes;
    enum status st = txn_begin(store, MDB_RDONLY, &read->txn, &map_bytes);
    if (st != OK) {
        free(read);
        return st;
    }
    read->inside = true;
    *ret_read = read;
    return OK;
}

static void read_pause(struct store_read *read)
{
    if (!read->inside)
        return;
    mdb_txn_reset(read->txn);
    read->inside = false;
    gate_leave(&read->store->gate);
}

enum status store_read_renew(struct store_read *read)
{
    size_t map_bytes;
    read_pause(read);
    enum status st = txn_begin(read->store, MDB_RDONLY, &read->txn, &map_bytes);
    read->inside = st == OK;
    return st;
}

void store_read_end(struct store_read *read)
{
    if (!read)
        return;
    read_pause(read);
    mdb_txn_abort(read->txn);
    free(read);
}

void store_write_init(struct store_write *write)
{
    *write = (struct store_write){.map_full = false};
    buf_init(&write->scratch, RECORD_MAX_BYTES);
}

void store_write_fini(struct store_write *write)
{
    must(!write->view.txn);
    buf_fini(&write->scratch);
}

enum status store_write_begin(struct store *store, struct store_write *write)
{
    must(!write->view.txn);
    int freed;
    if (store->writes++ % READER_CHECK_EVERY == 0)
        mdb_reader_check(store->env, &freed);
    write->map_full = false;
    write->live_job = 0;
    enum status st = txn_begin(store, 0, &write->view.txn, &write->seen_map_bytes);
    if (st != OK) {
        write->view.txn = NULL;
        return st;
    }
    write->view.store = store;
    write->view.inside = true;
    return OK;
}

static void write_ended(struct store_write *write)
{
    write->view.txn = NULL;
    write->view.inside = false;
    buf_shrink(&write->scratch, SCRATCH_KEEP_BYTES);
    gate_leave(&write->view.store->gate);
}

enum status store_write_commit(struct store_write *write)
{
    int rc = mdb_txn_commit(write->view.txn);
    write->map_full = rc == MDB_MAP_FULL;
    write_ended(write);
    return store_status(write->view.store, rc);
}

void store_write_abort(struct store_write *write)
{
    mdb_txn_abort(write->view.txn);
    write_ended(write);
}

struct store_read *store_write_reader(struct store_write *write)
{
    return &write->view;
}

/* ---- tables ---- */

static MDB_val val_of_key(const struct key *key)
{
    return (MDB_val){.mv_size = key->n, .mv_data = (void *)(uintptr_t)key->b};
}

static MDB_val val_of(struct str s)
{
    return (MDB_val){.mv_size = s.n, .mv_data = (void *)(uintptr_t)s.p};
}

static struct str str_of_val(MDB_val v)
{
    return str_make(v.mv_data, v.mv_size);
}

/* LMDB refuses all further work in a transaction that met a full map; the writer must learn why. */
static enum status wrote(struct store_write *write, int rc)
{
    write->map_full = write->map_full || rc == MDB_MAP_FULL;
    return store_status(write->view.store, rc);
}

enum status table_get(struct store_read *read, enum table table, struct key key, struct str *ret_value)
{
    if (!read->inside)
        return ST_INTERNAL;
    MDB_val k = val_of_key(&key), v;
    int rc = mdb_get(read->txn, read->store->dbi[table], &k, &v);
    if (rc == 0)
        *ret_value = str_of_val(v);
    return store_status(read->store, rc);
}

enum status table_seek(struct store_read *read, enum table table, struct key from, bool past,
                       size_t prefix_bytes, struct str *ret_key, struct str *ret_value)
{
    if (!read->inside)
        return ST_INTERNAL;
    MDB_cursor *cursor;
    int rc = mdb_cursor_open(read->txn, read->store->dbi[table], &cursor);
    if (rc != 0)
        return store_status(read->store, rc);
    MDB_val k = val_of_key(&from), v;
    struct str begin = str_make((const char *)from.b, from.n);
    rc = mdb_cursor_get(cursor, &k, &v, from.n ? MDB_SET_RANGE : MDB_FIRST);
    if (rc == 0 && past && str_eq(str_of_val(k), begin))
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
    mdb_cursor_close(cursor);
    if (rc == 0 && !str_starts(str_of_val(k), str_head(begin, prefix_bytes)))
        rc = MDB_NOTFOUND;
    if (rc == 0 && key_bytes(table) && k.mv_size != key_bytes(table))
        rc = MDB_CORRUPTED;
    if (rc == 0) {
        *ret_key = str_of_val(k);
        *ret_value = str_of_val(v);
    }
    return store_status(read->store, rc);
}

enum status table_last(struct store_read *read, enum table table, struct str *ret_key,
                       struct str *ret_value)
{
    if (!read->inside)
        return ST_INTERNAL;
    MDB_cursor *cursor;
    MDB_val k, v;
    int rc = mdb_cursor_open(read->txn, read->store->dbi[table], &cursor);
    if (rc != 0)
        return store_status(read->store, rc);
    rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
    mdb_cursor_close(cursor);
    if (rc == 0 && k.mv_size != key_bytes(table))
        rc = MDB_CORRUPTED;
    if (rc == 0) {
        *ret_key = str_of_val(k);
        *ret_value = str_of_val(v);
    }
    return store_status(read->store, rc);
}

enum status table_put(struct store_write *write, enum table table, struct key key, struct str value,
                      unsigned flags)
{
    MDB_val k = val_of_key(&key), v = val_of(value);
    return wrote(write, mdb_put(write->view.txn, write->view.store->dbi[table], &k, &v, flags));
}

enum status table_put_scratch(struct store_write *write, enum table table, struct key key,
                              unsigned flags)
{
    enum status st = write->scratch.status;
    if (st == OK)
        st = table_put(write, table, key, buf_str(&write->scratch), flags);
    buf_reset(&write->scratch);
    return st;
}

enum status table_reserve(struct store_write *write, enum table table, struct key key, size_t n,
                          void **ret_room)
{
    MDB_val k = val_of_key(&key), v = {.mv_size = n};
    int rc = mdb_put(write->view.txn, write->view.store->dbi[table], &k, &v, MDB_RESERVE);
    if (rc == 0)
        *ret_room = v.mv_data;
    return wrote(write, rc);
}

enum status table_del(struct store_write *write, enum table table, struct key key)
{
    MDB_val k = val_of_key(&key);
    return wrote(write, mdb_del(write->view.txn, write->view.store->dbi[table], &k, NULL));
}

/* ---- sets ---- */

enum status set_seek(struct store_read *read, enum table table, struct key key, struct str from,
                     bool past, struct str *ret_member)
{
    MDB_cursor *cursor;
    if (!read->inside)
        return ST_INTERNAL;
    int rc = mdb_cursor_open(read->txn, read->store->dbi[table], &cursor);
    if (rc != 0)
        return store_status(read->store, rc);
    MDB_val k = val_of_key(&key), v = val_of(from);
    rc = mdb_cursor_get(cursor, &k, &v, MDB_GET_BOTH_RANGE);
    if (rc == 0 && past && str_eq(str_of_val(v), from))
        rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT_DUP);
    if (rc == 0)
        *ret_member = str_of_val(v);
    mdb_cursor_close(cursor);
    return store_status(read->store, rc);
}

enum status set_put(struct store_write *write, enum table table, struct key key, struct str member)
{
    MDB_val k = val_of_key(&key), v = val_of(member);
    return wrote(write, mdb_put(write->view.txn, write->view.store->dbi[table], &k, &v, MDB_NODUPDATA));
}

/* All members of a set, one after the other; *ret_size is that of each. */
static int gather_members(MDB_cursor *cursor, struct key key, struct buf *out, size_t *ret_size)
{
    MDB_val k = val_of_key(&key), v;
    int rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_KEY);
    if (rc != 0)
        return rc;
    *ret_size = v.mv_size;
    for (rc = mdb_cursor_get(cursor, &k, &v, MDB_GET_MULTIPLE); rc == 0;
         rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT_MULTIPLE))
        buf_put(out, v.mv_data, v.mv_size);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Members come in order, so each page of the set is found and changed once. */
static int put_members(MDB_cursor *cursor, struct key key, struct str members, size_t size)
{
    int rc = 0;
    for (size_t at = 0; at + size <= members.n && rc == 0; at += size) {
        MDB_val k = val_of_key(&key), v = val_of(str_make(members.p + at, size));
        rc = mdb_cursor_put(cursor, &k, &v, 0);
    }
    return rc;
}

enum status set_move(struct store_write *write, enum table table, struct key from, struct key to)
{
    MDB_cursor *cursor;
    size_t size = 0;
    int rc = mdb_cursor_open(write->view.txn, write->view.store->dbi[table], &cursor);
    if (rc != 0)
        return wrote(write, rc);
    buf_reset(&write->scratch);
    rc = gather_members(cursor, from, &write->scratch, &size);
    if (rc == 0 && write->scratch.status == OK)
        rc = put_members(cursor, to, buf_str(&write->scratch), size);
    mdb_cursor_close(cursor);
    enum status st = write->scratch.status;
    buf_reset(&write->scratch);
    if (rc != 0)
        return rc == MDB_NOTFOUND ? OK : wrote(write, rc);
    return st == OK ? table_del(write, table, from) : st;
}
