/* SPDX-License-Identifier: Apache-2.0 */
/* find.c: the facts of a page, labels held against a field, and the choice between what was found. */
#include "answer/find.h"

#include <stdlib.h>

/* ---- facts ---- */

enum status facts_make(const struct ask *ask, const struct doc *doc, struct str url, struct arena *arena,
                       struct facts *f)
{
    *f = (struct facts){.ask = ask, .doc = doc, .url_text = url, .arena = arena};
    struct str base = doc->base.n ? doc->base : url;
    f->has_base = base.n && url_parse(arena, base, NULL, &f->base) == OK;
    enum status st = view_make(doc->tree, doc->title, doc->language, arena, &f->view);
    if (st == OK)
        st = labels_read(&f->view, ask->concepts, &f->labels);
    if (st == OK)
        st = items_of_tree(doc->tree, NULL,
                           1u << ITEM_JSONLD | 1u << ITEM_MICRODATA | 1u << ITEM_RDFA | 1u << ITEM_META,
                           arena, &f->items);
    if (st != OK)
        return st;
    f->main = machine_main(&f->items, &f->view);
    for (const struct item *i = f->items.first; i; i = i->next)
        if (i->source == ITEM_META)
            f->meta = i;
    f->reading = (struct reading){
        .arena = arena, .language = doc->language, .numerals = f->view.numerals, .style = f->view.style};
    return OK;
}

struct scope scope_range(const struct facts *facts, struct range range)
{
    struct scope scope = {.range = range, .record = true, .ignore = 0xFFFF};
    for (uint32_t i = range.from; i < range.to; i++)
        scope.ignore &= facts->view.pieces[i].marks;
    return scope;
}

struct scope scope_page(const struct facts *facts)
{
    return (struct scope){.range = view_all(&facts->view)};
}

/* ---- offers ---- */

void find_offer(struct finder *f, const struct value *value, int score, uint32_t piece)
{
    if (score <= f->best.score || !value_is_option(f->field, value))
        return;
    f->best.value = *value;
    f->best.score = score;
    f->best.piece = piece;
}

/* The field's own name is a label that lost its value. */
static bool says_name(const struct finder *f, const struct value *value)
{
    return value->sort == VALUE_TEXT && f->field->n_options == 0 && value->text.n <= 80 &&
           str_eq(fold_text(f->facts->arena, value->text), f->field->folded);
}

enum verdict find_offer_text(struct finder *f, struct str text, int score, uint32_t piece, bool labelled)
{
    struct value value;
    struct reading reading = f->facts->reading;
    if (score <= f->best.score || score < FIND_SURE)
        return VERDICT_UNFIT;
    reading.labelled = labelled;
    reading.accounts = f->scope.record;
    enum verdict verdict = value_read(&reading, f->field, text, &value);
    if (verdict == VERDICT_FIT && says_name(f, &value))
        return VERDICT_UNFIT;
    if (verdict == VERDICT_FIT)
        find_offer(f, &value, score, piece);
    return verdict;
}

uint16_t find_marks(const struct finder *f, uint32_t piece)
{
    return (uint16_t)(f->facts->view.pieces[piece].marks & ~f->scope.ignore);
}

int find_cost(uint16_t marks)
{
    if (marks & VIEW_OUT)
        return 1000;
    return (marks & VIEW_REVIEWS ? 45 : 0) + (marks & VIEW_QUOTE ? 60 : 0) +
           (marks & VIEW_ASIDE ? 4 : 0);
}

int find_distance(const struct finder *f, uint32_t piece)
{
    const struct view *v = &f->facts->view;
    if (f->scope.record || v->title >= v->n_lines)
        return 0;
    uint32_t title = v->lines[v->title].first;
    uint32_t far = piece >= title ? (piece - title) / 8 : (title - piece) / 2 + 4;
    return far < 20 ? (int)far : 20;
}

struct str find_link(const struct facts *facts, uint32_t node, uint16_t element, uint16_t attr)
{
    const struct html_tree *tree = facts->view.tree;
    for (uint32_t n = node; n; n = html_next(tree, n, node)) {
        struct url url;
        struct str reference = html_is(tree, n, element) ? str_trim(html_attr(tree, n, attr)) : STR_NONE;
        if (reference.n == 0 || reference.n > URL_MAX_BYTES || reference.p[0] == '#' ||
            str_starts(reference, STR_LIT("data:")) || str_starts(reference, STR_LIT("javascript:")))
            continue;
        if (url_parse(facts->arena, reference, facts->has_base ? &facts->base : NULL, &url) == OK)
            return url.href;
    }
    return STR_NONE;
}

/* ---- labels ---- */

static int sort_bonus(enum label_sort sort)
{
    static const int bonus[] = {
        [LABEL_DL] = 6,    [LABEL_ROW] = 6,    [LABEL_COLUMN] = 2,  [LABEL_PARTS] = 4,
        [LABEL_COLON] = 4, [LABEL_LEAD] = 5,   [LABEL_HEADING] = 0, [LABEL_BEHIND] = -4,
        [LABEL_WORDS] = 0, [LABEL_CLASS] = -14};
    return bonus[sort];
}

/* The meaning that a range is labelled with, where the field is one end of it. */
static enum concept whole_of_end(enum concept c)
{
    switch (c) {
    case CONCEPT_SALARY_MIN:
    case CONCEPT_SALARY_MAX:
        return CONCEPT_SALARY;
    case CONCEPT_PRICE_MIN:
    case CONCEPT_PRICE_MAX:
        return CONCEPT_PRICE;
    case CONCEPT_END:
        return CONCEPT_START;
    default:
        return CONCEPT_NONE;
    }
}

/* Whether a text holds two ends: a dash, "to", "bis" between two numbers. */
static bool is_range(struct str text)
{
    static const char *const joints[] = {"\xE2\x80\x93", "\xE2\x80\x94", "-",     " to ", " bis ",
                                         " \xC3\xA0 ",   " a ",          " and ", "~",    "\xE3\x80\x9C",
                                         " until "};
    for (size_t i = 0; i < ARRAY_LEN(joints); i++) {
        const char *hit = text.n ? memmem(text.p, text.n, joints[i], strlen(joints[i])) : NULL;
        size_t at = hit ? (size_t)(hit - text.p) : 0;
        if (!hit || at == 0)
            continue;
        bool left = false, right = false;
        for (size_t k = at; k > 0 && k + 14 > at; k--)
            left = left || ascii_is_digit(text.p[k - 1]);
        for (size_t k = at; k < text.n && k < at + 14; k++)
            right = right || ascii_is_digit(text.p[k]);
        if (left && right)
            return true;
    }
    return false;
}

static int match_of(const struct finder *f, const struct label *l)
{
    const struct field *field = f->field;
    int best = meaning_match(&field->meaning, &l->meaning);
    if (field->more.words.n && field->more.words.n <= 5) {
        int more = meaning_match(&field->more, &l->meaning) - 3;
        best = more > best ? more : best;
    }
    enum concept whole = whole_of_end(field->meaning.concept);
    if (best < 80 && whole != CONCEPT_NONE && l->meaning.concept == whole) {
        struct meaning m = field->meaning;
        m.concept = whole;
        m.from = 0;
        m.n = m.words.n;
        int ends = meaning_match(&m, &l->meaning) - 8;
        best = ends > best ? ends : best;
    }
    return best;
}

/* The unit that a label itself names: "Elevation (m)", "Weight in kg". */
static bool label_has_unit(const struct finder *f, const struct label *l)
{
    struct unit unit = unit_asked(&l->meaning.words, true);
    return unit.sort != MEASURE_NONE && unit.sort == f->field->unit.sort &&
           unit.factor == f->field->unit.factor;
}

static bool is_strict(enum kind kind)
{
    return kind == KIND_NUMBER || kind == KIND_MONEY || kind == KIND_QUANTITY || kind == KIND_SPAN ||
           kind == KIND_DATE || kind == KIND_RATING || kind == KIND_YEAR || kind == KIND_TIME ||
           kind == KIND_PHONE;
}

static enum verdict offer_link(struct finder *f, const struct label *l, int score)
{
    struct value value;
    for (uint32_t p = l->range.from; p < l->range.to && p < l->range.from + 20; p++) {
        uint32_t node = f->facts->view.pieces[p].node;
        for (int up = 0; up < 4 && node; up++, node = f->facts->view.tree->nodes[node].parent) {
            struct str url = html_is(f->facts->view.tree, node, N_A)
                                 ? find_link(f->facts, node, N_A, N_HREF)
                                 : STR_NONE;
            if (url.n == 0 || value_of_text(&f->facts->reading, f->field, url, &value) != VERDICT_FIT)
                continue;
            find_offer(f, &value, score, p);
            return VERDICT_FIT;
        }
    }
    return VERDICT_UNFIT;
}

/* A date that the page gives to machines beside its words. */
static bool offer_time(struct finder *f, const struct label *l, int score)
{
    const struct view *v = &f->facts->view;
    for (uint32_t p = l->range.from; p < l->range.to && p < l->range.from + 12; p++) {
        uint32_t node = v->pieces[p].node;
        struct str text = str_trim(html_attr(v->tree, node, N_DATETIME));
        if (text.n && find_offer_text(f, text, score, p, true) == VERDICT_FIT)
            return true;
    }
    return false;
}

static enum verdict offer_value(struct finder *f, const struct label *l, int score)
{
    const struct view *v = &f->facts->view;
    enum kind kind = f->field->kind;
    if (kind == KIND_URL)
        return offer_link(f, l, score);
    if (kind == KIND_DATE && offer_time(f, l, score + 1))
        return VERDICT_FIT;
    enum verdict verdict = VERDICT_UNFIT;
    struct str all = STR_NONE;
    bool many = l->sort != LABEL_COLON && l->sort != LABEL_WORDS && l->range.to - l->range.from > 1;
    /* A date and its time, an address: on several lines. */
    if (many && l->range.to - l->range.from < 60 &&
        (kind == KIND_DATE || kind == KIND_SPAN || f->field->meaning.concept == CONCEPT_ADDRESS ||
         kind == KIND_QUANTITY || kind == KIND_MONEY))
        all = view_text(v, l->range, ", ", VIEW_SPOKEN | VIEW_STRUCK | VIEW_SMALL);
    if (all.n && kind != KIND_MONEY)
        verdict = find_offer_text(f, all, score, l->range.from, true);
    if (verdict == VERDICT_UNFIT && (l->marks & VIEW_STRUCK) == 0)
        verdict = find_offer_text(f, l->value, score, l->range.from, true);
    if (verdict == VERDICT_UNFIT && all.n)
        verdict = find_offer_text(f, all, score, l->range.from, true);
    return verdict;
}

/* A heading labels its section only when that is short, unless a text is asked for. */
static int section_cost(const struct finder *f, const struct label *l)
{
    if (l->sort == LABEL_CLASS && l->value.n > 120 && f->field->kind != KIND_BODY &&
        f->field->meaning.concept != CONCEPT_DESCRIPTION && f->field->meaning.concept != CONCEPT_ANSWER)
        return 60;
    if (l->sort != LABEL_HEADING)
        return 0;
    uint32_t n = l->range.to - l->range.from;
    bool prose = l->value.n > 80;
    if (f->field->kind == KIND_BODY || f->field->meaning.concept == CONCEPT_ANSWER)
        return 0;
    return (prose ? 30 : 0) + (n > 12 ? 20 : n > 6 ? 8 : 0);
}

/* "Price per sq ft $144": the first word is no label, the phrase is. */
static bool goes_on(const struct finder *f, const struct label *l)
{
    static const char *const joints[] = {"per ",  "for ", "of ", "pro ", "par ",
                                         "pour ", "por ", "de ", "/"};
    for (size_t i = 0; l->sort == LABEL_WORDS && f->field->kind == KIND_MONEY && i < ARRAY_LEN(joints);
         i++)
        if (str_starts(l->value, str_of(joints[i])))
            return true;
    return false;
}

void cue_labels(struct finder *f)
{
    const struct labels *labels = &f->facts->labels;
    for (uint32_t i = labels_at(labels, f->scope.range.from);
         i < labels->n && labels->p[i].piece < f->scope.range.to; i++) {
        const struct label *l = &labels->p[i];
        bool counts = l->sort == LABEL_BEHIND &&
                      f->field->kind == KIND_MONEY; /* "3 nights" is no price per night */
        int match = l->range.to <= f->scope.range.to && !counts && !goes_on(f, l) ? match_of(f, l) : 0;
        int cost = match >= 55 ? find_cost(find_marks(f, l->range.from)) : 0;
        if (match < 55 || cost >= 1000)
            continue;
        bool end = whole_of_end(f->field->meaning.concept) == l->meaning.concept &&
                   l->meaning.concept != CONCEPT_NONE;
        if (end && !is_range(l->value) && !is_range(view_text(&f->facts->view, l->range, ", ", 0)))
            continue;
        bool quantity = f->field->kind == KIND_QUANTITY && f->field->unit.sort != MEASURE_NONE;
        int score = match + sort_bonus(l->sort) - cost - section_cost(f, l) +
                    (quantity && label_has_unit(f, l) ? 3 : 0);
        enum verdict verdict = offer_value(f, l, score);
        bool names = score >= 85 && l->sort != LABEL_CLASS && l->sort != LABEL_WORDS &&
                     l->sort != LABEL_BEHIND && l->sort != LABEL_HEADING;
        if (names &&
            (verdict == VERDICT_EMPTY ||
             (verdict == VERDICT_UNFIT && is_strict(f->field->kind) && !end && score > f->best.score)))
            f->denied = score > f->denied ? score : f->denied;
    }
}

/* ---- the door ---- */

struct found find_value(struct facts *facts, const struct field *field, struct scope scope)
{
    struct finder f = {
        .facts = facts, .field = field, .scope = scope, .best = {.piece = facts->view.n_pieces}};
    if (scope.range.to > scope.range.from) {
        cue_labels(&f);
        cue_typed(&f);
        cue_text(&f);
    }
    if (!scope.record)
        cue_machine(&f);
    if (f.denied > f.best.score || f.best.score < FIND_SURE) {
        f.best.score = 0;
        f.best.value.sort = VALUE_NONE;
    }
    f.best.denied = f.denied > 0;
    return f.best;
}
