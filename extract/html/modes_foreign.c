/* SPDX-License-Identifier: Apache-2.0 */
/* modes_foreign.c: svg and math (HTML 13.2.6, 13.2.6.5).
 *
 * Names of foreign elements and attributes stay in lower case: "foreignObject" and its like are a matter of who
 * writes markup. */
#include "base/utf8.h"
#include "extract/html/modes.h"

bool foreign_rules(struct tree *t)
{
    if (t->n_open == 0)
        return false;
    unsigned is = tree_adjusted_top(t)->is;
    if (!(is & IS_FOREIGN))
        return false;
    enum token_kind kind = t->token.kind;
    bool start = kind == TOKEN_START, text = kind == TOKEN_TEXT;
    uint16_t name = t->token.name;
    if (is & IS_TEXT_POINT && (text || (start && name != N_MGLYPH && name != N_MALIGNMARK)))
        return false;
    if (is & IS_ANNOTATION && start && name == N_SVG)
        return false;
    if (is & IS_HTML_POINT && (text || start))
        return false;
    return kind != TOKEN_EOF;
}

void foreign_open(struct tree *t, enum html_ns ns)
{
    tree_insert_foreign(t, ns);
}

enum step foreign_text(struct tree *t)
{
    struct html_build *b = t->b;
    if (t->token.nul) {
        struct html_slice text = {
            .at = (uint32_t)b->side.n, .n = sizeof UTF8_REPLACEMENT - 1, .in_side = true};
        buf_puts(&b->side, UTF8_REPLACEMENT);
        if (b->side.status == OK)
            tree_insert_text(t, text);
        return DONE;
    }
    tree_insert_text(t, t->token.text);
    if (t->frameset_ok && !tree_is_space(t, t->token.text))
        t->frameset_ok = false;
    return DONE;
}

static bool has_attr(const struct tree *t, uint16_t name)
{
    for (uint32_t i = t->token.attrs; i < t->token.attrs + t->token.n_attrs; i++)
        if (t->b->attrs[i].name == name)
            return true;
    return false;
}

/* Start tags that are surely meant as HTML. */
static bool breaks_out(const struct tree *t)
{
    if (t->token.name == N_FONT)
        return has_attr(t, N_COLOR) || has_attr(t, N_FACE) || has_attr(t, N_SIZE);
    return category_of_html(t->token.name) & IS_BREAKOUT;
}

static enum step break_out(struct tree *t)
{
    while (t->n_open > 1 && tree_top(t)->is & IS_FOREIGN &&
           !(tree_top(t)->is & (IS_TEXT_POINT | IS_HTML_POINT)))
        tree_pop(t);
    return modes_html(t);
}

enum step foreign_start(struct tree *t)
{
    if (breaks_out(t))
        return break_out(t);
    const struct open *o = tree_adjusted_top(t);
    enum html_ns ns = o == &t->context ? t->context_ns : (enum html_ns)t->b->nodes[o->node].ns;
    tree_insert_foreign(t, ns);
    return DONE;
}

/* The innermost foreign element of this name is closed, if no element of HTML is open inside it. */
enum step foreign_end(struct tree *t)
{
    uint16_t name = t->token.name;
    if (name == N_P || name == N_BR)
        return break_out(t);
    if (t->n_open == 1)
        return DONE;
    for (uint32_t i = name != N_NONE && t->open_names[name] ? t->n_open - 1 : 0; i > 0; i--) {
        const struct open *o = &t->stack[i];
        if (!(o->is & IS_FOREIGN))
            break;
        if (o->foreign_name == name) {
            tree_pop_to(t, i);
            return DONE;
        }
    }
    return modes_html(t);
}
