/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.c: how a crawl begins: as a new job, or as one that goes on. The job's record is committed before
 * its first request; everything a crawl needs is made before the loop sees it. */
#include "crawler/engine.h"
#include "crawler/answers.h"

#include "base/clock.h"
#include "cache/accounts.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/resource.h>

#define CRAWL_ARENA_BYTES (4u << 20)
#define OTHER_DESCRIPTORS 32u
#define DEAD_AFTER 12       /* requests in a row without an answer */
#define LIST_KNOWN_SLOTS 64 /* a list judges no links */

enum status job_new_id(struct id128 *ret_id)
{
    enum status st = random_bytes(ret_id->b, sizeof ret_id->b);
    uint64_t ms = (uint64_t)clock_wall_ms();
    for (int i = 0; i < 6; i++)
        ret_id->b[i] = (uint8_t)(ms >> (40 - 8 * i));
    ret_id->b[6] = (uint8_t)(0x70 | (ret_id->b[6] & 0x0f));
    ret_id->b[8] = (uint8_t)(0x80 | (ret_id->b[8] & 0x3f));
    return st;
}

static struct crawl *crawl_create(struct engine *engine)
{
    struct crawl *crawl = calloc(1, sizeof *crawl);
    if (!crawl)
        return NULL;
    crawl->engine = engine;
    arena_init(&crawl->arena, CRAWL_ARENA_BYTES, 16 * 1024);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&crawl->lock, NULL);
    pthread_cond_init(&crawl->changed, &attr);
    pthread_condattr_destroy(&attr);
    return crawl;
}

static struct str own(struct arena *arena, struct str s)
{
    return s.n ? arena_str(arena, s) : STR_NONE;
}

static void own_list(struct arena *arena, struct str_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        list->v[i] = arena_str(arena, list->v[i]);
}

static void own_urls(struct arena *arena, struct crawl_request *r)
{
    struct str *urls = r->n_urls ? ARENA_ARRAY(arena, struct str, r->n_urls) : NULL;
    for (size_t i = 0; urls && i < r->n_urls; i++)
        urls[i] = arena_str(arena, r->urls[i]);
    r->urls = urls;
}

/* The crawl's own copy of a request. */
static enum status copy_request(struct crawl *crawl, const struct crawl_request *request)
{
    struct crawl_request *r = &crawl->request;
    struct arena *a = &crawl->arena;
    *r = *request;
    r->base_url = own(a, r->base_url);
    r->instruction = own(a, r->instruction);
    r->policy = own(a, r->policy);
    r->transform = own(a, r->transform);
    r->schema = own(a, r->schema);
    r->output = own(a, r->output);
    r->webhook = own(a, r->webhook);
    r->proxy_country = own(a, r->proxy_country);
    r->scrape_mode = own(a, r->scrape_mode);
    own_urls(a, r);
    r->user_agent = own(a, r->user_agent);
    r->proxy = own(a, r->proxy);
    r->cacert = own(a, r->cacert);
    r->cookies = own(a, r->cookies);
    r->username = own(a, r->username);
    r->password = own(a, r->password);
    own_list(a, &r->include);
    own_list(a, &r->exclude);
    own_list(a, &r->allow_private);
    own_list(a, &r->headers);
    return a->status;
}

static enum status parse_base(struct crawl *crawl, struct str text, struct diag *ret_diag)
{
    struct url *base = &crawl->base;
    if (url_parse(&crawl->arena, text, NULL, base) != OK)
        return diag_set(
            ret_diag, ST_INPUT,
            "url: '%.*s' is not a URL; write it with its scheme, such as https://docs.example.com/",
            STR_ARG(str_head(text, 200)));
    if (!url_is_http(base))
        return diag_set(ret_diag, ST_INPUT, "url: only http and https can be crawled, not '%.*s:'",
                        STR_ARG(base->scheme));
    return OK;
}

static struct workbench_options workbench_options_of(const struct crawl *crawl)
{
    const struct config *config = crawl->engine->config;
    const struct crawl_request *r = &crawl->request;
    return (struct workbench_options){.window_urls = config->frontier_window_urls,
                                      .host_requests =
                                          r->concurrency ? r->concurrency : config->fetch_host_requests,
                                      .delay_ms = r->delay_ms,
                                      .retry_first_ms = config->fetch_retry_first_ms,
                                      .retry_max_ms = config->fetch_retry_max_ms,
                                      .dead_after = DEAD_AFTER};
}

/* How many sockets there is room for beside the store's files, the resolver's and the rest. */
static unsigned most_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur > UINT_MAX)
        return UINT_MAX;
    return limit.rlim_cur > 2 * OTHER_DESCRIPTORS ? (unsigned)limit.rlim_cur - OTHER_DESCRIPTORS
                                                  : OTHER_DESCRIPTORS / 2;
}

static enum status make_fetcher(struct crawl *crawl, struct diag *ret_diag)
{
    const struct config *config = crawl->engine->config;
    unsigned per_host = workbench_options_of(crawl).host_requests;
    unsigned want = config->fetch_connections > per_host ? config->fetch_connections : per_host;
    unsigned most = most_connections();
    if (crawl->is_list && crawl->request.n_urls < want)
        want = (unsigned)crawl->request.n_urls; /* a redirect begins when its request has ended */
    crawl->fetcher_size = want < most ? want : most;
    const struct fetcher_options options = {.poller = crawl->engine->poller,
                                            .config = config,
                                            .request = &crawl->request,
                                            .rule = crawl->rule,
                                            .base = crawl->base,
                                            .is_list = crawl->is_list,
                                            .connections = crawl->fetcher_size,
                                            .host_connections = per_host,
                                            .inflight_bytes = &crawl->engine->inflight_bytes,
                                            .done = loop_fetched,
                                            .user = crawl};
    return fetcher_create(&options, &crawl->fetcher, ret_diag);
}

static enum status make_asker(struct crawl *crawl, struct diag *ret_diag)
{
    const struct crawl_request *r = &crawl->request;
    const struct question question = {.prompt = r->transform,
                                      .schema = r->schema,
                                      .output = r->output,
                                      .model = crawl->engine->model,
                                      .cancel = &crawl->answers_stop};
    return crawl->has_feed && question_is_asked(&question)
               ? asker_create(&question, &crawl->asker, ret_diag)
               : OK;
}

/* Everything that is made from the request; base is where the scope starts. */
static enum status prepare(struct crawl *crawl, struct str base, struct diag *ret_diag)
{
    const struct crawl_request *r = &crawl->request;
    crawl->is_list = r->n_urls > 0;
    enum status st = crawl_request_check(r, ret_diag);
    if (st == OK)
        st = parse_base(crawl, r->base_url, ret_diag);
    if (st != OK)
        return st;
    struct policy_request policy = crawl_request_policy(r);
    if (base.n)
        policy.base_url = base;
    policy.editions = base.n ? &crawl->editions : NULL; /* what an earlier run learned */
    st = policy_compile(&policy, &crawl->policy, ret_diag);
    if (st != OK)
        return st;
    crawl->rule = address_rule_create(!r->public_only, r->allow_private.v, r->allow_private.n, ret_diag);
    if (!crawl->rule)
        return ST_INPUT;
    const struct url_key_options key = policy_key_options(crawl->policy);
    crawl->base_id = url_id(&crawl->arena, &crawl->base, &key);
    if (!crawl->request.max_pages)
        crawl->request.max_pages = policy_page_limit(crawl->policy);
    if (r->max_depth >= 0 || r->has_only || crawl->is_list)
        crawl->sitemaps.state = SITEMAPS_DONE;
    if (crawl->is_list && !crawl->engine->config->scrape_robots)
        crawl->request.no_robots = true; /* a person named these very URLs */
    const struct workbench_options workbench = workbench_options_of(crawl);
    crawl->suspects_max = workbench.host_requests;
    crawl->workbench = workbench_create(&workbench);
    crawl->known = known_create(crawl->is_list ? LIST_KNOWN_SLOTS : KNOWN_SLOTS);
    if (!crawl->is_list)
        crawl->families = families_create(crawl->engine->config->frontier_family_stale);
    if (!crawl->workbench || !crawl->known || (!crawl->families && !crawl->is_list) ||
        crawl->arena.status != OK)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    st = make_asker(crawl, ret_diag);
    return st == OK ? make_fetcher(crawl, ret_diag) : st;
}

/* ---- the first records ---- */

struct begin_job {
    struct write_job job;
    struct crawl *crawl;
    struct str request, policy;
    enum verdict verdict; /* of the base page: kept, or read for its links only */
};

static enum status begin_apply(struct write_job *handle, struct store_write *write)
{
    struct begin_job *begin = CONTAINER_OF(handle, struct begin_job, job);
    struct crawl *crawl = begin->crawl;
    int64_t now = clock_wall_ms();
    struct str base = url_without_fragment(&crawl->base);
    struct job_record job = {.id = crawl->job,
                             .kind = JOB_CRAWL,
                             .state = JOB_RUNNING,
                             .owner = crawl->request.is_survey ? OWNER_NOBODY : OWNER_LOCAL,
                             .flags = crawl_request_has_secrets(&crawl->request) ? JOB_HAD_SECRETS : 0u,
                             .created_ms = now,
                             .updated_ms = now,
                             .base_url = base,
                             .host = crawl->base.host,
                             .request = begin->request,
                             .policy = begin->policy};
    enum status st = store_job_add(write, &job);
    if (st != OK)
        return st;
    crawl->number = job.number;
    struct candidate first = {.id = crawl->base_id, .url = base, .verdict = begin->verdict};
    struct job_delta delta = {0};
    st = url_state_discover(write, job.number, (struct id128){{0}}, now, &first, 1, &job.next_seq,
                            &delta);
    url_state_count(&job, &delta);
    return st == OK ? store_job_put(write, &job) : st;
}

enum verdict job_judge_base(const struct policy *policy, const struct url *base, struct arena *scratch)
{
    struct judgement j = {0};
    const struct link link = {.url = url_without_fragment(base)};
    policy_judge(policy, &link, base, base, 0, scratch, &j);
    return j.verdict == VERDICT_KEEP ? VERDICT_KEEP : VERDICT_TRAVERSE;
}

static enum status run_begin(struct crawl *crawl, struct diag *ret_diag)
{
    struct buf request, policy;
    buf_init(&request, 1 << 20);
    buf_init(&policy, 1 << 20);
    struct json_out out;
    json_out_init(&out, &request, 0);
    crawl_request_write(&crawl->request, &out);
    json_out_init(&out, &policy, 0);
    policy_write(crawl->policy, &out);
    struct begin_job begin = {
        .job = {.apply = begin_apply, .bytes = request.n + policy.n, .urgent = true},
        .crawl = crawl,
        .request = buf_str(&request),
        .policy = buf_str(&policy),
        .verdict = job_judge_base(crawl->policy, &crawl->base, &crawl->arena)};
    enum status st = request.status != OK ? request.status : policy.status;
    if (st == OK)
        st = writer_run(crawl->engine->writer, &begin.job);
    buf_fini(&request);
    buf_fini(&policy);
    return st == OK ? OK : diag_set(ret_diag, st, "the job could not be stored: %s", status_text(st));
}

/* ---- going on ---- */

struct resume_job {
    struct write_job job;
    struct crawl *crawl;
    bool retry_failed;
};

static enum status revive_failed(struct crawl *crawl, struct store_write *write, struct job_delta *delta)
{
    struct url_record url;
    uint64_t from = 0;
    enum status st;
    while ((st = store_url_next(store_write_reader(write), crawl->number, from, &url)) == OK) {
        from = url.seq + 1;
        if (url.state != URL_FAILED)
            continue;
        st = url_state_revive(write, crawl->number, &url, delta);
        if (st != OK)
            return st;
    }
    return st == ST_NOTFOUND ? OK : st;
}

/* Sitemaps that nobody has read yet lead to more than the URLs that are known: the crawl was stopped, or had as many pages
 * as it might have. */
static bool has_lists_left(const struct crawl *crawl, const struct job_record *job)
{
    uint64_t limit = crawl->request.max_pages;
    return crawl->sitemaps.state == SITEMAPS_UNKNOWN && job->kept + job->traversed > 0 &&
           (limit == 0 || job->kept < limit);
}

/* The texts of the record are read last, as they end with the next write. */
static enum status resume_apply(struct write_job *handle, struct store_write *write)
{
    struct resume_job *resume = CONTAINER_OF(handle, struct resume_job, job);
    struct crawl *crawl = resume->crawl;
    struct job_delta delta = {0};
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), crawl->job, &job);
    if (st == OK && job.state == JOB_RUNNING)
        st = ST_BUSY;
    if (st == OK && owner_is_key(job.owner) && !(job.flags & JOB_PENDING) && !resume->retry_failed)
        st = ST_CANCELLED; /* it ended since it was to go on, and holds no credits any more */
    if (st == OK && resume->retry_failed)
        st = revive_failed(crawl, write, &delta);
    if (st != OK)
        return st;
    url_state_count(&job, &delta);
    bool has_ended = job.state != JOB_QUEUED && job.state != JOB_RUNNING && job.state != JOB_INTERRUPTED;
    if (job.ready == 0 && has_ended && !has_lists_left(crawl, &job))
        return ST_EXISTS; /* one that was stopped behind its last page still has its end to write */
    job.state = JOB_RUNNING;
    job.finished_ms = 0;
    job.updated_ms = clock_wall_ms();
    if (!job.started_ms)
        job.started_ms = job.updated_ms;
    crawl->totals = commit_totals(&job);
    crawl->resumed = true;
    st = commit_state_event(write, &job);
    if (st == OK)
        st = job_renew_texts(write, &job);
    job.message = STR_LIT("");
    return st == OK ? store_job_put(write, &job) : st;
}

static void resume_done(struct write_job *handle, enum status st)
{
    const struct crawl *crawl = CONTAINER_OF(handle, struct resume_job, job)->crawl;
    if (st == OK && crawl->has_feed)
        engine_fed(crawl->engine, crawl->job);
}

/* A page that is fetched again alone: its URL is all that the workbench gets. */
static enum status add_only(struct crawl *crawl)
{
    struct store_read *read;
    struct url_record url;
    struct ready_url *ready = NULL;
    enum status st = store_read_begin(crawl->engine->store, &read);
    if (st != OK)
        return st;
    st = store_url_get(read, crawl->number, crawl->request.only, &url);
    if (st == OK && url.state == URL_READY) {
        ready =
            ready_url_create(url.id, url.seq, url.rank, url.depth, url.redirects, url.verdict, url.url);
        st = ready ? workbench_add(crawl->workbench, &ready) : ST_NOMEM;
    }
    store_read_end(read);
    return st;
}

/* The stored request, with what was given again. */
static enum status load(struct crawl *crawl, struct id128 id, const struct crawl_request *again,
                        struct str *ret_base, struct diag *ret_diag)
{
    struct store_read *read;
    struct job_record job;
    enum status st = store_read_begin(crawl->engine->store, &read);
    if (st != OK)
        return diag_set(ret_diag, st, "the store could not be read: %s", status_text(st));
    st = store_job_get(read, id, &job);
    if (st == OK && job.kind == JOB_EXTRACT)
        st = diag_set(ret_diag, ST_INPUT,
                      "this job read another one's pages: there is nothing to go on with");
    if (st == OK)
        st = crawl_request_read(&crawl->arena, job.request, &crawl->request, ret_diag);
    if (st == OK && again) {
        crawl->request.headers = again->headers;
        crawl->request.cookies = again->cookies;
        if (again->proxy.n)
            crawl->request.proxy = again->proxy;
        if (again->max_pages)
            crawl->request.max_pages = again->max_pages;
        if (again->guard_given) {
            crawl->request.public_only = again->public_only;
            crawl->request.allow_private = again->allow_private;
        }
    }
    if (st == OK)
        st = crawl_request_has_all(&crawl->request, ret_diag);
    if (st == OK) {
        crawl->job = job.id;
        crawl->number = job.number;
        crawl->has_feed = job.flags & JOB_HAS_FEED;
        *ret_base = arena_str(&crawl->arena, job.base_url);
        policy_editions_of(job.policy, &crawl->arena, &crawl->editions);
        if (job.flags & JOB_HAS_SITEMAPS)
            crawl->sitemaps.state = SITEMAPS_DONE;
    } else if (st == ST_NOTFOUND) {
        diag_set(ret_diag, st, "no such job");
    }
    store_read_end(read);
    return st;
}

static enum status attach(struct crawl *crawl, struct crawl **ret_crawl, struct diag *ret_diag)
{
    crawl->started_ms = clock_mono_ms();
    if (!crawl->request.has_only)
        workbench_expect_refill(crawl->workbench);
    const struct command command = {.what = COMMAND_ATTACH, .crawl = crawl};
    crawl->attached = true;
    if (engine_command(crawl->engine, &command) != OK) {
        crawl->attached = false;
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    }
    *ret_crawl = crawl;
    return OK;
}

enum status crawl_start(struct engine *engine, const struct crawl_request *request,
                        struct crawl **ret_crawl, struct diag *ret_diag)
{
    struct crawl *crawl = crawl_create(engine);
    if (!crawl)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    enum status st = copy_request(crawl, request);
    if (st == OK)
        st = crawl_request_split_credentials(&crawl->request, &crawl->arena);
    if (st == OK)
        st = prepare(crawl, STR_NONE, ret_diag);
    if (st == OK)
        st = job_new_id(&crawl->job);
    if (st == OK)
        st = run_begin(crawl, ret_diag);
    if (st == OK)
        st = attach(crawl, ret_crawl, ret_diag);
    if (st != OK)
        crawl_close(crawl);
    return st;
}

enum status crawl_resume(struct engine *engine, struct id128 job, const struct crawl_request *again,
                         bool retry_failed, struct crawl **ret_crawl, struct diag *ret_diag)
{
    struct crawl *crawl = crawl_create(engine);
    if (!crawl)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    struct str base = STR_NONE;
    enum status st = load(crawl, job, again, &base, ret_diag);
    if (st == OK)
        st = copy_request(crawl, &crawl->request);
    if (st == OK)
        st = prepare(crawl, base, ret_diag);
    if (st == OK) {
        struct resume_job resume = {
            .job = {.apply = resume_apply, .done = resume_done, .bytes = 4096, .urgent = true},
            .crawl = crawl,
            .retry_failed = retry_failed};
        st = writer_run(engine->writer, &resume.job);
        if (st == OK && crawl->request.has_only)
            st = add_only(crawl);
        if (st == OK && crawl->asker && asker_waits(crawl->asker))
            st = answers_missing(crawl);
        if (st == ST_EXISTS)
            diag_set(ret_diag, st, "nothing is left to fetch");
        else if (st == ST_BUSY)
            diag_set(ret_diag, st, "the job runs already");
        else if (st == ST_CANCELLED)
            diag_set(ret_diag, st, "the job has ended; its key goes on with it through the service");
        else if (st != OK)
            diag_set(ret_diag, st, "the job could not be stored: %s", status_text(st));
    }
    if (st == OK)
        st = attach(crawl, ret_crawl, ret_diag);
    if (st != OK)
        crawl_close(crawl);
    return st;
}

/* ---- after a crash ---- */

struct stale_job {
    struct write_job job;
    struct id128 id;
    struct str why;
};

static enum status stale_apply(struct write_job *handle, struct store_write *write)
{
    struct stale_job *stale = CONTAINER_OF(handle, struct stale_job, job);
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), stale->id, &job);
    if (st != OK || job.state != JOB_RUNNING)
        return st;
    job.state = JOB_INTERRUPTED;
    st = commit_state_event(write, &job);
    if (st == OK)
        st = job_renew_texts(write, &job);
    job.message = stale->why;
    return st == OK ? store_job_put(write, &job) : st;
}

/* The first job that says it runs. */
static enum status find_running(struct store *store, struct id128 *ret_id)
{
    struct store_read *read;
    struct job_record job;
    struct id128 at, *after = NULL;
    enum status st = store_read_begin(store, &read);
    if (st != OK)
        return st;
    while ((st = store_job_next(read, after, &job)) == OK && job.state != JOB_RUNNING) {
        at = job.id;
        after = &at;
    }
    if (st == OK)
        *ret_id = job.id;
    store_read_end(read);
    return st;
}

static enum status mark_interrupted(struct writer *writer, struct id128 job, struct str why)
{
    struct stale_job stale = {
        .job = {.apply = stale_apply, .bytes = 1024, .urgent = true}, .id = job, .why = why};
    return writer_run(writer, &stale.job);
}

enum status jobs_mark_interrupted(struct store *store, struct writer *writer)
{
    struct id128 id;
    enum status st;
    while ((st = find_running(store, &id)) == OK) {
        st = mark_interrupted(writer, id, STR_LIT("the process that ran it ended"));
        if (st != OK)
            return st;
    }
    return st == ST_NOTFOUND ? OK : st;
}

enum status job_mark_interrupted(struct writer *writer, struct id128 job)
{
    return mark_interrupted(writer, job, STR_LIT("the store could not be written"));
}
