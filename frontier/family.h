/* SPDX-License-Identifier: Apache-2.0 */
/* family.h: what a crawl learns of a site's addresses from the pages they led to. Three things, each conservative:
 *
 *   traps       A page that says nothing that pages before it did not say can't vouch for its links: they are
 *               suspects. They wait for all others, and when frontier.family_stale pages of a suspect's family in a
 *               row said nothing new, it is not fetched. No more of them are under way at once than
 *               one host may be asked. A calendar's empty months and the facets of a search
 *               end so. A link that stands on any other page, or in a sitemap, is never a suspect.
 *   copies      Two addresses that differ in their query, in slashes, letter case or "www." only, and have the same
 *               title and text to the last word, are one page.
 *   parameters  One that was seen to change nothing on several pages, and something on none, makes no new page
 *               from then on: session ids, tracking. The first URL with it is fetched as it is, the others are its
 *               duplicates.
 *
 * A family is a directory, its numbers set aside ("/calendar/#/#/", "/search?"); the first directory is one of its
 * own, four times as patient, for paths that grow. All memory is fixed (2 MB at most) and forgets the oldest;
 * what is forgotten costs a second look, never a page. It does not outlive the process.
 * Threads: any; one lock, held for a few hundred instructions. */
#ifndef WEBKEEP_FRONTIER_FAMILY_H
#define WEBKEEP_FRONTIER_FAMILY_H

#include "base/hash.h"
#include "frontier/page_text.h"

#define FAMILY_CLOSED "the last pages like it said nothing new"
#define FAMILY_REPEATS "known with another %.*s, which changes nothing"

struct families;

/* stale: how many pages in a row must say nothing new; 0: nothing is ever closed. NULL without memory. */
struct families *families_create(unsigned stale);
void families_destroy(struct families *f); /* NULL is fine */

/* A page was read. False: it says nothing new. */
bool families_learn(struct families *f, const struct url *url, const struct page_text *text);
/* True: suspects of the URL's family are not fetched. */
bool families_closed(struct families *f, const struct url *url);

/* A page is about to be kept. COPY_OF: the first one with its text and almost its address is *ret_other.
 * COPY_RIVAL: *ret_other has almost its address, but another text. */
enum copy { COPY_NONE, COPY_OF, COPY_RIVAL };
enum copy families_claim(struct families *f, const struct url *url, const struct page_text *text,
                         struct id128 id, struct id128 *ret_other);
/* It was not kept after all. */
void families_disclaim(struct families *f, const struct url *url, const struct page_text *text,
                       struct id128 id);

/* Two addresses of almost the same form led to the same text, or did not: learned from when one parameter alone
 * differs. */
void families_compare(struct families *f, const struct url *a, const struct url *b, bool same_text);
/* True when a URL that differs only in parameters known to change nothing came first, under another id; ret_name is
 * one of them, as long as f lives. Otherwise this one is the first. */
bool families_repeats(struct families *f, const struct url *url, struct id128 id, struct str *ret_name);

#endif
