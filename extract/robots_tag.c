/* SPDX-License-Identifier: Apache-2.0 */
/* robots_tag.c: a list with commas. A word with a colon names the agent that the rest is for, unless it is one of
 * the rules that have a value. */
#include "extract/robots_tag.h"

#include "extract/extract.h"

static struct str product(struct str agent)
{
    size_t n = 0;
    while (n < agent.n && agent.p[n] != '/' && !ascii_is_space(agent.p[n]))
        n++;
    return n ? str_head(agent, n) : STR_LIT("webkeep");
}

static bool has_value(struct str name)
{
    return str_eq_nocase(name, STR_LIT("unavailable_after")) ||
           str_starts(name, STR_LIT("max-")); /* max-snippet and its siblings */
}

static unsigned flags_of(struct str word)
{
    if (str_eq_nocase(word, STR_LIT("none")))
        return DOC_NOINDEX | DOC_NOFOLLOW;
    if (str_eq_nocase(word, STR_LIT("noindex")))
        return DOC_NOINDEX;
    return str_eq_nocase(word, STR_LIT("nofollow")) ? DOC_NOFOLLOW : 0;
}

unsigned robots_tag_flags(struct str value, struct str agent)
{
    unsigned flags = 0;
    bool is_meant = true;
    while (value.n) {
        size_t end = str_find(value, ',');
        struct str word = str_trim(str_head(value, end));
        value = str_from(value, end < value.n ? end + 1 : end);
        size_t colon = str_find(word, ':');
        if (colon < word.n) {
            struct str name = str_trim(str_head(word, colon));
            if (has_value(name))
                continue;
            is_meant = str_eq_nocase(name, product(agent));
            word = str_trim(str_from(word, colon + 1));
        }
        flags |= is_meant ? flags_of(word) : 0;
    }
    return flags;
}
