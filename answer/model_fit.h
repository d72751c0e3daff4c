/* SPDX-License-Identifier: Apache-2.0 */
/* model_fit.h: what a model answered, brought into the shape of the user's schema and held against the page.
 *
 * Names and order are the schema's; a required property is always there, null when the page has none; one that is not required
 * is left out then. A value that the schema does not allow, or that does not stand on the page, becomes null and is told. No value is
 * made better than it came: a number in a string becomes a number where the schema wants one, and that is all.
 * Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_MODEL_FIT_H
#define WEBKEEP_ANSWER_MODEL_FIT_H

#include "answer/model_ground.h"
#include "base/json.h"

#define FIT_FAULTS 16u

struct fit {
    const struct json *schema;   /* NULL: any shape is right */
    const struct ground *ground; /* NULL: nothing is held against a page */
    bool writes;         /* the question asks for texts that no page holds: model_asks_writing() */
    struct arena *arena; /* sentences of faults, and room */
    /* Results, added to what is there. */
    struct str faults[FIT_FAULTS];
    unsigned n_faults, more_faults;
    unsigned found, free,
        dropped; /* values on the page; exempt; not on the page or not allowed, hence null */
};

/* Appends the value. Trouble is out->status. */
void model_fit(struct fit *fit, const struct json *value, struct buf *out);

/* Whether words ask for what only a writer can give: a summary, a translation, a judgement. */
bool model_asks_writing(struct arena *arena, struct str words);

/* Whether a value says anything: null, "" and what holds nothing else do not. */
bool model_is_empty(const struct json *value);

#endif
