/* SPDX-License-Identifier: Apache-2.0 */
/* front.c: what every request passes before its handler: route, key, rate; then JSON, schema, addresses; and after
 * it: headers, counters, the log line.
 *
 *   unknown path or method       takes a token of the address     404, 405, or 429
 *   AUTH_KEY without a good key  takes a token of the address     401, the same whatever is wrong; or 429
 *   AUTH_KEY with one            takes a token of the key         429
 *   AUTH_SIGNED                  a bad signature takes a token of the address; without one left 429
 *   AUTH_NONE                    takes none: who watches the service must get an answer
 *
 * Threads: any; a call has one owner. */
#include "api/keys.h"
#include "api/log.h"
#include "api/rates.h"
#include "api/server.h"
#include "base/address.h"
#include "base/clock.h"
#include "base/schema.h"

#include <netinet/in.h>
#include <stdio.h>

#define JSON_DEPTH 64
#define ADDRESS_PREFIX 8 /* bytes of an IPv6 address: a network has one bucket */

/* ---- rates ---- */

static struct id128 address_id(const struct call *call)
{
    struct sockaddr_storage address;
    if (address_parse(call->address, &address) == OK && address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)&address;
        if (!IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
            return hash128(str_make((const char *)&in6->sin6_addr, ADDRESS_PREFIX));
    }
    return hash128(call->address);
}

static struct rate address_rate(const struct config *config)
{
    return (struct rate){config->rate_address_requests, config->rate_address_seconds};
}

static struct rate key_rate(const struct call *call)
{
    const struct config *config = call->service->config;
    if (call->key.rate_requests)
        return (struct rate){call->key.rate_requests, call->key.rate_seconds};
    return (struct rate){config->rate_requests, config->rate_seconds};
}

static void put_number(struct call *call, const char *name, uint32_t n)
{
    char text[16];
    snprintf(text, sizeof text, "%u", (unsigned)n);
    call_set_header(call, name, str_of(text));
}

/* False: a reply was made. */
static bool pass_rate(struct call *call, struct rate_state state)
{
    call->is_rated = true;
    if (state.limit) {
        put_number(call, "RateLimit-Limit", state.limit);
        put_number(call, "RateLimit-Remaining", state.remaining);
        put_number(call, "RateLimit-Reset", state.reset_s);
    }
    if (state.allowed)
        return true;
    atomic_fetch_add(&call->service->metrics.refused_rate, 1);
    call_error_retry(call, 429, "RATE_LIMITED", state.retry_s ? state.retry_s : 1,
                     "Too many requests: wait %u seconds before the next one.",
                     (unsigned)(state.retry_s ? state.retry_s : 1));
    return false;
}

static bool take_address(struct call *call)
{
    return pass_rate(call, rates_take(call->service->rates, address_id(call),
                                      address_rate(call->service->config), call->started_ms));
}

static struct rate_state look_address(const struct call *call)
{
    return rates_look(call->service->rates, address_id(call), address_rate(call->service->config),
                      call->started_ms);
}

/* ---- keys ---- */

static struct str given_key(const struct call *call)
{
    struct str key = str_trim(call_header(call, "x-api-key"));
    struct str bearer = str_trim(call_header(call, "Authorization"));
    if (key.n)
        return key;
    if (bearer.n > 7 && str_eq_nocase(str_head(bearer, 6), STR_LIT("Bearer")) && bearer.p[6] == ' ')
        return str_trim(str_from(bearer, 7));
    return STR_NONE;
}

/* ST_NOTFOUND: no such key. The record outlives the transaction. */
static enum status find_key(struct call *call, struct str text)
{
    struct store_read *read;
    struct key_record key;
    struct sha256_ctx *sha = text.n ? sha256_create() : NULL;
    if (!sha)
        return text.n ? ST_NOMEM : ST_NOTFOUND;
    struct sha256 hash = sha256_of(sha, text, STR_NONE);
    sha256_destroy(sha);
    enum status st = store_read_begin(call->service->store, &read);
    if (st != OK)
        return st;
    st = store_key_find(read, hash, &key);
    if (st == OK) {
        key.name = arena_str(&call->arena, key.name);
        call->key = key;
    }
    store_read_end(read);
    return st;
}

/* True: the key is good and has a token. One answer for all that can be wrong with a key. */
static bool pass_key(struct call *call)
{
    enum status st = find_key(call, given_key(call));
    if (st == OK && key_is_good(&call->key, clock_wall_ms()))
        return pass_rate(
            call, rates_take(call->service->rates, call->key.id, key_rate(call), call->started_ms));
    call->key = (struct key_record){0};
    if (st != OK && st != ST_NOTFOUND) {
        call_error_status(call, st);
        return false;
    }
    if (!take_address(call))
        return false;
    atomic_fetch_add(&call->service->metrics.refused_auth, 1);
    call_set_header(call, "WWW-Authenticate", STR_LIT("Bearer"));
    call_error(
        call, 401, "UNAUTHORIZED",
        "A valid API key is needed: send it as the header x-api-key. This one is missing, unknown, "
        "expired or revoked.");
    return false;
}

static bool pass_auth(struct call *call)
{
    switch (call->route->auth) {
    case AUTH_KEY:
        return pass_key(call);
    case AUTH_SIGNED:
        return pass_rate(call, look_address(call));
    default:
        return true;
    }
}

/* ---- the head ---- */

static void refuse_route(struct call *call, enum status st, struct str allow)
{
    if (!take_address(call))
        return;
    if (st == ST_UNSUPPORTED) {
        call_set_header(call, "Allow", allow);
        call_error(call, 405, "METHOD_NOT_ALLOWED", "This path takes %.*s only.", STR_ARG(allow));
    } else {
        call_error(call, 404, "NOT_FOUND", "There is no such path; /openapi.json lists all there are.");
    }
}

bool front_head(struct call *call)
{
    struct str allow = STR_NONE;
    call_set_header(call, "Cache-Control", STR_LIT("private, no-cache"));
    enum status st = route_find(call->method, call->path, &call->arena, &call->route, &call->mount,
                                call->params, &allow);
    if (st != OK) {
        refuse_route(call, st, allow);
        return true;
    }
    return !pass_auth(call);
}

/* ---- the body ---- */

/* No body at all is an object without fields: what is required is then missing. False: a reply was made. */
static bool read_json(struct call *call)
{
    struct diag diag = {0};
    const struct json_limits limits = {.max_bytes = call->service->config->limits_body_bytes,
                                       .max_depth = JSON_DEPTH,
                                       .replace_nul = true /* legal JSON; no field of ours keeps one */};
    enum status st = json_parse(call->body.n ? call->body : STR_LIT("{}"), &limits, &call->doc, &diag);
    if (st == OK) {
        call->json = json_root(call->doc);
        return true;
    }
    if (st == ST_NOMEM)
        call_error_status(call, st);
    else
        call_error(call, 400, "INVALID_JSON", "%s Send one JSON object in UTF-8.", diag.text);
    return false;
}

static bool pass_schema(struct call *call)
{
    struct json_doc *schema = NULL;
    struct diag diag = {0};
    const struct json_limits limits = {.max_bytes = (size_t)1 << 20, .max_depth = JSON_DEPTH};
    enum status st = json_parse(str_of(schema_text(call->route->request)), &limits, &schema, &diag);
    must(st == OK || st == ST_NOMEM);
    if (st == OK)
        st = schema_validate(json_root(schema), call->json, &diag);
    json_doc_destroy(schema);
    if (st == ST_NOMEM)
        call_error_status(call, st);
    else if (st != OK)
        call_error(call, 400, "INVALID_REQUEST", "%s", diag.text);
    return st == OK;
}

/* ---- URLs in the body ---- */

static const struct {
    const char *schema, *pointer, *what;
} url_fields[] = {
#define FIELD(schema, pointer, what) {#schema, pointer, what},
#include "api/url_fields.def"
#undef FIELD
};

static bool judge_url(struct call *call, struct str text, struct str pointer, const char *what)
{
    struct url url;
    struct diag diag = {0};
    enum status st = url_parse(&call->arena, text, NULL, &url);
    if (st == ST_NOMEM || call->arena.status != OK) {
        call_error_status(call, ST_NOMEM);
        return false;
    }
    if (st != OK || !url_is_http(&url)) {
        call_error(
            call, 400, "INVALID_REQUEST",
            "%.*s: expected the URL of a %s that begins with http:// or https://, got something else",
            STR_ARG(pointer), what);
        return false;
    }
    if (url.username.n || url.password.n) {
        call_error(call, 400, "INVALID_REQUEST",
                   "%.*s: a URL is stored, so leave user name and password out of it", STR_ARG(pointer));
        return false;
    }
    if (address_judge_url(call->service->rule, &url, &diag) == OK)
        return true;
    atomic_fetch_add(&call->service->metrics.refused_address, 1);
    call_error(call, 400, "ADDRESS_REFUSED", "%.*s: %s", STR_ARG(pointer), diag.text);
    return false;
}

/* pattern: what is left of it, from a '/'. The recursion is as deep as the pattern. */
static bool judge_field(struct call *call, const struct json *v, struct str pattern, struct str pointer,
                        const char *what)
{
    struct arena *arena = &call->arena;
    struct str text = json_str(v, STR_NONE);
    if (!pattern.n)
        return text.n == 0 || judge_url(call, text, pointer, what);
    size_t end = 1 + str_find(str_from(pattern, 1), '/'), i = 0;
    struct str step = arena_str(arena, str_make(pattern.p + 1, end - 1)), rest = str_from(pattern, end);
    if (str_is_set(step) && !str_is(step, "*"))
        return judge_field(call, json_get(v, step.p), rest,
                           arena_printf(arena, "%.*s/%s", STR_ARG(pointer), step.p), what);
    for (v = json_first(v); v; v = json_after(v))
        if (!judge_field(call, v, rest, arena_printf(arena, "%.*s/%zu", STR_ARG(pointer), i++), what))
            return false;
    return true;
}

bool front_check_urls(struct call *call)
{
    for (size_t i = 0; i < ARRAY_LEN(url_fields); i++)
        if (strcmp(url_fields[i].schema, call->route->request) == 0 &&
            !judge_field(call, call->json, str_of(url_fields[i].pointer), STR_NONE, url_fields[i].what))
            return false;
    return true;
}

void front_call(struct call *call)
{
    bool takes_json = call->route->request != NULL;
    if (!takes_json || (read_json(call) && pass_schema(call) && front_check_urls(call)))
        call->route->handler(call);
}

/* ---- the reply ---- */

static void write_log(const struct call *call, int64_t duration_ms)
{
    struct log_line line;
    log_begin(&line, call->service->log_json, "request");
    log_put_str(&line, "method", call->method);
    log_put_str(&line, "path", call->path); /* without the query: it may hold a signature */
    log_put_int(&line, "status", call->status);
    log_put_int(&line, "ms", duration_ms);
    log_put_str(&line, "address", call->address);
    if (call->key.number)
        log_put_int(&line, "key", call->key.number);
    log_end(&line);
}

void front_reply(struct call *call)
{
    int64_t duration_ms = clock_mono_ms() - call->started_ms;
    struct rate_state state;
    if (call->route && call->route->auth == AUTH_SIGNED && call->status == 403) {
        state = rates_take(call->service->rates, address_id(call), address_rate(call->service->config),
                           call->started_ms);
        state.allowed = true; /* this reply is made already; the next one waits */
        pass_rate(call, state);
    } else if (!call->is_rated) {
        state = look_address(call);
        state.allowed = true;
        pass_rate(call, state);
    }
    call_set_header(call, "X-Content-Type-Options", STR_LIT("nosniff"));
    metrics_reply(&call->service->metrics, call->status, duration_ms);
    write_log(call, duration_ms);
}
