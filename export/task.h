/* SPDX-License-Identifier: Apache-2.0 */
/* task.h: one running export: what the formats of the export room share, and nobody else sees.
 *
 * export.c makes a task (job, set of pages, names), then calls the one function of its format, which drives
 * as many passes over the pages as it needs. Threads: a task is one thread's. */
#ifndef WEBKEEP_EXPORT_TASK_H
#define WEBKEEP_EXPORT_TASK_H

#include "export/export.h"
#include "export/names.h"
#include "export/pages.h"
#include "export/sink.h"

/* The most bytes one part may unpack to. */
#define PART_MAX_BYTES ((size_t)1 << 30)

struct export_task {
    struct store *store;
    const struct export_options *options;
    unsigned include; /* bits of enum export_include, never 0 */
    struct arena arena;
    struct job_record job; /* whose pages; texts in arena */
    struct id128 rows_id;  /* the job that data comes from; rows_job 0: none */
    uint32_t rows_job;
    struct page_set set;
    uint64_t total, done;           /* pages */
    uint64_t text_bytes, row_bytes; /* at most what the manifest and data.jsonl take */
    struct names *names;
    struct codec *codec;
    struct buf name, text, raw; /* for one page at a time */
    struct sink *sink;          /* NULL for EXPORT_DIR */
    struct export_report report;
    struct diag *diag;
};

/* Where a text that is made piece by piece goes. */
struct outlet {
    enum status (*put)(void *user, struct str piece);
    void *user;
};

/* Calls visit for each page of the set, in order, until it fails. want: bits of enum pages_want. counts:
 * this pass is the one that progress tells of. ST_CANCELLED; ST_NOTFOUND: the job was deleted meanwhile. */
enum status task_each(struct export_task *task, unsigned want, bool counts,
                      enum status (*visit)(struct export_task *task, const struct page_item *item,
                                           void *user),
                      void *user) MUST_USE;

/* The file that a part of a page is kept in, within archive or folder; lives until the next call. */
enum status task_file(struct export_task *task, const struct page_record *page, enum part_kind kind,
                      struct str *ret_name) MUST_USE;

/* Appends a page's row as a plain object (answer/answer.h); the page has one. task->raw is used. */
enum status task_row_line(struct export_task *task, const struct page_item *item,
                          struct buf *out) MUST_USE;

/* Which parts are kept; and the parts of a page that should be and aren't. */
bool task_keeps(const struct export_task *task, enum part_kind kind);
unsigned task_missing(const struct export_task *task,
                      const struct page_item *item); /* export_include bits */

/* The formats. */
enum status export_zip(struct export_task *task) MUST_USE;
enum status export_tree(struct export_task *task) MUST_USE;
enum status export_jsonl(struct export_task *task) MUST_USE;
enum status export_markdown(struct export_task *task) MUST_USE;

/* manifest.json: job, policy, counts, and each page with its files and hashes; says what is missing. */
enum status manifest_put(struct export_task *task, const struct outlet *out) MUST_USE;
/* index.md: the titles, linked to their files. */
enum status index_put(struct export_task *task, const struct outlet *out) MUST_USE;

#endif
