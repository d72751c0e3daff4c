/* SPDX-License-Identifier: Apache-2.0 */
/* config_file.c: settings from a file of sections and `key = value` lines. It knows the form; which keys there are and
 * what they take is config_set()'s.
 *
 * Not a general reader of INI: no quotes, no continued lines, no comment behind a value, since a password may hold
 * any of those characters. Invariant: the caller's config changes as a whole or not at all.
 * Threads: none of its own. */
#include "base/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Where the reader stands. */
struct place {
    const char *file;
    size_t line;
    struct str section;
};

static enum status refuse(const struct place *at, struct diag *ret_diag, const char *what)
{
    return diag_set(ret_diag, ST_INPUT, "%s:%zu: %s", at->file, at->line, what);
}

static enum status read_section(struct place *at, struct str line, struct diag *ret_diag)
{
    if (line.p[line.n - 1] != ']')
        return refuse(at, ret_diag, "A section ends with ']': write [fetch] on a line of its own.");
    at->section = str_trim(str_make(line.p + 1, line.n - 2));
    return OK;
}

static enum status read_pair(struct config *config, const struct place *at, struct str line,
                             struct diag *ret_diag)
{
    size_t equals = str_find(line, '=');
    struct diag said = {0};
    char key[200];
    if (equals == line.n)
        return refuse(at, ret_diag, "A setting is written as key = value, a comment after #.");
    struct str name = str_trim(str_head(line, equals));
    int n = snprintf(key, sizeof key, "%.*s%s%.*s", STR_ARG(at->section), at->section.n ? "." : "",
                     STR_ARG(name));
    if (n < 0 || (size_t)n >= sizeof key || str_find(name, 0) < name.n)
        return refuse(at, ret_diag, "This is no key of any setting.");
    enum status st = config_set(config, str_of(key), str_from(line, equals + 1), &said);
    return st == OK ? OK : diag_set(ret_diag, st, "%s:%zu: %s", at->file, at->line, said.text);
}

enum status config_read_text(struct config *config, const char *name, struct str text,
                             struct diag *ret_diag)
{
    struct place at = {name, 0, STR_NONE};
    struct config made = *config;
    if (str_starts(text, STR_LIT("\xEF\xBB\xBF")))
        text = str_from(text, 3);
    while (text.n) {
        size_t end = str_find(text, '\n');
        struct str line = str_trim(str_head(text, end));
        enum status st = OK;
        text = str_from(text, end + 1);
        at.line++;
        if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';')
            continue;
        st =
            line.p[0] == '[' ? read_section(&at, line, ret_diag) : read_pair(&made, &at, line, ret_diag);
        if (st != OK)
            return st;
    }
    *config = made;
    return OK;
}

enum status config_read_file(struct config *config, const char *path, struct diag *ret_diag)
{
    struct buf text;
    size_t n = 0;
    FILE *f = fopen(path, "re");
    if (!f)
        return diag_set(ret_diag, ST_INPUT, "%s can't be opened: %s.", path, strerror(errno));
    buf_init(&text, CONFIG_FILE_BYTES);
    for (char *room; (room = buf_room(&text, 4096)) && (n = fread(room, 1, 4096, f)) > 0;)
        text.n += n;
    enum status st =
        ferror(f) ? diag_set(ret_diag, ST_INPUT, "%s can't be read: %s.", path, strerror(errno))
        : text.status == ST_NOMEM ? diag_set(ret_diag, ST_NOMEM, "There is no memory to read %s.", path)
        : text.status != OK
            ? diag_set(ret_diag, ST_INPUT, "%s is too long to be a file of settings.", path)
            : config_read_text(config, path, buf_str(&text), ret_diag);
    fclose(f);
    buf_fini(&text);
    return st;
}
