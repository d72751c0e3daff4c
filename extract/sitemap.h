/* SPDX-License-Identifier: Apache-2.0 */
/* sitemap.h: files that list a site's pages, read into one kind of list: sitemaps (sitemaps.org protocol 0.9: XML urlset
 * and sitemapindex, text with a URL a line), feeds (RSS 1.0 and 2.0, Atom, JSON Feed 1.1) and llms.txt. What a file
 * is, its content says. Pure readers: no DTD is obeyed, no entity expanded, nothing fetched. A damaged file gives
 * what stood before the damage. */
#ifndef WEBKEEP_EXTRACT_SITEMAP_H
#define WEBKEEP_EXTRACT_SITEMAP_H

#include "base/arena.h"
#include "base/url.h"

/* The protocol's own maximum for one file. */
#define SITEMAP_MAX_URLS 50000
#define SITEMAP_TITLE_MAX_BYTES 200

struct sitemap_entry {
    struct str url;   /* as written, white space trimmed */
    struct str title; /* of a feed's entry or a link of llms.txt; else empty */
    int changed; /* the day of its last change as yyyymmdd, of a month or year its last one; 0: not said */
};

struct sitemap {
    struct sitemap_entry *entries; /* in the arena */
    unsigned n;
    bool is_index; /* the entries are sitemaps, not pages */
    bool cut;      /* more than SITEMAP_MAX_URLS, or damaged */
};

/* A sitemap or feed. body: decoded (not gzip). ST_NOMEM, ST_LIMIT: the arena ended. */
enum status sitemap_read(struct str body, struct arena *arena, struct sitemap *ret_sitemap) MUST_USE;

/* llms.txt (llmstxt.org): the links of a Markdown file, absolute. What a site sends for whatever it does not have
 * lists nothing: HTML, or a text without the title that llms.txt begins with. */
enum status llms_read(struct str body, const struct url *base, struct arena *arena,
                      struct sitemap *ret_sitemap) MUST_USE;

/* A media type that feeds are sent with. */
bool feed_is_type(struct str content_type);

/* yyyymmdd of a date as sitemaps and feeds write it (W3C-DTF, RFC 3339, RFC 822), or 0. */
int feed_date(struct str text);

#endif
