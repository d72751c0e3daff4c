/* SPDX-License-Identifier: Apache-2.0 */
/* request.c: crawl requests to and from JSON. */
#include "crawler/request.h"

#include <stdlib.h>
#include <unistd.h>

void crawl_request_init(struct crawl_request *request)
{
    *request = (struct crawl_request){.max_depth = -1};
}

/* A proxy URL may carry "user:password@". */
static bool proxy_has_secret(struct str proxy)
{
    return str_find(proxy, '@') < proxy.n;
}

bool crawl_request_has_secrets(const struct crawl_request *request)
{
    return request->headers.n > 0 || request->cookies.n > 0 || request->username.n > 0 ||
           request->password.n > 0 || proxy_has_secret(request->proxy);
}

enum status crawl_request_has_all(const struct crawl_request *r, struct diag *ret_diag)
{
    if (r->had_proxy && !r->proxy.n)
        return diag_set(ret_diag, ST_DENIED,
                        "the job went through a proxy with a password, which is never stored: give it "
                        "again (--proxy)");
    if (r->had_login && !r->headers.n && !r->cookies.n && !r->password.n)
        return diag_set(ret_diag, ST_DENIED,
                        "the job was started with cookies or headers, which are never stored: give them "
                        "again (--cookies, --header)");
    return OK;
}

enum status crawl_request_split_credentials(struct crawl_request *request, struct arena *arena)
{
    struct url url;
    if (url_parse(arena, request->base_url, NULL, &url) != OK ||
        (url.username.n == 0 && url.password.n == 0))
        return OK;
    enum status st = url_percent_decode(arena, url.username, &request->username);
    if (st == OK)
        st = url_percent_decode(arena, url.password, &request->password);
    if (st == OK)
        request->base_url = url_public(arena, &url);
    return st == OK ? arena->status : st;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7f)
            return true;
    return false;
}

/* RFC 9110 5.6.2 token characters. */
static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_alpha(s.p[i]) && !ascii_is_digit(s.p[i]) && !strchr("!#$%&'*+-.^_`|~", s.p[i]))
            return false;
    return s.n > 0;
}

static bool is_readable(struct str path)
{
    char *z = strndup(path.p, path.n);
    bool readable = z && access(z, R_OK) == 0;
    free(z);
    return readable;
}

/* What frames a message is the transport's to say. */
static bool is_framing(struct str name)
{
    static const char *const names[] = {"connection", "content-length",    "expect", "te",
                                        "trailer",    "transfer-encoding", "upgrade"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq_nocase(name, str_of(names[i])))
            return true;
    return false;
}

static enum status check_header(struct str h, size_t number, struct diag *ret_diag)
{
    size_t colon = str_find(h, ':');
    struct str name = str_head(h, colon);
    if (colon == h.n || !is_token(name) || has_control(h))
        return diag_set(ret_diag, ST_INPUT,
                        "header: number %zu is not of the form 'Name: value' in one line", number);
    if (h.n > REQUEST_HEADER_MAX)
        return diag_set(ret_diag, ST_INPUT, "header: number %zu is longer than %d bytes", number,
                        REQUEST_HEADER_MAX);
    if (is_framing(name))
        return diag_set(ret_diag, ST_INPUT, "header: %.*s is not for a request to choose",
                        STR_ARG(name));
    return OK;
}

/* The sentence does not repeat the proxy, as it may hold a password. */
static enum status check_proxy(struct str proxy, struct diag *ret_diag)
{
    static const char *const schemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    struct arena arena;
    struct url url;
    bool good = false;
    arena_init(&arena, 1 << 16, 1024);
    if (!has_control(proxy) && url_parse(&arena, proxy, NULL, &url) == OK && url.host.n)
        for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
            good = good || str_is(url.scheme, schemes[i]);
    arena_fini(&arena);
    return good
               ? OK
               : diag_set(
                     ret_diag, ST_INPUT,
                     "proxy: write it as http://host:port (or https, socks4, socks4a, socks5, socks5h)");
}

/* Not with the URL in the sentence when it may hold a password. */
static enum status check_url(struct str text, size_t at, struct diag *ret_diag)
{
    struct arena arena;
    struct url url;
    arena_init(&arena, 1 << 20, 4096);
    enum status st = url_parse(&arena, text, NULL, &url);
    if (st == ST_NOMEM)
        diag_set(ret_diag, st, "out of memory");
    else if (st != OK)
        st = diag_set(ret_diag, ST_INPUT,
                      "urls/%zu/url: this is not a URL; write it with its scheme, such as "
                      "https://docs.example.com/",
                      at);
    else if (!url_is_http(&url))
        st =
            diag_set(ret_diag, ST_INPUT, "urls/%zu/url: only http and https can be fetched, not '%.*s:'",
                     at, STR_ARG(str_head(url.scheme, 40)));
    else if (url.username.n || url.password.n)
        st = diag_set(ret_diag, ST_INPUT,
                      "urls/%zu/url: a URL is stored, so leave user name and password out of it", at);
    arena_fini(&arena);
    return st;
}

static enum status check_urls(const struct crawl_request *request, struct diag *ret_diag)
{
    if (request->n_urls > REQUEST_URLS_MAX)
        return diag_set(ret_diag, ST_INPUT, "urls: at most %d, these are %zu", REQUEST_URLS_MAX,
                        request->n_urls);
    for (size_t i = 0; i < request->n_urls; i++) {
        enum status st = check_url(request->urls[i], i, ret_diag);
        if (st != OK)
            return st;
    }
    return OK;
}

enum status crawl_request_check(const struct crawl_request *request, struct diag *ret_diag)
{
    enum status urls = check_urls(request, ret_diag);
    if (urls != OK)
        return urls;
    for (size_t i = 0; i < request->headers.n; i++) {
        enum status st = check_header(request->headers.v[i], i + 1, ret_diag);
        if (st != OK)
            return st;
    }
    if (request->proxy.n && check_proxy(request->proxy, ret_diag) != OK)
        return ST_INPUT;
    if (request->cacert.n && !is_readable(request->cacert))
        return diag_set(ret_diag, ST_INPUT, "cacert: the file %.*s can't be read",
                        STR_ARG(request->cacert));
    if (has_control(request->cookies))
        return diag_set(ret_diag, ST_INPUT,
                        "cookies: line breaks and control characters are not allowed");
    if (has_control(request->user_agent))
        return diag_set(ret_diag, ST_INPUT,
                        "user-agent: line breaks and control characters are not allowed");
    return OK;
}

static void write_text(struct json_out *out, const char *name, struct str s)
{
    if (s.n) {
        json_key(out, name);
        json_put_str(out, s);
    }
}

static void write_texts(struct json_out *out, const char *name, const struct str *v, size_t n)
{
    if (!n)
        return;
    json_key(out, name);
    json_begin(out, '[');
    for (size_t i = 0; i < n; i++)
        json_put_str(out, v[i]);
    json_end(out, ']');
}

static void write_list(struct json_out *out, const char *name, const struct str_list *list)
{
    write_texts(out, name, list->v, list->n);
}

static void write_id(struct json_out *out, const char *name, bool has, struct id128 id)
{
    char hex[2 * sizeof id.b + 1];
    hex_encode(id.b, sizeof id.b, hex);
    write_text(out, name, has ? str_of(hex) : STR_NONE);
}

static void write_flag(struct json_out *out, const char *name, bool on)
{
    if (on) {
        json_key(out, name);
        json_put_bool(out, true);
    }
}

static void write_number(struct json_out *out, const char *name, int64_t n, int64_t none)
{
    if (n != none) {
        json_key(out, name);
        json_put_int(out, n);
    }
}

void crawl_request_write(const struct crawl_request *r, struct json_out *out)
{
    json_begin(out, '{');
    write_text(out, "base_url", r->base_url);
    write_texts(out, "urls", r->urls, r->n_urls);
    write_text(out, "instruction", r->instruction);
    write_text(out, "policy", r->policy);
    write_text(out, "transform", r->transform);
    write_text(out, "schema", r->schema);
    write_text(out, "output", r->output);
    write_flag(out, "content_only", r->content_only);
    write_text(out, "webhook", r->webhook);
    write_flag(out, "use_proxy", r->use_proxy);
    write_text(out, "proxy_country", r->proxy_country);
    write_flag(out, "screenshot", r->screenshot);
    write_flag(out, "full_page_screenshot", r->full_page_screenshot);
    write_text(out, "scrape_mode", r->scrape_mode);
    write_list(out, "include", &r->include);
    write_list(out, "exclude", &r->exclude);
    write_number(out, "max_pages", (int64_t)r->max_pages, 0);
    write_number(out, "max_depth", r->max_depth, -1);
    write_flag(out, "subdomains", r->subdomains);
    write_flag(out, "whole_domain", r->whole_domain);
    write_flag(out, "ignore_query", r->ignore_query);
    write_flag(out, "follow_base_redirect", r->follow_base_redirect);
    write_number(out, "concurrency", r->concurrency, 0);
    write_number(out, "delay_ms", r->delay_ms, 0);
    write_flag(out, "no_robots", r->no_robots);
    write_flag(out, "keep_noindex", r->keep_noindex);
    write_flag(out, "insecure", r->insecure);
    write_flag(out, "public_only", r->public_only);
    write_text(out, "user_agent", r->user_agent);
    write_text(out, "proxy", proxy_has_secret(r->proxy) ? STR_NONE : r->proxy);
    write_flag(out, "had_login",
               r->had_login || r->headers.n > 0 || r->cookies.n > 0 || r->username.n > 0 ||
                   r->password.n > 0);
    write_flag(out, "had_proxy", r->had_proxy || proxy_has_secret(r->proxy));
    write_text(out, "cacert", r->cacert);
    write_list(out, "allow_private", &r->allow_private);
    write_id(out, "only", r->has_only, r->only);
    json_end(out, '}');
}

static struct str read_text(struct arena *arena, const struct json *root, const char *name)
{
    struct str s = json_str(json_get(root, name), STR_NONE);
    return s.n ? arena_str(arena, s) : STR_NONE;
}

static void read_list(struct arena *arena, const struct json *root, const char *name,
                      struct str_list *list)
{
    const struct json *v = json_first(json_get(root, name));
    for (; v && list->n < REQUEST_LIST_MAX; v = json_after(v))
        list->v[list->n++] = arena_str(arena, json_str(v, STR_LIT("")));
}

static void read_urls(struct arena *arena, const struct json *root, struct crawl_request *r)
{
    const struct json *list = json_get(root, "urls"), *v = json_first(list);
    size_t n = json_length(list) < REQUEST_URLS_MAX ? json_length(list) : REQUEST_URLS_MAX;
    struct str *urls = n ? ARENA_ARRAY(arena, struct str, n) : NULL;
    for (; urls && v && r->n_urls < n; v = json_after(v))
        urls[r->n_urls++] = arena_str(arena, json_str(v, STR_LIT("")));
    r->urls = urls;
}

static bool read_id(const struct json *root, const char *name, struct id128 *ret_id)
{
    return hex_decode(json_str(json_get(root, name), STR_NONE), ret_id->b, sizeof ret_id->b) == OK;
}

static bool read_flag(const struct json *root, const char *name)
{
    return json_bool(json_get(root, name), false);
}

static int64_t read_number(const struct json *root, const char *name, int64_t none)
{
    return json_int(json_get(root, name), none);
}

enum status crawl_request_read(struct arena *arena, struct str json, struct crawl_request *ret_request,
                               struct diag *ret_diag)
{
    const struct json_limits limits = {.max_bytes = 1 << 20, .max_depth = 64};
    struct json_doc *doc;
    enum status st = json_parse(json, &limits, &doc, ret_diag);
    if (st != OK)
        return st;
    const struct json *root = json_root(doc);
    struct crawl_request r;
    crawl_request_init(&r);
    r.base_url = read_text(arena, root, "base_url");
    read_urls(arena, root, &r);
    r.instruction = read_text(arena, root, "instruction");
    r.policy = read_text(arena, root, "policy");
    r.transform = read_text(arena, root, "transform");
    r.schema = read_text(arena, root, "schema");
    r.output = read_text(arena, root, "output");
    r.content_only = read_flag(root, "content_only");
    r.webhook = read_text(arena, root, "webhook");
    r.use_proxy = read_flag(root, "use_proxy");
    r.proxy_country = read_text(arena, root, "proxy_country");
    r.screenshot = read_flag(root, "screenshot");
    r.full_page_screenshot = read_flag(root, "full_page_screenshot");
    r.scrape_mode = read_text(arena, root, "scrape_mode");
    read_list(arena, root, "include", &r.include);
    read_list(arena, root, "exclude", &r.exclude);
    r.max_pages = (uint64_t)read_number(root, "max_pages", 0);
    r.max_depth = (int)read_number(root, "max_depth", -1);
    r.subdomains = read_flag(root, "subdomains");
    r.whole_domain = read_flag(root, "whole_domain");
    r.ignore_query = read_flag(root, "ignore_query");
    r.follow_base_redirect = read_flag(root, "follow_base_redirect");
    r.concurrency = (unsigned)read_number(root, "concurrency", 0);
    r.delay_ms = read_number(root, "delay_ms", 0);
    r.no_robots = read_flag(root, "no_robots");
    r.keep_noindex = read_flag(root, "keep_noindex");
    r.insecure = read_flag(root, "insecure");
    r.public_only = read_flag(root, "public_only");
    r.user_agent = read_text(arena, root, "user_agent");
    r.proxy = read_text(arena, root, "proxy");
    r.had_login = read_flag(root, "had_login");
    r.had_proxy = read_flag(root, "had_proxy");
    r.cacert = read_text(arena, root, "cacert");
    read_list(arena, root, "allow_private", &r.allow_private);
    r.has_only = read_id(root, "only", &r.only);
    json_doc_destroy(doc);
    if (arena->status != OK)
        return arena->status;
    *ret_request = r;
    return OK;
}

struct policy_request crawl_request_policy(const struct crawl_request *r)
{
    return (struct policy_request){
        .base_url = r->base_url,
        .instruction = r->instruction,
        .policy = r->policy,
        .include = r->include.v,
        .n_include = r->include.n,
        .exclude = r->exclude.v,
        .n_exclude = r->exclude.n,
        .max_depth = r->max_depth,
        .subdomains = r->subdomains,
        .whole_domain = r->whole_domain,
        .ignore_query = r->ignore_query,
    };
}
