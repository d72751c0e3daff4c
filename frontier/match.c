/* SPDX-License-Identifier: Apache-2.0 */
/* match.c: strengths, groups, and competing kinds.
 *
 * A label before the anchor text beats a whole anchor text, that beats a URL segment (the deeper the stronger: the
 * container rule), those beat words inside slugs and sentences. */
#include "frontier/match.h"

#include "base/must.h"

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

int match_strength(const struct candidate_link *c, unsigned concept)
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

bool match_same_family(unsigned a, unsigned b)
{
    static const uint16_t families[][20] = {
        {KIND_DOCS,       KIND_MANUAL,    KIND_GUIDE,    KIND_TUTORIAL,
         KIND_QUICKSTART, KIND_REFERENCE, KIND_EXAMPLE,  KIND_CONCEPT,
         KIND_MIGRATION,  KIND_INSTALL,   KIND_CONFIG,   KIND_HELP,
         KIND_FAQ,        KIND_MODULE,    KIND_GUIDANCE, KIND_TROUBLESHOOTING,
         KIND_ENDPOINT,   KIND_SCHEMA,    KIND_CHAPTER,  KIND_DOCS},
        {KIND_POST, KIND_ARTICLE, KIND_NEWS, KIND_BLOG, KIND_NEWSLETTER, KIND_POST, KIND_POST,
         KIND_POST, KIND_POST,    KIND_POST, KIND_POST, KIND_POST,       KIND_POST, KIND_POST,
         KIND_POST, KIND_POST,    KIND_POST, KIND_POST, KIND_POST,       KIND_POST},
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

int match_kinds(const struct candidate_link *c, const struct target *t)
{
    int most = 0;
    bool dated = false;
    for (unsigned i = 0; i < t->n_kinds; i++) {
        int s = match_strength(c, t->kind[i]);
        unsigned where = c->facts->own[t->kind[i]].where;
        /* blog.example.com holds posts and much else. */
        if (s == LEAF_ALONE && (where & IN_HOST) && !(where & IN_LEAF) &&
            kind_class(t->kind[i]) == CLASS_ITEM)
            s = WEAK;
        most = s > most ? s : most;
        dated |= match_same_family(t->kind[i], KIND_POST);
    }
    /* "/2024/11/02/slug/" */
    if (dated && most < PLAIN - 2 && c->facts->slug_words && shape_path_date(c->facts).from &&
        !shape_is_date_archive(c->facts))
        most = PLAIN - 2;
    return most;
}

/* ---- groups ---- */

static const uint16_t opposites[][2] = {{KIND_SOLVED, KIND_UNSOLVED},
                                        {KIND_CURRENT, KIND_PAST},
                                        {KIND_CURRENT, KIND_UPCOMING},
                                        {KIND_UPCOMING, KIND_PAST},
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

unsigned match_parts(const struct rules *r, unsigned concept, const struct evidence *e)
{
    unsigned n = r->term[concept - CONCEPT_TERM].n;
    return (unsigned)__builtin_popcount(e->parts & ((1u << n) - 1));
}

static bool is_half(const struct rules *r, unsigned concept, const struct evidence *e)
{
    return concept >= CONCEPT_TERM && e->parts &&
           2 * match_parts(r, concept, e) >= r->term[concept - CONCEPT_TERM].n;
}

/* The page is called so: not one word of many in its address ("select_on_container_copy" is no list of containers). */
static bool is_named_for(const struct rules *r, unsigned concept, const struct evidence *e)
{
    return is_full(r, concept, e) && (e->where & ~(unsigned)(IN_SLUG | SLUG_EDGE));
}

/* The page lies in a folder that is called by half of the name, or is called by its head ("lang.html" of the SQL
 * language); one word of many in its address is nothing. */
static bool is_half_folder(const struct rules *r, unsigned concept, const struct evidence *e)
{
    if (!is_half(r, concept, e))
        return false;
    bool head = e->parts >> (r->term[concept - CONCEPT_TERM].n - 1) & 1;
    return (e->where & IN_SEGMENT) || ((e->where & IN_LEAF) && head);
}

static enum level concept_level(const struct candidate_link *c, const struct target *t,
                                const struct group *g, unsigned concept, bool kind)
{
    const struct facts *f = c->facts;
    const struct rules *r = &c->policy->rules;
    const struct evidence *own = &f->own[concept], *from = &f->from[concept];
    bool branch = c->found_on && f->link.file == FILE_PAGE && from->depth &&
                  (from->where & (IN_SEGMENT | IN_LEAF)) && shape_other_branch(f, from->depth) &&
                  (!names_kind_at(f->own, t, from->depth) || names_kind_at(f->from, t, from->depth));
    const struct evidence *base = &c->policy->base_evidence[concept];
    bool context = !(own->where & ~(unsigned)(IN_SEGMENT | IN_SLUG | IN_HOST)) &&
                   own->depth == base->depth && (base->where & (IN_SEGMENT | IN_LEAF | IN_HOST));
    if (is_full(r, concept, own) && context)
        return LEVEL_CONTEXT;
    if (is_full(r, concept, own))
        return branch && !(own->where & ~(unsigned)(IN_SLUG | IN_VALUE | IN_TEXT)) ? LEVEL_CONTRADICTED
                                                                                   : LEVEL_OWN;
    if (is_contradicted(c, concept))
        return LEVEL_CONTRADICTED;
    if (g->own)
        return LEVEL_NO;
    bool listed = c->found_on && !f->own[KIND_PROMOTED].where;
    if (listed &&
        (is_named_for(r, concept, from) || (!c->from_base && is_half_folder(r, concept, from)))) {
        if (branch)
            return LEVEL_CONTRADICTED;
        if (!c->from_base || (kind && link_in_body(c->link)))
            return LEVEL_INHERITED;
    }
    /* Of "green tea" the tea alone is not half of it. */
    return is_half(r, concept, own) && (!kind || (own->parts & 1)) ? LEVEL_PART : LEVEL_NO;
}

/* What no page says anything about is trusted where the page it was found on was fetched for it. */
static enum level group_level(const struct candidate_link *c, const struct target *t,
                              const struct group *g, bool kind)
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
    bool trusted = kind && !g->own && !g->told && c->found_on && !c->from_base &&
                   link_in_body(c->link) && !shape_other_container(c->facts) &&
                   !c->facts->own[KIND_PROMOTED].where;
    return trusted ? LEVEL_TRUST : best;
}

struct levels match_levels(const struct candidate_link *c, const struct target *t, bool kind)
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
            int s = match_strength(c, t->group[i].concept[k]);
            most = s > most ? s : most;
        }
        all.strength = most < all.strength ? most : all.strength;
        all.most = most > all.most ? most : all.most;
    }
    if (!t->n_groups)
        all.strength = 0;
    return all;
}

/* ---- what else the link might be ---- */

bool match_is_kind_of(const struct target *t, unsigned kind)
{
    for (unsigned i = 0; i < t->n_kinds; i++)
        if (t->kind[i] == kind || match_same_family(t->kind[i], kind))
            return true;
    for (unsigned i = 0; i < t->n_also; i++)
        if (t->also[i] == kind)
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
    bool segment =
        (own->where & IN_SEGMENT) && !(own->where & (IN_LEAF | IN_LABEL | IN_ALL | IN_HEAD | IN_QUERY));
    return (segment && ((from->where & (IN_SEGMENT | IN_LEAF) && from->depth == own->depth) ||
                        (base->where & (IN_SEGMENT | IN_LEAF) && base->depth == own->depth))) ||
           ((own->where & IN_HOST) && !(own->where & ~(unsigned)(IN_HOST | IN_SLUG | IN_TEXT)));
}

/* Another kind of page, more plainly than strength. Above the segment that names the wanted kind (depth, 0: none)
 * other names are what it is in. */
bool match_other_kind(const struct candidate_link *c, const struct target *t, int strength,
                      unsigned depth)
{
    const struct facts *f = c->facts;
    for (unsigned i = 0; i < f->n_touched; i++) {
        unsigned kind = f->touched[i];
        if (kind >= KIND_COUNT || kind == KIND_DOWNLOAD || match_is_kind_of(t, kind))
            continue;
        enum kind_class class = kind_class(kind);
        if (class == CLASS_TOPIC || class == CLASS_ATTR || class == CLASS_LIST || class == CLASS_FILE)
            continue;
        if (!t->n_kinds && class != CLASS_UTILITY && class != CLASS_VARIANT)
            continue;
        const struct evidence *e = &f->own[kind];
        bool above =
            (e->where & IN_SEGMENT) && !(e->where & (IN_LABEL | IN_ALL | IN_HEAD)) && e->depth < depth;
        int s = match_strength(c, kind);
        if (s >= LEAF_ALONE && s > strength && !above && !is_context(c, kind))
            return true;
    }
    return false;
}

unsigned match_kind_depth(const struct candidate_link *c, const struct target *t)
{
    unsigned depth = 0;
    for (unsigned i = 0; i < t->n_kinds; i++) {
        const struct evidence *e = &c->facts->own[t->kind[i]];
        if ((e->where & (IN_SEGMENT | IN_LEAF)) && e->depth > depth)
            depth = e->depth;
    }
    return depth;
}
