/* SPDX-License-Identifier: Apache-2.0 */
/* find.h: one field, one part of a page: the value that the page gives for it, with how sure that is.
 *
 * The facts of a page are collected once. A value comes from labels, from typed patterns with their cues (cue_*.c), or from what the
 * page says to machines (machine.c); the surest wins, of equals the first on the page. Below FIND_SURE there is no value: null
 * rather than a guess. Threads: facts belong to one page and one thread. */
#ifndef WEBKEEP_ANSWER_FIND_H
#define WEBKEEP_ANSWER_FIND_H

#include "extract/item.h"
#include "answer/label.h"
#include "answer/value.h"
#include "extract/extract.h"

#define FIND_SURE 50

struct facts {
    const struct ask *ask;
    const struct doc *doc;
    struct str url_text;
    struct arena *arena;
    struct url base;
    bool has_base;
    struct view view;
    struct labels labels;
    struct items items;
    const struct item *main; /* what the page is about; NULL: not said */
    const struct item *meta;
    struct reading reading;
    /* Found once, when first asked for: the price of the page and its currency. */
    bool money_known, money_said;
    char money_iso[4];
};

/* ST_LIMIT, ST_NOMEM: the arena ended. doc must have its tree. */
enum status facts_make(const struct ask *ask, const struct doc *doc, struct str url, struct arena *arena,
                       struct facts *ret_facts) MUST_USE;

/* Where is looked. */
struct scope {
    struct range range;
    bool record;     /* one of many: what stands there is its own */
    uint16_t ignore; /* marks of view.h that the whole scope carries */
};

struct found {
    struct value value;
    int score;      /* 0: nothing */
    uint32_t piece; /* where it stands; n_pieces: not on the page */
    bool denied;    /* a label names the field and says that there is no value */
};

struct scope scope_page(const struct facts *facts);
struct scope scope_range(const struct facts *facts, struct range range);

/* score >= FIND_SURE or 0. */
struct found find_value(struct facts *facts, const struct field *field, struct scope scope);

/* ---- for the finders ---- */

struct finder {
    struct facts *facts;
    const struct field *field;
    struct scope scope;
    struct found best;
    int denied; /* the best score of a label that says none */
};

/* Takes the value when it is surer than what was found. */
void find_offer(struct finder *finder, const struct value *value, int score, uint32_t piece);
/* Reads the text as a value of the field and offers it. */
enum verdict find_offer_text(struct finder *finder, struct str text, int score, uint32_t piece,
                             bool labelled);
/* Marks of a piece that speak against it, those of the whole scope left out. */
uint16_t find_marks(const struct finder *finder, uint32_t piece);
/* What marks cost: reviews, quotes, asides; 1000: out. */
int find_cost(uint16_t marks);
/* How far behind (or before) the page's title a piece stands: 0 to 20. */
int find_distance(const struct finder *finder, uint32_t piece);

void cue_labels(struct finder *finder);
void cue_typed(struct finder *finder);   /* cue_typed.c: money, ratings, counts, dates, addresses */
void cue_text(struct finder *finder);    /* cue_text.c: names, persons, codes, truth */
void cue_machine(struct finder *finder); /* machine.c */

/* machine.c: all texts at the paths of a concept or property, for lists; up to max. */
unsigned machine_texts(const struct facts *facts, const struct field *field, struct str *ret_texts,
                       unsigned max);
const struct item *machine_main(const struct items *items, const struct view *view);

/* The text of the page without what stands beside it, as Markdown (body.c). */
struct str body_of(struct facts *facts);

/* The address of a link, or of an image, absolute; STR_NONE. */
struct str find_link(const struct facts *facts, uint32_t node, uint16_t element, uint16_t attr);

#endif
