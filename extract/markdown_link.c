/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_link.c: links, images, and their targets as Markdown writes them. */
#include "extract/html/scan.h"
#include "extract/markdown_int.h"

/* --- targets --- */

/* The slice lives until the next call. */
static struct str resolve(const struct md *w, uint32_t node, struct str href)
{
    href = str_trim(href);
    if (w->links && w->links->resolve) {
        struct str absolute = w->links->resolve(w->links->user, node, href);
        if (str_is_set(absolute))
            return absolute;
    }
    return href;
}

static bool scheme_is(struct str url, const char *scheme)
{
    struct str s = str_of(scheme);
    return str_eq_nocase(str_head(url, s.n), s);
}

static bool parens_balance(struct str url)
{
    size_t open = 0;
    for (size_t i = 0; i < url.n; i++) {
        open += url.p[i] == '(';
        if (url.p[i] == ')' && open-- == 0)
            return false;
    }
    return open == 0 && url.n > 0;
}

enum {
    T_CONTROL = 1,
    T_SPACE = 2,
    T_ANGLE = 4,
    T_PAREN = 8,
    T_SLASH = 16,
    T_QUOTE = 32,
    T_AMP = 64,
    T_PIPE = 128
};

/* clang-format off */
/* What means something in targets and titles; white space but the space itself is control. */
static const uint8_t target_class[256] = {
    [0] = 1, [1] = 1, [2] = 1, [3] = 1, [4] = 1, [5] = 1, [6] = 1, [7] = 1, [8] = 1, [9] = 1, [10] = 1,
    [11] = 1, [12] = 1, [13] = 1, [14] = 1, [15] = 1, [16] = 1, [17] = 1, [18] = 1, [19] = 1, [20] = 1,
    [21] = 1, [22] = 1, [23] = 1, [24] = 1, [25] = 1, [26] = 1, [27] = 1, [28] = 1, [29] = 1, [30] = 1,
    [31] = 1, [0x7f] = 1,
    [' '] = T_SPACE, ['<'] = T_ANGLE, ['>'] = T_ANGLE, ['('] = T_PAREN, [')'] = T_PAREN, ['\\'] = T_SLASH,
    ['"'] = T_QUOTE, ['&'] = T_AMP, ['|'] = T_PIPE,
};
/* clang-format on */

#ifdef __SSE2__

/* Whether one of the sixteen bytes from p on may have a class. Those beyond ASCII are less than all others here, and so
 * may have one too. */
static bool may_mean(const char *p)
{
    const __m128i v = scan_load(p);
    const __m128i low = _mm_cmplt_epi8(v, _mm_set1_epi8('!'));
    const __m128i quote = _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(4)), _mm_set1_epi8('&'));
    const __m128i paren = _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(1)), _mm_set1_epi8(')'));
    const __m128i angle = _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(2)), _mm_set1_epi8('>'));
    const __m128i slash = _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(0x20)), _mm_set1_epi8('|'));
    const __m128i delete = _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f));
    const __m128i some = _mm_or_si128(_mm_or_si128(low, quote), _mm_or_si128(paren, angle));
    return _mm_movemask_epi8(_mm_or_si128(some, _mm_or_si128(slash, delete))) != 0;
}

/* Addresses mostly have nothing of it. The last sixteen bytes overlap those before. */
static bool is_clean(struct str s)
{
    if (s.n < 16)
        return false;
    for (size_t i = 0; i + 16 < s.n; i += 16)
        if (may_mean(s.p + i))
            return false;
    return !may_mean(s.p + s.n - 16);
}

#else

static bool is_clean(struct str s)
{
    (void)s;
    return false;
}

#endif

static unsigned classes_in(struct str s)
{
    unsigned seen = 0;
    if (is_clean(s))
        return 0;
    for (size_t i = 0; i < s.n; i++)
        seen |= target_class[(uint8_t)s.p[i]];
    return seen;
}

/* Puts s with a backslash before each byte of the classes `escaped` and before what would be read as a
 * reference; control characters become "%XX". */
static void put_escaped(struct md *w, struct str s, unsigned escaped)
{
    size_t from = 0;
    escaped |= w->flat == FLAT_CELL ? T_PIPE : 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned class = target_class[(uint8_t)s.p[i]];
        if (!(class & (escaped | T_CONTROL | T_AMP)))
            continue;
        if (class == T_AMP && !md_looks_like_reference(str_from(s, i)))
            continue;
        buf_put(w->out, s.p + from, i - from);
        from = i + (class == T_CONTROL);
        if (class == T_CONTROL)
            buf_printf(w->out, "%%%02X", (unsigned)(uint8_t)s.p[i]);
        else
            buf_putc(w->out, '\\');
    }
    buf_put(w->out, s.p + from, s.n - from);
}

static void put_target(struct md *w, struct str url)
{
    unsigned seen = classes_in(url);
    if (!(seen & ~(unsigned)T_QUOTE)) {
        buf_put_str(w->out, url);
    } else if (seen & (T_CONTROL | T_SPACE | T_ANGLE)) {
        buf_putc(w->out, '<');
        put_escaped(w, url, T_ANGLE | T_SLASH);
        buf_putc(w->out, '>');
    } else {
        put_escaped(w, url, parens_balance(url) ? T_SLASH : T_SLASH | T_PAREN);
    }
}

/* Nothing to escape, and single spaces only. */
static bool is_simple(struct str title)
{
    unsigned seen = 0, before = 0;
    for (size_t i = 0; i < title.n; i++) {
        unsigned class = target_class[(uint8_t)title.p[i]];
        seen |= class | (class & before & T_SPACE) >> 1;
        before = class;
    }
    return !(seen & (T_CONTROL | T_SLASH | T_QUOTE | T_AMP | T_PIPE));
}

static void put_title(struct md *w, struct str title)
{
    title = str_trim(title);
    if (title.n == 0)
        return;
    buf_put(w->out, " \"", 2);
    if (is_simple(title)) {
        buf_put_str(w->out, title);
        title = STR_LIT("");
    }
    while (title.n) {
        size_t n = 0;
        while (n < title.n && !ascii_is_space(title.p[n]))
            n++;
        put_escaped(w, str_head(title, n), T_QUOTE | T_SLASH);
        title = str_trim(str_from(title, n));
        if (title.n)
            buf_putc(w->out, ' ');
    }
    buf_putc(w->out, '"');
}

static void put_target_and_title(struct md *w, struct str url, struct str title)
{
    buf_put(w->out, "](", 2);
    put_target(w, url);
    put_title(w, title);
    buf_putc(w->out, ')');
}

/* --- links that say nothing --- */

/* What the text of a link is made of; a later one includes those before. */
enum signs { SIGNS_NONE, SIGNS_SOME, SIGNS_SURE, SIGNS_OTHER };

/* The sign of a permalink that s begins with; *ret_n bytes. */
static enum signs sign_at(struct str s, size_t *ret_n)
{
    static const struct {
        struct str text;
        enum signs is;
    } table[] = {
        {{"\xC2\xB6", 2}, SIGNS_SURE},         /* pilcrow */
        {{"\xF0\x9F\x94\x97", 4}, SIGNS_SURE}, /* chain */
        {{"\xEF\x83\x81", 3}, SIGNS_SURE},     /* chain of an icon font */
        {{"#", 1}, SIGNS_SOME},
        {{"\xC2\xA7", 2}, SIGNS_SOME},     /* section sign */
        {{"\xE2\x80\x8B", 3}, SIGNS_SOME}, /* zero-width space */
    };
    if ((uint8_t)s.p[0] < 0x80 && s.p[0] != '#')
        return SIGNS_OTHER;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_starts(s, table[i].text)) {
            *ret_n = table[i].text.n;
            return table[i].is;
        }
    return SIGNS_OTHER;
}

/* Looks at few nodes only: a permalink has no more. */
static enum signs signs_of(const struct html_tree *tree, uint32_t top)
{
    unsigned budget = 16;
    enum signs found = SIGNS_NONE;
    for (uint32_t i = html_next(tree, top, top); i; i = html_next(tree, i, top)) {
        if (budget-- == 0 || html_is(tree, i, N_IMG))
            return SIGNS_OTHER;
        if (tree->nodes[i].type != HTML_TEXT)
            continue;
        struct str s = str_trim(html_node_text(tree, i));
        for (size_t n = 0; s.n; s = str_trim(str_from(s, n))) {
            enum signs sign = sign_at(s, &n);
            if (sign == SIGNS_OTHER)
                return SIGNS_OTHER;
            found = sign > found ? sign : found;
        }
    }
    return found;
}

/* The link to itself that generators put beside a heading. Some wrap the heading in it: that stays. */
static bool is_permalink(const struct md *w, uint32_t node, struct str href)
{
    static const struct str sure[] = {{"headerlink", 10}, {"footnote-backref", 16}};
    static const struct str maybe[] = {{"anchor", 6},         {"permalink", 9},     {"doc-anchor", 10},
                                       {"header-anchor", 13}, {"heading-link", 12}, {"hash-link", 9},
                                       {"anchor-link", 11}};
    if (str_find(href, '#') == href.n)
        return false;
    struct str classes = html_attr(w->tree, node, N_CLASS);
    if (md_class_has_any(classes, sure, ARRAY_LEN(sure)))
        return true;
    switch (signs_of(w->tree, node)) {
    case SIGNS_OTHER:
        return false;
    case SIGNS_SURE:
        return true;
    case SIGNS_NONE:
        if (href.p[0] == '#')
            return true;
        break;
    case SIGNS_SOME:
        break;
    }
    return w->heading || w->in_term || md_class_has_any(classes, maybe, ARRAY_LEN(maybe));
}

/* --- links --- */

static bool is_mail(struct str s)
{
    size_t at = str_find(s, '@');
    if (at == 0 || at + 1 >= s.n)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (i != at && !ascii_is_alpha(c) && !ascii_is_digit(c) && c != '.' && c != '-' &&
            (i > at || c != '+') && (i > at || c != '_'))
            return false;
    }
    return true;
}

/* "scheme:" of two letters at least, and nothing that would end "<...>". */
static bool is_absolute(struct str s)
{
    size_t n = 0;
    while (n < s.n && (ascii_is_alpha(s.p[n]) || ascii_is_digit(s.p[n]) || s.p[n] == '+' ||
                       s.p[n] == '.' || s.p[n] == '-'))
        n++;
    return n >= 2 && n <= 32 && n < s.n && s.p[n] == ':' && ascii_is_alpha(s.p[0]) &&
           !(classes_in(s) & (T_CONTROL | T_SPACE | T_ANGLE | T_PIPE));
}

/* A link whose text is its target: <https://...>. */
static bool autolink(struct md *w, uint32_t node, struct str href)
{
    const struct html_node *n = &w->tree->nodes[node];
    if (!n->first || w->tree->nodes[n->first].next || w->tree->nodes[n->first].type != HTML_TEXT ||
        w->code_depth || str_is_set(html_attr(w->tree, node, N_TITLE)))
        return false;
    struct str text = str_trim(html_node_text(w->tree, n->first));
    bool mail = is_mail(text);
    if (!mail && !is_absolute(text))
        return false;
    struct str url = resolve(w, node, href);
    if (mail)
        url = scheme_is(url, "mailto:") ? str_from(url, 7) : STR_NONE;
    if (!str_eq(url, text))
        return false;
    md_inline(w, CHAR_PUNCT);
    buf_putc(w->out, '<');
    buf_put_str(w->out, text);
    buf_putc(w->out, '>');
    md_count_words(w, text.n);
    return true;
}

/* Blocks in a link make it a block of its own. */
static bool holds_block(const struct html_tree *tree, uint32_t node)
{
    for (uint32_t i = tree->nodes[node].first; i; i = tree->nodes[i].next)
        if (tree->nodes[i].type == HTML_ELEMENT)
            return md_is_block(tree, i);
    return false;
}

bool md_link_enter(struct md *w, uint32_t node)
{
    struct str href = html_attr(w->tree, node, N_HREF);
    if (!str_is_set(href))
        return true;
    href = str_trim(href);
    if (is_permalink(w, node, href)) {
        md_count_hidden(w, node);
        return false;
    }
    if (scheme_is(href, "javascript:") || scheme_is(href, "data:") || w->in_link)
        return true;
    if (holds_block(w->tree, node))
        md_break(w);
    if (autolink(w, node, href))
        return false;
    unsigned depth = w->code_depth;
    if (depth)
        md_code_close(w);
    w->code_depth = 0;
    md_format_enter(w, node, FORMAT_LINK);
    w->code_depth = depth;
    return true;
}

void md_link_close(struct md *w, uint32_t node)
{
    put_target_and_title(w, resolve(w, node, html_attr(w->tree, node, N_HREF)),
                         html_attr(w->tree, node, N_TITLE));
}

void md_link_leave(struct md *w, uint32_t node)
{
    if (!w->n_formats || w->formats[w->n_formats - 1].node != node)
        return;
    struct md_format *f = &w->formats[w->n_formats - 1];
    if (!f->open && !f->spent) {
        struct str label = html_attr(w->tree, node, N_ARIA_LABEL);
        if (str_trim(label).n)
            md_text(w, str_trim(label));
        else if (w->tree->nodes[node].first == 0)
            md_inline(w, CHAR_PUNCT);
    }
    bool block = holds_block(w->tree, node);
    md_format_leave(w, node);
    if (block)
        md_break(w);
}

/* --- images --- */

/* The source that counts: what a script would load later, when src is only a placeholder. */
static struct str image_source(const struct html_tree *tree, uint32_t node)
{
    struct str src = html_attr(tree, node, N_SRC), later = html_attr(tree, node, N_DATA_SRC);
    return later.n && (!src.n || scheme_is(str_trim(src), "data:")) ? later : src;
}

void md_image(struct md *w, uint32_t node)
{
    struct str src = str_trim(image_source(w->tree, node)),
               alt = str_trim(html_attr(w->tree, node, N_ALT));
    if (scheme_is(src, "data:"))
        src = STR_NONE; /* kilobytes of Base64 are no use in a text */
    if (!src.n && !alt.n)
        return;
    unsigned depth = w->code_depth;
    w->code_depth = 0;
    md_inline(w, CHAR_PUNCT);
    buf_put(w->out, "![", 2);
    w->in_link++;
    md_text(w, alt);
    w->in_link--;
    w->gap = GAP_NONE;
    put_target_and_title(w, src.n ? resolve(w, node, src) : STR_LIT(""),
                         html_attr(w->tree, node, N_TITLE));
    w->code_depth = depth;
}
