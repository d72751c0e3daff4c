/* SPDX-License-Identifier: Apache-2.0 */
/* Every record comes back as it went in; bytes on disk are the ones format.h shows; damage is ST_CORRUPT. */
#include "cache/format.h"
#include "tests/check.h"

#define MAX ((size_t)4 << 20)

static struct id128 id_fill(uint8_t b)
{
    struct id128 id;
    memset(id.b, b, sizeof id.b);
    return id;
}

static struct sha256 sha_fill(uint8_t b)
{
    struct sha256 sha;
    memset(sha.b, b, sizeof sha.b);
    return sha;
}

static struct str key_str(const struct key *key)
{
    return str_make((const char *)key->b, key->n);
}

/* ---- the records, ordinary (0) and extreme (1) ---- */

static struct job_record job_sample(bool extreme)
{
    struct job_record job = {.id = id_fill(7), .number = 3, .base_url = STR_LIT("https://a.example/")};
    if (!extreme)
        return job;
    job.number = UINT32_MAX;
    job.kind = JOB_EXTRACT;
    job.state = JOB_FAILED;
    job.flags = UINT32_MAX;
    job.created_ms = INT64_MIN;
    job.updated_ms = INT64_MAX;
    job.finished_ms = -1;
    job.source = id_fill(0xff);
    job.next_seq = job.kept = job.traversed = job.redirected = job.failed = UINT64_MAX;
    job.ready = job.rows = job.received_bytes = job.stored_bytes = job.no_text = UINT64_MAX;
    job.marks[0] = job.marks[JOB_MARKS - 1] = UINT64_MAX;
    job.active_ms = job.started_ms = INT64_MAX;
    job.owner = UINT32_MAX;
    job.items = job.next_event = job.delivered = job.unit_credits = UINT64_MAX;
    job.reserved_credits = job.charged_credits = job.charged_units = UINT64_MAX;
    job.input_tokens = UINT64_MAX - 1;
    job.output_tokens = UINT64_MAX - 2;
    for (int i = 0; i < JOB_REASONS; i++)
        job.skipped[i] = UINT64_MAX - (uint64_t)i;
    job.host = STR_LIT("\0a NUL\0");
    job.request = STR_LIT("{\"instruction\":\"only the API pages\"}");
    job.policy = job.message = job.completeness = STR_LIT("\xff\xfe");
    return job;
}

static struct url_record url_sample(bool extreme)
{
    struct url_record url = {.id = id_fill(1), .seq = 5, .url = STR_LIT("https://a.example/")};
    if (!extreme)
        return url;
    url.parent = id_fill(0xee);
    url.state = URL_FAILED;
    url.verdict = url.reason = url.redirects = url.attempts = url.rank = url.marks = UINT8_MAX;
    url.depth = url.http_status = UINT16_MAX;
    url.seq = UINT64_MAX;
    url.changed_ms = INT64_MIN;
    url.detail = STR_LIT("too many redirects");
    return url;
}

static struct page_record page_sample(bool extreme)
{
    struct page_record page = {.seq = 9, .bundle = sha_fill(2), .url = STR_LIT("https://a.example/")};
    if (!extreme)
        return page;
    page.seq = page.text_bytes = UINT64_MAX;
    page.url_id = id_fill(3);
    page.parent = id_fill(4);
    page.http_status = page.depth = UINT16_MAX;
    page.flags = page.cuts = page.took_ms = page.links = UINT32_MAX;
    page.fetched_ms = INT64_MIN;
    page.title = page.description = STR_LIT("\xe4\xbd\xa0\xe5\xa5\xbd");
    page.language = STR_LIT("zh");
    page.canonical = page.etag = STR_LIT("\"x\"");
    page.content_type = page.charset = page.last_modified = STR_LIT("x");
    page.text_share = page.code_share = UINT16_MAX;
    page.metadata = STR_LIT("{\"title\":\"x\"}");
    return page;
}

static bool job_same(const struct job_record *a, const struct job_record *b)
{
    return id128_eq(a->id, b->id) && a->number == b->number && a->kind == b->kind &&
           a->state == b->state && a->flags == b->flags && a->created_ms == b->created_ms &&
           a->updated_ms == b->updated_ms && a->finished_ms == b->finished_ms &&
           id128_eq(a->source, b->source) && a->next_seq == b->next_seq && a->kept == b->kept &&
           a->traversed == b->traversed && a->redirected == b->redirected && a->failed == b->failed &&
           a->ready == b->ready && a->rows == b->rows &&
           memcmp(a->skipped, b->skipped, sizeof a->skipped) == 0 &&
           memcmp(a->marks, b->marks, sizeof a->marks) == 0 && a->received_bytes == b->received_bytes &&
           a->stored_bytes == b->stored_bytes && a->no_text == b->no_text &&
           a->active_ms == b->active_ms && a->owner == b->owner && a->started_ms == b->started_ms &&
           a->items == b->items && a->next_event == b->next_event && a->delivered == b->delivered &&
           a->unit_credits == b->unit_credits && a->reserved_credits == b->reserved_credits &&
           a->charged_credits == b->charged_credits && a->charged_units == b->charged_units &&
           a->input_tokens == b->input_tokens && a->output_tokens == b->output_tokens &&
           str_eq(a->base_url, b->base_url) && str_eq(a->host, b->host) &&
           str_eq(a->request, b->request) && str_eq(a->policy, b->policy) &&
           str_eq(a->message, b->message) && str_eq(a->completeness, b->completeness);
}

static bool url_same(const struct url_record *a, const struct url_record *b)
{
    return id128_eq(a->id, b->id) && id128_eq(a->parent, b->parent) && a->state == b->state &&
           a->verdict == b->verdict && a->reason == b->reason && a->redirects == b->redirects &&
           a->attempts == b->attempts && a->rank == b->rank && a->marks == b->marks &&
           a->depth == b->depth && a->http_status == b->http_status && a->seq == b->seq &&
           a->changed_ms == b->changed_ms && str_eq(a->url, b->url) && str_eq(a->detail, b->detail);
}

static bool page_same(const struct page_record *a, const struct page_record *b)
{
    return a->seq == b->seq && id128_eq(a->url_id, b->url_id) && id128_eq(a->parent, b->parent) &&
           memcmp(a->bundle.b, b->bundle.b, 32) == 0 && a->http_status == b->http_status &&
           a->depth == b->depth && a->flags == b->flags && a->cuts == b->cuts &&
           a->fetched_ms == b->fetched_ms && a->took_ms == b->took_ms && a->links == b->links &&
           a->text_bytes == b->text_bytes && str_eq(a->url, b->url) && str_eq(a->title, b->title) &&
           str_eq(a->description, b->description) && str_eq(a->language, b->language) &&
           str_eq(a->canonical, b->canonical) && str_eq(a->content_type, b->content_type) &&
           str_eq(a->charset, b->charset) && str_eq(a->etag, b->etag) &&
           str_eq(a->last_modified, b->last_modified) && a->text_share == b->text_share &&
           a->code_share == b->code_share && str_eq(a->metadata, b->metadata);
}

static struct key_record key_sample(void)
{
    return (struct key_record){
        .number = 3,
        .id = id_fill(5),
        .hash = sha_fill(6),
        .created_ms = 1,
        .expires_ms = -2,
        .revoked_ms = 3,
        .credits = CREDITS_UNLIMITED,
        .used = 4,
        .reserved = 5,
        .rate_requests = 6,
        .rate_seconds = 7,
        .jobs = {10, 11, 12, 13},
        .pending = {20, 21, 22, UINT64_MAX},
        .items = 8,
        .name = STR_LIT("\xe2\x82\xac"),
    };
}

static struct feed_record event_sample(void)
{
    return (struct feed_record){.number = 7,
                                .kind = FEED_FAILED,
                                .state = JOB_QUEUED,
                                .seq = UINT64_MAX,
                                .url = id_fill(4),
                                .at_ms = -1};
}

static struct idempotency_record idempotency_sample(void)
{
    return (struct idempotency_record){.body = sha_fill(1), .job = id_fill(2), .at_ms = 1700000000000};
}

static struct answer_record answer_sample(void)
{
    return (struct answer_record){.turn = 5,
                                  .job = 7,
                                  .flags = ANSWER_EMPTY,
                                  .packed = {.raw_bytes = 9, .packed_bytes = 3, .crc32 = 8},
                                  .stream = STR_LIT("\1\2\3")};
}

static struct usage_record usage_sample(void)
{
    return (struct usage_record){.day = 20000,
                                 .requests = 1,
                                 .crawls = 2,
                                 .input_tokens = 3,
                                 .output_tokens = 4,
                                 .captchas = 5,
                                 .credits = 6,
                                 .latency_ms = 7,
                                 .latencies = 8};
}

static struct bundle bundle_sample(void)
{
    struct bundle bundle = {.id = sha_fill(9), .n_parts = 2, .level = 12};
    bundle.parts[0] = (struct part){.kind = PART_HTML,
                                    .packed = {.raw_bytes = UINT64_MAX, .packed_bytes = 5, .crc32 = 1},
                                    .sha256 = sha_fill(1),
                                    .stream = STR_LIT("abcde")};
    bundle.parts[1] = (struct part){.kind = PART_MARKDOWN,
                                    .packed = {.raw_bytes = 0, .packed_bytes = 0, .crc32 = UINT32_MAX},
                                    .sha256 = sha_fill(2),
                                    .stream = STR_NONE};
    return bundle;
}

/* ---- any kind of record as bytes, and read again ---- */

enum kind {
    K_JOB,
    K_URL,
    K_PAGE,
    K_HOST,
    K_ROW,
    K_KEY,
    K_EVENT,
    K_IDEMPOTENCY,
    K_USAGE,
    K_ANSWER,
    K_TURN,
    K_BUNDLE,
    KINDS
};

static struct key sample_key(enum kind kind)
{
    switch (kind) {
    case K_JOB:
        return key_of_id(id_fill(7));
    case K_URL:
    case K_PAGE:
    case K_ROW:
        return key_of_job_seq(1, UINT64_MAX);
    case K_KEY:
        return key_of_number(3);
    case K_EVENT:
        return key_of_job_seq(1, 7);
    case K_USAGE:
        return key_of_usage(3, 20000);
    case K_TURN:
        return key_of_turn(5);
    case K_ANSWER:
    case K_BUNDLE:
        return key_of_sha(sha_fill(9));
    default:
        return key_of_job_id(1, id_fill(1));
    }
}

static void sample_write(enum kind kind, bool extreme, struct buf *out)
{
    struct job_record job = job_sample(extreme);
    struct url_record url = url_sample(extreme);
    struct page_record page = page_sample(extreme);
    struct host_record host = {.fetched_ms = -5, .http_status = 404, .robots = STR_LIT("Disallow: /x")};
    struct row_record row = {.packed = {.raw_bytes = 99, .packed_bytes = 3, .crc32 = 0x01020304},
                             .stream = STR_LIT("\1\2\3")};
    struct bundle bundle = bundle_sample();
    struct key_record key = key_sample();
    struct feed_record event = event_sample();
    struct idempotency_record idempotency = idempotency_sample();
    struct usage_record usage = usage_sample();
    struct answer_record answer = answer_sample();
    struct turn_record turn = {.turn = 5, .answer = sha_fill(3), .total = 0x0102030405060708};
    uint8_t bytes[512];
    switch (kind) {
    case K_JOB:
        format_job(&job, out);
        break;
    case K_URL:
        format_url(&url, out);
        break;
    case K_PAGE:
        format_page(&page, out);
        break;
    case K_HOST:
        format_host(&host, out);
        break;
    case K_ROW:
        format_row(&row, out);
        break;
    case K_KEY:
        format_key(&key, out);
        break;
    case K_EVENT:
        format_feed(&event, out);
        break;
    case K_IDEMPOTENCY:
        format_idempotency(&idempotency, out);
        break;
    case K_USAGE:
        format_usage(&usage, out);
        break;
    case K_ANSWER:
        format_answer(&answer, out);
        break;
    case K_TURN:
        format_turn(&turn, out);
        break;
    default:
        NEED(format_bundle_bytes(&bundle) <= sizeof bytes);
        format_bundle(&bundle, bytes);
        buf_put(out, bytes, format_bundle_bytes(&bundle));
    }
}

static enum status sample_read(enum kind kind, struct str key, struct str value)
{
    union {
        struct job_record job;
        struct url_record url;
        struct page_record page;
        struct host_record host;
        struct row_record row;
        struct key_record key;
        struct feed_record event;
        struct idempotency_record idempotency;
        struct usage_record usage;
        struct answer_record answer;
        struct turn_record turn;
        struct bundle bundle;
    } to;
    switch (kind) {
    case K_JOB:
        return format_read_job(key, value, &to.job);
    case K_URL:
        return format_read_url(key, value, &to.url);
    case K_PAGE:
        return format_read_page(key, value, &to.page);
    case K_HOST:
        return format_read_host(key, value, &to.host);
    case K_ROW:
        return format_read_row(key, value, &to.row);
    case K_KEY:
        return format_read_key(key, value, &to.key);
    case K_EVENT:
        return format_read_feed(key, value, &to.event);
    case K_IDEMPOTENCY:
        return format_read_idempotency(key, value, &to.idempotency);
    case K_USAGE:
        return format_read_usage(key, value, &to.usage);
    case K_ANSWER:
        return format_read_answer(key, value, &to.answer);
    case K_TURN:
        return format_read_turn(key, value, &to.turn);
    default:
        return format_read_bundle(key, value, &to.bundle);
    }
}

/* ---- tests ---- */

static void round_trips(void)
{
    struct buf out;
    buf_init(&out, MAX);
    for (int extreme = 0; extreme < 2; extreme++) {
        struct job_record job = job_sample(extreme), job_back;
        struct url_record url = url_sample(extreme), url_back;
        struct page_record page = page_sample(extreme), page_back;
        struct key key = key_of_id(job.id);
        buf_reset(&out);
        format_job(&job, &out);
        NEED(format_read_job(key_str(&key), buf_str(&out), &job_back) == OK);
        CHECK(job_same(&job, &job_back));
        key = key_of_job_seq(UINT32_MAX, url.seq);
        buf_reset(&out);
        format_url(&url, &out);
        NEED(format_read_url(key_str(&key), buf_str(&out), &url_back) == OK);
        CHECK(url_same(&url, &url_back));
        CHECK(!str_is_set(url_back.detail) || extreme);
        key = key_of_job_seq(0, page.seq);
        buf_reset(&out);
        format_page(&page, &out);
        NEED(format_read_page(key_str(&key), buf_str(&out), &page_back) == OK);
        CHECK(page_same(&page, &page_back));
    }
    buf_fini(&out);
}

static void small_records(void)
{
    struct buf out;
    buf_init(&out, MAX);
    struct host_record host = {.id = id_fill(1), .fetched_ms = INT64_MIN, .http_status = UINT16_MAX},
                       host_back;
    struct key key = key_of_job_id(1, host.id);
    format_host(&host, &out);
    NEED(format_read_host(key_str(&key), buf_str(&out), &host_back) == OK);
    CHECK(id128_eq(host_back.id, host.id));
    CHECK(host_back.fetched_ms == INT64_MIN && host_back.http_status == UINT16_MAX);
    CHECK(!str_is_set(host_back.robots));

    struct row_record row = {.seq = UINT64_MAX,
                             .packed = {.raw_bytes = UINT64_MAX, .packed_bytes = 4, .crc32 = UINT32_MAX},
                             .stream = STR_LIT("\0\1\2\3")},
                      row_back;
    key = key_of_job_seq(1, row.seq);
    buf_reset(&out);
    format_row(&row, &out);
    NEED(format_read_row(key_str(&key), buf_str(&out), &row_back) == OK);
    CHECK(row_back.seq == row.seq && row_back.packed.raw_bytes == UINT64_MAX);
    CHECK(row_back.packed.packed_bytes == 4 && row_back.packed.crc32 == UINT32_MAX);
    CHECK_STR(row_back.stream, row.stream);
    buf_fini(&out);
}

static void accounts(void)
{
    struct buf out;
    buf_init(&out, MAX);
    struct key_record key = key_sample(), key_back;
    struct key at = key_of_number(key.number);
    format_key(&key, &out);
    NEED(format_read_key(key_str(&at), buf_str(&out), &key_back) == OK);
    CHECK(key_back.number == key.number && id128_eq(key_back.id, key.id));
    CHECK(memcmp(key_back.hash.b, key.hash.b, 32) == 0);
    CHECK(key_back.created_ms == 1 && key_back.expires_ms == -2 && key_back.revoked_ms == 3);
    CHECK(key_back.credits == CREDITS_UNLIMITED && key_back.used == 4 && key_back.reserved == 5);
    CHECK(key_back.rate_requests == 6 && key_back.rate_seconds == 7 && key_back.items == 8);
    CHECK(memcmp(key_back.jobs, key.jobs, sizeof key.jobs) == 0);
    CHECK(memcmp(key_back.pending, key.pending, sizeof key.pending) == 0);
    CHECK_STR(key_back.name, key.name);

    struct feed_record event = event_sample(), event_back;
    at = key_of_job_seq(1, event.number);
    buf_reset(&out);
    format_feed(&event, &out);
    NEED(format_read_feed(key_str(&at), buf_str(&out), &event_back) == OK);
    CHECK(event_back.number == event.number && event_back.kind == FEED_FAILED);
    CHECK(event_back.state == JOB_QUEUED && event_back.seq == UINT64_MAX && event_back.at_ms == -1);
    CHECK(id128_eq(event_back.url, event.url));

    struct idempotency_record request = idempotency_sample(), request_back;
    at = key_of_idempotency(1, id_fill(1));
    buf_reset(&out);
    format_idempotency(&request, &out);
    NEED(format_read_idempotency(key_str(&at), buf_str(&out), &request_back) == OK);
    CHECK(memcmp(request_back.body.b, request.body.b, 32) == 0);
    CHECK(id128_eq(request_back.job, request.job) && request_back.at_ms == request.at_ms);

    struct usage_record usage = usage_sample(), usage_back;
    at = key_of_usage(1, usage.day);
    buf_reset(&out);
    format_usage(&usage, &out);
    NEED(format_read_usage(key_str(&at), buf_str(&out), &usage_back) == OK);
    CHECK(usage_back.day == usage.day && usage_back.requests == 1 && usage_back.crawls == 2);
    CHECK(usage_back.input_tokens == 3 && usage_back.output_tokens == 4 && usage_back.captchas == 5);
    CHECK(usage_back.credits == 6 && usage_back.latency_ms == 7 && usage_back.latencies == 8);

    struct answer_record answer = answer_sample(), answer_back;
    at = key_of_sha(sha_fill(9));
    buf_reset(&out);
    format_answer(&answer, &out);
    NEED(format_read_answer(key_str(&at), buf_str(&out), &answer_back) == OK);
    CHECK(answer_back.turn == 5 && answer_back.job == 7 && answer_back.flags == ANSWER_EMPTY);
    CHECK(answer_back.packed.raw_bytes == 9 && answer_back.packed.crc32 == 8);
    CHECK(answer_back.packed.packed_bytes == 3);
    CHECK_STR(answer_back.stream, answer.stream);

    struct turn_record turn = {.turn = 5, .answer = sha_fill(3), .total = 77}, turn_back;
    at = key_of_turn(turn.turn);
    buf_reset(&out);
    format_turn(&turn, &out);
    NEED(format_read_turn(key_str(&at), buf_str(&out), &turn_back) == OK);
    CHECK(turn_back.turn == 5 && turn_back.total == 77);
    CHECK(memcmp(turn_back.answer.b, turn.answer.b, 32) == 0);
    buf_fini(&out);
}

static void bundles(void)
{
    struct bundle bundle = bundle_sample(), back;
    uint8_t bytes[256];
    struct key key = key_of_sha(bundle.id);
    size_t n = format_bundle_bytes(&bundle);
    CHECK_INT(n, 1 + 2 * 53 + 4 + 5);
    format_bundle(&bundle, bytes);
    NEED(format_read_bundle(key_str(&key), str_make((const char *)bytes, n), &back) == OK);
    CHECK_INT(back.n_parts, 2);
    CHECK_INT(back.level, 12);
    bytes[0] += 16; /* a level that is none */
    CHECK_INT(format_read_bundle(key_str(&key), str_make((const char *)bytes, n), &back), ST_CORRUPT);
    CHECK(memcmp(back.id.b, bundle.id.b, 32) == 0);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_INT(back.parts[i].kind, bundle.parts[i].kind);
        CHECK(back.parts[i].packed.raw_bytes == bundle.parts[i].packed.raw_bytes);
        CHECK(back.parts[i].packed.packed_bytes == bundle.parts[i].packed.packed_bytes);
        CHECK(back.parts[i].packed.crc32 == bundle.parts[i].packed.crc32);
        CHECK(memcmp(back.parts[i].sha256.b, bundle.parts[i].sha256.b, 32) == 0);
        CHECK_STR(back.parts[i].stream, bundle.parts[i].stream);
    }
    bundle.n_parts = 1;
    bundle.parts[0].stream.n = bundle.parts[0].packed.packed_bytes = UINT32_MAX;
    CHECK_INT(format_bundle_bytes(&bundle), 0);
}

/* The layout itself, so that a change of it can't pass by unseen. */
static void bytes_on_disk(void)
{
    static const char want[] = "04040404040404040404040404040404" /* id */
                               "03030303030303030303030303030303" /* parent */
                               "01"
                               "02"
                               "04"
                               "05"
                               "06"
                               "07"
                               "03" /* state ... marks */
                               "0908"
                               "c800"             /* depth, http_status */
                               "ffffffffffffffff" /* changed_ms */
                               "8201";            /* 130 bytes of URL follow */
    struct url_record url = {
        .id = id_fill(4),
        .parent = id_fill(3),
        .state = URL_KEPT,
        .verdict = 2,
        .reason = 4,
        .redirects = 5,
        .attempts = 6,
        .rank = 7,
        .marks = 3,
        .depth = 0x0809,
        .http_status = 200,
        .seq = 0x0102030405060708,
        .changed_ms = -1,
        .detail = STR_LIT("d"),
    };
    char long_url[130], hex[2 * 512 + 1];
    memset(long_url, 'u', sizeof long_url);
    url.url = str_make(long_url, sizeof long_url);
    struct buf out;
    buf_init(&out, MAX);
    format_url(&url, &out);
    CHECK_INT(out.n, 51 + 2 + 130 + 1 + 1 + 4);
    hex_encode((const uint8_t *)out.p, out.n, hex);
    CHECK(str_starts(str_of(hex), str_of(want)));
    buf_fini(&out);

    struct id128 seen = {.b = {0xa5, 2, 3, 4, 5, 6, 7, 8, 9}};
    struct seen_entry entry = seen_entry_of(seen, 0x0102030405060708);
    struct key set = key_of_seen(0x01020304, seen, true);
    hex_encode(entry.b, sizeof entry.b, hex);
    CHECK_STR(str_of(hex), STR_LIT("a5020304050607080102030405060708"));
    hex_encode(set.b, set.n, hex);
    CHECK_STR(str_of(hex), STR_LIT("010203041a"));

    struct key key = key_of_ready(0x01020304, 5, 0x060708090a0b0c0d);
    hex_encode(key.b, key.n, hex);
    CHECK_STR(str_of(hex), STR_LIT("0102030405060708090a0b0c0d"));
    CHECK_INT(key_job(key_str(&key)), 0x01020304);
    CHECK_INT(key_rank(key_str(&key)), 5);
    CHECK(key_seq(key_str(&key)) == 0x060708090a0b0c0d);
    uint8_t u32[4];
    uint32_t back = 0;
    format_u32(0x01020304, u32);
    CHECK(memcmp(u32, "\4\3\2\1", 4) == 0);
    CHECK(format_read_u32(str_make((const char *)u32, 4), &back) == OK && back == 0x01020304);
    CHECK_INT(format_read_u32(str_make((const char *)u32, 3), &back), ST_CORRUPT);
    struct id128 id;
    CHECK_INT(format_read_id(STR_LIT("short"), &id), ST_CORRUPT);
}

/* Any cut, any longer value, any bit that flipped. Values are on the heap at their exact size, so that a
 * sanitizer sees a read past them. */
static void damage(void)
{
    for (int k = 0; k < KINDS; k++) {
        struct buf out;
        struct key key = sample_key((enum kind)k);
        buf_init(&out, MAX);
        sample_write((enum kind)k, true, &out);
        CHECK_INT(sample_read((enum kind)k, key_str(&key), buf_str(&out)), OK);
        unsigned long wrong = 0;
        for (size_t n = 0; n < out.n; n++) {
            char *copy = malloc(n + 1);
            NEED(copy);
            memcpy(copy, out.p, n);
            wrong +=
                sample_read((enum kind)k, key_str(&key), str_make(n ? copy : NULL, n)) != ST_CORRUPT;
            free(copy);
        }
        CHECK_INT(wrong, 0);
        /* The streams of a bundle have hashes of their own. */
        size_t covered = k == K_BUNDLE ? out.n - 5 : out.n;
        for (size_t bit = 0; bit < covered * 8; bit++) {
            out.p[bit / 8] ^= (char)(1 << bit % 8);
            wrong += sample_read((enum kind)k, key_str(&key), buf_str(&out)) != ST_CORRUPT;
            out.p[bit / 8] ^= (char)(1 << bit % 8);
        }
        CHECK_INT(wrong, 0);
        buf_putc(&out, 'x');
        CHECK_INT(sample_read((enum kind)k, key_str(&key), buf_str(&out)), ST_CORRUPT);
        out.n--;
        key.n--;
        CHECK_INT(sample_read((enum kind)k, key_str(&key), buf_str(&out)), ST_CORRUPT);
        buf_fini(&out);
    }
}

static void set_crc(uint8_t *bytes, size_t n)
{
    if (n >= 4)
        format_u32(codec_crc32(str_make((const char *)bytes, n - 4)), bytes + n - 4);
}

/* Damage that a right CRC hides: nonsense is read or refused, never past its end. */
static void nonsense(void)
{
    uint64_t x = 1;
    unsigned long other = 0;
    for (int round = 0; round < 60000; round++) {
        enum kind k = (enum kind)(round % KINDS);
        struct buf out;
        struct key key = sample_key(k);
        buf_init(&out, MAX);
        sample_write(k, round & 1, &out);
        x = hash64(x, STR_LIT("next"));
        size_t n = round % 7 == 0 ? x % out.n : out.n, head = k == K_BUNDLE && n > 111 ? 111 : n;
        uint8_t *bytes = malloc(n ? n : 1);
        NEED(bytes);
        memcpy(bytes, out.p, n);
        for (int i = 0; i < 1 + round % 3 && n; i++, x = hash64(x, STR_LIT("at")))
            bytes[x % n] = (uint8_t)(x >> 32);
        set_crc(bytes, head);
        enum status st = sample_read(k, key_str(&key), str_make((const char *)bytes, n));
        other += st != OK && st != ST_CORRUPT;
        free(bytes);
        buf_fini(&out);
    }
    CHECK_INT(other, 0);
}

static void limits(void)
{
    struct buf out;
    buf_init(&out, 60);
    struct url_record url = url_sample(true);
    format_url(&url, &out);
    CHECK_INT(out.status, ST_LIMIT);
    buf_fini(&out);
}

static void key_sizes(void)
{
    CHECK_INT(key_of_id(id_fill(1)).n, key_bytes(TABLE_JOBS));
    CHECK_INT(key_of_job(1).n, key_bytes(TABLE_NUMBERS));
    CHECK_INT(key_of_job_seq(1, 1).n, key_bytes(TABLE_URLS));
    CHECK_INT(key_of_job_id(1, id_fill(1)).n, key_bytes(TABLE_HOSTS));
    CHECK_INT(key_of_ready(1, 1, 1).n, key_bytes(TABLE_READY));
    CHECK_INT(key_of_job_seq(1, 1).n, key_bytes(TABLE_PAGES));
    CHECK_INT(key_of_job_seq(1, 1).n, key_bytes(TABLE_ROWS));
    CHECK_INT(key_of_sha(sha_fill(1)).n, key_bytes(TABLE_BUNDLES));
    CHECK_INT(key_of_sha(sha_fill(1)).n, key_bytes(TABLE_REFS));
    CHECK_INT(key_of_number(1).n, key_bytes(TABLE_KEYS));
    CHECK_INT(key_of_hash(sha_fill(1)).n, key_bytes(TABLE_KEY_HASHES));
    CHECK_INT(key_of_owned(1, JOB_CRAWL, 1).n, key_bytes(TABLE_OWNED));
    CHECK_INT(key_of_job_seq(1, 1).n, key_bytes(TABLE_FEED));
    CHECK_INT(key_of_idempotency(1, id_fill(1)).n, key_bytes(TABLE_IDEMPOTENCY));
    CHECK_INT(key_of_age(1, 1, id_fill(1)).n, key_bytes(TABLE_AGES));
    CHECK_INT(key_of_usage(1, 1).n, key_bytes(TABLE_USAGE));
    CHECK_INT(key_of_sha(sha_fill(1)).n, key_bytes(TABLE_ANSWERS));
    CHECK_INT(key_of_turn(1).n, key_bytes(TABLE_TURNS));
    struct key a = key_of_job_seq(1, 255), b = key_of_job_seq(1, 256), c = key_of_job_seq(2, 0);
    CHECK(str_cmp(key_str(&a), key_str(&b)) < 0 && str_cmp(key_str(&b), key_str(&c)) < 0);
}

/* Newer jobs stand before older ones, and earlier times before later ones. */
static void key_orders(void)
{
    struct key a = key_of_owned(1, JOB_CRAWL, UINT32_MAX), b = key_of_owned(1, JOB_CRAWL, 256),
               c = key_of_owned(1, JOB_CRAWL, 255), d = key_of_owned(1, JOB_EXTRACT, UINT32_MAX);
    CHECK(str_cmp(key_str(&a), key_str(&b)) < 0 && str_cmp(key_str(&b), key_str(&c)) < 0);
    CHECK(str_cmp(key_str(&c), key_str(&d)) < 0);
    CHECK_INT(key_owned_job(key_str(&b)), 256);
    CHECK_INT(key_owned_kind(key_str(&d)), JOB_EXTRACT);
    CHECK_INT(key_number(key_str(&d)), 1);
    a = key_of_age(INT64_MIN, 9, id_fill(9));
    b = key_of_age(-1, 9, id_fill(9));
    c = key_of_age(0, 1, id_fill(1));
    d = key_of_age(1700000000000, 7, id_fill(3));
    CHECK(str_cmp(key_str(&a), key_str(&b)) < 0 && str_cmp(key_str(&b), key_str(&c)) < 0);
    CHECK(str_cmp(key_str(&c), key_str(&d)) < 0);
    CHECK(key_age(key_str(&a)) == INT64_MIN && key_age(key_str(&d)) == 1700000000000);
    struct key aged = key_aged(key_str(&d)), want = key_of_idempotency(7, id_fill(3));
    CHECK_STR(key_str(&aged), key_str(&want));
    a = key_of_usage(UINT32_MAX, 20000);
    CHECK_INT(key_usage_day(key_str(&a)), 20000);
}

static void texts(void)
{
    CHECK_STR(str_of(job_kind_text(JOB_EXTRACT)), STR_LIT("extract"));
    CHECK_STR(str_of(job_kind_text(JOB_BATCH)), STR_LIT("batch"));
    CHECK_STR(str_of(job_state_text(JOB_QUEUED)), STR_LIT("queued"));
    CHECK_STR(str_of(job_state_text(JOB_RUNNING)), STR_LIT("running"));
    CHECK_STR(str_of(job_state_text(JOB_FAILED)), STR_LIT("failed"));
    CHECK_STR(str_of(url_state_text(URL_REDIRECTED)), STR_LIT("redirected"));
}

int main(void)
{
    RUN(texts);
    RUN(key_sizes);
    RUN(key_orders);
    RUN(bytes_on_disk);
    RUN(round_trips);
    RUN(small_records);
    RUN(accounts);
    RUN(bundles);
    RUN(limits);
    RUN(damage);
    RUN(nonsense);
    return check_report();
}
