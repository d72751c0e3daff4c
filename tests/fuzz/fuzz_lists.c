/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_lists.c: what made a page and what it is worth (framework, switcher, menus, quality), and the files that list
 * pages: sitemaps, feeds, llms.txt, lists of versions, the data of menus.
 *
 * Addresses of pages and menus are absolute, texts UTF-8, numbers within their limits; a file that is read again gives the
 * same, and an arena that ends is told. */
#include "tests/fuzz/target.h"

#include "extract/charset.h"
#include "extract/links.h"
#include "extract/menu_script.h"
#include "extract/quality.h"
#include "extract/switcher.h"
#include "tests/fuzz/topics.h"

#include <stdio.h>

enum { ARENA_BYTES = 32 << 20 };

static struct arena arena;
static size_t pages, frameworks, switchers, menus, marked, entries, limited;

static void init(void)
{
    arena_init(&arena, ARENA_BYTES, 8 << 20);
}

static void fini(void)
{
    printf("%zu pages; of a framework %zu, with a switcher %zu, with menus %zu, marked %zu; entries of "
           "files %zu, arena ended %zu\n",
           pages, frameworks, switchers, menus, marked, entries, limited);
    arena_fini(&arena);
    fuzz_fini();
}

const struct fuzz_target fuzz_target = {"fuzz_lists", true, 6000, init, fini, TOPIC_LISTS};

static void check_absolute(struct str url)
{
    FUZZ_CHECK(str_starts(url, STR_LIT("http://")) || str_starts(url, STR_LIT("https://")));
    FUZZ_CHECK(str_find(url, '#') == url.n && utf8_valid_bytes(url) == url.n);
}

static void check_page(const struct html_tree *tree, struct str text, const struct url *url,
                       const struct fuzz_head *head)
{
    struct str files[MENU_FILES_MAX];
    struct framework made = framework_of(tree);
    frameworks += made.id != FRAMEWORK_NONE;
    FUZZ_CHECK(made.id == FRAMEWORK_NONE || *framework_name(made.id));
    struct str list = switcher_of(tree, url, &arena);
    switchers += list.n > 0;
    if (list.n)
        check_absolute(list);
    unsigned n = menu_scripts_of(tree, made.id, url, &arena, files);
    FUZZ_CHECK(n <= MENU_FILES_MAX);
    for (unsigned i = 0; i < n; i++)
        check_absolute(files[i]);
    menus += n > 0;
    size_t half = text.n / 2;
    const struct quality_page seen = {.tree = head->how & 1 ? tree : NULL,
                                      .title = str_head(text, half),
                                      .markdown = str_from(text, half),
                                      .text_bytes = head->mode * 8u,
                                      .replaced = head->label,
                                      .text_share = head->name[0] * 4u,
                                      .code_share = head->name[1] * 4u};
    unsigned marks = quality_read(&seen);
    FUZZ_CHECK(marks < 1u << QUALITY_MARKS);
    FUZZ_CHECK(!quality_refusal(marks) ||
               marks & (QUALITY_SOFT_404 | QUALITY_LOGIN | QUALITY_CHALLENGE | QUALITY_CONSENT));
    marked += marks != 0;
}

enum form { SITEMAP, LLMS, SWITCHER, MENU_JS, MENU_MD, FORMS };

static enum status read_form(enum form form, struct str body, struct sitemap *ret)
{
    static const char *const files[FORMS] = {[LLMS] = "https://h.example/a/llms.txt",
                                             [MENU_JS] = "https://h.example/a/menudata.js",
                                             [MENU_MD] = "https://h.example/a/_sidebar.md"};
    struct url file;
    if (files[form] && url_parse(&arena, str_of(files[form]), NULL, &file) != OK)
        return arena.status;
    switch (form) {
    case SITEMAP:
        return sitemap_read(body, &arena, ret);
    case LLMS:
        return llms_read(body, &file, &arena, ret);
    case SWITCHER:
        return switcher_read(body, &arena, ret);
    default:
        return menu_script_read(body, &file, &arena, ret);
    }
}

static void check_entries(enum form form, const struct sitemap *list)
{
    FUZZ_CHECK(list->n <= SITEMAP_MAX_URLS);
    for (unsigned i = 0; i < list->n; i++) {
        const struct sitemap_entry *e = &list->entries[i];
        FUZZ_CHECK(e->url.n && e->title.n <= SITEMAP_TITLE_MAX_BYTES);
        if (form == MENU_JS || form == MENU_MD)
            check_absolute(e->url);
    }
    entries += list->n;
}

static void check_file(struct str body, const struct fuzz_head *head)
{
    enum form form = head->label % FORMS;
    struct sitemap first = {0}, again = {0};
    enum status st = read_form(form, body, &first);
    FUZZ_CHECK(st == OK);
    check_entries(form, &first);
    size_t n = first.n, used = arena.used_bytes;
    arena.limit_bytes = head->mode & 64 ? used + 1900000 + head->mode * 10000u : ARENA_BYTES;
    st = read_form(form, body, &again);
    FUZZ_CHECK(st == OK || st == ST_LIMIT);
    FUZZ_CHECK(st != OK || again.n == n || again.cut);
    limited += st != OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_head head;
    struct str page;
    const struct html_tree *tree;
    struct url url;
    if (!fuzz_head_read(data, n, &head, &page))
        return 0;
    struct html_limits limits = fuzz_limits(&head);
    page = fuzz_page(str_head(page, utf8_valid_bytes(page)));
    FUZZ_CHECK(html_parse(fuzz_parser(HTML_ENGINE_BUILTIN, &limits), page, &tree) == OK);
    pages++;
    arena.limit_bytes = ARENA_BYTES;
    arena_reset(&arena, 8 << 20);
    FUZZ_CHECK(url_parse(&arena, STR_LIT("https://h.example/a/b.html"), NULL, &url) == OK);
    check_page(tree, page, &url, &head);
    check_file(page, &head);
    return 0;
}
