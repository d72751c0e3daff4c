/* SPDX-License-Identifier: Apache-2.0 */
/* references.c: numeric references by arithmetic, named ones by a search within their first letter.
 *
 * A name with its semicolon is looked for whole; failing that, the longest of the 106 old names that the
 * text begins with. No reference is longer than the text it stands in, so nothing is read behind it. */
#include "extract/html/references.h"

#include "base/must.h"
#include "base/utf8.h"

struct reference {
    const char *name;
    size_t name_n;
    const char *text;
};

#include "extract/html/references_table.h"

_Static_assert(ARRAY_LEN(closed) + ARRAY_LEN(open) == 2231, "as many as HTML 13.5 lists");

enum { NAME_MAX_BYTES = 31, REPLACEMENT = 0xfffd };

static int hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool is_alnum(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c);
}

/* What a number means: the windows-1252 characters where C1 controls would be, U+FFFD for what is none. */
static uint32_t code_point(uint32_t number)
{
    static const uint16_t c1[32] = {
        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
        0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
    };
    if (number == 0 || number > 0x10ffff || (number >= 0xd800 && number < 0xe000))
        return REPLACEMENT;
    return number >= 0x80 && number < 0xa0 ? c1[number - 0x80] : number;
}

static size_t read_number(struct str s, char *ret_text, size_t *ret_n)
{
    size_t at = 2;
    int base = 10;
    if (at < s.n && (s.p[at] == 'x' || s.p[at] == 'X')) {
        base = 16;
        at++;
    }
    size_t digits_from = at;
    uint32_t number = 0;
    for (; at < s.n; at++) {
        int digit = hex_value(s.p[at]);
        if (digit < 0 || digit >= base)
            break;
        number = number > 0x10ffff ? number : number * (uint32_t)base + (uint32_t)digit;
    }
    if (at == digits_from)
        return 0;
    *ret_n = utf8_encode(code_point(number), ret_text);
    return at < s.n && s.p[at] == ';' ? at + 1 : at;
}

static size_t letter_index(char c)
{
    return c >= 'a' ? (size_t)(c - 'a') + 26 : (size_t)(c - 'A');
}

static const struct reference *find_closed(struct str name)
{
    size_t letter = letter_index(name.p[0]);
    size_t from = closed_from[letter], to = closed_from[letter + 1];
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = str_cmp(name, str_make(closed[middle].name, closed[middle].name_n));
        if (order == 0)
            return &closed[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

static const struct reference *find_open(struct str text)
{
    size_t letter = letter_index(text.p[0]);
    const struct reference *longest = NULL;
    for (size_t i = open_from[letter]; i < open_from[letter + 1]; i++)
        if (str_starts(text, str_make(open[i].name, open[i].name_n)) &&
            (!longest || open[i].name_n > longest->name_n))
            longest = &open[i];
    return longest;
}

static size_t give(const struct reference *r, char *ret_text, size_t *ret_n)
{
    *ret_n = strlen(r->text);
    memcpy(ret_text, r->text, *ret_n);
    return r->name_n;
}

static size_t read_name(struct str s, bool in_attribute, char *ret_text, size_t *ret_n)
{
    size_t end = 1;
    while (end < s.n && end <= NAME_MAX_BYTES && is_alnum(s.p[end]))
        end++;
    struct str name = str_make(s.p + 1, end - 1);
    const struct reference *r = end < s.n && s.p[end] == ';' ? find_closed(name) : NULL;
    if (r)
        return give(r, ret_text, ret_n) + 2;
    r = find_open(name);
    if (!r)
        return 0;
    size_t after = r->name_n + 1;
    if (in_attribute && after < s.n && (s.p[after] == '=' || is_alnum(s.p[after])))
        return 0;
    return give(r, ret_text, ret_n) + 1;
}

size_t reference_read(struct str s, bool in_attribute, char ret_text[REFERENCE_MAX_BYTES], size_t *ret_n)
{
    if (s.n < 2)
        return 0;
    if (s.p[1] == '#')
        return read_number(s, ret_text, ret_n);
    return ascii_is_alpha(s.p[1]) ? read_name(s, in_attribute, ret_text, ret_n) : 0;
}
