/* SPDX-License-Identifier: Apache-2.0 */
/* family.c: tables of fixed size whose slots are overwritten: words heard of late, runs of stale pages, claims of
 * texts; and names of parameters, which stay. */
#include "frontier/family.h"

#include <pthread.h>
#include <stdlib.h>

#define RECENT_SETS (1u << 14) /* about a thousand pages */
#define RECENT_WAYS 4
#define RUN_SLOTS 4096u
#define CLAIM_SETS (1u << 12)
#define CLAIM_WAYS 4
#define NAMES_MAX 64
#define NAME_BYTES 40
#define WITNESSES 3     /* pages on which a parameter changed nothing, on two paths at least */
#define WIDE_PATIENCE 4 /* of the first directory */
#define LEAST_SKETCH 4  /* with less text nothing can be said of it */
#define LEAST_WORDS 8

struct run {
    uint64_t family;
    unsigned stale;
};

struct claim {
    uint64_t key, text; /* key 0: none */
    struct id128 id;
};

/* The latest first; what falls out of its set is the oldest of it. */
struct claims {
    struct claim sets[CLAIM_SETS][CLAIM_WAYS];
};

struct name {
    char text[NAME_BYTES];
    uint8_t n;
    unsigned witnesses;
    uint64_t path; /* of the first witness */
    bool two_paths, vetoed;
};

struct families {
    pthread_mutex_t lock;
    unsigned stale;
    uint32_t recent[RECENT_SETS][RECENT_WAYS]; /* the latest first */
    struct run runs[RUN_SLOTS];
    struct claims firsts; /* by address and text */
    struct claims rivals; /* by address */
    struct claims bare;   /* by address without parameters that change nothing */
    struct name names[NAMES_MAX];
    unsigned n_names;
};

struct families *families_create(unsigned stale)
{
    struct families *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    if (pthread_mutex_init(&f->lock, NULL) != 0) {
        free(f);
        return NULL;
    }
    f->stale = stale;
    return f;
}

void families_destroy(struct families *f)
{
    if (!f)
        return;
    pthread_mutex_destroy(&f->lock);
    free(f);
}

/* ---- families ---- */

static uint64_t add(uint64_t h, uint64_t more)
{
    h = (h ^ more) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

static uint64_t add_bytes(uint64_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = add(h, (unsigned char)s.p[i]);
    return h;
}

/* A run of digits counts as one sign. */
static uint64_t add_shape(uint64_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        bool digit = ascii_is_digit(s.p[i]);
        if (!digit || i == 0 || !ascii_is_digit(s.p[i - 1]))
            h = add(h, digit ? '#' : (unsigned char)s.p[i]);
    }
    return h;
}

static uint64_t narrow_family(const struct url *u)
{
    size_t end = u->path.n;
    if (!u->query.n)
        while (end > 1 && u->path.p[end - 1] != '/')
            end--;
    uint64_t h = add_shape(add_bytes(1, u->host), str_head(u->path, end));
    return add(h, u->query.n ? '?' : '/');
}

static uint64_t wide_family(const struct url *u)
{
    size_t end = 1 + str_find(str_from(u->path, 1), '/');
    return add_shape(add_bytes(2, u->host), str_head(u->path, end));
}

static struct run *run_of(struct families *f, uint64_t family)
{
    struct run *run = &f->runs[family % RUN_SLOTS];
    if (run->family != family)
        *run = (struct run){.family = family};
    return run;
}

/* Counts one more stale page, or begins anew. */
static void count(struct families *f, uint64_t family, bool is_new)
{
    struct run *run = run_of(f, family);
    run->stale = is_new ? 0 : run->stale + (run->stale < WIDE_PATIENCE * f->stale);
}

/* True when it was heard lately; from now on it is the latest of its set. */
static bool hear_one(uint32_t *set, uint32_t hash)
{
    unsigned at = 0;
    while (at < RECENT_WAYS - 1 && set[at] != hash)
        at++;
    bool heard = set[at] == hash;
    memmove(&set[1], &set[0], at * sizeof set[0]);
    set[0] = hash;
    return heard;
}

/* How many were not heard lately. */
static unsigned hear(struct families *f, const uint32_t *hashes, unsigned n)
{
    unsigned unheard = 0;
    for (unsigned i = 0; i < n; i++)
        unheard += !hear_one(f->recent[hashes[i] * 0x9e3779b1u >> 18], hashes[i]);
    return unheard;
}

bool families_learn(struct families *f, const struct url *url, const struct page_text *text)
{
    pthread_mutex_lock(&f->lock);
    unsigned unheard = hear(f, text->sketch, text->n), named = hear(f, text->title, text->n_title);
    bool is_new = text->n < LEAST_SKETCH || named > 0 || unheard > text->n / 32;
    count(f, narrow_family(url), is_new);
    count(f, wide_family(url), is_new);
    pthread_mutex_unlock(&f->lock);
    return is_new;
}

bool families_closed(struct families *f, const struct url *url)
{
    pthread_mutex_lock(&f->lock);
    bool closed = f->stale && (run_of(f, narrow_family(url))->stale >= f->stale ||
                               run_of(f, wide_family(url))->stale >= WIDE_PATIENCE * f->stale);
    pthread_mutex_unlock(&f->lock);
    return closed;
}

/* ---- copies ---- */

/* What is left of an address without what seldom means another page. */
static uint64_t address_of(const struct url *u)
{
    struct str host = u->host, path = str_head(u->path, str_find(u->path, ';'));
    if (str_starts(host, STR_LIT("www.")))
        host = str_from(host, 4);
    while (str_ends(path, STR_LIT("/")))
        path.n--;
    uint64_t h = add(add_bytes(3, host), (uint64_t)(u->port + 1));
    for (size_t i = 0; i < path.n; i++)
        h = add(h, (unsigned char)ascii_lower(path.p[i]));
    return h;
}

static struct claim *find_claim(struct claims *claims, uint64_t key)
{
    struct claim *set = claims->sets[key % CLAIM_SETS];
    for (unsigned i = 0; i < CLAIM_WAYS; i++)
        if (set[i].key == key)
            return &set[i];
    return NULL;
}

static void put_claim(struct claims *claims, uint64_t key, uint64_t text, struct id128 id)
{
    struct claim *set = claims->sets[key % CLAIM_SETS], *at = find_claim(claims, key);
    size_t newer = at ? (size_t)(at - set) : CLAIM_WAYS - 1;
    memmove(&set[1], &set[0], newer * sizeof set[0]);
    set[0] = (struct claim){.key = key, .text = text, .id = id};
}

enum copy families_claim(struct families *f, const struct url *url, const struct page_text *text,
                         struct id128 id, struct id128 *ret_other)
{
    enum copy copy = COPY_NONE;
    if (text->n_words < LEAST_WORDS)
        return copy;
    uint64_t address = address_of(url), both = add(address, text->whole);
    pthread_mutex_lock(&f->lock);
    const struct claim *first = find_claim(&f->firsts, both);
    const struct claim *rival = find_claim(&f->rivals, address);
    if (first && first->text == text->whole && !id128_eq(first->id, id)) {
        *ret_other = first->id;
        copy = COPY_OF;
    } else {
        if (rival && rival->text != text->whole && !id128_eq(rival->id, id)) {
            *ret_other = rival->id;
            copy = COPY_RIVAL;
        }
        put_claim(&f->firsts, both, text->whole, id);
        put_claim(&f->rivals, address, text->whole, id);
    }
    pthread_mutex_unlock(&f->lock);
    return copy;
}

void families_disclaim(struct families *f, const struct url *url, const struct page_text *text,
                       struct id128 id)
{
    pthread_mutex_lock(&f->lock);
    struct claim *first = find_claim(&f->firsts, add(address_of(url), text->whole));
    if (first && id128_eq(first->id, id))
        *first = (struct claim){0};
    pthread_mutex_unlock(&f->lock);
}

/* ---- parameters ---- */

static struct str next_parameter(struct str *query)
{
    size_t end = str_find(*query, '&');
    struct str parameter = str_head(*query, end);
    *query = str_from(*query, end + 1);
    return parameter;
}

static struct str name_of(struct str parameter)
{
    return str_head(parameter, str_find(parameter, '='));
}

static bool has_parameter(struct str query, struct str wanted)
{
    while (query.n)
        if (str_eq(next_parameter(&query), wanted))
            return true;
    return false;
}

/* The name of those parameters of a that b has not; false: they have more than one. */
static bool odd_one(struct str a, struct str b, struct str *name)
{
    while (a.n) {
        struct str parameter = next_parameter(&a);
        if (!parameter.n || has_parameter(b, parameter))
            continue;
        if (name->n && !str_eq(*name, name_of(parameter)))
            return false;
        *name = name_of(parameter);
    }
    return true;
}

static struct name *find_name(struct families *f, struct str text, bool make)
{
    for (unsigned i = 0; i < f->n_names; i++)
        if (str_eq(str_make(f->names[i].text, f->names[i].n), text))
            return &f->names[i];
    if (!make || f->n_names == NAMES_MAX)
        return NULL;
    struct name *name = &f->names[f->n_names++];
    memcpy(name->text, text.p, text.n);
    name->n = (uint8_t)text.n;
    return name;
}

void families_compare(struct families *f, const struct url *a, const struct url *b, bool same_text)
{
    struct str odd = STR_NONE;
    if (!odd_one(a->query, b->query, &odd) || !odd_one(b->query, a->query, &odd) || !odd.n ||
        odd.n > NAME_BYTES)
        return;
    uint64_t path = address_of(a);
    pthread_mutex_lock(&f->lock);
    struct name *name = find_name(f, odd, true);
    if (name && same_text) {
        name->path = name->witnesses ? name->path : path;
        name->two_paths |= name->path != path;
        name->witnesses++;
    } else if (name) {
        name->vetoed = true;
    }
    pthread_mutex_unlock(&f->lock);
}

static const struct name *dropped(struct families *f, struct str parameter)
{
    const struct name *name = find_name(f, name_of(parameter), false);
    return name && name->witnesses >= WITNESSES && name->two_paths && !name->vetoed ? name : NULL;
}

bool families_repeats(struct families *f, const struct url *url, struct id128 id, struct str *ret_name)
{
    const struct name *found = NULL;
    bool repeats = false;
    uint64_t address = add_bytes(add_bytes(4, url->host), url->path);
    pthread_mutex_lock(&f->lock);
    for (struct str rest = url->query; rest.n && f->n_names;) {
        struct str parameter = next_parameter(&rest);
        const struct name *name = dropped(f, parameter);
        found = name ? name : found;
        address = name ? address : add(add_bytes(address, parameter), '&');
    }
    if (found) {
        const struct claim *first = find_claim(&f->bare, address);
        repeats = first && !id128_eq(first->id, id);
        if (!repeats)
            put_claim(&f->bare, address, 0, id);
        *ret_name = str_make(found->text, found->n);
    }
    pthread_mutex_unlock(&f->lock);
    return repeats;
}
