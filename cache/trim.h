/* SPDX-License-Identifier: Apache-2.0 */
/* trim.h: gives the disk back what the store does not use.
 *
 * LMDB's file never gets shorter: pages that were freed are kept for later writes. Trimming makes holes of
 * them: the file's length stays, the blocks below are the file system's again (du shows it, ls does not), and
 * are allocated anew when the pages are written. Nothing that the store holds is moved or written. */
#ifndef WEBKEEP_CACHE_TRIM_H
#define WEBKEEP_CACHE_TRIM_H

#include "cache/store.h"

/* Of a store that was opened for writing. Works in short steps, between which the writer writes; beside any
 * number of readers, also of other processes, whose pages are spared. Threads: any but the writer's, without
 * a read transaction of its own. OK also where the file system can't make holes. ST_NOMEM, ST_BUSY, ST_FULL, ST_IO. */
enum status store_trim(struct store *store) MUST_USE;

/* Bytes that the store's file takes on disk; 0 when nobody knows. */
uint64_t store_disk_bytes(struct store *store);

#endif
