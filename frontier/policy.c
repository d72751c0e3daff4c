/* SPDX-License-Identifier: Apache-2.0 */
/* policy.c: a policy from a request: checked, copied, compiled; shared by reference count. */
#include "frontier/policy.h"

#include "base/must.h"
#include "base/pattern.h"
#include "frontier/instruct.h"
#include "frontier/policy_parts.h"
#include "frontier/policy_read.h"

#include <stdlib.h>

#define POLICY_MAX_BYTES (4u << 20)
#define POLICY_CHUNK_BYTES (64u << 10)
#define MAX_PATTERNS 1000

static const char *const reason_texts[REASON_COUNT] = {
#define X(name, text) text,
    REASON_TABLE(X)
#undef X
};

const char *reason_text(enum reason reason)
{
    return reason < REASON_COUNT ? reason_texts[reason] : "unknown";
}

const char *verdict_text(enum verdict verdict)
{
    return verdict == VERDICT_KEEP ? "keep" : verdict == VERDICT_TRAVERSE ? "traverse" : "skip";
}

static enum status copy_patterns(struct policy *p, const char *field, const struct str *from, size_t n,
                                 const struct str **ret_copy, struct diag *diag)
{
    if (n > MAX_PATTERNS)
        return diag_set(diag, ST_INPUT, "%s: %zu patterns are too many; the most is %d", field, n,
                        MAX_PATTERNS);
    struct str *copy = ARENA_ARRAY(&p->arena, struct str, n + 1);
    for (size_t i = 0; copy && i < n; i++) {
        struct diag why = {.at = 0};
        if (pattern_check(from[i], &why) != OK)
            return diag_set(diag, ST_INPUT, "%s: \"%.*s\": %s", field,
                            (int)(from[i].n < 100 ? from[i].n : 100), from[i].p ? from[i].p : "",
                            why.text);
        copy[i] = arena_str(&p->arena, from[i]);
        if (!str_is_set(copy[i]))
            return ST_NOMEM;
    }
    *ret_copy = copy;
    return copy ? OK : ST_NOMEM;
}

static enum status read_base(struct policy *p, struct str text, struct diag *diag)
{
    enum status st = url_parse(&p->arena, text, NULL, &p->base);
    if (st == ST_NOMEM)
        return st;
    if (st != OK || !url_is_http(&p->base))
        return diag_set(diag, ST_INPUT,
                        "base_url: \"%.*s\" is no http or https address; write it as https://host/path",
                        (int)(text.n < 200 ? text.n : 200), text.p ? text.p : "");
    p->request.base_url = p->base.href;
    address_read(&p->base, &p->base_address);
    return OK;
}

static enum status copy_request(struct policy *p, const struct policy_request *r, struct diag *diag)
{
    p->request = *r;
    if (r->instruction.n > INSTRUCTION_MAX_BYTES)
        return diag_set(diag, ST_INPUT, "instruction: %zu bytes are too long; the most is %d",
                        r->instruction.n, INSTRUCTION_MAX_BYTES);
    if (r->max_depth < -1)
        return diag_set(diag, ST_INPUT,
                        "max_depth: %d makes no sense; give 0 or more, or -1 for no limit",
                        r->max_depth);
    enum status st = read_base(p, r->base_url, diag);
    if (st == OK)
        st = copy_patterns(p, "include", r->include, r->n_include, &p->request.include, diag);
    if (st == OK)
        st = copy_patterns(p, "exclude", r->exclude, r->n_exclude, &p->request.exclude, diag);
    if (st != OK)
        return st;
    p->request.instruction = arena_str(&p->arena, str_trim(r->instruction));
    return str_is_set(p->request.instruction) ? OK : ST_NOMEM;
}

static bool says_something(const struct rules *r)
{
    return !r->all || r->n_unwanted || r->n_path_out || r->languages || r->languages_out ||
           r->n_versions || r->n_versions_out || r->no_translations || r->from || r->to || r->files;
}

/* Those learned before, else those of the file; what the instruction says of them holds in any case. */
static enum status take_editions(struct policy *p, const struct json *file)
{
    const struct rules *r = &p->rules;
    struct editions *e = &p->editions;
    enum status st = OK;
    if (file)
        edition_read(json_get(file, "editions"), &p->arena, e);
    if (p->request.editions)
        st = edition_copy(&p->arena, p->request.editions, e);
    p->request.editions = e;
    edition_asked(p->request.instruction, e);
    e->all[EDITION_VERSION] |= r->n_versions || r->n_versions_out;
    e->all[EDITION_LANGUAGE] |= r->languages || r->languages_out;
    return st == OK ? p->arena.status : st;
}

/* Without one, file is NULL. */
static enum status compile(struct policy *p, const struct json *file, struct diag *diag)
{
    const struct policy_request *r = &p->request;
    enum status st = file ? policy_file_rules(file, &p->arena, &p->rules, &p->lexicon, diag)
                          : instruct_compile(r->instruction, &p->arena, &p->rules, &p->lexicon);
    if (st != OK)
        return st;
    const struct rules *rules = &p->rules;
    st = take_editions(p, file);
    if (st != OK)
        return st;
    p->max_depth = r->max_depth >= 0 ? r->max_depth : rules->max_depth;
    p->instructed = says_something(rules); /* "everything" says no more than silence */
    /* What is wanted may stand anywhere on the host: the base page is then where to look, not a border. */
    bool named = p->instructed && !rules->all;
    p->scope = scope_of(&p->base, r->subdomains, r->whole_domain || named);
    facts_of_address(&p->lexicon, &p->base, p->base_evidence);
    return OK;
}

static enum status fill(struct policy *p, const struct policy_request *request, struct diag *diag)
{
    struct policy_request r = *request;
    struct json_doc *doc = NULL;
    if (!r.policy.n) {
        enum status copied = copy_request(p, &r, diag);
        return copied == OK ? compile(p, NULL, diag) : copied;
    }
    if (str_trim(r.instruction).n)
        return diag_set(diag, ST_INPUT, "policy: give a policy or an instruction, not both");
    enum status st = policy_file_parse(r.policy, &doc, diag);
    if (st != OK)
        return st;
    st = policy_file_request(json_root(doc), &p->arena, &r, diag);
    if (st == OK)
        st = copy_request(p, &r, diag);
    if (st == OK)
        st = compile(p, json_root(doc), diag);
    json_doc_destroy(doc);
    p->request.policy = arena_str(&p->arena, request->policy);
    return st == OK && !str_is_set(p->request.policy) ? ST_NOMEM : st;
}

enum status policy_compile(const struct policy_request *request, struct policy **ret_policy,
                           struct diag *ret_diag)
{
    struct policy *p = calloc(1, sizeof *p);
    if (!p)
        return ST_NOMEM;
    atomic_init(&p->owners, 1);
    arena_init(&p->arena, POLICY_MAX_BYTES, POLICY_CHUNK_BYTES);
    enum status st = fill(p, request, ret_diag);
    if (st != OK) {
        policy_release(p);
        return st;
    }
    *ret_policy = p;
    return OK;
}

struct policy *policy_share(struct policy *p)
{
    unsigned before = atomic_fetch_add_explicit(&p->owners, 1, memory_order_relaxed);
    must(before > 0);
    return p;
}

void policy_release(struct policy *p)
{
    if (!p || atomic_fetch_sub_explicit(&p->owners, 1, memory_order_acq_rel) != 1)
        return;
    arena_fini(&p->arena);
    free(p);
}

struct str policy_scope_path(const struct policy *p)
{
    return p->scope.path;
}

struct str policy_scope_host(const struct policy *p)
{
    return p->scope.host;
}

const struct url *policy_base(const struct policy *p)
{
    return &p->base;
}

const struct policy_request *policy_request(const struct policy *p)
{
    return &p->request;
}

struct url_key_options policy_key_options(const struct policy *p)
{
    return (struct url_key_options){.ignore_query = p->request.ignore_query};
}

const struct editions *policy_editions(const struct policy *p)
{
    return &p->editions;
}

void policy_editions_of(struct str policy, struct arena *arena, struct editions *ret_editions)
{
    struct json_doc *doc = NULL;
    struct diag diag;
    *ret_editions = (struct editions){.n = 0};
    if (!policy.n || policy_file_parse(policy, &doc, &diag) != OK)
        return;
    edition_read(json_get(json_root(doc), "editions"), arena, ret_editions);
    json_doc_destroy(doc);
}

bool policy_is_past(const struct policy *p, int changed)
{
    return changed && p->rules.from && changed < p->rules.from;
}

bool policy_is_instructed(const struct policy *p)
{
    return p->instructed;
}

uint64_t policy_page_limit(const struct policy *p)
{
    return p->rules.page_limit;
}

size_t policy_unresolved(const struct policy *p)
{
    return p->rules.n_unresolved;
}

struct str policy_unresolved_text(const struct policy *p, size_t i)
{
    must(i < p->rules.n_unresolved);
    return p->rules.unresolved[i];
}
