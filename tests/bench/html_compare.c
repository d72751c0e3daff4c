/* SPDX-License-Identifier: Apache-2.0 */
/* html_compare.c: both HTML engines over the same pages: what differs, and how fast each is.
 *
 *   find FOLDER -name '*.html' | html_compare [ROUNDS]
 *
 * File names come on standard input, one a line. What is compared stands in doc_compare.h; for each page that
 * differs the first place is shown. Speed is CPU time of the parse alone, each page through each engine in
 * turn, ROUNDS times (1); tree bytes are those of nodes, attributes and copied text against the bytes of HTML.
 * Ends with 1 when anything differs. */
#include "base/clock.h"
#include "tests/unit/extract/doc_compare.h"

#include <stdio.h>
#include <stdlib.h>

enum { GUMBO, BUILTIN, ENGINES, MAX_BYTES = 64 << 20, MAX_LINKS = 200000 };

static const char *const engine_names[ENGINES] = {"gumbo", "builtin"};

/* As the product has them, but for gumbo's memory: its budget would end before some large pages do. */
static const struct html_limits limits = {
    .memory_bytes = (size_t)1 << 30, .nodes = 1 << 20, .depth = 512, .attrs = 1024};

struct engine {
    struct html_parser *parser;
    struct extractor *extractor;
    struct arena arena;
    struct doc doc;
    int64_t parse_ns;
    uint64_t tree_bytes;
    unsigned cut;
};

static struct engine engines[ENGINES];
static unsigned long pages, differing;
static uint64_t html_bytes;
static double worst_ratio;

static int64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool read_file(const char *path, struct buf *to)
{
    FILE *f = fopen(path, "rb");
    buf_reset(to);
    if (!f)
        return false;
    for (size_t n = 1; n && to->status == OK;) {
        char *room = buf_room(to, 1 << 16);
        n = room ? fread(room, 1, 1 << 16, f) : 0;
        to->n += n;
    }
    fclose(f);
    return buf_terminate(to);
}

static void parse(struct engine *e, struct str utf8, unsigned rounds)
{
    const struct html_tree *tree = NULL;
    for (unsigned i = 0; i < rounds; i++) {
        int64_t from = cpu_ns();
        enum status st = html_parse(e->parser, utf8, &tree);
        e->parse_ns += cpu_ns() - from;
        if (st != OK)
            abort();
    }
    e->cut += (tree->cuts) != 0;
    uint64_t bytes =
        tree->n_nodes * sizeof *tree->nodes + tree->n_attrs * sizeof *tree->attrs + tree->n_side;
    e->tree_bytes += bytes;
    if (e == &engines[BUILTIN] && utf8.n && (double)bytes / (double)utf8.n > worst_ratio)
        worst_ratio = (double)bytes / (double)utf8.n;
}

static void extract(struct engine *e, struct str body)
{
    const struct extract_options options = {.url = STR_LIT("https://docs.example/a/b/page.html"),
                                            .content_type = STR_LIT("text/html"),
                                            .want = EXTRACT_LINKS | EXTRACT_MARKDOWN | EXTRACT_TEXT,
                                            .max_links = MAX_LINKS,
                                            .max_markdown_bytes = MAX_BYTES};
    arena_reset(&e->arena, MAX_BYTES);
    if (extract_document(e->extractor, &options, body, &e->arena, &e->doc) != OK)
        abort();
}

static void compare(const char *path)
{
    struct doc_difference d = doc_compare(&engines[GUMBO].doc, &engines[BUILTIN].doc);
    if (!d.what)
        return;
    doc_difference_print(stdout, path, &d);
    differing++;
}

static void one_page(const char *path, struct buf *body, struct buf *utf8, unsigned rounds)
{
    if (!read_file(path, body) || body->n == 0)
        return;
    buf_reset(utf8);
    if (extract_text(STR_LIT("text/html"), buf_str(body), utf8) != OK || !buf_terminate(utf8))
        abort();
    for (int i = 0; i < ENGINES; i++) {
        parse(&engines[i], buf_str(utf8), rounds);
        extract(&engines[i], buf_str(body));
    }
    compare(path);
    pages++;
    html_bytes += utf8->n;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    for (int i = 0; i < ENGINES; i++) {
        enum html_engine engine = i == GUMBO ? HTML_ENGINE_GUMBO : HTML_ENGINE_BUILTIN;
        engines[i].parser = html_parser_create(engine, &limits);
        engines[i].extractor = extractor_create(engine, &limits);
        arena_init(&engines[i].arena, (size_t)1 << 30, 1 << 20);
        if (!engines[i].parser || !engines[i].extractor)
            abort();
    }
    struct buf body, utf8;
    buf_init(&body, MAX_BYTES);
    buf_init(&utf8, MAX_BYTES);
    char *line = NULL;
    size_t cap = 0;
    for (ssize_t n; (n = getline(&line, &cap, stdin)) > 0;) {
        line[n - (line[n - 1] == '\n')] = '\0';
        one_page(line, &body, &utf8, rounds ? rounds : 1);
    }
    printf("%lu pages, %lu differ\n", pages, differing);
    for (int i = 0; i < ENGINES; i++) {
        double seconds = (double)engines[i].parse_ns / 1e9, parsed = (double)html_bytes * rounds;
        printf("%-8s %7.1f MB/s, %u pages cut by a limit, %.2f tree bytes per HTML byte\n",
               engine_names[i], parsed / 1e6 / seconds, engines[i].cut,
               (double)engines[i].tree_bytes / (double)html_bytes);
    }
    printf("builtin: %.1f x gumbo, worst page %.2f tree bytes per HTML byte\n",
           (double)engines[GUMBO].parse_ns / (double)engines[BUILTIN].parse_ns, worst_ratio);
    for (int i = 0; i < ENGINES; i++) {
        html_parser_destroy(engines[i].parser);
        extractor_destroy(engines[i].extractor);
        arena_fini(&engines[i].arena);
    }
    buf_fini(&body);
    buf_fini(&utf8);
    free(line);
    return differing != 0;
}
