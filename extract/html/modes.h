/* SPDX-License-Identifier: Apache-2.0 */
/* modes.h: the insertion modes (HTML 13.2.6.4). A mode is four functions: for text, start tags, end tags and
 * the end of the page; comments and doctypes are the same nearly everywhere and dealt with in modes.c.
 *
 * Every function looks at t->token. AGAIN means: once more, in the mode that is set now. "Process the token
 * using the rules for" another mode is a call of that mode's function. A text function may take white space
 * from the front of the text first. Private to extract/html. */
#ifndef WEBKEEP_EXTRACT_HTML_MODES_H
#define WEBKEEP_EXTRACT_HTML_MODES_H

#include "extract/html/tree.h"

/* modes.c */
enum step modes_html(struct tree *t);                  /* by the mode that is set */
void modes_token(struct tree *t);                      /* one token, to its end */
enum step modes_again(struct tree *t, enum mode mode); /* sets it and says AGAIN */
void modes_raw(struct tree *t,
               enum tokens_mode content); /* opens an element whose content is no markup */
enum step text_text(struct tree *t);
enum step text_end(struct tree *t);
enum step text_eof(struct tree *t);

/* modes_head.c; `other` is what the standard calls "anything else". */
enum step initial_text(struct tree *t);
enum step initial_other(struct tree *t);
enum step initial_doctype(struct tree *t);
enum step before_html_text(struct tree *t);
enum step before_html_start(struct tree *t);
enum step before_html_end(struct tree *t);
enum step before_html_other(struct tree *t);
enum step before_head_text(struct tree *t);
enum step before_head_start(struct tree *t);
enum step before_head_end(struct tree *t);
enum step before_head_other(struct tree *t);
enum step in_head_text(struct tree *t);
enum step in_head_start(struct tree *t);
enum step in_head_end(struct tree *t);
enum step in_head_other(struct tree *t);
enum step in_head_noscript_text(struct tree *t);
enum step in_head_noscript_start(struct tree *t);
enum step in_head_noscript_end(struct tree *t);
enum step in_head_noscript_other(struct tree *t);
enum step after_head_text(struct tree *t);
enum step after_head_start(struct tree *t);
enum step after_head_end(struct tree *t);
enum step after_head_other(struct tree *t);

/* doctype.c: whether a doctype asks for quirks mode (13.2.6.4.1). */
bool doctype_is_quirky(const struct html_build *b, const struct token_doctype *doctype);

/* modes_body.c */
void body_text(struct tree *t, struct html_slice text);
enum step in_body_text(struct tree *t);
enum step in_body_start(struct tree *t);

/* modes_body_end.c */
void body_other_end(struct tree *t, uint16_t name);
enum step in_body_end(struct tree *t);
enum step in_body_eof(struct tree *t);

/* modes_table.c */
void table_flush(struct tree *t); /* before any token that is no text */
enum step in_table_text(struct tree *t);
enum step in_table_start(struct tree *t);
enum step in_table_end(struct tree *t);
enum step in_caption_start(struct tree *t);
enum step in_caption_end(struct tree *t);
enum step in_column_group_text(struct tree *t);
enum step in_column_group_start(struct tree *t);
enum step in_column_group_end(struct tree *t);

/* modes_row.c */
enum step in_table_body_start(struct tree *t);
enum step in_table_body_end(struct tree *t);
enum step in_row_start(struct tree *t);
enum step in_row_end(struct tree *t);
enum step in_cell_start(struct tree *t);
enum step in_cell_end(struct tree *t);

/* modes_frame.c: templates, what follows the body, and framesets */
enum step in_template_start(struct tree *t);
enum step in_template_end(struct tree *t);
enum step in_template_eof(struct tree *t);
enum step after_body_text(struct tree *t);
enum step after_body_start(struct tree *t);
enum step after_body_end(struct tree *t);
enum step after_after_body_end(struct tree *t);
enum step after_eof(struct tree *t);
enum step in_frameset_text(struct tree *t);
enum step in_frameset_start(struct tree *t);
enum step in_frameset_end(struct tree *t);
enum step after_frameset_start(struct tree *t);
enum step after_frameset_end(struct tree *t);
enum step after_after_frameset_end(struct tree *t);

/* modes_foreign.c */
bool foreign_rules(struct tree *t); /* whether the token belongs there */
enum step foreign_text(struct tree *t);
enum step foreign_start(struct tree *t);
enum step foreign_end(struct tree *t);
/* Opens svg or math, met in HTML. */
void foreign_open(struct tree *t, enum html_ns ns);

#endif
