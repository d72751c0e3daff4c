/* SPDX-License-Identifier: Apache-2.0 */
/* A policy that was written and read back is the same policy: the same text, and the same verdict on each link of
 * every labelled case. And a file with a mistake says which member is wrong. */
#include "base/json.h"
#include "frontier/policy.h"
#include "tests/check.h"

static void write_policy(const struct policy *p, struct buf *out)
{
    struct json_out w;
    buf_init(out, 1u << 20);
    json_out_init(&w, out, 2);
    policy_write(p, &w);
    NEED(out->status == OK);
}

static enum region region_of(struct str name)
{
    return str_is(name, "nav")          ? REGION_NAV
           : str_is(name, "aside")      ? REGION_ASIDE
           : str_is(name, "pagination") ? REGION_PAGINATION
                                        : REGION_MAIN;
}

static unsigned different(const struct policy *a, const struct policy *b, const struct json *links)
{
    unsigned n = 0;
    struct arena arena;
    arena_init(&arena, 16u << 20, 65536);
    for (const struct json *l = json_first(links); l; l = json_after(l)) {
        struct url url, found;
        struct str none = STR_LIT("");
        struct link link = {.url = json_str(json_get(l, "url"), none),
                            .text = json_str(json_get(l, "text"), none),
                            .region = region_of(json_str(json_get(l, "region"), none))};
        if (url_parse(&arena, link.url, NULL, &url) != OK ||
            url_parse(&arena, json_str(json_get(l, "found_on"), none), NULL, &found) != OK)
            continue;
        struct judgement x, y;
        policy_judge(a, &link, &url, &found, 1, &arena, &x);
        policy_judge(b, &link, &url, &found, 1, &arena, &y);
        n += x.verdict != y.verdict || x.reason != y.reason || x.priority != y.priority;
    }
    arena_fini(&arena);
    return n;
}

static void there_and_back(struct str line)
{
    const struct json_limits limits = {.max_bytes = 1u << 20, .max_depth = 64, .replace_nul = true};
    struct json_doc *doc = NULL;
    struct diag diag = {.at = 0};
    struct buf first, second;
    NEED(json_parse(line, &limits, &doc, &diag) == OK);
    const struct json *c = json_root(doc);
    struct policy_request q = {.base_url = json_str(json_get(c, "base_url"), STR_LIT("")),
                               .instruction = json_str(json_get(c, "instruction"), STR_LIT("")),
                               .max_depth = -1};
    struct policy *a = NULL, *b = NULL;
    NEED(policy_compile(&q, &a, &diag) == OK);
    write_policy(a, &first);
    q.policy = buf_str(&first);
    q.instruction = STR_LIT("");
    if (!CHECK(policy_compile(&q, &b, &diag) == OK)) {
        fprintf(stderr, "    %s\n    %.*s\n", diag.text, STR_ARG(q.policy));
    } else {
        write_policy(b, &second);
        CHECK_STR(buf_str(&second), buf_str(&first));
        CHECK_INT(different(a, b, json_get(c, "links")), 0);
        buf_fini(&second);
    }
    policy_release(a);
    policy_release(b);
    buf_fini(&first);
    json_doc_destroy(doc);
}

static void a_file_gives_the_same_policy(void)
{
    static const char *const files[] = {"tests/data/policy/policy-dev.jsonl",
                                        "tests/data/policy/policy-more.jsonl",
                                        "tests/data/policy/own.jsonl"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        FILE *f = fopen(files[i], "r");
        NEED(f);
        char *line = NULL;
        size_t cap = 0;
        ssize_t n;
        while ((n = getline(&line, &cap, f)) > 0)
            there_and_back(str_trim(str_make(line, (size_t)n)));
        free(line);
        fclose(f);
    }
}

static void mistakes_are_named(void)
{
    static const struct {
        const char *file, *said;
    } samples[] = {
        {"", "line 1"},
        {"{\n\"everything\": yes}", "line 2"},
        {"[]", "object"},
        {"{}", NULL},
        {"{\"inclde\":[]}", "inclde"},
        {"{\"everything\":false}", "nothing is included"},
        {"{\"everything\":true,\"include\":[{\"kinds\":[\"tutorial\"]}]}", "keep one"},
        {"{\"everything\":1}", "everything must be true or false"},
        {"{\"include\":[{\"kinds\":[\"blog posts\"]},{\"kinds\":[\"gnarf\"]}]}",
         "include[1].kinds: \"gnarf\""},
        {"{\"include\":[{\"kinds\":[\"tutorial\"],\"if\":1}]}", "include[0]: \"if\""},
        {"{\"include\":[{\"text\":\"x\"}]}", "include[0] needs"},
        {"{\"include\":[{\"with\":[[]]}]}", "include[0].with"},
        {"{\"include\":[{\"with\":[\"tea\"]}]}", "include[0].with must be a list"},
        {"{\"include\":[{\"with\":[[\"tea\"]],\"how\":[[\"so\"]]}]}", "include[0].how: \"so\""},
        {"{\"languages\":[\"klingon\"]}", "languages: \"klingon\""},
        {"{\"from\":\"May 2024\"}", "from: \"May 2024\" is no date"},
        {"{\"max_depth\":-3}", "max_depth"},
        {"{\"files\":[\"paper\"]}", "files: \"paper\""},
        {"{\"include_patterns\":[\"[\"]}", "include: \"[\""},
        {"{\"scope\":{\"hosts\":[]}}", "scope: \"hosts\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        struct policy_request q = {.base_url = STR_LIT("https://h.example/"),
                                   .policy = str_of(samples[i].file),
                                   .max_depth = -1};
        struct policy *p = NULL;
        struct diag diag = {.at = 0};
        if (!q.policy.n)
            q.policy = STR_LIT(" ");
        enum status st = policy_compile(&q, &p, &diag);
        CHECK_INT(st, samples[i].said ? ST_INPUT : OK);
        if (samples[i].said && !CHECK(strstr(diag.text, samples[i].said)))
            fprintf(stderr, "    %s: %s\n", samples[i].file, diag.text);
        policy_release(p);
    }
}

static void a_file_and_an_instruction_are_one_too_many(void)
{
    struct policy_request q = {.base_url = STR_LIT("https://h.example/"),
                               .policy = STR_LIT("{}"),
                               .instruction = STR_LIT("docs"),
                               .max_depth = -1};
    struct policy *p = NULL;
    struct diag diag = {.at = 0};
    CHECK_INT(policy_compile(&q, &p, &diag), ST_INPUT);
    CHECK(strstr(diag.text, "not both"));
}

int main(void)
{
    RUN(a_file_gives_the_same_policy);
    RUN(mistakes_are_named);
    RUN(a_file_and_an_instruction_are_one_too_many);
    return check_report();
}
