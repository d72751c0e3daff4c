/* SPDX-License-Identifier: Apache-2.0 */
/* tokens_raw.c: where title, textarea, style, script and their like end (HTML 13.2.5.9 to 31). */
#include "extract/html/scan.h"
#include "extract/html/tokens.h"

/* Whether the '<' at p begins a tag whose whole name is `name`. */
static bool is_tag(const char *p, const char *end, bool closes, struct str name)
{
    p += 1 + closes;
    if (name.n == 0 || name.n >= (size_t)(end - p) || (closes && p[-1] != '/'))
        return false;
    return str_eq_nocase(str_make(p, name.n), name) && scan_is(p + name.n, SCAN_TAG_NAME) && p[name.n];
}

static const char *end_tag(const char *p, const char *end, struct str name)
{
    while ((p = memchr(p, '<', (size_t)(end - p))) && !is_tag(p, end, true, name))
        p++;
    return p ? p : end;
}

/* Behind "<!--" script tags are text until "-->": only a first </script> outside of an inner <script> ends
 * the element. p is at the "<!--"; ret_ended tells an end tag from the end of the comment. */
static const char *escaped_end(const char *p, const char *end, bool *ret_ended)
{
    const struct str script = STR_LIT("script");
    const char *dashes = p + 2;
    bool inner = false;
    *ret_ended = true;
    for (p += 4; p < end; p++) {
        if (*p == '>' && p - dashes >= 2 && p[-1] == '-' && p[-2] == '-') {
            *ret_ended = false;
            return p + 1;
        }
        if (*p != '<')
            continue;
        bool closes = is_tag(p, end, true, script);
        if (closes && !inner)
            return p;
        if (closes || is_tag(p, end, false, script))
            inner = !closes;
    }
    return end;
}

static const char *script_end(const char *p, const char *end)
{
    const struct str script = STR_LIT("script");
    while ((p = memchr(p, '<', (size_t)(end - p)))) {
        if (is_tag(p, end, true, script))
            return p;
        bool ended;
        if (!str_starts(str_make(p, (size_t)(end - p)), STR_LIT("<!--")))
            p++;
        else if ((p = escaped_end(p, end, &ended)) == end || ended)
            return p;
    }
    return end;
}

const char *tokens_raw_end(const struct tokens *t)
{
    bool script = t->mode == TOKENS_SCRIPT && t->last_start == N_SCRIPT;
    struct html_names *names = &t->b->names;
    return script ? script_end(t->at, t->end)
                  : end_tag(t->at, t->end, html_build_name_text(names, t->last_start));
}
