/* SPDX-License-Identifier: Apache-2.0 */
/* match_form.c: list or single page, by what the link and its address are called. */
#include "frontier/match.h"

#include "base/must.h"

bool form_same_path(const struct url *a, const struct url *b)
{
    return a && b && str_eq(a->path, b->path) && str_eq(a->host, b->host);
}

/* A taxonomy or calendar below the kind's own segment: "/events/category/music/". */
static bool below_is_list(const struct facts *f, unsigned depth)
{
    for (unsigned i = 0; i < f->n_touched; i++) {
        unsigned kind = f->touched[i];
        if (kind < KIND_COUNT && kind_class(kind) == CLASS_LIST &&
            (f->own[kind].where & (IN_SEGMENT | IN_LEAF)) && f->own[kind].depth > depth)
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
            unsigned n = concept < CONCEPT_TERM ? 1 : match_parts(&c->policy->rules, concept, e);
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

bool form_is_listing(const struct candidate_link *c, const struct target *t)
{
    const struct facts *f = c->facts;
    bool id = shape_has_id(f);
    if (f->link.file != FILE_PAGE)
        return false;
    if (t->n_groups && is_named_for_topic(c, t))
        return true;
    for (unsigned i = 0; i < f->n_touched; i++)
        if (f->touched[i] < KIND_COUNT && kind_class(f->touched[i]) == CLASS_LIST &&
            (f->own[f->touched[i]].where & IN_LABEL) && !match_is_kind_of(t, f->touched[i]))
            return true; /* "Category: ..." */
    if (match_kinds(c, t) < FAIR && is_in_list_folder(f))
        return true;
    if (shape_is_pager(c->link, f) && !id)
        return true;
    if (shape_is_date_archive(f))
        return true;
    if (form_same_path(c->url, c->found_on) && !id && !f->link.route)
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
bool form_is_single(const struct candidate_link *c)
{
    const struct facts *f = c->facts;
    if (!link_in_body(c->link) || form_same_path(c->url, c->found_on))
        return false;
    if (!f->link.n_segments || shape_is_pager(c->link, f) || shape_is_date_archive(f) ||
        shape_is_variant(f))
        return false;
    return f->slug_words > 0 || f->slug_numbers > 0 || shape_has_id(f);
}

/* A list or index page of it, by nothing but what it is called. */
bool form_on_index(const struct candidate_link *c, const struct target *t)
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
