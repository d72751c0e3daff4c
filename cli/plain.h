/* SPDX-License-Identifier: Apache-2.0 */
/* plain.h: text of strangers for a person's terminal. A title or a header may hold escape sequences that
 * move the cursor or worse, line breaks, and bytes that are no UTF-8. Threads: any. */
#ifndef WEBKEEP_CLI_PLAIN_H
#define WEBKEEP_CLI_PLAIN_H

#include "base/str.h"

#include <stdio.h>

/* Writes s as one line's part: controls (C0, DEL, C1) and marks that turn the direction of text become a
 * space, what is no UTF-8 becomes U+FFFD. */
void plain_put(FILE *to, struct str s);

#endif
