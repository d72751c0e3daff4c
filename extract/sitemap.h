/* SPDX-License-Identifier: Apache-2.0 */
/* sitemap.h: the URLs a sitemap lists (sitemaps.org protocol 0.9): XML urlset, XML sitemapindex, RSS 1.0 and 2.0,
 * Atom, or text with a URL a line. What it is, its content says. A pure reader: no DTD is obeyed, no entity expanded, nothing fetched. A damaged file gives
 * what stood before the damage. */
#ifndef WEBKEEP_EXTRACT_SITEMAP_H
#define WEBKEEP_EXTRACT_SITEMAP_H

#include "base/arena.h"

/* The protocol's own maximum for one file. */
#define SITEMAP_MAX_URLS 50000

struct sitemap {
    struct str *urls; /* as written, white space trimmed; in the arena */
    unsigned n_urls;
    bool is_index; /* the URLs are sitemaps, not pages */
    bool cut;      /* more than SITEMAP_MAX_URLS, or damaged */
};

/* body: decoded (not gzip). ST_NOMEM, ST_LIMIT: the arena ended. */
enum status sitemap_read(struct str body, struct arena *arena, struct sitemap *ret_sitemap) MUST_USE;

#endif
