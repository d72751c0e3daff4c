/* SPDX-License-Identifier: Apache-2.0 */
/* folder.h: a folder of files that appears when it is whole, and that nobody can lead astray.
 *
 * Everything is written into a staging folder first: beside the target when the target does not exist (it
 * is then renamed), inside it when it does (its files are then moved to their places, so that a mounted
 * folder works too). No symbolic link below the target is ever followed; a file or link that has a file's
 * name is replaced, one that stands where a folder is needed is an error. What else lies in an existing
 * folder stays. Threads: one owner. */
#ifndef WEBKEEP_EXPORT_FOLDER_H
#define WEBKEEP_EXPORT_FOLDER_H

#include "base/buf.h"

#include <stdint.h>

struct folder;

/* ST_EXISTS: a non-empty folder and no overwrite, or something that is no folder. Else as sink_open(). */
enum status folder_open(const char *path, bool overwrite, struct folder **ret_folder,
                        struct diag *ret_diag) MUST_USE;

/* Begins, writes, ends one file. name: as names.h makes them, parts parted by '/'; each once. */
enum status folder_begin(struct folder *folder, struct str name, struct diag *ret_diag) MUST_USE;
enum status folder_put(struct folder *folder, struct str bytes, struct diag *ret_diag) MUST_USE;
enum status folder_end(struct folder *folder, struct diag *ret_diag) MUST_USE;

uint64_t folder_bytes(const struct folder *folder);

/* Syncs and puts everything in its place. When this fails for an existing folder, some files may have been
 * moved already; the sentence names the one that could not. */
enum status folder_commit(struct folder *folder, struct diag *ret_diag) MUST_USE;

/* Frees; what was not committed is removed. NULL is fine. */
void folder_close(struct folder *folder);

#endif
