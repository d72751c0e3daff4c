/* SPDX-License-Identifier: Apache-2.0 */
/* render.c: one walk over a parsed answer. The recursion ends at DEPTH: what lies deeper is told as JSON. */
#include "answer/render.h"

enum { DEPTH = 4, COLUMNS_MAX = 64, LINE_MAX_BYTES = 400 };

struct renderer {
    struct buf *out;
    enum render_form form;
};

enum render_form render_form_of(struct str output)
{
    return str_is(output, "markdown") ? RENDER_MARKDOWN
           : str_is(output, "text")   ? RENDER_TEXT
           : str_is(output, "table")  ? RENDER_TABLE
                                      : RENDER_JSON;
}

/* ---- values in a line ---- */

static bool is_scalar(const struct json *v)
{
    return json_type(v) != JSON_ARRAY && json_type(v) != JSON_OBJECT;
}

static bool all_scalar(const struct json *v)
{
    bool all = true;
    for (const struct json *one = json_first(v); one && all; one = json_after(one))
        all = is_scalar(one);
    return all;
}

static bool all_objects(const struct json *v)
{
    bool all = json_length(v) > 0;
    for (const struct json *one = json_first(v); one && all; one = json_after(one))
        all = json_type(one) == JSON_OBJECT;
    return all;
}

/* Fits behind its name: no lines of its own. */
static bool is_line(const struct json *v)
{
    struct str text = json_str(v, STR_NONE);
    if (json_type(v) == JSON_ARRAY)
        return json_length(v) == 0;
    return is_scalar(v) && text.n <= LINE_MAX_BYTES && str_find(text, '\n') == text.n;
}

static void put_scalar(const struct renderer *r, const struct json *v)
{
    switch (json_type(v)) {
    case JSON_NULL:
        buf_puts(r->out, "\xE2\x80\x94");
        break;
    case JSON_BOOL:
        buf_puts(r->out, json_bool(v, false) ? "yes" : "no");
        break;
    case JSON_STRING:
        buf_put_str(r->out, str_trim(json_str(v, STR_NONE)));
        break;
    case JSON_NUMBER:
        buf_put_str(r->out, json_number_text(v));
        break;
    default:
        if (json_length(v) == 0)
            buf_puts(r->out, "\xE2\x80\x94");
        else
            json_copy(v, r->out);
    }
}

/* "product_name", "productName": Product name. */
static void put_label(const struct renderer *r, struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z';
        bool hump = upper && i && name.p[i - 1] >= 'a' && name.p[i - 1] <= 'z';
        if (hump)
            buf_putc(r->out, ' ');
        buf_putc(r->out, c == '_' ? ' ' : hump ? (char)(c + 32) : lower && !i ? (char)(c - 32) : c);
    }
}

/* ---- tables ---- */

struct columns {
    struct str names[COLUMNS_MAX];
    unsigned n;
};

static void add_columns(struct columns *columns, const struct json *row)
{
    for (const struct json *v = json_first(row); v; v = json_after(v)) {
        unsigned i = 0;
        while (i < columns->n && !str_eq(columns->names[i], json_name(v)))
            i++;
        if (i == columns->n && i < COLUMNS_MAX)
            columns->names[columns->n++] = json_name(v);
    }
}

/* On one line, with the bars of its text escaped. */
static void put_cell(const struct renderer *r, const struct json *v)
{
    struct buf text;
    const struct renderer inner = {.out = &text, .form = r->form};
    buf_init(&text, r->out->max);
    if (v && json_type(v) == JSON_ARRAY && all_scalar(v)) {
        for (const struct json *one = json_first(v); one; one = json_after(one)) {
            put_scalar(&inner, one);
            buf_puts(&text, json_after(one) ? ", " : "");
        }
    } else if (v && json_type(v) != JSON_NULL) {
        put_scalar(&inner, v);
    }
    for (size_t i = 0; i < text.n; i++) {
        bool breaks = text.p[i] == '\n' || text.p[i] == '\r';
        if (text.p[i] == '|')
            buf_putc(r->out, '\\');
        buf_putc(r->out, breaks ? ' ' : text.p[i]);
    }
    if (text.status != OK && r->out->status == OK)
        r->out->status = text.status;
    buf_fini(&text);
}

static void put_head(const struct renderer *r, const struct columns *columns)
{
    buf_putc(r->out, '|');
    for (unsigned k = 0; k < columns->n; k++) {
        buf_putc(r->out, ' ');
        put_label(r, columns->names[k]);
        buf_puts(r->out, " |");
    }
    buf_puts(r->out, "\n|");
    for (unsigned k = 0; k < columns->n; k++)
        buf_puts(r->out, " --- |");
    buf_putc(r->out, '\n');
}

static void put_row(const struct renderer *r, const struct columns *columns, const struct json *row)
{
    buf_putc(r->out, '|');
    for (unsigned k = 0; k < columns->n; k++) {
        buf_putc(r->out, ' ');
        put_cell(r, json_get(row, columns->names[k].p));
        buf_puts(r->out, " |");
    }
    buf_putc(r->out, '\n');
}

static void put_table(const struct renderer *r, const struct json *rows)
{
    struct columns columns = {.n = 0};
    for (const struct json *row = json_first(rows); row; row = json_after(row))
        add_columns(&columns, row);
    put_head(r, &columns);
    for (const struct json *row = json_first(rows); row; row = json_after(row))
        put_row(r, &columns, row);
}

/* ---- everything else ---- */

static void put_value(const struct renderer *r, const struct json *v, unsigned depth);

static void put_heading(const struct renderer *r, struct str name, unsigned depth)
{
    if (r->out->n)
        buf_putc(r->out, '\n');
    for (unsigned i = 0; r->form != RENDER_TEXT && i < depth + 2; i++)
        buf_putc(r->out, '#');
    if (r->form != RENDER_TEXT)
        buf_putc(r->out, ' ');
    put_label(r, name);
    buf_puts(r->out, r->form == RENDER_TEXT ? ":\n" : "\n\n");
}

static void put_line(const struct renderer *r, const struct json *v)
{
    bool marked = r->form != RENDER_TEXT;
    buf_puts(r->out, marked ? "- **" : "");
    put_label(r, json_name(v));
    buf_puts(r->out, marked ? "**: " : ": ");
    put_scalar(r, v);
    buf_putc(r->out, '\n');
}

/* Members that are lines come first, so that none of them seems to belong to the heading above it. */
static void put_object(const struct renderer *r, const struct json *object, unsigned depth)
{
    struct columns flat = {.n = 0};
    for (const struct json *v = json_first(object); v; v = json_after(v)) {
        if (is_line(v) && r->form != RENDER_TABLE)
            put_line(r, v);
        else if (is_line(v) && flat.n < COLUMNS_MAX)
            flat.names[flat.n++] = json_name(v);
    }
    if (flat.n) {
        put_head(r, &flat);
        put_row(r, &flat, object);
    }
    for (const struct json *v = json_first(object); v; v = json_after(v)) {
        if (is_line(v))
            continue;
        if (json_length(object) > 1)
            put_heading(r, json_name(v), depth);
        put_value(r, v, depth + 1);
    }
}

static void put_array(const struct renderer *r, const struct json *array, unsigned depth)
{
    if (all_objects(array) && r->form != RENDER_TEXT) {
        put_table(r, array);
        return;
    }
    for (const struct json *v = json_first(array); v; v = json_after(v)) {
        bool line = is_scalar(v);
        buf_puts(r->out, line ? "- " : v == json_first(array) ? "" : "\n");
        put_value(r, v, depth + 1);
    }
}

static void put_value(const struct renderer *r, const struct json *v, unsigned depth)
{
    if (json_type(v) == JSON_OBJECT && depth < DEPTH)
        put_object(r, v, depth);
    else if (json_type(v) == JSON_ARRAY && depth < DEPTH && json_length(v))
        put_array(r, v, depth);
    else {
        put_scalar(r, v);
        buf_putc(r->out, '\n');
    }
}

enum status render(enum render_form form, struct str json, struct buf *out)
{
    const struct json_limits limits = {
        .max_bytes = json.n, .max_depth = JSON_MAX_DEPTH, .replace_nul = true};
    const struct renderer r = {.out = out, .form = form};
    struct json_doc *doc = NULL;
    if (form == RENDER_JSON)
        return OK;
    enum status st = json_parse(json, &limits, &doc, NULL);
    if (st != OK)
        return st;
    const struct json *root = json_root(doc), *only = json_first(root);
    bool alone =
        json_length(root) == 1 && json_type(root) == JSON_OBJECT && json_type(only) == JSON_STRING;
    put_value(&r, alone ? only : root, 0);
    json_doc_destroy(doc);
    return out->status;
}
