/* SPDX-License-Identifier: Apache-2.0 */
/* tokens.c: text and tags. A tag that the end of the page cuts off is no tag. */
#include "extract/html/tokens.h"

#include "base/utf8.h"
#include "extract/html/references.h"
#include "extract/html/scan.h"

#include <stdlib.h>

bool tokens_init(struct tokens *t)
{
    *t = (struct tokens){.seen = calloc(UINT16_MAX + 1, sizeof *t->seen)};
    return t->seen != NULL;
}

void tokens_fini(struct tokens *t)
{
    free(t->seen);
}

void tokens_begin(struct tokens *t, struct html_build *b)
{
    t->b = b;
    t->body = t->at = b->body.p;
    t->end = b->body.p + b->body.n;
    t->mode = TOKENS_DATA;
    t->last_start = N_NONE;
    t->foreign = false;
    t->cdata_end = NULL;
}

/* ---- decoding ---- */

static inline bool may_change(char c)
{
    return c == '&' || c == '\0';
}

/* What stands at p, an '&' or NUL, is to be read as: ret_text, taking so many bytes; 0: as itself. */
static size_t decode_at(const char *p, const char *to, unsigned how, char *ret_text, size_t *ret_n)
{
    if (*p == '&')
        return how & DECODE_REFERENCES ? reference_read(str_make(p, (size_t)(to - p)),
                                                        how & DECODE_ATTRIBUTE, ret_text, ret_n)
                                       : 0;
    if (!(how & DECODE_NUL))
        return 0;
    *ret_n = sizeof UTF8_REPLACEMENT - 1;
    memcpy(ret_text, UTF8_REPLACEMENT, *ret_n);
    return 1;
}

/* The rest of tokens_decode(), from the first byte that changes on. */
static struct html_slice decode_copy(struct tokens *t, const char *from, const char *p, const char *to,
                                     unsigned how)
{
    struct buf *side = &t->b->side;
    size_t at = side->n;
    while (p < to) {
        char text[REFERENCE_MAX_BYTES];
        size_t n = 0, took = may_change(*p) ? decode_at(p, to, how, text, &n) : 0;
        if (took) {
            buf_put(side, from, (size_t)(p - from));
            buf_put(side, text, n);
            from = p + took;
        }
        p += took ? took : 1;
    }
    buf_put(side, from, (size_t)(to - from));
    return (struct html_slice){.at = (uint32_t)at, .n = (uint32_t)(side->n - at), .in_side = true};
}

struct html_slice tokens_decode(struct tokens *t, const char *from, const char *to, unsigned how)
{
    if (how == DECODE_NUL && !memchr(from, '\0', (size_t)(to - from)))
        return tokens_slice(t, from, to);
    for (const char *p = from; p < to; p++) {
        char text[REFERENCE_MAX_BYTES];
        size_t n;
        if (may_change(*p) && decode_at(p, to, how, text, &n))
            return decode_copy(t, from, p, to, how);
    }
    return tokens_slice(t, from, to);
}

/* ---- tags ---- */

/* The end of a name; NULs within belong to it. */
static const char *name_end(const struct tokens *t, const char *p, unsigned class, bool *ret_nul)
{
    *ret_nul = false;
    for (;;) {
        p = scan_to(p, class);
        if (*p || p == t->end)
            return p;
        *ret_nul = true;
        p++;
    }
}

static uint16_t nul_name(struct html_build *b, const char *from, const char *to)
{
    char text[HTML_NAME_MAX_BYTES + 1];
    size_t n = 0, n_nul = sizeof UTF8_REPLACEMENT - 1;
    for (; from < to && n + n_nul < sizeof text; from++) {
        if (*from) {
            text[n++] = *from;
        } else {
            memcpy(text + n, UTF8_REPLACEMENT, n_nul);
            n += n_nul;
        }
    }
    if (from < to)
        b->cuts |= CUT_NAMES;
    return from < to ? N_NONE : html_build_name(b, str_make(text, n));
}

static inline uint16_t name_of(struct html_build *b, const char *from, const char *to, bool nul)
{
    return nul ? nul_name(b, from, to) : html_build_body_name(b, from, (size_t)(to - from));
}

/* The value that begins at p, behind '='; NULL when the page ends in it. */
static const char *read_value(struct tokens *t, const char *p, bool keep, struct html_slice *ret_value)
{
    p = scan_past_space(p);
    const char *from = p;
    char quote = *p == '"' || *p == '\'' ? *p : '\0';
    bool plain = true;
    from += quote != '\0';
    for (p = from;; p++) {
        p = quote ? scan_quoted(p, quote) : scan_to(p, SCAN_UNQUOTED);
        if (*p == '&' || (*p == '\0' && p < t->end))
            plain = false;
        else
            break;
    }
    if (p == t->end && quote)
        return NULL;
    if (keep)
        *ret_value = plain
                         ? tokens_slice(t, from, p)
                         : tokens_decode(t, from, p, DECODE_REFERENCES | DECODE_ATTRIBUTE | DECODE_NUL);
    return p + (quote != '\0');
}

static void add_attr(struct tokens *t, struct token *token, uint16_t name, struct html_slice value)
{
    struct html_attr *attr = html_build_attr(t->b);
    if (!attr)
        return;
    *attr = (struct html_attr){.name = name, .in_side = value.in_side, .at = value.at, .n = value.n};
    token->n_attrs++;
}

/* The attribute whose name begins at p; NULL when the page ends in its value. */
static const char *read_attr(struct tokens *t, struct token *token, const char *p)
{
    bool nul;
    const char *from = p, *to = name_end(t, p + (*p == '='), SCAN_ATTR_NAME, &nul);
    bool keep = token->kind == TOKEN_START && token->n_attrs < t->b->limits.attrs;
    uint16_t name = N_NONE;
    if (keep) {
        name = name_of(t->b, from, to, nul);
        keep = name != N_NONE && t->seen[name] != t->tag;
        t->seen[name] = t->tag;
    } else if (token->kind == TOKEN_START) {
        t->b->cuts |= CUT_ATTRS;
    }
    p = scan_past_space(to);
    struct html_slice value = tokens_slice(t, to, to);
    if (*p == '=')
        p = read_value(t, p + 1, keep, &value);
    if (p && keep)
        add_attr(t, token, name, value);
    return p;
}

static void new_tag(struct tokens *t)
{
    if (++t->tag == 0) {
        memset(t->seen, 0, (UINT16_MAX + 1) * sizeof *t->seen);
        t->tag = 1;
    }
}

/* From behind the tag's name to behind its '>'; NULL when the page ends before. */
static const char *read_attrs(struct tokens *t, struct token *token, const char *p)
{
    for (;;) {
        p = scan_past_space(p);
        if (*p == '>')
            return p + 1;
        if (*p == '/') {
            p++;
            token->self_closing = *p == '>';
        } else if (p == t->end || !(p = read_attr(t, token, p))) {
            return NULL;
        }
    }
}

/* At "<x" or "</x". False: the page ended in it. */
static bool read_tag(struct tokens *t, struct token *token)
{
    bool nul;
    const char *p = t->at + 1;
    bool closes = *p == '/';
    const char *from = p + closes, *to = name_end(t, from, SCAN_TAG_NAME, &nul);
    token->kind = closes ? TOKEN_END : TOKEN_START;
    token->name = name_of(t->b, from, to, nul);
    token->self_closing = false;
    token->attrs = t->b->n_attrs;
    token->n_attrs = 0;
    if (*to == '>') {
        t->at = to + 1;
    } else {
        new_tag(t);
        p = read_attrs(t, token, to);
        t->at = p ? p : t->end;
        if (!p) {
            t->b->n_attrs = token->attrs;
            return false;
        }
    }
    if (!closes)
        t->last_start = token->name;
    return true;
}

/* ---- text ---- */

/* Whether the '<' at p begins anything but text. */
static inline bool begins_markup(const struct tokens *t, const char *p)
{
    if (scan_is(p + 1, SCAN_LETTER) || p[1] == '!' || p[1] == '?')
        return true;
    return p[1] == '/' && p + 2 < t->end;
}

static void put_text(struct token *token, struct html_slice text)
{
    token->kind = TOKEN_TEXT;
    token->nul = false;
    token->text = text;
}

static void put_nul(struct tokens *t, struct token *token)
{
    put_text(token, tokens_slice(t, t->at, t->at + 1));
    token->nul = true;
    t->at++;
}

static void data_text(struct tokens *t, struct token *token)
{
    const char *from = t->at, *p = from;
    bool plain = true;
    for (;; p++) {
        p = scan_text(p);
        if (*p == '&')
            plain = false;
        else if (*p == '\0' || begins_markup(t, p))
            break;
    }
    if (p == from) {
        put_nul(t, token);
        return;
    }
    t->at = p;
    put_text(token, plain ? tokens_slice(t, from, p) : tokens_decode(t, from, p, DECODE_REFERENCES));
}

/* True: a token; false: nothing came of what stood here. */
static bool next_data(struct tokens *t, struct token *token)
{
    const char *p = t->at;
    if (*p != '<' || !begins_markup(t, p)) {
        data_text(t, token);
        return true;
    }
    if (scan_is(p + 1, SCAN_LETTER) || (p[1] == '/' && scan_is(p + 2, SCAN_LETTER)))
        return read_tag(t, token);
    return tokens_markup(t, token);
}

static bool next_raw(struct tokens *t, struct token *token)
{
    const char *from = t->at, *stop = t->mode == TOKENS_PLAINTEXT ? t->end : tokens_raw_end(t);
    if (stop == from) {
        t->mode = TOKENS_DATA;
        return read_tag(t, token);
    }
    t->at = stop;
    unsigned how = t->mode == TOKENS_RCDATA ? DECODE_NUL | DECODE_REFERENCES : DECODE_NUL;
    put_text(token, tokens_decode(t, from, stop, how));
    return true;
}

static bool next_cdata(struct tokens *t, struct token *token)
{
    if (!t->cdata_end) {
        const char *hit = memmem(t->at, (size_t)(t->end - t->at), "]]>", 3);
        t->cdata_end = hit ? hit : t->end;
    }
    const char *from = t->at, *stop = t->cdata_end;
    if (from == stop) {
        t->at = stop == t->end ? stop : stop + 3;
        t->mode = TOKENS_DATA;
        t->cdata_end = NULL;
        return false;
    }
    if (*from == '\0') {
        put_nul(t, token);
        return true;
    }
    const char *nul = memchr(from, '\0', (size_t)(stop - from));
    t->at = nul ? nul : stop;
    put_text(token, tokens_slice(t, from, t->at));
    return true;
}

void tokens_next(struct tokens *t, struct token *token)
{
    for (bool found = false; !found;) {
        if (t->at == t->end) {
            token->kind = TOKEN_EOF;
            return;
        }
        if (t->mode == TOKENS_DATA)
            found = next_data(t, token);
        else
            found = t->mode == TOKENS_CDATA ? next_cdata(t, token) : next_raw(t, token);
    }
}
