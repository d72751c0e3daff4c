/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c: a key is "wk_" and 40 hex digits from the system's random numbers: 160 bits. */
#include "api/keys.h"

#include "base/clock.h"

#include <stdio.h>

#define KEY_RANDOM 20

struct add_job {
    struct write_job job;
    struct key_record key;
};

static enum status add_apply(struct write_job *handle, struct store_write *write)
{
    struct add_job *add = (struct add_job *)(void *)((char *)handle - offsetof(struct add_job, job));
    return store_key_add(write, &add->key);
}

static enum status check_name(struct str name, struct diag *ret_diag)
{
    bool plain = name.n > 0 && name.n <= KEY_NAME_MAX;
    for (size_t i = 0; i < name.n; i++)
        plain = plain && (unsigned char)name.p[i] >= ' ' && name.p[i] != 0x7f;
    return plain ? OK
                 : diag_set(ret_diag, ST_INPUT,
                            "--name: expected 1 to %d bytes without control characters", KEY_NAME_MAX);
}

enum status key_create(struct writer *writer, const struct key_wish *wish, char *ret_text,
                       struct id128 *ret_id, struct diag *ret_diag)
{
    uint8_t secret[KEY_RANDOM];
    char hex[2 * KEY_RANDOM + 1], text[KEY_TEXT];
    struct add_job add = {.job = {.apply = add_apply, .bytes = 512, .urgent = true},
                          .key = {.created_ms = clock_wall_ms(),
                                  .expires_ms = wish->expires_ms,
                                  .credits = wish->credits,
                                  .rate_requests = wish->rate_requests,
                                  .rate_seconds = wish->rate_seconds,
                                  .name = wish->name}};
    enum status st = check_name(wish->name, ret_diag);
    if (st != OK)
        return st;
    struct sha256_ctx *sha = sha256_create();
    st = sha ? random_bytes(secret, sizeof secret) : ST_NOMEM;
    if (st == OK)
        st = random_bytes(add.key.id.b, sizeof add.key.id.b);
    if (st == OK) {
        hex_encode(secret, sizeof secret, hex);
        snprintf(text, sizeof text, "wk_%s", hex);
        add.key.hash = sha256_of(sha, str_of(text), STR_NONE);
        st = writer_run(writer, &add.job);
    }
    sha256_destroy(sha);
    if (st != OK)
        return diag_set(ret_diag, st, "the key could not be stored: %s", status_text(st));
    memcpy(ret_text, text, strlen(text) + 1);
    *ret_id = add.key.id;
    return OK;
}

struct revoke_job {
    struct write_job job;
    struct id128 id;
};

static enum status revoke_apply(struct write_job *handle, struct store_write *write)
{
    struct revoke_job *revoke =
        (struct revoke_job *)(void *)((char *)handle - offsetof(struct revoke_job, job));
    struct key_record key = {0};
    char name[KEY_NAME_MAX];
    enum status st;
    do {
        st = store_key_next(store_write_reader(write), key.number, &key);
    } while (st == OK && !id128_eq(key.id, revoke->id));
    if (st != OK || key.revoked_ms)
        return st;
    size_t n = key.name.n < sizeof name ? key.name.n : sizeof name;
    memcpy(name, key.name.p, n); /* the view ends with the put */
    key.name = str_make(name, n);
    key.revoked_ms = clock_wall_ms();
    return store_key_put(write, &key);
}

enum status key_revoke(struct writer *writer, struct id128 id)
{
    struct revoke_job revoke = {.job = {.apply = revoke_apply, .bytes = 512, .urgent = true}, .id = id};
    return writer_run(writer, &revoke.job);
}

bool key_is_good(const struct key_record *key, int64_t now_ms)
{
    return key->revoked_ms == 0 && (key->expires_ms == 0 || key->expires_ms > now_ms);
}

/* ---- as text ---- */

static void put_u64(struct json_out *out, const char *name, uint64_t n)
{
    json_key(out, name);
    json_put_int(out, (int64_t)n);
}

void key_wish_put(const struct key_wish *wish, struct json_out *out)
{
    json_begin(out, '{');
    json_key(out, "name");
    json_put_str(out, wish->name);
    if (wish->credits != CREDITS_UNLIMITED)
        put_u64(out, "credits", wish->credits);
    put_u64(out, "rate_requests", wish->rate_requests);
    put_u64(out, "rate_seconds", wish->rate_seconds);
    put_u64(out, "expires_ms", (uint64_t)wish->expires_ms);
    json_end(out, '}');
}

void key_made_put(struct id128 id, struct str name, const char *text, struct json_out *out)
{
    char uuid[UUID_TEXT];
    uuid_format(id, uuid);
    json_begin(out, '{');
    json_key(out, "id");
    json_put_str(out, str_of(uuid));
    json_key(out, "name");
    json_put_str(out, name);
    json_key(out, "key");
    json_put_str(out, str_of(text));
    json_end(out, '}');
}

static enum status create_command(struct writer *writer, struct str text, struct buf *ret_answer)
{
    static const struct json_limits limits = {.max_bytes = 4096, .max_depth = 4};
    struct json_doc *doc;
    struct diag diag = {0};
    char key[KEY_TEXT];
    struct id128 id;
    struct json_out out;
    enum status st = json_parse(text, &limits, &doc, &diag);
    if (st == OK) {
        const struct json *v = json_root(doc);
        const struct key_wish wish = {
            .name = json_str(json_get(v, "name"), STR_NONE),
            .credits = (uint64_t)json_int(json_get(v, "credits"), -1), /* none: CREDITS_UNLIMITED */
            .rate_requests = (uint32_t)json_int(json_get(v, "rate_requests"), 0),
            .rate_seconds = (uint32_t)json_int(json_get(v, "rate_seconds"), 0),
            .expires_ms = json_int(json_get(v, "expires_ms"), 0)};
        st = key_create(writer, &wish, key, &id, &diag);
        json_out_init(&out, ret_answer, 0);
        if (st == OK)
            key_made_put(id, wish.name, key, &out);
        explicit_bzero(key, sizeof key);
        json_doc_destroy(doc);
    }
    if (st != OK)
        buf_puts(ret_answer, diag.text[0] ? diag.text : status_text(st));
    return st;
}

static enum status revoke_command(struct writer *writer, struct str text, struct buf *ret_answer)
{
    struct id128 id;
    enum status st = uuid_parse(text, &id);
    if (st == OK)
        st = key_revoke(writer, id);
    if (st != OK)
        buf_puts(ret_answer, st == ST_NOTFOUND ? "there is no such key" : status_text(st));
    return st;
}

enum status keys_command(void *user, struct str line, struct buf *ret_answer)
{
    const struct str create = STR_LIT("keys create "), revoke = STR_LIT("keys revoke ");
    if (str_starts(line, create))
        return create_command(user, str_from(line, create.n), ret_answer);
    if (str_starts(line, revoke))
        return revoke_command(user, str_from(line, revoke.n), ret_answer);
    buf_puts(ret_answer, "this service does not know that command");
    return ST_UNSUPPORTED;
}
