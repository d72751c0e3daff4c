/* SPDX-License-Identifier: Apache-2.0 */
/* json.c: reading JSON: a strict scan of our own, then cJSON for the tree. The only file that knows cJSON.
 *
 * The scan is a state machine without recursion that checks the text by RFC 8259 and writes a canonical
 * copy: no white space, strings decoded and escaped again in one way, and every string and number as a
 * string that begins with a letter: "s" then the string, "n" then the number's text. So cJSON neither reads
 * numbers (it would round them, and cut them at 63 characters) nor sees anything it is lax about, and equal
 * names are equal bytes.
 * A struct json is a cJSON item. Threads: none of its own. (cJSON_ParseWithLength() clears an error position
 * that is global to cJSON; nobody here reads it.) */
#include "base/json.h"
#include "base/utf8.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define TAG_STRING 's'
#define TAG_NUMBER 'n'

struct json_doc {
    cJSON *root;
};

enum next { NEXT_VALUE, NEXT_ITEM_OR_END, NEXT_NAME, NEXT_NAME_OR_END, NEXT_AFTER, NEXT_DONE };

/* A member's name: n canonical bytes at `at` in the copy; `from` is where it stands in the text. */
struct member {
    size_t object, at, n, from;
};

struct scan {
    struct str text;
    size_t at;
    const struct json_limits *limits;
    struct diag *diag;
    enum next next;
    unsigned depth, n_values;
    size_t object[JSON_MAX_DEPTH]; /* by depth: the object's number, from 1; 0 is an array */
    size_t n_objects;
    struct member *members;
    size_t n_members, cap_members;
    struct buf out;
};

/* ---- the scan ---- */

static enum status fail(struct scan *s, enum status st, const char *what)
{
    if (s->diag)
        s->diag->at = s->at;
    return diag_set(s->diag, st, "The JSON text can't be read at byte %zu: %s.", s->at, what);
}

static enum status refuse(struct scan *s, const char *what)
{
    return fail(s, ST_INPUT, s->at < s->text.n ? what : "it ends too early");
}

static int peek(const struct scan *s)
{
    return s->at < s->text.n ? (unsigned char)s->text.p[s->at] : -1;
}

static void skip_space(struct scan *s)
{
    for (int c = peek(s); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = peek(s))
        s->at++;
}

static void put_code(struct scan *s, uint32_t code)
{
    char utf8[4];
    if (code < 0x20)
        buf_printf(&s->out, "\\u%04x", (unsigned)code);
    else if (code == '"' || code == '\\')
        buf_printf(&s->out, "\\%c", (int)code);
    else
        buf_put(&s->out, utf8, utf8_encode(code, utf8));
}

/* Reads XXXX of \uXXXX. */
static enum status scan_hex(struct scan *s, uint32_t *ret_code)
{
    uint32_t code = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        int c = peek(s), low = c | 0x20;
        if (c >= '0' && c <= '9')
            code = code * 16 + (uint32_t)(c - '0');
        else if (c > 0 && low >= 'a' && low <= 'f')
            code = code * 16 + (uint32_t)(low - 'a' + 10);
        else
            return refuse(s, "four hex digits are expected after \\u");
    }
    *ret_code = code;
    return OK;
}

/* Behind "\u". */
static enum status scan_unicode(struct scan *s)
{
    uint32_t code = 0, low = 0;
    enum status st = scan_hex(s, &code);
    if (st != OK)
        return st;
    if (code == 0 && !s->limits->replace_nul)
        return refuse(s, "\\u0000 is not allowed in a text");
    if (code == 0)
        code = 0xFFFD;
    if (code >= 0xD800 && code < 0xDC00 && str_starts(str_from(s->text, s->at), STR_LIT("\\u"))) {
        s->at += 2;
        st = scan_hex(s, &low);
        if (st != OK)
            return st;
        if (low >= 0xDC00 && low < 0xE000)
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    if (code >= 0xD800 && code < 0xE000)
        return fail(s, ST_INPUT, "half of a surrogate pair stands alone");
    put_code(s, code);
    return OK;
}

static enum status scan_escape(struct scan *s)
{
    static const char names[] = "\"\\/bfnrt", codes[] = "\"\\/\b\f\n\r\t";
    s->at++;
    int c = peek(s);
    const char *hit = c > 0 ? strchr(names, c) : NULL;
    if (c != 'u' && !hit)
        return refuse(s, "no such escape");
    s->at++;
    if (c == 'u')
        return scan_unicode(s);
    put_code(s, (unsigned char)codes[hit - names]);
    return OK;
}

/* At the opening quote. Writes the content and the closing quote. */
static enum status scan_string(struct scan *s)
{
    s->at++;
    for (;;) {
        int c = peek(s);
        struct str rest = str_from(s->text, s->at);
        size_t n = utf8_length(rest);
        enum status st = OK;
        if (c == '"')
            break;
        if (c == '\\')
            st = scan_escape(s);
        else if (c < 0x20)
            st = refuse(s, "a control character in a string must be escaped");
        else if (n == 0)
            st = refuse(s, "this is not UTF-8");
        else
            buf_put(&s->out, rest.p, n), s->at += n;
        if (st != OK)
            return st;
    }
    s->at++;
    buf_putc(&s->out, '"');
    return OK;
}

static bool skip_digits(struct scan *s)
{
    size_t from = s->at;
    while (s->at < s->text.n && ascii_is_digit(s->text.p[s->at]))
        s->at++;
    return s->at > from;
}

static enum status scan_number(struct scan *s)
{
    size_t from = s->at;
    if (peek(s) == '-')
        s->at++;
    if (peek(s) == '0')
        s->at++;
    else if (!skip_digits(s))
        return refuse(s, "a digit is expected");
    if (peek(s) == '.') {
        s->at++;
        if (!skip_digits(s))
            return refuse(s, "a digit is expected after the point");
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        if (!skip_digits(s))
            return refuse(s, "a digit is expected in the exponent");
    }
    buf_puts(&s->out, "\"n");
    buf_put(&s->out, s->text.p + from, s->at - from);
    buf_putc(&s->out, '"');
    return OK;
}

static enum status scan_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_starts(str_from(s->text, s->at), str_of(words[i]))) {
            buf_puts(&s->out, words[i]);
            s->at += strlen(words[i]);
            return OK;
        }
    }
    return refuse(s, "a value is expected");
}

static enum status scan_open(struct scan *s, bool is_object)
{
    if (s->depth == s->limits->max_depth)
        return fail(s, ST_LIMIT, "it is nested too deep");
    s->object[s->depth++] = is_object ? ++s->n_objects : 0;
    s->next = is_object ? NEXT_NAME_OR_END : NEXT_ITEM_OR_END;
    buf_putc(&s->out, s->text.p[s->at++]);
    return OK;
}

static enum status scan_close(struct scan *s)
{
    s->depth--;
    s->next = NEXT_AFTER;
    buf_putc(&s->out, s->text.p[s->at++]);
    return OK;
}

static enum status step_value(struct scan *s)
{
    int c = peek(s);
    if (++s->n_values > JSON_MAX_VALUES)
        return fail(s, ST_LIMIT, "it holds too many values");
    s->next = NEXT_AFTER;
    if (c == '{' || c == '[')
        return scan_open(s, c == '{');
    if (c == '"') {
        buf_puts(&s->out, "\"s");
        return scan_string(s);
    }
    return c == '-' || (c >= '0' && c <= '9') ? scan_number(s) : scan_word(s);
}

static struct member *member_add(struct scan *s)
{
    if (s->n_members == s->cap_members) {
        size_t cap = s->cap_members ? s->cap_members * 2 : 64;
        struct member *more = realloc(s->members, cap * sizeof *more);
        if (!more)
            return NULL;
        s->members = more;
        s->cap_members = cap;
    }
    return &s->members[s->n_members++];
}

static enum status step_name(struct scan *s)
{
    if (peek(s) != '"')
        return refuse(s, "a name in double quotes is expected");
    struct member *m = member_add(s);
    if (!m)
        return ST_NOMEM;
    buf_putc(&s->out, '"');
    *m = (struct member){.object = s->object[s->depth - 1], .at = s->out.n, .from = s->at};
    enum status st = scan_string(s);
    if (st != OK)
        return st;
    m->n = s->out.n - 1 - m->at;
    skip_space(s);
    if (peek(s) != ':')
        return refuse(s, "':' is expected after a name");
    s->at++;
    buf_putc(&s->out, ':');
    s->next = NEXT_VALUE;
    return OK;
}

static enum status step_after(struct scan *s)
{
    int c = peek(s);
    if (s->depth == 0) {
        s->next = NEXT_DONE;
        return c < 0 ? OK : refuse(s, "something follows the value");
    }
    bool is_object = s->object[s->depth - 1] != 0;
    if (c == (is_object ? '}' : ']'))
        return scan_close(s);
    if (c != ',')
        return refuse(s, is_object ? "',' or '}' is expected" : "',' or ']' is expected");
    s->at++;
    buf_putc(&s->out, ',');
    s->next = is_object ? NEXT_NAME : NEXT_VALUE;
    return OK;
}

static enum status step(struct scan *s)
{
    skip_space(s);
    switch (s->next) {
    case NEXT_ITEM_OR_END:
        return peek(s) == ']' ? scan_close(s) : step_value(s);
    case NEXT_NAME_OR_END:
        return peek(s) == '}' ? scan_close(s) : step_name(s);
    case NEXT_NAME:
        return step_name(s);
    case NEXT_AFTER:
        return step_after(s);
    default:
        return step_value(s);
    }
}

static int member_cmp(const void *left, const void *right, void *copy)
{
    const struct member *a = left, *b = right;
    const char *p = copy;
    if (a->object != b->object)
        return a->object < b->object ? -1 : 1;
    int c = str_cmp(str_make(p + a->at, a->n), str_make(p + b->at, b->n));
    return c ? c : (a->from > b->from) - (a->from < b->from);
}

/* Sorted by object and name, twins are neighbours: no hash that a stranger could play with. */
static enum status refuse_twins(struct scan *s)
{
    if (s->n_members < 2)
        return OK;
    qsort_r(s->members, s->n_members, sizeof *s->members, member_cmp, s->out.p);
    for (size_t i = 1; i < s->n_members; i++) {
        const struct member *a = &s->members[i - 1], *b = &s->members[i];
        struct str name = str_make(s->out.p + b->at, b->n);
        if (a->object == b->object && str_eq(str_make(s->out.p + a->at, a->n), name)) {
            s->at = b->from;
            if (s->diag)
                s->diag->at = s->at;
            return diag_set(s->diag, ST_INPUT,
                            "The name \"%.*s\" at byte %zu stands twice in one object.",
                            STR_ARG(str_head(name, 80)), s->at);
        }
    }
    return OK;
}

static enum status scan_document(struct scan *s)
{
    enum status st = OK;
    if (str_starts(s->text, STR_LIT("\xEF\xBB\xBF")))
        s->at = 3;
    while (st == OK && s->next != NEXT_DONE)
        st = step(s);
    if (st == OK)
        st = s->out.status;
    return st == OK ? refuse_twins(s) : st;
}

static enum status build(struct str copy, struct json_doc **ret_doc)
{
    struct json_doc *doc = malloc(sizeof *doc);
    if (!doc)
        return ST_NOMEM;
    doc->root = cJSON_ParseWithLength(copy.p, copy.n);
    if (!doc->root) { /* the copy is JSON that cJSON can read: only memory can be missing */
        free(doc);
        return ST_NOMEM;
    }
    *ret_doc = doc;
    return OK;
}

enum status json_parse(struct str text, const struct json_limits *limits, struct json_doc **ret_doc,
                       struct diag *ret_diag)
{
    must(limits->max_depth <= JSON_MAX_DEPTH);
    if (text.n > limits->max_bytes)
        return diag_set(ret_diag, ST_LIMIT, "The JSON text has %zu bytes; at most %zu are read.", text.n,
                        limits->max_bytes);
    struct scan s = {.text = text, .limits = limits, .diag = ret_diag};
    buf_init(&s.out, text.n * 3 + 16); /* the worst: "\n" (2 bytes) is written as 6 */
    enum status st = scan_document(&s);
    if (st == OK)
        st = build(buf_str(&s.out), ret_doc);
    if (st == ST_NOMEM)
        diag_set(ret_diag, st, "There is not enough memory to read the JSON text.");
    free(s.members);
    buf_fini(&s.out);
    return st;
}

void json_doc_destroy(struct json_doc *doc)
{
    if (!doc)
        return;
    cJSON_Delete(doc->root);
    free(doc);
}

/* ---- the tree ---- */

static const cJSON *item(const struct json *v)
{
    return (const cJSON *)v;
}

static const struct json *value(const cJSON *c)
{
    return (const struct json *)c;
}

const struct json *json_root(const struct json_doc *doc)
{
    return value(doc->root);
}

enum json_type json_type(const struct json *v)
{
    const cJSON *c = item(v);
    switch (c->type & 0xFF) {
    case cJSON_True:
    case cJSON_False:
        return JSON_BOOL;
    case cJSON_String:
        return c->valuestring[0] == TAG_NUMBER ? JSON_NUMBER : JSON_STRING;
    case cJSON_Array:
        return JSON_ARRAY;
    case cJSON_Object:
        return JSON_OBJECT;
    default:
        return JSON_NULL;
    }
}

const struct json *json_get(const struct json *v, const char *name)
{
    if (!v || json_type(v) != JSON_OBJECT)
        return NULL;
    const cJSON *c = item(v)->child;
    while (c && strcmp(c->string, name) != 0)
        c = c->next;
    return value(c);
}

size_t json_length(const struct json *v)
{
    size_t n = 0;
    for (const struct json *c = json_first(v); c; c = json_after(c))
        n++;
    return n;
}

const struct json *json_first(const struct json *v)
{
    return v ? value(item(v)->child) : NULL;
}

const struct json *json_after(const struct json *v)
{
    return v ? value(item(v)->next) : NULL;
}

struct str json_name(const struct json *v)
{
    return v ? str_of(item(v)->string) : STR_NONE;
}

struct str json_str(const struct json *v, struct str fallback)
{
    return v && json_type(v) == JSON_STRING ? str_of(item(v)->valuestring + 1) : fallback;
}

bool json_bool(const struct json *v, bool fallback)
{
    return v && json_type(v) == JSON_BOOL ? (item(v)->type & 0xFF) == cJSON_True : fallback;
}

struct str json_number_text(const struct json *v)
{
    return v && json_type(v) == JSON_NUMBER ? str_of(item(v)->valuestring + 1) : STR_NONE;
}

double json_double(const struct json *v, double fallback)
{
    struct str text = json_number_text(v);
    double d = str_is_set(text) ? strtod(text.p, NULL) : fallback; /* NUL-terminated: cJSON's own copy */
    return isfinite(d) ? d : fallback;
}

/* A number's text as digits * 10^exponent; the digits are those of text but '.'. */
struct decimal {
    struct str digits;
    int64_t exponent;
    bool negative;
};

static struct decimal decimal_of(struct str text)
{
    struct decimal d = {.negative = text.p[0] == '-'};
    if (d.negative)
        text = str_from(text, 1);
    size_t e = str_find(text, 'e'), upper = str_find(text, 'E');
    e = e < upper ? e : upper;
    d.digits = str_head(text, e);
    if (e < text.n)
        d.exponent = strtoll(text.p + e + 1, NULL, 10); /* saturates, which is as good as exact */
    size_t point = str_find(d.digits, '.');
    if (point < d.digits.n && d.exponent > INT64_MIN / 2)
        d.exponent -= (int64_t)(d.digits.n - point - 1);
    /* Zeros at the end are worth an exponent each. */
    while (d.digits.n && (d.digits.p[d.digits.n - 1] == '0' || d.digits.p[d.digits.n - 1] == '.')) {
        if (d.digits.p[d.digits.n - 1] == '0' && d.exponent < INT64_MAX)
            d.exponent++;
        d.digits.n--;
    }
    return d;
}

/* n * 10 + digit towards the negative side, which is the longer one. */
static bool push_digit(int64_t *n, int digit)
{
    return !__builtin_mul_overflow(*n, (int64_t)10, n) && !__builtin_sub_overflow(*n, (int64_t)digit, n);
}

int64_t json_int(const struct json *v, int64_t fallback)
{
    struct str text = json_number_text(v);
    if (!str_is_set(text))
        return fallback;
    struct decimal d = decimal_of(text);
    int64_t n = 0;
    for (size_t i = 0; i < d.digits.n; i++)
        if (d.digits.p[i] != '.' && !push_digit(&n, d.digits.p[i] - '0'))
            return fallback;
    if (n == 0)
        return 0;
    if (d.exponent < 0)
        return fallback;
    for (int64_t i = 0; i < d.exponent; i++)
        if (!push_digit(&n, 0))
            return fallback;
    if (d.negative)
        return n;
    return n == INT64_MIN ? fallback : -n;
}
