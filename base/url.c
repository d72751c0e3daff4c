/* SPDX-License-Identifier: Apache-2.0 */
/* url.c: the basic URL parser of the WHATWG URL standard (4.4), without state override, for UTF-8.
 *
 * The standard's states are functions here, in its order and under its names; each takes what its state
 * consumes and goes on to the next, so that a URL is read once, left to right, and its serialisation is
 * written while it is read. Parts are remembered as places in the output, because the output may move.
 * Invariant of the output: a path that isn't opaque is empty or begins with '/', so ".." only ever cuts the
 * output back to a slash behind path.at. Bytes that are not UTF-8 are escaped as they are.
 * Threads: any. Memory: a stack array while it is short, then one allocation of the exact size. */
#include "base/url.h"
#include "base/url_host.h"

/* clang-format off */
static const struct {
    struct str name;
    int port;
} schemes[] = {
    [URL_OTHER] = {{"", 0}, -1},    [URL_HTTP] = {{"http", 4}, 80}, [URL_HTTPS] = {{"https", 5}, 443},
    [URL_FTP] = {{"ftp", 3}, 21},   [URL_WS] = {{"ws", 2}, 80},     [URL_WSS] = {{"wss", 3}, 443},
    [URL_FILE] = {{"file", 4}, -1},
};
/* clang-format on */

struct span {
    size_t at, n;
};

struct parse {
    const struct url *base;
    struct str in; /* what is not consumed yet */
    struct url_out out;
    enum url_scheme kind;
    bool special;
    int port;
    struct span scheme, username, password, host, path, query, fragment;
    bool has_host, has_query, has_fragment, opaque_path;
};

/* ---- small things ---- */

static enum url_scheme scheme_kind(struct str name)
{
    for (enum url_scheme kind = URL_HTTP; kind <= URL_FILE; kind++)
        if (str_eq(name, schemes[kind].name))
            return kind;
    return URL_OTHER;
}

static void set_kind(struct parse *p, enum url_scheme kind)
{
    p->kind = kind;
    p->special = kind != URL_OTHER;
}

/* A slash at in[i], of either kind where backslashes count as such. */
static bool slash_at(const struct parse *p, size_t i)
{
    return i < p->in.n && (p->in.p[i] == '/' || (p->in.p[i] == '\\' && p->special));
}

static bool next_is(const struct parse *p, char c)
{
    return p->in.n && p->in.p[0] == c;
}

static void skip(struct parse *p, size_t n)
{
    p->in.p += n;
    p->in.n -= n;
}

/* Consumes up to the first '?', '#' or, if asked, slash. */
static struct str take_until(struct parse *p, bool slashes)
{
    size_t n = 0;
    for (; n < p->in.n; n++) {
        char c = p->in.p[n];
        if (c == '?' || c == '#' || (slashes && (c == '/' || (c == '\\' && p->special))))
            break;
    }
    struct str taken = str_make(p->in.p, n);
    skip(p, n);
    return taken;
}

static struct span put_encoded(struct parse *p, struct str s, enum url_set set)
{
    struct span where = {p->out.n, 0};
    url_out_encode(&p->out, s, set);
    where.n = p->out.n - where.at;
    return where;
}

static bool is_drive(struct str s)
{
    return s.n == 2 && ascii_is_alpha(s.p[0]) && (s.p[1] == ':' || s.p[1] == '|');
}

static bool starts_with_drive(struct str s)
{
    return is_drive(str_head(s, 2)) && (s.n == 2 || memchr("/\\?#", s.p[2], 4));
}

/* "/C:" as the first segment of a path. */
static bool path_has_drive(struct str path)
{
    return path.n >= 3 && path.p[0] == '/' && is_drive(str_make(path.p + 1, 2)) && path.p[2] == ':' &&
           (path.n == 3 || path.p[3] == '/');
}

/* ---- query and fragment ---- */

static void put_fragment(struct parse *p)
{
    if (!next_is(p, '#'))
        return;
    url_out_putc(&p->out, '#');
    p->fragment = put_encoded(p, str_from(p->in, 1), SET_FRAGMENT);
    p->has_fragment = true;
}

/* What follows the path. */
static void put_tail(struct parse *p)
{
    p->path.n = p->out.n - p->path.at;
    if (next_is(p, '?')) {
        skip(p, 1);
        size_t n = str_find(p->in, '#');
        url_out_putc(&p->out, '?');
        p->query = put_encoded(p, str_head(p->in, n), p->special ? SET_SPECIAL_QUERY : SET_QUERY);
        p->has_query = true;
        skip(p, n);
    }
    put_fragment(p);
}

/* ---- path ---- */

/* 1 or 2 for "." and "..", each dot also as "%2e"; another number for all else. */
static unsigned dots_in(struct str s)
{
    unsigned n = 0;
    if (s.n > 6)
        return 0;
    for (size_t i = 0; i < s.n; n++) {
        if (s.p[i] == '.')
            i++;
        else if (url_escape_at(s, i) == '.')
            i += 3;
        else
            return 0;
    }
    return n;
}

static void shorten_path(struct parse *p)
{
    struct str path = str_make(p->out.p + p->path.at, p->out.n - p->path.at);
    if (p->kind == URL_FILE && path.n == 3 && path_has_drive(path))
        return;
    while (path.n && path.p[path.n - 1] != '/')
        path.n--;
    p->out.n = p->path.at + (path.n ? path.n - 1 : 0);
}

/* more: a slash follows, so that "." and ".." leave no empty segment behind. */
static void put_segment(struct parse *p, struct str segment, bool more)
{
    unsigned dots = dots_in(segment);
    if (dots == 1 || dots == 2) {
        if (dots == 2)
            shorten_path(p);
        if (!more)
            url_out_putc(&p->out, '/');
        return;
    }
    bool first = p->out.n == p->path.at;
    url_out_putc(&p->out, '/');
    size_t at = p->out.n;
    url_out_encode(&p->out, segment, SET_PATH);
    if (p->kind == URL_FILE && first && is_drive(segment) && p->out.status == OK)
        p->out.p[at + 1] = ':';
}

/* Path state, then query and fragment. */
static enum status path(struct parse *p)
{
    for (bool more = true; more;) {
        struct str segment = take_until(p, true);
        more = slash_at(p, 0);
        put_segment(p, segment, more);
        if (more)
            skip(p, 1);
    }
    put_tail(p);
    return OK;
}

/* Path start state: only a special URL has a path where none is written. */
static enum status path_start(struct parse *p)
{
    p->path.at = p->out.n;
    if (slash_at(p, 0))
        skip(p, 1);
    else if (!p->special && (p->in.n == 0 || next_is(p, '?') || next_is(p, '#'))) {
        put_tail(p);
        return OK;
    }
    return path(p);
}

static enum status opaque_path(struct parse *p)
{
    p->opaque_path = true;
    p->path.at = p->out.n;
    struct str text = take_until(p, false);
    bool space = p->in.n && text.n && text.p[text.n - 1] == ' ';
    url_out_encode(&p->out, str_head(text, text.n - space), SET_C0);
    if (space)
        url_out_put(&p->out, "%20", 3);
    put_tail(p);
    return OK;
}

/* ---- authority ---- */

static void put_credentials(struct parse *p, struct str text)
{
    size_t colon = str_find(text, ':');
    struct str password = str_from(text, colon + 1);
    if (colon == 0 && password.n == 0)
        return;
    p->username = put_encoded(p, str_head(text, colon), SET_USERINFO);
    p->password = (struct span){p->out.n, 0};
    if (password.n) {
        url_out_putc(&p->out, ':');
        p->password = put_encoded(p, password, SET_USERINFO);
    }
    url_out_putc(&p->out, '@');
}

static enum status put_host(struct parse *p, struct str host)
{
    p->has_host = true;
    p->host.at = p->out.n;
    enum status st = url_host_put(&p->out, host, p->special);
    p->host.n = p->out.n - p->host.at;
    return st;
}

static enum status put_port(struct parse *p, struct str digits)
{
    int port = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (!ascii_is_digit(digits.p[i]))
            return ST_INPUT;
        port = port * 10 + (digits.p[i] - '0');
        if (port > 65535)
            return ST_INPUT;
    }
    if (digits.n == 0 || port == schemes[p->kind].port)
        return OK;
    p->port = port;
    char text[8] = ":";
    size_t at = sizeof text;
    do
        text[--at] = (char)('0' + port % 10);
    while ((port /= 10) > 0);
    text[--at] = ':';
    url_out_put(&p->out, text + at, sizeof text - at);
    return OK;
}

/* Where the port's colon stands: the first one outside brackets, or the end. */
static size_t port_colon(struct str s)
{
    bool inside = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ':' && !inside)
            return i;
        inside = s.p[i] == '[' || (inside && s.p[i] != ']');
    }
    return s.n;
}

/* Authority, host and port states. */
static enum status authority(struct parse *p)
{
    struct str text = take_until(p, true);
    url_out_put(&p->out, "//", 2);
    const char *sign = text.n ? memrchr(text.p, '@', text.n) : NULL;
    p->username = p->password = (struct span){p->out.n, 0};
    if (sign) {
        size_t n = (size_t)(sign - text.p);
        put_credentials(p, str_head(text, n));
        text = str_from(text, n + 1);
    }
    size_t colon = port_colon(text);
    if (colon == 0 && (p->special || sign || text.n))
        return ST_INPUT;
    enum status st = put_host(p, str_head(text, colon));
    if (st == OK)
        st = put_port(p, str_from(text, colon + 1));
    return st == OK ? path_start(p) : st;
}

/* Special authority slashes and ignore slashes states. */
static enum status special_authority(struct parse *p)
{
    while (slash_at(p, 0))
        skip(p, 1);
    return authority(p);
}

/* ---- relative to a base ---- */

static struct span span_in(const struct url *u, struct str part)
{
    return (struct span){(size_t)(part.p - u->href.p), part.n};
}

static void put_scheme_of(struct parse *p, const struct url *u)
{
    p->out.n = 0;
    url_out_put(&p->out, u->href.p, u->scheme.n + 1);
    p->scheme = (struct span){0, u->scheme.n};
}

/* Scheme, credentials, host and port of the base. */
static void put_base_authority(struct parse *p)
{
    const struct url *base = p->base;
    p->out.n = 0;
    size_t n = base->has_host ? (size_t)(base->path.p - base->href.p) : base->scheme.n + 1;
    url_out_put(&p->out, base->href.p, n);
    p->scheme = span_in(base, base->scheme);
    p->username = span_in(base, base->username);
    p->password = span_in(base, base->password);
    p->host = span_in(base, base->host);
    p->has_host = base->has_host;
    p->port = base->port;
}

static void put_base_path(struct parse *p)
{
    p->path.at = p->out.n;
    url_out_put(&p->out, p->base->path.p, p->base->path.n);
}

/* The reference has neither path nor query: the base's stand. */
static void put_base_tail(struct parse *p)
{
    const struct url *base = p->base;
    put_base_path(p);
    p->path.n = base->path.n;
    p->opaque_path = base->opaque_path;
    p->has_query = base->has_query;
    if (base->has_query) {
        url_out_putc(&p->out, '?');
        p->query = (struct span){p->out.n, base->query.n};
        url_out_put(&p->out, base->query.p, base->query.n);
    }
    put_fragment(p);
}

/* Relative and relative slash states. */
static enum status relative(struct parse *p)
{
    set_kind(p, p->base->kind);
    if (slash_at(p, 0) && slash_at(p, 1)) {
        put_scheme_of(p, p->base);
        skip(p, 2);
        return p->special ? special_authority(p) : authority(p);
    }
    put_base_authority(p);
    if (slash_at(p, 0)) {
        p->path.at = p->out.n;
        skip(p, 1);
        return path(p);
    }
    if (p->in.n == 0 || next_is(p, '#')) {
        put_base_tail(p);
        return OK;
    }
    put_base_path(p);
    if (next_is(p, '?')) {
        put_tail(p);
        return OK;
    }
    shorten_path(p);
    return path(p);
}

/* ---- file ---- */

static enum status file_host(struct parse *p)
{
    struct str rest = p->in, host = take_until(p, true);
    if (is_drive(host)) { /* "file://C:/" means no host */
        p->in = rest;
        p->path.at = p->out.n;
        return path(p);
    }
    enum status st = host.n ? put_host(p, host) : OK;
    if (st != OK)
        return st;
    if (str_is(str_make(p->out.p + p->host.at, p->host.n), "localhost")) {
        p->out.n = p->host.at;
        p->host.n = 0;
    }
    return path_start(p);
}

static void put_base_host(struct parse *p)
{
    url_out_put(&p->out, p->base->host.p, p->base->host.n);
    p->host.n = p->base->host.n;
    p->path.at = p->out.n;
}

/* File state, the path of its base kept or not. */
static enum status file_relative(struct parse *p)
{
    put_base_host(p);
    if (p->in.n == 0 || next_is(p, '#')) {
        put_base_tail(p);
        return OK;
    }
    if (next_is(p, '?')) {
        put_base_path(p);
        put_tail(p);
        return OK;
    }
    if (!starts_with_drive(p->in)) {
        put_base_path(p);
        shorten_path(p);
    }
    return path(p);
}

/* File and file slash states. */
static enum status file(struct parse *p)
{
    bool on_base = p->base && p->base->kind == URL_FILE;
    set_kind(p, URL_FILE);
    p->out.n = 0;
    url_out_put(&p->out, "file://", 7);
    p->scheme = (struct span){0, 4};
    p->username = p->password = p->host = (struct span){7, 0};
    p->has_host = true;
    p->path.at = 7;
    if (!slash_at(p, 0))
        return on_base ? file_relative(p) : path(p);
    if (slash_at(p, 1)) {
        skip(p, 2);
        return file_host(p);
    }
    skip(p, 1);
    if (on_base) {
        put_base_host(p);
        if (!starts_with_drive(p->in) && path_has_drive(p->base->path))
            url_out_put(&p->out, p->base->path.p, 3);
    }
    return path(p);
}

/* ---- start ---- */

/* Scheme start and scheme states: writes "scheme:" when the input begins with one. */
static bool put_scheme(struct parse *p)
{
    size_t n = 0;
    if (p->in.n == 0 || !ascii_is_alpha(p->in.p[0]))
        return false;
    while (n < p->in.n && (ascii_is_alpha(p->in.p[n]) || ascii_is_digit(p->in.p[n]) ||
                           p->in.p[n] == '+' || p->in.p[n] == '-' || p->in.p[n] == '.'))
        n++;
    if (n == p->in.n || p->in.p[n] != ':')
        return false;
    char *to = url_out_room(&p->out, n + 1);
    if (!to)
        return true;
    for (size_t i = 0; i <= n; i++)
        to[i] = ascii_lower(p->in.p[i]);
    p->out.n += n + 1;
    p->scheme = (struct span){0, n};
    set_kind(p, scheme_kind(str_make(to, n)));
    skip(p, n + 1);
    return true;
}

static enum status after_scheme(struct parse *p)
{
    if (p->kind == URL_FILE)
        return file(p);
    if (p->special) {
        bool same = p->base && p->base->kind == p->kind;
        bool two = p->in.n >= 2 && p->in.p[0] == '/' && p->in.p[1] == '/';
        return same && !two ? relative(p) : special_authority(p);
    }
    if (!next_is(p, '/'))
        return opaque_path(p);
    skip(p, 1);
    if (next_is(p, '/')) {
        skip(p, 1);
        return authority(p);
    }
    p->path.at = p->out.n;
    return path(p);
}

static enum status no_scheme(struct parse *p)
{
    if (!p->base || (p->base->opaque_path && !next_is(p, '#')))
        return ST_INPUT;
    if (p->base->opaque_path) {
        set_kind(p, p->base->kind);
        put_base_authority(p);
        put_base_tail(p);
        return OK;
    }
    return p->base->kind == URL_FILE ? file(p) : relative(p);
}

/* Without a host, a path that begins with two slashes would be read as an authority: "/." goes before it. */
static void guard_path(struct parse *p)
{
    struct str written = str_make(p->out.p + p->path.at, p->path.n);
    if (p->has_host || p->opaque_path || !str_starts(written, STR_LIT("//")) ||
        !url_out_room(&p->out, 2))
        return;
    char *from = p->out.p + p->path.at;
    memmove(from + 2, from, p->out.n - p->path.at);
    memcpy(from, "/.", 2);
    p->out.n += 2;
    p->path.at += 2;
    p->query.at += 2;
    p->fragment.at += 2;
}

static enum status finish(struct parse *p, struct url *ret_url)
{
    if (p->out.status == OK)
        guard_path(p);
    if (p->out.status != OK)
        return p->out.status;
    if (p->out.n > URL_MAX_BYTES)
        return ST_LIMIT;
    struct str href = arena_str(p->out.arena, str_make(p->out.p, p->out.n));
    if (!href.p)
        return p->out.arena->status;
#define SLICE(part) str_make(href.p + p->part.at, p->part.n)
    *ret_url = (struct url){
        .href = href,
        .scheme = SLICE(scheme),
        .username = SLICE(username),
        .password = SLICE(password),
        .host = SLICE(host),
        .path = SLICE(path),
        .query = SLICE(query),
        .fragment = SLICE(fragment),
        .kind = p->kind,
        .port = p->port,
        .has_host = p->has_host,
        .has_query = p->has_query,
        .has_fragment = p->has_fragment,
        .opaque_path = p->opaque_path,
    };
#undef SLICE
    return OK;
}

/* Without C0 controls and spaces at both ends. */
static struct str trim(struct str s)
{
    while (s.n && (unsigned char)s.p[0] <= ' ')
        s.p++, s.n--;
    while (s.n && (unsigned char)s.p[s.n - 1] <= ' ')
        s.n--;
    return s;
}

static bool is_dropped(char c)
{
    return c == '\t' || c == '\n' || c == '\r';
}

/* Tabs and line ends count for nothing, wherever they stand; few inputs have any. */
static enum status without_line_ends(struct arena *arena, struct str *s)
{
    size_t n = 0, i = 0;
    while (i < s->n && !is_dropped(s->p[i]))
        i++;
    if (i == s->n)
        return OK;
    char *to = arena_alloc(arena, s->n);
    if (!to)
        return arena->status;
    for (i = 0; i < s->n; i++)
        if (!is_dropped(s->p[i]))
            to[n++] = s->p[i];
    *s = str_make(to, n);
    return OK;
}

enum status url_parse(struct arena *arena, struct str input, const struct url *base, struct url *ret_url)
{
    char small[2048];
    if (input.n > URL_MAX_BYTES)
        return ST_LIMIT;
    struct parse p = {
        .base = base,
        .in = input.n ? trim(input) : STR_LIT(""),
        .out = {.arena = arena, .p = small, .cap = sizeof small},
        .port = -1,
    };
    enum status st = without_line_ends(arena, &p.in);
    if (st == OK)
        st = put_scheme(&p) ? after_scheme(&p) : no_scheme(&p);
    return st == OK ? finish(&p, ret_url) : st;
}

/* ---- parts ---- */

struct str url_without_fragment(const struct url *u)
{
    return str_head(u->href, u->has_fragment ? u->href.n - u->fragment.n - 1 : u->href.n);
}

struct str url_public(struct arena *arena, const struct url *u)
{
    struct str whole = url_without_fragment(u);
    if (u->username.n == 0 && u->password.n == 0)
        return whole;
    size_t scheme_end = (size_t)(u->scheme.p - u->href.p) + u->scheme.n + 3; /* "://" */
    struct str from_host = str_from(whole, (size_t)(u->host.p - u->href.p));
    return arena_printf(arena, "%.*s%.*s", (int)scheme_end, whole.p, STR_ARG(from_host));
}

struct str url_origin(struct arena *arena, const struct url *u)
{
    if (u->port < 0)
        return arena_printf(arena, "%.*s://%.*s", STR_ARG(u->scheme), STR_ARG(u->host));
    return arena_printf(arena, "%.*s://%.*s:%d", STR_ARG(u->scheme), STR_ARG(u->host), u->port);
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    bool tuple = a->kind != URL_OTHER && a->kind != URL_FILE;
    return tuple && a->kind == b->kind && a->port == b->port && str_eq(a->host, b->host);
}

bool url_is_http(const struct url *u)
{
    return (u->kind == URL_HTTP || u->kind == URL_HTTPS) && u->host.n > 0;
}

int url_port(const struct url *u)
{
    return u->port >= 0 ? u->port : schemes[u->kind].port;
}
