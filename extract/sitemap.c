/* SPDX-License-Identifier: Apache-2.0 */
/* sitemap.c: expat with namespaces off and DTDs refused; only <loc> directly below <url> or <sitemap> counts. */
#include "extract/sitemap.h"

#include <expat.h>
#include <limits.h>

#define LOC_MAX_BYTES 2048 /* the protocol's maximum for a URL */

struct reader {
    XML_Parser parser;
    struct arena *arena;
    struct sitemap map;
    unsigned depth; /* of open elements */
    bool in_entry;  /* <url> or <sitemap> is open, at depth 2 */
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

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attrs)
{
    (void)attrs;
    struct reader *r = user;
    struct str local = local_name(name);
    r->depth++;
    if (r->depth == 1)
        r->map.is_index = str_is(local, "sitemapindex");
    else if (r->depth == 2)
        r->in_entry = str_is(local, "url") || str_is(local, "sitemap");
    else if (r->depth == 3 && r->in_entry)
        r->in_loc = str_is(local, "loc");
    r->n_loc = 0;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    (void)name;
    struct reader *r = user;
    if (r->depth == 3 && r->in_loc)
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
        if (str_starts(line, STR_LIT("http://")) || str_starts(line, STR_LIT("https://")))
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
