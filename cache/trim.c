/* SPDX-License-Identifier: Apache-2.0 */
/* trim.c: punches holes where LMDB's list of free pages says that nothing is.
 *
 * The list is LMDB's table 0: its keys are numbers of transactions, a value is a count and then the pages,
 * descending, which that transaction freed (as mdb_stat reads it). A page that was freed by transaction T may
 * still be read by whoever sees a state before T, and by recovery, should the newest state be lost in a crash.
 * So only what LMDB itself would overwrite now is punched: T below the oldest state in use, at most the last
 * committed one.
 *
 * A write transaction is held meanwhile, for its lock only: nobody can use the pages again. It writes nothing
 * and is aborted, so the writer stays the only one that writes. */
#include "cache/trim.h"

#include "cache/lmdb_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define FREE_TABLE ((MDB_dbi)0)
#define HOLES_PER_STEP 512

struct trim {
    struct store *store;
    struct store_read *read;
    int fd;
    size_t page_bytes;
    /* Everything above (state, page) in the list's order is done: states ascending, pages descending. */
    size_t state, below_page;
    size_t oldest; /* state that somebody may see */
    unsigned holes;
    bool over;
};

/* ---- the oldest state in use ---- */

/* A line of LMDB's reader table: process, thread, and the state it sees or '-'. What is not understood keeps
 * everything. */
static int reader_line(const char *line, void *user)
{
    size_t *oldest = user, state;
    int pid;
    char thread[32], sees[32];
    if (sscanf(line, "%d %31s %31s", &pid, thread, sees) != 3) {
        if (!strstr(line, "txnid")) /* the heading */
            *oldest = 0;
    } else if (sscanf(sees, "%zu", &state) == 1) {
        *oldest = state < *oldest ? state : *oldest;
    } else if (strcmp(sees, "-") != 0) {
        *oldest = 0;
    }
    return 0;
}

/* Our own read transaction stands in the table with the last committed state. */
static size_t oldest_state(struct trim *t)
{
    int freed;
    size_t oldest = mdb_txn_id(t->read->txn);
    mdb_reader_check(t->store->env, &freed);
    return mdb_reader_list(t->store->env, reader_line, &oldest) < 0 ? 0 : oldest;
}

/* ---- holes ---- */

static enum status punch(struct trim *t, size_t first_page, size_t n_pages)
{
    off_t at = (off_t)(first_page * t->page_bytes), n = (off_t)(n_pages * t->page_bytes);
    t->holes++;
    int rc;
    do
        rc = fallocate(t->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, n);
    while (rc != 0 && errno == EINTR);
    if (rc == 0)
        return OK;
    t->over = errno == EOPNOTSUPP || errno == ENOSYS;
    return t->over ? OK : store_status(t->store, errno);
}

/* The pages that one transaction freed, run by run. */
static enum status punch_freed(struct trim *t, const size_t *list, size_t n)
{
    enum status st = OK;
    for (size_t i = 0, run; i < n && st == OK && !t->over && t->holes < HOLES_PER_STEP; i += run) {
        for (run = 1; i + run < n && list[i + run] == list[i] - run; run++)
            ;
        if (list[i] >= t->below_page)
            continue;
        st = punch(t, list[i] - (run - 1), run);
        t->below_page = list[i] - (run - 1);
    }
    return st;
}

/* From where the last step ended. Sets t->over at the end of the list. */
static enum status punch_some(struct trim *t)
{
    MDB_cursor *cursor;
    MDB_val k = {.mv_size = sizeof t->state, .mv_data = &t->state}, v;
    size_t state = t->state;
    enum status st = OK;
    int rc = mdb_cursor_open(t->read->txn, FREE_TABLE, &cursor);
    if (rc != 0)
        return store_status(t->store, rc);
    for (rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE); rc == 0 && st == OK;
         rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
        size_t n = 0;
        if (k.mv_size != sizeof state || v.mv_size < sizeof n)
            break;
        memcpy(&state, k.mv_data, sizeof state);
        memcpy(&n, v.mv_data, sizeof n);
        if (state >= t->oldest || n > v.mv_size / sizeof n - 1)
            break;
        if (state != t->state)
            t->below_page = SIZE_MAX;
        t->state = state;
        st = punch_freed(t, (const size_t *)v.mv_data + 1, n);
        if (t->over || t->holes == HOLES_PER_STEP)
            break;
    }
    mdb_cursor_close(cursor);
    t->over = t->over || t->holes < HOLES_PER_STEP;
    return st;
}

/* ---- steps ---- */

/* The lock first, then the state that is read: what was free before may be in use by now. The read
 * transaction keeps the gate for both. */
static enum status step(struct trim *t)
{
    MDB_txn *lock;
    enum status st = store_read_begin(t->store, &t->read);
    if (st != OK)
        return st;
    mdb_txn_reset(t->read->txn);
    int rc = mdb_txn_begin(t->store->env, NULL, 0, &lock);
    if (rc == 0) {
        rc = mdb_txn_renew(t->read->txn);
        if (rc == 0) {
            t->holes = 0;
            t->oldest = oldest_state(t);
            st = punch_some(t);
        }
        mdb_txn_abort(lock);
    }
    store_read_end(t->read);
    return rc != 0 ? store_status(t->store, rc) : st;
}

enum status store_trim(struct store *store)
{
    struct trim t = {.store = store, .below_page = SIZE_MAX};
    MDB_stat stat_now;
    enum status st = OK;
    must(store->lock_fd >= 0);
    if (mdb_env_get_fd(store->env, &t.fd) != 0 || mdb_env_stat(store->env, &stat_now) != 0)
        return ST_INTERNAL;
    t.page_bytes = stat_now.ms_psize;
    while (st == OK && !t.over)
        st = step(&t);
    return st;
}

uint64_t store_disk_bytes(struct store *store)
{
    int fd;
    struct stat is;
    return mdb_env_get_fd(store->env, &fd) == 0 && fstat(fd, &is) == 0 ? (uint64_t)is.st_blocks * 512
                                                                       : 0;
}
