/* SPDX-License-Identifier: Apache-2.0 */
/* repack.h: packs the bodies of finished jobs smaller, when there is time for it.
 *
 * A crawl packs pages quickly (codec.level); this brings them to a higher level later. A body is the bundle
 * of a page: its id is the hash of its content, so nothing that points to it changes, and neither does what
 * it unpacks to. Each bundle remembers its level (format.h): that is where the job stands, so a run that was
 * stopped or killed at any moment goes on by skipping what is done. A body that does not get smaller keeps
 * its streams and is given the level all the same.
 *
 * Reading, packing and writing are apart: a read transaction lasts as long as one body is copied, packing
 * needs none, and the writer gets batches of about REPACK_BATCH_BYTES, in whose transaction each body must
 * still be as it was read, else it is left alone (it was deleted, or replaced by somebody else). What is
 * written was unpacked again before, and its SHA-256 was right: damage is never packed anew. At the end the
 * disk gets back what is free in the file (trim.h).
 *
 * Not here: rows of extractions, which are small, and when to run (the caller's). Memory: the largest body
 * three times, and a batch. Threads: any but the writer's; one run at a time is enough. */
#ifndef WEBKEEP_CACHE_REPACK_H
#define WEBKEEP_CACHE_REPACK_H

#include "cache/writer.h"

#define REPACK_BATCH_BYTES ((size_t)1 << 20)

struct repack_options {
    unsigned level;           /* 1 to BUNDLE_LEVEL_MAX */
    const struct id128 *jobs; /* only these; NULL: all */
    size_t n_jobs;
    bool (*should_stop)(void *context); /* asked before each body; may be NULL */
    void *context;
};

struct repack_report {
    uint64_t skipped;  /* pages whose body has the level already, or a higher one */
    uint64_t bodies;   /* looked at: the sum of the next four */
    uint64_t repacked; /* smaller now */
    uint64_t kept;     /* not smaller at this level: streams as before */
    uint64_t changed;  /* deleted or replaced while they were packed: nothing was written */
    uint64_t damaged;  /* do not unpack to what they should (store_check() says which) */
    uint64_t bytes_before, bytes_after; /* packed, of those repacked and kept */
    uint64_t disk_before, disk_after;   /* what the store's file takes on disk (trim.h), when it ends */
};

/* Looks at every page of the finished jobs (not queued, running or being deleted) and counts in *report, which is
 * right at any moment, also when it ends early: bodies count when they are committed.
 * ST_CANCELLED: should_stop() said so, and what was packed by then is committed; or writer_stop() was called.
 * ST_CORRUPT: a table can't be walked. ST_NOMEM, ST_BUSY (too many readers), ST_FULL, ST_IO. */
enum status repack_run(struct store *store, struct writer *writer, const struct repack_options *options,
                       struct repack_report *report) MUST_USE;

#endif
