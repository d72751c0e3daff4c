/* SPDX-License-Identifier: Apache-2.0 */
/* schema_check.c: is a schema that somebody sent one that can be used? What is wrong is an error, what is only
 * ignored a warning; both are sentences with the place in the schema.
 *
 * One table says what each keyword takes. The recursion ends at SCHEMA_MAX_DEPTH levels.
 * Threads: none of its own. */
#include "base/distance.h"
#include "base/schema.h"
#include "base/schema_path.h"

#include <stdarg.h>
#include <stdio.h>

struct check {
    struct arena *arena;
    struct schema_notes *notes;
};

/* ---- notes ---- */

static void note(struct check *c, bool is_error, const struct schema_path *path, const char *format, ...)
    PRINTF_LIKE(4, 5);

static void note(struct check *c, bool is_error, const struct schema_path *path, const char *format, ...)
{
    char pointer[SCHEMA_POINTER_BYTES], text[400];
    struct schema_notes *n = c->notes;
    struct str *list = is_error ? n->errors : n->warnings;
    size_t *count = is_error ? &n->n_errors : &n->n_warnings;
    va_list args;
    if (*count == SCHEMA_MAX_NOTES)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    schema_pointer(path, pointer);
    struct str made = arena_printf(c->arena, "%s: %s", pointer[0] ? pointer : "the schema", text);
    if (str_is_set(made))
        list[(*count)++] = made;
}

#define ERROR(c, path, ...) note(c, true, path, __VA_ARGS__)
#define WARNING(c, path, ...) note(c, false, path, __VA_ARGS__)

/* A name from outside, in a sentence. */
#define NAME_ARG(s) STR_ARG(str_head((s), 60))

/* ---- keywords ---- */

static void is_type_name(struct check *c, const struct schema_path *path, const struct json *v)
{
    struct str name = json_str(v, STR_NONE);
    const char *best = NULL;
    size_t least = 3;
    if (!str_is_set(name)) {
        ERROR(c, path, "a type is the name of one, in quotes, not %s", schema_value_words(v));
        return;
    }
    if (schema_type_of(name) < SCHEMA_TYPES)
        return;
    static const char *const names[] = {"null",  "boolean", "number", "string",
                                        "array", "object",  "integer"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        size_t d = distance_of(name, str_of(names[i]));
        best = d < least ? names[i] : best;
        least = d < least ? d : least;
    }
    ERROR(c, path, "there is no type \"%.*s\"%s%s%s", NAME_ARG(name), best ? "; did you mean \"" : "",
          best ? best : "", best ? "\"?" : "");
}

static void is_type(struct check *c, const struct schema_path *path, const struct json *v)
{
    if (json_type(v) != JSON_ARRAY) {
        is_type_name(c, path, v);
        return;
    }
    if (json_length(v) == 0)
        ERROR(c, path, "a list of types names at least one");
    size_t i = 0;
    for (v = json_first(v); v; v = json_after(v)) {
        struct schema_path step = {path, STR_NONE, i++};
        is_type_name(c, &step, v);
    }
}

static void is_names(struct check *c, const struct schema_path *path, const struct json *v)
{
    size_t i = 0;
    if (json_type(v) != JSON_ARRAY)
        ERROR(c, path, "expected a list of names, got %s", schema_value_words(v));
    for (v = json_first(v); v; v = json_after(v)) {
        struct schema_path step = {path, STR_NONE, i++};
        if (json_type(v) != JSON_STRING)
            ERROR(c, &step, "expected the name of a property, got %s", schema_value_words(v));
    }
}

static void is_list(struct check *c, const struct schema_path *path, const struct json *v)
{
    if (json_type(v) != JSON_ARRAY || json_length(v) == 0)
        ERROR(c, path, "expected a list of at least one value");
}

static void is_number(struct check *c, const struct schema_path *path, const struct json *v)
{
    if (json_type(v) != JSON_NUMBER)
        ERROR(c, path, "expected a number, got %s", schema_value_words(v));
}

static void is_size(struct check *c, const struct schema_path *path, const struct json *v)
{
    if (json_int(v, -1) < 0)
        ERROR(c, path, "expected a whole number, 0 or more");
}

static void is_text(struct check *c, const struct schema_path *path, const struct json *v)
{
    if (json_type(v) != JSON_STRING)
        ERROR(c, path, "expected a string, got %s", schema_value_words(v));
}

static void is_pattern(struct check *c, const struct schema_path *path, const struct json *v)
{
    is_text(c, path, v);
    WARNING(c, path, "pattern is ignored: regular expressions are not checked");
}

static void is_additional(struct check *c, const struct schema_path *path, const struct json *v)
{
    if (json_type(v) == JSON_OBJECT)
        WARNING(c, path, "a schema for additional properties is ignored");
    else if (json_type(v) != JSON_BOOL)
        ERROR(c, path, "expected true, false or a schema, got %s", schema_value_words(v));
}

static void is_any(struct check *c, const struct schema_path *path, const struct json *v)
{
    (void)c, (void)path, (void)v;
}

/* properties and items are walked by check_schema(). */
static const struct {
    const char *name;
    void (*check)(struct check *c, const struct schema_path *path, const struct json *v);
} keywords[] = {
    {"type", is_type},
    {"properties", is_any},
    {"required", is_names},
    {"items", is_any},
    {"enum", is_list},
    {"const", is_any},
    {"minimum", is_number},
    {"maximum", is_number},
    {"exclusiveMinimum", is_number},
    {"exclusiveMaximum", is_number},
    {"minLength", is_size},
    {"maxLength", is_size},
    {"minItems", is_size},
    {"maxItems", is_size},
    {"pattern", is_pattern},
    {"format", is_text},
    {"additionalProperties", is_additional},
    {"title", is_text},
    {"description", is_text},
    {"default", is_any},
    {"examples", is_any},
    {"$schema", is_any},
    {"$id", is_any},
    {"$comment", is_any},
};

/* ---- schemas ---- */

static bool names_type(const struct json *schema, const char *name)
{
    const struct json *type = json_get(schema, "type");
    if (!type || json_type(type) == JSON_STRING)
        return type && str_is(json_str(type, STR_NONE), name);
    type = json_first(type);
    while (type && !str_is(json_str(type, STR_NONE), name))
        type = json_after(type);
    return type != NULL;
}

static bool is_object_schema(const struct json *schema)
{
    return names_type(schema, "object") || (!json_get(schema, "type") && json_get(schema, "properties"));
}

static bool is_array_schema(const struct json *schema)
{
    return names_type(schema, "array") || (!json_get(schema, "type") && json_get(schema, "items"));
}

static void check_schema(struct check *c, const struct schema_path *path, const struct json *schema,
                         unsigned above);

static void check_properties(struct check *c, const struct schema_path *up, const struct json *schema,
                             unsigned depth)
{
    const struct json *properties = json_get(schema, "properties");
    struct schema_path path = {up, STR_LIT("properties"), 0};
    if (!properties)
        return;
    if (json_type(properties) != JSON_OBJECT) {
        ERROR(c, &path, "expected an object of schemas, got %s", schema_value_words(properties));
        return;
    }
    for (const struct json *p = json_first(properties); p; p = json_after(p)) {
        struct schema_path step = {&path, json_name(p), 0};
        check_schema(c, &step, p, depth);
    }
}

/* Names that are required and nowhere described. */
static void check_required(struct check *c, const struct schema_path *up, const struct json *schema)
{
    struct schema_path path = {up, STR_LIT("required"), 0};
    const struct json *properties = json_get(schema, "properties");
    for (const struct json *r = json_first(json_get(schema, "required")); r; r = json_after(r)) {
        struct str name = json_str(r, STR_NONE);
        if (str_is_set(name) && !schema_member(properties, name))
            WARNING(c, &path, "\"%.*s\" is required, but properties says nothing of it", NAME_ARG(name));
    }
}

static void check_keywords(struct check *c, const struct schema_path *up, const struct json *schema)
{
    for (const struct json *k = json_first(schema); k; k = json_after(k)) {
        struct schema_path path = {up, json_name(k), 0};
        size_t i = 0;
        while (i < ARRAY_LEN(keywords) && !str_is(json_name(k), keywords[i].name))
            i++;
        if (i < ARRAY_LEN(keywords))
            keywords[i].check(c, &path, k);
        else
            WARNING(c, &path, "\"%.*s\" is not supported and is ignored", NAME_ARG(json_name(k)));
    }
}

/* above: levels of objects and arrays over this schema. */
static void check_schema(struct check *c, const struct schema_path *path, const struct json *schema,
                         unsigned above)
{
    const struct json *items = json_get(schema, "items");
    if (json_type(schema) == JSON_BOOL) {
        if (!json_bool(schema, true))
            WARNING(c, path, "false allows no value here");
        return;
    }
    if (json_type(schema) != JSON_OBJECT) {
        ERROR(c, path, "a schema is an object, not %s", schema_value_words(schema));
        return;
    }
    check_keywords(c, path, schema);
    bool nested =
        is_object_schema(schema) || is_array_schema(schema) || items || json_get(schema, "properties");
    if (nested && above == SCHEMA_MAX_DEPTH) {
        ERROR(c, path, "objects and lists are nested at most %u levels; this one is deeper",
              SCHEMA_MAX_DEPTH);
        return;
    }
    check_properties(c, path, schema, above + 1);
    check_required(c, path, schema);
    if (items) {
        struct schema_path step = {path, STR_LIT("items"), 0};
        if (json_type(items) == JSON_ARRAY)
            ERROR(c, &step, "one schema for all elements is expected, not a list of schemas");
        else
            check_schema(c, &step, items, above + 1);
    }
}

/* ---- the whole ---- */

static void check_root(struct check *c, const struct schema_path *root, const struct json *schema,
                       bool array_root)
{
    if (json_type(schema) != JSON_OBJECT || is_object_schema(schema))
        return;
    if (array_root && is_array_schema(schema)) {
        const struct json *items = json_get(schema, "items");
        struct schema_path path = {root, STR_LIT("items"), 0};
        if (!items || !is_object_schema(items))
            ERROR(c, &path, "the elements of a list must be objects: {\"type\":\"object\",...}");
        return;
    }
    ERROR(c, root, "the root must be an object: {\"type\":\"object\",\"properties\":{...}}%s",
          array_root ? ", or a list of objects" : "");
}

static void check_size(struct check *c, const struct schema_path *root, const struct json *schema)
{
    struct buf text;
    buf_init(&text, SCHEMA_MAX_BYTES);
    json_copy(schema, &text);
    if (text.status == ST_LIMIT)
        ERROR(c, root, "it is longer than %u bytes, written without white space", SCHEMA_MAX_BYTES);
    buf_fini(&text);
}

enum status schema_check(const struct json *schema, bool array_root, struct arena *arena,
                         struct schema_notes *ret_notes)
{
    struct schema_path root = {NULL, STR_NONE, 0};
    struct check c = {arena, ret_notes};
    ret_notes->n_errors = ret_notes->n_warnings = 0;
    check_size(&c, &root, schema);
    check_root(&c, &root, schema, array_root);
    if (ret_notes->n_errors == 0 || json_type(schema) != JSON_OBJECT)
        check_schema(&c, &root, schema, 0);
    else
        check_keywords(&c, &root, schema);
    if (arena->status != OK)
        return arena->status;
    return ret_notes->n_errors ? ST_INPUT : OK;
}
