/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c: job records, their numbers, the lists of an owner's jobs, and the removal of all that is a job's own.
 *
 * A job leaves its owner's list, settled and counted off, in the step that marks it JOB_DELETING: from then on
 * no account knows it, however many steps its records take. */
#include "cache/lmdb_int.h"

/* ---- look-up ---- */

enum status store_job_get(struct store_read *read, struct id128 id, struct job_record *ret_job)
{
    struct str value;
    struct key key = key_of_id(id);
    enum status st = table_get(read, TABLE_JOBS, key, &value);
    return st != OK ? st : format_read_job(str_make((const char *)key.b, key.n), value, ret_job);
}

/* The job that a value of `numbers` names. */
static enum status job_of_number(struct store_read *read, uint32_t number, struct str value,
                                 struct job_record *ret_job)
{
    struct id128 id;
    struct job_record job;
    enum status st = format_read_id(value, &id);
    if (st == OK)
        st = store_job_get(read, id, &job);
    if (st == ST_NOTFOUND || (st == OK && job.number != number))
        st = ST_CORRUPT;
    if (st == OK)
        *ret_job = job;
    return st;
}

enum status store_job_next(struct store_read *read, const struct id128 *after,
                           struct job_record *ret_job)
{
    struct job_record last = {.number = 0};
    struct str key, value;
    enum status st = after ? store_job_get(read, *after, &last) : OK;
    if (st == OK)
        st = table_seek(read, TABLE_NUMBERS, key_of_job(last.number), after != NULL, 0, &key, &value);
    return st != OK ? st : job_of_number(read, key_job(key), value, ret_job);
}

enum status store_owned_next(struct store_read *read, uint32_t owner, enum job_kind kind,
                             uint32_t before, struct job_record *ret_job)
{
    struct str key, value;
    struct key all = key_of_owner_kind(owner, kind);
    struct key from = before ? key_of_owned(owner, kind, before) : all;
    enum status st = table_seek(read, TABLE_OWNED, from, before != 0, all.n, &key, &value);
    return st != OK ? st : job_of_number(read, key_owned_job(key), value, ret_job);
}

/* ---- texts that outlive a write ---- */

#define JOB_TEXTS 6

static void texts_of(struct job_record *job, struct str *texts[JOB_TEXTS])
{
    texts[0] = &job->base_url;
    texts[1] = &job->host;
    texts[2] = &job->request;
    texts[3] = &job->policy;
    texts[4] = &job->message;
    texts[5] = &job->completeness;
}

enum status job_hold(struct store_write *write, const struct job_record *job,
                     struct job_record *ret_stored)
{
    enum status st = store_job_get(&write->view, job->id, ret_stored);
    if (st == ST_NOTFOUND)
        *ret_stored = (struct job_record){.number = 0};
    return st == ST_NOTFOUND ? OK : st;
}

enum status job_follow(struct store_write *write, struct job_record *stored, struct job_record *job)
{
    struct job_record now;
    struct str *was[JOB_TEXTS], *is[JOB_TEXTS], *to[JOB_TEXTS];
    if (stored->number == 0)
        return OK;
    enum status st = store_job_get(&write->view, job->id, &now);
    if (st != OK)
        return st;
    texts_of(stored, was);
    texts_of(&now, is);
    texts_of(job, to);
    for (size_t i = 0; i < JOB_TEXTS; i++)
        if (to[i]->p && to[i]->p == was[i]->p)
            to[i]->p = is[i]->p;
    return OK;
}

enum status job_is_live(struct store_write *write, uint32_t number)
{
    if (number == write->live_job && number != 0)
        return OK;
    struct str value;
    struct job_record job;
    enum status st = table_get(&write->view, TABLE_NUMBERS, key_of_job(number), &value);
    if (st == OK)
        st = job_of_number(&write->view, number, value, &job);
    if (st == OK && job.flags & JOB_DELETING)
        st = ST_NOTFOUND;
    if (st == OK)
        write->live_job = number;
    return st;
}

/* ---- adding and changing ---- */

static enum status put_job(struct store_write *write, const struct job_record *job, unsigned flags)
{
    format_job(job, &write->scratch);
    return table_put_scratch(write, TABLE_JOBS, key_of_id(job->id), flags);
}

enum status number_take(struct store_write *write, const char *counter, uint32_t *ret_number)
{
    struct key key = key_of_text(counter);
    struct str value;
    uint32_t number;
    uint8_t next[4];
    enum status st = table_get(&write->view, TABLE_META, key, &value);
    if (st == OK)
        st = format_read_u32(value, &number);
    if (st != OK)
        return st == ST_NOTFOUND ? ST_CORRUPT : st;
    if (number == UINT32_MAX)
        return ST_LIMIT;
    format_u32(number + 1, next);
    st = table_put(write, TABLE_META, key, str_make((const char *)next, sizeof next), 0);
    if (st == OK)
        *ret_number = number;
    return st;
}

enum status store_job_add(struct store_write *write, struct job_record *job)
{
    struct str value;
    struct job_record added = *job;
    enum status st = table_get(&write->view, TABLE_JOBS, key_of_id(job->id), &value);
    if (st != ST_NOTFOUND)
        return st == OK ? ST_EXISTS : st;
    added.next_event = 1;
    st = account_add_job(write, &added);
    if (st != OK)
        return st;
    st = number_take(write, META_NEXT_JOB, &added.number);
    if (st == OK)
        st = put_job(write, &added, MDB_NOOVERWRITE);
    if (st == OK)
        st = table_put(write, TABLE_NUMBERS, key_of_job(added.number),
                       str_make((const char *)added.id.b, sizeof added.id.b), MDB_NOOVERWRITE);
    if (st == OK)
        st = table_put(write, TABLE_OWNED, key_of_owned(added.owner, added.kind, added.number),
                       str_make((const char *)added.id.b, sizeof added.id.b), MDB_NOOVERWRITE);
    if (st == OK) {
        job->number = added.number;
        job->next_event = added.next_event;
    }
    return st == ST_EXISTS ? ST_CORRUPT : st;
}

enum status store_job_put(struct store_write *write, const struct job_record *job)
{
    struct job_record stored;
    must(!(job->flags & JOB_DELETING));
    enum status st = job_is_live(write, job->number);
    if (st == OK)
        st = store_job_get(&write->view, job->id, &stored);
    if (st == OK && stored.number != job->number)
        st = ST_NOTFOUND;
    must(st != OK || (stored.owner == job->owner && stored.kind == job->kind));
    return st != OK ? st : put_job(write, job, 0);
}

/* ---- deleting ---- */

/* A page takes its use of the bundle along. */
static enum status delete_entry(struct store_write *write, enum table table, struct key key,
                                struct str value)
{
    struct page_record page = {.seq = 0};
    enum status st = OK;
    if (table == TABLE_PAGES)
        st = format_read_page(str_make((const char *)key.b, key.n), value, &page);
    if (st == OK)
        st = table_del(write, table, key);
    if (st == OK && table == TABLE_PAGES)
        st = bundle_unuse(write, page.bundle);
    return st;
}

/* Removes a job's entries from one table until *left is used up. */
static enum status delete_from(struct store_write *write, enum table table, uint32_t job, size_t *left)
{
    for (;;) {
        struct str key, value;
        enum status st =
            table_seek(&write->view, table, key_of_job(job), false, KEY_JOB_BYTES, &key, &value);
        if (st == ST_NOTFOUND)
            return OK;
        if (st == OK && *left == 0)
            return ST_AGAIN;
        if (st == OK)
            st = delete_entry(write, table, key_copy(key), value);
        if (st != OK)
            return st;
        --*left;
    }
}

static enum status mark_deleting(struct store_write *write, struct job_record *job)
{
    write->live_job = 0;
    if (job->flags & JOB_DELETING)
        return OK;
    uint64_t free_rows = job->failed + job->reused,
             rows = job->rows > free_rows ? job->rows - free_rows : 0;
    enum status st = store_account_settle(write, job, job->kind == JOB_EXTRACT ? rows : job->kept, 0);
    job->flags |= JOB_DELETING;
    if (st == OK)
        st = put_job(write, job, 0);
    if (st == OK)
        st = table_del(write, TABLE_OWNED, key_of_owned(job->owner, job->kind, job->number));
    if (st == OK)
        st = account_drop_job(write, job);
    return st == ST_NOTFOUND ? ST_CORRUPT : st;
}

enum status store_job_delete(struct store_write *write, struct id128 id, size_t max_records)
{
    /* Before the URLs what leads to them: their ready entries and their sets: what leads to a record goes before the record. */
    static const enum table order[] = {TABLE_READY, TABLE_SEEN, TABLE_URLS, TABLE_PAGES,
                                       TABLE_HOSTS, TABLE_ROWS, TABLE_FEED};
    struct job_record job;
    must(max_records > 0);
    enum status st = store_job_get(&write->view, id, &job);
    if (st == OK)
        st = mark_deleting(write, &job);
    for (size_t i = 0; i < ARRAY_LEN(order) && st == OK; i++)
        st = delete_from(write, order[i], job.number, &max_records);
    if (st == OK)
        st = table_del(write, TABLE_NUMBERS, key_of_job(job.number));
    if (st == OK)
        st = table_del(write, TABLE_JOBS, key_of_id(id));
    return st;
}
