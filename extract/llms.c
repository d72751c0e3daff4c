/* SPDX-License-Identifier: Apache-2.0 */
/* llms.c: llms.txt: a title, a few words and lists of links, in Markdown. Only its links are read. */
#include "extract/links.h"
#include "extract/sitemap_int.h"

/* llmstxt.org: the title is the one part that must be there. */
static bool has_title(struct str body)
{
    while (body.n) {
        struct str line = str_trim(str_head(body, str_find(body, '\n')));
        if (line.n)
            return str_starts(line, STR_LIT("# "));
        body = str_from(body, str_find(body, '\n') + 1);
    }
    return false;
}

static enum status read_links(struct str body, const struct url *base, struct arena *arena,
                              struct sitemap *map)
{
    struct link *found = NULL;
    unsigned n = 0, cut = 0;
    struct links *links = links_create();
    if (!links)
        return ST_NOMEM;
    links_begin(links, arena, base, SITEMAP_MAX_URLS);
    links_of_markdown(links, arena, body);
    enum status st = links_end(links, &found, &n, &cut);
    links_destroy(links);
    for (unsigned i = 0; st == OK && i < n; i++)
        sitemap_add(map, arena, (struct sitemap_entry){found[i].url, found[i].text, 0});
    map->cut = cut > 0;
    return st;
}

enum status llms_read(struct str body, const struct url *base, struct arena *arena,
                      struct sitemap *ret_sitemap)
{
    struct sitemap map;
    enum status st = sitemap_begin(arena, &map);
    if (str_starts(body, STR_LIT("\xef\xbb\xbf")))
        body = str_from(body, 3);
    if (st == OK && has_title(body))
        st = read_links(body, base, arena, &map);
    if (st == OK)
        st = arena->status;
    if (st == OK)
        *ret_sitemap = map;
    return st;
}
