/* SPDX-License-Identifier: Apache-2.0 */
/* The groups that pages of different kinds repeat, and what hostile pages cost. */
#include "answer/records.h"
#include "tests/check.h"

#include "base/buf.h"
#include "base/must.h"

static struct concepts *concepts;
static struct arena arena;
static struct buf page, shown;
static struct html_parser *parser;
static struct view view;
static struct records_list list;

static void read_page(void)
{
    const struct html_limits limits = {
        .memory_bytes = 256u << 20, .nodes = 4000000, .depth = 500, .attrs = 400};
    const struct html_tree *tree;
    arena_reset(&arena, 1 << 20);
    html_parser_destroy(parser);
    parser = html_parser_create(HTML_ENGINE_BUILTIN, &limits);
    NEED(parser && buf_terminate(&page));
    NEED(html_parse(parser, buf_str(&page), &tree) == OK);
    NEED(view_make(tree, STR_LIT(""), STR_LIT("en"), &arena, &view) == OK);
    NEED(records_find(&view, concepts, &list) == OK);
}

static void read_text(const char *html)
{
    buf_reset(&page);
    buf_puts(&page, html);
    read_page();
}

static bool holds_another(const struct record *r, uint32_t cell)
{
    struct range a = r->cells[cell].range;
    for (uint32_t i = cell + 1; i < r->n_cells; i++)
        if (r->cells[i].range.from >= a.from && r->cells[i].range.to <= a.to)
            return true;
    return false;
}

/* "2: label=text|text / label=text|text": the cells that hold no others, of the first records of a group. */
static struct str show(const struct records *g)
{
    buf_reset(&shown);
    buf_printf(&shown, "%u:", g->n);
    for (uint32_t i = 0; i < g->n && i < 4; i++) {
        const char *gap = i ? " / " : " ";
        for (uint32_t k = 0; k < g->p[i].n_cells; k++) {
            const struct record_cell *cell = &g->p[i].cells[k];
            if (holds_another(&g->p[i], k))
                continue;
            struct str label = g->columns[cell->column].label,
                       text = view_text(&view, cell->range, " ", 0);
            buf_printf(&shown, "%s%.*s%s%.*s", gap, STR_ARG(label), label.n ? "=" : "", STR_ARG(text));
            gap = "|";
        }
    }
    return buf_str(&shown);
}

static const struct records *group_of(const char *html)
{
    static const struct records none;
    read_text(html);
    return list.n ? &list.p[0] : &none;
}

/* ---- ten kinds of pages ---- */

static void test_cards(void)
{
    const struct records *g = group_of(
        "<body><nav><ul><li><a href=/>Home</a><b>x</b><li><a "
        "href=/a>About</a><b>y</b></ul></nav><main><h2>Products</h2><div class=grid>"
        "<div class='card featured'><h3>Lamp</h3><span class=price>$10</span></div>"
        "<div class='card'><h3>Chair</h3><span class=price>$20</span><span class=badge>New</span></div>"
        "<div class='card'><h3>Desk</h3><span class=price>$30</span></div></div></main>");
    CHECK_STR(show(g), STR_LIT("3: Lamp|$10 / Chair|$20|New / Desk|$30"));
    CHECK_STR(g->heading, STR_LIT("Products"));
    CHECK_STR(g->names, STR_LIT("grid card featured"));
    CHECK_INT(g->sort, RECORDS_PARTS);
}

static void test_rows_of_cards(void)
{
    const struct records *g =
        group_of("<main><div class=row><div class='col'><b>Lamp</b><i>1</i></div><div "
                 "class='col'><b>Chair</b><i>2</i></div></div>"
                 "<div class=row><div class='col'><b>Desk</b><i>3</i></div><div "
                 "class='col'><b>Sofa</b><i>4</i></div></div>"
                 "<div class=row><div class='col'><b>Bed</b><i>5</i></div></div></main>");
    CHECK_STR(show(g), STR_LIT("5: Lamp|1 / Chair|2 / Desk|3 / Sofa|4"));
}

static void test_tables(void)
{
    const struct records *g =
        group_of("<h1>Countries</h1><table><caption>c</"
                 "caption><thead><tr><th>Country<th>Capital<th>Population</thead><tbody>"
                 "<tr class=odd><td><a href=/fr>France</a><td>Paris<td>68<tr "
                 "class=even><td>Spain<td>Madrid<td>48<tr><td>Italy<td>Rome<td>59</table>");
    CHECK_STR(show(g), STR_LIT("3: Country=France|Capital=Paris|Population=68 / "
                               "Country=Spain|Capital=Madrid|Population=48 / "
                               "Country=Italy|Capital=Rome|Population=59"));
    CHECK_INT(g->sort, RECORDS_ROWS);
}

static void test_rows_of_two_lines(void)
{
    const struct records *g = group_of(
        "<table><tr class=athing><td>1.<td>^<td><a href=/a>First</a><tr><td colspan=2><td>10 points<tr "
        "class=spacer>"
        "<tr class=athing><td>2.<td>^<td><a href=/b>Second</a><tr><td colspan=2><td>20 points<tr "
        "class=spacer>"
        "<tr class=athing><td>3.<td>^<td><a href=/c>Third</a><tr><td colspan=2><td>30 points</table>");
    bool found = false;
    for (unsigned i = 0; i < list.n; i++)
        found =
            found ||
            (list.p[i].sort == RECORDS_RUNS &&
             str_eq(show(&list.p[i]),
                    STR_LIT("3: 1.|^|First|10 points / 2.|^|Second|20 points / 3.|^|Third|30 points")));
    CHECK(found);
    CHECK_INT(g->n, 3);
}

static void test_search_results(void)
{
    const struct records *g =
        group_of("<main><ol id=results><li class=result-1><a href=/1>One</a><p>About one.</p><li "
                 "class=result-2><a href=/2>Two</a><p>About two.</p>"
                 "<li class=result-3><a href=/3>Three</a><p>About "
                 "three.</p></ol></main><footer><ul><li>a<li>b<li>c</ul></footer>");
    CHECK_STR(show(g), STR_LIT("3: One|About one. / Two|About two. / Three|About three."));
    CHECK_STR(g->names, STR_LIT("results result 1"));
}

static void test_terms(void)
{
    const struct records *g =
        group_of("<dl><dt>GET<dd>Reads.<dd>Safe.<dt>POST<dd>Makes.<dt>PUT<dd>Sets.</dl>");
    CHECK_STR(show(g), STR_LIT("3: GET|Reads.|Safe. / POST|Makes. / PUT|Sets."));
    CHECK_INT(g->sort, RECORDS_RUNS);
}

static void test_headings_and_what_follows(void)
{
    const struct records *g = group_of("<main><h1>Questions</h1><h2>Why?</h2><p>Because "
                                       "<b>so</b>.</p><h2>How?</h2><p>Like this.</p><p>And so.</p>"
                                       "<h2>When?</h2><p>Now.</p></main>");
    CHECK_STR(show(g), STR_LIT("3: Why?|so / How?|Like this.|And so. / When?|Now."));
}

static void test_comments(void)
{
    const struct records *g =
        group_of("<article>A story.</article><section id=comments><h2>Comments</h2>"
                 "<div class=comment id=c1><span class=author>Ann</span><time datetime=2026-01-02>2 "
                 "Jan</time><p class=body>I like it.</p></div>"
                 "<div class=comment id=c2><span class=author>Bob</span><time>3 Jan</time><p "
                 "class=body>I don't.</p></div>"
                 "<div class=comment id=c3><span class=author>Cy</span><time>4 Jan</time><p "
                 "class=body>Me too.</p></div></section>");
    CHECK_STR(show(g), STR_LIT("3: Ann|2 Jan|I like it. / Bob|3 Jan|I don't. / Cy|4 Jan|Me too."));
}

static void test_plans(void)
{
    const char *html = "<table><tr><td><th>Basic<th>Pro<tr><th>Price<td>$5<td>$15<tr><th>Users<td>1<td>"
                       "10<tr><th>Storage<td>5 GB<td>50 GB</table>";
    bool found = false;
    read_text(html);
    for (unsigned i = 0; i < list.n; i++)
        found =
            found ||
            (list.p[i].sort == RECORDS_COLUMNS &&
             str_eq(
                 show(&list.p[i]),
                 STR_LIT(
                     "2: Basic|Price=$5|Users=1|Storage=5 GB / Pro|Price=$15|Users=10|Storage=50 GB")));
    CHECK(found);
}

static void test_labels_inside(void)
{
    const struct records *g =
        group_of("<ul><li><span class=l>Rent:</span> <span class=v>$500</span> <i "
                 "class=x>a</i><li><span class=l>Rent:</span> <span class=v>$600</span> <i class=x>b</i>"
                 "<li><span class=l>Rent:</span> <span class=v>$700</span> <i class=x>c</i></ul>");
    CHECK_STR(show(g), STR_LIT("3: Rent:|Rent=$500|a / Rent:|Rent=$600|b / Rent:|Rent=$700|c"));
    CHECK(g->n_columns > 0 && g->columns[0].same);
}

static void test_missing_cells_keep_their_columns(void)
{
    const struct records *g = group_of("<ul><li><h3>A</h3><span class=p>1</span><span "
                                       "class=q>x</span><li><h3>B</h3><span class=q>y</span>"
                                       "<li><h3>C</h3><span class=p>3</span></ul>");
    NEED(g->n == 3 && g->p[0].n_cells == 3);
    unsigned p = g->p[0].cells[1].column, q = g->p[0].cells[2].column;
    CHECK(record_cell(&g->p[1], p) == NULL);
    CHECK(record_cell(&g->p[1], q) != NULL);
    CHECK(record_cell(&g->p[2], p) != NULL && record_cell(&g->p[2], q) == NULL);
    CHECK_INT(g->columns[p].filled, 2);
    CHECK(record_cell_at(&g->p[2], g->p[2].cells[1].range.from) == &g->p[2].cells[1]);
    CHECK(record_cell_at(&g->p[2], view.n_pieces) == NULL);
}

static void test_no_records(void)
{
    read_text("<p>Just a line.");
    CHECK_INT(list.n, 0);
    read_text("");
    CHECK_INT(list.n, 0);
}

/* ---- bounds ---- */

static void repeat(const char *before, const char *each, unsigned n, const char *after)
{
    buf_reset(&page);
    buf_puts(&page, before);
    for (unsigned i = 0; i < n; i++)
        buf_printf(&page, each, i, i, i);
    buf_puts(&page, after);
    read_page();
}

static void test_hostile(void)
{
    repeat("<ul>", "<li class='item i%u'><b>name %u</b><i>%u</i>", 100000, "</ul>");
    CHECK(list.cut);
    CHECK(list.n > 0 && list.p[0].n <= RECORDS_MAX);
    repeat("", "<div class=a%u><b>x%u</b>y%u", 4000, "");
    CHECK(list.n <= RECORDS_GROUPS_MAX);
    repeat("<table>", "<tr><td colspan=999>%u<td>%u<td>%u", 50000, "</table>");
    CHECK(list.n > 0);
    repeat("<table><tr>", "<td>%u<td>%u<td>%u", 30000, "<tr><td>a<td>b</table>");
    CHECK(list.n <= RECORDS_GROUPS_MAX);
    repeat("<div>", "<x%u class='a b c d e f g h i j'><b>%u</b> %u</x>", 20000, "</div>");
    CHECK(list.n <= RECORDS_GROUPS_MAX);
    repeat("", "<section><h2>%u</h2><ul><li>%u <b>x</b><li>%u <b>y</b></ul>", 3000, "");
    CHECK(list.n <= RECORDS_GROUPS_MAX);
    CHECK(arena.used_bytes < 256u << 20);
}

int main(void)
{
    arena_init(&arena, 256u << 20, 1 << 20);
    buf_init(&page, 64u << 20);
    buf_init(&shown, 1 << 20);
    NEED((concepts = concepts_create()) != NULL);
    RUN(test_cards);
    RUN(test_rows_of_cards);
    RUN(test_tables);
    RUN(test_rows_of_two_lines);
    RUN(test_search_results);
    RUN(test_terms);
    RUN(test_headings_and_what_follows);
    RUN(test_comments);
    RUN(test_plans);
    RUN(test_labels_inside);
    RUN(test_missing_cells_keep_their_columns);
    RUN(test_no_records);
    RUN(test_hostile);
    html_parser_destroy(parser);
    concepts_destroy(concepts);
    buf_fini(&page);
    buf_fini(&shown);
    arena_fini(&arena);
    return check_report();
}
