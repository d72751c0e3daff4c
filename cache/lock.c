/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c: flock() with a text for the next one. */
#include "cache/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* lock_owner() holds a shared lock for a moment, which must not look like a writer: try this often. */
#define TRIES 6
#define TRY_EVERY_MS 20

struct owner {
    int pid;
    char command[LOCK_COMMAND_BYTES + 1];
};

static enum status open_lock(const char *dir, int flags, int *ret_fd)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", dir, LOCK_FILE);
    if (n < 0 || (size_t)n >= sizeof path) {
        errno = ENAMETOOLONG;
        return ST_INPUT;
    }
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno == ENOENT ? ST_NOTFOUND : ST_IO;
    *ret_fd = fd;
    return OK;
}

/* OK, ST_BUSY or ST_IO (errno says why). */
static enum status try_flock(int fd, int kind)
{
    int r;
    do
        r = flock(fd, kind | LOCK_NB);
    while (r != 0 && errno == EINTR);
    return r == 0 ? OK : errno == EWOULDBLOCK ? ST_BUSY : ST_IO;
}

static struct owner read_owner(int fd)
{
    struct owner owner = {0};
    char text[LOCK_COMMAND_BYTES + 32];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = 0;
    char *command = NULL;
    long pid = strtol(text, &command, 10);
    if (pid <= 0 || pid > INT_MAX || *command != '\n')
        return owner;
    owner.pid = (int)pid;
    command++;
    command[strcspn(command, "\n")] = 0;
    snprintf(owner.command, sizeof owner.command, "%.*s", LOCK_COMMAND_BYTES, command);
    return owner;
}

/* The lock counts without its text too (the disk may be full), so trouble here is no failure; but a text
 * that is there must be the holder's. */
static void write_owner(int fd, const char *command)
{
    char text[LOCK_COMMAND_BYTES + 32];
    int head = snprintf(text, sizeof text, "%d\n", (int)getpid());
    int n =
        head + snprintf(text + head, sizeof text - (size_t)head, "%.*s", LOCK_COMMAND_BYTES, command);
    for (char *p = text + head; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' ';
    text[n++] = '\n';
    bool emptied = ftruncate(fd, 0) == 0;
    if (emptied && pwrite(fd, text, (size_t)n, 0) != n)
        emptied = ftruncate(fd, 0) == 0;
}

static enum status tell_busy(const char *dir, int fd, struct diag *ret_diag)
{
    struct owner owner = read_owner(fd);
    if (!owner.pid)
        return diag_set(ret_diag, ST_BUSY,
                        "Another process is writing the data folder %s: wait until it has ended, or use "
                        "another data folder.",
                        dir);
    return diag_set(
        ret_diag, ST_BUSY,
        "Process %d (%s) is writing the data folder %s: wait until it has ended, stop it, or use "
        "another data folder.",
        owner.pid, owner.command, dir);
}

enum status lock_take(const char *dir, const char *command, int *ret_fd, struct diag *ret_diag)
{
    int fd = -1;
    enum status st = open_lock(dir, O_RDWR | O_CREAT, &fd);
    if (st != OK)
        return diag_set(ret_diag, st == ST_NOTFOUND ? ST_IO : st,
                        "The lock file %s/%s can't be opened: %s. Check the folder and its permissions.",
                        dir, LOCK_FILE, strerror(errno));
    st = try_flock(fd, LOCK_EX);
    for (int i = 1; st == ST_BUSY && i < TRIES; i++) {
        nanosleep(&(struct timespec){.tv_nsec = TRY_EVERY_MS * 1000000L}, NULL);
        st = try_flock(fd, LOCK_EX);
    }
    if (st == ST_BUSY)
        tell_busy(dir, fd, ret_diag);
    else if (st != OK)
        diag_set(ret_diag, st,
                 "The lock file %s/%s can't be locked: %s. Keep the data folder on a local file system.",
                 dir, LOCK_FILE, strerror(errno));
    if (st != OK) {
        close(fd);
        return st;
    }
    write_owner(fd, command);
    *ret_fd = fd;
    return OK;
}

void lock_release(int fd)
{
    /* Emptied first, so that a later look never shows who is gone; the kernel's lock is what counts. */
    if (ftruncate(fd, 0) != 0)
        errno = 0;
    close(fd);
}

enum status lock_owner(const char *dir, int *ret_pid, char *ret_command, size_t command_size)
{
    int fd = -1;
    enum status st = open_lock(dir, O_RDONLY, &fd);
    if (st != OK)
        return st;
    st = try_flock(fd, LOCK_SH);
    if (st == ST_BUSY) {
        struct owner owner = read_owner(fd);
        *ret_pid = owner.pid;
        snprintf(ret_command, command_size, "%s", owner.command);
    }
    close(fd);
    return st == OK ? ST_NOTFOUND : st == ST_BUSY ? OK : st;
}
