/* SPDX-License-Identifier: Apache-2.0 */
/* model.h: the second engine: a page's Markdown and a question to a model, its answer in the user's shape, held against the
 * page.
 *
 * A page that is longer than the context goes in parts (model_chunk.h), whose answers are merged (model_merge.h); an answer
 * with faults is asked for once more, with the faults. No value stays that the schema does not allow or that does not stand
 * on the page, but for what the question asks to be written (model_fit.h). Threads: any number. */
#ifndef WEBKEEP_ANSWER_MODEL_H
#define WEBKEEP_ANSWER_MODEL_H

#include "base/json.h"
#include "base/arena.h"
#include "base/config.h"

#include <stdatomic.h>

#define MODEL_WARNINGS 16u
#define MODEL_PARTS 64u /* of one page; what follows is not shown, and told */

struct model;

/* From the settings of the section "model". NULL with OK: none is set, or the built-in engine is to answer. ST_INPUT with the
 * setting's name, ST_NOMEM. */
enum status model_create(const struct config *config, struct model **ret_model,
                         struct diag *ret_diag) MUST_USE;
void model_destroy(struct model *model); /* NULL is fine */

/* Requests at once. */
unsigned model_requests(const struct model *model);
/* When it can't answer, nobody else does (model.engine = model). */
bool model_is_alone(const struct model *model);

/* Server, model, and what is said to it beside question and page; lives as long as the model. */
struct str model_identity(const struct model *model);

/* What is asked of every page; read once. */
struct model_question {
    struct str prompt;
    const struct json *schema; /* the user's own; NULL: none */
    struct str lowered;        /* as it is sent; empty: none */
    bool wraps;                /* answers come as {"result": ...} */
    bool writes;               /* texts are asked for that no page holds */
};

/* Makes what is sent of its schema, in the arena. */
enum status model_question_lower(struct model_question *question, struct arena *arena) MUST_USE;
/* Tokens of a request beside the page, estimated. */
size_t model_question_tokens(const struct model_question *question);

struct model_page {
    struct str url, title, description, published, language, markdown;
};

struct model_result {
    bool answered;
    uint64_t input_tokens, output_tokens;
    unsigned found, exempt,
        dropped; /* values on the page; that need not be; that were neither, hence null */
    struct str warnings[MODEL_WARNINGS]; /* in the arena */
    unsigned n_warnings;
};

/* Appends the answer, a JSON value, where result->answered; else a warning says why not. cancel may be NULL.
 * ST_NOMEM, ST_LIMIT: the arena or out ended. */
enum status model_answer(struct model *model, const struct model_question *question,
                         const struct model_page *page, const atomic_bool *cancel, struct arena *arena,
                         struct buf *out, struct model_result *ret_result) MUST_USE;

#endif
