/* SPDX-License-Identifier: Apache-2.0 */
/* test_fold.c: white space folded: counting agrees with writing, whatever the length and where texts part. */
#include "extract/html/text.h"
#include "tests/check.h"

enum { TEXTS = 20000, TEXT_MAX = 200 };

/* Every byte of this is as likely, so that runs of white space come in all lengths. */
static const char alphabet[] = "ab \t\n\f\r\v\xc2\x89";

static struct str random_text(unsigned *seed, char *to)
{
    *seed = *seed * 1103515245u + 12345u;
    size_t n = (*seed >> 16) % TEXT_MAX;
    for (size_t i = 0; i < n; i++) {
        *seed = *seed * 1103515245u + 12345u;
        to[i] = alphabet[(*seed >> 16) % (sizeof alphabet - 1)];
    }
    return str_make(to, n);
}

/* What fold_put() writes has no white space at its ends; what fold_count() counts may have one at the end. */
static void test_count_is_length(void)
{
    char text[TEXT_MAX + 16], folded[TEXT_MAX];
    unsigned seed = 1, wrong = 0;
    for (unsigned i = 0; i < TEXTS; i++) {
        struct str s = random_text(&seed, text);
        struct fold f = fold_begin(folded, sizeof folded);
        bool gap = true;
        fold_put(&f, s);
        size_t n = fold_count(s, &gap);
        wrong += n != f.n + (gap && n > 0);
        wrong += s.n > 0 && gap != (bool)ascii_is_space(s.p[s.n - 1]);
    }
    CHECK_INT(wrong, 0);
}

static void test_parts_are_whole(void)
{
    char text[TEXT_MAX + 16];
    unsigned seed = 7, wrong = 0;
    for (unsigned i = 0; i < TEXTS; i++) {
        struct str s = random_text(&seed, text);
        size_t at = s.n ? seed % s.n : 0;
        bool whole = i & 1, parts = whole;
        size_t n = fold_count(str_head(s, at), &parts);
        n += fold_count(str_from(s, at), &parts);
        wrong += n != fold_count(s, &whole) || whole != parts;
    }
    CHECK_INT(wrong, 0);
}

static void test_nothing(void)
{
    bool gap = false;
    CHECK_INT(fold_count(STR_NONE, &gap), 0);
    CHECK(!gap);
    static const char spaces[16] = "  ";
    CHECK_INT(fold_count(str_make(spaces, 2), &gap), 1);
    CHECK(gap);
    CHECK_INT(fold_count(str_make(spaces, 1), &gap), 0);
}

int main(void)
{
    RUN(test_count_is_length);
    RUN(test_parts_are_whole);
    RUN(test_nothing);
    return check_report();
}
