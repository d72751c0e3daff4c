/* SPDX-License-Identifier: Apache-2.0 */
/* test_workbench.c: politeness and the window: what is handed out when, and what stays on disk. */
#include "frontier/known.h"
#include "frontier/workbench.h"
#include "tests/check.h"

static const struct workbench_options plain = {
    .window_urls = 8, .host_requests = 2, .retry_first_ms = 100, .retry_max_ms = 1000, .dead_after = 3};

static struct ready_url *url_at(uint64_t seq, const char *text)
{
    struct ready_url *u =
        ready_url_create((struct id128){{(uint8_t)seq}}, seq, 0, 1, 0, VERDICT_KEEP, str_of(text));
    NEED(u);
    return u;
}

static enum status add(struct workbench *wb, uint64_t seq, const char *text)
{
    struct ready_url *u = url_at(seq, text);
    enum status st = workbench_add(wb, &u);
    CHECK(u == NULL);
    return st;
}

/* robots.txt is the loop's business: here every host is open. */
static void open_host(struct workbench *wb, const char *origin)
{
    struct host *host = workbench_host(wb, str_of(origin));
    NEED(host);
    host->robots_state = ROBOTS_KNOWN;
}

static struct workbench *make(const struct workbench_options *options)
{
    struct workbench *wb = workbench_create(options);
    NEED(wb);
    open_host(wb, "http://a");
    return wb;
}

static void test_order_and_limit(void)
{
    struct workbench *wb = make(&plain);
    struct ready_url *u;
    struct host *h;
    for (uint64_t i = 0; i < 4; i++)
        CHECK_INT(add(wb, i, "http://a/x"), OK);
    CHECK_INT(workbench_length(wb), 4);
    for (uint64_t i = 0; i < 2; i++) {
        CHECK_INT(workbench_take(wb, 1000, &u, &h), OK);
        CHECK_INT(u->seq, i);
        CHECK_STR(str_make(h->origin, h->n), STR_LIT("http://a"));
        free(u);
    }
    /* two requests at once are the limit */
    CHECK_INT(workbench_take(wb, 1000, &u, &h), ST_AGAIN);
    workbench_answered(wb, h, HOST_GOOD, 5, -1, 1000);
    CHECK_INT(workbench_take(wb, 1000, &u, &h), OK);
    CHECK_INT(u->seq, 2);
    workbench_give_back(wb, h, &u);
    CHECK_INT(workbench_take(wb, 1000, &u, &h), OK);
    CHECK_INT(u->seq, 2);
    free(u);
    workbench_destroy(wb);
}

static void test_delay(void)
{
    struct workbench_options options = plain;
    options.delay_ms = 500;
    struct workbench *wb = make(&options);
    struct ready_url *u;
    struct host *h;
    add(wb, 1, "http://a/1");
    add(wb, 2, "http://a/2");
    CHECK_INT(workbench_take(wb, 1000, &u, &h), OK);
    free(u);
    CHECK_INT(workbench_take(wb, 1499, &u, &h), ST_AGAIN);
    CHECK_INT(workbench_due_ms(wb, 1499), 1500);
    CHECK_INT(workbench_take(wb, 1500, &u, &h), OK);
    free(u);
    workbench_destroy(wb);
}

static void test_busy_host_rests(void)
{
    struct workbench *wb = make(&plain);
    struct ready_url *u;
    struct host *h;
    add(wb, 1, "http://a/1");
    add(wb, 2, "http://a/2");
    CHECK_INT(workbench_take(wb, 0, &u, &h), OK);
    u->attempts = 1;
    workbench_answered(wb, h, HOST_BUSY, 5, 3000, 0);
    workbench_retry(wb, h, &u, 0, 3000);
    CHECK_INT(workbench_length(wb), 2);
    CHECK_INT(workbench_take(wb, 2999, &u, &h), ST_AGAIN);
    CHECK_INT(workbench_take(wb, 3000, &u, &h), OK);
    CHECK_INT(u->seq, 1); /* the retry is due and comes first */
    free(u);
    CHECK_INT(h->limit, 1);
    workbench_destroy(wb);
}

static void test_back_off_doubles(void)
{
    struct workbench *wb = make(&plain);
    struct ready_url *u;
    struct host *h;
    int64_t now = 0;
    add(wb, 1, "http://a/1");
    static const int64_t waits[] = {100, 200, 400, 800, 1000, 1000};
    for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
        CHECK_INT(workbench_take(wb, now, &u, &h), OK);
        u->attempts++;
        workbench_answered(wb, h, HOST_GOOD, 1, -1, now);
        workbench_retry(wb, h, &u, now, -1);
        CHECK_INT(workbench_due_ms(wb, now), now + waits[i]);
        now += waits[i];
    }
    workbench_destroy(wb);
}

static void test_dead_host(void)
{
    struct workbench *wb = make(&plain);
    struct ready_url *u;
    struct host *h = NULL;
    for (uint64_t i = 0; i < 5; i++)
        add(wb, i, "http://a/x");
    for (int i = 0; i < 3; i++) {
        CHECK_INT(workbench_take(wb, 0, &u, &h), OK);
        free(u);
        workbench_answered(wb, h, HOST_BAD, 1, -1, 0);
    }
    CHECK(h->dead);
    CHECK_INT(workbench_length(wb), 0);
    CHECK_INT(workbench_dead_urls(wb), 2);
    CHECK_INT(workbench_due_ms(wb, 0), INT64_MAX);
    workbench_destroy(wb);
}

static void test_slow_answers(void)
{
    struct workbench_options options = plain;
    options.host_requests = 4;
    options.window_urls = 100;
    struct workbench *wb = make(&options);
    struct ready_url *u;
    struct host *h = NULL;
    for (uint64_t i = 0; i < 40; i++)
        add(wb, i, "http://a/x");
    for (int i = 0; i < 30; i++) {
        CHECK_INT(workbench_take(wb, 0, &u, &h), OK);
        free(u);
        workbench_answered(wb, h, HOST_GOOD, 4000, -1, 0);
    }
    /* four seconds an answer: one request at once of the four allowed */
    CHECK_INT(workbench_take(wb, 0, &u, &h), OK);
    free(u);
    CHECK_INT(workbench_take(wb, 0, &u, &h), ST_AGAIN);
    workbench_destroy(wb);
}

static void test_hosts_take_turns(void)
{
    struct workbench *wb = make(&plain);
    struct ready_url *u;
    struct host *h;
    open_host(wb, "http://b:8080");
    add(wb, 1, "http://a/1");
    add(wb, 2, "http://a/2");
    add(wb, 3, "http://user:pw@b:8080/3");
    bool seen_b = false;
    for (int i = 0; i < 2; i++) {
        CHECK_INT(workbench_take(wb, 0, &u, &h), OK);
        seen_b = seen_b || str_is(str_make(h->origin, h->n), "http://b:8080");
        free(u);
    }
    CHECK(seen_b);
    workbench_destroy(wb);
}

static void take_and_drop(struct workbench *wb, unsigned n)
{
    struct ready_url *u;
    struct host *h;
    for (unsigned i = 0; i < n; i++) {
        NEED(workbench_take(wb, 0, &u, &h) == OK);
        free(u);
        workbench_answered(wb, h, HOST_GOOD, 1, -1, 0);
    }
}

static void test_window(void)
{
    struct workbench *wb = make(&plain);
    struct refill_range range;
    for (uint64_t i = 0; i < 8; i++)
        CHECK_INT(add(wb, i, "http://a/x"), OK);
    CHECK(!workbench_has_more(wb));
    CHECK_INT(add(wb, 8, "http://a/x"), ST_LIMIT);
    CHECK_INT(add(wb, 9, "http://a/x"), ST_LIMIT);
    CHECK(workbench_has_more(wb));
    CHECK(!workbench_refill_begin(wb, &range)); /* it is full */
    take_and_drop(wb, 5);
    CHECK(workbench_refill_begin(wb, &range));
    CHECK_INT(range.after.seq, 7);
    CHECK_INT(range.last_rank, 0);
    CHECK(!range.from_start);
    /* while the refill reads up to 9, number 10 is committed: it was too late for that read */
    CHECK_INT(add(wb, 10, "http://a/x"), ST_LIMIT);
    workbench_refilled(wb, (struct ready_key){0, 9}, true);
    CHECK_INT(add(wb, 8, "http://a/x"), OK);
    CHECK_INT(add(wb, 9, "http://a/x"), OK);
    CHECK(workbench_has_more(wb));
    take_and_drop(wb, 2);
    CHECK(workbench_refill_begin(wb, &range));
    CHECK_INT(range.after.seq, 9);
    workbench_refilled(wb, (struct ready_key){0, 10}, true);
    CHECK(!workbench_has_more(wb));
    workbench_destroy(wb);
}

/* A URL that became ready again under an old number, while a refill read past that number without it. */
static void test_window_takes_up_what_a_refill_missed(void)
{
    struct workbench *wb = make(&plain);
    struct refill_range range;
    for (uint64_t i = 0; i < 9; i++)
        (void)!add(wb, 10 * i, "http://a/x"); /* 80 stays on disk */
    take_and_drop(wb, 6);
    NEED(workbench_refill_begin(wb, &range));
    CHECK_INT(add(wb, 85, "http://a/x"), ST_LIMIT);
    workbench_refilled(wb, (struct ready_key){0, 90}, true);
    CHECK_INT(add(wb, 80, "http://a/x"), OK);
    CHECK_INT(add(wb, 90, "http://a/x"), ST_LIMIT); /* it comes with the next one, after 85 */
    CHECK(workbench_has_more(wb));
    take_and_drop(wb, 3);
    NEED(workbench_refill_begin(wb, &range));
    CHECK_INT(range.after.seq, 84);
    workbench_refilled(wb, (struct ready_key){0, 90}, true);
    CHECK_INT(add(wb, 85, "http://a/x"), OK);
    CHECK_INT(add(wb, 90, "http://a/x"), OK);
    CHECK(!workbench_has_more(wb));
    workbench_destroy(wb);
}

static enum status add_ranked(struct workbench *wb, uint64_t seq, uint8_t rank)
{
    struct ready_url *u = ready_url_create((struct id128){{(uint8_t)seq}}, seq, rank, 1, 0, VERDICT_KEEP,
                                           STR_LIT("http://a/x"));
    NEED(u);
    return workbench_add(wb, &u);
}

/* What ranks low fills its own window only, and comes after what ranks high. */
static void test_lanes(void)
{
    struct workbench *wb = make(&plain);
    struct refill_range range;
    struct ready_url *u;
    struct host *h;
    for (uint64_t i = 0; i < 9; i++)
        CHECK_INT(add_ranked(wb, i, 1), i < 8 ? OK : ST_LIMIT);
    for (uint64_t i = 20; i < 24; i++)
        CHECK_INT(add_ranked(wb, i, 0), OK);
    CHECK_INT(add_ranked(wb, 30, 200), ST_LIMIT);
    CHECK_INT(workbench_length(wb), 12);
    CHECK_INT(workbench_take(wb, 0, &u, &h), OK);
    CHECK_INT(u->seq, 20);
    workbench_give_back(wb, h, &u);
    take_and_drop(wb, 4);
    CHECK_INT(workbench_take(wb, 0, &u, &h), OK);
    CHECK_INT(u->rank, 1);
    CHECK_INT(u->seq, 0);
    free(u);
    workbench_answered(wb, h, HOST_GOOD, 1, -1, 0);
    take_and_drop(wb, 3);
    NEED(workbench_refill_begin(wb, &range));
    CHECK_INT(range.last_rank, 1);
    CHECK_INT(range.after.rank, 1);
    CHECK_INT(range.after.seq, 7);
    workbench_refilled(wb, (struct ready_key){1, 8}, true);
    CHECK_INT(add_ranked(wb, 8, 1), OK);
    CHECK(workbench_has_more(wb));
    take_and_drop(wb, 1);
    NEED(workbench_refill_begin(wb, &range));
    CHECK_INT(range.last_rank, 255);
    CHECK_INT(range.after.rank, 2);
    CHECK(range.after.seq == UINT64_MAX);
    workbench_refilled(wb, (struct ready_key){200, 30}, true);
    CHECK_INT(add_ranked(wb, 30, 200), OK);
    CHECK(!workbench_has_more(wb));
    workbench_destroy(wb);
}

/* However many URLs of it waited, a dead host takes no room, so that refills go on to the table's end. */
static void test_a_dead_host_takes_no_room(void)
{
    struct workbench *wb = make(&plain);
    struct refill_range range;
    struct ready_url *u;
    struct host *h = NULL;
    for (uint64_t i = 0; i < 9; i++)
        (void)!add(wb, i, "http://a/x");
    CHECK_INT(workbench_take(wb, 0, &u, &h), OK);
    NEED(h);
    workbench_bury(wb, h);
    CHECK_INT(workbench_length(wb), 0);
    CHECK_INT(workbench_dead_urls(wb), 7);
    workbench_answered(wb, h, HOST_BUSY, 1, -1, 0);
    CHECK(h->dead); /* a word that it is busy does not wake it */
    workbench_retry(wb, h, &u, 0, 5);
    CHECK_INT(workbench_length(wb), 0);
    NEED(workbench_refill_begin(wb, &range));
    workbench_refilled(wb, (struct ready_key){0, 8}, true);
    CHECK_INT(add(wb, 8, "http://a/x"), OK);
    CHECK_INT(workbench_length(wb), 0);
    CHECK(!workbench_has_more(wb));
    CHECK(!workbench_may_ask(h, 100000));
    workbench_destroy(wb);
}

static void test_raise(void)
{
    struct workbench *wb = make(&plain);
    struct ready_url *u =
        ready_url_create((struct id128){{7}}, 7, 1, 1, 0, VERDICT_TRAVERSE, STR_LIT("http://a/x"));
    struct host *h;
    NEED(u && workbench_add(wb, &u) == OK);
    workbench_raise(wb, STR_LIT("http://a/y"), (struct id128){{8}}, VERDICT_KEEP);
    workbench_raise(wb, STR_LIT("http://a/x"), (struct id128){{7}}, VERDICT_KEEP);
    CHECK_INT(workbench_take(wb, 0, &u, &h), OK);
    CHECK_INT(u->verdict, VERDICT_KEEP);
    free(u);
    workbench_destroy(wb);
}

static void test_known(void)
{
    struct known *known = known_create(8);
    NEED(known);
    struct id128 a = hash128(STR_LIT("a")), b = hash128(STR_LIT("b"));
    CHECK(!known_has(known, a));
    known_add(known, a);
    CHECK(known_has(known, a));
    CHECK(!known_has(known, b));
    CHECK(!known_has(known, (struct id128){{0}}));
    known_destroy(known);
}

int main(void)
{
    RUN(test_order_and_limit);
    RUN(test_delay);
    RUN(test_busy_host_rests);
    RUN(test_back_off_doubles);
    RUN(test_dead_host);
    RUN(test_slow_answers);
    RUN(test_hosts_take_turns);
    RUN(test_window);
    RUN(test_window_takes_up_what_a_refill_missed);
    RUN(test_lanes);
    RUN(test_a_dead_host_takes_no_room);
    RUN(test_raise);
    RUN(test_known);
    return check_report();
}
