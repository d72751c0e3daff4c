/* SPDX-License-Identifier: Apache-2.0 */
/* modes.c: which function sees which token, and the mode "text". */
#include "extract/html/modes.h"

#include "base/must.h"

struct rules {
    enum step (*text)(struct tree *t);
    enum step (*start)(struct tree *t);
    enum step (*end)(struct tree *t);
    enum step (*eof)(struct tree *t);
};

/* clang-format off */
static const struct rules rules[MODES] = {
    [MODE_INITIAL] = {initial_text, initial_other, initial_other, initial_other},
    [MODE_BEFORE_HTML] = {before_html_text, before_html_start, before_html_end, before_html_other},
    [MODE_BEFORE_HEAD] = {before_head_text, before_head_start, before_head_end, before_head_other},
    [MODE_IN_HEAD] = {in_head_text, in_head_start, in_head_end, in_head_other},
    [MODE_IN_HEAD_NOSCRIPT] = {in_head_noscript_text, in_head_noscript_start, in_head_noscript_end,
                               in_head_noscript_other},
    [MODE_AFTER_HEAD] = {after_head_text, after_head_start, after_head_end, after_head_other},
    [MODE_IN_BODY] = {in_body_text, in_body_start, in_body_end, in_body_eof},
    [MODE_TEXT] = {text_text, text_end, text_end, text_eof},
    [MODE_IN_TABLE] = {in_table_text, in_table_start, in_table_end, in_body_eof},
    [MODE_IN_CAPTION] = {in_body_text, in_caption_start, in_caption_end, in_body_eof},
    [MODE_IN_COLUMN_GROUP] = {in_column_group_text, in_column_group_start, in_column_group_end, in_body_eof},
    [MODE_IN_TABLE_BODY] = {in_table_text, in_table_body_start, in_table_body_end, in_body_eof},
    [MODE_IN_ROW] = {in_table_text, in_row_start, in_row_end, in_body_eof},
    [MODE_IN_CELL] = {in_body_text, in_cell_start, in_cell_end, in_body_eof},
    [MODE_IN_TEMPLATE] = {in_body_text, in_template_start, in_template_end, in_template_eof},
    [MODE_AFTER_BODY] = {after_body_text, after_body_start, after_body_end, after_eof},
    [MODE_IN_FRAMESET] = {in_frameset_text, in_frameset_start, in_frameset_end, after_eof},
    [MODE_AFTER_FRAMESET] = {in_frameset_text, after_frameset_start, after_frameset_end, after_eof},
    [MODE_AFTER_AFTER_BODY] = {after_body_text, after_body_start, after_after_body_end, after_eof},
    [MODE_AFTER_AFTER_FRAMESET] = {in_frameset_text, after_frameset_start, after_after_frameset_end,
                                   after_eof},
};
/* clang-format on */

enum step modes_again(struct tree *t, enum mode mode)
{
    t->mode = mode;
    return AGAIN;
}

void modes_raw(struct tree *t, enum tokens_mode content)
{
    tree_insert(t);
    t->tokens.mode = content;
    t->original = t->mode;
    t->mode = MODE_TEXT;
}

enum step text_text(struct tree *t)
{
    tree_insert_text(t, t->token.text);
    return DONE;
}

enum step text_end(struct tree *t)
{
    tree_pop(t);
    t->mode = t->original;
    return DONE;
}

enum step text_eof(struct tree *t)
{
    tree_pop(t);
    return modes_again(t, t->original);
}

/* ---- by kind of token ---- */

static void comment(struct tree *t)
{
    switch (t->mode) {
    case MODE_INITIAL:
    case MODE_BEFORE_HTML:
    case MODE_AFTER_AFTER_BODY:
    case MODE_AFTER_AFTER_FRAMESET:
        tree_insert_comment(t, 0);
        break;
    case MODE_AFTER_BODY:
        tree_insert_comment(t, t->stack[0].node);
        break;
    default:
        tree_insert_comment_here(t);
    }
}

enum step modes_html(struct tree *t)
{
    switch (t->token.kind) {
    case TOKEN_TEXT:
        return rules[t->mode].text(t);
    case TOKEN_START:
        return rules[t->mode].start(t);
    case TOKEN_END:
        return rules[t->mode].end(t);
    case TOKEN_EOF:
        return rules[t->mode].eof(t);
    case TOKEN_COMMENT:
        comment(t);
        return DONE;
    default:
        return t->mode == MODE_INITIAL ? initial_doctype(t) : DONE;
    }
}

static enum step modes_foreign(struct tree *t)
{
    switch (t->token.kind) {
    case TOKEN_TEXT:
        return foreign_text(t);
    case TOKEN_START:
        return foreign_start(t);
    case TOKEN_END:
        return foreign_end(t);
    case TOKEN_COMMENT:
        tree_insert_comment_here(t);
        return DONE;
    default:
        return DONE;
    }
}

void modes_token(struct tree *t)
{
    /* Each further look closes an element or goes on to a later mode. */
    uint32_t looks = 0;
    for (enum step step = AGAIN; step == AGAIN && !t->done;) {
        step = foreign_rules(t) ? modes_foreign(t) : modes_html(t);
        must(++looks < 2 * t->max_open + 2 * MODES);
    }
}
