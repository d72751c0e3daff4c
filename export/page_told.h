/* SPDX-License-Identifier: Apache-2.0 */
/* page_told.h: what is told of a stored page wherever pages are listed: command line, manifests, JSON Lines, API.
 * Each puts one value; the caller puts its name. Pure; threads: any. */
#ifndef WEBKEEP_EXPORT_PAGE_TOLD_H
#define WEBKEEP_EXPORT_PAGE_TOLD_H

#include "base/json.h"
#include "cache/records.h"

/* An object of what the page says of itself: title, description, authors, published, modified, language, siteName,
 * canonical, image, type, tags, breadcrumbs; what it does not say is left out. */
void page_put_metadata(const struct page_record *page, struct json_out *json);

/* A list of the words of its marks (extract/quality.h), and one of the limits that were reached. */
void page_put_quality(const struct page_record *page, struct json_out *json);
void page_put_cuts(const struct page_record *page, struct json_out *json);

/* What reached the Markdown, as a number from 0 to 1. */
void page_put_share(unsigned thousandths, struct json_out *json);

/* An object of the counts of a job's pages by mark; marks without pages are left out. */
void job_put_marks(const struct job_record *job, struct json_out *json);

#endif
