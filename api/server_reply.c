/* SPDX-License-Identifier: Apache-2.0 */
/* server_reply.c: the reply of a call: made by its owner on any thread, kept in the call, and sent from the library's.
 *
 * Making touches nothing but the call, so that it may happen while the connection sleeps, or is gone.
 * Invariant: call->status is 0 until the reply is made and then says what was made. */
#include "api/server_parts.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* ---- making ---- */

void call_set_header(struct call *call, const char *name, struct str value)
{
    struct server_call *sc = call->server;
    struct header *header = sc->reply_headers;
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
            return; /* it would be another line of the head */
    while (header && !str_eq_nocase(header->name, str_of(name)))
        header = header->next;
    struct str copy = arena_str(&call->arena, value);
    if (!header) {
        header = ARENA_NEW(&call->arena, struct header);
        struct str own_name = arena_str(&call->arena, str_of(name));
        if (!header || !str_is_set(own_name))
            return;
        header->name = own_name;
        header->value = STR_LIT("");
        *sc->reply_tail = header;
        sc->reply_tail = &header->next;
    }
    if (str_is_set(copy))
        header->value = copy;
}

void call_reply_bytes(struct call *call, unsigned status, const char *content_type)
{
    must(call->status == 0);
    if (call->out.status != OK) {
        enum status st = call->out.status;
        buf_fini(&call->out);
        buf_reset(&call->out);
        call_error_status(call, st);
        return;
    }
    call->server->kind = REPLY_BYTES;
    call_set_header(call, "Content-Type", str_of(content_type));
    call->status = status;
}

void call_reply_json(struct call *call, unsigned status)
{
    call_reply_bytes(call, status, "application/json; charset=utf-8");
}

/* ---- errors ---- */

struct fault {
    unsigned status, retry_after_s;
    const char *code;
    struct str sentence;
    const struct str *errors;
    size_t n_errors;
};

static void write_fault(struct json_out *w, const struct fault *fault)
{
    json_begin(w, '{');
    json_key(w, "status");
    json_put_str(w, STR_LIT("error"));
    json_key(w, "message");
    json_put_str(w, fault->sentence);
    json_key(w, "error");
    json_put_str(w, fault->sentence);
    if (fault->code) {
        json_key(w, "code");
        json_put_str(w, str_of(fault->code));
    }
    if (fault->retry_after_s) {
        json_key(w, "retry_after");
        json_put_int(w, fault->retry_after_s);
    }
    if (fault->n_errors) {
        json_key(w, "errors");
        json_begin(w, '[');
        for (size_t i = 0; i < fault->n_errors; i++)
            json_put_str(w, fault->errors[i]);
        json_end(w, ']');
    }
    json_end(w, '}');
}

/* An error takes the place of whatever had been written before. */
static void reply_fault(struct call *call, const struct fault *fault)
{
    char seconds[16];
    must(call->status == 0);
    buf_reset(&call->out);
    json_out_init(&call->json_out, &call->out, 0);
    write_fault(&call->json_out, fault);
    if (call->out.status != OK) { /* no memory for even that: the status alone */
        buf_fini(&call->out);
        buf_reset(&call->out);
    }
    if (fault->retry_after_s) {
        snprintf(seconds, sizeof seconds, "%u", fault->retry_after_s);
        call_set_header(call, "Retry-After", str_of(seconds));
    }
    call_reply_json(call, fault->status);
}

static void reply_sentence(struct call *call, unsigned status, const char *code, unsigned retry_after_s,
                           const char *format, va_list args)
{
    char text[1024];
    int n = vsnprintf(text, sizeof text, format, args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    reply_fault(call, &(struct fault){.status = status,
                                      .code = code,
                                      .retry_after_s = retry_after_s,
                                      .sentence = str_make(text, length)});
}

void call_error(struct call *call, unsigned status, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reply_sentence(call, status, code, 0, format, args);
    va_end(args);
}

void call_error_retry(struct call *call, unsigned status, const char *code, unsigned retry_after_s,
                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reply_sentence(call, status, code, retry_after_s, format, args);
    va_end(args);
}

void call_error_list(struct call *call, unsigned status, const char *code, const struct str *errors,
                     size_t n)
{
    reply_fault(call, &(struct fault){.status = status,
                                      .code = code,
                                      .sentence = n ? errors[0] : STR_LIT("The request is invalid."),
                                      .errors = errors,
                                      .n_errors = n});
}

void call_error_status(struct call *call, enum status st)
{
    if (st == ST_FULL)
        call_error(call, 507, "STORAGE_FULL",
                   "The disk of the server is full; nothing more can be stored.");
    else if (status_class(st) == STATUS_RETRY || st == ST_NOMEM || st == ST_CANCELLED)
        call_error_retry(call, 503, "SERVICE_BUSY", 1,
                         "The server can't take this now; try again in a moment.");
    else
        call_error(call, 500, "INTERNAL", "The server failed to answer this: %s.", status_text(st));
}

/* ---- sending ---- */

static struct MHD_Response *bytes_response(struct server_call *sc)
{
    struct str body = buf_str(&sc->call.out);
    sc->body_bytes = body.n;
    /* The bytes live in the call, which outlives the response's use of them. */
    return MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *file_response(struct server_call *sc)
{
    struct MHD_Response *response =
        MHD_create_response_from_fd_at_offset64(sc->file_bytes, sc->fd, sc->file_at);
    if (response)
        sc->fd = -1; /* the response closes it */
    sc->body_bytes = sc->call.status == 304 ? 0 : sc->file_bytes;
    return response;
}

static struct MHD_Response *make_response(struct server_call *sc)
{
    switch (sc->kind) {
    case REPLY_STREAM:
        return stream_response(sc);
    case REPLY_FILE:
        return file_response(sc);
    default:
        return bytes_response(sc);
    }
}

static void finish_reply(struct server_call *sc)
{
    struct call *call = &sc->call;
    if (call->status == 0)
        call_error(call, 500, "INTERNAL", "The server made no reply; this is a fault of the server.");
    front_reply(call);
    if (sc->must_close || atomic_load(&sc->server->stopping))
        call_set_header(call, "Connection", STR_LIT("close"));
}

bool reply_send(struct server_call *sc)
{
    finish_reply(sc);
    struct MHD_Response *response = make_response(sc);
    bool ok = response != NULL;
    for (const struct header *h = sc->reply_headers; ok && h; h = h->next)
        ok = h->value.n == 0 || MHD_add_response_header(response, h->name.p, h->value.p) == MHD_YES;
    if (str_is(sc->call.method, "HEAD"))
        sc->body_bytes = 0;
    ok = ok && MHD_queue_response(sc->mhd, sc->call.status, response) == MHD_YES;
    if (response)
        MHD_destroy_response(response);
    return ok;
}

void reply_send_raw(struct server_call *sc)
{
    struct buf head;
    finish_reply(sc);
    struct str body = buf_str(&sc->call.out);
    buf_init(&head, (size_t)64 << 10);
    buf_printf(&head, "HTTP/1.1 %u %s\r\nContent-Length: %zu\r\n", sc->call.status,
               MHD_get_reason_phrase_for(sc->call.status), body.n);
    for (const struct header *h = sc->reply_headers; h; h = h->next)
        buf_printf(&head, "%s: %s\r\n", h->name.p, h->value.p);
    buf_puts(&head, "\r\n");
    buf_put_str(&head, body);
    if (head.status == OK) /* a few hundred bytes into an empty socket: all or nothing */
        (void)!send(sc->connection->fd, head.p, head.n, MSG_NOSIGNAL | MSG_DONTWAIT);
    sc->body_bytes = body.n;
    buf_fini(&head);
}
