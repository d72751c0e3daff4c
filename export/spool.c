/* SPDX-License-Identifier: Apache-2.0 */
/* spool.c: a buffer that overflows into an unnamed file in TMPDIR (else /var/tmp, which is on a disk more
 * often than /tmp). */
#include "export/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *folder(void)
{
    const char *dir = secure_getenv("TMPDIR");
    return dir && *dir ? dir : "/var/tmp";
}

void spool_init(struct spool *spool, size_t memory_bytes)
{
    *spool = (struct spool){.fd = -1, .memory_bytes = memory_bytes ? memory_bytes : SPOOL_MEMORY_BYTES};
    buf_init(&spool->memory, spool->memory_bytes);
}

void spool_fini(struct spool *spool)
{
    buf_fini(&spool->memory);
    if (spool->fd >= 0)
        close(spool->fd);
    spool->fd = -1;
}

/* Not every file system has files without a name; then one is made and its name removed at once. */
static int open_unnamed(void)
{
    int fd = open(folder(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    char name[4096];
    int n = snprintf(name, sizeof name, "%s/webkeep-XXXXXX", folder());
    if (n < 0 || (size_t)n >= sizeof name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static void to_file(struct spool *spool, const char *bytes, size_t n)
{
    if (spool->error || n == 0)
        return;
    if (spool->fd < 0 && (spool->fd = open_unnamed()) < 0) {
        spool->error = errno;
        return;
    }
    spool->error = write_whole(spool->fd, bytes, n, NULL);
    spool->file_bytes += n;
}

void spool_put(struct spool *spool, const void *bytes, size_t n)
{
    if (spool->error)
        return;
    if (n > spool->memory_bytes - spool->memory.n) {
        to_file(spool, spool->memory.p, spool->memory.n);
        buf_reset(&spool->memory);
        if (n > spool->memory_bytes) {
            to_file(spool, bytes, n);
            return;
        }
    }
    buf_put(&spool->memory, bytes, n);
    if (spool->memory.status != OK)
        spool->error = ENOMEM;
}

static void give_file(struct spool *spool, struct sink *sink)
{
    char piece[32768];
    for (uint64_t at = 0; at < spool->file_bytes && !spool->error;) {
        uint64_t left = spool->file_bytes - at;
        ssize_t n =
            pread(spool->fd, piece, left < sizeof piece ? (size_t)left : sizeof piece, (off_t)at);
        if (n > 0) {
            sink_put(sink, piece, (size_t)n);
            at += (uint64_t)n;
        } else if (n == 0 || errno != EINTR) {
            spool->error = n == 0 ? EIO : errno;
        }
    }
}

enum status spool_give(struct spool *spool, struct sink *sink, struct diag *ret_diag)
{
    if (spool->fd >= 0)
        give_file(spool, sink);
    sink_put_str(sink, buf_str(&spool->memory));
    buf_reset(&spool->memory);
    if (!spool->error && spool->fd >= 0 &&
        (ftruncate(spool->fd, 0) != 0 || lseek(spool->fd, 0, SEEK_SET) != 0))
        spool->error = errno;
    spool->file_bytes = 0;
    if (spool->error)
        return sink_trouble(folder(), spool->error, ret_diag);
    return sink_status(sink, ret_diag);
}
