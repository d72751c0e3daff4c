/* SPDX-License-Identifier: Apache-2.0 */
/* trap.c: one pass over the path, one over the query, one over the escapes. */
#include "frontier/trap.h"

#include <stdio.h>

#define PARTS_MOST 256 /* one more than the settings allow */

struct parts {
    unsigned n;
    unsigned most_alike; /* how often the most frequent one stands there */
    struct str alike;
};

/* The parts between separators, empty ones left out, `most` + 1 at most; `end` ends what is compared of each. */
static struct parts parts_of(struct str s, char separator, char end, unsigned most)
{
    struct str seen[PARTS_MOST];
    struct parts parts = {0};
    while (s.n && parts.n <= most && parts.n < PARTS_MOST) {
        size_t n = str_find(s, separator);
        struct str part = str_head(s, n);
        s = str_from(s, n + 1);
        part = end ? str_head(part, str_find(part, end)) : part;
        if (!part.n)
            continue;
        unsigned alike = 1;
        for (unsigned i = 0; i < parts.n; i++)
            alike += str_eq(seen[i], part);
        seen[parts.n++] = part;
        if (alike > parts.most_alike) {
            parts.most_alike = alike;
            parts.alike = part;
        }
    }
    return parts;
}

/* How deep percent signs are escaped within each other: "%2F" 0, "%252F" 1, "%25252F" 2. */
static unsigned nested_escapes(struct str s)
{
    unsigned most = 0;
    for (size_t at = str_find(s, '%'); at < s.n; at += 1 + str_find(str_from(s, at + 1), '%')) {
        unsigned depth = 0;
        while (str_starts(str_from(s, at + 1 + 2 * (size_t)depth), STR_LIT("25")))
            depth++;
        most = depth > most ? depth : most;
    }
    return most;
}

static bool beyond(struct judgement *j, unsigned n, unsigned limit, const char *what, struct str which)
{
    if (n <= limit)
        return false;
    *j = (struct judgement){.verdict = VERDICT_SKIP, .reason = REASON_TRAP, .priority = 1};
    snprintf(j->detail, sizeof j->detail, "more than %u %s%s%.*s", limit, what, which.n ? " " : "",
             STR_ARG(str_head(which, 40)));
    return true;
}

bool trap_in_address(const struct config *config, const struct url *url, struct judgement *j)
{
    const struct parts path = parts_of(url->path, '/', 0, config->frontier_segments);
    const struct parts query = parts_of(url->query, '&', '=', config->frontier_parameters);
    struct str address = url_without_fragment(url);
    return beyond(j, path.n, config->frontier_segments, "segments in the path", STR_NONE) ||
           beyond(j, path.most_alike, config->frontier_same_segments, "times the segment", path.alike) ||
           beyond(j, query.n, config->frontier_parameters, "parameters", STR_NONE) ||
           beyond(j, query.most_alike, config->frontier_same_parameters, "times the parameter",
                  query.alike) ||
           beyond(j, nested_escapes(address), config->frontier_nested_escapes,
                  "escapes within each other", STR_NONE);
}
