/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c: a fuzz target as a test program, without libFuzzer: the seeds, and a fixed row of pseudo-random
 * inputs, the same on every machine.
 *
 *   test_fuzz_tree              runs them
 *   test_fuzz_tree PATH...      runs these files, or all files of these folders: a find, a corpus
 *   test_fuzz_tree --seeds DIR  writes the seeds
 *   test_fuzz_tree --show       runs them, each printed before it runs: for one that ends the program */
#include "tests/fuzz/seeds.h"
#include "tests/fuzz/soup.h"
#include "tests/fuzz/target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_CHOICES = 200, MAX_SEED_BYTES = 4096 };

struct replay {
    bool show;
    const char *seeds_to; /* folder, or NULL */
    size_t n;
    struct buf input;
    struct str *seeds; /* kept to be changed */
    size_t n_seeds, cap_seeds;
};

static void fail(const char *what, const char *path)
{
    fprintf(stderr, "%s: %s\n", path, what);
    exit(1);
}

/* As a C string, which a test can take over. */
static void show(struct str input)
{
    putchar('"');
    for (size_t i = 0; i < input.n; i++) {
        unsigned char c = (unsigned char)input.p[i];
        if (c < ' ' || c > '~' || c == '"' || c == '\\')
            printf("\\%03o", c);
        else
            putchar(c);
    }
    puts("\"");
    fflush(stdout);
}

static void run(struct replay *r, struct str input)
{
    if (r->show)
        show(input);
    LLVMFuzzerTestOneInput((const uint8_t *)input.p, input.n);
    r->n++;
}

/* ---- files ---- */

static void run_file(struct replay *r, const char *path)
{
    char part[4096];
    FILE *f = fopen(path, "rb");
    if (!f)
        fail("can't be read", path);
    buf_reset(&r->input);
    for (size_t n; (n = fread(part, 1, sizeof part, f)) > 0;)
        buf_put(&r->input, part, n);
    fclose(f);
    run(r, buf_str(&r->input));
}

static void run_path(struct replay *r, const char *path)
{
    struct stat st;
    struct dirent **entries;
    if (stat(path, &st) != 0)
        fail("is not there", path);
    if (!S_ISDIR(st.st_mode)) {
        run_file(r, path);
        return;
    }
    int n = scandir(path, &entries, NULL, alphasort);
    if (n < 0)
        fail("can't be listed", path);
    for (int i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (stat(file, &st) == 0 && S_ISREG(st.st_mode))
            run_file(r, file);
        free(entries[i]);
    }
    free(entries);
}

/* ---- seeds ---- */

static void write_seed(struct replay *r, struct str seed)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/seed-%05zu", r->seeds_to, r->n++);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(seed.p, 1, seed.n, f) != seed.n || fclose(f) != 0)
        fail("can't be written", path);
}

static void keep_seed(struct replay *r, struct str seed)
{
    if (r->n_seeds == r->cap_seeds) {
        r->cap_seeds = r->cap_seeds ? 2 * r->cap_seeds : 1024;
        r->seeds = realloc(r->seeds, r->cap_seeds * sizeof *r->seeds);
        FUZZ_CHECK(r->seeds);
    }
    char *copy = malloc(seed.n + 1);
    FUZZ_CHECK(copy);
    memcpy(copy, seed.p, seed.n);
    r->seeds[r->n_seeds++] = str_make(copy, seed.n);
}

static void each_seed(void *user, struct str seed)
{
    struct replay *r = user;
    if (r->seeds_to) {
        write_seed(r, seed);
        return;
    }
    run(r, seed);
    if (seed.n <= MAX_SEED_BYTES)
        keep_seed(r, seed);
}

/* ---- pseudo-random inputs ---- */

static void put_bytes(struct draw *d, uint32_t n, struct buf *out)
{
    while (n--)
        buf_putc(out, (char)draw(d, 256));
}

/* Half are seeds that were changed, half are soup; half have limits. */
static void random_page(struct replay *r, struct draw *d)
{
    struct buf page;
    buf_init(&page, MAX_SEED_BYTES * 2);
    struct str seed = r->seeds[draw(d, (uint32_t)r->n_seeds)];
    put_bytes(d, draw(d, 2) ? FUZZ_HEAD_BYTES : 0, &r->input);
    if (r->input.n == 0)
        buf_put_str(&r->input, str_head(seed, FUZZ_HEAD_BYTES));
    if (draw(d, 2)) {
        buf_put_str(&page, str_from(seed, FUZZ_HEAD_BYTES));
        soup_change(d, SOUP_ALL | fuzz_target.topics, &page);
    } else {
        for (uint32_t n = draw(d, 40) + 1; n > 0; n--)
            soup_piece(d, SOUP_ALL | fuzz_target.topics, &page);
    }
    buf_put_str(&r->input, buf_str(&page));
    buf_fini(&page);
}

static void run_random(struct replay *r, unsigned number)
{
    struct draw d = draw_of_seed(number);
    buf_reset(&r->input);
    if (fuzz_target.is_page)
        random_page(r, &d);
    else
        put_bytes(&d, draw(&d, MAX_CHOICES), &r->input);
    FUZZ_CHECK(r->input.status == OK);
    run(r, buf_str(&r->input));
}

static void run_all(struct replay *r)
{
    if (fuzz_target.is_page)
        seeds_each(each_seed, r);
    for (unsigned i = 0; i < fuzz_target.runs; i++)
        run_random(r, i);
}

int main(int argc, char **argv)
{
    struct replay r = {0};
    buf_init(&r.input, 1 << 24);
    fuzz_target.init();
    if (argc == 3 && strcmp(argv[1], "--seeds") == 0) {
        r.seeds_to = argv[2];
        if (fuzz_target.is_page)
            seeds_each(each_seed, &r);
    } else if (argc == 1 || strcmp(argv[1], "--show") == 0) {
        r.show = argc > 1;
        run_all(&r);
    } else {
        for (int i = 1; i < argc; i++)
            run_path(&r, argv[i]);
    }
    printf("%s: %zu inputs\n", fuzz_target.name, r.n);
    fuzz_target.fini();
    for (size_t i = 0; i < r.n_seeds; i++)
        free((char *)r.seeds[i].p);
    free(r.seeds);
    buf_fini(&r.input);
    return 0;
}
