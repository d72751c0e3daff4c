/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c: wall time as RFC 3339 text. */
#include "base/clock.h"

void clock_format(int64_t wall_ms, char *to)
{
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(to, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
