/* SPDX-License-Identifier: Apache-2.0 */
/* model_schema.c: one walk over the user's schema, which writes the lowered one. Depth is bounded by MODEL_SCHEMA_DEPTH. */
#include "answer/model_schema.h"

#define BIT(type) (1u << (type))

static unsigned type_bit(struct str name)
{
    static const struct {
        const char *name;
        enum json_type type;
    } types[] = {{"null", JSON_NULL},      {"boolean", JSON_BOOL},  {"number", JSON_NUMBER},
                 {"integer", JSON_NUMBER}, {"string", JSON_STRING}, {"array", JSON_ARRAY},
                 {"object", JSON_OBJECT}};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(name, types[i].name))
            return BIT(types[i].type);
    return 0;
}

unsigned model_schema_types(const struct json *schema)
{
    const struct json *type = json_get(schema, "type");
    unsigned types = type_bit(json_str(type, STR_NONE));
    for (const struct json *v = json_first(type); v; v = json_after(v))
        types |= type_bit(json_str(v, STR_NONE));
    if (types == 0 && json_get(schema, "properties"))
        return BIT(JSON_OBJECT);
    if (types == 0 && json_get(schema, "items"))
        return BIT(JSON_ARRAY);
    const struct json *words = json_get(schema, "enum");
    for (const struct json *v = types ? NULL : json_first(words); v; v = json_after(v))
        types |= BIT(json_type(v));
    return types;
}

bool model_schema_requires(const struct json *schema, struct str name)
{
    for (const struct json *v = json_first(json_get(schema, "required")); v; v = json_after(v))
        if (str_eq(json_str(v, STR_NONE), name))
            return true;
    return false;
}

bool model_schema_wraps(const struct json *schema)
{
    return model_schema_types(schema) != BIT(JSON_OBJECT);
}

/* ---- writing ---- */

static bool says_integer(const struct json *schema)
{
    const struct json *type = json_get(schema, "type");
    bool integer = str_is(json_str(type, STR_NONE), "integer");
    for (const struct json *v = json_first(type); v; v = json_after(v)) {
        if (str_is(json_str(v, STR_NONE), "number"))
            return false;
        integer |= str_is(json_str(v, STR_NONE), "integer");
    }
    return integer;
}

/* Single values, and null beside them. */
static void put_types(struct json_out *out, const struct json *schema, unsigned types)
{
    json_key(out, "type");
    json_begin(out, '[');
    if (types & BIT(JSON_STRING))
        json_put_str(out, STR_LIT("string"));
    if (types & BIT(JSON_NUMBER))
        json_put_str(out, says_integer(schema) ? STR_LIT("integer") : STR_LIT("number"));
    if (types & BIT(JSON_BOOL))
        json_put_str(out, STR_LIT("boolean"));
    json_put_str(out, STR_LIT("null"));
    json_end(out, ']');
}

static void put_enum(struct json_out *out, const struct json *words)
{
    bool null = false;
    json_key(out, "enum");
    json_begin(out, '[');
    for (const struct json *v = json_first(words); v; v = json_after(v)) {
        json_put_value(out, v);
        null |= json_type(v) == JSON_NULL;
    }
    if (!null)
        json_put_null(out);
    json_end(out, ']');
}

/* What the lowered schema can't say, in words behind the user's own. */
static void put_description(struct json_out *out, const struct json *schema)
{
    static const struct {
        const char *keyword, *words;
    } told[] = {
        {"minimum", "at least"},
        {"maximum", "at most"},
        {"exclusiveMinimum", "more than"},
        {"exclusiveMaximum", "less than"},
        {"minLength", "least characters:"},
        {"maxLength", "most characters:"},
        {"minItems", "least items:"},
        {"maxItems", "most items:"},
        {"format", "format"},
        {"pattern", "pattern"},
        {"const", "always"},
    };
    struct buf text;
    buf_init(&text, (size_t)64 << 10);
    buf_put_str(&text, json_str(json_get(schema, "description"), STR_NONE));
    for (size_t i = 0; i < ARRAY_LEN(told); i++) {
        const struct json *v = json_get(schema, told[i].keyword);
        if (!v)
            continue;
        buf_printf(&text, "%s%s ", text.n ? "; " : "", told[i].words);
        json_copy(v, &text);
    }
    if (text.n && text.status == OK) {
        json_key(out, "description");
        json_put_str(out, buf_str(&text));
    }
    buf_fini(&text);
}

static void lower(struct json_out *out, const struct json *schema, unsigned depth);

static void lower_object(struct json_out *out, const struct json *properties, unsigned depth)
{
    json_key(out, "type");
    json_put_str(out, STR_LIT("object"));
    json_key(out, "properties");
    json_begin(out, '{');
    for (const struct json *p = json_first(properties); p; p = json_after(p)) {
        json_key_str(out, json_name(p));
        lower(out, p, depth + 1);
    }
    json_end(out, '}');
    json_key(out, "required");
    json_begin(out, '[');
    for (const struct json *p = json_first(properties); p; p = json_after(p))
        json_put_str(out, json_name(p));
    json_end(out, ']');
    json_key(out, "additionalProperties");
    json_put_bool(out, false);
}

static void lower(struct json_out *out, const struct json *schema, unsigned depth)
{
    unsigned types = model_schema_types(schema);
    const struct json *properties = json_get(schema, "properties");
    json_begin(out, '{');
    put_description(out, schema);
    if (depth < MODEL_SCHEMA_DEPTH && types & BIT(JSON_OBJECT) && json_length(properties)) {
        lower_object(out, properties, depth);
    } else if (depth < MODEL_SCHEMA_DEPTH && types & BIT(JSON_ARRAY)) {
        json_key(out, "type");
        json_put_str(out, STR_LIT("array"));
        json_key(out, "items");
        lower(out, json_get(schema, "items"), depth + 1);
    } else if (types & BIT(JSON_OBJECT)) {
        json_key(out, "type");
        json_put_str(out, STR_LIT("object"));
    } else {
        if (types == 0)
            types = BIT(JSON_STRING) | BIT(JSON_NUMBER) | BIT(JSON_BOOL);
        put_types(out, schema, types);
        if (json_length(json_get(schema, "enum")))
            put_enum(out, json_get(schema, "enum"));
    }
    json_end(out, '}');
}

void model_schema_lower(const struct json *schema, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out, 0);
    if (!model_schema_wraps(schema)) {
        lower(&json, schema, 0);
        return;
    }
    json_begin(&json, '{');
    json_key(&json, "type");
    json_put_str(&json, STR_LIT("object"));
    json_key(&json, "properties");
    json_begin(&json, '{');
    json_key(&json, "result");
    lower(&json, schema, 1);
    json_end(&json, '}');
    json_key(&json, "required");
    json_put_raw(&json, STR_LIT("[\"result\"]"));
    json_key(&json, "additionalProperties");
    json_put_bool(&json, false);
    json_end(&json, '}');
}
