/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c: one walk; tables look at their own subtree once more, without the tables inside. */
#include "extract/fields.h"

#include "extract/html/text.h"

enum { CELL_MAX_NODES = 20000, CELLS_MAX = 1000, CLASS_MAX_BYTES = 256 /* of those that are read */ };

struct reader {
    const struct html_tree *tree;
    const struct url *base;
    struct arena *arena;
    struct fields *fields;
    unsigned cap_headings, cap_codes, cap_tables, cap_images;
    struct str first_time; /* of the first <time datetime> */
};

/* Room for one more of n items, or NULL. The old array stays behind in the arena: half at most. */
static void *room(struct reader *r, void *items, unsigned n, unsigned *cap, size_t item_bytes)
{
    if (n < *cap)
        return items;
    unsigned more = *cap ? *cap * 2 : 8;
    if (n >= FIELDS_MAX) {
        r->fields->cut = true;
        return NULL;
    }
    void *p = arena_alloc(r->arena, more * item_bytes);
    if (p && n)
        memcpy(p, items, n * item_bytes);
    if (p)
        *cap = more;
    return p;
}

/* ---- headings ---- */

static void read_heading(struct reader *r, uint32_t node)
{
    struct fields *f = r->fields;
    struct field_heading *list = room(r, f->headings, f->n_headings, &r->cap_headings, sizeof *list);
    if (!list)
        return;
    f->headings = list;
    uint32_t parent = r->tree->nodes[node].parent;
    struct str id = html_attr(r->tree, node, N_ID);
    bool opens = html_is(r->tree, parent, N_SECTION) || html_is(r->tree, parent, N_DIV);
    if (id.n == 0 && opens)
        id = html_attr(r->tree, parent, N_ID);
    list[f->n_headings++] = (struct field_heading){
        .level = r->tree->nodes[node].name - N_H1 + 1,
        .text = fold_copy_tree(r->arena, r->tree, node, FIELD_TEXT_MAX_BYTES),
        .id = id.n ? arena_str(r->arena, id) : STR_NONE,
    };
}

/* ---- code ---- */

/* "language-x", "lang-x", "highlight-x" and such in a class list: x. */
static struct str language_in(struct str class)
{
    static const struct str heads[] = {{"language-", 9},           {"lang-", 5},
                                       {"highlight-source-", 17},  {"highlight-", 10},
                                       {"mw-highlight-lang-", 18}, {"brush:", 6}};
    class = str_head(class, CLASS_MAX_BYTES);
    for (size_t i = 0; i < class.n; i++) {
        size_t from = i;
        while (i < class.n && !ascii_is_space(class.p[i]))
            i++;
        struct str word = str_make(class.p + from, i - from);
        for (size_t h = 0; h < ARRAY_LEN(heads); h++)
            if (word.n > heads[h].n && str_starts(word, heads[h]))
                return str_from(word, heads[h].n);
    }
    return STR_NONE;
}

static struct str language_at(const struct html_tree *tree, uint32_t node)
{
    static const uint16_t attrs[] = {N_DATA_LANG, N_DATA_LANGUAGE};
    for (size_t i = 0; i < ARRAY_LEN(attrs); i++) {
        struct str value = str_trim(html_attr(tree, node, attrs[i]));
        if (value.n)
            return value;
    }
    return language_in(html_attr(tree, node, N_CLASS));
}

/* Of the code inside, the pre itself, or one of the two elements around it. */
static struct str code_language(const struct html_tree *tree, uint32_t pre)
{
    struct str language = STR_NONE;
    uint32_t inside = tree->nodes[pre].first;
    while (inside && tree->nodes[inside].type != HTML_ELEMENT)
        inside = tree->nodes[inside].next;
    if (inside && html_is(tree, inside, N_CODE))
        language = language_at(tree, inside);
    uint32_t node = pre;
    for (int up = 0; up < 3 && language.n == 0 && node; up++, node = tree->nodes[node].parent)
        language = language_at(tree, node);
    bool none = str_is(language, "default") || str_is(language, "none");
    return none ? STR_NONE : str_head(language, 64);
}

static size_t put_code(const struct html_tree *tree, uint32_t pre, char *to)
{
    size_t n = 0;
    for (uint32_t node = html_next(tree, pre, pre); node; node = html_next(tree, node, pre)) {
        struct str text = html_is(tree, node, N_BR)             ? STR_LIT("\n")
                          : tree->nodes[node].type == HTML_TEXT ? html_node_text(tree, node)
                                                                : STR_NONE;
        if (to && text.n)
            memcpy(to + n, text.p, text.n);
        n += text.n;
    }
    return n;
}

static void read_code(struct reader *r, uint32_t pre)
{
    struct fields *f = r->fields;
    struct field_code *list = room(r, f->codes, f->n_codes, &r->cap_codes, sizeof *list);
    size_t n = put_code(r->tree, pre, NULL);
    char *bytes = list ? arena_alloc(r->arena, n + 1) : NULL;
    if (!bytes)
        return;
    f->codes = list;
    struct str text = str_make(bytes, put_code(r->tree, pre, bytes));
    while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
        text.n--;
    while (text.n && (text.p[0] == '\n' || text.p[0] == '\r'))
        text = str_from(text, 1);
    struct str language = code_language(r->tree, pre);
    list[f->n_codes++] = (struct field_code){
        .language = language.n ? arena_str(r->arena, language) : STR_NONE, .text = text};
}

/* ---- tables ---- */

/* The next element of the table below top, itself left out; tables inside are passed over. */
static uint32_t next_in_table(const struct html_tree *tree, uint32_t node, uint32_t top)
{
    bool inner = node != top && html_is(tree, node, N_TABLE);
    return inner ? html_skip(tree, node, top) : html_next(tree, node, top);
}

static struct str cell_text(struct reader *r, uint32_t cell)
{
    char bytes[FIELD_TEXT_MAX_BYTES];
    struct fold f = fold_begin(bytes, sizeof bytes);
    fold_tree(&f, r->tree, cell, true, CELL_MAX_NODES);
    return f.n ? arena_str(r->arena, fold_end(&f)) : STR_NONE;
}

static bool is_cell(const struct html_tree *tree, uint32_t node)
{
    return html_is(tree, node, N_TD) || html_is(tree, node, N_TH);
}

static void read_row(struct reader *r, uint32_t tr, struct field_row *row)
{
    const struct html_tree *tree = r->tree;
    unsigned n = 0;
    for (uint32_t c = tree->nodes[tr].first; c; c = tree->nodes[c].next)
        n += is_cell(tree, c);
    *row = (struct field_row){.header = n > 0};
    row->cells = ARENA_ARRAY(r->arena, struct str, n ? n : 1);
    if (!row->cells)
        return;
    for (uint32_t c = tree->nodes[tr].first; c && row->n_cells < CELLS_MAX; c = tree->nodes[c].next) {
        if (!is_cell(tree, c))
            continue;
        row->header = row->header && html_is(tree, c, N_TH);
        row->cells[row->n_cells++] = cell_text(r, c);
    }
    row->header = row->header || html_is(tree, tree->nodes[tr].parent, N_THEAD);
}

static void read_table(struct reader *r, uint32_t table)
{
    struct fields *f = r->fields;
    const struct html_tree *tree = r->tree;
    struct field_table *list = room(r, f->tables, f->n_tables, &r->cap_tables, sizeof *list);
    if (!list)
        return;
    f->tables = list;
    struct field_table *t = &list[f->n_tables++];
    unsigned cap = 0;
    *t = (struct field_table){0};
    for (uint32_t node = html_next(tree, table, table); node; node = next_in_table(tree, node, table)) {
        if (html_is(tree, node, N_CAPTION) && t->caption.n == 0)
            t->caption = fold_copy_tree(r->arena, tree, node, FIELD_TEXT_MAX_BYTES);
        if (!html_is(tree, node, N_TR))
            continue;
        struct field_row *rows = room(r, t->rows, t->n_rows, &cap, sizeof *rows);
        if (!rows)
            return;
        t->rows = rows;
        read_row(r, node, &rows[t->n_rows++]);
    }
}

/* ---- images and dates ---- */

/* Pictures that a script loads later carry their address in data-src. */
static void read_image(struct reader *r, uint32_t node)
{
    struct fields *f = r->fields;
    struct str src = str_trim(html_attr(r->tree, node, N_SRC));
    struct str later = str_trim(html_attr(r->tree, node, N_DATA_SRC));
    struct url url;
    if (later.n && (src.n == 0 || str_starts(src, STR_LIT("data:"))))
        src = later;
    if (src.n == 0 || src.n > URL_MAX_BYTES || str_starts(src, STR_LIT("data:")))
        return;
    struct field_image *list = room(r, f->images, f->n_images, &r->cap_images, sizeof *list);
    if (!list)
        return;
    f->images = list;
    if (url_parse(r->arena, src, r->base, &url) == OK)
        list[f->n_images++] = (struct field_image){
            .src = url.href,
            .alt = fold_copy(r->arena, html_attr(r->tree, node, N_ALT), FIELD_TEXT_MAX_BYTES)};
}

/* The names under which pages say when they were made and changed; the first found counts. */
static void note_date(struct reader *r, struct str name, struct str value)
{
    static const struct {
        struct str name;
        bool modified;
    } names[] = {
        {{"article:published_time", 22}, false},
        {{"datepublished", 13}, false},
        {{"date", 4}, false},
        {{"dc.date", 7}, false},
        {{"dcterms.created", 15}, false},
        {{"dcterms.issued", 14}, false},
        {{"publish_date", 12}, false},
        {{"pubdate", 7}, false},
        {{"article:modified_time", 21}, true},
        {{"og:updated_time", 15}, true},
        {{"datemodified", 12}, true},
        {{"dcterms.modified", 16}, true},
        {{"last-modified", 13}, true},
        {{"revised", 7}, true},
    };
    value = str_trim(value);
    if (value.n == 0)
        return;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct str *to = names[i].modified ? &r->fields->modified : &r->fields->published;
        if (to->n == 0 && str_eq_nocase(name, names[i].name))
            *to = fold_copy(r->arena, value, 100);
    }
}

static void read_date(struct reader *r, uint32_t node)
{
    static const uint16_t names[] = {N_NAME, N_PROPERTY, N_HTTP_EQUIV, N_ITEMPROP};
    bool time = html_is(r->tree, node, N_TIME);
    struct str value = html_attr(r->tree, node, time ? N_DATETIME : N_CONTENT);
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        note_date(r, str_trim(html_attr(r->tree, node, names[i])), value);
    if (time && r->first_time.n == 0)
        r->first_time = value;
}

/* ---- the walk ---- */

static void read_element(struct reader *r, uint32_t node)
{
    switch (r->tree->nodes[node].name) {
    case N_H1:
    case N_H2:
    case N_H3:
    case N_H4:
    case N_H5:
    case N_H6:
        read_heading(r, node);
        break;
    case N_PRE:
        read_code(r, node);
        break;
    case N_TABLE:
        read_table(r, node);
        break;
    case N_IMG:
        read_image(r, node);
        break;
    case N_META:
    case N_TIME:
        read_date(r, node);
        break;
    default:
        break;
    }
}

enum status fields_read(const struct html_tree *tree, const struct url *base, struct arena *arena,
                        struct fields **ret_fields)
{
    struct reader r = {.tree = tree, .base = base, .arena = arena};
    r.fields = ARENA_NEW(arena, struct fields);
    if (!r.fields)
        return arena->status;
    uint32_t node = tree->nodes[0].first;
    while (node && arena->status == OK) {
        const struct html_node *n = &tree->nodes[node];
        if (n->type == HTML_ELEMENT && n->ns == HTML_NS_HTML)
            read_element(&r, node);
        /* A pre is text once: one inside another is not read again. */
        bool skip = html_is_silent(tree, node) || html_is(tree, node, N_PRE);
        node = skip ? html_skip(tree, node, 0) : html_next(tree, node, 0);
    }
    if (r.fields->published.n == 0 && r.first_time.n)
        r.fields->published = fold_copy(arena, r.first_time, 100);
    if (arena->status != OK)
        return arena->status;
    *ret_fields = r.fields;
    return OK;
}
