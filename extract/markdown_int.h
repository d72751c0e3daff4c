/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_int.h: what the files of the Markdown writer share; nobody else includes it.
 *
 * The writer is one pre-order walk with enter and leave. Output goes straight into `out`, never through a
 * tree of its own. What can't be decided yet is pending:
 *
 *   boxes    lists, items and quotes that are entered; their markers are written with the first leaf in them
 *   formats  emphasis, links, ... that are entered; their opening marks are written with the first content
 *   gap      white space or a line break; written before the next content of the same leaf, or dropped
 *   code     an inline code span that is closed by whatever is not code, so that neighbours become one
 *
 * A leaf is a block that holds text: paragraph, heading, fence, table, rule. Boxes and formats remember their
 * node, so that leaving a node that could not be pushed (deeper than the limits) does nothing. */
#ifndef WEBKEEP_EXTRACT_MARKDOWN_INT_H
#define WEBKEEP_EXTRACT_MARKDOWN_INT_H

#include "base/buf.h"
#include "extract/html/html.h"
#include "extract/markdown.h"

#define MD_BOXES 64    /* nested lists, items and quotes; deeper ones are flattened */
#define MD_FORMATS 32  /* nested inline formats; deeper ones are plain text */
#define MD_COLUMNS 256 /* of a table; wider ones are unwrapped */
#define MD_MARKER 12   /* bytes of the widest marker: "999999999. " */

enum md_leaf { LEAF_NONE, LEAF_PARA, LEAF_HEADING, LEAF_PRE, LEAF_TABLE, LEAF_RULE, LEAF_EMPTY };

enum md_gap { GAP_NONE, GAP_SPACE, GAP_BREAK, GAP_PARA };

/* What a block boundary means: a new leaf, a space, or <br>. */
enum md_flat { FLAT_NO, FLAT_LINE, FLAT_CELL };

/* As CommonMark's flanking rules see a character; ODD counts as punctuation in some versions only. */
enum md_char { CHAR_SPACE, CHAR_PUNCT, CHAR_WORD, CHAR_ODD };

enum md_box_kind { BOX_NONE, BOX_LIST, BOX_ITEM, BOX_QUOTE };

struct md_box {
    uint32_t node;
    uint32_t number; /* list: of its next item; item: its own */
    enum md_box_kind kind;
    bool tight, ordered, loner; /* loner: the list of an item that has none */
    char mark;                  /* '-', '*', '.', ')' */
    uint16_t width;             /* list: of the last item's marker */
    uint16_t prefix_n;          /* of the line prefix outside this box */
};

enum md_format_kind { FORMAT_EM, FORMAT_STRONG, FORMAT_DEL, FORMAT_SUP, FORMAT_SUB, FORMAT_LINK };

struct md_format {
    uint32_t node;
    enum md_format_kind kind;
    char mark;        /* '*' or '_' */
    bool open, spent; /* spent: a link that was written already */
    bool term;        /* the bold of a dt: bold within it is dropped */
    bool nested;      /* within another of its kind */
    size_t at;        /* of its opening mark */
};

struct md_table {
    uint32_t node;                   /* 0: not in a table that is written as one */
    unsigned columns, column, width; /* width: with columns that no cell begins in */
    bool header_row;                 /* the first row is a header */
    bool started, row_is_header, row_filled;
    bool row_is_blocks; /* a heading that parts the rows */
    size_t row_at;
    size_t cells_to;           /* where the row's last cell ends */
    uint16_t left[MD_COLUMNS]; /* rows that a cell above still covers */
    uint8_t align[MD_COLUMNS];
};

struct md {
    const struct html_tree *tree;
    struct buf *out;
    const struct markdown_links *links;
    const uint8_t *skip; /* as struct markdown_part has it */
    bool noscript;
    struct markdown_count count;
    bool counted_gap; /* the text counted last ended with white space */
    size_t start;     /* out->n before the first byte of ours */
    size_t line_at;   /* where the text of the present line begins */

    enum md_leaf leaf, last; /* the open one; the one before */
    enum md_gap gap;
    enum md_flat flat;
    unsigned heading; /* level of the heading that is entered */
    uint32_t heading_node;
    size_t task_at; /* behind a check box that nothing follows yet */

    struct md_box boxes[MD_BOXES];
    unsigned n_boxes, n_open_boxes;
    enum md_box_kind closed; /* outermost box closed since the last leaf */
    char closed_mark;
    char prefix[MD_BOXES * MD_MARKER];
    unsigned prefix_n;

    struct md_format formats[MD_FORMATS];
    unsigned n_formats, n_open_formats;
    unsigned in_link; /* links (and image texts) around this point */
    unsigned in_term;
    struct md_format shut; /* the last closed one */
    size_t shut_at;        /* right behind its mark; 0: something else came */
    size_t closer_at;      /* where a character would stand next to a closing mark */
    size_t bracket_at;     /* right behind a "]" that ended a text node */
    enum md_char inner;    /* the character before that run of closing marks */
    bool closer_strict;    /* a word character here would undo the mark */

    unsigned code_depth, cell_pre;
    size_t code_at;   /* behind the opening backtick; 0: none */
    bool code_folded; /* its last space was a line feed */
    bool code_fresh;  /* the element began, nothing of it is written */

    struct md_table table;
};

static inline bool md_is_left_out(const struct md *w, uint32_t node)
{
    return w->skip && w->skip[node >> 3] >> (node & 7) & 1;
}

/* White space counts once. */
static inline void md_count_space(struct md *w)
{
    w->count.text += !w->counted_gap;
    w->counted_gap = true;
}

static inline void md_count_words(struct md *w, size_t n)
{
    w->count.text += n;
    w->counted_gap = false;
}

/* --- blocks --- */
void md_leaf_begin(struct md *w, enum md_leaf kind);
void md_leaf_end(struct md *w);
/* The boundary of a block element, whatever that means here. */
void md_break(struct md *w);
void md_line_break(struct md *w);
void md_new_line(struct md *w); /* line feed and prefix */
void md_put_prefix_bare(struct md *w);
void md_list_enter(struct md *w, uint32_t node);
void md_item_enter(struct md *w, uint32_t node);
void md_quote_enter(struct md *w, uint32_t node);
void md_box_leave(struct md *w, uint32_t node);
bool md_is_blank(const struct html_tree *tree, uint32_t node);

/* --- formats --- */
enum md_char md_char_at(struct str s);
/* The first character of s, *ret_n bytes long. */
uint32_t md_decode(struct str s, unsigned *ret_n);
void md_put_reference(struct buf *out, uint32_t c);
/* Must come before any inline content; next is the class of its first character. */
void md_inline(struct md *w, enum md_char next);
void md_inline_bare(struct md *w); /* the same without opening formats */
void md_space(struct md *w);
/* A "]" that ended the text node before would make a link with what comes now. */
void md_guard_bracket(struct md *w);
bool md_format_enter(struct md *w, uint32_t node, enum md_format_kind kind);
void md_format_leave(struct md *w, uint32_t node);
void md_formats_suspend(struct md *w);

/* --- text --- */
#define MD_TEXT_PAD                                                                                     \
    16 /* so many bytes behind the text must be readable, as behind all texts of a tree */
void md_text(struct md *w, struct str s);
void md_trim_fillers(struct md *w); /* no-break spaces at the end of a leaf or cell */
bool md_looks_like_reference(struct str s);

/* --- links and images --- */
bool md_link_enter(struct md *w, uint32_t node); /* false: its content is not wanted */
void md_link_leave(struct md *w, uint32_t node);
void md_link_close(struct md *w, uint32_t node); /* "](target)" */
void md_image(struct md *w, uint32_t node);

/* --- code --- */
void md_code_text(struct md *w, struct str s);
void md_code_close(struct md *w);
void md_code_leave(struct md *w);
void md_pre(struct md *w, uint32_t node);
void md_math(struct md *w, uint32_t node);
bool md_is_gutter(const struct html_tree *tree, uint32_t node);
/* A div whose lines are divs of class "line" (Doxygen): code without a pre. */
bool md_is_fragment(const struct html_tree *tree, uint32_t node);
bool md_class_has(struct str classes, struct str token);
bool md_class_has_any(struct str classes, const struct str *tokens, size_t n);

/* --- tables --- */
bool md_table_enter(struct md *w, uint32_t node); /* false: a table for layout */
void md_row_enter(struct md *w, uint32_t node);
void md_row_leave(struct md *w);
void md_cell_enter(struct md *w, uint32_t node);
void md_cell_leave(struct md *w, uint32_t node);

/* --- markdown.c --- */
/* Text and code of a subtree that is not written, since nobody is shown it. */
void md_count_hidden(struct md *w, uint32_t top);
bool md_hidden(const struct html_tree *tree, uint32_t node);
bool md_is_block(const struct html_tree *tree, uint32_t node);

#endif
