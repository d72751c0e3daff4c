/* SPDX-License-Identifier: Apache-2.0 */
/* input.h: what the standard does with a page before it is read (HTML 13.2.3.5): carriage returns become
 * line feeds. Also what must hold for every slice: that it is UTF-8. */
#ifndef WEBKEEP_EXTRACT_HTML_INPUT_H
#define WEBKEEP_EXTRACT_HTML_INPUT_H

#include "base/buf.h"

/* *ret_body is utf8 itself when nothing must change, else a copy in `copy` (emptied first): CR and CR LF are
 * LF, bytes that are no UTF-8 are U+FFFD. Both are followed by BUF_PAD zero bytes. ST_NOMEM, or ST_LIMIT
 * when copy's maximum is reached. */
enum status input_prepare(struct str utf8, struct buf *copy, struct str *ret_body) MUST_USE;

#endif
