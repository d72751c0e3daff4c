/* SPDX-License-Identifier: Apache-2.0 */
/* zip_reader.h: a strict reader of whole archives in memory, written from APPNOTE for the tests alone: it
 * finds the central directory by the end records, compares every entry with its local header, wants the
 * entries to lie without gaps, and inflates what it is asked for. */
#ifndef WEBKEEP_TESTS_ZIP_READER_H
#define WEBKEEP_TESTS_ZIP_READER_H

#include "base/codec.h"
#include "tests/check.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

struct zip_entry {
    struct str name, stream;
    struct packed packed;
    uint32_t time;
    uint64_t at; /* of its local header */
    uint64_t end;
    unsigned flags;
};

struct zip_view {
    struct str bytes;
    uint64_t entries, directory_at, directory_bytes;
    bool zip64;
};

static inline uint64_t le(const char *p, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++)
        v |= (uint64_t)(unsigned char)p[i] << 8 * i;
    return v;
}

static inline struct zip_view zip_view_open(struct str bytes)
{
    struct zip_view v = {.bytes = bytes};
    NEED(bytes.n >= 22);
    const char *end = bytes.p + bytes.n - 22;
    NEED(memcmp(end, "PK\5\6", 4) == 0 && le(end + 20, 2) == 0);
    v.entries = le(end + 10, 2);
    v.directory_bytes = le(end + 12, 4);
    v.directory_at = le(end + 16, 4);
    if (bytes.n >= 98 && memcmp(end - 20, "PK\6\7", 4) == 0) {
        uint64_t at = le(end - 12, 8);
        NEED(at == bytes.n - 98 && memcmp(bytes.p + at, "PK\6\6", 4) == 0);
        v.zip64 = true;
        v.entries = le(bytes.p + at + 32, 8);
        v.directory_bytes = le(bytes.p + at + 40, 8);
        v.directory_at = le(bytes.p + at + 48, 8);
        CHECK_INT(le(bytes.p + at + 24, 8), v.entries);
    }
    CHECK_INT(v.directory_at + v.directory_bytes + (v.zip64 ? 98 : 22), bytes.n);
    return v;
}

/* Reads the entry whose central header stands at *at, and moves on. */
static inline struct zip_entry zip_view_next(const struct zip_view *v, uint64_t *at)
{
    const char *c = v->bytes.p + *at;
    NEED(*at + 46 <= v->bytes.n && memcmp(c, "PK\1\2", 4) == 0);
    size_t name = le(c + 28, 2), extra = le(c + 30, 2), comment = le(c + 32, 2);
    struct zip_entry e = {
        .name = str_make(c + 46, name),
        .packed = {le(c + 24, 4), le(c + 20, 4), (uint32_t)le(c + 16, 4)},
        .time = (uint32_t)le(c + 12, 4),
        .at = le(c + 42, 4),
        .flags = (unsigned)le(c + 8, 2),
    };
    const char *l = v->bytes.p + e.at;
    NEED(e.at + 30 < v->bytes.n && memcmp(l, "PK\3\4", 4) == 0);
    NEED(le(l + 26, 2) == name && memcmp(l + 30, e.name.p, name) == 0);
    NEED(le(l + 6, 2) == e.flags && le(l + 8, 2) == le(c + 10, 2) && le(l + 10, 4) == e.time);
    uint64_t local_extra = le(l + 28, 2), packed = le(l + 18, 4), raw = le(l + 22, 4);
    if (raw == UINT32_MAX || packed == UINT32_MAX) {
        const char *x = l + 30 + name;
        NEED(local_extra == 20 && le(x, 2) == 1 && le(x + 2, 2) == 16);
        raw = le(x + 4, 8);
        packed = le(x + 12, 8);
    }
    NEED(le(l + 14, 4) == e.packed.crc32 && packed == e.packed.packed_bytes &&
         raw == e.packed.raw_bytes);
    NEED((e.flags & 8) == 0);
    e.stream = str_make(l + 30 + name + local_extra, e.packed.packed_bytes);
    e.end = (uint64_t)(e.stream.p + e.stream.n - v->bytes.p);
    *at += 46 + name + extra + comment;
    return e;
}

/* The entry of that name; false: there is none. */
static inline bool zip_view_find(const struct zip_view *v, const char *name, struct zip_entry *ret_entry)
{
    uint64_t at = v->directory_at;
    for (uint64_t i = 0; i < v->entries; i++) {
        struct zip_entry e = zip_view_next(v, &at);
        if (str_is(e.name, name)) {
            *ret_entry = e;
            return true;
        }
    }
    return false;
}

/* The content of an entry into out. */
static inline bool zip_view_read(const struct zip_view *v, const char *name, struct buf *out)
{
    struct zip_entry e;
    struct codec *codec = codec_create(1);
    buf_reset(out);
    bool ok =
        codec && zip_view_find(v, name, &e) && codec_inflate(codec, e.stream, &e.packed, out) == OK;
    codec_destroy(codec);
    return ok;
}

static inline struct str file_read(const char *path)
{
    FILE *f = fopen(path, "rb");
    NEED(f && fseek(f, 0, SEEK_END) == 0);
    long n = ftell(f);
    rewind(f);
    char *p = malloc((size_t)n + 1);
    NEED(n >= 0 && p && fread(p, 1, (size_t)n, f) == (size_t)n);
    fclose(f);
    return str_make(p, (size_t)n);
}

/* `unzip -tq` says the archive is whole; also true when this machine has no unzip. */
static inline bool unzip_accepts(const char *path)
{
    extern char **environ;
    char *const argv[] = {(char[]){"unzip"}, (char[]){"-tqq"}, (char *)(uintptr_t)path, NULL};
    posix_spawn_file_actions_t quiet;
    pid_t pid;
    int status = 0;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    int rc = posix_spawnp(&pid, "unzip", &quiet, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (rc != 0)
        return true;
    NEED(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 127);
}

#endif
