/* SPDX-License-Identifier: Apache-2.0 */
/* compose.c: one walk over the fields of a question. The recursion is as deep as the schema may be, ASK_DEPTH_MAX. */
#include "answer/compose.h"

#include "answer/parts.h"
#include "answer/records_fit.h"
#include "base/must.h"
#include "extract/fields.h"

enum {
    LIST_MAX = 200,
    ITEM_MAX_BYTES = 600,
    DEPTH = ASK_DEPTH_MAX + 2,
    FIELDS_OF_TABLE = 32,
    PROMPT_MAX_BYTES = 2000,
    LEGENDS_MAX = 200
};

struct composer {
    struct facts facts;
    struct records_list records;
    bool has_records;
    struct json_out *json;
    unsigned filled;
};

/* ---- scalars ---- */

static void put_value(struct composer *c, const struct field *f, const struct value *value)
{
    struct json_out *json = c->json;
    c->filled += value->sort != VALUE_NONE;
    switch (value->sort) {
    case VALUE_TEXT:
        json_put_str(json, value->text);
        break;
    case VALUE_NUMBER:
        if (value->number == (double)(int64_t)value->number && value->number < 1e15 &&
            value->number > -1e15)
            json_put_int(json, (int64_t)value->number);
        else
            json_put_double(json, value->number);
        break;
    case VALUE_BOOL:
        json_put_bool(json, value->truth);
        break;
    case VALUE_JSON:
        json_put_raw(json, value->text);
        break;
    default:
        json_put_null(json);
    }
    (void)f;
}

/* The page's Markdown is asked for by its name: that is what is shown of the page. */
static bool says_markdown(const struct field *f)
{
    return f->wish == WISH_MARKDOWN && fold_contains(f->folded, STR_LIT("markdown"), NULL);
}

/* What the page as a whole is, where nothing on it says so. */
static struct value whole_of(struct composer *c, const struct field *f)
{
    const struct doc *doc = c->facts.doc;
    struct value value = {.sort = VALUE_NONE};
    struct str text = f->wish == WISH_URL && f->meaning.concept == CONCEPT_LINK ? c->facts.url_text
                      : f->wish == WISH_LANGUAGE                                ? doc->language
                      : f->wish == WISH_DESCRIPTION                             ? doc->description
                      : says_markdown(f)                                        ? doc->markdown
                      : f->wish == WISH_MARKDOWN || f->kind == KIND_BODY        ? body_of(&c->facts)
                                                                                : STR_NONE;
    if (text.n && field_takes(f, SHAPE_STRING) && f->n_options == 0)
        value = (struct value){.sort = VALUE_TEXT, .text = text};
    return value;
}

static struct value scalar(struct composer *c, const struct field *f, struct scope scope)
{
    struct found found = find_value(&c->facts, f, scope);
    if (scope.record || (found.score && f->kind != KIND_BODY))
        return found.value;
    /* A label names the beginning of a body: of its paragraphs it knows one. */
    struct value whole = whole_of(c, f);
    bool part = found.score && found.value.sort == VALUE_TEXT && found.value.text.n * 2 < whole.text.n;
    return found.score && !part ? found.value : whole;
}

/* ---- lists ---- */

struct list {
    struct str texts[LIST_MAX];
    unsigned n;
};

static void list_add(struct list *l, struct str text)
{
    text = value_clean(text);
    if (text.n == 0 || text.n > ITEM_MAX_BYTES || l->n == LIST_MAX)
        return;
    for (unsigned i = 0; i < l->n; i++)
        if (str_eq(l->texts[i], text))
            return;
    l->texts[l->n++] = text;
}

/* The items of lists that lie inside a range. */
static void list_items(struct composer *c, struct range r, struct list *l)
{
    const struct view *v = &c->facts.view;
    for (uint32_t p = r.from; p < r.to;) {
        uint32_t node = v->pieces[p].node, next = p + 1;
        for (int up = 0; up < 8 && node && !html_is(v->tree, node, N_LI); up++)
            node = v->tree->nodes[node].parent;
        if (html_is(v->tree, node, N_LI) && v->begin[node] >= r.from && v->end[node] <= r.to) {
            list_add(l, view_text(v, view_node(v, node), " ", VIEW_HIDDEN | VIEW_SPOKEN));
            next = v->end[node] > next ? v->end[node] : next;
        }
        p = next;
    }
}

static void list_split(struct str text, struct list *l)
{
    static const char *const signs[] = {",", ";", " \xC2\xB7 ", " | ", "\xE3\x80\x81", " \xE2\x80\xA2 "};
    while (text.n) {
        size_t at = text.n, length = 0;
        for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
            const char *hit = memmem(text.p, text.n, signs[i], strlen(signs[i]));
            if (hit && (size_t)(hit - text.p) < at) {
                at = (size_t)(hit - text.p);
                length = strlen(signs[i]);
            }
        }
        list_add(l, str_head(text, at));
        text = str_from(text, at + length);
    }
}

/* Links side by side are items of their own. */
static void list_links(struct composer *c, struct range r, struct list *l)
{
    const struct view *v = &c->facts.view;
    unsigned links = 0;
    for (uint32_t p = r.from; p < r.to; p++)
        links += (v->pieces[p].marks & VIEW_LINK) != 0 && v->pieces[p].text.n > 1;
    for (uint32_t p = r.from; links >= 2 && links * 10 >= (r.to - r.from) * 6 && p < r.to; p++)
        if (v->pieces[p].marks & VIEW_LINK)
            list_add(l, v->pieces[p].text);
}

/* Behind the label that fits best: its list, its lines, or what its commas part. */
static void list_labelled(struct composer *c, const struct field *f, struct scope scope, struct list *l)
{
    const struct labels *labels = &c->facts.labels;
    const struct view *v = &c->facts.view;
    const struct label *best = NULL;
    int most = 69;
    for (uint32_t i = labels_at(labels, scope.range.from);
         i < labels->n && labels->p[i].piece < scope.range.to; i++) {
        const struct label *x = &labels->p[i];
        bool loose = x->sort == LABEL_WORDS || x->sort == LABEL_BEHIND;
        bool out = loose || (v->pieces[x->range.from].marks & ~scope.ignore) & (VIEW_OUT | VIEW_REVIEWS);
        int match = x->range.to > scope.range.to || out
                        ? 0
                        : meaning_match(&f->meaning, &x->meaning) - (x->sort == LABEL_CLASS ? 8 : 0);
        if (match > most) {
            most = match;
            best = x;
        }
    }
    if (!best)
        return;
    list_items(c, best->range, l);
    if (l->n == 0)
        list_links(c, best->range, l);
    bool classes = best->sort == LABEL_CLASS && l->n < 2;
    for (uint32_t i = 0; classes && i < labels->n; i++)
        if (labels->p[i].sort == LABEL_CLASS && str_eq(labels->p[i].text, best->text) &&
            labels->p[i].range.from >= scope.range.from && labels->p[i].range.to <= scope.range.to)
            list_add(l, labels->p[i].value);
    bool part = best->sort == LABEL_COLON || best->sort == LABEL_WORDS || best->sort == LABEL_LEAD;
    if (l->n == 0 && part)
        list_split(best->value, l);
    if (l->n == 0 && !part && best->sort != LABEL_HEADING && best->sort != LABEL_CLASS)
        for (uint32_t p = best->range.from; p < best->range.to;)
            list_split(view_run(v, (struct range){p, best->range.to}, &p), l);
}

/* A run of digits is a telephone number where the line says so, or where it is written as one: "+44 ...", in groups. */
static bool is_telephone(struct composer *c, struct str text, struct str hit)
{
    size_t gaps = 0;
    for (size_t i = 0; i < hit.n; i++)
        gaps +=
            hit.p[i] == ' ' || hit.p[i] == '-' || hit.p[i] == '.' || hit.p[i] == '/' || hit.p[i] == ')';
    struct str folded = fold_text(c->facts.arena, str_head(text, 200));
    bool other = str_is_set(fold_contains_any(
        folded, "fax|telefax|vat|company|registered|registration|reg|ust|siret|iban|no", NULL));
    return hit.p[0] == '+'
               ? !str_is_set(fold_contains_any(folded, "fax|telefax", NULL))
               : !other &&
                     (gaps >= 2 ||
                      fold_contains_any(folded, "tel|phone|mobile|call|telefon|telephone", NULL).n);
}

static void list_typed(struct composer *c, const struct field *f, struct scope scope, struct list *l)
{
    const struct view *v = &c->facts.view;
    enum kind kind = f->item ? f->item->kind : f->kind;
    for (uint32_t p = scope.range.from;
         (kind == KIND_EMAIL || kind == KIND_PHONE) && p < scope.range.to;) {
        uint16_t marks = v->pieces[p].marks;
        struct str text = view_run(v, (struct range){p, scope.range.to}, &p);
        for (size_t from = 0; !(marks & VIEW_HIDDEN);) {
            struct str hit = kind == KIND_EMAIL ? email_find(text, from) : phone_find(text, from);
            if (!hit.n)
                break;
            if (kind == KIND_EMAIL || is_telephone(c, text, hit))
                list_add(l, hit);
            from = (size_t)(hit.p - text.p) + hit.n;
        }
    }
}

/* Addresses that only links say. */
static void list_mails(struct composer *c, struct list *l)
{
    const struct html_tree *tree = c->facts.view.tree;
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0)) {
        struct str href = html_is(tree, node, N_A) ? str_trim(html_attr(tree, node, N_HREF)) : STR_NONE;
        if (str_starts(href, STR_LIT("mailto:")))
            list_add(l, email_find(str_head(str_from(href, 7), str_find(str_from(href, 7), '?')), 0));
    }
}

static bool is_label_of(const struct composer *c, const struct field *f, struct str text)
{
    struct meaning m = meaning_of(c->facts.ask->concepts, fold_text(c->facts.arena, text));
    return text.n > 0 && text.n < 60 && meaning_match(&f->meaning, &m) >= 80;
}

/* The choices of a form: a fieldset's labels under the first legend that names the field. */
static void list_choices(struct composer *c, const struct field *f, struct list *l)
{
    const struct view *v = &c->facts.view;
    const struct html_tree *tree = v->tree;
    uint32_t legend = html_next(tree, 0, 0);
    for (unsigned seen = 0; legend && seen < LEGENDS_MAX; legend = html_next(tree, legend, 0)) {
        bool is = html_is(tree, legend, N_LEGEND);
        seen += is;
        if (is && is_label_of(c, f, view_text(v, view_node(v, legend), " ", VIEW_HIDDEN)))
            break;
    }
    uint32_t set = legend && html_is(tree, legend, N_LEGEND) ? tree->nodes[legend].parent : 0;
    for (uint32_t node = set ? html_next(tree, set, set) : 0; node && l->n < LIST_MAX;
         node = html_next(tree, node, set))
        if (html_is(tree, node, N_LABEL))
            list_add(l, view_text(v, view_node(v, node), " ", VIEW_HIDDEN));
}

static void list_structure(const struct composer *c, const struct field *f, struct list *l)
{
    static const struct fields none;
    const struct doc *doc = c->facts.doc;
    const struct fields *fields = doc->fields ? doc->fields : &none;
    const struct view *v = &c->facts.view;
    for (uint32_t i = 0; f->wish == WISH_HEADINGS && i < v->n_lines; i++)
        if (v->lines[i].heading && !(v->lines[i].marks & VIEW_OUT))
            list_add(l, v->lines[i].text);
    for (unsigned i = 0; f->wish == WISH_LINKS && i < doc->n_links; i++)
        list_add(l, doc->links[i].url);
    for (unsigned i = 0; f->wish == WISH_IMAGES && i < fields->n_images; i++)
        list_add(l, fields->images[i].src);
    for (unsigned i = 0; f->wish == WISH_CODE && i < fields->n_codes; i++)
        list_add(l, fields->codes[i].text);
}

static void put_list(struct composer *c, const struct field *f, struct scope scope)
{
    struct list *l = ARENA_NEW(c->facts.arena, struct list);
    struct reading reading = c->facts.reading;
    reading.labelled = true;
    json_begin(c->json, '[');
    if (l && !scope.record)
        list_structure(c, f, l);
    if (l && l->n == 0)
        list_typed(c, f, scope, l);
    if (l && !scope.record && (f->item ? f->item->kind : f->kind) == KIND_EMAIL)
        list_mails(c, l);
    if (l && l->n == 0 && !scope.record)
        list_choices(c, f, l);
    if (l && l->n == 0)
        list_labelled(c, f, scope, l);
    if (l && l->n == 0 && scope.record)
        list_items(c, scope.range, l);
    if (l && l->n == 0 && !scope.record) {
        struct str texts[64];
        unsigned n = machine_texts(&c->facts, f, texts, ARRAY_LEN(texts));
        for (unsigned i = 0; i < n; i++)
            list_split(texts[i], l);
    }
    for (unsigned i = 0, n = 0; l && i < l->n && (f->limit == 0 || n < f->limit); i++) {
        struct value value;
        if (f->item && value_read(&reading, f->item, l->texts[i], &value) != VERDICT_FIT)
            continue;
        if (!f->item)
            value = (struct value){.sort = VALUE_TEXT, .text = l->texts[i]};
        put_value(c, f, &value);
        n++;
    }
    json_end(c->json, ']');
}

/* ---- objects ---- */

static void put_field(struct composer *c, const struct field *f, struct scope scope, unsigned depth);

static void put_named(struct composer *c, const struct field *f, const struct value *value)
{
    bool none = value->sort == VALUE_NONE;
    if (none && (f->by_head || (!f->required && !field_takes(f, SHAPE_NULL))))
        return;
    json_key_str(c->json, f->name);
    put_value(c, f, value);
}

static bool is_list(const struct field *f)
{
    return field_takes(f, SHAPE_ARRAY) && !field_takes(f, SHAPE_STRING | SHAPE_NUMBER | SHAPE_BOOL);
}

/* A value of its own brackets; an object whose members nobody named comes back empty. */
static bool is_nested(const struct field *f)
{
    unsigned flat = SHAPE_STRING | SHAPE_NUMBER | SHAPE_BOOL | SHAPE_NULL;
    return is_list(f) || f->n_fields || (field_takes(f, SHAPE_OBJECT) && !field_takes(f, flat));
}

static bool says_words(struct composer *c, struct str names, const struct words *words)
{
    struct str folded = fold_text(c->facts.arena, str_head(names, 200));
    unsigned n = 0;
    for (unsigned i = 0; folded.n && i < words->n; i++)
        n += fold_contains(folded, words->word[i], NULL);
    return words->n > 1 && n == words->n;
}

/* Of an object within the page: the first element that is called as it is, by its itemprop or its classes. One word alone is
 * called so too often. */
static struct scope scope_of(struct composer *c, const struct field *f, struct scope scope)
{
    const struct view *v = &c->facts.view;
    const struct html_tree *tree = v->tree;
    struct words words = fold_words(f->folded);
    for (uint32_t node = html_next(tree, 0, 0); node && words.n > 1; node = html_next(tree, node, 0)) {
        if (!tree->nodes[node].attrs || v->begin[node] < scope.range.from ||
            v->end[node] > scope.range.to || v->end[node] < v->begin[node] + 2)
            continue;
        if (says_words(c, html_attr(tree, node, N_ITEMPROP), &words) ||
            says_words(c, html_attr(tree, node, N_CLASS), &words))
            return scope_range(&c->facts, view_node(v, node));
    }
    return scope;
}

static void put_object(struct composer *c, const struct field *f, struct scope scope, unsigned depth)
{
    if (depth > 0)
        scope = scope_of(c, f, scope);
    json_begin(c->json, '{');
    for (unsigned i = 0; i < f->n_fields; i++) {
        const struct field *child = &f->fields[i];
        if (is_nested(child)) {
            json_key_str(c->json, child->name);
            put_field(c, child, scope, depth + 1);
        } else {
            struct value value = scalar(c, child, scope);
            put_named(c, child, &value);
        }
    }
    json_end(c->json, '}');
}

/* False: nothing that is asked for of each is a member of such a part. */
static bool put_parts(struct composer *c, const struct field *f)
{
    unsigned n = parts_count(c->facts.doc, f->wish), said = 0;
    for (unsigned i = 0; i < n && said == 0; i++)
        for (unsigned k = 0; k < f->item->n_fields; k++)
            said += part_value(c->facts.doc, f->wish, &f->item->fields[k], i).sort != VALUE_NONE;
    for (unsigned i = 0; said && i < n && (f->limit == 0 || i < f->limit); i++) {
        json_begin(c->json, '{');
        for (unsigned k = 0; k < f->item->n_fields; k++) {
            const struct field *child = &f->item->fields[k];
            struct value value = part_value(c->facts.doc, f->wish, child, i);
            if (!is_nested(child)) {
                put_named(c, child, &value);
            } else if (child->required) {
                json_key_str(c->json, child->name);
                json_put_raw(c->json, is_list(child) ? STR_LIT("[]") : STR_LIT("null"));
            }
        }
        json_end(c->json, '}');
    }
    return said > 0;
}

static void put_row(struct composer *c, const struct field *item, const struct record *record,
                    const struct found *found, unsigned depth)
{
    struct scope scope = scope_range(&c->facts, record->range);
    json_begin(c->json, '{');
    for (unsigned k = 0; k < item->n_fields; k++) {
        const struct field *child = &item->fields[k];
        if (is_nested(child)) {
            json_key_str(c->json, child->name);
            put_field(c, child, scope, depth + 1);
        } else {
            struct value value = found[k].score ? found[k].value : (struct value){.sort = VALUE_NONE};
            put_named(c, child, &value);
        }
    }
    json_end(c->json, '}');
}

static void put_records(struct composer *c, const struct field *f, struct scope scope, unsigned depth)
{
    struct records_fit fit = {0};
    json_begin(c->json, '[');
    if (!scope.record && !put_parts(c, f)) {
        if (!c->has_records)
            c->has_records = records_find(&c->facts.view, c->facts.ask->concepts, &c->records) == OK;
        if (c->has_records && records_fit(&c->facts, &c->records, f->item, f->limit, &fit) != OK)
            fit.group = NULL;
    }
    for (unsigned i = 0; fit.group && i < fit.n_rows; i++)
        put_row(c, f->item, &fit.group->p[fit.rows[i]], fit.found + (size_t)i * f->item->n_fields,
                depth + 1);
    json_end(c->json, ']');
}

/* ---- a table as it stands ---- */

/* Whether a clause of the sentence that names the column wants numbers in it. */
static bool wants_number(const struct composer *c, const struct words *column)
{
    struct str rest = c->facts.ask->text;
    while (rest.n) {
        size_t end = 0;
        while (end < rest.n && rest.p[end] != ',' && rest.p[end] != '.' && rest.p[end] != ';')
            end++;
        struct str clause = fold_text(c->facts.arena, str_head(rest, end));
        rest = str_from(rest, end + 1);
        if (column->n && fold_contains(clause, column->word[0], NULL) &&
            fold_contains_any(clause, "integer|integers|number|numbers|numeric|percent", NULL).n)
            return true;
    }
    return false;
}

static void put_table_row(struct composer *c, const struct records *g, const struct record *record,
                          const struct field *fields, const unsigned *columns, unsigned n)
{
    struct reading reading = c->facts.reading;
    reading.labelled = true;
    json_begin(c->json, '{');
    for (unsigned k = 0; k < n; k++) {
        const struct record_cell *cell = record_cell(record, columns[k]);
        struct value value = {.sort = VALUE_NONE};
        struct str text =
            cell ? view_text(&c->facts.view, cell->range, " ", VIEW_SMALL | VIEW_HIDDEN) : STR_NONE;
        if (text.n && value_read(&reading, &fields[k], text, &value) != VERDICT_FIT)
            value.sort = VALUE_NONE;
        put_named(c, &fields[k], &value);
    }
    json_end(c->json, '}');
    (void)g;
}

static bool is_named(const struct field *fields, unsigned n, struct str name)
{
    for (unsigned i = 0; i < n; i++)
        if (str_eq(fields[i].name, name))
            return true;
    return false;
}

/* "Unit price" is unit_price, a second one unit_price_2. {NULL, 0}: the arena ended. */
static struct str column_name(struct composer *c, struct str label, const struct field *fields,
                              unsigned n)
{
    struct arena *arena = c->facts.arena;
    struct str folded = fold_text(arena, label);
    char *p = arena_alloc(arena, folded.n + 1);
    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < folded.n; i++)
        p[i] = folded.p[i] == ' ' ? '_' : folded.p[i];
    struct str name = str_make(p, folded.n);
    for (unsigned i = 2; name.p && is_named(fields, n, name); i++)
        name = arena_printf(arena, "%.*s_%u", (int)folded.n, p, i);
    return name;
}

/* The rows of the best table that has heads, its columns as fields. */
static void put_table(struct composer *c)
{
    struct field fields[FIELDS_OF_TABLE];
    unsigned columns[FIELDS_OF_TABLE], n = 0;
    const struct records *g = NULL;
    if (records_find(&c->facts.view, c->facts.ask->concepts, &c->records) == OK)
        for (unsigned i = 0; i < c->records.n && !g; i++)
            g = c->records.p[i].sort == RECORDS_ROWS && c->records.p[i].n_columns &&
                        c->records.p[i].columns[0].label.n
                    ? &c->records.p[i]
                    : NULL;
    for (unsigned k = 0; g && k < g->n_columns && n < FIELDS_OF_TABLE; k++) {
        const struct meaning *m = &g->columns[k].meaning;
        if (g->columns[k].label.n == 0 || m->words.n == 0)
            continue;
        struct str name = column_name(c, g->columns[k].label, fields, n);
        if (!name.p)
            return;
        bool number = wants_number(c, &m->words);
        columns[n] = k;
        fields[n++] = (struct field){.name = name,
                                     .shape = SHAPE_NULL | (number ? SHAPE_NUMBER : SHAPE_STRING),
                                     .required = true,
                                     .minimum = -1e300,
                                     .maximum = 1e300,
                                     .kind = number ? KIND_NUMBER : KIND_TEXT};
    }
    json_begin(c->json, '[');
    for (uint32_t i = 0; g && i < g->n; i++)
        put_table_row(c, g, &g->p[i], fields, columns, n);
    json_end(c->json, ']');
}

static void put_field(struct composer *c, const struct field *f, struct scope scope, unsigned depth)
{
    must(depth < 2 * DEPTH);
    if (is_list(f) && f->item && f->item->n_fields)
        put_records(c, f, scope, depth);
    else if (is_list(f))
        put_list(c, f, scope);
    else if (is_nested(f))
        put_object(c, f, scope, depth);
    else
        json_put_null(c->json);
}

/* ---- the door ---- */

static const char judging[] =
    "translate|translation|summarize|summarise|summary of|in your own "
    "words|rewrite|rephrase|paraphrase|paraphrased|recommend|opinion|sentiment|critique|criticize|"
    "takeaways|write a|classify|compare and|fasse|zusammenfassen|ubersetze|ubersetzen|resume "
    "en|resumez|traduire|traduis|"
    "resumir|traducir|riassumi|traduci|explain why|weakest|strongest";

static bool judges(const struct field *f)
{
    return str_is_set(fold_contains_any(
        f->description,
        "paraphrase|paraphrased|summarize|summarise|translate|translated|translation|critique|in one "
        "sentence|in your own words|your opinion|sentiment|ubersetzung|zusammenfassung|traduction",
        NULL));
}

bool prompt_needs_model(struct str prompt)
{
    char folded[3 * PROMPT_MAX_BYTES + 1];
    struct str head = str_head(prompt, PROMPT_MAX_BYTES);
    return str_is_set(fold_contains_any(str_make(folded, fold_to(head, folded)), judging, NULL));
}

bool ask_needs_model(const struct ask *ask)
{
    unsigned n = 0;
    for (unsigned i = 0; i < ask->root.n_fields; i++)
        n += judges(&ask->root.fields[i]);
    return n > 0 && n * 2 >= ask->root.n_fields;
}

enum status compose(const struct ask *ask, const struct doc *doc, struct str url, struct arena *arena,
                    struct json_out *json, unsigned *ret_filled)
{
    struct composer *c = ARENA_NEW(arena, struct composer);
    if (!c)
        return arena->status;
    enum status st = facts_make(ask, doc, url, arena, &c->facts);
    if (st != OK)
        return st;
    c->json = json;
    if (ask->table)
        put_table(c);
    else
        put_field(c, &ask->root, scope_page(&c->facts), 0);
    *ret_filled = c->filled;
    return arena->status;
}
