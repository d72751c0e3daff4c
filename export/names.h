/* SPDX-License-Identifier: Apache-2.0 */
/* names.h: the path that a page gets in an archive or a folder, made from its URL.
 *
 * Safe on every system: relative, no "." or "..", no character or reserved name that Windows refuses, no
 * control or direction characters, valid UTF-8, parts of at most NAME_PART_BYTES, NAME_BYTES in all. Stable:
 * the same URL among the same pages gets the same name.
 *
 * Unique without regard to case, and to the way accents are written: a first pass collects a 64-bit hash of
 * each folded name (8 bytes a page); every member of a group that shares one gets a short hash of its URL.
 * File against folder can't happen: a file always ends in one of name_extension()'s answers, a folder never.
 * Threads: one owner while it is filled; then names_put() by one thread. */
#ifndef WEBKEEP_EXPORT_NAMES_H
#define WEBKEEP_EXPORT_NAMES_H

#include "base/arena.h"
#include "base/buf.h"

#define NAME_PART_BYTES 120
#define NAME_BYTES 900

struct names;

/* base_url: pages of its host lie at the top, those of other hosts in a folder of that host's name.
 * NULL without memory. */
struct names *names_create(struct str base_url);
void names_destroy(struct names *names); /* NULL is fine */

/* First pass: every page once. Then names_settle(), once. ST_INPUT: url is no absolute http(s) URL. */
enum status names_add(struct names *names, struct str url) MUST_USE;
void names_settle(struct names *names);

/* Appends the name, without extension. Only after names_settle(). */
enum status names_put(struct names *names, struct str url, struct buf *out) MUST_USE;

/* Appends the name that path and query (no '?'; STR_NONE: there is none) have of themselves, before
 * collisions are looked at. host: a folder above it, or empty. */
void name_of_path(struct str host, struct str path, struct str query, struct buf *out);

/* ".html", ".txt" or ".md": what a body of this Content-Type is kept as. */
const char *name_extension(struct str content_type);

/* Appends the form under which names that some file system takes for equal are equal. Coarser than any of
 * them: case, and accents whether composed or not. */
void name_fold(struct str name, struct buf *out);

#endif
