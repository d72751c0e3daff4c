/* SPDX-License-Identifier: Apache-2.0 */
/* script_text.h: the little that is read of scripts without running them: texts between quotes, and what follows a name.
 * Of a text that is not closed nothing is given. Pure. */
#ifndef WEBKEEP_EXTRACT_SCRIPT_TEXT_H
#define WEBKEEP_EXTRACT_SCRIPT_TEXT_H

#include "extract/html/html.h"

/* The next text between quotes, as written; *rest is what follows it. False: there is none. */
bool script_literal(struct str *rest, struct str *ret_text);
/* The text between quotes that follows a name and "=" or ":"; STR_NONE. */
struct str script_assigned(struct str script, struct str name);
/* The last segment of a script's URL, without its query. */
struct str script_file(struct str src);
/* What stands within a script element, its beginning at least. */
struct str script_text(const struct html_tree *tree, uint32_t node);

#endif
