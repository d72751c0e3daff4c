/* SPDX-License-Identifier: Apache-2.0 */
/* model_ground.c: the page's words, folded (fold.h), and its numbers, sorted. */
#include "answer/model_ground.h"

#include "answer/measure.h"
#include "answer/when.h"

#include <math.h>
#include <stdlib.h>

#define NUMBERS_MAX 200000u
#define NEAR_WORDS 200u   /* a longer text is held by its first words */
#define NEAR_STARTS 4000u /* places of the page that a text may begin at */
#define NEAR_PART 0.8     /* of its words that must stand there, in order */

struct ground {
    struct str text, folded;
    enum numerals numerals;
    struct when_style style;
    double *numbers;
    size_t n_numbers, cap_numbers;
};

/* ---- numbers ---- */

static void add_number(struct ground *g, double value)
{
    if (g->n_numbers < g->cap_numbers)
        g->numbers[g->n_numbers++] = fabs(value);
}

/* A numeral of each notation, as it stands and with the factor behind it. */
static void add_numeral(struct ground *g, struct str from)
{
    for (int notation = NUMERALS_GROUP; notation <= NUMERALS_COMMA; notation++) {
        struct number number;
        double factor;
        if (!number_read(from, (enum numerals)notation, &number))
            continue;
        add_number(g, number.value);
        if (number_scale(str_from(from, number.n), &factor))
            add_number(g, number.value * factor);
    }
}

static bool begins_numeral(struct str text, size_t i)
{
    return ascii_is_digit(text.p[i]) &&
           (i == 0 || (!ascii_is_digit(text.p[i - 1]) &&
                       !(i > 1 && (text.p[i - 1] == '.' || text.p[i - 1] == ',') &&
                         ascii_is_digit(text.p[i - 2]))));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool read_numbers(struct ground *g, struct arena *arena)
{
    size_t n = 0;
    for (size_t i = 0; i < g->text.n; i++)
        n += begins_numeral(g->text, i);
    g->cap_numbers = 6 * (n < NUMBERS_MAX ? n : NUMBERS_MAX);
    g->numbers = ARENA_ARRAY(arena, double, g->cap_numbers + 1);
    if (!g->numbers)
        return false;
    for (size_t i = 0; i < g->text.n; i++)
        if (begins_numeral(g->text, i))
            add_numeral(g, str_head(str_from(g->text, i), 64));
    qsort(g->numbers, g->n_numbers, sizeof *g->numbers, by_value);
    return true;
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(1.0, fmax(fabs(a), fabs(b)));
}

/* A number below thirteen may be written as a word. */
static bool has_number_word(const struct ground *g, double value)
{
    static const char *const words[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    size_t at;
    return value >= 0 && value <= 12 && value == floor(value) &&
           fold_contains(g->folded, str_of(words[(size_t)value]), &at);
}

bool ground_has_number(const struct ground *g, double value)
{
    double wanted = fabs(value);
    size_t low = 0, high = g->n_numbers;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->numbers[middle] < wanted && !is_near(g->numbers[middle], wanted))
            low = middle + 1;
        else
            high = middle;
    }
    return (low < g->n_numbers && is_near(g->numbers[low], wanted)) || has_number_word(g, value);
}

bool ground_has_numbers_of(const struct ground *g, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        struct number number;
        bool stands = false, is_number = false;
        if (!begins_numeral(text, i))
            continue;
        for (int notation = NUMERALS_GROUP; notation <= NUMERALS_COMMA && !stands; notation++)
            if (number_read(str_head(str_from(text, i), 64), (enum numerals)notation, &number)) {
                is_number = true;
                stands = ground_has_number(g, number.value);
            }
        if (is_number && !stands)
            return false;
    }
    return true;
}

bool ground_has_quantity(const struct ground *g, struct arena *scratch, struct str name, double value)
{
    struct words words = fold_words(fold_text(scratch, name));
    struct unit asked = unit_asked(&words, true);
    struct str rest = g->text;
    size_t at, n;
    double found;
    if (asked.sort == MEASURE_NONE)
        return false;
    while (measure_find(rest, g->numerals, asked, &at, &n, &found)) {
        if (is_near(found, value) || fabs(found - value) < 0.005 * fabs(found))
            return true;
        rest = str_from(rest, at + (n ? n : 1));
    }
    return false;
}

/* ---- texts ---- */

struct reader {
    struct str text;
    size_t at;
};

static bool next_word(struct reader *r, struct str *ret_word)
{
    struct str rest = str_from(r->text, r->at);
    size_t n = str_find(rest, ' ');
    if (rest.n == 0)
        return false;
    *ret_word = str_head(rest, n);
    r->at += n + 1 < rest.n ? n + 1 : rest.n;
    return true;
}

/* How many of the words follow one another, others between them, within twice their length. */
static unsigned in_order(struct str page, size_t from, const struct str *words, unsigned n)
{
    struct reader r = {.text = page, .at = from};
    struct str word;
    unsigned found = 0, wanted = 0;
    for (unsigned seen = 0; seen < 2 * n && wanted < n && next_word(&r, &word); seen++)
        for (unsigned skip = wanted; skip < n && skip < wanted + 3; skip++)
            if (str_eq(word, words[skip])) {
                found++;
                wanted = skip + 1;
                break;
            }
    return found;
}

static bool stands_nearly(const struct ground *g, struct str folded)
{
    struct str words[NEAR_WORDS], word;
    struct reader r = {.text = folded}, page = {.text = g->folded};
    unsigned n = 0, starts = 0;
    while (n < NEAR_WORDS && next_word(&r, &words[n]))
        n++;
    if (n < 4)
        return false;
    for (size_t at = 0; next_word(&page, &word) && starts < NEAR_STARTS; at = page.at) {
        if (!str_eq(word, words[0]) && !str_eq(word, words[1]))
            continue;
        starts++;
        if (in_order(g->folded, at, words, n) >= NEAR_PART * n)
            return true;
    }
    return false;
}

static bool has_bytes(struct str text, struct str part)
{
    for (size_t i = 0; i + part.n <= text.n; i++) {
        size_t next = i + str_find(str_from(text, i), part.p[0]);
        if (next + part.n > text.n)
            return false;
        if (memcmp(text.p + next, part.p, part.n) == 0)
            return true;
        i = next;
    }
    return false;
}

static bool has_date(const struct ground *g, struct str text)
{
    struct when wanted, when;
    size_t n = when_read(text, g->style, &wanted), at, length;
    if (n != text.n || !when_has_date(&wanted))
        return false;
    for (size_t from = 0; when_find(g->text, from, g->style, &at, &length, &when);
         from = at + (length ? length : 1)) {
        bool year = when.year == 0 || when.year == wanted.year; /* one without a year may be meant */
        if (year && when.month == wanted.month && when.day == wanted.day)
            return true;
    }
    return false;
}

bool ground_has_text(const struct ground *g, struct arena *scratch, struct str text)
{
    size_t at;
    text = str_trim(text);
    if (text.n == 0 || has_date(g, text))
        return true;
    struct str folded = fold_text(scratch, text);
    if (!folded.n || str_starts(text, STR_LIT("http")))
        return has_bytes(g->text, text);
    return fold_contains(g->folded, folded, &at) ||
           (stands_nearly(g, folded) && ground_has_numbers_of(g, text));
}

struct ground *ground_create(struct arena *arena, struct str text, struct str language)
{
    struct ground *g = ARENA_NEW(arena, struct ground);
    if (!g)
        return NULL;
    g->text = text;
    g->numerals = numerals_of(language);
    g->style = when_style_of(language);
    g->folded = fold_text(arena, text);
    return (g->folded.p || text.n == 0) && read_numbers(g, arena) ? g : NULL;
}
