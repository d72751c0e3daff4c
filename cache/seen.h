/* SPDX-License-Identifier: Apache-2.0 */
/* seen.h: which URLs a job knows: from a URL's id to its seq, under which the record stands.
 *
 * An entry is the first 64 bits of the id and the seq, 16 bytes; the record holds the whole id and settles whether two
 * URLs only share these bits. A job's entries are in SEEN_SETS sets by their first bits, and each set has two parts,
 * young and old. New entries go to the young part, which is small, so that the entries of one transaction lie on few
 * pages; from time to time a young part is moved to the old one as a whole and in order, so that each page of that,
 * which may be on disk only, is touched once for many entries. What is moved when follows from the seq alone.
 *
 * Inner header of the cache. Threads: as store.h says of reading and writing. */
#ifndef WEBKEEP_CACHE_SEEN_H
#define WEBKEEP_CACHE_SEEN_H

#include "cache/lmdb_int.h"

/* ST_NOTFOUND; ST_CORRUPT: an entry without its record. */
enum status seen_find(struct store_read *read, uint32_t job, struct id128 id,
                      struct url_record *ret_url) MUST_USE;
/* An entry for a URL that has none. */
enum status seen_add(struct store_write *write, uint32_t job, struct id128 id, uint64_t seq) MUST_USE;

#endif
