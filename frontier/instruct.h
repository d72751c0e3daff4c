/* SPDX-License-Identifier: Apache-2.0 */
/* instruct.h: a crawl instruction in plain language to rules, once a crawl. Deterministic, no model.
 *
 * Clauses with a polarity; in them noun phrases by longest match against kinds.def, where the head noun
 * decides; prepositions tie a topic or place to the phrase before; literals (paths, globs, quoted words) are
 * taken as they stand. Nouns no table knows become terms of their own. Compiling is total: any text gives
 * rules, and what was not understood is listed in rules->unresolved. */
#ifndef WEBKEEP_FRONTIER_INSTRUCT_H
#define WEBKEEP_FRONTIER_INSTRUCT_H

#include "frontier/rules.h"

/* The most bytes an instruction may have. */
#define INSTRUCTION_MAX_BYTES 8000

/* Fills ret_rules and ret_lexicon (the tables and the instruction's own terms, sealed); both live in arena,
 * as does the copied text their slices point into. ST_NOMEM. */
enum status instruct_compile(struct str instruction, struct arena *arena, struct rules *ret_rules,
                             struct lexicon *ret_lexicon) MUST_USE;

#endif
