/* SPDX-License-Identifier: Apache-2.0 */
/* url_state.h: how a URL's record moves from state to state, inside one write transaction.
 *
 *   (unknown) --discover--> READY or SKIPPED
 *   SKIPPED   --discover with a better verdict--> READY     (another page links it as something wanted)
 *   READY     --discover with a better verdict--> READY     (the same, wanted more)
 *   READY, SKIPPED as a trap --discover by who can vouch for it--> READY   (no suspect any more)
 *   TRAVERSED --discover as a page to keep--> READY          (it is fetched again and kept)
 *   READY     --settle----> KEPT, TRAVERSED, REDIRECTED, SKIPPED or FAILED
 *   READY     --settle----> READY (under another spelling, where it redirected to; or it was fetched for its
 *                           links and is to be kept by now; or it is put off until its original is there; or
 *                           it was taken for a suspect and is none by now)
 *   FAILED, SKIPPED --revive--> READY                       (retry; KEPT too, where one page is asked for again)
 *
 * A READY URL that is leased stays READY on disk: leases live in memory, so after a crash it is simply
 * ready again. Counts are kept as differences and added to the job's record by url_state_count(), in the
 * same transaction. Threads: the writer, inside apply(). */
#ifndef WEBKEEP_FRONTIER_URL_STATE_H
#define WEBKEEP_FRONTIER_URL_STATE_H

#include "cache/store.h"
#include "frontier/policy.h"

/* A judged link on its way to the store. Slices live in the page's arena. */
struct candidate {
    struct id128 id;
    struct str url, detail;
    enum verdict verdict;
    enum reason reason;
    uint16_t depth;
    uint8_t rank, redirects;
    uint8_t marks; /* bits of enum url_mark: they add up */
    bool fresh;    /* set by url_state_discover(): it became READY just now, under seq */
    bool raised;   /* set by url_state_discover(): it was READY, and is wanted more now */
    uint64_t seq;
};

#define URL_RANK_LAST 3    /* the workbench's last lane: after all that is wanted for sure */
#define URL_RANK_SUSPECT 4 /* as late, and a suspect of family.h while it is READY with REASON_TRAP */

/* How a leased URL ended. URL_READY: it redirected to another spelling of itself, which detail has; or, with
 * REASON_DUPLICATE, it says that it is a copy of detail, which is to be looked at first: it is put off. */
struct outcome {
    enum url_state state;
    enum reason reason;
    uint16_t http_status;
    uint8_t attempts;
    struct str detail;
    bool again;           /* set by url_state_settle(): it is READY still, to be fetched again ... */
    enum verdict verdict; /* ... and wanted so much */
};

/* What one transaction changes in a job's counts. */
struct job_delta {
    int64_t kept, traversed, redirected, failed, ready;
    int64_t skipped[JOB_REASONS];
    uint64_t received_bytes, stored_bytes;
    int64_t no_text, marks[JOB_MARKS];
};

/* Puts what is new among the candidates; *next_seq is where discovery numbers go on. */
enum status url_state_discover(struct store_write *write, uint32_t job, struct id128 parent,
                               int64_t now_ms, struct candidate *candidates, size_t n,
                               uint64_t *next_seq, struct job_delta *delta) MUST_USE;

/* ST_NOTFOUND: no such URL. A URL that is not READY any more is left as it is (OK). */
enum status url_state_settle(struct store_write *write, uint32_t job, struct id128 id, int64_t now_ms,
                             struct outcome *outcome, struct job_delta *delta) MUST_USE;

/* Any state -> READY, with its attempts forgotten. */
enum status url_state_revive(struct store_write *write, uint32_t job, const struct url_record *url,
                             struct job_delta *delta) MUST_USE;

/* Adds the differences to the job's record. The record's slices stay as they are. */
void url_state_count(struct job_record *job, const struct job_delta *delta);

#endif
