/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_crawl.c: crawl, resume, retry: they make the engine, run one crawl on it, report, and export. */
#include "cli/commands.h"

#include "cli/progress.h"
#include "crawler/control.h"

#include <stdio.h>

/* What runs while a crawl does. */
struct session {
    struct store *store;
    struct writer *writer;
    struct engine *engine;
    struct control *control;
};

static void session_end(struct session *s)
{
    control_stop(s->control);
    engine_destroy(s->engine);
    writer_destroy(s->writer);
    store_close(s->store);
}

int cli_writer(const struct args *args, struct store *store, struct writer **ret_writer)
{
    const struct config *c = &args->config;
    const struct writer_options options = {.batch_jobs = c->writer_batch_jobs,
                                           .batch_bytes = c->writer_batch_bytes,
                                           .batch_ms = (unsigned)c->writer_batch_ms,
                                           .queue_jobs = 1024};
    enum status st = writer_create(store, &options, ret_writer);
    if (st == OK)
        st = jobs_mark_interrupted(store, *ret_writer);
    return st == OK ? EXIT_DONE
                    : complain(EXIT_STORAGE, "the data folder can't be written: %s", status_text(st));
}

static int session_begin(const struct args *args, struct session *s)
{
    *s = (struct session){0};
    int code = data_open(args, STORE_WRITE, &s->store);
    if (code == EXIT_DONE)
        code = cli_writer(args, s->store, &s->writer);
    if (code != EXIT_DONE)
        return code;
    struct diag diag = {0};
    const struct engine_options options = {
        .config = &args->config, .store = s->store, .writer = s->writer};
    if (engine_create(&options, &s->engine, &diag) != OK)
        return complain(EXIT_STORAGE, "%s", diag.text);
    if (control_serve(store_dir(s->store), s->engine, s->writer, NULL, &s->control, &diag) != OK &&
        !args->quiet)
        fprintf(stderr, "webkeep: %s; other processes can't cancel this crawl\n", diag.text);
    return EXIT_DONE;
}

/* What the instruction said that no rule came from. */
static void tell_unresolved(const struct args *args)
{
    const struct policy_request request = crawl_request_policy(&args->request);
    struct policy *policy;
    struct diag diag;
    if (args->quiet || policy_compile(&request, &policy, &diag) != OK)
        return;
    for (size_t i = 0; i < policy_unresolved(policy); i++) {
        struct str text = policy_unresolved_text(policy, i);
        fprintf(stderr, "webkeep: %s: not understood: %.*s\n",
                args->policy_file.n ? "--policy" : "--instruction", STR_ARG(text));
    }
    policy_release(policy);
}

/* The same URL crawled before: say so, and what can be done with it. */
static void tell_earlier(const struct args *args, struct store *store, struct id128 now)
{
    struct store_read *read;
    struct job_record job;
    struct id128 at, *after = NULL;
    struct url url;
    struct arena arena;
    if (args->quiet || args->json || store_read_begin(store, &read) != OK)
        return;
    arena_init(&arena, 1 << 20, 4096);
    bool parsed = url_parse(&arena, args->request.base_url, NULL, &url) == OK;
    struct str base = parsed ? url_without_fragment(&url) : args->request.base_url;
    char id[JOB_ID_TEXT] = "";
    enum job_state state = JOB_DONE;
    uint64_t pages = 0, left = 0;
    while (store_job_next(read, after, &job) == OK) {
        at = job.id;
        after = &at;
        if (job.kind != JOB_CRAWL || id128_eq(job.id, now) || !str_eq(job.base_url, base))
            continue;
        job_id_short(job.id, id);
        state = job.state;
        pages = job.kept;
        left = job.ready;
    }
    if (id[0])
        fprintf(stderr,
                "webkeep: this URL was crawled before: job %s, %s, %llu pages. This is a fresh "
                "crawl%s%s%s\n",
                id, job_state_text(state), (unsigned long long)pages, left ? "; `webkeep resume " : "",
                left ? id : "", left ? "` goes on with that one" : "");
    store_read_end(read);
    arena_fini(&arena);
}

/* Report, extraction and export of a crawl that ended. */
static int conclude(struct args *args, struct session *s, struct crawl *crawl)
{
    struct crawl_progress progress;
    struct store_read *read;
    struct job_record job;
    crawl_progress(crawl, &progress);
    enum status trouble = crawl_trouble(crawl);
    if (trouble != OK && trouble != ST_CANCELLED)
        complain(EXIT_STORAGE,
                 "the data folder %s can't be written: %s. Nothing that was committed is lost; make "
                 "room or mend it, then `webkeep resume last`",
                 store_dir(s->store), status_text(trouble));
    int code = EXIT_DONE, exported = EXIT_DONE;
    bool some = progress.kept > 0 && trouble == OK;
    if (some && (args->request.transform.n || args->schema_file.n))
        exported = extract_job(args, s->store, s->writer, crawl_job(crawl), false);
    if (some && args->out.n && exported == EXIT_DONE)
        exported = export_job(args, s->store, crawl_job(crawl), 0);
    enum status st = store_read_begin(s->store, &read);
    if (st != OK)
        return complain(EXIT_STORAGE, "the store can't be read: %s", status_text(st));
    st = store_job_get(read, crawl_job(crawl), &job);
    if (st != OK) {
        store_read_end(read);
        return complain(EXIT_STORAGE, "the job's record can't be read: %s", status_text(st));
    }
    if (job.state == JOB_RUNNING) /* its end could not be written */
        job.state = JOB_INTERRUPTED;
    char out[4096];
    snprintf(out, sizeof out, "%.*s", STR_ARG(args->out));
    bool written = some && args->out.n && exported == EXIT_DONE;
    progress_report(args, s->store, &job, progress.running_ms, written ? out : NULL,
                    str_is(args->out, "-"));
    code = progress_exit(&job, trouble);
    if (exported != EXIT_DONE && (code == EXIT_DONE || code == EXIT_PARTIAL))
        code = exported;
    store_read_end(read);
    return code;
}

static int run(struct args *args, struct session *s, struct crawl *crawl)
{
    progress_wait(crawl, args);
    int code = conclude(args, s, crawl);
    crawl_close(crawl);
    return code;
}

/* The text of --policy, where it is given. */
static int take_policy(struct args *args)
{
    char path[4096], chunk[4096];
    struct buf text;
    size_t n;
    if (!args->policy_file.n)
        return EXIT_DONE;
    snprintf(path, sizeof path, "%.*s", STR_ARG(args->policy_file));
    FILE *f = fopen(path, "re");
    if (!f)
        return complain(EXIT_USAGE, "--policy: %s can't be read", path);
    buf_init(&text, POLICY_FILE_MAX_BYTES);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_put(&text, chunk, n);
    bool good = !ferror(f) && text.status == OK && text.n > 0;
    fclose(f);
    if (good)
        args->request.policy = arena_str(&args->arena, buf_str(&text));
    buf_fini(&text);
    return good && args->request.policy.n
               ? EXIT_DONE
               : complain(EXIT_USAGE, "--policy: %s is empty, unreadable or too large", path);
}

int take_base_url(struct args *args)
{
    args->request.base_url = str_of(args->v[0]);
    if (crawl_request_split_credentials(&args->request, &args->arena) != OK)
        return complain(EXIT_USAGE, "url: it is too long");
    args->v[0] = args->request.base_url.p; /* the lock file and the messages show this one */
    return take_policy(args);
}

int cmd_crawl(struct args *args)
{
    struct session s;
    struct crawl *crawl = NULL;
    struct diag diag = {0};
    int code = take_base_url(args);
    if (code == EXIT_DONE)
        code = export_check_out(args);
    if (code != EXIT_DONE)
        return code;
    code = session_begin(args, &s);
    if (code == EXIT_DONE) {
        progress_catch(true);
        enum status st = crawl_start(s.engine, &args->request, &crawl, &diag);
        if (st != OK) {
            code = complain(exit_for(st), "%s", diag.text);
        } else {
            tell_unresolved(args);
            tell_earlier(args, s.store, crawl_job(crawl));
            code = run(args, &s, crawl);
        }
    }
    session_end(&s);
    return code;
}

/* The job is as it was: what it has is exported where that was asked for, and reported. */
static int nothing_left(struct args *args, struct session *s, struct id128 id)
{
    struct store_read *read = NULL;
    struct job_record job;
    char out[4096];
    progress_catch(false);
    if (!args->quiet)
        fprintf(stderr, "webkeep: nothing is left to fetch\n");
    snprintf(out, sizeof out, "%.*s", STR_ARG(args->out));
    int code = args->out.n ? export_job(args, s->store, id, 0) : EXIT_DONE;
    if (code == EXIT_DONE && store_read_begin(s->store, &read) == OK &&
        store_job_get(read, id, &job) == OK)
        progress_report(args, s->store, &job, 0, args->out.n ? out : NULL, str_is(args->out, "-"));
    store_read_end(read);
    return code;
}

static int go_on(struct args *args, bool retry_failed)
{
    struct session s;
    struct crawl *crawl = NULL;
    struct diag diag = {0};
    struct job_record job;
    struct store_read *read = NULL;
    int code = export_check_out(args);
    if (code != EXIT_DONE)
        return code;
    code = session_begin(args, &s);
    if (code == EXIT_DONE && store_read_begin(s.store, &read) != OK)
        code = complain(EXIT_STORAGE, "the store can't be read");
    if (code == EXIT_DONE)
        code = data_find_job(read, args->v[0], &job);
    store_read_end(read);
    if (code == EXIT_DONE) {
        progress_catch(true);
        enum status st = crawl_resume(s.engine, job.id, &args->request, retry_failed, &crawl, &diag);
        if (st == ST_EXISTS)
            code = nothing_left(args, &s, job.id);
        else
            code = st == OK ? run(args, &s, crawl) : complain(exit_for(st), "%s", diag.text);
    }
    session_end(&s);
    return code;
}

int cmd_resume(struct args *args)
{
    return go_on(args, false);
}

int cmd_retry(struct args *args)
{
    return go_on(args, true);
}
