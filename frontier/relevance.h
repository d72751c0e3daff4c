/* SPDX-License-Identifier: Apache-2.0 */
/* relevance.h: what the rules of an instruction say about one link. Gates (scheme, host, globs, depth, files)
 * are judge.c's. Pure. */
#ifndef WEBKEEP_FRONTIER_RELEVANCE_H
#define WEBKEEP_FRONTIER_RELEVANCE_H

#include "frontier/policy_parts.h"

struct opinion {
    enum verdict verdict;
    enum reason reason;
    int strength;    /* 0 to 100: how plainly the link says so */
    const char *why; /* "kind", "topic", ... with what: the phrase for struct judgement.detail */
    struct str what;
};

/* One link on its way through the judge. found_on may be NULL (a seed, a sitemap). */
struct candidate_link {
    const struct policy *policy;
    const struct link *link;
    const struct url *url, *found_on;
    const struct facts *facts;
    bool is_base;   /* it is the base page itself */
    bool from_base; /* it was found on the base page */
    bool given;     /* an explicit include pattern asked for it: only exclusions count */
};

void relevance_of(const struct candidate_link *candidate, struct opinion *ret_opinion);

/* ---- shape.c: what the form of an address tells ---- */

/* One more leaf of a list: ?page=2, /page/2/, rel=next. */
bool shape_is_pager(const struct link *link, const struct facts *facts);
/* Sorted, filtered, printed, shared: the page itself is elsewhere. */
bool shape_is_variant(const struct facts *facts);
/* The query names one thing by number ("?t=2210", "?id=7"). */
bool shape_has_id(const struct facts *facts);
/* A number that ties pages to one container differs ("?f=4" and "?f=5"). */
bool shape_other_container(const struct facts *facts);
/* The link's segments leave the container that segment at (1 for the first) of found_on's path is. */
bool shape_other_branch(const struct facts *facts, unsigned at);
/* Only a year, or a year and a month: "/2024/", "/2024/11/". */
bool shape_is_date_archive(const struct facts *facts);

struct date_span {
    int from, to; /* yyyymmdd; 0: no date */
};
struct date_span shape_path_date(const struct facts *facts);
/* A date or year in an anchor text: "12 Mar 2024", "November 2024", "(2023)". */
struct date_span shape_text_date(const struct lexicon *lexicon, struct str text);
/* The version a segment names ("5.4", "3", "latest"), STR_NONE: none. like_base: segments of the base URL, which
 * tell that a bare number at the same place is a version too. */
struct str shape_version(const struct address *address, const struct address *like_base);

#endif
