/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_text.c: running text, escaped.
 *
 * Escaping is as little as keeps the text what it is under CommonMark with GFM's tables, strikethrough and
 * autolinks: each special byte is judged by its neighbours; at the end of a text node, where the next byte is
 * not known yet, it is escaped. Runs between special bytes are copied whole. */
#include "extract/html/scan.h"
#include "extract/markdown_int.h"

#define CHUNK 4096     /* bytes of text that room is made for at once */
#define UNDERSCORES 64 /* of a run that is looked at as a whole */

/* clang-format off */
/* What needs a look in running text: 1 space, 2 other white space, 3 the rest. */
static const uint8_t special[256] = {
    [' '] = 1, ['\t'] = 2, ['\n'] = 2, ['\f'] = 2, ['\r'] = 2,
    ['\\'] = 3, ['`'] = 3, ['*'] = 3, ['_'] = 3, ['~'] = 3, ['['] = 3, [']'] = 3, ['<'] = 3,
    ['&'] = 3, ['|'] = 3, [':'] = 3, ['.'] = 3, ['^'] = 3,
};
/* clang-format on */

static bool is_space(char c)
{
    return special[(uint8_t)c] - 1u < 2u;
}

static bool is_word(char c)
{
    return ascii_is_alpha(c) || ascii_is_digit(c) || (uint8_t)c >= 0x80;
}
/* --- escaping --- */

/* "&name;" or "&#1;"; what ends before that is known may become one. */
bool md_looks_like_reference(struct str s)
{
    size_t i = 1;
    if (i < s.n && s.p[i] == '#')
        i++;
    size_t from = i;
    while (i < s.n && i < 34 && (ascii_is_alpha(s.p[i]) || ascii_is_digit(s.p[i])))
        i++;
    return i == s.n || (i > from && s.p[i] == ';');
}

static bool tail_is(const char *to, const char *begin, const char *word, size_t n)
{
    return (size_t)(to - begin) >= n && memcmp(to - n, word, n) == 0;
}

/* Would GFM make a link of the text around this ':' or '.'? */
static bool autolinks(const char *begin, const char *to, struct str rest)
{
    if (rest.p[0] == '.')
        return rest.n > 1 && is_word(rest.p[1]) && tail_is(to, begin, "www", 3) &&
               (to - begin == 3 || !is_word(to[-4]));
    return rest.n > 3 && rest.p[1] == '/' && rest.p[2] == '/' && is_word(rest.p[3]) &&
           (tail_is(to, begin, "http", 4) || tail_is(to, begin, "https", 5) ||
            tail_is(to, begin, "ftp", 3));
}

static bool in_del(const struct md *w)
{
    for (unsigned i = 0; i < w->n_formats; i++)
        if (w->formats[i].kind == FORMAT_DEL)
            return true;
    return false;
}

/* Within a word "_" means nothing. */
static bool underscore_is_mark(char before, struct str rest)
{
    size_t i = 1;
    while (i < rest.n && i < UNDERSCORES && rest.p[i] == '_')
        i++;
    return i == rest.n || i == UNDERSCORES || !is_word(before) || !is_word(rest.p[i]) ||
           (uint8_t)rest.p[i] >= 0x80 || (uint8_t)before >= 0x80;
}

/* White space and then more text: whatever follows can't come next to it. */
static bool is_lone(struct str rest)
{
    size_t i = 1;
    while (i < rest.n && is_space(rest.p[i]))
        i++;
    return i > 1 && i < rest.n && (uint8_t)rest.p[i] < 0x80;
}

/* Does the special byte rest.p[0] need a backslash? [begin, to) is what is written; rest runs to the end of
 * the text node. */
static bool needs_escape(const struct md *w, const char *begin, const char *to, struct str rest)
{
    char before = to > begin && to != w->out->p + w->line_at ? to[-1] : '\n';
    bool last = rest.n == 1;
    char next = last ? 0 : rest.p[1];
    switch (rest.p[0]) {
    case '\\':
        return last || !is_word(next);
    case '*':
        return before != ' ' || !is_lone(rest);
    case '^':
        return before == '[';
    case '_':
        return underscore_is_mark(before, rest);
    case '~':
        return !is_word(next) || !(before == ' ' || before == '\n') || in_del(w);
    case '[':
        return w->in_link || (before == '\n' && w->n_boxes && rest.n > 2 && rest.p[2] == ']');
    case ']':
        return w->in_link || next == '(' || next == '[' || next == ':';
    case '<':
        return last || ascii_is_alpha(next) || next == '/' || next == '!' || next == '?';
    case '&':
        return md_looks_like_reference(rest);
    case '|':
        return w->flat == FLAT_CELL;
    case ':':
    case '.':
        return !w->in_link && autolinks(begin, to, rest);
    default:
        return true;
    }
}

static size_t run_of(struct str s, char c)
{
    size_t n = 0;
    while (n < s.n && s.p[n] == c)
        n++;
    return n;
}

static bool ends_or_space(struct str s, size_t i)
{
    return i >= s.n || is_space(s.p[i]);
}

/* A line of dashes, or what might be the second row of a table. */
static bool is_ruler(struct str s)
{
    size_t i = 0;
    bool dashes = false;
    for (; i < s.n && (s.p[i] == '-' || s.p[i] == ' ' || s.p[i] == '|' || s.p[i] == ':'); i++)
        dashes |= s.p[i] == '-';
    return ends_or_space(s, i) && (dashes || i == s.n);
}

/* Where in s a backslash keeps the line from beginning another block: an index, or s.n. */
static size_t block_mark(struct str s)
{
    size_t n;
    switch (s.p[0]) {
    case '#':
        n = run_of(s, '#');
        return n <= 6 && ends_or_space(s, n) ? 0 : s.n;
    case '>':
        return 0;
    case '+':
        return ends_or_space(s, 1) ? 0 : s.n;
    case '|':
    case ':':
        return s.n > 1 && is_ruler(s) ? 0 : s.n;
    case '-':
        return ends_or_space(s, 1) || is_ruler(s) ? 0 : s.n;
    case '=':
        return ends_or_space(s, run_of(s, '=')) ? 0 : s.n;
    default:
        for (n = 0; n < s.n && n < 10 && ascii_is_digit(s.p[n]);)
            n++;
        return n > 0 && n < 10 && n < s.n && (s.p[n] == '.' || s.p[n] == ')') && ends_or_space(s, n + 1)
                   ? n
                   : s.n;
    }
}

/* --- text --- */

/* The first character of a run, where the line begins or an emphasis ended. Returns how much it took. */
static size_t text_head(struct md *w, struct str s)
{
    struct buf *out = w->out;
    if (w->closer_at && w->closer_at == out->n && w->closer_strict) {
        enum md_char c = md_char_at(s);
        if (c == CHAR_WORD || c == CHAR_ODD) {
            unsigned n;
            uint32_t code = md_decode(s, &n);
            md_put_reference(out, code);
            return n;
        }
    }
    if (out->n != w->line_at || w->flat != FLAT_NO)
        return 0;
    size_t at = block_mark(s);
    if (at == s.n)
        return 0;
    buf_put(out, s.p, at);
    buf_putc(out, '\\');
    buf_putc(out, s.p[at]);
    return at + 1;
}

#ifdef __SSE2__

static unsigned bits_of(__m128i v, char c)
{
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
}

/* Of the sixteen bytes from p on, a bit for each that `special` has as 2 or 3; *ret_spaces: as 1. Full stops and colons
 * only where autolinks() may say yes: behind a "w" (w: what stands before p may be one), before a slash. */
static unsigned special_bits(const char *p, unsigned w, unsigned *ret_spaces)
{
    __m128i v = scan_load(p);
    __m128i from_tab = _mm_sub_epi8(v, _mm_set1_epi8('\t')),
            from_bracket = _mm_sub_epi8(v, _mm_set1_epi8('['));
    __m128i control = _mm_cmpeq_epi8(from_tab, _mm_min_epu8(from_tab, _mm_set1_epi8('\r' - '\t')));
    __m128i found = _mm_andnot_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\v')), control);
    /* [ \ ] ^ _ ` stand in a row; | and ~ differ by a bit. */
    found = _mm_or_si128(
        found, _mm_cmpeq_epi8(from_bracket, _mm_min_epu8(from_bracket, _mm_set1_epi8('`' - '['))));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(2)), _mm_set1_epi8('~')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(v, _mm_set1_epi8('*')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(v, _mm_set1_epi8('&')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(v, _mm_set1_epi8('<')));
    *ret_spaces = bits_of(v, ' ');
    return (unsigned)_mm_movemask_epi8(found) | (bits_of(v, '.') & (bits_of(v, 'w') << 1 | w)) |
           (bits_of(v, ':') & (bits_of(v, '/') >> 1 | 0x8000));
}

/* Passes words and the single spaces between them, and says whether the last byte was a space; stops at the end or
 * before what needs a look. Sixteen bytes behind the end are readable, as they are behind all texts of a tree. */
static const char *pass_words(const char *p, const char *end, unsigned *space)
{
    for (unsigned w = 1; p < end; p += 16) {
        unsigned spaces, found = special_bits(p, w, &spaces);
        w = p[15] == 'w';
        found |= spaces & (spaces << 1 | *space);
        if (end - p < 16)
            found |= 1u << (end - p);
        if (found) {
            unsigned n = (unsigned)__builtin_ctz(found);
            *space = n ? spaces >> (n - 1) & 1 : *space;
            return p + n;
        }
        *space = spaces >> 15;
    }
    return end;
}

#else

static const char *pass_words(const char *p, const char *end, unsigned *space)
{
    for (; p < end; p++) {
        unsigned k = special[(uint8_t)*p];
        if (k >> 1 | (k & *space))
            break;
        *space = k;
    }
    return p;
}

#endif

/* Copies text up to the first white space that isn't one space between words; returns how much it took. */
static size_t text_run(struct md *w, struct str s)
{
    size_t limit = s.n < CHUNK ? s.n : CHUNK;
    char *const room = buf_room(w->out, 2 * limit); /* BUF_PAD is behind it, for scan_copy() */
    if (!room)
        return s.n;
    char *to = room;
    const char *p = s.p, *from = p, *end = s.p + limit, *stop = s.p + s.n;
    unsigned space = 0; /* the byte before is one */
    while ((p = pass_words(p, end, &space)) < end) {
        if (special[(uint8_t)*p] < 3)
            break;
        scan_copy(to, from, (size_t)(p - from));
        to += p - from;
        char mark = *p;
        bool escape = needs_escape(w, w->out->p + w->start, to, str_make(p, (size_t)(stop - p)));
        do {
            if (escape)
                *to++ = '\\';
            *to++ = *p++;
        } while (mark == '_' && p < end && *p == '_');
        from = p;
        space = 0;
    }
    if (space && (p == stop || is_space(*p)))
        p--;
    scan_copy(to, from, (size_t)(p - from));
    to += p - from;
    w->out->n += (size_t)(to - room);
    return (size_t)(p - s.p);
}

/* Nothing but no-break spaces: a filler. */
static bool is_filler(struct str s)
{
    while (s.n >= 2 && s.p[0] == '\xC2' && s.p[1] == '\xA0')
        s = str_trim(str_from(s, 2));
    return s.n == 0;
}

/* No-break spaces at the end of a leaf or a cell. */
void md_trim_fillers(struct md *w)
{
    struct buf *out = w->out;
    while (out->n >= w->line_at + 2 && out->p[out->n - 1] == '\xA0' && out->p[out->n - 2] == '\xC2') {
        out->n -= 2;
        while (out->n > w->line_at && out->p[out->n - 1] == ' ')
            out->n--;
    }
}

/* A no-break space that would begin an emphasis is written before it. */
static size_t hard_space(struct md *w, struct str s)
{
    unsigned n;
    if ((uint8_t)s.p[0] < 0x80 || md_char_at(s) != CHAR_SPACE)
        return 0;
    md_decode(s, &n);
    if (w->code_at || w->gap || !w->leaf)
        md_inline_bare(w);
    buf_put(w->out, s.p, n);
    return n;
}

void md_text(struct md *w, struct str s)
{
    if (!w->leaf && is_filler(str_trim(s))) {
        if (s.n)
            md_count_space(w);
        return;
    }
    while (w->flat == FLAT_CELL && w->out->n == w->line_at && s.n >= 2 && s.p[0] == '\xC2' &&
           s.p[1] == '\xA0')
        s = str_from(s, 2);
    while (s.n && w->out->status == OK) {
        if (is_space(s.p[0])) {
            md_space(w);
            md_count_space(w);
            do
                s = str_make(s.p + 1, s.n - 1);
            while (s.n && is_space(s.p[0]));
            continue;
        }
        size_t n = w->n_open_formats < w->n_formats ? hard_space(w, s) : 0;
        if (!n) {
            if (w->code_at || w->gap || !w->leaf)
                md_inline_bare(w);
            if (w->n_open_formats < w->n_formats)
                md_inline(w, md_char_at(s));
            if (w->bracket_at && (s.p[0] == '(' || s.p[0] == '[' || s.p[0] == ':'))
                md_guard_bracket(w);
            n = w->out->n == w->line_at || w->out->n == w->closer_at ? text_head(w, s) : 0;
            if (n < s.n)
                n += text_run(w, str_from(s, n));
            if (n == s.n && s.p[n - 1] == ']')
                w->bracket_at = w->out->n;
        }
        md_count_words(w, n);
        s = str_from(s, n);
    }
}
