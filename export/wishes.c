/* SPDX-License-Identifier: Apache-2.0 */
/* wishes.c: from a sentence, or the properties of a schema, to fields that can be answered.
 *
 * The sentence is read word by word: the longest name of a field wins ("code blocks" before "code"); small
 * words are skipped; what qualifies the field before it and comes with it anyway is swallowed ("with their
 * language"); a "no" or "without" turns the rest of its clause around. Every run of words that is none of
 * these is told back as unresolved, in the words of the asker: nothing is ignored silently.
 * A model is not asked here. Threads: the result is not changed any more. */
#include "export/wishes.h"

#include "base/json.h"

#include <stdlib.h>

#define WISHES_MAX 200
#define UNRESOLVED_MAX 100
#define TRANSFORM_MAX_BYTES 20000
#define SCHEMA_MAX_BYTES ((size_t)256 << 10)
#define WORDS_MAX 4000
#define NAME_WORDS_MAX 4

struct wishes {
    struct arena arena;
    struct wish items[WISHES_MAX];
    size_t n_items;
    struct str unresolved[UNRESOLVED_MAX];
    size_t n_unresolved;
};

#define WISHES_HELP                                                                                     \
    "Ask for title, description, headings, links, images, code, tables, dates, language, url, "         \
    "markdown or text "                                                                                 \
    "length."

/* ---- names ---- */

static const char *const keys[] = {
#define X(kind, key, list, want) key,
    WISH_TABLE(X)
#undef X
};
static const bool lists[] = {
#define X(kind, key, list, want) list,
    WISH_TABLE(X)
#undef X
};
static const unsigned wants[] = {
#define X(kind, key, list, want) want,
    WISH_TABLE(X)
#undef X
};

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

struct word {
    struct str text; /* as it stands */
    bool quoted;
    bool clause; /* a comma or stronger stands before it */
};

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
static size_t split(struct str text, struct word *words, size_t max)
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

static size_t match_field(const struct word *words, size_t n, enum wish_kind *ret_kind)
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
    return n && match_field(words, n, &kind) == n ? kind : WISH_UNKNOWN;
}

/* ---- collecting ---- */

static void add_wish(struct wishes *w, enum wish_kind kind, struct str key, bool plain)
{
    for (size_t i = 0; i < w->n_items; i++)
        if (str_eq(w->items[i].key, key))
            return;
    if (w->n_items < WISHES_MAX)
        w->items[w->n_items++] = (struct wish){kind, plain, key};
}

static void add_field(struct wishes *w, enum wish_kind kind)
{
    add_wish(w, kind, str_of(keys[kind]), false);
}

static void remove_field(struct wishes *w, enum wish_kind kind)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->n_items; i++)
        if (w->items[i].kind != kind)
            w->items[kept++] = w->items[i];
    w->n_items = kept;
}

static void add_unresolved(struct wishes *w, struct str text)
{
    struct str copy = arena_str(&w->arena, text);
    if (w->n_unresolved < UNRESOLVED_MAX && str_is_set(copy))
        w->unresolved[w->n_unresolved++] = copy;
}

/* What the reader of a sentence remembers from word to word. */
struct reading {
    struct wishes *wishes; /* only its unresolved texts when fields is false */
    bool fields;
    bool negative;       /* after "without": fields are taken away */
    enum wish_kind last; /* the field named last */
    struct str unknown;  /* the run of words nobody understood, so far */
};

static void end_unknown(struct reading *r)
{
    if (r->unknown.n)
        add_unresolved(r->wishes, r->unknown);
    r->unknown = STR_NONE;
}

static void take_unknown(struct reading *r, struct str word)
{
    if (!r->unknown.n)
        r->unknown = word;
    r->unknown.n = (size_t)(word.p + word.n - r->unknown.p);
}

static void take_field(struct reading *r, enum wish_kind kind)
{
    end_unknown(r);
    r->last = kind;
    if (r->fields && r->negative)
        remove_field(r->wishes, kind);
    else if (r->fields)
        add_field(r->wishes, kind);
}

static size_t match_everything(const struct word *words, size_t n)
{
    for (size_t i = 0; i < ARRAY_LEN(everything); i++) {
        size_t m = match_name(words, n, everything[i]);
        if (m)
            return m;
    }
    return 0;
}

static size_t take_everything(struct reading *r, size_t n_words)
{
    for (int kind = 0; kind < WISH_KINDS && n_words; kind++)
        take_field(r, (enum wish_kind)kind);
    return n_words;
}

/* A quality of the last field, if it does not start a wish of its own: "links and their titles" asks for
 * no page title, "links, titles" does. */
static size_t match_quality(const struct reading *r, const struct word *words, size_t n, bool owned)
{
    enum wish_kind kind;
    if (r->last == WISH_UNKNOWN)
        return 0;
    size_t m = match_longest(words, n, qualities, ARRAY_LEN(qualities), r->last, &kind);
    return m && (owned || !match_field(words, n, &kind)) ? m : 0;
}

static bool owns(const struct word *word)
{
    static const char *const words[] = {"their", "its", "with", "including"};
    return is_one_of(word, words, ARRAY_LEN(words));
}

/* Takes the words at `words` that belong together; how many. */
static size_t take(struct reading *r, const struct word *words, size_t n, bool owned)
{
    enum wish_kind kind;
    size_t m = take_everything(r, match_everything(words, n));
    if (!m)
        m = match_quality(r, words, n, owned);
    if (m)
        return m;
    if ((m = match_field(words, n, &kind)) > 0) {
        take_field(r, kind);
        return m;
    }
    if (is_one_of(words, negations, ARRAY_LEN(negations)) && !r->unknown.n)
        r->negative = true;
    else if (is_one_of(words, (const char *const[]){"but"}, 1))
        r->negative = false;
    else if (!is_one_of(words, small_words, ARRAY_LEN(small_words)))
        take_unknown(r, words[0].text);
    return 1;
}

static enum status read_sentence(struct wishes *w, struct str text, bool fields)
{
    struct reading r = {.wishes = w, .fields = fields, .last = WISH_UNKNOWN};
    struct word *words = ARENA_ARRAY(&w->arena, struct word, WORDS_MAX);
    if (!words)
        return w->arena.status;
    size_t n = split(text, words, WORDS_MAX);
    bool owned = false;
    for (size_t i = 0; i < n;) {
        if (words[i].clause) {
            end_unknown(&r);
            r.negative = false;
            owned = false;
        }
        if (owns(&words[i]))
            owned = true;
        i += take(&r, words + i, n - i, owned);
        /* "with language and level" is owned to its end; a new field ends it. */
        owned = owned && r.last != WISH_UNKNOWN;
    }
    end_unknown(&r);
    return w->arena.status;
}

/* ---- schema ---- */

static bool is_type(const struct json *type, const char *name)
{
    if (json_type(type) == JSON_STRING)
        return str_is(json_str(type, STR_NONE), name);
    for (const struct json *t = json_first(type); t; t = json_after(t))
        if (str_is(json_str(t, STR_NONE), name))
            return true;
    return false;
}

static bool allows(const struct json *schema, const char *name)
{
    const struct json *type = json_get(schema, "type");
    return !type || is_type(type, name);
}

/* The JSON type of a field's value. */
static const char *type_of(enum wish_kind kind)
{
    if (lists[kind])
        return "array";
    return kind == WISH_TEXT_LENGTH ? "integer" : kind == WISH_DATES ? "object" : "string";
}

static bool fits(enum wish_kind kind, const struct json *schema)
{
    if (allows(schema, type_of(kind)))
        return true;
    return (kind == WISH_TEXT_LENGTH && allows(schema, "number")) ||
           (kind == WISH_DATES && allows(schema, "string"));
}

static void read_property(struct wishes *w, const struct json *property)
{
    struct str key = arena_str(&w->arena, json_name(property));
    enum wish_kind kind = wish_of_name(key);
    bool plain = false;
    if (kind != WISH_UNKNOWN && !fits(kind, property))
        kind = WISH_UNKNOWN;
    if (kind == WISH_DATES)
        plain = !allows(property, "object");
    else if (kind != WISH_UNKNOWN && lists[kind]) {
        const struct json *item = json_get(json_get(property, "items"), "type");
        plain = item && !is_type(item, "object");
        if (plain && (kind == WISH_TABLES || !is_type(item, "string")))
            kind = WISH_UNKNOWN;
    }
    if (kind == WISH_UNKNOWN)
        add_unresolved(w, key);
    add_wish(w, kind, key, plain);
}

static enum status read_schema(struct wishes *w, struct str schema, struct diag *ret_diag)
{
    const struct json_limits limits = {.max_bytes = SCHEMA_MAX_BYTES, .max_depth = 64};
    struct json_doc *doc;
    enum status st = json_parse(schema, &limits, &doc, ret_diag);
    if (st != OK)
        return st == ST_LIMIT ? ST_INPUT : st;
    const struct json *properties = json_get(json_root(doc), "properties");
    if (json_type(json_root(doc)) != JSON_OBJECT || !properties ||
        json_type(properties) != JSON_OBJECT || json_length(properties) == 0 ||
        json_length(properties) > WISHES_MAX)
        st = diag_set(
            ret_diag, ST_INPUT,
            "The schema must be an object with 1 to %d \"properties\", whose names are the fields.",
            WISHES_MAX);
    for (const struct json *p = st == OK ? json_first(properties) : NULL; p; p = json_after(p))
        read_property(w, p);
    json_doc_destroy(doc);
    return st != OK ? st : w->arena.status;
}

/* ---- the door ---- */

static bool knows_something(const struct wishes *w)
{
    for (size_t i = 0; i < w->n_items; i++)
        if (w->items[i].kind != WISH_UNKNOWN)
            return true;
    return false;
}

static enum status read_all(struct wishes *w, struct str transform, struct str schema,
                            struct diag *ret_diag)
{
    enum status st = OK;
    transform = str_trim(transform);
    schema = str_trim(schema);
    if (transform.n > TRANSFORM_MAX_BYTES)
        return diag_set(ret_diag, ST_INPUT, "The sentence is longer than %d bytes. Say it shorter.",
                        TRANSFORM_MAX_BYTES);
    if (!transform.n && !schema.n) {
        add_field(w, WISH_TITLE);
        add_field(w, WISH_DESCRIPTION);
        add_field(w, WISH_HEADINGS);
        return OK;
    }
    if (schema.n)
        st = read_schema(w, schema, ret_diag);
    if (st == OK && transform.n)
        st = read_sentence(w, transform, schema.n == 0);
    if (st == OK && !knows_something(w))
        st =
            diag_set(ret_diag, ST_INPUT, "Nothing in the request names a field of a page. " WISHES_HELP);
    return st;
}

enum status wishes_parse(struct str transform, struct str schema, struct wishes **ret_wishes,
                         struct diag *ret_diag)
{
    struct wishes *w = calloc(1, sizeof *w);
    if (!w)
        return ST_NOMEM;
    arena_init(&w->arena, (size_t)4 << 20, 4096);
    enum status st = read_all(w, transform, schema, ret_diag);
    if (st != OK) {
        wishes_destroy(w);
        return st;
    }
    *ret_wishes = w;
    return OK;
}

void wishes_destroy(struct wishes *wishes)
{
    if (!wishes)
        return;
    arena_fini(&wishes->arena);
    free(wishes);
}

size_t wishes_unresolved(const struct wishes *wishes)
{
    return wishes->n_unresolved;
}

struct str wishes_unresolved_text(const struct wishes *wishes, size_t i)
{
    must(i < wishes->n_unresolved);
    return wishes->unresolved[i];
}

size_t wishes_count(const struct wishes *wishes)
{
    return wishes->n_items;
}

const struct wish *wishes_at(const struct wishes *wishes, size_t i)
{
    must(i < wishes->n_items);
    return &wishes->items[i];
}

unsigned wishes_want(const struct wishes *wishes)
{
    unsigned want = EXTRACT_FIELDS;
    for (size_t i = 0; i < wishes->n_items; i++)
        if (wishes->items[i].kind != WISH_UNKNOWN)
            want |= wants[wishes->items[i].kind];
    return want;
}
