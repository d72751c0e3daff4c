/* SPDX-License-Identifier: Apache-2.0 */
/* content_evidence.c: what the head of a page and its structured data say of its kind: an article, a product, a
 * thread, a list. A look at names only; nothing is parsed. */
#include "extract/content_int.h"
#include "extract/html/text.h"

enum { TITLE_BYTES = 400, SCRIPT_BYTES = 256 << 10 };

struct kind {
    struct str type;
    unsigned says;
};

/* clang-format off */
#define K(type, says) {{type, sizeof(type) - 1}, says}
static const struct kind kinds[] = {
    K("Article", SAYS_ARTICLE), K("NewsArticle", SAYS_ARTICLE), K("BlogPosting", SAYS_ARTICLE),
    K("TechArticle", SAYS_ARTICLE), K("ReportageNewsArticle", SAYS_ARTICLE), K("Recipe", SAYS_ARTICLE),
    K("HowTo", SAYS_ARTICLE), K("OpinionNewsArticle", SAYS_ARTICLE), K("ScholarlyArticle", SAYS_ARTICLE),
    K("Product", SAYS_PRODUCT), K("ProductGroup", SAYS_PRODUCT), K("IndividualProduct", SAYS_PRODUCT),
    K("QAPage", SAYS_THREAD), K("DiscussionForumPosting", SAYS_THREAD), K("Question", SAYS_THREAD),
    K("ItemList", SAYS_LIST), K("CollectionPage", SAYS_LIST), K("OfferCatalog", SAYS_LIST),
    K("SearchResultsPage", SAYS_LIST),
    K("article", SAYS_ARTICLE), K("product", SAYS_PRODUCT), K("og:product", SAYS_PRODUCT),
    K("product.item", SAYS_PRODUCT), K("website", SAYS_SITE), K("blog", SAYS_LIST),
    K("product.group", SAYS_LIST),
};
#undef K
/* clang-format on */

static unsigned says_of(struct str type)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq(type, kinds[i].type))
            return kinds[i].says;
    return 0;
}

/* "@type": "X" wherever it stands in a script of JSON-LD. */
static unsigned says_of_script(struct str json)
{
    static const struct str key = {"\"@type\"", 7};
    unsigned says = 0;
    json = str_head(json, SCRIPT_BYTES);
    for (const char *hit; (hit = json.n ? memmem(json.p, json.n, key.p, key.n) : NULL) != NULL;) {
        json = str_from(json, (size_t)(hit - json.p) + key.n);
        struct str value = str_head(json, 64);
        while (value.n && memchr(" \t\r\n:[", value.p[0], 6))
            value = str_from(value, 1);
        if (value.n && value.p[0] == '"')
            says |= says_of(str_head(str_from(value, 1), str_find(str_from(value, 1), '"')));
    }
    return says;
}

static unsigned says_of_itemtype(struct str type)
{
    size_t from = type.n;
    while (from && type.p[from - 1] != '/')
        from--;
    return says_of(str_from(type, from));
}

static struct str meta_of(const struct html_tree *tree, uint32_t node, const char *property)
{
    struct str name = html_attr(tree, node, N_PROPERTY);
    if (!name.n)
        name = html_attr(tree, node, N_NAME);
    return str_eq_nocase(str_trim(name), str_of(property)) ? str_trim(html_attr(tree, node, N_CONTENT))
                                                           : STR_NONE;
}

static void read_url(struct content_page *page, const struct content_words *words, struct str url)
{
    size_t at = str_find(url, ':');
    struct str path = str_from(url, at + 3);
    path = str_from(path, str_find(path, '/'));
    path = str_head(path, str_find(path, '?'));
    path = str_head(path, str_find(path, '#'));
    page->url_names = page->url_depth = page->url_hyphens = 0;
    while (path.n) {
        path = str_from(path, 1);
        size_t end = str_find(path, '/');
        struct str segment = str_head(path, end);
        path = str_from(path, end);
        if (!segment.n)
            continue;
        page->url_depth++;
        page->url_hyphens = 0;
        for (size_t i = 0; i < segment.n; i++)
            page->url_hyphens += segment.p[i] == '-' || segment.p[i] == '_';
        if (page->url_hyphens < 2)
            page->url_names |= content_names_of(words, segment);
    }
}

void content_evidence_read(struct content_page *page, const struct content_words *words, struct str url)
{
    const struct html_tree *tree = page->tree;
    struct str og = STR_NONE;
    uint32_t title = 0;
    read_url(page, words, url);
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0)) {
        const struct html_node *n = &tree->nodes[node];
        if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
            continue;
        if (n->name == N_META) {
            page->says |= says_of(meta_of(tree, node, "og:type"));
            if (!og.n)
                og = meta_of(tree, node, "og:title");
        } else if (n->name == N_SCRIPT && n->first &&
                   str_is(html_attr(tree, node, N_TYPE), "application/ld+json")) {
            page->says |= says_of_script(html_node_text(tree, n->first));
        } else if (n->name == N_TITLE && !title) {
            title = node;
        }
        if (n->attrs && n->name != N_META) {
            struct str type = html_attr(tree, node, N_ITEMTYPE);
            if (type.n)
                page->says |= says_of_itemtype(type);
        }
    }
    page->title = title ? fold_copy_tree(page->arena, tree, title, TITLE_BYTES) : STR_NONE;
    page->og_title = fold_copy(page->arena, og, TITLE_BYTES);
}
