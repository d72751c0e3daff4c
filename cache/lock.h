/* SPDX-License-Identifier: Apache-2.0 */
/* lock.h: `webkeep.lock` in the data folder: one process writes, and the next one can say who.
 *
 * The lock is flock() on the file, so it ends with its process however that dies; the text in the file,
 * "pid\ncommand\n", is for people and counts only while the lock is held. The file is never removed: a
 * second process could otherwise lock another file of the same name. Threads: any. */
#ifndef WEBKEEP_CACHE_LOCK_H
#define WEBKEEP_CACHE_LOCK_H

#include "base/status.h"

#define LOCK_FILE "webkeep.lock"
#define LOCK_COMMAND_BYTES 400 /* longer commands are cut */

/* Locks dir (which exists) and writes pid and command. ST_BUSY names the holder; ST_IO. The descriptor is
 * the lock: keep it for lock_release(). */
enum status lock_take(const char *dir, const char *command, int *ret_fd, struct diag *ret_diag) MUST_USE;
void lock_release(int fd);

/* Who holds the lock; pid 0 and an empty command when the holder has not said. ST_NOTFOUND: nobody. */
enum status lock_owner(const char *dir, int *ret_pid, char *ret_command, size_t command_size) MUST_USE;

#endif
