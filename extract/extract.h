/* SPDX-License-Identifier: Apache-2.0 */
/* extract.h: the one door of the extract room: bytes of a page in, what is known of the page out.
 *
 * extract_document() is a pure function: no network, no disk, no clock. Crawl, convert and re-extraction all
 * use it, so that the same bytes give the same document everywhere.
 * Threads: a struct extractor (parser, scratch) belongs to one worker. */
#ifndef WEBKEEP_EXTRACT_EXTRACT_H
#define WEBKEEP_EXTRACT_EXTRACT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/link.h"
#include "extract/menu_script.h"
#include "extract/html/html.h"

enum extract_want {
    EXTRACT_LINKS = 1 << 0,
    EXTRACT_MARKDOWN = 1 << 1,
    EXTRACT_FIELDS = 1 << 2, /* headings, code blocks, tables, dates: see fields.h */
    EXTRACT_TEXT = 1 << 3,   /* the visible text, white space folded */
    EXTRACT_TREE = 1 << 4,   /* the tree itself */
    EXTRACT_FRAMEWORK =
        1 << 5, /* which generator made the page, and where it lists the site's versions */
};

enum doc_kind {
    DOC_OTHER,    /* not a page: nothing was read */
    DOC_HTML,     /* text/html */
    DOC_XHTML,    /* application/xhtml+xml; read by the HTML parser */
    DOC_TEXT,     /* text/plain: its own Markdown, fenced where needed is the reader's business */
    DOC_MARKDOWN, /* text/markdown: as it is */
};

enum charset_source { CHARSET_BY_BOM, CHARSET_BY_HEADER, CHARSET_BY_META, CHARSET_BY_DEFAULT };

enum doc_flags {
    DOC_NOINDEX = 1 << 0, /* <meta name=robots> */
    DOC_NOFOLLOW = 1 << 1,
    DOC_UNDECODED = 1 << 2, /* unknown charset, or bytes that are not of it: read with U+FFFD */
    DOC_NO_CONTENT =
        1 << 4, /* content_only found nothing that could be told apart: the whole page was taken */
    DOC_NEEDS_SCRIPT = 1 << 3, /* no visible text, and scripts: probably drawn by a browser */
};

struct extract_options {
    struct str url;          /* where the page came from: absolute WHATWG serialisation */
    struct str content_type; /* the header's value; may be empty */
    struct str link;         /* the values of the head's Link fields with commas between; may be empty */
    unsigned want;           /* bits of enum extract_want */
    bool content_only;       /* Markdown and text of the page's content alone: content.h */
    bool relative_links; /* Markdown keeps references as the page writes them; else they are absolute */
    unsigned max_links;
    size_t max_markdown_bytes;
};

/* Slices live in the arena given to extract_document(), the Markdown until the extractor's next document.
 * Empty: the page does not say. */
struct doc {
    enum doc_kind kind;
    enum charset_source charset_source;
    struct str charset; /* WHATWG name, lower case: "utf-8", "windows-1252" */
    struct str title;   /* <title>, white space folded; else og:title, else the first h1 */
    struct str description, language, canonical; /* canonical: absolute */
    struct str base;     /* absolute; <base href> or the page's URL: what links are resolved against */
    struct str markdown; /* ends with a line feed unless empty */
    struct str text;     /* EXTRACT_TEXT only */
    struct link *links;  /* in document order, each URL once (first place that has text wins) */
    unsigned n_links, links_cut;
    size_t replaced;       /* U+FFFD that decoding put in */
    size_t text_bytes;     /* visible text outside script and style, white space folded */
    unsigned code_blocks;  /* pre elements */
    unsigned text_share;   /* how much of the text that is shown reached the Markdown, in thousandths */
    unsigned code_share;   /* of the code blocks; 1000 when there are none */
    unsigned flags;        /* bits of enum doc_flags */
    unsigned quality;      /* bits of enum quality; EXTRACT_MARKDOWN only */
    unsigned cuts;         /* bits of enum cut; without Markdown (CUT_MARKDOWN) none is given */
    struct fields *fields; /* EXTRACT_FIELDS only */
    struct framework framework;       /* EXTRACT_FRAMEWORK, of HTML only */
    struct str menus[MENU_FILES_MAX]; /* likewise: files that its menu is drawn from, absolute */
    unsigned n_menus;
    struct str switcher;    /* likewise: the file that lists the site's versions, absolute; or empty */
    struct page_meta *meta; /* HTML only: authors, dates and such, see page_meta.h */
    const struct html_tree
        *tree; /* EXTRACT_TREE, of HTML only: as long as body, until the extractor's next document */
};

struct extractor;

struct extractor *extractor_create(enum html_engine engine, const struct html_limits *limits);
void extractor_destroy(struct extractor *x);

/* The kind that a Content-Type (RFC 9110 8.3) means; an empty one is sniffed: '<' after white space is HTML. */
enum doc_kind extract_kind(struct str content_type, struct str body_head);

/* Reads body (after content decoding) as a page. It must be followed by BUF_PAD zero bytes (base/buf.h), as it
 * is read in place when it is UTF-8. ST_UNSUPPORTED: kind is DOC_OTHER. ST_LIMIT or ST_NOMEM:
 * the arena ended. Everything else the page can do is told by flags. */
enum status extract_document(struct extractor *x, const struct extract_options *options, struct str body,
                             struct arena *arena, struct doc *ret_doc) MUST_USE;

/* The body as UTF-8 text, decoded as extract_document() decodes it (what --html shows on a terminal). */
enum status extract_text(struct str content_type, struct str body, struct buf *out) MUST_USE;

#endif
