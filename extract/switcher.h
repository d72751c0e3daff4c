/* SPDX-License-Identifier: Apache-2.0 */
/* switcher.h: version switchers that are scripts. Such a page holds no links to its other versions: it names a file that
 * lists them, which its script asks for. Known are MkDocs Material with mike (versions.json beside the versions), Sphinx
 * themes (switcher.json, versions.js) and Read the Docs (its addons).
 *
 * No script is run: of a .js file only the texts between quotes are looked at. Pure. */
#ifndef WEBKEEP_EXTRACT_SWITCHER_H
#define WEBKEEP_EXTRACT_SWITCHER_H

#include "extract/html/html.h"
#include "extract/sitemap.h"

/* The file that a page names, absolute, in the arena; STR_NONE: it names none. */
struct str switcher_of(const struct html_tree *tree, const struct url *base, struct arena *arena);

/* The versions that such a file lists: the URL of each one's front page (absolute, or relative to the folder that the
 * versions lie in) and its name; translations by their language's code. What is no such list gives none.
 * ST_NOMEM, ST_LIMIT: the arena ended. */
enum status switcher_read(struct str body, struct arena *arena, struct sitemap *ret_list) MUST_USE;

#endif
