/* SPDX-License-Identifier: Apache-2.0 */
/* folder.c: writes below a descriptor of the staging folder, part by part with O_NOFOLLOW.
 *
 * Invariant: until folder_commit() nothing in the target but the staging folder is new. */
#include "export/folder.h"

#include "base/hash.h"
#include "export/sink.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define PATH_MAX_BYTES 65536

struct folder {
    char *path;            /* the target, no '/' at its end */
    char *staging;         /* path of the staging folder; NULL: none, or it became the target */
    bool overwrite, merge; /* merge: the target existed, staging is inside it */
    int staging_fd;
    int file_fd; /* the file that is being written, or -1 */
    uint64_t bytes;
    struct buf name; /* of that file */
};

/* ---- opening ---- */

static char *copy_path(const char *path)
{
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return strndup(path, n);
}

static bool is_empty(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    bool empty = true;
    for (struct dirent *e; empty && (e = readdir(dir));)
        empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    closedir(dir);
    return empty;
}

static enum status judge_target(struct folder *folder, struct diag *ret_diag)
{
    struct stat at;
    if (stat(folder->path, &at) != 0) {
        if (lstat(folder->path, &at) == 0)
            return diag_set(ret_diag, ST_EXISTS, "%s: is a link that leads nowhere. Remove it first.",
                            folder->path);
        return OK;
    }
    if (!S_ISDIR(at.st_mode))
        return diag_set(ret_diag, ST_EXISTS, "%s: is no folder. Choose another name.", folder->path);
    if (!folder->overwrite && !is_empty(folder->path))
        return diag_set(ret_diag, ST_EXISTS,
                        "%s: is a folder that is not empty. Allow overwriting or choose another one.",
                        folder->path);
    folder->merge = true;
    return OK;
}

static enum status make_staging(struct folder *folder, struct diag *ret_diag)
{
    uint8_t bytes[8];
    char hex[17], *staging;
    if (random_bytes(bytes, sizeof bytes) != OK)
        return diag_set(ret_diag, ST_INTERNAL, "%s: the system gives no random bytes.", folder->path);
    hex_encode(bytes, sizeof bytes, hex);
    const char *slash = strrchr(folder->path, '/');
    int parent = folder->merge ? (int)strlen(folder->path) : slash ? (int)(slash - folder->path) : 0;
    const char *between = folder->merge || slash ? "/" : "";
    if (asprintf(&staging, "%.*s%s.webkeep-%s", parent, folder->path, between, hex) < 0)
        return ST_NOMEM;
    if (mkdir(staging, 0777) != 0) {
        int error = errno;
        free(staging);
        return sink_trouble(folder->path, error, ret_diag);
    }
    folder->staging = staging;
    folder->staging_fd = open(staging, FOLDER_FLAGS);
    return folder->staging_fd < 0 ? sink_trouble(folder->path, errno, ret_diag) : OK;
}

enum status folder_open(const char *path, bool overwrite, struct folder **ret_folder,
                        struct diag *ret_diag)
{
    struct folder *folder = calloc(1, sizeof *folder);
    if (!folder)
        return ST_NOMEM;
    folder->overwrite = overwrite;
    folder->staging_fd = folder->file_fd = -1;
    folder->path = copy_path(path);
    buf_init(&folder->name, PATH_MAX_BYTES);
    enum status st = !folder->path ? ST_NOMEM : judge_target(folder, ret_diag);
    if (st == OK)
        st = make_staging(folder, ret_diag);
    if (st != OK) {
        folder_close(folder);
        return st;
    }
    *ret_folder = folder;
    return OK;
}

/* ---- files ---- */

/* Opens the folder that `name` (changed meanwhile, and back) lies in, below root; missing ones are made.
 * The descriptor, or -1 with errno; *ret_last: the file's own part. */
static int open_parent(int root, char *name, char **ret_last)
{
    int at = fcntl(root, F_DUPFD_CLOEXEC, 3);
    char *part = name;
    for (char *slash; at >= 0 && (slash = strchr(part, '/')); part = slash + 1) {
        *slash = 0;
        int next = mkdirat(at, part, 0777) == 0 || errno == EEXIST ? openat(at, part, FOLDER_FLAGS) : -1;
        int error = errno;
        close(at);
        *slash = '/';
        at = next;
        errno = error;
    }
    *ret_last = part;
    return at;
}

static enum status file_trouble(const struct folder *folder, const char *name, int error,
                                struct diag *ret_diag)
{
    char path[400];
    snprintf(path, sizeof path, "%.180s/%.180s", folder->path, name);
    if (error == ENOTDIR || error == ELOOP)
        return diag_set(ret_diag, ST_EXISTS,
                        "%s: a file or link stands where a folder is needed. Remove it.", path);
    if (error == EISDIR)
        return diag_set(ret_diag, ST_EXISTS, "%s: a folder stands where a file is needed. Remove it.",
                        path);
    return sink_trouble(path, error, ret_diag);
}

enum status folder_begin(struct folder *folder, struct str name, struct diag *ret_diag)
{
    char *last;
    must(folder->file_fd < 0 && name.n > 0 && name.p[0] != '/');
    buf_reset(&folder->name);
    buf_put_str(&folder->name, name);
    if (!buf_terminate(&folder->name))
        return ST_NOMEM;
    int parent = open_parent(folder->staging_fd, folder->name.p, &last);
    if (parent < 0)
        return file_trouble(folder, folder->name.p, errno, ret_diag);
    folder->file_fd = openat(parent, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    int error = errno;
    close(parent);
    return folder->file_fd < 0 ? file_trouble(folder, folder->name.p, error, ret_diag) : OK;
}

enum status folder_put(struct folder *folder, struct str bytes, struct diag *ret_diag)
{
    int error = write_whole(folder->file_fd, bytes.p, bytes.n, NULL);
    folder->bytes += bytes.n;
    return error ? file_trouble(folder, folder->name.p, error, ret_diag) : OK;
}

enum status folder_end(struct folder *folder, struct diag *ret_diag)
{
    int rc = close(folder->file_fd);
    folder->file_fd = -1;
    return rc != 0 ? file_trouble(folder, folder->name.p, errno, ret_diag) : OK;
}

uint64_t folder_bytes(const struct folder *folder)
{
    return folder->bytes;
}

/* ---- the end ---- */

/* Gives a staged file its place below the target. 0 or errno. */
static int move_file(struct folder *folder, int target, const char *from, char *name)
{
    char *last;
    int parent = open_parent(target, name, &last);
    if (parent < 0)
        return errno;
    unsigned flags = folder->overwrite ? 0 : RENAME_NOREPLACE;
    int rc = renameat2(AT_FDCWD, from, parent, last, flags);
    if (rc != 0 && errno == EINVAL) /* a file system that does not know the flag */
        rc = renameat(AT_FDCWD, from, parent, last);
    int error = rc == 0 ? 0 : errno;
    close(parent);
    return error;
}

/* Walks the staging folder: moves its files into target (-1: removes them) and removes its folders. */
static enum status empty_staging(struct folder *folder, int target, struct diag *ret_diag)
{
    char *const roots[] = {folder->staging, NULL};
    size_t prefix = strlen(folder->staging) + 1;
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    enum status st = OK;
    if (!walk)
        return sink_trouble(folder->path, errno, ret_diag);
    for (FTSENT *e; st == OK && (e = fts_read(walk));) {
        int error = 0;
        if (e->fts_info == FTS_D)
            continue;
        if (e->fts_info == FTS_DP)
            error = rmdir(e->fts_path) == 0 ? 0 : errno;
        else if (e->fts_info == FTS_F && target >= 0)
            error = move_file(folder, target, e->fts_path, e->fts_path + prefix);
        else if (target < 0)
            error = unlink(e->fts_path) == 0 ? 0 : errno;
        else
            error = e->fts_errno ? e->fts_errno : EIO;
        if (error && target >= 0)
            st = file_trouble(folder, e->fts_pathlen >= prefix ? e->fts_path + prefix : "", error,
                              ret_diag);
    }
    fts_close(walk);
    return st;
}

static enum status merge(struct folder *folder, struct diag *ret_diag)
{
    /* The target itself may be a link of the caller's; only what lies below it is not trusted. */
    int target = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (target < 0)
        return sink_trouble(folder->path, errno, ret_diag);
    enum status st = empty_staging(folder, target, ret_diag);
    close(target);
    return st;
}

static enum status rename_whole(struct folder *folder, struct diag *ret_diag)
{
    int rc = renameat2(AT_FDCWD, folder->staging, AT_FDCWD, folder->path, RENAME_NOREPLACE);
    if (rc != 0 && errno == EINVAL)
        rc = rename(folder->staging, folder->path); /* a folder only ever replaces an empty one */
    return rc != 0 ? sink_trouble(folder->path, errno, ret_diag) : OK;
}

enum status folder_commit(struct folder *folder, struct diag *ret_diag)
{
    must(folder->staging && folder->file_fd < 0);
    /* One sync for thousands of files. */
    if (syncfs(folder->staging_fd) != 0)
        return sink_trouble(folder->path, errno, ret_diag);
    enum status st = folder->merge ? merge(folder, ret_diag) : rename_whole(folder, ret_diag);
    if (st == OK) {
        free(folder->staging);
        folder->staging = NULL;
    }
    return st;
}

void folder_close(struct folder *folder)
{
    if (!folder)
        return;
    if (folder->file_fd >= 0)
        close(folder->file_fd);
    if (folder->staging) {
        enum status st = empty_staging(folder, -1, NULL);
        (void)st; /* nobody is left to be told */
    }
    if (folder->staging_fd >= 0)
        close(folder->staging_fd);
    buf_fini(&folder->name);
    free(folder->staging);
    free(folder->path);
    free(folder);
}
