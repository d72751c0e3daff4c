/* SPDX-License-Identifier: Apache-2.0 */
/* value.c: one reader for each kind of field; which one is asked is settled in ask.c. */
#include "answer/value.h"

#include "answer/money.h"
#include "base/must.h"

#include <math.h>

enum { TEXT_MAX_BYTES = 400, BODY_MAX_BYTES = 200000 };

/* ---- words ---- */

/* clang-format off */
static const char none_words[] =
    "n a|na|none|unknown|not specified|not available|not stated|not disclosed|on request|price on request|upon request|tbd|tba|to be announced|to be confirmed|contact us|"
    "call for price|null|nil|not applicable|keine|keine angabe|k a|nicht angegeben|unbekannt|auf anfrage|preis auf anfrage|aucun|aucune|non precise|non renseigne|sur demande|"
    "inconnu|nc|ninguno|ninguna|desconocido|a consultar|sin especificar|no disponible|nessuno|nessuna|sconosciuto|su richiesta|onbekend|geen|なし|不明|未定|無し|no reviews yet|"
    "no reviews|no ratings yet|not yet rated|not rated";
static const char yes_words[] =
    "yes|y|true|ja|oui|si|sim|はい|included|inclusive|allowed|welcome|accepted|available|possible|inklusive|inkl|enthalten|inbegriffen|erlaubt|willkommen|moglich|"
    "compris|comprise|inclus|incluse|autorise|acceptes|accepte|incluido|incluida|permitido|admitido|incluso|inclusa|ammessi|consentito|toegestaan|inbegrepen|あり|有り|有|可|対応|required|mandatory";
static const char no_words[] =
    "no|not|n|false|nein|non|nao|いいえ|excluded|excluding|excl|without|prohibited|forbidden|unavailable|optional|nicht|kein|keine|keinen|ohne|verboten|exklusive|"
    "pas|aucun|aucune|sans|interdit|interdits|hors|sin|prohibido|excluido|senza|vietato|escluso|esclusa|niet|geen|zonder|なし|無し|無|不可|none|never|dont|cannot|cant";
static const char out_of_stock[] =
    "out of stock|sold out|not in stock|currently unavailable|no longer available|not available|unavailable|temporarily out of stock|discontinued|backorder|back order|"
    "coming soon|notify me when available|outofstock|soldout|out stock|pre order only|ausverkauft|nicht verfugbar|nicht lieferbar|nicht auf lager|nicht vorratig|derzeit nicht|"
    "vergriffen|rupture de stock|en rupture|epuise|indisponible|non disponible|agotado|no disponible|sin existencias|sin stock|esaurito|non disponibile|uitverkocht|niet op voorraad|"
    "niet leverbaar|slutsald|slut i lager|udsolgt|utsolgt|loppu|wyprzedane|niedostepny|brak w magazynie|vyprodano|neni skladem|нет в наличии|нет на складе|в наличии нет|esgotado|indisponivel|"
    "在庫なし|在庫切れ|売り切れ|品切れ|完売|缺货|售罄";
static const char in_stock[] =
    "in stock|instock|available now|available|ready to ship|ships today|ships tomorrow|left in stock|add to cart|add to basket|add to bag|buy now|in den warenkorb|auf lager|"
    "sofort lieferbar|lieferbar|vorratig|verfugbar|en stock|disponible|ajouter au panier|ajouter au sac|anadir al carrito|anadir a la cesta|agregar al carrito|comprar|disponibile|"
    "aggiungi al carrello|op voorraad|in winkelwagen|leverbaar|i lager|finns i lager|pa lager|lagg i varukorgen|dostepny|do koszyka|dodaj do koszyka|skladem|do kosiku|в наличии|есть в наличии|"
    "в корзину|купить|em estoque|adicionar ao carrinho|sepete ekle|stokta|在庫あり|カートに入れる|かごに入れる|加入购物车|有货|limited availability|limitedavailability|onlineonly|instoreonly|in store only|preorder";
static const char hybrid_work[] = "hybrid|hybride|hibrido|ibrido|partly|partially|teilweise|occasionally|some days|flexible|optional";
static const char work_anywhere[] = "remote|telecommute|telecommuting|work from home|work from anywhere|home office|homeoffice|teletravail|teletrabajo|remoto|smart working|thuiswerken|在宅勤務|リモート";
static const char work_on_site[] = "on site|onsite|in office|in the office|in person|vor ort|sur site|presencial|in sede|in presenza|op locatie|出社";
/* clang-format on */

int stock_of(struct str folded)
{
    if (str_is_set(fold_contains_any(folded, out_of_stock, NULL)))
        return -1;
    return str_is_set(fold_contains_any(folded, in_stock, NULL)) ? 1 : 0;
}

int remote_of(struct str folded)
{
    if (str_is_set(fold_contains_any(folded, hybrid_work, NULL)))
        return 0;
    bool here = str_is_set(fold_contains_any(folded, work_on_site, NULL));
    bool away = str_is_set(fold_contains_any(folded, work_anywhere, NULL));
    return here == away ? 0 : away ? 1 : -1;
}

static bool has_any(struct str text, const char *const *signs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memmem(text.p, text.n, signs[i], strlen(signs[i])))
            return true;
    return false;
}

int truth_of(struct str text, struct str folded)
{
    static const char *const yes[] = {"\xE2\x9C\x93", "\xE2\x9C\x94", "\xE2\x9C\x85", "\xE2\x97\x8F"};
    static const char *const no[] = {"\xE2\x9C\x97", "\xE2\x9C\x98", "\xE2\x9D\x8C", "\xE2\x9C\x96",
                                     "\xC3\x97"};
    if (str_is_set(fold_contains_any(folded, no_words, NULL)))
        return -1;
    if (str_is_set(fold_contains_any(folded, yes_words, NULL)))
        return 1;
    if (folded.n <= 2 && text.n && has_any(text, no, ARRAY_LEN(no)))
        return -1;
    return text.n && has_any(text, yes, ARRAY_LEN(yes)) ? 1 : 0;
}

bool value_says_none(struct str text, struct str folded)
{
    return (folded.n == 0 && text.n <= 12) || fold_is_any(folded, none_words);
}

struct str value_clean(struct str s)
{
    static const char *const marks[] = {"\xC2\xB6",
                                        "\xE2\x80\xA2",
                                        "\xC2\xB7",
                                        "\xE2\x9C\x93",
                                        "\xE2\x9C\x94",
                                        "\xE2\x80\xBA",
                                        "\xE2\x86\x92",
                                        "\xEF\xBD\x9C",
                                        "\xE2\x80\x93",
                                        "\xE2\x80\x94",
                                        "\xE2\x96\xB6",
                                        "\xE2\x98\x85",
                                        "|",
                                        ",",
                                        ";",
                                        ":",
                                        "-",
                                        "#"};
    for (bool again = true; again;) {
        again = false;
        s = str_trim(s);
        for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
            struct str m = str_of(marks[i]);
            bool number = m.n == 1 && m.p[0] == '-' && s.n > 1 && ascii_is_digit(s.p[1]);
            if (s.n > m.n && str_ends(s, m))
                s.n -= m.n, again = true;
            if (s.n > m.n && str_starts(s, m) && !number && m.p[0] != '#')
                s = str_from(s, m.n), again = true;
        }
    }
    return s;
}

/* ---- shapes ---- */

static bool in_bounds(const struct field *f, double n)
{
    return isfinite(n) && n >= f->minimum && n <= f->maximum;
}

static const struct option *text_option(const struct field *f, struct str folded)
{
    for (unsigned i = 0; i < f->n_options; i++)
        if (f->options[i].is_text && str_eq(f->options[i].folded, folded))
            return &f->options[i];
    return NULL;
}

/* The option that is this JSON value, for numbers and truth values. */
static bool is_option(const struct field *f, struct str json)
{
    if (f->n_options == 0)
        return true;
    for (unsigned i = 0; i < f->n_options; i++)
        if (str_eq(f->options[i].json, json))
            return true;
    return false;
}

enum verdict value_of_bool(const struct field *f, bool truth, struct value *ret)
{
    if (!field_takes(f, SHAPE_BOOL) || !is_option(f, truth ? STR_LIT("true") : STR_LIT("false")))
        return VERDICT_UNFIT;
    *ret = (struct value){.sort = VALUE_BOOL, .truth = truth};
    return VERDICT_FIT;
}

enum verdict value_of_number(const struct field *f, double number, struct value *ret)
{
    bool whole = fabs(number - nearbyint(number)) < 1e-9 * fmax(1, fabs(number));
    if (!field_takes(f, SHAPE_NUMBER) || !in_bounds(f, number) || f->n_options)
        return VERDICT_UNFIT;
    if (field_takes(f, SHAPE_INTEGER) && !whole)
        return VERDICT_UNFIT;
    /* What a conversion of units leaves behind the twelfth digit is none of the page's. */
    double rounded = whole ? nearbyint(number) : number;
    if (!whole) {
        double scale = pow(10, 11 - floor(log10(fabs(number))));
        rounded = nearbyint(number * scale) / scale;
    }
    *ret = (struct value){.sort = VALUE_NUMBER, .number = rounded == 0 ? 0 : rounded};
    return VERDICT_FIT;
}

static enum verdict put_text(const struct reading *r, const struct field *f, struct str text,
                             struct value *ret)
{
    if (!field_takes(f, SHAPE_STRING) || text.n == 0)
        return VERDICT_UNFIT;
    struct str copy = arena_str(r->arena, text);
    if (!str_is_set(copy))
        return VERDICT_UNFIT;
    *ret = (struct value){.sort = VALUE_TEXT, .text = copy};
    return VERDICT_FIT;
}

/* ---- enums ---- */

/* Words of one meaning, in several languages: if an option is in a row, the others of the row are it too. */
static const char *const same[] = {
    "full time|fulltime|full|vollzeit|temps plein|plein|plein temps|tiempo completo|jornada "
    "completa|tempo pieno|voltijd|permanent full time|正社員",
    "part time|parttime|part|teilzeit|temps partiel|partiel|tiempo parcial|media jornada|tempo "
    "parziale|deeltijd|パート",
    "contract|contractor|freelance|fixed term|befristet|freelancer",
    "temporary|temp|interim|zeitarbeit|temporaire|temporal|interinale",
    "internship|intern|praktikum|stage|practicas|tirocinio",
    "permanent|indefinite|unbefristet|indefinido|cdi|indeterminato",
    "remote|fully remote|telecommute|work from home|home office|teletravail|remoto|en remoto|100 % "
    "remote",
    "hybrid|hibrido|hybride|ibrido|partly remote",
    "onsite|on site|in office|office|vor ort|sur site|presencial|in sede|in person",
    "beginner|beginners|basic|entry|entry "
    "level|junior|easy|einsteiger|anfanger|debutant|principiante|leicht|einfach|facile|facil",
    "intermediate|medium|moderate|mid|mid "
    "level|fortgeschritten|intermediaire|intermedio|mittel|moyen|medio|media",
    "advanced|expert|hard|difficult|senior|profi|avance|avanzado|avanzato|schwer|schwierig|difficile|"
    "dificil",
    "in stock|instock|available|lieferbar|auf lager|vorratig|en stock|disponible|disponibile|op "
    "voorraad|in stock ready to ship|add to cart|在庫あり",
    "out of stock|outofstock|sold out|soldout|unavailable|ausverkauft|nicht lieferbar|rupture de "
    "stock|agotado|esaurito|在庫なし|売り切れ|currently unavailable",
    "pre order|preorder|vorbestellung|precommande|preventa|予約",
    "backorder|back order|backordered",
    "active|for sale|available|open|aktiv|zu verkaufen|a vendre|en venta|in vendita",
    "pending|under contract|under offer|contingent|reserviert|sous compromis",
    "sold|verkauft|vendu|vendido|venduto|off market",
    "new|neu|neuf|nuevo|nuovo|brand new|新品|nieuw",
    "used|gebraucht|occasion|usado|usato|second hand|中古|pre owned",
    "refurbished|renewed|generaluberholt|reconditionne|reacondicionado|ricondizionato|整備済み",
    "petrol|gasoline|gas|benzin|essence|gasolina|benzina|benzine",
    "diesel|gasoil|gazole|gasoleo|gasolio",
    "electric|ev|elektro|electrique|electrico|elettrica|elektrisch",
    "manual|manuell|schaltgetriebe|manuelle|manuale|stick|handgeschaltet|handschaltung",
    "automatic|automatik|automatikgetriebe|automatique|automatico|automatica",
    "open|opened|offen|ouvert|abierto|aperto",
    "closed|geschlossen|ferme|cerrado|chiuso|resolved|done",
    "cancelled|canceled|abgesagt|storniert|annule|cancelado|annullato",
    "postponed|verschoben|reporte|aplazado|rinviato",
    "free|kostenlos|gratis|gratuit|gratuito",
    "major|significant",
    "success|passing|operational|ok|up",
    "delayed|verspatet|retarde|retrasado|in ritardo",
    "on time|punktlich|a l heure|a tiempo|in orario",
};

static bool in_row(const char *row, struct str folded)
{
    return fold_is_any(folded, row);
}

/* Where the text says an option: at its words, its kin, or the word that the description sets before it. */
static bool option_said(const struct field *f, const struct option *o, struct str folded, size_t *ret_at)
{
    if (fold_contains(folded, o->folded, ret_at))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        if (in_row(same[i], o->folded) && str_is_set(fold_contains_any(folded, same[i], ret_at)))
            return true;
    /* "automatik" begins "automatikgetriebe" */
    size_t at = 0;
    for (struct str rest = folded; o->folded.n >= 5 && rest.n; at = folded.n - rest.n) {
        size_t end = str_find(rest, ' ');
        if (str_starts(rest, o->folded)) {
            *ret_at = at;
            return true;
        }
        rest = str_from(rest, end + 1);
    }
    size_t in;
    if (!fold_contains(f->description, o->folded, &in) || in < 5)
        return false;
    size_t from = in - 1;
    while (from && f->description.p[from - 1] != ' ')
        from--;
    struct str before = str_make(f->description.p + from, in - 1 - from);
    return before.n >= 5 && fold_contains(folded, before, ret_at);
}

static enum verdict read_option(const struct reading *r, const struct field *f, struct str text,
                                struct value *ret)
{
    struct str folded = fold_text(r->arena, text);
    const struct option *best = text_option(f, folded);
    size_t where = SIZE_MAX, length = 0;
    for (unsigned i = 0; i < f->n_options && !(best && length == 0); i++) {
        const struct option *o = &f->options[i];
        size_t at;
        if (!o->is_text || o->folded.n == 0 || !option_said(f, o, folded, &at))
            continue;
        if (best && !(at < where || (at == where && o->folded.n > length)))
            continue;
        best = o;
        where = at;
        length = o->folded.n;
    }
    if (!best)
        return value_says_none(text, folded) ? VERDICT_EMPTY : VERDICT_UNFIT;
    *ret = (struct value){.sort = VALUE_JSON, .text = best->json};
    return VERDICT_FIT;
}

static bool has_text_options(const struct field *f)
{
    for (unsigned i = 0; i < f->n_options; i++)
        if (f->options[i].is_text)
            return true;
    return false;
}

enum verdict value_of_text(const struct reading *r, const struct field *f, struct str text,
                           struct value *ret)
{
    if (has_text_options(f))
        return read_option(r, f, text, ret);
    return f->n_options ? VERDICT_UNFIT : put_text(r, f, text, ret);
}

/* ---- numbers ---- */

bool value_is_last(const struct field *f)
{
    enum concept c = f->meaning.concept;
    if (c == CONCEPT_SALARY_MAX || c == CONCEPT_PRICE_MAX || c == CONCEPT_END || c == CONCEPT_CHECKOUT ||
        c == CONCEPT_TIME_CLOSES)
        return true;
    static const char words[] = "max|maximum|end|latest|until|highest|upper|close|ends";
    for (unsigned i = 0; i < f->meaning.words.n; i++)
        if (fold_is_any(f->meaning.words.word[i], words))
            return true;
    return false;
}

static enum verdict read_money(const struct reading *r, const struct field *f, struct str text,
                               struct value *ret)
{
    struct money money, last;
    struct number number;
    size_t at, from = 0;
    bool found = money_find(text, 0, r->numerals, r->language, &at, &money);
    /* "€41,500 – €52,300", "24 000 à 27 000 €": the other end of a range may have no sign of its own. */
    if (found && !value_is_last(f) && at > 0) {
        size_t first;
        struct number low;
        struct str head = str_head(text, at);
        bool range =
            number_find(head, r->numerals, &first, &low) && low.n + first + 12 > at &&
            (f->meaning.concept == CONCEPT_SALARY_MIN || f->meaning.concept == CONCEPT_PRICE_MIN);
        if (range)
            return value_of_number(f, low.value * (money.amount >= 1000 && low.value < 1000 ? 1000 : 1),
                                   ret);
    }
    if (found && value_is_last(f)) {
        size_t next;
        from = at + money.text.n;
        while (money_find(text, from, r->numerals, r->language, &next, &last)) {
            money = last;
            from = next + last.text.n;
        }
    }
    if (found && field_takes(f, SHAPE_NUMBER))
        return value_of_number(f, money.amount, ret);
    if (found)
        return put_text(r, f, f->meaning.concept == CONCEPT_SALARY ? text : money.text, ret);
    struct str folded = fold_text(r->arena, text);
    if (fold_is_any(folded, "free|free entry|gratis|kostenlos|gratuit|gratuito|gratuite|entrada "
                            "libre|ingresso libero|無料") ||
        (folded.n < 60 &&
         (str_starts(folded, STR_LIT("free ")) || str_starts(folded, STR_LIT("gratis ")))))
        return value_of_number(f, 0, ret);
    if (r->labelled && number_find(text, r->numerals, &at, &number)) {
        struct unit unit;
        /* "3 %" and "12 m" are no amounts. */
        if (unit_read(str_from(text, at + number.n), &unit))
            return VERDICT_UNFIT;
        return value_of_number(f, number.value, ret);
    }
    return value_says_none(text, folded) ? VERDICT_EMPTY : VERDICT_UNFIT;
}

/* The last number, where the field means the end of a range: "10–12 weeks". */
static bool last_number(struct str text, enum numerals numerals, size_t *at, struct number *number)
{
    size_t from = 0, next;
    struct number n;
    bool found = false;
    while (number_find(str_from(text, from), numerals, &next, &n)) {
        *at = from + next;
        *number = n;
        from += next + n.n;
        found = true;
    }
    return found;
}

static enum verdict read_plain_number(const struct reading *r, const struct field *f, struct str text,
                                      struct value *ret)
{
    struct number number;
    size_t at;
    bool found = value_is_last(f) ? last_number(text, r->numerals, &at, &number)
                                  : number_find(text, r->numerals, &at, &number);
    if (!found)
        return value_says_none(text, fold_text(r->arena, text)) ? VERDICT_EMPTY : VERDICT_UNFIT;
    if (number.negative && !r->accounts && text.n && text.p[0] == '(')
        number.value = -number.value;
    return value_of_number(f, number.value, ret);
}

static enum verdict read_quantity(const struct reading *r, const struct field *f, struct str text,
                                  struct value *ret)
{
    size_t at, n;
    double value;
    struct number number;
    struct unit unit;
    if (f->unit.sort == MEASURE_NONE)
        return read_plain_number(r, f, text, ret);
    if (measure_find(text, r->numerals, f->unit, &at, &n, &value))
        return value_of_number(f, value, ret);
    if (!r->labelled || !number_find(text, r->numerals, &at, &number))
        return value_says_none(text, fold_text(r->arena, text)) ? VERDICT_EMPTY : VERDICT_UNFIT;
    /* A number of another unit is another thing; without one it is in the unit that the label says. */
    if (unit_read(str_from(text, at + number.n), &unit))
        return VERDICT_UNFIT;
    return value_of_number(f, number.value, ret);
}

static enum verdict read_year(const struct reading *r, const struct field *f, struct str text,
                              struct value *ret)
{
    for (size_t i = 0; i + 4 <= text.n; i++) {
        bool edge =
            i == 0 || !(ascii_is_digit(text.p[i - 1]) || text.p[i - 1] == '.' || text.p[i - 1] == ',');
        struct str four = str_make(text.p + i, 4);
        if (!edge || (four.p[0] != '1' && four.p[0] != '2') || !ascii_is_digit(four.p[1]) ||
            !ascii_is_digit(four.p[2]) || !ascii_is_digit(four.p[3]))
            continue;
        if (i + 4 < text.n && (ascii_is_digit(text.p[i + 4]) ||
                               (i + 5 < text.n && (text.p[i + 4] == '.' || text.p[i + 4] == ',') &&
                                ascii_is_digit(text.p[i + 5]))))
            continue;
        int year = (four.p[0] - '0') * 1000 + (four.p[1] - '0') * 100 + (four.p[2] - '0') * 10 +
                   four.p[3] - '0';
        if (year < 1000 || year > 2200)
            continue;
        return field_takes(f, SHAPE_NUMBER) ? value_of_number(f, year, ret) : put_text(r, f, four, ret);
    }
    return value_says_none(text, fold_text(r->arena, text)) ? VERDICT_EMPTY : VERDICT_UNFIT;
}

/* "4.7 out of 5", "8,7/10", "★ 4.1": a number between 0 and 10, or of 100. */
static enum verdict read_rating(const struct reading *r, const struct field *f, struct str text,
                                struct value *ret)
{
    struct number number;
    size_t at;
    if (!number_find(text, r->numerals, &at, &number) || number.value < 0 || number.value > 100 ||
        number.scaled)
        return value_says_none(text, fold_text(r->arena, text)) ? VERDICT_EMPTY : VERDICT_UNFIT;
    if (!field_takes(f, SHAPE_NUMBER))
        return put_text(r, f, value_clean(text), ret);
    return value_of_number(f, number.value, ret);
}

/* ---- dates ---- */

static bool wants_time(const struct field *f)
{
    static const char words[] = "datetime|time|hearing|timestamp";
    for (unsigned i = 0; i < f->meaning.words.n; i++)
        if (fold_is_any(f->meaning.words.word[i], words))
            return true;
    return false;
}

enum verdict value_of_when(const struct reading *r, const struct field *f, const struct when *w,
                           struct value *ret)
{
    struct when_text text;
    if (f->format == FORMAT_TIME || f->kind == KIND_TIME) {
        if (w->hour < 0)
            return VERDICT_UNFIT;
        text = when_put_time(w);
    } else if (!when_has_date(w)) {
        return VERDICT_UNFIT;
    } else if (f->format == FORMAT_DATE_TIME ||
               (f->format == FORMAT_NONE && w->hour >= 0 && wants_time(f))) {
        if (w->hour < 0)
            return VERDICT_UNFIT;
        text = when_put_date_time(w);
    } else {
        text = when_put_date(w);
    }
    return put_text(r, f, str_of(text.text), ret);
}

/* The second time of a range takes the day of the first: "18 April 2026, 19:30 – 22:00". */
static void carry_day(struct when *to, const struct when *from)
{
    if (to->year || to->month)
        return;
    to->year = from->year;
    to->month = from->month;
    to->day = from->day;
}

/* A date and a time apart from it: "18 April 2026 / 19:30 – 22:00". */
static bool find_when(const struct reading *r, const struct field *f, struct str text, struct when *ret)
{
    struct when w, found = {.hour = -1, .offset = WHEN_NO_OFFSET};
    size_t from = 0, at, n;
    bool last = value_is_last(f), any = false;
    while (when_find(text, from, r->style, &at, &n, &w)) {
        from = at + n;
        bool is_time = w.year == 0 && w.month == 0;
        if (!any) {
            found = w;
        } else if (is_time && found.hour < 0) {
            found.hour = w.hour;
            found.minute = w.minute;
            found.second = w.second;
        } else if (!is_time && found.year == 0 && found.month == 0) {
            found.year = w.year;
            found.month = w.month;
            found.day = w.day;
        } else if (last) {
            carry_day(&w, &found);
            found = w;
        } else {
            break;
        }
        any = true;
    }
    *ret = found;
    return any;
}

static enum verdict read_when(const struct reading *r, const struct field *f, struct str text,
                              struct value *ret)
{
    struct when w;
    if (find_when(r, f, text, &w)) {
        enum verdict v = value_of_when(r, f, &w, ret);
        if (v == VERDICT_FIT)
            return v;
    }
    static const char shut[] = "closed|geschlossen|ferme|cerrado|chiuso|gesloten|定休日";
    struct str folded = fold_text(r->arena, text);
    return value_says_none(text, folded) || fold_is_any(folded, shut) ? VERDICT_EMPTY : VERDICT_UNFIT;
}

/* ---- addresses of people ---- */

static bool is_mail_char(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || strchr("._%+-", c) != NULL;
}

struct str email_find(struct str s, size_t from)
{
    for (size_t i = from; i < s.n; i++) {
        if (s.p[i] != '@')
            continue;
        size_t a = i, b = i + 1;
        while (a > from && s.p[a - 1] && is_mail_char(s.p[a - 1]))
            a--;
        while (b < s.n && s.p[b] &&
               (ascii_is_alpha(s.p[b]) || ascii_is_digit(s.p[b]) || s.p[b] == '.' || s.p[b] == '-'))
            b++;
        while (b > i + 1 && (s.p[b - 1] == '.' || s.p[b - 1] == '-'))
            b--;
        struct str host = str_make(s.p + i + 1, b - i - 1);
        size_t dot = str_find(host, '.');
        if (a < i && dot > 0 && dot + 2 < host.n)
            return str_make(s.p + a, b - a);
    }
    return STR_NONE;
}

struct str phone_find(struct str s, size_t from)
{
    for (size_t i = from; i < s.n; i++) {
        bool begins = ascii_is_digit(s.p[i]) || s.p[i] == '+' ||
                      (s.p[i] == '(' && i + 1 < s.n && ascii_is_digit(s.p[i + 1]));
        char before = i ? s.p[i - 1] : ' ';
        if (!begins || ascii_is_digit(before) || ascii_is_alpha(before) || before == '.' ||
            before == ',' || before == '-')
            continue;
        size_t digits = 0, end = i, j = i, groups = 1;
        bool plus = s.p[i] == '+';
        for (; j < s.n; j++) {
            char c = s.p[j];
            if (ascii_is_digit(c)) {
                digits++;
                end = j + 1;
            } else if (!(c == '+' && j == i) && !strchr(" ()-./", c)) {
                break;
            } else if (c == ' ' && j + 1 < s.n && !ascii_is_digit(s.p[j + 1]) && s.p[j + 1] != '(' &&
                       s.p[j + 1] != '-' && s.p[j + 1] != '/') {
                break;
            } else {
                groups += j > i;
            }
        }
        bool date = end - i == 10 && (s.p[i + 4] == '-' || s.p[i + 2] == '.' || s.p[i + 2] == '/');
        if (digits >= 7 && digits <= 15 && !date && (plus || groups > 1 || s.p[i] == '0' || digits >= 9))
            return str_make(s.p + i, end - i);
        i = j > i ? j - 1 : i;
    }
    return STR_NONE;
}

/* ---- texts ---- */

/* What is put behind a name: "in Munich", "· 5 min read", "on 4 March". */
/* "Okafor, Ines": one word before the comma, and names with capitals behind it. */
static bool is_family_name(struct str s, size_t comma)
{
    struct str given = str_trim(str_from(s, comma + 1));
    bool one = str_find(str_head(s, comma), ' ') == comma;
    return one && given.n > 1 && given.n <= 24 && given.p[0] >= 'A' && given.p[0] <= 'Z' &&
           ascii_is_alpha(given.p[1]) && str_find(given, ',') == given.n;
}

static struct str person_of(struct str s)
{
    static const char *const before[] = {
        "By ",         "by ",        "BY ",        "By: ",          "von ", "Von ",
        "par ",        "Par ",       "por ",       "Por ",          "di ",  "door ",
        "Written by ", "Posted by ", "Hosted by ", "Presented by ", "@"};
    static const char *const behind[] = {
        " \xC2\xB7 ", " | ",  " on ", " \xE2\x80\xA2 ", " \xE2\x80\x94 ", " \xE2\x80\x93 ", ", ",
        " am ",       " le ", " (",   "\xEF\xBD\x9C",   " in ",           "\xE3\x80\x80"};
    for (size_t i = 0; i < ARRAY_LEN(before); i++)
        if (str_starts(s, str_of(before[i]))) {
            s = str_from(s, strlen(before[i]));
            break;
        }
    for (size_t i = 0; i < ARRAY_LEN(behind); i++) {
        const char *hit = s.n ? memmem(s.p, s.n, behind[i], strlen(behind[i])) : NULL;
        if (hit && behind[i][0] == ',' && is_family_name(s, (size_t)(hit - s.p)))
            continue;
        if (hit && hit > s.p)
            s.n = (size_t)(hit - s.p);
    }
    return value_clean(s);
}

static bool is_person(struct str s)
{
    unsigned words = 1, digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        words += s.p[i] == ' ';
        digits += ascii_is_digit(s.p[i]);
    }
    return s.n > 1 && s.n <= 80 && words <= 6 && (digits == 0 || words == 1) && str_find(s, ':') == s.n;
}

/* The place without what is said of it in brackets: "Galway (on site)". */
static struct str place_of(struct str s)
{
    size_t open = str_find(s, '(');
    if (open > 1 && open < s.n && s.p[s.n - 1] == ')' && open + 24 > s.n)
        s = str_trim(str_head(s, open));
    return s;
}

static enum verdict read_code(const struct reading *r, const struct field *f, struct str text,
                              struct value *ret)
{
    text = value_clean(text);
    struct str folded = fold_text(r->arena, text);
    if (value_says_none(text, folded))
        return VERDICT_EMPTY;
    unsigned digits = 0, spaces = 0;
    for (size_t i = 0; i < text.n; i++) {
        digits += ascii_is_digit(text.p[i]);
        spaces += text.p[i] == ' ';
    }
    if (text.n > 60 || spaces > 3 || (digits == 0 && (spaces > 0 || text.n > 20)))
        return VERDICT_UNFIT;
    if (!field_takes(f, SHAPE_STRING))
        return read_plain_number(r, f, text, ret);
    return put_text(r, f, text, ret);
}

static enum verdict read_free_text(const struct reading *r, const struct field *f, struct str text,
                                   struct value *ret)
{
    bool body = f->kind == KIND_BODY || f->meaning.concept == CONCEPT_DESCRIPTION ||
                f->meaning.concept == CONCEPT_ANSWER;
    text = value_clean(text);
    struct str folded = fold_text(r->arena, text);
    if (value_says_none(text, folded))
        return VERDICT_EMPTY;
    if (f->kind == KIND_PERSON) {
        text = person_of(text);
        if (!is_person(text))
            return VERDICT_UNFIT;
    }
    if (f->kind == KIND_PLACE)
        text = place_of(text);
    if (text.n > (body ? BODY_MAX_BYTES : TEXT_MAX_BYTES))
        return VERDICT_UNFIT;
    return put_text(r, f, text, ret);
}

static enum verdict read_truth(const struct reading *r, const struct field *f, struct str text,
                               struct value *ret)
{
    struct str folded = fold_text(r->arena, text);
    int truth = f->kind == KIND_STOCK ? stock_of(folded) : 0;
    if (truth == 0 && text.n <= 200)
        truth = truth_of(text, folded);
    if (truth == 0 && f->meaning.concept == CONCEPT_REMOTE)
        truth = remote_of(folded);
    if (truth == 0)
        return value_says_none(text, folded) ? VERDICT_EMPTY : VERDICT_UNFIT;
    return value_of_bool(f, truth > 0, ret);
}

static enum verdict read_currency(const struct reading *r, const struct field *f, struct str text,
                                  struct value *ret)
{
    struct currency_code code = currency_of(text, r->language);
    if (code.iso[0] == '\0')
        return VERDICT_UNFIT;
    return value_of_text(r, f, str_of(code.iso), ret);
}

bool value_is_option(const struct field *f, const struct value *value)
{
    return value->sort != VALUE_TEXT || !has_text_options(f);
}

enum verdict value_read(const struct reading *r, const struct field *f, struct str text,
                        struct value *ret)
{
    text = str_trim(text);
    if (text.n == 0)
        return VERDICT_UNFIT;
    if (has_text_options(f) && f->kind != KIND_STOCK)
        return read_option(r, f, text, ret);
    switch (f->kind) {
    case KIND_MONEY:
        return read_money(r, f, text, ret);
    case KIND_NUMBER:
    case KIND_COUNT:
    case KIND_RANK:
        return field_takes(f, SHAPE_NUMBER) ? read_plain_number(r, f, text, ret)
                                            : read_free_text(r, f, text, ret);
    case KIND_QUANTITY:
    case KIND_SPAN:
        return field_takes(f, SHAPE_NUMBER) ? read_quantity(r, f, text, ret)
                                            : read_free_text(r, f, text, ret);
    case KIND_RATING:
        return read_rating(r, f, text, ret);
    case KIND_YEAR:
        return read_year(r, f, text, ret);
    case KIND_DATE:
    case KIND_TIME:
        return read_when(r, f, text, ret);
    case KIND_CURRENCY:
        return read_currency(r, f, text, ret);
    case KIND_BOOL:
    case KIND_BADGE:
        return read_truth(r, f, text, ret);
    case KIND_STOCK: {
        if (has_text_options(f)) {
            enum verdict v = read_option(r, f, text, ret);
            int stock = v == VERDICT_FIT ? 0 : stock_of(fold_text(r->arena, text));
            return stock ? read_option(r, f, stock > 0 ? STR_LIT("in stock") : STR_LIT("out of stock"),
                                       ret)
                         : v;
        }
        return field_takes(f, SHAPE_BOOL) ? read_truth(r, f, text, ret)
                                          : read_free_text(r, f, text, ret);
    }
    case KIND_EMAIL: {
        struct str mail = email_find(text, 0);
        return mail.n ? put_text(r, f, mail, ret) : VERDICT_UNFIT;
    }
    case KIND_PHONE: {
        struct str phone = phone_find(text, 0);
        return phone.n                                            ? put_text(r, f, phone, ret)
               : value_says_none(text, fold_text(r->arena, text)) ? VERDICT_EMPTY
                                                                  : VERDICT_UNFIT;
    }
    case KIND_CODE:
    case KIND_VERSION:
        return read_code(r, f, text, ret);
    case KIND_URL:
        return VERDICT_UNFIT; /* addresses are in attributes: find.c */
    default:
        return field_takes(f, SHAPE_STRING)   ? read_free_text(r, f, text, ret)
               : field_takes(f, SHAPE_NUMBER) ? read_plain_number(r, f, text, ret)
                                              : VERDICT_UNFIT;
    }
}
