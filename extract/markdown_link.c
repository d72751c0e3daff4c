/* SPDX-License-Identifier: Apache-2.0 */
/* markdown_link.c: links, images, and their targets as Markdown writes them. */
#include "extract/markdown_int.h"

/* --- targets --- */

/* The slice lives until the next call. */
static struct str resolve(const struct md *w, struct str href)
{
    href = str_trim(href);
    if (w->links && w->links->resolve) {
        struct str absolute = w->links->resolve(w->links->user, href);
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

static bool needs_angles(struct str url)
{
    for (size_t i = 0; i < url.n; i++)
        if ((uint8_t)url.p[i] <= ' ' || url.p[i] == '<' || url.p[i] == '>' || url.p[i] == 0x7f)
            return true;
    return false;
}

/* Puts s with a backslash before each byte of `escaped` and before what would be read as a reference. */
static void put_escaped(struct md *w, struct str s, const char *escaped)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool control = (uint8_t)c < ' ' || c == 0x7f;
        bool escape = (c && strchr(escaped, c)) || (c == '|' && w->flat == FLAT_CELL) ||
                      (c == '&' && md_looks_like_reference(str_from(s, i)));
        if (!control && !escape)
            continue;
        buf_put(w->out, s.p + from, i - from);
        from = i + control;
        if (control)
            buf_printf(w->out, "%%%02X", (unsigned)(uint8_t)c);
        else
            buf_putc(w->out, '\\');
    }
    buf_put(w->out, s.p + from, s.n - from);
}

static void put_target(struct md *w, struct str url)
{
    if (needs_angles(url)) {
        buf_putc(w->out, '<');
        put_escaped(w, url, "<>\\");
        buf_putc(w->out, '>');
    } else {
        put_escaped(w, url, parens_balance(url) ? "\\" : "\\()");
    }
}

static void put_title(struct md *w, struct str title)
{
    title = str_trim(title);
    if (title.n == 0)
        return;
    buf_put(w->out, " \"", 2);
    while (title.n) {
        size_t n = 0;
        while (n < title.n && !ascii_is_space(title.p[n]))
            n++;
        put_escaped(w, str_head(title, n), "\"\\");
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

/* How many bytes of s are a permalink's sign; 0: s begins with something else. */
static size_t sign_at(struct str s)
{
    static const char *const signs[] = {
        "#", "\xC2\xB6", "\xC2\xA7", "\xF0\x9F\x94\x97", "\xE2\x80\x8B", "\xEF\x83\x81"};
    for (size_t i = 0; i < ARRAY_LEN(signs); i++)
        if (str_starts(s, str_of(signs[i])))
            return strlen(signs[i]);
    return 0;
}

/* Nothing but white space and signs in the subtree; *ret_any: there is a sign. Looks at few nodes only. */
static bool only_signs(const struct html_tree *tree, uint32_t top, bool *ret_any)
{
    unsigned budget = 16;
    *ret_any = false;
    for (uint32_t i = html_next(tree, top, top); i; i = html_next(tree, i, top)) {
        if (budget-- == 0 || html_is(tree, i, N_IMG))
            return false;
        if (tree->nodes[i].type != HTML_TEXT)
            continue;
        struct str s = str_trim(html_node_text(tree, i));
        for (size_t n; s.n; s = str_trim(str_from(s, n)), *ret_any = true)
            if ((n = sign_at(s)) == 0)
                return false;
    }
    return true;
}

static bool is_permalink(const struct md *w, uint32_t node, struct str href)
{
    static const char *const sure[] = {"headerlink",      "hash-link",     "header-anchor",
                                       "heading-anchor",  "anchorjs-link", "headeranchor-link",
                                       "footnote-backref"};
    static const char *const maybe[] = {"anchor", "permalink", "doc-anchor", "heading-link",
                                        "anchor-link"};
    if (str_find(href, '#') == href.n)
        return false;
    struct str classes = html_attr(w->tree, node, N_CLASS);
    for (size_t i = 0; classes.n && i < ARRAY_LEN(sure); i++)
        if (md_class_has(classes, str_of(sure[i])))
            return true;
    bool any, likely = w->heading || w->in_term;
    for (size_t i = 0; classes.n && !likely && i < ARRAY_LEN(maybe); i++)
        likely = md_class_has(classes, str_of(maybe[i]));
    if (!only_signs(w->tree, node, &any))
        return false;
    return likely || (!any && href.p[0] == '#');
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
    size_t colon = 0;
    while (colon < s.n && (ascii_is_alpha(s.p[colon]) ||
                           (colon && (ascii_is_digit(s.p[colon]) || strchr("+.-", s.p[colon])))))
        colon++;
    return colon >= 2 && colon <= 32 && colon < s.n && s.p[colon] == ':' && !needs_angles(s) &&
           str_find(s, '|') == s.n;
}

/* A link whose text is its target: <https://...>. */
static bool autolink(struct md *w, uint32_t node, struct str url)
{
    const struct html_node *n = &w->tree->nodes[node];
    if (!n->first || w->tree->nodes[n->first].next || w->tree->nodes[n->first].type != HTML_TEXT ||
        w->code_depth || str_is_set(html_attr(w->tree, node, N_TITLE)))
        return false;
    struct str text = str_trim(html_node_text(w->tree, n->first));
    bool mail = scheme_is(url, "mailto:") && str_eq(str_from(url, 7), text) && is_mail(text);
    if (!mail && (!str_eq(url, text) || !is_absolute(url)))
        return false;
    md_inline(w, CHAR_PUNCT);
    buf_putc(w->out, '<');
    buf_put_str(w->out, text);
    buf_putc(w->out, '>');
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
    if (is_permalink(w, node, href))
        return false;
    if (scheme_is(href, "javascript:") || scheme_is(href, "data:") || w->in_link)
        return true;
    if (holds_block(w->tree, node))
        md_break(w);
    if (autolink(w, node, resolve(w, href)))
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
    put_target_and_title(w, resolve(w, html_attr(w->tree, node, N_HREF)),
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
    put_target_and_title(w, src.n ? resolve(w, src) : STR_LIT(""), html_attr(w->tree, node, N_TITLE));
    w->code_depth = depth;
}
