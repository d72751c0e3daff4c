/* SPDX-License-Identifier: Apache-2.0 */
/* plan_jsonl.c: reads a case, finds the depth of its pages, asks the policy for each link. */
#include "frontier/plan_jsonl.h"

#include "base/json.h"
#include "frontier/policy.h"

#define CASE_MAX_BYTES (8u << 20)
#define CASE_MAX_LINKS 20000
#define CASE_MAX_PATTERNS 200

struct case_link {
    struct link link;
    struct url url, found_on;
    bool parsed, has_found;
    int depth;
};

struct plan {
    struct arena arena;
    struct policy *policy;
    struct url base;
    struct case_link *links;
    size_t n;
};

static enum region region_of(struct str s)
{
    static const char *const names[] = {
#define X(name, text) text,
        REGION_TABLE(X)
#undef X
    };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(s, names[i]))
            return (enum region)i;
    return REGION_MAIN;
}

static unsigned rel_of(struct str s)
{
    static const struct {
        const char *word;
        enum link_rel bit;
    } words[] = {{"nofollow", REL_NOFOLLOW},
                 {"next", REL_NEXT},
                 {"prev", REL_PREV},
                 {"canonical", REL_CANONICAL},
                 {"alternate", REL_ALTERNATE}};
    unsigned bits = 0;
    while (s.n) {
        struct str one = str_head(s, str_find(s, ' '));
        s = str_from(s, one.n + 1);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (str_eq_nocase(one, str_of(words[i].word)))
                bits |= words[i].bit;
    }
    return bits;
}

static enum status read_patterns(struct plan *p, const struct json *array, const struct str **ret,
                                 size_t *ret_n)
{
    size_t n = json_length(array);
    n = n < CASE_MAX_PATTERNS ? n : CASE_MAX_PATTERNS;
    struct str *to = ARENA_ARRAY(&p->arena, struct str, n + 1);
    if (!to)
        return ST_NOMEM;
    size_t i = 0;
    for (const struct json *v = json_first(array); v && i < n; v = json_after(v))
        to[i++] = json_str(v, STR_LIT(""));
    *ret = to;
    *ret_n = i;
    return OK;
}

static enum status read_policy(struct plan *p, const struct json *root, struct diag *diag)
{
    struct policy_request r = {
        .base_url = json_str(json_get(root, "base_url"), STR_LIT("")),
        .instruction = json_str(json_get(root, "instruction"), STR_LIT("")),
        .max_depth = (int)json_int(json_get(root, "max_depth"), -1),
        .subdomains = json_bool(json_get(root, "subdomains"), false),
        .whole_domain = json_bool(json_get(root, "whole_domain"), false),
    };
    enum status st = read_patterns(p, json_get(root, "include"), &r.include, &r.n_include);
    if (st == OK)
        st = read_patterns(p, json_get(root, "exclude"), &r.exclude, &r.n_exclude);
    if (st == OK)
        st = policy_compile(&r, &p->policy, diag);
    if (st == OK)
        st = url_parse(&p->arena, r.base_url, NULL, &p->base);
    return st;
}

static enum status read_links(struct plan *p, const struct json *array)
{
    size_t n = json_length(array);
    if (n > CASE_MAX_LINKS)
        return ST_LIMIT;
    p->links = ARENA_ARRAY(&p->arena, struct case_link, n + 1);
    if (!p->links)
        return ST_NOMEM;
    for (const struct json *v = json_first(array); v; v = json_after(v)) {
        struct case_link *l = &p->links[p->n++];
        l->link.text = json_str(json_get(v, "text"), STR_LIT(""));
        l->link.title = json_str(json_get(v, "title"), STR_LIT(""));
        l->link.on_title = json_str(json_get(v, "found_title"), STR_LIT(""));
        l->link.region = region_of(json_str(json_get(v, "region"), STR_LIT("main")));
        l->link.rel = rel_of(json_str(json_get(v, "rel"), STR_LIT("")));
        l->link.url = json_str(json_get(v, "url"), STR_LIT(""));
        l->parsed = url_parse(&p->arena, l->link.url, &p->base, &l->url) == OK;
        struct str found = json_str(json_get(v, "found_on"), p->base.href);
        l->has_found = url_parse(&p->arena, found, NULL, &l->found_on) == OK;
        if (p->arena.status != OK)
            return p->arena.status;
    }
    return OK;
}

/* Shortest ways through the links given: rounds until nothing changes, at most one a link. */
static void find_depths(struct plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        struct case_link *l = &p->links[i];
        l->depth = !l->has_found || str_eq(l->found_on.href, p->base.href) ? 1 : 0;
    }
    bool changed = true;
    for (int round = 0; changed && round < 64; round++) {
        changed = false;
        for (size_t i = 0; i < p->n; i++) {
            struct case_link *l = &p->links[i];
            for (size_t k = 0; k < p->n && l->depth != 1; k++) {
                struct case_link *to = &p->links[k];
                if (!to->depth || !to->parsed || !str_eq(to->url.href, l->found_on.href))
                    continue;
                if (!l->depth || l->depth > to->depth + 1) {
                    l->depth = to->depth + 1;
                    changed = true;
                }
            }
        }
    }
    for (size_t i = 0; i < p->n; i++)
        if (!p->links[i].depth)
            p->links[i].depth = 2;
}

static void write_decisions(struct plan *p, const struct json *root, struct buf *out)
{
    struct json_out w;
    json_out_init(&w, out, 0);
    json_begin(&w, '{');
    json_key(&w, "id");
    if (json_get(root, "id"))
        json_put_value(&w, json_get(root, "id"));
    else
        json_put_null(&w);
    json_key(&w, "decisions");
    json_begin(&w, '[');
    for (size_t i = 0; i < p->n; i++) {
        const struct case_link *l = &p->links[i];
        struct judgement j = {.verdict = VERDICT_SKIP};
        if (l->parsed)
            policy_judge(p->policy, &l->link, &l->url, l->has_found ? &l->found_on : NULL, l->depth,
                         &p->arena, &j);
        json_put_str(&w, str_of(verdict_text(j.verdict)));
    }
    json_end(&w, ']');
    json_end(&w, '}');
    buf_putc(out, '\n');
}

enum status plan_jsonl_line(struct str line, struct buf *out, struct diag *diag)
{
    const struct json_limits limits = {
        .max_bytes = CASE_MAX_BYTES, .max_depth = 64, .replace_nul = true};
    struct plan p = {.n = 0};
    struct json_doc *doc = NULL;
    size_t before = out->n;
    arena_init(&p.arena, 64u << 20, 64u << 10);
    enum status st = json_parse(line, &limits, &doc, diag);
    if (st == OK && json_type(json_root(doc)) != JSON_OBJECT)
        st = diag_set(diag, ST_INPUT,
                      "a case must be a JSON object with base_url, instruction and links");
    if (st == OK)
        st = read_policy(&p, json_root(doc), diag);
    if (st == OK)
        st = read_links(&p, json_get(json_root(doc), "links"));
    if (st == OK) {
        find_depths(&p);
        write_decisions(&p, json_root(doc), out);
        st = out->status;
    }
    if (st != OK)
        out->n = before;
    policy_release(p.policy);
    json_doc_destroy(doc);
    arena_fini(&p.arena);
    return st;
}
