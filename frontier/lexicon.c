/* SPDX-License-Identifier: Apache-2.0 */
/* lexicon.c: the tables, and a small hash table over the first words of phrases. */
#include "frontier/lexicon.h"

#include "base/must.h"

/* clang-format off */
static const struct kind_row {
    const char *names, *paths, *texts;
    enum kind_class class;
} kinds[KIND_COUNT] = {
#define KIND(name, class, names, paths, texts) {names, paths, texts, CLASS_##class},
#include "frontier/kinds.def"
#undef KIND
};

static const struct language {
    const char *code, *names;
} languages[] = {
#define LANGUAGE(code, names) {code, names},
#include "frontier/languages.def"
#undef LANGUAGE
};

static const char *const months[12] = {
    "january|jan|januar|janner|janvier|enero",
    "february|feb|februar|fevrier|febrero",
    "march|mar|marz|mars|marzo",
    "april|apr|avril|abril",
    "may|mai|mayo",
    "june|jun|juni|juin|junio",
    "july|jul|juli|juillet|julio",
    "august|aug|aout|agosto",
    "september|sep|sept|septembre|septiembre",
    "october|oct|oktober|okt|octobre|octubre",
    "november|nov|novembre|noviembre",
    "december|dec|dezember|dez|decembre|diciembre",
};

/* Words of anchor texts and slugs that tell no kind of page. */
static const char stop_words[] =
    "a|an|the|and|or|of|for|to|in|on|at|by|with|our|your|my|their|its|all|every|any|this|that|these|those|is|are|was|"
    "be|it|you|we|i|me|us|more|most|see|view|read|browse|go|start|get|show|open|new|now|here|via|page|pages|section|"
    "site|website|web|www|online|from|as|about us|"
    "der|die|das|den|dem|des|ein|eine|einen|und|oder|fur|von|zu|zur|zum|im|am|mit|alle|unser|unsere|ihr|ihre|mehr|"
    "zeigen|ansehen|seite|seiten|"
    "le|la|les|un|une|de|du|et|ou|pour|au|aux|en|nos|votre|vos|tous|toutes|tout|voir|lire|plus|d|l|page|"
    "el|los|las|una|y|o|del|al|para|por|con|nuestro|tu|su|ver|leer|mas|todo|todos|todas|pagina";
/* clang-format on */

struct str kind_name(unsigned kind)
{
    struct str names = str_of(kinds[kind].names);
    return str_head(names, str_find(names, '|'));
}

enum kind_class kind_class(unsigned kind)
{
    return kinds[kind].class;
}

const char *language_code(int language)
{
    return languages[language].code;
}

bool language_is_named(int language, struct str text)
{
    struct word said[3], own[3];
    struct str names = str_of(languages[language].names);
    size_t n_said = words_of(text, WORDS_TEXT, said, ARRAY_LEN(said));
    while (names.n) {
        struct str name = str_head(names, str_find(names, '|'));
        names = str_from(names, name.n + 1);
        size_t n = words_of(name, WORDS_TEXT, own, ARRAY_LEN(own)), same = 0;
        while (same < n && same < n_said && own[same].hash == said[same].hash)
            same++;
        if (n && same == n)
            return true;
    }
    return false;
}

int language_of_code(struct str code)
{
    if (code.n != 2 && (code.n < 5 || code.n > 7 || (code.p[2] != '-' && code.p[2] != '_')))
        return -1;
    for (size_t i = 3; i < code.n; i++)
        if (!ascii_is_alpha(code.p[i]))
            return -1;
    for (size_t i = 0; i < ARRAY_LEN(languages); i++)
        if (ascii_lower(code.p[0]) == languages[i].code[0] &&
            ascii_lower(code.p[1]) == languages[i].code[1])
            return (int)i;
    return -1;
}

#define WORDS_PER_PHRASE 3

bool lexicon_init(struct lexicon *x, struct arena *arena, uint32_t max_phrases)
{
    *x = (struct lexicon){.arena = arena, .n_phrases = 1};
    x->max_phrases = max_phrases + 1;
    x->max_words = x->max_phrases * WORDS_PER_PHRASE;
    x->phrases = ARENA_ARRAY(arena, struct phrase, x->max_phrases);
    x->words = ARENA_ARRAY(arena, uint64_t, x->max_words);
    return x->phrases && x->words;
}

void lexicon_add_words(struct lexicon *x, const uint64_t *words, size_t n, unsigned concept,
                       unsigned roles, unsigned part)
{
    if (n == 0 || n > PHRASE_MAX_WORDS || x->n_phrases == x->max_phrases ||
        x->max_words - x->n_words < n)
        return;
    struct phrase *p = &x->phrases[x->n_phrases++];
    *p = (struct phrase){
        .words_at = x->n_words,
        .concept = (uint16_t) concept,
        .n = (uint8_t)n,
        .roles = (uint8_t)roles,
        .part = (uint8_t)part,
    };
    memcpy(x->words + x->n_words, words, n * sizeof *words);
    x->n_words += (uint32_t)n;
}

void lexicon_add(struct lexicon *x, struct str phrases, unsigned concept, unsigned roles)
{
    while (phrases.n) {
        struct str one = str_head(phrases, str_find(phrases, '|'));
        phrases = str_from(phrases, one.n + 1);
        struct word words[PHRASE_MAX_WORDS + 1];
        uint64_t hashes[PHRASE_MAX_WORDS + 1];
        size_t n = words_of(one, WORDS_TEXT, words, PHRASE_MAX_WORDS + 1);
        for (size_t i = 0; i < n; i++)
            hashes[i] = words[i].hash;
        lexicon_add_words(x, hashes, n, concept, roles, 0);
    }
}

void lexicon_add_tables(struct lexicon *x)
{
    for (unsigned i = 0; i < KIND_COUNT; i++) {
        lexicon_add(x, str_of(kinds[i].names), i, ROLE_ANY);
        lexicon_add(x, str_of(kinds[i].paths), i, ROLE_PATH);
        lexicon_add(x, str_of(kinds[i].texts), i, ROLE_TEXT | ROLE_SLUG);
    }
    must(ARRAY_LEN(languages) <= MAX_LANGUAGES);
    for (unsigned i = 0; i < ARRAY_LEN(languages); i++)
        lexicon_add(x, str_of(languages[i].names), CONCEPT_LANGUAGE + i, ROLE_ANY);
    for (unsigned i = 0; i < 12; i++)
        lexicon_add(x, str_of(months[i]), CONCEPT_MONTH + i, ROLE_ANY);
    lexicon_add(x, str_of(stop_words), CONCEPT_STOP, ROLE_LINK);
}

static uint32_t *slot_of(const struct lexicon *x, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 20) & x->slot_mask;
    while (x->slots[at] && x->words[x->phrases[x->slots[at]].words_at] != hash)
        at = (at + 1) & x->slot_mask;
    return &x->slots[at];
}

bool lexicon_seal(struct lexicon *x)
{
    uint32_t size = 1024;
    while (size < x->n_phrases * 2)
        size *= 2;
    x->slots = ARENA_ARRAY(x->arena, uint32_t, size);
    x->slot_mask = size - 1;
    if (!x->slots)
        return false;
    for (uint32_t i = 1; i < x->n_phrases; i++) {
        uint64_t hash = x->words[x->phrases[i].words_at];
        x->seen[hash >> 57] |= (uint64_t)1 << (hash >> 51 & 63);
        uint32_t *at = slot_of(x, hash);
        while (*at && x->phrases[*at].n >= x->phrases[i].n)
            at = &x->phrases[*at].next;
        x->phrases[i].next = *at;
        *at = i;
    }
    return true;
}

const struct phrase *lexicon_slot(const struct lexicon *x, uint64_t hash)
{
    uint32_t i = *slot_of(x, hash);
    return i ? &x->phrases[i] : NULL;
}
