/* SPDX-License-Identifier: Apache-2.0 */
/* downloads.c: GET /crawl/{id}/download, and the spool of archives behind it.
 *
 * An archive that is asked for is found in the spool or made: calls for the same one wait for the same thread. The
 * file has no name (it is gone whatever happens to the process), is served through descriptors of its own, and
 * stays until it must make room. The lock guards all members. */
#include "api/downloads.h"

#include "api/jobs.h"
#include "api/results.h"
#include "api/routes.h"
#include "api/states.h"
#include "export/export.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARCHIVES_MAX 64 /* in the spool */

struct waiting {
    struct waiting *next;
    struct call *call;
};

struct archive {
    struct archive *next;
    struct downloads *downloads;
    struct id128 job;
    uint64_t version;
    unsigned include;
    enum { ARCHIVE_QUEUED, ARCHIVE_MAKING, ARCHIVE_READY } state;
    int fd;
    uint64_t bytes, used; /* used: when it was asked for last, in requests */
    char etag[80];
    char name[80]; /* it is saved under */
    struct waiting *waiting;
};

struct downloads {
    struct service *service;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct archive *archives;
    unsigned making;
    uint64_t requests;
    atomic_bool stop;
};

/* ---- serving ---- */

static void send_archive(struct call *call, struct archive *a)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", a->fd);
    int fd = open(path, O_RDONLY | O_CLOEXEC); /* an offset of its own */
    if (fd < 0) {
        call_error_status(call, ST_IO);
        return;
    }
    call_reply_file(call, fd, "application/zip", str_of(a->etag), str_of(a->name));
}

/* ---- making; a thread of its own ---- */

/* More than is kept: of bytes, or of files, each of which holds a descriptor. */
static bool is_overfull(const struct downloads *d)
{
    uint64_t bytes = 0;
    unsigned ready = 0;
    for (const struct archive *a = d->archives; a; a = a->next) {
        bytes += a->bytes;
        ready += a->state == ARCHIVE_READY;
    }
    return bytes > d->service->config->limits_spool_bytes || ready > ARCHIVES_MAX;
}

static void drop(struct downloads *d, struct archive *gone)
{
    struct archive **at = &d->archives;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    if (gone->fd >= 0)
        close(gone->fd);
    free(gone);
}

/* Until the rest fits, the ones that were not asked for longest go. */
static void make_room(struct downloads *d, const struct archive *keep)
{
    while (is_overfull(d)) {
        struct archive *oldest = NULL;
        for (struct archive *a = d->archives; a; a = a->next)
            if (a != keep && a->state == ARCHIVE_READY && (!oldest || a->used < oldest->used))
                oldest = a;
        if (!oldest)
            return;
        drop(d, oldest);
    }
}

static enum status make(struct archive *a, uint64_t *ret_bytes, struct diag *diag)
{
    const struct service *service = a->downloads->service;
    struct stat info;
    struct export_report report;
    a->fd = open(store_dir(service->store), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (a->fd < 0)
        return diag_set(diag, ST_IO, "no temporary file can be made in the data folder: %s",
                        strerror(errno));
    const struct export_options options = {.format = EXPORT_ZIP,
                                           .include = a->include,
                                           .path = "-",
                                           .fd = a->fd,
                                           .chunk_pages = service->config->export_chunk_pages,
                                           .cancel = &a->downloads->stop};
    enum status st = export_run(service->store, a->job, &options, &report, diag);
    if (st == OK && fstat(a->fd, &info) != 0)
        st = ST_IO;
    if (st == OK)
        *ret_bytes = (uint64_t)info.st_size;
    return st;
}

/* Calls that waited get their file, or what went wrong. */
static void answer(struct waiting *list, struct archive *a, enum status st, const struct diag *diag)
{
    while (list) {
        struct waiting *w = list;
        list = w->next;
        if (st == OK)
            send_archive(w->call, a);
        else if (st == ST_CANCELLED)
            call_error_retry(w->call, 503, "SERVICE_BUSY", 5, "The service is stopping.");
        else if (st == ST_NOTFOUND)
            call_error(w->call, 404, "NOT_FOUND", "There is no such job any more.");
        else if (diag->text[0] && st != ST_NOMEM)
            call_error(w->call, st == ST_FULL ? 507 : 500, st == ST_FULL ? "STORAGE_FULL" : "INTERNAL",
                       "The archive could not be made: %s", status_text(st));
        else
            call_error_status(w->call, st);
        call_resume(w->call);
        free(w);
    }
}

static void start_queued(struct downloads *d);

static void *make_main(void *user)
{
    struct archive *a = user;
    struct downloads *d = a->downloads;
    struct diag diag = {0};
    uint64_t bytes = 0;
    enum status st = make(a, &bytes, &diag);
    pthread_mutex_lock(&d->lock);
    a->bytes = bytes;
    struct waiting *list = a->waiting;
    a->waiting = NULL;
    a->state = ARCHIVE_READY;
    answer(list, a, st, &diag);
    if (st != OK)
        drop(d, a);
    else
        make_room(d, a);
    d->making--;
    start_queued(d);
    pthread_cond_broadcast(&d->changed);
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

/* Starts what is queued while there is room. With the lock. */
static void start_queued(struct downloads *d)
{
    for (struct archive *a = d->archives; a; a = a->next) {
        pthread_t thread;
        if (a->state != ARCHIVE_QUEUED || d->making >= d->service->config->limits_exports ||
            atomic_load(&d->stop))
            continue;
        if (pthread_create(&thread, NULL, make_main, a) != 0)
            return;
        pthread_detach(thread);
        a->state = ARCHIVE_MAKING;
        d->making++;
    }
}

/* ---- asking ---- */

static struct archive *find(struct downloads *d, struct id128 job, uint64_t version, unsigned include)
{
    for (struct archive *a = d->archives; a; a = a->next)
        if (id128_eq(a->job, job) && a->version == version && a->include == include)
            return a;
    return NULL;
}

static struct archive *add(struct downloads *d, const struct job_record *job, uint64_t version,
                           unsigned include)
{
    struct archive *a = calloc(1, sizeof *a);
    char id[UUID_TEXT];
    if (!a)
        return NULL;
    uuid_format(job->id, id);
    a->downloads = d;
    a->job = job->id;
    a->version = version;
    a->include = include;
    a->fd = -1;
    snprintf(a->etag, sizeof a->etag, "%s-%llx-%x", id, (unsigned long long)version, include);
    struct str host = job->host.n ? str_head(job->host, 40) : STR_LIT("crawl");
    snprintf(a->name, sizeof a->name, "%.*s-%.8s.zip", STR_ARG(host), id);
    for (char *p = a->name; *p; p++) /* of an IPv6 host */
        *p = ascii_is_alpha(*p) || ascii_is_digit(*p) || strchr(".-", *p) ? *p : '-';
    a->next = d->archives;
    d->archives = a;
    return a;
}

/* Replies at once when the archive is there; else the call waits for it. With the lock. */
static enum status ask(struct downloads *d, struct archive *a, struct call *call)
{
    a->used = ++d->requests;
    if (a->state == ARCHIVE_READY) {
        send_archive(call, a);
        return OK;
    }
    struct waiting *w = calloc(1, sizeof *w);
    if (!w)
        return ST_NOMEM;
    w->call = call;
    w->next = a->waiting;
    a->waiting = w;
    call_wait(call);
    start_queued(d);
    return OK;
}

/* "html,markdown"; absent: all. 0: something else. */
static unsigned include_of(struct str list)
{
    unsigned include = 0;
    if (!list.n)
        return EXPORT_INC_HTML | EXPORT_INC_MARKDOWN | EXPORT_INC_DATA;
    while (list.n) {
        size_t end = str_find(list, ',');
        struct str word = str_trim(str_head(list, end));
        list = str_from(list, end + 1);
        unsigned bit = str_is(word, "html")       ? EXPORT_INC_HTML
                       : str_is(word, "markdown") ? EXPORT_INC_MARKDOWN
                       : str_is(word, "data")     ? EXPORT_INC_DATA
                                                  : 0;
        if (!bit)
            return 0;
        include |= bit;
    }
    return include;
}

static void download(struct call *call, const struct job_record *job, unsigned include)
{
    struct downloads *d = call->service->downloads;
    uint64_t version = (uint64_t)job->updated_ms ^ job->rows << 44;
    pthread_mutex_lock(&d->lock);
    struct archive *a = atomic_load(&d->stop) ? NULL : find(d, job->id, version, include);
    if (!a && !atomic_load(&d->stop))
        a = add(d, job, version, include);
    if (!a || ask(d, a, call) != OK)
        call_error_status(call, ST_NOMEM);
    pthread_mutex_unlock(&d->lock);
}

void crawl_download(struct call *call)
{
    struct store_read *read;
    struct job_record job;
    unsigned include = include_of(call_query(call, "include"));
    if (!include) {
        call_error(call, 400, "INVALID_REQUEST", "include: expected some of html,markdown,data");
        return;
    }
    if (!call_read_begin(call, &read))
        return;
    bool found = job_of_call(call, read, JOB_CRAWL, JOB_EXTRACT, &job);
    if (found) {
        job.host = arena_str(&call->arena, job.host);
        job.base_url = job.request = job.policy = job.message = STR_NONE;
    }
    store_read_end(read);
    if (!found)
        return;
    if (!state_has_ended(job.state) || job.state == JOB_FAILED)
        call_error(call, 400, "NOT_FINISHED",
                   "There is nothing to download: the crawl has %s. Archives are made of completed and "
                   "cancelled crawls.",
                   job.state == JOB_FAILED ? "failed" : "not ended yet");
    else
        download(call, &job, include);
}

struct downloads *downloads_create(struct service *service)
{
    struct downloads *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->service = service;
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->changed, NULL);
    return d;
}

void downloads_stop(struct downloads *d)
{
    static const struct diag none;
    if (!d)
        return;
    atomic_store(&d->stop, true);
    pthread_mutex_lock(&d->lock);
    while (d->making)
        pthread_cond_wait(&d->changed, &d->lock);
    for (struct archive *a = d->archives; a; a = a->next) {
        struct waiting *list = a->waiting;
        a->waiting = NULL;
        answer(list, a, ST_CANCELLED, &none);
    }
    pthread_mutex_unlock(&d->lock);
}

void downloads_destroy(struct downloads *d)
{
    if (!d)
        return;
    downloads_stop(d);
    while (d->archives)
        drop(d, d->archives);
    pthread_cond_destroy(&d->changed);
    pthread_mutex_destroy(&d->lock);
    free(d);
}
