/* SPDX-License-Identifier: Apache-2.0 */
/* log.c: makes lines of the log. A line that can't be written is lost: a service doesn't stop for its log.
 * Threads: none of its own; each line has one owner. */
#include "api/log.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <unistd.h>

#define LINE_BYTES ((size_t)16 << 10)

/* The longest head of s that is no longer than LOG_VALUE_BYTES and cuts no character in two. */
static struct str cut(struct str s)
{
    if (s.n <= LOG_VALUE_BYTES)
        return s;
    size_t n = LOG_VALUE_BYTES;
    while (n && ((unsigned char)s.p[n] & 0xC0) == 0x80)
        n--;
    return str_head(s, n);
}

static bool is_bare(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7F || strchr("\"'\\=", s.p[i]))
            return false;
    return s.n > 0;
}

/* As a JSON string, and what JSON lets pass but a terminal obeys (DEL, C1, line separators) escaped too. */
static void put_quoted(struct buf *to, struct str s)
{
    struct buf plain;
    struct json_out out;
    buf_init(&plain, LINE_BYTES);
    json_out_init(&out, &plain, 0);
    json_put_str(&out, s);
    for (struct str rest = buf_str(&plain); rest.n;) {
        size_t n = utf8_length(rest);
        unsigned char a = (unsigned char)rest.p[0], b = n > 1 ? (unsigned char)rest.p[1] : 0;
        if (a == 0x7F || (n == 2 && a == 0xC2 && b < 0xA0))
            buf_printf(to, "\\u%04x", n == 2 ? (unsigned)b : 0x7Fu);
        else if (n == 3 && a == 0xE2 && b == 0x80 && ((unsigned char)rest.p[2] & 0xFE) == 0xA8)
            buf_printf(to, "\\u20%02x", ((unsigned)rest.p[2] & 0x3Fu));
        else
            buf_put(to, rest.p, n ? n : 1);
        rest = str_from(rest, n ? n : 1);
    }
    buf_fini(&plain);
}

void log_put_str(struct log_line *line, const char *name, struct str value)
{
    value = cut(value);
    if (line->json) {
        json_key(&line->out, name);
        struct buf text;
        buf_init(&text, LINE_BYTES);
        put_quoted(&text, value);
        json_put_raw(&line->out, buf_str(&text));
        buf_fini(&text);
        return;
    }
    buf_printf(&line->text, "%s%s=", line->text.n ? " " : "", name);
    if (is_bare(value))
        buf_put_str(&line->text, value);
    else
        put_quoted(&line->text, value);
}

void log_put_int(struct log_line *line, const char *name, int64_t value)
{
    if (line->json) {
        json_key(&line->out, name);
        json_put_int(&line->out, value);
    } else {
        buf_printf(&line->text, " %s=%" PRId64, name, value);
    }
}

void log_begin(struct log_line *line, bool json, const char *event)
{
    char time[32];
    line->json = json;
    buf_init(&line->text, LINE_BYTES);
    json_out_init(&line->out, &line->text, 0);
    clock_format(clock_wall_ms(), time);
    if (json)
        json_begin(&line->out, '{');
    log_put_str(line, "time", str_of(time));
    log_put_str(line, "event", str_of(event));
}

void log_end_to(struct log_line *line, struct buf *to)
{
    if (line->json)
        json_end(&line->out, '}');
    buf_putc(&line->text, '\n');
    if (line->text.status == OK)
        buf_put_str(to, buf_str(&line->text));
    buf_fini(&line->text);
}

void log_end(struct log_line *line)
{
    struct buf text;
    buf_init(&text, LINE_BYTES);
    log_end_to(line, &text);
    if (text.n && write(STDERR_FILENO, text.p, text.n) < 0)
        text.n = 0; /* nobody is there to be told */
    buf_fini(&text);
}
