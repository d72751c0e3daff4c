/* SPDX-License-Identifier: Apache-2.0 */
/* options.c: the option table, the parser over it, and the help made from it. */
#include "cli/options.h"

#include "base/distance.h"
#include "cli/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define AT(member) offsetof(struct args, member)

/* clang-format off */
static const struct option_spec options[] = {
    {"instruction", "TEXT", "which pages you want, in plain words", OPTION_TEXT, AT(request.instruction)},
    {"policy", "FILE", "what is wanted, from a file that `webkeep plan --policy-out` wrote", OPTION_TEXT, AT(policy_file)},
    {"policy-out", "FILE", "write the policy to FILE, to be edited and used with --policy", OPTION_TEXT, AT(policy_out)},
    {"propose", NULL, "have the model (model.url) say which families of URLs it would keep or skip too", OPTION_FLAG, AT(propose)},
    {"transform", "TEXT", "the data you want of each page: \"titles, headings and code blocks\"", OPTION_TEXT, AT(request.transform)},
    {"schema", "FILE", "a JSON Schema whose properties name the data you want", OPTION_TEXT, AT(schema_file)},
    {"output", "FORM", "of the answers: json, or a text: markdown, text, table", OPTION_TEXT, AT(request.output)},
    {"dry-run", NULL, "only say how many pages it would read and what that would take; nothing is stored", OPTION_FLAG, AT(dry_run)},
    {"max-pages", "N", "keep at most N pages", OPTION_U64, AT(request.max_pages)},
    {"max-depth", "N", "follow links at most N hops from the base page", OPTION_INT, AT(request.max_depth)},
    {"include=parts", "PARTS", "of html,markdown,data: what goes into the export", OPTION_LIST, AT(request.include)},
    {"include", "GLOB", "only URLs that match; may be given more than once", OPTION_LIST, AT(request.include)},
    {"exclude", "GLOB", "no URLs that match; may be given more than once", OPTION_LIST, AT(request.exclude)},
    {"subdomains", NULL, "the host's subdomains too", OPTION_FLAG, AT(request.subdomains)},
    {"whole-domain", NULL, "the whole host, not only what is below the base path", OPTION_FLAG, AT(request.whole_domain)},
    {"ignore-query", NULL, "URLs that differ in their query only are one page", OPTION_FLAG, AT(request.ignore_query)},
    {"follow-base-redirect", NULL, "go on when the base URL redirects to another host", OPTION_FLAG, AT(request.follow_base_redirect)},
    {"concurrency", "N", "requests at once to a host (4)", OPTION_UNSIGNED, AT(request.concurrency)},
    {"delay", "MS", "milliseconds between requests to a host (0; slow answers slow it down)", OPTION_I64, AT(request.delay_ms)},
    {"no-robots", NULL, "obey neither robots.txt nor noindex nor nofollow: only where you may", OPTION_FLAG, AT(request.no_robots)},
    {"keep-noindex", NULL, "keep pages that ask not to be indexed", OPTION_FLAG, AT(request.keep_noindex)},
    {"user-agent", "TEXT", "the User-Agent header (webkeep/" WEBKEEP_VERSION ")", OPTION_TEXT, AT(request.user_agent)},
    {"header", "'K: V'", "a header for the base URL's origin; never stored; may be given more than once", OPTION_LIST, AT(request.headers)},
    {"cookies", "TEXT", "the Cookie header for the base URL's origin; never stored", OPTION_TEXT, AT(request.cookies)},
    {"proxy", "URL", "send requests through this proxy", OPTION_TEXT, AT(request.proxy)},
    {"cacert", "FILE", "trust the certificates in this file", OPTION_TEXT, AT(request.cacert)},
    {"insecure", NULL, "accept any certificate", OPTION_FLAG, AT(request.insecure)},
    {"public-only", NULL, "refuse private addresses, whatever a name resolves to", OPTION_FLAG, AT(request.public_only)},
    {"allow-private", "HOST[:PORT],...", "exceptions to --public-only", OPTION_COMMAS, AT(request.allow_private)},
    {"out", "WHERE", "FILE.zip, DIR/, FILE.md, FILE.jsonl, or - for a ZIP on stdout", OPTION_TEXT, AT(out)},
    {"force", NULL, "replace what is at --out", OPTION_FLAG, AT(force)},
    {"data", "DIR", "the data folder ($WEBKEEP_DATA, else the XDG data folder)", OPTION_TEXT, AT(data)},
    {"set", "KEY=VALUE", "change a setting of docs/settings.md; may be given more than once", OPTION_LIST, AT(set)},
    {"config", "FILE", "read settings from FILE first: [section] and key = value lines", OPTION_TEXT, AT(config_file)},
    {"level", "N", "how small, from 1 (quick) to 12 (small) (repack.level: 6)", OPTION_UNSIGNED, AT(level)},
    {"listen", "ADDR:PORT", "where the service listens (server.listen: 127.0.0.1:8787)", OPTION_TEXT, AT(listen)},
    {"public-url", "URL", "what links in replies begin with (server.public_url; else the request's Host)", OPTION_TEXT, AT(public_url)},
    {"allow-private=serve", "[HOST[:PORT],...]", "let jobs reach private addresses: these, or all when none is named", OPTION_COMMAS_OR_ALL, AT(serve_allow)},
    {"log-json", NULL, "log lines as JSON objects", OPTION_FLAG, AT(log_json)},
    {"name", "NAME", "what the key is for", OPTION_TEXT, AT(name)},
    {"credits", "N", "credits the key may use in all (no limit)", OPTION_U64, AT(credits)},
    {"rate", "N/SECONDS", "requests the key may make (rate.requests in rate.seconds)", OPTION_TEXT, AT(rate)},
    {"expires", "DATE", "the last day the key is good, such as 2027-01-31", OPTION_TEXT, AT(expires)},
    {"json", NULL, "answer in JSON", OPTION_FLAG, AT(json)},
    {"quiet", NULL, "no progress, no advice", OPTION_FLAG, AT(quiet)},
    {"html", NULL, "the page's HTML, byte for byte", OPTION_FLAG, AT(html)},
    {"markdown", NULL, "the page's Markdown (this is the default)", OPTION_FLAG, AT(markdown)},
    {"meta", NULL, "what is known of the page, as JSON", OPTION_FLAG, AT(meta)},
    {"url", "URL", "where the page came from, to make its links absolute", OPTION_TEXT, AT(url)},
    {"relative-links", NULL, "leave links as the page writes them", OPTION_FLAG, AT(relative_links)},
    {"content-only", NULL, "only the page's content, without navigation and the like", OPTION_FLAG, AT(content_only)},
    {"front-matter", NULL, "what is known of the page as YAML in front of its Markdown", OPTION_FLAG, AT(front_matter)},
    {"jsonl", NULL, "one JSON object a line on stdin, one a line on stdout", OPTION_FLAG, AT(jsonl)},
    {"as", "KIND", "with --jsonl: markdown, text or data", OPTION_TEXT, AT(as)},
    {"parser", "NAME", "what builds the tree of a page: builtin, or gumbo to compare with", OPTION_TEXT, AT(parser)},
    {"help", NULL, "this text", OPTION_FLAG, AT(help)},
};
/* clang-format on */

int complain(int code, const char *format, ...)
{
    char text[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fputs("webkeep: ", stderr);
    plain_put(stderr, str_of(text));
    fputc('\n', stderr);
    return code;
}

int exit_for(enum status st)
{
    switch (status_class(st)) {
    case STATUS_FINE:
        return EXIT_DONE;
    case STATUS_STOP:
        return EXIT_STORAGE;
    case STATUS_DROP:
        return st == ST_INPUT ? EXIT_USAGE : EXIT_NOTHING;
    default:
        return st == ST_BUSY ? EXIT_STORAGE : EXIT_NOTHING;
    }
}

/* ---- suggestions ---- */

#define WORD_MAX 32

struct guess {
    const char *word;
    size_t distance;
};

static void consider(struct guess *best, const char *word, const char *typed)
{
    size_t d = strncmp(word, typed, strlen(typed)) == 0 && strlen(typed) > 2
                   ? 1
                   : distance_of(str_of(word), str_of(typed));
    if (d < best->distance)
        *best = (struct guess){word, d};
}

static const char *likely(const struct guess *best, const char *typed)
{
    return best->distance <= 1 + strlen(typed) / 3 ? best->word : NULL;
}

/* ---- tables ---- */

static bool takes(const struct command_spec *command, const char *option)
{
    struct str rest = str_of(command->options);
    while (rest.n) {
        size_t end = str_find(rest, ' ');
        if (str_is(str_head(rest, end), option))
            return true;
        rest = str_from(rest, end + 1);
    }
    return strcmp(option, "help") == 0 || strcmp(option, "set") == 0 || strcmp(option, "parser") == 0 ||
           strcmp(option, "config") == 0;
}

/* A name is what is typed; what stands behind '=' tells two options of one name apart in the commands' lists. */
static struct str typed_name(const struct option_spec *o)
{
    struct str name = str_of(o->name);
    return str_head(name, str_find(name, '='));
}

/* The option of that name which the command takes; without a command any of that name. */
static const struct option_spec *find_option(const struct command_spec *command, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        if (str_eq(name, typed_name(&options[i])) && (!command || takes(command, options[i].name)))
            return &options[i];
    return NULL;
}

static const struct command_spec *find_command(const char *name)
{
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

/* ---- help ---- */

static void print_option(const struct option_spec *o)
{
    char left[64];
    snprintf(left, sizeof left, "--%.*s%s%s", STR_ARG(typed_name(o)), o->value ? " " : "",
             o->value ? o->value : "");
    printf("  %-28s %s\n", left, o->help);
}

static void command_help(const struct command_spec *command)
{
    printf("webkeep %s %s\n\n%s.\n\nOptions:\n", command->name, command->arguments, command->summary);
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        if (takes(command, options[i].name))
            print_option(&options[i]);
    printf("\nExamples:\n%s", command->examples);
}

static void general_help(void)
{
    printf("Webkeep crawls a documentation site into a local archive, and works on that archive.\n\n"
           "webkeep COMMAND ...\n\nCommands:\n");
    for (size_t i = 0; i < n_commands; i++)
        printf("  %-9s %s\n", commands[i].name, commands[i].summary);
    printf("\nJOB is an id, a unique prefix of one, a host name, or `last`.\n"
           "Exit codes: 0 done, 1 nothing could be done, 2 wrong usage, 3 partial, 4 storage trouble, "
           "130 interrupted.\n"
           "`webkeep COMMAND --help` tells more.\n\nExamples:\n"
           "  webkeep crawl https://docs.example.com/ --out docs.zip\n"
           "  webkeep extract last --transform \"titles and headings\"\n");
}

/* ---- parsing ---- */

static int unknown_option(const struct command_spec *command, struct str name)
{
    char typed[WORD_MAX + 1];
    snprintf(typed, sizeof typed, "%.*s", STR_ARG(str_head(name, WORD_MAX)));
    struct guess best = {NULL, WORD_MAX};
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        if (!command || takes(command, options[i].name))
            consider(&best, options[i].name, typed);
    const char *word = likely(&best, typed);
    const char *of = command ? command->name : "COMMAND";
    if (word)
        return complain(EXIT_USAGE,
                        "there is no option --%s here; did you mean --%.*s? (webkeep %s --help)", typed,
                        (int)strcspn(word, "="), word, of);
    return complain(EXIT_USAGE, "there is no option --%s here (webkeep %s --help lists them)", typed,
                    of);
}

/* Only options were given. */
static int no_command(struct str option)
{
    if (!find_option(NULL, str_head(option, str_find(option, '='))))
        return unknown_option(NULL, option);
    return complain(EXIT_USAGE,
                    "a command is missing: webkeep COMMAND --%.*s ... (webkeep --help lists them)",
                    STR_ARG(str_head(option, WORD_MAX)));
}

static int unknown_command(const char *typed)
{
    struct guess best = {NULL, WORD_MAX};
    for (size_t i = 0; i < n_commands; i++)
        consider(&best, commands[i].name, typed);
    const char *word = likely(&best, typed);
    if (word)
        return complain(EXIT_USAGE, "there is no command '%.64s'; did you mean '%s'? (webkeep --help)",
                        typed, word);
    return complain(EXIT_USAGE, "there is no command '%.64s' (webkeep --help lists them)", typed);
}

static int store_number(const struct option_spec *o, const char *text, void *at)
{
    char *end;
    unsigned long long n = strtoull(text, &end, 10);
    unsigned least = o->kind == OPTION_U64 || o->kind == OPTION_UNSIGNED;
    if (!ascii_is_digit(text[0]) || *end || n < least || n > 1000000000ull)
        return complain(EXIT_USAGE, "--%s: '%.40s' is not a whole number from %u to 1000000000", o->name,
                        text, least);
    switch (o->kind) {
    case OPTION_U64:
        *(uint64_t *)at = n;
        break;
    case OPTION_I64:
        *(int64_t *)at = (int64_t)n;
        break;
    case OPTION_UNSIGNED:
        *(unsigned *)at = (unsigned)n;
        break;
    default:
        *(int *)at = (int)n;
    }
    return EXIT_DONE;
}

static int list_add(const struct option_spec *o, struct str_list *list, struct str value)
{
    if (list->n == REQUEST_LIST_MAX)
        return complain(EXIT_USAGE, "--%.*s: at most %d may be given", STR_ARG(typed_name(o)),
                        REQUEST_LIST_MAX);
    list->v[list->n++] = value;
    return EXIT_DONE;
}

/* "a,b,c" */
static int list_add_each(const struct option_spec *o, struct str_list *list, struct str values)
{
    int code = EXIT_DONE;
    for (bool more = true; more && code == EXIT_DONE;) {
        size_t comma = str_find(values, ',');
        more = comma < values.n;
        code = list_add(o, list, str_trim(str_head(values, comma)));
        values = str_from(values, comma + 1);
    }
    return code;
}

static int store_value(const struct option_spec *o, const char *text, struct args *args)
{
    void *at = (char *)args + o->at;
    switch (o->kind) {
    case OPTION_FLAG:
        *(bool *)at = true;
        return EXIT_DONE;
    case OPTION_TEXT:
        *(struct str *)at = str_of(text);
        return EXIT_DONE;
    case OPTION_LIST:
        return list_add(o, at, str_of(text));
    case OPTION_COMMAS:
    case OPTION_COMMAS_OR_ALL:
        return list_add_each(o, at, str_of(text));
    default:
        return store_number(o, text, at);
    }
}

/* One word that begins with "--"; *i moves on when the value is the next word. */
static int read_option(int argc, char **argv, int *i, const struct command_spec *command,
                       struct args *args)
{
    struct str word = str_of(argv[*i] + 2);
    size_t equals = str_find(word, '=');
    struct str name = str_head(word, equals);
    const struct option_spec *o = find_option(command, name);
    if (!o)
        return unknown_option(command, name);
    const char *value = equals < word.n ? word.p + equals + 1 : NULL;
    if (o->kind == OPTION_FLAG) {
        if (value)
            return complain(EXIT_USAGE, "--%s takes no value", o->name);
    } else if (!value && o->kind == OPTION_COMMAS_OR_ALL &&
               (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0)) {
        args->serve_open = true;
        return EXIT_DONE;
    } else if (!value) {
        if (*i + 1 >= argc)
            return complain(EXIT_USAGE, "--%.*s wants a value: --%.*s %s", STR_ARG(typed_name(o)),
                            STR_ARG(typed_name(o)), o->value);
        value = argv[++*i];
    }
    return store_value(o, value, args);
}

/* Options may come first, so the command is the first word that is neither an option nor an option's value. */
static const char *first_word(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0 || argv[i][2] == 0)
            return argv[i];
        struct str word = str_of(argv[i] + 2);
        const struct option_spec *o = find_option(NULL, word);
        if (o && o->kind != OPTION_FLAG)
            i++;
    }
    return NULL;
}

static int apply_settings(struct args *args)
{
    struct diag said;
    if (args->config_file.p && config_read_file(&args->config, args->config_file.p, &said) != OK)
        return complain(EXIT_USAGE, "--config: %s", said.text);
    if (args->parser.n &&
        config_set(&args->config, STR_LIT("extract.parser"), args->parser, &said) != OK)
        return complain(EXIT_USAGE, "--parser: '%.*s' is neither builtin nor gumbo",
                        STR_ARG(args->parser));
    for (size_t i = 0; i < args->set.n; i++) {
        struct str s = args->set.v[i];
        size_t equals = str_find(s, '=');
        struct diag diag;
        if (equals == s.n)
            return complain(EXIT_USAGE, "--set wants KEY=VALUE, not '%.*s'", STR_ARG(s));
        if (config_set(&args->config, str_head(s, equals), str_from(s, equals + 1), &diag) != OK)
            return complain(EXIT_USAGE, "--set: %s", diag.text);
    }
    return EXIT_DONE;
}

static int read_words(int argc, char **argv, const struct command_spec *command, struct args *args)
{
    bool named = false, only_words = false;
    for (int i = 1; i < argc; i++) {
        int code = EXIT_DONE;
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
        } else if (!only_words && strncmp(argv[i], "--", 2) == 0) {
            code = read_option(argc, argv, &i, command, args);
        } else if (!only_words && strcmp(argv[i], "-h") == 0) {
            args->help = true;
        } else if (!named) {
            named = true;
        } else if (args->n < command->most) {
            args->v[args->n++] = argv[i];
        } else {
            return complain(EXIT_USAGE, "'%.200s' is one word too many: webkeep %s %s", argv[i],
                            command->name, command->arguments);
        }
        if (code != EXIT_DONE)
            return code;
    }
    return EXIT_DONE;
}

int options_read(int argc, char **argv, struct args *args, const struct command_spec **ret_command)
{
    *args = (struct args){0};
    *ret_command = NULL;
    crawl_request_init(&args->request);
    arena_init(&args->arena, 1 << 20, 4096);
    config_init(&args->config);
    const char *word = first_word(argc, argv);
    if (!word || strcmp(word, "help") == 0 || strcmp(word, "-h") == 0) {
        for (int i = 1; i < argc && !word; i++)
            if (strcmp(argv[i], "--version") == 0)
                return printf("webkeep " WEBKEEP_VERSION "\n"), EXIT_DONE;
            else if (strcmp(argv[i], "--help") != 0)
                return no_command(str_of(argv[i] + 2));
        general_help();
        return argc > 1 ? EXIT_DONE : EXIT_USAGE;
    }
    const struct command_spec *command = find_command(word);
    if (!command)
        return unknown_command(word);
    int code = read_words(argc, argv, command, args);
    if (code != EXIT_DONE)
        return code;
    if (args->help) {
        command_help(command);
        return EXIT_DONE;
    }
    if (args->n < command->least)
        return complain(EXIT_USAGE, "%s wants more: webkeep %s %s", command->name, command->name,
                        command->arguments);
    args->command = command->name;
    *ret_command = command;
    return apply_settings(args);
}
