/* SPDX-License-Identifier: Apache-2.0 */
/* robots_tag.h: what the header field X-Robots-Tag asks of a visitor. Pure; one value at a time, as each field of a
 * head stands for itself. The same words in a page's <meta> are metadata.c's. */
#ifndef WEBKEEP_EXTRACT_ROBOTS_TAG_H
#define WEBKEEP_EXTRACT_ROBOTS_TAG_H

#include "base/str.h"

/* DOC_NOINDEX and DOC_NOFOLLOW (extract.h) as far as value asks them of all, or of agent ("webkeep/1.0" is asked as
 * "webkeep"; empty: webkeep). "otherbot: noindex, nofollow" asks this agent nothing. */
unsigned robots_tag_flags(struct str value, struct str agent);

#endif
