/* SPDX-License-Identifier: Apache-2.0 */
/* records.h: what the store knows, as structs. Their bytes on disk stand in format.h.
 *
 * Slices of a record that was read point into the map and live until the read transaction ends
 * (store_read_end()); slices of a record that is put are copied. */
#ifndef WEBKEEP_CACHE_RECORDS_H
#define WEBKEEP_CACHE_RECORDS_H

#include "base/codec.h"
#include "base/hash.h"

/* clang-format off */
#define JOB_KIND_TABLE(X)                                                                               \
    X(JOB_CRAWL, "crawl")     /* pages from a site */                                                   \
    X(JOB_EXTRACT, "extract") /* rows from another job's cached pages */                                \
    X(JOB_SCRAPE, "scrape")   /* a few URLs that were named, together */                                \
    X(JOB_BATCH, "batch")     /* many URLs that were named, each for itself */

#define JOB_STATE_TABLE(X)                                                                              \
    X(JOB_RUNNING, "running")         /* or its process died: then no lock is held */                   \
    X(JOB_DONE, "done")               /* everything wanted was fetched */                               \
    X(JOB_PARTIAL, "partial")         /* ended by a limit, or with failed pages */                      \
    X(JOB_INTERRUPTED, "interrupted") /* stopped by a signal or by storage trouble; can be resumed */   \
    X(JOB_CANCELLED, "cancelled")     /* stopped by `cancel`; can be resumed */                         \
    X(JOB_FAILED, "failed")           /* nothing could be crawled; message says why */                  \
    X(JOB_QUEUED, "queued")           /* waits for its turn in the service */

#define URL_STATE_TABLE(X)                                                                              \
    X(URL_READY, "ready")           /* waits to be fetched (or was in flight when the process ended) */ \
    X(URL_KEPT, "kept")             /* fetched, and it is a page of the result */                       \
    X(URL_TRAVERSED, "traversed")   /* fetched for its links only */                                    \
    X(URL_REDIRECTED, "redirected") /* answered with another URL, which has a record of its own */      \
    X(URL_SKIPPED, "skipped")       /* not wanted: reason and detail say why */                         \
    X(URL_FAILED, "failed")         /* given up: detail says why */
/* clang-format on */

#define X(name, text) name,
enum job_kind { JOB_KIND_TABLE(X) };
enum job_state { JOB_STATE_TABLE(X) };
enum url_state { URL_STATE_TABLE(X) };
#undef X

/* How many values each has. */
#define RECORD_ONE(name, text) +1u
#define JOB_KINDS (0u JOB_KIND_TABLE(RECORD_ONE))
#define JOB_STATES (0u JOB_STATE_TABLE(RECORD_ONE))
#define URL_STATES (0u URL_STATE_TABLE(RECORD_ONE))

const char *job_kind_text(enum job_kind kind);
const char *job_state_text(enum job_state state);
const char *url_state_text(enum url_state state);

/* The most reasons a job counts skipped URLs by; frontier's enum reason must fit. */
#define JOB_REASONS 32

/* The most marks a job counts its pages by; extract's enum quality must fit. */
#define JOB_MARKS 16

enum job_flags {
    JOB_HAD_SECRETS = 1 << 0,  /* cookies or headers were given; they are not stored */
    JOB_DELETING = 1 << 1,     /* set by store_job_delete(): parts are gone, only deleting it goes on */
    JOB_HAS_SITEMAPS = 1 << 2, /* its sitemaps were read, or it wants none */
    JOB_HAS_FEED = 1 << 3,     /* what happens to it is written into its feed (accounts.h) */
    JOB_PENDING = 1 << 4,      /* its owner's count of pending jobs has it: reserved and not settled */
};

struct job_record {
    struct id128 id;
    uint32_t number; /* short key of all its tables; given by store_job_add(), never used again */
    enum job_kind kind;
    enum job_state state;
    unsigned flags;                              /* bits of enum job_flags */
    int64_t created_ms, updated_ms, finished_ms; /* wall clock; finished 0 while it runs */
    struct id128 source;                         /* JOB_EXTRACT: the job whose pages are read */
    uint64_t next_seq;                           /* the next discovery number of a URL */
    /* Counts of URLs by outcome, and bytes received and stored. */
    uint64_t kept, traversed, redirected, failed, ready, rows;
    uint64_t skipped[JOB_REASONS];
    uint64_t received_bytes, stored_bytes;
    uint64_t no_text;  /* kept pages without visible text */
    int64_t active_ms; /* time spent working on it, over all runs */
    /* The service's (accounts.h); jobs of the command line have zeros. */
    uint32_t owner;        /* number of a key; 0: the command line */
    int64_t started_ms;    /* wall clock: when its first run began; 0: it has not */
    uint64_t items;        /* JOB_SCRAPE, JOB_BATCH: URLs as asked for, one named twice counts twice */
    uint64_t next_event;   /* the number its next event gets; store_job_add() makes it 1 */
    uint64_t delivered;    /* its webhook is done with all events up to this number */
    uint64_t unit_credits; /* price of a page or URL */
    uint64_t reserved_credits, charged_credits;
    uint64_t charged_units; /* pages or URLs that were settled by now */
    uint64_t input_tokens, output_tokens;
    /* JOB_EXTRACT: of its rows, those whose answer an earlier job made, and those without an answer. */
    uint64_t reused, empty;
    uint64_t marks[JOB_MARKS]; /* kept pages by mark of quality */
    struct str base_url;
    struct str host;    /* of base_url, for look-up */
    struct str request; /* JSON: the options as given, no secrets */
    struct str policy;  /* JSON: the compiled policy */
    struct str message; /* why it failed or stopped; may be empty */
    struct str
        completeness; /* JSON: of a crawl that ended, kept pages against what the site names; may be empty */
};

/* Which of the site's own lists of pages name a URL. */
enum url_mark {
    URL_IN_SITEMAP = 1 << 0, /* a sitemap, feed or llms.txt */
    URL_IN_MENU = 1 << 1,    /* navigation of a page */
};

struct url_record {
    struct id128 id;     /* hash128 of the canonical key */
    struct id128 parent; /* the page it was found on; zero for the base URL */
    enum url_state state;
    uint8_t verdict, reason; /* frontier's enum verdict and enum reason */
    uint8_t redirects;       /* hops that led here */
    uint8_t attempts;
    uint8_t rank;         /* 0 is leased first */
    uint8_t marks;        /* bits of enum url_mark */
    uint16_t depth;       /* hops from the base page */
    uint16_t http_status; /* last answer; 0: none */
    uint64_t seq;         /* order of discovery within the job */
    int64_t changed_ms;   /* when the state was set */
    struct str url;       /* WHATWG serialisation without fragment: what is requested */
    struct str detail;    /* one phrase: the rule, the error, the redirect's target */
};

enum page_flags {
    PAGE_NO_TEXT = 1 << 0,     /* no visible text: probably drawn by scripts */
    PAGE_NO_MARKDOWN = 1 << 1, /* stored with its HTML only */
    PAGE_UNDECODED = 1 << 2,   /* charset unknown or wrong: read with replacement characters */
    PAGE_NOINDEX = 1 << 3,
    PAGE_QUALITY = 1 << 8, /* from here on the marks of extract/quality.h */
};

struct page_record {
    uint64_t seq; /* its URL's seq: pages are kept in order of discovery */
    struct id128 url_id, parent;
    struct sha256 bundle; /* where its bytes are */
    uint16_t http_status, depth;
    unsigned flags;     /* bits of enum page_flags */
    unsigned cuts;      /* bits of enum cut: the limits that were reached */
    int64_t fetched_ms; /* wall clock */
    uint32_t took_ms;   /* request until last byte */
    uint32_t links;
    uint64_t text_bytes;
    uint16_t text_share,
        code_share; /* what of text and code blocks reached the Markdown, in thousandths */
    struct str url, title, description, language, canonical, content_type, charset, etag, last_modified;
    struct str metadata; /* JSON: what else the page says of itself; may be empty */
};

/* The bytes of one page: its parts together in one value, found by the SHA-256 of the parts' SHA-256s, so
 * that equal pages are stored once and small pages do not each round up to a database page per part. */
enum part_kind {
    PART_HTML,     /* the body's own bytes after content decoding, whatever the kind of page */
    PART_MARKDOWN, /* UTF-8 */
    PART_KINDS
};

struct part {
    enum part_kind kind;
    struct packed packed;
    struct sha256 sha256; /* of the raw bytes */
    struct str stream;    /* raw deflate */
};

#define BUNDLE_LEVEL_MAX 12 /* as base/codec.h counts */

struct bundle {
    struct sha256 id;
    unsigned n_parts;
    unsigned level; /* its streams are as small as this level makes them; 0: not known */
    struct part parts[PART_KINDS];
};

/* robots.txt of one origin as fetched for one job. */
struct host_record {
    struct id128 id;      /* hash128 of the origin ("https://h:8080") */
    int64_t fetched_ms;   /* wall clock */
    uint16_t http_status; /* 0: could not be reached */
    struct str robots;    /* the body, cut at ROBOTS_MAX_BYTES */
};

/* One answer of a re-extraction: JSON for one page. */
struct row_record {
    uint64_t seq; /* the page's seq in the source job */
    struct packed packed;
    struct str stream; /* raw deflate of one JSON object */
};

#endif
