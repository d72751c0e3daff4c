/* SPDX-License-Identifier: Apache-2.0 */
/* draw.h: where the fuzzers' choices come from: bytes that are given, or pseudo-random numbers.
 *
 * The grammar (soup.h) does not know which: libFuzzer's bytes make the same page again, and a seed makes the
 * same row of pages on every machine. Threads: one owner. */
#ifndef WEBKEEP_TESTS_FUZZ_DRAW_H
#define WEBKEEP_TESTS_FUZZ_DRAW_H

#include <stdbool.h>
#include <stdint.h>

struct draw {
    const uint8_t *p, *end; /* given bytes; NULL: there are none, numbers are made from state */
    uint64_t state;
};

static inline struct draw draw_of_seed(uint64_t seed)
{
    return (struct draw){.state = seed};
}

static inline struct draw draw_of_bytes(const uint8_t *bytes, size_t n)
{
    return (struct draw){.p = bytes, .end = bytes + n};
}

/* Of given bytes only: none are left. */
static inline bool draw_is_over(const struct draw *d)
{
    return d->p == d->end;
}

/* A number below n, which is 1 to 65,536. Behind the last given byte: 0. */
static inline uint32_t draw(struct draw *d, uint32_t n)
{
    uint64_t z = 0;
    if (!d->end) { /* SplitMix64 (Steele, Lea, Flood 2014) */
        z = d->state += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        return (uint32_t)((z >> 32) % n);
    }
    for (int i = n > 256 ? 2 : 1; i > 0 && d->p < d->end; i--)
        z = z << 8 | *d->p++;
    return (uint32_t)(z % n);
}

#endif
