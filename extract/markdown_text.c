/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_text.c: text and inline formats.
 *
 * Escaping is as little as keeps the text what it is under CommonMark with GFM's tables, strikethrough and
 * autolinks: each special byte is judged by its neighbours; at the end of a text node, where the next byte is
 * not known yet, it is escaped. Runs between special bytes are copied whole.
 *
 * Emphasis follows the flanking rules (CommonMark 0.31, 6.2): white space moves outside, and where
 * punctuation inside meets a letter outside, the letter is written as a reference. */
#include "extract/markdown_int.h"

#define CHUNK 4096     /* bytes of text that room is made for at once */
#define UNDERSCORES 64 /* of a run that is looked at as a whole */
#define SAME_NESTED 3  /* formats of one kind within each other */

/* --- characters --- */

/* clang-format off */
/* What needs a look in running text: 1 space, 2 other white space, 3 the rest. */
static const uint8_t special[256] = {
    [' '] = 1, ['\t'] = 2, ['\n'] = 2, ['\f'] = 2, ['\r'] = 2,
    ['\\'] = 3, ['`'] = 3, ['*'] = 3, ['_'] = 3, ['~'] = 3, ['['] = 3, [']'] = 3, ['<'] = 3,
    ['&'] = 3, ['|'] = 3, [':'] = 3, ['.'] = 3, ['^'] = 3,
};

/* Sorted ranges of what is not a letter beyond ASCII. */
static const struct { uint32_t from, to; enum md_char is; } ranges[] = {
    {0xA0, 0xA0, CHAR_SPACE}, {0xA1, 0xA1, CHAR_PUNCT}, {0xA2, 0xA6, CHAR_ODD}, {0xA7, 0xA7, CHAR_PUNCT},
    {0xA8, 0xA9, CHAR_ODD}, {0xAB, 0xAB, CHAR_PUNCT}, {0xAC, 0xB1, CHAR_ODD}, {0xB4, 0xB4, CHAR_ODD},
    {0xB6, 0xB7, CHAR_PUNCT}, {0xB8, 0xB8, CHAR_ODD}, {0xBB, 0xBB, CHAR_PUNCT}, {0xBF, 0xBF, CHAR_PUNCT},
    {0xD7, 0xD7, CHAR_ODD}, {0xF7, 0xF7, CHAR_ODD}, {0x2C2, 0x2DF, CHAR_ODD}, {0x37E, 0x37E, CHAR_PUNCT},
    {0x387, 0x387, CHAR_PUNCT}, {0x55A, 0x55F, CHAR_PUNCT}, {0x589, 0x58A, CHAR_PUNCT},
    {0x5BE, 0x5BE, CHAR_PUNCT}, {0x5F3, 0x5F4, CHAR_PUNCT}, {0x60C, 0x60D, CHAR_PUNCT},
    {0x61B, 0x61F, CHAR_ODD}, {0x66A, 0x66D, CHAR_PUNCT}, {0x6D4, 0x6D4, CHAR_PUNCT},
    {0x964, 0x965, CHAR_PUNCT}, {0xE3F, 0xE3F, CHAR_ODD}, {0xE4F, 0xE4F, CHAR_PUNCT},
    {0x1680, 0x1680, CHAR_SPACE}, {0x2000, 0x200A, CHAR_SPACE}, {0x2010, 0x2027, CHAR_PUNCT},
    {0x202F, 0x202F, CHAR_SPACE}, {0x2030, 0x2043, CHAR_PUNCT}, {0x2044, 0x2044, CHAR_ODD},
    {0x2045, 0x2051, CHAR_PUNCT}, {0x2052, 0x2052, CHAR_ODD}, {0x2053, 0x205E, CHAR_PUNCT},
    {0x205F, 0x205F, CHAR_SPACE}, {0x207A, 0x208E, CHAR_ODD}, {0x20A0, 0x20CF, CHAR_ODD},
    {0x2100, 0x214F, CHAR_ODD}, {0x2190, 0x2BFF, CHAR_ODD}, {0x2E00, 0x2E7F, CHAR_PUNCT},
    {0x3000, 0x3000, CHAR_SPACE}, {0x3001, 0x3003, CHAR_PUNCT}, {0x3004, 0x3004, CHAR_ODD},
    {0x3008, 0x3011, CHAR_PUNCT}, {0x3012, 0x3013, CHAR_ODD}, {0x3014, 0x301F, CHAR_PUNCT},
    {0x3030, 0x303F, CHAR_ODD}, {0x30FB, 0x30FB, CHAR_PUNCT}, {0xE000, 0xF8FF, CHAR_ODD},
    {0xFE10, 0xFE19, CHAR_PUNCT}, {0xFE30, 0xFE6F, CHAR_ODD}, {0xFF01, 0xFF0F, CHAR_ODD},
    {0xFF1A, 0xFF20, CHAR_ODD}, {0xFF3B, 0xFF40, CHAR_ODD}, {0xFF5B, 0xFF65, CHAR_ODD},
    {0xFFE0, 0xFFFD, CHAR_ODD}, {0x1D000, 0x1D3FF, CHAR_ODD}, {0x1F000, 0x1FAFF, CHAR_ODD},
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

static bool is_ascii_punct(char c)
{
    return c > ' ' && c < 0x7f && !ascii_is_alpha(c) && !ascii_is_digit(c);
}

/* One UTF-8 sequence of well-formed text. */
static uint32_t decode(struct str s, unsigned *ret_n)
{
    const uint8_t *p = (const uint8_t *)s.p;
    unsigned n = p[0] < 0x80 ? 1 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (n > s.n)
        n = 1;
    uint32_t c = n == 1 ? p[0] : p[0] & (0xFFu >> (n + 1));
    for (unsigned i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3Fu);
    *ret_n = n;
    return c;
}

static enum md_char char_class(uint32_t c)
{
    unsigned from = 0, to = ARRAY_LEN(ranges);
    while (from < to) {
        unsigned mid = (from + to) / 2;
        if (c < ranges[mid].from)
            to = mid;
        else if (c > ranges[mid].to)
            from = mid + 1;
        else
            return ranges[mid].is;
    }
    return CHAR_WORD;
}

enum md_char md_char_at(struct str s)
{
    if (s.n == 0 || is_space(s.p[0]))
        return CHAR_SPACE;
    if ((uint8_t)s.p[0] < 0x80)
        return is_ascii_punct(s.p[0]) ? CHAR_PUNCT : CHAR_WORD;
    unsigned n;
    return char_class(decode(s, &n));
}

/* The last character of what is written. */
static struct str tail_char(const struct md *w)
{
    const struct buf *out = w->out;
    size_t n = 0;
    while (n < 4 && out->n - n > w->start) {
        n++;
        if (((uint8_t)out->p[out->n - n] & 0xC0) != 0x80)
            break;
    }
    return n ? str_make(out->p + out->n - n, n) : str_make("", 0);
}

/* --- formats --- */

static void put_reference(struct buf *out, uint32_t c)
{
    buf_printf(out, "&#%u;", (unsigned)c);
}

/* The last character as a reference, which counts as punctuation. */
static void refer_tail(struct md *w)
{
    struct str s = tail_char(w);
    unsigned n;
    if (s.n == 0)
        return;
    uint32_t c = decode(s, &n);
    w->out->n -= s.n;
    size_t slashes = 0;
    while (slashes < w->out->n - w->line_at && w->out->p[w->out->n - 1 - slashes] == '\\')
        slashes++;
    if (slashes % 2)
        buf_putc(w->out, '\\');
    put_reference(w->out, c);
}

static bool emphasises(enum md_format_kind kind)
{
    return kind <= FORMAT_DEL;
}

/* What stands right inside format i: the next opening mark, or the content. */
static enum md_char inside_of(const struct md *w, unsigned i, enum md_char next)
{
    for (unsigned k = i + 1; k < w->n_formats; k++) {
        if (w->formats[k].spent)
            continue;
        if (w->formats[k].kind > FORMAT_STRONG || w->formats[i].kind > FORMAT_STRONG)
            return CHAR_PUNCT;
        if (w->formats[k].kind == FORMAT_EM)
            return CHAR_PUNCT; /* it may become "_" */
    }
    return next;
}

/* Takes the closing mark of the same format right before back, so that both become one. */
static bool reopen(struct md *w, struct md_format *f)
{
    if (!w->shut_at || w->shut_at != w->out->n || w->shut.kind != f->kind || f->nested)
        return false;
    w->shut_at = 0;
    w->closer_at = 0;
    w->out->n -= f->kind == FORMAT_EM ? 1 : 2;
    f->mark = w->shut.mark;
    f->at = w->shut.at;
    return true;
}

static const char *opening(const struct md_format *f)
{
    switch (f->kind) {
    case FORMAT_EM:
        return f->mark == '_' ? "_" : "*";
    case FORMAT_STRONG:
        return f->mark == '_' ? "__" : "**";
    case FORMAT_DEL:
        return "~~";
    case FORMAT_SUP:
        return "<sup>";
    case FORMAT_SUB:
        return "<sub>";
    case FORMAT_LINK:
        return "[";
    }
    return "";
}

/* Is an emphasis open that began as "***"? What is left of that run would take the next "**" for its end. */
static bool in_triple(const struct md *w)
{
    for (unsigned i = 0; i < w->n_open_formats; i++) {
        const struct md_format *f = &w->formats[i];
        if (f->open && f->kind == FORMAT_EM && w->out->p[f->at] == '*' && w->out->p[f->at + 1] == '*')
            return true;
    }
    return false;
}

/* "_" where "*" would grow into the neighbour's mark. */
static char choose_mark(const struct md *w, const struct md_format *f, enum md_char before)
{
    const struct buf *out = w->out;
    bool touches = out->n > w->line_at && out->p[out->n - 1] == '*' && before != CHAR_SPACE &&
                   (out->n < 2 || out->p[out->n - 2] != '\\');
    bool wants = f->kind == FORMAT_EM
                     ? touches || f->nested
                     : (touches && w->closer_at == out->n) || (before == CHAR_PUNCT && in_triple(w));
    return wants && (before == CHAR_SPACE || before == CHAR_PUNCT) ? '_' : '*';
}

/* A "]" that ended the text node before: what comes now may make a link of it. */
static void guard_bracket(struct md *w)
{
    if (w->bracket_at != w->out->n || w->out->status != OK)
        return;
    w->out->n--;
    buf_put(w->out, "\\]", 2);
}

/* The character that an opening mark follows. cmark-gfm looks through "~~": there a letter before it counts,
 * and where that would matter it is made a reference. */
static enum md_char char_before(struct md *w, const struct md_format *f, unsigned i, enum md_char next)
{
    struct buf *out = w->out;
    if (w->shut_at && w->shut_at == out->n && w->shut.kind == FORMAT_DEL && f->kind != FORMAT_DEL &&
        w->inner != CHAR_PUNCT && w->inner != CHAR_SPACE && inside_of(w, i, next) != CHAR_WORD) {
        out->n -= 2;
        refer_tail(w);
        buf_put(out, "~~", 2);
        w->shut_at = 0;
    }
    return md_char_at(tail_char(w));
}

static void format_open(struct md *w, unsigned i, enum md_char next)
{
    struct md_format *f = &w->formats[i];
    struct buf *out = w->out;
    f->open = true;
    if (reopen(w, f))
        return;
    if (emphasises(f->kind)) {
        enum md_char before = char_before(w, f, i, next);
        if (before != CHAR_SPACE && before != CHAR_PUNCT &&
            (f->nested || inside_of(w, i, next) != CHAR_WORD)) {
            refer_tail(w);
            before = CHAR_PUNCT;
        }
        f->mark = choose_mark(w, f, before);
    } else if (f->kind == FORMAT_LINK && out->n > w->line_at && out->p[out->n - 1] == '!') {
        out->n--;
        buf_put(out, "\\!", 2);
    } else if (f->kind == FORMAT_LINK && w->bracket_at) {
        guard_bracket(w);
    }
    bool passes = f->kind == FORMAT_DEL && w->closer_at == out->n; /* cmark-gfm looks through "~" */
    f->at = out->n;
    buf_puts(out, opening(f));
    if (passes && f->at)
        w->closer_at = out->n;
}

static void formats_open(struct md *w, enum md_char next)
{
    for (unsigned i = w->n_open_formats; i < w->n_formats; i++)
        if (!w->formats[i].spent)
            format_open(w, i, next);
    w->n_open_formats = w->n_formats;
}

/* No-break spaces are content, but must not stand right inside a mark, nor spaces before them. */
static size_t hard_spaces_at_end(const struct md *w, size_t from)
{
    size_t n = 0;
    while (w->out->n - n > from) {
        struct md view = {.out = &(struct buf){.p = w->out->p, .n = w->out->n - n}, .start = from};
        struct str s = tail_char(&view);
        if (s.n == 0 || md_char_at(s) != CHAR_SPACE)
            break;
        n += s.n;
    }
    return n;
}

static void mark_close(struct md *w, struct md_format *f)
{
    struct buf *out = w->out;
    char last = out->p[out->n - 1];
    char mark = f->kind == FORMAT_DEL ? '~' : f->mark;
    /* within a run of equal marks, the character before the run counts */
    if (!w->closer_at || w->closer_at != out->n || last != mark)
        w->inner = md_char_at(tail_char(w));
    buf_puts(out, opening(f));
    w->closer_strict = mark == '_' || w->inner != CHAR_WORD || f->nested;
    w->closer_at = w->shut_at = out->n;
    w->shut = *f;
}

static void emphasis_close(struct md *w, struct md_format *f)
{
    char spaces[64];
    size_t n = hard_spaces_at_end(w, f->at > w->line_at ? f->at : w->line_at);
    if (n > sizeof spaces || n >= w->out->n - f->at)
        n = 0;
    w->out->n -= n;
    memcpy(spaces, w->out->p + w->out->n, n);
    mark_close(w, f);
    buf_put(w->out, spaces, n);
}

static void format_close(struct md *w, struct md_format *f)
{
    f->open = false;
    if (w->out->status != OK)
        return;
    if (emphasises(f->kind)) {
        emphasis_close(w, f);
    } else if (f->kind == FORMAT_LINK) {
        md_link_close(w, f->node);
        f->spent = true;
        w->in_link--;
    } else {
        buf_puts(w->out, f->kind == FORMAT_SUP ? "</sup>" : "</sub>");
    }
}

void md_formats_suspend(struct md *w)
{
    for (unsigned i = w->n_open_formats; i-- > 0;)
        if (w->formats[i].open)
            format_close(w, &w->formats[i]);
    w->n_open_formats = 0;
}

bool md_format_enter(struct md *w, uint32_t node, enum md_format_kind kind)
{
    if (w->n_formats == MD_FORMATS || w->code_depth)
        return false;
    unsigned nested = 0;
    for (unsigned i = 0; i < w->n_formats; i++)
        nested += w->formats[i].kind == kind;
    if (nested >= (kind < FORMAT_DEL ? SAME_NESTED : 1))
        return false;
    md_code_close(w); /* what comes is no part of the span before */
    if (kind == FORMAT_LINK)
        w->in_link++;
    w->formats[w->n_formats++] =
        (struct md_format){.node = node, .kind = kind, .nested = nested > 0, .mark = '*'};
    return true;
}

void md_format_leave(struct md *w, uint32_t node)
{
    if (!w->n_formats || w->formats[w->n_formats - 1].node != node)
        return;
    struct md_format *f = &w->formats[w->n_formats - 1];
    if (f->open) {
        md_code_close(w);
        format_close(w, f);
    } else if (f->kind == FORMAT_LINK && !f->spent) {
        w->in_link--;
    }
    w->n_formats--;
    if (w->n_open_formats > w->n_formats)
        w->n_open_formats = w->n_formats;
}

/* --- the way to any inline content --- */

void md_space(struct md *w)
{
    if (w->leaf && !w->gap && w->out->n != w->line_at)
        w->gap = GAP_SPACE;
}

static void gap_write(struct md *w)
{
    if (w->gap == GAP_SPACE) {
        buf_putc(w->out, ' ');
    } else if (w->flat == FLAT_CELL) {
        buf_put(w->out, "<br>", 4);
    } else {
        buf_putc(w->out, '\\');
        md_new_line(w);
        w->line_at = w->out->n;
    }
    w->gap = GAP_NONE;
}

static void inline_begin(struct md *w)
{
    md_code_close(w);
    if (w->gap == GAP_PARA)
        md_leaf_end(w);
    if (!w->leaf)
        md_leaf_begin(w, w->heading ? LEAF_HEADING : LEAF_PARA);
    else if (w->gap)
        gap_write(w);
}

void md_inline(struct md *w, enum md_char next)
{
    if (w->code_at || w->gap || !w->leaf)
        inline_begin(w);
    if (w->n_open_formats < w->n_formats)
        formats_open(w, next);
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
            uint32_t code = decode(s, &n);
            put_reference(out, code);
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

/* Copies text up to the first white space that isn't one space between words; returns how much it took. */
static size_t text_run(struct md *w, struct str s)
{
    size_t limit = s.n < CHUNK ? s.n : CHUNK;
    char *const room = buf_room(w->out, 2 * limit);
    if (!room)
        return s.n;
    char *to = room;
    const char *p = s.p, *from = p, *end = s.p + limit, *stop = s.p + s.n;
    while (p < end) {
        uint8_t k = special[(uint8_t)*p];
        if (k == 0) {
            p++;
            continue;
        }
        if (k == 1 && p + 1 < stop && !is_space(p[1])) {
            p++;
            continue;
        }
        memcpy(to, from, (size_t)(p - from));
        to += p - from;
        from = p;
        if (k < 3)
            break;
        char mark = *p;
        bool escape = needs_escape(w, w->out->p + w->start, to, str_make(p, (size_t)(stop - p)));
        do {
            if (escape)
                *to++ = '\\';
            *to++ = *p++;
        } while (mark == '_' && p < end && *p == '_');
        from = p;
    }
    memcpy(to, from, (size_t)(p - from));
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
    if ((uint8_t)s.p[0] < 0x80 || char_class(decode(s, &n)) != CHAR_SPACE)
        return 0;
    if (w->code_at || w->gap || !w->leaf)
        inline_begin(w);
    buf_put(w->out, s.p, n);
    return n;
}

void md_text(struct md *w, struct str s)
{
    if (!w->leaf && is_filler(str_trim(s)))
        return;
    while (s.n && w->out->status == OK) {
        if (is_space(s.p[0])) {
            md_space(w);
            do
                s = str_make(s.p + 1, s.n - 1);
            while (s.n && is_space(s.p[0]));
            continue;
        }
        size_t n = w->n_open_formats < w->n_formats ? hard_space(w, s) : 0;
        if (!n) {
            md_inline(w, md_char_at(s));
            if (w->bracket_at && (s.p[0] == '(' || s.p[0] == '[' || s.p[0] == ':'))
                guard_bracket(w);
            n = w->out->n == w->line_at || w->out->n == w->closer_at ? text_head(w, s) : 0;
            if (n < s.n)
                n += text_run(w, str_from(s, n));
            if (n == s.n && s.p[n - 1] == ']')
                w->bracket_at = w->out->n;
        }
        s = str_from(s, n);
    }
}
