/* SPDX-License-Identifier: Apache-2.0 */
/* extracts.h: runs one job of kind JOB_EXTRACT to its end, on the caller's thread. */
#ifndef WEBKEEP_API_EXTRACTS_H
#define WEBKEEP_API_EXTRACTS_H

#include "api/service.h"
#include "crawler/request.h"
#include "export/reextract.h"

/* Reads the job's request and makes its rows from the source's cached pages. stop: end soon, as the state that
 * stop_as holds then (JOB_CANCELLED or JOB_INTERRUPTED). What became of it stands in the job's record. */
void extracts_run(struct service *service, struct id128 job, const atomic_bool *stop,
                  const enum job_state *stop_as);

/* What a job with that request would do (reextract_survey()); nothing is stored. Reads the list of the source's pages. */
enum status extracts_survey(struct service *service, struct id128 source, uint32_t owner,
                            const struct crawl_request *request, struct reextract_survey *ret_survey,
                            struct diag *ret_diag) MUST_USE;

#endif
