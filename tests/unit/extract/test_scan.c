/* SPDX-License-Identifier: Apache-2.0 */
/* test_scan.c: the loops that look for the next byte find it at every place and alignment, and stop at the zero
 * bytes behind the page; whatever the machine does sixteen at a time is compared with one byte after the other. */
#include "base/buf.h"
#include "extract/html/scan.h"
#include "tests/check.h"

#include <stdlib.h>

enum { MOST = 70 };

static const char *first_of(const char *p, const char *bytes)
{
    while (*p && !strchr(bytes, *p))
        p++;
    return p;
}

/* n bytes of filling in memory of exactly their length and the padding. */
static char *page_of(size_t n, char fill)
{
    char *page = calloc(1, n + BUF_PAD);
    NEED(page);
    memset(page, fill, n);
    return page;
}

static void check_from(const char *from, const char *end)
{
    CHECK(scan_text(from) == first_of(from, "<&"));
    CHECK(scan_quoted(from, '"') == first_of(from, "\"&"));
    CHECK(scan_quoted(from, '\'') == first_of(from, "'&"));
    const char *plain = from;
    while (plain < end && *plain != '\r' && (unsigned char)*plain < 0x80)
        plain++;
    CHECK(scan_past_plain(from, end) == plain);
}

static void test_every_place(void)
{
    static const char marks[] = {'<', '&', '"', '\'', '\r', '\n', '\0', '\x80', '\xff', ';', '='};
    for (size_t n = 0; n < MOST; n += n < 40 ? 1 : 7) {
        char *page = page_of(n, 'x');
        check_from(page, page + n);
        for (size_t at = 0; at < n; at++) {
            for (size_t m = 0; m < sizeof marks; m++) {
                page[at] = marks[m];
                for (size_t from = 0; from < n && from < 18; from++)
                    check_from(page + from, page + n);
            }
            page[at] = 'x';
        }
        free(page);
    }
}

static void test_two_marks(void)
{
    char *page = page_of(MOST, ' ');
    for (size_t a = 0; a < MOST; a += 3) {
        for (size_t b = 0; b < MOST; b++) {
            memset(page, ' ', MOST);
            page[a] = '<';
            page[b] = '&';
            check_from(page, page + MOST);
        }
    }
    free(page);
}

int main(void)
{
    RUN(test_every_place);
    RUN(test_two_marks);
    return check_report();
}
