/* SPDX-License-Identifier: Apache-2.0 */
/* evidence.h: what a page that was fetched says of itself, against what was wanted. A link is judged by its address and
 * text; the page itself knows its date, its language and its type, and may turn out to be none of those that were
 * asked for. Evidence only takes away: what a page does not say is held against nobody, and what an include pattern
 * asked for stays.
 *
 *   date      the instruction names a time, and the page was published outside it, or last changed before it
 *   language  the instruction names languages, the address says nothing, and the page is in another one
 *   type      the page's own type (schema.org, Open Graph) is a kind that is unwanted, a list where single pages are
 *             wanted, or plainly another kind of thing than those that are wanted (page_types.def)
 *
 * Pure; threads: any. */
#ifndef WEBKEEP_FRONTIER_EVIDENCE_H
#define WEBKEEP_FRONTIER_EVIDENCE_H

#include "frontier/policy.h"

/* Texts that are empty: the page does not say. */
struct page_evidence {
    struct str published, modified; /* ISO 8601, or its beginning: "2024", "2024-05" */
    struct str language;            /* BCP 47: "de-AT" */
    struct str type;                /* "blogposting", "og:article"'s "article", in lower case */
};

/* True: a page that its link was kept for is refused, and ret_judgement says why (VERDICT_SKIP, REASON_PAGE_ITSELF). */
bool policy_refuses_page(const struct policy *policy, const struct url *url,
                         const struct page_evidence *evidence, struct judgement *ret_judgement);

#endif
