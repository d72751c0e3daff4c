/* SPDX-License-Identifier: Apache-2.0 */
/* links_html.c: the elements that refer to another page, with text and region. */
#include "extract/html/text.h"
#include "extract/links.h"

enum { ANCHOR_MAX_NODES = 2000, PICTURE_TITLE_MAX_NODES = 8 };

/* ---- rel ---- */

static unsigned rel_bit(struct str word)
{
    static const struct {
        struct str word;
        unsigned bit;
    } bits[] = {{{"nofollow", 8}, REL_NOFOLLOW},   {{"next", 4}, REL_NEXT},
                {{"prev", 4}, REL_PREV},           {{"previous", 8}, REL_PREV},
                {{"canonical", 9}, REL_CANONICAL}, {{"alternate", 9}, REL_ALTERNATE},
                {{"sitemap", 7}, REL_SITEMAP},     {{"contents", 8}, REL_MAP},
                {{"index", 5}, REL_MAP},           {{"up", 2}, REL_MAP},
                {{"start", 5}, REL_MAP},           {{"home", 4}, REL_MAP},
                {{"first", 5}, REL_MAP},           {{"last", 4}, REL_MAP},
                {{"chapter", 7}, REL_MAP},         {{"section", 7}, REL_MAP},
                {{"subsection", 10}, REL_MAP},     {{"appendix", 8}, REL_MAP},
                {{"glossary", 8}, REL_MAP},        {{"help", 4}, REL_MAP}};
    for (size_t i = 0; i < ARRAY_LEN(bits); i++)
        if (str_eq_nocase(bits[i].word, word))
            return bits[i].bit;
    return 0;
}

/* rel="alternate stylesheet" is a stylesheet. */
unsigned links_rel(struct str rel)
{
    unsigned bits = 0;
    for (size_t i = 0; i < rel.n;) {
        size_t from = i;
        while (i < rel.n && !ascii_is_space(rel.p[i]))
            i++;
        struct str word = str_make(rel.p + from, i - from);
        if (str_eq_nocase(word, STR_LIT("stylesheet")))
            return 0;
        bits |= rel_bit(word);
        while (i < rel.n && ascii_is_space(rel.p[i]))
            i++;
    }
    return bits;
}

/* ---- anchor text ---- */

/* What a picture in the anchor says: the first alt, or an SVG's title. */
static void fold_picture(struct fold *f, const struct html_tree *tree, uint32_t anchor)
{
    uint32_t node = html_next(tree, anchor, anchor);
    for (unsigned i = 0; node && f->n == 0 && i < ANCHOR_MAX_NODES; i++) {
        const struct html_node *n = &tree->nodes[node];
        if (html_is(tree, node, N_IMG))
            fold_put(f, html_attr(tree, node, N_ALT));
        else if (n->type == HTML_ELEMENT && n->ns == HTML_NS_SVG && n->name == N_TITLE)
            fold_tree(f, tree, node, false, PICTURE_TITLE_MAX_NODES);
        node = html_next(tree, node, anchor);
    }
}

static void fold_anchor(struct fold *f, const struct html_tree *tree, uint32_t node)
{
    if (html_is(tree, node, N_AREA)) {
        fold_put(f, html_attr(tree, node, N_ALT));
        return;
    }
    if (!html_is(tree, node, N_IFRAME))
        fold_tree(f, tree, node, false, ANCHOR_MAX_NODES);
    if (f->n == 0)
        fold_picture(f, tree, node);
    if (f->n == 0)
        fold_put(f, html_attr(tree, node, N_ARIA_LABEL));
}

/* ---- the elements ---- */

struct walk {
    struct links *links;
    struct arena *arena;
    const struct html_tree *tree;
    enum region region; /* of the element at hand */
};

/* What an alternate is. "text/html" says nothing; a picture or a program's data is no page. */
static unsigned alternate_rel(const struct html_tree *tree, uint32_t node, unsigned rel)
{
    static const char *const feeds[] = {"application/rss+xml", "application/atom+xml",
                                        "application/rdf+xml", "application/feed+json"};
    struct str type = str_trim(html_attr(tree, node, N_TYPE));
    type = str_head(type, str_find(type, ';'));
    for (size_t i = 0; (rel & REL_ALTERNATE) && i < ARRAY_LEN(feeds); i++)
        if (str_eq_nocase(type, str_of(feeds[i])))
            rel |= REL_FEED;
    return rel;
}

/* Returns the number of the entry. */
static int32_t note(struct walk *w, uint32_t node, struct str href, unsigned rel)
{
    bool is_new;
    struct link *link = links_note(w->links, href, &is_new);
    if (!link)
        return -1;
    int32_t number = links_number(w->links, link);
    if (is_new)
        link->rel = rel;
    else
        link->rel = links_add_rel(link->rel, rel);
    if (!link->language.n)
        link->language = arena_str(w->arena, str_trim(html_attr(w->tree, node, N_HREFLANG)));
    if (link->text.n)
        return number;
    char room[LINK_TEXT_MAX_BYTES];
    struct fold f = fold_begin(room, sizeof room);
    fold_anchor(&f, w->tree, node);
    if (f.n == 0 && !is_new)
        return number;
    link->text = f.n ? arena_str(w->arena, fold_end(&f)) : STR_NONE;
    link->title = fold_copy(w->arena, html_attr(w->tree, node, N_TITLE), LINK_TEXT_MAX_BYTES);
    link->region = w->region;
    return number;
}

/* An object or embed is a frame when it says so. */
static bool is_page_type(const struct html_tree *tree, uint32_t node)
{
    return str_eq_nocase(str_trim(html_attr(tree, node, N_TYPE)), STR_LIT("text/html"));
}

static int32_t note_element(struct walk *w, uint32_t node)
{
    const struct html_tree *tree = w->tree;
    struct str href = STR_NONE;
    unsigned rel = 0;
    switch (tree->nodes[node].name) {
    case N_A:
    case N_AREA:
        href = html_attr(tree, node, N_HREF);
        if (!str_is_set(href) && tree->nodes[node].ns == HTML_NS_SVG)
            href = html_attr(tree, node, N_XLINK_HREF);
        rel = str_is_set(href) ? links_rel(html_attr(tree, node, N_REL)) : 0;
        break;
    case N_LINK:
        rel =
            alternate_rel(tree, node, links_rel(html_attr(tree, node, N_REL)) & ~(unsigned)REL_NOFOLLOW);
        href = rel ? html_attr(tree, node, N_HREF) : STR_NONE;
        break;
    case N_IFRAME:
    case N_FRAME:
        href = html_attr(tree, node, N_SRC);
        break;
    case N_EMBED:
        href = is_page_type(tree, node) ? html_attr(tree, node, N_SRC) : STR_NONE;
        break;
    case N_OBJECT:
        href = is_page_type(tree, node) ? html_attr(tree, node, N_DATA) : STR_NONE;
        break;
    case N_META:
        if (str_eq_nocase(str_trim(html_attr(tree, node, N_HTTP_EQUIV)), STR_LIT("refresh")))
            href = refresh_target(html_attr(tree, node, N_CONTENT));
        break;
    default:
        break;
    }
    return href.n ? note(w, node, href, rel) : -1;
}

const uint8_t links_referrers[HTML_NAMES_FIXED] = {
    [N_A] = 1,     [N_AREA] = 1,  [N_LINK] = 1,   [N_IFRAME] = 1,
    [N_FRAME] = 1, [N_EMBED] = 1, [N_OBJECT] = 1, [N_META] = 1,
};

void links_of_tree(struct links *links, struct arena *arena, const struct html_tree *tree)
{
    struct walk w = {.links = links, .arena = arena, .tree = tree};
    uint32_t n;
    struct link_mark *marks = links_marks(links, &n);
    for (uint32_t i = 0; i < n; i++) {
        w.region = marks[i].region;
        marks[i].link = note_element(&w, marks[i].node);
    }
}

/* ---- refresh ---- */

struct str refresh_target(struct str s)
{
    s = str_trim(s);
    size_t i = 0;
    while (i < s.n && (ascii_is_digit(s.p[i]) || s.p[i] == '.'))
        i++;
    if (i == 0)
        return STR_NONE;
    while (i < s.n && (ascii_is_space(s.p[i]) || s.p[i] == ';' || s.p[i] == ','))
        i++;
    s = str_from(s, i);
    if (s.n >= 3 && str_eq_nocase(str_head(s, 3), STR_LIT("url"))) {
        struct str rest = str_trim(str_from(s, 3));
        if (rest.n && rest.p[0] == '=')
            s = str_trim(str_from(rest, 1));
    }
    if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
        char quote = s.p[0];
        s = str_from(s, 1);
        s = str_head(s, str_find(s, quote));
    }
    return s.n ? s : STR_NONE;
}
