/* SPDX-License-Identifier: Apache-2.0 */
/* input.c: one pass over the page; a copy only when a byte must change. */
#include "extract/html/input.h"

#include "base/utf8.h"
#include "extract/html/scan.h"

/* Where the first byte stands that must change, or the end. */
static const char *first_change(const char *p, const char *end)
{
    while ((p = scan_past_plain(p, end)) < end) {
        size_t n = utf8_length(str_make(p, (size_t)(end - p)));
        if (n == 0 || *p == '\r')
            return p;
        p += n;
    }
    return end;
}

enum status input_prepare(struct str utf8, struct buf *copy, struct str *ret_body)
{
    const char *p = utf8.p, *end = utf8.p + utf8.n;
    const char *change = first_change(p, end);
    if (change == end) {
        *ret_body = utf8;
        return OK;
    }
    buf_reset(copy);
    buf_room(copy, utf8.n);
    while (change < end) {
        buf_put(copy, p, (size_t)(change - p));
        if (*change == '\r')
            buf_putc(copy, '\n');
        else
            buf_puts(copy, UTF8_REPLACEMENT);
        p = change + (*change == '\r' && change + 1 < end && change[1] == '\n' ? 2 : 1);
        change = first_change(p, end);
    }
    buf_put(copy, p, (size_t)(end - p));
    if (!buf_terminate(copy))
        return copy->status;
    *ret_body = buf_str(copy);
    return OK;
}
