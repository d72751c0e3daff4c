/* SPDX-License-Identifier: Apache-2.0 */
/* test_switcher.c: the file that a page's version switcher asks for, and what such files list. */
#include "extract/switcher.h"

#include "base/buf.h"
#include "tests/check.h"

static struct arena arena;
static struct html_parser *parser;

static const struct html_limits limits = {
    .memory_bytes = 64u << 20, .nodes = 1u << 20, .depth = 512, .attrs = 1000};

static struct str named_by(const char *html)
{
    const struct html_tree *tree;
    struct url base;
    struct buf page;
    buf_init(&page, 1u << 20);
    buf_puts(&page, html);
    NEED(buf_terminate(&page));
    NEED(html_parse(parser, buf_str(&page), &tree) == OK);
    NEED(url_parse(&arena, STR_LIT("https://h.example/docs/1.2/guide/start/"), NULL, &base) == OK);
    struct str file = switcher_of(tree, &base, &arena);
    file = file.n ? arena_str(&arena, file) : STR_LIT("");
    buf_fini(&page);
    return file;
}

static void pages(void)
{
    static const struct {
        const char *html, *file;
    } cases[] = {
        {"<script id=__config "
         "type='application/json'>{\"base\":\"../..\",\"version\":{\"provider\":\"mike\"}}</script>",
         "https://h.example/docs/versions.json"},
        {"<script id=__config type='application/json'>{\"base\":\"../..\",\"version\":null}</script>",
         ""},
        {"<script id=__config>{\"base\":</script>", ""},
        {"<script>\n DOCUMENTATION_OPTIONS.theme_version = '0.20.0';\n "
         "DOCUMENTATION_OPTIONS.theme_switcher_json_url = "
         "'/docs/_static/switcher.json';</script>",
         "https://h.example/docs/_static/switcher.json"},
        {"<script>theme_switcher_json_url = 'unfinished</script>", ""},
        {"<script>theme_switcher_json_url</script>", ""},
        {"<script src='../../_static/versions.js?v=2'></script>",
         "https://h.example/docs/1.2/_static/versions.js?v=2"},
        {"<script src='/conversions.js'></script><script src=javascript:versions.js></script>", ""},
        {"<meta name=readthedocs-project-slug content=otter><meta name=readthedocs-version-slug "
         "content=latest>",
         "https://h.example/_/addons/"
         "?client-version=0.22.0&api-version=1&project-slug=otter&version-slug=latest"},
        {"<meta name=readthedocs-project-slug content='a&b=c'><meta name=readthedocs-version-slug "
         "content=latest>",
         ""},
        {"<p>theme_switcher_json_url = 'x.json'</p>", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(named_by(cases[i].html), str_of(cases[i].file));
}

/* "url|name url|name" */
static struct str listed(const char *body)
{
    struct sitemap list;
    struct buf out;
    buf_init(&out, 1u << 16);
    NEED(switcher_read(str_of(body), &arena, &list) == OK);
    for (unsigned i = 0; i < list.n; i++) {
        buf_puts(&out, i ? " " : "");
        buf_put_str(&out, list.entries[i].url);
        buf_puts(&out, "|");
        buf_put_str(&out, list.entries[i].title);
    }
    struct str text = out.n ? arena_str(&arena, buf_str(&out)) : STR_LIT("");
    buf_fini(&out);
    return text;
}

static void files(void)
{
    static const struct {
        const char *body, *list;
    } cases[] = {
        {"[{\"version\":\"2.1\",\"title\":\"2.1.3\",\"aliases\":[\"latest\"]},{\"version\":\"dev\","
         "\"title\":\"x\",\"aliases\":[]}]",
         "2.1/|2.1 latest/|2.1 dev/|dev"},
        {"[{\"name\":\"1.1 "
         "(stable)\",\"version\":\"1.1\",\"url\":\"https://h.example/doc/1.1/\",\"preferred\":true},"
         "{\"version\":\"dev\",\"url\":\"/devdocs/\"}]",
         "https://h.example/doc/1.1/|1.1 /devdocs/|dev"},
        {"{\"versions\":{\"active\":[{\"slug\":\"latest\",\"urls\":{\"documentation\":\"https://"
         "h.example/en/latest/\"}}]},"
         "\"projects\":{\"translations\":[{\"language\":{\"code\":\"de\"},\"urls\":{\"documentation\":"
         "\"https://h.example/de/latest/\"}}]}}",
         "https://h.example/en/latest/|latest https://h.example/de/latest/|de"},
        {"{\"3.12\":\"3.12.1\",\"3.11\":\"3.11.7 old\"}", "3.12/|3.12.1 3.11/|3.11.7 old"},
        {"{\"detail\":\"Not found\"}", ""},
        {"{\"versions\":[\"v1\",\"v2\"]}", "v1/|v1 v2/|v2"},
        {"var versions = ['3.12', \"v1.0\", 'dev', '7', 'click', 'it\\'s 3.5', "
         "'https://h.example/2.0/', '/docs/1.x', '/a/b.js'];",
         "3.12/|3.12 v1.0/|v1.0 dev/|dev https://h.example/2.0/|2.0 /docs/1.x|1.x"},
        {"var all = 'unfinished", ""},
        {"<html><p>Not found '3.12'</p>", ""},
        {"[1, null, [], {}, {\"url\": 7}, {\"version\": \"a/b\"}, {\"aliases\": {\"x\": 1}}]", ""},
        {"", ""},
        {"{", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(listed(cases[i].body), str_of(cases[i].list));
}

int main(void)
{
    arena_init(&arena, 256u << 20, 1u << 20);
    parser = html_parser_create(HTML_ENGINE_BUILTIN, &limits);
    NEED(parser);
    RUN(pages);
    RUN(files);
    html_parser_destroy(parser);
    arena_fini(&arena);
    return check_report();
}
