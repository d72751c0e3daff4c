/* SPDX-License-Identifier: Apache-2.0 */
/* modes_table.c: tables, captions and column groups (HTML 13.2.6.4.9 to 12).
 *
 * Text directly in a table is pending until another token comes: white space alone stays in the table, else
 * all of it goes before the table. */
#include "extract/html/modes.h"

/* ---- text ---- */

static void side_append(struct html_build *b, struct html_slice s)
{
    char *to = buf_room(&b->side, s.n);
    if (to) {
        memcpy(to, html_build_text(b, s).p, s.n);
        b->side.n += s.n;
    }
}

/* Runs that are not neighbours (a NUL or a limit stood between) are made one in the side buffer. */
static void pend(struct tree *t, struct html_slice text)
{
    struct html_slice *p = &t->pending;
    struct html_build *b = t->b;
    if (!t->has_pending) {
        t->has_pending = true;
        *p = text;
    } else if (p->in_side == text.in_side && p->at + p->n == text.at) {
        p->n += text.n;
    } else {
        if (!p->in_side || p->at + p->n != b->side.n) {
            size_t at = b->side.n;
            side_append(b, *p);
            p->at = (uint32_t)at;
            p->in_side = true;
        }
        side_append(b, text);
        p->n = (uint32_t)(b->side.n - p->at);
    }
}

enum step in_table_text(struct tree *t)
{
    if (tree_top(t)->is & IS_TABLE_PART || tree_top_is(t, N_TEMPLATE)) {
        if (!t->token.nul)
            pend(t, t->token.text);
        return DONE;
    }
    t->foster = true;
    in_body_text(t);
    t->foster = false;
    return DONE;
}

void table_flush(struct tree *t)
{
    if (!t->has_pending)
        return;
    t->has_pending = false;
    if (tree_is_space(t, t->pending)) {
        tree_insert_text(t, t->pending);
        return;
    }
    t->foster = true;
    body_text(t, t->pending);
    t->foster = false;
}

/* ---- in table ---- */

static enum step fostered(struct tree *t, enum step (*rule)(struct tree *t))
{
    t->foster = true;
    enum step step = rule(t);
    t->foster = false;
    return step;
}

/* Back to the table, there the element, then the mode for its content. */
static enum step table_part(struct tree *t, enum mode mode)
{
    tree_clear_back_to(t, 0, N_TABLE);
    tree_insert(t);
    t->mode = mode;
    return DONE;
}

/* The same for a tag that was left out; the token is looked at again inside. */
static enum step table_implied(struct tree *t, uint16_t name, enum mode mode)
{
    tree_clear_back_to(t, 0, N_TABLE);
    tree_insert_name(t, name);
    return modes_again(t, mode);
}

static enum step table_close(struct tree *t, enum step step)
{
    if (!tree_in_table_scope(t, N_TABLE))
        return DONE;
    tree_pop_until(t, N_TABLE);
    tree_reset_mode(t);
    return step;
}

static enum step table_form(struct tree *t)
{
    if (t->n_templates || t->form)
        return DONE;
    t->form = tree_insert(t);
    tree_pop(t);
    return DONE;
}

enum step in_table_start(struct tree *t)
{
    switch (t->token.name) {
    case N_CAPTION:
        tree_clear_back_to(t, 0, N_TABLE);
        formatting_mark(t);
        return table_part(t, MODE_IN_CAPTION);
    case N_COLGROUP:
        return table_part(t, MODE_IN_COLUMN_GROUP);
    case N_COL:
        return table_implied(t, N_COLGROUP, MODE_IN_COLUMN_GROUP);
    case N_TBODY:
    case N_TFOOT:
    case N_THEAD:
        return table_part(t, MODE_IN_TABLE_BODY);
    case N_TD:
    case N_TH:
    case N_TR:
        return table_implied(t, N_TBODY, MODE_IN_TABLE_BODY);
    case N_TABLE:
        return table_close(t, AGAIN);
    case N_STYLE:
    case N_SCRIPT:
    case N_TEMPLATE:
        return in_head_start(t);
    case N_INPUT:
        if (!tree_token_has(t, N_TYPE, "hidden"))
            break;
        tree_insert_void(t);
        return DONE;
    case N_FORM:
        return table_form(t);
    default:
        break;
    }
    return fostered(t, in_body_start);
}

enum step in_table_end(struct tree *t)
{
    switch (t->token.name) {
    case N_TABLE:
        return table_close(t, DONE);
    case N_BODY:
    case N_CAPTION:
    case N_COL:
    case N_COLGROUP:
    case N_HTML:
    case N_TBODY:
    case N_TD:
    case N_TFOOT:
    case N_TH:
    case N_THEAD:
    case N_TR:
        return DONE;
    case N_TEMPLATE:
        return in_head_end(t);
    default:
        return fostered(t, in_body_end);
    }
}

/* ---- in caption ---- */

static enum step caption_close(struct tree *t, enum step step)
{
    if (!tree_in_table_scope(t, N_CAPTION))
        return DONE;
    tree_imply_ends(t, N_NONE);
    tree_pop_until(t, N_CAPTION);
    formatting_clear(t);
    t->mode = MODE_IN_TABLE;
    return step;
}

enum step in_caption_start(struct tree *t)
{
    switch (t->token.name) {
    case N_CAPTION:
    case N_COL:
    case N_COLGROUP:
    case N_TBODY:
    case N_TD:
    case N_TFOOT:
    case N_TH:
    case N_THEAD:
    case N_TR:
        return caption_close(t, AGAIN);
    default:
        return in_body_start(t);
    }
}

enum step in_caption_end(struct tree *t)
{
    switch (t->token.name) {
    case N_CAPTION:
        return caption_close(t, DONE);
    case N_TABLE:
        return caption_close(t, AGAIN);
    case N_BODY:
    case N_COL:
    case N_COLGROUP:
    case N_HTML:
    case N_TBODY:
    case N_TD:
    case N_TFOOT:
    case N_TH:
    case N_THEAD:
    case N_TR:
        return DONE;
    default:
        return in_body_end(t);
    }
}

/* ---- in column group ---- */

static enum step column_group_close(struct tree *t, enum step step)
{
    if (!tree_top_is(t, N_COLGROUP))
        return DONE;
    tree_pop(t);
    t->mode = MODE_IN_TABLE;
    return step;
}

enum step in_column_group_text(struct tree *t)
{
    struct html_slice space = tree_take_space(t);
    tree_insert_text(t, space);
    if (t->token.text.n == 0)
        return DONE;
    /* In a template there is no column group to close: of the text only white space stays. */
    return tree_top_is(t, N_COLGROUP) ? column_group_close(t, AGAIN) : in_frameset_text(t);
}

enum step in_column_group_start(struct tree *t)
{
    switch (t->token.name) {
    case N_HTML:
        return in_body_start(t);
    case N_COL:
        tree_insert_void(t);
        return DONE;
    case N_TEMPLATE:
        return in_head_start(t);
    default:
        return column_group_close(t, AGAIN);
    }
}

enum step in_column_group_end(struct tree *t)
{
    switch (t->token.name) {
    case N_COLGROUP:
        return column_group_close(t, DONE);
    case N_COL:
        return DONE;
    case N_TEMPLATE:
        return in_head_end(t);
    default:
        return column_group_close(t, AGAIN);
    }
}
