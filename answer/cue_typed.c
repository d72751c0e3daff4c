/* SPDX-License-Identifier: Apache-2.0 */
/* cue_typed.c: amounts, ratings, counts, quantities, dates, times and addresses that no label names, by what stands beside
 * them: struck or not, the words before and behind, the class of an element, how near the title. */
#include "answer/find.h"

#include "answer/money.h"

enum { LABEL_REACH = 12 };

/* One line of the scope, or the part of it that lies inside. */
struct run {
    struct str text;
    uint32_t line, from; /* the first piece */
    size_t at;           /* where the text begins in its line */
};

static bool next_run(const struct finder *f, uint32_t *piece, struct run *ret)
{
    const struct view *v = &f->facts->view;
    if (*piece >= f->scope.range.to)
        return false;
    uint32_t from = *piece;
    ret->text = view_run(v, (struct range){from, f->scope.range.to}, piece);
    ret->line = v->pieces[from].line;
    ret->from = from;
    ret->at = v->pieces[from].at;
    return true;
}

static uint32_t piece_of(const struct finder *f, const struct run *run, size_t at)
{
    return view_piece_at(&f->facts->view, run->line, run->at + at);
}

/* The line that the run is of, folded, when it is the whole line; else the run folded. */
static struct str folded_of(const struct finder *f, const struct run *run)
{
    const struct line *l = &f->facts->view.lines[run->line];
    return run->text.n == l->text.n ? l->folded : fold_text(f->facts->arena, run->text);
}

/* Whether a class of the element or of the three around it has one of the words. */
static bool class_says(const struct finder *f, uint32_t piece, const char *words)
{
    const struct html_tree *tree = f->facts->view.tree;
    uint32_t node = f->facts->view.pieces[piece].node;
    for (int up = 0; up < 4 && node; up++, node = tree->nodes[node].parent) {
        char folded[1024];
        struct str class = tree->nodes[node].attrs ? html_attr(tree, node, N_CLASS) : STR_NONE;
        struct str prop = tree->nodes[node].attrs ? html_attr(tree, node, N_ITEMPROP) : STR_NONE;
        struct str text = class.n < 300 ? str_make(folded, fold_to(class, folded)) : STR_NONE;
        if (text.n && str_is_set(fold_contains_any(text, words, NULL)))
            return true;
        text = prop.n < 300 ? str_make(folded, fold_to(prop, folded)) : STR_NONE;
        if (text.n && str_is_set(fold_contains_any(text, words, NULL)))
            return true;
    }
    return false;
}

/* Up to n bytes before `at`, folded, on whole characters. */
static struct str before(const struct finder *f, struct str text, size_t at, size_t n)
{
    size_t from = at > n ? at - n : 0;
    while (from && from < at && ((unsigned char)text.p[from] & 0xC0) == 0x80)
        from++;
    return fold_text(f->facts->arena, str_make(text.p + from, at - from));
}

static struct str behind(const struct finder *f, struct str text, size_t at, size_t n)
{
    return fold_text(f->facts->arena, str_head(str_from(text, at), n));
}

/* ---- money ---- */

/* clang-format off */
static const char other_money[] =
    "shipping|delivery|postage|versand|versandkosten|livraison|envio|spedizione|verzending|送料|save|you save|saving|off|discount|rabatt|per month|a month|month|mo|monthly|installment|"
    "installments|payments of|payments|raten|mensuel|financing|klarna|affirm|afterpay|deposit|fee|fees|over|orders over|orders|spend|minimum|voucher|gift card|coupon|points|cashback|under|"
    "bestellwert|ab einem|cut|price cut|est|estimated|tax|vat|unit|per|pro|pack of|insurance|warranty|protection|trade in|reward|from the|worth|charge|surcharge|booking fee|pfand";
static const char old_words[] =
    "uvp|rrp|msrp|was|statt|regular price|original price|list price|before|old price|reg|previously|compare at|ancien prix|prix conseille|precio anterior|antes|prezzo precedente|prima|van|"
    "adviesprijs|retail price|valued at|strike|normal price|ord pris|cena regularna|puvodni cena|通常価格|定価";
static const char price_classes[] = "price|prices|preis|prix|precio|prezzo|cena|pris|amount|cost|prijs|pricing|amt";
static const char old_classes[] = "old|was|regular|original|list|strike|crossed|before|rrp|msrp|compare|previous|del|struck|through";
static const char now_classes[] = "sale|current|now|final|special|offer|new|actual|our|selling|main|promo|discounted";
/* clang-format on */

/* What an amount is for: "$19 /month", "$144 / sqft". What the field asks for counts for it, anything else against it. */
static int period_score(const struct finder *f, struct str right)
{
    static const struct {
        const char *said, *asked;
        int cost;
    } table[] = {
        {"month|mo|monthly|monat|mtl|mois|mes|mese", "month|monthly|monat|monatlich|mensuel|mensual",
         45},
        {"year|yr|annually|yearly|jahr|an|ano|anno", "year|yearly|annual|annually|jahr|jahrlich", 45},
        {"night|nacht|nuit|noche|notte", "night|nightly|nacht|nuit", 0},
        {"week|woche|semaine", "week|weekly", 40},
        {"hour|hr|stunde|heure", "hour|hourly", 30},
        {"sqft|sq ft|square foot|m2|sqm|qm|kg|litre|liter|100 g|100 ml", "sqft|square|unit|kg", 45},
    };
    struct str near = str_head(right, 14);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (!str_is_set(fold_contains_any(near, table[i].said, NULL)))
            continue;
        return str_is_set(fold_contains_any(f->field->folded, table[i].asked, NULL)) ? 16
                                                                                     : -table[i].cost;
    }
    return 0;
}

/* The page itself says what the amount is, and that is something else: "Balance: $120.50" is no price. */
static bool is_another(const struct finder *f, uint32_t piece)
{
    const struct labels *labels = &f->facts->labels;
    uint32_t from = piece > LABEL_REACH ? piece - LABEL_REACH : 0;
    bool another = false;
    for (uint32_t i = labels_at(labels, from); i < labels->n && labels->p[i].piece <= piece; i++) {
        const struct label *l = &labels->p[i];
        bool firm = l->sort == LABEL_DL || l->sort == LABEL_ROW || l->sort == LABEL_COLON;
        if (!firm || piece < l->range.from || piece >= l->range.to)
            continue;
        if (meaning_match(&f->field->meaning, &l->meaning) >= 55)
            return false;
        another = true;
    }
    return another;
}

static int money_score(const struct finder *f, const struct run *run, size_t at,
                       const struct money *money, uint16_t marks)
{
    uint32_t piece = piece_of(f, run, at);
    struct str left = before(f, run->text, at, 24), right = behind(f, run->text, at + money->text.n, 16);
    int score = f->scope.record ? 72 : 58;
    bool alone = run->text.n <= money->text.n + 4;
    score += alone ? 8 : run->text.n > 80 ? -12 : 0;
    score += class_says(f, piece, price_classes) ? 22 : 0;
    score += class_says(f, piece, now_classes) ? 5 : 0;
    if (str_is_set(fold_contains_any(left, other_money, NULL)) ||
        str_is_set(fold_contains_any(
            right, "shipping|off|discount|payments|booking fee|fee|versand|delivery|rabatt", NULL)))
        score -= 45;
    score += period_score(f, right);
    if (marks & VIEW_STRUCK || str_is_set(fold_contains_any(left, old_words, NULL)) ||
        class_says(f, piece, old_classes))
        score -= 40;
    if (money->amount <= 0)
        score -= 30;
    if (!f->scope.record && is_another(f, piece))
        score -= 24;
    const struct view *v = &f->facts->view;
    if (!f->scope.record && v->title < v->n_lines && piece < v->lines[v->title].first)
        score -= 14;
    return score - find_cost(marks) - find_distance(f, piece);
}

static int old_money_score(const struct finder *f, const struct run *run, size_t at, uint16_t marks)
{
    uint32_t piece = piece_of(f, run, at);
    bool struck = (marks & VIEW_STRUCK) != 0;
    bool said = str_is_set(fold_contains_any(before(f, run->text, at, 24), old_words, NULL));
    bool classed = class_says(f, piece, price_classes) && class_says(f, piece, old_classes);
    if (!struck && !said && !classed)
        return 0;
    return (struck ? 78 : said ? 74 : 68) - find_cost(marks) - find_distance(f, piece) / 2;
}

/* "£14 – £38", "€55,000 – €70,000", "$45–60": both ends. */
static bool money_range(const struct finder *f, const struct run *run, size_t at,
                        const struct money *low, double *ret_high)
{
    static const char *const joints[] = {"\xE2\x80\x93", "\xE2\x80\x94", "-", "to ",
                                         "bis ",         "\xC3\xA0 ",    "a "};
    struct money high;
    struct number number;
    size_t next, end = at + low->text.n;
    struct str rest = str_from(run->text, end);
    size_t gap = 0;
    while (gap < rest.n && rest.p[gap] == ' ')
        gap++;
    for (size_t i = 0; i < ARRAY_LEN(joints); i++) {
        struct str tail = str_from(rest, gap);
        if (!str_starts(tail, str_of(joints[i])))
            continue;
        tail = str_trim(str_from(tail, strlen(joints[i])));
        if (money_find(tail, 0, f->facts->reading.numerals, f->facts->reading.language, &next, &high) &&
            next == 0 && high.amount > low->amount) {
            *ret_high = high.amount;
            return true;
        }
        if (number_read(tail, f->facts->reading.numerals, &number) && number.value > low->amount) {
            *ret_high = number.value;
            return true;
        }
    }
    return false;
}

static void offer_money(struct finder *f, const struct run *run, size_t at, const struct money *money)
{
    uint32_t piece = piece_of(f, run, at);
    uint16_t marks = find_marks(f, piece);
    enum concept c = f->field->meaning.concept;
    struct value value;
    double amount = money->amount, high = 0;
    int score = 0;
    if (c == CONCEPT_OLD_PRICE) {
        score = old_money_score(f, run, at, marks);
    } else if (c == CONCEPT_PRICE) {
        score = money_score(f, run, at, money, marks);
    } else if (c == CONCEPT_PRICE_YEAR) {
        bool year = str_is_set(fold_contains_any(behind(f, run->text, at + money->text.n, 14),
                                                 "year|yr|annually|yearly|jahr|an|ano|anno", NULL));
        score = year ? 70 - find_cost(marks) - find_distance(f, piece) / 2 : 0;
    } else if (c == CONCEPT_PRICE_MIN || c == CONCEPT_PRICE_MAX || c == CONCEPT_SALARY_MIN ||
               c == CONCEPT_SALARY_MAX) {
        bool ends = money_range(f, run, at, money, &high);
        score =
            ends && find_cost(marks) < 1000 ? 66 - find_cost(marks) - find_distance(f, piece) / 2 : 0;
        score -= run->text.n > 90 ? 20 : 0;
        amount = value_is_last(f->field) ? high : amount;
    } else if (c == CONCEPT_SALARY) {
        score = f->scope.record && find_cost(marks) < 1000 ? 66 : 0;
    }
    if (score < FIND_SURE)
        return;
    struct str text = c == CONCEPT_SALARY ? value_clean(f->facts->view.pieces[piece].text) : money->text;
    enum verdict verdict = field_takes(f->field, SHAPE_NUMBER)
                               ? value_of_number(f->field, amount, &value)
                               : value_of_text(&f->facts->reading, f->field, text, &value);
    if (verdict == VERDICT_FIT)
        find_offer(f, &value, score, piece);
}

static void cue_money(struct finder *f)
{
    struct run run;
    for (uint32_t p = f->scope.range.from; next_run(f, &p, &run);) {
        struct money money;
        size_t at, from = 0;
        while (money_find(run.text, from, f->facts->reading.numerals, f->facts->reading.language, &at,
                          &money)) {
            offer_money(f, &run, at, &money);
            from = at + money.text.n;
        }
        /* "Free", where a price is looked for among records. */
        if (f->scope.record && f->field->meaning.concept == CONCEPT_PRICE && run.text.n <= 40)
            find_offer_text(
                f, run.text,
                fold_is_any(folded_of(f, &run), "free|gratis|kostenlos|gratuit|gratuito|無料") ? 64 : 0,
                run.from, false);
        if (f->scope.record && f->field->meaning.concept == CONCEPT_PRICE &&
            str_starts(folded_of(f, &run), STR_LIT("free ")))
            find_offer_text(f, STR_LIT("free"), 58, run.from, false);
    }
}

/* The currency of the price that the page gives. */
static void learn_money(struct facts *facts)
{
    struct field price = {.name = STR_LIT("price"),
                          .folded = STR_LIT("price"),
                          .shape = SHAPE_NUMBER | SHAPE_STRING,
                          .minimum = -1e300,
                          .maximum = 1e300,
                          .kind = KIND_MONEY,
                          .wish = WISH_UNKNOWN};
    static const char *const names[] = {"price", "salary", "balance", "price minimum"};
    facts->money_known = true;
    for (size_t i = 0; i < ARRAY_LEN(names) && !facts->money_said; i++) {
        price.meaning = meaning_of(facts->ask->concepts, str_of(names[i]));
        price.shape = SHAPE_STRING;
        struct found found = find_value(facts, &price, scope_page(facts));
        if (found.score == 0 || found.value.sort != VALUE_TEXT)
            continue;
        struct currency_code code = currency_of(found.value.text, facts->reading.language);
        memcpy(facts->money_iso, code.iso, 4);
        facts->money_said = code.iso[0] != '\0';
    }
}

/* All amounts of the page, or the words "in thousand EUR", agree on one currency. */
static bool only_currency(const struct finder *f, char iso[4])
{
    const struct view *v = &f->facts->view;
    iso[0] = '\0';
    for (uint32_t i = 0; i < v->n_lines; i++) {
        const struct line *l = &v->lines[i];
        if (l->marks & VIEW_OUT || l->text.n > 400)
            continue;
        struct currency_code code = {""};
        struct money money;
        size_t at;
        if (money_find(l->text, 0, v->numerals, v->language, &at, &money))
            memcpy(code.iso, money.iso, 4);
        else if (fold_contains_any(l->folded,
                                   "in thousand|in million|in thousands|in millions|in tausend|in "
                                   "mio|amounts in|figures in|en milliers|prices in|all prices",
                                   &at)
                     .n)
            code = currency_of(l->text, v->language);
        if (code.iso[0] == '\0')
            continue;
        if (iso[0] && memcmp(iso, code.iso, 3) != 0)
            return false;
        memcpy(iso, code.iso, 4);
    }
    return iso[0] != '\0';
}

static void cue_currency(struct finder *f)
{
    struct facts *facts = f->facts;
    struct value value;
    char iso[4];
    if (f->scope.record) {
        struct run run;
        struct money money;
        size_t at;
        for (uint32_t p = f->scope.range.from; next_run(f, &p, &run);)
            if (money_find(run.text, 0, facts->reading.numerals, facts->reading.language, &at, &money) &&
                money.iso[0] &&
                value_of_text(&facts->reading, f->field, str_of(money.iso), &value) == VERDICT_FIT)
                find_offer(f, &value, 70, piece_of(f, &run, at));
        return;
    }
    if (!facts->money_known)
        learn_money(facts);
    if (facts->money_said &&
        value_of_text(&facts->reading, f->field, str_of(facts->money_iso), &value) == VERDICT_FIT)
        find_offer(f, &value, 80, facts->view.n_pieces);
    else if (!facts->money_said && only_currency(f, iso) &&
             value_of_text(&facts->reading, f->field, str_of(iso), &value) == VERDICT_FIT)
        find_offer(f, &value, 52, facts->view.n_pieces);
}

/* ---- ratings and counts ---- */

/* How a number is shown to be a rating: what stands behind or before it; the score, or 0. */
static int rating_score(struct str left, struct str right, struct str raw_right, struct str raw_left)
{
    if (str_starts(right, STR_LIT("out of 5")) || str_starts(right, STR_LIT("out of 10")) ||
        str_starts(right, STR_LIT("von 5")) || str_starts(right, STR_LIT("sur 5")) ||
        str_starts(right, STR_LIT("de 5")) || str_starts(right, STR_LIT("su 5")))
        return 74;
    if (str_starts(raw_right, STR_LIT("/5")) || str_starts(raw_right, STR_LIT("/10")) ||
        str_starts(raw_right, STR_LIT(" / 5")) || str_starts(raw_right, STR_LIT(" / 10")))
        return 72;
    if (str_ends(raw_left, STR_LIT("\xE2\x98\x85")) || str_ends(raw_left, STR_LIT("\xE2\x98\x85 ")) ||
        str_ends(raw_left, STR_LIT("\xE2\xAD\x90")) || str_ends(raw_left, STR_LIT("\xE2\xAD\x90 ")))
        return 70;
    if (str_starts(str_trim(raw_right), STR_LIT("\xE2\x98\x85")) ||
        str_starts(str_trim(raw_right), STR_LIT("\xE2\xAD\x90")))
        return 68;
    if (str_ends(left, STR_LIT("rated")) || str_ends(left, STR_LIT("rating")) ||
        str_ends(left, STR_LIT("average")))
        return 66;
    return str_starts(right, STR_LIT("stars")) || str_starts(right, STR_LIT("star rating")) ? 60 : 0;
}

static void cue_rating(struct finder *f)
{
    struct run run;
    for (uint32_t p = f->scope.range.from; next_run(f, &p, &run);) {
        struct number number;
        size_t at, from = 0;
        while (number_find(str_from(run.text, from), f->facts->reading.numerals, &at, &number)) {
            at += from;
            from = at + number.n;
            if (number.value < 0 || number.value > 100 || number.scaled)
                continue;
            struct str left = before(f, run.text, at, 16), right = behind(f, run.text, from, 24);
            int score = rating_score(left, right, str_from(run.text, from), str_head(run.text, at));
            uint32_t piece = piece_of(f, &run, at);
            bool classed = score == 0 && run.text.n < 12 &&
                           class_says(f, piece, "rating|ratings|score|stars|note|bewertung");
            score = classed ? 60 : score;
            struct value value;
            score -= score ? find_cost(find_marks(f, piece)) + find_distance(f, piece) / 2 : 0;
            if (score >= FIND_SURE && value_of_number(f->field, number.value, &value) == VERDICT_FIT)
                find_offer(f, &value, score, piece);
        }
    }
}

/* The words that a count stands before: the concept's, or the field's own last word. */
static bool unit_follows(const struct finder *f, struct str right)
{
    struct str rest = str_of(concept_units(f->field->meaning.concept));
    while (rest.n) {
        struct str word = str_head(rest, str_find(rest, '|'));
        rest = str_from(rest, word.n + 1);
        if (str_starts(right, word) &&
            (right.n == word.n || right.p[word.n] == ' ' || (unsigned char)word.p[0] >= 0xE3 ||
             (right.p[word.n] == 's' && (right.n == word.n + 1 || right.p[word.n + 1] == ' '))))
            return true;
    }
    const struct words *w = &f->field->meaning.words;
    if (f->field->meaning.concept != CONCEPT_NONE || w->n == 0)
        return false;
    struct words r = fold_words(right);
    struct str noun = w->word[w->n - 1];
    if (fold_is_any(noun, "count|number|total|quantity|amount") && w->n > 1)
        noun = w->word[w->n - 2];
    return noun.n > 2 && r.n > 0 && str_eq(r.word[0], noun);
}

static void cue_count(struct finder *f)
{
    struct run run;
    for (uint32_t p = f->scope.range.from; next_run(f, &p, &run);) {
        struct number number;
        size_t at, from = 0;
        while (number_find(str_from(run.text, from), f->facts->reading.numerals, &at, &number)) {
            at += from;
            from = at + number.n;
            uint32_t piece = piece_of(f, &run, at);
            bool dash = str_starts(str_from(run.text, from), STR_LIT("-"));
            if (!unit_follows(f, behind(f, run.text, from, 40)) || dash)
                continue;
            int score = 72 - find_cost(find_marks(f, piece)) - find_distance(f, piece) / 2 -
                        (run.text.n > 140 ? 14 : 0);
            struct value value;
            double n = number.negative ? -number.value : number.value;
            if (score >= FIND_SURE && value_of_number(f->field, n, &value) == VERDICT_FIT)
                find_offer(f, &value, score, piece);
        }
    }
}

/* The first quantity of the unit asked for: of a record its own, of a page only a length of time near the title. */
static void cue_quantity(struct finder *f)
{
    struct run run;
    const struct view *v = &f->facts->view;
    enum concept c = f->field->meaning.concept;
    struct unit unit = f->field->unit;
    if (unit.sort == MEASURE_NONE)
        return;
    bool near = c == CONCEPT_DURATION || c == CONCEPT_CAPACITY;
    bool hours = c == CONCEPT_WORK_HOURS;
    for (uint32_t p = f->scope.range.from; next_run(f, &p, &run);) {
        size_t at, n;
        double number;
        struct value value;
        bool close =
            v->title < v->n_lines && run.line > v->title && run.line <= v->title + 4 && run.text.n < 120;
        if ((!f->scope.record && !(near && close) && !hours) ||
            !measure_find(run.text, v->numerals, unit, &at, &n, &number))
            continue;
        uint32_t piece = piece_of(f, &run, at);
        if (hours && !str_is_set(fold_contains_any(folded_of(f, &run),
                                                   "week|woche|semaine|semana|settimana|weekly", NULL)))
            continue;
        int score = (f->scope.record ? 62 : hours ? 64 : 56) - find_cost(find_marks(f, piece));
        if (score >= FIND_SURE && value_of_number(f->field, number, &value) == VERDICT_FIT)
            find_offer(f, &value, score, piece);
    }
}

static void cue_years(struct finder *f)
{
    struct run run;
    for (uint32_t p = f->scope.range.from; next_run(f, &p, &run);)
        if (f->scope.record && run.text.n <= 40)
            find_offer_text(f, run.text,
                            60 - find_cost(find_marks(f, run.from)) - (run.text.n > 6 ? 6 : 0), run.from,
                            false);
}

/* ---- dates ---- */

/* Whether the words before a date say which one it is. */
static bool cue_before(const struct finder *f, struct str left)
{
    struct str rest = str_of(concept_names(f->field->meaning.concept));
    while (rest.n) {
        struct str name = str_head(rest, str_find(rest, '|'));
        rest = str_from(rest, name.n + 1);
        if (name.n >= 3 && str_ends(left, name) &&
            (left.n == name.n || left.p[left.n - name.n - 1] == ' ' || (unsigned char)name.p[0] >= 0xE3))
            return true;
        char on[160];
        if (name.n < 140 && name.n >= 3) {
            memcpy(on, name.p, name.n);
            memcpy(on + name.n, " on", 3);
            if (str_ends(left, str_make(on, name.n + 3)))
                return true;
        }
    }
    return false;
}

/* Whether the words before a date say that it is another one. */
static bool other_before(const struct finder *f, struct str left)
{
    enum concept own = f->field->meaning.concept;
    static const enum concept dates[] = {CONCEPT_PUBLISHED, CONCEPT_MODIFIED, CONCEPT_DEADLINE,
                                         CONCEPT_END};
    for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
        struct finder other = *f;
        struct field field = *f->field;
        field.meaning.concept = dates[i];
        other.field = &field;
        if (dates[i] != own && cue_before(&other, left))
            return true;
    }
    return false;
}

static int date_score(const struct finder *f, const struct run *run, size_t at, const struct when *w)
{
    const struct view *v = &f->facts->view;
    uint32_t piece = piece_of(f, run, at);
    uint16_t marks = find_marks(f, piece);
    struct str left = before(f, run->text, at, 40);
    bool published = f->field->meaning.concept == CONCEPT_PUBLISHED,
         starts = f->field->meaning.concept == CONCEPT_START;
    int cost = find_cost(marks);
    if (cost >= 1000)
        return 0;
    if (cue_before(f, left))
        return 78 - cost;
    if (other_before(f, left))
        return 0;
    if (f->scope.record)
        return (published || starts || f->field->meaning.concept == CONCEPT_NONE) &&
                       (when_has_date(w) || f->field->kind == KIND_TIME)
                   ? 62 - cost
                   : 0;
    bool close = v->title < v->n_lines && ((run->line > v->title && run->line <= v->title + 4) ||
                                           (run->line < v->title && run->line + 3 > v->title));
    if (!published || !close || run->text.n > 120 || !when_has_date(w))
        return 0;
    return 64 - cost;
}

/* The day of a calendar: "Tue 3" under a heading that says "March 2026". */
static bool heading_month(const struct finder *f, uint32_t line, struct when *ret)
{
    const struct view *v = &f->facts->view;
    for (uint32_t i = line + 1; i > 0; i--) {
        const struct line *l = &v->lines[i - 1];
        size_t from = 0, at, n;
        if (!l->heading || (l->marks & VIEW_OUT))
            continue;
        while (when_find(l->text, from, v->style, &at, &n, ret)) {
            if (ret->year && ret->month)
                return true;
            from = at + n;
        }
    }
    return false;
}

static int weekday(int y, int m, int d) /* Monday is 0 */
{
    static const int t[] = {0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4};
    y -= m < 3;
    return (y + y / 4 - y / 100 + y / 400 + t[m - 1] + d + 6) % 7;
}

static bool weekday_fits(struct str folded, const struct when *w)
{
    static const char *const names[] = {"monday|mon|montag|mo|lundi|lun|lunes|lunedi",
                                        "tuesday|tue|tues|dienstag|di|mardi|mar|martes|martedi",
                                        "wednesday|wed|mittwoch|mi|mercredi|mer|miercoles|mercoledi",
                                        "thursday|thu|thur|thurs|donnerstag|do|jeudi|jeu|jueves|giovedi",
                                        "friday|fri|freitag|fr|vendredi|ven|viernes|venerdi",
                                        "saturday|sat|samstag|sa|samedi|sam|sabado|sabato",
                                        "sunday|sun|sonntag|so|dimanche|dim|domingo|domenica"};
    int own = weekday(w->year, w->month, w->day);
    return str_is_set(fold_contains_any(folded, names[own], NULL));
}

/* A day under a month, or a whole date in the heading above the records. */
static void cue_heading_date(struct finder *f)
{
    const struct view *v = &f->facts->view;
    struct when w;
    struct value value;
    if (!f->scope.record || f->best.score >= FIND_SURE ||
        !heading_month(f, v->pieces[f->scope.range.from].line, &w))
        return;
    w.hour = -1;
    uint32_t piece = f->scope.range.from;
    if (!w.day) {
        struct str all = fold_text(f->facts->arena, str_head(view_text(v, f->scope.range, " ", 0), 400));
        for (uint32_t p = f->scope.range.from;
             p < f->scope.range.to && p < f->scope.range.from + 8 && !w.day; p++) {
            struct str t = v->pieces[p].text;
            bool digits =
                t.n > 0 && t.n <= 2 && ascii_is_digit(t.p[0]) && (t.n == 1 || ascii_is_digit(t.p[1]));
            int day = digits ? (t.n == 1 ? t.p[0] - '0' : (t.p[0] - '0') * 10 + t.p[1] - '0') : 0;
            w.day = day >= 1 && day <= 31 ? day : 0;
            piece = p;
        }
        if (w.day && !weekday_fits(all, &w))
            w.day = 0;
    }
    if (w.day && value_of_when(&f->facts->reading, f->field, &w, &value) == VERDICT_FIT)
        find_offer(f, &value, 56, piece);
}

static void cue_dates(struct finder *f)
{
    const struct view *v = &f->facts->view;
    struct run run;
    struct value value;
    bool last = value_is_last(f->field);
    for (uint32_t p = f->scope.range.from; next_run(f, &p, &run);) {
        size_t at, n, from = 0;
        struct when w, first = {.hour = -1};
        for (unsigned times = 0; when_find(run.text, from, v->style, &at, &n, &w); times++) {
            from = at + n;
            uint32_t piece = piece_of(f, &run, at);
            struct str machine = str_trim(html_attr(v->tree, v->pieces[piece].node, N_DATETIME));
            struct when said;
            if (machine.n && f->field->kind == KIND_DATE && when_read(machine, v->style, &said))
                w = said;
            if (times == 0)
                first = w;
            int score = date_score(f, &run, at, &w);
            /* Of a record's times "end" is the second of a range. */
            if (f->field->kind == KIND_TIME && f->scope.record && w.hour >= 0) {
                bool plain = f->field->meaning.concept == CONCEPT_NONE ||
                             f->field->meaning.concept == CONCEPT_START ||
                             f->field->meaning.concept == CONCEPT_TIME_OPENS ||
                             f->field->meaning.concept == CONCEPT_PUBLISHED;
                score = last ? (times == 1 && first.hour >= 0 ? 66 : 0) : plain && times == 0 ? 66 : 0;
                score -= score ? find_cost(find_marks(f, piece)) : 0;
            }
            if (score >= FIND_SURE &&
                value_of_when(&f->facts->reading, f->field, &w, &value) == VERDICT_FIT)
                find_offer(f, &value, score, piece);
        }
    }
    if (f->field->kind == KIND_DATE)
        cue_heading_date(f);
}

/* Dates that only machines are told: "3 months ago" in a time element. */
static void cue_times(struct finder *f)
{
    const struct view *v = &f->facts->view;
    enum concept c = f->field->meaning.concept;
    if (c != CONCEPT_PUBLISHED && c != CONCEPT_MODIFIED &&
        !(f->scope.record && f->field->kind == KIND_DATE))
        return;
    for (uint32_t p = f->scope.range.from; p < f->scope.range.to; p++) {
        struct str said = str_trim(html_attr(v->tree, v->pieces[p].node, N_DATETIME));
        uint16_t marks = find_marks(f, p);
        if (said.n == 0 || find_cost(marks) >= 1000)
            continue;
        const struct line *l = &v->lines[v->pieces[p].line];
        struct str left = before(f, l->text, v->pieces[p].at, 40);
        if (other_before(f, left))
            continue;
        bool cue = cue_before(f, left);
        if (c == CONCEPT_MODIFIED && !cue)
            continue;
        int score = (cue ? 79 : f->scope.record ? 66 : 68 - find_distance(f, p)) - find_cost(marks);
        find_offer_text(f, said, score, p, true);
    }
}

/* ---- mail, telephone, addresses ---- */

static void cue_contact(struct finder *f)
{
    struct run run;
    struct value value;
    bool mail = f->field->kind == KIND_EMAIL;
    const struct view *v = &f->facts->view;
    if (f->field->meaning.concept == CONCEPT_FAX)
        return;
    for (uint32_t p = f->scope.range.from; p < f->scope.range.to; p++) {
        struct str href = str_trim(html_attr(v->tree, v->pieces[p].node, N_HREF));
        bool link = str_starts(href, mail ? STR_LIT("mailto:") : STR_LIT("tel:"));
        if (!link || find_cost(find_marks(f, p)) >= 1000)
            continue;
        struct str said = mail ? email_find(href, 7) : phone_find(v->pieces[p].text, 0);
        if (!mail && said.n == 0)
            said = str_from(href, 4);
        if (said.n && value_of_text(&f->facts->reading, f->field, said, &value) == VERDICT_FIT)
            find_offer(f, &value, 74 - find_cost(find_marks(f, p)), p);
    }
    for (uint32_t p = f->scope.range.from; next_run(f, &p, &run);) {
        struct str said = mail ? email_find(run.text, 0) : STR_NONE;
        if (said.n && value_of_text(&f->facts->reading, f->field, said, &value) == VERDICT_FIT)
            find_offer(f, &value, 70 - find_cost(find_marks(f, run.from)), run.from);
    }
}

/* "12 Tallow Street, Bristol BS1 6QX", "Via dei Mulini 12, 24122 Bergamo": a street word or a post code beside a house number. */
static int address_score(struct str text, struct str folded)
{
    static const char streets[] =
        "street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|square|place|boulevard|blvd|way|close|"
        "terrace|row|yard|quay|rue|via|viale|piazza|calle|avenida|"
        "plaza|straat|laan|allee|platz|weg|chaussee|impasse|rua|quai";
    bool digit = false, comma = str_find(text, ',') < text.n;
    for (size_t i = 0; i < text.n; i++)
        digit = digit || ascii_is_digit(text.p[i]);
    bool street = str_is_set(fold_contains_any(folded, streets, NULL)) ||
                  memmem(folded.p, folded.n, "strasse ", 8) || memmem(folded.p, folded.n, "str ", 4);
    return digit && comma && street && text.n >= 15 && text.n <= 120 ? 56 : 0;
}

static void cue_address(struct finder *f)
{
    struct run run;
    for (uint32_t p = f->scope.range.from; next_run(f, &p, &run);) {
        int score = address_score(run.text, folded_of(f, &run));
        if (score)
            find_offer_text(f, run.text,
                            score + (run.line == f->facts->view.title ? 10 : 0) -
                                find_cost(find_marks(f, run.from)),
                            run.from, false);
    }
}

void cue_typed(struct finder *f)
{
    switch (f->field->kind) {
    case KIND_MONEY:
        cue_money(f);
        break;
    case KIND_CURRENCY:
        cue_currency(f);
        break;
    case KIND_RATING:
        if (field_takes(f->field, SHAPE_NUMBER))
            cue_rating(f);
        break;
    case KIND_NUMBER:
        cue_count(f);
        break;
    case KIND_QUANTITY:
    case KIND_SPAN:
        cue_quantity(f);
        break;
    case KIND_YEAR:
        cue_years(f);
        break;
    case KIND_DATE:
        cue_times(f);
        cue_dates(f);
        break;
    case KIND_TIME:
        cue_dates(f);
        break;
    case KIND_EMAIL:
    case KIND_PHONE:
        cue_contact(f);
        break;
    default:
        if (f->field->meaning.concept == CONCEPT_ADDRESS)
            cue_address(f);
        break;
    }
}
