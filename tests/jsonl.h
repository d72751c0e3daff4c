/* SPDX-License-Identifier: Apache-2.0 */
/* jsonl.h: test data of one JSON object a line. jsonl_each() calls `each` for every line of a file, in
 * order, and returns their number; a missing file or a line that is no JSON ends the test. */
#ifndef WEBKEEP_TESTS_JSONL_H
#define WEBKEEP_TESTS_JSONL_H

#include "base/json.h"
#include "tests/check.h"

static inline void jsonl_read(const char *path, struct buf *to)
{
    FILE *f = fopen(path, "rb");
    NEED(f);
    buf_init(to, 64u << 20);
    for (char *room = buf_room(to, 65536); room; room = buf_room(to, 65536)) {
        size_t n = fread(room, 1, 65536, f);
        if (n == 0)
            break;
        to->n += n;
    }
    fclose(f);
    NEED(to->status == OK);
}

static inline size_t jsonl_each(const char *path, void (*each)(const struct json *line))
{
    struct json_limits limits = {.max_bytes = 1u << 24, .max_depth = 64};
    struct buf file;
    jsonl_read(path, &file);
    size_t n = 0;
    for (struct str rest = buf_str(&file); rest.n;) {
        size_t end = str_find(rest, '\n');
        struct str line = str_head(rest, end);
        rest = str_from(rest, end + 1);
        if (line.n == 0)
            continue;
        struct json_doc *doc = NULL;
        struct diag diag = {0};
        if (json_parse(line, &limits, &doc, &diag) != OK)
            fprintf(stderr, "%s: %s\n", path, diag.text);
        NEED(doc);
        each(json_root(doc));
        json_doc_destroy(doc);
        n++;
    }
    buf_fini(&file);
    return n;
}

#endif
