/* SPDX-License-Identifier: Apache-2.0 */
/* test_hooks.c: the bodies of webhooks, from records of a real store. */
#include "api/hooks.h"

#include "api/links.h"
#include "crawler/deliver.h"
#include "tests/unit/cache/fixture.h"

#define AT_MS 1700000000000

struct scene {
    struct folder folder;
    struct room room;
    struct config config;
    struct service service;
    struct job_record job;
    struct store_read *read;
    struct buf body;
    const char *name;
    struct json_doc *doc; /* of the body */
};

static void scene_begin(struct scene *s, enum job_kind kind)
{
    *s = (struct scene){.folder = folder_make()};
    s->room = room_open(s->folder.path);
    config_init(&s->config);
    snprintf(s->config.server_public_url, sizeof s->config.server_public_url, "https://docs.test/");
    s->service.config = &s->config;
    s->service.store = s->room.store;
    buf_init(&s->body, DELIVER_BODY_BYTES);
    s->job = job_make("a");
    s->job.kind = kind;
    NEED(room_write(&s->room, job_add_errand, &s->job) == OK);
}

static void scene_end(struct scene *s)
{
    json_doc_destroy(s->doc);
    buf_fini(&s->body);
    room_close(&s->room);
    folder_drop(&s->folder);
}

/* ---- records ---- */

struct page_errand {
    struct scene *s;
    uint64_t seq;
    size_t markdown_bytes;
};

static enum status put_page_errand(struct store_write *write, void *user)
{
    const struct page_errand *e = user;
    struct buf raw, html, markdown;
    uint64_t new_bytes;
    buf_init(&raw, SIZE_MAX);
    buf_init(&html, SIZE_MAX);
    buf_init(&markdown, SIZE_MAX);
    buf_puts(&raw, "# Title \"one\"\n");
    while (raw.n < e->markdown_bytes)
        buf_puts(&raw, "text \xC3\xA9\n");
    struct bundle bundle = {.n_parts = 2, .level = 1};
    bundle.parts[0] = part_make(&e->s->room, PART_HTML, STR_LIT("<h1>Title"), &html);
    bundle.parts[1] = part_make(&e->s->room, PART_MARKDOWN, buf_str(&raw), &markdown);
    bundle_identify(e->s->room.sha, &bundle);
    struct page_record page = page_make(e->seq);
    page.fetched_ms = AT_MS;
    enum status st = store_page_put(write, e->s->job.number, &page, &bundle, &new_bytes);
    buf_fini(&raw);
    buf_fini(&html);
    buf_fini(&markdown);
    return st;
}

static void put_page(struct scene *s, uint64_t seq, size_t markdown_bytes)
{
    struct page_errand e = {.s = s, .seq = seq, .markdown_bytes = markdown_bytes};
    NEED(room_write(&s->room, put_page_errand, &e) == OK);
}

struct row_errand {
    struct scene *s;
    uint32_t job;
    uint64_t seq;
    struct str json;
};

static enum status put_row_errand(struct store_write *write, void *user)
{
    const struct row_errand *e = user;
    struct buf packed;
    struct row_record row = {.seq = e->seq};
    buf_init(&packed, SIZE_MAX);
    NEED(codec_deflate(e->s->room.codec, e->json, &packed, &row.packed) == OK);
    row.stream = buf_str(&packed);
    enum status st = store_row_put(write, e->job, &row);
    buf_fini(&packed);
    return st;
}

static void put_row(struct scene *s, uint32_t job, uint64_t seq, const char *json)
{
    struct row_errand e = {.s = s, .job = job, .seq = seq, .json = str_of(json)};
    NEED(room_write(&s->room, put_row_errand, &e) == OK);
}

struct url_errand {
    uint32_t job;
    struct url_record url;
};

static enum status put_url_errand(struct store_write *write, void *user)
{
    const struct url_errand *e = user;
    return store_url_put(write, e->job, &e->url, NULL);
}

static void put_url(struct scene *s, uint64_t n, enum url_state state, const char *detail)
{
    struct url_errand e = {.job = s->job.number, .url = url_make(n, state, 0)};
    e.url.detail = str_of(detail);
    e.url.http_status = 503;
    e.url.changed_ms = AT_MS;
    NEED(room_write(&s->room, put_url_errand, &e) == OK);
}

/* ---- bodies ---- */

static enum status tell(struct scene *s, const struct job_record *job, const struct feed_record *event)
{
    json_doc_destroy(s->doc);
    s->doc = NULL;
    s->name = NULL;
    buf_reset(&s->body);
    NEED(store_read_begin(s->room.store, &s->read) == OK);
    enum status st = hook_body(&s->service, s->read, job, event, &s->name, &s->body);
    store_read_end(s->read);
    const struct json_limits limits = {.max_bytes = DELIVER_BODY_BYTES, .max_depth = 64};
    if (st == OK)
        CHECK_INT(json_parse(buf_str(&s->body), &limits, &s->doc, NULL), OK);
    return st;
}

static enum status tell_page(struct scene *s, uint64_t n, enum feed_kind kind)
{
    const struct feed_record event = {
        .number = 7, .kind = kind, .seq = n, .url = id_of("url", n), .at_ms = AT_MS};
    return tell(s, &s->job, &event);
}

static enum status tell_state(struct scene *s, enum job_state state)
{
    const struct feed_record event = {.number = 9, .kind = FEED_STATE, .state = state, .at_ms = AT_MS};
    return tell(s, &s->job, &event);
}

static const struct json *of_page(const struct scene *s, const char *name)
{
    return json_get(json_get(json_root(s->doc), "page"), name);
}

static struct str text_of(const struct json *v)
{
    return json_str(v, STR_LIT("(no text)"));
}

static bool is_null(const struct json *v)
{
    return v && json_type(v) == JSON_NULL;
}

/* A link of the page "url 1": its signature is good, and it is good for about an hour. */
static void check_link(struct scene *s, const char *name, const char *part)
{
    char job[UUID_TEXT], page[PAGE_ID_TEXT], start[300], text[600];
    struct str link = text_of(of_page(s, name));
    uuid_format(s->job.id, job);
    page_id_text(id_of("url", 1), page);
    int n = snprintf(start, sizeof start, "https://docs.test/api/files/%s/%s?part=%s&expires=", job,
                     page, part);
    CHECK(str_starts(link, str_make(start, (size_t)n)));
    long long expires = 0;
    char signature[65] = "";
    snprintf(text, sizeof text, "%.*s", STR_ARG(str_from(link, (size_t)n)));
    CHECK(sscanf(text, "%lld&sig=%64s", &expires, signature) == 2);
    CHECK(llabs(expires - clock_wall_ms() / 1000 - 3600) < 60);
    snprintf(text, sizeof text, "%lld", expires);
    CHECK(link_is_good(&s->service, str_of(job), str_of(page), str_of(part), str_of(text),
                       str_of(signature), clock_wall_ms() / 1000));
}

static void check_head(struct scene *s, uint64_t number, const char *name, const char *status)
{
    const struct json *root = json_root(s->doc);
    char id[DELIVERY_ID_TEXT], job[UUID_TEXT];
    delivery_id(s->job.id, number, id);
    uuid_format(s->job.id, job);
    CHECK_STR(str_of(s->name), str_of(name));
    CHECK_STR(text_of(json_get(root, "event")), str_of(name));
    CHECK_STR(text_of(json_get(root, "id")), str_of(id));
    CHECK_STR(text_of(json_get(root, "jobId")), str_of(job));
    CHECK_STR(text_of(json_get(root, "status")), str_of(status));
    CHECK_STR(text_of(json_get(root, "timestamp")), STR_LIT("2023-11-14T22:13:20Z"));
}

static void test_page(void)
{
    struct scene s;
    char id[PAGE_ID_TEXT];
    scene_begin(&s, JOB_CRAWL);
    put_page(&s, 1, 0);
    s.job.state = JOB_DONE; /* by now; it ran when the page came */
    CHECK_INT(tell_page(&s, 1, FEED_PAGE), OK);
    check_head(&s, 7, "crawl.page", "active");
    page_id_text(id_of("url", 1), id);
    CHECK_STR(text_of(of_page(&s, "id")), str_of(id));
    CHECK_STR(text_of(of_page(&s, "url")), STR_LIT("https://docs.example/a/page.html"));
    CHECK_STR(text_of(of_page(&s, "title")), STR_LIT("A page"));
    CHECK_STR(text_of(of_page(&s, "status")), STR_LIT("success"));
    CHECK_STR(text_of(of_page(&s, "data")), STR_LIT("# Title \"one\"\n"));
    CHECK(is_null(of_page(&s, "error_message")));
    CHECK(!of_page(&s, "truncated"));
    CHECK(!of_page(&s, "ai_extraction_failed"));
    check_link(&s, "html", "html");
    check_link(&s, "html_url", "html");
    check_link(&s, "markdown", "markdown");
    check_link(&s, "markdown_url", "markdown");
    scene_end(&s);
}

static void test_answers(void)
{
    struct scene s;
    scene_begin(&s, JOB_CRAWL);
    put_page(&s, 1, 0);
    put_row(&s, s.job.number, 1, "{\"data\":{\"price\":9007199254740993},\"engine\":\"fields\"}");
    CHECK_INT(tell_page(&s, 1, FEED_PAGE), OK);
    CHECK(memmem(s.body.p, s.body.n, "\"data\":{\"price\":9007199254740993}", 33) != NULL);
    put_row(&s, s.job.number, 1, "{\"failed\":true}");
    CHECK_INT(tell_page(&s, 1, FEED_PAGE), OK);
    CHECK_STR(text_of(of_page(&s, "status")), STR_LIT("success"));
    CHECK_STR(text_of(of_page(&s, "data")), STR_LIT("# Title \"one\"\n"));
    CHECK(json_bool(of_page(&s, "ai_extraction_failed"), false));
    put_row(&s, s.job.number, 1, "{\"failed\":true,\"error\":\"broken\"}");
    CHECK_INT(tell_page(&s, 1, FEED_PAGE), OK);
    CHECK_STR(text_of(of_page(&s, "status")), STR_LIT("failed"));
    CHECK(is_null(of_page(&s, "data")));
    CHECK(text_of(of_page(&s, "error_message")).n > 0);
    scene_end(&s);
}

/* What does not fit is left out: as unpacked, and as escaped. */
static void test_truncated(void)
{
    static const size_t sizes[] = {DELIVER_BODY_BYTES * 3, DELIVER_BODY_BYTES - 500};
    struct scene s;
    scene_begin(&s, JOB_CRAWL);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        put_page(&s, 1, sizes[i]);
        CHECK_INT(tell_page(&s, 1, FEED_PAGE), OK);
        check_head(&s, 7, "crawl.page", "active");
        CHECK(is_null(of_page(&s, "data")));
        CHECK(json_bool(of_page(&s, "truncated"), false));
        check_link(&s, "markdown", "markdown");
        CHECK(s.body.n < 4000);
    }
    put_page(&s, 1, DELIVER_BODY_BYTES / 2);
    CHECK_INT(tell_page(&s, 1, FEED_PAGE), OK);
    CHECK(text_of(of_page(&s, "data")).n >= DELIVER_BODY_BYTES / 2);
    scene_end(&s);
}

static void test_failed_page(void)
{
    struct scene s;
    scene_begin(&s, JOB_CRAWL);
    put_url(&s, 1, URL_FAILED, "HTTP 503 Service Unavailable");
    put_url(&s, 2, URL_READY, "");
    CHECK_INT(tell_page(&s, 1, FEED_FAILED), OK);
    check_head(&s, 7, "crawl.page", "active");
    CHECK_STR(text_of(of_page(&s, "status")), STR_LIT("failed"));
    CHECK_STR(text_of(of_page(&s, "error_message")), STR_LIT("HTTP 503 Service Unavailable"));
    CHECK_INT(json_int(of_page(&s, "http_status"), 0), 503);
    CHECK(is_null(of_page(&s, "data")));
    CHECK(is_null(of_page(&s, "html_url")));
    /* A page that is not there any more: it failed since, or is being fetched again. */
    CHECK_INT(tell_page(&s, 1, FEED_PAGE), OK);
    CHECK_STR(text_of(of_page(&s, "status")), STR_LIT("failed"));
    CHECK_INT(tell_page(&s, 2, FEED_PAGE), ST_NOTFOUND);
    CHECK_INT(tell_page(&s, 3, FEED_FAILED), ST_NOTFOUND);
    scene_end(&s);
}

static void test_ends(void)
{
    static const struct {
        enum job_state state;
        const char *name, *status;
    } cases[] = {
        {JOB_DONE, "crawl.completed", "completed"},
        {JOB_PARTIAL, "crawl.completed", "completed"},
        {JOB_CANCELLED, "crawl.cancelled", "cancelled"},
        {JOB_FAILED, "crawl.failed", "failed"},
    };
    static const enum job_state untold[] = {JOB_QUEUED, JOB_RUNNING, JOB_INTERRUPTED};
    struct scene s;
    scene_begin(&s, JOB_CRAWL);
    s.job.kept = 12;
    s.job.message = STR_LIT("the site is gone");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        CHECK_INT(tell_state(&s, cases[i].state), OK);
        check_head(&s, 9, cases[i].name, cases[i].status);
        const struct json *root = json_root(s.doc);
        CHECK_INT(json_int(json_get(root, "pagesCrawled"), -1), 12);
        CHECK_STR(text_of(json_get(root, "baseUrl")), STR_LIT("https://docs.example/"));
        if (cases[i].state == JOB_FAILED)
            CHECK_STR(text_of(json_get(root, "error")), STR_LIT("the site is gone"));
        else
            CHECK(!json_get(root, "error"));
    }
    for (size_t i = 0; i < ARRAY_LEN(untold); i++) {
        CHECK_INT(tell_state(&s, untold[i]), ST_NOTFOUND);
        CHECK(s.body.n == 0 && !s.name);
    }
    s.job.kind = JOB_SCRAPE;
    CHECK_INT(tell_state(&s, JOB_DONE), ST_NOTFOUND);
    scene_end(&s);
}

/* An extraction has rows, and the pages of its source. */
static void test_extraction(void)
{
    struct scene s;
    scene_begin(&s, JOB_CRAWL);
    put_page(&s, 1, 0);
    struct job_record source = s.job;
    struct job_record job = job_make("extraction");
    job.kind = JOB_EXTRACT;
    job.source = source.id;
    job.rows = 3;
    NEED(room_write(&s.room, job_add_errand, &job) == OK);
    put_row(&s, job.number, 1, "{\"data\":[1,2]}");
    s.job = job;
    CHECK_INT(tell_page(&s, 1, FEED_PAGE), OK);
    CHECK_INT(json_length(of_page(&s, "data")), 2);
    check_link(&s, "html", "html");
    CHECK_INT(tell_state(&s, JOB_DONE), OK);
    CHECK_INT(json_int(json_get(json_root(s.doc), "pagesCrawled"), -1), 3);
    scene_end(&s);
}

/* Without a public URL links begin with the server's address, which is not known before it listens. */
static void test_origin(void)
{
    struct scene s;
    scene_begin(&s, JOB_CRAWL);
    put_page(&s, 1, 0);
    s.config.server_public_url[0] = 0;
    CHECK_INT(tell_page(&s, 1, FEED_PAGE), ST_AGAIN);
    CHECK_INT(tell_state(&s, JOB_DONE), OK);
    scene_end(&s);
}

int main(void)
{
    RUN(test_page);
    RUN(test_answers);
    RUN(test_truncated);
    RUN(test_failed_page);
    RUN(test_ends);
    RUN(test_extraction);
    RUN(test_origin);
    return check_report();
}
