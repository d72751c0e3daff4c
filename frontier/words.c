/* SPDX-License-Identifier: Apache-2.0 */
/* words.c: one pass over the bytes; each word is folded into a small buffer, cut, hashed. */
#include "frontier/words.h"

#include "base/must.h"
#include "base/utf8.h"

#define FNV_START 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

/* U+00C0 to U+017F as one ASCII letter each; '*' stands for two letters, '.' for no letter. */
static const char latin[] = "aaaaaa*ceeeeiiiidnooooo.ouuuuy**aaaaaa*ceeeeiiiidnooooo.ouuuuy*y"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkklllllll"
                            "lllnnnnnnnnnoooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static size_t fold_two(uint32_t c, char to[4])
{
    const char *two = "ss";
    if (c == 0xC6 || c == 0xE6)
        two = "ae";
    else if (c == 0xDE || c == 0xFE)
        two = "th";
    else if (c == 0x152 || c == 0x153)
        two = "oe";
    else if (c == 0x132 || c == 0x133)
        two = "ij";
    to[0] = two[0];
    to[1] = two[1];
    return 2;
}

size_t word_fold(uint32_t c, char to[4])
{
    if (c < 0x80) {
        to[0] = ascii_lower((char)c);
        return ascii_is_alpha((char)c) || ascii_is_digit((char)c);
    }
    if (c < 0xC0)
        return 0;
    if (c < 0x180) {
        must(sizeof latin == 193);
        to[0] = latin[c - 0xC0];
        return to[0] == '*' ? fold_two(c, to) : to[0] != '.';
    }
    if (c >= 0x391 && c <= 0x3A9)
        c += 0x20;
    else if (c >= 0x410 && c <= 0x42F)
        c += 0x20;
    else if (c >= 0x400 && c <= 0x40F)
        c += 0x50;
    bool gap = (c >= 0x2000 && c < 0x2190) || (c >= 0x3000 && c < 0x3005) || c == 0xFFFD || c == 0xFE0F;
    return gap ? 0 : utf8_encode(c, to);
}

uint32_t word_next(struct str t, size_t *at)
{
    const unsigned char *p = (const unsigned char *)t.p + *at;
    size_t n = p[0] < 0x80 ? 1 : utf8_length(str_from(t, *at));
    *at += n ? n : 1;
    switch (n) {
    case 0:
        return 0xFFFD;
    case 1:
        return p[0];
    case 2:
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    case 3:
        return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    default:
        return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    }
}

static bool ends_in(const char *w, size_t n, const char *tail)
{
    size_t k = strlen(tail);
    return n > k && memcmp(w + n - k, tail, k) == 0;
}

/* Cuts a plural ending off; the same rule on both sides, so it may be crude. */
static size_t cut_plural(char *w, size_t n)
{
    if ((n > 6 && ends_in(w, n, "en")) || (n > 7 && ends_in(w, n, "iones")))
        return n - 2;
    if (ends_in(w, n, "theses") || ends_in(w, n, "lyses") || (n == 6 && memcmp(w, "theses", 6) == 0)) {
        w[n - 2] = 'i';
        return n - 1;
    }
    if (n > 4 && memcmp(w + n - 3, "ies", 3) == 0) {
        w[n - 3] = 'y';
        return n - 2;
    }
    if (n > 4 && memcmp(w + n - 2, "es", 2) == 0 &&
        (w[n - 3] == 'x' || (w[n - 3] == 'h' && (w[n - 4] == 's' || w[n - 4] == 'c')) ||
         (w[n - 3] == 's' && w[n - 4] == 's')))
        return n - 2;
    if (n > 3 && w[n - 1] == 's' && w[n - 2] != 's' && !(n == 4 && memcmp(w, "new", 3) == 0))
        return n - 1;
    if (n > 3 && w[n - 1] == 'x' && w[n - 2] == 'u' && (w[n - 3] == 'e' || w[n - 3] == 'a'))
        return n - 1;
    return n;
}

/* ue, oe and ae count as u, o and a, so that both ways to write an umlaut meet. */
static uint64_t hash_word(const char *w, size_t n)
{
    uint64_t h = FNV_START;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (unsigned char)w[i]) * FNV_PRIME;
        if ((w[i] == 'u' || w[i] == 'o' || w[i] == 'a') && i + 1 < n && w[i + 1] == 'e')
            i++;
    }
    return h ? h : 1;
}

struct cutter {
    struct word *to;
    size_t count, max;
    char w[WORD_MAX_BYTES + 4];
    size_t n, from;
    uint8_t marks; /* of the next word */
    bool digit;
};

static void cutter_end(struct cutter *c, size_t at)
{
    if (!c->n)
        return;
    size_t n = cut_plural(c->w, c->n);
    bool plural = n != c->n;
    if (n > 4 && c->w[n - 1] == 'e') /* "caches" lost two letters, "cache" none */
        n--;
    uint8_t marks = (uint8_t)(c->marks | (plural ? WORD_PLURAL : 0) | (c->digit ? WORD_NUMBER : 0));
    c->to[c->count++] = (struct word){.hash = hash_word(c->w, n),
                                      .at = (uint16_t)c->from,
                                      .n = (uint16_t)(at - c->from),
                                      .marks = marks};
    c->n = 0;
    c->marks = 0;
    c->digit = false;
}

static void cutter_add(struct cutter *c, const char *bytes, size_t n, size_t at)
{
    if (!c->n)
        c->from = at;
    if (c->n + n <= WORD_MAX_BYTES) {
        memcpy(c->w + c->n, bytes, n);
        c->n += n;
    }
}

/* What stands between words says where a label ends. */
static void cutter_gap(struct cutter *c, uint32_t code_point, bool spaced)
{
    switch (code_point) {
    case ':':
        c->marks |= WORD_LABEL | WORD_COLON;
        break;
    case '|':
    case 0xB7:
    case 0x2013:
    case 0x2014:
    case 0x2022:
    case 0xBB:
    case 0x203A:
        c->marks |= WORD_LABEL;
        break;
    case '-':
    case '/':
        c->marks |= spaced ? WORD_LABEL : 0;
        break;
    case ',':
        c->marks |= WORD_COMMA;
        break;
    case '(':
    case '[':
        c->marks |= WORD_OPEN;
        break;
    case ')':
    case ']':
        if (c->count)
            c->to[c->count - 1].marks |= WORD_CLOSE;
        break;
    default:
        break;
    }
}

static int hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes percent-escapes in place of a URL part; text longer than the buffer is cut. */
static struct str unescape(struct str s, char *buffer, size_t cap)
{
    if (str_find(s, '%') == s.n)
        return s;
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < cap; i++) {
        if (s.p[i] == '%' && s.n - i > 2 && hex_value(s.p[i + 1]) >= 0 && hex_value(s.p[i + 2]) >= 0) {
            buffer[n++] = (char)(hex_value(s.p[i + 1]) * 16 + hex_value(s.p[i + 2]));
            i += 2;
        } else {
            buffer[n++] = s.p[i];
        }
    }
    return str_make(buffer, n);
}

/* "C++" and "C#" are names, and not the name "C": they read as "cpp" and "csharp". Returns how many bytes behind the
 * word belong to it. */
static size_t sign_of_name(struct cutter *c, struct str rest)
{
    if (!c->n || c->n > 3)
        return 0;
    bool plus = str_starts(rest, STR_LIT("++"));
    size_t n = plus ? 2 : c->n == 1 && !c->digit && str_starts(rest, STR_LIT("#")) ? 1 : 0;
    if (n && rest.n > n && (ascii_is_alpha(rest.p[n]) || rest.p[n] == rest.p[0]))
        return 0;
    if (n)
        cutter_add(c, plus ? "pp" : "sharp", plus ? 2 : 5, 0);
    return n;
}

/* A one-letter word before an apostrophe is a French article; elsewhere the apostrophe is swallowed. */
static bool apostrophe(struct cutter *c, uint32_t code_point)
{
    return (code_point == '\'' || code_point == 0x2019) && c->n > 1;
}

static bool is_symbol(uint32_t c)
{
    return (c >= 0x2190 && c < 0x2E80) || c >= 0x1F000;
}

size_t words_of(struct str text, enum words_mode mode, struct word *to, size_t max)
{
    char plain[1024];
    if (mode == WORDS_URL)
        text = unescape(text, plain, sizeof plain);
    text = str_head(text, UINT16_MAX);
    struct cutter c = {.to = to, .max = max};
    bool lower_before = false;
    for (size_t at = 0; at < text.n && c.count < max;) {
        size_t from = at;
        char folded[4];
        uint32_t cp = word_next(text, &at);
        size_t n = word_fold(cp, folded);
        if (!n) {
            if (apostrophe(&c, cp))
                continue;
            size_t sign = sign_of_name(&c, str_from(text, from));
            if (sign) {
                at = from + sign;
                lower_before = false;
                continue;
            }
            cutter_end(&c, from);
            bool spaced = (from == 0 || text.p[from - 1] == ' ') && (at >= text.n || text.p[at] == ' ');
            cutter_gap(&c, cp, spaced);
            lower_before = false;
            continue;
        }
        bool upper = cp >= 'A' && cp <= 'Z';
        if ((mode == WORDS_URL && upper && lower_before) || is_symbol(cp))
            cutter_end(&c, from);
        if (c.count == max)
            break;
        cutter_add(&c, folded, n, from);
        c.digit |= cp >= '0' && cp <= '9';
        lower_before = cp >= 'a' && cp <= 'z';
        if (is_symbol(cp)) {
            c.marks |= WORD_SYMBOL;
            cutter_end(&c, at);
        }
    }
    if (c.count < max)
        cutter_end(&c, text.n);
    return c.count;
}

uint64_t word_hash(const char *word)
{
    struct word w;
    return words_of(str_of(word), WORDS_TEXT, &w, 1) ? w.hash : 0;
}
