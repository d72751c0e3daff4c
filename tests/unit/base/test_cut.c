/* SPDX-License-Identifier: Apache-2.0 */
/* test_cut.c: words of the limits, and that the documentation names each with its bit. */
#include "base/buf.h"
#include "base/cut.h"
#include "tests/check.h"

static void test_words(void)
{
    unsigned cuts = CUT_DEPTH | CUT_LINKS | 1u << CUT_BITS;
    CHECK_STR(str_of(cut_next(&cuts)), STR_LIT("depth"));
    CHECK_STR(str_of(cut_next(&cuts)), STR_LIT("links"));
    CHECK(cut_next(&cuts) == NULL);
    unsigned n = 0;
    for (cuts = CUT_ALL; cut_next(&cuts);)
        n++;
    CHECK_INT(n, CUT_BITS);
    CHECK_INT(cuts, 0);
}

static void read_file(struct buf *to, const char *path)
{
    FILE *f = fopen(path, "re");
    NEED(f);
    char *room = buf_room(to, 1 << 20);
    NEED(room);
    to->n += fread(room, 1, 1 << 20, f);
    fclose(f);
}

static void test_documented(void)
{
    static const struct {
        unsigned bit;
        const char *word, *what;
    } rows[] = {
#define X(name, word, what) {CUT_##name, word, what},
        CUT_TABLE(X)
#undef X
    };
    struct buf page, row;
    buf_init(&page, 2 << 20);
    buf_init(&row, 4096);
    read_file(&page, "docs/extraction.md");
    for (size_t i = 0; i < CUT_BITS; i++) {
        buf_reset(&row);
        buf_printf(&row, "\n| `%s` | %u | %s |\n", rows[i].word, rows[i].bit, rows[i].what);
        if (!CHECK(memmem(page.p, page.n, row.p, row.n)))
            fprintf(stderr, "    missing in docs/extraction.md: %.*s", STR_ARG(buf_str(&row)));
    }
    buf_fini(&page);
    buf_fini(&row);
}

int main(void)
{
    RUN(test_words);
    RUN(test_documented);
    return check_report();
}
