/* SPDX-License-Identifier: Apache-2.0 */
/* link.h: one link as a page shows it; the record that extract fills and frontier judges. */
#ifndef WEBKEEP_BASE_LINK_H
#define WEBKEEP_BASE_LINK_H

#include "base/str.h"

/* Where on its page a link stands. */
#define REGION_TABLE(X)                                                                                 \
    X(REGION_MAIN, "main")                                                                              \
    X(REGION_NAV, "nav")                                                                                \
    X(REGION_ASIDE, "aside")                                                                            \
    X(REGION_FOOTER, "footer")                                                                          \
    X(REGION_HEADER, "header")                                                                          \
    X(REGION_BREADCRUMB, "breadcrumb")                                                                  \
    X(REGION_PAGINATION, "pagination")                                                                  \
    X(REGION_CONTENTS, "contents") /* a list of contents in the body: "toc" */

enum region {
#define X(name, text) name,
    REGION_TABLE(X)
#undef X
};

enum link_rel {
    REL_NOFOLLOW = 1 << 0,
    REL_NEXT = 1 << 1,
    REL_PREV = 1 << 2,
    REL_CANONICAL = 1 << 3,
    REL_ALTERNATE = 1 << 4,
    REL_FEED = 1 << 5,    /* an alternate of a feed's type: a list of pages, no page */
    REL_SITEMAP = 1 << 6, /* rel=sitemap: likewise */
    REL_MAP = 1 << 7,     /* contents, index, up, start, first, last, chapter ...: of a book's pages */
};

struct url;

/* Bytes live as long as the arena of the page the link was found on. */
struct link {
    struct str url;           /* absolute, WHATWG serialisation, without fragment; any scheme */
    const struct url *parsed; /* its parts; NULL where only the text is known */
    struct str text;          /* anchor text, white space folded, cut at 200 bytes; may be empty */
    struct str title;         /* title attribute, may be empty */
    enum region region;
    unsigned rel;        /* bits of enum link_rel */
    struct str language; /* hreflang as written; may be empty */
    struct str on_title; /* of the page it was found on; may be empty, extract leaves it so */
    int changed;         /* the day of its last known change as yyyymmdd; 0: not said */
};

#endif
