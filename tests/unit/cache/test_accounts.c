/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and credits: whatever comes in whatever order from however many threads, credits add up, and no key goes
 * below zero. */
#include "tests/unit/cache/accounts_fixture.h"

#include <pthread.h>

/* ---- keys ---- */

static enum status revoke_errand(struct store_write *write, void *user)
{
    struct key_record key;
    enum status st = store_key_get(store_write_reader(write), *(uint32_t *)user, &key);
    if (st != OK)
        return st;
    key.revoked_ms = 5;
    return store_key_put(write, &key);
}

static enum status add_and_fail_errand(struct store_write *write, void *user)
{
    CHECK_INT(store_key_add(write, user), OK);
    return ST_INPUT;
}

static void keys(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct store_read *read;
    struct key_record key = {.hash = hash_of(9, 0)}, found;
    uint32_t nobody = 77, second = 2;
    CHECK_INT(key_added(&room, 1, 10), 1);
    CHECK_INT(key_added(&room, 2, CREDITS_UNLIMITED), 2);
    key.hash = hash_of(2, 0);
    CHECK_INT(room_write(&room, key_add_errand, &key), ST_EXISTS);
    CHECK_INT(key.number, 0);
    CHECK_INT(room_write(&room, revoke_errand, &second), OK);
    CHECK_INT(room_write(&room, revoke_errand, &nobody), ST_NOTFOUND);

    NEED(store_read_begin(room.store, &read) == OK);
    CHECK_INT(store_key_find(read, hash_of(2, 0), &found), OK);
    CHECK(found.number == 2 && found.revoked_ms == 5 && found.credits == CREDITS_UNLIMITED);
    CHECK(id128_eq(found.id, id_of("key", 2)));
    CHECK_STR(found.name, STR_LIT("a key"));
    CHECK_INT(store_key_find(read, hash_of(2, 1), &found), ST_NOTFOUND); /* only its first half fits */
    CHECK_INT(store_key_find(read, hash_of(3, 0), &found), ST_NOTFOUND);
    CHECK_INT(store_key_next(read, 0, &found), OK);
    CHECK_INT(found.number, 1);
    CHECK_INT(store_key_next(read, 1, &found), OK);
    CHECK_INT(found.number, 2);
    CHECK_INT(store_key_next(read, 2, &found), ST_NOTFOUND);
    CHECK_INT(store_key_get(read, 0, &found), ST_NOTFOUND);
    store_read_end(read);
    check_clean(&room);
    room_close(&room);

    /* Numbers go on: over a restart, and after an attempt that came to nothing. */
    room = room_open(folder.path);
    CHECK_INT(key_added(&room, 3, 0), 3);
    key.hash = hash_of(4, 0);
    CHECK_INT(room_write(&room, add_and_fail_errand, &key), ST_INPUT);
    CHECK_INT(key_added(&room, 5, 0), 4);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

static enum status key_vanishes_errand(struct store_write *write, void *user UNUSED)
{
    CHECK_INT(table_del(write, TABLE_KEYS, key_of_number(2)), OK);
    return table_del(write, TABLE_KEY_HASHES, key_of_hash(hash_of(2, 0)));
}

/* Even where the newest key's records are gone, by hand, its number is not given to another. */
static void numbers_are_never_used_again(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    key_added(&room, 1, 0);
    key_added(&room, 2, 0);
    CHECK_INT(room_write(&room, key_vanishes_errand, NULL), OK);
    CHECK_INT(key_added(&room, 3, 0), 3);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- credits ---- */

static void reserve_and_settle(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    uint32_t owner = key_added(&room, 1, 100);
    struct work work = work_make("a", owner, JOB_CRAWL, 3);
    CHECK_INT(submit(&room, &work, 34), ST_DENIED);
    CHECK_INT(submit(&room, &work, UINT64_MAX), ST_DENIED);
    CHECK_INT(key_now(&room, owner).reserved, 0);
    CHECK_INT(key_now(&room, owner).jobs[JOB_CRAWL], 0);
    CHECK_INT(submit(&room, &work, 33), OK);
    struct key_record key = key_now(&room, owner);
    CHECK(key.reserved == 99 && key.used == 0);
    CHECK(key.jobs[JOB_CRAWL] == 1 && key.pending[JOB_CRAWL] == 1 && key.pending[JOB_BATCH] == 0);
    struct job_record job = job_now(&room, work.job.id);
    CHECK(job.reserved_credits == 99 && job.flags & JOB_PENDING && job.next_event == 1);
    check_clean(&room);

    CHECK_INT(settle(&room, &work, 10, 2), OK);
    CHECK_INT(settle(&room, &work, 20, 2), OK); /* twice is once */
    key = key_now(&room, owner);
    job = job_now(&room, work.job.id);
    CHECK(key.reserved == 0 && key.used == 32 && key.pending[JOB_CRAWL] == 0);
    CHECK(key.jobs[JOB_CRAWL] == 1);
    CHECK(job.reserved_credits == 0 && job.charged_credits == 32 && job.charged_units == 10);
    CHECK(!(job.flags & JOB_PENDING));
    check_clean(&room);

    /* Again and again: what is charged is what all runs together owe. */
    for (uint64_t units = 11; units <= 20; units++) {
        CHECK_INT(retry(&room, &work, 3), OK);
        CHECK_INT(key_now(&room, owner).reserved, 9);
        CHECK_INT(retry(&room, &work, 1), OK); /* one more page of the same run */
        CHECK_INT(key_now(&room, owner).reserved, 12);
        CHECK_INT(key_now(&room, owner).pending[JOB_CRAWL], 1);
        CHECK_INT(settle(&room, &work, units, 2), OK);
        CHECK_INT(key_now(&room, owner).used, units * 3 + 2);
        check_clean(&room);
    }
    /* A run that brought less than was paid for gives nothing back. */
    CHECK_INT(retry(&room, &work, 1), OK);
    CHECK_INT(settle(&room, &work, 5, 0), OK);
    CHECK_INT(key_now(&room, owner).used, 62);
    CHECK_INT(job_now(&room, work.job.id).charged_units, 20);
    /* 38 are left: 13 more pages are one too many. */
    CHECK_INT(retry(&room, &work, 13), ST_DENIED);
    CHECK_INT(retry(&room, &work, 12), OK);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

static enum status lower_errand(struct store_write *write, void *user)
{
    struct key_record key;
    enum status st = store_key_get(store_write_reader(write), 1, &key);
    key.credits = *(uint64_t *)user;
    return st != OK ? st : store_key_put(write, &key);
}

/* What is owed beyond the reservation is paid as far as the key can. */
static void never_below_zero(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    uint64_t lower = 4;
    uint32_t owner = key_added(&room, 1, 10);
    struct work a = work_make("a", owner, JOB_SCRAPE, 1), b = work_make("b", owner, JOB_SCRAPE, 1);
    CHECK_INT(submit(&room, &a, 3), OK);
    CHECK_INT(submit(&room, &b, 5), OK);
    CHECK_INT(settle(&room, &a, 3, 100), OK);
    CHECK_INT(key_now(&room, owner).used, 5); /* 3 reserved and the 2 that nobody had */
    CHECK_INT(job_now(&room, a.job.id).charged_credits, 5);
    check_clean(&room);
    /* What was reserved is paid, also when the limit was lowered meanwhile. */
    CHECK_INT(room_write(&room, lower_errand, &lower), OK);
    CHECK_INT(settle(&room, &b, 4, 0), OK);
    CHECK_INT(key_now(&room, owner).used, 9);
    struct work c = work_make("c", owner, JOB_SCRAPE, 1);
    CHECK_INT(submit(&room, &c, 1), ST_DENIED);
    CHECK_INT(submit(&room, &c, 0), OK); /* what is free goes on */
    CHECK_INT(settle(&room, &c, 1, 0), OK);
    CHECK_INT(key_now(&room, owner).used, 9);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

static void without_limit(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    uint32_t owner = key_added(&room, 1, CREDITS_UNLIMITED);
    struct work a = work_make("a", owner, JOB_CRAWL, UINT64_MAX / 2), b = a;
    b.job.id = id_of("b", 0);
    CHECK_INT(submit(&room, &a, 2), OK);
    CHECK_INT(submit(&room, &b, 1), ST_DENIED);
    CHECK_INT(settle(&room, &a, UINT64_MAX, UINT64_MAX), OK);
    CHECK(key_now(&room, owner).used == UINT64_MAX);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

static void local_jobs_cost_nothing(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct work work = work_make("a", OWNER_LOCAL, JOB_CRAWL, 5);
    CHECK_INT(submit(&room, &work, 1000), OK);
    CHECK_INT(settle(&room, &work, 1000, 9), OK);
    struct job_record job = job_now(&room, work.job.id);
    CHECK(job.reserved_credits == 0 && job.charged_credits == 0 && !(job.flags & JOB_PENDING));
    struct work nobodys = work_make("b", 5, JOB_CRAWL, 0);
    CHECK_INT(submit(&room, &nobodys, 1), ST_NOTFOUND);
    CHECK_INT(room_write(&room, job_add_errand, &nobodys.job), ST_NOTFOUND);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

static void pending_limits(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    uint32_t owner = key_added(&room, 1, CREDITS_UNLIMITED), other = key_added(&room, 2, 100);
    struct work jobs[4] = {work_make("a", owner, JOB_BATCH, 1), work_make("b", owner, JOB_BATCH, 1),
                           work_make("c", owner, JOB_SCRAPE, 1), work_make("d", other, JOB_BATCH, 1)};
    for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
        jobs[i].most_pending = 1;
    jobs[0].job.items = 7;
    CHECK_INT(submit(&room, &jobs[0], 1), OK);
    CHECK_INT(submit(&room, &jobs[1], 1), ST_LIMIT);
    CHECK_INT(submit(&room, &jobs[2], 1), OK); /* another kind */
    CHECK_INT(submit(&room, &jobs[3], 1), OK); /* another owner */
    CHECK_INT(retry(&room, &jobs[0], 1), OK);  /* it is the one that is pending */
    CHECK_INT(settle(&room, &jobs[0], 1, 0), OK);
    CHECK_INT(submit(&room, &jobs[1], 1), OK);
    CHECK_INT(retry(&room, &jobs[0], 1), ST_LIMIT);
    CHECK_INT(key_now(&room, owner).items, 7);
    check_clean(&room);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- fifty clients at once ---- */

#define CLIENTS 50
#define ROUNDS 12
#define PURSE 1500

struct client {
    struct room *room;
    unsigned n;
    uint32_t owner;
    unsigned done, denied, wrong; /* counted here: only one thread may CHECK */
    uint64_t paid;                /* what its jobs must have been charged */
    pthread_t thread;
};

static void client_round(struct client *client, unsigned round)
{
    char name[32];
    snprintf(name, sizeof name, "client %u round %u", client->n, round);
    struct work work = work_make(name, client->owner, (enum job_kind)(round % JOB_KINDS), 1 + round % 3);
    uint64_t price = work.job.unit_credits, units = 1 + (client->n * 7 + round) % 9;
    enum status st = submit(client->room, &work, units);
    if (st == ST_DENIED) {
        client->denied++;
        return;
    }
    client->wrong += st != OK;
    uint64_t owed = units / 2;
    client->wrong += settle(client->room, &work, owed, 0) != OK;
    if (round % 4 == 1 && retry(client->room, &work, units - owed) == OK) {
        owed = units;
        client->wrong += settle(client->room, &work, owed, 0) != OK;
        client->wrong += settle(client->room, &work, owed + 3, 0) != OK;
    }
    client->paid += owed * price;
    client->done++;
    if (round % 5 == 0)
        client->wrong += room_write(client->room, delete_errand, &work.job.id) != OK;
}

static void *client_main(void *user)
{
    struct client *client = user;
    for (unsigned round = 0; round < ROUNDS; round++)
        client_round(client, round);
    return NULL;
}

struct watch {
    struct room *room;
    atomic_bool stop;
    unsigned looks, below_zero, unsound;
    pthread_t thread;
};

/* At every moment the key has what is reserved, and its counters are those of its jobs. */
static void *watch_main(void *user)
{
    struct watch *watch = user;
    while (!atomic_load(&watch->stop)) {
        struct key_record key = key_now(watch->room, 1);
        struct check_report report = {.broken = 1};
        watch->below_zero += key.used + key.reserved > PURSE;
        NEED(store_check(watch->room->store, NULL, NULL, &report) == OK);
        watch->unsound += report.broken != 0;
        watch->looks++;
    }
    return NULL;
}

static void fifty_clients(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct client clients[CLIENTS];
    struct watch watch = {.room = &room};
    unsigned done = 0, denied = 0;
    uint64_t paid = 0;
    uint32_t owner = key_added(&room, 1, PURSE);
    NEED(pthread_create(&watch.thread, NULL, watch_main, &watch) == 0);
    for (unsigned n = 0; n < CLIENTS; n++) {
        clients[n] = (struct client){.room = &room, .n = n, .owner = owner};
        NEED(pthread_create(&clients[n].thread, NULL, client_main, &clients[n]) == 0);
    }
    for (unsigned n = 0; n < CLIENTS; n++) {
        NEED(pthread_join(clients[n].thread, NULL) == 0);
        done += clients[n].done;
        denied += clients[n].denied;
        paid += clients[n].paid;
        CHECK_INT(clients[n].wrong, 0);
    }
    atomic_store(&watch.stop, true);
    NEED(pthread_join(watch.thread, NULL) == 0);
    struct key_record key = key_now(&room, owner);
    CHECK_INT(key.used, paid);
    CHECK_INT(key.reserved, 0);
    CHECK(key.used <= PURSE && denied > 0 && done > 0);
    CHECK_INT(done + denied, CLIENTS * ROUNDS);
    for (unsigned kind = 0; kind < JOB_KINDS; kind++)
        CHECK_INT(key.pending[kind], 0);
    CHECK(watch.looks > 0 && watch.below_zero == 0 && watch.unsound == 0);
    check_clean(&room);
    printf("     %u jobs, %u refused, %llu of %u credits, %u looks\n", done, denied,
           (unsigned long long)paid, PURSE, watch.looks);
    room_close(&room);
    folder_drop(&folder);
}

int main(void)
{
    RUN(keys);
    RUN(numbers_are_never_used_again);
    RUN(reserve_and_settle);
    RUN(never_below_zero);
    RUN(without_limit);
    RUN(local_jobs_cost_nothing);
    RUN(pending_limits);
    RUN(fifty_clients);
    return check_report();
}
