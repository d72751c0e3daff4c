/* SPDX-License-Identifier: Apache-2.0 */
/* charset_scan.c: where a page names its encoding: the Content-Type header, and HTML's prescan of the first
 * bytes (HTML 13.2.3.2), which reads tags without a parser. */
#include "extract/charset.h"

enum { PRESCAN_BYTES = 16384 };

/* ---- Content-Type ---- */

/* One parameter "name=value" from the front of *rest; false at its end. A quoted value is unquoted, without
 * undoing backslashes: no label has one. */
static bool next_parameter(struct str *rest, struct str *ret_name, struct str *ret_value)
{
    size_t semicolon = str_find(*rest, ';');
    if (semicolon == rest->n)
        return false;
    struct str s = str_trim(str_from(*rest, semicolon + 1));
    size_t name = 0;
    while (name < s.n && s.p[name] != '=' && s.p[name] != ';')
        name++;
    *ret_name = str_trim(str_head(s, name));
    *ret_value = STR_NONE;
    *rest = str_from(s, name);
    if (name == s.n || s.p[name] == ';')
        return true;
    s = str_trim(str_from(s, name + 1));
    bool quoted = s.n && s.p[0] == '"';
    if (quoted)
        s = str_from(s, 1);
    size_t end = str_find(s, quoted ? '"' : ';');
    *ret_value = str_trim(str_head(s, end));
    *rest = str_from(s, end);
    return true;
}

struct str charset_of_header(struct str content_type)
{
    struct str name, value;
    while (next_parameter(&content_type, &name, &value))
        if (str_eq_nocase(name, STR_LIT("charset")) && value.n)
            return value;
    return STR_NONE;
}

/* ---- prescan ---- */

/* The rest of what is scanned. */
struct scan {
    const char *p, *end;
};

static bool at_end(const struct scan *s)
{
    return s->p >= s->end;
}

static void skip_space(struct scan *s, char also)
{
    while (!at_end(s) && (ascii_is_space(*s->p) || *s->p == also))
        s->p++;
}

static bool looking_at(const struct scan *s, struct str lower)
{
    return (size_t)(s->end - s->p) >= lower.n && str_eq_nocase(str_make(s->p, lower.n), lower);
}

/* Behind the next c; to the end without one. */
static void skip_past(struct scan *s, char c)
{
    const char *hit = memchr(s->p, c, (size_t)(s->end - s->p));
    s->p = hit ? hit + 1 : s->end;
}

/* The value of an attribute, behind its '='. Running into the end makes it none. */
static struct str scan_value(struct scan *s)
{
    skip_space(s, ' ');
    if (at_end(s))
        return STR_NONE;
    char quote = *s->p;
    const char *from = s->p;
    if (quote == '"' || quote == '\'') {
        s->p++;
        skip_past(s, quote);
        return s->p[-1] == quote && s->p - 1 > from ? str_make(from + 1, (size_t)(s->p - from) - 2)
                                                    : STR_NONE;
    }
    while (!at_end(s) && !ascii_is_space(*s->p) && *s->p != '>')
        s->p++;
    return str_make(from, (size_t)(s->p - from));
}

/* The next attribute of the tag; false at the tag's end ('>' is not passed) or that of the input. */
static bool scan_attribute(struct scan *s, struct str *ret_name, struct str *ret_value)
{
    skip_space(s, '/');
    if (at_end(s) || *s->p == '>')
        return false;
    const char *from = s->p;
    while (!at_end(s) && !ascii_is_space(*s->p) && *s->p != '/' && *s->p != '>' &&
           (*s->p != '=' || s->p == from))
        s->p++;
    *ret_name = str_make(from, (size_t)(s->p - from));
    *ret_value = str_make(s->p, 0);
    skip_space(s, ' ');
    if (at_end(s) || *s->p != '=')
        return !at_end(s);
    s->p++;
    *ret_value = scan_value(s);
    return !at_end(s) && str_is_set(*ret_value);
}

/* The label inside of content="text/html; charset=..." (HTML 2.5.3). */
static struct str label_in_content(struct str content)
{
    struct scan s = {content.p, content.p + content.n};
    for (;;) {
        while (!at_end(&s) && !looking_at(&s, STR_LIT("charset")))
            s.p++;
        if (at_end(&s))
            return STR_NONE;
        s.p += strlen("charset");
        skip_space(&s, ' ');
        if (!at_end(&s) && *s.p == '=')
            break;
    }
    s.p++;
    skip_space(&s, ' ');
    if (at_end(&s))
        return STR_NONE;
    struct str rest = str_make(s.p, (size_t)(s.end - s.p));
    if (*s.p == '"' || *s.p == '\'') {
        rest = str_from(rest, 1);
        size_t close = str_find(rest, *s.p);
        return close < rest.n ? str_head(rest, close) : STR_NONE;
    }
    size_t n = 0;
    while (n < rest.n && !ascii_is_space(rest.p[n]) && rest.p[n] != ';')
        n++;
    return str_head(rest, n);
}

/* A meta element: the encoding it names, if it does. Of attributes with one name the first counts. */
static const struct charset *scan_meta(struct scan *s)
{
    struct str name, value, charset = STR_NONE, content = STR_NONE, pragma = STR_NONE;
    while (scan_attribute(s, &name, &value)) {
        if (str_eq_nocase(name, STR_LIT("charset")) && !str_is_set(charset))
            charset = value;
        else if (str_eq_nocase(name, STR_LIT("content")) && !str_is_set(content))
            content = value;
        else if (str_eq_nocase(name, STR_LIT("http-equiv")) && !str_is_set(pragma))
            pragma = value;
    }
    if (at_end(s))
        return NULL;
    if (str_is_set(charset))
        return charset_find(charset);
    bool declares = str_is_set(pragma) && str_eq_nocase(pragma, STR_LIT("content-type"));
    struct str label = declares && str_is_set(content) ? label_in_content(content) : STR_NONE;
    return str_is_set(label) ? charset_find(label) : NULL;
}

/* <?xml ... encoding="..."?> as the very first thing. */
static const struct charset *scan_xml(struct scan s)
{
    if (!looking_at(&s, STR_LIT("<?xml")))
        return NULL;
    const char *close = memchr(s.p, '>', (size_t)(s.end - s.p));
    struct str text = str_make(s.p, close ? (size_t)(close - s.p) : 0);
    const char *hit = text.n ? memmem(text.p, text.n, "encoding", 8) : NULL;
    if (!hit)
        return NULL;
    s = (struct scan){hit + 8, text.p + text.n};
    skip_space(&s, ' ');
    if (at_end(&s) || *s.p != '=')
        return NULL;
    s.p++;
    struct str label = scan_value(&s);
    return str_is_set(label) ? charset_find(label) : NULL;
}

static void skip_comment(struct scan *s)
{
    s->p++; /* the dashes that open it may close it: <!--> */
    const char *close = memmem(s->p, (size_t)(s->end - s->p), "-->", 3);
    s->p = close ? close + 3 : s->end;
}

static void skip_tag(struct scan *s)
{
    struct str name, value;
    while (!at_end(s) && !ascii_is_space(*s->p) && *s->p != '>')
        s->p++;
    while (scan_attribute(s, &name, &value))
        continue;
}

const struct charset *charset_of_meta(struct str body)
{
    body = str_head(body, PRESCAN_BYTES);
    struct scan s = {body.p, body.p + body.n};
    while (!at_end(&s)) {
        skip_past(&s, '<');
        if (at_end(&s))
            break;
        bool meta = looking_at(&s, STR_LIT("meta")) && s.end - s.p > 4;
        const char *name = s.p + (*s.p == '/');
        if (looking_at(&s, STR_LIT("!--"))) {
            skip_comment(&s);
        } else if (meta && (ascii_is_space(s.p[4]) || s.p[4] == '/')) {
            s.p += 4;
            const struct charset *found = scan_meta(&s);
            if (found)
                return found;
        } else if (name < s.end && ascii_is_alpha(*name)) {
            skip_tag(&s);
        } else if (*s.p == '!' || *s.p == '/' || *s.p == '?') {
            skip_past(&s, '>');
        }
    }
    return scan_xml((struct scan){body.p, body.p + body.n});
}
