/* SPDX-License-Identifier: Apache-2.0 */
/* modes_body_end.c: end tags in the body, and the end of the page (HTML 13.2.6.4.7). */
#include "extract/html/modes.h"

void body_other_end(struct tree *t, uint16_t name)
{
    uint32_t i = name != N_NONE && t->open_names[name] ? t->n_open - 1 : 0;
    for (; i > 0; i--) {
        if (t->stack[i].name == name) {
            tree_imply_ends(t, name);
            tree_pop_to(t, i);
            return;
        }
        if (t->stack[i].is & IS_SPECIAL)
            return;
    }
}

static enum step body_end(struct tree *t)
{
    if (!tree_in_scope(t, N_BODY))
        return DONE;
    t->mode = MODE_AFTER_BODY;
    return t->token.name == N_HTML ? AGAIN : DONE;
}

static enum step block_end(struct tree *t)
{
    if (!tree_in_scope(t, t->token.name))
        return DONE;
    tree_imply_ends(t, N_NONE);
    tree_pop_until(t, t->token.name);
    return DONE;
}

/* The form that was opened last is closed, wherever it stands; within templates there is no such pointer. */
static enum step form_end(struct tree *t)
{
    if (t->n_templates)
        return block_end(t);
    uint32_t form = t->form;
    t->form = 0;
    if (!form || !tree_node_in_scope(t, form))
        return DONE;
    tree_imply_ends(t, N_NONE);
    uint32_t i = tree_find_node(t, form);
    if (i)
        tree_remove_open(t, i);
    return DONE;
}

static enum step p_end(struct tree *t)
{
    if (!tree_in_button_scope(t, N_P))
        tree_insert_name(t, N_P);
    tree_close_p(t);
    return DONE;
}

static enum step item_end(struct tree *t, unsigned ends)
{
    uint16_t name = t->token.name;
    if (!t->open_names[name] || !tree_in(t, name, ends))
        return DONE;
    tree_imply_ends(t, name);
    tree_pop_until(t, name);
    return DONE;
}

static enum step heading_end(struct tree *t)
{
    if (!tree_is_in(t, IS_HEADING, IS_SCOPE))
        return DONE;
    tree_imply_ends(t, N_NONE);
    tree_pop_until_is(t, IS_HEADING);
    return DONE;
}

static enum step object_end(struct tree *t)
{
    if (!tree_in_scope(t, t->token.name))
        return DONE;
    block_end(t);
    formatting_clear(t);
    return DONE;
}

/* </br> is taken for <br>. */
static enum step br_end(struct tree *t)
{
    t->token.kind = TOKEN_START;
    t->token.n_attrs = 0;
    return in_body_start(t);
}

static enum step other_end(struct tree *t)
{
    unsigned is = category_of_html(t->token.name);
    if (is & IS_BLOCK_END)
        return block_end(t);
    if (!(is & IS_FORMATTING) || !formatting_adopt(t, t->token.name))
        body_other_end(t, t->token.name);
    return DONE;
}

enum step in_body_end(struct tree *t)
{
    switch (t->token.name) {
    case N_TEMPLATE:
        return in_head_end(t);
    case N_BODY:
    case N_HTML:
        return body_end(t);
    case N_FORM:
        return form_end(t);
    case N_P:
        return p_end(t);
    case N_LI:
        return item_end(t, IS_SCOPE | IS_LIST_SCOPE);
    case N_DD:
    case N_DT:
        return item_end(t, IS_SCOPE);
    case N_H1:
    case N_H2:
    case N_H3:
    case N_H4:
    case N_H5:
    case N_H6:
        return heading_end(t);
    case N_APPLET:
    case N_MARQUEE:
    case N_OBJECT:
        return object_end(t);
    case N_BR:
        return br_end(t);
    default:
        return other_end(t);
    }
}

enum step in_body_eof(struct tree *t)
{
    if (t->n_template_modes)
        return in_template_eof(t);
    t->done = true;
    return DONE;
}
