/* SPDX-License-Identifier: Apache-2.0 */
/* number.c: groups of digits and what stands between them; then what the separators mean. */
#include "answer/number.h"

#include "base/must.h"
#include "base/utf8.h"

#include <stdlib.h>

enum { GROUPS_MAX = 12, DIGITS_MAX = 24 };

enum numerals numerals_of(struct str language)
{
    static const char comma[] = "|de|fr|es|it|pt|nl|da|sv|nb|nn|no|fi|pl|cs|sk|sl|hr|sr|bs|hu|ro|bg|ru|"
                                "uk|be|lt|lv|et|el|tr|is|id|vi|ca|gl|";
    char key[6] = "|";
    size_t n = 0;
    while (n < language.n && n < 3 && ascii_is_alpha(language.p[n])) {
        key[n + 1] = ascii_lower(language.p[n]);
        n++;
    }
    if (n != 2)
        return NUMERALS_POINT;
    key[3] = '|';
    key[4] = '\0';
    return strstr(comma, key) ? NUMERALS_COMMA : NUMERALS_POINT;
}

/* One numeral, taken apart. */
struct parts {
    struct {
        size_t at, n;
        char before; /* separator: '.', ',', ' ' (spaces and apostrophes); 0: the first group */
    } groups[GROUPS_MAX];
    unsigned n;
    size_t end;
};

static size_t digits(struct str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && ascii_is_digit(s.p[at + n]))
        n++;
    return n;
}

/* Length of a separator at `at`, and its sort. */
static size_t separator(struct str s, size_t at, char *ret_sort)
{
    static const struct {
        const char *text;
        char sort;
    } table[] = {{".", '.'},
                 {",", ','},
                 {" ", ' '},
                 {"\xC2\xA0", ' '},
                 {"\xE2\x80\xAF", ' '},
                 {"\xE2\x80\x89", ' '},
                 {"'", ' '},
                 {"\xE2\x80\x99", ' '},
                 {"\xD9\xAB", ','},
                 {"\xD9\xAC", '.'}};
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct str text = str_of(table[i].text);
        if (str_starts(str_from(s, at), text)) {
            *ret_sort = table[i].sort;
            return text.n;
        }
    }
    return 0;
}

static bool take_group(struct parts *p, size_t at, size_t n, char before)
{
    if (p->n == GROUPS_MAX)
        return false;
    p->groups[p->n].at = at;
    p->groups[p->n].n = n;
    p->groups[p->n++].before = before;
    p->end = at + n;
    return true;
}

static bool split(struct str s, struct parts *p)
{
    size_t at = 0, n = digits(s, 0);
    char sort;
    p->n = 0;
    p->end = 0;
    if (n == 0 && s.n > 1 && s.p[0] == '.' && digits(s, 1) > 0)
        at = 1, n = digits(s, 1), take_group(p, 0, 0, 0), take_group(p, 1, n, '.');
    else if (n == 0 || !take_group(p, 0, n, 0))
        return false;
    for (at += n;;) {
        size_t gap = separator(s, at, &sort);
        n = gap ? digits(s, at + gap) : 0;
        if (n == 0)
            return true;
        /* Spaces only group: three digits on their right, at most three on their left. */
        size_t left = p->groups[p->n - 1].n;
        char before = p->groups[p->n - 1].before;
        bool groups = n == 3 && left <= 3 && left > 0 && (before == 0 || before == ' ');
        if (sort == ' ' && !groups)
            return true;
        if (!take_group(p, at + gap, n, sort))
            return false;
        at += gap + n;
    }
}

/* The index of the group that is the fraction, 0 for none, or -1: no number. */
static int fraction(const struct parts *p, struct str s, enum numerals numerals)
{
    unsigned points = 0, commas = 0;
    for (unsigned i = 1; i < p->n; i++) {
        points += p->groups[i].before == '.';
        commas += p->groups[i].before == ',';
    }
    unsigned last = p->n - 1;
    if (p->n == 1 || (points == 0 && commas == 0))
        return 0;
    char sort = p->groups[last].before;
    if (points && commas) {
        bool once = (sort == '.' ? points : commas) == 1;
        return once ? (int)last : -1;
    }
    if (points + commas > 1 || sort == ' ') {
        for (unsigned i = 1; i < p->n; i++)
            if (p->groups[i].n != 3 && !(p->groups[i].n == 2 && i < last && sort == ','))
                return -1;
        return 0;
    }
    size_t left = p->groups[last - 1].n;
    bool zero = last == 1 && left == 1 && s.p[0] == '0';
    if (p->groups[last].n != 3 || left == 0 || left > 3 || zero || last > 1)
        return (int)last;
    bool decimal =
        (numerals == NUMERALS_POINT && sort == '.') || (numerals == NUMERALS_COMMA && sort == ',');
    return decimal ? (int)last : 0;
}

bool number_read(struct str s, enum numerals numerals, struct number *ret)
{
    struct parts p;
    char text[DIGITS_MAX * 2 + 4];
    size_t n = 0;
    if (!split(s, &p))
        return false;
    int point = fraction(&p, s, numerals);
    if (point < 0)
        return false;
    for (unsigned i = 0; i < p.n; i++) {
        if (point && i == (unsigned)point)
            text[n++] = '.';
        if (p.groups[i].n + n >= sizeof text - 2)
            return false;
        memcpy(text + n, s.p + p.groups[i].at, p.groups[i].n);
        n += p.groups[i].n;
    }
    text[n] = '\0';
    *ret =
        (struct number){.value = strtod(text, NULL), .n = p.end, .whole = point == 0, .plain = p.n == 1};
    return true;
}

size_t number_scale(struct str after, double *ret_factor)
{
    static const struct {
        const char *word;
        double factor;
    } table[] = {{"thousand", 1e3},   {"tausend", 1e3},  {"tsd", 1e3},       {"mille", 1e3},
                 {"millions", 1e6},   {"million", 1e6},  {"millionen", 1e6}, {"mio", 1e6},
                 {"mn", 1e6},         {"billions", 1e9}, {"billion", 1e9},   {"bn", 1e9},
                 {"milliarden", 1e9}, {"mrd", 1e9},      {"k", 1e3},         {"m", 1e6},
                 {"b", 1e9},          {"万", 1e4},       {"億", 1e8}};
    size_t space = 0;
    while (space < after.n && after.p[space] == ' ')
        space++;
    if (str_starts(after, STR_LIT("\xC2\xA0")))
        space = 2;
    struct str word = str_from(after, space);
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        struct str name = str_of(table[i].word);
        if (word.n < name.n || !str_eq_nocase(str_head(word, name.n), name))
            continue;
        bool ends = name.n == word.n || (unsigned char)name.p[0] >= 0x80 ||
                    (!ascii_is_alpha(word.p[name.n]) && !ascii_is_digit(word.p[name.n]) &&
                     (unsigned char)word.p[name.n] < 0x80);
        if (!ends || (name.n == 1 && space > 0))
            continue;
        *ret_factor = table[i].factor;
        return space + name.n;
    }
    return 0;
}

/* Bytes of a minus sign before `at`, with no digit or letter before it: "5-7" is no negative seven. */
static size_t minus_before(struct str s, size_t at)
{
    static const char *const signs[] = {"-", "\xE2\x88\x92", "\xE2\x80\x93"};
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        size_t n = strlen(signs[i]);
        if (at < n || memcmp(s.p + at - n, signs[i], n) != 0)
            continue;
        size_t left = at - n;
        while (left && s.p[left - 1] == ' ')
            left--;
        bool free = left == 0 || s.p[left - 1] == '(' || s.p[left - 1] == ':';
        return free ? n : 0;
    }
    return 0;
}

static bool in_word(struct str s, size_t at)
{
    unsigned char c = at ? (unsigned char)s.p[at - 1] : ' ';
    return ascii_is_alpha((char)c) || ascii_is_digit((char)c) || c == '_' ||
           (c == '.' && at > 1 && ascii_is_digit(s.p[at - 2]));
}

bool number_find(struct str s, enum numerals numerals, size_t *ret_at, struct number *ret)
{
    for (size_t at = 0; at < s.n; at++) {
        if (!ascii_is_digit(s.p[at]))
            continue;
        size_t run = digits(s, at);
        if (in_word(s, at) || !number_read(str_from(s, at), numerals, ret)) {
            at += run - 1;
            continue;
        }
        double factor;
        size_t scale = number_scale(str_from(s, at + ret->n), &factor);
        size_t minus = minus_before(s, at);
        bool brackets = at && s.p[at - 1] == '(' && at + ret->n < s.n && s.p[at + ret->n] == ')' &&
                        s.n == ret->n + 2;
        if (scale) {
            ret->n += scale;
            ret->value *= factor;
            ret->scaled = true;
        }
        ret->negative = minus > 0 || brackets;
        if (ret->negative)
            ret->value = -ret->value;
        *ret_at = at;
        return true;
    }
    return false;
}

bool number_only(struct str s, enum numerals numerals, struct number *ret)
{
    size_t at, next;
    struct number other;
    if (!number_find(s, numerals, &at, ret))
        return false;
    return !number_find(str_from(s, at + ret->n), numerals, &next, &other);
}
