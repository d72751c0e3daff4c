/* SPDX-License-Identifier: Apache-2.0 */
/* wish_words.c: the vocabulary of wishes, and how words are held against it: without regard to case, with
 * the plural, the longest name first. Tables only; what a sentence means is wishes.c's. */
#include "answer/wish_words.h"

#define NAME_WORDS_MAX 4

struct synonym {
    const char *words; /* lower case, singular */
    enum wish_kind kind;
};

static const struct synonym synonyms[] = {
    {"url", WISH_URL},
    {"page url", WISH_URL},
    {"page link", WISH_URL},
    {"page address", WISH_URL},
    {"address", WISH_URL},
    {"source url", WISH_URL},
    {"web address", WISH_URL},
    {"title", WISH_TITLE},
    {"page title", WISH_TITLE},
    {"document title", WISH_TITLE},
    {"page name", WISH_TITLE},
    {"title tag", WISH_TITLE},
    {"title text", WISH_TITLE},
    {"name of page", WISH_TITLE},
    {"description", WISH_DESCRIPTION},
    {"meta description", WISH_DESCRIPTION},
    {"page description", WISH_DESCRIPTION},
    {"short description", WISH_DESCRIPTION},
    {"language", WISH_LANGUAGE},
    {"lang", WISH_LANGUAGE},
    {"page language", WISH_LANGUAGE},
    {"locale", WISH_LANGUAGE},
    {"heading", WISH_HEADINGS},
    {"header", WISH_HEADINGS},
    {"headline", WISH_HEADINGS},
    {"subheading", WISH_HEADINGS},
    {"sub heading", WISH_HEADINGS},
    {"section", WISH_HEADINGS},
    {"section title", WISH_HEADINGS},
    {"section heading", WISH_HEADINGS},
    {"section name", WISH_HEADINGS},
    {"outline", WISH_HEADINGS},
    {"page outline", WISH_HEADINGS},
    {"table of content", WISH_HEADINGS},
    {"toc", WISH_HEADINGS},
    {"heading structure", WISH_HEADINGS},
    {"heading text", WISH_HEADINGS},
    {"heading level", WISH_HEADINGS},
    {"link", WISH_LINKS},
    {"hyperlink", WISH_LINKS},
    {"outgoing link", WISH_LINKS},
    {"link url", WISH_LINKS},
    {"link text", WISH_LINKS},
    {"link target", WISH_LINKS},
    {"anchor text", WISH_LINKS},
    {"outbound link", WISH_LINKS},
    {"href", WISH_LINKS},
    {"anchor", WISH_LINKS},
    {"image", WISH_IMAGES},
    {"picture", WISH_IMAGES},
    {"img", WISH_IMAGES},
    {"figure", WISH_IMAGES},
    {"screenshot", WISH_IMAGES},
    {"diagram", WISH_IMAGES},
    {"image url", WISH_IMAGES},
    {"alt text", WISH_IMAGES},
    {"code", WISH_CODE},
    {"code block", WISH_CODE},
    {"code sample", WISH_CODE},
    {"code example", WISH_CODE},
    {"code snippet", WISH_CODE},
    {"code listing", WISH_CODE},
    {"source code", WISH_CODE},
    {"snippet", WISH_CODE},
    {"table", WISH_TABLES},
    {"data table", WISH_TABLES},
    {"tabular data", WISH_TABLES},
    {"date", WISH_DATES},
    {"published date", WISH_DATES},
    {"publication date", WISH_DATES},
    {"publish date", WISH_DATES},
    {"publishing date", WISH_DATES},
    {"date published", WISH_DATES},
    {"date modified", WISH_DATES},
    {"modification date", WISH_DATES},
    {"modified date", WISH_DATES},
    {"update date", WISH_DATES},
    {"last updated", WISH_DATES},
    {"last modified", WISH_DATES},
    {"last update", WISH_DATES},
    {"last change", WISH_DATES},
    {"published", WISH_DATES},
    {"modified", WISH_DATES},
    {"updated", WISH_DATES},
    {"updated at", WISH_DATES},
    {"published at", WISH_DATES},
    {"markdown", WISH_MARKDOWN},
    {"content", WISH_MARKDOWN},
    {"page content", WISH_MARKDOWN},
    {"full text", WISH_MARKDOWN},
    {"full content", WISH_MARKDOWN},
    {"body", WISH_MARKDOWN},
    {"body text", WISH_MARKDOWN},
    {"page text", WISH_MARKDOWN},
    {"text", WISH_MARKDOWN},
    {"main content", WISH_MARKDOWN},
    {"text length", WISH_TEXT_LENGTH},
    {"text size", WISH_TEXT_LENGTH},
    {"length of text", WISH_TEXT_LENGTH},
    {"page length", WISH_TEXT_LENGTH},
    {"content length", WISH_TEXT_LENGTH},
    {"length", WISH_TEXT_LENGTH},
    {"text byte", WISH_TEXT_LENGTH},
};

/* What a row's field holds besides its text: said after the field, it asks for nothing new. */
static const struct synonym qualities[] = {
    {"level", WISH_HEADINGS},
    {"id", WISH_HEADINGS},
    {"text", WISH_HEADINGS},
    {"anchor", WISH_HEADINGS},
    {"url", WISH_LINKS},
    {"text", WISH_LINKS},
    {"anchor", WISH_LINKS},
    {"anchor text", WISH_LINKS},
    {"target", WISH_LINKS},
    {"href", WISH_LINKS},
    {"title", WISH_LINKS},
    {"alt", WISH_IMAGES},
    {"alt text", WISH_IMAGES},
    {"src", WISH_IMAGES},
    {"url", WISH_IMAGES},
    {"source", WISH_IMAGES},
    {"alternative text", WISH_IMAGES},
    {"language", WISH_CODE},
    {"programming language", WISH_CODE},
    {"text", WISH_CODE},
    {"caption", WISH_TABLES},
    {"row", WISH_TABLES},
    {"column", WISH_TABLES},
    {"cell", WISH_TABLES},
    {"header", WISH_TABLES},
    {"header row", WISH_TABLES},
    {"published", WISH_DATES},
    {"modified", WISH_DATES},
};

static const char *const small_words[] = {
    "a",         "all",     "also",    "an",    "and",     "any",      "as",       "at",    "by",
    "can",       "collect", "each",    "every", "extract", "fetch",    "find",     "for",   "found",
    "from",      "get",     "give",    "grab",  "has",     "have",     "i",        "in",    "include",
    "including", "into",    "is",      "it",    "its",     "json",     "just",     "like",  "list",
    "me",        "need",    "of",      "on",    "only",    "or",       "output",   "page",  "please",
    "plus",      "pull",    "return",  "show",  "tell",    "that",     "the",      "their", "them",
    "there",     "these",   "they",    "this",  "those",   "to",       "together", "us",    "want",
    "we",        "well",    "what",    "which", "with",    "would",    "you",      "field", "value",
    "document",  "doc",     "website", "site",  "web",     "complete", "entire",   "full",  "whole",
    "out",       "do",      "per",     "are",   "be",      "my",       "your",     "such",
};

static const char *const negations[] = {"no",     "not",       "don't", "dont", "without",
                                        "except", "excluding", "omit",  "skip", "ignore"};
static const char *const everything[] = {"everything", "all fields", "all data", "anything"};

/* ---- words ---- */

static bool is_word(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || (unsigned char)c >= 0x80;
}

/* Length of the quoted text that s begins with, quotes included; 0: none begins or ends here. */
static size_t quoted_length(struct str s)
{
    static const struct {
        const char *open, *close;
    } marks[] = {
        {"\"", "\""}, {"`", "`"}, {"\u201C", "\u201D"}, {"\u201E", "\u201C"}, {"\u00AB", "\u00BB"}};
    for (size_t m = 0; m < ARRAY_LEN(marks); m++) {
        struct str open = str_of(marks[m].open), close = str_of(marks[m].close);
        if (!str_starts(s, open))
            continue;
        const char *end = memmem(s.p + open.n, s.n - open.n, close.p, close.n);
        if (end)
            return (size_t)(end - s.p) + close.n;
    }
    return 0;
}

/* Splits text at everything that is no letter or digit; an apostrophe within a word stays. */
size_t words_split(struct str text, struct word *words, size_t max)
{
    size_t n = 0;
    bool clause = false;
    for (size_t i = 0; i < text.n && n < max;) {
        size_t quoted = quoted_length(str_from(text, i)), end = i;
        if (quoted) {
            words[n++] = (struct word){str_make(text.p + i, quoted), true, clause};
            i += quoted;
            clause = false;
            continue;
        }
        while (end < text.n && (is_word(text.p[end]) || (text.p[end] == '\'' && end > i)) &&
               !quoted_length(str_from(text, end)))
            end++;
        if (end > i) {
            words[n++] = (struct word){str_make(text.p + i, end - i), false, clause};
            i = end;
            clause = false;
        } else {
            clause = clause || strchr(",;.:\n()!?", text.p[i]);
            i++;
        }
    }
    return n;
}

/* Equal without regard to case, or the plural of it. */
static bool is_same_word(struct str word, struct str name)
{
    if (str_eq_nocase(word, name))
        return true;
    if (word.n == name.n + 1 && ascii_lower(word.p[name.n]) == 's')
        return str_eq_nocase(str_head(word, name.n), name);
    return word.n == name.n + 2 && name.n > 1 && strchr("xsh", name.p[name.n - 1]) &&
           str_eq_nocase(str_from(word, name.n), STR_LIT("es")) &&
           str_eq_nocase(str_head(word, name.n), name);
}

static bool is_one_of(const struct word *word, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n && !word->quoted; i++)
        if (is_same_word(word->text, str_of(names[i])))
            return true;
    return false;
}

/* How many words at the beginning are exactly this name; 0: they are not. */
static size_t match_name(const struct word *words, size_t n, const char *name)
{
    struct str rest = str_of(name);
    size_t i = 0;
    for (; rest.n; i++) {
        struct str part = str_head(rest, str_find(rest, ' '));
        if (i == n || words[i].quoted || (i && words[i].clause) || !is_same_word(words[i].text, part))
            return 0;
        rest = str_from(rest, part.n + 1);
    }
    return i;
}

static size_t match_longest(const struct word *words, size_t n, const struct synonym *names,
                            size_t n_names, enum wish_kind only, enum wish_kind *ret_kind)
{
    size_t best = 0;
    for (size_t i = 0; i < n_names; i++) {
        size_t m =
            only == WISH_UNKNOWN || names[i].kind == only ? match_name(words, n, names[i].words) : 0;
        if (m > best) {
            best = m;
            *ret_kind = names[i].kind;
        }
    }
    return best;
}

/* "h2", "H3s": headings of one level are headings, the level is in the row. */
static bool is_heading_tag(struct str word)
{
    return word.n >= 2 && word.n <= 3 && ascii_lower(word.p[0]) == 'h' && word.p[1] >= '1' &&
           word.p[1] <= '6' && (word.n == 2 || ascii_lower(word.p[2]) == 's');
}

size_t words_match_field(const struct word *words, size_t n, enum wish_kind *ret_kind)
{
    if (n && !words[0].quoted && is_heading_tag(words[0].text)) {
        *ret_kind = WISH_HEADINGS;
        return 1;
    }
    return match_longest(words, n, synonyms, ARRAY_LEN(synonyms), WISH_UNKNOWN, ret_kind);
}

/* Splits "pageTitle" and "page_title" alike. */
static size_t split_name(struct str name, struct word *words, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < name.n && n < max;) {
        size_t end = i;
        while (end < name.n && is_word(name.p[end]) &&
               (end == i || !(name.p[end] >= 'A' && name.p[end] <= 'Z' &&
                              !(name.p[end - 1] >= 'A' && name.p[end - 1] <= 'Z'))))
            end++;
        if (end > i)
            words[n++] = (struct word){.text = str_make(name.p + i, end - i)};
        i = end > i ? end : i + 1;
    }
    return n;
}

enum wish_kind wish_of_name(struct str name)
{
    struct word words[NAME_WORDS_MAX + 1];
    enum wish_kind kind = WISH_UNKNOWN;
    size_t n = split_name(name, words, ARRAY_LEN(words));
    return n && words_match_field(words, n, &kind) == n ? kind : WISH_UNKNOWN;
}

size_t words_match_quality(const struct word *words, size_t n, enum wish_kind of)
{
    enum wish_kind kind;
    return of == WISH_UNKNOWN ? 0 : match_longest(words, n, qualities, ARRAY_LEN(qualities), of, &kind);
}

size_t words_match_everything(const struct word *words, size_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(everything); i++) {
        size_t m = match_name(words, n, everything[i]);
        if (m)
            return m;
    }
    return 0;
}

bool word_is_small(const struct word *word)
{
    return is_one_of(word, small_words, ARRAY_LEN(small_words));
}

bool word_negates(const struct word *word)
{
    return is_one_of(word, negations, ARRAY_LEN(negations));
}

bool word_is(const struct word *word, const char *text)
{
    return is_one_of(word, &text, 1);
}

bool word_owns(const struct word *word)
{
    static const char *const owners[] = {"their", "its", "with", "including"};
    return is_one_of(word, owners, ARRAY_LEN(owners));
}
