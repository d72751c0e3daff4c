/* SPDX-License-Identifier: Apache-2.0 */
/* measure.c: the table of units, and quantities made of several parts ("1 h 15 min"). */
#include "answer/measure.h"

#include "base/utf8.h"

/* clang-format off */
static const struct {
    const char *names; /* lower case, set apart by '|' */
    struct unit unit;
} units[] = {
    {"kg|kgs|kilo|kilos|kilogram|kilograms|kilogramm|kilogrammes", {MEASURE_MASS, 1000}},
    {"g|gr|gram|grams|gramm|gramme|grammes|gramos|grammi", {MEASURE_MASS, 1}},
    {"mg|milligram|milligrams", {MEASURE_MASS, 0.001}},
    {"t|ton|tons|tonne|tonnes|tonnen", {MEASURE_MASS, 1000000}},
    {"lb|lbs|pound|pounds", {MEASURE_MASS, 453.59237}},
    {"oz|ounce|ounces", {MEASURE_MASS, 28.349523125}},
    {"km|kilometer|kilometers|kilometre|kilometres|kilometern|kilómetros", {MEASURE_LENGTH, 1000}},
    {"m|meter|meters|metre|metres|metern|metros|mètres", {MEASURE_LENGTH, 1}},
    {"cm|centimeter|centimeters|centimetre|centimetres|zentimeter", {MEASURE_LENGTH, 0.01}},
    {"mm|millimeter|millimeters|millimetre|millimetres", {MEASURE_LENGTH, 0.001}},
    {"in|inch|inches|\"|″|zoll", {MEASURE_LENGTH, 0.0254}},
    {"ft|foot|feet", {MEASURE_LENGTH, 0.3048}},
    {"yd|yard|yards", {MEASURE_LENGTH, 0.9144}},
    {"mi|mile|miles", {MEASURE_LENGTH, 1609.344}},
    {"m²|m2|sqm|sq m|qm|square metres|square meters|quadratmeter|mètres carrés|metros cuadrados|mq|㎡|平方メートル", {MEASURE_AREA, 1}},
    {"sq ft|sqft|sq. ft.|sq.ft.|ft²|ft2|square feet|square foot", {MEASURE_AREA, 0.09290304}},
    {"acre|acres", {MEASURE_AREA, 4046.8564224}},
    {"ha|hectare|hectares|hektar", {MEASURE_AREA, 10000}},
    {"km²|km2|sq km|square kilometres|square kilometers", {MEASURE_AREA, 1000000}},
    {"sq mi|square miles", {MEASURE_AREA, 2589988.110336}},
    {"l|lt|litre|litres|liter|liters|litros|litri|ℓ", {MEASURE_VOLUME, 1}},
    {"ml|millilitre|millilitres|milliliter|milliliters", {MEASURE_VOLUME, 0.001}},
    {"cl|centilitre|centilitres", {MEASURE_VOLUME, 0.01}},
    {"dl|decilitre|decilitres", {MEASURE_VOLUME, 0.1}},
    {"gal|gallon|gallons", {MEASURE_VOLUME, 3.785411784}},
    {"fl oz|fl. oz.", {MEASURE_VOLUME, 0.0295735295625}},
    {"ms|millisecond|milliseconds|millisekunden", {MEASURE_TIME, 0.001}},
    {"s|sec|secs|second|seconds|sek|sekunden|sekunde|secondes|segundos|secondi|秒", {MEASURE_TIME, 1}},
    {"min|mins|min.|minute|minutes|minuten|minuti|minuto|minutos|minut|分間|分|′", {MEASURE_TIME, 60}},
    {"h|hr|hrs|hr.|hour|hours|std|std.|stunde|stunden|heure|heures|ora|ore|hora|horas|uur|時間|小时", {MEASURE_TIME, 3600}},
    {"d|day|days|tag|tage|tagen|jour|jours|giorno|giorni|día|días|dia|dias|dag|dagen|日間|日|天", {MEASURE_TIME, 86400}},
    {"business days|working days|werktage|werktagen|jours ouvrés", {MEASURE_TIME, 86400}},
    {"wk|wks|week|weeks|woche|wochen|semaine|semaines|settimana|settimane|semana|semanas|weken|週間|周", {MEASURE_TIME, 604800}},
    {"mo|mos|month|months|monat|monate|monaten|mois|mese|mesi|mes|meses|maanden|か月|ヶ月|カ月|个月", {MEASURE_MONTHS, 1}},
    {"yr|yrs|year|years|jahr|jahre|jahren|an|ans|année|années|anno|anni|año|años|ano|anos|jaar|年間|年", {MEASURE_MONTHS, 12}},
    {"b|byte|bytes", {MEASURE_DATA, 1}},
    {"kb|kib|kilobyte|kilobytes", {MEASURE_DATA, 1e3}},
    {"mb|mib|megabyte|megabytes|mo", {MEASURE_DATA, 1e6}},
    {"gb|gib|gigabyte|gigabytes|go", {MEASURE_DATA, 1e9}},
    {"tb|tib|terabyte|terabytes", {MEASURE_DATA, 1e12}},
    {"kcal|calorie|calories|cal|cals|kalorien|kilokalorien", {MEASURE_ENERGY, 1}},
    {"kj|kilojoule|kilojoules", {MEASURE_ENERGY, 1 / 4.184}},
    {"kw|kilowatt|kilowatts", {MEASURE_POWER, 1000}},
    {"w|watt|watts", {MEASURE_POWER, 1}},
    {"mw|megawatt|megawatts", {MEASURE_POWER, 1e6}},
    {"hp|bhp|horsepower", {MEASURE_POWER, 745.699872}},
    {"ps|cv|ch", {MEASURE_POWER, 735.49875}},
    {"%|％|percent|per cent|prozent|pct|pourcent|por ciento", {MEASURE_PERCENT, 1}},
};
/* clang-format on */

static bool eq_fold(struct str text, struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (ascii_lower(text.p[i]) != name.p[i])
            return false;
    return true;
}

/* Whether a word ends between text[n-1] and text[n]. */
static bool ends_at(struct str text, size_t n)
{
    uint32_t before = 0, after = 0;
    size_t at = n;
    while (at && ((unsigned char)text.p[at - 1] & 0xC0) == 0x80)
        at--;
    fold_char(str_from(text, at ? at - 1 : 0), &before);
    if (n == text.n || !fold_char(str_from(text, n), &after))
        return true;
    bool letters = fold_is_word(before) && !fold_is_cjk(before) && before != 0xB2;
    bool follows = (fold_is_word(after) && !fold_is_cjk(after)) || after == 0xB2;
    return !letters || !follows;
}

static size_t spaces(struct str text)
{
    size_t n = 0;
    while (n < text.n) {
        if (text.p[n] == ' ')
            n++;
        else if (str_starts(str_from(text, n), STR_LIT("\xC2\xA0")))
            n += 2;
        else if (str_starts(str_from(text, n), STR_LIT("\xE2\x80\xAF")) ||
                 str_starts(str_from(text, n), STR_LIT("\xE2\x80\x89")))
            n += 3;
        else
            break;
    }
    return n;
}

size_t unit_read(struct str text, struct unit *ret)
{
    size_t skip = spaces(text), best = 0;
    text = str_from(text, skip);
    if (skip == 0 && text.n > 1 && text.p[0] == '-' && ascii_is_alpha(text.p[1])) /* "24-month" */
        text = str_from(text, skip = 1);
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        struct str rest = str_of(units[i].names);
        while (rest.n) {
            struct str name = str_head(rest, str_find(rest, '|'));
            rest = str_from(rest, name.n + 1);
            if (name.n <= best || name.n > text.n || !eq_fold(text, name) || !ends_at(text, name.n))
                continue;
            best = name.n;
            *ret = units[i].unit;
        }
    }
    return best ? best + skip : 0;
}

static bool unit_named(struct str word, bool letters, struct unit *ret)
{
    struct unit unit;
    if ((word.n < 2 && !letters) || unit_read(word, &unit) != word.n)
        return false;
    *ret = unit;
    return true;
}

struct unit unit_asked(const struct words *w, bool is_name)
{
    struct unit unit = {MEASURE_NONE, 0};
    if (w->n == 0)
        return unit;
    for (unsigned i = 0; i + 1 < w->n; i++)
        if (str_is(w->word[i], "in") || str_is(w->word[i], "en"))
            if (unit_named(w->word[i + 1], false, &unit))
                return unit;
    if (!is_name)
        return unit;
    struct str last = w->word[w->n - 1];
    if (w->n >= 2 && str_is(last, "2") && str_is(w->word[w->n - 2], "m"))
        return (struct unit){MEASURE_AREA, 1};
    if (w->n >= 2 && str_is(last, "ft") && str_is(w->word[w->n - 2], "sq"))
        return (struct unit){MEASURE_AREA, 0.09290304};
    /* "hours per week" are hours. */
    bool rate = w->n >= 3 && (str_is(w->word[w->n - 2], "per") || str_is(w->word[w->n - 2], "pro"));
    unit_named(rate ? w->word[w->n - 3] : last, w->n >= 2, &unit);
    return unit;
}

/* ISO 8601 durations: "PT1H15M", "P3W". In seconds, or months; 0: none. */
static size_t iso_duration(struct str s, struct unit asked, double *ret)
{
    bool time = false, months = asked.sort == MEASURE_MONTHS;
    double sum = 0;
    size_t at = 1;
    if (s.n < 3 || s.p[0] != 'P')
        return 0;
    while (at < s.n) {
        struct number number;
        if (s.p[at] == 'T' && !time) {
            time = true;
            at++;
            continue;
        }
        if (!ascii_is_digit(s.p[at]) || !number_read(str_from(s, at), NUMERALS_POINT, &number) ||
            at + number.n >= s.n)
            break;
        char sign = s.p[at + number.n];
        double in_time = sign == 'W'   ? 604800
                         : sign == 'D' ? 86400
                         : !time       ? 0
                         : sign == 'H' ? 3600
                         : sign == 'M' ? 60
                         : sign == 'S' ? 1
                                       : 0;
        double in_months = time ? 0 : sign == 'Y' ? 12 : sign == 'M' ? 1 : 0;
        if (in_time == 0 && in_months == 0)
            return 0;
        sum += number.value * (months ? in_months : in_time);
        at += number.n + 1;
    }
    *ret = sum / asked.factor;
    return at > 2 ? at : 0;
}

/* Further parts of the same quantity: "1 hr" and then "15 min", "and 15 min", "5 ft 11 in". */
static size_t more_parts(struct str s, size_t at, enum numerals numerals, enum measure_sort sort,
                         double last, double *sum)
{
    for (;;) {
        struct number number;
        struct unit unit;
        size_t from = at + spaces(str_from(s, at));
        if (str_starts(str_from(s, from), STR_LIT("and ")) ||
            str_starts(str_from(s, from), STR_LIT("und ")))
            from += 4;
        if (!number_read(str_from(s, from), numerals, &number))
            return at;
        size_t n = unit_read(str_from(s, from + number.n), &unit);
        if (n == 0 || unit.sort != sort || unit.factor >= last)
            return at;
        *sum += number.value * unit.factor;
        last = unit.factor;
        at = from + number.n + n;
    }
}

static bool sorts_meet(struct str s, size_t at, struct unit unit, struct unit asked)
{
    if (unit.sort == asked.sort)
        return true;
    /* "mo" is a month to some and a megabyte to others. */
    struct str name = str_from(s, at + spaces(str_from(s, at)));
    return asked.sort == MEASURE_MONTHS && unit.sort == MEASURE_DATA && name.n >= 2 &&
           name.p[0] == 'm' && name.p[1] == 'o';
}

bool measure_find(struct str s, enum numerals numerals, struct unit asked, size_t *ret_at, size_t *ret_n,
                  double *ret_value)
{
    size_t at = 0, from, n = iso_duration(s, asked, ret_value);
    if (n && n == s.n) {
        *ret_at = 0;
        *ret_n = n;
        return true;
    }
    struct number number;
    while (number_find(str_from(s, at), numerals, &from, &number)) {
        struct unit unit;
        from += at;
        size_t length = number.n;
        if (number.scaled) { /* "5 m" is metres here */
            if (!number_read(str_from(s, from), numerals, &number))
                return false;
        }
        n = unit_read(str_from(s, from + number.n), &unit);
        if (n && sorts_meet(s, from + number.n, unit, asked)) {
            double factor = unit.sort == asked.sort ? unit.factor : 1, sum = number.value * factor;
            *ret_n = more_parts(s, from + number.n + n, numerals, unit.sort, factor, &sum) - from;
            *ret_at = from;
            *ret_value = sum / asked.factor;
            return true;
        }
        at = from + length;
    }
    return false;
}
