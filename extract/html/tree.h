/* SPDX-License-Identifier: Apache-2.0 */
/* tree.h: what the insertion modes stand on (HTML 13.2.4, 13.2.6.1): the stack of open elements, where a node
 * goes, scopes, and the list of active formatting elements.
 *
 * Differences from the standard, all for bounds:
 *   - the stack has a limit: the deepest element is closed and the new one becomes its sibling. It also leaves
 *     the formatting list, or every later paragraph would open it again;
 *   - the root is never popped, and every loop that pops ends there: at the limit of depth a mode may find
 *     another current element than the standard says;
 *   - the formatting list has a limit: the oldest entry goes;
 *   - template modes have a limit: deeper templates have the first one;
 *   - the content of a template is its children.
 * How many elements of a name are open is counted, so that most questions need no walk over the stack.
 *
 * Private to extract/html. Threads: one owner. */
#ifndef WEBKEEP_EXTRACT_HTML_TREE_H
#define WEBKEEP_EXTRACT_HTML_TREE_H

#include "extract/html/category.h"
#include "extract/html/tokens.h"

/* HTML 13.2.4.1 */
#define MODE_TABLE(X)                                                                                   \
    X(INITIAL, initial)                                                                                 \
    X(BEFORE_HTML, before_html)                                                                         \
    X(BEFORE_HEAD, before_head)                                                                         \
    X(IN_HEAD, in_head)                                                                                 \
    X(IN_HEAD_NOSCRIPT, in_head_noscript)                                                               \
    X(AFTER_HEAD, after_head)                                                                           \
    X(IN_BODY, in_body)                                                                                 \
    X(TEXT, in_text)                                                                                    \
    X(IN_TABLE, in_table)                                                                               \
    X(IN_CAPTION, in_caption)                                                                           \
    X(IN_COLUMN_GROUP, in_column_group)                                                                 \
    X(IN_TABLE_BODY, in_table_body)                                                                     \
    X(IN_ROW, in_row)                                                                                   \
    X(IN_CELL, in_cell)                                                                                 \
    X(IN_TEMPLATE, in_template)                                                                         \
    X(AFTER_BODY, after_body)                                                                           \
    X(IN_FRAMESET, in_frameset)                                                                         \
    X(AFTER_FRAMESET, after_frameset)                                                                   \
    X(AFTER_AFTER_BODY, after_after_body)                                                               \
    X(AFTER_AFTER_FRAMESET, after_after_frameset)

enum mode {
#define X(id, prefix) MODE_##id,
    MODE_TABLE(X)
#undef X
        MODES
};

/* An open element. name is 0 for what is not of HTML, so that no rule for HTML can match it. */
struct open {
    uint32_t node;
    uint16_t name, foreign_name;
    unsigned is; /* bits of enum category */
};

/* An entry of the formatting list; node 0 is a marker. */
struct formatting {
    uint32_t node;
    uint16_t name;
    uint16_t n_attrs;
    uint64_t attrs_hash; /* the same for the same attributes in any order */
};

struct tree {
    struct html_build *b;
    struct tokens tokens;
    struct token token;
    enum mode mode, original; /* original: to come back to from MODE_TEXT */

    struct open *stack;
    uint32_t n_open, max_open;
    struct open context; /* of a fragment */
    enum html_ns context_ns;
    uint16_t *open_names; /* by name: how many are open, of HTML or not */

    struct formatting *list;
    uint32_t n_list, max_list;

    uint16_t *template_modes; /* MODE_IN_TEMPLATE stands for those beyond the limit */
    uint32_t n_template_modes, max_template_modes;
    uint32_t n_templates; /* open elements */

    uint32_t head, form;       /* the element pointers; 0: none */
    struct html_slice pending; /* text of a table, until it is known where it belongs */
    bool has_pending;
    bool fragment, scripting, frameset_ok, foster, skip_line_feed, done;
};

/* What a mode says of a token: it is dealt with, or it is to be looked at again (in another mode). */
enum step { DONE, AGAIN };

/* ---- the stack ---- */

static inline struct open *tree_top(struct tree *t)
{
    return &t->stack[t->n_open - 1];
}

static inline bool tree_top_is(struct tree *t, uint16_t name)
{
    return tree_top(t)->name == name;
}

/* The adjusted current node: the context where only the root is open. */
static inline struct open *tree_adjusted_top(struct tree *t)
{
    return t->fragment && t->n_open == 1 ? &t->context : tree_top(t);
}

void tree_push(struct tree *t, uint32_t node, unsigned is);
void tree_pop(struct tree *t);                       /* not the root */
void tree_pop_to(struct tree *t, uint32_t n_open);   /* until so many are open */
void tree_pop_until(struct tree *t, uint16_t name);  /* until one of this name is popped */
void tree_pop_until_is(struct tree *t, unsigned is); /* until one of these categories is popped */
/* Until such a one is current, or a template. None in this table: nothing is closed, or the page would go
 * on outside of its body. */
void tree_clear_back_to(struct tree *t, unsigned is, uint16_t name);
void tree_remove_open(struct tree *t, uint32_t index); /* from the middle */
void tree_close_all(struct tree *t);

/* Where a node stands in the stack; 0: not open, or the root. */
uint32_t tree_find_node(const struct tree *t, uint32_t node);

/* Scopes (13.2.4.2): whether an element is open with none of the categories `ends` between. */
bool tree_in(const struct tree *t, uint16_t name, unsigned ends);
bool tree_node_in_scope(const struct tree *t, uint32_t node);
bool tree_is_in(const struct tree *t, unsigned is, unsigned ends); /* any of the categories */

static inline bool tree_in_scope(const struct tree *t, uint16_t name)
{
    return t->open_names[name] && tree_in(t, name, IS_SCOPE);
}

static inline bool tree_in_button_scope(const struct tree *t, uint16_t name)
{
    return t->open_names[name] && tree_in(t, name, IS_SCOPE | IS_BUTTON_SCOPE);
}

static inline bool tree_in_table_scope(const struct tree *t, uint16_t name)
{
    return t->open_names[name] && tree_in(t, name, IS_TABLE_SCOPE);
}

/* Generate implied end tags, except for one name (N_NONE: for none). */
static inline void tree_imply_ends(struct tree *t, uint16_t except)
{
    while (tree_top(t)->is & IS_IMPLIED && tree_top(t)->name != except && t->n_open > 1)
        tree_pop(t);
}

void tree_imply_all_ends(struct tree *t);
/* Closes a p that is in button scope. */
void tree_close_p(struct tree *t);
void tree_reset_mode(struct tree *t);

/* The stack of template insertion modes (13.2.4.1). */
void tree_push_template_mode(struct tree *t); /* MODE_IN_TEMPLATE */
void tree_pop_template_mode(struct tree *t);
void tree_set_template_mode(struct tree *t, enum mode mode); /* of the current one */

/* ---- nodes ---- */

/* The appropriate place (13.2.6.1): before a child of parent, or behind its last one (before == 0). */
struct place {
    uint32_t parent, before;
};

struct place tree_place(struct tree *t, uint32_t target);
void tree_link(struct tree *t, struct place place, uint32_t node);

/* Gives the token's attributes to an element. */
void tree_take_attrs(struct tree *t, uint32_t node);
/* Opens an element of HTML for the token, with its attributes; 0: no memory. */
uint32_t tree_insert(struct tree *t);
/* The same for a tag that is not there. */
uint32_t tree_insert_name(struct tree *t, uint16_t name);
/* As tree_insert(), for an element that is closed at once. */
void tree_insert_void(struct tree *t);
void tree_insert_foreign(struct tree *t, enum html_ns ns);
/* A copy of an element, its attributes shared, without relatives. */
uint32_t tree_clone(struct tree *t, uint32_t node);
void tree_insert_text(struct tree *t, struct html_slice text);
void tree_insert_comment(struct tree *t, uint32_t parent);
void tree_insert_comment_here(struct tree *t);
/* Adds attributes of the token that the element does not have yet. */
void tree_merge_attrs(struct tree *t, uint32_t node);

/* Whether the token has this attribute with this value, in any case. */
bool tree_token_has(const struct tree *t, uint16_t attr, const char *value);

/* ---- text ---- */

bool tree_is_space(const struct tree *t, struct html_slice text);
/* The white space that the token begins with, taken from it. */
struct html_slice tree_take_space(struct tree *t);

/* ---- formatting.c ---- */

void formatting_push(struct tree *t, uint32_t node);
void formatting_mark(struct tree *t);
void formatting_clear(struct tree *t); /* back to the last marker */
void formatting_remove(struct tree *t, uint32_t node);
/* The last entry of this name behind the last marker, or 0. */
uint32_t formatting_find(const struct tree *t, uint16_t name);
void formatting_reopen(struct tree *t);
/* The adoption agency (13.2.6.4.7). False: to be treated as any other end tag. */
bool formatting_adopt(struct tree *t, uint16_t name);

/* "Reconstruct the active formatting elements": nearly always there is nothing to do. */
static inline void tree_reopen(struct tree *t)
{
    const struct formatting *last = t->n_list ? &t->list[t->n_list - 1] : NULL;
    if (last && last->node && !t->b->nodes[last->node].open)
        formatting_reopen(t);
}

#endif
