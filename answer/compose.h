/* SPDX-License-Identifier: Apache-2.0 */
/* compose.h: the answer to a question that has a schema: its fields, in its order, with what the page says of each.
 *
 * Names and order are the schema's. What the page does not say is null where the schema allows it or requires the field, and left out
 * else. Arrays of objects are the records of the page (records_fit.h); other arrays are lists. Threads: as find.h. */
#ifndef WEBKEEP_ANSWER_COMPOSE_H
#define WEBKEEP_ANSWER_COMPOSE_H

#include "answer/ask.h"
#include "base/json.h"
#include "extract/extract.h"

/* Whether a question wants what no rule can do: a summary, a translation, a judgement. */
bool ask_needs_model(const struct ask *ask);
/* The same of a sentence alone. */
bool prompt_needs_model(struct str prompt);

/* Puts the value. doc must have its tree and its fields. ret_filled: how many values are not null. ST_LIMIT, ST_NOMEM: the
 * arena ended, or the writer did. */
enum status compose(const struct ask *ask, const struct doc *doc, struct str url, struct arena *arena,
                    struct json_out *json, unsigned *ret_filled) MUST_USE;

#endif
