/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h: one function a command; each returns the exit code. */
#ifndef WEBKEEP_CLI_COMMANDS_H
#define WEBKEEP_CLI_COMMANDS_H

#include "cli/data.h"
#include "cache/writer.h"
#include "export/export.h"

int cmd_crawl(struct args *args);
int cmd_resume(struct args *args);
int cmd_retry(struct args *args);
int cmd_list(struct args *args);
int cmd_pages(struct args *args);
int cmd_show(struct args *args);
int cmd_why(struct args *args);
int cmd_status(struct args *args);
int cmd_export(struct args *args);
int cmd_extract(struct args *args);
int cmd_cancel(struct args *args);
int cmd_delete(struct args *args);
int cmd_check(struct args *args);
int cmd_repack(struct args *args);
int cmd_plan(struct args *args);
int cmd_convert(struct args *args);
int cmd_serve(struct args *args);
int cmd_keys(struct args *args);
int cmd_version(struct args *args);

/* The writer of a store that was opened for writing. An exit code. */
int cli_writer(const struct args *args, struct store *store, struct writer **ret_writer);
/* The first argument becomes the request's base URL, without the credentials in it. An exit code. */
int take_base_url(struct args *args);
/* Writes a job to args->out; a report of one line on stderr unless quiet. Shared by crawl and export. */
int export_job(struct args *args, struct store *store, struct id128 job, unsigned include);
/* ST_EXISTS before any work is done: what is at --out must not be lost. An exit code. */
int export_check_out(const struct args *args);
/* Re-extracts a job; rows go to stdout when print. Shared by crawl and extract. */
int extract_job(struct args *args, struct store *store, struct writer *writer, struct id128 job,
                bool print);

#endif
