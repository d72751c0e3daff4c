/* SPDX-License-Identifier: Apache-2.0 */
/* zip.h: a ZIP archive (PKWARE APPNOTE 6.3.10) written forward only, so that a file and a pipe take the
 * same path and get the same bytes.
 *
 * Streams that are stored as raw deflate are copied, never inflated; only what is written on the fly is
 * compressed here, and held back until its size is known. No data descriptors. ZIP64 sizes where an entry
 * needs them, the ZIP64 end record where the archive does (more than 65,534 entries, or past 4 GiB).
 * Memory: about 50 bytes and the name for each entry (the central directory), until zip_finish().
 * Failure is sticky: every call after it returns the same status. Threads: one owner. */
#ifndef WEBKEEP_EXPORT_ZIP_H
#define WEBKEEP_EXPORT_ZIP_H

#include "base/codec.h"
#include "export/sink.h"

struct zip;

/* The sink stays the caller's and must outlive the archive. */
enum status zip_create(struct sink *sink, struct zip **ret_zip) MUST_USE;
void zip_destroy(struct zip *zip); /* NULL is fine; without zip_finish() no archive results */

/* An entry from a stored stream. name: relative, valid UTF-8, at most 65,535 bytes; unique is the caller's
 * business. time_ms: wall clock, written as UTC, since ZIP has no time zone. ST_CORRUPT: the stream does
 * not have info's size. */
enum status zip_put_packed(struct zip *zip, struct str name, int64_t time_ms, const struct packed *info,
                           struct str stream) MUST_USE;

/* An entry that is made piece by piece between begin and end. may_be_large: it could reach 4 GiB. */
enum status zip_begin(struct zip *zip, struct str name, int64_t time_ms, bool may_be_large) MUST_USE;
enum status zip_put(struct zip *zip, struct str bytes) MUST_USE;
enum status zip_end(struct zip *zip) MUST_USE;

/* Central directory and end records. The sink is not committed. */
enum status zip_finish(struct zip *zip) MUST_USE;

uint64_t zip_entries(const struct zip *zip);
/* The sentence of the failure, where there is one. */
void zip_explain(const struct zip *zip, struct diag *ret_diag);

#endif
