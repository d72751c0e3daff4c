/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_status.c: how a job stands or ended: its counts, what was skipped and why, and whether all is there that the
 * site's own lists of pages name. */
#include "cli/commands.h"

#include "base/json.h"
#include "cli/plain.h"
#include "cli/progress.h"
#include "export/page_told.h"
#include "extract/quality.h"
#include "frontier/policy.h"

#include <stdio.h>

/* ---- completeness ---- */

static unsigned long long count_of(const struct json *v, const char *name)
{
    return (unsigned long long)json_int(json_get(v, name), 0);
}

static void print_reasons(FILE *to, const char *word, const struct json *reasons, bool samples)
{
    for (const struct json *one = json_first(reasons); one; one = json_after(one)) {
        fprintf(to, "  %s %llu: %.*s\n", word, count_of(one, "count"), STR_ARG(json_name(one)));
        const struct json *sample = samples ? json_first(json_get(one, "samples")) : NULL;
        for (; sample; sample = json_after(sample)) {
            fputs("    ", to);
            plain_put(to, json_str(sample, STR_LIT("")));
            fputc('\n', to);
        }
    }
}

void completeness_print(FILE *to, struct str text, bool whole)
{
    const struct json_limits limits = {.max_bytes = text.n, .max_depth = 8};
    struct json_doc *doc;
    struct diag diag;
    if (!text.n || json_parse(text, &limits, &doc, &diag) != OK)
        return;
    for (const struct json *list = json_first(json_root(doc)); list; list = json_after(list)) {
        unsigned long long folded = count_of(list, "folded"), lists = count_of(list, "for_links");
        fprintf(to, "%.*s names %llu: kept %llu, missing %llu", STR_ARG(json_name(list)),
                count_of(list, "named"), count_of(list, "kept"), count_of(list, "missing"));
        if (folded)
            fprintf(to, ", folded into others %llu", folded);
        if (lists)
            fprintf(to, ", read for links %llu", lists);
        fputc('\n', to);
        print_reasons(to, "missing", json_get(list, "missing_by_reason"), true);
        if (whole)
            print_reasons(to, "not wanted", json_get(list, "unwanted_by_reason"), false);
    }
    json_doc_destroy(doc);
}

/* ---- the job ---- */

void marks_print(FILE *to, const struct job_record *job)
{
    for (unsigned i = 0; i < QUALITY_MARKS; i++)
        if (job->marks[i])
            fprintf(to, "marked %s: %llu of %llu pages\n", quality_word(i),
                    (unsigned long long)job->marks[i], (unsigned long long)job->kept);
}

static void put_number(struct json_out *out, const char *name, uint64_t n)
{
    json_key(out, name);
    json_put_int(out, (int64_t)n);
}

static void print_json(const struct job_record *job, const char *state)
{
    struct buf buf;
    struct json_out out;
    char id[JOB_ID_TEXT];
    job_id_text(job->id, id);
    buf_init(&buf, 4 << 20);
    json_out_init(&out, &buf, 0);
    json_begin(&out, '{');
    json_key(&out, "job"), json_put_str(&out, str_of(id));
    json_key(&out, "url"), json_put_str(&out, job->base_url);
    json_key(&out, "status"), json_put_str(&out, str_of(state));
    json_key(&out, "message"), json_put_str(&out, job->message);
    put_number(&out, "pages", job->kept);
    put_number(&out, "traversed", job->traversed);
    put_number(&out, "redirected", job->redirected);
    put_number(&out, "failed", job->failed);
    put_number(&out, "queued", job->ready);
    json_key(&out, "skipped");
    json_begin(&out, '{');
    for (unsigned i = 0; i < REASON_COUNT; i++)
        if (job->skipped[i])
            put_number(&out, reason_text((enum reason)i), job->skipped[i]);
    json_end(&out, '}');
    json_key(&out, "quality");
    job_put_marks(job, &out);
    json_key(&out, "completeness");
    json_put_raw(&out, job->completeness.n ? job->completeness : STR_LIT("null"));
    json_key(&out, "policy");
    json_put_raw(&out, job->policy.n ? job->policy : STR_LIT("null"));
    json_end(&out, '}');
    printf("%.*s\n", (int)buf.n, buf.p ? buf.p : "");
    buf_fini(&buf);
}

static void print_text(const struct job_record *job, const char *state)
{
    char id[JOB_ID_TEXT];
    job_id_short(job->id, id);
    printf("%s  %s  %s\n", id, state, job_kind_text(job->kind));
    plain_put(stdout, job->base_url);
    printf("\npages %llu, failed %llu, waiting %llu, redirected %llu\n", (unsigned long long)job->kept,
           (unsigned long long)job->failed, (unsigned long long)job->ready,
           (unsigned long long)job->redirected);
    for (unsigned i = 0; i < REASON_COUNT; i++)
        if (job->skipped[i])
            printf("skipped %llu: %s\n", (unsigned long long)job->skipped[i],
                   reason_text((enum reason)i));
    marks_print(stdout, job);
    completeness_print(stdout, job->completeness, true);
    if (job->message.n) {
        plain_put(stdout, job->message);
        putchar('\n');
    }
}

/* A job that says "running" while nobody holds the lock was interrupted. */
static const char *state_of(const struct store *store, const struct job_record *job)
{
    int pid;
    char command[64];
    bool owned = store_owner(store_dir(store), &pid, command, sizeof command) == OK;
    return job_state_text(job->state == JOB_RUNNING && !owned ? JOB_INTERRUPTED : job->state);
}

int cmd_status(struct args *args)
{
    struct store *store = NULL;
    struct store_read *read = NULL;
    struct job_record job;
    int code = data_open(args, STORE_READ, &store);
    if (code == EXIT_DONE && store_read_begin(store, &read) != OK)
        code = complain(EXIT_STORAGE, "the store can't be read");
    if (code == EXIT_DONE)
        code = data_find_job(read, args->v[0], &job);
    if (code == EXIT_DONE)
        args->json ? print_json(&job, state_of(store, &job)) : print_text(&job, state_of(store, &job));
    store_read_end(read);
    store_close(store);
    return code;
}
