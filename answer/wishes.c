/* SPDX-License-Identifier: Apache-2.0 */
/* wishes.c: from a sentence, or the properties of a schema, to fields that can be answered.
 *
 * The sentence is read word by word: the longest name of a field wins ("code blocks" before "code"); small
 * words are skipped; what qualifies the field before it and comes with it anyway is swallowed ("with their
 * language"); a "no" or "without" turns the rest of its clause around. Every run of words that is none of
 * these is told back as unresolved, in the words of the asker: nothing is ignored silently.
 * A model is not asked here. Threads: the result is not changed any more. */
#include "answer/wish_words.h"

#include "base/json.h"

#include <stdlib.h>

#define WISHES_MAX 200
#define UNRESOLVED_MAX 100
#define TRANSFORM_MAX_BYTES 20000
#define SCHEMA_MAX_BYTES ((size_t)256 << 10)
#define WORDS_MAX 4000

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
    size_t m = words_match_quality(words, n, r->last);
    return m && (owned || !words_match_field(words, n, &kind)) ? m : 0;
}

/* Takes the words at `words` that belong together; how many. */
static size_t take(struct reading *r, const struct word *words, size_t n, bool owned)
{
    enum wish_kind kind;
    size_t m = take_everything(r, words_match_everything(words, n));
    if (!m)
        m = match_quality(r, words, n, owned);
    if (m)
        return m;
    if ((m = words_match_field(words, n, &kind)) > 0) {
        take_field(r, kind);
        return m;
    }
    if (word_negates(words) && !r->unknown.n)
        r->negative = true;
    else if (word_is(words, "but"))
        r->negative = false;
    else if (!word_is_small(words))
        take_unknown(r, words[0].text);
    return 1;
}

static enum status read_sentence(struct wishes *w, struct str text, bool fields)
{
    struct reading r = {.wishes = w, .fields = fields, .last = WISH_UNKNOWN};
    struct word *words = ARENA_ARRAY(&w->arena, struct word, WORDS_MAX);
    if (!words)
        return w->arena.status;
    size_t n = words_split(text, words, WORDS_MAX);
    bool owned = false;
    for (size_t i = 0; i < n;) {
        if (words[i].clause) {
            end_unknown(&r);
            r.negative = false;
            owned = false;
        }
        if (word_owns(&words[i]))
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

/* Members of its own, or words to choose from, are more than a part of the structure gives. */
static bool has_shape(const struct json *schema)
{
    return json_length(json_get(schema, "properties")) || json_length(json_get(schema, "enum"));
}

static bool fits(enum wish_kind kind, const struct json *schema)
{
    if (has_shape(schema) || has_shape(json_get(schema, "items")))
        return false;
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
