/* SPDX-License-Identifier: Apache-2.0 */
/* Each invariant of format.h is broken on purpose, and store_check() says which one. */
#include "tests/unit/cache/fixture.h"

#include "cache/lmdb_int.h"

#define DAY 20000
#define AT_MS 1700000000000

static struct sha256 answer_id(uint8_t n)
{
    return (struct sha256){{n}};
}

/* A small store of every kind of record: job 1 with pages 0, 1, 2 (0 and 2 share a bundle), URLs 0 (ready)
 * and 1 (kept), a host, a row, answers 1 to 3; and key 1 with job 2, a batch that is pending, its two events, an idempotency
 * key and a day of usage. */
static enum status fill(struct store_write *write, void *user)
{
    struct room *room = user;
    struct host_record host = {.id = id_of("host", 0), .robots = STR_LIT("User-agent: *\n")};
    struct url_record ready = url_make(0, URL_READY, 4), kept = url_make(1, URL_KEPT, 4);
    struct row_record row = {.seq = 0};
    struct buf packed;
    buf_init(&packed, SIZE_MAX);
    NEED(codec_deflate(room->codec, STR_LIT("{\"price\": 12}"), &packed, &row.packed) == OK);
    row.stream = buf_str(&packed);
    CHECK_INT(store_host_put(write, 1, &host), OK);
    CHECK_INT(store_url_put(write, 1, &ready, NULL), OK);
    CHECK_INT(store_url_put(write, 1, &kept, NULL), OK);
    CHECK_INT(store_row_put(write, 1, &row), OK);
    for (uint8_t i = 1; i <= 3; i++) {
        const struct answer_record answer = {.job = 1, .packed = row.packed, .stream = row.stream};
        CHECK_INT(store_answer_put(write, answer_id(i), &answer, 1 << 20), OK);
    }
    buf_fini(&packed);
    return OK;
}

static enum status fill_account(struct store_write *write, void *user UNUSED)
{
    struct key_record key = {.hash = {{7, 8}}, .credits = 100, .name = STR_LIT("a key")};
    struct job_record job = job_make("b");
    struct feed_record event = {.kind = FEED_STATE, .state = JOB_QUEUED};
    job.kind = JOB_BATCH;
    job.flags = JOB_HAS_FEED;
    job.owner = 1;
    job.unit_credits = 2;
    job.items = 3;
    CHECK_INT(store_key_add(write, &key), OK);
    CHECK_INT(store_job_add(write, &job), OK);
    CHECK_INT(store_account_reserve(write, &job, 3, 1), OK);
    CHECK_INT(store_feed_add(write, &job, &event), OK);
    CHECK_INT(store_feed_add(write, &job, &event), OK);
    CHECK_INT(store_job_put(write, &job), OK);
    CHECK_INT(store_idempotency_put(write, 1, id_of("idem", 0),
                                    &(struct idempotency_record){.at_ms = AT_MS}, 0),
              OK);
    return store_usage_add(write, 1, &(struct usage_record){.day = DAY, .requests = 1});
}

static struct room store_of_all(const char *dir)
{
    struct room room = room_open(dir);
    job_added(&room, "a");
    NEED(room_write(&room, fill, &room) == OK);
    NEED(room_write(&room, fill_account, NULL) == OK);
    page_added(&room, 1, 0, 5);
    page_added(&room, 1, 1, 6);
    page_added(&room, 1, 2, 5);
    return room;
}

static struct sha256 bundle_of_page(struct store_write *write, uint64_t seq)
{
    struct page_record page;
    NEED(store_page_get(store_write_reader(write), 1, seq, &page) == OK);
    return page.bundle;
}

/* A changeable copy of a value. */
static struct buf value_of(struct store_write *write, enum table table, struct key key)
{
    struct str value;
    struct buf copy;
    buf_init(&copy, SIZE_MAX);
    NEED(table_get(store_write_reader(write), table, key, &value) == OK);
    buf_put_str(&copy, value);
    return copy;
}

static void put_back(struct store_write *write, enum table table, struct key key, struct buf *value)
{
    CHECK_INT(table_put(write, table, key, buf_str(value), 0), OK);
    buf_fini(value);
}

static void flip(struct store_write *write, enum table table, struct key key, size_t at, bool from_end)
{
    struct buf value = value_of(write, table, key);
    NEED(at < value.n);
    value.p[from_end ? value.n - 1 - at : at] ^= 0x20;
    put_back(write, table, key, &value);
}

static void put_number(struct store_write *write, enum table table, struct key key, uint32_t number)
{
    uint8_t bytes[4];
    format_u32(number, bytes);
    CHECK_INT(table_put(write, table, key, str_make((const char *)bytes, 4), 0), OK);
}

/* ---- sabotage ---- */

static void format_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_META, key_of_text(META_FORMAT)), OK);
}

static void next_job_low(struct store_write *write)
{
    put_number(write, TABLE_META, key_of_text(META_NEXT_JOB), 1);
}

static void next_job_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_META, key_of_text(META_NEXT_JOB)), OK);
}

static void job_damaged(struct store_write *write)
{
    flip(write, TABLE_JOBS, key_of_id(job_make("a").id), 20, false);
}

static void url_damaged(struct store_write *write)
{
    flip(write, TABLE_URLS, key_of_job_seq(1, 1), 45, false);
}

static void page_damaged(struct store_write *write)
{
    flip(write, TABLE_PAGES, key_of_job_seq(1, 1), 0, true);
}

static void host_damaged(struct store_write *write)
{
    flip(write, TABLE_HOSTS, key_of_job_id(1, id_of("host", 0)), 12, false);
}

static void row_damaged(struct store_write *write)
{
    flip(write, TABLE_ROWS, key_of_job_seq(1, 0), 14, false);
}

static void ready_value_short(struct store_write *write)
{
    CHECK_INT(table_put(write, TABLE_READY, key_of_ready(1, 4, 0), STR_LIT("short"), 0), OK);
}

static void bundle_head_damaged(struct store_write *write)
{
    flip(write, TABLE_BUNDLES, key_of_sha(bundle_of_page(write, 1)), 9, false);
}

static void key_too_long(struct store_write *write)
{
    struct key key = key_of_job_id(1, id_of("url", 9));
    key.n += 3;
    CHECK_INT(table_put(write, TABLE_PAGES, key, STR_LIT("x"), 0), OK);
}

static void number_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_NUMBERS, key_of_job(1)), OK);
}

static void number_of_nobody(struct store_write *write)
{
    struct id128 id = id_of("nobody", 0);
    CHECK_INT(table_put(write, TABLE_NUMBERS, key_of_job(3), str_make((char *)id.b, 16), 0), OK);
}

static void url_of_no_job(struct store_write *write)
{
    struct buf value = value_of(write, TABLE_URLS, key_of_job_seq(1, 1));
    put_back(write, TABLE_URLS, key_of_job_seq(9, 1), &value);
}

static void url_unknown(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_SEEN, key_of_seen(1, id_of("url", 1), false)), OK);
}

static void put_seen(struct store_write *write, struct key key, uint64_t seq)
{
    struct seen_entry entry = seen_entry_of(id_of("url", 1), seq);
    CHECK_INT(set_put(write, TABLE_SEEN, key, str_make((char *)entry.b, sizeof entry.b)), OK);
}

static void url_known_twice(struct store_write *write)
{
    put_seen(write, key_of_seen(1, id_of("url", 1), true), 1);
}

static void url_known_elsewhere(struct store_write *write)
{
    unsigned set = id_of("url", 1).b[0] >> 4;
    put_seen(write, key_of_seen_set(1, (set + 1) % SEEN_SETS, false), 1);
}

static void url_known_as_another(struct store_write *write)
{
    put_seen(write, key_of_seen(1, id_of("url", 1), false), 0);
}

static void url_known_of_no_record(struct store_write *write)
{
    put_seen(write, key_of_seen(1, id_of("url", 1), false), 77);
}

static void ready_entry_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_READY, key_of_ready(1, 4, 0)), OK);
}

static void ready_entry_of_kept(struct store_write *write)
{
    CHECK_INT(table_put(write, TABLE_READY, key_of_ready(1, 4, 1), STR_LIT(""), 0), OK);
}

static void ready_entry_twice(struct store_write *write)
{
    CHECK_INT(table_put(write, TABLE_READY, key_of_ready(1, 3, 0), STR_LIT(""), 0), OK);
}

static void bundle_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_BUNDLES, key_of_sha(bundle_of_page(write, 1))), OK);
}

static void page_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_PAGES, key_of_job_seq(1, 1)), OK);
}

static void uses_too_many(struct store_write *write)
{
    put_number(write, TABLE_REFS, key_of_sha(bundle_of_page(write, 0)), 3);
}

static void uses_too_few(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_REFS, key_of_sha(bundle_of_page(write, 0))), OK);
}

static void uses_one(struct store_write *write)
{
    put_number(write, TABLE_REFS, key_of_sha(bundle_of_page(write, 1)), 1);
}

static void uses_of_nothing(struct store_write *write)
{
    put_number(write, TABLE_REFS, key_of_sha((struct sha256){{1}}), 2);
}

static void stream_damaged(struct store_write *write)
{
    flip(write, TABLE_BUNDLES, key_of_sha(bundle_of_page(write, 1)), 1000, true);
}

/* Size and hashes of a part that a right CRC of the heads vouches for. */
static void head_changed(struct store_write *write, size_t at)
{
    struct key key = key_of_sha(bundle_of_page(write, 1));
    struct buf value = value_of(write, TABLE_BUNDLES, key);
    size_t heads = 1 + 2 * 53;
    value.p[at] ^= 1;
    format_u32(codec_crc32(str_make(value.p, heads)), (uint8_t *)value.p + heads);
    put_back(write, TABLE_BUNDLES, key, &value);
}

static void raw_size_wrong(struct store_write *write)
{
    head_changed(write, 1 + 5);
}

static void crc_wrong(struct store_write *write)
{
    head_changed(write, 1 + 1);
}

static void sha_wrong(struct store_write *write)
{
    head_changed(write, 1 + 21);
}

static void raw_size_huge(struct store_write *write)
{
    struct key key = key_of_sha(bundle_of_page(write, 1));
    struct buf value = value_of(write, TABLE_BUNDLES, key);
    size_t heads = 1 + 2 * 53;
    memset(value.p + 1 + 5, 0xff, 8);
    format_u32(codec_crc32(str_make(value.p, heads)), (uint8_t *)value.p + heads);
    put_back(write, TABLE_BUNDLES, key, &value);
}

static void bundle_level_none(struct store_write *write)
{
    struct key key = key_of_sha(bundle_of_page(write, 1));
    struct buf value = value_of(write, TABLE_BUNDLES, key);
    size_t heads = 1 + 2 * 53;
    value.p[0] = (char)(2 | (BUNDLE_LEVEL_MAX + 1) << 4);
    format_u32(codec_crc32(str_make(value.p, heads)), (uint8_t *)value.p + heads);
    put_back(write, TABLE_BUNDLES, key, &value);
}

static void row_stream_wrong(struct store_write *write)
{
    struct buf value = value_of(write, TABLE_ROWS, key_of_job_seq(1, 0));
    value.p[8] ^= 1; /* the CRC-32 of what is unpacked, under a right one of the record */
    format_u32(codec_crc32(str_make(value.p, value.n - 4)), (uint8_t *)value.p + value.n - 4);
    put_back(write, TABLE_ROWS, key_of_job_seq(1, 0), &value);
}

static void next_key_low(struct store_write *write)
{
    put_number(write, TABLE_META, key_of_text(META_NEXT_KEY), 1);
}

static void next_key_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_META, key_of_text(META_NEXT_KEY)), OK);
}

static void key_damaged(struct store_write *write)
{
    flip(write, TABLE_KEYS, key_of_number(1), 90, false);
}

static void event_damaged(struct store_write *write)
{
    flip(write, TABLE_FEED, key_of_job_seq(2, 1), 1, false);
}

static void idempotency_damaged(struct store_write *write)
{
    flip(write, TABLE_IDEMPOTENCY, key_of_idempotency(1, id_of("idem", 0)), 1, false);
}

static void usage_damaged(struct store_write *write)
{
    flip(write, TABLE_USAGE, key_of_usage(1, DAY), 1, false);
}

static void age_with_value(struct store_write *write)
{
    struct key key = key_of_age(AT_MS, 1, id_of("idem", 0));
    CHECK_INT(table_put(write, TABLE_AGES, key, STR_LIT("x"), 0), OK);
}

static void hash_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_KEY_HASHES, key_of_hash((struct sha256){{7, 8}})), OK);
}

static void hash_of_another(struct store_write *write)
{
    put_number(write, TABLE_KEY_HASHES, key_of_hash((struct sha256){{9}}), 1);
}

static void key_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_KEYS, key_of_number(1)), OK);
}

static void usage_of_nobody(struct store_write *write)
{
    struct buf value = value_of(write, TABLE_USAGE, key_of_usage(1, DAY));
    put_back(write, TABLE_USAGE, key_of_usage(2, DAY), &value);
}

static void event_of_no_job(struct store_write *write)
{
    struct buf value = value_of(write, TABLE_FEED, key_of_job_seq(2, 1));
    put_back(write, TABLE_FEED, key_of_job_seq(9, 1), &value);
}

static void owned_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_OWNED, key_of_owned(1, JOB_BATCH, 2)), OK);
}

static void owned_local_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_OWNED, key_of_owned(OWNER_LOCAL, JOB_CRAWL, 1)), OK);
}

static void owned_twice(struct store_write *write)
{
    struct buf value = value_of(write, TABLE_OWNED, key_of_owned(1, JOB_BATCH, 2));
    put_back(write, TABLE_OWNED, key_of_owned(1, JOB_SCRAPE, 2), &value);
}

/* Changes a number of a record under a right CRC. */
static void count_changed(struct store_write *write, enum table table, struct key key, size_t at)
{
    struct buf value = value_of(write, table, key);
    value.p[at] ^= 1;
    format_u32(codec_crc32(str_make(value.p, value.n - 4)), (uint8_t *)value.p + value.n - 4);
    put_back(write, table, key, &value);
}

static void reserved_wrong(struct store_write *write)
{
    count_changed(write, TABLE_KEYS, key_of_number(1), 88);
}

static void key_jobs_wrong(struct store_write *write)
{
    count_changed(write, TABLE_KEYS, key_of_number(1), 104 + 8 * JOB_BATCH);
}

static void pending_wrong(struct store_write *write)
{
    count_changed(write, TABLE_KEYS, key_of_number(1), 136 + 8 * JOB_BATCH);
}

static void items_wrong(struct store_write *write)
{
    count_changed(write, TABLE_KEYS, key_of_number(1), 168);
}

static void charged_more_than_used(struct store_write *write)
{
    count_changed(write, TABLE_JOBS, key_of_id(job_make("b").id), 446);
}

static void deleting_in_account(struct store_write *write)
{
    struct key key = key_of_id(job_make("b").id);
    struct buf value = value_of(write, TABLE_JOBS, key);
    value.p[6] |= JOB_DELETING;
    format_u32(codec_crc32(str_make(value.p, value.n - 4)), (uint8_t *)value.p + value.n - 4);
    put_back(write, TABLE_JOBS, key, &value);
}

static void first_event_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_FEED, key_of_job_seq(2, 1)), OK);
}

static void last_event_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_FEED, key_of_job_seq(2, 2)), OK);
}

static void event_too_many(struct store_write *write)
{
    struct buf value = value_of(write, TABLE_FEED, key_of_job_seq(2, 1));
    put_back(write, TABLE_FEED, key_of_job_seq(2, 3), &value);
}

static void age_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_AGES, key_of_age(AT_MS, 1, id_of("idem", 0))), OK);
}

static void age_of_another_time(struct store_write *write)
{
    struct key key = key_of_age(AT_MS - 1, 1, id_of("idem", 0));
    CHECK_INT(table_put(write, TABLE_AGES, key, STR_LIT(""), 0), OK);
}

static void answer_damaged(struct store_write *write)
{
    flip(write, TABLE_ANSWERS, key_of_sha(answer_id(2)), 30, false);
}

static void turn_damaged(struct store_write *write)
{
    flip(write, TABLE_TURNS, key_of_turn(2), 33, false);
}

/* The stream of another length, under a CRC that is right. */
static void answer_stream_wrong(struct store_write *write)
{
    struct answer_record answer;
    NEED(store_answer_get(store_write_reader(write), answer_id(2), &answer) == OK);
    answer.packed.raw_bytes++;
    format_answer(&answer, &write->scratch);
    CHECK_INT(table_put_scratch(write, TABLE_ANSWERS, key_of_sha(answer_id(2)), 0), OK);
}

static void answer_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_ANSWERS, key_of_sha(answer_id(2))), OK);
}

static void turn_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_TURNS, key_of_turn(2)), OK);
}

static void first_turn_gone(struct store_write *write)
{
    CHECK_INT(table_del(write, TABLE_TURNS, key_of_turn(1)), OK);
}

static void total_wrong(struct store_write *write)
{
    const struct turn_record turn = {.turn = 2, .answer = answer_id(2), .total = 1};
    format_turn(&turn, &write->scratch);
    CHECK_INT(table_put_scratch(write, TABLE_TURNS, key_of_turn(2), 0), OK);
}

/* clang-format off */
#define SABOTAGE(X)                                                                                     \
    X(1, format_gone) X(1, next_job_low) X(1, next_job_gone)                                            \
    X(2, job_damaged) X(2, url_damaged) X(2, page_damaged) X(2, host_damaged) X(2, row_damaged)         \
    X(2, ready_value_short) X(2, bundle_head_damaged) X(2, key_too_long) X(2, bundle_level_none)         \
    X(3, number_gone) X(3, number_of_nobody)                                                            \
    X(4, url_of_no_job) X(4, number_gone)                                                               \
    X(5, ready_entry_gone) X(5, ready_entry_of_kept) X(5, ready_entry_twice)                            \
    X(15, url_unknown) X(15, url_known_twice) X(15, url_known_elsewhere)                                \
    X(15, url_known_as_another) X(15, url_known_of_no_record)                                          \
    X(6, bundle_gone)                                                                                   \
    X(7, page_gone) X(7, uses_too_many) X(7, uses_too_few) X(7, uses_one) X(7, uses_of_nothing)         \
    X(8, stream_damaged) X(8, raw_size_wrong) X(8, crc_wrong) X(8, sha_wrong) X(8, raw_size_huge)       \
    X(9, row_stream_wrong)                                                                              \
    X(1, next_key_low) X(1, next_key_gone)                                                              \
    X(2, key_damaged) X(2, event_damaged) X(2, idempotency_damaged) X(2, usage_damaged)                 \
    X(2, age_with_value) X(4, event_of_no_job)                                                          \
    X(10, hash_gone) X(10, hash_of_another) X(10, key_gone) X(10, usage_of_nobody)                      \
    X(11, owned_gone) X(11, owned_local_gone) X(11, owned_twice) X(11, deleting_in_account)             \
    X(12, reserved_wrong) X(12, key_jobs_wrong) X(12, pending_wrong) X(12, items_wrong)                 \
    X(12, charged_more_than_used) X(12, owned_gone)                                                     \
    X(13, first_event_gone) X(13, last_event_gone) X(13, event_too_many)                                \
    X(14, age_gone) X(14, age_of_another_time)                                                          \
    X(2, answer_damaged) X(2, turn_damaged) X(9, answer_stream_wrong)                                   \
    X(16, answer_gone) X(16, turn_gone) X(16, first_turn_gone) X(16, total_wrong) X(16, answer_damaged)
/* clang-format on */

static const struct sabotage {
    int invariant;
    const char *name;
    void (*f)(struct store_write *write);
} sabotage[] = {
#define X(invariant, f) {invariant, #f, f},
    SABOTAGE(X)
#undef X
};

static enum status sabotage_errand(struct store_write *write, void *user)
{
    ((const struct sabotage *)user)->f(write);
    return OK;
}

/* ---- tests ---- */

struct told {
    int invariant;
    unsigned n, hits;
};

static void listen(void *user, const char *sentence)
{
    struct told *told = user;
    char want[64];
    snprintf(want, sizeof want, "Invariant %d is broken: ", told->invariant);
    told->n++;
    told->hits += str_starts(str_of(sentence), str_of(want));
    CHECK(str_ends(str_of(sentence), STR_LIT(".")));
}

static void sound_store(void)
{
    struct folder folder = folder_make();
    struct room room = store_of_all(folder.path);
    struct check_report report = room_check(&room);
    CHECK_INT(report.jobs, 2);
    CHECK_INT(report.urls, 2);
    CHECK_INT(report.ready, 1);
    CHECK_INT(report.pages, 3);
    CHECK_INT(report.bundles, 2);
    CHECK_INT(report.rows, 1);
    CHECK(report.bytes > 2 * 3000);
    CHECK_INT(report.broken, 0);
    room_close(&room);
    folder_drop(&folder);
}

static void each_sabotage_is_found(void)
{
    for (size_t i = 0; i < ARRAY_LEN(sabotage); i++) {
        struct folder folder = folder_make();
        struct room room = store_of_all(folder.path);
        struct told told = {.invariant = sabotage[i].invariant};
        struct check_report report = {.broken = 0};
        struct sabotage one = sabotage[i];
        NEED(room_write(&room, sabotage_errand, &one) == OK);
        CHECK_INT(store_check(room.store, listen, &told, &report), OK);
        if (!CHECK(told.hits > 0))
            fprintf(stderr, "    %s: %u sentences, none of invariant %d\n", one.name, told.n,
                    one.invariant);
        CHECK_INT(report.broken, told.n);
        CHECK_INT(store_check(room.store, NULL, NULL, &report), OK);
        CHECK_INT(report.broken, told.n);
        room_close(&room);
        folder_drop(&folder);
    }
}

static void damage_is_an_answer(void)
{
    struct folder folder = folder_make();
    struct room room = store_of_all(folder.path);
    struct sabotage one = {.f = page_damaged};
    struct store_read *view;
    struct page_record page;
    NEED(room_write(&room, sabotage_errand, &one) == OK);
    NEED(store_read_begin(room.store, &view) == OK);
    CHECK_INT(store_page_get(view, 1, 1, &page), ST_CORRUPT);
    CHECK_INT(store_page_next(view, 1, 1, &page), ST_CORRUPT);
    CHECK_INT(store_page_get(view, 1, 2, &page), OK);
    store_read_end(view);
    room_close(&room);
    folder_drop(&folder);
}

static enum status orphans(struct store_write *write, void *user UNUSED)
{
    for (uint32_t i = 0; i < 1500; i++)
        CHECK_INT(table_put(write, TABLE_READY, key_of_ready(9, 0, i), STR_LIT(""), 0), OK);
    return OK;
}

static void at_most_a_thousand_sentences(void)
{
    struct folder folder = folder_make();
    struct room room = store_of_all(folder.path);
    struct told told = {.invariant = 4};
    struct check_report report = {.broken = 0};
    NEED(room_write(&room, orphans, NULL) == OK);
    CHECK_INT(store_check(room.store, listen, &told, &report), OK);
    CHECK_INT(told.n, 1000);
    CHECK_INT(report.broken, 3000); /* no such job, and no such ready URL */
    room_close(&room);
    folder_drop(&folder);
}

int main(void)
{
    RUN(sound_store);
    RUN(each_sabotage_is_found);
    RUN(damage_is_an_answer);
    RUN(at_most_a_thousand_sentences);
    return check_report();
}
