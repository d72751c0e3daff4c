/* SPDX-License-Identifier: Apache-2.0 */
/* test_golden.c: every tests/golden/NAME.html must give NAME.md, byte for byte. The pages stand at
 * https://docs.example/guide/page.html. To add a case, write both files: one idea a case. */
#include "extract/markdown.h"
#include "tests/check.h"

#include <dirent.h>

#define FOLDER "tests/golden"

/* As much of URL resolution as the cases need: absolute, "/path", "#part", "file". */
static struct str resolve(void *user, uint32_t node, struct str href)
{
    (void)node;
    struct buf *url = user;
    struct str scheme = str_head(href, str_find(href, ':'));
    if (scheme.n < href.n && str_find(scheme, '/') == scheme.n)
        return STR_NONE;
    buf_reset(url);
    if (str_starts(href, STR_LIT("/")))
        buf_puts(url, "https://docs.example");
    else if (str_starts(href, STR_LIT("#")))
        buf_puts(url, "https://docs.example/guide/page.html");
    else
        buf_puts(url, "https://docs.example/guide/");
    buf_put_str(url, href);
    return buf_str(url);
}

static void read_file(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rb");
    NEED(f);
    char part[4096];
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_put(out, part, n);
    fclose(f);
    NEED(buf_terminate(out));
}

static void check_case(struct html_parser *parser, const char *name)
{
    char path[512];
    struct buf html, want, got, url;
    buf_init(&html, 1 << 20);
    buf_init(&want, 1 << 20);
    buf_init(&got, 1 << 20);
    buf_init(&url, 1 << 16);
    snprintf(path, sizeof path, FOLDER "/%s.html", name);
    read_file(path, &html);
    snprintf(path, sizeof path, FOLDER "/%s.md", name);
    read_file(path, &want);

    const struct html_tree *tree = NULL;
    NEED(html_parse(parser, buf_str(&html), &tree) == OK);
    markdown_write(tree, 0, &(struct markdown_links){resolve, &url}, &got);
    CHECK_INT(got.status, OK);
    if (!CHECK_STR(buf_str(&got), buf_str(&want)))
        fprintf(stderr, "    in %s\n", path);
    buf_fini(&html);
    buf_fini(&want);
    buf_fini(&got);
    buf_fini(&url);
}

int main(void)
{
    struct html_limits limits = {
        .memory_bytes = 64u << 20, .nodes = 1u << 20, .depth = 512, .attrs = 256};
    struct html_parser *parser = html_parser_create(HTML_ENGINE_GUMBO, &limits);
    NEED(parser);
    struct dirent **entries;
    int n = scandir(FOLDER, &entries, NULL, alphasort), cases = 0;
    NEED(n > 0);
    for (int i = 0; i < n; i++) {
        struct str file = str_of(entries[i]->d_name);
        if (str_ends(file, STR_LIT(".html"))) {
            entries[i]->d_name[file.n - 5] = 0;
            check_case(parser, entries[i]->d_name);
            cases++;
        }
        free(entries[i]);
    }
    free(entries);
    CHECK(cases >= 20);
    html_parser_destroy(parser);
    return check_report();
}
