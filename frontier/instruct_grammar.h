/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_grammar.h: what the steps of the instruction compiler share: noun phrases, and the rules they become.
 * Inner header of instruct*.c; one compilation, one thread. */
#ifndef WEBKEEP_FRONTIER_INSTRUCT_GRAMMAR_H
#define WEBKEEP_FRONTIER_INSTRUCT_GRAMMAR_H

#include "frontier/instruct_parts.h"

#define MAX_PHRASES 64

enum tie {
    TIE_NEW,   /* a thing of its own */
    TIE_AND,   /* one more of what the phrase before is */
    TIE_ABOUT, /* its topic */
    TIE_IN,    /* its place, author, tag */
    TIE_THAT,  /* its state */
    TIE_LIKE,  /* an example or another name of it: brackets, "such as" */
    TIE_WITH,  /* "including ..." */
};

/* A noun phrase: pieces [first, end). */
struct noun_phrase {
    unsigned first, end;
    unsigned clause;
    enum tie tie;
    bool unwanted, discover, other, all;
    bool with;                /* follows "with" */
    bool of_limit;            /* touches a version, language or date: "legacy v1 endpoints" */
    bool page, section, item; /* ends with a noun that says no more */
    bool plural;
    int head;        /* a kind, or -1 */
    bool head_page;  /* the head's name ends with "page" */
    unsigned n_more; /* pieces besides head and empty nouns */
    int limit;       /* a piece that is no noun: path, language, version, date; -1 */
    bool merged;     /* given to a later phrase as one more modifier */
};

struct grammar {
    const struct parts *parts;
    struct str text;
    struct arena *arena;
    struct rules *rules;
    struct lexicon *lexicon;
    struct noun_phrase np[MAX_PHRASES];
    unsigned n_np;
};

/* ---- instruct_phrases.c ---- */

/* Lists a part of the text as not understood, once. */
void grammar_unresolved(struct grammar *g, struct str text);
/* The text of pieces [first, end); empty when they have none. */
struct str grammar_span(const struct grammar *g, unsigned first, unsigned end);
/* Pieces to g->np. */
void grammar_read(struct grammar *g);

/* ---- instruct_terms.c ---- */

/* A concept for words no table knows; wanted ones are told by their inflections too. -1: says nothing, or there
 * are too many. */
int grammar_term(struct grammar *g, struct str text, bool wanted);
int grammar_numbered(struct grammar *g, const struct piece *p);

/* ---- instruct_targets.c ---- */

/* A new target, NULL when there are too many. */
struct target *grammar_target(struct grammar *g, bool unwanted);
struct group *target_group(struct target *t);
void target_add_kind(struct target *t, int kind);
bool target_is_empty(const struct target *t);
void grammar_group_add(struct grammar *g, struct group *group, int concept);
/* Topic, place or state np of target t; more: one more alternative of the last. */
void grammar_attach(struct grammar *g, struct target *t, const struct noun_phrase *np, bool more);
/* A target for the phrase at `at`, which stands for itself. */
struct target *grammar_add_target(struct grammar *g, unsigned at);
/* np is another name of t, or an example of its topic. */
void grammar_add_example(struct grammar *g, struct target *t, const struct noun_phrase *np);
/* The file types np asks for are allowed. */
void grammar_note_files(struct grammar *g, const struct noun_phrase *np);
/* "Politics and Economy articles": the bare phrases before a head are given to it. */
void grammar_share_heads(struct grammar *g);
bool kind_lists_items(unsigned kind);
bool np_is_file(const struct noun_phrase *np);

/* ---- instruct_bounds.c ---- */

/* Path, language, version, date: np->limit is its piece. */
void grammar_limit(struct grammar *g, const struct noun_phrase *np);

#endif
