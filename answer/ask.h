/* SPDX-License-Identifier: Apache-2.0 */
/* ask.h: what a question asks for: a tree of fields, read from a schema or from a sentence.
 *
 * Of a schema names, order and types are kept as given; of a sentence the nouns are the fields. Each field knows what it may
 * mean (concept.h), the unit and format it wants, and the words of an enum. Threads: not changed once it is read. */
#ifndef WEBKEEP_ANSWER_ASK_H
#define WEBKEEP_ANSWER_ASK_H

#include "answer/concept.h"
#include "answer/measure.h"
#include "answer/wishes.h"
#include "base/json.h"

#define ASK_FIELDS_MAX 200u
#define ASK_DEPTH_MAX 6u
#define ASK_OPTIONS_MAX 64u
#define ASK_VAGUE_MAX 16u

enum shape_bit {
    SHAPE_NULL = 1 << JSON_NULL,
    SHAPE_BOOL = 1 << JSON_BOOL,
    SHAPE_NUMBER = 1 << JSON_NUMBER,
    SHAPE_STRING = 1 << JSON_STRING,
    SHAPE_ARRAY = 1 << JSON_ARRAY,
    SHAPE_OBJECT = 1 << JSON_OBJECT,
    SHAPE_INTEGER = 1 << 6, /* with SHAPE_NUMBER: only whole ones */
    SHAPE_ANY = (1 << 6) - 1,
};

enum format { FORMAT_NONE, FORMAT_DATE, FORMAT_DATE_TIME, FORMAT_TIME, FORMAT_URI, FORMAT_EMAIL };

struct option {
    struct str json;   /* as it stands in the schema */
    struct str folded; /* of a text */
    bool is_null, is_text;
};

struct field {
    struct str name; /* as given */
    unsigned shape;  /* bits of enum shape_bit */
    bool required;
    bool by_head; /* found by the head of a table's column, or not at all */
    bool loose;   /* of a sentence: names are ours, and a number may stay a text */
    enum format format;
    struct str folded;      /* the name */
    struct str description; /* folded; of a sentence the words beside the name */
    struct meaning meaning; /* of the name, or of the description where the name says nothing */
    struct meaning more;    /* of the description */
    enum kind kind;
    struct unit unit;    /* asked for, or MEASURE_NONE */
    enum wish_kind wish; /* a part of the page's structure, or WISH_UNKNOWN */
    bool wish_plain;
    struct option *options;
    unsigned n_options;
    double minimum, maximum; /* of numbers; not said: infinite */
    unsigned limit;          /* the most items; 0: not said */
    struct field *fields;    /* of an object */
    unsigned n_fields;
    struct field *item; /* of an array; NULL: not said */
};

struct ask {
    struct arena arena;
    struct concepts *concepts;
    struct field root;
    struct str prompt; /* folded */
    struct str text;   /* the sentence in lower case, where there is no schema */
    struct str vague
        [ASK_VAGUE_MAX]; /* of a sentence: what is looked for by its words, but is likely something else */
    unsigned n_vague;
    unsigned n_fields;
    bool table; /* the columns of a table are the fields */
};

/* prompt, schema: may be empty, not both. ST_INPUT: the schema is none, or nothing is asked for; ST_NOMEM. */
enum status ask_read(struct str prompt, struct str schema, struct ask **ret_ask,
                     struct diag *ret_diag) MUST_USE;
void ask_destroy(struct ask *ask); /* NULL is fine */

/* ---- inside ---- */

/* Fills what follows from name, description and shape. */
void ask_settle(struct ask *ask, struct field *field);
enum status ask_read_prompt(struct ask *ask, struct str prompt, struct diag *ret_diag) MUST_USE;
bool field_takes(const struct field *field, unsigned shape);

#endif
