/* SPDX-License-Identifier: Apache-2.0 */
/* instruct_terms.c: words no table knows, as concepts of their own: whole phrase, single words, inflections. */
#include "frontier/instruct_grammar.h"

static const char *const suffixes[] = {"ing", "ed", "er",    "e",   "en",   "s",   "es",
                                       "n",   "al", "ation", "ate", "ated", "able"};

/* Inflections of an open word: "scheduling" is told by "schedule" too. Pointless below five letters. */
static void add_inflections(struct grammar *g, struct str word, unsigned concept, unsigned roles,
                            unsigned part)
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
} abbreviations[] = {{"language", "lang"},        {"configuration", "config"},
                     {"administration", "admin"}, {"administrator", "admin"},
                     {"application", "app"},      {"environment", "env"},
                     {"function", "func"},        {"development", "dev"},
                     {"information", "info"},     {"directory", "dir"},
                     {"parameter", "param"},      {"argument", "arg"},
                     {"kubernetes", "k8s"},       {"internationalization", "i18n"},
                     {"postgresql", "postgres"},  {"javascript", "js"},
                     {"typescript", "ts"},        {"mathematics", "math"},
                     {"biology", "bio"},          {"university", "uni"},
                     {"laboratory", "lab"},       {"photography", "photo"},
                     {"television", "tv"},        {"utility", "util"},
                     {"cpp", "cplusplus"},        {"cpp", "cxx"}};

/* "the C language", "C++ language": the name says it all, and no other of its words would be told by an address. */
static bool is_named_language(struct str text, const struct word *words, size_t n)
{
    struct str name = n == 2 ? str_make(text.p + words[0].at, words[0].n) : STR_NONE;
    bool signs = name.n == 1 || (name.n && !ascii_is_alpha(name.p[name.n - 1]));
    return signs && words[1].hash == word_hash("language");
}

int grammar_term(struct grammar *g, struct str text, bool wanted)
{
    struct rules *r = g->rules;
    struct word words[TERM_MAX_WORDS];
    uint64_t hashes[TERM_MAX_WORDS];
    size_t n = words_of(text, WORDS_TEXT, words, TERM_MAX_WORDS);
    /* Words that say nothing don't count ("the price of helium"). */
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        bool stop = false;
        for (const struct phrase *p = lexicon_first(g->lexicon, words[i].hash); p;
             p = lexicon_next(g->lexicon, p))
        stop |= p->concept == CONCEPT_STOP && p->n == 1;
        if (!stop)
            words[kept++] = words[i];
    }
    if (!kept)
        return -1;
    kept -= is_named_language(text, words, kept);
    for (unsigned i = 0; i < r->n_terms; i++)
        if (str_eq_nocase(r->term[i].text, text))
            return (int)(CONCEPT_TERM + i);
    if (r->n_terms == MAX_TERMS) {
        grammar_unresolved(g, text);
        return -1;
    }
    unsigned concept = CONCEPT_TERM + r->n_terms;
    r->term[r->n_terms++] = (struct term){.text = text, .n = (uint8_t)kept, .inflected = wanted};
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

static struct term numbered_term(struct grammar *g, const struct piece *p)
{
    struct term t = {.text = p->text, .noun = p->text, .n = 1, .numbered = true};
    for (unsigned k = 0; k < p->n_numbers && k < MAX_TERM_NUMBERS; k++) {
        t.number[t.n_numbers++] = p->number[k];
        t.text = arena_printf(g->arena, "%.*s %u", STR_ARG(t.text), p->number[k]);
    }
    return t;
}

/* "sections 2 and 3": "section 2", "sec 2", "section_2", "man2", "(2)" for what is numbered so. */
int grammar_numbered(struct grammar *g, const struct piece *p)
{
    struct rules *r = g->rules;
    static const struct {
        const char *noun, *shorter;
    } shorts[] = {{"section", "man|sec|s|sect"},
                  {"volume", "vol|v"},
                  {"chapter", "ch|chap"},
                  {"number", "no|nr"},
                  {"issue", "no|nr|iss"},
                  {"episode", "ep|e"},
                  {"season", "s"},
                  {"part", "pt"},
                  {"level", "l|lvl"},
                  {"version", "v"},
                  {"kapitel", "kap"},
                  {"unit", "u"},
                  {"lesson", "l"},
                  {"week", "w"},
                  {"year", "y"},
                  {"step", "s"}};
    if (r->n_terms == MAX_TERMS) {
        grammar_unresolved(g, p->text);
        return -1;
    }
    unsigned concept = CONCEPT_TERM + r->n_terms;
    r->term[r->n_terms++] = numbered_term(g, p);
    for (unsigned k = 0; k < p->n_numbers; k++) {
        struct str s = arena_printf(g->arena, "%.*s %u|%.*s%u", STR_ARG(p->text), p->number[k],
                                    STR_ARG(p->text), p->number[k]);
        lexicon_add(g->lexicon, s, concept, ROLE_LINK);
        for (size_t i = 0; i < ARRAY_LEN(shorts); i++) {
            struct word w;
            if (!words_of(p->text, WORDS_TEXT, &w, 1) || w.hash != word_hash(shorts[i].noun))
                continue;
            struct str list = str_of(shorts[i].shorter);
            while (list.n) {
                struct str one = str_head(list, str_find(list, '|'));
                list = str_from(list, one.n + 1);
                s = arena_printf(g->arena, "%.*s %u|%.*s%u", STR_ARG(one), p->number[k], STR_ARG(one),
                                 p->number[k]);
                lexicon_add(g->lexicon, s, concept, ROLE_LINK);
            }
        }
    }
    return (int)concept;
}
