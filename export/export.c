/* SPDX-License-Identifier: Apache-2.0 */
/* export.c: chooses job, pages and names, then lets the format do its passes.
 *
 * The first pass fixes the set of pages; all later ones see exactly these, whatever a crawl adds meanwhile. */
#include "answer/answer.h"
#include "export/task.h"

#include <stdlib.h>
#include <sys/stat.h>

/* ---- the format a path means ---- */

static bool ends_with(const char *path, const char *tail)
{
    size_t n = strlen(path), m = strlen(tail);
    return n > m && str_eq_nocase(str_make(path + n - m, m), str_of(tail));
}

enum status export_format_of(const char *path, enum export_format *ret_format, struct diag *ret_diag)
{
    static const struct {
        const char *tail;
        enum export_format format;
    } known[] = {{".zip", EXPORT_ZIP}, {".md", EXPORT_MARKDOWN}, {".jsonl", EXPORT_JSONL}};
    struct stat at;
    if (strcmp(path, "-") == 0) {
        *ret_format = EXPORT_ZIP;
        return OK;
    }
    size_t n = strlen(path);
    if ((n && path[n - 1] == '/') || (stat(path, &at) == 0 && S_ISDIR(at.st_mode))) {
        *ret_format = EXPORT_DIR;
        return OK;
    }
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (ends_with(path, known[i].tail)) {
            *ret_format = known[i].format;
            return OK;
        }
    return diag_set(
        ret_diag, ST_INPUT,
        "\"%s\" does not say which format is wanted. End it in .zip, .md, .jsonl, or in / for a "
        "folder.",
        path);
}

/* ---- what the formats share ---- */

static bool cancelled(const struct export_options *options)
{
    return options->cancel && atomic_load_explicit(options->cancel, memory_order_relaxed);
}

static void count(struct export_task *task)
{
    task->done++;
    if (task->options->progress)
        task->options->progress(task->options->user, task->done, task->total);
}

static enum status explain_end(struct export_task *task, enum status st, uint64_t seen)
{
    if (st == ST_NOTFOUND && seen < task->total)
        return diag_set(task->diag, ST_NOTFOUND, "Pages of the job were deleted while it was exported.");
    if (st == ST_CORRUPT)
        diag_set(task->diag, st, "A page's stored bytes are damaged or missing. Run `webkeep check`.");
    return st == ST_NOTFOUND ? OK : st;
}

enum status task_each(struct export_task *task, unsigned want, bool counts,
                      enum status (*visit)(struct export_task *, const struct page_item *, void *),
                      void *user)
{
    struct pages pages;
    struct pages_options options = {
        .store = task->store,
        .job = task->job.number,
        .rows_job = task->rows_job,
        .want = task->rows_job ? want : want & ~(unsigned)PAGES_ROWS,
        .chunk_pages = task->options->chunk_pages,
        .end = task->set.end,
        .of = &task->set,
    };
    const struct page_item *item;
    enum status st;
    uint64_t seen = 0;
    pages_init(&pages, &options);
    while ((st = pages_next(&pages, &item)) == OK) {
        st = cancelled(task->options) ? diag_set(task->diag, ST_CANCELLED, "The export was cancelled.")
                                      : visit(task, item, user);
        if (st != OK)
            break;
        seen++;
        if (counts)
            count(task);
    }
    pages_fini(&pages);
    return explain_end(task, st, seen);
}

bool task_keeps(const struct export_task *task, enum part_kind kind)
{
    return task->include & (kind == PART_HTML ? EXPORT_INC_HTML : EXPORT_INC_MARKDOWN);
}

unsigned task_missing(const struct export_task *task, const struct page_item *item)
{
    unsigned missing = 0;
    if (task_keeps(task, PART_HTML) && !item->parts[PART_HTML])
        missing |= EXPORT_INC_HTML;
    if (task_keeps(task, PART_MARKDOWN) && !item->parts[PART_MARKDOWN])
        missing |= EXPORT_INC_MARKDOWN;
    return missing;
}

enum status task_file(struct export_task *task, const struct page_record *page, enum part_kind kind,
                      struct str *ret_name)
{
    const char *extension = kind == PART_HTML ? name_extension(page->content_type) : ".md";
    bool in_folders = task->options->format == EXPORT_ZIP;
    buf_reset(&task->name);
    if (in_folders)
        buf_puts(&task->name, kind == PART_HTML ? "pages/" : "markdown/");
    enum status st = names_put(task->names, page->url, &task->name);
    if (st != OK)
        return st;
    /* Where both parts lie in one folder, a page that is Markdown itself would have one name twice. */
    if (kind == PART_HTML && !in_folders && strcmp(extension, ".md") == 0)
        extension = ".txt";
    buf_puts(&task->name, extension);
    *ret_name = buf_str(&task->name);
    return task->name.status;
}

enum status task_row_line(struct export_task *task, const struct page_item *item, struct buf *out)
{
    buf_reset(&task->raw);
    enum status st = codec_inflate(task->codec, item->row->stream, &item->row->packed, &task->raw);
    return st != OK ? st : answer_row_line(item->page.url, buf_str(&task->raw), out);
}

/* ---- making a task ---- */

static struct str keep(struct export_task *task, struct str s)
{
    return s.n ? arena_str(&task->arena, s) : STR_LIT("");
}

static enum status no_such_job(struct export_task *task, struct id128 id, const char *what)
{
    char hex[2 * sizeof id.b + 1];
    hex_encode(id.b, sizeof id.b, hex);
    return diag_set(task->diag, ST_NOTFOUND, "There is no job %s%s.", hex, what);
}

/* The newest finished re-extraction of the task's job. */
static enum status find_rows(struct export_task *task, struct store_read *read)
{
    struct job_record job;
    struct id128 last;
    enum status st = store_job_next(read, NULL, &job);
    for (; st == OK; st = store_job_next(read, &last, &job)) {
        last = job.id;
        if (job.kind == JOB_EXTRACT && id128_eq(job.source, task->job.id) &&
            (job.state == JOB_DONE || job.state == JOB_PARTIAL) && !(job.flags & JOB_DELETING)) {
            task->rows_job = job.number;
            task->rows_id = job.id;
        }
    }
    return st == ST_NOTFOUND ? OK : st;
}

/* A job that is being deleted is gone already. */
static enum status get_job(struct store_read *read, struct id128 id, struct job_record *ret_job)
{
    struct job_record job;
    enum status st = store_job_get(read, id, &job);
    if (st == OK && job.flags & JOB_DELETING)
        st = ST_NOTFOUND;
    if (st == OK)
        *ret_job = job;
    return st;
}

static enum status read_job(struct export_task *task, struct store_read *read, struct id128 id)
{
    enum status st = get_job(read, id, &task->job);
    if (st == ST_NOTFOUND)
        return no_such_job(task, id, "");
    if (st == OK && task->job.kind == JOB_EXTRACT) {
        struct id128 source = task->job.source;
        task->rows_job = task->job.number;
        task->rows_id = id;
        st = get_job(read, source, &task->job);
        if (st == ST_NOTFOUND)
            return no_such_job(task, source, " any more, from whose pages the rows were made");
    }
    if (st != OK)
        return st;
    struct str *texts[] = {&task->job.base_url, &task->job.host, &task->job.request, &task->job.policy,
                           &task->job.message};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = keep(task, *texts[i]);
    if (task->arena.status != OK)
        return task->arena.status;
    if (task->rows_job == 0 && task->job.rows > 0) { /* its pages were answered as they came */
        task->rows_job = task->job.number;
        task->rows_id = task->job.id;
    }
    return task->rows_job == 0 && task->include & EXPORT_INC_DATA ? find_rows(task, read) : OK;
}

static enum status choose_job(struct export_task *task, struct id128 id)
{
    struct store_read *read;
    enum status st = store_read_begin(task->store, &read);
    if (st != OK)
        return st;
    st = read_job(task, read, id);
    store_read_end(read);
    return st;
}

/* Adds up what one page may take in manifest and index: names and escapes are the long part. */
static uint64_t text_bytes(const struct page_record *page)
{
    return 6000 + page->metadata.n +
           8 * (uint64_t)(page->url.n + page->title.n + page->description.n + page->content_type.n +
                          page->language.n + page->canonical.n);
}

static enum status choose_page(struct export_task *task, const struct page_item *item)
{
    enum status st = names_add(task->names, item->page.url);
    if (st != OK)
        return diag_set(task->diag, st, "The URL of page %llu can't be made a file name: %s.",
                        (unsigned long long)item->page.seq, status_text(st));
    page_set_add(&task->set, item->page.seq);
    task->total++;
    task->text_bytes += text_bytes(&item->page);
    if (item->row)
        task->row_bytes += item->row->packed.raw_bytes + 6 * (uint64_t)item->page.url.n + 100;
    return OK;
}

static enum status choose_pages(struct export_task *task)
{
    struct pages pages;
    struct pages_options options = {
        .store = task->store,
        .job = task->job.number,
        .rows_job = task->rows_job,
        .want = task->rows_job ? PAGES_ROWS : 0,
        .chunk_pages = task->options->chunk_pages,
        .end = task->job.next_seq,
    };
    const struct page_item *item;
    enum status st;
    pages_init(&pages, &options);
    while ((st = pages_next(&pages, &item)) == OK) {
        st = cancelled(task->options) ? diag_set(task->diag, ST_CANCELLED, "The export was cancelled.")
                                      : choose_page(task, item);
        if (st != OK)
            break;
    }
    pages_fini(&pages);
    names_settle(task->names);
    task->text_bytes += task->job.failed * 400000; /* a failed URL may be as long as URLs may be */
    return explain_end(task, st, task->total);
}

static unsigned default_include(enum export_format format)
{
    switch (format) {
    case EXPORT_ZIP:
        return EXPORT_INC_HTML | EXPORT_INC_MARKDOWN | EXPORT_INC_DATA;
    case EXPORT_JSONL:
        return EXPORT_INC_MARKDOWN | EXPORT_INC_DATA;
    case EXPORT_DIR:
    case EXPORT_MARKDOWN:
        break;
    }
    return EXPORT_INC_MARKDOWN;
}

static enum status task_init(struct export_task *task, struct store *store, struct id128 job,
                             const struct export_options *options, struct diag *diag)
{
    *task = (struct export_task){.store = store, .options = options, .diag = diag};
    task->include = options->include ? options->include : default_include(options->format);
    arena_init(&task->arena, (size_t)64 << 20, 4096);
    buf_init(&task->name, 2 * NAME_BYTES);
    buf_init(&task->text, 6 * PART_MAX_BYTES);
    buf_init(&task->raw, PART_MAX_BYTES);
    enum status st = choose_job(task, job);
    if (st != OK)
        return st;
    task->names = names_create(task->job.base_url);
    task->codec = codec_create(6);
    if (!task->names || !task->codec)
        return ST_NOMEM;
    st = page_set_init(&task->set, task->job.next_seq);
    return st != OK ? st : choose_pages(task);
}

static void task_fini(struct export_task *task)
{
    sink_close(task->sink);
    names_destroy(task->names);
    codec_destroy(task->codec);
    page_set_fini(&task->set);
    arena_fini(&task->arena);
    buf_fini(&task->name);
    buf_fini(&task->text);
    buf_fini(&task->raw);
}

/* ---- running it ---- */

static enum status run_to_sink(struct export_task *task, enum status (*format)(struct export_task *))
{
    const struct export_options *o = task->options;
    struct sink_options to = {
        .path = o->path, .fd = o->fd, .overwrite = o->overwrite, .cancel = o->cancel};
    enum status st = sink_open(&to, &task->sink, task->diag);
    if (st == OK)
        st = format(task);
    if (st == OK && cancelled(o))
        st = diag_set(task->diag, ST_CANCELLED, "The export was cancelled.");
    if (st == OK)
        st = sink_commit(task->sink, task->diag);
    if (st == OK)
        task->report.bytes = sink_bytes(task->sink);
    return st;
}

static enum status run(struct export_task *task)
{
    switch (task->options->format) {
    case EXPORT_ZIP:
        return run_to_sink(task, export_zip);
    case EXPORT_JSONL:
        return run_to_sink(task, export_jsonl);
    case EXPORT_MARKDOWN:
        return run_to_sink(task, export_markdown);
    case EXPORT_DIR:
        break;
    }
    return export_tree(task);
}

enum status export_run(struct store *store, struct id128 job, const struct export_options *options,
                       struct export_report *ret_report, struct diag *ret_diag)
{
    struct diag diag = {0};
    struct export_task task;
    if (options->format == EXPORT_DIR && strcmp(options->path, "-") == 0)
        return diag_set(ret_diag, ST_INPUT,
                        "A folder can't be written to an output stream. Name a folder.");
    enum status st = task_init(&task, store, job, options, &diag);
    if (st == OK)
        st = run(&task);
    if (st == OK)
        *ret_report = task.report;
    else if (!diag.text[0])
        diag_set(&diag, st, "The export of %s failed: %s.", options->path, status_text(st));
    if (st != OK && ret_diag)
        *ret_diag = diag;
    task_fini(&task);
    return st;
}
