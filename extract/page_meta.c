/* SPDX-License-Identifier: Apache-2.0 */
/* page_meta.c: the sources in their order. A later source fills only what the earlier ones left empty. */
#include "extract/page_meta.h"

#include "extract/html/scan.h"
#include "extract/html/text.h"
#include "extract/item.h"

enum {
    NEST_MAX = 3,
    NESTED_ITEMS_MAX = 200,
    FOOT_TEXT_BYTES = 3000,
    NAME_TEXT_BYTES = 120,
    NEAR_NODES = 150,
    CLASS_MAX_BYTES = 256, /* that are read of an element around */
    LOOKED_MAX = 1000      /* items that are looked into for a name */
};

struct reader {
    const struct html_tree *tree;
    const struct meta_nodes *nodes;
    const struct url *base;
    struct arena *arena;
    struct page_meta *meta;
    struct items items;
    unsigned
        nested; /* items within others that may be read yet: RDFa's may refer to each other in circles */
    unsigned
        looked; /* items that may be looked into yet: many properties may refer to one of many properties */
    struct str h1, og_title, creator;
};

/* ---- noting, while the page is walked ---- */

static void note(uint32_t *list, unsigned *n, unsigned max, uint32_t node)
{
    if (*n < max)
        list[(*n)++] = node;
}

/* Whether a list of class words holds one that has the given part, as "post-author" has "author". */
static bool has_part(struct str s, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; s.p && i + n <= s.n; i++)
        if (ascii_lower(s.p[i]) == part[0] && str_eq_nocase(str_make(s.p + i, n), str_make(part, n)))
            return true;
    return false;
}

enum { MARK_AUTHOR = 1, MARK_DATE = 2 };

/* Four letters as a number, whatever their case. */
#define FOUR(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

static uint32_t four_at(const char *p)
{
    uint32_t n;
    memcpy(&n, p, sizeof n);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    n = __builtin_bswap32(n);
#endif
    return n | FOUR(0x20, 0x20, 0x20, 0x20);
}

static bool goes_on(struct str s, struct str with)
{
    return str_eq_nocase(str_head(s, with.n), with);
}

/* What the word at i says that begins with four known letters. */
static unsigned mark_at(struct str s, size_t i)
{
    struct str rest = str_from(s, i + 4);
    switch (four_at(s.p + i)) {
    case FOUR('a', 'u', 't', 'h'):
        return goes_on(rest, STR_LIT("or")) ? MARK_AUTHOR : 0;
    case FOUR('b', 'y', 'l', 'i'):
        return goes_on(rest, STR_LIT("ne")) ? MARK_AUTHOR : 0;
    case FOUR('u', 's', 'e', 'r'):
        return goes_on(rest, STR_LIT("name")) ? MARK_AUTHOR : 0;
    case FOUR('d', 'a', 't', 'e'):
        return MARK_DATE;
    case FOUR('p', 'u', 'b', 'l'):
        return goes_on(rest, STR_LIT("ish")) ? MARK_DATE : 0;
    case FOUR('p', 'o', 's', 't'):
        return goes_on(rest, STR_LIT("ed")) ? MARK_DATE : 0;
    default:
        return 0;
    }
}

#ifdef __SSE2__

/* Of the sixteen bytes from p on, a bit for each where one of those words may begin, by two letters. */
static unsigned beginnings(const char *p)
{
    static const char pairs[][2] = {"au", "by", "us", "da", "pu", "po"};
    const __m128i small = _mm_set1_epi8(0x20);
    __m128i first = _mm_or_si128(scan_load(p), small), second = _mm_or_si128(scan_load(p + 1), small);
    __m128i found = _mm_setzero_si128();
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        found = _mm_or_si128(found, _mm_and_si128(_mm_cmpeq_epi8(first, _mm_set1_epi8(pairs[i][0])),
                                                  _mm_cmpeq_epi8(second, _mm_set1_epi8(pairs[i][1]))));
    return (unsigned)_mm_movemask_epi8(found);
}

/* Of the sixteen bytes from p on, a bit for each slash with an "a" behind it. */
static unsigned steps(const char *p)
{
    __m128i slash = _mm_cmpeq_epi8(scan_load(p), _mm_set1_epi8('/'));
    return (unsigned)_mm_movemask_epi8(
        _mm_and_si128(slash, _mm_cmpeq_epi8(scan_load(p + 1), _mm_set1_epi8('a'))));
}

#else

static unsigned beginnings(const char *p)
{
    (void)p;
    return 0xffff;
}

static unsigned steps(const char *p)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < 16; i++)
        bits |= (unsigned)(p[i] == '/') << i;
    return bits;
}

#endif

/* What class words and such say of an element, in one pass, as every element of a page is asked. */
static unsigned marks_of(struct str s)
{
    unsigned found = 0;
    for (size_t i = 0; i + 4 <= s.n; i += 16)
        for (unsigned bits = beginnings(s.p + i); bits; bits &= bits - 1) {
            size_t at = i + (unsigned)__builtin_ctz(bits);
            found |= at + 4 <= s.n ? mark_at(s, at) : 0;
        }
    return found;
}

/* Whether a path has a step "author" or "authors". */
static bool leads_to_author(struct str href)
{
    for (size_t i = 0; i + 8 <= href.n; i += 16)
        for (unsigned bits = steps(href.p + i); bits; bits &= bits - 1) {
            struct str step = str_from(href, i + (unsigned)__builtin_ctz(bits) + 1);
            if (str_starts(step, STR_LIT("author/")) || str_starts(step, STR_LIT("authors/")))
                return true;
        }
    return false;
}

void meta_note_marked(const struct html_tree *tree, uint32_t node, struct meta_nodes *to)
{
    struct html_attrs attrs = html_attrs(tree, &tree->nodes[node]);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++) {
        if (a->name == N_HREF && a->n > 8) {
            if (html_is(tree, node, N_A) && leads_to_author(html_attr_value(tree, a)))
                note(to->author, &to->n_author, META_NODES_MAX, node);
            continue;
        }
        if ((a->name != N_CLASS && a->name != N_REL && a->name != N_ITEMPROP && a->name != N_ROLE) ||
            a->n < 4)
            continue;
        struct str v = html_attr_value(tree, a);
        unsigned marks = marks_of(v);
        if (marks & MARK_AUTHOR)
            note(to->author, &to->n_author, META_NODES_MAX, node);
        else if (marks & MARK_DATE)
            note(to->date, &to->n_date, META_NODES_MAX, node);
        if (str_is(v, "contentinfo") || str_is(v, "footer"))
            note(to->foot, &to->n_foot, ARRAY_LEN(to->foot), node);
    }
}

void meta_note(const struct html_tree *tree, uint32_t node, struct meta_nodes *to)
{
    switch (tree->nodes[node].name) {
    case N_META:
        note(to->meta, &to->n_meta, META_NODES_MAX, node);
        return;
    case N_TIME:
        note(to->time, &to->n_time, META_NODES_MAX, node);
        break;
    case N_H1:
        note(to->h1, &to->n_h1, ARRAY_LEN(to->h1), node);
        break;
    case N_FOOTER:
        note(to->foot, &to->n_foot, ARRAY_LEN(to->foot), node);
        break;
    case N_SCRIPT:
        to->jsonld |= has_part(html_attr(tree, node, N_TYPE), "ld+json");
        return;
    default:
        break;
    }
    if (tree->nodes[node].attrs)
        meta_note_marked(tree, node, to);
}

/* ---- items ---- */

/* How likely an item is the page itself: 0 is not it. */
static unsigned rank(const struct item *item)
{
    static const struct {
        const char *tail;
        unsigned rank;
    } tails[] = {{"Article", 9},
                 {"BlogPosting", 9},
                 {"Posting", 9},
                 {"Report", 8},
                 {"Question", 8},
                 {"Recipe", 8},
                 {"Review", 7},
                 {"Product", 6},
                 {"Book", 6},
                 {"VideoObject", 5},
                 {"Event", 5},
                 {"Course", 5},
                 {"SoftwareApplication", 5},
                 {"Guide", 5},
                 {"CreativeWork", 5},
                 {"Page", 4}};
    unsigned best = 0;
    for (unsigned t = 0; t < item->n_types; t++)
        for (size_t i = 0; i < ARRAY_LEN(tails); i++)
            if (tails[i].rank > best && str_ends(item_type_name(item->types[t]), str_of(tails[i].tail)))
                best = tails[i].rank;
    return best;
}

static const struct item *item_by_id(const struct reader *r, struct str id)
{
    const struct item *item = r->items.first;
    while (item && (!str_eq(item->id, id) || item->n_types == 0))
        item = item->next;
    return id.n ? item : NULL;
}

static bool may_look(struct reader *r)
{
    bool may = r->looked > 0;
    r->looked -= may;
    return may;
}

/* The text of a value: its own, or the name of the item it is or refers to. */
static struct str text_of(struct reader *r, const struct prop *p)
{
    if (!p)
        return STR_NONE;
    if (!p->item)
        return p->text;
    if (!may_look(r))
        return STR_NONE;
    const struct item *item = p->item;
    const struct prop *name = item_prop(item, "name");
    if (!name) {
        const struct item *other = item_by_id(r, item->id);
        name = other ? item_prop(other, "name") : NULL;
    }
    return name ? name->text : STR_NONE;
}

static void read_people(struct reader *r, const struct item *item, const char *name)
{
    for (const struct prop *p = item->first; p; p = p->next)
        if (str_eq_nocase(p->name, str_of(name)))
            meta_add_authors(r->meta, text_of(r, p), r->arena);
}

static void fill_date(struct reader *r, struct str *to, struct str text)
{
    if (!to->n && text.n)
        *to = meta_date(text, r->arena);
}

static struct str absolute(struct reader *r, struct str s)
{
    struct url url;
    s = str_trim(s);
    if (s.n == 0 || s.n > URL_MAX_BYTES || url_parse(r->arena, s, r->base, &url) != OK ||
        !url_is_http(&url))
        return STR_NONE;
    return url.href;
}

static struct str lower(struct arena *arena, struct str s)
{
    char room[64];
    struct fold f = fold_begin(room, sizeof room);
    fold_put(&f, s);
    for (size_t i = 0; i < f.n; i++)
        room[i] = ascii_lower(room[i]);
    return arena_str(arena, fold_end(&f));
}

static void read_image(struct reader *r, const struct item *item)
{
    const struct prop *p = item_prop(item, "image");
    if (r->meta->image.n || !p || (p->item && !may_look(r)))
        return;
    const struct prop *url = p->item ? item_prop(p->item, "url") : p;
    if (url && !url->item)
        r->meta->image = absolute(r, url->text);
}

static void read_item(struct reader *r, const struct item *item, bool authors)
{
    struct page_meta *meta = r->meta;
    if (authors)
        read_people(r, item, "author");
    fill_date(r, &meta->published, text_of(r, item_prop(item, "datePublished")));
    fill_date(r, &meta->published, text_of(r, item_prop(item, "dateCreated")));
    fill_date(r, &meta->modified, text_of(r, item_prop(item, "dateModified")));
    read_image(r, item);
    if (!meta->n_tags)
        for (const struct prop *p = item->first; p; p = p->next)
            if (str_eq_nocase(p->name, STR_LIT("keywords")))
                meta_add_tags(meta, text_of(r, p), r->arena);
    if (!meta->type.n && item->n_types)
        meta->type = lower(r->arena, item_type_name(item->types[0]));
}

static void read_crumbs(struct reader *r, const struct item *list)
{
    struct page_meta *meta = r->meta;
    if (meta->n_crumbs)
        return;
    for (const struct prop *p = list->first; p && meta->n_crumbs < META_CRUMBS_MAX; p = p->next) {
        if (!p->item || !str_eq_nocase(p->name, STR_LIT("itemListElement")))
            continue;
        if (!may_look(r))
            return;
        const struct prop *in = item_prop(p->item, "item"), *name = item_prop(p->item, "name");
        if (!name && in && in->item)
            name = item_prop(in->item, "name");
        struct str to = in ? in->item ? in->item->id : in->text : STR_NONE;
        if (!name || name->item || !name->text.n)
            continue;
        struct str text = fold_copy(r->arena, name->text, META_TEXT_MAX_BYTES);
        if (text.n)
            meta->crumbs[meta->n_crumbs++] = (struct meta_crumb){text, absolute(r, to)};
    }
}

/* Reads the items of one rank, those inside a page's main entity too. */
static void read_ranked(struct reader *r, const struct item *item, unsigned wanted, unsigned depth)
{
    if (rank(item) == wanted)
        read_item(r, item, r->meta->n_authors == 0);
    if (depth >= NEST_MAX)
        return;
    for (const struct prop *p = item->first; p && r->nested; p = p->next)
        if (p->item &&
            (str_is(p->name, "mainEntity") || str_is(p->name, "hasPart") || str_is(p->name, "@graph"))) {
            r->nested--;
            read_ranked(r, p->item, wanted, depth + 1);
        }
}

static void read_items(struct reader *r)
{
    unsigned sources =
        1u << ITEM_MICRODATA | 1u << ITEM_RDFA | (r->nodes->jsonld ? 1u << ITEM_JSONLD : 0);
    bool scope = false, vocab = false;
    uint16_t last_name = 0; /* the greatest: beyond the fixed ones stand those that only this page has */
    for (uint32_t i = 1; i < r->tree->n_attrs; i++) {
        uint16_t name = r->tree->attrs[i].name;
        scope |= name == N_ITEMSCOPE;
        last_name = name > last_name ? name : last_name;
    }
    for (uint32_t i = 1; i < r->tree->n_attrs && last_name >= HTML_NAMES_FIXED && !vocab; i++)
        vocab = r->tree->attrs[i].name >= HTML_NAMES_FIXED &&
                str_is(html_name_text(r->tree, r->tree->attrs[i].name), "typeof");
    if (!scope)
        sources &= ~(1u << ITEM_MICRODATA);
    if (!vocab)
        sources &= ~(1u << ITEM_RDFA);
    if (!sources || items_of_tree(r->tree, r->base, sources, r->arena, &r->items) == ST_NOMEM)
        return;
    for (const struct item *i = r->items.first; i; i = i->next)
        if (item_is(i, "WebSite") && !r->meta->site_name.n)
            r->meta->site_name =
                fold_copy(r->arena, text_of(r, item_prop(i, "name")), META_TEXT_MAX_BYTES);
    for (unsigned wanted = 9; wanted >= 4; wanted--) {
        r->nested = NESTED_ITEMS_MAX;
        for (const struct item *i = r->items.first; i; i = i->next)
            read_ranked(r, i, wanted, 0);
    }
    for (const struct item *i = r->items.first; i; i = i->next) {
        const struct prop *p = item_prop(i, "breadcrumb");
        if (item_is(i, "BreadcrumbList"))
            read_crumbs(r, i);
        else if (p && p->item)
            read_crumbs(r, p->item);
    }
}

/* ---- meta elements ---- */

enum meta_field {
    F_AUTHOR,
    F_CREATOR,
    F_PUBLISHED,
    F_MODIFIED,
    F_SITE,
    F_IMAGE,
    F_TAGS,
    F_TYPE,
    F_TITLE
};

/* clang-format off */
#define M(text, field) {{text, sizeof(text) - 1}, field}
static const struct { struct str name; enum meta_field field; } meta_names[] = {
    M("author", F_AUTHOR), M("article:author", F_AUTHOR), M("article:author:name", F_AUTHOR), M("dc.creator", F_AUTHOR),
    M("dcterms.creator", F_AUTHOR), M("dc:creator", F_AUTHOR), M("citation_author", F_AUTHOR), M("citation_authors", F_AUTHOR), M("parsely-author", F_AUTHOR),
    M("sailthru.author", F_AUTHOR), M("byl", F_AUTHOR), M("book:author", F_AUTHOR), M("authors", F_AUTHOR),
    M("twitter:creator", F_CREATOR),
    M("article:published_time", F_PUBLISHED), M("og:published_time", F_PUBLISHED), M("article:published", F_PUBLISHED),
    M("datepublished", F_PUBLISHED), M("dc.date", F_PUBLISHED), M("dc.date.issued", F_PUBLISHED),
    M("dc.date.created", F_PUBLISHED), M("dcterms.issued", F_PUBLISHED), M("dcterms.created", F_PUBLISHED),
    M("dcterms.date", F_PUBLISHED), M("dc:date", F_PUBLISHED), M("date", F_PUBLISHED), M("pubdate", F_PUBLISHED),
    M("publishdate", F_PUBLISHED), M("publish-date", F_PUBLISHED), M("publish_date", F_PUBLISHED),
    M("published_date", F_PUBLISHED), M("parsely-pub-date", F_PUBLISHED), M("sailthru.date", F_PUBLISHED),
    M("citation_publication_date", F_PUBLISHED), M("citation_date", F_PUBLISHED), M("ms.date", F_PUBLISHED),
    M("article:modified_time", F_MODIFIED), M("og:updated_time", F_MODIFIED), M("datemodified", F_MODIFIED),
    M("dcterms.modified", F_MODIFIED), M("dc.date.modified", F_MODIFIED), M("last-modified", F_MODIFIED),
    M("revised", F_MODIFIED), M("updated_at", F_MODIFIED),
    M("og:site_name", F_SITE), M("og:image", F_IMAGE), M("og:image:url", F_IMAGE), M("twitter:image", F_IMAGE),
    M("keywords", F_TAGS), M("article:tag", F_TAGS), M("news_keywords", F_TAGS), M("parsely-tags", F_TAGS),
    M("og:type", F_TYPE), M("og:title", F_TITLE)};
/* clang-format on */

static struct str meta_name(const struct html_tree *tree, uint32_t node)
{
    static const uint16_t names[] = {N_PROPERTY, N_NAME, N_ITEMPROP, N_HTTP_EQUIV};
    struct str name = STR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(names) && !name.n; i++)
        name = str_trim(html_attr(tree, node, names[i]));
    return name;
}

static void read_field(struct reader *r, enum meta_field field, struct str value, bool authors)
{
    struct page_meta *meta = r->meta;
    switch (field) {
    case F_AUTHOR:
        if (authors)
            meta_add_authors(meta, value, r->arena);
        break;
    case F_CREATOR:
        r->creator = value;
        break;
    case F_PUBLISHED:
        fill_date(r, &meta->published, value);
        break;
    case F_MODIFIED:
        fill_date(r, &meta->modified, value);
        break;
    case F_SITE:
        if (!meta->site_name.n)
            meta->site_name = fold_copy(r->arena, value, META_TEXT_MAX_BYTES);
        break;
    case F_IMAGE:
        if (!meta->image.n)
            meta->image = absolute(r, value);
        break;
    case F_TAGS:
        meta_add_tags(meta, value, r->arena);
        break;
    case F_TYPE:
        if (!meta->type.n)
            meta->type = lower(r->arena, value);
        break;
    case F_TITLE:
        r->og_title = fold_copy(r->arena, value, META_TEXT_MAX_BYTES);
        break;
    }
}

/* Site names are read before all others, as they tell what is no author. */
static void read_metas(struct reader *r, bool sites)
{
    bool authors = r->meta->n_authors == 0;
    for (unsigned i = 0; i < r->nodes->n_meta; i++) {
        struct str name = meta_name(r->tree, r->nodes->meta[i]);
        struct str value = str_trim(html_attr(r->tree, r->nodes->meta[i], N_CONTENT));
        for (size_t k = 0; value.n && k < ARRAY_LEN(meta_names); k++)
            if ((meta_names[k].field == F_SITE) == sites && str_eq_nocase(name, meta_names[k].name))
                read_field(r, meta_names[k].field, value, authors);
    }
}

/* ---- visible text ---- */

/* Inside what isn't the page's own: comments, navigation, related lists. */
static bool is_aside(const struct html_tree *tree, uint32_t node, bool foot_too)
{
    for (; node; node = tree->nodes[node].parent) {
        struct str class = str_head(html_attr(tree, node, N_CLASS), CLASS_MAX_BYTES),
                   id = str_head(html_attr(tree, node, N_ID), CLASS_MAX_BYTES);
        if (html_is(tree, node, N_BODY))
            return false;
        if (html_is(tree, node, N_NAV) || html_is(tree, node, N_ASIDE) ||
            (foot_too && html_is(tree, node, N_FOOTER)))
            return true;
        if (has_part(class, "comment") || has_part(id, "comment") || has_part(class, "related") ||
            has_part(class, "sidebar") || has_part(class, "widget"))
            return true;
    }
    return false;
}

/* A line of names has no digits, no sentence, and few words. */
static bool reads_as_names(struct str s)
{
    unsigned words = 1;
    for (size_t i = 0; i < s.n; i++) {
        words += s.p[i] == ' ';
        if (ascii_is_digit(s.p[i]) || s.p[i] == '?' || s.p[i] == '!' || s.p[i] == ':')
            return false;
    }
    return s.n >= 3 && words <= 8;
}

static void read_byline(struct reader *r)
{
    const struct html_tree *tree = r->tree;
    for (unsigned i = 0; i < r->nodes->n_author && !r->meta->n_authors; i++) {
        uint32_t node = r->nodes->author[i];
        struct str text = fold_copy_tree(r->arena, tree, node, NAME_TEXT_BYTES + 1);
        if (text.n > NAME_TEXT_BYTES || !text.n || is_aside(tree, node, true))
            continue;
        if (reads_as_names(text))
            meta_add_authors(r->meta, text, r->arena);
    }
}

/* "By Ann Lee" on a line of its own, near below the first heading. */
static void read_line_below_title(struct reader *r)
{
    uint32_t node = r->nodes->n_h1 ? r->nodes->h1[0] : 0;
    unsigned left = NEAR_NODES;
    bool by = false;
    for (; node && left > 0 && !r->meta->n_authors; left--, node = html_next(r->tree, node, 0)) {
        if (r->tree->nodes[node].type != HTML_TEXT)
            continue;
        struct str text = str_trim(html_node_text(r->tree, node));
        if (!text.n || text.n > NAME_TEXT_BYTES)
            continue;
        bool word = str_eq_nocase(text, STR_LIT("by")) || str_eq_nocase(text, STR_LIT("written by")) ||
                    str_eq_nocase(text, STR_LIT("posted by")) || str_eq_nocase(text, STR_LIT("by:"));
        bool line = str_eq_nocase(str_head(text, 3), STR_LIT("by ")) ||
                    str_eq_nocase(str_head(text, 11), STR_LIT("written by "));
        struct str name = line ? str_trim(str_from(text, str_find(text, ' ') + 1)) : text;
        bool small = name.n && name.p[0] >= 'a' && name.p[0] <= 'z' &&
                     str_eq_nocase(str_head(text, 3), STR_LIT("by "));
        if ((by || line) && !small && reads_as_names(text))
            meta_add_authors(r->meta, text, r->arena);
        by = word;
    }
}

static void read_times(struct reader *r)
{
    for (unsigned i = 0; i < r->nodes->n_time && !r->meta->published.n; i++) {
        uint32_t node = r->nodes->time[i];
        struct str when = html_attr(r->tree, node, N_DATETIME);
        if (is_aside(r->tree, node, false))
            continue;
        if (!when.n)
            when = fold_copy_tree(r->arena, r->tree, node, NAME_TEXT_BYTES);
        fill_date(r, &r->meta->published, when);
    }
    for (unsigned i = 0; i < r->nodes->n_date && !r->meta->published.n; i++) {
        uint32_t node = r->nodes->date[i];
        struct str text = fold_copy_tree(r->arena, r->tree, node, NAME_TEXT_BYTES);
        if (text.n < NAME_TEXT_BYTES && !is_aside(r->tree, node, true))
            fill_date(r, &r->meta->published, text);
    }
}

/* "Last updated on Apr 17, 2026" at the foot of documentation. */
static void read_foot(struct reader *r)
{
    static const char *const marks[] = {"last updated", "last modified", "last changed", "last edited",
                                        "last update"};
    for (unsigned i = r->nodes->n_foot; i > 0 && !r->meta->modified.n; i--) {
        struct str text = fold_copy_tree(r->arena, r->tree, r->nodes->foot[i - 1], FOOT_TEXT_BYTES);
        for (size_t k = 0; k + 12 < text.n && !r->meta->modified.n; k++)
            for (size_t m = 0; m < ARRAY_LEN(marks); m++)
                if (str_eq_nocase(str_head(str_from(text, k), strlen(marks[m])), str_of(marks[m])))
                    fill_date(r, &r->meta->modified, str_head(str_from(text, k + strlen(marks[m])), 60));
    }
}

/* ---- all ---- */

void page_meta_read(const struct html_tree *tree, const struct meta_nodes *nodes, const struct url *base,
                    struct str title, struct arena *arena, struct page_meta *ret_meta)
{
    struct reader r = {.tree = tree,
                       .nodes = nodes,
                       .base = base,
                       .arena = arena,
                       .meta = ret_meta,
                       .looked = LOOKED_MAX};
    *ret_meta = (struct page_meta){0};
    read_metas(&r, true);
    read_items(&r);
    read_metas(&r, false);
    if (!ret_meta->n_authors)
        read_byline(&r);
    if (!ret_meta->n_authors)
        read_line_below_title(&r);
    if (!ret_meta->published.n)
        read_times(&r);
    if (!ret_meta->modified.n)
        read_foot(&r);
    if (nodes->n_h1)
        r.h1 = fold_copy_tree(arena, tree, nodes->h1[0], META_TEXT_MAX_BYTES);
    struct str whole = r.og_title.n ? r.og_title : title.n ? title : r.h1;
    ret_meta->headline = meta_headline(whole, r.h1, ret_meta->site_name, base->host);
}
