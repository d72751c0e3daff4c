/* SPDX-License-Identifier: Apache-2.0 */
/* fixture.h: what the tests of this room share: a data folder that goes away, a store with its writer, made-up
 * records, and the test program itself as a second process (LMDB opens a store once in a process). */
#ifndef WEBKEEP_TESTS_CACHE_FIXTURE_H
#define WEBKEEP_TESTS_CACHE_FIXTURE_H

#include "base/clock.h"
#include "cache/check.h"
#include "cache/store.h"
#include "cache/writer.h"
#include "tests/check.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAP_BYTES ((size_t)256 << 20)

extern char **environ;

/* ---- folders ---- */

struct folder {
    char path[256];
};

static inline struct folder folder_make(void)
{
    struct folder folder;
    const char *tmp = getenv("TMPDIR");
    snprintf(folder.path, sizeof folder.path, "%s/webkeep-cache-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
    NEED(mkdtemp(folder.path));
    return folder;
}

static inline int folder_drop_one(const char *path, const struct stat *is UNUSED, int kind UNUSED,
                                  struct FTW *at UNUSED)
{
    return remove(path);
}

static inline void folder_drop(struct folder *folder)
{
    NEED(nftw(folder->path, folder_drop_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
}

/* ---- a store and its writer ---- */

struct room {
    struct store *store;
    struct writer *writer;
    struct codec *codec;
    struct sha256_ctx *sha;
};

static inline struct room room_open_map(const char *dir, size_t map_bytes)
{
    struct room room;
    struct diag diag = {.text = ""};
    struct store_options options = {
        .dir = dir, .mode = STORE_WRITE, .map_bytes = map_bytes, .command = "a test"};
    struct writer_options batches = {
        .batch_jobs = 256, .batch_bytes = 8 << 20, .batch_ms = 20, .queue_jobs = 1024};
    if (store_open(&options, &room.store, &diag) != OK)
        fprintf(stderr, "%s\n", diag.text), exit(1);
    NEED(writer_create(room.store, &batches, &room.writer) == OK);
    NEED((room.codec = codec_create(1)) && (room.sha = sha256_create()));
    return room;
}

static inline struct room room_open(const char *dir)
{
    return room_open_map(dir, MAP_BYTES);
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

static inline void tell_stderr(void *user UNUSED, const char *sentence)
{
    fprintf(stderr, "    %s\n", sentence);
}

/* The store's report; what is broken is shown. */
static inline struct check_report room_check(struct room *room)
{
    struct check_report report = {.broken = UINT64_MAX};
    CHECK_INT(store_check(room->store, tell_stderr, NULL, &report), OK);
    return report;
}

/* ---- made-up records ---- */

static inline struct id128 id_of(const char *what, uint64_t n)
{
    char text[64];
    snprintf(text, sizeof text, "%s %llu", what, (unsigned long long)n);
    return hash128(str_of(text));
}

static inline struct job_record job_make(const char *name)
{
    return (struct job_record){
        .id = id_of(name, 0),
        .kind = JOB_CRAWL,
        .state = JOB_RUNNING,
        .created_ms = 1700000000000,
        .base_url = STR_LIT("https://docs.example/"),
        .host = STR_LIT("docs.example"),
        .request = STR_LIT("{}"),
    };
}

static inline enum status job_add_errand(struct store_write *write, void *user)
{
    return store_job_add(write, user);
}

static inline struct job_record job_added(struct room *room, const char *name)
{
    struct job_record job = job_make(name);
    NEED(room_write(room, job_add_errand, &job) == OK);
    return job;
}

static inline struct url_record url_make(uint64_t n, enum url_state state, uint8_t rank)
{
    return (struct url_record){
        .id = id_of("url", n),
        .state = state,
        .rank = rank,
        .seq = n,
        .url = STR_LIT("https://docs.example/a/page.html"),
    };
}

/* A page's bytes: HTML of about n_bytes that no other seed has, and its Markdown. */
struct body {
    struct buf html, markdown;
    struct bundle bundle;
};

static inline struct part part_make(struct room *room, enum part_kind kind, struct str raw,
                                    struct buf *out)
{
    struct part part = {.kind = kind, .sha256 = sha256_of(room->sha, raw, STR_LIT(""))};
    NEED(codec_deflate(room->codec, raw, out, &part.packed) == OK);
    part.stream = buf_str(out);
    return part;
}

static inline void body_init(struct body *body, struct room *room, uint64_t seed, size_t n_bytes)
{
    struct buf raw;
    buf_init(&raw, SIZE_MAX);
    buf_init(&body->html, SIZE_MAX);
    buf_init(&body->markdown, SIZE_MAX);
    buf_printf(&raw, "<h1>Page %llu</h1>", (unsigned long long)seed);
    for (uint64_t x = seed * 2 + 1; raw.n < n_bytes;
         x = hash64(seed, str_make((const char *)&x, sizeof x)))
        buf_printf(&raw, "%016llx", (unsigned long long)x);
    body->bundle.n_parts = 2;
    body->bundle.level = 1;
    body->bundle.parts[0] = part_make(room, PART_HTML, buf_str(&raw), &body->html);
    buf_reset(&raw);
    buf_printf(&raw, "# Page %llu\n", (unsigned long long)seed);
    body->bundle.parts[1] = part_make(room, PART_MARKDOWN, buf_str(&raw), &body->markdown);
    bundle_identify(room->sha, &body->bundle);
    buf_fini(&raw);
}

static inline void body_fini(struct body *body)
{
    buf_fini(&body->html);
    buf_fini(&body->markdown);
}

static inline struct page_record page_make(uint64_t seq)
{
    return (struct page_record){
        .seq = seq,
        .url_id = id_of("url", seq),
        .http_status = 200,
        .url = STR_LIT("https://docs.example/a/page.html"),
        .title = STR_LIT("A page"),
    };
}

/* Puts a page with a body of its own; for page_put_errand. */
struct page_put {
    struct room *room;
    uint32_t job;
    uint64_t seq, seed;
    size_t n_bytes;
    uint64_t new_bytes;
};

static inline enum status page_put_errand(struct store_write *write, void *user)
{
    struct page_put *put = user;
    struct body body;
    body_init(&body, put->room, put->seed, put->n_bytes);
    struct page_record page = page_make(put->seq);
    enum status st = store_page_put(write, put->job, &page, &body.bundle, &put->new_bytes);
    body_fini(&body);
    return st;
}

static inline uint64_t page_added(struct room *room, uint32_t job, uint64_t seq, uint64_t seed)
{
    struct page_put put = {.room = room, .job = job, .seq = seq, .seed = seed, .n_bytes = 6000};
    NEED(room_write(room, page_put_errand, &put) == OK);
    return put.new_bytes;
}

/* ---- the test program as a second process ---- */

/* Starts it with the arguments (NULL-terminated, without the name); its standard output is *ret_out, its
 * standard input *ret_in (either may be NULL). */
static inline pid_t child_start(char *const arguments[], int *ret_in, int *ret_out)
{
    char *argv[8] = {(char *)(uintptr_t) "test"};
    char self[4096];
    for (size_t i = 0; arguments[i]; i++) {
        NEED(i + 2 < ARRAY_LEN(argv));
        argv[i + 1] = arguments[i];
    }
    int in[2], out[2];
    pid_t pid;
    posix_spawn_file_actions_t actions;
    NEED(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    if (ret_out)
        posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    /* Not the link itself: under valgrind that would be valgrind. */
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    NEED(n > 0);
    self[n] = 0;
    NEED(posix_spawn(&pid, self, &actions, NULL, argv, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    if (ret_in)
        *ret_in = in[1];
    else
        close(in[1]);
    if (ret_out)
        *ret_out = out[0];
    else
        close(out[0]);
    return pid;
}

static inline int child_wait(pid_t pid)
{
    int how;
    NEED(waitpid(pid, &how, 0) == pid);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

#endif
