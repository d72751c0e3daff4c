/* SPDX-License-Identifier: Apache-2.0 */
/* ask.c: a schema becomes fields. What names and descriptions mean is settled here once, for both sorts of question.
 *
 * The recursion is ASK_DEPTH_MAX deep at most. */
#include "answer/ask.h"

#include <math.h>
#include <stdlib.h>

enum { SCHEMA_BYTES = 256 << 10, ARENA_BYTES = 8 << 20, DESCRIPTION_BYTES = 2000 };

bool field_takes(const struct field *f, unsigned shape)
{
    return (f->shape & shape) != 0;
}

/* ---- what a field means ---- */

/* Names of letters that are no words: "nm", "prc", "wt_g". */
static bool says_nothing(const struct field *f)
{
    if (f->meaning.concept != CONCEPT_NONE)
        return false;
    for (unsigned i = 0; i < f->meaning.words.n; i++)
        if (f->meaning.words.word[i].n > 3 || (unsigned char)f->meaning.words.word[i].p[0] >= 0x80)
            return false;
    return true;
}

/* The first clause of a description: what stands before a comma or a bracket, already folded away, is cut by the reader. */
static void read_description(struct ask *ask, struct field *f)
{
    if (f->description.n == 0)
        return;
    f->more = meaning_of(ask->concepts, f->description);
    if (says_nothing(f) ||
        (f->meaning.concept == CONCEPT_NONE && f->more.concept != CONCEPT_NONE && f->more.words.n <= 4))
        f->meaning = f->more;
}

/* "salary_min", "price_max_usd": the words around a meaning that make another of it. */
static enum concept refined(const struct meaning *m)
{
    static const struct {
        enum concept from, to;
        const char *words;
    } table[] = {
        {CONCEPT_SALARY, CONCEPT_SALARY_MIN, "min|minimum|low|lowest|from"},
        {CONCEPT_SALARY, CONCEPT_SALARY_MAX, "max|maximum|high|highest|to"},
        {CONCEPT_PRICE, CONCEPT_PRICE_MIN, "min|minimum|low|lowest|from"},
        {CONCEPT_PRICE, CONCEPT_PRICE_MAX, "max|maximum|high|highest"},
        {CONCEPT_PRICE, CONCEPT_OLD_PRICE,
         "old|original|regular|previous|before|was|alter|ancien|anterior|list"},
        {CONCEPT_PRICE, CONCEPT_PRICE_YEAR, "annual|yearly|year"},
        {CONCEPT_PUBLISHED, CONCEPT_MODIFIED, "updated|modified"},
        {CONCEPT_PUBLISHED, CONCEPT_START, "start|begin|event|hearing"},
        {CONCEPT_PUBLISHED, CONCEPT_END, "end"},
        {CONCEPT_RATING, CONCEPT_REVIEW_COUNT, "count"},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        for (unsigned k = 0; m->concept == table[i].from && k < m->words.n; k++)
            if ((k < m->from || k >= m->from + m->n) && fold_is_any(m->words.word[k], table[i].words))
                return table[i].to;
    return m->concept;
}

static bool numeric(enum kind k)
{
    return k == KIND_NUMBER || k == KIND_MONEY || k == KIND_QUANTITY || k == KIND_RATING ||
           k == KIND_YEAR || k == KIND_SPAN || k == KIND_COUNT || k == KIND_RANK;
}

/* Of a number nobody knows: by its words and unit. */
static enum kind number_kind(const struct field *f)
{
    const struct words *w = &f->meaning.words;
    if (f->unit.sort == MEASURE_TIME || f->unit.sort == MEASURE_MONTHS)
        return KIND_SPAN;
    if (f->unit.sort != MEASURE_NONE)
        return KIND_QUANTITY;
    if (words_has(w, "usd") || words_has(w, "eur") || words_has(w, "gbp") || words_has(w, "price") ||
        words_has(w, "cost") || words_has(w, "due"))
        return KIND_MONEY;
    return words_has(w, "year") ? KIND_YEAR : KIND_NUMBER;
}

static enum kind date_kind(const struct field *f)
{
    return f->format == FORMAT_TIME ? KIND_TIME : KIND_DATE;
}

/* The kind that the shape allows. */
static enum kind settled_kind(const struct field *f, enum kind kind)
{
    bool text = field_takes(f, SHAPE_STRING), number = field_takes(f, SHAPE_NUMBER);
    if (f->format == FORMAT_DATE || f->format == FORMAT_DATE_TIME || f->format == FORMAT_TIME)
        return date_kind(f);
    if (f->format == FORMAT_EMAIL)
        return KIND_EMAIL;
    if (f->format == FORMAT_URI)
        return KIND_URL;
    if (field_takes(f, SHAPE_BOOL) && !text && !number)
        return kind == KIND_STOCK || kind == KIND_BADGE ? kind : KIND_BOOL;
    if (number && !text)
        return numeric(kind) && !(kind == KIND_QUANTITY &&
                                  (f->unit.sort == MEASURE_TIME || f->unit.sort == MEASURE_MONTHS))
                   ? kind
                   : number_kind(f);
    if (text && !number && (kind == KIND_BOOL || (kind == KIND_LIST && !field_takes(f, SHAPE_ARRAY))))
        return KIND_TEXT;
    return kind;
}

static enum format time_format(const struct field *f)
{
    bool clock = fold_contains(f->description, STR_LIT("hh mm"), NULL) ||
                 fold_contains(f->description, STR_LIT("24 h"), NULL) ||
                 fold_contains(f->description, STR_LIT("24 hour"), NULL);
    return clock ? FORMAT_TIME : f->format;
}

/* "hoechstwert" is how a name without umlauts says what labels call Höchstwert, which folds to another word. */
static struct meaning without_digraphs(struct ask *ask, const struct field *f)
{
    char *p = arena_alloc(&ask->arena, f->folded.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < f->folded.n; i++) {
        char c = f->folded.p[i];
        bool digraph =
            i + 1 < f->folded.n && f->folded.p[i + 1] == 'e' && (c == 'a' || c == 'o' || c == 'u');
        p[n++] = c;
        i += digraph;
    }
    return p && n < f->folded.n ? meaning_of(ask->concepts, str_make(p, n)) : (struct meaning){0};
}

void ask_settle(struct ask *ask, struct field *f)
{
    f->meaning = meaning_of(ask->concepts, f->folded);
    read_description(ask, f);
    f->meaning.concept = refined(&f->meaning);
    if (f->more.words.n == 0)
        f->more = without_digraphs(ask, f);
    f->unit = unit_asked(&f->meaning.words, true);
    if (f->unit.sort == MEASURE_NONE) {
        struct words named = fold_words(f->folded);
        f->unit = unit_asked(&named, true);
    }
    if (f->unit.sort == MEASURE_NONE)
        f->unit = unit_asked(&f->more.words, false);
    if (f->format == FORMAT_NONE && field_takes(f, SHAPE_STRING))
        f->format = time_format(f);
    f->kind = settled_kind(f, concept_kind(f->meaning.concept));
    struct words last = f->meaning.words;
    bool time = last.n && (str_is(last.word[last.n - 1], "time")) && field_takes(f, SHAPE_STRING) &&
                !field_takes(f, SHAPE_NUMBER);
    if (time && (f->kind == KIND_DATE || f->meaning.concept == CONCEPT_NONE) &&
        f->format == FORMAT_NONE && last.n <= 2 && !f->loose)
        f->kind = KIND_TIME;
    f->wish = wish_of_name(f->name);
}

/* ---- schema ---- */

static bool type_is(const struct json *type, const char *name)
{
    if (json_type(type) == JSON_STRING)
        return str_is(json_str(type, STR_NONE), name);
    for (const struct json *t = json_first(type); t; t = json_after(t))
        if (str_is(json_str(t, STR_NONE), name))
            return true;
    return false;
}

static unsigned shape_of(const struct json *schema)
{
    static const struct {
        const char *name;
        unsigned bits;
    } table[] = {{"null", SHAPE_NULL},     {"boolean", SHAPE_BOOL}, {"number", SHAPE_NUMBER},
                 {"string", SHAPE_STRING}, {"array", SHAPE_ARRAY},  {"object", SHAPE_OBJECT}};
    const struct json *type = json_get(schema, "type");
    unsigned shape = 0;
    if (!type && json_get(schema, "properties"))
        return SHAPE_OBJECT;
    if (!type && json_get(schema, "items"))
        return SHAPE_ARRAY;
    if (!type)
        return SHAPE_ANY;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        shape |= type_is(type, table[i].name) ? table[i].bits : 0;
    if (type_is(type, "integer") && !(shape & SHAPE_NUMBER))
        shape |= SHAPE_NUMBER | SHAPE_INTEGER;
    if (json_bool(json_get(schema, "nullable"), false))
        shape |= SHAPE_NULL;
    return shape;
}

static enum format format_of(const struct json *schema)
{
    static const struct {
        const char *name;
        enum format format;
    } table[] = {{"date", FORMAT_DATE}, {"date-time", FORMAT_DATE_TIME},
                 {"time", FORMAT_TIME}, {"uri", FORMAT_URI},
                 {"url", FORMAT_URI},   {"email", FORMAT_EMAIL}};
    struct str format = json_str(json_get(schema, "format"), STR_LIT(""));
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(format, table[i].name))
            return table[i].format;
    return FORMAT_NONE;
}

static struct str copy_json(struct ask *ask, const struct json *v)
{
    struct buf out;
    buf_init(&out, SCHEMA_BYTES);
    json_copy(v, &out);
    struct str text = out.status == OK ? arena_str(&ask->arena, buf_str(&out)) : STR_NONE;
    buf_fini(&out);
    return text;
}

static void read_options(struct ask *ask, struct field *f, const struct json *schema)
{
    const struct json *list = json_get(schema, "enum");
    const struct json *only = json_get(schema, "const");
    size_t n = only ? 1 : json_length(list);
    if (n == 0 || (!only && json_type(list) != JSON_ARRAY))
        return;
    n = n < ASK_OPTIONS_MAX ? n : ASK_OPTIONS_MAX;
    f->options = ARENA_ARRAY(&ask->arena, struct option, n);
    for (const struct json *e = only ? only : json_first(list); f->options && e && f->n_options < n;
         e = only ? NULL : json_after(e)) {
        struct option *o = &f->options[f->n_options++];
        o->json = copy_json(ask, e);
        o->is_null = json_type(e) == JSON_NULL;
        o->is_text = json_type(e) == JSON_STRING;
        o->folded = o->is_text ? fold_text(&ask->arena, json_str(e, STR_NONE)) : STR_LIT("");
    }
}

static bool is_required(const struct json *schema, struct str name)
{
    for (const struct json *r = json_first(json_get(schema, "required")); r; r = json_after(r))
        if (str_eq(json_str(r, STR_NONE), name))
            return true;
    return false;
}

static void read_field(struct ask *ask, struct field *f, const struct json *schema, unsigned depth);

static void read_properties(struct ask *ask, struct field *f, const struct json *schema, unsigned depth)
{
    const struct json *properties = json_get(schema, "properties");
    size_t n = properties && json_type(properties) == JSON_OBJECT ? json_length(properties) : 0;
    if (n == 0 || depth >= ASK_DEPTH_MAX)
        return;
    f->fields = ARENA_ARRAY(&ask->arena, struct field, n);
    for (const struct json *p = json_first(properties); f->fields && p; p = json_after(p)) {
        if (ask->n_fields >= ASK_FIELDS_MAX)
            return;
        ask->n_fields++;
        struct field *child = &f->fields[f->n_fields++];
        child->name = arena_str(&ask->arena, json_name(p));
        child->required = is_required(schema, json_name(p));
        read_field(ask, child, p, depth + 1);
    }
}

static void read_field(struct ask *ask, struct field *f, const struct json *schema, unsigned depth)
{
    struct str said = json_str(json_get(schema, "description"), STR_LIT(""));
    if (said.n == 0)
        said = json_str(json_get(schema, "title"), STR_LIT(""));
    f->shape = shape_of(schema);
    f->format = format_of(schema);
    f->minimum = json_double(json_get(schema, "minimum"), -INFINITY);
    f->maximum = json_double(json_get(schema, "maximum"), INFINITY);
    f->folded = fold_text(&ask->arena, f->name);
    f->description = fold_text(&ask->arena, str_head(said, DESCRIPTION_BYTES));
    int64_t most = json_int(json_get(schema, "maxItems"), 0);
    f->limit = most > 0 && most < 100000 ? (unsigned)most : 0;
    read_options(ask, f, schema);
    read_properties(ask, f, schema, depth);
    const struct json *items = json_get(schema, "items");
    if (items && json_type(items) == JSON_OBJECT && field_takes(f, SHAPE_ARRAY) &&
        depth < ASK_DEPTH_MAX) {
        f->item = ARENA_NEW(&ask->arena, struct field);
        if (f->item) {
            f->item->name = f->name;
            read_field(ask, f->item, items, depth + 1);
            if (f->description.n == 0)
                f->description = f->item->description;
        }
    }
    ask_settle(ask, f);
}

static enum status read_schema(struct ask *ask, struct str schema, struct diag *ret_diag)
{
    const struct json_limits limits = {.max_bytes = SCHEMA_BYTES, .max_depth = 64};
    struct json_doc *doc;
    enum status st = json_parse(schema, &limits, &doc, ret_diag);
    if (st != OK)
        return st == ST_LIMIT ? ST_INPUT : st;
    const struct json *root = json_root(doc);
    if (json_type(root) == JSON_OBJECT)
        read_field(ask, &ask->root, root, 0);
    bool object = field_takes(&ask->root, SHAPE_OBJECT) && ask->root.n_fields > 0;
    bool list = field_takes(&ask->root, SHAPE_ARRAY) && ask->root.item && ask->root.item->n_fields > 0;
    json_doc_destroy(doc);
    if (!object && !list)
        return diag_set(
            ret_diag, ST_INPUT,
            "The schema must be an object with 1 to %u \"properties\", whose names are the fields.",
            ASK_FIELDS_MAX);
    return ask->arena.status;
}

enum status ask_read(struct str prompt, struct str schema, struct ask **ret_ask, struct diag *ret_diag)
{
    struct ask *ask = calloc(1, sizeof *ask);
    if (!ask)
        return ST_NOMEM;
    arena_init(&ask->arena, ARENA_BYTES, 16 << 10);
    ask->concepts = concepts_create();
    enum status st = ask->concepts ? OK : ST_NOMEM;
    if (st == OK)
        ask->prompt = fold_text(&ask->arena, prompt);
    if (st == OK)
        st = schema.n ? read_schema(ask, schema, ret_diag) : ask_read_prompt(ask, prompt, ret_diag);
    if (st == OK)
        st = ask->arena.status;
    if (st != OK) {
        ask_destroy(ask);
        return st;
    }
    *ret_ask = ask;
    return OK;
}

void ask_destroy(struct ask *ask)
{
    if (!ask)
        return;
    concepts_destroy(ask->concepts);
    arena_fini(&ask->arena);
    free(ask);
}
