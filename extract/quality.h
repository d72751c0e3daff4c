/* SPDX-License-Identifier: Apache-2.0 */
/* quality.h: pages that are none: what is answered with 200 though there is no page, and pages that were damaged on the way.
 *
 * A mark is only given on plain evidence, and (but for mojibake) to pages with little text: a page that documents logins
 * or the status 404 is content. Linear, no recursion, and next to nothing on pages of some length. Pure; threads: any. */
#ifndef WEBKEEP_EXTRACT_QUALITY_H
#define WEBKEEP_EXTRACT_QUALITY_H

#include "base/str.h"
#include "extract/html/html.h"

/* mark, word, whether such a page is no content: a crawl does not keep it */
#define QUALITY_TABLE(X)                                                                                \
    X(QUALITY_THIN, "thin", false)           /* hardly any visible text */                              \
    X(QUALITY_SOFT_404, "soft_404", true)    /* says that the page is not there */                      \
    X(QUALITY_LOGIN, "login_wall", true)     /* a form for a password, and nothing else */              \
    X(QUALITY_CHALLENGE, "challenge", true)  /* asks the visitor to prove to be a person */             \
    X(QUALITY_CONSENT, "consent_wall", true) /* asks for consent before it shows anything */            \
    X(QUALITY_MOJIBAKE, "mojibake", false)   /* decoded with the wrong charset, here or by its maker */ \
    X(QUALITY_TEXT_LOST, "text_lost", false) /* much of the text shown is not in the Markdown */        \
    X(QUALITY_CODE_LOST, "code_lost", false) /* a block of code is not in the Markdown */

enum quality_place {
#define X(mark, word, refused) mark##_AT,
    QUALITY_TABLE(X)
#undef X
        QUALITY_MARKS
};

enum quality {
#define X(mark, word, refused) mark = 1 << mark##_AT,
    QUALITY_TABLE(X)
#undef X
};

const char *quality_word(unsigned place); /* place < QUALITY_MARKS */
/* The first mark of the bits for which a page is no content, as its word; NULL: none. */
const char *quality_refusal(unsigned marks);

struct quality_page {
    const struct html_tree *tree; /* NULL: the page is plain text */
    struct str title, markdown;
    size_t text_bytes;               /* visible */
    size_t replaced;                 /* U+FFFD that decoding put in */
    unsigned text_share, code_share; /* of what is shown, what reached the Markdown: thousandths */
};
unsigned quality_read(const struct quality_page *page);

#endif
