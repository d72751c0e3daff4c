/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_targets.c: what one noun phrase says as (part of) a target: head to kind, modifiers to groups. */
#include "frontier/instruct_grammar.h"
#include "frontier/facts.h"

void grammar_group_add(struct grammar *g, struct group *group, int concept)
{
    if (concept < 0)
        return;
    for (unsigned i = 0; i < group->n; i++)
        if (group->concept[i] == concept)
            return;
    if (group->n == MAX_ALTERNATIVES)
        grammar_unresolved(g, STR_LIT("more alternatives than can be held"));
    else
    group->concept[group->n++] = (uint16_t) concept;
}

struct group *target_group(struct target *t)
{
    if (t->n_groups == MAX_GROUPS)
        return NULL;
    t->group[t->n_groups] = (struct group){.n = 0};
    return &t->group[t->n_groups++];
}

void target_add_kind(struct target *t, int kind)
{
    for (unsigned i = 0; i < t->n_kinds; i++)
        if (t->kind[i] == kind)
            return;
    if (t->n_kinds < MAX_TARGET_KINDS)
        t->kind[t->n_kinds++] = (uint16_t)kind;
}

/* What a phrase says besides its head, as concepts: runs of open words are one term. */
static unsigned np_modifiers(struct grammar *g, const struct noun_phrase *np, int *to, unsigned max)
{
    unsigned n = 0;
    bool head_seen = false;
    for (unsigned i = np->end; i-- > np->first && n < max;) {
        const struct piece *p = &g->parts->piece[i];
        if (p->kind == PIECE_KIND) {
            if (p->value == np->head && !head_seen)
                head_seen = true;
            else
                to[n++] = p->value;
        } else if (p->kind == PIECE_NUMBERED) {
            to[n++] = grammar_numbered(g, p);
        } else if (p->kind == PIECE_QUOTE) {
            to[n++] = grammar_term(g, p->text, !np->unwanted);
        } else if (p->kind == PIECE_WORD) {
            unsigned first = i;
            while (first > np->first && g->parts->piece[first - 1].kind == PIECE_WORD)
                first--;
            to[n++] = grammar_term(g, grammar_span(g, first, i + 1), !np->unwanted);
            i = first;
        }
        if (n && to[n - 1] < 0)
            n--;
    }
    return n;
}

static bool is_numbered(const struct grammar *g, int concept)
{
    return concept >= CONCEPT_TERM && g->rules->term[concept - CONCEPT_TERM].numbered;
}

#define MAX_MODIFIERS 6

static void add_modifier_groups(struct grammar *g, struct target *t, const struct noun_phrase *np,
                                bool own)
{
    int m[MAX_MODIFIERS];
    unsigned n = np_modifiers(g, np, m, MAX_MODIFIERS);
    for (unsigned i = 0; i < n; i++) {
        struct group *group = target_group(t);
        if (!group)
            break;
        grammar_group_add(g, group, m[i]);
        bool kind = m[i] < KIND_COUNT;
        group->own = own || (kind && kind_class((unsigned)m[i]) == CLASS_FILE);
        group->told = kind && kind_class((unsigned)m[i]) == CLASS_ATTR;
        group->numbered = is_numbered(g, m[i]);
    }
}

static bool has_quote(const struct grammar *g, const struct noun_phrase *np)
{
    for (unsigned i = np->first; i < np->end; i++)
        if (g->parts->piece[i].kind == PIECE_QUOTE)
            return true;
    return false;
}

/* Topic, place or state of the target before. */
void grammar_attach(struct grammar *g, struct target *t, const struct noun_phrase *np, bool more)
{
    const unsigned at = (unsigned)(np - g->np);
    int m[MAX_MODIFIERS];
    unsigned n = np_modifiers(g, np, m, MAX_MODIFIERS);
    struct group *group = more && t->n_groups ? &t->group[t->n_groups - 1] : target_group(t);
    if (!group)
        return;
    if (!more) {
        group->own = np->tie == TIE_THAT;
        group->about = np->tie == TIE_ABOUT;
        group->numbered = n > 0 && is_numbered(g, m[0]);
    }
    bool container =
        np->head >= 0 && (kind_class((unsigned)np->head) == CLASS_LIST || np->head == KIND_FORUM ||
                          np->head == KIND_BLOG || np->head == KIND_COMMUNITY || has_quote(g, np));
    if (n == 0 && np->head >= 0) {
        grammar_group_add(g, group, np->head);
    } else if (np->head >= 0 && !container && !is_numbered(g, m[0])) {
        /* A noun that is a kind elsewhere is a subject here: "ship models". */
        grammar_group_add(g, group, grammar_term(g, grammar_span(g, np->first, np->end), !np->unwanted));
        if (t->n_also < MAX_TARGET_KINDS)
            t->also[t->n_also++] = (uint16_t)np->head;
    } else {
        for (unsigned i = 0; i < n; i++)
            grammar_group_add(g, group, m[i]);
    }
    for (unsigned k = at; k-- > 0 && g->np[k].merged;) {
        n = np_modifiers(g, &g->np[k], m, MAX_MODIFIERS);
        for (unsigned i = 0; i < n; i++)
            grammar_group_add(g, group, m[i]);
    }
    if (!group->n)
        t->n_groups--;
}

bool np_is_file(const struct noun_phrase *np)
{
    return np->head >= 0 && kind_class((unsigned)np->head) == CLASS_FILE;
}

static unsigned files_of_kind(unsigned kind)
{
    switch (kind) {
    case KIND_PDF:
    case KIND_POSTSCRIPT:
        return 1u << FILE_PDF;
    case KIND_IMAGE_FILE:
        return 1u << FILE_IMAGE;
    case KIND_ARCHIVE_FILE:
        return 1u << FILE_ARCHIVE;
    case KIND_AUDIO_FILE:
        return 1u << FILE_MEDIA;
    case KIND_OFFICE_FILE:
        return 1u << FILE_OFFICE;
    case KIND_DATA_FILE:
    case KIND_FEED:
        return 1u << FILE_DATA;
    case KIND_PLAIN_TEXT:
        return 1u << FILE_TEXT;
    case KIND_CAD:
        return 1u << FILE_CAD;
    default:
        return 0;
    }
}

void grammar_note_files(struct grammar *g, const struct noun_phrase *np)
{
    for (unsigned i = np->first; i < np->end; i++)
        if (g->parts->piece[i].kind == PIECE_KIND)
            g->rules->files |= files_of_kind((unsigned)g->parts->piece[i].value);
}

/* "Politics and Economy articles": the head is the last one's and meant for all; the bare phrases before
 * become alternatives of its modifier. */
void grammar_share_heads(struct grammar *g)
{
    for (unsigned i = 0; i < g->n_np; i++) {
        struct noun_phrase *np = &g->np[i];
        if (np->head < 0 || !np->n_more || np->limit >= 0 ||
            kind_class((unsigned)np->head) == CLASS_FILE)
            continue;
        for (unsigned k = i; k-- > 0;) {
            struct noun_phrase *before = &g->np[k];
            bool bare = before->head < 0 && !before->page && !before->section && !before->item &&
                        !before->all && before->limit < 0 && before->n_more;
            if (!bare || before->clause != np->clause || before->unwanted != np->unwanted ||
                g->np[k + 1].tie != TIE_AND)
                break;
            before->merged = true;
            np->tie = before->tie;
        }
    }
}

/* Modifiers of the bare phrases before np that share its head. */
static void add_shared(struct grammar *g, struct target *t, unsigned at)
{
    for (unsigned k = at; k-- > 0 && g->np[k].merged;) {
        int m[MAX_MODIFIERS];
        unsigned n = np_modifiers(g, &g->np[k], m, MAX_MODIFIERS);
        for (unsigned i = 0; i < n && t->n_groups; i++)
            grammar_group_add(g, &t->group[0], m[i]);
    }
}

bool target_is_empty(const struct target *t)
{
    return !t->n_kinds && !t->n_groups;
}

struct target *grammar_target(struct grammar *g, bool unwanted)
{
    struct rules *r = g->rules;
    unsigned *n = unwanted ? &r->n_unwanted : &r->n_wanted;
    if (*n == MAX_TARGETS)
        return NULL;
    struct target *t = unwanted ? &r->unwanted[*n] : &r->wanted[*n];
    *t = (struct target){.n_kinds = 0};
    (*n)++;
    return t;
}

/* The head, and whatever else its words are called: a "module" is of a course or of a program. */
static void target_kinds(struct grammar *g, struct target *t, const struct noun_phrase *np)
{
    struct word words[PHRASE_MAX_WORDS];
    target_add_kind(t, np->head);
    for (unsigned i = np->first; i < np->end; i++) {
        const struct piece *p = &g->parts->piece[i];
        if (p->kind != PIECE_KIND || p->value != np->head)
            continue;
        size_t n = words_of(p->text, WORDS_TEXT, words, PHRASE_MAX_WORDS);
        for (const struct phrase *q = n ? lexicon_first(g->lexicon, words[0].hash) : NULL; q;
             q = lexicon_next(g->lexicon, q))
            if (q->n == n && (q->roles & ROLE_ASKED) && q->concept < KIND_COUNT &&
                phrase_fits(g->lexicon, q, words, n) && kind_class(q->concept) <= CLASS_ITEM)
                target_add_kind(t, q->concept);
    }
}

bool kind_lists_items(unsigned kind)
{
    return kind_class(kind) == CLASS_ITEM;
}

/* A phrase that stands for itself. */
struct target *grammar_add_target(struct grammar *g, unsigned at)
{
    const struct noun_phrase *np = &g->np[at];
    struct target *t = grammar_target(g, np->unwanted);
    if (!t) {
        grammar_unresolved(g, grammar_span(g, np->first, np->end));
        return NULL;
    }
    t->text = grammar_span(g, np->first, np->end);
    t->discover = np->discover;
    if (np->head >= 0)
        target_kinds(g, t, np);
    add_modifier_groups(g, t, np, false);
    add_shared(g, t, at);
    if (t->discover && t->n_kinds)
        t->n_groups = 0;
    bool items = np->item || (np->head >= 0 && kind_lists_items((unsigned)np->head));
    t->index = !items || np->section;
    if (!np->unwanted)
        grammar_note_files(g, np);
    return t;
}

/* An alternative name of the target before, or of its topic. */
void grammar_add_example(struct grammar *g, struct target *t, const struct noun_phrase *np)
{
    if (np->head >= 0 && !np->n_more && kind_class((unsigned)np->head) <= CLASS_ITEM && t->n_kinds) {
        target_add_kind(t, np->head);
        return;
    }
    bool more = t->n_groups && !t->group[t->n_groups - 1].own;
    grammar_attach(g, t, np, more);
}
