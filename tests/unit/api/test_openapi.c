/* SPDX-License-Identifier: Apache-2.0 */
/* test_openapi.c: the descriptions that are made of the tables: the OpenAPI document is whole, and docs/api.md ends with
 * what the tables say now.
 *
 *   test_openapi --openapi     prints the document, for a linter
 *   test_openapi --reference   prints the end of docs/api.md: what stands there from "## Routes" on */
#include "api/openapi.h"
#include "tests/jsonl.h"
#include "tests/unit/api/stub_routes.h"

/* openapi.c has a handler too, which isn't called here. */
void call_reply_json(struct call *call, unsigned status)
{
    call->status = status;
}

void call_error_status(struct call *call, enum status st)
{
    call->status = st == OK ? 200 : 500;
}

static struct json_doc *document(void)
{
    const struct json_limits limits = {.max_bytes = 1 << 22, .max_depth = 64};
    struct json_doc *doc = NULL;
    struct json_out out;
    struct buf text;
    struct diag diag = {0};
    buf_init(&text, 1 << 22);
    json_out_init(&out, &text, 0);
    CHECK(openapi_write(&out) == OK && text.status == OK);
    if (!CHECK(json_parse(buf_str(&text), &limits, &doc, &diag) == OK))
        fprintf(stderr, "    %s\n", diag.text);
    NEED(doc);
    buf_fini(&text);
    return doc;
}

/* "#/a/b" below the root; the document's own names hold no escapes. */
static const struct json *resolve(const struct json *root, struct str ref)
{
    char name[200];
    if (!str_starts(ref, STR_LIT("#/")))
        return NULL;
    for (ref = str_from(ref, 2); root && ref.n;) {
        size_t end = str_find(ref, '/');
        snprintf(name, sizeof name, "%.*s", STR_ARG(str_head(ref, end)));
        root = json_get(root, name);
        ref = str_from(ref, end + 1);
    }
    return root;
}

static size_t check_refs(const struct json *root, const struct json *v)
{
    size_t n = 0;
    const struct json *ref = json_type(v) == JSON_OBJECT ? json_get(v, "$ref") : NULL;
    if (ref && json_type(ref) == JSON_STRING) {
        n++;
        if (!CHECK(resolve(root, json_str(ref, STR_NONE)) != NULL))
            fprintf(stderr, "    %.*s\n", STR_ARG(json_str(ref, STR_NONE)));
    }
    if (json_type(v) == JSON_OBJECT || json_type(v) == JSON_ARRAY)
        for (v = json_first(v); v; v = json_after(v))
            n += check_refs(root, v);
    return n;
}

static void references(void)
{
    struct json_doc *doc = document();
    CHECK(check_refs(json_root(doc), json_root(doc)) > 200);
    json_doc_destroy(doc);
}

/* Each route is an operation with its parameters, its body and its errors. */
static void operations(void)
{
    struct json_doc *doc = document();
    const struct json *paths = json_get(json_root(doc), "paths");
    CHECK_STR(json_str(json_get(json_root(doc), "openapi"), STR_NONE), STR_LIT("3.1.0"));
    for (size_t i = 0; i < n_routes; i++) {
        char method[8] = "", status[16];
        for (size_t j = 0; j < sizeof method - 1 && routes[i].method[j]; j++)
            method[j] = ascii_lower(routes[i].method[j]);
        const struct json *op = json_get(json_get(paths, routes[i].path), method);
        if (!CHECK(op != NULL)) {
            fprintf(stderr, "    %s %s\n", method, routes[i].path);
            continue;
        }
        const struct json *responses = json_get(op, "responses");
        snprintf(status, sizeof status, "%u", routes[i].status);
        CHECK(json_get(json_get(responses, status), "content") != NULL);
        CHECK((json_get(op, "requestBody") != NULL) == (routes[i].request != NULL));
        CHECK((json_get(responses, "401") != NULL) == (routes[i].auth == AUTH_KEY));
        CHECK((json_get(op, "security") != NULL) == (routes[i].auth != AUTH_KEY));
        CHECK(!routes[i].request || (json_get(responses, "400") && json_get(responses, "413")));
        CHECK(json_length(
                  json_get(json_get(json_get(responses, status), "content"), "application/json")) ||
              !routes[i].reply);
    }
    json_doc_destroy(doc);
}

static void unique_operations(void)
{
    struct json_doc *doc = document();
    struct str ids[64];
    size_t n = 0;
    const struct json *path = json_first(json_get(json_root(doc), "paths"));
    for (; path; path = json_after(path))
        for (const struct json *op = json_first(path); op; op = json_after(op)) {
            struct str id = json_str(json_get(op, "operationId"), STR_NONE);
            NEED(n < ARRAY_LEN(ids) && id.n);
            for (size_t i = 0; i < n; i++)
                CHECK(!str_eq(ids[i], id));
            ids[n++] = id;
        }
    CHECK_INT(n, n_routes);
    json_doc_destroy(doc);
}

/* The hand-written part comes first, the tables end the file. */
static void documented(void)
{
    struct buf made, page;
    buf_init(&made, 1 << 20);
    CHECK(reference_write(&made) == OK && made.status == OK && made.n > 5000);
    jsonl_read("docs/api.md", &page);
    if (!CHECK(str_ends(buf_str(&page), buf_str(&made))))
        fprintf(stderr, "    docs/api.md is older than the tables: see the top of this file\n");
    buf_fini(&made);
    buf_fini(&page);
}

static int print(const char *what)
{
    struct json_out out;
    struct buf text;
    buf_init(&text, 1 << 22);
    json_out_init(&out, &text, 0);
    enum status st = strcmp(what, "--openapi") == 0 ? openapi_write(&out) : reference_write(&text);
    fwrite(text.p ? text.p : "", 1, text.n, stdout);
    bool good = st == OK && text.status == OK;
    buf_fini(&text);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return print(argv[1]);
    RUN(references);
    RUN(operations);
    RUN(unique_operations);
    RUN(documented);
    return check_report();
}
