/* SPDX-License-Identifier: Apache-2.0 */
/* tree.c: the stack of open elements, and nodes put in their place. */
#include "extract/html/tree.h"

/* ---- the stack ---- */

/* Makes room: at the limit the deepest element is closed. */
static void stack_room(struct tree *t)
{
    if (t->n_open < t->max_open)
        return;
    t->b->cuts |= CUT_DEPTH;
    uint32_t node = tree_top(t)->node;
    bool is_template = tree_top_is(t, N_TEMPLATE);
    tree_pop(t);
    if (t->b->nodes[node].listed)
        formatting_remove(t, node);
    if (is_template)
        tree_pop_template_mode(t);
}

void tree_push(struct tree *t, uint32_t node, unsigned is)
{
    stack_room(t);
    struct html_node *n = &t->b->nodes[node];
    bool foreign = n->ns != HTML_NS_HTML;
    n->open = true;
    t->open_names[n->name]++;
    t->n_templates += !foreign && n->name == N_TEMPLATE;
    t->stack[t->n_open++] = (struct open){.node = node,
                                          .name = foreign ? N_NONE : n->name,
                                          .foreign_name = foreign ? n->name : N_NONE,
                                          .is = is};
}

static void closed(struct tree *t, const struct open *o)
{
    struct html_node *n = &t->b->nodes[o->node];
    n->open = false;
    t->open_names[n->name]--;
    t->n_templates -= o->name == N_TEMPLATE;
}

void tree_pop(struct tree *t)
{
    if (t->n_open > 1)
        closed(t, &t->stack[--t->n_open]);
}

void tree_pop_to(struct tree *t, uint32_t n_open)
{
    while (t->n_open > n_open && t->n_open > 1)
        tree_pop(t);
}

void tree_pop_until(struct tree *t, uint16_t name)
{
    bool found = false;
    while (!found && t->n_open > 1) {
        found = tree_top_is(t, name);
        tree_pop(t);
    }
}

void tree_pop_until_is(struct tree *t, unsigned is)
{
    bool found = false;
    while (!found && t->n_open > 1) {
        found = tree_top(t)->is & is;
        tree_pop(t);
    }
}

void tree_clear_back_to(struct tree *t, unsigned is, uint16_t name)
{
    uint32_t i = t->n_open - 1;
    while (i > 0 && !(t->stack[i].is & (is | IS_TABLE_SCOPE)) && t->stack[i].name != name)
        i--;
    const struct open *o = &t->stack[i];
    bool found = i == 0 ? t->fragment : o->is & is || o->name == name || o->name == N_TEMPLATE;
    if (found)
        tree_pop_to(t, i + 1);
}

void tree_remove_open(struct tree *t, uint32_t index)
{
    struct open gone = t->stack[index];
    memmove(t->stack + index, t->stack + index + 1, (--t->n_open - index) * sizeof *t->stack);
    closed(t, &gone);
}

void tree_close_all(struct tree *t)
{
    while (t->n_open)
        closed(t, &t->stack[--t->n_open]);
}

uint32_t tree_find_node(const struct tree *t, uint32_t node)
{
    uint32_t i = t->n_open - 1;
    while (i > 0 && t->stack[i].node != node)
        i--;
    return i;
}

/* ---- scopes ---- */

bool tree_in(const struct tree *t, uint16_t name, unsigned ends)
{
    for (uint32_t i = t->n_open; i-- > 0;) {
        if (t->stack[i].name == name)
            return true;
        if (t->stack[i].is & ends)
            return false;
    }
    return false;
}

bool tree_node_in_scope(const struct tree *t, uint32_t node)
{
    for (uint32_t i = t->n_open; i-- > 0;) {
        if (t->stack[i].node == node)
            return true;
        if (t->stack[i].is & IS_SCOPE)
            return false;
    }
    return false;
}

bool tree_is_in(const struct tree *t, unsigned is, unsigned ends)
{
    for (uint32_t i = t->n_open; i-- > 0;) {
        if (t->stack[i].is & is)
            return true;
        if (t->stack[i].is & ends)
            return false;
    }
    return false;
}

void tree_imply_all_ends(struct tree *t)
{
    while (tree_top(t)->is & IS_IMPLIED_ALL && t->n_open > 1)
        tree_pop(t);
}

void tree_close_p(struct tree *t)
{
    if (!tree_in_button_scope(t, N_P))
        return;
    tree_imply_ends(t, N_P);
    tree_pop_until(t, N_P);
}

/* ---- which mode (13.2.4.1) ---- */

void tree_push_template_mode(struct tree *t)
{
    if (t->n_template_modes < t->max_template_modes)
        t->template_modes[t->n_template_modes] = MODE_IN_TEMPLATE;
    else
        t->b->cuts |= CUT_TEMPLATES;
    t->n_template_modes++;
}

void tree_pop_template_mode(struct tree *t)
{
    if (t->n_template_modes)
        t->n_template_modes--;
}

void tree_set_template_mode(struct tree *t, enum mode mode)
{
    uint32_t n = t->n_template_modes;
    if (n && n <= t->max_template_modes)
        t->template_modes[n - 1] = (uint16_t)mode;
}

static enum mode template_mode(const struct tree *t)
{
    uint32_t n = t->n_template_modes;
    return n && n <= t->max_template_modes ? (enum mode)t->template_modes[n - 1] : MODE_IN_TEMPLATE;
}

/* The mode an open element asks for, or MODES. */
static enum mode mode_of(const struct tree *t, uint16_t name, bool last)
{
    switch (name) {
    case N_TD:
    case N_TH:
        return last ? MODES : MODE_IN_CELL;
    case N_TR:
        return MODE_IN_ROW;
    case N_TBODY:
    case N_THEAD:
    case N_TFOOT:
        return MODE_IN_TABLE_BODY;
    case N_CAPTION:
        return MODE_IN_CAPTION;
    case N_COLGROUP:
        return MODE_IN_COLUMN_GROUP;
    case N_TABLE:
        return MODE_IN_TABLE;
    case N_TEMPLATE:
        return template_mode(t);
    case N_HEAD:
        return last ? MODES : MODE_IN_HEAD;
    case N_BODY:
        return MODE_IN_BODY;
    case N_FRAMESET:
        return MODE_IN_FRAMESET;
    case N_HTML:
        return t->head ? MODE_AFTER_HEAD : MODE_BEFORE_HEAD;
    default:
        return MODES;
    }
}

void tree_reset_mode(struct tree *t)
{
    enum mode mode = MODES;
    for (uint32_t i = t->n_open; i-- > 0 && mode == MODES;) {
        const struct open *o = i == 0 && t->fragment ? &t->context : &t->stack[i];
        mode = mode_of(t, o->name, i == 0);
    }
    t->mode = mode == MODES ? MODE_IN_BODY : mode;
}

/* ---- where a node goes ---- */

/* Before the innermost table, or into a template inside it. At the limit of depth the table may be closed
 * though a part of it is open: then before that part. */
static struct place foster_place(struct tree *t, uint32_t part)
{
    uint32_t i = t->n_open - 1;
    while (i > 0 && t->stack[i].name != N_TABLE && t->stack[i].name != N_TEMPLATE &&
           !(t->stack[i].is & IS_CELL))
        i--;
    const struct open *o = &t->stack[i];
    t->b->strays = true;
    if (o->name == N_TEMPLATE || (i == 0 && t->fragment))
        return (struct place){.parent = o->node};
    uint32_t node = o->name == N_TABLE ? o->node : part;
    return (struct place){.parent = t->b->nodes[node].parent, .before = node};
}

struct place tree_place(struct tree *t, uint32_t target)
{
    const struct html_node *n = &t->b->nodes[target];
    if (t->foster && n->ns == HTML_NS_HTML && category_of_html(n->name) & IS_TABLE_PART)
        return foster_place(t, target);
    return (struct place){.parent = target};
}

/* Apart, so that the usual way stays short. */
static __attribute__((noinline, cold)) void link_aside(struct tree *t, struct place place, uint32_t node)
{
    if (place.before) {
        html_build_insert(t->b, place.before, node);
        return;
    }
    /* Space behind the body goes into it, though a comment may stand between: that is order enough, if nothing more
     * goes there. */
    bool strays = html_build_strays(t->b, place.parent, node);
    if (t->b->nodes[node].type == HTML_TEXT &&
        (t->mode == MODE_AFTER_BODY || t->mode == MODE_AFTER_AFTER_BODY))
        t->b->late |= strays;
    else
        t->b->moved |= strays || t->b->late;
    html_build_append(t->b, place.parent, node);
}

void tree_link(struct tree *t, struct place place, uint32_t node)
{
    if (place.before || t->b->strays)
        link_aside(t, place, node);
    else
        html_build_append(t->b, place.parent, node);
}

/* ---- elements ---- */

static uint32_t new_element(struct tree *t, uint16_t name, enum html_ns ns)
{
    uint32_t node = html_build_node(t->b, HTML_ELEMENT);
    t->b->nodes[node].name = node ? name : N_NONE;
    if (node)
        t->b->nodes[node].ns = ns & 15;
    else
        t->done = true;
    return node;
}

void tree_take_attrs(struct tree *t, uint32_t node)
{
    html_build_set_attrs(t->b, node, t->token.attrs, t->token.n_attrs);
    t->token.n_attrs = 0;
}

static uint32_t insert(struct tree *t, uint16_t name, enum html_ns ns, bool with_attrs)
{
    uint32_t node = new_element(t, name, ns);
    if (!node)
        return 0;
    if (with_attrs)
        tree_take_attrs(t, node);
    tree_link(t, tree_place(t, tree_top(t)->node), node);
    return node;
}

uint32_t tree_insert(struct tree *t)
{
    stack_room(t);
    uint32_t node = insert(t, t->token.name, HTML_NS_HTML, true);
    if (node)
        tree_push(t, node, category_of_html(t->token.name));
    return node;
}

uint32_t tree_insert_name(struct tree *t, uint16_t name)
{
    stack_room(t);
    uint32_t node = insert(t, name, HTML_NS_HTML, false);
    if (node)
        tree_push(t, node, category_of_html(name));
    return node;
}

void tree_insert_void(struct tree *t)
{
    insert(t, t->token.name, HTML_NS_HTML, true);
}

void tree_insert_foreign(struct tree *t, enum html_ns ns)
{
    uint16_t name = t->token.name;
    bool html_encoding =
        name == N_ANNOTATION_XML && (tree_token_has(t, N_ENCODING, "text/html") ||
                                     tree_token_has(t, N_ENCODING, "application/xhtml+xml"));
    if (t->token.self_closing) {
        insert(t, name, ns, true);
        return;
    }
    stack_room(t);
    uint32_t node = insert(t, name, ns, true);
    if (node)
        tree_push(t, node, category_of(ns, name, html_encoding));
}

uint32_t tree_clone(struct tree *t, uint32_t node)
{
    uint32_t copy = new_element(t, t->b->nodes[node].name, HTML_NS_HTML);
    if (copy)
        t->b->nodes[copy].attrs = t->b->nodes[node].attrs;
    return copy;
}

/* ---- attributes ---- */

bool tree_token_has(const struct tree *t, uint16_t name, const char *value)
{
    for (uint32_t i = t->token.attrs; i < t->token.attrs + t->token.n_attrs; i++) {
        const struct html_attr *a = &t->b->attrs[i];
        if (a->name == name)
            return str_eq_nocase(html_build_text(t->b, (struct html_slice){a->at, a->n, a->in_side}),
                                 str_of(value));
    }
    return false;
}

static bool has_attr(const struct html_build *b, uint32_t node, uint16_t name)
{
    const struct html_attr *a = &b->attrs[b->nodes[node].attrs], *end = a + a->count;
    for (; a < end; a++)
        if (a->name == name)
            return true;
    return false;
}

/* The element's attributes and the new ones must lie side by side: they go behind the token's, whose entries
 * stay unused. That happens at most once for each attribute that may be kept. */
void tree_merge_attrs(struct tree *t, uint32_t node)
{
    struct html_build *b = t->b;
    uint32_t fresh = 0, from = t->token.attrs, to = from + t->token.n_attrs;
    for (uint32_t i = from; i < to; i++)
        if (!has_attr(b, node, b->attrs[i].name))
            b->attrs[from + fresh++] = b->attrs[i];
    b->n_attrs = from + fresh;
    t->token.n_attrs = 0;
    uint32_t from_old = b->nodes[node].attrs, old = b->attrs[from_old].count;
    if (old + fresh > b->limits.attrs) {
        b->cuts |= CUT_ATTRS;
        fresh = old < b->limits.attrs ? b->limits.attrs - old : 0;
        b->n_attrs = from + fresh;
    }
    if (fresh == 0)
        return;
    uint32_t first = b->n_attrs;
    for (uint32_t i = 0; i < old + fresh; i++) {
        struct html_attr *attr = html_build_attr(b);
        if (!attr)
            return;
        *attr = b->attrs[i < old ? from_old + i : from + (i - old)];
    }
    html_build_set_attrs(b, node, first, old + fresh);
}

/* ---- text and comments ---- */

void tree_insert_text(struct tree *t, struct html_slice text)
{
    if (text.n == 0)
        return;
    struct place place = tree_place(t, tree_top(t)->node);
    const struct html_node *nodes = t->b->nodes;
    uint32_t before = place.before ? nodes[place.before].prev : nodes[place.parent].last;
    struct html_node *last = &t->b->nodes[before];
    if (before && last->type == HTML_TEXT && last->in_side == text.in_side &&
        last->at + last->bytes == text.at) {
        last->bytes += text.n;
        return;
    }
    uint32_t node = html_build_node(t->b, HTML_TEXT);
    if (!node) {
        t->done = true;
        return;
    }
    html_build_set_slice(t->b, node, text);
    tree_link(t, place, node);
}

static void insert_comment(struct tree *t, struct place place)
{
    uint32_t node = html_build_node(t->b, HTML_COMMENT);
    if (!node) {
        t->done = true;
        return;
    }
    html_build_set_slice(t->b, node, t->token.text);
    tree_link(t, place, node);
}

void tree_insert_comment(struct tree *t, uint32_t parent)
{
    t->b->strays |= t->n_open > 0;
    insert_comment(t, (struct place){.parent = parent});
}

void tree_insert_comment_here(struct tree *t)
{
    insert_comment(t, tree_place(t, tree_top(t)->node));
}

/* Bytes of white space that the text begins with; a carriage return can only come from a reference. */
static uint32_t space_bytes(struct str s)
{
    uint32_t n = 0;
    while (n < s.n && ascii_is_space(s.p[n]))
        n++;
    return n;
}

bool tree_is_space(const struct tree *t, struct html_slice text)
{
    return space_bytes(html_build_text(t->b, text)) == text.n;
}

struct html_slice tree_take_space(struct tree *t)
{
    struct html_slice *text = &t->token.text, space = *text;
    space.n = space_bytes(html_build_text(t->b, *text));
    text->at += space.n;
    text->n -= space.n;
    return space;
}
