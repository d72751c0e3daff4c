/* SPDX-License-Identifier: Apache-2.0 */
/* take.h: bodies that ask for work, read into a crawl_request. They were held against the route's schema before, so
 * here types are right and only meaning is checked. Slices live in the call's arena. */
#ifndef WEBKEEP_API_TAKE_H
#define WEBKEEP_API_TAKE_H

#include "api/call.h"
#include "api/queue.h"
#include "base/schema.h"

struct taken_body {
    struct call *call;
    struct crawl_request request;
    struct job_secrets secrets;
    struct schema_notes notes; /* on the body's schema */
    bool propose;              /* of a plan */
};

/* Each false: a reply was made. */
bool take_common(struct taken_body *body,
                 struct call *call) MUST_USE; /* begins: the fields that all have */
bool take_urls(struct taken_body *body, const struct json *list, unsigned most) MUST_USE;
/* What is crawled; usual_pages: maxPages where none is given, 0: no limit. */
bool take_crawl(struct taken_body *body, uint64_t usual_pages) MUST_USE;

/* prompt, output and schema: without any of them a page is its Markdown and nothing is extracted. */
void take_wishes(struct taken_body *body);
/* A text of the body; empty when absent. */
struct str taken_text(const struct call *call, const char *name);
/* False when absent. */
bool taken_flag(const struct call *call, const char *name);

#endif
