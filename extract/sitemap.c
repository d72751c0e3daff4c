/* SPDX-License-Identifier: Apache-2.0 */
/* sitemap.c: expat with namespaces off and DTDs refused. What counts is told by the table of forms: <loc> directly
 * below <url> or <sitemap>, <link> directly below a feed's <item> or <entry>, likewise dates and titles, and nothing
 * anywhere else. An entry is added when its element ends. */
#include "extract/sitemap.h"

#include "extract/sitemap_int.h"

#include <expat.h>
#include <limits.h>

enum {
    DEPTH_MAX =
        200 /* of elements: what feeds quote of pages is not deeper; expat keeps each that is open */
};

/* A kind of file by its root element: where its entries stand and what in them holds the URL. */
struct form {
    struct str root, entry, loc;
    unsigned depth; /* of an entry */
    bool has_href;  /* Atom: the URL is an attribute of loc */
};

/* What an element directly below an entry says. */
enum field { FIELD_NONE, FIELD_LOC, FIELD_DATE, FIELD_TITLE };

struct reader {
    XML_Parser parser;
    struct arena *arena;
    struct sitemap map;
    const struct form *form;
    unsigned depth; /* of open elements */
    bool in_entry;
    struct sitemap_entry entry; /* the one that is open; its texts stand in url and title */
    enum field field;           /* the one that is open */
    char text[LOC_MAX_BYTES];   /* of the field */
    size_t n_text;
    char url[LOC_MAX_BYTES], title[SITEMAP_TITLE_MAX_BYTES];
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

void sitemap_add(struct sitemap *map, struct arena *arena, struct sitemap_entry entry)
{
    entry.url = str_trim(entry.url);
    if (entry.url.n == 0 || entry.url.n > LOC_MAX_BYTES)
        return;
    if (map->n == SITEMAP_MAX_URLS) {
        map->cut = true;
        return;
    }
    entry.url = arena_str(arena, entry.url);
    entry.title = str_trim(str_head(entry.title, SITEMAP_TITLE_MAX_BYTES));
    entry.title = entry.title.n ? arena_str(arena, entry.title) : STR_NONE;
    if (entry.url.p)
        map->entries[map->n++] = entry;
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

static struct str keep(struct str text, char *room, size_t size)
{
    text = str_head(text, size);
    if (text.n)
        memcpy(room, text.p, text.n);
    return str_make(room, text.n);
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
    if (!str_is(rel, "alternate") || href.n > LOC_MAX_BYTES)
        return;
    sitemap_add(&r->map, r->arena, r->entry); /* another one of this entry */
    r->entry.url = keep(href, r->url, sizeof r->url);
}

static enum field field_of(const struct reader *r, struct str name)
{
    static const char *const dates[] = {"lastmod", "updated",   "modified",
                                        "pubDate", "published", "date"};
    if (str_eq(name, r->form->loc))
        return FIELD_LOC;
    for (size_t i = 0; i < ARRAY_LEN(dates); i++)
        if (str_is(name, dates[i]))
            return FIELD_DATE;
    return str_is(name, "title") ? FIELD_TITLE : FIELD_NONE;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attrs)
{
    struct reader *r = user;
    struct str local = local_name(name);
    if (++r->depth > DEPTH_MAX)
        XML_StopParser(r->parser, XML_FALSE);
    r->field = FIELD_NONE;
    r->n_text = 0;
    if (r->depth == 1) {
        r->form = form_of(local);
        r->map.is_index = str_is(local, "sitemapindex");
    }
    if (!r->form)
        return;
    if (r->depth == r->form->depth) {
        r->in_entry = str_eq(local, r->form->entry);
        r->entry = (struct sitemap_entry){.changed = 0};
    } else if (r->depth == r->form->depth + 1 && r->in_entry) {
        r->field = field_of(r, local);
    }
    if (r->field == FIELD_LOC && r->form->has_href) {
        r->field = FIELD_NONE;
        read_href(r, attrs);
    }
}

/* The first <loc> is the entry's; of its dates the latest counts. */
static void end_field(struct reader *r)
{
    struct str text = str_trim(str_make(r->text, r->n_text));
    struct sitemap_entry *e = &r->entry;
    int date;
    switch (r->field) {
    case FIELD_LOC:
        e->url = e->url.n ? e->url : keep(text, r->url, sizeof r->url);
        break;
    case FIELD_DATE:
        date = feed_date(text);
        e->changed = date > e->changed ? date : e->changed;
        break;
    case FIELD_TITLE:
        e->title = keep(text, r->title, sizeof r->title);
        break;
    case FIELD_NONE:
        break;
    }
    r->field = FIELD_NONE;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    (void)name;
    struct reader *r = user;
    end_field(r);
    if (r->form && r->depth == r->form->depth && r->in_entry) {
        sitemap_add(&r->map, r->arena, r->entry);
        r->in_entry = false;
    }
    r->depth--;
}

static void XMLCALL on_text(void *user, const XML_Char *text, int n)
{
    struct reader *r = user;
    if (r->field == FIELD_NONE)
        return;
    if ((size_t)n > sizeof r->text - r->n_text) {
        r->field = FIELD_NONE; /* longer than any URL may be */
        return;
    }
    memcpy(r->text + r->n_text, text, (size_t)n);
    r->n_text += (size_t)n;
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
            sitemap_add(map, arena, (struct sitemap_entry){.url = line});
        body = str_from(body, end + 1);
    }
}

enum status sitemap_begin(struct arena *arena, struct sitemap *ret_map)
{
    *ret_map =
        (struct sitemap){.entries = arena_alloc(arena, SITEMAP_MAX_URLS * sizeof *ret_map->entries)};
    return ret_map->entries ? OK : arena->status;
}

enum status sitemap_read(struct str body, struct arena *arena, struct sitemap *ret_sitemap)
{
    struct sitemap map;
    enum status st = sitemap_begin(arena, &map);
    if (st != OK)
        return st;
    if (str_starts(body, STR_LIT("\xef\xbb\xbf")))
        body = str_from(body, 3);
    body = str_trim(body);
    if (str_starts(body, STR_LIT("<")) && body.n <= INT_MAX)
        st = read_xml(body, arena, &map);
    else if (str_starts(body, STR_LIT("{")))
        feed_read_json(body, arena, &map);
    else
        read_lines(body, arena, &map);
    if (st == OK)
        st = arena->status;
    if (st == OK)
        *ret_sitemap = map;
    return st;
}
