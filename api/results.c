/* SPDX-License-Identifier: Apache-2.0 */
/* results.c: rows and Markdown of pages, unpacked and put. */
#include "api/results.h"

#include "answer/answer.h"
#include "export/page_told.h"

#define ROW_MAX ((size_t)64 << 20)
#define MARKDOWN_MAX ((size_t)1 << 30)
#define COMBINE_MAX 64u
#define MERGE_DEPTH 8u

enum status result_reader_init(struct result_reader *r)
{
    *r = (struct result_reader){.codec = codec_create(1)};
    buf_init(&r->row, ROW_MAX);
    buf_init(&r->markdown, MARKDOWN_MAX);
    return r->codec ? OK : ST_NOMEM;
}

void result_reader_fini(struct result_reader *r)
{
    codec_destroy(r->codec);
    buf_fini(&r->row);
    buf_fini(&r->markdown);
    r->codec = NULL;
}

static enum status read_row(struct result_reader *r, struct store_read *read, uint32_t job, uint64_t seq,
                            struct page_result *result)
{
    struct row_record row;
    struct answer_row answer;
    enum status st = store_row_next(read, job, seq, &row);
    if (st == ST_NOTFOUND || (st == OK && row.seq != seq))
        return OK;
    buf_shrink(&r->row, 1 << 20);
    if (st == OK)
        st = codec_inflate(r->codec, row.stream, &row.packed, &r->row);
    if (st == OK)
        st = answer_row_read(buf_str(&r->row), &answer);
    if (st != OK)
        return st;
    result->failed = answer.failed;
    result->answered = !answer.failed && answer.data.n;
    result->data = answer.data;
    result->error = answer.error;
    result->engine = answer.engine;
    result->warnings = answer.warnings;
    result->grounding = answer.grounding;
    result->input_tokens = answer.input_tokens;
    result->output_tokens = answer.output_tokens;
    return OK;
}

static enum status read_markdown(struct result_reader *r, struct store_read *read,
                                 const struct page_record *page, struct page_result *result)
{
    struct bundle bundle;
    enum status st = store_bundle_get(read, page->bundle, &bundle);
    buf_shrink(&r->markdown, 1 << 20);
    for (unsigned i = 0; st == OK && i < bundle.n_parts; i++)
        if (bundle.parts[i].kind == PART_MARKDOWN)
            st = codec_inflate(r->codec, bundle.parts[i].stream, &bundle.parts[i].packed, &r->markdown);
    result->markdown = buf_str(&r->markdown);
    return st;
}

enum status result_read(struct result_reader *r, struct store_read *read, const struct job_record *job,
                        const struct page_record *page, bool want_markdown,
                        struct page_result *ret_result)
{
    struct page_result result = {0};
    enum status st = read_row(r, read, job->number, page->seq, &result);
    if (st == OK && (want_markdown || !result.answered))
        st = read_markdown(r, read, page, &result);
    if (st == OK)
        *ret_result = result;
    return st;
}

void result_put(const struct page_result *result, struct json_out *out)
{
    if (result->answered)
        json_put_raw(out, result->data);
    else
        json_put_str(out, result->markdown);
}

void result_put_told(const struct page_record *page, const struct json *answer, struct json_out *out)
{
    if (!json_get(answer, "metadata")) {
        json_key(out, "metadata");
        page_put_metadata(page, out);
    }
    if (!json_get(answer, "quality")) {
        json_key(out, "quality");
        page_put_quality(page, out);
    }
}

void result_put_engine(const struct page_result *result, const struct json *answer, struct json_out *out)
{
    if (result->engine.n && !json_get(answer, "engine")) {
        json_key(out, "engine");
        json_put_raw(out, str_make(result->engine.p - 1, result->engine.n + 2)); /* with its quotes */
    }
    if (result->warnings.n && !json_get(answer, "warnings")) {
        json_key(out, "warnings");
        json_put_raw(out, result->warnings);
    }
    if (result->grounding.n && !json_get(answer, "grounding")) {
        json_key(out, "grounding");
        json_put_raw(out, result->grounding);
    }
}

enum status result_source(struct store_read *read, const struct job_record *job,
                          struct job_record *ret_source)
{
    if (job->kind != JOB_EXTRACT) {
        *ret_source = *job;
        return OK;
    }
    return store_job_get(read, job->source, ret_source);
}

/* ---- several answers as one ---- */

static void join_arrays(const struct json *const *values, size_t n, struct json_out *out)
{
    json_begin(out, '[');
    for (size_t i = 0; i < n; i++)
        for (const struct json *v = json_first(values[i]); v; v = json_after(v))
            json_put_value(out, v);
    json_end(out, ']');
}

/* Is a member of that name in an earlier object already? */
static bool is_put(const struct json *const *values, size_t i, const char *name)
{
    for (size_t k = 0; k < i; k++)
        if (json_get(values[k], name))
            return true;
    return false;
}

static void merge(const struct json *const *values, size_t n, unsigned depth, struct json_out *out);

static void merge_objects(const struct json *const *values, size_t n, unsigned depth,
                          struct json_out *out)
{
    json_begin(out, '{');
    for (size_t i = 0; i < n; i++)
        for (const struct json *v = json_first(values[i]); v; v = json_after(v)) {
            const struct json *same[COMBINE_MAX];
            const char *name = json_name(v).p;
            if (is_put(values, i, name))
                continue;
            for (size_t k = 0; k < n; k++)
                same[k] = json_get(values[k], name);
            json_key_str(out, json_name(v));
            merge(same, n, depth + 1, out);
        }
    json_end(out, '}');
}

static bool all_are(const struct json *const *values, size_t n, enum json_type type)
{
    for (size_t i = 0; i < n; i++)
        if (json_type(values[i]) != type)
            return false;
    return true;
}

/* NULL is a value that is not there. The recursion ends at MERGE_DEPTH. */
static void merge(const struct json *const *values, size_t n, unsigned depth, struct json_out *out)
{
    const struct json *said[COMBINE_MAX];
    size_t n_said = 0;
    for (size_t i = 0; i < n; i++)
        if (values[i] && json_type(values[i]) != JSON_NULL)
            said[n_said++] = values[i];
    if (n_said == 0)
        json_put_null(out);
    else if (all_are(said, n_said, JSON_ARRAY))
        join_arrays(said, n_said, out);
    else if (depth < MERGE_DEPTH && all_are(said, n_said, JSON_OBJECT))
        merge_objects(said, n_said, depth, out);
    else
        json_put_value(out, said[0]);
}

enum status results_combine(const struct str *datas, size_t n, struct json_out *out)
{
    static const struct json_limits limits = {
        .max_bytes = ROW_MAX, .max_depth = JSON_MAX_DEPTH, .replace_nul = true};
    struct json_doc *docs[COMBINE_MAX] = {0};
    const struct json *values[COMBINE_MAX];
    enum status st = n <= COMBINE_MAX ? OK : ST_LIMIT;
    if (n == 1) {
        json_put_raw(out, datas[0]);
        return OK;
    }
    for (size_t i = 0; st == OK && i < n; i++) {
        st = json_parse(datas[i], &limits, &docs[i], NULL);
        values[i] = st == OK ? json_root(docs[i]) : NULL;
    }
    if (st == OK && (all_are(values, n, JSON_ARRAY) || all_are(values, n, JSON_OBJECT))) {
        merge(values, n, 0, out);
    } else if (st == OK) {
        json_begin(out, '[');
        for (size_t i = 0; i < n; i++)
            json_put_value(out, values[i]);
        json_end(out, ']');
    }
    for (size_t i = 0; i < n && i < COMBINE_MAX; i++)
        json_doc_destroy(docs[i]);
    return st;
}
