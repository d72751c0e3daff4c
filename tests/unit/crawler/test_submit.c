/* SPDX-License-Identifier: Apache-2.0 */
/* test_submit.c: jobs as the service takes them, with a real store, writer, engine and a loopback server: submitted,
 * run, paid, told in their feed; batches, retries, cancels, secrets, answers, fairness. */
#include "answer/answer.h"
#include "crawler/engine.h"
#include "crawler/submit.h"
#include "tests/unit/cache/fixture.h"
#include "tests/unit/crawler/server.h"

#define WAIT_MS 15000

static struct server site, other;
static struct folder folder;
static struct room room;
static struct config config;
static struct engine *engine;
static atomic_uint n_ended, n_fed;

/* ---- helpers ---- */

static void note_ended(void *user UNUSED, struct id128 job UNUSED)
{
    atomic_fetch_add(&n_ended, 1);
}

static void note_fed(void *user UNUSED, struct id128 job UNUSED)
{
    atomic_fetch_add(&n_fed, 1);
}

static void engine_open(void)
{
    struct diag diag = {.text = ""};
    const struct engine_options options = {.config = &config,
                                           .store = room.store,
                                           .writer = room.writer,
                                           .ended = note_ended,
                                           .fed = note_fed};
    if (engine_create(&options, &engine, &diag) != OK)
        fprintf(stderr, "%s\n", diag.text), exit(1);
}

static enum status add_key(struct store_write *write, void *user)
{
    return store_key_add(write, user);
}

/* A key of its own for each test, so that sums are easy to check. */
static uint32_t key_make(uint64_t credits)
{
    static unsigned n;
    struct key_record key = {.credits = credits, .name = STR_LIT("test")};
    key.id = id_of("key", ++n);
    memcpy(key.hash.b, id_of("hash", n).b, 16);
    NEED(room_write(&room, add_key, &key) == OK);
    return key.number;
}

static struct key_record key_of(uint32_t number)
{
    struct store_read *read;
    struct key_record key;
    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_key_get(read, number, &key) == OK);
    store_read_end(read);
    key.name = STR_NONE;
    return key;
}

static void check_credits(uint32_t key, uint64_t used, uint64_t reserved)
{
    CHECK_INT(key_of(key).used, used);
    CHECK_INT(key_of(key).reserved, reserved);
}

static char message[512];

/* Without its texts but for the message. */
static struct job_record job_of(struct id128 id)
{
    struct store_read *read;
    struct job_record job;
    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_job_get(read, id, &job) == OK);
    snprintf(message, sizeof message, "%.*s", STR_ARG(job.message));
    store_read_end(read);
    job.base_url = job.host = job.request = job.policy = STR_NONE;
    job.message = str_of(message);
    return job;
}

/* What a done callback left, for one asker at a time. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
    struct submitted submitted;
    struct retried retried;
    struct ended ended;
} reply = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void reply_done(void)
{
    reply.done = true;
    pthread_cond_broadcast(&reply.changed);
    pthread_mutex_unlock(&reply.lock);
}

static void reply_wait(void)
{
    pthread_mutex_lock(&reply.lock);
    while (!reply.done)
        pthread_cond_wait(&reply.changed, &reply.lock);
    reply.done = false;
    pthread_mutex_unlock(&reply.lock);
}

static void was_submitted(void *user UNUSED, const struct submitted *result)
{
    pthread_mutex_lock(&reply.lock);
    reply.submitted = *result;
    reply_done();
}

static void was_retried(void *user UNUSED, const struct retried *result)
{
    pthread_mutex_lock(&reply.lock);
    reply.retried = *result;
    reply_done();
}

static void was_ended(void *user UNUSED, const struct ended *result)
{
    pthread_mutex_lock(&reply.lock);
    reply.ended = *result;
    reply_done();
}

/* A request whose URLs are written "site path", "other path" or whole. */
struct asked {
    struct crawl_request request;
    struct submission what;
    char texts[REQUEST_URLS_MAX][200];
    struct str urls[REQUEST_URLS_MAX];
};

static void write_url(char to[200], const char *path)
{
    const char *host = *path == '/' ? site.url : *path == '@' ? other.url : "";
    snprintf(to, 200, "%s%s", host, *path == '@' ? path + 1 : path);
}

static void ask(struct asked *a, enum job_kind kind, uint32_t owner)
{
    *a = (struct asked){.what = {.kind = kind, .owner = owner, .unit_credits = 1}};
    crawl_request_init(&a->request);
    a->request.urls = a->urls;
}

static void ask_url(struct asked *a, const char *path)
{
    char *text = a->texts[a->request.n_urls];
    write_url(text, path);
    a->urls[a->request.n_urls++] = str_of(text);
    a->what.units = a->request.n_urls;
}

static enum status submit(struct asked *a)
{
    struct diag diag = {.text = ""};
    a->what.request = &a->request;
    enum status st = job_submit(engine, &a->what, was_submitted, NULL, &diag);
    if (st != OK)
        fprintf(stderr, "    %s\n", diag.text);
    NEED(st == OK);
    reply_wait();
    return reply.submitted.status;
}

static struct id128 submitted_job(struct asked *a)
{
    NEED(submit(a) == OK);
    return reply.submitted.job;
}

static struct crawl *begin(struct id128 job, const struct crawl_request *again)
{
    struct crawl *crawl;
    struct diag diag = {.text = ""};
    if (crawl_resume(engine, job, again, false, &crawl, &diag) != OK)
        fprintf(stderr, "    %s\n", diag.text), exit(1);
    return crawl;
}

static enum job_state finish(struct crawl *crawl)
{
    struct id128 job = crawl_job(crawl);
    NEED(crawl_wait(crawl, WAIT_MS));
    CHECK_INT(crawl_trouble(crawl), OK);
    crawl_close(crawl);
    return job_of(job).state;
}

static enum job_state run(struct id128 job)
{
    return finish(begin(job, NULL));
}

static uint64_t retry(struct id128 job, const uint64_t *seq)
{
    const struct retry what = {.job = job, .one = seq != NULL, .seq = seq ? *seq : 0};
    NEED(job_retry(engine, &what, was_retried, NULL) == OK);
    reply_wait();
    CHECK(reply.retried.status == OK || reply.retried.retried == 0);
    return reply.retried.retried;
}

static struct ended end_job(struct id128 job, enum job_state as, const char *why)
{
    NEED(job_end(engine, job, as, str_of(why), was_ended, NULL) == OK);
    reply_wait();
    return reply.ended;
}

/* "queued running page failed partial" */
static struct str feed_of(struct id128 id)
{
    static char text[4000];
    struct store_read *read;
    struct feed_record event;
    uint32_t number = job_of(id).number;
    uint64_t from = 1;
    size_t n = 0;
    text[0] = 0;
    NEED(store_read_begin(room.store, &read) == OK);
    for (; store_feed_next(read, number, from, &event) == OK; from++) {
        CHECK_INT(event.number, from);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s", from > 1 ? " " : "",
                              event.kind == FEED_STATE  ? job_state_text(event.state)
                              : event.kind == FEED_PAGE ? "page"
                                                        : "failed");
    }
    store_read_end(read);
    return str_make(text, n);
}

static unsigned words_of(struct str feed, const char *word)
{
    unsigned n = 0;
    for (const char *at = feed.p; (at = strstr(at, word)); at++)
        n++;
    return n;
}

/* How each item ended: its state, and why. */
static struct str items_of(struct id128 id)
{
    static char text[8000];
    struct store_read *read;
    struct job_record job;
    struct arena arena;
    struct str *urls;
    struct id128 *ids;
    size_t n = 0, at = 0;
    text[0] = 0;
    arena_init(&arena, 1 << 20, 4096);
    NEED(store_read_begin(room.store, &read) == OK && store_job_get(read, id, &job) == OK);
    CHECK_INT(job_items(read, &job, &arena, &urls, &ids, &n), OK);
    CHECK_INT(n, job.items);
    for (size_t i = 0; i < n; i++) {
        struct url_record url;
        CHECK_INT(job_item_outcome(read, &job, ids[i], &url), OK);
        struct str error = job_item_error(&arena, &url);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s%s%.*s", i ? "; " : "",
                               url_state_text(url.state), error.n ? " " : "", STR_ARG(error));
    }
    store_read_end(read);
    arena_fini(&arena);
    return str_make(text, at);
}

/* The plain row of a page, or "". */
static struct str row_of(struct id128 id, uint64_t seq, struct buf *out)
{
    struct store_read *read;
    struct job_record job;
    struct row_record row;
    buf_reset(out);
    NEED(store_read_begin(room.store, &read) == OK && store_job_get(read, id, &job) == OK);
    if (store_row_next(read, job.number, seq, &row) == OK && row.seq == seq)
        NEED(codec_inflate(room.codec, row.stream, &row.packed, out) == OK);
    store_read_end(read);
    return buf_str(out);
}

static void wait_until_held(struct server *s, unsigned n)
{
    for (int i = 0; i < 1000 && server_held(s) < n; i++)
        usleep(10000);
    CHECK_INT(server_held(s), n);
}

/* ---- tests ---- */

static void a_scrape_from_start_to_end(void)
{
    struct asked a;
    uint32_t key = key_make(10);
    unsigned ended = atomic_load(&n_ended), fed = atomic_load(&n_fed);
    ask(&a, JOB_SCRAPE, key);
    ask_url(&a, "/page/one");
    ask_url(&a, "/page/two");
    struct id128 job = submitted_job(&a);
    struct job_record record = job_of(job);
    CHECK_INT(record.state, JOB_QUEUED);
    CHECK_INT(record.items, 2);
    CHECK_INT(record.ready, 2);
    CHECK_INT(record.owner, key);
    CHECK_INT(record.started_ms, 0);
    CHECK_STR(feed_of(job), STR_LIT("queued"));
    CHECK_STR(items_of(job), STR_LIT("ready; ready"));
    check_credits(key, 0, 2);
    CHECK_INT(key_of(key).pending[JOB_SCRAPE], 1);
    CHECK_INT(run(job), JOB_DONE);
    record = job_of(job);
    CHECK_INT(record.kept, 2);
    CHECK_INT(record.charged_credits, 2);
    CHECK(record.started_ms >= record.created_ms && record.finished_ms >= record.started_ms);
    CHECK_STR(feed_of(job), STR_LIT("queued running page page done"));
    CHECK_STR(items_of(job), STR_LIT("kept; kept"));
    check_credits(key, 2, 0);
    CHECK_INT(key_of(key).pending[JOB_SCRAPE], 0);
    CHECK_INT(server_asked(&site, "/robots.txt", NULL), 0);
    CHECK_INT(atomic_load(&n_ended), ended + 1);
    CHECK(atomic_load(&n_fed) >= fed + 5);
    struct store_read *read;
    struct usage_record usage;
    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_usage_next(read, key, 0, &usage) == OK);
    CHECK_INT(usage.requests, 2);
    CHECK_INT(usage.credits, 2);
    store_read_end(read);
}

static void a_batch_whose_items_differ(void)
{
    struct asked a;
    char away[200];
    uint32_t key = key_make(CREDITS_UNLIMITED);
    server_forget(&site);
    ask(&a, JOB_BATCH, key);
    snprintf(away, sizeof away, "/to/%s/page/landed", other.url);
    ask_url(&a, "/page/a");
    ask_url(&a, "/gone");
    ask_url(&a, "/page/a");
    ask_url(&a, away);
    ask_url(&a, "/circle/0");
    ask_url(&a, "/pdf");
    ask_url(&a, "/boom");
    ask_url(&a, "/page/a#part");
    struct id128 job = submitted_job(&a);
    CHECK_INT(job.b[15], 0);
    check_credits(key, 0, 8);
    CHECK_INT(run(job), JOB_PARTIAL);
    CHECK_STR(
        items_of(job),
        STR_LIT("kept; skipped HTTP 404 Not Found; kept; kept; failed it redirects in a circle; "
                "skipped not a page: application/pdf; failed HTTP 500 Internal Server Error; kept"));
    CHECK_INT(server_asked(&site, "/page/a", NULL), 1);
    CHECK_INT(server_asked(&other, "/page/landed", NULL), 1);
    CHECK_INT(job_of(job).kept, 2);
    check_credits(key, 4, 0);
    CHECK(room_check(&room).broken == 0);
}

static void nothing_kept_is_a_failure(void)
{
    struct asked a;
    uint32_t key = key_make(5);
    ask(&a, JOB_SCRAPE, key);
    ask_url(&a, "/gone");
    struct id128 job = submitted_job(&a);
    CHECK_INT(run(job), JOB_FAILED);
    CHECK(strstr(job_of(job).message.p, "/gone: HTTP 404 Not Found") != NULL);
    CHECK_STR(feed_of(job), STR_LIT("queued running failed failed"));
    check_credits(key, 0, 0);
}

/* What is left on a host that was given up has an outcome too. */
static void a_host_that_is_silent(void)
{
    struct asked a;
    struct server silent;
    char path[100];
    uint32_t key = key_make(100);
    server_start(&silent, "127.0.0.3");
    server_stop(&silent);
    ask(&a, JOB_BATCH, key);
    for (unsigned i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "%s/%u", silent.url, i);
        ask_url(&a, path);
    }
    ask_url(&a, "/page/a");
    struct id128 job = submitted_job(&a);
    CHECK_INT(run(job), JOB_PARTIAL);
    struct job_record record = job_of(job);
    CHECK_INT(record.ready, 0);
    CHECK_INT(record.failed, 20);
    CHECK_INT(words_of(feed_of(job), "failed"), 20);
    CHECK(words_of(items_of(job), "its host stopped answering") > 0);
    check_credits(key, 1, 0);
}

static void secrets_stay_at_home(void)
{
    struct asked a;
    struct diag diag = {.text = ""};
    struct crawl *crawl;
    char cookie[60] = "", away[200], back[200], around[200];
    uint32_t key = key_make(CREDITS_UNLIMITED);
    server_forget(&site);
    server_forget(&other);
    ask(&a, JOB_BATCH, key);
    a.request.cookies = STR_LIT("sid=hunter2");
    snprintf(away, sizeof away, "/to/%s/page/stranger", other.url);
    snprintf(back, sizeof back, "/to/%s/page/same", site.url);
    snprintf(around, sizeof around, "/to/%s/to/%s/page/returned", other.url, site.url);
    ask_url(&a, "/page/home");
    ask_url(&a, away);
    ask_url(&a, back);
    ask_url(&a, around);
    struct id128 job = submitted_job(&a);
    CHECK(job_of(job).flags & JOB_HAD_SECRETS);
    CHECK_INT(crawl_resume(engine, job, NULL, false, &crawl, &diag), ST_DENIED);
    CHECK(strstr(diag.text, "cookies") != NULL);
    CHECK_INT(job_of(job).state, JOB_QUEUED);
    CHECK_INT(finish(begin(job, &a.request)), JOB_DONE);
    CHECK_INT(server_asked(&site, "/page/home", cookie), 1);
    CHECK_STR(str_of(cookie), STR_LIT("sid=hunter2"));
    CHECK_INT(server_asked(&site, "/page/same", cookie), 1);
    CHECK_STR(str_of(cookie), STR_LIT("sid=hunter2"));
    CHECK_INT(server_asked(&other, "/page/stranger", cookie), 1);
    CHECK_STR(str_of(cookie), STR_LIT(""));
    CHECK_INT(server_asked(&site, "/page/returned", cookie), 1);
    CHECK_STR(str_of(cookie), STR_LIT(""));
    /* Another origin that is listed itself gets them. */
    ask(&a, JOB_BATCH, key);
    a.request.cookies = STR_LIT("sid=hunter2");
    ask_url(&a, "/page/home");
    ask_url(&a, "@/page/listed");
    CHECK_INT(finish(begin(submitted_job(&a), &a.request)), JOB_DONE);
    CHECK_INT(server_asked(&other, "/page/listed", cookie), 1);
    CHECK_STR(str_of(cookie), STR_LIT("sid=hunter2"));
}

static void only_what_failed_is_retried(void)
{
    struct asked a;
    char moved[200];
    uint32_t key = key_make(10);
    server_forget(&site);
    server_set(&site, false, true);
    ask(&a, JOB_BATCH, key);
    snprintf(moved, sizeof moved, "/to/%s/flaky/moved", site.url);
    ask_url(&a, "/page/good");
    ask_url(&a, "/flaky/one");
    ask_url(&a, moved);
    ask_url(&a, "/gone");
    struct id128 job = submitted_job(&a);
    CHECK_INT(run(job), JOB_PARTIAL);
    check_credits(key, 1, 0);
    server_set(&site, false, false);
    CHECK_INT(retry(job, NULL), 3);
    CHECK_INT(job_of(job).state, JOB_QUEUED);
    check_credits(key, 1, 3);
    CHECK_INT(retry(job, NULL), 0);
    CHECK_INT(reply.retried.status, ST_BUSY);
    CHECK_INT(run(job), JOB_PARTIAL);
    CHECK_STR(items_of(job), STR_LIT("kept; kept; kept; skipped HTTP 404 Not Found"));
    check_credits(key, 3, 0);
    CHECK_INT(server_asked(&site, "/page/good", NULL), 1);
    CHECK_INT(server_asked(&site, "/flaky/one", NULL), 2);
    CHECK_INT(server_asked(&site, "/gone", NULL), 2);
    CHECK_INT(words_of(feed_of(job), "page"), 3);
    CHECK_INT(words_of(feed_of(job), "failed"), 4);
    CHECK_INT(words_of(feed_of(job), "partial queued running"), 1);
    /* Nothing failed; no such job; no credits left for what failed. */
    ask(&a, JOB_SCRAPE, key);
    ask_url(&a, "/page/good");
    job = submitted_job(&a);
    CHECK_INT(run(job), JOB_DONE);
    CHECK_INT(retry(job, NULL), 0);
    CHECK_INT(reply.retried.status, ST_NOTFOUND);
    CHECK_INT(retry(id_of("nobody", 1), NULL), 0);
    CHECK_INT(reply.retried.status, ST_NOTFOUND);
    key = key_make(1);
    ask(&a, JOB_SCRAPE, key);
    ask_url(&a, "/gone");
    job = submitted_job(&a);
    CHECK_INT(run(job), JOB_FAILED);
    ask(&a, JOB_SCRAPE, key);
    ask_url(&a, "/page/good");
    CHECK_INT(run(submitted_job(&a)), JOB_DONE);
    CHECK_INT(retry(job, NULL), 0);
    CHECK_INT(reply.retried.status, ST_DENIED);
    CHECK_INT(job_of(job).state, JOB_FAILED);
}

static void what_waits_is_cancelled(void)
{
    struct asked a;
    uint32_t key = key_make(10);
    ask(&a, JOB_BATCH, key);
    ask_url(&a, "/page/one");
    ask_url(&a, "/page/one");
    ask_url(&a, "/page/two");
    struct id128 job = submitted_job(&a);
    struct ended ended = end_job(job, JOB_CANCELLED, "");
    CHECK_INT(ended.status, OK);
    CHECK_INT(ended.cancelled, 3);
    CHECK_INT(job_of(job).state, JOB_CANCELLED);
    CHECK_STR(feed_of(job), STR_LIT("queued cancelled"));
    check_credits(key, 0, 0);
    CHECK_INT(end_job(job, JOB_CANCELLED, "").status, ST_EXISTS);
    CHECK_INT(end_job(id_of("nobody", 2), JOB_CANCELLED, "").status, ST_NOTFOUND);
    /* What a cancel left is retried too, and paid then. */
    CHECK_INT(retry(job, NULL), 3);
    CHECK_INT(run(job), JOB_DONE);
    check_credits(key, 3, 0);
    ask(&a, JOB_SCRAPE, key);
    ask_url(&a, "/page/three");
    job = submitted_job(&a);
    CHECK_INT(end_job(job, JOB_FAILED, "CREDENTIALS_LOST: give the cookies again").status, OK);
    CHECK_INT(job_of(job).state, JOB_FAILED);
    CHECK(str_starts(job_of(job).message, STR_LIT("CREDENTIALS_LOST")));
}

static void what_runs_is_cancelled(void)
{
    struct asked a;
    struct id128 leased[8];
    uint32_t key = key_make(10);
    server_set(&site, false, false);
    ask(&a, JOB_BATCH, key);
    ask_url(&a, "/page/quick");
    ask_url(&a, "/slow/1");
    ask_url(&a, "/slow/2");
    struct id128 job = submitted_job(&a);
    struct crawl *crawl = begin(job, NULL);
    wait_until_held(&site, 2);
    for (int i = 0; i < 500 && job_of(job).kept == 0; i++)
        usleep(10000);
    usleep(50000);
    CHECK_INT(engine_leased(engine, job, leased, ARRAY_LEN(leased)), 2);
    CHECK_INT(engine_leased(engine, id_of("nobody", 3), leased, ARRAY_LEN(leased)), 0);
    CHECK_INT(end_job(job, JOB_CANCELLED, "").status, ST_BUSY);
    int64_t asked = clock_mono_ms();
    CHECK_INT(engine_stop_job(engine, job, CRAWL_STOP_CANCEL), OK);
    CHECK_INT(finish(crawl), JOB_CANCELLED);
    CHECK(clock_mono_ms() - asked < 1000);
    server_set(&site, true, false);
    CHECK_STR(items_of(job), STR_LIT("kept; ready; ready"));
    CHECK_STR(feed_of(job), STR_LIT("queued running page cancelled"));
    CHECK_INT(engine_leased(engine, job, leased, ARRAY_LEN(leased)), 0);
    check_credits(key, 1, 0);
}

static void what_is_interrupted_goes_on(void)
{
    struct asked a;
    struct diag diag = {.text = ""};
    struct crawl *twice;
    uint32_t key = key_make(10);
    server_set(&site, false, false);
    server_forget(&site);
    ask(&a, JOB_BATCH, key);
    ask_url(&a, "/page/first");
    ask_url(&a, "/slow/then");
    struct id128 job = submitted_job(&a);
    struct crawl *crawl = begin(job, NULL);
    CHECK_INT(crawl_resume(engine, job, NULL, false, &twice, &diag), ST_BUSY);
    wait_until_held(&site, 1);
    for (int i = 0; i < 500 && job_of(job).kept == 0; i++)
        usleep(10000);
    crawl_stop(crawl, CRAWL_STOP_NOW);
    CHECK_INT(finish(crawl), JOB_INTERRUPTED);
    check_credits(key, 0, 2);
    CHECK_INT(key_of(key).pending[JOB_BATCH], 1);
    server_set(&site, true, false);
    CHECK_INT(run(job), JOB_DONE);
    check_credits(key, 2, 0);
    CHECK_INT(server_asked(&site, "/page/first", NULL), 1);
    CHECK_STR(feed_of(job), STR_LIT("queued running page interrupted running page done"));
}

static void the_same_key_is_the_same_job(void)
{
    struct asked a;
    uint32_t key = key_make(10), stranger = key_make(10);
    ask(&a, JOB_SCRAPE, key);
    ask_url(&a, "/page/same");
    a.what.idempotency_key = STR_LIT("order-7");
    a.what.idempotency_ms = 60000;
    a.what.fingerprint.b[0] = 1;
    struct id128 job = submitted_job(&a);
    CHECK(!reply.submitted.again);
    CHECK_INT(submit(&a), OK);
    CHECK(reply.submitted.again && id128_eq(reply.submitted.job, job));
    check_credits(key, 0, 1);
    a.what.fingerprint.b[0] = 2;
    CHECK_INT(submit(&a), ST_EXISTS);
    a.what.owner = stranger;
    CHECK_INT(submit(&a), OK);
    CHECK(!id128_eq(reply.submitted.job, job));
    a.what.owner = key;
    a.what.idempotency_ms = 0;
    CHECK_INT(submit(&a), OK);
    CHECK(!reply.submitted.again);
    check_credits(key, 0, 2);
}

static void limits_are_kept(void)
{
    struct asked a;
    uint32_t key = key_make(3);
    ask(&a, JOB_SCRAPE, key);
    ask_url(&a, "/page/a");
    a.what.most_pending = 2;
    struct id128 job = submitted_job(&a);
    NEED(submit(&a) == OK);
    CHECK_INT(submit(&a), ST_LIMIT);
    CHECK_INT(run(job), JOB_DONE);
    NEED(submit(&a) == OK);
    a.what.most_pending = 0;
    CHECK_INT(submit(&a), ST_DENIED);
    check_credits(key, 1, 2);
    CHECK_INT(key_of(key).jobs[JOB_SCRAPE], 3);
}

static void check_refused(struct asked *a, const char *field)
{
    struct diag diag = {.text = ""};
    a->what.request = &a->request;
    CHECK_INT(job_submit(engine, &a->what, was_submitted, NULL, &diag), ST_INPUT);
    if (!CHECK(strncmp(diag.text, field, strlen(field)) == 0))
        fprintf(stderr, "    %s\n", diag.text);
    CHECK(strstr(diag.text, "hunter2") == NULL);
}

static void bad_requests_name_the_field(void)
{
    struct asked a;
    ask(&a, JOB_BATCH, OWNER_LOCAL);
    check_refused(&a, "urls:");
    ask_url(&a, "/page/a");
    ask_url(&a, "nonsense");
    check_refused(&a, "urls/1/url:");
    ask(&a, JOB_SCRAPE, OWNER_LOCAL);
    ask_url(&a, "ftp://h/");
    check_refused(&a, "urls/0/url:");
    ask(&a, JOB_SCRAPE, OWNER_LOCAL);
    ask_url(&a, "http://me:hunter2@h/");
    check_refused(&a, "urls/0/url:");
    ask(&a, JOB_CRAWL, OWNER_LOCAL);
    a.request.base_url = STR_LIT("http://me:hunter2@h/");
    check_refused(&a, "baseUrl:");
    a.request.base_url = STR_LIT("h");
    check_refused(&a, "baseUrl:");
    a.request.base_url = STR_LIT("http://h/");
    a.request.include.v[a.request.include.n++] = STR_LIT("/[z");
    check_refused(&a, "include:");
}

static void the_guard_judges_each_hop(void)
{
    struct asked a;
    char away[200], allowed[80];
    ask(&a, JOB_SCRAPE, OWNER_LOCAL);
    a.request.public_only = true;
    snprintf(allowed, sizeof allowed, "%.70s", site.url + strlen("http://"));
    a.request.allow_private.v[a.request.allow_private.n++] = str_of(allowed);
    snprintf(away, sizeof away, "/to/%s/page/guarded", other.url);
    server_forget(&other);
    ask_url(&a, "/page/a");
    ask_url(&a, away);
    struct id128 job = submitted_job(&a);
    CHECK_INT(run(job), JOB_PARTIAL);
    CHECK(str_starts(items_of(job), STR_LIT("kept; skipped ")));
    CHECK_INT(server_asked(&other, "/page/guarded", NULL), 0);
    /* A guard that is given at the start beats the one that was stored. */
    struct crawl_request again;
    crawl_request_init(&again);
    again.guard_given = again.public_only = true;
    ask(&a, JOB_SCRAPE, OWNER_LOCAL);
    ask_url(&a, "/page/a");
    CHECK_INT(finish(begin(submitted_job(&a), &again)), JOB_FAILED);
}

static void pages_are_answered(void)
{
    struct asked a;
    struct buf row;
    struct answer_row read;
    buf_init(&row, 1 << 20);
    ask(&a, JOB_BATCH, OWNER_LOCAL);
    a.request.schema = STR_LIT("{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\"},"
                               "\"price\":{\"type\":\"number\"}},\"required\":[\"price\"]}");
    ask_url(&a, "/page/a");
    ask_url(&a, "/gone");
    struct id128 job = submitted_job(&a);
    CHECK_INT(run(job), JOB_PARTIAL);
    CHECK_INT(job_of(job).rows, 1);
    CHECK_STR(row_of(job, 0, &row),
              STR_LIT("{\"data\":{\"title\":\"/page/a\",\"price\":null},\"engine\":\"fields\"}"));
    CHECK_INT(retry(job, NULL), 1);
    CHECK_INT(run(job), JOB_PARTIAL);
    CHECK_INT(job_of(job).rows, 1);
    ask(&a, JOB_SCRAPE, OWNER_LOCAL);
    a.request.transform = STR_LIT("Summarise it in three sentences");
    ask_url(&a, "/page/a");
    job = submitted_job(&a);
    CHECK_INT(run(job), JOB_DONE);
    CHECK_INT(answer_row_read(row_of(job, 0, &row), &read), OK);
    CHECK(read.failed && !str_is_set(read.data));
    ask(&a, JOB_SCRAPE, OWNER_LOCAL);
    ask_url(&a, "/page/a");
    job = submitted_job(&a);
    CHECK_INT(run(job), JOB_DONE);
    CHECK_INT(job_of(job).rows, 0);
    CHECK(room_check(&room).broken == 0);
    buf_fini(&row);
}

static struct url_record url_of(struct id128 id, const char *path)
{
    struct store_read *read;
    struct url_record url;
    uint64_t from = 0;
    uint32_t job = job_of(id).number;
    char text[200];
    write_url(text, path);
    NEED(store_read_begin(room.store, &read) == OK);
    while (store_url_next(read, job, from, &url) == OK && !str_is(url.url, text))
        from = url.seq + 1;
    CHECK(str_is(url.url, text));
    store_read_end(read);
    return url;
}

static void a_crawl_and_one_of_its_pages_again(void)
{
    struct asked a;
    struct buf row;
    char base[200];
    uint32_t key = key_make(100);
    buf_init(&row, 1 << 20);
    server_forget(&site);
    site.links = 6;
    ask(&a, JOB_CRAWL, key);
    write_url(base, "/site/");
    a.request.base_url = str_of(base);
    a.request.transform = STR_LIT("titles");
    a.request.max_pages = 4;
    a.what.units = 4;
    struct id128 job = submitted_job(&a);
    check_credits(key, 0, 4);
    CHECK_INT(run(job), JOB_PARTIAL);
    CHECK_STR(job_of(job).message, STR_LIT("page limit of 4 reached"));
    CHECK_STR(feed_of(job), STR_LIT("queued running page page page page partial"));
    CHECK_INT(server_asked(&site, "/robots.txt", NULL), 1);
    CHECK_INT(job_of(job).rows, 4);
    check_credits(key, 4, 0);
    struct url_record one = url_of(job, "/site/1");
    CHECK_INT(one.state, URL_KEPT);
    CHECK_INT(retry(job, &one.seq), 1);
    check_credits(key, 4, 0);
    CHECK_INT(run(job), JOB_PARTIAL);
    CHECK_INT(server_asked(&site, "/site/1", NULL), 2);
    CHECK_INT(job_of(job).kept, 4);
    CHECK_INT(job_of(job).rows, 4);
    CHECK_STR(job_of(job).message, STR_LIT("page limit of 4 reached"));
    check_credits(key, 4, 0);
    CHECK_STR(feed_of(job),
              STR_LIT("queued running page page page page partial queued running page partial"));
    /* A job that has ended holds no credits: only a retry, which reserves some, makes it go on. */
    struct crawl *crawl;
    struct diag diag;
    CHECK_INT(crawl_resume(engine, job, NULL, false, &crawl, &diag), ST_CANCELLED);
    CHECK_INT(job_of(job).state, JOB_PARTIAL);
    uint64_t nobody = 999;
    CHECK_INT(retry(job, &nobody), 0);
    CHECK_INT(reply.retried.status, ST_NOTFOUND);
    CHECK(room_check(&room).broken == 0);
    buf_fini(&row);
}

static void many_jobs_share_the_pages(void)
{
    enum { SMALL = 4, SHARE = ENGINE_PAGES / (SMALL + 1) };
    struct asked *a = malloc(sizeof *a);
    struct crawl *small[SMALL];
    struct id128 leased[256];
    char path[40];
    NEED(a);
    server_set(&site, false, false);
    config.fetch_connections = config.fetch_host_requests = 200;
    for (unsigned i = 0; i < SMALL; i++) {
        snprintf(path, sizeof path, "/slow/small%u", i);
        ask(a, JOB_BATCH, OWNER_LOCAL);
        ask_url(a, path);
        small[i] = begin(submitted_job(a), NULL);
    }
    wait_until_held(&site, SMALL);
    ask(a, JOB_BATCH, OWNER_LOCAL);
    for (unsigned i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "/slow/%u", i);
        ask_url(a, path);
    }
    struct id128 job = submitted_job(a);
    struct crawl *large = begin(job, NULL);
    wait_until_held(&site, SMALL + SHARE);
    usleep(100000);
    CHECK_INT(engine_leased(engine, job, leased, ARRAY_LEN(leased)), SHARE);
    ask(a, JOB_SCRAPE, OWNER_LOCAL);
    ask_url(a, "/page/quick");
    int64_t asked = clock_mono_ms();
    CHECK_INT(run(submitted_job(a)), JOB_DONE);
    CHECK(clock_mono_ms() - asked < 2000);
    server_set(&site, true, false);
    CHECK_INT(finish(large), JOB_DONE);
    for (unsigned i = 0; i < SMALL; i++)
        CHECK_INT(finish(small[i]), JOB_DONE);
    config_init(&config);
    free(a);
}

int main(void)
{
    NEED(crawler_global_init() == OK);
    folder = folder_make();
    room = room_open(folder.path);
    server_start(&site, "127.0.0.1");
    server_start(&other, "127.0.0.2");
    config_init(&config);
    config.fetch_retries = 0;
    engine_open();
    RUN(a_scrape_from_start_to_end);
    RUN(a_batch_whose_items_differ);
    RUN(nothing_kept_is_a_failure);
    RUN(a_host_that_is_silent);
    RUN(secrets_stay_at_home);
    RUN(only_what_failed_is_retried);
    RUN(what_waits_is_cancelled);
    RUN(what_runs_is_cancelled);
    RUN(what_is_interrupted_goes_on);
    RUN(the_same_key_is_the_same_job);
    RUN(limits_are_kept);
    RUN(bad_requests_name_the_field);
    RUN(the_guard_judges_each_hop);
    RUN(pages_are_answered);
    RUN(a_crawl_and_one_of_its_pages_again);
    RUN(many_jobs_share_the_pages);
    engine_destroy(engine);
    server_stop(&site);
    server_stop(&other);
    room_close(&room);
    folder_drop(&folder);
    crawler_global_fini();
    return check_report();
}
