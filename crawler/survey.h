/* SPDX-License-Identifier: Apache-2.0 */
/* survey.h: what a plan found out: the URLs of its job grouped into families, and how many pages a crawl may expect.
 * A plan is a crawl whose request has base_only: it fetches the base page and the sitemaps, no more than
 * SURVEY_FETCHES in all and for SURVEY_MS at most, and judges whatever they name. */
#ifndef WEBKEEP_CRAWLER_SURVEY_H
#define WEBKEEP_CRAWLER_SURVEY_H

#include "base/arena.h"
#include "cache/store.h"
#include "crawler/crawler.h"
#include "frontier/policy.h"

#define SURVEY_FETCHES 20
#define SURVEY_MS 5000
#define SURVEY_FAMILIES 100
#define SURVEY_SAMPLES 3

/* URLs of one form: a folder, a kind of file, names of parameters; or all of another host. */
struct family {
    struct str form;    /* "/docs/N/(any).html?page=" */
    uint64_t n[3];      /* by enum verdict */
    enum reason reason; /* of the first that is skipped */
    struct str samples[SURVEY_SAMPLES];
    unsigned n_samples;
};

struct survey {
    struct family *families; /* largest first; in the arena */
    size_t n;
    uint64_t others;   /* URLs in no family, when there were more forms than SURVEY_FAMILIES */
    uint64_t expected; /* URLs that would be kept, as far as known */
    unsigned sitemaps; /* files that listed something; 0: expected is the least that there is */
};

/* crawl has ended. ST_NOMEM, ST_LIMIT: the arena ended. */
enum status survey_read(struct store_read *read, const struct crawl *crawl, struct arena *arena,
                        struct survey *ret_survey) MUST_USE;

#endif
