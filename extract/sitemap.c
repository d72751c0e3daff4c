/* SPDX-License-Identifier: Apache-2.0 */
/* sitemap.c: expat with namespaces off and DTDs refused. What counts is told by the table of forms: <loc> directly
 * below <url> or <sitemap>, <link> directly below a feed's <item> or <entry>, and nothing anywhere else. */
#include "extract/sitemap.h"

#include <expat.h>
#include <limits.h>

#define LOC_MAX_BYTES 2048 /* the protocol's maximum for a URL */

/* A kind of file by its root element: where its entries stand and what in them holds the URL. */
struct form {
    struct str root, entry, loc;
    unsigned depth; /* of an entry */
    bool has_href;  /* Atom: the URL is an attribute of loc */
};

struct reader {
    XML_Parser parser;
    struct arena *arena;
    struct sitemap map;
    const struct form *form;
    unsigned depth; /* of open elements */
    bool in_entry;
    bool in_loc;
    char loc[LOC_MAX_BYTES];
    size_t n_loc;
};

/* "image:loc" is not "loc", but "sm:loc" is what the file itself calls the sitemap's namespace: prefixes other
 * than those of the well-known extensions are taken off. */
static struct str local_name(const char *name)
{
    struct str s = str_of(name);
    size_t colon = str_find(s, ':');
    if (colon == s.n)
        return s;
    struct str prefix = str_head(s, colon);
    static const char *const extensions[] = {"image", "video", "news", "xhtml", "mobile"};
    for (size_t i = 0; i < ARRAY_LEN(extensions); i++)
        if (str_is(prefix, extensions[i]))
            return STR_LIT("");
    return str_from(s, colon + 1);
}

static void add(struct sitemap *map, struct arena *arena, struct str url)
{
    url = str_trim(url);
    if (url.n == 0)
        return;
    if (map->n_urls == SITEMAP_MAX_URLS) {
        map->cut = true;
        return;
    }
    struct str copy = arena_str(arena, url);
    if (copy.p)
        map->urls[map->n_urls++] = copy;
}

static const struct form *form_of(struct str root)
{
    static const struct form forms[] = {
        {{"urlset", 6}, {"url", 3}, {"loc", 3}, 2, false},
        {{"sitemapindex", 12}, {"sitemap", 7}, {"loc", 3}, 2, false},
        {{"rss", 3}, {"item", 4}, {"link", 4}, 3, false},  /* RSS 2.0: rss/channel/item */
        {{"RDF", 3}, {"item", 4}, {"link", 4}, 2, false},  /* RSS 1.0 */
        {{"feed", 4}, {"entry", 5}, {"link", 4}, 2, true}, /* Atom, RFC 4287 */
    };
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (str_eq(root, forms[i].root))
            return &forms[i];
    return NULL;
}

/* RFC 4287 4.2.7.2: a link without rel is the entry itself, as one that says "alternate" is. */
static void read_href(struct reader *r, const XML_Char **attrs)
{
    struct str href = STR_NONE, rel = STR_LIT("alternate");
    for (; attrs[0]; attrs += 2) {
        if (str_is(str_of(attrs[0]), "href"))
            href = str_of(attrs[1]);
        else if (str_is(str_of(attrs[0]), "rel"))
            rel = str_of(attrs[1]);
    }
    if (str_is(rel, "alternate") && href.n <= LOC_MAX_BYTES)
        add(&r->map, r->arena, href);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attrs)
{
    struct reader *r = user;
    struct str local = local_name(name);
    r->depth++;
    r->in_loc = false;
    r->n_loc = 0;
    if (r->depth == 1) {
        r->form = form_of(local);
        r->map.is_index = str_is(local, "sitemapindex");
    }
    if (!r->form)
        return;
    if (r->depth == r->form->depth)
        r->in_entry = str_eq(local, r->form->entry);
    else if (r->depth == r->form->depth + 1 && r->in_entry && str_eq(local, r->form->loc))
        r->in_loc = true;
    if (r->in_loc && r->form->has_href) {
        r->in_loc = false;
        read_href(r, attrs);
    }
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    (void)name;
    struct reader *r = user;
    if (r->in_loc)
        add(&r->map, r->arena, str_make(r->loc, r->n_loc));
    r->in_loc = false;
    r->depth--;
}

static void XMLCALL on_text(void *user, const XML_Char *text, int n)
{
    struct reader *r = user;
    if (!r->in_loc)
        return;
    if ((size_t)n > sizeof r->loc - r->n_loc) {
        r->in_loc = false; /* longer than any URL may be */
        return;
    }
    memcpy(r->loc + r->n_loc, text, (size_t)n);
    r->n_loc += (size_t)n;
}

/* A document type is where entity bombs and outside files come from; no sitemap needs one. */
static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *sysid,
                               const XML_Char *pubid, int has_subset)
{
    (void)name, (void)sysid, (void)pubid, (void)has_subset;
    struct reader *r = user;
    XML_StopParser(r->parser, XML_FALSE);
}

static enum status read_xml(struct str body, struct arena *arena, struct sitemap *map)
{
    struct reader r = {.arena = arena, .map = *map, .parser = XML_ParserCreate(NULL)};
    if (!r.parser)
        return ST_NOMEM;
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    if (XML_Parse(r.parser, body.p, (int)body.n, 1) != XML_STATUS_OK)
        r.map.cut = true;
    XML_ParserFree(r.parser);
    *map = r.map;
    return OK;
}

static void read_lines(struct str body, struct arena *arena, struct sitemap *map)
{
    while (body.n) {
        size_t end = str_find(body, '\n');
        struct str line = str_trim(str_head(body, end));
        bool is_url = str_starts(line, STR_LIT("http://")) || str_starts(line, STR_LIT("https://"));
        if (is_url && str_find(line, ' ') == line.n && line.n <= LOC_MAX_BYTES)
            add(map, arena, line);
        body = str_from(body, end + 1);
    }
}

enum status sitemap_read(struct str body, struct arena *arena, struct sitemap *ret_sitemap)
{
    struct sitemap map = {.urls = arena_alloc(arena, SITEMAP_MAX_URLS * sizeof *map.urls)};
    if (!map.urls)
        return arena->status;
    if (str_starts(body, STR_LIT("\xef\xbb\xbf")))
        body = str_from(body, 3);
    enum status st = OK;
    if (str_trim(body).n && str_trim(body).p[0] == '<' && body.n <= INT_MAX)
        st = read_xml(str_trim(body), arena, &map);
    else
        read_lines(body, arena, &map);
    if (st == OK)
        st = arena->status;
    if (st == OK)
        *ret_sitemap = map;
    return st;
}
