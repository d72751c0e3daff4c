/* SPDX-License-Identifier: Apache-2.0 */
/* accounts_fixture.h: keys and their jobs, each step of a job in a transaction of its own. */
#ifndef WEBKEEP_TESTS_CACHE_ACCOUNTS_FIXTURE_H
#define WEBKEEP_TESTS_CACHE_ACCOUNTS_FIXTURE_H

#include "tests/unit/cache/fixture.h"

#include "cache/lmdb_int.h"

static inline struct sha256 hash_of(uint8_t a, uint8_t last)
{
    struct sha256 hash = {{a, 1, 2, 3}};
    hash.b[31] = last;
    return hash;
}

static inline enum status key_add_errand(struct store_write *write, void *user)
{
    return store_key_add(write, user);
}

/* A new key with so many credits; its number. */
static inline uint32_t key_added(struct room *room, uint8_t name, uint64_t credits)
{
    struct key_record key = {.id = id_of("key", name),
                             .hash = hash_of(name, 0),
                             .credits = credits,
                             .name = STR_LIT("a key")};
    NEED(room_write(room, key_add_errand, &key) == OK);
    return key.number;
}

static inline struct key_record key_now(struct room *room, uint32_t number)
{
    struct store_read *read;
    struct key_record key;
    NEED(store_read_begin(room->store, &read) == OK);
    NEED(store_key_get(read, number, &key) == OK);
    store_read_end(read);
    key.name = STR_NONE;
    return key;
}

static inline void check_clean(struct room *room)
{
    CHECK_INT(room_check(room).broken, 0);
}

/* What a submission, a retry or an end does to one job; each is an errand of its own. */
struct work {
    struct job_record job; /* its texts are literals */
    uint64_t units, extra, most_pending;
};

static inline struct work work_make(const char *name, uint32_t owner, enum job_kind kind,
                                    uint64_t unit_credits)
{
    struct work work = {.job = job_make(name)};
    work.job.state = JOB_QUEUED;
    work.job.owner = owner;
    work.job.kind = kind;
    work.job.unit_credits = unit_credits;
    return work;
}

static inline enum status submit_errand(struct store_write *write, void *user)
{
    struct work *work = user;
    struct job_record job = work->job;
    enum status st = store_account_reserve(write, &job, work->units, work->most_pending);
    return st != OK ? st : store_job_add(write, &job);
}

static inline enum status settle_errand(struct store_write *write, void *user)
{
    struct work *work = user;
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), work->job.id, &job);
    if (st == OK)
        st = store_account_settle(write, &job, work->units, work->extra);
    if (st == OK) {
        job.state = JOB_DONE;
        st = store_job_put(write, &job);
    }
    return st;
}

static inline enum status retry_errand(struct store_write *write, void *user)
{
    struct work *work = user;
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), work->job.id, &job);
    if (st == OK)
        st = store_account_reserve(write, &job, work->units, work->most_pending);
    return st != OK ? st : store_job_put(write, &job);
}

static inline enum status submit(struct room *room, struct work *work, uint64_t units)
{
    work->units = units;
    return room_write(room, submit_errand, work);
}

static inline enum status settle(struct room *room, struct work *work, uint64_t units, uint64_t extra)
{
    work->units = units;
    work->extra = extra;
    return room_write(room, settle_errand, work);
}

static inline enum status retry(struct room *room, struct work *work, uint64_t units)
{
    work->units = units;
    return room_write(room, retry_errand, work);
}

static inline struct job_record job_now(struct room *room, struct id128 id)
{
    struct store_read *read;
    struct job_record job;
    NEED(store_read_begin(room->store, &read) == OK);
    NEED(store_job_get(read, id, &job) == OK);
    store_read_end(read);
    job.base_url = job.host = job.request = job.policy = job.message = STR_NONE;
    return job;
}

static inline enum status delete_errand(struct store_write *write, void *user)
{
    return store_job_delete(write, *(struct id128 *)user, SIZE_MAX);
}

#endif
