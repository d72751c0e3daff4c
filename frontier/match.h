/* SPDX-License-Identifier: Apache-2.0 */
/* match.h: targets against the facts of one link: how plainly it names them, what else it might be, whether it is
 * a list or a single page, whether a limit forbids it. Inner header of relevance.c and its helpers. Pure. */
#ifndef WEBKEEP_FRONTIER_MATCH_H
#define WEBKEEP_FRONTIER_MATCH_H

#include "frontier/relevance.h"

/* How plainly a link names a concept, 0 to 100; between these, the deeper a URL segment the plainer. */
enum strength {
    WEAK = 40,       /* a word somewhere */
    FAIR = 60,       /* names it */
    LEAF_ALONE = 66, /* the last segment is called so, the text says something else */
    PLAIN = 70,      /* is it */
};

/* Whether one group of a target is true of a link, and how that is known. */
enum level {
    LEVEL_NO,
    LEVEL_CONTRADICTED,
    LEVEL_PART,
    LEVEL_TRUST,
    LEVEL_CONTEXT,
    LEVEL_INHERITED,
    LEVEL_OWN
};

/* All groups of a target together. */
struct levels {
    enum level least;
    unsigned n_own, n_context; /* told by the link; of these, by a folder it shares with the base page */
    bool contradicted;
    bool numbered;      /* it names a numbered container itself */
    bool binding;       /* a group that the link itself must tell is not told */
    int strength, most; /* of what the link says itself: the least and the most of the groups */
};

/* ---- match.c ---- */

int match_strength(const struct candidate_link *c, unsigned concept);
int match_kinds(const struct candidate_link *c, const struct target *t); /* the plainest of its kinds */
bool match_same_family(unsigned a, unsigned b); /* kinds that people mean by each other's names */
bool match_is_kind_of(const struct target *t, unsigned kind);
/* The depth of the deepest segment that names a kind of t, 0: none. */
unsigned match_kind_depth(const struct candidate_link *c, const struct target *t);
/* Words of a term that e has seen. */
unsigned match_parts(const struct rules *r, unsigned concept, const struct evidence *e);
/* kind: the link says that it is of t's kind. */
struct levels match_levels(const struct candidate_link *c, const struct target *t, bool kind);
/* Another kind of page, more plainly than strength. What stands above the segment at depth (0: none) is what the
 * page is in, not what it is. */
bool match_other_kind(const struct candidate_link *c, const struct target *t, int strength,
                      unsigned depth);

/* ---- match_form.c ---- */

bool form_same_path(const struct url *a, const struct url *b);
/* A list of t's items rather than one of them. */
bool form_is_listing(const struct candidate_link *c, const struct target *t);
/* Looks like a single page in the body of another. */
bool form_is_single(const struct candidate_link *c);
/* Found on what is called a list or index of t. */
bool form_on_index(const struct candidate_link *c, const struct target *t);

/* ---- match_limits.c ---- */

bool language_is_doubtful(int language); /* its code is a word as well */
bool limit_other_language(const struct candidate_link *c);
bool limit_other_version(const struct candidate_link *c);
bool limit_out_of_time(const struct candidate_link *c);

#endif
