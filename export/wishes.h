/* SPDX-License-Identifier: Apache-2.0 */
/* wishes.h: what wishes_parse() (reextract.h) understood, for those who make the rows. */
#ifndef WEBKEEP_EXPORT_WISHES_H
#define WEBKEEP_EXPORT_WISHES_H

#include "export/reextract.h"

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

/* Appends a page's row: one JSON object; url comes first, whether it was wished or not. */
void row_put(const struct wishes *wishes, struct str url, const struct doc *doc, struct buf *out);
/* The row of a page that could not be read: url and error. */
void row_put_error(struct str url, const char *error, struct buf *out);

#endif
