/* SPDX-License-Identifier: Apache-2.0 */
/* site.h: a small cached site for the tests of this room: a data folder that goes away, a store with its
 * writer, pages with bodies of their choosing. */
#ifndef WEBKEEP_TESTS_EXPORT_SITE_H
#define WEBKEEP_TESTS_EXPORT_SITE_H

#include "cache/check.h"
#include "cache/writer.h"
#include "tests/check.h"

#include <ftw.h>
#include <unistd.h>

/* ---- folders ---- */

struct place {
    char path[256];
};

static inline struct place place_make(void)
{
    struct place place;
    const char *tmp = getenv("TMPDIR");
    snprintf(place.path, sizeof place.path, "%s/webkeep-test-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
    NEED(mkdtemp(place.path));
    return place;
}

static inline int place_drop_one(const char *path, const struct stat *is UNUSED, int kind UNUSED,
                                 struct FTW *at UNUSED)
{
    return remove(path);
}

static inline void place_drop(struct place *place)
{
    NEED(nftw(place->path, place_drop_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

/* ---- a store and its writer ---- */

struct room {
    struct store *store;
    struct writer *writer;
    struct codec *codec;
    struct sha256_ctx *sha;
};

static inline struct room room_open(const char *dir)
{
    struct room room;
    struct diag diag = {.text = ""};
    struct store_options options = {
        .dir = dir, .mode = STORE_WRITE, .map_bytes = (size_t)256 << 20, .command = "a test"};
    struct writer_options batches = {
        .batch_jobs = 256, .batch_bytes = 8 << 20, .batch_ms = 20, .queue_jobs = 1024};
    if (store_open(&options, &room.store, &diag) != OK)
        fprintf(stderr, "%s\n", diag.text), exit(1);
    NEED(writer_create(room.store, &batches, &room.writer) == OK);
    NEED((room.codec = codec_create(6)) && (room.sha = sha256_create()));
    return room;
}

static inline void room_close(struct room *room)
{
    writer_destroy(room->writer);
    store_close(room->store);
    codec_destroy(room->codec);
    sha256_destroy(room->sha);
}

/* Runs f in a write transaction of its own. */
struct errand {
    struct write_job job;
    enum status (*f)(struct store_write *write, void *user);
    void *user;
};

static inline enum status errand_apply(struct write_job *job, struct store_write *write)
{
    struct errand *errand = (struct errand *)job;
    return errand->f(write, errand->user);
}

static inline enum status room_write(struct room *room,
                                     enum status (*f)(struct store_write *write, void *user), void *user)
{
    struct errand errand = {.job = {.apply = errand_apply}, .f = f, .user = user};
    return writer_run(room->writer, &errand.job);
}

static inline struct id128 id_of(const char *what, uint64_t n)
{
    char text[64];
    snprintf(text, sizeof text, "%s %llu", what, (unsigned long long)n);
    return hash128(str_of(text));
}

/* ---- the site ---- */

struct site_page {
    const char *url, *title, *type, *html, *markdown; /* markdown NULL: none */
};

struct site_put {
    struct room *room;
    uint32_t job;
    uint64_t seq;
    const struct site_page *page;
};

static inline struct part part_make(struct room *room, enum part_kind kind, struct str raw,
                                    struct buf *out)
{
    struct part part = {.kind = kind, .sha256 = sha256_of(room->sha, raw, STR_LIT(""))};
    NEED(codec_deflate(room->codec, raw, out, &part.packed) == OK);
    part.stream = buf_str(out);
    return part;
}

static inline enum status site_put_errand(struct store_write *write, void *user)
{
    struct site_put *put = user;
    const struct site_page *p = put->page;
    struct buf html, markdown;
    struct bundle bundle = {.n_parts = p->markdown ? 2 : 1};
    uint64_t grew;
    buf_init(&html, SIZE_MAX);
    buf_init(&markdown, SIZE_MAX);
    bundle.parts[0] = part_make(put->room, PART_HTML, str_of(p->html), &html);
    if (p->markdown)
        bundle.parts[1] = part_make(put->room, PART_MARKDOWN, str_of(p->markdown), &markdown);
    bundle_identify(put->room->sha, &bundle);
    struct page_record record = {
        .seq = put->seq,
        .url_id = id_of("url", put->seq),
        .http_status = 200,
        .fetched_ms = 1700000000000 + (int64_t)put->seq * 60000,
        .url = str_of(p->url),
        .title = str_of(p->title),
        .content_type = str_of(p->type),
    };
    enum status st = store_page_put(write, put->job, &record, &bundle, &grew);
    buf_fini(&html);
    buf_fini(&markdown);
    return st;
}

static inline void site_add(struct room *room, uint32_t job, uint64_t seq, const struct site_page *page)
{
    struct site_put put = {.room = room, .job = job, .seq = seq, .page = page};
    NEED(room_write(room, site_put_errand, &put) == OK);
}

static inline enum status job_add_errand(struct store_write *write, void *user)
{
    return store_job_add(write, user);
}

static inline enum status job_put_errand(struct store_write *write, void *user)
{
    return store_job_put(write, user);
}

/* A finished crawl of these pages: seqs 0, 2, 4, ... */
static inline struct job_record site_make(struct room *room, const char *name,
                                          const struct site_page *pages, size_t n)
{
    struct job_record job = {
        .id = id_of(name, 0),
        .kind = JOB_CRAWL,
        .state = JOB_RUNNING,
        .created_ms = 1700000000000,
        .base_url = STR_LIT("https://docs.example/"),
        .host = STR_LIT("docs.example"),
        .request = STR_LIT("{}"),
    };
    NEED(room_write(room, job_add_errand, &job) == OK);
    for (size_t i = 0; i < n; i++)
        site_add(room, job.number, 2 * i, &pages[i]);
    job.state = JOB_DONE;
    job.kept = n;
    job.next_seq = 2 * n;
    job.finished_ms = 1700000900000;
    NEED(room_write(room, job_put_errand, &job) == OK);
    return job;
}

#endif
