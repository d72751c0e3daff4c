/* SPDX-License-Identifier: Apache-2.0 */
/* alias.c: is a page a copy of another one, as its rel=canonical says, or as both their texts say? Sites are often wrong there (all pages name
 * the front page), so the word alone is not enough: the other page must be in the archive, of the same title
 * and about the same length. Until that one was looked at, the copy is put off, a few times at most; in doubt it is
 * kept, so that no wrong word of a site can cost a page. A Markdown file beside an HTML page of its name, as llms.txt
 * lists them, is that page's source and needs no second proof.
 *
 * Threads: a worker's, with a read transaction of its own. What it sees may be a commit behind, which costs a
 * second look. */
#include "crawler/engine.h"

#define PUT_OFF_MOST 6
#define HOPS_MOST 5
#define TEXT_SLACK 64 /* bytes that two prints of one page differ by, beside a tenth of all */

static bool looks_the_same(struct store_read *read, uint32_t job, const struct url_record *url,
                           const struct doc *doc)
{
    struct page_record other;
    if (store_page_get(read, job, url->seq, &other) != OK)
        return false;
    uint64_t a = other.text_bytes, b = doc->text_bytes;
    uint64_t more = a > b ? a : b, gap = a > b ? a - b : b - a;
    return str_eq(other.title, doc->title) && gap <= more / 10 + TEXT_SLACK;
}

/* The page that an address stands for: one that redirects, or was a copy itself, stands for another one. */
static void follow(struct store_read *read, const struct page *page, struct arena *scratch,
                   struct url_record *other)
{
    const struct url_key_options key = policy_key_options(page->policy);
    for (unsigned hops = 0; hops < HOPS_MOST && other->state == URL_REDIRECTED; hops++) {
        struct url to;
        struct url_record next;
        if (url_parse(scratch, other->detail, NULL, &to) != OK ||
            store_url_get(read, page->crawl->number, url_id(scratch, &to, &key), &next) != OK ||
            id128_eq(next.id, page->lease->id))
            return;
        *other = next;
    }
}

/* The page is READY here: it waits to be settled. sure: the two are the same whatever they look like. */
static enum alias_kind compare(struct store_read *read, const struct page *page, struct arena *scratch,
                               struct id128 id, bool sure, uint8_t *ret_times)
{
    uint32_t job = page->crawl->number;
    struct url_record own, other;
    if (store_url_get(read, job, page->lease->id, &own) != OK)
        return ALIAS_NONE;
    bool waited = own.reason == REASON_DUPLICATE;
    uint8_t times = (uint8_t)(waited ? own.attempts : 0);
    enum status st = store_url_get(read, job, id, &other);
    if (st == OK)
        follow(read, page, scratch, &other);
    if (st == OK && other.state == URL_KEPT)
        return sure || looks_the_same(read, job, &other, &page->doc) ? ALIAS_OF : ALIAS_NONE;
    bool comes = st == ST_NOTFOUND
                     ? !waited && !sure
                     : st == OK && other.state == URL_READY && other.verdict == VERDICT_KEEP;
    /* Two that name each other: the one that was found first is kept. */
    if (comes && st == OK && other.reason == REASON_DUPLICATE)
        comes = own.seq > other.seq;
    if (!comes || times >= PUT_OFF_MOST)
        return ALIAS_NONE;
    *ret_times = (uint8_t)(times + 1);
    return ALIAS_LATER;
}

/* ---- Markdown beside HTML ---- */

/* "guide.md" and "guide.html.md" are sources of "guide.html", "guide" or "guide/". */
static struct str twin_text(struct arena *scratch, struct str url, unsigned i)
{
    static const char *const tails[] = {"", ".html", "/", NULL};
    struct str bare = str_head(url, url.n - 3);
    if (tails[i])
        return arena_printf(scratch, "%.*s%s", STR_ARG(bare), tails[i]);
    bare = str_ends(bare, STR_LIT(".html")) ? str_head(bare, bare.n - 5) : bare;
    return str_ends(bare, STR_LIT("/index")) ? str_head(bare, bare.n - 5) : bare;
}

enum { TWINS = 4 };

static enum alias_kind twin_of(struct store_read *read, struct page *page, struct arena *scratch,
                               uint8_t *ret_times)
{
    const struct url_key_options key = policy_key_options(page->policy);
    struct str url = url_without_fragment(&page->url);
    for (unsigned i = 0; i < TWINS; i++) {
        struct url to;
        struct str text = twin_text(scratch, url, i);
        if (!text.p || url_parse(scratch, text, NULL, &to) != OK)
            continue;
        enum alias_kind kind = compare(read, page, scratch, url_id(scratch, &to, &key), true, ret_times);
        if (kind == ALIAS_NONE)
            continue;
        page->doc.canonical = text;
        return kind;
    }
    return ALIAS_NONE;
}

static bool has_twins(const struct page *page)
{
    bool plain = page->doc.kind == DOC_MARKDOWN || page->doc.kind == DOC_TEXT;
    return plain && !page->url.has_query && str_ends(page->url.path, STR_LIT(".md"));
}

/* ---- of any page ---- */

static enum alias_kind by_canonical(struct page *page, struct arena *scratch, uint8_t *ret_times)
{
    const struct crawl *crawl = page->crawl;
    struct str canonical = page->doc.canonical;
    struct url to;
    if (canonical.n == 0 || canonical.n > crawl->engine->config->frontier_url_bytes ||
        url_parse(scratch, canonical, NULL, &to) != OK || !str_eq(to.host, page->url.host))
        return ALIAS_NONE;
    const struct url_key_options key = policy_key_options(page->policy);
    struct id128 id = url_id(scratch, &to, &key);
    if (id128_eq(id, page->lease->id))
        return ALIAS_NONE;
    const struct link link = {.url = canonical, .parsed = &to, .rel = REL_CANONICAL};
    struct judgement j = {0};
    policy_judge(page->policy, &link, &to, &page->url, page->lease->depth, scratch, &j);
    struct store_read *read;
    if (j.verdict == VERDICT_SKIP || store_read_begin(crawl->engine->store, &read) != OK)
        return ALIAS_NONE;
    enum alias_kind kind = compare(read, page, scratch, id, false, ret_times);
    store_read_end(read);
    return kind;
}

enum alias_kind alias_of(struct page *page, struct arena *scratch, uint8_t *ret_times)
{
    const struct crawl *crawl = page->crawl;
    struct store_read *read;
    if (crawl->is_list || crawl->request.has_only || crawl->request.is_survey ||
        page->lease->verdict != VERDICT_KEEP)
        return ALIAS_NONE;
    if (!has_twins(page))
        return by_canonical(page, scratch, ret_times);
    if (store_read_begin(crawl->engine->store, &read) != OK)
        return ALIAS_NONE;
    enum alias_kind kind = twin_of(read, page, scratch, ret_times);
    store_read_end(read);
    return kind;
}

/* Only a page that is kept, or is about to be, can stand for another one. */
static bool stands(const struct url_record *url)
{
    return url->state == URL_KEPT || (url->state == URL_READY && url->reason != REASON_DUPLICATE);
}

bool copy_of(struct page *page, const struct page_text *text, struct arena *scratch,
             struct str *ret_original)
{
    struct families *families = page->crawl->families;
    struct store_read *read;
    struct url_record record;
    struct url other;
    struct id128 id;
    enum copy copy = families_claim(families, &page->url, text, page->lease->id, &id);
    if (copy == COPY_NONE || store_read_begin(page->crawl->engine->store, &read) != OK)
        return false;
    bool stood = store_url_get(read, page->crawl->number, id, &record) == OK && stands(&record) &&
                 url_parse(scratch, record.url, NULL, &other) == OK;
    store_read_end(read);
    if (stood)
        families_compare(families, &page->url, &other, copy == COPY_OF);
    else if (copy == COPY_OF)
        families_disclaim(families, &page->url, text, id);
    if (!stood || copy != COPY_OF)
        return false;
    *ret_original = url_without_fragment(&other);
    return true;
}
