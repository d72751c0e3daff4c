/* SPDX-License-Identifier: Apache-2.0 */
/* answer.h: the one door of the answer room: a page and a question in, data in the shape asked for out.
 *
 * A question is a sentence (prompt), a JSON Schema, or both; it is read once into a struct asker. The engine that
 * is built in answers the fields of wishes.h and nothing else: what it can't answer is null, and when nothing of
 * a question can be answered the answer has failed, and readers show the page's Markdown. No value is guessed.
 *
 * THE STORED ROW, a contract: the store keeps an answer as one JSON object, the same for crawls, scrapes, batches
 * and re-extractions. Its members, in any order; readers pass over others:
 *
 *   "data"                          the answer: any JSON value, as the question shapes it; absent when it failed
 *   "failed": true                  nothing could be answered; else absent
 *   "error": TEXT                   the page could not even be read; only with failed
 *   "engine": TEXT                  what answered: "fields", the built-in engine, or "model"
 *   "grounding": {"onPage", "exempt", "dropped"}  of a model's answer: values that stand on the page, that need
 *                                   not (true and false, words of an enum, what it was asked to write), and that
 *                                   should but do not, or that the schema does not allow, and so became null
 *   "inputTokens", "outputTokens"   absent: 0
 *   "warnings": [TEXT, ...]         sentences: what was asked for and not understood, and why a row that is not
 *                                   an error has failed; absent: none
 *
 * answer_row_read() takes it apart; answer_row_line() makes the plain object that `webkeep extract` prints and
 * data.jsonl holds: {"url":...,"title":...}.
 *
 * Without a model these are pure functions; with one, answer_page() may wait for its server. Threads: an asker is
 * not changed once made, any number may use it at once. */
#ifndef WEBKEEP_ANSWER_ANSWER_H
#define WEBKEEP_ANSWER_ANSWER_H

#include "extract/extract.h"

#include <stdatomic.h>

struct asker;
struct model; /* model.h */

struct question {
    struct str prompt, schema; /* empty: none; the schema as JSON text */
    struct str output; /* "json", "markdown", "text", "table"; empty: json where anything is asked */
    /* What can't be answered at all is refused (ST_INPUT with a sentence), and rows have no members for parts of
     * the prompt that were not understood: the asker is told of these (asker_warning()). */
    bool strict;
    struct model
        *model; /* who is asked first; NULL: the built-in engine alone; must outlive the asker */
    const atomic_bool *cancel; /* ends waiting for it; may be NULL */
};

/* True when a job's pages are to be answered: there is a prompt or a schema, or output is "json". */
bool question_is_asked(const struct question *question);

/* Reads the question; it need not live on. ST_NOMEM; ST_INPUT only when it is strict. */
enum status asker_create(const struct question *question, struct asker **ret_asker,
                         struct diag *ret_diag) MUST_USE;
void asker_destroy(struct asker *asker); /* NULL is fine */
/* answer_page() may wait for a model. */
bool asker_waits(const struct asker *asker);
/* Tokens that the model is sent for a page of so much Markdown, estimated; 0 without a model. */
uint64_t asker_tokens(const struct asker *asker, uint64_t markdown_bytes);
/* What extract_document() must find out: bits of enum extract_want. */
unsigned asker_want(const struct asker *asker);
/* What its answers depend on beside the page and how it was parsed: who answers, which version of that, and the question. Bytes, not
 * text; they live as long as the asker. */
struct str asker_identity(const struct asker *asker);
/* Parts of the question that were not understood, in the asker's own words. */
size_t asker_warnings(const struct asker *asker);
struct str asker_warning(const struct asker *asker, size_t i);

struct answer_info {
    bool failed;
    bool
        passing; /* another try may do better (the model could not answer now): not to be kept for later */
    uint64_t input_tokens, output_tokens;
    const char *engine; /* static */
};

/* Appends the stored row of one page, read with asker_want(). Trouble is json_out->status, which is returned
 * too; a page that can't be answered is no trouble (info->failed). */
enum status answer_page(const struct asker *asker, struct str url, const struct doc *doc,
                        struct buf *json_out, struct answer_info *ret_info) MUST_USE;
/* The stored row of a page that could not be read. */
void answer_error(const char *error, struct buf *json_out);

/* ---- reading rows ---- */

struct answer_row {
    bool failed;
    struct str data;          /* JSON; STR_NONE when it failed */
    struct str error, engine; /* the text between the quotes, as JSON escapes it; may be empty */
    struct str warnings;      /* a JSON array, or STR_NONE */
    struct str grounding;     /* a JSON object, or STR_NONE */
    uint64_t input_tokens, output_tokens;
};

/* Slices point into json. ST_CORRUPT: not a stored row. */
enum status answer_row_read(struct str json, struct answer_row *ret_row) MUST_USE;

/* Appends the plain object of a row: the URL first, then the members of data (but for one named url); data that
 * is no object is a member "data"; a failed row has "failed": true, or "error" with the reason. ST_CORRUPT. */
enum status answer_row_line(struct str url, struct str json, struct buf *out) MUST_USE;

#endif
