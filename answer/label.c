/* SPDX-License-Identifier: Apache-2.0 */
/* label.c: the elements of a page and then its lines are asked for labels, which are put in order at the end. */
#include "answer/label.h"

#include "extract/attr.h"
#include "base/must.h"

#include <stdlib.h>

enum { LABEL_MAX_BYTES = 60, LABEL_WORDS_MAX = 7, PARTS_MAX = 40, VALUE_MAX_BYTES = 8000 };

struct reader {
    const struct view *view;
    const struct concepts *concepts;
    struct labels *labels;
};

static struct str without_colon(struct str s)
{
    for (;;) {
        s = str_trim(s);
        if (s.n && (s.p[s.n - 1] == ':' || s.p[s.n - 1] == '*'))
            s.n--;
        else if (str_ends(s, STR_LIT("\xEF\xBC\x9A")))
            s.n -= 3;
        else
            return s;
    }
}

static bool may_be_label(struct str s)
{
    uint32_t c;
    bool letters = false;
    if (s.n == 0 || s.n > LABEL_MAX_BYTES)
        return false;
    for (struct str rest = s; rest.n;) {
        rest = str_from(rest, fold_char(rest, &c));
        letters = letters || (fold_is_word(c) && !(c < 0x80 && ascii_is_digit((char)c))) || c == '#';
    }
    return letters;
}

/* text: of the label; range, value: of what it labels. */
static void add(struct reader *r, enum label_sort sort, struct str text, uint32_t piece,
                struct range range, struct str value)
{
    struct labels *l = r->labels;
    struct arena *arena = r->view->arena;
    text = without_colon(text);
    value = str_trim(value);
    if (!may_be_label(text) || value.n == 0 || range.to <= range.from || l->n >= LABELS_MAX)
        return;
    if (l->n == l->cap) {
        uint32_t cap = l->cap ? l->cap * 2 : 64;
        struct label *p = ARENA_ARRAY(arena, struct label, cap);
        if (!p)
            return;
        if (l->n)
            memcpy(p, l->p, l->n * sizeof *p);
        l->p = p;
        l->cap = cap;
    }
    struct meaning meaning = meaning_of(r->concepts, fold_text(arena, text));
    if (meaning.words.cut || meaning.words.n > LABEL_WORDS_MAX || meaning.words.n == 0)
        return;
    l->p[l->n++] = (struct label){.sort = sort,
                                  .text = text,
                                  .meaning = meaning,
                                  .piece = piece,
                                  .range = range,
                                  .value = str_head(value, VALUE_MAX_BYTES),
                                  .marks = r->view->pieces[range.from].marks};
}

/* The text of a range when it is one line, else of its first line. */
static struct str first_run(const struct view *v, struct range range)
{
    uint32_t next;
    return range.from < range.to ? view_run(v, range, &next) : STR_NONE;
}

static struct str whole_of(const struct view *v, struct range range)
{
    uint32_t next;
    struct str run = first_run(v, range);
    return range.from < range.to && (view_run(v, range, &next), next == range.to) ? run : STR_NONE;
}

static void add_nodes(struct reader *r, enum label_sort sort, uint32_t label, struct range value)
{
    struct range l = view_node(r->view, label);
    struct str text = whole_of(r->view, l);
    if (text.n)
        add(r, sort, text, l.from, value, first_run(r->view, value));
}

/* ---- definition lists and tables ---- */

/* One child of a list; *dt is the term that waits for what it means. */
static void read_dl_child(struct reader *r, uint32_t node, uint32_t *dt)
{
    const struct view *v = r->view;
    if (html_is(v->tree, node, N_DT))
        *dt = node;
    if (!html_is(v->tree, node, N_DD) || !*dt || v->end[node] == v->begin[node])
        return;
    struct range value = view_node(v, node);
    for (uint32_t more = v->tree->nodes[node].next; more && !html_is(v->tree, more, N_DT);
         more = v->tree->nodes[more].next)
        if (html_is(v->tree, more, N_DD))
            value.to = v->end[more];
    add_nodes(r, LABEL_DL, *dt, value);
    *dt = 0;
}

/* Terms may stand in a div each. */
static void read_dl(struct reader *r, uint32_t dl)
{
    const struct html_tree *tree = r->view->tree;
    uint32_t dt = 0;
    for (uint32_t c = tree->nodes[dl].first; c; c = tree->nodes[c].next) {
        read_dl_child(r, c, &dt);
        if (html_is(tree, c, N_DIV))
            for (uint32_t d = tree->nodes[c].first; d; d = tree->nodes[d].next)
                read_dl_child(r, d, &dt);
    }
}

static unsigned cells_of(const struct view *v, uint32_t tr, uint32_t *ret_cells, unsigned max)
{
    unsigned n = 0;
    for (uint32_t c = v->tree->nodes[tr].first; c && n < max; c = v->tree->nodes[c].next)
        if (html_is(v->tree, c, N_TD) || html_is(v->tree, c, N_TH))
            ret_cells[n++] = c;
    return n;
}

static void read_row(struct reader *r, uint32_t tr)
{
    const struct view *v = r->view;
    uint32_t cells[8];
    unsigned n = cells_of(v, tr, cells, ARRAY_LEN(cells));
    bool heads = n == 4 && html_is(v->tree, cells[0], N_TH) && html_is(v->tree, cells[2], N_TH);
    if (n == 2 && !html_is(v->tree, cells[1], N_TH))
        add_nodes(r, LABEL_ROW, cells[0], view_node(v, cells[1]));
    if (heads || (n == 4 && html_is(v->tree, cells[0], N_TD) &&
                  str_ends(first_run(v, view_node(v, cells[0])), STR_LIT(":")))) {
        add_nodes(r, LABEL_ROW, cells[0], view_node(v, cells[1]));
        add_nodes(r, LABEL_ROW, cells[2], view_node(v, cells[3]));
    }
    if (n == 3 && html_is(v->tree, cells[0], N_TH) && html_is(v->tree, cells[1], N_TD) &&
        v->end[cells[2]] == v->begin[cells[2]])
        add_nodes(r, LABEL_ROW, cells[0], view_node(v, cells[1]));
}

/* The first rows that hold text, up to max. */
static unsigned rows_of(const struct view *v, uint32_t table, uint32_t *ret_rows, unsigned max)
{
    const struct html_tree *tree = v->tree;
    unsigned n = 0;
    for (uint32_t c = tree->nodes[table].first; c && n < max; c = tree->nodes[c].next) {
        bool group = html_is(tree, c, N_TBODY) || html_is(tree, c, N_THEAD) || html_is(tree, c, N_TFOOT);
        for (uint32_t row = group ? tree->nodes[c].first : 0; row && n < max;
             row = tree->nodes[row].next)
            if (html_is(tree, row, N_TR) && v->end[row] > v->begin[row])
                ret_rows[n++] = row;
    }
    return n;
}

/* A table with a head and one row: each column is labelled. */
static void read_table(struct reader *r, uint32_t table)
{
    const struct view *v = r->view;
    uint32_t rows[3], heads[16], cells[16];
    if (rows_of(v, table, rows, 3) != 2)
        return;
    unsigned n_heads = cells_of(v, rows[0], heads, ARRAY_LEN(heads)),
             n_cells = cells_of(v, rows[1], cells, ARRAY_LEN(cells));
    if (n_heads != n_cells || n_heads < 3 || !html_is(v->tree, heads[n_heads - 1], N_TH))
        return;
    for (unsigned i = 0; i < n_heads; i++)
        add_nodes(r, LABEL_COLUMN, heads[i], view_node(v, cells[i]));
}

/* ---- elements of parts ---- */

static bool is_label_element(const struct view *v, uint32_t node)
{
    const struct html_tree *tree = v->tree;
    const struct html_node *n = &tree->nodes[node];
    if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML)
        return false;
    if ((n->name >= N_H1 && n->name <= N_H6) || n->name == N_B || n->name == N_STRONG ||
        n->name == N_LEGEND || n->name == N_LABEL || n->name == N_DT || n->name == N_TH)
        return true;
    struct str class = n->attrs ? html_attr(tree, node, N_CLASS) : STR_NONE;
    char folded[512];
    struct str text = str_make(folded, class.n < 160 ? fold_to(class, folded) : 0);
    return str_is_set(fold_contains_any(text, "label|lbl|key|term|caption|k", NULL));
}

static bool is_short(struct str s)
{
    return s.n > 0 && s.n <= LABEL_MAX_BYTES;
}

static bool begins_with_number(struct str s)
{
    uint32_t c = 0;
    fold_char(s, &c);
    bool sign = c == '$' || c == 0x20AC || c == 0xA3 || c == 0xA5 || c == '-' || c == '+' || c == '~' ||
                c == 0x2248;
    return (c < 0x80 && ascii_is_digit((char)c)) || (sign && s.n > 1);
}

/* A label and its value, or a value and what it is. */
static void read_two(struct reader *r, uint32_t a, uint32_t b)
{
    const struct view *v = r->view;
    struct range first = view_node(v, a), second = view_node(v, b);
    struct str one = whole_of(v, first), two = whole_of(v, second);
    if (!is_short(one))
        return;
    bool colon = str_ends(one, STR_LIT(":")) || str_ends(one, STR_LIT("\xEF\xBC\x9A"));
    if (!begins_with_number(one) || colon)
        add(r, is_label_element(v, a) ? LABEL_LEAD : LABEL_PARTS, one, first.from, second,
            first_run(v, second));
    if (is_short(two) && !begins_with_number(two) && !colon &&
        (begins_with_number(one) || !is_label_element(v, a)))
        add(r, LABEL_BEHIND, two, second.from, first, one);
}

/* The rest of an element behind its first part, which is a label by its element or class. */
static void read_lead(struct reader *r, uint32_t node, uint32_t first)
{
    const struct view *v = r->view;
    struct range label = view_node(v, first), rest = {v->end[first], v->end[node]};
    struct str text = whole_of(v, label);
    if (!is_short(text) || rest.to <= rest.from || rest.to - rest.from > 400)
        return;
    bool heading = html_is(v->tree, first, N_H1) || html_is(v->tree, first, N_H2) ||
                   html_is(v->tree, first, N_H3) || html_is(v->tree, first, N_H4) ||
                   html_is(v->tree, first, N_H5) || html_is(v->tree, first, N_H6);
    if (!heading)
        add(r, LABEL_LEAD, text, label.from, rest, first_run(v, rest));
}

/* Labels and values in turn, side by side: "Prep time 10 mins Cook time 35 mins". */
static void read_turns(struct reader *r, const uint32_t *parts, unsigned n)
{
    const struct view *v = r->view;
    for (unsigned i = 0; i + 1 < n; i++) {
        if (!is_label_element(v, parts[i]) || v->tree->nodes[parts[i]].name == N_LABEL)
            continue;
        unsigned end = i + 1;
        while (end < n && !is_label_element(v, parts[end]))
            end++;
        if (end == i + 1)
            continue;
        struct range value = {v->begin[parts[i + 1]], v->end[parts[end - 1]]},
                     label = view_node(v, parts[i]);
        struct str text = whole_of(v, label);
        if (is_short(text))
            add(r, LABEL_LEAD, text, label.from, value, first_run(v, value));
    }
}

static bool is_parts_element(const struct html_tree *tree, uint32_t node)
{
    const struct html_node *n = &tree->nodes[node];
    if (n->type != HTML_ELEMENT || n->ns != HTML_NS_HTML || n->first == 0)
        return false;
    return n->name != N_TR && n->name != N_TABLE && n->name != N_DL && n->name != N_BODY &&
           n->name != N_HTML && n->name != N_TBODY;
}

static void read_parts(struct reader *r, uint32_t node)
{
    uint32_t parts[PARTS_MAX];
    const struct view *v = r->view;
    if (v->end[node] - v->begin[node] < 2)
        return;
    unsigned n = view_parts(v, node, parts, PARTS_MAX);
    bool marked = n > 0 && is_label_element(v, parts[0]);
    if (n == 2)
        read_two(r, parts[0], parts[1]);
    else if (n > 2 && marked && !is_label_element(v, parts[2]))
        read_lead(r, node, parts[0]);
    if (n > 2 && n < PARTS_MAX)
        read_turns(r, parts, n);
}

/* ---- colons ---- */

/* The length of a separator that ends a labelled value inside a line: " · ", " | ", "｜", " • ", ";". */
static size_t separator(struct str s)
{
    static const char *const table[] = {" \xC2\xB7 ",  " | ", "\xEF\xBD\x9C", " \xE2\x80\xA2 ",
                                        "; ",          " / ", "\xE3\x80\x80", " \xE2\x80\x94 ",
                                        "\xEF\xBC\x8F"};
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_starts(s, str_of(table[i])))
            return strlen(table[i]);
    return 0;
}

static size_t colon_length(struct str s, size_t at)
{
    if (str_starts(str_from(s, at), STR_LIT("\xEF\xBC\x9A")))
        return 3;
    if (s.p[at] != ':')
        return 0;
    /* "10:30", "https://", "::" */
    bool digits = at && ascii_is_digit(s.p[at - 1]) && at + 1 < s.n && ascii_is_digit(s.p[at + 1]);
    bool slashes = str_starts(str_from(s, at + 1), STR_LIT("//")) ||
                   (at + 1 < s.n && s.p[at + 1] == ':') || (at && s.p[at - 1] == ':');
    return digits || slashes ? 0 : 1;
}

static void add_colon(struct reader *r, uint32_t line, struct str text, size_t from, size_t colon,
                      size_t value, size_t end)
{
    const struct view *v = r->view;
    struct str label = str_trim(str_make(text.p + from, colon - from));
    struct str said = str_trim(str_make(text.p + value, end - value));
    if (!is_short(label) || said.n == 0)
        return;
    size_t label_at = (size_t)(label.p - text.p), at = (size_t)(said.p - text.p);
    struct range range = {view_piece_at(v, line, at), view_piece_at(v, line, at + said.n - 1) + 1};
    add(r, LABEL_COLON, label, view_piece_at(v, line, label_at), range, said);
}

/* A label whose colon ends its line: the next line is its value. */
static void add_next_line(struct reader *r, uint32_t line, struct str label)
{
    const struct view *v = r->view;
    if (line + 1 >= v->n_lines)
        return;
    const struct line *next = &v->lines[line + 1];
    struct range range = {next->first, next->first + next->n};
    if (!next->heading)
        add(r, LABEL_COLON, label, v->lines[line].first, range, next->text);
}

static void read_colons(struct reader *r, uint32_t line)
{
    const struct line *l = &r->view->lines[line];
    struct str s = l->text;
    size_t from = 0, label_from = 0, label_end = 0, value = 0;
    bool open = false;
    for (size_t i = 0; i < s.n && i < VALUE_MAX_BYTES;) {
        size_t sep = separator(str_from(s, i)), colon = sep ? 0 : colon_length(s, i);
        bool sentence = s.p[i] == '.' && i + 1 < s.n && s.p[i + 1] == ' ' && i >= from + 25;
        if (sep || sentence) {
            if (open)
                add_colon(r, line, s, label_from, label_end, value, i);
            open = false;
            from = i + (sep ? sep : 1);
        } else if (colon && !open && i > from) {
            label_from = from;
            label_end = i;
            value = i + colon;
            open = true;
        } else if (colon && open) {
            /* A second label in the same run: it began behind the last piece or two spaces. */
            uint32_t piece = view_piece_at(r->view, line, i);
            size_t at = r->view->pieces[piece].at;
            if (at > value && at < i) {
                add_colon(r, line, s, label_from, label_end, value, at);
                label_from = at;
                label_end = i;
                value = i + colon;
            }
        }
        i += sep ? sep : colon ? colon : 1;
    }
    if (open && str_trim(str_from(s, value)).n)
        add_colon(r, line, s, label_from, label_end, value, s.n);
    else if (open && label_from == 0)
        add_next_line(r, line, str_head(s, label_end));
}

/* ---- headings ---- */

static void read_heading(struct reader *r, uint32_t line)
{
    const struct view *v = r->view;
    const struct line *l = &v->lines[line];
    uint32_t last = l->first + l->n;
    uint32_t node = l->node;
    while (node && v->end[node] <= last)
        node = v->tree->nodes[node].parent;
    uint32_t to = node ? v->end[node] : v->n_pieces, end = last;
    for (uint32_t i = line + 1; i < v->n_lines && v->lines[i].first < to; i++) {
        if (v->lines[i].heading && v->lines[i].heading <= l->heading)
            break;
        end = v->lines[i].first + v->lines[i].n;
        if (end - last > 3000)
            break;
    }
    struct range range = {last, end};
    if (end > last)
        add(r, LABEL_HEADING, l->text, l->first, range, first_run(v, range));
}

/* ---- first words ---- */

/* Bytes of the first n words of a text, with the space behind them; 0: it has fewer. */
static size_t words_length(struct str s, unsigned n)
{
    size_t at = 0;
    while (n && at < s.n) {
        while (at < s.n && s.p[at] != ' ')
            at++;
        while (at < s.n && s.p[at] == ' ')
            at++;
        n--;
    }
    return n ? 0 : at;
}

static void add_words(struct reader *r, uint32_t line, struct str part, size_t length)
{
    const struct view *v = r->view;
    struct str label = str_trim(str_head(part, length)), said = str_trim(str_from(part, length));
    if (said.n == 0 || !may_be_label(label))
        return;
    size_t at = (size_t)(said.p - v->lines[line].text.p);
    struct range range = {view_piece_at(v, line, at), view_piece_at(v, line, at + said.n - 1) + 1};
    add(r, LABEL_WORDS, label, view_piece_at(v, line, (size_t)(label.p - v->lines[line].text.p)), range,
        said);
}

/* The longest beginning of a part of a line that is a known name; else its first words before a number. */
static void read_words(struct reader *r, uint32_t line, struct str part)
{
    char folded[512];
    for (unsigned n = 4; n > 0; n--) {
        size_t length = words_length(part, n);
        struct str head = str_trim(str_head(part, length));
        if (length == 0 || head.n > LABEL_MAX_BYTES)
            continue;
        struct str name = str_make(folded, fold_to(head, folded));
        bool number = n <= 2 && length < part.n && begins_with_number(str_from(part, length)) &&
                      !begins_with_number(head);
        if (concept_of(r->concepts, name) == CONCEPT_NONE && !number)
            continue;
        add_words(r, line, part, length);
        return;
    }
}

static void read_beginnings(struct reader *r, uint32_t line)
{
    struct str s = r->view->lines[line].text;
    size_t from = 0;
    if (s.n > 240)
        return;
    for (size_t i = 0; i <= s.n;) {
        size_t sep = i < s.n ? separator(str_from(s, i)) : 0;
        if (i == s.n || sep) {
            struct str part = str_trim(str_make(s.p + from, i - from));
            if (part.n > 2 && part.n <= 120)
                read_words(r, line, part);
            from = i + sep;
        }
        i += sep ? sep : 1;
    }
}

/* ---- names of elements ---- */

/* Classes that say how something looks. */
static bool is_look(struct str folded)
{
    struct words w = fold_words(folded);
    return w.n == 0 ||
           (w.n > 1 &&
            fold_is_any(w.word[0],
                        "text|font|bg|border|flex|grid|mt|mb|ml|mr|pt|pb|pl|pr|px|py|mx|my|gap|col|row|"
                        "max|min|hover|md|lg|sm|xl|items|justify|space|rounded|btn|wp|elementor|u"));
}

/* "product__sku--big" is called "sku", "s-result__price" "price". */
static struct str own_name(struct str token)
{
    const char *modifier = token.n ? memmem(token.p, token.n, "--", 2) : NULL;
    if (modifier && modifier > token.p)
        token.n = (size_t)(modifier - token.p);
    for (size_t i = token.n; i > 2; i--)
        if (token.p[i - 1] == '_' && token.p[i - 2] == '_')
            return str_from(token, i);
    return token;
}

static void add_names(struct reader *r, uint32_t node, struct str list, bool machine)
{
    const struct view *v = r->view;
    struct range range = view_node(v, node);
    list = str_trim(list);
    for (unsigned n = 0; list.n && n < 6; n++) {
        size_t end = 0;
        while (end < list.n && !ascii_is_space(list.p[end]))
            end++;
        struct str token = machine ? str_head(list, end) : own_name(str_head(list, end));
        char folded[256];
        struct str name = str_make(folded, token.n < 80 ? fold_to(token, folded) : 0);
        list = str_trim(str_from(list, end));
        if (name.n > 2 && (machine || !is_look(name)))
            add(r, LABEL_CLASS, token, range.from, range, first_run(v, range));
    }
}

static void read_names(struct reader *r, uint32_t node)
{
    const struct view *v = r->view;
    const struct html_tree *tree = v->tree;
    if (!tree->nodes[node].attrs || v->end[node] - v->begin[node] > 400)
        return;
    add_names(r, node, html_attr(tree, node, N_CLASS), false);
    add_names(r, node, html_attr(tree, node, N_ITEMPROP), true);
    struct str rel = html_attr(tree, node, N_REL);
    if (str_is(rel, "author") || str_is(rel, "tag") || str_is(rel, "license"))
        add_names(r, node, rel, true);
}

/* ---- the door ---- */

static int by_piece(const void *a, const void *b)
{
    const struct label *x = a, *y = b;
    if (x->piece != y->piece)
        return x->piece < y->piece ? -1 : 1;
    return (x->sort > y->sort) - (x->sort < y->sort);
}

static void read_node(struct reader *r, uint32_t node)
{
    const struct view *v = r->view;
    if (html_is(v->tree, node, N_DL))
        read_dl(r, node);
    else if (html_is(v->tree, node, N_TR))
        read_row(r, node);
    else if (html_is(v->tree, node, N_TABLE))
        read_table(r, node);
    else if (is_parts_element(v->tree, node))
        read_parts(r, node);
    if (v->tree->nodes[node].type == HTML_ELEMENT)
        read_names(r, node);
}

enum status labels_read(const struct view *v, const struct concepts *concepts, struct labels *ret)
{
    *ret = (struct labels){0};
    struct reader r = {.view = v, .concepts = concepts, .labels = ret};
    uint32_t node = v->tree->nodes[0].first;
    while (node && v->arena->status == OK) {
        if (v->end[node] == v->begin[node]) {
            node = html_skip(v->tree, node, 0);
            continue;
        }
        read_node(&r, node);
        node = html_next(v->tree, node, 0);
    }
    for (uint32_t i = 0; i < v->n_lines && v->arena->status == OK; i++) {
        if (memchr(v->lines[i].text.p, ':', v->lines[i].text.n) ||
            memmem(v->lines[i].text.p, v->lines[i].text.n, "\xEF\xBC\x9A", 3))
            read_colons(&r, i);
        read_beginnings(&r, i);
        if (v->lines[i].heading)
            read_heading(&r, i);
    }
    if (ret->n)
        qsort(ret->p, ret->n, sizeof *ret->p, by_piece);
    return v->arena->status;
}

uint32_t labels_at(const struct labels *l, uint32_t piece)
{
    uint32_t low = 0, high = l->n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (l->p[mid].piece < piece)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}
