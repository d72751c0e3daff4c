/* SPDX-License-Identifier: Apache-2.0 */
/* model_schema.h: a user's schema, lowered to what every server with an OpenAI-compatible interface takes.
 *
 * The root is an object (an array or a single value is wrapped as {"result": ...}); every property is required and no other
 * allowed; every single value may be null, so that a model that finds nothing need not invent; what only some servers know
 * (lengths, ranges, formats) is told in the description, in words. The answer is held against the user's own schema afterwards
 * (model_fit.h). Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_MODEL_SCHEMA_H
#define WEBKEEP_ANSWER_MODEL_SCHEMA_H

#include "base/json.h"

#define MODEL_SCHEMA_DEPTH 8u /* levels; deeper ones may hold anything */

/* Whether its answers come wrapped. */
bool model_schema_wraps(const struct json *schema);
/* Appends the lowered schema. Trouble is out->status. */
void model_schema_lower(const struct json *schema, struct buf *out);

/* The types that a schema allows: bits 1 << enum json_type; 0: any. Integers are numbers. */
unsigned model_schema_types(const struct json *schema);
bool model_schema_requires(const struct json *schema, struct str name);

#endif
