/* SPDX-License-Identifier: Apache-2.0 */
/* floor_page.c: one page with gumbo on an arena, one walk for links and Markdown, and zlib. No recursion, and
 * no care for hostile pages: see floor.c. */
#include "tests/bench/floor_page.h"

#include <gumbo.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define CHUNK_BYTES ((size_t)1 << 20)
#define ZLIB_LEVEL 6

void give_up(const char *why)
{
    fprintf(stderr, "floor: %s\n", why);
    exit(1);
}

void *some(void *memory)
{
    if (!memory)
        give_up("out of memory");
    return memory;
}

/* ---- bytes that grow ---- */

static char *bytes_room(struct bytes *b, size_t n)
{
    if (b->n + n > b->room) {
        b->room = (b->n + n) * 2 + 64;
        b->p = some(realloc(b->p, b->room));
    }
    return b->p + b->n;
}

void bytes_put(struct bytes *b, const char *p, size_t n)
{
    memcpy(bytes_room(b, n), p, n);
    b->n += n;
}

static void bytes_puts(struct bytes *b, const char *text)
{
    bytes_put(b, text, strlen(text));
}

/* ---- the parser's memory: chunks that are kept from page to page ---- */

struct chunk {
    struct chunk *next;
    size_t room;
    _Alignas(16) char bytes[];
};

struct arena {
    struct chunk *first, *current;
    size_t used;
};

static void *arena_take(void *user, size_t n)
{
    struct arena *a = user;
    n = (n + 15) & ~(size_t)15;
    while (!a->current || a->used + n > a->current->room) {
        struct chunk *next = a->current ? a->current->next : NULL;
        if (!next || next->room < n) {
            size_t room = n > CHUNK_BYTES ? n : CHUNK_BYTES;
            struct chunk *made = some(malloc(sizeof *made + room));
            *made = (struct chunk){.next = next, .room = room};
            *(a->current ? &a->current->next : &a->first) = made;
            next = made;
        }
        a->current = next;
        a->used = 0;
    }
    void *p = a->current->bytes + a->used;
    a->used += n;
    return p;
}

static void arena_give(void *user, void *p)
{
    (void)user;
    (void)p;
}

void page_free(struct page *page)
{
    for (size_t i = 0; i < page->n_links; i++)
        free(page->links[i]);
    free(page->links);
    free(page->body.p);
    free(page->html.p);
    free(page->markdown.p);
    free(page->path);
    free(page);
}

/* ---- links ---- */

/* Takes "." and ".." out of path, in place; returns its length. */
static size_t remove_dots(char *path)
{
    size_t to = 0;
    for (const char *from = path; *from;) {
        size_t n = 1 + strcspn(from + 1, "/");
        bool up = n == 3 && from[1] == '.' && from[2] == '.', same = n == 2 && from[1] == '.';
        if (up)
            while (to && path[--to] != '/')
                ;
        if (!up && !same) {
            memmove(path + to, from, n);
            to += n;
        } else if (!from[n]) {
            path[to++] = '/';
        }
        from += n;
    }
    path[to] = 0;
    return to;
}

static bool is_page(const char *path, size_t n)
{
    return n && (path[n - 1] == '/' || (n > 5 && memcmp(path + n - 5, ".html", 5) == 0) ||
                 (n > 4 && memcmp(path + n - 4, ".htm", 4) == 0));
}

/* Links to the same host without a query; a fragment is cut off. */
static void add_link(struct page *page, const char *href)
{
    char path[PATH_MAX_BYTES];
    size_t n = strcspn(href, "#"), base = 0;
    if (n == 0 || memchr(href, '?', n) || strcspn(href, ":") < strcspn(href, "/#") ||
        strncmp(href, "//", 2) == 0)
        return;
    if (href[0] != '/')
        base = (size_t)(strrchr(page->path, '/') + 1 - page->path);
    if (base + n >= sizeof path)
        return;
    memcpy(path, page->path, base);
    memcpy(path + base, href, n);
    path[base + n] = 0;
    n = remove_dots(path);
    if (!is_page(path, n))
        return;
    if (page->n_links == page->links_room) {
        page->links_room = page->links_room * 2 + 64;
        page->links = some(realloc(page->links, page->links_room * sizeof *page->links));
    }
    page->links[page->n_links++] = some(strndup(path, n));
}

/* ---- Markdown: one walk, which finds the links too ---- */

struct mark {
    int breaks; /* line ends around it */
    const char *before, *after;
};

/* clang-format off */
static const struct mark marks[GUMBO_TAG_LAST] = {
#define MARK(tag, breaks, before, after) [GUMBO_TAG_##tag] = {breaks, before, after},
    MARK(H1, 2, "# ", "")     MARK(H2, 2, "## ", "")      MARK(H3, 2, "### ", "")
    MARK(H4, 2, "#### ", "")  MARK(H5, 2, "##### ", "")   MARK(H6, 2, "###### ", "")
    MARK(P, 2, "", "")        MARK(DIV, 2, "", "")        MARK(SECTION, 2, "", "")
    MARK(ARTICLE, 2, "", "")  MARK(TABLE, 2, "", "")      MARK(BLOCKQUOTE, 2, "", "")
    MARK(UL, 1, "", "")       MARK(OL, 1, "", "")         MARK(LI, 1, "- ", "")
    MARK(DL, 2, "", "")       MARK(DT, 1, "", "")         MARK(DD, 1, "", "")
    MARK(TR, 1, "| ", "")     MARK(TD, 0, "", " | ")      MARK(TH, 0, "", " | ")
    MARK(CODE, 0, "`", "`")   MARK(TT, 0, "`", "`")       MARK(PRE, 2, "```\n", "\n```")
    MARK(EM, 0, "*", "*")     MARK(I, 0, "*", "*")        MARK(BR, 1, "", "")
    MARK(B, 0, "**", "**")    MARK(STRONG, 0, "**", "**")
#undef MARK
};
static const bool muted[GUMBO_TAG_LAST] = {
    [GUMBO_TAG_HEAD] = true, [GUMBO_TAG_SCRIPT] = true, [GUMBO_TAG_STYLE] = true,
    [GUMBO_TAG_NAV] = true,  [GUMBO_TAG_FORM] = true,   [GUMBO_TAG_SVG] = true,
};
/* clang-format on */

struct frame {
    const GumboNode *node;
    unsigned next; /* child */
};

struct walk {
    struct page *page;
    struct bytes out;
    unsigned mute, pre, lists;
    int line_ends; /* at the end of out */
    bool space;    /* one is due before the next word */
    struct frame *stack;
    size_t depth, room;
};

static void end_lines(struct walk *w, int n)
{
    w->space = false;
    for (; w->out.n && w->line_ends < n; w->line_ends++)
        bytes_puts(&w->out, "\n");
}

static void put_mark(struct walk *w, const char *text)
{
    if (!*text)
        return;
    if (w->space && !w->line_ends)
        bytes_puts(&w->out, " ");
    w->space = false;
    bytes_puts(&w->out, text);
    w->line_ends = 0;
}

static void put_text(struct walk *w, const char *text)
{
    static const bool special[256] = {['\\'] = true, ['`'] = true, ['*'] = true, ['_'] = true,
                                      ['['] = true,  [']'] = true, ['<'] = true, ['|'] = true};
    size_t n = strlen(text);
    char *to = bytes_room(&w->out, 2 * n + 1);
    if (w->pre) {
        bytes_put(&w->out, text, n);
        return;
    }
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            w->space = true;
            continue;
        }
        if (w->space && !w->line_ends)
            *to++ = ' ';
        if (special[c])
            *to++ = '\\';
        *to++ = (char)c;
        w->space = false;
        w->line_ends = 0;
    }
    w->out.n = (size_t)(to - w->out.p);
}

static const char *href_of(const GumboElement *element)
{
    const GumboAttribute *href =
        element->tag == GUMBO_TAG_A ? gumbo_get_attribute(&element->attributes, "href") : NULL;
    return href ? href->value : NULL;
}

static void enter(struct walk *w, const GumboElement *element)
{
    const struct mark *mark = &marks[element->tag];
    const char *href = href_of(element);
    if (href)
        add_link(w->page, href);
    w->mute += muted[element->tag];
    if (w->mute)
        return;
    if (mark->breaks)
        end_lines(w, mark->breaks);
    if (element->tag == GUMBO_TAG_LI)
        for (unsigned i = 1; i < w->lists; i++)
            put_mark(w, "  ");
    w->lists += element->tag == GUMBO_TAG_UL || element->tag == GUMBO_TAG_OL;
    if (mark->before && !w->pre)
        put_mark(w, mark->before);
    if (href && !w->pre)
        put_mark(w, "[");
    w->pre += element->tag == GUMBO_TAG_PRE;
}

static void leave(struct walk *w, const GumboElement *element)
{
    const struct mark *mark = &marks[element->tag];
    if (w->mute) {
        w->mute -= muted[element->tag];
        return;
    }
    w->pre -= element->tag == GUMBO_TAG_PRE;
    w->lists -= element->tag == GUMBO_TAG_UL || element->tag == GUMBO_TAG_OL;
    if (mark->after && !w->pre)
        put_mark(w, mark->after);
    const char *href = w->pre ? NULL : href_of(element);
    if (href) {
        bytes_puts(&w->out, "](");
        bytes_puts(&w->out, href);
        bytes_puts(&w->out, ")");
    }
    if (mark->breaks)
        end_lines(w, mark->breaks);
}

static void push_node(struct walk *w, const GumboNode *node)
{
    if (w->depth == w->room) {
        w->room = w->room * 2 + 64;
        w->stack = some(realloc(w->stack, w->room * sizeof *w->stack));
    }
    w->stack[w->depth++] = (struct frame){node, 0};
    enter(w, &node->v.element);
}

static void walk_tree(struct walk *w, const GumboNode *root)
{
    w->out.n = w->depth = w->mute = w->pre = w->lists = 0;
    w->line_ends = 2;
    w->space = false;
    push_node(w, root);
    while (w->depth) {
        struct frame *frame = &w->stack[w->depth - 1];
        const GumboElement *element = &frame->node->v.element;
        if (frame->next == element->children.length) {
            leave(w, element);
            w->depth--;
            continue;
        }
        const GumboNode *child = element->children.data[frame->next++];
        if (child->type == GUMBO_NODE_ELEMENT)
            push_node(w, child);
        else if (!w->mute && child->type != GUMBO_NODE_COMMENT && child->type != GUMBO_NODE_TEMPLATE)
            put_text(w, child->v.text.text);
    }
}

/* ---- a page ---- */

struct reader {
    struct arena arena;
    struct walk walk;
    z_stream z;
};

struct reader *reader_create(void)
{
    struct reader *r = some(calloc(1, sizeof *r));
    if (deflateInit2(&r->z, ZLIB_LEVEL, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        give_up("out of memory");
    return r;
}

static void deflate_to(z_stream *z, const struct bytes *from, struct bytes *to)
{
    deflateReset(z);
    z->next_out = (Bytef *)bytes_room(to, deflateBound(z, from->n));
    z->avail_out = (uInt)to->room;
    z->next_in = (Bytef *)from->p;
    z->avail_in = (uInt)from->n;
    if (deflate(z, Z_FINISH) != Z_STREAM_END)
        give_up("zlib could not compress a page");
    to->n = z->total_out;
}

void reader_read(struct reader *r, struct page *page)
{
    GumboOptions options = kGumboDefaultOptions;
    options.max_errors = 0;
    options.allocator = arena_take;
    options.deallocator = arena_give;
    options.userdata = &r->arena;
    r->arena.current = r->arena.first;
    r->arena.used = 0;
    r->walk.page = page;
    walk_tree(&r->walk,
              gumbo_parse_with_options(&options, page->body.p ? page->body.p : "", page->body.n)->root);
    deflate_to(&r->z, &page->body, &page->html);
    deflate_to(&r->z, &r->walk.out, &page->markdown);
}
