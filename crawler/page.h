/* SPDX-License-Identifier: Apache-2.0 */
/* page.h: the carrier that goes through the rooms: one URL from its lease to its commit.
 *
 * One owner at a time; a queue push moves it:
 *
 *   state          owner    what is true
 *   PAGE_LEASED    loop     url and host are set; waits for an address or a connection
 *   PAGE_FETCHING  loop     a curl handle writes its head and body
 *   PAGE_FETCHED   worker   fetch is set; the worker adds doc, candidates, bundle
 *   PAGE_JUDGED    writer   everything that will be stored lives in its arena and buffers
 *   PAGE_STORED    loop     committed (store_status OK) or not; candidates say what is fresh
 *
 * A page is an event in the loop's inbox when it comes back. Pages are pooled: their number bounds memory. */
#ifndef WEBKEEP_CRAWLER_PAGE_H
#define WEBKEEP_CRAWLER_PAGE_H

#include "answer/answer.h"
#include "base/config.h"
#include "cache/writer.h"
#include "crawler/crawler.h"
#include "extract/extract.h"
#include "frontier/url_state.h"
#include "frontier/workbench.h"

#define PAGE_MAGIC 0x70616765u

struct crawl;
struct engine;

/* What the loop's inbox carries; embedded first in each. */
enum event_kind {
    EVENT_PAGE,
    EVENT_ANSWER,
    EVENT_REFILL,
    EVENT_SITEMAPS,
    EVENT_ANSWERED,
    EVENT_COMMAND
};
struct event {
    enum event_kind kind;
};

enum page_kind { PAGE_DOCUMENT, PAGE_ROBOTS, PAGE_SITEMAP };
enum page_state { PAGE_LEASED, PAGE_FETCHING, PAGE_FETCHED, PAGE_JUDGED, PAGE_STORED };

/* How a request ended, before anyone looks at the content. */
enum fetch_result {
    FETCH_OK,        /* an answer with a status line; the body is whole */
    FETCH_NOT_PAGE,  /* stopped at the headers: the type is not kept */
    FETCH_TOO_BIG,   /* body over fetch.body_bytes */
    FETCH_DENIED,    /* the address judge said no */
    FETCH_NO_HOST,   /* the name has no address */
    FETCH_NO_ANSWER, /* refused, reset, timed out, cut off: may work later */
    FETCH_BROKEN,    /* an answer that is not HTTP, TLS trouble: will not work later */
    FETCH_ABANDONED, /* the crawl was stopped */
};

struct fetch {
    enum fetch_result result;
    char error[256];      /* for people, when not FETCH_OK */
    bool connected;       /* the server took the connection, whatever came then */
    uint16_t http_status; /* of the last answer; 0: none */
    int64_t started_ms;   /* monotonic */
    uint32_t took_ms;
    uint64_t received_bytes;
    int64_t retry_after_ms; /* -1: none */
    unsigned robots_tag;    /* what X-Robots-Tag asks: DOC_NOINDEX, DOC_NOFOLLOW */
    struct buf body;        /* as sent, coding and all */
    struct str content_type, content_encoding, location, etag, last_modified; /* page arena */
    struct str link; /* values of Link and Refresh as one Link field; page arena */
};

/* Files that list pages. */
enum list_kind {
    LIST_SITEMAP,
    LIST_LLMS,
    LIST_VERSIONS,
    LIST_MENU,
    LIST_BASE, /* of a resume: the stored pages near the base, for the files that they name; nothing is fetched */
};

struct page {
    unsigned magic;
    unsigned number; /* of the page in its pool, for good: from 0 */
    struct event event;
    struct write_job job; /* the writer's handle on it */
    enum page_kind kind;
    enum page_state state;
    struct engine *engine;
    struct crawl *crawl;
    struct page *next; /* in the pool, or among the pages that wait for an address */
    struct arena arena;

    struct ready_url *lease; /* NULL for robots.txt and sitemaps: they have no record in the store */
    struct host *host;
    struct url url;
    struct policy *policy; /* the snapshot its links are judged by */
    bool keep;             /* it may become a result: counted in crawl->keep_out */
    bool is_suspect;       /* only pages without news led to it: counted in crawl->suspects_out */
    size_t charged_bytes;  /* counted against fetch.inflight_bytes */

    struct fetch fetch;

    struct doc doc;
    struct candidate *candidates;
    size_t n_candidates;
    struct buf packed; /* streams of the bundle's parts, and of the row */
    struct bundle bundle;
    struct str metadata;        /* what the page says of itself, as it is stored; page arena */
    struct framework framework; /* of a page near the base; page arena */
    bool is_read;               /* a document was made of it, and its links were judged */
    bool is_kept;               /* doc and bundle are to be stored */
    bool is_stale;         /* it says nothing that pages before it did not say: its links are suspects */
    struct row_record row; /* what was asked of the page */
    struct answer_info answer;
    bool has_row;
    struct outcome outcome;
    struct policy *moved_policy; /* the base URL redirected inside its host: scope follows; or the page
                                  * showed versions or languages that were not known */
    struct str moved_base;
    struct str policy_text; /* of moved_policy, as the job keeps it */
    struct robots *robots;  /* PAGE_ROBOTS */
    struct str robots_body; /* cut at ROBOTS_MAX_BYTES; packed holds it */
    struct str *sitemaps;   /* lists of pages that it names: of an index, or feeds of the base page */
    size_t n_sitemaps;
    enum list_kind list; /* PAGE_SITEMAP */
    struct str *menus;   /* files that the menu of a page near the base is drawn from; page arena */
    size_t n_menus;
    struct str switcher; /* file of versions that a page near the base names; page arena */
    bool lists;          /* PAGE_SITEMAP: it names something */
    unsigned redirects;  /* PAGE_ROBOTS, PAGE_SITEMAP: hops followed */

    enum status store_status;
    bool refused;                 /* the store did not take it: what goes there now says so */
    bool fed;                     /* the commit added to the job's feed */
    struct crawl_progress totals; /* the job's counts after the commit */
};

/* The most bytes that the streams of one page may have. */
static inline size_t page_packed_max(const struct config *config)
{
    return 4 * config->fetch_body_bytes + (1 << 20);
}

struct page_pool;

struct page_pool *page_pool_create(size_t pages, const struct config *config);
void page_pool_destroy(struct page_pool *pool);             /* all pages must be back */
struct page *page_take(struct page_pool *pool);             /* NULL: none left, or no memory */
void page_give(struct page_pool *pool, struct page **page); /* frees the lease, empties the rest */
size_t page_pool_out(const struct page_pool *pool);

#endif
