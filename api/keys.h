/* SPDX-License-Identifier: Apache-2.0 */
/* keys.h: API keys: made, found and revoked. A key's text is shown once, when it is made; the store has its
 * SHA-256. Threads: any but the writer's. */
#ifndef WEBKEEP_API_KEYS_H
#define WEBKEEP_API_KEYS_H

#include "base/json.h"
#include "cache/accounts.h"
#include "cache/writer.h"

#define KEY_TEXT 64      /* bytes of a key's text, NUL included */
#define KEY_NAME_MAX 100 /* bytes */

struct key_wish {
    struct str name;  /* 1 to KEY_NAME_MAX bytes of UTF-8 without control characters */
    uint64_t credits; /* or CREDITS_UNLIMITED */
    uint32_t rate_requests, rate_seconds; /* 0: the server's */
    int64_t expires_ms;                   /* wall clock; 0: never */
};

/* ST_INPUT with a sentence that names the option. */
enum status key_create(struct writer *writer, const struct key_wish *wish, char *ret_text,
                       struct id128 *ret_id, struct diag *ret_diag) MUST_USE;
/* ST_NOTFOUND. Revoking again is fine. */
enum status key_revoke(struct writer *writer, struct id128 id) MUST_USE;
/* One line each way, for a service that runs: "keys create {...}" and "keys revoke ID" (control_hook.command; user
 * is the writer). The answer to create is {"id":...,"name":...,"key":...}. */
enum status keys_command(void *user, struct str line, struct buf *ret_answer);
/* The object of a wish as keys_command() reads it, and of a new key. */
void key_wish_put(const struct key_wish *wish, struct json_out *out);
void key_made_put(struct id128 id, struct str name, const char *text, struct json_out *out);
bool key_is_good(const struct key_record *key, int64_t now_ms);

#endif
