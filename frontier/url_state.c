/* SPDX-License-Identifier: Apache-2.0 */
/* url_state.c: the transitions of url_state.h over the tables of cache/store.h. */
#include "frontier/url_state.h"

_Static_assert(REASON_COUNT <= JOB_REASONS, "a job counts every reason");

/* The count that a state stands for, as a place in delta; by is +1 or -1. */
static void count_state(struct job_delta *delta, enum url_state state, uint8_t reason, int by)
{
    switch (state) {
    case URL_READY:
        delta->ready += by;
        break;
    case URL_KEPT:
        delta->kept += by;
        break;
    case URL_TRAVERSED:
        delta->traversed += by;
        break;
    case URL_REDIRECTED:
        delta->redirected += by;
        break;
    case URL_FAILED:
        delta->failed += by;
        break;
    case URL_SKIPPED:
        delta->skipped[reason < JOB_REASONS ? reason : 0] += by;
        break;
    }
}

static enum status put(struct store_write *write, uint32_t job, const struct url_record *now,
                       const struct url_record *before, struct job_delta *delta)
{
    /* The old record's slices end with the write, its numbers do not: count first. */
    if (before)
        count_state(delta, before->state, before->reason, -1);
    count_state(delta, now->state, now->reason, +1);
    return store_url_put(write, job, now, before);
}

/* A known URL that another page links as something better. */
static enum status discover_again(struct store_write *write, uint32_t job, struct url_record now,
                                  const struct url_record *old, struct candidate *c,
                                  struct job_delta *delta)
{
    uint8_t marks = old->marks | c->marks;
    now.marks = marks;
    bool unasked = old->state == URL_SKIPPED && old->http_status == 0;
    bool unkept = old->state == URL_TRAVERSED && c->verdict == VERDICT_KEEP;
    bool freed = old->reason == REASON_TRAP && (unasked || old->state == URL_READY) &&
                 c->verdict != VERDICT_SKIP && c->reason != REASON_TRAP;
    bool better = c->verdict > old->verdict && (unasked || unkept || old->state == URL_READY);
    if ((!freed && !better) || old->reason == REASON_DATE) { /* a plain link knows no date */
        if (marks == old->marks)
            return OK;
        now = *old;
        now.marks = marks;
        return put(write, job, &now, old, delta);
    }
    now.seq = old->seq;
    now.verdict = better ? now.verdict : old->verdict;
    if (old->state == URL_READY) {
        /* Its place in the queue stays, where the workbench has it. */
        now.rank = old->rank;
        now.depth = old->depth;
        now.redirects = old->redirects;
        now.attempts = old->attempts;
        now.url = old->url;
        if (c->reason == REASON_TRAP)
            now.reason = old->reason;
    }
    enum status st = put(write, job, &now, old, delta);
    c->fresh = st == OK && old->state != URL_READY;
    c->raised = st == OK && old->state == URL_READY;
    c->seq = now.seq;
    return st;
}

static enum status discover_one(struct store_write *write, uint32_t job, struct id128 parent,
                                int64_t now_ms, struct candidate *c, uint64_t *next_seq,
                                struct job_delta *delta)
{
    struct url_record old, now = {.id = c->id,
                                  .parent = parent,
                                  .verdict = (uint8_t)c->verdict,
                                  .reason = (uint8_t)c->reason,
                                  .redirects = c->redirects,
                                  .rank = c->rank,
                                  .marks = c->marks,
                                  .depth = c->depth,
                                  .changed_ms = now_ms,
                                  .url = c->url,
                                  .detail = c->detail,
                                  .state = c->verdict == VERDICT_SKIP ? URL_SKIPPED : URL_READY};
    c->fresh = c->raised = false;
    enum status st = store_url_get(store_write_reader(write), job, c->id, &old);
    if (st == OK)
        return discover_again(write, job, now, &old, c, delta);
    if (st != ST_NOTFOUND)
        return st;
    now.seq = (*next_seq)++;
    st = put(write, job, &now, NULL, delta);
    c->fresh = st == OK && now.state == URL_READY;
    c->seq = now.seq;
    return st;
}

enum status url_state_discover(struct store_write *write, uint32_t job, struct id128 parent,
                               int64_t now_ms, struct candidate *candidates, size_t n,
                               uint64_t *next_seq, struct job_delta *delta)
{
    for (size_t i = 0; i < n; i++) {
        enum status st = discover_one(write, job, parent, now_ms, &candidates[i], next_seq, delta);
        if (st != OK)
            return st;
    }
    return OK;
}

enum status url_state_settle(struct store_write *write, uint32_t job, struct id128 id, int64_t now_ms,
                             struct outcome *outcome, struct job_delta *delta)
{
    struct url_record old;
    outcome->again = false;
    enum status st = store_url_get(store_write_reader(write), job, id, &old);
    if (st != OK || old.state != URL_READY)
        return st;
    struct url_record now = old;
    bool put_off = outcome->state == URL_READY && outcome->reason == REASON_DUPLICATE;
    bool moved = outcome->state == URL_READY && !put_off;
    bool wanted_more = outcome->state == URL_TRAVERSED && old.verdict == VERDICT_KEEP;
    bool vouched = outcome->reason == REASON_TRAP && old.reason != REASON_TRAP;
    outcome->again = moved || put_off || wanted_more || vouched;
    outcome->verdict = (enum verdict)old.verdict;
    if (wanted_more || vouched)
        return OK;
    now.state = outcome->state;
    now.reason = (uint8_t)outcome->reason;
    now.http_status = outcome->http_status;
    now.attempts = outcome->attempts;
    now.changed_ms = now_ms;
    if (put_off)
        now.rank = URL_RANK_LAST;
    if (moved) {
        now.url = outcome->detail;
        now.redirects++;
    } else if (outcome->detail.n || old.reason == REASON_DUPLICATE) {
        now.detail = outcome->detail;
    }
    return put(write, job, &now, &old, delta);
}

enum status url_state_revive(struct store_write *write, uint32_t job, const struct url_record *url,
                             struct job_delta *delta)
{
    struct url_record now = *url;
    now.state = URL_READY;
    now.reason = REASON_NONE;
    now.attempts = 0;
    now.redirects = 0;
    now.http_status = 0;
    return put(write, job, &now, url, delta);
}

static void add(uint64_t *count, int64_t by)
{
    *count = by < 0 && (uint64_t)-by > *count ? 0 : *count + (uint64_t)by;
}

void url_state_count(struct job_record *job, const struct job_delta *delta)
{
    add(&job->kept, delta->kept);
    add(&job->traversed, delta->traversed);
    add(&job->redirected, delta->redirected);
    add(&job->failed, delta->failed);
    add(&job->ready, delta->ready);
    for (size_t i = 0; i < JOB_REASONS; i++)
        add(&job->skipped[i], delta->skipped[i]);
    job->received_bytes += delta->received_bytes;
    job->stored_bytes += delta->stored_bytes;
    add(&job->no_text, delta->no_text);
    for (size_t i = 0; i < JOB_MARKS; i++)
        add(&job->marks[i], delta->marks[i]);
}
