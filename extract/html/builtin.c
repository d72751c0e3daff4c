/* SPDX-License-Identifier: Apache-2.0 */
/* builtin.c: our own builder behind the door: memory that is kept, the loop over tokens, fragments.
 *
 * The loop is the only place where the limits of nodes, attributes and bytes are looked at: one token can make
 * no more than SPARE_NODES nodes, so between two looks nothing is refused. Every index stays valid whatever
 * ends the loop: the tree so far is whole. */
#include "extract/html/input.h"
#include "extract/html/modes.h"
#include "extract/html/parser.h"

#include <stdlib.h>

enum {
    SPARE_NODES = 1024,
    LEAST_DEPTH = 3, /* html, body and one more */
    KEEP_INPUT_BYTES = 1 << 20,
    MOST_BYTES = 1 << 29, /* three times as much, when it is put right, has offsets of 32 bits */
};

struct tree_builder {
    struct tree tree;
    struct buf input; /* the page, if it had to be changed */
};

struct tree_builder *tree_builder_create(const struct html_limits *limits)
{
    struct tree_builder *builder = calloc(1, sizeof *builder);
    if (!builder)
        return NULL;
    struct tree *t = &builder->tree;
    t->max_open = limits->depth > LEAST_DEPTH ? limits->depth : LEAST_DEPTH;
    t->max_list = limits->formatting;
    t->max_template_modes = limits->templates;
    t->stack = calloc(t->max_open, sizeof *t->stack);
    t->list = calloc(t->max_list, sizeof *t->list);
    t->template_modes = calloc(t->max_template_modes, sizeof *t->template_modes);
    t->open_names = calloc(UINT16_MAX + 1, sizeof *t->open_names);
    buf_init(&builder->input, 3 * (size_t)MOST_BYTES);
    if (!tokens_init(&t->tokens) || !t->stack || !t->list || !t->template_modes || !t->open_names) {
        tree_builder_destroy(builder);
        return NULL;
    }
    return builder;
}

void tree_builder_destroy(struct tree_builder *builder)
{
    if (!builder)
        return;
    tokens_fini(&builder->tree.tokens);
    free(builder->tree.stack);
    free(builder->tree.list);
    free(builder->tree.template_modes);
    free(builder->tree.open_names);
    buf_fini(&builder->input);
    free(builder);
}

/* ---- begin ---- */

static void tree_begin(struct tree *t, struct html_build *b, bool scripting)
{
    t->b = b;
    t->mode = MODE_INITIAL;
    t->n_open = t->n_list = t->n_template_modes = t->n_templates = 0;
    t->head = t->form = 0;
    t->has_pending = t->fragment = t->foster = t->skip_line_feed = t->done = false;
    t->frameset_ok = true;
    t->scripting = scripting;
    tokens_begin(&t->tokens, b);
}

/* What text the context holds (13.4, step 4). */
static enum tokens_mode content_of(uint16_t context, bool scripting)
{
    switch (context) {
    case N_TITLE:
    case N_TEXTAREA:
        return TOKENS_RCDATA;
    case N_STYLE:
    case N_XMP:
    case N_IFRAME:
    case N_NOEMBED:
    case N_NOFRAMES:
        return TOKENS_RAWTEXT;
    case N_SCRIPT:
        return TOKENS_SCRIPT;
    case N_NOSCRIPT:
        return scripting ? TOKENS_RAWTEXT : TOKENS_DATA;
    case N_PLAINTEXT:
        return TOKENS_PLAINTEXT;
    default:
        return TOKENS_DATA;
    }
}

static void fragment_begin(struct tree *t, const struct tree_task *task)
{
    uint16_t name = html_build_name(t->b, task->context);
    bool html = task->ns == HTML_NS_HTML;
    uint32_t root = html_build_node(t->b, HTML_ELEMENT);
    if (!root) {
        t->done = true;
        return;
    }
    t->b->nodes[root].name = N_HTML;
    html_build_append(t->b, 0, root);
    t->fragment = true;
    t->context = (struct open){.name = html ? name : N_NONE,
                               .foreign_name = html ? N_NONE : name,
                               .is = category_of(task->ns, name, false)};
    t->context_ns = task->ns;
    tree_push(t, root, category_of_html(N_HTML));
    if (html) {
        t->tokens.mode = content_of(name, t->scripting);
        if (name == N_TEMPLATE)
            tree_push_template_mode(t);
        /* The form pointer is the context, which is no node: the root stands for it, as it is never closed. */
        if (name == N_FORM)
            t->form = root;
    }
    tree_reset_mode(t);
}

/* The root's children become the document's; the root itself is no part of the tree any more. */
static void fragment_end(struct tree *t)
{
    struct html_build *b = t->b;
    uint32_t root = t->stack[0].node, first = b->nodes[root].first, last = b->nodes[root].last;
    html_build_unlink(b, root);
    for (uint32_t child = first; child; child = b->nodes[child].next)
        b->nodes[child].parent = 0;
    b->nodes[root].first = b->nodes[root].last = 0;
    b->nodes[0].first = first;
    b->nodes[0].last = last;
}

/* ---- the loop ---- */

/* The limits that end the reading. */
static unsigned limit_reached(const struct html_build *b)
{
    unsigned nodes = b->n_nodes >= b->limits.nodes ? CUT_NODES : 0;
    unsigned attrs = b->n_attrs >= b->limits.page_attrs ? CUT_PAGE_ATTRS : 0;
    return nodes | attrs | (b->side.status != OK ? CUT_MEMORY : 0u);
}

static void one_token(struct tree *t)
{
    struct token *token = &t->token;
    t->tokens.foreign = t->n_open && tree_adjusted_top(t)->is & IS_FOREIGN;
    tokens_next(&t->tokens, token);
    if (t->skip_line_feed) {
        t->skip_line_feed = false;
        bool text = token->kind == TOKEN_TEXT && token->text.n;
        if (text && html_build_text(t->b, token->text).p[0] == '\n') {
            token->text.at++;
            token->text.n--;
        }
    }
    if (token->kind != TOKEN_TEXT)
        table_flush(t);
    else if (token->text.n == 0)
        return;
    modes_token(t);
    /* Attributes of a tag that made no element. */
    if (token->kind == TOKEN_START && token->n_attrs)
        t->b->n_attrs = token->attrs;
}

static void read_all(struct tree *t)
{
    struct html_build *b = t->b;
    while (!t->done && b->status == OK) {
        unsigned cut = limit_reached(b);
        b->cuts |= cut;
        if (cut)
            break;
        one_token(t);
    }
    if (b->side.status == ST_NOMEM)
        b->status = ST_NOMEM;
}

enum status tree_builder_run(struct tree_builder *builder, struct html_build *b, struct str utf8,
                             const struct tree_task *task)
{
    struct str body;
    buf_shrink(&builder->input, KEEP_INPUT_BYTES);
    /* Where offsets would not do, nothing is read: no slice of the page ends in zero bytes but its end. */
    bool too_long = utf8.n > MOST_BYTES;
    if (too_long)
        utf8 = str_from(utf8, utf8.n);
    enum status st = input_prepare(utf8, &builder->input, &body);
    b->spare = SPARE_NODES + 2 * b->limits.attrs;
    if (st == OK)
        st = html_build_begin(b, body);
    if (st != OK)
        return st;
    if (too_long)
        b->cuts |= CUT_LENGTH;
    struct tree *t = &builder->tree;
    tree_begin(t, b, task->scripting);
    if (task->context.n)
        fragment_begin(t, task);
    read_all(t);
    if (t->fragment)
        fragment_end(t);
    tree_close_all(t);
    return b->status;
}
