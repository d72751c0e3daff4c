/* SPDX-License-Identifier: Apache-2.0 */
/* sitemap_page.c: the files that list a site's pages, one at a time, after the base page's links are known.
 *
 * Sitemaps are those that robots.txt names; where it names none, those at the usual places, until one of them lists
 * something: one that is not there is no failure. An index leads to further ones. Feeds and sitemaps that the base
 * page itself names are read too, llms.txt, and first of all the lists of versions that pages near it name (switcher.h);
 * files that menus are drawn from (menu_script.h) likewise, in their turn;
 * SITEMAPS_MAX in all. What they list is judged like links of the base
 * page and ranks after all links. A file that can't
 * be had costs nothing but its request. They are read once a job: a job that has them carries the flag
 * JOB_HAS_SITEMAPS, and a resume without it reads them, also when no URL waits any more. A crawl with a depth limit
 * reads none, as no hops lead from a sitemap to a page.
 *
 * Threads: the loop's. */
#include "crawler/engine.h"

#include "base/clock.h"
#include "crawler/survey.h"

#include <stdlib.h>

/* Beside the base page and robots.txt, with a redirect of each. */
#define SURVEY_SITEMAPS (SURVEY_FETCHES - 4)

struct sitemap_file {
    struct sitemap_file *next;
    bool is_guess;
    enum list_kind kind;
    size_t n;
    char url[];
};

/* These may rule out what else is asked for, so they are read first, and nothing is leased before. */
static bool comes_first(enum list_kind kind)
{
    return kind == LIST_VERSIONS || kind == LIST_BASE;
}

static void push(struct crawl *crawl, struct str url, bool is_guess, enum list_kind kind)
{
    struct sitemaps *maps = &crawl->sitemaps;
    if (maps->seen >= (crawl->request.is_survey ? SURVEY_SITEMAPS : SITEMAPS_MAX))
        return;
    uint64_t hash = hash64(0, url);
    for (unsigned i = 0; i < maps->seen; i++)
        if (maps->hashes[i] == hash)
            return; /* indexes may lead to each other */
    struct sitemap_file **at = &maps->files;
    while (*at && !comes_first(kind))
        at = &(*at)->next;
    struct sitemap_file *file = malloc(sizeof *file + url.n);
    if (!file)
        return;
    file->next = *at;
    file->is_guess = is_guess;
    file->kind = kind;
    file->n = url.n;
    memcpy(file->url, url.p, url.n);
    *at = file;
    maps->hashes[maps->seen++] = hash;
}

void sitemap_page_forget(struct crawl *crawl)
{
    while (crawl->sitemaps.files) {
        struct sitemap_file *next = crawl->sitemaps.files->next;
        free(crawl->sitemaps.files);
        crawl->sitemaps.files = next;
    }
}

/* At the host's root, and next to the base path. */
static void push_usual(struct crawl *crawl, const struct host *host, bool is_llms)
{
    static const char *const maps[] = {"sitemap.xml", "sitemap_index.xml", "sitemap.xml.gz",
                                       "sitemap.txt"};
    static const char *const llms[] = {"llms.txt"};
    const char *const *names = is_llms ? llms : maps;
    size_t n = is_llms ? ARRAY_LEN(llms) : ARRAY_LEN(maps);
    struct arena arena;
    struct url base;
    arena_init(&arena, 64u << 10, 4096);
    struct str folder = STR_NONE;
    if (url_parse(&arena, policy_request(crawl->policy)->base_url, NULL, &base) == OK) {
        folder = base.path;
        while (folder.n && folder.p[folder.n - 1] != '/')
            folder.n--;
    }
    for (unsigned below = 0; below < (folder.n > 1 ? 2u : 1u); below++)
        for (size_t i = 0; i < n; i++) {
            struct str path = below ? folder : STR_LIT("/");
            struct str url = arena_printf(&arena, "%s%.*s%s", host->origin, STR_ARG(path), names[i]);
            if (url.p)
                push(crawl, url, !is_llms, is_llms ? LIST_LLMS : LIST_SITEMAP);
        }
    arena_fini(&arena);
}

static void drop_guesses(struct sitemaps *maps)
{
    struct sitemap_file **at = &maps->files;
    while (*at) {
        struct sitemap_file *file = *at;
        if (!file->is_guess) {
            at = &file->next;
            continue;
        }
        *at = file->next;
        free(file);
    }
}

void sitemap_page_expect(struct crawl *crawl, struct host *host)
{
    struct sitemaps *maps = &crawl->sitemaps;
    if (maps->state != SITEMAPS_UNKNOWN)
        return;
    maps->state = SITEMAPS_WAITING;
    maps->host = host;
    for (size_t i = 0; host->robots && i < robots_sitemaps(host->robots); i++)
        push(crawl, robots_sitemap(host->robots, i), false, LIST_SITEMAP);
    if (!maps->files && !crawl->request.no_robots)
        push_usual(crawl, host, false);
    if (!crawl->request.no_robots)
        push_usual(crawl, host, true);
    if (crawl->resumed && crawl_has_begun(crawl))
        push(crawl, STR_LIT("the stored pages"), false, LIST_BASE);
}

/* All are read: the job remembers, so that a resume doesn't ask again. */
static void finish(struct crawl *crawl)
{
    crawl->sitemaps.state = SITEMAPS_DONE;
    crawl->sitemaps_job =
        (struct write_job){.apply = commit_sitemaps_apply, .done = commit_sitemaps_done, .bytes = 512};
    struct write_job *job = &crawl->sitemaps_job;
    crawl->out++;
    if (writer_push(crawl->engine->writer, &job) != OK)
        crawl->out--;
}

static bool forbidden(const struct page *page)
{
    const struct host *host = page->host;
    if (host->robots_refused)
        return true;
    struct str target = url_without_fragment(&page->url);
    struct str path = str_from(target, (size_t)(page->url.path.p - target.p));
    return host->robots && !robots_allows(host->robots, path, NULL);
}

/* Starts the first file of the list; false: it was no URL, or may not be asked for. */
static bool start(struct crawl *crawl, struct page *page, struct str text)
{
    struct str url = arena_str(&page->arena, text);
    if (!url.p || url_parse(&page->arena, url, &crawl->base, &page->url) != OK ||
        !url_is_http(&page->url))
        return false;
    struct str origin = url_origin(&page->arena, &page->url);
    page->host = workbench_host(crawl->workbench, origin);
    /* Another host's robots.txt is not known here, and its pages are not ours. */
    if (!page->host || page->host->robots_state != ROBOTS_KNOWN || forbidden(page))
        return false;
    page->policy = policy_share(crawl->policy);
    workbench_count(page->host, clock_mono_ms());
    loop_start_page(page);
    return true;
}

/* Pages that are stored go to a worker at once. */
static bool start_stored(struct crawl *crawl, struct page *page)
{
    page->policy = policy_share(crawl->policy);
    page->state = PAGE_FETCHED;
    void *item = &page->event;
    return queue_push(page->engine->to_workers, &item) == OK;
}

bool sitemap_page_is_due(const struct crawl *crawl)
{
    enum sitemaps_state state = crawl->sitemaps.state;
    return (state == SITEMAPS_WAITING || (state == SITEMAPS_UNKNOWN && crawl->resumed)) &&
           crawl_has_begun(crawl);
}

/* A resume without a URL that waits leases none, so nothing else would ask for the base host's robots.txt. */
static void look_again(struct crawl *crawl)
{
    if (crawl->out || crawl->refill.running || workbench_length(crawl->workbench) ||
        workbench_has_more(crawl->workbench))
        return;
    struct arena arena;
    struct url base;
    struct host *host = NULL;
    arena_init(&arena, 64u << 10, 4096);
    if (url_parse(&arena, policy_request(crawl->policy)->base_url, NULL, &base) == OK)
        host = workbench_host(crawl->workbench, url_origin(&arena, &base));
    arena_fini(&arena);
    if (!host || host->dead)
        crawl->sitemaps.state = SITEMAPS_DONE;
    else if (host->robots_state == ROBOTS_KNOWN || crawl->request.no_robots)
        sitemap_page_expect(crawl, host);
    else if (workbench_may_ask(host, clock_mono_ms()) && loop_has_room(crawl))
        (void)robots_page_begin(crawl, host); /* false: no page is free, and the next turn asks again */
}

void sitemap_page_begin(struct crawl *crawl)
{
    struct sitemaps *maps = &crawl->sitemaps;
    if (crawl->phase == CRAWL_RUNNING && maps->state == SITEMAPS_UNKNOWN && sitemap_page_is_due(crawl))
        look_again(crawl);
    if (maps->state != SITEMAPS_WAITING || crawl->phase != CRAWL_RUNNING || !crawl_has_begun(crawl) ||
        (crawl->request.max_pages && crawl->totals.kept >= crawl->request.max_pages))
        return;
    if (maps->host->dead) { /* a resume asks again */
        sitemap_page_forget(crawl);
        maps->state = SITEMAPS_DONE;
    }
    if (!workbench_may_ask(maps->host, clock_mono_ms()) || !loop_has_room(crawl))
        return;
    while (maps->files && maps->state == SITEMAPS_WAITING) {
        struct page *page = page_take(crawl->engine->pool);
        if (!page)
            return;
        struct sitemap_file *file = maps->files;
        maps->files = file->next;
        maps->is_guess = file->is_guess;
        page->kind = PAGE_SITEMAP;
        page->list = maps->reading = file->kind;
        page->engine = crawl->engine;
        page->crawl = crawl;
        crawl->out++;
        maps->state = SITEMAPS_READING;
        if (page->list == LIST_BASE ? !start_stored(crawl, page)
                                    : !start(crawl, page, str_make(file->url, file->n))) {
            maps->state = SITEMAPS_WAITING;
            loop_page_back(page);
        }
        free(file);
    }
    if (maps->state == SITEMAPS_WAITING)
        finish(crawl);
}

static void back(struct page *page)
{
    if (page->crawl->sitemaps.state == SITEMAPS_READING)
        page->crawl->sitemaps.state = SITEMAPS_WAITING;
    loop_page_back(page);
}

void sitemap_page_fetched(struct page *page)
{
    const struct fetch *f = &page->fetch;
    if (f->result == FETCH_OK && loop_follow(page))
        return;
    workbench_answered(page->crawl->workbench, page->host, HOST_BROKEN, f->took_ms, -1, clock_mono_ms());
    if (f->result != FETCH_OK || f->http_status != 200) {
        back(page);
        return;
    }
    page->state = PAGE_FETCHED;
    void *item = &page->event;
    if (queue_push(page->engine->to_workers, &item) != OK)
        back(page);
}

void sitemap_page_stored(struct page *page)
{
    struct sitemaps *maps = &page->crawl->sitemaps;
    maps->listed += page->lists && page->list == LIST_SITEMAP;
    if (maps->is_guess && page->lists)
        drop_guesses(maps);
    sitemap_page_named(page);
    back(page);
}

/* Also when all lists were read: pages behind the base page name some, too. Without a host none are read. */
static void push_late(struct crawl *crawl, struct str url, enum list_kind kind)
{
    struct sitemaps *maps = &crawl->sitemaps;
    unsigned seen = maps->seen;
    if (!maps->host || maps->state == SITEMAPS_UNKNOWN)
        return;
    push(crawl, url, false, kind);
    if (maps->seen > seen && maps->state == SITEMAPS_DONE)
        maps->state = SITEMAPS_WAITING;
}

bool sitemap_page_asks_versions(const struct crawl *crawl)
{
    const struct sitemaps *maps = &crawl->sitemaps;
    if (maps->state == SITEMAPS_READING)
        return comes_first(maps->reading);
    return maps->state == SITEMAPS_WAITING && maps->files && comes_first(maps->files->kind) &&
           sitemap_page_is_due(crawl);
}

void sitemap_page_named(const struct page *page)
{
    enum sitemaps_state state = page->crawl->sitemaps.state;
    if (state == SITEMAPS_WAITING || state == SITEMAPS_READING)
        for (size_t i = 0; i < page->n_sitemaps; i++)
            push(page->crawl, page->sitemaps[i], false, LIST_SITEMAP);
    if (page->switcher.n)
        push_late(page->crawl, page->switcher, LIST_VERSIONS);
    for (size_t i = 0; i < page->n_menus; i++)
        push_late(page->crawl, page->menus[i], LIST_MENU);
}
