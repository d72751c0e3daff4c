/* SPDX-License-Identifier: Apache-2.0 */
/* model.c: one page: its parts are asked for one after the other, each answer is fitted and merged with those before.
 *
 * A page is begun anew when the server holds less than was thought or an answer was broken off: in smaller parts,
 * MODEL_ROUNDS times at most. */
#include "answer/model.h"

#include "answer/endpoint.h"

#include "answer/model_fit.h"
#include "answer/model_json.h"
#include "answer/model_merge.h"
#include "answer/model_schema.h"

#include <stdio.h>
#include <stdlib.h>

#define MODEL_SAYS 1 /* goes up when what is said to a model changes, so that answers may differ */
#define MODEL_ROUNDS 4u
#define RULES_TOKENS 400u /* what a request says beside question, schema and page */
#define PART_TOKENS_LEAST 200u
#define SURE_TOKENS 1000u /* an estimate below says little of what a server cut */
#define SAID_BYTES ((size_t)16 << 10)
#define ANSWER_BYTES ((size_t)8 << 20)
#define SCHEMA_SENT_BYTES ((size_t)256 << 10)
#define HEAD_BYTES ((size_t)8 << 10)

struct model {
    struct endpoint *endpoint;
    unsigned requests;
    bool alone;
    struct buf identity;
};

enum status model_create(const struct config *c, struct model **ret_model, struct diag *ret_diag)
{
    struct str engine = str_of(c->model_engine);
    *ret_model = NULL;
    if (!str_is(engine, "auto") && !str_is(engine, "model") && !str_is(engine, "embedded"))
        return diag_set(ret_diag, ST_INPUT, "model.engine: it is auto, model or embedded, not '%s'",
                        c->model_engine);
    if (str_is(engine, "embedded") || (str_is(engine, "auto") && !c->model_url[0]))
        return OK;
    struct model *m = calloc(1, sizeof *m);
    if (!m)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    m->alone = str_is(engine, "model");
    m->requests = c->model_requests;
    const struct endpoint_options options = {.url = c->model_url,
                                             .key = c->model_key,
                                             .name = c->model_name,
                                             .extra = c->model_extra,
                                             .requests = c->model_requests,
                                             .context_tokens = c->model_context_tokens,
                                             .answer_tokens = c->model_answer_tokens,
                                             .retries = c->model_retries,
                                             .connect_ms = c->model_connect_ms,
                                             .total_ms = c->model_total_ms,
                                             .pause_ms = c->model_pause_ms};
    buf_init(&m->identity, 64 << 10);
    buf_printf(&m->identity, "%d %zu:%s %zu:%s %s", MODEL_SAYS, strlen(c->model_url), c->model_url,
               strlen(c->model_name), c->model_name, c->model_extra);
    enum status st = m->identity.status;
    if (st == OK)
        st = endpoint_create(&options, &m->endpoint, ret_diag);
    if (st != OK) {
        buf_fini(&m->identity);
        free(m);
        return st;
    }
    *ret_model = m;
    return OK;
}

void model_destroy(struct model *m)
{
    if (!m)
        return;
    endpoint_destroy(m->endpoint);
    buf_fini(&m->identity);
    free(m);
}

unsigned model_requests(const struct model *m)
{
    return m->requests;
}

struct str model_identity(const struct model *m)
{
    return buf_str(&m->identity);
}

bool model_is_alone(const struct model *m)
{
    return m->alone;
}

/* ---- one page ---- */

struct task {
    struct model *model;
    const struct model_question *question;
    const struct model_page *page;
    const atomic_bool *cancel;
    struct arena *arena;
    struct model_result *result;
    struct str head;
    const struct ground *ground;
    size_t context, part_tokens;
    bool last_round;
    struct buf merged; /* the answers of the parts so far */
    bool has_merged;
};

enum outcome { PART_DONE, PART_AGAIN /* the page, in smaller parts */, PART_FAILED };

static void warn(struct task *t, struct str text)
{
    struct model_result *r = t->result;
    for (unsigned i = 0; i < r->n_warnings; i++)
        if (str_eq(r->warnings[i], text))
            return;
    struct str kept = arena_str(t->arena, text);
    if (r->n_warnings < MODEL_WARNINGS && kept.p)
        r->warnings[r->n_warnings++] = kept;
}

static enum outcome failed(struct task *t, const char *why)
{
    char text[400];
    snprintf(text, sizeof text, "the model did not answer: %s", why);
    warn(t, str_of(text));
    return PART_FAILED;
}

static void put_line(struct buf *out, const char *name, struct str value)
{
    if (value.n)
        buf_printf(out, "%s: %.*s\n", name, STR_ARG(str_head(value, 2000)));
}

static bool make_head(struct task *t)
{
    struct buf text;
    buf_init(&text, HEAD_BYTES);
    put_line(&text, "URL", t->page->url);
    put_line(&text, "Title", t->page->title);
    put_line(&text, "Description", t->page->description);
    put_line(&text, "Published", t->page->published);
    t->head = arena_str(t->arena, buf_str(&text));
    struct str whole = STR_NONE;
    buf_fini(&text);
    buf_init(&text, t->head.n + t->page->markdown.n + 16);
    buf_put_str(&text, t->head);
    buf_putc(&text, '\n');
    buf_put_str(&text, t->page->markdown);
    whole = text.status == OK ? arena_str(t->arena, buf_str(&text)) : STR_NONE;
    buf_fini(&text);
    t->ground = whole.p ? ground_create(t->arena, whole, t->page->language) : NULL;
    return t->ground && t->head.p;
}

/* ---- what one answer is worth ---- */

struct fitted {
    struct buf text;
    struct fit fit;
    bool good; /* there is a value */
    bool cut;
};

static void fitted_init(struct task *t, struct fitted *f)
{
    *f = (struct fitted){.fit = {.schema = t->question->schema,
                                 .ground = t->ground,
                                 .writes = t->question->writes,
                                 .arena = t->arena}};
    buf_init(&f->text, ANSWER_BYTES);
}

static const struct json *unwrapped(const struct task *t, const struct json *root)
{
    const struct json *result = json_get(root, "result");
    return t->question->wraps && result ? result : root;
}

/* Reasoning counts as an answer only when the answer itself is empty and it is JSON. */
static void fit_reply(struct task *t, const struct reply *reply, struct fitted *f)
{
    struct json_doc *doc = NULL;
    bool cut = false;
    struct str text = str_trim(reply->text).n ? reply->text : reply->thought;
    if (!text.n || model_json_read(text, &doc, &cut) != OK)
        return;
    model_fit(&f->fit, unwrapped(t, json_root(doc)), &f->text);
    f->good = f->text.status == OK;
    f->cut = cut || reply->cut;
    json_doc_destroy(doc);
}

static struct str faults_text(struct task *t, const struct fitted *f)
{
    struct buf text;
    buf_init(&text, (size_t)64 << 10);
    if (!f->good)
        buf_puts(&text, "It is not one JSON value.\n");
    for (unsigned i = 0; i < f->fit.n_faults; i++)
        buf_printf(&text, "- %.*s\n", STR_ARG(f->fit.faults[i]));
    struct str kept = arena_str(t->arena, buf_str(&text));
    buf_fini(&text);
    return kept;
}

/* ---- one part ---- */

static void count(struct task *t, const struct reply *reply)
{
    t->result->input_tokens += reply->input_tokens;
    t->result->output_tokens += reply->output_tokens;
}

/* A server that cuts what it is sent says so in its count alone. */
static bool was_cut_silently(struct task *t, const struct talk *talk, const struct reply *reply)
{
    size_t sent = model_tokens(talk->chunk.text) + model_tokens(talk->head);
    return reply->input_tokens > 0 && sent > SURE_TOKENS && reply->input_tokens < sent / 2 &&
           endpoint_narrow(t->model->endpoint, (size_t)reply->input_tokens + talk->answer_tokens);
}

static enum outcome no_answer(struct task *t, enum talk_end verdict, const struct reply *reply)
{
    if (verdict == TALK_SMALLER && !t->last_round) {
        size_t told = (size_t)reply->context_tokens;
        if (endpoint_narrow(t->model->endpoint, told ? told : t->context / 2))
            return PART_AGAIN;
        t->part_tokens /= 2; /* what is counted differently there */
        return t->part_tokens >= PART_TOKENS_LEAST
                   ? PART_AGAIN
                   : failed(t, "its context is too small for the question");
    }
    return failed(t, reply->why);
}

/* Asks and fits; the answer is f's. */
static enum outcome ask_once(struct task *t, struct talk *talk, struct fitted *f, struct str *ret_said)
{
    struct reply reply;
    enum talk_end verdict = endpoint_ask(t->model->endpoint, talk, t->cancel, &reply);
    enum outcome outcome = PART_DONE;
    count(t, &reply);
    if (verdict != TALK_ANSWER) {
        outcome = no_answer(t, verdict, &reply);
    } else if (!t->last_round && was_cut_silently(t, talk, &reply)) {
        outcome = PART_AGAIN;
    } else if (reply.cut && !str_trim(reply.text).n) {
        outcome = failed(
            t,
            "it spent its tokens without an answer; raise model.answer_tokens, or have it reason less");
    } else {
        fit_reply(t, &reply, f);
        *ret_said = arena_str(t->arena, str_head(reply.text, SAID_BYTES));
    }
    json_doc_destroy(reply.doc);
    return outcome;
}

/* The one of two answers that has fewer faults goes into f. */
static enum outcome ask_again(struct task *t, struct talk *talk, struct fitted *f)
{
    struct fitted other;
    struct str said;
    fitted_init(t, &other);
    talk->faults = faults_text(t, f);
    enum outcome outcome = ask_once(t, talk, &other, &said);
    bool better = outcome == PART_DONE && other.good && (!f->good || other.fit.dropped < f->fit.dropped);
    if (better) {
        struct fitted worse = *f;
        *f = other;
        other = worse;
    }
    buf_fini(&other.text);
    return f->good                 ? PART_DONE
           : outcome == PART_AGAIN ? PART_AGAIN
                                   : failed(t, "what it wrote is not JSON");
}

static enum status merge(struct task *t, struct str answer)
{
    static const struct json_limits limits = {
        .max_bytes = ANSWER_BYTES, .max_depth = 64, .replace_nul = true};
    struct json_doc *before = NULL, *now = NULL;
    struct diag diag;
    if (!t->has_merged) {
        t->has_merged = true;
        buf_put_str(&t->merged, answer);
        return t->merged.status;
    }
    enum status st = json_parse(buf_str(&t->merged), &limits, &before, &diag);
    if (st == OK)
        st = json_parse(answer, &limits, &now, &diag);
    if (st == OK) {
        buf_reset(&t->merged);
        model_merge(json_root(before), json_root(now), &t->merged);
        st = t->merged.status;
    }
    json_doc_destroy(before);
    json_doc_destroy(now);
    return st;
}

static void tell_faults(struct task *t, const struct fitted *f)
{
    struct model_result *r = t->result;
    r->found += f->fit.found;
    r->exempt += f->fit.free;
    r->dropped += f->fit.dropped;
    for (unsigned i = 0; i < f->fit.n_faults; i++)
        warn(t, f->fit.faults[i]);
    if (f->cut)
        warn(t, STR_LIT("the answer was longer than model.answer_tokens and is cut"));
}

static enum outcome do_part(struct task *t, const struct chunk *chunk, unsigned part, unsigned of)
{
    struct fitted f;
    struct str said = STR_NONE;
    struct talk talk = {.prompt = t->question->prompt,
                        .schema = t->question->lowered,
                        .answer_tokens = endpoint_answer_tokens(t->model->endpoint, t->context),
                        .head = t->head,
                        .chunk = *chunk,
                        .part = part,
                        .of_parts = of};
    fitted_init(t, &f);
    enum outcome outcome = ask_once(t, &talk, &f, &said);
    if (outcome == PART_DONE && f.cut && !t->last_round && t->part_tokens / 2 >= PART_TOKENS_LEAST) {
        size_t tokens = model_tokens(chunk->text);
        t->part_tokens = (tokens < t->part_tokens ? tokens : t->part_tokens) / 2;
        outcome = t->part_tokens >= PART_TOKENS_LEAST ? PART_AGAIN : PART_DONE;
    }
    if (outcome == PART_DONE && (!f.good || f.fit.n_faults) && !f.cut) {
        talk.said = said;
        outcome = ask_again(t, &talk, &f);
    }
    if (outcome == PART_DONE && !f.good)
        outcome = failed(t, "what it wrote is not JSON");
    if (outcome == PART_DONE) {
        tell_faults(t, &f);
        if (merge(t, buf_str(&f.text)) != OK)
            outcome = failed(t, "its answers are too large");
    }
    buf_fini(&f.text);
    return outcome;
}

/* ---- the page ---- */

static unsigned count_parts(const struct task *t)
{
    struct chunker chunker;
    struct chunk chunk;
    unsigned n = 0;
    chunker_init(&chunker, t->page->markdown, t->part_tokens);
    while (n <= MODEL_PARTS && chunker_next(&chunker, &chunk))
        n++;
    return n;
}

static enum outcome do_parts(struct task *t)
{
    struct chunker chunker;
    struct chunk chunk = {0};
    unsigned n = count_parts(t), of = n > MODEL_PARTS ? MODEL_PARTS : n;
    enum outcome outcome = PART_DONE;
    if (n > MODEL_PARTS)
        warn(t, STR_LIT("the page is too long for the model's context: its end was not read"));
    if (n == 0) /* what is known of it may still answer */
        return do_part(t, &chunk, 1, 1);
    chunker_init(&chunker, t->page->markdown, t->part_tokens);
    for (unsigned i = 1; i <= of && outcome == PART_DONE && chunker_next(&chunker, &chunk); i++)
        outcome = do_part(t, &chunk, i, of);
    return outcome;
}

enum status model_question_lower(struct model_question *q, struct arena *arena)
{
    struct buf text;
    buf_init(&text, SCHEMA_SENT_BYTES);
    q->wraps = model_schema_wraps(q->schema);
    model_schema_lower(q->schema, &text);
    q->lowered = text.status == OK ? arena_str(arena, buf_str(&text)) : STR_NONE;
    enum status st = text.status == OK && !q->lowered.p ? ST_NOMEM : text.status;
    buf_fini(&text);
    return st;
}

/* A schema goes twice where a server is told it in words too. */
size_t model_question_tokens(const struct model_question *q)
{
    return RULES_TOKENS + model_tokens(q->prompt) + 2 * model_tokens(q->lowered);
}

/* False: not even the question fits. */
static bool budget(struct task *t, bool first)
{
    t->context = endpoint_context(t->model->endpoint, t->cancel);
    size_t most = t->context * 9 / 10;
    size_t taken = model_question_tokens(t->question) + model_tokens(t->head) +
                   endpoint_answer_tokens(t->model->endpoint, t->context);
    size_t room = most > taken ? most - taken : 0;
    t->part_tokens = first || room < t->part_tokens ? room : t->part_tokens;
    return room >= PART_TOKENS_LEAST;
}

static void start_over(struct task *t)
{
    buf_reset(&t->merged);
    t->has_merged = false;
    t->result->found = t->result->exempt = t->result->dropped = t->result->n_warnings = 0;
}

/* The schema's own limits hold for what was merged. */
static enum status finish(struct task *t, struct buf *out)
{
    static const struct json_limits limits = {
        .max_bytes = ANSWER_BYTES, .max_depth = 64, .replace_nul = true};
    struct fit fit = {.schema = t->question->schema, .arena = t->arena};
    struct json_doc *doc = NULL;
    struct diag diag;
    enum status st = json_parse(buf_str(&t->merged), &limits, &doc, &diag);
    if (st == OK)
        model_fit(&fit, json_root(doc), out);
    json_doc_destroy(doc);
    return st == OK ? out->status : st;
}

enum status model_answer(struct model *model, const struct model_question *question,
                         const struct model_page *page, const atomic_bool *cancel, struct arena *arena,
                         struct buf *out, struct model_result *ret_result)
{
    *ret_result = (struct model_result){0};
    struct task t = {.model = model,
                     .question = question,
                     .page = page,
                     .cancel = cancel,
                     .arena = arena,
                     .result = ret_result};
    buf_init(&t.merged, ANSWER_BYTES);
    enum outcome outcome = PART_AGAIN;
    bool fits = make_head(&t);
    if (!fits) {
        buf_fini(&t.merged);
        return arena->status != OK ? arena->status : ST_NOMEM;
    }
    for (unsigned round = 0; round < MODEL_ROUNDS && outcome == PART_AGAIN; round++) {
        start_over(&t);
        t.last_round = round + 1 == MODEL_ROUNDS;
        outcome = budget(&t, round == 0) ? do_parts(&t)
                                         : failed(&t, "its context is too small for the question");
    }
    enum status st = OK;
    ret_result->answered = outcome == PART_DONE && t.has_merged;
    if (ret_result->answered)
        st = finish(&t, out);
    buf_fini(&t.merged);
    return st;
}
