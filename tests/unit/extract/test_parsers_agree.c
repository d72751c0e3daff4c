/* SPDX-License-Identifier: Apache-2.0 */
/* test_parsers_agree.c: every page of the documentation packages that packages.sh names, through gumbo and
 * through our own builder: the same links, text, Markdown and metadata. Where they may differ is listed below,
 * page by page, with the reason, and a listed page that does not differ is a failure too.
 *
 * ./test.sh fetches the packages. One that is missing is a failure where there is apt-get, else the whole test
 * counts as skipped. With WEBKEEP_SLOW=N, as under sanitizers, every Nth page is read, which is said. */
#include "base/utf8.h"
#include "tests/check.h"
#include "tests/unit/extract/doc_compare.h"

#include <fts.h>
#include <glob.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { THREADS = 4, PAGE_MAX_BYTES = 64 << 20, SKIPPED = 77, SHOWN = 20 };

/* Sphinx, DocBook, MediaWiki, AsciiDoc, pages written by hand, gtk-doc. */
static const struct package {
    const char *name, *folder;
    unsigned pages; /* at least */
} packages[] = {
    {"python3-doc", "/usr/share/doc/python3.[0-9]*-doc/html", 500},
    {"postgresql-doc", "/usr/share/doc/postgresql-doc-*/html", 1000},
    {"cppreference-doc-en-html", "/usr/share/cppreference/doc/html", 4000},
    {"git-doc", "/usr/share/doc/git-doc", 200},
    {"sqlite3-doc", "/usr/share/doc/sqlite3", 700},
    {"libxml2-doc", "/usr/share/doc/libxml2/html", 100},
};

/* All for one reason: gumbo reads control characters and non-characters (U+0080, U+1FFFE) as U+FFFD. The standard
 * names them errors and keeps them (HTML 13.2.3.5). With them replaced, all must be the same. */
static struct allowed {
    const char *page, *has;
    atomic_bool met;
} allowed[] = {
    {"/cppreference/doc/html/en/cpp/language/identifiers.html", "\xf0\x9f\xbf\xbe", false},
    {"/cppreference/doc/html/en/cpp/language/name.html", "\xf0\x9f\xbf\xbe", false},
    {"/libxml2/html/news.html", "\xc2\x80", false},
    {"/libxml2/html/xml.html", "\xc2\x80", false},
};

/* ---- pages ---- */

static struct {
    char **paths;
    size_t n, cap;
} pages;

static void add_page(const char *path)
{
    if (pages.n == pages.cap) {
        pages.cap = pages.cap ? 2 * pages.cap : 1024;
        pages.paths = realloc(pages.paths, pages.cap * sizeof *pages.paths);
        NEED(pages.paths);
    }
    NEED(pages.paths[pages.n++] = strdup(path));
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static size_t add_folder(char *folder)
{
    size_t before = pages.n;
    char *roots[] = {folder, NULL};
    FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    NEED(fts);
    for (FTSENT *e; (e = fts_read(fts));) {
        struct str name = str_of(e->fts_name);
        if (e->fts_info == FTS_F &&
            (str_ends(name, STR_LIT(".html")) || str_ends(name, STR_LIT(".htm"))))
            add_page(e->fts_path);
    }
    fts_close(fts);
    return pages.n - before;
}

/* Installed, or unpacked into the build folder. */
static size_t add_package(const struct package *package)
{
    static const char *const places[] = {"", "build/docs"};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        char pattern[256];
        glob_t found;
        size_t n = 0;
        snprintf(pattern, sizeof pattern, "%s%s", places[i], package->folder);
        if (glob(pattern, 0, NULL, &found) == 0)
            n = add_folder(found.gl_pathv[found.gl_pathc - 1]);
        globfree(&found);
        if (n)
            return n;
    }
    return 0;
}

static bool has_apt(void)
{
    return access("/usr/bin/apt-get", X_OK) == 0;
}

/* ---- comparing ---- */

enum { GUMBO, BUILTIN, ENGINES };

struct reader {
    pthread_t thread;
    size_t first; /* every THREADS-th page from here on */
    struct extractor *extractors[ENGINES];
    struct arena arenas[ENGINES];
    struct doc docs[ENGINES];
    struct buf page, replaced;
    unsigned long compared, bytes;
};

static pthread_mutex_t printing = PTHREAD_MUTEX_INITIALIZER;
static unsigned long differing;
static unsigned every = 1;

static void read_page(struct buf *to, const char *path)
{
    FILE *f = fopen(path, "rbe");
    NEED(f);
    buf_reset(to);
    for (size_t n = 1; n;) {
        char *room = buf_room(to, 1 << 16);
        NEED(room);
        n = fread(room, 1, 1 << 16, f);
        to->n += n;
    }
    fclose(f);
    NEED(buf_terminate(to));
}

static void read_with(struct reader *r, unsigned engine, struct str page)
{
    const struct extract_options options = {.url = STR_LIT("https://docs.example/a/b/page.html"),
                                            .content_type = STR_LIT("text/html"),
                                            .want = EXTRACT_LINKS | EXTRACT_MARKDOWN | EXTRACT_TEXT,
                                            .max_links = 1000000,
                                            .max_markdown_bytes = PAGE_MAX_BYTES};
    arena_reset(&r->arenas[engine], PAGE_MAX_BYTES);
    NEED(extract_document(r->extractors[engine], &options, page, &r->arenas[engine], &r->docs[engine]) ==
         OK);
}

/* The code points that gumbo's reader takes for invalid. */
static bool gumbo_replaces(uint32_t c)
{
    return (c >= 0x1 && c <= 0x8) || c == 0xB || (c >= 0xE && c <= 0x1F) || (c >= 0x7F && c <= 0x9F) ||
           (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

static uint32_t code_point(const char *p, size_t n)
{
    static const unsigned char first[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t c = (unsigned char)*p & first[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)p[i] & 0x3F);
    return c;
}

static struct str replaced(struct buf *out, struct str s)
{
    buf_reset(out);
    while (s.n) {
        size_t n = utf8_length(s);
        NEED(n);
        if (gumbo_replaces(code_point(s.p, n)))
            buf_puts(out, UTF8_REPLACEMENT);
        else
            buf_put(out, s.p, n);
        s = str_from(s, n);
    }
    return buf_str(out);
}

/* The page once more, with what gumbo replaces replaced for both. */
static bool differs_for_the_reason(struct reader *r, const struct allowed *a)
{
    struct buf page;
    bool has = memmem(r->page.p, r->page.n, a->has, strlen(a->has));
    buf_init(&page, PAGE_MAX_BYTES);
    replaced(&page, buf_str(&r->page));
    NEED(buf_terminate(&page));
    for (unsigned i = 0; i < ENGINES; i++)
        read_with(r, i, buf_str(&page));
    buf_fini(&page);
    return has && !doc_compare(&r->docs[GUMBO], &r->docs[BUILTIN]).what;
}

static struct allowed *allowed_of(const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
        if (str_ends(str_of(path), str_of(allowed[i].page)))
            return &allowed[i];
    return NULL;
}

static void compare_page(struct reader *r, const char *path)
{
    read_page(&r->page, path);
    if (r->page.n == 0)
        return;
    for (unsigned i = 0; i < ENGINES; i++)
        read_with(r, i, buf_str(&r->page));
    r->compared++;
    r->bytes += r->page.n;
    struct doc_difference d = doc_compare(&r->docs[GUMBO], &r->docs[BUILTIN]);
    if (!d.what)
        return;
    struct allowed *a = allowed_of(path);
    pthread_mutex_lock(&printing);
    if (a)
        atomic_store(&a->met, true);
    else if (differing++ < SHOWN)
        doc_difference_print(stderr, path, &d);
    if (a && !CHECK(differs_for_the_reason(r, a)))
        fprintf(stderr, "    %s differs in another way than its reason says\n", path);
    pthread_mutex_unlock(&printing);
}

static void *run(void *user)
{
    struct reader *r = user;
    for (size_t i = r->first; i * every < pages.n; i += THREADS)
        compare_page(r, pages.paths[i * every]);
    return NULL;
}

static void reader_init(struct reader *r, size_t first)
{
    /* gumbo takes up to sixty bytes for one of the page. */
    const struct html_limits limits = {
        .memory_bytes = (size_t)1 << 30, .nodes = 1 << 20, .depth = 512, .attrs = 1024};
    *r = (struct reader){.first = first};
    for (unsigned i = 0; i < ENGINES; i++) {
        r->extractors[i] =
            extractor_create(i == GUMBO ? HTML_ENGINE_GUMBO : HTML_ENGINE_BUILTIN, &limits);
        arena_init(&r->arenas[i], (size_t)1 << 30, 1 << 20);
        NEED(r->extractors[i]);
    }
    buf_init(&r->page, PAGE_MAX_BYTES);
}

static void reader_fini(struct reader *r)
{
    for (unsigned i = 0; i < ENGINES; i++) {
        extractor_destroy(r->extractors[i]);
        arena_fini(&r->arenas[i]);
    }
    buf_fini(&r->page);
}

static void test_pages(void)
{
    static struct reader readers[THREADS];
    unsigned long compared = 0, bytes = 0;
    for (size_t i = 0; i < THREADS; i++) {
        reader_init(&readers[i], i);
        NEED(pthread_create(&readers[i].thread, NULL, run, &readers[i]) == 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        NEED(pthread_join(readers[i].thread, NULL) == 0);
        compared += readers[i].compared;
        bytes += readers[i].bytes;
        reader_fini(&readers[i]);
    }
    printf("%lu pages, %.0f MB compared; %lu differ, and %zu may\n", compared, (double)bytes / 1e6,
           differing, ARRAY_LEN(allowed));
    CHECK_INT(differing, 0);
    for (size_t i = 0; every == 1 && i < ARRAY_LEN(allowed); i++)
        if (!CHECK(allowed[i].met))
            fprintf(stderr, "    %s is listed and does not differ\n", allowed[i].page);
}

int main(void)
{
    const char *slow = getenv("WEBKEEP_SLOW");
    unsigned missing = 0;
    every = slow && atoi(slow) > 1 ? (unsigned)atoi(slow) : 1;
    for (size_t i = 0; i < ARRAY_LEN(packages); i++) {
        size_t n = add_package(&packages[i]);
        printf("%s: %zu pages\n", packages[i].name, n);
        missing += n == 0;
        if (n == 0)
            fprintf(stderr, "%s is not here; ./test.sh fetches it\n", packages[i].name);
        else
            CHECK(n >= packages[i].pages);
    }
    if (missing && !has_apt())
        return SKIPPED;
    CHECK_INT(missing, 0);
    if (every > 1)
        printf("WEBKEEP_SLOW: one page of %u is compared\n", every);
    RUN(test_pages);
    for (size_t i = 0; i < pages.n; i++)
        free(pages.paths[i]);
    free(pages.paths);
    return check_report();
}
