/* SPDX-License-Identifier: Apache-2.0 */
/* bundle.c: the ZIP of a job: pages/, markdown/, data.jsonl, index.md, manifest.json, in this order.
 *
 * Pages are copied as the store keeps them; what comes after them is made on the fly. Times of entries are
 * times of pages, so that the same cache gives the same bytes. */
#include "export/task.h"
#include "export/zip.h"

static enum status put_part(struct export_task *task, struct zip *zip, const struct page_item *item,
                            enum part_kind kind)
{
    const struct part *part = item->parts[kind];
    struct str name;
    if (!task_keeps(task, kind) || !part)
        return OK;
    enum status st = task_file(task, &item->page, kind, &name);
    if (st != OK)
        return st;
    if (part->stream.n != part->packed.packed_bytes)
        return ST_CORRUPT;
    return zip_put_packed(zip, name, item->page.fetched_ms, &part->packed, part->stream);
}

static enum status put_page(struct export_task *task, const struct page_item *item, void *user)
{
    task->report.pages++;
    task->report.missing += task_missing(task, item) != 0;
    enum status st = put_part(task, user, item, PART_HTML);
    return st != OK ? st : put_part(task, user, item, PART_MARKDOWN);
}

static enum status put_piece(void *user, struct str piece)
{
    return zip_put(user, piece);
}

static enum status put_row(struct export_task *task, const struct page_item *item, void *user)
{
    if (!item->row)
        return OK;
    buf_reset(&task->text);
    enum status st = task_row_line(task, item, &task->text);
    buf_putc(&task->text, '\n');
    return st != OK ? st : zip_put(user, buf_str(&task->text));
}

static enum status put_rows(struct export_task *task, struct zip *zip)
{
    return task_each(task, PAGES_ROWS, false, put_row, zip);
}

static enum status put_index(struct export_task *task, struct zip *zip)
{
    return index_put(task, &(struct outlet){put_piece, zip});
}

static enum status put_manifest(struct export_task *task, struct zip *zip)
{
    return manifest_put(task, &(struct outlet){put_piece, zip});
}

static enum status put_made(struct export_task *task, struct zip *zip, struct str name,
                            uint64_t may_take, enum status (*make)(struct export_task *, struct zip *))
{
    enum status st = zip_begin(zip, name, task->job.created_ms, may_take >= UINT32_MAX);
    if (st == OK)
        st = make(task, zip);
    return st != OK ? st : zip_end(zip);
}

static enum status put_all(struct export_task *task, struct zip *zip)
{
    unsigned want = PAGES_SIZES;
    if (task_keeps(task, PART_HTML))
        want |= PAGES_HTML;
    if (task_keeps(task, PART_MARKDOWN))
        want |= PAGES_MARKDOWN;
    enum status st = task_each(task, want, true, put_page, zip);
    if (st == OK && task->rows_job && task->include & EXPORT_INC_DATA)
        st = put_made(task, zip, STR_LIT("data.jsonl"), task->row_bytes, put_rows);
    if (st == OK)
        st = put_made(task, zip, STR_LIT("index.md"), task->text_bytes, put_index);
    if (st == OK)
        st = put_made(task, zip, STR_LIT("manifest.json"), task->text_bytes, put_manifest);
    return st != OK ? st : zip_finish(zip);
}

enum status export_zip(struct export_task *task)
{
    struct zip *zip;
    enum status st = zip_create(task->sink, &zip);
    if (st != OK)
        return st;
    st = put_all(task, zip);
    task->report.entries = zip_entries(zip);
    if (st != OK)
        zip_explain(zip, task->diag);
    zip_destroy(zip);
    return st;
}
