/* SPDX-License-Identifier: Apache-2.0 */
/* survey.h: what a plan found out: the URLs of its job grouped into families, and how many pages a crawl may expect.
 * A plan is a crawl whose request has is_survey: it fetches the base page and the sitemaps and, where no sitemap
 * lists anything or an instruction is to be followed, further pages as a crawl would; SURVEY_FETCHES requests in all, for SURVEY_MS at most. Whatever
 * these name is judged. Its job is nobody's (OWNER_NOBODY), and whoever started it deletes it. */
#ifndef WEBKEEP_CRAWLER_SURVEY_H
#define WEBKEEP_CRAWLER_SURVEY_H

#include "base/arena.h"
#include "cache/store.h"
#include "crawler/crawler.h"
#include "extract/framework.h"
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
    uint64_t expected; /* pages that would be kept, as far as known, and not above the page limit */
    unsigned sitemaps; /* files that listed something; 0: expected is the least that there is */
    unsigned fetches;  /* requests made */
    struct framework framework; /* that made the site, where a page tells */
    struct {
        enum survey_robots {
            SURVEY_ROBOTS_UNASKED,
            SURVEY_ROBOTS_NONE,
            SURVEY_ROBOTS_RULES,
            SURVEY_ROBOTS_REFUSED
        } state;
        struct str refused; /* why nothing may be fetched */
        int64_t delay_ms;   /* Crawl-delay, or -1 */
        size_t sitemaps;    /* that it names */
    } robots;
};

const char *survey_robots_text(enum survey_robots state); /* "unasked", "none", "rules", "refused" */

/* crawl has ended. ST_NOMEM, ST_LIMIT: the arena ended. */
enum status survey_read(struct store_read *read, const struct crawl *crawl, struct arena *arena,
                        struct survey *ret_survey) MUST_USE;
/* What a crawl has seen, largest families first: "60 of /guide/p.html, 8 of ..."; cut to fit. */
void survey_tell_seen(struct store_read *read, const struct crawl *crawl, char *text, size_t size);
/* Its members, for an object that is open: framework, families, other_urls, robots, sitemaps, fetches, expected. */
void survey_put(const struct survey *survey, struct json_out *out);

#endif
