/* SPDX-License-Identifier: Apache-2.0 */
/* control.h: how another process changes something while one owns the data folder: a Unix socket in the
 * folder (`webkeep.sock`, mode 0600), one command a connection, one line each way:
 *
 *   cancel JOBID\n   ->   ok\n   or   error SENTENCE\n
 *   delete JOBID\n   ->   ok\n   or   error SENTENCE\n
 *
 * The owner serves from a thread of its own; a client waits for the answer CONTROL_WAIT_MS at most. */
#ifndef WEBKEEP_CRAWLER_CONTROL_H
#define WEBKEEP_CRAWLER_CONTROL_H

#include "crawler/crawler.h"

#define CONTROL_WAIT_MS 10000

struct control;

/* ST_IO with a sentence when the socket can't be made; the crawl can go on without. */
enum status control_serve(const char *data_dir, struct engine *engine, struct writer *writer,
                          struct control **ret_control, struct diag *ret_diag) MUST_USE;
void control_stop(struct control *control); /* NULL is fine */

/* Sends one command ("cancel" or "delete") to the folder's owner. ST_NOTFOUND: nobody owns it; ST_DENIED
 * with the owner's sentence; ST_IO. */
enum status control_send(const char *data_dir, const char *command, struct id128 job,
                         struct diag *ret_diag) MUST_USE;

/* Removes a job with all its own, in steps, through the writer. ST_NOTFOUND; ST_BUSY: it runs. */
enum status job_delete(struct writer *writer, struct id128 job) MUST_USE;

#endif
