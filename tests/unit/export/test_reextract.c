/* SPDX-License-Identifier: Apache-2.0 */
/* Re-extraction of a small cached site: rows in page order, stored as a job, exported as data. */
#include "base/json.h"
#include "export/export.h"
#include "export/reextract.h"
#include "tests/unit/export/site.h"
#include "tests/unit/export/zip_reader.h"

static struct place data, work;
static struct room room;
static struct job_record source;

static const struct html_limits html_limits = {
    .memory_bytes = (size_t)64 << 20, .nodes = 100000, .depth = 512, .attrs = 256};
static const struct json_limits json_limits = {.max_bytes = 1 << 24, .max_depth = 64};

static const struct site_page pages[] = {
    {"https://docs.example/", "Home", "text/html",
     "<html lang=en><title>Home</title><meta name=description content='All of it'>"
     "<h1 id=top>Home</h1><h2>Start</h2><p><a href=/a>A page</a> <img src=i.png alt=pic>"
     "<pre><code class=language-c>int x;</code></pre>",
     "# Home\n"},
    {"https://docs.example/a", "A", "text/html",
     "<title>A</title><table><tr><th>k<th>v<tr><td>1<td>2</table>", "a\n"},
    {"https://docs.example/n.txt", "", "text/plain", "plain\n", "plain\n"},
    {"https://docs.example/pic", "", "image/png", "\x89PNG", NULL},
};
#define N_PAGES ARRAY_LEN(pages)

struct rows {
    struct buf text;
    unsigned n;
};

static void take_row(void *user, struct str json)
{
    struct rows *rows = user;
    buf_put_str(&rows->text, json);
    buf_putc(&rows->text, '\n');
    rows->n++;
}

static struct reextract_request request_of(const char *transform, struct rows *rows)
{
    buf_init(&rows->text, 1 << 24);
    rows->n = 0;
    return (struct reextract_request){
        .source = source.id,
        .transform = str_of(transform),
        .strict = true,
        .engine = HTML_ENGINE_GUMBO,
        .limits = html_limits,
        .workers = 3,
        .row = take_row,
        .user = rows,
    };
}

static struct str line_of(const struct rows *rows, unsigned i)
{
    struct str rest = buf_str(&rows->text);
    for (; i > 0; i--)
        rest = str_from(rest, str_find(rest, '\n') + 1);
    return str_head(rest, str_find(rest, '\n'));
}

static struct job_record job_of(struct id128 id)
{
    struct store_read *read;
    struct job_record job;
    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_job_get(read, id, &job) == OK);
    job.base_url = job.host = job.request = job.policy = job.message = STR_NONE;
    store_read_end(read);
    return job;
}

/* The stored rows as lines, for comparison with what was handed out. */
static void read_rows(uint32_t number, struct buf *out)
{
    struct store_read *read;
    struct row_record row;
    struct page_record page;
    struct buf stored;
    uint64_t from = 0;
    buf_init(&stored, 1 << 24);
    NEED(store_read_begin(room.store, &read) == OK);
    while (store_row_next(read, number, from, &row) == OK) {
        buf_reset(&stored);
        NEED(codec_inflate(room.codec, row.stream, &row.packed, &stored) == OK);
        NEED(store_page_get(read, source.number, row.seq, &page) == OK);
        CHECK_INT(answer_row_line(page.url, buf_str(&stored), out), OK);
        buf_putc(out, '\n');
        CHECK_INT(row.seq % 2, 0);
        from = row.seq + 1;
    }
    store_read_end(read);
    buf_fini(&stored);
}

static void rows_of_fields(void)
{
    struct rows rows;
    struct diag diag = {.text = ""};
    struct reextract_report report;
    struct buf stored;
    struct reextract_request r = request_of(
        "title, description, language, headings, links, images, code blocks with their language, tables",
        &rows);
    CHECK_INT(reextract_run(room.store, room.writer, &r, &report, &diag), OK);
    CHECK_INT(report.rows, N_PAGES);
    CHECK_INT(report.failed, 1);
    CHECK_INT(report.input_tokens + report.output_tokens, 0);
    CHECK_INT(rows.n, N_PAGES);
    CHECK_STR(
        line_of(&rows, 0),
        STR_LIT("{\"url\":\"https://docs.example/\",\"title\":\"Home\",\"description\":\"All of it\","
                "\"language\":\"en\",\"headings\":[{\"level\":1,\"text\":\"Home\",\"id\":\"top\"},"
                "{\"level\":2,\"text\":\"Start\",\"id\":null}],\"links\":[{\"url\":\"https://"
                "docs.example/a\","
                "\"text\":\"A "
                "page\"}],\"images\":[{\"url\":\"https://docs.example/i.png\",\"alt\":\"pic\"}],"
                "\"code\":[{\"language\":\"c\",\"text\":\"int x;\"}],\"tables\":[]}"));
    CHECK(memmem(rows.text.p, rows.text.n,
                 "\"tables\":[{\"caption\":null,\"header\":[\"k\",\"v\"],\"rows\":[[\"1\",\"2\"]]}]",
                 61) != NULL);
    CHECK(str_starts(line_of(&rows, 2), STR_LIT("{\"url\":\"https://docs.example/n.txt\"")));
    CHECK_STR(line_of(&rows, 3),
              STR_LIT("{\"url\":\"https://docs.example/pic\",\"error\":\"not supported\"}"));
    struct job_record job = job_of(report.job);
    CHECK_INT(job.kind, JOB_EXTRACT);
    CHECK_INT(job.state, JOB_PARTIAL);
    CHECK_INT(job.rows, N_PAGES);
    CHECK_INT(job.failed, 1);
    CHECK(id128_eq(job.source, source.id) && job.finished_ms >= job.created_ms);
    buf_init(&stored, 1 << 24);
    read_rows(job.number, &stored);
    CHECK_STR(buf_str(&stored), buf_str(&rows.text));
    struct check_report check = {.broken = 1};
    CHECK(store_check(room.store, NULL, NULL, &check) == OK && check.broken == 0);
    buf_fini(&stored);
    buf_fini(&rows.text);
}

static void schema_rows(void)
{
    struct rows rows;
    struct diag diag = {.text = ""};
    struct reextract_report report;
    struct reextract_request r = request_of("", &rows);
    r.schema = STR_LIT("{\"properties\":{\"name of "
                       "page\":{\"type\":\"string\"},\"sections\":{\"type\":\"array\",\"items\":"
                       "{\"type\":\"string\"}},\"price\":{\"type\":\"number\"},\"title\":{}}}");
    CHECK_INT(reextract_run(room.store, room.writer, &r, &report, &diag), OK);
    CHECK_STR(line_of(&rows, 0), STR_LIT("{\"url\":\"https://docs.example/\",\"name of "
                                         "page\":\"Home\",\"sections\":[\"Home\",\"Start\"],"
                                         "\"title\":\"Home\"}"));
    buf_fini(&rows.text);
}

static void many_pages_in_order(void)
{
    static const struct site_page small[] = {
        {"https://docs.example/x", "", "text/html", "<title>x</title>", NULL}};
    struct rows rows;
    struct diag diag = {.text = ""};
    struct reextract_report report;
    struct job_record before = source;
    source = site_make(&room, "many", small, 1);
    char url[64], html[64];
    for (unsigned i = 1; i < 150; i++) {
        snprintf(url, sizeof url, "https://docs.example/%u", i);
        snprintf(html, sizeof html, "<title>page %u</title>", i);
        const struct site_page page = {url, "", "text/html", html, NULL};
        site_add(&room, source.number, i, &page);
    }
    source.next_seq = 150;
    NEED(room_write(&room, job_put_errand, &source) == OK);
    struct reextract_request r = request_of("title", &rows);
    r.chunk_pages = 7;
    CHECK_INT(reextract_run(room.store, room.writer, &r, &report, &diag), OK);
    CHECK_INT(report.rows, 150);
    CHECK_INT(report.failed, 0);
    CHECK_INT(job_of(report.job).state, JOB_DONE);
    for (unsigned i = 1; i < 150; i++) {
        char want[100];
        snprintf(want, sizeof want, "{\"url\":\"https://docs.example/%u\",\"title\":\"page %u\"}", i, i);
        CHECK_STR(line_of(&rows, i), str_of(want));
    }
    source = before;
    buf_fini(&rows.text);
}

static atomic_bool cancel;

static void cancel_now(void *user, struct str json)
{
    take_row(user, json);
    atomic_store(&cancel, true);
}

static void cancelled(void)
{
    struct rows rows;
    struct diag diag = {.text = ""};
    struct reextract_report report;
    struct reextract_request r = request_of("title", &rows);
    r.cancel = &cancel;
    r.row = cancel_now;
    r.chunk_pages = 1;
    CHECK_INT(reextract_run(room.store, room.writer, &r, &report, &diag), ST_CANCELLED);
    CHECK_INT(rows.n, 1);
    CHECK(diag.text[0] != 0);
    buf_fini(&rows.text);
}

static void refused(void)
{
    struct rows rows;
    struct diag diag = {.text = ""};
    struct reextract_report report;
    struct reextract_request r = request_of("wonders", &rows);
    CHECK_INT(reextract_run(room.store, room.writer, &r, &report, &diag), ST_INPUT);
    CHECK(strstr(diag.text, "headings") != NULL);
    r.transform = STR_LIT("title");
    r.source = id_of("nobody", 1);
    CHECK_INT(reextract_run(room.store, room.writer, &r, &report, &diag), ST_NOTFOUND);
    buf_fini(&rows.text);
}

static uint64_t count_jobs(void)
{
    struct store_read *read;
    struct job_record job;
    struct id128 last;
    uint64_t n = 0;
    NEED(store_read_begin(room.store, &read) == OK);
    while (store_job_next(read, n ? &last : NULL, &job) == OK) {
        last = job.id;
        n++;
    }
    store_read_end(read);
    return n;
}

/* A dry run counts, refuses what a real one refuses, and leaves nothing behind. */
static void survey(void)
{
    struct rows rows;
    struct diag diag = {.text = ""};
    struct reextract_survey counted;
    struct reextract_request r = request_of("title", &rows);
    uint64_t before = count_jobs();
    CHECK_INT(reextract_survey(room.store, &r, &counted, &diag), OK);
    CHECK_INT(counted.pages, N_PAGES);
    CHECK_INT(counted.anew, N_PAGES);
    CHECK_INT(counted.tokens, 0);
    r.transform = STR_LIT("wonders");
    counted.pages = 77;
    CHECK_INT(reextract_survey(room.store, &r, &counted, &diag), ST_INPUT);
    CHECK(strstr(diag.text, "headings") != NULL);
    r.transform = STR_LIT("title");
    r.source = id_of("nobody", 1);
    CHECK_INT(reextract_survey(room.store, &r, &counted, &diag), ST_NOTFOUND);
    CHECK_INT(counted.pages, 77);
    CHECK_INT(rows.n, 0);
    CHECK_INT(count_jobs(), before);
    buf_fini(&rows.text);
}

/* An answer that is a text, and the job remembers what was asked for. */
static void texts(void)
{
    struct rows rows;
    struct diag diag = {.text = ""};
    struct reextract_report report;
    struct store_read *read;
    struct job_record job;
    struct reextract_request r = request_of("title, headings", &rows);
    r.output = STR_LIT("markdown");
    CHECK_INT(reextract_run(room.store, room.writer, &r, &report, &diag), OK);
    struct str line = line_of(&rows, 0);
    CHECK(str_starts(line, STR_LIT("{\"url\":\"https://docs.example/\",\"data\":\"")));
    CHECK(memmem(line.p, line.n, "Home", 4) != NULL && memmem(line.p, line.n, "Start", 5) != NULL);
    NEED(store_read_begin(room.store, &read) == OK);
    NEED(store_job_get(read, report.job, &job) == OK);
    CHECK_STR(job.request, STR_LIT("{\"transform\":\"title, headings\",\"output\":\"markdown\"}"));
    store_read_end(read);
    buf_fini(&rows.text);
}

/* ---- answers that are there already ---- */

#define ROOM_FOR_ALL ((uint64_t)1 << 24)

struct reused {
    struct rows rows;
    struct reextract_report report;
};

static struct reused run_again(const struct reextract_request *request)
{
    struct reused got;
    struct diag diag = {.text = ""};
    struct reextract_request r = *request;
    buf_init(&got.rows.text, 1 << 24);
    got.rows.n = 0;
    r.user = &got.rows;
    if (!CHECK_INT(reextract_run(room.store, room.writer, &r, &got.report, &diag), OK))
        fprintf(stderr, "%s\n", diag.text);
    return got;
}

static void expect_reused(const struct reextract_request *request, uint64_t reused, struct str text)
{
    struct reused got = run_again(request);
    struct reextract_survey counted;
    struct diag diag = {.text = ""};
    CHECK_INT(got.report.reused, reused);
    CHECK_INT(got.report.rows, N_PAGES);
    CHECK_INT(got.report.failed, 1);
    if (text.p)
        CHECK_STR(buf_str(&got.rows.text), text);
    CHECK_INT(job_of(got.report.job).reused, reused);
    CHECK_INT(reextract_survey(room.store, request, &counted, &diag), OK);
    CHECK_INT(counted.anew, request->answer_bytes ? 1 : N_PAGES); /* the one that can't be read */
    buf_fini(&got.rows.text);
}

/* The same of an unchanged page is answered once; anything that an answer depends on makes another one. */
static void answered_once(void)
{
    struct rows unused;
    struct reextract_request r = request_of("title, headings, tables", &unused);
    r.answer_bytes = ROOM_FOR_ALL;
    struct reused first = run_again(&r);
    struct str text = buf_str(&first.rows.text);
    CHECK_INT(first.report.reused, 0);
    expect_reused(&r, N_PAGES - 1, text);
    expect_reused(&r, N_PAGES - 1, text);
    r.owner = 1;
    expect_reused(&r, 0, text);
    r.owner = 0;
    r.limits.depth = 100;
    expect_reused(&r, 0, text);
    r.limits.depth = html_limits.depth;
    r.engine = HTML_ENGINE_BUILTIN;
    expect_reused(&r, 0, text);
    r.output = STR_LIT("table");
    expect_reused(&r, 0, STR_NONE);
    expect_reused(&r, N_PAGES - 1, STR_NONE);
    r.output = STR_NONE;
    r.transform = STR_LIT("title, headings, links");
    expect_reused(&r, 0, STR_NONE);
    r.schema = STR_LIT("{\"properties\":{\"title\":{}}}");
    expect_reused(&r, 0, STR_NONE);
    r.answer_bytes = 0;
    expect_reused(&r, 0, STR_NONE);
    buf_fini(&first.rows.text);
    buf_fini(&unused.text);
    struct check_report check = {.broken = 1};
    CHECK(store_check(room.store, NULL, NULL, &check) == OK && check.broken == 0);
}

/* A page with other bytes is answered anew, the others are not; nor are those of another crawl with the same bytes. */
static void changed_page(void)
{
    struct site_page now[N_PAGES];
    struct rows unused;
    struct job_record before = source;
    struct reextract_request r = request_of("title, description", &unused);
    r.answer_bytes = ROOM_FOR_ALL;
    struct reused first = run_again(&r);
    buf_fini(&first.rows.text);
    memcpy(now, pages, sizeof now);
    now[1].html = "<title>B</title>";
    source = site_make(&room, "crawled again", now, N_PAGES);
    r.source = source.id;
    struct reused got = run_again(&r);
    CHECK_INT(got.report.reused, N_PAGES - 2);
    CHECK(memmem(got.rows.text.p, got.rows.text.n, "\"B\"", 3) != NULL);
    source = before;
    buf_fini(&got.rows.text);
    buf_fini(&unused.text);
}

/* Answers that page by page say nothing are kept and counted as well. */
static void without_an_answer(void)
{
    struct rows unused;
    struct reextract_request r = request_of("", &unused);
    r.schema =
        STR_LIT("{\"properties\":{\"price\":{\"type\":\"number\"},\"isbn\":{\"type\":\"string\"}}}");
    r.answer_bytes = ROOM_FOR_ALL;
    for (unsigned again = 0; again < 2; again++) {
        struct reused got = run_again(&r);
        CHECK_INT(got.report.reused, again ? N_PAGES - 1 : 0);
        CHECK_INT(got.report.empty, N_PAGES - 1);
        CHECK_INT(job_of(got.report.job).empty, N_PAGES - 1);
        buf_fini(&got.rows.text);
    }
    buf_fini(&unused.text);
}

/* The newest finished re-extraction is in a bundle of its source. */
static void data_in_exports(void)
{
    struct rows rows;
    char path[400];
    struct diag diag = {.text = ""};
    struct reextract_report report;
    struct export_report exported;
    struct buf out;
    struct reextract_request r = request_of("headings", &rows);
    NEED(reextract_run(room.store, room.writer, &r, &report, &diag) == OK);
    buf_init(&out, 1 << 20);
    for (int of_rows = 0; of_rows < 2; of_rows++) {
        snprintf(path, sizeof path, "%s/%d.zip", work.path, of_rows);
        struct export_options o = {.format = EXPORT_ZIP, .path = path};
        CHECK_INT(export_run(room.store, of_rows ? report.job : source.id, &o, &exported, &diag), OK);
        struct str file = file_read(path);
        struct zip_view v = zip_view_open(file);
        CHECK(zip_view_read(&v, "data.jsonl", &out));
        CHECK_STR(buf_str(&out), buf_str(&rows.text));
        CHECK(unzip_accepts(path));
        free((void *)(uintptr_t)file.p);
    }
    snprintf(path, sizeof path, "%s/all.jsonl", work.path);
    struct export_options o = {.format = EXPORT_JSONL, .path = path};
    CHECK_INT(export_run(room.store, source.id, &o, &exported, &diag), OK);
    struct str file = file_read(path);
    struct json_doc *doc;
    NEED(json_parse(str_head(file, str_find(file, '\n')), &json_limits, &doc, &diag) == OK);
    CHECK_INT(json_length(json_get(json_get(json_root(doc), "data"), "headings")), 2);
    json_doc_destroy(doc);
    free((void *)(uintptr_t)file.p);
    buf_fini(&out);
    buf_fini(&rows.text);
}

int main(void)
{
    data = place_make();
    work = place_make();
    room = room_open(data.path);
    source = site_make(&room, "crawl", pages, N_PAGES);
    RUN(rows_of_fields);
    RUN(schema_rows);
    RUN(many_pages_in_order);
    RUN(cancelled);
    RUN(refused);
    RUN(survey);
    RUN(texts);
    RUN(answered_once);
    RUN(changed_page);
    RUN(without_an_answer);
    RUN(data_in_exports);
    room_close(&room);
    place_drop(&work);
    place_drop(&data);
    return check_report();
}
