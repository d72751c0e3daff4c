/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_file.c: all pages in one Markdown file: before each a heading with its title and a line with its
 * URL, between two a rule. Links inside stay absolute. A page without Markdown is named, and said so. */
#include "export/task.h"

static void put_heading(struct buf *out, const struct page_record *page, bool first)
{
    struct str title = str_trim(page->title.n ? page->title : page->url);
    if (!first)
        buf_puts(out, "\n---\n\n");
    buf_puts(out, "# ");
    for (size_t i = 0; i < title.n; i++)
        buf_putc(out, (unsigned char)title.p[i] < 0x20 ? ' ' : title.p[i]);
    buf_puts(out, "\n\nSource: <");
    buf_put_str(out, page->url);
    buf_puts(out, ">\n\n");
}

static enum status put_page(struct export_task *task, const struct page_item *item, void *user)
{
    const struct part *part = item->parts[PART_MARKDOWN];
    (void)user;
    buf_reset(&task->text);
    put_heading(&task->text, &item->page, task->report.pages == 0);
    if (part) {
        enum status st = part_inflate(task->codec, part, &task->raw);
        if (st != OK)
            return st;
        buf_put_str(&task->text, buf_str(&task->raw));
        if (task->raw.n && task->raw.p[task->raw.n - 1] != '\n')
            buf_putc(&task->text, '\n');
    } else {
        buf_puts(&task->text, "*This page has no Markdown.*\n");
    }
    if (task->text.status != OK)
        return task->text.status;
    sink_put_str(task->sink, buf_str(&task->text));
    task->report.pages++;
    task->report.entries++;
    task->report.missing += !part;
    return sink_status(task->sink, task->diag);
}

enum status export_markdown(struct export_task *task)
{
    return task_each(task, PAGES_MARKDOWN, true, put_page, NULL);
}
