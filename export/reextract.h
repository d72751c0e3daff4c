/* SPDX-License-Identifier: Apache-2.0 */
/* reextract.h: new data from pages that are cached: a new job whose rows are made without any request.
 *
 * What is asked is a question (answer/answer.h): fields named in a sentence, or a JSON Schema. */
#ifndef WEBKEEP_EXPORT_REEXTRACT_H
#define WEBKEEP_EXPORT_REEXTRACT_H

#include "answer/answer.h"
#include "cache/writer.h"
#include "extract/extract.h"

#include <stdatomic.h>

struct reextract_request {
    struct id128 source;                  /* the job whose pages are read */
    struct str transform, schema, output; /* as in struct question */
    bool strict; /* a question that can't be answered at all is refused (question.strict) */
    enum html_engine engine;
    struct html_limits limits;
    struct model *model; /* who is asked first (answer/model.h); NULL: the built-in engine alone */
    unsigned
        workers; /* threads that read pages, no fewer than the model takes requests; rows still come in order */
    unsigned chunk_pages;
    /* Each row, in page order, as one JSON object without line feed: {"url":...,"title":...}. May be NULL. */
    void (*row)(void *user, struct str json);
    void *user;
    const atomic_bool *cancel;
    /* A job of kind JOB_EXTRACT that waits to be run; NULL: a new one is made. Its rows are made anew, so that one
     * that was interrupted may simply be run again; its credits are settled when it has ended. */
    const struct id128 *job;
    uint32_t owner; /* whose job it is */
    uint64_t
        answer_bytes; /* answers that are kept for later jobs (cache/answers.h); 0: none, and none is used */
    const enum job_state *stop_as; /* what a cancelled run becomes; NULL: JOB_CANCELLED */
};

/* The receipt. Nothing in it is of the site: this room has no way to one (the layers forbid it), so the requests that
 * were made to it are 0. */
struct reextract_report {
    struct id128 job; /* the new job */
    uint64_t rows;    /* pages of the source, in order */
    uint64_t failed;  /* of these: pages that could not be read */
    uint64_t reused;  /* pages that an earlier job had answered already; the others were answered now */
    uint64_t empty;   /* of both: pages that say nothing of what was asked for */
    uint64_t input_tokens, output_tokens;
};

/* Reads the source's pages and stores a JOB_EXTRACT job with one row a page (through the writer). */
enum status reextract_run(struct store *store, struct writer *writer,
                          const struct reextract_request *request, struct reextract_report *ret_report,
                          struct diag *ret_diag) MUST_USE;

/* A dry run: what reextract_run() would do, and nothing is stored. */
struct reextract_survey {
    uint64_t pages;  /* as many rows there would be */
    uint64_t anew;   /* pages that would be answered, the others have an answer already */
    uint64_t tokens; /* estimated, of those; the built-in engine takes none */
};

/* The questions and sources that reextract_run() refuses are refused alike. A store that is open for reading is
 * enough. */
enum status reextract_survey(struct store *store, const struct reextract_request *request,
                             struct reextract_survey *ret_survey, struct diag *ret_diag) MUST_USE;

#endif
