/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are kept: found again, bounded in bytes, the oldest gone first, and damage that heals. */
#include "tests/unit/cache/fixture.h"

#include "cache/lmdb_int.h"

#define LENGTH 1000
#define EACH (LENGTH + ANSWER_EXTRA_BYTES)

static struct sha256 answer_id(uint64_t n)
{
    struct sha256 id = {{0}};
    struct id128 hash = id_of("answer", n);
    memcpy(id.b, hash.b, sizeof hash.b);
    return id;
}

struct put {
    struct room *room;
    uint64_t n, max_bytes;
    size_t length; /* of the stream */
    unsigned flags;
};

/* A stream of exactly that many bytes, which need not shrink. */
static struct str stream_of(const struct put *p, struct buf *raw, struct buf *packed, struct packed *ret)
{
    uint64_t x = p->n;
    for (size_t n = p->length;; n--) {
        buf_reset(raw);
        buf_reset(packed);
        for (size_t i = 0; i < n; i += 8) {
            x = hash64(x, STR_LIT("noise"));
            buf_put(raw, &x, n - i < 8 ? n - i : 8);
        }
        NEED(codec_deflate(p->room->codec, buf_str(raw), packed, ret) == OK);
        if (packed->n <= p->length)
            return buf_str(packed);
    }
}

static enum status put_errand(struct store_write *write, void *user)
{
    struct put *p = user;
    struct buf raw, packed;
    struct answer_record answer = {.job = 7, .flags = p->flags};
    buf_init(&raw, 1 << 20);
    buf_init(&packed, 1 << 20);
    answer.stream = stream_of(p, &raw, &packed, &answer.packed);
    enum status st = store_answer_put(write, answer_id(p->n), &answer, p->max_bytes);
    buf_fini(&raw);
    buf_fini(&packed);
    return st;
}

static void put(struct room *room, uint64_t n, size_t length, uint64_t max_bytes)
{
    struct put p = {.room = room, .n = n, .length = length, .max_bytes = max_bytes};
    CHECK_INT(room_write(room, put_errand, &p), OK);
}

static bool has(struct room *room, uint64_t n)
{
    struct store_read *read;
    struct answer_record answer;
    NEED(store_read_begin(room->store, &read) == OK);
    enum status st = store_answer_get(read, answer_id(n), &answer);
    store_read_end(read);
    return st == OK;
}

static uint64_t count(struct room *room, enum table table, uint64_t *ret_bytes)
{
    struct store_read *read;
    struct str key, value;
    struct key from = {.n = 0};
    uint64_t n = 0, bytes = 0;
    NEED(store_read_begin(room->store, &read) == OK);
    while (table_seek(read, table, from, n > 0, 0, &key, &value) == OK) {
        struct answer_record answer;
        from = key_copy(key);
        n++;
        if (table == TABLE_ANSWERS && CHECK(format_read_answer(key, value, &answer) == OK))
            bytes += ANSWER_EXTRA_BYTES + answer.stream.n;
    }
    store_read_end(read);
    *ret_bytes = bytes;
    return n;
}

static void found_again(struct room *room)
{
    struct store_read *read;
    struct answer_record answer;
    struct put p = {.room = room, .n = 1, .length = LENGTH, .max_bytes = 1 << 20, .flags = ANSWER_EMPTY};
    CHECK(!has(room, 1));
    CHECK_INT(room_write(room, put_errand, &p), OK);
    p.flags = 0; /* one that is there stays as it is */
    CHECK_INT(room_write(room, put_errand, &p), OK);
    NEED(store_read_begin(room->store, &read) == OK);
    CHECK_INT(store_answer_get(read, answer_id(1), &answer), OK);
    CHECK(answer.turn == 1 && answer.job == 7 && answer.flags == ANSWER_EMPTY);
    CHECK_INT(store_answer_get(read, answer_id(2), &answer), ST_NOTFOUND);
    store_read_end(read);
    CHECK_INT(room_check(room).broken, 0);
}

/* However many come, and whatever their size, no more is kept than may be. */
static void bounded(struct room *room)
{
    uint64_t bytes, most = 20 * EACH;
    for (uint64_t n = 1; n <= 300; n++) {
        put(room, n, n % 7 == 0 ? 3 * LENGTH : LENGTH - n % 50, most);
        if (n % 50 == 0)
            CHECK_INT(room_check(room).broken, 0);
    }
    uint64_t kept = count(room, TABLE_ANSWERS, &bytes);
    CHECK(bytes <= most && bytes > most - 4 * EACH);
    CHECK_INT(count(room, TABLE_TURNS, &bytes), kept);
    for (uint64_t n = 1; n <= 300; n++)
        CHECK(has(room, n) == (n > 300 - kept));
    put(room, 1000, (size_t)most, most); /* larger than all the room */
    CHECK(!has(room, 1000) && has(room, 300));
    put(room, 1001, LENGTH, 0);
    CHECK(!has(room, 1001));
}

/* Room that became smaller is reached in steps, and meanwhile nothing is added. */
static void lowered(struct room *room)
{
    uint64_t bytes, most = 400 * EACH;
    for (uint64_t n = 1; n <= 300; n++)
        put(room, n, LENGTH, most);
    put(room, 301, LENGTH, 10 * EACH);
    CHECK(!has(room, 301) && !has(room, 64) && has(room, 65));
    CHECK_INT(room_check(room).broken, 0);
    for (int i = 0; i < 5; i++)
        put(room, 301, LENGTH, 10 * EACH);
    CHECK(has(room, 301) && has(room, 300) && !has(room, 290));
    CHECK(count(room, TABLE_ANSWERS, &bytes) <= 10 && bytes <= 10 * EACH);
    CHECK_INT(room_check(room).broken, 0);
}

static enum status damage(struct store_write *write, void *user UNUSED)
{
    struct key key = key_of_sha(answer_id(2));
    return table_put(write, TABLE_ANSWERS, key, STR_LIT("no answer at all"), 0);
}

/* One that can't be read comes anew, and when its first turn is over it stays. */
static void damage_heals(struct room *room)
{
    for (uint64_t n = 1; n <= 5; n++)
        put(room, n, LENGTH, 1 << 20);
    CHECK_INT(room_write(room, damage, NULL), OK);
    CHECK(!has(room, 2));
    put(room, 2, LENGTH, 1 << 20);
    CHECK(has(room, 2));
    put(room, 6, LENGTH, 5 * EACH); /* turns 1 and 2 go */
    CHECK(has(room, 2) && !has(room, 1) && has(room, 3) && has(room, 6));
    CHECK_INT(room_check(room).broken, 0);
}

static void in_a_new_store(void (*test)(struct room *room))
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    test(&room);
    room_close(&room);
    folder_drop(&folder);
}

#define ANSWERS_TEST(test)                                                                              \
    static void test##_test(void)                                                                       \
    {                                                                                                   \
        in_a_new_store(test);                                                                           \
    }
ANSWERS_TEST(found_again)
ANSWERS_TEST(bounded)
ANSWERS_TEST(lowered)
ANSWERS_TEST(damage_heals)

int main(void)
{
    RUN(found_again_test);
    RUN(bounded_test);
    RUN(lowered_test);
    RUN(damage_heals_test);
    return check_report();
}
