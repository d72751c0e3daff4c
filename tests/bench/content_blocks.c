/* SPDX-License-Identifier: Apache-2.0 */
/* content_blocks.c: the blocks of pages with what is asked of each, for content_model.py.
 *
 * stdin: a JSON object a line with id, html and url. stdout: first the names of the features as an array, then for each page
 * {"id": ..., "texts": [...], "features": [[...], ...]}. */
#include "base/json.h"
#include "extract/content_features.h"

#include <stdio.h>
#include <stdlib.h>

enum { WORDS_LEAST = 40 };

static void put_names(struct json_out *out)
{
    json_begin(out, '[');
#define X(name) json_put_str(out, STR_LIT(#name));
    CONTENT_FEATURES(X)
#undef X
#define X(name) json_put_str(out, STR_LIT("NEAR_" #name));
    CONTENT_NAMES(X)
#undef X
#define X(name) json_put_str(out, STR_LIT("UP_" #name));
    CONTENT_NAMES(X)
#undef X
    json_end(out, ']');
}

static void put_text(struct json_out *out, const struct html_tree *tree,
                     const struct content_block *block)
{
    struct buf text;
    buf_init(&text, 64u << 20);
    for (uint32_t node = block->node; node;) {
        uint16_t name = tree->nodes[node].name;
        if (tree->nodes[node].type == HTML_TEXT)
            buf_put_str(&text, html_node_text(tree, node));
        if (node == block->last)
            break;
        bool skip = tree->nodes[node].type == HTML_ELEMENT &&
                    (name == N_SCRIPT || name == N_STYLE || name == N_NOSCRIPT);
        node = skip ? html_skip(tree, node, 0) : html_next(tree, node, 0);
    }
    json_put_str(out, buf_str(&text));
    buf_fini(&text);
}

static enum status put_page(struct json_out *out, const struct content_page *page)
{
    struct content_measure measure;
    json_key(out, "texts");
    json_begin(out, '[');
    for (uint32_t i = 0; i < page->n_blocks; i++)
        put_text(out, page->tree, &page->blocks[i]);
    json_end(out, ']');
    json_key(out, "features");
    json_begin(out, '[');
    enum status st = content_measure_begin(&measure, page);
    for (uint32_t i = 0; st == OK && i < page->n_blocks; i++) {
        int16_t f[F_COUNT];
        content_measure(&measure, i, f);
        json_begin(out, '[');
        for (unsigned k = 0; k < F_COUNT; k++)
            json_put_int(out, f[k]);
        json_end(out, ']');
    }
    json_end(out, ']');
    return st;
}

static enum status read_line(struct html_parser *parser, const struct content_words *words,
                             struct arena *arena, struct str line, struct json_out *out)
{
    const struct json_limits limits = {.max_bytes = 256u << 20, .max_depth = 64, .replace_nul = true};
    struct json_doc *json;
    struct diag diag;
    struct buf html;
    const struct html_tree *tree;
    enum status st = json_parse(line, &limits, &json, &diag);
    if (st != OK)
        return st;
    buf_init(&html, 256u << 20);
    buf_put_str(&html, json_str(json_get(json_root(json), "html"), STR_LIT("")));
    st = buf_terminate(&html) ? html_parse(parser, buf_str(&html), &tree) : ST_NOMEM;
    if (st == OK) {
        struct content_page page = {.tree = tree, .arena = arena};
        content_evidence_read(&page, words, json_str(json_get(json_root(json), "url"), STR_LIT("")));
        st = content_blocks_read(&page, words);
        if (st == OK && page.sums[page.n_blocks].words < WORDS_LEAST) {
            page.noscript = true;
            st = content_blocks_read(&page, words);
        }
        json_begin(out, '{');
        json_key(out, "id");
        json_put_value(out, json_get(json_root(json), "id"));
        if (st == OK)
            st = put_page(out, &page);
        json_end(out, '}');
    }
    buf_fini(&html);
    json_doc_destroy(json);
    return st;
}

int main(void)
{
    const struct html_limits limits = {
        .memory_bytes = 256u << 20, .nodes = 2000000, .depth = 512, .attrs = 256, .page_attrs = 8000000};
    static struct content_words words;
    struct html_parser *parser = html_parser_create(HTML_ENGINE_BUILTIN, &limits);
    struct arena arena;
    char *line = NULL;
    size_t size = 0;
    ssize_t n = 0;
    enum status st = parser ? OK : ST_NOMEM;
    content_words_init(&words);
    arena_init(&arena, 1u << 30, 1 << 20);
    for (bool first = true; st == OK && (first || (n = getline(&line, &size, stdin)) > 0);
         first = false) {
        struct buf buf;
        struct json_out out;
        buf_init(&buf, 512u << 20);
        json_out_init(&out, &buf, 0);
        arena_reset(&arena, 64u << 20);
        if (first)
            put_names(&out);
        else
            st = read_line(parser, &words, &arena, str_make(line, (size_t)n), &out);
        fwrite(buf.p, 1, buf.n, stdout);
        putchar('\n');
        fflush(stdout);
        buf_fini(&buf);
    }
    if (st != OK)
        fprintf(stderr, "content_blocks: %s\n", status_text(st));
    free(line);
    arena_fini(&arena);
    html_parser_destroy(parser);
    return st == OK ? 0 : 1;
}
