/* SPDX-License-Identifier: Apache-2.0 */
/* names.h: element and attribute names that code asks for by number.
 *
 * One space of numbers serves both kinds (title is an element and an attribute). Names that stand here have
 * the same number in every document; others get a number from HTML_NAMES_FIXED up, per document. Number 0
 * is no name. Sorted bytewise: html_name_find() searches by halves. */
#ifndef WEBKEEP_EXTRACT_HTML_NAMES_H
#define WEBKEEP_EXTRACT_HTML_NAMES_H

#include "base/str.h"

#include <stdint.h>

#define HTML_NAME_TABLE(X)                                                                              \
    X(N_A, "a")                                                                                         \
    X(N_ABBR, "abbr")                                                                                   \
    X(N_ACCEPT, "accept")                                                                               \
    X(N_ACCEPT_CHARSET, "accept-charset")                                                               \
    X(N_ACCESSKEY, "accesskey")                                                                         \
    X(N_ACRONYM, "acronym")                                                                             \
    X(N_ACTION, "action")                                                                               \
    X(N_ADDRESS, "address")                                                                             \
    X(N_ALIGN, "align")                                                                                 \
    X(N_ALT, "alt")                                                                                     \
    X(N_ANNOTATION, "annotation")                                                                       \
    X(N_ANNOTATION_XML, "annotation-xml")                                                               \
    X(N_APPLET, "applet")                                                                               \
    X(N_AREA, "area")                                                                                   \
    X(N_ARIA_EXPANDED, "aria-expanded")                                                                 \
    X(N_ARIA_HIDDEN, "aria-hidden")                                                                     \
    X(N_ARIA_LABEL, "aria-label")                                                                       \
    X(N_ARTICLE, "article")                                                                             \
    X(N_ASIDE, "aside")                                                                                 \
    X(N_ASYNC, "async")                                                                                 \
    X(N_AUDIO, "audio")                                                                                 \
    X(N_B, "b")                                                                                         \
    X(N_BASE, "base")                                                                                   \
    X(N_BASEFONT, "basefont")                                                                           \
    X(N_BDI, "bdi")                                                                                     \
    X(N_BDO, "bdo")                                                                                     \
    X(N_BGCOLOR, "bgcolor")                                                                             \
    X(N_BGSOUND, "bgsound")                                                                             \
    X(N_BIG, "big")                                                                                     \
    X(N_BLINK, "blink")                                                                                 \
    X(N_BLOCKQUOTE, "blockquote")                                                                       \
    X(N_BODY, "body")                                                                                   \
    X(N_BORDER, "border")                                                                               \
    X(N_BR, "br")                                                                                       \
    X(N_BUTTON, "button")                                                                               \
    X(N_CANVAS, "canvas")                                                                               \
    X(N_CAPTION, "caption")                                                                             \
    X(N_CENTER, "center")                                                                               \
    X(N_CHARSET, "charset")                                                                             \
    X(N_CHECKED, "checked")                                                                             \
    X(N_CITE, "cite")                                                                                   \
    X(N_CLASS, "class")                                                                                 \
    X(N_CODE, "code")                                                                                   \
    X(N_COL, "col")                                                                                     \
    X(N_COLGROUP, "colgroup")                                                                           \
    X(N_COLOR, "color")                                                                                 \
    X(N_COLS, "cols")                                                                                   \
    X(N_COLSPAN, "colspan")                                                                             \
    X(N_CONTENT, "content")                                                                             \
    X(N_COORDS, "coords")                                                                               \
    X(N_CROSSORIGIN, "crossorigin")                                                                     \
    X(N_DATA, "data")                                                                                   \
    X(N_DATA_LANG, "data-lang")                                                                         \
    X(N_DATA_LANGUAGE, "data-language")                                                                 \
    X(N_DATA_SRC, "data-src")                                                                           \
    X(N_DATALIST, "datalist")                                                                           \
    X(N_DATETIME, "datetime")                                                                           \
    X(N_DD, "dd")                                                                                       \
    X(N_DEFER, "defer")                                                                                 \
    X(N_DEL, "del")                                                                                     \
    X(N_DESC, "desc")                                                                                   \
    X(N_DETAILS, "details")                                                                             \
    X(N_DFN, "dfn")                                                                                     \
    X(N_DIALOG, "dialog")                                                                               \
    X(N_DIR, "dir")                                                                                     \
    X(N_DISABLED, "disabled")                                                                           \
    X(N_DIV, "div")                                                                                     \
    X(N_DL, "dl")                                                                                       \
    X(N_DOWNLOAD, "download")                                                                           \
    X(N_DT, "dt")                                                                                       \
    X(N_EM, "em")                                                                                       \
    X(N_EMBED, "embed")                                                                                 \
    X(N_ENCODING, "encoding")                                                                           \
    X(N_ENCTYPE, "enctype")                                                                             \
    X(N_FACE, "face")                                                                                   \
    X(N_FIELDSET, "fieldset")                                                                           \
    X(N_FIGCAPTION, "figcaption")                                                                       \
    X(N_FIGURE, "figure")                                                                               \
    X(N_FONT, "font")                                                                                   \
    X(N_FOOTER, "footer")                                                                               \
    X(N_FOR, "for")                                                                                     \
    X(N_FOREIGNOBJECT, "foreignobject")                                                                 \
    X(N_FORM, "form")                                                                                   \
    X(N_FRAME, "frame")                                                                                 \
    X(N_FRAMESET, "frameset")                                                                           \
    X(N_G, "g")                                                                                         \
    X(N_H1, "h1")                                                                                       \
    X(N_H2, "h2")                                                                                       \
    X(N_H3, "h3")                                                                                       \
    X(N_H4, "h4")                                                                                       \
    X(N_H5, "h5")                                                                                       \
    X(N_H6, "h6")                                                                                       \
    X(N_HEAD, "head")                                                                                   \
    X(N_HEADER, "header")                                                                               \
    X(N_HEADERS, "headers")                                                                             \
    X(N_HEIGHT, "height")                                                                               \
    X(N_HGROUP, "hgroup")                                                                               \
    X(N_HIDDEN, "hidden")                                                                               \
    X(N_HR, "hr")                                                                                       \
    X(N_HREF, "href")                                                                                   \
    X(N_HREFLANG, "hreflang")                                                                           \
    X(N_HTML, "html")                                                                                   \
    X(N_HTTP_EQUIV, "http-equiv")                                                                       \
    X(N_I, "i")                                                                                         \
    X(N_ID, "id")                                                                                       \
    X(N_IFRAME, "iframe")                                                                               \
    X(N_IMAGE, "image")                                                                                 \
    X(N_IMG, "img")                                                                                     \
    X(N_INPUT, "input")                                                                                 \
    X(N_INS, "ins")                                                                                     \
    X(N_ISINDEX, "isindex")                                                                             \
    X(N_ITEMID, "itemid")                                                                               \
    X(N_ITEMPROP, "itemprop")                                                                           \
    X(N_ITEMREF, "itemref")                                                                             \
    X(N_ITEMSCOPE, "itemscope")                                                                         \
    X(N_ITEMTYPE, "itemtype")                                                                           \
    X(N_KBD, "kbd")                                                                                     \
    X(N_KEYGEN, "keygen")                                                                               \
    X(N_KIND, "kind")                                                                                   \
    X(N_LABEL, "label")                                                                                 \
    X(N_LANG, "lang")                                                                                   \
    X(N_LANGUAGE, "language")                                                                           \
    X(N_LEGEND, "legend")                                                                               \
    X(N_LI, "li")                                                                                       \
    X(N_LINK, "link")                                                                                   \
    X(N_LISTING, "listing")                                                                             \
    X(N_LOADING, "loading")                                                                             \
    X(N_MAIN, "main")                                                                                   \
    X(N_MALIGNMARK, "malignmark")                                                                       \
    X(N_MAP, "map")                                                                                     \
    X(N_MARK, "mark")                                                                                   \
    X(N_MARQUEE, "marquee")                                                                             \
    X(N_MATH, "math")                                                                                   \
    X(N_MAX, "max")                                                                                     \
    X(N_MAXLENGTH, "maxlength")                                                                         \
    X(N_MEDIA, "media")                                                                                 \
    X(N_MENU, "menu")                                                                                   \
    X(N_MENUITEM, "menuitem")                                                                           \
    X(N_META, "meta")                                                                                   \
    X(N_METER, "meter")                                                                                 \
    X(N_METHOD, "method")                                                                               \
    X(N_MGLYPH, "mglyph")                                                                               \
    X(N_MI, "mi")                                                                                       \
    X(N_MIN, "min")                                                                                     \
    X(N_MN, "mn")                                                                                       \
    X(N_MO, "mo")                                                                                       \
    X(N_MROW, "mrow")                                                                                   \
    X(N_MS, "ms")                                                                                       \
    X(N_MTEXT, "mtext")                                                                                 \
    X(N_MULTIPLE, "multiple")                                                                           \
    X(N_NAME, "name")                                                                                   \
    X(N_NAV, "nav")                                                                                     \
    X(N_NOBR, "nobr")                                                                                   \
    X(N_NOEMBED, "noembed")                                                                             \
    X(N_NOFRAMES, "noframes")                                                                           \
    X(N_NOMODULE, "nomodule")                                                                           \
    X(N_NONCE, "nonce")                                                                                 \
    X(N_NOSCRIPT, "noscript")                                                                           \
    X(N_NOVALIDATE, "novalidate")                                                                       \
    X(N_OBJECT, "object")                                                                               \
    X(N_OL, "ol")                                                                                       \
    X(N_OPEN, "open")                                                                                   \
    X(N_OPTGROUP, "optgroup")                                                                           \
    X(N_OPTION, "option")                                                                               \
    X(N_OUTPUT, "output")                                                                               \
    X(N_P, "p")                                                                                         \
    X(N_PARAM, "param")                                                                                 \
    X(N_PATH, "path")                                                                                   \
    X(N_PICTURE, "picture")                                                                             \
    X(N_PLACEHOLDER, "placeholder")                                                                     \
    X(N_PLAINTEXT, "plaintext")                                                                         \
    X(N_POSTER, "poster")                                                                               \
    X(N_PRE, "pre")                                                                                     \
    X(N_PROGRESS, "progress")                                                                           \
    X(N_PROMPT, "prompt")                                                                               \
    X(N_PROPERTY, "property")                                                                           \
    X(N_Q, "q")                                                                                         \
    X(N_RB, "rb")                                                                                       \
    X(N_READONLY, "readonly")                                                                           \
    X(N_REL, "rel")                                                                                     \
    X(N_REQUIRED, "required")                                                                           \
    X(N_REV, "rev")                                                                                     \
    X(N_ROLE, "role")                                                                                   \
    X(N_ROWS, "rows")                                                                                   \
    X(N_ROWSPAN, "rowspan")                                                                             \
    X(N_RP, "rp")                                                                                       \
    X(N_RT, "rt")                                                                                       \
    X(N_RTC, "rtc")                                                                                     \
    X(N_RUBY, "ruby")                                                                                   \
    X(N_S, "s")                                                                                         \
    X(N_SAMP, "samp")                                                                                   \
    X(N_SCOPE, "scope")                                                                                 \
    X(N_SCRIPT, "script")                                                                               \
    X(N_SEARCH, "search")                                                                               \
    X(N_SECTION, "section")                                                                             \
    X(N_SELECT, "select")                                                                               \
    X(N_SELECTED, "selected")                                                                           \
    X(N_SELECTEDCONTENT, "selectedcontent")                                                             \
    X(N_SEMANTICS, "semantics")                                                                         \
    X(N_SHAPE, "shape")                                                                                 \
    X(N_SIZE, "size")                                                                                   \
    X(N_SIZES, "sizes")                                                                                 \
    X(N_SLOT, "slot")                                                                                   \
    X(N_SMALL, "small")                                                                                 \
    X(N_SOURCE, "source")                                                                               \
    X(N_SPACER, "spacer")                                                                               \
    X(N_SPAN, "span")                                                                                   \
    X(N_SRC, "src")                                                                                     \
    X(N_SRCSET, "srcset")                                                                               \
    X(N_START, "start")                                                                                 \
    X(N_STRIKE, "strike")                                                                               \
    X(N_STRONG, "strong")                                                                               \
    X(N_STYLE, "style")                                                                                 \
    X(N_SUB, "sub")                                                                                     \
    X(N_SUMMARY, "summary")                                                                             \
    X(N_SUP, "sup")                                                                                     \
    X(N_SVG, "svg")                                                                                     \
    X(N_TABINDEX, "tabindex")                                                                           \
    X(N_TABLE, "table")                                                                                 \
    X(N_TARGET, "target")                                                                               \
    X(N_TBODY, "tbody")                                                                                 \
    X(N_TD, "td")                                                                                       \
    X(N_TEMPLATE, "template")                                                                           \
    X(N_TEXTAREA, "textarea")                                                                           \
    X(N_TFOOT, "tfoot")                                                                                 \
    X(N_TH, "th")                                                                                       \
    X(N_THEAD, "thead")                                                                                 \
    X(N_TIME, "time")                                                                                   \
    X(N_TITLE, "title")                                                                                 \
    X(N_TR, "tr")                                                                                       \
    X(N_TRACK, "track")                                                                                 \
    X(N_TRANSLATE, "translate")                                                                         \
    X(N_TT, "tt")                                                                                       \
    X(N_TYPE, "type")                                                                                   \
    X(N_U, "u")                                                                                         \
    X(N_UL, "ul")                                                                                       \
    X(N_USE, "use")                                                                                     \
    X(N_USEMAP, "usemap")                                                                               \
    X(N_VALIGN, "valign")                                                                               \
    X(N_VALUE, "value")                                                                                 \
    X(N_VAR, "var")                                                                                     \
    X(N_VIDEO, "video")                                                                                 \
    X(N_WBR, "wbr")                                                                                     \
    X(N_WIDTH, "width")                                                                                 \
    X(N_XLINK_HREF, "xlink:href")                                                                       \
    X(N_XML_LANG, "xml:lang")                                                                           \
    X(N_XMP, "xmp")

enum html_name {
    N_NONE,
#define X(id, text) id,
    HTML_NAME_TABLE(X)
#undef X
        HTML_NAMES_FIXED
};

/* The number of a fixed name (lower case), or N_NONE. */
uint16_t html_name_find(struct str lower);
/* The text of a fixed name; empty for N_NONE. */
struct str html_name_fixed_text(uint16_t name);

#endif
