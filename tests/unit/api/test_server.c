/* SPDX-License-Identifier: Apache-2.0 */
/* Requests over real sockets: what the library lets through, limits, bodies, keep-alive. The routes are the
 * test's: front.c's three functions are defined here. */
#include "tests/unit/api/server_client.h"

#include <sys/resource.h>

/* ---- the routes ---- */

static atomic_uint heads, calls, replies;

bool front_head(struct call *call)
{
    atomic_fetch_add(&heads, 1);
    if (!str_is(call->path, "/refused"))
        return false;
    call_error(call, 401, "UNAUTHORIZED", "No key.");
    return true;
}

void front_reply(struct call *call)
{
    atomic_fetch_add(&replies, 1);
    must(call->status != 0);
    call_set_header(call, "X-Front", STR_LIT("yes"));
}

static void say_client(struct call *call)
{
    struct str origin = call_origin(call);
    buf_printf(&call->out, "%.*s %d %.*s", STR_ARG(call->address), call->secure, STR_ARG(origin));
    call_reply_bytes(call, 200, "text/plain");
}

static void say_query(struct call *call)
{
    struct str a = call_query(call, "a"), none = call_query(call, "none");
    buf_printf(&call->out, "%.*s|%d|%d", STR_ARG(a), str_is_set(call_query(call, "flag")),
               str_is_set(none));
    buf_printf(&call->out, "|%d %d %d %d", (int)call_query_u64(call, "n", 7, 1, 100),
               (int)call_query_u64(call, "none", 7, 1, 100), (int)call_query_u64(call, "a", 7, 1, 100),
               (int)call_query_u64(call, "big", 7, 1, 100));
    call_reply_bytes(call, 200, "text/plain");
}

static void say_error(struct call *call)
{
    static const struct str errors[] = {STR_LIT("first \"quoted\""), STR_LIT("second")};
    struct str kind = call_query(call, "kind");
    if (str_is(kind, "list"))
        call_error_list(call, 422, "INVALID_SCHEMA", errors, 2);
    else if (str_is(kind, "retry"))
        call_error_retry(call, 429, "RATE_LIMITED", 17, "Slow down.");
    else if (str_is(kind, "full"))
        call_error_status(call, ST_FULL);
    else if (str_is(kind, "busy"))
        call_error_status(call, ST_BUSY);
    else if (str_is(kind, "corrupt"))
        call_error_status(call, ST_CORRUPT);
    else
        call_error(call, 404, NULL, "No %s.", "such thing");
}

void front_call(struct call *call)
{
    atomic_fetch_add(&calls, 1);
    if (str_is(call->path, "/echo")) {
        buf_put_str(&call->out, call->body);
        call_reply_bytes(call, 200, "application/octet-stream");
    } else if (str_is(call->path, "/client")) {
        say_client(call);
    } else if (str_is(call->path, "/query")) {
        say_query(call);
    } else if (str_is(call->path, "/error")) {
        buf_puts(&call->out, "what was written before");
        say_error(call);
    } else if (str_is(call->path, "/overfull")) {
        call->out.status = ST_NOMEM;
        call_reply_json(call, 200);
    } else if (str_is(call->path, "/headers")) {
        call_set_header(call, "X-One", STR_LIT("1"));
        call_set_header(call, "x-one", STR_LIT("2"));
        call_set_header(call, "X-Evil", STR_LIT("a\r\nX-More: b"));
        call_reply_json(call, 200);
    } else if (!str_is(call->path, "/silent")) {
        json_begin(&call->json_out, '{');
        json_key(&call->json_out, "path");
        json_put_str(&call->json_out, call->path);
        json_end(&call->json_out, '}');
        call_reply_json(call, 200);
    }
}

/* ---- what must not pass ---- */

#define H "Host: x\r\n"

struct trap {
    const char *name;
    struct str request;
    unsigned status;
    bool is_ours; /* answered in JSON by us; else by the library in its own words */
};

/* clang-format off */
static const struct trap traps[] = {
    {"two Content-Length", STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde"), 400, true},
    {"two of the same", STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde"), 400, true},
    {"length and coding", STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), 400, true},
    {"coding and length", STR_LIT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), 400, true},
    {"another coding", STR_LIT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 400, true},
    {"two codings", STR_LIT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"), 400, true},
    {"blank behind the coding", STR_LIT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked \r\n\r\n3\r\nabc\r\n0\r\n\r\n"), 400, true},
    {"blank behind the length", STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 5 \r\n\r\nabcde"), 400, false},
    {"coding in 1.0", STR_LIT("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), 400, true},
    {"no host", STR_LIT("GET /a HTTP/1.1\r\n\r\n"), 400, true},
    {"two hosts", STR_LIT("GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400, true},
    {"host of a kind", STR_LIT("GET /a HTTP/1.1\r\nHost: a/b@c\r\n\r\n"), 400, true},
    {"blank in a name", STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length : 3\r\n\r\nabc"), 400, true},
    {"blank before a name", STR_LIT("GET /a HTTP/1.1\r\n Foo: b\r\n" H "\r\n"), 400, true},
    {"control in a value", STR_LIT("GET /a HTTP/1.1\r\n" H "Foo: b\001c\r\n\r\n"), 400, true},
    {"bare CR in a value", STR_LIT("GET /a HTTP/1.1\r\n" H "Foo: b\rc\r\n\r\n"), 400, true},
    {"bare LF throughout", STR_LIT("GET /a HTTP/1.1\nHost: x\n\n"), 400, true},
    {"bare LF throughout, more headers", STR_LIT("GET /a?b=c HTTP/1.1\nHost: x\nAccept: */*\nFoo:b\n\n"), 400, true},
    {"NUL in the path", STR_LIT("GET /a%00b HTTP/1.1\r\n" H "\r\n"), 400, true},
    {"NUL in the query", STR_LIT("GET /a?b=%00 HTTP/1.1\r\n" H "\r\n"), 400, true},
    {"blank in the path", STR_LIT("GET /a b HTTP/1.1\r\n" H "\r\n"), 400, true},
    {"blanks in the line", STR_LIT("GET  /a  HTTP/1.1\r\n" H "\r\n"), 400, true},
    {"byte in the path", STR_LIT("GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n"), 400, true},
    {"fragment", STR_LIT("GET /a#b HTTP/1.1\r\n" H "\r\n"), 400, true},
    {"no path", STR_LIT("GET a HTTP/1.1\r\n" H "\r\n"), 400, true},
    {"a star", STR_LIT("GET * HTTP/1.1\r\n" H "\r\n"), 400, true},
    {"a strange method", STR_LIT("G{T /a HTTP/1.1\r\n" H "\r\n"), 400, true},
    {"lengths with comma", STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 5,5\r\n\r\nabcde"), 400, false},
    {"signed length", STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: +5\r\n\r\nabcde"), 400, false},
    {"negative length", STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: -5\r\n\r\nabcde"), 400, false},
    {"bad chunk", STR_LIT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"), 400, false},
    {"no colon", STR_LIT("GET /a HTTP/1.1\r\n" H "Foo\r\n\r\n"), 400, false},
    {"HTTP/0.9", STR_LIT("GET /a\r\n\r\n"), 400, false},
    {"HTTP/2.0", STR_LIT("GET /a HTTP/2.0\r\n" H "\r\n"), 505, false},
    {"no HTTP", STR_LIT("GET\t/a\tHTTP/1.1\r\n" H "\r\n"), 0, false},
};
/* clang-format on */

static void traps_are_refused(void)
{
    static struct reply r;
    struct world w;
    world_open(&w, NULL);
    for (size_t i = 0; i < ARRAY_LEN(traps); i++) {
        unsigned before = atomic_load(&calls);
        int fd = dial(w.port);
        say(fd, traps[i].request);
        hear(fd, false, &r);
        bool ok = check_int(r.status, traps[i].status, "status", __FILE__, __LINE__);
        ok = CHECK(closes(fd, 3000)) && ok;
        ok = CHECK_INT(atomic_load(&calls), before) && ok;
        if (traps[i].is_ours)
            ok = CHECK(holds(r.body, "\"code\":\"INVALID_REQUEST\"")) && CHECK(r.is_whole) &&
                 CHECK_STR(reply_header(&r, "Connection"), STR_LIT("close")) &&
                 CHECK_STR(reply_header(&r, "X-Front"), STR_LIT("yes")) && ok;
        if (!ok)
            fprintf(stderr, "    in: %s\n%s\n", traps[i].name, r.text);
        close(fd);
    }
    world_close(&w);
}

/* What looks like a trap and is none, or one that the library hides: named in server.c's table. */
static void others_pass(void)
{
    static const struct trap good[] = {
        {"absolute form", STR_LIT("GET http://other/a?b HTTP/1.1\r\n" H "\r\n"), 200, true},
        {"escaped slash", STR_LIT("GET /a%2Fb%20c HTTP/1.1\r\n" H "\r\n"), 200, true},
        {"no blanks", STR_LIT("GET /a HTTP/1.1\r\nHost:x\r\nFoo:\r\n\r\n"), 200, true},
        {"many blanks", STR_LIT("GET /a HTTP/1.1\r\nHost:   x  \r\n\r\n"), 200, true},
        {"lines before", STR_LIT("\r\nGET /a HTTP/1.1\r\n" H "\r\n"), 200, true},
        {"empty host", STR_LIT("GET /a HTTP/1.1\r\nHost:\r\n\r\n"), 200, true},
        {"1.0 without host", STR_LIT("GET /a HTTP/1.0\r\n\r\n"), 200, true},
        {"hidden: one bare LF", STR_LIT("GET /a HTTP/1.1\r\nHost: x\nAccept: */*\r\n\r\n"), 200, true},
        {"hidden: a folded line", STR_LIT("GET /a HTTP/1.1\r\n" H "Foo: b\r\n c\r\n\r\n"), 200, true},
        {"hidden: a NUL byte", STR_LIT("GET /a HTTP/1.1\r\n" H "Foo: b\0c\r\n\r\n"), 200, true},
        {"another method", STR_LIT("BREW /a HTTP/1.1\r\n" H "\r\n"), 200, true},
        {"options", STR_LIT("OPTIONS * HTTP/1.1\r\n" H "\r\n"), 200, true},
    };
    static struct reply r;
    struct world w;
    world_open(&w, NULL);
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        int fd = dial(w.port);
        say(fd, good[i].request);
        hear(fd, false, &r);
        if (!check_int(r.status, good[i].status, good[i].name, __FILE__, __LINE__))
            fprintf(stderr, "%s\n", r.text);
        close(fd);
    }
    CHECK_STR(ask(&w, "GET http://other/a?b HTTP/1.1\r\n" H "\r\n")->body, STR_LIT("{\"path\":\"/a\"}"));
    CHECK_STR(ask(&w, "GET http://other HTTP/1.1\r\n" H "\r\n")->body, STR_LIT("{\"path\":\"/\"}"));
    CHECK_STR(ask(&w, "GET /a%2Fb%20c HTTP/1.1\r\n" H "\r\n")->body,
              STR_LIT("{\"path\":\"/a%2Fb%20c\"}"));
    world_close(&w);
}

/* ---- connections ---- */

static void connections_are_kept(void)
{
    static struct reply r;
    struct world w;
    world_open(&w, NULL);
    int fd = dial(w.port);
    for (int i = 0; i < 3; i++) {
        say(fd, STR_LIT("GET /a HTTP/1.1\r\n" H "\r\n"));
        CHECK(hear(fd, false, &r));
        CHECK_INT(r.status, 200);
        CHECK(!str_is_set(reply_header(&r, "Connection")));
    }
    say(fd,
        STR_LIT("GET /1 HTTP/1.1\r\n" H "\r\nPOST /echo HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc"
                "HEAD /3 HTTP/1.1\r\n" H "\r\nGET /refused HTTP/1.1\r\n" H "\r\nGET /5 HTTP/1.1\r\n" H
                "Connection: close\r\n\r\n"));
    CHECK(hear(fd, false, &r));
    CHECK_STR(r.body, STR_LIT("{\"path\":\"/1\"}"));
    CHECK(hear(fd, false, &r));
    CHECK_STR(r.body, STR_LIT("abc"));
    CHECK(hear(fd, true, &r));
    CHECK_STR(reply_header(&r, "Content-Length"), STR_LIT("13"));
    CHECK(hear(fd, false, &r));
    CHECK_INT(r.status, 401);
    CHECK(hear(fd, false, &r));
    CHECK_STR(r.body, STR_LIT("{\"path\":\"/5\"}"));
    CHECK(closes(fd, 3000));
    close(fd);
    world_close(&w);
}

static long anonymous_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "RssAnon: %ld", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib;
}

static void a_thousand_idle(void)
{
    enum { N = 1000 };
    static struct reply r;
    static int fds[N];
    struct world w;
    world_open(&w, NULL);
    ask(&w, "GET /a HTTP/1.1\r\n" H "\r\n");
    long before = anonymous_kib();
    for (int i = 0; i < N; i++) {
        fds[i] = dial(w.port);
        say(fds[i], STR_LIT("GET /a HTTP/1.1\r\n" H "\r\n"));
        if (!hear(fds[i], false, &r))
            CHECK(false);
    }
    long used = anonymous_kib() - before;
    printf("     1,000 idle connections: %ld KiB\n", used);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK(used < 24 * 1024);
#endif
    CHECK_INT(atomic_load(&w.service.metrics.connections), N);
    struct rusage a, b;
    getrusage(RUSAGE_SELF, &a);
    usleep(300000);
    getrusage(RUSAGE_SELF, &b);
    long ms = (b.ru_utime.tv_sec - a.ru_utime.tv_sec + b.ru_stime.tv_sec - a.ru_stime.tv_sec) * 1000 +
              (b.ru_utime.tv_usec - a.ru_utime.tv_usec + b.ru_stime.tv_usec - a.ru_stime.tv_usec) / 1000;
    CHECK(ms < 100);
    for (int i = 0; i < N; i++) {
        say(fds[i], STR_LIT("GET /a HTTP/1.1\r\n" H "\r\n"));
        if (!hear(fds[i], false, &r))
            CHECK(false);
        close(fds[i]);
    }
    world_close(&w);
}

static struct sockaddr_in somewhere(const char *text)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    inet_pton(AF_INET, text, &a.sin_addr);
    return a;
}

static void addresses_are_counted(void)
{
    static const char *const settings[] = {"limits.connections_per_address", "3",
                                           "server.trusted_proxies", "192.0.2.8/30", NULL};
    struct world w;
    struct connection *open[4];
    struct sockaddr_in one = somewhere("198.51.100.1"), two = somewhere("198.51.100.2"),
                       own = somewhere("127.0.0.9"), proxy = somewhere("192.0.2.9");
    world_open(&w, settings);
    for (int i = 0; i < 3; i++) {
        CHECK(guard_admits(w.server, (struct sockaddr *)&one));
        open[i] = guard_opened(w.server, -1, (struct sockaddr *)&one);
    }
    CHECK(!guard_admits(w.server, (struct sockaddr *)&one));
    CHECK(guard_admits(w.server, (struct sockaddr *)&two));
    open[3] = guard_opened(w.server, -1, (struct sockaddr *)&two);
    guard_closed(open[1]);
    CHECK(guard_admits(w.server, (struct sockaddr *)&one));
    guard_closed(open[0]);
    guard_closed(open[2]);
    guard_closed(open[3]);
    for (int i = 0; i < 4; i++)
        open[i] = guard_opened(w.server, -1, (struct sockaddr *)(i % 2 ? &own : &proxy));
    CHECK(guard_admits(w.server, (struct sockaddr *)&own));
    CHECK(guard_admits(w.server, (struct sockaddr *)&proxy));
    for (int i = 0; i < 4; i++)
        guard_closed(open[i]);
    for (size_t i = 0; i < PEER_BUCKETS; i++)
        CHECK(!w.server->peers[i]);
    world_close(&w);
}

/* Beyond the limit a client waits for a place. */
static void connections_are_limited(void)
{
    static const char *const settings[] = {"limits.connections", "16", "server.threads", "2", NULL};
    static struct reply r;
    struct world w;
    int fds[20], heard = 0;
    world_open(&w, settings);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        fds[i] = dial(w.port);
        say(fds[i], STR_LIT("GET /a HTTP/1.1\r\n" H "\r\n"));
    }
    usleep(200000);
    CHECK(atomic_load(&w.service.metrics.connections) <= 16);
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        heard += hear(fds[i], false, &r);
        close(fds[i]);
    }
    CHECK_INT(heard, ARRAY_LEN(fds));
    world_close(&w);
}

/* ---- bodies ---- */

static void bodies(void)
{
    static const char *const settings[] = {"limits.body_bytes", "200000", NULL};
    static struct reply r;
    static char large[300000];
    struct world w;
    memset(large, 'x', sizeof large);
    world_open(&w, settings);
    int fd = dial(w.port);

    say(fd, STR_LIT("POST /echo HTTP/1.1\r\n" H
                    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;q=1\r\nde\r\n0\r\n\r\n"));
    CHECK(hear(fd, false, &r));
    CHECK_STR(r.body, STR_LIT("abcde"));
    say(fd, STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 200000\r\n\r\n"));
    say(fd, str_make(large, 200000));
    CHECK(hear(fd, false, &r));
    CHECK(str_eq(r.body, str_make(large, 200000)));
    say(fd, STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n"));
    CHECK(hear(fd, false, &r));
    CHECK_STR(r.body, STR_LIT(""));
    say(fd, STR_LIT("PUT /echo HTTP/1.1\r\n" H "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n"));
    CHECK(hear(fd, false, &r));
    CHECK_INT(r.status, 100);
    say(fd, STR_LIT("abc"));
    CHECK(hear(fd, false, &r));
    CHECK_STR(r.body, STR_LIT("abc"));
    /* A refused small body is read, and the connection goes on. */
    say(fd, STR_LIT("POST /refused HTTP/1.1\r\n" H
                    "Content-Length: 27\r\n\r\nGET /evil HTTP/1.1\r\nHost: x"));
    CHECK(hear(fd, false, &r));
    CHECK_INT(r.status, 401);
    say(fd, STR_LIT("GET /next HTTP/1.1\r\n" H "\r\n"));
    CHECK(hear(fd, false, &r));
    CHECK_STR(r.body, STR_LIT("{\"path\":\"/next\"}"));
    close(fd);
    CHECK(atomic_load(&w.service.metrics.received_bytes) >= 200000);
    CHECK(atomic_load(&w.service.metrics.sent_bytes) >= 200000);
    world_close(&w);
}

/* Each of these is told so before its body was read, and the connection ends. */
static void refused_bodies(void)
{
    static const char *const settings[] = {"limits.body_bytes", "100000", NULL};
    static const struct trap early[] = {
        {"declared", STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 100001\r\n\r\n"), 413, true},
        {"beyond 64 bits",
         STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 18446744073709551615\r\n\r\n"), 413, true},
        {"expecting",
         STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 100001\r\nExpect: 100-continue\r\n\r\n"),
         413, true},
        {"no key, expecting",
         STR_LIT("POST /refused HTTP/1.1\r\n" H "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"),
         401, true},
        {"no key, large", STR_LIT("POST /refused HTTP/1.1\r\n" H "Content-Length: 90000\r\n\r\n"), 401,
         true},
        {"no key, chunked",
         STR_LIT("DELETE /refused HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), 401,
         true},
    };
    static struct reply r;
    static char large[200000];
    struct world w;
    memset(large, 'x', sizeof large);
    world_open(&w, settings);
    for (size_t i = 0; i < ARRAY_LEN(early); i++) {
        int fd = dial(w.port);
        unsigned before = atomic_load(&calls);
        say(fd, early[i].request);
        CHECK(hear(fd, false, &r));
        check_int(r.status, early[i].status, early[i].name, __FILE__, __LINE__);
        CHECK_STR(reply_header(&r, "Connection"), STR_LIT("close"));
        CHECK(closes(fd, 3000));
        CHECK_INT(atomic_load(&calls), before);
        close(fd);
    }
    /* Undeclared, the length shows in the middle. */
    int fd = dial(w.port);
    say(fd, STR_LIT("POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n186A2\r\n"));
    say(fd, str_make(large, 0x186a2));
    CHECK(hear(fd, false, &r));
    CHECK_INT(r.status, 413);
    CHECK(holds(r.body, "\"code\":\"PAYLOAD_TOO_LARGE\""));
    CHECK_STR(reply_header(&r, "X-Front"), STR_LIT("yes"));
    CHECK(closes(fd, 3000));
    close(fd);
    world_close(&w);
}

/* A client that writes a large body and only then reads must still get its 413. */
static void told_while_sending(void)
{
    static struct reply r;
    static char large[1 << 20];
    struct world w;
    unsigned told = 0;
    memset(large, 'x', sizeof large);
    world_open(&w, NULL);
    for (int i = 0; i < 10; i++) {
        int fd = dial(w.port);
        say(fd, STR_LIT("POST /echo HTTP/1.1\r\n" H "Content-Length: 5000000\r\n\r\n"));
        for (int k = 0; k < 5 && say(fd, str_make(large, 1000000)); k++) {
        }
        told += hear(fd, false, &r) && r.status == 413;
        close(fd);
    }
    printf("     %u of 10 that sent without listening were told\n", told);
    CHECK_INT(told, 10);
    world_close(&w);
}

/* ---- heads ---- */

static void large_heads(void)
{
    static struct reply r;
    static char request[40000];
    struct world w;
    world_open(&w, NULL);
    for (size_t size = 1000; size < 30000; size += 500) {
        int n = snprintf(request, sizeof request, "GET /a HTTP/1.1\r\n" H "X-Long: ");
        memset(request + n, 'y', size - (size_t)n - 4);
        memcpy(request + size - 4, "\r\n\r\n", 4);
        int fd = dial(w.port);
        say(fd, str_make(request, size));
        hear(fd, false, &r);
        unsigned want = size + 1024 <= 16384 ? 200 : 431;
        if (!CHECK_INT(r.status, want))
            fprintf(stderr, "    %zu bytes\n", size);
        if (want == 431)
            CHECK(closes(fd, 3000));
        close(fd);
    }
    /* Many small ones take more of the library's memory than their text. */
    size_t n = (size_t)snprintf(request, sizeof request, "GET /a HTTP/1.1\r\n" H);
    for (int i = 0; i < 2000; i++)
        n += (size_t)snprintf(request + n, sizeof request - n, "a:\r\n");
    memcpy(request + n, "\r\n", 2);
    int fd = dial(w.port);
    say(fd, str_make(request, n + 2));
    hear(fd, false, &r);
    CHECK_INT(r.status, 431);
    close(fd);
    world_close(&w);
}

/* Says a byte at a time; how long the connection lived. */
static int64_t drip(int port, const char *before, const char *text, struct reply *r)
{
    int fd = dial(port);
    bool open = true;
    if (before) {
        say(fd, str_of(before));
        hear(fd, false, r);
    }
    int64_t from = clock_mono_ms();
    for (size_t i = 0; open && text[i]; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        say(fd, str_make(text + i, 1));
        open = poll(&p, 1, 60) == 0;
    }
    int64_t lived = clock_mono_ms() - from;
    hear(fd, false, r);
    close(fd);
    return open ? -1 : lived;
}

#define LONG_LINE "0123456789012345678901234567890123456789"

static void slow_senders(void)
{
    static const char *const settings[] = {
        "limits.head_ms", "400", "limits.body_ms", "700", "limits.idle_ms", "1000", NULL};
    static struct reply r;
    struct world w;
    world_open(&w, settings);
    int64_t ms = drip(w.port, NULL, "GET /" LONG_LINE " HTTP/1.1\r\n", &r);
    CHECK(ms >= 390 && ms < 2300);
    CHECK_INT(r.status, 0);
    ms = drip(w.port, NULL, "GET / HTTP/1.1\r\nA: " LONG_LINE, &r);
    CHECK(ms >= 390 && ms < 2300);
    /* A later head: from its first line on. */
    ms = drip(w.port, "GET /a HTTP/1.1\r\n" H "\r\n", "GET /b HTTP/1.1\r\nA: " LONG_LINE, &r);
    CHECK(ms >= 400 && ms < 3000);
    ms = drip(w.port, "GET /a HTTP/1.1\r\n" H "\r\n", "GET /" LONG_LINE LONG_LINE " HTTP/1.1\r\n", &r);
    CHECK(ms >= 990 && ms < 4500);
    ms = drip(w.port,
              "GET /a HTTP/1.1\r\n" H "\r\nPOST /echo HTTP/1.1\r\n" H "Content-Length: 100\r\n\r\n",
              LONG_LINE, &r);
    CHECK(ms >= 690 && ms < 2300);
    CHECK_INT(r.status, 408);
    CHECK(r.is_whole && holds(r.body, "REQUEST_TIMEOUT"));
    int fd = dial(w.port);
    int64_t from = clock_mono_ms();
    say(fd, STR_LIT("GET /a HTTP/1.1\r\n" H "\r\n"));
    CHECK(hear(fd, false, &r));
    CHECK(closes(fd, 3000));
    ms = clock_mono_ms() - from;
    CHECK(ms >= 990 && ms < 3500);
    close(fd);
    CHECK_INT(ask(&w, "GET /a HTTP/1.1\r\n" H "\r\n")->status, 200);
    world_close(&w);
}

/* ---- what handlers see and say ---- */

static void queries(void)
{
    struct world w;
    world_open(&w, NULL);
    CHECK_STR(
        ask(&w, "GET /query?a=%41%2Bb+c%26&flag&n=50&big=99999999999999999999999 HTTP/1.1\r\n" H "\r\n")
            ->body,
        STR_LIT("A+b c&|1|0|50 7 7 100"));
    CHECK_STR(ask(&w, "GET /query?a=1&a=2&n=0&x=%zz HTTP/1.1\r\n" H "\r\n")->body,
              STR_LIT("1|0|0|1 7 1 7"));
    CHECK_STR(ask(&w, "GET /query?n=-5&%61=q&A=no HTTP/1.1\r\n" H "\r\n")->body,
              STR_LIT("q|0|0|7 7 7 7"));
    CHECK_STR(ask(&w, "GET /query? HTTP/1.1\r\n" H "\r\n")->body, STR_LIT("|0|0|7 7 7 7"));
    world_close(&w);
}

#define FROM "X-Forwarded-For: 203.0.113.7, 198.51.100.9\r\nX-Forwarded-Proto: https\r\n"

static void clients(void)
{
    static const char *const trusting[] = {"server.trusted_proxies", "127.0.0.0/8, 198.51.100.9", NULL};
    static const char *const named[] = {"server.public_url", "https://keep.example/base/", NULL};
    char want[200];
    struct world w;
    world_open(&w, NULL);
    CHECK_STR(ask(&w, "GET /client HTTP/1.1\r\nHost: h.example:81\r\n" FROM "\r\n")->body,
              STR_LIT("127.0.0.1 0 http://h.example:81"));
    snprintf(want, sizeof want, "127.0.0.1 0 http://127.0.0.1:%d", w.port);
    CHECK_STR(ask(&w, "GET /client HTTP/1.0\r\n\r\n")->body, str_of(want));
    world_close(&w);
    world_open(&w, trusting);
    CHECK_STR(ask(&w, "GET /client HTTP/1.1\r\nHost: h\r\n" FROM "\r\n")->body,
              STR_LIT("203.0.113.7 1 https://h"));
    CHECK_STR(ask(&w, "GET /client HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: evil, 203.0.113.7\r\n"
                      "X-Forwarded-For: 198.51.100.9\r\n\r\n")
                  ->body,
              STR_LIT("203.0.113.7 0 http://h"));
    world_close(&w);
    world_open(&w, named);
    CHECK_STR(ask(&w, "GET /client HTTP/1.1\r\nHost: h\r\n\r\n")->body,
              STR_LIT("127.0.0.1 0 https://keep.example/base"));
    world_close(&w);
}

static void errors(void)
{
    struct reply *r;
    struct world w;
    world_open(&w, NULL);
    r = ask(&w, "GET /error HTTP/1.1\r\n" H "\r\n");
    CHECK_INT(r->status, 404);
    CHECK_STR(
        r->body,
        STR_LIT("{\"status\":\"error\",\"message\":\"No such thing.\",\"error\":\"No such thing.\"}"));
    CHECK_STR(reply_header(r, "Content-Type"), STR_LIT("application/json; charset=utf-8"));
    r = ask(&w, "GET /error?kind=list HTTP/1.1\r\n" H "\r\n");
    CHECK_INT(r->status, 422);
    CHECK(
        holds(r->body, "\"code\":\"INVALID_SCHEMA\",\"errors\":[\"first \\\"quoted\\\"\",\"second\"]}"));
    r = ask(&w, "GET /error?kind=retry HTTP/1.1\r\n" H "\r\n");
    CHECK_INT(r->status, 429);
    CHECK_STR(reply_header(r, "Retry-After"), STR_LIT("17"));
    CHECK(holds(r->body, "\"retry_after\":17"));
    CHECK_INT(ask(&w, "GET /error?kind=full HTTP/1.1\r\n" H "\r\n")->status, 507);
    CHECK_INT(ask(&w, "GET /error?kind=busy HTTP/1.1\r\n" H "\r\n")->status, 503);
    CHECK_INT(ask(&w, "GET /error?kind=corrupt HTTP/1.1\r\n" H "\r\n")->status, 500);
    CHECK_INT(ask(&w, "GET /overfull HTTP/1.1\r\n" H "\r\n")->status, 503);
    CHECK_INT(ask(&w, "GET /silent HTTP/1.1\r\n" H "\r\n")->status, 500);
    r = ask(&w, "GET /headers HTTP/1.1\r\n" H "\r\n");
    CHECK_STR(reply_header(r, "X-One"), STR_LIT("2"));
    CHECK(!holds(r->head, "X-Evil") && !holds(r->head, "X-More"));
    r = ask(&w, "HEAD /error?kind=retry HTTP/1.1\r\n" H "\r\n");
    CHECK_INT(r->status, 429);
    CHECK(str_is_set(reply_header(r, "Content-Length")) &&
          !str_is(reply_header(r, "Content-Length"), "0"));
    world_close(&w);
}

/* ---- starting ---- */

static void listening(void)
{
    static const char *const v6[] = {"server.listen", "[::1]:0", NULL};
    struct diag diag = {0};
    struct world w, other;
    struct server *none = NULL;
    char taken[64];
    world_open(&w, NULL);
    snprintf(taken, sizeof taken, "127.0.0.1:%d", w.port);
    CHECK_STR(str_of(server_address(w.server)), str_of(taken));
    memset(&other, 0, sizeof other);
    config_init(&other.config);
    other.service.config = &other.config;
    static const struct {
        const char *listen, *proxies;
        enum status status;
        const char *part;
    } cases[] = {{NULL, "", ST_BUSY, "in use"},
                 {"192.0.2.1:0", "", ST_INPUT, "address of this machine"},
                 {"localhost", "", ST_INPUT, "server.listen"},
                 {"127.0.0.1:0", "10.0.0.0/8,me", ST_INPUT, "\"me\""}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *listen = cases[i].listen ? cases[i].listen : taken;
        NEED(config_set(&other.config, STR_LIT("server.listen"), str_of(listen), &diag) == OK);
        NEED(config_set(&other.config, STR_LIT("server.trusted_proxies"), str_of(cases[i].proxies),
                        &diag) == OK);
        CHECK_INT(server_create(&other.service, &none, &diag), cases[i].status);
        if (!CHECK(strstr(diag.text, cases[i].part) != NULL))
            fprintf(stderr, "    %s\n", diag.text);
        CHECK(!none && !other.service.server);
    }
    world_close(&w);
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool has_v6 = fd >= 0 && bind(fd, (struct sockaddr *)&to, sizeof to) == 0;
    close(fd);
    if (has_v6) {
        static struct reply r;
        world_open(&w, v6);
        CHECK(strncmp(server_address(w.server), "[::1]:", 6) == 0);
        fd = socket(AF_INET6, SOCK_STREAM, 0);
        to.sin6_port = htons((uint16_t)w.port);
        CHECK(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
        say(fd, STR_LIT("GET /client HTTP/1.1\r\n" H "\r\n"));
        CHECK(hear(fd, false, &r));
        CHECK_STR(r.body, STR_LIT("::1 0 http://x"));
        close(fd);
        world_close(&w);
    }
}

int main(void)
{
    RUN(traps_are_refused);
    RUN(others_pass);
    RUN(connections_are_kept);
    RUN(bodies);
    RUN(refused_bodies);
    RUN(told_while_sending);
    RUN(large_heads);
    RUN(queries);
    RUN(clients);
    RUN(errors);
    RUN(listening);
    RUN(addresses_are_counted);
    RUN(connections_are_limited);
    RUN(slow_senders);
    RUN(a_thousand_idle);
    CHECK_INT(atomic_load(&replies) > atomic_load(&calls), 1);
    return check_report();
}
