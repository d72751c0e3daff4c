/* SPDX-License-Identifier: Apache-2.0 */
/* gumbo_tree.c: the builder over gumbo, and the only file that knows gumbo.
 *
 * gumbo builds its own tree, which is then copied. All it allocates comes from an arena with a budget of
 * bytes: past it, control leaves gumbo by longjmp and the arena is dropped, so that no page can take more
 * (formatting elements that are rebuilt in every paragraph make 3.7 GB of 82 KB). gumbo's tree is never
 * freed piece by piece and never walked by recursion.
 *
 * gumbo also asserts what pages can break: 37 bytes, "<table><math><select><mi><select><td>", would abort
 * the process. __assert_fail(), which is what assert() calls in the C library (LSB 1.3), is defined here,
 * so that a failure inside gumbo leaves the same way; elsewhere it does what it always did.
 *
 * A text is a slice of the body when gumbo's decoded text is byte for byte what stands there; else
 * (character reference, carriage return, NUL, merged runs) it is copied to the side buffer.
 * The contents of <template> are ordinary children. Threads: a builder belongs to one worker. */
#include "extract/html/parser.h"

#include <gumbo.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CHUNK_BYTES = 256 << 10,
    KEEP_BYTES = 4 << 20, /* chunks kept for the next page */
    FINE_CLASSES = 64,    /* 16 to 1,024 bytes in steps of 16; above it, powers of two */
    N_CLASSES = FINE_CLASSES + 32,
};

struct chunk {
    struct chunk *next;
    size_t cap;
    _Alignas(16) char bytes[];
};

/* Before every block: its class while it is in use. Behind it, when free: the next free one. */
struct block {
    size_t class;
    struct block *next_free;
};
#define BLOCK_HEAD offsetof(struct block, next_free)

enum leave { LEAVE_NOT, LEAVE_BUDGET, LEAVE_NOMEM, LEAVE_ASSERT };

struct frame {
    const GumboNode *node;
    unsigned next_child, depth;
    uint32_t texts_to, elements_to; /* parents of what is found in node; apart only at the depth limit */
};

struct gumbo_builder {
    size_t budget_bytes, taken_bytes;
    struct chunk *used, *spare; /* used: the first is being filled */
    size_t fill;
    struct block *free_blocks[N_CLASSES];
    jmp_buf leave;
    enum leave why;   /* gumbo was left; LEAVE_NOT: it came back */
    struct buf stack; /* of struct frame */
    uint16_t tag_names[GUMBO_TAG_LAST];
};

/* ---- the arena ---- */

static unsigned class_of(size_t n)
{
    if (n <= 16 * FINE_CLASSES)
        return n ? (unsigned)((n - 1) / 16) : 0;
    unsigned class = FINE_CLASSES;
    while (((size_t)2048 << (class - FINE_CLASSES)) < n && class < N_CLASSES - 1)
        class ++;
    return class;
}

static size_t class_bytes(unsigned class)
{
    return class < FINE_CLASSES ? (class + 1) * (size_t)16 : (size_t)2048 << (class - FINE_CLASSES);
}

/* A chunk with room for n bytes becomes the one being filled. */
static void chunk_begin(struct gumbo_builder *g, size_t n)
{
    size_t cap = n > CHUNK_BYTES ? n : CHUNK_BYTES;
    if (cap > g->budget_bytes - g->taken_bytes)
        longjmp(g->leave, LEAVE_BUDGET);
    struct chunk *c = g->spare;
    if (c && cap == CHUNK_BYTES) {
        g->spare = c->next;
    } else {
        c = malloc(sizeof *c + cap);
        if (!c)
            longjmp(g->leave, LEAVE_NOMEM);
        c->cap = cap;
    }
    g->taken_bytes += cap;
    c->next = g->used;
    g->used = c;
    g->fill = 0;
}

static void *take(void *user, size_t n)
{
    struct gumbo_builder *g = user;
    unsigned class = class_of(n);
    struct block *block = g->free_blocks[class];
    if (block) {
        g->free_blocks[class] = block->next_free;
        return (char *)block + BLOCK_HEAD;
    }
    size_t need = BLOCK_HEAD + class_bytes(class);
    if (n > class_bytes(class))
        longjmp(g->leave, LEAVE_BUDGET);
    if (!g->used || g->used->cap - g->fill < need)
        chunk_begin(g, need);
    block = (struct block *)(void *)(g->used->bytes + g->fill);
    g->fill += need;
    block->class = class;
    return (char *)block + BLOCK_HEAD;
}

static void give(void *user, void *p)
{
    struct gumbo_builder *g = user;
    if (!p)
        return;
    struct block *block = (struct block *)(void *)((char *)p - BLOCK_HEAD);
    block->next_free = g->free_blocks[block->class];
    g->free_blocks[block->class] = block;
}

/* Drops all that gumbo made; ordinary chunks up to KEEP_BYTES wait for the next page. */
static void arena_drop(struct gumbo_builder *g, size_t keep_bytes)
{
    size_t kept = 0;
    for (struct chunk *c = g->spare; c; c = c->next)
        kept += c->cap;
    while (g->used) {
        struct chunk *c = g->used;
        g->used = c->next;
        if (c->cap == CHUNK_BYTES && kept + c->cap <= keep_bytes) {
            kept += c->cap;
            c->next = g->spare;
            g->spare = c;
        } else {
            free(c);
        }
    }
    g->taken_bytes = g->fill = 0;
    memset(g->free_blocks, 0, sizeof g->free_blocks);
}

/* ---- from gumbo's tree to ours ---- */

/* The part of the source that holds exactly these bytes, else the bytes themselves. */
static struct str as_slice(struct str decoded, struct str source)
{
    if (decoded.n > source.n || decoded.n == 0)
        return decoded;
    struct str head = str_head(source, decoded.n), tail = str_from(source, source.n - decoded.n);
    if (str_eq(head, decoded))
        return head;
    return str_eq(tail, decoded) ? tail : decoded;
}

static struct str piece(GumboStringPiece s)
{
    return str_make(s.data, s.data ? s.length : 0);
}

static struct str unquoted(struct str s)
{
    bool quoted = s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0];
    return quoted ? str_make(s.p + 1, s.n - 2) : s;
}

static uint16_t tag_name(struct gumbo_builder *g, struct html_build *b, const GumboElement *e)
{
    if (e->tag < GUMBO_TAG_UNKNOWN) {
        uint16_t fixed = g->tag_names[e->tag];
        return fixed ? fixed : html_build_name(b, str_of(gumbo_normalized_tagname(e->tag)));
    }
    GumboStringPiece tag = e->original_tag;
    gumbo_tag_from_original_text(&tag);
    return html_build_name(b, piece(tag));
}

/* False when no entry is left. Attributes whose name is dropped are dropped too. */
static bool copy_attrs(struct html_build *b, uint32_t node, const GumboVector *attrs)
{
    uint32_t first = b->n_attrs;
    bool whole = true;
    for (unsigned i = 0; i < attrs->length; i++) {
        const GumboAttribute *from = attrs->data[i];
        if (i >= b->limits.attrs) {
            b->cuts |= CUT_ATTRS;
            break;
        }
        bool prefixed = from->attr_namespace != GUMBO_ATTR_NAMESPACE_NONE && from->original_name.length;
        uint16_t name = html_build_name(b, prefixed ? piece(from->original_name) : str_of(from->name));
        if (name == N_NONE)
            continue;
        struct html_attr *to = html_build_attr(b);
        if (!to) {
            whole = false;
            break;
        }
        struct html_slice s =
            html_build_slice(b, as_slice(str_of(from->value), unquoted(piece(from->original_value))));
        *to = (struct html_attr){.name = name, .in_side = s.in_side, .at = s.at, .n = s.n};
    }
    html_build_set_attrs(b, node, first, b->n_attrs - first);
    return whole;
}

/* The source of a comment is given with its delimiters. */
static struct str comment_source(struct str source)
{
    return str_starts(source, STR_LIT("<!--")) ? str_from(source, 4) : source;
}

static bool push(struct gumbo_builder *g, struct frame frame)
{
    buf_put(&g->stack, &frame, sizeof frame);
    return g->stack.status == OK;
}

static bool copy_element(struct gumbo_builder *g, struct html_build *b, const GumboNode *from,
                         const struct frame *in)
{
    const GumboElement *e = &from->v.element;
    uint32_t node = html_build_node(b, HTML_ELEMENT);
    if (!node)
        return false;
    b->nodes[node].name = tag_name(g, b, e);
    b->nodes[node].ns = (unsigned)e->tag_namespace & 15;
    html_build_append(b, in->elements_to, node);
    if (!copy_attrs(b, node, &e->attributes))
        return false;
    if (in->elements_to != in->texts_to)
        b->cuts |= CUT_DEPTH;
    if (e->children.length == 0)
        return true;
    unsigned depth = in->depth + 1;
    return push(g, (struct frame){.node = from,
                                  .depth = depth,
                                  .texts_to = node,
                                  .elements_to = depth >= b->limits.depth ? in->elements_to : node});
}

static bool copy_text(struct html_build *b, const GumboNode *from, uint32_t parent)
{
    bool comment = from->type == GUMBO_NODE_COMMENT;
    uint32_t node = html_build_node(b, comment ? HTML_COMMENT : HTML_TEXT);
    if (!node)
        return false;
    struct str source = piece(from->v.text.original_text);
    html_build_set_text(b, node,
                        as_slice(str_of(from->v.text.text), comment ? comment_source(source) : source));
    html_build_append(b, parent, node);
    return true;
}

static void copy_doctype(struct html_build *b, const GumboDocument *doc)
{
    if (doc->doc_type_quirks_mode == GUMBO_DOCTYPE_QUIRKS)
        b->quirks = true;
    uint32_t node = doc->has_doctype ? html_build_node(b, HTML_DOCTYPE) : 0;
    if (node) {
        html_build_set_text(b, node, str_of(doc->name));
        html_build_append(b, 0, node);
    }
}

static const GumboVector *children_of(const GumboNode *node)
{
    return node->type == GUMBO_NODE_DOCUMENT ? &node->v.document.children : &node->v.element.children;
}

/* Pre-order with a stack of our own; leaves early when a limit or memory ends, with a whole tree. */
static void copy_tree(struct gumbo_builder *g, struct html_build *b, const GumboNode *document)
{
    copy_doctype(b, &document->v.document);
    bool more = push(g, (struct frame){.node = document});
    while (more && g->stack.n && b->status == OK) {
        struct frame *top = (struct frame *)(void *)(g->stack.p + g->stack.n - sizeof *top);
        const GumboVector *children = children_of(top->node);
        if (top->next_child == children->length) {
            g->stack.n -= sizeof *top;
            continue;
        }
        const GumboNode *child = children->data[top->next_child++];
        struct frame in = *top; /* the stack may move */
        if (child->type == GUMBO_NODE_ELEMENT || child->type == GUMBO_NODE_TEMPLATE)
            more = copy_element(g, b, child, &in);
        else
            more = copy_text(b, child, in.texts_to);
    }
    if (g->stack.status == ST_NOMEM)
        b->status = ST_NOMEM;
}

/* ---- the door ---- */

/* The builder whose gumbo is running in this thread: assert() has no other way to know. */
static _Thread_local struct gumbo_builder *running;

NO_RETURN void __assert_fail(const char *what, const char *file, unsigned line, const char *function);

NO_RETURN void __assert_fail(const char *what, const char *file, unsigned line, const char *function)
{
    if (running)
        longjmp(running->leave, LEAVE_ASSERT);
    fprintf(stderr, "%s:%u: %s: Assertion `%s' failed.\n", file, line, function ? function : "?", what);
    abort();
}

/* NULL: gumbo was left, and g->why says what for. */
static const GumboNode *parse_guarded(struct gumbo_builder *g, struct str body)
{
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = take;
    options.deallocator = give;
    options.userdata = g;
    options.max_errors = 0;
    const GumboNode *document = NULL;
    switch (setjmp(g->leave)) {
    case LEAVE_NOT:
        g->why = LEAVE_NOT;
        running = g;
        document = gumbo_parse_with_options(&options, body.p, body.n)->document;
        break;
    case LEAVE_BUDGET:
        g->why = LEAVE_BUDGET;
        break;
    case LEAVE_ASSERT:
        g->why = LEAVE_ASSERT;
        break;
    default:
        g->why = LEAVE_NOMEM;
        break;
    }
    running = NULL;
    return document;
}

enum status gumbo_builder_run(struct gumbo_builder *g, struct html_build *b)
{
    const GumboNode *document = parse_guarded(g, b->body);
    buf_reset(&g->stack);
    if (document)
        copy_tree(g, b, document);
    else if (g->why == LEAVE_BUDGET)
        b->cuts |= CUT_MEMORY;
    else if (g->why == LEAVE_ASSERT)
        b->cuts |= CUT_BUILDER;
    else
        b->status = ST_NOMEM;
    arena_drop(g, KEEP_BYTES);
    buf_shrink(&g->stack, KEEP_BYTES);
    return b->status;
}

struct gumbo_builder *gumbo_builder_create(size_t memory_bytes)
{
    struct gumbo_builder *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->budget_bytes = memory_bytes;
    buf_init(&g->stack, SIZE_MAX / 2);
    for (int tag = 0; tag < GUMBO_TAG_UNKNOWN; tag++)
        g->tag_names[tag] = html_name_find(str_of(gumbo_normalized_tagname((GumboTag)tag)));
    return g;
}

void gumbo_builder_destroy(struct gumbo_builder *g)
{
    if (!g)
        return;
    arena_drop(g, 0);
    while (g->spare) {
        struct chunk *next = g->spare->next;
        free(g->spare);
        g->spare = next;
    }
    buf_fini(&g->stack);
    free(g);
}
