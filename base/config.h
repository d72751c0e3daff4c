/* SPDX-License-Identifier: Apache-2.0 */
/* config.h: the settings, generated from the table in config.def. It knows keys, types, units and ranges; it
 * does not know the command line, which hands it keys and values, as config_file.c does with those of a file.
 *
 * Invariant: after config_init() and any number of config_set() every member is within its range.
 * Threads: set up by one thread before others start; read-only from then on. */
#ifndef WEBKEEP_BASE_CONFIG_H
#define WEBKEEP_BASE_CONFIG_H

#include "base/buf.h"

#include <stdint.h>

/* One member a row, named section_name: config.fetch_body_bytes. */
struct config {
#define CONFIG(section, name, type, unit, fallback, least, most, help) type section##_##name;
#define CONFIG_TEXT(section, name, most_bytes, fallback, help) char section##_##name[(most_bytes) + 1];
#include "base/config.def"
#undef CONFIG
};

enum config_unit {
    CONFIG_BYTES,  /* "16MiB", "1 TiB", "4096": B, KiB, MiB, GiB, TiB; none is bytes */
    CONFIG_MS,     /* "30s", "24 h", "50": ms, s, m or min, h, d; none is milliseconds */
    CONFIG_COUNT,  /* "64" */
    CONFIG_PARSER, /* "gumbo" or "builtin": numbers as extract's enum html_engine has them */
    CONFIG_BOOL,   /* "true", "yes", "on", "1" and "false", "no", "off", "0" */
    CONFIG_LINE,   /* UTF-8 without control characters, trimmed; may be empty */
};

/* A row as data, for documentation and lists. */
struct config_row {
    const char *section, *key, *help; /* key: "fetch.body_bytes" */
    enum config_unit unit;
    uint64_t fallback, least, most; /* CONFIG_LINE: 0, 0, bytes at most */
    const char *text;               /* CONFIG_LINE: the default */
    bool secret;                    /* its value is never printed */
};

void config_init(struct config *config); /* the defaults */

/* Sets one key. ST_INPUT with a sentence: no such key (the nearest one is named), no such value, or out of
 * range; config is untouched then. */
enum status config_set(struct config *config, struct str key, struct str value,
                       struct diag *ret_diag) MUST_USE;

const struct config_row *config_row(size_t i); /* in the table's order; NULL past the end */
uint64_t config_value(const struct config *config, size_t i); /* CONFIG_LINE: 0 */
/* The text of a row that is one; NULL otherwise. */
const char *config_line(const struct config *config, size_t i);

/* Sets what a file says: sections in brackets, `key = value` below them, a line of its own for a comment after # or
 * ';'. A key may also be written whole ("fetch.retries = 2"), above the first section. A value ends with its
 * line; nothing is quoted. At most CONFIG_FILE_BYTES. ST_INPUT with file, line, key and what is wrong, at the first
 * fault; config is untouched then. */
#define CONFIG_FILE_BYTES ((size_t)1 << 20)
enum status config_read_file(struct config *config, const char *path, struct diag *ret_diag) MUST_USE;
/* The same of a text that was read; name stands for the file. */
enum status config_read_text(struct config *config, const char *name, struct str text,
                             struct diag *ret_diag) MUST_USE;

/* A value as people write it, white space around it allowed, letters of either case. ST_INPUT otherwise. Not for
 * CONFIG_LINE, as below. */
enum status config_parse(enum config_unit unit, struct str text, uint64_t *ret_value) MUST_USE;
/* The shortest exact form: "16 MiB", "90 s", "1500 ms", "64", "true". */
void config_format(enum config_unit unit, uint64_t value, struct buf *out);

/* The table in Markdown, one section of it a heading. Errors are out->status. */
void config_write_docs(struct buf *out);

#endif
