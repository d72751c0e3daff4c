/* SPDX-License-Identifier: Apache-2.0 */
/* sitemap_int.h: what the readers of lists share: sitemap.c (XML, text), feed.c (JSON Feed, dates), llms.c. */
#ifndef WEBKEEP_EXTRACT_SITEMAP_INT_H
#define WEBKEEP_EXTRACT_SITEMAP_INT_H

#include "extract/sitemap.h"

#define LOC_MAX_BYTES 2048 /* the protocol's maximum for a URL */

/* An empty list with room for SITEMAP_MAX_URLS. ST_NOMEM, ST_LIMIT: the arena ended. */
enum status sitemap_begin(struct arena *arena, struct sitemap *ret_map) MUST_USE;
/* Copies the entry's texts; one without a URL, or with one that is too long, is left out. */
void sitemap_add(struct sitemap *map, struct arena *arena, struct sitemap_entry entry);

/* JSON Feed; anything else adds nothing. */
void feed_read_json(struct str body, struct arena *arena, struct sitemap *map);

#endif
