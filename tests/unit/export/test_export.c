/* SPDX-License-Identifier: Apache-2.0 */
/* Exports of a small cached site: every format, byte for byte; targets that are there; cancelling; links that
 * were planted in a folder. */
#include "base/json.h"
#include "export/export.h"
#include "tests/unit/export/site.h"
#include "tests/unit/export/zip_reader.h"

#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>

static struct place data, work;
static struct room room;
static struct job_record job;

static const struct site_page pages[] = {
    {"https://docs.example/", "Home \"x\" [1]", "text/html", "<h1>Home</h1>", "# Home\n"},
    {"https://docs.example/guide/a.html", "A", "text/html; charset=utf-8", "<p>a</p>\r\n\xff\xfe",
     "a\n"},
    {"https://docs.example/guide", "Guide", "text/html", "<p>guide</p>", "guide\n"},
    {"https://docs.example/Guide", "Guide 2", "text/html", "<p>guide two</p>", "guide two\n"},
    {"https://docs.example/guide/a.md/deep?page=2", "Deep", "text/html", "<p>deep</p>", "deep\n"},
    {"https://docs.example/notes.txt", "", "text/plain", "notes\n", "notes\n"},
    {"https://docs.example/raw.md", "Raw", "text/markdown", "# Raw\n", "# Raw\n"},
    {"https://docs.example/bare", "Bare", "text/html", "<p>bare</p>", NULL},
    {"https://docs.example/same", "Same", "text/html", "<p>a</p>", "a\n"},
    {"https://docs.example/\xe4\xbd\xa0\xe5\xa5\xbd", "\xe4\xbd\xa0", "text/html", "<p>n</p>", "n\n"},
};
#define N_PAGES ARRAY_LEN(pages)

static const char *in_work(const char *name)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", work.path, name);
    return path;
}

static enum status run(struct export_options o, struct export_report *report, struct diag *diag)
{
    struct export_report ignored;
    *diag = (struct diag){.text = ""};
    return export_run(room.store, job.id, &o, report ? report : &ignored, diag);
}

/* Entries of work's top folder. */
static unsigned files_in(const char *path)
{
    unsigned n = 0;
    DIR *d = opendir(path);
    NEED(d);
    for (struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
    closedir(d);
    return n;
}

static bool file_is(const char *path, const char *want)
{
    if (access(path, R_OK) != 0)
        return false;
    struct str got = file_read(path);
    bool same = str_is(got, want);
    free((void *)(uintptr_t)got.p);
    return same;
}

static void zip_holds_the_pages(void)
{
    struct export_report report;
    struct diag diag;
    struct buf out;
    buf_init(&out, 1 << 20);
    CHECK_INT(
        run((struct export_options){.format = EXPORT_ZIP, .path = in_work("a.zip")}, &report, &diag),
        OK);
    struct str file = file_read(in_work("a.zip"));
    struct zip_view v = zip_view_open(file);
    CHECK_INT(report.pages, N_PAGES);
    CHECK_INT(report.missing, 1);
    CHECK_INT(report.entries, 2 * N_PAGES - 1 + 2);
    CHECK_INT(report.entries, v.entries);
    CHECK_INT(report.bytes, file.n);
    CHECK(zip_view_read(&v, "pages/index.html", &out) && str_is(buf_str(&out), "<h1>Home</h1>"));
    CHECK(zip_view_read(&v, "markdown/index.md", &out) && str_is(buf_str(&out), "# Home\n"));
    CHECK(zip_view_read(&v, "pages/guide/a.html", &out) && str_is(buf_str(&out), pages[1].html));
    CHECK(zip_view_read(&v, "pages/guide/a.md_/deep@page=2.html", &out));
    CHECK(zip_view_read(&v, "pages/notes.txt", &out) && str_is(buf_str(&out), "notes\n"));
    CHECK(zip_view_read(&v, "pages/raw.md", &out) && zip_view_read(&v, "markdown/raw.md", &out));
    CHECK(zip_view_read(&v, "pages/\xe4\xbd\xa0\xe5\xa5\xbd.html", &out));
    CHECK(!zip_view_read(&v, "pages/guide.html", &out)); /* guide and Guide are both marked */
    CHECK(zip_view_read(&v, "pages/bare.html", &out) && !zip_view_read(&v, "markdown/bare.md", &out));
    CHECK(zip_view_read(&v, "index.md", &out));
    CHECK(memmem(out.p, out.n, "- [Home \"x\" \\[1\\]](<markdown/index.md>) <https://docs.example/>\n",
                 64));
    CHECK(memmem(out.p, out.n, "](<pages/bare.html>)", 20) != NULL);
    CHECK(unzip_accepts(in_work("a.zip")));
    buf_fini(&out);
    free((void *)(uintptr_t)file.p);
}

static void check_manifest(struct str text, const char *html_file)
{
    const struct json_limits limits = {.max_bytes = 1 << 24, .max_depth = 64};
    struct json_doc *doc;
    struct diag diag = {.text = ""};
    NEED(json_parse(text, &limits, &doc, &diag) == OK);
    const struct json *root = json_root(doc), *list = json_get(root, "pages");
    CHECK_STR(json_str(json_get(json_get(root, "job"), "baseUrl"), STR_NONE),
              STR_LIT("https://docs.example/"));
    CHECK(json_bool(json_get(json_get(root, "job"), "complete"), false));
    CHECK_INT(json_int(json_get(json_get(root, "counts"), "pages"), -1), N_PAGES);
    CHECK_INT(json_int(json_get(json_get(root, "counts"), "pagesWithMissingParts"), -1), 1);
    CHECK_INT(json_length(list), N_PAGES);
    size_t i = 0;
    struct sha256_ctx *sha = sha256_create();
    for (const struct json *p = json_first(list); p && i < N_PAGES; p = json_after(p), i++) {
        CHECK_STR(json_str(json_get(p, "url"), STR_NONE), str_of(pages[i].url));
        CHECK_STR(json_str(json_get(p, "title"), STR_NONE), str_of(pages[i].title));
        CHECK_INT(json_length(json_get(p, "missing")), pages[i].markdown ? 0 : 1);
        if (!html_file)
            continue;
        char hex[65];
        hex_encode(sha256_of(sha, str_of(pages[i].html), STR_LIT("")).b, 32, hex);
        CHECK_STR(json_str(json_get(json_get(p, "html"), "sha256"), STR_NONE), str_of(hex));
        if (i == 0)
            CHECK_STR(json_str(json_get(json_get(p, "html"), "file"), STR_NONE), str_of(html_file));
    }
    sha256_destroy(sha);
    json_doc_destroy(doc);
}

static void zip_manifest(void)
{
    struct str file = file_read(in_work("a.zip"));
    struct zip_view v = zip_view_open(file);
    struct buf out;
    buf_init(&out, 1 << 20);
    CHECK(zip_view_read(&v, "manifest.json", &out));
    check_manifest(buf_str(&out), "pages/index.html");
    buf_fini(&out);
    free((void *)(uintptr_t)file.p);
}

struct drain {
    int fd;
    struct buf got;
};

static void *drain_main(void *user)
{
    struct drain *d = user;
    char piece[4096];
    for (ssize_t n; (n = read(d->fd, piece, sizeof piece)) > 0;)
        buf_put(&d->got, piece, (size_t)n);
    return NULL;
}

static void zip_by_pipe_is_the_same(void)
{
    int fds[2];
    struct diag diag;
    pthread_t thread;
    struct drain drain;
    buf_init(&drain.got, 1 << 24);
    NEED(pipe(fds) == 0);
    drain.fd = fds[0];
    NEED(pthread_create(&thread, NULL, drain_main, &drain) == 0);
    CHECK_INT(
        run((struct export_options){.format = EXPORT_ZIP, .path = "-", .fd = fds[1], .chunk_pages = 1},
            NULL, &diag),
        OK);
    close(fds[1]);
    pthread_join(thread, NULL);
    close(fds[0]);
    struct str file = file_read(in_work("a.zip"));
    CHECK(str_eq(file, buf_str(&drain.got)));
    free((void *)(uintptr_t)file.p);
    buf_fini(&drain.got);
}

static void overwriting(void)
{
    struct diag diag;
    struct export_options o = {
        .format = EXPORT_ZIP, .path = in_work("a.zip"), .include = EXPORT_INC_MARKDOWN};
    CHECK_INT(run(o, NULL, &diag), ST_EXISTS);
    CHECK(strstr(diag.text, "a.zip") != NULL);
    o.overwrite = true;
    CHECK_INT(run(o, NULL, &diag), OK);
    struct str file = file_read(in_work("a.zip"));
    struct buf out;
    buf_init(&out, 1 << 20);
    struct zip_view v = zip_view_open(file);
    CHECK_INT(v.entries, N_PAGES - 1 + 2);
    CHECK(!zip_view_read(&v, "pages/index.html", &out));
    buf_fini(&out);
    free((void *)(uintptr_t)file.p);
    CHECK_INT(files_in(work.path), 1);
}

static void no_such_job(void)
{
    struct diag diag = {.text = ""};
    struct export_report report;
    struct export_options o = {.format = EXPORT_ZIP, .path = in_work("none.zip")};
    CHECK_INT(export_run(room.store, id_of("nobody", 1), &o, &report, &diag), ST_NOTFOUND);
    CHECK(strstr(diag.text, "no job") != NULL);
    CHECK(access(in_work("none.zip"), F_OK) != 0);
}

/* ---- cancelling ---- */

static atomic_bool cancel;

static void cancel_at_three(void *user, uint64_t done, uint64_t total)
{
    (void)user;
    CHECK_INT(total, N_PAGES);
    if (done == 3)
        atomic_store(&cancel, true);
}

static void cancel_leaves_nothing(void)
{
    static const enum export_format formats[] = {EXPORT_ZIP, EXPORT_DIR, EXPORT_MARKDOWN, EXPORT_JSONL};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        struct diag diag;
        atomic_store(&cancel, false);
        CHECK_INT(run((struct export_options){.format = formats[i],
                                              .path = in_work("cancelled"),
                                              .progress = cancel_at_three,
                                              .cancel = &cancel},
                      NULL, &diag),
                  ST_CANCELLED);
        CHECK(diag.text[0]);
        CHECK_INT(files_in(work.path), 1);
    }
}

/* ---- the other formats ---- */

static void one_markdown_file(void)
{
    struct diag diag;
    struct export_report report;
    const char *path = in_work("all.md");
    CHECK_INT(run((struct export_options){.format = EXPORT_MARKDOWN, .path = path}, &report, &diag), OK);
    struct str file = file_read(in_work("all.md"));
    CHECK(str_starts(
        file,
        STR_LIT("# Home \"x\" [1]\n\nSource: <https://docs.example/>\n\n# Home\n\n---\n\n# A\n\n")));
    CHECK(memmem(file.p, file.n, "# https://docs.example/notes.txt\n", 33) != NULL);
    CHECK_INT(report.pages, N_PAGES);
    CHECK_INT(report.missing, 1);
    CHECK_INT(report.bytes, file.n);
    free((void *)(uintptr_t)file.p);
    unlink(in_work("all.md"));
}

static void json_lines(void)
{
    struct diag diag;
    const struct json_limits limits = {.max_bytes = 1 << 24, .max_depth = 64};
    CHECK_INT(run((struct export_options){.format = EXPORT_JSONL,
                                          .path = in_work("all.jsonl"),
                                          .include = EXPORT_INC_HTML | EXPORT_INC_MARKDOWN},
                  NULL, &diag),
              OK);
    struct str file = file_read(in_work("all.jsonl")), rest = file;
    size_t i = 0;
    for (; rest.n; i++) {
        struct json_doc *doc;
        size_t end = str_find(rest, '\n');
        NEED(i < N_PAGES && end < rest.n && json_parse(str_head(rest, end), &limits, &doc, &diag) == OK);
        const struct json *row = json_root(doc);
        CHECK_STR(json_str(json_get(row, "url"), STR_NONE), str_of(pages[i].url));
        CHECK_STR(json_str(json_get(row, "markdown"), STR_NONE),
                  pages[i].markdown ? str_of(pages[i].markdown) : STR_NONE);
        if (i == 0)
            CHECK_STR(json_str(json_get(row, "html"), STR_NONE), str_of(pages[i].html));
        CHECK(json_get(row, "html") != NULL);
        json_doc_destroy(doc);
        rest = str_from(rest, end + 1);
    }
    CHECK_INT(i, N_PAGES);
    free((void *)(uintptr_t)file.p);
    unlink(in_work("all.jsonl"));
}

static struct export_options tree_options(const char *path)
{
    return (struct export_options){
        .format = EXPORT_DIR, .path = path, .include = EXPORT_INC_HTML | EXPORT_INC_MARKDOWN};
}

static void new_folder(void)
{
    struct diag diag;
    struct export_report report;
    CHECK_INT(run(tree_options(in_work("tree/")), &report, &diag), OK);
    CHECK_INT(report.entries, 2 * N_PAGES - 1 + 1);
    CHECK(file_is(in_work("tree/index.md"), "# Home\n"));
    CHECK(file_is(in_work("tree/index.html"), "<h1>Home</h1>"));
    CHECK(file_is(in_work("tree/guide/a.md"), "a\n"));
    CHECK(file_is(in_work("tree/guide/a.md_/deep@page=2.md"), "deep\n"));
    CHECK(file_is(in_work("tree/raw.md"), "# Raw\n") && file_is(in_work("tree/raw.txt"), "# Raw\n"));
    struct str manifest = file_read(in_work("tree/manifest.json"));
    check_manifest(manifest, "index.html");
    free((void *)(uintptr_t)manifest.p);
    CHECK_INT(run(tree_options(in_work("tree")), &report, &diag), ST_EXISTS);
    CHECK(strstr(diag.text, "not empty") != NULL);
    CHECK_INT(files_in(work.path), 2);
}

static void existing_folder(void)
{
    struct diag diag;
    NEED(mkdir(in_work("empty"), 0777) == 0);
    CHECK_INT(run(tree_options(in_work("empty")), NULL, &diag), OK);
    CHECK(file_is(in_work("empty/guide/a.md"), "a\n"));
    unsigned before = files_in(in_work("empty"));
    /* Over an old export: what is not ours stays, nothing temporary does. */
    FILE *f = fopen(in_work("empty/mine"), "w");
    NEED(f && fputs("mine", f) >= 0 && fclose(f) == 0);
    f = fopen(in_work("empty/index.md"), "w");
    NEED(f && fputs("old", f) >= 0 && fclose(f) == 0);
    struct export_options o = tree_options(in_work("empty"));
    o.overwrite = true;
    CHECK_INT(run(o, NULL, &diag), OK);
    CHECK(file_is(in_work("empty/mine"), "mine") && file_is(in_work("empty/index.md"), "# Home\n"));
    CHECK_INT(files_in(in_work("empty")), before + 1);
}

/* Somebody put links where files and folders will be. */
static void planted_links(void)
{
    struct diag diag;
    NEED(mkdir(in_work("outside"), 0777) == 0);
    NEED(mkdir(in_work("trap"), 0777) == 0);
    FILE *f = fopen(in_work("outside/victim"), "w");
    NEED(f && fputs("untouched", f) >= 0 && fclose(f) == 0);
    NEED(symlink("../outside/victim", in_work("trap/index.md")) == 0);
    struct export_options o = tree_options(in_work("trap"));
    CHECK_INT(run(o, NULL, &diag), ST_EXISTS);
    o.overwrite = true;
    CHECK_INT(run(o, NULL, &diag), OK);
    CHECK(file_is(in_work("outside/victim"), "untouched"));
    CHECK(file_is(in_work("trap/index.md"), "# Home\n"));
    struct stat at;
    CHECK(lstat(in_work("trap/index.md"), &at) == 0 && S_ISREG(at.st_mode));
    /* A link in place of a folder: an error, and nothing goes through it. */
    NEED(mkdir(in_work("trap2"), 0777) == 0);
    NEED(symlink("../outside", in_work("trap2/guide")) == 0);
    o.path = in_work("trap2");
    CHECK_INT(run(o, NULL, &diag), ST_EXISTS);
    CHECK(strstr(diag.text, "guide") != NULL);
    CHECK_INT(files_in(in_work("outside")), 1);
    NEED(unlink(in_work("trap2/guide")) == 0);
    /* A folder in place of a file. */
    NEED(mkdir(in_work("trap3"), 0777) == 0 && mkdir(in_work("trap3/index.md"), 0777) == 0);
    o.path = in_work("trap3");
    CHECK_INT(run(o, NULL, &diag), ST_EXISTS);
    CHECK(strstr(diag.text, "index.md") != NULL);
}

static void formats(void)
{
    enum export_format format = EXPORT_ZIP;
    struct diag diag;
    CHECK(export_format_of("x.zip", &format, &diag) == OK && format == EXPORT_ZIP);
    CHECK(export_format_of("a/b.md", &format, &diag) == OK && format == EXPORT_MARKDOWN);
    CHECK(export_format_of("b.JSONL", &format, &diag) == OK && format == EXPORT_JSONL);
    CHECK(export_format_of("new/", &format, &diag) == OK && format == EXPORT_DIR);
    CHECK(export_format_of(work.path, &format, &diag) == OK && format == EXPORT_DIR);
    CHECK(export_format_of("-", &format, &diag) == OK && format == EXPORT_ZIP);
    CHECK_INT(export_format_of("x.tar", &format, &diag), ST_INPUT);
    CHECK_INT(export_format_of(".zip", &format, &diag), ST_INPUT);
    CHECK(strstr(diag.text, ".jsonl") != NULL);
    CHECK_INT(run((struct export_options){.format = EXPORT_DIR, .path = "-"}, NULL, &diag), ST_INPUT);
}

/* Pages that a crawl adds between two passes are in none of them. */
static uint64_t late;

static void add_page(void *user, uint64_t done, uint64_t total)
{
    static const struct site_page more = {"https://docs.example/late", "Late", "text/html",
                                          "<p>late</p>", "late\n"};
    (void)user;
    (void)total;
    if (done == 2)
        site_add(&room, job.number, late, &more);
}

static void pages_that_come_late(void)
{
    struct diag diag;
    struct buf out;
    struct export_report report;
    buf_init(&out, 1 << 20);
    late = 2 * N_PAGES - 1; /* below next_seq: discovered before, fetched during the export */
    CHECK_INT(run((struct export_options){.format = EXPORT_ZIP,
                                          .path = in_work("late.zip"),
                                          .chunk_pages = 1,
                                          .progress = add_page},
                  &report, &diag),
              OK);
    CHECK_INT(report.pages, N_PAGES);
    struct str file = file_read(in_work("late.zip"));
    struct zip_view v = zip_view_open(file);
    CHECK(!zip_view_read(&v, "pages/late.html", &out));
    CHECK(zip_view_read(&v, "manifest.json", &out) && !memmem(out.p, out.n, "late", 4));
    free((void *)(uintptr_t)file.p);
    CHECK_INT(
        run((struct export_options){.format = EXPORT_ZIP, .path = in_work("later.zip")}, &report, &diag),
        OK);
    CHECK_INT(report.pages, N_PAGES + 1);
    buf_fini(&out);
}

static enum status url_put_errand(struct store_write *write, void *user)
{
    return store_url_put(write, job.number, user, NULL);
}

static void failed_urls(void)
{
    struct diag diag;
    const struct json_limits limits = {.max_bytes = 1 << 24, .max_depth = 64};
    struct buf out;
    buf_init(&out, 1 << 20);
    struct url_record url = {.id = id_of("bad", 1),
                             .state = URL_FAILED,
                             .http_status = 503,
                             .seq = 3,
                             .url = STR_LIT("https://docs.example/broken"),
                             .detail = STR_LIT("the server answered 503")};
    job.failed = 1;
    job.state = JOB_PARTIAL;
    NEED(room_write(&room, job_put_errand, &job) == OK);
    NEED(room_write(&room, url_put_errand, &url) == OK);
    CHECK_INT(
        run((struct export_options){.format = EXPORT_ZIP, .path = in_work("failed.zip")}, NULL, &diag),
        OK);
    struct str file = file_read(in_work("failed.zip"));
    struct zip_view v = zip_view_open(file);
    struct json_doc *doc;
    NEED(zip_view_read(&v, "manifest.json", &out) &&
         json_parse(buf_str(&out), &limits, &doc, &diag) == OK);
    const struct json *failed = json_first(json_get(json_root(doc), "failed"));
    CHECK_STR(json_str(json_get(failed, "url"), STR_NONE), url.url);
    CHECK_STR(json_str(json_get(failed, "why"), STR_NONE), url.detail);
    CHECK(!json_bool(json_get(json_get(json_root(doc), "job"), "complete"), true));
    json_doc_destroy(doc);
    free((void *)(uintptr_t)file.p);
    buf_fini(&out);
}

int main(void)
{
    data = place_make();
    work = place_make();
    room = room_open(data.path);
    job = site_make(&room, "crawl", pages, N_PAGES);
    RUN(zip_holds_the_pages);
    RUN(zip_manifest);
    RUN(zip_by_pipe_is_the_same);
    RUN(overwriting);
    RUN(no_such_job);
    RUN(cancel_leaves_nothing);
    RUN(one_markdown_file);
    RUN(json_lines);
    RUN(new_folder);
    RUN(existing_folder);
    RUN(planted_links);
    RUN(formats);
    RUN(pages_that_come_late);
    RUN(failed_urls);
    room_close(&room);
    place_drop(&work);
    place_drop(&data);
    return check_report();
}
