/* SPDX-License-Identifier: Apache-2.0 */
/* model_fit.c: one walk over schema and value side by side, which writes the answer.
 *
 * Invariant: the walk is as deep as the value, which the reader bounded (MODEL_JSON_DEPTH). */
#include "answer/model_fit.h"

#include "answer/fold.h"
#include "answer/model_schema.h"
#include "answer/number.h"
#include "base/schema.h"

#include <stdio.h>

#define BIT(type) (1u << (type))
#define PATH_MAX_BYTES 200

#define WRITING                                                                                         \
    "summary|summaries|summarise|summarize|summarised|summarized|translate|translated|translation|"     \
    "sentiment|explain|explanation|classify|classification|judge|judgement|assess|assessment|rewrite|"  \
    "paraphrase|simplify|opinion|conclusion|takeaway|takeaways|pros|cons|tone|category|how many|"       \
    "zusammenfassung|ubersetzung|resume|resumen"

/* Where the walk is: a pointer into the answer, for people. */
struct place {
    char text[PATH_MAX_BYTES];
    struct str name; /* the property, of itself or the list it stands in */
};

/* Cut where there is no room: a pointer is for people. */
static void point(struct place *place, const struct place *at, struct str part)
{
    size_t n = strlen(at->text), room = sizeof place->text - 2 - n;
    memcpy(place->text, at->text, n);
    if (n + 2 >= sizeof place->text)
        return;
    place->text[n++] = '/';
    part = str_head(part, room - 1);
    memcpy(place->text + n, part.p, part.n);
}

static struct place below(const struct place *at, struct str name)
{
    struct place place = {.name = name};
    point(&place, at, str_head(name, 60));
    return place;
}

static struct place item(const struct place *at, unsigned i)
{
    struct place place = {.name = at->name};
    char number[16];
    snprintf(number, sizeof number, "%u", i);
    point(&place, at, str_of(number));
    return place;
}

bool model_asks_writing(struct arena *arena, struct str words)
{
    size_t at;
    return fold_contains_any(fold_text(arena, words), WRITING, &at).n > 0;
}

bool model_is_empty(const struct json *v)
{
    enum json_type type = v ? json_type(v) : JSON_NULL;
    if (type == JSON_NULL)
        return true;
    if (type == JSON_STRING)
        return str_trim(json_str(v, STR_NONE)).n == 0;
    if (type != JSON_ARRAY && type != JSON_OBJECT)
        return false;
    for (const struct json *part = json_first(v); part; part = json_after(part))
        if (!model_is_empty(part))
            return false;
    return true;
}

/* ---- faults ---- */

static void fault(struct fit *fit, const struct place *at, struct str why)
{
    fit->dropped++;
    if (fit->n_faults == FIT_FAULTS) {
        fit->more_faults++;
        return;
    }
    struct str said =
        arena_printf(fit->arena, "%s: %.*s", at->text[0] ? at->text : "/", STR_ARG(str_head(why, 300)));
    if (said.p)
        fit->faults[fit->n_faults++] = said;
}

static void refuse(struct fit *fit, const struct place *at, struct str why, struct json_out *out)
{
    fault(fit, at, why);
    json_put_null(out);
}

/* ---- single values ---- */

/* Whether the page need not hold it: the field itself, or the question, asks for writing. */
static bool is_written(const struct fit *fit, const struct json *schema, const struct place *at)
{
    return fit->writes || model_asks_writing(fit->arena, at->name) ||
           model_asks_writing(fit->arena, json_str(json_get(schema, "description"), STR_NONE));
}

static bool stands(struct fit *fit, const struct json *schema, const struct json *v,
                   const struct place *at)
{
    enum json_type type = json_type(v);
    const struct ground *g = fit->ground;
    if (type == JSON_BOOL || json_length(json_get(schema, "enum")) || json_get(schema, "const")) {
        fit->free++;
        return true;
    }
    bool written = is_written(fit, schema, at);
    bool found = type == JSON_NUMBER
                     ? ground_has_number(g, json_double(v, 0)) ||
                           ground_has_quantity(g, fit->arena, at->name, json_double(v, 0))
                     : ground_has_text(g, fit->arena, json_str(v, STR_NONE));
    if (found)
        fit->found++;
    else if (written && (type == JSON_NUMBER || ground_has_numbers_of(g, json_str(v, STR_NONE))))
        fit->free++;
    else
        return false;
    return true;
}

/* The schema's own spelling of a word that differs in case alone. */
static const struct json *enum_word(const struct json *schema, const struct json *v)
{
    for (const struct json *w = json_first(json_get(schema, "enum")); w; w = json_after(w))
        if (json_type(w) == JSON_STRING && json_type(v) == JSON_STRING &&
            str_eq_nocase(str_trim(json_str(v, STR_NONE)), json_str(w, STR_NONE)))
            return w;
    return v;
}

/* JSON text of a value in a type that the schema allows, where one reading is possible; empty: as it is. */
static struct str converted(struct fit *fit, const struct json *v, unsigned types)
{
    struct number number;
    struct str text = str_trim(json_str(v, STR_NONE));
    if (types == 0 || types & BIT(json_type(v)))
        return STR_NONE;
    if (json_type(v) == JSON_NUMBER && types & BIT(JSON_STRING))
        return arena_printf(fit->arena, "\"%.*s\"", STR_ARG(json_number_text(v)));
    if (json_type(v) != JSON_STRING)
        return STR_NONE;
    if (types & BIT(JSON_NUMBER) && number_only(text, NUMERALS_POINT, &number))
        return arena_printf(fit->arena, "%.15g", number.value);
    if (types & BIT(JSON_BOOL) &&
        (str_eq_nocase(text, STR_LIT("true")) || str_eq_nocase(text, STR_LIT("yes"))))
        return STR_LIT("true");
    if (types & BIT(JSON_BOOL) &&
        (str_eq_nocase(text, STR_LIT("false")) || str_eq_nocase(text, STR_LIT("no"))))
        return STR_LIT("false");
    return STR_NONE;
}

static void fit_single(struct fit *fit, const struct json *schema, const struct json *v,
                       const struct place *at, struct json_out *out)
{
    static const struct json_limits limits = {.max_bytes = 4096, .max_depth = 2};
    struct diag diag = {0};
    struct json_doc *doc = NULL;
    struct str other = converted(fit, v, model_schema_types(schema));
    if (other.n && json_parse(other, &limits, &doc, &diag) == OK)
        v = json_root(doc);
    v = enum_word(schema, v);
    if (schema && schema_validate(schema, v, &diag) != OK)
        refuse(fit, at, str_of(diag.text), out);
    else if (fit->ground && !stands(fit, schema, v, at))
        refuse(fit, at, STR_LIT("this value does not stand on the page"), out);
    else
        json_put_value(out, v);
    json_doc_destroy(doc);
}

/* ---- the walk ---- */

static void fit_value(struct fit *fit, const struct json *schema, const struct json *v,
                      const struct place *at, struct json_out *out);

static void fit_members(struct fit *fit, const struct json *v, const struct place *at,
                        struct json_out *out)
{
    for (const struct json *m = json_first(v); m; m = json_after(m)) {
        struct place place = below(at, json_name(m));
        json_key_str(out, json_name(m));
        fit_value(fit, NULL, m, &place, out);
    }
}

static const struct json *member(const struct json *v, struct str name)
{
    for (const struct json *m = json_first(v); m; m = json_after(m))
        if (str_eq(json_name(m), name))
            return m;
    return NULL;
}

static void fit_object(struct fit *fit, const struct json *schema, const struct json *v,
                       const struct place *at, struct json_out *out)
{
    const struct json *properties = json_get(schema, "properties");
    json_begin(out, '{');
    if (!json_length(properties))
        fit_members(fit, v, at, out);
    for (const struct json *p = json_first(properties); p; p = json_after(p)) {
        const struct json *m = member(v, json_name(p));
        bool none = !m || json_type(m) == JSON_NULL;
        struct place place = below(at, json_name(p));
        if (none && !model_schema_requires(schema, json_name(p)))
            continue;
        json_key_str(out, json_name(p));
        if (none)
            json_put_null(out);
        else
            fit_value(fit, p, m, &place, out);
    }
    json_end(out, '}');
}

/* Items of which nothing is left say nothing. */
static void fit_array(struct fit *fit, const struct json *schema, const struct json *v,
                      const struct place *at, struct json_out *out)
{
    static const struct json_limits limits = {.max_bytes = (size_t)8 << 20, .max_depth = 64};
    const struct json *items = json_get(schema, "items");
    int64_t most = json_int(json_get(schema, "maxItems"), INT64_MAX), n = 0;
    struct buf one;
    unsigned i = 0;
    buf_init(&one, (size_t)8 << 20);
    json_begin(out, '[');
    for (const struct json *part = json_first(v); part && n < most; part = json_after(part), i++) {
        struct place place = item(at, i);
        struct json_out alone;
        struct json_doc *doc = NULL;
        struct diag diag;
        buf_reset(&one);
        json_out_init(&alone, &one, 0);
        fit_value(fit, items, part, &place, &alone);
        if (one.status == OK && json_parse(buf_str(&one), &limits, &doc, &diag) == OK &&
            !model_is_empty(json_root(doc))) {
            json_put_raw(out, buf_str(&one));
            n++;
        }
        json_doc_destroy(doc);
    }
    json_end(out, ']');
    buf_fini(&one);
}

static void fit_value(struct fit *fit, const struct json *schema, const struct json *v,
                      const struct place *at, struct json_out *out)
{
    unsigned types = model_schema_types(schema);
    enum json_type type = json_type(v);
    bool allowed = types == 0 || types & BIT(type);
    if (type == JSON_NULL)
        json_put_null(out);
    else if (type == JSON_OBJECT && allowed)
        fit_object(fit, schema, v, at, out);
    else if (type == JSON_ARRAY && allowed)
        fit_array(fit, schema, v, at, out);
    else if (type == JSON_OBJECT || type == JSON_ARRAY)
        refuse(fit, at,
               type == JSON_OBJECT ? STR_LIT("an object is not what the schema asks for")
                                   : STR_LIT("a list is not what the schema asks for"),
               out);
    else
        fit_single(fit, schema, v, at, out);
}

void model_fit(struct fit *fit, const struct json *value, struct buf *out)
{
    struct json_out json;
    struct place root = {0};
    json_out_init(&json, out, 0);
    fit_value(fit, fit->schema, value, &root, &json);
}
