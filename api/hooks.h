/* SPDX-License-Identifier: Apache-2.0 */
/* hooks.h: the bodies of webhooks: what crawler/deliver.h sends, in the API's words.
 *
 *   crawl.page                                          a page was kept, or a URL was given up
 *   crawl.completed, crawl.failed, crawl.cancelled      the crawl (or extraction) ended
 *
 * All have event, id (the same when it is sent again), jobId, status (of the job, then), timestamp. A page has what
 * /pages shows of it; when its data is too large for a body, data is null and "truncated": true stands beside it.
 * An end has pagesCrawled, baseUrl and, when it failed, error. Other states are not told. */
#ifndef WEBKEEP_API_HOOKS_H
#define WEBKEEP_API_HOOKS_H

#include "api/service.h"

/* deliver_options.body; user is the service. ST_AGAIN: the server does not listen yet, so links have no origin. */
enum status hook_body(void *user, struct store_read *read, const struct job_record *job,
                      const struct feed_record *event, const char **ret_name, struct buf *out);

#endif
