/* SPDX-License-Identifier: Apache-2.0 */
/* files.c: a page's bytes by a signed link. What was crawled never runs on the API's origin: it is sent to be
 * saved, with a policy that forbids everything, and with no guessing of types. */
#include "api/jobs.h"
#include "api/links.h"
#include "api/results.h"
#include "api/routes.h"

#include "base/clock.h"

#define BYTES_MAX ((size_t)1 << 30)

static void refuse(struct call *call)
{
    call_error(call, 403, "LINK_REFUSED",
               "This link was altered or has expired. Ask the crawl's /pages for a new one.");
}

static void not_found(struct call *call)
{
    call_error(call, 404, "NOT_FOUND", "The page is not stored any more.");
}

static bool part_of(struct str word, enum part_kind *ret_kind)
{
    *ret_kind = str_is(word, "markdown") ? PART_MARKDOWN : PART_HTML;
    return str_is(word, "html") || str_is(word, "markdown");
}

/* The page's part, unpacked into call->out. */
static enum status read_part(struct call *call, struct store_read *read, struct id128 id,
                             struct id128 url_id, enum part_kind kind)
{
    struct job_record job, source;
    struct url_record url;
    struct page_record page;
    struct bundle bundle;
    enum status st = store_job_get(read, id, &job);
    if (st == OK)
        st = result_source(read, &job, &source);
    if (st == OK)
        st = store_url_get(read, source.number, url_id, &url);
    if (st == OK)
        st = store_page_get(read, source.number, url.seq, &page);
    if (st == OK)
        st = store_bundle_get(read, page.bundle, &bundle);
    if (st != OK)
        return st;
    const struct part *part = NULL;
    for (unsigned i = 0; i < bundle.n_parts; i++)
        if (bundle.parts[i].kind == kind)
            part = &bundle.parts[i];
    struct codec *codec = part ? codec_create(1) : NULL;
    if (!codec)
        return part ? ST_NOMEM : ST_NOTFOUND;
    buf_fini(&call->out);
    buf_init(&call->out, BYTES_MAX);
    st = codec_inflate(codec, part->stream, &part->packed, &call->out);
    codec_destroy(codec);
    return st;
}

static void send_part(struct call *call, enum part_kind kind)
{
    call_set_header(call, "Content-Security-Policy", STR_LIT("sandbox; default-src 'none'"));
    call_set_header(call, "X-Content-Type-Options", STR_LIT("nosniff"));
    call_set_header(call, "Cache-Control", STR_LIT("private, max-age=3600"));
    call_set_header(call, "Content-Disposition",
                    kind == PART_HTML ? STR_LIT("attachment; filename=\"page.html\"")
                                      : STR_LIT("inline; filename=\"page.md\""));
    call_reply_bytes(call, 200, kind == PART_HTML ? "text/html" : "text/markdown; charset=utf-8");
}

void page_file(struct call *call)
{
    struct id128 job, url;
    enum part_kind kind;
    struct store_read *read;
    struct str part = call_query(call, "part");
    if (!link_is_good(call->service, call->params[0], call->params[1], part, call_query(call, "expires"),
                      call_query(call, "sig"), clock_wall_ms() / 1000)) {
        refuse(call);
        return;
    }
    if (uuid_parse(call->params[0], &job) != OK ||
        hex_decode(call->params[1], url.b, sizeof url.b) != OK || !part_of(part, &kind)) {
        not_found(call);
        return;
    }
    if (!call_read_begin(call, &read))
        return;
    enum status st = read_part(call, read, job, url, kind);
    store_read_end(read);
    if (st == OK)
        send_part(call, kind);
    else if (st == ST_NOTFOUND)
        not_found(call);
    else
        call_error_status(call, st);
}
