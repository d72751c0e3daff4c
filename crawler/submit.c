/* SPDX-License-Identifier: Apache-2.0 */
/* submit.c: jobs that are committed now and run later.
 *
 * Each submission is one job of the writer on the heap: it carries copies of all it needs, is applied in one
 * transaction with what follows from it (credits, idempotency, URLs, feed), then tells its asker on the writer's
 * thread and is freed. What an asker is refused for is no failure of the transaction: apply() looks before it
 * writes, and a refusal writes nothing, so that others in the batch need not be applied again. */
#include "crawler/submit.h"

#include "base/clock.h"
#include "crawler/engine.h"

#include <stdlib.h>

#define ARENA_BYTES ((size_t)16 << 20)
#define REQUEST_BYTES ((size_t)4 << 20)
#define SCRATCH_BYTES ((size_t)8 << 20)

/* ---- shared ---- */

enum status job_renew_texts(struct store_write *write, struct job_record *job)
{
    struct job_record stored;
    enum status st = store_job_get(store_write_reader(write), job->id, &stored);
    if (st != OK)
        return st;
    job->base_url = stored.base_url;
    job->host = stored.host;
    job->request = stored.request;
    job->policy = stored.policy;
    job->message = stored.message;
    job->completeness = stored.completeness;
    return OK;
}

/* The request as JSON, in the arena. */
static enum status request_json(struct arena *arena, const struct crawl_request *request,
                                struct str *ret_json)
{
    struct buf text;
    struct json_out out;
    buf_init(&text, REQUEST_BYTES);
    json_out_init(&out, &text, 0);
    crawl_request_write(request, &out);
    struct str copy = text.status == OK ? arena_str(arena, buf_str(&text)) : STR_NONE;
    enum status st = text.status != OK ? text.status : arena->status;
    buf_fini(&text);
    if (st == OK)
        *ret_json = copy;
    return st;
}

enum status request_set_only(struct arena *arena, struct str json, const struct id128 *only,
                             struct str *ret_json)
{
    struct crawl_request request;
    struct diag diag;
    if (crawl_request_read(arena, json, &request, &diag) != OK)
        return arena->status != OK ? arena->status : ST_CORRUPT;
    request.has_only = only != NULL;
    request.only = only ? *only : (struct id128){{0}};
    return request_json(arena, &request, ret_json);
}

/* ---- submitting ---- */

struct submit {
    struct write_job job;
    struct engine *engine;
    struct arena arena;
    struct submission what;   /* texts in the arena; request is not kept */
    struct job_record record; /* as it is before it has a number */
    struct candidate *urls;
    size_t n_urls;
    struct submitted result;
    void (*done)(void *user, const struct submitted *result);
    void *user;
};

static void submit_destroy(struct submit *s)
{
    if (!s)
        return;
    arena_fini(&s->arena);
    free(s);
}

/* Listed URLs, each once, in order. */
static enum status take_list(struct submit *s, const struct crawl_request *r)
{
    struct arena scratch;
    enum status st = OK;
    s->urls = ARENA_ARRAY(&s->arena, struct candidate, r->n_urls);
    if (!s->urls)
        return s->arena.status;
    arena_init(&scratch, SCRATCH_BYTES, 16 * 1024);
    for (size_t i = 0; i < r->n_urls && st == OK; i++) {
        struct url url;
        struct candidate c = {.verdict = VERDICT_KEEP};
        st = item_id(&scratch, r->urls[i], &c.id);
        size_t at = 0;
        while (at < s->n_urls && !id128_eq(s->urls[at].id, c.id))
            at++;
        if (st == OK && at == s->n_urls && (st = url_parse(&s->arena, r->urls[i], NULL, &url)) == OK) {
            c.url = url_without_fragment(&url);
            s->urls[s->n_urls++] = c;
        }
        arena_reset(&scratch, 16 * 1024);
    }
    arena_fini(&scratch);
    return st;
}

static enum status compile(const struct crawl_request *r, struct policy **ret_policy,
                           struct diag *ret_diag)
{
    const struct policy_request request = crawl_request_policy(r);
    return policy_compile(&request, ret_policy, ret_diag);
}

/* What the policy says, and for a crawl how it wants the base page. */
static enum status take_policy(struct submit *s, const struct crawl_request *r, const struct url *base,
                               enum verdict *ret_verdict, struct diag *ret_diag)
{
    struct policy *policy;
    struct buf text;
    struct json_out out;
    enum status st = compile(r, &policy, ret_diag);
    if (st != OK)
        return st;
    buf_init(&text, REQUEST_BYTES);
    json_out_init(&out, &text, 0);
    policy_write(policy, &out);
    s->record.policy = arena_str(&s->arena, buf_str(&text));
    *ret_verdict = job_judge_base(policy, base, &s->arena);
    st = text.status != OK ? text.status : s->arena.status;
    buf_fini(&text);
    policy_release(policy);
    return st;
}

static enum status take_base(struct submit *s, const struct crawl_request *r, struct url *ret_base,
                             struct diag *ret_diag)
{
    if (url_parse(&s->arena, r->base_url, NULL, ret_base) != OK)
        return diag_set(ret_diag, ST_INPUT,
                        "baseUrl: this is not a URL; write it with its scheme, such as "
                        "https://docs.example.com/");
    if (!url_is_http(ret_base))
        return diag_set(ret_diag, ST_INPUT, "baseUrl: only http and https can be crawled, not '%.*s:'",
                        STR_ARG(str_head(ret_base->scheme, 40)));
    if (ret_base->username.n || ret_base->password.n)
        return diag_set(ret_diag, ST_INPUT,
                        "baseUrl: a URL is stored, so leave user name and password out of it");
    return OK;
}

/* The URLs that the job begins with, and what its record says of them. */
static enum status take_urls(struct submit *s, const struct crawl_request *request,
                             struct diag *ret_diag)
{
    struct crawl_request r = *request;
    struct url base;
    enum verdict verdict;
    bool list = s->what.kind != JOB_CRAWL;
    if (list && r.n_urls == 0)
        return diag_set(ret_diag, ST_INPUT, "urls: at least one is needed");
    if (list)
        r.base_url = r.urls[0];
    else
        r.n_urls = 0;
    enum status st = crawl_request_check(&r, ret_diag);
    if (st == OK)
        st = take_base(s, &r, &base, ret_diag);
    if (st == OK)
        st = take_policy(s, &r, &base, &verdict, ret_diag);
    if (st != OK)
        return st;
    s->record.base_url = url_without_fragment(&base);
    s->record.host = base.host;
    s->record.items = r.n_urls;
    if (crawl_request_has_secrets(&r))
        s->record.flags |= JOB_HAD_SECRETS;
    if (list) {
        st = take_list(s, &r);
    } else {
        const struct url_key_options key = {.ignore_query = r.ignore_query};
        s->urls = ARENA_NEW(&s->arena, struct candidate);
        if (s->urls)
            s->urls[s->n_urls++] = (struct candidate){
                .id = url_id(&s->arena, &base, &key), .url = s->record.base_url, .verdict = verdict};
    }
    return st == OK ? request_json(&s->arena, &r, &s->record.request) : st;
}

/* A job of rows reads another one's pages. */
static enum status take_source(struct submit *s, const struct crawl_request *request,
                               struct diag *ret_diag)
{
    struct store_read *read;
    struct job_record source;
    enum status st = store_read_begin(s->engine->store, &read);
    if (st != OK)
        return st;
    st = store_job_get(read, s->what.source, &source);
    if (st == OK && source.flags & JOB_DELETING)
        st = ST_NOTFOUND;
    if (st == OK && source.kind == JOB_EXTRACT)
        st = diag_set(ret_diag, ST_INPUT, "the job has no pages of its own");
    if (st == OK) {
        s->record.source = source.id;
        s->record.next_seq = source.next_seq;
        s->record.base_url = arena_str(&s->arena, source.base_url);
        s->record.host = arena_str(&s->arena, source.host);
    } else if (st == ST_NOTFOUND) {
        diag_set(ret_diag, st, "no such job");
    }
    store_read_end(read);
    struct crawl_request r = *request;
    r.base_url = s->record.base_url;
    return st == OK ? request_json(&s->arena, &r, &s->record.request) : st;
}

/* The job of an earlier request with the same key, or ST_NOTFOUND. */
static enum status find_earlier(struct submit *s, struct store_write *write, struct id128 key,
                                int64_t now_ms)
{
    struct store_read *read = store_write_reader(write);
    struct idempotency_record earlier;
    struct job_record job;
    if (!s->what.idempotency_key.n)
        return ST_NOTFOUND;
    enum status st = store_idempotency_get(read, s->what.owner, key, &earlier);
    if (st == OK && now_ms - earlier.at_ms >= s->what.idempotency_ms)
        st = ST_NOTFOUND;
    if (st == OK && memcmp(earlier.body.b, s->what.fingerprint.b, sizeof earlier.body.b) != 0)
        return ST_EXISTS;
    if (st == OK)
        st = store_job_get(read, earlier.job, &job); /* it may have been deleted */
    if (st == OK)
        s->result = (struct submitted){.status = OK, .job = earlier.job, .again = true};
    return st;
}

static enum status put_first(struct submit *s, struct store_write *write, struct job_record *job)
{
    struct job_delta delta = {0};
    enum status st = url_state_discover(write, job->number, (struct id128){{0}}, job->created_ms,
                                        s->urls, s->n_urls, &job->next_seq, &delta);
    url_state_count(job, &delta);
    if (st == OK)
        st = commit_state_event(write, job);
    return st == OK ? store_job_put(write, job) : st;
}

static enum status put_idempotency(struct submit *s, struct store_write *write, struct id128 key)
{
    int64_t now_ms = s->record.created_ms;
    const struct idempotency_record record = {
        .body = s->what.fingerprint, .job = s->record.id, .at_ms = now_ms};
    return s->what.idempotency_key.n ? store_idempotency_put(write, s->what.owner, key, &record,
                                                             now_ms - s->what.idempotency_ms)
                                     : OK;
}

static enum status submit_apply(struct write_job *handle, struct store_write *write)
{
    struct submit *s = CONTAINER_OF(handle, struct submit, job);
    struct id128 key = hash128(s->what.idempotency_key);
    struct job_record job = s->record; /* its texts are our own */
    s->result = (struct submitted){.status = OK};
    enum status st = find_earlier(s, write, key, job.created_ms);
    if (st != ST_NOTFOUND) {
        s->result.status = st;
        return status_class(st) == STATUS_STOP ? st : OK;
    }
    st = store_account_reserve(write, &job, s->what.units, s->what.most_pending);
    if (st == ST_DENIED || st == ST_LIMIT) {
        s->result.status = st;
        return OK;
    }
    if (st == OK)
        st = store_job_add(write, &job);
    if (st == OK)
        st = put_first(s, write, &job);
    if (st == OK)
        st = put_idempotency(s, write, key);
    if (st == OK)
        s->result.job = job.id;
    return st;
}

static void submit_done(struct write_job *handle, enum status st)
{
    struct submit *s = CONTAINER_OF(handle, struct submit, job);
    if (st != OK)
        s->result = (struct submitted){.status = st};
    s->done(s->user, &s->result);
    if (s->result.status == OK && !s->result.again)
        engine_fed(s->engine, s->result.job);
    submit_destroy(s);
}

static enum status take(struct submit *s, const struct submission *what, struct diag *ret_diag)
{
    int64_t now = clock_wall_ms();
    s->what = *what;
    s->what.request = NULL;
    s->what.idempotency_key =
        what->idempotency_key.n ? arena_str(&s->arena, what->idempotency_key) : STR_NONE;
    s->record = (struct job_record){.kind = what->kind,
                                    .state = JOB_QUEUED,
                                    .flags = JOB_HAS_FEED,
                                    .created_ms = now,
                                    .updated_ms = now,
                                    .owner = what->owner,
                                    .unit_credits = what->unit_credits};
    enum status st = job_new_id(&s->record.id);
    if (st == OK && what->kind == JOB_BATCH)
        s->record.id.b[15] = 0; /* its items have the numbers from 1 there */
    if (st == OK)
        st = what->kind == JOB_EXTRACT ? take_source(s, what->request, ret_diag)
                                       : take_urls(s, what->request, ret_diag);
    return st == OK ? s->arena.status : st;
}

enum status job_submit(struct engine *engine, const struct submission *what,
                       void (*done)(void *user, const struct submitted *result), void *user,
                       struct diag *ret_diag)
{
    struct diag diag = {0};
    struct submit *s = calloc(1, sizeof *s);
    if (!s)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    s->engine = engine;
    s->done = done;
    s->user = user;
    arena_init(&s->arena, ARENA_BYTES, 8 * 1024);
    enum status st = take(s, what, &diag);
    s->job = (struct write_job){
        .apply = submit_apply, .done = submit_done, .bytes = 1024 + s->arena.used_bytes, .urgent = true};
    struct write_job *job = &s->job;
    if (st == OK && (st = writer_push(engine->writer, &job)) == OK)
        return OK;
    submit_destroy(s);
    if (!diag.text[0])
        diag_set(&diag, st, "the job could not be stored: %s", status_text(st));
    if (ret_diag)
        *ret_diag = diag;
    return st;
}
