/* SPDX-License-Identifier: Apache-2.0 */
/* reextract.c: a job of rows: begun in the store, filled chunk by chunk, ended with its counts.
 *
 *   pages ── chunk ──► reuse ── those without an answer ──► crew ── all rows ──► row_writer
 *
 * Order: the job is committed before its first row; its last state after its last row. All of one chunk's
 * rows are one writer's job. Rows of a job that is deleted meanwhile are refused by the store, which ends
 * the re-extraction. The network is not known here. */
#include "answer/model.h"
#include "base/clock.h"
#include "base/json.h"
#include "cache/accounts.h"
#include "export/crew.h"
#include "export/reextract.h"
#include "export/reuse.h"
#include "export/row_writer.h"

#define LINE_MAX_BYTES ((size_t)512 << 20)
#define CHUNK_KEEP_BYTES ((size_t)1 << 20)

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

struct run {
    struct store *store;
    struct writer *writer;
    const struct reextract_request *request;
    struct arena arena;
    struct job_record source, job; /* texts in arena */
    struct asker *asker;
    struct buf line;
    struct reextract_report report;
    struct reuse *reuse;
    struct row_writer rows;
    struct arena chunk;  /* what is known of the pages of one chunk */
    struct codec *codec; /* for rows that are told and were not made anew */
    struct buf json;
};

/* ---- the job's record ---- */

struct job_write {
    struct write_job base;
    struct job_record *record;
    bool add;
};

static bool is_at_rest(enum job_state state)
{
    return state != JOB_QUEUED && state != JOB_RUNNING && state != JOB_INTERRUPTED;
}

/* What a model took in this run, in its owner's day. */
static enum status count_tokens(struct store_write *write, const struct job_record *job,
                                const struct job_record *now)
{
    const struct usage_record usage = {.day = (uint32_t)(now->updated_ms / DAY_MS),
                                       .input_tokens = now->input_tokens,
                                       .output_tokens = now->output_tokens};
    return store_usage_add(write, job->owner, &usage);
}

/* What this run knows goes into the record as it is now: what others keep there stays. */
static enum status job_change(struct store_write *write, const struct job_record *now)
{
    struct job_record job;
    enum status st = store_job_get(store_write_reader(write), now->id, &job);
    if (st == OK && is_at_rest(job.state))
        st = ST_EXISTS; /* it was ended before it began */
    if (st != OK)
        return st;
    job.state = now->state;
    job.rows = now->rows;
    job.failed = now->failed;
    job.reused = now->reused;
    job.empty = now->empty;
    job.updated_ms = now->updated_ms;
    job.started_ms = job.started_ms ? job.started_ms : now->started_ms;
    job.finished_ms = now->finished_ms;
    job.active_ms = now->active_ms;
    job.next_seq = now->next_seq;
    job.message = now->message;
    job.input_tokens += now->input_tokens;
    job.output_tokens += now->output_tokens;
    const struct feed_record event = {.kind = FEED_STATE, .state = now->state, .at_ms = now->updated_ms};
    st = store_feed_add(write, &job, &event);
    if (st == OK && (now->input_tokens || now->output_tokens))
        st = count_tokens(write, &job, now);
    if (st == OK && is_at_rest(now->state))
        st = store_account_settle(write, &job, now->rows - now->failed - now->reused, 0);
    return st == OK ? store_job_put(write, &job) : st;
}

static enum status job_apply(struct write_job *base, struct store_write *write)
{
    struct job_write *w = (struct job_write *)base;
    if (!w->add)
        return job_change(write, w->record);
    struct job_record copy = *w->record;
    enum status st = store_job_add(write, &copy);
    if (st == OK)
        w->record->number = copy.number;
    return st;
}

static enum status write_record(struct run *run, bool add)
{
    struct job_write w = {.base = {.apply = job_apply, .bytes = 1024}, .record = &run->job, .add = add};
    return writer_run(run->writer, &w.base);
}

static void put_member(struct json_out *json, const char *name, struct str text)
{
    if (!text.n)
        return;
    json_key(json, name);
    json_put_str(json, text);
}

static struct str request_json(struct run *run)
{
    struct buf text;
    struct json_out json;
    buf_init(&text, (size_t)8 << 20);
    json_out_init(&json, &text, 0);
    json_begin(&json, '{');
    put_member(&json, "transform", run->request->transform);
    put_member(&json, "schema", run->request->schema);
    put_member(&json, "output", run->request->output);
    json_end(&json, '}');
    struct str kept = text.status == OK ? arena_str(&run->arena, buf_str(&text)) : STR_NONE;
    buf_fini(&text);
    return kept;
}

static enum status read_source(struct run *run, struct diag *ret_diag)
{
    struct store_read *read;
    char hex[2 * sizeof run->request->source.b + 1];
    enum status st = store_read_begin(run->store, &read);
    if (st != OK)
        return st;
    st = store_job_get(read, run->request->source, &run->source);
    if (st == OK && run->source.flags & JOB_DELETING)
        st = ST_NOTFOUND;
    if (st == OK) {
        run->source.base_url = arena_str(&run->arena, run->source.base_url);
        run->source.host = arena_str(&run->arena, run->source.host);
    }
    store_read_end(read);
    hex_encode(run->request->source.b, sizeof run->request->source.b, hex);
    if (st == ST_NOTFOUND)
        return diag_set(ret_diag, st, "There is no job %s.", hex);
    if (st == OK && run->source.kind == JOB_EXTRACT)
        return diag_set(ret_diag, ST_INPUT,
                        "Job %s has no pages of its own. Name the crawl it was made from.", hex);
    return st;
}

/* The job that was submitted for this, and the source it names. */
static enum status read_job(struct run *run, struct diag *ret_diag)
{
    struct store_read *read;
    enum status st = store_read_begin(run->store, &read);
    if (st != OK)
        return st;
    st = store_job_get(read, *run->request->job, &run->job);
    run->job.base_url = run->job.host = run->job.request = run->job.policy = run->job.message = STR_NONE;
    run->job.finished_ms = 0;
    run->job.input_tokens = run->job.output_tokens = 0; /* of this run: the record adds them up */
    store_read_end(read);
    if (st == OK && run->job.kind != JOB_EXTRACT)
        st = diag_set(ret_diag, ST_INPUT, "That job is no extraction.");
    return st;
}

static enum status begin_job(struct run *run, struct diag *ret_diag)
{
    enum status st = run->request->job ? read_job(run, ret_diag) : OK;
    if (st == OK)
        st = read_source(run, ret_diag);
    if (st != OK)
        return st;
    int64_t now = clock_wall_ms();
    if (run->request->job) {
        run->job.state = JOB_RUNNING;
        run->job.started_ms = run->job.updated_ms = now;
        run->job.next_seq = run->source.next_seq;
        return write_record(run, false);
    }
    run->job = (struct job_record){
        .kind = JOB_EXTRACT,
        .state = JOB_RUNNING,
        .created_ms = now,
        .started_ms = now,
        .updated_ms = now,
        .source = run->source.id,
        .next_seq = run->source.next_seq,
        .base_url = run->source.base_url,
        .host = run->source.host,
        .request = request_json(run),
    };
    if (!str_is_set(run->job.request) || run->arena.status != OK)
        return ST_NOMEM;
    st = random_bytes(&run->job.id, sizeof run->job.id);
    return st != OK ? st : write_record(run, true);
}

/* What became of it is written down even when it failed; the first failure is what is told. */
static enum status end_job(struct run *run, enum status st)
{
    int64_t now = clock_wall_ms();
    struct job_record *job = &run->job;
    enum status rows = row_writer_await(&run->rows);
    if (st == OK)
        st = rows;
    job->rows = run->report.rows;
    job->failed = run->report.failed;
    job->reused = run->report.reused;
    job->empty = run->report.empty;
    job->input_tokens = run->report.input_tokens;
    job->output_tokens = run->report.output_tokens;
    job->updated_ms = job->finished_ms = now;
    job->active_ms += now - job->started_ms;
    job->state = st == ST_CANCELLED ? run->request->stop_as ? *run->request->stop_as : JOB_CANCELLED
                 : status_class(st) == STATUS_STOP ? JOB_INTERRUPTED
                 : st != OK                        ? JOB_FAILED
                 : run->report.failed              ? JOB_PARTIAL
                                                   : JOB_DONE;
    if (st != OK)
        job->message = str_of(status_text(st));
    enum status written = write_record(run, false);
    return st != OK ? st : written;
}

/* ---- the pages ---- */

static bool is_cancelled(const struct reextract_request *request)
{
    return request->cancel && atomic_load_explicit(request->cancel, memory_order_relaxed);
}

/* The plain object of a stored row. */
static enum status tell_row(struct run *run, struct str url, struct str stored)
{
    buf_reset(&run->line);
    enum status st = answer_row_line(url, stored, &run->line);
    if (st == OK)
        run->request->row(run->request->user, buf_str(&run->line));
    return st;
}

/* Of one chunk, page by page. */
struct chunk {
    const struct page_item *items;
    unsigned n;
    const struct earlier *earlier;
    const struct row_slot **slots; /* of those that were answered now; else NULL */
    struct made_row *rows;
};

/* Answers those that nobody has answered before. */
static enum status answer_chunk(struct run *run, struct crew *crew, struct chunk *c)
{
    const struct row_slot *made = NULL;
    unsigned n = 0;
    struct page_item *missing = ARENA_ARRAY(&run->chunk, struct page_item, c->n);
    c->slots = ARENA_ARRAY(&run->chunk, const struct row_slot *, c->n);
    if (!missing || !c->slots)
        return run->chunk.status;
    for (unsigned i = 0; i < c->n; i++)
        if (!c->earlier[i].found)
            missing[n++] = c->items[i];
    enum status st = n ? crew_work(crew, missing, n, &made) : OK;
    for (unsigned i = 0; i < c->n && st == OK; i++)
        c->slots[i] = c->earlier[i].found ? NULL : made++;
    return st;
}

static struct made_row row_made(const struct page_item *item, const struct earlier *earlier,
                                const struct row_slot *slot)
{
    struct made_row row = {.seq = item->page.seq, .key = earlier->key};
    if (slot) {
        const struct cached_row *r = &slot->row;
        row.packed = r->packed;
        row.stream = buf_str(&r->stream);
        row.keep = earlier->has_key && !r->failed && !r->info.passing;
        row.flags = r->info.failed ? ANSWER_EMPTY : 0;
    } else {
        row.packed = earlier->answer.packed;
        row.stream = earlier->answer.stream;
        row.flags = earlier->answer.flags;
    }
    return row;
}

static enum status store_chunk(struct run *run, struct chunk *c)
{
    c->rows = ARENA_ARRAY(&run->chunk, struct made_row, c->n);
    if (!c->rows)
        return run->chunk.status;
    for (unsigned i = 0; i < c->n; i++)
        c->rows[i] = row_made(&c->items[i], &c->earlier[i], c->slots[i]);
    return row_writer_push(&run->rows, c->rows, c->n);
}

/* What this job made before it was interrupted is its own. */
static void count_row(struct run *run, const struct earlier *earlier, const struct row_slot *slot,
                      const struct made_row *row)
{
    struct reextract_report *r = &run->report;
    bool failed = slot && slot->row.failed;
    r->rows++;
    r->failed += failed;
    r->reused += !slot && earlier->answer.job != run->job.number;
    r->empty += !failed && row->flags & ANSWER_EMPTY;
    r->input_tokens += slot ? slot->row.info.input_tokens : 0;
    r->output_tokens += slot ? slot->row.info.output_tokens : 0;
}

static enum status tell_chunk(struct run *run, const struct chunk *c)
{
    enum status st = OK;
    for (unsigned i = 0; i < c->n && st == OK; i++) {
        if (!c->slots[i]) {
            buf_reset(&run->json);
            st = codec_inflate(run->codec, c->rows[i].stream, &c->rows[i].packed, &run->json);
        }
        if (st == OK)
            st = tell_row(run, c->items[i].page.url,
                          buf_str(c->slots[i] ? &c->slots[i]->row.json : &run->json));
    }
    return st;
}

static enum status do_chunk(struct run *run, struct crew *crew, const struct page_item *items,
                            unsigned n)
{
    struct chunk c = {.items = items, .n = n};
    arena_reset(&run->chunk, CHUNK_KEEP_BYTES);
    enum status st = reuse_look(run->reuse, items, n, true, &c.earlier);
    if (st == OK)
        st = answer_chunk(run, crew, &c);
    if (st == OK)
        st = store_chunk(run, &c);
    for (unsigned i = 0; i < n && st == OK; i++)
        count_row(run, &c.earlier[i], c.slots[i], &c.rows[i]);
    return st == OK && run->request->row ? tell_chunk(run, &c) : st;
}

static enum status do_pages(struct run *run, struct crew *crew)
{
    struct pages pages;
    const struct pages_options options = {
        .store = run->store,
        .job = run->source.number,
        .want = PAGES_HTML,
        .chunk_pages = run->request->chunk_pages,
        .end = run->source.next_seq,
    };
    const struct page_item *items;
    unsigned n;
    enum status st;
    pages_init(&pages, &options);
    while ((st = is_cancelled(run->request) ? ST_CANCELLED : pages_next_chunk(&pages, &items, &n)) == OK)
        if ((st = do_chunk(run, crew, items, n)) != OK)
            break;
    pages_fini(&pages);
    return st;
}

static uint64_t page_tokens(const struct asker *asker, const struct page_item *item)
{
    const struct part *markdown = item->parts[PART_MARKDOWN];
    return asker_tokens(asker, markdown ? markdown->packed.raw_bytes : 0);
}

static enum status count_pages(struct run *run, struct reextract_survey *survey)
{
    struct pages pages;
    const struct pages_options options = {.store = run->store,
                                          .job = run->source.number,
                                          .want = PAGES_SIZES,
                                          .chunk_pages = PAGES_CHUNK_MAX,
                                          .end = run->source.next_seq};
    const struct page_item *items;
    const struct earlier *earlier;
    unsigned n;
    enum status st;
    pages_init(&pages, &options);
    while ((st = is_cancelled(run->request) ? ST_CANCELLED : pages_next_chunk(&pages, &items, &n)) ==
           OK) {
        if ((st = reuse_look(run->reuse, items, n, false, &earlier)) != OK)
            break;
        survey->pages += n;
        for (unsigned i = 0; i < n; i++) {
            survey->anew += !earlier[i].found;
            survey->tokens += earlier[i].found ? 0 : page_tokens(run->asker, &items[i]);
        }
    }
    pages_fini(&pages);
    return st == ST_NOTFOUND ? OK : st;
}

static enum status run_job(struct run *run)
{
    struct crew *crew;
    const struct reextract_request *r = run->request;
    unsigned requests = r->model ? model_requests(r->model) : 0;
    enum status st = crew_create(run->asker, r->engine, &r->limits,
                                 r->workers > requests ? r->workers : requests, &crew);
    if (st != OK)
        return st;
    run->rows.job = run->job.number;
    run->rows.answer_bytes = r->answer_bytes;
    st = do_pages(run, crew);
    crew_destroy(crew);
    return st;
}

/* ---- the doors ---- */

static enum status run_init(struct run *run, struct diag *ret_diag)
{
    const struct reextract_request *request = run->request;
    const struct question question = {.prompt = request->transform,
                                      .schema = request->schema,
                                      .output = request->output,
                                      .strict = request->strict,
                                      .model = request->model,
                                      .cancel = request->cancel};
    arena_init(&run->arena, (size_t)16 << 20, 4096);
    arena_init(&run->chunk, (size_t)16 << 20, 64 << 10);
    buf_init(&run->line, LINE_MAX_BYTES);
    buf_init(&run->json, LINE_MAX_BYTES);
    row_writer_init(&run->rows, run->writer);
    enum status st = asker_create(&question, &run->asker, ret_diag);
    if (st != OK)
        return st;
    const struct reuse_options earlier = {.store = run->store,
                                          .asker = run->asker,
                                          .engine = request->engine,
                                          .limits = request->limits,
                                          .owner = request->owner,
                                          .off = request->answer_bytes == 0};
    run->codec = codec_create(1);
    return run->codec ? reuse_create(&earlier, &run->reuse) : ST_NOMEM;
}

static void run_fini(struct run *run)
{
    reuse_destroy(run->reuse);
    codec_destroy(run->codec);
    row_writer_fini(&run->rows);
    asker_destroy(run->asker);
    buf_fini(&run->line);
    buf_fini(&run->json);
    arena_fini(&run->chunk);
    arena_fini(&run->arena);
}

enum status reextract_run(struct store *store, struct writer *writer,
                          const struct reextract_request *request, struct reextract_report *ret_report,
                          struct diag *ret_diag)
{
    struct diag diag = {0};
    struct run run = {.store = store, .writer = writer, .request = request};
    enum status st = run_init(&run, &diag);
    if (st == OK)
        st = begin_job(&run, &diag);
    if (st == OK) {
        st = run_job(&run);
        /* The end of the pages is what was wanted. */
        st = end_job(&run, st == ST_NOTFOUND ? OK : st);
    }
    run.report.job = run.job.id;
    if (st == OK)
        *ret_report = run.report;
    else if (!diag.text[0])
        diag_set(&diag, st, "The re-extraction ended after %llu rows: %s.",
                 (unsigned long long)run.report.rows, status_text(st));
    if (st != OK && ret_diag)
        *ret_diag = diag;
    run_fini(&run);
    return st;
}

enum status reextract_survey(struct store *store, const struct reextract_request *request,
                             struct reextract_survey *ret_survey, struct diag *ret_diag)
{
    struct diag diag = {0};
    struct run run = {.store = store, .request = request};
    struct reextract_survey survey = {0};
    enum status st = run_init(&run, &diag);
    if (st == OK)
        st = read_source(&run, &diag);
    if (st == OK)
        st = count_pages(&run, &survey);
    if (st == OK)
        *ret_survey = survey;
    else if (!diag.text[0])
        diag_set(&diag, st, "The pages could not be counted: %s.", status_text(st));
    if (st != OK && ret_diag)
        *ret_diag = diag;
    run_fini(&run);
    return st;
}
