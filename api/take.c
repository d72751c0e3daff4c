/* SPDX-License-Identifier: Apache-2.0 */
/* take.c: the fields of bodies, one function a field or group of them. */
#include "api/take.h"

#include "api/jobs.h"
#include "api/proxies.h"

/* ---- fields that all have ---- */

struct str taken_text(const struct call *call, const char *name)
{
    return json_str(json_get(call->json, name), STR_NONE);
}

bool taken_flag(const struct call *call, const char *name)
{
    return json_bool(json_get(call->json, name), false);
}

static struct str text_of_json(struct call *call, const struct json *v)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    json_copy(v, &text);
    struct str s = text.status == OK ? arena_str(&call->arena, buf_str(&text)) : STR_NONE;
    buf_fini(&text);
    return s;
}

/* False: a reply was made. */
static bool take_schema(struct taken_body *t)
{
    struct call *call = t->call;
    const struct json *schema = json_get(call->json, "schema");
    if (!schema || json_type(schema) == JSON_NULL)
        return true;
    if (schema_check(schema, true, &call->arena, &t->notes) != OK) {
        call_error_list(call, 422, "INVALID_SCHEMA", t->notes.errors, t->notes.n_errors);
        return false;
    }
    t->request.schema = text_of_json(call, schema);
    return true;
}

static bool take_cookies(struct taken_body *t)
{
    struct call *call = t->call;
    struct str text = taken_text(call, "cookies");
    if (cookies_normalise(&call->arena, text, &t->secrets.cookies) == OK)
        return true;
    call_error(
        call, 400, "INVALID_REQUEST",
        "/cookies: expected name=value; name2=value2, or rows copied from a browser's cookie table");
    return false;
}

static bool take_proxy(struct taken_body *t)
{
    struct call *call = t->call;
    struct str proxy;
    t->request.use_proxy = taken_flag(call, "useProxy");
    if (!t->request.use_proxy)
        return true;
    t->request.proxy_country = taken_text(call, "proxyCountry");
    if (proxies_pick(str_of(call->service->config->proxy_pool), t->request.proxy_country, 0, &proxy) ==
        OK)
        return true;
    call_error(call, 400, "NO_PROXY",
               "/useProxy: no proxy is configured; the operator lists them in the setting proxy.pool "
               "(us=http://host:port, ...), or leave useProxy out");
    return false;
}

bool take_common(struct taken_body *t, struct call *call)
{
    *t = (struct taken_body){.call = call};
    crawl_request_init(&t->request);
    t->request.public_only = call->service->public_only;
    t->request.allow_private = call->service->allow_private;
    t->request.content_only = taken_flag(call, "extractContentOnly");
    t->request.screenshot = taken_flag(call, "screenshot");
    t->request.full_page_screenshot = taken_flag(call, "fullPageScreenshot");
    t->request.scrape_mode = taken_text(call, "scrapeMode");
    return take_schema(t) && take_cookies(t) && take_proxy(t);
}

/* prompt, output and schema: without any of them a page is its Markdown and nothing is extracted. */
void take_wishes(struct taken_body *t)
{
    struct crawl_request *r = &t->request;
    r->transform = str_trim(taken_text(t->call, "prompt"));
    r->output = taken_text(t->call, "output");
    if (r->schema.n || (r->transform.n && !r->output.n))
        r->output = STR_LIT("json");
}

/* ---- scrape and batch ---- */

bool take_urls(struct taken_body *t, const struct json *list, unsigned most)
{
    struct call *call = t->call;
    size_t n = json_length(list);
    if (n == 0 || n > most) {
        call_error(call, 400, "INVALID_REQUEST", "/urls: expected 1 to %u URLs, got %zu", most, n);
        return false;
    }
    struct str *urls = ARENA_ARRAY(&call->arena, struct str, n);
    if (!urls) {
        call_error_status(call, ST_NOMEM);
        return false;
    }
    for (const struct json *v = json_first(list); v; v = json_after(v)) {
        const struct json *url = json_type(v) == JSON_OBJECT ? json_get(v, "url") : v;
        urls[t->request.n_urls++] = str_trim(json_str(url, STR_NONE));
    }
    t->request.urls = urls;
    t->request.base_url = urls[0];
    return true;
}

/* ---- crawl and plan ---- */

/* The API's patterns are prefixes when they have no `*`; ours end such a prefix at a segment. */
static bool take_patterns(struct taken_body *t, const char *name, struct str_list *to)
{
    struct call *call = t->call;
    for (const struct json *v = json_first(json_get(call->json, name)); v; v = json_after(v)) {
        struct str pattern = str_trim(json_str(v, STR_NONE));
        if (!pattern.n)
            continue;
        if (to->n == REQUEST_LIST_MAX) {
            call_error(call, 400, "INVALID_REQUEST", "/%s: at most %u patterns", name, REQUEST_LIST_MAX);
            return false;
        }
        bool prefix = str_find(pattern, '*') == pattern.n;
        to->v[to->n++] = prefix ? arena_printf(&call->arena, "%.*s**", STR_ARG(pattern)) : pattern;
    }
    return true;
}

static bool take_limits(struct taken_body *t, uint64_t usual_pages)
{
    struct call *call = t->call;
    const struct config *config = call->service->config;
    int64_t max_pages = json_int(json_get(call->json, "maxPages"), (int64_t)usual_pages);
    if (max_pages < (usual_pages ? 1 : 0) || (uint64_t)max_pages > config->limits_max_pages) {
        call_error(call, 400, "INVALID_REQUEST", "/maxPages: expected 1 to %llu, got %lld",
                   (unsigned long long)config->limits_max_pages, (long long)max_pages);
        return false;
    }
    t->request.max_pages = (uint64_t)max_pages;
    t->request.max_depth = (int)json_int(json_get(call->json, "maxDepth"), -1);
    return true;
}

/* A policy's object, as the status of a crawl and a plan show it. */
static void take_policy(struct taken_body *t)
{
    const struct json *policy = json_get(t->call->json, "policy");
    if (policy && json_type(policy) == JSON_OBJECT)
        t->request.policy = text_of_json(t->call, policy);
}

bool take_crawl(struct taken_body *t, uint64_t usual_pages)
{
    struct call *call = t->call;
    struct crawl_request *r = &t->request;
    if (!take_patterns(t, "includePaths", &r->include) ||
        !take_patterns(t, "excludePaths", &r->exclude) || !take_limits(t, usual_pages))
        return false;
    take_policy(t);
    r->base_url = str_trim(taken_text(call, "baseUrl"));
    r->instruction = str_trim(taken_text(call, "crawlInstruction"));
    r->subdomains = taken_flag(call, "allowSubdomains");
    r->whole_domain = taken_flag(call, "crawlEntireDomain");
    r->ignore_query = taken_flag(call, "ignoreQueryParams");
    return true;
}
