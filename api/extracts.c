/* SPDX-License-Identifier: Apache-2.0 */
/* extracts.c: the request of an extraction's job, read and run. */
#include "api/extracts.h"

#include "crawler/submit.h"

#include <unistd.h>

static unsigned worker_count(const struct config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return config->extract_workers ? config->extract_workers : cores > 0 ? (unsigned)cores : 1u;
}

/* A job that could not even begin says why; one that began has written its own end. */
static void failed(void *user, const struct ended *result)
{
    (void)user;
    (void)result; /* trouble shows when the job is begun again */
}

static void fail(struct service *service, struct id128 job, const char *why)
{
    (void)!job_end(service->engine, job, JOB_FAILED, str_of(why), failed, NULL);
}

static enum status read_request(struct service *service, struct id128 id, struct arena *arena,
                                struct crawl_request *ret_request, struct id128 *ret_source,
                                uint32_t *ret_owner, struct diag *diag)
{
    struct store_read *read;
    struct job_record job;
    enum status st = store_read_begin(service->store, &read);
    if (st != OK)
        return st;
    st = store_job_get(read, id, &job);
    if (st == OK) {
        *ret_source = job.source;
        *ret_owner = job.owner;
        struct str text = arena_str(arena, job.request);
        st = crawl_request_read(arena, text, ret_request, diag);
    }
    store_read_end(read);
    return st;
}

static struct reextract_request reextract_of(const struct service *service, struct id128 source,
                                             uint32_t owner, const struct crawl_request *request)
{
    const struct config *config = service->config;
    return (struct reextract_request){.source = source,
                                      .transform = request->transform,
                                      .schema = request->schema,
                                      .output = request->output,
                                      .engine = (enum html_engine)config->extract_parser,
                                      .limits = html_limits_of(config),
                                      .workers = worker_count(config),
                                      .model = service->model,
                                      .owner = owner,
                                      .answer_bytes = config->extract_answer_bytes,
                                      .chunk_pages = config->export_chunk_pages};
}

enum status extracts_survey(struct service *service, struct id128 source, uint32_t owner,
                            const struct crawl_request *request, struct reextract_survey *ret_survey,
                            struct diag *ret_diag)
{
    const struct reextract_request run = reextract_of(service, source, owner, request);
    return reextract_survey(service->store, &run, ret_survey, ret_diag);
}

void extracts_run(struct service *service, struct id128 job, const atomic_bool *stop,
                  const enum job_state *stop_as)
{
    struct arena arena;
    struct crawl_request request;
    struct id128 source;
    uint32_t owner;
    struct diag diag = {0};
    arena_init(&arena, 8u << 20, 16 * 1024);
    enum status st = read_request(service, job, &arena, &request, &source, &owner, &diag);
    if (st == OK) {
        struct reextract_report report;
        struct reextract_request run = reextract_of(service, source, owner, &request);
        run.cancel = stop;
        run.job = &job;
        run.stop_as = stop_as;
        st = reextract_run(service->store, service->writer, &run, &report, &diag);
    }
    if (st != OK && status_class(st) != STATUS_STOP)
        fail(service, job, diag.text[0] ? diag.text : status_text(st));
    arena_fini(&arena);
}
