/* SPDX-License-Identifier: Apache-2.0 */
/* links_header.c: the field Link (RFC 8288): targets in angle brackets with parameters, of which rel and hreflang
 * count. What is not of that form ends the reading. */
#include "extract/links.h"

struct field {
    struct str rest;
};

static void skip_space(struct field *f)
{
    while (f->rest.n && ascii_is_space(f->rest.p[0]))
        f->rest = str_from(f->rest, 1);
}

static bool take(struct field *f, char c)
{
    skip_space(f);
    bool is_there = f->rest.n && f->rest.p[0] == c;
    if (is_there)
        f->rest = str_from(f->rest, 1);
    return is_there;
}

static struct str take_token(struct field *f)
{
    size_t n = 0;
    skip_space(f);
    while (n < f->rest.n && !strchr(" \t;,=\"", f->rest.p[n]))
        n++;
    struct str token = str_head(f->rest, n);
    f->rest = str_from(f->rest, n);
    return token;
}

/* A token, or what stands between quotes, where a backslash takes the next sign along. */
static struct str take_value(struct field *f)
{
    size_t n = 0;
    if (!take(f, '"'))
        return take_token(f);
    while (n < f->rest.n && f->rest.p[n] != '"')
        n += f->rest.p[n] == '\\' ? 2 : 1;
    struct str value = str_head(f->rest, n);
    f->rest = str_from(f->rest, n + 1);
    return value;
}

/* RFC 8288 3.3: of several rels the first counts. An anchor speaks of another page than this one. */
static bool take_link(struct field *f, struct str *ret_href, struct str *ret_rel,
                      struct str *ret_language)
{
    bool has_rel = false, is_foreign = false;
    *ret_rel = *ret_language = STR_LIT("");
    if (!take(f, '<'))
        return false;
    size_t end = str_find(f->rest, '>');
    if (end == f->rest.n)
        return false;
    *ret_href = str_head(f->rest, end);
    f->rest = str_from(f->rest, end + 1);
    while (take(f, ';')) {
        struct str name = take_token(f);
        struct str value = take(f, '=') ? take_value(f) : STR_LIT("");
        if (str_eq_nocase(name, STR_LIT("rel")) && !has_rel) {
            has_rel = true;
            *ret_rel = value;
        } else if (str_eq_nocase(name, STR_LIT("hreflang"))) {
            *ret_language = value;
        } else if (str_eq_nocase(name, STR_LIT("anchor"))) {
            is_foreign = true;
        }
    }
    if (is_foreign)
        *ret_rel = STR_LIT("");
    return true;
}

void links_of_header(struct links *links, struct arena *arena, struct str value)
{
    struct field f = {value};
    struct str href, rel, language;
    while (take_link(&f, &href, &rel, &language)) {
        bool is_new, is_refresh = str_is(rel, "refresh");
        unsigned bits = links_rel(rel) & ~(unsigned)REL_NOFOLLOW;
        struct link *link = bits || is_refresh ? links_note(links, href, &is_new) : NULL;
        if (link)
            link->rel = is_new ? bits : links_add_rel(link->rel, bits);
        if (link && language.n && !link->language.n)
            link->language = arena_str(arena, language);
        if (!take(&f, ','))
            return;
    }
}
