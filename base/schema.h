/* SPDX-License-Identifier: Apache-2.0 */
/* schema.h: JSON Schema as far as Webkeep needs it: schemas that users send are checked, and values are held
 * against a schema (request bodies against ours, answers against theirs).
 *
 * Supported keywords: type (a name or a list of names), properties, required, items, enum, const, minimum, maximum,
 * exclusiveMinimum, exclusiveMaximum, minLength, maxLength (code points), minItems, maxItems, pattern (base/pattern is
 * no regular expression: pattern is a warning), format ("uri" is documentation), additionalProperties (true and false are
 * accepted in silence and not enforced, since converters write them everywhere), title, description, default, examples,
 * $schema, $id, $comment. Everything else, anyOf and $ref among it, is ignored with a warning. No recursion on outside data deeper than
 * the JSON reader allows. Pure; threads: any. */
#ifndef WEBKEEP_BASE_SCHEMA_H
#define WEBKEEP_BASE_SCHEMA_H

#include "base/arena.h"
#include "base/json.h"

#define SCHEMA_MAX_DEPTH 5u
#define SCHEMA_MAX_BYTES (10u << 10)
#define SCHEMA_MAX_NOTES 32u

/* Errors make a schema unusable, warnings name what is ignored: sentences with a JSON pointer (RFC 6901) into
 * the schema, in the arena. */
struct schema_notes {
    struct str errors[SCHEMA_MAX_NOTES], warnings[SCHEMA_MAX_NOTES];
    size_t n_errors, n_warnings;
};

/* A user's schema: the root must be an object schema ({"type":"object",...}; a missing type with properties is one),
 * nested at most SCHEMA_MAX_DEPTH levels of objects and arrays, at most SCHEMA_MAX_BYTES compact.
 * array_root: an array of objects is taken too. OK also with warnings; ST_INPUT when there are errors. */
enum status schema_check(const struct json *schema, bool array_root, struct arena *arena,
                         struct schema_notes *ret_notes) MUST_USE;

/* Holds a value against a schema; the schema is one that we trust or that was checked. The first fault:
 * ST_INPUT and a sentence: "/urls/0/url: expected a string, got a number". */
enum status schema_validate(const struct json *schema, const struct json *value,
                            struct diag *ret_diag) MUST_USE;

#endif
