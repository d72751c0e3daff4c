/* SPDX-License-Identifier: Apache-2.0 */
/* test_repack.c: bodies of finished jobs get smaller and stay what they are: stopped in the middle, beside
 * readers, with pages that go away meanwhile, damaged ones, and ones that do not get smaller. */
#include "tests/unit/cache/fixture.h"

#include "cache/lmdb_int.h"
#include "cache/repack.h"
#include "cache/trim.h"

#define PAGES 200u

/* ---- bodies ---- */

/* Words in an order that only the seed knows: a higher level finds more in it. */
static void text_of(uint64_t seed, size_t n_bytes, struct buf *out)
{
    static const char *const words[] = {"<p>",   "archive", "crawl ",   "</p>\n", "frontier", "link",
                                        " page", " the ",   "compress", "<li>",   "</li>\n",  "table"};
    buf_reset(out);
    buf_printf(out, "<title>%llu</title>", (unsigned long long)seed);
    for (uint64_t x = seed; out->n < n_bytes; x = hash64(seed, str_make((const char *)&x, sizeof x)))
        buf_printf(out, "%s%s%s", words[x % ARRAY_LEN(words)], words[(x >> 8) % ARRAY_LEN(words)],
                   words[(x >> 16) % 3]);
}

/* A page of two parts: as the seed says, packed at `made` and said to be of `level`. */
struct put {
    struct room *room;
    uint32_t job;
    uint64_t seq, seed;
    size_t n_bytes;
    int made;
    unsigned level;
};

static enum status put_errand(struct store_write *write, void *user)
{
    const struct put *put = user;
    struct body body = {.bundle = {.n_parts = 2, .level = put->level}};
    struct codec *made = codec_create(put->made), *kept = put->room->codec;
    struct buf raw;
    uint64_t new_bytes;
    buf_init(&raw, SIZE_MAX);
    buf_init(&body.html, SIZE_MAX);
    buf_init(&body.markdown, SIZE_MAX);
    NEED(made);
    put->room->codec = made;
    text_of(put->seed, put->n_bytes, &raw);
    body.bundle.parts[0] = part_make(put->room, PART_HTML, buf_str(&raw), &body.html);
    text_of(put->seed + 1000000, put->n_bytes / 3, &raw);
    body.bundle.parts[1] = part_make(put->room, PART_MARKDOWN, buf_str(&raw), &body.markdown);
    bundle_identify(put->room->sha, &body.bundle);
    put->room->codec = kept;
    codec_destroy(made);
    buf_fini(&raw);
    struct page_record page = page_make(put->seq);
    enum status st = store_page_put(write, put->job, &page, &body.bundle, &new_bytes);
    body_fini(&body);
    return st;
}

static void page_put(struct room *room, uint32_t job, uint64_t seq, uint64_t seed)
{
    struct put put = {room, job, seq, seed, 3000 + seed % 7 * 2000, 1, 1};
    NEED(room_write(room, put_errand, &put) == OK);
}

static enum status finish_errand(struct store_write *write, void *user)
{
    struct job_record *job = user;
    job->state = JOB_DONE;
    return store_job_put(write, job);
}

/* A finished job of n pages; the seeds of their bodies begin at seed. */
static struct job_record job_of_pages(struct room *room, const char *name, uint64_t n, uint64_t seed)
{
    struct job_record job = job_added(room, name);
    for (uint64_t i = 0; i < n; i++)
        page_put(room, job.number, i, seed + i);
    NEED(room_write(room, finish_errand, &job) == OK);
    return job;
}

static struct room room_of(struct folder *folder)
{
    *folder = folder_make();
    return room_open(folder->path);
}

static void room_drop(struct room *room, struct folder *folder)
{
    CHECK_INT(room_check(room).broken, 0);
    room_close(room);
    folder_drop(folder);
}

static bool is_text(struct codec *codec, const struct part *part, uint64_t seed, size_t n_bytes)
{
    struct buf raw, want;
    buf_init(&raw, SIZE_MAX);
    buf_init(&want, SIZE_MAX);
    text_of(seed, n_bytes, &want);
    bool same = codec_inflate(codec, part->stream, &part->packed, &raw) == OK &&
                str_eq(buf_str(&raw), buf_str(&want));
    buf_fini(&raw);
    buf_fini(&want);
    return same;
}

/* Pages of the job that are what they were: made by page_put() from seed on. *ret_level: their least level. */
static uint64_t pages_right(struct store_read *read, uint32_t job, uint64_t seed, unsigned *ret_level)
{
    struct codec *codec = codec_create(1);
    struct page_record page;
    uint64_t right = 0;
    *ret_level = BUNDLE_LEVEL_MAX;
    NEED(codec);
    for (uint64_t from = 0; store_page_next(read, job, from, &page) == OK; from = page.seq + 1) {
        struct bundle bundle;
        uint64_t s = seed + page.seq;
        size_t n_bytes = 3000 + s % 7 * 2000;
        if (store_bundle_get(read, page.bundle, &bundle) != OK)
            continue;
        right += bundle.n_parts == 2 && is_text(codec, &bundle.parts[0], s, n_bytes) &&
                 is_text(codec, &bundle.parts[1], s + 1000000, n_bytes / 3);
        *ret_level = bundle.level < *ret_level ? bundle.level : *ret_level;
    }
    codec_destroy(codec);
    return right;
}

static void check_pages(struct room *room, uint32_t job, uint64_t n, uint64_t seed, unsigned level)
{
    struct store_read *read;
    unsigned is;
    NEED(store_read_begin(room->store, &read) == OK);
    CHECK_INT(pages_right(read, job, seed, &is), n);
    CHECK_INT(is, level);
    store_read_end(read);
}

static struct repack_report run_at(struct room *room, unsigned level)
{
    struct repack_report report;
    const struct repack_options options = {.level = level};
    CHECK_INT(repack_run(room->store, room->writer, &options, &report), OK);
    CHECK_INT(report.bodies, report.repacked + report.kept + report.changed + report.damaged);
    CHECK(report.bytes_after <= report.bytes_before);
    return report;
}

/* ---- what it does ---- */

static void bodies_get_smaller_once(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record job = job_of_pages(&room, "a", PAGES, 0);
    uint64_t before = room_check(&room).bytes;
    struct repack_report r = run_at(&room, 6);
    CHECK_INT(r.bodies, PAGES);
    CHECK_INT(r.repacked, PAGES);
    CHECK_INT(r.skipped, 0);
    CHECK_INT(r.bytes_before, before);
    CHECK_INT(r.bytes_after, room_check(&room).bytes);
    CHECK(r.bytes_after < r.bytes_before * 98 / 100);
    check_pages(&room, job.number, PAGES, 0, 6);
    r = run_at(&room, 6);
    CHECK_INT(r.bodies, 0);
    CHECK_INT(r.skipped, PAGES);
    r = run_at(&room, 3); /* below what is there */
    CHECK_INT(r.bodies, 0);
    r = run_at(&room, 9);
    CHECK_INT(r.bodies, PAGES);
    check_pages(&room, job.number, PAGES, 0, 9);
    room_drop(&room, &folder);
}

static struct bundle bundle_of(struct store_read *read, uint32_t job, uint64_t seq)
{
    struct page_record page;
    struct bundle bundle;
    NEED(store_page_get(read, job, seq, &page) == OK);
    NEED(store_bundle_get(read, page.bundle, &bundle) == OK);
    return bundle;
}

static void never_larger(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record job = job_added(&room, "a");
    struct put small = {&room, job.number, 0, 1, 0, 1, 1}, best = {&room, job.number, 1, 2, 9000, 12, 1};
    struct put unknown = {&room, job.number, 2, 3, 9000, 12, 0};
    NEED(room_write(&room, put_errand, &small) == OK && room_write(&room, put_errand, &best) == OK);
    NEED(room_write(&room, put_errand, &unknown) == OK && room_write(&room, finish_errand, &job) == OK);
    uint64_t before = room_check(&room).bytes;
    struct store_read *read;
    NEED(store_read_begin(room.store, &read) == OK);
    struct bundle old = bundle_of(read, job.number, 1);
    struct repack_report r = run_at(&room, 6);
    CHECK_INT(r.kept, 3);
    CHECK_INT(r.repacked, 0);
    CHECK_INT(r.bytes_after, r.bytes_before);
    CHECK_INT(room_check(&room).bytes, before);
    struct store_read *later;
    NEED(store_read_begin(room.store, &later) == OK);
    for (uint64_t seq = 0; seq < 3; seq++)
        CHECK_INT(bundle_of(later, job.number, seq).level, 6);
    struct bundle now = bundle_of(later, job.number, 1);
    CHECK_STR(now.parts[0].stream, old.parts[0].stream);
    CHECK_STR(now.parts[1].stream, old.parts[1].stream);
    store_read_end(later);
    store_read_end(read);
    CHECK_INT(run_at(&room, 6).bodies, 0);
    room_drop(&room, &folder);
}

static void only_finished_jobs_and_those_named(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record a = job_of_pages(&room, "a", 10, 0), b = job_of_pages(&room, "b", 10, 100);
    struct job_record running = job_added(&room, "c");
    for (uint64_t i = 0; i < 5; i++)
        page_put(&room, running.number, i, 200 + i);
    page_put(&room, running.number, 5, 3); /* shared with a */
    struct id128 nobody = id_of("nobody", 0);
    const struct id128 jobs[] = {nobody, b.id, running.id};
    struct repack_report r;
    struct repack_options options = {.level = 6, .jobs = jobs, .n_jobs = 3};
    CHECK_INT(repack_run(room.store, room.writer, &options, &r), OK);
    CHECK_INT(r.bodies, 10);
    check_pages(&room, b.number, 10, 100, 6);
    check_pages(&room, a.number, 10, 0, 1);
    options.n_jobs = 0;
    CHECK_INT(repack_run(room.store, room.writer, &options, &r), OK);
    CHECK_INT(r.bodies + r.skipped, 0);
    r = run_at(&room, 6);
    CHECK_INT(r.bodies, 10);
    CHECK_INT(r.skipped, 10);
    struct store_read *read;
    NEED(store_read_begin(room.store, &read) == OK);
    CHECK_INT(bundle_of(read, running.number, 5).level, 6);
    CHECK_INT(bundle_of(read, running.number, 4).level, 1);
    store_read_end(read);
    room_drop(&room, &folder);
}

static void equal_pages_are_packed_once(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record job = job_added(&room, "a");
    for (uint64_t i = 0; i < 40; i++)
        page_put(&room, job.number, i, i % 4);
    NEED(room_write(&room, finish_errand, &job) == OK);
    struct repack_report r = run_at(&room, 6);
    CHECK_INT(r.repacked, 4);
    CHECK_INT(r.skipped, 36);
    CHECK_INT(r.changed, 0);
    room_drop(&room, &folder);
}

/* ---- stopping ---- */

struct countdown {
    unsigned left;
};

static bool at_zero(void *context)
{
    struct countdown *c = context;
    return c->left == 0 || c->left-- == 0;
}

static void stopped_and_gone_on(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record job = job_of_pages(&room, "a", PAGES, 0);
    struct countdown c;
    struct repack_options options = {.level = 6, .should_stop = at_zero, .context = &c};
    struct repack_report r;
    uint64_t bodies = 0;
    enum status st = ST_CANCELLED;
    c.left = 0;
    CHECK_INT(repack_run(room.store, room.writer, &options, &r), ST_CANCELLED);
    CHECK_INT(r.bodies, 0);
    for (unsigned runs = 0; st == ST_CANCELLED && runs < 100; runs++) {
        c.left = 3 + runs * 7;
        st = repack_run(room.store, room.writer, &options, &r);
        CHECK(st == OK || r.bodies <= 3 + runs * 7);
        CHECK_INT(r.skipped, bodies);
        CHECK_INT(r.repacked, r.bodies);
        bodies += r.bodies;
        CHECK_INT(room_check(&room).broken, 0);
        /* What was committed is there for the next process. */
        room_close(&room);
        room = room_open(folder.path);
    }
    CHECK_INT(st, OK);
    CHECK_INT(bodies, PAGES);
    check_pages(&room, job.number, PAGES, 0, 6);
    room_drop(&room, &folder);
}

static void a_stopped_writer_ends_it(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record job = job_of_pages(&room, "a", 3, 0);
    const struct repack_options options = {.level = 6};
    struct repack_report r;
    writer_stop(room.writer);
    CHECK_INT(repack_run(room.store, room.writer, &options, &r), ST_CANCELLED);
    CHECK_INT(r.bodies, 0);
    check_pages(&room, job.number, 3, 0, 1);
    room_drop(&room, &folder);
}

/* ---- what others do meanwhile ---- */

struct meddler {
    struct room *room;
    struct job_record job;
    unsigned calls;
};

static enum status delete_errand(struct store_write *write, void *user)
{
    const struct id128 *id = user;
    return store_job_delete(write, *id, 100000);
}

/* Before the fourth body: three are packed and not written. */
static bool deletes_the_job(void *context)
{
    struct meddler *m = context;
    if (++m->calls == 4)
        NEED(room_write(m->room, delete_errand, &m->job.id) == OK);
    return false;
}

static void a_job_deleted_between(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct meddler m = {&room, job_of_pages(&room, "a", 10, 0), 0};
    struct job_record other = job_of_pages(&room, "b", 5, 50);
    const struct repack_options options = {.level = 6, .should_stop = deletes_the_job, .context = &m};
    struct repack_report r;
    CHECK_INT(repack_run(room.store, room.writer, &options, &r), OK);
    CHECK_INT(r.changed, 3);
    CHECK_INT(r.repacked, 5);
    CHECK_INT(room_check(&room).bundles, 5);
    check_pages(&room, other.number, 5, 50, 6);
    room_drop(&room, &folder);
}

/* The same content comes back, as somebody else packed it: theirs stays. */
static bool replaces_a_body(void *context)
{
    struct meddler *m = context;
    struct put other = {m->room, m->job.number, 0, 999, 3000, 1, 1};
    struct put again = {m->room, m->job.number, 0, 0, 3000, 12, 12};
    if (++m->calls == 3) {
        NEED(room_write(m->room, put_errand, &other) == OK);
        NEED(room_write(m->room, put_errand, &again) == OK);
    }
    return false;
}

static void a_body_replaced_between(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct meddler m = {&room, job_of_pages(&room, "a", 6, 0), 0};
    const struct repack_options options = {.level = 6, .should_stop = replaces_a_body, .context = &m};
    struct repack_report r;
    struct store_read *read;
    CHECK_INT(repack_run(room.store, room.writer, &options, &r), OK);
    CHECK_INT(r.changed, 1);
    CHECK_INT(r.repacked, 5);
    NEED(store_read_begin(room.store, &read) == OK);
    CHECK_INT(bundle_of(read, m.job.number, 0).level, 12);
    CHECK_INT(bundle_of(read, m.job.number, 1).level, 6);
    store_read_end(read);
    check_pages(&room, m.job.number, 6, 0, 6);
    room_drop(&room, &folder);
}

struct looker {
    struct room *room;
    uint32_t job;
    atomic_bool stop;
    uint64_t rounds, wrong;
};

static void *look_on(void *user)
{
    struct looker *l = user;
    unsigned level;
    do {
        struct store_read *read;
        NEED(store_read_begin(l->room->store, &read) == OK);
        l->wrong += pages_right(read, l->job, 0, &level) != PAGES;
        store_read_end(read);
        l->rounds++;
    } while (!atomic_load(&l->stop));
    return NULL;
}

/* One reader comes and goes, one stays in the state from before, which trimming must spare. */
static void readers_beside(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record job = job_of_pages(&room, "a", PAGES, 0);
    struct looker looker = {.room = &room, .job = job.number};
    struct store_read *old;
    pthread_t thread;
    unsigned level;
    NEED(store_read_begin(room.store, &old) == OK);
    NEED(pthread_create(&thread, NULL, look_on, &looker) == 0);
    for (unsigned to = 2; to <= 9; to++)
        CHECK_INT(run_at(&room, to).bodies, PAGES);
    CHECK_INT(pages_right(old, job.number, 0, &level), PAGES);
    CHECK_INT(level, 1);
    CHECK_INT(store_trim(room.store), OK);
    CHECK_INT(pages_right(old, job.number, 0, &level), PAGES);
    store_read_end(old);
    CHECK_INT(store_trim(room.store), OK);
    atomic_store(&looker.stop, true);
    pthread_join(thread, NULL);
    CHECK(looker.rounds > 0);
    CHECK_INT(looker.wrong, 0);
    check_pages(&room, job.number, PAGES, 0, 9);
    room_drop(&room, &folder);
}

/* ---- damage, and a map that is too small ---- */

static enum status damage_errand(struct store_write *write, void *user)
{
    const uint32_t *job = user;
    struct store_read *view = store_write_reader(write);
    struct bundle stream = bundle_of(view, *job, 2), hash = bundle_of(view, *job, 4);
    struct str value;
    struct buf copy;
    buf_init(&copy, SIZE_MAX);
    /* In the middle of a stream. */
    NEED(table_get(view, TABLE_BUNDLES, key_of_sha(stream.id), &value) == OK);
    buf_put_str(&copy, value);
    copy.p[copy.n / 2] ^= 0x55;
    NEED(table_put(write, TABLE_BUNDLES, key_of_sha(stream.id), buf_str(&copy), 0) == OK);
    /* A hash that a right CRC of the heads vouches for. */
    size_t heads = 1 + 2 * 53;
    buf_reset(&copy);
    NEED(table_get(view, TABLE_BUNDLES, key_of_sha(hash.id), &value) == OK);
    buf_put_str(&copy, value);
    copy.p[1 + 21] ^= 1;
    format_u32(codec_crc32(str_make(copy.p, heads)), (uint8_t *)copy.p + heads);
    NEED(table_put(write, TABLE_BUNDLES, key_of_sha(hash.id), buf_str(&copy), 0) == OK);
    buf_fini(&copy);
    /* A page whose body is gone. */
    return table_del(write, TABLE_BUNDLES, key_of_sha(bundle_of(view, *job, 5).id));
}

static void damage_stays_what_it_is(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record job = job_of_pages(&room, "a", 8, 0);
    struct store_read *read;
    struct check_report before, after;
    NEED(room_write(&room, damage_errand, &job.number) == OK);
    NEED(store_check(room.store, NULL, NULL, &before) == OK);
    struct repack_report r = run_at(&room, 6);
    CHECK_INT(r.damaged, 3);
    CHECK_INT(r.repacked, 5);
    NEED(store_check(room.store, NULL, NULL, &after) == OK);
    CHECK_INT(after.broken, before.broken);
    NEED(store_read_begin(room.store, &read) == OK);
    CHECK_INT(bundle_of(read, job.number, 2).level, 1);
    CHECK_INT(bundle_of(read, job.number, 4).level, 1);
    CHECK_INT(bundle_of(read, job.number, 7).level, 6);
    store_read_end(read);
    room_close(&room);
    folder_drop(&folder);
}

static void the_map_grows(void)
{
    struct folder folder = folder_make();
    struct room room = room_open_map(folder.path, 1 << 20);
    struct job_record job = job_of_pages(&room, "a", PAGES, 0);
    CHECK_INT(run_at(&room, 6).repacked, PAGES);
    check_pages(&room, job.number, PAGES, 0, 6);
    room_drop(&room, &folder);
}

/* ---- trimming ---- */

static bool holes_are_possible(const char *folder)
{
    char path[300], bytes[8192] = {1};
    snprintf(path, sizeof path, "%s/hole", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    NEED(fd >= 0 && write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes);
    bool can = fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0;
    close(fd);
    remove(path);
    return can;
}

static void free_space_goes_back(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record a = job_of_pages(&room, "a", PAGES, 0), b = job_of_pages(&room, "b", 20, 1000);
    NEED(room_write(&room, delete_errand, &a.id) == OK);
    job_added(&room, "c"); /* what the last transaction freed is kept for a crash */
    job_added(&room, "d");
    uint64_t before = store_disk_bytes(room.store);
    CHECK_INT(store_trim(room.store), OK);
    uint64_t after = store_disk_bytes(room.store);
    if (holes_are_possible(folder.path))
        CHECK(after < before / 3);
    CHECK_INT(store_trim(room.store), OK);
    CHECK_INT(store_disk_bytes(room.store), after);
    check_pages(&room, b.number, 20, 1000, 1);
    /* The holes are used again. */
    struct job_record e = job_of_pages(&room, "e", PAGES, 2000);
    check_pages(&room, e.number, PAGES, 2000, 1);
    room_close(&room);
    room = room_open(folder.path);
    check_pages(&room, b.number, 20, 1000, 1);
    check_pages(&room, e.number, PAGES, 2000, 1);
    room_drop(&room, &folder);
}

/* LMDB goes back to the state before the last commit when that was torn in a crash. Its two meta pages stand
 * first in the file; the number of their transaction is at 144 of each. */
static void tear_the_last_commit(const char *folder)
{
    enum { PAGE = 4096, TXNID_AT = 144 };
    char path[300];
    uint64_t txnid[2], none = 0;
    snprintf(path, sizeof path, "%s/store/data.mdb", folder);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    NEED(fd >= 0);
    for (int i = 0; i < 2; i++)
        NEED(pread(fd, &txnid[i], 8, i * PAGE + TXNID_AT) == 8);
    NEED(txnid[0] + 1 == txnid[1] || txnid[1] + 1 == txnid[0]);
    NEED(pwrite(fd, &none, 8, (txnid[1] > txnid[0]) * PAGE + TXNID_AT) == 8);
    close(fd);
}

static void the_state_before_the_last_is_spared(void)
{
    struct folder folder;
    struct room room = room_of(&folder);
    struct job_record job = job_of_pages(&room, "a", PAGES, 0);
    unsigned level;
    struct store_read *read;
    run_at(&room, 6);
    run_at(&room, 9);
    CHECK_INT(store_trim(room.store), OK);
    room_close(&room);
    tear_the_last_commit(folder.path);
    room = room_open(folder.path);
    NEED(store_read_begin(room.store, &read) == OK);
    CHECK_INT(pages_right(read, job.number, 0, &level), PAGES);
    CHECK_INT(level, 9);
    store_read_end(read);
    CHECK_INT(run_at(&room, 9).bodies, 0);
    room_drop(&room, &folder);
}

/* Trimming beside a writer that is never idle, and beside deletions. */
static void *trim_on(void *user)
{
    struct looker *l = user;
    do {
        l->wrong += store_trim(l->room->store) != OK;
        l->rounds++;
        usleep(500);
    } while (!atomic_load(&l->stop));
    return NULL;
}

static void trimming_beside_a_writer(void)
{
    struct folder folder = folder_make();
    struct room room = room_open_map(folder.path, 1 << 20);
    struct job_record kept = job_of_pages(&room, "kept", 20, 5000);
    struct looker trimmer = {.room = &room};
    pthread_t thread;
    NEED(pthread_create(&thread, NULL, trim_on, &trimmer) == 0);
    for (uint64_t i = 0; i < 12; i++) {
        char name[20];
        snprintf(name, sizeof name, "job %llu", (unsigned long long)i);
        struct job_record job = job_of_pages(&room, name, 40, i * 100);
        check_pages(&room, job.number, 40, i * 100, 1);
        if (i % 3)
            NEED(room_write(&room, delete_errand, &job.id) == OK);
    }
    atomic_store(&trimmer.stop, true);
    pthread_join(thread, NULL);
    CHECK_INT(trimmer.wrong, 0);
    CHECK(trimmer.rounds > 0);
    check_pages(&room, kept.number, 20, 5000, 1);
    room_drop(&room, &folder);
}

int main(void)
{
    RUN(bodies_get_smaller_once);
    RUN(never_larger);
    RUN(only_finished_jobs_and_those_named);
    RUN(equal_pages_are_packed_once);
    RUN(stopped_and_gone_on);
    RUN(a_stopped_writer_ends_it);
    RUN(a_job_deleted_between);
    RUN(a_body_replaced_between);
    RUN(readers_beside);
    RUN(damage_stays_what_it_is);
    RUN(the_map_grows);
    RUN(free_space_goes_back);
    RUN(the_state_before_the_last_is_spared);
    RUN(trimming_beside_a_writer);
    return check_report();
}
