/* SPDX-License-Identifier: Apache-2.0 */
/* check.h: the whole test framework. A test is a function; RUN(test) runs it; CHECK* count and go on;
 * check_report() is main's return value and prints the closing line. */
#ifndef WEBKEEP_TESTS_CHECK_H
#define WEBKEEP_TESTS_CHECK_H

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

static unsigned long check_good, check_bad;

static inline bool check_that(bool ok, const char *what, const char *file, int line)
{
    if (ok) {
        check_good++;
    } else {
        check_bad++;
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    }
    return ok;
}

static inline bool check_str(struct str got, struct str want, const char *what, const char *file,
                             int line)
{
    bool ok = check_that(str_eq(got, want), what, file, line);
    if (!ok)
        fprintf(stderr, "    got  \"%.*s\"\n    want \"%.*s\"\n", STR_ARG(got), STR_ARG(want));
    return ok;
}

static inline bool check_int(long long got, long long want, const char *what, const char *file, int line)
{
    bool ok = check_that(got == want, what, file, line);
    if (!ok)
        fprintf(stderr, "    got %lld, want %lld\n", got, want);
    return ok;
}

#define CHECK(x) check_that((x), #x, __FILE__, __LINE__)
#define CHECK_STR(got, want) check_str((got), (want), #got, __FILE__, __LINE__)
#define CHECK_INT(got, want) check_int((long long)(got), (long long)(want), #got, __FILE__, __LINE__)
/* For what the test itself can't go on without. */
#define NEED(x)                                                                                         \
    do {                                                                                                \
        if (!(x)) {                                                                                     \
            fprintf(stderr, "%s:%d: cannot go on: %s\n", __FILE__, __LINE__, #x);                       \
            exit(1);                                                                                    \
        }                                                                                               \
    } while (0)

#define RUN(test)                                                                                       \
    do {                                                                                                \
        unsigned long bad = check_bad;                                                                  \
        test();                                                                                         \
        printf("%s %s\n", check_bad == bad ? "ok  " : "FAIL", #test);                                   \
    } while (0)

static inline int check_report(void)
{
    printf("%lu passed, %lu failed\n", check_good, check_bad);
    return check_bad ? 1 : 0;
}

#endif
