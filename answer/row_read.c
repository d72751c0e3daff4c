/* SPDX-License-Identifier: Apache-2.0 */
/* row_read.c: stored rows taken apart. A row was written by this room, so it is walked, not parsed: members of
 * its outermost object are found by counting brackets outside strings. Linear, no memory, no recursion; bytes
 * that are no such object are ST_CORRUPT, and nothing is read beyond them. */
#include "answer/answer.h"

#include "base/json.h"

struct walk {
    const char *p, *end;
};

struct member {
    struct str name; /* between the quotes, as escaped */
    struct str value;
};

/* Past a string that begins at w->p; false: it does not end. */
static bool skip_string(struct walk *w)
{
    for (w->p++; w->p < w->end; w->p++) {
        if (*w->p == '\\' && w->p + 1 < w->end)
            w->p++;
        else if (*w->p == '"') {
            w->p++;
            return true;
        }
    }
    return false;
}

/* Past one value: up to the comma or bracket that ends it. */
static bool skip_value(struct walk *w)
{
    size_t depth = 0;
    const char *from = w->p;
    while (w->p < w->end) {
        char c = *w->p;
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            return w->p > from;
        if (c == '"') {
            if (!skip_string(w))
                return false;
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        w->p++;
    }
    return false;
}

static bool take(struct walk *w, char c)
{
    bool here = w->p < w->end && *w->p == c;
    w->p += here;
    return here;
}

/* The next member; ST_NOTFOUND behind the last one. The walk begins behind the opening bracket. */
static enum status next_member(struct walk *w, struct member *ret_member)
{
    if (w->end - w->p == 1 && *w->p == '}')
        return ST_NOTFOUND;
    const char *name = w->p;
    if (w->p == w->end || *name != '"' || !skip_string(w))
        return ST_CORRUPT;
    struct str key = str_make(name + 1, (size_t)(w->p - name) - 2);
    if (!take(w, ':'))
        return ST_CORRUPT;
    const char *value = w->p;
    if (!skip_value(w))
        return ST_CORRUPT;
    *ret_member = (struct member){key, str_make(value, (size_t)(w->p - value))};
    return take(w, ',') || *w->p == '}' ? OK : ST_CORRUPT;
}

static enum status begin(struct str json, struct walk *ret_walk)
{
    *ret_walk = (struct walk){json.p, json.p + json.n};
    return json.n >= 2 && take(ret_walk, '{') ? OK : ST_CORRUPT;
}

static uint64_t number_of(struct str digits)
{
    uint64_t n = 0;
    for (size_t i = 0; i < digits.n && ascii_is_digit(digits.p[i]) && n < UINT64_MAX / 16; i++)
        n = n * 10 + (uint64_t)(digits.p[i] - '0');
    return n;
}

static struct str inside(struct str quoted)
{
    return quoted.n >= 2 && quoted.p[0] == '"' ? str_make(quoted.p + 1, quoted.n - 2) : STR_NONE;
}

enum status answer_row_read(struct str json, struct answer_row *ret_row)
{
    struct answer_row row = {.failed = false};
    struct walk w;
    struct member m;
    enum status st = begin(json, &w);
    while (st == OK && (st = next_member(&w, &m)) == OK) {
        if (str_is(m.name, "data"))
            row.data = m.value;
        else if (str_is(m.name, "failed"))
            row.failed = str_is(m.value, "true");
        else if (str_is(m.name, "error"))
            row.error = inside(m.value);
        else if (str_is(m.name, "engine"))
            row.engine = inside(m.value);
        else if (str_is(m.name, "warnings"))
            row.warnings = m.value;
        else if (str_is(m.name, "grounding"))
            row.grounding = m.value;
        else if (str_is(m.name, "inputTokens"))
            row.input_tokens = number_of(m.value);
        else if (str_is(m.name, "outputTokens"))
            row.output_tokens = number_of(m.value);
    }
    if (st != ST_NOTFOUND || row.failed == str_is_set(row.data))
        return ST_CORRUPT;
    *ret_row = row;
    return OK;
}

static void put_member(struct buf *out, struct str name, struct str value)
{
    buf_puts(out, ",\"");
    buf_put_str(out, name);
    buf_puts(out, "\":");
    buf_put_str(out, value);
}

static enum status put_data(struct str data, struct buf *out)
{
    struct walk w;
    struct member m;
    if (begin(data, &w) != OK) {
        put_member(out, STR_LIT("data"), data);
        return OK;
    }
    enum status st;
    while ((st = next_member(&w, &m)) == OK)
        if (!str_is(m.name, "url"))
            put_member(out, m.name, m.value);
    return st == ST_NOTFOUND ? OK : st;
}

enum status answer_row_line(struct str url, struct str stored, struct buf *out)
{
    struct answer_row row;
    enum status st = answer_row_read(stored, &row);
    if (st != OK)
        return st;
    struct json_out json;
    json_out_init(&json, out, 0);
    buf_puts(out, "{\"url\":");
    json_put_str(&json, url);
    if (!row.failed) {
        st = put_data(row.data, out);
    } else if (row.error.n) {
        buf_puts(out, ",\"error\":\"");
        buf_put_str(out, row.error);
        buf_putc(out, '"');
    } else {
        put_member(out, STR_LIT("failed"), STR_LIT("true"));
    }
    buf_putc(out, '}');
    return st != OK ? st : out->status;
}
