/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_glob.c: a path as people write it to a glob of pattern.h. Plain prefixes, globs, "item?id=", folder
 * names, placeholders (":id", "<slug>", "{slug}") and the common marks of regular expressions are understood. */
#include "frontier/instruct_parts.h"

#include "base/buf.h"

#define GLOB_MAX_BYTES 4096

struct globbing {
    struct buf out;
    struct str s;
    bool wild;  /* a wildcard was written */
    bool ended; /* "$" at the end: nothing may follow */
};

static void put_wild(struct globbing *g, const char *glob)
{
    buf_puts(&g->out, glob);
    g->wild = true;
}

/* After a set or class: "+", "*" or "{2,4}". How many bytes. */
static size_t quantifier(struct str s)
{
    if (s.n && (s.p[0] == '+' || s.p[0] == '*'))
        return 1;
    return s.n && s.p[0] == '{' ? str_find(s, '}') + 1 : 0;
}

/* "\\d+", "\\." */
static size_t put_escape(struct globbing *g, struct str rest)
{
    char next = rest.p[1];
    if (next != 'd' && next != 'w') {
        buf_putc(&g->out, next);
        return 2;
    }
    put_wild(g, "*");
    return 2 + quantifier(str_from(rest, 2));
}

/* ":id", "<slug>", "{slug}"; 0: it is none. */
static size_t placeholder(struct str rest, char before)
{
    if (rest.p[0] == ':')
        return before == '/' ? str_find(rest, '/') : 0;
    char close = rest.p[0] == '<' ? '>' : rest.p[0] == '{' ? '}' : 0;
    size_t at = close ? str_find(rest, close) : rest.n;
    return at < rest.n ? at + 1 : 0;
}

/* "[^/]+", "[0-9]{4}" */
static size_t set_length(struct str rest)
{
    size_t at = rest.p[0] == '[' ? str_find(rest, ']') : rest.n;
    size_t more = at < rest.n ? quantifier(str_from(rest, at + 1)) : 0;
    return more ? at + 1 + more : 0;
}

/* Writes what begins here; returns how many bytes it was. */
static size_t put_next(struct globbing *g, size_t i)
{
    struct str rest = str_from(g->s, i);
    char before = i ? g->s.p[i - 1] : 0, ch = rest.p[0];
    size_t n = placeholder(rest, before);
    if (!n)
        n = set_length(rest);
    if (n) {
        put_wild(g, "*");
        return n;
    }
    if (ch == '\\' && rest.n > 1)
        return put_escape(g, rest);
    if (str_starts(rest, STR_LIT(".*")) || str_starts(rest, STR_LIT(".+"))) {
        put_wild(g, "**");
        return 2;
    }
    if (ch == '$' && rest.n == 1) {
        g->ended = true;
    } else if (ch == '?' && str_find(rest, '=') < rest.n) {
        put_wild(g, "\\?");
    } else if (ch == '[' || ch == ']' || ch == '(' || ch == ')') {
        put_wild(g, "?");
    } else {
        g->wild |= ch == '*';
        buf_putc(&g->out, ch);
    }
    return 1;
}

/* A path that does not begin at the root may begin anywhere: "item?id=", "archive/". */
static void put_start(struct globbing *g, bool anchored)
{
    struct str s = g->s;
    if (anchored || !s.n || s.p[0] == '/' || s.p[0] == '#' || str_find(s, ':') < s.n)
        return;
    if (s.p[0] == '*') {
        buf_puts(&g->out, "/*");
        return;
    }
    bool folder = s.p[s.n - 1] == '/' && str_find(s, '?') == s.n;
    buf_puts(&g->out, folder ? "/" : "/**");
}

struct str instruct_glob(struct str s, struct arena *arena)
{
    struct globbing g = {.wild = false};
    buf_init(&g.out, GLOB_MAX_BYTES);
    bool anchored = str_starts(s, STR_LIT("^"));
    g.s = str_from(s, anchored);
    put_start(&g, anchored);
    for (size_t i = 0; i < g.s.n;)
        i += put_next(&g, i);
    struct str made = buf_str(&g.out);
    if (g.wild && !g.ended && !str_ends(made, STR_LIT("**")))
        buf_puts(&g.out, str_ends(made, STR_LIT("*")) ? "*" : "**");
    struct str kept = g.out.status == OK ? arena_str(arena, buf_str(&g.out)) : STR_NONE;
    buf_fini(&g.out);
    return kept;
}
