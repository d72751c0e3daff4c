/* SPDX-License-Identifier: Apache-2.0 */
/* export.h: bundles of a job's cached pages: ZIP, a folder, one Markdown file, JSON Lines.
 *
 * Reads the store and nothing else: no network. Pages come in order of discovery, so the same job gives the
 * same bytes each time. Read transactions are renewed every chunk_pages pages and go on by key; pages that
 * a running crawl adds meanwhile are left out (the end is fixed at the start).
 * Threads: one call is one thread's; any number at once on one store. */
#ifndef WEBKEEP_EXPORT_EXPORT_H
#define WEBKEEP_EXPORT_EXPORT_H

#include "cache/store.h"

#include <stdatomic.h>

enum export_format {
    EXPORT_ZIP,      /* pages/….html, markdown/….md, data.jsonl, index.md, manifest.json */
    EXPORT_DIR,      /* Markdown files (and HTML when asked) in folders that mirror the site */
    EXPORT_MARKDOWN, /* one file, a heading with the URL before each page */
    EXPORT_JSONL,    /* one object a page: url, title, markdown, ... */
};

enum export_include {
    EXPORT_INC_HTML = 1 << 0,
    EXPORT_INC_MARKDOWN = 1 << 1,
    EXPORT_INC_DATA = 1 << 2, /* rows of the newest re-extraction, where there is one */
};

struct export_options {
    enum export_format format;
    unsigned include; /* bits of enum export_include; 0: the format's own default */
    const char *path; /* file or folder to make; "-": descriptor fd, forward only (not for EXPORT_DIR) */
    int fd;
    bool overwrite; /* replace what is at path; else ST_EXISTS with a sentence */
    unsigned chunk_pages;
    bool front_matter; /* EXPORT_DIR only: YAML from the page's record in front of each Markdown file */
    void (*progress)(void *user, uint64_t done, uint64_t total); /* may be NULL */
    void *user;
    const atomic_bool *cancel; /* may be NULL; set: ST_CANCELLED, nothing is left behind */
};

struct export_report {
    uint64_t pages, entries, bytes; /* bytes written */
    uint64_t missing; /* pages without the part that was asked for; listed in the manifest */
};

/* The format that a path means: ends in ".zip", ".md", ".jsonl", "/" (or is a folder); "-" is ZIP.
 * ST_INPUT with a sentence otherwise. */
enum status export_format_of(const char *path, enum export_format *ret_format,
                             struct diag *ret_diag) MUST_USE;

/* A file appears under its name only when it is whole: it is written under a temporary name beside it, and
 * renamed. ST_NOTFOUND: no such job. ST_FULL, ST_IO with a sentence that names the path. */
enum status export_run(struct store *store, struct id128 job, const struct export_options *options,
                       struct export_report *ret_report, struct diag *ret_diag) MUST_USE;

#endif
