/* SPDX-License-Identifier: Apache-2.0 */
/* loop.c: the loop thread: it leases URLs, starts requests, and books what comes back. It never parses,
 * writes the store, waits for a name, or blocks.
 *
 * A crawl has ended when nothing is ready, nothing is leased and nothing is between the rooms. */
#include "crawler/engine.h"
#include "crawler/answers.h"

#include "base/clock.h"
#include "crawler/survey.h"

#include <stdio.h>
#include <stdlib.h>

#define INBOX_AT_ONCE 64
#define IDLE_WAIT_MS 1000
#define PUT_OFF_MS ((int64_t)250) /* doubled each time */

void loop_post(struct engine *engine, struct event **event)
{
    void *item = *event;
    *event = NULL;
    must(queue_push(engine->inbox, &item) == OK);
}

/* ---- giving pages back ---- */

void loop_page_back(struct page *page)
{
    struct crawl *crawl = page->crawl;
    crawl->out--;
    engine_unlease(crawl->engine, page);
    if (page->keep)
        crawl->keep_out--;
    crawl->suspects_out -= page->is_suspect;
    crawl->engine->inflight_bytes -= page->charged_bytes;
    page_give(crawl->engine->pool, &page);
}

void loop_settle(struct page *page, const struct outcome *outcome)
{
    page->outcome = *outcome;
    page->state = PAGE_JUDGED;
    page->job = (struct write_job){.apply = commit_page_apply, .done = commit_page_done, .bytes = 512};
    struct write_job *job = &page->job;
    if (writer_push(page->engine->writer, &job) != OK)
        commit_page_done(job, ST_CANCELLED);
}

static void settle(struct page *page, enum url_state state, enum reason reason, struct str why)
{
    const struct outcome outcome = {.state = state,
                                    .reason = reason,
                                    .http_status = page->fetch.http_status,
                                    .attempts = (uint8_t)(page->lease->attempts + 1),
                                    .detail = why};
    loop_settle(page, &outcome);
}

/* ---- starting requests ---- */

static struct str bare_host(const struct url *url)
{
    struct str h = url->host;
    return h.n > 2 && h.p[0] == '[' ? str_make(h.p + 1, h.n - 2) : h;
}

/* The page never reached curl: it goes the way of a request that ended. */
static void end_without_request(struct page *page, enum fetch_result result, const char *why)
{
    page->fetch.result = result;
    page->fetch.retry_after_ms = -1;
    snprintf(page->fetch.error, sizeof page->fetch.error, "%.255s", why);
    loop_fetched(page->crawl, page);
}

static void start_with(struct page *page, const struct sockaddr_storage *addresses, unsigned n)
{
    enum status st = fetcher_start(page->crawl->fetcher, page, addresses, n);
    if (st != OK)
        end_without_request(page, FETCH_NO_ANSWER,
                            st == ST_BUSY ? "no connection is free" : status_text(st));
}

/* Keeps the addresses that may be reached; none left is a refusal. */
static void start_resolved(struct page *page, const struct answer *answer)
{
    if (answer->status != OK) {
        char why[400];
        snprintf(why, sizeof why, "%s: %s", answer->host, answer->error);
        end_without_request(page, answer->status == ST_TIMEOUT ? FETCH_NO_ANSWER : FETCH_NO_HOST, why);
        return;
    }
    struct sockaddr_storage allowed[RESOLVER_ADDRESSES_MAX];
    struct diag diag = {0};
    unsigned n = 0;
    for (unsigned i = 0; i < answer->n; i++)
        if (address_judge(page->crawl->rule, page->url.host, url_port(&page->url),
                          (const struct sockaddr *)&answer->addresses[i], &diag) == OK)
            allowed[n++] = answer->addresses[i];
    if (n)
        start_with(page, allowed, n);
    else
        end_without_request(page, FETCH_DENIED, diag.text);
}

bool loop_has_room(const struct crawl *crawl)
{
    return fetcher_room(crawl->fetcher) > crawl->n_waiting;
}

static void wait_for_address(struct page *page)
{
    struct crawl *crawl = page->crawl;
    page->next = crawl->waiting;
    crawl->waiting = page;
    crawl->n_waiting++;
}

static struct page *take_waiting(struct crawl *crawl)
{
    struct page *list = crawl->waiting;
    crawl->waiting = NULL;
    crawl->n_waiting = 0;
    return list;
}

void loop_start_page(struct page *page)
{
    struct crawl *crawl = page->crawl;
    struct diag diag;
    if (crawl->request.is_survey && ++crawl->survey_requests > SURVEY_FETCHES) {
        end_without_request(page, FETCH_ABANDONED, "a plan has made all its requests");
        return;
    }
    if (address_judge_url(crawl->rule, &page->url, &diag) != OK) {
        end_without_request(page, FETCH_DENIED, diag.text);
        return;
    }
    struct sockaddr_storage literal;
    bool all_allowed = !crawl->request.public_only && !crawl->request.allow_private.n;
    bool trusted_proxy = crawl->request.proxy.n && all_allowed;
    if (trusted_proxy || address_parse(bare_host(&page->url), &literal) == OK) {
        start_with(page, NULL, 0); /* the socket's opening is judged */
        return;
    }
    struct answer *answer;
    switch (resolver_ask(crawl->engine->resolver, page->url.host, &answer)) {
    case OK:
        start_resolved(page, answer);
        free(answer);
        break;
    case ST_AGAIN:
        wait_for_address(page);
        break;
    case ST_INPUT:
        end_without_request(page, FETCH_NO_HOST, "the host's name is too long");
        break;
    default:
        end_without_request(page, FETCH_NO_ANSWER, "too many names wait to be resolved");
    }
}

bool loop_follow(struct page *page)
{
    struct fetch *f = &page->fetch;
    if (!fetch_is_redirect(f) || page->redirects >= SIDE_REDIRECTS)
        return false;
    struct url to;
    if (url_parse(&page->arena, f->location, &page->url, &to) != OK || !url_is_http(&to))
        return false;
    page->redirects++;
    page->url = to;
    buf_reset(&f->body);
    page->state = PAGE_LEASED;
    loop_start_page(page);
    return true;
}

static void answer_arrived(struct engine *engine, const struct answer *answer)
{
    for (struct crawl *crawl = engine->crawls; crawl; crawl = crawl->next) {
        struct page *list = take_waiting(crawl);
        while (list) {
            struct page *page = list;
            list = page->next;
            page->next = NULL;
            if (str_is(page->url.host, answer->host))
                start_resolved(page, answer);
            else
                wait_for_address(page);
        }
    }
}

/* ---- leasing ---- */

/* A page for a taken URL; NULL when none can be had (the URL is given back). */
static struct page *page_for(struct crawl *crawl, struct host *host, struct ready_url *url)
{
    struct page *page = page_take(crawl->engine->pool);
    if (!page) {
        workbench_give_back(crawl->workbench, host, &url);
        return NULL;
    }
    page->kind = PAGE_DOCUMENT;
    page->engine = crawl->engine;
    page->crawl = crawl;
    page->host = host;
    page->lease = url;
    page->policy = policy_share(crawl->policy);
    page->keep = url->verdict == VERDICT_KEEP;
    engine_lease(crawl->engine, page);
    crawl->out++;
    crawl->keep_out += page->keep;
    page->is_suspect = url->rank == URL_RANK_SUSPECT;
    crawl->suspects_out += page->is_suspect;
    return page;
}

/* Only pages that say nothing new led to it, and its family has said nothing new for long. */
static bool in_trap(const struct page *page)
{
    return page->is_suspect && families_closed(page->crawl->families, &page->url);
}

/* What was learned since the URL was found may speak against it; true when the page was settled. */
static bool outdated(struct page *page)
{
    struct families *families = page->crawl->families;
    struct str name;
    if (!families || page->crawl->request.has_only)
        return false;
    bool repeats = families_repeats(families, &page->url, page->lease->id, &name);
    if (!repeats && !in_trap(page))
        return false;
    workbench_answered(page->crawl->workbench, page->host, HOST_GOOD, page->host->latency_ms, -1,
                       clock_mono_ms());
    if (repeats)
        settle(page, URL_SKIPPED, REASON_DUPLICATE,
               arena_printf(&page->arena, FAMILY_REPEATS, STR_ARG(name)));
    else
        settle(page, URL_SKIPPED, REASON_TRAP, STR_LIT(FAMILY_CLOSED));
    return true;
}

/* What forbids the request before it is made; true when the page was settled. */
static bool forbidden(struct page *page)
{
    struct host *host = page->host;
    if (outdated(page))
        return true;
    if (host->robots_refused) {
        workbench_answered(page->crawl->workbench, host, HOST_GOOD, host->latency_ms, -1,
                           clock_mono_ms());
        settle(page, URL_FAILED, REASON_ROBOTS, str_of(host->robots_refused));
        return true;
    }
    struct str target = url_without_fragment(&page->url), rule = STR_NONE;
    size_t at = page->url.path.p ? (size_t)(page->url.path.p - target.p) : target.n;
    if (!host->robots || robots_allows(host->robots, str_from(target, at), &rule))
        return false;
    workbench_answered(page->crawl->workbench, host, HOST_GOOD, host->latency_ms, -1, clock_mono_ms());
    settle(page, URL_SKIPPED, REASON_ROBOTS, arena_str(&page->arena, rule));
    return true;
}

/* A page that was found before it was known that its address is another edition's. */
static bool is_other_edition(struct page *page)
{
    const struct crawl *crawl = page->crawl;
    struct judgement j = {0};
    const struct editions *editions = policy_editions(page->policy);
    const struct link link = {.url = url_without_fragment(&page->url), .parsed = &page->url};
    if (crawl->is_list || crawl->request.has_only || page->lease->depth == 0 || !editions->n)
        return false;
    policy_judge(page->policy, &link, &page->url, NULL, page->lease->depth, &page->arena, &j);
    if (j.verdict != VERDICT_SKIP || j.reason != REASON_OTHER_VERSION)
        return false;
    workbench_answered(crawl->workbench, page->host, HOST_GOOD, page->host->latency_ms, -1,
                       clock_mono_ms());
    settle(page, URL_SKIPPED, REASON_OTHER_VERSION, arena_str(&page->arena, str_of(j.detail)));
    return true;
}

/* 0: no limit. A page that is fetched again has had its place already. */
static uint64_t page_limit(const struct crawl *crawl)
{
    return crawl->request.has_only ? 0 : crawl->request.max_pages;
}

/* How many pages a crawl may hold, so that none starves the others. */
static uint64_t fair_share(const struct engine *engine)
{
    unsigned share = engine->n_running > 1 ? ENGINE_PAGES / engine->n_running : ENGINE_PAGES;
    return share > CRAWL_PAGES_LEAST ? share : CRAWL_PAGES_LEAST;
}

static bool workers_full(const struct engine *engine)
{
    return queue_length(engine->to_workers) >= WORKERS_FULL;
}

static bool has_room(const struct engine *engine)
{
    return page_pool_out(engine->pool) < ENGINE_PAGES && !workers_full(engine);
}

/* A survey asks for the base page and the sitemaps. It looks at further pages where none lists anything, and where an
 * instruction is to be followed: an address alone says less than the text of the links to it. */
static bool survey_goes_on(const struct crawl *crawl)
{
    bool is_told = sitemap_page_is_due(crawl) || crawl->sitemaps.state == SITEMAPS_READING ||
                   (crawl->sitemaps.listed > 0 && !policy_is_instructed(crawl->policy));
    return crawl->survey_requests < SURVEY_FETCHES && !(crawl_has_begun(crawl) && is_told);
}

/* Sitemaps say what changed when, so a crawl that asks for it hears them before it asks for what they may rule out. */
static bool waits_for_dates(const struct crawl *crawl)
{
    enum sitemaps_state state = crawl->sitemaps.state;
    bool is_told =
        state == SITEMAPS_READING || (state == SITEMAPS_WAITING && sitemap_page_is_due(crawl));
    return is_told && policy_is_past(crawl->policy, 1);
}

static bool may_lease(const struct crawl *crawl)
{
    const struct engine *engine = crawl->engine;
    uint64_t limit = page_limit(crawl);
    return crawl->phase == CRAWL_RUNNING && loop_has_room(crawl) && crawl->out < fair_share(engine) &&
           !waits_for_dates(crawl) && !sitemap_page_asks_versions(crawl) &&
           (!crawl->request.is_survey || survey_goes_on(crawl)) &&
           engine->inflight_bytes < engine->config->fetch_inflight_bytes &&
           (limit == 0 || crawl->totals.kept + crawl->keep_out < limit);
}

/* The host where the scope is; its port and scheme may be others after a redirect of the base URL. */
static bool is_base_host(const struct crawl *crawl, const struct host *host)
{
    struct str origin = str_make(host->origin, host->n);
    struct str name = str_from(origin, str_find(origin, ':') + 3);
    struct str base = policy_scope_host(crawl->policy);
    return str_starts(name, base) && (name.n == base.n || name.p[base.n] == ':');
}

/* False: no page can be had now. */
static bool lease_one(struct crawl *crawl, struct host *host, struct ready_url *url)
{
    if (url->rank == URL_RANK_SUSPECT && crawl->suspects_out == crawl->suspects_max) {
        workbench_give_back(crawl->workbench, host, &url);
        return false;
    }
    int64_t robots_age_ms = clock_mono_ms() - host->robots_at_ms;
    if (host->robots_state == ROBOTS_KNOWN && robots_age_ms > crawl->engine->config->fetch_robots_ms)
        host->robots_state = ROBOTS_UNKNOWN;
    if (host->robots_state == ROBOTS_UNKNOWN && !crawl->request.no_robots) {
        workbench_give_back(crawl->workbench, host, &url);
        return robots_page_begin(crawl, host);
    }
    if (crawl->request.no_robots && host->robots_state == ROBOTS_UNKNOWN) {
        host->robots_state = ROBOTS_KNOWN;
        host->robots_at_ms = clock_mono_ms();
    }
    bool url_is_base =
        (url->depth == 0 && !crawl->is_list) || (crawl->resumed && is_base_host(crawl, host));
    struct page *page = page_for(crawl, host, url);
    if (!page)
        return false;
    if (url_parse(&page->arena, str_make(url->url, url->n), NULL, &page->url) != OK) {
        workbench_answered(crawl->workbench, host, HOST_GOOD, host->latency_ms, -1, clock_mono_ms());
        settle(page, URL_FAILED, REASON_NONE, STR_LIT("the stored URL can't be read"));
    } else if (!forbidden(page) && !is_other_edition(page)) {
        loop_start_page(page);
    }
    if (url_is_base)
        sitemap_page_expect(crawl, host);
    return true;
}

static void lease(struct crawl *crawl)
{
    struct ready_url *url;
    struct host *host;
    while (may_lease(crawl) && has_room(crawl->engine) &&
           workbench_take(crawl->workbench, clock_mono_ms(), &url, &host) == OK)
        if (!lease_one(crawl, host, url))
            break;
    bool idle = fetcher_room(crawl->fetcher) == crawl->fetcher_size;
    if (workers_full(crawl->engine))
        atomic_store(&crawl->engine->full, true);
    else if (crawl->out && (idle || page_pool_out(crawl->engine->pool) == ENGINE_PAGES))
        atomic_store(&crawl->engine->stuck, true);
}

/* ---- what comes back from the network ---- */

static bool may_work_later(const struct fetch *f)
{
    static const uint16_t codes[] = {408, 425, 429, 500, 502, 503, 504, 522, 524};
    if (f->result == FETCH_NO_ANSWER)
        return true;
    for (size_t i = 0; f->result == FETCH_OK && i < ARRAY_LEN(codes); i++)
        if (f->http_status == codes[i])
            return true;
    return false;
}

static bool is_busy(const struct fetch *f)
{
    return f->result == FETCH_OK && (f->http_status == 429 || f->http_status == 503);
}

static void book_answer(struct page *page)
{
    const struct fetch *f = &page->fetch;
    enum host_answer answer = is_busy(f)                                      ? HOST_BUSY
                              : f->result == FETCH_NO_ANSWER && !f->connected ? HOST_BAD
                              : f->result == FETCH_NO_ANSWER                  ? HOST_BROKEN
                                                                              : HOST_GOOD;
    workbench_answered(page->crawl->workbench, page->host, answer, f->took_ms, f->retry_after_ms,
                       clock_mono_ms());
}

void loop_leave_host(struct page *page)
{
    struct crawl *crawl = page->crawl;
    snprintf(crawl->message, sizeof crawl->message, "%s asks to come back in %lld s", page->host->origin,
             (long long)(page->fetch.retry_after_ms / 1000));
    workbench_bury(crawl->workbench, page->host);
}

/* True when the URL went back to the workbench. */
static bool try_again(struct page *page)
{
    struct crawl *crawl = page->crawl;
    const struct config *config = page->engine->config;
    struct fetch *f = &page->fetch;
    if (!may_work_later(f))
        return false;
    if (crawl->phase != CRAWL_RUNNING) { /* it stays ready on disk, for a resume */
        loop_page_back(page);
        return true;
    }
    if (f->retry_after_ms > (int64_t)config->fetch_retry_after_max_ms) {
        loop_leave_host(page);
        loop_page_back(page);
        return true;
    }
    if (page->lease->attempts >= config->fetch_retries)
        return false;
    struct ready_url *lease = page->lease;
    lease->attempts++;
    page->lease = NULL;
    workbench_retry(crawl->workbench, page->host, &lease, clock_mono_ms(), f->retry_after_ms);
    loop_page_back(page);
    return true;
}

static const char *status_phrase(unsigned code)
{
    static const struct {
        unsigned code;
        const char *text;
    } phrases[] = {{204, "No Content"},
                   {401, "Unauthorized: it wants a login (see --header, --cookies)"},
                   {403, "Forbidden"},
                   {404, "Not Found"},
                   {410, "Gone"},
                   {429, "Too Many Requests"},
                   {500, "Internal Server Error"},
                   {502, "Bad Gateway"},
                   {503, "Service Unavailable"},
                   {504, "Gateway Timeout"}};
    for (size_t i = 0; i < ARRAY_LEN(phrases); i++)
        if (phrases[i].code == code)
            return phrases[i].text;
    return "";
}

/* An answer that is no page. True when it was settled. */
static bool settle_answer(struct page *page)
{
    const struct fetch *f = &page->fetch;
    if (f->http_status == 200 || f->http_status == 203 || fetch_is_redirect(f))
        return false;
    struct str why =
        arena_printf(&page->arena, "HTTP %u %s", f->http_status, status_phrase(f->http_status));
    bool gone = f->http_status == 404 || f->http_status == 410;
    settle(page, gone ? URL_SKIPPED : URL_FAILED, gone ? REASON_GONE : REASON_NONE, str_trim(why));
    return true;
}

static void fetched_document(struct page *page)
{
    const struct fetch *f = &page->fetch;
    book_answer(page);
    if (f->result == FETCH_ABANDONED) {
        loop_page_back(page);
        return;
    }
    if (try_again(page))
        return;
    struct str why = arena_str(&page->arena, str_of(f->error));
    struct str type = f->content_type;
    switch (f->result) {
    case FETCH_OK:
        if (!settle_answer(page)) {
            page->state = PAGE_FETCHED;
            void *item = &page->event;
            if (queue_push(page->engine->to_workers, &item) != OK)
                loop_page_back(page);
        }
        break;
    case FETCH_NOT_PAGE:
        settle(page, URL_SKIPPED, REASON_NOT_A_PAGE, str_trim(str_head(type, str_find(type, ';'))));
        break;
    case FETCH_DENIED:
        settle(page, URL_SKIPPED, REASON_ADDRESS, why);
        break;
    default:
        settle(page, URL_FAILED, REASON_NONE, why);
    }
}

void loop_fetched(void *user, struct page *page)
{
    (void)user;
    if (page->kind == PAGE_ROBOTS)
        robots_page_fetched(page);
    else if (page->kind == PAGE_SITEMAP)
        sitemap_page_fetched(page);
    else
        fetched_document(page);
}

/* ---- what comes back from the writer ---- */

static void add_ready(struct crawl *crawl, const struct candidate *c)
{
    struct ready_url *url =
        ready_url_create(c->id, c->seq, c->rank, c->depth, c->redirects, (uint8_t)c->verdict, c->url);
    enum status st = url ? workbench_add(crawl->workbench, &url) : ST_NOMEM;
    if (st == ST_NOMEM)
        workbench_expect_refill(crawl->workbench); /* it is on disk */
}

static void stop_crawl(struct crawl *crawl, enum crawl_stop how);

static void in_trouble(struct crawl *crawl, enum status st)
{
    if (crawl->trouble == OK) {
        crawl->trouble = st;
        snprintf(crawl->message, sizeof crawl->message, "stopped: %s", status_text(st));
    }
    if (!crawl->stopped)
        stop_crawl(crawl, CRAWL_STOP_NOW);
}

/* The URL is ready still: as another spelling of itself, to be kept this time, or put off. */
static void lease_again(struct page *page)
{
    const struct ready_url *lease = page->lease;
    const struct outcome *o = &page->outcome;
    bool put_off = o->state == URL_READY && o->reason == REASON_DUPLICATE;
    bool moved = o->state == URL_READY && !put_off;
    bool late = put_off || lease->rank > URL_RANK_LAST; /* no suspect any more */
    uint8_t rank = late ? URL_RANK_LAST : lease->rank;
    struct ready_url *url =
        ready_url_create(lease->id, lease->seq, rank, lease->depth, (uint8_t)(lease->redirects + moved),
                         (uint8_t)o->verdict, moved ? o->detail : str_make(lease->url, lease->n));
    if (url)
        workbench_retry(page->crawl->workbench, page->host, &url, clock_mono_ms(),
                        put_off ? PUT_OFF_MS << (o->attempts < 6 ? o->attempts : 6) : 0);
    else
        in_trouble(page->crawl, ST_NOMEM);
}

/* Is what a page led to fetched in this run? */
static bool follows(const struct page *page)
{
    const struct crawl_request *r = &page->crawl->request;
    return !r->has_only || page->outcome.state == URL_REDIRECTED;
}

static void link_found(struct crawl *crawl, const struct candidate *c)
{
    if (c->fresh)
        add_ready(crawl, c);
    else if (c->raised)
        workbench_raise(crawl->workbench, c->url, c->id, (uint8_t)c->verdict);
}

/* A page that is too much for the store is that page's failure, not the crawl's. True when it went back. */
static bool settle_refused(struct page *page)
{
    if (page->kind != PAGE_DOCUMENT || page->refused || status_class(page->store_status) != STATUS_DROP)
        return false;
    page->refused = true;
    page->is_kept = page->has_row = false;
    page->n_candidates = 0;
    page->moved_base = STR_NONE;
    settle(page, URL_FAILED, REASON_NONE,
           arena_printf(&page->arena, "the page can't be stored: %s", status_text(page->store_status)));
    return true;
}

static void ask(struct crawl *crawl, uint64_t seq, struct id128 url)
{
    if (answers_ask(crawl->engine->answers, crawl, seq, url))
        crawl->answers_out++;
    else
        in_trouble(crawl, ST_NOMEM);
}

/* An answer came, or will not: one that is missing is asked for when the job goes on. */
static void answered(struct event *event)
{
    struct crawl *crawl;
    enum status st = answers_take(event, &crawl);
    crawl->answers_out--;
    if (st != OK && st != ST_CANCELLED)
        in_trouble(crawl, st);
}

static void note_framework(struct crawl *crawl, const struct framework *found)
{
    if (found->id == FRAMEWORK_NONE || crawl->framework.id != FRAMEWORK_NONE)
        return;
    crawl->framework.id = found->id;
    snprintf(crawl->framework.version, sizeof crawl->framework.version, "%.*s", STR_ARG(found->version));
}

static void stored(struct page *page)
{
    struct crawl *crawl = page->crawl;
    if (settle_refused(page))
        return;
    if (page->store_status != OK && page->store_status != ST_CANCELLED)
        in_trouble(crawl, page->store_status);
    if (page->kind == PAGE_ROBOTS) {
        robots_page_stored(page);
        return;
    }
    if (page->store_status == OK) {
        crawl->was_read = crawl->was_read || page->is_read;
        crawl->totals = page->totals; /* pages come back in the order they were committed */
        /* One that was made from an older policy than the crawl's has forgotten what that knows. */
        if (page->moved_policy && !page->refused &&
            (page->moved_base.n || page->policy == crawl->policy)) {
            policy_release(crawl->policy);
            crawl->policy = policy_share(page->moved_policy);
        }
        for (size_t i = 0; i < page->n_candidates && follows(page); i++)
            link_found(crawl, &page->candidates[i]);
        if (page->outcome.again)
            lease_again(page);
        if (page->kind == PAGE_DOCUMENT) {
            sitemap_page_named(page);
            note_framework(crawl, &page->framework);
        }
        if (page->is_kept && crawl->asker && asker_waits(crawl->asker))
            ask(crawl, page->lease->seq, page->lease->id);
    }
    if (page->kind == PAGE_SITEMAP)
        sitemap_page_stored(page);
    else
        loop_page_back(page);
}

/* ---- refills ---- */

static void ask_refill(struct crawl *crawl)
{
    struct refill *r = &crawl->refill;
    if (r->running || crawl->phase != CRAWL_RUNNING ||
        !workbench_refill_begin(crawl->workbench, &r->range))
        return;
    r->running = true;
    r->event.kind = EVENT_REFILL;
    r->urls = NULL;
    void *item = &r->event;
    if (queue_push(crawl->engine->to_workers, &item) != OK)
        r->running = false;
}

static void refilled(struct crawl *crawl)
{
    struct refill *r = &crawl->refill;
    r->running = false;
    if (r->status != OK)
        in_trouble(crawl, r->status);
    else
        workbench_refilled(crawl->workbench, r->last, r->at_end);
    while (r->urls) {
        struct ready_url *url = r->urls;
        r->urls = url->next;
        url->next = NULL;
        if (workbench_add(crawl->workbench, &url) == ST_NOMEM)
            in_trouble(crawl, ST_NOMEM);
    }
}

/* ---- the course of a crawl ---- */

static void stop_crawl(struct crawl *crawl, enum crawl_stop how)
{
    if (crawl->phase >= CRAWL_ENDING)
        return;
    crawl->stopped = true;
    crawl->stopped_as = how == CRAWL_STOP_CANCEL ? JOB_CANCELLED : JOB_INTERRUPTED;
    crawl->phase = CRAWL_DRAINING;
    atomic_store(&crawl->answers_stop, true);
    /* A request that has not begun is not waited for, and its name may take for ever. */
    struct page *list = take_waiting(crawl);
    while (list) {
        struct page *page = list;
        list = page->next;
        page->next = NULL;
        end_without_request(page, FETCH_ABANDONED, "stopped");
    }
    if (how != CRAWL_STOP_SOON)
        fetcher_abandon(crawl->fetcher);
}

static bool nothing_left(const struct crawl *crawl)
{
    if (crawl->out || crawl->refill.running || crawl->answers_out)
        return false;
    if (crawl->phase == CRAWL_DRAINING)
        return true;
    uint64_t limit = page_limit(crawl);
    if (limit && crawl->totals.kept >= limit)
        return true;
    if (sitemap_page_is_due(crawl))
        return false;
    if (crawl->request.is_survey && !survey_goes_on(crawl))
        return true;
    return workbench_length(crawl->workbench) == 0 && !workbench_has_more(crawl->workbench);
}

static void publish(struct crawl *crawl)
{
    pthread_mutex_lock(&crawl->lock);
    bool ended = crawl->progress.ended;
    crawl->progress = crawl->totals;
    crawl->progress.in_flight = crawl->out;
    crawl->progress.running_ms = clock_mono_ms() - crawl->started_ms;
    crawl->progress.ended = ended;
    pthread_mutex_unlock(&crawl->lock);
}

static void end_crawl(struct crawl *crawl)
{
    crawl->phase = CRAWL_ENDING;
    workbench_leave(crawl->workbench);
    crawl->end_job =
        (struct write_job){.apply = commit_end_apply, .done = commit_end_done, .urgent = true};
    struct write_job *job = &crawl->end_job;
    if (writer_push(crawl->engine->writer, &job) != OK)
        commit_end_done(job, ST_CANCELLED);
}

static void turn(struct crawl *crawl)
{
    if (crawl->phase >= CRAWL_ENDING)
        return;
    if (crawl->request.is_survey && crawl->phase == CRAWL_RUNNING &&
        clock_mono_ms() - crawl->started_ms > SURVEY_MS)
        stop_crawl(crawl, CRAWL_STOP_NOW);
    ask_refill(crawl);
    sitemap_page_begin(crawl);
    lease(crawl);
    publish(crawl);
    if (nothing_left(crawl))
        end_crawl(crawl);
}

/* ---- the inbox ---- */

static void attach(struct engine *engine, struct crawl *crawl)
{
    crawl->next = engine->crawls;
    engine->crawls = crawl;
    host_gates_sweep(engine->gates, clock_mono_ms());
    if (workbench_join(crawl->workbench, engine->gates) != OK)
        in_trouble(crawl, ST_NOMEM);
    for (size_t i = 0; i < crawl->n_missing; i++)
        ask(crawl, crawl->missing[i].seq, crawl->missing[i].url);
    free(crawl->missing);
    crawl->missing = NULL;
    crawl->n_missing = 0;
}

static void detach(struct engine *engine, struct crawl *gone)
{
    struct crawl **at = &engine->crawls;
    while (*at && *at != gone)
        at = &(*at)->next;
    if (*at)
        *at = gone->next;
    fetcher_destroy(gone->fetcher);
    gone->fetcher = NULL;
}

static void obey(struct engine *engine, struct command *command)
{
    switch (command->what) {
    case COMMAND_ATTACH:
        attach(engine, command->crawl);
        break;
    case COMMAND_STOP:
        stop_crawl(command->crawl, command->how);
        break;
    case COMMAND_STOP_JOB:
        for (struct crawl *crawl = engine->crawls; crawl; crawl = crawl->next)
            if (id128_eq(crawl->job, command->job))
                stop_crawl(crawl, command->how);
        break;
    case COMMAND_DETACH:
        detach(engine, command->crawl);
        pthread_mutex_lock(&command->crawl->lock);
        command->crawl->detached = true;
        pthread_cond_broadcast(&command->crawl->changed);
        pthread_mutex_unlock(&command->crawl->lock);
        break;
    case COMMAND_CLOSE:
        engine->closing = true;
        break;
    }
    free(command);
}

static void take_event(struct engine *engine, struct event *event)
{
    struct event_answer *arrived;
    switch (event->kind) {
    case EVENT_PAGE:
        stored(CONTAINER_OF(event, struct page, event));
        break;
    case EVENT_ANSWER:
        arrived = CONTAINER_OF(event, struct event_answer, event);
        answer_arrived(engine, arrived->answer);
        free(arrived->answer);
        free(arrived);
        break;
    case EVENT_REFILL:
        refilled(CONTAINER_OF(CONTAINER_OF(event, struct refill, event), struct crawl, refill));
        break;
    case EVENT_SITEMAPS:
        CONTAINER_OF(event, struct crawl, sitemaps_event)->out--;
        break;
    case EVENT_ANSWERED:
        answered(event);
        break;
    case EVENT_COMMAND:
        obey(engine, CONTAINER_OF(event, struct command, event));
        break;
    }
}

static int64_t wait_ms(struct engine *engine)
{
    int64_t now = clock_mono_ms(), due = now + IDLE_WAIT_MS;
    for (struct crawl *crawl = engine->crawls; crawl; crawl = crawl->next) {
        int64_t at = fetcher_due_ms(crawl->fetcher);
        due = at < due ? at : due;
        at = may_lease(crawl) && has_room(engine) ? workbench_due_ms(crawl->workbench, now) : INT64_MAX;
        due = at < due ? at : due;
    }
    return due > now ? due - now : 0;
}

/* Who leases first has the choice of what is free, so another one does in each turn. */
static void begin_round(struct engine *engine)
{
    struct crawl *first = engine->crawls, **end = &engine->crawls;
    engine->n_running = 0;
    for (; *end; end = &(*end)->next)
        engine->n_running += (*end)->phase < CRAWL_ENDING;
    if (first && first->next) {
        engine->crawls = first->next;
        first->next = NULL;
        *end = first;
    }
}

void *loop_main(void *user)
{
    struct engine *engine = user;
    void *items[INBOX_AT_ONCE];
    while (!engine->closing || engine->crawls) {
        size_t n;
        while ((n = queue_pop(engine->inbox, items, INBOX_AT_ONCE, 0)) > 0)
            for (size_t i = 0; i < n; i++)
                take_event(engine, items[i]);
        atomic_store(&engine->stuck, false);
        begin_round(engine);
        for (struct crawl *crawl = engine->crawls; crawl; crawl = crawl->next)
            turn(crawl);
        engine_hurry(engine);
        if (queue_length(engine->inbox) == 0 && !(engine->closing && !engine->crawls))
            poller_wait(engine->poller, wait_ms(engine));
        for (struct crawl *crawl = engine->crawls; crawl; crawl = crawl->next)
            fetcher_run(crawl->fetcher);
    }
    return NULL;
}
