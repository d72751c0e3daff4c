/* SPDX-License-Identifier: Apache-2.0 */
/* spool.h: bytes that are held back until they may go out: the first few megabytes in memory, the rest in a
 * temporary file without a name, which the system removes whatever happens to the process.
 * Failure is sticky; spool_give() tells it. Threads: one owner. */
#ifndef WEBKEEP_EXPORT_SPOOL_H
#define WEBKEEP_EXPORT_SPOOL_H

#include "base/buf.h"
#include "export/sink.h"

#define SPOOL_MEMORY_BYTES ((size_t)4 << 20)

struct spool {
    struct buf memory; /* what came last; what came before is in the file */
    size_t memory_bytes;
    int fd; /* -1: everything fitted in memory so far */
    uint64_t file_bytes;
    int error; /* errno of the first failure */
};

/* memory_bytes: kept in memory; 0 means SPOOL_MEMORY_BYTES. */
void spool_init(struct spool *spool, size_t memory_bytes);
void spool_fini(struct spool *spool);
void spool_put(struct spool *spool, const void *bytes, size_t n);
/* Puts everything into sink and is empty again. */
enum status spool_give(struct spool *spool, struct sink *sink, struct diag *ret_diag) MUST_USE;

#endif
