/* SPDX-License-Identifier: Apache-2.0 */
/* content_docs.c: documentation generators and wikis by their own structure: one table of the element that holds
 * a page's content, one of what is within it and is none. A page with exactly one such element of the first
 * kind that matches is read by it, and no block is judged.
 *
 * To add a generator add a line; the tests read the tables' order. Both tables are sorted by kind and token, as
 * look-ups search by halves. */
#include "extract/content_int.h"

enum { FRAME_CHARS_LEAST = 120, FRAME_PERCENT_LEAST = 8 };

/* kind '.' is a class, '#' an id. name: the element's, or N_NONE for any. rank: of two that match the lower. */
struct mark {
    char kind;
    struct str token;
    uint16_t name;
    uint8_t rank;
};

/* clang-format off */
#define M(kind, token, name, rank) {kind, {token, sizeof(token) - 1}, name, rank}
static const struct mark roots[] = {
    M('#', "book-content", N_NONE, 3),            /* old mdBook */
    M('#', "docContent", N_DIV, 2),               /* PostgreSQL's DocBook */
    M('#', "dokuwiki__content", N_NONE, 2),       /* DokuWiki */
    M('#', "furo-main-content", N_ARTICLE, 1),    /* Sphinx, Furo */
    M('#', "mw-content-text", N_NONE, 2),         /* MediaWiki */
    M('#', "starlight__main-content", N_NONE, 3), /* Starlight */
    M('#', "wikiArticle", N_NONE, 2),             /* Kuma */
    M('.', "UnitReadme-content", N_NONE, 4),      /* pkg.go.dev */
    M('.', "bd-article", N_ARTICLE, 1),           /* Sphinx, PyData */
    M('.', "book-article", N_ARTICLE, 1),         /* Hugo Book */
    M('.', "contentContainer", N_DIV, 3),         /* Javadoc to 15 */
    M('.', "docMainContainer_TBSr", N_NONE, 2),   /* Docusaurus */
    M('.', "manual-text", N_DIV, 1),              /* mandoc */
    M('.', "markdown-section", N_NONE, 3),        /* GitBook, Docsify */
    M('.', "md-content__inner", N_ARTICLE, 1),    /* MkDocs Material */
    M('.', "mw-parser-output", N_DIV, 1),         /* MediaWiki */
    M('.', "sl-markdown-content", N_DIV, 1),      /* Starlight */
    M('.', "td-content", N_DIV, 1),               /* Hugo Docsy */
    M('.', "theme-default-content", N_DIV, 1),    /* VuePress */
    M('.', "theme-doc-markdown", N_DIV, 1),       /* Docusaurus */
    M('.', "theme-hope-content", N_DIV, 1),       /* VuePress Hope */
    M('.', "vp-doc", N_DIV, 1),                   /* VitePress */
    M('.', "wiki-content", N_DIV, 2),             /* Confluence */
};

static const struct mark drops[] = {
    M('#', "catlinks", N_NONE, 0), M('#', "jump-to-nav", N_NONE, 0), M('#', "mw-navigation", N_NONE, 0),
    M('#', "siteSub", N_NONE, 0), M('#', "toc", N_NONE, 0),
    M('.', "VPDocFooter", N_NONE, 0), M('.', "ambox", N_NONE, 0), M('.', "anchor-link", N_NONE, 0),
    M('.', "breadcrumbs", N_NONE, 0), M('.', "catlinks", N_NONE, 0), M('.', "copybtn", N_NONE, 0),
    M('.', "custom-block-title-default", N_NONE, 0), M('.', "edit-this-page", N_NONE, 0),
    M('.', "feedback--prompt", N_NONE, 0), M('.', "hash-link", N_A, 0), M('.', "header-anchor", N_A, 0),
    M('.', "headerlink", N_A, 0), M('.', "jump-to-nav", N_NONE, 0), M('.', "md-content__button", N_A, 0),
    M('.', "md-feedback", N_NONE, 0), M('.', "md-source-file", N_NONE, 0), M('.', "mw-editsection", N_NONE, 0),
    M('.', "mw-empty-elt", N_NONE, 0), M('.', "mw-jump-link", N_NONE, 0), M('.', "navbar", N_NONE, 0),
    M('.', "navbox", N_NONE, 0), M('.', "navbox-styles", N_NONE, 0), M('.', "navfooter", N_NONE, 0),
    M('.', "navheader", N_NONE, 0), M('.', "noprint", N_NONE, 0), M('.', "on-this-page", N_NONE, 0),
    M('.', "page-meta", N_NONE, 0), M('.', "pagination-nav", N_NONE, 0), M('.', "prev-next-area", N_NONE, 0),
    M('.', "prev-next-footer", N_NONE, 0), M('.', "printfooter", N_NONE, 0), M('.', "related-pages", N_NONE, 0),
    M('.', "rst-footer-buttons", N_NONE, 0), M('.', "sidebar-toc", N_NONE, 0), M('.', "sistersitebox", N_NONE, 0),
    M('.', "sphinxsidebar", N_NONE, 0), M('.', "t-nv-begin", N_NONE, 0), M('.', "t-navbar", N_NONE, 0),
    M('.', "td-page-meta", N_NONE, 0), M('.', "theme-doc-breadcrumbs", N_NONE, 0),
    M('.', "theme-doc-footer", N_NONE, 0), M('.', "theme-doc-toc-mobile", N_NONE, 0),
    M('.', "toc", N_NONE, 0), M('.', "vector-toc", N_NONE, 0),
};
#undef M
/* clang-format on */

static const struct mark *find(const struct mark *list, size_t n, char kind, struct str token)
{
    for (size_t from = 0; from < n;) {
        size_t middle = from + (n - from) / 2;
        int order = kind - list[middle].kind;
        if (!order)
            order = str_cmp(token, list[middle].token);
        if (!order)
            return &list[middle];
        if (order < 0)
            n = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

/* The mark in list that an element bears. */
static const struct mark *mark_of(const struct html_tree *tree, uint32_t node, const struct mark *list,
                                  size_t n)
{
    uint16_t name = tree->nodes[node].name;
    struct html_attrs attrs = html_attrs(tree, &tree->nodes[node]);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++) {
        if (a->name != N_CLASS && a->name != N_ID)
            continue;
        struct str value = html_attr_value(tree, a);
        for (size_t i = 0; i < value.n; i++) {
            size_t from = i;
            while (i < value.n && !ascii_is_space(value.p[i]))
                i++;
            if (i == from)
                continue;
            const struct mark *m =
                find(list, n, a->name == N_ID ? '#' : '.', str_make(value.p + from, i - from));
            if (m && (m->name == N_NONE || m->name == name))
                return m;
        }
    }
    return NULL;
}

/* Sphinx's older themes and Read the Docs' say it by role and itemprop; rustdoc by id in a body of its class. */
static unsigned rank_of(const struct html_tree *tree, uint32_t node, bool rustdoc)
{
    const struct mark *m = mark_of(tree, node, roots, ARRAY_LEN(roots));
    if (m)
        return m->rank;
    if (rustdoc && str_is(html_attr(tree, node, N_ID), "main-content"))
        return 1;
    if (html_is(tree, node, N_DIV)) {
        bool main = str_is(html_attr(tree, node, N_ROLE), "main");
        struct str class = html_attr(tree, node, N_CLASS);
        if (str_is(html_attr(tree, node, N_ITEMPROP), "articleBody") && class.n == 0)
            return 2;
        if (main && (str_is(class, "body") || str_is(class, "document")))
            return 3;
    }
    return 0;
}

uint32_t content_docs_root(const struct content_page *page)
{
    const struct html_tree *tree = page->tree;
    uint32_t best = 0;
    unsigned rank = UINT32_MAX, count = 0;
    bool rustdoc = false;
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0)) {
        const struct html_node *n = &tree->nodes[node];
        if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML || !n->attrs)
            continue;
        if (n->name == N_BODY)
            rustdoc = str_starts(html_attr(tree, node, N_CLASS), STR_LIT("rustdoc"));
        unsigned its = rank_of(tree, node, rustdoc);
        if (!its || its > rank)
            continue;
        count = its < rank ? 1 : count + 1;
        rank = its;
        best = node;
    }
    return count == 1 ? best : 0;
}

bool content_docs_drops(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
        return false;
    return n->name == N_NAV || (n->attrs && mark_of(tree, node, drops, ARRAY_LEN(drops)));
}
