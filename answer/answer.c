/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c: questions and the rows of pages that answer them. Two engines: a model (model.h) where one is given, and the built-in
 * one: parts of the page's structure (wishes.h), and where a schema asks for more than those, its fields as compose.h finds
 * them. The second answers when there is no first, or when that fails and need not be alone.
 *
 * Invariant: an asker without model, wishes and ask answers nothing, and all its rows have failed. */
#include "answer/answer.h"

#include "answer/compose.h"
#include "answer/render.h"
#include "answer/model.h"
#include "answer/model_fit.h"
#include "answer/wishes.h"
#include "base/build.h"
#include "extract/page_meta.h"

#include <stdlib.h>

#define ENGINE "fields"
#define ENGINE_MODEL "model"
#define QUESTION_BYTES ((size_t)16 << 20)
#define SCHEMA_BYTES ((size_t)256 << 10)
#define ARENA_BYTES (256u << 20) /* the most that one page may take */
#define NULLS_MAX 32
#define WARNING_MAX 256
#define SAYS_NOTHING "The page says nothing of what is asked for."
#define NULL_NAME_MAX 200 /* bytes; a longer part of a prompt names no field */

struct asker {
    struct wishes *wishes;       /* NULL: no part of a page's structure is asked for */
    struct ask *ask;             /* of a schema that asks for more than those; else NULL */
    struct str nulls[NULLS_MAX]; /* asked for in words that name no field; they live in wishes */
    size_t n_nulls;
    struct model *model; /* NULL: the built-in engine alone */
    const atomic_bool *cancel;
    struct model_question question; /* for the model; its texts are in arena, its schema is schema's */
    struct arena arena;
    struct json_doc *schema;
    struct diag why;       /* there is neither: why */
    enum render_form form; /* of the answer */
    struct str identity;
};

bool question_is_asked(const struct question *q)
{
    return str_trim(q->prompt).n || str_trim(q->schema).n || str_is(q->output, "json");
}

/* The other forms are texts. */
static bool wants_object(const struct question *q)
{
    return str_trim(q->schema).n || !q->output.n || str_is(q->output, "json");
}

static bool is_key(const struct asker *asker, struct str name)
{
    for (size_t i = 0; i < wishes_count(asker->wishes); i++)
        if (str_eq(wishes_at(asker->wishes, i)->key, name))
            return true;
    for (size_t i = 0; i < asker->n_nulls; i++)
        if (str_eq(asker->nulls[i], name))
            return true;
    return false;
}

/* A schema's properties are wishes already, whether they are known or not; a prompt's are only told. */
static void name_unresolved(struct asker *asker)
{
    for (size_t i = 0; i < wishes_unresolved(asker->wishes) && asker->n_nulls < NULLS_MAX; i++) {
        struct str name = wishes_unresolved_text(asker->wishes, i);
        if (name.n <= NULL_NAME_MAX && !is_key(asker, name))
            asker->nulls[asker->n_nulls++] = name;
    }
}

/* A text of the page is asked for, not its Markdown: one without what stands beside it. */
static bool wants_body(const struct wishes *wishes, const struct question *q)
{
    static const char name[] = "arkdown";
    bool named = (q->prompt.n && memmem(q->prompt.p, q->prompt.n, name, sizeof name - 1)) ||
                 (q->schema.n && memmem(q->schema.p, q->schema.n, name, sizeof name - 1));
    bool body = false;
    for (size_t i = 0; i < wishes_count(wishes); i++)
        body = body || wishes_at(wishes, i)->kind == WISH_MARKDOWN;
    return body && !named;
}

/* A schema or a sentence that asks for more than parts of a page's structure. What comes back is how the question was read as a whole. */
static enum status read_fields(struct asker *asker, const struct question *q, enum status st,
                               struct diag *ret_diag)
{
    struct diag diag;
    bool enough =
        asker->wishes && wishes_unresolved(asker->wishes) == 0 && !wants_body(asker->wishes, q);
    bool asked = str_trim(q->schema).n || str_trim(q->prompt).n;
    if (!asked || st == ST_NOMEM)
        return st;
    bool judges = prompt_needs_model(q->prompt);
    enum status read = enough || judges ? st : ask_read(q->prompt, q->schema, &asker->ask, &diag);
    judges = judges || (asker->ask && ask_needs_model(asker->ask));
    if (!judges)
        return read == OK || read == ST_NOMEM ? read : st;
    ask_destroy(asker->ask);
    wishes_destroy(asker->wishes);
    asker->ask = NULL;
    asker->wishes = NULL;
    return diag_set(ret_diag, asker->model ? OK : ST_INPUT,
                    "A summary, a translation or a judgement is asked for, which needs a model. Ask for "
                    "what the page itself says (title, headings, prices ...).");
}

static void put_counted(struct buf *out, struct str text)
{
    buf_printf(out, "%zu:", text.n);
    buf_put_str(out, text);
}

/* The built-in engine answers alike as long as the program is the same. Of a model's answers only itself and the question count: they
 * are dear, and another program reads the same Markdown. */
static enum status identify(struct asker *asker, const struct question *q)
{
    struct buf text;
    buf_init(&text, QUESTION_BYTES);
    put_counted(&text, asker->model ? STR_LIT(ENGINE_MODEL) : STR_LIT(ENGINE));
    put_counted(&text, asker->model ? model_identity(asker->model) : build_id());
    put_counted(&text, q->strict && !asker->model ? STR_LIT("strict") : STR_NONE);
    put_counted(&text, str_trim(q->prompt));
    put_counted(&text, str_trim(q->schema));
    buf_printf(&text, "%d", (int)asker->form);
    enum status st = text.status;
    if (st == OK) {
        asker->identity = arena_str(&asker->arena, buf_str(&text));
        st = asker->arena.status;
    }
    buf_fini(&text);
    return st;
}

/* ---- the model's part ---- */

/* The schema of an answer that is a text. */
static struct str prose_schema(struct str output)
{
    return str_is(output, "table")
               ? STR_LIT("{\"type\":\"string\",\"description\":\"the answer, as a Markdown table\"}")
           : str_is(output, "text")
               ? STR_LIT("{\"type\":\"string\",\"description\":\"the answer, as plain text\"}")
               : STR_LIT("{\"type\":\"string\",\"description\":\"the answer, as Markdown\"}");
}

static enum status lower(struct asker *asker, struct str schema, struct diag *ret_diag)
{
    static const struct json_limits limits = {.max_bytes = SCHEMA_BYTES, .max_depth = 64};
    enum status st = json_parse(schema, &limits, &asker->schema, ret_diag);
    asker->question.schema = st == OK ? json_root(asker->schema) : NULL;
    return st == OK ? model_question_lower(&asker->question, &asker->arena) : st;
}

/* What is said to the model of every page. */
static enum status ask_of_model(struct asker *asker, const struct question *q, struct diag *ret_diag)
{
    struct model_question *m = &asker->question;
    struct str schema = str_trim(q->schema);
    bool prose = !schema.n && !wants_object(q);
    if (!q->model || !(schema.n || str_trim(q->prompt).n))
        return OK; /* nothing is asked in words: what the page's mark-up says will do */
    asker->model = q->model;
    asker->cancel = q->cancel;
    m->prompt = arena_str(&asker->arena, str_trim(q->prompt));
    m->writes = prose || model_asks_writing(&asker->arena, m->prompt);
    if (asker->arena.status != OK)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    if (prose)
        schema = prose_schema(q->output);
    return schema.n ? lower(asker, schema, ret_diag) : OK;
}

enum status asker_create(const struct question *q, struct asker **ret_asker, struct diag *ret_diag)
{
    struct asker *asker = calloc(1, sizeof *asker);
    if (!asker)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    arena_init(&asker->arena, QUESTION_BYTES, 4096);
    enum status asked = ask_of_model(asker, q, ret_diag);
    if (asked != OK) {
        asker_destroy(asker);
        return asked;
    }
    asker->form = wants_object(q) ? RENDER_JSON : render_form_of(q->output);
    enum status st = wishes_parse(q->prompt, q->schema, &asker->wishes, &asker->why);
    st = read_fields(asker, q, st, &asker->why);
    if (st == ST_INPUT && asker->model && !str_trim(q->schema).n)
        st = OK; /* words that only the model understands */
    if (st == ST_NOMEM || (st != OK && q->strict)) {
        diag_set(ret_diag, st, "%s", asker->why.text);
        asker_destroy(asker);
        return st;
    }
    if (asker->wishes && !q->strict && !str_trim(q->schema).n)
        name_unresolved(asker);
    st = identify(asker, q);
    if (st != OK) {
        asker_destroy(asker);
        return diag_set(ret_diag, st, "The question can't be kept: %s.", status_text(st));
    }
    *ret_asker = asker;
    return OK;
}

struct str asker_identity(const struct asker *asker)
{
    return asker->identity;
}

void asker_destroy(struct asker *asker)
{
    if (!asker)
        return;
    wishes_destroy(asker->wishes);
    ask_destroy(asker->ask);
    json_doc_destroy(asker->schema);
    arena_fini(&asker->arena);
    free(asker);
}

bool asker_waits(const struct asker *asker)
{
    return asker->model;
}

uint64_t asker_tokens(const struct asker *asker, uint64_t markdown_bytes)
{
    return asker->model ? model_question_tokens(&asker->question) + markdown_bytes / 3 : 0;
}

unsigned asker_want(const struct asker *asker)
{
    unsigned fields = asker->ask ? EXTRACT_TREE | EXTRACT_FIELDS | EXTRACT_LINKS | EXTRACT_MARKDOWN : 0;
    if (asker->model)
        fields |= EXTRACT_MARKDOWN;
    return fields | (asker->wishes ? wishes_want(asker->wishes) : 0);
}

size_t asker_warnings(const struct asker *asker)
{
    if (asker->ask)
        return asker->ask->n_vague;
    return asker->wishes ? wishes_unresolved(asker->wishes) : 0;
}

struct str asker_warning(const struct asker *asker, size_t i)
{
    return asker->ask ? asker->ask->vague[i] : wishes_unresolved_text(asker->wishes, i);
}

static void put_failed(struct json_out *json)
{
    json_key(json, "failed");
    json_put_bool(json, true);
}

static void put_not_understood(struct json_out *json, struct str words)
{
    struct buf text;
    buf_init(&text, WARNING_MAX);
    buf_puts(&text, "Not understood: ");
    buf_put_str(&text, str_head(words, NULL_NAME_MAX));
    json_put_str(json, buf_str(&text));
    buf_fini(&text);
}

/* The model's come first: they say why another engine answered. asked: so was the built-in one. */
static void put_warnings(struct json_out *json, const struct asker *asker, const struct model_result *m,
                         bool asked, bool answered)
{
    size_t own = asked ? asker_warnings(asker) : 0;
    bool silent = asked && !answered;
    if (own + m->n_warnings + silent == 0)
        return;
    json_key(json, "warnings");
    json_begin(json, '[');
    for (size_t i = 0; i < m->n_warnings; i++)
        json_put_str(json, m->warnings[i]);
    if (silent)
        json_put_str(json,
                     asker->ask || asker->wishes ? STR_LIT(SAYS_NOTHING) : str_of(asker->why.text));
    for (size_t i = 0; i < own; i++)
        put_not_understood(json, asker_warning(asker, i));
    json_end(json, ']');
}

/* False: nothing of what is asked for is said. */
static bool put_fields(const struct asker *asker, struct str url, const struct doc *doc,
                       struct json_out *json)
{
    struct arena arena;
    unsigned filled = 0;
    arena_init(&arena, ARENA_BYTES, 256 << 10);
    bool done = compose(asker->ask, doc, url, &arena, json, &filled) == OK && filled > 0;
    arena_fini(&arena);
    return done;
}

static bool put_data(const struct asker *asker, struct str data, struct json_out *json)
{
    struct buf text;
    buf_init(&text, ARENA_BYTES);
    bool done = render(asker->form, data, &text) == OK;
    if (done) {
        json_key(json, "data");
        if (asker->form == RENDER_JSON)
            json_put_raw(json, data);
        else
            json_put_str(json, buf_str(&text));
    }
    buf_fini(&text);
    return done;
}

/* Into a buffer of its own, so that a page that is too large leaves no half an answer. */
static bool put_embedded(const struct asker *asker, struct str url, const struct doc *doc,
                         struct json_out *json)
{
    struct buf data;
    struct json_out inner;
    bool done = asker->ask ? doc->tree != NULL : asker->wishes != NULL;
    buf_init(&data, ARENA_BYTES);
    json_out_init(&inner, &data, 0);
    if (done && asker->ask)
        done = put_fields(asker, url, doc, &inner);
    else if (done)
        wishes_put(asker->wishes, url, doc, asker->nulls, asker->n_nulls, &inner);
    done = done && data.status == OK && put_data(asker, buf_str(&data), json);
    buf_fini(&data);
    return done;
}

static void put_count(struct json_out *json, const char *name, uint64_t n)
{
    json_key(json, name);
    json_put_int(json, (int64_t)n);
}

static void put_costs(struct json_out *json, const struct model_result *m)
{
    if (m->input_tokens)
        put_count(json, "inputTokens", m->input_tokens);
    if (m->output_tokens)
        put_count(json, "outputTokens", m->output_tokens);
    if (!m->answered)
        return;
    json_key(json, "grounding");
    json_begin(json, '{');
    put_count(json, "onPage", m->found);
    put_count(json, "exempt", m->exempt);
    put_count(json, "dropped", m->dropped);
    json_end(json, '}');
}

static enum status ask_model(const struct asker *asker, struct str url, const struct doc *doc,
                             struct arena *arena, struct json_out *json, struct model_result *m)
{
    const struct model_page page = {.url = url,
                                    .title = doc->title,
                                    .description = doc->description,
                                    .published = doc->meta ? doc->meta->published : STR_NONE,
                                    .language = doc->language,
                                    .markdown = doc->markdown};
    struct buf data;
    buf_init(&data, ARENA_BYTES);
    enum status st = model_answer(asker->model, &asker->question, &page, asker->cancel, arena, &data, m);
    if (st == OK && m->answered) {
        json_key(json, "data");
        json_put_raw(json, buf_str(&data));
    }
    buf_fini(&data);
    return st;
}

enum status answer_page(const struct asker *asker, struct str url, const struct doc *doc,
                        struct buf *out, struct answer_info *ret_info)
{
    struct json_out json;
    struct arena arena;
    struct model_result m = {0};
    enum status st = OK;
    arena_init(&arena, ARENA_BYTES, 64 << 10);
    json_out_init(&json, out, 0);
    json_begin(&json, '{');
    if (asker->model)
        st = ask_model(asker, url, doc, &arena, &json, &m);
    bool only_model = asker->model && (m.answered || model_is_alone(asker->model));
    bool answered = m.answered || (!only_model && put_embedded(asker, url, doc, &json));
    if (!answered)
        put_failed(&json);
    const char *engine = only_model ? ENGINE_MODEL : ENGINE;
    json_key(&json, "engine");
    json_put_str(&json, str_of(engine));
    put_costs(&json, &m);
    put_warnings(&json, asker, &m, !only_model, answered);
    json_end(&json, '}');
    arena_fini(&arena);
    st = st == OK ? out->status : st;
    if (st == OK)
        *ret_info = (struct answer_info){.failed = !answered,
                                         .passing = asker->model && !m.answered,
                                         .engine = engine,
                                         .input_tokens = m.input_tokens,
                                         .output_tokens = m.output_tokens};
    return st;
}

void answer_error(const char *error, struct buf *out)
{
    struct json_out json;
    json_out_init(&json, out, 0);
    json_begin(&json, '{');
    put_failed(&json);
    json_key(&json, "error");
    json_put_str(&json, str_of(error));
    json_key(&json, "engine");
    json_put_str(&json, STR_LIT(ENGINE));
    json_end(&json, '}');
}
