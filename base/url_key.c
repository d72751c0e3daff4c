/* SPDX-License-Identifier: Apache-2.0 */
/* url_key.c: what makes two URLs one page, two hosts one site, and the escapes undone.
 *
 * The key is text, written in one pass and never longer than the URL. It folds only what no server is known
 * to tell apart; what is requested is always the URL itself. The key's form is on disk (url_id is its hash):
 * a change here makes every stored page a stranger. Threads: any; libpsl's built-in list is constant. */
#include "base/url.h"
#include "base/url_host.h"

#include <libpsl.h>

/* A host longer than this has no place in DNS (RFC 1035 2.3.4) and so no registrable domain. */
#define HOST_MAX_BYTES 255

static const struct str tracking_names[] = {
    {"gclid", 5}, {"fbclid", 6}, {"msclkid", 7}, {"mc_cid", 6}, {"mc_eid", 6}, {"_hsenc", 6},
    {"_hsmi", 5}, {"igshid", 6}, {"yclid", 5},   {"dclid", 5},  {"gbraid", 6}, {"wbraid", 6},
};

static bool is_tracking(struct str parameter)
{
    struct str name = str_head(parameter, str_find(parameter, '='));
    if (str_starts(name, STR_LIT("utm_")))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(tracking_names); i++)
        if (str_eq(name, tracking_names[i]))
            return true;
    return false;
}

/* RFC 3986 2.3. */
static bool is_unreserved(int byte)
{
    char c = (char)byte;
    return byte < 0x80 &&
           (ascii_is_alpha(c) || ascii_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~');
}

/* Copies s: escapes of unreserved characters undone, others in capitals. Returns the length. */
static size_t fold_escapes(struct str s, char *to)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int byte = s.p[i] == '%' ? url_escape_at(s, i) : -1;
        if (byte < 0) {
            to[n++] = s.p[i];
            continue;
        }
        i += 2;
        if (is_unreserved(byte)) {
            to[n++] = (char)byte;
            continue;
        }
        to[n++] = '%';
        to[n++] = digits[byte >> 4];
        to[n++] = digits[byte & 15];
    }
    return n;
}

static size_t without_index(struct str path)
{
    static const struct str names[] = {{"/index.html", 11}, {"/index.htm", 10}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_ends(path, names[i]))
            return path.n - names[i].n + 1;
    return path.n;
}

/* "?a=b&c" without tracking parameters; nothing when nothing is left. */
static size_t fold_query(struct str query, char *to)
{
    size_t n = 0;
    bool first = true;
    for (struct str rest = query;; rest = str_from(rest, str_find(rest, '&') + 1)) {
        size_t end = str_find(rest, '&');
        size_t length = fold_escapes(str_head(rest, end), to + n + 1);
        if (!is_tracking(str_make(to + n + 1, length))) {
            to[n] = first ? '?' : '&';
            n += 1 + length;
            first = false;
        }
        if (end == rest.n)
            return n > 1 ? n : 0;
    }
}

static size_t put(char *to, struct str s)
{
    if (s.n)
        memcpy(to, s.p, s.n);
    return s.n;
}

/* The key of u in `to`, which holds u->href.n bytes. */
static size_t write_key(const struct url *u, const struct url_key_options *options, char *to)
{
    if (!url_is_http(u))
        return put(to, url_without_fragment(u));
    size_t n = put(to, u->scheme);
    n += put(to + n, STR_LIT("://"));
    /* Host and ":port" stand side by side, right before the path. */
    n += put(to + n, str_make(u->host.p, (size_t)(u->path.p - u->host.p)));
    size_t path = n;
    n += fold_escapes(u->path, to + n);
    n = path + without_index(str_make(to + path, n - path));
    if (u->query.n && !(options && options->ignore_query))
        n += fold_query(u->query, to + n);
    return n;
}

struct str url_key(struct arena *arena, const struct url *u, const struct url_key_options *options)
{
    char small[1024];
    if (u->href.n <= sizeof small)
        return arena_str(arena, str_make(small, write_key(u, options, small)));
    char *to = arena_alloc(arena, u->href.n + 1);
    if (!to)
        return STR_NONE;
    size_t n = write_key(u, options, to);
    to[n] = 0;
    return str_make(to, n);
}

struct id128 url_id(struct arena *scratch, const struct url *u, const struct url_key_options *options)
{
    char small[1024];
    if (u->href.n <= sizeof small)
        return hash128(str_make(small, write_key(u, options, small)));
    struct str key = url_key(scratch, u, options);
    return key.p ? hash128(key) : (struct id128){{0}};
}

struct str url_registrable_domain(struct str host)
{
    if (host.n && host.p[host.n - 1] == '.')
        host.n--;
    if (host.n == 0 || host.n > HOST_MAX_BYTES || host.p[0] == '[' || host.p[0] == '.' ||
        url_host_ends_in_number(host) || memchr(host.p, 0, host.n))
        return STR_NONE;
    char name[HOST_MAX_BYTES + 1];
    for (size_t i = 0; i < host.n; i++)
        name[i] = ascii_lower(host.p[i]);
    name[host.n] = 0;
    const char *found = psl_registrable_domain(psl_builtin(), name);
    return found ? str_from(host, (size_t)(found - name)) : STR_NONE;
}

bool url_same_site(struct str host_a, struct str host_b)
{
    if (host_a.n == 0 || host_b.n == 0)
        return false;
    if (str_eq_nocase(host_a, host_b))
        return true;
    struct str a = url_registrable_domain(host_a), b = url_registrable_domain(host_b);
    return a.n && str_eq_nocase(a, b);
}

enum status url_percent_decode(struct arena *arena, struct str s, struct str *ret_bytes)
{
    char *to = arena_alloc(arena, s.n + 1);
    if (!to)
        return arena->status;
    size_t n = url_unescape(s, to);
    to[n] = 0;
    *ret_bytes = str_make(to, n);
    return OK;
}
