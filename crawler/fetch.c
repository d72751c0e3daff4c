/* SPDX-License-Identifier: Apache-2.0 */
/* fetch.c: easy handles of a crawl, driven by sockets of the loop's poller.
 *
 * Which body is read: a 2xx answer of a type that is kept, up to its maximum. Of any other answer only so
 * much as keeps the connection usable (DRAIN_BYTES); beyond that the request is ended. */
#include "crawler/fetch.h"

#include "base/clock.h"
#include "extract/links.h"
#include "extract/robots_tag.h"
#include "extract/sitemap.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define DRAIN_BYTES (64 * 1024)
#define ANNOUNCED_MAX (1 << 20) /* a longer body gets its memory as it comes */
#define USER_AGENT_DEFAULT "webkeep/" WEBKEEP_VERSION
#define ACCEPT "text/html,application/xhtml+xml,text/markdown;q=0.9,text/plain;q=0.8,*/*;q=0.1"

struct handle {
    struct handle *next; /* idle or busy list */
    struct fetcher *fetcher;
    struct page *page;
    CURL *easy;
    struct curl_slist *resolve;
    bool denied;    /* the judge refused an address of it */
    bool no_socket; /* no descriptor was free: that is no fault of the host */
    bool discard;   /* the body is not wanted */
    bool not_page, too_big;
    bool head_done; /* what comes now are trailers */
    bool enough;    /* a robots.txt was read to its limit */
    size_t head_bytes;
    uint64_t discarded;
    char error[CURL_ERROR_SIZE];
};

struct fetcher {
    struct fetcher_options options;
    CURLM *multi;
    struct curl_slist *headers, *headers_base; /* for strangers; with the secrets */
    struct handle *handles, *idle;
    unsigned n_handles, n_idle;
    int64_t due_ms;
};

enum status fetch_global_init(void)
{
    return curl_global_init(CURL_GLOBAL_ALL) == CURLE_OK ? OK : ST_INTERNAL;
}

void fetch_global_fini(void)
{
    curl_global_cleanup();
}

bool fetch_is_redirect(const struct fetch *f)
{
    static const uint16_t codes[] = {301, 302, 303, 307, 308};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (f->http_status == codes[i])
            return f->location.n > 0;
    return false;
}

/* ---- sockets and timers ---- */

static void socket_ready(void *user, int fd, unsigned ready)
{
    struct fetcher *f = user;
    int what = (ready & POLLER_READ ? CURL_CSELECT_IN : 0) |
               (ready & POLLER_WRITE ? CURL_CSELECT_OUT : 0) |
               (ready & POLLER_ERROR ? CURL_CSELECT_ERR : 0);
    int running;
    curl_multi_socket_action(f->multi, fd, what, &running);
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
    (void)easy;
    (void)socket_user;
    struct fetcher *f = user;
    unsigned want = what == CURL_POLL_IN      ? POLLER_READ
                    : what == CURL_POLL_OUT   ? POLLER_WRITE
                    : what == CURL_POLL_INOUT ? POLLER_READ | POLLER_WRITE
                                              : 0u;
    return poller_watch(f->options.poller, fd, want, socket_ready, f) == OK ? 0 : -1;
}

static int on_timer(CURLM *multi, long timeout_ms, void *user)
{
    (void)multi;
    struct fetcher *f = user;
    f->due_ms = timeout_ms < 0 ? INT64_MAX : clock_mono_ms() + timeout_ms;
    return 0;
}

/* The last word on an address, whatever it was resolved from. A proxy is the operator's own choice. */
static curl_socket_t on_open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct handle *h = user;
    const struct fetcher_options *o = &h->fetcher->options;
    struct diag diag;
    if (purpose == CURLSOCKTYPE_IPCXN && o->request->proxy.n == 0 &&
        address_judge(o->rule, h->page->url.host, url_port(&h->page->url), &address->addr, &diag) !=
            OK) {
        h->denied = true;
        snprintf(h->error, sizeof h->error, "%.255s", diag.text);
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
        h->no_socket = true;
        snprintf(h->error, sizeof h->error, "no socket could be opened: %s", strerror(errno));
    }
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* ---- an answer ---- */

static bool header_is(struct str line, const char *name, struct str *ret_value)
{
    size_t n = strlen(name);
    if (line.n <= n || line.p[n] != ':' || !str_eq_nocase(str_head(line, n), str_make(name, n)))
        return false;
    *ret_value = str_trim(str_from(line, n + 1));
    return true;
}

/* RFC 9110 10.2.3: seconds, or a date. */
static int64_t retry_after_ms(struct str value)
{
    char text[64];
    if (value.n == 0 || value.n >= sizeof text)
        return -1;
    memcpy(text, value.p, value.n);
    text[value.n] = 0;
    char *end;
    long long seconds = strtoll(text, &end, 10);
    if (*end == 0)
        return seconds < 0 ? -1 : seconds > 86400 * 365 ? 86400LL * 365 * 1000 : seconds * 1000;
    time_t at = curl_getdate(text, NULL);
    if (at < 0)
        return -1;
    int64_t ms = (int64_t)at * 1000 - clock_wall_ms();
    return ms > 0 ? ms : 0;
}

static void begin_answer(struct page *page, struct str line)
{
    size_t space = str_find(line, ' ');
    struct fetch *f = &page->fetch;
    f->http_status = 0;
    for (size_t i = space + 1; i < line.n && ascii_is_digit(line.p[i]) && i < space + 4; i++)
        f->http_status = (uint16_t)(f->http_status * 10 + (line.p[i] - '0'));
    f->content_type = f->content_encoding = f->location = f->etag = f->last_modified = f->link =
        STR_LIT("");
    f->retry_after_ms = -1;
    f->robots_tag = 0;
}

/* The head is complete: is the body wanted? */
static void end_head(struct handle *h)
{
    struct page *page = h->page;
    struct fetch *f = &page->fetch;
    bool good = f->http_status == 200 || f->http_status == 203;
    h->discard = !good;
    h->head_done = true;
    if (!good || page->kind != PAGE_DOCUMENT || f->content_type.n == 0)
        return;
    if (extract_kind(f->content_type, STR_NONE) == DOC_OTHER && !feed_is_type(f->content_type))
        h->not_page = h->discard = true;
}

/* Fields are one list (RFC 9110 5.3). */
static void add_link(struct page *page, struct str before, struct str value, struct str after)
{
    struct fetch *f = &page->fetch;
    f->link = arena_printf(&page->arena, "%.*s%s%.*s%.*s%.*s", STR_ARG(f->link), f->link.n ? ", " : "",
                           STR_ARG(before), STR_ARG(value), STR_ARG(after));
}

static void note_header(struct handle *h, struct str line)
{
    struct page *page = h->page;
    struct fetch *f = &page->fetch;
    struct str value;
    if (str_starts(line, STR_LIT("HTTP/")))
        begin_answer(page, line);
    else if (line.n == 0 && f->http_status >= 200)
        end_head(h);
    else if (header_is(line, "content-type", &value))
        f->content_type = arena_str(&page->arena, value);
    else if (header_is(line, "content-encoding", &value) && f->content_encoding.n)
        f->content_encoding = /* two fields are one list (RFC 9110 5.3) */
            arena_printf(&page->arena, "%.*s, %.*s", STR_ARG(f->content_encoding), STR_ARG(value));
    else if (header_is(line, "content-encoding", &value))
        f->content_encoding = arena_str(&page->arena, value);
    else if (header_is(line, "location", &value))
        f->location = arena_str(&page->arena, value);
    else if (header_is(line, "etag", &value))
        f->etag = arena_str(&page->arena, value);
    else if (header_is(line, "last-modified", &value))
        f->last_modified = arena_str(&page->arena, value);
    else if (header_is(line, "link", &value))
        add_link(page, STR_LIT(""), value, STR_LIT(""));
    else if (header_is(line, "refresh", &value) && refresh_target(value).n)
        add_link(page, STR_LIT("<"), refresh_target(value), STR_LIT(">; rel=refresh"));
    else if (header_is(line, "retry-after", &value))
        f->retry_after_ms = retry_after_ms(value);
    else if (header_is(line, "x-robots-tag", &value))
        f->robots_tag |= robots_tag_flags(value, h->fetcher->options.request->user_agent);
}

static size_t on_header(char *bytes, size_t size, size_t n, void *user)
{
    struct handle *h = user;
    if (!h->head_done)
        note_header(h, str_trim(str_make(bytes, size * n)));
    h->head_bytes += size * n;
    bool fits = h->head_bytes <= h->fetcher->options.config->fetch_header_bytes;
    if (!fits)
        snprintf(h->error, sizeof h->error, "the response head is larger than fetch.header_bytes");
    return fits && h->page->arena.status == OK ? size * n : 0;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct handle *h = user;
    struct fetch *f = &h->page->fetch;
    size_t len = size * n;
    f->received_bytes += len;
    if (h->discard) {
        h->discarded += len;
        return h->discarded <= DRAIN_BYTES ? len : 0;
    }
    if (f->body.n == 0) {
        curl_off_t announced = -1;
        curl_easy_getinfo(h->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
        if (announced > 0 && announced <= ANNOUNCED_MAX && (uint64_t)announced <= f->body.max)
            (void)buf_room(&f->body, (size_t)announced + BUF_PAD);
        f->body.status =
            OK; /* a page of exactly the maximum has no room for the padding: it grows then */
    }
    buf_put(&f->body, bytes, len);
    h->too_big = f->body.status == ST_LIMIT;
    h->enough =
        h->page->kind == PAGE_ROBOTS && f->content_encoding.n == 0 && f->body.n >= ROBOTS_MAX_BYTES;
    h->page->charged_bytes += len;
    *h->fetcher->options.inflight_bytes += len;
    return f->body.status == OK && !h->enough ? len : 0;
}

/* ---- making handles ---- */

static bool request_has_header(const struct crawl_request *request, const char *name)
{
    struct str value;
    for (size_t i = 0; i < request->headers.n; i++)
        if (header_is(request->headers.v[i], name, &value))
            return true;
    return false;
}

static struct curl_slist *add_header(struct curl_slist *list, struct str line)
{
    char text[8192];
    int n = snprintf(text, sizeof text, "%.*s", STR_ARG(line));
    if (n < 0 || (size_t)n >= sizeof text)
        return list;
    struct curl_slist *longer = curl_slist_append(list, text);
    return longer ? longer : list;
}

static void make_headers(struct fetcher *f)
{
    const struct crawl_request *r = f->options.request;
    f->headers = add_header(NULL, STR_LIT("Accept: " ACCEPT));
    f->headers = add_header(f->headers, STR_LIT("Accept-Encoding: gzip, deflate"));
    if (!request_has_header(r, "accept"))
        f->headers_base = add_header(NULL, STR_LIT("Accept: " ACCEPT));
    f->headers_base = add_header(f->headers_base, STR_LIT("Accept-Encoding: gzip, deflate"));
    struct str value;
    for (size_t i = 0; i < r->headers.n; i++)
        if (!header_is(r->headers.v[i], "accept-encoding", &value))
            f->headers_base = add_header(f->headers_base, r->headers.v[i]);
}

/* Options take NUL-terminated text; request slices come from argv or the arena, but are not promised to be. */
static void set_text(CURL *easy, CURLoption option, struct str s, const char *otherwise)
{
    char *copy = s.n ? strndup(s.p, s.n) : NULL;
    curl_easy_setopt(easy, option, copy ? copy : otherwise);
    free(copy);
}

static void set_options(struct handle *h)
{
    const struct config *config = h->fetcher->options.config;
    const struct crawl_request *r = h->fetcher->options.request;
    CURL *e = h->easy;
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(e, CURLOPT_HTTP_CONTENT_DECODING, 0L);
    curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* a proxy's head is not the page's */
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 128L * 1024);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)config->fetch_connect_ms);
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)config->fetch_total_ms);
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)(config->fetch_idle_ms + 999) / 1000);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, h->error);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, h);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, h);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, h);
    curl_easy_setopt(e, CURLOPT_PRIVATE, h);
    set_text(e, CURLOPT_USERAGENT, r->user_agent, USER_AGENT_DEFAULT);
    set_text(e, CURLOPT_PROXY, r->proxy, ""); /* "": no proxy, whatever the environment says */
    if (r->cacert.n)
        set_text(e, CURLOPT_CAINFO, r->cacert, NULL);
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, r->insecure ? 0L : 1L);
    curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, r->insecure ? 0L : 2L);
}

static struct handle *handle_create(struct fetcher *f)
{
    struct handle *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->easy = curl_easy_init();
    if (!h->easy) {
        free(h);
        return NULL;
    }
    h->fetcher = f;
    set_options(h);
    return h;
}

enum status fetcher_create(const struct fetcher_options *options, struct fetcher **ret_fetcher,
                           struct diag *ret_diag)
{
    struct fetcher *f = calloc(1, sizeof *f);
    if (!f)
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    f->options = *options;
    f->due_ms = INT64_MAX;
    f->multi = curl_multi_init();
    if (!f->multi) {
        free(f);
        return diag_set(ret_diag, ST_NOMEM, "out of memory");
    }
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
    curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)options->connections);
    curl_multi_setopt(f->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)options->host_connections);
    make_headers(f);
    *ret_fetcher = f;
    return OK;
}

void fetcher_destroy(struct fetcher *f)
{
    if (!f)
        return;
    must(f->handles == NULL);
    while (f->idle) {
        struct handle *next = f->idle->next;
        curl_easy_cleanup(f->idle->easy);
        free(f->idle);
        f->idle = next;
    }
    curl_multi_cleanup(f->multi);
    curl_slist_free_all(f->headers);
    curl_slist_free_all(f->headers_base);
    free(f);
}

unsigned fetcher_room(const struct fetcher *f)
{
    return f->options.connections - (f->n_handles - f->n_idle);
}

/* ---- a request ---- */

static struct handle *take_handle(struct fetcher *f)
{
    struct handle *h = f->idle;
    if (h) {
        f->idle = h->next;
        f->n_idle--;
    } else {
        h = f->n_handles < f->options.connections ? handle_create(f) : NULL;
        if (!h)
            return NULL;
        f->n_handles++;
    }
    h->next = f->handles;
    f->handles = h;
    h->denied = h->no_socket = h->discard = h->not_page = h->too_big = h->head_done = h->enough = false;
    h->discarded = 0;
    h->head_bytes = 0;
    h->error[0] = 0;
    return h;
}

static void give_handle(struct fetcher *f, struct handle *h)
{
    struct handle **at = &f->handles;
    while (*at != h)
        at = &(*at)->next;
    *at = h->next;
    curl_easy_setopt(h->easy, CURLOPT_RESOLVE, NULL);
    curl_slist_free_all(h->resolve);
    h->resolve = NULL;
    h->page = NULL;
    h->next = f->idle;
    f->idle = h;
    f->n_idle++;
}

/* "+host:port:address,address": for this request, and forgotten by libcurl after its cache time. */
static struct curl_slist *resolve_entry(const struct url *url, const struct sockaddr_storage *addresses,
                                        unsigned n)
{
    char text[2048];
    int at = snprintf(text, sizeof text, "+%.*s:%d:", STR_ARG(url->host), url_port(url));
    for (unsigned i = 0; i < n && at > 0 && (size_t)at < sizeof text - 80; i++) {
        char one[INET6_ADDRSTRLEN + 2];
        const struct sockaddr_storage *a = &addresses[i];
        const void *bytes = a->ss_family == AF_INET6
                                ? (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr
                                : (const void *)&((const struct sockaddr_in *)a)->sin_addr;
        if (inet_ntop(a->ss_family, bytes, one, sizeof one))
            at += snprintf(text + at, sizeof text - (size_t)at,
                           a->ss_family == AF_INET6 ? "%s[%s]" : "%s%s", i ? "," : "", one);
    }
    return curl_slist_append(NULL, text);
}

/* May the request carry the secrets? */
static bool is_own(const struct fetcher *f, const struct page *page)
{
    if (f->options.is_list)
        return page->lease && page->lease->depth == 0;
    return url_same_origin(&page->url, &f->options.base);
}

enum status fetcher_start(struct fetcher *f, struct page *page, const struct sockaddr_storage *addresses,
                          unsigned n)
{
    struct handle *h = take_handle(f);
    if (!h)
        return ST_BUSY;
    struct str target = url_without_fragment(&page->url);
    char *url = strndup(target.p, target.n);
    bool own = is_own(f, page);
    h->page = page;
    h->resolve = n ? resolve_entry(&page->url, addresses, n) : NULL;
    page->state = PAGE_FETCHING;
    page->fetch.started_ms = clock_mono_ms();
    page->fetch.retry_after_ms = -1;
    begin_answer(page, STR_LIT(""));
    /* Over TLS the handshake tells whether a connection can be shared; in the clear only the first answer
     * would, and one slow page would hold up its whole host. */
    curl_easy_setopt(h->easy, CURLOPT_PIPEWAIT, str_is(page->url.scheme, "https") ? 1L : 0L);
    curl_easy_setopt(h->easy, CURLOPT_URL, url);
    free(url);
    curl_easy_setopt(h->easy, CURLOPT_RESOLVE, h->resolve);
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, own ? f->headers_base : f->headers);
    const struct crawl_request *r = f->options.request;
    set_text(h->easy, CURLOPT_COOKIE, own ? r->cookies : STR_NONE, NULL);
    set_text(h->easy, CURLOPT_USERNAME, own ? r->username : STR_NONE, own && r->password.n ? "" : NULL);
    set_text(h->easy, CURLOPT_PASSWORD, own ? r->password : STR_NONE, NULL);
    if (curl_multi_add_handle(f->multi, h->easy) == CURLM_OK)
        return OK;
    page->state = PAGE_LEASED;
    give_handle(f, h);
    return ST_INTERNAL;
}

static enum fetch_result result_of(const struct handle *h, CURLcode code)
{
    if (h->denied)
        return FETCH_DENIED;
    if (h->enough)
        return FETCH_OK;
    if (h->too_big)
        return FETCH_TOO_BIG;
    if (h->not_page)
        return FETCH_NOT_PAGE;
    switch (code) {
    case CURLE_OK:
        return FETCH_OK;
    case CURLE_WRITE_ERROR: /* we ended it: enough of a body that is not wanted was read */
        return h->discarded > DRAIN_BYTES ? FETCH_OK : FETCH_BROKEN;
    case CURLE_COULDNT_RESOLVE_HOST:
        return FETCH_NO_HOST;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return FETCH_NO_ANSWER;
    default:
        return FETCH_BROKEN;
    }
}

static void finish(struct fetcher *f, struct handle *h, enum fetch_result result, const char *error)
{
    struct page *page = h->page;
    page->fetch.result = result;
    page->fetch.took_ms = (uint32_t)(clock_mono_ms() - page->fetch.started_ms);
    curl_off_t sent_after = 0; /* 0: it never came to sending the request */
    curl_easy_getinfo(h->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_after);
    page->fetch.connected = page->fetch.http_status > 0 || sent_after > 0 || h->no_socket;
    if (result == FETCH_TOO_BIG)
        snprintf(page->fetch.error, sizeof page->fetch.error, "larger than %zu MiB (fetch.body_bytes)",
                 page->fetch.body.max >> 20);
    else if (result != FETCH_OK)
        snprintf(page->fetch.error, sizeof page->fetch.error, "%s", h->error[0] ? h->error : error);
    if (h->discard)
        buf_reset(&page->fetch.body);
    curl_multi_remove_handle(f->multi, h->easy);
    give_handle(f, h);
    f->options.done(f->options.user, page);
}

static void advise(struct handle *h)
{
    size_t n = strlen(h->error);
    snprintf(h->error + n, sizeof h->error - n, " (--cacert FILE trusts it, --insecure any)");
}

void fetcher_run(struct fetcher *f)
{
    int running, left;
    if (f->due_ms <= clock_mono_ms()) {
        f->due_ms = INT64_MAX;
        curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    CURLMsg *m;
    while ((m = curl_multi_info_read(f->multi, &left))) {
        if (m->msg != CURLMSG_DONE)
            continue;
        struct handle *h;
        CURLcode code = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&h);
        if (code == CURLE_PEER_FAILED_VERIFICATION)
            advise(h);
        finish(f, h, result_of(h, code), curl_easy_strerror(code));
    }
}

int64_t fetcher_due_ms(const struct fetcher *f)
{
    return f->due_ms;
}

void fetcher_abandon(struct fetcher *f)
{
    while (f->handles)
        finish(f, f->handles, FETCH_ABANDONED, "stopped");
}
