/* SPDX-License-Identifier: Apache-2.0 */
/* floor.c: the whole path of a crawl with nothing but the libraries: what they cost by themselves.
 *
 *   floor URL FOLDER [CONNECTIONS [WORKERS]]
 *
 * curl multi on the main thread -> queue -> workers: gumbo on an arena, links, plain Markdown, zlib 6 of both
 * -> main thread: LMDB, 256 pages a transaction, synced once at the end; new paths to the queue of requests.
 * It has no robots.txt, no retries, no limits and no answer to failure, and leaves its memory to the end of
 * the process: it is a yardstick for one friendly site, not a crawler. It shares no code with Webkeep, so
 * that it stays the same when Webkeep changes.
 * It follows what ends in .html, .htm or "/" on the host of URL. One line tells what was done: "pages N ...". */
#include "tests/bench/floor_page.h"

#include <curl/curl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define BATCH_PAGES 256
#define UNDER_WAY_MAX 512 /* pages at the workers */
#define CONNECTIONS_MAX 256
#define WORKERS_MAX 16
#define MAP_BYTES ((size_t)16 << 30)

/* ---- workers ---- */

struct list {
    struct page *first, **last;
};

struct floor {
    CURLM *multi;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct list fetched, worked; /* under lock */
    bool over;                   /* under lock */

    /* The main thread's: */
    const char *origin;
    char **paths; /* all that were ever asked for, in order */
    size_t n_paths, paths_room, next_path;
    uint64_t *seen;
    size_t n_seen, seen_slots;
    CURL *idle[CONNECTIONS_MAX];
    unsigned n_idle, fetching, working;
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi html, markdown, urls;
    unsigned in_txn;
    size_t pages, bytes, failed;
};

static void list_init(struct list *list)
{
    *list = (struct list){NULL, &list->first};
}

static void list_add(struct list *list, struct page *page)
{
    page->next = NULL;
    *list->last = page;
    list->last = &page->next;
}

static struct page *list_take(struct list *list)
{
    struct page *page = list->first;
    if (page && !(list->first = page->next))
        list->last = &list->first;
    return page;
}

static void *worker_main(void *user)
{
    struct floor *f = user;
    struct reader *reader = reader_create();
    for (;;) {
        pthread_mutex_lock(&f->lock);
        while (!f->fetched.first && !f->over)
            pthread_cond_wait(&f->filled, &f->lock);
        struct page *page = list_take(&f->fetched);
        pthread_mutex_unlock(&f->lock);
        if (!page)
            break;
        reader_read(reader, page);
        pthread_mutex_lock(&f->lock);
        list_add(&f->worked, page);
        pthread_mutex_unlock(&f->lock);
        curl_multi_wakeup(f->multi);
    }
    return NULL;
}

/* ---- what was seen: hashes in open addressing ---- */

static uint64_t hash(const char *text)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001B3u;
    h = (h ^ (h >> 32)) * 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
    return h ? h : 1; /* 0: an empty slot */
}

static bool see(uint64_t *slots, size_t n, uint64_t h)
{
    size_t i = h & (n - 1);
    while (slots[i] && slots[i] != h)
        i = (i + 1) & (n - 1);
    bool fresh = !slots[i];
    slots[i] = h;
    return fresh;
}

static void add_path(struct floor *f, const char *path)
{
    if (2 * f->n_seen >= f->seen_slots) {
        size_t n = f->seen_slots ? 4 * f->seen_slots : 4096;
        uint64_t *grown = some(calloc(n, sizeof *grown));
        for (size_t i = 0; i < f->seen_slots; i++)
            if (f->seen[i])
                see(grown, n, f->seen[i]);
        free(f->seen);
        f->seen = grown;
        f->seen_slots = n;
    }
    if (!see(f->seen, f->seen_slots, hash(path)))
        return;
    f->n_seen++;
    if (f->n_paths == f->paths_room) {
        f->paths_room = f->paths_room * 2 + 1024;
        f->paths = some(realloc(f->paths, f->paths_room * sizeof *f->paths));
    }
    f->paths[f->n_paths++] = some(strdup(path));
}

/* ---- the store ---- */

static void lmdb(int rc)
{
    if (rc)
        give_up(mdb_strerror(rc));
}

static void store_open(struct floor *f, const char *folder)
{
    mkdir(folder, 0777);
    lmdb(mdb_env_create(&f->env));
    lmdb(mdb_env_set_maxdbs(f->env, 3));
    lmdb(mdb_env_set_mapsize(f->env, MAP_BYTES));
    lmdb(mdb_env_open(f->env, folder, MDB_NOSYNC | MDB_NORDAHEAD, 0666));
    lmdb(mdb_txn_begin(f->env, NULL, 0, &f->txn));
    lmdb(mdb_dbi_open(f->txn, "html", MDB_CREATE, &f->html));
    lmdb(mdb_dbi_open(f->txn, "markdown", MDB_CREATE, &f->markdown));
    lmdb(mdb_dbi_open(f->txn, "urls", MDB_CREATE, &f->urls));
}

static void store_commit(struct floor *f, bool last)
{
    lmdb(mdb_txn_commit(f->txn));
    f->in_txn = 0;
    if (!last)
        lmdb(mdb_txn_begin(f->env, NULL, 0, &f->txn));
}

static void store_put(struct floor *f, const struct page *page)
{
    uint64_t id = hash(page->path);
    MDB_val key = {sizeof id, &id}, html = {page->html.n, page->html.p};
    MDB_val markdown = {page->markdown.n, page->markdown.p}, url = {strlen(page->path), page->path};
    lmdb(mdb_put(f->txn, f->html, &key, &html, 0));
    lmdb(mdb_put(f->txn, f->markdown, &key, &markdown, 0));
    lmdb(mdb_put(f->txn, f->urls, &key, &url, 0));
    if (++f->in_txn == BATCH_PAGES)
        store_commit(f, false);
}

/* ---- the main thread ---- */

static size_t on_body(char *p, size_t size, size_t n, void *user)
{
    bytes_put(&((struct page *)user)->body, p, size * n);
    return size * n;
}

static void make_handles(struct floor *f, unsigned connections)
{
    for (f->n_idle = 0; f->n_idle < connections; f->n_idle++) {
        CURL *easy = f->idle[f->n_idle] = some(curl_easy_init());
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
    }
    curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)connections);
}

static void start_requests(struct floor *f)
{
    while (f->n_idle && f->next_path < f->n_paths && f->working < UNDER_WAY_MAX) {
        char url[PATH_MAX_BYTES + 256];
        CURL *easy = f->idle[--f->n_idle];
        struct page *page = some(calloc(1, sizeof *page));
        page->path = some(strdup(f->paths[f->next_path++]));
        snprintf(url, sizeof url, "%s%s", f->origin, page->path);
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_WRITEDATA, page);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, page);
        curl_multi_add_handle(f->multi, easy);
        f->fetching++;
    }
}

static void end_request(struct floor *f, CURL *easy)
{
    struct page *page;
    long code = 0;
    char *type = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&page);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    bool good = code == 200 && type && strncmp(type, "text/html", 9) == 0;
    curl_multi_remove_handle(f->multi, easy);
    f->idle[f->n_idle++] = easy;
    f->fetching--;
    if (!good) {
        f->failed++;
        page_free(page);
        return;
    }
    f->working++;
    pthread_mutex_lock(&f->lock);
    list_add(&f->fetched, page);
    pthread_cond_signal(&f->filled);
    pthread_mutex_unlock(&f->lock);
}

static void end_page(struct floor *f, struct page *page)
{
    f->working--;
    f->pages++;
    f->bytes += page->body.n;
    for (size_t i = 0; i < page->n_links; i++)
        add_path(f, page->links[i]);
    store_put(f, page);
    page_free(page);
}

/* Takes what is done; false when nothing was. */
static bool take_done(struct floor *f)
{
    bool any = false;
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(f->multi, &left)); any = true)
        end_request(f, m->easy_handle);
    pthread_mutex_lock(&f->lock);
    struct page *page = f->worked.first;
    list_init(&f->worked);
    pthread_mutex_unlock(&f->lock);
    for (struct page *next; page; page = next, any = true) {
        next = page->next;
        end_page(f, page);
    }
    return any;
}

static void crawl(struct floor *f)
{
    for (;;) {
        start_requests(f);
        if (!f->fetching && !f->working)
            return;
        int running;
        curl_multi_perform(f->multi, &running);
        if (!take_done(f))
            curl_multi_poll(f->multi, NULL, 0, 1000, NULL);
    }
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* "http://host:port" of url, and its path to *ret_path. */
static char *split(const char *url, const char **ret_path)
{
    const char *host = strstr(url, "://");
    if (!host || !(*ret_path = strchr(host + 3, '/')))
        give_up("the URL has to look like http://host/path");
    return some(strndup(url, (size_t)(*ret_path - url)));
}

static unsigned number(const char *text, unsigned max)
{
    int n = atoi(text);
    return n < 1 ? 1 : n > (int)max ? max : (unsigned)n;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        give_up("usage: floor URL FOLDER [CONNECTIONS [WORKERS]]");
    double began = seconds(CLOCK_MONOTONIC);
    unsigned connections = argc > 3 ? number(argv[3], CONNECTIONS_MAX) : 16;
    unsigned workers = argc > 4 ? number(argv[4], WORKERS_MAX) : 2;
    const char *path;
    struct floor f = {.origin = split(argv[1], &path)};
    pthread_t threads[WORKERS_MAX];
    pthread_mutex_init(&f.lock, NULL);
    pthread_cond_init(&f.filled, NULL);
    list_init(&f.fetched);
    list_init(&f.worked);
    curl_global_init(CURL_GLOBAL_ALL);
    f.multi = some(curl_multi_init());
    make_handles(&f, connections);
    store_open(&f, argv[2]);
    add_path(&f, path);
    for (unsigned i = 0; i < workers; i++)
        if (pthread_create(&threads[i], NULL, worker_main, &f) != 0)
            give_up("no thread could be started");
    crawl(&f);
    pthread_mutex_lock(&f.lock);
    f.over = true;
    pthread_cond_broadcast(&f.filled);
    pthread_mutex_unlock(&f.lock);
    for (unsigned i = 0; i < workers; i++)
        pthread_join(threads[i], NULL);
    store_commit(&f, true);
    lmdb(mdb_env_sync(f.env, 1));
    double wall = seconds(CLOCK_MONOTONIC) - began, cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    printf("pages %zu, %.1f MB, not pages %zu, wall %.2f s, cpu %.2f s\n", f.pages,
           (double)f.bytes / 1e6, f.failed, wall, cpu);
    return f.pages ? 0 : 1;
}
