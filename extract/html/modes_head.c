/* SPDX-License-Identifier: Apache-2.0 */
/* modes_head.c: from the first byte to the begin of the body (HTML 13.2.6.4.1 to 6). */
#include "extract/html/modes.h"

/* ---- initial ---- */

enum step initial_text(struct tree *t)
{
    tree_take_space(t);
    return t->token.text.n ? initial_other(t) : DONE;
}

enum step initial_other(struct tree *t)
{
    t->b->quirks = true;
    return modes_again(t, MODE_BEFORE_HTML);
}

enum step initial_doctype(struct tree *t)
{
    const struct token_doctype *d = &t->token.doctype;
    struct html_build *b = t->b;
    uint32_t node = html_build_node(b, HTML_DOCTYPE);
    if (node) {
        html_build_set_slice(b, node, d->name);
        html_build_append(b, 0, node);
    }
    b->public_id = d->public_id;
    b->system_id = d->system_id;
    b->has_public_id = d->has_public_id;
    b->has_system_id = d->has_system_id;
    if (doctype_is_quirky(b, d))
        b->quirks = true;
    t->mode = MODE_BEFORE_HTML;
    return DONE;
}

/* ---- before html ---- */

static void open_root(struct tree *t, bool with_attrs)
{
    uint32_t node = html_build_node(t->b, HTML_ELEMENT);
    if (!node) {
        t->done = true;
        return;
    }
    t->b->nodes[node].name = N_HTML;
    if (with_attrs)
        tree_take_attrs(t, node);
    html_build_append(t->b, 0, node);
    tree_push(t, node, category_of_html(N_HTML));
    t->mode = MODE_BEFORE_HEAD;
}

enum step before_html_text(struct tree *t)
{
    tree_take_space(t);
    return t->token.text.n ? before_html_other(t) : DONE;
}

enum step before_html_start(struct tree *t)
{
    if (t->token.name != N_HTML)
        return before_html_other(t);
    open_root(t, true);
    return DONE;
}

/* The end tags that count before there is a body. */
static bool opens_body(uint16_t name)
{
    return name == N_HTML || name == N_BODY || name == N_BR;
}

enum step before_html_end(struct tree *t)
{
    bool counts = opens_body(t->token.name) || t->token.name == N_HEAD;
    return counts ? before_html_other(t) : DONE;
}

enum step before_html_other(struct tree *t)
{
    open_root(t, false);
    return AGAIN;
}

/* ---- before head ---- */

enum step before_head_text(struct tree *t)
{
    tree_take_space(t);
    return t->token.text.n ? before_head_other(t) : DONE;
}

enum step before_head_start(struct tree *t)
{
    if (t->token.name == N_HTML)
        return in_body_start(t);
    if (t->token.name != N_HEAD)
        return before_head_other(t);
    t->head = tree_insert(t);
    t->mode = MODE_IN_HEAD;
    return DONE;
}

enum step before_head_end(struct tree *t)
{
    bool counts = opens_body(t->token.name) || t->token.name == N_HEAD;
    return counts ? before_head_other(t) : DONE;
}

enum step before_head_other(struct tree *t)
{
    t->head = tree_insert_name(t, N_HEAD);
    return modes_again(t, MODE_IN_HEAD);
}

/* ---- in head ---- */

enum step in_head_text(struct tree *t)
{
    tree_insert_text(t, tree_take_space(t));
    return t->token.text.n ? in_head_other(t) : DONE;
}

static void open_template(struct tree *t)
{
    tree_insert(t);
    formatting_mark(t);
    t->frameset_ok = false;
    t->mode = MODE_IN_TEMPLATE;
    tree_push_template_mode(t);
}

enum step in_head_start(struct tree *t)
{
    switch (t->token.name) {
    case N_HTML:
        return in_body_start(t);
    case N_BASE:
    case N_BASEFONT:
    case N_BGSOUND:
    case N_LINK:
    case N_META:
        tree_insert_void(t);
        return DONE;
    case N_TITLE:
        modes_raw(t, TOKENS_RCDATA);
        return DONE;
    case N_NOSCRIPT:
        if (!t->scripting) {
            tree_insert(t);
            t->mode = MODE_IN_HEAD_NOSCRIPT;
            return DONE;
        }
        modes_raw(t, TOKENS_RAWTEXT);
        return DONE;
    case N_NOFRAMES:
    case N_STYLE:
        modes_raw(t, TOKENS_RAWTEXT);
        return DONE;
    case N_SCRIPT:
        modes_raw(t, TOKENS_SCRIPT);
        return DONE;
    case N_TEMPLATE:
        open_template(t);
        return DONE;
    case N_HEAD:
        return DONE;
    default:
        return in_head_other(t);
    }
}

static void close_template(struct tree *t)
{
    if (!t->n_templates)
        return;
    tree_imply_all_ends(t);
    tree_pop_until(t, N_TEMPLATE);
    formatting_clear(t);
    tree_pop_template_mode(t);
    tree_reset_mode(t);
}

enum step in_head_end(struct tree *t)
{
    uint16_t name = t->token.name;
    if (name == N_TEMPLATE) {
        close_template(t);
    } else if (name == N_HEAD) {
        tree_pop(t);
        t->mode = MODE_AFTER_HEAD;
    } else if (opens_body(name)) {
        return in_head_other(t);
    }
    return DONE;
}

enum step in_head_other(struct tree *t)
{
    tree_pop(t);
    return modes_again(t, MODE_AFTER_HEAD);
}

/* ---- in head noscript ---- */

enum step in_head_noscript_text(struct tree *t)
{
    tree_insert_text(t, tree_take_space(t));
    return t->token.text.n ? in_head_noscript_other(t) : DONE;
}

enum step in_head_noscript_start(struct tree *t)
{
    switch (t->token.name) {
    case N_HTML:
        return in_body_start(t);
    case N_BASEFONT:
    case N_BGSOUND:
    case N_LINK:
    case N_META:
    case N_NOFRAMES:
    case N_STYLE:
        return in_head_start(t);
    case N_HEAD:
    case N_NOSCRIPT:
        return DONE;
    default:
        return in_head_noscript_other(t);
    }
}

enum step in_head_noscript_end(struct tree *t)
{
    if (t->token.name == N_BR)
        return in_head_noscript_other(t);
    if (t->token.name == N_NOSCRIPT) {
        tree_pop(t);
        t->mode = MODE_IN_HEAD;
    }
    return DONE;
}

enum step in_head_noscript_other(struct tree *t)
{
    tree_pop(t);
    return modes_again(t, MODE_IN_HEAD);
}

/* ---- after head ---- */

enum step after_head_text(struct tree *t)
{
    tree_insert_text(t, tree_take_space(t));
    return t->token.text.n ? after_head_other(t) : DONE;
}

/* What belongs into the head but comes late: the head is opened once more. */
static enum step late_head(struct tree *t)
{
    t->b->strays = true;
    if (t->head && !t->b->nodes[t->head].open)
        tree_push(t, t->head, category_of_html(N_HEAD));
    enum step step = in_head_start(t);
    uint32_t head = tree_find_node(t, t->head);
    if (head)
        tree_remove_open(t, head);
    return step;
}

enum step after_head_start(struct tree *t)
{
    switch (t->token.name) {
    case N_HTML:
        return in_body_start(t);
    case N_BODY:
        tree_insert(t);
        t->frameset_ok = false;
        t->mode = MODE_IN_BODY;
        return DONE;
    case N_FRAMESET:
        tree_insert(t);
        t->mode = MODE_IN_FRAMESET;
        return DONE;
    case N_BASE:
    case N_BASEFONT:
    case N_BGSOUND:
    case N_LINK:
    case N_META:
    case N_NOFRAMES:
    case N_SCRIPT:
    case N_STYLE:
    case N_TEMPLATE:
    case N_TITLE:
        return late_head(t);
    case N_HEAD:
        return DONE;
    default:
        return after_head_other(t);
    }
}

enum step after_head_end(struct tree *t)
{
    if (t->token.name == N_TEMPLATE)
        return in_head_end(t);
    return opens_body(t->token.name) ? after_head_other(t) : DONE;
}

enum step after_head_other(struct tree *t)
{
    tree_insert_name(t, N_BODY);
    return modes_again(t, MODE_IN_BODY);
}
