/* SPDX-License-Identifier: Apache-2.0 */
/* The archive writer: forward only, more entries than 16 bits count, sizes filled in, broken streams refused,
 * and the sink below it. */
#include "base/hash.h"
#include "export/spool.h"
#include "export/zip.h"
#include "tests/unit/export/zip_reader.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define MANY 70000u
#define TIME_MS 1767225599000 /* 2025-12-31T23:59:59Z */

static char dir[256];

static char *in_dir(const char *name)
{
    static char path[400];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

/* ---- a pipe with somebody who reads it to its end ---- */

struct pipe_reader {
    int fds[2];
    pthread_t thread;
    struct buf got;
};

static void *read_all(void *user)
{
    struct pipe_reader *r = user;
    char piece[8192];
    for (ssize_t n; (n = read(r->fds[0], piece, sizeof piece)) > 0;)
        buf_put(&r->got, piece, (size_t)n);
    return NULL;
}

static void pipe_start(struct pipe_reader *r)
{
    buf_init(&r->got, (size_t)1 << 30);
    NEED(pipe(r->fds) == 0 && pthread_create(&r->thread, NULL, read_all, r) == 0);
}

static struct str pipe_end(struct pipe_reader *r)
{
    close(r->fds[1]);
    pthread_join(r->thread, NULL);
    close(r->fds[0]);
    return buf_str(&r->got);
}

/* ---- archives ---- */

struct source {
    struct codec *codec;
    struct buf raw, stream;
    struct packed packed;
};

static void pack(struct source *s, const char *text, unsigned i)
{
    buf_reset(&s->raw);
    buf_reset(&s->stream);
    buf_printf(&s->raw, "%s %u", text, i);
    NEED(codec_deflate(s->codec, buf_str(&s->raw), &s->stream, &s->packed) == OK);
}

static struct source source_make(void)
{
    struct source s = {.codec = codec_create(6)};
    buf_init(&s.raw, 1 << 20);
    buf_init(&s.stream, 1 << 20);
    return s;
}

static void source_drop(struct source *s)
{
    codec_destroy(s->codec);
    buf_fini(&s->raw);
    buf_fini(&s->stream);
}

static struct str name_of(unsigned i)
{
    static char name[64];
    snprintf(name, sizeof name, "pages/%u/p\u00E4ge-%u.html", i / 1000, i);
    return str_of(name);
}

static void fill(struct sink *sink, unsigned n)
{
    struct zip *zip;
    struct source s = source_make();
    NEED(zip_create(sink, &zip) == OK);
    for (unsigned i = 0; i < n; i++) {
        pack(&s, "content of page", i);
        NEED(zip_put_packed(zip, name_of(i), TIME_MS, &s.packed, buf_str(&s.stream)) == OK);
    }
    NEED(zip_begin(zip, STR_LIT("made.txt"), TIME_MS, false) == OK);
    for (unsigned i = 0; i < 1000; i++)
        NEED(zip_put(zip, STR_LIT("line after line\n")) == OK);
    NEED(zip_end(zip) == OK);
    CHECK_INT(zip_entries(zip), n + 1);
    CHECK_INT(zip_finish(zip), OK);
    zip_destroy(zip);
    source_drop(&s);
}

static struct sink *sink_to(const char *path, int fd)
{
    struct sink *sink;
    struct diag diag = {.text = ""};
    struct sink_options options = {.path = path, .fd = fd, .overwrite = true};
    if (sink_open(&options, &sink, &diag) != OK)
        fprintf(stderr, "%s\n", diag.text), exit(1);
    return sink;
}

static void check_archive(struct str bytes, uint64_t entries)
{
    struct zip_view v = zip_view_open(bytes);
    struct source s = source_make();
    CHECK_INT(v.entries, entries);
    CHECK_INT(v.zip64, entries >= 65535);
    uint64_t at = v.directory_at, next = 0;
    unsigned bad = 0;
    for (unsigned i = 0; i < v.entries; i++) {
        struct zip_entry e = zip_view_next(&v, &at);
        bad += e.at != next || e.flags != 0x800;
        next = e.end;
        if (i + 1 == v.entries)
            break;
        pack(&s, "content of page", i);
        bad += !str_eq(e.stream, buf_str(&s.stream)) || !str_eq(e.name, name_of(i));
    }
    CHECK_INT(bad, 0);
    CHECK_INT(next, v.directory_at);
    CHECK_INT(at, v.directory_at + v.directory_bytes);
    buf_reset(&s.raw);
    CHECK(zip_view_read(&v, "made.txt", &s.raw));
    CHECK_INT(s.raw.n, 16000);
    source_drop(&s);
}

static void many_entries_through_a_pipe(void)
{
    struct pipe_reader r;
    pipe_start(&r);
    struct sink *sink = sink_to("-", r.fds[1]);
    fill(sink, MANY);
    CHECK_INT(sink_commit(sink, NULL), OK);
    uint64_t bytes = sink_bytes(sink);
    sink_close(sink);
    struct str got = pipe_end(&r);
    CHECK_INT(got.n, bytes);
    check_archive(got, MANY + 1);
    FILE *f = fopen(in_dir("many.zip"), "wb");
    NEED(f && fwrite(got.p, 1, got.n, f) == got.n && fclose(f) == 0);
    CHECK(unzip_accepts(in_dir("many.zip")));
    buf_fini(&r.got);
}

static void file_equals_pipe(void)
{
    struct pipe_reader r;
    pipe_start(&r);
    struct sink *to_pipe = sink_to("-", r.fds[1]), *to_file = sink_to(in_dir("few.zip"), -1);
    fill(to_pipe, 300);
    fill(to_file, 300);
    CHECK_INT(sink_commit(to_pipe, NULL), OK);
    CHECK(access(in_dir("few.zip"), F_OK) != 0);
    CHECK_INT(sink_commit(to_file, NULL), OK);
    sink_close(to_pipe);
    sink_close(to_file);
    struct str got = pipe_end(&r), file = file_read(in_dir("few.zip"));
    CHECK(str_eq(got, file));
    check_archive(file, 301);
    CHECK(unzip_accepts(in_dir("few.zip")));
    free((void *)(uintptr_t)file.p);
    buf_fini(&r.got);
}

/* 65,534 fit without ZIP64; 65,535 is the number that means "look elsewhere". */
static void borders_of_16_bits(void)
{
    for (unsigned n = 65533; n <= 65535; n++) {
        struct sink *sink = sink_to(in_dir("border.zip"), -1);
        fill(sink, n);
        CHECK_INT(sink_commit(sink, NULL), OK);
        sink_close(sink);
        struct str file = file_read(in_dir("border.zip"));
        check_archive(file, n + 1);
        free((void *)(uintptr_t)file.p);
    }
    CHECK(unzip_accepts(in_dir("border.zip")));
}

static void empty_archive(void)
{
    struct zip *zip;
    struct sink *sink = sink_to(in_dir("empty.zip"), -1);
    NEED(zip_create(sink, &zip) == OK);
    CHECK_INT(zip_finish(zip), OK);
    zip_destroy(zip);
    CHECK_INT(sink_commit(sink, NULL), OK);
    sink_close(sink);
    struct str file = file_read(in_dir("empty.zip"));
    CHECK_INT(file.n, 22);
    CHECK_INT(zip_view_open(file).entries, 0);
    free((void *)(uintptr_t)file.p);
}

/* An entry made on the fly, larger than the spool keeps in memory, prepared for 4 GiB and far from it. */
static void made_entries(void)
{
    struct zip *zip;
    struct sink *sink = sink_to(in_dir("made.zip"), -1);
    uint64_t x = 88172645463325252u;
    char piece[4096];
    NEED(zip_create(sink, &zip) == OK);
    CHECK_INT(zip_begin(zip, STR_LIT("noise"), TIME_MS, true), OK);
    for (unsigned i = 0; i < 2000; i++) {
        for (size_t at = 0; at < sizeof piece; at += 8) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            memcpy(piece + at, &x, 8);
        }
        NEED(zip_put(zip, str_make(piece, sizeof piece)) == OK);
    }
    CHECK_INT(zip_end(zip), OK);
    CHECK_INT(zip_begin(zip, STR_LIT("nothing"), 0, true), OK);
    CHECK_INT(zip_end(zip), OK);
    CHECK_INT(zip_begin(zip, STR_LIT("more"), INT64_MAX / 2, false), OK);
    CHECK_INT(zip_put(zip, STR_LIT("more")), OK);
    CHECK_INT(zip_end(zip), OK);
    CHECK_INT(zip_finish(zip), OK);
    zip_destroy(zip);
    CHECK_INT(sink_commit(sink, NULL), OK);
    sink_close(sink);
    struct str file = file_read(in_dir("made.zip"));
    struct zip_view v = zip_view_open(file);
    struct zip_entry e;
    struct buf out;
    buf_init(&out, 16 << 20);
    CHECK_INT(v.entries, 3);
    CHECK(zip_view_read(&v, "noise", &out) && out.n == 2000 * sizeof piece);
    CHECK(zip_view_read(&v, "nothing", &out) && out.n == 0);
    CHECK(zip_view_read(&v, "more", &out) && out.n == 4);
    CHECK(zip_view_find(&v, "noise", &e) &&
          e.time == ((45u << 25 | 12u << 21 | 31u << 16) | (23u << 11 | 59u << 5 | 29u)));
    CHECK(zip_view_find(&v, "nothing", &e) && e.time == (1u << 21 | 1u << 16));
    CHECK(zip_view_find(&v, "more", &e) && e.time >> 25 == 127);
    CHECK(unzip_accepts(in_dir("made.zip")));
    buf_fini(&out);
    free((void *)(uintptr_t)file.p);
}

static void wrong_record(void)
{
    struct source s = source_make();
    for (int what = 0; what < 2; what++) {
        struct zip *zip;
        struct diag diag = {.text = ""};
        struct sink *sink = sink_to(in_dir("wrong.zip"), -1);
        NEED(zip_create(sink, &zip) == OK);
        pack(&s, "some text", 1);
        s.packed.packed_bytes += what ? 1u : (uint64_t)-1;
        CHECK_INT(zip_put_packed(zip, STR_LIT("a"), 0, &s.packed, buf_str(&s.stream)), ST_CORRUPT);
        CHECK_INT(zip_put_packed(zip, STR_LIT("b"), 0, &s.packed, buf_str(&s.stream)), ST_CORRUPT);
        CHECK_INT(zip_begin(zip, STR_LIT("c"), 0, false), ST_CORRUPT);
        CHECK_INT(zip_finish(zip), ST_CORRUPT);
        zip_explain(zip, &diag);
        CHECK(diag.text[0]);
        zip_destroy(zip);
        sink_close(sink);
        CHECK(access(in_dir("wrong.zip"), F_OK) != 0);
    }
    source_drop(&s);
}

/* ---- the sink ---- */

/* Removes everything; how many files of ours were left under temporary names. */
static unsigned clean_up(void)
{
    unsigned parts = 0;
    DIR *d = opendir(dir);
    NEED(d);
    for (struct dirent *e; (e = readdir(d));) {
        parts += str_starts(str_of(e->d_name), STR_LIT(".webkeep-"));
        unlinkat(dirfd(d), e->d_name, 0);
    }
    closedir(d);
    NEED(rmdir(dir) == 0);
    return parts;
}

static void full_disk(void)
{
    struct rlimit before, small = {.rlim_cur = 100000};
    struct diag diag = {.text = ""};
    char piece[65536] = "";
    NEED(getrlimit(RLIMIT_FSIZE, &before) == 0);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    struct sink *sink = sink_to(in_dir("big"), -1);
    NEED(setrlimit(RLIMIT_FSIZE, &small) == 0);
    for (int i = 0; i < 8; i++)
        sink_put(sink, piece, sizeof piece);
    CHECK_INT(sink_commit(sink, &diag), ST_FULL);
    NEED(setrlimit(RLIMIT_FSIZE, &before) == 0);
    CHECK(strstr(diag.text, "big") != NULL);
    sink_close(sink);
    CHECK(access(in_dir("big"), F_OK) != 0);
    int full = open("/dev/full", O_WRONLY);
    if (full >= 0) {
        sink = sink_to("-", full);
        sink_put(sink, piece, 10);
        CHECK_INT(sink_commit(sink, &diag), ST_FULL);
        CHECK(strstr(diag.text, "space") != NULL);
        sink_close(sink);
        close(full);
    }
}

static void reader_leaves(void)
{
    int fds[2];
    struct diag diag = {.text = ""};
    char piece[65536] = "";
    NEED(pipe(fds) == 0);
    close(fds[0]);
    struct sink *sink = sink_to("-", fds[1]);
    for (int i = 0; i < 4; i++)
        sink_put(sink, piece, sizeof piece);
    CHECK_INT(sink_status(sink, &diag), ST_IO);
    CHECK(strstr(diag.text, "reader") != NULL);
    sink_close(sink);
    close(fds[1]);
}

static void targets(void)
{
    struct sink *sink;
    struct diag diag;
    struct sink_options o = {.path = in_dir("there"), .fd = -1};
    NEED(sink_open(&o, &sink, &diag) == OK);
    sink_put_str(sink, STR_LIT("one"));
    CHECK_INT(sink_commit(sink, &diag), OK);
    sink_close(sink);
    CHECK_INT(sink_open(&o, &sink, &diag), ST_EXISTS);
    CHECK(strstr(diag.text, "there") != NULL);
    o.overwrite = true;
    NEED(sink_open(&o, &sink, &diag) == OK);
    sink_put_str(sink, STR_LIT("two"));
    sink_close(sink); /* not committed: the old one stays */
    struct str now = file_read(in_dir("there"));
    CHECK_STR(now, STR_LIT("one"));
    free((void *)(uintptr_t)now.p);
    o.path = in_dir("no-folder/x");
    CHECK_INT(sink_open(&o, &sink, &diag), ST_NOTFOUND);
    o.path = dir;
    CHECK_INT(sink_open(&o, &sink, &diag), ST_EXISTS);
    o.path = "/dev/null";
    CHECK_INT(sink_open(&o, &sink, &diag), ST_EXISTS);
}

/* Somebody takes the name while we write. */
static void taken_name(void)
{
    struct sink *sink;
    struct diag diag;
    struct sink_options o = {.path = in_dir("taken"), .fd = -1};
    NEED(sink_open(&o, &sink, &diag) == OK);
    sink_put_str(sink, STR_LIT("ours"));
    FILE *f = fopen(in_dir("taken"), "w");
    NEED(f && fputs("theirs", f) >= 0 && fclose(f) == 0);
    CHECK_INT(sink_commit(sink, &diag), ST_EXISTS);
    sink_close(sink);
    struct str now = file_read(in_dir("taken"));
    CHECK_STR(now, STR_LIT("theirs"));
    free((void *)(uintptr_t)now.p);
}

static void spooling(void)
{
    struct spool spool;
    spool_init(&spool, 100);
    for (int round = 0; round < 2; round++) {
        struct sink *sink = sink_to(in_dir("spooled"), -1);
        for (int i = 0; i < 50; i++)
            spool_put(&spool, "0123456789abcdefghij", 7 + (size_t)i % 13);
        spool_put(&spool, (char[300]){"long"}, 300);
        spool_put(&spool, "end", 3);
        CHECK(spool.fd >= 0);
        CHECK_INT(spool_give(&spool, sink, NULL), OK);
        CHECK_INT(sink_commit(sink, NULL), OK);
        sink_close(sink);
        struct str file = file_read(in_dir("spooled"));
        CHECK_INT(file.n, 303 + 50 * 7 + 13 * 12 / 2 * 3 + 55);
        CHECK(str_ends(file, STR_LIT("end")) && str_starts(file, STR_LIT("012345601234567")));
        free((void *)(uintptr_t)file.p);
    }
    spool_fini(&spool);
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/webkeep-zip-XXXXXX", tmp && *tmp ? tmp : P_tmpdir);
    NEED(mkdtemp(dir));
    signal(SIGPIPE, SIG_IGN);
    RUN(empty_archive);
    RUN(file_equals_pipe);
    RUN(made_entries);
    RUN(wrong_record);
    RUN(many_entries_through_a_pipe);
    RUN(borders_of_16_bits);
    RUN(full_disk);
    RUN(reader_leaves);
    RUN(targets);
    RUN(taken_name);
    RUN(spooling);
    CHECK_INT(clean_up(), 0);
    return check_report();
}
