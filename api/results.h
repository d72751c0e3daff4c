/* SPDX-License-Identifier: Apache-2.0 */
/* results.h: what a page gave, as JSON: shared by status, pages, retries and webhooks.
 *
 * A result_reader unpacks one page at a time into buffers of its own. Threads: one owner. */
#ifndef WEBKEEP_API_RESULTS_H
#define WEBKEEP_API_RESULTS_H

#include "base/codec.h"
#include "base/json.h"
#include "cache/store.h"

struct result_reader {
    struct codec *codec;
    struct buf row, markdown;
};

/* The newest read of a page; slices live until the next. */
struct page_result {
    bool answered, failed; /* there is an answer; the job asked and got none */
    struct str data;       /* JSON, when answered */
    struct str markdown;   /* else, UTF-8; read when asked for or when there is no answer */
    struct str error;      /* of a row whose page could not be read, as JSON escapes it */
    struct str engine;     /* that answered, as JSON escapes it; its quotes stand around it */
    struct str warnings;   /* a JSON array; empty: none */
    struct str grounding;  /* a JSON object; empty: no model answered */
    uint64_t input_tokens, output_tokens;
};

enum status result_reader_init(struct result_reader *reader) MUST_USE;
void result_reader_fini(struct result_reader *reader);

/* Reads page `seq` of source for job (the same but for extractions). bundle: of the page's record.
 * ST_CORRUPT, ST_NOMEM. */
enum status result_read(struct result_reader *reader, struct store_read *read,
                        const struct job_record *job, const struct page_record *page, bool want_markdown,
                        struct page_result *ret_result) MUST_USE;

/* Puts the value of `data`: the answer, else the Markdown as a string. */
void result_put(const struct page_result *result, struct json_out *out);

/* Puts `metadata` and `quality` of a page. answer: an object whose own members of these names are put instead, by
 * the caller; or NULL. */
void result_put_told(const struct page_record *page, const struct json *answer, struct json_out *out);

/* Puts `engine`, `warnings` and `grounding` where there are some. answer: as above. */
void result_put_engine(const struct page_result *result, const struct json *answer,
                       struct json_out *out);

/* The job whose pages an extraction read; else the job itself. ST_NOTFOUND: it was deleted. */
enum status result_source(struct store_read *read, const struct job_record *job,
                          struct job_record *ret_source) MUST_USE;

/* `content` of several pages: one is itself; all arrays are joined; all objects are merged member by member, by
 * the same rules, the first value other than null counting where they are neither; anything else is an array of
 * them. datas: JSON texts. */
enum status results_combine(const struct str *datas, size_t n, struct json_out *out) MUST_USE;

#endif
