/* SPDX-License-Identifier: Apache-2.0 */
/* workers.c: rooms 4 to 7 of a page's life: decode, parse, discover, convert; then pack for the store.
 *
 * A worker owns the page it works on, its extractor, its codec and its scratch; it knows neither the
 * workbench nor curl. What leaves with the page lives in the page's arena and buffers. Refills of the
 * workbench are read here too, as the loop never waits for the disk. */
#include "crawler/engine.h"

#include "base/clock.h"
#include "extract/page_meta.h"
#include "extract/quality.h"
#include "extract/sitemap.h"
#include "extract/switcher.h"
#include "frontier/evidence.h"
#include "frontier/trap.h"

#include <stdio.h>
#include <stdlib.h>

#define SCRATCH_CHUNK (256u * 1024)
#define SCRATCH_KEEP (1u << 20)
#define DECODED_KEEP (1u << 20)
#define PACKED_KEEP (1u << 20)
#define ROW_MAX_BYTES ((size_t)256 << 20)
#define ROW_KEEP_BYTES (64u * 1024)
#define CODINGS_MAX 2
#define SITEMAP_RANK 1      /* after all links */
#define MENU_HOPS 1         /* from the base page: pages whose whole navigation is noted */
#define LEARN_ENTRIES 10000 /* of a list */
#define EDITION_HOPS 2      /* from the base page: pages that may show versions and languages */
#define BASE_PAGES 3        /* that are looked at again when a crawl goes on */
#define SWITCHER_HOPS 1     /* from the base page: pages whose list of versions is read */
#define BASE_LISTS_MAX 8    /* feeds and sitemaps that the base page names */

struct worker {
    struct engine *engine;
    struct extractor *extractor;
    struct codec *codec;
    struct sha256_ctx *sha;
    struct arena scratch;
    struct buf decoded[CODINGS_MAX];
    struct buf packed; /* streams until their size is known */
    struct buf row;
    struct page_text text; /* of the page it works on */
};

/* ---- outcomes ---- */

static void fail(struct page *page, struct str why)
{
    page->outcome = (struct outcome){.state = URL_FAILED,
                                     .http_status = page->fetch.http_status,
                                     .attempts = (uint8_t)(page->lease->attempts + 1),
                                     .detail = why};
}

static void skip(struct page *page, enum reason reason, struct str why)
{
    page->outcome = (struct outcome){
        .state = URL_SKIPPED, .reason = reason, .http_status = page->fetch.http_status, .detail = why};
}

/* ---- versions and languages ---- */

static void note_policy_text(struct page *page)
{
    struct buf text;
    struct json_out out;
    buf_init(&text, POLICY_FILE_MAX_BYTES);
    json_out_init(&out, &text, 0);
    policy_write(page->moved_policy, &out);
    page->policy_text = text.status == OK ? arena_str(&page->arena, buf_str(&text)) : STR_NONE;
    buf_fini(&text);
}

static void adopt_editions(struct page *page, const struct editions *editions)
{
    struct policy_request request = *policy_request(page->policy);
    struct diag diag;
    request.editions = editions;
    if (policy_compile(&request, &page->moved_policy, &diag) == OK)
        note_policy_text(page);
}

/* Judges what follows on the page, too. Pages far from the base page hardly show what others do not. */
static void learn_editions(struct worker *w, struct page *page, struct edition_source *source)
{
    struct editions learned;
    const struct crawl *crawl = page->crawl;
    if (crawl->is_list || crawl->request.has_only || page->moved_policy)
        return;
    source->base = policy_base(page->policy);
    source->scope_path = policy_scope_path(page->policy);
    if (edition_learn(policy_editions(page->policy), source, &w->scratch, &learned))
        adopt_editions(page, &learned);
}

static void learn_from_page(struct worker *w, struct page *page)
{
    const struct doc *doc = &page->doc;
    struct edition_source source = {.url = &page->url,
                                    .language = doc->language,
                                    .is_base = page->lease->depth == 0,
                                    .is_wiki = doc->framework.id == FRAMEWORK_MEDIAWIKI,
                                    .links = doc->links,
                                    .n = doc->n_links};
    if (page->lease->depth <= EDITION_HOPS)
        learn_editions(w, page, &source);
}

/* ---- candidates ---- */

static struct candidate candidate_of(struct page *page, struct id128 id, struct str url,
                                     const struct judgement *j, unsigned depth, unsigned redirects)
{
    struct candidate c = {.id = id,
                          .url = url,
                          .verdict = j->verdict,
                          .reason = j->reason,
                          .depth = (uint16_t)depth,
                          .redirects = (uint8_t)redirects,
                          .rank = (uint8_t)(j->priority < 0     ? 0
                                            : j->priority > 255 ? 255
                                                                : j->priority)};
    if (j->detail[0])
        c.detail = arena_str(&page->arena, str_of(j->detail));
    return c;
}

static struct judgement other_language(const struct link *link)
{
    struct judgement j = {.reason = REASON_OTHER_VERSION};
    snprintf(j.detail, sizeof j.detail, "another language: %.*s", STR_ARG(str_head(link->language, 20)));
    return j;
}

/* The lists of its pages that a site keeps: what completeness is counted against. */
static uint8_t marks_of(const struct page *page, const struct link *link)
{
    bool in_menu = link->region == REGION_NAV || link->region == REGION_ASIDE ||
                   link->region == REGION_CONTENTS || (link->rel & (REL_NEXT | REL_PREV | REL_MAP));
    if (page->kind == PAGE_SITEMAP)
        return page->list == LIST_VERSIONS ? 0 : page->list == LIST_MENU ? URL_IN_MENU : URL_IN_SITEMAP;
    return in_menu ? URL_IN_MENU : 0;
}

/* What is known of addresses like it has the last word. */
static void judge_family(struct page *page, const struct link *link, struct id128 id,
                         struct judgement *j)
{
    struct families *families = page->crawl->families;
    struct str name;
    if (!families || j->verdict == VERDICT_SKIP)
        return;
    if (families_repeats(families, link->parsed, id, &name)) {
        *j = (struct judgement){.reason = REASON_DUPLICATE, .priority = 1};
        snprintf(j->detail, sizeof j->detail, FAMILY_REPEATS, STR_ARG(name));
    } else if (page->is_stale && families_closed(families, link->parsed)) {
        *j = (struct judgement){.reason = REASON_TRAP, .priority = 1, .detail = FAMILY_CLOSED};
    } else if (page->is_stale) {
        j->reason = REASON_TRAP;
        j->priority = URL_RANK_SUSPECT;
    }
}

static void judge_link(struct worker *w, struct page *page, const struct link *link, unsigned depth,
                       uint8_t rank)
{
    const struct config *config = w->engine->config;
    const struct policy *policy = page->moved_policy ? page->moved_policy : page->policy;
    const struct url_key_options key = policy_key_options(policy);
    struct id128 id = url_id(&w->scratch, link->parsed, &key);
    uint8_t marks = marks_of(page, link);
    bool tells_more = page->kind == PAGE_SITEMAP || (marks && page->lease->depth <= MENU_HOPS);
    if (known_has(page->crawl->known, id) && !tells_more)
        return;
    struct judgement j = {0};
    bool unfollowed = (link->rel & REL_NOFOLLOW) || (page->doc.flags & DOC_NOFOLLOW);
    if (link->url.n > config->frontier_url_bytes)
        j.reason = REASON_URL_LENGTH;
    else if (depth > config->frontier_max_hops)
        j.reason = REASON_DEPTH;
    else if (link->rel & (REL_FEED | REL_SITEMAP))
        j = (struct judgement){.reason = REASON_NOT_A_PAGE, .detail = "a list of pages, such as a feed"};
    else
        policy_judge(policy, link, link->parsed, &page->url, (int)depth, &w->scratch, &j);
    if (j.verdict != VERDICT_SKIP && edition_is_translation(policy_editions(policy), link))
        j = other_language(link);
    if (j.verdict != VERDICT_SKIP)
        trap_in_address(w->engine->config, link->parsed, &j);
    if (unfollowed && j.verdict != VERDICT_SKIP && !page->crawl->request.no_robots)
        j = (struct judgement){.reason = REASON_NOFOLLOW};
    judge_family(page, link, id, &j);
    struct str text = arena_str(
        &page->arena, str_head(url_public(&w->scratch, link->parsed), config->frontier_url_bytes));
    if (!text.p)
        return;
    struct candidate *c = &page->candidates[page->n_candidates++];
    *c = candidate_of(page, id, text, &j, depth, 0);
    c->rank = c->rank > rank ? c->rank : rank;
    c->marks = marks;
}

/* Those of other pages are mostly feeds of their comments. */
static void name_lists(struct page *page)
{
    page->sitemaps = ARENA_ARRAY(&page->arena, struct str, BASE_LISTS_MAX);
    for (unsigned i = 0; page->sitemaps && i < page->doc.n_links; i++) {
        const struct link *link = &page->doc.links[i];
        if ((link->rel & (REL_FEED | REL_SITEMAP)) && page->n_sitemaps < BASE_LISTS_MAX)
            page->sitemaps[page->n_sitemaps++] = arena_str(&page->arena, link->url);
    }
}

static void name_scripts(struct page *page)
{
    page->switcher = arena_str(&page->arena, page->doc.switcher);
    page->menus = ARENA_ARRAY(&page->arena, struct str, MENU_FILES_MAX);
    for (unsigned i = 0; page->menus && i < page->doc.n_menus; i++)
        page->menus[page->n_menus++] = arena_str(&page->arena, page->doc.menus[i]);
}

static void learn(struct worker *w, struct page *page)
{
    page_text_read(page->doc.title, page->doc.markdown, &page->url, &w->text);
    bool is_new = families_learn(page->crawl->families, &page->url, &w->text);
    page->is_stale = !is_new && page->lease->depth > 0;
}

static void discover(struct worker *w, struct page *page)
{
    learn_from_page(w, page);
    if (page->lease->depth == 0)
        name_lists(page);
    if (page->lease->depth <= SWITCHER_HOPS)
        name_scripts(page);
    page->candidates = arena_alloc(&w->scratch, page->doc.n_links * sizeof *page->candidates);
    for (unsigned i = 0; page->candidates && i < page->doc.n_links; i++) {
        page->doc.links[i].on_title = page->doc.title;
        judge_link(w, page, &page->doc.links[i], page->lease->depth + 1u, 0);
    }
}

/* ---- redirects ---- */

static bool is_base(const struct page *page)
{
    return page->lease->depth == 0 && id128_eq(page->lease->id, page->crawl->base_id);
}

/* The base URL redirected inside its host: the scope is that of the target. */
static void move_base(struct page *page, struct str target)
{
    struct policy_request request = crawl_request_policy(&page->crawl->request);
    request.base_url = target;
    struct diag diag;
    if (policy_compile(&request, &page->moved_policy, &diag) == OK) {
        page->moved_base = target;
        note_policy_text(page);
    }
}

/* The URL leads to that one, which is fetched as j says. */
static void lead_to(struct page *page, struct id128 id, struct str url, const struct judgement *j,
                    unsigned depth)
{
    page->outcome = (struct outcome){.state = URL_REDIRECTED,
                                     .reason = REASON_REDIRECTED,
                                     .http_status = page->fetch.http_status,
                                     .detail = url};
    page->candidates = ARENA_NEW(&page->arena, struct candidate);
    if (page->candidates)
        page->candidates[page->n_candidates++] =
            candidate_of(page, id, url, j, depth, page->lease->redirects + 1u);
}

/* A listed URL is followed to any host that the address judge allows. Its depth counts how often an origin was
 * left: at 0 the secrets go along, and they never come back after that. */
static void follow_listed(struct page *page, const struct url *to, struct id128 id, struct str url)
{
    static const struct judgement wanted = {.verdict = VERDICT_KEEP};
    if (id128_eq(id, page->lease->id))
        page->outcome = (struct outcome){.state = URL_READY, .detail = url};
    else
        lead_to(page, id, url, &wanted, page->lease->depth + !url_same_origin(to, &page->url));
}

/* "latest" that redirects to "3.2" is the same edition by another name. */
static bool is_other_name(struct worker *w, struct page *page, const struct url *to)
{
    struct editions learned;
    if (page->moved_policy ||
        !edition_learn_alias(policy_editions(page->policy), &page->url, to, &w->scratch, &learned))
        return false;
    adopt_editions(page, &learned);
    return page->moved_policy != NULL;
}

static void follow(struct worker *w, struct page *page, const struct url *to)
{
    struct link link = {.url = url_public(&page->arena, to)};
    const struct url_key_options key = policy_key_options(page->policy);
    struct id128 id = url_id(&w->scratch, to, &key);
    if (id128_eq(id, page->lease->id) && str_eq(link.url, url_without_fragment(&page->url))) {
        fail(page, STR_LIT("redirects to itself"));
        return;
    }
    if (page->crawl->is_list) {
        follow_listed(page, to, id, link.url);
        return;
    }
    struct judgement j = {0};
    bool base = is_base(page) || (page->lease->depth == 0 && page->lease->redirects > 0);
    if (id128_eq(id, page->lease->id)) {
        /* Another spelling of the same page: its URL is that one from now on, and it is asked for again. */
        page->outcome = (struct outcome){.state = URL_READY, .detail = link.url};
        if (base)
            move_base(page, link.url);
        return;
    }
    bool same_host = str_eq(to->host, page->url.host);
    if (base && !same_host && !page->crawl->request.follow_base_redirect) {
        page->outcome = (struct outcome){.state = URL_REDIRECTED,
                                         .reason = REASON_REDIRECTED_OFF,
                                         .http_status = page->fetch.http_status,
                                         .detail = link.url};
        return;
    }
    if (base)
        move_base(page, link.url);
    struct policy *policy = page->moved_policy ? page->moved_policy : page->policy;
    policy_judge(policy, &link, to, &page->url, page->lease->depth, &w->scratch, &j);
    if (j.reason == REASON_OTHER_VERSION && is_other_name(w, page, to)) {
        j = (struct judgement){.verdict = page->lease->verdict};
    } else if (j.verdict < page->lease->verdict && (j.reason == REASON_NOT_RELEVANT || base)) {
        /* The link that led here was wanted; the target's address alone says less than the link did. */
        j = (struct judgement){.verdict = page->lease->verdict};
    }
    trap_in_address(w->engine->config, to, &j);
    lead_to(page, id, link.url, &j, page->lease->depth);
}

static void redirect(struct worker *w, struct page *page)
{
    struct url to;
    if (page->lease->redirects >= w->engine->config->fetch_redirects) {
        fail(page,
             arena_printf(&page->arena, "more than %u redirects", w->engine->config->fetch_redirects));
    } else if (url_parse(&page->arena, page->fetch.location, &page->url, &to) != OK) {
        fail(page, arena_printf(&page->arena, "redirects to what is no URL: %.*s",
                                STR_ARG(str_head(page->fetch.location, 200))));
    } else if (!url_is_http(&to)) {
        skip(page, REASON_SCHEME,
             arena_printf(&page->arena, "redirects to %.*s",
                          STR_ARG(str_head(url_without_fragment(&to), 200))));
    } else {
        follow(w, page, &to);
    }
}

/* ---- content ---- */

/* The body with its content codings taken off, the last one first; ends with padding for the parser. Two
 * buffers take turns, so that no more than CODINGS_MAX layers of a bomb are ever open. */
static enum status decode(struct worker *w, struct page *page, struct str *ret_body)
{
    struct str codings = page->fetch.content_encoding;
    struct buf *body = &page->fetch.body;
    for (unsigned layer = 0; codings.n; layer++) {
        enum coding coding = coding_of(codings, &codings);
        struct buf *to = &w->decoded[layer % CODINGS_MAX];
        if (coding == CODING_IDENTITY)
            continue;
        if (layer == CODINGS_MAX)
            return ST_UNSUPPORTED;
        buf_shrink(to, DECODED_KEEP);
        enum status st = coding_decode(coding, buf_str(body), w->engine->config->fetch_ratio, to);
        if (st != OK)
            return st;
        body = to;
    }
    if (!buf_terminate(body))
        return ST_NOMEM;
    *ret_body = buf_str(body);
    return OK;
}

static enum status pack_part(struct worker *w, struct page *page, enum part_kind kind, struct str raw)
{
    struct part *part = &page->bundle.parts[page->bundle.n_parts];
    enum status st = codec_deflate(w->codec, raw, &w->packed, &part->packed);
    if (st != OK)
        return st;
    part->kind = kind;
    part->sha256 = sha256_of(w->sha, raw, STR_NONE);
    page->bundle.n_parts++;
    return OK;
}

/* What was asked of the page, as a row; an answer that can't be had is a row that says so. */
static enum status pack_row(struct worker *w, struct page *page)
{
    const struct asker *asker = page->crawl->asker;
    if (!asker || asker_waits(asker))
        return OK;
    buf_shrink(&w->row, ROW_KEEP_BYTES);
    enum status st =
        answer_page(asker, url_without_fragment(&page->url), &page->doc, &w->row, &page->answer);
    if (st == ST_LIMIT) {
        buf_reset(&w->row);
        page->answer = (struct answer_info){.failed = true};
        answer_error("the answer is too large", &w->row);
        st = w->row.status;
    }
    if (st == OK)
        st = codec_deflate(w->codec, buf_str(&w->row), &w->packed, &page->row.packed);
    page->row.seq = page->lease->seq;
    page->has_row = st == OK;
    return st;
}

/* The streams lie in page->packed one after the other. They are made elsewhere: packing needs room for what
 * can't be packed, and pages wait for their commit in numbers. */
static enum status pack(struct worker *w, struct page *page, struct str body)
{
    buf_shrink(&w->packed, PACKED_KEEP);
    enum status st = pack_part(w, page, PART_HTML, body);
    if (st == OK && page->doc.markdown.n)
        st = pack_part(w, page, PART_MARKDOWN, page->doc.markdown);
    if (st == OK)
        st = pack_row(w, page);
    buf_put_str(&page->packed, buf_str(&w->packed));
    st = st == OK ? page->packed.status : st;
    size_t at = 0;
    for (unsigned i = 0; st == OK && i < page->bundle.n_parts; i++) {
        struct part *part = &page->bundle.parts[i];
        part->stream = str_make(page->packed.p + at, (size_t)part->packed.packed_bytes);
        at += (size_t)part->packed.packed_bytes;
    }
    page->row.stream = str_make(page->packed.p + at, page->packed.n - at);
    page->bundle.level = w->engine->config->codec_level;
    if (st == OK)
        bundle_identify(w->sha, &page->bundle);
    return st;
}

static void fail_status(struct page *page, enum status st, const char *what)
{
    fail(page, arena_printf(&page->arena, "%s: %s", what, status_text(st)));
}

static void not_a_page(struct page *page)
{
    struct str type = page->fetch.content_type;
    struct str bare = str_trim(str_head(type, str_find(type, ';')));
    skip(page, REASON_NOT_A_PAGE, bare.n ? bare : STR_LIT("unknown type"));
}

/* Document and candidates lie in scratch: what will be stored moves to the page. */
static void keep(struct worker *w, struct page *page)
{
    struct doc *doc = &page->doc;
    struct str *const texts[] = {&doc->title, &doc->description, &doc->language, &doc->canonical};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        *texts[i] = arena_str(&page->arena, *texts[i]);
    if (page->is_kept && doc->meta) {
        buf_shrink(&w->row, ROW_KEEP_BYTES);
        page_meta_pack(doc->meta, &w->row);
        page->metadata = arena_str(&page->arena, buf_str(&w->row));
    }
    doc->base = doc->markdown = doc->text = STR_NONE;
    doc->meta = NULL;
    doc->links = NULL;
    doc->fields = NULL;
    doc->tree = NULL;
    size_t bytes = page->n_candidates * sizeof *page->candidates;
    struct candidate *candidates = arena_alloc(&page->arena, bytes);
    if (candidates && bytes)
        memcpy(candidates, page->candidates, bytes);
    page->n_candidates = candidates ? page->n_candidates : 0;
    page->candidates = candidates;
}

/* Links are for a crawl to follow: of a list nobody asks for them. */
static unsigned want_of(struct crawl *crawl, const struct page *page)
{
    bool is_near = !crawl->is_list && page->lease->depth <= EDITION_HOPS &&
                   atomic_load(&crawl->looked_at) < FRAMEWORK_PAGES;
    if (is_near)
        atomic_fetch_add(&crawl->looked_at, 1);
    return EXTRACT_MARKDOWN | (crawl->is_list ? 0u : EXTRACT_LINKS) |
           (is_near ? EXTRACT_FRAMEWORK : 0u) |
           (crawl->asker && !asker_waits(crawl->asker) ? asker_want(crawl->asker) : 0u);
}

/* A notice that was sent with status 200: that nothing is there, that one must log in, or prove to be a person. What the
 * crawl begins with is kept, whatever it is. */
static bool is_no_page(struct page *page)
{
    const char *refusal = quality_refusal(page->doc.quality);
    if (!refusal || page->lease->depth == 0)
        return false;
    if (page->doc.quality & QUALITY_CHALLENGE) /* the one that may be another page next time */
        fail(page, arena_printf(&page->arena, "no content: %s", refusal));
    else if (page->doc.quality & QUALITY_SOFT_404)
        skip(page, REASON_GONE, STR_LIT("it says that it is not there"));
    else
        skip(page, REASON_NOT_A_PAGE, str_of(refusal));
    return true;
}

/* Its own date, language or type is not what the instruction wants. */
static bool refuses_itself(struct page *page)
{
    const struct doc *doc = &page->doc;
    struct judgement judgement;
    const struct page_evidence evidence = {.published = doc->meta ? doc->meta->published : STR_NONE,
                                           .modified = doc->meta ? doc->meta->modified : STR_NONE,
                                           .type = doc->meta ? doc->meta->type : STR_NONE,
                                           .language = doc->language};
    if (!policy_refuses_page(page->policy, &page->url, &evidence, &judgement))
        return false;
    struct str why = arena_str(&page->arena, str_of(judgement.detail));
    skip(page, REASON_PAGE_ITSELF, why);
    return true;
}

/* The page in the language that is kept stands beside it. */
static bool is_other_language(struct page *page)
{
    const struct doc *doc = &page->doc;
    const struct policy *policy = page->moved_policy ? page->moved_policy : page->policy;
    const struct edition_source source = {
        .base = policy_base(policy), .url = &page->url, .links = doc->links, .n = doc->n_links};
    if (page->lease->depth == 0 || page->crawl->request.has_only ||
        !edition_has_kept_twin(policy_editions(policy), &source))
        return false;
    skip(page, REASON_OTHER_VERSION,
         arena_printf(&page->arena, "another language: %.*s", STR_ARG(str_head(doc->language, 20))));
    return true;
}

/* Is the page, under almost the same address, kept already? Then the outcome says so. */
static bool is_copy(struct worker *w, struct page *page)
{
    struct crawl *crawl = page->crawl;
    struct str original;
    if (crawl->request.has_only || !copy_of(page, &w->text, &w->scratch, &original))
        return false;
    page->outcome = (struct outcome){.state = URL_REDIRECTED,
                                     .reason = REASON_DUPLICATE,
                                     .http_status = page->fetch.http_status,
                                     .attempts = 1,
                                     .detail = arena_str(&page->arena, original)};
    return true;
}

/* What the page itself says against being kept: true when it is not, and the outcome says so. */
static bool declines(struct worker *w, struct page *page)
{
    const struct crawl_request *r = &page->crawl->request;
    uint8_t times = 0;
    if (page->crawl->is_list || page->lease->verdict != VERDICT_KEEP)
        return false;
    if ((page->doc.flags & DOC_NOINDEX) && !r->keep_noindex && !r->no_robots &&
        !(r->is_survey && page->lease->depth == 0)) {
        skip(page, REASON_NOINDEX,
             page->fetch.robots_tag & DOC_NOINDEX ? STR_LIT("by X-Robots-Tag")
                                                  : STR_LIT("by its own meta element"));
        return true;
    }
    if (is_no_page(page) || refuses_itself(page) || is_other_language(page))
        return true;
    enum alias_kind alias = alias_of(page, &w->scratch, &times);
    if (alias == ALIAS_NONE)
        return is_copy(w, page);
    page->outcome = (struct outcome){.state = alias == ALIAS_OF ? URL_REDIRECTED : URL_READY,
                                     .reason = REASON_DUPLICATE,
                                     .http_status = page->fetch.http_status,
                                     .attempts = alias == ALIAS_OF ? 1 : times,
                                     .detail = arena_str(&page->arena, page->doc.canonical)};
    return true;
}

/* ---- lists of pages ---- */

/* Markdown beside HTML is looked at last, when it can be told whether the page is there already. */
static uint8_t rank_of_entry(struct str url, uint8_t rank)
{
    return str_ends(url, STR_LIT(".md")) ? URL_RANK_LAST : rank;
}

static void learn_from_list(struct worker *w, struct page *page, const struct sitemap *map)
{
    unsigned most = map->n < LEARN_ENTRIES ? map->n : LEARN_ENTRIES, n = 0;
    bool is_told = page->kind == PAGE_SITEMAP && page->list == LIST_VERSIONS;
    struct link *links = arena_alloc(&w->scratch, (most + 1u) * sizeof *links);
    struct url *urls = arena_alloc(&w->scratch, (most + 1u) * sizeof *urls);
    for (unsigned i = 0; links && urls && i < most; i++)
        if (url_parse(&w->scratch, map->entries[i].url, &page->url, &urls[n]) == OK) {
            links[n] = (struct link){.url = map->entries[i].url, .parsed = &urls[n]};
            if (is_told)
                links[n].text = map->entries[i].title;
            n++;
        }
    struct edition_source source = {.is_told = is_told, .links = links, .n = n};
    if (n)
        learn_editions(w, page, &source);
    arena_reset(&w->scratch, SCRATCH_KEEP);
}

static void discover_listed(struct worker *w, struct page *page, const struct sitemap *map,
                            unsigned depth, uint8_t rank)
{
    page->candidates = ARENA_ARRAY(&page->arena, struct candidate, map->n + 1u);
    learn_from_list(w, page, map);
    for (unsigned i = 0; page->candidates && i < map->n; i++) {
        const struct sitemap_entry *e = &map->entries[i];
        struct url url;
        if (url_parse(&w->scratch, e->url, &page->url, &url) == OK) {
            const struct link link = {.url = url_without_fragment(&url),
                                      .parsed = &url,
                                      .text = e->title,
                                      .changed = e->changed};
            judge_link(w, page, &link, depth, rank_of_entry(link.url, rank));
        }
        if (w->scratch.used_bytes > w->scratch.limit_bytes / 2)
            arena_reset(&w->scratch, SCRATCH_KEEP);
    }
}

/* A feed that is met as a page is read for its entries, and is no result. */
static void read_feed(struct worker *w, struct page *page, struct str body)
{
    const struct crawl *crawl = page->crawl;
    struct sitemap map;
    if (crawl->is_list || crawl->request.has_only || !feed_is_type(page->fetch.content_type) ||
        sitemap_read(body, &page->arena, &map) != OK || !map.n || map.is_index) {
        not_a_page(page);
        return;
    }
    discover_listed(w, page, &map, page->lease->depth + 1u, 0);
    skip(page, REASON_NOT_A_PAGE, STR_LIT("a feed: read for its entries"));
}

/* ---- documents ---- */

static void read_document(struct worker *w, struct page *page)
{
    struct crawl *crawl = page->crawl;
    const struct config *config = w->engine->config;
    struct str body;
    enum status st = decode(w, page, &body);
    if (st != OK) {
        fail(page, st == ST_LIMIT   ? STR_LIT("larger than fetch.body_bytes or fetch.ratio once decoded")
                   : st == ST_PROTO ? STR_LIT("content coding is damaged or cut off")
                                    : STR_LIT("unknown content coding"));
        return;
    }
    const struct extract_options options = {.url = url_without_fragment(&page->url),
                                            .content_type = page->fetch.content_type,
                                            .link = page->fetch.link,
                                            .want = want_of(crawl, page),
                                            .content_only = crawl->request.content_only,
                                            .max_links = config->extract_links,
                                            .max_markdown_bytes = config->extract_markdown_bytes};
    st = extract_document(w->extractor, &options, body, &w->scratch, &page->doc);
    if (st == ST_UNSUPPORTED) {
        read_feed(w, page, body);
        return;
    }
    if (st != OK) {
        fail_status(page, st, "reading the page");
        return;
    }
    page->doc.flags |= page->fetch.robots_tag;
    page->framework = page->doc.framework;
    page->framework.version = arena_str(&page->arena, page->framework.version);
    if (!crawl->is_list && !crawl->request.has_only) {
        learn(w, page);
        discover(w, page);
    }
    page->is_read = true;
    bool declined = declines(w, page);
    page->is_kept = page->lease->verdict == VERDICT_KEEP && !declined;
    if (!declined)
        page->outcome = (struct outcome){.state = page->is_kept ? URL_KEPT : URL_TRAVERSED,
                                         .http_status = page->fetch.http_status,
                                         .attempts = (uint8_t)(page->lease->attempts + 1)};
    st = page->is_kept ? pack(w, page, body) : OK;
    keep(w, page);
    st = st == OK ? page->arena.status : st;
    if (st != OK) {
        page->is_kept = page->has_row = false;
        if (crawl->families)
            families_disclaim(crawl->families, &page->url, &w->text, page->lease->id);
        fail_status(page, st, "packing the page");
    }
}

static void read_robots(struct worker *w, struct page *page)
{
    struct str body = STR_LIT("");
    if (page->fetch.http_status == 200 && decode(w, page, &body) == OK) {
        body = str_head(body, ROBOTS_MAX_BYTES);
        buf_put_str(&page->packed, body);
        page->robots_body = buf_str(&page->packed);
        struct str agent = page->crawl->request.user_agent;
        if (robots_parse(body, agent.n ? agent : STR_LIT("webkeep"), &page->robots) != OK)
            page->robots = NULL;
    }
}

/* ---- sitemaps ---- */

/* gzip files are served as they are, not as a content coding. */
static enum status unpack_sitemap(struct worker *w, struct page *page, struct str *ret_body)
{
    enum status st = decode(w, page, ret_body);
    if (st != OK || !str_starts(*ret_body, STR_LIT("\x1f\x8b")))
        return st;
    struct buf *to = &w->decoded[CODINGS_MAX - 1];
    buf_shrink(to, DECODED_KEEP);
    st = coding_decode(CODING_GZIP, *ret_body, w->engine->config->fetch_ratio, to);
    *ret_body = buf_str(to);
    return st;
}

/* A file that was not changed since the time asked for lists no page that was. */
static void lead_to_lists(struct page *page, const struct sitemap *map)
{
    page->sitemaps = ARENA_ARRAY(&page->arena, struct str, map->n + 1u);
    for (unsigned i = 0; page->sitemaps && i < map->n; i++)
        if (!policy_is_past(page->policy, map->entries[i].changed))
            page->sitemaps[page->n_sitemaps++] = map->entries[i].url;
}

/* The folder that the versions lie in, and against which a list's relative URLs are resolved: that of the version which the
 * file belongs to, else the file's own without the generator's folder of files. */
static struct str versions_folder(const struct url *list)
{
    static const char *const files[] = {"/_static/", "/static/", "/assets/", "/js/"};
    struct str folder = edition_folder(list->path);
    if (folder.n)
        return folder;
    folder = list->path;
    while (folder.n && folder.p[folder.n - 1] != '/')
        folder.n--;
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        if (str_ends(folder, str_of(files[i])))
            folder.n -= strlen(files[i]) - 1;
    return folder;
}

static enum status read_versions(struct page *page, struct str body, struct sitemap *ret_map)
{
    struct url root;
    enum status st = switcher_read(body, &page->arena, ret_map);
    if (st == OK)
        st = url_parse(&page->arena, versions_folder(&page->url), &page->url, &root);
    for (unsigned i = 0; st == OK && i < ret_map->n; i++) {
        struct url url;
        if (url_parse(&page->arena, ret_map->entries[i].url, &root, &url) == OK)
            ret_map->entries[i].url = url.href;
    }
    return st;
}

static enum status read_stored(struct worker *w, struct store_read *read,
                               const struct page_record *record, struct page *page)
{
    const struct extract_options options = {.url = record->url,
                                            .content_type = record->content_type,
                                            .want = EXTRACT_LINKS | EXTRACT_FRAMEWORK,
                                            .max_links = w->engine->config->extract_links};
    struct buf *html = &w->decoded[0];
    struct bundle bundle;
    enum status st = store_bundle_get(read, record->bundle, &bundle);
    buf_shrink(html, DECODED_KEEP);
    for (unsigned i = 0; st == OK && i < bundle.n_parts; i++)
        if (bundle.parts[i].kind == PART_HTML)
            st = codec_inflate(w->codec, bundle.parts[i].stream, &bundle.parts[i].packed, html);
    if (st == OK && !buf_terminate(html))
        st = ST_NOMEM;
    return st == OK ? extract_document(w->extractor, &options, buf_str(html), &w->scratch, &page->doc)
                    : st;
}

/* What the pages near the base named was in memory when the run before ended. */
static void name_again(struct worker *w, struct page *page)
{
    struct store_read *read;
    struct page_record record;
    uint64_t from = 0;
    if (store_read_begin(w->engine->store, &read) != OK)
        return;
    for (unsigned i = 0; i < BASE_PAGES && !page->n_menus && !page->switcher.n; i++) {
        if (store_page_next(read, page->crawl->number, from, &record) != OK ||
            record.depth > SWITCHER_HOPS)
            break;
        from = record.seq + 1;
        if (read_stored(w, read, &record, page) != OK)
            continue;
        if (record.depth == 0)
            name_lists(page);
        name_scripts(page);
    }
    store_read_end(read);
}

static void read_sitemap(struct worker *w, struct page *page)
{
    struct str body;
    struct sitemap map;
    if (page->list == LIST_BASE) {
        name_again(w, page);
        return;
    }
    if (unpack_sitemap(w, page, &body) != OK)
        return;
    enum status st = page->list == LIST_LLMS       ? llms_read(body, &page->url, &page->arena, &map)
                     : page->list == LIST_VERSIONS ? read_versions(page, body, &map)
                     : page->list == LIST_MENU ? menu_script_read(body, &page->url, &page->arena, &map)
                                               : sitemap_read(body, &page->arena, &map);
    if (st != OK)
        return;
    page->lists = map.n > 0;
    if (map.is_index)
        lead_to_lists(page, &map);
    else
        discover_listed(w, page, &map, 1, page->list == LIST_MENU ? 0 : SITEMAP_RANK);
}

static void work(struct worker *w, struct page *page)
{
    if (page->kind == PAGE_ROBOTS)
        read_robots(w, page);
    else if (page->kind == PAGE_SITEMAP)
        read_sitemap(w, page);
    else if (fetch_is_redirect(&page->fetch))
        redirect(w, page);
    else
        read_document(w, page);
    if (page->arena.status != OK && !page->is_kept && page->kind == PAGE_DOCUMENT)
        fail(page, STR_LIT("the page needs more memory than page.arena_bytes"));
    buf_shrink(&page->fetch.body, 0); /* what is stored is packed now */
    arena_reset(&w->scratch, SCRATCH_KEEP);
    page->state = PAGE_JUDGED;
    page->job = (struct write_job){.apply = commit_page_apply,
                                   .done = commit_page_done,
                                   .bytes = page->packed.n + 256 * (page->n_candidates + 1)};
    struct write_job *job = &page->job;
    if (writer_push(w->engine->writer, &job) != OK)
        commit_page_done(job, ST_CANCELLED);
}

/* ---- refills ---- */

/* The next keys of the range, REFILL_URLS at most. */
static enum status read_range(struct store_read *read, uint32_t job, struct refill *r)
{
    struct url_record url;
    struct ready_url **tail = &r->urls;
    bool from_start = r->range.from_start;
    for (size_t n = 0; n < REFILL_URLS; n++, from_start = false) {
        enum status st = store_ready_next(read, job, from_start ? NULL : &r->last, &url);
        r->at_end = st == ST_NOTFOUND || (st == OK && url.rank > r->range.last_rank);
        if (st != OK || r->at_end)
            return r->at_end ? OK : st;
        *tail =
            ready_url_create(url.id, url.seq, url.rank, url.depth, url.redirects, url.verdict, url.url);
        if (!*tail)
            return ST_NOMEM;
        tail = &(*tail)->next;
        r->last = (struct ready_key){url.rank, url.seq};
    }
    return OK;
}

static void refill(struct worker *w, struct refill *r)
{
    struct crawl *crawl = CONTAINER_OF(r, struct crawl, refill);
    struct store_read *read;
    r->last = r->range.after;
    r->at_end = false;
    r->status = store_read_begin(w->engine->store, &read);
    if (r->status == OK) {
        r->status = read_range(read, crawl->number, r);
        store_read_end(read);
    }
    struct event *event = &r->event;
    loop_post(w->engine, &event);
}

/* ---- the thread ---- */

static bool worker_init(struct worker *w, struct engine *engine)
{
    const struct config *config = engine->config;
    const struct html_limits limits = html_limits_of(config);
    *w = (struct worker){.engine = engine};
    arena_init(&w->scratch, config->page_arena_bytes, SCRATCH_CHUNK);
    for (unsigned i = 0; i < CODINGS_MAX; i++)
        buf_init(&w->decoded[i], config->fetch_body_bytes);
    buf_init(&w->packed, page_packed_max(config));
    buf_init(&w->row, ROW_MAX_BYTES);
    w->extractor = extractor_create((enum html_engine)config->extract_parser, &limits);
    w->codec = codec_create((int)config->codec_level);
    w->sha = sha256_create();
    return w->extractor && w->codec && w->sha;
}

static void worker_fini(struct worker *w)
{
    extractor_destroy(w->extractor);
    codec_destroy(w->codec);
    sha256_destroy(w->sha);
    arena_fini(&w->scratch);
    for (unsigned i = 0; i < CODINGS_MAX; i++)
        buf_fini(&w->decoded[i]);
    buf_fini(&w->packed);
    buf_fini(&w->row);
}

/* Without what a worker needs a page can't be read; the crawl ends with that as its trouble. */
static void refuse(struct page *page)
{
    commit_page_done(&page->job, ST_NOMEM);
}

void *workers_main(void *user)
{
    struct engine *engine = user;
    struct worker w;
    bool able = worker_init(&w, engine);
    void *item;
    while (queue_pop(engine->to_workers, &item, 1, -1) == 1) {
        struct event *event = item;
        engine_hurry(engine);
        if (event->kind == EVENT_REFILL)
            refill(&w, CONTAINER_OF(event, struct refill, event));
        else if (able)
            work(&w, CONTAINER_OF(event, struct page, event));
        else
            refuse(CONTAINER_OF(event, struct page, event));
    }
    worker_fini(&w);
    return NULL;
}
