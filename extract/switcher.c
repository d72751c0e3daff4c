/* SPDX-License-Identifier: Apache-2.0 */
/* switcher.c: where pages name their list of versions, and the few forms that such lists have. */
#include "extract/switcher.h"

#include "base/json.h"
#include "extract/script_text.h"
#include "extract/sitemap_int.h"

enum {
    SCRIPT_MAX_BYTES = 64 * 1024,
    LIST_MAX_BYTES = 1 << 20,
    SLUG_MAX_BYTES = 200,
    NAME_MAX_BYTES = 60
};

static const struct json_limits limits = {
    .max_bytes = LIST_MAX_BYTES, .max_depth = 32, .replace_nul = true};

/* ---- what a page names ---- */

struct found {
    struct str file;             /* absolute */
    struct str project, version; /* Read the Docs' slugs */
};

static struct str absolute(struct str ref, const struct url *base, struct arena *arena)
{
    struct url url;
    ref = str_trim(ref);
    if (!ref.n || ref.n > URL_MAX_BYTES || url_parse(arena, ref, base, &url) != OK || !url_is_http(&url))
        return STR_NONE;
    return url_without_fragment(&url);
}

/* Material's settings: {"base": "../..", "version": {"provider": "mike"}}. The file lies beside the versions. */
static struct str read_material(struct str text, const struct url *base, struct arena *arena)
{
    struct json_doc *doc;
    struct diag diag;
    struct url root;
    struct str file = STR_NONE;
    if (json_parse(text, &limits, &doc, &diag) != OK)
        return STR_NONE;
    const struct json *settings = json_root(doc), *version = json_get(settings, "version");
    bool is_mike = str_is(json_str(json_get(version, "provider"), STR_NONE), "mike") ||
                   str_is(json_str(json_get(version, "method"), STR_NONE), "mike");
    struct str to = json_str(json_get(settings, "base"), STR_LIT("."));
    struct str folder = arena_printf(arena, "%.*s/", STR_ARG(to));
    if (is_mike && folder.p && url_parse(arena, folder, base, &root) == OK)
        file = absolute(STR_LIT("../versions.json"), &root, arena);
    json_doc_destroy(doc);
    return file;
}

static bool lists_versions(struct str src)
{
    static const char *const names[] = {
        "versions.js",       "switcher.js",         "switchers.js",        "version_switch.js",
        "version-switch.js", "version_switcher.js", "version-switcher.js", "versions_list.js"};
    struct str file = script_file(src);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(file, names[i]))
            return true;
    return false;
}

static struct str read_script(const struct html_tree *tree, uint32_t node, const struct url *base,
                              struct arena *arena)
{
    struct str src = html_attr(tree, node, N_SRC), text = script_text(tree, node);
    if (src.n)
        return lists_versions(src) ? absolute(src, base, arena) : STR_NONE;
    if (str_is(html_attr(tree, node, N_ID), "__config"))
        return read_material(text, base, arena);
    return absolute(script_assigned(text, STR_LIT("theme_switcher_json_url")), base, arena);
}

static bool is_slug(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!ascii_is_alpha(s.p[i]) && !ascii_is_digit(s.p[i]) && !memchr("-_.", s.p[i], 3))
            return false;
    return s.n > 0 && s.n <= SLUG_MAX_BYTES;
}

static void read_meta(const struct html_tree *tree, uint32_t node, struct found *found)
{
    struct str name = html_attr(tree, node, N_NAME), content = html_attr(tree, node, N_CONTENT);
    if (str_is(name, "readthedocs-project-slug") && is_slug(content))
        found->project = content;
    else if (str_is(name, "readthedocs-version-slug") && is_slug(content))
        found->version = content;
}

/* What its own script asks for; any client-version will do. */
static struct str read_the_docs(const struct found *found, const struct url *base, struct arena *arena)
{
    if (!found->project.n || !found->version.n)
        return STR_NONE;
    struct str path = arena_printf(
        arena, "/_/addons/?client-version=0.22.0&api-version=1&project-slug=%.*s&version-slug=%.*s",
        STR_ARG(found->project), STR_ARG(found->version));
    return absolute(path, base, arena);
}

struct str switcher_of(const struct html_tree *tree, const struct url *base, struct arena *arena)
{
    struct found found = {.file = STR_NONE};
    for (uint32_t node = html_next(tree, 0, 0); node && !found.file.n; node = html_next(tree, node, 0)) {
        if (html_is(tree, node, N_SCRIPT))
            found.file = read_script(tree, node, base, arena);
        else if (html_is(tree, node, N_META))
            read_meta(tree, node, &found);
    }
    return found.file.n ? found.file : read_the_docs(&found, base, arena);
}

/* ---- what such a file lists ---- */

/* "3.12", "v1.0", "2.x", "latest". A number alone may count anything. */
static bool looks_like_version(struct str s)
{
    static const char *const names[] = {"latest", "stable", "dev", "devel", "next", "nightly"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_is(s, names[i]))
            return true;
    bool told = s.n > 1 && s.p[0] == 'v' && ascii_is_digit(s.p[1]), dots = false;
    s = str_from(s, told);
    if (!s.n || s.n > 16 || !ascii_is_digit(s.p[0]))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        dots |= s.p[i] == '.';
        if (!ascii_is_digit(s.p[i]) && s.p[i] != '.' && !(s.p[i] == 'x' && i + 1 == s.n))
            return false;
    }
    return (told || dots) && s.p[s.n - 1] != '.';
}

struct reader {
    struct arena *arena;
    struct sitemap list;
};

static void add(struct reader *r, struct str url, struct str name)
{
    sitemap_add(&r->list, r->arena, (struct sitemap_entry){.url = url, .title = name});
}

/* A version of which only the name is told lies in the folder of that name. */
static void add_name(struct reader *r, struct str name, struct str title)
{
    if (!name.n || name.n > NAME_MAX_BYTES || memchr(name.p, '/', name.n) ||
        memchr(name.p, ' ', name.n) || memchr(name.p, ':', name.n))
        return;
    struct str folder = arena_printf(r->arena, "%.*s/", STR_ARG(name));
    if (folder.p)
        add(r, folder, title.n ? title : name);
}

static struct str first_text(const struct json *v, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct str text = json_str(json_get(v, names[i]), STR_NONE);
        if (text.n)
            return text;
    }
    return STR_NONE;
}

/* {"version": "1.2", "title": "1.2.0", "aliases": ["latest"]} or {"name": "1.2 (stable)", "url": "https://..."}. */
static void read_version(struct reader *r, const struct json *v, struct str key)
{
    static const char *const names[] = {"version", "slug", "name", "title"};
    static const char *const urls[] = {"url", "href"};
    struct str name = first_text(v, names, ARRAY_LEN(names)), url = first_text(v, urls, ARRAY_LEN(urls));
    struct str in = json_str(json_get(json_get(v, "urls"), "documentation"), STR_NONE);
    name = name.n ? name : key;
    if (json_type(v) == JSON_STRING)
        add_name(r, key.n ? key : json_str(v, STR_NONE), json_str(v, STR_NONE));
    else if (url.n || in.n)
        add(r, url.n ? url : in, name);
    else if (json_type(v) == JSON_OBJECT)
        add_name(r, name, STR_NONE);
    const struct json *aliases = json_type(v) == JSON_OBJECT ? json_get(v, "aliases") : NULL;
    for (const struct json *a = json_first(aliases); a; a = json_after(a))
        add_name(r, json_str(a, STR_NONE), name);
}

static void read_versions(struct reader *r, const struct json *list)
{
    bool is_map = json_type(list) == JSON_OBJECT;
    for (const struct json *v = json_first(list); v; v = json_after(v))
        if (!is_map || looks_like_version(json_name(v)))
            read_version(r, v, is_map ? json_name(v) : STR_NONE);
}

/* {"versions": {"active": [...]}, "projects": {"translations": [...]}}. */
static void read_addons(struct reader *r, const struct json *root)
{
    read_versions(r, json_get(json_get(root, "versions"), "active"));
    const struct json *translations = json_get(json_get(root, "projects"), "translations");
    for (const struct json *v = json_first(translations); v; v = json_after(v)) {
        struct str url = json_str(json_get(json_get(v, "urls"), "documentation"), STR_NONE);
        struct str code = json_str(json_get(json_get(v, "language"), "code"), STR_NONE);
        if (url.n && code.n)
            add(r, url, code);
    }
}

static void read_json(struct reader *r, const struct json *root)
{
    const struct json *versions = json_get(root, "versions");
    if (json_get(versions, "active"))
        read_addons(r, root);
    else if (json_type(root) == JSON_ARRAY || !versions)
        read_versions(r, root);
    else
        read_versions(r, versions);
}

/* "https://docs.example/1.2/" */
static void add_literal(struct reader *r, struct str s)
{
    struct str path = s;
    if (looks_like_version(s)) {
        add_name(r, s, STR_NONE);
        return;
    }
    if (!str_starts(s, STR_LIT("http://")) && !str_starts(s, STR_LIT("https://")) &&
        !str_starts(s, STR_LIT("/")))
        return;
    while (path.n && path.p[path.n - 1] == '/')
        path.n--;
    size_t from = path.n;
    while (from && path.p[from - 1] != '/')
        from--;
    if (looks_like_version(str_from(path, from)))
        add(r, s, str_from(path, from));
}

static void read_script_list(struct reader *r, struct str text)
{
    struct str literal;
    while (script_literal(&text, &literal))
        add_literal(r, literal);
}

enum status switcher_read(struct str body, struct arena *arena, struct sitemap *ret_list)
{
    struct reader r = {.arena = arena};
    struct json_doc *doc;
    struct diag diag;
    enum status st = sitemap_begin(arena, &r.list);
    if (st != OK)
        return st;
    struct str text = str_trim(str_head(body, LIST_MAX_BYTES));
    bool is_json = text.n && (text.p[0] == '[' || text.p[0] == '{');
    if (is_json && json_parse(text, &limits, &doc, &diag) == OK) {
        read_json(&r, json_root(doc));
        json_doc_destroy(doc);
    } else if (text.n && text.p[0] != '<') {
        read_script_list(&r, text);
    }
    if (arena->status == OK)
        *ret_list = r.list;
    return arena->status;
}
