/* SPDX-License-Identifier: Apache-2.0 */
/* modes_row.c: row groups, rows and cells (HTML 13.2.6.4.13 to 15). */
#include "extract/html/modes.h"

/* ---- in table body ---- */

static enum step row_group_close(struct tree *t, enum step step)
{
    if (!tree_is_in(t, IS_ROW_GROUP, IS_TABLE_SCOPE))
        return DONE;
    tree_clear_back_to(t, IS_ROW_GROUP, N_HTML);
    tree_pop(t);
    t->mode = MODE_IN_TABLE;
    return step;
}

enum step in_table_body_start(struct tree *t)
{
    switch (t->token.name) {
    case N_TR:
        tree_clear_back_to(t, IS_ROW_GROUP, N_HTML);
        tree_insert(t);
        t->mode = MODE_IN_ROW;
        return DONE;
    case N_TH:
    case N_TD:
        tree_clear_back_to(t, IS_ROW_GROUP, N_HTML);
        tree_insert_name(t, N_TR);
        return modes_again(t, MODE_IN_ROW);
    case N_CAPTION:
    case N_COL:
    case N_COLGROUP:
    case N_TBODY:
    case N_TFOOT:
    case N_THEAD:
        return row_group_close(t, AGAIN);
    default:
        return in_table_start(t);
    }
}

enum step in_table_body_end(struct tree *t)
{
    switch (t->token.name) {
    case N_TBODY:
    case N_TFOOT:
    case N_THEAD:
        return tree_in_table_scope(t, t->token.name) ? row_group_close(t, DONE) : DONE;
    case N_TABLE:
        return row_group_close(t, AGAIN);
    case N_BODY:
    case N_CAPTION:
    case N_COL:
    case N_COLGROUP:
    case N_HTML:
    case N_TD:
    case N_TH:
    case N_TR:
        return DONE;
    default:
        return in_table_end(t);
    }
}

/* ---- in row ---- */

static enum step row_close(struct tree *t, enum step step)
{
    if (!tree_in_table_scope(t, N_TR))
        return DONE;
    tree_clear_back_to(t, 0, N_TR);
    tree_pop(t);
    t->mode = MODE_IN_TABLE_BODY;
    return step;
}

enum step in_row_start(struct tree *t)
{
    switch (t->token.name) {
    case N_TH:
    case N_TD:
        tree_clear_back_to(t, 0, N_TR);
        tree_insert(t);
        t->mode = MODE_IN_CELL;
        formatting_mark(t);
        return DONE;
    case N_CAPTION:
    case N_COL:
    case N_COLGROUP:
    case N_TBODY:
    case N_TFOOT:
    case N_THEAD:
    case N_TR:
        return row_close(t, AGAIN);
    default:
        return in_table_start(t);
    }
}

enum step in_row_end(struct tree *t)
{
    switch (t->token.name) {
    case N_TR:
        return row_close(t, DONE);
    case N_TABLE:
        return row_close(t, AGAIN);
    case N_TBODY:
    case N_TFOOT:
    case N_THEAD:
        return tree_in_table_scope(t, t->token.name) ? row_close(t, AGAIN) : DONE;
    case N_BODY:
    case N_CAPTION:
    case N_COL:
    case N_COLGROUP:
    case N_HTML:
    case N_TD:
    case N_TH:
        return DONE;
    default:
        return in_table_end(t);
    }
}

/* ---- in cell ---- */

static void cell_close(struct tree *t)
{
    tree_imply_ends(t, N_NONE);
    if (tree_is_in(t, IS_CELL, IS_TABLE_SCOPE)) /* the limit of depth may have closed it */
        tree_pop_until_is(t, IS_CELL);
    formatting_clear(t);
    t->mode = MODE_IN_ROW;
}

enum step in_cell_start(struct tree *t)
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
        if (!tree_is_in(t, IS_CELL, IS_TABLE_SCOPE))
            return DONE;
        cell_close(t);
        return AGAIN;
    default:
        return in_body_start(t);
    }
}

enum step in_cell_end(struct tree *t)
{
    uint16_t name = t->token.name;
    switch (name) {
    case N_TD:
    case N_TH:
        if (!tree_in_table_scope(t, name))
            return DONE;
        tree_imply_ends(t, N_NONE);
        tree_pop_until(t, name);
        formatting_clear(t);
        t->mode = MODE_IN_ROW;
        return DONE;
    case N_BODY:
    case N_CAPTION:
    case N_COL:
    case N_COLGROUP:
    case N_HTML:
        return DONE;
    case N_TABLE:
    case N_TBODY:
    case N_TFOOT:
    case N_THEAD:
    case N_TR:
        if (!tree_in_table_scope(t, name))
            return DONE;
        cell_close(t);
        return AGAIN;
    default:
        return in_body_end(t);
    }
}
