/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c: EXPORT_DIR: a file for each part of each page, in folders that mirror the site, and manifest.json,
 * which no page can be named like: pages never end in .json. */
#include "export/folder.h"
#include "export/task.h"
#include "extract/front_matter.h"

struct target {
    struct export_task *task;
    struct folder *folder;
};

static enum status put_piece(void *user, struct str piece)
{
    struct target *target = user;
    return folder_put(target->folder, piece, target->task->diag);
}

static enum status put_front(struct export_task *task, struct target *target,
                             const struct page_item *item)
{
    const struct part *body = item->parts[PART_HTML];
    struct arena arena;
    struct front_matter front = {.title = item->page.title,
                                 .url = item->page.url,
                                 .language = item->page.language,
                                 .description = item->page.description,
                                 .fetched_ms = item->page.fetched_ms,
                                 .hash = body ? &body->sha256 : NULL};
    arena_init(&arena, 1 << 20, 4096);
    front_matter_take_stored(&front, item->page.metadata, &arena);
    buf_reset(&task->text);
    front_matter_put(&front, &task->text);
    arena_fini(&arena);
    return task->text.status != OK ? task->text.status
                                   : folder_put(target->folder, buf_str(&task->text), task->diag);
}

static enum status put_part(struct export_task *task, struct target *target,
                            const struct page_item *item, enum part_kind kind)
{
    const struct part *part = item->parts[kind];
    struct str name;
    if (!task_keeps(task, kind) || !part)
        return OK;
    enum status st = part_inflate(task->codec, part, &task->raw);
    if (st == OK)
        st = task_file(task, &item->page, kind, &name);
    if (st == OK)
        st = folder_begin(target->folder, name, task->diag);
    if (st == OK && kind == PART_MARKDOWN && task->options->front_matter)
        st = put_front(task, target, item);
    if (st == OK)
        st = folder_put(target->folder, buf_str(&task->raw), task->diag);
    if (st == OK)
        st = folder_end(target->folder, task->diag);
    task->report.entries += st == OK;
    return st;
}

static enum status put_page(struct export_task *task, const struct page_item *item, void *user)
{
    task->report.pages++;
    task->report.missing += task_missing(task, item) != 0;
    enum status st = put_part(task, user, item, PART_HTML);
    return st != OK ? st : put_part(task, user, item, PART_MARKDOWN);
}

static enum status put_manifest(struct export_task *task, struct target *target)
{
    enum status st = folder_begin(target->folder, STR_LIT("manifest.json"), task->diag);
    if (st == OK)
        st = manifest_put(task, &(struct outlet){put_piece, target});
    if (st == OK)
        st = folder_end(target->folder, task->diag);
    task->report.entries += st == OK;
    return st;
}

static enum status put_all(struct export_task *task, struct target *target)
{
    unsigned want = PAGES_SIZES;
    if (task_keeps(task, PART_HTML))
        want |= PAGES_HTML;
    if (task_keeps(task, PART_MARKDOWN))
        want |= PAGES_MARKDOWN;
    enum status st = task_each(task, want, true, put_page, target);
    if (st == OK)
        st = put_manifest(task, target);
    return st;
}

enum status export_tree(struct export_task *task)
{
    const struct export_options *o = task->options;
    struct target target = {.task = task};
    enum status st = folder_open(o->path, o->overwrite, &target.folder, task->diag);
    if (st != OK)
        return st;
    st = put_all(task, &target);
    if (st == OK && o->cancel && atomic_load(o->cancel))
        st = diag_set(task->diag, ST_CANCELLED, "The export was cancelled.");
    if (st == OK)
        st = folder_commit(target.folder, task->diag);
    task->report.bytes = folder_bytes(target.folder);
    folder_close(target.folder);
    return st;
}
