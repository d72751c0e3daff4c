/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept beside accounts: lists of jobs, feeds, idempotency keys, usage by day; and that what is deleted
 * leaves nothing in any of them. */
#include "tests/unit/cache/accounts_fixture.h"

/* ---- lists ---- */

#define OWNERS 3

static void newest_first(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct store_read *read;
    struct job_record job;
    for (uint8_t owner = 1; owner < OWNERS; owner++)
        key_added(&room, owner, CREDITS_UNLIMITED);
    for (uint32_t i = 1; i <= 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "job %u", (unsigned)i);
        struct work work = work_make(name, i % OWNERS, (enum job_kind)(i / 7 % JOB_KINDS), 0);
        NEED(submit(&room, &work, 1) == OK);
    }
    NEED(store_read_begin(room.store, &read) == OK);
    unsigned seen = 0;
    for (uint32_t owner = 0; owner < OWNERS; owner++)
        for (unsigned kind = 0; kind < JOB_KINDS; kind++) {
            enum status st;
            uint32_t before = 0, wrong = 0;
            while ((st = store_owned_next(read, owner, (enum job_kind)kind, before, &job)) == OK) {
                wrong += job.owner != owner || job.kind != kind || (before && job.number >= before) ||
                         job.number % OWNERS != owner;
                before = job.number;
                seen++;
            }
            CHECK_INT(st, ST_NOTFOUND);
            CHECK_INT(wrong, 0);
        }
    CHECK_INT(seen, 300);
    CHECK_INT(store_owned_next(read, 9, JOB_CRAWL, 0, &job), ST_NOTFOUND);
    CHECK_INT(store_owned_next(read, 0, JOB_CRAWL, 150, &job), OK); /* from anywhere */
    CHECK(job.number < 150);
    store_read_end(read);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- the feed ---- */

struct events {
    struct id128 job;
    unsigned n;
};

static enum status feed_errand(struct store_write *write, void *user)
{
    struct events *events = user;
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), events->job, &job);
    for (unsigned i = 0; i < events->n && st == OK; i++) {
        struct feed_record event = {.kind = FEED_PAGE, .seq = job.next_event * 10, .at_ms = 5};
        st = store_feed_add(write, &job, &event);
    }
    return st != OK ? st : store_job_put(write, &job);
}

static enum status stale_feed_errand(struct store_write *write, void *user)
{
    struct job_record job;
    struct feed_record event = {.kind = FEED_STATE, .state = JOB_DONE};
    CHECK_INT(store_job_get(store_write_reader(write), *(struct id128 *)user, &job), OK);
    job.next_event--;
    return store_feed_add(write, &job, &event);
}

static void feed(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct store_read *read;
    struct feed_record event;
    struct work a = work_make("a", OWNER_LOCAL, JOB_CRAWL, 0),
                quiet = work_make("b", OWNER_LOCAL, JOB_CRAWL, 0);
    a.job.flags = JOB_HAS_FEED;
    NEED(submit(&room, &a, 0) == OK && submit(&room, &quiet, 0) == OK);
    struct events some = {.job = a.job.id}, none = {.job = quiet.job.id, .n = 3};
    for (some.n = 0; some.n < 20; some.n++)
        CHECK_INT(room_write(&room, feed_errand, &some), OK);
    CHECK_INT(room_write(&room, feed_errand, &none), OK);
    uint64_t next = job_now(&room, a.job.id).next_event;
    CHECK_INT(next, 1 + 19 * 20 / 2);

    NEED(store_read_begin(room.store, &read) == OK);
    uint64_t from = 0, wrong = 0;
    while (store_feed_next(read, 1, from, &event) == OK) {
        wrong += event.number != (from ? from : 1) || event.seq != event.number * 10 ||
                 event.kind != FEED_PAGE || event.at_ms != 5;
        from = event.number + 1;
    }
    CHECK_INT(wrong, 0);
    CHECK_INT(from, next);
    CHECK_INT(store_feed_next(read, 2, 0, &event), ST_NOTFOUND);
    store_read_end(read);
    CHECK_INT(room_write(&room, stale_feed_errand, &a.job.id), ST_INTERNAL);
    CHECK_INT(job_now(&room, a.job.id).next_event, next);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- texts of a job that was read, over writes ---- */

static enum status texts_errand(struct store_write *write, void *user)
{
    struct work *work = user;
    struct job_record job;
    struct feed_record event = {.kind = FEED_STATE, .state = JOB_RUNNING};
    const struct str mine = STR_LIT("a sentence of the caller's own");
    CHECK_INT(store_job_get(store_write_reader(write), work->job.id, &job), OK);
    CHECK_INT(store_job_put(write, &job),
              OK); /* from here the record's page is one of this transaction */
    CHECK_INT(store_job_get(store_write_reader(write), work->job.id, &job), OK);
    job.message = mine;
    CHECK_INT(store_account_reserve(write, &job, 1, 0), OK);
    for (unsigned i = 0; i < 200; i++) {
        CHECK_INT(store_feed_add(write, &job, &event), OK);
        struct key_record key = {.hash = hash_of((uint8_t)i, 9), .name = STR_LIT("fills pages")};
        if (i % 50 == 0) {
            CHECK_INT(store_job_put(write, &job), OK);
            CHECK_INT(store_key_add(write, &key), OK);
            CHECK_INT(store_job_get(store_write_reader(write), work->job.id, &job), OK);
        }
    }
    CHECK_INT(store_account_settle(write, &job, 1, 0), OK);
    CHECK_STR(job.base_url, work->job.base_url);
    CHECK_STR(job.request, work->job.request);
    CHECK_STR(job.policy, work->job.policy);
    CHECK_STR(job.message, mine);
    return store_job_put(write, &job);
}

static void texts_stay(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct work work = work_make("a", key_added(&room, 1, 50), JOB_CRAWL, 1), other = work;
    char policy[900];
    memset(policy, 'p', sizeof policy);
    work.job.flags = JOB_HAS_FEED;
    work.job.policy = str_make(policy, sizeof policy);
    NEED(submit(&room, &work, 1) == OK);
    for (unsigned i = 0; i < 20; i++) { /* neighbours in the jobs table */
        other.job.id = id_of("neighbour", i);
        NEED(submit(&room, &other, 0) == OK);
    }
    NEED(settle(&room, &work, 0, 0) == OK);
    CHECK_INT(room_write(&room, texts_errand, &work), OK);
    struct store_read *read;
    struct job_record job;
    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_job_get(read, work.job.id, &job) == OK);
    CHECK_STR(job.policy, work.job.policy);
    CHECK_INT(job.next_event, 201);
    store_read_end(read);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- idempotency keys ---- */

struct request {
    uint32_t owner;
    uint64_t n;
    int64_t at_ms, oldest_ms;
};

static enum status request_errand(struct store_write *write, void *user)
{
    const struct request *request = user;
    struct idempotency_record record = {.job = id_of("job", request->n), .at_ms = request->at_ms};
    return store_idempotency_put(write, request->owner, id_of("key", request->n), &record,
                                 request->oldest_ms);
}

static size_t entries(struct room *room, enum table table)
{
    struct store_read *read;
    MDB_stat stat_now;
    NEED(store_read_begin(room->store, &read) == OK);
    NEED(mdb_stat(read->txn, room->store->dbi[table], &stat_now) == 0);
    store_read_end(read);
    return stat_now.ms_entries;
}

static void idempotency(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct store_read *read;
    struct idempotency_record record;
    key_added(&room, 1, 0);
    key_added(&room, 2, 0);
    for (uint64_t n = 0; n < 200; n++) {
        struct request request = {.owner = 1, .n = n, .at_ms = 1000 + (int64_t)n};
        NEED(room_write(&room, request_errand, &request) == OK);
    }
    struct request same = {.owner = 2, .n = 5, .at_ms = 5000},
                   again = {.owner = 1, .n = 5, .at_ms = 9000}, nobody = {.owner = 3, .n = 5};
    CHECK_INT(room_write(&room, request_errand, &same), OK);
    CHECK_INT(room_write(&room, request_errand, &again), OK);
    CHECK_INT(room_write(&room, request_errand, &nobody), ST_NOTFOUND);
    CHECK_INT(entries(&room, TABLE_IDEMPOTENCY), 201);
    CHECK_INT(entries(&room, TABLE_AGES), 201);
    NEED(store_read_begin(room.store, &read) == OK);
    CHECK_INT(store_idempotency_get(read, 1, id_of("key", 5), &record), OK);
    CHECK(record.at_ms == 9000 && id128_eq(record.job, id_of("job", 5)));
    CHECK_INT(store_idempotency_get(read, 2, id_of("key", 5), &record), OK);
    CHECK_INT(record.at_ms, 5000);
    CHECK_INT(store_idempotency_get(read, 2, id_of("key", 6), &record), ST_NOTFOUND);
    store_read_end(read);
    check_clean(&room);

    /* Those before 1150 are old, 149 of them: each put takes 64 along. */
    struct request late = {.owner = 1, .n = 1000, .at_ms = 9001, .oldest_ms = 1150};
    static const size_t left[] = {201 + 1 - 64, 201 + 2 - 128, 201 + 3 - 149, 201 + 4 - 149};
    for (size_t i = 0; i < ARRAY_LEN(left); i++, late.n++) {
        CHECK_INT(room_write(&room, request_errand, &late), OK);
        CHECK_INT(entries(&room, TABLE_IDEMPOTENCY), left[i]);
        CHECK_INT(entries(&room, TABLE_AGES), left[i]);
    }
    NEED(store_read_begin(room.store, &read) == OK);
    CHECK_INT(store_idempotency_get(read, 1, id_of("key", 149), &record), ST_NOTFOUND);
    CHECK_INT(store_idempotency_get(read, 1, id_of("key", 150), &record), OK);
    CHECK_INT(store_idempotency_get(read, 1, id_of("key", 5), &record), OK);
    store_read_end(read);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- usage ---- */

struct usage_errand {
    uint32_t owner;
    struct usage_record more;
};

static enum status usage_add_errand(struct store_write *write, void *user)
{
    struct usage_errand *errand = user;
    return store_usage_add(write, errand->owner, &errand->more);
}

static void usage_by_day(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct store_read *read;
    struct usage_record usage;
    key_added(&room, 1, 100);
    key_added(&room, 2, 100);
    static const uint32_t days[] = {20002, 20000, 20002, 20001, 20002};
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct usage_errand errand = {.owner = 1,
                                      .more = {.day = days[i],
                                               .requests = 1,
                                               .crawls = 2,
                                               .input_tokens = 3,
                                               .output_tokens = 4,
                                               .captchas = 5,
                                               .credits = 6,
                                               .latency_ms = 700,
                                               .latencies = 1}};
        CHECK_INT(room_write(&room, usage_add_errand, &errand), OK);
    }
    struct usage_errand nobodys = {.owner = 9}, local = {.owner = OWNER_LOCAL};
    CHECK_INT(room_write(&room, usage_add_errand, &nobodys), ST_NOTFOUND);
    CHECK_INT(room_write(&room, usage_add_errand, &local), OK);
    CHECK_INT(entries(&room, TABLE_USAGE), 3);
    NEED(store_read_begin(room.store, &read) == OK);
    CHECK_INT(store_usage_next(read, 1, 0, &usage), OK);
    CHECK(usage.day == 20000 && usage.requests == 1);
    CHECK_INT(store_usage_next(read, 1, 20002, &usage), OK);
    CHECK(usage.day == 20002 && usage.requests == 3 && usage.crawls == 6 && usage.input_tokens == 9);
    CHECK(usage.output_tokens == 12 && usage.captchas == 15 && usage.credits == 18);
    CHECK(usage.latency_ms == 2100 && usage.latencies == 3);
    CHECK_INT(store_usage_next(read, 1, 20003, &usage), ST_NOTFOUND);
    CHECK_INT(store_usage_next(read, 2, 0, &usage), ST_NOTFOUND);
    store_read_end(read);

    /* What jobs cost is counted by itself, each unit once. */
    struct work work = work_make("a", 2, JOB_CRAWL, 2);
    CHECK_INT(submit(&room, &work, 10), OK);
    CHECK_INT(settle(&room, &work, 4, 0), OK);
    CHECK_INT(retry(&room, &work, 6), OK);
    CHECK_INT(settle(&room, &work, 9, 1), OK);
    struct usage_record sum = {.day = 0};
    NEED(store_read_begin(room.store, &read) == OK);
    for (uint32_t day = 0; store_usage_next(read, 2, day, &usage) == OK; day = usage.day + 1) {
        sum.crawls += usage.crawls; /* two days when midnight passed */
        sum.requests += usage.requests;
        sum.credits += usage.credits;
        CHECK(usage.day >= 20000);
    }
    store_read_end(read);
    CHECK(sum.crawls == 1 && sum.requests == 9 && sum.credits == 19);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- deleting ---- */

struct removal {
    struct id128 job;
    enum status st;
};

static enum status step_errand(struct store_write *write, void *user)
{
    struct removal *removal = user;
    removal->st = store_job_delete(write, removal->job, 3);
    return removal->st == ST_AGAIN ? OK : removal->st;
}

static enum status kept_errand(struct store_write *write, void *user)
{
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), *(struct id128 *)user, &job);
    job.kept = 4;
    return st != OK ? st : store_job_put(write, &job);
}

static void deletion_leaves_nothing(void)
{
    static const enum table emptied[] = {TABLE_JOBS, TABLE_NUMBERS, TABLE_OWNED,
                                         TABLE_FEED, TABLE_PAGES,   TABLE_BUNDLES};
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct store_read *read;
    struct job_record job;
    uint32_t owner = key_added(&room, 1, 100);
    struct work work = work_make("a", owner, JOB_BATCH, 2);
    work.job.flags = JOB_HAS_FEED;
    work.job.items = 10;
    struct events events = {.job = work.job.id, .n = 25};
    NEED(submit(&room, &work, 10) == OK);
    for (uint64_t seq = 0; seq < 4; seq++)
        page_added(&room, 1, seq, seq);
    CHECK_INT(room_write(&room, kept_errand, &work.job.id), OK);
    CHECK_INT(room_write(&room, feed_errand, &events), OK);
    CHECK_INT(key_now(&room, owner).reserved, 20);
    check_clean(&room);

    struct removal removal = {.job = work.job.id, .st = ST_AGAIN};
    unsigned steps = 0;
    for (; removal.st == ST_AGAIN; steps++) {
        NEED(room_write(&room, step_errand, &removal) == OK);
        struct key_record key = key_now(&room, owner);
        CHECK(key.used == 8 && key.reserved == 0 && key.items == 0);
        CHECK(key.jobs[JOB_BATCH] == 0 && key.pending[JOB_BATCH] == 0);
        NEED(store_read_begin(room.store, &read) == OK);
        CHECK_INT(store_owned_next(read, owner, JOB_BATCH, 0, &job), ST_NOTFOUND);
        store_read_end(read);
        CHECK_INT(room_write(&room, feed_errand, &events), ST_NOTFOUND);
        check_clean(&room);
    }
    CHECK_INT(removal.st, OK);
    CHECK(steps > 25 / 3);
    for (size_t i = 0; i < ARRAY_LEN(emptied); i++)
        CHECK_INT(entries(&room, emptied[i]), 0);
    /* The next job has another number, and its account begins where this one ended. */
    struct work next = work_make("b", owner, JOB_BATCH, 2);
    CHECK_INT(submit(&room, &next, 46), OK);
    CHECK_INT(job_now(&room, next.job.id).number, 2);
    CHECK_INT(room_write(&room, delete_errand, &next.job.id), OK);
    CHECK_INT(key_now(&room, owner).used, 8);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

int main(void)
{
    RUN(newest_first);
    RUN(feed);
    RUN(texts_stay);
    RUN(idempotency);
    RUN(usage_by_day);
    RUN(deletion_leaves_nothing);
    return check_report();
}
