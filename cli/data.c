/* SPDX-License-Identifier: Apache-2.0 */
/* data.c: the data folder and jobs by their names. */
#include "cli/data.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

int data_folder(const struct args *args, char *path, size_t size)
{
    const char *set = getenv("WEBKEEP_DATA"), *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n;
    if (args->data.n)
        n = snprintf(path, size, "%.*s", STR_ARG(args->data));
    else if (set && set[0])
        n = snprintf(path, size, "%s", set);
    else if (xdg && xdg[0] == '/')
        n = snprintf(path, size, "%s/webkeep", xdg);
    else if (home && home[0])
        n = snprintf(path, size, "%s/.local/share/webkeep", home);
    else
        return complain(EXIT_USAGE, "no data folder is known: give --data DIR, or set WEBKEEP_DATA");
    return n > 0 && (size_t)n < size ? EXIT_DONE
                                     : complain(EXIT_USAGE, "the data folder's path is too long");
}

int data_open(const struct args *args, enum store_mode mode, struct store **ret_store)
{
    char path[PATH_MAX];
    int code = data_folder(args, path, sizeof path);
    if (code != EXIT_DONE)
        return code;
    char command[512];
    snprintf(command, sizeof command, "%s%s%.400s", args->command, args->n ? " " : "",
             args->n ? args->v[0] : "");
    const struct store_options options = {.dir = path,
                                          .mode = mode,
                                          .map_bytes = args->config.store_map_bytes,
                                          .max_readers = args->config.store_max_readers,
                                          .command = command};
    struct diag diag = {0};
    enum status st = store_open(&options, ret_store, &diag);
    if (st == OK)
        return EXIT_DONE;
    return complain(st == ST_NOTFOUND ? EXIT_NOTHING : EXIT_STORAGE, "%s", diag.text);
}

void job_id_text(struct id128 id, char to[JOB_ID_TEXT])
{
    uuid_format(id, to);
}

void job_id_short(struct id128 id, char to[JOB_ID_TEXT])
{
    char text[JOB_ID_TEXT];
    job_id_text(id, text);
    snprintf(to, JOB_ID_TEXT, "%.13s", text);
}

static bool is_prefix(const char *word, struct id128 id)
{
    char text[JOB_ID_TEXT], plain[33];
    size_t n = strlen(word);
    job_id_text(id, text);
    hex_encode(id.b, sizeof id.b, plain);
    return n >= 4 && (strncmp(word, text, n) == 0 || strncmp(word, plain, n) == 0);
}

static bool is_host(const char *word, const struct job_record *job)
{
    return job->kind == JOB_CRAWL && str_is(job->host, word);
}

struct search {
    struct id128 found;
    unsigned by_prefix, by_host, jobs;
    struct id128 last, host;
};

static enum status search_jobs(struct store_read *read, const char *word, struct search *s)
{
    struct job_record job;
    struct id128 at, *after = NULL;
    enum status st;
    *s = (struct search){0};
    while ((st = store_job_next(read, after, &job)) == OK) {
        at = job.id;
        after = &at;
        s->jobs++;
        if (job.kind == JOB_CRAWL || s->jobs == 1)
            s->last = job.id;
        if (is_host(word, &job)) {
            s->host = job.id;
            s->by_host++;
        }
        if (is_prefix(word, job.id)) {
            s->found = job.id;
            s->by_prefix++;
        }
    }
    return st == ST_NOTFOUND ? OK : st;
}

int data_find_job(struct store_read *read, const char *word, struct job_record *ret_job)
{
    struct search s;
    enum status st = search_jobs(read, word, &s);
    if (st != OK)
        return complain(EXIT_STORAGE, "the list of jobs can't be read: %s", status_text(st));
    if (s.jobs == 0)
        return complain(EXIT_NOTHING, "there is no job yet: `webkeep crawl URL` makes one");
    if (strcmp(word, "last") == 0)
        s.found = s.last;
    else if (s.by_prefix > 1)
        return complain(EXIT_USAGE, "job '%.64s' means %u jobs; give more of the id (webkeep list)",
                        word, s.by_prefix);
    else if (s.by_prefix == 0 && s.by_host)
        s.found = s.host;
    else if (s.by_prefix == 0)
        return complain(EXIT_NOTHING, "there is no job '%.64s': webkeep list shows them", word);
    st = store_job_get(read, s.found, ret_job);
    return st == OK ? EXIT_DONE : complain(EXIT_STORAGE, "the job can't be read: %s", status_text(st));
}
