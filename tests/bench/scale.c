/* SPDX-License-Identifier: Apache-2.0 */
/* scale.c: the frontier with as many URLs as a crawl may ever see, on the real store, writer and workbench, without
 * a network: a synthetic web whose page p names PAGE_LINKS new URLs.
 *
 *   scale FOLDER [URLS]     one million unless it says otherwise; FOLDER is new and may be removed afterwards
 *
 * Lines: URLs discovered a second (durable, one page a write job as in a crawl), bytes a URL of disk, of the table of
 * known URLs (cache/seen.h) and of anonymous memory, microseconds a lease with its refills at each power of ten, and what a restart takes until the first lease. */
#include "base/clock.h"
#include "cache/lmdb_int.h"
#include "cache/writer.h"
#include "frontier/url_state.h"
#include "frontier/workbench.h"
#include "tests/check.h"

#include <sys/stat.h>
#include <unistd.h>

#define PAGE_LINKS 200u
#define URL_BYTES 96
#define LEASES 20000u
#define REFILL_URLS 1024u
#define JOBS_QUEUED 64u

static const struct id128 job_id = {{1}};

struct discovery {
    struct write_job job;
    struct web *web;
    uint64_t first;
    char texts[PAGE_LINKS][URL_BYTES];
    struct candidate links[PAGE_LINKS];
    enum status st;
};

struct web {
    struct store *store;
    struct writer *writer;
    uint32_t job;
    uint64_t next_seq; /* the writer's */
};

static double status_bytes(const char *key)
{
    char line[256];
    double kb = 0;
    FILE *f = fopen("/proc/self/status", "r");
    NEED(f);
    while (fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0)
            kb = strtod(line + strlen(key), NULL);
    fclose(f);
    return kb * 1024;
}

static double disk_bytes(const char *folder)
{
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s/store/data.mdb", folder);
    NEED(stat(path, &st) == 0);
    return (double)st.st_blocks * 512;
}

/* Pages in use that are of no other table: LMDB does not count those of a table of sets. */
static double seen_bytes(struct web *web)
{
    struct store_read *read;
    MDB_envinfo info;
    MDB_stat stat;
    MDB_cursor *cursor;
    MDB_val key, value;
    NEED(store_read_begin(web->store, &read) == OK);
    NEED(mdb_env_info(web->store->env, &info) == 0);
    size_t pages = info.me_last_pgno + 1;
    for (int table = -1; table < TABLES; table++) {
        MDB_dbi dbi = table < 0 ? 0 : web->store->dbi[table]; /* 0: LMDB's own list of free pages */
        NEED(mdb_stat(read->txn, dbi, &stat) == 0);
        if (table != TABLE_SEEN)
            pages -= stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    }
    NEED(mdb_cursor_open(read->txn, 0, &cursor) == 0);
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        size_t free_pages;
        memcpy(&free_pages, value.mv_data, sizeof free_pages);
        pages -= free_pages;
    }
    mdb_cursor_close(cursor);
    store_read_end(read);
    return (double)pages * stat.ms_psize;
}

static void open_web(struct web *web, const char *folder)
{
    struct diag diag = {0};
    const struct store_options options = {.dir = folder, .mode = STORE_WRITE, .command = "scale"};
    const struct writer_options writer = {
        .batch_jobs = 256, .batch_bytes = 32u << 20, .batch_ms = 200, .queue_jobs = JOBS_QUEUED};
    if (store_open(&options, &web->store, &diag) != OK) {
        fprintf(stderr, "%s\n", diag.text);
        exit(1);
    }
    NEED(writer_create(web->store, &writer, &web->writer) == OK);
}

static void close_web(struct web *web)
{
    writer_destroy(web->writer);
    store_close(web->store);
}

/* ---- discovery ---- */

struct new_job {
    struct write_job job;
    struct job_record record;
};

static enum status add_job(struct write_job *handle, struct store_write *write)
{
    struct new_job *new_job = (struct new_job *)(void *)handle;
    return store_job_add(write, &new_job->record);
}

static enum status discover(struct write_job *handle, struct store_write *write)
{
    struct discovery *d = (struct discovery *)(void *)handle;
    struct job_delta delta = {0};
    uint64_t next_seq = d->first + 1;
    struct id128 parent = d->links[0].id;
    enum status st =
        url_state_discover(write, d->web->job, parent, 1, d->links, PAGE_LINKS, &next_seq, &delta);
    struct job_record job;
    if (st == OK)
        st = store_job_get(store_write_reader(write), job_id, &job);
    if (st != OK)
        return st;
    url_state_count(&job, &delta);
    job.next_seq = next_seq;
    job.base_url = STR_LIT("http://a/");
    job.host = STR_LIT("a");
    job.request = job.policy = STR_LIT("{}");
    job.message = STR_NONE;
    return store_job_put(write, &job);
}

static void discovered(struct write_job *handle, enum status st)
{
    struct discovery *d = (struct discovery *)(void *)handle;
    if (st != OK)
        fprintf(stderr, "discovery at %llu: %s\n", (unsigned long long)d->first, status_text(st));
    NEED(st == OK);
    free(d);
}

static struct discovery *page_of(struct web *web, uint64_t first)
{
    struct discovery *d = calloc(1, sizeof *d);
    NEED(d);
    d->job = (struct write_job){.apply = discover, .done = discovered, .bytes = PAGE_LINKS * 256};
    d->web = web;
    d->first = first;
    for (unsigned i = 0; i < PAGE_LINKS; i++) {
        uint64_t n = first + i;
        int len = snprintf(d->texts[i], URL_BYTES, "http://h%llu.example/docs/part-%llu/page-%llu.html",
                           (unsigned long long)(n % 16), (unsigned long long)(n / 1000),
                           (unsigned long long)n);
        struct str url = str_make(d->texts[i], (size_t)len);
        d->links[i] =
            (struct candidate){.id = hash128(url), .url = url, .verdict = VERDICT_KEEP, .depth = 3};
    }
    return d;
}

static void nothing_done(struct write_job *job, enum status st)
{
    (void)job;
    (void)st;
}

static enum status nothing(struct write_job *job, struct store_write *write)
{
    (void)job;
    (void)write;
    return OK;
}

static void grow(struct web *web, uint64_t from, uint64_t to)
{
    for (uint64_t at = from; at < to; at += PAGE_LINKS) {
        struct write_job *job = &page_of(web, at)->job;
        NEED(writer_push(web->writer, &job) == OK);
    }
    struct write_job last = {.apply = nothing, .done = nothing_done};
    NEED(writer_run(web->writer, &last) == OK);
}

/* ---- leases ---- */

static void refill(struct web *web, struct workbench *wb)
{
    struct refill_range range;
    if (!workbench_refill_begin(wb, &range))
        return;
    struct store_read *read;
    struct url_record url;
    struct ready_url *urls[REFILL_URLS];
    struct ready_key last = range.after;
    size_t n = 0;
    bool at_end = false;
    NEED(store_read_begin(web->store, &read) == OK);
    for (; n < REFILL_URLS && !at_end; n += !at_end) {
        enum status st = store_ready_next(read, web->job, n || !range.from_start ? &last : NULL, &url);
        at_end = st != OK || url.rank > range.last_rank;
        if (at_end)
            break;
        urls[n] = ready_url_create(url.id, url.seq, url.rank, url.depth, 0, url.verdict, url.url);
        NEED(urls[n]);
        last = (struct ready_key){url.rank, url.seq};
    }
    store_read_end(read);
    workbench_refilled(wb, last, at_end);
    for (size_t i = 0; i < n; i++)
        NEED(workbench_add(wb, &urls[i]) == OK);
}

static struct workbench *bench(void)
{
    const struct workbench_options options = {
        .window_urls = 4096, .host_requests = 64, .dead_after = 12};
    struct workbench *wb = workbench_create(&options);
    NEED(wb);
    workbench_expect_refill(wb);
    return wb;
}

static void lease_one(struct web *web, struct workbench *wb)
{
    struct ready_url *url;
    struct host *host;
    refill(web, wb);
    NEED(workbench_take(wb, 0, &url, &host) == OK);
    host->robots_state = ROBOTS_KNOWN;
    workbench_answered(wb, host, HOST_GOOD, 1, -1, 0);
    free(url);
}

static double lease_us(struct web *web, unsigned leases)
{
    struct workbench *wb = bench();
    int64_t began = clock_mono_ms();
    for (unsigned i = 0; i < leases; i++)
        lease_one(web, wb);
    double us = (double)(clock_mono_ms() - began) * 1000 / leases;
    workbench_destroy(wb);
    return us;
}

int main(int argc, char **argv)
{
    uint64_t most = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000, have = 0;
    if (argc < 2 || most < 10000) {
        fprintf(stderr, "usage: scale FOLDER [URLS]   (at least 10000)\n");
        return 2;
    }
    struct web web = {0};
    open_web(&web, argv[1]);
    struct new_job job = {
        .job = {.apply = add_job, .done = nothing_done},
        .record = {.id = job_id, .kind = JOB_CRAWL, .state = JOB_RUNNING, .next_seq = 1}};
    job.record.base_url = STR_LIT("http://a/");
    job.record.host = STR_LIT("a");
    job.record.request = job.record.policy = STR_LIT("{}");
    NEED(writer_run(web.writer, &job.job) == OK);
    web.job = job.record.number;
    double empty = status_bytes("RssAnon:");
    printf("%10s %12s %14s %14s %14s %12s\n", "URLs", "inserts/s", "disk B/URL", "seen B/URL",
           "anon B/URL", "us/lease");
    for (uint64_t to = 10000; have < most; to = to * 10 < most ? to * 10 : most) {
        int64_t began = clock_mono_ms();
        grow(&web, have, to);
        double s = (double)(clock_mono_ms() - began + 1) / 1000, made = (double)(to - have);
        have = to;
        unsigned leases = have < LEASES ? (unsigned)have : LEASES;
        double anon = status_bytes("RssAnon:") - empty;
        printf("%10llu %12.0f %14.1f %14.1f %14.1f %12.2f\n", (unsigned long long)have, made / s,
               disk_bytes(argv[1]) / (double)have, seen_bytes(&web) / (double)have, anon / (double)have,
               lease_us(&web, leases));
        fflush(stdout);
    }
    close_web(&web);
    int64_t began = clock_mono_ms();
    open_web(&web, argv[1]);
    struct workbench *wb = bench();
    lease_one(&web, wb);
    printf("restart to the first lease: %lld ms\n", (long long)(clock_mono_ms() - began));
    workbench_destroy(wb);
    close_web(&web);
    return 0;
}
