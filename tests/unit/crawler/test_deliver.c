/* SPDX-License-Identifier: Apache-2.0 */
/* test_deliver.c: webhooks against a small receiver on loopback, from a real store through a real writer. */
#include "crawler/deliver.h"

#include "base/clock.h"
#include "base/json.h"
#include "crawler/fetch.h"
#include "crawler/request.h"
#include "tests/unit/cache/fixture.h"

#include <arpa/inet.h>
#include <pthread.h>

#define SECRET "a shared secret"
#define LOG_MAX 40000
#define JOBS_MAX 32

/* ---- the receiver ----
 *
 *   /ok/X      204                      /redirect   307 to /ok/redirected
 *   /broken/N  500 N times, then 200    /silent     takes the request and says nothing
 *   /gone      410                      /long       200 and a body without an end
 *   /slow      200 after 100 ms         /endless    a head without an end
 *   /pace      200 after 1 ms           /drop       closes the connection without an answer */

struct got {
    char path[60], signature[80], id[DELIVERY_ID_TEXT], event[40], agent[40], type[40], body[80];
    size_t n_body;
    int64_t at_ms;
};

struct receiver {
    int fd, port;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct got *log;
    unsigned n_log, connections, busy, most_busy, visits, broken;
    bool stopping;
};

struct visit {
    struct receiver *r;
    int fd;
};

static void take_header(const char *head, const char *name, char *to, size_t size)
{
    const char *at = strcasestr(head, name);
    to[0] = 0;
    if (at)
        snprintf(to, size, "%.*s", (int)strcspn(at + strlen(name), "\r\n"), at + strlen(name));
}

static bool send_text(int fd, const char *text)
{
    size_t n = strlen(text);
    return send(fd, text, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void send_without_end(int fd, const char *piece)
{
    while (send_text(fd, piece))
        ;
}

static bool is_stopping(struct receiver *r)
{
    pthread_mutex_lock(&r->lock);
    bool stopping = r->stopping;
    pthread_mutex_unlock(&r->lock);
    return stopping;
}

/* False: the connection is over. */
static bool answer(struct receiver *r, int fd, const char *path)
{
    pthread_mutex_lock(&r->lock);
    unsigned broken = r->broken ? r->broken-- : 0;
    pthread_mutex_unlock(&r->lock);
    if (strcmp(path, "/silent") == 0) {
        char c;
        while (recv(fd, &c, 1, 0) > 0)
            ;
        return false;
    }
    if (strcmp(path, "/long") == 0) {
        send_text(fd, "HTTP/1.1 200 OK\r\n\r\n");
        send_without_end(fd, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
        return false;
    }
    if (strcmp(path, "/endless") == 0) {
        send_text(fd, "HTTP/1.1 200 OK\r\n");
        send_without_end(fd, "X-More: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n");
        return false;
    }
    if (strcmp(path, "/drop") == 0)
        return false;
    if (strcmp(path, "/slow") == 0)
        usleep(100000);
    if (strcmp(path, "/pace") == 0)
        usleep(1000);
    if (strcmp(path, "/redirect") == 0)
        return send_text(fd, "HTTP/1.1 307 Temporary Redirect\r\nLocation: /ok/redirected\r\n"
                             "Content-Length: 0\r\n\r\n");
    if (strcmp(path, "/gone") == 0)
        return send_text(fd, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
    if (strcmp(path, "/broken") == 0 && broken)
        return send_text(fd, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nsad\n");
    return send_text(fd, strncmp(path, "/ok", 3) == 0
                             ? "HTTP/1.1 204 No Content\r\n\r\n"
                             : "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n");
}

static void note(struct receiver *r, const char *head, const char *body, size_t n_body)
{
    pthread_mutex_lock(&r->lock);
    NEED(r->n_log < LOG_MAX);
    struct got *got = &r->log[r->n_log++];
    got->at_ms = clock_mono_ms();
    got->n_body = n_body;
    sscanf(head, "POST %59s ", got->path);
    snprintf(got->body, sizeof got->body, "%.*s", (int)(n_body < 79 ? n_body : 79), body);
    take_header(head, "\r\nX-Spidra-Signature: ", got->signature, sizeof got->signature);
    take_header(head, "\r\nX-Webkeep-Delivery: ", got->id, sizeof got->id);
    take_header(head, "\r\nX-Webkeep-Event: ", got->event, sizeof got->event);
    take_header(head, "\r\nUser-Agent: ", got->agent, sizeof got->agent);
    take_header(head, "\r\nContent-Type: ", got->type, sizeof got->type);
    r->busy++;
    if (r->busy > r->most_busy)
        r->most_busy = r->busy;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

/* Reads one request; false: no more. *n: bytes of text that are there, moved on to the next request. */
static bool serve_one(struct visit *v, char *text, size_t size, size_t *n)
{
    char *end, path[60], length[20];
    text[*n] = 0;
    while (!(end = strstr(text, "\r\n\r\n"))) {
        ssize_t more = *n + 1 < size ? recv(v->fd, text + *n, size - 1 - *n, 0) : 0;
        if (more <= 0)
            return false;
        *n += (size_t)more;
        text[*n] = 0;
    }
    take_header(text, "\r\nContent-Length: ", length, sizeof length);
    size_t n_head = (size_t)(end + 4 - text), n_body = strtoul(length, NULL, 10);
    while (*n < n_head + n_body) {
        ssize_t more = *n + 1 < size ? recv(v->fd, text + *n, size - 1 - *n, 0) : 0;
        if (more <= 0)
            return false;
        *n += (size_t)more;
    }
    end[2] = 0;
    NEED(sscanf(text, "POST %59s ", path) == 1);
    note(v->r, text, text + n_head, n_body);
    bool more = answer(v->r, v->fd, path);
    pthread_mutex_lock(&v->r->lock);
    v->r->busy--;
    pthread_mutex_unlock(&v->r->lock);
    memmove(text, text + n_head + n_body, *n - n_head - n_body);
    *n -= n_head + n_body;
    return more && !is_stopping(v->r);
}

static void *visit_main(void *user)
{
    struct visit *v = user;
    struct receiver *r = v->r;
    size_t n = 0, size = 2 << 20;
    char *text = malloc(size);
    NEED(text);
    while (serve_one(v, text, size, &n))
        ;
    free(text);
    shutdown(v->fd, SHUT_RDWR);
    close(v->fd);
    free(v);
    pthread_mutex_lock(&r->lock);
    r->visits--;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

static void *accept_main(void *user)
{
    struct receiver *r = user;
    int fd;
    while ((fd = accept(r->fd, NULL, NULL)) >= 0) {
        struct visit *v = malloc(sizeof *v);
        pthread_t thread;
        NEED(v);
        *v = (struct visit){r, fd};
        pthread_mutex_lock(&r->lock);
        r->connections++;
        r->visits++;
        pthread_mutex_unlock(&r->lock);
        NEED(pthread_create(&thread, NULL, visit_main, v) == 0);
        pthread_detach(thread);
    }
    return NULL;
}

static void receiver_start(struct receiver *r)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    *r = (struct receiver){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    NEED((r->log = calloc(LOG_MAX, sizeof *r->log)));
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    NEED(r->fd >= 0 && inet_pton(AF_INET, "127.0.0.1", &at.sin_addr) == 1);
    NEED(bind(r->fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(r->fd, 512) == 0);
    NEED(getsockname(r->fd, (struct sockaddr *)&at, &size) == 0);
    r->port = ntohs(at.sin_port);
    NEED(pthread_create(&r->thread, NULL, accept_main, r) == 0);
}

/* Nobody may be connected any more: their connections have ended with deliver. */
static void receiver_stop(struct receiver *r)
{
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    while (r->visits)
        pthread_cond_wait(&r->changed, &r->lock);
    pthread_mutex_unlock(&r->lock);
    shutdown(r->fd, SHUT_RDWR);
    pthread_join(r->thread, NULL);
    close(r->fd);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r->log);
}

/* Waits until n requests have come, or 20 seconds; how many have. */
static unsigned receiver_wait(struct receiver *r, unsigned n)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 20;
    pthread_mutex_lock(&r->lock);
    while (r->n_log < n && pthread_cond_timedwait(&r->changed, &r->lock, &until) == 0)
        ;
    unsigned got = r->n_log;
    pthread_mutex_unlock(&r->lock);
    return got;
}

static unsigned receiver_count(struct receiver *r)
{
    return receiver_wait(r, 0);
}

static struct got receiver_got(struct receiver *r, unsigned i)
{
    pthread_mutex_lock(&r->lock);
    struct got got = i < r->n_log ? r->log[i] : (struct got){.path = ""};
    pthread_mutex_unlock(&r->lock);
    return got;
}

static unsigned receiver_connections(struct receiver *r)
{
    pthread_mutex_lock(&r->lock);
    unsigned n = r->connections;
    pthread_mutex_unlock(&r->lock);
    return n;
}

/* ---- jobs with feeds ---- */

static struct receiver *receiver; /* of the test that runs */

struct feeding {
    struct id128 job;
    unsigned n;
    enum feed_kind kind;
};

static enum status feed_errand(struct store_write *write, void *user)
{
    const struct feeding *f = user;
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), f->job, &job);
    for (unsigned i = 0; i < f->n && st == OK; i++) {
        const struct feed_record event = {
            .kind = f->kind, .state = JOB_RUNNING, .seq = job.next_event, .at_ms = 1700000000000};
        st = store_feed_add(write, &job, &event);
    }
    return st == OK ? store_job_put(write, &job) : st;
}

static void feed(struct room *room, struct id128 job, enum feed_kind kind, unsigned n)
{
    struct feeding f = {.job = job, .n = n, .kind = kind};
    NEED(room_write(room, feed_errand, &f) == OK);
}

/* A job whose webhook is "http://HOST:PORT" and the path; NULL: it has none. n pages are in its feed. */
static struct id128 job_with(struct room *room, const char *name, const char *host, const char *path,
                             unsigned n)
{
    char webhook[200];
    struct buf text;
    struct json_out out;
    struct crawl_request request;
    struct job_record job = job_make(name);
    crawl_request_init(&request);
    request.base_url = job.base_url;
    snprintf(webhook, sizeof webhook, "http://%s:%d%s", host, receiver->port, path ? path : "");
    request.webhook = path ? str_of(webhook) : STR_NONE;
    buf_init(&text, 1 << 20);
    json_out_init(&out, &text, 0);
    crawl_request_write(&request, &out);
    job.request = buf_str(&text);
    job.flags = JOB_HAS_FEED;
    NEED(room_write(room, job_add_errand, &job) == OK);
    buf_fini(&text);
    if (n)
        feed(room, job.id, FEED_PAGE, n);
    return job.id;
}

static uint64_t delivered(struct room *room, struct id128 id)
{
    struct store_read *read;
    struct job_record job;
    NEED(store_read_begin(room->store, &read) == OK);
    NEED(store_job_get(read, id, &job) == OK);
    uint64_t n = job.delivered;
    store_read_end(read);
    return n;
}

/* ---- deliver ---- */

struct teller {
    atomic_uint asked, not_yet; /* so often "not now" first */
    size_t padding;             /* bytes more than a small body */
};

static enum status tell(void *user, struct store_read *read, const struct job_record *job,
                        const struct feed_record *event, const char **ret_name, struct buf *out)
{
    struct teller *t = user;
    (void)read;
    (void)job;
    atomic_fetch_add(&t->asked, 1);
    if (event->kind == FEED_STATE)
        return ST_NOTFOUND;
    if (atomic_load(&t->not_yet)) {
        atomic_fetch_sub(&t->not_yet, 1);
        return ST_AGAIN;
    }
    *ret_name = "crawl.page";
    buf_printf(out, "{\"event\":\"crawl.page\",\"seq\":%llu}", (unsigned long long)event->seq);
    for (size_t i = 0; i < t->padding; i++)
        buf_putc(out, ' ');
    return OK;
}

struct scene {
    struct folder folder;
    struct room room;
    struct receiver receiver;
    struct config config;
    struct address_rule *rule;
    struct teller teller;
    struct deliver *deliver;
};

static void config_make(struct config *config)
{
    config_init(config);
    config->webhook_timeout_ms = 5000;
    config->webhook_retry1_ms = 20;
    config->webhook_retry2_ms = 40;
    config->webhook_retry3_ms = 60;
}

static void scene_begin(struct scene *s)
{
    *s = (struct scene){.folder = folder_make()};
    s->room = room_open(s->folder.path);
    receiver_start(&s->receiver);
    receiver = &s->receiver;
    config_make(&s->config);
    NEED((s->rule = address_rule_create(true, NULL, 0, NULL)));
}

static void scene_deliver(struct scene *s)
{
    struct diag diag = {.text = ""};
    const struct deliver_options options = {.config = &s->config,
                                            .store = s->room.store,
                                            .writer = s->room.writer,
                                            .rule = s->rule,
                                            .secret = STR_LIT(SECRET),
                                            .body = tell,
                                            .user = &s->teller};
    NEED(deliver_create(&options, &s->deliver, &diag) == OK);
}

static void scene_rule(struct scene *s, const char *allow)
{
    struct str list = str_of(allow);
    address_rule_release(s->rule);
    NEED((s->rule = address_rule_create(false, &list, allow ? 1 : 0, NULL)));
}

static void scene_pause(struct scene *s)
{
    deliver_destroy(s->deliver);
    s->deliver = NULL;
}

static void scene_end(struct scene *s)
{
    scene_pause(s);
    receiver_stop(&s->receiver);
    address_rule_release(s->rule);
    CHECK_INT(room_check(&s->room).broken, 0);
    room_close(&s->room);
    folder_drop(&s->folder);
}

static struct deliver_stats stats_of(struct scene *s)
{
    struct deliver_stats stats;
    deliver_stats(s->deliver, &stats);
    return stats;
}

/* Waits until so many events have ended, or 20 seconds. */
static struct deliver_stats wait_ended(struct scene *s, uint64_t n)
{
    int64_t until = clock_mono_ms() + 20000;
    struct deliver_stats stats = stats_of(s);
    while (stats.delivered + stats.failed < n && clock_mono_ms() < until) {
        usleep(2000);
        stats = stats_of(s);
    }
    return stats;
}

static void check_body(struct got got, unsigned seq)
{
    char body[80];
    snprintf(body, sizeof body, "{\"event\":\"crawl.page\",\"seq\":%u}", seq);
    CHECK_STR(str_of(got.body), str_of(body));
}

static void check_id(struct got got, struct id128 job, unsigned number)
{
    char id[DELIVERY_ID_TEXT];
    delivery_id(job, number, id);
    CHECK_STR(str_of(got.id), str_of(id));
}

/* ---- tests ---- */

/* The signatures are what `printf BODY | openssl dgst -sha256 -hmac SECRET` printed. */
static void test_headers_signature_order(void)
{
    struct scene s;
    scene_begin(&s);
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/ok/a?x=/../y", 5);
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 5).delivered, 5);
    CHECK_INT(receiver_count(&s.receiver), 5);
    for (unsigned i = 0; i < 5; i++) {
        struct got got = receiver_got(&s.receiver, i);
        check_body(got, i + 1);
        check_id(got, job, i + 1);
        CHECK_STR(str_of(got.path), STR_LIT("/ok/a?x=/../y"));
        CHECK_STR(str_of(got.event), STR_LIT("crawl.page"));
        CHECK_STR(str_of(got.agent), STR_LIT("webkeep/" WEBKEEP_VERSION));
        CHECK_STR(str_of(got.type), STR_LIT("application/json"));
    }
    CHECK_STR(str_of(receiver_got(&s.receiver, 0).signature),
              STR_LIT("sha256=ef026506d0421976db468434713f53665f38b030ee3c58c39c5d403a69dc6566"));
    CHECK_STR(str_of(receiver_got(&s.receiver, 1).signature),
              STR_LIT("sha256=37110aca9e9eb8369c800564798dac9916035ab9c36b0a4b9e065174fd0af23b"));
    CHECK_INT(receiver_connections(&s.receiver), 1);
    scene_pause(&s);
    CHECK_INT(delivered(&s.room, job), 5);
    scene_end(&s);
}

static void test_paths_stay(void)
{
    struct scene s;
    scene_begin(&s);
    job_with(&s.room, "a", "127.0.0.1", "/ok/%2e%2E//b#c", 1);
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 1).delivered, 1);
    CHECK_STR(str_of(receiver_got(&s.receiver, 0).path),
              STR_LIT("//b")); /* as the URL standard has it */
    scene_end(&s);
}

static void test_retries(void)
{
    struct scene s;
    scene_begin(&s);
    s.receiver.broken = 2;
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/broken", 2);
    scene_deliver(&s);
    struct deliver_stats stats = wait_ended(&s, 2);
    CHECK_INT(stats.delivered, 2);
    CHECK_INT(stats.retried, 2);
    CHECK_INT(receiver_count(&s.receiver), 4);
    for (unsigned i = 0; i < 4; i++)
        check_id(receiver_got(&s.receiver, i), job, i < 3 ? 1 : 2);
    CHECK(receiver_got(&s.receiver, 1).at_ms - receiver_got(&s.receiver, 0).at_ms >= 19);
    CHECK(receiver_got(&s.receiver, 2).at_ms - receiver_got(&s.receiver, 1).at_ms >= 39);
    scene_end(&s);
}

static void test_given_up(void)
{
    struct scene s;
    scene_begin(&s);
    s.receiver.broken = 4;
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/broken", 2);
    scene_deliver(&s);
    struct deliver_stats stats = wait_ended(&s, 2);
    CHECK_INT(stats.delivered, 1);
    CHECK_INT(stats.failed, 1);
    CHECK_INT(stats.retried, 3);
    CHECK_INT(receiver_count(&s.receiver), 5);
    check_id(receiver_got(&s.receiver, 3), job, 1);
    check_id(receiver_got(&s.receiver, 4), job, 2);
    scene_pause(&s);
    CHECK_INT(delivered(&s.room, job), 2);
    scene_end(&s);
}

static void test_gone(void)
{
    struct scene s;
    scene_begin(&s);
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/gone", 3);
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 1).failed, 1);
    feed(&s.room, job, FEED_PAGE, 1);
    deliver_wake(s.deliver, job);
    struct id128 other = job_with(&s.room, "b", "127.0.0.1", "/ok", 1);
    deliver_wake(s.deliver, other);
    CHECK_INT(wait_ended(&s, 2).delivered, 1);
    scene_pause(&s);
    CHECK(delivered(&s.room, job) == UINT64_MAX);
    scene_deliver(&s);
    feed(&s.room, other, FEED_PAGE, 1);
    deliver_wake(s.deliver, job);
    deliver_wake(s.deliver, other);
    CHECK_INT(wait_ended(&s, 1).delivered, 1);
    CHECK_INT(receiver_count(&s.receiver), 3);
    scene_end(&s);
}

static void test_redirect(void)
{
    struct scene s;
    scene_begin(&s);
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/redirect", 1);
    scene_deliver(&s);
    struct deliver_stats stats = wait_ended(&s, 1);
    CHECK_INT(stats.failed, 1);
    CHECK_INT(stats.retried, 3);
    CHECK_INT(receiver_count(&s.receiver), 4);
    for (unsigned i = 0; i < 4; i++) {
        CHECK_STR(str_of(receiver_got(&s.receiver, i).path), STR_LIT("/redirect"));
        check_id(receiver_got(&s.receiver, i), job, 1);
    }
    scene_end(&s);
}

/* One that never answers has its turn cut short, and holds up nobody meanwhile. */
static void test_silence(void)
{
    struct scene s;
    scene_begin(&s);
    s.config.webhook_timeout_ms = 400;
    job_with(&s.room, "a", "127.0.0.1", "/silent", 1);
    job_with(&s.room, "b", "127.0.0.1", "/ok", 200);
    int64_t began = clock_mono_ms();
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 200).delivered, 200);
    struct deliver_stats stats = wait_ended(&s, 201);
    int64_t took = clock_mono_ms() - began;
    CHECK_INT(stats.failed, 1);
    CHECK_INT(stats.retried, 3);
    CHECK(took >= 4 * 400 && took < 4 * 400 + 10000);
    unsigned last_ok = 0, second_silent = 0;
    for (unsigned i = 0, silent = 0; i < receiver_count(&s.receiver); i++) {
        bool is_silent = strcmp(receiver_got(&s.receiver, i).path, "/silent") == 0;
        if (!is_silent)
            last_ok = i;
        else if (++silent == 4)
            second_silent = i;
    }
    CHECK(last_ok < second_silent);
    scene_end(&s);
}

static void test_bad_answers(void)
{
    struct scene s;
    scene_begin(&s);
    job_with(&s.room, "a", "127.0.0.1", "/long", 1);
    job_with(&s.room, "b", "127.0.0.1", "/endless", 1);
    job_with(&s.room, "c", "127.0.0.1", "/drop", 1);
    scene_deliver(&s);
    struct deliver_stats stats = wait_ended(&s, 3);
    CHECK_INT(stats.delivered, 1);
    CHECK_INT(stats.failed, 2);
    CHECK_INT(stats.retried, 6);
    scene_end(&s);
}

static void refused_with(const char *host, const char *allow)
{
    struct scene s;
    scene_begin(&s);
    scene_rule(&s, allow);
    struct id128 job = job_with(&s.room, "a", host, "/ok", 3);
    scene_deliver(&s);
    struct deliver_stats stats = wait_ended(&s, 3);
    CHECK_INT(stats.failed, 3);
    CHECK_INT(stats.retried, 0);
    CHECK_INT(receiver_connections(&s.receiver), 0);
    scene_pause(&s);
    CHECK_INT(delivered(&s.room, job), 3);
    scene_end(&s);
}

static void test_refused(void)
{
    refused_with("127.0.0.1", NULL);
    refused_with("2130706433", NULL);
    refused_with("[::ffff:127.0.0.1]", NULL);
    refused_with("localhost", NULL);
    refused_with("localhost", "10.9.9.9"); /* only what it resolves to tells */
}

static void test_name(void)
{
    struct scene s;
    scene_begin(&s);
    scene_rule(&s, "localhost");
    job_with(&s.room, "a", "localhost", "/ok", 3);
    job_with(&s.room, "b", "LOCALHOST", "/ok", 3);
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 6).delivered, 6);
    scene_end(&s);
}

/* A label that is too long for DNS: no name server is asked. */
#define NOBODY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"

static void test_no_such_name(void)
{
    struct scene s;
    scene_begin(&s);
    job_with(&s.room, "a", NOBODY, "/ok", 1);
    job_with(&s.room, "b", "127.0.0.1", "/ok", 3);
    scene_deliver(&s);
    struct deliver_stats stats = wait_ended(&s, 4);
    CHECK_INT(stats.delivered, 3);
    CHECK_INT(stats.failed, 1);
    CHECK_INT(stats.retried, 3);
    CHECK_INT(receiver_count(&s.receiver), 3);
    scene_end(&s);
}

/* Jobs that come and grow while it runs; jobs without a webhook are nobody's business. */
static void test_wake(void)
{
    struct scene s;
    scene_begin(&s);
    struct id128 none = job_with(&s.room, "none", "127.0.0.1", NULL, 2);
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/ok", 0);
    scene_deliver(&s);
    for (unsigned i = 0; i < 20; i++) {
        feed(&s.room, job, FEED_PAGE, 1);
        feed(&s.room, none, FEED_PAGE, 1);
        for (unsigned k = 0; k < 3; k++) {
            deliver_wake(s.deliver, none);
            deliver_wake(s.deliver, job);
        }
        CHECK_INT(wait_ended(&s, i + 1).delivered, i + 1);
        usleep(i % 4 * 100000); /* sometimes long enough for the cursor to be saved */
    }
    CHECK_INT(receiver_count(&s.receiver), 20);
    scene_pause(&s);
    CHECK_INT(delivered(&s.room, job), 20);
    CHECK_INT(delivered(&s.room, none), 0);
    scene_end(&s);
}

/* More wake-ups than are remembered: the store is looked through again. */
static void test_many_wakes(void)
{
    struct scene s;
    scene_begin(&s);
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/ok", 0);
    scene_deliver(&s);
    usleep(50000);
    feed(&s.room, job, FEED_PAGE, 1);
    for (unsigned i = 0; i < 20000; i++)
        deliver_wake(s.deliver, id_of("nobody", i));
    deliver_wake(s.deliver, job);
    CHECK_INT(wait_ended(&s, 1).delivered, 1);
    scene_end(&s);
}

static void test_untold(void)
{
    struct scene s;
    scene_begin(&s);
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/ok", 0);
    feed(&s.room, job, FEED_STATE, 1000);
    feed(&s.room, job, FEED_PAGE, 1);
    feed(&s.room, job, FEED_STATE, 1);
    atomic_store(&s.teller.not_yet, 2);
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 1).delivered, 1);
    check_id(receiver_got(&s.receiver, 0), job, 1001);
    usleep(20000);
    scene_pause(&s);
    CHECK_INT(delivered(&s.room, job), 1002);
    scene_end(&s);
}

static void test_body_limit(void)
{
    struct scene s;
    scene_begin(&s);
    s.teller.padding = 1000000; /* fits, and is sent without waiting for leave */
    job_with(&s.room, "a", "127.0.0.1", "/ok", 2);
    int64_t began = clock_mono_ms();
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 2).delivered, 2);
    CHECK(clock_mono_ms() - began < 900);
    CHECK(receiver_got(&s.receiver, 1).n_body > 1000000);
    scene_pause(&s);
    s.teller.padding = DELIVER_BODY_BYTES;
    job_with(&s.room, "b", "127.0.0.1", "/ok", 1);
    scene_deliver(&s);
    struct deliver_stats stats = wait_ended(&s, 1);
    CHECK_INT(stats.failed, 1);
    CHECK_INT(stats.retried, 3);
    CHECK_INT(receiver_count(&s.receiver), 2);
    scene_end(&s);
}

static void test_connections(void)
{
    struct scene s;
    char name[20];
    scene_begin(&s);
    s.config.webhook_connections = 4;
    for (unsigned i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "job %u", i);
        job_with(&s.room, name, "127.0.0.1", "/slow", 2);
    }
    int64_t began = clock_mono_ms();
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 24).delivered, 24);
    int64_t took = clock_mono_ms() - began;
    CHECK(took >= 590 && took < 1800); /* 24 of 100 ms each, four at a time */
    pthread_mutex_lock(&s.receiver.lock);
    CHECK_INT(s.receiver.most_busy, 4);
    pthread_mutex_unlock(&s.receiver.lock);
    scene_end(&s);
}

static enum status delete_errand(struct store_write *write, void *user)
{
    return store_job_delete(write, *(struct id128 *)user, SIZE_MAX);
}

static void test_deleted(void)
{
    struct scene s;
    scene_begin(&s);
    s.config.webhook_retry1_ms = 300;
    s.receiver.broken = 1;
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/broken", 5);
    scene_deliver(&s);
    CHECK_INT(receiver_wait(&s.receiver, 1), 1);
    NEED(room_write(&s.room, delete_errand, &job) == OK);
    struct id128 other = job_with(&s.room, "b", "127.0.0.1", "/ok", 1);
    deliver_wake(s.deliver, other);
    usleep(500000);
    CHECK_INT(receiver_count(&s.receiver), 2);
    CHECK_INT(stats_of(&s).delivered, 1);
    scene_end(&s);
}

static void test_restart(void)
{
    struct scene s;
    scene_begin(&s);
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/slow", 10);
    scene_deliver(&s);
    receiver_wait(&s.receiver, 4);
    scene_pause(&s);
    uint64_t before = delivered(&s.room, job);
    CHECK(before >= 3 && before < 10);
    unsigned sent = receiver_count(&s.receiver);
    CHECK(sent == before || sent == before + 1);
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 10 - before).delivered, 10 - before);
    check_id(receiver_got(&s.receiver, sent), job, (unsigned)before + 1);
    scene_pause(&s);
    CHECK_INT(delivered(&s.room, job), 10);
    CHECK_INT(receiver_count(&s.receiver), sent + 10 - before);
    scene_end(&s);
}

/* When it can't be written down what was told, no more is told. */
static void test_unsavable(void)
{
    struct scene s;
    scene_begin(&s);
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/slow", 50);
    writer_stop(s.room.writer);
    scene_deliver(&s);
    receiver_wait(&s.receiver, 1);
    usleep(1500000);
    CHECK(receiver_count(&s.receiver) <= 4);
    scene_pause(&s);
    CHECK_INT(delivered(&s.room, job), 0);
    scene_end(&s);
}

static void test_ten_thousand(void)
{
    struct scene s;
    struct writer_stats before, after;
    scene_begin(&s);
    struct id128 jobs[4];
    for (unsigned i = 0; i < 4; i++) {
        char name[20];
        snprintf(name, sizeof name, "job %u", i);
        jobs[i] = job_with(&s.room, name, "127.0.0.1", "/ok", 2500);
    }
    writer_stats(s.room.writer, &before);
    int64_t began = clock_mono_ms();
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 10000).delivered, 10000);
    int64_t took = clock_mono_ms() - began;
    scene_pause(&s);
    writer_stats(s.room.writer, &after);
    printf("     10,000 events in %lld ms, %llu commits\n", (long long)took,
           (unsigned long long)(after.commits - before.commits));
    CHECK((int64_t)(after.commits - before.commits) <= took / 200 + 2);
    for (unsigned i = 0; i < 4; i++)
        CHECK_INT(delivered(&s.room, jobs[i]), 2500);
    CHECK_INT(receiver_count(&s.receiver), 10000);
    CHECK(receiver_connections(&s.receiver) <= 8);
    scene_end(&s);
}

/* As a second process: delivers what is in the folder until it is killed. */
static int child_main(const char *dir)
{
    struct scene s = {.teller = {.padding = 0}};
    s.room = room_open(dir);
    config_make(&s.config);
    NEED((s.rule = address_rule_create(true, NULL, 0, NULL)));
    scene_deliver(&s);
    for (;;)
        pause();
}

/* Killed in the middle: some events come twice perhaps, with the same id; none is lost. */
static void test_kill(void)
{
    struct scene s;
    char dir[256];
    static unsigned times[2000 + 1];
    scene_begin(&s);
    struct id128 job = job_with(&s.room, "a", "127.0.0.1", "/pace", 2000);
    room_close(&s.room);
    snprintf(dir, sizeof dir, "%s", s.folder.path);
    char *arguments[] = {dir, NULL};
    for (unsigned i = 1; i <= 3; i++) {
        pid_t child = child_start(arguments, NULL, NULL);
        receiver_wait(&s.receiver, i * 600);
        kill(child, SIGKILL);
        CHECK_INT(child_wait(child), 128 + SIGKILL);
    }
    unsigned sent = receiver_count(&s.receiver);
    s.room = room_open(dir);
    uint64_t before = delivered(&s.room, job);
    scene_deliver(&s);
    CHECK_INT(wait_ended(&s, 2000 - before).delivered, 2000 - before);
    scene_pause(&s);
    unsigned all = receiver_count(&s.receiver);
    CHECK(before > 0 && before <= sent && all >= 2000 && all < 4000);
    for (unsigned i = 0; i < all; i++) {
        struct got got = receiver_got(&s.receiver, i);
        unsigned seq = 0;
        CHECK(sscanf(got.body, "{\"event\":\"crawl.page\",\"seq\":%u}", &seq) == 1 && seq >= 1 &&
              seq <= 2000);
        check_id(got, job, seq);
        times[seq <= 2000 ? seq : 0]++;
    }
    unsigned missing = 0;
    for (unsigned i = 1; i <= 2000; i++)
        missing += times[i] == 0;
    CHECK_INT(missing, 0);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    NEED(fetch_global_init() == OK);
    if (argc > 1)
        return child_main(argv[1]);
    RUN(test_headers_signature_order);
    RUN(test_paths_stay);
    RUN(test_retries);
    RUN(test_given_up);
    RUN(test_gone);
    RUN(test_redirect);
    RUN(test_silence);
    RUN(test_bad_answers);
    RUN(test_refused);
    RUN(test_name);
    RUN(test_no_such_name);
    RUN(test_wake);
    RUN(test_many_wakes);
    RUN(test_untold);
    RUN(test_body_limit);
    RUN(test_connections);
    RUN(test_deleted);
    RUN(test_restart);
    RUN(test_unsavable);
    RUN(test_ten_thousand);
    RUN(test_kill);
    fetch_global_fini();
    return check_report();
}
