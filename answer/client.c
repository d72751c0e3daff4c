/* SPDX-License-Identifier: Apache-2.0 */
/* client.c: a libcurl easy handle, kept for its connection. */
#include "answer/client.h"

#include "base/clock.h"

#include <curl/curl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD_BYTES ((size_t)64 << 10)
#define RETRY_AFTER_MAX_S 86400

struct client {
    CURL *easy;
    struct buf *body;
    const atomic_bool *cancel;
    size_t head_bytes;
    int64_t retry_after_ms;
    bool in_ms; /* retry-after-ms was read, which is the finer one */
};

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct client *c = user;
    buf_put(c->body, bytes, size * n);
    return c->body->status == OK ? size * n : 0;
}

static bool header_value(struct str line, const char *name, struct str *ret_value)
{
    size_t colon = str_find(line, ':');
    if (colon == line.n || !str_eq_nocase(str_head(line, colon), str_of(name)))
        return false;
    *ret_value = str_trim(str_from(line, colon + 1));
    return true;
}

/* Whole seconds or a date (RFC 9110, section 10.2.3). */
static int64_t retry_after_ms(struct str value)
{
    char text[64];
    long long seconds = 0;
    size_t digits = 0;
    for (; digits < value.n && digits < 9 && ascii_is_digit(value.p[digits]); digits++)
        seconds = seconds * 10 + (value.p[digits] - '0');
    if (digits == 0 || digits < value.n) {
        snprintf(text, sizeof text, "%.*s", STR_ARG(str_head(value, sizeof text - 1)));
        time_t at = curl_getdate(text, NULL);
        if (at < 0)
            return -1;
        seconds = (long long)at - clock_wall_ms() / 1000;
    }
    seconds = seconds < 0 ? 0 : seconds > RETRY_AFTER_MAX_S ? RETRY_AFTER_MAX_S : seconds;
    return seconds * 1000;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *user)
{
    struct client *c = user;
    struct str line = str_make(bytes, size * n), value;
    c->head_bytes += line.n;
    if (header_value(line, "retry-after-ms", &value)) {
        int64_t ms = retry_after_ms(value);
        c->in_ms = ms >= 0;
        c->retry_after_ms = ms >= 0 ? ms / 1000 : c->retry_after_ms;
    } else if (!c->in_ms && header_value(line, "retry-after", &value)) {
        c->retry_after_ms = retry_after_ms(value);
    }
    return c->head_bytes <= HEAD_BYTES ? line.n : 0;
}

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t d, curl_off_t e)
{
    const struct client *c = user;
    (void)a, (void)b, (void)d, (void)e;
    return c->cancel && atomic_load_explicit(c->cancel, memory_order_relaxed);
}

struct client *client_create(void)
{
    struct client *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    CURL *e = c->easy = curl_easy_init();
    if (!e) {
        free(c);
        return NULL;
    }
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_PROXY, ""); /* none, whatever the environment says */
    curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(e, CURLOPT_USERAGENT, "webkeep/" WEBKEEP_VERSION);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, c);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, c);
    curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(e, CURLOPT_XFERINFODATA, c);
    curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
    return c;
}

void client_destroy(struct client *c)
{
    if (!c)
        return;
    curl_easy_cleanup(c->easy);
    free(c);
}

static bool add_line(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer)
        *list = longer;
    return longer != NULL;
}

static bool make_headers(const struct client_call *call, struct curl_slist **headers)
{
    char line[1200];
    bool good = add_line(headers, "Content-Type: application/json") &&
                add_line(headers, "Accept: application/json") && add_line(headers, "Expect:");
    if (good && call->key[0]) {
        int n = snprintf(line, sizeof line, "Authorization: Bearer %s", call->key);
        good = n > 0 && (size_t)n < sizeof line && add_line(headers, line);
        explicit_bzero(line, sizeof line);
    }
    return good;
}

static enum client_end end_of(const struct client *c, CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return CLIENT_REPLIED;
    case CURLE_ABORTED_BY_CALLBACK:
        return CLIENT_CANCELLED;
    case CURLE_OPERATION_TIMEDOUT:
        return CLIENT_LATE;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return CLIENT_UNREACHED;
    default:
        return c->body->status == ST_LIMIT ? CLIENT_TOO_LONG : CLIENT_BROKEN;
    }
}

struct client_reply client_send(struct client *c, const struct client_call *call, struct buf *body)
{
    struct curl_slist *headers = NULL;
    long status = 0;
    CURL *e = c->easy;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    buf_reset(body);
    c->body = body;
    c->cancel = call->cancel;
    c->head_bytes = 0;
    c->retry_after_ms = -1;
    c->in_ms = false;
    if (make_headers(call, &headers) &&
        (code = curl_easy_setopt(e, CURLOPT_URL, call->url)) == CURLE_OK) {
        if (str_is_set(call->body)) {
            curl_easy_setopt(e, CURLOPT_POST, 1L);
            curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
            curl_easy_setopt(e, CURLOPT_POSTFIELDS, call->body.p);
        } else {
            curl_easy_setopt(e, CURLOPT_HTTPGET, 1L);
        }
        curl_easy_setopt(e, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_ms);
        curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)call->total_ms);
        code = curl_easy_perform(e);
        curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &status);
    }
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, NULL); /* what these point to ends here */
    curl_easy_setopt(e, CURLOPT_POSTFIELDS, NULL);
    curl_slist_free_all(headers);
    return (struct client_reply){
        .end = end_of(c, code), .status = (int)status, .retry_after_ms = c->retry_after_ms};
}

const char *client_end_text(enum client_end end)
{
    switch (end) {
    case CLIENT_UNREACHED:
        return "its server can't be reached";
    case CLIENT_BROKEN:
        return "its server broke the connection off";
    case CLIENT_LATE:
        return "its server took too long";
    case CLIENT_TOO_LONG:
        return "its server's reply is too long";
    case CLIENT_CANCELLED:
        return "cancelled";
    default:
        return "";
    }
}
