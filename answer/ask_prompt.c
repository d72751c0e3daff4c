/* SPDX-License-Identifier: Apache-2.0 */
/* ask_prompt.c: a sentence becomes fields: "Extract the top 10 post titles and their point scores" is an array of at most ten objects
 * with a title and points. Its nouns are the fields; what stands before a colon, or before "with", is what they are fields of.
 *
 * A sentence of which no field has a known meaning is not understood. */
#include "answer/ask.h"

#include "base/must.h"

#include <math.h>

enum { ITEMS_MAX = 24, WORDS_OF_FIELD = 5, PROMPT_MAX_BYTES = 2000, NAME_MAX_BYTES = 60 };

struct sentence {
    struct ask *ask;
    struct str text; /* lower case, white space folded */
    bool many;       /* all, every, each: an array */
    bool listed;     /* its fields stand behind a colon, each by its name */
    unsigned limit;
    struct str noun; /* what the items are called; may be empty */
    bool noun_said;  /* "every team with its points": the noun is asked for too */
    struct str items[ITEMS_MAX];
    unsigned n_items;
};

/* ---- cutting ---- */

static struct str lowered(struct arena *arena, struct str s)
{
    char *p = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < s.n; i++) {
        bool space = ascii_is_space(s.p[i]) && s.p[i] != '\n';
        if (space && (n == 0 || p[n - 1] == ' '))
            continue;
        p[n++] = space ? ' ' : ascii_lower(s.p[i]);
    }
    return p ? str_trim(str_make(p, n)) : STR_LIT("");
}

/* The first of the phrases in s, each with its spaces; its length, or 0. */
static size_t find_phrase(struct str s, const char *const *phrases, size_t n, size_t *ret_at)
{
    size_t best = s.n, length = 0;
    for (size_t i = 0; i < n; i++) {
        struct str phrase = str_of(phrases[i]);
        const char *hit = s.n ? memmem(s.p, s.n, phrase.p, phrase.n) : NULL;
        if (hit && (size_t)(hit - s.p) < best) {
            best = (size_t)(hit - s.p);
            length = phrase.n;
        }
    }
    *ret_at = best;
    return length;
}

/* Words that ask, at the beginning. */
static struct str without_verb(struct str s)
{
    static const char *const verbs[] = {
        "please ",       "can you ",    "could you ", "i want ",  "i need ",   "we need ",
        "give me ",      "get me ",     "extract ",   "get ",     "find ",     "list ",
        "collect ",      "scrape ",     "pull out ",  "pull ",    "return ",   "show me ",
        "show ",         "fetch ",      "read ",      "what is ", "what are ", "what's ",
        "bitte ",        "extrahiere ", "gib mir ",   "liste ",   "finde ",    "extraire ",
        "extrais ",      "donne-moi ",  "extrae ",    "extraer ", "estrai ",   "the following fields",
        "the following", "for each "};
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
            if (str_starts(s, str_of(verbs[i]))) {
                s = str_from(s, strlen(verbs[i]));
                again = true;
            }
    }
    return s;
}

/* "all ", "every ", "the top 10 ": an array, and its limit. */
static struct str read_number(struct sentence *x, struct str s)
{
    static const char *const all[] = {"all ",      "every ",      "each ",      "alle ",
                                      "tous les ", "toutes les ", "todos los ", "todas las ",
                                      "tutti i ",  "tutte le ",   "a list of ", "list of "};
    static const char *const tops[] = {"the top ", "top ", "the first ", "first ", "die ersten "};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (str_starts(s, str_of(all[i]))) {
            x->many = true;
            s = str_from(s, strlen(all[i]));
            if (str_starts(s, STR_LIT("the ")))
                s = str_from(s, 4);
            break;
        }
    for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
        struct str rest = str_from(s, strlen(tops[i]));
        size_t n = 0;
        unsigned limit = 0;
        if (!str_starts(s, str_of(tops[i])))
            continue;
        while (n < rest.n && n < 4 && ascii_is_digit(rest.p[n]))
            limit = limit * 10 + (unsigned)(rest.p[n++] - '0');
        if (limit) {
            x->many = true;
            x->limit = limit;
            return str_trim(str_from(rest, n));
        }
    }
    return s;
}

/* What says where, not what: "from the search results", "on this page". */
static struct str without_place(struct str s)
{
    static const char *const places[] = {
        " from the ",   " from this",   " on this ",  " on the page",  " of this page", " in this ",
        " in the page", " if shown",    " if any",    " if available", " if present",   " where shown",
        " from each",   " for each",    " as json",   " auf dieser",   " of it",        " of them",
        " of each",     " of the page", " as clean ", " as plain ",    " as markdown",  " in markdown",
        " as text",     " as html",     " as a ",     " as an "};
    size_t at;
    return find_phrase(s, places, ARRAY_LEN(places), &at) ? str_head(s, at) : s;
}

static struct str clean_item(struct str s)
{
    static const char *const starts[] = {
        "and ", "also ", "the ",   "a ",        "an ",  "their ", "its ", "his ", "her ", "full ",
        "all ", "each ", "short ", "complete ", "und ", "et ",    "y ",   "e ",   "les ", "le ",
        "la ",  "der ",  "die ",   "das ",      "den ", "los ",   "las ", "el ",  "il ",  "und die "};
    s = str_trim(s);
    size_t bracket = str_find(s, '(');
    s = str_trim(str_head(s, bracket));
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < ARRAY_LEN(starts); i++)
            if (str_starts(s, str_of(starts[i]))) {
                s = str_trim(str_from(s, strlen(starts[i])));
                again = true;
            }
    }
    while (s.n && (s.p[s.n - 1] == '.' || s.p[s.n - 1] == '?' || s.p[s.n - 1] == '!' ||
                   s.p[s.n - 1] == ':' || s.p[s.n - 1] == '"'))
        s.n--;
    while (s.n && (s.p[0] == '-' || s.p[0] == '*' || s.p[0] == '"' || s.p[0] == ' '))
        s = str_from(s, 1);
    return str_trim(s);
}

/* Parts set apart by commas, semicolons, line ends and "and", brackets left whole. */
static void read_items(struct sentence *x, struct str s)
{
    static const char *const joints[] = {",",   ";",   "\n",     " and ",        " und ", " et ",
                                         " y ", " & ", " plus ", " as well as ", ". "};
    while (s.n && x->n_items < ITEMS_MAX) {
        size_t at, length, open = str_find(s, '('), close = str_find(s, ')');
        length = find_phrase(s, joints, ARRAY_LEN(joints), &at);
        if (open < at && close > at && close < s.n) { /* the joint stands in brackets */
            size_t more, n = find_phrase(str_from(s, close), joints, ARRAY_LEN(joints), &more);
            at = close + more;
            length = n;
        }
        struct str item = clean_item(without_place(str_head(s, at)));
        if (item.n)
            x->items[x->n_items++] = item;
        s = str_from(s, at + (length ? length : s.n - at));
    }
}

/* A sentence that says how to answer, not what. */
static bool is_order(struct str s)
{
    static const char *const orders[] = {
        "preserve ",  "keep ",       "retain ",         "format ",     "normalize ",
        "normalise ", "convert ",    "ignore ",         "skip ",       "exclude ",
        "omit ",      "do not ",     "don't ",          "make sure",   "ensure ",
        "use ",       "respond ",    "answer ",         "strip ",      "remove ",
        "leave ",     "return only", "return as",       "return json", "return null",
        "return it",  "return them", "return the resu", "return an e", "only return",
        "output ",    "if ",         "never "};
    s = str_trim(s);
    for (size_t i = 0; i < ARRAY_LEN(orders); i++)
        if (str_starts(s, str_of(orders[i])))
            return true;
    return false;
}

/* The sentences that ask; the first one always does. */
static struct str without_orders(struct arena *arena, struct str s)
{
    char *kept = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (bool first = true; kept && s.n; first = false) {
        size_t end = 0;
        while (end < s.n && s.p[end] != '\n' &&
               !(s.p[end] == '.' && end + 1 < s.n && s.p[end + 1] == ' '))
            end++;
        end += end < s.n;
        if (first || !is_order(str_head(s, end))) {
            memcpy(kept + n, s.p, end);
            n += end;
        }
        s = str_from(s, end);
    }
    return kept ? str_trim(str_make(kept, n)) : STR_LIT("");
}

/* ---- fields ---- */

static unsigned shape_of(enum kind kind)
{
    switch (kind) {
    case KIND_MONEY:
    case KIND_NUMBER:
    case KIND_COUNT:
    case KIND_RATING:
    case KIND_YEAR:
    case KIND_RANK:
        return SHAPE_NUMBER | SHAPE_NULL;
    case KIND_BOOL:
    case KIND_BADGE:
    case KIND_STOCK:
    case KIND_NOTICE:
        return SHAPE_BOOL | SHAPE_NULL;
    case KIND_LIST:
        return SHAPE_ARRAY;
    default:
        return SHAPE_STRING | SHAPE_NULL;
    }
}

/* "publish date" is publish_date. */
static struct str name_of(struct ask *ask, struct str folded)
{
    char name[NAME_MAX_BYTES];
    size_t n = folded.n < sizeof name ? folded.n : sizeof name;
    for (size_t i = 0; i < n; i++)
        name[i] = folded.p[i] == ' ' ? '_' : folded.p[i];
    return arena_str(&ask->arena, str_make(name, n));
}

/* The word of an item that the noun of all items has too is no part of its name: of "product names" in a list of products. */
static bool settle(struct ask *ask, struct field *f, struct str item, bool one_of_many)
{
    struct str folded = fold_text(&ask->arena, item);
    struct words words = fold_words(folded);
    if (words.n == 0 || words.n > WORDS_OF_FIELD || words.cut)
        return false;
    *f = (struct field){.loose = true,
                        .required = true,
                        .minimum = -INFINITY,
                        .maximum = INFINITY,
                        .description = STR_LIT(""),
                        .wish = WISH_UNKNOWN};
    struct meaning meaning = meaning_of(ask->concepts, folded);
    /* "titles" of many is one title in each. */
    struct str last = words.word[words.n - 1];
    f->folded = one_of_many ? str_make(folded.p, (size_t)(last.p - folded.p) + last.n) : folded;
    f->name = name_of(ask, f->folded);
    f->shape = shape_of(concept_kind(meaning.concept));
    if (meaning.concept == CONCEPT_SALARY || meaning.concept == CONCEPT_NONE)
        f->shape = SHAPE_STRING | SHAPE_NULL;
    ask_settle(ask, f);
    if (f->kind == KIND_DATE && fold_contains(ask->prompt, STR_LIT("iso"), NULL) &&
        words_has(&f->meaning.words, "datetime"))
        f->format = FORMAT_DATE_TIME;
    ask->n_fields++;
    return true;
}

static bool is_known(const struct field *f)
{
    return f->meaning.concept != CONCEPT_NONE || f->wish != WISH_UNKNOWN;
}

/* "Every team with its points": a table that has a column of teams gives them too, in front. */
static void read_noun(struct sentence *x, struct field *object)
{
    struct field noun;
    if (object->n_fields == 0 || object->n_fields > x->n_items || !settle(x->ask, &noun, x->noun, true))
        return;
    for (unsigned k = 0; k < object->n_fields; k++)
        if (object->fields[k].kind == KIND_NAME || str_eq(object->fields[k].name, noun.name) ||
            (noun.meaning.concept != CONCEPT_NONE &&
             object->fields[k].meaning.concept == noun.meaning.concept))
            return;
    noun.by_head = true;
    memmove(object->fields + 1, object->fields, object->n_fields * sizeof noun);
    object->fields[0] = noun;
    object->n_fields++;
}

static bool read_fields(struct sentence *x, struct field *object)
{
    unsigned known = 0;
    object->fields = ARENA_ARRAY(&x->ask->arena, struct field, x->n_items + 1);
    for (unsigned i = 0; object->fields && i < x->n_items; i++) {
        struct field *f = &object->fields[object->n_fields];
        if (!settle(x->ask, f, x->items[i], x->many))
            return false; /* a part that names nothing: who knows what is meant */
        bool twice = false;
        for (unsigned k = 0; k < object->n_fields; k++)
            twice = twice || str_eq(object->fields[k].name, f->name);
        object->n_fields += !twice;
        known += is_known(f);
        if (meaning_rest(&f->meaning) >= 2 && x->ask->n_vague < ASK_VAGUE_MAX)
            x->ask->vague[x->ask->n_vague++] = x->items[i];
    }
    if (x->listed && x->n_items >= 2) /* names that nobody knows may be those of a table's columns */
        return object->n_fields > 0;
    if (known > 0 && x->noun_said)
        read_noun(x, object);
    return known > 0 && known * 3 >= object->n_fields && object->n_fields > 0;
}

static bool is_plural(struct str noun)
{
    struct str last = noun;
    for (size_t at; (at = str_find(last, ' ')) < last.n;)
        last = str_from(last, at + 1);
    return last.n > 3 && last.p[last.n - 1] == 's' && last.p[last.n - 2] != 's';
}

/* "the price of each plan", "for each product, extract its name": the items' noun; s without it. */
static struct str read_each(struct sentence *x, struct str s)
{
    static const char *const eachs[] = {" of each ",  " for each ",  " from each ",
                                        " of every ", " for every ", " from every "};
    size_t at = 0, length = 0;
    if (str_starts(s, STR_LIT("for each ")) || str_starts(s, STR_LIT("for every ")))
        length = str_find(s, ' ') + 1 + str_find(str_from(s, 4), ' ') + 1;
    else
        length = find_phrase(s, eachs, ARRAY_LEN(eachs), &at);
    if (!length)
        return s;
    struct str rest = str_from(s, at + length);
    size_t end = at ? rest.n : str_find(rest, ',');
    struct str noun = clean_item(without_place(str_head(rest, end)));
    struct words words = fold_words(fold_text(&x->ask->arena, noun));
    if (words.n == 0 || words.n > 3 || end == (at ? 0 : rest.n) ||
        fold_is_any(words.word[words.n - 1], "page|url|link|site|website|document"))
        return s;
    x->many = true;
    x->noun = noun;
    return at ? str_head(s, at) : without_verb(str_trim(str_from(rest, end + 1)));
}

/* Splits what is asked for into the noun and its fields. */
static void cut(struct sentence *x, struct str s)
{
    static const char *const withs[] = {" with their ", " with its ",  " with the ",
                                        " with ",       " including ", " mit "};
    size_t at, length, colon = str_find(s, ':');
    s = read_number(x, without_verb(read_each(x, s)));
    colon = str_find(s, ':');
    length = find_phrase(s, withs, ARRAY_LEN(withs), &at);
    if (colon < s.n) {
        x->noun = clean_item(without_place(str_head(s, colon)));
        s = str_from(s, colon + 1);
        x->listed = true;
    } else if (length && !x->noun.n) {
        x->noun = clean_item(without_place(str_head(s, at)));
        x->noun_said = x->many;
        s = str_from(s, at + length);
    }
    read_items(x, s);
    x->many = x->many || (x->noun.n && is_plural(x->noun) && colon >= s.n && length);
}

/* "Convert the main table to an array of objects": its columns are the fields. */
static bool asks_for_table(struct str text)
{
    static const char *const phrases[] = {"main table",        "the table to",      "table into",
                                          "table to ",         "rows of the table", "convert the table",
                                          "table as an array", "tabelle in",        "tableau en"};
    size_t at;
    return find_phrase(text, phrases, ARRAY_LEN(phrases), &at) > 0;
}

enum status ask_read_prompt(struct ask *ask, struct str prompt, struct diag *ret_diag)
{
    struct sentence x = {.ask = ask, .noun = STR_LIT("")};
    struct field *object = &ask->root;
    x.text = lowered(&ask->arena, str_head(prompt, PROMPT_MAX_BYTES));
    ask->table = asks_for_table(x.text);
    ask->text = x.text;
    if (ask->table)
        return ask->arena.status;
    cut(&x, without_orders(&ask->arena, x.text));
    if (x.many) {
        ask->root = (struct field){.shape = SHAPE_ARRAY,
                                   .limit = x.limit,
                                   .loose = true,
                                   .wish = WISH_UNKNOWN,
                                   .name = STR_LIT("items"),
                                   .description = STR_LIT("")};
        ask->root.item = object = ARENA_NEW(&ask->arena, struct field);
        if (!object)
            return ask->arena.status;
        object->name = x.noun;
    }
    object->shape = SHAPE_OBJECT;
    object->loose = true;
    object->folded = fold_text(&ask->arena, object->name);
    object->meaning = meaning_of(ask->concepts, object->folded);
    object->wish = WISH_UNKNOWN;
    if (!read_fields(&x, object))
        return diag_set(ret_diag, ST_INPUT,
                        "The sentence names no field that rules can find. Name the fields, as in \"all "
                        "products: name, price\".");
    return ask->arena.status;
}
