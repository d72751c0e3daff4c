/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c: jobs by the path, and cookies as people paste them. */
#include "api/jobs.h"

bool call_read_begin(struct call *call, struct store_read **ret_read)
{
    enum status st = store_read_begin(call->service->store, ret_read);
    if (st != OK)
        call_error_status(call, st);
    return st == OK;
}

bool job_is_readable(const struct call *call, const struct job_record *job)
{
    if (job->flags & JOB_DELETING)
        return false;
    return job->owner == call->key.number ||
           (job->owner == OWNER_LOCAL && call->service->config->limits_local_jobs);
}

static bool is_kind(const struct job_record *job, enum job_kind kind, enum job_kind or_kind)
{
    return job->kind == kind || job->kind == or_kind;
}

static bool not_found(struct call *call)
{
    call_error(call, 404, "NOT_FOUND",
               "There is no such job. Ids come from the reply that took the job.");
    return false;
}

bool job_of_call(struct call *call, struct store_read *read, enum job_kind kind, enum job_kind or_kind,
                 struct job_record *ret_job)
{
    struct id128 id;
    if (uuid_parse(call->params[0], &id) != OK)
        return not_found(call);
    enum status st = store_job_get(read, id, ret_job);
    if (st == ST_NOTFOUND || (st == OK && !is_kind(ret_job, kind, or_kind)) ||
        (st == OK && !job_is_readable(call, ret_job)))
        return not_found(call);
    if (st != OK)
        call_error_status(call, st);
    return st == OK;
}

bool own_job_of_call(struct call *call, struct store_read *read, enum job_kind kind,
                     enum job_kind or_kind, struct job_record *ret_job)
{
    if (!job_of_call(call, read, kind, or_kind, ret_job))
        return false;
    if (ret_job->owner == call->key.number)
        return true;
    call_error(call, 403, "NOT_YOURS",
               "This job was made on the command line: it can be read here, and changed there.");
    return false;
}

/* ---- cookies ---- */

static bool is_cookie_name(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] <= ' ' || name.p[i] == 0x7f || strchr("()<>@,;:\\\"/[]?={}", name.p[i]))
            return false;
    return name.n > 0;
}

static bool is_cookie_value(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f || value.p[i] == ';')
            return false;
    return true;
}

static bool put_cookie(struct buf *out, struct str name, struct str value)
{
    name = str_trim(name);
    value = str_trim(value);
    if (!is_cookie_name(name) || !is_cookie_value(value))
        return false;
    buf_printf(out, "%s%.*s=%.*s", out->n ? "; " : "", STR_ARG(name), STR_ARG(value));
    return true;
}

/* A row of the browser's table: name, value, and columns that don't matter, tabs between them. */
static bool put_row(struct buf *out, struct str row)
{
    size_t tab = str_find(row, '\t');
    struct str rest = str_from(row, tab + 1);
    return put_cookie(out, str_head(row, tab), str_head(rest, str_find(rest, '\t')));
}

static bool put_pair(struct buf *out, struct str pair)
{
    size_t equals = str_find(pair, '=');
    return equals < pair.n && put_cookie(out, str_head(pair, equals), str_from(pair, equals + 1));
}

enum status cookies_normalise(struct arena *arena, struct str text, struct str *ret_header)
{
    struct buf out;
    bool good = true, table = str_find(text, '\t') < text.n;
    char between = table ? '\n' : ';';
    buf_init(&out, 1 << 16);
    while (text.n && good) {
        size_t end = str_find(text, between);
        struct str part = str_trim(str_head(text, end));
        text = str_from(text, end + 1);
        if (part.n)
            good = table ? put_row(&out, part) : put_pair(&out, part);
    }
    good = good && out.status == OK;
    if (good)
        *ret_header = out.n ? arena_str(arena, buf_str(&out)) : STR_NONE;
    buf_fini(&out);
    return good ? OK : ST_INPUT;
}
