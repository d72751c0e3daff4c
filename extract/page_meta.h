/* SPDX-License-Identifier: Apache-2.0 */
/* page_meta.h: what a page says of its origin: headline, authors, dates, site, image, place, tags, type.
 *
 * Each is taken from the first of these that has it: JSON-LD, microdata, RDFa, meta elements (Open Graph,
 * Dublin Core and the usual others), marked or visible text. What no source says stays empty: nothing is
 * guessed. Names that are no names ("admin", the site's own name, addresses) are left out.
 *
 * Slices live in the arena or in the tree's body. Pure; threads: any. */
#ifndef WEBKEEP_EXTRACT_PAGE_META_H
#define WEBKEEP_EXTRACT_PAGE_META_H

#include "base/arena.h"
#include "base/json.h"
#include "base/url.h"
#include "extract/html/html.h"

#define META_AUTHORS_MAX 12u
#define META_TAGS_MAX 40u
#define META_CRUMBS_MAX 20u
#define META_TEXT_MAX_BYTES 500u
#define META_NODES_MAX 96u

struct meta_crumb {
    struct str name, url; /* url: absolute, may be empty */
};

struct page_meta {
    struct str headline; /* the title without the site's name around it */
    struct str authors[META_AUTHORS_MAX];
    struct str published, modified; /* ISO 8601: "2026-04-17" or "2026-04-17T13:30:00+02:00" */
    struct str site_name;
    struct str image; /* absolute */
    struct str type;  /* "article", "product", ...: as Open Graph or schema.org say, lower case */
    struct str tags[META_TAGS_MAX];
    struct meta_crumb crumbs[META_CRUMBS_MAX]; /* from the root down */
    unsigned n_authors, n_tags, n_crumbs;
};

/* What the walk over the page noted: nodes in document order, of each kind the first ones. */
struct meta_nodes {
    uint32_t meta[META_NODES_MAX], time[META_NODES_MAX], author[META_NODES_MAX], date[META_NODES_MAX],
        h1[4], foot[8];
    unsigned n_meta, n_time, n_author, n_date, n_h1, n_foot;
    bool jsonld; /* there is a script of that type */
};

/* title: what the page's own title element says. ret_meta is filled as far as the arena goes. */
void page_meta_read(const struct html_tree *tree, const struct meta_nodes *nodes, const struct url *base,
                    struct str title, struct arena *arena, struct page_meta *ret_meta);

/* Notes an element of the page. Called once for each, in document order; of most (not meta, time, h1, footer, script)
 * only the attributes count. */
void meta_note(const struct html_tree *tree, uint32_t node, struct meta_nodes *nodes);
void meta_note_marked(const struct html_tree *tree, uint32_t node, struct meta_nodes *nodes);

/* ---- page_meta_json.c ---- */

/* As members of an object that is open: what is empty is left out. */
void page_meta_put(const struct page_meta *meta, struct json_out *json);
/* The same as an object, as it is stored: instead of what out holds; nothing when there is nothing to say. When it would
 * be longer, the later half of each list is left out, until it is not. */
#define META_PACKED_MAX_BYTES 16384u
void page_meta_pack(const struct page_meta *meta, struct buf *out);

/* ---- page_meta_clean.c: texts that are what they should be ---- */

/* The date that s begins with or holds, as ISO 8601; STR_NONE when it has none or day and month can't be told
 * apart. */
struct str meta_date(struct str s, struct arena *arena);
/* Adds the names in s, which may be several ("By Ann Lee and Bob Ray"); what is no name is left out. */
void meta_add_authors(struct page_meta *meta, struct str s, struct arena *arena);
void meta_add_tags(struct page_meta *meta, struct str s, struct arena *arena);
/* title without what site and host say; h1 (may be empty) tells which part is the page's own. */
struct str meta_headline(struct str title, struct str h1, struct str site, struct str host);

#endif
