/* SPDX-License-Identifier: Apache-2.0 */
/* links.h: the links of a page, each URL once.
 *
 * Of HTML: a and area, iframe and frame, object and embed of type text/html, link with a rel that names pages
 * (next, prev, canonical, alternate, contents, index, up, sitemap ...), meta refresh. Of Markdown: [text](url),
 * <url> and reference definitions. Of a head: Link (RFC 8288) with the same rels, and Refresh. A reference to the
 * page itself ("", "#part") is no link.
 * Every scheme is kept, so that it can be told why a link was not followed.
 *
 * Of a tree the elements are marked first, while metadata.h passes over it, then read; so one pass serves both.
 * An href seen before is found by its bytes before '#' and not resolved again: resolving is the cost.
 * The first place that has text gives text, title and region, the first that has hreflang the language; rels add
 * up over all places; nofollow stands only if every place has it.
 * Threads: a struct links is scratch of one worker. */
#ifndef WEBKEEP_EXTRACT_LINKS_H
#define WEBKEEP_EXTRACT_LINKS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/link.h"
#include "base/url.h"
#include "extract/html/html.h"

#define LINK_TEXT_MAX_BYTES 200

struct links;

struct links *links_create(void);
void links_destroy(struct links *links);

/* Forgets what was marked and what went wrong: before a page's first call. */
void links_reset(struct links *links);

/* Begins to read. base (borrowed until links_end()) is what references are resolved against; strings are
 * made in the arena, the same in all calls for one page. */
void links_begin(struct links *links, struct arena *arena, const struct url *base, unsigned max_links);

/* Elements that may refer to another page. */
extern const uint8_t links_referrers[HTML_NAMES_FIXED];

/* One of these is noted in a pass over the tree, in document order. */
void links_mark(struct links *links, uint32_t node, enum region region);

/* The text or the tree must stay until links_end(). Of a tree the elements that were marked are read. */
void links_of_tree(struct links *links, struct arena *arena, const struct html_tree *tree);
void links_of_markdown(struct links *links, struct arena *arena, struct str text);
/* The value of a Link field: "<url>; rel=next, <url>; rel=canonical". */
void links_of_header(struct links *links, struct arena *arena, struct str value);

/* The links in order of their first place, copied to the arena; *ret_cut counts what was over max_links,
 * or a quarter of the arena.
 * ST_LIMIT or ST_NOMEM: the arena or memory ended. */
enum status links_end(struct links *links, struct link **ret_links, unsigned *ret_n,
                      unsigned *ret_cut) MUST_USE;

/* The URL of an element's reference (without white space around it) on the page that was read last, with its fragment: as it
 * was noted, so that it need not be parsed twice. Elements that are asked for in the tree's order are found at once. STR_NONE: it was not noted, or is not so simple; url_parse() knows. The
 * slice lives in the page's arena or in room, which is overwritten. The base and the arena must be there still. */
struct str links_absolute(struct links *links, uint32_t node, struct str href, struct buf *room);

/* The elements that were marked, and the entries they refer to (by number; -1: none), for links_of_tree() to fill in. */
struct link_mark {
    uint32_t node;
    int32_t link : 28;
    uint32_t region : 4;
};
struct link_mark *links_marks(struct links *links, uint32_t *ret_n);
int32_t links_number(const struct links *links, const struct link *entry); /* of links_note() */

/* For the two above: the entry of a reference, new (*ret_new) or known, or NULL: nothing to note. */
struct link *links_note(struct links *links, struct str href, bool *ret_new);

/* Bits of enum link_rel of a rel attribute's words; 0 for a stylesheet. And those of two places together. */
unsigned links_rel(struct str rel);
static inline unsigned links_add_rel(unsigned a, unsigned b)
{
    return ((a | b) & ~(unsigned)REL_NOFOLLOW) | (a & b & REL_NOFOLLOW);
}

/* The address of a refresh ("5; url=next.html", HTML 4.2.5.3), or STR_NONE: the page itself. */
struct str refresh_target(struct str content);

#endif
