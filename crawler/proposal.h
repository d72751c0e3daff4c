/* SPDX-License-Identifier: Apache-2.0 */
/* proposal.h: what a model would change of a plan: families of URLs (survey.h) that the rules skip and the instruction means, or
 * the other way round.
 *
 * It is shown the instruction, the compiled policy, and the families by number with samples, and answers with numbers; what it
 * says otherwise is not heard. A proposal changes nothing: it is told as path globs, which a person or a program may put into
 * the policy (include_paths, exclude_paths), within whose scope they stay. */
#ifndef WEBKEEP_CRAWLER_PROPOSAL_H
#define WEBKEEP_CRAWLER_PROPOSAL_H

#include "answer/model.h"
#include "crawler/survey.h"

struct proposed {
    const struct family *family;
    struct str glob; /* of paths, as in a policy */
    bool keep;       /* else skip */
};

struct proposal {
    struct proposed v[SURVEY_FAMILIES];
    size_t n;
    struct str trouble; /* why there is none; empty: it was made */
    uint64_t input_tokens, output_tokens;
};

/* Waits for the model. survey must live on; texts are in the arena. cancel may be NULL. ST_NOMEM, ST_LIMIT. */
enum status proposal_make(struct model *model, struct str instruction, struct str policy,
                          const struct survey *survey, struct arena *arena, const atomic_bool *cancel,
                          struct proposal *ret_proposal) MUST_USE;

/* Its member `proposal`, for an object that is open. */
void proposal_put(const struct proposal *proposal, struct json_out *out);

/* The policy (JSON) with the globs. ST_INPUT: it is none. */
enum status proposal_policy(const struct proposal *proposal, struct str policy,
                            struct json_out *out) MUST_USE;

#endif
