/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_format.c: inline formats (emphasis, links, ...) and the way to any inline content.
 *
 * A format's opening mark waits for content, so that white space moves outside and empty formats vanish; at
 * the end of a leaf open formats are closed, and opened again in the next. Emphasis follows the flanking
 * rules (CommonMark 0.31, 6.2): where punctuation inside meets a letter outside, the letter is written as a
 * reference. cmark-gfm, unlike the standard, looks through "~~"; both readings are served. */
#include "extract/markdown_int.h"

#define SAME_NESTED 3 /* formats of one kind within each other */

/* --- characters --- */

/* clang-format off */
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

static bool is_ascii_punct(char c)
{
    return c > ' ' && c < 0x7f && !ascii_is_alpha(c) && !ascii_is_digit(c);
}

/* One UTF-8 sequence of well-formed text. */
uint32_t md_decode(struct str s, unsigned *ret_n)
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
    if (s.n == 0 || ascii_is_space(s.p[0]))
        return CHAR_SPACE;
    if ((uint8_t)s.p[0] < 0x80)
        return is_ascii_punct(s.p[0]) ? CHAR_PUNCT : CHAR_WORD;
    unsigned n;
    return char_class(md_decode(s, &n));
}

/* The last character of p[from..n); an empty slice when there is none. */
static struct str last_char(const char *p, size_t from, size_t n)
{
    size_t at = n;
    while (at > from && n - at < 4)
        if (((uint8_t)p[--at] & 0xC0) != 0x80)
            break;
    return str_make(at < n ? p + at : "", n - at);
}

/* The last character of what is written. */
static struct str tail_char(const struct md *w)
{
    return last_char(w->out->p, w->start, w->out->n);
}

/* --- formats --- */

void md_put_reference(struct buf *out, uint32_t c)
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
    uint32_t c = md_decode(s, &n);
    w->out->n -= s.n;
    size_t slashes = 0;
    while (slashes < w->out->n - w->line_at && w->out->p[w->out->n - 1 - slashes] == '\\')
        slashes++;
    if (slashes % 2)
        buf_putc(w->out, '\\');
    md_put_reference(w->out, c);
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
void md_guard_bracket(struct md *w)
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
        md_guard_bracket(w);
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
        struct str s = last_char(w->out->p, from, w->out->n - n);
        if (md_char_at(s) != CHAR_SPACE)
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

void md_inline_bare(struct md *w)
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
        md_inline_bare(w);
    if (w->n_open_formats < w->n_formats)
        formats_open(w, next);
}
