/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c: growth by doubling, bounded by the maximum given at init. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){.max = max_bytes};
}

void buf_fini(struct buf *b)
{
    free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->status = OK;
}

void buf_shrink(struct buf *b, size_t keep_bytes)
{
    if (b->cap > keep_bytes)
        buf_fini(b);
    buf_reset(b);
}

static bool grow(struct buf *b, size_t need)
{
    if (b->status != OK)
        return false;
    if (need > b->max) {
        b->status = ST_LIMIT;
        return false;
    }
    /* The capacity never passes the maximum: buf_putc() looks at nothing else. */
    size_t cap = b->cap ? b->cap : 256;
    while (cap < need && cap <= b->max / 2)
        cap *= 2;
    if (cap < need || cap > b->max)
        cap = b->max;
    char *p = realloc(b->p, cap + BUF_PAD);
    if (!p) {
        b->status = ST_NOMEM;
        return false;
    }
    b->p = p;
    b->cap = cap;
    return true;
}

char *buf_room_more(struct buf *b, size_t n)
{
    if (b->status != OK || n > b->max - b->n) {
        if (b->status == OK)
            b->status = ST_LIMIT;
        return NULL;
    }
    if ((!b->p || n > b->cap - b->n) && !grow(b, b->n + n))
        return NULL;
    return b->p + b->n;
}

void buf_put(struct buf *b, const void *bytes, size_t n)
{
    if (n == 0)
        return;
    char *to = buf_room(b, n);
    if (to) {
        memcpy(to, bytes, n);
        b->n += n;
    }
}

void buf_puts(struct buf *b, const char *z)
{
    buf_put(b, z, strlen(z));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    char small[512];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof small) {
        buf_put(b, small, (size_t)n);
    } else if (n > 0) {
        char *to = buf_room(b, (size_t)n);
        if (to) { /* the NUL goes into the padding */
            vsnprintf(to, (size_t)n + 1, format, again);
            b->n += (size_t)n;
        }
    }
    va_end(again);
}

bool buf_terminate(struct buf *b)
{
    if (!b->p && !grow(b, 0))
        return false;
    memset(b->p + b->n, 0, BUF_PAD);
    return true;
}
