/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.c: /openapi.json, made anew for each request from the tables: it can't be older than the code.
 *
 * What the tables of routes do not say stands in two small ones here: which replies are no JSON, and which errors a
 * route has beside those that follow from its row.
 * Threads: any; nothing is kept. */
#include "api/openapi.h"

#include "api/routes.h"

#include <stdio.h>

#define REF(kind, name) "{\"$ref\":\"#/components/" kind "/" name "\"}"

/* In the order of routes[]. */
static const char *const names[] = {
#define ROUTE(method, path, handler, auth, request, reply, status, help) #handler,
#include "api/routes.def"
#undef ROUTE
};

static const struct {
    void (*handler)(struct call *call);
    const char *type, *schema;
} media[] = {
    {page_file, "text/html", "{\"type\":\"string\"}"},
    {page_file, "text/markdown", "{\"type\":\"string\"}"},
    {crawl_download, "application/zip", "{}"},
    {crawl_events, "text/event-stream", "{\"type\":\"string\"}"},
    {health_metrics, "text/plain", "{\"type\":\"string\"}"},
    {openapi_json, "application/json", "{\"type\":\"object\"}"},
};

static const struct {
    void (*handler)(struct call *call);
    const char *statuses;
} more_errors[] = {
    {scrape_submit, "403 409"},
    {batch_submit, "403 409"},
    {crawl_submit_call, "403 409"},
    {crawl_extract, "400 403 409"},
    {batch_cancel, "409"},
    {batch_retry, "400 403 409"},
    {crawl_cancel, "409"},
    {crawl_retry_page, "400 403 409"},
    {crawl_resume_call, "400 403 409"},
    {crawl_download, "400 409"},
    {log_list, "400"},
    {usage_account, "400"},
    {health_ready, "503"},
};

/* Beside the success of its row. */
static const struct {
    void (*handler)(struct call *call);
    const char *status, *response;
} more_successes[] = {
    {crawl_download, "206",
     "{\"description\":\"The part that Range asks "
     "for\",\"content\":{\"application/zip\":{\"schema\":{}}}}"},
    {crawl_extract, "200",
     "{\"description\":\"Of a dry run\",\"content\":{\"application/json\":{\"schema\":{"
     "\"$ref\":\"#/components/schemas/ExtractSurvey\"}}}}"},
    {crawl_download, "304", "{\"description\":\"It is the one that If-None-Match names\"}"},
};

static const struct {
    const char *status, *help;
} errors[] = {
    {"400", "Something in the request is missing or wrong"},
    {"401", "The API key is missing, unknown, expired or revoked"},
    {"403", "Not enough credits, or the signature of a link is wrong or late"},
    {"404", "There is no such job, or it is another key's"},
    {"409", "The job's state does not allow it, or the Idempotency-Key came with another body"},
    {"413", "The body is too large"},
    {"422", "The schema can't be used; errors says why"},
    {"429", "Too many requests or waiting jobs; Retry-After says how long to wait"},
    {"503", "Not now; Retry-After says how long to wait"},
};

/* ---- small things ---- */

static void put_text(struct json_out *out, const char *name, const char *text)
{
    json_key(out, name);
    json_put_str(out, str_of(text));
}

static void put_json(struct json_out *out, const char *name, const char *json)
{
    json_key(out, name);
    json_put_raw(out, str_of(json));
}

static void open_object(struct json_out *out, const char *name)
{
    json_key(out, name);
    json_begin(out, '{');
}

static void put_ref(struct json_out *out, const char *name, const char *kind, const char *to)
{
    char ref[120];
    snprintf(ref, sizeof ref, "#/components/%s/%s", kind, to);
    open_object(out, name);
    put_text(out, "$ref", ref);
    json_end(out, '}');
}

static enum status parse_schema(const char *name, struct json_doc **ret_doc)
{
    const struct json_limits limits = {.max_bytes = (size_t)1 << 20, .max_depth = 64};
    struct diag diag;
    enum status st = json_parse(str_of(schema_text(name)), &limits, ret_doc, &diag);
    must(st == OK || st == ST_NOMEM);
    return st;
}

/* ---- operations ---- */

static void put_param(struct json_out *out, const char *name, const char *place, const char *help,
                      bool required, const char *schema)
{
    json_begin(out, '{');
    put_text(out, "name", name);
    put_text(out, "in", place);
    put_text(out, "description", help);
    if (required) {
        json_key(out, "required");
        json_put_bool(out, true);
    }
    put_json(out, "schema", schema);
    json_end(out, '}');
}

static void put_params(struct json_out *out, const struct route *route)
{
    const struct param *p;
    json_key(out, "parameters");
    json_begin(out, '[');
    if (strstr(route->path, "{id}"))
        put_param(out, "id", "path", "The id that the submission gave", true, "{\"type\":\"string\"}");
    if (strstr(route->path, "{page}"))
        put_param(out, "page", "path", "The id of a page, from the crawl's pages", true,
                  "{\"type\":\"string\"}");
    for (size_t i = 0; (p = route_param(route, i)); i++)
        put_param(out, p->name, p->place == PARAM_HEADER ? "header" : "query", p->help,
                  p->place == PARAM_NEEDED, p->schema);
    json_end(out, ']');
}

static enum status put_body(struct json_out *out, const struct route *route)
{
    struct json_doc *doc = NULL;
    enum status st = parse_schema(route->request, &doc);
    if (st != OK)
        return st;
    open_object(out, "requestBody");
    json_key(out, "required");
    json_put_bool(out, json_get(json_root(doc), "required") != NULL);
    open_object(out, "content");
    open_object(out, "application/json");
    put_ref(out, "schema", "schemas", route->request);
    json_end(out, '}');
    json_end(out, '}');
    json_end(out, '}');
    json_doc_destroy(doc);
    return OK;
}

static void put_content(struct json_out *out, const struct route *route)
{
    open_object(out, "content");
    if (route->reply || route->status >= 400) {
        open_object(out, "application/json");
        put_ref(out, "schema", "schemas", route->reply ? route->reply : "Error");
        json_end(out, '}');
    }
    for (size_t i = 0; i < ARRAY_LEN(media); i++) {
        if (media[i].handler != route->handler)
            continue;
        open_object(out, media[i].type);
        put_json(out, "schema", media[i].schema);
        json_end(out, '}');
    }
    json_end(out, '}');
}

static void put_success(struct json_out *out, const struct route *route)
{
    char status[16];
    snprintf(status, sizeof status, "%u", route->status);
    open_object(out, status);
    put_text(out, "description", route->help);
    open_object(out, "headers");
    put_json(out, "RateLimit-Limit", REF("headers", "RateLimit-Limit"));
    put_json(out, "RateLimit-Remaining", REF("headers", "RateLimit-Remaining"));
    put_json(out, "RateLimit-Reset", REF("headers", "RateLimit-Reset"));
    json_end(out, '}');
    put_content(out, route);
    json_end(out, '}');
}

static bool lists(const char *statuses, const char *status)
{
    return statuses && strstr(statuses, status);
}

static bool has_error(const struct route *route, const char *status)
{
    const struct param *p;
    bool needs = false;
    for (size_t i = 0; i < ARRAY_LEN(more_errors); i++)
        if (more_errors[i].handler == route->handler && lists(more_errors[i].statuses, status))
            return true;
    for (size_t i = 0; (p = route_param(route, i)); i++)
        needs |= p->place == PARAM_NEEDED && route->auth == AUTH_KEY;
    if (needs && lists("400", status))
        return true;
    if (route->request && lists("400 413", status))
        return true;
    if (route->request && lists("422", status) && strstr(schema_text(route->request), "\"schema\""))
        return true;
    if (route->auth == AUTH_KEY && lists("401 429", status))
        return true;
    if (route->auth == AUTH_SIGNED && lists("403 429", status))
        return true;
    return strchr(route->path, '{') && route->status < 400 && lists("404", status);
}

static void put_responses(struct json_out *out, const struct route *route)
{
    char name[40];
    open_object(out, "responses");
    put_success(out, route);
    for (size_t i = 0; i < ARRAY_LEN(more_successes); i++)
        if (more_successes[i].handler == route->handler)
            put_json(out, more_successes[i].status, more_successes[i].response);
    for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
        if (!has_error(route, errors[i].status))
            continue;
        snprintf(name, sizeof name, "Error%s", errors[i].status);
        put_ref(out, errors[i].status, "responses", name);
    }
    put_json(out, "default", REF("responses", "ErrorOther"));
    json_end(out, '}');
}

static const char *lower_method(const char *method)
{
    return strcmp(method, "POST") == 0 ? "post" : strcmp(method, "DELETE") == 0 ? "delete" : "get";
}

static enum status put_operation(struct json_out *out, size_t i)
{
    const struct route *route = &routes[i];
    struct str first = str_from(str_of(route->path), 1);
    enum status st = OK;
    open_object(out, lower_method(route->method));
    put_text(out, "operationId", names[i]);
    put_text(out, "summary", route->help);
    json_key(out, "tags");
    json_begin(out, '[');
    json_put_str(out, str_head(first, str_find(first, '/')));
    json_end(out, ']');
    if (route->auth != AUTH_KEY)
        put_json(out, "security", "[]");
    put_params(out, route);
    if (route->request)
        st = put_body(out, route);
    put_responses(out, route);
    json_end(out, '}');
    return st;
}

static bool is_first_of_path(size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(routes[j].path, routes[i].path) == 0)
            return false;
    return true;
}

static enum status put_paths(struct json_out *out)
{
    enum status st = OK;
    open_object(out, "paths");
    for (size_t i = 0; i < n_routes && st == OK; i++) {
        if (!is_first_of_path(i))
            continue;
        open_object(out, routes[i].path);
        for (size_t j = i; j < n_routes && st == OK; j++)
            if (strcmp(routes[j].path, routes[i].path) == 0)
                st = put_operation(out, j);
        json_end(out, '}');
    }
    json_end(out, '}');
    return st;
}

/* ---- components ---- */

static void put_error(struct json_out *out, const char *status, const char *help)
{
    char name[40];
    snprintf(name, sizeof name, "Error%s", status);
    open_object(out, name);
    put_text(out, "description", help);
    if (strcmp(status, "429") == 0 || strcmp(status, "503") == 0) {
        open_object(out, "headers");
        put_json(out, "Retry-After", REF("headers", "Retry-After"));
        json_end(out, '}');
    }
    put_json(out, "content", "{\"application/json\":{\"schema\":" REF("schemas", "Error") "}}");
    json_end(out, '}');
}

static void put_header(struct json_out *out, const char *name, const char *help)
{
    open_object(out, name);
    put_text(out, "description", help);
    put_json(out, "schema", "{\"type\":\"integer\"}");
    json_end(out, '}');
}

static enum status put_schemas(struct json_out *out)
{
    enum status st = OK;
    open_object(out, "schemas");
    for (size_t i = 0; schema_name(i) && st == OK; i++) {
        struct json_doc *doc = NULL;
        st = parse_schema(schema_name(i), &doc);
        if (st != OK)
            break;
        json_key(out, schema_name(i));
        json_put_value(out, json_root(doc));
        json_doc_destroy(doc);
    }
    json_end(out, '}');
    return st;
}

static enum status put_components(struct json_out *out)
{
    open_object(out, "components");
    enum status st = put_schemas(out);
    open_object(out, "responses");
    for (size_t i = 0; i < ARRAY_LEN(errors); i++)
        put_error(out, errors[i].status, errors[i].help);
    put_error(out, "Other", "Any other error has the same form");
    json_end(out, '}');
    open_object(out, "headers");
    put_header(out, "RateLimit-Limit", "Requests in one period");
    put_header(out, "RateLimit-Remaining", "Requests that are left");
    put_header(out, "RateLimit-Reset", "Seconds until all are left again");
    put_header(out, "Retry-After", "Seconds to wait");
    json_end(out, '}');
    put_json(out, "securitySchemes",
             "{\"key\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"x-api-key\"},"
             "\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\"}}");
    json_end(out, '}');
    return st;
}

/* ---- the whole ---- */

enum status openapi_write(struct json_out *out)
{
    json_begin(out, '{');
    put_text(out, "openapi", "3.1.0");
    put_json(out, "info",
             "{\"title\":\"Webkeep\",\"version\":\"" WEBKEEP_VERSION "\","
             "\"description\":\"Scrapes pages and crawls sites into a local archive. Every path is "
             "served below "
             "/api, below /sdk and without a prefix; they differ in the shape of /scrape-logs alone.\","
             "\"license\":{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}}");
    put_json(out, "servers",
             "[{\"url\":\"/api\",\"description\":\"for HTTP clients\"},"
             "{\"url\":\"/sdk\",\"description\":\"for SDKs, MCP servers and n8n\"}]");
    put_json(out, "security", "[{\"key\":[]},{\"bearer\":[]}]");
    enum status st = put_paths(out);
    if (st == OK)
        st = put_components(out);
    json_end(out, '}');
    return st;
}

void openapi_json(struct call *call)
{
    enum status st = openapi_write(&call->json_out);
    if (st == OK) {
        call_reply_json(call, 200);
        return;
    }
    call_error_status(call, st);
}
