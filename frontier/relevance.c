/* SPDX-License-Identifier: Apache-2.0 */
/* relevance.c: wanted and unwanted targets weighed against each other. An unwanted one wins ties. */
#include "frontier/match.h"

#include "base/must.h"
#include "base/pattern.h"

/* ---- wanted ---- */

static void opine(struct opinion *o, enum verdict verdict, int strength, const char *why,
                  struct str what)
{
    bool better = verdict > o->verdict || (verdict == o->verdict && strength > o->strength);
    if (better)
        *o = (struct opinion){verdict, REASON_NONE, strength, why, what};
}

/* A file, or a link of the site's machinery: leads to nothing. */
static bool is_machinery(const struct candidate_link *c)
{
    const struct target nothing = {.n_kinds = 0};
    return c->facts->link.file != FILE_PAGE || match_other_kind(c, &nothing, 0, 0);
}

/* "/lots/8811-longcase-clock/bid": not the thing but something at it. depth: of the kind's segment. */
static bool is_part_of_item(const struct candidate_link *c, unsigned depth)
{
    const struct address *a = &c->facts->link;
    if (!depth || a->n_segments < depth + 2 || c->facts->slug_words == 0 || c->facts->slug_words > 2 ||
        c->facts->slug_numbers)
        return false;
    struct str item = a->segment[depth], leaf = a->segment[a->n_segments - 1];
    unsigned digits = 0, hyphens = 0;
    for (size_t i = 0; i < item.n; i++) {
        digits += ascii_is_digit(item.p[i]);
        hyphens += item.p[i] == '-' || item.p[i] == '_';
    }
    return leaf.n < item.n && hyphens > 0 && (digits >= 3 || hyphens >= 3);
}

static bool said_by_host_only(const struct candidate_link *c, const struct target *t)
{
    unsigned where = 0;
    for (unsigned i = 0; i < t->n_kinds; i++)
        where |= c->facts->own[t->kind[i]].where;
    return where == IN_HOST;
}

/* "/blog/" of docs.example.com: a part of the site of its own. */
static bool is_other_section(const struct candidate_link *c, const struct target *t, int kind)
{
    return c->facts->link.n_segments == 1 && match_other_kind(c, t, kind, 0);
}

/* The kind is said. */
static void want_plain_kind(const struct candidate_link *c, const struct target *t, int kind,
                            struct opinion *o)
{
    struct levels levels = match_levels(c, t, true);
    struct str name = kind_name(t->kind[0]);
    if (!t->index && (match_other_kind(c, t, kind, match_kind_depth(c, t)) ||
                      is_part_of_item(c, match_kind_depth(c, t))))
        return;
    if (t->index && said_by_host_only(c, t) && (is_machinery(c) || is_other_section(c, t, kind)))
        return; /* docs.example.com has its legal notice and its blog too */
    bool list = t->index ? shape_is_pager(c->link, c->facts) && c->link->region == REGION_PAGINATION &&
                               !shape_has_id(c->facts) && c->facts->link.n_parameters > 0
                         : form_is_listing(c, t);
    if (levels.least >= LEVEL_PART)
        opine(o, list ? VERDICT_TRAVERSE : VERDICT_KEEP, kind, list ? "lists" : "include", name);
    else if (list && !levels.contradicted)
        opine(o, VERDICT_TRAVERSE, kind, "lists", name);
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
static void want_unsaid_kind(const struct candidate_link *c, const struct target *t, int kind,
                             struct opinion *o)
{
    struct levels levels = match_levels(c, t, false);
    struct str name = kind_name(t->kind[0]);
    bool single = form_is_single(c) && !form_is_listing(c, t) && !levels.numbered &&
                  !match_other_kind(c, t, kind >= WEAK && levels.n_own ? 78 : 0, 0);
    int strength = levels.strength > 50 && t->n_groups ? levels.strength : 50;
    bool index = !t->index && form_on_index(c, t);
    bool mentions = kind >= WEAK && t->n_groups;
    bool essay = match_same_family(t->kind[0], KIND_POST) && c->facts->slug_words >= 3;
    if (single && (levels.n_own > levels.n_context || mentions || (levels.n_own && essay)) &&
        levels.least >= LEVEL_PART)
        opine(o, VERDICT_KEEP, strength, "topic of", name);
    else if (single && index && levels.least >= LEVEL_INHERITED)
        opine(o, VERDICT_KEEP, 45, "listed among", name);
    else if (single && levels.n_own && 2 * levels.n_own >= t->n_groups && !levels.contradicted &&
             !levels.binding && (form_on_index(c, t) || is_sibling(c)))
        opine(o, VERDICT_KEEP, 45, "listed among", name);
    else if (levels.n_own && !levels.contradicted && !is_machinery(c))
        opine(o, VERDICT_TRAVERSE, WEAK, "may list", name);
    else if (!t->index && (c->facts->own[KIND_ARCHIVE].where & (IN_LEAF | IN_ALL)) && !is_machinery(c))
        opine(o, VERDICT_TRAVERSE, WEAK, "archive of", name);
    else if (match_same_family(t->kind[0], KIND_POST) && shape_is_date_archive(c->facts))
        opine(o, VERDICT_TRAVERSE, WEAK, "archive of", name);
}

static void want_kind(const struct candidate_link *c, const struct target *t, struct opinion *o)
{
    int kind = match_kinds(c, t);
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

/* "lang_select.html" among the pages of a site without folders: the head of "SQL language". */
static bool is_flat_folder(const struct candidate_link *c, unsigned concept)
{
    if (concept < CONCEPT_TERM)
        return false;
    unsigned head = 1u << (c->policy->rules.term[concept - CONCEPT_TERM].n - 1);
    return c->facts->own[concept].prefix & head;
}

/* Half of a name is not the thing: "commands" alone are not SQL commands. It may be where a folder is called so. */
static bool is_in_half_folder(const struct candidate_link *c, const struct target *t)
{
    for (unsigned i = 0; i < t->n_groups; i++) {
        bool called = false;
        for (unsigned k = 0; k < t->group[i].n; k++) {
            unsigned concept = t->group[i].concept[k], where = c->facts->own[concept].where;
            called |= (where & IN_SEGMENT) || is_flat_folder(c, concept);
        }
        if (!called)
            return false;
    }
    return true;
}

/* "/en/cpp.html" on "/en/cpp/container.html": a page is in those above it, and lists none of them. */
static bool is_above(const struct candidate_link *c)
{
    const struct address *a = &c->facts->link, *b = &c->facts->found;
    if (!c->found_on || a->n_segments >= b->n_segments)
        return false;
    for (unsigned i = 0; i < a->n_segments; i++)
        if (!str_eq(a->segment[i], b->segment[i]))
            return false;
    return true;
}

static const char why_topic[] = "topic";

static void want_topic(const struct candidate_link *c, const struct target *t, struct opinion *o)
{
    struct levels levels = match_levels(c, t, false);
    struct str name = t->text;
    if (t->below && is_outside_container(c, &t->group[0]))
        return;
    if (levels.n_own == t->n_groups) {
        if (match_other_kind(c, t, levels.most, 0))
            return;
        bool list = shape_is_pager(c->link, c->facts) && !t->below;
        opine(o, list ? VERDICT_TRAVERSE : VERDICT_KEEP, levels.strength, why_topic, name);
        return;
    }
    if (match_other_kind(c, t, 0, 0))
        return;
    bool index = false;
    for (unsigned i = 0; i < t->n_groups; i++)
        for (unsigned k = 0; k < t->group[i].n; k++)
            index |=
                (c->facts->from[t->group[i].concept[k]].where & (IN_LEAF | IN_QUERY | IN_TITLE)) != 0;
    if (levels.n_own && levels.least == LEVEL_NO && !levels.contradicted && !is_machinery(c)) {
        opine(o, VERDICT_TRAVERSE, WEAK, "may list", name);
        return;
    }
    bool above = is_above(c);
    if (levels.least >= LEVEL_INHERITED && index && !above && form_is_single(c))
        opine(o, VERDICT_KEEP, 45, "listed under", name);
    else if (levels.least >= LEVEL_PART) {
        bool near = (levels.least >= LEVEL_INHERITED && !above) || is_in_half_folder(c, t);
        bool keep = near && link_in_body(c->link);
        opine(o, keep ? VERDICT_KEEP : VERDICT_TRAVERSE, WEAK, "near topic", name);
    }
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
    bool below = c->found_on && str_starts(c->url->path, c->found_on->path) &&
                 c->link->region == REGION_PAGINATION;
    if (o->verdict == VERDICT_SKIP && c->found_on && (below || form_same_path(c->url, c->found_on)) &&
        shape_is_pager(c->link, c->facts))
        opine(o, VERDICT_TRAVERSE, WEAK, "next page of", str_make("a list", 6));
}

/* ---- unwanted ---- */

static int unwanted_strength(const struct candidate_link *c, const struct target *t)
{
    int s = t->n_kinds ? match_kinds(c, t) : 100;
    for (unsigned i = 0; i < t->n_groups; i++) {
        int most = 0;
        for (unsigned k = 0; k < t->group[i].n; k++) {
            int one = match_strength(c, t->group[i].concept[k]);
            most = one > most ? one : most;
        }
        if (!most)
            return 0;
        if (!t->n_kinds)
            s = most < s ? most : s;
    }
    return s;
}

static bool is_in_folder(const struct candidate_link *c, const struct group *g)
{
    for (unsigned i = 0; i < g->n; i++)
        if (g->concept[i] >= CONCEPT_TERM && (c->facts->own[g->concept[i]].where & IN_SEGMENT) &&
            match_strength(c, g->concept[i]) >= PLAIN - 2)
            return true;
    return false;
}

/* "Everything about parking, no news": news about parking is news. "C, no C++": what is below /cpp/ is C++. */
static bool is_in_unwanted_place(const struct candidate_link *c, const struct target *t,
                                 const struct opinion *wanted)
{
    if (wanted->why == why_topic && !t->n_kinds && t->n_groups == 1 && is_in_folder(c, &t->group[0]))
        return true;
    for (unsigned i = 0; i < t->n_kinds && wanted->why == why_topic; i++)
        if (!t->n_groups && (c->facts->own[t->kind[i]].where & IN_SEGMENT) &&
            match_strength(c, t->kind[i]) >= PLAIN - 2)
            return true;
    return false;
}

/* A topic of the asker's own words that the address and the link text both name: the page is about it, whatever
 * container it is in ("soup recipes except those with chicken"). */
static bool is_about_unwanted(const struct candidate_link *c, const struct target *t)
{
    for (unsigned i = 0; i < t->n_groups; i++) {
        bool said = false;
        for (unsigned k = 0; k < t->group[i].n; k++) {
            unsigned concept = t->group[i].concept[k];
            unsigned where = c->facts->own[concept].where;
            said |= concept >= CONCEPT_TERM && match_strength(c, concept) >= WEAK &&
                    (where & (IN_SLUG | IN_LEAF | IN_SEGMENT)) &&
                    (where & (IN_TEXT | IN_HEAD | IN_ALL | IN_TITLE | IN_LABEL));
        }
        if (!said)
            return false;
    }
    return t->n_groups > 0 && t->n_kinds == 0;
}

static bool is_unwanted(const struct candidate_link *c, const struct target *t,
                        const struct opinion *wanted)
{
    int s = unwanted_strength(c, t);
    bool open = c->policy->rules.all || c->given;
    if (s < WEAK)
        return false;
    if (open)
        return s >= LEAF_ALONE || (s >= FAIR && c->facts->text_words <= 3);
    if ((t->sort && s >= FAIR) || is_about_unwanted(c, t) || is_in_unwanted_place(c, t, wanted))
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

/* ---- the whole ---- */

/* A menu lists pages, not faces of the page it stands on; and "history" and "export" are what many a page is
 * about. There only a query says that the link is another face. */
static bool may_be_a_page(const struct candidate_link *c, uint16_t kind)
{
    bool in_query = c->facts->own[kind].where & (IN_QUERY | IN_VALUE);
    bool in_menu = c->link->region == REGION_NAV || c->link->region == REGION_ASIDE ||
                   c->link->region == REGION_CONTENTS;
    return !in_query && (in_menu || kind == KIND_HISTORY || kind == KIND_EXPORT);
}

/* Other faces of a page: printed, sorted, its history, its comments. */
static bool is_other_face(const struct candidate_link *c, const struct opinion *wanted)
{
    static const uint16_t kinds[] = {KIND_PRINT,   KIND_SHARE,     KIND_EDIT,        KIND_HISTORY,
                                     KIND_EXPORT,  KIND_VOTE,      KIND_REPLY,       KIND_MOBILE,
                                     KIND_COMMENT, KIND_PERMALINK, KIND_REPORT_ABUSE};
    const struct rules *r = &c->policy->rules;
    for (size_t i = 0; i < ARRAY_LEN(kinds) && wanted->why != why_path; i++) {
        bool asked = false;
        for (unsigned k = 0; k < r->n_wanted; k++)
            asked |= match_is_kind_of(&r->wanted[k], kinds[i]);
        if (!asked && !may_be_a_page(c, kinds[i]) && match_strength(c, kinds[i]) > wanted->strength)
            return true;
    }
    return shape_is_variant(c->facts) && !shape_is_pager(c->link, c->facts);
}

void relevance_of(const struct candidate_link *c, struct opinion *o)
{
    const struct rules *r = &c->policy->rules;
    *o = (struct opinion){VERDICT_SKIP, REASON_NOT_RELEVANT, 0, "nothing wanted in",
                          STR_LIT("address or text")};
    if (limit_other_language(c) || limit_other_version(c)) {
        *o = (struct opinion){VERDICT_SKIP, REASON_OTHER_VERSION, 100, "other",
                              STR_LIT("version or language")};
        return;
    }
    if (limit_out_of_time(c)) {
        bool told = policy_is_past(c->policy, c->link->changed);
        *o = (struct opinion){VERDICT_SKIP, told ? REASON_DATE : REASON_NOT_RELEVANT, 100, "outside",
                              STR_LIT("the dates asked for")};
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
