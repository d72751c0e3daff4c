/* SPDX-License-Identifier: Apache-2.0 */
/* engine.h: the insides of the crawler room, shared by loop.c, workers.c, commit.c, robots_page.c and jobs.c.
 *
 *   loop --to_workers--> workers --writer--> writer --inbox--> loop
 *   any  --inbox-------> loop (commands, addresses, refills)
 *
 * The inbox and to_workers are as long as all that can be under way, so that a push never waits there. */
#ifndef WEBKEEP_CRAWLER_ENGINE_H
#define WEBKEEP_CRAWLER_ENGINE_H

#include "base/queue.h"
#include "crawler/crawler.h"
#include "crawler/fetch.h"
#include "crawler/resolver.h"
#include "extract/framework.h"
#include "frontier/family.h"
#include "frontier/known.h"

#include <pthread.h>
#include <stdatomic.h>

#define ENGINE_PAGES                                                                                    \
    512 /* pages under way in all rooms: what bounds memory; most wait for a slow disk */
#define ENGINE_COMMANDS 256
#define ENGINE_WORKERS_MAX 64
#define CRAWL_PAGES_LEAST 4 /* of these, for each of many crawls */
#define WORKERS_FULL 64     /* pages with their whole body that wait for a worker: no more is fetched */
#define WORKERS_LOW 32      /* fewer of them: the workers run dry before a commit is over */
#define KNOWN_SLOTS (1u << 15)
#define REFILL_URLS 1024
#define SIDE_REDIRECTS 5 /* of robots.txt (RFC 9309 2.3.1.2) and sitemaps */
#define FRAMEWORK_VERSION_BYTES 32
#define FRAMEWORK_PAGES 64 /* that are looked at for who made the site: they all say the same */
#define SITEMAPS_MAX 200   /* files read for one job */

/* A URL under way, for engine_leased(). */
struct leased {
    bool taken;
    struct id128 job, url;
};

struct engine {
    const struct config *config;
    struct store *store;
    struct writer *writer;
    struct resolver *resolver;
    struct poller *poller;
    struct model *model;     /* answer/model.h; NULL: none */
    struct answers *answers; /* answers.h; with a model */
    struct queue *inbox, *to_workers;
    struct page_pool *pool;   /* loop's */
    size_t inflight_bytes;    /* loop's */
    struct host_gates *gates; /* loop's: what all crawls may ask of a host together */
    struct crawl *crawls;     /* loop's: each turn begins with another one */
    unsigned n_running;       /* loop's: of these, as of this turn */
    bool closing;             /* loop's */
    atomic_bool stuck;        /* set by the loop: it can start nothing before the next commit */
    atomic_bool full;         /* set by the loop: it starts nothing while the workers have so much */
    pthread_t loop, workers[ENGINE_WORKERS_MAX];
    unsigned n_workers;
    bool loop_runs;
    void (*ended)(void *user, struct id128 job);
    void (*fed)(void *user, struct id128 job);
    void *user;
    pthread_mutex_t leases_lock;        /* guards what follows */
    struct leased leases[ENGINE_PAGES]; /* by the page's number */
};

enum crawl_phase {
    CRAWL_RUNNING,  /* leases URLs */
    CRAWL_DRAINING, /* leases none, waits for what is under way */
    CRAWL_ENDING,   /* its last record is at the writer */
    CRAWL_ENDED,
};

/* A slice of the ready table on its way from disk to the workbench. */
struct refill {
    struct event event;
    bool running, at_end;
    struct refill_range range;
    struct ready_key last;
    struct ready_url *urls;
    enum status status;
};

/* A page whose answer is not there yet. */
struct unanswered {
    uint64_t seq;
    struct id128 url;
};

struct sitemap_file;
struct sitemaps {
    enum sitemaps_state { SITEMAPS_UNKNOWN, SITEMAPS_WAITING, SITEMAPS_READING, SITEMAPS_DONE } state;
    struct sitemap_file *files;    /* to be read */
    struct host *host;             /* the base host, whose turn they wait for */
    bool is_guess;                 /* the one that is read: nobody said that it is there */
    enum list_kind reading;        /* its kind */
    unsigned seen, listed;         /* files: taken up; of these, that named something */
    uint64_t hashes[SITEMAPS_MAX]; /* of the URLs of those taken up */
};

struct crawl {
    struct crawl *next;
    struct engine *engine;
    struct id128 job;
    uint32_t number;
    struct arena arena; /* request, base */
    struct crawl_request request;
    bool is_list;  /* the request lists its URLs: no links are followed, and no scope is asked */
    bool has_feed; /* a job that was submitted: its pages are answered, its events are written down */
    struct asker *asker;        /* NULL: nothing is asked of its pages */
    atomic_bool answers_stop;   /* nobody waits for a model any more */
    uint64_t answers_out;       /* loop's: pages that are with answers.h */
    struct unanswered *missing; /* of a resume, until it is attached */
    size_t n_missing;
    struct url base; /* whose origin gets the secrets; of a list the first URL */
    struct id128 base_id;
    struct {
        enum framework_id id;
        char version[FRAMEWORK_VERSION_BYTES];
    } framework;              /* loop's: of the first page that tells, near the base page */
    struct editions editions; /* of a resume: as the job had learned them */
    struct address_rule *rule;
    struct policy *policy; /* loop's; pages carry shares of it */
    struct known *known;
    struct families *families;   /* NULL: of a list */
    struct fetcher *fetcher;     /* loop's */
    unsigned fetcher_size;       /* requests it can have at once */
    struct workbench *workbench; /* loop's */
    atomic_uint looked_at; /* pages near the base whose framework was asked for, of FRAMEWORK_PAGES */
    struct page *waiting;  /* loop's: pages without an address yet; each has a connection reserved */
    unsigned n_waiting;
    struct refill refill;
    struct sitemaps sitemaps; /* loop's */
    struct write_job sitemaps_job;
    struct event sitemaps_event;
    uint64_t out, keep_out;       /* pages under way; those that may become a result */
    unsigned suspects_out;        /* those that only pages without news led to, ... */
    unsigned suspects_max;        /* ... and how many: a trap is told from what they say */
    bool was_read;                /* a page was, in this run, kept or not */
    unsigned survey_requests;     /* made by a survey, of SURVEY_FETCHES */
    struct crawl_progress totals; /* loop's: as of the last commit */
    enum crawl_phase phase;
    enum job_state stopped_as; /* when it was stopped: JOB_INTERRUPTED or JOB_CANCELLED */
    bool stopped, resumed;
    enum status trouble;
    struct write_job end_job;
    int64_t started_ms;
    char message[512];

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct crawl_progress progress;
    bool ended, detached;
    bool attached; /* the caller's: the loop has it */
};

/* The base page, or where it led, was read: there are links to go on from. */
static inline bool crawl_has_begun(const struct crawl *crawl)
{
    return crawl->was_read || crawl->totals.kept + crawl->totals.traversed > 0;
}

struct command {
    struct event event;
    enum { COMMAND_ATTACH, COMMAND_STOP, COMMAND_STOP_JOB, COMMAND_DETACH, COMMAND_CLOSE } what;
    struct crawl *crawl;
    struct id128 job;
    enum crawl_stop how;
};

/* An answer of the resolver in the inbox; heap, both parts. */
struct event_answer {
    struct event event;
    struct answer *answer;
};

/* engine.c */
enum status engine_command(struct engine *engine, const struct command *command) MUST_USE;
/* On the writer's thread: tell who asked to be told. */
void engine_fed(struct engine *engine, struct id128 job);
void engine_ended(struct engine *engine, struct id128 job);
/* Loop's: a URL is under way, or no more. */
void engine_lease(struct engine *engine, const struct page *page);
void engine_unlease(struct engine *engine, const struct page *page);

/* When the workers run dry: ends the writer's batch early if the loop is stuck (while they have work, a fuller
 * batch costs nothing and saves a sync), and wakes it if they were full. Loop and workers call it, as either
 * may be the last to notice. */
void engine_hurry(struct engine *engine);

/* loop.c */
void loop_fetched(void *crawl, struct page *page); /* a request ended */
void *loop_main(void *engine);
void loop_post(struct engine *engine, struct event **event);        /* any thread */
void loop_settle(struct page *page, const struct outcome *outcome); /* no fetch needed: to the writer */
void loop_start_page(struct page *page);
void loop_page_back(
    struct page *page); /* it leaves the rooms; a URL that was not settled stays ready on disk */
/* True when a connection is free that no page waits for. */
bool loop_has_room(const struct crawl *crawl);
/* The page's host asks to come back later than anyone waits: nothing more is asked of it, its URLs stay queued. */
void loop_leave_host(struct page *page);
/* Follows a redirect of robots.txt or a sitemap; true when the page is on its way again. */
bool loop_follow(struct page *page);

/* jobs.c */
enum status job_new_id(struct id128 *ret_id) MUST_USE; /* UUID version 7 (RFC 9562): ids sort by time */
/* The base page is fetched whatever the policy says of it; it is kept when the policy wants it. */
enum verdict job_judge_base(const struct policy *policy, const struct url *base, struct arena *scratch);

/* items.c: how a listed URL ended */
enum status item_id(struct arena *scratch, struct str url, struct id128 *ret_id) MUST_USE;
/* Follows the redirects of a URL, as far as they were followed; false: in a circle. */
bool item_follow(struct store_read *read, uint32_t job, const struct url_key_options *key,
                 struct url_record *url) MUST_USE;
/* Of a list job: how many items were kept and how many wait; the first that was neither, as a sentence. */
struct item_counts {
    uint64_t items, kept, ready;
    char fault[400];
};
enum status item_count(struct store_read *read, const struct job_record *job,
                       struct item_counts *ret_counts) MUST_USE;

/* submit.c, also for retry.c and commit.c */
/* The texts of a record that was read anew, as writes of this transaction ended them. */
enum status job_renew_texts(struct store_write *write, struct job_record *job) MUST_USE;
/* A stored request with another URL that is to be fetched alone (NULL: none). */
enum status request_set_only(struct arena *arena, struct str json, const struct id128 *only,
                             struct str *ret_json) MUST_USE;

/* robots_page.c: loop thread */
bool robots_page_begin(struct crawl *crawl, struct host *host); /* false: no page can be had now */
void robots_page_fetched(struct page *page);
void robots_page_stored(struct page *page);

/* sitemap_page.c: loop thread */
void sitemap_page_expect(struct crawl *crawl,
                         struct host *host);         /* the base host's robots.txt is known */
void sitemap_page_begin(struct crawl *crawl);        /* the next one, when it is time */
bool sitemap_page_is_due(const struct crawl *crawl); /* the crawl is not over: some are unread */
/* A list of versions, or a page that may name one, is asked for: what it says may rule out what else is to be asked for. */
bool sitemap_page_asks_versions(const struct crawl *crawl);
void sitemap_page_fetched(struct page *page);
void sitemap_page_stored(struct page *page);
void sitemap_page_named(const struct page *page); /* by an index or the base page: they are read too */
void sitemap_page_forget(struct crawl *crawl);

/* alias.c: a worker's. ALIAS_LATER: its original is still to come; ret_times says how often it was put off. */
enum alias_kind { ALIAS_NONE, ALIAS_LATER, ALIAS_OF };
enum alias_kind alias_of(struct page *page, struct arena *scratch, uint8_t *ret_times) MUST_USE;

/* True when the page is one that was kept under almost the same address; ret_original is that one's URL, in scratch.
 * What the comparison teaches of parameters is learned. A worker's. */
bool copy_of(struct page *page, const struct page_text *text, struct arena *scratch,
             struct str *ret_original) MUST_USE;

/* workers.c */
void *workers_main(void *engine);

/* complete.c: kept pages against the site's own lists of pages, as JSON; nothing where the site has none, or where
 * the job knows too many URLs to look at while the writer waits. */
enum status complete_write(struct store_read *read, const struct job_record *job,
                           struct buf *out) MUST_USE;

/* commit.c: handles of the writer */
struct crawl_progress commit_totals(const struct job_record *job);
enum status commit_page_apply(struct write_job *job, struct store_write *write);
void commit_page_done(struct write_job *job, enum status st);
enum status commit_sitemaps_apply(struct write_job *job, struct store_write *write);
void commit_sitemaps_done(struct write_job *job, enum status st);
/* The job's state is another one now: its feed says so. The texts of the record end with this write. */
enum status commit_state_event(struct store_write *write, struct job_record *job) MUST_USE;
enum status commit_end_apply(struct write_job *job, struct store_write *write);
void commit_end_done(struct write_job *job, enum status st);

#define CONTAINER_OF(p, type, member) ((type *)(void *)((char *)(p)-offsetof(type, member)))

#endif
