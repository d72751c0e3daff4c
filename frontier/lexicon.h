/* SPDX-License-Identifier: Apache-2.0 */
/* lexicon.h: phrases to concepts, and the concepts every policy knows.
 *
 * A concept is a small number: a kind of kinds.def, a language, a month, "says nothing" (stop words), or a
 * term of one instruction that no table knows. A lexicon is filled, sealed, then only read, by any thread.
 * Its memory is an arena's. */
#ifndef WEBKEEP_FRONTIER_LEXICON_H
#define WEBKEEP_FRONTIER_LEXICON_H

#include "base/arena.h"
#include "frontier/words.h"

enum kind_class {
    CLASS_AREA,
    CLASS_ITEM,
    CLASS_LIST,
    CLASS_TOPIC,
    CLASS_ATTR,
    CLASS_UTILITY,
    CLASS_VARIANT,
    CLASS_FILE,
};

enum kind {
#define KIND(name, class, names, paths, texts) KIND_##name,
#include "frontier/kinds.def"
#undef KIND
    KIND_COUNT
};

#define MAX_LANGUAGES 64
#define MAX_TERMS 48 /* concepts of one instruction that no table knows */

enum concept {
    CONCEPT_KIND = 0,
    CONCEPT_STOP = KIND_COUNT,
    CONCEPT_MONTH, /* and eleven more */
    CONCEPT_LANGUAGE = CONCEPT_MONTH + 12,
    CONCEPT_TERM = CONCEPT_LANGUAGE + MAX_LANGUAGES,
    CONCEPT_COUNT = CONCEPT_TERM + MAX_TERMS
};

/* Where a phrase may stand to mean its concept. */
enum phrase_role {
    ROLE_ASKED = 1 << 0, /* in an instruction */
    ROLE_PATH = 1 << 1,  /* as a whole URL segment, query value or host label */
    ROLE_SLUG = 1 << 2,  /* among other words of a URL segment */
    ROLE_TEXT = 1 << 3,  /* in an anchor text */
    ROLE_LINK = ROLE_PATH | ROLE_SLUG | ROLE_TEXT,
    ROLE_ANY = ROLE_ASKED | ROLE_LINK,
};

#define PHRASE_MAX_WORDS 6

struct phrase {
    uint32_t next, words_at; /* the next phrase with this first word (0: none), indexes */
    uint16_t concept;
    uint8_t n, roles;
    uint8_t part; /* it is one word of a term of several: the word's bit; 0: it is the whole */
};

struct lexicon {
    struct arena *arena;
    struct phrase *phrases; /* [0] is no phrase */
    uint64_t *words;
    uint32_t n_phrases, max_phrases, n_words, max_words;
    uint32_t *slots, slot_mask; /* by first word, open addressing; phrases of one word longest first */
    uint64_t seen[128];         /* a bit a first word: most words of a URL end here */
};

struct str kind_name(unsigned kind); /* "blog post": the first of its names */
enum kind_class kind_class(unsigned kind);
/* The language of a code ("de", "pt-BR", "zh_hans"), as an index, or -1. */
int language_of_code(struct str code);
const char *language_code(int language);
/* Does a text begin with a name of the language ("Deutsch", "German (Germany)")? */
bool language_is_named(int language, struct str text);

/* The most phrases of the tables (kinds.def and its like). */
#define TABLE_PHRASES 4500

/* Room for so many phrases. false: no memory. */
bool lexicon_init(struct lexicon *lexicon, struct arena *arena, uint32_t max_phrases) MUST_USE;
/* Phrases parted by '|'; those without words, with too many, or beyond the room are left out. */
void lexicon_add(struct lexicon *lexicon, struct str phrases, unsigned concept, unsigned roles);
/* One phrase given as words; part as in struct phrase. */
void lexicon_add_words(struct lexicon *lexicon, const uint64_t *words, size_t n, unsigned concept,
                       unsigned roles, unsigned part);
/* Kinds, languages, months and stop words. */
void lexicon_add_tables(struct lexicon *lexicon);
bool lexicon_seal(struct lexicon *lexicon) MUST_USE;

const struct phrase *lexicon_slot(const struct lexicon *lexicon, uint64_t hash);
/* The longest phrase that begins with words[0] and fits; NULL: none. */
static inline const struct phrase *lexicon_first(const struct lexicon *lexicon, uint64_t hash)
{
    return lexicon->seen[hash >> 57] & (uint64_t)1 << (hash >> 51 & 63) ? lexicon_slot(lexicon, hash)
                                                                        : NULL;
}

static inline const struct phrase *lexicon_next(const struct lexicon *lexicon,
                                                const struct phrase *phrase)
{
    return phrase->next ? &lexicon->phrases[phrase->next] : NULL;
}

static inline bool phrase_fits(const struct lexicon *lexicon, const struct phrase *phrase,
                               const struct word *words, size_t n)
{
    if (phrase->n > n)
        return false;
    for (size_t i = 1; i < phrase->n; i++)
        if (lexicon->words[phrase->words_at + i] != words[i].hash)
            return false;
    return true;
}

#endif
