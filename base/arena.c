/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c: bump allocation in a list of chunks; chunks are kept across resets up to a bound. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ALIGN 16u

struct arena_chunk {
    struct arena_chunk *next;
    size_t cap, used;
    _Alignas(ALIGN) char bytes[];
};

void arena_init(struct arena *a, size_t limit_bytes, size_t chunk_bytes)
{
    *a = (struct arena){.limit_bytes = limit_bytes, .chunk_bytes = chunk_bytes};
}

void arena_fini(struct arena *a)
{
    while (a->first) {
        struct arena_chunk *next = a->first->next;
        free(a->first);
        a->first = next;
    }
    arena_init(a, a->limit_bytes, a->chunk_bytes);
}

void arena_reset(struct arena *a, size_t keep_bytes)
{
    size_t kept = 0;
    struct arena_chunk **at = &a->first;
    while (*at) {
        struct arena_chunk *c = *at;
        if (kept + c->cap > keep_bytes) {
            *at = c->next;
            free(c);
            continue;
        }
        kept += c->cap;
        c->used = 0;
        at = &c->next;
    }
    a->now = a->first;
    a->used_bytes = 0;
    a->status = OK;
}

/* The next kept chunk with room, or a new one behind the present. */
static struct arena_chunk *chunk_for(struct arena *a, size_t n)
{
    while (a->now && a->now->next) {
        a->now = a->now->next;
        if (a->now->cap >= n)
            return a->now;
    }
    size_t cap = n > a->chunk_bytes ? n : a->chunk_bytes;
    struct arena_chunk *c = malloc(sizeof *c + cap);
    if (!c) {
        a->status = ST_NOMEM;
        return NULL;
    }
    *c = (struct arena_chunk){.cap = cap};
    if (a->now)
        a->now->next = c;
    else
        a->first = c;
    a->now = c;
    return c;
}

void *arena_alloc(struct arena *a, size_t n_bytes)
{
    if (n_bytes > a->limit_bytes || n_bytes > SIZE_MAX / 2 || a->status != OK) {
        a->status = a->status != OK ? a->status : ST_LIMIT;
        return NULL;
    }
    size_t n = (n_bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (n > a->limit_bytes - a->used_bytes) {
        a->status = ST_LIMIT;
        return NULL;
    }
    struct arena_chunk *c = a->now;
    if (!c || c->cap - c->used < n) {
        c = chunk_for(a, n);
        if (!c)
            return NULL;
    }
    void *p = c->bytes + c->used;
    c->used += n;
    a->used_bytes += n;
    return p;
}

void *arena_zalloc(struct arena *a, size_t n_bytes)
{
    void *p = arena_alloc(a, n_bytes);
    return p ? memset(p, 0, n_bytes) : NULL;
}

struct str arena_str(struct arena *a, struct str s)
{
    char *p = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;
    if (!p)
        return STR_NONE;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return str_make(p, s.n);
}

struct str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return p ? str_make(p, (size_t)n) : STR_NONE;
}
