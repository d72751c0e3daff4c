/* SPDX-License-Identifier: Apache-2.0 */
/* page_meta_clean.c: dates, names, tags and headlines as people mean them, from how pages write them. Pure: no
 * tree here. */
#include "extract/page_meta.h"

#include "extract/html/text.h"

#include <stdio.h>

/* ---- dates ---- */

/* Digits at s[*at], between least and most of them; -1: not so. */
static int digits(struct str s, size_t *at, unsigned least, unsigned most)
{
    int n = 0;
    unsigned have = 0;
    size_t i = *at;
    while (i < s.n && ascii_is_digit(s.p[i]) && have <= most) {
        n = n * 10 + (s.p[i++] - '0');
        have++;
    }
    if (have < least || have > most)
        return -1;
    *at = i;
    return n;
}

static bool day_exists(int year, int month, int day)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1970 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] && (leap || month != 2 || day < 29);
}

/* "T13:30:05.123+02:00" behind a date, as ISO writes it; empty: there is none, or not a right one. */
static struct str time_after(struct str s, size_t at, char *room, size_t size)
{
    size_t i = at;
    if (i >= s.n || (s.p[i] != 'T' && s.p[i] != 't' && s.p[i] != ' '))
        return STR_NONE;
    i++;
    int hour = digits(s, &i, 2, 2);
    if (hour < 0 || hour > 23 || i >= s.n || s.p[i++] != ':')
        return STR_NONE;
    int minute = digits(s, &i, 2, 2), second = 0;
    if (minute < 0 || minute > 59)
        return STR_NONE;
    if (i < s.n && s.p[i] == ':') {
        i++;
        second = digits(s, &i, 2, 2);
        if (second < 0 || second > 60)
            return STR_NONE;
    }
    if (i + 1 < s.n && s.p[i] == '.')
        for (i++; i < s.n && ascii_is_digit(s.p[i]);)
            i++;
    if (i < s.n && s.p[i] == ' ')
        i++;
    int n = snprintf(room, size, "T%02d:%02d:%02d", hour, minute, second);
    if (i < s.n && (s.p[i] == 'Z' || s.p[i] == 'z')) {
        n += snprintf(room + n, size - (size_t)n, "Z");
    } else if (i < s.n && (s.p[i] == '+' || s.p[i] == '-')) {
        char sign = s.p[i++];
        int east = digits(str_head(s, i + 2), &i, 2, 2), past = 0;
        if (i < s.n && s.p[i] == ':')
            i++;
        if (i < s.n)
            past = digits(s, &i, 2, 2);
        if (east >= 0 && east < 16 && past >= 0 && past < 60)
            n += snprintf(room + n, size - (size_t)n, "%c%02d:%02d", sign, east, past);
    }
    return str_make(room, (size_t)n);
}

static struct str put_date(struct arena *arena, int year, int month, int day, struct str time)
{
    return arena_printf(arena, "%04d-%02d-%02d%.*s", year, month, day, STR_ARG(time));
}

/* "2026-04-17", "2026/4/17", "2026.04.17", "20260417". */
static struct str year_first(struct str s, size_t at, struct arena *arena)
{
    char room[40];
    size_t i = at;
    int year = digits(s, &i, 4, 4), month, day;
    if (year < 0) {
        i = at;
        int all = digits(s, &i, 8, 8);
        year = all / 10000, month = all / 100 % 100, day = all % 100;
        return all > 0 && day_exists(year, month, day) ? put_date(arena, year, month, day, STR_NONE)
                                                       : STR_NONE;
    }
    char mark = i < s.n ? s.p[i++] : '\0';
    if (mark != '-' && mark != '/' && mark != '.')
        return STR_NONE;
    month = digits(s, &i, 1, 2);
    if (month < 0 || i >= s.n || s.p[i++] != mark)
        return STR_NONE;
    day = digits(s, &i, 1, 2);
    if (!day_exists(year, month, day))
        return STR_NONE;
    return put_date(arena, year, month, day, time_after(s, i, room, sizeof room));
}

/* 1 to 12 by an English name or its first three letters or more; *ret_n: its letters. */
static int month_named(struct str s, size_t *ret_n)
{
    static const char *const names[] = {"january",   "february", "march",    "april",
                                        "may",       "june",     "july",     "august",
                                        "september", "october",  "november", "december"};
    size_t n = 0;
    while (n < s.n && ascii_is_alpha(s.p[n]))
        n++;
    *ret_n = n;
    for (size_t i = 0; n >= 3 && i < ARRAY_LEN(names); i++)
        if (n <= strlen(names[i]) && str_eq_nocase(str_head(s, n), str_make(names[i], n)))
            return (int)i + 1;
    return n == 4 && str_eq_nocase(str_head(s, 4), STR_LIT("sept")) ? 9 : 0;
}

static size_t past_marks(struct str s, size_t i)
{
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == ',' || s.p[i] == '.'))
        i++;
    return i;
}

static size_t past_ordinal(struct str s, size_t i)
{
    struct str rest = str_head(str_from(s, i), 2);
    bool ordinal = str_eq_nocase(rest, STR_LIT("st")) || str_eq_nocase(rest, STR_LIT("nd")) ||
                   str_eq_nocase(rest, STR_LIT("rd")) || str_eq_nocase(rest, STR_LIT("th"));
    return ordinal ? i + 2 : i;
}

/* "April 17, 2026" and "17 April 2026", "17-Apr-2026". */
static struct str month_in_letters(struct str s, size_t at, struct arena *arena)
{
    size_t i = at, n;
    int day = digits(s, &i, 1, 2), month;
    bool day_first = day > 0;
    if (day_first) {
        i = past_ordinal(s, i);
        i = i < s.n && s.p[i] == '-' ? i + 1 : past_marks(s, i);
    }
    month = month_named(str_from(s, i), &n);
    if (!month)
        return STR_NONE;
    i += n;
    i = i < s.n && s.p[i] == '-' ? i + 1 : past_marks(s, i);
    if (!day_first) {
        day = digits(s, &i, 1, 2);
        i = past_marks(s, past_ordinal(s, i));
    }
    int year = digits(s, &i, 4, 4);
    return day_exists(year, month, day) ? put_date(arena, year, month, day, STR_NONE) : STR_NONE;
}

/* "17/04/2026", where only one order is a date. */
static struct str year_last(struct str s, size_t at, struct arena *arena)
{
    size_t i = at;
    int first = digits(s, &i, 1, 2);
    char mark = i < s.n ? s.p[i++] : '\0';
    if (first < 0 || (mark != '/' && mark != '.' && mark != '-'))
        return STR_NONE;
    int second = digits(s, &i, 1, 2);
    if (second < 0 || i >= s.n || s.p[i++] != mark)
        return STR_NONE;
    int year = digits(s, &i, 4, 4);
    bool dmy = day_exists(year, second, first), mdy = day_exists(year, first, second);
    if (mark == '.' && dmy)
        mdy = false;
    if (dmy == mdy && (!dmy || first != second))
        return STR_NONE;
    return dmy ? put_date(arena, year, second, first, STR_NONE)
               : put_date(arena, year, first, second, STR_NONE);
}

struct str meta_date(struct str s, struct arena *arena)
{
    s = str_head(str_trim(s), 200);
    for (size_t i = 0; i < s.n; i++) {
        bool begins = i == 0 || (!ascii_is_digit(s.p[i - 1]) && !ascii_is_alpha(s.p[i - 1]));
        if (!begins || (!ascii_is_digit(s.p[i]) && !ascii_is_alpha(s.p[i])))
            continue;
        struct str date = year_first(s, i, arena);
        if (!date.n)
            date = month_in_letters(s, i, arena);
        if (!date.n)
            date = year_last(s, i, arena);
        if (date.n)
            return date;
    }
    return STR_NONE;
}

/* ---- names ---- */

static bool starts_nocase(struct str s, struct str with)
{
    return s.n >= with.n && str_eq_nocase(str_head(s, with.n), with);
}

/* "By", "Written by:" and such before a name. */
static struct str without_lead(struct str s)
{
    static const struct str leads[] = {{"written by", 10},
                                       {"posted by", 9},
                                       {"published by", 12},
                                       {"created by", 10},
                                       {"reviewed by", 11},
                                       {"authors:", 8},
                                       {"author:", 7},
                                       {"author", 6},
                                       {"by:", 3},
                                       {"by ", 3},
                                       {"words by", 8},
                                       {"view all posts by", 17},
                                       {"read more about", 15},
                                       {"more from", 9},
                                       {"article by", 10}};
    for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
        size_t n = leads[i].n;
        bool whole = s.n <= n || s.p[n] != ascii_lower(s.p[n]) || !ascii_is_alpha(s.p[n]) ||
                     leads[i].p[n - 1] == ' ';
        if (!starts_nocase(s, leads[i]) || !whole)
            continue;
        s = str_from(s, n);
        return str_trim(s.n && s.p[0] == ':' ? str_from(s, 1) : s);
    }
    return s;
}

static bool is_name(struct str s, struct str site)
{
    static const struct str junk[] = {
        {"admin", 5},       {"administrator", 13}, {"author", 6},    {"editor", 6},    {"staff", 5},
        {"webmaster", 9},   {"root", 4},           {"user", 4},      {"anonymous", 9}, {"guest", 5},
        {"unknown", 7},     {"null", 4},           {"undefined", 9}, {"none", 4},      {"default", 7},
        {"superadmin", 10}, {"super user", 10},    {"@", 1},         {"n/a", 3},       {"wordpress", 9}};
    bool letter = false;
    if (s.n < 2 || s.n > 100 || str_find(s, '@') < s.n || str_find(s, '{') < s.n ||
        str_eq_nocase(s, site))
        return false;
    if (starts_nocase(s, STR_LIT("http://")) || starts_nocase(s, STR_LIT("https://")) || s.p[0] == '/' ||
        s.p[0] == '#')
        return false;
    for (size_t i = 0; i < s.n; i++)
        letter |= ascii_is_alpha(s.p[i]) || (unsigned char)s.p[i] >= 0x80;
    for (size_t i = 0; i < ARRAY_LEN(junk); i++)
        if (str_eq_nocase(s, junk[i]))
            return false;
    return letter;
}

static void add_author(struct page_meta *meta, struct str name, struct arena *arena)
{
    name = str_trim(name);
    if (!is_name(name, meta->site_name) || meta->n_authors >= META_AUTHORS_MAX)
        return;
    for (unsigned i = 0; i < meta->n_authors; i++)
        if (str_eq_nocase(meta->authors[i], name))
            return;
    name = arena_str(arena, name);
    if (name.n)
        meta->authors[meta->n_authors++] = name;
}

/* Where the next name begins behind i: ", ", " and ", " & ", ";", "|"; the bytes the mark takes, or 0. */
static size_t name_mark(struct str s, size_t i)
{
    static const struct str marks[] = {{", and ", 6}, {" and ", 5}, {" & ", 3},
                                       {"; ", 2},     {" | ", 3},   {", ", 2}};
    for (size_t k = 0; k < ARRAY_LEN(marks); k++)
        if (starts_nocase(str_from(s, i), marks[k]))
            return marks[k].n;
    return 0;
}

void meta_add_authors(struct page_meta *meta, struct str s, struct arena *arena)
{
    struct str text = without_lead(fold_copy(arena, s, META_TEXT_MAX_BYTES));
    size_t from = 0, arrow = text.n;
    while (arrow > 0 && (unsigned char)text.p[arrow - 1] >= 0x80 && text.n - arrow < 3)
        arrow--;
    if (arrow > 0 && text.n - arrow == 3 && text.p[arrow - 1] == ' ' && text.p[arrow] == '\xe2')
        text = str_head(text, arrow - 1); /* an arrow or a dot that is set behind a link */
    for (size_t i = 0; i < text.n; i++) {
        size_t mark = name_mark(text, i);
        if (!mark)
            continue;
        add_author(meta, str_make(text.p + from, i - from), arena);
        from = i + mark;
        i = from - 1;
    }
    add_author(meta, str_from(text, from), arena);
}

void meta_add_tags(struct page_meta *meta, struct str s, struct arena *arena)
{
    while (s.n && meta->n_tags < META_TAGS_MAX) {
        size_t end = str_find(s, ',');
        struct str tag = fold_copy(arena, str_head(s, end), META_TEXT_MAX_BYTES);
        bool known = tag.n == 0;
        s = str_from(s, end + 1);
        for (unsigned i = 0; i < meta->n_tags; i++)
            known |= str_eq_nocase(meta->tags[i], tag);
        if (!known)
            meta->tags[meta->n_tags++] = tag;
    }
}

/* ---- headlines ---- */

/* Letters and digits of both are the same; case and what stands between don't count. */
static bool alike(struct str a, struct str b)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.n && !ascii_is_alpha(a.p[i]) && !ascii_is_digit(a.p[i]) &&
               (unsigned char)a.p[i] < 0x80)
            i++;
        while (k < b.n && !ascii_is_alpha(b.p[k]) && !ascii_is_digit(b.p[k]) &&
               (unsigned char)b.p[k] < 0x80)
            k++;
        if (i >= a.n || k >= b.n)
            return i >= a.n && k >= b.n && a.n && b.n;
        if (ascii_lower(a.p[i++]) != ascii_lower(b.p[k++]))
            return false;
    }
}

/* Whether part is a label of the host: "Stack Overflow" of stackoverflow.com. */
static bool names_host(struct str part, struct str host)
{
    while (host.n) {
        size_t end = str_find(host, '.');
        if (end > 3 && alike(part, str_head(host, end)))
            return true;
        if (alike(part, host))
            return true;
        host = str_from(host, end + 1);
    }
    return false;
}

/* A mark between a page's and a site's name at i; the bytes it takes, or 0. */
static size_t title_mark(struct str s, size_t i)
{
    static const struct str marks[] = {{" | ", 3},
                                       {" - ", 3},
                                       {" \xe2\x80\x93 ", 5},
                                       {" \xe2\x80\x94 ", 5},
                                       {" :: ", 4},
                                       {" \xc2\xb7 ", 4},
                                       {" \xc2\xbb ", 4},
                                       {" \xc2\xab ", 4},
                                       {" \xe2\x80\xa2 ", 5},
                                       {" / ", 3},
                                       {" \xe2\x80\xba ", 5}};
    for (size_t k = 0; k < ARRAY_LEN(marks); k++)
        if (str_starts(str_from(s, i), marks[k]))
            return marks[k].n;
    return 0;
}

static struct str without_site(struct str title, struct str site, struct str host)
{
    size_t last = 0, last_n = 0, first = 0, first_n = 0;
    for (size_t i = 1; i < title.n; i++) {
        size_t n = title_mark(title, i);
        if (!n)
            continue;
        if (!first_n)
            first = i, first_n = n;
        last = i, last_n = n;
    }
    if (!last_n)
        return title;
    struct str tail = str_from(title, last + last_n), head = str_head(title, first);
    if ((site.n && alike(tail, site)) || names_host(tail, host))
        return str_head(title, last);
    if ((site.n && alike(head, site)) || names_host(head, host))
        return str_from(title, first + first_n);
    return title;
}

struct str meta_headline(struct str title, struct str h1, struct str site, struct str host)
{
    if (h1.n >= 4 && title.n > h1.n && memmem(title.p, title.n, h1.p, h1.n))
        return h1;
    return without_site(title, site, host);
}
