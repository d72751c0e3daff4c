/* SPDX-License-Identifier: Apache-2.0 */
/* plans.h: looks at sites before they are crawled (POST /crawl/plan): each a crawl of a few requests that belongs to
 * nobody and is deleted when it was told (crawler/survey.h).
 *
 * Each runs on a thread of its own, limits.plans of them at once; they share the engine, so that what hosts are asked
 * stays within what all jobs may ask. A plan that a dying process left is deleted at the next start. */
#ifndef WEBKEEP_API_PLANS_H
#define WEBKEEP_API_PLANS_H

#include "api/call.h"

struct plans;

/* Deletes what was left. NULL without memory. */
struct plans *plans_create(struct service *service);
/* Ends what runs, answers who waits, and takes no more; NULL is fine. */
void plans_stop(struct plans *plans);
void plans_destroy(struct plans *plans); /* no call is under way any more */

#endif
