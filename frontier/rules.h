/* SPDX-License-Identifier: Apache-2.0 */
/* rules.h: what an instruction says, in the shape the judge reads. Filled once by instruct.c; then immutable.
 *
 * A target is a conjunction: (one of its kinds) and (one of each group). Wanted targets are alternatives of
 * each other, so are unwanted ones. Bounded throughout: what goes past a bound is listed as unresolved. */
#ifndef WEBKEEP_FRONTIER_RULES_H
#define WEBKEEP_FRONTIER_RULES_H

#include "frontier/lexicon.h"

#define MAX_TARGETS 24
#define MAX_TARGET_KINDS 4
#define MAX_GROUPS 4
#define MAX_ALTERNATIVES 14
#define MAX_RULE_PATHS 16
#define MAX_VERSIONS 8
#define MAX_UNRESOLVED 16
#define TERM_MAX_WORDS 6
#define DATE_NONE 0
#define DATE_END 99991231

/* One of these must be true of a link. */
struct group {
    uint16_t concept[MAX_ALTERNATIVES];
    uint8_t n;
    bool own;      /* said by the link itself: the page it was found on proves nothing */
    bool about;    /* a topic, not a place or sort: a page named for it is about it */
    bool numbered; /* "volume 12": a page named so is the volume */
    bool told;     /* said by the link or the address it was found on: silence is no consent */
};

struct target {
    uint16_t kind[MAX_TARGET_KINDS];
    uint16_t also[MAX_TARGET_KINDS]; /* kinds that its topics are named by: no other kind of page */
    uint8_t n_kinds, n_groups, n_also;
    struct group group[MAX_GROUPS];
    bool index;    /* the front page of the thing is wanted too ("the docs", "section X") */
    bool below;    /* all that is below a container so named ("everything in the ENG space") */
    bool sort;     /* unwanted: another sort of a wanted kind ("draft forms" of forms) */
    bool discover; /* unwanted as a result only: its links may be followed */
    struct str text;
};

#define MAX_TERM_NUMBERS 6

struct term {
    struct str text; /* as people write it: "soup", "sections 2 3" */
    struct str noun; /* of a numbered one: "sections" */
    unsigned number[MAX_TERM_NUMBERS];
    uint8_t n; /* words */
    uint8_t n_numbers;
    bool numbered;
    bool inflected; /* told by its inflections and short forms too */
};

struct rules {
    struct target wanted[MAX_TARGETS], unwanted[MAX_TARGETS];
    unsigned n_wanted, n_unwanted;
    struct str path_in[MAX_RULE_PATHS], path_out[MAX_RULE_PATHS]; /* globs as pattern.h reads them */
    unsigned n_path_in, n_path_out;
    struct term term[MAX_TERMS];
    unsigned n_terms;
    struct str version[MAX_VERSIONS], version_out[MAX_VERSIONS];
    unsigned n_versions, n_versions_out;
    uint64_t languages, languages_out; /* bit sets by lexicon index */
    bool no_translations;
    bool all;      /* everything but what is unwanted */
    int from, to;  /* dates as yyyymmdd, inclusive; DATE_NONE */
    int max_depth; /* -1: not said */
    uint64_t page_limit;
    unsigned files; /* bits of enum file_class asked for */
    struct str unresolved[MAX_UNRESOLVED];
    unsigned n_unresolved;
};

#endif
