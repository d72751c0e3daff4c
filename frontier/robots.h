/* SPDX-License-Identifier: Apache-2.0 */
/* robots.h: robots.txt by RFC 9309: bytes in, rules out, a path judged. Pure; threads: a struct robots is
 * immutable once parsed, so any thread may ask it. */
#ifndef WEBKEEP_FRONTIER_ROBOTS_H
#define WEBKEEP_FRONTIER_ROBOTS_H

#include "base/str.h"
#include "base/status.h"

#include <stdint.h>

/* RFC 9309 2.5: at least 500 KiB are read; the rest is not. */
#define ROBOTS_MAX_BYTES (500 * 1024)

struct robots;

/* Rules of every group that names the product token of agent ("webkeep/1.0 (+url)" -> "webkeep"), merged;
 * else those of "*". ST_NOMEM is the only failure. */
enum status robots_parse(struct str body, struct str agent, struct robots **ret_robots) MUST_USE;
void robots_destroy(struct robots *robots); /* NULL is fine */

/* Longest match wins, allow wins a tie, /robots.txt is always allowed. path_and_query begins with '/'.
 * ret_rule (may be NULL): the rule's text as written ("Disallow: /private"), STR_NONE without one. */
bool robots_allows(const struct robots *robots, struct str path_and_query, struct str *ret_rule);

/* Crawl-delay in milliseconds (of the agent's group, capped at 30,000), or -1. */
int64_t robots_crawl_delay_ms(const struct robots *robots);
/* Sitemap lines, as written; count and access. */
size_t robots_sitemaps(const struct robots *robots);
struct str robots_sitemap(const struct robots *robots, size_t i);

#endif
