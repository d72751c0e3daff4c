/* SPDX-License-Identifier: Apache-2.0 */
/* json_out.c: writing JSON: the stream of json_begin() to json_end(), and a value of a document written back.
 *
 * Strings are made safe here: what is not UTF-8 becomes U+FFFD, so that the output is always JSON.
 * Invariant: need_comma[d] tells whether something stands already on level d. Threads: none of its own. */
#include "base/json.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void put_control(struct buf *out, unsigned char c)
{
    static const char codes[] = "\b\f\n\r\t", names[] = "bfnrt";
    const char *hit = c ? strchr(codes, c) : NULL;
    if (hit)
        buf_printf(out, "\\%c", names[hit - codes]);
    else
        buf_printf(out, "\\u%04x", c);
}

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* The character that s begins with, escaped or replaced; how many bytes of s it took. */
static size_t put_special(struct buf *out, struct str s)
{
    size_t n = utf8_length(s);
    if (n == 0)
        buf_puts(out, UTF8_REPLACEMENT);
    else if (n > 1)
        buf_put(out, s.p, n);
    else if ((unsigned char)s.p[0] < 0x20)
        put_control(out, (unsigned char)s.p[0]);
    else
        buf_printf(out, "\\%c", s.p[0]);
    return n ? n : 1;
}

static void put_quoted(struct buf *out, struct str s)
{
    buf_putc(out, '"');
    while (s.n) {
        size_t plain = 0;
        while (plain < s.n && is_plain(s.p[plain]))
            plain++;
        buf_put(out, s.p, plain);
        s = str_from(s, plain);
        if (s.n)
            s = str_from(s, put_special(out, s));
    }
    buf_putc(out, '"');
}

/* ---- the stream ---- */

void json_out_init(struct json_out *w, struct buf *out, unsigned indent)
{
    *w = (struct json_out){.out = out, .indent = indent};
}

static void new_line(struct json_out *w)
{
    if (!w->indent)
        return;
    buf_putc(w->out, '\n');
    for (unsigned i = 0; i < w->depth * w->indent; i++)
        buf_putc(w->out, ' ');
}

/* Before a name, or a value that has none. */
static void separate(struct json_out *w)
{
    if (w->depth == 0)
        return;
    if (w->need_comma[w->depth])
        buf_putc(w->out, ',');
    w->need_comma[w->depth] = true;
    new_line(w);
}

static void before_value(struct json_out *w)
{
    if (!w->after_key)
        separate(w);
    w->after_key = false;
}

void json_begin(struct json_out *w, char bracket)
{
    before_value(w);
    buf_putc(w->out, bracket);
    must(w->depth + 1 < JSON_OUT_DEPTH);
    w->need_comma[++w->depth] = false;
}

void json_end(struct json_out *w, char bracket)
{
    must(w->depth > 0 && !w->after_key);
    bool had_some = w->need_comma[w->depth--];
    if (had_some)
        new_line(w);
    buf_putc(w->out, bracket);
}

void json_key_str(struct json_out *w, struct str name)
{
    must(w->depth > 0 && !w->after_key);
    separate(w);
    put_quoted(w->out, name);
    buf_puts(w->out, w->indent ? ": " : ":");
    w->after_key = true;
}

void json_key(struct json_out *w, const char *name)
{
    json_key_str(w, str_of(name));
}

void json_put_str(struct json_out *w, struct str s)
{
    before_value(w);
    put_quoted(w->out, s);
}

void json_put_int(struct json_out *w, int64_t n)
{
    before_value(w);
    buf_printf(w->out, "%" PRId64, n);
}

void json_put_double(struct json_out *w, double n)
{
    char text[40] = "null";
    for (int digits = 15; isfinite(n) && digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, n);
        if (strtod(text, NULL) == n)
            break;
    }
    json_put_raw(w, str_of(text));
}

void json_put_bool(struct json_out *w, bool b)
{
    json_put_raw(w, b ? STR_LIT("true") : STR_LIT("false"));
}

void json_put_null(struct json_out *w)
{
    json_put_raw(w, STR_LIT("null"));
}

void json_put_raw(struct json_out *w, struct str json)
{
    before_value(w);
    buf_put_str(w->out, json);
}

void json_put_value(struct json_out *w, const struct json *v)
{
    before_value(w);
    json_copy(v, w->out);
}

/* ---- a value written back ---- */

static void copy_scalar(const struct json *v, struct buf *out)
{
    switch (json_type(v)) {
    case JSON_STRING:
        put_quoted(out, json_str(v, STR_NONE));
        break;
    case JSON_NUMBER:
        buf_put_str(out, json_number_text(v));
        break;
    case JSON_BOOL:
        buf_puts(out, json_bool(v, false) ? "true" : "false");
        break;
    default:
        buf_puts(out, "null");
    }
}

static bool is_object(const struct json *v)
{
    return json_type(v) == JSON_OBJECT;
}

static void copy_name(const struct json *parent, const struct json *v, struct buf *out)
{
    if (!is_object(parent))
        return;
    put_quoted(out, json_name(v));
    buf_putc(out, ':');
}

/* Walks without recursion; `open` holds the containers that v stands in, root first. */
void json_copy(const struct json *v, struct buf *out)
{
    const struct json *open[JSON_MAX_DEPTH];
    unsigned depth = 0;
    while (v) {
        bool is_container = is_object(v) || json_type(v) == JSON_ARRAY;
        if (is_container) {
            buf_putc(out, is_object(v) ? '{' : '[');
            must(depth < JSON_MAX_DEPTH);
            open[depth++] = v;
        } else {
            copy_scalar(v, out);
        }
        const struct json *next = is_container ? json_first(v) : depth ? json_after(v) : NULL;
        if (next && !is_container)
            buf_putc(out, ',');
        while (!next && depth) {
            v = open[--depth];
            buf_putc(out, is_object(v) ? '}' : ']');
            next = depth ? json_after(v) : NULL;
            if (next)
                buf_putc(out, ',');
        }
        if (next)
            copy_name(open[depth - 1], next, out);
        v = next;
    }
}
