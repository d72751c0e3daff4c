/* SPDX-License-Identifier: Apache-2.0 */
/* concept.c: an open hash table from stemmed phrases to meanings, and how labels are held against fields. */
#include "answer/concept.h"

#include "base/must.h"

#include <stdlib.h>

enum { SLOTS = 8192, PHRASE_MAX = 160 };

struct row {
    enum kind kind;
    const char *names, *machine, *units;
};

static const struct row rows[CONCEPTS] = {
#define CONCEPT(id, kind, names, machine, units) [CONCEPT_##id] = {KIND_##kind, names, machine, units},
#include "answer/concept.def"
#undef CONCEPT
};

struct slot {
    struct str name; /* as it stands in the table */
    uint32_t hash;   /* of its stemmed words */
    enum concept concept;
};

struct concepts {
    struct slot slots[SLOTS];
};

enum kind concept_kind(enum concept c)
{
    return rows[c].kind;
}

const char *concept_machine(enum concept c)
{
    return rows[c].machine ? rows[c].machine : "";
}

const char *concept_units(enum concept c)
{
    return rows[c].units ? rows[c].units : "";
}

const char *concept_names(enum concept c)
{
    return rows[c].names ? rows[c].names : "";
}

static uint32_t hash_more(uint32_t h, struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    return h;
}

/* Of words [from, from + n), each stemmed, a space between them. */
static uint32_t hash_words(const struct words *w, unsigned from, unsigned n)
{
    uint32_t h = 2166136261u;
    for (unsigned i = 0; i < n; i++)
        h = hash_more(i ? hash_more(h, STR_LIT(" ")) : h, w->word[from + i]);
    return h ? h : 1;
}

static bool same_words(struct str name, const struct words *w, unsigned from, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        size_t end = str_find(name, ' ');
        if (!str_eq(fold_stem(str_head(name, end)), w->word[from + i]))
            return false;
        if (i + 1 < n && end == name.n)
            return false;
        name = str_from(name, end + 1);
    }
    return name.n == 0;
}

static enum concept find(const struct concepts *c, const struct words *w, unsigned from, unsigned n)
{
    uint32_t hash = hash_words(w, from, n);
    for (uint32_t i = hash % SLOTS; c->slots[i].hash; i = (i + 1) % SLOTS)
        if (c->slots[i].hash == hash && same_words(c->slots[i].name, w, from, n))
    return c->slots[i].concept;
    return CONCEPT_NONE;
}

static void add(struct concepts *c, struct str name, enum concept concept)
{
    struct words w = fold_words(name);
    uint32_t hash = hash_words(&w, 0, w.n), i = hash % SLOTS;
    if (find(c, &w, 0, w.n) != CONCEPT_NONE)
        return; /* the first row that has it */
    while (c->slots[i].hash)
        i = (i + 1) % SLOTS;
    c->slots[i] = (struct slot){.name = name, .hash = hash, .concept = concept};
}

struct concepts *concepts_create(void)
{
    struct concepts *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    unsigned n = 0;
    for (int concept = CONCEPT_NONE + 1; concept < CONCEPTS; concept ++) {
        struct str rest = str_of(rows[concept].names);
        while (rest.n) {
            struct str name = str_head(rest, str_find(rest, '|'));
            add(c, name, (enum concept) concept);
            rest = str_from(rest, name.n + 1);
            must(++n < SLOTS / 2);
        }
    }
    return c;
}

void concepts_destroy(struct concepts *c)
{
    free(c);
}

enum concept concept_of(const struct concepts *c, struct str folded)
{
    struct words w = fold_words(folded);
    return w.n && !w.cut ? find(c, &w, 0, w.n) : CONCEPT_NONE;
}

/* ---- names and labels ---- */

/* Words that say nothing about which value is meant. */
static bool is_small(struct str w)
{
    return fold_is_any(w,
                       "the|a|an|of|for|in|on|at|to|is|are|this|that|it|its|their|with|and|or|der|die|"
                       "das|des|den|dem|le|la|les|l|d|de|du|el|los|"
                       "las|il|lo|gli|per|your|our|all|total|current|main|product|page|article|item|job|"
                       "recipe|event|hotel|post|property|listing|"
                       "code|info|information|value|details|number|no|nr|id|#|field|s|ca|approx|about");
}

/* "the name of the teacher" is the teacher. */
static struct str after_name_of(struct str folded)
{
    static const char *const heads[] = {"name of the ", "name of a ",  "name of an ",   "name of ",
                                        "name der ",    "name des ",   "nom du ",       "nom de la ",
                                        "nom de l ",    "nombre del ", "nombre de la ", "nome del ",
                                        "nome della "};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        if (str_starts(folded, str_of(heads[i])))
            return str_from(folded, strlen(heads[i]));
    return STR_NONE;
}

/* "company name" is the company; "product name" is what the table says it is. */
static void drop_name(const struct concepts *c, struct meaning *m)
{
    if (m->concept != CONCEPT_TITLE || m->n != 1 || m->from + 1 != m->words.n || m->from == 0)
        return;
    for (unsigned from = 0; from < m->from; from++) {
        enum concept found = find(c, &m->words, from, m->from - from);
        if (found == CONCEPT_NONE || found == CONCEPT_TITLE)
            continue;
        m->concept = found;
        m->n = m->from - from + 1;
        m->from = from;
        return;
    }
}

static bool only_small(struct str folded)
{
    struct words w = fold_words(folded);
    for (unsigned i = 0; i < w.n; i++)
        if (!is_small(w.word[i]))
            return false;
    return true;
}

/* How many words stand before "of", which makes them the head: "the name of the page" is a name. All: there is no such word. */
static unsigned head_of(const struct words *w)
{
    for (unsigned i = 1; i + 1 < w->n; i++)
        if (fold_is_any(w->word[i], "of|von|de|del|di|du"))
            return i;
    return w->n;
}

/* The last meaning of n words of the first `to` words. */
static bool take_last(const struct concepts *c, struct meaning *m, unsigned n, unsigned to)
{
    for (unsigned i = to; i > 0; i--) {
        enum concept found = i - 1 + n <= to ? find(c, &m->words, i - 1, n) : CONCEPT_NONE;
        if (found == CONCEPT_NONE)
            continue;
        m->concept = found;
        m->from = i - 1;
        m->n = n;
        return true;
    }
    return false;
}

struct meaning meaning_of(const struct concepts *c, struct str folded)
{
    struct str of = after_name_of(folded);
    if (of.n && !only_small(of))
        folded = of;
    struct meaning m = {.concept = CONCEPT_NONE, .words = fold_words(folded)};
    unsigned head = head_of(&m.words);
    for (unsigned n = m.words.n; n > 0 && m.concept == CONCEPT_NONE; n--)
        if (!take_last(c, &m, n, head))
            take_last(c, &m, n, m.words.n);
    drop_name(c, &m);
    return m;
}

unsigned meaning_rest(const struct meaning *m)
{
    unsigned n = 0;
    for (unsigned i = 0; i < m->words.n; i++)
        n += (i < m->from || i >= m->from + m->n) && !is_small(m->words.word[i]);
    return n;
}

/* Words that turn a meaning into its opposite or into another thing. */
static bool is_sharp(struct str w)
{
    return fold_is_any(w, "min|minimum|max|maximum|old|original|previous|regular|before|new|start|end|"
                          "dev|other|similar|related|from|until|monthly|annual|yearly|"
                          "month|year|week|day|night|last|first|next|special|billing|shipping|unit|per|"
                          "change|cut|history|est|estimated|set");
}

/* One word inside another, as compounds are made: "energieklasse", "energieeffizienzklasse". */
static bool is_compound(struct str small, struct str big)
{
    if (small.n < 8 || big.n <= small.n)
        return false;
    size_t left = 0, right = 0;
    while (left < small.n && small.p[left] == big.p[left])
        left++;
    while (right < small.n && small.p[small.n - 1 - right] == big.p[big.n - 1 - right])
        right++;
    return left >= 4 && right >= 4 && left + right >= small.n;
}

static bool is_percent(struct str w)
{
    return w.n && (w.p[0] == '%' || w.p[0] == 'p') && fold_is_any(w, "%|pct|percent|percentage|prozent");
}

static bool has_word(const struct words *in, struct str w)
{
    bool percent = is_percent(w);
    for (unsigned i = 0; i < in->n; i++)
        if (str_eq(in->word[i], w) || (percent && is_percent(in->word[i])) ||
            is_compound(in->word[i], w) || is_compound(w, in->word[i]))
            return true;
    return false;
}

/* What the words of `of` that are not in `in` cost; those in [from, from + n) are said by the meaning. */
static int cost_of_rest(const struct words *of, unsigned from, unsigned n, const struct words *in,
                        int each, int sharp)
{
    int cost = 0;
    for (unsigned i = 0; i < of->n; i++) {
        struct str w = of->word[i];
        if ((i >= from && i < from + n) || has_word(in, w) || (is_small(w) && !is_sharp(w)))
            continue;
        cost += is_sharp(w) ? sharp : each;
    }
    return cost;
}

static int weight(struct str w)
{
    return is_small(w) ? 1 : 3;
}

/* Most pairs share no word, and are done with before any word is weighed. */
static int match_words(const struct meaning *f, const struct meaning *l)
{
    int common = 0, mine = 0, theirs = 0;
    for (unsigned i = 0; i < f->words.n; i++)
        common += has_word(&l->words, f->words.word[i]) ? weight(f->words.word[i]) : 0;
    if (common == 0)
        return 0;
    for (unsigned i = 0; i < f->words.n; i++)
        mine += weight(f->words.word[i]);
    for (unsigned i = 0; i < l->words.n; i++)
        theirs += weight(l->words.word[i]);
    if (common < 3 && !(mine == common && theirs == common))
        return 0;
    return 200 * common / (mine + theirs);
}

int meaning_match(const struct meaning *f, const struct meaning *l)
{
    if (f->words.n == 0 || l->words.n == 0 || l->words.cut)
        return 0;
    int words = match_words(f, l), said = 0;
    if (f->concept != CONCEPT_NONE && f->concept == l->concept) {
        said = 100 - cost_of_rest(&f->words, f->from, f->n, &l->words, 12, 25) -
               cost_of_rest(&l->words, l->from, l->n, &f->words, 15, 40);
    } else if (f->concept != CONCEPT_NONE && l->concept != CONCEPT_NONE) {
        words = words == 100 ? 100 : words - 25; /* two different things that share a word */
    }
    return said > words ? said : words > 0 ? words : 0;
}
