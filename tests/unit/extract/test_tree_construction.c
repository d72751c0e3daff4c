/* SPDX-License-Identifier: Apache-2.0 */
/* test_tree_construction.c: html5lib's tree cases, documents and fragments, with scripting on and off as they
 * say (both when they say nothing). */
#include "base/buf.h"
#include "extract/html/html.h"
#include "tests/unit/extract/tree_dump.h"

#include <dirent.h>

#define FOLDER "tests/data/html5lib/tree-construction"

static const struct html_limits limits = {
    .memory_bytes = 64 << 20, .nodes = 1 << 20, .depth = 512, .attrs = 1024};

/* These want the chosen option's content copied into selectedcontent: a mirror for display, which would say
 * every such text twice. */
static const char *const left_out[] = {
    "<select><button><selectedcontent></button><option>x<i>i<b>ib</i>b",
    "<select><button><selectedcontent></button><option>X<option>Y",
};

struct tree_case {
    struct str data, context, document;
    bool script_on, script_off;
};

static struct html_parser *parser;
static struct buf input, got;
static unsigned cases, skipped, fragments;

/* The text between two section lines; the section may be missing. */
static struct str section(struct str text, const char *begin, const char *end)
{
    const char *from = memmem(text.p, text.n, begin, strlen(begin));
    if (!from)
        return STR_NONE;
    struct str rest = str_from(text, (size_t)(from - text.p) + strlen(begin));
    const char *to = end ? memmem(rest.p, rest.n, end, strlen(end)) : NULL;
    return to ? str_head(rest, (size_t)(to - rest.p)) : rest;
}

static struct str trim_line_feeds(struct str s)
{
    while (s.n && s.p[s.n - 1] == '\n')
        s.n--;
    return s;
}

/* text begins behind "#data\n". */
static struct tree_case read_case(struct str text)
{
    struct tree_case c = {.context = section(text, "\n#document-fragment\n", "\n")};
    const char *errors = memmem(text.p, text.n, "#errors\n", 8);
    NEED(errors);
    c.data = str_head(text, (size_t)(errors - text.p));
    c.data.n -= c.data.n != 0;
    c.document = trim_line_feeds(section(text, "\n#document\n", NULL));
    c.script_on = memmem(text.p, text.n, "\n#script-on\n", 12) != NULL;
    c.script_off = memmem(text.p, text.n, "\n#script-off\n", 13) != NULL;
    return c;
}

static bool is_left_out(struct str data)
{
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (str_is(data, left_out[i]))
            return true;
    return false;
}

static enum html_ns split_context(struct str *context)
{
    const struct str svg = STR_LIT("svg "), math = STR_LIT("math ");
    enum html_ns ns = str_starts(*context, svg)    ? HTML_NS_SVG
                      : str_starts(*context, math) ? HTML_NS_MATHML
                                                   : HTML_NS_HTML;
    if (ns != HTML_NS_HTML)
        *context = str_from(*context, ns == HTML_NS_SVG ? svg.n : math.n);
    return ns;
}

static void run(const struct tree_case *c, bool scripting)
{
    const struct html_tree *tree = NULL;
    struct str context = c->context;
    enum html_ns ns = split_context(&context);
    html_parser_set_scripting(parser, scripting);
    enum status st = context.n ? html_parse_fragment(parser, buf_str(&input), context, ns, &tree)
                               : html_parse(parser, buf_str(&input), &tree);
    NEED(st == OK);
    CHECK(tree_is_whole(tree, SIZE_MAX, SIZE_MAX));
    dump_tree(&got, tree);
    if (!CHECK_STR(buf_str(&got), c->document))
        fprintf(stderr, "    case \"%.*s\" context \"%.*s\" scripting %d\n", STR_ARG(c->data),
                STR_ARG(c->context), scripting);
}

static void one_case(struct str text)
{
    struct tree_case c = read_case(text);
    cases++;
    if (is_left_out(c.data)) {
        skipped++;
        return;
    }
    fragments += c.context.n != 0;
    buf_reset(&input);
    buf_put_str(&input, c.data);
    NEED(buf_terminate(&input));
    if (!c.script_on)
        run(&c, false);
    if (!c.script_off)
        run(&c, true);
}

static void one_file(const char *name)
{
    static char text[1 << 20];
    char path[512];
    snprintf(path, sizeof path, FOLDER "/%s", name);
    FILE *f = fopen(path, "rb");
    NEED(f);
    size_t n = fread(text, 1, sizeof text, f);
    NEED(n < sizeof text);
    fclose(f);
    struct str rest = str_make(text, n);
    while (rest.n) {
        NEED(str_starts(rest, STR_LIT("#data\n")));
        rest = str_from(rest, 6);
        const char *next = memmem(rest.p, rest.n, "\n#data\n", 7);
        size_t length = next ? (size_t)(next - rest.p) + 1 : rest.n;
        one_case(str_head(rest, length));
        rest = str_from(rest, length);
    }
}

static void test_cases(void)
{
    DIR *folder = opendir(FOLDER);
    NEED(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        if (str_ends(str_of(entry->d_name), STR_LIT(".dat")))
            one_file(entry->d_name);
    closedir(folder);
    CHECK_INT(cases, 882);
    CHECK_INT(skipped, 2);
    CHECK_INT(fragments, 98);
}

int main(void)
{
    parser = html_parser_create(HTML_ENGINE_BUILTIN, &limits);
    NEED(parser);
    buf_init(&input, 1 << 20);
    buf_init(&got, 1 << 24);
    RUN(test_cases);
    html_parser_destroy(parser);
    buf_fini(&input);
    buf_fini(&got);
    return check_report();
}
