/* SPDX-License-Identifier: Apache-2.0 */
/* plan_jsonl.h: judges links that somebody wrote down, without a crawl: one case a line in, decisions out.
 *
 * In:  {"id", "base_url", "instruction", "links": [{"url", "text", "region", "rel", "title", "found_on"}]}
 *      optional: "include", "exclude" (arrays of globs), "max_depth", "subdomains", "whole_domain"
 * Out: {"id": ..., "decisions": ["keep"|"traverse"|"skip", ...]} and a line feed; one decision a link, in order.
 * The depth of a link is one more than that of the page it was found on; the base page has 0, other pages the
 * least depth that the links of the case give them (1 where they give none). Pure; any thread. */
#ifndef WEBKEEP_FRONTIER_PLAN_JSONL_H
#define WEBKEEP_FRONTIER_PLAN_JSONL_H

#include "base/buf.h"

/* ST_INPUT with a sentence (no JSON, no base_url, a pattern that is none), ST_NOMEM, ST_LIMIT. Appends nothing
 * on failure. */
enum status plan_jsonl_line(struct str line, struct buf *out, struct diag *ret_diag) MUST_USE;

#endif
