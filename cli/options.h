/* SPDX-License-Identifier: Apache-2.0 */
/* options.h: the command line as data: what each command takes is a table, and from it come the parser,
 * the help texts and the suggestion for a misspelt word. Options may stand before or after the arguments. */
#ifndef WEBKEEP_CLI_OPTIONS_H
#define WEBKEEP_CLI_OPTIONS_H

#include "base/config.h"
#include "crawler/request.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_NOTHING = 1, /* nothing could be crawled, found or done */
    EXIT_USAGE = 2,   /* the command line is wrong */
    EXIT_PARTIAL = 3, /* limits, failed pages, pages without text */
    EXIT_STORAGE = 4, /* the data folder */
    EXIT_INTERRUPTED = 130,
};

#define ARGS_MAX 64

/* Everything any command may be given. */
struct args {
    const char *command; /* the command's name, and the whole line for the lock */
    const char *v[ARGS_MAX];
    int n;
    struct crawl_request request;
    struct str schema_file, policy_file, policy_out;
    struct str data, out, url, as, parser;
    unsigned level; /* 0: not given */
    bool json, quiet, force, html, markdown, meta, jsonl, content_only, relative_links, help;
    bool front_matter, dry_run, propose;
    struct str config_file;
    /* serve, keys */
    struct str listen, public_url, name, rate, expires;
    struct str_list serve_allow;
    bool serve_open, log_json; /* serve_open: --allow-private without a list */
    uint64_t credits;          /* 0: no limit */
    struct str_list set;       /* key=value settings, which beat the file's */
    struct config config;
    struct arena arena; /* what commands make of the arguments */
};

enum option_kind {
    OPTION_FLAG,
    OPTION_TEXT,
    OPTION_LIST,
    OPTION_COMMAS,        /* a list that is also divided at commas */
    OPTION_COMMAS_OR_ALL, /* the same; without a value args->serve_open is set */
    OPTION_INT,
    OPTION_UNSIGNED, /* this and the last one are counts: 1 is the least */
    OPTION_I64,
    OPTION_U64
};

struct option_spec {
    const char *name, *value, *help; /* value: "N", "TEXT"; NULL for a flag */
    enum option_kind kind;
    size_t at; /* offset in struct args */
};

struct command_spec {
    const char *name, *arguments, *summary;
    const char *options;  /* names it takes, separated by spaces */
    const char *examples; /* lines */
    int least, most;      /* arguments */
    int (*run)(struct args *args);
};

extern const struct command_spec commands[];
extern const size_t n_commands;

/* Reads argv into args and finds the command. EXIT_DONE: run it; anything else: say no more, exit with it.
 * *ret_command is NULL when help was all that was asked for. */
int options_read(int argc, char **argv, struct args *args, const struct command_spec **ret_command);

/* "webkeep: SENTENCE" on stderr; returns code. */
int complain(int code, const char *format, ...) PRINTF_LIKE(2, 3);
/* The code for a status that ended a command. */
int exit_for(enum status st);

#endif
