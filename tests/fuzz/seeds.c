/* SPDX-License-Identifier: Apache-2.0 */
/* seeds.c: html5lib's tree cases with their context elements, its tokenizer cases with their states, and the
 * pages of the golden cases. */
#include "tests/fuzz/seeds.h"

#include "extract/html/tokens.h"
#include "tests/jsontext.h"

#include <dirent.h>

#define TREES "tests/data/html5lib/tree-construction"
#define TOKENS "tests/data/html5lib/tokenizer"
#define GOLDEN "tests/golden"

struct seeds {
    void (*each)(void *user, struct str seed);
    void *user;
    size_t n;
    struct buf seed, text;
};

static void give(struct seeds *s, const struct fuzz_head *head, struct str page)
{
    buf_reset(&s->seed);
    buf_put(&s->seed, head, sizeof *head);
    buf_put_str(&s->seed, page);
    NEED(buf_terminate(&s->seed));
    s->each(s->user, buf_str(&s->seed));
    s->n++;
}

static void read_file(struct seeds *s, const char *folder, const char *name)
{
    char path[512], part[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    NEED(f);
    buf_reset(&s->text);
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_put(&s->text, part, n);
    fclose(f);
    NEED(buf_terminate(&s->text));
}

/* ---- trees ---- */

/* Splits *rest at the first mark; false: there is none, and nothing changed. */
static bool cut(struct str *rest, const char *mark, struct str *ret_before)
{
    const char *hit = rest->n ? memmem(rest->p, rest->n, mark, strlen(mark)) : NULL;
    if (!hit)
        return false;
    *ret_before = str_head(*rest, (size_t)(hit - rest->p));
    *rest = str_from(*rest, ret_before->n + strlen(mark));
    return true;
}

static struct fuzz_head context_head(struct str context)
{
    const struct str svg = STR_LIT("svg "), math = STR_LIT("math ");
    unsigned ns = str_starts(context, svg)    ? HTML_NS_SVG
                  : str_starts(context, math) ? HTML_NS_MATHML
                                              : HTML_NS_HTML;
    if (ns != HTML_NS_HTML)
        context = str_from(context, ns == HTML_NS_SVG ? svg.n : math.n);
    uint16_t name = html_name_find(context);
    return (struct fuzz_head){.how = (uint8_t)(FUZZ_FRAGMENT | ns << FUZZ_NS_SHIFT),
                              .name = {(uint8_t)(name >> 8), (uint8_t)name}};
}

static void trees_of(struct seeds *s, const char *name)
{
    struct str one, page, context;
    read_file(s, TREES, name);
    struct str rest = buf_str(&s->text);
    cut(&rest, "#data\n", &one);
    while (rest.n) {
        if (!cut(&rest, "\n#data\n", &one)) {
            one = rest;
            rest.n = 0;
        }
        struct fuzz_head head = {0};
        if (!cut(&one, "\n#errors\n", &page))
            continue;
        if (cut(&one, "#document-fragment\n", &context) && cut(&one, "\n", &context))
            head = context_head(context);
        give(s, &head, page);
    }
}

/* ---- tokens ---- */

static struct seeds *tokens_to; /* jsontext_each() knows no user */

static enum tokens_mode mode_of(struct str states)
{
    static const char *const names[] = {"Data", "RCDATA", "RAWTEXT", "Script", "PLAINTEXT", "CDATA"};
    for (size_t i = 1; i < ARRAY_LEN(names); i++)
        if (states.n && memmem(states.p, states.n, names[i], strlen(names[i])))
            return (enum tokens_mode)i;
    return TOKENS_DATA;
}

static void token_case(struct str line)
{
    struct seeds *s = tokens_to;
    struct fuzz_head head = {.mode = (uint8_t)mode_of(jsontext_get(line, "initialStates"))};
    struct str last = str_trim(jsontext_get(line, "lastStartTag"));
    uint16_t name = last.n > 2 ? html_name_find(str_make(last.p + 1, last.n - 2)) : N_NONE;
    head.name[0] = (uint8_t)(name >> 8);
    head.name[1] = (uint8_t)name;
    NEED(jsontext_read(jsontext_get(line, "input"), &s->text));
    give(s, &head, buf_str(&s->text));
}

static void tokens_of(struct seeds *s, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, TOKENS "/%s", name);
    tokens_to = s;
    jsontext_each(path, token_case);
}

/* ---- */

static void golden_of(struct seeds *s, const char *name)
{
    const struct fuzz_head head = {0};
    read_file(s, GOLDEN, name);
    give(s, &head, buf_str(&s->text));
}

/* In order of names, so that every machine sees the same row. */
static void each_file(struct seeds *s, const char *folder, const char *end,
                      void (*use)(struct seeds *, const char *))
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort);
    NEED(n > 0);
    for (int i = 0; i < n; i++) {
        if (str_ends(str_of(entries[i]->d_name), str_of(end)))
            use(s, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

size_t seeds_each(void (*each)(void *user, struct str seed), void *user)
{
    struct seeds s = {.each = each, .user = user};
    buf_init(&s.seed, 1 << 24);
    buf_init(&s.text, 1 << 24);
    each_file(&s, TREES, ".dat", trees_of);
    each_file(&s, GOLDEN, ".html", golden_of);
    each_file(&s, TOKENS, ".jsonl", tokens_of);
    buf_fini(&s.seed);
    buf_fini(&s.text);
    return s.n;
}
