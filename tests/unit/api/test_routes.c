/* SPDX-License-Identifier: Apache-2.0 */
/* test_routes.c: which path goes where; and the tables around the routes: every schema can be read, every URL field
 * is in url_fields.def, and every parameter belongs to a route. */
#include "base/schema.h"
#include "tests/check.h"
#include "tests/unit/api/stub_routes.h"

static struct arena arena;

/* "handler mount param param", or "404", or "405 GET, HEAD". */
static struct str found(const char *method, const char *path)
{
    const struct route *route = NULL;
    enum mount mount = MOUNT_API;
    struct str params[CALL_PARAMS] = {STR_NONE, STR_NONE}, allow = STR_NONE;
    struct call call = {0};
    switch (route_find(str_of(method), str_of(path), &arena, &route, &mount, params, &allow)) {
    case OK:
        route->handler(&call);
        return arena_printf(&arena, "%s%s%s%.*s%s%.*s", handled.last, mount == MOUNT_SDK ? " sdk" : "",
                            params[0].n ? " " : "", STR_ARG(params[0]), params[1].n ? " " : "",
                            STR_ARG(params[1]));
    case ST_UNSUPPORTED:
        return arena_printf(&arena, "405 %.*s", STR_ARG(allow));
    default:
        return STR_LIT("404");
    }
}

static const struct {
    const char *method, *path, *want;
} paths[] = {
    {"POST", "/api/scrape", "scrape_submit"},
    {"POST", "/scrape", "scrape_submit"},
    {"POST", "/sdk/scrape", "scrape_submit sdk"},
    {"POST", "/api//scrape", "scrape_submit"},
    {"POST", "//api///scrape//", "scrape_submit"},
    {"POST", "/api/scrape/", "scrape_submit"},
    {"GET", "/api/scrape/0198a2b4", "scrape_status 0198a2b4"},
    {"HEAD", "/api/scrape/0198a2b4/", "scrape_status 0198a2b4"},
    {"GET", "/sdk/scrape-logs", "log_list sdk"},
    {"GET", "/api/scrape-logs/x", "log_detail x"},
    {"POST", "/api/batch/scrape", "batch_submit"},
    {"GET", "/api/batch/scrape", "batch_list"},
    {"GET", "/api/batch/scrape/b", "batch_status b"},
    {"DELETE", "/api/batch/scrape/b", "batch_cancel b"},
    {"POST", "/api/batch/scrape/b/retry", "batch_retry b"},
    {"POST", "/api/crawl", "crawl_submit_call"},
    {"GET", "/api/crawl/history", "crawl_history"},
    {"GET", "/api/crawl/stats", "crawl_stats"},
    {"GET", "/api/crawl/job/j", "crawl_job_record j"},
    {"GET", "/api/crawl/j", "crawl_status j"},
    {"GET", "/api/crawl/job", "crawl_status job"},
    {"DELETE", "/api/crawl/j", "crawl_cancel j"},
    {"GET", "/api/crawl/j/pages", "crawl_pages j"},
    {"GET", "/api/crawl/job/pages", "crawl_job_record pages"},
    {"GET", "/api/crawl/j/download", "crawl_download j"},
    {"GET", "/api/crawl/j/events", "crawl_events j"},
    {"POST", "/api/crawl/j/extract", "crawl_extract j"},
    {"POST", "/api/crawl/j/resume", "crawl_resume_call j"},
    {"POST", "/api/crawl/j/retry/p", "crawl_retry_page j p"},
    {"GET", "/api/files/j/p", "page_file j p"},
    {"GET", "/api/usage-stats", "usage_stats"},
    {"GET", "/api/account/usage", "usage_account"},
    {"POST", "/api/search", "search_submit"},
    {"GET", "/api/search/s", "search_status s"},
    {"GET", "/healthz", "health_live"},
    {"GET", "/readyz", "health_ready"},
    {"GET", "/metrics", "health_metrics"},
    {"GET", "/openapi.json", "openapi_json"},
    {"GET", "/sdk/openapi.json", "openapi_json sdk"},
    {"PUT", "/api/scrape", "405 POST"},
    {"GET", "/api/scrape", "405 POST"},
    {"POST", "/api/scrape/x", "405 GET, HEAD"},
    {"PATCH", "/api/crawl/x", "405 DELETE, GET, HEAD"},
    {"PUT", "/api/batch/scrape", "405 POST, GET, HEAD"},
    {"DELETE", "/api/crawl/stats", "405 GET, HEAD"},
    {"HEAD", "/api/crawl", "405 POST"},
    {"OPTIONS", "/api/usage-stats", "405 GET, HEAD"},
    {"get", "/api/usage-stats", "405 GET, HEAD"},
    {"GET", "/", "404"},
    {"GET", "/api", "404"},
    {"GET", "/sdk/", "404"},
    {"GET", "/api/api/usage-stats", "404"},
    {"GET", "/API/usage-stats", "404"},
    {"GET", "/api/Usage-Stats", "404"},
    {"GET", "/api/usage%2Dstats", "404"},
    {"GET", "/api/../api/usage-stats", "404"},
    {"GET", "/apiusage-stats", "404"},
    {"GET", "api/usage-stats", "404"},
    {"GET", "", "404"},
    {"GET", "*", "404"},
    {"GET", "/api/crawl/a/b/c/d/e/f/g/h/i/j/k", "404"},
    {"GET", "/api/crawl/j/pages/2", "404"},
    {"GET", "/api/scrape/a%2Fb", "scrape_status a%2Fb"},
};

static void where_paths_go(void)
{
    for (size_t i = 0; i < ARRAY_LEN(paths); i++)
        if (!CHECK_STR(found(paths[i].method, paths[i].path), str_of(paths[i].want)))
            fprintf(stderr, "    %s %s\n", paths[i].method, paths[i].path);
}

/* Each route is found under its own path, at every mount. */
static void every_route(void)
{
    static const char *const mounts[] = {"", "/api", "/sdk"};
    for (size_t i = 0; i < n_routes; i++)
        for (size_t m = 0; m < ARRAY_LEN(mounts); m++) {
            const struct route *route = NULL;
            enum mount mount;
            struct str params[CALL_PARAMS], allow;
            struct str path = arena_printf(&arena, "%s%s", mounts[m], routes[i].path);
            CHECK(route_find(str_of(routes[i].method), path, &arena, &route, &mount, params, &allow) ==
                  OK);
            CHECK(route == &routes[i] && (mount == MOUNT_SDK) == (m == 2));
            CHECK(routes[i].help[0] && routes[i].status >= 200);
        }
    CHECK_INT(n_routes, 33);
}

/* ---- schemas ---- */

static struct json_doc *read_schema(const char *name)
{
    const struct json_limits limits = {.max_bytes = 1 << 20, .max_depth = 64};
    struct json_doc *doc = NULL;
    struct diag diag = {0};
    const char *text = schema_text(name);
    NEED(text);
    if (!CHECK(json_parse(str_of(text), &limits, &doc, &diag) == OK))
        fprintf(stderr, "    %s: %s\n", name, diag.text);
    NEED(doc);
    return doc;
}

/* Requests say nothing that base/schema ignores but formats. Replies may. */
static void requests_are_checked(void)
{
    static struct schema_notes notes;
    for (size_t i = 0; i < n_routes; i++) {
        if (!routes[i].request)
            continue;
        struct json_doc *doc = read_schema(routes[i].request);
        enum status st = schema_check(json_root(doc), false, &arena, &notes);
        if (!CHECK(st == OK && notes.n_warnings == 0))
            fprintf(stderr, "    %s: %.*s\n", routes[i].request,
                    STR_ARG(notes.n_errors ? notes.errors[0] : notes.warnings[0]));
        json_doc_destroy(doc);
    }
}

static const struct {
    const char *schema, *body, *said;
} bodies[] = {
    {"ScrapeRequest", "{\"urls\":[{\"url\":\"http://a\",\"actions\":[]}],\"prompt\":\"\",\"x\":1}", ""},
    {"ScrapeRequest", "{\"urls\":[{\"url\":\"http://a\",\"actions\":null}],\"output\":null}", ""},
    {"ScrapeRequest", "{\"urls\":[{\"url\":\"http://a\"}],\"output\":\"\"}", ""},
    {"ScrapeRequest", "{\"urls\":[{\"url\":\"http://a\"}],\"schema\":\"x\"}", ""},
    {"ScrapeRequest", "{}", "/urls: expected an array, got nothing"},
    {"ScrapeRequest", "[]", "the value itself: expected an object, got an array"},
    {"ScrapeRequest", "{\"urls\":[]}", "/urls: expected at least 1 elements, got 0"},
    {"ScrapeRequest", "{\"urls\":\"http://a\"}", "/urls: expected an array, got a string"},
    {"ScrapeRequest", "{\"urls\":[\"http://a\"]}", "/urls/0: expected an object, got a string"},
    {"ScrapeRequest", "{\"urls\":[{\"url\":\"http://a\"},{}]}",
     "/urls/1/url: expected a string, got nothing"},
    {"ScrapeRequest", "{\"urls\":[{\"url\":7}]}", "/urls/0/url: expected a string, got a number"},
    {"ScrapeRequest", "{\"urls\":[{\"url\":\"\"}]}",
     "/urls/0/url: expected at least 1 characters, got 0"},
    {"ScrapeRequest", "{\"urls\":[{\"url\":\"http://a\"}],\"output\":\"csv\"}",
     "/output: expected one of \"json\", \"markdown\", \"text\", \"table\", \"\", null, got \"csv\""},
    {"ScrapeRequest", "{\"urls\":[{\"url\":\"http://a\"}],\"useProxy\":\"yes\"}",
     "/useProxy: expected true or false or null, got a string"},
    {"BatchRequest", "{\"urls\":[\"http://a\",\"http://b\"]}", ""},
    {"BatchRequest", "{\"urls\":[\"http://a\",{}]}", "/urls/1: expected a string, got an object"},
    {"CrawlRequest", "{\"baseUrl\":\"http://a\",\"transformInstruction\":\"\",\"webhookUrl\":\"\"}", ""},
    {"CrawlRequest", "{\"baseUrl\":\"http://a\",\"maxPages\":5.0,\"maxDepth\":0}", ""},
    {"CrawlRequest", "{\"baseUrl\":\"http://a\",\"maxPages\":0}",
     "/maxPages: expected at least 1, got 0"},
    {"CrawlRequest", "{\"baseUrl\":\"http://a\",\"maxPages\":\"5\"}",
     "/maxPages: expected a whole number or null, got a string"},
    {"CrawlRequest", "{\"baseUrl\":\"http://a\",\"maxDepth\":-1}",
     "/maxDepth: expected at least 0, got -1"},
    {"CrawlRequest", "{\"baseUrl\":\"http://a\",\"includePaths\":[\"/a\",1]}",
     "/includePaths/1: expected a string, got a number"},
    {"CrawlRequest", "{\"BaseUrl\":\"http://a\"}", "/baseUrl: expected a string, got nothing"},
    {"ExtractRequest", "{\"transformInstruction\":\"titles\"}", ""},
    {"RetryRequest", "{}", ""},
    {"RetryRequest", "{\"cookies\":[]}", "/cookies: expected a string or null, got an array"},
};

static void bodies_are_checked(void)
{
    const struct json_limits limits = {.max_bytes = 1 << 20, .max_depth = 64};
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct json_doc *schema = read_schema(bodies[i].schema), *body = NULL;
        struct diag diag = {0};
        NEED(json_parse(str_of(bodies[i].body), &limits, &body, &diag) == OK);
        enum status st = schema_validate(json_root(schema), json_root(body), &diag);
        CHECK(st == (bodies[i].said[0] ? ST_INPUT : OK));
        CHECK_STR(str_of(diag.text), str_of(bodies[i].said));
        json_doc_destroy(schema);
        json_doc_destroy(body);
    }
}

/* ---- fields that hold URLs ---- */

static const struct {
    const char *schema, *pointer;
} url_fields[] = {
#define FIELD(schema, pointer, what) {#schema, pointer},
#include "api/url_fields.def"
#undef FIELD
};
static bool seen[ARRAY_LEN(url_fields)];

static bool takes_strings(const struct json *schema)
{
    const struct json *type = json_get(schema, "type");
    if (!type || json_type(type) == JSON_STRING)
        return !type || str_is(json_str(type, STR_NONE), "string");
    for (type = json_first(type); type; type = json_after(type))
        if (str_is(json_str(type, STR_NONE), "string"))
            return true;
    return false;
}

static bool sounds_like_a_url(struct str name)
{
    static const char *const words[] = {"url", "uri", "href", "link", "endpoint", "webhook", "callback"};
    for (size_t w = 0; w < ARRAY_LEN(words); w++)
        for (size_t i = 0; i + strlen(words[w]) <= name.n; i++)
            if (str_eq_nocase(str_make(name.p + i, strlen(words[w])), str_of(words[w])))
                return true;
    return false;
}

static void look_at(const char *name, const struct json *schema, struct str pointer, bool by_name)
{
    bool is_url = str_is(json_str(json_get(schema, "format"), STR_NONE), "uri");
    bool listed = false;
    if (by_name && takes_strings(schema) && !CHECK(is_url))
        fprintf(stderr, "    %s %.*s: its name says URL, its format does not\n", name, STR_ARG(pointer));
    for (size_t i = 0; is_url && i < ARRAY_LEN(url_fields); i++)
        if (strcmp(url_fields[i].schema, name) == 0 && str_is(pointer, url_fields[i].pointer))
            listed = seen[i] = true;
    if (is_url && !CHECK(listed))
        fprintf(stderr, "    %s %.*s is not in url_fields.def\n", name, STR_ARG(pointer));
    const struct json *items = json_get(schema, "items");
    if (items)
        look_at(name, items, arena_printf(&arena, "%.*s/*", STR_ARG(pointer)), by_name);
    for (const struct json *p = json_first(json_get(schema, "properties")); p; p = json_after(p))
        look_at(name, p, arena_printf(&arena, "%.*s/%.*s", STR_ARG(pointer), STR_ARG(json_name(p))),
                sounds_like_a_url(json_name(p)));
}

static void url_fields_are_listed(void)
{
    for (size_t i = 0; i < n_routes; i++) {
        if (!routes[i].request)
            continue;
        struct json_doc *doc = read_schema(routes[i].request);
        look_at(routes[i].request, json_root(doc), STR_LIT(""), false);
        json_doc_destroy(doc);
    }
    for (size_t i = 0; i < ARRAY_LEN(url_fields); i++)
        if (!CHECK(seen[i]))
            fprintf(stderr, "    %s has no URL at %s\n", url_fields[i].schema, url_fields[i].pointer);
}

static void parameters(void)
{
    size_t n = 0, want = 0;
#define PARAM(handler, place, name, help, ...) want++;
#include "api/params.def"
#undef PARAM
    for (size_t i = 0; i < n_routes; i++)
        for (size_t j = 0; route_param(&routes[i], j); j++)
            n++;
    CHECK_INT(n, want);
}

int main(void)
{
    arena_init(&arena, 16 << 20, 1 << 16);
    RUN(where_paths_go);
    RUN(every_route);
    RUN(requests_are_checked);
    RUN(bodies_are_checked);
    RUN(url_fields_are_listed);
    RUN(parameters);
    arena_fini(&arena);
    return check_report();
}
