/* SPDX-License-Identifier: Apache-2.0 */
/* test_trap.c: addresses that are beyond a limit, and those that look odd and are not. */
#include "frontier/trap.h"
#include "tests/check.h"

static struct config config;

static const char *detail_of(const char *text)
{
    static struct judgement j;
    struct arena arena;
    struct url url;
    arena_init(&arena, 1 << 20, 4096);
    NEED(url_parse(&arena, str_of(text), NULL, &url) == OK);
    j = (struct judgement){.verdict = VERDICT_KEEP};
    bool trapped = trap_in_address(&config, &url, &j);
    CHECK_INT(trapped, j.verdict == VERDICT_SKIP);
    CHECK_INT(trapped ? REASON_TRAP : REASON_NONE, j.reason);
    arena_fini(&arena);
    return j.detail;
}

static void is_fine(const char *url)
{
    CHECK_STR(str_of(detail_of(url)), STR_LIT(""));
}

static void is_trap(const char *url, const char *detail)
{
    CHECK_STR(str_of(detail_of(url)), str_of(detail));
}

static void real_addresses(void)
{
    is_fine("https://h/");
    is_fine("https://h/3/library/os.path.html#os.path.join");
    is_fine("https://h/en/docs/en/guide/en/x"); /* three times is still seen */
    is_fine("https://h/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z");
    is_fine("https://h/search?tag=a&tag=b&tag=c&tag=d&tag=e&page=2");
    is_fine("https://h/?url=https%253A%252F%252Fexample.com%252F");
    is_fine("https://h/100%25.html");
    is_fine("https://h/?q=2525%25&%");
}

static void paths(void)
{
    is_trap("https://h/a/b/a/b/a/b/a/b/", "more than 3 times the segment a");
    is_trap("https://h/x/a//x/x//b/x", "more than 3 times the segment x");
    char deep[200] = "https://h";
    for (unsigned i = 0; i < 33; i++) {
        size_t n = strlen(deep);
        snprintf(deep + n, sizeof deep - n, "/%x", i);
    }
    is_trap(deep, "more than 32 segments in the path");
}

static void queries(void)
{
    is_trap("https://h/s?q=1&q=2&q=3&q=4&q=5&q=6", "more than 5 times the parameter q");
    char long_one[300] = "https://h/?";
    for (unsigned i = 0; i < 33; i++) {
        size_t n = strlen(long_one);
        snprintf(long_one + n, sizeof long_one - n, "p%u=1&", i);
    }
    is_trap(long_one, "more than 32 parameters");
    is_trap("https://h/login?next=%2525252F", "more than 2 escapes within each other");
    is_trap("https://h/%2525252F", "more than 2 escapes within each other");
}

static void limits_are_settings(void)
{
    struct diag diag;
    NEED(config_set(&config, STR_LIT("frontier.same_segments"), STR_LIT("1"), &diag) == OK);
    is_trap("https://h/docs/docs/", "more than 1 times the segment docs");
    NEED(config_set(&config, STR_LIT("frontier.segments"), STR_LIT("255"), &diag) == OK);
    NEED(config_set(&config, STR_LIT("frontier.same_segments"), STR_LIT("255"), &diag) == OK);
    char most[700] = "https://h";
    for (unsigned i = 0; i < 300; i++)
        memcpy(most + strlen(most), "/a", 3);
    is_trap(most, "more than 255 segments in the path");
    config_init(&config);
}

int main(void)
{
    config_init(&config);
    RUN(real_addresses);
    RUN(paths);
    RUN(queries);
    RUN(limits_are_settings);
    return check_report();
}
