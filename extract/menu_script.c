/* SPDX-License-Identifier: Apache-2.0 */
/* menu_script.c: the files that menus are drawn from, and the pages they name. */
#include "extract/menu_script.h"

#include "extract/links.h"
#include "extract/script_text.h"
#include "extract/sitemap_int.h"

/* ---- what a page names ---- */

struct found {
    const struct url *base;
    struct arena *arena;
    struct str *files;
    unsigned n;
};

static void add_file(struct found *found, struct str ref)
{
    struct url url;
    if (found->n == MENU_FILES_MAX || ref.n > URL_MAX_BYTES ||
        url_parse(found->arena, ref, found->base, &url) != OK || !url_is_http(&url))
        return;
    struct str file = url_without_fragment(&url);
    for (unsigned i = 0; i < found->n; i++)
        if (str_eq(found->files[i], file))
            return;
    found->files[found->n++] = file;
}

/* loadSidebar: true, or the file's name. */
static void read_docsify(struct str script, struct found *found)
{
    static const struct str setting = {"loadSidebar", 11};
    struct str name = script_assigned(script, setting);
    if (memmem(script.p ? script.p : "", script.n, setting.p, setting.n))
        add_file(found, name.n ? name : STR_LIT("_sidebar.md"));
}

unsigned menu_scripts_of(const struct html_tree *tree, enum framework_id framework,
                         const struct url *base, struct arena *arena,
                         struct str ret_files[MENU_FILES_MAX])
{
    struct found found = {.base = base, .arena = arena, .files = ret_files};
    if (framework != FRAMEWORK_DOXYGEN && framework != FRAMEWORK_DOCSIFY)
        return 0;
    for (uint32_t node = html_next(tree, 0, 0); node; node = html_next(tree, node, 0)) {
        if (!html_is(tree, node, N_SCRIPT))
            continue;
        struct str src = html_attr(tree, node, N_SRC), file = script_file(src);
        if (framework == FRAMEWORK_DOCSIFY)
            read_docsify(script_text(tree, node), &found);
        else if (str_is(file, "menudata.js") || str_is(file, "navtreedata.js"))
            add_file(&found, src);
    }
    return found.n;
}

/* ---- what a file names ---- */

static void add_page(struct sitemap *list, struct str ref, struct str title, const struct url *file,
                     struct arena *arena)
{
    struct url url;
    if (ref.n && ref.n <= LOC_MAX_BYTES && url_parse(arena, ref, file, &url) == OK && url_is_http(&url))
        sitemap_add(list, arena,
                    (struct sitemap_entry){.url = url_without_fragment(&url), .title = title});
}

/* "annotated.html", "d3/d4/class_a.html#details". */
static void read_script(struct str body, const struct url *file, struct arena *arena,
                        struct sitemap *list)
{
    struct str text, before = STR_NONE;
    while (script_literal(&body, &text)) {
        struct str page = str_head(text, str_find(text, '#'));
        bool is_page = str_ends(page, STR_LIT(".html")) || str_ends(page, STR_LIT(".htm")) ||
                       str_ends(page, STR_LIT(".xhtml"));
        if (is_page && !memchr(page.p, ' ', page.n) && !str_eq(page, before)) {
            add_page(list, page, STR_NONE, file, arena);
            before = page;
        }
    }
}

/* Docsify finds "guide" in guide.md, and "part/" in part/README.md. */
static struct str source_of(const struct link *link, struct arena *arena)
{
    struct str url = link->url, path = link->parsed ? link->parsed->path : STR_NONE,
               name = script_file(path);
    if (!path.n || str_find(url, '?') < url.n)
        return url;
    if (!name.n)
        return arena_printf(arena, "%.*sREADME.md", STR_ARG(url));
    return memchr(name.p, '.', name.n) ? url : arena_printf(arena, "%.*s.md", STR_ARG(url));
}

static enum status read_markdown(struct str body, const struct url *file, struct arena *arena,
                                 struct sitemap *list)
{
    struct link *found = NULL;
    unsigned n = 0, cut = 0;
    struct links *links = links_create();
    if (!links)
        return ST_NOMEM;
    links_begin(links, arena, file, SITEMAP_MAX_URLS);
    links_of_markdown(links, arena, body);
    enum status st = links_end(links, &found, &n, &cut);
    links_destroy(links);
    add_page(list, STR_LIT("README.md"), STR_NONE, file, arena);
    for (unsigned i = 0; st == OK && i < n; i++)
        add_page(list, source_of(&found[i], arena), found[i].text, file, arena);
    list->cut = cut > 0;
    return st;
}

enum status menu_script_read(struct str body, const struct url *file, struct arena *arena,
                             struct sitemap *ret_list)
{
    struct sitemap list;
    enum status st = sitemap_begin(arena, &list);
    bool is_page =
        str_starts(str_trim(body), STR_LIT("<")); /* what a site sends for whatever it does not have */
    if (st == OK && !is_page && str_ends(file->path, STR_LIT(".md")))
        st = read_markdown(body, file, arena, &list);
    else if (st == OK && !is_page)
        read_script(body, file, arena, &list);
    if (st == OK)
        st = arena->status;
    if (st == OK)
        *ret_list = list;
    return st;
}
