/* SPDX-License-Identifier: Apache-2.0 */
/* charset.h: which encoding a page is in, and its text as UTF-8 (WHATWG Encoding, HTML 13.2.3).
 *
 * Labels mean what they mean on the web: latin1 and ascii are windows-1252, gb2312 is gbk, and so on.
 * Order of belief: byte order mark, Content-Type, <meta> or XML declaration near the start; then UTF-8 if
 * the body is valid UTF-8, else windows-1252. Nothing is guessed from letter statistics.
 *
 * All encodings are decoded as the standard says, to the last U+FFFD, with tables of our own: the C library's
 * converters of the same names are not the web's. Threads: any; all data is constant. */
#ifndef WEBKEEP_EXTRACT_CHARSET_H
#define WEBKEEP_EXTRACT_CHARSET_H

#include "base/buf.h"
#include "extract/extract.h"

struct charset;

/* The encoding a label names (any case, white space around it), or NULL. */
const struct charset *charset_find(struct str label);
/* Its WHATWG name in lower case; static. */
struct str charset_name(const struct charset *charset);

/* The charset parameter of a Content-Type value (RFC 9110 8.3.1), unquoted; STR_NONE without one. */
struct str charset_of_header(struct str content_type);

/* What a <meta> or the XML declaration in the first 16 KiB says, by HTML's prescan; NULL: nothing. The
 * standard's own limit is 1,024 bytes; a meta behind a long comment is found as browsers find it later. */
const struct charset *charset_of_meta(struct str body);

struct charset_choice {
    const struct charset *charset;
    enum charset_source source;
    unsigned bom_bytes; /* to be skipped */
    bool unknown_label; /* the header named an encoding that does not exist */
};

struct charset_choice charset_choose(struct str body, struct str content_type);

/* The length of the longest valid UTF-8 prefix (no surrogates, nothing overlong, up to U+10FFFF). */
size_t utf8_valid_bytes(struct str s);

/* Appends body as UTF-8 to out and terminates out with BUF_PAD zero bytes. What is not of the encoding becomes
 * U+FFFD, as often as the standard says; *ret_replaced counts these. Fails as out does. */
enum status charset_decode(const struct charset *charset, struct str body, struct buf *out,
                           size_t *ret_replaced) MUST_USE;

#endif
