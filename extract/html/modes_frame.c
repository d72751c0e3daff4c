/* SPDX-License-Identifier: Apache-2.0 */
/* modes_frame.c: templates, what follows the body, and framesets (HTML 13.2.6.4.16 to 22). */
#include "extract/html/modes.h"

/* ---- in template ---- */

/* The content tells what kind of content it is: the template's mode changes for good. */
static enum step template_turns(struct tree *t, enum mode mode)
{
    tree_set_template_mode(t, mode);
    return modes_again(t, mode);
}

enum step in_template_start(struct tree *t)
{
    switch (t->token.name) {
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
        return in_head_start(t);
    case N_CAPTION:
    case N_COLGROUP:
    case N_TBODY:
    case N_TFOOT:
    case N_THEAD:
        return template_turns(t, MODE_IN_TABLE);
    case N_COL:
        return template_turns(t, MODE_IN_COLUMN_GROUP);
    case N_TR:
        return template_turns(t, MODE_IN_TABLE_BODY);
    case N_TD:
    case N_TH:
        return template_turns(t, MODE_IN_ROW);
    default:
        return template_turns(t, MODE_IN_BODY);
    }
}

enum step in_template_end(struct tree *t)
{
    return t->token.name == N_TEMPLATE ? in_head_end(t) : DONE;
}

enum step in_template_eof(struct tree *t)
{
    if (!t->n_templates) {
        t->done = true;
        return DONE;
    }
    tree_pop_until(t, N_TEMPLATE);
    formatting_clear(t);
    tree_pop_template_mode(t);
    tree_reset_mode(t);
    return AGAIN;
}

/* ---- after body, after after body ---- */

enum step after_eof(struct tree *t)
{
    t->done = true;
    return DONE;
}

enum step after_body_text(struct tree *t)
{
    if (!t->token.nul && tree_is_space(t, t->token.text))
        return in_body_text(t);
    return modes_again(t, MODE_IN_BODY);
}

enum step after_body_start(struct tree *t)
{
    return t->token.name == N_HTML ? in_body_start(t) : modes_again(t, MODE_IN_BODY);
}

enum step after_body_end(struct tree *t)
{
    if (t->token.name != N_HTML)
        return modes_again(t, MODE_IN_BODY);
    if (!t->fragment)
        t->mode = MODE_AFTER_AFTER_BODY;
    return DONE;
}

enum step after_after_body_end(struct tree *t)
{
    return modes_again(t, MODE_IN_BODY);
}

/* ---- framesets ---- */

/* Only the white space stays, put together in the side buffer: a node for each piece would be many. */
enum step in_frameset_text(struct tree *t)
{
    struct html_build *b = t->b;
    struct html_slice text = t->token.text, space = {.at = (uint32_t)b->side.n, .in_side = true};
    if (tree_is_space(t, text)) {
        tree_insert_text(t, text);
        return DONE;
    }
    char *to = buf_room(&b->side, text.n);
    struct str s = html_build_text(b, text);
    for (size_t i = 0; to && i < s.n; i++)
        if (ascii_is_space(s.p[i]))
            to[space.n++] = s.p[i];
    b->side.n += space.n;
    tree_insert_text(t, space);
    return DONE;
}

enum step in_frameset_start(struct tree *t)
{
    switch (t->token.name) {
    case N_HTML:
        return in_body_start(t);
    case N_FRAMESET:
        tree_insert(t);
        return DONE;
    case N_FRAME:
        tree_insert_void(t);
        return DONE;
    case N_NOFRAMES:
        return in_head_start(t);
    default:
        return DONE;
    }
}

enum step in_frameset_end(struct tree *t)
{
    if (t->token.name != N_FRAMESET || t->n_open == 1)
        return DONE;
    tree_pop(t);
    if (!t->fragment && !tree_top_is(t, N_FRAMESET))
        t->mode = MODE_AFTER_FRAMESET;
    return DONE;
}

enum step after_frameset_start(struct tree *t)
{
    if (t->token.name == N_HTML)
        return in_body_start(t);
    return t->token.name == N_NOFRAMES ? in_head_start(t) : DONE;
}

enum step after_frameset_end(struct tree *t)
{
    if (t->token.name == N_HTML)
        t->mode = MODE_AFTER_AFTER_FRAMESET;
    return DONE;
}

enum step after_after_frameset_end(struct tree *t)
{
    (void)t;
    return DONE;
}
