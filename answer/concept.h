/* SPDX-License-Identifier: Apache-2.0 */
/* concept.h: the meanings of concept.def, and the index by which names and labels are looked up.
 *
 * A name may say more than its meaning: "price per night" is a price with words left over. Threads: an index is not changed once
 * it is made. */
#ifndef WEBKEEP_ANSWER_CONCEPT_H
#define WEBKEEP_ANSWER_CONCEPT_H

#include "answer/fold.h"

enum concept {
    CONCEPT_NONE,
#define CONCEPT(id, kind, names, machine, units) CONCEPT_##id,
#include "answer/concept.def"
#undef CONCEPT
    CONCEPTS
};

/* What a value looks like, and so how it is found and read. */
enum kind {
    KIND_TEXT,
    KIND_NAME, /* what the page, or a record, is called */
    KIND_PERSON,
    KIND_CODE, /* a word with digits */
    KIND_VERSION,
    KIND_NUMBER,
    KIND_COUNT, /* how many items a list of the page has */
    KIND_MONEY,
    KIND_CURRENCY,
    KIND_DATE,
    KIND_TIME,
    KIND_SPAN, /* a length of time */
    KIND_QUANTITY,
    KIND_RATING,
    KIND_YEAR,
    KIND_RANK,
    KIND_BOOL,
    KIND_BADGE,  /* a boolean: a mark that stands there or does not */
    KIND_STOCK,  /* whether it can be had: a boolean, or one of the words of an enum */
    KIND_NOTICE, /* a message that stands there or does not */
    KIND_EMAIL,
    KIND_PHONE,
    KIND_URL,
    KIND_PLACE,
    KIND_LIST,
    KIND_BODY,
};

enum kind concept_kind(enum concept concept);
const char *concept_machine(enum concept concept);
const char *concept_units(enum concept concept);
const char *concept_names(enum concept concept);

struct concepts; /* the index */

struct concepts *concepts_create(void); /* NULL without memory */
void concepts_destroy(struct concepts *concepts);
/* The meaning of exactly this folded phrase (plurals as they are in the table, or the other way), or CONCEPT_NONE. */
enum concept concept_of(const struct concepts *concepts, struct str folded);

/* What the words of a name or a label say: its meaning and the words that are not part of it. */
struct meaning {
    enum concept concept; /* CONCEPT_NONE: only its words count */
    struct words words;   /* all of them */
    unsigned from, n;     /* which of the words are the meaning */
};
/* The longest name in it; of several that are as long, the last, which is the head of an English noun phrase. */
struct meaning meaning_of(const struct concepts *concepts, struct str folded);

/* How many of its words say more than the meaning does. */
unsigned meaning_rest(const struct meaning *meaning);

/* How well a label fits a field: 0 (not at all) to 100 (says the same). */
int meaning_match(const struct meaning *field, const struct meaning *label);

#endif
