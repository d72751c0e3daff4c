/* SPDX-License-Identifier: Apache-2.0 */
/* arena.h: memory that is given back all at once.
 *
 * A page arena travels with its page; a scratch arena belongs to a worker and is reset after each page.
 * Each has a limit in bytes; past it (or without memory) arena_alloc() returns NULL and `status` says why,
 * sticky until reset. Memory is aligned to 16 bytes and not cleared. Threads: one owner at a time. */
#ifndef WEBKEEP_BASE_ARENA_H
#define WEBKEEP_BASE_ARENA_H

#include "base/status.h"
#include "base/str.h"

struct arena_chunk;

struct arena {
    struct arena_chunk *first, *now;
    size_t used_bytes;  /* given out since the last reset, with padding */
    size_t limit_bytes; /* the most that may be given out */
    size_t chunk_bytes; /* the size of an ordinary chunk */
    enum status status;
};

void arena_init(struct arena *a, size_t limit_bytes, size_t chunk_bytes);
void arena_fini(struct arena *a);
/* Forgets everything given out; chunks up to keep_bytes in all are kept for the next round. */
void arena_reset(struct arena *a, size_t keep_bytes);

void *arena_alloc(struct arena *a, size_t n_bytes) MUST_USE;
void *arena_zalloc(struct arena *a, size_t n_bytes) MUST_USE; /* cleared */
/* A copy with a NUL behind it that n does not count; {NULL, 0} when there is no room. */
struct str arena_str(struct arena *a, struct str s) MUST_USE;
struct str arena_printf(struct arena *a, const char *format, ...) PRINTF_LIKE(2, 3) MUST_USE;

#define ARENA_NEW(a, type) ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_zalloc((a), sizeof(type) * (count)))

#endif
