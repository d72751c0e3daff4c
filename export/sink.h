/* SPDX-License-Identifier: Apache-2.0 */
/* sink.h: where an export's bytes go: a file that appears under its name only when it is whole, or a
 * descriptor that is written forward only.
 *
 * A file is written under a temporary name beside its target, synced, and renamed by sink_commit(); without
 * a commit nothing of it stays. Failure is sticky, as in struct buf: after the first one writes do nothing,
 * and sink_status() has the sentence. A process that writes to pipes ignores SIGPIPE, else a reader that
 * leaves ends the process instead of the export. Threads: one owner. */
#ifndef WEBKEEP_EXPORT_SINK_H
#define WEBKEEP_EXPORT_SINK_H

#include "base/status.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdint.h>

struct sink;

struct sink_options {
    const char *path; /* the file to make; "-": fd */
    int fd;           /* stays open when the sink is closed */
    bool overwrite;
    const atomic_bool *cancel; /* may be NULL; looked at after each wait for a reader */
};

/* ST_EXISTS: something is at path and overwrite is not set, or it is no regular file (that is never
 * replaced). ST_NOTFOUND: its folder does not exist. ST_DENIED, ST_FULL, ST_IO; each with a sentence. */
enum status sink_open(const struct sink_options *options, struct sink **ret_sink,
                      struct diag *ret_diag) MUST_USE;

void sink_put(struct sink *sink, const void *bytes, size_t n);

static inline void sink_put_str(struct sink *sink, struct str s)
{
    sink_put(sink, s.p, s.n);
}

uint64_t sink_bytes(const struct sink *sink); /* put so far */

/* OK, or the first failure and its sentence: ST_FULL, ST_IO, ST_CANCELLED. */
enum status sink_status(const struct sink *sink, struct diag *ret_diag) MUST_USE;

/* Writes what is buffered; a file is synced and gets its name. ST_EXISTS: the name was taken meanwhile. */
enum status sink_commit(struct sink *sink, struct diag *ret_diag) MUST_USE;

/* Frees; what was not committed is removed. NULL is fine. */
void sink_close(struct sink *sink);

/* What errno means for somebody who writes to path: ST_FULL (disk, quota, largest file), ST_DENIED,
 * ST_NOTFOUND, ST_EXISTS or ST_IO, with a sentence. */
enum status sink_trouble(const char *path, int error, struct diag *ret_diag);

/* Writes everything, whatever the descriptor: errno's value, ECANCELED when cancel was set, or 0. */
int write_whole(int fd, const char *bytes, size_t n, const atomic_bool *cancel) MUST_USE;

#endif
