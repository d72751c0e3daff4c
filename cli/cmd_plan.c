/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_plan.c: what an instruction means. `plan URL` looks at the site (survey.h) into an archive of its own that is
 * removed afterwards, and shows the verdict on each link, the families of URLs, what robots.txt and sitemaps say, and
 * how many pages to expect; with --json as the one object that POST /crawl/plan answers.
 * `plan --jsonl` judges given links and fetches nothing. */
#include "cli/commands.h"
#include "cli/plain.h"
#include "cli/progress.h"

#include "crawler/proposal.h"
#include "crawler/survey.h"
#include "frontier/plan_jsonl.h"

#include <ftw.h>
#include <limits.h>
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
            code =
                complain(EXIT_USAGE, "line %lu: %s", number, diag.text[0] ? diag.text : status_text(st));
        fwrite(out.p ? out.p : "", 1, out.n, stdout);
        fflush(stdout);
        buf_reset(&out);
    }
    free(line);
    buf_fini(&out);
    return code;
}

/* ---- one page ---- */

static int write_policy(const struct args *args, struct str text)
{
    char path[4096];
    if (!args->policy_out.n)
        return EXIT_DONE;
    snprintf(path, sizeof path, "%.*s", STR_ARG(args->policy_out));
    FILE *f = fopen(path, "we");
    bool written = f && fprintf(f, "%.*s\n", STR_ARG(text)) > 0;
    if ((f && fclose(f) != 0) || !written)
        return complain(EXIT_STORAGE, "--policy-out: %s can't be written", path);
    return EXIT_DONE;
}

/* The policy to the screen, and to --policy-out. */
static int tell_policy(const struct args *args, const struct policy *policy)
{
    struct buf buf;
    struct json_out out;
    buf_init(&buf, 1 << 20);
    json_out_init(&out, &buf, 2);
    policy_write(policy, &out);
    if (!args->json)
        printf("%.*s\n", (int)buf.n, buf.p ? buf.p : "");
    int code = write_policy(args, buf_str(&buf));
    buf_fini(&buf);
    return code;
}

#define LINKS_SHOWN 5000

/* What is shown of one link; the text is in the arena. */
struct line {
    uint64_t seq;
    int verdict;
    struct str text;
};

/* keep first, and as the page has them. */
static int by_verdict(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->verdict != y->verdict)
        return y->verdict - x->verdict;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static struct str line_text(struct arena *arena, const struct url_record *url)
{
    const char *why = url->reason != REASON_NONE ? reason_text(url->reason) : "";
    return arena_printf(arena, "  %.*s%s%s%s%.*s", STR_ARG(url->url),
                        *why || url->detail.n ? "  — " : "", why, *why && url->detail.n ? ": " : "",
                        STR_ARG(url->detail));
}

static void print_links(struct store_read *read, const struct job_record *job)
{
    static const char *const headings[] = {"skip", "traverse", "keep"};
    struct arena arena;
    struct url_record url;
    uint64_t from = 0;
    size_t n = 0;
    arena_init(&arena, 64u << 20, 64 * 1024);
    struct line *lines = ARENA_ARRAY(&arena, struct line, LINKS_SHOWN);
    for (; lines && n < LINKS_SHOWN && store_url_next(read, job->number, from, &url) == OK;
         from = url.seq + 1) {
        if (url.depth > 0)
            lines[n++] = (struct line){url.seq, url.verdict, line_text(&arena, &url)};
    }
    if (n)
        qsort(lines, n, sizeof *lines, by_verdict);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || lines[i].verdict != lines[i - 1].verdict)
            printf("\n%s:\n", headings[lines[i].verdict]);
        plain_put(stdout, lines[i].text);
        putchar('\n');
    }
    arena_fini(&arena);
}

static void print_family(const struct family *f)
{
    static const char *const verdicts[] = {"skip", "traverse", "keep"};
    printf("  %-40.*s", STR_ARG(f->form));
    for (int v = VERDICT_KEEP; v >= VERDICT_SKIP; v--)
        if (f->n[v])
            printf(" %s %llu", verdicts[v], (unsigned long long)f->n[v]);
    if (f->n[VERDICT_SKIP] && f->reason != REASON_NONE)
        printf(" (%s)", reason_text(f->reason));
    for (unsigned i = 0; i < f->n_samples; i++) {
        fputs("\n    ", stdout);
        plain_put(stdout, f->samples[i]);
    }
    putchar('\n');
}

static void print_robots(const struct survey *survey)
{
    printf("\nrobots.txt: %s", survey_robots_text(survey->robots.state));
    if (survey->robots.refused.n)
        printf(" (%.*s)", STR_ARG(survey->robots.refused));
    if (survey->robots.delay_ms > 0)
        printf(", crawl delay %.3g s", (double)survey->robots.delay_ms / 1000);
    if (survey->robots.sitemaps)
        printf(", names %zu sitemap%s", survey->robots.sitemaps,
               survey->robots.sitemaps == 1 ? "" : "s");
    putchar('\n');
}

static void print_framework(const struct framework *framework)
{
    if (framework->id != FRAMEWORK_NONE)
        printf("\nmade with: %s%s%.*s\n", framework_name(framework->id), framework->version.n ? " " : "",
               STR_ARG(framework->version));
}

#define EDITIONS_SHOWN 12u

static void print_family_of_editions(const struct edition_family *f)
{
    const char *where = f->place == EDITION_IN_PARAMETER ? "by parameter"
                        : f->place == EDITION_IN_TAIL    ? "behind pages of"
                                                         : "below";
    printf("%ss %s %.*s: kept %.*s; others", edition_kind_text(f->kind), where, STR_ARG(f->below),
           STR_ARG(f->kept[0].n ? f->kept[0] : STR_LIT("what names none")));
    for (unsigned i = 0, shown = 0; i < f->n && shown <= EDITIONS_SHOWN; i++) {
        if (str_eq_nocase(f->member[i], f->kept[0]))
            continue;
        printf(" %.*s", STR_ARG(shown < EDITIONS_SHOWN ? f->member[i] : STR_LIT("...")));
        shown++;
    }
    putchar('\n');
}

/* Which versions and languages there are, and which one is kept. */
static void print_editions(const struct job_record *job, struct arena *arena)
{
    struct editions editions = {.n = 0};
    policy_editions_of(job->policy, arena, &editions);
    for (unsigned i = 0; i < editions.n; i++)
        if (!editions.all[editions.family[i].kind])
            print_family_of_editions(&editions.family[i]);
}

static void print_survey(const struct survey *survey)
{
    printf("\nfamilies:\n");
    for (size_t i = 0; i < survey->n; i++)
        print_family(&survey->families[i]);
    if (survey->others)
        printf("  others: %llu\n", (unsigned long long)survey->others);
    print_robots(survey);
    printf("sitemaps %u\nexpected pages: %s%llu\n", survey->sitemaps,
           survey->sitemaps ? "" : "at least ", (unsigned long long)survey->expected);
}

static void print_proposal(const struct proposal *p)
{
    if (p->trouble.n)
        printf("\nno proposal: %.*s\n", STR_ARG(p->trouble));
    else
        printf("\nthe model would change: %s\n", p->n ? "" : "nothing");
    for (size_t i = 0; i < p->n; i++) {
        const struct family *f = p->v[i].family;
        printf("  %s %-36.*s (%llu URLs)\n", p->v[i].keep ? "keep" : "skip", STR_ARG(p->v[i].glob),
               (unsigned long long)(f->n[0] + f->n[1] + f->n[2]));
    }
}

static enum status put_json(const struct job_record *job, const struct survey *survey,
                            const struct proposal *proposal)
{
    struct buf buf;
    struct json_out out;
    buf_init(&buf, 16u << 20);
    json_out_init(&out, &buf, 2);
    json_begin(&out, '{');
    json_key(&out, "url");
    json_put_str(&out, job->base_url);
    json_key(&out, "policy");
    json_put_raw(&out, job->policy);
    survey_put(survey, &out);
    if (proposal)
        proposal_put(proposal, &out);
    json_end(&out, '}');
    enum status st = buf.status;
    if (st == OK)
        printf("%.*s\n", (int)buf.n, buf.p);
    buf_fini(&buf);
    return st;
}

/* What the model would change, to the screen and into --policy-out. */
static enum status propose(const struct args *args, struct model *model, const struct job_record *job,
                           const struct survey *survey, struct arena *arena,
                           struct proposal *ret_proposal)
{
    struct buf text;
    struct json_out out;
    enum status st =
        proposal_make(model, args->request.instruction, job->policy, survey, arena, NULL, ret_proposal);
    if (st != OK || !args->policy_out.n)
        return st;
    buf_init(&text, 1 << 20);
    json_out_init(&out, &text, 2);
    st = proposal_policy(ret_proposal, job->policy, &out);
    if (st == OK && write_policy(args, buf_str(&text)) != EXIT_DONE)
        st = ST_IO;
    buf_fini(&text);
    return st;
}

static int tell_findings(const struct args *args, struct model *model, struct store_read *read,
                         struct crawl *crawl, const struct job_record *job)
{
    struct arena arena;
    struct survey survey;
    struct proposal proposal;
    arena_init(&arena, 64u << 20, 64 * 1024);
    if (!args->json)
        print_links(read, job);
    enum status st = survey_read(read, crawl, &arena, &survey);
    if (st == OK && model)
        st = propose(args, model, job, &survey, &arena, &proposal);
    if (st == OK && args->json) {
        st = put_json(job, &survey, model ? &proposal : NULL);
    } else if (st == OK) {
        print_framework(&survey.framework);
        print_editions(job, &arena);
        print_survey(&survey);
        if (model)
            print_proposal(&proposal);
    }
    arena_fini(&arena);
    return st == OK ? EXIT_DONE
                    : complain(exit_for(st), "what was found can't be told: %s", status_text(st));
}

static int look_at_page(struct args *args, const struct config *config, struct model *model,
                        const char *folder)
{
    struct store *store = NULL;
    struct writer *writer = NULL;
    struct engine *engine = NULL;
    struct crawl *crawl = NULL;
    struct store_read *read = NULL;
    struct job_record job;
    struct diag diag = {0};
    const struct store_options options = {.dir = folder,
                                          .mode = STORE_WRITE,
                                          .map_bytes = config->store_map_bytes,
                                          .max_readers = config->store_max_readers,
                                          .command = "plan"};
    int code = store_open(&options, &store, &diag) == OK ? cli_writer(args, store, &writer)
                                                         : complain(EXIT_STORAGE, "%s", diag.text);
    const struct engine_options with = {.config = config, .store = store, .writer = writer};
    if (code == EXIT_DONE && engine_create(&with, &engine, &diag) != OK)
        code = complain(EXIT_STORAGE, "%s", diag.text);
    if (code == EXIT_DONE) {
        progress_catch(true);
        enum status st = crawl_start(engine, &args->request, &crawl, &diag);
        code = st == OK ? EXIT_DONE : complain(exit_for(st), "%s", diag.text);
    }
    if (code == EXIT_DONE) {
        const struct args silent = {.quiet = true};
        progress_wait(crawl, &silent); /* Ctrl-C ends it here too, and the folder is removed */
        if (store_read_begin(store, &read) != OK || store_job_get(read, crawl_job(crawl), &job) != OK)
            code = complain(EXIT_STORAGE, "what was found can't be read");
        else if (job.kept + job.traversed == 0)
            code = complain(EXIT_NOTHING, "%.*s", STR_ARG(job.message));
        else
            code = tell_findings(args, model, read, crawl, &job);
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
    char folder[PATH_MAX];
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/webkeep-plan-XXXXXX", tmp && tmp[0] == '/' ? tmp : P_tmpdir);
    struct policy *policy;
    struct diag diag = {0};
    int code = take_base_url(args);
    if (code != EXIT_DONE)
        return code;
    const struct policy_request request = crawl_request_policy(&args->request);
    enum status st = policy_compile(&request, &policy, &diag);
    if (st != OK)
        return complain(exit_for(st), "%s", diag.text);
    code = tell_policy(args, policy);
    policy_release(policy);
    if (code != EXIT_DONE)
        return code;
    struct model *model = NULL;
    if (args->propose && (model_create(&args->config, &model, &diag) != OK || !model))
        return complain(EXIT_USAGE, "--propose: %s",
                        diag.text[0] ? diag.text : "there is no model; set model.url and model.name");
    if (!mkdtemp(folder)) {
        model_destroy(model);
        return complain(EXIT_STORAGE, "no temporary folder can be made: %s", folder);
    }
    args->request.is_survey = true;
    code = look_at_page(args, &args->config, model, folder);
    model_destroy(model);
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return code;
}

int cmd_plan(struct args *args)
{
    if (args->jsonl)
        return args->n ? complain(EXIT_USAGE, "plan --jsonl reads its links from stdin and takes no URL")
                       : plan_jsonl();
    if (!args->n)
        return complain(EXIT_USAGE, "plan wants a URL: webkeep plan URL --instruction TEXT");
    return plan_page(args);
}
