/* SPDX-License-Identifier: Apache-2.0 */
/* instruct.c: noun phrases in order to targets, and the compiler as a whole. */
#include "frontier/instruct.h"

#include "frontier/instruct_grammar.h"

struct builder {
    struct target *wanted, *unwanted; /* the last of each */
    bool attached;                    /* the last phrase was a topic or place of it */
    unsigned chain; /* the first wanted target of an "A, B and C" that a topic is meant for */
    enum tie tie;
};

static bool is_topic_tie(enum tie tie)
{
    return tie == TIE_ABOUT || tie == TIE_IN || tie == TIE_THAT;
}

/* Nothing but a state: "... and upcoming". */
static bool is_state(const struct grammar *g, const struct noun_phrase *np)
{
    const struct piece *p = &g->parts->piece[np->first];
    return np->end == np->first + 1 && p->kind == PIECE_KIND &&
           kind_class((unsigned)p->value) == CLASS_ATTR;
}

/* "abstract pages of the articles": the page of the one is the page of the other. */
static bool is_page_of(const struct target *t, const struct noun_phrase *np, enum tie tie)
{
    return tie == TIE_IN && t->n_kinds && t->kind[0] == KIND_ABSTRACT && np->head >= 0 && !np->n_more &&
           kind_lists_items((unsigned)np->head);
}

/* np is a topic, place or state of the last wanted target. more: one more of what the phrase before was. */
static void build_tied(struct grammar *g, struct builder *b, const struct noun_phrase *np, bool more)
{
    struct target *t = b->wanted;
    enum tie tie = np->tie == TIE_AND ? b->tie : np->tie;
    bool bare = np->head >= 0 && !np->n_more;
    if (is_page_of(t, np, tie)) {
        target_add_kind(t, np->head);
    } else if (target_is_empty(t)) {
        if (bare && kind_class((unsigned)np->head) <= CLASS_ITEM)
            target_add_kind(t, np->head);
        else
            grammar_attach(g, t, np, false);
        t->index = true;
        t->below = tie == TIE_IN;
    } else if (more && t->n_kinds && !t->n_groups) {
        if (np->head >= 0)
            target_add_kind(t, np->head);
    } else {
        for (unsigned i = b->chain; !more && i + 1 < g->rules->n_wanted; i++)
            if (g->rules->wanted[i].n_kinds && !g->rules->wanted[i].n_groups)
                grammar_attach(g, &g->rules->wanted[i], np, false);
        grammar_attach(g, t, np, more);
    }
    b->attached = true;
    b->tie = tie;
    grammar_note_files(g, np);
}

static void build_wanted(struct grammar *g, struct builder *b, unsigned at)
{
    struct noun_phrase *np = &g->np[at];
    bool file_only = np_is_file(np) && !np->n_more;
    if (np->other)
        return;
    bool files = np_is_file(np) || (np->n_more && np->head == KIND_DOWNLOAD);
    if ((files && np->tie == TIE_WITH) || (file_only && np->tie == TIE_LIKE && b->wanted)) {
        grammar_note_files(g, np);
        return;
    }
    struct target *t = b->wanted;
    if (t && np->with && np->head >= 0 && !np->n_more)
        return; /* "episodes with transcripts": no page says that of itself */
    if (t && np->tie == TIE_AND && is_state(g, np) && t->n_groups && t->group[t->n_groups - 1].told) {
        grammar_attach(g, t, np, true);
        return;
    }
    bool more = np->tie == TIE_AND && b->attached && t && !np->page && !np->item &&
                !(np->head >= 0 && kind_lists_items((unsigned)np->head) && b->tie != TIE_ABOUT);
    if (t && (is_topic_tie(np->tie) || more)) {
        build_tied(g, b, np, more);
        return;
    }
    if (t && (np->tie == TIE_LIKE) && !target_is_empty(t)) {
        grammar_add_example(g, t, np);
        return;
    }
    bool chained =
        np->tie == TIE_AND && !b->attached && at > 0 && !g->np[at - 1].page && !g->np[at - 1].section;
    if (!chained)
        b->chain = g->rules->n_wanted;
    b->wanted = grammar_add_target(g, at);
    b->attached = false;
    b->tie = TIE_NEW;
}

/* "ignore currency and date parameters" is about addresses, not pages. */
static bool is_about_parameters(const struct grammar *g, const struct noun_phrase *np)
{
    const struct piece *last = &g->parts->piece[np->end - 1];
    struct word w;
    return last->kind == PIECE_WORD && words_of(last->text, WORDS_TEXT, &w, 1) &&
           (w.hash == word_hash("parameter") || w.hash == word_hash("param"));
}

static void build_unwanted(struct grammar *g, struct builder *b, unsigned at)
{
    struct noun_phrase *np = &g->np[at];
    if (np->of_limit)
        return; /* told by the limit: "v1 endpoints", "Welsh pages" */
    if (np->other && np->head != KIND_TRANSLATION)
        return; /* what is not wanted is not wanted */
    if (is_about_parameters(g, np)) {
        grammar_unresolved(g, grammar_span(g, np->first, np->end));
        return;
    }
    struct target *t = b->unwanted;
    if (t && is_topic_tie(np->tie)) {
        if (target_is_empty(t) || np->tie == TIE_ABOUT || np->tie == TIE_THAT) {
            if (target_is_empty(t) && np->head >= 0 && !np->n_more)
                target_add_kind(t, np->head);
            else
                grammar_attach(g, t, np, false);
            b->attached = true;
        }
        return;
    }
    if (t && b->attached && np->tie == TIE_AND && !np->page && np->head < 0) {
        grammar_attach(g, t, np, true);
        return;
    }
    if (np->head == KIND_TRANSLATION) {
        g->rules->no_translations = true;
        b->unwanted = NULL;
        return;
    }
    b->unwanted = grammar_add_target(g, at);
    b->attached = false;
}

/* An unwanted phrase about a wanted kind ("draft forms" of forms) is told by its modifiers alone. */
static void trim_unwanted(struct grammar *g)
{
    struct rules *r = g->rules;
    for (unsigned i = 0; i < r->n_unwanted; i++) {
        struct target *t = &r->unwanted[i];
        if (!t->n_kinds)
            continue;
        bool wanted = false;
        for (unsigned k = 0; k < r->n_wanted; k++)
            for (unsigned j = 0; j < r->wanted[k].n_kinds; j++)
                for (unsigned m = 0; m < t->n_kinds; m++)
                    wanted |= r->wanted[k].kind[j] == t->kind[m];
        if (!wanted)
            continue;
        if (!t->n_groups) {
            /* Another sort of the same kind ("houses for sale" of flats): its words must tell. */
            int concept = grammar_term(g, t->text, false);
            struct group *group = concept >= 0 ? target_group(t) : NULL;
            if (!group)
                continue;
            grammar_group_add(g, group, concept);
        }
        t->n_kinds = 0;
        t->sort = true;
    }
}

static void drop_empty(struct target *t, unsigned *n)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < *n; i++)
        if (!target_is_empty(&t[i]))
            t[kept++] = t[i];
    *n = kept;
}

static void build(struct grammar *g)
{
    struct builder b = {.tie = TIE_NEW};
    struct rules *r = g->rules;
    grammar_share_heads(g);
    for (unsigned i = 0; i < g->n_np; i++) {
        struct noun_phrase *np = &g->np[i];
        if (np->limit >= 0) {
            grammar_limit(g, np);
        } else if (np->merged) {
            continue;
        } else if (np->all) {
            struct target *t = grammar_target(g, np->unwanted);
            if (np->unwanted)
                b.unwanted = t;
            else
                b.wanted = t;
            b.attached = false;
            if (t)
                t->below = true;
        } else if (np->unwanted) {
            build_unwanted(g, &b, i);
        } else {
            build_wanted(g, &b, i);
        }
    }
    drop_empty(r->wanted, &r->n_wanted);
    drop_empty(r->unwanted, &r->n_unwanted);
    trim_unwanted(g);
    r->all = !r->n_wanted && !r->n_path_in;
}

/* Room for phrases of the instruction's own words, and for what only compiling needs. */
#define EXTRA_PHRASES 2000
#define WORK_BYTES (1u << 20)

static enum status compile_text(struct str text, struct arena *arena, struct arena *work,
                                struct rules *rules, struct lexicon *lexicon)
{
    struct grammar *g = ARENA_NEW(work, struct grammar);
    struct parts *parts = ARENA_NEW(work, struct parts);
    if (!g || !parts)
        return ST_NOMEM;
    enum status st = instruct_cut(text, lexicon, work, parts);
    if (st != OK)
        return st;
    *g = (struct grammar){
        .parts = parts, .text = text, .arena = arena, .rules = rules, .lexicon = lexicon};
    grammar_read(g);
    build(g);
    rules->max_depth = parts->max_depth;
    rules->page_limit = parts->page_limit;
    if (parts->cut)
        grammar_unresolved(g, STR_LIT("the end of the instruction: it is too long"));
    return OK;
}

enum status instruct_compile(struct str instruction, struct arena *arena, struct rules *ret_rules,
                             struct lexicon *ret_lexicon)
{
    *ret_rules = (struct rules){.max_depth = -1};
    if (!lexicon_init(ret_lexicon, arena, TABLE_PHRASES + EXTRA_PHRASES))
        return ST_NOMEM;
    lexicon_add_tables(ret_lexicon);
    struct str text = arena_str(arena, instruction);
    if (!lexicon_seal(ret_lexicon) || !str_is_set(text))
        return ST_NOMEM;
    if (!str_trim(text).n) {
        ret_rules->all = true;
        return OK;
    }
    struct arena work;
    arena_init(&work, WORK_BYTES, WORK_BYTES);
    enum status st = compile_text(text, arena, &work, ret_rules, ret_lexicon);
    arena_fini(&work);
    if (st != OK)
        return st;
    return lexicon_seal(ret_lexicon) ? OK : ST_NOMEM;
}
