/* SPDX-License-Identifier: Apache-2.0 */
/* zip_large.c: an archive of more than 4 GiB, too slow for the suite.
 *
 *   zip_large           through a pipe; a reader of our own checks the end records and every central header
 *   zip_large FILE.zip  to a file, for `unzip -tq FILE.zip`
 *
 * One stream of noise is copied again and again; small entries before, between and after show that offsets
 * on both sides of 4 GiB are right. */
#include "export/zip.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LARGE 70u /* entries of 64 MiB */
#define LARGE_BYTES ((size_t)64 << 20)
#define TAIL_BYTES ((size_t)1 << 20)

struct reader {
    int fd;
    uint64_t bytes;
    char *tail; /* the last bytes, at most 2 * TAIL_BYTES */
    size_t tail_n;
};

static void *reader_main(void *user)
{
    struct reader *r = user;
    for (ssize_t n; (n = read(r->fd, r->tail + r->tail_n, TAIL_BYTES)) > 0;) {
        r->bytes += (uint64_t)n;
        r->tail_n += (size_t)n;
        if (r->tail_n > TAIL_BYTES) {
            memmove(r->tail, r->tail + r->tail_n - TAIL_BYTES, TAIL_BYTES);
            r->tail_n = TAIL_BYTES;
        }
    }
    return NULL;
}

static uint64_t le(const char *p, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)(unsigned char)p[i] << 8 * i;
    return v;
}

/* Each offset in the directory is that of the entry before plus its size. */
static bool directory_is_right(const char *p, uint64_t entries, uint64_t directory_at)
{
    uint64_t next = 0;
    for (uint64_t i = 0; i < entries; i++) {
        size_t name = le(p + 28, 2), extra = le(p + 30, 2);
        uint64_t at = le(p + 42, 4);
        if (memcmp(p, "PK\1\2", 4) != 0)
            return false;
        if (at == UINT32_MAX) {
            if (extra != 12 || le(p + 46 + name, 2) != 1 || le(p + 48 + name, 2) != 8)
                return false;
            at = le(p + 50 + name, 8);
        }
        if (at != next)
            return false;
        next = at + 30 + name + le(p + 20, 4);
        p += 46 + name + extra + le(p + 32, 2);
    }
    return next == directory_at;
}

static bool is_right(const struct reader *r, uint64_t entries)
{
    const char *end = r->tail + r->tail_n - 22, *end64 = end - 76;
    if (memcmp(end, "PK\5\6", 4) != 0 || memcmp(end - 20, "PK\6\7", 4) != 0 ||
        memcmp(end64, "PK\6\6", 4) != 0)
        return false;
    uint64_t bytes = le(end64 + 40, 8), at = le(end64 + 48, 8);
    return le(end64 + 32, 8) == entries && le(end - 12, 8) == r->bytes - 98 &&
           at + bytes == r->bytes - 98 && at > UINT32_MAX &&
           directory_is_right(end64 - bytes, entries, at);
}

static enum status put_all(struct zip *zip, const struct packed *packed, struct str stream)
{
    char name[32];
    static const struct packed nothing = {0, 2, 0};
    enum status st = OK;
    for (unsigned i = 0; i < LARGE && st == OK; i++) {
        snprintf(name, sizeof name, "small/%u", i);
        st = zip_put_packed(zip, str_of(name), 0, &nothing, STR_LIT("\3\0"));
        snprintf(name, sizeof name, "large/%u", i);
        if (st == OK)
            st = zip_put_packed(zip, str_of(name), 0, packed, stream);
    }
    if (st == OK)
        st = zip_begin(zip, STR_LIT("made"), 0, false);
    if (st == OK)
        st = zip_put(zip, STR_LIT("made"));
    if (st == OK)
        st = zip_end(zip);
    return st != OK ? st : zip_finish(zip);
}

static enum status write_archive(const char *path, int fd)
{
    struct buf noise, stream;
    struct packed packed;
    struct sink *sink = NULL;
    struct zip *zip = NULL;
    struct diag diag = {.text = ""};
    struct codec *codec = codec_create(1);
    buf_init(&noise, LARGE_BYTES);
    buf_init(&stream, 2 * LARGE_BYTES);
    uint64_t x = 88172645463325252u;
    while (noise.n < LARGE_BYTES && noise.status == OK) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        buf_put(&noise, &x, sizeof x);
    }
    enum status st = codec ? codec_deflate(codec, buf_str(&noise), &stream, &packed) : ST_NOMEM;
    struct sink_options to = {.path = path, .fd = fd, .overwrite = true};
    if (st == OK)
        st = sink_open(&to, &sink, &diag);
    if (st == OK)
        st = zip_create(sink, &zip);
    if (st == OK)
        st = put_all(zip, &packed, buf_str(&stream));
    if (st == OK)
        st = sink_commit(sink, &diag);
    if (st != OK)
        fprintf(stderr, "%s %s\n", status_text(st), diag.text);
    zip_destroy(zip);
    sink_close(sink);
    codec_destroy(codec);
    buf_fini(&noise);
    buf_fini(&stream);
    return st;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return write_archive(argv[1], -1) == OK ? 0 : 1;
    int fds[2];
    pthread_t thread;
    struct reader r = {.tail = malloc(2 * TAIL_BYTES)};
    if (!r.tail || pipe(fds) != 0)
        return 1;
    r.fd = fds[0];
    if (pthread_create(&thread, NULL, reader_main, &r) != 0)
        return 1;
    enum status st = write_archive("-", fds[1]);
    close(fds[1]);
    pthread_join(thread, NULL);
    bool right = st == OK && is_right(&r, 2 * LARGE + 1);
    printf("%llu bytes, %s\n", (unsigned long long)r.bytes, right ? "right" : "WRONG");
    free(r.tail);
    return right ? 0 : 1;
}
