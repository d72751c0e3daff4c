/* SPDX-License-Identifier: Apache-2.0 */
/* tour.c: read this first. One page goes through the rooms by hand, in the order in which a crawl takes them,
 * with no network: it is read, its links are judged, it is packed and stored; then it comes back, is asked
 * another question, and leaves as a ZIP. It is a test too: it returns non-zero when a step fails.
 *
 * What a crawl adds around this: a loop that fetches (crawler/loop.c), workers, queues, and patience. Data
 * folder, store, writer thread and codec are opened by room_open() of the fixture that the cache tests use. */
#include "export/export.h"
#include "export/reextract.h"
#include "extract/extract.h"
#include "frontier/policy.h"
#include "tests/unit/cache/fixture.h"

static const char html[] =
    "<!doctype html><html lang=en><title>Install</title><body><main><h1>Install</h1>"
    "<p>First the <a href='config'>configuration</a>, then the"
    " <a href='/docs/changelog'>changelog</a>.</p>"
    "<pre><code class='language-sh'>make install</code></pre></main></body></html>";

static const struct html_limits limits = {
    .memory_bytes = 64 << 20, .nodes = 1 << 16, .depth = 512, .attrs = 256};

struct tour {
    struct arena arena;          /* the page's memory: what is known of the page lives here, */
    struct extractor *extractor; /* but for its Markdown, which the next page will take the place of */
    struct url url;
    struct doc doc;
    struct buf packed[PART_KINDS];
    struct bundle bundle;
    struct job_record job;
};

/* Stop 1, extract: bytes in, a document out. A pure function: crawl, `webkeep convert` and re-extraction make
 * the same call, so the same bytes give the same document everywhere. */
static void read_page(struct tour *t)
{
    struct buf body;
    t->extractor = extractor_create(HTML_ENGINE_GUMBO, &limits);
    NEED(t->extractor);
    NEED(url_parse(&t->arena, STR_LIT("https://docs.example/docs/install"), NULL, &t->url) == OK);
    buf_init(&body, 1 << 20); /* every buffer has a maximum: no server decides about our memory */
    buf_puts(&body, html);
    NEED(buf_terminate(&body)); /* the parser may look a little past the end */
    const struct extract_options options = {.url = t->url.href,
                                            .content_type = STR_LIT("text/html; charset=utf-8"),
                                            .want = EXTRACT_LINKS | EXTRACT_MARKDOWN,
                                            .max_links = 100,
                                            .max_markdown_bytes = 1 << 20};
    NEED(extract_document(t->extractor, &options, buf_str(&body), &t->arena, &t->doc) == OK);
    buf_fini(&body); /* the document stays */
    CHECK_STR(t->doc.title, STR_LIT("Install"));
    CHECK_INT(t->doc.n_links, 2);
    CHECK(memmem(t->doc.markdown.p, t->doc.markdown.n, "```sh\nmake install\n```", 22) != NULL);
}

/* Stop 2, frontier: which of its links a crawl would follow, and why not the other. */
static void judge_links(struct tour *t)
{
    const struct policy_request request = {.base_url = STR_LIT("https://docs.example/docs/"),
                                           .instruction =
                                               STR_LIT("All documentation pages. Skip the changelog."),
                                           .max_depth = -1};
    struct policy *policy;
    NEED(policy_compile(&request, &policy, NULL) == OK);
    for (unsigned i = 0; i < t->doc.n_links; i++) {
        struct url to;
        struct judgement j;
        NEED(url_parse(&t->arena, t->doc.links[i].url, NULL, &to) == OK);
        policy_judge(policy, &t->doc.links[i], &to, &t->url, 1, &t->arena, &j);
        printf("    %s %.*s: %s\n", verdict_text(j.verdict), STR_ARG(to.href), reason_text(j.reason));
        CHECK(j.verdict == (str_is(to.path, "/docs/changelog") ? VERDICT_SKIP : VERDICT_KEEP));
    }
    policy_release(policy);
}

/* Stop 3, base/codec: HTML and Markdown become raw deflate streams, just what a ZIP entry holds, together in
 * one bundle. The bundle's name is the hash of what is in it, so equal pages are stored once. */
static void pack_page(struct tour *t, struct room *room)
{
    const struct str raw[PART_KINDS] = {str_of(html), t->doc.markdown};
    for (unsigned kind = 0; kind < PART_KINDS; kind++) {
        struct part *part = &t->bundle.parts[t->bundle.n_parts++];
        *part = (struct part){.kind = (enum part_kind)kind,
                              .sha256 = sha256_of(room->sha, raw[kind], STR_NONE)};
        buf_init(&t->packed[kind], 1 << 20);
        NEED(codec_deflate(room->codec, raw[kind], &t->packed[kind], &part->packed) == OK);
        part->stream = buf_str(&t->packed[kind]);
    }
    bundle_identify(room->sha, &t->bundle);
}

/* Stop 4, cache: only the writer's thread writes. It calls this with a transaction and commits it; what
 * belongs together is put in one go, so that a crash leaves all of it or nothing. */
static enum status store_page(struct store_write *write, void *user)
{
    struct tour *t = user;
    const struct url_record url = {.id = hash128(t->url.href), .state = URL_KEPT, .url = t->url.href};
    const struct page_record page = {.url_id = url.id,
                                     .http_status = 200,
                                     .fetched_ms = clock_wall_ms(),
                                     .url = t->url.href,
                                     .title = t->doc.title,
                                     .content_type = STR_LIT("text/html")};
    uint64_t new_bytes;
    t->job = (struct job_record){.id = hash128(STR_LIT("tour")),
                                 .kind = JOB_CRAWL,
                                 .state = JOB_DONE,
                                 .created_ms = clock_wall_ms(),
                                 .next_seq = 1,
                                 .kept = 1,
                                 .base_url = STR_LIT("https://docs.example/docs/")};
    enum status st = store_job_add(write, &t->job); /* gives the job its number */
    if (st == OK)
        st = store_url_put(write, t->job.number, &url, NULL);
    return st == OK ? store_page_put(write, t->job.number, &page, &t->bundle, &new_bytes) : st;
}

/* Stop 5: read it back. Slices of a record point into the database's map and end with the transaction. */
static void read_back(struct tour *t, struct room *room)
{
    struct store_read *read;
    struct page_record page;
    struct bundle bundle;
    struct buf body;
    buf_init(&body, 1 << 20);
    NEED(store_read_begin(room->store, &read) == OK);
    NEED(store_page_next(read, t->job.number, 0, &page) == OK);
    NEED(store_bundle_get(read, page.bundle, &bundle) == OK);
    const struct part *part = &bundle.parts[PART_HTML];
    CHECK_INT(codec_inflate(room->codec, part->stream, &part->packed, &body), OK);
    CHECK_STR(buf_str(&body), str_of(html)); /* byte for byte */
    store_read_end(read);
    buf_fini(&body);
}

/* Stop 6, re-extraction: another question to the same pages. Nothing here could make a request. */
static void take_row(void *user, struct str json)
{
    bool *answered = user;
    printf("    %.*s\n", STR_ARG(json));
    *answered = memmem(json.p, json.n, "\"make install\"", 14) != NULL;
}

static void ask_again(struct tour *t, struct room *room)
{
    bool answered = false;
    struct diag diag = {0};
    struct reextract_report report;
    const struct reextract_request request = {.source = t->job.id,
                                              .transform = STR_LIT("titles and code blocks"),
                                              .engine = HTML_ENGINE_GUMBO,
                                              .limits = limits,
                                              .workers = 1,
                                              .row = take_row,
                                              .user = &answered};
    if (CHECK(reextract_run(room->store, room->writer, &request, &report, &diag) == OK))
        CHECK(answered && report.rows == 1 && report.failed == 0);
    else
        fprintf(stderr, "    %s\n", diag.text);
}

/* Stop 7, export: the stored streams are copied into the archive as they are. */
static void export_page(struct tour *t, struct room *room, const char *dir)
{
    char path[300];
    struct diag diag = {0};
    struct export_report report;
    snprintf(path, sizeof path, "%s/tour.zip", dir);
    const struct export_options options = {.format = EXPORT_ZIP, .path = path};
    if (CHECK(export_run(room->store, t->job.id, &options, &report, &diag) == OK))
        CHECK_INT(report.entries, 5); /* HTML, Markdown, data.jsonl, index.md, manifest.json */
    else
        fprintf(stderr, "    %s\n", diag.text);
}

int main(void)
{
    struct tour t = {0};
    struct folder folder = folder_make();
    struct room room = room_open(folder.path);
    arena_init(&t.arena, 8 << 20, 64 << 10);
    read_page(&t);
    judge_links(&t);
    pack_page(&t, &room);
    CHECK_INT(room_write(&room, store_page, &t), OK); /* returns when it is on the disk */
    read_back(&t, &room);
    ask_again(&t, &room);
    export_page(&t, &room, folder.path);
    CHECK_INT(room_check(&room).broken, 0); /* what `webkeep check` does */
    for (unsigned kind = 0; kind < PART_KINDS; kind++)
        buf_fini(&t.packed[kind]);
    arena_fini(&t.arena);
    extractor_destroy(t.extractor);
    room_close(&room);
    folder_drop(&folder);
    return check_report();
}
