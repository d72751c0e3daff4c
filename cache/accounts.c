/* SPDX-License-Identifier: Apache-2.0 */
/* accounts.c: keys, their credits, and their usage by day.
 *
 * Invariant: a key's counters are the sums over its jobs (12 of format.h), as each is changed in the transaction
 * that changes the job; and used + reserved never passes what the key may use, unless that was lowered. */
#include "cache/accounts.h"

#include "base/clock.h"
#include "cache/lmdb_int.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* ---- keys ---- */

enum status store_key_get(struct store_read *read, uint32_t number, struct key_record *ret_key)
{
    struct str value;
    struct key key = key_of_number(number);
    enum status st = table_get(read, TABLE_KEYS, key, &value);
    return st != OK ? st : format_read_key(str_make((const char *)key.b, key.n), value, ret_key);
}

enum status store_key_find(struct store_read *read, struct sha256 hash, struct key_record *ret_key)
{
    struct str value;
    struct key_record key;
    uint32_t number;
    enum status st = table_get(read, TABLE_KEY_HASHES, key_of_hash(hash), &value);
    if (st != OK)
        return st;
    st = format_read_u32(value, &number);
    if (st == OK)
        st = store_key_get(read, number, &key);
    if (st != OK)
        return st == ST_NOTFOUND ? ST_CORRUPT : st;
    if (!bytes_equal(key.hash.b, hash.b, sizeof hash.b))
        return ST_NOTFOUND;
    *ret_key = key;
    return OK;
}

enum status store_key_next(struct store_read *read, uint32_t after, struct key_record *ret_key)
{
    struct str key, value;
    enum status st = table_seek(read, TABLE_KEYS, key_of_number(after), true, 0, &key, &value);
    return st != OK ? st : format_read_key(key, value, ret_key);
}

static enum status put_key(struct store_write *write, const struct key_record *key)
{
    format_key(key, &write->scratch);
    return table_put_scratch(write, TABLE_KEYS, key_of_number(key->number), 0);
}

enum status store_key_add(struct store_write *write, struct key_record *key)
{
    struct key_record added = {.id = key->id,
                               .hash = key->hash,
                               .created_ms = key->created_ms,
                               .expires_ms = key->expires_ms,
                               .revoked_ms = key->revoked_ms,
                               .credits = key->credits,
                               .rate_requests = key->rate_requests,
                               .rate_seconds = key->rate_seconds,
                               .name = key->name};
    struct str value;
    uint8_t number[4];
    enum status st = table_get(&write->view, TABLE_KEY_HASHES, key_of_hash(key->hash), &value);
    if (st != ST_NOTFOUND)
        return st == OK ? ST_EXISTS : st;
    st = number_take(write, META_NEXT_KEY, &added.number);
    if (st == OK)
        st = put_key(write, &added);
    format_u32(added.number, number);
    if (st == OK)
        st = table_put(write, TABLE_KEY_HASHES, key_of_hash(key->hash),
                       str_make((const char *)number, sizeof number), 0);
    if (st == OK)
        *key = added;
    return st;
}

enum status store_key_put(struct store_write *write, const struct key_record *key)
{
    struct key_record stored;
    enum status st = store_key_get(&write->view, key->number, &stored);
    must(st != OK || bytes_equal(stored.hash.b, key->hash.b, sizeof key->hash.b));
    return st != OK ? st : put_key(write, key);
}

/* ---- a key's jobs ---- */

static uint64_t items_of(const struct job_record *job)
{
    return job->kind == JOB_BATCH ? job->items : 0;
}

static uint32_t today(void)
{
    int64_t now_ms = clock_wall_ms();
    return now_ms > 0 ? (uint32_t)(now_ms / DAY_MS) : 0;
}

enum status account_add_job(struct store_write *write, const struct job_record *job)
{
    struct key_record key;
    if (!owner_is_key(job->owner))
        return OK;
    enum status st = store_key_get(&write->view, job->owner, &key);
    if (st != OK)
        return st;
    key.jobs[job->kind]++;
    key.items += items_of(job);
    st = put_key(write, &key);
    if (st == OK && job->kind == JOB_CRAWL)
        st = store_usage_add(write, job->owner, &(struct usage_record){.day = today(), .crawls = 1});
    return st;
}

enum status account_drop_job(struct store_write *write, const struct job_record *job)
{
    struct key_record key;
    if (!owner_is_key(job->owner))
        return OK;
    enum status st = store_key_get(&write->view, job->owner, &key);
    if (st != OK)
        return st;
    if (key.jobs[job->kind] == 0 || key.items < items_of(job))
        return ST_CORRUPT;
    key.jobs[job->kind]--;
    key.items -= items_of(job);
    return put_key(write, &key);
}

/* ---- credits ---- */

/* Credits that may still be reserved or charged. */
static uint64_t room_of(const struct key_record *key)
{
    uint64_t taken = key->used + key->reserved;
    return key->credits > taken ? key->credits - taken : 0;
}

static uint64_t credits_of(const struct job_record *job, uint64_t units, uint64_t extra)
{
    uint64_t credits;
    if (__builtin_mul_overflow(units, job->unit_credits, &credits) ||
        __builtin_add_overflow(credits, extra, &credits))
        return UINT64_MAX;
    return credits;
}

enum status store_account_reserve(struct store_write *write, struct job_record *job, uint64_t units,
                                  uint64_t most_pending)
{
    struct key_record key;
    struct job_record stored;
    if (!owner_is_key(job->owner))
        return OK;
    enum status st = store_key_get(&write->view, job->owner, &key);
    if (st != OK)
        return st;
    uint64_t *pending = &key.pending[job->kind], credits = credits_of(job, units, 0);
    bool is_new = !(job->flags & JOB_PENDING);
    if (is_new && most_pending && *pending >= most_pending)
        return ST_LIMIT;
    if (credits > room_of(&key))
        return ST_DENIED;
    key.reserved += credits;
    *pending += is_new;
    st = job_hold(write, job, &stored);
    if (st == OK)
        st = put_key(write, &key);
    if (st == OK)
        st = job_follow(write, &stored, job);
    if (st == OK) {
        job->reserved_credits += credits;
        job->flags |= JOB_PENDING;
    }
    return st;
}

/* What the key pays, and the day's counters of it. */
static enum status pay(struct store_write *write, const struct job_record *job, uint64_t units,
                       uint64_t extra_credits, uint64_t *ret_paid)
{
    struct key_record key;
    enum status st = store_key_get(&write->view, job->owner, &key);
    if (st != OK)
        return st;
    uint64_t owes = credits_of(job, units, extra_credits), *pending = &key.pending[job->kind];
    if (key.reserved < job->reserved_credits || *pending == 0)
        return ST_CORRUPT;
    key.reserved -= job->reserved_credits;
    --*pending;
    uint64_t due = owes > job->charged_credits ? owes - job->charged_credits : 0, room = room_of(&key);
    /* A limit that was lowered meanwhile takes nothing back of what was reserved under the old one. */
    room = room > job->reserved_credits ? room : job->reserved_credits;
    due = due < room ? due : room;
    key.used += due;
    const struct usage_record usage = {
        .day = today(),
        .credits = due,
        .requests =
            job->kind != JOB_EXTRACT && units > job->charged_units ? units - job->charged_units : 0,
        .latency_ms = job->active_ms > 0 ? (uint64_t)job->active_ms : 0,
        .latencies = 1,
    };
    st = put_key(write, &key);
    if (st == OK)
        st = store_usage_add(write, job->owner, &usage);
    if (st == OK)
        *ret_paid = due;
    return st;
}

enum status store_account_settle(struct store_write *write, struct job_record *job, uint64_t units,
                                 uint64_t extra_credits)
{
    struct job_record stored;
    uint64_t paid = 0;
    if (!(job->flags & JOB_PENDING))
        return OK;
    enum status st = job_hold(write, job, &stored);
    if (st == OK)
        st = pay(write, job, units, extra_credits, &paid);
    if (st == OK)
        st = job_follow(write, &stored, job);
    if (st != OK)
        return st == ST_NOTFOUND ? ST_CORRUPT : st;
    job->flags &= ~(unsigned)JOB_PENDING;
    job->reserved_credits = 0;
    job->charged_credits += paid;
    job->charged_units = units > job->charged_units ? units : job->charged_units;
    return OK;
}

/* ---- usage ---- */

enum status store_usage_next(struct store_read *read, uint32_t owner, uint32_t from,
                             struct usage_record *ret_usage)
{
    struct str key, value;
    enum status st =
        table_seek(read, TABLE_USAGE, key_of_usage(owner, from), false, KEY_JOB_BYTES, &key, &value);
    return st != OK ? st : format_read_usage(key, value, ret_usage);
}

enum status store_usage_add(struct store_write *write, uint32_t owner, const struct usage_record *more)
{
    struct usage_record sum = {.day = more->day};
    struct key key = key_of_usage(owner, more->day);
    struct str value;
    if (!owner_is_key(owner))
        return OK;
    enum status st = table_get(&write->view, TABLE_KEYS, key_of_number(owner), &value);
    if (st != OK)
        return st;
    st = table_get(&write->view, TABLE_USAGE, key, &value);
    if (st == OK)
        st = format_read_usage(str_make((const char *)key.b, key.n), value, &sum);
    if (st != OK && st != ST_NOTFOUND)
        return st;
    sum.requests += more->requests;
    sum.crawls += more->crawls;
    sum.input_tokens += more->input_tokens;
    sum.output_tokens += more->output_tokens;
    sum.captchas += more->captchas;
    sum.credits += more->credits;
    sum.latency_ms += more->latency_ms;
    sum.latencies += more->latencies;
    format_usage(&sum, &write->scratch);
    return table_put_scratch(write, TABLE_USAGE, key, 0);
}
