/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c: a value is held against a schema. It stops at the first fault, in the order of the schema's keywords as
 * listed below and of the value's elements. What schema_check.c warns of is ignored here.
 *
 * The recursion is as deep as the value at most, which the JSON reader bounds.
 * Threads: none of its own; nothing is changed. */
#include "base/schema.h"
#include "base/schema_path.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- places ---- */

/* "~" and "/" are escaped (RFC 6901 section 3). */
static void put_name(struct buf *out, struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '~' || name.p[i] == '/')
            buf_puts(out, name.p[i] == '~' ? "~0" : "~1");
        else
            buf_putc(out, name.p[i]);
    }
}

void schema_pointer(const struct schema_path *path, char to[SCHEMA_POINTER_BYTES])
{
    const struct schema_path *steps[JSON_MAX_DEPTH];
    size_t n = 0;
    struct buf out;
    buf_init(&out, (size_t)1 << 20);
    for (; path && path->up && n < JSON_MAX_DEPTH; path = path->up)
        steps[n++] = path;
    while (n) {
        const struct schema_path *step = steps[--n];
        buf_putc(&out, '/');
        if (str_is_set(step->name))
            put_name(&out, step->name);
        else
            buf_printf(&out, "%zu", step->index);
    }
    bool cut = out.n > SCHEMA_POINTER_BYTES - 4;
    size_t fits = cut ? SCHEMA_POINTER_BYTES - 4 : out.n;
    while (cut && fits && ((unsigned char)out.p[fits] & 0xC0) == 0x80)
        fits--;
    snprintf(to, SCHEMA_POINTER_BYTES, "%.*s%s", STR_ARG(str_head(buf_str(&out), fits)),
             cut ? "..." : "");
    buf_fini(&out);
}

/* ---- types ---- */

/* In the order of enum json_type, then the one that JSON does not know. */
static const struct {
    const char *name, *words;
} types[SCHEMA_TYPES] = {
    {"null", "null"},
    {"boolean", "true or false"},
    {"number", "a number"},
    {"string", "a string"},
    {"array", "an array"},
    {"object", "an object"},
    {"integer", "a whole number"},
};

size_t schema_type_of(struct str name)
{
    size_t i = 0;
    while (i < SCHEMA_TYPES && !str_is(name, types[i].name))
        i++;
    return i;
}

const char *schema_type_words(size_t type)
{
    return type < SCHEMA_TYPES ? types[type].words : "a value";
}

const char *schema_value_words(const struct json *value)
{
    if (!value)
        return "nothing";
    return json_type(value) == JSON_BOOL ? (json_bool(value, false) ? "true" : "false")
                                         : types[json_type(value)].words;
}

const struct json *schema_member(const struct json *object, struct str name)
{
    if (!object || json_type(object) != JSON_OBJECT)
        return NULL;
    const struct json *v = json_first(object);
    while (v && !str_eq(json_name(v), name))
        v = json_after(v);
    return v;
}

/* ---- numbers: by their text where a double would round ---- */

static bool as_int(const struct json *v, int64_t *ret_n)
{
    *ret_n = json_int(v, 0);
    return *ret_n != 0 || json_int(v, 1) == 0;
}

static double as_double(const struct json *v)
{
    double n = json_double(v, HUGE_VAL);
    return isinf(n) && str_starts(json_number_text(v), STR_LIT("-")) ? -HUGE_VAL : n;
}

/* -1, 0, 1 */
static int compare(const struct json *a, const struct json *b)
{
    int64_t i = 0, j = 0;
    if (as_int(a, &i) && as_int(b, &j))
        return (i > j) - (i < j);
    double x = as_double(a), y = as_double(b);
    return (x > y) - (x < y);
}

/* Digits behind the point, without zeros at the end, are no more than the exponent moves before it; and the zeros
 * at the end of the number are no fewer than it moves behind. */
static bool is_whole(const struct json *v)
{
    int64_t n = 0;
    struct str text = json_number_text(v), mantissa = text;
    if (as_int(v, &n))
        return true;
    size_t e = 0;
    while (e < text.n && ascii_lower(text.p[e]) != 'e')
        e++;
    mantissa.n = e;
    long long exponent = e < text.n ? strtoll(text.p + e + 1, NULL, 10) : 0;
    size_t point = str_find(mantissa, '.');
    long long behind = point < mantissa.n ? (long long)(mantissa.n - point - 1) : 0;
    while (mantissa.n && (mantissa.p[mantissa.n - 1] == '0' || mantissa.p[mantissa.n - 1] == '.')) {
        behind -= mantissa.p[mantissa.n - 1] == '0';
        mantissa.n--;
    }
    return mantissa.n == 0 || str_is(mantissa, "-") || exponent >= behind;
}

/* ---- equality ---- */

static bool equal(const struct json *a, const struct json *b);

static bool equal_arrays(const struct json *a, const struct json *b)
{
    a = json_first(a);
    b = json_first(b);
    for (; a && b && equal(a, b); a = json_after(a))
        b = json_after(b);
    return !a && !b;
}

static bool equal_objects(const struct json *a, const struct json *b)
{
    if (json_length(a) != json_length(b))
        return false;
    for (a = json_first(a); a; a = json_after(a)) {
        const struct json *other = schema_member(b, json_name(a));
        if (!other || !equal(a, other))
            return false;
    }
    return true;
}

static bool equal(const struct json *a, const struct json *b)
{
    if (json_type(a) != json_type(b))
        return false;
    switch (json_type(a)) {
    case JSON_NULL:
        return true;
    case JSON_BOOL:
        return json_bool(a, false) == json_bool(b, false);
    case JSON_NUMBER:
        return str_eq(json_number_text(a), json_number_text(b)) ||
               (compare(a, b) == 0 && !isinf(as_double(a)));
    case JSON_STRING:
        return str_eq(json_str(a, STR_NONE), json_str(b, STR_NONE));
    case JSON_ARRAY:
        return equal_arrays(a, b);
    default:
        return equal_objects(a, b);
    }
}

/* ---- faults ---- */

struct validation {
    struct diag *diag;
    const struct schema_path *path; /* of the value that is held against a schema now */
};

/* "POINTER: expected WHAT, got THAT" */
static enum status fault(const struct validation *v, const char *expected, const char *got)
{
    char pointer[SCHEMA_POINTER_BYTES];
    schema_pointer(v->path, pointer);
    return diag_set(v->diag, ST_INPUT, "%s: expected %s, got %s",
                    pointer[0] ? pointer : "the value itself", expected, got);
}

/* A value as JSON, not much of it. */
static void put_value(struct buf *out, const struct json *v)
{
    struct buf text;
    buf_init(&text, (size_t)1 << 20);
    json_copy(v, &text);
    size_t fits = text.n < 60 ? text.n : 60;
    while (fits < text.n && fits && ((unsigned char)text.p[fits] & 0xC0) == 0x80)
        fits--;
    buf_put(out, text.p, fits);
    buf_puts(out, fits < text.n ? "..." : "");
    buf_fini(&text);
}

/* The fault of a limit: "at least 1", "7". */
static enum status fault_limit(const struct validation *v, const char *words, const struct json *limit,
                               const char *unit, const struct json *got, size_t n)
{
    char expected[120], came[120];
    snprintf(expected, sizeof expected, "%s %.*s%s", words,
             STR_ARG(str_head(json_number_text(limit), 40)), unit);
    if (got)
        snprintf(came, sizeof came, "%.*s", STR_ARG(str_head(json_number_text(got), 60)));
    else
        snprintf(came, sizeof came, "%zu", n);
    return fault(v, expected, came);
}

/* ---- keywords ---- */

static bool fits_type(const struct json *value, struct str name)
{
    size_t type = schema_type_of(name);
    if (type == SCHEMA_INTEGER)
        return json_type(value) == JSON_NUMBER && is_whole(value);
    return type == (size_t)json_type(value);
}

static bool fits_types(const struct json *value, const struct json *type)
{
    if (json_type(type) == JSON_STRING)
        return fits_type(value, json_str(type, STR_NONE));
    const struct json *t = json_first(type);
    while (t && !fits_type(value, json_str(t, STR_NONE)))
        t = json_after(t);
    return t != NULL;
}

/* "a string", "an array or null"; `a value` when the schema names no type. */
static void put_types(struct buf *out, const struct json *schema)
{
    const struct json *type = json_get(schema, "type");
    if (!type || json_type(type) == JSON_STRING) {
        buf_puts(out, schema_type_words(schema_type_of(json_str(type, STR_NONE))));
        return;
    }
    for (const struct json *t = json_first(type); t; t = json_after(t)) {
        buf_puts(out, t == json_first(type) ? "" : json_after(t) ? ", " : " or ");
        buf_puts(out, schema_type_words(schema_type_of(json_str(t, STR_NONE))));
    }
}

static enum status fault_type(const struct validation *v, const struct json *schema,
                              const struct json *value)
{
    struct buf text;
    buf_init(&text, 400);
    put_types(&text, schema);
    const char *want = buf_terminate(&text) ? text.p : "another type";
    const char *got = schema_value_words(value);
    if (value && json_type(value) == JSON_NUMBER && strstr(want, schema_type_words(SCHEMA_INTEGER)))
        got = "a fraction";
    enum status st = fault(v, want, got);
    buf_fini(&text);
    return st;
}

static enum status check_enum(const struct validation *v, const struct json *schema,
                              const struct json *value)
{
    const struct json *list = json_get(schema, "enum"), *only = json_get(schema, "const");
    const struct json *one = json_first(list);
    struct buf want, got;
    if (only && !equal(only, value))
        one = NULL;
    else if (list)
        while (one && !equal(one, value))
            one = json_after(one);
    else
        return OK;
    if (one)
        return OK;
    buf_init(&want, 300);
    buf_init(&got, 100);
    if (only)
        put_value(&want, only);
    for (one = only ? NULL : json_first(list); one && want.n < 200; one = json_after(one)) {
        buf_puts(&want, one == json_first(list) ? "one of " : ", ");
        put_value(&want, one);
    }
    buf_puts(&want, one ? ", ..." : "");
    put_value(&got, value);
    enum status st = buf_terminate(&want) && buf_terminate(&got)
                         ? fault(v, want.p, got.p)
                         : fault(v, "one of the values that are allowed", "another");
    buf_fini(&want);
    buf_fini(&got);
    return st;
}

static enum status check_number(const struct validation *v, const struct json *schema,
                                const struct json *value)
{
    static const struct {
        const char *name, *words;
        int from, to; /* compare(value, limit) that is allowed */
    } limits[] = {{"minimum", "at least", 0, 1},
                  {"maximum", "at most", -1, 0},
                  {"exclusiveMinimum", "more than", 1, 1},
                  {"exclusiveMaximum", "less than", -1, -1}};
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        const struct json *limit = json_get(schema, limits[i].name);
        if (!limit || json_type(limit) != JSON_NUMBER)
            continue;
        int c = compare(value, limit);
        if (c < limits[i].from || c > limits[i].to)
            return fault_limit(v, limits[i].words, limit, "", value, 0);
    }
    return OK;
}

/* minLength and its like: `n` units of something. */
static enum status check_size(const struct validation *v, const struct json *schema, const char *least,
                              const char *most, const char *unit, size_t n)
{
    const struct json *low = json_get(schema, least), *high = json_get(schema, most);
    if (low && (double)n < json_double(low, 0))
        return fault_limit(v, "at least", low, unit, NULL, n);
    if (high && (double)n > json_double(high, HUGE_VAL))
        return fault_limit(v, "at most", high, unit, NULL, n);
    return OK;
}

static size_t code_points(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

static enum status validate(const struct validation *v, const struct json *schema,
                            const struct json *value);

static enum status validate_below(const struct validation *v, const struct json *schema,
                                  const struct json *value, struct str name, size_t index)
{
    struct schema_path step = {v->path, name, index};
    struct validation below = {v->diag, &step};
    return validate(&below, schema, value);
}

static enum status check_array(const struct validation *v, const struct json *schema,
                               const struct json *value)
{
    const struct json *items = json_get(schema, "items");
    size_t i = 0;
    enum status st = check_size(v, schema, "minItems", "maxItems", " elements", json_length(value));
    for (value = json_first(value); items && value && st == OK; value = json_after(value))
        st = validate_below(v, items, value, STR_NONE, i++);
    return st;
}

static enum status check_required(const struct validation *v, const struct json *schema,
                                  const struct json *value)
{
    const struct json *properties = json_get(schema, "properties"),
                      *names = json_get(schema, "required");
    for (const struct json *r = json_first(names); r; r = json_after(r)) {
        struct str name = json_str(r, STR_NONE);
        if (!str_is_set(name) || schema_member(value, name))
            continue;
        struct schema_path step = {v->path, name, 0};
        struct validation below = {v->diag, &step};
        return fault_type(&below, schema_member(properties, name), NULL);
    }
    return OK;
}

static enum status check_object(const struct validation *v, const struct json *schema,
                                const struct json *value)
{
    enum status st = check_required(v, schema, value);
    const struct json *p = json_first(json_get(schema, "properties"));
    for (; p && st == OK; p = json_after(p)) {
        const struct json *member = schema_member(value, json_name(p));
        if (member)
            st = validate_below(v, p, member, json_name(p), 0);
    }
    return st;
}

static enum status validate(const struct validation *v, const struct json *schema,
                            const struct json *value)
{
    if (json_type(schema) == JSON_BOOL && !json_bool(schema, true))
        return fault(v, "no value here", schema_value_words(value));
    if (json_type(schema) != JSON_OBJECT)
        return OK;
    const struct json *type = json_get(schema, "type");
    if (type && !fits_types(value, type))
        return fault_type(v, schema, value);
    enum status st = check_enum(v, schema, value);
    if (st != OK)
        return st;
    switch (json_type(value)) {
    case JSON_NUMBER:
        return check_number(v, schema, value);
    case JSON_STRING:
        return check_size(v, schema, "minLength", "maxLength", " characters",
                          code_points(json_str(value, STR_NONE)));
    case JSON_ARRAY:
        return check_array(v, schema, value);
    case JSON_OBJECT:
        return check_object(v, schema, value);
    default:
        return OK;
    }
}

enum status schema_validate(const struct json *schema, const struct json *value, struct diag *ret_diag)
{
    struct schema_path root = {NULL, STR_NONE, 0};
    struct validation v = {ret_diag, &root};
    return validate(&v, schema, value);
}
