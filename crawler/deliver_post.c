/* SPDX-License-Identifier: Apache-2.0 */
/* deliver_post.c: easy handles that send webhooks.
 *
 * A post is idle, taken (being filled by its user), asking (its host's name is being resolved) or on the wire.
 * Of an answer only the status counts: its body is read so far as keeps the connection usable, no further. */
#include "crawler/deliver_post.h"

#include "base/clock.h"
#include "base/queue.h"
#include "crawler/resolver.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#define DRAIN_BYTES ((size_t)64 * 1024)
#define HEAD_BYTES ((size_t)64 * 1024)
#define KEPT_BODY_BYTES ((size_t)64 * 1024)
#define ANSWERS 256u /* an answer too many is asked for again, from the resolver's cache */

enum post_state { POST_IDLE, POST_TAKEN, POST_ASKING, POST_SENDING };

struct delivery {
    struct post post; /* first: users know only this */
    struct delivery *next;
    struct poster *poster;
    enum post_state state;
    const struct url *url;
    int64_t until_ms;
    CURL *easy;
    struct curl_slist *headers, *resolve;
    size_t head_bytes, answer_bytes;
    bool denied; /* the judge refused the socket */
    bool enough; /* we stopped reading a long answer */
};

struct poster {
    struct poster_options options;
    CURLM *multi;
    struct resolver *resolver;
    struct queue *answers;
    struct delivery *all; /* made as needed, up to webhook.connections */
    unsigned n_all, n_out;
};

/* ---- what libcurl calls ---- */

static curl_socket_t on_open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct delivery *v = user;
    struct diag diag;
    if (purpose == CURLSOCKTYPE_IPCXN && address_judge(v->poster->options.rule, v->url->host,
                                                       url_port(v->url), &address->addr, &diag) != OK) {
        v->denied = true;
        return CURL_SOCKET_BAD;
    }
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *user)
{
    struct delivery *v = user;
    (void)bytes;
    v->head_bytes += size * n;
    return v->head_bytes <= HEAD_BYTES ? size * n : 0;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *user)
{
    struct delivery *v = user;
    (void)bytes;
    v->answer_bytes += size * n;
    v->enough = v->answer_bytes > DRAIN_BYTES;
    return v->enough ? 0 : size * n;
}

/* ---- making ---- */

static void set_options(struct delivery *v)
{
    CURL *e = v->easy;
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(e, CURLOPT_PROXY, ""); /* none, whatever the environment says */
    curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "webkeep/" WEBKEEP_VERSION);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, v);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, v);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, v);
    curl_easy_setopt(e, CURLOPT_PRIVATE, v);
}

static struct delivery *delivery_create(struct poster *p)
{
    struct delivery *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    v->easy = curl_easy_init();
    if (!v->easy) {
        free(v);
        return NULL;
    }
    v->poster = p;
    buf_init(&v->post.body, DELIVER_BODY_BYTES);
    set_options(v);
    v->next = p->all;
    p->all = v;
    p->n_all++;
    return v;
}

static bool answered(void *user, struct answer **answer)
{
    struct poster *p = user;
    void *item = *answer;
    if (queue_try_push(p->answers, &item) != OK)
        return false;
    *answer = NULL;
    return true;
}

static void wake(void *user)
{
    poster_wake(user);
}

enum status poster_create(const struct poster_options *options, struct poster **ret_poster)
{
    struct poster *p = calloc(1, sizeof *p);
    if (!p)
        return ST_NOMEM;
    p->options = *options;
    p->multi = curl_multi_init();
    p->answers = queue_create(ANSWERS, wake, p);
    if (p->multi && p->answers) {
        const struct resolver_options resolver = {.threads = options->config->fetch_dns_threads,
                                                  .cache_ms = options->config->fetch_dns_cache_ms,
                                                  .answered = answered,
                                                  .user = p};
        curl_multi_setopt(p->multi, CURLMOPT_MAXCONNECTS, (long)options->config->webhook_connections);
        p->resolver = resolver_create(&resolver);
    }
    if (!p->resolver) {
        poster_destroy(p);
        return ST_NOMEM;
    }
    *ret_poster = p;
    return OK;
}

static void set_idle(struct delivery *v)
{
    if (v->state == POST_SENDING)
        curl_multi_remove_handle(v->poster->multi, v->easy);
    if (v->state != POST_IDLE)
        v->poster->n_out--;
    v->state = POST_IDLE;
    curl_easy_setopt(v->easy, CURLOPT_POSTFIELDS, NULL); /* what they point to ends here */
    curl_easy_setopt(v->easy, CURLOPT_HTTPHEADER, NULL);
    curl_easy_setopt(v->easy, CURLOPT_RESOLVE, NULL);
    curl_slist_free_all(v->headers);
    curl_slist_free_all(v->resolve);
    v->headers = v->resolve = NULL;
    v->url = NULL;
    buf_shrink(&v->post.body, KEPT_BODY_BYTES);
}

void poster_destroy(struct poster *p)
{
    if (!p)
        return;
    resolver_destroy(p->resolver);
    while (p->all) {
        struct delivery *v = p->all;
        p->all = v->next;
        set_idle(v);
        buf_fini(&v->post.body);
        curl_easy_cleanup(v->easy);
        free(v);
    }
    void *answer;
    while (p->answers && queue_pop(p->answers, &answer, 1, 0))
        free(answer);
    queue_destroy(p->answers);
    if (p->multi)
        curl_multi_cleanup(p->multi);
    free(p);
}

bool poster_has_room(const struct poster *p)
{
    return p->n_out < p->options.config->webhook_connections;
}

struct post *poster_take(struct poster *p)
{
    struct delivery *v = p->all;
    if (!poster_has_room(p))
        return NULL;
    while (v && v->state != POST_IDLE)
        v = v->next;
    if (!v)
        v = delivery_create(p);
    if (!v)
        return NULL;
    v->state = POST_TAKEN;
    p->n_out++;
    return &v->post;
}

void poster_give(struct poster *p, struct post *post)
{
    struct delivery *v = (struct delivery *)post;
    must(v->poster == p && v->state == POST_TAKEN);
    set_idle(v);
}

/* ---- sending ---- */

static bool add_line(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer)
        *list = longer;
    return longer != NULL;
}

static bool make_headers(struct delivery *v)
{
    char signature[128], event[128], id[128], hex[2 * sizeof(struct sha256) + 1];
    struct sha256 mac = hmac_sha256(v->poster->options.secret, buf_str(&v->post.body));
    hex_encode(mac.b, sizeof mac.b, hex);
    snprintf(signature, sizeof signature, "X-Spidra-Signature: sha256=%s", hex);
    snprintf(event, sizeof event, "X-Webkeep-Event: %s", v->post.event);
    snprintf(id, sizeof id, "X-Webkeep-Delivery: %s", v->post.id);
    return add_line(&v->headers, "Content-Type: application/json") && add_line(&v->headers, signature) &&
           add_line(&v->headers, event) && add_line(&v->headers, id) &&
           add_line(&v->headers, "Expect:"); /* a large body does not wait for a 100 */
}

/* libcurl's own look-up is never needed: it has the addresses, or the URL has one. */
static bool put_on_wire(struct delivery *v)
{
    struct poster *p = v->poster;
    struct str target = url_without_fragment(v->url);
    int64_t left_ms = v->until_ms - clock_mono_ms();
    char *url = strndup(target.p, target.n);
    bool good = url && left_ms > 0 && make_headers(v);
    v->head_bytes = v->answer_bytes = 0;
    v->denied = v->enough = false;
    if (good) {
        CURL *e = v->easy;
        good = curl_easy_setopt(e, CURLOPT_URL, url) == CURLE_OK &&
               curl_easy_setopt(e, CURLOPT_POSTFIELDS, buf_str(&v->post.body).p) == CURLE_OK;
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)v->post.body.n);
        curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(left_ms < LONG_MAX ? left_ms : LONG_MAX));
        curl_easy_setopt(e, CURLOPT_HTTPHEADER, v->headers);
        curl_easy_setopt(e, CURLOPT_RESOLVE, v->resolve);
        good = good && curl_multi_add_handle(p->multi, e) == CURLM_OK;
    }
    free(url);
    if (good)
        v->state = POST_SENDING;
    return good;
}

/* "+host:port:address,address" of those that may be connected to; how many these are. */
static unsigned allowed(const struct delivery *v, const struct answer *answer, char *text, size_t size)
{
    struct diag diag;
    unsigned n = 0;
    int port = url_port(v->url);
    int at = snprintf(text, size, "+%.*s:%d:", STR_ARG(v->url->host), port);
    for (unsigned i = 0; i < answer->n && (size_t)at < size - 80; i++) {
        char one[INET6_ADDRSTRLEN];
        const struct sockaddr_storage *a = &answer->addresses[i];
        bool six = a->ss_family == AF_INET6;
        const void *bytes = six ? (const void *)&((const struct sockaddr_in6 *)a)->sin6_addr
                                : (const void *)&((const struct sockaddr_in *)a)->sin_addr;
        if (address_judge(v->poster->options.rule, v->url->host, port, (const struct sockaddr *)a,
                          &diag) != OK ||
            !inet_ntop(a->ss_family, bytes, one, sizeof one))
            continue;
        at += snprintf(text + at, size - (size_t)at, six ? "%s[%s]" : "%s%s", n++ ? "," : "", one);
    }
    return n;
}

static enum post_end send_resolved(struct delivery *v, const struct answer *answer)
{
    char text[2048];
    if (answer->status != OK)
        return POST_FAILED;
    if (!allowed(v, answer, text, sizeof text))
        return POST_REFUSED;
    return add_line(&v->resolve, text) && put_on_wire(v) ? POST_RUNNING : POST_FAILED;
}

static bool is_literal(struct str host)
{
    struct sockaddr_storage address;
    if (host.n > 2 && host.p[0] == '[')
        host = str_make(host.p + 1, host.n - 2);
    return address_parse(host, &address) == OK;
}

static enum post_end begin(struct delivery *v)
{
    struct diag diag;
    struct answer *answer = NULL;
    if (address_judge_url(v->poster->options.rule, v->url, &diag) != OK)
        return POST_REFUSED;
    if (is_literal(v->url->host))
        return put_on_wire(v) ? POST_RUNNING : POST_FAILED;
    enum status st = resolver_ask(v->poster->resolver, v->url->host, &answer);
    if (st == ST_AGAIN) {
        v->state = POST_ASKING;
        return POST_RUNNING;
    }
    enum post_end end = st == OK ? send_resolved(v, answer) : POST_FAILED;
    free(answer);
    return end;
}

enum post_end poster_send(struct poster *p, struct post *post, const struct url *url)
{
    struct delivery *v = (struct delivery *)post;
    must(v->poster == p && v->state == POST_TAKEN);
    v->url = url;
    v->until_ms = clock_mono_ms() + p->options.config->webhook_timeout_ms;
    enum post_end end = begin(v);
    if (end != POST_RUNNING)
        set_idle(v);
    return end;
}

/* ---- what happens ---- */

static void finish(struct delivery *v, enum post_end end)
{
    struct poster *p = v->poster;
    p->options.done(p->options.user, &v->post, end);
    set_idle(v);
}

static void take_answers(struct poster *p)
{
    void *item;
    while (queue_pop(p->answers, &item, 1, 0)) {
        struct answer *answer = item;
        for (struct delivery *v = p->all; v; v = v->next) {
            if (v->state != POST_ASKING || !str_is(v->url->host, answer->host))
                continue;
            enum post_end end = send_resolved(v, answer);
            if (end != POST_RUNNING)
                finish(v, end);
        }
        free(answer);
    }
}

/* A name that nobody resolves in time; an answer that comes later finds no one. */
static void end_overdue(struct poster *p, int64_t now_ms)
{
    for (struct delivery *v = p->all; v; v = v->next)
        if (v->state == POST_ASKING && v->until_ms <= now_ms)
            finish(v, POST_FAILED);
}

static enum post_end end_of(const struct delivery *v, CURLcode code)
{
    long status = 0;
    curl_easy_getinfo(v->easy, CURLINFO_RESPONSE_CODE, &status);
    if (v->denied)
        return POST_REFUSED;
    if (code != CURLE_OK && !v->enough)
        return POST_FAILED;
    return status / 100 == 2 ? POST_DELIVERED : status == 410 ? POST_GONE : POST_FAILED;
}

static void take_ended(struct poster *p)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(p->multi, &left))) {
        struct delivery *v;
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode code = m->data.result;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&v);
        finish(v, end_of(v, code));
    }
}

static int64_t due_ms(const struct poster *p)
{
    int64_t due = INT64_MAX;
    for (const struct delivery *v = p->all; v; v = v->next)
        if (v->state == POST_ASKING && v->until_ms < due)
            due = v->until_ms;
    return due;
}

void poster_run(struct poster *p, int64_t wait_ms)
{
    int64_t now = clock_mono_ms(), due = due_ms(p);
    int running;
    if (due - now < wait_ms)
        wait_ms = due > now ? due - now : 0;
    curl_multi_poll(p->multi, NULL, 0, wait_ms < INT_MAX ? (int)wait_ms : INT_MAX, NULL);
    take_answers(p);
    end_overdue(p, clock_mono_ms());
    curl_multi_perform(p->multi, &running);
    take_ended(p);
}

void poster_wake(struct poster *p)
{
    curl_multi_wakeup(p->multi);
}
