/* SPDX-License-Identifier: Apache-2.0 */
/* jsonl.c: JSON Lines: one object a page, in order of discovery; keys always in the same order. What was
 * asked for and is missing is null. HTML is given as UTF-8 text, whatever its charset was. */
#include "export/task.h"

#include "base/clock.h"
#include "base/json.h"
#include "export/page_told.h"
#include "extract/extract.h"

static void put_text(struct json_out *json, const char *name, struct str text)
{
    json_key(json, name);
    json_put_str(json, text);
}

static void put_head(struct json_out *json, const struct page_record *page)
{
    char fetched[32];
    clock_format(page->fetched_ms, fetched);
    put_text(json, "url", page->url);
    put_text(json, "title", page->title);
    put_text(json, "description", page->description);
    put_text(json, "language", page->language);
    put_text(json, "contentType", page->content_type);
    json_key(json, "status");
    json_put_int(json, page->http_status);
    json_key(json, "depth");
    json_put_int(json, page->depth);
    put_text(json, "fetchedAt", str_of(fetched));
    json_key(json, "metadata");
    page_put_metadata(page, json);
}

/* The decoded text of the body; task->text is the line, so it goes through a buffer of its own. */
static enum status put_html(struct export_task *task, struct json_out *json,
                            const struct page_item *item)
{
    struct buf utf8;
    enum status st = part_inflate(task->codec, item->parts[PART_HTML], &task->raw);
    if (st != OK)
        return st;
    buf_init(&utf8, 3 * PART_MAX_BYTES);
    st = buf_terminate(&task->raw) ? extract_text(item->page.content_type, buf_str(&task->raw), &utf8)
                                   : ST_NOMEM;
    if (st == OK)
        json_put_str(json, buf_str(&utf8));
    else if (status_class(st) == STATUS_DROP)
        json_put_null(json);
    buf_fini(&utf8);
    return status_class(st) == STATUS_DROP ? OK : st;
}

static enum status put_parts(struct export_task *task, struct json_out *json,
                             const struct page_item *item)
{
    enum status st = OK;
    if (task_keeps(task, PART_MARKDOWN)) {
        json_key(json, "markdown");
        if (!item->parts[PART_MARKDOWN])
            json_put_null(json);
        else if ((st = part_inflate(task->codec, item->parts[PART_MARKDOWN], &task->raw)) == OK)
            json_put_str(json, buf_str(&task->raw));
    }
    if (st == OK && task_keeps(task, PART_HTML)) {
        json_key(json, "html");
        if (item->parts[PART_HTML])
            st = put_html(task, json, item);
        else
            json_put_null(json);
    }
    return st;
}

static enum status put_data(struct export_task *task, struct json_out *json,
                            const struct page_item *item)
{
    if (!task->rows_job || !(task->include & EXPORT_INC_DATA))
        return OK;
    json_key(json, "data");
    if (!item->row) {
        json_put_null(json);
        return OK;
    }
    json_put_raw(json, STR_LIT("")); /* what follows is put behind the writer's back */
    return task_row_line(task, item, json->out);
}

static enum status put_line(struct export_task *task, const struct page_item *item, void *user)
{
    struct json_out json;
    (void)user;
    buf_reset(&task->text);
    json_out_init(&json, &task->text, 0);
    json_begin(&json, '{');
    put_head(&json, &item->page);
    enum status st = put_parts(task, &json, item);
    if (st == OK)
        st = put_data(task, &json, item);
    if (st != OK)
        return st;
    json_end(&json, '}');
    buf_putc(&task->text, '\n');
    if (task->text.status != OK)
        return task->text.status;
    sink_put_str(task->sink, buf_str(&task->text));
    task->report.pages++;
    task->report.entries++;
    task->report.missing += task_missing(task, item) != 0;
    return sink_status(task->sink, task->diag);
}

enum status export_jsonl(struct export_task *task)
{
    unsigned want = PAGES_SIZES | PAGES_ROWS;
    if (task_keeps(task, PART_MARKDOWN))
        want |= PAGES_MARKDOWN;
    if (task_keeps(task, PART_HTML))
        want |= PAGES_HTML;
    return task_each(task, want, true, put_line, NULL);
}
