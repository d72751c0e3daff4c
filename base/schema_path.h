/* SPDX-License-Identifier: Apache-2.0 */
/* schema_path.h: what the two halves of schema.h share: where they stand in a document, and the words for types. Not
 * for others. Threads: none of its own. */
#ifndef WEBKEEP_BASE_SCHEMA_PATH_H
#define WEBKEEP_BASE_SCHEMA_PATH_H

#include "base/json.h"

/* One step down; the steps above lie on the stack of the callers. */
struct schema_path {
    const struct schema_path *up; /* NULL: this is the root, and has no name */
    struct str name;              /* of a member */
    size_t index;                 /* of an element, where name is not set */
};

#define SCHEMA_POINTER_BYTES 256

/* The JSON pointer (RFC 6901) of a place; cut, with "..." at its end, where it would be longer than `to`. */
void schema_pointer(const struct schema_path *path, char to[SCHEMA_POINTER_BYTES]);

/* The names of the types, by number; SCHEMA_TYPES: no such type. "integer" is the last one. */
#define SCHEMA_TYPES 7
enum { SCHEMA_INTEGER = 6 };
size_t schema_type_of(struct str name);
/* "an array", "a whole number" */
const char *schema_type_words(size_t type);
/* Of a value: enum json_type's number. */
const char *schema_value_words(const struct json *value);

/* The member of that name, or NULL. */
const struct json *schema_member(const struct json *object, struct str name);

#endif
