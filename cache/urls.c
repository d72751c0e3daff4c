/* SPDX-License-Identifier: Apache-2.0 */
/* urls.c: URLs of a job, the order they are leased in, and what is known of their hosts. */
#include "cache/lmdb_int.h"

enum status store_url_get(struct store_read *read, uint32_t job, struct id128 id,
                          struct url_record *ret_url)
{
    struct str value;
    struct key key = key_of_job_id(job, id);
    enum status st = table_get(read, TABLE_URLS, key, &value);
    return st != OK ? st : format_read_url(str_make((const char *)key.b, key.n), value, ret_url);
}

enum status store_url_next(struct store_read *read, uint32_t job, const struct id128 *after,
                           struct url_record *ret_url)
{
    struct str key, value;
    struct key from = after ? key_of_job_id(job, *after) : key_of_job(job);
    enum status st = table_seek(read, TABLE_URLS, from, after != NULL, KEY_JOB_BYTES, &key, &value);
    return st != OK ? st : format_read_url(key, value, ret_url);
}

enum status store_ready_next(struct store_read *read, uint32_t job, const struct ready_key *after,
                             struct url_record *ret_url)
{
    struct str key, value;
    struct id128 id;
    struct url_record url;
    struct key from = after ? key_of_ready(job, after->rank, after->seq) : key_of_job(job);
    enum status st = table_seek(read, TABLE_READY, from, after != NULL, KEY_JOB_BYTES, &key, &value);
    if (st != OK)
        return st;
    st = format_read_id(value, &id);
    if (st == OK)
        st = store_url_get(read, job, id, &url);
    if (st == ST_NOTFOUND)
        st = ST_CORRUPT;
    if (st == OK && (url.state != URL_READY || url.rank != key_rank(key) || url.seq != key_seq(key)))
        st = ST_CORRUPT; /* a caller that goes on by (rank, seq) would turn in a circle */
    if (st == OK)
        *ret_url = url;
    return st;
}

enum status store_url_put(struct store_write *write, uint32_t job, const struct url_record *url,
                          const struct url_record *before)
{
    must(!before || id128_eq(before->id, url->id));
    bool was = before && before->state == URL_READY, is = url->state == URL_READY;
    bool same = was && is && before->rank == url->rank && before->seq == url->seq;
    /* `before` may point into the page that the put below changes. */
    struct key old_ready = before ? key_of_ready(job, before->rank, before->seq) : key_of_job(job);
    enum status st = job_is_live(write, job);
    if (st != OK)
        return st;
    format_url(url, &write->scratch);
    st = table_put_scratch(write, TABLE_URLS, key_of_job_id(job, url->id), before ? 0 : MDB_NOOVERWRITE);
    if (st != OK)
        return st;
    if (was && !same)
        st = table_del(write, TABLE_READY, old_ready);
    if (st == OK && is && !same)
        st = table_put(write, TABLE_READY, key_of_ready(job, url->rank, url->seq),
                       str_make((const char *)url->id.b, sizeof url->id.b), MDB_NOOVERWRITE);
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
