/* SPDX-License-Identifier: Apache-2.0 */
/* references.h: character references (HTML 13.2.5.72 to 80), from a place in the page to UTF-8. Pure. */
#ifndef WEBKEEP_EXTRACT_HTML_REFERENCES_H
#define WEBKEEP_EXTRACT_HTML_REFERENCES_H

#include "base/str.h"

#define REFERENCE_MAX_BYTES 6 /* of what a reference stands for */

/* Reads the reference that begins at `s`, which starts with '&'. Returns how many bytes of it the reference
 * takes, or 0: the '&' is plain text. What it stands for goes to ret_text. In attributes a name without a
 * semicolon before '=' or an alphanumeric is plain text. */
size_t reference_read(struct str s, bool in_attribute, char ret_text[REFERENCE_MAX_BYTES],
                      size_t *ret_n);

#endif
