/* SPDX-License-Identifier: Apache-2.0 */
/* buf.h: owned bytes that grow up to a maximum named at init.
 *
 * Failure is sticky: past the maximum, or without memory, `status` turns ST_LIMIT or ST_NOMEM and further
 * writes do nothing, so a writer checks once, at its end. Invariant: `p` is followed by BUF_PAD zero bytes
 * whenever buf_terminate() was the last call; elsewhere the bytes after n are undefined.
 * Threads: none of its own; one owner at a time. */
#ifndef WEBKEEP_BASE_BUF_H
#define WEBKEEP_BASE_BUF_H

#include "base/status.h"
#include "base/str.h"

#include <stdint.h>

#define BUF_PAD 32

struct buf {
    char *p;
    size_t n, cap, max;
    enum status status;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_fini(struct buf *b);  /* frees; the buffer may be initialised again */
void buf_reset(struct buf *b); /* empties, keeps the memory, clears the status */
/* As buf_reset, and gives memory above keep_bytes back. */
void buf_shrink(struct buf *b, size_t keep_bytes);

void buf_put(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, const char *z);
void buf_printf(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
/* Room for n more bytes at b->p + b->n, or NULL (status set); the caller adds to b->n what it wrote. */
char *buf_room_more(struct buf *b, size_t n); /* the same, where the memory at hand does not do */
static inline char *buf_room(struct buf *b, size_t n)
{
    return b->p && n <= b->cap - b->n && b->status == OK ? b->p + b->n : buf_room_more(b, n);
}

/* Puts BUF_PAD zero bytes behind the content without counting them; false when that failed. */
bool buf_terminate(struct buf *b);

static inline void buf_putc(struct buf *b, char c)
{
    if (b->n < b->cap && b->status == OK)
        b->p[b->n++] = c;
    else
        buf_put(b, &c, 1);
}

static inline void buf_put_str(struct buf *b, struct str s)
{
    buf_put(b, s.p, s.n);
}

/* The content; valid until the buffer is changed. */
static inline struct str buf_str(const struct buf *b)
{
    return str_make(b->p ? b->p : "", b->n);
}

#endif
