/* SPDX-License-Identifier: Apache-2.0 */
/* clock.h: two clocks that must not be mixed. Monotonic milliseconds drive timers; wall milliseconds since
 * 1970 (UTC) are written down and shown. */
#ifndef WEBKEEP_BASE_CLOCK_H
#define WEBKEEP_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_read_ms(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline int64_t clock_mono_ms(void)
{
    return clock_read_ms(CLOCK_MONOTONIC);
}

static inline int64_t clock_wall_ms(void)
{
    return clock_read_ms(CLOCK_REALTIME);
}

/* "2026-01-31T09:05:00Z" and a NUL: to holds 32 bytes. */
void clock_format(int64_t wall_ms, char *to);

#endif
