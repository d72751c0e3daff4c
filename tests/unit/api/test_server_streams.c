/* SPDX-License-Identifier: Apache-2.0 */
/* Replies that take their time, over real sockets: calls that wait, streams, files, and the end of the server with
 * all of them under way. The routes are the test's. */
#include "tests/unit/api/server_client.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define H "Host: x\r\n"

bool front_head(struct call *call)
{
    (void)call;
    return false;
}

void front_reply(struct call *call)
{
    call_set_header(call, "X-Front", STR_LIT("yes"));
}

/* ---- calls that wait: kept here until the test resumes them ---- */

static struct {
    pthread_mutex_t lock;
    struct call *calls[256];
    size_t n;
} kept = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void keep(struct call *call)
{
    pthread_mutex_lock(&kept.lock);
    kept.calls[kept.n++] = call;
    pthread_mutex_unlock(&kept.lock);
}

static size_t n_kept(void)
{
    pthread_mutex_lock(&kept.lock);
    size_t n = kept.n;
    pthread_mutex_unlock(&kept.lock);
    return n;
}

static void finish(struct call *call)
{
    buf_printf(&call->out, "finished %.*s", STR_ARG(call_query(call, "id")));
    call_reply_bytes(call, 200, "text/plain");
    call_resume(call);
}

static void finish_kept(void)
{
    pthread_mutex_lock(&kept.lock);
    while (kept.n)
        finish(kept.calls[--kept.n]);
    pthread_mutex_unlock(&kept.lock);
}

static void *finish_on_thread(void *user)
{
    finish(user);
    return NULL;
}

/* ---- streams ---- */

static atomic_uint begun, ended, asked, beats, news;

struct source {
    uint64_t pieces, given, bytes;
    unsigned seen;
    bool waits, breaks;
};

static enum status counted(void *user, struct buf *out, bool idle)
{
    struct source *s = user;
    (void)idle;
    atomic_fetch_add(&asked, 1);
    if (s->breaks && s->given == s->pieces)
        return ST_CORRUPT;
    char *to = s->given < s->pieces ? buf_room(out, s->bytes) : NULL;
    if (to) {
        memset(to, 'a' + (int)(s->given++ % 26), s->bytes);
        out->n += s->bytes;
    }
    return s->given < s->pieces || s->breaks ? OK : ST_NOTFOUND;
}

/* Tells the number of news, when it has changed. */
static enum status told(void *user, struct buf *out, bool idle)
{
    struct source *s = user;
    unsigned now = atomic_load(&news);
    atomic_fetch_add(&asked, 1);
    if (idle) {
        atomic_fetch_add(&beats, 1);
        buf_puts(out, ": beat\n");
    }
    if (now != s->seen) {
        s->seen = now;
        buf_printf(out, "news %u\n", now);
    }
    return s->seen >= s->pieces ? ST_NOTFOUND : ST_AGAIN;
}

static void over(void *user)
{
    struct source *s = user;
    must(s->bytes != 12345);
    s->bytes = 12345; /* once */
    atomic_fetch_add(&ended, 1);
}

static void stream(struct call *call, bool waits)
{
    struct source *s = ARENA_NEW(&call->arena, struct source);
    must(s);
    s->pieces = call_query_u64(call, "pieces", waits ? UINT32_MAX : 3, 0, UINT32_MAX);
    s->bytes = call_query_u64(call, "bytes", STREAM_PIECE, 0, (size_t)100 << 20);
    s->breaks = str_is_set(call_query(call, "breaks"));
    s->seen = UINT32_MAX;
    atomic_fetch_add(&begun, 1);
    struct reply_stream reply = {.next = waits ? told : counted, .end = over, .user = s};
    call_reply_stream(call, 200, waits ? "text/event-stream" : "text/plain", &reply);
}

/* ---- files ---- */

static char file_path[64];
static int file_fds;

static void file(struct call *call)
{
    int fd = open(file_path, O_RDONLY | O_CLOEXEC);
    must(fd >= 0);
    struct str tag = str_is_set(call_query(call, "untagged")) ? STR_NONE : STR_LIT("v1");
    call_reply_file(call, fd, "application/zip", tag, call_query(call, "name"));
}

void front_call(struct call *call)
{
    if (str_is(call->path, "/wait")) {
        call_wait(call);
        keep(call);
    } else if (str_is(call->path, "/now")) {
        call_wait(call);
        finish(call);
    } else if (str_is(call->path, "/soon")) {
        pthread_t thread;
        call_wait(call);
        must(pthread_create(&thread, NULL, finish_on_thread, call) == 0);
        pthread_detach(thread);
    } else if (str_is(call->path, "/stream")) {
        stream(call, false);
    } else if (str_is(call->path, "/events")) {
        stream(call, true);
    } else if (str_is(call->path, "/file")) {
        file(call);
    } else if (str_is(call->path, "/folder")) {
        call_reply_file(call, open("tests", O_RDONLY | O_CLOEXEC), "text/plain", STR_NONE, STR_NONE);
    } else {
        call_error(call, 404, "NOT_FOUND", "No such path.");
    }
}

static void reset(void)
{
    atomic_store(&begun, 0);
    atomic_store(&ended, 0);
    atomic_store(&asked, 0);
    atomic_store(&beats, 0);
    atomic_store(&news, 0);
}

static void tell(struct world *w, unsigned n)
{
    atomic_store(&news, n);
    server_wake_streams(&w->service);
}

static int ask_on(const struct world *w, const char *request)
{
    int fd = dial(w->port);
    say(fd, str_of(request));
    return fd;
}

static long cpu_ms(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
           (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

/* ---- waiting ---- */

static void calls_wait(void)
{
    static struct reply r;
    struct world w;
    int fds[50];
    char want[32];
    world_open(&w, NULL);
    for (int i = 0; i < 50; i++) {
        char request[100];
        snprintf(request, sizeof request, "GET /wait?id=%d HTTP/1.1\r\n" H "\r\n", i);
        fds[i] = ask_on(&w, request);
    }
    EVENTUALLY(n_kept() == 50);
    long before = cpu_ms();
    usleep(200000);
    CHECK(cpu_ms() - before < 100);
    finish_kept();
    for (int i = 0; i < 50; i++) {
        snprintf(want, sizeof want, "finished %d", i);
        CHECK(hear(fds[i], false, &r));
        CHECK_STR(r.body, str_of(want));
        CHECK_STR(reply_header(&r, "X-Front"), STR_LIT("yes"));
        say(fds[i], STR_LIT("GET /now?id=n HTTP/1.1\r\n" H "\r\nGET /soon?id=s HTTP/1.1\r\n" H "\r\n"));
    }
    for (int i = 0; i < 50; i++) {
        CHECK(hear(fds[i], false, &r));
        CHECK_STR(r.body, STR_LIT("finished n"));
        CHECK(hear(fds[i], false, &r));
        CHECK_STR(r.body, STR_LIT("finished s"));
        close(fds[i]);
    }
    world_close(&w);
}

/* Handlers that are finished while they return, by many at once. */
static void resumes_race(void)
{
    static struct reply r;
    struct world w;
    int fds[8];
    world_open(&w, NULL);
    for (int i = 0; i < 8; i++)
        fds[i] = dial(w.port);
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < 8; i++)
            say(fds[i], STR_LIT("GET /soon?id=s HTTP/1.1\r\n" H "\r\n"));
        for (int i = 0; i < 8; i++)
            if (!hear(fds[i], false, &r) || r.status != 200)
                CHECK(false);
    }
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    world_close(&w);
}

static void waiting_clients_leave(void)
{
    struct world w;
    world_open(&w, NULL);
    for (int i = 0; i < 20; i++) {
        int fd = ask_on(&w, "GET /wait HTTP/1.1\r\n" H "\r\n");
        EVENTUALLY(n_kept() == (size_t)i + 1);
        struct linger reset_it = {.l_onoff = 1};
        if (i % 2)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset_it, sizeof reset_it);
        close(fd);
    }
    CHECK_INT(atomic_load(&w.service.metrics.connections), 20);
    finish_kept();
    EVENTUALLY(atomic_load(&w.service.metrics.connections) == 0);
    CHECK_INT(ask(&w, "GET /now HTTP/1.1\r\n" H "\r\n")->status, 200);
    world_close(&w);
}

/* ---- streams ---- */

static void streams_are_whole(void)
{
    struct world w;
    struct reply *r;
    reset();
    world_open(&w, NULL);
    r = ask(&w, "GET /stream?pieces=3&bytes=50000 HTTP/1.1\r\n" H "\r\n");
    CHECK(r->is_whole && r->is_chunked);
    CHECK_INT(r->body.n, 150000);
    CHECK(r->body.n == 150000 && r->body.p[0] == 'a' && r->body.p[50000] == 'b' &&
          r->body.p[149999] == 'c');
    r = ask(&w, "GET /stream?pieces=3&bytes=50000 HTTP/1.0\r\n\r\n");
    CHECK(!r->is_chunked);
    CHECK_INT(r->body.n, 150000);
    r = ask(&w, "GET /stream?pieces=0 HTTP/1.1\r\n" H "\r\n");
    CHECK(r->is_whole && r->is_chunked && r->body.n == 0);
    unsigned before = atomic_load(&asked);
    r = ask(&w, "HEAD /stream HTTP/1.1\r\n" H "\r\n");
    CHECK(r->is_whole && r->is_chunked && r->body.n == 0);
    CHECK_INT(atomic_load(&asked), before);
    r = ask(&w, "GET /stream?breaks&pieces=1&bytes=100 HTTP/1.1\r\n" H "\r\n");
    CHECK(!r->is_whole);
    r = ask(&w, "GET /stream?pieces=1&bytes=100000000 HTTP/1.1\r\n" H
                "\r\n"); /* beyond what a piece may be */
    CHECK(!r->is_whole);
    EVENTUALLY(atomic_load(&ended) == 6);
    CHECK_INT(atomic_load(&begun), 6);
    /* A connection goes on behind a stream. */
    static struct reply next;
    int fd = ask_on(&w, "GET /stream?bytes=10 HTTP/1.1\r\n" H "\r\nGET /now?id=2 HTTP/1.1\r\n" H "\r\n");
    CHECK(hear(fd, false, &next) && next.body.n == 30);
    CHECK(hear(fd, false, &next));
    CHECK_STR(next.body, STR_LIT("finished 2"));
    close(fd);
    world_close(&w);
}

/* A client that asks for much and does not read. */
static int dial_deaf(const struct world *w)
{
    int small = 4096;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)w->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    NEED(connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    say(fd, STR_LIT("GET /stream?pieces=100000 HTTP/1.1\r\n" H "\r\n"));
    return fd;
}

/* The kernel's buffers fill, then nothing more is made. */
static void slow_readers_hold_little(void)
{
    struct world w;
    reset();
    world_open(&w, NULL);
    int fd = dial_deaf(&w);
    usleep(300000);
    unsigned then = atomic_load(&asked);
    usleep(200000);
    CHECK_INT(atomic_load(&asked), then);
    CHECK((size_t)then * STREAM_PIECE < (size_t)8 << 20); /* what the sockets of both sides took */
    long before = cpu_ms();
    usleep(200000);
    CHECK(cpu_ms() - before < 100);
    close(fd);
    EVENTUALLY(atomic_load(&ended) == 1);
    world_close(&w);
}

static void deaf_clients_are_left(void)
{
    static const char *const settings[] = {"limits.idle_ms", "1000", NULL};
    struct world w;
    reset();
    world_open(&w, settings);
    int fd = dial_deaf(&w);
    EVENTUALLY(atomic_load(&ended) == 1);
    close(fd);
    world_close(&w);
}

static bool hears_text(int fd, const char *text, int ms)
{
    static char heard[4096];
    size_t n = 0;
    int64_t until = clock_mono_ms() + ms;
    while (n < sizeof heard - 1 && clock_mono_ms() < until) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 20) <= 0)
            continue;
        ssize_t got = recv(fd, heard + n, 1, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        heard[n] = 0;
        if (n >= strlen(text) && strcmp(heard + n - strlen(text), text) == 0)
            return true;
    }
    return false;
}

#define EVENTS "GET /events HTTP/1.1\r\n" H "\r\n"

static void streams_are_woken(void)
{
    struct world w;
    int fds[50];
    reset();
    world_open(&w, NULL);
    for (int i = 0; i < 50; i++)
        fds[i] = ask_on(&w, EVENTS);
    for (int i = 0; i < 50; i++)
        CHECK(hears_text(fds[i], "news 0\n", 3000));
    int64_t from = clock_mono_ms();
    tell(&w, 1);
    for (int i = 0; i < 50; i++)
        CHECK(hears_text(fds[i], "news 1\n", 3000));
    CHECK(clock_mono_ms() - from < 3000);
    /* Many wake-ups are one. */
    unsigned before = atomic_load(&asked);
    for (unsigned i = 2; i <= 5000; i++)
        tell(&w, i);
    for (int i = 0; i < 50; i++)
        CHECK(hears_text(fds[i], "news 5000\n", 3000));
    CHECK(atomic_load(&asked) - before < 50 * 100);
    /* Heartbeats: each 150 ms here. They find those that have left. */
    CHECK(hears_text(fds[0], ": beat\n", 1000) && hears_text(fds[0], ": beat\n", 1000));
    before = atomic_load(&beats);
    long cpu = cpu_ms();
    from = clock_mono_ms();
    usleep(450000);
    unsigned more = atomic_load(&beats) - before;
    CHECK(more >= 50 && more <= 50 * ((clock_mono_ms() - from) / 150 + 2));
    CHECK(cpu_ms() - cpu < 300);
    for (int i = 0; i < 50; i++)
        close(fds[i]);
    EVENTUALLY(atomic_load(&ended) == 50);
    EVENTUALLY(atomic_load(&w.service.metrics.streams) == 0);
    world_close(&w);
}

struct teller {
    struct world *w;
    unsigned last;
};

static void *tell_all(void *user)
{
    struct teller *t = user;
    for (unsigned i = 1; i <= t->last; i++) {
        tell(t->w, i);
        if (i % 64 == 0)
            usleep(500);
    }
    return NULL;
}

/* The last word reaches everyone, whatever it met: asleep, awake, or on the way down. */
static void no_wakeup_is_lost(void)
{
    static struct reply r;
    struct world w;
    struct diag diag;
    struct server_times patient = {.stream_idle_ms = 60000};
    reset();
    world_open(&w, NULL);
    world_close(&w);
    NEED(server_create_with(&w.service, &patient, &w.service.server, &diag) == OK);
    w.server = w.service.server;
    w.port = atoi(strrchr(server_address(w.server), ':') + 1);
    for (int round = 0; round < 10; round++) {
        pthread_t thread;
        int fds[10];
        struct teller teller = {.w = &w, .last = 2000};
        atomic_store(&news, 0);
        for (int i = 0; i < 10; i++)
            fds[i] = ask_on(&w, "GET /events?pieces=2000 HTTP/1.1\r\n" H "\r\n");
        NEED(pthread_create(&thread, NULL, tell_all, &teller) == 0);
        for (int i = 0; i < 10; i++) {
            CHECK(hear(fds[i], false, &r));
            CHECK(holds(r.body, "news 2000\n"));
            close(fds[i]);
        }
        pthread_join(thread, NULL);
    }
    world_close(&w);
}

/* ---- the end ---- */

static void stops_with_streams(void)
{
    struct world w;
    int fds[100];
    reset();
    world_open(&w, NULL);
    for (int i = 0; i < 100; i++)
        fds[i] = ask_on(&w, EVENTS);
    for (int i = 0; i < 100; i++)
        CHECK(hears_text(fds[i], "news 0\n", 3000));
    int idle = dial(w.port), half = ask_on(&w, "GET /now HT");
    int64_t from = clock_mono_ms();
    server_stop(w.server, 5000);
    CHECK(clock_mono_ms() - from < 4000);
    server_wake_streams(&w.service);
    for (int i = 0; i < 100; i++) {
        CHECK(hears_text(fds[i], "0\r\n\r\n", 1000)); /* an end, not a break */
        CHECK(closes(fds[i], 1000));
        close(fds[i]);
    }
    CHECK(closes(idle, 1000) && closes(half, 1000));
    close(idle);
    close(half);
    CHECK_INT(atomic_load(&ended), 100);
    world_close(&w);
}

/* Those that neither read nor end are broken off when the grace is over. */
static void stops_with_blocked_streams(void)
{
    struct world w;
    int fds[20];
    reset();
    world_open(&w, NULL);
    for (int i = 0; i < 20; i++)
        fds[i] = ask_on(&w, "GET /stream?pieces=4000000 HTTP/1.1\r\n" H "\r\n");
    EVENTUALLY(atomic_load(&begun) == 20);
    usleep(100000);
    int64_t from = clock_mono_ms();
    server_stop(w.server, 300);
    CHECK(clock_mono_ms() - from < 5000);
    CHECK_INT(atomic_load(&ended), 20);
    for (int i = 0; i < 20; i++)
        close(fds[i]);
    world_close(&w);
}

static void stops_with_waiting_calls(void)
{
    static struct reply r;
    struct world w;
    pthread_t thread;
    world_open(&w, NULL);
    /* One that is finished within the grace has its reply, one that is not is closed. */
    int first = ask_on(&w, "GET /wait?id=1 HTTP/1.1\r\n" H "\r\n");
    EVENTUALLY(n_kept() == 1);
    int second = ask_on(&w, "GET /wait?id=2 HTTP/1.1\r\n" H "\r\n");
    EVENTUALLY(n_kept() == 2);
    struct call *late = kept.calls[1];
    NEED(pthread_create(&thread, NULL, finish_on_thread, kept.calls[0]) == 0);
    server_stop(w.server, 400);
    pthread_join(thread, NULL);
    CHECK(hear(first, false, &r));
    CHECK_STR(r.body, STR_LIT("finished 1"));
    CHECK(closes(first, 1000));
    CHECK(closes(second, 1000));
    CHECK_STR(call_query(late, "id"), STR_LIT("2")); /* still its waiter's */
    CHECK_STR(call_header(late, "HOST"), STR_LIT("x"));
    finish(late);
    kept.n = 0;
    close(first);
    close(second);
    world_close(&w);
}

static void *stop_soon(void *user)
{
    struct world *w = user;
    usleep(20000);
    server_stop(w->server, 3000);
    return NULL;
}

/* A reply that has begun is whole, and the last on its connection. */
static void replies_end_within_the_grace(void)
{
    static struct reply r;
    struct world w;
    pthread_t thread;
    reset();
    world_open(&w, NULL);
    int fd = ask_on(&w, "GET /wait?id=7 HTTP/1.1\r\n" H "\r\n");
    EVENTUALLY(n_kept() == 1);
    NEED(pthread_create(&thread, NULL, stop_soon, &w) == 0);
    EVENTUALLY(atomic_load(&w.server->stopping));
    usleep(50000);
    finish_kept();
    CHECK(hear(fd, false, &r));
    CHECK_STR(r.body, STR_LIT("finished 7"));
    CHECK_STR(reply_header(&r, "Connection"), STR_LIT("close"));
    pthread_join(thread, NULL);
    close(fd);
    world_close(&w);
}

/* Requests of all kinds come in while the server goes: nothing aborts, nothing hangs. */
static void stops_under_load(void)
{
    for (int round = 0; round < 10; round++) {
        struct world w;
        int fds[40];
        reset();
        world_open(&w, NULL);
        for (int i = 0; i < 40; i++)
            fds[i] = ask_on(
                &w, i % 4 == 0   ? EVENTS
                    : i % 4 == 1 ? "GET /soon HTTP/1.1\r\n" H "\r\nGET /soon HTTP/1.1\r\n" H "\r\n"
                    : i % 4 == 2 ? "GET /stream?pieces=50 HTTP/1.1\r\n" H "\r\n"
                                 : "POST /now HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\nabc");
        usleep((useconds_t)round * 300);
        server_stop(w.server, 50);
        CHECK_INT(atomic_load(&begun), atomic_load(&ended));
        for (int i = 0; i < 40; i++)
            close(fds[i]);
        usleep(20000); /* the threads of /soon */
        world_close(&w);
    }
}

/* ---- files ---- */

static int open_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 4096; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void files(void)
{
    struct world w;
    struct reply *r;
    snprintf(file_path, sizeof file_path, "/tmp/webkeep-file-XXXXXX");
    int fd = mkstemp(file_path);
    NEED(fd >= 0);
    static char content[100000];
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (char)('0' + i % 10);
    NEED(write(fd, content, sizeof content) == (ssize_t)sizeof content);
    world_open(&w, NULL);
    file_fds = open_descriptors();
    r = ask(&w, "GET /file HTTP/1.1\r\n" H "\r\n");
    CHECK_INT(r->status, 200);
    CHECK(str_eq(r->body, str_make(content, sizeof content)));
    CHECK_STR(reply_header(r, "ETag"), STR_LIT("\"v1\""));
    CHECK_STR(reply_header(r, "Accept-Ranges"), STR_LIT("bytes"));
    CHECK_STR(reply_header(r, "Content-Type"), STR_LIT("application/zip"));
    CHECK(!str_is_set(reply_header(r, "Content-Disposition")));
    r = ask(&w, "GET /file?name=a%20%22b%22%C3%A9.zip HTTP/1.1\r\n" H
                "Range: bytes=99990-\r\nIf-Range: \"v1\"\r\n\r\n");
    CHECK_INT(r->status, 206);
    CHECK_STR(r->body, STR_LIT("0123456789"));
    CHECK_STR(reply_header(r, "Content-Range"), STR_LIT("bytes 99990-99999/100000"));
    CHECK_STR(reply_header(r, "Content-Disposition"),
              STR_LIT("attachment; filename=\"a _b___.zip\"; filename*=UTF-8''a%20%22b%22%C3%A9.zip"));
    r = ask(&w, "GET /file HTTP/1.1\r\n" H "Range: bytes=3-5\r\n\r\n");
    CHECK_STR(r->body, STR_LIT("345"));
    r = ask(&w, "GET /file HTTP/1.1\r\n" H "Range: bytes=100000-\r\n\r\n");
    CHECK_INT(r->status, 416);
    CHECK_STR(reply_header(r, "Content-Range"), STR_LIT("bytes */100000"));
    CHECK(holds(r->body, "RANGE_NOT_SATISFIABLE"));
    r = ask(&w, "GET /file HTTP/1.1\r\n" H "Range: bytes=0-1, 5-6\r\n\r\n");
    CHECK_INT(r->status, 200);
    CHECK_INT(r->body.n, 100000);
    r = ask(&w, "GET /file HTTP/1.1\r\n" H "Range: bytes=3-5\r\nIf-Range: \"v0\"\r\n\r\n");
    CHECK_INT(r->status, 200);
    r = ask(&w, "HEAD /file HTTP/1.1\r\n" H "Range: bytes=3-5\r\n\r\n");
    CHECK_INT(r->status, 200);
    CHECK_STR(reply_header(r, "Content-Length"), STR_LIT("100000"));
    CHECK_INT(r->body.n, 0);
    r = ask(&w, "GET /file?untagged HTTP/1.1\r\n" H "If-None-Match: \"v1\"\r\n\r\n");
    CHECK_INT(r->status, 200);
    CHECK(!str_is_set(reply_header(r, "ETag")));
    CHECK_INT(ask(&w, "GET /folder HTTP/1.1\r\n" H "\r\n")->status, 500);
    /* 304 has no body, and the connection goes on. */
    static struct reply next;
    fd = ask_on(&w, "GET /file HTTP/1.1\r\n" H
                    "If-None-Match: W/\"v1\"\r\n\r\nGET /now?id=2 HTTP/1.1\r\n" H "\r\n");
    CHECK(hear(fd, false, &next));
    CHECK_INT(next.status, 304);
    CHECK_STR(reply_header(&next, "ETag"), STR_LIT("\"v1\""));
    CHECK_STR(reply_header(&next, "Content-Length"), STR_LIT("100000"));
    CHECK(hear(fd, false, &next));
    CHECK_STR(next.body, STR_LIT("finished 2"));
    close(fd);
    /* Of nothing, and of a client that leaves. */
    NEED(truncate(file_path, 0) == 0);
    r = ask(&w, "GET /file HTTP/1.1\r\n" H "\r\n");
    CHECK(r->status == 200 && r->is_whole && r->body.n == 0);
    CHECK_STR(reply_header(r, "Content-Length"), STR_LIT("0"));
    NEED(truncate(file_path, 1 << 30) == 0);
    fd = ask_on(&w, "GET /file HTTP/1.1\r\n" H "\r\n");
    usleep(50000);
    close(fd);
    EVENTUALLY(atomic_load(&w.service.metrics.connections) == 0);
    EVENTUALLY(open_descriptors() <= file_fds);
    unlink(file_path);
    world_close(&w);
}

int main(void)
{
    RUN(calls_wait);
    RUN(resumes_race);
    RUN(waiting_clients_leave);
    RUN(streams_are_whole);
    RUN(slow_readers_hold_little);
    RUN(deaf_clients_are_left);
    RUN(streams_are_woken);
    RUN(no_wakeup_is_lost);
    RUN(files);
    RUN(stops_with_streams);
    RUN(stops_with_blocked_streams);
    RUN(stops_with_waiting_calls);
    RUN(replies_end_within_the_grace);
    RUN(stops_under_load);
    return check_report();
}
