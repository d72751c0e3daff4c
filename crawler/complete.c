/* SPDX-License-Identifier: Apache-2.0 */
/* complete.c: is everything there? One walk over the URLs of a crawl that ended: those that the site's own lists name
 * (sitemaps, feeds and llms.txt; navigation), and what became of them, by reason, with samples.
 *
 * A page that was not asked for (instruction, patterns, scope, another version) is no gap: "missing" counts what was
 * wanted and is not there. Threads: the writer's, within the write that ends the job. */
#include "crawler/engine.h"

#define URLS_MOST 300000u /* about half a second of the writer's time */
#define SAMPLES 3u
#define LISTS 2u

struct gap {
    uint64_t n;
    unsigned n_samples;
    struct str samples[SAMPLES];
};

enum { GAP_FAILED = REASON_COUNT, GAP_WAITING, GAPS };

struct list {
    uint64_t named, kept, folded, for_links;
    struct gap gaps[GAPS];
};

static const struct {
    const char *name;
    enum url_mark mark;
} lists[LISTS] = {{"sitemap", URL_IN_SITEMAP}, {"navigation", URL_IN_MENU}};

/* What nobody asked for, or what is no page of this site. */
static bool is_unwanted(unsigned gap)
{
    static const unsigned reasons[] = {REASON_NOT_RELEVANT,    REASON_OUTSIDE_DOMAIN,
                                       REASON_OUTSIDE_SCOPE,   REASON_INCLUDE_PATTERN,
                                       REASON_EXCLUDE_PATTERN, REASON_FILE_TYPE,
                                       REASON_OTHER_VERSION,   REASON_DUPLICATE,
                                       REASON_REDIRECTED_OFF,  REASON_ACTION_LINK,
                                       REASON_DEPTH,           REASON_SCHEME,
                                       REASON_NOT_A_PAGE,      REASON_DATE};
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
        if (reasons[i] == gap)
            return true;
    return false;
}

static const char *gap_text(unsigned gap)
{
    return gap == GAP_FAILED    ? "failed"
           : gap == GAP_WAITING ? "not reached"
                                : reason_text((enum reason)gap);
}

static void add_gap(struct list *list, unsigned gap, struct str url, struct arena *arena)
{
    struct gap *g = &list->gaps[gap];
    g->n++;
    if (g->n_samples < SAMPLES)
        g->samples[g->n_samples++] = arena_str(arena, url);
}

static void add(struct list *list, const struct url_record *url, struct arena *arena)
{
    if (url->state == URL_SKIPPED && url->reason == REASON_OUTSIDE_DOMAIN)
        return; /* menus lead to other sites, too */
    list->named++;
    switch (url->state) {
    case URL_KEPT:
        list->kept++;
        break;
    case URL_TRAVERSED:
        list->for_links++;
        break;
    case URL_REDIRECTED:
        if (url->reason == REASON_REDIRECTED_OFF)
            add_gap(list, REASON_REDIRECTED_OFF, url->url, arena);
        else
            list->folded++;
        break;
    case URL_SKIPPED:
        add_gap(list, url->reason < REASON_COUNT ? url->reason : REASON_NONE, url->url, arena);
        break;
    case URL_FAILED:
        add_gap(list, GAP_FAILED, url->url, arena);
        break;
    case URL_READY:
        add_gap(list, GAP_WAITING, url->url, arena);
        break;
    }
}

static void put_number(struct json_out *out, const char *name, uint64_t n)
{
    json_key(out, name);
    json_put_int(out, (int64_t)n);
}

static void put_gaps(const struct list *list, bool unwanted, struct json_out *out)
{
    json_begin(out, '{');
    for (unsigned i = 0; i < GAPS; i++) {
        const struct gap *g = &list->gaps[i];
        if (!g->n || is_unwanted(i) != unwanted)
            continue;
        json_key(out, gap_text(i));
        json_begin(out, '{');
        put_number(out, "count", g->n);
        json_key(out, "samples");
        json_begin(out, '[');
        for (unsigned k = 0; k < g->n_samples; k++)
            json_put_str(out, g->samples[k]);
        json_end(out, ']');
        json_end(out, '}');
    }
    json_end(out, '}');
}

static void put_list(const char *name, const struct list *list, struct json_out *out)
{
    uint64_t missing = 0;
    for (unsigned i = 0; i < GAPS; i++)
        missing += is_unwanted(i) ? 0 : list->gaps[i].n;
    json_key(out, name);
    json_begin(out, '{');
    put_number(out, "named", list->named);
    put_number(out, "kept", list->kept);
    put_number(out, "folded", list->folded);
    put_number(out, "for_links", list->for_links);
    put_number(out, "missing", missing);
    json_key(out, "missing_by_reason");
    put_gaps(list, false, out);
    json_key(out, "unwanted_by_reason");
    put_gaps(list, true, out);
    json_end(out, '}');
}

static enum status walk(struct store_read *read, uint32_t job, struct arena *arena,
                        struct list found[LISTS])
{
    struct url_record url;
    enum status st = store_url_next(read, job, 0, &url);
    while (st == OK) {
        for (unsigned i = 0; i < LISTS; i++)
            if (url.marks & lists[i].mark)
                add(&found[i], &url, arena);
        st = store_url_next(read, job, url.seq + 1, &url);
    }
    return st == ST_NOTFOUND ? arena->status : st;
}

enum status complete_write(struct store_read *read, const struct job_record *job, struct buf *out)
{
    if (job->next_seq > URLS_MOST)
        return OK;
    struct arena arena;
    struct json_out json;
    arena_init(&arena, (size_t)4 << 20, 64 << 10);
    struct list *found = ARENA_ARRAY(&arena, struct list, LISTS);
    enum status st = found ? walk(read, job->number, &arena, found) : arena.status;
    if (st == OK && (found[0].named || found[1].named)) {
        json_out_init(&json, out, 0);
        json_begin(&json, '{');
        for (unsigned i = 0; i < LISTS; i++)
            if (found[i].named)
                put_list(lists[i].name, &found[i], &json);
        json_end(&json, '}');
        st = out->status;
    }
    arena_fini(&arena);
    return st;
}
