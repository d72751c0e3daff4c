/* SPDX-License-Identifier: Apache-2.0 */
/* lists.c: up to four lists of the store, merged by job number. */
#include "api/lists.h"

#include "api/service.h"

static void add_source(struct job_list *list, uint32_t owner, enum job_kind kind)
{
    list->sources[list->n++] = (struct list_source){.owner = owner, .kind = kind};
}

void job_list_init(struct job_list *list, const struct call *call, struct store_read *read,
                   enum job_kind kind, enum job_kind or_kind, bool local)
{
    *list = (struct job_list){.read = read};
    bool both = or_kind != kind;
    local = local && call->service->config->limits_local_jobs;
    add_source(list, call->key.number, kind);
    if (both)
        add_source(list, call->key.number, or_kind);
    if (local)
        add_source(list, OWNER_LOCAL, kind);
    if (local && both)
        add_source(list, OWNER_LOCAL, or_kind);
}

static enum status fill(struct job_list *list, struct list_source *s)
{
    if (s->state != SOURCE_UNREAD)
        return OK;
    enum status st = store_owned_next(list->read, s->owner, s->kind, s->before, &s->job);
    s->state = st == OK ? SOURCE_READ : SOURCE_END;
    return st == ST_NOTFOUND ? OK : st;
}

enum status job_list_next(struct job_list *list, struct job_record *ret_job)
{
    struct list_source *best = NULL;
    for (size_t i = 0; i < list->n; i++) {
        struct list_source *s = &list->sources[i];
        enum status st = fill(list, s);
        if (st != OK)
            return st;
        if (s->state == SOURCE_READ && (!best || s->job.number > best->job.number))
            best = s;
    }
    if (!best)
        return ST_NOTFOUND;
    *ret_job = best->job;
    best->before = best->job.number;
    best->state = SOURCE_UNREAD;
    return OK;
}

/* The command line's jobs have no key that counts them. */
static enum status count_local(struct store_read *read, enum job_kind kind, uint64_t *n)
{
    struct job_record job = {0};
    enum status st;
    while ((st = store_owned_next(read, OWNER_LOCAL, kind, job.number, &job)) == OK)
        (*n)++;
    return st == ST_NOTFOUND ? OK : st;
}

enum status job_list_count(const struct call *call, struct store_read *read, enum job_kind kind,
                           enum job_kind or_kind, bool local, uint64_t *ret_n)
{
    struct key_record key;
    enum status st = store_key_get(read, call->key.number, &key);
    if (st != OK)
        return st;
    uint64_t n = key.jobs[kind] + (or_kind != kind ? key.jobs[or_kind] : 0);
    if (local && call->service->config->limits_local_jobs) {
        st = count_local(read, kind, &n);
        if (st == OK && or_kind != kind)
            st = count_local(read, or_kind, &n);
    }
    *ret_n = n;
    return st;
}
