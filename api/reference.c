/* SPDX-License-Identifier: Apache-2.0 */
/* reference.c: the tables of docs/api.md: routes, parameters, and the fields of each body. A test holds the file
 * against what this makes. The recursion is as deep as our own schemas.
 * Threads: none of its own. */
#include "api/openapi.h"
#include "api/routes.h"

/* ---- names of shapes, with links ---- */

static void put_link(struct buf *out, struct str name)
{
    buf_printf(out, "[%.*s](#", STR_ARG(name));
    for (size_t i = 0; i < name.n; i++)
        buf_putc(out, ascii_lower(name.p[i]));
    buf_putc(out, ')');
}

static void put_ref(struct buf *out, struct str ref)
{
    for (size_t slash = str_find(ref, '/'); slash < ref.n; slash = str_find(ref, '/'))
        ref = str_from(ref, slash + 1);
    put_link(out, ref);
}

/* ---- types ---- */

static void put_type(struct buf *out, const struct json *schema);

static void put_choices(struct buf *out, const struct json *list)
{
    size_t n = 0;
    for (const struct json *v = json_first(list); v; v = json_after(v)) {
        struct str word = json_str(v, STR_NONE);
        if (word.n)
            buf_printf(out, "%s`%.*s`", n++ ? ", " : "", STR_ARG(word));
    }
}

static void put_type_names(struct buf *out, const struct json *schema)
{
    const struct json *type = json_get(schema, "type"), *items = json_get(schema, "items");
    const struct json *one = json_type(type) == JSON_STRING ? type : json_first(type);
    bool only = one == type;
    for (; one; one = only ? NULL : json_after(one)) {
        struct str name = json_str(one, STR_NONE);
        bool first = only || one == json_first(type);
        buf_printf(out, "%s%.*s", first ? "" : " or ", STR_ARG(name));
        if (str_is(name, "array") && items && !json_get(items, "properties")) {
            buf_puts(out, " of ");
            put_type(out, items);
        }
    }
}

static void put_type(struct buf *out, const struct json *schema)
{
    const struct json *ref = json_get(schema, "$ref"), *only = json_get(schema, "const");
    if (ref) {
        put_ref(out, json_str(ref, STR_NONE));
    } else if (only) {
        buf_printf(out, "`%.*s`", STR_ARG(json_str(only, STR_NONE)));
    } else if (json_get(schema, "enum")) {
        put_choices(out, json_get(schema, "enum"));
    } else if (json_get(schema, "oneOf")) {
        for (const struct json *v = json_first(json_get(schema, "oneOf")); v; v = json_after(v)) {
            buf_puts(out, v == json_first(json_get(schema, "oneOf")) ? "" : " or ");
            put_type(out, v);
        }
    } else if (json_get(schema, "type")) {
        put_type_names(out, schema);
    } else {
        buf_puts(out, "any");
    }
}

/* ---- fields ---- */

static bool is_required(const struct json *schema, struct str name)
{
    const struct json *r = json_first(json_get(schema, "required"));
    while (r && !str_eq(json_str(r, STR_NONE), name))
        r = json_after(r);
    return r != NULL;
}

static void put_limits(struct buf *out, const struct json *schema)
{
    static const struct {
        const char *key, *words;
    } limits[] = {{"minimum", "from "},
                  {"maximum", "to "},
                  {"default", "default "},
                  {"maxLength", "characters to "},
                  {"maxItems", "elements to "}};
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        struct str n = json_number_text(json_get(schema, limits[i].key));
        if (n.n)
            buf_printf(out, "; %s%.*s", limits[i].words, STR_ARG(n));
    }
}

static void put_fields(struct buf *out, const struct json *schema, const char *prefix)
{
    char below[200];
    for (const struct json *p = json_first(json_get(schema, "properties")); p; p = json_after(p)) {
        const struct json *items = json_get(p, "items");
        struct str help = json_str(json_get(p, "description"), STR_LIT(""));
        buf_printf(out, "| `%s%.*s` | ", prefix, STR_ARG(json_name(p)));
        put_type(out, p);
        put_limits(out, p);
        buf_printf(out, " | %s | %.*s |\n", is_required(schema, json_name(p)) ? "yes" : "",
                   STR_ARG(help));
        struct buf name;
        buf_init(&name, sizeof below - 1);
        buf_printf(&name, "%s%.*s%s.", prefix, STR_ARG(json_name(p)), items ? "[]" : "");
        if (buf_terminate(&name) && name.n < sizeof below) {
            memcpy(below, name.p, name.n + 1);
            put_fields(out, items ? items : p, below);
        }
        buf_fini(&name);
    }
}

static enum status put_shape(struct buf *out, const char *name)
{
    const struct json_limits limits = {.max_bytes = (size_t)1 << 20, .max_depth = 64};
    struct json_doc *doc = NULL;
    struct diag diag;
    enum status st = json_parse(str_of(schema_text(name)), &limits, &doc, &diag);
    must(st == OK || st == ST_NOMEM);
    if (st != OK)
        return st;
    buf_printf(out, "\n### %s\n\n| field | type | required | meaning |\n| --- | --- | --- | --- |\n",
               name);
    put_fields(out, json_root(doc), "");
    json_doc_destroy(doc);
    return OK;
}

/* ---- routes ---- */

static void put_shape_cell(struct buf *out, const char *name)
{
    if (name)
        put_link(out, str_of(name));
}

static void put_routes(struct buf *out)
{
    static const char *const auth[] = {"", "key", "signed"};
    buf_puts(out, "## Routes\n\n| method | path | auth | body | reply | what |\n"
                  "| --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < n_routes; i++) {
        const struct route *r = &routes[i];
        buf_printf(out, "| %s | `%s` | %s | ", r->method, r->path, auth[r->auth]);
        put_shape_cell(out, r->request);
        buf_printf(out, " | %u%s", r->status, r->reply ? " " : "");
        put_shape_cell(out, r->reply);
        buf_printf(out, " | %s |\n", r->help);
    }
}

static void put_params(struct buf *out)
{
    static const char *const places[] = {"query", "query, required", "header"};
    const struct param *p;
    buf_puts(out,
             "\n## Parameters\n\n| route | parameter | where | meaning |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < n_routes; i++)
        for (size_t j = 0; (p = route_param(&routes[i], j)); j++)
            buf_printf(out, "| %s `%s` | `%s` | %s | %s |\n", routes[i].method, routes[i].path, p->name,
                       places[p->place], p->help);
}

enum status reference_write(struct buf *out)
{
    enum status st = OK;
    put_routes(out);
    put_params(out);
    buf_puts(out, "\n## Bodies\n");
    for (size_t i = 0; schema_name(i) && st == OK; i++)
        st = put_shape(out, schema_name(i));
    return st;
}
