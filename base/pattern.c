/* SPDX-License-Identifier: Apache-2.0 */
/* pattern.c: globs, run as a set of places in the pattern that moves over the text byte by byte.
 *
 * All ways to match are followed at once, each place at most once, so no pattern can make it slow: the time
 * is at most pattern times text. The places are offsets into the glob; there is nothing to compile and
 * nothing to allocate. The text may be fed in pieces, so that host, path and query need not be joined. */
#include "base/pattern.h"

#include <stdint.h>

/* ---- one element of a glob ---- */

enum element_kind { ELEMENT_BYTE, ELEMENT_CLASS, ELEMENT_ANY, ELEMENT_STAR, ELEMENT_STARS, ELEMENT_BAD };

struct element {
    enum element_kind kind;
    char byte;        /* ELEMENT_BYTE */
    struct str class; /* ELEMENT_CLASS: what stands between the brackets */
    size_t next;      /* where the next element begins */
};

/* The ']' that closes the class at `at`, or glob.n. One that comes first is a member. */
static size_t class_end(struct str glob, size_t at)
{
    size_t i = at + 1;
    if (i < glob.n && (glob.p[i] == '!' || glob.p[i] == '^'))
        i++;
    for (i++; i < glob.n && glob.p[i] != ']'; i++)
        ;
    return i < glob.n ? i : glob.n;
}

static struct element stars_at(struct str glob, size_t at)
{
    size_t end = at;
    while (end < glob.n && glob.p[end] == '*')
        end++;
    return (struct element){.kind = end - at > 1 ? ELEMENT_STARS : ELEMENT_STAR, .next = end};
}

static struct element class_at(struct str glob, size_t at)
{
    size_t end = class_end(glob, at);
    if (end == glob.n)
        return (struct element){.kind = ELEMENT_BAD};
    return (struct element){
        .kind = ELEMENT_CLASS, .class = str_make(glob.p + at + 1, end - at - 1), .next = end + 1};
}

static struct element element_at(struct str glob, size_t at)
{
    switch (glob.p[at]) {
    case '*':
        return stars_at(glob, at);
    case '?':
        return (struct element){.kind = ELEMENT_ANY, .next = at + 1};
    case '[':
        return class_at(glob, at);
    case '\\':
        if (at + 1 == glob.n)
            return (struct element){.kind = ELEMENT_BAD};
        return (struct element){.byte = glob.p[at + 1], .next = at + 2};
    default:
        return (struct element){.byte = glob.p[at], .next = at + 1};
    }
}

static bool class_holds(struct str class, char c)
{
    bool negated = class.p[0] == '!' || class.p[0] == '^', hit = false;
    for (size_t i = negated; i < class.n; i++) {
        bool range = i + 2 < class.n && class.p[i + 1] == '-';
        unsigned char low = (unsigned char)class.p[i],
                      high = range ? (unsigned char)class.p[i + 2] : low;
        hit |= (unsigned char)c >= low && (unsigned char)c <= high;
        i += range ? 2 : 0;
    }
    return negated ? !hit && c != '/' : hit;
}

static bool element_takes(const struct element *e, char c)
{
    switch (e->kind) {
    case ELEMENT_BYTE:
        return c == e->byte;
    case ELEMENT_CLASS:
        return class_holds(e->class, c);
    case ELEMENT_STARS:
        return true;
    case ELEMENT_ANY:
    case ELEMENT_STAR:
        return c != '/';
    default:
        return false;
    }
}

static bool is_star(const struct element *e)
{
    return e->kind == ELEMENT_STAR || e->kind == ELEMENT_STARS;
}

/* ---- the run ---- */

/* seen[p] is the round in which place p was added last. floor is the last "**" that was reached: it takes
 * anything, so places before it can't lead anywhere that it does not. */
struct run {
    struct str glob;
    bool prefix;  /* a match may end at a boundary of the text */
    bool matched; /* it did */
    char last;    /* the byte fed last */
    uint32_t round;
    size_t n, floor;
    uint16_t places[PATTERN_MAX_BYTES + 1];
    uint32_t seen[PATTERN_MAX_BYTES + 1];
};

/* Adds a place, and what stands behind a star, which may be empty. */
static void add_place(struct run *r, size_t at)
{
    while (r->seen[at] != r->round) {
        r->seen[at] = r->round;
        r->places[r->n++] = (uint16_t)at;
        if (at == r->glob.n)
            return;
        struct element e = element_at(r->glob, at);
        if (e.kind == ELEMENT_STARS)
            r->floor = at;
        if (!is_star(&e))
            return;
        at = e.next;
    }
}

static void run_begin(struct run *r, struct str glob, bool prefix)
{
    memset(r, 0, sizeof *r);
    r->glob = glob;
    r->prefix = prefix;
    r->round = 1;
    add_place(r, 0);
}

static bool at_end(const struct run *r)
{
    return r->seen[r->glob.n] == r->round;
}

static bool is_boundary(char c)
{
    return c == '/' || c == '?' || c == '#';
}

static void run_step(struct run *r, char c)
{
    uint16_t from[PATTERN_MAX_BYTES + 1];
    size_t n = r->n;
    if (r->prefix && at_end(r) && (is_boundary(c) || r->last == '/'))
        r->matched = true;
    memcpy(from, r->places, n * sizeof *from);
    r->n = 0;
    r->round++;
    for (size_t i = 0; i < n; i++) {
        if (from[i] == r->glob.n || from[i] < r->floor)
            continue;
        struct element e = element_at(r->glob, from[i]);
        if (element_takes(&e, c))
            add_place(r, is_star(&e) ? from[i] : e.next);
    }
    r->last = c;
}

static void run_feed(struct run *r, struct str text)
{
    for (size_t i = 0; i < text.n && r->n > 0 && !r->matched; i++)
        run_step(r, text.p[i]);
}

static bool run_end(const struct run *r)
{
    return r->matched || at_end(r);
}

/* ---- patterns ---- */

/* Whether an element of a kind from first to last stands in the glob. */
static bool has_kind(struct str glob, enum element_kind first, enum element_kind last)
{
    for (size_t at = 0; at < glob.n;) {
        struct element e = element_at(glob, at);
        if (e.kind >= first && e.kind <= last)
            return true;
        if (e.kind == ELEMENT_BAD)
            return false;
        at = e.next;
    }
    return false;
}

static bool is_glob(struct str glob)
{
    return glob.n > 0 && glob.n <= PATTERN_MAX_BYTES && !has_kind(glob, ELEMENT_BAD, ELEMENT_BAD);
}

enum status pattern_check(struct str pattern, struct diag *ret_diag)
{
    if (pattern.n == 0)
        return diag_set(ret_diag, ST_INPUT, "A pattern can't be empty; \"**\" holds everything.");
    if (pattern.n > PATTERN_MAX_BYTES)
        return diag_set(ret_diag, ST_INPUT, "The pattern has %zu bytes; at most %d are allowed.",
                        pattern.n, PATTERN_MAX_BYTES);
    if (!is_glob(pattern))
        return diag_set(
            ret_diag, ST_INPUT,
            "The pattern \"%.*s\" has a '[' without ']', or ends with '\\'; write \"\\[\" or \"\\\\\" "
            "for the character itself.",
            STR_ARG(str_head(pattern, 200)));
    return OK;
}

bool glob_matches(struct str glob, struct str text)
{
    struct run r;
    if (!is_glob(glob))
        return text.n == 0 && glob.n == 0;
    run_begin(&r, glob, false);
    run_feed(&r, text);
    return run_end(&r);
}

/* "https://...", "*://...": "://" before any other '/'. */
static bool has_scheme(struct str pattern)
{
    size_t slash = str_find(pattern, '/');
    return slash > 0 && pattern.p[slash - 1] == ':' &&
           str_starts(str_from(pattern, slash), STR_LIT("//"));
}

bool pattern_matches(struct str pattern, const struct url *url)
{
    struct run r;
    if (!is_glob(pattern))
        return false;
    bool is_prefix = !has_kind(pattern, ELEMENT_ANY, ELEMENT_STARS);
    run_begin(&r, pattern, is_prefix);
    if (has_scheme(pattern)) {
        run_feed(&r, str_head(url->href, url->href.n - (url->has_fragment ? url->fragment.n + 1 : 0)));
        return run_end(&r);
    }
    if (pattern.p[0] != '/')
        run_feed(&r, url->host);
    run_feed(&r, url->path);
    if (url->has_query) {
        run_feed(&r, STR_LIT("?"));
        run_feed(&r, url->query);
    }
    return run_end(&r);
}
