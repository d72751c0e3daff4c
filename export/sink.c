/* SPDX-License-Identifier: Apache-2.0 */
/* sink.c: a buffered writer over one descriptor, and the naming of a whole file.
 *
 * Invariant: until sink_commit() succeeds, nothing at options.path has changed. Every name is looked up in
 * dir_fd, so that a folder that is renamed meanwhile does not matter. */
#include "export/sink.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SINK_BUFFER_BYTES (128u << 10)

struct sink {
    int fd, dir_fd; /* dir_fd -1: the descriptor was given and is not ours */
    bool overwrite, committed;
    const atomic_bool *cancel;
    char temp[32];    /* the temporary name in dir_fd; empty: none there */
    char *path;       /* as given, for sentences */
    const char *name; /* its last part */
    uint64_t bytes;
    enum status status;
    struct diag diag;
    size_t n;
    char buffer[SINK_BUFFER_BYTES];
};

/* ---- writing ---- */

enum status sink_trouble(const char *path, int error, struct diag *ret_diag)
{
    errno = error; /* for %m */
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return diag_set(ret_diag, ST_FULL, "%s: %m. Free some space or choose another place.", path);
    case EFBIG:
        return diag_set(ret_diag, ST_FULL, "%s: the file system holds no file this large.", path);
    case EPIPE:
        return diag_set(ret_diag, ST_IO, "%s: the reader closed its end before everything was written.",
                        path);
    case EACCES:
    case EPERM:
    case EROFS:
        return diag_set(ret_diag, ST_DENIED, "%s: cannot be written: %m. Choose another place.", path);
    case ENOENT:
        return diag_set(ret_diag, ST_NOTFOUND,
                        "%s: the folder it belongs in does not exist. Make it first.", path);
    case EEXIST:
        return diag_set(ret_diag, ST_EXISTS,
                        "%s: exists already. Allow overwriting or choose another name.", path);
    case ENOMEM:
        return diag_set(ret_diag, ST_NOMEM, "%s: %m.", path);
    default:
        return diag_set(ret_diag, ST_IO, "%s: cannot be written: %m.", path);
    }
}

static bool is_set(const atomic_bool *cancel)
{
    return cancel && atomic_load_explicit(cancel, memory_order_relaxed);
}

int write_whole(int fd, const char *bytes, size_t n, const atomic_bool *cancel)
{
    while (n) {
        ssize_t done = write(fd, bytes, n);
        if (done >= 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            struct pollfd one = {.fd = fd, .events = POLLOUT};
            poll(&one, 1, 200);
        } else if (errno != EINTR) {
            return errno;
        }
        if (n && is_set(cancel))
            return ECANCELED;
    }
    return 0;
}

static void write_out(struct sink *sink, const char *bytes, size_t n)
{
    if (sink->status != OK || n == 0)
        return;
    int error = write_whole(sink->fd, bytes, n, sink->cancel);
    if (error == ECANCELED)
        sink->status = diag_set(&sink->diag, ST_CANCELLED, "%s: cancelled.", sink->path);
    else if (error)
        sink->status = sink_trouble(sink->path, error, &sink->diag);
}

static void flush(struct sink *sink)
{
    write_out(sink, sink->buffer, sink->n);
    sink->n = 0;
}

void sink_put(struct sink *sink, const void *bytes, size_t n)
{
    if (sink->status != OK || n == 0)
        return;
    sink->bytes += n;
    if (n > sizeof sink->buffer - sink->n)
        flush(sink);
    if (n > sizeof sink->buffer) {
        write_out(sink, bytes, n);
        return;
    }
    memcpy(sink->buffer + sink->n, bytes, n);
    sink->n += n;
}

uint64_t sink_bytes(const struct sink *sink)
{
    return sink->bytes;
}

enum status sink_status(const struct sink *sink, struct diag *ret_diag)
{
    if (sink->status != OK && ret_diag)
        *ret_diag = sink->diag;
    return sink->status;
}

/* ---- opening ---- */

/* ST_EXISTS when what stands at the path shall not, or can't, be replaced. */
static enum status judge_target(const struct sink *sink, struct diag *ret_diag)
{
    struct stat at;
    if (fstatat(sink->dir_fd, sink->name, &at, 0) != 0) {
        /* A link that leads nowhere is still something that stands there. */
        if (fstatat(sink->dir_fd, sink->name, &at, AT_SYMLINK_NOFOLLOW) != 0)
            return OK;
        return sink->overwrite ? OK : sink_trouble(sink->path, EEXIST, ret_diag);
    }
    if (S_ISDIR(at.st_mode))
        return diag_set(ret_diag, ST_EXISTS, "%s: is a folder. Name a file.", sink->path);
    if (!S_ISREG(at.st_mode))
        return diag_set(ret_diag, ST_EXISTS,
                        "%s: is no regular file, so it is not replaced. Use \"-\" and redirect.",
                        sink->path);
    return sink->overwrite ? OK : sink_trouble(sink->path, EEXIST, ret_diag);
}

static enum status make_temporary(struct sink *sink, struct diag *ret_diag)
{
    uint8_t bytes[8];
    char hex[17], temp[sizeof sink->temp];
    if (random_bytes(bytes, sizeof bytes) != OK)
        return diag_set(ret_diag, ST_INTERNAL, "%s: the system gives no random bytes.", sink->path);
    hex_encode(bytes, sizeof bytes, hex);
    snprintf(temp, sizeof temp, ".webkeep-%s.part", hex);
    sink->fd = openat(sink->dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (sink->fd < 0)
        return sink_trouble(sink->path, errno, ret_diag);
    memcpy(sink->temp, temp, sizeof temp);
    return OK;
}

static enum status open_file(struct sink *sink, struct diag *ret_diag)
{
    char *slash = strrchr(sink->path, '/');
    sink->name = slash ? slash + 1 : sink->path;
    if (!*sink->name)
        return diag_set(ret_diag, ST_INPUT, "\"%s\" names no file.", sink->path);
    struct str folder = slash ? str_make(sink->path, (size_t)(slash - sink->path)) : STR_LIT(".");
    if (slash == sink->path)
        folder = STR_LIT("/");
    char *dir = strndup(folder.p, folder.n);
    if (!dir)
        return ST_NOMEM;
    sink->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = errno;
    free(dir);
    if (sink->dir_fd < 0)
        return sink_trouble(sink->path, error, ret_diag);
    enum status st = judge_target(sink, ret_diag);
    return st != OK ? st : make_temporary(sink, ret_diag);
}

enum status sink_open(const struct sink_options *options, struct sink **ret_sink, struct diag *ret_diag)
{
    struct sink *sink = malloc(sizeof *sink);
    if (!sink)
        return ST_NOMEM;
    bool to_fd = strcmp(options->path, "-") == 0;
    /* Not an initialiser: it would clear the buffer too. */
    sink->fd = to_fd ? options->fd : -1;
    sink->dir_fd = -1;
    sink->overwrite = options->overwrite;
    sink->committed = false;
    sink->cancel = options->cancel;
    sink->temp[0] = 0;
    sink->path = strdup(to_fd ? "the output" : options->path);
    sink->name = NULL;
    sink->bytes = 0;
    sink->status = OK;
    sink->diag = (struct diag){0};
    sink->n = 0;
    enum status st = !sink->path ? ST_NOMEM : to_fd ? OK : open_file(sink, ret_diag);
    if (st != OK) {
        sink_close(sink);
        return st;
    }
    *ret_sink = sink;
    return OK;
}

/* ---- ending ---- */

/* Gives the whole file its name; without overwrite only if nothing has taken the name since. */
static int give_name(struct sink *sink)
{
    if (sink->overwrite)
        return renameat(sink->dir_fd, sink->temp, sink->dir_fd, sink->name) == 0 ? 0 : errno;
    if (renameat2(sink->dir_fd, sink->temp, sink->dir_fd, sink->name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    /* A file system without that flag: a second name is refused where one exists. */
    if (linkat(sink->dir_fd, sink->temp, sink->dir_fd, sink->name, 0) != 0)
        return errno;
    unlinkat(sink->dir_fd, sink->temp, 0);
    return 0;
}

enum status sink_commit(struct sink *sink, struct diag *ret_diag)
{
    must(!sink->committed);
    flush(sink);
    int error = 0;
    if (sink->status == OK && sink->temp[0]) {
        if (fsync(sink->fd) != 0)
            error = errno;
        else
            error = give_name(sink);
        if (error) {
            sink->status = sink_trouble(sink->path, error, &sink->diag);
        } else {
            sink->temp[0] = 0;
            /* The file is whole either way; some file systems can't sync a folder. */
            (void)fsync(sink->dir_fd);
        }
    }
    sink->committed = sink->status == OK;
    return sink_status(sink, ret_diag);
}

void sink_close(struct sink *sink)
{
    if (!sink)
        return;
    if (sink->temp[0])
        unlinkat(sink->dir_fd, sink->temp, 0);
    if (sink->dir_fd >= 0) {
        if (sink->fd >= 0)
            close(sink->fd);
        close(sink->dir_fd);
    }
    free(sink->path);
    free(sink);
}
