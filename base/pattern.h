/* SPDX-License-Identifier: Apache-2.0 */
/* pattern.h: the globs of --include and --exclude, matched in time linear in pattern times text.
 *
 * A pattern that begins with '/' is held against path and query, one with a scheme ("https://...") against
 * the whole URL without fragment, any other against "host/path?query". `*` is any run of characters except
 * '/', `**` any run, `?` one character except '/', `[abc]` or `[a-c]` one of them, `[!abc]` one other except
 * '/', `\` quotes. A pattern without `*` and `?` is a prefix that ends at a segment boundary ("/docs" holds
 * /docs, /docs/, /docs?x and /docs/x, not /docs2). Case-sensitive; a character is a byte, as URLs are ASCII.
 * Pure functions; threads: any. */
#ifndef WEBKEEP_BASE_PATTERN_H
#define WEBKEEP_BASE_PATTERN_H

#include "base/url.h"

#define PATTERN_MAX_BYTES 2000

/* ST_INPUT with a sentence when it is no pattern (empty, unclosed '[', '\' at the end, too long). */
enum status pattern_check(struct str pattern, struct diag *ret_diag) MUST_USE;
bool pattern_matches(struct str pattern, const struct url *url);
/* The glob alone, against a text, no prefix rule. What pattern_check() refuses matches nothing. */
bool glob_matches(struct str glob, struct str text);

#endif
