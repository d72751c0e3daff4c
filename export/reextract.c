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

/* A page with its row, which an earlier job made or the crew. */
struct page_row {
    const struct page_item *item;
    const struct earlier *earlier;
    const struct row_slot *slot; /* NULL: an earlier job's */
};

struct chunk {
    struct page_row *rows;
    struct made_row *made;
    unsigned n;
};

/* Answers those pages that nobody has answered before. A page whose answer was broken off gets no row. */
static enum status answer_chunk(struct run *run, struct crew *crew, const struct page_item *items,
                                unsigned n, struct chunk *c)
{
    const struct earlier *earlier;
    const struct row_slot *slot = NULL;
    unsigned n_missing = 0;
    struct page_item *missing = ARENA_ARRAY(&run->chunk, struct page_item, n);
    c->rows = ARENA_ARRAY(&run->chunk, struct page_row, n);
    c->made = ARENA_ARRAY(&run->chunk, struct made_row, n);
    if (!missing || !c->rows || !c->made)
        return run->chunk.status;
    enum status st = reuse_look(run->reuse, items, n, true, &earlier);
    for (unsigned i = 0; i < n && st == OK; i++)
        if (!earlier[i].found)
            missing[n_missing++] = items[i];
    if (st == OK && n_missing)
        st = crew_work(crew, missing, n_missing, &slot);
    for (unsigned i = 0; i < n && st == OK; i++) {
        struct page_row row = {.item = &items[i], .earlier = &earlier[i]};
        row.slot = earlier[i].found ? NULL : slot++;
        if (!row.slot || row.slot->st == OK)
            c->rows[c->n++] = row;
    }
    return st;
}

static struct made_row row_made(const struct page_row *p)
{
    const struct cached_row *r = p->slot ? &p->slot->row : NULL;
    const struct answer_record *a = &p->earlier->answer;
    return (struct made_row){.seq = p->item->page.seq,
                             .packed = r ? r->packed : a->packed,
                             .stream = r ? buf_str(&r->stream) : a->stream,
                             .keep = r && p->earlier->has_key && cached_row_keeps(r),
                             .key = p->earlier->key,
                             .flags = r ? r->info.failed ? ANSWER_EMPTY : 0 : a->flags};
}

/* What this job made before it was interrupted is its own. */
static void count_row(struct run *run, const struct page_row *p, const struct made_row *made)
{
    struct reextract_report *r = &run->report;
    bool failed = p->slot && p->slot->row.failed;
    r->rows++;
    r->failed += failed;
    r->reused += !p->slot && p->earlier->answer.job != run->job.number;
    r->empty += !failed && made->flags & ANSWER_EMPTY;
    r->input_tokens += p->slot ? p->slot->row.info.input_tokens : 0;
    r->output_tokens += p->slot ? p->slot->row.info.output_tokens : 0;
}

static enum status tell(struct run *run, const struct page_row *p, const struct made_row *made)
{
    enum status st = OK;
    if (!p->slot) {
        buf_reset(&run->json);
        st = codec_inflate(run->codec, made->stream, &made->packed, &run->json);
    }
    struct str stored = buf_str(p->slot ? &p->slot->row.json : &run->json);
    return st == OK ? tell_row(run, p->item->page.url, stored) : st;
}

static enum status do_chunk(struct run *run, struct crew *crew, const struct page_item *items,
                            unsigned n)
{
    struct chunk c = {.n = 0};
    arena_reset(&run->chunk, CHUNK_KEEP_BYTES);
    enum status st = answer_chunk(run, crew, items, n, &c);
    for (unsigned i = 0; i < c.n && st == OK; i++)
        c.made[i] = row_made(&c.rows[i]);
    if (st == OK && c.n)
        st = row_writer_push(&run->rows, c.made, c.n);
    for (unsigned i = 0; i < c.n && st == OK; i++) {
        count_row(run, &c.rows[i], &c.made[i]);
        if (run->request->row)
            st = tell(run, &c.rows[i], &c.made[i]);
    }
    return st == OK && c.n < n ? ST_CANCELLED : st;
}

/* The crew waits for the last page of each chunk: so many that this leaves no model idle for long. */
static unsigned chunk_pages(const struct reextract_request *request)
{
    unsigned busy = request->model ? 4 * model_requests(request->model) : 0;
    return busy > PAGES_CHUNK_DEFAULT && busy > request->chunk_pages ? busy : request->chunk_pages;
}

static enum status do_pages(struct run *run, struct crew *crew)
{
    struct pages pages;
    const struct pages_options options = {
        .store = run->store,
        .job = run->source.number,
        .want = PAGES_HTML,
        .chunk_pages = chunk_pages(run->request),
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
                                 r->workers > requests ? r->workers : requests, r->cancel, &crew);
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
