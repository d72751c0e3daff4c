/* SPDX-License-Identifier: Apache-2.0 */
/* region.c: the words that name a region. */
#include "extract/region.h"

#include "base/must.h"

struct word {
    struct str text;
    enum region region;
};

/* clang-format off */
#define W(text) {text, sizeof(text) - 1}
/* clang-format on */

/* Whole words of a class or id, after splitting at '-', '_' and ':'. */
static const struct word words[] = {
    {W("nav"), REGION_NAV},
    {W("navbar"), REGION_NAV},
    {W("navigation"), REGION_NAV},
    {W("navheader"), REGION_NAV},
    {W("navfooter"), REGION_NAV},
    {W("topnav"), REGION_NAV},
    {W("sidenav"), REGION_NAV},
    {W("subnav"), REGION_NAV},
    {W("menu"), REGION_NAV},
    {W("menubar"), REGION_NAV},
    {W("toc"), REGION_CONTENTS},
    {W("toctree"), REGION_CONTENTS},
    {W("sidebar"), REGION_ASIDE},
    {W("sphinxsidebar"), REGION_ASIDE},
    {W("aside"), REGION_ASIDE},
    {W("related"), REGION_ASIDE},
    {W("footer"), REGION_FOOTER},
    {W("colophon"), REGION_FOOTER},
    {W("header"), REGION_HEADER},
    {W("masthead"), REGION_HEADER},
    {W("topbar"), REGION_HEADER},
    {W("breadcrumb"), REGION_BREADCRUMB},
    {W("breadcrumbs"), REGION_BREADCRUMB},
    {W("crumbs"), REGION_BREADCRUMB},
    {W("pagination"), REGION_PAGINATION},
    {W("paginator"), REGION_PAGINATION},
    {W("pager"), REGION_PAGINATION},
};

static const struct word roles[] = {
    {W("navigation"), REGION_NAV},      {W("menu"), REGION_NAV},
    {W("menubar"), REGION_NAV},         {W("doc-toc"), REGION_NAV},
    {W("complementary"), REGION_ASIDE}, {W("contentinfo"), REGION_FOOTER},
    {W("banner"), REGION_HEADER},       {W("main"), REGION_MAIN},
};

/* "has-sidebar" and "no-nav" speak of the page, not of the element. */
static const struct str about[] = {W("has"), W("no"),   W("with"), W("without"),
                                   W("is"),  W("hide"), W("show")};

static bool word_region(const struct word *list, size_t n, struct str text, enum region *ret)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i].text.n != text.n || !str_eq_nocase(list[i].text, text))
            continue;
        *ret = list[i].region;
        return true;
    }
    return false;
}

static bool is_about(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(about); i++)
        if (str_eq_nocase(about[i], word))
            return true;
    return false;
}

static bool splits(char c)
{
    return c == '-' || c == '_' || c == ':';
}

/* One class or the id. Its last word decides ("site-footer"), or the block of "footer__link". */
static bool token_region(struct str token, enum region *ret)
{
    size_t first = 0, last = token.n;
    while (first < token.n && !splits(token.p[first]))
        first++;
    if (first < token.n && is_about(str_head(token, first)))
        return false;
    while (last && !splits(token.p[last - 1]))
        last--;
    if (word_region(words, ARRAY_LEN(words), str_from(token, last), ret))
        return true;
    bool block = first + 1 < token.n && token.p[first] == '_' && token.p[first + 1] == '_';
    return block && word_region(words, ARRAY_LEN(words), str_head(token, first), ret);
}

static bool tokens_region(struct str list, enum region *ret)
{
    size_t i = 0;
    while (i < list.n) {
        while (i < list.n && ascii_is_space(list.p[i]))
            i++;
        size_t from = i;
        while (i < list.n && !ascii_is_space(list.p[i]))
            i++;
        if (i > from && token_region(str_make(list.p + from, i - from), ret))
            return true;
    }
    return false;
}

/* What class, id and aria-label of a container say. Inside the content an id is the slug of a heading (a
 * chapter on pagination), not the name of a part of the page. */
static bool named_region(const struct html_tree *tree, const struct html_node *n, bool content,
                         enum region *ret)
{
    struct html_attrs attrs = html_attrs(tree, n);
    for (const struct html_attr *attr = attrs.p; attr < attrs.end; attr++) {
        bool named =
            attr->name == N_CLASS || (attr->name == N_ID && !content) || attr->name == N_ARIA_LABEL;
        if (named && tokens_region(html_attr_value(tree, attr), ret))
            return true;
    }
    return false;
}

static bool role_region(const struct html_tree *tree, const struct html_node *n, enum region *ret)
{
    struct html_attrs attrs = html_attrs(tree, n);
    for (const struct html_attr *a = attrs.p; a < attrs.end; a++)
        if (a->name == N_ROLE)
            return word_region(roles, ARRAY_LEN(roles), str_trim(html_attr_value(tree, a)), ret);
    return false;
}

static bool element_region(uint16_t name, enum region *ret)
{
    switch (name) {
    case N_NAV:
        *ret = REGION_NAV;
        return true;
    case N_ASIDE:
        *ret = REGION_ASIDE;
        return true;
    case N_FOOTER:
        *ret = REGION_FOOTER;
        return true;
    case N_HEADER:
        *ret = REGION_HEADER;
        return true;
    case N_MAIN:
        *ret = REGION_MAIN;
        return true;
    default:
        return false;
    }
}

const uint8_t region_containers[HTML_NAMES_FIXED] = {
    [N_DIV] = 1,     [N_NAV] = 1,     [N_ASIDE] = 1,   [N_FOOTER] = 1, [N_HEADER] = 1, [N_MAIN] = 1,
    [N_ARTICLE] = 1, [N_SECTION] = 1, [N_UL] = 1,      [N_OL] = 1,     [N_MENU] = 1,   [N_TABLE] = 1,
    [N_TD] = 1,      [N_P] = 1,       [N_DETAILS] = 1, [N_FORM] = 1,
};

struct region_state region_inside(const struct html_tree *tree, uint32_t node,
                                  struct region_state outside)
{
    const struct html_node *n = &tree->nodes[node];
    struct region_state inside = outside;
    enum region told = REGION_MAIN, named = REGION_MAIN;
    bool tells = n->attrs && role_region(tree, n, &told);
    if (!tells)
        tells = element_region(n->name, &told);
    if (n->name == N_ARTICLE || n->name == N_SECTION || (tells && told == REGION_MAIN))
        inside.sectioned = true;
    bool names = n->attrs && named_region(tree, n, inside.sectioned, &named);
    bool finer = named == REGION_BREADCRUMB || named == REGION_PAGINATION;
    /* Breadcrumbs and pagination are told apart even where element or role says navigation. */
    if (names && (!tells || (finer && told == REGION_NAV))) {
        told = named;
        tells = true;
    }
    /* A list of contents in a sidebar is the site's navigation; in the body it is the page's own. */
    if (told == REGION_CONTENTS && outside.region != REGION_MAIN)
        told = outside.region == REGION_CONTENTS ? REGION_CONTENTS : REGION_NAV;
    if (!tells || (outside.sectioned && (told == REGION_HEADER || told == REGION_FOOTER)))
        return inside;
    /* A list called "footer" inside navigation is still navigation. */
    bool refines = told == REGION_MAIN || told == REGION_NAV || told == REGION_CONTENTS || finer;
    if (refines || outside.region == REGION_MAIN || outside.region == REGION_HEADER)
        inside.region = told;
    return inside;
}
