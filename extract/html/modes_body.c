/* SPDX-License-Identifier: Apache-2.0 */
/* modes_body.c: text and start tags in the body (HTML 13.2.6.4.7). */
#include "extract/html/modes.h"

void body_text(struct tree *t, struct html_slice text)
{
    tree_reopen(t);
    tree_insert_text(t, text);
    if (t->frameset_ok && !tree_is_space(t, text))
        t->frameset_ok = false;
}

enum step in_body_text(struct tree *t)
{
    if (!t->token.nul)
        body_text(t, t->token.text);
    return DONE;
}

/* ---- groups of start tags ---- */

static enum step html_start(struct tree *t)
{
    if (!t->n_templates)
        tree_merge_attrs(t, t->stack[0].node);
    return DONE;
}

/* The body is the second open element, if it is open. */
static bool has_body(const struct tree *t)
{
    return t->n_open > 1 && t->stack[1].name == N_BODY;
}

static enum step body_start(struct tree *t)
{
    if (!has_body(t) || t->n_templates)
        return DONE;
    t->frameset_ok = false;
    tree_merge_attrs(t, t->stack[1].node);
    return DONE;
}

/* A frameset takes the place of a body that shows nothing yet. */
static enum step frameset_start(struct tree *t)
{
    if (!has_body(t) || !t->frameset_ok)
        return DONE;
    html_build_unlink(t->b, t->stack[1].node);
    tree_pop_to(t, 1);
    tree_insert(t);
    t->mode = MODE_IN_FRAMESET;
    return DONE;
}

static enum step block_start(struct tree *t)
{
    tree_close_p(t);
    tree_insert(t);
    return DONE;
}

static enum step heading_start(struct tree *t)
{
    tree_close_p(t);
    if (tree_top(t)->is & IS_HEADING)
        tree_pop(t);
    tree_insert(t);
    return DONE;
}

static enum step pre_start(struct tree *t)
{
    tree_close_p(t);
    tree_insert(t);
    t->skip_line_feed = true;
    t->frameset_ok = false;
    return DONE;
}

static enum step form_start(struct tree *t)
{
    if (t->form && !t->n_templates)
        return DONE;
    tree_close_p(t);
    uint32_t form = tree_insert(t);
    if (!t->n_templates)
        t->form = form;
    return DONE;
}

/* li, or dd and dt: an open one is closed, unless a special element stands between. */
static enum step item_start(struct tree *t, uint16_t name, uint16_t twin)
{
    t->frameset_ok = false;
    uint32_t i = t->open_names[name] || t->open_names[twin] ? t->n_open - 1 : 0;
    for (; i > 0; i--) {
        const struct open *o = &t->stack[i];
        if (o->name == name || o->name == twin) {
            uint16_t found = o->name;
            tree_imply_ends(t, found);
            tree_pop_until(t, found);
            break;
        }
        if (o->is & IS_SPECIAL && o->name != N_ADDRESS && o->name != N_DIV && o->name != N_P)
            break;
    }
    return block_start(t);
}

static enum step plaintext_start(struct tree *t)
{
    block_start(t);
    t->tokens.mode = TOKENS_PLAINTEXT;
    return DONE;
}

static enum step button_start(struct tree *t)
{
    if (tree_in_scope(t, N_BUTTON)) {
        tree_imply_ends(t, N_NONE);
        tree_pop_until(t, N_BUTTON);
    }
    tree_reopen(t);
    tree_insert(t);
    t->frameset_ok = false;
    return DONE;
}

static enum step other_start(struct tree *t)
{
    tree_reopen(t);
    tree_insert(t);
    return DONE;
}

static enum step formatting_start(struct tree *t)
{
    tree_reopen(t);
    formatting_push(t, tree_insert(t));
    return DONE;
}

static enum step a_start(struct tree *t)
{
    uint32_t open = formatting_find(t, N_A);
    if (open) {
        if (!formatting_adopt(t, N_A))
            body_other_end(t, N_A);
        formatting_remove(t, open);
        uint32_t i = t->b->nodes[open].open ? tree_find_node(t, open) : 0;
        if (i)
            tree_remove_open(t, i);
    }
    return formatting_start(t);
}

static enum step nobr_start(struct tree *t)
{
    tree_reopen(t);
    if (tree_in_scope(t, N_NOBR)) {
        if (!formatting_adopt(t, N_NOBR))
            body_other_end(t, N_NOBR);
        tree_reopen(t);
    }
    formatting_push(t, tree_insert(t));
    return DONE;
}

static enum step object_start(struct tree *t)
{
    tree_reopen(t);
    tree_insert(t);
    formatting_mark(t);
    t->frameset_ok = false;
    return DONE;
}

static enum step table_start(struct tree *t)
{
    if (!(t->b->quirks))
        tree_close_p(t);
    tree_insert(t);
    t->frameset_ok = false;
    t->mode = MODE_IN_TABLE;
    return DONE;
}

static enum step void_start(struct tree *t)
{
    tree_reopen(t);
    tree_insert_void(t);
    t->frameset_ok = false;
    return DONE;
}

static enum step hr_start(struct tree *t)
{
    tree_close_p(t);
    if (tree_in_scope(t, N_SELECT))
        tree_imply_ends(t, N_NONE);
    tree_insert_void(t);
    t->frameset_ok = false;
    return DONE;
}

static enum step raw_start(struct tree *t)
{
    t->frameset_ok = false;
    modes_raw(t, TOKENS_RAWTEXT);
    return DONE;
}

static enum step xmp_start(struct tree *t)
{
    tree_close_p(t);
    tree_reopen(t);
    return raw_start(t);
}

static enum step textarea_start(struct tree *t)
{
    modes_raw(t, TOKENS_RCDATA);
    t->skip_line_feed = true;
    t->frameset_ok = false;
    return DONE;
}

static enum step ruby_start(struct tree *t, uint16_t except)
{
    if (tree_in_scope(t, N_RUBY))
        tree_imply_ends(t, except);
    tree_insert(t);
    return DONE;
}

static enum step foreign_root_start(struct tree *t, enum html_ns ns)
{
    tree_reopen(t);
    foreign_open(t, ns);
    return DONE;
}

/* ---- what looks at an open select ---- */

static bool in_select_fragment(const struct tree *t)
{
    return t->fragment && t->context.name == N_SELECT;
}

static enum step input_start(struct tree *t)
{
    if (in_select_fragment(t))
        return DONE;
    if (tree_in_scope(t, N_SELECT))
        tree_pop_until(t, N_SELECT);
    bool hidden = tree_token_has(t, N_TYPE, "hidden");
    tree_reopen(t);
    tree_insert_void(t);
    if (!hidden)
        t->frameset_ok = false;
    return DONE;
}

static enum step select_start(struct tree *t)
{
    if (in_select_fragment(t))
        return DONE;
    if (tree_in_scope(t, N_SELECT)) {
        tree_pop_until(t, N_SELECT);
        return DONE;
    }
    tree_reopen(t);
    tree_insert(t);
    t->frameset_ok = false;
    return DONE;
}

static enum step option_start(struct tree *t, bool group)
{
    if (tree_in_scope(t, N_SELECT))
        tree_imply_ends(t, group ? N_NONE : N_OPTGROUP);
    else if (tree_top_is(t, N_OPTION))
        tree_pop(t);
    return other_start(t);
}

/* ---- */

/* clang-format off */
enum step in_body_start(struct tree *t)
{
    switch (t->token.name) {
    case N_HTML: return html_start(t);
    case N_BASE: case N_BASEFONT: case N_BGSOUND: case N_LINK: case N_META: case N_NOFRAMES: case N_SCRIPT:
    case N_STYLE: case N_TEMPLATE: case N_TITLE:
        return in_head_start(t);
    case N_BODY: return body_start(t);
    case N_FRAMESET: return frameset_start(t);
    case N_ADDRESS: case N_ARTICLE: case N_ASIDE: case N_BLOCKQUOTE: case N_CENTER: case N_DETAILS:
    case N_DIALOG: case N_DIR: case N_DIV: case N_DL: case N_FIELDSET: case N_FIGCAPTION: case N_FIGURE:
    case N_FOOTER: case N_HEADER: case N_HGROUP: case N_MAIN: case N_MENU: case N_NAV: case N_OL: case N_P:
    case N_SEARCH: case N_SECTION: case N_SUMMARY: case N_UL:
        return block_start(t);
    case N_H1: case N_H2: case N_H3: case N_H4: case N_H5: case N_H6: return heading_start(t);
    case N_PRE: case N_LISTING: return pre_start(t);
    case N_FORM: return form_start(t);
    case N_LI: return item_start(t, N_LI, N_LI);
    case N_DD: case N_DT: return item_start(t, N_DD, N_DT);
    case N_PLAINTEXT: return plaintext_start(t);
    case N_BUTTON: return button_start(t);
    case N_A: return a_start(t);
    case N_B: case N_BIG: case N_CODE: case N_EM: case N_FONT: case N_I: case N_S: case N_SMALL:
    case N_STRIKE: case N_STRONG: case N_TT: case N_U:
        return formatting_start(t);
    case N_NOBR: return nobr_start(t);
    case N_APPLET: case N_MARQUEE: case N_OBJECT: return object_start(t);
    case N_TABLE: return table_start(t);
    case N_IMAGE:
        t->token.name = N_IMG;
        return void_start(t);
    case N_AREA: case N_BR: case N_EMBED: case N_IMG: case N_KEYGEN: case N_WBR: return void_start(t);
    case N_INPUT: return input_start(t);
    case N_PARAM: case N_SOURCE: case N_TRACK:
        tree_insert_void(t);
        return DONE;
    case N_HR: return hr_start(t);
    case N_TEXTAREA: return textarea_start(t);
    case N_XMP: return xmp_start(t);
    case N_IFRAME: return raw_start(t);
    case N_NOEMBED:
        modes_raw(t, TOKENS_RAWTEXT);
        return DONE;
    case N_NOSCRIPT:
        if (!t->scripting)
            return other_start(t);
        modes_raw(t, TOKENS_RAWTEXT);
        return DONE;
    case N_SELECT: return select_start(t);
    case N_OPTION: return option_start(t, false);
    case N_OPTGROUP: return option_start(t, true);
    case N_RB: case N_RTC: return ruby_start(t, N_NONE);
    case N_RP: case N_RT: return ruby_start(t, N_RTC);
    case N_MATH: return foreign_root_start(t, HTML_NS_MATHML);
    case N_SVG: return foreign_root_start(t, HTML_NS_SVG);
    case N_CAPTION: case N_COL: case N_COLGROUP: case N_FRAME: case N_HEAD: case N_TBODY: case N_TD:
    case N_TFOOT: case N_TH: case N_THEAD: case N_TR:
        return DONE;
    default: return other_start(t);
    }
}
/* clang-format on */
