/* SPDX-License-Identifier: Apache-2.0 */
/* cue_text.c: values without a form of their own, where no label names them: the name of the page or of a record, whether a thing can
 * be had, statements that are true or false, marks that stand there or not, links and pictures, and words of an enum. */
#include "answer/find.h"

#include "base/must.h"

enum {
    STATEMENT_MAX_BYTES = 90,
    OPTION_MAX_BYTES = 60,
    PLACE_MAX_BYTES = 60,
    PAGE_NAME = 110 /* surer than any label */
};

static struct str line_in(const struct finder *f, uint32_t *piece)
{
    struct range r = {*piece, f->scope.range.to};
    return view_run(&f->facts->view, r, piece);
}

/* ---- names ---- */

static void offer_name(struct finder *f, struct str text, int score, uint32_t piece)
{
    struct value value;
    if (text.n && value_of_text(&f->facts->reading, f->field, value_clean(text), &value) == VERDICT_FIT)
        find_offer(f, &value, score, piece);
}

static void cue_name(struct finder *f)
{
    const struct view *v = &f->facts->view;
    if (!f->scope.record) {
        if (f->field->meaning.concept == CONCEPT_TITLE && v->title < v->n_lines)
            offer_name(f, v->lines[v->title].text, PAGE_NAME, v->lines[v->title].first);
        return;
    }
    for (uint32_t p = f->scope.range.from; p < f->scope.range.to;) {
        uint32_t at = p;
        const struct line *line = &v->lines[v->pieces[p].line];
        struct str text = line_in(f, &p);
        if (line->heading && !(find_marks(f, at) & (VIEW_HIDDEN | VIEW_SPOKEN)))
            offer_name(f, text, 72, at);
    }
}

/* ---- true or false ---- */

static void cue_stock(struct finder *f)
{
    struct value value;
    for (uint32_t p = f->scope.range.from; p < f->scope.range.to;) {
        uint32_t at = p;
        struct str text = line_in(f, &p);
        uint16_t marks = find_marks(f, at);
        if (text.n > STATEMENT_MAX_BYTES ||
            (marks & (VIEW_RELATED | VIEW_REVIEWS | VIEW_HIDDEN | VIEW_NAV | VIEW_NOISE)))
            continue;
        int stock = stock_of(fold_text(f->facts->arena, text));
        int score = stock == 0 ? 0
                               : (stock < 0             ? 66
                                  : marks & VIEW_BUTTON ? 56
                                                        : 64) -
                                     find_distance(f, at) / 2;
        bool fits =
            stock && (field_takes(f->field, SHAPE_BOOL)
                          ? value_of_bool(f->field, stock > 0, &value)
                          : value_read(&f->facts->reading, f->field, text, &value)) == VERDICT_FIT;
        if (fits)
            find_offer(f, &value, score, at);
    }
}

static bool says_all(struct str folded, const struct words *words)
{
    unsigned said = 0;
    for (unsigned i = 0; i < words->n; i++) {
        if (fold_is_any(words->word[i], "is|are|has|have|the|a|an|of"))
            continue;
        if (!fold_contains(folded, words->word[i], NULL))
            return false;
        said++;
    }
    return said > 0;
}

/* "Breakfast included", "No pets", "Pets are not allowed": a short line with all words of the field, or with a name of its meaning. */
static void cue_truth(struct finder *f)
{
    const char *names =
        f->field->meaning.concept != CONCEPT_NONE ? concept_names(f->field->meaning.concept) : "";
    for (uint32_t p = f->scope.range.from; p < f->scope.range.to;) {
        uint32_t at = p;
        struct value value;
        struct str text = line_in(f, &p),
                   folded = text.n <= STATEMENT_MAX_BYTES ? fold_text(f->facts->arena, text) : STR_NONE;
        if (folded.n == 0 || find_cost(find_marks(f, at)) >= 60)
            continue;
        if (!says_all(folded, &f->field->meaning.words) &&
            !str_is_set(fold_contains_any(folded, names, NULL)))
            continue;
        int truth = truth_of(text, folded);
        if (truth && value_of_bool(f->field, truth > 0, &value) == VERDICT_FIT)
            find_offer(f, &value, (text.n < 40 ? 62 : 56) - find_distance(f, at) / 4, at);
    }
}

/* "Remote" alone on a line, and "Location: Remote (EU)": places say it where no label asks for it. */
static void cue_remote(struct finder *f)
{
    const struct labels *labels = &f->facts->labels;
    struct value value;
    for (uint32_t p = f->scope.range.from; p < f->scope.range.to;) {
        uint32_t at = p;
        struct str text = line_in(f, &p);
        if (text.n > PLACE_MAX_BYTES || find_cost(find_marks(f, at)) >= 60)
            continue;
        struct str folded = fold_text(f->facts->arena, text);
        if (fold_is_any(folded,
                        "remote|fully remote|100 % remote|remote only|remote job|on site|onsite") &&
            value_of_bool(f->field, remote_of(folded) > 0, &value) == VERDICT_FIT)
            find_offer(f, &value, 62 - find_distance(f, at) / 4, at);
    }
    for (uint32_t i = labels_at(labels, f->scope.range.from);
         i < labels->n && labels->p[i].range.to <= f->scope.range.to; i++) {
        const struct label *l = &labels->p[i];
        int said = l->meaning.concept == CONCEPT_LOCATION && l->value.n <= PLACE_MAX_BYTES
                       ? remote_of(fold_text(f->facts->arena, l->value))
                       : 0;
        if (said && find_cost(find_marks(f, l->range.from)) < 60 &&
            value_of_bool(f->field, said > 0, &value) == VERDICT_FIT)
            find_offer(f, &value, 70, l->range.from);
    }
}

/* A mark of a record: where it is missing the answer is no. */
static void cue_badge(struct finder *f)
{
    struct value value;
    const char *names = concept_names(f->field->meaning.concept);
    bool there = false;
    for (uint32_t p = f->scope.range.from; f->scope.record && p < f->scope.range.to && !there;) {
        struct str text = line_in(f, &p);
        there =
            text.n <= 40 && str_is_set(fold_contains_any(fold_text(f->facts->arena, text), names, NULL));
    }
    if (f->scope.record && value_of_bool(f->field, there, &value) == VERDICT_FIT)
        find_offer(f, &value, 54, f->scope.range.from);
}

/* ---- links and enums ---- */

/* On the page's own host: what is told of a thing there is no website of that thing. */
static bool is_own(const struct finder *f, struct str url)
{
    struct url other;
    return f->facts->has_base && url_parse(f->facts->arena, url, NULL, &other) == OK &&
           str_eq(other.host, f->facts->base.host);
}

/* The first link of a record that leads somewhere; the first picture. */
static void cue_link(struct finder *f)
{
    const struct view *v = &f->facts->view;
    bool image = f->field->meaning.concept == CONCEPT_IMAGE;
    for (uint32_t p = f->scope.range.from; f->scope.record && p < f->scope.range.to; p++) {
        struct value value;
        uint32_t node = v->pieces[p].node;
        for (int up = 0; up < 3 && node && !html_is(v->tree, node, N_A); up++)
            node = v->tree->nodes[node].parent;
        struct str url = image ? find_link(f->facts, v->pieces[p].node, N_IMG, N_SRC)
                         : html_is(v->tree, node, N_A) ? find_link(f->facts, node, N_A, N_HREF)
                                                       : STR_NONE;
        bool own = f->field->meaning.concept == CONCEPT_WEBSITE && is_own(f, url);
        if (url.n && !own && value_of_text(&f->facts->reading, f->field, url, &value) == VERDICT_FIT) {
            find_offer(f, &value, v->lines[v->pieces[p].line].heading ? 72 : 60, p);
            return;
        }
    }
}

static void cue_option(struct finder *f)
{
    for (uint32_t p = f->scope.range.from; p < f->scope.range.to;) {
        uint32_t at = p;
        struct str text = line_in(f, &p);
        if (text.n > OPTION_MAX_BYTES || find_cost(find_marks(f, at)) >= 1000)
            continue;
        struct str folded = fold_text(f->facts->arena, text);
        for (unsigned i = 0; i < f->field->n_options; i++) {
            struct str option = f->field->options[i].folded;
            bool whole = f->field->options[i].is_text && str_eq(folded, option);
            bool part = f->field->options[i].is_text && option.n >= 4 &&
                        !(find_marks(f, at) & VIEW_ASIDE) && fold_contains(folded, option, NULL);
            if (whole || part)
                find_offer_text(f, text, (whole ? 62 : 58) - find_distance(f, at) / 2, at, false);
        }
    }
}

/* A company's own page: nothing else is asked for that its title could be, and nothing that a job has. */
static bool is_of_company(const struct ask *ask)
{
    bool site = false;
    for (unsigned i = 0; i < ask->root.n_fields; i++) {
        enum concept c = ask->root.fields[i].meaning.concept;
        if (c == CONCEPT_TITLE || c == CONCEPT_SALARY || c == CONCEPT_SALARY_MIN ||
            c == CONCEPT_SALARY_MAX || c == CONCEPT_EMPLOYMENT || c == CONCEPT_REMOTE ||
            c == CONCEPT_REQUIREMENTS || c == CONCEPT_PRICE)
            return false;
        site = site || c == CONCEPT_WEBSITE || c == CONCEPT_PHONE || c == CONCEPT_ADDRESS;
    }
    return site;
}

static void cue_company(struct finder *f)
{
    const struct view *v = &f->facts->view;
    if (!f->scope.record && v->title < v->n_lines && is_of_company(f->facts->ask))
        find_offer_text(f, v->lines[v->title].text, FIND_SURE + 4, v->lines[v->title].first, false);
}

/* ---- versions, and what programs are asked for ---- */

/* "2.3.0", "v0.9.2", "Version 4.1-rc1": nothing else stands in the line. */
static bool is_version(struct str text)
{
    static const struct str words[] = {{"version ", 8}, {"release ", 8}, {"v", 1}};
    unsigned dots = 0;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (text.n > words[i].n && str_eq_nocase(str_head(text, words[i].n), words[i]))
            text = str_from(text, words[i].n);
    if (text.n == 0 || text.n > 24 || !ascii_is_digit(text.p[0]))
        return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        dots += c == '.' && i + 1 < text.n && ascii_is_digit(text.p[i + 1]);
        if (!ascii_is_digit(c) && !ascii_is_alpha(c) && c != '.' && c != '-' && c != '+')
            return false;
    }
    return dots >= 1 && dots <= 3;
}

static void cue_version(struct finder *f)
{
    const struct view *v = &f->facts->view;
    for (uint32_t p = f->scope.range.from; p < f->scope.range.to;) {
        uint32_t at = p;
        struct str text = str_trim(line_in(f, &p));
        bool near = f->scope.record || find_distance(f, at) < 3;
        bool bare = f->field->meaning.concept == CONCEPT_VERSION; /* a tag keeps its v */
        if (bare && text.n > 1 && (text.p[0] == 'v' || text.p[0] == 'V') && ascii_is_digit(text.p[1]))
            text = str_from(text, 1);
        if (near && is_version(text) && find_cost(find_marks(f, at)) < 60)
            find_offer_text(f, text, v->lines[v->pieces[at].line].heading ? 72 : 66, at, true);
    }
}

static bool is_method(struct str text)
{
    static const char *const methods[] = {"GET",  "POST",    "PUT",   "PATCH",  "DELETE",
                                          "HEAD", "OPTIONS", "TRACE", "CONNECT"};
    for (size_t i = 0; i < ARRAY_LEN(methods); i++)
        if (str_eq_nocase(text, str_of(methods[i])))
            return true;
    return false;
}

static bool is_path(struct str text)
{
    return text.n > 1 && text.p[0] == '/' && text.p[1] != '/' && str_find(text, ' ') == text.n;
}

/* "GET /parcels/{id}", in one piece or in two. */
static void cue_request(struct finder *f, bool method)
{
    struct value value;
    for (uint32_t p = f->scope.range.from; p < f->scope.range.to; p++) {
        struct str text = str_trim(f->facts->view.pieces[p].text);
        size_t space = str_find(text, ' ');
        struct str head = str_head(text, space), rest = str_trim(str_from(text, space));
        bool both = rest.n && is_method(head) && is_path(rest);
        struct str found = method ? both || (rest.n == 0 && is_method(head)) ? head : STR_NONE
                           : both ? rest
                                  : text;
        if (!found.n || (!method && !is_path(found)) || find_cost(find_marks(f, p)) >= 60)
            continue;
        if (value_of_text(&f->facts->reading, f->field, found, &value) == VERDICT_FIT)
            find_offer(f, &value, 70, p);
    }
}

void cue_text(struct finder *f)
{
    if (f->field->meaning.concept == CONCEPT_COMPANY)
        cue_company(f);
    if (f->field->meaning.concept == CONCEPT_HTTP_METHOD ||
        f->field->meaning.concept == CONCEPT_HTTP_PATH)
        cue_request(f, f->field->meaning.concept == CONCEPT_HTTP_METHOD);
    if (f->field->n_options && f->field->kind != KIND_STOCK)
        cue_option(f);
    switch (f->field->kind) {
    case KIND_NAME:
        cue_name(f);
        break;
    case KIND_VERSION:
        cue_version(f);
        break;
    case KIND_STOCK:
        cue_stock(f);
        break;
    case KIND_BOOL:
        cue_truth(f);
        if (f->field->meaning.concept == CONCEPT_REMOTE)
            cue_remote(f);
        break;
    case KIND_BADGE:
        cue_badge(f);
        break;
    case KIND_URL:
        cue_link(f);
        break;
    default:
        break;
    }
}
