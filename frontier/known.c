/* SPDX-License-Identifier: Apache-2.0 */
/* known.c: a direct-mapped table of 128-bit ids in relaxed atomics. */
#include "frontier/known.h"

#include <stdatomic.h>
#include <stdlib.h>

struct slot {
    _Atomic uint64_t high, low;
};

struct known {
    size_t mask;
    struct slot slots[];
};

struct known *known_create(size_t slots)
{
    must(slots && (slots & (slots - 1)) == 0);
    struct known *known = calloc(1, sizeof *known + slots * sizeof(struct slot));
    if (known)
        known->mask = slots - 1;
    return known;
}

void known_destroy(struct known *known)
{
    free(known);
}

static void words_of(struct id128 id, uint64_t *high, uint64_t *low)
{
    memcpy(high, id.b, 8);
    memcpy(low, id.b + 8, 8);
}

void known_add(struct known *known, struct id128 id)
{
    uint64_t high, low;
    words_of(id, &high, &low);
    struct slot *slot = &known->slots[low & known->mask];
    atomic_store_explicit(&slot->high, high, memory_order_relaxed);
    atomic_store_explicit(&slot->low, low, memory_order_relaxed);
}

bool known_has(const struct known *known, struct id128 id)
{
    uint64_t high, low;
    words_of(id, &high, &low);
    const struct slot *slot = &known->slots[low & known->mask];
    return atomic_load_explicit(&slot->high, memory_order_relaxed) == high &&
           atomic_load_explicit(&slot->low, memory_order_relaxed) == low && (high | low) != 0;
}
