/* SPDX-License-Identifier: Apache-2.0 */
/* fold.c: texts made comparable, one character at a time. The tables cover Latin, Greek and Cyrillic; other scripts are
 * kept as they are. Invariant: folding never writes more than three bytes for one that was read. */
#include "answer/fold.h"

#include "base/utf8.h"

size_t fold_char(struct str s, uint32_t *ret_code)
{
    if (s.n == 0)
        return 0;
    const unsigned char *p = (const unsigned char *)s.p;
    size_t n = utf8_length(s);
    if (n == 0) {
        *ret_code = 0xFFFD;
        return 1;
    }
    uint32_t code = n == 1 ? p[0] : p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        code = code << 6 | (p[i] & 0x3Fu);
    *ret_code = code;
    return n;
}

bool fold_is_cjk(uint32_t c)
{
    return (c >= 0x3005 && c <= 0x3007) || (c >= 0x3041 && c <= 0x30FA) || c == 0x30FC ||
           (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x2FFFF);
}

bool fold_is_word(uint32_t c)
{
    if (c < 0x80)
        return ascii_is_alpha((char)c) || ascii_is_digit((char)c);
    if (c < 0xC0)
        return c == 0xAA || c == 0xB5 || c == 0xBA;
    if (c == 0xD7 || c == 0xF7 || c == 0xFFFD || c == 0xFEFF)
        return false;
    if (c >= 0x2000 && c <= 0x2BFF) /* punctuation, signs, arrows, dingbats */
        return false;
    if (c >= 0x3000 && c <= 0x3004)
        return false;
    if ((c >= 0x3008 && c <= 0x3020) || c == 0x3030 || c == 0x30FB)
        return false;
    if (c >= 0xFF00 && c <= 0xFFEF)
        return (c >= 0xFF10 && c <= 0xFF19) || (c >= 0xFF21 && c <= 0xFF3A) ||
               (c >= 0xFF41 && c <= 0xFF5A) || (c >= 0xFF66 && c <= 0xFF9F);
    return !(c >= 0xE000 && c <= 0xF8FF) && c < 0x1F000;
}

/* U+00C0 to U+017F without their accents, two bytes each where a letter becomes two. */
static const char *latin(uint32_t c)
{
    /* clang-format off */
    static const char *const table[] = {
        "a","a","a","a","a","a","ae","c","e","e","e","e","i","i","i","i","d","n","o","o","o","o","o","","o","u","u","u","u","y","th","ss",
        "a","a","a","a","a","a","ae","c","e","e","e","e","i","i","i","i","d","n","o","o","o","o","o","","o","u","u","u","u","y","th","y",
        "a","a","a","a","a","a","c","c","c","c","c","c","c","c","d","d","d","d","e","e","e","e","e","e","e","e","e","e","g","g","g","g",
        "g","g","g","g","h","h","h","h","i","i","i","i","i","i","i","i","i","i","ij","ij","j","j","k","k","k","l","l","l","l","l","l","l",
        "l","l","l","n","n","n","n","n","n","n","n","n","o","o","o","o","o","o","oe","oe","r","r","r","r","r","r","s","s","s","s","s","s",
        "s","s","t","t","t","t","t","t","u","u","u","u","u","u","u","u","u","u","u","u","w","w","y","y","y","z","z","z","z","z","z","s"};
    /* clang-format on */
    return c >= 0xC0 && c < 0xC0 + ARRAY_LEN(table) ? table[c - 0xC0] : NULL;
}

static uint32_t lower(uint32_t c)
{
    if (c >= 0x391 && c <= 0x3A9)
        return c + 0x20;
    if (c >= 0x410 && c <= 0x42F)
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40F)
        return c + 0x50;
    return c == 0x451 ? 0x435 : c;
}

enum sort { SORT_NONE, SORT_LOWER, SORT_UPPER, SORT_DIGIT, SORT_OTHER };

static enum sort sort_of(uint32_t c)
{
    if (c < 0x80)
        return ascii_is_digit((char)c)            ? SORT_DIGIT
               : c >= 'A' && c <= 'Z'             ? SORT_UPPER
               : c >= 'a' && c <= 'z'             ? SORT_LOWER
               : c == '%' || c == '#' || c == '&' ? SORT_OTHER
                                                  : SORT_NONE;
    if (c >= 0xFF10 && c <= 0xFF19)
        return SORT_DIGIT;
    return fold_is_word(c) ? SORT_LOWER : SORT_NONE;
}

/* Whether a new word begins between two characters of a text. */
static bool splits(enum sort before, enum sort now, bool next_lower)
{
    if (before == SORT_NONE || now == SORT_NONE)
        return false; /* a gap is there already */
    if (before == SORT_OTHER || now == SORT_OTHER)
        return true;
    if ((before == SORT_DIGIT) != (now == SORT_DIGIT))
        return true;
    return now == SORT_UPPER && (before == SORT_LOWER || (before == SORT_UPPER && next_lower));
}

static size_t put_char(uint32_t c, char *to)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c < 0x80) {
        *to = ascii_lower((char)c);
        return 1;
    }
    if (c == 0xAA || c == 0xBA) {
        *to = c == 0xAA ? 'a' : 'o';
        return 1;
    }
    const char *plain = latin(c);
    if (!plain)
        return utf8_encode(lower(c), to);
    size_t n = strlen(plain);
    memcpy(to, plain, n);
    return n;
}

size_t fold_to(struct str s, char *to)
{
    size_t n = 0, length;
    uint32_t c, next;
    enum sort before = SORT_NONE;
    for (; (length = fold_char(s, &c)) > 0;) {
        s = str_from(s, length);
        enum sort now = sort_of(c);
        bool next_lower = now == SORT_UPPER && fold_char(s, &next) && sort_of(next) == SORT_LOWER;
        /* An apostrophe, a soft hyphen or a zero-width character inside a word is no gap: "don't". */
        bool glue = (c == '\'' || c == 0x2019 || c == 0xAD || (c >= 0x200B && c <= 0x200D)) && n;
        if (glue)
            continue;
        if (now == SORT_NONE || splits(before, now, next_lower))
            if (n && to[n - 1] != ' ')
                to[n++] = ' ';
        if (now != SORT_NONE)
            n += put_char(c, to + n);
        before = now;
    }
    return n && to[n - 1] == ' ' ? n - 1 : n;
}

struct str fold_text(struct arena *arena, struct str s)
{
    char *to = arena_alloc(arena, s.n * 3 + 1);
    return to ? str_make(to, fold_to(s, to)) : STR_LIT("");
}

struct str fold_stem(struct str w)
{
    if (w.n < 4 || w.p[w.n - 1] != 's' || w.p[w.n - 2] == 's' || w.p[w.n - 2] == 'u' ||
        w.p[w.n - 2] == 'i')
        return w;
    return str_head(w, w.n - 1);
}

struct words fold_words(struct str folded)
{
    struct words words = {.n = 0};
    while (folded.n) {
        size_t end = str_find(folded, ' ');
        if (words.n == FOLD_WORDS_MAX) {
            words.cut = true;
            break;
        }
        words.word[words.n++] = fold_stem(str_head(folded, end));
        folded = str_from(folded, end + 1);
    }
    return words;
}

unsigned words_find(const struct words *words, struct str word)
{
    unsigned i = 0;
    while (i < words->n && !str_eq(words->word[i], word))
        i++;
    return i;
}

bool words_has(const struct words *words, const char *word)
{
    return words_find(words, str_of(word)) < words->n;
}

static bool is_ascii_word(char c)
{
    return (unsigned char)c < 0x80 && c != ' ';
}

bool fold_contains(struct str text, struct str phrase, size_t *ret_at)
{
    if (phrase.n == 0)
        return false;
    uint32_t first = 0;
    fold_char(phrase, &first);
    bool run = fold_is_cjk(first);
    size_t at = 0;
    while (at + phrase.n <= text.n) {
        const char *hit = memmem(text.p + at, text.n - at, phrase.p, phrase.n);
        if (!hit)
            return false;
        size_t from = (size_t)(hit - text.p), to = from + phrase.n;
        bool left = from == 0 || text.p[from - 1] == ' ', right = to == text.n || text.p[to] == ' ';
        /* A plural is its singular. */
        right = right || (is_ascii_word(text.p[to - 1]) && text.p[to] == 's' &&
                          (to + 1 == text.n || text.p[to + 1] == ' '));
        if (run || (left && right)) {
            if (ret_at)
                *ret_at = from;
            return true;
        }
        at = from + 1;
    }
    return false;
}

struct str fold_contains_any(struct str text, const char *phrases, size_t *ret_at)
{
    struct str rest = str_of(phrases);
    while (rest.n) {
        size_t end = str_find(rest, '|');
        struct str phrase = str_head(rest, end);
        if (fold_contains(text, phrase, ret_at))
            return phrase;
        rest = str_from(rest, end + 1);
    }
    return STR_NONE;
}

bool fold_is_any(struct str text, const char *phrases)
{
    for (const char *p = phrases; *p; p += *p == '|') {
        size_t i = 0;
        while (i < text.n && p[i] && p[i] != '|' && p[i] == text.p[i])
            i++;
        if (i == text.n && (!p[i] || p[i] == '|'))
            return true;
        for (p += i; *p && *p != '|';)
            p++;
    }
    return false;
}
