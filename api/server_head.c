/* SPDX-License-Identifier: Apache-2.0 */
/* server_head.c: what was sent before the body: copied into the call once, judged, and looked up from there.
 *
 * The copy is what makes it safe to look things up on any thread, also when the connection is gone. The
 * judgement refuses what two programs in a row could read as two different requests (RFC 9112 11.2): the library
 * takes most of that. Threads: head_*: the library's; call_*: the owner of the call. */
#include "api/server_parts.h"
#include "base/url.h"

#include <inttypes.h>
#include <microhttpd.h>

/* ---- the copy ---- */

struct copying {
    struct arena *arena;
    struct pair *pairs;
    size_t n, room;
    bool decode;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct str without_blanks(struct str s)
{
    while (s.n && is_blank(s.p[0]))
        s = str_from(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static struct str copy_text(struct arena *arena, struct str s, bool decode)
{
    struct str decoded;
    if (!decode || str_find(s, '%') == s.n)
        return arena_str(arena, s);
    return url_percent_decode(arena, s, &decoded) == OK ? decoded : STR_NONE;
}

static enum MHD_Result copy_pair(void *user, enum MHD_ValueKind kind, const char *name, size_t name_n,
                                 const char *text, size_t text_n)
{
    struct copying *to = user;
    struct str value = str_make(text ? text : "", text ? text_n : 0);
    if (kind == MHD_HEADER_KIND) /* the library leaves the blanks behind it */
        value = without_blanks(value);
    if (to->n < to->room) {
        struct pair *pair = &to->pairs[to->n];
        pair->name = copy_text(to->arena, str_make(name ? name : "", name ? name_n : 0), to->decode);
        pair->value = copy_text(to->arena, value, to->decode);
        if (!str_is_set(pair->name) || !str_is_set(pair->value))
            return MHD_NO;
        to->n++;
    }
    return MHD_YES;
}

static enum status copy_pairs(struct server_call *sc, enum MHD_ValueKind kind, bool decode,
                              struct pair **ret_pairs, size_t *ret_n)
{
    int n = MHD_get_connection_values_n(sc->mhd, kind, NULL, NULL);
    struct copying to = {.arena = &sc->call.arena, .room = n > 0 ? (size_t)n : 0, .decode = decode};
    to.pairs = ARENA_ARRAY(to.arena, struct pair, to.room + 1);
    if (!to.pairs)
        return to.arena->status;
    MHD_get_connection_values_n(sc->mhd, kind, copy_pair, &to);
    *ret_pairs = to.pairs;
    *ret_n = to.n;
    return to.arena->status;
}

/* All values of a name, joined as RFC 9110 5.3 says. */
static struct str joined(struct server_call *sc, const char *name)
{
    struct str all = STR_NONE;
    for (size_t i = 0; i < sc->n_headers; i++) {
        struct str value = sc->headers[i].value;
        if (!str_eq_nocase(sc->headers[i].name, str_of(name)))
            continue;
        all = !str_is_set(all)
                  ? value
                  : arena_printf(&sc->call.arena, "%.*s,%.*s", STR_ARG(all), STR_ARG(value));
    }
    return all;
}

static void find_client(struct server_call *sc)
{
    char text[IP_TEXT_BYTES];
    struct client client = {.ip = sc->connection->ip};
    if (sc->connection->forwards)
        client = client_of(&sc->server->proxies, &client.ip, joined(sc, "X-Forwarded-For"),
                           joined(sc, "X-Forwarded-Proto"));
    ip16_text(&client.ip, text);
    sc->call.address = arena_str(&sc->call.arena, str_of(text));
    sc->call.secure = client.secure;
}

/* "http://host/path" is as good as "/path" (RFC 9112 3.2.2). */
static struct str without_origin(struct str uri)
{
    if (uri.n && uri.p[0] == '/')
        return uri;
    if (!str_eq_nocase(str_head(uri, 7), STR_LIT("http://")) &&
        !str_eq_nocase(str_head(uri, 8), STR_LIT("https://")))
        return uri;
    struct str rest = str_from(uri, 8);
    size_t slash = str_find(rest, '/');
    return slash < rest.n ? str_from(rest, slash) : STR_LIT("/");
}

static bool parse_u64(struct str s, uint64_t *ret_n)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!ascii_is_digit(s.p[i]))
            return false;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        n = n > (UINT64_MAX - digit) / 10 ? UINT64_MAX : n * 10 + digit;
    }
    if (s.n)
        *ret_n = n;
    return s.n > 0;
}

enum status head_read(struct server_call *sc, const char *uri, const char *method, const char *version)
{
    struct call *call = &sc->call;
    enum status st = copy_pairs(sc, MHD_HEADER_KIND, false, &sc->headers, &sc->n_headers);
    if (st == OK)
        st = copy_pairs(sc, MHD_GET_ARGUMENT_KIND, true, &sc->arguments, &sc->n_arguments);
    if (st != OK)
        return st;
    call->method = arena_str(&call->arena, str_of(method));
    call->path = arena_str(&call->arena, without_origin(str_of(uri)));
    find_client(sc);
    sc->http_1_0 = strcmp(version, "HTTP/1.0") == 0;
    sc->is_chunked = str_is_set(call_header(call, "Transfer-Encoding"));
    if (!parse_u64(call_header(call, "Content-Length"), &sc->declared_bytes))
        sc->declared_bytes = 0;
    sc->has_body = sc->is_chunked || sc->declared_bytes > 0;
    return call->arena.status;
}

/* ---- the judgement ---- */

static size_t count_of(const struct server_call *sc, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < sc->n_headers; i++)
        n += str_eq_nocase(sc->headers[i].name, str_of(name));
    return n;
}

/* RFC 9110 5.6.2 */
static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_alpha(s.p[i]) && !ascii_is_digit(s.p[i]) && !strchr("!#$%&'*+-.^_`|~", s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_clean(struct str value)
{
    for (size_t i = 0; i < value.n; i++)
        if (((unsigned char)value.p[i] < 0x20 && value.p[i] != '\t') || value.p[i] == 0x7f)
            return false;
    return true;
}

static bool is_visible(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= 0x20 || (unsigned char)s.p[i] >= 0x7f)
            return false;
    return s.n > 0;
}

static bool is_host(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_alpha(s.p[i]) && !ascii_is_digit(s.p[i]) && !strchr("-._~:[]%", s.p[i]))
            return false;
    return true;
}

/* A head in which each line ends in CR LF has at least that many bytes. The library takes a bare LF, and this
 * sum is all that can be seen of it. */
static bool lines_end_well(const struct server_call *sc, const char *version)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(sc->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    size_t least = sc->call.method.n + 1 + sc->connection->uri_bytes + 1 + strlen(version) + 2 + 2;
    for (size_t i = 0; i < sc->n_headers; i++)
        least += sc->headers[i].name.n + 1 + sc->headers[i].value.n + 2;
    return !info || info->header_size >= least;
}

static const char *judge_framing(struct server_call *sc)
{
    size_t lengths = count_of(sc, "Content-Length"), codings = count_of(sc, "Transfer-Encoding");
    if (lengths > 1)
        return "The request has more than one Content-Length.";
    if (lengths && codings)
        return "The request has both Content-Length and Transfer-Encoding.";
    /* As the library compares it: "chunked " would be a body without end. */
    const char *coding = MHD_lookup_connection_value(sc->mhd, MHD_HEADER_KIND, "Transfer-Encoding");
    if (codings > 1 || (codings && (!coding || !str_eq_nocase(str_of(coding), STR_LIT("chunked")))))
        return "The only transfer coding taken is \"chunked\".";
    if (codings && sc->http_1_0)
        return "HTTP/1.0 has no Transfer-Encoding.";
    return NULL;
}

static const char *judge_fields(const struct server_call *sc)
{
    size_t hosts = count_of(sc, "Host");
    for (size_t i = 0; i < sc->n_headers; i++) {
        if (!is_token(sc->headers[i].name))
            return "A header's name has a character that is not allowed there.";
        if (!is_clean(sc->headers[i].value))
            return "A header's value has a control character.";
    }
    if (hosts > 1 || (hosts == 0 && !sc->http_1_0))
        return "The request needs exactly one Host header.";
    return is_host(call_header(&sc->call, "Host")) ? NULL : "The Host header is no host.";
}

static const char *judge_line(const struct server_call *sc, const char *version)
{
    struct str path = sc->call.path;
    if (!is_token(sc->call.method))
        return "The method has a character that is not allowed there.";
    if (sc->connection->uri_has_nul)
        return "The path or the query has a NUL character (%00).";
    if (!is_visible(path) || str_find(path, '#') < path.n)
        return "The path has a character that must be percent-encoded.";
    if (path.p[0] != '/' && !(str_is(path, "*") && str_is(sc->call.method, "OPTIONS")))
        return "The path does not begin with a slash.";
    return lines_end_well(sc, version) ? NULL : "A line of the head does not end in CR LF.";
}

enum status head_judge(struct server_call *sc, const char *version, struct diag *ret_diag)
{
    const char *fault = judge_framing(sc);
    if (!fault)
        fault = judge_fields(sc);
    if (!fault)
        fault = judge_line(sc, version);
    return fault ? diag_set(ret_diag, ST_INPUT, "%s", fault) : OK;
}

/* ---- looking up ---- */

static struct str value_of(const struct pair *pairs, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq_nocase(pairs[i].name, name))
            return pairs[i].value;
    return STR_NONE;
}

struct str call_header(const struct call *call, const char *name)
{
    return value_of(call->server->headers, call->server->n_headers, str_of(name));
}

struct str call_query(struct call *call, const char *name)
{
    const struct server_call *sc = call->server;
    for (size_t i = 0; i < sc->n_arguments; i++)
        if (str_is(sc->arguments[i].name, name))
            return sc->arguments[i].value;
    return STR_NONE;
}

uint64_t call_query_u64(struct call *call, const char *name, uint64_t fallback, uint64_t least,
                        uint64_t most)
{
    uint64_t n;
    if (!parse_u64(call_query(call, name), &n))
        return fallback;
    return n < least ? least : n > most ? most : n;
}

struct str call_origin(struct call *call)
{
    struct str url = str_of(call->service->config->server_public_url);
    struct str host = call_header(call, "Host");
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    if (url.n)
        return url;
    if (!host.n)
        host = str_of(call->server->server->address);
    return arena_printf(&call->arena, "%s://%.*s", call->secure ? "https" : "http", STR_ARG(host));
}
