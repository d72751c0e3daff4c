/* SPDX-License-Identifier: Apache-2.0 */
/* hostile.c: 10 MB of each page that is made to be slow or large (hostile.h), through the parser, links and
 * Markdown as a crawl has them, each kind in a process of its own.
 *
 *   hostile [NAME]     all kinds, or those whose name holds NAME
 *
 * A line a kind: CPU seconds, the most anonymous memory of the process (the page, its copy as UTF-8, tree, links
 * and Markdown together), limits that were reached. Ends with 1 when a kind takes more than a second or 100 MB. */
#include "base/config.h"
#include "extract/extract.h"
#include "tests/unit/extract/hostile.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES (10u << 20)
#define MOST_SECONDS 1.0
#define MOST_MB 100.0

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

/* What a crawl does with a page, and the memory it takes. */
static void measure_all(const struct config *config, const struct html_limits *limits, struct str page,
                        struct result *r)
{
    struct extractor *x = extractor_create(HTML_ENGINE_BUILTIN, limits);
    const struct extract_options options = {.url = STR_LIT("https://docs.example/a/b/page.html"),
                                            .content_type = STR_LIT("text/html"),
                                            .want = EXTRACT_LINKS | EXTRACT_MARKDOWN,
                                            .max_links = config->extract_links,
                                            .max_markdown_bytes = config->extract_markdown_bytes};
    struct arena arena;
    struct doc doc = {0};
    arena_init(&arena, config->page_arena_bytes, 1 << 16);
    NEED(x);
    double from = cpu_s();
    r->st = extract_document(x, &options, page, &arena, &doc);
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

static struct result measure(const struct hostile *kind)
{
    struct config config;
    struct buf page;
    struct result r = {0};
    config_init(&config);
    struct html_limits limits = html_limits_of(&config);
    buf_init(&page, 2 * PAGE_BYTES);
    hostile_make(&page, kind, PAGE_BYTES);
    measure_all(&config, &limits, buf_str(&page), &r);
    measure_parse(&limits, buf_str(&page), &r);
    buf_fini(&page);
    return r;
}

static struct result measure_apart(const struct hostile *kind)
{
    int ends[2], how = 0;
    struct result r = {0};
    NEED(pipe(ends) == 0);
    fflush(stdout);
    pid_t child = fork();
    NEED(child >= 0);
    if (child == 0) {
        r = measure(kind);
        _exit(write(ends[1], &r, sizeof r) != sizeof r);
    }
    close(ends[1]);
    bool whole = read(ends[0], &r, sizeof r) == sizeof r;
    close(ends[0]);
    NEED(waitpid(child, &how, 0) == child && how == 0 && whole);
    return r;
}

static void print(const char *name, const struct result *r)
{
    printf("%-28s %6.3f %6.3f %6.1f ", name, r->parse_s, r->all_s, r->mb);
    unsigned cuts = r->cuts;
    for (const char *word; (word = cut_next(&cuts));)
        printf(" %s", word);
    printf("%s%s\n", r->st == OK ? "" : " ", r->st == OK ? "" : status_text(r->st));
}

int main(int argc, char **argv)
{
    const struct hostile *slowest = NULL, *largest = NULL;
    double seconds = 0, mb = 0;
    unsigned over = 0;
    printf("%-28s %6s %6s %6s\n", "kind, 10 MB", "parse", "all s", "MB");
    for (size_t i = 0; i < ARRAY_LEN(hostile_pages); i++) {
        const struct hostile *kind = &hostile_pages[i];
        if (argc > 1 && !strstr(kind->name, argv[1]))
            continue;
        struct result r = measure_apart(kind);
        print(kind->name, &r);
        over += r.all_s > MOST_SECONDS || r.mb > MOST_MB;
        if (r.all_s > seconds) {
            seconds = r.all_s;
            slowest = kind;
        }
        if (r.mb > mb) {
            mb = r.mb;
            largest = kind;
        }
    }
    if (slowest && largest)
        printf("slowest: %s, %.3f s; largest: %s, %.1f MB; %u beyond %.0f s or %.0f MB\n", slowest->name,
               seconds, largest->name, mb, over, MOST_SECONDS, MOST_MB);
    return over != 0;
}
