/* SPDX-License-Identifier: Apache-2.0 */
/* request.h: what a caller asks of a crawl, and the same as JSON in the job's record.
 *
 * A request that lists URLs (scrape, batch) wants those and nothing they lead to but redirects; base_url is
 * the first of them. Without a list it is a crawl from base_url.
 *
 * Secrets (cookies, given headers, the proxy's password) are never written: the record only says that there
 * were some, and a resume waits until they are given again. */
#ifndef WEBKEEP_CRAWLER_REQUEST_H
#define WEBKEEP_CRAWLER_REQUEST_H

#include "base/json.h"
#include "frontier/policy.h"

/* The most values a list option may have (--include, --header, ...). */
#define REQUEST_LIST_MAX 64
#define REQUEST_HEADER_MAX 8000 /* bytes of one header: about what servers take */
#define REQUEST_URLS_MAX 255    /* listed URLs: an item of a batch is named by one byte */

struct str_list {
    struct str v[REQUEST_LIST_MAX];
    size_t n;
};

struct crawl_request {
    struct str base_url, instruction, transform, schema;
    struct str policy;      /* the text of a policy file, instead of an instruction */
    const struct str *urls; /* n_urls of them, in order, duplicates included; none: a crawl */
    size_t n_urls;
    struct str output; /* "json", "markdown", "text", "table"; empty: not said */
    bool content_only; /* Markdown of the main content alone */
    /* kept for whoever shows the job; the engine does not read them */
    struct str webhook, proxy_country, scrape_mode;
    bool use_proxy, screenshot, full_page_screenshot;
    struct str_list include, exclude;
    uint64_t max_pages; /* 0: no limit */
    int max_depth;      /* -1: no limit */
    bool subdomains, whole_domain, ignore_query, follow_base_redirect;
    /* how it is fetched */
    unsigned concurrency; /* requests at once to a host; 0: the configured number */
    int64_t delay_ms;
    bool no_robots; /* neither robots.txt nor noindex nor nofollow is obeyed */
    bool keep_noindex, insecure, public_only;
    struct str user_agent; /* empty: webkeep/VERSION */
    struct str proxy, cacert;
    struct str_list allow_private;
    /* secrets, in memory only; sent to the base URL's origin alone, or to each listed URL's own */
    struct str_list headers;       /* "Name: value" */
    struct str cookies;            /* value of the Cookie header */
    struct str username, password; /* of the base URL, decoded: HTTP Basic */
    bool is_survey;   /* a plan: what the site has is found out, and no more is fetched (survey.h) */
    bool guard_given; /* of a resume: public_only and allow_private hold, whatever the job had */
    /* a retry of one page: only the URL with this id is fetched, and no link of it is followed */
    bool has_only;
    struct id128 only;
    /* of a request that was read back: which kinds of secrets it had */
    bool had_login, had_proxy;
};

void crawl_request_init(struct crawl_request *request);
bool crawl_request_has_secrets(const struct crawl_request *request);
/* After headers, cookies and proxy were given again: ST_DENIED with a sentence when the job would go on
 * as a stranger. Cookies and headers stand for one another: which of them a site needs is its user's to know. */
enum status crawl_request_has_all(const struct crawl_request *request, struct diag *ret_diag) MUST_USE;

/* Moves "user:password@" out of the base URL into username and password, so that nobody writes them down.
 * A base URL that is none is left as it is. New slices live in the arena, NUL-terminated. */
enum status crawl_request_split_credentials(struct crawl_request *request, struct arena *arena) MUST_USE;

/* Checks what no other room checks (listed URLs, headers, cookies, proxy) and says which field is wrong:
 * "urls/1/url: ...". Listed URLs must be http or https, without a user name and password. */
enum status crawl_request_check(const struct crawl_request *request, struct diag *ret_diag) MUST_USE;

void crawl_request_write(const struct crawl_request *request, struct json_out *out);
/* Reads what crawl_request_write() wrote; slices live in the arena. */
enum status crawl_request_read(struct arena *arena, struct str json, struct crawl_request *ret_request,
                               struct diag *ret_diag) MUST_USE;

/* The part of it that the policy is compiled from; borrows the request's lists. */
struct policy_request crawl_request_policy(const struct crawl_request *request);

#endif
