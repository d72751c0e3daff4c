/* SPDX-License-Identifier: Apache-2.0 */
/* links.h: signed links to a page's bytes: who has the link needs no key, until it expires.
 *
 *   {origin}/api/files/{job}/{page}?part=html&expires=SECONDS&sig=HEX
 *
 * sig is HMAC-SHA256 under the service's own key over "GET\n/files/{job}/{page}\npart\nexpires". page is the hex of
 * the URL's id, so that links (and page ids) outlive retries. */
#ifndef WEBKEEP_API_LINKS_H
#define WEBKEEP_API_LINKS_H

#include "api/service.h"
#include "base/json.h"

#define PAGE_ID_TEXT 33

void page_id_text(struct id128 url, char to[PAGE_ID_TEXT]);

/* Puts html, markdown, html_url and markdown_url of a page; null where it has no such part. expires_s: unix
 * seconds. */
void links_put(const struct service *service, struct str origin, struct id128 job, struct id128 url,
               unsigned n_parts, int64_t expires_s, struct json_out *out);

/* Is this the signature that belongs to the rest? part as in the query. */
bool link_is_good(const struct service *service, struct str job, struct str page, struct str part,
                  struct str expires, struct str signature, int64_t now_s);

#endif
