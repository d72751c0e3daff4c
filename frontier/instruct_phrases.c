/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_phrases.c: pieces to noun phrases, each with a polarity and a tie to the one before. Clauses end at
 * full stops, dashes and contrast words; a negation with nothing behind it means what stands before it. */
#include "frontier/instruct_grammar.h"

void grammar_unresolved(struct grammar *g, struct str text)
{
    text = str_trim(text);
    struct rules *r = g->rules;
    if (!text.n)
        return;
    for (unsigned i = 0; i < r->n_unresolved; i++)
        if (str_eq(r->unresolved[i], text))
            return;
    if (r->n_unresolved < MAX_UNRESOLVED)
        r->unresolved[r->n_unresolved++] = text;
}

struct str grammar_span(const struct grammar *g, unsigned first, unsigned end)
{
    const char *from = NULL, *to = NULL;
    for (unsigned i = first; i < end; i++) {
        struct str t = g->parts->piece[i].text;
        if (!t.p)
            continue;
        from = from && from < t.p ? from : t.p;
        to = to && to > t.p + t.n ? to : t.p + t.n;
    }
    return from ? str_make(from, (size_t)(to - from)) : STR_NONE;
}

struct reader {
    struct grammar *g;
    bool unwanted;
    enum tie tie;
    unsigned clause;
    unsigned clause_first_np; /* first phrase of this clause */
    unsigned after_not;       /* phrases when the last negation was read */
    bool open_not;            /* a negation without a phrase behind it yet */
    bool to_find;             /* "for finding" was read in this clause */
    bool outer_unwanted;      /* polarity outside the brackets */
    enum tie outer_tie;
    bool in_bracket, other, with;
};

static bool is_noun(const struct piece *p)
{
    switch (p->kind) {
    case PIECE_KIND:
    case PIECE_WORD:
    case PIECE_QUOTE:
    case PIECE_NUMBERED:
        return true;
    case PIECE_CUE:
        return p->value == CUE_PAGE || p->value == CUE_SECTION || p->value == CUE_ITEM;
    default:
        return false;
    }
}

static struct noun_phrase *np_add(struct reader *r, unsigned first, unsigned end)
{
    struct grammar *g = r->g;
    if (g->n_np == MAX_PHRASES) {
        grammar_unresolved(g, grammar_span(g, first, end));
        return NULL;
    }
    struct noun_phrase *np = &g->np[g->n_np++];
    *np = (struct noun_phrase){.first = first,
                               .end = end,
                               .clause = r->clause,
                               .tie = r->tie,
                               .unwanted = r->unwanted,
                               .other = r->other,
                               .with = r->with,
                               .head = -1,
                               .limit = -1};
    if (r->unwanted)
        r->open_not = false;
    r->other = r->with = false;
    return np;
}

/* The head is the last kind that is no topic or state; else the phrase has none. */
static void np_head(struct grammar *g, struct noun_phrase *np)
{
    unsigned nouns = 0;
    for (unsigned i = np->first; i < np->end; i++) {
        const struct piece *p = &g->parts->piece[i];
        if (p->kind == PIECE_CUE) {
            np->page |= p->value == CUE_PAGE;
            np->section |= p->value == CUE_SECTION;
            np->item |= p->value == CUE_ITEM;
            continue;
        }
        nouns++;
        if (p->kind == PIECE_KIND && kind_class((unsigned)p->value) != CLASS_TOPIC &&
            kind_class((unsigned)p->value) != CLASS_ATTR) {
            np->head = p->value;
            np->head_page = p->page;
            np->plural = p->plural;
        }
    }
    /* "no categories": the empty noun is all there is, so it is meant. */
    if (!nouns && np->end - np->first == 1 && g->parts->piece[np->first].other_kind >= 0) {
        np->head = g->parts->piece[np->first].other_kind;
        np->page = np->section = np->item = false;
        nouns = 1;
    }
    /* "species accounts": with a noun before it, no part of the site's machinery. */
    if (np->head >= 0 && !np->unwanted && nouns > 1 && kind_class((unsigned)np->head) == CLASS_UTILITY)
        np->head = -1;
    np->n_more = nouns - (np->head >= 0);
}

static unsigned read_nouns(struct reader *r, unsigned i)
{
    const struct parts *parts = r->g->parts;
    unsigned end = i;
    while (end < parts->n && is_noun(&parts->piece[end]))
        end++;
    bool touches = r->g->n_np && r->g->np[r->g->n_np - 1].limit >= 0 &&
                   r->g->np[r->g->n_np - 1].end == i && parts->piece[i - 1].kind != PIECE_PATH;
    struct noun_phrase *np = np_add(r, i, end);
    if (np) {
        np_head(r->g, np);
        np->of_limit = touches;
    }
    r->tie = TIE_AND;
    return end;
}

static void end_clause(struct reader *r)
{
    struct grammar *g = r->g;
    /* "agendas and webcasts are not needed": the negation stands behind what it means. */
    if (r->open_not)
        for (unsigned i = r->clause_first_np; i < g->n_np && i < r->after_not; i++)
            g->np[i].unwanted = true;
    r->open_not = r->unwanted = r->to_find = false;
    r->tie = TIE_NEW;
    r->clause++;
    r->clause_first_np = g->n_np;
}

/* What was named before "... are fine for finding products" is for discovery only. */
static void mark_discover(struct reader *r)
{
    struct grammar *g = r->g;
    for (unsigned i = r->clause_first_np; i < g->n_np; i++)
        g->np[i].discover = g->np[i].unwanted = true;
    r->to_find = true;
}

/* "... but not as results", "no listings as results". */
static void mark_not_result(struct reader *r)
{
    struct grammar *g = r->g;
    unsigned from = r->unwanted ? r->after_not : r->clause_first_np;
    if (from == g->n_np && g->n_np) {
        from = g->n_np - 1;
        while (from > 0 && g->np[from - 1].clause == g->np[from].clause)
            from--;
    }
    for (unsigned i = from; i < g->n_np; i++)
        if (g->np[i].unwanted || r->open_not)
            g->np[i].discover = g->np[i].unwanted = true;
    r->open_not = false;
}

static bool follows_not(const struct reader *r, unsigned i)
{
    const struct parts *parts = r->g->parts;
    for (unsigned back = 1; back <= 2 && back <= i; back++) {
        const struct piece *p = &parts->piece[i - back];
        if (p->kind == PIECE_CUE && p->value == CUE_NOT)
            return true;
        if (p->kind != PIECE_CUE || p->value != CUE_STOP)
            return false;
    }
    return false;
}

static bool follows_break(const struct reader *r, unsigned i)
{
    const struct parts *parts = r->g->parts;
    while (i > 0 && parts->piece[i - 1].kind == PIECE_CUE &&
           (parts->piece[i - 1].value == CUE_STOP || parts->piece[i - 1].value == CUE_AND ||
            parts->piece[i - 1].value == CUE_BUT))
        i--;
    return i == 0 || parts->piece[i - 1].kind == PIECE_BREAK;
}

/* The clause's rest can't be judged by links alone. */
static unsigned read_condition(struct reader *r, unsigned i)
{
    const struct parts *parts = r->g->parts;
    unsigned end = i + 1;
    while (end < parts->n && !(parts->piece[end].kind == PIECE_BREAK &&
                               (parts->piece[end].value == '.' || parts->piece[end].value == ',' ||
                                parts->piece[end].value == ')')))
        end++;
    grammar_unresolved(r->g, grammar_span(r->g, i, end));
    return end;
}

static void read_not(struct reader *r)
{
    struct grammar *g = r->g;
    r->unwanted = true;
    r->open_not = true;
    r->to_find = false;
    r->after_not = g->n_np;
    r->tie = TIE_NEW;
}

static unsigned read_cue(struct reader *r, unsigned i)
{
    struct grammar *g = r->g;
    const struct piece *p = &g->parts->piece[i];
    switch ((enum cue)p->value) {
    case CUE_NOT:
        read_not(r);
        break;
    case CUE_YES:
    case CUE_ONLY:
        if (p->value == CUE_ONLY && follows_not(r, i))
            r->unwanted = r->open_not = false;
        else if (!follows_not(r, i) && follows_break(r, i))
            r->unwanted = false, r->tie = r->in_bracket ? r->tie : TIE_NEW;
        break;
    case CUE_ALL: {
        struct noun_phrase *np = np_add(r, i, i + 1);
        if (np)
            np->all = true;
        r->tie = TIE_AND;
        /* "everything but the forum" */
        if (i + 1 < g->parts->n && g->parts->piece[i + 1].kind == PIECE_CUE &&
            g->parts->piece[i + 1].value == CUE_BUT) {
            read_not(r);
            return i + 2;
        }
        break;
    }
    case CUE_OTHER:
        r->other = true;
        break;
    case CUE_ABOUT:
        r->tie = g->n_np && r->clause_first_np < g->n_np ? TIE_ABOUT : TIE_NEW;
        break;
    case CUE_IN:
        r->with = str_eq_nocase(p->text, STR_LIT("with")) || str_eq_nocase(p->text, STR_LIT("mit")) ||
                  str_eq_nocase(p->text, STR_LIT("avec")) || str_eq_nocase(p->text, STR_LIT("con"));
        r->tie = g->n_np && (r->clause_first_np < g->n_np || r->in_bracket) ? TIE_IN : TIE_NEW;
        break;
    case CUE_THAT:
        r->tie = g->n_np && r->clause_first_np < g->n_np ? TIE_THAT : TIE_NEW;
        break;
    case CUE_BUT:
        r->unwanted = r->open_not = r->to_find = false;
        r->clause++;
        r->clause_first_np = g->n_np;
        r->tie = TIE_NEW;
        break;
    case CUE_WITH:
        /* "PDFs included" says it of the phrase before. */
        if (r->clause_first_np < g->n_np &&
            (i + 1 >= g->parts->n || g->parts->piece[i + 1].kind == PIECE_BREAK))
            g->np[g->n_np - 1].tie = TIE_WITH;
        else
            r->tie = TIE_WITH;
        break;
    case CUE_LIKE:
        r->tie = g->n_np ? TIE_LIKE : TIE_NEW;
        break;
    case CUE_TO_FIND:
        mark_discover(r);
        break;
    case CUE_RESULT:
        mark_not_result(r);
        break;
    case CUE_VAGUE:
        grammar_unresolved(g, p->text);
        break;
    case CUE_UNLESS:
        if (r->unwanted)
            return read_condition(r, i);
        read_not(r);
        break;
    case CUE_WHEN:
        return read_condition(r, i);
    case CUE_AND:
    case CUE_NONE:
    case CUE_STOP:
    case CUE_PAGE:
    case CUE_SECTION:
    case CUE_ITEM:
        break;
    }
    return i + 1;
}

static void read_break(struct reader *r, const struct piece *p)
{
    switch (p->value) {
    case '.':
    case '-':
        end_clause(r);
        break;
    case '(':
        r->outer_unwanted = r->unwanted;
        r->outer_tie = r->tie;
        r->in_bracket = true;
        r->tie = TIE_LIKE;
        break;
    case ')':
        if (r->in_bracket) {
            r->unwanted = r->outer_unwanted;
            r->tie = TIE_AND;
        }
        r->in_bracket = false;
        break;
    case ':':
        break;
    default:
        r->tie = r->tie == TIE_LIKE ? TIE_LIKE : TIE_AND;
        break;
    }
}

void grammar_read(struct grammar *g)
{
    struct reader r = {.g = g};
    for (unsigned i = 0; i < g->parts->n;) {
        const struct piece *p = &g->parts->piece[i];
        if (p->kind == PIECE_BREAK) {
            read_break(&r, p);
            i++;
        } else if (is_noun(p)) {
            if (r.to_find) {
                i++; /* what it helps to find is wanted already */
                continue;
            }
            i = read_nouns(&r, i);
        } else if (p->kind == PIECE_CUE) {
            i = read_cue(&r, i);
        } else {
            bool touches = g->n_np && g->np[g->n_np - 1].end == i && p->kind != PIECE_PATH;
            if (touches)
                g->np[g->n_np - 1].of_limit = true;
            struct noun_phrase *np = np_add(&r, i, i + 1);
            if (np)
                np->limit = (int)i;
            if (p->kind == PIECE_PATH)
                r.tie = TIE_AND;
            i++;
        }
    }
    end_clause(&r);
}
