/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_keys.c: `webkeep keys create | list | revoke`. Beside a running service the change goes to it over the
 * control socket; without one this process takes the data folder's lock. */
#include "cli/commands.h"

#include "api/keys.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/plain.h"
#include "crawler/control.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* ---- what is asked for ---- */

/* Digits alone, at most nine of them. False: anything else. */
static bool take_digits(struct str text, unsigned *ret_n)
{
    unsigned n = 0;
    if (text.n == 0 || text.n > 9)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (!ascii_is_digit(text.p[i]))
            return false;
        n = 10 * n + (unsigned)(text.p[i] - '0');
    }
    *ret_n = n;
    return true;
}

/* "600/60" */
static int take_rate(struct str text, struct key_wish *wish)
{
    unsigned requests, seconds;
    if (!str_is_set(text))
        return EXIT_DONE;
    size_t slash = str_find(text, '/');
    if (!take_digits(str_head(text, slash), &requests) ||
        !take_digits(str_from(text, slash + 1), &seconds) || !requests || !seconds)
        return complain(EXIT_USAGE, "--rate: expected N/SECONDS, such as 600/60");
    wish->rate_requests = requests;
    wish->rate_seconds = seconds;
    return EXIT_DONE;
}

/* "2027-01-31", and a day that the calendar has. */
static bool take_day(struct str text, time_t *ret_day)
{
    unsigned year, month, day;
    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' || !take_digits(str_head(text, 4), &year) ||
        !take_digits(str_make(text.p + 5, 2), &month) || !take_digits(str_from(text, 8), &day) || !month)
        return false;
    struct tm tm = {
        .tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day, .tm_isdst = 0};
    *ret_day = timegm(&tm); /* a thirteenth month becomes the next year's first */
    return tm.tm_mon == (int)month - 1 && tm.tm_mday == (int)day;
}

/* The key is good until that day's end (UTC). */
static int take_expiry(struct str text, struct key_wish *wish)
{
    time_t day;
    if (!str_is_set(text))
        return EXIT_DONE;
    if (!take_day(text, &day))
        return complain(EXIT_USAGE, "--expires: expected a date such as 2027-01-31");
    wish->expires_ms = ((int64_t)day + 24 * 3600) * 1000;
    if (wish->expires_ms <= clock_wall_ms())
        return complain(EXIT_USAGE, "--expires: %.*s is over already", STR_ARG(text));
    return EXIT_DONE;
}

static int take_wish(const struct args *args, struct key_wish *wish)
{
    *wish = (struct key_wish){.name = str_is_set(args->name) ? args->name : STR_LIT("unnamed"),
                              .credits = args->credits ? args->credits : CREDITS_UNLIMITED};
    int code = take_rate(args->rate, wish);
    return code == EXIT_DONE ? take_expiry(args->expires, wish) : code;
}

/* ---- changing ---- */

/* The command's answer from the owner of the folder, or from this process as its owner. */
static int run_command(const struct args *args, struct str line, struct buf *answer)
{
    char path[PATH_MAX];
    struct diag diag = {0};
    struct store *store = NULL;
    struct writer *writer = NULL;
    int code = data_folder(args, path, sizeof path);
    if (code != EXIT_DONE)
        return code;
    enum status st = control_ask(path, line, answer, &diag);
    if (st == OK)
        return EXIT_DONE;
    if (st != ST_NOTFOUND)
        return complain(st == ST_DENIED ? EXIT_USAGE : EXIT_STORAGE, "%s", diag.text);
    code = data_open(args, STORE_WRITE, &store);
    if (code == EXIT_DONE)
        code = cli_writer(args, store, &writer);
    if (code == EXIT_DONE && (st = keys_command(writer, line, answer)) != OK)
        code =
            complain(st == ST_NOTFOUND ? EXIT_NOTHING : exit_for(st), "%.*s", (int)answer->n, answer->p);
    writer_destroy(writer);
    store_close(store);
    return code;
}

static int tell_made(const struct args *args, struct str answer)
{
    static const struct json_limits limits = {.max_bytes = 4096, .max_depth = 4};
    struct json_doc *doc;
    struct diag diag;
    if (args->json) {
        printf("%.*s\n", STR_ARG(answer));
        return EXIT_DONE;
    }
    if (json_parse(answer, &limits, &doc, &diag) != OK)
        return complain(EXIT_STORAGE, "the service's answer can't be read: %s", diag.text);
    const struct json *v = json_root(doc);
    printf("id    %.*s\nname  %.*s\nkey   %.*s\n", STR_ARG(json_str(json_get(v, "id"), STR_NONE)),
           STR_ARG(json_str(json_get(v, "name"), STR_NONE)),
           STR_ARG(json_str(json_get(v, "key"), STR_NONE)));
    if (!args->quiet)
        fprintf(stderr, "The key is shown once; Webkeep keeps only its hash.\n");
    json_doc_destroy(doc);
    return EXIT_DONE;
}

static int create(struct args *args)
{
    struct key_wish wish;
    struct buf line, answer;
    struct json_out out;
    int code = take_wish(args, &wish);
    if (code != EXIT_DONE)
        return code;
    buf_init(&line, 2000);
    buf_init(&answer, 4096);
    buf_puts(&line, "keys create ");
    json_out_init(&out, &line, 0);
    key_wish_put(&wish, &out);
    code = run_command(args, buf_str(&line), &answer);
    if (code == EXIT_DONE)
        code = tell_made(args, buf_str(&answer));
    if (answer.p)
        explicit_bzero(answer.p, answer.n);
    buf_fini(&answer);
    buf_fini(&line);
    return code;
}

/* An id, or the name or first digits of exactly one key; one that is revoked gives way to one that is not. */
static int find_key(const struct args *args, struct store_read *read, struct id128 *ret_id)
{
    struct key_record key = {0};
    struct str word = str_of(args->v[1]);
    char uuid[UUID_TEXT];
    unsigned live = 0, revoked = 0;
    while (store_key_next(read, key.number, &key) == OK) {
        uuid_format(key.id, uuid);
        if (!str_eq(word, key.name) && !(word.n >= 4 && str_starts(str_of(uuid), word)))
            continue;
        if (!key.revoked_ms || !live)
            *ret_id = key.id;
        *(key.revoked_ms ? &revoked : &live) += 1;
    }
    unsigned found = live ? live : revoked;
    if (found == 1)
        return EXIT_DONE;
    return found ? complain(EXIT_USAGE, "'%.64s' means %u keys; give the id (webkeep keys list)",
                            args->v[1], found)
                 : complain(EXIT_NOTHING, "there is no key '%.64s': webkeep keys list shows them",
                            args->v[1]);
}

static int revoke(struct args *args)
{
    struct store *store = NULL;
    struct store_read *read = NULL;
    struct id128 id;
    char line[64], uuid[UUID_TEXT];
    struct buf answer;
    int code = data_open(args, STORE_READ, &store);
    if (code == EXIT_DONE && store_read_begin(store, &read) != OK)
        code = complain(EXIT_STORAGE, "the store can't be read");
    if (code == EXIT_DONE)
        code = find_key(args, read, &id);
    store_read_end(read);
    store_close(store);
    if (code != EXIT_DONE)
        return code;
    uuid_format(id, uuid);
    snprintf(line, sizeof line, "keys revoke %s", uuid);
    buf_init(&answer, 4096);
    code = run_command(args, str_of(line), &answer);
    buf_fini(&answer);
    if (code == EXIT_DONE && args->json)
        printf("{\"id\":\"%s\",\"revoked\":true}\n", uuid);
    return code;
}

/* ---- list ---- */

static const char *state_of(const struct key_record *key)
{
    return key->revoked_ms ? "revoked" : key_is_good(key, clock_wall_ms()) ? "good" : "expired";
}

static void list_line(const struct key_record *key)
{
    char uuid[UUID_TEXT], created[32], left[32] = "unlimited";
    uuid_format(key->id, uuid);
    clock_format(key->created_ms, created);
    if (key->credits != CREDITS_UNLIMITED)
        snprintf(left, sizeof left, "%llu",
                 (unsigned long long)(key->credits - key->used - key->reserved));
    printf("%s  %.10s  %-8s %10llu used %12s left  ", uuid, created, state_of(key),
           (unsigned long long)key->used, left);
    plain_put(stdout, key->name);
    printf("\n");
}

static void put_time(struct json_out *out, const char *name, int64_t ms)
{
    char text[32];
    json_key(out, name);
    clock_format(ms, text);
    if (ms)
        json_put_str(out, str_of(text));
    else
        json_put_null(out);
}

static void list_object(const struct key_record *key, struct json_out *out)
{
    char uuid[UUID_TEXT];
    uuid_format(key->id, uuid);
    json_begin(out, '{');
    json_key(out, "id");
    json_put_str(out, str_of(uuid));
    json_key(out, "name");
    json_put_str(out, key->name);
    json_key(out, "state");
    json_put_str(out, str_of(state_of(key)));
    put_time(out, "created", key->created_ms);
    put_time(out, "expires", key->expires_ms);
    json_key(out, "credits");
    if (key->credits == CREDITS_UNLIMITED)
        json_put_null(out);
    else
        json_put_int(out, (int64_t)key->credits);
    json_key(out, "used");
    json_put_int(out, (int64_t)key->used);
    json_key(out, "reserved");
    json_put_int(out, (int64_t)key->reserved);
    json_end(out, '}');
}

static int list(struct args *args)
{
    struct store *store = NULL;
    struct store_read *read = NULL;
    struct key_record key = {0};
    struct buf text;
    struct json_out out;
    int code = data_open(args, STORE_READ, &store);
    if (code == EXIT_DONE && store_read_begin(store, &read) != OK)
        code = complain(EXIT_STORAGE, "the store can't be read");
    buf_init(&text, 16u << 20);
    json_out_init(&out, &text, 0);
    json_begin(&out, '[');
    while (code == EXIT_DONE && store_key_next(read, key.number, &key) == OK) {
        if (args->json)
            list_object(&key, &out);
        else
            list_line(&key);
    }
    json_end(&out, ']');
    if (code == EXIT_DONE && args->json)
        printf("%.*s\n", (int)text.n, text.p);
    buf_fini(&text);
    store_read_end(read);
    store_close(store);
    return code;
}

int cmd_keys(struct args *args)
{
    struct str verb = str_of(args->v[0]);
    if (args->n > 1 && (str_is(verb, "create") || str_is(verb, "list")))
        return complain(EXIT_USAGE, "keys %s: '%.40s' is too much; a name is given with --name",
                        args->v[0], args->v[1]);
    if (str_is(verb, "create"))
        return create(args);
    if (str_is(verb, "list"))
        return list(args);
    if (str_is(verb, "revoke"))
        return args->n == 2
                   ? revoke(args)
                   : complain(EXIT_USAGE, "which key? webkeep keys revoke ID (webkeep keys list)");
    return complain(EXIT_USAGE, "keys: expected create, list or revoke, not '%.40s'", args->v[0]);
}
