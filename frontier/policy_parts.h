/* SPDX-License-Identifier: Apache-2.0 */
/* policy_parts.h: what a compiled policy is made of. For policy.c, judge.c and policy_write.c only. */
#ifndef WEBKEEP_FRONTIER_POLICY_PARTS_H
#define WEBKEEP_FRONTIER_POLICY_PARTS_H

#include "frontier/facts.h"
#include "frontier/policy.h"
#include "frontier/rules.h"
#include "frontier/scope.h"

#include <stdatomic.h>

struct policy {
    atomic_uint owners;
    struct arena arena; /* holds this struct's slices */
    struct policy_request request;
    struct url base;
    struct address base_address;
    struct scope scope; /* effective: the whole host where the instruction says what is wanted */
    struct rules rules;
    struct lexicon lexicon;
    bool instructed; /* there are rules to judge by */
    struct editions editions;
    int max_depth; /* the request's, else the instruction's; -1 */
    struct evidence base_evidence[CONCEPT_COUNT];
};

#endif
