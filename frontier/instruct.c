/* SPDX-License-Identifier: Apache-2.0 */
/* instruct.c: the grammar: pieces to noun phrases with a polarity and a tie, those to targets. */
#include "frontier/instruct.h"

#include "base/buf.h"
#include "base/must.h"
#include "base/pattern.h"
#include "frontier/facts.h"
#include "frontier/instruct_parts.h"

#include <stdio.h>

#define MAX_PHRASES 64

enum tie {
    TIE_NEW,   /* a thing of its own */
    TIE_AND,   /* one more of what the phrase before is */
    TIE_ABOUT, /* its topic */
    TIE_IN,    /* its place, author, tag */
    TIE_THAT,  /* its state */
    TIE_LIKE,  /* an example or another name of it: brackets, "such as" */
    TIE_WITH,  /* "including ..." */
};

/* A noun phrase: pieces [first, end). */
struct noun_phrase {
    unsigned first, end;
    unsigned clause;
    enum tie tie;
    bool unwanted, discover, other, all;
    bool page, section, item; /* ends with a noun that says no more */
    bool plural;
    int head;        /* a kind, or -1 */
    bool head_page;  /* the head's name ends with "page" */
    unsigned n_more; /* pieces besides head and empty nouns */
    int limit;       /* a piece that is no noun: path, language, version, date; -1 */
    bool merged;     /* given to a later phrase as one more modifier */
};

struct grammar {
    const struct parts *parts;
    struct str text;
    struct arena *arena;
    struct rules *rules;
    struct lexicon *lexicon;
    struct noun_phrase np[MAX_PHRASES];
    unsigned n_np;
};

/* ---- unresolved ---- */

static void unresolved(struct grammar *g, struct str text)
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

static struct str span(const struct grammar *g, unsigned first, unsigned end)
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

/* ---- noun phrases ---- */

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
    bool in_bracket, other;
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
        unresolved(g, span(g, first, end));
        return NULL;
    }
    struct noun_phrase *np = &g->np[g->n_np++];
    *np = (struct noun_phrase){.first = first, .end = end, .clause = r->clause, .tie = r->tie,
                               .unwanted = r->unwanted, .other = r->other, .head = -1, .limit = -1};
    if (r->unwanted)
        r->open_not = false;
    r->other = false;
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
    np->n_more = nouns - (np->head >= 0);
}

static unsigned read_nouns(struct reader *r, unsigned i)
{
    const struct parts *parts = r->g->parts;
    unsigned end = i;
    while (end < parts->n && is_noun(&parts->piece[end]))
        end++;
    struct noun_phrase *np = np_add(r, i, end);
    if (np)
        np_head(r->g, np);
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
                               (parts->piece[end].value == '.' || parts->piece[end].value == ',' || parts->piece[end].value == ')')))
        end++;
    unresolved(r->g, span(r->g, i, end));
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
        if (i + 1 < g->parts->n && g->parts->piece[i + 1].kind == PIECE_CUE && g->parts->piece[i + 1].value == CUE_BUT) {
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
        if (r->clause_first_np < g->n_np && (i + 1 >= g->parts->n || g->parts->piece[i + 1].kind == PIECE_BREAK))
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
        unresolved(g, p->text);
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

static void read_pieces(struct grammar *g)
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

/* ---- terms ---- */

static const char *const suffixes[] = {"ing", "ed", "er", "e", "en", "s", "es", "n", "al", "ation", "ate", "ated", "able"};

/* Inflections of an open word: "scheduling" is told by "schedule" too. Pointless below five letters. */
static void add_inflections(struct grammar *g, struct str word, unsigned concept, unsigned roles, unsigned part)
{
    char stem[WORD_MAX_BYTES + 8];
    if (word.n < 5 || word.n > WORD_MAX_BYTES)
        return;
    size_t n = word.n;
    static const char *const cut[] = {"ation", "ing", "ed", "e"};
    for (size_t i = 0; i < ARRAY_LEN(cut); i++) {
        size_t k = strlen(cut[i]);
        if (n >= k + 4 && str_ends(word, str_of(cut[i]))) {
            n -= k;
            break;
        }
    }
    if (n == word.n && !ascii_is_alpha(word.p[n - 1]))
        return;
    memcpy(stem, word.p, n);
    for (size_t i = 0; i <= ARRAY_LEN(suffixes); i++) {
        size_t k = i ? strlen(suffixes[i - 1]) : 0;
        if (k)
            memcpy(stem + n, suffixes[i - 1], k);
        stem[n + k] = 0;
        uint64_t hash = word_hash(stem);
        lexicon_add_words(g->lexicon, &hash, 1, concept, roles, part);
    }
}

static const struct {
    const char *word, *shorter;
} abbreviations[] = {{"language", "lang"},       {"configuration", "config"}, {"administration", "admin"},
                     {"administrator", "admin"}, {"application", "app"},      {"environment", "env"},
                     {"function", "func"},       {"development", "dev"},      {"information", "info"},
                     {"directory", "dir"},       {"parameter", "param"},      {"argument", "arg"},
                     {"kubernetes", "k8s"},      {"internationalization", "i18n"}, {"postgresql", "postgres"},
                     {"javascript", "js"},       {"typescript", "ts"},        {"mathematics", "math"},
                     {"biology", "bio"},         {"university", "uni"},       {"laboratory", "lab"},
                     {"photography", "photo"},   {"television", "tv"},        {"utility", "util"}};

static int term_add(struct grammar *g, struct str text, bool wanted)
{
    struct rules *r = g->rules;
    struct word words[TERM_MAX_WORDS];
    uint64_t hashes[TERM_MAX_WORDS];
    size_t n = words_of(text, WORDS_TEXT, words, TERM_MAX_WORDS);
    /* Words that say nothing don't count ("the price of helium"). */
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool stop = false;
        for (const struct phrase *p = lexicon_first(g->lexicon, words[i].hash); p; p = lexicon_next(g->lexicon, p))
            stop |= p->concept == CONCEPT_STOP && p->n == 1;
        if (!stop)
            words[kept++] = words[i];
    }
    if (!kept)
        return -1;
    for (unsigned i = 0; i < r->n_terms; i++)
        if (str_eq_nocase(r->term[i].text, text))
            return (int)(CONCEPT_TERM + i);
    if (r->n_terms == MAX_TERMS) {
        unresolved(g, text);
        return -1;
    }
    unsigned concept = CONCEPT_TERM + r->n_terms;
    r->term[r->n_terms++] = (struct term){text, (uint8_t)kept, false};
    for (size_t i = 0; i < kept; i++)
        hashes[i] = words[i].hash;
    lexicon_add_words(g->lexicon, hashes, kept, concept, ROLE_LINK, 0);
    for (size_t i = 0; i < kept; i++) {
        unsigned part = kept > 1 ? 1u << i : 0;
        struct str word = str_make(text.p + words[i].at, words[i].n);
        if (kept > 1)
            lexicon_add_words(g->lexicon, hashes + i, 1, concept, ROLE_LINK, part);
        if (!wanted)
            continue;
        add_inflections(g, word, concept, ROLE_LINK, part);
        for (size_t k = 0; k < ARRAY_LEN(abbreviations); k++) {
            uint64_t shorter = word_hash(abbreviations[k].shorter);
            if (word_hash(abbreviations[k].word) == hashes[i])
                lexicon_add_words(g->lexicon, &shorter, 1, concept, ROLE_LINK, part);
        }
    }
    return (int)concept;
}

/* "sections 2 and 3": "section 2", "sec 2", "section_2", "man2", "(2)" for what is numbered so. */
static int numbered_add(struct grammar *g, const struct piece *p)
{
    struct rules *r = g->rules;
    static const struct {
        const char *noun, *shorter;
    } shorts[] = {{"section", "man|sec|s|sect"}, {"volume", "vol|v"}, {"chapter", "ch|chap"}, {"number", "no|nr"},
                  {"issue", "no|nr|iss"},        {"episode", "ep|e"}, {"season", "s"},        {"part", "pt"},
                  {"level", "l|lvl"},            {"version", "v"},    {"kapitel", "kap"},     {"unit", "u"},
                  {"lesson", "l"},               {"week", "w"},       {"year", "y"},          {"step", "s"}};
    if (r->n_terms == MAX_TERMS) {
        unresolved(g, p->text);
        return -1;
    }
    unsigned concept = CONCEPT_TERM + r->n_terms;
    r->term[r->n_terms++] = (struct term){p->text, 1, true};
    for (unsigned k = 0; k < p->n_numbers; k++) {
        struct str s = arena_printf(g->arena, "%.*s %u|%.*s%u", STR_ARG(p->text), p->number[k], STR_ARG(p->text), p->number[k]);
        lexicon_add(g->lexicon, s, concept, ROLE_LINK);
        for (size_t i = 0; i < ARRAY_LEN(shorts); i++) {
            struct word w;
            if (!words_of(p->text, WORDS_TEXT, &w, 1) || w.hash != word_hash(shorts[i].noun))
                continue;
            struct str list = str_of(shorts[i].shorter);
            while (list.n) {
                struct str one = str_head(list, str_find(list, '|'));
                list = str_from(list, one.n + 1);
                s = arena_printf(g->arena, "%.*s %u|%.*s%u", STR_ARG(one), p->number[k], STR_ARG(one), p->number[k]);
                lexicon_add(g->lexicon, s, concept, ROLE_LINK);
            }
        }
    }
    return (int)concept;
}

/* ---- phrases to targets ---- */

static void group_add(struct grammar *g, struct group *group, int concept)
{
    if (concept < 0)
        return;
    for (unsigned i = 0; i < group->n; i++)
        if (group->concept[i] == concept)
            return;
    if (group->n == MAX_ALTERNATIVES)
        unresolved(g, STR_LIT("more alternatives than can be held"));
    else
        group->concept[group->n++] = (uint16_t)concept;
}

static struct group *target_group(struct target *t)
{
    if (t->n_groups == MAX_GROUPS)
        return NULL;
    t->group[t->n_groups] = (struct group){.n = 0};
    return &t->group[t->n_groups++];
}

static void target_kind(struct target *t, int kind)
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
            to[n++] = numbered_add(g, p);
        } else if (p->kind == PIECE_QUOTE) {
            to[n++] = term_add(g, p->text, !np->unwanted);
        } else if (p->kind == PIECE_WORD) {
            unsigned first = i;
            while (first > np->first && g->parts->piece[first - 1].kind == PIECE_WORD)
                first--;
            to[n++] = term_add(g, span(g, first, i + 1), !np->unwanted);
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

static void add_modifier_groups(struct grammar *g, struct target *t, const struct noun_phrase *np, bool own)
{
    int m[MAX_MODIFIERS];
    unsigned n = np_modifiers(g, np, m, MAX_MODIFIERS);
    for (unsigned i = 0; i < n; i++) {
        struct group *group = target_group(t);
        if (!group)
            break;
        group_add(g, group, m[i]);
        bool kind = m[i] < KIND_COUNT;
        group->own = own || (kind && kind_class((unsigned)m[i]) == CLASS_FILE);
        group->told = kind && kind_class((unsigned)m[i]) == CLASS_ATTR;
        group->numbered = is_numbered(g, m[i]);
    }
}

/* Topic, place or state of the target before. */
static void attach(struct grammar *g, struct target *t, const struct noun_phrase *np, bool more)
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
    if (n == 0 || (np->head >= 0 && kind_class((unsigned)np->head) != CLASS_LIST && np->tie == TIE_ABOUT)) {
        if (np->head >= 0)
            group_add(g, group, np->head);
    }
    for (unsigned i = 0; i < n; i++)
        group_add(g, group, m[i]);
    for (unsigned k = at; k-- > 0 && g->np[k].merged;) {
        n = np_modifiers(g, &g->np[k], m, MAX_MODIFIERS);
        for (unsigned i = 0; i < n; i++)
            group_add(g, group, m[i]);
    }
    if (!group->n)
        t->n_groups--;
}

static bool is_file_phrase(const struct noun_phrase *np)
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

static void note_files(struct grammar *g, const struct noun_phrase *np)
{
    for (unsigned i = np->first; i < np->end; i++)
        if (g->parts->piece[i].kind == PIECE_KIND)
            g->rules->files |= files_of_kind((unsigned)g->parts->piece[i].value);
}

/* "Politics and Economy articles": the head is the last one's and meant for all; the bare phrases before
 * become alternatives of its modifier. */
static void share_heads(struct grammar *g)
{
    for (unsigned i = 0; i < g->n_np; i++) {
        struct noun_phrase *np = &g->np[i];
        if (np->head < 0 || !np->n_more || np->limit >= 0 || kind_class((unsigned)np->head) == CLASS_FILE)
            continue;
        for (unsigned k = i; k-- > 0;) {
            struct noun_phrase *before = &g->np[k];
            bool bare = before->head < 0 && !before->page && !before->section && !before->item && !before->all &&
                        before->limit < 0 && before->n_more;
            if (!bare || before->clause != np->clause || before->unwanted != np->unwanted || g->np[k + 1].tie != TIE_AND)
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
            group_add(g, &t->group[0], m[i]);
    }
}

static void add_limit(struct grammar *g, const struct noun_phrase *np);

static bool is_empty(const struct target *t)
{
    return !t->n_kinds && !t->n_groups;
}

static struct target *target_new(struct grammar *g, bool unwanted)
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
    target_kind(t, np->head);
    for (unsigned i = np->first; i < np->end; i++) {
        const struct piece *p = &g->parts->piece[i];
        if (p->kind != PIECE_KIND || p->value != np->head)
            continue;
        size_t n = words_of(p->text, WORDS_TEXT, words, PHRASE_MAX_WORDS);
        for (const struct phrase *q = n ? lexicon_first(g->lexicon, words[0].hash) : NULL; q; q = lexicon_next(g->lexicon, q))
            if (q->n == n && (q->roles & ROLE_ASKED) && q->concept < KIND_COUNT && phrase_fits(g->lexicon, q, words, n) &&
                kind_class(q->concept) <= CLASS_ITEM)
                target_kind(t, q->concept);
    }
}

static bool lists_items(unsigned kind)
{
    return kind_class(kind) == CLASS_ITEM;
}

/* A phrase that stands for itself. */
static struct target *add_target(struct grammar *g, unsigned at)
{
    const struct noun_phrase *np = &g->np[at];
    struct target *t = target_new(g, np->unwanted);
    if (!t) {
        unresolved(g, span(g, np->first, np->end));
        return NULL;
    }
    t->text = span(g, np->first, np->end);
    t->discover = np->discover;
    if (np->head >= 0)
        target_kinds(g, t, np);
    add_modifier_groups(g, t, np, false);
    add_shared(g, t, at);
    if (t->discover && t->n_kinds)
        t->n_groups = 0;
    bool items = np->item || (np->head >= 0 && lists_items((unsigned)np->head));
    t->index = !items || np->section;
    if (!np->unwanted)
        note_files(g, np);
    return t;
}

/* An alternative name of the target before, or of its topic. */
static void add_example(struct grammar *g, struct target *t, const struct noun_phrase *np)
{
    if (np->head >= 0 && !np->n_more && kind_class((unsigned)np->head) <= CLASS_ITEM && t->n_kinds) {
        target_kind(t, np->head);
        return;
    }
    bool more = t->n_groups && !t->group[t->n_groups - 1].own;
    attach(g, t, np, more);
}

struct builder {
    struct target *wanted, *unwanted; /* the last of each */
    bool attached;                    /* the last phrase was a topic or place of it */
    unsigned chain;                   /* the first wanted target of an "A, B and C" that a topic is meant for */
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
    return np->end == np->first + 1 && p->kind == PIECE_KIND && kind_class((unsigned)p->value) == CLASS_ATTR;
}

static void build_wanted(struct grammar *g, struct builder *b, unsigned at)
{
    struct noun_phrase *np = &g->np[at];
    bool file_only = is_file_phrase(np) && !np->n_more;
    if (np->other)
        return;
    if (file_only && np->tie == TIE_WITH) {
        note_files(g, np);
        return;
    }
    struct target *t = b->wanted;
    if (t && np->tie == TIE_AND && is_state(g, np) && t->n_groups && t->group[t->n_groups - 1].told) {
        attach(g, t, np, true);
        return;
    }
    bool more = np->tie == TIE_AND && b->attached && t && !np->page && !np->item &&
                !(np->head >= 0 && lists_items((unsigned)np->head) && b->tie != TIE_ABOUT);
    if (t && (is_topic_tie(np->tie) || more)) {
        enum tie tie = np->tie == TIE_AND ? b->tie : np->tie;
        bool of_page = tie == TIE_IN && np->head >= 0 && lists_items((unsigned)np->head) && !np->n_more && t->n_kinds &&
                       b->tie != TIE_ABOUT && kind_class(t->kind[0]) == CLASS_ITEM && t->kind[0] == KIND_ABSTRACT;
        if (of_page) {
            target_kind(t, np->head);
        } else if (is_empty(t) || (t->below && !t->n_kinds && !t->n_groups)) {
            if (np->head >= 0 && !np->n_more && kind_class((unsigned)np->head) <= CLASS_ITEM)
                target_kind(t, np->head);
            else
                attach(g, t, np, false);
            t->index = true;
            t->below = tie == TIE_IN;
        } else if (more && t->n_kinds && !t->n_groups) {
            target_kind(t, np->head >= 0 ? np->head : t->kind[0]);
        } else {
            for (unsigned i = b->chain; !more && i + 1 < g->rules->n_wanted; i++)
                if (g->rules->wanted[i].n_kinds && !g->rules->wanted[i].n_groups)
                    attach(g, &g->rules->wanted[i], np, false);
            attach(g, t, np, more);
        }
        b->attached = true;
        b->tie = tie;
        note_files(g, np);
        return;
    }
    if (t && (np->tie == TIE_LIKE) && !is_empty(t)) {
        add_example(g, t, np);
        return;
    }
    bool chained = np->tie == TIE_AND && !b->attached && at > 0 && !g->np[at - 1].page && !g->np[at - 1].section;
    if (!chained)
        b->chain = g->rules->n_wanted;
    b->wanted = add_target(g, at);
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
    if (np->other && np->head != KIND_TRANSLATION)
        return; /* what is not wanted is not wanted */
    if (is_about_parameters(g, np)) {
        unresolved(g, span(g, np->first, np->end));
        return;
    }
    struct target *t = b->unwanted;
    if (t && is_topic_tie(np->tie)) {
        if (is_empty(t) || np->tie == TIE_ABOUT || np->tie == TIE_THAT) {
            if (is_empty(t) && np->head >= 0 && !np->n_more)
                target_kind(t, np->head);
            else
                attach(g, t, np, false);
            b->attached = true;
        }
        return;
    }
    if (t && b->attached && np->tie == TIE_AND && !np->page && np->head < 0) {
        attach(g, t, np, true);
        return;
    }
    if (np->head == KIND_TRANSLATION) {
        g->rules->no_translations = true;
        b->unwanted = NULL;
        return;
    }
    b->unwanted = add_target(g, at);
    b->attached = false;
}

/* ---- limits ---- */

/* A path as people write it, as a glob of pattern.h: "/cart*" means all that begins so; the common marks of
 * regular expressions are understood. */
static struct str path_glob(struct grammar *g, struct str s)
{
    struct buf b;
    buf_init(&b, 4096);
    bool anchored = str_starts(s, STR_LIT("^")), ended = false, wild = false;
    s = str_from(s, anchored);
    bool hash = str_starts(s, STR_LIT("#"));
    if (!anchored && !hash && s.n && s.p[0] != '/' && s.p[0] != '*' && str_find(s, ':') == s.n) {
        bool folder = s.p[s.n - 1] == '/' && str_find(s, '?') == s.n;
        buf_puts(&b, folder ? "/" : "/**");
    } else if (s.n && s.p[0] == '*') {
        buf_puts(&b, "/*");
    }
    for (size_t i = 0; i < s.n; i++) {
        struct str rest = str_from(s, i);
        if (s.p[i] == '\\' && rest.n > 1) {
            char next = rest.p[1];
            i++;
            if (next == 'd' || next == 'w') {
                buf_putc(&b, '*');
                wild = true;
                if (rest.n > 2 && (rest.p[2] == '+' || rest.p[2] == '*'))
                    i++;
                else if (rest.n > 2 && rest.p[2] == '{')
                    i += str_find(str_from(rest, 2), '}') + 1;
            } else {
                buf_putc(&b, next);
            }
        } else if (str_starts(rest, STR_LIT(".*")) || str_starts(rest, STR_LIT(".+"))) {
            buf_puts(&b, "**");
            wild = true;
            i++;
        } else if (str_starts(rest, STR_LIT("[^/]+")) || str_starts(rest, STR_LIT("[0-9]+")) || str_starts(rest, STR_LIT("[a-z]+"))) {
            buf_putc(&b, '*');
            wild = true;
            i += str_find(rest, ']') + 1;
        } else if (s.p[i] == '$' && i + 1 == s.n) {
            ended = true;
        } else if (s.p[i] == '<' || s.p[i] == '{' || s.p[i] == ':') {
            size_t close = s.p[i] == ':' ? str_find(str_from(rest, 1), '/') + 1 : str_find(rest, s.p[i] == '<' ? '>' : '}') + 1;
            if (s.p[i] == ':' && (i == 0 || s.p[i - 1] != '/')) {
                buf_putc(&b, ':');
                continue;
            }
            buf_putc(&b, '*');
            wild = true;
            i += close - 1;
        } else if (s.p[i] == '?' && str_find(rest, '=') < rest.n) {
            buf_puts(&b, "\\?");
            wild = true;
        } else if (s.p[i] == '[' || s.p[i] == ']' || s.p[i] == '(' || s.p[i] == ')') {
            buf_putc(&b, '?');
            wild = true;
        } else {
            wild |= s.p[i] == '*';
            buf_putc(&b, s.p[i]);
        }
    }
    struct str made = buf_str(&b);
    if (wild && !ended && !str_ends(made, STR_LIT("**")))
        buf_puts(&b, str_ends(made, STR_LIT("*")) ? "*" : "**");
    struct str kept = b.status == OK ? arena_str(g->arena, buf_str(&b)) : STR_NONE;
    buf_fini(&b);
    return kept;
}

static void add_path(struct grammar *g, const struct noun_phrase *np, struct str text)
{
    struct rules *r = g->rules;
    struct str glob = path_glob(g, text);
    unsigned *n = np->unwanted ? &r->n_path_out : &r->n_path_in;
    if (!str_is_set(glob) || *n == MAX_RULE_PATHS || pattern_check(glob, NULL) != OK) {
        unresolved(g, text);
        return;
    }
    (np->unwanted ? r->path_out : r->path_in)[(*n)++] = glob;
}

static void add_date(struct grammar *g, const struct noun_phrase *np, const struct piece *p)
{
    struct rules *r = g->rules;
    if (!np->unwanted) {
        r->from = p->from;
        r->to = p->to;
    } else if (p->from == DATE_NONE) {
        r->from = p->to + 1;
        if (p->to % 10000 == 1231)
            r->from = (p->to / 10000 + 1) * 10000 + 101;
        r->to = DATE_END;
    } else if (p->to == DATE_END) {
        r->to = p->from - 1;
    } else {
        int concept = term_add(g, p->text, false);
        struct target *t = concept >= 0 ? target_new(g, true) : NULL;
        struct group *group = t ? target_group(t) : NULL;
        if (group) {
            t->text = p->text;
            group_add(g, group, concept);
        }
    }
}

static void add_version(struct grammar *g, const struct noun_phrase *np, const struct piece *p)
{
    struct rules *r = g->rules;
    struct str text = p->value ? STR_LIT("*") : p->text;
    if (np->unwanted && r->n_versions_out < MAX_VERSIONS)
        r->version_out[r->n_versions_out++] = text;
    else if (!np->unwanted && r->n_versions < MAX_VERSIONS)
        r->version[r->n_versions++] = text;
}

static void add_limit(struct grammar *g, const struct noun_phrase *np)
{
    struct rules *r = g->rules;
    const struct piece *p = &g->parts->piece[np->limit];
    switch (p->kind) {
    case PIECE_PATH:
        add_path(g, np, p->text);
        break;
    case PIECE_LANGUAGE:
        if (np->unwanted)
            r->languages_out |= (uint64_t)1 << p->value;
        else
            r->languages |= (uint64_t)1 << p->value;
        break;
    case PIECE_VERSION:
        add_version(g, np, p);
        break;
    case PIECE_DATE:
        add_date(g, np, p);
        break;
    case PIECE_PARAMETER:
        if (np->unwanted)
            break; /* "ignore session ids (sid=)": such pages are told by the rest of their address */
        unresolved(g, p->text);
        break;
    default:
        unresolved(g, p->text);
        break;
    }
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
            int concept = term_add(g, t->text, false);
            struct group *group = concept >= 0 ? target_group(t) : NULL;
            if (!group)
                continue;
            group_add(g, group, concept);
        }
        t->n_kinds = 0;
        t->sort = true;
    }
}

static void drop_empty(struct target *t, unsigned *n)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < *n; i++)
        if (!is_empty(&t[i]))
            t[kept++] = t[i];
    *n = kept;
}

static void build(struct grammar *g)
{
    struct builder b = {.tie = TIE_NEW};
    struct rules *r = g->rules;
    share_heads(g);
    for (unsigned i = 0; i < g->n_np; i++) {
        struct noun_phrase *np = &g->np[i];
        if (np->limit >= 0) {
            add_limit(g, np);
        } else if (np->merged) {
            continue;
        } else if (np->all) {
            struct target *t = target_new(g, np->unwanted);
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

static enum status compile_text(struct str text, struct arena *arena, struct arena *work, struct rules *rules,
                                struct lexicon *lexicon)
{
    struct grammar *g = ARENA_NEW(work, struct grammar);
    struct parts *parts = ARENA_NEW(work, struct parts);
    if (!g || !parts)
        return ST_NOMEM;
    enum status st = instruct_cut(text, lexicon, work, parts);
    if (st != OK)
        return st;
    *g = (struct grammar){.parts = parts, .text = text, .arena = arena, .rules = rules, .lexicon = lexicon};
    read_pieces(g);
    build(g);
    rules->max_depth = parts->max_depth;
    rules->page_limit = parts->page_limit;
    if (parts->cut)
        unresolved(g, STR_LIT("the end of the instruction: it is too long"));
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
