/* SPDX-License-Identifier: Apache-2.0 */
/* hostile.c: 10 MB of each page that is made to be slow or large (hostile.h), read in three ways, each kind and way
 * in a process of its own.
 *
 *   hostile [NAME]     all kinds, or those whose name holds NAME
 *
 * plain: links, Markdown, quality, the generator and the metadata to be stored, as a crawl has them; content: the Markdown of the content alone, its text, and the front
 * matter; data: fields, and the items of all notations. Then files that are no pages, each by its reader. A line a kind: seconds of the parse alone; then for each way
 * CPU seconds and the most anonymous memory of the process in MB (the page, its copy as UTF-8, tree, answer
 * together); limits that were reached. Ends with 1 when a kind takes more than 256 MB, or more than a second plain, or two
 * seconds in another way. */
#include "base/config.h"
#include "extract/extract.h"
#include "extract/front_matter.h"
#include "extract/item.h"
#include "extract/menu_script.h"
#include "extract/page_meta.h"
#include "extract/switcher.h"
#include "tests/unit/extract/hostile.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES (10u << 20)

enum way { PLAIN, CONTENT, DATA, FILES, WAYS };

static const struct {
    const char *name;
    double seconds, mb; /* the most that is allowed */
    bool content_only;
    unsigned want;
} ways[WAYS] = {
    [PLAIN] = {"plain", 1, 256, false, EXTRACT_LINKS | EXTRACT_FRAMEWORK | EXTRACT_MARKDOWN},
    [CONTENT] = {"content", 2, 256, true, EXTRACT_LINKS | EXTRACT_MARKDOWN | EXTRACT_TEXT},
    [DATA] = {"data", 2, 256, false, EXTRACT_FIELDS | EXTRACT_TREE},
    [FILES] = {"files", 1, 256, false, 0},
};

struct result {
    double parse_s, all_s, mb;
    unsigned cuts;
    enum status st;
};

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double status_mb(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    NEED(at);
    return (double)strtoul(at + strlen(key), NULL, 10) * 1024 / 1e6;
}

/* The peak of the whole, less what is mapped from files, which only grows. */
static double anonymous_peak_mb(void)
{
    char text[8192];
    FILE *f = fopen("/proc/self/status", "re");
    NEED(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    return status_mb(text, "VmHWM:") - status_mb(text, "RssFile:");
}

/* What is made of the document beside what extract_document() makes. */
static void finish(enum way way, const struct doc *doc, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 64u << 20);
    if (way == PLAIN) {
        page_meta_pack(doc->meta, &out);
    } else if (way == CONTENT) {
        struct front_matter front = {.url = STR_LIT("https://docs.example/")};
        front_matter_take(&front, doc);
        front_matter_put(&front, &out);
    } else if (way == DATA) {
        struct items items;
        struct json_out json;
        enum status st = items_of_tree(doc->tree, NULL, 15, arena, &items);
        NEED(st == OK || st == ST_LIMIT);
        for (enum item_source source = ITEM_JSONLD; source <= ITEM_META; source++) {
            json_out_init(&json, &out, 0);
            json_begin(&json, '[');
            items_put(&items, source, &json);
            json_end(&json, ']');
        }
    }
    buf_fini(&out);
}

static void measure_way(enum way way, const struct config *config, const struct html_limits *limits,
                        struct str page, struct result *r)
{
    struct extractor *x = extractor_create(HTML_ENGINE_BUILTIN, limits);
    const struct extract_options options = {.url = STR_LIT("https://docs.example/a/b/page.html"),
                                            .content_type = STR_LIT("text/html"),
                                            .want = ways[way].want,
                                            .content_only = ways[way].content_only,
                                            .max_links = config->extract_links,
                                            .max_markdown_bytes = config->extract_markdown_bytes};
    struct arena arena;
    struct doc doc = {0};
    arena_init(&arena, config->page_arena_bytes, 1 << 16);
    NEED(x);
    double from = cpu_s();
    r->st = extract_document(x, &options, page, &arena, &doc);
    if (r->st == OK)
        finish(way, &doc, &arena);
    r->all_s = cpu_s() - from;
    r->mb = anonymous_peak_mb();
    r->cuts = doc.cuts;
    arena_fini(&arena);
    extractor_destroy(x);
}

static void measure_parse(const struct html_limits *limits, struct str page, struct result *r)
{
    struct html_parser *parser = html_parser_create(HTML_ENGINE_BUILTIN, limits);
    const struct html_tree *tree;
    NEED(parser);
    double from = cpu_s();
    NEED(html_parse(parser, page, &tree) == OK);
    r->parse_s = cpu_s() - from;
    html_parser_destroy(parser);
}

static struct result measure(const struct hostile *kind, enum way way)
{
    struct config config;
    struct buf page;
    struct result r = {0};
    config_init(&config);
    struct html_limits limits = html_limits_of(&config);
    buf_init(&page, 2 * PAGE_BYTES);
    hostile_make(&page, kind, PAGE_BYTES);
    measure_way(way, &config, &limits, buf_str(&page), &r);
    if (way == PLAIN)
        measure_parse(&limits, buf_str(&page), &r);
    buf_fini(&page);
    return r;
}

/* What reads a file of the kind. */
static enum status read_file(const struct config *config, enum hostile_reader reader, struct str body,
                             struct arena *arena)
{
    static const char *const urls[] = {[READS_MENU] = "https://h.example/menudata.js",
                                       [READS_SIDEBAR] = "https://h.example/_sidebar.md"};
    struct sitemap list;
    struct url url;
    NEED(url_parse(arena, str_of(reader > READS_VERSIONS ? urls[reader] : "https://h.example/"), NULL,
                   &url) == OK);
    switch (reader) {
    case READS_SITEMAP:
        return sitemap_read(body, arena, &list);
    case READS_LLMS:
        return llms_read(body, &url, arena, &list);
    case READS_VERSIONS:
        return switcher_read(body, arena, &list);
    case READS_MENU:
    case READS_SIDEBAR:
        return menu_script_read(body, &url, arena, &list);
    case READS_MARKDOWN:
        break;
    }
    const struct html_limits limits = html_limits_of(config);
    struct extractor *x = extractor_create(HTML_ENGINE_BUILTIN, &limits);
    const struct extract_options options = {.url = STR_LIT("https://h.example/"),
                                            .content_type = STR_LIT("text/markdown"),
                                            .want = EXTRACT_LINKS | EXTRACT_MARKDOWN | EXTRACT_TEXT,
                                            .max_links = config->extract_links,
                                            .max_markdown_bytes = config->extract_markdown_bytes};
    struct doc doc;
    NEED(x);
    enum status st = extract_document(x, &options, body, arena, &doc);
    extractor_destroy(x);
    return st;
}

static struct result measure_file(const struct hostile_file *kind)
{
    struct config config;
    struct arena arena;
    struct buf body;
    struct result r = {0};
    config_init(&config);
    buf_init(&body, 2 * PAGE_BYTES);
    arena_init(&arena, config.page_arena_bytes, 1 << 16);
    hostile_make(&body, &kind->file, PAGE_BYTES);
    double from = cpu_s();
    r.st = read_file(&config, kind->reader, buf_str(&body), &arena);
    r.all_s = cpu_s() - from;
    r.mb = anonymous_peak_mb();
    arena_fini(&arena);
    buf_fini(&body);
    return r;
}

/* Exactly one of kind and file is one. */
static struct result measure_apart(const struct hostile *kind, enum way way,
                                   const struct hostile_file *file)
{
    int ends[2], how = 0;
    struct result r = {0};
    NEED(pipe(ends) == 0);
    fflush(stdout);
    pid_t child = fork();
    NEED(child >= 0);
    if (child == 0) {
        r = file ? measure_file(file) : measure(kind, way);
        _exit(write(ends[1], &r, sizeof r) != sizeof r);
    }
    close(ends[1]);
    bool whole = read(ends[0], &r, sizeof r) == sizeof r;
    close(ends[0]);
    NEED(waitpid(child, &how, 0) == child && how == 0 && whole);
    return r;
}

/* The slowest and the largest of a way. */
struct worst {
    const char *slowest, *largest;
    double seconds, mb;
    unsigned over;
};

static void note(struct worst *worst, enum way way, const char *name, const struct result *r)
{
    worst->over += r->all_s > ways[way].seconds || r->mb > ways[way].mb;
    if (r->all_s > worst->seconds) {
        worst->seconds = r->all_s;
        worst->slowest = name;
    }
    if (r->mb > worst->mb) {
        worst->mb = r->mb;
        worst->largest = name;
    }
}

static void one_kind(const struct hostile *kind, struct worst worst[WAYS])
{
    unsigned cuts = 0;
    printf("%-26s", kind->name);
    for (enum way way = PLAIN; way < FILES; way++) {
        struct result r = measure_apart(kind, way, NULL);
        if (way == PLAIN)
            printf(" %6.3f", r.parse_s);
        printf(" %6.3f %6.1f%s", r.all_s, r.mb, r.st == OK ? " " : "!");
        cuts |= r.cuts;
        note(&worst[way], way, kind->name, &r);
    }
    for (const char *word; (word = cut_next(&cuts));)
        printf(" %s", word);
    puts("");
}

static void one_file(const struct hostile_file *kind, struct worst *worst)
{
    struct result r = measure_apart(NULL, FILES, kind);
    printf("%-33s %6.3f %6.1f%s\n", kind->file.name, r.all_s, r.mb, r.st == OK ? " " : "!");
    note(worst, FILES, kind->file.name, &r);
}

int main(int argc, char **argv)
{
    struct worst worst[WAYS] = {0};
    unsigned over = 0;
    printf("%-26s %6s %6s %6s  %6s %6s  %6s %6s\n", "kind, 10 MB", "parse", "plain", "MB", "content",
           "MB", "data", "MB");
    for (size_t i = 0; i < ARRAY_LEN(hostile_pages); i++)
        if (argc < 2 || strstr(hostile_pages[i].name, argv[1]))
            one_kind(&hostile_pages[i], worst);
    for (size_t i = 0; i < ARRAY_LEN(hostile_files); i++)
        if (argc < 2 || strstr(hostile_files[i].file.name, argv[1]))
            one_file(&hostile_files[i], &worst[FILES]);
    for (enum way way = PLAIN; way < WAYS; way++) {
        const struct worst *w = &worst[way];
        over += w->over;
        if (w->slowest && w->largest)
            printf("%s: slowest %s, %.3f s; largest %s, %.1f MB; %u beyond %.0f s or %.0f MB\n",
                   ways[way].name, w->slowest, w->seconds, w->largest, w->mb, w->over, ways[way].seconds,
                   ways[way].mb);
    }
    return over != 0;
}
