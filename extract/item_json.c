/* SPDX-License-Identifier: Apache-2.0 */
/* item_json.c: JSON-LD scripts as items. A script that is no JSON is repaired once: comments and CDATA marks taken out,
 * control characters inside strings escaped, commas before a closing bracket dropped, what stands behind the value cut.
 *
 * The recursion is as deep as DEPTH at most; the JSON reader bounds the document before. */
#include "extract/item.h"

#include <stdlib.h>

enum { DEPTH = 24, SCRIPT_MAX_BYTES = 4 << 20, SCRIPTS_MAX = 200 };

/* ---- repair ---- */

enum { KEYS_MAX = 4096, OBJECT_KEYS_MAX = 128, REPAIR_DEPTH = 64 };

struct repair {
    struct str in;
    size_t at;
    struct buf *out;
    unsigned depth;
    struct str
        keys[KEYS_MAX]; /* of the objects that are open, the inner ones last; as they are written */
    unsigned n_keys, begin[REPAIR_DEPTH];
    bool refused; /* an object has too many names to compare */
};

/* A name that came before in the same object gets a mark: the last one counts. */
static void mark_again(struct repair *r, struct str key)
{
    struct str rest = str_trim(str_from(r->in, r->at));
    if (r->depth == 0 || r->depth >= REPAIR_DEPTH || rest.n == 0 || rest.p[0] != ':')
        return;
    unsigned times = 0;
    r->refused |= r->n_keys - r->begin[r->depth] == OBJECT_KEYS_MAX;
    for (unsigned i = r->begin[r->depth]; i < r->n_keys && !r->refused; i++)
        times += str_eq(r->keys[i], key);
    if (r->n_keys < KEYS_MAX)
        r->keys[r->n_keys++] = key;
    if (times)
        buf_printf(r->out, "\\u0001%u", times);
}

static void repair_string(struct repair *r)
{
    static const char hex[] = "0123456789abcdef";
    size_t from = r->at + 1;
    buf_putc(r->out, '"');
    for (r->at++; r->at < r->in.n; r->at++) {
        unsigned char c = (unsigned char)r->in.p[r->at];
        if (c == '"')
            break;
        if (c == '\\' && r->at + 1 < r->in.n) {
            char next = r->in.p[++r->at];
            if (strchr("\"\\/bfnrtu", next))
                buf_putc(r->out, '\\');
            buf_putc(r->out, next);
        } else if (c < 0x20) {
            buf_puts(r->out, "\\u00");
            buf_putc(r->out, hex[c >> 4]);
            buf_putc(r->out, hex[c & 15]);
        } else {
            buf_putc(r->out, (char)c);
        }
    }
    struct str text = str_make(r->in.p + from, r->at > from ? r->at - from : 0);
    r->at++;
    if (r->at <= r->in.n)
        mark_again(r, text);
    buf_putc(r->out, '"');
}

static bool skip_to(struct repair *r, const char *open, const char *close)
{
    struct str rest = str_from(r->in, r->at);
    if (!str_starts(rest, str_of(open)))
        return false;
    size_t n = strlen(open), m = strlen(close);
    const char *end = memmem(rest.p + n, rest.n - n, close, m);
    r->at = end ? (size_t)(end - r->in.p) + m : r->in.n;
    return true;
}

static void drop_comma(struct buf *out)
{
    while (out->n && ascii_is_space(out->p[out->n - 1]))
        out->n--;
    if (out->n && out->p[out->n - 1] == ',')
        out->n--;
}

static void repair_bracket(struct repair *r, char c)
{
    bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
    if (closes) {
        drop_comma(r->out);
        if (r->depth < REPAIR_DEPTH)
            r->n_keys = r->begin[r->depth];
    }
    buf_putc(r->out, c);
    r->at++;
    r->depth += opens;
    r->depth -= closes;
    if (opens && r->depth < REPAIR_DEPTH)
        r->begin[r->depth] = r->n_keys;
}

static bool skip_comment(struct repair *r)
{
    return skip_to(r, "<!--", "-->") || skip_to(r, "/*", "*/") || skip_to(r, "//", "\n") ||
           skip_to(r, "<![CDATA[", "") || skip_to(r, "]]>", "");
}

static void repair(struct repair *r)
{
    while (r->at < r->in.n && r->out->status == OK && !r->refused) {
        char c = r->in.p[r->at];
        if (skip_comment(r))
            continue;
        if (r->depth == 0 && c != '{' && c != '[') /* what stands before the value */
            r->at++;
        else if (c == '"')
            repair_string(r);
        else
            repair_bracket(r, c);
        if (r->depth == 0 && r->out->n)
            return;
    }
}

static enum status parse(struct str text, struct json_doc **ret_doc)
{
    const struct json_limits limits = {
        .max_bytes = SCRIPT_MAX_BYTES, .max_depth = 64, .replace_nul = true};
    struct diag diag;
    struct buf fixed;
    enum status st = json_parse(text, &limits, ret_doc, &diag);
    if (st != ST_INPUT || text.n > SCRIPT_MAX_BYTES)
        return st;
    struct repair *r = calloc(1, sizeof *r);
    if (!r)
        return ST_NOMEM;
    buf_init(&fixed, (size_t)SCRIPT_MAX_BYTES * 6);
    r->in = text;
    r->out = &fixed;
    repair(r);
    st = fixed.status == OK && fixed.n && !r->refused
             ? json_parse(buf_str(&fixed), &limits, ret_doc, &diag)
             : ST_INPUT;
    buf_fini(&fixed);
    free(r);
    return st;
}

/* ---- values ---- */

static void add_value(struct items *items, struct item *item, struct str name, const struct json *v,
                      unsigned depth);

/* The name without its vocabulary; a later member of a name takes the place of the earlier ones. */
static struct str member_name(struct items *items, struct item *item, struct str name)
{
    struct str schema = item_type_name(name);
    bool known = str_starts(name, STR_LIT("schema:")) ||
                 str_starts(name, STR_LIT("http://schema.org/")) ||
                 str_starts(name, STR_LIT("https://schema.org/"));
    size_t mark = str_find(name, '\x01');
    if (known)
        name = schema;
    if (mark == name.n)
        return arena_str(items->arena, name);
    name = str_head(name, mark);
    for (struct prop *p = item->first; p; p = p->next)
        if (str_eq(p->name, name))
            p->name = STR_LIT("");
    return arena_str(items->arena, name);
}

static struct item *object(struct items *items, const struct json *v, unsigned depth)
{
    struct item *item = item_new(items, ITEM_JSONLD, 0);
    if (!item)
        return NULL;
    for (const struct json *m = json_first(v); m; m = json_after(m)) {
        struct str name = json_name(m);
        if (str_is(name, "@type") && json_type(m) == JSON_STRING)
            item_add_type(item, arena_str(items->arena, json_str(m, STR_NONE)));
        else if (str_is(name, "@type"))
            for (const struct json *t = json_first(m); t; t = json_after(t))
                item_add_type(item, arena_str(items->arena, json_str(t, STR_NONE)));
        else if (str_is(name, "@id"))
            item->id = arena_str(items->arena, json_str(m, STR_NONE));
        else if (!str_is(name, "@context"))
            add_value(items, item, member_name(items, item, name), m, depth);
    }
    return item;
}

static void add_bare(struct items *items, struct item *item, struct str name, struct str text)
{
    struct prop *prop = item_add(items, item, name, text, NULL, 0);
    if (prop)
        prop->bare = true;
}

static void add_value(struct items *items, struct item *item, struct str name, const struct json *v,
                      unsigned depth)
{
    if (depth >= DEPTH)
        return;
    const struct json *literal = json_get(v, "@value");
    switch (json_type(literal ? literal : v)) {
    case JSON_STRING:
        item_add(items, item, name,
                 arena_str(items->arena, str_trim(json_str(literal ? literal : v, STR_NONE))), NULL, 0);
        break;
    case JSON_NUMBER:
        add_bare(items, item, name, arena_str(items->arena, json_number_text(literal ? literal : v)));
        break;
    case JSON_BOOL:
        add_bare(items, item, name,
                 json_bool(literal ? literal : v, false) ? STR_LIT("true") : STR_LIT("false"));
        break;
    case JSON_ARRAY:
        for (const struct json *e = json_first(v); e; e = json_after(e))
            add_value(items, item, name, e, depth + 1);
        break;
    case JSON_OBJECT:
        item_add(items, item, name, STR_NONE, object(items, v, depth + 1), 0);
        break;
    default:
        break;
    }
}

static void add_top(struct items *items, const struct json *v, unsigned depth)
{
    const struct json *graph = json_get(v, "@graph");
    if (depth >= DEPTH)
        return;
    if (json_type(v) == JSON_ARRAY) {
        for (const struct json *e = json_first(v); e; e = json_after(e))
            add_top(items, e, depth + 1);
        return;
    }
    if (json_type(v) != JSON_OBJECT)
        return;
    if (graph)
        add_top(items, graph, depth + 1);
    struct item *item = graph && json_length(v) < 3 ? NULL : object(items, v, 0);
    if (item)
        item_top(items, item);
}

/* ---- scripts ---- */

static bool is_jsonld(const struct html_tree *tree, uint32_t node)
{
    if (!html_is(tree, node, N_SCRIPT))
        return false;
    struct str type = html_attr(tree, node, N_TYPE);
    type = str_trim(str_head(type, str_find(type, ';')));
    return str_eq_nocase(type, STR_LIT("application/ld+json"));
}

/* The script's text: one run, or copied together. */
static struct str script_text(struct items *items, uint32_t node)
{
    const struct html_tree *tree = items->tree;
    struct buf text;
    unsigned n = 0;
    for (uint32_t c = tree->nodes[node].first; c; c = tree->nodes[c].next)
        n += tree->nodes[c].type == HTML_TEXT;
    if (n == 1)
        return str_trim(html_node_text(tree, tree->nodes[node].first));
    buf_init(&text, SCRIPT_MAX_BYTES);
    for (uint32_t c = tree->nodes[node].first; c; c = tree->nodes[c].next)
        if (tree->nodes[c].type == HTML_TEXT)
            buf_put_str(&text, html_node_text(tree, c));
    struct str copy = arena_str(items->arena, str_trim(buf_str(&text)));
    buf_fini(&text);
    return copy;
}

enum status items_read_jsonld(struct items *items)
{
    unsigned scripts = 0;
    for (uint32_t node = html_next(items->tree, 0, 0); node && scripts < SCRIPTS_MAX;
         node = html_next(items->tree, node, 0)) {
        struct json_doc *doc;
        if (!is_jsonld(items->tree, node))
            continue;
        scripts++;
        enum status st = parse(script_text(items, node), &doc);
        if (st == ST_NOMEM)
            return st;
        if (st != OK)
            continue;
        add_top(items, json_root(doc), 0);
        json_doc_destroy(doc);
    }
    return OK;
}
