/* SPDX-License-Identifier: Apache-2.0 */
/* policy.h: what a crawl wants, compiled once, and the verdict on each link with a reason a person can read.
 *
 * Two verdicts a link, follow and keep, as one value: KEEP (fetch, and it is a result), TRAVERSE (fetch for
 * its links only), SKIP. Explicit parameters (globs, depth) beat the instruction; an instruction may narrow
 * the host scope and never widen it; words of it that were not understood are listed, never ignored.
 * A policy is immutable once compiled and shared by reference count: workers judge with a snapshot. */
#ifndef WEBKEEP_FRONTIER_POLICY_H
#define WEBKEEP_FRONTIER_POLICY_H

#include "base/json.h"
#include "base/link.h"
#include "base/url.h"
#include "frontier/edition.h"

enum verdict { VERDICT_SKIP, VERDICT_TRAVERSE, VERDICT_KEEP };

/* Why a URL is not fetched or not kept; the word is what reports and `why` count by. */
#define REASON_TABLE(X)                                                                                 \
    X(REASON_NONE, "wanted")                                                                            \
    X(REASON_NOT_RELEVANT, "not relevant") /* the instruction */                                        \
    X(REASON_OUTSIDE_DOMAIN, "outside domain")                                                          \
    X(REASON_OUTSIDE_SCOPE, "outside scope") /* same host, other path */                                \
    X(REASON_INCLUDE_PATTERN, "include pattern")                                                        \
    X(REASON_EXCLUDE_PATTERN, "exclude pattern")                                                        \
    X(REASON_FILE_TYPE, "file type")                                                                    \
    X(REASON_OTHER_VERSION, "other version or language")                                                \
    X(REASON_DUPLICATE, "duplicate page")                                                               \
    X(REASON_REDIRECTED_OFF, "redirected off site")                                                     \
    X(REASON_ROBOTS, "robots.txt")                                                                      \
    X(REASON_ACTION_LINK, "action link") /* log out, add to cart, edit */                               \
    X(REASON_DEPTH, "too deep")                                                                         \
    X(REASON_SCHEME, "not http")                                                                        \
    X(REASON_ADDRESS, "address not allowed")                                                            \
    X(REASON_NOT_A_PAGE, "not a page") /* by content type */                                            \
    X(REASON_PAGE_LIMIT, "page limit")                                                                  \
    X(REASON_URL_LENGTH, "URL too long")                                                                \
    X(REASON_REDIRECTED, "redirected")                                                                  \
    X(REASON_GONE, "dead link")    /* answered 404 or 410 */                                            \
    X(REASON_NOINDEX, "noindex")   /* the page asks not to be kept */                                   \
    X(REASON_NOFOLLOW, "nofollow") /* the link, or the page it stands on, asks not to be followed */    \
    X(REASON_TRAP, "trap") /* one of the addresses a site makes up without end: trap.h, family.h */     \
    X(REASON_DATE, "outside the dates") /* a sitemap or feed says when it changed the last time */      \
    X(REASON_PAGE_ITSELF, "page says otherwise") /* its own date, language or type: evidence.h */

enum reason {
#define X(name, text) name,
    REASON_TABLE(X)
#undef X
        REASON_COUNT
};

const char *reason_text(enum reason reason);
const char *verdict_text(enum verdict verdict); /* "keep", "traverse", "skip" */

#define POLICY_FILE_MAX_BYTES (256u << 10)

struct policy_request {
    struct str base_url;
    struct str instruction; /* may be empty: everything in scope is wanted */
    struct str
        policy; /* the text of a policy file, as policy_write() writes it; not with an instruction */
    const struct editions *editions;     /* learned before; NULL: none */
    const struct str *include, *exclude; /* globs, base/pattern.h */
    size_t n_include, n_exclude;
    int max_depth;     /* hops from the base page; -1: no limit */
    bool subdomains;   /* the base host's subdomains too */
    bool whole_domain; /* the whole host, not only below the base path */
    bool ignore_query;
};

struct judgement {
    enum verdict verdict;
    enum reason reason;
    char detail
        [120]; /* one phrase: "below /docs/", "exclude: login", cut if need be; NUL-terminated UTF-8 */
    int priority; /* 0 first; for equals the order of discovery */
};

struct policy;

/* ST_INPUT with a sentence naming the field ("include: ..."), ST_NOMEM. */
enum status policy_compile(const struct policy_request *request, struct policy **ret_policy,
                           struct diag *ret_diag) MUST_USE;
struct policy *policy_share(struct policy *policy); /* one more owner; thread-safe */
void policy_release(struct policy *policy);         /* NULL is fine */

/* Judges one link found on the page found_on at depth hops (of the link itself) from the base page.
 * url is link->url parsed. Deterministic, no I/O. scratch may be used freely and is not reset. */
void policy_judge(const struct policy *policy, const struct link *link, const struct url *url,
                  const struct url *found_on, int depth, struct arena *scratch,
                  struct judgement *ret_judgement);

/* The scope's path prefix ("/docs") and host. Borrowed from the policy. */
struct str policy_scope_path(const struct policy *policy);
struct str policy_scope_host(const struct policy *policy);
const struct url *policy_base(const struct policy *policy);
const struct policy_request *policy_request(const struct policy *policy); /* its own copy */
struct url_key_options policy_key_options(const struct policy *policy);
/* Versions and languages, as far as they are known; and those of a policy's text (policy_write()), none if it can't be
 * read. */
const struct editions *policy_editions(const struct policy *policy);
void policy_editions_of(struct str policy, struct arena *arena, struct editions *ret_editions);
/* The instruction asks for what is younger than something that changed on this day (yyyymmdd) the last time; 0: not
 * known, and never past. */
bool policy_is_past(const struct policy *policy, int changed);
/* Links are judged by more than where they lead: an instruction, or rules of a file, say what is wanted. */
bool policy_is_instructed(const struct policy *policy);
/* How many pages the instruction itself asks for ("the first 20 pages"), or 0. */
uint64_t policy_page_limit(const struct policy *policy);
/* The policy as one JSON object: scope, include and exclude kinds, paths, words, depth, language,
 * version, rules in words, and `unresolved`: the parts of the instruction that were not understood. */
void policy_write(const struct policy *policy, struct json_out *out);
/* Number of unresolved parts, and each one's text. */
size_t policy_unresolved(const struct policy *policy);
struct str policy_unresolved_text(const struct policy *policy, size_t i);

#endif
