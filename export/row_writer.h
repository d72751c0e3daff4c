/* SPDX-License-Identifier: Apache-2.0 */
/* row_writer.h: rows of a re-extraction on their way to the store, with the answers that are to be kept for later.
 *
 * Rows are copied; all of one call are one writer's job. The first trouble of any of them is told by every call that follows.
 * Threads: one caller; the writer's thread reports to it. */
#ifndef WEBKEEP_EXPORT_ROW_WRITER_H
#define WEBKEEP_EXPORT_ROW_WRITER_H

#include "cache/answers.h"
#include "cache/writer.h"

#include <pthread.h>

struct row_writer {
    struct writer *writer;
    uint32_t job;          /* whose rows they are */
    uint64_t answer_bytes; /* store_answer_put()'s max_bytes */
    pthread_mutex_t lock;  /* over what follows */
    pthread_cond_t landed;
    unsigned in_flight;
    enum status trouble;
};

struct made_row {
    uint64_t seq;
    struct packed packed;
    struct str stream;
    bool keep; /* for later jobs, under key */
    struct sha256 key;
    unsigned flags; /* bits of enum answer_flags */
};

void row_writer_init(struct row_writer *w, struct writer *writer);
void row_writer_fini(struct row_writer *w); /* none may be on its way */
enum status row_writer_push(struct row_writer *w, const struct made_row *rows, unsigned n) MUST_USE;
/* Until every row that was pushed is committed or refused. */
enum status row_writer_await(struct row_writer *w) MUST_USE;

#endif
