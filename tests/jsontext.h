/* SPDX-License-Identifier: Apache-2.0 */
/* jsontext.h: members of a JSON line as bytes, for test data that base/json.h refuses with good reason: NULs
 * (kept as they are) and lone surrogates (U+FFFD, as a browser hands them to its URL parser). The file is
 * trusted to be JSON: this is no parser, and looks at the first level only. */
#ifndef WEBKEEP_TESTS_JSONTEXT_H
#define WEBKEEP_TESTS_JSONTEXT_H

#include "base/buf.h"
#include "base/utf8.h"
#include "tests/check.h"

/* Bytes of the value that s begins with. */
static inline size_t jsontext_length(struct str s)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == ',' || c == '}' || c == ']') && depth == 0) {
            return i;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return s.n;
}

/* The raw value of a member of an object ("null", "\"text\"", ...), or STR_NONE. */
static inline struct str jsontext_get(struct str object, const char *name)
{
    struct str rest = str_from(str_trim(object), 1);
    while (rest.n > 1) {
        size_t colon = 1;
        rest = str_trim(rest);
        while (colon < rest.n && rest.p[colon] != '"')
            colon += rest.p[colon] == '\\' ? 2 : 1;
        struct str key = str_make(rest.p + 1, colon - 1);
        rest = str_from(rest, colon + 1);
        rest = str_trim(str_from(rest, str_find(rest, ':') + 1));
        size_t n = jsontext_length(rest);
        if (str_is(key, name))
            return str_trim(str_head(rest, n));
        rest = str_from(rest, n + 1);
    }
    return STR_NONE;
}

static inline unsigned jsontext_hex(struct str s, size_t at)
{
    char digits[5] = {0};
    NEED(at + 4 <= s.n);
    memcpy(digits, s.p + at, 4);
    return (unsigned)strtoul(digits, NULL, 16);
}

/* The text of a raw string value, in `to` (emptied first); false when it is no string. */
static inline bool jsontext_read(struct str raw, struct buf *to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    buf_reset(to);
    if (raw.n < 2 || raw.p[0] != '"')
        return false;
    struct str s = str_make(raw.p + 1, raw.n - 2);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '\\') {
            buf_putc(to, s.p[i]);
            continue;
        }
        const char *plain = strchr(from, s.p[++i]);
        if (plain) {
            buf_putc(to, into[plain - from]);
            continue;
        }
        unsigned code = jsontext_hex(s, i + 1);
        i += 4;
        bool high = code >= 0xd800 && code < 0xdc00;
        unsigned low = high && i + 6 < s.n && s.p[i + 1] == '\\' ? jsontext_hex(s, i + 3) : 0;
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            i += 6;
        } else if (code >= 0xd800 && code < 0xe000) {
            code = 0xfffd;
        }
        char bytes[4];
        buf_put(to, bytes, utf8_encode(code, bytes));
    }
    return to->status == OK;
}

/* Calls each for every line of a file that holds one; returns their number. */
static inline size_t jsontext_each(const char *path, void (*each)(struct str line))
{
    FILE *f = fopen(path, "rb");
    NEED(f);
    char *line = NULL;
    size_t cap = 0, count = 0;
    for (ssize_t n; (n = getline(&line, &cap, f)) > 0;) {
        struct str text = str_trim(str_make(line, (size_t)n));
        if (text.n) {
            each(text);
            count++;
        }
    }
    free(line);
    fclose(f);
    return count;
}

#endif
