/* SPDX-License-Identifier: Apache-2.0 */
/* edition.h: versions and languages of one documentation, as far as addresses tell them: /en/latest/, /v2.1/, /3.12/,
 * /de/, /docs/next/, /page?hl=de. A crawl takes one version and one language unless it is asked for more.
 *
 * What looks like a version is one only where it has siblings: the same page below another version (or below none),
 * or a list of their front pages. Then the editions below that folder are a family, of which the base URL's own is
 * kept, else the one without a segment, else the latest version or the base page's language.
 * Pure; slices are the arena's that the caller gives. */
#ifndef WEBKEEP_FRONTIER_EDITION_H
#define WEBKEEP_FRONTIER_EDITION_H

#include "base/json.h"
#include "base/link.h"
#include "base/url.h"

#define EDITION_FAMILIES 8
#define EDITION_MEMBERS 40
#define EDITION_KEPT 3

#define EDITION_KIND_TABLE(X) X(EDITION_VERSION, "version") X(EDITION_LANGUAGE, "language")

enum edition_kind {
#define X(name, text) name,
    EDITION_KIND_TABLE(X)
#undef X
        EDITION_KINDS
};

/* Where an address says which edition it is of. */
enum edition_place {
    EDITION_IN_FOLDER,    /* the segment behind `below`: "/docs/v2/page" */
    EDITION_IN_TAIL,      /* the last segment: "/wiki/Page/de", as wikis have it */
    EDITION_IN_PARAMETER, /* the value of the parameter that `below` names: "/page?hl=de" */
};

struct edition_family {
    enum edition_kind kind;
    struct str below; /* the path that their segments follow: "/docs/"; or the parameter's name */
    struct str member[EDITION_MEMBERS];
    unsigned n;
    bool has_plain; /* one of them has no segment of its own */
    enum edition_place place;
    struct str
        kept[EDITION_KEPT]; /* members, or "" for the plain one; more than one: names of one edition */
    unsigned n_kept;
};

struct editions {
    bool all
        [EDITION_KINDS]; /* asked for, or told apart by the instruction: no family of that kind counts */
    struct str language; /* of the base page, as it says; may be empty */
    struct edition_family family[EDITION_FAMILIES];
    unsigned n;
};

const char *edition_kind_text(enum edition_kind kind);

/* What an instruction says of editions as such: "all versions", "in every language". Sets ret_editions->all. */
void edition_asked(struct str instruction, struct editions *ret_editions);

/* Is the page another edition than the kept one? Then which. Slices are the URL's. */
bool edition_is_other(const struct editions *editions, const struct url *url,
                      enum edition_kind *ret_kind, struct str *ret_name);
/* Does a link say (hreflang) that it leads to this page in another language? */
bool edition_is_translation(const struct editions *editions, const struct link *link);

/* ---- learning ---- */

/* A page with its links, or a list of pages (url is NULL). Links need url and parsed. */
struct edition_source {
    const struct url *base, *url;
    struct str scope_path; /* what is not below it teaches nothing */
    struct str language;   /* of the page, as it says */
    bool is_base;
    bool is_wiki; /* its framework keeps translations as subpages */
    bool
        is_told; /* the links are a list of versions: each leads to the front page of one, its text is the name */
    const struct link *links;
    unsigned n;
};

/* have and what the source shows beyond it, in *ret_editions; false: nothing, and *ret_editions is untouched. */
bool edition_learn(const struct editions *have, const struct edition_source *source, struct arena *arena,
                   struct editions *ret_editions);
/* The page is what the kept edition has another page for, as a link on it says: "/wiki/Page", where "/wiki/Page/de" is
 * kept. */
bool edition_has_kept_twin(const struct editions *editions, const struct edition_source *page);
/* A page of the kept edition redirects to the same page of another: two names of one edition. */
bool edition_learn_alias(const struct editions *have, const struct url *from, const struct url *to,
                         struct arena *arena, struct editions *ret_editions);

/* ---- texts ---- */

/* OK, or the arena's status. */
enum status edition_copy(struct arena *arena, const struct editions *from,
                         struct editions *ret_copy) MUST_USE;
/* One JSON object; and back, where what is of another shape is left out. */
void edition_write(const struct editions *editions, struct json_out *out);
void edition_read(const struct json *value, struct arena *arena, struct editions *ret_editions);

/* ---- for edition*.c, and who reads lists of versions ---- */

/* The segment or value of a URL that would name the family's edition; STR_NONE: the URL is elsewhere. */
struct str edition_segment(const struct edition_family *family, const struct url *url);
/* The folder of a path whose next segment is a version: "/doc/" of "/doc/3.12/_static/x.js"; STR_NONE: none is. */
struct str edition_folder(struct str path);
/* A segment, and a text, that name the same language. */
bool edition_says_language(struct str segment, struct str text);
/* Adds a family, or what it has beyond the one that is there; true: that is news. */
bool edition_take(struct editions *editions, struct edition_family *family,
                  const struct edition_source *source);
/* edition_tail.c: translations that are subpages, from the list of languages on a page. */
bool edition_find_tail(const struct edition_source *source, struct edition_family *ret_family);
/* edition_param.c: editions that a parameter chooses. */
bool edition_take_params(struct editions *editions, const struct edition_source *source,
                         struct arena *arena);
/* edition_told.c: families of a list of versions (is_told). */
bool edition_take_told(struct editions *editions, const struct edition_source *source,
                       struct arena *arena);
/* A number ("v2.1", "3.12", "1.x") or a name ("latest", "next") of a version. */
bool edition_is_number(struct str segment);
bool edition_is_version_name(struct str segment);
/* "it" and "no" are words, too. */
bool edition_is_language(struct str segment, bool *ret_doubtful);

#endif
