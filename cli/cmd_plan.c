/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_plan.c: what an instruction means. `plan URL` fetches that one page (with robots.txt, as a crawl
 * would) into an archive of its own that is removed afterwards, and shows the verdict on each of its links.
 * `plan --jsonl` judges given links and fetches nothing. */
#include "cli/commands.h"

#include "crawler/crawler.h"
#include "frontier/plan_jsonl.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_MAX_BYTES (64u << 20)

/* ---- jsonl ---- */

static int plan_jsonl(void)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    int code = EXIT_DONE;
    struct buf out;
    buf_init(&out, LINE_MAX_BYTES);
    for (unsigned long number = 1; (n = getline(&line, &size, stdin)) > 0; number++) {
        struct diag diag = {0};
        struct str text = str_trim(str_make(line, (size_t)n));
        if (text.n == 0)
            continue;
        enum status st = plan_jsonl_line(text, &out, &diag);
        if (st != OK)
            code = complain(EXIT_USAGE, "line %lu: %s", number, diag.text[0] ? diag.text : status_text(st));
        fwrite(out.p ? out.p : "", 1, out.n, stdout);
        fflush(stdout);
        buf_reset(&out);
    }
    free(line);
    buf_fini(&out);
    return code;
}

/* ---- one page ---- */

static void print_policy(const struct policy *policy)
{
    struct buf buf;
    struct json_out out;
    buf_init(&buf, 1 << 20);
    json_out_init(&out, &buf, 2);
    policy_write(policy, &out);
    printf("%.*s\n", (int)buf.n, buf.p ? buf.p : "");
    buf_fini(&buf);
}

static void print_links(struct store_read *read, const struct job_record *job)
{
    static const char *const headings[] = {"skip", "traverse", "keep"};
    for (int verdict = VERDICT_KEEP; verdict >= VERDICT_SKIP; verdict--) {
        struct url_record url;
        struct id128 at, *after = NULL;
        unsigned n = 0;
        for (; store_url_next(read, job->number, after, &url) == OK; after = &at) {
            at = url.id;
            if (url.verdict != verdict || (url.state == URL_KEPT && url.depth == 0))
                continue;
            if (!n++)
                printf("\n%s:\n", headings[verdict]);
            printf("  %.*s", STR_ARG(url.url));
            if (url.reason != REASON_NONE)
                printf("  [%s]", reason_text(url.reason));
            if (url.detail.n)
                printf("  (%.*s)", STR_ARG(url.detail));
            putchar('\n');
        }
    }
}

static int look_at_page(struct args *args, const struct config *config, const char *folder)
{
    struct store *store = NULL;
    struct writer *writer = NULL;
    struct engine *engine = NULL;
    struct crawl *crawl = NULL;
    struct store_read *read = NULL;
    struct job_record job;
    struct diag diag = {0};
    const struct store_options options = {.dir = folder, .mode = STORE_WRITE, .map_bytes = config->store_map_bytes,
                                          .max_readers = config->store_max_readers, .command = "plan"};
    int code = store_open(&options, &store, &diag) == OK ? cli_writer(args, store, &writer)
                                                         : complain(EXIT_STORAGE, "%s", diag.text);
    const struct engine_options with = {.config = config, .store = store, .writer = writer};
    if (code == EXIT_DONE && engine_create(&with, &engine, &diag) != OK)
        code = complain(EXIT_STORAGE, "%s", diag.text);
    if (code == EXIT_DONE) {
        enum status st = crawl_start(engine, &args->request, &crawl, &diag);
        code = st == OK ? EXIT_DONE : complain(exit_for(st), "%s", diag.text);
    }
    if (code == EXIT_DONE) {
        crawl_wait(crawl, -1);
        if (store_read_begin(store, &read) != OK || store_job_get(read, crawl_job(crawl), &job) != OK)
            code = complain(EXIT_STORAGE, "what was found can't be read");
        else if (job.kept == 0)
            code = complain(EXIT_NOTHING, "%.*s", STR_ARG(job.message));
        else
            print_links(read, &job);
        store_read_end(read);
    }
    crawl_close(crawl);
    engine_destroy(engine);
    writer_destroy(writer);
    store_close(store);
    return code;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static int plan_page(struct args *args)
{
    char folder[] = "/tmp/webkeep-plan-XXXXXX";
    struct policy *policy;
    struct diag diag = {0};
    args->request.base_url = str_of(args->v[0]);
    const struct policy_request request = crawl_request_policy(&args->request);
    enum status st = policy_compile(&request, &policy, &diag);
    if (st != OK)
        return complain(exit_for(st), "%s", diag.text);
    print_policy(policy);
    policy_release(policy);
    if (!mkdtemp(folder))
        return complain(EXIT_STORAGE, "no temporary folder can be made in /tmp");
    args->request.max_pages = 1;
    int code = look_at_page(args, &args->config, folder);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return code;
}

int cmd_plan(struct args *args)
{
    if (args->jsonl)
        return args->n ? complain(EXIT_USAGE, "plan --jsonl reads its links from stdin and takes no URL") : plan_jsonl();
    if (!args->n)
        return complain(EXIT_USAGE, "plan wants a URL: webkeep plan URL --instruction TEXT");
    return plan_page(args);
}
