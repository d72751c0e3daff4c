/* SPDX-License-Identifier: Apache-2.0 */
/* The store through its own doors: every table, shared bundles, deletion, opening in all ways, a second
 * process beside. Called with arguments the program is that second process. */
#include "tests/unit/cache/fixture.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "cache/lmdb_int.h"

/* ---- jobs ---- */

static enum status put_job(struct store_write *write, void *user)
{
    return store_job_put(write, user);
}

static enum status delete_job_at_once(struct store_write *write, void *user)
{
    return store_job_delete(write, *(struct id128 *)user, SIZE_MAX);
}

static void jobs(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct job_record a = job_added(&room, "zulu"), b = job_added(&room, "alpha"), got;
    struct store_read *read;
    CHECK_INT(a.number, 1);
    CHECK_INT(b.number, 2);
    struct job_record again = job_make("zulu");
    CHECK_INT(room_write(&room, job_add_errand, &again), ST_EXISTS);
    CHECK_INT(again.number, 0);
    a.state = JOB_DONE;
    a.kept = 12;
    a.message = STR_LIT("all done");
    CHECK_INT(room_write(&room, put_job, &a), OK);
    again.number = 7;
    CHECK_INT(room_write(&room, put_job, &again), ST_NOTFOUND);
    again = job_make("nobody");
    again.number = 1;
    CHECK_INT(room_write(&room, put_job, &again), ST_NOTFOUND);

    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_job_get(read, a.id, &got) == OK);
    CHECK(id128_eq(got.id, a.id) && got.number == 1 && got.state == JOB_DONE && got.kept == 12);
    CHECK_STR(got.message, STR_LIT("all done"));
    CHECK_STR(got.base_url, STR_LIT("https://docs.example/"));
    CHECK_INT(store_job_get(read, id_of("nobody", 0), &got), ST_NOTFOUND);
    NEED(store_job_next(read, NULL, &got) == OK);
    CHECK(id128_eq(got.id, a.id));
    NEED(store_job_next(read, &a.id, &got) == OK);
    CHECK(id128_eq(got.id, b.id));
    CHECK_INT(store_job_next(read, &b.id, &got), ST_NOTFOUND);
    struct id128 nobody = id_of("nobody", 0);
    CHECK_INT(store_job_next(read, &nobody, &got), ST_NOTFOUND);

    CHECK_INT(room_write(&room, delete_job_at_once, &b.id), OK);
    CHECK_INT(store_job_get(read, b.id, &got), OK); /* as it was when the transaction began */
    CHECK_INT(store_read_renew(read), OK);
    CHECK_INT(store_job_get(read, b.id, &got), ST_NOTFOUND);
    store_read_end(read);
    store_read_end(NULL);
    b = job_added(&room, "alpha");
    CHECK_INT(b.number, 3); /* a number is never used again */
    CHECK_INT(room_check(&room).broken, 0);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- URLs ---- */

struct url_put {
    uint32_t job;
    struct url_record *url, *before;
};

static enum status put_url(struct store_write *write, void *user)
{
    struct url_put *put = user;
    return store_url_put(write, put->job, put->url, put->before);
}

static enum status url_set(struct room *room, uint32_t job, struct url_record url,
                           struct url_record *before)
{
    struct url_put put = {.job = job, .url = &url, .before = before};
    return room_write(room, put_url, &put);
}

/* The seqs of a job's ready URLs in their order, as text. */
static const char *ready_order(struct room *room, uint32_t job, char text[128])
{
    struct store_read *read;
    struct ready_key at;
    struct url_record url;
    size_t n = 0;
    text[0] = 0;
    NEED(store_read_begin(room->store, &read) == OK);
    enum status st = store_ready_next(read, job, NULL, &url);
    for (; st == OK && n < 100; st = store_ready_next(read, job, &at, &url)) {
        n += (size_t)snprintf(text + n, 128 - n, "%llu ", (unsigned long long)url.seq);
        at = (struct ready_key){.rank = url.rank, .seq = url.seq};
    }
    CHECK_INT(st, ST_NOTFOUND);
    store_read_end(read);
    return text;
}

static void urls(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    uint32_t job = job_added(&room, "a").number, other = job_added(&room, "b").number;
    char text[128];
    struct url_record u1 = url_make(1, URL_READY, 9), u2 = url_make(2, URL_READY, 0),
                      u3 = url_make(3, URL_READY, 9), u4 = url_make(4, URL_SKIPPED, 0), got;
    CHECK_INT(url_set(&room, job, u3, NULL), OK);
    CHECK_INT(url_set(&room, job, u1, NULL), OK);
    CHECK_INT(url_set(&room, job, u2, NULL), OK);
    CHECK_INT(url_set(&room, job, u4, NULL), OK);
    CHECK_INT(url_set(&room, other, url_make(7, URL_READY, 255), NULL), OK);
    struct url_record last = url_make(UINT64_MAX, URL_READY, 255);
    CHECK_INT(url_set(&room, other, last, NULL), OK);
    CHECK_STR(str_of(ready_order(&room, job, text)), STR_LIT("2 1 3 "));
    CHECK_STR(str_of(ready_order(&room, other, text)), STR_LIT("7 18446744073709551615 "));

    CHECK_INT(url_set(&room, job, u1, NULL), ST_EXISTS);
    struct url_record now = u2;
    now.state = URL_KEPT;
    now.http_status = 200;
    now.detail = STR_LIT("rule 1");
    CHECK_INT(url_set(&room, job, now, &u2), OK);
    CHECK_STR(str_of(ready_order(&room, job, text)), STR_LIT("1 3 "));
    struct url_record moved = u3;
    moved.rank = 1;
    CHECK_INT(url_set(&room, job, moved, &u3), OK); /* ready under another rank */
    CHECK_STR(str_of(ready_order(&room, job, text)), STR_LIT("3 1 "));
    u1.attempts = 2;
    CHECK_INT(url_set(&room, job, u1, &u1), OK); /* ready where it was */
    CHECK_STR(str_of(ready_order(&room, job, text)), STR_LIT("3 1 "));
    CHECK_INT(url_set(&room, job, u2, &now), OK); /* ready again */
    CHECK_STR(str_of(ready_order(&room, job, text)), STR_LIT("2 3 1 "));

    struct store_read *read;
    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_url_get(read, job, u1.id, &got) == OK);
    CHECK(got.attempts == 2 && got.rank == 9 && id128_eq(got.id, u1.id));
    CHECK_INT(store_url_get(read, other, u1.id, &got), ST_NOTFOUND);
    unsigned n = 0;
    uint64_t from = 0;
    enum status st;
    for (; (st = store_url_next(read, job, from, &got)) == OK; n++) {
        CHECK(got.seq >= from);
        from = got.seq + 1;
    }
    CHECK_INT(n, 4);
    CHECK_INT(st, ST_NOTFOUND);
    store_read_end(read);
    CHECK_INT(room_check(&room).broken, 0);

    /* Promises that a caller broke don't get in. */
    struct url_record clash = url_make(99, URL_READY, 9);
    clash.seq = 1;
    CHECK_INT(url_set(&room, job, clash, NULL), ST_CORRUPT);
    CHECK_INT(writer_trouble(room.writer), ST_CORRUPT);
    writer_reset_trouble(room.writer);
    CHECK_INT(url_set(&room, 77, url_make(5, URL_READY, 0), NULL), ST_NOTFOUND);
    struct check_report report = room_check(&room);
    CHECK_INT(report.broken, 0);
    CHECK_INT(report.urls, 6);
    CHECK_INT(report.ready, 5);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- pages ---- */

static void pages(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    uint32_t job = job_added(&room, "a").number, other = job_added(&room, "b").number;
    CHECK(page_added(&room, job, 5, 50) > 3000);
    CHECK(page_added(&room, job, 2, 20) > 3000);
    CHECK_INT(page_added(&room, job, 9, 50), 0);   /* the same bytes at another address */
    CHECK_INT(page_added(&room, other, 1, 50), 0); /* and in another job */
    struct check_report report = room_check(&room);
    CHECK_INT(report.pages, 4);
    CHECK_INT(report.bundles, 2);

    struct store_read *read;
    struct page_record page;
    struct bundle bundle;
    struct body body;
    body_init(&body, &room, 50, 6000);
    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_page_next(read, job, 0, &page) == OK);
    CHECK_INT(page.seq, 2);
    NEED(store_page_next(read, job, 3, &page) == OK);
    CHECK_INT(page.seq, 5);
    CHECK_STR(page.title, STR_LIT("A page"));
    CHECK_INT(store_page_next(read, job, 10, &page), ST_NOTFOUND);
    CHECK_INT(store_page_get(read, job, 3, &page), ST_NOTFOUND);
    NEED(store_page_get(read, job, 9, &page) == OK);
    CHECK(memcmp(page.bundle.b, body.bundle.id.b, 32) == 0);
    NEED(store_bundle_get(read, page.bundle, &bundle) == OK);
    CHECK_INT(bundle.n_parts, 2);
    CHECK_STR(bundle.parts[0].stream, buf_str(&body.html));
    CHECK_STR(bundle.parts[1].stream, buf_str(&body.markdown));
    struct buf raw;
    buf_init(&raw, SIZE_MAX);
    CHECK_INT(codec_inflate(room.codec, bundle.parts[1].stream, &bundle.parts[1].packed, &raw), OK);
    CHECK_STR(buf_str(&raw), STR_LIT("# Page 50\n"));
    buf_fini(&raw);
    store_read_end(read);
    body_fini(&body);

    /* Replacing gives the old bundle back: three users of it, then two, one, none. */
    CHECK_INT(page_added(&room, job, 5, 50), 0);
    CHECK(page_added(&room, job, 5, 51) > 3000);
    CHECK_INT(room_check(&room).bundles, 3);
    CHECK_INT(page_added(&room, job, 9, 51), 0);
    CHECK_INT(room_check(&room).bundles, 3);
    CHECK_INT(page_added(&room, other, 1, 20), 0);
    report = room_check(&room);
    CHECK_INT(report.bundles, 2);
    CHECK_INT(report.pages, 4);
    CHECK_INT(report.broken, 0);
    room_close(&room);
    folder_drop(&folder);
}

static enum status put_too_large(struct store_write *write, void *user)
{
    struct bundle bundle = {.n_parts = 2};
    struct page_record page = page_make(1);
    uint64_t new_bytes = 77;
    for (unsigned i = 0; i < 2; i++) { /* never read: its size alone is refused */
        bundle.parts[i].kind = (enum part_kind)i;
        bundle.parts[i].stream = str_make("", UINT32_MAX / 2);
        bundle.parts[i].packed.packed_bytes = UINT32_MAX / 2;
    }
    CHECK_INT(store_page_put(write, *(uint32_t *)user, &page, &bundle, &new_bytes), ST_LIMIT);
    CHECK_INT(new_bytes, 77);
    return OK; /* a refused put has changed nothing that could be committed */
}

static void too_large(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    uint32_t job = job_added(&room, "a").number;
    CHECK_INT(room_write(&room, put_too_large, &job), OK);
    struct check_report report = room_check(&room);
    CHECK_INT(report.broken, 0);
    CHECK_INT(report.pages, 0);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- hosts and rows ---- */

static enum status put_hosts_and_rows(struct store_write *write, void *user)
{
    struct room *room = ((struct page_put *)user)->room;
    uint32_t job = ((struct page_put *)user)->job;
    struct host_record host = {.id = id_of("host", 1),
                               .http_status = 200,
                               .robots = STR_LIT("User-agent: *\nDisallow: /private\n")};
    struct host_record got_host;
    struct buf packed;
    buf_init(&packed, SIZE_MAX);
    CHECK_INT(store_host_put(write, job, &host), OK);
    CHECK_INT(store_host_get(store_write_reader(write), job, host.id, &got_host), OK);
    for (uint64_t seq = 10; seq <= 30; seq += 10) {
        struct row_record row = {.seq = seq};
        buf_reset(&packed);
        NEED(codec_deflate(room->codec, STR_LIT("{\"price\": 12}"), &packed, &row.packed) == OK);
        row.stream = buf_str(&packed);
        CHECK_INT(store_row_put(write, job, &row), OK);
    }
    buf_fini(&packed);
    return OK;
}

static void hosts_and_rows(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct page_put put = {.room = &room, .job = job_added(&room, "a").number};
    struct store_read *read;
    struct host_record host;
    struct row_record row;
    NEED(room_write(&room, put_hosts_and_rows, &put) == OK);
    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_host_get(read, put.job, id_of("host", 1), &host) == OK);
    CHECK_STR(host.robots, STR_LIT("User-agent: *\nDisallow: /private\n"));
    CHECK_INT(store_host_get(read, put.job, id_of("host", 2), &host), ST_NOTFOUND);
    unsigned n = 0;
    for (uint64_t from = 0; store_row_next(read, put.job, from, &row) == OK; from = row.seq + 1, n++) {
        struct buf raw;
        buf_init(&raw, SIZE_MAX);
        CHECK_INT(row.seq, 10 * (n + 1));
        CHECK_INT(codec_inflate(room.codec, row.stream, &row.packed, &raw), OK);
        CHECK_STR(buf_str(&raw), STR_LIT("{\"price\": 12}"));
        buf_fini(&raw);
    }
    CHECK_INT(n, 3);
    store_read_end(read);
    struct check_report report = room_check(&room);
    CHECK_INT(report.rows, 3);
    CHECK_INT(report.broken, 0);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- deletion ---- */

struct deletion {
    struct id128 id;
    size_t step;
    enum status answer;
};

static enum status delete_step(struct store_write *write, void *user)
{
    struct deletion *deletion = user;
    deletion->answer = store_job_delete(write, deletion->id, deletion->step);
    return deletion->answer == ST_AGAIN ? OK : deletion->answer;
}

static void deletion(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct job_record job = job_added(&room, "goes"), stays = job_added(&room, "stays");
    for (uint64_t i = 0; i < 40; i++) {
        NEED(url_set(&room, job.number, url_make(i, i % 2 ? URL_READY : URL_KEPT, 0), NULL) == OK);
        page_added(&room, job.number, i, i / 2); /* each bundle twice */
    }
    page_added(&room, stays.number, 0, 3); /* and this one three times */
    NEED(url_set(&room, stays.number, url_make(0, URL_READY, 0), NULL) == OK);
    struct page_put put = {.room = &room, .job = job.number};
    NEED(room_write(&room, put_hosts_and_rows, &put) == OK);
    CHECK_INT(room_check(&room).bundles, 20);

    struct deletion deletion = {.id = job.id, .step = 7};
    unsigned steps = 0;
    do {
        NEED(room_write(&room, delete_step, &deletion) == OK);
        CHECK_INT(room_check(&room).broken, 0); /* between all steps */
        if (deletion.answer == ST_AGAIN) {
            CHECK_INT(room_write(&room, put_job, &job), ST_NOTFOUND);
            CHECK_INT(url_set(&room, job.number, url_make(99, URL_READY, 0), NULL), ST_NOTFOUND);
        }
        steps++;
    } while (deletion.answer == ST_AGAIN && steps < 100);
    /* 20 ready, 1 to 16 sets, 40 URLs, 40 pages, 1 host, 3 rows */
    CHECK(steps >= (105 + 6) / 7 && steps <= (120 + 6) / 7);
    struct check_report report = room_check(&room);
    CHECK_INT(report.jobs, 1);
    CHECK_INT(report.urls, 1);
    CHECK_INT(report.ready, 1);
    CHECK_INT(report.pages, 1);
    CHECK_INT(report.bundles, 1);
    CHECK_INT(report.rows, 0);
    /* What comes late finds no job. */
    struct page_put late = {.room = &room, .job = job.number, .seed = 1};
    CHECK_INT(room_write(&room, page_put_errand, &late), ST_NOTFOUND);
    CHECK_INT(room_write(&room, delete_step, &deletion), ST_NOTFOUND);
    NEED(room_write(&room, delete_job_at_once, &stays.id) == OK);
    report = room_check(&room);
    CHECK_INT(report.bundles + report.pages + report.jobs + report.urls, 0);
    CHECK_INT(report.broken, 0);
    room_close(&room);
    folder_drop(&folder);
}

/* ---- opening ---- */

static enum status try_open(const char *dir, enum store_mode mode, size_t map_bytes, struct diag *diag)
{
    struct store *store;
    struct store_options options = {
        .dir = dir, .mode = mode, .map_bytes = map_bytes, .command = "again"};
    diag->text[0] = 0;
    enum status st = store_open(&options, &store, diag);
    if (st == OK)
        store_close(store);
    return st;
}

static void reopen(void)
{
    struct folder folder = folder_make();
    char dir[300];
    snprintf(dir, sizeof dir, "%s/new/deep", folder.path); /* folders are made */
    struct room room = room_open(dir);
    CHECK_STR(str_of(store_dir(room.store)), str_of(dir));
    uint32_t job = job_added(&room, "a").number;
    for (uint64_t i = 0; i < 10; i++)
        page_added(&room, job, i, i);
    room_close(&room);
    struct stat is;
    NEED(stat(dir, &is) == 0);
    CHECK_INT(is.st_mode & 0777, 0700);
    room = room_open(dir);
    struct check_report report = room_check(&room);
    CHECK_INT(report.pages, 10);
    CHECK_INT(report.broken, 0);
    CHECK_INT(job_added(&room, "b").number, 2);
    room_close(&room);
    folder_drop(&folder);
}

static void second_writer(void)
{
    struct folder folder = folder_make();
    struct diag diag;
    char command[64], pid_text[32];
    int pid = 0;
    CHECK_INT(store_owner(folder.path, &pid, command, sizeof command), ST_NOTFOUND);
    struct room room = room_open(folder.path);
    CHECK_INT(store_owner(folder.path, &pid, command, sizeof command), OK);
    CHECK_INT(pid, getpid());
    CHECK_STR(str_of(command), STR_LIT("a test"));
    CHECK_INT(store_owner(folder.path, &pid, command, 4), OK);
    CHECK_STR(str_of(command), STR_LIT("a t"));
    CHECK_INT(try_open(folder.path, STORE_WRITE, MAP_BYTES, &diag), ST_BUSY);
    snprintf(pid_text, sizeof pid_text, "%d (a test)", (int)getpid());
    CHECK(strstr(diag.text, pid_text));
    CHECK(strstr(diag.text, folder.path));
    room_close(&room);
    CHECK_INT(store_owner(folder.path, &pid, command, sizeof command), ST_NOTFOUND);
    CHECK_INT(try_open(folder.path, STORE_WRITE, MAP_BYTES, &diag), OK);
    folder_drop(&folder);
}

static void lock_text(void)
{
    struct folder folder = folder_make();
    char command[600], long_command[600];
    int pid = 0;
    memset(long_command, 'x', sizeof long_command);
    memcpy(long_command, "crawl\na\tb", 9);
    long_command[sizeof long_command - 1] = 0;
    struct store *store;
    struct diag diag;
    struct store_options options = {
        .dir = folder.path, .mode = STORE_WRITE, .map_bytes = MAP_BYTES, .command = long_command};
    NEED(store_open(&options, &store, &diag) == OK);
    CHECK_INT(store_owner(folder.path, &pid, command, sizeof command), OK);
    CHECK(str_starts(str_of(command), STR_LIT("crawl a bxxx"))); /* one line */
    CHECK_INT(strlen(command), 400);
    store_close(store);
    folder_drop(&folder);
}

static void nothing_to_read(void)
{
    struct folder folder = folder_make();
    struct diag diag;
    char path[300];
    CHECK_INT(try_open(folder.path, STORE_READ, MAP_BYTES, &diag), ST_NOTFOUND);
    CHECK(strstr(diag.text, "no store"));
    CHECK(strstr(diag.text, folder.path));
    snprintf(path, sizeof path, "%s/missing", folder.path);
    CHECK_INT(try_open(path, STORE_READ, MAP_BYTES, &diag), ST_NOTFOUND);
    /* A maker that died early: an empty file, or an environment without tables. */
    snprintf(path, sizeof path, "%s/store", folder.path);
    NEED(mkdir(path, 0700) == 0);
    snprintf(path, sizeof path, "%s/store/data.mdb", folder.path);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    NEED(fd >= 0 && close(fd) == 0);
    CHECK_INT(try_open(folder.path, STORE_READ, MAP_BYTES, &diag), ST_NOTFOUND);
    CHECK(access(path, F_OK) == 0);
    MDB_env *env;
    snprintf(path, sizeof path, "%s/store", folder.path);
    NEED(mdb_env_create(&env) == 0 && mdb_env_open(env, path, 0, 0600) == 0);
    mdb_env_close(env);
    CHECK_INT(try_open(folder.path, STORE_READ, MAP_BYTES, &diag), ST_NOTFOUND);
    CHECK(strstr(diag.text, "still empty"));
    CHECK_INT(try_open(folder.path, STORE_WRITE, MAP_BYTES, &diag), OK);
    CHECK_INT(try_open(folder.path, STORE_READ, MAP_BYTES, &diag), OK);
    folder_drop(&folder);
}

static enum status put_format(struct store_write *write, void *user)
{
    uint8_t version[4];
    format_u32(*(uint32_t *)user, version);
    return table_put(write, TABLE_META, key_of_text(META_FORMAT), str_make((const char *)version, 4), 0);
}

static void other_formats(void)
{
    struct folder folder = folder_make();
    struct diag diag;
    uint32_t version = FORMAT_VERSION + 41, older = FORMAT_VERSION - 1;
    struct room room = room_open(folder.path);
    NEED(room_write(&room, put_format, &version) == OK);
    room_close(&room);
    CHECK_INT(try_open(folder.path, STORE_WRITE, MAP_BYTES, &diag), ST_UNSUPPORTED);
    CHECK(strstr(diag.text, "format 46") && strstr(diag.text, "newer"));
    CHECK_INT(try_open(folder.path, STORE_READ, MAP_BYTES, &diag), ST_UNSUPPORTED);
    folder_drop(&folder);
    folder = folder_make();
    room = room_open(folder.path);
    NEED(room_write(&room, put_format, &older) == OK);
    room_close(&room);
    CHECK_INT(try_open(folder.path, STORE_WRITE, MAP_BYTES, &diag), ST_UNSUPPORTED);
    CHECK(strstr(diag.text, "format 4") && strstr(diag.text, "crawl anew"));
    CHECK_INT(try_open(folder.path, STORE_READ, MAP_BYTES, &diag), ST_UNSUPPORTED);
    folder_drop(&folder);
}

static void strangers_files(void)
{
    struct folder folder = folder_make();
    struct diag diag;
    char path[300];
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi dbi;
    snprintf(path, sizeof path, "%s/store", folder.path);
    NEED(mkdir(path, 0700) == 0);
    NEED(mdb_env_create(&env) == 0 && mdb_env_set_maxdbs(env, 2) == 0);
    NEED(mdb_env_open(env, path, 0, 0600) == 0 && mdb_txn_begin(env, NULL, 0, &txn) == 0);
    NEED(mdb_dbi_open(txn, "theirs", MDB_CREATE, &dbi) == 0 && mdb_txn_commit(txn) == 0);
    mdb_env_close(env);
    CHECK_INT(try_open(folder.path, STORE_WRITE, MAP_BYTES, &diag), ST_CORRUPT);
    CHECK(strstr(diag.text, "another program"));
    CHECK_INT(try_open(folder.path, STORE_READ, MAP_BYTES, &diag), ST_CORRUPT);

    snprintf(path, sizeof path, "%s/store/data.mdb", folder.path);
    FILE *file = fopen(path, "w");
    NEED(file);
    for (int i = 0; i < 9000; i++)
        fputs("nonsense", file);
    NEED(fclose(file) == 0);
    CHECK_INT(try_open(folder.path, STORE_WRITE, MAP_BYTES, &diag), ST_CORRUPT);
    CHECK_INT(try_open(folder.path, STORE_READ, MAP_BYTES, &diag), ST_CORRUPT);

    /* A file where the folder should be. */
    CHECK_INT(try_open(path, STORE_WRITE, MAP_BYTES, &diag), ST_IO);
    CHECK(strstr(diag.text, path));
    CHECK_INT(try_open(path, STORE_READ, MAP_BYTES, &diag), ST_NOTFOUND);
    folder_drop(&folder);
}

static void address_space(void)
{
    struct folder folder = folder_make();
    struct diag diag;
    CHECK_INT(try_open(folder.path, STORE_WRITE, (size_t)1 << 62, &diag), ST_NOMEM);
    CHECK(strstr(diag.text, "store.map_bytes"));
    enum status st = try_open(folder.path, STORE_WRITE, 0, &diag); /* the default: 1 TiB */
    CHECK(st == OK || (st == ST_NOMEM && strstr(diag.text, "store.map_bytes")));
    CHECK_INT(try_open(folder.path, STORE_WRITE, 1, &diag), OK);
    folder_drop(&folder);
}

/* ---- a second process that reads ---- */

static int pages_of(struct store_read *view, uint32_t job)
{
    struct page_record page;
    struct bundle bundle;
    int n = 0;
    for (uint64_t from = 0; store_page_next(view, job, from, &page) == OK; from = page.seq + 1, n++)
        if (store_bundle_get(view, page.bundle, &bundle) != OK)
            return -1;
    return n;
}

/* For each byte on its standard input the child looks anew and answers how many pages job 1 has, in a byte.
 * It ends with its input. Its map is small, so that it has to follow the writer's. */
static int reader_main(const char *dir)
{
    struct store *store;
    struct store_read *view;
    struct diag diag;
    struct store_options options = {.dir = dir, .mode = STORE_READ, .map_bytes = 1 << 20};
    char order;
    if (store_open(&options, &store, &diag) != OK)
        return fprintf(stderr, "%s\n", diag.text), 2;
    if (store_read_begin(store, &view) != OK)
        return 3;
    while (read(0, &order, 1) == 1) {
        if (store_read_renew(view) != OK)
            return 4;
        signed char n = (signed char)pages_of(view, 1);
        if (write(1, &n, 1) != 1)
            return 5;
    }
    store_read_end(view);
    store_close(store);
    return 0;
}

static int reader_ask(int in, int out)
{
    signed char n = -2;
    NEED(write(in, "?", 1) == 1);
    NEED(read(out, &n, 1) == 1);
    return n;
}

static void reader_beside_writer(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    uint32_t job = job_added(&room, "a").number;
    int in, out;
    char *arguments[] = {(char *)(uintptr_t) "reader", folder.path, NULL};
    page_added(&room, job, 0, 0);
    pid_t pid = child_start(arguments, &in, &out);
    CHECK_INT(reader_ask(in, out), 1);
    for (uint64_t i = 1; i < 20; i++)
        page_added(&room, job, i, i);
    CHECK_INT(reader_ask(in, out), 20);
    /* The file outgrows the reader's map: MDB_MAP_RESIZED is its to handle. */
    for (uint64_t i = 20; i < 30; i++) {
        struct page_put put = {.room = &room, .job = job, .seq = i, .seed = i, .n_bytes = 600000};
        NEED(room_write(&room, page_put_errand, &put) == OK);
    }
    CHECK_INT(reader_ask(in, out), 30);
    close(in);
    close(out);
    CHECK_INT(child_wait(pid), 0);
    CHECK_INT(room_check(&room).broken, 0);
    room_close(&room);
    folder_drop(&folder);
}

/* Readers that died keep no slot for ever; more than the most are told to wait. */
static void dead_readers(void)
{
    struct folder folder = folder_make();
    struct store_read *views[4], *one_more;
    struct store *store;
    struct diag diag;
    struct store_options options = {.dir = folder.path,
                                    .mode = STORE_WRITE,
                                    .map_bytes = MAP_BYTES,
                                    .max_readers = ARRAY_LEN(views)};
    NEED(store_open(&options, &store, &diag) == OK);
    char *arguments[] = {(char *)(uintptr_t) "reader", folder.path, NULL};
    int in, out;
    pid_t pid = child_start(arguments, &in, &out);
    CHECK_INT(reader_ask(in, out), 0);
    NEED(kill(pid, SIGKILL) == 0);
    CHECK_INT(child_wait(pid), 128 + SIGKILL);
    close(in);
    close(out);
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        NEED(store_read_begin(store, &views[i]) == OK);
    CHECK_INT(store_read_begin(store, &one_more), ST_BUSY);
    for (size_t i = 0; i < ARRAY_LEN(views); i++)
        store_read_end(views[i]);
    NEED(store_read_begin(store, &one_more) == OK);
    store_read_end(one_more);
    store_close(store);
    folder_drop(&folder);
}

/* ---- many URLs ---- */

#define MANY 150000u
#define MANY_STEP 10000u

struct many {
    uint32_t job;
    unsigned from;
};

/* Two URLs of each hundred share the first 64 bits of their ids: only the records tell them apart. */
static struct id128 id_of_many(unsigned n)
{
    struct id128 id = id_of("many", n % 100 == 1 ? n - 1 : n);
    id.b[15] = (uint8_t)(n % 100 == 1 ? id.b[15] ^ 1 : id.b[15]);
    return id;
}

static enum status put_many(struct store_write *write, void *user)
{
    const struct many *many = user;
    enum status st = OK;
    for (unsigned n = many->from; n < many->from + MANY_STEP && st == OK; n++) {
        struct url_record url = url_make(n, n % 3 ? URL_READY : URL_SKIPPED, (uint8_t)(n % 5));
        url.id = id_of_many(n);
        st = store_url_put(write, many->job, &url, NULL);
    }
    return st;
}

/* So many that sets were moved; each is found by its id, and by no other. */
static void many_urls(void)
{
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    struct many many = {.job = job_added(&room, "a").number};
    uint32_t other = job_added(&room, "b").number;
    struct store_read *read;
    struct url_record url;
    for (; many.from < MANY; many.from += MANY_STEP)
        NEED(room_write(&room, put_many, &many) == OK);
    NEED(store_read_begin(room.store, &read) == OK);
    unsigned wrong = 0;
    for (unsigned n = 0; n < MANY; n++)
        wrong += store_url_get(read, many.job, id_of_many(n), &url) != OK || url.seq != n;
    CHECK_INT(wrong, 0);
    CHECK_INT(store_url_get(read, many.job, id_of("many", MANY), &url), ST_NOTFOUND);
    CHECK_INT(store_url_get(read, other, id_of_many(5), &url), ST_NOTFOUND);
    CHECK_INT(store_url_at(read, many.job, MANY - 1, &url), OK);
    CHECK_INT(store_url_at(read, many.job, MANY, &url), ST_NOTFOUND);
    store_read_end(read);
    many.from = 40000; /* again */
    CHECK_INT(room_write(&room, put_many, &many), ST_EXISTS);
    struct check_report report = room_check(&room);
    CHECK_INT(report.broken, 0);
    CHECK_INT(report.urls, MANY);
    CHECK_INT(report.ready, MANY / 3 * 2);
    room_close(&room);
    folder_drop(&folder);
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return reader_main(argv[2]);
    RUN(jobs);
    RUN(urls);
    RUN(many_urls);
    RUN(pages);
    RUN(too_large);
    RUN(hosts_and_rows);
    RUN(deletion);
    RUN(reopen);
    RUN(second_writer);
    RUN(lock_text);
    RUN(nothing_to_read);
    RUN(other_formats);
    RUN(strangers_files);
    RUN(address_space);
    RUN(reader_beside_writer);
    RUN(dead_readers);
    return check_report();
}
