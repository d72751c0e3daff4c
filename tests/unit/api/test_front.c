/* SPDX-License-Identifier: Apache-2.0 */
/* test_front.c: what a request passes before its handler, without a server: keys, rates, JSON, schemas, addresses; and
 * the headers, counters and log line of the reply. The functions of call.h that front.c uses are the test's. */
#include "api/keys.h"
#include "api/log.h"
#include "api/rates.h"
#include "api/server.h"
#include "base/address.h"
#include "tests/jsonl.h"
#include "tests/unit/api/stub_routes.h"
#include "tests/unit/cache/fixture.h"

#include <stdarg.h>

/* ---- a call without a server ---- */

#define PAIRS 16

struct fake {
    struct call call; /* first: the functions below come back from it */
    struct {
        struct str name, value;
    } sent[PAIRS], replied[PAIRS];
    size_t n_sent, n_replied;
    unsigned retry_s;
    char code[40], message[800];
};

static struct fake *fake_of(const struct call *call)
{
    return (struct fake *)(uintptr_t)call;
}

struct str call_header(const struct call *call, const char *name)
{
    const struct fake *f = fake_of(call);
    for (size_t i = 0; i < f->n_sent; i++)
        if (str_eq_nocase(f->sent[i].name, str_of(name)))
            return f->sent[i].value;
    return STR_NONE;
}

void call_set_header(struct call *call, const char *name, struct str value)
{
    struct fake *f = fake_of(call);
    size_t i = 0;
    while (i < f->n_replied && !str_is(f->replied[i].name, name))
        i++;
    NEED(i < PAIRS);
    f->n_replied += i == f->n_replied;
    f->replied[i].name = str_of(name);
    f->replied[i].value = arena_str(&call->arena, value);
}

void call_error(struct call *call, unsigned status, const char *code, const char *format, ...)
{
    struct fake *f = fake_of(call);
    va_list args;
    va_start(args, format);
    vsnprintf(f->message, sizeof f->message, format, args);
    va_end(args);
    snprintf(f->code, sizeof f->code, "%s", code);
    CHECK(call->status == 0);
    call->status = status;
}

void call_error_retry(struct call *call, unsigned status, const char *code, unsigned retry_after_s,
                      const char *format, ...)
{
    struct fake *f = fake_of(call);
    va_list args;
    va_start(args, format);
    vsnprintf(f->message, sizeof f->message, format, args);
    va_end(args);
    snprintf(f->code, sizeof f->code, "%s", code);
    CHECK(call->status == 0);
    call->status = status;
    f->retry_s = retry_after_s;
}

void call_error_status(struct call *call, enum status st)
{
    call_error(call, 500, status_name(st), "%s", status_text(st));
}

/* ---- the service behind it ---- */

static struct folder folder;
static struct room room;
static struct config config;
static struct service service;
static char good[KEY_TEXT], limited[KEY_TEXT], late[KEY_TEXT], revoked[KEY_TEXT];

static void add_key(char *ret_text, const struct key_wish *wish, bool revoke)
{
    struct id128 id;
    struct diag diag = {0};
    NEED(key_create(room.writer, wish, ret_text, &id, &diag) == OK);
    NEED(!revoke || key_revoke(room.writer, id) == OK);
}

static void service_open(void)
{
    const struct key_wish plain = {.name = STR_LIT("k"), .credits = CREDITS_UNLIMITED};
    struct key_wish few = plain, old = plain;
    struct diag diag;
    folder = folder_make();
    room = room_open(folder.path);
    few.rate_requests = 3;
    few.rate_seconds = 60;
    old.expires_ms = 1000;
    add_key(good, &plain, false);
    add_key(limited, &few, false);
    add_key(late, &old, false);
    add_key(revoked, &plain, true);
    config_init(&config);
    service.config = &config;
    service.store = room.store;
    service.writer = room.writer;
    service.public_only = true;
    service.rule = address_rule_create(false, NULL, 0, &diag);
    NEED(service.rule);
}

static void service_close(void)
{
    address_rule_release(service.rule);
    room_close(&room);
    folder_drop(&folder);
}

/* New buckets, so that a test doesn't feel the one before it. */
static void fresh_rates(void)
{
    rates_destroy(service.rates);
    service.rates = rates_create(256);
    NEED(service.rates);
}

static struct fake *fake_make(const char *method, const char *path)
{
    struct fake *f = calloc(1, sizeof *f);
    NEED(f);
    f->call.service = &service;
    f->call.method = str_of(method);
    f->call.path = str_of(path);
    f->call.address = STR_LIT("192.0.2.7");
    f->call.started_ms = clock_mono_ms();
    arena_init(&f->call.arena, 1 << 20, 4096);
    buf_init(&f->call.out, 1 << 20);
    json_out_init(&f->call.json_out, &f->call.out, 0);
    handled.calls = 0;
    return f;
}

static void fake_send(struct fake *f, const char *name, const char *value)
{
    f->sent[f->n_sent].name = str_of(name);
    f->sent[f->n_sent++].value = str_of(value);
}

static void fake_drop(struct fake *f)
{
    json_doc_destroy(f->call.doc);
    arena_fini(&f->call.arena);
    buf_fini(&f->call.out);
    free(f);
}

static struct str replied(const struct fake *f, const char *name)
{
    for (size_t i = 0; i < f->n_replied; i++)
        if (str_is(f->replied[i].name, name))
            return f->replied[i].value;
    return STR_NONE;
}

/* What front_reply() logs goes to stderr: read back from a file there. */
static char logged[4096];

static void reply_and_log(struct fake *f)
{
    FILE *file = tmpfile();
    int kept = dup(STDERR_FILENO);
    NEED(file && kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    front_reply(&f->call);
    NEED(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    rewind(file);
    logged[fread(logged, 1, sizeof logged - 1, file)] = 0;
    fclose(file);
}

/* ---- keys ---- */

/* The status of GET /usage-stats with a header. */
static unsigned with_header(const char *name, const char *format, const char *key)
{
    char value[200];
    struct fake *f = fake_make("GET", "/api/usage-stats");
    snprintf(value, sizeof value, format, key);
    if (name)
        fake_send(f, name, value);
    bool refused = front_head(&f->call);
    CHECK(refused == (f->call.status != 0));
    unsigned status = f->call.status;
    if (status == 401) {
        CHECK_STR(str_of(f->code), STR_LIT("UNAUTHORIZED"));
        CHECK(f->call.key.number == 0 && !strstr(f->message, "spd") && strstr(f->message, "x-api-key"));
        CHECK_STR(replied(f, "WWW-Authenticate"), STR_LIT("Bearer"));
    } else if (!refused) {
        CHECK(f->call.key.number != 0);
        CHECK_STR(f->call.key.name, STR_LIT("k"));
    }
    CHECK(replied(f, "RateLimit-Limit").n && replied(f, "RateLimit-Remaining").n &&
          replied(f, "RateLimit-Reset").n);
    fake_drop(f);
    return status;
}

static void keys(void)
{
    fresh_rates();
    CHECK_INT(with_header("x-api-key", "%s", good), 0);
    CHECK_INT(with_header("X-API-Key", " %s ", good), 0);
    CHECK_INT(with_header("Authorization", "Bearer %s", good), 0);
    CHECK_INT(with_header("authorization", "bearer   %s", good), 0);
    CHECK_INT(with_header(NULL, "%s", good), 401);
    CHECK_INT(with_header("x-api-key", "%s", ""), 401);
    CHECK_INT(with_header("x-api-key", "%sx", good), 401);
    CHECK_INT(with_header("x-api-key", "Bearer %s", good), 401);
    CHECK_INT(with_header("Authorization", "%s", good), 401);
    CHECK_INT(with_header("Authorization", "Basic %s", good), 401);
    CHECK_INT(with_header("Authorization", "Bearer%s", good), 401);
    CHECK_INT(with_header("x-api-key", "%s", late), 401);
    CHECK_INT(with_header("x-api-key", "%s", revoked), 401);
}

/* One answer for all: nothing tells a key that was revoked from one that never was. */
static void keys_are_refused_alike(void)
{
    const char *const bad[] = {"", "nonsense", late, revoked};
    char first[800] = "";
    fresh_rates();
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct fake *f = fake_make("GET", "/api/usage-stats");
        fake_send(f, "x-api-key", bad[i]);
        CHECK(front_head(&f->call));
        CHECK(i == 0 || strcmp(first, f->message) == 0);
        snprintf(first, sizeof first, "%s", f->message);
        fake_drop(f);
    }
}

/* ---- rates ---- */

static void key_rates(void)
{
    fresh_rates();
    for (unsigned i = 0; i < 5; i++) {
        struct fake *f = fake_make("GET", "/api/usage-stats");
        char left[8];
        fake_send(f, "x-api-key", limited);
        CHECK(front_head(&f->call) == (i >= 3));
        snprintf(left, sizeof left, "%u", i < 3 ? 2 - i : 0);
        CHECK_STR(replied(f, "RateLimit-Limit"), STR_LIT("3"));
        CHECK_STR(replied(f, "RateLimit-Remaining"), str_of(left));
        if (i >= 3) {
            CHECK_INT(f->call.status, 429);
            CHECK_STR(str_of(f->code), STR_LIT("RATE_LIMITED"));
            CHECK(f->retry_s >= 19 && f->retry_s <= 20);
        }
        fake_drop(f);
    }
    CHECK_INT(with_header("x-api-key", "%s", good), 0);
}

/* Guessing keys ends soon, wherever in its network the guesser sits; others, and good keys, go on. */
static void guessing(void)
{
    unsigned statuses[3] = {0};
    fresh_rates();
    config.rate_address_requests = 4;
    for (unsigned i = 0; i < 6; i++) {
        struct fake *f = fake_make("GET", "/api/usage-stats");
        f->call.address = arena_printf(&f->call.arena, "2001:db8:1:2::%x", i);
        fake_send(f, "x-api-key", "guess");
        CHECK(front_head(&f->call));
        statuses[0] += f->call.status == 401;
        statuses[1] += f->call.status == 429;
        fake_drop(f);
    }
    CHECK_INT(statuses[0], 4);
    CHECK_INT(statuses[1], 2);
    struct fake *f = fake_make("GET", "/api/usage-stats");
    f->call.address = STR_LIT("2001:db8:1:3::1");
    CHECK(front_head(&f->call) && f->call.status == 401);
    fake_drop(f);
    f = fake_make("GET", "/api/usage-stats");
    f->call.address = STR_LIT("2001:db8:1:2::1");
    fake_send(f, "x-api-key", good);
    CHECK(!front_head(&f->call));
    fake_drop(f);
    f = fake_make("GET", "/healthz");
    f->call.address = STR_LIT("2001:db8:1:2::1");
    CHECK(!front_head(&f->call));
    fake_drop(f);
    config.rate_address_requests = 300;
}

/* A link with a bad signature costs a token, a good one nothing. */
static void signed_links(void)
{
    fresh_rates();
    config.rate_address_requests = 2;
    for (unsigned i = 0; i < 8; i++) {
        struct fake *f = fake_make("GET", "/api/files/j/p");
        bool refused = front_head(&f->call);
        CHECK(refused == (i >= 7));
        if (!refused) {
            front_call(&f->call);
            f->call.status = i >= 5 ? 403 : 200;
        }
        reply_and_log(f);
        CHECK(replied(f, "RateLimit-Limit").n > 0);
        fake_drop(f);
    }
    config.rate_address_requests = 300;
}

static void no_limits(void)
{
    config.rate_requests = 0;
    fresh_rates();
    struct fake *f = fake_make("GET", "/api/usage-stats");
    fake_send(f, "x-api-key", good);
    CHECK(!front_head(&f->call) && !str_is_set(replied(f, "RateLimit-Limit")));
    fake_drop(f);
    config.rate_requests = 1200;
}

/* ---- paths ---- */

static void wrong_paths(void)
{
    fresh_rates();
    struct fake *f = fake_make("GET", "/api/nothing");
    CHECK(front_head(&f->call));
    CHECK_INT(f->call.status, 404);
    CHECK_STR(str_of(f->code), STR_LIT("NOT_FOUND"));
    reply_and_log(f);
    CHECK(replied(f, "RateLimit-Limit").n > 0);
    fake_drop(f);
    f = fake_make("PUT", "/api/crawl/x");
    CHECK(front_head(&f->call));
    CHECK_INT(f->call.status, 405);
    CHECK_STR(replied(f, "Allow"), STR_LIT("DELETE, GET, HEAD"));
    fake_drop(f);
    f = fake_make("GET", "/sdk//scrape-logs/");
    fake_send(f, "x-api-key", good);
    CHECK(!front_head(&f->call) && f->call.mount == MOUNT_SDK);
    fake_drop(f);
}

/* ---- bodies ---- */

/* Sends a body; the handler's name, or "STATUS CODE: message" in the arena of `keep`. */
static struct str sent(struct arena *keep, const char *path, struct str body)
{
    struct fake *f = fake_make("POST", path);
    fake_send(f, "x-api-key", good);
    NEED(!front_head(&f->call));
    f->call.body = body;
    front_call(&f->call);
    struct str said = handled.calls
                          ? str_of(handled.last)
                          : arena_printf(keep, "%u %s: %s", f->call.status, f->code, f->message);
    CHECK(!handled.calls || (f->call.route->request != NULL) == (f->call.json != NULL));
    fake_drop(f);
    return said;
}

static const struct {
    const char *path, *body, *said;
} requests[] = {
    {"/api/scrape", "{\"urls\":[{\"url\":\"https://example.com/\"}],\"later\":{\"x\":[1]}}",
     "scrape_submit"},
    {"/api/scrape", "\xEF\xBB\xBF{\"urls\":[{\"url\":\"https://example.com/\"}]}", "scrape_submit"},
    {"/api/crawl/j/resume", "", "crawl_resume_call"},
    {"/api/batch/scrape/b/retry", "{}", "batch_retry"},
    {"/api/search", "no JSON at all", "search_submit"},
    {"/api/scrape", "", "400 INVALID_REQUEST: /urls: expected an array, got nothing"},
    {"/api/scrape", "{\"urls\":[{\"url\":5}]}",
     "400 INVALID_REQUEST: /urls/0/url: expected a string, got a number"},
    {"/api/scrape", "{\"urls\":[{\"url\":\"not a url\"}]}",
     "400 INVALID_REQUEST: /urls/0/url: expected the URL of a page that begins with http:// or "
     "https://, "
     "got something else"},
    {"/api/crawl", "{\"baseUrl\":\"ftp://example.com/\"}",
     "400 INVALID_REQUEST: /baseUrl: expected the URL of a page that begins with http:// or https://, "
     "got "
     "something else"},
    {"/api/crawl", "{\"baseUrl\":\"https://example.com/\",\"webhookUrl\":\"\"}", "crawl_submit_call"},
    {"/api/crawl", "{\"baseUrl\":\"https://example.com/\",\"webhookUrl\":null}", "crawl_submit_call"},
};

static const char *const broken[] = {
    "{",
    "{}}",
    "{\"urls\":[],}",
    "{'urls':[]}",
    "nul",
    " ",
    "{\"a\":1,\"a\":2}",
    "{\"a\":\"\xFF\"}",
    "{\"a\":\"\xC0\x80\"}",
    "{\"a\":NaN}",
    "{\"a\":01}",
    "{\"a\":\"\\ud800\"}",
    "\xFF\xFE{\x00}\x00",
    "// x\n{}",
};

static void bodies(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 20, 4096);
    fresh_rates();
    for (size_t i = 0; i < ARRAY_LEN(requests); i++)
        CHECK_STR(sent(&arena, requests[i].path, str_of(requests[i].body)), str_of(requests[i].said));
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct str said = sent(&arena, "/api/scrape", str_of(broken[i]));
        if (!CHECK(str_starts(said, STR_LIT("400 INVALID_JSON: "))))
            fprintf(stderr, "    %s: %.*s\n", broken[i], STR_ARG(said));
    }
    arena_fini(&arena);
}

/* 64 levels are read, 65 are not. */
static void deep_bodies(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 20, 4096);
    fresh_rates();
    for (unsigned levels = 64; levels <= 65; levels++) {
        struct buf body;
        buf_init(&body, 1 << 16);
        buf_puts(&body, "{\"urls\":[{\"url\":\"https://example.com/\"}],\"x\":");
        for (unsigned i = 1; i < levels; i++)
            buf_putc(&body, '[');
        for (unsigned i = 1; i < levels; i++)
            buf_putc(&body, ']');
        buf_putc(&body, '}');
        struct str said = sent(&arena, "/api/scrape", buf_str(&body));
        CHECK(str_starts(said, levels == 64 ? STR_LIT("scrape_submit") : STR_LIT("400 INVALID_JSON: ")));
        buf_fini(&body);
    }
    arena_fini(&arena);
}

/* ---- addresses ---- */

static unsigned n_urls, n_refused;

/* Each URL of the table in each field that holds one. */
static void ssrf_case(const struct json *line)
{
    static const struct {
        const char *path, *before, *after, *pointer;
    } fields[] = {
        {"/api/scrape", "{\"urls\":[{\"url\":\"https://example.com/\"},{\"url\":", "}]}",
         "/urls/1/url: "},
        {"/api/batch/scrape", "{\"urls\":[\"https://example.com/\",", "]}", "/urls/1: "},
        {"/api/crawl", "{\"baseUrl\":", "}", "/baseUrl: "},
        {"/api/crawl", "{\"baseUrl\":\"https://example.com/\",\"webhookUrl\":", "}", "/webhookUrl: "},
    };
    struct str kind = json_str(json_get(line, "kind"), STR_NONE);
    const struct json *url = json_get(line, "url");
    struct str expect = json_str(json_get(line, "expect"), STR_NONE);
    if (!str_is(kind, "url") || !url)
        return;
    struct arena arena;
    arena_init(&arena, 1 << 20, 4096);
    n_urls++;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct buf body;
        buf_init(&body, 1 << 16);
        buf_puts(&body, fields[i].before);
        json_copy(url, &body);
        buf_puts(&body, fields[i].after);
        fresh_rates();
        struct str said = sent(&arena, fields[i].path, buf_str(&body));
        bool refused = str_starts(said, STR_LIT("400 "));
        n_refused += refused;
        if (!CHECK(refused == str_is(expect, "block")) ||
            !CHECK(!refused || strstr(said.p, fields[i].pointer)))
            fprintf(stderr, "    %.*s: %.*s\n", STR_ARG(buf_str(&body)), STR_ARG(said));
        buf_fini(&body);
    }
    arena_fini(&arena);
}

static void addresses(void)
{
    struct arena arena;
    arena_init(&arena, 1 << 20, 4096);
    jsonl_each("tests/data/ssrf/cases.jsonl", ssrf_case);
    CHECK_INT(n_urls, 44);
    CHECK_INT(n_refused, 4 * 39);
    uint64_t before = atomic_load(&service.metrics.refused_address);
    struct str said = sent(&arena, "/api/crawl", STR_LIT("{\"baseUrl\":\"http://127.0.0.1:9/\"}"));
    CHECK(str_starts(said, STR_LIT("400 ADDRESS_REFUSED: /baseUrl: ")));
    CHECK_INT(atomic_load(&service.metrics.refused_address), before + 1);
    arena_fini(&arena);
}

/* ---- replies ---- */

static void replies(void)
{
    fresh_rates();
    struct fake *f = fake_make("GET", "/api/scrape-logs");
    fake_send(f, "x-api-key", good);
    CHECK(!front_head(&f->call));
    f->call.path = STR_LIT("/api/a b\n\"c\"\x1b[31m\xC2\x9B");
    front_call(&f->call);
    uint64_t before = atomic_load(&service.metrics.requests[2]);
    service.log_json = false;
    reply_and_log(f);
    CHECK_INT(atomic_load(&service.metrics.requests[2]), before + 1);
    CHECK_STR(replied(f, "X-Content-Type-Options"), STR_LIT("nosniff"));
    CHECK(strncmp(logged, "time=2", 6) == 0 && strchr(logged, '\n') == logged + strlen(logged) - 1);
    CHECK(strstr(logged, " event=request method=GET path=\"/api/a b\\n\\\"c\\\"\\u001b[31m\\u009b\" "
                         "status=200 ms=") != NULL);
    CHECK(strstr(logged, " address=192.0.2.7 key=1\n") && !strstr(logged, good));
    service.log_json = true;
    reply_and_log(f);
    const struct json_limits limits = {.max_bytes = 1 << 16, .max_depth = 4};
    struct json_doc *doc = NULL;
    struct diag diag;
    CHECK(json_parse(str_of(logged), &limits, &doc, &diag) == OK);
    CHECK_STR(json_str(json_get(json_root(doc), "path"), STR_NONE), f->call.path);
    CHECK_INT(json_int(json_get(json_root(doc), "status"), 0), 200);
    json_doc_destroy(doc);
    fake_drop(f);
    service.log_json = false;
}

/* A head that the server refuses by itself never came to front_head(). */
static void replies_without_a_head(void)
{
    fresh_rates();
    struct fake *f = fake_make("GET", "/api/scrape-logs");
    call_error(&f->call, 400, "INVALID_REQUEST", "No.");
    reply_and_log(f);
    CHECK_STR(replied(f, "RateLimit-Limit"), STR_LIT("300"));
    CHECK_STR(replied(f, "RateLimit-Remaining"), STR_LIT("300"));
    fake_drop(f);
}

static void log_lines(void)
{
    struct log_line line;
    struct buf out;
    char longest[3000];
    memset(longest, 'x', sizeof longest);
    buf_init(&out, 1 << 16);
    log_begin(&line, false, "job");
    log_put_str(&line, "empty", STR_LIT(""));
    log_put_str(&line, "bare", STR_LIT("a/b:c-d"));
    log_put_str(&line, "equals", STR_LIT("a=b"));
    log_put_str(&line, "bytes", STR_LIT("\xFF\x7F"));
    log_put_str(&line, "separator", STR_LIT("\xE2\x80\xA8"));
    log_put_str(&line, "long", str_make(longest, sizeof longest));
    log_put_int(&line, "n", -5);
    log_end_to(&line, &out);
    NEED(buf_terminate(&out));
    CHECK(strstr(out.p, " empty=\"\" bare=a/b:c-d equals=\"a=b\" bytes=\"\xEF\xBF\xBD\\u007f\" "
                        "separator=\"\\u2028\" long=xxx") != NULL);
    CHECK(out.n < 1300 && strstr(out.p, " n=-5\n") != NULL);
    buf_fini(&out);
}

static void metrics_text(void)
{
    struct metrics metrics = {0};
    struct buf out;
    buf_init(&out, 1 << 16);
    metrics_reply(&metrics, 200, 0);
    metrics_reply(&metrics, 202, 30);
    metrics_reply(&metrics, 503, 60000);
    metrics_reply(&metrics, 0, -5);
    metrics_write(&metrics, &out);
    NEED(buf_terminate(&out));
    CHECK(strstr(out.p, "webkeep_http_requests_total{status=\"2xx\"} 2\n") != NULL);
    CHECK(strstr(out.p, "webkeep_http_requests_total{status=\"5xx\"} 1\n") != NULL);
    CHECK(strstr(out.p, "_bucket{le=\"0.001\"} 2\n") != NULL);
    CHECK(strstr(out.p, "_bucket{le=\"0.05\"} 3\n") != NULL);
    CHECK(strstr(out.p, "_bucket{le=\"10\"} 3\n") != NULL);
    CHECK(strstr(out.p, "_bucket{le=\"+Inf\"} 4\n") != NULL);
    CHECK(strstr(out.p, "_seconds_sum 60.030000\n") != NULL);
    CHECK(strstr(out.p, "_seconds_count 4\n") != NULL);
    buf_fini(&out);
}

int main(void)
{
    service_open();
    RUN(keys);
    RUN(keys_are_refused_alike);
    RUN(key_rates);
    RUN(guessing);
    RUN(signed_links);
    RUN(no_limits);
    RUN(wrong_paths);
    RUN(bodies);
    RUN(deep_bodies);
    RUN(addresses);
    RUN(replies);
    RUN(replies_without_a_head);
    RUN(log_lines);
    RUN(metrics_text);
    rates_destroy(service.rates);
    service_close();
    return check_report();
}
