/* SPDX-License-Identifier: Apache-2.0 */
/* plans.c: POST /crawl/plan, and the threads behind it. The lock guards the count and the stop. */
#include "api/plans.h"

#include "api/put.h"
#include "api/routes.h"
#include "api/take.h"
#include "crawler/control.h"
#include "crawler/proposal.h"
#include "crawler/survey.h"

#include <pthread.h>
#include <stdlib.h>

#define STOP_LOOK_MS 100 /* how often a plan looks whether the service stops */
#define ARENA_BYTES (64u << 20)

struct plans {
    struct service *service;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned running;
    bool stop;
};

/* ---- the jobs behind them ---- */

static void delete_left(struct service *service)
{
    struct store_read *read;
    struct job_record job;
    struct id128 at, last, *after = NULL;
    while (store_read_begin(service->store, &read) == OK) {
        enum status st = store_job_next(read, after, &job);
        bool is_left = st == OK && job.owner == OWNER_NOBODY;
        if (st == OK)
            at = job.id;
        store_read_end(read);
        if (st != OK || (is_left && job_delete(service->writer, at) != OK))
            return;
        if (!is_left) {
            last = at;
            after = &last;
        }
    }
}

/* ---- one plan; a thread of its own ---- */

static bool is_stopping(struct plans *plans)
{
    pthread_mutex_lock(&plans->lock);
    bool stop = plans->stop;
    pthread_mutex_unlock(&plans->lock);
    return stop;
}

static void put_plan(const struct job_record *job, const struct survey *survey,
                     const struct proposal *proposal, struct json_out *out)
{
    json_begin(out, '{');
    put_str(out, "url", job->base_url);
    json_key(out, "policy");
    json_put_raw(out, job->policy);
    survey_put(survey, out);
    if (proposal)
        proposal_put(proposal, out);
    json_end(out, '}');
}

/* Slices of the record end with the transaction, and a model is waited for without one. */
static void own_texts(struct arena *arena, struct job_record *job)
{
    job->base_url = arena_str(arena, job->base_url);
    job->policy = arena_str(arena, job->policy);
    job->message = arena_str(arena, job->message);
}

static enum status tell(const struct taken_body *body, struct crawl *crawl)
{
    struct call *call = body->call;
    struct model *model = body->propose ? call->service->model : NULL;
    struct proposal proposal;
    struct arena arena;
    struct store_read *read;
    struct survey survey;
    struct job_record job;
    enum status st = store_read_begin(call->service->store, &read);
    if (st != OK)
        return st;
    arena_init(&arena, ARENA_BYTES, 64 * 1024);
    st = store_job_get(read, crawl_job(crawl), &job);
    if (st == OK)
        own_texts(&arena, &job);
    bool failed = st == OK && job.kept + job.traversed == 0;
    if (st == OK && !failed)
        st = survey_read(read, crawl, &arena, &survey);
    store_read_end(read);
    if (st == OK && !failed && model)
        st = proposal_make(model, body->request.instruction, job.policy, &survey, &arena,
                           &call->service->stopping, &proposal);
    if (failed) {
        call_error(call, 502, "SITE_FAILED", "The base page could not be read: %.*s",
                   STR_ARG(job.message));
    } else if (st == OK) {
        put_plan(&job, &survey, model ? &proposal : NULL, &call->json_out);
        st = call->out.status;
        if (st == OK)
            call_reply_json(call, 200);
    }
    arena_fini(&arena);
    return st;
}

static enum status look(struct plans *plans, struct taken_body *body, struct crawl **ret_crawl,
                        struct diag *diag)
{
    struct crawl *crawl;
    body->request.cookies = body->secrets.cookies;
    enum status st = crawl_start(plans->service->engine, &body->request, &crawl, diag);
    if (st != OK)
        return st;
    while (!crawl_wait(crawl, STOP_LOOK_MS))
        if (is_stopping(plans))
            crawl_stop(crawl, CRAWL_STOP_NOW);
    *ret_crawl = crawl;
    st = crawl_trouble(crawl);
    return st == OK ? tell(body, crawl) : st;
}

/* What stays because of trouble is deleted at the next start. */
static void forget(struct service *service, struct crawl *crawl)
{
    if (!crawl)
        return;
    struct id128 job = crawl_job(crawl);
    crawl_close(crawl);
    (void)!job_delete(service->writer, job);
}

static void leave(struct plans *plans)
{
    pthread_mutex_lock(&plans->lock);
    plans->running--;
    pthread_cond_broadcast(&plans->changed);
    pthread_mutex_unlock(&plans->lock);
}

static void *plan_main(void *user)
{
    struct taken_body *body = user; /* the call's: gone once it goes on */
    struct call *call = body->call;
    struct plans *plans = call->service->plans;
    struct crawl *crawl = NULL;
    struct diag diag = {0};
    enum status st = look(plans, body, &crawl, &diag);
    if (st == ST_INPUT || st == ST_DENIED || st == ST_LIMIT || st == ST_UNSUPPORTED)
        call_error(call, 400, "INVALID_REQUEST", "%s", diag.text);
    else if (st != OK)
        call_error_status(call, st);
    call_resume(call);
    forget(plans->service, crawl); /* nobody waits for that */
    leave(plans);
    return NULL;
}

/* ---- asking ---- */

/* ST_LIMIT: as many run as may. */
static enum status enter(struct plans *plans)
{
    enum status st = OK;
    pthread_mutex_lock(&plans->lock);
    if (plans->stop)
        st = ST_CANCELLED;
    else if (plans->running >= plans->service->config->limits_plans)
        st = ST_LIMIT;
    else
        plans->running++;
    pthread_mutex_unlock(&plans->lock);
    return st;
}

static void start(struct taken_body *body)
{
    struct call *call = body->call;
    struct plans *plans = call->service->plans;
    pthread_t thread;
    enum status st = enter(plans);
    if (st == ST_LIMIT) {
        call_error_retry(call, 429, "TOO_MANY_PLANS", 5,
                         "As many plans are made right now as the server allows (limits.plans). Send it "
                         "again in some seconds.");
        return;
    }
    if (st != OK) {
        call_error_retry(call, 503, "SERVICE_BUSY", 5, "The service is stopping.");
        return;
    }
    call_wait(call);
    if (pthread_create(&thread, NULL, plan_main, body) == 0) {
        pthread_detach(thread);
        return;
    }
    leave(plans);
    call_error_status(call, ST_NOMEM);
    call_resume(call);
}

void crawl_plan(struct call *call)
{
    struct taken_body *body = ARENA_NEW(&call->arena, struct taken_body);
    if (!body) {
        call_error_status(call, ST_NOMEM);
        return;
    }
    if (!take_common(body, call) || !take_crawl(body, 0))
        return;
    body->request.is_survey = true;
    body->propose = taken_flag(call, "propose");
    if (body->propose && !call->service->model) {
        call_error(call, 400, "INVALID_REQUEST",
                   "propose: a model proposes, and this server has none (model.url).");
        return;
    }
    start(body);
}

/* ---- all of them ---- */

struct plans *plans_create(struct service *service)
{
    struct plans *plans = calloc(1, sizeof *plans);
    if (!plans)
        return NULL;
    plans->service = service;
    pthread_mutex_init(&plans->lock, NULL);
    pthread_cond_init(&plans->changed, NULL);
    delete_left(service);
    return plans;
}

void plans_stop(struct plans *plans)
{
    if (!plans)
        return;
    pthread_mutex_lock(&plans->lock);
    plans->stop = true;
    while (plans->running)
        pthread_cond_wait(&plans->changed, &plans->lock);
    pthread_mutex_unlock(&plans->lock);
}

void plans_destroy(struct plans *plans)
{
    if (!plans)
        return;
    pthread_cond_destroy(&plans->changed);
    pthread_mutex_destroy(&plans->lock);
    free(plans);
}
