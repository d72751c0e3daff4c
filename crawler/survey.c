/* SPDX-License-Identifier: Apache-2.0 */
/* survey.c: one walk over the job's URLs. The last segment stands for any name, digits stand for a number. */
#include "crawler/survey.h"

#include "base/buf.h"
#include "crawler/engine.h"

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

enum status survey_read(struct store_read *read, const struct crawl *crawl, struct arena *arena,
                        struct survey *ret_survey)
{
    struct survey s = {.families = ARENA_ARRAY(arena, struct family, SURVEY_FAMILIES),
                       .sitemaps = crawl->sitemaps.listed};
    struct str host = policy_scope_host(crawl->policy);
    struct arena scratch;
    struct buf form;
    struct url_record record;
    struct id128 at, *after = NULL;
    enum status st = s.families ? OK : arena->status;
    arena_init(&scratch, 1 << 20, 4096);
    buf_init(&form, FORM_MAX);
    while (st == OK && (st = store_url_next(read, crawl->number, after, &record)) == OK) {
        struct url url;
        at = record.id;
        after = &at;
        if (url_parse(&scratch, record.url, NULL, &url) == OK) {
            put_form(&form, &url, host);
            add(&s, arena, buf_str(&form), &record);
        }
        arena_reset(&scratch, 64 << 10);
    }
    buf_fini(&form);
    arena_fini(&scratch);
    if (st == ST_NOTFOUND)
        st = arena->status;
    if (st != OK)
        return st;
    if (s.n)
        qsort(s.families, s.n, sizeof *s.families, by_size);
    *ret_survey = s;
    return OK;
}
