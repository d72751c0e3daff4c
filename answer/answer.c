/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c: questions and the rows of pages that answer them. The engine is the built-in one: parts of the page's structure
 * (wishes.h), and where a schema asks for more than those, its fields as compose.h finds them.
 *
 * Invariant: an asker without wishes and without an ask answers nothing, and all its rows have failed. */
#include "answer/answer.h"

#include "answer/compose.h"
#include "answer/wishes.h"

#include <stdlib.h>

#define ENGINE "fields"
#define ARENA_BYTES (256u << 20) /* the most that one page may take */
#define NULLS_MAX 32
#define NULL_NAME_MAX 200 /* bytes; a longer part of a prompt names no field */

struct asker {
    struct wishes *wishes;       /* NULL: no part of a page's structure is asked for */
    struct ask *ask;             /* of a schema that asks for more than those; else NULL */
    struct str nulls[NULLS_MAX]; /* asked for in words that name no field; they live in wishes */
    size_t n_nulls;
};

bool question_is_asked(const struct question *q)
{
    return str_trim(q->prompt).n || str_trim(q->schema).n || str_is(q->output, "json");
}

/* The built-in engine makes objects; only a schema or JSON asks for one. */
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

/* A schema or a sentence that asks for more than parts of a page's structure. What comes back is how the question was read as a whole. */
static enum status read_fields(struct asker *asker, const struct question *q, enum status st,
                               struct diag *ret_diag)
{
    struct diag diag;
    bool enough = asker->wishes && wishes_unresolved(asker->wishes) == 0;
    bool asked = str_trim(q->schema).n || (str_trim(q->prompt).n && wants_object(q));
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
    return diag_set(ret_diag, ST_INPUT,
                    "A summary, a translation or a judgement is asked for, which needs a model. Ask for "
                    "what the page itself says (title, headings, prices ...).");
}

enum status asker_create(const struct question *q, struct asker **ret_asker, struct diag *ret_diag)
{
    struct asker *asker = calloc(1, sizeof *asker);
    if (!asker)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    enum status st =
        wants_object(q) || q->strict ? wishes_parse(q->prompt, q->schema, &asker->wishes, ret_diag) : OK;
    st = read_fields(asker, q, st, ret_diag);
    if (st == ST_NOMEM || (st != OK && q->strict)) {
        asker_destroy(asker);
        return st;
    }
    if (asker->wishes && !q->strict && !str_trim(q->schema).n)
        name_unresolved(asker);
    *ret_asker = asker;
    return OK;
}

void asker_destroy(struct asker *asker)
{
    if (!asker)
        return;
    wishes_destroy(asker->wishes);
    ask_destroy(asker->ask);
    free(asker);
}

unsigned asker_want(const struct asker *asker)
{
    unsigned fields = asker->ask ? EXTRACT_TREE | EXTRACT_FIELDS | EXTRACT_LINKS | EXTRACT_MARKDOWN : 0;
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

static void put_warnings(struct json_out *json, const struct asker *asker)
{
    if (asker_warnings(asker) == 0)
        return;
    json_key(json, "warnings");
    json_begin(json, '[');
    for (size_t i = 0; i < asker_warnings(asker); i++)
        json_put_str(json, asker_warning(asker, i));
    json_end(json, ']');
}

/* Into a buffer of its own, so that a page that is too large leaves no half an answer. False: nothing of what is asked for is said. */
static bool put_fields(const struct asker *asker, struct str url, const struct doc *doc,
                       struct json_out *json)
{
    struct arena arena;
    struct buf data;
    struct json_out inner;
    unsigned filled = 0;
    arena_init(&arena, ARENA_BYTES, 256 << 10);
    buf_init(&data, ARENA_BYTES);
    json_out_init(&inner, &data, 0);
    bool done =
        compose(asker->ask, doc, url, &arena, &inner, &filled) == OK && data.status == OK && filled > 0;
    if (done) {
        json_key(json, "data");
        json_put_raw(json, buf_str(&data));
    }
    buf_fini(&data);
    arena_fini(&arena);
    return done;
}

enum status answer_page(const struct asker *asker, struct str url, const struct doc *doc,
                        struct buf *out, struct answer_info *ret_info)
{
    struct json_out json;
    json_out_init(&json, out, 0);
    json_begin(&json, '{');
    bool answered = asker->ask && doc->tree && put_fields(asker, url, doc, &json);
    if (!asker->ask && asker->wishes) {
        answered = true;
        json_key(&json, "data");
        wishes_put(asker->wishes, url, doc, asker->nulls, asker->n_nulls, &json);
    }
    if (!answered)
        put_failed(&json);
    json_key(&json, "engine");
    json_put_str(&json, STR_LIT(ENGINE));
    put_warnings(&json, asker);
    json_end(&json, '}');
    if (out->status == OK)
        *ret_info = (struct answer_info){.failed = !answered, .engine = ENGINE};
    return out->status;
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
