/* SPDX-License-Identifier: Apache-2.0 */
/* tokens.h: the tokenizer (HTML 13.2.5): one token a call, of a page that is there as a whole.
 *
 * What the standard does character by character is done here by looking for the byte that ends a run: a text,
 * a name, a value is a slice of the page. Only what must change (character references, NUL) is copied, to the
 * side buffer. Parse errors are not told.
 *
 * The tree steers it: `mode` after a start tag whose content is no markup, `foreign` where CDATA sections
 * exist. Private to extract/html. Threads: one owner. */
#ifndef WEBKEEP_EXTRACT_HTML_TOKENS_H
#define WEBKEEP_EXTRACT_HTML_TOKENS_H

#include "extract/html/build.h"

enum token_kind { TOKEN_TEXT, TOKEN_START, TOKEN_END, TOKEN_COMMENT, TOKEN_DOCTYPE, TOKEN_EOF };

struct token_doctype {
    struct html_slice name, public_id, system_id;
    bool has_name, has_public_id, has_system_id, force_quirks;
};

struct token {
    enum token_kind kind;
    uint16_t name;           /* of a tag */
    bool self_closing;       /* a start tag with a slash */
    bool nul;                /* text: a single NUL, which markup and CDATA hand through */
    struct html_slice text;  /* text (without NULs, but for the above), or of the comment */
    uint32_t attrs, n_attrs; /* of a start tag: the last entries of the build's array */
    struct token_doctype doctype;
};

/* What the text that follows may hold (HTML 13.2.5.1 to 5, and CDATA). */
enum tokens_mode {
    TOKENS_DATA,
    TOKENS_RCDATA,
    TOKENS_RAWTEXT,
    TOKENS_SCRIPT,
    TOKENS_PLAINTEXT,
    TOKENS_CDATA
};

struct tokens {
    struct html_build *b;
    const char *body, *at, *end;
    enum tokens_mode mode;
    uint16_t last_start;   /* only its end tag ends raw text */
    bool foreign;          /* the adjusted current node is not of HTML: there is CDATA */
    const char *cdata_end; /* in mode TOKENS_CDATA: where it ends, once that was looked for */
    uint32_t *seen;        /* by name: the tag (`tag`) that had an attribute of this name */
    uint32_t tag;
};

/* `seen` is allocated; false without memory. */
bool tokens_init(struct tokens *t);
void tokens_fini(struct tokens *t);

/* Starts at the begin of the build's body. */
void tokens_begin(struct tokens *t, struct html_build *b);
void tokens_next(struct tokens *t, struct token *ret_token);

/* ---- between the tokenizer's files ---- */

enum { DECODE_REFERENCES = 1, DECODE_ATTRIBUTE = 2, DECODE_NUL = 4 };

/* [from, to) with references resolved and NULs replaced, as asked for. */
struct html_slice tokens_decode(struct tokens *t, const char *from, const char *to, unsigned how);

static inline struct html_slice tokens_slice(const struct tokens *t, const char *from, const char *to)
{
    return (struct html_slice){.at = (uint32_t)(from - t->body), .n = (uint32_t)(to - from)};
}

/* Where raw text that begins at t->at ends: at the '<' of the end tag, or at the end of the page. */
const char *tokens_raw_end(const struct tokens *t);

/* At "<!", "<?", or "</" before what is no letter: reads a comment, a doctype, or enters CDATA. False: nothing
 * came of it. */
bool tokens_markup(struct tokens *t, struct token *ret_token);

#endif
