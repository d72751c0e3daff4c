/* SPDX-License-Identifier: Apache-2.0 */
/* progress.h: a crawl as the person at the terminal sees it: one live line, two ways to interrupt, and the
 * report at its end. */
#ifndef WEBKEEP_CLI_PROGRESS_H
#define WEBKEEP_CLI_PROGRESS_H

#include "cli/options.h"
#include "crawler/crawler.h"
#include "cache/store.h"

#include <stdio.h>

/* On: Ctrl-C (or SIGTERM) is progress_wait()'s; before the crawl begins, so that none comes between. */
void progress_catch(bool on);

/* Waits until the crawl has ended. Ctrl-C once: finishes what is in flight; twice: ends the process at once
 * with 130. Afterwards Ctrl-C does what it always does. Returns true when it was interrupted. */
bool progress_wait(struct crawl *crawl, const struct args *args);

/* The end: counts, skipped by reason, the first three failures, what to type next. With json the object is
 * the last line of stdout; else the last line begins with "pages N". out_path may be NULL. */
void progress_report(const struct args *args, struct store *store, const struct job_record *job,
                     int64_t running_ms, const char *out_path, bool to_stderr);

/* cmd_status.c: what job_record.completeness says, in words; whole: with what was not wanted. */
/* How many of the job's pages have which mark of quality; nothing when none has one. */
void marks_print(FILE *to, const struct job_record *job);
void completeness_print(FILE *to, struct str text, bool whole);

/* The exit code that a job's state means. */
int progress_exit(const struct job_record *job, enum status trouble);

#endif
