/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_jobs.c: looking at the archive: list, pages, show, why; and changing it: cancel, delete, check. */
#include "cli/commands.h"

#include "base/clock.h"
#include "base/cut.h"
#include "base/json.h"
#include "cache/check.h"
#include "cli/plain.h"
#include "crawler/control.h"
#include "export/page_told.h"
#include "extract/front_matter.h"
#include "extract/quality.h"
#include "frontier/policy.h"

#include <limits.h>
#include <stdio.h>

/* Opens the archive for reading and finds the job named by the first argument (when there is one). */
struct look {
    struct store *store;
    struct store_read *read;
    struct job_record job;
};

static int look_begin(const struct args *args, struct look *look)
{
    *look = (struct look){0};
    int code = data_open(args, STORE_READ, &look->store);
    if (code == EXIT_DONE && store_read_begin(look->store, &look->read) != OK)
        code = complain(EXIT_STORAGE, "the store can't be read");
    if (code == EXIT_DONE && args->n)
        code = data_find_job(look->read, args->v[0], &look->job);
    return code;
}

static void look_end(struct look *look)
{
    store_read_end(look->read);
    store_close(look->store);
}

/* A job that says "running" while nobody holds the lock was interrupted. */
static const char *state_of(const struct job_record *job, bool owned)
{
    return job_state_text(job->state == JOB_RUNNING && !owned ? JOB_INTERRUPTED : job->state);
}

static bool is_owned(const struct store *store)
{
    int pid;
    char command[64];
    return store_owner(store_dir(store), &pid, command, sizeof command) == OK;
}

static void print_line(struct buf *buf)
{
    fwrite(buf->p, 1, buf->n, stdout);
    fputc('\n', stdout);
    buf_reset(buf);
}

static void put_text(struct json_out *out, const char *name, struct str s)
{
    json_key(out, name);
    json_put_str(out, s);
}

static void put_number(struct json_out *out, const char *name, uint64_t n)
{
    json_key(out, name);
    json_put_int(out, (int64_t)n);
}

static void put_time(struct json_out *out, const char *name, int64_t ms)
{
    char time[32];
    json_key(out, name);
    if (!ms) {
        json_put_null(out);
        return;
    }
    clock_format(ms, time);
    json_put_str(out, str_of(time));
}

/* ---- list ---- */

static void job_json(struct json_out *out, const struct job_record *job, bool owned)
{
    char id[JOB_ID_TEXT];
    job_id_text(job->id, id);
    json_begin(out, '{');
    put_text(out, "job", str_of(id));
    put_text(out, "kind", str_of(job_kind_text(job->kind)));
    put_text(out, "status", str_of(state_of(job, owned)));
    put_text(out, "url", job->base_url);
    put_number(out, "pages", job->kind == JOB_EXTRACT ? job->rows : job->kept);
    put_number(out, "failed", job->failed);
    put_number(out, "queued", job->ready);
    put_number(out, "bytes", job->received_bytes);
    put_time(out, "created", job->created_ms);
    put_time(out, "finished", job->finished_ms);
    put_text(out, "message", job->message);
    json_end(out, '}');
}

int cmd_list(struct args *args)
{
    struct look look;
    int code = look_begin(args, &look);
    if (code != EXIT_DONE) {
        look_end(&look);
        return code;
    }
    struct buf buf;
    struct json_out out;
    struct job_record job;
    struct id128 at, *after = NULL;
    bool owned = is_owned(look.store);
    buf_init(&buf, 1 << 20);
    enum status st;
    for (; (st = store_job_next(look.read, after, &job)) == OK; after = &at) {
        char id[JOB_ID_TEXT], time[32];
        at = job.id;
        job_id_short(job.id, id);
        clock_format(job.created_ms, time);
        if (args->json) {
            json_out_init(&out, &buf, 0);
            job_json(&out, &job, owned);
            print_line(&buf);
        } else {
            printf("%s  %s  %-8s %-12s %7llu pages  %.*s\n", id, time, job_kind_text(job.kind),
                   state_of(&job, owned),
                   (unsigned long long)(job.kind == JOB_EXTRACT ? job.rows : job.kept),
                   STR_ARG(job.base_url));
        }
    }
    if (st != ST_NOTFOUND)
        code = complain(EXIT_STORAGE, "a job's record can't be read: %s; `webkeep check` tells more",
                        status_text(st));
    else if (!after && !args->json)
        fprintf(stderr, "webkeep: no job yet: `webkeep crawl URL` makes one\n");
    buf_fini(&buf);
    look_end(&look);
    return code;
}

/* ---- pages ---- */

static void page_flags_json(struct json_out *out, unsigned flags)
{
    static const char *const names[] = {"no_text", "no_markdown", "undecoded", "noindex"};
    json_key(out, "flags");
    json_begin(out, '[');
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (flags & (1u << i))
            json_put_str(out, str_of(names[i]));
    json_end(out, ']');
}

static void page_shares_json(struct json_out *out, const struct page_record *page)
{
    json_key(out, "text_share");
    page_put_share(page->text_share, out);
    json_key(out, "code_share");
    page_put_share(page->code_share, out);
}

static void page_json(struct json_out *out, struct id128 job, const struct page_record *page)
{
    char id[JOB_ID_TEXT];
    job_id_text(job, id);
    json_begin(out, '{');
    put_text(out, "job", str_of(id));
    put_text(out, "url", page->url);
    put_text(out, "title", page->title);
    put_number(out, "status", page->http_status);
    put_text(out, "content_type", page->content_type);
    put_text(out, "charset", page->charset);
    put_text(out, "language", page->language);
    put_text(out, "description", page->description);
    put_text(out, "canonical", page->canonical);
    put_text(out, "etag", page->etag);
    put_text(out, "last_modified", page->last_modified);
    put_number(out, "depth", page->depth);
    put_number(out, "links", page->links);
    put_number(out, "text_bytes", page->text_bytes);
    put_number(out, "took_ms", page->took_ms);
    put_time(out, "fetched", page->fetched_ms);
    page_flags_json(out, page->flags);
    json_key(out, "quality");
    page_put_quality(page, out);
    page_shares_json(out, page);
    json_key(out, "cut");
    page_put_cuts(page, out);
    json_key(out, "metadata");
    page_put_metadata(page, out);
    json_end(out, '}');
}

/* URL, title, and if there are any, the limits that were reached and the marks of quality. */
static void page_line(const struct page_record *page)
{
    printf("%.*s\t", STR_ARG(page->url));
    plain_put(stdout, page->title);
    char between = '\t';
    unsigned cuts = page->cuts;
    for (const char *word; (word = cut_next(&cuts)); between = ',')
        printf("%c%s", between, word);
    for (unsigned i = 0; i < QUALITY_MARKS; i++)
        if (page->flags / PAGE_QUALITY >> i & 1) {
            printf("%c%s", between, quality_word(i));
            between = ',';
        }
    putchar('\n');
}

/* The transaction is renewed now and then, so that a slow reader of our output does not hold pages back. */
#define PAGES_PER_READ 256

int cmd_pages(struct args *args)
{
    struct look look;
    int code = look_begin(args, &look);
    struct buf buf;
    struct page_record page;
    uint32_t number = look.job.number;
    struct id128 id = look.job.id;
    buf_init(&buf, 1 << 20);
    uint64_t from = 0, n = 0;
    enum status st = OK;
    while (code == EXIT_DONE && (st = store_page_next(look.read, number, from, &page)) == OK) {
        if (args->json) {
            struct json_out out;
            json_out_init(&out, &buf, 0);
            page_json(&out, id, &page);
            print_line(&buf);
        } else {
            page_line(&page);
        }
        from = page.seq + 1;
        if (++n % PAGES_PER_READ == 0 && store_read_renew(look.read) != OK)
            code = complain(EXIT_STORAGE, "the store can't be read");
    }
    if (code == EXIT_DONE && st != ST_NOTFOUND)
        code = complain(EXIT_STORAGE, "a page's record can't be read: %s; `webkeep check` tells more",
                        status_text(st));
    buf_fini(&buf);
    look_end(&look);
    return code;
}

/* ---- one URL of a job ---- */

static int find_url(struct look *look, const char *word, struct arena *arena, struct url_record *ret_url)
{
    struct url url;
    struct diag diag;
    if (url_parse(arena, str_of(word), NULL, &url) != OK || !url_is_http(&url))
        return complain(EXIT_USAGE, "'%.200s' is not an http or https URL", word);
    struct crawl_request request;
    if (crawl_request_read(arena, look->job.request, &request, &diag) != OK)
        crawl_request_init(&request);
    const struct url_key_options key = {.ignore_query = request.ignore_query};
    enum status st = store_url_get(look->read, look->job.number, url_id(arena, &url, &key), ret_url);
    if (st == OK)
        return EXIT_DONE;
    if (st == ST_NOTFOUND)
        return complain(EXIT_NOTHING, "no page of this job links to %s", word);
    return complain(EXIT_STORAGE, "the URL's record can't be read: %s", status_text(st));
}

/* The page of a URL; a redirected one leads to its target. */
static int find_page(struct look *look, const char *word, struct arena *arena,
                     struct page_record *ret_page)
{
    struct url_record url;
    int code = find_url(look, word, arena, &url);
    for (int hops = 0; code == EXIT_DONE && url.state == URL_REDIRECTED && hops < 10; hops++) {
        struct str target = arena_str(arena, url.detail);
        code = find_url(look, target.p ? target.p : "", arena, &url);
    }
    if (code != EXIT_DONE)
        return code;
    if (url.state != URL_KEPT)
        return complain(EXIT_NOTHING, "%s is no page of this job: it is %s (webkeep why says more)",
                        word, url_state_text(url.state));
    enum status st = store_page_get(look->read, look->job.number, url.seq, ret_page);
    return st == OK ? EXIT_DONE : complain(EXIT_STORAGE, "the page can't be read: %s", status_text(st));
}

static enum status put_front(const struct page_record *page, const struct sha256 *hash)
{
    struct front_matter front = {.title = page->title,
                                 .url = page->url,
                                 .language = page->language,
                                 .description = page->description,
                                 .fetched_ms = page->fetched_ms,
                                 .hash = hash};
    struct arena arena;
    struct buf out;
    arena_init(&arena, 1 << 20, 4096);
    buf_init(&out, 1 << 20);
    front_matter_take_stored(&front, page->metadata, &arena);
    front_matter_put(&front, &out);
    enum status st = out.status;
    if (st == OK)
        fwrite(out.p, 1, out.n, stdout);
    buf_fini(&out);
    arena_fini(&arena);
    return st;
}

static int show_front(struct look *look, const struct page_record *page)
{
    struct bundle bundle;
    enum status st = store_bundle_get(look->read, page->bundle, &bundle);
    bool markdown = false;
    const struct part *html = NULL;
    for (unsigned i = 0; st == OK && i < bundle.n_parts; i++) {
        markdown |= bundle.parts[i].kind == PART_MARKDOWN;
        if (bundle.parts[i].kind == PART_HTML)
            html = &bundle.parts[i];
    }
    if (st == OK && markdown)
        st = put_front(page, html ? &html->sha256 : NULL);
    return st == OK ? EXIT_DONE
                    : complain(EXIT_STORAGE, "the page's bytes can't be read: %s", status_text(st));
}

static int show_part(struct look *look, const struct page_record *page, enum part_kind kind)
{
    struct bundle bundle;
    struct buf out;
    struct codec *codec = codec_create(1);
    enum status st = codec ? store_bundle_get(look->read, page->bundle, &bundle) : ST_NOMEM;
    const struct part *part = NULL;
    for (unsigned i = 0; st == OK && i < bundle.n_parts; i++)
        if (bundle.parts[i].kind == kind)
            part = &bundle.parts[i];
    buf_init(&out, SIZE_MAX / 2);
    if (st == OK)
        st = part ? codec_inflate(codec, part->stream, &part->packed, &out) : ST_NOTFOUND;
    if (st == OK)
        fwrite(out.p ? out.p : "", 1, out.n, stdout);
    buf_fini(&out);
    codec_destroy(codec);
    if (st == ST_NOTFOUND)
        return complain(EXIT_NOTHING, "the page has no %s", kind == PART_HTML ? "HTML" : "Markdown");
    return st == OK ? EXIT_DONE
                    : complain(EXIT_STORAGE, "the page's bytes can't be read: %s", status_text(st));
}

static void show_meta(const struct look *look, const struct page_record *page)
{
    struct buf buf;
    struct json_out out;
    buf_init(&buf, 1 << 20);
    json_out_init(&out, &buf, 2);
    page_json(&out, look->job.id, page);
    print_line(&buf);
    buf_fini(&buf);
}

int cmd_show(struct args *args)
{
    struct look look;
    struct arena arena;
    struct page_record page;
    arena_init(&arena, 1 << 20, 4096);
    int code = args->html + args->markdown + args->meta > 1
                   ? complain(EXIT_USAGE, "show takes one of --html, --markdown and --meta")
                   : EXIT_DONE;
    if (code == EXIT_DONE && args->front_matter && (args->html || args->meta))
        code = complain(EXIT_USAGE, "--front-matter: only Markdown takes it, not --html or --meta");
    if (code == EXIT_DONE)
        code = look_begin(args, &look);
    else
        look = (struct look){0};
    if (code == EXIT_DONE)
        code = find_page(&look, args->v[1], &arena, &page);
    if (code == EXIT_DONE && args->meta)
        show_meta(&look, &page);
    if (code == EXIT_DONE && args->front_matter)
        code = show_front(&look, &page);
    if (code == EXIT_DONE && !args->meta)
        code = show_part(&look, &page, args->html ? PART_HTML : PART_MARKDOWN);
    look_end(&look);
    arena_fini(&arena);
    return code;
}

/* ---- why ---- */

static struct str parent_url(struct look *look, const struct url_record *url)
{
    struct url_record parent;
    static const struct id128 none;
    if (id128_eq(url->parent, none) ||
        store_url_get(look->read, look->job.number, url->parent, &parent) != OK)
        return STR_NONE;
    return parent.url;
}

static void why_json(struct look *look, const struct url_record *url)
{
    struct buf buf;
    struct json_out out;
    buf_init(&buf, 1 << 20);
    json_out_init(&out, &buf, 0);
    json_begin(&out, '{');
    put_text(&out, "url", url->url);
    put_text(&out, "state", str_of(url_state_text(url->state)));
    put_text(&out, "verdict", str_of(verdict_text(url->verdict)));
    put_text(&out, "reason", str_of(reason_text(url->reason)));
    put_text(&out, "detail", url->detail);
    put_number(&out, "http_status", url->http_status);
    put_number(&out, "depth", url->depth);
    put_number(&out, "attempts", url->attempts);
    put_text(&out, "found_on", parent_url(look, url));
    put_time(&out, "changed", url->changed_ms);
    json_end(&out, '}');
    print_line(&buf);
    buf_fini(&buf);
}

static void why_text(struct look *look, const struct url_record *url)
{
    struct str from = parent_url(look, url);
    printf("%.*s\n", STR_ARG(url->url));
    bool is_alias = url->state == URL_REDIRECTED && url->reason == REASON_DUPLICATE;
    printf("  state     %s", url_state_text(url->state));
    if (url->reason != REASON_NONE)
        printf(": %s", reason_text(url->reason));
    if (url->detail.n) {
        fputs(is_alias ? ", alias of " : ": ", stdout);
        plain_put(stdout, url->detail);
    }
    printf("\n  verdict   %s\n", verdict_text(url->verdict));
    if (url->http_status)
        printf("  answered  HTTP %u\n", url->http_status);
    if (url->attempts > 1)
        printf("  attempts  %u\n", url->attempts);
    printf("  depth     %u\n", url->depth);
    if (from.n)
        printf("  found on  %.*s\n", STR_ARG(from));
    else
        printf("  found on  nothing: it is where the crawl began\n");
}

int cmd_why(struct args *args)
{
    struct look look;
    struct arena arena;
    struct url_record url;
    arena_init(&arena, 1 << 20, 4096);
    int code = look_begin(args, &look);
    if (code == EXIT_DONE)
        code = find_url(&look, args->v[1], &arena, &url);
    if (code == EXIT_DONE)
        args->json ? why_json(&look, &url) : why_text(&look, &url);
    look_end(&look);
    arena_fini(&arena);
    return code;
}

/* ---- changing ---- */

/* A change goes to the process that owns the folder when one runs. */
static int find_id(struct args *args, struct id128 *ret_id, enum job_state *ret_state)
{
    struct look look;
    int code = look_begin(args, &look);
    *ret_id = look.job.id;
    *ret_state = look.job.state;
    look_end(&look);
    return code;
}

int cmd_cancel(struct args *args)
{
    struct id128 id;
    enum job_state state;
    struct diag diag = {0};
    char path[PATH_MAX];
    int code = find_id(args, &id, &state);
    if (code == EXIT_DONE)
        code = data_folder(args, path, sizeof path);
    if (code != EXIT_DONE)
        return code;
    enum status st = state == JOB_RUNNING ? control_send(path, "cancel", id, &diag) : ST_NOTFOUND;
    if (st == ST_NOTFOUND)
        return complain(EXIT_NOTHING, "job '%s' does not run, so there is nothing to cancel",
                        args->v[0]);
    return st == OK ? EXIT_DONE : complain(EXIT_STORAGE, "%s", diag.text);
}

static int delete_here(const struct args *args, struct id128 id)
{
    struct store *store = NULL;
    struct writer *writer = NULL;
    int code = data_open(args, STORE_WRITE, &store);
    if (code == EXIT_DONE)
        code = cli_writer(args, store, &writer);
    if (code == EXIT_DONE) {
        enum status st = job_delete(writer, id);
        code = st == OK ? EXIT_DONE
                        : complain(exit_for(st), "the job can't be deleted: %s", status_text(st));
    }
    writer_destroy(writer);
    store_close(store);
    return code;
}

int cmd_delete(struct args *args)
{
    struct id128 id;
    enum job_state state;
    struct diag diag = {0};
    char path[PATH_MAX], command[64];
    int pid, code = find_id(args, &id, &state);
    if (code == EXIT_DONE)
        code = data_folder(args, path, sizeof path);
    if (code != EXIT_DONE)
        return code;
    if (store_owner(path, &pid, command, sizeof command) != OK)
        return delete_here(args, id);
    if (state == JOB_RUNNING)
        return complain(EXIT_NOTHING, "job '%s' runs: stop it first (webkeep cancel %s)", args->v[0],
                        args->v[0]);
    enum status st = control_send(path, "delete", id, &diag);
    if (st == ST_NOTFOUND)
        return complain(EXIT_STORAGE,
                        "process %d (%s) owns the data folder and takes no commands: try again when it "
                        "has ended",
                        pid, command);
    return st == OK ? EXIT_DONE : complain(EXIT_STORAGE, "%s", diag.text);
}

/* ---- check ---- */

static void tell(void *user, const char *sentence)
{
    (void)user;
    printf("broken: %s\n", sentence);
}

int cmd_check(struct args *args)
{
    struct store *store = NULL;
    struct check_report r = {0};
    int code = data_open(args, STORE_READ, &store);
    if (code == EXIT_DONE) {
        enum status st = store_check(store, args->json ? NULL : tell, NULL, &r);
        if (st != OK)
            code = complain(EXIT_STORAGE, "the archive can't be read to its end: %s", status_text(st));
    }
    if (code == EXIT_DONE) {
        printf(
            args->json
                ? "{\"jobs\":%llu,\"urls\":%llu,\"ready\":%llu,\"pages\":%llu,\"bundles\":%llu,\"rows\":"
                  "%llu,"
                  "\"bytes\":%llu,\"broken\":%llu}\n"
                : "%llu jobs, %llu URLs, %llu queued, %llu pages, %llu bundles, %llu rows, %llu bytes, "
                  "%llu broken\n",
            (unsigned long long)r.jobs, (unsigned long long)r.urls, (unsigned long long)r.ready,
            (unsigned long long)r.pages, (unsigned long long)r.bundles, (unsigned long long)r.rows,
            (unsigned long long)r.bytes, (unsigned long long)r.broken);
        code = r.broken ? EXIT_STORAGE : EXIT_DONE;
    }
    store_close(store);
    return code;
}
