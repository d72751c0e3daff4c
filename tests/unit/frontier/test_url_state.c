/* SPDX-License-Identifier: Apache-2.0 */
/* test_url_state.c: the transitions of a URL's record, over a real store, through the writer. */
#include "frontier/url_state.h"

#include "tests/unit/cache/fixture.h"

struct world {
    struct folder folder;
    struct room room;
    struct job_record job;
    uint64_t next_seq;
    struct job_delta delta;
};

static struct world world_make(void)
{
    struct world w = {.folder = folder_make()};
    w.room = room_open(w.folder.path);
    w.job = job_added(&w.room, "url state");
    return w;
}

static void world_drop(struct world *w)
{
    CHECK_INT(room_check(&w->room).broken, 0);
    room_close(&w->room);
    folder_drop(&w->folder);
}

static struct candidate candidate(const char *name, enum verdict verdict, enum reason reason)
{
    return (struct candidate){.id = id_of(name, 0),
                              .url = STR_LIT("https://docs.example/x"),
                              .verdict = verdict,
                              .reason = reason,
                              .depth = 1};
}

struct discover {
    struct world *w;
    struct candidate *c;
    size_t n;
};

/* Counts go to the job's record in the same transaction, as check.c wants it. */
static enum status count(struct store_write *write, struct world *w, const struct job_delta *delta)
{
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), w->job.id, &job);
    if (st != OK)
        return st;
    url_state_count(&job, delta);
    job.next_seq = w->next_seq;
    return store_job_put(write, &job);
}

static enum status discover_errand(struct store_write *write, void *user)
{
    struct discover *d = user;
    struct job_delta delta = {0};
    enum status st = url_state_discover(write, d->w->job.number, (struct id128){{0}}, 1, d->c, d->n,
                                        &d->w->next_seq, &delta);
    d->w->delta = delta;
    return st == OK ? count(write, d->w, &delta) : st;
}

static void discover(struct world *w, struct candidate *c, size_t n)
{
    struct discover d = {w, c, n};
    CHECK_INT(room_write(&w->room, discover_errand, &d), OK);
}

struct settle {
    struct world *w;
    struct id128 id;
    struct outcome outcome;
};

static enum status settle_errand(struct store_write *write, void *user)
{
    struct settle *s = user;
    struct job_delta delta = {0};
    enum status st = url_state_settle(write, s->w->job.number, s->id, 2, &s->outcome, &delta);
    s->w->delta = delta;
    return st == OK ? count(write, s->w, &delta) : st;
}

static enum status settle(struct world *w, struct id128 id, enum url_state state, enum reason reason)
{
    struct settle s = {w, id, {.state = state, .reason = reason, .http_status = 200}};
    return room_write(&w->room, settle_errand, &s);
}

static struct url_record look(struct world *w, struct id128 id)
{
    struct store_read *read;
    struct url_record url = {0};
    NEED(store_read_begin(w->room.store, &read) == OK);
    NEED(store_url_get(read, w->job.number, id, &url) == OK);
    store_read_end(read);
    return url;
}

static void test_discover_once(void)
{
    struct world w = world_make();
    struct candidate c[] = {candidate("a", VERDICT_KEEP, REASON_NONE),
                            candidate("b", VERDICT_SKIP, REASON_OUTSIDE_SCOPE),
                            candidate("a", VERDICT_KEEP, REASON_NONE)};
    discover(&w, c, ARRAY_LEN(c));
    CHECK(c[0].fresh && !c[1].fresh && !c[2].fresh);
    CHECK_INT(c[0].seq, 0);
    CHECK_INT(w.next_seq, 2);
    CHECK_INT(w.delta.ready, 1);
    CHECK_INT(w.delta.skipped[REASON_OUTSIDE_SCOPE], 1);
    CHECK_INT(look(&w, c[0].id).state, URL_READY);
    CHECK_INT(look(&w, c[1].id).state, URL_SKIPPED);
    discover(&w, c, ARRAY_LEN(c));
    CHECK(!c[0].fresh);
    CHECK_INT(w.next_seq, 2);
    world_drop(&w);
}

/* What one page links as unwanted another may link as wanted. */
static void test_better_verdict_revives(void)
{
    struct world w = world_make();
    struct candidate no = candidate("a", VERDICT_SKIP, REASON_NOT_RELEVANT);
    struct candidate yes = candidate("a", VERDICT_KEEP, REASON_NONE);
    discover(&w, &no, 1);
    discover(&w, &yes, 1);
    CHECK(yes.fresh);
    CHECK_INT(yes.seq, 0);
    CHECK_INT(w.delta.ready, 1);
    CHECK_INT(w.delta.skipped[REASON_NOT_RELEVANT], -1);
    CHECK_INT(look(&w, yes.id).state, URL_READY);
    discover(&w, &no, 1);
    CHECK_INT(look(&w, yes.id).state, URL_READY);
    world_drop(&w);
}

/* A URL that was fetched and found to be no page stays so, whoever links it. */
static void test_fetched_skip_is_final(void)
{
    struct world w = world_make();
    struct candidate yes = candidate("a", VERDICT_KEEP, REASON_NONE);
    discover(&w, &yes, 1);
    CHECK_INT(settle(&w, yes.id, URL_SKIPPED, REASON_NOT_A_PAGE), OK);
    discover(&w, &yes, 1);
    CHECK(!yes.fresh);
    CHECK_INT(look(&w, yes.id).state, URL_SKIPPED);
    world_drop(&w);
}

static void test_settle_once(void)
{
    struct world w = world_make();
    struct candidate c = candidate("a", VERDICT_KEEP, REASON_NONE);
    discover(&w, &c, 1);
    CHECK_INT(settle(&w, c.id, URL_KEPT, REASON_NONE), OK);
    CHECK_INT(w.delta.kept, 1);
    CHECK_INT(w.delta.ready, -1);
    CHECK_INT(settle(&w, c.id, URL_FAILED, REASON_NONE), OK);
    CHECK_INT(w.delta.failed, 0);
    CHECK_INT(look(&w, c.id).state, URL_KEPT);
    CHECK_INT(settle(&w, id_of("nobody", 1), URL_KEPT, REASON_NONE), ST_NOTFOUND);
    world_drop(&w);
}

/* Wanted more while it waits: its place stays, and a fetch for its links only does not settle it. */
static void test_raised_while_ready(void)
{
    struct world w = world_make();
    struct candidate low = candidate("a", VERDICT_TRAVERSE, REASON_NONE);
    struct candidate high = candidate("a", VERDICT_KEEP, REASON_NONE);
    low.rank = 2;
    discover(&w, &low, 1);
    discover(&w, &high, 1);
    CHECK(high.raised && !high.fresh);
    CHECK_INT(look(&w, high.id).rank, 2);
    CHECK_INT(look(&w, high.id).verdict, VERDICT_KEEP);
    CHECK_INT(settle(&w, high.id, URL_TRAVERSED, REASON_NONE), OK);
    CHECK_INT(look(&w, high.id).state, URL_READY);
    CHECK_INT(w.delta.traversed, 0);
    CHECK_INT(settle(&w, high.id, URL_KEPT, REASON_NONE), OK);
    CHECK_INT(look(&w, high.id).state, URL_KEPT);
    world_drop(&w);
}

static void test_traversed_page_is_wanted_later(void)
{
    struct world w = world_make();
    struct candidate low = candidate("a", VERDICT_TRAVERSE, REASON_NONE);
    struct candidate high = candidate("a", VERDICT_KEEP, REASON_NONE);
    discover(&w, &low, 1);
    CHECK_INT(settle(&w, low.id, URL_TRAVERSED, REASON_NONE), OK);
    discover(&w, &high, 1);
    CHECK(high.fresh);
    CHECK_INT(w.delta.traversed, -1);
    CHECK_INT(w.delta.ready, 1);
    CHECK_INT(look(&w, high.id).state, URL_READY);
    world_drop(&w);
}

/* A redirect to another spelling: the same record, under the new URL. */
static void test_moved(void)
{
    struct world w = world_make();
    struct candidate c = candidate("a", VERDICT_KEEP, REASON_NONE);
    discover(&w, &c, 1);
    struct settle s = {
        &w, c.id, {.state = URL_READY, .detail = STR_LIT("https://docs.example/index.html")}};
    CHECK_INT(room_write(&w.room, settle_errand, &s), OK);
    CHECK(s.outcome.again);
    CHECK_INT(s.outcome.verdict, VERDICT_KEEP);
    struct url_record url = look(&w, c.id);
    CHECK_INT(url.state, URL_READY);
    CHECK_INT(url.redirects, 1);
    CHECK_INT(url.url.n, s.outcome.detail.n);
    CHECK_INT(w.delta.ready, 0);
    world_drop(&w);
}

static void test_counts(void)
{
    struct job_record job = {.ready = 1};
    struct job_delta delta = {.ready = -2, .kept = 3, .received_bytes = 10};
    delta.skipped[REASON_ROBOTS] = 4;
    url_state_count(&job, &delta);
    CHECK_INT(job.ready, 0); /* never below nothing */
    CHECK_INT(job.kept, 3);
    CHECK_INT(job.skipped[REASON_ROBOTS], 4);
    CHECK_INT(job.received_bytes, 10);
}

int main(void)
{
    RUN(test_discover_once);
    RUN(test_better_verdict_revives);
    RUN(test_fetched_skip_is_final);
    RUN(test_settle_once);
    RUN(test_raised_while_ready);
    RUN(test_traversed_page_is_wanted_later);
    RUN(test_moved);
    RUN(test_counts);
    return check_report();
}
