/* SPDX-License-Identifier: Apache-2.0 */
/* script_text.c: a scan for quotes; comments and regular expressions are not told apart from code. */
#include "extract/script_text.h"

enum { SCRIPT_MAX_BYTES = 64 * 1024 };

/* A quote of the other kind, or one behind a backslash, is part of the text; a line's end is not. */
bool script_literal(struct str *rest, struct str *ret_text)
{
    struct str text = *rest;
    for (size_t i = 0; i < text.n; i++) {
        char quote = text.p[i];
        size_t from = i + 1, end = from;
        if (quote != '"' && quote != '\'')
            continue;
        while (end < text.n && text.p[end] != quote && text.p[end] != '\n')
            end += text.p[end] == '\\' ? 2 : 1;
        if (end >= text.n)
            return false;
        i = end;
        if (text.p[end] != quote)
            continue;
        *ret_text = str_make(text.p + from, end - from);
        *rest = str_from(text, end + 1);
        return true;
    }
    return false;
}

struct str script_assigned(struct str script, struct str name)
{
    const char *at = script.n > name.n ? memmem(script.p, script.n, name.p, name.n) : NULL;
    if (!at)
        return STR_NONE;
    struct str rest = str_from(script, (size_t)(at - script.p) + name.n), text;
    while (rest.n && (ascii_is_space(rest.p[0]) || rest.p[0] == '=' || rest.p[0] == ':'))
        rest = str_from(rest, 1);
    bool quoted = rest.n && (rest.p[0] == '"' || rest.p[0] == '\'');
    const char *begin = rest.p;
    return quoted && script_literal(&rest, &text) && text.p == begin + 1 ? text : STR_NONE;
}

struct str script_file(struct str src)
{
    src = str_head(src, str_find(src, '?'));
    size_t from = src.n;
    while (from && src.p[from - 1] != '/')
        from--;
    return str_from(src, from);
}

struct str script_text(const struct html_tree *tree, uint32_t node)
{
    uint32_t text = tree->nodes[node].first;
    return text && tree->nodes[text].type == HTML_TEXT
               ? str_head(html_node_text(tree, text), SCRIPT_MAX_BYTES)
               : STR_NONE;
}
