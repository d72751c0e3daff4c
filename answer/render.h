/* SPDX-License-Identifier: Apache-2.0 */
/* render.h: an answer as a text to read: Markdown, plain text, or tables.
 *
 * Lists of objects are tables in Markdown and blocks of lines in plain text; an object is a line a member, those that
 * need more than one line below them under a heading; an object with one text alone is that text. Names are told as
 * words ("product_name": Product name); a value that is null is a dash, in a table an empty cell. Texts stand as they
 * are, so that Markdown stays Markdown; only in cells of tables are bars escaped and lines joined.
 * Pure; threads: any. */
#ifndef WEBKEEP_ANSWER_RENDER_H
#define WEBKEEP_ANSWER_RENDER_H

#include "base/json.h"

enum render_form { RENDER_JSON, RENDER_MARKDOWN, RENDER_TEXT, RENDER_TABLE };

/* Of a request's `output`; RENDER_JSON of what is none of the others. */
enum render_form render_form_of(struct str output);

/* Appends the text of an answer, which is JSON; nothing for RENDER_JSON. ST_INPUT: it is no JSON; ST_LIMIT, ST_NOMEM. */
enum status render(enum render_form form, struct str json, struct buf *out) MUST_USE;

#endif
