/* SPDX-License-Identifier: Apache-2.0 */
/* reextract.h: new data from pages that are cached: a new job whose rows are made without any request.
 *
 * Wishes are the fields named in a sentence ("titles and all headings, code blocks with their language").
 * The engine without a model answers built-in fields: title, description, headings, links, images, code,
 * tables, dates, language, url, markdown, text length. What it did not understand it says. */
#ifndef WEBKEEP_EXPORT_REEXTRACT_H
#define WEBKEEP_EXPORT_REEXTRACT_H

#include "cache/writer.h"
#include "extract/extract.h"

#include <stdatomic.h>

struct wishes;

/* transform: the sentence; schema: a JSON Schema text or STR_NONE, whose property names are then the fields
 * (each must be one of the built-in ones by name or synonym, else it is unresolved and null).
 * Both empty: title, description, headings. ST_INPUT: nothing at all was understood, with a sentence that
 * lists what can be asked for. */
enum status wishes_parse(struct str transform, struct str schema, struct wishes **ret_wishes,
                         struct diag *ret_diag) MUST_USE;
void wishes_destroy(struct wishes *wishes); /* NULL is fine */
size_t wishes_unresolved(const struct wishes *wishes);
struct str wishes_unresolved_text(const struct wishes *wishes, size_t i);

struct reextract_request {
    struct id128 source; /* the job whose pages are read */
    struct str transform, schema;
    enum html_engine engine;
    struct html_limits limits;
    unsigned workers; /* threads that read pages; rows still come in order */
    unsigned chunk_pages;
    /* Each row, in page order, as one JSON object without line feed: {"url":...,"title":...}. May be NULL. */
    void (*row)(void *user, struct str json);
    void *user;
    const atomic_bool *cancel;
};

struct reextract_report {
    struct id128 job; /* the new job */
    uint64_t rows, failed;
};

/* Reads the source's pages and stores a JOB_EXTRACT job with one row a page (through the writer). */
enum status reextract_run(struct store *store, struct writer *writer,
                          const struct reextract_request *request, struct reextract_report *ret_report,
                          struct diag *ret_diag) MUST_USE;

#endif
