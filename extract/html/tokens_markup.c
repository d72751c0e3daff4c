/* SPDX-License-Identifier: Apache-2.0 */
/* tokens_markup.c: comments, doctypes and CDATA (HTML 13.2.5.41 to 71). */
#include "extract/html/scan.h"
#include "extract/html/tokens.h"

static bool put_comment(struct tokens *t, struct token *token, const char *from, const char *to)
{
    token->kind = TOKEN_COMMENT;
    token->text = tokens_decode(t, from, to, DECODE_NUL);
    return true;
}

static bool bogus_comment(struct tokens *t, struct token *token, const char *from)
{
    const char *to = memchr(from, '>', (size_t)(t->end - from));
    t->at = to ? to + 1 : t->end;
    return put_comment(t, token, from, to ? to : t->end);
}

/* How many bytes of "--" or "--!" stand right before p; 0: a '>' at p ends no comment. */
static size_t closing_dashes(const char *from, const char *p)
{
    if (p - from >= 2 && p[-1] == '-' && p[-2] == '-')
        return 2;
    return p - from >= 3 && p[-1] == '!' && p[-2] == '-' && p[-3] == '-' ? 3 : 0;
}

/* From behind "<!--". The page's end closes a comment too, and takes begun dashes with it. */
static bool comment(struct tokens *t, struct token *token, const char *from)
{
    size_t abrupt = *from == '>' ? 1 : from[0] == '-' && from[1] == '>' ? 2 : 0;
    if (abrupt) {
        t->at = from + abrupt;
        return put_comment(t, token, from, from);
    }
    const char *p = from;
    size_t dashes = 0;
    while ((p = memchr(p, '>', (size_t)(t->end - p))) && !(dashes = closing_dashes(from, p)))
        p++;
    t->at = p ? p + 1 : t->end;
    if (!p) {
        p = t->end;
        dashes = closing_dashes(from, p);
        if (!dashes)
            dashes = p > from && p[-1] == '-';
    }
    return put_comment(t, token, from, p - dashes);
}

/* ---- doctype ---- */

/* How the doctype goes on. */
enum doctype_end { DOCTYPE_MORE, DOCTYPE_DONE, DOCTYPE_QUIRKS, DOCTYPE_BOGUS };

/* A '>' or the page's end here: well formed or not, as said. */
static bool doctype_ends(struct tokens *t, bool quirks, enum doctype_end *ret_end)
{
    if (t->at == t->end)
        quirks = true;
    else if (*t->at == '>')
        t->at++;
    else
        return false;
    *ret_end = quirks ? DOCTYPE_QUIRKS : DOCTYPE_DONE;
    return true;
}

/* A text without capitals: itself, or a copy in the side buffer. */
static struct html_slice lower_case(struct tokens *t, struct html_slice s)
{
    struct buf *side = &t->b->side;
    struct str text = html_build_text(t->b, s);
    size_t capitals = 0;
    for (size_t i = 0; i < text.n; i++)
        capitals += text.p[i] >= 'A' && text.p[i] <= 'Z';
    char *to = capitals && !s.in_side ? buf_room(side, s.n) : NULL;
    if (to) {
        memcpy(to, text.p, s.n);
        s.at = (uint32_t)side->n;
        s.in_side = true;
        side->n += s.n;
    }
    for (size_t i = 0; capitals && s.in_side && i < s.n; i++)
        side->p[s.at + i] = ascii_lower(side->p[s.at + i]);
    return s;
}

static enum doctype_end doctype_name(struct tokens *t, struct token_doctype *d)
{
    enum doctype_end end;
    t->at = scan_past_space(t->at);
    if (doctype_ends(t, true, &end))
        return end;
    const char *from = t->at;
    while (t->at < t->end && *t->at != '>' && !scan_is(t->at, SCAN_SPACE))
        t->at++;
    d->has_name = true;
    d->name = lower_case(t, tokens_decode(t, from, t->at, DECODE_NUL));
    return DOCTYPE_MORE;
}

/* A quoted identifier, if one begins here. */
static enum doctype_end doctype_id(struct tokens *t, bool *ret_has, struct html_slice *ret_id)
{
    const char *from = t->at + 1;
    char quote = *t->at;
    if (quote != '"' && quote != '\'')
        return DOCTYPE_BOGUS;
    const char *p = from;
    while (p < t->end && *p != quote && *p != '>')
        p++;
    t->at = p;
    *ret_has = true;
    *ret_id = tokens_decode(t, from, p, DECODE_NUL);
    enum doctype_end end;
    if (doctype_ends(t, true, &end))
        return end;
    t->at++;
    return DOCTYPE_MORE;
}

/* From behind SYSTEM, or behind the public identifier, where the system one may be missing. */
static enum doctype_end doctype_system(struct tokens *t, struct token_doctype *d, bool may_miss)
{
    enum doctype_end end;
    t->at = scan_past_space(t->at);
    if (doctype_ends(t, !may_miss, &end))
        return end;
    end = doctype_id(t, &d->has_system_id, &d->system_id);
    if (end == DOCTYPE_BOGUS)
        d->force_quirks = true;
    if (end != DOCTYPE_MORE)
        return end;
    t->at = scan_past_space(t->at);
    return doctype_ends(t, false, &end) ? end : DOCTYPE_BOGUS;
}

static enum doctype_end doctype_public(struct tokens *t, struct token_doctype *d)
{
    enum doctype_end end;
    t->at = scan_past_space(t->at);
    if (doctype_ends(t, true, &end))
        return end;
    end = doctype_id(t, &d->has_public_id, &d->public_id);
    if (end == DOCTYPE_BOGUS)
        d->force_quirks = true;
    return end == DOCTYPE_MORE ? doctype_system(t, d, true) : end;
}

static enum doctype_end doctype_rest(struct tokens *t, struct token_doctype *d)
{
    enum doctype_end end = doctype_name(t, d);
    if (end != DOCTYPE_MORE)
        return end;
    t->at = scan_past_space(t->at);
    if (doctype_ends(t, false, &end))
        return end;
    struct str keyword = str_make(t->at, t->end - t->at < 6 ? 0 : 6);
    bool is_public = str_eq_nocase(keyword, STR_LIT("public"));
    if (is_public || str_eq_nocase(keyword, STR_LIT("system"))) {
        t->at += keyword.n;
        return is_public ? doctype_public(t, d) : doctype_system(t, d, false);
    }
    d->force_quirks = true;
    return DOCTYPE_BOGUS;
}

static bool doctype(struct tokens *t, struct token *token, const char *from)
{
    token->kind = TOKEN_DOCTYPE;
    token->doctype = (struct token_doctype){0};
    t->at = from;
    enum doctype_end end = doctype_rest(t, &token->doctype);
    if (end == DOCTYPE_QUIRKS)
        token->doctype.force_quirks = true;
    if (end == DOCTYPE_BOGUS) {
        const char *close = memchr(t->at, '>', (size_t)(t->end - t->at));
        t->at = close ? close + 1 : t->end;
    }
    return true;
}

/* ---- */

bool tokens_markup(struct tokens *t, struct token *token)
{
    const char *p = t->at + 2;
    struct str rest = str_make(p, (size_t)(t->end - p));
    if (t->at[1] == '?')
        return bogus_comment(t, token, t->at + 1);
    if (t->at[1] == '/') {
        if (*p != '>')
            return bogus_comment(t, token, p);
        t->at = p + 1;
        return false;
    }
    if (str_starts(rest, STR_LIT("--")))
        return comment(t, token, p + 2);
    if (str_eq_nocase(str_head(rest, 7), STR_LIT("doctype")))
        return doctype(t, token, p + 7);
    if (t->foreign && str_starts(rest, STR_LIT("[CDATA["))) {
        t->at = p + 7;
        t->mode = TOKENS_CDATA;
        return false;
    }
    return bogus_comment(t, token, p);
}
