/* SPDX-License-Identifier: Apache-2.0 */
/* relevance.c: targets against facts.
 *
 * How plainly a link names a concept is a strength: a label before the anchor text beats a whole anchor text,
 * that beats a URL segment (the deeper the stronger: the container rule), those beat words inside slugs and
 * sentences. An unwanted target wins ties against a wanted one. */
#include "frontier/relevance.h"

#include "base/must.h"
#include "base/pattern.h"

enum strength {
    WEAK = 40,      /* a word somewhere */
    FAIR = 60,      /* names it */
    LEAF_ALONE = 66, /* the last segment is called so, the text says something else */
    PLAIN = 70,     /* is it */
};

/* ---- strengths ---- */

static bool is_full(const struct rules *r, unsigned concept, const struct evidence *e)
{
    if (!e->parts)
        return false;
    if (concept < CONCEPT_TERM || e->parts == 0xFF)
        return true;
    unsigned n = r->term[concept - CONCEPT_TERM].n;
    return e->parts == (1u << n) - 1;
}

static int url_strength(const struct facts *f, const struct evidence *e)
{
    unsigned w = e->where;
    int depth = 2 * (e->depth < 5 ? e->depth : 5);
    bool said = (w & (IN_HEAD | IN_ALL | IN_LABEL | IN_TITLE)) != 0;
    if (w & IN_FILE)
        return 88;
    if (w & IN_SEGMENT)
        return PLAIN - 2 + depth;
    if (w & IN_LEAF)
        return said || f->text_words < 2 ? PLAIN + depth : LEAF_ALONE;
    if (w & IN_QUERY)
        return PLAIN + 2;
    if (w & IN_HOST)
        return LEAF_ALONE;
    return w & (IN_SLUG | IN_VALUE) ? WEAK : 0;
}

static int text_strength(const struct evidence *e)
{
    unsigned w = e->where;
    if (w & IN_LABEL)
        return 90;
    if (w & IN_ALL)
        return 82;
    if (w & IN_TITLE)
        return 78;
    if (w & IN_HEAD)
        return FAIR;
    return w & IN_TITLE_TEXT ? WEAK + 5 : w & IN_TEXT ? WEAK : 0;
}

static int strength_of(const struct candidate_link *c, unsigned concept)
{
    const struct evidence *e = &c->facts->own[concept];
    if (!is_full(&c->policy->rules, concept, e))
        return 0;
    int url = url_strength(c->facts, e), text = text_strength(e);
    int most = url > text ? url : text;
    if (url >= FAIR && text >= FAIR)
        most += 10;
    if (most < FAIR && (e->where & TEXT_EDGE) && (e->where & SLUG_EDGE))
        most = FAIR; /* "/88-interview-with-lena/" and "Interview with Lena" */
    return most < 100 ? most : 100;
}

static bool same_family(unsigned a, unsigned b)
{
    static const uint16_t families[][20] = {
        {KIND_DOCS, KIND_MANUAL, KIND_GUIDE, KIND_TUTORIAL, KIND_QUICKSTART, KIND_REFERENCE, KIND_EXAMPLE, KIND_CONCEPT,
         KIND_MIGRATION, KIND_INSTALL, KIND_CONFIG, KIND_HELP, KIND_FAQ, KIND_MODULE, KIND_GUIDANCE, KIND_TROUBLESHOOTING,
         KIND_ENDPOINT, KIND_SCHEMA, KIND_CHAPTER, KIND_DOCS},
        {KIND_POST, KIND_ARTICLE, KIND_NEWS, KIND_BLOG, KIND_NEWSLETTER, KIND_POST, KIND_POST, KIND_POST, KIND_POST, KIND_POST,
         KIND_POST, KIND_POST, KIND_POST, KIND_POST, KIND_POST, KIND_POST, KIND_POST, KIND_POST, KIND_POST, KIND_POST},
    };
    for (size_t i = 0; i < ARRAY_LEN(families); i++) {
        bool has_a = false, has_b = false;
        for (size_t k = 0; k < ARRAY_LEN(families[i]); k++) {
            has_a |= families[i][k] == a;
            has_b |= families[i][k] == b;
        }
        if (has_a && has_b)
            return true;
    }
    return false;
}

static int kinds_strength(const struct candidate_link *c, const struct target *t)
{
    int most = 0;
    bool dated = false;
    for (unsigned i = 0; i < t->n_kinds; i++) {
        int s = strength_of(c, t->kind[i]);
        unsigned where = c->facts->own[t->kind[i]].where;
        /* blog.example.com holds posts and much else. */
        if (s == LEAF_ALONE && (where & IN_HOST) && !(where & IN_LEAF) && kind_class(t->kind[i]) == CLASS_ITEM)
            s = WEAK;
        most = s > most ? s : most;
        dated |= same_family(t->kind[i], KIND_POST);
    }
    /* "/2024/11/02/slug/" */
    if (dated && most < PLAIN - 2 && c->facts->slug_words && shape_path_date(c->facts).from && !shape_is_date_archive(c->facts))
        most = PLAIN - 2;
    return most;
}

/* ---- groups ---- */

enum level { LEVEL_NO, LEVEL_CONTRADICTED, LEVEL_PART, LEVEL_TRUST, LEVEL_CONTEXT, LEVEL_INHERITED, LEVEL_OWN };

static const uint16_t opposites[][2] = {{KIND_SOLVED, KIND_UNSOLVED},   {KIND_CURRENT, KIND_PAST},
                                        {KIND_CURRENT, KIND_UPCOMING},  {KIND_UPCOMING, KIND_PAST},
                                        {KIND_UNDERGRADUATE, KIND_POSTGRADUATE}};

static bool is_contradicted(const struct candidate_link *c, unsigned concept)
{
    for (size_t i = 0; i < ARRAY_LEN(opposites); i++)
        for (int k = 0; k < 2; k++)
            if (opposites[i][k] == concept && c->facts->own[opposites[i][!k]].where)
                return true;
    return false;
}

static bool names_kind_at(const struct evidence *evidence, const struct target *t, unsigned at)
{
    for (unsigned i = 0; i < t->n_kinds; i++) {
        const struct evidence *e = &evidence[t->kind[i]];
        if ((e->where & (IN_SEGMENT | IN_LEAF)) && e->depth == at)
            return true;
    }
    return false;
}

static unsigned count_parts(const struct rules *r, unsigned concept, const struct evidence *e)
{
    unsigned n = r->term[concept - CONCEPT_TERM].n;
    return (unsigned)__builtin_popcount(e->parts & ((1u << n) - 1));
}

static bool is_half(const struct rules *r, unsigned concept, const struct evidence *e)
{
    return concept >= CONCEPT_TERM && e->parts && 2 * count_parts(r, concept, e) >= r->term[concept - CONCEPT_TERM].n;
}

static enum level concept_level(const struct candidate_link *c, const struct target *t, const struct group *g,
                                unsigned concept, bool kind)
{
    const struct facts *f = c->facts;
    const struct rules *r = &c->policy->rules;
    const struct evidence *own = &f->own[concept], *from = &f->from[concept];
    bool branch = c->found_on && f->link.file == FILE_PAGE && from->depth && (from->where & (IN_SEGMENT | IN_LEAF)) &&
                  shape_other_branch(f, from->depth) && (!names_kind_at(f->own, t, from->depth) ||
                                                         names_kind_at(f->from, t, from->depth));
    const struct evidence *base = &c->policy->base_evidence[concept];
    bool context = !(own->where & ~(unsigned)(IN_SEGMENT | IN_SLUG | IN_HOST)) && own->depth == base->depth &&
                   (base->where & (IN_SEGMENT | IN_LEAF | IN_HOST));
    if (is_full(r, concept, own) && context)
        return LEVEL_CONTEXT;
    if (is_full(r, concept, own))
        return branch && !(own->where & ~(unsigned)(IN_SLUG | IN_VALUE | IN_TEXT)) ? LEVEL_CONTRADICTED : LEVEL_OWN;
    if (is_contradicted(c, concept))
        return LEVEL_CONTRADICTED;
    if (g->own)
        return LEVEL_NO;
    bool listed = c->found_on && !f->own[KIND_PROMOTED].where;
    if (listed && (is_full(r, concept, from) || (!c->from_base && is_half(r, concept, from)))) {
        if (branch)
            return LEVEL_CONTRADICTED;
        if (!c->from_base || (kind && c->link->region == REGION_MAIN))
            return LEVEL_INHERITED;
    }
    /* Of "green tea" the tea alone is not half of it. */
    return is_half(r, concept, own) && (!kind || (own->parts & 1)) ? LEVEL_PART : LEVEL_NO;
}

/* What no page says anything about is trusted where the page it was found on was fetched for it. */
static enum level group_level(const struct candidate_link *c, const struct target *t, const struct group *g, bool kind)
{
    enum level best = LEVEL_NO;
    bool contradicted = false;
    for (unsigned i = 0; i < g->n; i++) {
        enum level level = concept_level(c, t, g, g->concept[i], kind);
        contradicted |= level == LEVEL_CONTRADICTED;
        best = level > best ? level : best;
    }
    if (best >= LEVEL_TRUST)
        return best;
    if (contradicted)
        return LEVEL_CONTRADICTED;
    bool trusted = kind && !g->own && !g->told && c->found_on && !c->from_base && c->link->region == REGION_MAIN &&
                   !shape_other_container(c->facts) && !c->facts->own[KIND_PROMOTED].where;
    return trusted ? LEVEL_TRUST : best;
}

struct levels {
    enum level least;
    unsigned n_own, n_context; /* told by the link; of these, by a folder it shares with the base page */
    bool contradicted;
    bool numbered; /* it names a numbered container itself */
    bool binding; /* a group that the link itself must tell is not told */
    int strength; /* of what the link says itself, the least of the groups */
};

static struct levels levels_of(const struct candidate_link *c, const struct target *t, bool kind)
{
    struct levels all = {.least = LEVEL_OWN, .strength = 100};
    for (unsigned i = 0; i < t->n_groups; i++) {
        enum level level = group_level(c, t, &t->group[i], kind);
        all.least = level < all.least ? level : all.least;
        all.n_own += level == LEVEL_OWN || level == LEVEL_CONTEXT;
        all.n_context += level == LEVEL_CONTEXT;
        all.numbered |= t->group[i].numbered && level == LEVEL_OWN;
        all.contradicted |= level == LEVEL_CONTRADICTED;
        all.binding |= (t->group[i].own || t->group[i].told) && level < LEVEL_INHERITED;
        int most = 0;
        for (unsigned k = 0; k < t->group[i].n; k++) {
            int s = strength_of(c, t->group[i].concept[k]);
            most = s > most ? s : most;
        }
        all.strength = most < all.strength ? most : all.strength;
    }
    if (!t->n_groups)
        all.strength = 0;
    return all;
}

/* ---- what else the link might be ---- */

static bool is_kind_of(const struct target *t, unsigned kind)
{
    for (unsigned i = 0; i < t->n_kinds; i++)
        if (t->kind[i] == kind || same_family(t->kind[i], kind))
            return true;
    for (unsigned i = 0; i < t->n_groups; i++)
        for (unsigned k = 0; k < t->group[i].n; k++)
            if (t->group[i].concept[k] == kind)
                return true;
    return false;
}

/* A segment that the link shares with the page it was found on, or with the base page, is context. */
static bool is_context(const struct candidate_link *c, unsigned kind)
{
    const struct evidence *own = &c->facts->own[kind], *from = &c->facts->from[kind];
    const struct evidence *base = &c->policy->base_evidence[kind];
    bool segment = (own->where & IN_SEGMENT) && !(own->where & (IN_LEAF | IN_LABEL | IN_ALL | IN_HEAD | IN_QUERY));
    return (segment && ((from->where & (IN_SEGMENT | IN_LEAF) && from->depth == own->depth) ||
                        (base->where & (IN_SEGMENT | IN_LEAF) && base->depth == own->depth))) ||
           ((own->where & IN_HOST) && !(own->where & ~(unsigned)(IN_HOST | IN_SLUG | IN_TEXT)));
}

/* Another kind of page, more plainly than strength. Above the segment that names the wanted kind (depth, 0: none)
 * other names are what it is in. */
static bool is_other_kind(const struct candidate_link *c, const struct target *t, int strength, unsigned depth)
{
    const struct facts *f = c->facts;
    for (unsigned i = 0; i < f->n_touched; i++) {
        unsigned kind = f->touched[i];
        if (kind >= KIND_COUNT || kind == KIND_DOWNLOAD || is_kind_of(t, kind))
            continue;
        enum kind_class class = kind_class(kind);
        if (class == CLASS_TOPIC || class == CLASS_ATTR || class == CLASS_LIST || class == CLASS_FILE)
            continue;
        if (!t->n_kinds && class != CLASS_UTILITY && class != CLASS_VARIANT)
            continue;
        const struct evidence *e = &f->own[kind];
        bool above = (e->where & IN_SEGMENT) && !(e->where & (IN_LABEL | IN_ALL | IN_HEAD)) && e->depth < depth;
        int s = strength_of(c, kind);
        if (s >= LEAF_ALONE && s > strength && !above && !is_context(c, kind))
            return true;
    }
    return false;
}

static unsigned kind_depth(const struct candidate_link *c, const struct target *t)
{
    unsigned depth = 0;
    for (unsigned i = 0; i < t->n_kinds; i++) {
        const struct evidence *e = &c->facts->own[t->kind[i]];
        if ((e->where & (IN_SEGMENT | IN_LEAF)) && e->depth > depth)
            depth = e->depth;
    }
    return depth;
}

/* ---- list or single page ---- */

static bool same_path(const struct url *a, const struct url *b)
{
    return a && b && str_eq(a->path, b->path) && str_eq(a->host, b->host);
}

/* A taxonomy or calendar below the kind's own segment: "/events/category/music/". */
static bool below_is_list(const struct facts *f, unsigned depth)
{
    for (unsigned i = 0; i < f->n_touched; i++) {
        unsigned kind = f->touched[i];
        if (kind < KIND_COUNT && kind_class(kind) == CLASS_LIST && (f->own[kind].where & (IN_SEGMENT | IN_LEAF)) &&
            f->own[kind].depth > depth)
            return true;
    }
    return false;
}

/* Its whole text, or its whole last segment, is the topic and nothing of a single page: "Vegan desserts". */
static bool is_named_for_topic(const struct candidate_link *c, const struct target *t)
{
    const struct facts *f = c->facts;
    unsigned text = 0;
    for (unsigned i = 0; i < t->n_groups; i++) {
        if (t->group[i].about)
            return false;
        for (unsigned k = 0; k < t->group[i].n; k++) {
            unsigned concept = t->group[i].concept[k];
            const struct evidence *e = &f->own[concept];
            unsigned n = concept < CONCEPT_TERM ? 1 : count_parts(&c->policy->rules, concept, e);
            text += e->where & IN_TEXT ? n : 0;
        }
    }
    unsigned topic = text;
    for (unsigned i = 0; i < t->n_kinds; i++)
        text += (f->own[t->kind[i]].where & IN_TEXT) && (f->own[t->kind[i]].where & IS_PLURAL);
    return topic > 0 && text >= f->text_words;
}

/* "/category/fish", "/tag/fish", "/sections/fish" */
static bool is_in_list_folder(const struct facts *f)
{
    for (unsigned i = 0; i < f->n_touched; i++) {
        unsigned kind = f->touched[i];
        if (kind < KIND_COUNT && kind_class(kind) == CLASS_LIST && (f->own[kind].where & IN_SEGMENT) &&
            f->own[kind].depth + 1u == f->link.n_segments)
            return true;
    }
    return false;
}

static bool is_listing(const struct candidate_link *c, const struct target *t)
{
    const struct facts *f = c->facts;
    bool id = shape_has_id(f);
    if (f->link.file != FILE_PAGE)
        return false;
    if (t->n_groups && is_named_for_topic(c, t))
        return true;
    for (unsigned i = 0; i < f->n_touched; i++)
        if (f->touched[i] < KIND_COUNT && kind_class(f->touched[i]) == CLASS_LIST &&
            (f->own[f->touched[i]].where & IN_LABEL) && !is_kind_of(t, f->touched[i]))
            return true; /* "Category: ..." */
    if (kinds_strength(c, t) < FAIR && is_in_list_folder(f))
        return true;
    if (shape_is_pager(c->link, f) && !id)
        return true;
    if (shape_is_date_archive(f))
        return true;
    if (same_path(c->url, c->found_on) && !id && !f->link.route)
        return true;
    for (unsigned i = 0; i < t->n_kinds; i++) {
        const struct evidence *e = &f->own[t->kind[i]];
        if (!e->where)
            continue;
        if ((e->where & IN_LEAF) && !id)
            return true;
        if ((e->where & IN_SEGMENT) && below_is_list(f, e->depth))
            return true;
        if ((e->where & IN_ALL) && (e->where & IS_PLURAL) && !id)
            return true;
    }
    return false;
}

/* Looks like a single page in the body of another. */
static bool is_single(const struct candidate_link *c)
{
    const struct facts *f = c->facts;
    if (c->link->region != REGION_MAIN || same_path(c->url, c->found_on))
        return false;
    if (!f->link.n_segments || shape_is_pager(c->link, f) || shape_is_date_archive(f) || shape_is_variant(f))
        return false;
    return f->slug_words > 0 || f->slug_numbers > 0 || shape_has_id(f);
}

/* A list or index page of it, by nothing but what it is called. */
static bool found_on_index(const struct candidate_link *c, const struct target *t)
{
    const struct facts *f = c->facts;
    if (!c->found_on || f->own[KIND_PROMOTED].where || shape_other_container(f))
        return false;
    for (unsigned i = 0; i < t->n_kinds; i++) {
        const struct evidence *e = &f->from[t->kind[i]];
        bool whole = (e->where & (IN_LEAF | IN_QUERY)) != 0;
        if (whole || (e->where & IN_SEGMENT && !c->from_base && e->depth + 1u >= f->found.n_segments))
            return true;
    }
    return false;
}

/* ---- wanted ---- */

static void opine(struct opinion *o, enum verdict verdict, int strength, const char *why, struct str what)
{
    bool better = verdict > o->verdict || (verdict == o->verdict && strength > o->strength);
    if (better)
        *o = (struct opinion){verdict, REASON_NONE, strength, why, what};
}

/* The kind is said. */
static void want_plain_kind(const struct candidate_link *c, const struct target *t, int kind, struct opinion *o)
{
    struct levels levels = levels_of(c, t, true);
    struct str name = kind_name(t->kind[0]);
    if (!t->index && is_other_kind(c, t, kind, kind_depth(c, t)))
        return;
    bool list = t->index ? shape_is_pager(c->link, c->facts) && c->link->region == REGION_PAGINATION && !shape_has_id(c->facts) &&
                               c->facts->link.n_parameters > 0
                         : is_listing(c, t);
    if (levels.least >= LEVEL_PART)
        opine(o, list ? VERDICT_TRAVERSE : VERDICT_KEEP, kind, list ? "lists" : "include", name);
    else if (list && !levels.contradicted)
        opine(o, VERDICT_TRAVERSE, kind, "lists", name);
}

/* A file, or a link of the site's machinery: leads to nothing. */
static bool is_machinery(const struct candidate_link *c, const struct target *t)
{
    const struct target nothing = {.n_kinds = 0};
    (void)t;
    return c->facts->link.file != FILE_PAGE || is_other_kind(c, &nothing, 0, 0);
}

static bool is_sibling(const struct candidate_link *c)
{
    const struct address *a = &c->facts->link, *b = &c->facts->found;
    if (!c->found_on || c->from_base || a->n_segments != b->n_segments || a->n_segments < 3)
        return false;
    for (unsigned i = 0; i + 1 < a->n_segments; i++)
        if (!str_eq(a->segment[i], b->segment[i]))
            return false;
    return true;
}

/* Nothing names the kind: topics, and where the link was found, may still tell. */
static void want_unsaid_kind(const struct candidate_link *c, const struct target *t, int kind, struct opinion *o)
{
    struct levels levels = levels_of(c, t, false);
    struct str name = kind_name(t->kind[0]);
    bool single = is_single(c) && !is_listing(c, t) && !levels.numbered && !is_other_kind(c, t, kind >= WEAK && levels.n_own ? 78 : 0, 0);
    int strength = levels.strength > 50 && t->n_groups ? levels.strength : 50;
    bool index = !t->index && found_on_index(c, t);
    bool mentions = kind >= WEAK && t->n_groups;
    bool essay = same_family(t->kind[0], KIND_POST) && c->facts->slug_words >= 3;
    if (single && (levels.n_own > levels.n_context || mentions || (levels.n_own && essay)) && levels.least >= LEVEL_PART)
        opine(o, VERDICT_KEEP, strength, "topic of", name);
    else if (single && index && levels.least >= LEVEL_INHERITED)
        opine(o, VERDICT_KEEP, 45, "listed among", name);
    else if (single && levels.n_own && 2 * levels.n_own >= t->n_groups && !levels.contradicted && !levels.binding &&
             (found_on_index(c, t) || is_sibling(c)))
        opine(o, VERDICT_KEEP, 45, "listed among", name);
    else if (levels.n_own && !levels.contradicted && !is_machinery(c, t))
        opine(o, VERDICT_TRAVERSE, WEAK, "may list", name);
    else if (!t->index && (c->facts->own[KIND_ARCHIVE].where & (IN_LEAF | IN_ALL)) && !is_machinery(c, t))
        opine(o, VERDICT_TRAVERSE, WEAK, "archive of", name);
    else if (same_family(t->kind[0], KIND_POST) && shape_is_date_archive(c->facts))
        opine(o, VERDICT_TRAVERSE, WEAK, "archive of", name);
}

static void want_kind(const struct candidate_link *c, const struct target *t, struct opinion *o)
{
    int kind = kinds_strength(c, t);
    if (kind >= FAIR)
        want_plain_kind(c, t, kind, o);
    else
        want_unsaid_kind(c, t, kind, o);
}

/* "everything in the ENG space": where the name is a container, pages outside it are not in it. */
static bool is_outside_container(const struct candidate_link *c, const struct group *g)
{
    for (unsigned i = 0; i < g->n; i++) {
        unsigned concept = g->concept[i];
        unsigned there = c->facts->from[concept].where | c->policy->base_evidence[concept].where;
        if ((there & IN_SEGMENT) && !(c->facts->own[concept].where & (IN_SEGMENT | IN_LEAF)))
            return true;
    }
    return false;
}

static void want_topic(const struct candidate_link *c, const struct target *t, struct opinion *o)
{
    struct levels levels = levels_of(c, t, false);
    struct str name = t->text;
    if (t->below && is_outside_container(c, &t->group[0]))
        return;
    if (levels.n_own == t->n_groups) {
        if (is_other_kind(c, t, levels.strength, 0))
            return;
        bool list = shape_is_pager(c->link, c->facts) && !t->below;
        opine(o, list ? VERDICT_TRAVERSE : VERDICT_KEEP, levels.strength, "topic", name);
        return;
    }
    if (is_other_kind(c, t, 0, 0))
        return;
    bool index = false;
    for (unsigned i = 0; i < t->n_groups; i++)
        for (unsigned k = 0; k < t->group[i].n; k++)
            index |= (c->facts->from[t->group[i].concept[k]].where & (IN_LEAF | IN_QUERY | IN_SLUG)) != 0;
    if (levels.n_own && levels.least == LEVEL_NO && !levels.contradicted && !is_machinery(c, t)) {
        opine(o, VERDICT_TRAVERSE, WEAK, "may list", name);
        return;
    }
    if (levels.least >= LEVEL_INHERITED && index && is_single(c))
        opine(o, VERDICT_KEEP, 45, "listed under", name);
    else if (levels.least >= LEVEL_PART)
        opine(o, c->link->region == REGION_MAIN ? VERDICT_KEEP : VERDICT_TRAVERSE, WEAK, "near topic", name);
}

static bool path_matches(struct str glob, const struct url *url)
{
    if (!str_starts(glob, STR_LIT("#")))
        return pattern_matches(glob, url);
    if (!url->has_fragment)
        return false;
    glob = str_from(glob, 1);
    if (str_find(glob, '*') == glob.n)
        return str_starts(url->fragment, glob);
    return glob_matches(glob, url->fragment);
}

static const char why_path[] = "path";

static void want_paths(const struct candidate_link *c, struct opinion *o)
{
    const struct rules *r = &c->policy->rules;
    for (unsigned i = 0; i < r->n_path_in; i++)
        if (path_matches(r->path_in[i], c->url))
            opine(o, VERDICT_KEEP, PLAIN - 1, why_path, r->path_in[i]);
}

static void want(const struct candidate_link *c, struct opinion *o)
{
    const struct rules *r = &c->policy->rules;
    want_paths(c, o);
    for (unsigned i = 0; i < r->n_wanted; i++) {
        const struct target *t = &r->wanted[i];
        if (t->n_kinds)
            want_kind(c, t, o);
        else
            want_topic(c, t, o);
    }
    bool below = c->found_on && str_starts(c->url->path, c->found_on->path) && c->link->region == REGION_PAGINATION;
    if (o->verdict == VERDICT_SKIP && c->found_on && (below || same_path(c->url, c->found_on)) &&
        shape_is_pager(c->link, c->facts))
        opine(o, VERDICT_TRAVERSE, WEAK, "next page of", str_make("a list", 6));
}

/* ---- unwanted ---- */

static int unwanted_strength(const struct candidate_link *c, const struct target *t)
{
    int s = t->n_kinds ? kinds_strength(c, t) : 100;
    for (unsigned i = 0; i < t->n_groups; i++) {
        int most = 0;
        for (unsigned k = 0; k < t->group[i].n; k++) {
            int one = strength_of(c, t->group[i].concept[k]);
            most = one > most ? one : most;
        }
        if (!most)
            return 0;
        if (!t->n_kinds)
            s = most < s ? most : s;
    }
    return s;
}

static bool is_unwanted(const struct candidate_link *c, const struct target *t, const struct opinion *wanted)
{
    int s = unwanted_strength(c, t);
    bool open = c->policy->rules.all || c->given;
    if (s < WEAK)
        return false;
    if (open)
        return s >= LEAF_ALONE || (s >= FAIR && c->facts->text_words <= 3);
    if (t->sort && s >= FAIR)
        return true;
    return wanted->verdict == VERDICT_SKIP || s >= (wanted->strength < FAIR ? WEAK : wanted->strength);
}

/* True when an unwanted target decides. */
static bool judge_unwanted(const struct candidate_link *c, struct opinion *o)
{
    const struct rules *r = &c->policy->rules;
    for (unsigned i = 0; i < r->n_path_out; i++) {
        if (path_matches(r->path_out[i], c->url)) {
            *o = (struct opinion){VERDICT_SKIP, REASON_NOT_RELEVANT, 100, "exclude", r->path_out[i]};
            return true;
        }
    }
    bool discover = false;
    for (unsigned i = 0; i < r->n_unwanted; i++) {
        const struct target *t = &r->unwanted[i];
        if (!is_unwanted(c, t, o))
            continue;
        if (!t->discover) {
            *o = (struct opinion){VERDICT_SKIP, REASON_NOT_RELEVANT, 100, "exclude", t->text};
            return true;
        }
        *o = (struct opinion){VERDICT_TRAVERSE, REASON_NOT_RELEVANT, 50, "for its links only", t->text};
        discover = true;
    }
    return discover;
}

/* ---- versions, languages, dates ---- */

static bool has_bit(uint64_t set, int bit)
{
    return bit >= 0 && (set >> bit & 1);
}

/* Two-letter segments that are seldom a language. */
static bool is_doubtful_code(int language)
{
    static const char *const codes[] = {"it", "no", "id", "is", "el", "he", "fa", "et", "eo", "da", "hi", "th", "ga",
                                        "ca", "eu", "sl", "ro", "sk", "ar", "lt", "lv", "gl", "cy", "sr", "hr", "hu"};
    for (size_t i = 0; i < ARRAY_LEN(codes); i++)
        if (strcmp(language_code(language), codes[i]) == 0)
            return true;
    return false;
}

static bool is_other_language(const struct candidate_link *c)
{
    const struct rules *r = &c->policy->rules;
    const struct facts *f = c->facts;
    const struct address *base = &c->policy->base_address;
    int by_path = f->link.language, by_text = f->text_language;
    bool doubtful = by_path >= 0 && f->link.n_segments && is_doubtful_code(by_path) && f->link.language_at >= 0 &&
                    base->language_at != f->link.language_at;
    for (int i = 0; r->languages_out && i < MAX_LANGUAGES; i++)
        if (has_bit(r->languages_out, i) && (by_path == i || f->own[CONCEPT_LANGUAGE + i].where))
            return true;
    if (r->languages) {
        if (by_path >= 0 && !doubtful)
            return !has_bit(r->languages, by_path);
        return by_text >= 0 && !has_bit(r->languages, by_text);
    }
    if (r->all && !r->no_translations)
        return false;
    if (by_path >= 0 && base->language >= 0)
        return by_path != base->language && f->link.language_at == base->language_at;
    if (by_path >= 0 && f->link.language_at == 0 && base->language < 0)
        return !doubtful || by_text >= 0;
    return r->no_translations && by_text >= 0 && (f->own[CONCEPT_LANGUAGE + by_text].where & IN_ALL);
}

static bool version_fits(struct str have, struct str want, struct str base)
{
    if (have.n > 1 && ascii_lower(have.p[0]) == 'v' && ascii_is_digit(have.p[1]))
        have = str_from(have, 1);
    if (base.n > 1 && ascii_lower(base.p[0]) == 'v' && ascii_is_digit(base.p[1]))
        base = str_from(base, 1);
    if (want.n && !ascii_is_digit(want.p[0]))
        return str_is(have, "latest") || str_is(have, "stable") || str_is(have, "current") ||
               (base.n && str_eq(have, base));
    return str_starts(have, want) && (have.n == want.n || !ascii_is_digit(have.p[want.n])) &&
           (have.n == want.n || have.p[want.n] != '-');
}

static bool is_other_version(const struct candidate_link *c)
{
    const struct rules *r = &c->policy->rules;
    if (!r->n_versions && !r->n_versions_out)
        return false;
    struct str have = shape_version(&c->facts->link, &c->policy->base_address);
    struct str base = shape_version(&c->policy->base_address, NULL);
    if (!str_is_set(have))
        return false;
    for (unsigned i = 0; i < r->n_versions_out; i++) {
        bool any = str_is(r->version_out[i], "*");
        if (any ? !version_fits(have, STR_LIT("latest"), base) : version_fits(have, r->version_out[i], base))
            return true;
    }
    for (unsigned i = 0; i < r->n_versions; i++)
        if (version_fits(have, r->version[i], base))
            return false;
    return r->n_versions > 0;
}

static bool is_out_of_time(const struct candidate_link *c)
{
    const struct rules *r = &c->policy->rules;
    if (!r->from && !r->to)
        return false;
    struct date_span d = shape_path_date(c->facts);
    if (!d.from)
        d = shape_text_date(&c->policy->lexicon, c->link->text);
    if (!d.from)
        return false;
    return d.to < r->from || (r->to && d.from > r->to);
}

/* ---- the whole ---- */

/* Other faces of a page: printed, sorted, its history, its comments. */
static bool is_other_face(const struct candidate_link *c, const struct opinion *wanted)
{
    static const uint16_t kinds[] = {KIND_PRINT, KIND_SHARE, KIND_EDIT,  KIND_HISTORY,   KIND_EXPORT, KIND_VOTE,
                                     KIND_REPLY, KIND_MOBILE, KIND_COMMENT, KIND_PERMALINK, KIND_REPORT_ABUSE};
    const struct rules *r = &c->policy->rules;
    for (size_t i = 0; i < ARRAY_LEN(kinds) && wanted->why != why_path; i++) {
        bool asked = false;
        for (unsigned k = 0; k < r->n_wanted; k++)
            asked |= is_kind_of(&r->wanted[k], kinds[i]);
        if (!asked && strength_of(c, kinds[i]) > wanted->strength)
            return true;
    }
    return shape_is_variant(c->facts) && !shape_is_pager(c->link, c->facts);
}

void relevance_of(const struct candidate_link *c, struct opinion *o)
{
    const struct rules *r = &c->policy->rules;
    *o = (struct opinion){VERDICT_SKIP, REASON_NOT_RELEVANT, 0, "nothing wanted in", STR_LIT("address or text")};
    if (is_other_language(c) || is_other_version(c)) {
        *o = (struct opinion){VERDICT_SKIP, REASON_OTHER_VERSION, 100, "other", STR_LIT("version or language")};
        return;
    }
    if (is_out_of_time(c)) {
        *o = (struct opinion){VERDICT_SKIP, REASON_NOT_RELEVANT, 100, "outside", STR_LIT("the dates asked for")};
        return;
    }
    if (r->all || c->given)
        *o = (struct opinion){VERDICT_KEEP, REASON_NONE, 1, "in", STR_LIT("scope")};
    else
        want(c, o);
    if (judge_unwanted(c, o))
        return;
    if (o->verdict != VERDICT_SKIP && !r->all && !c->given && is_other_face(c, o))
        *o = (struct opinion){VERDICT_SKIP, REASON_DUPLICATE, 60, "another face of", STR_LIT("a page")};
}
