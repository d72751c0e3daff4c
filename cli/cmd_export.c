/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_export.c: export and extract: they work on the archive alone. */
#include "cli/commands.h"

#include "answer/model.h"
#include "export/reextract.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *out_path(const struct args *args, char *to, size_t size)
{
    snprintf(to, size, "%.*s", STR_ARG(args->out));
    return to;
}

/* "a/b/c.zip" and "a/b/" stand in "a/b" and "a": it must be there, and take new files. */
static int check_parent(char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    while (n && path[n - 1] != '/')
        n--;
    char folder[4096];
    snprintf(folder, sizeof folder, "%.*s", n ? (int)n : 1, n ? path : ".");
    if (access(folder, W_OK | X_OK) == 0)
        return EXIT_DONE;
    return complain(EXIT_USAGE, "--out: %s can't be written: the folder %s %s", path, folder,
                    errno == ENOENT ? "does not exist; make it first" : "takes no new files");
}

static bool is_empty_folder(const char *path)
{
    DIR *folder = opendir(path);
    int n = 0;
    while (folder && n <= 2 && readdir(folder))
        n++;
    if (folder)
        closedir(folder);
    return folder && n <= 2; /* "." and ".." */
}

int export_check_out(const struct args *args)
{
    char path[4096];
    struct diag diag = {0};
    enum export_format format;
    struct stat st;
    if (!args->out.n)
        return EXIT_DONE;
    if (export_format_of(out_path(args, path, sizeof path), &format, &diag) != OK)
        return complain(EXIT_USAGE, "--out: %s", diag.text);
    if (strcmp(path, "-") == 0) {
        if (isatty(STDOUT_FILENO))
            return complain(
                EXIT_USAGE,
                "--out -: a ZIP is not for the terminal; redirect stdout to a file or a pipe");
        return EXIT_DONE;
    }
    if (lstat(path, &st) != 0)
        return check_parent(path);
    if (!args->force && !(format == EXPORT_DIR && is_empty_folder(path)))
        return complain(EXIT_USAGE,
                        "--out: %s exists already; choose another name, or replace it with --force",
                        path);
    return EXIT_DONE;
}

int export_job(struct args *args, struct store *store, struct id128 job, unsigned include)
{
    char path[4096];
    struct diag diag = {0};
    struct export_options options = {.include = include,
                                     .path = out_path(args, path, sizeof path),
                                     .fd = STDOUT_FILENO,
                                     .overwrite = args->force,
                                     .front_matter = args->front_matter,
                                     .chunk_pages = args->config.export_chunk_pages};
    struct export_report report = {0};
    enum status st = export_format_of(path, &options.format, &diag);
    if (st == OK && args->front_matter &&
        (options.format != EXPORT_DIR || (include && !(include & EXPORT_INC_MARKDOWN))))
        return complain(EXIT_USAGE,
                        "--front-matter: only a folder's Markdown files take it; choose --out DIR/");
    if (st == OK)
        st = export_run(store, job, &options, &report, &diag);
    if (st == ST_EXISTS)
        return complain(EXIT_USAGE, "--out: %s", diag.text);
    if (st != OK)
        return complain(exit_for(st), "%s", diag.text);
    return EXIT_DONE;
}

static int parse_include(const struct args *args, unsigned *ret_bits)
{
    static const struct {
        const char *name;
        unsigned bit;
    } parts[] = {
        {"html", EXPORT_INC_HTML}, {"markdown", EXPORT_INC_MARKDOWN}, {"data", EXPORT_INC_DATA}};
    for (size_t i = 0; i < args->request.include.n; i++) {
        struct str rest = args->request.include.v[i];
        while (rest.n) {
            struct str word = str_head(rest, str_find(rest, ','));
            unsigned bit = 0;
            for (size_t k = 0; k < ARRAY_LEN(parts); k++)
                bit |= str_is(word, parts[k].name) ? parts[k].bit : 0;
            if (!bit)
                return complain(EXIT_USAGE, "--include: '%.*s' is none of html, markdown, data",
                                STR_ARG(word));
            *ret_bits |= bit;
            rest = str_from(rest, word.n + 1);
        }
    }
    return EXIT_DONE;
}

int cmd_export(struct args *args)
{
    struct store *store = NULL;
    struct store_read *read = NULL;
    struct job_record job;
    unsigned include = 0;
    if (!args->out.n)
        return complain(EXIT_USAGE,
                        "export wants --out WHERE: FILE.zip, DIR/, FILE.md, FILE.jsonl, or -");
    int code = parse_include(args, &include);
    if (code == EXIT_DONE)
        code = export_check_out(args);
    if (code == EXIT_DONE)
        code = data_open(args, STORE_READ, &store);
    if (code == EXIT_DONE && store_read_begin(store, &read) != OK)
        code = complain(EXIT_STORAGE, "the store can't be read");
    if (code == EXIT_DONE)
        code = data_find_job(read, args->v[0], &job);
    store_read_end(read);
    if (code == EXIT_DONE)
        code = export_job(args, store, job.id, include);
    store_close(store);
    return code;
}

/* ---- extract ---- */

#define SCHEMA_MAX_BYTES (1 << 20)

static int read_schema(const struct args *args, struct buf *out)
{
    char path[4096];
    buf_init(out, SCHEMA_MAX_BYTES);
    if (!args->schema_file.n)
        return EXIT_DONE;
    snprintf(path, sizeof path, "%.*s", STR_ARG(args->schema_file));
    FILE *f = fopen(path, "re");
    if (!f)
        return complain(EXIT_USAGE, "--schema: %s can't be read", path);
    char chunk[4096];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_put(out, chunk, n);
    bool bad = ferror(f) || out->status != OK || out->n == 0;
    fclose(f);
    return bad ? complain(EXIT_USAGE, "--schema: %s is empty, unreadable or larger than 1 MiB", path)
               : EXIT_DONE;
}

static void print_row(void *user, struct str json)
{
    (void)user;
    fwrite(json.p, 1, json.n, stdout);
    fputc('\n', stdout);
}

static void tell_unresolved(const struct args *args, struct str schema)
{
    struct asker *asker;
    struct diag diag = {0};
    const struct question question = {.prompt = args->request.transform,
                                      .schema = schema,
                                      .output = args->request.output,
                                      .strict = true};
    if (args->quiet || asker_create(&question, &asker, &diag) != OK)
        return;
    for (size_t i = 0; i < asker_warnings(asker); i++)
        fprintf(stderr, "webkeep: not understood: %.*s\n", STR_ARG(asker_warning(asker, i)));
    asker_destroy(asker);
}

static struct reextract_request extract_request(const struct args *args, struct str schema,
                                                struct id128 job)
{
    const struct config *c = &args->config;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return (struct reextract_request){.source = job,
                                      .transform = args->request.transform,
                                      .schema = schema,
                                      .output = args->request.output,
                                      .strict = true,
                                      .answer_bytes = c->extract_answer_bytes,
                                      .engine = (enum html_engine)c->extract_parser,
                                      .limits = html_limits_of(c),
                                      .workers = c->extract_workers ? c->extract_workers
                                                 : cores > 0        ? (unsigned)cores
                                                                    : 1u,
                                      .chunk_pages = c->export_chunk_pages};
}

static void print_survey(const struct args *args, const struct reextract_survey *survey)
{
    printf(args->json ? "{\"pages\":%llu,\"anew\":%llu,\"tokens\":%llu}\n"
                      : "%llu pages, %llu of them to be answered anew, about %llu tokens\n",
           (unsigned long long)survey->pages, (unsigned long long)survey->anew,
           (unsigned long long)survey->tokens);
}

static enum status dry_run(const struct args *args, struct store *store,
                           const struct reextract_request *request, struct diag *ret_diag)
{
    struct reextract_survey survey;
    enum status st = reextract_survey(store, request, &survey, ret_diag);
    if (st == OK)
        print_survey(args, &survey);
    return st;
}

/* On stderr, as the rows are on stdout. */
static void print_receipt(const struct args *args, const struct reextract_report *r)
{
    char id[JOB_ID_TEXT];
    if (args->quiet)
        return;
    if (args->json)
        job_id_text(r->job, id);
    else
        job_id_short(r->job, id);
    fprintf(stderr,
            args->json ? "{\"job\":\"%s\",\"pages\":%llu,\"answered\":%llu,\"reused\":%llu,"
                         "\"failed\":%llu,\"empty\":%llu,"
                         "\"inputTokens\":%llu,\"outputTokens\":%llu,\"siteRequests\":0}\n"
                       : "webkeep: job %s: %llu pages, %llu answered, %llu reused, %llu failed, %llu "
                         "without an answer; %llu tokens in, %llu out; 0 requests to the site\n",
            id, (unsigned long long)r->rows, (unsigned long long)(r->rows - r->failed - r->reused),
            (unsigned long long)r->reused, (unsigned long long)r->failed, (unsigned long long)r->empty,
            (unsigned long long)r->input_tokens, (unsigned long long)r->output_tokens);
}

int extract_job(struct args *args, struct store *store, struct writer *writer, struct id128 job,
                bool print)
{
    struct buf schema;
    struct diag diag = {0};
    struct reextract_report report = {0};
    struct model *model = NULL;
    int code = read_schema(args, &schema);
    if (code == EXIT_DONE && model_create(&args->config, &model, &diag) != OK)
        code = complain(EXIT_USAGE, "%s", diag.text);
    if (code == EXIT_DONE) {
        struct str schema_text = schema.n ? buf_str(&schema) : STR_NONE;
        struct reextract_request request = extract_request(args, schema_text, job);
        request.row = print ? print_row : NULL;
        request.model = model;
        if (!model)
            tell_unresolved(args, schema_text);
        enum status st = args->dry_run ? dry_run(args, store, &request, &diag)
                                       : reextract_run(store, writer, &request, &report, &diag);
        if (st == OK && print && !args->dry_run)
            print_receipt(args, &report);
        if (st != OK)
            code = complain(exit_for(st), "%s", diag.text);
        else if (report.failed)
            code = complain(EXIT_PARTIAL, "%llu pages could not be read again",
                            (unsigned long long)report.failed);
    }
    model_destroy(model);
    buf_fini(&schema);
    return code;
}

static int check_output(const struct args *args)
{
    static const char *const forms[] = {"", "json", "markdown", "text", "table"};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (str_is(args->request.output, forms[i]))
            return EXIT_DONE;
    return complain(EXIT_USAGE, "--output: '%.*s' is none of json, markdown, text, table",
                    STR_ARG(args->request.output));
}

int cmd_extract(struct args *args)
{
    struct store *store = NULL;
    struct writer *writer = NULL;
    struct store_read *read = NULL;
    struct job_record job;
    int code = check_output(args);
    if (code == EXIT_DONE)
        code = data_open(args, args->dry_run ? STORE_READ : STORE_WRITE, &store);
    if (code == EXIT_DONE && !args->dry_run)
        code = cli_writer(args, store, &writer);
    if (code == EXIT_DONE && store_read_begin(store, &read) != OK)
        code = complain(EXIT_STORAGE, "the store can't be read");
    if (code == EXIT_DONE)
        code = data_find_job(read, args->v[0], &job);
    store_read_end(read);
    if (code == EXIT_DONE)
        code = extract_job(args, store, writer, job.id, true);
    writer_destroy(writer);
    store_close(store);
    return code;
}
