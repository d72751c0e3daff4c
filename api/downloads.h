/* SPDX-License-Identifier: Apache-2.0 */
/* downloads.h: archives of finished crawls, made once into a spool file without a name and served many times.
 *
 * Keyed by job, its version (updated_ms, rows) and the parts asked for. Made on threads of their own, at most
 * limits.exports at once; the files together take at most limits.spool_bytes, the least used goes first. */
#ifndef WEBKEEP_API_DOWNLOADS_H
#define WEBKEEP_API_DOWNLOADS_H

#include "api/call.h"

struct downloads;

struct downloads *downloads_create(struct service *service); /* NULL without memory */
/* Stops what is being made, and answers who waits; NULL is fine. */
void downloads_stop(struct downloads *downloads);
void downloads_destroy(struct downloads *downloads); /* no call is under way any more */

#endif
