/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.c: manifest.json and index.md: what is in a bundle, what is missing, and where it came from.
 *
 * Written in passes of their own over the page records and given out in pieces, so that memory does not
 * grow with the crawl. One page a line, so that two manifests can be compared with `diff`. */
#include "export/task.h"

#include "base/clock.h"
#include "base/json.h"
#include "export/page_told.h"

#define MANIFEST_VERSION 1
#define PIECE_BYTES (64u << 10)
#define URLS_AT_ONCE 256

struct writing {
    const struct outlet *out;
    struct json_out json;
    struct buf *text;
};

static enum status give(struct writing *w, size_t when)
{
    if (w->text->status != OK)
        return w->text->status;
    if (w->text->n < when)
        return OK;
    enum status st = w->out->put(w->out->user, buf_str(w->text));
    buf_reset(w->text);
    return st;
}

/* ---- members ---- */

static void put_time(struct json_out *json, const char *name, int64_t time_ms)
{
    char text[32];
    json_key(json, name);
    if (time_ms) {
        clock_format(time_ms, text);
        json_put_str(json, str_of(text));
    } else {
        json_put_null(json);
    }
}

static void put_hex(struct json_out *json, const char *name, const uint8_t *bytes, size_t n)
{
    char hex[2 * sizeof(struct sha256) + 1];
    hex_encode(bytes, n, hex);
    json_key(json, name);
    json_put_str(json, str_of(hex));
}

static void put_count(struct json_out *json, const char *name, uint64_t n)
{
    json_key(json, name);
    json_put_int(json, (int64_t)n);
}

static void put_text(struct json_out *json, const char *name, struct str text)
{
    json_key(json, name);
    json_put_str(json, text);
}

/* Text that is JSON already, as the store keeps it. */
static void put_stored(struct json_out *json, const char *name, struct str text)
{
    json_key(json, name);
    json_put_raw(json, text.n ? text : STR_LIT("null"));
}

static void put_job(struct json_out *json, const struct export_task *task)
{
    const struct job_record *job = &task->job;
    json_key(json, "job");
    json_begin(json, '{');
    put_hex(json, "id", job->id.b, sizeof job->id.b);
    put_text(json, "baseUrl", job->base_url);
    put_text(json, "state", str_of(job_state_text(job->state)));
    json_key(json, "complete");
    json_put_bool(json, job->state == JOB_DONE);
    put_text(json, "message", job->message);
    put_time(json, "createdAt", job->created_ms);
    put_time(json, "finishedAt", job->finished_ms);
    if (task->rows_job)
        put_hex(json, "dataJob", task->rows_id.b, sizeof task->rows_id.b);
    json_end(json, '}');
    put_stored(json, "request", job->request);
    put_stored(json, "policy", job->policy);
    put_stored(json, "completeness", job->completeness);
}

static void put_counts(struct json_out *json, const struct export_task *task)
{
    const struct job_record *job = &task->job;
    uint64_t skipped = 0;
    for (size_t i = 0; i < JOB_REASONS; i++)
        skipped += job->skipped[i];
    json_key(json, "counts");
    json_begin(json, '{');
    put_count(json, "pages", task->total);
    put_count(json, "pagesWithMissingParts", task->report.missing);
    put_count(json, "kept", job->kept);
    put_count(json, "traversed", job->traversed);
    put_count(json, "redirected", job->redirected);
    put_count(json, "skipped", skipped);
    put_count(json, "failed", job->failed);
    put_count(json, "waiting", job->ready);
    json_key(json, "quality");
    job_put_marks(job, json);
    json_end(json, '}');
}

/* ---- pages ---- */

static enum status put_part(struct export_task *task, struct json_out *json,
                            const struct page_item *item, enum part_kind kind)
{
    const struct part *part = item->parts[kind];
    struct str file;
    if (!task_keeps(task, kind) || !part)
        return OK;
    enum status st = task_file(task, &item->page, kind, &file);
    if (st != OK)
        return st;
    json_key(json, kind == PART_HTML ? "html" : "markdown");
    json_begin(json, '{');
    put_text(json, "file", file);
    put_count(json, "bytes", part->packed.raw_bytes);
    put_hex(json, "sha256", part->sha256.b, sizeof part->sha256.b);
    json_end(json, '}');
    return OK;
}

static void put_missing(struct json_out *json, unsigned missing)
{
    if (!missing)
        return;
    json_key(json, "missing");
    json_begin(json, '[');
    if (missing & EXPORT_INC_HTML)
        json_put_str(json, STR_LIT("html"));
    if (missing & EXPORT_INC_MARKDOWN)
        json_put_str(json, STR_LIT("markdown"));
    json_end(json, ']');
}

/* Left out when there is nothing amiss. */
static void put_faults(struct json_out *json, const struct page_record *page)
{
    if (page->flags & PAGE_NO_TEXT) {
        json_key(json, "noText");
        json_put_bool(json, true);
    }
    if (page->flags / PAGE_QUALITY) {
        json_key(json, "quality");
        page_put_quality(page, json);
    }
    if (page->cuts) {
        json_key(json, "cut");
        page_put_cuts(page, json);
    }
}

static enum status put_page(struct export_task *task, const struct page_item *item, void *user)
{
    struct writing *w = user;
    struct json_out *json = &w->json;
    const struct page_record *page = &item->page;
    json_begin(json, '{');
    json->indent = 0;
    put_text(json, "url", page->url);
    put_text(json, "title", page->title);
    put_count(json, "status", page->http_status);
    put_time(json, "fetchedAt", page->fetched_ms);
    put_text(json, "contentType", page->content_type);
    put_text(json, "language", page->language);
    put_count(json, "depth", page->depth);
    json_key(json, "metadata");
    page_put_metadata(page, json);
    put_faults(json, page);
    enum status st = put_part(task, json, item, PART_HTML);
    if (st == OK)
        st = put_part(task, json, item, PART_MARKDOWN);
    put_missing(json, task_missing(task, item));
    json_end(json, '}');
    json->indent = 1;
    return st != OK ? st : give(w, PIECE_BYTES);
}

/* ---- URLs that failed ---- */

static void put_failed(struct json_out *json, const struct url_record *url)
{
    json_begin(json, '{');
    json->indent = 0;
    put_text(json, "url", url->url);
    put_count(json, "status", url->http_status);
    put_text(json, "why", url->detail);
    json_end(json, '}');
    json->indent = 1;
}

/* Some URLs from *from on in one read transaction; ST_NOTFOUND when there are no more. */
static enum status put_some_failed(struct export_task *task, struct writing *w, uint64_t *from)
{
    struct store_read *read;
    enum status st = store_read_begin(task->store, &read);
    if (st != OK)
        return st;
    for (unsigned i = 0; i < URLS_AT_ONCE && st == OK; i++) {
        struct url_record url;
        st = store_url_next(read, task->job.number, *from, &url);
        if (st != OK)
            break;
        *from = url.seq + 1;
        if (url.state == URL_FAILED && url.seq < task->set.end)
            put_failed(&w->json, &url);
    }
    store_read_end(read);
    return st;
}

static enum status put_all_failed(struct export_task *task, struct writing *w)
{
    uint64_t from = 0;
    enum status st = task->job.failed ? OK : ST_NOTFOUND;
    json_key(&w->json, "failed");
    json_begin(&w->json, '[');
    while (st == OK) {
        st = put_some_failed(task, w, &from);
        enum status given = give(w, PIECE_BYTES);
        if (given != OK)
            return given;
        if (task->options->cancel && atomic_load(task->options->cancel))
            return diag_set(task->diag, ST_CANCELLED, "The export was cancelled.");
    }
    json_end(&w->json, ']');
    return st == ST_NOTFOUND ? OK : st;
}

enum status manifest_put(struct export_task *task, const struct outlet *out)
{
    struct writing w = {.out = out, .text = &task->text};
    buf_reset(w.text);
    json_out_init(&w.json, w.text, 1);
    json_begin(&w.json, '{');
    put_text(&w.json, "format", STR_LIT("webkeep manifest"));
    put_count(&w.json, "version", MANIFEST_VERSION);
    put_job(&w.json, task);
    put_counts(&w.json, task);
    json_key(&w.json, "pages");
    json_begin(&w.json, '[');
    enum status st = task_each(task, PAGES_SIZES, false, put_page, &w);
    if (st != OK)
        return st;
    json_end(&w.json, ']');
    if ((st = put_all_failed(task, &w)) != OK)
        return st;
    json_end(&w.json, '}');
    buf_putc(w.text, '\n');
    return give(&w, 0);
}

/* ---- index.md ---- */

/* A title as plain text within a Markdown link. */
static void put_escaped(struct buf *out, struct str title)
{
    for (size_t i = 0; i < title.n; i++) {
        unsigned char c = (unsigned char)title.p[i];
        if (c < 0x20 || c == 0x7F) {
            buf_putc(out, ' ');
            continue;
        }
        if (strchr("\\`*_[]<>&|~", c))
            buf_putc(out, '\\');
        buf_putc(out, (char)c);
    }
}

static enum status put_entry(struct export_task *task, const struct page_item *item, void *user)
{
    struct writing *w = user;
    const struct page_record *page = &item->page;
    enum part_kind kind =
        task_keeps(task, PART_MARKDOWN) && item->parts[PART_MARKDOWN] ? PART_MARKDOWN : PART_HTML;
    struct str file;
    buf_puts(w->text, "- [");
    put_escaped(w->text, page->title.n ? page->title : page->url);
    if (task_keeps(task, kind) && item->parts[kind]) {
        enum status st = task_file(task, page, kind, &file);
        if (st != OK)
            return st;
        buf_printf(w->text, "](<%.*s>)", STR_ARG(file));
    } else {
        buf_puts(w->text, "]");
    }
    buf_puts(w->text, " <");
    buf_put_str(w->text, page->url);
    buf_puts(w->text, ">\n");
    return give(w, PIECE_BYTES);
}

enum status index_put(struct export_task *task, const struct outlet *out)
{
    struct writing w = {.out = out, .text = &task->text};
    const struct job_record *job = &task->job;
    char date[32];
    clock_format(job->created_ms, date);
    buf_reset(w.text);
    buf_puts(w.text, "# Pages of ");
    put_escaped(w.text, job->base_url);
    buf_printf(w.text, "\n\n%llu page%s, crawled from %s on. The crawl is %s.\n\n",
               (unsigned long long)task->total, task->total == 1 ? "" : "s", date,
               job_state_text(job->state));
    enum status st = task_each(task, PAGES_SIZES, false, put_entry, &w);
    return st != OK ? st : give(&w, 0);
}
