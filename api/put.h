/* SPDX-License-Identifier: Apache-2.0 */
/* put.h: members of JSON objects in one line each. */
#ifndef WEBKEEP_API_PUT_H
#define WEBKEEP_API_PUT_H

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"

static inline void put_str(struct json_out *out, const char *name, struct str text)
{
    json_key(out, name);
    json_put_str(out, text);
}

static inline void put_text(struct json_out *out, const char *name, const char *text)
{
    put_str(out, name, str_of(text));
}

/* Null when empty. */
static inline void put_str_or_null(struct json_out *out, const char *name, struct str text)
{
    json_key(out, name);
    if (text.n)
        json_put_str(out, text);
    else
        json_put_null(out);
}

static inline void put_u64(struct json_out *out, const char *name, uint64_t n)
{
    json_key(out, name);
    json_put_int(out, n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

static inline void put_bool(struct json_out *out, const char *name, bool b)
{
    json_key(out, name);
    json_put_bool(out, b);
}

static inline void put_null(struct json_out *out, const char *name)
{
    json_key(out, name);
    json_put_null(out);
}

/* ISO 8601 in UTC; null for 0. */
static inline void put_time(struct json_out *out, const char *name, int64_t wall_ms)
{
    char text[32];
    clock_format(wall_ms, text);
    put_str_or_null(out, name, wall_ms ? str_of(text) : STR_NONE);
}

static inline void put_uuid(struct json_out *out, const char *name, struct id128 id)
{
    char text[UUID_TEXT];
    uuid_format(id, text);
    put_text(out, name, text);
}

#endif
