/* SPDX-License-Identifier: Apache-2.0 */
/* proposal.c: a plan as a page, a question about it, and the numbers of the answer. */
#include "crawler/proposal.h"

#include "base/url.h"

#define LIST_BYTES ((size_t)1 << 20)
#define ANSWER_BYTES ((size_t)64 << 10)

static const char question[] = "The page lists families of URLs of one web site. A crawl is to keep the "
                               "pages that its instruction asks for, and no "
                               "others. Which families does the instruction mean? Answer with their "
                               "numbers: \"keep\" for those that it asks for, \"skip\" "
                               "for those that it does not ask for or excludes. Leave out those that "
                               "can't be told.\nThe instruction: ";

static const char schema_text[] =
    "{\"type\":\"object\",\"required\":[\"keep\",\"skip\"],\"properties\":{"
    "\"keep\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},"
    "\"skip\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}}}";

/* ---- what is shown ---- */

static bool is_kept(const struct family *f)
{
    return f->n[VERDICT_KEEP] > 0;
}

static void put_family(struct buf *out, size_t number, const struct family *f)
{
    uint64_t n = f->n[0] + f->n[1] + f->n[2];
    buf_printf(out, "## Family %zu\n\n%.*s: %llu URLs, by the rules: %s\n", number, STR_ARG(f->form),
               (unsigned long long)n,
               is_kept(f)               ? "keep"
               : f->n[VERDICT_TRAVERSE] ? "read for links"
                                        : "skip");
    for (unsigned i = 0; i < f->n_samples; i++)
        buf_printf(out, "- %.*s\n", STR_ARG(f->samples[i]));
    buf_putc(out, '\n');
}

static struct str list_of(const struct survey *survey, struct str policy, struct arena *arena)
{
    struct buf text;
    buf_init(&text, LIST_BYTES);
    buf_puts(&text, "# The policy\n\n```\n");
    buf_put_str(&text, policy);
    buf_puts(&text, "\n```\n\n# The families\n\n");
    for (size_t i = 0; i < survey->n; i++)
        put_family(&text, i, &survey->families[i]);
    struct str list = text.status == OK ? arena_str(arena, buf_str(&text)) : STR_NONE;
    buf_fini(&text);
    return list;
}

/* ---- what is heard ---- */

/* The form of a sample's path: digits and the last name stand for any. Not of another host, or with parameters. */
static struct str glob_of(const struct family *f, struct arena *arena)
{
    struct url url;
    struct buf text;
    if (!f->n_samples || f->form.p[0] != '/' || url_parse(arena, f->samples[0], NULL, &url) != OK ||
        url.query.n)
        return STR_NONE;
    struct str path = url.path;
    size_t name = path.n, dot = path.n;
    while (name && path.p[name - 1] != '/')
        name--;
    while (dot > name && path.p[dot - 1] != '.')
        dot--;
    buf_init(&text, 2 * path.n + 16);
    for (size_t i = 0; i < name; i++) {
        bool digit = ascii_is_digit(path.p[i]);
        if (!digit || i == 0 || !ascii_is_digit(path.p[i - 1]))
            buf_putc(&text, digit ? '*' : path.p[i]);
    }
    if (name < path.n)
        buf_putc(&text, '*');
    if (dot > name + 1)
        buf_put_str(&text, str_from(path, dot - 1));
    struct str glob = text.status == OK ? arena_str(arena, buf_str(&text)) : STR_NONE;
    buf_fini(&text);
    return glob;
}

static bool is_there(const struct proposal *p, const struct family *f)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->v[i].family == f)
            return true;
    return false;
}

/* Numbers of families, where they would change something. */
static void hear(struct proposal *p, const struct json *numbers, bool keep, const struct survey *survey,
                 struct arena *arena)
{
    for (const struct json *v = json_first(numbers); v; v = json_after(v)) {
        int64_t i = json_int(v, -1);
        if (i < 0 || (uint64_t)i >= survey->n)
            continue;
        const struct family *f = &survey->families[i];
        struct str glob = is_kept(f) != keep && !is_there(p, f) ? glob_of(f, arena) : STR_NONE;
        if (glob.n)
            p->v[p->n++] = (struct proposed){.family = f, .glob = glob, .keep = keep};
    }
}

static enum status read_answer(struct proposal *p, struct str answer, const struct survey *survey,
                               struct arena *arena)
{
    static const struct json_limits limits = {.max_bytes = ANSWER_BYTES, .max_depth = 8};
    struct json_doc *doc = NULL;
    struct diag diag;
    enum status st = json_parse(answer, &limits, &doc, &diag);
    if (st != OK)
        return st;
    hear(p, json_get(json_root(doc), "keep"), true, survey, arena);
    hear(p, json_get(json_root(doc), "skip"), false, survey, arena);
    json_doc_destroy(doc);
    return OK;
}

/* ---- the question ---- */

static enum status ask(struct model *model, const struct model_question *q, const struct survey *survey,
                       const struct model_page *page, struct arena *arena, const atomic_bool *cancel,
                       struct proposal *p)
{
    struct model_result result;
    struct buf answer;
    buf_init(&answer, ANSWER_BYTES);
    enum status st = model_answer(model, q, page, cancel, arena, &answer, &result);
    p->input_tokens = result.input_tokens;
    p->output_tokens = result.output_tokens;
    if (st == OK && result.answered)
        st = read_answer(p, buf_str(&answer), survey, arena);
    else if (st == OK)
        p->trouble = result.n_warnings ? result.warnings[0] : STR_LIT("the model did not answer");
    buf_fini(&answer);
    return st;
}

enum status proposal_make(struct model *model, struct str instruction, struct str policy,
                          const struct survey *survey, struct arena *arena, const atomic_bool *cancel,
                          struct proposal *ret_proposal)
{
    static const struct json_limits limits = {.max_bytes = sizeof schema_text, .max_depth = 8};
    struct proposal p = {0};
    struct json_doc *schema = NULL;
    struct diag diag;
    const struct model_page page = {.title = STR_LIT("Plan of a crawl"),
                                    .markdown = list_of(survey, policy, arena)};
    struct str words = arena_printf(arena, "%s%.*s", question, STR_ARG(str_head(instruction, 4000)));
    if (!page.markdown.p || !words.p)
        return ST_NOMEM;
    enum status st = json_parse(str_of(schema_text), &limits, &schema, &diag);
    if (st == OK) {
        struct model_question q = {.prompt = words, .schema = json_root(schema)};
        st = model_question_lower(&q, arena);
        if (st == OK)
            st = ask(model, &q, survey, &page, arena, cancel, &p);
    }
    json_doc_destroy(schema);
    if (st == OK)
        *ret_proposal = p;
    return st;
}

/* ---- telling ---- */

void proposal_put(const struct proposal *p, struct json_out *out)
{
    json_key(out, "proposal");
    json_begin(out, '{');
    if (p->trouble.n) {
        json_key(out, "trouble");
        json_put_str(out, p->trouble);
    }
    for (int keep = 1; keep >= 0; keep--) {
        json_key(out, keep ? "include_paths" : "exclude_paths");
        json_begin(out, '[');
        for (size_t i = 0; i < p->n; i++)
            if (p->v[i].keep == keep)
                json_put_str(out, p->v[i].glob);
        json_end(out, ']');
    }
    json_key(out, "inputTokens");
    json_put_int(out, (int64_t)p->input_tokens);
    json_key(out, "outputTokens");
    json_put_int(out, (int64_t)p->output_tokens);
    json_end(out, '}');
}

/* all: what `everything` says: then nothing is to be included. */
static void put_globs(const struct proposal *p, const struct json *before, bool keep, bool all,
                      struct json_out *out)
{
    json_begin(out, '[');
    for (const struct json *v = json_first(before); v; v = json_after(v))
        json_put_value(out, v);
    for (size_t i = 0; i < p->n && !(keep && all); i++)
        if (p->v[i].keep == keep)
            json_put_str(out, p->v[i].glob);
    json_end(out, ']');
}

enum status proposal_policy(const struct proposal *p, struct str policy, struct json_out *out)
{
    static const struct json_limits limits = {.max_bytes = (size_t)1 << 20, .max_depth = 32};
    struct json_doc *doc = NULL;
    struct diag diag;
    bool told[2] = {false, false};
    enum status st = json_parse(policy, &limits, &doc, &diag);
    if (st != OK)
        return st;
    bool all = json_bool(json_get(json_root(doc), "everything"), false);
    json_begin(out, '{');
    for (const struct json *m = json_first(json_root(doc)); m; m = json_after(m)) {
        bool in = str_is(json_name(m), "include_paths"), ex = str_is(json_name(m), "exclude_paths");
        json_key_str(out, json_name(m));
        if (in || ex)
            put_globs(p, m, in, all, out);
        else
            json_put_value(out, m);
        told[0] |= in;
        told[1] |= ex;
    }
    for (int i = 0; i < 2; i++)
        if (!told[i]) {
            json_key(out, i ? "exclude_paths" : "include_paths");
            put_globs(p, NULL, i == 0, all, out);
        }
    json_end(out, '}');
    json_doc_destroy(doc);
    return out->out->status;
}
