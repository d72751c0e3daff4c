/* SPDX-License-Identifier: Apache-2.0 */
/* category.h: what tree construction asks of an element's name, as bits (HTML 13.2.4.2, 13.2.4.3, 13.2.6.3).
 * Private to extract/html. Nothing here ever changes: any thread. */
#ifndef WEBKEEP_EXTRACT_HTML_CATEGORY_H
#define WEBKEEP_EXTRACT_HTML_CATEGORY_H

#include "extract/html/html.h"

enum category {
    IS_SPECIAL = 1 << 0,
    IS_SCOPE = 1 << 1,        /* ends every scope but the table's */
    IS_LIST_SCOPE = 1 << 2,   /* also ends the list item scope */
    IS_BUTTON_SCOPE = 1 << 3, /* also ends the button scope */
    IS_TABLE_SCOPE = 1 << 4,  /* ends the table scope */
    IS_IMPLIED = 1 << 5,      /* its end tag may be left out */
    IS_IMPLIED_ALL = 1 << 6,  /* also where end tags are implied thoroughly */
    IS_HEADING = 1 << 7,
    IS_TABLE_PART = 1 << 8, /* table, tbody, tfoot, thead, tr: no place for text */
    IS_CELL = 1 << 9,
    IS_ROW_GROUP = 1 << 10,
    IS_FORMATTING = 1 << 11,
    IS_BREAKOUT = 1 << 12,  /* its start tag ends foreign content */
    IS_BLOCK_END = 1 << 13, /* its end tag closes it where it is in scope, with what is implied */

    /* Of foreign elements only. */
    IS_FOREIGN = 1 << 16,
    IS_TEXT_POINT = 1 << 17, /* MathML text integration point */
    IS_HTML_POINT = 1 << 18, /* HTML integration point */
    IS_ANNOTATION = 1 << 19, /* annotation-xml, where an svg may begin */
};

unsigned category_of_html(uint16_t name);
/* html_encoding: an annotation-xml that says its content is HTML. */
unsigned category_of_foreign(enum html_ns ns, uint16_t name, bool html_encoding);

static inline unsigned category_of(enum html_ns ns, uint16_t name, bool html_encoding)
{
    return ns == HTML_NS_HTML ? category_of_html(name) : category_of_foreign(ns, name, html_encoding);
}

#endif
