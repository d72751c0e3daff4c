/* SPDX-License-Identifier: Apache-2.0 */
/* call.h: one HTTP request and its reply, as the handlers see them. A handler knows no HTTP library, no thread
 * and no socket; server.c is the one file that does.
 *
 * A handler is called once, with the whole body, on a thread of the server's pool. It must not wait: for a
 * commit or anything slow it calls call_wait() first, hands the call to whoever will finish it, and returns;
 * that one, on any thread, makes the reply and calls call_resume(). Exactly one reply is made for each call.
 *
 * Owner: the server until the handler is called, the handler until a reply is made or call_wait() was called,
 * then the one it was handed to until call_resume(), then the server. */
#ifndef WEBKEEP_API_CALL_H
#define WEBKEEP_API_CALL_H

#include "base/arena.h"
#include "base/json.h"
#include "cache/accounts.h"

struct service;
struct route;

/* Where a path is mounted: /api and none answer alike, /sdk differs in the shape of one reply (log list). */
enum mount { MOUNT_API, MOUNT_SDK };

#define CALL_PARAMS 2 /* {id} and {page} of a path */

struct call {
    struct service *service;
    const struct route *route;
    enum mount mount;
    struct str method, path; /* as sent; path without query, decoded by nobody */
    struct str params[CALL_PARAMS];
    struct str body; /* empty when there is none */
    const struct json
        *json; /* of the body, validated against the route's schema; NULL when it takes none */
    struct key_record key;    /* who asks; number 0 on routes without auth */
    struct str address;       /* of the client, "127.0.0.1"; the forwarded one behind a trusted proxy */
    bool secure;              /* the client speaks TLS to a trusted proxy */
    struct arena arena;       /* lives as long as the call */
    struct buf out;           /* the reply's body, when it is made whole */
    struct json_out json_out; /* over out */
    int64_t started_ms;       /* monotonic */
    unsigned status;          /* of the reply; 0: none yet */
    struct json_doc *doc;     /* owns json; the server destroys it with the call */
    bool is_rated;            /* front.c's own: the RateLimit headers are set */
    struct server_call *server; /* server.c's own */
};

/* ---- what was sent ---- */

/* A header's value, names in any case; STR_NONE: absent. */
struct str call_header(const struct call *call, const char *name);
/* A query parameter, percent-decoded (in the arena); STR_NONE: absent. */
struct str call_query(struct call *call, const char *name);
/* The same as a whole number, made to fit least..most; fallback when absent, empty or no number. */
uint64_t call_query_u64(struct call *call, const char *name, uint64_t fallback, uint64_t least,
                        uint64_t most);
/* "http://host:port" that links in replies begin with: server.public_url, else from the Host header. */
struct str call_origin(struct call *call);

/* ---- the reply: one of these ---- */

void call_set_header(struct call *call, const char *name,
                     struct str value); /* before the reply; copied */

/* What was written through call->json_out, or into call->out. */
void call_reply_json(struct call *call, unsigned status);
void call_reply_bytes(struct call *call, unsigned status, const char *content_type);

/* {"status":"error","message":M,"error":M} with code (may be NULL). retry_after_s > 0 adds retry_after and the
 * Retry-After header. The sentence says what is wrong and what to do. */
void call_error(struct call *call, unsigned status, const char *code, const char *format, ...)
    PRINTF_LIKE(4, 5);
void call_error_retry(struct call *call, unsigned status, const char *code, unsigned retry_after_s,
                      const char *format, ...) PRINTF_LIKE(5, 6);
/* 422 with `errors`, an array of sentences. */
void call_error_list(struct call *call, unsigned status, const char *code, const struct str *errors,
                     size_t n);
/* The answer for storage and other trouble: 503 SERVICE_BUSY, 507 for a full disk, 500. */
void call_error_status(struct call *call, enum status st);

/* A body that is made piece by piece while it is sent. next appends to out (about STREAM_PIECE bytes; it may
 * be more) and returns OK; ST_NOTFOUND: that was all (out may hold a last piece); ST_AGAIN: nothing yet, ask
 * again after call_wake() or STREAM_IDLE_MS (then with idle = true: put a heartbeat, which is how a client
 * that has left is noticed); any other status breaks the connection off. It must not wait, and must not
 * hold a read transaction when it returns. end is called once, whatever happens. */
#define STREAM_PIECE ((size_t)64 << 10)
#define STREAM_IDLE_MS 15000
struct reply_stream {
    enum status (*next)(void *user, struct buf *out, bool idle);
    void (*end)(void *user);
    void *user;
};
void call_reply_stream(struct call *call, unsigned status, const char *content_type,
                       const struct reply_stream *stream);
/* Any thread: streams that had nothing may have something now. Cheap. */
void server_wake_streams(struct service *service);

/* A regular file from its start, with ETag (without quotes; STR_NONE: none), ranges, If-Range, If-None-Match
 * and HEAD (RFC 9110). Takes the descriptor. name: offered to save it under; STR_NONE: inline. */
void call_reply_file(struct call *call, int fd, const char *content_type, struct str etag,
                     struct str name);

/* ---- waiting ---- */

/* The call will be finished elsewhere: the connection is suspended when the handler returns. */
void call_wait(struct call *call);
/* Any thread: the reply was made; the call is the server's again, and may be gone. */
void call_resume(struct call *call);

#endif
