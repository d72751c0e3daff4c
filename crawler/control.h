/* SPDX-License-Identifier: Apache-2.0 */
/* control.h: how another process changes something while one owns the data folder: a Unix socket in the
 * folder (`webkeep.sock`, mode 0600), one command a connection, one line each way:
 *
 *   cancel JOBID\n   ->   ok\n   or   error SENTENCE\n
 *   delete JOBID\n   ->   ok\n   or   error SENTENCE\n
 *   WORD ...\n       ->   ok ANSWER\n, or error SENTENCE\n   (the owner's own, by its hook)
 *
 * The owner serves from a thread of its own; a client waits for the answer CONTROL_WAIT_MS at most. */
#ifndef WEBKEEP_CRAWLER_CONTROL_H
#define WEBKEEP_CRAWLER_CONTROL_H

#include "crawler/crawler.h"

#define CONTROL_WAIT_MS 10000

struct control;

/* Commands that only the owner knows. ret_answer: one line without its end, or the sentence that says what is
 * wrong. Called on the control thread. NULL: none are known. */
struct control_hook {
    enum status (*command)(void *user, struct str line, struct buf *ret_answer);
    void *user;
};

/* ST_IO with a sentence when the socket can't be made; the crawl can go on without. */
enum status control_serve(const char *data_dir, struct engine *engine, struct writer *writer,
                          const struct control_hook *hook, struct control **ret_control,
                          struct diag *ret_diag) MUST_USE;
void control_stop(struct control *control); /* NULL is fine */

/* Sends one command ("cancel" or "delete") to the folder's owner. ST_NOTFOUND: nobody owns it; ST_DENIED
 * with the owner's sentence; ST_IO. */
enum status control_send(const char *data_dir, const char *command, struct id128 job,
                         struct diag *ret_diag) MUST_USE;

/* Sends a whole line of the owner's own commands; the answer goes into ret_answer. Statuses as above. */
enum status control_ask(const char *data_dir, struct str line, struct buf *ret_answer,
                        struct diag *ret_diag) MUST_USE;

/* Removes a job with all its own, in steps, through the writer. ST_NOTFOUND; ST_BUSY: it runs. */
enum status job_delete(struct writer *writer, struct id128 job) MUST_USE;

#endif
