/* SPDX-License-Identifier: Apache-2.0 */
/* value.h: from a text of the page to a value as a field asks for it: numbers, units, currencies, ISO dates, enums,
 * yes and no. Nothing is made up: what does not fit is refused, and what says "none" is told apart from that.
 * Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_VALUE_H
#define WEBKEEP_ANSWER_VALUE_H

#include "answer/ask.h"
#include "answer/when.h"

enum value_sort {
    VALUE_NONE, /* there is no value */
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_BOOL,
    VALUE_JSON, /* as it stands in the schema's enum */
};

struct value {
    enum value_sort sort;
    struct str text; /* TEXT, JSON */
    double number;
    bool truth;
};

enum verdict {
    VERDICT_UNFIT, /* this text is no value of the field */
    VERDICT_EMPTY, /* it says that there is none: "n/a", "on request" */
    VERDICT_FIT,
};

/* How texts of a page are read. */
struct reading {
    struct arena *arena;
    struct str language;
    enum numerals numerals;
    struct when_style style;
    bool labelled; /* the text stands behind a label that names the field: a bare number will do */
    bool accounts; /* "(1,234)" is negative */
};

enum verdict value_read(const struct reading *reading, const struct field *field, struct str text,
                        struct value *ret_value);

/* The value for a text that is known to be it: shape and options still decide. */
enum verdict value_of_text(const struct reading *reading, const struct field *field, struct str text,
                           struct value *ret_value);
enum verdict value_of_number(const struct field *field, double number, struct value *ret_value);
enum verdict value_of_bool(const struct field *field, bool truth, struct value *ret_value);
/* As the field's format and shape ask: a date, a date with a time, a time. */
enum verdict value_of_when(const struct reading *reading, const struct field *field,
                           const struct when *when, struct value *ret_value);

/* Whether the field means the last of a range: "max", "end", "latest". */
bool value_is_last(const struct field *field);
/* 1: the text says it can be had; -1: it can't; 0: it does not say. Folded. */
int stock_of(struct str folded);
/* Where one works: 1 away from the office, -1 there, 0 not said or both. */
int remote_of(struct str folded);
/* 1: yes; -1: no; 0: neither. */
int truth_of(struct str text, struct str folded);
/* White space, bullets, pilcrows and stray punctuation at the ends taken off. */
struct str value_clean(struct str text);
bool value_says_none(struct str text, struct str folded);
/* The first e-mail address or telephone number in a text at or behind `from`; STR_NONE. */
struct str email_find(struct str text, size_t from);
struct str phone_find(struct str text, size_t from);

/* Whether the value may stand where the schema has an enum: one of its words, as options are told (VALUE_JSON). */
bool value_is_option(const struct field *field, const struct value *value);

#endif
