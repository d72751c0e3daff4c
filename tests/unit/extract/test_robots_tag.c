/* SPDX-License-Identifier: Apache-2.0 */
/* test_robots_tag.c: X-Robots-Tag as servers send it: for all, for one agent, for another one. */
#include "extract/extract.h"
#include "extract/robots_tag.h"

#include "tests/check.h"

static unsigned flags(const char *value, const char *agent)
{
    return robots_tag_flags(str_of(value), str_of(agent));
}

static void test_for_all(void)
{
    CHECK_INT(flags("noindex", ""), DOC_NOINDEX);
    CHECK_INT(flags(" NoFollow ,noarchive", ""), DOC_NOFOLLOW);
    CHECK_INT(flags("none", ""), DOC_NOINDEX | DOC_NOFOLLOW);
    CHECK_INT(flags("all", ""), 0);
    CHECK_INT(flags("", ""), 0);
    CHECK_INT(flags(",,:,", ""), 0);
    CHECK_INT(flags("noindexed, xnofollow", ""), 0);
}

static void test_for_one_agent(void)
{
    CHECK_INT(flags("googlebot: noindex, nofollow", ""), 0);
    CHECK_INT(flags("webkeep: noindex, nofollow", ""), DOC_NOINDEX | DOC_NOFOLLOW);
    CHECK_INT(flags("nofollow, otherbot: noindex", ""), DOC_NOFOLLOW);
    CHECK_INT(flags("otherbot: nofollow, WebKeep: noindex", ""), DOC_NOINDEX);
    CHECK_INT(flags("mybot: noindex", "MyBot/2.1 (+https://h/)"), DOC_NOINDEX);
    CHECK_INT(flags("webkeep: noindex", "MyBot/2.1"), 0);
}

static void test_rules_with_a_value(void)
{
    CHECK_INT(flags("unavailable_after: 25 Jun 2010 15:00:00 PST, noindex", ""), DOC_NOINDEX);
    CHECK_INT(flags("max-snippet: 20, nofollow", ""), DOC_NOFOLLOW);
}

int main(void)
{
    RUN(test_for_all);
    RUN(test_for_one_agent);
    RUN(test_rules_with_a_value);
    return check_report();
}
