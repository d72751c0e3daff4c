/* SPDX-License-Identifier: Apache-2.0 */
/* model_merge.h: the answers of two parts of a page, or of two pages, made one.
 *
 * Single values: the first that says anything. Objects: member by member. Lists: one after the other; an object of the second
 * that names the same thing as one of the first, and contradicts it nowhere, is merged into it. Deterministic: no model
 * is asked. Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_MODEL_MERGE_H
#define WEBKEEP_ANSWER_MODEL_MERGE_H

#include "base/json.h"

/* Appends the merged value; NULL is a part that says nothing. Trouble is out->status. */
void model_merge(const struct json *first, const struct json *second, struct buf *out);

#endif
