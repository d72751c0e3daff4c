/* SPDX-License-Identifier: Apache-2.0 */
/* model_json.c: from the strictest reading to the most patient one; the first that gives JSON counts. */
#include "answer/model_json.h"

#define TEXT_MAX ((size_t)4 << 20)

static const struct json_limits limits = {
    .max_bytes = TEXT_MAX, .max_depth = MODEL_JSON_DEPTH, .replace_nul = true};

static size_t find(struct str s, const char *word)
{
    struct str w = str_of(word);
    for (size_t i = 0; i + w.n <= s.n; i++)
        if (memcmp(s.p + i, w.p, w.n) == 0)
            return i;
    return s.n;
}

/* A thought before the answer is none. */
static struct str skip_thought(struct str text)
{
    text = str_trim(text);
    if (!str_starts(text, STR_LIT("<think>")))
        return text;
    size_t end = find(text, "</think>");
    return end < text.n ? str_trim(str_from(text, end + 8)) : str_make(text.p, 0);
}

/* What stands between the first fence and the next one, or the end. */
static struct str fenced(struct str text)
{
    size_t from = find(text, "```");
    if (from == text.n)
        return str_make(text.p, 0);
    text = str_from(text, from + 3);
    text = str_from(text, str_find(text, '\n') + 1);
    return str_head(text, find(text, "```"));
}

static struct str from_bracket(struct str text)
{
    size_t object = str_find(text, '{'), array = str_find(text, '[');
    return str_from(text, object < array ? object : array);
}

/* ---- mending ---- */

struct mend {
    struct str in;
    size_t at;
    struct buf *out;
    char open[MODEL_JSON_DEPTH]; /* the brackets that are open: what closes them */
    unsigned depth;
    size_t whole_n; /* out, up to the end of the last value that is surely whole */
    char whole_open[MODEL_JSON_DEPTH];
    unsigned whole_depth;
    bool cut;
};

static void mark_whole(struct mend *m, size_t n)
{
    m->whole_n = n;
    m->whole_depth = m->depth;
    memcpy(m->whole_open, m->open, sizeof m->open);
}

/* The string that begins here; false: it does not end. */
static bool mend_string(struct mend *m)
{
    buf_putc(m->out, '"');
    for (m->at++; m->at < m->in.n; m->at++) {
        unsigned char c = (unsigned char)m->in.p[m->at];
        if (c == '"') {
            buf_putc(m->out, '"');
            m->at++;
            return true;
        }
        if (c == '\\' && m->at + 1 < m->in.n) {
            char next = m->in.p[++m->at];
            if (next != '\'')
                buf_putc(m->out, '\\');
            buf_putc(m->out, next);
        } else if (c < 0x20) {
            buf_printf(m->out, "\\u%04x", c);
        } else {
            buf_putc(m->out, (char)c);
        }
    }
    return false;
}

/* A name of Python's, or a letter as it stands. */
static void mend_word(struct mend *m)
{
    static const struct {
        const char *from, *to;
    } words[] = {{"True", "true"}, {"False", "false"}, {"None", "null"}};
    struct str rest = str_from(m->in, m->at);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_starts(rest, str_of(words[i].from))) {
            buf_puts(m->out, words[i].to);
            m->at += strlen(words[i].from);
            return;
        }
    buf_putc(m->out, m->in.p[m->at++]);
}

static bool comma_is_last(const struct mend *m)
{
    struct str rest = str_trim(str_from(m->in, m->at + 1));
    return rest.n && (rest.p[0] == '}' || rest.p[0] == ']');
}

/* One step; false: the outermost bracket is closed, or nothing can be mended. */
static bool mend_step(struct mend *m)
{
    char c = m->in.p[m->at];
    if (c == '"')
        return mend_string(m);
    if (c == '{' || c == '[') {
        if (m->depth == MODEL_JSON_DEPTH)
            return false;
        m->open[m->depth++] = c == '{' ? '}' : ']';
    } else if (c == '}' || c == ']') {
        if (m->depth == 0 || m->open[m->depth - 1] != c)
            return false;
        m->depth--;
        buf_putc(m->out, c);
        m->at++;
        mark_whole(m, m->out->n);
        return m->depth > 0;
    } else if (c == ',') {
        if (comma_is_last(m)) {
            m->at++;
            return true;
        }
        mark_whole(m, m->out->n);
    } else if (ascii_is_alpha(c)) {
        mend_word(m);
        return true;
    }
    buf_putc(m->out, c);
    m->at++;
    return true;
}

/* What stands in the text from its first bracket on. False: nothing is left. */
static bool mend(struct str text, struct buf *out, bool *ret_cut)
{
    struct mend m = {.in = text, .out = out};
    bool going = true;
    while (m.at < text.n && going)
        going = mend_step(&m);
    bool closed = m.depth == 0 && m.at > 0;
    if (!closed && m.at < text.n)
        return false;
    if (!closed) {
        if (m.whole_n == 0)
            return false;
        out->n = m.whole_n;
        while (m.whole_depth > 0)
            buf_putc(out, m.whole_open[--m.whole_depth]);
    }
    *ret_cut = !closed;
    return out->status == OK;
}

static enum status read_mended(struct str text, struct json_doc **ret_doc, bool *ret_cut)
{
    struct buf out;
    struct diag diag;
    bool cut = false;
    text = from_bracket(text);
    if (text.n == 0)
        return ST_INPUT;
    buf_init(&out, 2 * TEXT_MAX);
    enum status st =
        mend(text, &out, &cut) ? json_parse(buf_str(&out), &limits, ret_doc, &diag) : ST_INPUT;
    buf_fini(&out);
    if (st == OK)
        *ret_cut = cut;
    return st;
}

enum status model_json_read(struct str text, struct json_doc **ret_doc, bool *ret_cut)
{
    struct diag diag;
    *ret_cut = false;
    text = skip_thought(str_head(text, TEXT_MAX));
    enum status st = json_parse(text, &limits, ret_doc, &diag);
    struct str inner = fenced(text);
    if (st != OK && st != ST_NOMEM && inner.n) {
        st = json_parse(str_trim(inner), &limits, ret_doc, &diag);
        if (st != OK && st != ST_NOMEM)
            st = read_mended(inner, ret_doc, ret_cut);
    }
    if (st != OK && st != ST_NOMEM)
        st = read_mended(text, ret_doc, ret_cut);
    return st == OK || st == ST_NOMEM ? st : ST_INPUT;
}
