/* SPDX-License-Identifier: Apache-2.0 */
/* store.c: opening and closing a data folder, with a sentence for each way it can go wrong.
 *
 * Order for a writer: folder, lock, environment, tables, format. The lock comes before LMDB, so that two
 * writers never meet inside. Another format is refused before anything is changed: its transaction is
 * dropped. LMDB's files are opened by LMDB alone. */
#include "cache/lmdb_int.h"

#include "cache/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_READERS_DEFAULT 256
/* The map is a multiple of this, and so at least this, which an empty store needs. */
#define MAP_STEP ((size_t)1 << 20)
#define MAP_LEAST ((size_t)64 << 20)

static const char *const table_names[TABLES] = {
#define X(name, text) [name] = text,
    STORE_TABLES(X)
#undef X
};

/* ---- folders ---- */

static enum status path_in(char path[PATH_MAX], const char *dir, const char *name, struct diag *ret_diag)
{
    int n = snprintf(path, PATH_MAX, "%s/%s", dir, name);
    if (n < 0 || n >= PATH_MAX)
        return diag_set(ret_diag, ST_INPUT,
                        "The name of the data folder is too long: choose a shorter one.");
    return OK;
}

/* Makes the names in a folder outlast a power cut. Some file systems can't be asked; then nothing is lost
 * that they would have kept. */
static void sync_folder(const char *dir, const char *name)
{
    char path[PATH_MAX];
    if (path_in(path, dir, name, NULL) != OK)
        return;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

/* Makes the folder and the ones above it; what is there stays as it is. */
static enum status make_folder(const char *dir, struct diag *ret_diag)
{
    char path[PATH_MAX];
    enum status st = path_in(path, dir, "", ret_diag);
    if (st != OK)
        return st;
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        if (mkdir(path, 0700) == 0)
            sync_folder(path, "..");
        else if (errno != EEXIST)
            return diag_set(ret_diag, ST_IO, "The folder %s can't be made: %s.", path, strerror(errno));
        *p = '/';
    }
    struct stat is;
    if (stat(path, &is) != 0)
        return diag_set(ret_diag, ST_IO, "The data folder %s can't be used: %s.", dir, strerror(errno));
    return OK;
}

/* A file without content is a store whose maker died before the first commit. */
static enum status find_store(const char *dir, struct diag *ret_diag)
{
    char path[PATH_MAX];
    struct stat is;
    enum status st = path_in(path, dir, "store/data.mdb", ret_diag);
    if (st != OK)
        return st;
    if (stat(path, &is) != 0 && errno != ENOENT && errno != ENOTDIR)
        return diag_set(ret_diag, ST_IO, "The store in %s can't be read: %s.", dir, strerror(errno));
    if (stat(path, &is) != 0 || is.st_size == 0)
        return diag_set(
            ret_diag, ST_NOTFOUND,
            "There is no store in the folder %s yet: crawl a site first, or name another folder.", dir);
    return OK;
}

static enum status prepare_folder(struct store *store, const struct store_options *options,
                                  struct diag *ret_diag)
{
    if (options->mode == STORE_READ)
        return find_store(options->dir, ret_diag);
    char path[PATH_MAX];
    enum status st = path_in(path, options->dir, "store", ret_diag);
    if (st == OK)
        st = make_folder(options->dir, ret_diag);
    if (st == OK)
        st =
            lock_take(options->dir, options->command ? options->command : "", &store->lock_fd, ret_diag);
    if (st == OK)
        st = make_folder(path, ret_diag);
    return st;
}

/* ---- environment ---- */

static enum status tell_env(const struct store *store, int rc, size_t map_bytes, struct diag *ret_diag)
{
    enum status st = store_status(store, rc);
    if (st == ST_NOMEM)
        return diag_set(ret_diag, st,
                        "The store in %s needs %zu MiB of address space and the system refuses: lower "
                        "store.map_bytes, or raise the limit (ulimit -v).",
                        store->dir, map_bytes >> 20);
    if (st == ST_CORRUPT)
        return diag_set(ret_diag, st, "The files in %s/store are damaged or of another program: %s.",
                        store->dir, mdb_strerror(rc));
    if (st == ST_FULL)
        return diag_set(ret_diag, st,
                        "The store in %s can't be opened: the disk is full. Free some space.",
                        store->dir);
    return diag_set(ret_diag, st, "The store in %s can't be opened: %s.", store->dir, mdb_strerror(rc));
}

static enum status open_env(struct store *store, const struct store_options *options,
                            struct diag *ret_diag)
{
    char path[PATH_MAX];
    enum status st = path_in(path, options->dir, "store", ret_diag);
    if (st != OK)
        return st;
    size_t map_bytes = options->map_bytes ? options->map_bytes : STORE_MAP_BYTES;
    map_bytes =
        map_bytes < SIZE_MAX - MAP_STEP ? (map_bytes + MAP_STEP - 1) / MAP_STEP * MAP_STEP : map_bytes;
    /* The default is a wish: a process with little address space (ulimit -v, a sanitizer) gets a smaller map,
     * which grows when it is full, as far as it can. A size that somebody chose is taken or refused. */
    bool chosen = map_bytes != STORE_MAP_BYTES;
    while (!chosen && !address_space_has(map_bytes) && map_bytes / 2 >= MAP_LEAST)
        map_bytes /= 2;
    unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (options->mode == STORE_READ ? MDB_RDONLY : 0);
    int rc = mdb_env_create(&store->env);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(store->env, TABLES);
    if (rc == 0)
        rc = mdb_env_set_mapsize(store->env, map_bytes);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(store->env,
                                    options->max_readers ? options->max_readers : MAX_READERS_DEFAULT);
    if (rc == 0)
        rc = address_space_has(map_bytes) ? mdb_env_open(store->env, path, flags, 0600) : ENOMEM;
    MDB_envinfo info;
    if (rc == 0)
        rc = mdb_env_info(store->env, &info);
    if (rc != 0)
        return tell_env(store, rc, map_bytes, ret_diag);
    store->map_bytes = info.me_mapsize;
    return OK;
}

/* ---- tables and format ---- */

static int get_u32(MDB_txn *txn, MDB_dbi meta, const char *name, uint32_t *ret_value)
{
    MDB_val k = {.mv_size = strlen(name), .mv_data = (void *)(uintptr_t)name}, v;
    int rc = mdb_get(txn, meta, &k, &v);
    if (rc == 0 && format_read_u32(str_make(v.mv_data, v.mv_size), ret_value) != OK)
        rc = MDB_CORRUPTED;
    return rc;
}

static int put_u32(MDB_txn *txn, MDB_dbi meta, const char *name, uint32_t value)
{
    uint8_t bytes[4];
    format_u32(value, bytes);
    MDB_val k = {.mv_size = strlen(name), .mv_data = (void *)(uintptr_t)name};
    MDB_val v = {.mv_size = sizeof bytes, .mv_data = bytes};
    return mdb_put(txn, meta, &k, &v, 0);
}

static int tables_in(MDB_txn *txn, size_t *ret_tables)
{
    MDB_dbi main_dbi;
    MDB_stat stat_now;
    int rc = mdb_dbi_open(txn, NULL, 0, &main_dbi);
    if (rc == 0)
        rc = mdb_stat(txn, main_dbi, &stat_now);
    if (rc == 0)
        *ret_tables = stat_now.ms_entries;
    return rc;
}

/* A new store gets its format; another must have one that is known. */
static int settle_format(MDB_txn *txn, MDB_dbi meta, bool may_make, uint32_t *ret_format)
{
    int rc = get_u32(txn, meta, META_FORMAT, ret_format);
    if (rc != MDB_NOTFOUND || !may_make)
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    *ret_format = FORMAT_VERSION;
    rc = put_u32(txn, meta, META_FORMAT, FORMAT_VERSION);
    rc = rc ? rc : put_u32(txn, meta, META_NEXT_JOB, 1);
    return rc ? rc : put_u32(txn, meta, META_NEXT_KEY, 1);
}

static int open_tables(struct store *store, MDB_txn *txn, enum store_mode mode, uint32_t *ret_format)
{
    unsigned make = mode == STORE_WRITE ? MDB_CREATE : 0;
    size_t tables = 0;
    int rc = tables_in(txn, &tables);
    if (rc == 0) /* a store with tables and no meta is of somebody else */
        rc = mdb_dbi_open(txn, table_names[TABLE_META], tables ? 0 : make, &store->dbi[TABLE_META]);
    if (rc == MDB_NOTFOUND && tables)
        rc = MDB_CORRUPTED;
    if (rc == 0)
        rc = settle_format(txn, store->dbi[TABLE_META], make && !tables, ret_format);
    if (rc == 0 && *ret_format != FORMAT_VERSION)
        return 0;
    for (int t = 0; t < TABLES && rc == 0; t++) {
        unsigned sets = make && TABLE_IS_OF_SETS(t) ? MDB_DUPSORT | MDB_DUPFIXED : 0;
        rc = mdb_dbi_open(txn, table_names[t], make | sets, &store->dbi[t]);
        if (rc == MDB_NOTFOUND)
            rc = MDB_CORRUPTED;
    }
    return rc;
}

static enum status tell_format(const struct store *store, uint32_t format, struct diag *ret_diag)
{
    if (format == FORMAT_VERSION)
        return OK;
    if (format > FORMAT_VERSION)
        return diag_set(
            ret_diag, ST_UNSUPPORTED,
            "The store in %s has format %u and this program knows formats up to %u: use a newer "
            "webkeep.",
            store->dir, (unsigned)format, FORMAT_VERSION);
    return diag_set(ret_diag, ST_UNSUPPORTED,
                    "The store in %s has format %u, which this program no longer reads (it has format "
                    "%u): use the webkeep that made it, or crawl anew into another folder.",
                    store->dir, (unsigned)format, FORMAT_VERSION);
}

static enum status open_format(struct store *store, enum store_mode mode, struct diag *ret_diag)
{
    MDB_txn *txn = NULL;
    uint32_t format = FORMAT_VERSION;
    int rc = mdb_txn_begin(store->env, NULL, mode == STORE_READ ? MDB_RDONLY : 0, &txn);
    if (rc == 0) {
        rc = open_tables(store, txn, mode, &format);
        if (rc == 0 && format == FORMAT_VERSION)
            rc = mdb_txn_commit(txn);
        else
            mdb_txn_abort(txn);
    }
    if (rc == MDB_NOTFOUND)
        return diag_set(ret_diag, ST_NOTFOUND,
                        "The store in the folder %s is still empty: crawl a site first.", store->dir);
    if (rc != 0)
        return tell_env(store, rc, store->map_bytes, ret_diag);
    return tell_format(store, format, ret_diag);
}

enum status store_open(const struct store_options *options, struct store **ret_store,
                       struct diag *ret_diag)
{
    size_t dir_bytes = strlen(options->dir) + 1;
    struct store *store = calloc(1, sizeof *store + dir_bytes);
    if (!store)
        return diag_set(ret_diag, ST_NOMEM, "Not enough memory to open the store.");
    memcpy(store->dir, options->dir, dir_bytes);
    store->lock_fd = -1;
    gate_init(&store->gate);
    enum status st = prepare_folder(store, options, ret_diag);
    if (st == OK)
        st = open_env(store, options, ret_diag);
    if (st == OK)
        st = open_format(store, options->mode, ret_diag);
    if (st == OK && options->mode == STORE_WRITE)
        sync_folder(options->dir, "store");
    if (st != OK) {
        store_close(store);
        return st;
    }
    *ret_store = store;
    return OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    if (store->env)
        mdb_env_close(store->env);
    if (store->lock_fd >= 0)
        lock_release(store->lock_fd);
    gate_fini(&store->gate);
    free(store);
}

const char *store_dir(const struct store *store)
{
    return store->dir;
}

enum status store_owner(const char *dir, int *ret_pid, char *ret_command, size_t command_size)
{
    return lock_owner(dir, ret_pid, ret_command, command_size);
}
