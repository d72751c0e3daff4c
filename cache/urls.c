/* SPDX-License-Identifier: Apache-2.0 */
/* urls.c: URLs of a job, the order they are leased in, and what is known of their hosts. */
#include "cache/seen.h"

enum status store_url_get(struct store_read *read, uint32_t job, struct id128 id,
                          struct url_record *ret_url)
{
    struct url_record url;
    enum status st = seen_find(read, job, id, &url);
    if (st == OK)
        *ret_url = url;
    return st;
}

enum status store_url_at(struct store_read *read, uint32_t job, uint64_t seq, struct url_record *ret_url)
{
    struct str value;
    struct key key = key_of_job_seq(job, seq);
    enum status st = table_get(read, TABLE_URLS, key, &value);
    return st != OK ? st : format_read_url(str_make((const char *)key.b, key.n), value, ret_url);
}

enum status store_url_next(struct store_read *read, uint32_t job, uint64_t from,
                           struct url_record *ret_url)
{
    struct str key, value;
    enum status st =
        table_seek(read, TABLE_URLS, key_of_job_seq(job, from), false, KEY_JOB_BYTES, &key, &value);
    return st != OK ? st : format_read_url(key, value, ret_url);
}

enum status store_ready_next(struct store_read *read, uint32_t job, const struct ready_key *after,
                             struct url_record *ret_url)
{
    struct str key, value;
    struct url_record url;
    struct key from = after ? key_of_ready(job, after->rank, after->seq) : key_of_job(job);
    enum status st = table_seek(read, TABLE_READY, from, after != NULL, KEY_JOB_BYTES, &key, &value);
    if (st != OK)
        return st;
    st = store_url_at(read, job, key_seq(key), &url);
    if (st == ST_NOTFOUND)
        st = ST_CORRUPT;
    if (st == OK && (url.state != URL_READY || url.rank != key_rank(key)))
        st = ST_CORRUPT; /* a caller that goes on by (rank, seq) would turn in a circle */
    if (st == OK)
        *ret_url = url;
    return st;
}

/* What a new URL has beside its record. Its place is taken first, so that nothing has changed when it is taken. */
static enum status add_url(struct store_write *write, uint32_t job, const struct url_record *url)
{
    struct url_record known;
    enum status st = seen_find(&write->view, job, url->id, &known);
    if (st != ST_NOTFOUND)
        return st == OK ? ST_EXISTS : st;
    st = table_put_scratch(write, TABLE_URLS, key_of_job_seq(job, url->seq), MDB_NOOVERWRITE);
    if (st == OK)
        st = seen_add(write, job, url->id, url->seq);
    return st == ST_EXISTS ? ST_CORRUPT : st;
}

enum status store_url_put(struct store_write *write, uint32_t job, const struct url_record *url,
                          const struct url_record *before)
{
    must(!before || (id128_eq(before->id, url->id) && before->seq == url->seq));
    bool was = before && before->state == URL_READY, is = url->state == URL_READY;
    bool same = was && is && before->rank == url->rank;
    /* `before` may point into the page that the put below changes. */
    struct key old_ready = before ? key_of_ready(job, before->rank, before->seq) : key_of_job(job);
    enum status st = job_is_live(write, job);
    if (st != OK)
        return st;
    format_url(url, &write->scratch);
    st = before ? table_put_scratch(write, TABLE_URLS, key_of_job_seq(job, url->seq), 0)
                : add_url(write, job, url);
    if (st != OK) {
        buf_reset(&write->scratch);
        return st;
    }
    if (was && !same)
        st = table_del(write, TABLE_READY, old_ready);
    if (st == OK && is && !same)
        st = table_put(write, TABLE_READY, key_of_ready(job, url->rank, url->seq), STR_LIT(""),
                       MDB_NOOVERWRITE);
    return st == ST_NOTFOUND || st == ST_EXISTS ? ST_CORRUPT : st;
}

enum status store_host_get(struct store_read *read, uint32_t job, struct id128 id,
                           struct host_record *ret_host)
{
    struct str value;
    struct key key = key_of_job_id(job, id);
    enum status st = table_get(read, TABLE_HOSTS, key, &value);
    return st != OK ? st : format_read_host(str_make((const char *)key.b, key.n), value, ret_host);
}

enum status store_host_put(struct store_write *write, uint32_t job, const struct host_record *host)
{
    enum status st = job_is_live(write, job);
    if (st != OK)
        return st;
    format_host(host, &write->scratch);
    return table_put_scratch(write, TABLE_HOSTS, key_of_job_id(job, host->id), 0);
}
