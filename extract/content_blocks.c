/* SPDX-License-Identifier: Apache-2.0 */
/* content_blocks.c: the walk that cuts a page into areas and blocks, and the sums over them.
 *
 * Not here: any judgement of a block. One pre-order walk by parent links; the areas that are entered are
 * themselves the stack. Invariant: blocks [from, to) of an area are those whose text lies below its node. */
#include "base/hash.h"
#include "extract/content_int.h"
#include "extract/html/text.h"

enum { NEAR_LEVELS = 3, PROSE_WORDS = 12, NOSCRIPT_CHARS = 200, PROBES = 64, AROUND_MAX = 2048 };

enum part { PART_INLINE, PART_AREA, PART_SKIP, PART_BREAK };

/* clang-format off */
static const uint8_t parts[HTML_NAMES_FIXED] = {
    [N_HEAD] = PART_SKIP, [N_SCRIPT] = PART_SKIP, [N_STYLE] = PART_SKIP, [N_TEMPLATE] = PART_SKIP,
    [N_NOFRAMES] = PART_SKIP, [N_NOEMBED] = PART_SKIP, [N_TITLE] = PART_SKIP, [N_NOSCRIPT] = PART_SKIP,
    [N_IFRAME] = PART_SKIP, [N_OBJECT] = PART_SKIP, [N_APPLET] = PART_SKIP, [N_EMBED] = PART_SKIP,
    [N_SELECT] = PART_SKIP, [N_TEXTAREA] = PART_SKIP, [N_DATALIST] = PART_SKIP, [N_CANVAS] = PART_SKIP,
    [N_AUDIO] = PART_SKIP, [N_VIDEO] = PART_SKIP, [N_METER] = PART_SKIP, [N_PROGRESS] = PART_SKIP,
    [N_MAP] = PART_SKIP,
    [N_P] = PART_AREA, [N_DIV] = PART_AREA, [N_SECTION] = PART_AREA, [N_ARTICLE] = PART_AREA,
    [N_ASIDE] = PART_AREA, [N_NAV] = PART_AREA, [N_HEADER] = PART_AREA, [N_FOOTER] = PART_AREA,
    [N_MAIN] = PART_AREA, [N_SEARCH] = PART_AREA, [N_HGROUP] = PART_AREA, [N_FIGURE] = PART_AREA,
    [N_FIGCAPTION] = PART_AREA, [N_FORM] = PART_AREA, [N_FIELDSET] = PART_AREA, [N_LEGEND] = PART_AREA,
    [N_DETAILS] = PART_AREA, [N_SUMMARY] = PART_AREA, [N_DIALOG] = PART_AREA, [N_ADDRESS] = PART_AREA,
    [N_CENTER] = PART_AREA, [N_DL] = PART_AREA, [N_DD] = PART_AREA, [N_DT] = PART_AREA,
    [N_BODY] = PART_AREA, [N_HTML] = PART_AREA, [N_CAPTION] = PART_AREA, [N_OPTION] = PART_AREA,
    [N_H1] = PART_AREA, [N_H2] = PART_AREA, [N_H3] = PART_AREA, [N_H4] = PART_AREA, [N_H5] = PART_AREA,
    [N_H6] = PART_AREA, [N_UL] = PART_AREA, [N_OL] = PART_AREA, [N_MENU] = PART_AREA, [N_DIR] = PART_AREA,
    [N_LI] = PART_AREA, [N_BLOCKQUOTE] = PART_AREA, [N_PRE] = PART_AREA, [N_LISTING] = PART_AREA,
    [N_TABLE] = PART_AREA, [N_TBODY] = PART_AREA, [N_THEAD] = PART_AREA, [N_TFOOT] = PART_AREA,
    [N_TR] = PART_AREA, [N_TD] = PART_AREA, [N_TH] = PART_AREA, [N_BUTTON] = PART_AREA,
    [N_LABEL] = PART_AREA, [N_FRAMESET] = PART_AREA,
    [N_HR] = PART_BREAK,
};
/* clang-format on */

/* An open inline element that may have a name, or an area: what stands in it has no names from outside. */
struct around {
    uint32_t node;
    bool known, time; /* known: names and time are those of all since the area */
    uint64_t names;
};

struct walker {
    struct content_page *page;
    const struct html_tree *tree;
    const struct content_words *words;
    uint32_t area;                          /* the innermost open one */
    uint32_t links, codes, strongs, hiding; /* open elements of these kinds */
    uint32_t cap_areas, cap_blocks;
    bool open, gap, lone_break; /* of the block; lone_break: a br came, and no text since */
    bool word;                  /* within a word */
    struct content_block b;
    struct around around[AROUND_MAX]; /* deeper ones have no names */
    uint32_t n_around;
    char head[124]; /* of the block's text, folded */
    size_t n_head;
};

static bool style_hides(struct str style)
{
    for (size_t at; (at = str_find(style, ':')) < style.n; style = str_from(style, at + 1)) {
        struct str name = str_trim(str_head(style, at)), value = str_trim_head(str_from(style, at + 1));
        if ((str_ends(name, STR_LIT("display")) && str_starts(value, STR_LIT("none"))) ||
            (str_ends(name, STR_LIT("visibility")) && str_starts(value, STR_LIT("hidden"))))
            return true;
    }
    return false;
}

bool content_is_hidden(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    struct html_attrs attrs = html_attrs(tree, n);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++) {
        struct str value = html_attr_value(tree, a);
        if (a->name == N_HIDDEN)
            return !str_is(value, "until-found");
        if ((a->name == N_STYLE && style_hides(value)) ||
            (a->name == N_ARIA_HIDDEN && str_is(value, "true")))
            return true;
    }
    return false;
}

/* ---- areas ---- */

/* An array that grows; the old one stays behind in the arena: half at most. */
static void *grow(struct arena *arena, void *items, uint32_t n, uint32_t *cap, size_t item_bytes)
{
    uint32_t more = *cap ? *cap * 2 : 512;
    void *p = arena_alloc(arena, more * item_bytes);
    if (p && n)
        memcpy(p, items, n * item_bytes);
    if (p)
        *cap = more;
    return p;
}

static unsigned within_name(uint16_t name)
{
    switch (name) {
    case N_MAIN:
        return IN_MAIN;
    case N_ARTICLE:
        return IN_ARTICLE;
    case N_NAV:
    case N_MENU:
        return IN_NAV;
    case N_HEADER:
        return IN_HEADER;
    case N_FOOTER:
        return IN_FOOTER;
    case N_ASIDE:
        return IN_ASIDE;
    case N_FORM:
        return IN_FORM;
    case N_UL:
    case N_OL:
        return IN_LIST;
    case N_TABLE:
        return IN_TABLE;
    case N_FIGURE:
        return IN_FIGURE;
    case N_BLOCKQUOTE:
        return IN_QUOTE;
    case N_DIALOG:
        return IN_DIALOG;
    case N_SECTION:
        return IN_SECTION;
    case N_BUTTON:
        return IN_BUTTON;
    case N_LABEL:
        return IN_LABEL;
    case N_PRE:
        return IN_PRE;
    case N_DL:
        return IN_DL;
    case N_DETAILS:
        return IN_OPTIONAL;
    default:
        return 0;
    }
}

static unsigned within_role(struct str role)
{
    static const struct {
        struct str role;
        unsigned within;
    } roles[] = {
        {{"main", 4}, IN_MAIN},           {{"article", 7}, IN_ARTICLE},
        {{"navigation", 10}, IN_NAV},     {{"menu", 4}, IN_NAV},
        {{"menubar", 7}, IN_NAV},         {{"banner", 6}, IN_HEADER},
        {{"contentinfo", 11}, IN_FOOTER}, {{"complementary", 13}, IN_ASIDE},
        {{"dialog", 6}, IN_DIALOG},       {{"alertdialog", 11}, IN_DIALOG},
        {{"button", 6}, IN_BUTTON},       {{"search", 6}, IN_FORM},
        {{"list", 4}, IN_LIST},           {{"table", 5}, IN_TABLE},
        {{"doc-toc", 7}, IN_NAV},
    };
    for (size_t i = 0; i < ARRAY_LEN(roles); i++)
        if (str_eq_nocase(role, roles[i].role))
            return roles[i].within;
    return 0;
}

static unsigned within_prop(struct str prop)
{
    bool body = str_eq_nocase(prop, STR_LIT("articlebody")) || str_eq_nocase(prop, STR_LIT("text")) ||
                str_eq_nocase(prop, STR_LIT("description")) ||
                str_eq_nocase(prop, STR_LIT("reviewbody"));
    return body ? IN_PROP_BODY : 0;
}

/* Names, roles and shape of an element. */
static void read_attrs(struct walker *w, uint32_t node, uint64_t *ret_names, unsigned *ret_within,
                       uint32_t *ret_shape)
{
    struct html_attrs attrs = html_attrs(w->tree, &w->tree->nodes[node]);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++) {
        struct str value = html_attr_value(w->tree, a);
        if (a->name == N_CLASS || a->name == N_ID)
            *ret_names |= content_names_of(w->words, value);
        if (a->name == N_CLASS)
            *ret_shape ^= (uint32_t)hash64(1, str_head(value, str_find(value, ' ')));
        if (a->name == N_ROLE) {
            *ret_within |= within_role(str_trim(value));
            *ret_names |= content_names_of(w->words, value);
        }
        if (a->name == N_ITEMPROP)
            *ret_within |= within_prop(str_trim(value));
    }
}

static void area_enter(struct walker *w, uint32_t node, bool hidden)
{
    struct content_page *p = w->page;
    if (p->n_areas == w->cap_areas) {
        void *more = grow(p->arena, p->areas, p->n_areas, &w->cap_areas, sizeof *p->areas);
        if (!more)
            return;
        p->areas = more;
    }
    uint16_t name = w->tree->nodes[node].name;
    struct content_area a = {.node = node, .parent = w->area, .from = p->n_blocks, .name = name};
    a.shape = name * 2654435761u;
    unsigned within = within_name(name);
    if (w->tree->nodes[node].attrs && name != N_BODY && name != N_HTML)
        read_attrs(w, node, &a.own, &within, &a.shape);
    a.up = a.near = a.own;
    a.within = within | (hidden ? IN_HIDDEN : 0) | (w->links ? IN_LINK : 0);
    if (p->n_areas) {
        const struct content_area *up = &p->areas[w->area];
        a.depth = (uint16_t)(up->depth + (up->depth < UINT16_MAX));
        a.up |= up->up;
        if (within & up->within & IN_ARTICLE)
            a.within |= IN_NESTED_ARTICLE;
        a.within |= up->within & ~(unsigned)IN_LINK;
        for (uint32_t level = 1, i = w->area; level <= NEAR_LEVELS; level++, i = p->areas[i].parent)
            a.near |= p->areas[i].own;
    }
    p->n_mains += (within & IN_MAIN) != 0;
    p->n_articles += (within & IN_ARTICLE) != 0;
    w->area = p->n_areas;
    p->areas[p->n_areas++] = a;
}

/* ---- blocks ---- */

static enum content_tag tag_of(const struct content_page *p, uint32_t area)
{
    for (unsigned level = 0; level < 3; level++, area = p->areas[area].parent) {
        switch (p->areas[area].name) {
        case N_P:
            return TAG_P;
        case N_H1:
            return TAG_H1;
        case N_H2:
            return TAG_H2;
        case N_H3:
        case N_H4:
        case N_H5:
        case N_H6:
            return TAG_H3;
        case N_LI:
            return TAG_LI;
        case N_TD:
        case N_TH:
            return TAG_CELL;
        case N_DT:
        case N_DD:
            return TAG_TERM;
        case N_PRE:
        case N_LISTING:
            return TAG_PRE;
        case N_BLOCKQUOTE:
            return TAG_QUOTE;
        case N_FIGCAPTION:
        case N_CAPTION:
            return TAG_CAPTION;
        case N_BUTTON:
        case N_LABEL:
        case N_LEGEND:
        case N_SUMMARY:
            return TAG_BUTTON;
        default:
            break;
        }
        if (p->areas[area].parent == area)
            break;
    }
    return TAG_OTHER;
}

static bool holds(struct str text, struct str part)
{
    return part.n >= 8 && text.n >= part.n && memmem(text.p, text.n, part.p, part.n);
}

static void block_end(struct walker *w)
{
    struct content_page *p = w->page;
    struct content_block *b = &w->b;
    bool has = w->open && b->letters + b->digits > 0;
    w->open = w->lone_break = false;
    w->word = false;
    if (!has)
        return;
    if (p->n_blocks == w->cap_blocks) {
        void *more = grow(p->arena, p->blocks, p->n_blocks, &w->cap_blocks, sizeof *p->blocks);
        if (!more)
            return;
        p->blocks = more;
    }
    struct str head = str_make(w->head, w->n_head);
    b->tag = tag_of(p, b->area);
    b->cookie = memmem(head.p, head.n, "ookie", 5) || memmem(head.p, head.n, "onsent", 6);
    b->titled = b->words > 1 && (holds(p->title, head) || holds(p->og_title, head));
    b->cue = b->words <= 16 ? content_cue_of(head) : CUE_NONE;
    p->blocks[p->n_blocks++] = *b;
}

static void around_push(struct walker *w, uint32_t node, bool area)
{
    if (w->n_around < AROUND_MAX)
        w->around[w->n_around++] = (struct around){.node = node, .known = area};
}

static void around_pop(struct walker *w, uint32_t node)
{
    w->n_around -= w->n_around && w->around[w->n_around - 1].node == node;
}

/* The elements between a text and its area, and what they are called: each is asked once, however many texts it has. */
static void read_around(struct walker *w, struct content_block *b)
{
    uint32_t i = w->n_around, shape = 0;
    unsigned within = 0;
    while (i && !w->around[i - 1].known)
        i--;
    for (; i < w->n_around; i++) {
        struct around *a = &w->around[i];
        if (i)
            *a = (struct around){a->node, true, a[-1].time, a[-1].names};
        a->known = true;
        a->time |= html_is(w->tree, a->node, N_TIME);
        if (w->tree->nodes[a->node].attrs)
            read_attrs(w, a->node, &a->names, &within, &shape);
    }
    if (i) {
        b->own = w->around[i - 1].names;
        b->time = w->around[i - 1].time;
    }
}

static void block_begin(struct walker *w, uint32_t node)
{
    w->b = (struct content_block){.node = node, .area = w->area};
    w->open = true;
    w->gap = w->word = false;
    w->n_head = 0;
    read_around(w, &w->b);
    w->b.strong = w->strongs > 0;
    w->b.code = w->codes > 0;
}

static void add_count(uint16_t *n)
{
    *n = (uint16_t)(*n + (*n < UINT16_MAX));
}

static void put_head(struct walker *w, unsigned char c)
{
    if (w->n_head < sizeof w->head)
        w->head[w->n_head++] = (char)c;
}

/* One character of the block: c is its first byte. */
static void count_char(struct walker *w, unsigned char c, bool wide)
{
    struct content_block *b = &w->b;
    unsigned size = wide ? 3 : 1;
    bool letter = c >= 0x80 || ascii_is_alpha((char)c), digit = ascii_is_digit((char)c);
    b->chars += size;
    b->link_chars += w->links ? size : 0;
    if (letter)
        add_count(&b->letters);
    if (digit)
        add_count(&b->digits);
    if (letter || digit) {
        /* Two characters of Chinese or Japanese are as good as a word. */
        if (!w->word || (wide && (b->letters & 1))) {
            b->words++;
            b->link_words += w->links > 0;
            if (c >= 'A' && c <= 'Z' && !w->word)
                add_count(&b->capitals);
        }
        w->word = true;
        b->ends = false;
    } else {
        w->word = w->word && (c == '\'' || c == '-');
        if (c == ',')
            add_count(&b->commas);
        if (c == '.' || c == '!' || c == '?')
            b->ends = true;
    }
}

static void add_text(struct walker *w, uint32_t node)
{
    struct str text = html_node_text(w->tree, node);
    struct content_block *b = &w->b;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (ascii_is_space((char)c)) {
            w->gap = true;
            continue;
        }
        if ((c & 0xc0) == 0x80) { /* of a longer character */
            put_head(w, c);
            continue;
        }
        if (!w->open)
            block_begin(w, node);
        b->last = node;
        w->lone_break = false;
        if (w->gap && b->chars) {
            if (b->ends)
                add_count(&b->sentences);
            b->chars++;
            b->link_chars += w->links > 0;
            w->word = false;
            put_head(w, ' ');
        }
        w->gap = false;
        put_head(w, c);
        bool wide = c >= 0xe3 && i + 2 < text.n;
        /* ideographic comma and stop; fullwidth ! and ? */
        if (wide && c == 0xe3 && (unsigned char)text.p[i + 1] == 0x80 && (text.p[i + 2] & 0x3e) == 0) {
            b->ends = (unsigned char)text.p[i + 2] == 0x82;
            continue;
        }
        count_char(w, c, wide);
        b->hash = (b->hash ^ c) * 1099511628211ull;
    }
}

/* ---- the walk ---- */

static void count_inline(struct walker *w, uint16_t name, uint32_t by)
{
    if (name == N_A)
        w->links += by;
    else if (name == N_CODE || name == N_TT || name == N_KBD || name == N_SAMP)
        w->codes += by;
    else if (name == N_B || name == N_STRONG)
        w->strongs += by;
}

static void enter_break(struct walker *w, uint16_t name)
{
    if (name == N_BR && w->open && !w->lone_break) {
        w->lone_break = w->gap = true;
        return;
    }
    block_end(w);
}

/* False: what is below is not wanted. */
static bool enter(struct walker *w, uint32_t node)
{
    const struct html_node *n = &w->tree->nodes[node];
    if (n->type == HTML_TEXT) {
        add_text(w, node);
        return false;
    }
    if (n->type == HTML_DOCUMENT)
        return true;
    if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
        return false;
    uint8_t part = n->name < HTML_NAMES_FIXED ? parts[n->name] : PART_INLINE;
    if (n->name == N_NOSCRIPT && w->page->noscript)
        part = PART_AREA;
    if (part == PART_SKIP)
        return false;
    bool hidden = n->attrs && content_is_hidden(w->tree, node);
    if (hidden && (part != PART_AREA || !w->page->hidden)) {
        w->page->hidden_nodes[node >> 3] |= (uint8_t)(1u << (node & 7));
        return false;
    }
    if (part == PART_BREAK || n->name == N_BR) {
        enter_break(w, n->name);
        return false;
    }
    if (part == PART_AREA) {
        block_end(w);
        area_enter(w, node, hidden);
        around_push(w, node, true);
    } else {
        count_inline(w, n->name, 1);
        if (n->attrs || n->name == N_TIME)
            around_push(w, node, false);
    }
    return true;
}

static void leave(struct walker *w, uint32_t node)
{
    const struct html_node *n = &w->tree->nodes[node];
    if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
        return;
    struct content_area *a = &w->page->areas[w->area];
    around_pop(w, node);
    if (a->node == node) {
        block_end(w);
        a->to = w->page->n_blocks;
        w->area = a->parent;
    } else {
        count_inline(w, n->name, UINT32_MAX); /* minus one */
    }
}

static void walk(struct walker *w)
{
    const struct html_node *nodes = w->tree->nodes;
    uint32_t node = 0;
    while (w->page->arena->status == OK) {
        if (enter(w, node)) {
            if (nodes[node].first) {
                node = nodes[node].first;
                continue;
            }
            leave(w, node);
        }
        while (node && !nodes[node].next) {
            node = nodes[node].parent;
            leave(w, node);
        }
        if (!node)
            break;
        node = nodes[node].next;
    }
    block_end(w);
}

/* ---- sums ---- */

/* Running text counts for its words, links and crumbs against the area that holds them. */
static int worth_of(const struct content_page *p, const struct content_block *b)
{
    static const uint64_t bad = 1ull << NAME_NAV | 1ull << NAME_FOOTER | 1ull << NAME_SIDE |
                                1ull << NAME_COMMENT | 1ull << NAME_RELATED | 1ull << NAME_CONSENT |
                                1ull << NAME_POPUP | 1ull << NAME_ADVERT | 1ull << NAME_SHARE;
    const struct content_area *a = &p->areas[b->area];
    int words = (int)(b->words < 400 ? b->words : 400),
        links = (int)(b->link_words < 400 ? b->link_words : 400);
    int worth = words - 2 * links;
    if (b->words < PROSE_WORDS && b->tag != TAG_PRE)
        worth = worth / 4 - 3;
    if (worth > 0 &&
        (a->up & bad || a->within & (IN_NAV | IN_FOOTER | IN_ASIDE | IN_FORM | IN_DIALOG | IN_HIDDEN)))
        worth = worth / 4;
    return worth;
}

static void sum_up(struct content_page *p)
{
    struct content_sum s = {0};
    for (uint32_t i = 0; i < p->n_blocks; i++) {
        const struct content_block *b = &p->blocks[i];
        p->sums[i] = s;
        s.words += b->words;
        s.link_words += b->link_words;
        s.chars += b->chars;
        s.link_chars += b->link_chars;
        s.sentences += b->sentences + b->ends;
        s.prose += b->words >= PROSE_WORDS && b->link_words * 3 < b->words;
        s.headings += b->tag == TAG_H1 || b->tag == TAG_H2 || b->tag == TAG_H3;
        s.worth += worth_of(p, b);
    }
    p->sums[p->n_blocks] = s;
}

/* The deepest area among those of the highest worth. */
static uint32_t best_area(const struct content_page *p)
{
    uint32_t best = 0;
    int most = 0;
    for (uint32_t i = 0; i < p->n_areas; i++) {
        int worth = content_sum_of(p, p->areas[i].from, p->areas[i].to).worth;
        if (worth > 0 && worth >= most) {
            most = worth;
            best = i;
        }
    }
    return best;
}

/* Siblings of one shape: counted by a table of the last shapes seen under each parent would need memory a
 * parent; the walk over siblings is linear, as each is looked at once. */
static void count_twins(struct content_page *p)
{
    enum { SLOTS = 4096 };
    uint32_t *seen = arena_zalloc(p->arena, SLOTS * 2 * sizeof *seen);
    if (!seen)
        return;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint32_t i = 1; i < p->n_areas; i++) {
            struct content_area *a = &p->areas[i];
            uint32_t key = a->shape ^ a->parent * 0x9e3779b1u, at = (key ^ key >> 16) & (SLOTS - 1);
            if (pass == 0)
                seen[at]++;
            else
                a->twins = seen[at];
        }
    }
}

static void find_twice(struct content_page *p)
{
    uint32_t size = 64;
    while (size < p->n_blocks * 2)
        size *= 2;
    uint64_t *seen = arena_zalloc(p->arena, size * sizeof *seen);
    for (uint32_t i = 0; seen && i < p->n_blocks; i++) {
        uint64_t hash = p->blocks[i].hash | 1;
        uint32_t at = (uint32_t)(hash >> 17) & (size - 1);
        for (unsigned probe = 0; probe < PROBES && seen[at] && seen[at] != hash; probe++)
            at = (at + 1) & (size - 1);
        p->blocks[i].twice = seen[at] == hash;
        if (!seen[at])
            seen[at] = hash;
    }
}

enum status content_blocks_read(struct content_page *page, const struct content_words *words)
{
    struct walker *w = arena_zalloc(page->arena, sizeof *w);
    size_t bits = page->tree->n_nodes / 8 + 1;
    if (!w)
        return page->arena->status;
    w->words = words;
    w->page = page;
    w->tree = page->tree;
    page->n_areas = page->n_blocks = page->n_articles = page->n_mains = 0;
    page->areas = NULL;
    page->blocks = NULL;
    page->hidden_nodes = arena_zalloc(page->arena, bits);
    if (!page->hidden_nodes)
        return page->arena->status;
    area_enter(w, 0, false);
    walk(w);
    if (page->arena->status == OK)
        page->areas[0].to = page->n_blocks;
    page->sums = arena_alloc(page->arena, (page->n_blocks + 1) * sizeof *page->sums);
    if (page->arena->status != OK)
        return page->arena->status;
    sum_up(page);
    count_twins(page);
    find_twice(page);
    page->best = best_area(page);
    page->h1_block = UINT32_MAX;
    for (uint32_t i = 0; i < page->n_blocks && page->h1_block == UINT32_MAX; i++)
        if (page->blocks[i].tag == TAG_H1)
            page->h1_block = i;
    return page->arena->status;
}
