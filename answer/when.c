/* SPDX-License-Identifier: Apache-2.0 */
/* when.c: one place in a text is tried for each form of a date, then for a time behind it. */
#include "answer/when.h"

#include "answer/fold.h"

#include <stdio.h>

struct when_style when_style_of(struct str language)
{
    bool english =
        language.n >= 2 && ascii_lower(language.p[0]) == 'e' && ascii_lower(language.p[1]) == 'n';
    bool american = language.n == 2 ||
                    (language.n >= 5 && str_eq_nocase(str_make(language.p + 3, 2), STR_LIT("us")));
    return (struct when_style){.month_first = language.n == 0 || (english && american)};
}

/* ---- words ---- */

/* clang-format off */
static const char *const months[12] = {
    "january|jan|januar|janner|janvier|janv|enero|ene|gennaio|gen|janeiro|januari|styczen|stycznia|января",
    "february|feb|februar|fevrier|fevr|febrero|febbraio|fevereiro|fev|februari|luty|lutego|февраля",
    "march|mar|marz|mars|marzo|marco|maart|mrt|mrz|marzec|marca|марта",
    "april|apr|avril|avr|abril|abr|aprile|kwiecien|kwietnia|апреля",
    "may|mai|mayo|maggio|mag|maio|mei|maj|maja|мая",
    "june|jun|juni|juin|junio|giugno|giu|junho|czerwiec|czerwca|июня",
    "july|jul|juli|juillet|juil|julio|luglio|lug|julho|lipiec|lipca|июля",
    "august|aug|aout|agosto|ago|augustus|augusti|sierpien|sierpnia|августа",
    "september|sept|sep|septembre|septiembre|settembre|set|setembro|wrzesien|wrzesnia|сентября",
    "october|oct|oktober|okt|octobre|octubre|ottobre|ott|outubro|out|pazdziernik|pazdziernika|октября",
    "november|nov|novembre|noviembre|novembro|listopad|listopada|ноября",
    "december|dec|dezember|dez|decembre|diciembre|dic|dicembre|dezembro|desember|grudzien|grudnia|декабря",
};
/* clang-format on */

static size_t word_length(struct str s)
{
    size_t n = 0, length;
    uint32_t c;
    while ((length = fold_char(str_from(s, n), &c)) > 0 && fold_is_word(c) &&
           !(c < 0x80 && ascii_is_digit((char)c)))
        n += length;
    return n;
}

/* The month that s begins with, its dot too; the bytes it takes. */
static size_t month_read(struct str s, int *ret_month)
{
    char folded[64];
    size_t n = word_length(s);
    if (n < 3 || n > 20)
        return 0;
    struct str word = str_make(folded, fold_to(str_head(s, n), folded));
    for (int m = 0; m < 12; m++)
        if (fold_is_any(word, months[m])) {
            *ret_month = m + 1;
            return n + (n < s.n && s.p[n] == '.');
        }
    return 0;
}

static size_t blanks(struct str s)
{
    size_t n = 0;
    while (n < s.n) {
        if (ascii_is_space(s.p[n]))
            n++;
        else if (str_starts(str_from(s, n), STR_LIT("\xC2\xA0")))
            n += 2;
        else if (str_starts(str_from(s, n), STR_LIT("\xE2\x80\xAF")))
            n += 3;
        else
            break;
    }
    return n;
}

/* One to `most` digits as a number, not followed by another digit; the bytes, or 0. */
static size_t digits_read(struct str s, size_t most, int *ret)
{
    size_t n = 0;
    int value = 0;
    while (n < s.n && ascii_is_digit(s.p[n])) {
        if (n == most)
            return 0;
        value = value * 10 + (s.p[n++] - '0');
    }
    *ret = value;
    return n;
}

static bool is_year(int y)
{
    return y >= 1000 && y <= 2999;
}

static bool is_date(int y, int m, int d)
{
    static const int days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return (y == 0 || is_year(y)) && m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1];
}

/* ---- times ---- */

static size_t half_of_day(struct str s, int *hour)
{
    static const struct {
        const char *text;
        bool pm;
    } table[] = {{"a.m.", false}, {"p.m.", true}, {"am", false}, {"pm", true}};
    size_t skip = blanks(s);
    struct str rest = str_from(s, skip);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        size_t n = strlen(table[i].text);
        if (rest.n < n || !str_eq_nocase(str_head(rest, n), str_of(table[i].text)))
            continue;
        if (n < rest.n && ascii_is_alpha(rest.p[n]))
            continue;
        if (*hour > 12 || *hour == 0)
            return 0;
        *hour = *hour % 12 + (table[i].pm ? 12 : 0);
        return skip + n;
    }
    return 0;
}

static size_t offset_read(struct str s, int *ret_offset)
{
    int h, m = 0;
    if (s.n && s.p[0] == 'Z' && (s.n == 1 || !ascii_is_alpha(s.p[1]))) {
        *ret_offset = 0;
        return 1;
    }
    if (s.n < 3 || (s.p[0] != '+' && s.p[0] != '-') || !ascii_is_digit(s.p[1]) ||
        !ascii_is_digit(s.p[2]))
        return 0;
    h = (s.p[1] - '0') * 10 + s.p[2] - '0';
    size_t n = 3 + (s.n > 3 && s.p[3] == ':');
    if (s.n >= n + 2 && ascii_is_digit(s.p[n]) && ascii_is_digit(s.p[n + 1]))
        m = (s.p[n] - '0') * 10 + s.p[n + 1] - '0', n += 2;
    else
        n = 3;
    *ret_offset = (h * 60 + m) * (s.p[0] == '-' ? -1 : 1);
    return n;
}

/* "13:30", "1:30 p.m.", "7 pm", "13h30", "19.30 Uhr", "20時"; seconds are read where they stand. */
static size_t time_read(struct str s, struct when *w)
{
    int hour, minute = 0, second = 0;
    size_t n = digits_read(s, 2, &hour), part;
    if (n == 0 || hour > 24)
        return 0;
    struct str rest = str_from(s, n);
    bool colon = rest.n && rest.p[0] == ':', h = rest.n && (rest.p[0] == 'h' || rest.p[0] == 'H'),
         dot = rest.n && rest.p[0] == '.';
    if ((colon || h || dot) && (part = digits_read(str_from(rest, 1), 2, &minute)) == 2) {
        if (minute > 59)
            return 0;
        n += 3;
        int seconds;
        if (colon && n < s.n && s.p[n] == ':' && digits_read(str_from(s, n + 1), 2, &seconds) == 2 &&
            seconds < 61) {
            second = seconds;
            n += 3;
            size_t fraction = 0;
            while (n + fraction + 1 < s.n && s.p[n] == '.' && ascii_is_digit(s.p[n + 1 + fraction]))
                fraction++;
            n += fraction ? fraction + 1 : 0;
        }
    } else if (!str_starts(rest, STR_LIT("\xE6\x99\x82"))) {
        colon = h = dot = false;
    } else {
        n += 3;
        colon = true;
    }
    int half_hour = hour;
    size_t half = half_of_day(str_from(s, n), &half_hour);
    size_t clock = blanks(str_from(s, n));
    bool uhr = str_starts(str_from(s, n + clock), STR_LIT("Uhr"));
    if (!colon && !h && half == 0 && !uhr)
        return 0;
    *w = (struct when){
        .hour = half ? half_hour : hour, .minute = minute, .second = second, .offset = WHEN_NO_OFFSET};
    if (w->hour == 24)
        w->hour = 0;
    n += half ? half : uhr ? clock + 3 : 0;
    return n + (colon && !half ? offset_read(str_from(s, n), &w->offset) : 0);
}

/* ---- dates ---- */

/* 2026-03-05, 2026/3/5, 2026.03.05, 2026年3月5日, 20260305 is none. */
static size_t year_first(struct str s, struct when *w)
{
    int y, m, d = 0;
    size_t n = digits_read(s, 4, &y), k;
    if (n != 4 || !is_year(y))
        return 0;
    bool kanji = str_starts(str_from(s, n), STR_LIT("\xE5\xB9\xB4"));
    char sep = s.n > 4 ? s.p[4] : 0;
    if (!kanji && sep != '-' && sep != '/' && sep != '.')
        return 0;
    n += kanji ? 3 : 1;
    n += kanji ? blanks(str_from(s, n)) : 0;
    if ((k = digits_read(str_from(s, n), 2, &m)) == 0)
        return 0;
    n += k;
    if (kanji && !str_starts(str_from(s, n), STR_LIT("\xE6\x9C\x88")))
        return 0;
    if (!kanji && (n >= s.n || s.p[n] != sep))
        return 0;
    n += kanji ? 3 : 1;
    n += kanji ? blanks(str_from(s, n)) : 0;
    if ((k = digits_read(str_from(s, n), 2, &d)) == 0 || !is_date(y, m, d))
        return 0;
    n += k;
    if (kanji && str_starts(str_from(s, n), STR_LIT("\xE6\x97\xA5")))
        n += 3;
    *w = (struct when){.year = y, .month = m, .day = d, .hour = -1, .offset = WHEN_NO_OFFSET};
    return n;
}

/* 05.03.2026, 5/3/2026, 05-03-2026, 5.3.26 (only with dots or slashes). */
static size_t numbers_only(struct str s, struct when_style style, struct when *w)
{
    int a, b, y;
    size_t n = digits_read(s, 2, &a), k;
    char sep = n && n < s.n ? s.p[n] : 0;
    if (n == 0 || (sep != '.' && sep != '/' && sep != '-'))
        return 0;
    n++;
    if ((k = digits_read(str_from(s, n), 2, &b)) == 0 || n + k >= s.n || s.p[n + k] != sep)
        return 0;
    n += k + 1;
    k = digits_read(str_from(s, n), 4, &y);
    if (k != 4 && !(k == 2 && sep != '-'))
        return 0;
    y += k == 2 ? 2000 : 0;
    bool month_first = sep == '/' && (b > 12 || (style.month_first && a <= 12));
    int m = month_first ? a : b, d = month_first ? b : a;
    if (!is_date(y, m, d))
        return 0;
    *w = (struct when){.year = y, .month = m, .day = d, .hour = -1, .offset = WHEN_NO_OFFSET};
    return n + k;
}

/* "de", "of", a comma: what stands between day, month and year. */
static size_t joint(struct str s)
{
    size_t n = s.n && s.p[0] == ',' ? 1 : 0;
    n += blanks(str_from(s, n));
    static const char *const words[] = {"de ", "of ", "del "};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_starts(str_from(s, n), str_of(words[i])))
            return n + strlen(words[i]);
    return n;
}

static size_t year_after(struct str s, int *ret_year)
{
    size_t gap = joint(s);
    if (gap == 0)
        return 0;
    size_t n = digits_read(str_from(s, gap), 4, ret_year);
    /* "March 12, 1130 people": four digits that begin a time or go on are no year. */
    return n == 4 && is_year(*ret_year) && !(gap + n < s.n && s.p[gap + n] == ':') ? gap + n : 0;
}

/* 18 January 2026, 18. Januar 2026, 1er mars 2026, 18 de enero de 2026, 18th of May. */
static size_t day_first(struct str s, struct when *w)
{
    static const char *const tails[] = {"st", "nd", "rd", "th", "er", "."};
    int d, m, y = 0;
    size_t n = digits_read(s, 2, &d), k;
    if (n == 0)
        return 0;
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        if (str_starts(str_from(s, n), str_of(tails[i]))) {
            n += strlen(tails[i]);
            break;
        }
    size_t gap = n < s.n && s.p[n] == '-' ? 1 : joint(str_from(s, n));
    if ((k = month_read(str_from(s, n + gap), &m)) == 0)
        return 0;
    n += gap + k;
    if (n < s.n && s.p[n] == '-' && digits_read(str_from(s, n + 1), 4, &y) == 4)
        k = 5;
    else
        k = year_after(str_from(s, n), &y);
    if (k == 0)
        y = 0;
    if (!is_date(y, m, d))
        return 0;
    *w = (struct when){.year = y, .month = m, .day = d, .hour = -1, .offset = WHEN_NO_OFFSET};
    return n + k;
}

/* January 18, 2026; Jan 18; January 2026. */
static size_t month_word_first(struct str s, struct when *w)
{
    static const char *const tails[] = {"st", "nd", "rd", "th"};
    int d = 0, m, y = 0;
    size_t n = word_length(s), k;
    n += n < s.n && s.p[n] == '.';
    size_t gap = blanks(str_from(s, n));
    /* Few words have a number behind them: the others are not looked up. */
    if (n < 3 || gap == 0 || n + gap >= s.n || !ascii_is_digit(s.p[n + gap]) || month_read(s, &m) != n)
        return 0;
    if (digits_read(str_from(s, n + gap), 4, &y) == 4 && is_year(y)) {
        *w = (struct when){.year = y, .month = m, .hour = -1, .offset = WHEN_NO_OFFSET};
        return n + gap + 4;
    }
    if ((k = digits_read(str_from(s, n + gap), 2, &d)) == 0)
        return 0;
    n += gap + k;
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        if (str_starts(str_from(s, n), str_of(tails[i])))
            n += 2;
    k = year_after(str_from(s, n), &y);
    if (k == 0)
        y = 0;
    if (!is_date(y, m, d))
        return 0;
    *w = (struct when){.year = y, .month = m, .day = d, .hour = -1, .offset = WHEN_NO_OFFSET};
    return n + k;
}

/* What may stand between a date and its time: "T", ", ", " at ", " um ", " · ". */
static size_t to_time(struct str s)
{
    static const char *const words[] = {"at ", "um ", "\xC3\xA0 ",     "a las ",    "alle ", "om ",
                                        "@ ",  "- ",  "\xE2\x80\x93 ", "\xC2\xB7 ", "| "};
    size_t n = 0;
    if (s.n > 1 && s.p[0] == 'T' && ascii_is_digit(s.p[1]))
        return 1;
    n += s.n && s.p[0] == ',' ? 1 : 0;
    n += blanks(str_from(s, n));
    for (size_t i = 0; n && i < ARRAY_LEN(words); i++)
        if (str_starts(str_from(s, n), str_of(words[i])))
            return n + strlen(words[i]);
    return n;
}

size_t when_read(struct str s, struct when_style style, struct when *ret)
{
    struct when date, time;
    size_t n = year_first(s, &date);
    n = n ? n : numbers_only(s, style, &date);
    n = n ? n : day_first(s, &date);
    n = n ? n : month_word_first(s, &date);
    if (n == 0) {
        n = time_read(s, &time);
        if (n)
            *ret = time;
        return n;
    }
    size_t gap = to_time(str_from(s, n)), k = gap ? time_read(str_from(s, n + gap), &time) : 0;
    if (k) {
        date.hour = time.hour;
        date.minute = time.minute;
        date.second = time.second;
        date.offset = time.offset;
        n += gap + k;
    }
    *ret = date;
    return n;
}

/* Whether a date or time may begin at s[at]: not inside a word or a number. */
static bool may_begin(struct str s, size_t at)
{
    unsigned char c = (unsigned char)s.p[at];
    unsigned char before = at ? (unsigned char)s.p[at - 1] : ' ';
    bool digit = ascii_is_digit((char)c), letter = ascii_is_alpha((char)c) || c >= 0xC3;
    if (!digit && !letter)
        return false;
    if (digit)
        return !ascii_is_digit((char)before) && !ascii_is_alpha((char)before) && before != '_' &&
               !((before == '.' || before == ':' || before == ',' || before == '-' || before == '/') &&
                 at > 1 && ascii_is_digit(s.p[at - 2]));
    return !ascii_is_alpha((char)before) && before < 0x80;
}

bool when_find(struct str s, size_t from, struct when_style style, size_t *ret_at, size_t *ret_n,
               struct when *ret)
{
    for (size_t at = from; at < s.n; at++) {
        if (!may_begin(s, at))
            continue;
        size_t n = when_read(str_from(s, at), style, ret);
        if (n) {
            *ret_at = at;
            *ret_n = n;
            return true;
        }
    }
    return false;
}

bool when_has_date(const struct when *w)
{
    return w->year && w->month && w->day;
}

struct when_text when_put_date(const struct when *w)
{
    struct when_text t;
    snprintf(t.text, sizeof t.text, "%04d-%02d-%02d", w->year, w->month, w->day);
    return t;
}

struct when_text when_put_time(const struct when *w)
{
    struct when_text t;
    snprintf(t.text, sizeof t.text, "%02d:%02d", w->hour, w->minute);
    return t;
}

struct when_text when_put_date_time(const struct when *w)
{
    struct when_text t;
    int hour = w->hour < 0 ? 0 : w->hour, offset = w->offset < 0 ? -w->offset : w->offset;
    size_t n = (size_t)snprintf(t.text, sizeof t.text, "%04d-%02d-%02dT%02d:%02d:%02d", w->year,
                                w->month, w->day, hour, w->minute, w->second);
    if (n >= sizeof t.text - 8 || w->hour < 0 || w->offset == WHEN_NO_OFFSET)
        return t;
    if (w->offset == 0)
        snprintf(t.text + n, sizeof t.text - n, "Z");
    else
        snprintf(t.text + n, sizeof t.text - n, "%c%02d:%02d", w->offset < 0 ? '-' : '+',
                 offset / 60 % 100, offset % 60);
    return t;
}
