/* SPDX-License-Identifier: Apache-2.0 */
/* wishes.h: fields of a page that are answered without a model, and what a sentence or a schema asks of them.
 *
 * Wishes are the fields named in a sentence ("titles and all headings, code blocks with their language") or by
 * the properties of a schema. What was not understood is told back, never guessed. This is the inside of the
 * answer room (answer.h) and of `webkeep convert`. Threads: wishes are not changed once they are parsed. */
#ifndef WEBKEEP_ANSWER_WISHES_H
#define WEBKEEP_ANSWER_WISHES_H

#include "base/json.h"
#include "extract/extract.h"

struct wishes;

/* transform: the sentence; schema: a JSON Schema text or STR_NONE, whose property names are then the fields
 * (each must be one of the built-in ones by name or synonym, else it is unresolved and null).
 * Both empty: title, description, headings. ST_INPUT: nothing at all was understood, with a sentence that
 * lists what can be asked for. */
enum status wishes_parse(struct str transform, struct str schema, struct wishes **ret_wishes,
                         struct diag *ret_diag) MUST_USE;
void wishes_destroy(struct wishes *wishes); /* NULL is fine */
size_t wishes_unresolved(const struct wishes *wishes);
struct str wishes_unresolved_text(const struct wishes *wishes, size_t i);

/* The fields that are answered without a model; the key is the name in a row.
 *   kind              key            list?  extract_want it needs besides EXTRACT_FIELDS */
/* clang-format off */
#define WISH_TABLE(X)                                              \
    X(WISH_URL,         "url",         false, 0)                   \
    X(WISH_TITLE,       "title",       false, 0)                   \
    X(WISH_DESCRIPTION, "description", false, 0)                   \
    X(WISH_LANGUAGE,    "language",    false, 0)                   \
    X(WISH_HEADINGS,    "headings",    true,  0)                   \
    X(WISH_LINKS,       "links",       true,  EXTRACT_LINKS)       \
    X(WISH_IMAGES,      "images",      true,  0)                   \
    X(WISH_CODE,        "code",        true,  0)                   \
    X(WISH_TABLES,      "tables",      true,  0)                   \
    X(WISH_DATES,       "dates",       false, 0)                   \
    X(WISH_MARKDOWN,    "markdown",    false, EXTRACT_MARKDOWN)    \
    X(WISH_TEXT_LENGTH, "textLength",  false, 0)
/* clang-format on */

enum wish_kind {
#define X(kind, key, list, want) kind,
    WISH_TABLE(X)
#undef X
        WISH_KINDS,
    WISH_UNKNOWN /* a property of the schema that nobody can answer: null */
};

struct wish {
    enum wish_kind kind;
    bool plain;     /* the schema wants the items of a list as texts */
    struct str key; /* its name in the row; lives as long as the wishes */
};

size_t wishes_count(const struct wishes *wishes);
const struct wish *wishes_at(const struct wishes *wishes, size_t i);
/* Bits of enum extract_want. */
unsigned wishes_want(const struct wishes *wishes);

/* The kind that a name means ("pageTitle", "code_blocks", "H2s"); WISH_UNKNOWN: none. */
enum wish_kind wish_of_name(struct str name);

/* Puts what the document says of each wish as one JSON object; members of the names (n_nulls of them, none of
 * which is a wish's key) follow as null. */
void wishes_put(const struct wishes *wishes, struct str url, const struct doc *doc,
                const struct str *nulls, size_t n_nulls, struct json_out *json);

#endif
