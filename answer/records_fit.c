/* SPDX-License-Identifier: Apache-2.0 */
/* records_fit.c: votes for columns, first of a sample of each group's records, then of all of the group that wins. */
#include "answer/records_fit.h"

#include "base/must.h"

enum {
    GROUPS_TRIED = 14,
    SAMPLE = 10,
    FIELDS_MAX = 40,
    NAMED = 70, /* a head that matches this well needs no votes */
    TEXT_MAX_BYTES = 2000,
    CELLS_TRIED = 16,
};

struct fitter {
    struct facts *facts;
    const struct records *g;
    const struct field *item;
    int column[FIELDS_MAX]; /* -1: none */
    bool named[FIELDS_MAX]; /* by its head */
};

static bool is_scalar(const struct field *f)
{
    return f->n_fields == 0 && !(f->item && field_takes(f, SHAPE_ARRAY)) && f->kind != KIND_LIST;
}

static unsigned fields_of(const struct field *item)
{
    return item->n_fields < FIELDS_MAX ? item->n_fields : FIELDS_MAX;
}

/* ---- values ---- */

static struct found in_range(const struct fitter *x, const struct field *field, struct range range)
{
    return find_value(x->facts, field, scope_range(x->facts, range));
}

/* A cell that is known to hold the field's value, or to hold none. */
static struct found in_cell(const struct fitter *x, const struct field *field,
                            const struct record_cell *cell, bool named)
{
    const struct view *v = &x->facts->view;
    struct found found = {.piece = v->n_pieces};
    struct reading reading = x->facts->reading;
    reading.labelled = true;
    reading.accounts = true;
    if (field->kind == KIND_URL)
        return in_range(x, field, cell->range);
    struct str text = view_text(v, cell->range, " ", VIEW_STRUCK | VIEW_SMALL | VIEW_HIDDEN);
    struct str time = str_trim(html_attr(v->tree, cell->node, N_DATETIME));
    if (field->kind == KIND_DATE && time.n)
        text = time;
    /* A term is told as it stands ("-v"), and so is what was chosen for its look, not for what it is called. */
    bool name = html_is(v->tree, cell->node, N_DT) || (!named && field->kind == KIND_CODE);
    if (text.n == 0 || text.n > TEXT_MAX_BYTES ||
        (name ? value_of_text(&reading, field, text, &found.value)
              : value_read(&reading, field, text, &found.value)) != VERDICT_FIT)
        return (struct found){.piece = v->n_pieces};
    found.score = 80;
    found.piece = cell->range.from;
    return found;
}

static struct found value_of(const struct fitter *x, const struct record *record, unsigned field)
{
    const struct field *f = &x->item->fields[field];
    struct found none = {.piece = x->facts->view.n_pieces};
    const struct record_cell *cell =
        x->column[field] >= 0 ? record_cell(record, (unsigned)x->column[field]) : NULL;
    if (x->named[field])
        return cell ? in_cell(x, f, cell, true) : none;
    struct found found = record->range.to > record->range.from ? in_range(x, f, record->range) : none;
    if (found.score && f->kind != KIND_NAME) {
        const struct record_cell *at = record_cell_at(record, found.piece);
        bool there = !at || !cell || (cell->range.from <= found.piece && found.piece < cell->range.to);
        if (there || found.score >= 80 || f->kind == KIND_BADGE)
            return found;
    }
    if (!cell || f->kind == KIND_BADGE || f->kind == KIND_STOCK)
        return cell || f->kind == KIND_NAME ? none : found;
    return f->kind == KIND_NAME || f->kind == KIND_TEXT || f->kind == KIND_BODY || field == 0
               ? in_cell(x, f, cell, false)
               : in_range(x, f, cell->range);
}

/* ---- columns ---- */

/* A head without the unit in brackets behind it; no words: it has none. */
static struct meaning bare_head(const struct fitter *x, const struct record_column *column)
{
    size_t bracket = str_find(column->label, '(');
    if (bracket == 0 || bracket >= column->label.n)
        return (struct meaning){0};
    return meaning_of(x->facts->ask->concepts,
                      fold_text(x->facts->arena, str_head(column->label, bracket)));
}

static void choose_by_head(struct fitter *x, unsigned field)
{
    int best = NAMED - 1;
    for (unsigned c = 0; c < x->g->n_columns; c++) {
        const struct record_column *column = &x->g->columns[c];
        const struct field *f = &x->item->fields[field];
        struct meaning bare = bare_head(x, column);
        int match = column->label.n ? meaning_match(&f->meaning, &column->meaning) : 0;
        bool has_more = column->label.n && f->more.words.n && f->more.words.n <= 5;
        int more = has_more ? meaning_match(&f->more, bare.words.n ? &bare : &column->meaning) - 3 : 0;
        match = more > match ? more : match;
        if (match > best) {
            best = match;
            x->column[field] = (int)c;
            x->named[field] = true;
        }
    }
}

static bool same_words(const struct words *a, const struct words *b)
{
    bool same = a->n == b->n && a->n > 0;
    for (unsigned i = 0; same && i < a->n; i++)
        same = str_eq(a->word[i], b->word[i]);
    return same;
}

/* A class of the element, or of one between it and its record, that says the field's own words: <p class="role">. */
static bool has_class(const struct fitter *x, const struct record_cell *cell, const struct field *field)
{
    const struct html_tree *tree = x->facts->view.tree;
    struct str class = html_attr(tree, cell->node, N_CLASS);
    while (class.n) {
        size_t n = str_find(class, ' ');
        struct words words = fold_words(fold_text(x->facts->arena, str_head(class, n < 40 ? n : 40)));
        if (same_words(&words, &field->meaning.words))
            return true;
        class = str_from(class, n < class.n ? n + 1 : n);
    }
    return false;
}

static bool is_text_kind(enum kind kind)
{
    return kind == KIND_TEXT || kind == KIND_NAME || kind == KIND_PERSON || kind == KIND_PLACE;
}

static void choose_by_class(struct fitter *x, unsigned field)
{
    const struct records *g = x->g;
    const struct field *f = &x->item->fields[field];
    for (unsigned c = 0; is_text_kind(f->kind) && c < g->n_columns && x->column[field] < 0; c++) {
        const struct record_cell *cell = NULL;
        for (uint32_t i = 0; i < g->n && i < SAMPLE && !cell; i++)
            cell = record_cell(&g->p[i], c);
        if (!cell || !has_class(x, cell, f))
            continue;
        x->column[field] = (int)c;
        x->named[field] = true;
    }
}

/* The terms of a list of terms, or what they mean. */
static bool is_term(const struct fitter *x, unsigned column, uint16_t name)
{
    const struct record_cell *cell = x->g->n ? record_cell(&x->g->p[0], column) : NULL;
    return cell && html_is(x->facts->view.tree, cell->node, name);
}

/* How much a column looks like names: texts, all filled and different, in a heading, a link, or bold. */
static int name_weight(const struct fitter *x, unsigned column)
{
    const struct view *v = &x->facts->view;
    const struct records *g = x->g;
    int score = 0;
    unsigned seen = 0, letters = 0, spoken = 0;
    if (g->columns[column].same || g->columns[column].filled * 10 < g->n * 8)
        return 0;
    if (is_term(x, column, N_DT))
        return 100;
    for (uint32_t i = 0; i < g->n && seen < SAMPLE; i++) {
        const struct record_cell *cell = record_cell(&g->p[i], column);
        if (!cell)
            continue;
        const struct piece *p = &v->pieces[cell->range.from];
        struct str text = v->lines[p->line].text;
        uint32_t first;
        fold_char(p->text, &first);
        seen++;
        letters += fold_is_word(first) && p->text.n > 1;
        spoken += (p->marks & (VIEW_SPOKEN | VIEW_BUTTON | VIEW_HIDDEN)) != 0;
        score += (v->lines[p->line].heading ? 30 : 0) + (p->marks & VIEW_LINK ? 14 : 0) +
                 (p->marks & VIEW_STRONG ? 10 : 0) - (text.n > 160 ? 20 : 0) -
                 (ascii_is_digit(p->text.p[0]) && p->text.n < 8 ? 30 : 0) -
                 (v->pieces[cell->range.to - 1].line != p->line ? 30 : 0) - (p->text.n < 4 ? 25 : 0) +
                 (cell->range.to - cell->range.from == 1 ? 6 : 0);
    }
    if (seen == 0 || letters * 10 < seen * 6 || spoken * 2 > seen)
        return 0;
    return score / (int)seen + 20 - (int)(column < 10 ? column : 10);
}

static bool is_taken(const struct fitter *x, unsigned column)
{
    for (unsigned i = 0; i < fields_of(x->item); i++)
        if (x->column[i] == (int)column)
            return true;
    return false;
}

static void choose_name(struct fitter *x, unsigned field)
{
    int best = 10;
    for (unsigned c = 0; c < x->g->n_columns; c++) {
        int weight = is_taken(x, c) ? 0 : name_weight(x, c);
        if (weight > best) {
            best = weight;
            x->column[field] = (int)c;
        }
    }
}

static bool is_prose(const struct field *f)
{
    enum concept c = f->meaning.concept;
    return c == CONCEPT_DESCRIPTION || c == CONCEPT_ANSWER || c == CONCEPT_BODY;
}

/* The column with the longest texts, of those that hold no other field. */
static void choose_prose(struct fitter *x, unsigned field)
{
    const struct records *g = x->g;
    size_t best = 24;
    for (unsigned c = 0; c < g->n_columns; c++) {
        size_t bytes = 0, seen = 0;
        if (g->columns[c].same || g->columns[c].filled * 10 < g->n * 6 || is_taken(x, c))
            continue;
        for (uint32_t i = 0; i < g->n && seen < SAMPLE; i++) {
            const struct record_cell *cell = record_cell(&g->p[i], c);
            if (!cell)
                continue;
            bool holds = false;
            for (unsigned k = 0; k < fields_of(x->item) && !holds; k++) {
                const struct record_cell *other =
                    x->column[k] >= 0 ? record_cell(&g->p[i], (unsigned)x->column[k]) : NULL;
                holds =
                    other && other->range.from >= cell->range.from && other->range.to <= cell->range.to;
            }
            if (holds) {
                bytes = 0;
                break;
            }
            bytes += view_text(&x->facts->view, cell->range, " ", 0).n;
            seen++;
        }
        if (seen && (bytes / seen > best || is_term(x, c, N_DD))) {
            best = bytes / seen;
            x->column[field] = (int)c;
        }
    }
}

static void choose_by_votes(struct fitter *x, unsigned field)
{
    int votes[RECORDS_COLUMNS_MAX] = {0};
    const struct records *g = x->g;
    uint32_t step = g->n > SAMPLE ? g->n / SAMPLE : 1;
    for (uint32_t i = 0; i < g->n; i += step) {
        const struct record *r = &g->p[i];
        struct found found = r->range.to > r->range.from ? in_range(x, &x->item->fields[field], r->range)
                                                         : (struct found){0};
        /* Texts that touch ("lamp.zip11.8 MB") are read apart. */
        for (uint32_t k = 0; found.score == 0 && k < r->n_cells && k < CELLS_TRIED; k++)
            found = in_range(x, &x->item->fields[field], r->cells[k].range);
        if (found.score == 0)
            continue;
        for (uint32_t k = 0; k < r->n_cells; k++)
            if (r->cells[k].range.from <= found.piece && found.piece < r->cells[k].range.to)
                votes[r->cells[k].column] += found.score;
    }
    int best = 0;
    for (unsigned c = 0; c < g->n_columns; c++)
        if (votes[c] && votes[c] >= best) { /* of those that hold one another, the inner */
            best = votes[c];
            x->column[field] = (int)c;
        }
}

static void choose(struct fitter *x)
{
    for (unsigned i = 0; i < fields_of(x->item); i++) {
        x->column[i] = -1;
        x->named[i] = false;
        if (!is_scalar(&x->item->fields[i]))
            continue;
        choose_by_head(x, i);
        if (x->column[i] < 0)
            choose_by_class(x, i);
    }
    for (unsigned i = 0; i < fields_of(x->item); i++) {
        const struct field *f = &x->item->fields[i];
        if (!is_scalar(f) || f->by_head)
            continue;
        if (x->column[i] < 0 && f->kind == KIND_NAME)
            choose_name(x, i);
        if (x->column[i] < 0)
            choose_by_votes(x, i);
    }
    for (unsigned i = 0; i < fields_of(x->item); i++)
        if (x->column[i] < 0 && is_scalar(&x->item->fields[i]) && is_prose(&x->item->fields[i]))
            choose_prose(x, i);
    /* What the first field is called matters less than that it comes first: the names of the records. */
    const struct field *first = x->item->n_fields ? &x->item->fields[0] : NULL;
    if (first && is_scalar(first) && x->column[0] < 0 && field_takes(first, SHAPE_STRING) &&
        (first->kind == KIND_TEXT || first->kind == KIND_NAME || first->kind == KIND_CODE))
        choose_name(x, 0);
}

/* ---- groups ---- */

/* Whether a group is called as the array is. */
static int called(const struct fitter *x)
{
    char folded[800];
    struct str heading =
        x->g->heading.n < 200 ? str_make(folded, fold_to(x->g->heading, folded)) : STR_NONE;
    int score = 0;
    for (unsigned i = 0; i < x->item->meaning.words.n; i++) {
        struct str word = x->item->meaning.words.word[i];
        score += word.n > 2 && fold_contains(heading, word, NULL) ? 12 : 0;
        score += word.n > 2 && fold_contains(x->g->names, word, NULL) ? 10 : 0;
    }
    return score < 24 ? score : 24;
}

static int weigh(struct fitter *x)
{
    const struct records *g = x->g;
    uint32_t step = g->n > SAMPLE ? g->n / SAMPLE : 1, seen = 0, scalars = 0;
    int sum = 0;
    choose(x);
    for (uint32_t i = 0; i < g->n; i += step, seen++) {
        scalars = 0;
        for (unsigned k = 0; k < fields_of(x->item); k++) {
            if (!is_scalar(&x->item->fields[k]))
                continue;
            scalars++;
            struct found found = value_of(x, &g->p[i], k);
            sum += found.score && x->item->fields[k].kind != KIND_BADGE
                       ? (x->named[k] ? 110 : 60 + found.score / 3)
                       : 0;
        }
    }
    if (seen == 0 || scalars == 0)
        return g->score;
    return sum / (int)(seen * scalars) + g->score / 3 + called(x) + (g->n > 2 ? 4 : 0);
}

/* ---- rows ---- */

static bool item_first(const struct fitter *x)
{
    return x->item->n_fields && is_scalar(&x->item->fields[0]);
}

static bool is_row(const struct fitter *x, const struct found *found)
{
    unsigned filled = 0, scalars = 0, need = 0;
    for (unsigned k = 0; k < fields_of(x->item); k++) {
        const struct field *f = &x->item->fields[k];
        if (!is_scalar(f))
            continue;
        bool has = found[k].score > 0 && f->kind != KIND_BADGE;
        scalars++;
        filled += has;
        need += f->required && !has && !field_takes(f, SHAPE_NULL);
    }
    bool first = item_first(x) && found[0].score > 0;
    return scalars == 0 || (filled > 0 && need == 0 && (first || filled * 3 >= scalars));
}

enum status records_fit(struct facts *facts, const struct records_list *list, const struct field *item,
                        unsigned limit, struct records_fit *ret)
{
    struct fitter x = {.facts = facts, .item = item}, best = {0};
    int most = 55;
    *ret = (struct records_fit){0};
    for (unsigned i = 0; i < list->n && i < GROUPS_TRIED && facts->arena->status == OK; i++) {
        x.g = &list->p[i];
        int score = weigh(&x);
        if (score > most) {
            most = score;
            best = x;
        }
    }
    if (!best.g || item->n_fields == 0)
        return facts->arena->status;
    uint32_t max = limit && limit < best.g->n ? limit : best.g->n;
    struct found *found = ARENA_ARRAY(facts->arena, struct found, (size_t)max * item->n_fields);
    uint32_t *rows = ARENA_ARRAY(facts->arena, uint32_t, max);
    if (!found || !rows)
        return facts->arena->status;
    for (uint32_t i = 0; i < best.g->n && ret->n_rows < max; i++) {
        struct found *row = found + (size_t)ret->n_rows * item->n_fields;
        for (unsigned k = 0; k < item->n_fields; k++)
            row[k] = k < FIELDS_MAX && is_scalar(&item->fields[k]) ? value_of(&best, &best.g->p[i], k)
                                                                   : (struct found){0};
        if (is_row(&best, row))
            rows[ret->n_rows++] = i;
    }
    ret->group = ret->n_rows ? best.g : NULL;
    ret->rows = rows;
    ret->found = found;
    return facts->arena->status;
}
