/* SPDX-License-Identifier: Apache-2.0 */
/* survey.c: one walk over the job's URLs. The last segment stands for any name, digits stand for a number. */
#include "crawler/survey.h"

#include "base/buf.h"
#include "crawler/engine.h"

#include <stdio.h>
#include <stdlib.h>

#define FORM_MAX 512u

/* Runs of digits become N: /2024/05/ and /2023/11/ are one form. */
static void put_folded(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool digit = ascii_is_digit(s.p[i]);
        if (!digit || i == 0 || !ascii_is_digit(s.p[i - 1]))
            buf_putc(out, digit ? 'N' : s.p[i]);
    }
}

static void put_parameters(struct buf *out, struct str query)
{
    char before = '?';
    while (query.n) {
        size_t end = str_find(query, '&');
        struct str one = str_head(query, end);
        query = str_from(query, end < query.n ? end + 1 : end);
        buf_putc(out, before);
        buf_put_str(out, str_head(one, str_find(one, '=')));
        buf_putc(out, '=');
        before = '&';
    }
}

static void put_form(struct buf *out, const struct url *url, struct str host)
{
    buf_reset(out);
    if (!str_eq(url->host, host)) {
        buf_put_str(out, url->host);
        return;
    }
    struct str path = url->path;
    size_t name = path.n, dot;
    while (name && path.p[name - 1] != '/')
        name--;
    for (dot = path.n; dot > name && path.p[dot - 1] != '.';)
        dot--;
    put_folded(out, str_head(path, name));
    if (name < path.n) {
        buf_puts(out, "*");
        if (dot > name + 1)
            buf_put_str(out, str_from(path, dot - 1));
    }
    put_parameters(out, url->query);
}

static struct family *family_of(struct survey *s, struct arena *arena, struct str form)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->families[i].form, form))
            return &s->families[i];
    if (s->n == SURVEY_FAMILIES)
        return NULL;
    struct family *f = &s->families[s->n];
    *f = (struct family){.form = arena_str(arena, form)};
    s->n += f->form.p != NULL;
    return f->form.p ? f : NULL;
}

static void add(struct survey *s, struct arena *arena, struct str form, const struct url_record *url)
{
    struct family *f = family_of(s, arena, form);
    s->expected += url->verdict == VERDICT_KEEP &&
                   (url->state == URL_READY || url->state == URL_KEPT || url->state == URL_TRAVERSED);
    if (!f) {
        s->others++;
        return;
    }
    f->n[url->verdict <= VERDICT_KEEP ? url->verdict : VERDICT_SKIP]++;
    if (f->reason == REASON_NONE)
        f->reason = (enum reason)url->reason;
    if (f->n_samples < SURVEY_SAMPLES)
        f->samples[f->n_samples++] = arena_str(arena, url->url);
}

static int by_size(const void *a, const void *b)
{
    const struct family *x = a, *y = b;
    uint64_t n = x->n[0] + x->n[1] + x->n[2], m = y->n[0] + y->n[1] + y->n[2];
    return n != m ? (n < m ? 1 : -1) : str_cmp(x->form, y->form);
}

/* ---- robots.txt ---- */

const char *survey_robots_text(enum survey_robots state)
{
    static const char *const words[] = {"unasked", "none", "rules", "refused"};
    return words[state];
}

/* The loop is done with a crawl that has ended, so its hosts may be read here. */
static void read_robots(const struct crawl *crawl, struct arena *arena, struct survey *s)
{
    const struct host *host = crawl->sitemaps.host;
    s->robots.delay_ms = -1;
    if (!host)
        host = workbench_host(crawl->workbench, url_origin(arena, &crawl->base));
    if (!host || host->robots_state != ROBOTS_KNOWN)
        return;
    s->robots.state = host->robots_refused ? SURVEY_ROBOTS_REFUSED
                      : host->robots       ? SURVEY_ROBOTS_RULES
                                           : SURVEY_ROBOTS_NONE;
    if (host->robots_refused)
        s->robots.refused = arena_str(arena, str_of(host->robots_refused));
    if (host->robots) {
        s->robots.delay_ms = robots_crawl_delay_ms(host->robots);
        s->robots.sitemaps = robots_sitemaps(host->robots);
    }
}

/* ---- all of it ---- */

/* What the request allows, or the instruction itself asks for. */
static uint64_t most_pages(const struct crawl *crawl)
{
    uint64_t most = crawl->request.max_pages, asked = policy_page_limit(crawl->policy);
    return most && asked ? (most < asked ? most : asked) : most + asked;
}

/* The first `most` URLs of the job. */
static enum status read_families(struct store_read *read, const struct crawl *crawl, uint64_t most,
                                 struct arena *arena, struct survey *s)
{
    struct str host = policy_scope_host(crawl->policy);
    struct arena scratch;
    struct buf form;
    struct url_record record;
    uint64_t from = 0;
    s->families = ARENA_ARRAY(arena, struct family, SURVEY_FAMILIES);
    enum status st = s->families ? OK : arena->status;
    arena_init(&scratch, 1 << 20, 4096);
    buf_init(&form, FORM_MAX);
    while (st == OK && most-- && (st = store_url_next(read, crawl->number, from, &record)) == OK) {
        struct url url;
        from = record.seq + 1;
        if (url_parse(&scratch, record.url, NULL, &url) == OK) {
            put_form(&form, &url, host);
            add(s, arena, buf_str(&form), &record);
        }
        arena_reset(&scratch, 64 << 10);
    }
    buf_fini(&form);
    arena_fini(&scratch);
    if (s->n)
        qsort(s->families, s->n, sizeof *s->families, by_size);
    return st == OK || st == ST_NOTFOUND ? arena->status : st;
}

enum status survey_read(struct store_read *read, const struct crawl *crawl, struct arena *arena,
                        struct survey *ret_survey)
{
    struct survey s = {.sitemaps = crawl->sitemaps.listed,
                       .fetches = crawl->survey_requests < SURVEY_FETCHES ? crawl->survey_requests
                                                                          : SURVEY_FETCHES};
    enum status st = read_families(read, crawl, UINT64_MAX, arena, &s);
    if (st != OK)
        return st;
    if (most_pages(crawl) && s.expected > most_pages(crawl))
        s.expected = most_pages(crawl);
    read_robots(crawl, arena, &s);
    s.framework =
        (struct framework){crawl->framework.id, arena_str(arena, str_of(crawl->framework.version))};
    *ret_survey = s;
    return OK;
}

/* ---- as a sentence ---- */

#define SEEN_URLS 20000u /* that are looked at, as this runs on the writer's thread */
#define SEEN_FAMILIES 4u

void survey_tell_seen(struct store_read *read, const struct crawl *crawl, char *text, size_t size)
{
    struct survey s = {.n = 0};
    struct arena arena;
    size_t at = 0, told = 0;
    text[0] = 0;
    arena_init(&arena, 8u << 20, 64 * 1024);
    enum status st = read_families(read, crawl, SEEN_URLS, &arena, &s);
    for (size_t i = 0; st == OK && i < s.n && told < SEEN_FAMILIES && at < size; i++) {
        const struct family *f = &s.families[i];
        unsigned long long n = f->n[VERDICT_SKIP] + f->n[VERDICT_TRAVERSE] + f->n[VERDICT_KEEP];
        if (f->form.n > 80)
            continue;
        int put =
            snprintf(text + at, size - at, "%s%llu of %.*s", told++ ? ", " : "", n, STR_ARG(f->form));
        at += put > 0 ? (size_t)put : 0;
    }
    arena_fini(&arena);
}

/* ---- as JSON ---- */

static void put_u64(struct json_out *out, const char *name, uint64_t n)
{
    json_key(out, name);
    json_put_int(out, n > INT64_MAX ? INT64_MAX : (int64_t)n);
}

static void put_str(struct json_out *out, const char *name, struct str text)
{
    json_key(out, name);
    if (text.n)
        json_put_str(out, text);
    else
        json_put_null(out);
}

static void put_family(const struct family *f, struct json_out *out)
{
    json_begin(out, '{');
    put_str(out, "form", f->form);
    for (int v = VERDICT_KEEP; v >= VERDICT_SKIP; v--)
        put_u64(out, verdict_text((enum verdict)v), f->n[v]);
    put_str(out, "reason", f->reason != REASON_NONE ? str_of(reason_text(f->reason)) : STR_NONE);
    json_key(out, "samples");
    json_begin(out, '[');
    for (unsigned i = 0; i < f->n_samples; i++)
        json_put_str(out, f->samples[i]);
    json_end(out, ']');
    json_end(out, '}');
}

static void put_robots(const struct survey *s, struct json_out *out)
{
    json_key(out, "robots");
    json_begin(out, '{');
    put_str(out, "state", str_of(survey_robots_text(s->robots.state)));
    put_str(out, "detail", s->robots.refused);
    json_key(out, "crawl_delay_ms");
    if (s->robots.delay_ms >= 0)
        json_put_int(out, s->robots.delay_ms);
    else
        json_put_null(out);
    put_u64(out, "sitemaps", s->robots.sitemaps);
    json_end(out, '}');
}

static void put_framework(const struct framework *framework, struct json_out *out)
{
    json_key(out, "framework");
    if (framework->id == FRAMEWORK_NONE) {
        json_put_null(out);
        return;
    }
    json_begin(out, '{');
    put_str(out, "name", str_of(framework_name(framework->id)));
    put_str(out, "version", framework->version);
    json_end(out, '}');
}

void survey_put(const struct survey *s, struct json_out *out)
{
    put_framework(&s->framework, out);
    json_key(out, "families");
    json_begin(out, '[');
    for (size_t i = 0; i < s->n; i++)
        put_family(&s->families[i], out);
    json_end(out, ']');
    put_u64(out, "other_urls", s->others);
    put_robots(s, out);
    put_u64(out, "sitemaps", s->sitemaps);
    put_u64(out, "fetches", s->fetches);
    json_key(out, "expected");
    json_begin(out, '{');
    put_u64(out, "pages", s->expected);
    json_key(out, "at_least");
    json_put_bool(out, !s->sitemaps);
    json_end(out, '}');
}
