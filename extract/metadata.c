/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.c: the pass collects slices of the tree; what is wanted of them is then copied. */
#include "extract/metadata.h"

#include "extract/html/text.h"
#include "extract/links.h"
#include "extract/page_meta.h"
#include "extract/region.h"

enum { SHELL_TEXT_BYTES = 200 };

/* The <meta> elements that are read. Of one kind the first counts, robots adds up. */
enum meta {
    META_DESCRIPTION,
    META_OG_DESCRIPTION,
    META_OG_TITLE,
    META_OG_LOCALE,
    META_LANGUAGE,
    META_COUNT
};

struct found {
    struct str meta[META_COUNT];
    struct str lang, base_href, canonical_href;
    uint32_t title, h1; /* nodes */
    uint32_t app_root;  /* an element that scripts usually fill */
    unsigned robots;
    bool has_script, has_noscript;
    size_t text_bytes;
    unsigned code;
    struct meta_nodes nodes;
};

static void read_robots(struct str content, unsigned *flags)
{
    for (size_t i = 0; i < content.n;) {
        size_t from = i;
        while (i < content.n && content.p[i] != ',' && !ascii_is_space(content.p[i]))
            i++;
        struct str word = str_make(content.p + from, i - from);
        bool none = str_eq_nocase(word, STR_LIT("none"));
        if (none || str_eq_nocase(word, STR_LIT("noindex")))
            *flags |= DOC_NOINDEX;
        if (none || str_eq_nocase(word, STR_LIT("nofollow")))
            *flags |= DOC_NOFOLLOW;
        i++;
    }
}

static void read_meta(const struct html_tree *tree, uint32_t node, struct found *found)
{
    static const struct {
        struct str name;
        enum meta meta;
    } metas[] = {
        {{"description", 11}, META_DESCRIPTION}, {{"og:description", 14}, META_OG_DESCRIPTION},
        {{"og:title", 8}, META_OG_TITLE},        {{"og:locale", 9}, META_OG_LOCALE},
        {{"language", 8}, META_LANGUAGE},        {{"content-language", 16}, META_LANGUAGE},
    };
    struct str content = html_attr(tree, node, N_CONTENT);
    struct str name = html_attr(tree, node, N_NAME);
    if (name.n == 0)
        name = html_attr(tree, node, N_PROPERTY);
    if (name.n == 0)
        name = html_attr(tree, node, N_HTTP_EQUIV);
    name = str_trim(name);
    if (name.n == 0 || content.n == 0)
        return;
    if (str_eq_nocase(name, STR_LIT("robots")) || str_eq_nocase(name, STR_LIT("webkeep")))
        read_robots(content, &found->robots);
    for (size_t i = 0; i < ARRAY_LEN(metas); i++)
        if (str_eq_nocase(name, metas[i].name) && found->meta[metas[i].meta].n == 0)
            found->meta[metas[i].meta] = content;
}

static bool has_word(struct str list, struct str word)
{
    for (size_t i = 0; i < list.n; i++) {
        size_t from = i;
        while (i < list.n && !ascii_is_space(list.p[i]))
            i++;
        if (str_eq_nocase(str_make(list.p + from, i - from), word))
            return true;
    }
    return false;
}

/* Identifiers under which the usual frameworks mount their application. */
static bool is_app_root(struct str id)
{
    static const struct str ids[] = {{"root", 4},      {"app", 3},      {"__next", 6}, {"__nuxt", 6},
                                     {"___gatsby", 9}, {"main-app", 8}, {"svelte", 6}};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        if (str_eq(id, ids[i]))
            return true;
    return false;
}

/* Data blocks (JSON and such) are no scripts. */
static bool is_program(struct str type)
{
    return type.n == 0 || str_eq_nocase(type, STR_LIT("module")) ||
           memmem(type.p, type.n, "javascript", 10);
}

static void read_element(const struct html_tree *tree, uint32_t node, struct found *found)
{
    switch (tree->nodes[node].name) {
    case N_HTML:
        found->lang = html_attr(tree, node, N_LANG);
        if (found->lang.n == 0)
            found->lang = html_attr(tree, node, N_XML_LANG);
        break;
    case N_TITLE:
        if (!found->title)
            found->title = node;
        break;
    case N_H1:
        if (!found->h1)
            found->h1 = node;
        break;
    case N_META:
        read_meta(tree, node, found);
        break;
    case N_LINK:
        if (!found->canonical_href.n && has_word(html_attr(tree, node, N_REL), STR_LIT("canonical")))
            found->canonical_href = html_attr(tree, node, N_HREF);
        break;
    case N_BASE:
        if (!str_is_set(found->base_href))
            found->base_href = html_attr(tree, node, N_HREF);
        break;
    case N_SCRIPT:
        found->has_script |= is_program(str_trim(html_attr(tree, node, N_TYPE)));
        break;
    case N_PRE:
        found->code++;
        break;
    case N_DIV:
        if (!found->app_root && tree->nodes[node].attrs && is_app_root(html_attr(tree, node, N_ID)))
            found->app_root = node;
        break;
    default:
        break;
    }
}

/* What elements are to the walk: read here, noted for page_meta.c even without attributes, or not part of the
 * visible text with all that is below. */
enum { READ = 1, NOTED = 2, UNSEEN = 4 };

static const uint8_t means[HTML_NAMES_FIXED] = {
    [N_HTML] = READ,
    [N_META] = READ | NOTED,
    [N_LINK] = READ,
    [N_BASE] = READ,
    [N_DIV] = READ,
    [N_PRE] = READ,
    [N_H1] = READ | NOTED,
    [N_TIME] = NOTED,
    [N_FOOTER] = NOTED,
    [N_TITLE] = READ | UNSEEN,
    [N_SCRIPT] = READ | NOTED | UNSEEN,
    [N_STYLE] = UNSEEN,
    [N_TEMPLATE] = UNSEEN,
    [N_NOSCRIPT] = UNSEEN,
};

/* What is not seen of an element: nothing, its text, or all that is below it. */
enum unseen { SEEN, NO_TEXT, NOTHING };

static enum unseen meet(const struct html_tree *tree, uint32_t node, struct found *found)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->ns != HTML_NS_HTML)
        return html_is_silent(tree, node) ? NOTHING : SEEN;
    unsigned mean = n->name < HTML_NAMES_FIXED ? means[n->name] : 0;
    if (mean & READ)
        read_element(tree, node, found);
    if (mean & NOTED)
        meta_note(tree, node, &found->nodes);
    else if (n->attrs)
        meta_note_marked(tree, node, &found->nodes);
    found->has_noscript |= n->name == N_NOSCRIPT;
    return !(mean & UNSEEN) ? SEEN : html_is_silent(tree, node) ? NOTHING : NO_TEXT;
}

/* noscript is read for its links. */
static void pass(const struct html_tree *tree, struct links *links, struct found *found)
{
    struct region_path path = {.n = 0};
    bool gap = true;
    uint32_t seen_from = 0; /* the node behind one whose text is not seen */
    bool quiet = false;
    for (uint32_t node = tree->nodes[0].first; node;) {
        const struct html_node *n = &tree->nodes[node];
        enum unseen unseen = SEEN;
        quiet = quiet && node != seen_from;
        region_reach(&path, node);
        if (n->type == HTML_TEXT && !quiet)
            found->text_bytes += fold_count(html_node_text(tree, node), &gap);
        if (n->type == HTML_ELEMENT) {
            if (quiet)
                unseen = html_is_silent(tree, node) ? NOTHING : SEEN;
            else
                unseen = meet(tree, node, found);
            if (links)
                region_enter(&path, tree, node);
            if (links && n->name < HTML_NAMES_FIXED && links_referrers[n->name])
                links_mark(links, node, path.now.region);
            if (unseen == NO_TEXT) {
                seen_from = html_skip(tree, node, 0);
                quiet = true;
            }
        }
        node = html_pass(tree, node, unseen != NOTHING);
    }
    if (gap && found->text_bytes)
        found->text_bytes--;
}

/* A page without text that has scripts, or one with hardly any and an empty place for an application. */
static bool needs_script(const struct html_tree *tree, const struct found *found)
{
    if (!found->has_script || found->text_bytes >= SHELL_TEXT_BYTES)
        return false;
    if (found->text_bytes == 0)
        return true;
    uint32_t node = found->app_root;
    bool gap = true;
    size_t bytes = 0;
    if (!node)
        return false;
    while ((node = html_next(tree, node, found->app_root)) != 0)
        if (tree->nodes[node].type == HTML_TEXT)
            bytes += fold_count(html_node_text(tree, node), &gap);
    return bytes == 0 || found->has_noscript;
}

/* A BCP 47 tag as far as its letters go; "en_US" is taken for en-US. Empty: not one tag. */
static struct str language_tag(struct arena *arena, struct str tag)
{
    char room[36];
    tag = str_trim(tag);
    if (tag.n < 2 || tag.n > sizeof room)
        return STR_NONE;
    for (size_t i = 0; i < tag.n; i++) {
        room[i] = tag.p[i] == '_' ? '-' : tag.p[i];
        if (!ascii_is_alpha(room[i]) && !ascii_is_digit(room[i]) && room[i] != '-')
            return STR_NONE;
    }
    return arena_str(arena, str_make(room, tag.n));
}

static struct str language_of(struct arena *arena, const struct found *found)
{
    const struct str told[] = {found->lang, found->meta[META_LANGUAGE], found->meta[META_OG_LOCALE]};
    struct str tag = STR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(told) && tag.n == 0; i++)
        tag = language_tag(arena, told[i]);
    return tag;
}

static struct str title_of(const struct html_tree *tree, struct arena *arena, const struct found *found)
{
    struct str title = STR_NONE;
    if (found->title)
        title = fold_copy_tree(arena, tree, found->title, TITLE_MAX_BYTES);
    if (title.n == 0)
        title = fold_copy(arena, found->meta[META_OG_TITLE], TITLE_MAX_BYTES);
    if (title.n == 0 && found->h1)
        title = fold_copy_tree(arena, tree, found->h1, TITLE_MAX_BYTES);
    return title;
}

/* HTML 2.4.3: a base that can't be a base for anything (data:, javascript:) is ignored. */
static void read_base(struct str href, const struct url *page, struct arena *arena, struct url *ret_base)
{
    struct url base;
    *ret_base = *page;
    if (str_is_set(href) && url_parse(arena, href, page, &base) == OK && !base.opaque_path)
        *ret_base = base;
}

/* It gets a share of the room that is left, so that a page's data for machines doesn't crowd out the page. */
static void read_page_meta(const struct html_tree *tree, const struct meta_nodes *nodes,
                           const struct url *base, struct arena *arena, struct doc *doc)
{
    size_t limit = arena->limit_bytes;
    doc->meta = ARENA_NEW(arena, struct page_meta);
    if (!doc->meta)
        return;
    arena->limit_bytes = arena->used_bytes + (limit - arena->used_bytes) / 4;
    page_meta_read(tree, nodes, base, doc->title, arena, doc->meta);
    arena->limit_bytes = limit;
    if (arena->status == ST_LIMIT)
        arena->status = OK;
}

void metadata_read(const struct html_tree *tree, const struct url *page, struct links *links,
                   struct arena *arena, struct doc *doc, struct url *ret_base)
{
    struct found found = {0};
    struct url canonical;
    pass(tree, links, &found);
    read_base(found.base_href, page, arena, ret_base);
    doc->base = url_without_fragment(ret_base);
    doc->title = title_of(tree, arena, &found);
    doc->description = fold_copy(arena, found.meta[META_DESCRIPTION], DESCRIPTION_MAX_BYTES);
    if (doc->description.n == 0)
        doc->description = fold_copy(arena, found.meta[META_OG_DESCRIPTION], DESCRIPTION_MAX_BYTES);
    doc->language = language_of(arena, &found);
    if (found.canonical_href.n && url_parse(arena, found.canonical_href, ret_base, &canonical) == OK &&
        url_is_http(&canonical))
        doc->canonical = url_without_fragment(&canonical);
    read_page_meta(tree, &found.nodes, ret_base, arena, doc);
    doc->text_bytes = found.text_bytes;
    doc->code_blocks = found.code;
    doc->flags |= found.robots | (needs_script(tree, &found) ? DOC_NEEDS_SCRIPT : 0);
}
