/* SPDX-License-Identifier: Apache-2.0 */
/* data.h: what most commands begin with: the data folder, the store in it, the job that was meant. */
#ifndef WEBKEEP_CLI_DATA_H
#define WEBKEEP_CLI_DATA_H

#include "cache/store.h"
#include "cli/options.h"

/* The folder's path, in a buffer of PATH_MAX bytes. */
int data_folder(const struct args *args, char *path, size_t size);

/* Opens the store for reading or writing; says what is wrong. The result is an exit code. */
int data_open(const struct args *args, enum store_mode mode, struct store **ret_store);

/* The job that word means: an id, a unique prefix of one, a host name (its newest crawl), or "last". Says
 * what is wrong, naming the candidates. Slices of *ret_job live until the read ends. */
int data_find_job(struct store_read *read, const char *word, struct job_record *ret_job);

#define JOB_ID_TEXT UUID_TEXT
void job_id_text(struct id128 id, char to[JOB_ID_TEXT]);
/* The first 13 characters, enough for people. */
void job_id_short(struct id128 id, char to[JOB_ID_TEXT]);

#endif
