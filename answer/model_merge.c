/* SPDX-License-Identifier: Apache-2.0 */
/* model_merge.c: see model_merge.h. The walk is as deep as the values, which their reader bounded. */
#include "answer/model_merge.h"

static bool is_null(const struct json *v)
{
    return !v || json_type(v) == JSON_NULL;
}

static bool is_both(const struct json *a, const struct json *b, enum json_type type)
{
    return json_type(a) == type && json_type(b) == type;
}

static const struct json *member(const struct json *v, struct str name)
{
    for (const struct json *m = json_first(v); m; m = json_after(m))
        if (str_eq(json_name(m), name))
            return m;
    return NULL;
}

static bool is_same(const struct json *a, const struct json *b)
{
    struct buf x, y;
    buf_init(&x, (size_t)8 << 20);
    buf_init(&y, (size_t)8 << 20);
    json_copy(a, &x);
    json_copy(b, &y);
    bool same = x.status == OK && y.status == OK && str_eq(buf_str(&x), buf_str(&y));
    buf_fini(&x);
    buf_fini(&y);
    return same;
}

/* Items of two lists that are one thing: equal, or objects with a text in common and no contradiction. */
static bool is_one_thing(const struct json *a, const struct json *b)
{
    bool named = false;
    if (!is_both(a, b, JSON_OBJECT))
        return is_same(a, b);
    for (const struct json *m = json_first(a); m; m = json_after(m)) {
        const struct json *other = member(b, json_name(m));
        if (is_null(m) || is_null(other))
            continue;
        if (!is_same(m, other))
            return false;
        named |= json_type(m) == JSON_STRING;
    }
    return named;
}

static void merge(const struct json *a, const struct json *b, struct json_out *out);

static const struct json *same_thing(const struct json *list, const struct json *item)
{
    for (const struct json *v = json_first(list); v; v = json_after(v))
        if (is_one_thing(v, item))
            return v;
    return NULL;
}

static void merge_lists(const struct json *a, const struct json *b, struct json_out *out)
{
    json_begin(out, '[');
    for (const struct json *v = json_first(a); v; v = json_after(v))
        merge(v, same_thing(b, v), out);
    for (const struct json *v = json_first(b); v; v = json_after(v))
        if (!same_thing(a, v))
            json_put_value(out, v);
    json_end(out, ']');
}

static void merge_objects(const struct json *a, const struct json *b, struct json_out *out)
{
    json_begin(out, '{');
    for (const struct json *m = json_first(a); m; m = json_after(m)) {
        json_key_str(out, json_name(m));
        merge(m, member(b, json_name(m)), out);
    }
    for (const struct json *m = json_first(b); m; m = json_after(m))
        if (!member(a, json_name(m))) {
            json_key_str(out, json_name(m));
            json_put_value(out, m);
        }
    json_end(out, '}');
}

static void merge(const struct json *a, const struct json *b, struct json_out *out)
{
    if (is_null(a) && is_null(b))
        json_put_null(out);
    else if (is_null(a) || is_null(b))
        json_put_value(out, is_null(a) ? b : a);
    else if (is_both(a, b, JSON_OBJECT))
        merge_objects(a, b, out);
    else if (is_both(a, b, JSON_ARRAY))
        merge_lists(a, b, out);
    else
        json_put_value(out, a);
}

void model_merge(const struct json *first, const struct json *second, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out, 0);
    merge(first, second, &json);
}
