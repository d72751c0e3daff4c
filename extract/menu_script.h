/* SPDX-License-Identifier: Apache-2.0 */
/* menu_script.h: menus that scripts draw. Of such a site the pages themselves hold few links: Doxygen's bar and tree are in
 * menudata.js and navtreedata.js, Docsify's whole site is what its _sidebar.md lists, as Markdown.
 *
 * No script is run: of a .js file only the texts between quotes are looked at. Pure. */
#ifndef WEBKEEP_EXTRACT_MENU_SCRIPT_H
#define WEBKEEP_EXTRACT_MENU_SCRIPT_H

#include "extract/framework.h"
#include "extract/sitemap.h"

#define MENU_FILES_MAX 4u

/* The files that a page's menu is drawn from, absolute, in the arena. */
unsigned menu_scripts_of(const struct html_tree *tree, enum framework_id framework,
                         const struct url *base, struct arena *arena,
                         struct str ret_files[MENU_FILES_MAX]);

/* The pages that such a file lists, absolute. ST_NOMEM, ST_LIMIT: the arena ended. */
enum status menu_script_read(struct str body, const struct url *file, struct arena *arena,
                             struct sitemap *ret_list) MUST_USE;

#endif
